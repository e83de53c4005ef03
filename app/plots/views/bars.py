"""Bars: how often values occur, and numbers side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.plots.area import PlotArea, ReadOut, Row
from app.plots.legend import Pill
from app.plots.marks import BarsMark, Mark
from app.plots.shapes import finite_range
from app.plots.ticks import Tick
from app.plots.views.base import Settings, ViewCard, class_color, listed
from app.theme import appearance, mix
from app.worker.describe import short
from engine.types import shape_text


class HistogramCard(ViewCard):
    """How often values occur."""

    EMPTY: ClassVar[str] = "Wire an array into this node: its values are counted here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._bars = BarsMark(self.area, 1)

    def describe(self) -> str:
        """Return the number of values."""
        return f"{int(self.arrays['counts'].sum()):,} values"

    def draw(self) -> None:
        """Draw the bars."""
        theme = appearance().theme
        self.area.x_title = str(self.settings.get("x_label") or "")
        counts, edges = self.arrays.get("counts", np.empty(0)), self.arrays.get("edges", np.zeros(1))
        self._bars.set(edges, counts, QColor(mix(theme.panel, theme.value, 0.85)))
        if len(counts):
            self.area.show_range((float(edges[0]), float(edges[-1])), (0.0, float(counts.max())), floor=0.0)

    def _read(self, place: QPointF) -> ReadOut | None:
        counts, edges = self.arrays.get("counts"), self.arrays.get("edges")
        if counts is None or edges is None or not edges[0] <= place.x() <= edges[-1]:
            return None
        k = int(np.clip(np.searchsorted(edges, place.x(), side="right") - 1, 0, len(counts) - 1))
        title = f"{short(float(edges[k]))} to {short(float(edges[k + 1]))}"
        middle = float(edges[k] + edges[k + 1]) / 2
        return ReadOut(middle, (), title, (Row(appearance().theme.value, "values", f"{int(counts[k]):,}"),), line=False)


class BarCard(ViewCard):
    """Each number as a bar from zero; of a matrix the columns side by side."""

    EMPTY: ClassVar[str] = "Wire numbers into heights: each is drawn as a bar."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._bars: list[RectanglesMark] = []

    def lacking(self) -> str:
        """Return what is missing."""
        heights = self.arrays.get("heights")
        if heights is None:
            return self.EMPTY
        if len(self.shape("heights")) not in (1, 2) or (heights.ndim == 2 and heights.shape[1] > 8):
            return f"heights {shape_text(self.shape('heights'))} must be a vector, or a matrix of at most 8 columns."
        return "" if heights.size else "There are no numbers."

    def describe(self) -> str:
        """Return how many bars there are."""
        count, shown = self.shape("heights")[0], len(self.arrays["heights"])
        return f"first {shown:,} of {count:,}" if shown < count else shape_text(self.shape("heights"))

    def groups(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        count = self._columns().shape[1]
        given = listed(self.settings.get("groups"))
        return tuple(given[k] if k < len(given) else f"column {k}" for k in range(count))

    def _columns(self) -> NDArray[Any]:
        heights = self.arrays["heights"]
        return heights.reshape(len(heights), -1)

    def _name(self, row: int) -> str:
        given = listed(self.settings.get("names"))
        return given[row] if row < len(given) else str(row)

    def draw(self) -> None:
        """Draw the bars."""
        theme = appearance().theme
        columns = np.empty((0, 0)) if self.lacking() else self._columns()
        count = columns.shape[1]
        while len(self._bars) > count:
            self._bars.pop().remove()
        while len(self._bars) < count:
            self._bars.append(RectanglesMark(self.area, len(self._bars)))
        colors = [theme.value] if count == 1 else [class_color(k) for k in range(count)]
        names = self.groups() if count else ()
        shown = [k for k in range(count) if names[k] not in self.hidden]
        width = 0.76 / max(1, len(shown))
        for k, mark in enumerate(self._bars):
            left = np.arange(len(columns)) - 0.38 + shown.index(k) * width if k in shown else np.empty(0)
            mark.set(left, width * 0.94, columns[: len(left), k], QColor(mix(theme.panel, colors[k], 0.9)))
        pills = [Pill(name, name, color, name not in self.hidden) for name, color in zip(names, colors, strict=True)]
        self.set_legend(pills if count > 1 else ())
        self.area.named_ticks = tuple(Tick(float(row), self._name(row)) for row in range(len(columns)))
        up = finite_range(columns[:, shown], np.zeros(1)) if shown else None
        if up:
            self.area.show_range((-0.6, len(columns) - 0.4), up, floor=0.0 if up[0] >= 0 else None)

    def _read(self, place: QPointF) -> ReadOut | None:
        row = round(place.x())
        if self.lacking() or not 0 <= row < len(self.arrays["heights"]):
            return None
        columns, theme = self._columns(), appearance().theme
        one = columns.shape[1] == 1
        rows = tuple(
            Row(theme.value if one else class_color(k), "value" if one else name, short(float(columns[row, k])))
            for k, name in enumerate(self.groups())
        )
        return ReadOut(float(row), (), self._name(row), rows, line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return names and heights."""
        if self.lacking():
            return {}
        columns = self._columns()
        named = {"name": np.array([self._name(row) for row in range(len(columns))])}
        return named | {name: columns[:, k] for k, name in enumerate(self.groups())}


class RectanglesMark(Mark):
    """Bars of one width from zero, upwards and downwards."""

    def __init__(self, area: PlotArea, z: float = 0.0) -> None:
        super().__init__(area, z)
        self._left = self._heights = np.empty(0)
        self._width = 0.0
        self._color = QColor()

    def set(self, left: NDArray[Any], width: float, heights: NDArray[Any], color: QColor) -> None:
        """Draw bars of this width, from these left ends."""
        self._left, self._width, self._heights, self._color = left, width, heights, color
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the bars, and a hairline at zero."""
        xs, ys = self.pixels(self._left, self._heights, rect)
        rights, floors = self.pixels(self._left + self._width, np.zeros(len(self._left)), rect)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        for left, right, end, floor in zip(xs.tolist(), rights.tolist(), ys.tolist(), floors.tolist(), strict=True):
            if np.isfinite(end):
                bar = QRectF(left, min(end, floor), max(1.0, right - left), abs(end - floor))
                radius = min(2.0 * appearance().scale, bar.width() / 2, bar.height() / 2)
                painter.drawRoundedRect(bar, radius, radius)
        if len(floors):
            painter.setPen(QPen(QColor(appearance().theme.faint), 1))
            painter.drawLine(QPointF(rect.left(), floors[0]), QPointF(rect.right(), floors[0]))
