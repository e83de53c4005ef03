"""How the dots of wires, and the tags that stand for wires, are painted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas import inks
from app.canvas.inks import Inks, pen, write
from app.canvas.items import WireItem
from app.canvas.ways import DOT, POINT, TAG_WIDTH
from engine.graph import Wire


def paint_dots(
    painter: QPainter, items: Iterable[WireItem], ink: Inks, hovered: tuple[Wire, int] | None, chosen: Collection[Wire]
) -> None:
    """Paint the dots that wires run through, in the colour of their wires; that under the pointer larger."""
    plain = [dot for item in items if item.dots and item.wire not in chosen for dot in item.dots]
    strong = [dot for item in items if item.dots and item.wire in chosen for dot in item.dots]
    lit = next((item.dots[hovered[1]] for item in items if hovered and item.wire == hovered[0] and item.dots), None)
    for dots, radius in ((plain, DOT), (strong, DOT + 1.0), ([lit] if lit is not None else [], DOT + 2.0)):
        if dots:
            painter.setPen(ink.socket_rim)
            painter.setBrush(ink.value_fill)
            for dot in dots:
                painter.drawEllipse(dot, radius, radius)


ARRIVAL: Final = 19.0
"""How far before its end a wire's mark stands."""


def paint_arrivals(painter: QPainter, items: Iterable[WireItem], ink: Inks) -> None:
    """Mark the wires whose value is broadcast (a line that fans out) or cast (a wavy one) where it arrives."""
    for item in items:
        if not item.mark:
            continue
        at = item.arrival(ARRIVAL)
        painter.setPen(ink.pill_border)
        painter.setBrush(ink.panel)
        painter.drawEllipse(at, 7.5, 7.5)
        painter.setPen(pen(ink.theme.text, 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if "broadcast" in item.mark:
            for dy in (-3.2, 0.0, 3.2):
                painter.drawPolyline([at + QPointF(-4.0, 0), at + QPointF(-1.2, 0), at + QPointF(3.6, dy)])
        else:
            wave = QPainterPath(at + QPointF(-4.2, 0.8))
            wave.cubicTo(at + QPointF(-1.8, -4.0), at + QPointF(1.8, 4.0), at + QPointF(4.2, -0.8))
            painter.drawPath(wave)


def paint_holes(painter: QPainter, holes: Iterable[QPointF], ink: Inks) -> None:
    """Mark inputs that are still to be wired by a broken ring."""
    for at in holes:
        painter.setPen(pen(ink.theme.warning, 2.0, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 11.0, 11.0)


def paint_tags(
    painter: QPainter,
    items: Iterable[WireItem],
    ink: Inks,
    hovered: tuple[Wire, bool] | None,
    chosen: Collection[Wire],
    *,
    legible: bool,
) -> None:
    """Paint the tags of wires that are not drawn, each with what it names; one at an output stands for all there."""
    painted: set[object] = set()
    for item in items:
        for output, rect in zip((True, False), item.tags() or (), strict=False):
            strong = item.wire in chosen or hovered == (item.wire, output)
            key = item.wire.source if output else item.wire
            if key not in painted or strong:
                painted.add(key)
                _tag(painter, rect, item, ink, strong=strong, legible=legible)


def _tag(painter: QPainter, rect: QRectF, item: WireItem, ink: Inks, *, strong: bool, legible: bool) -> None:
    painter.setPen(pen(ink.theme.value, 1.8 if strong else 1.1))
    painter.setBrush(ink.panel)
    painter.drawPath(flag(rect))
    if legible:
        painter.setPen(ink.text)
        room = min(TAG_WIDTH, rect.width() - 12 - POINT)
        write(painter, inks.LABEL, rect.left() + 8, rect.center().y(), inks.fitted(inks.LABEL, item.tag, room + 2))


def flag(rect: QRectF) -> QPainterPath:
    """Return a tag's outline: a box that runs to a point where the value goes."""
    path = QPainterPath(QPointF(rect.left() + 4, rect.top()))
    path.lineTo(rect.right() - POINT, rect.top())
    path.lineTo(rect.right(), rect.center().y())
    path.lineTo(rect.right() - POINT, rect.bottom())
    path.lineTo(rect.left() + 4, rect.bottom())
    path.quadTo(rect.left(), rect.bottom(), rect.left(), rect.bottom() - 4)
    path.lineTo(rect.left(), rect.top() + 4)
    path.quadTo(rect.left(), rect.top(), rect.left() + 4, rect.top())
    path.setFillRule(Qt.FillRule.WindingFill)
    return path
