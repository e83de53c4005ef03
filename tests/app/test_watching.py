"""Why a derivative is as it is, and what goes wrong in training: asked for by itself, shown where it belongs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.assets import ASSETS, SAMPLES
from app.panels.inspector import Inspector
from app.session import Session
from app.worker import messages as m
from app.worker.answers import EngineAnswerer
from app.worker.reasons import STRUCTURAL
from engine.edits import SetSetting
from engine.files.read import read
from engine.graph import Content, Graph, Layout, Node, Place
from nodes.library import LIBRARY
from tests.app.conftest import wire

WAIT = 60_000


def dead() -> Content:
    """A parameter of negative numbers behind a rectifier, beside one that trains, and one that leads nowhere."""
    nodes = {
        "w": Node("w", "parameters.parameter", "weight w", {"value": (-1.0, -2.0)}),
        "relu": Node("relu", "activations.relu", "the rectifier"),
        "mean": Node("mean", "reductions.mean"),
        "v": Node("v", "parameters.parameter", "offset v", {"value": 1.0}),
        "square": Node("square", "elementwise.square"),
        "add": Node("add", "elementwise.add"),
        "lost": Node("lost", "parameters.parameter", "lost", {"value": 1.0}),
        "descent": Node(
            "descent", "optimizers.optimizer", "", {"method": "gradient_descent", "learning_rate": 0.1, "steps": 50}
        ),
    }
    wires = (
        ("w.value", "relu.x"), ("relu.value", "mean.x"), ("mean.value", "add.x"), ("v.value", "square.x"),
        ("square.value", "add.y"), ("add.value", "descent.loss"),
    )  # fmt: skip
    places = {id: Place(190.0 * (k % 4), 130.0 * (k // 4)) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wire(*ends) for ends in wires)), Layout(places))


@pytest.fixture
def watched(dressed: QApplication) -> Iterator[Session]:
    """A session with engine processes over the dead rectifier."""
    made = Session(LIBRARY)
    made.adopt(dead(), None, clean=True)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def panel(watched: Session, qtbot: QtBot) -> Iterator[Inspector]:
    made = Inspector(watched)
    made.resize(340, 900)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    # At once: what is left would be restyled with every further window.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def answerer(content: Content) -> EngineAnswerer:
    return EngineAnswerer(m.Job.of(content, None, ASSETS), lambda node: None)


def settled(qtbot: QtBot, session: Session, node: str) -> None:
    """Select a node and wait for the answer about it."""
    heard: list[str] = []
    session.asks.why_ready.connect(lambda _, about, found: heard.append(about))
    session.select([node])
    qtbot.waitUntil(lambda: node in heard, timeout=WAIT)


def test_under_a_zero_derivative_stands_why_and_a_button_that_goes_to_the_node(
    watched: Session, panel: Inspector, qtbot: QtBot
) -> None:
    revealed: list[str] = []
    watched.reveal_requested.connect(revealed.append)
    watched.select(["w"])
    qtbot.waitUntil(lambda: panel.view.values[0].why.isVisible(), timeout=WAIT)
    line = panel.view.values[0].why
    assert line.question.text() == "Why is it zero?"
    assert len(line.sentences) == 1
    assert '"the rectifier" (relu)' in line.sentences[0] and "at most 0" in line.sentences[0]
    (button,) = line.buttons
    assert button.text() == "Go to the rectifier"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert revealed == ["relu"] and watched.current == "relu"


def test_what_is_in_order_has_no_line_and_a_mended_one_loses_it(
    watched: Session, panel: Inspector, qtbot: QtBot
) -> None:
    settled(qtbot, watched, "v")
    assert not panel.view.values[0].why.isVisible() and panel.view.values[0].why.sentences == ()
    settled(qtbot, watched, "w")
    assert panel.view.values[0].why.isVisible()
    watched.apply(SetSetting("w", "value", (1.0, 2.0)))
    qtbot.waitUntil(lambda: not panel.view.values[0].why.isVisible(), timeout=WAIT)


def test_a_parameter_without_a_way_to_the_loss_is_told_so_and_has_nowhere_to_go(
    watched: Session, panel: Inspector, qtbot: QtBot
) -> None:
    settled(qtbot, watched, "lost")
    line = panel.view.values[0].why
    qtbot.waitUntil(line.isVisible, timeout=WAIT)
    assert "no wire leads from it" in line.sentences[0] and line.buttons == []


def test_the_moment_of_a_run_is_what_the_reason_is_of() -> None:
    """The rectifier is dead at the start and alive later, and the other way round."""
    by = answerer(dead())
    (reason,) = by.why("w", None)["value"]
    assert (reason.what, reason.cause, reason.node) == ("zero", "dead", "relu")
    alive = m.Moment(7, "descent", 7, {"w": m.Packed.of((1.0, 2.0)), "v": m.Packed.of(1.0)}, {})
    assert by.why("w", alive) == {}
    assert by.why("v", alive) == {}


def test_of_two_optimizers_a_parameter_of_the_other_one_is_not_called_disconnected() -> None:
    content = dead()
    more = {
        "other": Node("other", "elementwise.square"),
        "second": Node("second", "optimizers.optimizer", "", {"method": "gradient_descent", "steps": 5}),
    }
    wires = content.graph.wires | {wire("lost.value", "other.x"), wire("other.value", "second.loss")}
    assert answerer(content).why("lost", None)["value"][0].cause in STRUCTURAL
    assert answerer(Content(Graph({**content.graph.nodes, **more}, wires))).why("lost", None) == {}


@pytest.mark.parametrize("name", ["1_straight_line_hubble", "xor_quick_start", "sentiment_trees", "two_spirals"])
def test_on_a_sample_nothing_is_said_of_any_node(name: str) -> None:
    content = read(SAMPLES / f"{name}.dgraph")
    by = EngineAnswerer(m.Job.of(content, SAMPLES, ASSETS), lambda node: None)
    assert {id: found for id in content.graph.nodes if (found := by.why(id, None))} == {}


def test_the_line_is_not_shown_over_a_newer_look_that_it_does_not_fit(
    watched: Session, panel: Inspector, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(qtbot, watched, "w")
    line = panel.view.values[0].why
    qtbot.waitUntil(line.isVisible, timeout=WAIT)
    look = watched.look(line.socket)
    monkeypatch.setattr(watched, "look", lambda socket: m.WireLook(*_fields(look, norm=0.5)))
    line.refresh()
    assert not line.isVisible() and line.sentences == ()


def _fields(look: m.WireLook, **changed: object) -> list[object]:
    return [changed.get(name, getattr(look, name)) for name in look.__struct_fields__]
