"""One frame of the canvas: background, notes, wires, nodes, labels, what the gesture shows, the hint at the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap, QTransform

from app.canvas import inks, paint_node, paint_wire
from app.canvas.face import Plug
from app.canvas.geometry import DOTS
from app.canvas.gestures import DrawWire
from app.canvas.items import NodeItem, WireItem
from app.canvas.overview import Overview
from app.canvas.paint_node import State
from engine.graph import Socket

if TYPE_CHECKING:
    from app.canvas.view import Canvas

FULL = 0.62
"""Pixels per scene unit from which small print is painted."""
SMALL = 0.30
"""From which nodes and wires are painted one by one; below, the overview takes over."""
LABELS = 0.45
"""From which wires carry labels."""
EMPTY = ("Nothing here yet", "Drag an operator from the left, or press Tab to find one.")


class Painting:
    """Paints a canvas, at the level of detail of its zoom."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._overview = Overview(canvas.scene)
        self._dots: QPixmap | None = None

    def restyled(self) -> None:
        """Forget what was kept of another theme."""
        self._dots = None

    def paint(self) -> None:
        """Paint the canvas as it is now."""
        canvas = self._canvas
        painter = QPainter(canvas)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._background(painter)
        painter.setTransform(canvas.camera.transform(), True)
        self._scene(painter)
        if canvas.gesture is not None:
            canvas.gesture.paint(painter, canvas.ink)
        painter.resetTransform()
        self._foreground(painter)
        painter.end()

    def _background(self, painter: QPainter) -> None:
        canvas = self._canvas
        painter.fillRect(canvas.rect(), canvas.ink.canvas)
        step = DOTS * canvas.camera.factor
        while step < 14.0:
            step *= 4
        if self._dots is None:
            self._dots = self._dot_tile()
        size = self._dots.width() / self._dots.devicePixelRatio()
        origin = -canvas.camera.origin * canvas.camera.factor
        brush = QBrush(self._dots)
        brush.setTransform(QTransform(step / size, 0, 0, step / size, origin.x(), origin.y()))
        painter.fillRect(canvas.rect(), brush)

    def _dot_tile(self) -> QPixmap:
        side, ratio = 24.0 * self._canvas.camera.unit, self._canvas.devicePixelRatioF()
        tile = QPixmap((QSizeF(side, side) * ratio).toSize())
        tile.setDevicePixelRatio(ratio)
        tile.fill(Qt.GlobalColor.transparent)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._canvas.ink.dots)
        painter.drawEllipse(QPointF(side / 2, side / 2), 1.25, 1.25)
        painter.end()
        return tile

    def _scene(self, painter: QPainter) -> None:
        canvas, ink = self._canvas, self._canvas.ink
        factor, seen = canvas.camera.factor, canvas.seen()
        self._notes(painter, seen, factor)
        if factor < SMALL:
            self._overview.paint(painter, ink)
            return
        wires = canvas.scene.wires_in(seen)
        self._wires(painter, wires)
        self._nodes(painter, seen, factor)
        if factor >= LABELS:
            self._labels(painter, wires)

    def _notes(self, painter: QPainter, seen: QRectF, factor: float) -> None:
        canvas = self._canvas
        frames_first = sorted(canvas.scene.notes.values(), key=lambda item: not item.is_frame)
        for item in frames_first:
            if item.rect.intersects(seen):
                id = item.note.id
                paint_wire.paint_note(
                    painter, item, canvas.ink, selected=id in canvas.session.selected_notes,
                    hovered=id == canvas.hover.note, legible=factor >= SMALL,
                )  # fmt: skip

    def _wires(self, painter: QPainter, wires: list[WireItem]) -> None:
        canvas = self._canvas
        chosen = canvas.session.selected_wires
        loose = canvas.gesture.loose if isinstance(canvas.gesture, DrawWire) and canvas.gesture.moved else None
        for item in wires:
            if item.wire != loose:
                strong = item.wire in chosen or item.wire == canvas.hover.wire
                paint_wire.paint(painter, item, canvas.ink, strong=strong)

    def _nodes(self, painter: QPainter, seen: QRectF, factor: float) -> None:
        canvas = self._canvas
        paint = paint_node.paint if factor >= FULL else paint_node.paint_small
        selection = canvas.session.selection
        items = canvas.scene.nodes_in(seen)
        if selection:
            items.sort(key=lambda item: item.face.id in selection)
        for item in items:
            paint(painter, item, canvas.ink, self._state(item, selection))

    def _state(self, item: NodeItem, selection: frozenset[str]) -> State:
        canvas, id = self._canvas, item.face.id
        gesture = canvas.gesture
        selected, hovered, glowing = id in selection, id == canvas.hover.node, id == canvas.glowing
        if isinstance(gesture, DrawWire) and gesture.moved:
            return self._state_while_wiring(item, gesture, selected)
        if not (selected or hovered or glowing):
            return paint_node.PLAIN
        return State(selected=selected, hovered=hovered, glowing=glowing)

    def _state_while_wiring(self, item: NodeItem, gesture: DrawWire, selected: bool) -> State:
        id, output = item.face.id, not gesture.from_output
        plugs: tuple[Plug, ...] = item.face.outputs if output else item.face.inputs
        fitting = frozenset((p.name, output) for p in plugs if Socket(id, p.name) in gesture.fitting)
        target = gesture.target
        lit = (target.name, output) if target is not None and target.node == id and not gesture.refused else None
        dimmed = not fitting and id != gesture.origin.node
        return State(selected=selected, dimmed=dimmed, fitting=fitting, target=lit)

    def _labels(self, painter: QPainter, wires: list[WireItem]) -> None:
        canvas = self._canvas
        overlays, hovered = canvas.session.overlays, canvas.hover.wire if canvas.gesture is None else None
        if not overlays and hovered is None:
            return
        for item in wires:
            parts = paint_wire.label_parts(item, overlays, item.wire == hovered, canvas.ink)
            if parts:
                paint_wire.paint_pill(painter, item.middle, parts, canvas.ink)

    def _foreground(self, painter: QPainter) -> None:
        canvas = self._canvas
        gesture, bounds = canvas.gesture, QRectF(canvas.rect())
        if not canvas.scene.nodes and not canvas.scene.notes:
            self._empty(painter)
        if canvas.drop_at is not None:
            self._landing(painter, canvas.drop_at)
        hint, refused = (gesture.hint, gesture.refused) if gesture is not None else (self._hover_hint(), True)
        if hint:
            at = gesture.at if gesture is not None else canvas.pointer
            paint_wire.paint_hint(painter, at, hint, canvas.ink, bounds, bad=refused, scale=canvas.camera.unit)

    def _hover_hint(self) -> str:
        """Return the sentence of the problem whose badge is under the pointer."""
        hover = self._canvas.hover
        if not hover.badge:
            return ""
        problems = self._canvas.session.node_problems(hover.node)
        return "\n".join(problem.sentence for problem in problems[:3])

    def _empty(self, painter: QPainter) -> None:
        canvas, unit = self._canvas, self._canvas.camera.unit
        painter.save()
        painter.translate(canvas.width() / 2, canvas.height() / 2)
        painter.scale(unit, unit)
        for role, y, pen, text in (
            (inks.TITLE, -12.0, canvas.ink.second, EMPTY[0]),
            (inks.LABEL, 12.0, canvas.ink.faint, EMPTY[1]),
        ):
            painter.setPen(pen)
            inks.write(painter, role, -inks.width(role, text) / 2, y, text)
        painter.restore()

    def _landing(self, painter: QPainter, at: QPointF) -> None:
        """Show where a dragged operator would stand."""
        canvas, k = self._canvas, self._canvas.camera.factor
        painter.setPen(canvas.ink.band_pen)
        painter.setBrush(canvas.ink.band_fill)
        place = canvas.place_at(at - QPointF(64, 16) * k)
        corner = canvas.camera.to_view(QPointF(place.x, place.y))
        painter.drawRoundedRect(QRectF(corner, QSizeF(144, 96) * k), 10 * k, 10 * k)
