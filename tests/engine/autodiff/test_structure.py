"""Derivatives of branches, loops and calls against plain Python: recorded at one point, run at the others."""

import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import complex_step, plainly, record

APPROACHES = [("static", "numpy_code"), ("static", "interpret"), ("tape", "autograd"), ("forward", "numpy_code"),
              ("forward", "interpret")]  # fmt: skip


def floats(program):
    return [each.var for each in program.inputs if each.type.differentiable]


def joined(arrays):
    return onp.concatenate([onp.ravel(each) for each in arrays])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("approach", "backend"), APPROACHES)
def test_every_approach_gives_the_gradient_of_plain_python(name, approach, backend):
    function, points = CASES[name]
    program = record(function, points[0])
    gradient = gradient_function(program, program.outputs[0], floats(program), approach, backend)
    for point in points:
        (value, *_), found = gradient(point)
        onp.testing.assert_allclose(value, plainly(function, point), rtol=1e-13)
        wanted = joined(g for g, x in zip(complex_step(function, point), point, strict=True)
                        if onp.asarray(x).dtype.kind == "f")  # fmt: skip
        onp.testing.assert_allclose(joined(found), wanted, rtol=0, atol=1e-10 * (1 + onp.linalg.norm(wanted)))


def second(program, order):
    """Return a program whose last outputs are the second derivatives by the first input (a scalar), by each mode."""
    x = floats(program)[:1]
    first = program
    for mode in order:
        of = first.outputs[-1]
        first = adjoint(first, of, x) if mode == "r" else tangent(first, x)
    return first


@pytest.mark.parametrize("name", [name for name, (_, points) in CASES.items() if onp.ndim(points[0][0]) == 0])
@pytest.mark.parametrize("order", ["ff", "fr", "rf", "rr"])
def test_second_derivatives_agree_with_differences_of_the_complex_step(name, order):
    function, points = CASES[name]
    program = second(record(function, points[0]), order)
    compiled = compile_program(program)
    for point in points:
        given = [*point, *[1.0] * order.count("f")]
        found = compiled(given)[-1]
        step = 1e-4
        slopes = [complex_step(function, (point[0] + k * step, *point[1:]))[0] for k in (-2, -1, 1, 2)]
        wanted = (slopes[0] - 8 * slopes[1] + 8 * slopes[2] - slopes[3]) / (12 * step)
        onp.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-8 * (1 + abs(slopes[0])))
        known = interpret(program, given)
        onp.testing.assert_allclose(known[program.outputs[-1]], found, rtol=1e-12, atol=1e-14)
