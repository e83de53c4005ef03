"""What is drawn inside a plot: curves, points, bars, segments. Each is one item that maps whole arrays to pixels.

Drawn in pixels of the area, not in the view box's coordinates: pens then have the same width on the screen, in a
picture twice as fine and in an SVG, and round ends stay round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import functions
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPaintEngine, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.plots.area import AreaItem, PlotArea
from app.theme import appearance


class Stroke(NamedTuple):
    """How a line is drawn: colour, width at scale 1, and whether it is dashed."""

    color: QColor
    width: float = 2.0
    dashes: tuple[float, float] | None = None
    """Lengths of dash and gap, in widths."""


def stroke(color: Any, width: float = 2.0, dashes: tuple[float, float] | None = None) -> Stroke:
    """Return a stroke in any colour Qt understands."""
    return Stroke(QColor(color), width, dashes)


def draw_lines(painter: QPainter, path: QPainterPath, line: Stroke) -> None:
    """Stroke a path of straight lines.

    Qt's raster engine draws smooth lines one device pixel wide a hundred times faster than wider ones. So a wide line
    is drawn as a bundle of thin ones, moved around a circle: the same picture, in time for thirty of them a second.
    """
    width = line.width * appearance().scale
    painter.setBrush(Qt.BrushStyle.NoBrush)
    drawn = QPen(line.color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        if line.dashes:
            drawn.setDashPattern(line.dashes)
            drawn.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(drawn)
        painter.drawPath(path)
        return
    ratio = abs(painter.deviceTransform().m11()) or 1.0
    drawn.setCosmetic(True)
    drawn.setWidthF(1.0)
    if line.dashes:
        drawn.setCapStyle(Qt.PenCapStyle.FlatCap)
        drawn.setDashPattern([length * width * ratio for length in line.dashes])
    painter.setPen(drawn)
    for dx, dy in _bundle(round(width * ratio, 2)):
        painter.translate(dx / ratio, dy / ratio)
        painter.drawPath(path)
        painter.translate(-dx / ratio, -dy / ratio)


@cache
def _bundle(width: float) -> tuple[tuple[float, float], ...]:
    """Return by how much thin lines are moved to make one of `width` device pixels."""
    radius = (width - 1) / 2
    if radius < 0.2:
        return ((0.0, 0.0),)
    count = max(4, math.ceil(2 * math.pi * radius / 0.8))
    angles = [2 * math.pi * k / count for k in range(count)]
    return tuple((radius * math.cos(a), radius * math.sin(a)) for a in angles)


def _path(x: NDArray[Any], y: NDArray[Any], connect: str) -> QPainterPath:
    path: QPainterPath = functions.arrayToQPath(x, y, connect=connect)
    return path


class Mark(AreaItem):
    """An item within the plot, clipped to it."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        area.sceneObj.addItem(self)

    def remove(self) -> None:
        """Take it out of the plot."""
        self.area.sceneObj.removeItem(self)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draw within the plot."""
        rect = self.area.plot_rect
        painter.setClipRect(rect.adjusted(-1, -2, 3, 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, rect)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw in pixels of the area; `rect` is the plot."""

    def pixels(self, x: NDArray[Any], y: NDArray[Any], rect: QRectF) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return data coordinates as pixels."""
        (x0, x1), (y0, y1) = self.area.box.viewRange()
        with np.errstate(all="ignore"):
            across = rect.left() + (x - x0) / ((x1 - x0) or 1.0) * rect.width()
            down = rect.bottom() - (y - y0) / ((y1 - y0) or 1.0) * rect.height()
        return across, np.clip(down, rect.top() - 1e4, rect.bottom() + 1e4)


class CurveMark(Mark):
    """A polyline, interrupted where a height is not finite."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._x = self._y = np.empty(0)
        self._stroke = stroke("black")

    def set(self, x: NDArray[Any], y: NDArray[Any], line: Stroke) -> None:
        """Draw these points, joined."""
        self._x, self._y, self._stroke = x, y, line
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the line."""
        if len(self._x) > 1:
            draw_lines(painter, _path(*self.pixels(self._x, self._y, rect), "finite"), self._stroke)


class PointsMark(Mark):
    """Dots, all of one size; each its own colour where colours are given."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._x = self._y = np.empty(0)
        self._colors: list[QColor] = []
        self._size: float | Sequence[float] = 6.0
        self._hollow = False

    def set(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        colors: list[QColor],
        size: float | Sequence[float] = 6.0,
        *,
        hollow: bool = False,
    ) -> None:
        """Draw dots of this size at scale 1, or each of its own; one colour serves all."""
        self._x, self._y, self._colors, self._size, self._hollow = x, y, colors, size, hollow
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the dots."""
        scale = appearance().scale
        xs, ys = self.pixels(self._x, self._y, rect)
        keep = np.isfinite(xs) & np.isfinite(ys)
        one = len(self._colors) == 1
        if one and not self._hollow and isinstance(self._size, float):
            # A thick round pen draws all points in one call.
            painter.setPen(QPen(self._colors[0], self._size * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints([QPointF(x, y) for x, y in zip(xs[keep].tolist(), ys[keep].tolist(), strict=True)])
            return
        colors = self._colors * len(xs) if one else self._colors
        sizes = [self._size] * len(xs) if isinstance(self._size, float) else self._size
        panel = QColor(appearance().theme.panel)
        for x, y, color, size, seen in zip(xs.tolist(), ys.tolist(), colors, sizes, keep.tolist(), strict=True):
            if seen:
                radius = size * scale / 2
                painter.setPen(QPen(color if self._hollow else panel, (1.6 if self._hollow else 1.0) * scale))
                painter.setBrush(panel if self._hollow else QBrush(color))
                painter.drawEllipse(QPointF(x, y), radius, radius)


class SegmentsMark(Mark):
    """Separate pieces of lines, (count, 2, 2) of points (x, y), in groups of their own pens."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._groups: list[tuple[NDArray[Any], Stroke]] = []

    def set(self, groups: list[tuple[NDArray[Any], Stroke]]) -> None:
        """Draw these groups of segments."""
        self._groups = groups
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the segments, which end where the plot does."""
        painter.setClipRect(rect)
        for segments, line in self._groups:
            x, y = self.pixels(segments[..., 0].ravel(), segments[..., 1].ravel(), rect)
            if len(x):
                draw_lines(painter, _path(x, y, "pairs"), line)


class BarsMark(Mark):
    """Bars from zero, between edges."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._edges = self._heights = np.empty(0)
        self._color = QColor()

    def set(self, edges: NDArray[Any], heights: NDArray[Any], color: QColor) -> None:
        """Draw a bar between each two edges."""
        self._edges, self._heights, self._color = edges, heights, color
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the bars, a pixel apart, their upper corners a little round."""
        if not len(self._heights):
            return
        xs, _ = self.pixels(self._edges, self._edges, rect)
        _, ys = self.pixels(self._heights, self._heights, rect)
        _, floor = self.pixels(np.zeros(1), np.zeros(1), rect)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        for left, right, top in zip(xs[:-1], xs[1:], ys, strict=True):
            gap = 1.0 if right - left > 3 else 0.0
            bar = QRectF(left + gap / 2, top, right - left - gap, floor[0] - top)
            radius = min(2.0 * appearance().scale, bar.width() / 2, max(0.0, bar.height()))
            if bar.height() > 0:
                painter.drawRoundedRect(bar, radius, radius)
