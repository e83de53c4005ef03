"""The measures of the canvas in scene units, the curve of a wire, the camera, and an index of boxes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath, QTransform

HEAD: Final = 32.0
"""Height of a node's head."""
ROW: Final = 26.0
"""Height of a row of sockets: a hit area of more than 24."""
TOP: Final = 4.0
"""From the head to the first row."""
FOOT: Final = 8.0
RADIUS: Final = 10.0
MIN_WIDTH: Final = 136.0
MAX_WIDTH: Final = 280.0
SOCKET: Final = 5.0
"""Radius of a socket."""
REACH: Final = 13.0
"""How far from a socket's centre the pointer still takes it."""
ICON: Final = 16.0
"""Side of the icon in a node's head,"""
ICON_AT: Final = 10.0
"""how far it is from the node's side,"""
TITLE_AT: Final = 33.0
"""and how far the title is."""
GRID: Final = 8.0
"""What positions snap to."""
DOTS: Final = 24.0
"""Distance of the background's dots."""
MARGIN: Final = 12.0

ZOOM_LIMITS: Final = (0.04, 4.0)


def snapped(value: float) -> float:
    """Return the nearest position of the grid."""
    return round(value / GRID) * GRID


def nearest(pixels: float) -> int:
    """Return the nearest whole pixel; halves always go up, so that a shift by whole pixels shifts the result alike."""
    return math.floor(pixels + 0.5 + 1e-6)


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the curve of a wire: it leaves to the right and arrives from the left."""
    reach = handle(end.x() - start.x(), end.y() - start.y())
    path = QPainterPath(start)
    path.cubicTo(start.x() + reach, start.y(), end.x() - reach, end.y(), end.x(), end.y())
    return path


def handle(dx: float, dy: float) -> float:
    """Return how far a wire's control points stand out of its ends."""
    if dx >= 0:
        return max(min(dx * 0.5, 220.0), min(28.0, 10.0 + abs(dy) * 0.3))
    return min(60.0 + abs(dx) * 0.35 + abs(dy) * 0.1, 240.0)


def span(start: QPointF, end: QPointF) -> QRectF:
    """Return the rectangle around the ends and the control points of a wire's curve."""
    x0, y0, x3, y3 = start.x(), start.y(), end.x(), end.y()
    reach = handle(x3 - x0, y3 - y0)
    left, right, top = min(x0, x3 - reach), max(x3, x0 + reach), min(y0, y3)
    return QRectF(left, top, right - left, max(y0, y3) - top)


def along(start: QPointF, end: QPointF, count: int) -> list[QPointF]:
    """Return `count` points of a wire's curve from start to end."""
    reach = handle(end.x() - start.x(), end.y() - start.y())
    x0, y0, x3, y3 = start.x(), start.y(), end.x(), end.y()
    points = []
    for k in range(count):
        t = k / (count - 1)
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        points.append(QPointF(a * x0 + b * (x0 + reach) + c * (x3 - reach) + d * x3, (a + b) * y0 + (c + d) * y3))
    return points


def curve_by_lane(start: QPointF, end: QPointF, y: float, left: float, right: float) -> QPainterPath:
    """Return the curve of a wire that runs level at height y from left to right on its way."""
    rise, fall = (left - start.x()) / 2, (end.x() - right) / 2
    path = QPainterPath(start)
    path.cubicTo(start.x() + rise, start.y(), left - rise, y, left, y)
    path.lineTo(right, y)
    path.cubicTo(right + fall, y, end.x() - fall, end.y(), end.x(), end.y())
    return path


def distance(p: QPointF, line: QLineF) -> float:
    """Return how far a point is from a straight line between two ends."""
    a, b = line.p1(), line.p2()
    dx, dy = b.x() - a.x(), b.y() - a.y()
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((p.x() - a.x()) * dx + (p.y() - a.y()) * dy) / length))
    return math.hypot(p.x() - a.x() - t * dx, p.y() - a.y() - t * dy)


