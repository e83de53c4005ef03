"""Operators the library does not have: a node of one keeps its settings and wires, and is saved back unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from engine.exposing import declared_for
from engine.graph import Graph
from engine.operator import Input, Kind, Library, Operator, Output
from engine.sockets import in_order, shortened


def operator_of(graph: Graph, library: Mapping[str, Operator], node: str) -> Operator:
    """Return the node's operator, or a placeholder of Kind.UNKNOWN whose sockets are those its wires use."""
    declared = declared_for(library, graph.nodes[node])
    return declared or _placeholder(graph, library, node)


def package_of(operator_id: str) -> str | None:
    """Return the package named in an operator's id, `family.package.name`; None in one of Gradwire's own."""
    parts = operator_id.split(".")
    return parts[1] if len(parts) == 3 else None


def missing(library: Mapping[str, Operator], operator_id: str) -> str:
    """Return why a library lacks an operator, as a clause that begins with "which": its id names its package."""
    package = package_of(operator_id)
    if package is None:
        return "which this Gradwire does not have"
    absent = library.absent if isinstance(library, Library) else {}
    why = absent.get(package, "that package is not installed here, or has no such operator")
    return f"which comes from the package “{shortened(package)}”: {why}"


def _placeholder(graph: Graph, library: Mapping[str, Operator], node: str) -> Operator:
    operator = graph.nodes[node].operator
    return Operator(
        id=operator,
        title=operator,
        kind=Kind.UNKNOWN,
        help=f"This node is of the operator “{operator}”, {missing(library, operator)}. It keeps its settings and "
        "wires, but cannot run.",
        inputs=tuple(Input(name) for name in in_order(wire.target.name for wire in graph.incoming.get(node, ()))),
        outputs=tuple(Output(name) for name in in_order(wire.source.name for wire in graph.outgoing.get(node, ()))),
        settings={},
        shape=None,
        function=None,
    )
