"""Which nodes stand in some relation to others along the wires of their body: what a person selects by."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from engine.graph import Graph

Steps: TypeAlias = Callable[[str], Iterable[str]]


def _feeding(graph: Graph) -> Steps:
    return lambda id: (wire.source.node for wire in graph.incoming.get(id, ()))


def _fed(graph: Graph) -> Steps:
    return lambda id: (wire.target.node for wire in graph.outgoing.get(id, ()))


def _wired(graph: Graph) -> Steps:
    before, after = _feeding(graph), _fed(graph)
    return lambda id: (*before(id), *after(id))


def upstream(graph: Graph, ids: Collection[str]) -> frozenset[str]:
    """Return the nodes from which wires lead to one of `ids`, and these."""
    return frozenset(_reached(ids, _feeding(graph)))


def downstream(graph: Graph, ids: Collection[str]) -> frozenset[str]:
    """Return the nodes to which wires lead from one of `ids`, and these."""
    return frozenset(_reached(ids, _fed(graph)))


def linked(graph: Graph, ids: Collection[str]) -> frozenset[str]:
    """Return the nodes that wires join to one of `ids`, whichever way they run, and these."""
    return frozenset(_reached(ids, _wired(graph)))


def similar(graph: Graph, ids: Collection[str]) -> frozenset[str]:
    """Return the nodes of the same operators as `ids` in the same bodies, these among them."""
    kinds = {(graph.nodes[id].inside, graph.nodes[id].operator) for id in ids}
    return frozenset(id for id, node in graph.nodes.items() if (node.inside, node.operator) in kinds)


def between(graph: Graph, ids: Collection[str]) -> frozenset[str]:
    """Return the nodes on all paths that lead from one of `ids` to another, and these.

    Where wires lead from none to another: those on a shortest way between the first two, whichever way its wires run.
    Only `ids` where nothing joins them.
    """
    chosen = sorted(ids)
    found = set(chosen)
    for id in chosen:
        after = _reached([id], _fed(graph))
        for other in chosen:
            if other != id and other in after:
                found |= after & _reached([other], _feeding(graph))
    if found == set(chosen) and len(chosen) > 1 and not _directly(graph, chosen):
        found |= set(_shortest(graph, chosen[0], chosen[1]))
    return frozenset(found)


def _directly(graph: Graph, ids: Collection[str]) -> bool:
    """Return whether a wire leads from one of the nodes to another."""
    chosen = set(ids)
    return any(wire.target.node in chosen for id in ids for wire in graph.outgoing.get(id, ()))


def _reached(start: Iterable[str], steps: Steps) -> set[str]:
    seen = set(start)
    todo = list(seen)
    while todo:
        for id in steps(todo.pop()):
            if id not in seen:
                seen.add(id)
                todo.append(id)
    return seen


def _shortest(graph: Graph, start: str, end: str) -> list[str]:
    came: dict[str, str] = {start: start}
    todo = deque([start])
    steps = _wired(graph)
    while todo and end not in came:
        id = todo.popleft()
        for other in sorted(steps(id)):
            if other not in came:
                came[other] = id
                todo.append(other)
    path = [end] if end in came else []
    while path and path[-1] != start:
        path.append(came[path[-1]])
    return path


RELATIONS: Mapping[str, Callable[[Graph, Collection[str]], frozenset[str]]] = {
    "upstream": upstream,
    "downstream": downstream,
    "linked": linked,
    "similar": similar,
    "between": between,
}
"""By the word that commands use."""
