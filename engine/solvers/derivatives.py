"""Derivatives of solutions other than those of the steps that were taken.

- The continuous adjoint (Pontryagin et al. 1962; Chen et al., "Neural Ordinary Differential Equations", 2018): the
  cotangent a of the state obeys a' = -a df/dy, solved backwards from each time together with the state itself and the
  integral of a df/dc. Memory does not grow with the number of steps.
- Forward sensitivities: s = dy/dp obeys s' = df/dy s + df/dp, solved together with the state, a column for each number
  of p: the starting state and what f reads.

Both are derivatives of the equation, not of its steps: they agree with those as far as the steps are short. The
starting time and the times asked for have derivatives too, but for sensitivities, which have first derivatives alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from engine.autodiff.adjoint import pulled
from engine.autodiff.stretch import jacobian
from engine.program.checkpoints import SAVE_ALL
from engine.program.compose import embed
from engine.program.custom import custom, define_refusal
from engine.program.nesting import scan_of
from engine.program.primitives import expand, stop
from engine.program.program import Program
from engine.program.record import Recorder
from engine.solvers.cotangents import vector_program, with_cotangent
from engine.solvers.equation import RightHandSide
from engine.solvers.integrate import Solver, State, solution
from engine.solvers.packing import packed, size, unpacked
from engine.types import ArrayType

NUMBER = ArrayType((), "float64")


# ----- the continuous adjoint -----


def with_adjoint(
    recorder: Recorder,
    equation: RightHandSide,
    constants: Sequence[Any],
    start: State,
    times: Any,
    solver: Solver,
    origin: str,
) -> tuple[list[Any], Any]:
    """Return what `solution` does, with the derivatives of the continuous adjoint."""
    equation.require_real(recorder.who, origin)
    field = equation.field([stop(each) for each in constants], origin)
    paths, steps = solution(recorder, field, [stop(each) for each in start], stop(times), solver)
    given = packed([times, *(constants[k] for k in equation.moving), *start])
    fixed = packed([*(constants[k] for k in equation.held), stop(solver.relative), stop(solver.absolute)])
    count = times.shape[0]
    back = _backwards(equation, count, solver)
    value = with_cotangent("continuous adjoint", back, packed([stop(each) for each in paths]), given, fixed)
    return unpacked(value, [_along(kind, count) for kind in equation.state]), steps


def _along(kind: ArrayType, count: int) -> ArrayType:
    return ArrayType((count, *kind.shape), kind.dtype)


def _backwards(equation: RightHandSide, count: int, solver: Solver) -> Program:
    """Return the program (cotangent of the paths, the paths, the times and what moves and the start, what is fixed and
    the tolerances, each packed) -> the cotangent of the third."""
    state = equation.state
    stacked = [_along(kind, count) for kind in state]
    moving = [equation.constants[k] for k in equation.moving]
    held = [equation.constants[k] for k in equation.held]
    given = [ArrayType((count,), "float64"), *moving, *state]

    def backwards(recorder: Recorder, g: Any, values: Any, given_now: Any, fixed: Any) -> Any:
        times, *parts = unpacked(given_now, given)
        *rest, relative, absolute = unpacked(fixed, [*held, NUMBER, NUMBER])
        constants = equation.merged(parts[: len(moving)], rest)
        paths, bars = unpacked(values, stacked), unpacked(g, stacked)
        one = replace(solver, memory=SAVE_ALL, relative=relative, absolute=absolute)
        return packed(_swept(recorder, equation, constants, times, paths, bars, one))

    return vector_program(
        backwards, {"g": stacked, "values": stacked, "given": given, "fixed": [*held, NUMBER, NUMBER]}
    )


def _swept(
    recorder: Recorder,
    equation: RightHandSide,
    constants: Sequence[Any],
    times: Any,
    paths: Sequence[Any],
    bars: Sequence[Any],
    solver: Solver,
) -> list[Any]:
    """Return the cotangents of the times, of what moves, and of the start."""
    parts, read = len(equation.state), equation.read
    wanted = [*equation.moving, *range(read + 1, read + 1 + parts)]
    back = pulled(recorder, equation.program, list(range(parts)), wanted)

    def slopes(inner: Recorder, time: Any, state: State) -> list[Any]:
        now, a = state[:parts], state[parts : 2 * parts]
        values = [*constants, time, *now]
        forward = embed(inner, equation.program, values)
        shares = embed(inner, back, [*values, *a])
        moving, own = shares[: len(equation.moving)], shares[len(equation.moving) :]
        return [*forward, *(-each for each in own), *(-each for each in moving)]

    def interval(inner: Recorder, *given: Any) -> list[Any]:
        a, sums = list(given[:parts]), list(given[parts : parts + len(equation.moving)])
        earlier, later, *rest = given[parts + len(sums) : -1]
        now, arriving = rest[:parts], rest[parts:]
        a = [each + more for each, more in zip(a, arriving, strict=True)]
        slope = embed(inner, equation.program, [*constants, later, *now])
        at_time = _inner_product(arriving, slope)
        ends, _ = solution(inner, slopes, [*now, *a, *sums], _two(later, earlier), solver)
        last = [each[1] for each in ends]
        return [*last[parts:], at_time]

    zero = [expand(0.0 * each[0], each.shape[1:]) for each in bars]
    sums = [0.0 * constants[k] for k in equation.moving]
    carries, sequences = [*zero, *sums], [times[:-1], times[1:], *(each[1:] for each in paths), *(b[1:] for b in bars)]
    count = times.shape[0] - 1
    none = [*carries, times[1:]]
    found = scan_of(recorder, count, carries, sequences, interval, reverse=True) if count else none
    a = found[:parts]
    first = embed(recorder, equation.program, [*constants, times[0], *(each[0] for each in paths)])
    at_first = -_inner_product(a, first) if count else 0.0 * times[0]
    start = [each + bar[0] for each, bar in zip(a, bars, strict=True)]
    at_times = anp.concatenate((anp.reshape(at_first, (1,)), found[-1]))
    return [at_times, *found[parts:-1], *start]


def _inner_product(left: Sequence[Any], right: Sequence[Any]) -> Any:
    total: Any = 0.0
    for one, other in zip(left, right, strict=True):
        total = total + anp.sum(packed([one]) * packed([other]))
    return total


def _two(first: Any, second: Any) -> Any:
    return anp.concatenate((anp.reshape(first, (1,)), anp.reshape(second, (1,))))


# ----- forward sensitivities -----


def with_sensitivities(
    recorder: Recorder,
    equation: RightHandSide,
    constants: Sequence[Any],
    start: State,
    times: Any,
    solver: Solver,
    origin: str,
) -> tuple[list[Any], Any]:
    """Return what `solution` does, with the derivatives of forward sensitivities by the start and what is read."""
    equation.require_real(recorder.who, origin)
    state, moving = equation.state, [equation.constants[k] for k in equation.moving]
    fixed = [constants[k] for k in equation.held]
    rows, columns, count = size(state), size(moving) + size(state), times.shape[0]
    if not rows:
        return solution(recorder, equation.field(constants, origin), start, times, solver)
    given = packed([*(constants[k] for k in equation.moving), *start])

    held = stop(given)

    def slopes(inner: Recorder, time: Any, now: State) -> list[Any]:
        flow = inner.box(inner.var(now[0] + 0.0))
        reading = inner.box(inner.var(inner.box(inner.var(held))[: size(moving)] + 0.0))
        values = [*equation.merged(unpacked(reading, moving), fixed), time, *unpacked(flow, state)]
        forward = packed(embed(inner, equation.program, values, origin))
        of = inner.var(forward)
        by_state = jacobian(inner, of, inner.var(flow))
        moved = anp.matmul(by_state, now[1])
        if size(moving):
            by_read = jacobian(inner, of, inner.var(reading))
            moved = moved + anp.concatenate((by_read, np.zeros((rows, rows))), axis=1)
        return [forward, moved]

    first = anp.concatenate((np.zeros((rows, size(moving))), np.eye(rows)), axis=1)
    begun = held[size(moving) :]
    at_start = first + 0.0 * anp.expand_dims(begun, -1)
    paths, steps = solution(recorder, slopes, [begun, at_start], stop(times), solver)
    back = _product(count * rows, columns, origin)
    value = with_cotangent("forward sensitivity", back, packed([stop(paths[0])]), given, packed([stop(paths[1])]))
    return unpacked(anp.reshape(value, (count, rows)), list(state), (count,)), steps


ONCE: Final = "forward sensitivities"
define_refusal(ONCE, "forward sensitivity gives first derivatives only: choose backpropagation or continuous adjoint")


def _product(rows: int, columns: int, origin: str) -> Program:
    """Return the program (cotangent of values, the values, what they depend on, the matrix of the derivatives) -> the
    cotangent of what they depend on. It cannot be differentiated by that again: the node `origin` is named then."""

    def product(recorder: Recorder, g: Any, values: Any, given: Any, matrix: Any) -> Any:
        once = custom(matrix, given, rule=ONCE, names=("given",), settings=(("node", origin),))
        return anp.matmul(g, anp.reshape(once, (rows, columns)))

    values, given = (ArrayType((number,), "float64") for number in (rows, columns))
    matrix = ArrayType((rows, columns), "float64")
    return vector_program(product, {"g": [values], "values": [values], "given": [given], "matrix": [matrix]})
