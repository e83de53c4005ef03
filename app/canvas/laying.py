"""How each wire of the scene runs: by its route in the document, by a tag where it is long and that is asked for, else
straight or by a lane."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF

from app.canvas.items import WireItem
from app.canvas.routes import Lane
from engine.edits import Reroute
from engine.graph import Place, Route, Socket, Wire
from engine.sockets import output_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.canvas.scene import Scene
    from app.session import Session

LONG: Final = 1400.0
"""Wires that run further, in scene units, are drawn as tags where that is asked for."""
STRAIGHT: Final = Route()


def lay(scene: Scene, item: WireItem, ends: tuple[QPointF, QPointF], lane: Lane | None) -> None:
    """Lay a wire between its ends, as its route says."""
    route = scene.session.layout.routes.get(item.wire, STRAIGHT)
    if route.tagged or (scene.long_as_tags and is_long(*ends)):
        item.lay_tagged(*ends, tag_text(scene.session, item.wire.source))
    elif route.dots:
        by = _shift(scene, item.wire)
        item.lay_through(*ends, tuple(QPointF(x, y) + by for x, y in route.dots))
    else:
        item.lay(*ends, lane)


def is_long(start: QPointF, end: QPointF) -> bool:
    """Return whether a wire runs so far that a tag may stand for it."""
    return (end - start).manhattanLength() > LONG


def tag_text(session: Session, source: Socket) -> str:
    """Return what a tag calls an output: its node, and which one it is where there are several."""
    name = session.label(source.node)
    several = len(output_names(session.graph, session.operator(source.node), source.node)) > 1
    return " ".join((f"{name[:60]} · {source.name}" if several else name[:80]).split()) or source.name


def _shift(scene: Scene, wire: Wire) -> QPointF:
    """Return how far both ends of a wire are being dragged: its dots then come along."""
    by = []
    for end in wire:
        place = scene.session.layout.places.get(end.node, Place())
        by.append(scene.nodes[end.node].corner - QPointF(place.x, place.y))
    return by[0] if by[0] == by[1] else QPointF()


def carried_dots(session: Session, goals: Mapping[str, QPointF]) -> list[Reroute]:
    """Return the edits by which dots follow wires both of whose nodes move alike, to these corners."""
    found = []
    for wire, route in sorted(session.layout.routes.items()):
        if route.dots and wire.source.node in goals and wire.target.node in goals:
            places = [session.layout.places.get(end.node, Place()) for end in wire]
            by = [goals[end.node] - QPointF(place.x, place.y) for end, place in zip(wire, places, strict=True)]
            if by[0] == by[1] and not by[0].isNull():
                dots = tuple((x + by[0].x(), y + by[0].y()) for x, y in route.dots)
                found.append(Reroute(wire, replace(route, dots=dots)))
    return found
