"""Presenter mode: larger and without panels while it lasts, exactly as before afterwards; keys, clicks, a clicker."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app import bookmarks
from app.presenting.presenting import MAGNIFIED
from app.theme import appearance
from app.window import Window
from engine.files import read
from tests.app.conftest import line
from tests.lessons.paths import FILES

Make = Callable[..., Window]
Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def shown(window: Make, qtbot: QtBot) -> Window:
    """A window with a document, its panels in their places."""
    made = window()
    made.resize(1600, 1000)
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    qtbot.waitUntil(lambda: panels(made) == {"palette", "inspector"} or "plots" in panels(made))
    return made


def panels(window: Window) -> set[str]:
    return {name for name, dock in window.workspace.docks.items() if dock.isVisible()}


def begun(window: Window, qtbot: QtBot) -> None:
    QTest.keyClick(window.canvas, Key.Key_F12)
    qtbot.waitUntil(lambda: window.presenting.on and not panels(window))


def test_one_key_makes_all_larger_and_clears_panels_away_and_esc_brings_all_back(shown: Window, qtbot: QtBot) -> None:
    before, scale, settings = panels(shown), appearance().scale, shown.settings
    assert before
    begun(shown, qtbot)
    assert appearance().scale == MAGNIFIED * scale and shown.settings == settings
    QTest.keyClick(shown.canvas, Key.Key_Escape)
    qtbot.waitUntil(lambda: panels(shown) == before)
    assert not shown.presenting.on and appearance().scale == scale and shown.settings == settings
    assert shown.presenting.strokes is None
    QTest.keyClick(shown.canvas, Key.Key_PageDown)  # nobody listens any more
    assert shown.presenting.strokes is None


def test_a_panel_that_is_asked_for_comes_and_goes(shown: Window, qtbot: QtBot) -> None:
    before = panels(shown)
    begun(shown, qtbot)
    QTest.keyClick(shown.canvas, Key.Key_4, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: panels(shown) == {"plots"})
    shown.presenting.leave()
    qtbot.waitUntil(lambda: panels(shown) >= before)


def test_closing_the_window_keeps_the_panels_of_before(shown: Window, qtbot: QtBot) -> None:
    begun(shown, qtbot)
    shown.close()
    assert not shown.presenting.on and appearance().scale == 1.0


def test_what_is_pressed_is_named(shown: Window, qtbot: QtBot) -> None:
    begun(shown, qtbot)
    strokes = shown.presenting.strokes
    assert strokes is not None and not strokes.isVisible()
    QTest.keyClick(shown.canvas, Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert strokes.names == ["Ctrl+Shift+F"] and strokes.isVisible()
    spot = QPoint(40, 40)
    QTest.mouseClick(shown.canvas, LEFT, pos=spot)
    QTest.mouseClick(shown.canvas, LEFT, Qt.KeyboardModifier.ShiftModifier, spot)
    QTest.keyClick(shown.canvas, Key.Key_PageDown)
    QTest.keyClick(shown.canvas, Key.Key_PageDown)
    assert strokes.names[0] == "Ctrl+Shift+F" and strokes.names[-1].endswith("×2")
    assert "click" in strokes.names and "Shift+click" in strokes.names
    strokes.forget()
    assert not strokes.isVisible() and strokes.names == []


def test_a_clicker_steps_through_a_lesson(shown: Window, qtbot: QtBot) -> None:
    shown.session.adopt(read(FILES[2]), None, clean=True)
    learning = shown.page.lessons.learning
    assert learning is not None
    begun(shown, qtbot)
    for key, index in ((Key.Key_PageDown, 1), (Key.Key_PageDown, 2), (Key.Key_PageUp, 1)):
        QTest.keyClick(shown.canvas, key)
        assert learning.index == index
    field = next(iter(shown.page.lessons.findChildren(QLineEdit)), None)
    if field is not None:
        field.setFocus()
    QTest.keyClick(QApplication.focusWidget() or shown.canvas, Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown.presenting.on)


def test_a_clicker_steps_through_bookmarks_and_says_where_there_are_none(shown: Window, qtbot: QtBot) -> None:
    said: list[str] = []
    begun(shown, qtbot)
    shown.session.message.connect(said.append)
    QTest.keyClick(shown.canvas, Key.Key_PageDown)
    assert "nothing to step through" in said[-1]
    canvas = shown.canvas
    bookmarks.add(canvas, "first", 1)
    canvas.zoom_by(0.5)
    bookmarks.add(canvas, "second", 2)
    went: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bookmarks, "go", lambda _, id: went.append(shown.session.layout.bookmarks[id].name))
        for key in (Key.Key_PageDown, Key.Key_PageDown, Key.Key_PageUp):
            QTest.keyClick(canvas, key)
    assert went == ["first", "second", "first"]


def test_esc_gives_up_what_is_nearer_first(shown: Window, qtbot: QtBot) -> None:
    begun(shown, qtbot)
    field = QLineEdit(shown.canvas)
    field.show()
    field.setFocus()
    QTest.keyClick(field, Key.Key_Escape)
    assert shown.presenting.on
    field.hide()
    shown.canvas.setFocus()
    QTest.keyClick(shown.canvas, Key.Key_Escape)
    assert not shown.presenting.on
