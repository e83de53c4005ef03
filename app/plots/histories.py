"""Cards of what a run records at every step: loss, gradient norms, parameter values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from app.plots.area import ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.legend import Pill
from app.plots.marks import CurveMark, stroke
from app.plots.shapes import finite_range, is_noisy, logarithms, smoothed, thinned, zigzag
from app.theme import appearance, mix
from app.worker.describe import short
from app.worker.messages import Lane, Series
from app.worker.ring import Curve

if TYPE_CHECKING:
    from app.worker.client import RunControl

LOG_FROM: Final = 20.0
"""The axis is logarithmic by itself where the greatest value is this many times the least."""
MOST: Final = 7
"""Curves of one lane in one card."""
RECENT: Final = 32
"""Steps before the last that are told one by one."""
DASHES: Final = (None, (3.0, 2.0))
"""How the first and the second number of an optimizer are told apart."""


class Line(NamedTuple):
    """A curve that a card draws."""

    lane: int
    series: Series
    name: str
    color: str
    dashes: tuple[float, float] | None = None
    group: tuple[str, str] | None = None
    """The key and name of a pill that several curves share; None: a pill of its own."""

    @property
    def key(self) -> str:
        """What the curve is known by."""
        return f"{self.lane} {self.series.kind} {self.series.node} {self.series.index}"


class Drawn(NamedTuple):
    """A curve as it was last drawn, for the read-out."""

    line: Line
    curve: Curve
    shown: NDArray[Any]
    """The heights drawn, in the axis's coordinates."""


