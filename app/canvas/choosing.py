"""Selecting on the canvas by a gesture: the band around what it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas.gestures import ADDING, Gesture
from app.canvas.inks import Inks

if TYPE_CHECKING:
    from app.canvas.view import Canvas


class Band(Gesture):
    """A press on nothing: what the band meets is selected; a click selects nothing."""

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(canvas, at)
        session = canvas.session
        self._start = canvas.camera.to_scene(at)
        adding = bool(modifiers & ADDING)
        self._before = (session.selection, session.selected_notes) if adding else (frozenset[str](), frozenset[str]())
        if not adding:
            session.select()

    @property
    def rect(self) -> QRectF:
        return QRectF(self._start, self.scene_at).normalized()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        rect = self.rect
        nodes = {item.face.id for item in self.scene.nodes_in(rect)}
        notes = {id for id, item in self.scene.notes.items() if rect.contains(item.rect)}
        self.session.select(self._before[0] | nodes, self._before[1] | notes)

    def cancel(self) -> None:
        self.session.select(*self._before)

    def paint(self, painter: QPainter, ink: Inks) -> None:
        if self.moved:
            painter.setPen(ink.band_pen)
            painter.setBrush(ink.band_fill)
            painter.drawRect(self.rect)
