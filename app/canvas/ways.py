"""The way of a wire through dots, or from tag to tag; the dots of wires as places that can be taken hold of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.canvas import inks
from app.canvas.geometry import distance

HANDLE: Final = 0.42
"""How far the control points of a piece of the way stand out, as a share of its length."""
DOT: Final = 4.5
"""Radius of a dot."""
DOT_REACH: Final = 9.0
"""How far from a dot's middle the pointer still takes it."""
STUB: Final = 12.0
"""From a socket to the tag that stands for the wire."""
TAG_HEIGHT: Final = 20.0
POINT: Final = 8.0
"""How far a tag runs to its point."""
TAG_WIDTH: Final = 150.0
"""The most room for a tag's text."""

Leg = tuple[QPointF, QPointF, QPointF, QPointF]
"""A piece of a way between two of its points: a cubic curve."""


def legs(points: Sequence[QPointF]) -> list[Leg]:
    """Return the curves that join points one after the other: the way leaves the first and reaches the last to the
    right, and passes those between along the line from their neighbour before to that after."""
    right = QPointF(1.0, 0.0)
    inner = [_direction(after - before) for before, after in zip(points, points[2:], strict=False)]
    headings = [right, *inner, right]
    found = []
    for (a, b), (leaving, arriving) in zip(itertools.pairwise(points), itertools.pairwise(headings), strict=True):
        reach = HANDLE * math.hypot(b.x() - a.x(), b.y() - a.y())
        found.append((a, a + leaving * reach, b - arriving * reach, b))
    return found


def _direction(by: QPointF) -> QPointF:
    """Return the direction at a dot: level where the way runs more across than up or down."""
    if abs(by.x()) >= abs(by.y()):
        return QPointF(1.0 if by.x() >= 0 else -1.0, 0.0)
    length = math.hypot(by.x(), by.y())
    return by / length


def path_of(curves: Sequence[Leg]) -> QPainterPath:
    """Return the curves as one path."""
    path = QPainterPath(curves[0][0])
    for _, b, c, d in curves:
        path.cubicTo(b, c, d)
    return path


def points_of(curves: Sequence[Leg], piece: float) -> list[QPointF]:
    """Return points along the curves, about `piece` apart."""
    found = [curves[0][0]]
    for a, b, c, d in curves:
        count = int(min(max((d - a).manhattanLength() / piece, 4), 36))
        for k in range(1, count + 1):
            t = k / count
            u = 1 - t
            found.append(a * (u * u * u) + b * (3 * u * u * t) + c * (3 * u * t * t) + d * (t * t * t))
    return found


def with_dot(points: Sequence[QPointF], dot: QPointF) -> tuple[int, list[QPointF]]:
    """Return where among the dots of a way (its points but for the ends) a new one stands, and the dots with it."""
    near = [
        min(distance(dot, QLineF(a, b)) for a, b in itertools.pairwise(points_of([leg], 14.0))) for leg in legs(points)
    ]
    at = near.index(min(near))
    dots = [*points[1:-1]]
    return at, [*dots[:at], dot, *dots[at:]]


def tag_rects(start: QPointF, end: QPointF, text: str) -> tuple[QRectF, QRectF]:
    """Return where the tags of a wire are: right of its output and left of its input."""
    wide = min(inks.width(inks.LABEL, text), TAG_WIDTH) + 16 + POINT
    leaving = QRectF(start.x() + STUB, start.y() - TAG_HEIGHT / 2, wide, TAG_HEIGHT)
    arriving = QRectF(end.x() - STUB - wide, end.y() - TAG_HEIGHT / 2, wide, TAG_HEIGHT)
    return leaving, arriving


def stubs(start: QPointF, end: QPointF) -> list[QLineF]:
    """Return the short lines between sockets and tags."""
    return [QLineF(start, start + QPointF(STUB, 0)), QLineF(end - QPointF(STUB, 0), end)]
