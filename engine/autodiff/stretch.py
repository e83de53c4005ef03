"""Derivatives of a stretch of a program, recorded in its middle: what derivative nodes and nested derivatives are made
of.

The stretch between two variables is what the one depends on through the other; everything else is a constant to it. The
equations that are recorded are ordinary ones, so that they can be differentiated again: an inner derivative is a
function of whatever its equations read, and no tangent can be taken for another (no perturbation confusion).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import isbox

from engine.autodiff.adjoint import active_variables, pull_back
from engine.autodiff.dependence import carries
from engine.autodiff.tangent import push_forward
from engine.program.compose import used
from engine.program.primitives import cast, expand
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.program.record import Recorder
from engine.program.standin import stand_in
from engine.program.structure import ITERATION, scan
from engine.types import ArrayType


def stretch(recorder: Recorder, of: Var, wrt: Var) -> tuple[Equation, ...]:
    """Return the equations on the way from `wrt` to `of`, in order; none where `of` does not depend on `wrt`
    differentiably.
    """
    active = active_variables(recorder.types, recorder.equations, [wrt], recorder.functions)
    needed, found = {of}, []
    for equation in reversed(recorder.equations):
        if equation.output in needed and equation.output != wrt and equation.output in active:
            found.append(equation)
            needed.update(used(equation.arguments))
    return tuple(reversed(found))


def depends(recorder: Recorder, of: Var, wrt: Var) -> bool:
    """Return whether `of` depends differentiably on `wrt`."""
    return of == wrt or any(carries(recorder.types, equation) for equation in stretch(recorder, of, wrt))


def back(recorder: Recorder, of: Var, wrt: Var, seed: Any) -> Any:
    """Return the cotangent of `wrt` where that of `of` is `seed` (a box or array of its type); zeros where there is
    none.
    """
    found = pull_back(recorder, stretch(recorder, of, wrt), {of: seed}, [wrt]).get(wrt)
    return _filled(found, recorder.types[wrt])


def forth(recorder: Recorder, of: Var, wrt: Var, direction: Any) -> Any:
    """Return the tangent of `of` where that of `wrt` is `direction`; zeros where there is none."""
    found = push_forward(recorder, stretch(recorder, of, wrt), {wrt: direction}).get(of)
    return _filled(found, recorder.types[of])


def gradient(recorder: Recorder, of: Var, wrt: Var) -> Any:
    """Return the gradient of the scalar `of` by `wrt`, in the shape of `wrt`."""
    return back(recorder, of, wrt, np.ones((), recorder.types[of].dtype))


def gradient_along(recorder: Recorder, of: Var, wrt: Var, direction: Any) -> Any:
    """Return the Hessian of the scalar `of` by `wrt` times `direction`: the gradient's tangent."""
    return forth(recorder, recorder.var(gradient(recorder, of, wrt)), wrt, direction)


def jacobian(recorder: Recorder, of: Var, wrt: Var) -> Any:
    """Return d of / d wrt in the shape of `of`, then of `wrt`: by rows or by columns, whichever are fewer."""
    out, into = recorder.types[of], recorder.types[wrt]
    rows, columns = math.prod(out.shape), math.prod(into.shape)
    shape = (*out.shape, *into.shape)
    if not rows * columns or not depends(recorder, of, wrt):
        return np.zeros(shape, np.result_type(out.dtype, into.dtype))
    by_rows = rows <= columns
    kind, way = (out, back) if by_rows else (into, forth)
    lines = min(rows, columns)
    if lines <= UNROLLED:
        found = [anp.reshape(way(recorder, of, wrt, unit), (1, -1)) for unit in _units(kind)]
        matrix = found[0] if lines == 1 else anp.concatenate(found, axis=0)
    else:
        matrix = _looped(recorder, lines, kind, lambda unit: anp.reshape(way(recorder, of, wrt, unit), (-1,)))
    return anp.reshape(matrix if by_rows else anp.transpose(matrix), shape)


def _looped(recorder: Recorder, lines: int, kind: ArrayType, line: Callable[[Any], Any]) -> Any:
    """Return the lines for each unit array of type `kind`, stacked: a scan, of what depends on the unit alone."""
    first, origin = len(recorder.equations), recorder.origin
    number = recorder.new(stand_in((), np.dtype(ITERATION.dtype)))
    chosen = anp.equal(np.arange(lines), recorder.box(number))
    result = recorder.var(line(anp.reshape(cast(chosen, kind.dtype), kind.shape)))
    inside, moving = [], {number}
    for equation in recorder.equations[first:]:
        if moving.intersection(used(equation.arguments)):
            moving.add(equation.output)
            inside.append(replace(equation, origin=origin))
    recorder.equations[first:] = [each for each in recorder.equations[first:] if each.output not in moving]
    recorder.origin = origin
    read = dict.fromkeys(var for each in inside for var in used(each.arguments) if var not in moving)
    constants = {var: recorder.constants[var] for var in read if var in recorder.constants}
    outer = [var for var in read if var not in constants]
    types = {var: recorder.types[var] for var in (*read, *moving) if var in recorder.types}
    inputs = [ProgramInput(var, "data", f"outer v{var.index}", types[var]) for var in outer]
    body = Program(
        (*inputs, ProgramInput(number, "data", "line", ITERATION)), constants, tuple(inside), (result,), ("line",),
        types, {}, recorder.functions,
    )  # fmt: skip
    return scan(recorder, lines, [recorder.box(var) for var in outer], body, consts=len(outer), carry=0)[0]


def hessian(recorder: Recorder, of: Var, wrt: Var) -> Any:
    """Return the second derivatives of the scalar `of` by `wrt`, in the shape of `wrt` twice."""
    return jacobian(recorder, recorder.var(gradient(recorder, of, wrt)), wrt)


UNROLLED = 8
"""Lines of a Jacobian up to which each is recorded by itself; more are one loop."""


def _units(kind: ArrayType) -> Iterator[Any]:
    """Yield the arrays of this type that are 1 at one place and 0 elsewhere, in C order."""
    for place in np.ndindex(kind.shape):
        unit = np.zeros(kind.shape, kind.dtype)
        unit[place] = 1
        yield unit


def _filled(value: Any, kind: ArrayType) -> Any:
    """Return a derivative in the type of its variable, zeros for None."""
    if value is None:
        return np.zeros(kind.shape, kind.dtype)
    return value if isbox(value) else np.broadcast_to(np.asarray(value, kind.dtype), kind.shape)


def fitted(recorder: Recorder, vector: Var, kind: ArrayType) -> Any:
    """Return a vector as a direction of the type `kind`: a number counts for every entry."""
    own, box = recorder.types[vector], recorder.box(vector)
    box = box if own.dtype == kind.dtype else cast(box, kind.dtype)
    return box if own.shape == kind.shape else expand(box, kind.shape)


DERIVATIVES: dict[str, Callable[..., Any]] = {
    "gradients.gradient": gradient,
    "gradients.jacobian": jacobian,
    "gradients.hessian": hessian,
    "gradients.jvp": lambda recorder, of, wrt, vector: forth(
        recorder, of, wrt, fitted(recorder, vector, recorder.types[wrt])
    ),
    "gradients.vjp": lambda recorder, of, wrt, vector: back(
        recorder, of, wrt, fitted(recorder, vector, recorder.types[of])
    ),
    "gradients.hvp": lambda recorder, of, wrt, vector: gradient_along(
        recorder, of, wrt, fitted(recorder, vector, recorder.types[wrt])
    ),
}
"""What each derivative node records: (recorder, of, wrt[, vector]) -> box or array."""
