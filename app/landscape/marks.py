"""What only a landscape draws: numbers on contour lines, arrows downhill, arrows of momentum, axes of curvature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from app import fonts
from app.landscape.levels import label_places, level_text
from app.plots.area import PlotArea
from app.plots.marks import Mark, draw_lines, stroke
from app.theme import appearance, faded

HEAD = 0.36
SLANT = 0.52


class LevelLabels(Mark):
    """The levels, written on their lines with a little of the card's colour behind them."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 0.2)
        self._lines: list[tuple[float, NDArray[Any]]] = []
        self._avoided = np.empty((0, 2))

    def set(self, lines: list[tuple[float, NDArray[Any]]], avoided: NDArray[Any]) -> None:
        """Write these levels on their segments, (count, 2, 2), clear of places (count, 2) in data coordinates."""
        self._lines, self._avoided = lines, avoided
        self.update()

    def places(self, rect: QRectF) -> list[tuple[int, float, float]]:
        """Return which levels are written, and where in pixels."""
        scale = appearance().scale
        middles = []
        for _, segments in self._lines:
            middle = segments.mean(axis=1)
            middles.append(self.pixels(middle[:, 0], middle[:, 1], rect))
        avoided = np.stack(self.pixels(self._avoided[:, 0], self._avoided[:, 1], rect), 1)
        names = [(rect.left() + k * scale, rect.top() + 8 * scale) for k in (12, 44, 76)]
        names += [(rect.right() - k * scale, rect.bottom() - 8 * scale) for k in (12, 44, 76)]
        avoided = np.concatenate([avoided, np.array(names)])  # where the axes are called something
        room = (
            rect.left() + 26 * scale,
            rect.right() - 26 * scale,
            rect.top() + 22 * scale,
            rect.bottom() - 20 * scale,
        )
        return label_places(middles, room, 58 * scale, 30 * scale, avoided)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: write the levels."""
        look = appearance()
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        for number, x, y in self.places(rect):
            text = level_text(self._lines[number][0])
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + look.px(6), metrics.height() - look.px(1))
            box.moveCenter(QPointF(x, y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(look.theme.panel, 0.86))
            painter.drawRoundedRect(box, look.px(4), look.px(4))
            painter.setPen(QColor(look.theme.second))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class DownhillMark(Mark):
    """Arrows against the gradient at places of a grid: as long as there is room, by the logarithm of the slope."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 0.1)
        self._rows = np.empty((0, 4))

    def set(self, rows: NDArray[Any]) -> None:
        """Draw rows of place and gradient, (count, 4)."""
        self._rows = rows[np.isfinite(rows).all(axis=1)] if len(rows) else np.empty((0, 4))
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the arrows."""
        if not len(self._rows):
            return
        xs, ys = self.pixels(self._rows[:, 0], self._rows[:, 1], rect)
        keep = spaced(xs, ys, 34 * appearance().scale)
        rows, xs, ys = self._rows[keep], xs[keep], ys[keep]
        across, down = on_screen(self, -rows[:, 2], -rows[:, 3], rect)
        slope = np.hypot(rows[:, 2], rows[:, 3])
        steep = slope > 0
        if not steep.any():
            return
        strength = np.log10(np.where(steep, slope, slope[steep].min()))
        low, high = strength[steep].min(), strength[steep].max()
        share = (strength - low) / ((high - low) or 1.0)
        size = (9 + 11 * share) * appearance().scale
        length = np.hypot(across, down)
        path = QPainterPath()
        for x, y, dx, dy, on in zip(xs, ys, across / length * size, down / length * size, steep, strict=True):
            if on and rect.contains(QPointF(x, y)):
                add_arrow(path, x - dx / 2, y - dy / 2, dx, dy, 5.0 * appearance().scale)
        draw_lines(painter, path, stroke(faded(appearance().theme.derivative, 0.75), 1.2))


class Push(NamedTuple):
    """An arrow at the end of a path."""

    x: float
    y: float
    across: float
    up: float
    color: str
    dashed: bool


class PushMark(Mark):
    """Arrows at the ends of paths: momentum in the path's own colour, downhill in that of derivatives."""

    LONG = 42.0
    """Pixels at scale 1."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 3.5)
        self._pushes: Sequence[Push] = ()

    def set(self, pushes: Sequence[Push]) -> None:
        """Draw these arrows."""
        self._pushes = [push for push in pushes if all(map(math.isfinite, push[:4])) and (push.across or push.up)]
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the arrows, on a little of the card's colour so that paths under them do not hide them."""
        scale = appearance().scale
        for push in self._pushes:
            (x,), (y,) = self.pixels(np.array([push.x]), np.array([push.y]), rect)
            (dx,), (dy,) = on_screen(self, np.array([push.across]), np.array([push.up]), rect)
            length = math.hypot(dx, dy) or 1.0
            dx, dy = dx / length * self.LONG * scale, dy / length * self.LONG * scale
            shaft, head = QPainterPath(), QPainterPath()
            shaft.moveTo(x, y)
            shaft.lineTo(x + dx * 0.94, y + dy * 0.94)
            add_head(head, x + dx, y + dy, dx, dy, 8.0 * scale)
            whole = QPainterPath(shaft)
            whole.addPath(head)
            draw_lines(painter, whole, stroke(faded(appearance().theme.panel, 0.9), 4.6))
            draw_lines(painter, shaft, stroke(push.color, 2.0, (2.0, 1.2) if push.dashed else None))
            draw_lines(painter, head, stroke(push.color, 2.0))


