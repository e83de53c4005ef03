"""A muted node: faint, with dashed lines where values pass through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from app.canvas.geometry import HEAD, curve
from app.canvas.inks import Inks, pen

if TYPE_CHECKING:
    from app.canvas.items import NodeItem

FAINT: Final = 0.42
"""Opacity of a muted node."""


def paint_through(painter: QPainter, item: NodeItem, ink: Inks) -> None:
    """Paint the ways through a muted node, or one line across where it has none; its corner is the painter's origin."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(ink.theme.value if item.passing else ink.theme.second, 2.0, Qt.PenStyle.DashLine))
    ways = [(item.face.plug(name, output=False), item.face.plug(to, output=True)) for name, to in item.passing]
    ends = [(QPointF(a.x, a.y), QPointF(b.x, b.y)) for a, b in ways if a is not None and b is not None]
    for start, end in ends:
        painter.drawPath(curve(start, end))
    if not ends:
        middle = HEAD / 2 if item.face.collapsed else (HEAD + item.face.height) / 2
        painter.drawLine(QPointF(8, middle), QPointF(item.face.width - 8, middle))
