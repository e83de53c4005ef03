"""Gradient norms on the wires: the larger, the thicker and the brighter, with a legend that says how large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen

from app.canvas import inks
from app.canvas.inks import Inks, pen, write
from app.theme import mix

LEAST, MOST = 0.8, 4.4
"""Thicknesses that derivatives have by their norms without this (`items.thickness`)."""
WIDEST: Final = 7.0
FAINTEST: Final = 0.30
"""How much of the derivative's colour the faintest has."""
LEGEND: Final = (196.0, 74.0)
EDGE: Final = 16.0
SCALE: Final = (("5e−4", LEAST), ("1", 2.8), ("500", MOST))
"""Norms, and the thicknesses that they have."""


def part(thickness: float) -> float:
    """Return where a thickness stands between the least, 0, and the most, 1."""
    return min(max((thickness - LEAST) / (MOST - LEAST), 0.0), 1.0)


def widened(thickness: float) -> float:
    """Return how thick a derivative of this usual thickness is drawn."""
    return 1.0 + (WIDEST - 1.0) * part(thickness) ** 1.5


def norm_pen(thickness: float, ink: Inks) -> QPen:
    """Return the pen of a derivative of this usual thickness."""
    share = FAINTEST + (1.0 - FAINTEST) * part(thickness)
    return pen(mix(ink.theme.canvas, ink.theme.derivative, share), widened(thickness))


def legend_place(size: QRectF, scale: float, covers: Callable[[QRectF], bool], below: float = 0.0) -> QRectF:
    """Return where the legend lies, in view pixels: in the upper right corner, or in another one where it would cover
    something there and nothing in that one."""
    wide, high, edge = LEGEND[0] * scale, LEGEND[1] * scale, EDGE * scale
    right, bottom = size.width() - wide - edge, size.height() - high - edge
    corners = [(right, edge + below * scale), (edge, bottom), (edge, edge)]
    places = [QRectF(left, top, wide, high) for left, top in corners]
    return next((place for place in places if not covers(place)), places[0])


def paint_legend(painter: QPainter, ink: Inks, place: QRectF, scale: float) -> None:
    """Paint what thickness and colour mean into a place in view pixels, at the font scale."""
    painter.save()
    painter.scale(scale, scale)
    rect = QRectF(place.topLeft() / scale, place.size() / scale)
    painter.setPen(ink.pill_border)
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(rect, 10, 10)
    painter.setPen(ink.text)
    write(painter, inks.CAPTION, rect.left() + 12, rect.top() + 18, "Norm of the derivative")
    step = (rect.width() - 24) / len(SCALE)
    for k, (text, thickness) in enumerate(SCALE):
        left = rect.left() + 12 + k * step
        painter.setPen(norm_pen(thickness, ink))
        painter.drawLine(QLineF(left + 6, rect.top() + 38, left + step - 14, rect.top() + 38))
        painter.setPen(ink.second)
        write(painter, inks.NUMBER, left + (step - 8 - inks.width(inks.NUMBER, text)) / 2, rect.top() + 58, text)
    painter.restore()
