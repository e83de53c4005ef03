"""Selecting on the canvas by a gesture: the band around what it meets, and the lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from app.canvas.gestures import ADDING, Gesture
from app.canvas.inks import Inks

if TYPE_CHECKING:
    from app.canvas.view import Canvas

LASSO = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""Held: the left button draws a lasso, over nodes too."""


class Choosing(Gesture):
    """A drag that selects what it encloses; with Shift or Ctrl in addition to what was selected."""

    def __init__(self, canvas: Canvas, at: QPointF, *, adding: bool) -> None:
        super().__init__(canvas, at)
        session = canvas.session
        self._before = (session.selection, session.selected_notes) if adding else (frozenset[str](), frozenset[str]())
        if not adding:
            session.select()

    def choose(self, nodes: set[str], notes: set[str]) -> None:
        """Select these and what was selected before."""
        self.session.select(self._before[0] | nodes, self._before[1] | notes)

    def cancel(self) -> None:
        self.session.select(*self._before)

    def paint(self, painter: QPainter, ink: Inks) -> None:
        if self.moved:
            painter.setPen(ink.band_pen)
            painter.setBrush(ink.band_fill)
            self.outline(painter)

    def outline(self, painter: QPainter) -> None:
        """Paint what has been drawn."""


class Band(Choosing):
    """A press on nothing: what the band meets is selected; a click selects nothing."""

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(canvas, at, adding=bool(modifiers & ADDING))
        self._start = canvas.camera.to_scene(at)

    @property
    def rect(self) -> QRectF:
        return QRectF(self._start, self.scene_at).normalized()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        rect = self.rect
        nodes = {item.face.id for item in self.scene.nodes_in(rect)}
        self.choose(nodes, {id for id, item in self.scene.notes.items() if rect.contains(item.rect)})

    def outline(self, painter: QPainter) -> None:
        painter.drawRect(self.rect)


class Lasso(Choosing):
    """A line drawn around nodes: those whose middle lies inside it are selected, and notes that do wholly."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        super().__init__(canvas, at, adding=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        self._line = [canvas.camera.to_scene(at)]

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._line.append(self.scene_at)
        area = self._area()
        near = self.scene.nodes_in(area.boundingRect())
        nodes = {item.face.id for item in near if area.contains(item.rect.center())}
        self.choose(nodes, {id for id, item in self.scene.notes.items() if area.contains(item.rect)})

    def _area(self) -> QPainterPath:
        area = QPainterPath()
        area.addPolygon(QPolygonF([*self._line, self._line[0]]))
        return area

    def outline(self, painter: QPainter) -> None:
        painter.drawPath(self._area())
