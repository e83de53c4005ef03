"""How wires, their labels and hints are painted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.canvas import inks, norms, wire_forms
from app.canvas.inks import Inks, pen, width, write
from app.canvas.items import WireItem
from app.theme import faded

GAP = 1.6
"""Between a value's wire and the derivative's under it."""
PILL_HEIGHT = 22.0

Part: TypeAlias = tuple[str, QPen, str]
"""A piece of a label: the role of its font, its pen, its text."""


def paint_all(painter: QPainter, items: Iterable[WireItem], ink: Inks, factor: float, *, by_norm: bool = False) -> None:
    """Paint wires, all that look alike in one call: the derivatives below, then the values. With `by_norm` derivatives
    tell by width and colour how large they are."""
    values: dict[tuple[bool, bool, str], list[QLineF]] = defaultdict(list)
    derivatives: dict[float, list[QLineF]] = defaultdict(list)
    for item in items:
        reading = item.reading
        values[reading.finite, bool(reading.value), item.form].extend(item.lines(factor))
        if reading.thickness and item.differentiable and by_norm:
            _derivative(painter, item, ink, by_norm=True)  # wide pens would show the joints of straight pieces
        elif reading.thickness and item.differentiable:
            derivatives[reading.thickness].extend(item.lines(factor))
    for thickness, lines in derivatives.items():
        drop = GAP + thickness / 2 + 1.0
        painter.setPen(flat(ink.derivative_pen(thickness)))
        painter.translate(0, drop)
        painter.drawLines(lines)
        painter.translate(0, -drop)
    for (finite, known, form), lines in values.items():
        painter.setPen(flat(ink.wire_pen(form, known) if finite else ink.wire_bad))
        painter.drawLines(lines)


def _derivative(painter: QPainter, item: WireItem, ink: Inks, *, by_norm: bool) -> None:
    """Paint the derivative under a wire, its curve exact."""
    thickness = item.reading.thickness
    own = norms.norm_pen(thickness, ink) if by_norm else ink.derivative_pen(thickness)
    drop = GAP + own.widthF() / 2 + 1.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(own)
    painter.translate(0, drop)
    painter.drawPath(item.path)
    painter.translate(0, -drop)


def flat(pen: QPen) -> QPen:
    """Return the pen with square ends: round ones cost more than the line."""
    plain = QPen(pen)
    plain.setCapStyle(Qt.PenCapStyle.FlatCap)
    return plain


def paint(painter: QPainter, item: WireItem, ink: Inks, *, strong: bool, by_norm: bool = False) -> None:
    """Paint a wire by itself, its curve exact: the derivative below, then the value."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if item.reading.thickness and item.differentiable:
        _derivative(painter, item, ink, by_norm=by_norm)
    painter.setPen(value_pen(item, ink, strong))
    painter.drawPath(item.path)


def value_pen(item: WireItem, ink: Inks, strong: bool) -> QPen:
    """Return the pen of a value's wire: fainter while the value is unknown, dashed where it is not finite."""
    if not item.reading.finite:
        return ink.wire_bad
    if strong:
        wide = QPen(ink.wire_pen(item.form, True))
        wide.setWidthF(wide.widthF() + 1.0)
        return wide
    return ink.wire_pen(item.form, bool(item.reading.value))


def label_parts(item: WireItem, overlays: Collection[str], hovered: bool, ink: Inks) -> list[Part]:
    """Return what a wire's label says, piece by piece."""
    reading = item.reading
    parts: list[Part] = []
    if ("value" in overlays or hovered) and reading.value:
        parts.append((inks.NUMBER, ink.value if reading.finite else ink.bad, reading.value))
    if ("cotangent" in overlays or hovered) and reading.derivative and item.differentiable:
        text = reading.derivative if reading.derivative.startswith(("‖", "∂")) else f"∂ {reading.derivative}"
        parts.append((inks.NUMBER, ink.derivative, text))
    if ("shape" in overlays or hovered) and item.shape and not (hovered and item.mark):
        parts.append((inks.NUMBER, ink.second, item.shape))
    if hovered and not parts and not item.mark:
        parts.append((inks.LABEL, ink.faint, "not evaluated yet"))
    if hovered and item.mark:
        parts.append((inks.LABEL, ink.text, item.mark))
    elif hovered and item.form in wire_forms.SERIES:
        parts.append((inks.LABEL, ink.second, wire_forms.WORDS[item.form]))
    return parts


def pill_rect(middle: QPointF, parts: Sequence[Part]) -> QRectF:
    """Return where a label pill centred on a point lies."""
    total = sum(width(role, text) for role, _, text in parts) + 8 * (len(parts) - 1) + 20
    return QRectF(middle.x() - total / 2, middle.y() - PILL_HEIGHT / 2, total, PILL_HEIGHT)


def paint_pill(painter: QPainter, rect: QRectF, parts: Sequence[Part], ink: Inks) -> None:
    """Paint a label pill."""
    painter.setPen(ink.pill_border)
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(rect, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    x, middle = rect.left() + 10, rect.center().y()
    for role, color, text in parts:
        painter.setPen(color)
        write(painter, role, x, middle, text)
        x += width(role, text) + 8


def paint_hint(
    painter: QPainter, at: QPointF, text: str, ink: Inks, bounds: QRectF, *, bad: bool, scale: float = 1.0
) -> None:
    """Paint a sentence beside the pointer, in view pixels, wrapped and kept inside the view, at the font scale."""
    painter.save()
    painter.scale(scale, scale)
    at, bounds = at / scale, QRectF(bounds.topLeft() / scale, bounds.size() / scale)
    metrics = inks.metrics(inks.LABEL)
    wrap = int(Qt.TextFlag.TextWordWrap)
    room = metrics.boundingRect(QRectF(0, 0, min(340.0, bounds.width() - 40), 400), wrap, text)
    rect = QRectF(at.x() + 16, at.y() + 18, room.width() + 24, room.height() + 16)
    rect.moveLeft(min(max(rect.left(), bounds.left() + 8), bounds.right() - rect.width() - 8))
    if rect.bottom() > bounds.bottom() - 8:
        rect.moveBottom(at.y() - 12)
    painter.setPen(pen(ink.theme.bad if bad else ink.theme.hairline, 1.2))
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(rect, 8, 8)
    painter.setFont(inks.font(inks.LABEL))
    painter.setPen(ink.bad if bad else ink.text)
    painter.drawText(rect.adjusted(12, 8, -8, -8), wrap, text)
    painter.restore()


def paint_loose(painter: QPainter, item: WireItem, ink: Inks, *, refused: bool) -> None:
    """Paint a wire that is being drawn."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    color = ink.theme.bad if refused else ink.theme.value
    painter.setPen(QPen(faded(color, 0.25), 7.0))
    painter.drawPath(item.path)
    painter.setPen(pen(color, 2.4, Qt.PenStyle.DashLine if refused else Qt.PenStyle.SolidLine))
    painter.drawPath(item.path)
