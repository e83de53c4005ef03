"""The scene of "The program": the command palette over a graph."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from app.assets import SAMPLES
from app.window import Window
from docs.guide.scenes.shot import Shot


def palette(window: Window) -> Shot:
    """Ask for everything that has to do with comparing."""
    window.open(SAMPLES / "2_iris_network.dgraph")
    QTest.qWait(600)
    QTest.keyClick(window.canvas, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    if not window.commands.isVisible():
        window.show_commands()
    QTest.keyClicks(window.commands.field, "comp")
    QTest.qWait(250)
    return Shot("program-palette", part=QRect(420, 0, 800, 560))


SCENES = (palette,)
