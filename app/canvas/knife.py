"""The knife: a stroke across wires cuts every one it crosses, as one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas.gestures import Gesture
from app.canvas.inks import Inks, pen
from app.theme import faded
from engine.edits import Disconnect, Group
from engine.graph import Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

STEP = 3.0
"""Pixels between two points of a stroke."""


class Knife(Gesture):
    """A stroke on the canvas with Ctrl and the right button, or with Y held."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, at: QPointF) -> None:
        super().__init__(canvas, at)
        self._stroke = [self.scene_at]
        self.cut: set[Wire] = set()
        self.hint = "Draw across the wires to cut."

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if step.manhattanLength() < STEP and len(self._stroke) > 1:
            return
        last, now = self._stroke[-1], self.scene_at
        self._stroke.append(now)
        blade = QLineF(last, now)
        box = QRectF(last, now).normalized().adjusted(-1, -1, 1, 1)
        for item in self.scene.wires_in(box):
            if item.wire not in self.cut and any(_meet(blade, line) for line in item.lines(1.0)):
                self.cut.add(item.wire)
        count = len(self.cut)
        self.hint = "Draw across the wires to cut." if not count else f"Cuts {count} wire{'s' if count > 1 else ''}."

    def finish(self) -> None:
        there = sorted(self.cut & self.session.graph.wires)
        if there:
            title = "Cut wire" if len(there) == 1 else f"Cut {len(there)} wires"
            self.session.apply(Group(title, tuple(map(Disconnect, there))))

    def paint(self, painter: QPainter, ink: Inks) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(faded(ink.theme.bad, 0.75), 3.0))
        for wire in self.cut & self.scene.wires.keys():
            painter.drawPath(self.scene.wires[wire].path)
        blade = pen(ink.theme.text, 1.4, Qt.PenStyle.DashLine)
        blade.setCosmetic(True)
        painter.setPen(blade)
        painter.drawPolyline(self._stroke)


def _meet(one: QLineF, other: QLineF) -> bool:
    return one.intersects(other)[0] == QLineF.IntersectionType.BoundedIntersection
