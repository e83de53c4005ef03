"""What if: a number that is dragged is followed at once by what the wires carry, newest wins, in one undo step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.assets import ASSETS
from app.session import Session
from app.worker import messages as m
from app.worker.answers import EngineAnswerer
from app.worker.asking import settings_between
from engine.edits import Disconnect, Move, SetSetting
from engine.graph import Content, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line, wire

WAIT = 60_000
LOSS = Socket("mse", "value")


@pytest.fixture
def seen(dressed: QApplication, qtbot: QtBot) -> Iterator[Session]:
    """A session over the line that has looked at its wires once."""
    made = Session(LIBRARY)
    made.adopt(line(), None, clean=True)
    qtbot.waitUntil(lambda: made.look(LOSS) is not None and not made.asks.busy("looks"), timeout=WAIT)
    yield made
    made.close()
    made.deleteLater()


def loss(w: float) -> float:
    """Of the line y = w x through (1, 2), (2, 4), (3, 6)."""
    return sum((w * x - 2 * x) ** 2 for x in (1.0, 2.0, 3.0)) / 3


def number(session: Session, socket: Socket) -> float:
    look = session.look(socket)
    assert look is not None and look.partial is not None
    return float(look.partial.array())


def test_values_come_while_the_number_is_still_moving_and_the_last_one_stays(seen: Session, qtbot: QtBot) -> None:
    came: list[float] = []
    seen.values_changed.connect(lambda: came.append(number(seen, LOSS)))
    told = 0

    def drag() -> bool:
        nonlocal told
        told += 1
        seen.set_setting("w", "value", 0.5 + 1e-4 * told, "drag")
        return len(came) >= 5

    qtbot.waitUntil(drag, timeout=WAIT)
    last = 0.5 + 1e-4 * told
    qtbot.waitUntil(lambda: came[-1] == pytest.approx(loss(last)), timeout=WAIT)
    allowed = [pytest.approx(loss(0.5 + 1e-4 * k)) for k in range(told + 1)]
    assert all(each in allowed for each in came), "each is of a number that there was"
    assert came == sorted(came, reverse=True), "in the order in which they were"
    assert len(came) <= told + 2, "no queue"
    seen.undo()
    assert seen.setting("w", "value") == 0.5, "one step"
    qtbot.waitUntil(lambda: came[-1] == pytest.approx(loss(0.5)), timeout=WAIT)


def test_an_edit_of_the_graph_meanwhile_is_not_overtaken(seen: Session, qtbot: QtBot) -> None:
    seen.set_setting("w", "value", 1.0, "drag")
    seen.apply(Disconnect(wire("y.value", "mse.target")))
    seen.set_setting("w", "value", 1.5, "drag")
    qtbot.waitUntil(lambda: seen.look(LOSS) is None, timeout=WAIT)
    seen.undo()
    seen.undo()
    qtbot.waitUntil(
        lambda: seen.look(LOSS) is not None and number(seen, LOSS) == pytest.approx(loss(1.0)), timeout=WAIT
    )


def test_a_number_that_makes_another_type_is_found_out_anew(seen: Session, qtbot: QtBot) -> None:
    product = Socket("multiply", "value")
    seen.apply(SetSetting("x", "value", (5.0, 6.0, 7.0)))
    qtbot.waitUntil(lambda: "7" in seen.look(product).value or "3.5" in seen.look(product).value, timeout=WAIT)
    seen.apply(SetSetting("x", "value", (5.0, 6.0, 7.0, 8.0)))
    qtbot.waitUntil(lambda: bool(seen.looks.problem) or seen.look(product).type.endswith("(4,)"), timeout=WAIT)


def test_the_process_answers_from_what_it_has_lowered_as_it_would_anew() -> None:
    by = EngineAnswerer(m.Job.of(line(), None, ASSETS), lambda node: None)
    by.looks(None)
    kept = by._looking
    by.adjust({"w": {"value": 3.0}})
    assert by._looking is kept and by._made is not None, "nothing was lowered again"
    anew = EngineAnswerer(m.Job.of(changed(line(), "w", 3.0), None, ASSETS), lambda node: None)
    assert by.looks(None) == anew.looks(None)
    by.adjust({"w": {"value": (3.0, 3.0, 3.0)}})
    assert by._made is None and not by._looking, "another shape: all of it"
    other = EngineAnswerer(m.Job.of(changed(line(), "w", (3.0, 3.0, 3.0)), None, ASSETS), lambda node: None)
    assert by.looks(None) == other.looks(None)


def changed(content: Content, node: str, value: object) -> Content:
    return SetSetting(node, "value", value).apply(content)[0]  # type: ignore[arg-type]


def test_only_settings_are_told_where_only_they_differ() -> None:
    before = line()
    after = changed(before, "w", 2.0)
    assert settings_between((before, None, ASSETS), (after, None, ASSETS)) == {"w": {"value": 2.0}}
    assert settings_between(None, (after, None, ASSETS)) is None
    cut = Disconnect(wire("y.value", "mse.target")).apply(after)[0]
    assert settings_between((before, None, ASSETS), (cut, None, ASSETS)) is None
    moved = Move({"w": Place(5.0, 5.0)}).apply(after)[0]
    assert settings_between((before, None, ASSETS), (moved, None, ASSETS)) == {"w": {"value": 2.0}}


def test_a_recorded_step_is_of_the_numbers_that_were_set_last() -> None:
    by = EngineAnswerer(m.Job.of(line(), None, ASSETS), lambda node: None)
    before = by._tracing()
    by.adjust({"w": {"value": 3.0}})
    assert by._tracing() is not before
