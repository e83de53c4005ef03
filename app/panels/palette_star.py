"""The star at the end of an operator's row: filled for a favourite, an outline where a click would make it one."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.theme import appearance

SIDE: Final = 26
"""What a click on the star may miss it by: a square of this many pixels at scale 1."""
RADIUS: Final = 6.2
INNER: Final = 0.46


def area(row: QRect) -> QRect:
    """Return where a row's star is clicked."""
    side, inset = appearance().px(SIDE), appearance().px(10)
    return QRect(row.right() - inset - side + 1, row.center().y() - side // 2, side, side)


def draw(painter: QPainter, row: QRect, *, favourite: bool, pointed: bool) -> None:
    """Draw the star of a row; brighter while it is pointed at."""
    look = appearance()
    color = QColor(look.theme.text if pointed else look.theme.second)
    ends, corners = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(color, max(1.0, 1.2 * look.scale), Qt.PenStyle.SolidLine, ends, corners))
    painter.setBrush(color if favourite else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(_outline(QRectF(area(row)).center(), RADIUS * look.scale))


def _outline(middle: QPointF, radius: float) -> QPolygonF:
    corners = []
    for k in range(10):
        reach, angle = radius * (INNER if k % 2 else 1.0), math.pi * k / 5
        corners.append(middle + QPointF(math.sin(angle), -math.cos(angle)) * reach)
    return QPolygonF(corners)
