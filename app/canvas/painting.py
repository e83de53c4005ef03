"""One frame of the canvas: background, notes, wires, nodes, labels, what the gesture shows, the hint at the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPixmap

from app.canvas import (
    badges,
    heat,
    inks,
    landing,
    norms,
    paint_marks,
    paint_node,
    paint_wire,
    slope_tags,
    socket_tags,
    tellings,
    training_marks,
)
from app.canvas.cards import Cards, DrawnCards
from app.canvas.face import Plug
from app.canvas.geometry import DOTS, nearest
from app.canvas.inks import pen
from app.canvas.items import NodeItem, WireItem
from app.canvas.overview import Overview
from app.canvas.paint_node import Brushwork, State
from app.canvas.paint_note import paint_note
from app.canvas.wiring import DrawWire
from app.theme import appearance
from engine.graph import Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

FULL = 0.42
"""Pixels per scene unit from which small print is painted: small, but a node without its values looks broken,"""
HASTY = 0.9
"""and from which it is painted also while the wheel turns over many nodes."""
CROWD = 150
"""Nodes in sight from which, while the wheel turns, all are painted as blocks where small print is not painted."""
SMALL = 0.30
"""From which nodes and wires are painted one by one; below, the overview takes over."""
EXACT = 1.6
"""From which wires are painted as exact curves: few are seen then, and straight pieces would show."""
LABELS = 0.45
"""From which wires carry labels."""
STATIONS = (0.5, 0.38, 0.62, 0.26, 0.74)
"""Where along a wire a label is tried, in this order,"""
LIFTS = (0.0, -24.0, 26.0, -44.0, 46.0)
"""and how far above or below it."""
MANY = 100
"""Wires and nodes from which they are painted without smoothing and small print while the wheel turns; both follow as
soon as that rests."""
WHOLE = 0.01
"""How far from whole pixels a pan may be for the frame to be shifted."""
EMPTY = ("Nothing here yet", "Drag an operator from the left, or press Tab to find one.")


def _across(item: WireItem) -> float:
    """Return how far a wire runs: of several wires of one output the longest up to a screen's third has most room."""
    return min(item.end.x() - item.start.x(), 420.0)


def _scaled(rect: QRect, ratio: float) -> QRectF:
    """Return device pixels as view pixels."""
    return QRectF(rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio)


