"""`gradwire run --plot`: the loss over the steps as a picture, painted without a window."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from app import fonts
from app.plots.ticks import linear_ticks, log_ticks, padded
from app.theme import LIGHT
from engine.api import OpenGraph
from engine.files.save import export
from engine.results import Result

SIZE: Final = (1200, 720)
PLOT: Final = QRectF(96, 72, 1072, 572)
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
    """Draw the loss of every result over its steps into a PNG; raise FileError where it cannot be written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if QGuiApplication.instance() is None:
        _APPLICATIONS.append(QGuiApplication(["gradwire"]))
    fonts.install()
    curves = [curve for result in results if len((curve := _curve(graph, result)).steps)]
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        _paint(painter, curves, log=_wants_log(curves))
    finally:
        painter.end()
    export(path, png(image))


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


def _paint(painter: QPainter, curves: Sequence[Curve], *, log: bool) -> None:
    heights = [np.log10(curve.losses) if log else curve.losses for curve in curves]
    low, high = padded(
        min((float(h.min()) for h in heights), default=0.0), max((float(h.max()) for h in heights), default=1.0)
    )
    left = min((float(curve.steps[0]) for curve in curves), default=0.0)
    right = max(max((float(curve.steps[-1]) for curve in curves), default=1.0), left + 1)

    def place(step: float, height: float) -> QPointF:
        across, up = (step - left) / (right - left), (height - low) / (high - low)
        return QPointF(PLOT.left() + across * PLOT.width(), PLOT.bottom() - up * PLOT.height())

    painter.setFont(fonts.sans("heading", strong=True))
    painter.setPen(QColor(LIGHT.text))
    painter.drawText(QPointF(PLOT.left(), 38), "Loss")
    painter.setFont(fonts.mono("small"))
    for tick in (log_ticks if log else linear_ticks)(low, high, 7):
        _grid(painter, place(left, tick.at), place(right, tick.at))
        box = QRectF(0, place(left, tick.at).y() - 12, PLOT.left() - 12, 24)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text)
    for tick in linear_ticks(left, right, 8, whole=True):
        at = place(tick.at, low)
        painter.drawText(QRectF(at.x() - 60, at.y() + 8, 120, 22), Qt.AlignmentFlag.AlignHCenter, tick.text)
    painter.setFont(fonts.sans("small"))
    painter.drawText(QRectF(PLOT.left(), PLOT.bottom() + 36, PLOT.width(), 24), Qt.AlignmentFlag.AlignHCenter, "step")
    painter.setClipRect(PLOT.adjusted(-2, -2, 2, 2))
    for number, (curve, own) in enumerate(zip(curves, heights, strict=True)):
        painter.setPen(QPen(QColor(_colour(number)), 2.0))
        painter.drawPolyline(QPolygonF([place(s, h) for s, h in zip(curve.steps, own, strict=True)]))
    painter.setClipping(False)
    _legend(painter, curves)


def _grid(painter: QPainter, start: QPointF, end: QPointF) -> None:
    painter.setPen(QPen(QColor(LIGHT.grid), 1.0))
    painter.drawLine(start, end)
    painter.setPen(QColor(LIGHT.second))


def _legend(painter: QPainter, curves: Sequence[Curve]) -> None:
    """Name the curves along the top, from the right."""
    painter.setFont(fonts.sans("small"))
    at = PLOT.right()
    for number in reversed(range(len(curves))):
        name = curves[number].name[:40]
        wide = math.ceil(painter.fontMetrics().horizontalAdvance(name))
        painter.setPen(QColor(LIGHT.second))
        painter.drawText(QPointF(at - wide, 38), name)
        painter.setPen(QPen(QColor(_colour(number)), 3.0))
        painter.drawLine(QPointF(at - wide - 26, 33), QPointF(at - wide - 8, 33))
        at -= wide + 48


def _colour(number: int) -> str:
    return LIGHT.series[number % len(LIGHT.series)]
