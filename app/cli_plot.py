"""`gradwire run --plot`: the loss over the steps as a picture, painted without a window."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen, QPolygonF
from PySide6.QtSvg import QSvgGenerator

from app import fonts
from app.plots.ticks import linear_ticks, log_ticks, padded
from app.theme import LIGHT, Theme
from engine.api import OpenGraph
from engine.files.save import export
from engine.results import Result

SIZE: Final = (1200, 720)
POINTS: Final = 2000
"""Most points of a curve: the lowest and highest of each stretch of steps stay."""


_APPLICATIONS: Final[list[QGuiApplication]] = []
"""Keeps the one application alive: Qt allows no second."""


class Curve(NamedTuple):
    """The loss of one lane: steps, finite losses, and what it is called."""

    steps: NDArray[np.float64]
    losses: NDArray[np.float64]
    name: str


def draw(graph: OpenGraph, results: Sequence[Result], path: Path) -> None:
    """Draw the loss of every result over its steps into a PNG or SVG; raise FileError where it cannot be written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if QGuiApplication.instance() is None:
        _APPLICATIONS.append(QGuiApplication(["gradwire"]))
    fonts.install()
    make = _svg if path.suffix.lower() == ".svg" else _png
    export(path, make(curves_of(graph, results)))


def curves_of(graph: OpenGraph, results: Sequence[Result]) -> list[Curve]:
    """Return the losses of results that have some."""
    return [curve for result in results if len((curve := _curve(graph, result)).steps)]


def _png(curves: Sequence[Curve]) -> bytes:
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        paint(painter, curves)
    finally:
        painter.end()
    return png(image)


def _svg(curves: Sequence[Curve]) -> bytes:
    """Return a drawing whose texts stay texts, with the legend and the labels of the axes."""
    buffer, generator = QBuffer(), QSvgGenerator()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*SIZE))
    generator.setViewBox(QRectF(0, 0, *SIZE))
    generator.setTitle("Loss")
    generator.setDescription("The loss over the steps of " + ", ".join(curve.name for curve in curves) + ".")
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, *SIZE), QColor(LIGHT.panel))
    try:
        paint(painter, curves)
    finally:
        painter.end()
    return bytes(buffer.data().data())


def png(image: QImage) -> bytes:
    """Return the picture as the bytes of a PNG."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _curve(graph: OpenGraph, result: Result) -> Curve:
    node = graph.graph.nodes[result.optimizer]
    name = node.name or graph.library[node.operator].title
    losses = result.history[:, 0] if result.history.size else np.empty(0)
    kept = _thinned(losses)
    kept = kept[np.isfinite(losses[kept])]
    return Curve(result.recorded[kept].astype(float), losses[kept], name)


def _thinned(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which values to draw: of each stretch the first, lowest, highest and last."""
    if len(values) <= POINTS:
        return np.arange(len(values))
    marks: set[int] = set()
    for part in np.array_split(np.arange(len(values)), POINTS // 4):
        own = np.where(np.isfinite(values[part]), values[part], 0.0)
        marks |= {int(part[0]), int(part[np.argmin(own)]), int(part[np.argmax(own)]), int(part[-1])}
    return np.array(sorted(marks))


def _wants_log(curves: Sequence[Curve]) -> bool:
    """Whether all losses are positive and span two powers of ten."""
    low = min((float(curve.losses.min()) for curve in curves), default=0.0)
    high = max((float(curve.losses.max()) for curve in curves), default=0.0)
    return low > 0 and high / low > 100


def paint(
    painter: QPainter,
    curves: Sequence[Curve],
    theme: Theme = LIGHT,
    *,
    whole: Sequence[Curve] | None = None,
    width: float = SIZE[0],
    size: float = 1.0,
) -> None:
    """Paint curves with axes, labels and a legend into `width` by SIZE[1]; `size` times as large are texts and lines.

    `whole`: the curves that the axes are made for, where these are a part of them.
    """
    every = curves if whole is None else whole
    log = _wants_log(every)
    left, right, low, high = _limits(every, log=log)
    plot = QRectF(96 * size, 72 * size, width - 128 * size, SIZE[1] - 148 * size)

    def place(step: float, height: float) -> QPointF:
        across, up = (step - left) / (right - left), (height - low) / (high - low)
        return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

    pens = (theme.grid, theme.second)
    painter.setFont(fonts.sans("heading", size, strong=True))
    painter.setPen(QColor(theme.text))
    painter.drawText(QPointF(plot.left(), 38 * size), "Loss")
    painter.setFont(fonts.mono("small", size))
    for tick in (log_ticks if log else linear_ticks)(low, high, max(3, round(7 / size))):
        _grid(painter, place(left, tick.at), place(right, tick.at), *pens)
        box = QRectF(0, place(left, tick.at).y() - 12 * size, plot.left() - 12 * size, 24 * size)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text)
    for tick in linear_ticks(left, right, max(4, round(8 / size)), whole=True):
        at = place(tick.at, low)
        box = QRectF(at.x() - 60 * size, at.y() + 8 * size, 120 * size, 22 * size)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, tick.text)
    painter.setFont(fonts.sans("small", size))
    under = QRectF(plot.left(), plot.bottom() + 36 * size, plot.width(), 24 * size)
    painter.drawText(under, Qt.AlignmentFlag.AlignHCenter, "step")
    painter.setClipRect(plot.adjusted(-2, -2, 2, 2))
    for number, curve in enumerate(curves):
        heights = np.log10(curve.losses) if log else curve.losses
        painter.setPen(QPen(QColor(_colour(theme, number)), 2.0 * size))
        painter.drawPolyline(QPolygonF([place(s, h) for s, h in zip(curve.steps, heights, strict=True)]))
    painter.setClipping(False)
    _legend(painter, every, theme, plot.right(), size)


def _limits(curves: Sequence[Curve], *, log: bool) -> tuple[float, float, float, float]:
    """Return the first and last step, and the lowest and highest loss (their logarithms) that are shown."""
    heights = [np.log10(curve.losses) if log else curve.losses for curve in curves]
    low, high = padded(
        min((float(h.min()) for h in heights), default=0.0), max((float(h.max()) for h in heights), default=1.0)
    )
    left = min((float(curve.steps[0]) for curve in curves), default=0.0)
    return left, max(max((float(curve.steps[-1]) for curve in curves), default=1.0), left + 1), low, high


def _grid(painter: QPainter, start: QPointF, end: QPointF, line: str, text: str) -> None:
    painter.setPen(QPen(QColor(line), 1.0))
    painter.drawLine(start, end)
    painter.setPen(QColor(text))


def _legend(painter: QPainter, curves: Sequence[Curve], theme: Theme, right: float, size: float) -> None:
    """Name the curves along the top, from the right."""
    painter.setFont(fonts.sans("small", size))
    at = right
    for number in reversed(range(len(curves))):
        name = curves[number].name[:40]
        wide = math.ceil(painter.fontMetrics().horizontalAdvance(name))
        painter.setPen(QColor(theme.second))
        painter.drawText(QPointF(at - wide, 38 * size), name)
        painter.setPen(QPen(QColor(_colour(theme, number)), 3.0 * size))
        painter.drawLine(QPointF(at - wide - 26 * size, 33 * size), QPointF(at - wide - 8 * size, 33 * size))
        at -= wide + 48 * size


def _colour(theme: Theme, number: int) -> str:
    return theme.series[number % len(theme.series)]
