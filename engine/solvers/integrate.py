"""Solving y' = f(t, y) inside a program: fixed steps as a scan, adaptive ones as a scan of while loops.

A state is a tuple of arrays. All is recorded as ordinary equations, so it can be differentiated as it stands; how long
adaptive steps are is not differentiated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np

from engine.program.checkpoints import SAVE_ALL
from engine.program.nesting import scan_of, while_of
from engine.program.primitives import cast, stop
from engine.program.record import Recorder
from engine.solvers.methods import ADAPTIVE, METHODS, SEMI_IMPLICIT, Method

State: TypeAlias = Sequence[Any]
Field: TypeAlias = Callable[[Recorder, Any, State], list[Any]]
"""(recorder at work, time, state) -> the time derivative of each part of the state."""

SMALLEST = 1e-13
"""The shortest adaptive step, as a part of the interval: where a shorter one is asked for, the state becomes NaN."""
SAFETY, LEAST, MOST = 0.9, 0.2, 10.0
"""How much of the step that would just do is taken, and by how much a step may shrink and grow (Hairer et al. 1993,
section II.4)."""


@dataclass(frozen=True, slots=True)
class Solver:
    """How an equation is solved. `substeps` are the steps between two times, for methods with fixed steps; the
    tolerances (numbers, or boxes) and the `limit` of steps between two times are those of adaptive ones. `memory` is
    that of a loop."""

    method: str
    substeps: int = 1
    relative: Any = 1e-6
    absolute: Any = 1e-9
    limit: int = 10_000
    memory: str = SAVE_ALL


def solution(recorder: Recorder, field: Field, start: State, times: Any, solver: Solver) -> tuple[list[Any], Any]:
    """Return (each part of the state at all `times`, stacked; how many steps were taken, int64).

    `times` is a float64 vector of at least one entry, the first that of `start`; it may run backwards. Must be called
    while recording.
    """
    kept = len(start)
    firsts, lasts = times[:-1], times[1:]

    def interval(inner: Recorder, *given: Any) -> list[Any]:
        *state, taken, first, last, _ = given
        if solver.method == ADAPTIVE:
            state, count = _adaptively(inner, field, state, first, last, solver)
        else:
            state, count = _evenly(inner, field, state, first, last, solver), solver.substeps
        return [*state, taken + count, *state]

    number = times.shape[0] - 1
    if number < 1:
        return [anp.expand_dims(each, 0) for each in start], cast(0 * anp.sum(times), "int64")
    none = cast(0 * firsts[0], "int64")
    memory = solver.memory
    found = scan_of(recorder, number, [*start, none], [firsts, lasts], interval, memory=memory)
    paths = [
        anp.concatenate((anp.expand_dims(first, 0), rest)) for first, rest in zip(start, found[kept + 1 :], strict=True)
    ]
    return paths, found[kept]


def step(
    recorder: Recorder, field: Field, method: Method, time: Any, state: State, h: Any
) -> tuple[list[Any], list[Any]]:
    """Return the state a time `h` later, and how wrong each part of it is (nothing, where the method cannot say)."""
    slopes: list[list[Any]] = []
    for row, at in zip(method.stages, method.nodes, strict=True):
        moved = _moved(state, slopes, row, h)
        slopes.append(field(recorder, time + at * h if at else time, moved))
    errors = _combined(slopes, method.errors, h) if method.errors else []
    return _moved(state, slopes, method.weights, h), errors


def semi_implicit_step(recorder: Recorder, field: Field, time: Any, state: State, h: Any) -> list[Any]:
    """Return the state a time `h` later: its last part moves first, each of the others with what has moved already."""
    moved = list(state)
    for k in reversed(range(len(moved))):
        slope = field(recorder, time, moved)[k]
        moved[k] = moved[k] + _like(h, moved[k]) * slope
    return moved


def _moved(state: State, slopes: Sequence[State], weights: Sequence[float], h: Any) -> list[Any]:
    if not any(weights):
        return list(state)
    return [each + change for each, change in zip(state, _combined(slopes, weights, h), strict=True)]


def _combined(slopes: Sequence[State], weights: Sequence[float], h: Any) -> list[Any]:
    """Return h times the weighted sum of the slopes, part by part."""
    found = []
    for parts in zip(*slopes, strict=True):
        terms = [weight * part for weight, part in zip(weights, parts, strict=False) if weight]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        found.append(_like(h, total) * total)
    return found


def _like(h: Any, part: Any) -> Any:
    """Return a number in the dtype of a part of the state."""
    dtype = np.dtype(anp.result_type(part)).name
    return h if dtype == "float64" else cast(h, dtype)


# ----- steps of one length -----


def _evenly(recorder: Recorder, field: Field, state: State, first: Any, last: Any, solver: Solver) -> list[Any]:
    h = (last - first) / solver.substeps if solver.substeps > 1 else last - first

    def once(inner: Recorder, now: State, time: Any) -> list[Any]:
        if solver.method == SEMI_IMPLICIT:
            return semi_implicit_step(inner, field, time, now, h)
        return step(inner, field, METHODS[solver.method], time, now, h)[0]

    if solver.substeps == 1:
        return once(recorder, state, first)

    def substep(inner: Recorder, *given: Any) -> list[Any]:
        *now, number = given
        return once(inner, now, first + h * cast(number, "float64"))

    return scan_of(recorder, solver.substeps, list(state), [], substep, memory=solver.memory)


# ----- steps that fit the equation -----


def _adaptively(
    recorder: Recorder, field: Field, state: State, first: Any, last: Any, solver: Solver
) -> tuple[list[Any], Any]:
    """Return the state at `last`, and how many steps were tried. Steps are parts of the interval."""
    method, length = METHODS[solver.method], last - first

    def going(inner: Recorder, *given: Any) -> list[Any]:
        return [given[-3] < 1.0]

    def body(inner: Recorder, *given: Any) -> list[Any]:
        *now, done, wanted, _ = given
        part = stop(anp.minimum(wanted, 1.0 - done))
        moved, errors = step(inner, field, method, first + done * length, now, part * length)
        error = stop(_norm(errors, now, moved, solver))
        known = anp.isfinite(error)
        good = anp.logical_and(known, error <= 1.0)
        power = anp.where(known, anp.maximum(anp.where(known, error, 1.0), 1e-10), 1e10) ** (-1.0 / method.order)
        factor = anp.minimum(anp.maximum(SAFETY * power, LEAST), anp.where(good, MOST, 1.0))
        following = part * factor
        lost = anp.logical_and(following < SMALLEST, anp.logical_not(good))
        after = anp.where(good, anp.where(wanted >= 1.0 - done, 1.0, done + part), done)
        state = [anp.where(lost, np.nan, anp.where(good, new, old)) for new, old in zip(moved, now, strict=True)]
        return [*state, stop(anp.where(lost, 1.0, after)), stop(following)]

    part = _first_part(recorder, field, state, first, length, solver)
    none = stop(0.0 * part)
    found = while_of(recorder, [*state, none, part], going, body, limit=solver.limit, memory=_memory(solver.memory))
    return found[: len(state)], found[-1]


def _memory(memory: str) -> str:
    """Return the policy of a loop whose count is not known."""
    return SAVE_ALL if memory.startswith("binomial") else memory


def _norm(errors: State, before: State, after: State, solver: Solver) -> Any:
    """Return the root mean square of the errors, each relative to what is allowed."""
    total: Any = 0.0
    count = 0
    for error, old, new in zip(errors, before, after, strict=True):
        allowed = solver.absolute + solver.relative * anp.maximum(anp.abs(old), anp.abs(new))
        total = total + anp.sum(cast((error / allowed) ** 2, "float64"))
        count += int(np.prod(anp.shape(error), dtype=np.int64))
    return anp.sqrt(total / max(count, 1))


def _first_part(recorder: Recorder, field: Field, state: State, first: Any, length: Any, solver: Solver) -> Any:
    """Return the first step as a part of the interval: a hundredth of the time in which the state changes by itself."""
    slopes = field(recorder, first, state)
    size = _norm(state, state, state, solver)
    speed = _norm(slopes, state, state, solver)
    known = anp.logical_and(speed > 1e-10, size > 1e-10)
    guess = anp.where(known, 0.01 * size / anp.where(speed > 1e-10, speed, 1.0), 1e-6)
    far = anp.abs(length)
    part = guess / anp.where(far > 0.0, far, 1.0)
    return stop(anp.minimum(anp.maximum(anp.where(anp.isfinite(part), part, 1e-6), 1e-10), 1.0))
