"""A Program run equation by equation: slower, but every variable is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from engine.errors import GradwireError, RunError
from engine.program.compose import rename
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, direction_of, node_of


class NonFinite(NamedTuple):
    """The first variable that holds NaN or Inf: the node it came from, and whether forward or in the adjoint."""

    node: str
    direction: Literal["forward", "backward"]
    variable: Var
    what: Literal["NaN", "infinite"]


def interpret(program: Program, values: Sequence[Any]) -> dict[Var, Any]:
    """Return the value of every variable at `values` (in the order of program.inputs). Raise RunError naming the node
    that failed.
    """
    known = start(program, values)
    with np.errstate(all="ignore"):
        for equation in program.equations:
            known[equation.output] = step(equation, known)
    return known


def inline(program: Program, values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the outputs of `program` at `values`; within a recorded function its equations are recorded into that
    function's program.
    """
    known = dict(zip((each.var for each in program.inputs), values, strict=True)) | dict(program.constants)
    for equation in program.equations:
        arguments = [rename(each, known) for each in equation.arguments]
        known[equation.output] = PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
    return tuple(known[var] for var in program.outputs)


def first_nonfinite(program: Program, values: Sequence[Any]) -> NonFinite | None:
    """Return the first variable that is not finite, in the order of the program: an input or an equation's result; or
    None.

    For an input the node is the input's name up to the first dot.
    """
    known = start(program, values)
    for each in program.inputs:
        if not _finite(known[each.var]):
            return NonFinite(each.name.partition(".")[0], "forward", each.var, _what(known[each.var]))
    with np.errstate(all="ignore"):
        for equation in program.equations:
            result = known[equation.output] = step(equation, known)
            if not _finite(result):
                node, direction = node_of(equation.origin), direction_of(equation.origin)
                return NonFinite(node, direction, equation.output, _what(result))
    return None


def start(program: Program, values: Sequence[Any]) -> dict[Var, Any]:
    """Return the values of inputs and constants."""
    if len(values) != len(program.inputs):
        raise RunError(f"the program has {len(program.inputs)} inputs, {len(values)} values were given")
    known = dict(program.constants)
    for each, value in zip(program.inputs, values, strict=True):
        known[each.var] = value if isinstance(value, np.ndarray | np.generic) else np.asarray(value, each.type.dtype)
    return known


def step(equation: Equation, known: Mapping[Var, Any]) -> Any:
    """Return the result of one equation; raise RunError naming its node where it fails."""
    try:
        arguments = [rename(each, known) for each in equation.arguments]
        return PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
    except GradwireError:
        raise
    except Exception as error:
        node = node_of(equation.origin)
        raise RunError(f"{equation.primitive.rpartition('.')[2]} failed: {error}", node=node or None) from error


def _what(value: Any) -> Literal["NaN", "infinite"]:
    parts = value if isinstance(value, list | tuple) else (value,)
    return "NaN" if any(np.isnan(part).any() for part in parts) else "infinite"


def _finite(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_finite, value))
    kind = np.asarray(value).dtype.kind
    return kind not in "fc" or bool(np.isfinite(value).all())
