"""The curves of all runs in one card: raw, smoothed, or as bands over seeds; values are pinned by a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen

from app import fonts
from app.landscape.book import Record, RunBook, average, band
from app.plots.area import PlotArea, ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.histories import lane_color
from app.plots.legend import Pill
from app.plots.marks import CurveMark, Mark, stroke
from app.plots.shapes import finite_range, logarithms
from app.theme import appearance, faded, mix
from app.words import tr
from app.worker.describe import short

LOG_FROM: Final = 20.0
CLICK: Final = 4.0


class Pinned(Mark):
    """Steps that were pinned, with the value of every curve there."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 6)
        self.steps: list[float] = []
        self.curves: list[tuple[str, str, NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        """(name, colour, across, height drawn, loss)."""

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw a line at each step, and the values on it."""
        look = appearance()
        painter.setFont(fonts.mono("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        for at in self.steps:
            (x,), _ = self.pixels(np.array([at]), np.zeros(1), rect)
            painter.setPen(QPen(QColor(look.theme.second), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            points = [self._point(at, *curve, rect) for curve in self.curves]
            known = sorted(point for point in points if point is not None)
            for y, (_, text, color) in zip(apart([p[0] for p in known], metrics.height(), rect), known, strict=True):
                width = metrics.horizontalAdvance(text) + look.px(8)
                left = x + look.px(4) if x + look.px(4) + width < rect.right() else x - look.px(4) - width
                box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
                painter.setPen(QPen(QColor(color), 1))
                painter.setBrush(faded(look.theme.panel, 0.9))
                painter.drawRoundedRect(box, look.px(4), look.px(4))
                painter.setPen(QColor(look.theme.text))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _point(
        self, at: float, name: str, color: str, across: NDArray[Any], height: NDArray[Any], loss: NDArray[Any],
        rect: QRectF,
    ) -> tuple[float, str, str] | None:  # fmt: skip
        if not len(across) or not across[0] <= at <= across[-1]:
            return None
        k = int(np.argmin(np.abs(across - at)))
        if not np.isfinite(height[k]):
            return None
        _, (y,) = self.pixels(np.zeros(1), height[k : k + 1], rect)
        return float(y), short(float(loss[k])), color


def apart(places: Sequence[float], least: float, rect: QRectF) -> list[float]:
    """Return heights in rising order moved apart by `least`, none of them below the plot."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + least if found else rect.top() + least / 2))
    limit = rect.bottom() - least / 2
    for k in reversed(range(len(found))):
        found[k] = min(found[k], limit)
        limit = found[k] - least
    return found


class BandMark(Mark):
    """The area between the lowest and the highest of several curves."""

    def __init__(self, area: PlotArea, z: float) -> None:
        super().__init__(area, z)
        self._x = self._low = self._high = np.empty(0)
        self._color = QColor()

    def set(self, x: NDArray[Any], low: NDArray[Any], high: NDArray[Any], color: QColor) -> None:
        """Fill between these heights."""
        self._x, self._low, self._high, self._color = x, low, high, color
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: fill the area."""
        if len(self._x) < 2:
            return
        x, low = self.pixels(self._x, self._low, rect)
        _, high = self.pixels(self._x, self._high, rect)
        path = QPainterPath(QPointF(x[0], low[0]))
        for a, b in [*zip(x, low, strict=True), *zip(x[::-1], high[::-1], strict=True)]:
            path.lineTo(a, b)
        path.closeSubpath()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawPath(path)


def called(own: Sequence[Record]) -> str:
    """Return what runs that are drawn as one curve are called."""
    seeds = len({record.seed for record in own})
    if len(own) == 1:
        return own[0].name
    return f"{own[0].name}, {seeds} seeds" if seeds > 1 else f"{own[0].name}, {len(own)} runs"


class RunsCard(Card):
    """The losses of the runs in the book that are shown."""

    EMPTY: ClassVar[str] = "Press Run: every run of this session stands here, with its curve."

    def __init__(self, book: RunBook) -> None:
        super().__init__("Losses of all runs")
        self.book = book
        self.weight = 0.0
        """Of the moving average."""
        self.raw, self.bands = True, True
        self.log: bool | None = None
        self.area.whole_x = True
        self.area.x_title = "step"
        self.area.read = self._read
        self.area.viewport().installEventFilter(self)
        self.area.installEventFilter(self)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(
            tr("Losses of all runs: a click pins the values at a step, Delete takes the pins off")
        )
        self._curves: list[tuple[CurveMark, CurveMark]] = []
        self._bands: list[BandMark] = []
        self.pins = Pinned(self.area)
        self._pressed: QPointF | None = None
        self._drawn: list[tuple[str, str, NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        book.changed.connect(self.refresh)

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return (
            Switch("Logarithmic values", lambda: self.area.log_y, lambda on: self._set("log", on)),
            Switch("Raw values", lambda: self.raw, lambda on: self._set("raw", on)),
            Switch("Bands over seeds", lambda: self.bands, lambda on: self._set("bands", on)),
            Switch("Pins", lambda: bool(self.pins.steps), lambda _: self.unpin()),
        )

    def _set(self, name: str, on: bool) -> None:
        setattr(self, name, on)
        self.area.following = True
        self.refresh()

    def set_weight(self, weight: float) -> None:
        """Smooth by a moving average in which what was before weighs so much."""
        self.weight = weight
        self.refresh()

    def curves(self) -> list[tuple[str, str, list[Record]]]:
        """Return what is drawn: name, colour, and the runs: several where they make a band."""
        shown = [record for record in self.book.records if record.shown]
        groups: dict[Any, list[Record]] = {}
        for record in shown:
            groups.setdefault(record.group if self.bands else record.number, []).append(record)
        return [
            (
                called(own),
                lane_color(own[0].number - 1),
                own,
            )
            for own in groups.values()
        ]

    def refresh(self) -> None:
        """Draw the curves there are."""
        if not self.isVisible():
            return
        drawn = [(name, color, own) for name, color, own in self.curves() if any(len(r.steps) for r in own)]
        self.set_empty(not drawn)
        spread = finite_range(*(r.loss for _, _, own in drawn for r in own))
        suggested = spread is not None and spread[0] > 0 and spread[1] > LOG_FROM * spread[0]
        self.area.log_y = suggested if self.log is None else self.log
        self._drawn = []
        self._make(len(drawn))
        for k, (name, color, own) in enumerate(drawn):
            self._draw(k, name, color, own)
        self.set_legend([Pill(name, name, color) for name, color, _ in drawn[:12]] if len(drawn) > 1 else ())
        words = ["log"] * self.area.log_y + [f"smoothed {self.weight:.2f}"] * (self.weight > 0)
        self.subtitle.say(" · ".join(words) if drawn else "")
        self.pins.curves = self._drawn
        self.pins.update()
        self._fit()
        self.area.refresh_read_out()

    def _make(self, count: int) -> None:
        while len(self._curves) < count:
            z = 0.01 * len(self._curves)
            self._bands.append(BandMark(self.area, 0.5 + z))
            self._curves.append((CurveMark(self.area, 1 + z), CurveMark(self.area, 2 + z)))
        for marks, area in zip(self._curves[count:], self._bands[count:], strict=True):
            for mark in marks:
                mark.set(np.empty(0), np.empty(0), stroke("black"))
            area.set(np.empty(0), np.empty(0), np.empty(0), QColor())

    def _heights(self, values: NDArray[Any]) -> NDArray[Any]:
        return logarithms(values) if self.area.log_y else values

    def _draw(self, k: int, name: str, color: str, own: list[Record]) -> None:
        raw, main = self._curves[k]
        found = band(own) if len(own) > 1 else None
        steps, loss = (found[0], found[3]) if found is not None else (own[0].steps, own[0].loss)
        smooth = average(loss, self.weight)
        main.set(steps, self._heights(smooth), stroke(color, 2.0))
        faint = stroke(mix(appearance().theme.panel, color, 0.5), 1.0)
        shows_raw = self.raw and self.weight > 0 and found is None
        raw.set(steps if shows_raw else np.empty(0), self._heights(loss) if shows_raw else np.empty(0), faint)
        if found is not None:
            self._bands[k].set(steps, self._heights(found[1]), self._heights(found[2]), faded(color, 0.22))
        else:
            self._bands[k].set(np.empty(0), np.empty(0), np.empty(0), QColor())
        self._drawn.append((name, color, steps, self._heights(smooth), smooth))

    def _fit(self) -> None:
        heights = finite_range(*(height for _, _, _, height, _ in self._drawn))
        across = finite_range(*(steps for _, _, steps, _, _ in self._drawn))
        if heights is not None and across is not None:
            self.area.show_range((across[0], max(across[1], across[0] + 1)), heights)

    def _read(self, place: QPointF) -> ReadOut | None:
        rows, marks = [], []
        for name, color, steps, height, loss in self._drawn:
            if len(steps):
                k = int(np.argmin(np.abs(steps - place.x())))
                rows.append(Row(color, name, short(float(loss[k]))))
                if np.isfinite(height[k]):
                    marks.append((float(steps[k]), float(height[k]), color))
        return ReadOut(place.x(), tuple(marks), f"step {round(place.x()):,}", tuple(rows)) if rows else None

    # Pins -------------------------------------------------------------------------------------------------------------

    def pin(self, step: float) -> None:
        """Keep the values at a step in sight."""
        self.pins.steps.append(step)
        self.pins.update()

    def unpin(self) -> None:
        """Take all pins off."""
        self.pins.steps.clear()
        self.pins.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a click without a drag pins; Delete takes the pins off."""
        if watched is self.area.viewport() and isinstance(event, QMouseEvent):
            place = event.position()
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._pressed = place if self.area.plot_rect.contains(place) else None
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                pressed, self._pressed = self._pressed, None
                if (place - pressed).manhattanLength() <= CLICK and self._drawn:
                    self.pin(self.area.to_data(place).x())
        elif watched is self.area and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return False
        self.unpin()
        return True

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "_drawn"):
            self.refresh()

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the curves as drawn."""
        columns: dict[str, NDArray[Any]] = {}
        for name, _, steps, _, loss in self._drawn:
            columns[f"{name} step"], columns[f"{name} loss"] = steps, loss
        return columns