class HistoryCard(Card):
    """Curves over the steps of a run. Subclasses choose which."""

    EMPTY: ClassVar[str] = "Press Run: the curve is drawn while the graph trains."
    RAW: ClassVar[bool] = False
    """Whether the raw values are drawn under the smoothed ones at first."""

    def __init__(self, title: str, runs: RunControl) -> None:
        super().__init__(title)
        self.runs = runs
        self.raw, self.smooth = self.RAW, self.RAW
        self.log: bool | None = None
        """Whether the vertical axis is logarithmic; None: as the values suggest."""
        self.log_steps = False
        self.area.whole_x = True
        self.area.read = self._read
        self._items: dict[str, tuple[CurveMark, CurveMark]] = {}
        self._drawn: list[Drawn] = []

    def lines(self, lanes: Sequence[Lane]) -> list[Line]:
        """Return the curves to draw."""
        raise NotImplementedError

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return (
            Switch("Logarithmic values", lambda: self.area.log_y, lambda on: self._set("log", on)),
            Switch("Logarithmic steps", lambda: self.log_steps, lambda on: self._set("log_steps", on)),
            Switch("Raw values", lambda: self.raw, lambda on: self._set("raw", on)),
            Switch("Smoothed", lambda: self.smooth, lambda on: self._set("smooth", on)),
        )

    def _set(self, name: str, on: bool) -> None:
        setattr(self, name, on)
        self.area.following = True
        self.refresh()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the curves as far as they have come."""
        lines = self.lines(self.runs.lanes)
        groups = {line.key: line.group or (line.key, line.name) for line in lines}
        shown = [line for line in lines if groups[line.key][0] not in self.hidden]
        curves = {line.key: self._curve(line) for line in shown}
        log = self.log
        if log is None:  # while the mouse has chosen a stretch, the axis stays as it is
            log = self._suggests_log(curves.values()) if self.area.following else self.area.log_y
        if (log, self.log_steps) != (self.area.log_y, self.area.log_x):
            self.area.log_y, self.area.log_x, self.area.following = log, self.log_steps, True
        self._drop_others({line.key for line in shown})
        drawable = [line for line in shown if len(curves[line.key].steps)]
        self._drawn = [self._draw(k, line, curves[line.key]) for k, line in enumerate(drawable)]
        self.set_empty(not self._drawn and not self.hidden, self.lacking())
        self.subtitle.say(self.describe(log) if self._drawn else "")
        pills = {groups[line.key]: line.color for line in lines}
        entries = [Pill(key, name, color, key not in self.hidden) for (key, name), color in pills.items()]
        self.set_legend(entries if len(lines) > 1 and (self._drawn or self.hidden) else ())
        self._fit()
        self.area.refresh_read_out()

    def lacking(self) -> str:
        """Return what a card without a curve says, in one sentence."""
        return self.EMPTY

    def describe(self, log: bool) -> str:
        """Return the subtitle."""
        how = " + ".join(word for word, on in (("raw", self.raw), ("smoothed", self.smooth)) if on)
        return " · ".join(filter(None, ("log" if log else "", how)))

    def _curve(self, line: Line) -> Curve:
        room = max(64, int(self.area.plot_rect.width()))
        if self.area.following:
            found = self.runs.curve(line.lane, line.series, buckets=4 * room, detail=self.log_steps)
            return found if self.log_steps else thinned(found, room)
        low, high = self.area.box.viewRange()[0]
        if self.log_steps:
            low, high = 10**low - 1, 10 ** min(high, 15.0)
        more = (high - low) * 0.1
        found = self.runs.curve(line.lane, line.series, max(0.0, low - more), high + more, 4 * room)
        return found if self.log_steps else thinned(found, room)

    def _suggests_log(self, curves: Any) -> bool:
        found = finite_range(*(part for curve in curves for part in (curve.low, curve.high)))
        return found is not None and found[0] > 0 and found[1] > LOG_FROM * found[0]

    def _draw(self, k: int, line: Line, curve: Curve) -> Drawn:
        raw, main = self._item(line.key)
        raw.setZValue(1 + 0.01 * k)
        main.setZValue(2 + 0.01 * k)
        heights = self._heights(curve.mean)
        if line.series.kind == "validation":
            heights = sloped(curve.steps, heights)
        if self.smooth and is_noisy(heights):
            heights = smoothed(heights)
        steps = self._across(curve.steps)
        main.set(steps, heights, stroke(line.color, 2.0, line.dashes))
        raw.setVisible(self.raw)
        if self.raw:
            panel = appearance().theme.panel
            faint = stroke(mix(panel, line.color, 0.5 if self.smooth else 0.9), 1.0)
            raw.set(*zigzag(steps, self._heights(curve.low), self._heights(curve.high)), faint)
        return Drawn(line, curve, heights)

    def _heights(self, values: NDArray[Any]) -> NDArray[Any]:
        return logarithms(values) if self.area.log_y else values

    def _across(self, steps: NDArray[Any]) -> NDArray[Any]:
        return np.log10(steps + 1) if self.area.log_x else steps

    def _item(self, key: str) -> tuple[CurveMark, CurveMark]:
        if key not in self._items:
            self._items[key] = (CurveMark(self.area), CurveMark(self.area))
        return self._items[key]

    def _drop_others(self, keys: set[str]) -> None:
        for key in set(self._items) - keys:
            for item in self._items.pop(key):
                item.remove()

    def _fit(self) -> None:
        if not self._drawn:
            return
        lows = [self._heights(each.curve.low) for each in self._drawn]
        highs = [self._heights(each.curve.high) for each in self._drawn]
        heights = finite_range(*lows, *highs) or (0.0, 1.0)
        last = max(each.curve.steps[-1] for each in self._drawn)
        first = min(each.curve.steps[0] for each in self._drawn)
        across = self._across(np.array([first, max(last, first + 1)]))
        self.area.show_range((float(across[0]), float(across[1])), heights)

    # Reading ----------------------------------------------------------------------------------------------------------

    def _read(self, place: QPointF) -> ReadOut | None:
        marks, rows, at = [], [], None
        for line, curve, shown in self._drawn:
            across = self._across(curve.steps)
            k = int(np.clip(np.searchsorted(across, place.x()), 0, len(across) - 1))
            k = k - 1 if k and place.x() - across[k - 1] < across[k] - place.x() else k
            at = (float(across[k]), int(curve.steps[k])) if at is None else at
            if np.isfinite(shown[k]):
                marks.append((float(across[k]), float(shown[k]), line.color))
            rows.append(Row(line.color, line.name, short(_standing(curve.mean, k))))
        return ReadOut(at[0], tuple(marks), f"step {at[1]:,}", self.gathered(rows)) if at is not None else None

    def gathered(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """Return the rows of a read-out as few as they can be."""
        return tuple(rows)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the curves as drawn: step, lowest, highest and mean of each stretch."""
        columns: dict[str, NDArray[Any]] = {}
        for line, curve, _ in self._drawn:
            for name, values in (
                ("step", curve.steps),
                ("lowest", curve.low),
                ("highest", curve.high),
                ("mean", curve.mean),
            ):
                columns[f"{line.name} {name}"] = values
        return columns

    def export(self, path: Path) -> None:
        """Write a picture; as .csv the full series, one file per optimizer where several run side by side."""
        lanes = self.runs.lanes
        if path.suffix.lower() != ".csv" or not lanes:
            super().export(path)
            return
        for lane, described in enumerate(lanes):
            series = [line.series for line in self.lines(lanes) if line.lane == lane]
            place = path if len(lanes) == 1 else path.with_stem(f"{path.stem} {described.name}")
            if series:
                self.runs.export(lane, series, place, self.message.emit)