class BendMark(Mark):
    """The axes of the curvature at a place: short where it is sharp, dashed where the loss bends downwards."""

    LONG = 64.0

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 2.9)
        self._place: tuple[float, float] | None = None
        self._values, self._vectors = np.zeros(2), np.eye(2)

    def set(self, place: tuple[float, float] | None, matrix: NDArray[Any] | None = None) -> None:
        """Draw the axes of a matrix (2, 2) of second derivatives; None: nothing."""
        self._place = place if matrix is not None else None
        if matrix is not None:
            self._values, self._vectors = np.linalg.eigh(matrix)
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the axes through the place."""
        if self._place is None:
            return
        look = appearance()
        (x,), (y,) = self.pixels(*(np.array([each]) for each in self._place), rect)
        flattest = np.abs(self._values).min() or 1.0
        for value, vector in zip(self._values, self._vectors.T, strict=True):
            (dx,), (dy,) = on_screen(self, vector[:1], vector[1:], rect)
            length = math.hypot(dx, dy) or 1.0
            far = self.LONG * look.scale * max(0.2, (flattest / (abs(value) or flattest)) ** 0.25)
            dx, dy = dx / length * far, dy / length * far
            path = QPainterPath(QPointF(x - dx, y - dy))
            path.lineTo(x + dx, y + dy)
            draw_lines(painter, path, stroke(faded(look.theme.panel, 0.9), 4.0))
            draw_lines(painter, path, stroke(look.theme.text, 1.6, (3.0, 2.0) if value < 0 else None))


class CrossMark(Mark):
    """Where the keyboard points."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 5)
        self.place: tuple[float, float] | None = None

    def set(self, place: tuple[float, float] | None) -> None:
        """Draw a cross at a place in data coordinates, or none."""
        self.place = place
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the cross."""
        if self.place is None:
            return
        (x,), (y,) = self.pixels(*(np.array([each]) for each in self.place), rect)
        size = 9 * appearance().scale
        for color, width in ((appearance().theme.panel, 4.0), (appearance().theme.text, 1.6)):
            painter.setPen(QPen(QColor(color), width * appearance().scale))
            painter.drawLine(QPointF(x - size, y), QPointF(x + size, y))
            painter.drawLine(QPointF(x, y - size), QPointF(x, y + size))


def spaced(xs: NDArray[Any], ys: NDArray[Any], least: float) -> NDArray[Any]:
    """Return which places of a grid are drawn so that rows and columns keep a distance: every second, third, ..."""
    keep = np.ones(len(xs), bool)
    for values in (xs, ys):
        lines = np.unique(np.round(values, 3))
        apart = float(np.diff(lines).min()) if len(lines) > 1 else least
        every = max(1, int(np.ceil(least / max(apart, 1e-9))))
        keep &= (np.searchsorted(lines, np.round(values, 3)) - every // 2) % every == 0
    return keep


def on_screen(mark: Mark, across: Any, up: Any, rect: QRectF) -> tuple[Any, Any]:
    """Return directions of the data as directions in pixels."""
    (x0, x1), (y0, y1) = mark.area.box.viewRange()
    return across * rect.width() / ((x1 - x0) or 1.0), -up * rect.height() / ((y1 - y0) or 1.0)


def add_arrow(path: QPainterPath, x: float, y: float, dx: float, dy: float, head: float) -> None:
    """Add an arrow from a place in pixels."""
    path.moveTo(x, y)
    path.lineTo(x + dx, y + dy)
    add_head(path, x + dx, y + dy, dx, dy, head)


def add_head(path: QPainterPath, x: float, y: float, dx: float, dy: float, size: float) -> None:
    """Add the head of an arrow that ends at a place."""
    length = math.hypot(dx, dy) or 1.0
    ux, uy = dx / length * size, dy / length * size
    for turn in (SLANT, -SLANT):
        path.moveTo(x, y)
        path.lineTo(x - ux - turn * -uy, y - uy - turn * ux)
