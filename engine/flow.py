"""How derivatives flow through bodies and calls, on the graph alone: what an output in a body comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine import control
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, Joints, owner_of
from engine.control import OWNERS
from engine.graph import Graph, Socket
from engine.operator import Operator
from engine.sockets import arguments


class Flow:
    """The outputs that values come from across the edges of bodies; `reads` are the nodes that outer nodes read."""

    def __init__(self, graph: Graph, operators: Mapping[str, Operator], library: Mapping[str, Operator]) -> None:
        self._graph, self._operators, self._library = graph, operators, library
        self._joints = Joints(graph)
        self._calls = defaultdict[str, list[str]](list)
        for call, called in self._joints.calls.items():
            self._calls[called].append(call)
        self.reads = frozenset(self._joints.reads.values())

    def behind(self, source: Socket) -> Iterator[Socket]:
        """Yield the outputs whose values flow with derivatives into this one, its node's own wires apart."""
        node = self._graph.nodes[source.node]
        if node.operator == INPUT:
            yield from self._into_body(node.id)
        elif node.operator == OUTER:
            read = self._joints.reads.get(node.id)
            if read:
                yield Socket(read, str(self._operators[node.id].values(node)["output"]))
        elif node.operator == CALL:
            called = self._joints.calls.get(node.id)
            if called:
                yield from self._results(called)
        elif node.operator in OWNERS:
            yield from self._results(node.id)

    def passes(self, node: str) -> bool:
        """Return whether what is wired into a node reaches its outputs by itself, not only through a body."""
        operator = self._graph.nodes[node].operator
        return operator not in (control.BRANCH, CALL) or operator not in self._library

    def _into_body(self, node: str) -> Iterator[Socket]:
        owner = owner_of(self._graph.nodes[node].inside)
        declared = control.owner_at(self._graph, self._graph.nodes[node].inside)
        if declared is None or owner not in self._operators:
            return
        names = declared.inputs(self._operators[owner].values(self._graph.nodes[owner]))
        name = str(self._operators[node].values(self._graph.nodes[node])["name"])
        place = names.get(name)
        if place is None:
            return
        if declared.operator == FUNCTION:
            for call in self._calls.get(owner, ()):
                found = control.by_name(tuple(names), self._graph.incoming.get(call, ()))
                if name in found:
                    yield found[name]
            return
        given = arguments(self._graph, self._operators[owner], owner)
        wired = [argument.source for argument in given if argument.input.name == place[0]]
        if place[1] < len(wired):
            yield wired[place[1]]

    def _results(self, owner: str) -> Iterator[Socket]:
        for part in OWNERS[self._graph.nodes[owner].operator].gives:
            if part != "condition":
                inside = control.body(owner, part)
                for output in control.outputs_in(self._graph, self._library, inside).values():
                    source = self._graph.sources.get(Socket(output, "value"))
                    if source:
                        yield source
