"""Types along the wires after an edit: only what the edit may have changed is inferred anew, the rest is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.adjusting import adjusted_nodes
from engine.graph import Graph, Node, Socket, Wire
from engine.infer import Inference, Pass, infer
from engine.operator import Kind, Operator
from engine.order import dependents
from engine.placeholder import operator_of
from engine.sockets import output_names
from engine.types import Type


@dataclass(frozen=True, slots=True)
class Inferred:
    """An inference with what it was made from."""

    library: Mapping[str, Operator]
    graph: Graph = field(default_factory=Graph)
    known: Mapping[Socket, Type] = field(default_factory=dict)
    inference: Inference = field(default_factory=Inference)

    def after(self, graph: Graph, known: Mapping[Socket, Type]) -> Inferred:
        """Return the inference of another graph: the same as `infer` gives, in the time of what differs.

        Where what differs cannot be told apart from the rest (bodies, calls, muted nodes, loops, parameters whose shape
        is demanded by what lies behind the difference) all is inferred anew.
        """
        if graph is self.graph and known is self.known:
            return self
        if known is self.known and adjusted_nodes(self.graph, graph, self.library) is not None:
            return Inferred(self.library, graph, known, self.inference)
        found = None
        if _plain(self.graph) and _plain(graph) and not self.inference.looped:
            found = _inferred_again(self, graph, known)
        return Inferred(self.library, graph, known, found or infer(graph, self.library, known))


def _plain(graph: Graph) -> bool:
    return graph.flat and not graph.muted


def _inferred_again(before: Inferred, graph: Graph, known: Mapping[Socket, Type]) -> Inference | None:
    """Return the inference of the graph by what was known before; None where that does not suffice."""
    gone, changed = _differing_nodes(before.graph.nodes, graph.nodes)
    wires = before.graph.wires ^ graph.wires
    seeds = (
        changed | _differing_types(before.known, known) | {wire.target.node for wire in wires}
    ) & graph.nodes.keys()
    operators = {node: operator_of(graph, before.library, node) for node in _feeding(graph, changed, wires)}
    seeds |= {node for node, declared in operators.items() if declared.kind in (Kind.PARAMETER, Kind.UNKNOWN)}
    among = dependents(graph, seeds & graph.nodes.keys()) & graph.nodes.keys()
    if 2 * len(among) > len(graph.nodes):
        return None
    old = before.inference
    types = dict(old.types)
    for socket in _sockets(before, gone | among):
        types.pop(socket, None)
    work = Pass(graph, before.library, known, among, types)
    if work.looped or any(_demands_of_open(work, node, old.open) for node in among):
        return None
    new = work.result()
    kept = [each for each in old.mismatches if each.node not in among and each.node not in gone]
    return Inference(
        new.types,
        tuple(sorted([*kept, *new.mismatches], key=lambda each: each.node)),
        old.open - among - gone | new.open,
        old.demanded - among - gone | new.demanded,
    )


def _differing_nodes(before: Mapping[str, Node], after: Mapping[str, Node]) -> tuple[set[str], set[str]]:
    """Return the nodes that are gone, and those that are new or others."""
    if before is after:
        return set(), set()
    return before.keys() - after.keys(), {id for id, node in after.items() if before.get(id) is not node}


def _differing_types(before: Mapping[Socket, Type], after: Mapping[Socket, Type]) -> set[str]:
    """Return the nodes of which other types are known."""
    if before is after:
        return set()
    return {socket.node for socket in before.keys() | after.keys() if before.get(socket) != after.get(socket)}


def _feeding(graph: Graph, changed: Iterable[str], wires: Iterable[Wire]) -> set[str]:
    """Return the nodes that feed changed ones, or did so by a changed wire: parameters among them depend on what they
    feed, and an unknown operator's sockets are those its wires use."""
    sources = {wire.source.node for node in changed for wire in graph.incoming.get(node, ())}
    return (sources | {wire.source.node for wire in wires}) & graph.nodes.keys()


def _sockets(before: Inferred, nodes: Iterable[str]) -> Iterable[Socket]:
    """Yield all sockets of nodes of which there was a type before."""
    graph = before.graph
    for node in nodes:
        if node in graph.nodes:
            for name in output_names(graph, operator_of(graph, before.library, node), node):
                yield Socket(node, name)
            yield from (wire.target for wire in graph.incoming.get(node, ()))


def _demands_of_open(work: Pass, node: str, before: frozenset[str]) -> bool:
    """Return whether a node demands shapes and is fed by a parameter that leaves its own open.

    Which of several such nodes is asked first is for the whole graph to say.
    """
    if work.operators[node].demands is None:
        return False
    sources = {wire.source.node for wire in work.graph.incoming.get(node, ())}
    return any(source in before or _is_parameter(work, source) for source in sources)


def _is_parameter(work: Pass, node: str) -> bool:
    declared = work.operators.get(node)
    return declared is not None and declared.kind is Kind.PARAMETER