def sloped(steps: NDArray[Any], heights: NDArray[Any]) -> NDArray[Any]:
    """Return what is measured now and then, and stands in between, as straight lines from measure to measure."""
    known = np.flatnonzero(np.isfinite(heights))
    if len(known) < 3:
        return heights
    new = known[np.concatenate([[True], np.diff(heights[known]) != 0])]
    found = np.interp(steps, steps[new], heights[new])
    return np.where(np.isfinite(heights), found, heights)


def _standing(values: NDArray[Any], k: int) -> float:
    """Return the value at k; of an optimizer that has ended before, which records no more, the last one it had."""
    if np.isnan(values[k:]).all():
        known = np.flatnonzero(~np.isnan(values[:k]))
        k = int(known[-1]) if len(known) else k
    return float(values[k])


def lane_color(lane: int) -> str:
    """Return the colour of an optimizer among several."""
    colors = appearance().theme.series
    return colors[lane % len(colors)]


def lane_key(lane: int) -> str:
    """Return what all that is drawn of an optimizer is known by in legends."""
    return f"lane {lane}"


def side_by_side(lanes: Sequence[Lane]) -> bool:
    """Whether several optimizers run, each with one curve a card, so that one legend can name them for all cards."""
    return len(lanes) > 1 and all(len(losses(lane)) == 1 for lane in lanes)


def parameter_color(k: int, *, derivative: bool) -> str:
    """Return the colour of a parameter among several: its value's, blue for the first, or its derivative's, orange for
    the first; the others have one colour in both."""
    value, slope, *others = appearance().theme.series
    order = (slope if derivative else value, *others)
    return order[k % len(order)]


def losses(lane: Lane) -> list[tuple[Series, str]]:
    """Return the losses of a lane and what they are called: after their optimizer, where several take turns in it."""
    found = [series for series in lane.series if series.kind == "loss"]
    names = lane.name.split(", ")
    if len(found) == 1 or len(names) != len(lane.optimizers):
        return [(series, lane.name) for series in found]
    called = dict(zip(lane.optimizers, names, strict=True))
    return [(series, called.get(series.node, series.node)) for series in found]


def last_loss(runs: RunControl, k: int) -> float:
    """Return the last finite loss of a lane, of that step alone where it is recent; NaN where there is none."""
    own = losses(runs.lanes[k])
    for start in (max(0, runs.steps_of(k) - RECENT), 0):
        mean = runs.curve(k, own[0][0], start).mean if own else np.empty(0)
        known = mean[np.isfinite(mean)]
        if len(known):
            return float(known[-1])
    return float("nan")


def validations(lane: Lane) -> dict[str, Series]:
    """Return the validation of each optimizer of a lane that has one, by the node that its loss goes by."""
    return {series.node: series for series in lane.series if series.kind == "validation"}


class LossCard(HistoryCard):
    """The loss of every optimizer, and beside it its validation, dashed."""

    RAW: ClassVar[bool] = True

    def __init__(self, runs: RunControl) -> None:
        super().__init__("Loss", runs)

    def lines(self, lanes: Sequence[Lane]) -> list[Line]:
        """Return one curve per optimizer, and one per validation."""
        found = [(k, series, name) for k, lane in enumerate(lanes) for series, name in losses(lane)]
        seen = [validations(lane) for lane in lanes]
        theme = appearance().theme
        alone = len(found) == 1
        colors = [theme.value] if alone else [lane_color(n) for n in range(len(found))]
        groups = [(lane_key(k), name) if side_by_side(lanes) else None for k, _, name in found]
        lines = []
        for (k, series, name), color, group in zip(found, colors, groups, strict=True):
            validation = seen[k].get(series.node)
            lines.append(Line(k, series, "loss" if alone and validation else name, color, group=group))
            if validation is not None:
                called = "validation" if alone else f"{name}, validation"
                lines.append(Line(k, validation, called, theme.series[2] if alone else color, DASHES[1], group))
        return lines


