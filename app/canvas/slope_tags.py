"""The local partials of nodes, written where their wires arrive: as a symbol, and as a number."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.canvas import inks, paint_wire
from app.canvas.inks import Inks
from app.canvas.items import NodeItem
from app.canvas.scene import minus
from engine.graph import Socket

if TYPE_CHECKING:
    from app.stepping.slopes import Slopes

ASIDE: Final = 12.0
"""From the socket to the tag's right end."""
LIFTS: Final = (-15.0, 15.0)
"""How far above the wire a tag is tried."""
ROOM: Final = 150.0


def paint(
    painter: QPainter,
    items: Iterable[NodeItem],
    slopes: Slopes,
    covered: Callable[[QRectF], bool],
    taken: Iterable[QRectF],
    ink: Inks,
) -> None:
    """Write them at the wired inputs of nodes, in scene coordinates; shorter, or not at all, where there is no room
    beside nodes (`covered`) and labels (`taken`)."""
    laid = list(taken)
    for item in items:
        for plug in item.face.inputs:
            target = Socket(item.face.id, plug.name)
            slope = slopes.of(target) if plug.wired else None
            if slope is None or slope.kind == "none":
                continue
            number = (inks.NUMBER, ink.derivative, inks.fitted(inks.NUMBER, minus(slope.text), ROOM))
            symbol = (inks.NUMBER, ink.second, slopes.symbol(target))
            short = (inks.NUMBER, ink.second, f"∂{plug.name}")
            at = item.corner.x() + plug.x - ASIDE, item.corner.y() + plug.y
            ways = ([symbol, number], [short, number], [number])
            for lift, parts in itertools.product(LIFTS, ways):
                rect = paint_wire.pill_rect(QPointF(at[0], at[1] + lift), parts)
                rect.moveRight(at[0])
                if not covered(rect) and not any(rect.adjusted(-2, -1, 2, 1).intersects(other) for other in laid):
                    laid.append(rect)
                    paint_wire.paint_pill(painter, rect, parts, ink)
                    break
