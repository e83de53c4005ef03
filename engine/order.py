"""Order in a graph: topological order, loops, ancestors and descendants. Nothing here is recursive."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from engine.errors import GradwireError
from engine.graph import Graph, Wire

Parents: TypeAlias = Callable[[str], Iterable[str]]
"""Node id -> the ids its inputs come from (repeats allowed; ids outside the given nodes are ignored)."""


class Cycle(GradwireError):
    """Nodes whose wires run in a circle; `nodes` is one loop, in the order of its wires."""

    def __init__(self, nodes: Sequence[str]) -> None:
        super().__init__(f"The wires run in a circle: {' -> '.join((*nodes, nodes[0]))}.", node=nodes[0])
        self.nodes = tuple(nodes)


_DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key by which "add_2" stands before "add_10"; equal only for equal texts."""
    parts = _DIGITS.split(text)
    return tuple((0, int(part), part) if k % 2 else (1, 0, part) for k, part in enumerate(parts))


def graph_parents(graph: Graph) -> Parents:
    """Return the function from a node to the nodes wired into it."""
    incoming = graph.incoming
    return lambda node: [wire.source.node for wire in incoming.get(node, ())]


def topological_order(nodes: Iterable[str], parents: Parents) -> tuple[str, ...]:
    """Return the nodes in an order in which every wire points forward; raise Cycle naming one loop.

    The order depends on the ids and the wires alone, not on the order in which the nodes are given.
    """
    order, rest = acyclic_part(nodes, parents)
    if rest:
        raise Cycle(loops(rest, parents)[0])
    return order


def acyclic_part(nodes: Iterable[str], parents: Parents) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (nodes that no loop feeds, in topological order; the others, sorted)."""
    raise NotImplementedError


def loops(nodes: Iterable[str], parents: Parents) -> tuple[tuple[str, ...], ...]:
    """Return one loop out of every strongly connected part, each in the order of its wires, starting at its least id."""
    raise NotImplementedError


def ancestors(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node from which wires lead to one of `ids`, and `ids` themselves."""
    raise NotImplementedError


def descendants(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node to which wires lead from one of `ids`, and `ids` themselves."""
    raise NotImplementedError


def would_close_cycle(graph: Graph, wire: Wire) -> bool:
    """Return whether the graph with `wire` has a loop through it; linear in the graph."""
    raise NotImplementedError
