"""Types and shapes along the wires, by the operators' shape rules alone: nothing is evaluated, nothing is recursive."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine import muting
from engine.bodies import flat
from engine.checks import across
from engine.errors import GradwireError, MissingInputError, ShapeError
from engine.graph import Graph, Socket, Wire
from engine.infer_bodies import BodyTypes
from engine.operator import Kind, Operator
from engine.order import acyclic_part, dependencies, dependents, graph_parents, would_close_cycle
from engine.placeholder import operator_of
from engine.rules import demanded_shapes, outputs_of, own_type, sentence
from engine.sockets import Argument, arguments_of, input_names, input_of, missing, output_names, quoted
from engine.types import ArrayType, Type


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Types or shapes that do not fit, met while inferring: `code` is a stable word, `sentence` names the node."""

    code: str
    sentence: str
    node: str
    socket: str | None = None


@dataclass(frozen=True, slots=True)
class Inference:
    """What is known without running anything.

    `types` has every output and every wired input; None where unknown. `mismatches` are those met on the way, by node
    id. `open` names the parameters that leave their shape to what they feed, `demanded` those among them that got one
    from there, `looped` the nodes that are in a loop or fed by one.
    """

    types: Mapping[Socket, Type | None] = field(default_factory=dict)
    mismatches: tuple[Mismatch, ...] = ()
    open: frozenset[str] = frozenset()
    demanded: frozenset[str] = frozenset()
    looped: tuple[str, ...] = ()
    passes: Mapping[Socket, Socket | None] = field(default_factory=dict)
    """What stands in the place of each output of the muted nodes (`engine.muting`); None where nothing fits."""


def infer(graph: Graph, library: Mapping[str, Operator], known: Mapping[Socket, Type] | None = None) -> Inference:
    """Return the types along the wires.

    `known` are types of outputs found elsewhere (the sources'; they win over rules). A parameter's type comes from its
    settings or, where its shape is left open, from the `demands` of what it feeds; a number as start value fills
    whatever shape is demanded. What cannot be known stays None, and so does what depends on it; a faulty graph (cycles,
    unknown operators, missing inputs) is no obstacle.
    """
    whole = Pass(graph, library, known or {}).result()
    return _muted(graph, library, known or {}, whole.types) if graph.muted else whole


def _muted(
    graph: Graph, library: Mapping[str, Operator], known: Mapping[Socket, Type], whole: Mapping[Socket, Type | None]
) -> Inference:
    """Return the types of a graph with muted nodes: their outputs have those of what stands in their place.

    `whole` are the types as though nothing were muted.
    """
    standing = muting.passes(graph, library, whole)
    found = Pass(muting.active(graph, standing), library, known).result()
    types = dict(found.types)
    types |= {output: found.types.get(source) if source else None for output, source in standing.items()}
    types |= {wire.target: types.get(wire.source) for wire in graph.wires if wire.target not in found.types}
    idle = muting.idle(graph)
    told = tuple(mismatch for mismatch in found.mismatches if mismatch.node not in idle)
    return replace(found, types=types, mismatches=told, passes=standing)


