"""Marks of what goes wrong in training (vanished or exploded derivatives, dead units, steps out of range), on the nodes
it happens at. They are triangles: a problem of the graph is a round badge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from app.canvas import badges
from app.canvas.cards import NO_PEN
from app.canvas.inks import pen

if TYPE_CHECKING:
    from app.canvas.geometry import Camera
    from app.canvas.items import NodeItem
    from app.canvas.view import Canvas
    from app.session import Session
    from app.worker.readings import Warned

BESIDE: Final = 21.0
"""How far left of a problem's badge a mark stands, in scene units."""
MOST: Final = 3
"""Most that is told of one node at the pointer."""


def marked(canvas: Canvas) -> Iterator[NodeItem]:
    """Yield the shown nodes with a mark; what is inside a body marks its owner where the body is not shown."""
    session, scene = canvas.session, canvas.scene
    nodes = session.graph.nodes
    told = [each.node for each in _told(session) if each.node in nodes]
    for id in dict.fromkeys(session.shown(node, scene.body) for node in told):
        if id in scene.nodes:
            yield scene.nodes[id]


def _told(session: Session) -> list[Warned]:
    """Return all that is told: nothing of a node whose derivative a learner is to find."""
    asked = {each.node for each in session.looks.veiled}
    return [each for each in session.watcher.badges if each.node not in asked]


def of(session: Session, node: str, body: str) -> tuple[Warned, ...]:
    """Return what is told of a node, or of what is inside it, while `body` is shown."""
    nodes = session.graph.nodes
    return tuple(w for w in _told(session) if w.node in nodes and session.shown(w.node, body) == node)


def telling(canvas: Canvas, node: str) -> str:
    """Return the sentences of a node's marks, each with its rule."""
    found = of(canvas.session, node, canvas.scene.body)[:MOST]
    return "\n".join(f"{each.sentence}\nRule: {each.rule}" for each in found)


def centre(item: NodeItem, camera: Camera) -> QPointF:
    """Return the middle of a node's mark in the view."""
    aside = max(BESIDE * camera.factor, 2.2 * badges.radius(camera)) if item.severity else 0.0
    return camera.to_view(badges.centre(item)) - QPointF(aside, 0)


def at(canvas: Canvas, point: QPointF) -> NodeItem | None:
    """Return the node whose mark is under a point of the view."""
    reach = badges.radius(canvas.camera) + badges.HIT
    near = ((item, (centre(item, canvas.camera) - point).manhattanLength()) for item in marked(canvas))
    return min((pair for pair in near if pair[1] < 1.4 * reach), key=lambda pair: pair[1], default=(None, 0.0))[0]


def paint(painter: QPainter, canvas: Canvas) -> None:
    """Paint the marks that are seen, in view pixels."""
    size, ink = badges.radius(canvas.camera) * 1.12, canvas.ink
    seen = QRectF(canvas.rect()).adjusted(-size, -size, size, size)
    for item in marked(canvas):
        middle = centre(item, canvas.camera)
        if not seen.contains(middle):
            continue
        painter.setBrush(ink.theme.canvas)
        painter.setPen(pen(ink.theme.canvas, 4.0))
        painter.drawPolygon(_triangle(middle, size))
        painter.setBrush(ink.theme.warning)
        painter.setPen(pen(ink.theme.warning, size / 4))
        painter.drawPolygon(_triangle(middle, 0.86 * size))
        painter.setPen(pen(ink.theme.canvas, size / 4.5))
        painter.drawLine(middle + QPointF(0, -0.28 * size), middle + QPointF(0, 0.18 * size))
        painter.drawPoint(middle + QPointF(0, 0.5 * size))
        painter.setPen(NO_PEN)


def _triangle(middle: QPointF, size: float) -> QPolygonF:
    corners = (QPointF(0.0, -0.95), QPointF(1.0, 0.8), QPointF(-1.0, 0.8))
    return QPolygonF([middle + corner * size for corner in corners])
