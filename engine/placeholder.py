"""Operators the library does not have: a node of one keeps its settings and wires, and is saved back unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from engine.graph import Graph
from engine.operator import Input, Kind, Operator, Output
from engine.sockets import in_order


def operator_of(graph: Graph, library: Mapping[str, Operator], node: str) -> Operator:
    """Return the node's operator, or a placeholder of Kind.UNKNOWN whose sockets are those its wires use."""
    declared = library.get(graph.nodes[node].operator)
    return declared or _placeholder(graph, node)


def _placeholder(graph: Graph, node: str) -> Operator:
    operator = graph.nodes[node].operator
    return Operator(
        id=operator,
        title=operator,
        kind=Kind.UNKNOWN,
        help=f"This Gradwire has no operator “{operator}”. The node keeps its settings and wires, but cannot run.",
        inputs=tuple(Input(name) for name in in_order(wire.target.name for wire in graph.incoming.get(node, ()))),
        outputs=tuple(Output(name) for name in in_order(wire.source.name for wire in graph.outgoing.get(node, ()))),
        settings={},
        shape=None,
        function=None,
    )
