"""Numbers are dragged where they stand: in a node's box, on a wire's label, by a setting's name in the inspector."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.scrubbing import PAUSE, Scrub, refusal, scrubbed
from app.session import Session
from app.window import Window
from app.worker import messages as m
from engine.data import Data
from engine.edits import SetKept, SetSetting
from engine.graph import Kept, Socket, Tensor
from engine.prepare import prepare
from tests.app.conftest import line

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("start", "pixels", "modifiers", "wanted"),
    [
        (0.5, 10, Qt.KeyboardModifier.NoModifier, 0.51),
        (423.94, 10, Qt.KeyboardModifier.NoModifier, 434.0),
        (423.94, 0, Qt.KeyboardModifier.NoModifier, 423.94),
        (-2.0, -50, Qt.KeyboardModifier.NoModifier, -2.5),
        (0.0, 25, Qt.KeyboardModifier.NoModifier, 0.25),
        (0.5, 10, SHIFT, 0.501),
        (0.5, 10, CTRL, 0.6),
        (3e-5, 10, Qt.KeyboardModifier.NoModifier, 3.1e-5),
    ],
)
def test_a_pixel_is_a_hundredth_of_the_first_digit(
    start: float, pixels: float, modifiers: Qt.KeyboardModifier, wanted: float
) -> None:
    assert scrubbed(start, pixels, modifiers) == pytest.approx(wanted, rel=1e-12)


@pytest.fixture
def shown(window: Callable[..., Window], qtbot: QtBot) -> Window:
    made = window()
    made.show_content(line(), None, clean=True)
    qtbot.waitExposed(made)
    made.canvas.fit()
    return made


def box(window: Window, node: str) -> QPoint:
    canvas = window.canvas
    return canvas.camera.to_view(canvas.scene.nodes[node].control_rect().center()).toPoint()


def drag(widget: object, at: QPoint, by: int, *, release: bool = True) -> None:
    QTest.mousePress(widget, LEFT, pos=at)
    for k in (by // 2, by):
        QTest.mouseMove(widget, at + QPoint(k, 0))
    if release:
        QTest.mouseRelease(widget, LEFT, pos=at + QPoint(by, 0))


def test_the_box_of_a_parameter_is_dragged_as_one_undo_step_and_a_click_only_selects(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    before = session.layout.places["w"]
    QTest.mouseMove(canvas, box(shown, "w"))
    assert canvas.hover.scrub and canvas.cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mouseClick(canvas, LEFT, pos=box(shown, "w"))
    assert session.current == "w" and session.setting("w", "value") == 0.5 and not session.document.can_undo
    drag(canvas, box(shown, "w"), 40)
    assert session.setting("w", "value") == pytest.approx(0.54)
    drag(canvas, box(shown, "w"), -20)
    assert session.setting("w", "value") == pytest.approx(0.52)
    assert session.layout.places["w"] == before, "the node stays where it is"
    session.undo()
    assert session.setting("w", "value") == pytest.approx(0.54), "each drag is a step of its own"
    session.undo()
    assert session.setting("w", "value") == 0.5 and not session.document.can_undo


def test_escape_takes_a_drag_back(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    drag(canvas, box(shown, "w"), 40, release=False)
    assert session.setting("w", "value") == pytest.approx(0.54)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, pos=box(shown, "w"))
    assert session.setting("w", "value") == 0.5 and not session.document.can_undo


def test_an_array_is_no_number_and_its_node_is_moved(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    QTest.mouseMove(canvas, box(shown, "x"))
    assert not canvas.hover.scrub
    drag(canvas, box(shown, "x"), 60)
    assert session.setting("x", "value") == (1.0, 2.0, 3.0) and session.layout.places["x"].x != 0.0


def test_the_label_of_a_wire_from_a_number_is_dragged_where_labels_are_asked_for(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    look = m.WireLook("float64 scalar", "0.5", 0.5, 0.5, True, (), None, "", None, True, m.Packed.of(0.5), None)
    session.looks.looks = m.Looks({"w": {"value": look}}, {}, {}, 0, "", "")
    session.values_changed.emit()
    session.set_overlay("value", True)
    canvas.grab()
    (wire, rect), *others = canvas.painting.labels.items()
    assert wire.source.node == "w" and not others
    at = canvas.camera.to_view(rect.center()).toPoint()
    drag(canvas, at, 30)
    assert session.setting("w", "value") == pytest.approx(0.53)
    session.set_overlay("value", False)
    assert canvas.painting.label_at(rect.center()) is None


def test_a_setting_is_dragged_by_its_name_in_the_inspector_within_its_limits(shown: Window) -> None:
    session = shown.session
    session.select(["w"])
    row = shown.workspace.inspector.view.form.rows["value"]
    assert row.title.cursor().shape() == Qt.CursorShape.SizeHorCursor
    drag(row.title, QPoint(5, 5), 2)
    assert session.setting("w", "value") == 0.5, "that was a click"
    drag(row.title, QPoint(5, 5), 30)
    assert session.setting("w", "value") == pytest.approx(0.53)
    session.select(["descent"])
    row = shown.workspace.inspector.view.form.rows["learning_rate"]
    drag(row.title, QPoint(5, 5), -4000)
    assert session.setting("descent", "learning_rate") >= 0.0
    QTest.mousePress(row.title, LEFT, pos=QPoint(5, 5))
    QTest.mouseMove(row.title, QPoint(300, 5))
    changed = session.setting("descent", "learning_rate")
    QTest.keyClick(row.title, Qt.Key.Key_Escape)
    assert session.setting("descent", "learning_rate") != changed
    QTest.mouseRelease(row.title, LEFT, pos=QPoint(300, 5))


def test_a_kept_or_drawn_value_is_taken_in_hand_and_given_back_by_one_undo(session: Session) -> None:
    session.apply(SetSetting("w", "initial", "normal"))
    kept = Kept(5, 0, "descent", {"w": Tensor.of(2.0)})
    session.apply(SetKept(kept))
    scrub = Scrub(session, "w", "value")
    scrub.move(10)
    scrub.finish()
    assert session.setting("w", "initial") == "value" and "w" not in session.content.kept.values
    assert session.setting("w", "value") == pytest.approx(0.51)
    session.undo()
    assert session.setting("w", "initial") == "normal" and "w" in session.content.kept.values
    assert session.setting("w", "value") == 0.5


def test_a_value_that_is_typed_goes_before_a_kept_one(session: Session) -> None:
    session.apply(SetKept(Kept(5, 0, "descent", {"w": Tensor.of(2.0)})))
    assert prepare(session.content, session.library, Data(None)).parameters["w"] == 2.0
    session.set_setting("w", "value", 3.0)
    assert prepare(session.content, session.library, Data(None)).parameters["w"] == 3.0
    session.undo()
    assert prepare(session.content, session.library, Data(None)).parameters["w"] == 2.0


def test_a_parameter_is_dragged_from_what_a_paused_run_has_come_to_and_the_wires_follow(
    live_session: Session, qtbot: QtBot
) -> None:
    live_session.run(pause_at=20)
    output = Socket("w", "value")

    def held() -> float | None:
        look = live_session.look(output)
        return None if look is None or look.partial is None else float(look.partial.array())

    qtbot.waitUntil(lambda: live_session.run_state in ("paused", "finished"), timeout=60_000)
    qtbot.waitUntil(lambda: held() is not None and abs(held() - 2.0) < 0.5, timeout=60_000)
    scrub = Scrub(live_session, "w", "value")
    assert scrub.start == pytest.approx(held())
    scrub.move(100)
    scrub.finish()
    wanted = live_session.setting("w", "value")
    assert wanted == pytest.approx(scrub.start + 1.0, abs=0.01)
    qtbot.waitUntil(lambda: held() == pytest.approx(wanted), timeout=60_000)


def test_while_a_run_is_on_a_trained_number_is_left_alone_and_why_is_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    monkeypatch.setattr(Session, "run_state", "running")
    assert refusal(session, "w") == PAUSE and refusal(session, "descent") == ""
    Scrub(session, "w", "value").move(10)
    assert said == [PAUSE] and session.setting("w", "value") == 0.5
