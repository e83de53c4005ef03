"""Which array stands for a node."""

from __future__ import annotations

from engine.graph import Graph, Socket
from engine.operator import Operator
from engine.sockets import output_names


def shown_output(graph: Graph, operator: Operator, node: str) -> Socket | None:
    """Return the output whose numbers stand for a node: its first; of a view the first that is wired into it."""
    names = output_names(graph, operator, node)
    if names:
        return Socket(node, names[0])
    return next((wire.source for wire in sorted(graph.incoming.get(node, ()))), None)
