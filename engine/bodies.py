"""Bodies: which nodes lie inside which, how deep, and what hidden dependencies that makes.

Every node lies in one body, named by `Node.inside`: "" is the main graph, "for_1" the body of the node for_1,
"branch_1.then" one of several bodies of branch_1. The node before the dot is the body's *owner*. Scopes are lexical:
what lies in a body may read any output of the bodies around it, through a node `control.outer`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

from engine import limits
from engine.components import components
from engine.graph import Graph, Node, Note

INPUT: Final = "control.input"
OUTPUT: Final = "control.output"
OUTER: Final = "control.outer"
FUNCTION: Final = "control.function"
CALL: Final = "control.call"
"""The operators that the engine knows by their ids: what joins a body to what is around it."""


def owner_of(inside: str) -> str:
    """Return the node whose body this is ("" for the main graph)."""
    return inside.partition(".")[0]


def part_of(inside: str) -> str:
    """Return which of its owner's bodies this is: "then" for "branch_1.then", "" where the owner has one."""
    return inside.partition(".")[2]


def nesting_fault(inside: str, nodes: Mapping[str, Node]) -> str | None:
    """Return why nothing may lie inside this body, as the end of a sentence that begins with "it", or None."""
    seen: set[str] = set()
    while inside:
        owner = owner_of(inside)
        if owner not in nodes:
            return f"lies inside “{owner}”, which is not a node"
        if owner in seen:
            return f"lies inside “{owner}”, which lies inside itself"
        seen.add(owner)
        if len(seen) > limits.BODY_DEPTH:
            return f"lies more than {limits.BODY_DEPTH} bodies deep"
        inside = nodes[owner].inside
    return None


def around(nodes: Mapping[str, Node], inside: str) -> tuple[str, ...]:
    """Return the bodies from this one outwards: itself first, the main graph ("") last."""
    found = [inside]
    while inside and len(found) <= limits.BODY_DEPTH + 1:
        owner = nodes.get(owner_of(inside))
        inside = owner.inside if owner else ""
        found.append(inside)
    return tuple(found)


