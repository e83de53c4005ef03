"""Pictures: a matrix as colours, or the channels of an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from app.plots.area import ReadOut, Row
from app.plots.scales import colour_table, limits
from app.plots.shapes import finite_range
from app.plots.views.base import Settings, ViewCard
from app.plots.views.colour_bar import ColourBar
from app.theme import appearance
from app.worker.describe import short
from engine.types import shape_text


class ImageCard(ViewCard):
    """A matrix as a heat map with its scale, or an array (rows, columns, 3) of 0 to 1 as a picture."""

    EMPTY: ClassVar[str] = "Wire a matrix, or a picture (rows, columns, 3), into this node: it is drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self._image = pg.ImageItem(axisOrder="row-major")
        self.area.box.addItem(self._image, ignoreBounds=True)
        self.area.box.setAspectLocked(True)
        self._scale = ColourBar(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        x = self.arrays.get("x")
        if x is None:
            return self.EMPTY
        if x.ndim not in (1, 2) and not (x.ndim == 3 and x.shape[2] == 3):
            return f"{shape_text(self.shape('x'))} is no picture: wire a matrix or an array (rows, columns, 3)."
        return "" if x.size else "The array is empty."

    def describe(self) -> str:
        """Return the shape, and how many elements are holes."""
        holes = int((~np.isfinite(self.arrays["x"])).sum())
        return shape_text(self.shape("x")) + (f" · {holes:,} not finite" if holes else "")

    def draw(self) -> None:
        """Draw image and scale."""
        drawable = not self.lacking()
        self._image.setVisible(drawable)
        if not drawable:
            self._scale.set(0.0, 0.0, ())
            return
        x = np.atleast_2d(self.arrays["x"])[::-1]
        if x.ndim == 3:
            self._image.setImage(np.clip(np.nan_to_num(x), 0, 1), levels=(0, 1))
            self._scale.set(0.0, 0.0, ())
        else:
            self._draw_matrix(x)
        rows, columns = x.shape[:2]
        self._image.setRect(QRectF(0, 0, columns, rows))
        if self.area.following:
            self.area.box.setRange(QRectF(0, 0, columns, rows), padding=0.02, disableAutoRange=True)

    def _draw_matrix(self, x: NDArray[Any]) -> None:
        low, high = finite_range(x) or (0.0, 1.0)
        colours = str(self.settings.get("colours", "sequential"))
        low, high = limits(colours, low, high)
        table = colour_table(colours)
        self._image.setLookupTable(table)
        self._image.setImage(np.where(np.isfinite(x), x, np.nan), levels=(low, high), autoLevels=False)  # holes
        self._scale.set(low, high, tuple(map(tuple, [*table[::32].tolist(), table[-1].tolist()])))

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return a matrix column by column; of a picture the channels of every column."""
        if self.lacking():
            return {}
        x = np.atleast_2d(self.arrays["x"])
        if x.ndim == 2:
            return {f"column {k}": x[:, k] for k in range(x.shape[1])}
        channels = enumerate(("red", "green", "blue"))
        return {f"column {k} {name}": x[:, k, n] for n, name in channels for k in range(x.shape[1])}

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x = np.atleast_2d(self.arrays["x"])
        column, row = int(np.floor(place.x())), len(x) - 1 - int(np.floor(place.y()))
        if not (0 <= row < len(x) and 0 <= column < x.shape[1]):
            return None
        whole = np.array((1, *self.shape("x")) if len(self.shape("x")) == 1 else self.shape("x"))
        stride = np.maximum(1, np.ceil(whole[:2] / x.shape[:2])).astype(int)
        theme = appearance().theme
        value = x[row, column]
        text = short(float(value)) if np.ndim(value) == 0 else ", ".join(short(float(v)) for v in value)
        title = f"row {row * stride[0]}, column {column * stride[1]}"
        return ReadOut(place.x(), (), title, (Row(theme.value, "value", text),), line=False)
