"""The cards that nodes stand on (shadow, body, head, border), each form painted once per zoom and then laid down whole.

A card is laid at whole pixels, and so is all that is painted on it: borders stay crisp at every zoom.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from app import icons
from app.canvas.geometry import HEAD, ICON, ICON_AT, RADIUS
from app.canvas.inks import Inks

EDGE: Final = 5.0
"""Around a card, for its shadow and its border."""
MOST: Final = 400
"""Cards kept; a zoom step makes new ones."""
NO_PEN: Final = QPen(Qt.PenStyle.NoPen)

Form = tuple[float, float, str, str]
"""Width, height, family, and which border: plain, hovered, selected, bad or unknown."""


@lru_cache(maxsize=512)
def body_path(wide: float, high: float) -> QPainterPath:
    """Return a node's outline."""
    path = QPainterPath()
    radius = RADIUS if high > HEAD else high / 2  # a collapsed node is a pill
    path.addRoundedRect(QRectF(0, 0, wide, high), radius, radius)
    return path


@lru_cache(maxsize=512)
def head_path(wide: float, high: float) -> QPainterPath:
    """Return a node's head: the top of its outline, cut straight below."""
    below = QPainterPath()
    below.addRect(QRectF(0, 0, wide, min(HEAD, high)))
    return body_path(wide, high).intersected(below)


class Cards:
    """The cards of one theme."""

    def __init__(self, ink: Inks) -> None:
        self._ink = ink
        self._made: dict[tuple[Form, float, float], QPixmap] = {}

    def lay(self, painter: QPainter, at: QPointF, form: Form, factor: float, ratio: float) -> None:
        """Lay a card with its corner at a point of the view (whole pixels), in view coordinates."""
        key = (form, factor, ratio)
        card = self._made.get(key)
        if card is None:
            if len(self._made) >= MOST:
                self._made.clear()
            card = self._made[key] = self._make(form, factor, ratio)
        edge = round(EDGE * factor * ratio) / ratio
        painter.drawPixmap(at - QPointF(edge, edge), card)

    def _make(self, form: Form, factor: float, ratio: float) -> QPixmap:
        wide, high, _, _ = form
        edge = round(EDGE * factor * ratio) / ratio
        size = QSizeF(wide * factor + 2 * edge + 1, high * factor + 2 * edge + 1) * ratio
        card = QPixmap(size.toSize())
        card.setDevicePixelRatio(ratio)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(edge, edge)
        painter.scale(factor, factor)
        paint_card(painter, self._ink, form)
        painter.end()
        return card


class DrawnCards:
    """The cards of one theme, drawn anew each time: for pictures made of lines."""

    def __init__(self, ink: Inks) -> None:
        self._ink = ink

    def lay(self, painter: QPainter, at: QPointF, form: Form, factor: float, ratio: float) -> None:
        """Draw a card with its corner at a point of the view, in view coordinates."""
        painter.save()
        painter.translate(at)
        painter.scale(factor, factor)
        paint_card(painter, self._ink, form)
        painter.restore()


def paint_card(painter: QPainter, ink: Inks, form: Form) -> None:
    """Paint shadow, body, head with its icon, and border, the card's corner at the origin."""
    wide, high, family, border = form
    body = body_path(wide, high)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.shadow)
    painter.drawPath(body.translated(0, 2.5))
    painter.setBrush(ink.node)
    painter.drawPath(body)
    painter.setBrush(ink.head(family))
    painter.drawPath(head_path(wide, high))
    icons.paint(painter, family, ink.theme.icon(family), QRectF(ICON_AT, (HEAD - ICON) / 2, ICON, ICON))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(border_pen(ink, border))
    painter.drawPath(body)


def border_pen(ink: Inks, border: str) -> QPen:
    """Return the pen of a border of that name."""
    pens: Mapping[str, QPen] = {
        "plain": ink.border,
        "hovered": ink.hovered_border,
        "selected": ink.selected_border,
        "bad": ink.bad_border,
        "unknown": ink.unknown_border,
    }
    return pens[border]
