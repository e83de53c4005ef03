"""Data and fit: points, and the line of a model through them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from app.plots.area import ReadOut, Row
from app.plots.marks import CurveMark, PointsMark, stroke
from app.plots.shapes import finite_range
from app.plots.views.base import Settings, ViewCard
from app.theme import appearance
from app.worker.describe import short
from engine.types import shape_text


class ScatterCard(ViewCard):
    """Data as points and, through them, what the model gives."""

    EMPTY: ClassVar[str] = "Wire x and y into this node (and the model's result into fit): the data are drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._points, self._fit_line = PointsMark(self.area, 1), CurveMark(self.area, 2)

    def lacking(self) -> str:
        """Return what is missing."""
        x, y, fit = (self.arrays.get(name) for name in ("x", "y", "fit"))
        if x is None or y is None:
            return self.EMPTY
        if x.ndim > 2 or x.size != y.size:
            return f"x {shape_text(x.shape)} and y {shape_text(y.shape)} must be vectors of one length."
        if fit is not None and fit.size != x.size:
            return f"fit {shape_text(fit.shape)} must have one value for each of the {x.size} points."
        return ""

    def describe(self) -> str:
        """Return the number of points."""
        count = int(np.prod(self.shape("x")))
        return f"{count:,} point{'' if count == 1 else 's'}"

    def draw(self) -> None:
        """Draw points and line."""
        theme = appearance().theme
        if self.lacking():
            self._points.set(np.empty(0), np.empty(0), [QColor(theme.second)])
            self._fit_line.set(np.empty(0), np.empty(0), stroke(theme.value))
            return
        x, y, fit = self._columns()
        count = len(x)
        self._points.set(x, y, [QColor(theme.second)], 6.5 if count < 200 else 4.5 if count < 2000 else 2.5)
        order = np.argsort(x, kind="stable")
        self._fit_line.set(
            x[order], fit[order] if fit is not None else np.full(count, np.nan), stroke(theme.value, 2.4)
        )
        self.area.x_title = self._axis_title()
        self.area.place()
        across, up = finite_range(x), finite_range(y) if fit is None else finite_range(y, fit)
        if across and up:
            self.area.show_range(across, up, pad_x=True)

    def _axis_title(self) -> str:
        parts = [str(self.settings.get(name) or "") for name in ("x_label", "y_label")]
        return f"{parts[1]} over {parts[0]}" if all(parts) else parts[0]

    def _columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
        fit = self.arrays.get("fit")
        return self.arrays["x"].ravel(), self.arrays["y"].ravel(), None if fit is None else fit.ravel()

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x, y, fit = self._columns()
        at = self.area.to_pixels(place.x(), place.y())
        xs, ys = self._points.pixels(x, y, self.area.plot_rect)
        away = np.hypot(xs - at.x(), ys - at.y())
        if not np.isfinite(away).any():
            return None
        k = int(np.nanargmin(away))
        theme = appearance().theme
        rows = [Row(theme.second, "x", short(float(x[k]))), Row(theme.second, "y", short(float(y[k])))]
        marks = [(float(x[k]), float(y[k]), theme.text)]
        if fit is not None:
            rows.append(Row(theme.value, "fit", short(float(fit[k]))))
            rows.append(Row(theme.faint, "difference", short(float(y[k] - fit[k]))))
            marks.append((float(x[k]), float(fit[k]), theme.value))
        return ReadOut(float(x[k]), tuple(marks), "", tuple(rows), line=False)
