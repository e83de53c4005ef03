"""What is drawn inside a plot: curves, points, bars, segments. Each is one item that maps whole arrays to pixels.

Drawn in pixels of the area, not in the view box's coordinates: pens then have the same width on the screen, in a picture
twice as fine and in an SVG, and round ends stay round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import functions
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.plots.area import AreaItem, PlotArea
from app.theme import appearance


def pen(color: Any, width: float = 2.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen, round at ends and joints, its width growing with the scale."""
    return QPen(QColor(color), width * appearance().scale, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


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
        self._pen = QPen()

    def set(self, x: NDArray[Any], y: NDArray[Any], line: QPen) -> None:
        """Draw these points, joined."""
        self._x, self._y, self._pen = x, y, line
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the line."""
        if len(self._x):
            painter.setPen(self._pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            x, y = self.pixels(self._x, self._y, rect)
            if len(x) == 1:
                painter.drawPoint(QPointF(x[0], y[0]))
            else:
                painter.drawPath(functions.arrayToQPath(x, y, connect="finite"))


class PointsMark(Mark):
    """Dots, all of one size; each its own colour where colours are given."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._x = self._y = np.empty(0)
        self._colors: list[QColor] = []
        self._size, self._hollow = 6.0, False

    def set(
        self, x: NDArray[Any], y: NDArray[Any], colors: list[QColor], size: float = 6.0, *, hollow: bool = False
    ) -> None:
        """Draw dots of this size at scale 1; one colour serves all."""
        self._x, self._y, self._colors, self._size, self._hollow = x, y, colors, size, hollow
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the dots."""
        size = self._size * appearance().scale
        xs, ys = self.pixels(self._x, self._y, rect)
        keep = np.isfinite(xs) & np.isfinite(ys)
        one = len(self._colors) == 1
        if one and not self._hollow:
            # A thick round pen draws all points in one call.
            painter.setPen(QPen(self._colors[0], size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints([QPointF(x, y) for x, y in zip(xs[keep].tolist(), ys[keep].tolist(), strict=True)])
            return
        colors = self._colors * len(xs) if one else self._colors
        for x, y, color in zip(xs[keep].tolist(), ys[keep].tolist(), np.array(colors, object)[keep], strict=True):
            painter.setPen(QPen(color, 1.6 * appearance().scale) if self._hollow else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(appearance().theme.panel) if self._hollow else QBrush(color))
            painter.drawEllipse(QPointF(x, y), size / 2, size / 2)


class SegmentsMark(Mark):
    """Separate pieces of lines, (count, 2, 2) of points (x, y), in groups of their own pens."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._groups: list[tuple[NDArray[Any], QPen]] = []

    def set(self, groups: list[tuple[NDArray[Any], QPen]]) -> None:
        """Draw these groups of segments."""
        self._groups = groups
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the segments."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for segments, line in self._groups:
            x, y = self.pixels(segments[..., 0].ravel(), segments[..., 1].ravel(), rect)
            painter.setPen(line)
            if len(x):  # as one path, so that pieces that touch are not drawn over each other
                painter.drawPath(functions.arrayToQPath(x, y, connect="pairs"))


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
