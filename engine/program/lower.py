"""A graph becomes a Program: each node's function is recorded once, on stand-ins of the inferred shapes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import autograd.numpy as anp
import numpy as np
from numpy.typing import NDArray

from engine import control, limits
from engine.autodiff.stretch import DERIVATIVES
from engine.bodies import Joints, owner_of
from engine.errors import LoweringError
from engine.exposing import declared_for
from engine.graph import Graph, Node, Socket
from engine.operator import Kind, Library, Operator
from engine.order import ancestors, graph_parents, topological_order
from engine.placeholder import missing, operator_of
from engine.program.compose import select
from engine.program.control_flow import KEY, LOWERINGS, Recursive, salted_key
from engine.program.derivative_nodes import asked_for, lower_derivative, set_apart
from engine.program.functions import boxes, call, flat, inputs_of, variables
from engine.program.primitives import cast
from engine.program.program import Program, Role, Var
from engine.program.record import Recorder, recording
from engine.program.scopes import Frame, Scope, mapped
from engine.setting import rectangular_shape
from engine.sockets import arguments, output_names, quoted
from engine.types import ArrayType, RecordType, TupleType, Type

INDICES = "indices"
"""The name under which `known` holds the type of a batch node's index vector."""


def lower(
    graph: Graph, library: Library, known: Mapping[Socket, Type], targets: Sequence[Socket], *, train: bool
) -> Program:
    """Return the program that computes `targets`, with only the nodes they need.

    `known` gives the types of source and parameter outputs and of each batch node's index vector (`Socket(node,
    "indices")`). A target may be an output, or a wired input (then the output that feeds it). Outputs are named by
    their socket; new states follow as extra outputs named "state <node>.<k>". Numeric settings are inputs of role
    "setting" in the float dtype of the node's inputs. Raise LoweringError, ShapeError or Cycle naming node and socket.
    """
    wanted = [_feeding(graph, library, target) for target in targets]
    needed = ancestors(graph, {target.node for target in wanted} & graph.nodes.keys())
    with recording():
        lowering = Lowering(graph, library, known, train, needed)
        lowering.begin()
        found = [(str(target), lowering.output(target)) for target in wanted]
        named = [(f"{name}{path}", var) for name, value in found for path, var in flat(value)]
        named += lowering.states()
        recorder = lowering.recorder
        program = recorder.program([var for _, var in named], [name for name, _ in named], lowering.sockets)
    return select(program, program.outputs, program.names)


def _feeding(graph: Graph, library: Library, target: Socket) -> Socket:
    """Return the output that a target means. A wire may lead into an output's name by mistake: an output is itself."""
    node = graph.nodes.get(target.node)
    declared = declared_for(library, node) if node else None
    if declared is not None and target.name in output_names(graph, declared, target.node):
        return target
    return graph.sources.get(target, target)


def setting_values(program: Program, graph: Graph, library: Library) -> dict[str, NDArray[Any]]:
    """Return the value of every input of role "setting" by its name, in the type the program wants."""
    found = {}
    for each in program.inputs:
        node_id, _, name = each.name.rpartition(".")
        if each.role == "setting" and node_id in graph.nodes:
            node = graph.nodes[node_id]
            declared = operator_of(graph, library, node_id)
            value = declared.values(node)[name] if name in declared.settings else declared.input_default(node, name)
            found[each.name] = np.asarray(value, dtype=each.type.dtype).reshape(each.type.shape)
    return found


