"""Solving x = f(x, c) or f(x, c) = 0 inside a program, with the derivative that the implicit function theorem gives.

With r(x, c) = x - f(x, c), or f(x, c), a solution has dx/dc = -(dr/dx)^-1 dr/dc whatever way it was found, so nothing
of the way is kept. Where dr/dx is singular there is no derivative, and it becomes NaN or infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from engine.autodiff.adjoint import pulled
from engine.autodiff.stretch import jacobian
from engine.program.compose import embed
from engine.program.nesting import while_of
from engine.program.primitives import stop
from engine.program.program import Program
from engine.program.record import Recorder
from engine.solvers.cotangents import vector_program, with_cotangent
from engine.solvers.equation import RightHandSide
from engine.solvers.packing import packed, size, unpacked

FIXED_POINT, ROOT = "fixed point", "root"
ITERATION, NEWTON = "iteration", "Newton"
WHAT: Final = (FIXED_POINT, ROOT)
HOW: Final = (ITERATION, NEWTON)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for and how: at most `limit` steps, each `damping` of a whole one, until the residual's largest
    entry is at most `tolerance` (numbers, or boxes)."""

    what: str = FIXED_POINT
    how: str = NEWTON
    tolerance: Any = 1e-10
    limit: int = 100
    damping: Any = 1.0


def solved(
    recorder: Recorder, program: Program, read: Sequence[Any], start: Sequence[Any], search: Search, origin: str
) -> tuple[list[Any], Any, Any]:
    """Return (the solution, how many steps it took, the largest entry of the residual).

    `program` takes what it reads of the program around it, then the unknowns; it gives as many values. Must be called
    while recording. No derivative passes to `start`.
    """
    equation = RightHandSide(program, len(read), timed=False)
    kinds = equation.state
    residual = _residual(equation, [stop(each) for each in read], search, origin)
    x, steps = _found(recorder, residual, packed([stop(each) for each in start]), search)
    left = anp.max(anp.abs(residual(recorder, x))) if size(kinds) else 0.0 * anp.sum(x)
    if equation.moving:
        x = _with_derivative(recorder, equation, read, x, search, origin)
    return unpacked(x, kinds), steps, stop(left)


def _residual(
    equation: RightHandSide, read: Sequence[Any], search: Search, origin: str
) -> Callable[[Recorder, Any], Any]:
    def residual(recorder: Recorder, x: Any) -> Any:
        value = packed(embed(recorder, equation.program, [*read, *unpacked(x, equation.state)], origin))
        return x - value if search.what == FIXED_POINT else value

    return residual


def _found(recorder: Recorder, residual: Callable[[Recorder, Any], Any], x: Any, search: Search) -> tuple[Any, Any]:
    def size_of(left: Any) -> Any:
        return anp.max(anp.abs(left))

    def going(inner: Recorder, *given: Any) -> list[Any]:
        return [anp.logical_and(given[1] > search.tolerance, given[2] < search.limit)]

    def body(inner: Recorder, *given: Any) -> list[Any]:
        own = inner.box(inner.var(given[0] + 0.0))
        left = residual(inner, own)
        change = left
        if search.how == NEWTON:
            slopes = jacobian(inner, inner.var(left), inner.var(own))
            change = anp.reshape(anp.linalg.solve(slopes, anp.reshape(left, (-1, 1))), (-1,))
        moved = own - search.damping * change
        return [moved, size_of(residual(inner, moved))]

    if not x.shape[0]:
        return x, np.int64(0)
    found = while_of(recorder, [x, size_of(residual(recorder, x))], going, body, limit=search.limit + 1)
    return stop(found[0]), found[-1]


def _with_derivative(
    recorder: Recorder, equation: RightHandSide, read: Sequence[Any], x: Any, search: Search, origin: str
) -> Any:
    """Return the solution with the derivatives of the implicit function theorem by what moves."""
    equation.require_real(recorder.who, origin)
    given, fixed = (packed([read[k] for k in places]) for places in (equation.moving, equation.held))
    return with_cotangent("implicit function", _backwards(equation, search), x, given, fixed)


def _backwards(equation: RightHandSide, search: Search) -> Program:
    """Return the program (cotangent of the packed solution, the packed solution, what moves, what is fixed) -> the
    cotangent of what moves."""
    kinds = equation.state
    moving, held = ([equation.constants[k] for k in places] for places in (equation.moving, equation.held))

    def backwards(recorder: Recorder, g: Any, x: Any, given: Any, fixed: Any) -> Any:
        values = equation.merged(unpacked(given, moving), unpacked(fixed, held))
        own = recorder.box(recorder.var(x + 0.0))
        left = _residual(equation, values, search, "")(recorder, own)
        slopes = jacobian(recorder, recorder.var(left), recorder.var(own))
        a = anp.reshape(anp.linalg.solve(anp.transpose(slopes), anp.reshape(g, (-1, 1))), (-1,))
        shares = pulled(recorder, equation.program, list(range(len(kinds))), list(equation.moving))
        total = packed(embed(recorder, shares, [*values, *unpacked(own, kinds), *unpacked(a, kinds)]))
        return total if search.what == FIXED_POINT else -total

    return vector_program(backwards, {"g": kinds, "x": kinds, "given": moving, "fixed": held})
