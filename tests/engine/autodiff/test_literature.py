"""Targets from the literature, as programs: figures that others have published, reached through control flow."""

import itertools
import math

import autograd.numpy as np
import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.autodiff.stretch import back, forth, gradient
from engine.autodiff.tangent import tangent
from engine.backends.numpy_code import compile_program
from engine.program import nesting
from engine.program.record import Recorder, recording
from engine.types import ArrayType
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import record

FLOAT, PAIR = ArrayType(()), ArrayType((2,))
MODES = ["".join(each) for each in itertools.product("fr", repeat=2)]


@pytest.mark.parametrize("approach", [("static", "numpy_code"), ("tape", "autograd"), ("forward", "numpy_code")])
def test_sine_by_its_taylor_series(approach):
    """Innes et al. (2019): terms until they are under 1e-8; the derivative at 1.0 is 0.540302303791887."""
    program = record(CASES["sine"][0], (0.3,))
    run = gradient_function(program, program.outputs[0], [program.inputs[0].var], *approach)
    (value,), (slope,) = run([1.0])
    assert slope == pytest.approx(0.540302303791887, abs=1e-15)
    assert value == pytest.approx(math.sin(1.0), abs=1e-9)


def inner_gradient(recorder, of, wrt, mode):
    """Return the gradient of a scalar box by a vector box, recorded where both are, by either mode."""
    y, x = recorder.var(of), recorder.var(wrt)
    if mode == "r":
        return gradient(recorder, y, x)
    units = onp.eye(recorder.types[x].shape[0])
    return np.array([forth(recorder, y, x, unit) for unit in units])


def outer_slope(program, mode):
    """Return a function x -> (value, derivative) of a program of one number, by either mode."""
    x = program.inputs[0].var
    run = compile_program(adjoint(program, program.outputs[0], [x]) if mode == "r" else tangent(program, [x]))
    return lambda at: run([at] if mode == "r" else [at, 1.0])


def particle(mode):
    """Return the program of GradBench's particle: w -> the squared place at which it crosses the axis."""

    def body(recorder, x, v, w, i):
        near = np.sqrt((x[0] - 10.0) ** 2 + (x[1] - 10.0 + w) ** 2)
        far = np.sqrt((x[0] - 10.0) ** 2 + x[1] ** 2)
        force = inner_gradient(recorder, 1.0 / near + 1.0 / far, x, mode)
        return [x + 0.1 * v, v - 0.1 * force, w]

    with recording():
        recorder = Recorder()
        w = recorder.input("parameter", "w", FLOAT)
        start = [recorder.box(recorder.constant(onp.array(each))) for each in ([0.0, 8.0], [0.75, 0.0])]
        x, v, *_ = nesting.while_of(recorder, [*start, w], lambda r, x, v, w, i: [(x + 0.1 * v)[1] > 0.0], body)
        crossed = x[0] - x[1] / v[1] * v[0]
        return recorder.program([recorder.var(crossed * crossed)], ["crossing"])


def descended(slope, x):
    """Return where GradBench's descent ends: steps of 1e-5, doubled after ten successes, halved after a failure."""
    value, g = slope(x)
    eta, successes = 1e-5, 0
    while abs(g) > 1e-5:
        if successes == 10:
            eta, successes = 2 * eta, 0
            continue
        ahead = x - eta * g
        if abs(ahead - x) <= 1e-5:
            break
        value_ahead, g_ahead = slope(ahead)
        if value_ahead < value:
            x, value, g, successes = ahead, value_ahead, g_ahead, successes + 1
        else:
            eta, successes = eta / 2, 0
    return x


@pytest.mark.parametrize("modes", MODES)
def test_gradbench_particle(modes):
    slope = outer_slope(particle(modes[1]), modes[0])
    value, g = slope(0.0)
    assert value == pytest.approx(3.199079, abs=5e-7)
    assert g == pytest.approx(-19.4046, abs=5e-5)
    assert descended(slope, 0.0) == pytest.approx(0.2071918746486116, rel=1e-11)


# ----- GradBench's saddle: a minimum over maxima, both found by descent -----


