"""Order in a graph: topological order, loops, ancestors and descendants. Nothing here is recursive."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from engine.bodies import Joints, flat
from engine.components import components
from engine.errors import GradwireError
from engine.graph import Graph, Wire

Parents: TypeAlias = Callable[[str], Iterable[str]]
"""Node id -> the ids its inputs come from (repeats allowed; ids outside the given nodes are ignored)."""


class Cycle(GradwireError):
    """Nodes whose wires run in a circle; `nodes` is one loop, in the order of its wires."""

    def __init__(self, nodes: Sequence[str]) -> None:
        super().__init__(f"The wires run in a circle: {' -> '.join((*nodes, nodes[0]))}.", node=nodes[0])
        self.nodes = tuple(nodes)


_DIGITS = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key by which "add_2" stands before "add_10"; equal only for equal texts."""
    parts = _DIGITS.split(text)
    return tuple((0, int(part), part) if k % 2 else (1, 0, part) for k, part in enumerate(parts))


def graph_parents(graph: Graph) -> Parents:
    """Return the function from a node to the nodes it depends on: those wired into it, and across bodies those that
    `Joints.hidden_parents` names."""
    return _with_wires(graph, {} if flat(graph) else Joints(graph).hidden_parents())


def _with_wires(graph: Graph, hidden: Mapping[str, Sequence[str]]) -> Parents:
    incoming = graph.incoming
    if not hidden:
        return lambda node: [wire.source.node for wire in incoming.get(node, ())]
    return lambda node: [*(wire.source.node for wire in incoming.get(node, ())), *hidden.get(node, ())]


def _feeding(graph: Graph) -> Parents:
    """Return the function from a node to all that values come from, calls of functions included."""
    return _with_wires(graph, {} if flat(graph) else Joints(graph).feeding())


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
    back = _backwards(nodes, parents)
    ahead = _forwards(back)
    waiting = {node: len(sources) for node, sources in back.items()}
    ready = deque(node for node, count in waiting.items() if not count)
    order = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for child in ahead[node]:
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return tuple(order), tuple(node for node, count in waiting.items() if count)


def loops(nodes: Iterable[str], parents: Parents) -> tuple[tuple[str, ...], ...]:
    """Return one loop out of every strongly connected part, in the order of its wires, starting at its least id."""
    back = _backwards(nodes, parents)
    ahead = _forwards(back)
    parts = [part for part in components(back) if len(part) > 1 or part[0] in back[part[0]]]
    return tuple(_loop(min(part), frozenset(part), ahead) for part in sorted(parts, key=min))


def ancestors(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node from which values come to one of `ids`, through bodies and calls too, and `ids` themselves."""
    return _reached(ids, _feeding(graph))


def descendants(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node to which values go from one of `ids`, through bodies and calls too, and `ids` themselves."""
    return _reached(ids, _turned(graph, _feeding(graph)))


def children(graph: Graph) -> Parents:
    """Return the function from a node to all that values go to from it at once, through bodies and calls too."""
    return _turned(graph, _feeding(graph))


def dependencies(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node that must come before one of `ids`, and `ids` themselves."""
    return _reached(ids, graph_parents(graph))


def dependents(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return every node that must come after one of `ids`, and `ids` themselves."""
    return _reached(ids, _turned(graph, graph_parents(graph)))


def _turned(graph: Graph, parents: Parents) -> Parents:
    """Return the children that belong to these parents."""
    if flat(graph):
        outgoing = graph.outgoing
        return lambda node: [wire.target.node for wire in outgoing.get(node, ())]
    children = defaultdict[str, list[str]](list)
    for node in graph.nodes:
        for parent in parents(node):
            children[parent].append(node)
    return lambda node: children.get(node, ())


def would_close_cycle(graph: Graph, wire: Wire) -> bool:
    """Return whether the graph with `wire` has a loop through it.

    Where nothing is hidden it is looked for from both ends in turn: that takes as long as the shorter of the two ways.
    """
    if not flat(graph):
        return wire.target.node in dependencies(graph, [wire.source.node])
    parents = graph_parents(graph)
    return _leads(wire.target.node, wire.source.node, _turned(graph, parents), parents)


def _leads(start: str, end: str, ahead: Parents, back: Parents) -> bool:
    """Return whether steps ahead lead from `start` to `end`, a step from either end in turn."""
    if start == end:
        return True
    here, there = (ahead, {start}, [start]), (back, {end}, [end])
    while here[2]:
        steps, seen, todo = here
        for node in steps(todo.pop()):
            if node in there[1]:
                return True
            if node not in seen:
                seen.add(node)
                todo.append(node)
        here, there = there, here
    return False


def _backwards(nodes: Iterable[str], parents: Parents) -> dict[str, tuple[str, ...]]:
    """Return the distinct parents of each node among the nodes, in sorted order throughout."""
    within = dict.fromkeys(sorted(nodes))
    return {node: tuple(sorted({parent for parent in parents(node) if parent in within})) for node in within}


def _forwards(back: Mapping[str, Iterable[str]]) -> Mapping[str, Sequence[str]]:
    ahead = defaultdict[str, list[str]](list)
    for node, sources in back.items():
        for source in sources:
            ahead[source].append(node)
    return ahead


def _reached(start: Iterable[str], steps: Parents) -> frozenset[str]:
    seen = set(start)
    todo = list(seen)
    while todo:
        for node in steps(todo.pop()):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return frozenset(seen)


def _loop(start: str, part: frozenset[str], ahead: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a shortest loop through `start` inside its strongly connected part."""
    came_from: dict[str, str] = {}
    todo = deque([start])
    while start not in came_from:
        node = todo.popleft()
        for after in ahead[node]:
            if after in part and after not in came_from:
                came_from[after] = node
                todo.append(after)
    path = [came_from[start]]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))
