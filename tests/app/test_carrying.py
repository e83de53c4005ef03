"""What a run reached stays while the graph is edited: only what an edit touches goes back to where it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.assets import ASSETS
from app.carrying import computes_same
from app.session import Session
from engine.edits import AddNode, Connect, Disconnect, RemoveNode, Rename, SetFrozen, SetMuted, SetSetting
from engine.graph import Node, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line, wire

WAIT = 60_000
SLOPE = Socket("w", "value")


def shown(session: Session) -> float | None:
    """The slope as the wires show it."""
    look = session.look(SLOPE)
    return None if look is None else look.low


@pytest.fixture(scope="module")
def trained(qapp: QApplication) -> Iterator[Session]:
    """A session whose run of the line has ended; its values are not kept."""
    made = Session(LIBRARY)
    made.adopt(line(), None, clean=True)
    made.set_setting("descent", "keep", False)
    yield made
    made.close()


@pytest.fixture
def run(trained: Session, qtbot: QtBot) -> Iterator[tuple[Session, float]]:
    """The trained session and the slope that its run reached; all edits of a test are taken back after it."""
    if trained.run_state != "finished":
        trained.run()
        qtbot.waitUntil(lambda: trained.run_state == "finished", timeout=WAIT)
    start = trained.document.position
    reached = float(trained.runs.values()["w"])
    assert abs(reached - 2.0) < 0.01, "not the start value, 0.5"
    qtbot.waitUntil(lambda: shown(trained) == pytest.approx(reached), timeout=WAIT)
    yield trained, reached
    trained.travel(start)
    assert not trained.stale, "all is as it was when the run began"


def looked_again(session: Session, qtbot: QtBot, act: Callable[[], object]) -> None:
    """Do something to the graph, and wait until the wires of the graph as it is then have been looked at."""
    last = session.asks.set_content(session.content, session.folder, ASSETS)
    newer = lambda revision, _: revision > last  # noqa: E731
    with qtbot.waitSignal(session.asks.looks_ready, timeout=WAIT, check_params_cb=newer):
        act()
    QApplication.processEvents()


def test_making_a_subgraph_and_taking_it_back_keep_what_was_learned(run: tuple[Session, float], qtbot: QtBot) -> None:
    session, reached = run
    session.select(["multiply", "w"])
    looked_again(session, qtbot, lambda: session.make_subgraph())
    assert session.node("w").inside and session.stale
    assert shown(session) == pytest.approx(reached)
    looked_again(session, qtbot, session.undo)
    assert not session.node("w").inside and not session.stale
    assert shown(session) == pytest.approx(reached)


@pytest.mark.parametrize(
    "edit",
    [
        AddNode(Node("probe", "views.probe"), Place(0.0, 0.0)),
        Disconnect(wire("y.value", "mse.target")),
        SetSetting("descent", "method", "momentum"),
        SetSetting("x", "value", (3.0, 2.0, 1.0)),
        SetFrozen("w", True),
        SetMuted("mse", True),
        RemoveNode("descent"),
    ],
    ids=lambda edit: type(edit).__name__,
)
def test_an_edit_that_leaves_a_parameter_alone_leaves_its_value(
    run: tuple[Session, float], qtbot: QtBot, edit: object
) -> None:
    session, reached = run
    looked_again(session, qtbot, lambda: session.apply(edit))  # type: ignore[arg-type]
    assert session.stale
    assert shown(session) == pytest.approx(reached)


@pytest.mark.parametrize(("setting", "value", "then"), [("value", 0.25, 0.25), ("value", (0.5, 0.5, 0.5), 0.5)])
def test_a_parameter_that_is_changed_itself_starts_where_it_says(
    run: tuple[Session, float], qtbot: QtBot, setting: str, value: object, then: float
) -> None:
    session, _ = run
    looked_again(session, qtbot, lambda: session.apply(SetSetting("w", setting, value)))  # type: ignore[arg-type]
    assert shown(session) == pytest.approx(then)


def test_derivatives_are_of_the_edited_graph_at_the_values_that_stay(run: tuple[Session, float], qtbot: QtBot) -> None:
    session, reached = run
    looked_again(session, qtbot, lambda: session.apply(SetSetting("y", "value", (0.0, 0.0, 0.0))))
    look = session.look(SLOPE)
    assert look is not None and look.cotangent_partial is not None
    assert float(look.cotangent_partial.array()) == pytest.approx(2 * reached * (1 + 4 + 9) / 3), (
        "of the mean of (w x)²"
    )


def test_the_same_graph_under_other_names_is_the_same() -> None:
    content = line()
    renamed = Rename("w", "gradient").apply(content)[0]
    assert computes_same(content.graph, renamed.graph) and content.graph.nodes != renamed.graph.nodes
    for edit in (SetSetting("w", "value", 1.0), Disconnect(wire("y.value", "mse.target")), RemoveNode("x"),
                 Connect(wire("x.value", "multiply.y"))):  # fmt: skip
        assert not computes_same(content.graph, edit.apply(content)[0].graph)


def test_a_run_told_of_a_setting_while_the_graph_was_another_is_not_taken_for_a_run_of_this_one(
    live_session: Session, qtbot: QtBot
) -> None:
    session = live_session
    session.set_setting("descent", "steps", 10_000_000)
    session.run(pause_at=3)
    qtbot.waitUntil(lambda: session.run_state == "paused", timeout=WAIT)
    session.set_setting("descent", "method", "momentum")
    session.set_setting("descent", "learning_rate", 0.01)
    session.undo()
    session.undo()
    assert session.stale, "the run goes at another rate"


def test_a_paused_run_goes_on_once_an_edit_is_taken_back(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    session.run(pause_at=3)
    qtbot.waitUntil(lambda: session.run_state == "paused" and session.runs.steps == 3, timeout=WAIT)
    session.apply(SetMuted("mse", True))
    assert session.stale
    session.undo()
    assert not session.stale
    session.step()
    qtbot.waitUntil(lambda: session.runs.steps == 4, timeout=WAIT)