def descent(recorder, function, start, mode, sign):
    """Append the descent of `descended` on sign * function(recorder, x) from the pair `start`, as a While loop.

    The gradients are recorded inside the loop. Return the boxes of (x, the function there).
    """

    def slope(inner, x):
        x = x * 1.0  # a variable of its own: the start is read by others too
        value = sign * function(inner, x)
        return value, inner_gradient(inner, value, x, mode)

    def length(v):
        return np.sqrt(np.sum(v * v))

    def going(inner, x, value, g, eta, successes, done, i):
        return [~done & (length(g) > 1e-5)]

    def body(inner, x, value, g, eta, successes, done, i):
        def doubled(one, x, value, g, eta, successes, done):
            return [x, value, g, eta * 2.0, successes * 0, done]

        def tried(one, x, value, g, eta, successes, done):
            ahead = x - eta * g

            def stopped(two, x, value, g, eta, successes, done, ahead):
                return [x, value, g, eta, successes, ~done]

            def stepped(two, x, value, g, eta, successes, done, ahead):
                value_ahead, g_ahead = slope(two, ahead)

                def better(three, x, value, g, eta, successes, done, ahead, value_ahead, g_ahead):
                    return [ahead, value_ahead, g_ahead, eta, successes + 1, done]

                def worse(three, x, value, g, eta, successes, done, ahead, value_ahead, g_ahead):
                    return [x, value, g, eta * 0.5, successes * 0, done]

                everything = [x, value, g, eta, successes, done, ahead, value_ahead, g_ahead]
                return nesting.branch_of(two, value_ahead < value, everything, [worse, better])

            near = length(ahead - x) <= 1e-5
            return nesting.branch_of(one, near, [x, value, g, eta, successes, done, ahead], [stepped, stopped])

        everything = [x, value, g, eta, successes, done]
        return nesting.branch_of(inner, successes == 10, everything, [tried, doubled])

    value, g = slope(recorder, start)
    eta, successes, done = (recorder.box(recorder.constant(onp.array(each))) for each in (1e-5, 0, False))
    ends = nesting.while_of(
        recorder,
        [start, value, g, eta, successes, done],
        lambda r, *carry: going(r, *carry),
        body,
        limit=100_000,
    )
    return ends[0], sign * ends[1]


def saddle(modes):
    """Return the program (start) -> the four components of the saddle of x1² + y1² - x2² - y2²."""

    def height(a, b):
        return np.sum(a * a) - np.sum(b * b)

    def highest(recorder, a, start):
        return descent(recorder, lambda inner, b: height(a, b), start, modes[1], -1.0)

    with recording():
        recorder = Recorder()
        start = recorder.input("parameter", "start", PAIR)
        low, _ = descent(recorder, lambda inner, a: highest(inner, a, start)[1], start, modes[0], 1.0)
        high, _ = highest(recorder, low, start)
        return recorder.program([recorder.var(low), recorder.var(high)], ["low", "high"])


@pytest.mark.parametrize("modes", MODES)
def test_gradbench_saddle(modes):
    low, high = compile_program(saddle(modes))([[1.0, 1.0]])
    onp.testing.assert_allclose([*low, *high], [8.246324826140356e-06] * 4, rtol=1e-11)


# ----- Theano's documentation -----


def test_powers_of_a_matrix_element_by_element():
    program = record(CASES["power of a vector"][0], (onp.zeros(10), onp.int64(2)))
    a = onp.arange(10.0)
    value, slope = compile_program(adjoint(program, program.outputs[0], [program.inputs[0].var]))([a, onp.int64(2)])
    assert value == 285.0
    assert slope.tolist() == (2 * a).tolist()


def test_powers_of_two_until():
    def function(np, flow, most):
        return flow.loop([most * 0.0 + 1.0], lambda p, i: p <= most, lambda inner, p, i: [p * 2.0, p * 2.0])

    program = record(function, (1.0,))
    last, powers, count = compile_program(program)([45.0])
    assert (last, count) == (64.0, 6)
    assert powers.tolist() == [2.0, 4.0, 8.0, 16.0, 32.0, 64.0]


def test_power_by_recursion_is_three_x_squared():
    """Myia: the gradient of x³ by recursion, and second derivatives, which Myia's had not."""

    def cube(np, flow, x, n):
        def power(inner, x, n):
            return inner.branch(
                n > 0, [x, n], lambda one, x, n: [x * 0.0 + 1.0],
                lambda one, x, n: [x * one.call("power", [x, n - 1], [FLOAT])[0]],
            )  # fmt: skip

        flow.define("power", [FLOAT, ArrayType((), "int64")], [FLOAT], power)
        return flow.call("power", [x, n], [FLOAT])[0]

    program = record(cube, (1.0, onp.int64(1)))
    x = program.inputs[0].var
    first = adjoint(program, program.outputs[0], [x])
    second = adjoint(first, first.outputs[1], [x])
    for at in (-1.5, 0.0, 2.0):
        found = compile_program(second)([at, onp.int64(3)])
        assert found == pytest.approx((at**3, 3 * at**2, 6 * at), abs=1e-13)


@pytest.mark.parametrize("modes", MODES)
def test_derivatives_inside_loops_are_not_confused(modes):
    """d/dx of x times the derivative of x + y by y at 1, in a loop: Siskind and Pearlmutter's trap."""

    def body(recorder, s, x, i):
        y = recorder.box(recorder.var(recorder.box(recorder.constant(onp.ones(()))) * 1.0))
        through = back if modes[1] == "r" else forth
        return [s + x * through(recorder, recorder.var(x + y), recorder.var(y), onp.ones(())), x]

    with recording():
        recorder = Recorder()
        x = recorder.input("parameter", "x", FLOAT)
        total, _ = nesting.scan_of(recorder, 3, [x * 0.0, x], [], body)
        program = recorder.program([recorder.var(total)], ["total"])
    assert outer_slope(program, modes[0])(1.7) == (pytest.approx(5.1), 3.0)
