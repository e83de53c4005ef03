"""The canvas seen from afar: nodes as blocks, wires as lines, each kind drawn in one call."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.canvas.cards import NO_PEN
from app.canvas.geometry import HEAD
from app.canvas.inks import Inks
from app.canvas.paint_muted import FAINT
from app.canvas.scene import Scene, Slide
from app.theme import mix
from engine.graph import Wire

NEAR: Final = 0.3
FAR: Final = 0.08
"""Pixels per scene unit between which wires lose their strength."""
WHOLE: Final = 0.15
"""Below this a head is a pixel or two: whole nodes have their family's colour."""

Form = tuple[str, bool]
"""What blocks are alike in: the family, and whether they are muted."""


class Overview:
    """Blocks and lines of one revision of the scene, kept between frames."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._revision = -1
        self._bodies: dict[Form, list[QRectF]] = {}
        self._heads: dict[Form, list[QRectF]] = {}
        self._lines: list[QLineF] = []
        self._rects: dict[str, tuple[QRectF, QRectF]] = {}
        """By node: the very rectangles of `_bodies` and `_heads`."""
        self._by_wire: dict[Wire, QLineF] = {}
        """The very lines of `_lines`: of the wires that run straight."""
        self._bent: list[QLineF] = []

    def _refresh(self) -> None:
        scene = self._scene
        if self._revision == scene.revision:
            return
        if scene.slid is not None and scene.slid.revision == self._revision == scene.revision - 1:
            self._slide(scene.slid)
        else:
            self._make()
        self._revision = scene.revision

    def _make(self) -> None:
        heads: dict[Form, list[QRectF]] = defaultdict(list)
        bodies: dict[Form, list[QRectF]] = defaultdict(list)
        self._rects.clear()
        for id, item in self._scene.nodes.items():
            rect = item.rect
            head = QRectF(rect.x(), rect.y(), rect.width(), HEAD)
            form = item.face.family, item.face.muted
            bodies[form].append(rect)
            heads[form].append(head)
            self._rects[id] = rect, head
        self._heads, self._bodies = heads, bodies
        wires = self._scene.wires
        self._by_wire = {w: QLineF(i.start, i.end) for w, i in wires.items() if not i.dots and not i.tag}
        self._lines = list(self._by_wire.values())
        self._bent = [line for item in wires.values() if item.dots for line in item.lines(FAR)]

    def _slide(self, slid: Slide) -> None:
        if not self._by_wire.keys() >= {*slid.inner, *slid.border}:
            self._make()  # a wire with dots among them
            return
        for id in slid.nodes:
            for rect in self._rects[id]:
                rect.translate(slid.by)
        for wire in slid.inner:
            self._by_wire[wire].translate(slid.by)
        for wire in slid.border:
            item = self._scene.wires[wire]
            self._by_wire[wire].setPoints(item.start, item.end)

    def paint(self, painter: QPainter, ink: Inks, factor: float) -> None:
        """Paint all wires and nodes, in scene coordinates: the smaller they are, the fainter the wires."""
        self._refresh()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        near = min(max((factor - FAR) / (NEAR - FAR), 0.0), 1.0)
        theme = ink.theme
        painter.setPen(QPen(QColor(mix(theme.canvas, theme.value, 0.24 + 0.46 * near)), 0))
        painter.drawLines(self._lines)
        painter.drawLines(self._bent)
        painter.setPen(NO_PEN)
        if factor >= WHOLE:
            for muted, ground in ((False, theme.node), (True, mix(theme.canvas, theme.node, FAINT))):
                painter.setBrush(QColor(ground))
                painter.drawRects([rect for form, rects in self._bodies.items() if form[1] == muted for rect in rects])
        for (family, muted), rects in (self._heads if factor >= WHOLE else self._bodies).items():
            colour = mix(theme.node, theme.family(family), 0.75)
            painter.setBrush(QColor(mix(theme.canvas, colour, FAINT) if muted else colour))
            painter.drawRects(rects)
        self._marked(painter, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _marked(self, painter: QPainter, ink: Inks) -> None:
        selected = [self._rects[id][0] for id in self._scene.session.selection if id in self._rects]
        wrong = [item.rect for item in self._scene.nodes.values() if item.severity == "error"]
        for rects, pen in ((wrong, ink.bad), (selected, ink.value)):
            if rects:
                marked = type(pen)(pen)
                marked.setWidth(2 if len(rects) <= MANY else 1)
                marked.setCosmetic(True)
                painter.setPen(marked)
                painter.setBrush(ink.band_fill if pen is ink.value else NO_BRUSH)
                painter.drawRects(rects)


MANY: Final = 200
"""More marked nodes than these have thin borders: broad ones take longer than all else."""
NO_BRUSH = QColor(0, 0, 0, 0)