class Pass:
    """One inference: nodes wait in a heap by topological rank and are looked at again when an input becomes known.

    A socket goes from unknown to known once, so every node is looked at no more often than it has inputs.
    """

    def __init__(
        self,
        graph: Graph,
        library: Mapping[str, Operator],
        known: Mapping[Socket, Type],
        among: Collection[str] | None = None,
        types: dict[Socket, Type | None] | None = None,
    ) -> None:
        """Look at the nodes `among`, which hold all that they feed, and add to the `types` of the others; None: at
        all."""
        self.graph = graph
        self.library = library
        self.known = known
        self.types: dict[Socket, Type | None] = {} if types is None else types
        self.mismatches: dict[str, Mismatch] = {}
        self.waiting: dict[str, Type | None] = {}
        self.open: set[str] = set()
        self.demanded: set[str] = set()
        self.operators = {node: operator_of(graph, library, node) for node in (graph.nodes if among is None else among)}
        self.wires = graph.wires if among is None else [wire for node in among for wire in graph.incoming.get(node, ())]
        self.settings: dict[str, dict[str, Any]] = {}
        self.arguments: dict[str, tuple[Argument, ...]] = {}
        self.order, self.looped = acyclic_part(self.operators, graph_parents(graph))
        self.rank = {node: k for k, node in enumerate(self.order)}
        self.bodies = None if flat(graph) else BodyTypes(self)
        self.heap = list(range(len(self.order)))
        self.queued = set(self.heap)
        self.current = ""

    def result(self) -> Inference:
        for node, declared in self.operators.items():
            for output in declared.outputs_for(self.graph.nodes[node]):
                socket = Socket(node, output.name)
                self.types[socket] = self.known.get(socket)
        self.drain()
        self.settle()
        for wire in self.wires:
            self.types.setdefault(wire.target, self.types.get(self.graph.sources[wire.target]))
        found = tuple(self.mismatches[node] for node in sorted(self.mismatches) if node in self.rank)
        return Inference(self.types, found, frozenset(self.open), frozenset(self.demanded), self.looped)

    def drain(self) -> None:
        """Look at the waiting nodes until none is left."""
        while self.heap:
            rank = heapq.heappop(self.heap)
            self.queued.discard(rank)
            self.current = self.order[rank]
            self.look_at(self.current)
        self.current = ""

    def settle(self) -> None:
        """Give the open parameters that nothing demands a shape of what their settings say: a scalar, or nothing.

        Those that feed no demanding node come first: what they settle may be what a demanding node waited for.
        """
        while ready := [node for node in self.waiting if not self.hopeful(node)]:
            plain = [node for node in ready if not any(self.operators[fed].demands for fed in self.fed(node))]
            for node in plain or ready:
                own = self.waiting.pop(node)
                if own is not None:
                    self.learn(node, (own,))
                else:
                    self.note_unknown(node)
            self.drain()

    def hopeful(self, parameter: str) -> bool:
        """Whether a node that an open parameter feeds may yet demand a shape: some other input of it is not known."""
        return any(
            self.operators[node].kind is Kind.UNKNOWN or (self.operators[node].demands and self.lacks(node))
            for node in self.fed(parameter)
        )

    def lacks(self, node: str) -> bool:
        """Whether an input of a node is not wired, or is fed by what is unknown and no open parameter."""
        arguments = self.arguments_of(node)
        return bool(missing(self.operators[node], arguments)) or any(
            self.types.get(a.source) is None and a.source.node not in self.waiting for a in arguments
        )

    def fed(self, node: str) -> set[str]:
        """Return the nodes that a node feeds."""
        targets = (wire.target.node for wire in self.graph.outgoing.get(node, ()))
        return {target for target in targets if target in self.operators}

    def look_at(self, node: str) -> None:
        """Learn the types of a node's outputs, as far as its inputs are known."""
        declared = self.operators[node]
        if declared.kind is Kind.PARAMETER:
            self.look_at_parameter(node, declared)
            return
        if self.bodies is not None and self.bodies.look_at(node):
            return
        arguments = self.arguments_of(node)
        if declared.demands and any(argument.source.node in self.waiting for argument in arguments):
            self.demand(node, declared, arguments)
        types = [self.types.get(argument.source) for argument in arguments]
        if missing(declared, arguments) or any(kind is None for kind in types):
            return
        self.learn_by_rule(node, declared, [kind for kind in types if kind is not None], arguments)

    def look_at_parameter(self, node: str, declared: Operator) -> None:
        """Learn a parameter's type from its settings, or let it wait for what it feeds."""
        settings = self.settings_of(node)
        own, fault = own_type(declared, settings)
        if any(Socket(node, output.name) in self.known for output in declared.outputs):
            return
        if settings.get("shape", ()) is None and (own is None or (isinstance(own, ArrayType) and own.shape == ())):
            self.open.add(node)
            self.waiting[node] = own
        elif own is not None:
            self.learn(node, (own,))
        elif fault:
            self.mismatches[node] = self.mismatch("mismatch", fault, node)

    def demand(self, node: str, declared: Operator, arguments: Sequence[Argument]) -> None:
        """Give the open parameters wired into a node the shapes that the node demands."""
        if declared.demands is None:
            return
        for name, shape in demanded_shapes(declared, arguments, self.types, self.settings_of(node)).items():
            for argument in arguments:
                parameter = argument.source.node
                if argument.input.name == name and parameter in self.waiting:
                    settings = self.settings_of(parameter) | {"shape": tuple(shape)}
                    own, _ = own_type(self.operators[parameter], settings)
                    if own is not None:
                        del self.waiting[parameter]
                        self.demanded.add(parameter)
                        self.learn(parameter, (own,))

    def learn_by_rule(
        self, node: str, declared: Operator, types: Sequence[Type], arguments: Sequence[Argument]
    ) -> None:
        if declared.kind is Kind.SOURCE and declared.shape is None:
            return
        names = [argument.socket.name for argument in arguments]
        try:
            outputs = outputs_of(declared, types, self.settings_of(node), names)
        except ShapeError as fault:
            self.mismatches[node] = self.mismatch("mismatch", fault, node)
        else:
            self.learn(node, outputs)

    def learn(self, node: str, outputs: Iterable[Type]) -> None:
        """Note the types of a node's outputs, and look at what they feed."""
        declared = self.operators[node]
        changed = False
        for output, kind in zip(declared.outputs_for(self.graph.nodes[node]), outputs, strict=False):
            socket = Socket(node, output.name)
            if self.types.get(socket) is None:
                self.types[socket] = kind
                changed = True
        if changed:
            after = self.bodies.next if self.bodies is not None else {}
            for wire in self.graph.outgoing.get(node, ()):
                self.queue(wire.target.node)
                for each in after.get(wire.target.node, ()):
                    self.queue(each)
            for each in after.get(node, ()):
                self.queue(each)

    def queue(self, node: str) -> None:
        rank = self.rank.get(node)
        if rank is not None and rank not in self.queued and node != self.current:
            self.queued.add(rank)
            heapq.heappush(self.heap, rank)

    def note_unknown(self, node: str) -> None:
        """Note that nothing says which shape an open parameter has; one that feeds nothing needs none."""
        _, fault = own_type(self.operators[node], self.settings_of(node))
        if fault and self.fed(node):
            self.mismatches[node] = self.mismatch("shape-unknown", fault, node)

    def note(self, node: str, fault: ShapeError) -> None:
        """Note what does not fit at a node; the first thing that does not is told."""
        self.mismatches.setdefault(node, self.mismatch("mismatch", fault, node))

    def mismatch(self, code: str, fault: GradwireError, node: str) -> Mismatch:
        return Mismatch(code, sentence(self.graph, self.library, node, fault), node, fault.socket)

    def settings_of(self, node: str) -> dict[str, Any]:
        if node not in self.settings:
            self.settings[node] = self.operators[node].values(self.graph.nodes[node])
        return self.settings[node]

    def arguments_of(self, node: str) -> tuple[Argument, ...]:
        if node not in self.arguments:
            self.arguments[node] = arguments_of(self.operators[node], self.graph.incoming.get(node, ()))
        return self.arguments[node]


