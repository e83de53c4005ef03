"""The local partials of one node, or of one operation: a number, an array, or a Jacobian by rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.binding import States
from engine.errors import GradwireError, LoweringError
from engine.graph import Graph, Node, Socket, Wire
from engine.operator import Kind as NodeKind
from engine.operator import Library
from engine.prepare import Prepared
from engine.program import special
from engine.program.compose import select
from engine.program.functions import flat
from engine.program.lower import INDICES, lower, setting_values
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.sockets import arguments, output_names
from engine.trace.run import Run, fitted, run, vjp
from engine.types import ArrayType, Shape, type_of
from engine.viewing import GIVEN

_BY_ELEMENT: Final = frozenset(
    {
        *(f"numpy.{name}" for name, each in vars(np).items() if isinstance(each, np.ufunc) and each.signature is None),
        *(f"gradwire.{each.__name__}" for each in special.PRIMITIVES),
        "numpy.where", "numpy.clip", "gradwire.cast", "gradwire.stand_for", "gradwire.stop",
    }
)  # fmt: skip
"""Primitives that work element by element (arguments are broadcast against each other)."""


Kind: TypeAlias = Literal["none", "number", "elementwise", "jacobian"]


@dataclass(frozen=True)
class Local:
    """How the variable `y` of a small program depends on its input `x`, at given values.

    Derivatives are those of the operators: where one declares another derivative than its function's, it is that one.
    """

    program: Program
    values: Sequence[Any]
    x: Var
    y: Var

    @cached_property
    def _run(self) -> Run:
        return run(self.program, self.values, [self.x])

    @property
    def shape(self) -> tuple[Shape, Shape]:
        """The Jacobian's shape: that of the result, then that of the argument."""
        return self.program.types[self.y].shape, self.program.types[self.x].shape

    @cached_property
    def kind(self) -> Kind:
        """What the partials are: nothing where no derivative passes, one number, one for each element (the Jacobian is
        diagonal), or a Jacobian."""
        types, seen = self.program.types, self._run
        if not types[self.x].differentiable or not seen.moving[seen.slots[self.y]]:
            return "none"
        y, x = self.shape
        if "complex" in types[self.x].dtype + types[self.y].dtype:
            return "jacobian"
        if y == x == ():
            return "number"
        return "elementwise" if y == x and all(self._by_element(seen, x)) else "jacobian"

    def _by_element(self, seen: Run, shape: Shape) -> Iterator[bool]:
        for entry in seen.entries:
            if any(seen.moving[slot] for slot in entry.writes):
                among = [*entry.writes, *(slot for slot in entry.reads if slot is not None and seen.moving[slot])]
                plain = entry.kind == "call" and entry.equation.primitive in _BY_ELEMENT
                yield plain and all(np.shape(seen.values[slot]) == shape for slot in among)

    @property
    def array(self) -> NDArray[Any]:
        """The partial of each element of the result by the same element of the argument ("number", "elementwise")."""
        if self.kind not in ("number", "elementwise"):
            raise GradwireError("These partials are a Jacobian: ask for its rows, its columns or a product.")
        return self.product(np.ones(self.shape[0]))

    def product(self, y_bar: Any) -> NDArray[Any]:
        """Return J^T y_bar: the contribution to the argument's cotangent where `y_bar` is the result's."""
        y, x = self.program.types[self.y], self.program.types[self.x]
        zero = np.zeros(x.shape, x.dtype)
        if self.kind == "none":
            return zero
        seed = np.broadcast_to(np.asarray(y_bar), y.shape).astype(y.dtype)[()]
        of, at = self._run.slots[self.y], self._run.slots[self.x]
        if of == at:
            return np.asarray(seed)
        for back in self._run.back(of, seed):
            for share in back.shares:
                if share.slot == at:
                    zero = np.array(share.total, x.dtype)
        return zero

    def row(self, place: int) -> NDArray[Any]:
        """Return the derivative of one element of the result (by its number in C order), in the argument's shape."""
        seed = np.zeros(self.shape[0], self.program.types[self.y].dtype)
        seed.reshape(-1)[_within(place, seed.size, "rows")] = 1
        return self.product(seed)

    def column(self, place: int) -> NDArray[Any]:
        """Return the derivative by one element of the argument (by its number in C order), in the result's shape."""
        seed = np.zeros(self.shape[1], self.program.types[self.x].dtype)
        seed.reshape(-1)[_within(place, seed.size, "columns")] = 1
        if self.kind == "none":
            return np.zeros(self.shape[0])
        pushed = tangent(select(self.program, [self.y], ["y"]), [self.x])
        return np.asarray(interpret(pushed, [*self.values, seed[()]])[pushed.outputs[1]])


def _within(place: int, size: int, what: str) -> int:
    if not 0 <= place < size:
        raise GradwireError(f"The Jacobian has {size:,} {what}, from 0 on; there is no {place}.")
    return place


