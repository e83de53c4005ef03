"""The profile on the canvas: hot nodes are tinted, each says what it costs, and a legend says what the tint means."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from app.canvas import inks
from app.canvas.cards import NO_PEN, body_path
from app.canvas.inks import Inks, width, write, write_right
from app.canvas.items import NodeItem
from app.theme import faded
from app.units import bytes_text, seconds_text

if TYPE_CHECKING:
    from app.profiling import NodeCost, Profiler
    from app.session import Session

HUE: Final = 5
"""Which of a theme's colours of curves is heat: neither a value's nor a derivative's."""
STRONGEST: Final = 0.42
"""Opacity of the tint of the hottest node."""
LEGEND: Final = (248.0, 78.0)
EDGE: Final = 16.0


def color(ink: Inks, heat: float) -> QColor:
    """Return the tint of a node, 0 cold to 1 the hottest: one hue, only ever stronger, so that eyes that see few
    colours read it too."""
    return faded(ink.theme.series[HUE], STRONGEST * heat)


def paint_tint(painter: QPainter, item: NodeItem, cost: NodeCost | None, ink: Inks) -> None:
    """Tint a node's card, the painter's origin at its corner."""
    if cost is not None and cost.heat > 0.02:
        painter.setPen(NO_PEN)
        painter.setBrush(color(ink, cost.heat))
        painter.drawPath(body_path(item.face.width, item.face.height))


def paint_far(painter: QPainter, items: Collection[NodeItem], profiler: Profiler, ink: Inks) -> None:
    """Tint the blocks of the overview."""
    painter.setPen(NO_PEN)
    for item in items:
        cost = profiler.costs.get(item.face.id)
        if cost is not None and cost.heat > 0.02:
            painter.setBrush(faded(ink.theme.series[HUE], 0.25 + 0.75 * cost.heat))
            painter.drawRect(item.rect)


def text(cost: NodeCost) -> str:
    """Return what a node costs in a few words."""
    return f"{seconds_text(cost.seconds)} · {bytes_text(cost.memory)} · {cost.calls}×"


def paint_costs(painter: QPainter, items: Collection[NodeItem], profiler: Profiler, ink: Inks) -> None:
    """Write under each node what it costs, in scene coordinates."""
    for item in items:
        cost = profiler.costs.get(item.face.id)
        if cost is not None:
            left, middle = item.corner.x() + 2, item.corner.y() + item.face.height + 13
            share, rest = f"{cost.share:.0%}", text(cost)
            wide = width(inks.NUMBER, share) + width(inks.NUMBER, rest) + 24
            painter.setPen(NO_PEN)
            painter.setBrush(faded(ink.theme.canvas, 0.85))
            painter.drawRoundedRect(QRectF(left, middle - 9, wide, 18), 9, 9)
            painter.setPen(ink.text)
            write(painter, inks.NUMBER, left + 8, middle, share)
            painter.setPen(ink.second)
            write(painter, inks.NUMBER, left + 16 + width(inks.NUMBER, share), middle, rest)


def paint_legend(painter: QPainter, session: Session, ink: Inks, size: QRectF, scale: float) -> None:
    """Paint what the tint means into the upper right corner, in view pixels at the font scale."""
    profiler = session.profiler
    painter.save()
    painter.scale(scale, scale)
    rect = QRectF(size.width() / scale - LEGEND[0] - EDGE, EDGE, *LEGEND)
    painter.setPen(ink.pill_border)
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(rect, 10, 10)
    left, right = rect.left() + 12, rect.right() - 12
    painter.setPen(ink.text)
    write(painter, inks.CAPTION, left, rect.top() + 18, "One step, node by node")
    if not profiler.costs:
        painter.setPen(ink.second)
        told = "measuring …" if session.has_engine else "the engine is off"
        write(painter, inks.LABEL, left, rect.top() + 44, told)
        painter.restore()
        return
    painter.setPen(ink.second)
    write_right(painter, inks.NUMBER, right, rect.top() + 18, seconds_text(profiler.seconds))
    hottest = max(profiler.costs, key=lambda id: profiler.costs[id].seconds)
    ramp = QLinearGradient(QPointF(left, 0), QPointF(right, 0))
    ramp.setColorAt(0.0, color(ink, 0.0))
    ramp.setColorAt(1.0, color(ink, 1.0))
    bar = QRectF(left, rect.top() + 34, right - left, 8)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.node)
    painter.drawRoundedRect(bar, 4, 4)
    painter.setBrush(ramp)
    painter.drawRoundedRect(bar, 4, 4)
    painter.setPen(ink.second)
    write(painter, inks.LABEL, left, rect.top() + 60, "0")
    most = f"{profiler.costs[hottest].share:.0%}"
    write_right(painter, inks.NUMBER, right, rect.top() + 60, most)
    room = right - left - width(inks.NUMBER, most) - 24
    write_right(
        painter, inks.LABEL, right - width(inks.NUMBER, most) - 8, rect.top() + 60,
        inks.fitted(inks.LABEL, session.label(hottest), room),
    )  # fmt: skip
    painter.restore()
