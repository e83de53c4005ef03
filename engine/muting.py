"""Muted nodes: what stands in their place. The one rule, for types, problems, programs, runs and exports alike.

Through each of its outputs a muted node passes on its first wired input, in the order of its sockets, that fits: one
whose value has the shape that the output would have were nothing muted (of a tuple or a record: its very type). What is
not known yet fits. A muted node itself does nothing: an optimizer moves nothing, a view shows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from engine.bodies import OUTER, enclosed, seen_by
from engine.graph import Graph, SettingValue, Socket, Wire
from engine.operator import Operator
from engine.placeholder import operator_of
from engine.sockets import arguments, output_names
from engine.types import ArrayType, Type

Types: TypeAlias = Mapping[Socket, Type | None]
Passes: TypeAlias = Mapping[Socket, Socket | None]
"""For each output of a muted node the output that stands in its place; None where nothing fits."""

ENDS: Final = ("control.input", "control.output", "control.outer", "control.iteration", "control.function")
"""Operators whose nodes are part of a body or of what calls it: without them it is another body."""


def can_be_muted(declared: Operator) -> bool:
    """Return whether to mute such a node makes sense: it has something to pass on, or something that it does not do."""
    return bool(declared.inputs) and declared.id not in ENDS


def idle(graph: Graph) -> frozenset[str]:
    """Return the muted nodes and all that lies in their bodies."""
    return enclosed(graph, graph.muted) if graph.muted else frozenset()


def passes(graph: Graph, library: Mapping[str, Operator], types: Types) -> Passes:
    """Return what stands in the place of each output of the muted nodes, `types` as they were if nothing were muted.

    Where muted nodes follow each other, that is an output of the first that is not; None also where they run in a
    circle.
    """
    own = {
        Socket(id, name): _first(graph, library, types, Socket(id, name))
        for id in sorted(graph.muted)
        for name in output_names(graph, operator_of(graph, library, id), id)
    }
    return {output: _followed(output, own) for output in own}


def _first(graph: Graph, library: Mapping[str, Operator], types: Types, output: Socket) -> Socket | None:
    declared = operator_of(graph, library, output.node)
    wanted = types.get(output)
    given = (argument.source for argument in arguments(graph, declared, output.node))
    return next((source for source in given if fits(types.get(source), wanted)), None)


def fits(given: Type | None, wanted: Type | None) -> bool:
    """Return whether a value of the one type may stand where the other would have been."""
    if given is None or wanted is None:
        return True
    if isinstance(given, ArrayType) and isinstance(wanted, ArrayType):
        return given.shape == wanted.shape
    return given == wanted


def _followed(output: Socket, own: Passes) -> Socket | None:
    seen = {output}
    found = own[output]
    while found is not None and found in own:
        if found in seen:
            return None
        seen.add(found)
        found = own[found]
    return found


def active(graph: Graph, standing: Passes) -> Graph:
    """Return the graph as it runs: no wire touches what is idle, what muted nodes fed is fed by what stands there.

    The nodes are the same, also the muted ones; only what reads one from within a body reads what stands there.
    """
    if not graph.muted:
        return graph
    off, wires = idle(graph), set[Wire]()
    for wire in graph.wires:
        source = standing.get(wire.source, wire.source)
        if source is not None and wire.target.node not in off and source.node not in off:
            wires.add(Wire(source, wire.target))
    readers = [id for id, node in graph.nodes.items() if node.operator == OUTER and seen_by(graph, id) in graph.muted]
    read = {id: _reading(graph, id, standing) for id in readers}
    nodes = {id: replace(node, settings=read[id]) if id in read else node for id, node in graph.nodes.items()}
    return Graph(nodes if read else graph.nodes, frozenset(wires))


def _reading(graph: Graph, outer: str, standing: Passes) -> dict[str, SettingValue]:
    settings = dict(graph.nodes[outer].settings)
    read = standing.get(Socket(str(settings.get("node", "")), str(settings.get("output", "value"))))
    return {**settings, "node": read.node if read else "", "output": read.name if read else "value"}