def of_operation(equation: Equation, arguments: Sequence[Any], number: int, result: Any) -> Local:
    """Return the local partials of one operation by its argument `number`, given what it read and gave.

    Raise GradwireError where it gives several arrays, or the argument is no variable.
    """
    if isinstance(result, list | tuple) or type(equation.arguments[number]) is not Var:
        raise GradwireError("This operation has no partials by that argument: ask for its contribution instead.")
    places = [k for k, each in enumerate(equation.arguments) if type(each) is Var]
    inputs = tuple(ProgramInput(Var(k), "data", f"{k}", _kind(arguments[k])) for k in places)
    given = tuple(Var(k) if k in places else each for k, each in enumerate(equation.arguments))
    output = Var(len(given))
    types = {each.var: each.type for each in inputs} | {output: _kind(result)}
    alone = Program(inputs, {}, (replace(equation, arguments=given, output=output),), (output,), ("result",), types)
    return Local(alone, [arguments[k] for k in places], Var(number), output)


def briefly(
    equation: Equation, arguments: Sequence[Any], result: Any, numbers: Sequence[int]
) -> dict[int, tuple[Kind, Any, tuple[Shape, Shape]]]:
    """Return the local partials of one operation by its arguments `numbers`, as far as they are numbers: (kind, the
    number or array, the Jacobian's shape). The same as `of_operation` says, by one call of the derivative rule.
    """
    if isinstance(result, list | tuple):
        return {}
    shape = np.shape(result)
    found: dict[int, tuple[Kind, Any, tuple[Shape, Shape]]] = {}
    plain = equation.primitive in _BY_ELEMENT
    arrays = [k for k in numbers if not isinstance(arguments[k], list | tuple)]
    alike = [k for k in arrays if np.shape(arguments[k]) == shape and (plain or shape == ())]
    alike = [k for k in alike if np.iscomplexobj(result) is np.iscomplexobj(arguments[k]) is False]
    with np.errstate(all="ignore"):
        shares = vjp(equation, alike, arguments, result, np.ones_like(result)[()]) if alike else ()
    for k, share in zip(alike, shares, strict=True):
        found[k] = "number" if shape == () else "elementwise", fitted(share, arguments[k]), (shape, shape)
    for k in arrays:
        if k not in found:
            found[k] = "jacobian", None, (shape, np.shape(arguments[k]))
    return found


def _kind(value: Any) -> ArrayType:
    array = np.asarray(value)
    return ArrayType(array.shape, array.dtype.name)


def of_node(
    prepared: Prepared,
    node: str,
    wires: Mapping[Socket, Any],
    *,
    step: int | None = None,
    states: States | None = None,
    train: bool = True,
) -> dict[tuple[str, str], Local]:
    """Return the partials of a node by (output, input): sockets, with ".0" or ".field" behind for parts of tuples and
    records.

    `wires` are the values of the outputs that are wired to it (`engine.evaluate.look`). Raise LoweringError where it
    has a body, or the value of an input is not there.
    """
    graph, declared = prepared.graph, prepared.operator(node)
    if any(each.inside == node for each in graph.nodes.values()):
        raise LoweringError(
            f"{prepared.quoted(node)} has a body: its partials are those of the nodes inside.", node=node
        )
    wired = arguments(graph, declared, node)
    missing = next((each for each in wired if each.source not in wires), None)
    if missing is not None:
        raise LoweringError(f"The input {missing.socket.name} of {prepared.quoted(node)} has no value yet.", node=node)
    nodes, links, types = {node: replace(graph.nodes[node], inside="")}, set(), {}
    given: dict[str, Any] = {}
    sockets: dict[str, str] = {}
    for number, each in enumerate(wired):
        id = f"given {number}"
        nodes[id] = Node(id, GIVEN.id)
        links.add(Wire(Socket(id, "value"), each.socket))
        types[Socket(id, "value")] = type_of(wires[each.source])
        given |= {f"{id}.value{path}": part for path, part in _leaves(wires[each.source])}
        sockets[f"{id}.value"] = each.socket.name
    types |= {Socket(node, INDICES): kind for socket, kind in prepared.types.items() if socket == Socket(node, INDICES)}
    alone = Graph(nodes, frozenset(links))
    targets = [Socket(node, name) for name in output_names(graph, declared, node)]
    program = lower(alone, Library([*prepared.library.values(), GIVEN]), types, targets, train=train)
    at = prepared.step if step is None else step
    given |= dict(setting_values(program, alone, prepared.library))
    given |= _drawn(prepared, node, at, states)
    values = [np.asarray(given[each.name], each.type.dtype)[()] for each in program.inputs]
    found: dict[tuple[str, str], Local] = {}
    for target in targets:
        for path, y in flat(program.sockets[target]):
            for source in program.inputs:
                if source.name.startswith("given ") and source.role != "setting":
                    stem = ".".join(source.name.split(".")[:2])
                    name = sockets[stem] + source.name.removeprefix(stem)
                    found[f"{target.name}{path}", name] = Local(program, values, source.var, y)
    return found


def _drawn(prepared: Prepared, node: str, step: int, states: States | None) -> dict[str, Any]:
    match prepared.operator(node).kind:
        case NodeKind.BATCH:
            return {node: prepared.draw(node, step, (states or {}).get(node))[0]}
        case NodeKind.RANDOM:
            return {node: random_bits.key(prepared.seed, node, step)}
        case NodeKind.STATEFUL:
            parts = (states or {}).get(node) or prepared.start_state(node)
            return {f"{node}.{k}": part for k, part in enumerate(parts)}
        case _:
            return {}


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, array) for each array in a value."""
    if isinstance(value, tuple | list | Mapping):
        for key, each in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from ((f".{key}{path}", part) for path, part in _leaves(each))
    else:
        yield "", value