class Camera:
    """Which part of the scene is seen: at `zoom` 1 a scene unit is `unit` pixels; `origin` is its top left."""

    def __init__(self) -> None:
        self.zoom = 1.0
        self.unit = 1.0
        self.origin = QPointF(0.0, 0.0)

    @property
    def factor(self) -> float:
        """Pixels per scene unit."""
        return self.zoom * self.unit

    def to_scene(self, point: QPointF) -> QPointF:
        return self.origin + point / self.factor

    def to_view(self, point: QPointF) -> QPointF:
        return (point - self.origin) * self.factor

    def rect_to_view(self, rect: QRectF) -> QRectF:
        return QRectF(self.to_view(rect.topLeft()), rect.size() * self.factor)

    def seen(self, width: float, height: float) -> QRectF:
        """Return the part of the scene that a view of this size in pixels shows."""
        return QRectF(self.origin.x(), self.origin.y(), width / self.factor, height / self.factor)

    def transform(self) -> QTransform:
        """Return the transform from scene to view."""
        k = self.factor
        return QTransform(k, 0, 0, k, -self.origin.x() * k, -self.origin.y() * k)

    def zoom_at(self, view_point: QPointF, zoom: float) -> None:
        """Change the zoom; what is under the point of the view stays there."""
        held = self.to_scene(view_point)
        self.zoom = min(max(zoom, ZOOM_LIMITS[0]), ZOOM_LIMITS[1])
        self.origin = held - view_point / self.factor

    def pan(self, pixels: QPointF) -> None:
        """Move the scene with the pointer."""
        self.origin = self.origin - pixels / self.factor

    def show(self, rect: QRectF, width: float, height: float, largest: float = 1.0) -> None:
        """Centre the rectangle, at the largest zoom up to `largest` at which it is seen whole."""
        zoom = min(largest, width / self.unit / max(rect.width(), 1.0), height / self.unit / max(rect.height(), 1.0))
        self.zoom = min(max(zoom, ZOOM_LIMITS[0]), ZOOM_LIMITS[1])
        self.centre(rect.center(), width, height)

    def centre(self, point: QPointF, width: float, height: float) -> None:
        """Put the scene point into the middle of a view of this size."""
        self.origin = point - QPointF(width, height) / (2 * self.factor)


Key = TypeVar("Key", bound=Hashable)


class Boxes(Generic[Key]):
    """Bounding boxes by key, in one array, so that "what is in this rectangle" costs microseconds for thousands."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._rows: dict[Key, int] = {}
        self._array = np.empty((64, 4))

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, key: Key, rect: QRectF) -> None:
        """Set the box of a key."""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self._keys)
            self._keys.append(key)
            if row == len(self._array):
                self._array = np.concatenate([self._array, np.empty_like(self._array)])
        self._array[row] = (rect.left(), rect.top(), rect.right(), rect.bottom())

    def move(self, keys: Iterable[Key], by: QPointF) -> None:
        """Move the boxes of keys."""
        rows = [self._rows[key] for key in keys]
        if rows:
            self._array[rows] += (by.x(), by.y(), by.x(), by.y())

    def rect(self, key: Key) -> QRectF:
        """Return the box of a key."""
        left, top, right, bottom = self._array[self._rows[key]].tolist()
        return QRectF(left, top, right - left, bottom - top)

    def drop(self, key: Key) -> None:
        """Forget a key; the last row takes its place."""
        row = self._rows.pop(key)
        last = self._keys.pop()
        if last != key:
            self._keys[row], self._rows[last] = last, row
            self._array[row] = self._array[len(self._keys)]

    def clear(self) -> None:
        self._keys.clear()
        self._rows.clear()

    def within(self, rect: QRectF) -> Iterator[Key]:
        """Yield the keys whose boxes meet the rectangle."""
        return (self._keys[row] for row in np.flatnonzero(self._meets(rect)))

    def _meets(self, rect: QRectF) -> NDArray[np.bool_]:
        boxes = self._array[: len(self._keys)]
        found: NDArray[np.bool_] = (
            (boxes[:, 0] <= rect.right())
            & (boxes[:, 2] >= rect.left())
            & (boxes[:, 1] <= rect.bottom())
            & (boxes[:, 3] >= rect.top())
        )
        return found

    def bounds(self) -> QRectF:
        """Return the rectangle around all boxes; an empty one where there are none."""
        if not self._keys:
            return QRectF()
        boxes = self._array[: len(self._keys)]
        left, top = boxes[:, :2].min(axis=0)
        right, bottom = boxes[:, 2:].max(axis=0)
        return QRectF(float(left), float(top), float(right - left), float(bottom - top))
