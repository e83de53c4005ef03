"""How notes and frames are painted: near with their whole text, from afar with as much of it as can be read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextDocument

from app.canvas import inks, note_text
from app.canvas.inks import Inks, pen, write
from app.canvas.items import NoteItem
from app.canvas.outlines import OutlinePainter
from app.theme import faded, mix

READABLE: Final = 11.0
"""Pixels, at font scale 1, of the smallest text that a note is shown in,"""
LEAST: Final = 7.0
"""and below which there is no use in showing any."""
INSET: Final = 12.0
STEP: Final = 1.1
"""Steps in which the text grows against the note while it gets smaller: it is laid out anew for each."""

HUES: Final[Mapping[str, str]] = {
    "sand": "parameters", "green": "inputs", "teal": "views", "rose": "losses", "violet": "optimizers",
    "grey": "elementwise",
}  # fmt: skip
"""The family of operators whose muted colour a frame's colour is."""


def hue(ink: Inks, color: str) -> QColor:
    """Return a frame's colour in the theme."""
    return QColor(ink.theme.family(HUES.get(color, "parameters")))


def frame_pen(ink: Inks, color: str) -> QPen:
    """Return the pen of a frame's border."""
    strength = 0.9 if ink.theme.name == "contrast" else 0.55
    return pen(mix(ink.theme.canvas, hue(ink, color).name(), strength), 1.2, Qt.PenStyle.DashLine)


def paint_note(
    painter: QPainter,
    item: NoteItem,
    ink: Inks,
    *,
    selected: bool,
    hovered: bool,
    factor: float = 1.0,
    unit: float = 1.0,
) -> None:
    """Paint a note as a card, a frame as a dashed border with its title on top. `factor` is pixels per scene unit,
    `unit` what that is at a zoom of 1."""
    near = grown(item, factor, unit) == 1.0
    if near:
        item.document(ink.theme.second, ink.theme.value)
    rect = item.shown_rect()
    painter.setBrush(faded(hue(ink, item.note.color).name(), 0.07) if item.is_frame else ink.panel)
    painter.setPen(frame_pen(ink, item.note.color) if item.is_frame else ink.hairline)
    if hovered:
        painter.setPen(pen(ink.theme.faint, 1.2, Qt.PenStyle.DashLine if item.is_frame else Qt.PenStyle.SolidLine))
    if selected:
        painter.setPen(ink.selected_border)
    painter.drawRoundedRect(rect, 10, 10)
    _text(painter, item, ink, factor, unit)
    if selected or hovered:
        painter.setPen(pen(ink.theme.faint, 1.4))
        corner = rect.bottomRight() - QPointF(5, 5)
        painter.drawLine(corner + QPointF(-9, 0), corner + QPointF(0, -9))
        painter.drawLine(corner + QPointF(-4.5, 0), corner + QPointF(0, -4.5))


def grown(item: NoteItem, factor: float, unit: float) -> float:
    """Return how much larger than usual the text is set so that it can be read; in steps."""
    size = inks.font(item.role).pixelSize() * factor
    wanted = READABLE * unit / size if size < READABLE * unit * 0.9 else 1.0
    return 1.0 if wanted <= 1.0 else float(STEP ** math.ceil(math.log(wanted, STEP)))


def _text(painter: QPainter, item: NoteItem, ink: Inks, factor: float, unit: float) -> None:
    """Write as much of the text as there is room for."""
    scale = grown(item, factor, unit)
    box = item.shown_rect()
    room = _room(item, box)
    line = inks.metrics(item.role).height()
    if scale > 1.0:
        scale = min(scale, (box.height() if not item.is_frame else room.height()) / line)
        if inks.font(item.role).pixelSize() * scale * factor < LEAST * unit or room.width() < 3 * line * scale:
            return
        room.setHeight(max(room.height(), line * scale))
    document = item.document(ink.theme.second, ink.theme.value, scale)
    painter.save()
    if scale == 1.0:
        painter.setClipRect(box.adjusted(0, 0, 0, -4), Qt.ClipOperation.IntersectClip)
        painter.translate(room.topLeft())
        if item.is_frame and item.around.isValid():
            _draw_lines(painter, document, item, ink, room.height())
        else:
            _draw(painter, document, ink)
    else:
        inset = min(10.0, (box.height() - line * scale) / 2)
        painter.translate(room.left(), box.top() + max(inset, 0.0))
        painter.scale(scale, scale)
        _draw_lines(painter, document, item, ink, (room.height() + max(10.0 - inset, 0.0) * 2) / scale)
    painter.restore()


def _room(item: NoteItem, box: QRectF) -> QRectF:
    """Return where a note's text stands: of a frame only above what it carries."""
    inset = 10.0 if item.is_frame else INSET
    room = box.adjusted(INSET, inset, -INSET, -inset / 2)
    if item.is_frame and item.around.isValid():
        room.setHeight(max(min(room.height(), item.around.top() + 10 - room.top()), 18.0))
    return room


def _draw(painter: QPainter, document: QTextDocument, ink: Inks) -> None:
    if isinstance(painter, OutlinePainter):
        painter.setPen(ink.second)
        painter.draw_document(document)
        return
    context = document.documentLayout().PaintContext()
    context.palette.setColor(context.palette.ColorRole.Text, ink.second.color())
    document.documentLayout().draw(painter, context)


def _draw_lines(painter: QPainter, document: QTextDocument, item: NoteItem, ink: Inks, height: float) -> None:
    """Write the lines that fit whole, the last with an ellipsis where more would follow."""
    last = note_text.last_whole_line(document, height)
    wide = document.textWidth()
    dots = inks.width(item.role, "…")
    if last is None:
        _draw(painter, document, ink)
        return
    full = min(last.right() + 2, wide - dots)
    area = QRectF(-2, -2, wide + 4, last.top() + 2)
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    _draw(painter, document, ink)
    painter.restore()
    painter.save()
    painter.setClipRect(QRectF(-2, last.top(), full + 2, last.height()), Qt.ClipOperation.IntersectClip)
    _draw(painter, document, ink)
    painter.restore()
    painter.setPen(ink.second)
    write(painter, item.role, full, last.center().y(), "…")
