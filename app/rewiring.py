"""Edits that change many wires at once: a node put into a wire or taken out of its wires, nodes wired in a row, two
inputs exchanged, the wires of a socket moved to another."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from engine.building import removal, replace_wire
from engine.edits import Connect, Disconnect, Edit, Group
from engine.errors import ShapeError
from engine.graph import Content, Graph, Layout, Node, Socket, Wire
from engine.infer import Inference, refusal
from engine.operator import Library
from engine.order import acyclic_part
from engine.placeholder import operator_of
from engine.rules import outputs_of
from engine.sockets import arguments, input_names, missing, output_names
from engine.types import Type


class Through(NamedTuple):
    """The sockets by which a node lies in a wire."""

    input: str
    output: str


def through(library: Library, graph: Graph, inference: Inference, wire: Wire, node: Node) -> Through | None:
    """Return the sockets by which a node may be put into a wire, None where it does not fit there.

    The node may be new. One that is there already fits only with its outputs unwired, by an input that is not wired.
    """
    fresh = node.id not in graph.nodes
    around = Graph({**graph.nodes, node.id: node}, graph.wires - {wire}) if fresh else without(graph, wire)
    if not fresh and (graph.outgoing.get(node.id) or node.id in (wire.source.node, wire.target.node)):
        return None
    declared = operator_of(around, library, node.id)
    taken = {each.target.name for each in around.incoming.get(node.id, ())}
    for name in input_names(around, declared, node.id):
        first = Wire(wire.source, Socket(node.id, name))
        if name in taken or refusal(around, library, inference, first) is not None:
            continue
        entered = Graph(around.nodes, around.wires | {first})
        known = with_types(library, entered, inference, node.id)
        for output in output_names(entered, declared, node.id):
            if refusal(entered, library, known, Wire(Socket(node.id, output), wire.target)) is None:
                return Through(name, output)
    return None


def put_into(wire: Wire, node: str, sockets: Through) -> tuple[Edit, ...]:
    """Return the edits that lead a wire through a node."""
    return (
        Disconnect(wire),
        Connect(Wire(wire.source, Socket(node, sockets.input))),
        Connect(Wire(Socket(node, sockets.output), wire.target)),
    )


def without(graph: Graph, *wires: Wire) -> Graph:
    """Return the graph without some wires."""
    return Graph(graph.nodes, graph.wires - set(wires))


def with_types(library: Library, graph: Graph, inference: Inference, node: str) -> Inference:
    """Return what is known when the node's outputs are worked out too, as far as its inputs are known."""
    declared = operator_of(graph, library, node)
    wired = arguments(graph, declared, node)
    kinds = [inference.types.get(each.source) for each in wired]
    found: dict[Socket, Type | None] = dict.fromkeys(
        (Socket(node, each.name) for each in declared.outputs_for(graph.nodes[node])), None
    )
    known = [kind for kind in kinds if kind is not None]
    if len(known) == len(kinds) and not missing(declared, wired):
        names = [each.socket.name for each in wired]
        with contextlib.suppress(ShapeError):  # what does not fit gives nothing
            kinds_out = outputs_of(declared, known, declared.values(graph.nodes[node]), names)
            found = dict(zip(found, kinds_out, strict=False))
    return replace(inference, types={**inference.types, **found})


# Taking out -----------------------------------------------------------------------------------------------------------


def joined(content: Content, library: Library, inference: Inference, nodes: Collection[str]) -> Group:
    """Return the edit that deletes nodes and leads the wires through them on to what they fed, where that fits.

    What feeds a node's first wired input that fits goes on to each of its targets.
    """
    graph, gone = content.graph, {id for id in nodes if id in content.graph.nodes}
    left = Graph(graph.nodes, frozenset(w for w in graph.wires if not {w.source.node, w.target.node} & gone))
    made: list[Wire] = []
    for target, sources in _ways(graph, gone):
        for source in sources:
            wire = Wire(source, target)
            if refusal(left, library, inference, wire) is None:
                made.append(wire)
                left = Graph(left.nodes, left.wires | {wire})
                break
    deleted = removal(content, library, gone)
    title = deleted.title.replace("Delete", "Delete and reconnect", 1)
    return Group(title, (*deleted.edits, *map(Connect, made)))


