"""Operators the library does not have: a node of one keeps its settings and wires, and is saved back unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from engine.graph import Graph
from engine.operator import Operator


def operator_of(graph: Graph, library: Mapping[str, Operator], node: str) -> Operator:
    """Return the node's operator, or a placeholder of Kind.UNKNOWN whose sockets are those its wires use."""
    raise NotImplementedError
