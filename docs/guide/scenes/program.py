"""The scenes of "The program": the command palette over a graph, and a small window with large text."""

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


def small(window: Window) -> Shot:
    """A small window with large text: panels stand in their rails."""
    window.resize(1024, 700)
    window.set_scale(2.0)
    window.open(SAMPLES / "1_straight_line_hubble.dgraph")
    QTest.qWait(900)
    window.canvas.fit()
    QTest.qWait(400)
    return Shot("program-small")


SCENES = (palette, small)