def _ways(graph: Graph, gone: Collection[str]) -> Iterator[tuple[Socket, list[Socket]]]:
    """Yield each input that loses its wire, with the outputs that reach it through what goes, the nearest first."""
    parents = {id: [w.source.node for w in graph.incoming.get(id, ()) if w.source.node in gone] for id in gone}
    feeding: dict[str, list[Socket]] = {}
    order, looped = acyclic_part(sorted(gone), lambda id: parents[id])
    for id in (*order, *looped):
        feeding[id] = [
            source
            for wire in graph.incoming.get(id, ())
            for source in (feeding.get(wire.source.node, []) if wire.source.node in gone else [wire.source])
        ]
    for id in sorted(gone):
        for wire in graph.outgoing.get(id, ()):
            if wire.target.node not in gone:
                yield wire.target, feeding[id]


# Moving and exchanging ------------------------------------------------------------------------------------------------


def moved_to(layout: Layout, wires: Iterable[Wire], source: Socket) -> Group:
    """Return the edit that lets wires start at another output; they run as they ran."""
    old = sorted(wires)
    edits = [
        part for wire in old for part in (Disconnect(wire), Connect(Wire(source, wire.target), layout.routes.get(wire)))
    ]
    return Group("Move wire" if len(old) == 1 else f"Move {len(old)} wires", tuple(edits))


def exchanged(graph: Graph, library: Library, inference: Inference, one: Socket, other: Socket) -> Group | str:
    """Return the edit by which two inputs exchange what feeds them (one of them may be unwired), or the sentence that
    says why they may not."""
    feeding = {socket: graph.sources.get(socket) for socket in (one, other)}
    old = [Wire(source, target) for target, source in feeding.items() if source is not None]
    new = [
        Wire(source, target) for source, target in ((feeding[one], other), (feeding[other], one)) if source is not None
    ]
    left = without(graph, *old)
    for wire in new:
        others = frozenset(each for each in new if each != wire)
        sentence = refusal(Graph(left.nodes, left.wires | others), library, inference, wire)
        if sentence is not None:
            return sentence
    return Group("Swap inputs", (*map(Disconnect, old), *map(Connect, new)))


def swappable(graph: Graph, library: Library, node: str) -> list[tuple[Socket, Socket]]:
    """Return the pairs of inputs of a node that can be exchanged: both wired, neighbours first."""
    wired = [Socket(node, name) for name in input_names(graph, operator_of(graph, library, node), node)]
    wired = [socket for socket in wired if socket in graph.sources]
    pairs = [(k, m) for k in range(len(wired)) for m in range(k + 1, len(wired))]
    return [(wired[k], wired[m]) for k, m in sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair))]


# In a row -------------------------------------------------------------------------------------------------------------


def next_wire(library: Library, graph: Graph, inference: Inference, one: str, other: str) -> Wire | None:
    """Return the wire that leads from a node to the next in a row: from its first output to the first input that it
    fits and that is not wired, else to the first that it fits; None where none fits, or where there is one already."""
    if any(wire.target.node == other for wire in graph.outgoing.get(one, ())):
        return None
    declared = operator_of(graph, library, other)
    names = input_names(graph, declared, other)
    free = [name for name in names if Socket(other, name) not in graph.sources]
    for name in (*free, *(name for name in names if name not in free)):
        for output in output_names(graph, operator_of(graph, library, one), one):
            wire = Wire(Socket(one, output), Socket(other, name))
            if refusal(graph, library, inference, wire) is None:
                return wire
    return None


def in_a_row(library: Library, graph: Graph, inference: Inference, nodes: Sequence[str]) -> tuple[Group, list[str]]:
    """Return the edit that wires nodes one after the other, and those of them that nothing could be led into."""
    edits: list[Edit] = []
    left: list[str] = []
    for one, other in itertools.pairwise(nodes):
        if any(wire.target.node == other for wire in graph.outgoing.get(one, ())):
            continue
        wire = next_wire(library, graph, inference, one, other)
        if wire is None:
            left.append(other)
            continue
        edits += replace_wire(graph, wire).edits
        graph = Graph(graph.nodes, frozenset(w for w in graph.wires if w.target != wire.target) | {wire})
        inference = with_types(library, graph, inference, other)
    return Group(f"Wire {len(nodes)} nodes in a row", tuple(edits)), left
