"""Badges of problems, which do not shrink with their nodes: from afar they are what is seen first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.canvas.cards import NO_PEN
from app.canvas.geometry import HEAD, Camera
from app.canvas.inks import Inks, pen
from app.canvas.items import NodeItem

RADIUS: Final = 8.0
"""In scene units, in a node's head,"""
LEAST: Final = 8.0
"""and the least in pixels at font scale 1: seen from afar a badge grows beyond its node."""
HIT: Final = 3.0
"""Pixels around a badge that still take the pointer."""


def centre(item: NodeItem) -> QPointF:
    """Return the middle of a node's badge, in the scene."""
    return QPointF(item.corner.x() + item.face.width - 18, item.corner.y() + HEAD / 2)


def radius(camera: Camera) -> float:
    """Return the radius of a badge in pixels at this zoom."""
    return max(RADIUS * camera.factor, LEAST * camera.unit)


def at(items: Iterable[NodeItem], camera: Camera, point: QPointF) -> NodeItem | None:
    """Return the node whose badge is under a point of the view, errors before warnings."""
    reach = radius(camera) + HIT
    under = [item for item in items if (camera.to_view(centre(item)) - point).manhattanLength() < 1.4 * reach]
    return min(under, key=lambda item: item.severity, default=None)


def paint(painter: QPainter, items: Iterable[NodeItem], camera: Camera, ink: Inks, bounds: QRectF) -> None:
    """Paint the badges that are seen, in view pixels: warnings first, errors over them."""
    size, points = radius(camera), dict[str, list[QPointF]]()
    reach = bounds.adjusted(-size, -size, size, size)
    for item in items:
        point = camera.to_view(centre(item))
        if reach.contains(point):
            points.setdefault(item.severity, []).append(point)
    for severity in ("warning", "error"):
        if severity in points:
            _paint_alike(
                painter, points[severity], size, ink.theme.bad if severity == "error" else ink.theme.warning, ink
            )


def _paint_alike(painter: QPainter, points: list[QPointF], size: float, color: str, ink: Inks) -> None:
    painter.setPen(pen(ink.theme.canvas, 2 * size + 3))  # a rim: badges of neighbours stay apart
    painter.drawPoints(points)
    painter.setPen(pen(color, 2 * size))
    painter.drawPoints(points)
    painter.setPen(pen(ink.theme.canvas, size / 4))
    for point in points:
        painter.drawLine(point + QPointF(0, -0.5 * size), point + QPointF(0, 0.08 * size))
    painter.drawPoints([point + QPointF(0, 0.5 * size) for point in points])
    painter.setPen(NO_PEN)
