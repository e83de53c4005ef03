"""Gradients against central differences and the complex step.

Central differences are extrapolated (Ridders, "Accurate computation of F'(x)", 1982), so that no step size has to be
guessed and a kink near by does no harm; the complex step (Squire and Trapp 1998) has no cancellation, and serves where
every equation between parameter and loss is analytic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.autodiff.adjoint import active_variables, adjoint, names_of
from engine.backends.numpy_code import Compiled, compile_program
from engine.program.compose import select
from engine.program.program import Program, Var

ANALYTIC = frozenset(
    f"numpy.{name}"
    for name in (
        "add", "subtract", "multiply", "divide", "negative", "power", "square", "sqrt", "exp", "expm1", "log", "log1p",
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "matmul", "dot", "tensordot", "einsum", "sum", "mean",
        "prod", "cumsum", "reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "getitem",
        "where", "reciprocal", "repeat", "tile", "roll", "flip",
    )
) | {"gradwire.expand", "gradwire.index", "gradwire.scatter", "gradwire.take_along", "autograd.concatenate_args",
     "autograd.array_from_args", "autograd.array_from_scalar_or_array"}  # fmt: skip
"""Primitives that are analytic in their real arguments and that NumPy computes for complex ones."""


Scalar: TypeAlias = Callable[[Sequence[Any]], Any]
"""Values -> results, of which the first is the scalar."""


@dataclass(frozen=True, slots=True)
class Report:
    """How one variable's gradient compares: worst errors relative to the largest entry of the gradient that was looked
    at.

    `complex_step` is None where it cannot serve. `worst` is the entry where central differences differ most.
    """

    name: str
    entries: int
    gradient_norm: float
    central: float
    complex_step: float | None
    passed: bool
    worst: tuple[int, ...]


def check_gradient(
    program: Program, of: Var, wrt: Sequence[Var], values: Sequence[Any], *, tolerance: float = 1e-6, entries: int = 64
) -> tuple[Report, ...]:
    """Compare the gradient of `of` by each input of `wrt`, at up to `entries` entries each, at `values`.

    float32 programs are compared with a tolerance of at least 1e-2, as differences of float32 numbers carry no more.
    """
    count = len(program.outputs)
    results = compile_program(adjoint(program, of, wrt))(values)
    primal = compile_program(select(program, (of,), ("of",)))
    places = {each.var: k for k, each in enumerate(program.inputs)}
    positions = [places[var] for var in wrt]
    exact = [analytic(program, of, var) for var in wrt]
    return tuple(
        _report(name, primal, values, position, np.asarray(gradient), smooth, tolerance, entries)
        for name, position, gradient, smooth in zip(
            names_of(program, wrt), positions, results[count:], exact, strict=True
        )
    )


def _report(
    name: str, primal: Compiled, values: Sequence[Any], position: int, gradient: NDArray[Any], smooth: bool,
    tolerance: float, entries: int,
) -> Report:  # fmt: skip
    places = chosen_entries(gradient.shape, entries)
    found = np.array([gradient[place] for place in places])
    central = np.array([central_difference(primal, values, position, place) for place in places])
    single = any(each.type.dtype in ("float32", "complex64") for each in primal.program.inputs)
    allowed = max(tolerance, 1e-2) if single else tolerance
    felt = _noise(primal, values, single) / allowed
    scale = float(max(np.abs(found).max(initial=felt), np.abs(central).max(initial=felt))) or 1.0
    errors = np.abs(found - central) / scale
    by_complex = None
    if smooth and gradient.dtype.kind == "f":
        stepped = np.array([complex_step(primal, values, position, place) for place in places])
        by_complex = float((np.abs(found - stepped) / scale).max(initial=0.0))
    worst = float(errors.max(initial=0.0))
    exact = by_complex is None or by_complex <= max(tolerance * 1e-3, 1e-5 if single else 1e-9)
    return Report(
        name,
        len(places),
        float(np.linalg.norm(gradient.ravel())),
        worst,
        by_complex,
        bool(worst <= allowed and exact),
        places[int(np.argmax(errors))] if places else (),
    )


def _noise(primal: Compiled, values: Sequence[Any], single: bool) -> float:
    """Return the slope that rounding alone makes of a scalar of this size: a gradient of 0 is told from it by nothing.

    A bias before a batch norm has the gradient 0; differences give 1e-13, autograd 1e-17, and neither is wrong.
    """
    size = abs(float(np.real(primal(values)[0])))
    resolved = 1e2 * float(np.finfo("float32").eps) if single else 1e4 * float(np.finfo("float64").eps)
    return resolved * size if np.isfinite(size) else 0.0


def chosen_entries(shape: tuple[int, ...], entries: int) -> list[tuple[int, ...]]:
    """Return up to `entries` places of an array, evenly spread in C order, always the same."""
    size = int(np.prod(shape, dtype=np.int64))
    numbers = np.unique(np.linspace(0, size - 1, min(size, entries)).round().astype(np.int64)).tolist() if size else []
    return [tuple(int(k) for k in np.unravel_index(number, shape)) for number in numbers]


def central_difference(primal: Compiled, values: Sequence[Any], position: int, place: tuple[int, ...]) -> Any:
    """Return the slope of the scalar at one entry; for a complex entry dL/dx - i dL/dy."""
    dtype = np.asarray(values[position]).dtype
    if dtype.kind == "c":
        return _slope(primal, values, position, place, 1.0) - 1j * _slope(primal, values, position, place, 1j)
    return _slope(primal, values, position, place, 1.0)


def slope(primal: Scalar, values: Sequence[Any], position: int, place: tuple[int, ...]) -> float:
    """Return the derivative of primal(values)[0] by one real entry of values[position], by extrapolated differences."""
    return _slope(primal, values, position, place, 1.0)


def _slope(primal: Scalar, values: Sequence[Any], position: int, place: tuple[int, ...], unit: complex) -> float:
    """Return the slope along `unit` by Ridders' extrapolation: of all steps and orders, the answer that agrees best."""
    start = np.asarray(values[position])
    single = start.dtype in (np.float32, np.complex64)
    step = (0.1 if single else 0.01) * max(0.1, float(abs(start[place])))
    best, smallest, above = float("nan"), float("inf"), list[float]()
    for _ in range(4 if single else 8):
        row = [_difference(primal, values, position, place, unit * step) / (2 * step)]
        for order, coarse in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - coarse) / (16.0**order - 1))
            doubt = max(abs(row[-1] - row[-2]), abs(row[-1] - coarse))
            if doubt < smallest:
                best, smallest = row[-1], doubt
        above = row
        step /= 4
    return best


def _difference(primal: Scalar, values: Sequence[Any], position: int, place: tuple[int, ...], step: complex) -> float:
    results = []
    for signed in (step, -step):
        moved = np.array(values[position], copy=True)
        moved[place] += signed
        results.append(float(primal([*values[:position], moved, *values[position + 1 :]])[0]))
    return results[0] - results[1]


def complex_step(primal: Compiled, values: Sequence[Any], position: int, place: tuple[int, ...]) -> float:
    """Return the imaginary part of the scalar at an entry moved by 1e-30 i, over 1e-30."""
    moved = np.array(values[position], dtype=np.complex128)
    moved[place] += 1e-30j
    return float(np.imag(primal([*values[:position], moved, *values[position + 1 :]])[0])) / 1e-30


def analytic(program: Program, of: Var, var: Var) -> bool:
    """Return whether every equation on the way from `var` to `of` is analytic."""
    narrow = select(program, (of,), ("of",))
    active = active_variables(narrow.types, narrow.equations, [var])
    return all(
        equation.primitive in ANALYTIC
        for equation in narrow.equations
        if any(type(each) is Var and each in active for each in equation.arguments)
    )