class Painting:
    """Paints a canvas, at the level of detail of its zoom.

    The scene is painted into a frame that is kept: while nothing but the camera moves, panning shifts the frame and
    paints only the strips that come into view. What a gesture shows, and hints at the pointer, are painted over it.
    """

    def __init__(self, canvas: Canvas, cards: Cards | DrawnCards | None = None) -> None:
        self._canvas = canvas
        self._overview = Overview(canvas.scene)
        self._cards = cards or Cards(canvas.ink)
        self._frame = QPixmap()
        self._made_for: object = None
        self._made_at = QPointF()
        self.labels: dict[Wire, QRectF] = {}
        """Where the labels of wires lie that are asked for, in the scene."""
        self._stay: dict[tuple[Wire, int], QRectF] = {}
        """Where labels were put while one steps, by how wide they are: they stay there as numbers come and go."""

    def restyled(self) -> None:
        """Forget what was kept of another theme."""
        self._cards = Cards(self._canvas.ink)
        self._made_for = None

    def onto(self, painter: QPainter, seen: QRectF) -> None:
        """Paint a part of the scene onto any painter, whose transform is the camera's."""
        self._scene(painter, seen)

    def paint(self) -> None:
        """Paint the canvas as it is now."""
        canvas = self._canvas
        self._bring_up_to_date()
        painter = QPainter(canvas)
        painter.drawPixmap(0, 0, self._frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(canvas.camera.transform())
        if canvas.camera.factor >= FULL:
            canvas.progress.paint(painter, canvas.ink, canvas.seen())
        if canvas.session.stepping.on and canvas.camera.factor >= LABELS:
            self._written(painter, canvas.scene.wires_in(canvas.seen()), canvas.seen())
        canvas.step_marks.paint(painter, canvas.ink)
        if canvas.pulse.active:
            canvas.pulse.paint(painter, canvas.scene.wires_in(canvas.seen()), canvas.ink)
        if canvas.gesture is not None:
            canvas.gesture.paint(painter, canvas.ink)
        landing.paint(painter, canvas, canvas.ink)
        painter.resetTransform()
        badges.paint(painter, canvas.scene.troubled.values(), canvas.camera, canvas.ink, QRectF(canvas.rect()))
        training_marks.paint(painter, canvas)
        self._foreground(painter)
        painter.end()

    def _bring_up_to_date(self) -> None:
        """Make the frame show what is seen now; after a pan by whole pixels only the strips that came into view."""
        canvas = self._canvas
        ratio = canvas.devicePixelRatioF()
        made_for, at = self._wanted()
        plain = not canvas.session.overlays and not canvas.session.profiler.shown and canvas.hover.wire is None
        plain |= canvas.session.stepping.on  # what is written is painted over the frame then
        if made_for == self._made_for and plain:
            by = self._made_at - at
            dx, dy = round(by.x()), round(by.y())
            wide, high = self._frame.width(), self._frame.height()
            whole = abs(by.x() - dx) < WHOLE and abs(by.y() - dy) < WHOLE
            if whole and abs(dx) < wide / 2 and abs(dy) < high / 2:
                self._scroll(dx, dy, ratio)
                self._made_at = at
                return
        if self._frame.size() != canvas.size() * ratio:
            self._frame = QPixmap(canvas.size() * ratio)
        self._frame.setDevicePixelRatio(ratio)
        self._stay.clear()
        self._paint_part(QRectF(canvas.rect()))
        self._made_for, self._made_at = made_for, at

    def _wanted(self) -> tuple[tuple[object, ...], QPointF]:
        """Return what a frame of what is seen now is made for, and at which place in device pixels."""
        canvas = self._canvas
        factor, ratio = canvas.camera.factor, canvas.devicePixelRatioF()
        at = canvas.camera.origin * factor * ratio
        return (canvas.stamp, factor, ratio, canvas.size().toTuple()), at

    def renew(self, parts: Iterable[QRectF]) -> None:
        """Paint parts of the scene anew into the frame, where that shows what is seen now: else all of it will be."""
        if self._wanted() == (self._made_for, self._made_at):
            bounds = QRectF(self._canvas.rect())
            seen = [self._canvas.camera.rect_to_view(part).intersected(bounds) for part in parts]
            if sum(part.width() * part.height() for part in seen) > bounds.width() * bounds.height() / 2:
                seen = [bounds]
            for part in seen:
                if not part.isEmpty():
                    self._paint_part(QRectF(part.toAlignedRect()))

    def _scroll(self, dx: int, dy: int, ratio: float) -> None:
        """Move the frame's content by whole pixels and paint the strips that are left over."""
        if not dx and not dy:
            return
        wide, high = self._frame.width(), self._frame.height()
        self._frame.scroll(dx, dy, QRect(0, 0, wide, high))
        if dx:
            self._paint_part(_scaled(QRect(0 if dx > 0 else wide + dx, 0, abs(dx), high), ratio))
        if dy:
            self._paint_part(_scaled(QRect(0, 0 if dy > 0 else high + dy, wide, abs(dy)), ratio))

    def _paint_part(self, part: QRectF) -> None:
        """Paint a rectangle of the view into the frame."""
        painter = QPainter(self._frame)
        # No SmoothPixmapTransform: with it even cards laid at whole pixels take fifteen times as long.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(part)
        self._background(painter, part)
        camera = self._canvas.camera
        painter.setTransform(camera.transform())
        seen = QRectF(camera.to_scene(part.topLeft()), part.size() / camera.factor)
        self._scene(painter, seen, written=not self._canvas.session.stepping.on)
        painter.end()

    def _background(self, painter: QPainter, part: QRectF) -> None:
        canvas = self._canvas
        painter.fillRect(part, canvas.ink.canvas)
        if not appearance().grid:
            return
        step = DOTS * canvas.camera.factor
        while step < 14.0:
            step *= 4
        origin = canvas.camera.origin * canvas.camera.factor
        row = self._row_of_dots(step, -origin.x() % step)
        y = -origin.y() % step - step
        while y < canvas.height():
            if part.top() - 4 <= y <= part.bottom() + 4:
                painter.drawPixmap(QPointF(0, nearest(y)), row)
            y += step

    def _row_of_dots(self, step: float, x: float) -> QPixmap:
        """Return one row of the background's dots: a strip laid many times is cheaper than a texture that is scaled."""
        canvas, ratio = self._canvas, self._canvas.devicePixelRatioF()
        strip = QPixmap((QSizeF(canvas.width(), 4) * ratio).toSize())
        strip.setDevicePixelRatio(ratio)
        strip.fill(canvas.ink.canvas)
        painter = QPainter(strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(canvas.ink.dots, 2.2 if canvas.camera.unit < 1.4 else 3.0))
        painter.drawPoints([QPointF(x + k * step, 2.0) for k in range(-1, int(canvas.width() / step) + 2)])
        painter.end()
        return strip

    def _scene(self, painter: QPainter, seen: QRectF, *, written: bool = True) -> None:
        canvas, ink = self._canvas, self._canvas.ink
        factor = canvas.camera.factor
        self._notes(painter, seen, factor)
        if factor < SMALL or (canvas.zooming and factor < HASTY and len(canvas.scene.nodes_in(seen)) > CROWD):
            self._overview.paint(painter, ink, factor)
            if canvas.session.profiler.shown:
                heat.paint_far(painter, canvas.scene.nodes_in(seen), canvas.session.profiler, ink)
            return
        wires = canvas.scene.wires_in(seen)
        self._wires(painter, wires)
        canvas.scene.outside.paint(painter, ink, seen, legible=factor >= FULL, hovered=canvas.hover.node)
        chosen = canvas.session.selected_wires
        paint_marks.paint_dots(painter, wires, ink, canvas.hover.dot, chosen)
        paint_marks.paint_tags(painter, wires, ink, canvas.hover.tag, chosen, legible=factor >= FULL)
        self._nodes(painter, seen, factor)
        if factor >= LABELS:
            paint_marks.paint_arrivals(painter, wires, ink)
            shown = [hole for hole in canvas.session.holes if hole.node in canvas.scene.nodes]
            paint_marks.paint_holes(painter, [canvas.scene.point(hole, output=False) for hole in shown], ink)
            if written:
                self._written(painter, wires, seen)

    def _written(self, painter: QPainter, wires: list[WireItem], seen: QRectF) -> None:
        """Write what is asked for on wires and beside nodes."""
        self._labels(painter, wires)
        self._told_beside_nodes(painter, seen)

    def _notes(self, painter: QPainter, seen: QRectF, factor: float) -> None:
        canvas = self._canvas
        frames_first = sorted(canvas.scene.notes.values(), key=lambda item: not item.is_frame)
        for item in frames_first:
            if item.rect.intersects(seen):
                id = item.note.id
                paint_note(
                    painter, item, canvas.ink, selected=id in canvas.session.selected_notes,
                    hovered=id == canvas.hover.note, factor=factor, unit=canvas.camera.unit,
                )  # fmt: skip

    def _wires(self, painter: QPainter, wires: list[WireItem]) -> None:
        canvas = self._canvas
        chosen = canvas.session.selected_wires
        drawing = isinstance(canvas.gesture, DrawWire) and canvas.gesture.moved
        loose = canvas.gesture.loose if drawing else frozenset()  # type: ignore[union-attr]
        exact = canvas.camera.factor > EXACT and not canvas.zooming
        alike: list[WireItem] = []
        single: list[WireItem] = []
        for item in wires:
            if item.wire not in loose:
                strong = item.wire in chosen or item.wire == canvas.hover.wire
                (single if strong or exact else alike).append(item)
        smooth = not canvas.zooming or len(alike) < MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        detail = min(canvas.camera.factor, HASTY / 2) if not smooth else canvas.camera.factor  # no curves made anew
        by_norm = "norm" in canvas.session.overlays
        paint_wire.paint_all(painter, alike, canvas.ink, detail, by_norm=by_norm)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for item in single:
            strong = item.wire in chosen or item.wire == canvas.hover.wire
            paint_wire.paint(painter, item, canvas.ink, strong=strong, by_norm=by_norm)

    def _nodes(self, painter: QPainter, seen: QRectF, factor: float) -> None:
        canvas = self._canvas
        selection = canvas.session.selection
        items = canvas.scene.nodes_in(seen)
        from_size = HASTY if canvas.zooming and len(items) > MANY else FULL
        paint = paint_node.paint if factor >= from_size else paint_node.paint_small
        if selection:
            items.sort(key=lambda item: item.face.id in selection)
        costs = canvas.session.profiler.costs
        work = Brushwork(painter, canvas.ink, self._cards, canvas.camera, canvas.devicePixelRatioF(), costs)
        for item in items:
            paint(work, item, self._state(item, selection))
        painter.setTransform(canvas.camera.transform())

    def _state(self, item: NodeItem, selection: frozenset[str]) -> State:
        canvas, id = self._canvas, item.face.id
        gesture = canvas.gesture
        selected, hovered = id in selection, id == canvas.hover.node
        glowing = id == canvas.glowing or id in canvas.found
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
        dimmed = not fitting and id not in {origin.node for origin in gesture.origins}
        return State(selected=selected, dimmed=dimmed, fitting=fitting, target=lit)

    def _labels(self, painter: QPainter, wires: list[WireItem]) -> None:
        """Label one wire of each output where asked for, and the wire under the pointer; no label covers another."""
        canvas = self._canvas
        overlays, hovered = canvas.session.overlays, canvas.hover.wire if canvas.gesture is None else None
        chosen = {item.wire.source: item for item in sorted(wires, key=_across)} if overlays else {}
        before, self.labels = self.labels, {}
        taken = canvas.step_marks.taken(canvas.ink)
        laid = list(taken)
        for item in chosen.values():
            if item.wire.source != (hovered.source if hovered else None):
                parts = paint_wire.label_parts(item, overlays, False, canvas.ink)
                rect = self._place_for(item, parts, laid, taken, before) if parts else None
                if rect is not None:
                    laid.append(rect)
                    self.labels[item.wire] = rect
                    paint_wire.paint_pill(painter, rect, parts, canvas.ink)
        if hovered is not None and hovered in canvas.scene.wires:
            item = canvas.scene.wires[hovered]
            parts = paint_wire.label_parts(item, overlays, True, canvas.ink)
            at = self._room_for(item, parts, []) or paint_wire.pill_rect(item.middle, parts)
            paint_wire.paint_pill(painter, at, parts, canvas.ink)

    def label_at(self, point: QPointF) -> Wire | None:
        """Return the wire whose label, shown because labels are asked for, lies under a point of the scene."""
        there = self.labels if self._canvas.session.overlays else {}
        found = (wire for wire, rect in there.items() if rect.contains(point) and wire in self._canvas.scene.wires)
        return next(found, None)

    def _told_beside_nodes(self, painter: QPainter, seen: QRectF) -> None:
        """Write what outputs carry beside their sockets, and what nodes cost under them, where that is asked for."""
        scene, session = self._canvas.scene, self._canvas.session
        if "sockets" in session.overlays:
            socket_tags.paint(painter, scene.nodes_in(seen), scene.told, scene.covers, self._canvas.ink)
        if "partial" in session.overlays:
            taken, ink = self.labels.values(), self._canvas.ink
            slope_tags.paint(painter, scene.nodes_in(seen), session.slopes, scene.covers, taken, ink)
        if session.profiler.shown:
            heat.paint_costs(painter, scene.nodes_in(seen), session.profiler, self._canvas.ink)

    def _place_for(
        self,
        item: WireItem,
        parts: list[paint_wire.Part],
        laid: list[QRectF],
        taken: list[QRectF],
        before: Mapping[Wire, QRectF],
    ) -> QRectF | None:
        """Return where a wire's label goes; while one steps a label stays where it was, others go around it, and it is
        not seen while its place is `taken`."""
        if not self._canvas.session.stepping.on:
            return self._room_for(item, parts, laid)
        key = item.wire, round(paint_wire.pill_rect(QPointF(), parts).width())
        if key not in self._stay:
            others = [rect for wire, rect in before.items() if wire != item.wire]
            self._stay[key] = self._room_for(item, parts, [*laid, *others]) or QRectF()
        rect = self._stay[key]
        return None if rect.isEmpty() or any(rect.intersects(each) for each in taken) else rect

    def _room_for(self, item: WireItem, parts: list[paint_wire.Part], laid: list[QRectF]) -> QRectF | None:
        """Return where along a wire its label covers no node and no other label, None where there is no such place."""
        for lift in LIFTS:
            for part in STATIONS:
                rect = paint_wire.pill_rect(item.path.pointAtPercent(part) + QPointF(0, lift), parts)
                margin = rect.adjusted(-3, -2, 3, 2)
                free = not any(margin.intersects(other) for other in laid)
                if free and not self._canvas.scene.covers(margin):
                    return rect
        return None

    def _foreground(self, painter: QPainter) -> None:
        canvas = self._canvas
        gesture, bounds = canvas.gesture, QRectF(canvas.rect())
        if not canvas.scene.nodes and not canvas.scene.notes:
            self._empty(painter)
        if canvas.session.profiler.shown:
            heat.paint_legend(painter, canvas.session, canvas.ink, bounds, canvas.camera.unit)
        if "norm" in canvas.session.overlays:
            below = heat.LEGEND[1] + 12.0 if canvas.session.profiler.shown else 0.0
            place = norms.legend_place(bounds, canvas.camera.unit, self._in_the_way, below)
            norms.paint_legend(painter, canvas.ink, place, canvas.camera.unit)
        canvas.step_marks.paint_banner(painter, canvas.ink, bounds, canvas.camera.unit)
        if canvas.drop_at is not None:
            self._landing(painter, canvas.drop_at)
        hint, refused = (
            (gesture.hint, gesture.refused) if gesture is not None else (self.hover_hint(), canvas.hover.badge)
        )
        if hint:
            at = gesture.at if gesture is not None else canvas.pointer
            paint_wire.paint_hint(painter, at, hint, canvas.ink, bounds, bad=refused, scale=canvas.camera.unit)

    def _in_the_way(self, place: QRectF) -> bool:
        """Return whether there is a node or a note under a place in view pixels."""
        canvas = self._canvas
        at = QRectF(canvas.camera.to_scene(place.topLeft()), canvas.camera.to_scene(place.bottomRight()))
        return canvas.scene.covers(at) or any(note.rect.intersects(at) for note in canvas.scene.notes.values())

    def hover_hint(self) -> str:
        """Return what is told at the pointer: a badge's sentences, why a run stands, what a socket carries."""
        canvas = self._canvas
        if canvas.hover.mark:
            return training_marks.telling(canvas, canvas.hover.node)
        if canvas.hover.badge:
            problems = canvas.session.node_problems(canvas.hover.node)
            return "\n".join(problem.sentence for problem in problems[:3])
        if canvas.hover.socket is not None:
            return tellings.socket_text(canvas.session, *canvas.hover.socket)
        return canvas.progress.at(canvas.camera.to_scene(canvas.pointer)) if canvas.hover.node else ""

    def _empty(self, painter: QPainter) -> None:
        canvas, unit = self._canvas, self._canvas.camera.unit
        painter.save()
        painter.translate(canvas.width() / 2, canvas.height() / 2)
        painter.scale(unit, unit)
        for role, y, color, text in (
            (inks.TITLE, -12.0, canvas.ink.second, EMPTY[0]),
            (inks.LABEL, 12.0, canvas.ink.faint, EMPTY[1]),
        ):
            painter.setPen(color)
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
