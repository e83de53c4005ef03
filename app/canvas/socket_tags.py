"""What outputs carry, written beside their sockets: the value above the wire, the shape after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.canvas import inks
from app.canvas.cards import NO_PEN
from app.canvas.inks import Inks, width, write
from app.canvas.items import NodeItem, Reading
from app.canvas.paint_node import short
from app.theme import faded
from engine.graph import Socket

HEIGHT: Final = 17.0
ASIDE: Final = 9.0
"""From the socket to its tag."""
ABOVE: Final = 12.0
ROOM: Final = 120.0
"""Most a value may take."""

Part = tuple[str, bool]
"""A text, and whether it is a value (else a shape)."""


def parts(reading: Reading, shape: str) -> list[list[Part]]:
    """Return what may be written of an output, the fullest first: where there is no room for it, less is written."""
    value = [(short(reading.value, ROOM), True)] if reading.value else []
    kind = [(shape, False)] if shape and shape not in ("()", "scalar") else []
    tries = [value + kind, value, kind]
    return [each for k, each in enumerate(tries) if each and each not in tries[:k]]


def paint(
    painter: QPainter,
    items: Iterable[NodeItem],
    told: Callable[[Socket], tuple[Reading, str]],
    covered: Callable[[QRectF], bool],
    ink: Inks,
) -> None:
    """Write the tags of nodes, in scene coordinates. `told` says what is known of an output, `covered` where nodes are.

    A tag that would lie on a node or on another tag is written shorter, or not at all.
    """
    laid: list[QRectF] = []
    for item in items:
        for plug in item.face.outputs:
            reading, shape = told(Socket(item.face.id, plug.name))
            at = item.corner.x() + plug.x + ASIDE, item.corner.y() + plug.y - ABOVE
            for wanted in parts(reading, shape):
                wide = sum(width(inks.NUMBER, text) for text, _ in wanted) + 8 * (len(wanted) - 1) + 12
                rect = QRectF(at[0], at[1] - HEIGHT / 2, wide, HEIGHT)
                if not covered(rect) and not any(rect.intersects(other) for other in laid):
                    laid.append(rect)
                    _paint_tag(painter, rect, wanted, reading, ink)
                    break


def _paint_tag(painter: QPainter, rect: QRectF, wanted: list[Part], reading: Reading, ink: Inks) -> None:
    painter.setPen(NO_PEN)
    painter.setBrush(faded(ink.theme.canvas, 0.86))
    painter.drawRoundedRect(rect, 5, 5)
    x, middle = rect.left() + 6, rect.center().y()
    for text, is_value in wanted:
        painter.setPen((ink.value if reading.finite else ink.bad) if is_value else ink.second)
        write(painter, inks.NUMBER, x, middle, text)
        x += width(inks.NUMBER, text) + 8
