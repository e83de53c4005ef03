"""Stepping by mouse and keys: the panel, the canvas, breakpoints, playing, and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.canvas import menus
from app.stepping.stepping import EDITED, NO_ENGINE, VEILED
from app.window import Window
from engine.graph import Socket
from tests.app.conftest import line
from tests.app.stepping.recorded import Recorder

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def stage(window: Callable[..., Window]) -> Iterator[Window]:
    """A window over the line, its panel of steps shown, a step of it recorded."""
    made = window()
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    made.workspace.show_panel("steps")
    made.session.stepping.show(Recorder(made.session.content).trace(approach="tape"))
    settle()
    yield made


def settle() -> None:
    for _ in range(6):
        QApplication.processEvents()


def press(window: Window, *keys: Qt.Key) -> None:
    window.workspace.steps.setFocus()
    for key in keys:
        QTest.keyClick(window.workspace.steps, key)


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def picture(window: Window) -> np.ndarray:
    """Return what the canvas shows."""
    settle()
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(bytes(image.constBits()), np.uint8).reshape(image.height(), image.width(), 4).copy()


def cotangents(window: Window) -> dict[str, str]:
    session = window.session
    looks = {id: session.look(Socket(id, "value")) for id in session.graph.nodes if id != "descent"}
    return {id: look.cotangent for id, look in looks.items() if look is not None and look.cotangent}


def test_by_keys_to_the_end_and_back_and_no_mark_is_left(stage: Window) -> None:
    stepping, w = stage.session.stepping, Socket("w", "value")
    before = picture(stage)
    assert stage.session.look(w) is None, "no value yet"
    press(stage, Key.Key_Right, Key.Key_Right)
    assert stepping.position == 2
    press(stage, Key.Key_Left)
    assert stepping.position == 1
    press(stage, Key.Key_End)
    assert stepping.position == stepping.count
    assert stage.session.look(w).cotangent == "−14", "2 (0.5 − 2) mean of 1, 4, 9"
    assert stage.workspace.steps.sentence.text().startswith("slope w moves from 0.5 to 1.2")
    assert (picture(stage) != before).any()
    press(stage, Key.Key_Home)
    assert stepping.position == 0
    after = picture(stage)
    assert (after != before).any(axis=2).sum() < 50, "going back to the start leaves no mark"
    press(stage, Key.Key_End, Key.Key_Home)
    assert (picture(stage) == after).all()


def test_every_micro_step_repaints_what_a_whole_repaint_would(stage: Window) -> None:
    """Only parts are painted anew: the picture is the same as if everything were."""
    for overlays in ((), ("value", "cotangent")):
        for overlay in overlays:
            stage.session.set_overlay(overlay, True)  # type: ignore[arg-type]
        for position in (1, 5, 9, 12, 7, 3):
            stage.session.stepping.go(position)
            parts = picture(stage)
            stage.canvas.update()
            assert (parts == picture(stage)).mean() > (0.995 if overlays else 0.9999), position


def test_by_mouse_buttons_slider_and_rows(stage: Window) -> None:
    stepping, panel = stage.session.stepping, stage.workspace.steps
    click(panel.transport.buttons["forward"])
    click(panel.transport.buttons["forward"])
    assert stepping.position == 2
    click(panel.transport.buttons["end"])
    assert stepping.position == stepping.count
    click(panel.transport.buttons["back"])
    assert stepping.position == stepping.count - 1
    click(panel.transport.buttons["start"])
    assert stepping.position == 0
    panel.table.scrollToTop()
    settle()
    QTest.mouseClick(
        panel.table.viewport(), Qt.MouseButton.LeftButton, pos=panel.table.visualRect(panel.model.index(1, 2)).center()
    )
    assert stepping.position == 2, "a row is gone to by a click"
    panel.transport.slider.setFocus()
    QTest.keyClick(panel.transport.slider, Key.Key_Right)
    assert stepping.position == 3
    assert panel.transport.count.text() == f"3 of {stepping.count}"


def test_wires_fill_as_the_passes_reach_them(stage: Window) -> None:
    """Each wire of a value that two nodes read tells of what came back by itself."""
    stepping, scene = stage.session.stepping, stage.canvas.scene
    filled = []
    for position in range(stepping.count + 1):
        stepping.go(position)
        filled.append(sum(bool(item.reading.value) for item in scene.wires.values()))
    assert filled == sorted(filled) and filled[0] == 0 and filled[-1] == len(scene.wires)
    assert set(cotangents(stage)) >= {"w", "multiply", "mse"}
    stepping.to_start()
    assert not cotangents(stage)


def test_the_table_of_the_selected_node_only(stage: Window) -> None:
    panel = stage.workspace.steps
    every = panel.model.rowCount()
    stage.session.select(["multiply"])
    panel.only.setFocus()
    QTest.keyClick(panel.only, Key.Key_Space)
    assert panel.only.isChecked()
    assert 0 < panel.model.rowCount() < every
    assert {panel.model.index(row, 2).data() for row in range(panel.model.rowCount())} == {"Multiply"}
    stage.session.select(["w"])
    assert {panel.model.index(row, 2).data() for row in range(panel.model.rowCount())} == {"slope w"}


def test_playing_stops_at_a_breakpoint(stage: Window, qtbot: QtBot) -> None:
    stepping = stage.session.stepping
    menu = QMenu()
    stage.session.select(["mse"])
    menus.fill(stage.canvas, menu, None, None)
    next(each for each in menu.actions() if each.text() == "Stop playing here").trigger()
    assert stepping.breakpoints == {"mse"}
    stepping.set_pace("10x")
    press(stage, Key.Key_Space)
    assert stepping.playing
    qtbot.waitUntil(lambda: not stepping.playing, timeout=30_000)
    assert stepping.steps.here.node == "mse" and stepping.steps.here.phase == "forward"  # type: ignore[union-attr]
    press(stage, Key.Key_Space)
    qtbot.waitUntil(lambda: not stepping.playing, timeout=30_000)
    here = stepping.steps.here  # type: ignore[union-attr]
    assert here.node == "mse" and here.phase == "backward", "on from there, to the way back"
    rows = [stage.workspace.steps.model.index(row, 0).data() for row in range(stepping.count)]
    assert any(text.startswith("●") for text in rows)
    stage.session.select(["mse"])
    stage.actions_table.refresh()
    stage.actions_table["breakpoint"].trigger()
    assert not stepping.breakpoints


@pytest.mark.parametrize("approach", ["tape", "static", "source", "callbacks", "forward"])
def test_every_approach_leaves_something_to_read(stage: Window, approach: str) -> None:
    session, panel = stage.session, stage.workspace.steps
    session.stepping.show(Recorder(session.content).trace(approach=approach))
    grows = approach in ("tape", "callbacks", "forward")
    assert (panel.rows.rowCount() == 0) == grows
    counts, marked = [], set()
    for position in range(session.stepping.count + 1):
        session.stepping.go(position)
        counts.append(panel.rows.rowCount())
        row = panel.rows.row_here()
        if row >= 0:
            marked.add(row)
            assert panel.list.currentIndex().row() == row
            assert panel.rows.index(row, 0).data().strip()
    assert counts == sorted(counts) and (counts[-1] > counts[0]) == grows
    assert len(marked) >= 4
    texts = [panel.rows.index(row, 0).data() for row in range(panel.rows.rowCount())]
    if approach == "callbacks":
        assert texts[1].startswith("│ ") and all("└" in text for text in texts), "all calls have returned"
    if approach in ("static", "source"):
        assert any("w_bar" in text or "_bar" in text for text in texts)


def test_one_micro_step_whole(stage: Window) -> None:
    session, panel = stage.session, stage.workspace.steps
    recorder = Recorder(session.content)
    session.stepping.show(recorder.trace(approach="tape"))
    number = next(
        k
        for k, step in enumerate(session.stepping.steps.stepped.micro)  # type: ignore[union-attr]
        if step.phase == "backward" and step.node == "multiply"
    )
    session.stepping.go(number + 1)
    step = session.stepping.steps.here  # type: ignore[union-attr]
    passed = next(each for each in step.passed if each.node == "w")  # type: ignore[union-attr]
    detail = recorder.detail(number, passed.argument, row=2)
    session.stepping.show_detail(detail)
    assert detail.kind == "jacobian" and detail.shape == ((3,), ())
    np.testing.assert_allclose(detail.column.whole.array(), [1.0, 2.0, 3.0])  # type: ignore[union-attr]
    np.testing.assert_allclose(detail.row.whole.array(), 3.0)  # type: ignore[union-attr]
    np.testing.assert_allclose(detail.product.whole.array(), -14.0)  # type: ignore[union-attr]
    text = panel.whole.text.toPlainText()
    assert "a Jacobian" in text and "−14" in text


def test_an_edit_ends_it_and_says_so(stage: Window) -> None:
    session = stage.session
    told: list[str] = []
    session.message.connect(told.append)
    session.stepping.go(5)
    session.set_setting("w", "value", 2.0)
    assert not session.stepping.on and EDITED in told
    assert stage.workspace.steps.sentence.text() == EDITED
    assert stage.workspace.steps.model.rowCount() == 0


def test_moving_a_node_does_not_end_it(stage: Window) -> None:
    stage.session.stepping.go(5)
    stage.session.select(["w"])
    stage.canvas.setFocus()
    QTest.keyClick(stage.canvas, Key.Key_Right, Mod.ShiftModifier)
    assert stage.session.stepping.position == 5


def test_without_an_engine_it_says_so(window: Callable[..., Window]) -> None:
    made = window()
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    made.session.stepping.begin()
    assert made.workspace.steps.sentence.text() == NO_ENGINE


def test_what_is_to_be_found_by_hand_is_not_told(window: Callable[..., Window]) -> None:
    made = window(engine=True)
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    made.session.slopes.show(Recorder(made.session.content)._answerer.slopes(None))
    assert made.session.slopes.of(Socket("multiply", "x")) is not None
    made.session.looks.veil(frozenset((Socket("w", "value"),)))
    made.session.stepping.begin()
    assert not made.session.stepping.waiting and made.workspace.steps.sentence.text() == VEILED
    assert made.session.slopes.of(Socket("multiply", "x")) is None


def test_by_its_command_through_the_engine_s_process(window: Callable[..., Window], qtbot: QtBot) -> None:
    """F4 records where the run stands; another approach records anew; a refusal is told; an edit ends it."""
    made = window(engine=True)
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    stepping, panel = made.session.stepping, made.workspace.steps
    settle()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.isActiveWindow() and made.actions_table["step_through"].isEnabled())
    QTest.keyClick(made.canvas, Key.Key_F4)
    qtbot.waitUntil(lambda: stepping.on, timeout=90_000)
    press(made, Key.Key_End)
    assert made.session.look(Socket("w", "value")).cotangent == "−14"
    whole = panel.pages.button(1)
    click(whole)
    press(made, Key.Key_Left, Key.Key_Left)
    qtbot.waitUntil(lambda: stepping.detail is not None, timeout=60_000)
    stepping.begin(approach="source", step=2)
    qtbot.waitUntil(lambda: stepping.on and stepping.steps.stepped.step == 2, timeout=90_000)  # type: ignore[union-attr]
    assert stepping.steps.stepped.approach == "source" and panel.step.value() == 2  # type: ignore[union-attr]
    stepping.to_end()
    moved = [step.moved for step in stepping.steps.stepped.micro if step.moved is not None]  # type: ignore[union-attr]
    w = 0.5
    for _ in range(2):
        w -= 0.05 * 2 * (w - 2.0) * 14 / 3
    assert float(stepping.steps.told(moved[0].before).low) == pytest.approx(w)  # type: ignore[union-attr]
    stepping.begin(step=10**6)
    qtbot.waitUntil(lambda: not stepping.waiting, timeout=90_000)
    assert not stepping.on and "The run ends at step 200" in panel.sentence.text()


def test_the_chooser_of_overlays(stage: Window) -> None:
    stage.activateWindow()
    stage.canvas.setFocus()
    stage.actions_table["overlays"].trigger()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [each.text() for each in menu.actions()]
    assert "Local partials on wires" in texts and "Gradient norms as thickness" in texts
    QTest.keyClick(menu, Key.Key_Return)
    assert "value" in stage.session.overlays
    menu.close()


def test_local_partials_on_the_wires(stage: Window) -> None:
    session = stage.session
    session.stepping.end()
    bare = picture(stage)
    stage.actions_table["show_partials"].trigger()
    session.slopes.show(Recorder(session.content)._answerer.slopes(None))
    by_y = session.slopes.of(Socket("multiply", "y"))
    assert by_y is not None and by_y.kind == "jacobian" and by_y.product == "−14"
    by_x = session.slopes.of(Socket("multiply", "x"))
    assert by_x is not None and by_x.text == "0.5" and session.slopes.symbol(Socket("multiply", "x")) == "∂z/∂x = y"
    shown = picture(stage)
    assert (shown != bare).any()
    session.stepping.show(Recorder(session.content).trace())
    assert session.slopes.of(Socket("multiply", "x")) is None, "not before the node has run"
    session.stepping.to_end()
    assert session.slopes.of(Socket("multiply", "x")) == by_x
    session.slopes._failed(0, "slopes", "They cannot be had now.", "")
    assert session.slopes.of(Socket("multiply", "x")) is None, "not those of a graph that was"


def test_gradient_norms_change_the_derivatives_pens(stage: Window) -> None:
    stage.session.stepping.to_end()
    plain = picture(stage)
    stage.actions_table["show_norms"].trigger()
    assert (picture(stage) != plain).mean() > 0.001
    stage.actions_table["show_norms"].trigger()
    assert (picture(stage) == plain).mean() > 0.9999
