"""The canvas seen from afar: nodes as blocks, wires as lines, each kind drawn in one call."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.canvas.cards import NO_PEN
from app.canvas.geometry import HEAD
from app.canvas.inks import Inks
from app.canvas.scene import Scene
from app.theme import mix

NEAR: Final = 0.3
FAR: Final = 0.08
"""Pixels per scene unit between which wires lose their strength."""
WHOLE: Final = 0.15
"""Below this a head is a pixel or two: whole nodes have their family's colour."""


class Overview:
    """Blocks and lines of one revision of the scene, kept between frames."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._revision = -1
        self._bodies: dict[str, list[QRectF]] = {}
        self._heads: dict[str, list[QRectF]] = {}
        self._lines: list[QLineF] = []

    def _refresh(self) -> None:
        if self._revision == self._scene.revision:
            return
        self._revision = self._scene.revision
        heads: dict[str, list[QRectF]] = defaultdict(list)
        bodies: dict[str, list[QRectF]] = defaultdict(list)
        for item in self._scene.nodes.values():
            rect = item.rect
            bodies[item.face.family].append(rect)
            heads[item.face.family].append(QRectF(rect.x(), rect.y(), rect.width(), HEAD))
        self._heads, self._bodies = heads, bodies
        self._lines = [QLineF(item.start, item.end) for item in self._scene.wires.values()]

    def paint(self, painter: QPainter, ink: Inks, factor: float) -> None:
        """Paint all wires and nodes, in scene coordinates: the smaller they are, the fainter the wires."""
        self._refresh()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        near = min(max((factor - FAR) / (NEAR - FAR), 0.0), 1.0)
        theme = ink.theme
        painter.setPen(QPen(QColor(mix(theme.canvas, theme.value, 0.24 + 0.46 * near)), 0))
        painter.drawLines(self._lines)
        painter.setPen(NO_PEN)
        if factor >= WHOLE:
            painter.setBrush(ink.node)
            painter.drawRects([rect for rects in self._bodies.values() for rect in rects])
        for family, rects in (self._heads if factor >= WHOLE else self._bodies).items():
            painter.setBrush(QColor(mix(theme.node, theme.family(family), 0.75)))
            painter.drawRects(rects)
        self._marked(painter, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _marked(self, painter: QPainter, ink: Inks) -> None:
        selected = [self._scene.nodes[id].rect for id in self._scene.session.selection if id in self._scene.nodes]
        wrong = [item.rect for item in self._scene.nodes.values() if item.severity == "error"]
        for rects, pen in ((wrong, ink.bad), (selected, ink.value)):
            if rects:
                marked = type(pen)(pen)
                marked.setWidth(2)
                marked.setCosmetic(True)
                painter.setPen(marked)
                painter.setBrush(ink.band_fill if pen is ink.value else NO_BRUSH)
                painter.drawRects(rects)


NO_BRUSH = QColor(0, 0, 0, 0)