class Lowering:
    """Lowers one node after the other; holds what each output became.

    `scope` is the body at work: its recorder and outputs are those of the lowering. Inputs of the whole program
    (parameters, data, settings, keys) are made in the main program, and captured by the programs nested in it.
    """

    def __init__(
        self, graph: Graph, library: Library, known: Mapping[Socket, Type], train: bool, needed: Collection[str]
    ) -> None:
        self.graph = graph
        self.library = library
        self.known = known
        self.train = train
        self.scope = self.main = Scope("", Frame(None))
        self.joints = Joints(graph)
        self.recursive = self.joints.recursive if self.joints.calls else frozenset()
        self.salted = self.joints.callers(self._random_functions()) if self.recursive else frozenset()
        self.functions: dict[tuple[str, int], Recursive] = {}
        self.captured: dict[tuple[str, int], tuple[Scope, list[Any]]] = {}
        self.asked_for = asked_for(graph, library)
        self._order: dict[str, list[str]] = {}
        for id in topological_order(needed, graph_parents(graph)):
            self._order.setdefault(graph.nodes[id].inside, []).append(id)
        self._inputs: dict[tuple[Role, str, Type], Any] = {}
        self._lowered = 0
        self._depth = 0

    def _random_functions(self) -> frozenset[str]:
        """Return the functions around random nodes."""
        kinds = ((id, self.library.get(node.operator)) for id, node in self.graph.nodes.items())
        drawn = (id for id, declared in kinds if declared is not None and declared.kind is Kind.RANDOM)
        return frozenset(function for id in drawn for function in self.joints.within(id))

    @property
    def recorder(self) -> Recorder:
        """The recorder of the program at work."""
        return self.scope.frame.recorder

    @property
    def outputs(self) -> dict[Socket, Any]:
        """What the outputs of the body at work became: structures of variables of `recorder`."""
        return self.scope.outputs

    @property
    def sockets(self) -> dict[Socket, Any]:
        """What carries the outputs of the main program's nodes, those of inlined functions among them."""
        return {**self.main.frame.sockets, **self.main.outputs}

    def begin(self) -> None:
        """Lower the main graph."""
        for id in self._order.get("", ()):
            self.node(self.graph.nodes[id])

    def states(self) -> list[tuple[str, Var]]:
        """Return the new states of stateful nodes, by the names of the program's outputs."""
        frame = self.main.frame
        return [
            (f"state {id}.{k}", frame.recorder.var(box))
            for id, boxes_of in frame.states.items()
            for k, box in enumerate(boxes_of)
        ]

    def run(self, scope: Scope, names: Sequence[str]) -> list[Any]:
        """Lower the nodes of a body; return what its outputs of these names take, as structures of variables."""
        if self._depth >= limits.INLINE_DEPTH:
            raise self.error(f"lies more than {limits.INLINE_DEPTH} bodies and calls deep")
        before = self.scope
        self.scope = scope
        self._depth += 1
        who = self.recorder.origin, self.recorder.who
        try:
            for id in self._order.get(scope.inside, ()):
                if id not in scope.ahead:
                    self.node(self.graph.nodes[id])
            self.recorder.origin, self.recorder.who = who
            return [self._result(scope, name) for name in names]
        finally:
            self.scope = before
            self._depth -= 1
            scope.frame.sockets.update(scope.outputs)

    def _result(self, scope: Scope, name: str) -> Any:
        output = control.outputs_in(self.graph, self.library, scope.inside).get(name)
        source = self.graph.sources.get(Socket(output, "value")) if output else None
        if source is None:
            raise self.error(f"gets no “{name}” from its body: nothing is wired into a Body output of that name")
        return self.output(source)

    def node(self, node: Node) -> None:
        """Lower one node, whose inputs have been lowered."""
        declared = declared_for(self.library, node)
        self.recorder.origin = node.id
        self.recorder.who = quoted(self.graph, self.library, node.id)
        if declared is None or declared.kind is Kind.UNKNOWN:
            raise self.error(f"uses the operator {node.operator!r}, {missing(self.library, node.operator)}")
        self._lowered += 1
        if self._lowered > limits.LOWERED:
            raise self.error(f"is one of more than {limits.LOWERED:,} nodes, those of functions counted at each call")
        how = _BY_OPERATOR.get(declared.id) or _HOW.get(declared.kind)
        if how is not None:
            how(self, node, declared)
            set_apart(self, node, declared, self.asked_for)

    def output(self, socket: Socket) -> Any:
        """Return the variables of an output; sources and parameters become inputs when first asked for."""
        node = self.graph.nodes.get(socket.node)
        scope = self.scope.find(node.inside) if node else None
        if scope is not None and scope is not self.main and socket not in scope.outputs:
            self._ahead(scope, socket.node)
        if scope is not None and socket in scope.outputs:
            return self._here(scope.frame, scope.outputs[socket])
        if socket not in self.main.outputs:
            self.main.outputs[socket] = variables(self.main.frame.recorder, self._source(node, socket))
        return self._here(self.main.frame, self.main.outputs[socket])

    def _ahead(self, scope: Scope, id: str) -> None:
        """Lower a node of a body around before its turn: a function inside that body, called in a circle with the one
        that the body is of, reads it."""
        if id in scope.ahead or id not in self._order.get(scope.inside, ()):
            return
        scope.ahead.add(id)
        before, self.scope = self.scope, scope
        who = self.recorder.origin, self.recorder.who
        self.node(self.graph.nodes[id])
        self.recorder.origin, self.recorder.who = who
        self.scope = before

    def _here(self, frame: Frame, value: Any) -> Any:
        """Return a structure of variables of a program around as those of the one at work."""
        if frame is self.scope.frame:
            return value
        return mapped(value, lambda var: self.recorder.var(frame.recorder.box(var)))

    def _source(self, node: Node | None, socket: Socket) -> Any:
        declared = declared_for(self.library, node) if node else None
        who = quoted(self.graph, self.library, socket.node)
        if declared is None or declared.kind not in _ROLES:
            owner = owner_of(node.inside) if node else ""
            where = f" outside the body of {quoted(self.graph, self.library, owner)}" if owner else ""
            raise LoweringError(f'{who} has no output "{socket.name}"{where}', node=socket.node, socket=socket.name)
        kind = self.known.get(socket)
        if kind is None:
            raise LoweringError(
                f'the type of the output "{socket.name}" of {who} is not known', node=socket.node, socket=socket.name
            )
        role = _ROLES[declared.kind]
        return inputs_of(self.main.frame.recorder, role, str(socket) if role == "data" else socket.node, kind)

    def input(self, role: Role, name: str, kind: ArrayType) -> Any:
        """Return the box, in the program at work, of an input of the whole program."""
        if (role, name, kind) not in self._inputs:
            self._inputs[role, name, kind] = self.main.frame.recorder.input(role, name, kind)
        return self.scope.frame.here(self._inputs[role, name, kind])

    def boxes(self, value: Any) -> Any:
        """Return boxes for a structure of variables."""
        return boxes(self.recorder, value)

    def kind(self, recorder: Recorder, value: Any) -> Type:
        """Return the type of a structure of a recorder's variables."""
        return structure_type(recorder, value)

    def function(self, node: Node, declared: Operator, leading: Sequence[Any] = ()) -> Any:
        """Record the node's function; return what it gave."""
        given, types = self._arguments(node, declared)
        dtype = float_dtype(types)
        positional = [self._default(node, each, dtype) if type(each) is str else each for each in given]
        settings = self._settings(node, declared, dtype)
        assert declared.function is not None  # noqa: S101 - kinds without a function are not called
        if takes_train(declared.function):
            settings["train"] = self.train
        return call(self.recorder, declared.function, [*leading, *positional], settings)

    def types(self, node: Node, declared: Operator) -> list[Type]:
        """Return the types of the wired inputs in order."""
        return self._arguments(node, declared)[1]

    def store(self, node: Node, declared: Operator, result: Any) -> None:
        """Remember the outputs of a node."""
        names = [output.name for output in declared.outputs_for(node)]
        values = [result] if len(names) == 1 else result
        if len(values) != len(names):
            raise self.error(f"declares {len(names)} outputs and gives {len(values)}")
        for name, value in zip(names, values, strict=True):
            self.outputs[Socket(node.id, name)] = variables(self.recorder, value)

    def _arguments(self, node: Node, declared: Operator) -> tuple[list[Any], list[Type]]:
        """Return (for each argument its boxes, or the name of the unwired input that stands there; wired types, but for
        those of exposed settings)."""
        wired: dict[str, list[Any]] = {}
        types: list[Type] = []
        for argument in arguments(self.graph, declared, node.id):
            value = self.output(argument.source)
            if argument.input.name not in declared.exposed:
                types.append(structure_type(self.recorder, value))
            wired.setdefault(argument.input.name, []).append(boxes(self.recorder, value))
        for name in declared.exposed:
            wired |= {name: [_as_setting(box, float_dtype(types)) for box in wired[name]]} if name in wired else {}
        given: list[Any] = []
        for each in declared.inputs:
            if each.name not in wired and not each.optional:
                raise self.error(f'needs a wire into its input "{each.name}"', each.name)
            given += wired.get(each.name, [] if each.variadic else [each.name])
        return given, types

    def _default(self, node: Node, name: str, dtype: str) -> Any:
        number = self.library[node.operator].input_default(node, name)
        return None if number is None else self.input("setting", f"{node.id}.{name}", ArrayType((), dtype))

    def _settings(self, node: Node, declared: Operator, dtype: str) -> dict[str, Any]:
        settings: dict[str, Any] = declared.values(node)
        for name, value in settings.items():
            if declared.settings[name].numeric and value is not None and not self._wired(node, declared, name):
                kind = ArrayType(rectangular_shape(value), dtype)
                settings[name] = self.input("setting", f"{node.id}.{name}", kind)
        return settings

    def _wired(self, node: Node, declared: Operator, setting: str) -> bool:
        """Return whether a wire brings what stands in a setting's place."""
        return setting in declared.exposed and Socket(node.id, setting) in self.graph.sources

    def error(self, sentence: str, socket: str | None = None) -> LoweringError:
        """Return the error that says something about the node at work."""
        return LoweringError(f"{self.recorder.who} {sentence}", node=self.recorder.origin, socket=socket)


