"""Scenes of "Presenting": a lesson on the projector, and what was pressed named in the corner."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assets import SAMPLES
from app.window import Window
from docs.guide.scenes.looking import looked, opened
from docs.guide.scenes.shot import Shot
from engine.files import read

Key, Mod = Qt.Key, Qt.KeyboardModifier
WINDOWS = {"lesson": {"theme": "light"}, "strokes": {"theme": "dark"}}
TURNS = 40
"""Of the event loop, until panels have gone and the graph has its room."""


def turned() -> None:
    for _ in range(TURNS):
        QApplication.processEvents()


def lesson(window: Window) -> Shot:
    """A question at 200 %, as the class sees it."""
    window.resize(1920, 1080)
    window.session.adopt(read(SAMPLES / "lessons" / "03_reverse_mode_by_hand.dgraph"), None, clean=True)
    window.show_document()
    looked(window)
    turned()
    window.presenting.begin()
    turned()
    QTest.keyClick(window.canvas, Key.Key_PageDown)
    turned()
    return Shot("presenting-lesson")


def strokes(window: Window) -> Shot:
    """Keys and clicks in the corner."""
    opened(window, "1_straight_line_hubble")
    turned()
    window.presenting.begin()
    turned()
    QTest.keyClick(window.canvas, Key.Key_F, Mod.ControlModifier | Mod.ShiftModifier)
    QTest.keyClick(window.canvas, Key.Key_3, Mod.AltModifier)
    turned()
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(900, 620))
    return Shot("presenting-strokes")


SCENES = (lesson, strokes)
