"""A Program run equation by equation: slower, but every variable is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from engine.program.program import Program, Var


class NonFinite(NamedTuple):
    """The first variable that holds NaN or Inf: the node it came from, and whether forward or in the adjoint."""

    node: str
    direction: Literal["forward", "backward"]
    variable: Var


def interpret(program: Program, values: Sequence[Any]) -> dict[Var, Any]:
    """Return the value of every variable at `values` (in the order of program.inputs). Raise RunError naming the node that failed."""
    raise NotImplementedError


def first_nonfinite(program: Program, values: Sequence[Any]) -> NonFinite | None:
    """Return the first equation whose result is not finite although its arguments are, or None."""
    raise NotImplementedError