def _as_setting(value: Any, dtype: str) -> Any:
    """Return what is wired into an exposed setting in the dtype that settings of its node have."""
    return value if np.dtype(anp.result_type(value)).name == dtype else cast(value, dtype)


@lru_cache(maxsize=1024)
def takes_train(function: Callable[..., Any]) -> bool:
    """Return whether an operator's function asks for `train`."""
    return "train" in inspect.signature(function).parameters


def float_dtype(types: Sequence[Type]) -> str:
    """Return the real dtype of the inexact arrays among `types`; float64 where there are none."""
    found = {leaf.dtype for kind in types for leaf in _leaves(kind) if leaf.differentiable}
    return "float32" if found and found <= {"float32", "complex64"} else "float64"


def _leaves(kind: Type) -> list[ArrayType]:
    match kind:
        case ArrayType():
            return [kind]
        case TupleType(items):
            return [leaf for item in items for leaf in _leaves(item)]
        case RecordType(fields):
            return [leaf for _, item in fields for leaf in _leaves(item)]


def structure_type(recorder: Recorder, value: Any) -> Type:
    """Return the type of a structure of variables."""
    if isinstance(value, Var):
        return recorder.types[value]
    if isinstance(value, tuple):
        return TupleType(tuple(structure_type(recorder, each) for each in value))
    return RecordType(tuple((name, structure_type(recorder, value[name])) for name in sorted(value)))


