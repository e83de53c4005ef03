"""Exploding as an edit: a Python node gives way to the nodes that compute the same."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import bodies
from engine.arrangement import WIDTH, arranged
from engine.edits import AddNode, Connect, Edit, Group, Move, RemoveNode
from engine.errors import EditError, GradwireError
from engine.graph import Content, Graph, Node, Place, Socket, Wire
from engine.operator import Library
from engine.order import natural
from engine.python.text import described, program_of
from engine.sockets import arguments, quoted
from engine.types import ArrayType, RecordType, TupleType, Type
from nodes.exploding import explode
from nodes.python import structure

PYTHON = "control.python"


def can_explode(graph: Graph, node: str) -> bool:
    """Return whether a node can be taken apart."""
    return node in graph.nodes and graph.nodes[node].operator == PYTHON


def explosion(content: Content, library: Library, node: str, types: Mapping[Socket, Type | None]) -> Group:
    """Return the edit that replaces a Python node by nodes; `types` are those of the outputs that feed it.

    Raise EditError with a sentence where its text cannot be taken apart.
    """
    graph = content.graph
    who = quoted(graph, library, node)
    declared, settings = library[PYTHON], library[PYTHON].values(graph.nodes[node])
    code, limit = str(settings["code"]), int(settings["limit"])
    wired = arguments(graph, declared, node)
    kinds = [types.get(each.source) for each in wired]
    unknown = [each for each, kind in zip(wired, kinds, strict=True) if kind is None]
    if unknown or not wired:
        raise EditError(f"{who} cannot be taken apart before the types of its inputs are known: wire them.", node=node)
    try:
        function = described(code)
        named = dict(zip(function.parameters, (kind for kind in kinds if kind is not None), strict=False))
        given = dict(zip(function.parameters, (each.source for each in wired), strict=False))
        making = Making(graph, graph.nodes[node].inside)
        program = program_of(code, named, limit=limit)
        sources: dict[str, Socket] = {}
        for name, kind in named.items():
            sources.update(making.leaves(name, given[name], kind))
        found = explode(program, making.fresh, sources, making.inside)
        outputs = making.outputs(structure(code, tuple(named.values()), limit), found.outputs, function.returns)
    except GradwireError as error:
        raise EditError(f"{who} cannot be taken apart: {error.sentence}", node=node) from None
    made = {**making.nodes, **found.graph.nodes}
    wires = {*making.wires, *found.graph.wires}
    for wire in graph.outgoing.get(node, ()):
        wires.add(Wire(outputs[wire.source.name], wire.target))
    return _group(content, library, node, made, wires)


class Making:
    """Fresh ids, and the nodes that take collections apart and put them together."""

    def __init__(self, graph: Graph, inside: str) -> None:
        self.inside = inside
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []
        self._taken = set(graph.nodes)

    def fresh(self, short: str) -> str:
        """Return an id that nothing has."""
        for number in itertools.count(1):
            id = f"{short}_{number}"
            if id not in self._taken:
                self._taken.add(id)
                return id
        raise AssertionError

    def node(self, operator: str, wired: Sequence[tuple[str, Socket]], **settings: Any) -> Socket:
        """Add a node; return its output."""
        id = self.fresh(operator.rpartition(".")[2])
        self.nodes[id] = Node(id, operator, "", settings, inside=self.inside)
        self.wires += [Wire(source, Socket(id, name)) for name, source in wired]
        return Socket(id, "value")

    def leaves(self, name: str, source: Socket, kind: Type) -> dict[str, Socket]:
        """Return what carries each array of a value, by the name of the program's input for it."""
        match kind:
            case ArrayType():
                return {name: source}
            case TupleType(items):
                parts = [
                    (f"{name}.{k}", item, self.node("shape.unpack", [("x", source)], index=k))
                    for k, item in enumerate(items)
                ]
            case RecordType(fields):
                parts = [
                    (f"{name}.{key}", item, self.node("shape.field", [("x", source)], name=key)) for key, item in fields
                ]
        return {key: each for path, item, part in parts for key, each in self.leaves(path, part, item).items()}

    def outputs(self, kinds: Sequence[Type], leaves: Sequence[Socket], names: Sequence[str]) -> dict[str, Socket]:
        """Return what carries each output of the node."""
        rest = iter(leaves)
        return {name: self._gathered(kind, rest) for name, kind in zip(names, kinds, strict=True)}

    def _gathered(self, kind: Type, rest: Any) -> Socket:
        match kind:
            case ArrayType():
                found: Socket = next(rest)
                return found
            case TupleType(items):
                parts = [self._gathered(item, rest) for item in items]
                return self.node("shape.pack", [(f"xs.{k}", part) for k, part in enumerate(parts)])
            case RecordType(fields):
                parts = [self._gathered(item, rest) for _, item in fields]
                wired = [(f"xs.{k}", part) for k, part in enumerate(parts)]
                return self.node("shape.record", wired, names=tuple(name for name, _ in fields))


def _group(content: Content, library: Library, old: str, made: Mapping[str, Node], wires: set[Wire]) -> Group:
    made = _feeding(made, wires)
    graph = Graph(made, frozenset(wire for wire in wires if {wire.source.node, wire.target.node} <= made.keys()))
    corner = content.layout.places.get(old, Place())
    places: dict[str, Place] = {}
    for inside, ids in graph.bodies.items():
        places |= arranged(graph, library, ids, corner if inside == graph_body(content, old) else Place())
    order = sorted(made, key=lambda id: (bodies.depth(made, made[id].inside), natural(id)))
    edits: list[Edit] = [RemoveNode(old)]
    edits += [AddNode(made[id], places.get(id)) for id in order]
    edits += [Connect(wire) for wire in sorted(wires)]
    here = [places[id] for id in graph.bodies.get(graph_body(content, old), ()) if id in places]
    room = _room(content, old, here)
    if room:
        edits.append(Move(room))
    return Group("Explode to nodes", tuple(edits))


def _feeding(made: Mapping[str, Node], wires: set[Wire]) -> Mapping[str, Node]:
    """Return the nodes without those that bring a value into a body where nothing takes it."""
    used = {wire.source.node for wire in wires}
    return {id: node for id, node in made.items() if node.operator not in (bodies.INPUT, bodies.OUTER) or id in used}


def _room(content: Content, old: str, taken: Sequence[Place]) -> dict[str, Place]:
    """Return where the other nodes of a body go so that what takes the place of one node lies on none of them: those
    right of it further right, those below it further down."""
    places, inside = content.layout.places, graph_body(content, old)
    corner = places.get(old, Place())
    wide, high = (max((getattr(place, axis) for place in taken), default=0.0) - getattr(corner, axis) for axis in "xy")
    moved: dict[str, Place] = {}
    for id in content.graph.bodies.get(inside, ()):
        place = places.get(id)
        if place is None or id == old:
            continue
        if place.x > corner.x + WIDTH / 2:
            moved[id] = replace(place, x=place.x + wide)
        elif place.y > corner.y and place.x > corner.x - WIDTH:
            moved[id] = replace(place, y=place.y + high)
    return {id: place for id, place in moved.items() if place != places[id]}


def graph_body(content: Content, node: str) -> str:
    """Return the body a node lies in."""
    return content.graph.nodes[node].inside