class GradientCard(HistoryCard):
    """The norm of the gradient: per parameter, or per optimizer where several run side by side."""

    def __init__(self, runs: RunControl) -> None:
        super().__init__("Gradient norm", runs)

    def lines(self, lanes: Sequence[Lane]) -> list[Line]:
        """Return one curve per parameter, or per optimizer."""
        if len(lanes) > 1:
            wanted = Series("gradient", "")
            return [
                Line(k, wanted, lane.name, lane_color(k), group=(lane_key(k), lane.name))
                for k, lane in enumerate(lanes)
                if wanted in lane.series
            ]
        names = {p.node: p.name for lane in lanes for p in lane.parameters}
        # Optimizers that take turns record the norm of all they move under their own names: that is no parameter's.
        found = [s for lane in lanes for s in lane.series if s.kind == "gradient" and s.node in names][:MOST]
        return [Line(0, s, names[s.node], parameter_color(k, derivative=True)) for k, s in enumerate(found)]

    def describe(self, log: bool) -> str:
        """Return the subtitle."""
        parameters = {p.node for lane in self.runs.lanes for p in lane.parameters}
        recorded = sum(s.kind == "gradient" and s.node in parameters for lane in self.runs.lanes for s in lane.series)
        of = f"{MOST} of {recorded} parameters" if recorded > MOST else "per parameter"
        what = "per optimizer" if len(self.runs.lanes) > 1 else of
        return " · ".join(filter(None, (what, super().describe(log))))


class ValuesCard(HistoryCard):
    """The values of the parameters, element by element, as many as have room."""

    def __init__(self, runs: RunControl) -> None:
        super().__init__("Parameters", runs)

    def lines(self, lanes: Sequence[Lane]) -> list[Line]:
        """Return one curve per element; with several optimizers the colour says which, the dashes which element."""
        lines = []
        most = MOST if len(lanes) <= 1 else 2
        for k, lane in enumerate(lanes):
            parameters = {p.node: p for p in lane.parameters}
            values = [series for series in lane.series if series.kind == "value"][:most]
            for n, series in enumerate(values):
                parameter = parameters.get(series.node)
                name = parameter.name if parameter else series.node
                name = name if parameter is None or parameter.shape == () else f"{name}[{series.index}]"
                if len(lanes) > 1:
                    group = (lane_key(k), lane.name)
                    lines.append(Line(k, series, f"{lane.name} · {name}", lane_color(k), DASHES[n], group))
                else:
                    lines.append(Line(k, series, name, parameter_color(n, derivative=False)))
        return lines

    def lacking(self) -> str:
        """Return why a run has no curves here: only small parameters are recorded."""
        if not self.runs.lanes or self.lines(self.runs.lanes):
            return self.EMPTY
        return "These parameters have too many numbers to draw each: an image or a histogram of one shows them."

    def _suggests_log(self, curves: Any) -> bool:
        return False

    def gathered(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """Return one row for each of several optimizers, with all its numbers."""
        if len(self.runs.lanes) < 2:
            return tuple(rows)
        texts: dict[str, Row] = {}
        for color, name, text in rows:
            lane, _, number = name.rpartition(" · ")
            so_far = f"{texts[lane].text}   " if lane in texts else ""
            texts[lane] = Row(color, lane, f"{so_far}{number} {text}")
        return tuple(texts.values())

    def describe(self, log: bool) -> str:
        """Return the subtitle."""
        total = sum(int(np.prod(p.shape)) for p in self.runs.lanes[0].parameters) if self.runs.lanes else 0
        shown = len(self.lines(self.runs.lanes)) if len(self.runs.lanes) == 1 else min(total, 2)
        count = f"{shown} of {total:,} numbers" if total > shown else f"{total} number{'s' if total != 1 else ''}"
        if len(self.runs.lanes) > 1 and shown > 1:
            first, second = dict.fromkeys(drawn.line.name.rpartition(" · ")[2] for drawn in self._drawn)
            count = f"{first} solid · {second} dashed"
        return " · ".join(filter(None, (count, super().describe(log))))
