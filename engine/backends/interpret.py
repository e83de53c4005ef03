"""A Program run equation by equation: slower, but every variable is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from engine.backends.numpy_code import Compiled, compile_program
from engine.backends.structure_run import Evaluator, Frame, roomy
from engine.errors import RunError
from engine.graph import Socket
from engine.program.compose import embed, rename
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, direction_of, node_of
from engine.program.record import RecordNode
from engine.program.structure import CALL, STRUCTURAL, programs_of


class NonFinite(NamedTuple):
    """The first variable that holds NaN or Inf: the node it came from, and whether forward or in the adjoint.

    Inside a loop `iteration` is the innermost loop's, and `variable` one of the nested program's.
    """

    node: str
    direction: Literal["forward", "backward"]
    variable: Var
    what: Literal["NaN", "infinite"]
    iteration: int | None = None


def interpret(program: Program, values: Sequence[Any]) -> dict[Var, Any]:
    """Return the value of every variable at `values` (in the order of program.inputs). Raise RunError naming the node
    that failed, also inside loops, branches and calls.
    """
    known = start(program, values)
    with np.errstate(all="ignore"), roomy(program):
        Evaluator(program.functions).equations(program, known, ())
    return known


def socket_values(program: Program, values: Sequence[Any]) -> dict[Socket, Any]:
    """Return the value of every output socket, those of nodes inside loops, branches and calls as they were last.

    Sockets in an arm that was not chosen, or a body that did not run, are missing.
    """
    return interpret_all(program, values)[1]


def interpret_all(program: Program, values: Sequence[Any]) -> tuple[dict[Var, Any], dict[Socket, Any]]:
    """Return what `interpret` and `socket_values` return, in one run."""
    known = start(program, values)
    with np.errstate(all="ignore"), roomy(program):
        evaluator = _Sockets(program.functions)
        evaluator.equations(program, known, ())
        evaluator.leave(program, known, ())
    return known, evaluator.sockets


OFTEN: Final = 32
"""After how many runs a body of a loop in which nobody looks at anything is compiled."""


class _Sockets(Evaluator):
    """Remembers what the sockets carried when a nested program ended."""

    def __init__(self, functions: Mapping[str, Program]) -> None:
        super().__init__(functions)
        self.sockets: dict[Socket, Any] = {}
        self._runs: dict[int, int] = {}
        self._compiled: dict[int, Compiled | None] = {}
        """By the program's identity: None where it has to be run step by step."""

    def program(
        self, program: Program, values: Sequence[Any], frames: tuple[Frame, ...], equation: Equation, key: str,
        number: int | None,
    ) -> list[Any]:  # fmt: skip
        """Return the outputs of a nested program. A body without sockets that runs often (a loop of a Python node) is
        compiled: where that fails, it is run step by step for the sake of the sentence."""
        runs = self._runs[id(program)] = self._runs.get(id(program), 0) + 1
        if number is None or runs < OFTEN:
            return super().program(program, values, frames, equation, key, number)
        if id(program) not in self._compiled:
            hidden = not _seen(program)
            self._compiled[id(program)] = compile_program(program) if hidden else None
        code = self._compiled[id(program)]
        if code is not None:
            try:
                return list(code(values))
            except Exception:  # noqa: BLE001 - whatever it is, the slow way says it in a sentence
                self._compiled[id(program)] = None
        return super().program(program, values, frames, equation, key, number)

    def leave(self, program: Program, known: Mapping[Var, Any], frames: tuple[Frame, ...]) -> None:
        self.sockets.update({socket: _structure(value, known) for socket, value in program.sockets.items()})


def _seen(program: Program) -> bool:
    """Return whether a nested program, or one in it, has sockets; what it calls is taken to have some."""
    inner = [equation for equation in program.equations if equation.primitive in STRUCTURAL]
    return bool(program.sockets) or any(
        equation.primitive == CALL or any(_seen(each) for _, each in programs_of(equation)) for equation in inner
    )


def _structure(value: Any, known: Mapping[Var, Any]) -> Any:
    if type(value) is Var:
        return known[value]
    if isinstance(value, Mapping):
        return {name: _structure(each, known) for name, each in value.items()}
    return tuple(_structure(each, known) for each in value)


def inline(program: Program, values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the outputs of `program` at `values`; within a recorded function its equations are recorded into that
    function's program.
    """
    recorders = [each._node.recorder for each in values if isinstance(getattr(each, "_node", None), RecordNode)]
    if recorders and any(each.primitive in STRUCTURAL for each in program.equations):
        return tuple(embed(max(recorders, key=lambda each: each.depth), program, values))
    known = dict(zip((each.var for each in program.inputs), values, strict=True)) | dict(program.constants)
    evaluator = Evaluator(program.functions)
    for equation in program.equations:
        if equation.primitive in STRUCTURAL:
            known[equation.output] = evaluator.structure(equation, known, ())
            continue
        arguments = [rename(each, known) for each in equation.arguments]
        known[equation.output] = PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
    return tuple(known[var] for var in program.outputs)


def first_nonfinite(program: Program, values: Sequence[Any]) -> NonFinite | None:
    """Return the first variable that is not finite, in the order of the program: an input or an equation's result; or
    None. Inside loops, branches and calls it is the equation there that is named.

    For an input the node is the input's name up to the first dot.
    """
    known = start(program, values)
    for each in program.inputs:
        if not _finite(known[each.var]):
            return NonFinite(each.name.partition(".")[0], "forward", each.var, _what(known[each.var]))
    try:
        with np.errstate(all="ignore"), roomy(program):
            _Watching(program.functions).equations(program, known, ())
    except _Found as found:
        return found.what
    return None


class _Found(Exception):
    def __init__(self, what: NonFinite) -> None:
        super().__init__()
        self.what = what


class _Watching(Evaluator):
    """Stops at the first result that is not finite."""

    def seen(self, equation: Equation, result: Any, frames: tuple[Frame, ...]) -> None:
        if not _finite(result):
            node, direction = node_of(equation.origin), direction_of(equation.origin)
            iterations = [each.iteration for each in frames if each.iteration is not None]
            raise _Found(
                NonFinite(node, direction, equation.output, _what(result), iterations[-1] if iterations else None)
            )


def start(program: Program, values: Sequence[Any]) -> dict[Var, Any]:
    """Return the values of inputs and constants."""
    if len(values) != len(program.inputs):
        raise RunError(f"the program has {len(program.inputs)} inputs, {len(values)} values were given")
    known = dict(program.constants)
    for each, value in zip(program.inputs, values, strict=True):
        known[each.var] = value if isinstance(value, np.ndarray | np.generic) else np.asarray(value, each.type.dtype)
    return known


def step(equation: Equation, known: Mapping[Var, Any], functions: Mapping[str, Program] | None = None) -> Any:
    """Return the result of one equation; raise RunError naming its node where it fails."""
    return Evaluator(functions or {}).step(equation, known, ())


def _what(value: Any) -> Literal["NaN", "infinite"]:
    parts = value if isinstance(value, list | tuple) else (value,)
    return "NaN" if any(np.isnan(part).any() for part in parts if _inexact(part)) else "infinite"


def _finite(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_finite, value))
    return not _inexact(value) or bool(np.isfinite(value).all())


def _inexact(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"