# ----- how each kind of node is lowered -----


def _function(lowering: Lowering, node: Node, declared: Operator) -> None:
    lowering.store(node, declared, lowering.function(node, declared))


def _random(lowering: Lowering, node: Node, declared: Operator) -> None:
    key = salted_key(lowering, lowering.input("key", node.id, KEY))
    lowering.store(node, declared, lowering.function(node, declared, [key]))


def _batch(lowering: Lowering, node: Node, declared: Operator) -> None:
    kind = lowering.known.get(Socket(node.id, INDICES))
    if not isinstance(kind, ArrayType):
        raise LoweringError(f"the batch of {lowering.recorder.who} has no known size", node=node.id)
    indices = lowering.input("batch", node.id, kind)
    lowering.store(node, declared, lowering.function(node, declared, [indices]))


def _stateful(lowering: Lowering, node: Node, declared: Operator) -> None:
    assert declared.start is not None  # noqa: S101 - the library's completeness test holds it
    recorder, frame = lowering.recorder, lowering.scope.frame
    first = declared.start(lowering.types(node, declared), declared.values(node))
    kinds = [ArrayType(np.shape(value), np.asarray(value).dtype.name) for value in first]
    states = frame.state(node.id, recorder.who, kinds)
    result, after = lowering.function(node, declared, [states])
    lowering.store(node, declared, result)
    for k, (value, kind) in enumerate(zip(after, kinds, strict=True)):
        new = recorder.types[recorder.var(value)]
        if new != kind:
            raise LoweringError(f"{recorder.who} changes the type of its state {k} from {kind} to {new}", node=node.id)
    frame.states[node.id] = tuple(after)


_HOW: Mapping[Kind, Callable[[Lowering, Node, Operator], None]] = {
    Kind.FUNCTION: _function,
    Kind.RANDOM: _random,
    Kind.BATCH: _batch,
    Kind.STATEFUL: _stateful,
}
_BY_OPERATOR: Mapping[str, Callable[[Lowering, Node, Operator], None]] = {
    **LOWERINGS,
    **dict.fromkeys(DERIVATIVES, lower_derivative),
}
"""Nodes that are interpreted by the engine, by their operator."""
_ROLES: Mapping[Kind, Role] = {Kind.SOURCE: "data", Kind.PARAMETER: "parameter"}
