"""The dots and tags of wires that an edit remakes: they go on to the wire that comes in the place of the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine import bodies
from engine.edits import AddNode, Connect, Disconnect, Edit, Group, PutInside, RemoveNode
from engine.graph import Content, Place, Route, Wire

HALF: Final = 72.0
"""From a node's corner to its middle, about, in scene units."""


def with_routes(content: Content, edit: Edit) -> Edit:
    """Return the edit, its new wires running through the dots of the wires whose places they take.

    A wire takes the place of one with the same ends; of one from the same output into the same node, or from the same
    node into the same input; of one whose other end goes with the node that had it, as long as it is the only one; and
    two wires through a node that of the wire the node was put into. Wires that have a route of their own keep it.
    """
    if not isinstance(edit, Group) or not content.layout.routes:
        return edit
    parts = tuple(_parts(edit))
    made = [part.wire for part in parts if isinstance(part, Connect) and part.route is None]
    change = _Change.of(content, parts)
    lost = sorted((wire, route) for wire, route in content.layout.routes.items() if change.loses(wire))
    if not made or not lost:
        return edit
    routes: dict[Wire, Route] = {}
    for wire, route in lost:
        for successor, share in _successors(change, wire, route, made):
            routes[successor] = _joined(routes.get(successor), share)
    return _routed(edit, routes)


def _parts(edit: Edit) -> Iterator[Edit]:
    todo = [edit]
    while todo:
        part = todo.pop()
        if isinstance(part, Group):
            todo += reversed(part.edits)
        else:
            yield part


@dataclass(frozen=True)
class _Change:
    """What an edit takes away, and where its nodes are afterwards."""

    content: Content
    cut: frozenset[Wire]
    gone: frozenset[str]
    inside: Mapping[str, str]
    places: Mapping[str, Place | None]

    @classmethod
    def of(cls, content: Content, parts: Iterable[Edit]) -> _Change:
        cut: set[Wire] = set()
        gone: set[str] = set()
        inside: dict[str, str] = {}
        places: dict[str, Place | None] = dict(content.layout.places)
        for part in parts:
            if isinstance(part, Disconnect):
                cut.add(part.wire)
            elif isinstance(part, RemoveNode):
                gone |= bodies.enclosed(content.graph, [part.id])
            elif isinstance(part, AddNode):
                inside[part.node.id], places[part.node.id] = part.node.inside, part.place
            elif isinstance(part, PutInside):
                inside |= part.nodes
        return cls(content, frozenset(cut), frozenset(gone), inside, places)

    def loses(self, wire: Wire) -> bool:
        """Return whether a wire that is there goes."""
        return wire in self.cut or not self.gone.isdisjoint((wire.source.node, wire.target.node))

    def body(self, node: str) -> str | None:
        """Return in which body a node lies afterwards."""
        there = self.content.graph.nodes.get(node)
        return self.inside.get(node, there.inside if there is not None else None)

    def leaves(self, node: str) -> bool:
        """Return whether a node goes, or goes into another body."""
        there = self.content.graph.nodes.get(node)
        return node in self.gone or (there is not None and self.body(node) != there.inside)


def _successors(change: _Change, old: Wire, route: Route, made: list[Wire]) -> list[tuple[Wire, Route]]:
    """Return the wires that take the place of one, each with its share of the route; none where that is not clear."""
    if old in made:
        return [(old, route)]
    body = change.content.graph.nodes[old.source.node].inside
    near = [wire for wire in made if change.body(wire.source.node) == body]
    starts = [wire for wire in near if wire.source == old.source]
    ends = [wire for wire in near if wire.target == old.target]
    same = [wire for wire in starts if wire.target.node == old.target.node]
    same += [wire for wire in ends if wire.source.node == old.source.node]
    if same:
        return [(same[0], route)] if len(same) == 1 else []
    through = [(one, other) for one in starts for other in ends if one.target.node == other.source.node]
    if len(through) == 1:
        return _split(change, route, *through[0])
    if len(starts) == 1 and change.leaves(old.target.node):
        return [(starts[0], route)]
    if len(ends) == 1 and change.leaves(old.source.node):
        return [(ends[0], route)]
    return []


def _split(change: _Change, route: Route, one: Wire, other: Wire) -> list[tuple[Wire, Route]]:
    """Return the dots before a node for the wire into it, and those behind it for the wire out of it."""
    place = change.places.get(one.target.node) or Place()
    behind = (k for k, (x, _) in enumerate(route.dots) if x > place.x + HALF)
    at = next(behind, len(route.dots))
    return [(one, replace(route, dots=route.dots[:at])), (other, replace(route, dots=route.dots[at:]))]


def _joined(first: Route | None, then: Route) -> Route:
    """Return the route of a wire that takes the place of two, one after the other."""
    if first is None:
        return then
    return Route((*first.dots, *then.dots), first.tagged and then.tagged)


def _routed(edit: Group, routes: Mapping[Wire, Route]) -> Group:
    def routed(part: Edit) -> Edit:
        if isinstance(part, Group):
            return _routed(part, routes)
        if isinstance(part, Connect) and part.route is None and part.wire in routes:
            route = routes[part.wire]
            return part if route.plain else replace(part, route=route)
        return part

    return Group(edit.title, tuple(map(routed, edit.edits)))
