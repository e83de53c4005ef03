"""Functions of a plane: heights as lines and colours, directions as arrows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app.plots.area import PlotArea, ReadOut, Row
from app.plots.marks import Mark, SegmentsMark, Stroke, draw_lines, stroke
from app.plots.scales import colour_table
from app.plots.shapes import contour_segments, finite_range
from app.plots.ticks import linear_ticks
from app.plots.views.base import Settings, ViewCard
from app.plots.views.cells import coloured
from app.plots.views.colour_bar import ColourBar
from app.plots.views.surfaces import SurfaceMark, finer
from app.theme import appearance, faded
from app.worker.describe import short
from engine.types import shape_text

BINS: Final = 24
"""Colours among which arrows of different lengths are told apart."""
HEAD: Final = 0.32
"""Length of an arrow's head, as a part of the arrow,"""
SLANT: Final = 0.55
"""and how far it opens."""
CLOSEST: Final = 15.0
"""Pixels between arrows, at scale 1, under which fewer are drawn."""


class ContourCard(ViewCard):
    """Lines of equal height, at round numbers, over colours."""

    EMPTY: ClassVar[str] = "Wire a matrix of heights into z (and the places of its columns and rows into x and y)."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._surface, self._lines = SurfaceMark(self.area, -2), SegmentsMark(self.area, 1)
        self._scale = ColourBar(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        z = self.arrays.get("z")
        if z is None:
            return self.EMPTY
        if z.ndim != 2 or min(z.shape) < 2:
            return f"z {shape_text(self.shape('z'))} must be a matrix of at least 2 rows and 2 columns."
        for name, count in (("x", z.shape[1]), ("y", z.shape[0])):
            at = self.arrays.get(name)
            if at is None:
                continue
            if at.shape != (count,):
                return f"{name} {shape_text(self.shape(name))} must have a value for each of the {count:,} places of z."
            steps = np.diff(at)
            if not ((steps > 0).all() or (steps < 0).all()):
                return f"{name} must rise, or fall, from each value to the next."
        return ""

    def describe(self) -> str:
        """Return the shape."""
        holes = int((~np.isfinite(self.arrays["z"])).sum())
        return shape_text(self.shape("z")) + (f" · {holes:,} not finite" if holes else "")

    def _grid(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return x, y and z, with places that rise."""
        z = self.arrays["z"]
        down, across = self.data.facts.get("every", (1, 1)) if self.data is not None else (1, 1)
        x = self.arrays.get("x", np.arange(z.shape[1], dtype=float) * across)
        y = self.arrays.get("y", np.arange(z.shape[0], dtype=float) * down)
        if x[0] > x[-1]:
            x, z = x[::-1], z[:, ::-1]
        if y[0] > y[-1]:
            y, z = y[::-1], z[::-1]
        return x, y, z

    def draw(self) -> None:
        """Draw colours and lines."""
        heights = None if self.lacking() else finite_range(self.arrays["z"])
        if heights is None:
            self._surface.set(None)
            self._lines.set([])
            self._scale.set(0.0, 0.0, ())
            return
        x, y, z = self._grid()
        low, high = heights if heights[0] < heights[1] else (heights[0] - 0.5, heights[1] + 0.5)
        table, theme = colour_table("sequential"), appearance().theme
        filled = bool(self.settings.get("filled", True))
        if filled:
            self._surface.set(_picture(x, y, z, table, low, high), (x[0], x[-1], y[0], y[-1]))
        else:
            self._surface.set(None)
        self._scale.set(low, high, tuple(map(tuple, [*table[::32].tolist(), table[-1].tolist()])))
        ticks = linear_ticks(low, high, int(self.settings.get("levels", 12)))
        groups = []
        for tick in ticks:
            place = round((tick.at - low) / (high - low) * (len(table) - 1))
            color = faded(theme.text, 0.42) if filled else QColor(*_visible(table, place))
            groups.append((contour_segments(x, y, z, tick.at), stroke(color, 1.0 if filled else 1.6)))
        self._lines.set(groups)
        self.area.x_title, self.area.y_name = (
            str(self.settings.get("x_label") or ""),
            str(self.settings.get("y_label") or ""),
        )
        self.area.place()
        if self.area.following:
            ranges = {"xRange": (x[0], x[-1]), "yRange": (y[0], y[-1])}
            self.area.box.setRange(**ranges, padding=0, disableAutoRange=True)

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x, y, z = self._grid()
        if not (x[0] <= place.x() <= x[-1] and y[0] <= place.y() <= y[-1]):
            return None
        row, column = int(np.abs(y - place.y()).argmin()), int(np.abs(x - place.x()).argmin())
        theme = appearance().theme
        title = f"x {short(float(x[column]))}, y {short(float(y[row]))}"
        at = ((float(x[column]), float(y[row]), theme.text),)
        return ReadOut(place.x(), at, title, (Row(theme.value, "z", short(float(z[row, column]))),), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return a row for each place of the grid."""
        if self.lacking():
            return {}
        x, y, z = self._grid()
        across, up = np.meshgrid(x, y)
        return {"x": across.ravel(), "y": up.ravel(), "z": z.ravel()}


def _picture(
    x: NDArray[Any], y: NDArray[Any], z: NDArray[Any], table: NDArray[Any], low: float, high: float
) -> NDArray[Any]:
    """Return the colours of heights at even steps; holes in the card's own."""
    even_x, even_y = np.linspace(x[0], x[-1], z.shape[1]), np.linspace(y[0], y[-1], z.shape[0])
    if not np.allclose(x, even_x):
        z = np.stack([np.interp(even_x, x, row) for row in z])
    if not np.allclose(y, even_y):
        z = np.stack([np.interp(even_y, y, column) for column in z.T], axis=1)
    if np.isfinite(z).all():
        z = np.clip(finer(z, max(1, 160 // max(z.shape))), low, high)
    rgba = coloured(z, table, low, high)
    panel = QColor(appearance().theme.panel)
    hole = np.array([panel.red(), panel.green(), panel.blue()], np.uint8)
    return np.where(rgba[..., 3:] > 0, rgba[..., :3], hole).astype(np.uint8)


def _visible(table: NDArray[Any], place: int) -> tuple[int, int, int]:
    """Return a colour of the scale that stands out from the card: the lowest ones are left to it."""
    red, green, blue = table[70 + place * 185 // 255].tolist()
    return red, green, blue


class VectorCard(ViewCard):
    """Arrows, their lengths told by colour as well."""

    EMPTY: ClassVar[str] = (
        "Wire both components into u and v (and their places into x and y): they are drawn as arrows."
    )

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._arrows = ArrowsMark(self.area)
        self._scale = ColourBar(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        u, v = self.arrays.get("u"), self.arrays.get("v")
        if u is None or v is None:
            return self.EMPTY
        if self.shape("u") != self.shape("v"):
            return f"u {shape_text(self.shape('u'))} and v {shape_text(self.shape('v'))} must have one shape."
        for name in ("x", "y"):
            at = self.arrays.get(name)
            if at is None or at.shape != u.shape:
                return "Arrows out of vectors need x and y with as many values: where each of them lies."
        return "" if u.size else "There are no arrows."

    def describe(self) -> str:
        """Return how many arrows are drawn of how many."""
        count, whole = self.arrays["u"].size, int(np.prod(self.shape("u")))
        return f"{count:,} of {whole:,} arrows" if count < whole else f"{count:,} arrows"

    def draw(self) -> None:
        """Draw the arrows."""
        if self.lacking():
            self._arrows.set(np.empty((0, 4)), np.empty(0), equal=False, spacing=(1.0, 1.0))
            self._scale.set(0.0, 0.0, ())
            return
        shown = self._thinned()
        x, y, u, v = (shown[name].ravel() for name in "xyuv")
        lengths = np.hypot(u, v)
        table = colour_table("sequential")
        known = finite_range(lengths) or (0.0, 1.0)
        across, up = finite_range(x) or (0.0, 1.0), finite_range(y) or (0.0, 1.0)
        shape = shown["u"].shape
        rows, columns = shape if len(shape) == 2 else (max(1, round(np.sqrt(len(u)))),) * 2
        spacing = ((across[1] - across[0]) / max(1, columns - 1), (up[1] - up[0]) / max(1, rows - 1))
        equal = bool(self.settings.get("equal"))
        self._arrows.set(np.stack([x, y, u, v], axis=1), lengths, equal=equal, spacing=spacing)
        self._scale.set(0.0, known[1], tuple(_visible(table, place) for place in range(0, 256, 32)))
        self.area.x_title, self.area.y_name = (
            str(self.settings.get("x_label") or ""),
            str(self.settings.get("y_label") or ""),
        )
        self.area.place()
        if self.area.following:
            room_x, room_y = spacing[0] * 0.7 or 0.5, spacing[1] * 0.7 or 0.5
            ranges = {"xRange": (across[0] - room_x, across[1] + room_x), "yRange": (up[0] - room_y, up[1] + room_y)}
            self.area.box.setRange(**ranges, padding=0, disableAutoRange=True)

    def _thinned(self) -> Mapping[str, NDArray[Any]]:
        """Return the arrows that have room: of a grid every k-th row and column."""
        u, rect = self.arrays["u"], self.area.plot_rect
        if u.ndim != 2:
            return self.arrays
        least = CLOSEST * appearance().scale
        down, across = (
            max(1, round(least * count / max(1.0, room)))
            for count, room in zip(u.shape, (rect.height(), rect.width()), strict=True)
        )
        return {name: self.arrays[name][down // 2 :: down, across // 2 :: across] for name in "xyuv"}

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        shown = self._thinned()
        x, y, u, v = (shown[name].ravel() for name in "xyuv")
        xs, ys = self._arrows.pixels(x, y, self.area.plot_rect)
        at = self.area.to_pixels(place.x(), place.y())
        away = np.hypot(xs - at.x(), ys - at.y())
        if not np.isfinite(away).any():
            return None
        k = int(np.nanargmin(away))
        theme = appearance().theme
        rows = tuple(Row(theme.value, name, short(float(value))) for name, value in (("u", u[k]), ("v", v[k])))
        length = Row(theme.faint, "length", short(float(np.hypot(u[k], v[k]))))
        title = f"x {short(float(x[k]))}, y {short(float(y[k]))}"
        return ReadOut(place.x(), ((float(x[k]), float(y[k]), theme.text),), title, (*rows, length), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the arrows."""
        return {} if self.lacking() else {name: self.arrays[name].ravel() for name in "xyuv"}


class ArrowsMark(Mark):
    """Arrows around their places, the longest as long as there is room between two of them."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 1)
        self._rows, self._lengths = np.empty((0, 4)), np.empty(0)
        self._equal, self._spacing = False, (1.0, 1.0)

    def set(self, rows: NDArray[Any], lengths: NDArray[Any], *, equal: bool, spacing: tuple[float, float]) -> None:
        """Draw rows of x, y, u, v that lie `spacing` apart."""
        self._rows, self._lengths, self._equal, self._spacing = rows, lengths, equal, spacing
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the arrows, by colour."""
        known = np.isfinite(self._rows).all(axis=1) & (self._lengths > 0)
        if not known.any():
            return
        x, y, u, v = self._rows[known].T
        lengths = self._lengths[known]
        (x0, x1), (y0, y1) = self.area.box.viewRange()
        wide, high = rect.width() / ((x1 - x0) or 1.0), rect.height() / ((y1 - y0) or 1.0)
        # Directions are those on the screen, where a unit across and one up may differ.
        across, down = u * wide, -v * high
        drawn = np.hypot(across, down)
        room = 0.92 * min(
            abs(self._spacing[0] * wide) or rect.width() / 4, abs(self._spacing[1] * high) or rect.height() / 4
        )
        size = np.full(len(u), room) if self._equal else room * np.maximum(0.16, lengths / lengths.max())
        across, down = across / drawn * size, down / drawn * size
        xs, ys = self.pixels(x, y, rect)
        table = colour_table("sequential")
        bins = np.minimum((lengths / lengths.max() * BINS).astype(int), BINS - 1)
        for each in np.unique(bins).tolist():
            chosen = bins == each
            path = _arrows(xs[chosen], ys[chosen], across[chosen], down[chosen])
            draw_lines(painter, path, Stroke(QColor(*_visible(table, each * 255 // (BINS - 1))), 1.4))


def _arrows(x: NDArray[Any], y: NDArray[Any], across: NDArray[Any], down: NDArray[Any]) -> QPainterPath:
    """Return arrows around places in pixels: shaft and two strokes of a head."""
    path = QPainterPath()
    for px, py, dx, dy in np.stack([x, y, across, down], axis=1).tolist():
        tip_x, tip_y = px + dx / 2, py + dy / 2
        path.moveTo(px - dx / 2, py - dy / 2)
        path.lineTo(tip_x, tip_y)
        for turn in (SLANT, -SLANT):
            path.moveTo(tip_x, tip_y)
            path.lineTo(tip_x - HEAD * (dx + turn * dy), tip_y - HEAD * (dy - turn * dx))
    return path
