"""Several views, as the issue has it:

"several views on one document; ... split view of two graphs with their difference (added, removed, changed ...)."
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.canvas.find_bar import find_bar
from app.canvas.replace_card import replace_card
from app.compare_window import CompareWindow
from app.theme import appearance
from app.window import Window
from engine.edits import RemoveNode
from engine.files import save
from engine.graph import Place
from tests.app.canvas.conftest import Hands
from tests.app.conftest import Answers
from tests.app.editor_habits.conftest import LOOP, Desk
from tests.app.editor_habits.devices import ALT, CTRL, NONE, Left, Middle, Scroll, roll

Make = Callable[..., Window]


# Several views on one document -------------------------------------------------------------------------------


def test_two_views_on_one_document_each_with_its_place_and_body(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    window, session = desk.window, desk.session
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes = window.workspace.panes
    first, second = (pane.canvas for pane in panes.panes)
    assert window.canvas is first and first.isVisible() and second.isVisible()
    QTest.mouseClick(second, Left, NONE, QPoint(5, 5))
    assert window.canvas is second and not first.active
    session.enter("for_1")
    assert second.scene.body == "for_1" and first.scene.body == "" and set(first.scene.nodes) == {"constant_1", "for_1"}
    place = QPointF(first.camera.origin)
    second.zoom_to(0.6)
    assert first.camera.zoom == 1.0 and first.camera.origin == place
    QTest.mouseClick(first, Left, NONE, QPoint(5, 5))
    assert session.body == "" and second.scene.body == "for_1", "commands act where one clicked"
    desk.keys(Qt.Key.Key_F9)
    assert window.canvas is second and session.body == "for_1"


def test_what_is_edited_in_one_view_shows_in_the_other(desk: Desk) -> None:
    window = desk.window
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    first, second = (pane.canvas for pane in window.workspace.panes.panes)
    hands = Hands(second)
    before = second.scene.nodes["probe"].corner
    hands.drag(hands.head("probe"), hands.head("probe") + QPointF(48, 24))
    assert first.scene.nodes["probe"].corner == second.scene.nodes["probe"].corner != before
    desk.keys(Qt.Key.Key_Z, CTRL, on=second)
    assert first.scene.nodes["probe"].corner == before


def test_a_view_leaves_a_body_that_is_gone_and_closes_by_its_cross(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    window, session = desk.window, desk.session
    session.enter("for_1")
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes = window.workspace.panes
    first, second = (pane.canvas for pane in panes.panes)
    QTest.mouseClick(second, Left, NONE, QPoint(5, 5))
    session.enter("")
    assert first.scene.body == "for_1"
    for id in ("tanh_1", "input_1", "output_1", "for_1"):
        session.apply(RemoveNode(id))
    assert first.scene.body == "" and set(first.scene.nodes) == {"constant_1"}
    QTest.mouseClick(panes.panes[1].head.close_button, Left)
    assert not panes.split and window.canvas is first and first.active


def test_a_view_that_is_closed_hears_nothing_more(desk: Desk) -> None:
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes = desk.window.workspace.panes
    closed = panes.other
    cards = [make(closed) for make in (find_bar, replace_card)]
    for card in cards:
        card.begin()
    panes.close_view(closed)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not isValid(closed), "Qt's part is gone; Python's is held here, as a gesture or a closure may hold it"
    before = closed.stamp
    desk.session.set_overlay("value", True)
    desk.session.holes_changed.emit()
    desk.session.profiler.changed.emit()
    desk.session.select(["w"])
    desk.session.remove_selected()
    assert closed.stamp == before and not any(map(isValid, cards))


def test_how_large_nodes_are_is_told_by_the_view_that_is_worked_on(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    session, panes = desk.session, desk.window.workspace.panes
    drawn = session.size_of("for_1")
    assert drawn is not None
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes.other.show_body("for_1")
    assert session.size_of("for_1") == drawn and session.size_of("tanh_1") is None
    panes.work_on(panes.other)
    assert session.size_of("tanh_1") is not None
    panes.close_view(panes.current)
    assert session.size_of("for_1") == drawn
    added = session.insert("elementwise.add", Place(0.0, 300.0))
    assert session.size_of(added) is not None, "a view that is closed knows of nothing that came later"


# Two graphs and their difference -----------------------------------------------------------------------------


@pytest.fixture
def compared(desk: Desk, answers: Answers, tmp_path: Path, qtbot: QtBot) -> CompareWindow:
    """A window in which a node was added, one removed and one changed since the file was saved."""
    path = tmp_path / "before.dgraph"
    save(path, desk.session.content)
    desk.session.set_setting("w", "value", 2.5)
    desk.session.select(["probe"])
    desk.session.remove_selected()
    desk.session.insert("activations.tanh", Place(264.0, 280.0))
    answers.open_path = path
    desk.keys(Qt.Key.Key_D, CTRL | ALT)
    (shown,) = desk.window.findChildren(CompareWindow)
    shown.resize(1200, 700)
    qtbot.waitExposed(shown)
    return shown


def test_two_graphs_stand_side_by_side_with_what_was_added_removed_and_changed(compared: CompareWindow) -> None:
    before, after = compared.before.canvas, compared.after.canvas
    (tanh,) = set(after.scene.nodes) - set(before.scene.nodes)
    assert before.marks.nodes == {"probe": "-", "w": "~"} and after.marks.nodes == {tanh: "+", "w": "~"}
    assert compared.summary.text() == "1 added, 1 removed, 1 changed"
    assert [(row.sign, row.title) for row in compared.rows] == [("-", "Probe"), ("+", "Tanh"), ("~", "Parameter")]
    assert compared.rows[2].details == ("value: default (0.0) → 2.5",)
    image, theme = before.grab().toImage(), appearance().theme
    box = before.camera.rect_to_view(before.scene.nodes["probe"].rect)
    sign = box.topLeft() - QPointF(4, 4) * before.camera.factor - QPointF(6, 0)
    assert image.pixelColor(sign.toPoint()).name() == theme.bad, "a sign in the colour of what is gone"


def test_a_click_on_a_difference_centres_both_and_the_cameras_go_together(compared: CompareWindow) -> None:
    before, after = compared.before.canvas, compared.after.canvas
    item = next(item for item in compared._items() if item.text(0) == "Parameter")
    rect = compared.list.visualItemRect(item)
    QTest.mouseClick(compared.list.viewport(), Left, NONE, rect.center())
    for canvas in (before, after):
        assert (canvas.seen().center() - canvas.scene.nodes["w"].rect.center()).manhattanLength() < 2
        assert canvas.session.current == "w"
    start = QPoint(before.width() // 2, before.height() - 30)
    QTest.mousePress(before, Middle, NONE, start)
    QTest.mouseMove(before, start + QPoint(40, -25))
    QTest.mouseRelease(before, Middle, NONE, start + QPoint(40, -25))
    assert (before.seen().center() - after.seen().center()).manhattanLength() < 1
    roll(after, QPoint(0, 20), QPoint(0, 40), Scroll.ScrollUpdate, CTRL)
    assert before.camera.zoom == after.camera.zoom != 1.0


def test_differences_are_gone_through_by_key_and_the_two_can_be_swapped(compared: CompareWindow) -> None:
    seen = []
    for _ in range(4):
        compared.step(+1)
        seen.append(compared.list.currentItem().text(0))
    assert seen == ["Probe", "Tanh", "Parameter", "Probe"]
    QTest.mouseClick(compared.swap_button, Left)
    assert [(row.sign, row.title) for row in compared.rows] == [("-", "Tanh"), ("+", "Probe"), ("~", "Parameter")]


def test_what_is_compared_is_only_looked_at(compared: CompareWindow, desk: Desk) -> None:
    canvas = compared.after.canvas
    graph, own = canvas.session.content, desk.session.content
    hands = Hands(canvas)
    hands.drag(hands.head("x"), hands.head("x") + QPointF(80, 80))
    hands.double_click(hands.head("x"))
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_W, Qt.Key.Key_3):
        QTest.keyClick(canvas, key)
    assert canvas.session.content is graph and desk.session.content is own
    compared.close()