# Wires a person may make -----------------------------------------------------------------------------------------


def refusal(graph: Graph, library: Mapping[str, Operator], inference: Inference, wire: Wire) -> str | None:
    """Return why the wire may not be made, in one sentence, or None where it may.

    An occupied input is no reason: making the wire replaces the one there (`building.replace_wire`).
    """
    return (
        _end_fault(graph, library, wire)
        or across(wire, graph.nodes)
        or _loop_fault(graph, library, wire)
        or _type_fault(graph, library, inference, wire)
    )


def fitting(
    graph: Graph, library: Mapping[str, Operator], inference: Inference, socket: Socket, *, output: bool
) -> frozenset[Socket]:
    """Return every socket to which a wire from (`output`) or into `socket` would not be refused.

    A variadic input offers its wired sockets and its free one.
    """
    if output:
        names, excluded = input_names, dependencies(graph, [socket.node])
    else:
        names, excluded = output_names, dependents(graph, [socket.node])
    ends = [
        Socket(node, name)
        for node in graph.bodies.get(graph.nodes[socket.node].inside, ())
        if node not in excluded
        for name in names(graph, operator_of(graph, library, node), node)
    ]
    wires = [(end, Wire(socket, end) if output else Wire(end, socket)) for end in ends]
    return frozenset(end for end, wire in wires if _type_fault(graph, library, inference, wire) is None)


