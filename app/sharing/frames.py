"""The frames of a moving picture: the graph, and below it where one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app import cli_plot, fonts
from app.cli_plot import Curve

WIDTH: Final = 1000
"""Pixels across, at most."""
HEIGHT: Final = 560
"""Pixels down that the graph may take."""
LEAST: Final = 480
BAND: Final = 56
CHART: Final = 240
PAD: Final = 16


def stepped(graph: QImage, theme: Any, phase: str, text: str, part: float) -> QImage:
    """Return the graph above a line that says what happens, and above how far one is (`part`, 0 to 1)."""
    image, painter = _begin(graph, BAND, theme)
    top = float(graph.height())
    colour = _colour(theme, phase)
    painter.setFont(fonts.sans("heading", strong=True))
    painter.setPen(QColor(colour))
    painter.drawText(QPointF(PAD, top + 34), phase)
    left = PAD + 100
    painter.setFont(fonts.sans("heading"))
    painter.setPen(QColor(theme.text))
    line = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, image.width() - left - PAD)
    painter.drawText(QPointF(left, top + 34), line)
    painter.fillRect(QRectF(0, image.height() - 4, image.width() * part, 4), QColor(colour))
    painter.end()
    return image


def _colour(theme: Any, phase: str) -> str:
    """Return the colour of a phase: blue on the way forward, orange on the way back."""
    ways = {"start": theme.second, "read": theme.value, "forward": theme.value, "update": theme.good}
    found: str = ways.get(phase, theme.derivative)
    return found


def trained(graph: QImage, theme: Any, whole: Sequence[Curve], step: float) -> QImage:
    """Return the graph above its losses, drawn as far as a step; `whole` says how far they will go."""
    image, painter = _begin(graph, CHART, theme)
    curves = [_until(each, step) for each in whole]
    scale = CHART / cli_plot.SIZE[1]
    painter.translate(0, graph.height())
    painter.scale(image.width() / cli_plot.SIZE[0] if image.width() < cli_plot.SIZE[0] * scale else scale, scale)
    width = image.width() / scale
    cli_plot.paint(painter, curves, theme, whole=whole, width=max(width, cli_plot.SIZE[0] / 2), size=2.0)
    painter.end()
    return image


def _until(curve: Curve, step: float) -> Curve:
    seen = curve.steps <= step
    return Curve(curve.steps[seen], curve.losses[seen], curve.name)


def _begin(graph: QImage, below: int, theme: Any) -> tuple[QImage, QPainter]:
    size = QSize(max(graph.width(), LEAST), graph.height() + below)
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, size.width(), graph.height()), QColor(theme.canvas))
    painter.drawImage((size.width() - graph.width()) // 2, 0, graph)
    return image, painter
