"""Putting a node into a wire: where it is dropped on one, what is downstream makes room. Alt held suppresses it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app import rewiring
from app.canvas.geometry import GRID, snapped
from app.canvas.inks import Inks, pen
from app.canvas.items import WireItem
from app.canvas.pushing import pushed
from app.canvas.quick_add import QuickAdd
from app.rewiring import Through
from engine.edits import Group, Move
from engine.graph import Node, Place, Wire
from engine.operator import Library
from engine.order import descendants

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session

SUPPRESSED: Final = Qt.KeyboardModifier.AltModifier
"""Held: a node is dropped on the canvas, whatever wire lies there."""
REACH: Final = 14.0
"""Pixels around the pointer in which a dragged operator meets a wire."""
APART: Final = 56.0
"""Between the nodes of a wire and one that is put into it."""
MOST: Final = 400
"""Nodes downstream up to which they move to make room."""


class Goal(NamedTuple):
    """A wire that would be led through a node, and the sockets by which."""

    wire: Wire
    sockets: Through


def goal_for_new(canvas: Canvas, operator_id: str, at: QPointF) -> Goal | None:
    """Return the wire at a point of the scene into which a new node of an operator may be put."""
    item = canvas.scene.wire_at(at, REACH / canvas.camera.factor)
    if item is None or item.tag or operator_id not in canvas.session.library or canvas.scene.node_at(at) is not None:
        return None
    return _goal(canvas.session, item.wire, Node("", operator_id, inside=canvas.session.body))


def goal_for(canvas: Canvas, node: str) -> Goal | None:
    """Return the wire across a node that is being dragged, the nearest to its middle, into which it may be put."""
    session, item = canvas.session, canvas.scene.nodes.get(node)
    if item is None or node not in session.graph.nodes or session.graph.outgoing.get(node):
        return None
    middle, box = item.rect.center(), item.rect.adjusted(10, 6, -10, -6)
    crossing = [
        (min((line.center() - middle).manhattanLength() for line in found), each.wire)
        for each in canvas.scene.wires_in(box)
        if not each.tag and node not in (each.wire.source.node, each.wire.target.node)
        and (found := _inside(each, box))
    ]  # fmt: skip
    for _, wire in sorted(crossing)[:4]:
        goal = _goal(session, wire, session.graph.nodes[node])
        if goal is not None:
            return goal
    return None


def _inside(item: WireItem, box: QRectF) -> list[QLineF]:
    return [line for line in item.lines(1.0) if box.contains(line.p1()) or box.contains(line.p2())]


def _goal(session: Session, wire: Wire, node: Node) -> Goal | None:
    sockets = rewiring.through(session.library, session.graph, session.inference, wire, node)
    return Goal(wire, sockets) if sockets is not None else None


def insert(canvas: Canvas, operator_id: str, place: Place, goal: Goal) -> str:
    """Insert an operator into a wire, as one undo step; return the new node's id, "" where it was refused."""
    session = canvas.session
    with session.group(f"Insert {session.library[operator_id].title} into wire"):
        node = session.insert(operator_id, place)
        if node:
            put(canvas, node, goal)
    return node


def put(canvas: Canvas, node: str, goal: Goal) -> None:
    """Lead a wire through a node that is there, and let what is downstream make room for it."""
    session = canvas.session
    if session.apply(Group("Insert into wire", rewiring.put_into(goal.wire, node, goal.sockets))):
        moves = room(canvas, node, goal.wire)
        if moves:
            session.apply(Move(moves))


def room(canvas: Canvas, node: str, wire: Wire) -> dict[str, Place]:
    """Return where nodes go so that one stands free between those of the wire it was put into."""
    session, scene = canvas.session, canvas.scene
    items = scene.nodes
    boxes = {id: QRectF(item.rect) for id, item in items.items()}
    box, source, target = boxes[node], boxes[wire.source.node], boxes[wire.target.node]
    if box.left() < source.right() + APART <= target.left() + box.width():
        box.moveLeft(snapped(source.right() + APART))
    lacking = box.right() + APART - target.left()
    if lacking > 0 and target.left() > source.left():
        after = {wire.target.node, *descendants(session.graph, [wire.target.node])} - {node}
        shifted = [id for id in after if id in boxes and boxes[id].left() >= target.left() - GRID]
        if len(shifted) <= MOST:
            by = snapped(lacking + GRID / 2)
            for id in shifted:
                boxes[id].translate(by, 0)
    moved = {id for id, at in boxes.items() if at.topLeft() != items[id].corner}
    for id, way in pushed(boxes, moved | {node}).items():
        boxes[id].translate(way)
    places = session.layout.places
    return {
        id: replace(places.get(id, Place()), x=at.left(), y=at.top())
        for id, at in boxes.items()
        if at.topLeft() != items[id].corner
    }


def paint(painter: QPainter, canvas: Canvas, ink: Inks) -> None:
    """Show the wire that would be led through what is being dragged."""
    item = canvas.scene.wires.get(canvas.goal.wire) if canvas.goal is not None else None
    if item is not None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(ink.theme.good, 5.0))
        painter.drawPath(item.path)


# Choosing what goes into a wire ---------------------------------------------------------------------------------------


def fitting(session: Session, wire: Wire) -> Library:
    """Return the operators that may be put into a wire."""
    inside = session.graph.nodes[wire.source.node].inside
    return Library(
        each for each in session.library.values() if _goal(session, wire, Node("", each.id, inside=inside)) is not None
    )


def ask(canvas: Canvas, wire: Wire, at: QPointF) -> QuickAdd:
    """Offer the operators that may be put into a wire, and put the chosen one there."""
    session = canvas.session
    place = canvas.place_at(at - QPointF(68, 40) * canvas.camera.factor)

    def chosen(operator_id: str) -> None:
        inside = session.graph.nodes[wire.source.node].inside if wire in session.graph.wires else ""
        goal = _goal(session, wire, Node("", operator_id, inside=inside)) if wire in session.graph.wires else None
        if goal is not None:
            insert(canvas, operator_id, place, goal)
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    popup = QuickAdd(canvas, fitting(session, wire), chosen)
    popup.open_at(canvas.global_point(at))
    return popup