def _end_fault(graph: Graph, library: Mapping[str, Operator], wire: Wire) -> str | None:
    """Return why the wire's ends are not an output and an input of two nodes."""
    for end in wire:
        if end.node not in graph.nodes:
            return f"There is no node {quoted(graph, library, end.node)} any more."
    source, target = (operator_of(graph, library, end.node) for end in wire)
    from_output = wire.source.name in output_names(graph, source, wire.source.node)
    to_input = input_of(target, wire.target.name) is not None
    if from_output and to_input:
        return None
    ends_in_output = wire.target.name in output_names(graph, target, wire.target.node)
    starts_in_input = input_of(source, wire.source.name) is not None
    if from_output and ends_in_output:
        return "Both ends are outputs: a wire runs from an output to an input."
    if starts_in_input and to_input:
        return "Both ends are inputs: a wire runs from an output to an input."
    if starts_in_input and ends_in_output:
        return "The wire runs backwards: it starts at an output and ends at an input."
    if not from_output:
        return _no_socket(graph, library, wire.source, "output", output_names(graph, source, wire.source.node))
    return _no_socket(graph, library, wire.target, "input", [each.name for each in target.inputs])


def _no_socket(graph: Graph, library: Mapping[str, Operator], socket: Socket, what: str, names: Sequence[str]) -> str:
    has = f"it has {', '.join(names)}" if names else f"it has no {what}s"
    return f"{quoted(graph, library, socket.node)} has no {what} “{socket.name}”: {has}."


def _loop_fault(graph: Graph, library: Mapping[str, Operator], wire: Wire) -> str | None:
    source, target = (quoted(graph, library, end.node) for end in wire)
    if wire.source.node == wire.target.node:
        return f"{target} cannot feed itself: that would close a loop."
    if would_close_cycle(graph, wire):
        return f"This wire would close a loop: {target} already leads to {source}."
    return None


def _type_fault(graph: Graph, library: Mapping[str, Operator], inference: Inference, wire: Wire) -> str | None:
    """Return why the target's operator could not take what the wire brings, together with its other inputs."""
    node = wire.target.node
    declared = operator_of(graph, library, node)
    others = [other for other in graph.incoming.get(node, ()) if other.target != wire.target]
    arguments = arguments_of(declared, [*others, wire])
    if missing(declared, arguments):
        return None
    settings = declared.values(graph.nodes[node])
    types = _types_with(graph, library, inference, declared, arguments, settings)
    if any(kind is None for kind in types):
        return None
    try:
        outputs_of(declared, [k for k in types if k is not None], settings, [a.socket.name for a in arguments])
    except MissingInputError:
        return None
    except ShapeError as fault:
        return sentence(graph, library, node, fault)
    return None


def _types_with(
    graph: Graph,
    library: Mapping[str, Operator],
    inference: Inference,
    declared: Operator,
    arguments: Sequence[Argument],
    settings: Mapping[str, Any],
) -> list[Type | None]:
    """Return the types of the arguments, where parameters with an open shape take the one this node demands."""
    is_open = inference.open
    fixed = {a.source: inference.types.get(a.source) for a in arguments if a.source.node not in is_open}
    demands = demanded_shapes(declared, arguments, fixed, settings)
    types: list[Type | None] = []
    for argument in arguments:
        kind, parameter = inference.types.get(argument.source), argument.source.node
        if parameter in is_open and argument.input.name in demands:
            operator = operator_of(graph, library, parameter)
            own = operator.values(graph.nodes[parameter]) | {"shape": tuple(demands[argument.input.name])}
            kind, _ = own_type(operator, own)
        elif parameter in inference.demanded and _feeds_only(graph, parameter, argument.socket.node):
            kind = None
        types.append(kind)
    return types


def _feeds_only(graph: Graph, node: str, other: str) -> bool:
    return {wire.target.node for wire in graph.outgoing.get(node, ())} == {other}
