"""Stepping on the canvas: the wires fill as the pass reaches them, the micro-step's node is lit, breakpoints are
marked. Only what changes is painted anew; leaving the step leaves no mark."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas import inks, paint_wire
from app.canvas.cards import NO_PEN, body_path
from app.canvas.inks import Inks, pen
from app.canvas.items import NodeItem
from app.stepping.steps import DERIVED
from app.theme import faded

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from engine.graph import Socket

MARGIN: Final = 8.0
"""Around what is painted anew, in scene units: pens and shadows reach so far."""
LEGIBLE: Final = 0.42
"""Pixels per scene unit from which the micro-step's number is written at its node."""
ROOM: Final = 260.0
"""Most that number may take."""
DOT: Final = 7.0
"""Radius of a breakpoint's mark."""
BANNER: Final = 34.0


class StepMarks(QObject):
    """Follows the session's stepping on one canvas."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        stepping = canvas.session.stepping
        stepping.moved.connect(self._moved)
        stepping.changed.connect(self._repaint)
        stepping.breakpoints_changed.connect(self._repaint)

    # Following ----------------------------------------------------------------------------------------------------

    def _repaint(self) -> None:
        self._canvas.update()

    def _moved(self, touched: Collection[Socket]) -> None:
        canvas = self._canvas
        canvas.painting.renew(list(self._read_anew(touched)))
        canvas.repaint_part(QRectF(canvas.rect()))
        self._keep_in_sight()

    def _read_anew(self, touched: Collection[Socket]) -> Iterator[QRectF]:
        """Bring items up to date; yield where something looks otherwise now."""
        scene, graph = self._canvas.scene, self._canvas.session.graph
        readers: set[str] = set()
        for socket in touched:
            for wire in graph.outgoing.get(socket.node, ()):
                if wire.source == socket and wire in scene.wires:
                    item = scene.wires[wire]
                    scene.read_wire(item)
                    readers.add(wire.target.node)
                    yield item.rect
            readers.add(socket.node)
        for id in readers & scene.nodes.keys():
            item = scene.nodes[id]
            before = item.reading
            scene.read_node(id)
            if item.reading is not before:
                yield item.rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def _keep_in_sight(self) -> None:
        """Bring the micro-step's node into sight where it is out of it."""
        canvas, item = self._canvas, self.lit()
        if item is not None and canvas.active and canvas.gesture is None and not canvas.seen().intersects(item.rect):
            canvas.centre_on(item.rect.center())

    # What is lit --------------------------------------------------------------------------------------------------

    def lit(self) -> NodeItem | None:
        """Return the node of the micro-step just made, as it is shown here; None where there is none."""
        canvas, steps = self._canvas, self._canvas.session.stepping.steps
        here = steps.here if steps is not None else None
        if here is None or here.node not in canvas.session.graph.nodes:
            return None
        return canvas.scene.nodes.get(canvas.session.shown(here.node, canvas.scene.body))

    def paint(self, painter: QPainter, ink: Inks, among: Collection[str] | None = None) -> None:
        """Paint the lit node's ring and number, and the breakpoints (of nodes `among`, where these are given), in scene
        coordinates."""
        canvas = self._canvas
        item = self.lit()
        if item is not None and (among is None or item.face.id in among):
            self._light(painter, item, ink)
        shown = canvas.scene.nodes.keys() if among is None else canvas.scene.nodes.keys() & set(among)
        for id in canvas.session.stepping.breakpoints & shown:
            _breakpoint(painter, canvas.scene.nodes[id], ink)

    def _light(self, painter: QPainter, item: NodeItem, ink: Inks) -> None:
        steps, factor = self._canvas.session.stepping.steps, self._canvas.camera.factor
        assert steps is not None and steps.here is not None  # noqa: S101 - it is lit by them
        back = steps.here.phase in DERIVED
        color = ink.theme.derivative if back else ink.theme.value
        painter.save()
        painter.translate(item.corner)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = body_path(item.face.width, item.face.height)
        painter.setPen(pen(faded(color, 0.30), 9.0))
        painter.drawPath(path)
        painter.setPen(pen(color, max(2.6, 1.6 / factor)))
        painter.drawPath(path)
        painter.restore()
        if factor >= LEGIBLE:
            parts = self._parts(ink)
            paint_wire.paint_pill(painter, self._pill(item, parts), parts, ink)

    def _parts(self, ink: Inks) -> list[paint_wire.Part]:
        """Return what the pill at the lit node says."""
        steps = self._canvas.session.stepping.steps
        assert steps is not None and steps.here is not None  # noqa: S101 - a node is lit by them
        tone = ink.derivative if steps.here.phase in DERIVED else ink.value
        return [(inks.NUMBER, tone, inks.fitted(inks.NUMBER, steps.brief().replace("-", "−"), ROOM))]

    @staticmethod
    def _pill(item: NodeItem, parts: list[paint_wire.Part]) -> QRectF:
        return paint_wire.pill_rect(QPointF(item.rect.center().x(), item.rect.top() - 18), parts)

    def taken(self, ink: Inks) -> list[QRectF]:
        """Return where no label may lie, in scene coordinates: the pill at the lit node."""
        item = self.lit()
        return [] if item is None else [self._pill(item, self._parts(ink))]

    def paint_banner(self, painter: QPainter, ink: Inks, bounds: QRectF, scale: float) -> None:
        """Say at the top how far one is, in view pixels at the font scale."""
        stepping = self._canvas.session.stepping
        steps = stepping.steps
        if steps is None or stepping.panel_seen:
            return
        here = steps.here
        said = f"{stepping.position:,} of {stepping.count:,}"
        what = "before the first micro-step" if here is None else f"{here.phase}{steps.where(here)}"
        back = here is not None and here.phase in DERIVED
        painter.save()
        painter.scale(scale, scale)
        width = bounds.width() / scale
        what = inks.fitted(inks.LABEL, what, max(width - 260, 60))
        wide = inks.width(inks.NUMBER, said) + inks.width(inks.LABEL, what) + 44
        rect = QRectF((width - wide) / 2, 12, wide, BANNER - 6)
        painter.setPen(ink.pill_border)
        painter.setBrush(ink.panel)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(ink.text)
        inks.write(painter, inks.NUMBER, rect.left() + 16, rect.center().y(), said)
        painter.setPen(ink.second if here is None else ink.derivative if back else ink.value)
        inks.write(painter, inks.LABEL, rect.left() + 28 + inks.width(inks.NUMBER, said), rect.center().y(), what)
        painter.restore()


def _breakpoint(painter: QPainter, item: NodeItem, ink: Inks) -> None:
    """Mark a node at which playing stops: a disc with a bar, at its upper left corner."""
    at = item.corner + QPointF(2, 2)
    painter.setPen(pen(ink.theme.canvas, 2.0))
    painter.setBrush(ink.bad.brush())
    painter.drawEllipse(at, DOT, DOT)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(QRectF(at.x() - 3.6, at.y() - 1.3, 7.2, 2.6), 1.3, 1.3)
