"""Derivatives of branches, loops and calls against plain Python: recorded at one point, run at the others."""

import jax
import jax.numpy as jnp
import numpy as onp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from

from engine.autodiff import loop_rules, structure_rules
from engine.autodiff.adjoint import adjoint, independent
from engine.autodiff.approaches import gradient_function
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.program import structure
from engine.program.structure import SCAN, WHILE, Loop
from tests import sizes
from tests.engine.autodiff.random_structures import run as run_recipe
from tests.engine.autodiff.random_structures import steps
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import Jax, complex_step, plainly, record

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


# ----- JAX's own control flow as another oracle -----


@pytest.mark.parametrize("name", ["backwards", "branch", "three arms", "recurrence"])
def test_gradients_and_hessians_are_those_of_jax(name):
    function, points = CASES[name]
    program = record(function, points[0])
    x = floats(program)[0]
    run = compile_program(adjoint(program, program.outputs[0], [x]))
    for point in points:
        point = tuple(jnp.asarray(each) for each in point) if name == "recurrence" else point
        of = lambda first, point=point: function(jnp, Jax(), first, *point[1:])  # noqa: E731
        first = jnp.asarray(point[0])
        arrays = [onp.asarray(each) for each in point]
        onp.testing.assert_allclose(run(arrays)[-1], jax.grad(of)(first), rtol=1e-11, atol=1e-12)
        direction = onp.cos(onp.arange(first.size)).reshape(first.shape)
        _, curved = jax.jvp(jax.grad(of), (first,), (jnp.asarray(direction),))
        forward = compile_program(tangent(adjoint(program, program.outputs[0], [x]), [x]))
        onp.testing.assert_allclose(forward([*arrays, direction])[-1], curved, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("name", ["sine", "while in while"])
def test_second_derivatives_of_while_loops_are_those_of_jax_forwards(name):
    function, points = CASES[name]
    run = compile_program(second(record(function, points[0]), "rr"))
    for point in points:
        wanted = jax.jacfwd(jax.jacfwd(lambda x: function(jnp, Jax(), x)))(point[0])
        onp.testing.assert_allclose(run(point)[-1], wanted, rtol=1e-10, atol=1e-12)


# ----- random programs -----

ILL_CONDITIONED = 1e6
"""Random programs whose gradient is longer are not compared: products of products leave every scale."""
RANDOM_POINTS = [
    (0.4, -0.7, onp.int64(2), onp.array([0.3, -0.2, 0.9])),
    (-0.9, 0.5, onp.int64(0), onp.array([1.3, 0.2, -0.9])),
    (1.6, 0.8, onp.int64(3), onp.array([-0.3, -1.2, 0.4])),
]


@given(recipe=steps, memory=sampled_from(["save all", "every 2", "online 2"]))
@settings(max_examples=sizes.count("structural_programs"), derandomize=True, deadline=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
def test_random_programs_agree_in_every_approach_and_with_plain_python(recipe, memory):
    def function(np, flow, a, b, n, sequence):
        return sum(run_recipe(recipe, np, flow, [a, b], n, sequence))

    program = record(function, RANDOM_POINTS[0], memory)
    gradients = [gradient_function(program, program.outputs[0], floats(program), *each) for each in APPROACHES]
    for point in RANDOM_POINTS:
        with onp.errstate(all="ignore"):  # what overflows is ill-conditioned, too
            value = onp.real(plainly(function, point))
            wanted = joined(complex_step(function, point))
        if not onp.linalg.norm(wanted) < ILL_CONDITIONED:
            continue
        for gradient in gradients:
            (found,), slopes = gradient(point)
            onp.testing.assert_allclose(found, value, rtol=1e-12, atol=1e-14)
            slopes = joined([*slopes[:2], 0.0, slopes[2]])
            onp.testing.assert_allclose(slopes, wanted, rtol=0, atol=1e-10 * (1 + onp.linalg.norm(wanted)))


# ----- faults planted on purpose -----


def agrees(name):
    """Return whether the gradient of a case is that of plain Python at all its points."""
    function, points = CASES[name]
    program = record(function, points[0])
    gradient = gradient_function(program, program.outputs[0], floats(program), "static", "numpy_code")
    for point in points:
        wanted = joined(g for g, x in zip(complex_step(function, point), point, strict=True)
                        if onp.asarray(x).dtype.kind == "f")  # fmt: skip
        if not onp.allclose(joined(gradient(point)[1]), wanted, rtol=1e-9, atol=1e-9):
            return False
    return True


def test_a_way_back_in_the_wrong_order_is_caught(monkeypatch):
    assert agrees("recurrence")
    scan = structure.scan

    def wrong(*arguments, reverse, **settings):
        return scan(*arguments, reverse=not reverse, **settings)

    monkeypatch.setattr(loop_rules.structure, "scan", wrong)
    assert not agrees("recurrence")


def test_cotangents_of_constants_that_are_not_summed_up_are_caught(monkeypatch):
    assert agrees("power")
    monkeypatch.setattr(loop_rules.anp, "add", lambda so_far, share: share)
    assert not agrees("power")


def test_a_missing_arm_is_caught(monkeypatch):
    assert agrees("branch")
    branch = structure.branch
    monkeypatch.setattr(structure_rules.structure, "branch", lambda r, w, o, arms: branch(r, w, o, [arms[0]] * 2))
    assert not agrees("branch")


# ----- what costs nothing -----


def test_what_nobody_asks_about_costs_nothing():
    function, points = CASES["unused parts"]
    program = record(function, points[0])
    whole = adjoint(program, program.outputs[0], floats(program)[:1])
    (back,) = [each for each in whole.equations if each.origin.startswith("adjoint") and each.primitive == SCAN]
    loop = Loop.of(back)
    assert loop.carry == 2, "the cotangents of s and frozen; none of idle, and no sum for y or w"
    assert not any("multiply" in each.primitive and each.arguments[1:] == (2.0,) for each in loop.body.equations)
    assert independent(program, program.outputs[0], floats(program)) == (program.inputs[1].var,)


def test_each_loop_runs_once_forwards():
    function, points = CASES["loop in loop"]
    program = record(function, points[0])
    whole = adjoint(program, program.outputs[0], floats(program))
    loops = [each for each in whole.equations if each.primitive in (SCAN, WHILE)]
    assert [Loop.of(each).reverse for each in loops] == [False, True]
    again = adjoint(whole, whole.outputs[1], floats(program)[:1])
    forward = [each for each in again.equations if each.primitive == SCAN and each.origin == "test"]
    assert len(forward) == 1


# ----- complex numbers, and stacks whose length is known later -----


def spin(np, flow, angle, n):
    """A complex carry: turned, shrunk and moved n times."""
    (z,) = flow.scan(n, [np.exp(1j * angle) * 0.0 + 1.0], [],
                     lambda inner, z, k: [z * np.exp(1j * angle) * 0.9 + 0.1j * angle])  # fmt: skip
    return np.real(z * np.conj(z)) + np.imag(z)


@pytest.mark.parametrize(("approach", "backend"), APPROACHES)
def test_a_complex_carry(approach, backend):
    program = record(spin, (0.3, onp.int64(3)))
    gradient = gradient_function(program, program.outputs[0], floats(program), approach, backend)
    for n in (0, 3, 7):
        wanted = jax.grad(lambda angle, n=n: spin(jnp, Jax(), angle, n))(0.7)
        (value,), (found,) = gradient([0.7, onp.int64(n)])
        assert value == pytest.approx(plainly(spin, (0.7, n)), rel=1e-13)
        assert found == pytest.approx(float(wanted), rel=1e-11, abs=1e-13)


def test_tangents_of_stacks_have_the_length_of_the_run():
    def function(np, flow, x, y, n):
        return flow.scan(n, [x], [], lambda inner, s, k: [s * x, y * 1.0, s])

    program = record(function, (0.3, 0.4, onp.int64(3)))
    forth = tangent(program, floats(program)[:1])
    *_, end, still, moving = compile_program(forth)([0.3, 0.4, onp.int64(5), 1.0])
    assert end == pytest.approx(6 * 0.3**5)
    assert still.tolist() == [0.0] * 5
    onp.testing.assert_allclose(moving, [(k + 1) * 0.3**k for k in range(5)], rtol=1e-14)
