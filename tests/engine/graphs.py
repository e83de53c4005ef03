"""Small graphs for tests, written as text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from engine.graph import Graph, Node, Socket, Wire


def wire(source: str, target: str) -> Wire:
    """Return the wire from "node.output" to "node.input"."""
    return Wire(Socket(*source.split(".", 1)), Socket(*target.split(".", 1)))


def graph(nodes: Mapping[str, str | Node], wires: Iterable[str] = (), **settings: Mapping[str, Any]) -> Graph:
    """Return a graph: nodes as {id: operator or Node}, wires as "a.value -> b.x", settings by node id."""
    made = {
        id: each if isinstance(each, Node) else Node(id, each, settings=settings.get(id, {}))
        for id, each in nodes.items()
    }
    return Graph(made, frozenset(wire(*text.split(" -> ")) for text in wires))


def chain(length: int, operator: str = "activations.tanh", source: str = "inputs.constant") -> Graph:
    """Return a constant followed by `length` nodes n_0, n_1, ... in a row."""
    nodes = {"c": Node("c", source)} | {f"n_{k}": Node(f"n_{k}", operator) for k in range(length)}
    ends = ["c", *(f"n_{k}" for k in range(length))]
    return Graph(nodes, frozenset(wire(f"{a}.value", f"{b}.x") for a, b in itertools.pairwise(ends)))
