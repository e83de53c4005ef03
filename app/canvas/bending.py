"""How wires run, changed: through dots, straight again, or from tag to tag; each change one undo step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.canvas import ways
from app.canvas.geometry import snapped
from engine import limits
from engine.edits import Edit, Group, Reroute
from engine.graph import Route, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session

STRAIGHT = Route()


def route_of(session: Session, wire: Wire) -> Route:
    """Return how a wire runs by the document."""
    return session.layout.routes.get(wire, STRAIGHT)


def plain(dots: Iterable[QPointF]) -> tuple[tuple[float, float], ...]:
    """Return points as a route holds them."""
    return tuple((dot.x(), dot.y()) for dot in dots)


def run_through(session: Session, title: str, dots: dict[Wire, tuple[tuple[float, float], ...]]) -> None:
    """Run wires through dots, as one undo step."""
    edits: list[Edit] = [
        Reroute(wire, Route(points, route_of(session, wire).tagged))
        for wire, points in dots.items()
        if wire in session.graph.wires
    ]
    if any(len(points) > limits.DOTS for points in dots.values()):
        session.message.emit(f"A wire may run through at most {limits.DOTS} dots.")
    session.apply(Group(title, tuple(edits)))


def add_dot(canvas: Canvas, wire: Wire, at: QPointF | None = None) -> None:
    """Put a dot into a wire at a point of the scene, or in its middle."""
    item = canvas.scene.wires.get(wire)
    if item is None or item.tag:
        return
    spot = item.middle if at is None else at
    _, dots = ways.with_dot((item.start, *item.dots, item.end), QPointF(snapped(spot.x()), snapped(spot.y())))
    run_through(canvas.session, "Add dot", {wire: plain(dots)})


def remove_dot(canvas: Canvas, wire: Wire, index: int) -> None:
    """Take one dot out of a wire."""
    dots = route_of(canvas.session, wire).dots
    run_through(canvas.session, "Remove dot", {wire: dots[:index] + dots[index + 1 :]})


def straighten(session: Session, wires: Iterable[Wire]) -> None:
    """Take all dots out of wires."""
    bent = {wire: () for wire in sorted(wires) if route_of(session, wire).dots}
    if bent:
        run_through(session, "Remove dots", bent)


def set_tagged(session: Session, wires: Iterable[Wire], tagged: bool) -> None:
    """Let tags stand for wires, or draw them again, as one undo step."""
    edits = [
        Reroute(wire, replace(route_of(session, wire), tagged=tagged))
        for wire in sorted(wires)
        if route_of(session, wire).tagged != tagged
    ]
    if edits:
        title = "Show as tags" if tagged else "Draw wires"
        session.apply(edits[0] if len(edits) == 1 else Group(title, tuple(edits)))


def chosen_wires(session: Session) -> frozenset[Wire]:
    """Return the selected wires; where none is, those that leave the selected nodes."""
    if session.selected_wires:
        return session.selected_wires
    return frozenset(wire for id in session.selection for wire in session.graph.outgoing.get(id, ()))
