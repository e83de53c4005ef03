"""A smooth picture under a plot: colours of a grid's points, filled in between them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from app.plots.area import PlotArea
from app.plots.marks import Mark


class SurfaceMark(Mark):
    """An image whose first and last rows and columns lie at given places of the plot; row 0 is at the bottom."""

    def __init__(self, area: PlotArea, z: float = -1.0) -> None:
        super().__init__(area, z)
        self._image = QImage()
        self._span = (0.0, 1.0, 0.0, 1.0)

    def set(self, rgb: NDArray[Any] | None, span: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)) -> None:
        """Draw colours (rows, columns, 3) of uint8 over (left, right, bottom, top); None: nothing."""
        if rgb is None:
            self._image = QImage()
        else:
            flipped = np.ascontiguousarray(rgb[::-1])
            rows, columns = flipped.shape[:2]
            self._image = QImage(flipped.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()
        self._span = span
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the image."""
        if self._image.isNull():
            return
        x0, x1, y0, y1 = self._span
        # Places are the middles of pixels: half a pixel more on every side.
        half_x = (x1 - x0) / max(1, self._image.width() - 1) / 2
        half_y = (y1 - y0) / max(1, self._image.height() - 1) / 2
        top_left = self.area.to_pixels(x0 - half_x, y1 + half_y)
        bottom_right = self.area.to_pixels(x1 + half_x, y0 - half_y)
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(QPointF(top_left), QPointF(bottom_right)), self._image)


def finer(values: NDArray[Any], times: int) -> NDArray[Any]:
    """Return values of a grid, (rows, columns, ...), `times` as finely: the same at the grid's own points, smooth
    between them (Catmull-Rom)."""
    if times <= 1 or min(values.shape[:2]) < 2:
        return values
    return _along(_along(values.astype(np.float32), times).swapaxes(0, 1), times).swapaxes(0, 1)


def _along(values: NDArray[Any], times: int) -> NDArray[Any]:
    """Return values made finer along axis 0. Four products of arrays: a matrix product would wake BLAS's threads, which
    then fight the run's for the processor."""
    near, parts = _weights(len(values), times)
    shape = (-1,) + (1,) * (values.ndim - 1)
    made = values[near[0]] * parts[0].reshape(shape)
    for k in range(1, 4):
        made += values[near[k]] * parts[k].reshape(shape)
    return made


@lru_cache(maxsize=16)
def _weights(count: int, times: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Return for each of (count - 1) * times + 1 places the four points around it, and their shares: (4, places)."""
    places = np.arange((count - 1) * times + 1) / times
    first = np.minimum(places.astype(int), count - 2)
    t = places - first
    parts = np.stack(
        [
            -0.5 * t + t**2 - 0.5 * t**3,
            1 - 2.5 * t**2 + 1.5 * t**3,
            0.5 * t + 2 * t**2 - 1.5 * t**3,
            0.5 * (t**3 - t**2),
        ]
    )
    near = np.clip(first + np.arange(-1, 3)[:, None], 0, count - 1)
    return near, parts.astype(np.float32)
