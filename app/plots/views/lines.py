"""Lines: curves over a place or an index, and the history of a scalar."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from app.plots.area import ReadOut, Row
from app.plots.legend import Pill
from app.plots.marks import CurveMark, stroke
from app.plots.shapes import finite_range, logarithms
from app.plots.views.base import Seen, Settings, ViewCard, listed
from app.theme import appearance
from app.worker.describe import short
from app.worker.messages import ViewData
from engine.types import shape_text

DASHES: Final = (None, (3.0, 2.0))
"""The strokes of the curves: where a theme has no more colours, they begin again, dashed."""


class LineCard(ViewCard):
    """y as curves over x or over its index; a scalar as its history over the steps seen."""

    EMPTY: ClassVar[str] = "Wire a scalar, a vector or a matrix of columns into y: it is drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._curves: list[CurveMark] = []
        self._seen = Seen()
        self._drawn: list[tuple[str, str, NDArray[Any], NDArray[Any]]] = []

    def show_data(self, data: ViewData | None, step: int) -> None:
        """Take up the inputs; a scalar is added to its history, which starts over when the steps do."""
        if data is not None and "y" in data.inputs and data.inputs["y"].array().size == 1:
            self._seen.add(step, float(data.inputs["y"].array().ravel()[0]))
        super().show_data(data, step)

    def lacking(self) -> str:
        """Return what is missing."""
        x, y = self.arrays.get("x"), self.arrays.get("y")
        if y is None:
            return self.EMPTY
        if not y.size:
            return "y is empty."
        if y.ndim > 2:
            return f"y {shape_text(self.shape('y'))} must be a scalar, a vector or columns of a matrix."
        if x is not None and y.size > 1 and x.size != len(y):
            return f"x {shape_text(self.shape('x'))} must have one value for each of the {len(y)} rows of y."
        return ""

    def describe(self) -> str:
        """Return what is drawn."""
        y = self.arrays["y"]
        if y.size == 1:
            return f"{short(float(y.ravel()[0]))} at step {self.step:,}"
        return shape_text(self.shape("y"))

    def draw(self) -> None:
        """Draw the curves."""
        self.area.x_title = str(self.settings.get("x_label") or "")
        self.area.log_x, self.area.log_y = bool(self.settings.get("log_x")), bool(self.settings.get("log_y"))
        self._drawn = [] if self.lacking() else self._columns()
        while len(self._curves) > len(self._drawn):
            self._curves.pop().remove()
        while len(self._curves) < len(self._drawn):
            self._curves.append(CurveMark(self.area, len(self._curves)))
        for k, (curve, (_, color, x, y)) in enumerate(zip(self._curves, self._drawn, strict=True)):
            curve.set(x, y, stroke(color, dashes=DASHES[k // len(appearance().theme.series)]))
        several = len(self._drawn) > 1
        self.set_legend([Pill(name, name, color) for name, color, *_ in self._drawn] if several else ())
        across = finite_range(*(x for *_, x, _ in self._drawn))
        up = finite_range(*(y for *_, y in self._drawn))
        if across and up:
            self.area.show_range(across, up)

    def _columns(self) -> list[tuple[str, str, NDArray[Any], NDArray[Any]]]:
        theme = appearance().theme
        y = self.arrays["y"]
        if y.size == 1:
            seen = self._seen.columns()
            return [("y", theme.value, self._across(seen[:, 0]), self._up(seen[:, 1]))]
        columns = y.reshape(len(y), -1).T[: len(theme.series) * len(DASHES)]
        stride = max(1, round(self.shape("y")[0] / len(y)))
        x = self.arrays["x"].ravel() if "x" in self.arrays else np.arange(len(y), dtype=float) * stride
        given = listed(self.settings.get("names"))
        names = ["y"] if len(columns) == 1 else [f"column {k}" for k in range(len(columns))]
        names = [given[k] if k < len(given) else name for k, name in enumerate(names)]
        return [
            (
                name,
                theme.value if len(columns) == 1 else theme.series[k % len(theme.series)],
                self._across(x),
                self._up(column),
            )
            for k, (name, column) in enumerate(zip(names, columns, strict=True))
        ]

    def _across(self, x: NDArray[Any]) -> NDArray[Any]:
        return logarithms(x) if self.area.log_x else x

    def _up(self, y: NDArray[Any]) -> NDArray[Any]:
        return logarithms(y) if self.area.log_y else y

    def _read(self, place: QPointF) -> ReadOut | None:
        rows, marks, at = [], [], None
        for name, color, x, y in self._drawn:
            if not np.isfinite(x).any():
                continue
            k = int(np.nanargmin(np.abs(x - place.x())))
            at = float(x[k]) if at is None else at
            rows.append(Row(color, name, short(float(10 ** y[k] if self.area.log_y else y[k]))))
            if np.isfinite(y[k]):
                marks.append((float(x[k]), float(y[k]), color))
        if at is None:
            return None
        return ReadOut(at, tuple(marks), f"x {short(10**at if self.area.log_x else at)}", tuple(rows))