def enclosed(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """Return the nodes `ids` and all that lie inside their bodies, at any depth."""
    by_owner = defaultdict[str, list[str]](list)
    for inside in graph.bodies:
        by_owner[owner_of(inside)].append(inside)
    found, todo = set(ids), list(ids)
    while todo:
        for inside in by_owner.get(todo.pop(), ()):
            new = [id for id in graph.bodies[inside] if id not in found]
            found.update(new)
            todo += new
    return frozenset(found)


def outermost(nodes: Mapping[str, Node], ids: Collection[str]) -> list[str]:
    """Return those of `ids` that lie inside no other of them."""
    chosen = frozenset(ids)
    return [
        id for id in ids if not any(owner_of(inside) in chosen for inside in around(nodes, nodes[id].inside) if inside)
    ]


def depth(nodes: Mapping[str, Node], inside: str) -> int:
    """Return how many bodies deep a body is: 0 for the main graph."""
    return len(around(nodes, inside)) - 1


def notes_in(notes: Mapping[str, Note], owners: Collection[str]) -> list[str]:
    """Return the notes that stand in a body of one of these nodes."""
    return [id for id, note in notes.items() if note.inside and owner_of(note.inside) in owners]


# What joins bodies to each other --------------------------------------------------------------------------------------


def seen_by(graph: Graph, outer: str) -> str | None:
    """Return the node that a `control.outer` node reads; None where it names none in a body around its own."""
    node = graph.nodes[outer]
    named = graph.nodes.get(str(node.settings.get("node", "")))
    if named is None or named.inside not in around(graph.nodes, node.inside)[1:]:
        return None
    return named.id


def called_by(graph: Graph, call: str) -> str | None:
    """Return the function that a `control.call` node calls; None where it names none that it can see."""
    node = graph.nodes[call]
    named = graph.nodes.get(str(node.settings.get("function", "")))
    if named is None or named.operator != FUNCTION or named.inside not in around(graph.nodes, node.inside):
        return None
    return named.id


class Joints:
    """What joins the bodies of a graph: outer nodes, inputs and calls, each looked up once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        kinds = defaultdict[str, list[str]](list)
        for id, node in graph.nodes.items():
            if node.operator in (INPUT, OUTPUT, OUTER, CALL, FUNCTION):
                kinds[node.operator].append(id)
        self.functions = tuple(kinds[FUNCTION])
        self._known = frozenset(self.functions)
        self.reads = {id: read for id in kinds[OUTER] if (read := seen_by(graph, id))}
        self.calls = {id: called for id in kinds[CALL] if (called := called_by(graph, id))}
        self.inputs = tuple(id for id in kinds[INPUT] if graph.nodes[id].inside)
        self.outputs = tuple(id for id in kinds[OUTPUT] if graph.nodes[id].inside)

    def within(self, node: str) -> frozenset[str]:
        """Return the functions around a node, itself included where it is one."""
        ids = (node, *map(owner_of, around(self.graph.nodes, self.graph.nodes[node].inside)))
        return frozenset(id for id in ids if id in self._known)

    @cached_property
    def call_graph(self) -> Mapping[str, tuple[str, ...]]:
        """Which functions each function calls, directly or in bodies inside its own."""
        found: dict[str, dict[str, None]] = {id: {} for id in self.functions}
        for call, called in self.calls.items():
            for function in self.within(call):
                found[function][called] = None
        return {id: tuple(called) for id, called in found.items()}

    @cached_property
    def circles(self) -> Mapping[str, int]:
        """For each function that calls itself, directly or through others, which circle of functions it is in."""
        parts = components(self.call_graph)
        looped = [part for part in parts if len(part) > 1 or part[0] in self.call_graph[part[0]]]
        return {id: number for number, part in enumerate(looped) for id in part}

    @property
    def recursive(self) -> frozenset[str]:
        """The functions that call themselves, directly or through others."""
        return frozenset(self.circles)

    def callers(self, functions: Iterable[str]) -> frozenset[str]:
        """Return the functions that call one of `functions`, directly or through others, and these themselves."""
        calling = defaultdict[str, list[str]](list)
        for id, called in self.call_graph.items():
            for each in called:
                calling[each].append(id)
        seen, todo = set(functions), list(functions)
        while todo:
            new = [each for each in calling[todo.pop()] if each not in seen]
            seen.update(new)
            todo += new
        return frozenset(seen)

    def closes(self, call: str) -> bool:
        """Return whether a call lies inside a function of the circle that it calls into."""
        circle = self.circles.get(self.calls[call])
        return circle is not None and any(self.circles.get(each) == circle for each in self.within(call))

    def hidden_parents(self) -> dict[str, tuple[str, ...]]:
        """Return, for each node that has some, what it depends on besides what is wired into it.

        A body's inputs depend on what feeds its owner, an owner on the outputs of its bodies, an outer node on what it
        reads, a call on its function: but where functions call each other in a circle, a call within it closes no loop,
        and each of them depends on the outputs of all.
        """
        graph = self.graph
        parents = defaultdict[str, list[str]](list)
        hubs: dict[int, str] = {}
        for id, circle in self.circles.items():
            if hubs.setdefault(circle, id) != id:
                parents[id].append(hubs[circle])
        for id in self.outputs:
            owner = owner_of(graph.nodes[id].inside)
            parents[hubs[self.circles[owner]] if owner in self.circles else owner].append(id)
        for id in self.inputs:
            owner = owner_of(graph.nodes[id].inside)
            parents[id] += [wire.source.node for wire in graph.incoming.get(owner, ())]
        for id, read in self.reads.items():
            parents[id].append(read)
        for id, called in self.calls.items():
            if not self.closes(id):
                parents[id].append(called)
        return {id: tuple(found) for id, found in parents.items()}

    def feeding(self) -> dict[str, tuple[str, ...]]:
        """Return `hidden_parents` and, besides, what flows through calls: a call comes from its function also where
        that calls itself, a function's inputs from what is wired into its calls. Recursion makes circles here."""
        parents = defaultdict[str, list[str]](list, {id: list(found) for id, found in self.hidden_parents().items()})
        arguments = defaultdict[str, list[str]](list)
        for id, called in self.calls.items():
            parents[id].append(called)
            arguments[called] += [wire.source.node for wire in self.graph.incoming.get(id, ())]
        for id in self.inputs:
            parents[id] += arguments.get(owner_of(self.graph.nodes[id].inside), ())
        return {id: tuple(found) for id, found in parents.items()}


def flat(graph: Graph) -> bool:
    """Return whether the graph has no bodies and no nodes of control flow: nothing is hidden then."""
    return graph.flat
