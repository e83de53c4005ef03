"""What the passes gain: a training step of each sample with and without them, and what they cost before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import autograd.numpy as anp
import numpy as np

import engine
from benchmarks.engine_tape import SAMPLES, repeated
from benchmarks.row import Row, least, side_by_side
from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.backends.numpy_code import compile_program
from engine.lane import Mover
from engine.optimizers import METHODS
from engine.program.functions import record_function
from engine.program.passes import simplify, stable
from engine.program.program import Program
from engine.types import ArrayType
from nodes.library import LIBRARY

SECONDS = 0.02
"""How long the repeats of one step last together."""
EQUATIONS = 10_000


def chain(count: int) -> Program:
    """Return a program of some `count` equations on three numbers."""

    def function(x: Any) -> Any:
        for _ in range(count // 5):
            x = anp.tanh(x * 1.1) + 0.5 * x - anp.sin(x)
        return anp.sum(x)

    return record_function(function, [ArrayType((3,))])


def step_with_and_without(name: str) -> tuple[float, float]:
    """Return the least seconds of a sample's first training step as its equations stand, and simplified."""
    prepared = engine.open(SAMPLES / f"{name}.dgraph", LIBRARY).prepare()
    mover = Mover(prepared, prepared.plans[0], "static", "numpy_code", 0, 100)
    bare, simplified = compile_program(mover.stepper.program).function, mover.stepper.function
    arguments = (*mover.carry, *mover._fresh(0)[0], *mover.fixed)
    with np.errstate(all="ignore"):
        times = max(1, int(SECONDS / least(lambda: bare(*arguments), 3)))

        def steps(function: Callable[..., Any]) -> Callable[[], None]:
            return repeated(lambda: function(*arguments), times)

        one, other = side_by_side(steps(bare), steps(simplified), 15)
    return one / times, other / times


def first_gradient(count: int) -> float:
    """Return the least seconds from a program of `count` equations to its gradient, compiling included."""
    program = chain(count)
    wrt, value = [program.inputs[0].var], [np.ones(3)]
    return least(lambda: gradient_function(program, program.outputs[0], wrt, "static", "numpy_code")(value), 5)


def adjoint_cost(function: Callable[..., Any], values: tuple[float, ...]) -> Row:
    """Return what a scalar function with its gradient costs in evaluations of the function."""
    program = record_function(function, [ArrayType()] * len(values))
    wrt = [each.var for each in program.inputs]
    alone = compile_program(simplify(program)).function
    both = compile_program(simplify(adjoint(stable(program), program.outputs[0], wrt))).function
    given = [np.float64(value) for value in values]
    with np.errstate(all="ignore"):
        one, other = side_by_side(repeated(lambda: alone(*given), 20), repeated(lambda: both(*given), 20), 200)
    detail = f"{other / 20 * 1e6:.2f} us / {one / 20 * 1e6:.2f} us"
    return Row(f"{function.__name__}: with its gradient / alone", other / one, 5.0, detail=detail)


def valley(x: Any, y: Any) -> Any:
    """Rosenbrock's function."""
    return (x - 1.0) ** 2 + 100.0 * (y - x**2) ** 2


def orbit(x: Any, y: Any) -> Any:
    """Thirty steps of two numbers that drive each other."""
    for _ in range(30):
        x = anp.sin(x * y) + 0.5 * x
        y = y - x * x / 3.0
    return x * y


def rows() -> Iterable[Row]:
    """Yield the gain of each sample's step, the time of the passes, and that of a first gradient."""
    for path in sorted(SAMPLES.glob("*.dgraph")):
        plan = engine.open(path, LIBRARY).prepare().plans[0]
        if METHODS[str(plan.settings["method"])].search is not None:
            continue
        without, with_ = step_with_and_without(path.stem)
        detail = f"{without * 1e6:.1f} us / {with_ * 1e6:.1f} us"
        yield Row(f"a step of {path.stem}: without passes / with", without / with_, 0.97, at_least=True, detail=detail)
    yield adjoint_cost(valley, (0.3, 0.5))
    yield adjoint_cost(orbit, (0.3, 0.5))
    program = chain(EQUATIONS // 3)
    whole = adjoint(stable(program), program.outputs[0], [program.inputs[0].var])
    count = len(whole.equations)
    took = least(lambda: simplify(whole), 3)
    yield Row(
        f"passes over {count:,} equations", took, 1.0, unit="s", detail=f"{took / count * 1e6:.1f} us an equation"
    )
    for size in (100, 1_000):
        took = first_gradient(size)
        yield Row(f"first gradient of {size:,} equations in NumPy code", took * 1e3, 100.0, unit="ms")
    yield Row(f"first gradient of {EQUATIONS:,} equations in NumPy code", first_gradient(EQUATIONS), 2.0, unit="s")
