"""The way of two parameters over the loss: contours of the loss, and every optimizer's path on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor

from app.plots.area import ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.histories import lane_color, lane_key
from app.plots.legend import Pill
from app.plots.marks import CurveMark, PointsMark, SegmentsMark, Stroke, stroke
from app.plots.shapes import contour_levels, contour_segments, finite_range, without_crumbs
from app.theme import appearance, faded, mix
from app.worker.describe import short
from app.worker.messages import Contour, Lane, Series

if TYPE_CHECKING:
    from app.worker.client import RunControl

LEVELS: Final = 11
MARGIN: Final = 0.35
"""Room around the paths, as a part of their extent."""
STRIPE: Final = 10.0
"""Length of the pieces in which ways that coincide are seen in turn."""
END: Final = 8.0
"""Size of the dot at a way's end."""
NEAR: Final = 6.0
"""How close ends are, in pixels, that would hide each other."""
Bounds = tuple[float, float, float, float]


TO_AND_FRO = 8.0
"""A path so many times as long as it is wide covers an area: it is drawn fine and faint, or it would be a solid one."""


def path_stroke(color: str, x: NDArray[Any], y: NDArray[Any]) -> Stroke:
    """Return how a path is drawn: the more it goes to and fro in one place, the finer."""
    known = np.isfinite(x) & np.isfinite(y)
    wide, high = (float(np.ptp(part[known])) if known.any() else 0.0 for part in (x, y))
    length = float(np.hypot(np.diff(x[known]) / (wide or 1.0), np.diff(y[known]) / (high or 1.0)).sum())
    if length < TO_AND_FRO:
        return stroke(color, 2.0)
    return stroke(faded(color, max(0.25, min(1.0, 2.0 * TO_AND_FRO / length))), 1.0)


class Way(NamedTuple):
    """One optimizer's path."""

    lane: int
    name: str
    color: str
    steps: NDArray[Any]
    x: NDArray[Any]
    y: NDArray[Any]


def plane(lanes: Sequence[Lane]) -> tuple[Series, Series] | None:
    """Return the two recorded numbers that span the plane; None unless the lanes move exactly two, the same ones."""
    found = []
    for lane in lanes:
        if sum(int(np.prod(p.shape)) for p in lane.parameters) != 2:
            return None
        found.append(tuple(series for series in lane.series if series.kind == "value"))
    return (found[0][0], found[0][1]) if found and len(found[0]) == 2 and len(set(found)) == 1 else None


