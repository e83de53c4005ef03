"""Editable shortcuts: what keys do on the canvas is bound to other keys like every command, by pressing them; clashes
are told; menus, hints and the help page follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.actions import COMMANDS
from app.canvas import menu_keys
from app.canvas.bindings import bindings
from app.canvas.keys import KEYS
from app.canvas.knife import Knife
from app.help import KeysCard
from app.preferences.shortcuts import ShortcutsTable
from app.shortcuts import FIXED, WITHIN, text_of
from app.top_bar import idle_hint
from tests.app.editor_habits.conftest import Desk

Key, NONE = Qt.Key, Qt.KeyboardModifier.NoModifier
Ctrl, Alt, Shift = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture(autouse=True)
def _keys_back() -> Iterator[None]:
    yield
    bindings().bind(KEYS, COMMANDS, {})


def steady(desk: Desk, qtbot: QtBot, node: str) -> QPoint:
    """Wait until the window has its sizes, look at a node, and return where its head is in the view."""
    space, canvas = desk.window.workspace, desk.window.canvas
    qtbot.waitUntil(lambda: space._placed and not space.yielding._soon.isActive())
    for _ in range(4):
        QApplication.processEvents()
    canvas.zoom_to(1.0)
    canvas.glide.finish()
    canvas.centre_on(canvas.scene.nodes[node].rect.center())
    return canvas.camera.to_view(canvas.scene.nodes[node].rect.topLeft() + QPointF(40, 12)).toPoint()


@pytest.fixture
def bind(desk: Desk) -> Callable[..., ShortcutsTable]:
    """Open the shortcuts, choose what is to have other keys, and press them."""

    def made(id: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> ShortcutsTable:
        desk.window.show_preferences("shortcuts")
        table = desk.window.preferences.findChild(ShortcutsTable)
        table.choose(id)
        QTest.keyClick(table.tree, Key.Key_Return)
        QTest.keyClick(table.field, key, modifiers)
        return table

    return made


def back(desk: Desk) -> None:
    """Go from the preferences back to the canvas."""
    QTest.keyClick(desk.window.preferences, Key.Key_Escape)
    desk.window.canvas.setFocus()


def test_everything_on_the_canvas_has_its_own_keys_and_a_row(desk: Desk) -> None:
    own = [text_of(keys) for each in KEYS for keys in each.keys]
    commands = {text_of(keys) for command in COMMANDS for keys in command.keys}
    assert len(set(own)) == len(own) and not commands & set(own) and not (set(FIXED) - {"Tab"}) & set(own)
    assert len({each.id for each in (*KEYS, *COMMANDS)}) == len(KEYS) + len(COMMANDS)
    desk.window.show_preferences("shortcuts")
    table = desk.window.preferences.findChild(ShortcutsTable)
    rows = {
        table.tree.topLevelItem(k).text(0): table.tree.topLevelItem(k) for k in range(table.tree.topLevelItemCount())
    }
    for each in KEYS:
        assert rows[each.text].text(1) == "Canvas" and rows[each.text].text(2)
    QTest.keyClicks(table.search, "lasso")
    assert table.tree.topLevelItem(0).text(0) == "Held: draw a lasso"


def test_muting_by_another_key_and_no_longer_by_the_old_one(desk: Desk, bind: Callable[..., ShortcutsTable]) -> None:
    bind("canvas_mute", Key.Key_K)
    assert desk.window.settings.shortcuts == {"canvas_mute": ("K",)}
    back(desk)
    desk.session.select(["multiply"])
    desk.keys(Key.Key_M)
    assert not desk.session.node("multiply").muted
    desk.keys(Key.Key_K)
    assert desk.session.node("multiply").muted


def test_arrows_exchanged_for_letters_select_move_and_pan(desk: Desk, bind: Callable[..., ShortcutsTable]) -> None:
    bind("canvas_select_right", Key.Key_D)
    bind("canvas_move_right", Key.Key_D, Shift)
    bind("canvas_pan_right", Key.Key_D, Alt | Shift)
    back(desk)
    canvas, first = desk.window.canvas, min(desk.session.graph.nodes, key=lambda id: desk.session.layout.places[id].x)
    desk.session.select([first])
    x = desk.session.layout.places[first].x
    desk.keys(Key.Key_D, Shift)
    assert desk.session.layout.places[first].x > x
    before = canvas.camera.origin.x()
    desk.keys(Key.Key_D, Alt | Shift)
    assert canvas.camera.origin.x() > before
    desk.keys(Key.Key_D)
    assert desk.session.current != first
    now = desk.session.current
    desk.keys(Key.Key_Right)
    assert desk.session.current == now, "the arrow is free"


def test_a_held_tool_and_the_hand_have_other_keys(desk: Desk, bind: Callable[..., ShortcutsTable]) -> None:
    bind("canvas_knife", Key.Key_X)
    bind("canvas_space", Key.Key_R)
    back(desk)
    canvas, told = desk.window.canvas, []
    desk.session.message.connect(told.append)
    QTest.keyPress(canvas, Key.Key_X)
    assert told == ["X held: draw across wires to cut them."]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, NONE, canvas.rect().bottomLeft() + QPointF(20, -20).toPoint())
    assert isinstance(canvas.gesture, Knife)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, NONE, canvas.rect().bottomLeft() + QPointF(20, -20).toPoint())
    QTest.keyRelease(canvas, Key.Key_X)
    assert not canvas.held_keys
    QTest.keyPress(canvas, Key.Key_Y)
    assert not canvas.held_keys
    QTest.keyRelease(canvas, Key.Key_Y)
    runs: list[int] = []
    desk.session.toggle_run = lambda: runs.append(1)
    desk.keys(Key.Key_Space)
    assert not runs
    QTest.keyPress(canvas, Key.Key_R)
    assert canvas.space_held
    QTest.keyRelease(canvas, Key.Key_R)
    assert runs == [1] and not canvas.space_held


def test_tab_given_up_leaves_the_canvas_and_other_keys_add(desk: Desk, bind: Callable[..., ShortcutsTable]) -> None:
    bind("canvas_add", Key.Key_A)
    back(desk)
    canvas = desk.window.canvas
    desk.keys(Key.Key_A)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
    canvas.setFocus()
    desk.keys(Key.Key_Tab)
    assert QApplication.activePopupWidget() is None and not canvas.hasFocus()
    assert idle_hint().endswith("A adds an operator here  ·  Space runs")


def test_clashes_are_told_both_ways_and_the_keys_can_be_taken(desk: Desk, bind: Callable[..., ShortcutsTable]) -> None:
    table = bind("delete", Key.Key_M)
    assert "M gives “Mute or unmute the selected nodes” now" in table.told.text() and table.take.isVisible()
    assert not desk.window.settings.shortcuts
    QTest.mouseClick(table.take, Qt.MouseButton.LeftButton)
    assert desk.window.settings.shortcuts == {"delete": ("M",), "canvas_mute": ()}
    back(desk)
    desk.session.select(["multiply"])
    desk.keys(Key.Key_M)
    assert "multiply" not in desk.session.graph.nodes
    table = bind("canvas_wire", Key.Key_D, Ctrl)
    assert "gives “Duplicate” now" in table.told.text()
    table = bind("canvas_select_left", Key.Key_Return)
    assert "gives “Open or edit what is selected” now" in table.told.text(), "the canvas may have what lists need"
    assert "Return" in WITHIN
    QTest.keyClick(table.field, Key.Key_Escape)
    table.choose("canvas_mute")
    QTest.mouseClick(table.reset, Qt.MouseButton.LeftButton)
    assert "taken from “Delete”" in table.told.text() and desk.window.settings.shortcuts == {"delete": ()}


def test_hints_and_the_page_of_keys_say_the_keys_in_force(
    desk: Desk, bind: Callable[..., ShortcutsTable], qtbot: QtBot
) -> None:
    bind("canvas_wire", Key.Key_K)
    bind("canvas_add", Key.Key_A)
    back(desk)
    canvas = desk.window.canvas
    hints: list[str] = []
    desk.session.hinted.connect(lambda says, acting: hints.append(says))
    head = steady(desk, qtbot, "multiply")
    QTest.mouseMove(canvas, head + QPoint(300, 300))
    QTest.mouseMove(canvas, head)
    qtbot.waitUntil(lambda: any("K: wire it" in says for says in hints))
    desk.window.show_keys()
    card = desk.window.findChild(KeysCard)
    texts = {label.text() for label in card.findChildren(QLabel)}
    assert "K" in texts and "W" not in texts and "Arrow keys" in texts
    card.close()


def menu_at(desk: Desk, qtbot: QtBot, node: str) -> QMenu:
    """Open the menu of a node by a right click."""
    canvas, at = desk.window.canvas, steady(desk, qtbot, node)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, asked)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def keys_in(menu: QMenu) -> dict[str, str]:
    """Return the keys beside the entries of a menu and of those below it."""
    found = {}
    for action in menu.actions():
        if isinstance(action.menu(), QMenu):
            found |= keys_in(action.menu())
        elif not action.shortcut().isEmpty():
            assert action.isShortcutVisibleInContextMenu()
            found[action.text()] = action.shortcut().toString()
    return found


def test_the_menu_of_a_node_shows_the_keys_that_do_the_same(
    desk: Desk, bind: Callable[..., ShortcutsTable], qtbot: QtBot
) -> None:
    menu = menu_at(desk, qtbot, "multiply")
    told = keys_in(menu)
    menu.close()
    expected = {"Rename": "F2", "Help": "F1", "Collapse": "H", "Mute": "M", "Delete": "Del", "Duplicate": "Ctrl+D"}
    assert expected.items() <= told.items() and told["What feeds it"] == "Alt+U"
    bind("canvas_mute", Key.Key_K)
    back(desk)
    menu = menu_at(desk, qtbot, "multiply")
    assert keys_in(menu)["Mute"] == "K"
    menu.close()
    desk.session.select(["multiply"])
    desk.keys(Key.Key_F2)
    (field,) = (each for each in desk.window.canvas.findChildren(QLineEdit) if each.accessibleName() == "Name")
    assert field.isVisible(), "keys beside an entry take nothing from the window's"
    QTest.keyClick(field, Key.Key_Escape)


def test_every_entry_with_keys_is_in_a_menu_and_every_key_is_somebodys() -> None:
    written = "".join(each.read_text() for each in Path(menu_keys.__file__).parent.glob("*menu*.py"))
    ids = {each.id for each in (*COMMANDS, *KEYS)}
    for text, id in menu_keys.KEYS.items():
        assert written.count(f'"{text}"') >= 2, f"no menu has an entry {text}"
        assert id in ids
