"""How a node is painted, at three levels of detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QTransform

from app import numbers
from app.canvas import heat, inks, paint_muted, previews, wire_forms
from app.canvas.cards import NO_PEN, Cards
from app.canvas.face import LINKS, PREVIEW, READING, SLIDER, VALUE, Control, Face, Plug, slider_fraction, slider_track
from app.canvas.geometry import HEAD, MARGIN, RADIUS, SOCKET, TITLE_AT, Camera, nearest
from app.canvas.inks import Inks, pen, width, write, write_right
from app.canvas.items import NodeItem

if TYPE_CHECKING:
    from app.profiling import NodeCost


@dataclass(frozen=True, slots=True)
class State:
    """How a node stands out at the moment."""

    selected: bool = False
    hovered: bool = False
    glowing: bool = False
    dimmed: bool = False
    """While a wire is drawn: none of its sockets fits."""
    fitting: frozenset[tuple[str, bool]] = frozenset()
    """Sockets (name, output) that a wire being drawn may go to."""
    target: tuple[str, bool] | None = None
    """The one it would go to."""


PLAIN = State()
DIM = 0.38
"""Opacity of nodes that a wire being drawn does not fit."""


@dataclass(frozen=True, slots=True)
class Brushwork:
    """What one frame paints nodes with."""

    painter: QPainter
    ink: Inks
    cards: Cards
    camera: Camera
    ratio: float
    costs: Mapping[str, NodeCost] = field(default_factory=dict)
    """Of a profiled step, by node."""

    def stand(self, item: NodeItem, state: State) -> None:
        """Lay the node's card, and leave the painter with the node's corner as its origin."""
        factor, painter = self.camera.factor, self.painter
        corner = self.camera.to_view(item.corner)
        at = QPointF(nearest(corner.x() * self.ratio) / self.ratio, nearest(corner.y() * self.ratio) / self.ratio)
        painter.resetTransform()
        if state.glowing:
            painter.setPen(NO_PEN)
            painter.setBrush(self.ink.glow)
            halo = QRectF(at, QSizeF(item.face.width, item.face.height) * factor).adjusted(-7, -7, 7, 7)
            painter.drawRoundedRect(halo, RADIUS * factor + 7, RADIUS * factor + 7)
        face = item.face
        self.cards.lay(painter, at, (face.width, face.height, face.family, _border(item, state)), factor, self.ratio)
        painter.setTransform(QTransform(factor, 0, 0, factor, at.x(), at.y()))
        if self.costs:
            heat.paint_tint(painter, item, self.costs.get(face.id), self.ink)


def paint(work: Brushwork, item: NodeItem, state: State) -> None:
    """Paint a node in full."""
    face, painter, ink = item.face, work.painter, work.ink
    painter.setOpacity(DIM if state.dimmed else paint_muted.FAINT if face.muted else 1.0)
    work.stand(item, state)
    painter.setPen(ink.text)
    write(painter, inks.TITLE, TITLE_AT, HEAD / 2, face.title)
    if not face.collapsed:
        _labels(painter, item, ink)
        if face.control is not None:
            CONTROLS[face.control.kind](painter, item, face.control, ink)
        if face.pinned is not None:
            _pinned(painter, item, face.pinned, ink)
    _sockets(painter, item, ink, state)
    _marks(painter, item, ink, state)
    painter.setOpacity(1.0)
    if face.muted:
        paint_muted.paint_through(painter, item, ink)


def paint_small(work: Brushwork, item: NodeItem, state: State) -> None:
    """Paint a node without its small print: seen from some distance."""
    face, painter, ink = item.face, work.painter, work.ink
    painter.setOpacity(paint_muted.FAINT if face.muted else 1.0)
    work.stand(item, state)
    painter.setPen(ink.text)
    write(painter, inks.TITLE, TITLE_AT, HEAD / 2, face.title)
    painter.setPen(ink.socket_dot)
    painter.drawPoints([QPointF(plug.x, plug.y) for plug in (*face.inputs, *face.outputs)])
    painter.setOpacity(1.0)


def _border(item: NodeItem, state: State) -> str:
    if state.selected:
        return "selected"
    if item.severity == "error":
        return "bad"
    if item.face.unknown:
        return "unknown"
    return "hovered" if state.hovered else "plain"


def _labels(painter: QPainter, item: NodeItem, ink: Inks) -> None:
    face = item.face
    painter.setPen(ink.second)
    for plug in face.inputs:
        write(painter, inks.LABEL, plug.x + MARGIN + 2, plug.y, plug.text)
    right = face.width - MARGIN - 2
    for plug in face.outputs:
        write_right(painter, inks.LABEL, right, plug.y, plug.text)
        if face.reads_out and item.reading.value and plug is face.outputs[0]:
            painter.setPen(ink.value if item.reading.finite else ink.bad)
            write_right(
                painter, inks.NUMBER, right - width(inks.LABEL, plug.text) - 8, plug.y, short(item.reading.value)
            )
            painter.setPen(ink.second)


def short(number: str, room: float = 76.0) -> str:
    """Return a number with as many of its digits as fit the room; a range or a word is cut short with an ellipsis."""
    if width(inks.NUMBER, number) <= room:
        return number
    value = numbers.plain(number.replace(",", ""))
    if value is None:
        return inks.fitted(inks.NUMBER, number, room)
    texts = (numbers.short(value, digits) for digits in (5, 4, 3, 2))
    return next((text for text in texts if width(inks.NUMBER, text) <= room), numbers.short(value, 1))


def _sockets(painter: QPainter, item: NodeItem, ink: Inks, state: State) -> None:
    face = item.face
    for output, plugs in ((False, face.inputs), (True, face.outputs)):
        for plug in plugs:
            at = QPointF(plug.x, plug.y)
            key = (plug.name, output)
            if key in state.fitting:
                painter.setPen(NO_PEN)
                painter.setBrush(ink.glow)
                reach = 13.0 if key == state.target else 9.5
                painter.drawEllipse(at, reach, reach)
            _socket(painter, at, plug, item, ink, output=output, lit=key == state.target)


def _socket(painter: QPainter, at: QPointF, plug: Plug, item: NodeItem, ink: Inks, *, output: bool, lit: bool) -> None:
    if plug.name in item.faulty and not output and not lit:
        painter.setPen(ink.socket_bad)
        painter.setBrush(ink.canvas)
    elif output or lit:
        painter.setPen(ink.socket_rim)
        painter.setBrush(ink.value_fill)
    elif plug.wired:
        painter.setPen(ink.socket_wired)
        painter.setBrush(ink.canvas)
    else:
        painter.setPen(ink.socket_optional if plug.optional else ink.socket_open)
        painter.setBrush(ink.canvas)
    form, outline = item.forms.get((plug.name, output), ("", wire_forms.ROUND))
    if form in ink.form_fills:
        if output or lit:
            painter.setBrush(ink.form_fills[form])
        elif plug.wired and plug.name not in item.faulty:
            painter.setPen(ink.form_rims[form])
    wire_forms.draw_socket(painter, at, SOCKET if not output else SOCKET + 0.5, outline)


def _marks(painter: QPainter, item: NodeItem, ink: Inks, state: State) -> None:
    if item.face.frozen:
        _lock(painter, item.face, ink, item.severity)
    if (state.hovered or state.selected) and item.face.picture is not None:
        paint_grip(painter, item.face, ink)


def _lock(painter: QPainter, face: Face, ink: Inks, severity: str) -> None:
    """A small padlock: the parameter is not trained."""
    x, y = face.width - (42 if severity else 22), HEAD / 2
    painter.setPen(pen(ink.theme.second, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(x + 1.6, y - 6.5, 6.8, 8), 0, 180 * 16)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.second.brush())
    painter.drawRoundedRect(QRectF(x, y - 2, 10, 7.5), 1.8, 1.8)


# Controls -------------------------------------------------------------------------------------------------------------


def _value(painter: QPainter, item: NodeItem, control: Control, ink: Inks) -> None:
    rect, reading = control.rect, item.reading
    _field(painter, rect, ink)
    middle = rect.center().y()
    if not reading.value:
        painter.setPen(ink.faint)
        write(painter, inks.LABEL, rect.left() + 10, middle, inks.fitted(inks.LABEL, control.text, rect.width() - 20))
        return
    room = rect.width() - 20
    derivative = short(reading.brief_derivative, 0.42 * room)
    if derivative:
        painter.setPen(ink.derivative)
        write_right(painter, inks.NUMBER, rect.right() - 10, middle, derivative)
        room -= width(inks.NUMBER, derivative) + 8
    painter.setPen(ink.value if reading.finite else ink.bad)
    write(painter, inks.NUMBER, rect.left() + 10, middle, short(reading.brief, room))


def _slider(painter: QPainter, item: NodeItem, control: Control, ink: Inks) -> None:
    rect, track = control.rect, slider_track(control)
    middle = rect.center().y()
    painter.setPen(ink.second)
    write(painter, inks.LABEL, rect.left() + 4, middle, control.text)
    number = item.number if item.number is not None else 0.0
    painter.setPen(ink.text)
    write_right(painter, inks.NUMBER, rect.right() - 2, middle, f"{number:.3g}")
    fraction = slider_fraction(control.spec, number) if control.spec else 0.0
    color = ink.theme.family(item.face.family)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.field)
    painter.drawRoundedRect(track, 2, 2)
    painter.setBrush(inks.pen(color).brush())
    painter.drawRoundedRect(
        QRectF(track.topLeft(), QPointF(track.left() + fraction * track.width(), track.bottom())), 2, 2
    )
    painter.drawEllipse(QPointF(track.left() + fraction * track.width(), middle), 6.5, 6.5)


def _preview(painter: QPainter, item: NodeItem, control: Control, ink: Inks) -> None:
    _field(painter, control.rect, ink)
    hint = "nothing yet" if any(plug.wired for plug in item.face.inputs) else "wire something in"
    previews.paint(painter, control.rect.adjusted(8, 8, -8, -8), item.preview, item.reading, ink, hint)


def _pinned(painter: QPainter, item: NodeItem, control: Control, ink: Inks) -> None:
    _field(painter, control.rect, ink)
    room, shows = control.rect.adjusted(8, 8, -8, -8), item.face.shows
    previews.paint(painter, room, item.bars, item.reading, ink, "nothing yet", shows)


def paint_grip(painter: QPainter, face: Face, ink: Inks) -> None:
    """Paint the corner that resizes a preview, the painter's origin at the node's corner."""
    corner = QPointF(face.width - 4, face.height - 4)
    painter.setPen(pen(ink.theme.second, 1.4))
    for length in (8.0, 4.0):
        painter.drawLine(corner + QPointF(-length, 0), corner + QPointF(0, -length))


def _links(painter: QPainter, item: NodeItem, control: Control, ink: Inks) -> None:
    if not control.doors:
        _field(painter, control.rect, ink)
        painter.setPen(ink.faint)
        write(painter, inks.LABEL, control.rect.left() + 10, control.rect.center().y(), control.text)
    for k, door in enumerate(control.doors):
        rect = control.door_rect(k)
        _field(painter, rect, ink)
        painter.setPen(ink.value if door.node else ink.text)
        text = inks.fitted(inks.LABEL, door.text, rect.width() - 34)
        write(painter, inks.LABEL, rect.left() + 10, rect.center().y(), text)
        painter.setPen(pen(ink.theme.second, 1.5))
        tip = QPointF(rect.right() - 11, rect.center().y())
        if door.node:  # outwards and up, the others inwards
            painter.drawPolyline([tip + QPointF(-6.5, -3.5), tip + QPointF(0, -3.5), tip + QPointF(0, 3.0)])
            painter.drawLine(tip + QPointF(-6.5, 3.0), tip + QPointF(0, -3.5))
        else:
            painter.drawPolyline([tip + QPointF(-4, -4), tip, tip + QPointF(-4, 4)])


def _field(painter: QPainter, rect: QRectF, ink: Inks) -> None:
    painter.setPen(ink.field_pen)
    painter.setBrush(ink.field)
    painter.drawRoundedRect(rect, 7, 7)


CONTROLS = {VALUE: _value, SLIDER: _slider, PREVIEW: _preview, READING: _preview, LINKS: _links}