class PathCard(Card):
    """Paths over contours. The contours are asked for (`contour_wanted`) when the paths leave those there are."""

    EMPTY: ClassVar[str] = "Press Run: the path is drawn over the loss. It needs a graph with two trained numbers."

    contour_wanted = Signal(object, object, object)
    """((node, index) across, (node, index) up, bounds)."""

    def __init__(self, runs: RunControl) -> None:
        super().__init__("Path over the loss")
        self.runs = runs
        self.area.read = self._read
        self._lines = SegmentsMark(self.area, -1)
        self._curves: dict[int, tuple[CurveMark, CurveMark]] = {}
        """Of each optimizer: its whole way, and the pieces of it that lie over the others."""
        self._starts, self._ends = PointsMark(self.area, 3), PointsMark(self.area, 4)
        self._contour: Contour | None = None
        self._bounds: Bounds | None = None
        self._asked: Bounds | None = None
        self._ways: list[Way] = []
        self.contours = True

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return (Switch("Contours of the loss", lambda: self.contours, self._set_contours),)

    def _set_contours(self, on: bool) -> None:
        self.contours = on
        self.refresh()

    def forget_contour(self) -> None:
        """The graph or the run is another one: the contours no longer hold."""
        self._contour = self._bounds = self._asked = None
        self._lines.set([])

    def set_contour(self, contour: Contour) -> None:
        """Draw these contours."""
        self._contour = contour
        x, y = contour.x.array(), contour.y.array()
        self._bounds = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
        self._draw_contour()

    def refresh(self) -> None:
        """Draw the paths as far as they have come."""
        lanes = self.runs.lanes
        spanned = plane(lanes)
        self._ways = [way for way in self._find(spanned) if len(way.x)] if spanned else []
        self.set_empty(not self._ways and not self.hidden)
        names = self._titles(spanned) if spanned and self._ways else ("", "")
        self.area.x_name, self.area.y_name = names
        self.subtitle.say(
            " · ".join(way.name for way in self._ways) if len(self._ways) <= 2 else f"{len(lanes)} optimizers"
        )
        keys = [lane_key(k) for k in range(len(lanes))]
        pills = [Pill(keys[k], lane.name, lane_color(k), keys[k] not in self.hidden) for k, lane in enumerate(lanes)]
        self.set_legend(pills if len(pills) > 1 and (self._ways or self.hidden) else ())
        self._draw_ways()
        if spanned and self._ways:
            self._fit()
            self._ask(spanned)
        self._draw_stripes()
        self._draw_ends()
        self.area.refresh_read_out()

    def _titles(self, spanned: tuple[Series, Series]) -> tuple[str, str]:
        parameters = {p.node: p for p in self.runs.lanes[0].parameters}
        names = []
        for series in spanned:
            parameter = parameters[series.node]
            names.append(parameter.name if parameter.shape == () else f"{parameter.name}[{series.index}]")
        return names[0], names[1]

    def _find(self, spanned: tuple[Series, Series]) -> list[Way]:
        ways = []
        single = len(self.runs.lanes) == 1
        for k, lane in enumerate(self.runs.lanes):
            across, up = (self.runs.curve(k, series, buckets=2048, detail=True) for series in spanned)
            count = min(len(across.steps), len(up.steps))
            color = appearance().theme.derivative if single else lane_color(k)
            if lane_key(k) not in self.hidden:
                ways.append(Way(k, lane.name, color, across.steps[:count], across.mean[:count], up.mean[:count]))
        return ways

    def _draw_ways(self) -> None:
        shown = {way.lane for way in self._ways}
        for lane in set(self._curves) - shown:
            for mark in self._curves.pop(lane):
                mark.remove()
        for way in self._ways:
            if way.lane not in self._curves:
                z = 0.01 * way.lane
                self._curves[way.lane] = (CurveMark(self.area, 1 + z), CurveMark(self.area, 2 + z))
            self._curves[way.lane][0].set(way.x, way.y, path_stroke(way.color, way.x, way.y))
        starts = dict.fromkeys((float(way.x[0]), float(way.y[0])) for way in self._ways)
        firsts = np.array(list(starts)).reshape(-1, 2)
        # A start that is everybody's is nobody's colour.
        color = self._ways[0].color if len(self._ways) == 1 else appearance().theme.text
        self._starts.set(firsts[:, 0], firsts[:, 1], [QColor(color)], 8.0, hollow=True)

    def _draw_stripes(self) -> None:
        """Draw pieces of every way over the others, in turn by their distance from the start, which all share: where
        ways coincide each is seen."""
        count = len(self._ways)
        for k, way in enumerate(self._ways):
            on_top = self._curves[way.lane][1]
            if count == 1:
                on_top.set(np.empty(0), np.empty(0), stroke(way.color))
                continue
            x, y = on_top.pixels(way.x, way.y, self.area.plot_rect)
            on_top.set(
                way.x, striped(x, y, way.y, k, count, STRIPE * appearance().scale), path_stroke(way.color, way.x, way.y)
            )

    def _draw_ends(self) -> None:
        """Draw where each way has come to: of several at one place the first is largest, so that rings show each."""
        x, y = np.array([(way.x[-1], way.y[-1]) for way in self._ways]).reshape(-1, 2).T
        across, up = self._ends.pixels(x, y, self.area.plot_rect)
        near = np.hypot(across[:, None] - across, up[:, None] - up) < NEAR * appearance().scale
        sizes = [END + 4.0 * int(near[k, k + 1 :].sum()) for k in range(len(x))]
        self._ends.set(x, y, [QColor(way.color) for way in self._ways], sizes)

    # The plane --------------------------------------------------------------------------------------------------------

    def _extent(self) -> Bounds:
        x = finite_range(*(way.x for way in self._ways)) or (0.0, 1.0)
        y = finite_range(*(way.y for way in self._ways)) or (0.0, 1.0)
        return (*roomy(*x), *roomy(*y))

    def _fit(self) -> None:
        x0, x1, y0, y1 = self._extent()
        if self.area.following:
            self.area.box.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0, disableAutoRange=True)

    def _ask(self, spanned: tuple[Series, Series]) -> None:
        """Ask for contours of what is shown, where those there are (or on their way) do not cover it well."""
        (x0, x1), (y0, y1) = self.area.box.viewRange()
        wanted = (x0, x1, y0, y1)
        if self.contours and not any(covers(have, wanted) for have in (self._bounds, self._asked) if have):
            room_x, room_y = (x1 - x0) * 0.2, (y1 - y0) * 0.2
            self._asked = (x0 - room_x, x1 + room_x, y0 - room_y, y1 + room_y)
            keys = [(series.node, series.index) for series in spanned]
            self.contour_wanted.emit(keys[0], keys[1], self._asked)

    def _draw_contour(self) -> None:
        contour = self._contour
        if contour is None or not self.contours:
            self._lines.set([])
            return
        x, y, loss = contour.x.array(), contour.y.array(), contour.loss.array()
        loss = np.sqrt(loss - np.nanmin(loss))  # the same lines, but smooth between the grid's points in a valley
        levels = contour_levels(loss, LEVELS)
        color = appearance().theme.value
        panel, strong = appearance().theme.panel, 0.75 if appearance().theme.dark else 0.85
        if len(self.runs.lanes) > 1:  # one of the ways is blue as well
            strong *= 0.6
        groups = []
        for k, level in enumerate(levels):
            line = stroke(mix(panel, color, strong - (strong - 0.2) * k / max(1, len(levels) - 1)), 1.0)
            groups.append((without_crumbs(contour_segments(x, y, loss, level)), line))
        self._lines.set(groups)

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "_lines"):
            self._draw_contour()

    # Reading ----------------------------------------------------------------------------------------------------------

    def _read(self, place: QPointF) -> ReadOut | None:
        if not self._ways:
            return None
        at = self.area.to_pixels(place.x(), place.y())
        rect = self.area.plot_rect
        best: tuple[float, Way, int] | None = None
        for way in self._ways:
            xs, ys = self._ends.pixels(way.x, way.y, rect)
            away = np.hypot(xs - at.x(), ys - at.y())
            k = int(np.nanargmin(away)) if np.isfinite(away).any() else 0
            if best is None or away[k] < best[0]:
                best = (float(away[k]), way, k)
        if best is None:
            return None
        _, way, k = best
        across, up = self.area.x_name, self.area.y_name
        rows = (Row(way.color, across, short(float(way.x[k]))), Row(way.color, up, short(float(way.y[k]))))
        title = f"step {int(way.steps[k]):,}" + (f" · {way.name}" if len(self.runs.lanes) > 1 else "")
        return ReadOut(place.x(), ((float(way.x[k]), float(way.y[k]), way.color),), title, rows, line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the paths as drawn."""
        columns: dict[str, NDArray[Any]] = {}
        for way in self._ways:
            for name, values in (("step", way.steps), (self.area.x_name, way.x), (self.area.y_name, way.y)):
                columns[f"{way.name} {name}"] = values
        return columns


def striped(x: NDArray[Any], y: NDArray[Any], heights: NDArray[Any], k: int, count: int, length: float) -> NDArray[Any]:
    """Return the heights of a way through pixels (x, y), NaN where it is not the turn of way k of `count`."""
    with np.errstate(invalid="ignore"):
        turn = np.floor(np.hypot(x - x[0], y - y[0]) / length) % count
    return np.where(turn == k, heights, np.nan)


def roomy(low: float, high: float) -> tuple[float, float]:
    """Return a range with room around it."""
    span = (high - low) or max(abs(low), 1.0)
    return low - MARGIN * span, high + MARGIN * span


def covers(have: Bounds, wanted: Bounds) -> bool:
    """Whether bounds hold what is wanted, and are not much larger than it."""
    inside = have[0] <= wanted[0] and have[1] >= wanted[1] and have[2] <= wanted[2] and have[3] >= wanted[3]
    fine = (have[1] - have[0]) < 3 * (wanted[1] - wanted[0]) and (have[3] - have[2]) < 3 * (wanted[3] - wanted[2])
    return inside and fine
