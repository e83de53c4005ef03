"""What views show, evaluated again and again while parameters move: programs lowered and compiled once, without
derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.backends.numpy_code import Compiled, compile_program
from engine.binding import States, bind, failure, typed
from engine.errors import GradwireError, LoweringError
from engine.graph import Graph, Socket, Wire
from engine.operator import Kind, Library, Operator
from engine.order import ancestors, descendants
from engine.prepare import Prepared
from engine.program.lower import INDICES, lower
from engine.program.program import Program, Var
from engine.types import ArrayType

GIVEN: Final = Operator(
    "engine.given", "Given", Kind.SOURCE, "Stands where a stretch of a graph begins.", (), (), {}, None, None
)

FIT: Final = "fit"
"""The input of operators that scale rows by what they find in others."""


@dataclass(frozen=True)
class Watch:
    """Some outputs of a graph as one compiled program."""

    prepared: Prepared
    sockets: tuple[Socket, ...]
    compiled: Compiled

    def values(self, parameters: Mapping[str, Any], step: int, states: States | None = None) -> dict[Socket, Any]:
        """Return what each output carries (an array, or a tuple or dict of them). Raise RunError naming the node that
        fails."""
        program = self.compiled.program
        given = bind(program, self.prepared, parameters, step=step, states=states)
        found = dict(zip(program.outputs, _run(self.prepared, self.compiled, given, step), strict=True))
        return {socket: _filled(program.sockets[socket], found.__getitem__) for socket in self.sockets}


def watch(prepared: Prepared, sockets: Sequence[Socket], *, train: bool = True) -> Watch:
    """Return these outputs as a program; raise LoweringError where one cannot be computed."""
    program = lower(prepared.graph, prepared.library, prepared.types, tuple(sockets), train=train)
    return Watch(prepared, tuple(sockets), compile_program(program))


@dataclass(frozen=True)
class Stretch:
    """The stretch of a graph between two outputs, ready to be evaluated at other values of the first."""

    prepared: Prepared
    compiled: Compiled
    given: str
    """The input that stands for the first output."""
    batches: frozenset[str]
    """Batch nodes within the stretch: all rows go through them, in order."""

    def at(
        self, points: NDArray[Any], parameters: Mapping[str, Any], step: int, states: States | None = None
    ) -> NDArray[Any]:
        """Return what the stretch makes of `points`, which have the shape it was built for."""
        inputs = self.compiled.program.inputs
        rest = [each for each in inputs if each.name != self.given and each.name not in self.batches]
        others = iter(bind(self.compiled.program, self.prepared, parameters, step=step, states=states, inputs=rest))
        values = [
            typed(points, each)
            if each.name == self.given
            else np.arange(len(points))
            if each.name in self.batches
            else next(others)
            for each in inputs
        ]
        return np.asarray(_run(self.prepared, self.compiled, values, step)[0])


def stretch(prepared: Prepared, first: Socket, last: Socket, count: int) -> Stretch:
    """Return the stretch from the output `first` to the output `last`, for `count` rows in place of those of `first`,
    as it is evaluated outside of training.

    Raise LoweringError, one sentence, where `last` does not depend on `first`, is no array with one row for each of
    them, or needs the original rows.
    """
    kind = prepared.inferred.get(first)
    if not isinstance(kind, ArrayType) or not kind.shape:
        raise LoweringError(f"What {prepared.quoted(first.node)} gives is not known yet, or has no rows.")
    library = prepared.library
    given, graph = _cut(prepared.graph, library, first)
    behind = descendants(graph, [given])
    if last.node not in behind:
        raise LoweringError(
            f"{prepared.quoted(last.node)} does not depend on {prepared.quoted(first.node)}: wire in the output that "
            "the prediction is made from."
        )
    within = behind & ancestors(graph, [last.node])
    batches = frozenset(id for id in within if id != given and library[graph.nodes[id].operator].kind is Kind.BATCH)
    types = dict(prepared.types) | {Socket(given, "value"): replace(kind, shape=(count, *kind.shape[1:]))}
    types |= {Socket(id, INDICES): ArrayType((count,), "int64") for id in batches}
    program = lower(graph, Library([*library.values(), GIVEN]), types, [last], train=False)
    _require_rows(prepared, program, last, count)
    return Stretch(prepared, compile_program(program), f"{given}.value", batches)


def _cut(graph: Graph, library: Library, first: Socket) -> tuple[str, Graph]:
    """Return the graph with a new node in the place of the output `first`, and that node's id. What scales by other
    rows than those it is given (an input called `fit`) still takes the original rows for that."""
    given = "given"
    while given in graph.nodes:
        given += "_"
    fed = {wire.target.node for wire in graph.wires if wire.source == first and wire.target.name == "x"}
    fitted = {id for id in fed if any(each.name == FIT for each in library[graph.nodes[id].operator].inputs)}
    kept = {Wire(first, Socket(id, FIT)) for id in fitted if Socket(id, FIT) not in graph.sources}
    wires = kept | {
        Wire(Socket(given, "value"), wire.target) if wire.source == first and wire.target.name != FIT else wire
        for wire in graph.wires
    }
    node = replace(graph.nodes[first.node], id=given, operator=GIVEN.id, name="", settings={})
    return given, Graph({**graph.nodes, given: node}, frozenset(wires))


def _require_rows(prepared: Prepared, program: Program, last: Socket, count: int) -> None:
    kind = program.types[program.outputs[0]]
    if not isinstance(program.sockets[last], Var) or len(kind.shape) not in (1, 2) or kind.shape[0] != count:
        raise LoweringError(
            f"{prepared.quoted(last.node)} does not give one number, or one row of scores, for each point."
        )


def _run(prepared: Prepared, compiled: Compiled, values: Sequence[Any], step: int) -> tuple[Any, ...]:
    try:
        return compiled(values)
    except GradwireError:
        raise
    except Exception as error:
        raise failure(prepared, compiled.program, values, error, "", step) from error


def _filled(carrier: Any, value: Callable[[Var], Any]) -> Any:
    """Return a structure of variables with the value of each in its place."""
    if isinstance(carrier, Var):
        return value(carrier)
    if isinstance(carrier, Mapping):
        return {name: _filled(each, value) for name, each in carrier.items()}
    return tuple(_filled(each, value) for each in carrier)
