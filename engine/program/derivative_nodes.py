"""How derivative nodes are lowered: they differentiate the stretch of the graph between their two sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from engine.autodiff.stretch import DERIVATIVES
from engine.bodies import INPUT, OUTER
from engine.errors import GradwireError, LoweringError
from engine.graph import Graph, Node, Socket
from engine.operator import Operator
from engine.program.functions import flat
from engine.program.primitives import cast
from engine.program.program import Var
from engine.program.record import Recorder
from engine.sockets import arguments


class Lowering(Protocol):
    """What of a lowering is needed here."""

    graph: Graph

    @property
    def recorder(self) -> Recorder:
        """The recorder of the program at work."""

    @property
    def outputs(self) -> dict[Socket, Any]:
        """What the outputs of the body at work became."""

    def output(self, socket: Socket) -> Any:
        """Return the variables of an output."""

    def store(self, node: Node, declared: Operator, result: Any) -> None:
        """Remember the outputs of a node."""


def lower_derivative(lowering: Lowering, node: Node, declared: Operator) -> None:
    """Record what a derivative node gives. Its equations belong to the node, wherever they were derived from."""
    recorder = lowering.recorder
    given = {each.input.name: lowering.output(each.source) for each in arguments(lowering.graph, declared, node.id)}
    for each in declared.inputs:
        if not isinstance(given.get(each.name), Var):
            sentence = f'{recorder.who} needs one array wired into its input "{each.name}"'
            raise LoweringError(sentence, node=node.id, socket=each.name)
    first = len(recorder.equations)
    try:
        value = DERIVATIVES[node.operator](recorder, *(given[each.name] for each in declared.inputs))
    except GradwireError as error:
        raise LoweringError(f"{recorder.who} cannot be had: {error.sentence}", node=error.node or node.id) from error
    recorder.origin = node.id
    lowering.store(node, declared, value)
    recorder.equations[first:] = [replace(each, origin=node.id) for each in recorder.equations[first:]]


def asked_for(graph: Graph, library: Mapping[str, Operator]) -> frozenset[Socket]:
    """Return the outputs that derivative nodes differentiate by."""
    return frozenset(
        source
        for target, source in graph.sources.items()
        if target.name == "wrt" and target.node in graph.nodes and graph.nodes[target.node].operator in DERIVATIVES
    )


def set_apart(lowering: Lowering, node: Node, declared: Operator, wanted: frozenset[Socket]) -> None:
    """Give an output that is differentiated by a variable of its own, where its node passes on what it was given, as a
    body's inputs and outer values do.

    Else a derivative by it would count what else is made of the same variable.
    """
    own = [socket for socket in wanted if socket.node == node.id and isinstance(lowering.outputs.get(socket), Var)]
    if not own:
        return
    recorder = lowering.recorder
    given = {
        var for each in arguments(lowering.graph, declared, node.id) for var in vars_of(lowering.output(each.source))
    }
    for socket in own:
        var = lowering.outputs[socket]
        if var in given or node.operator in (INPUT, OUTER):
            lowering.outputs[socket] = recorder.var(cast(recorder.box(var), recorder.types[var].dtype))


def vars_of(value: Any) -> list[Var]:
    """Return the variables in a structure of variables."""
    return [var for _, var in flat(value)]
