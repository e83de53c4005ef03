"""The adjoint, the tangent and the tape agree with each other, with JAX and with differences, also at higher order."""

import itertools

import autograd.numpy as np
import jax
import jax.numpy as jnp
import numpy as onp
import pytest
from autograd.tracer import trace_stack

from engine.autodiff import rules
from engine.autodiff.adjoint import adjoint, independent
from engine.autodiff.approaches import default_backend, gradient_function, refusal
from engine.autodiff.check import check_gradient
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.autodiff.tangent import tangent
from engine.autodiff.tape import tape_rows, value_and_gradient
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError
from engine.program.compose import fuse
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.program.primitives import guarded
from engine.types import ArrayType, type_of
from tests.engine.program.library import LIBRARY, VECTOR, graph_of, socket

jax.config.update("jax_enable_x64", True)
RANDOM = onp.random.default_rng(3)
X, Y, W = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(4,)), RANDOM.normal(size=(4, 2))
P = onp.abs(X) + 0.5

SCALARS = {
    "sum of products": (lambda np, x, y: np.sum(x * y), X, Y),
    "division": (lambda np, x, y: np.sum(y / x), X, Y),
    "power": (lambda np, x, y: np.sum(x**y), P, Y),
    "cube": (lambda np, x, y: np.sum((x - y) ** 3) + np.sum(x**2 * y**1), X, Y),
    "square root": (lambda np, x, y: np.sum(np.sqrt(x) ** -0.5 * y), P, Y),
    "softmax": (lambda np, x, y: np.sum(y * np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)), X, Y),
    "log sum": (lambda np, x, y: np.log(np.sum(np.exp(x - np.max(x)))) + np.sum(y), X, Y),
    "matrix": (lambda np, x, y: np.sum(np.tanh(x @ y) ** 2), X, W),
    "matrix vector": (lambda np, x, y: np.sum((x @ y) ** 2), X, Y),
    "vector matrix": (lambda np, x, y: np.sum((y @ x) ** 2), X, onp.ones(3)),
    "inner": (lambda np, x, y: (x[0] @ y) ** 2, X, Y),
    "batched matrix": (lambda np, x, y: np.sum(np.matmul(x, y) ** 3), RANDOM.normal(size=(2, 3, 4)), W),
    "batch times vector": (lambda np, x, y: np.sum(np.matmul(x, y) ** 3), RANDOM.normal(size=(2, 3, 4)), Y),
    "vector times batch": (lambda np, x, y: np.sum(np.matmul(y, x) ** 3), RANDOM.normal(size=(2, 4, 3)), Y),
    "mean": (lambda np, x, y: np.mean(x * y) + np.sum(np.mean(x, axis=0) ** 2) + np.mean(y**2, axis=0), X, Y),
    "variance": (lambda np, x, y: np.var(x) + np.sum(np.var(x, axis=1) * 2) + np.std(y), X, Y),
    "product": (lambda np, x, y: np.prod(x[0]) + np.sum(np.prod(x, axis=0) * y), X, Y),
    "product of zeros": (lambda np, x, y: np.prod(x * onp.array([1.0, 0.0, 1.0, 1.0]), axis=1)[1] + y[0], X, Y),
    "maximum": (lambda np, x, y: np.sum(np.maximum(x, y) * np.minimum(x, 2 * y)), X, Y),
    "extremes": (lambda np, x, y: np.max(x) * np.min(y) + np.sum(np.max(x, axis=0) * np.min(x, axis=0)), X, Y),
    "kept extreme": (lambda np, x, y: np.sum((x - np.max(x, axis=-1, keepdims=True)) ** 2) + y[0], X, Y),
    "where": (lambda np, x, y: np.sum(np.where(x > y, x * y, y)), X, Y),
    "where scalar": (lambda np, x, y: np.sum(np.where(x > 0, y[0], x)), X, Y),
    "absolute": (lambda np, x, y: np.sum(np.abs(x) * np.abs(y)), X, Y),
    "clip": (lambda np, x, y: np.sum(np.clip(x, -0.5, 0.5) * y), X, Y),
    "sort": (lambda np, x, y: np.sum(np.sort(x, axis=1) * y) + np.sort(y)[0], X, Y),
    "sort flat": (lambda np, x, y: np.sum(np.sort(x, axis=None) * onp.arange(12)) + y[0], X, Y),
    "partition": (lambda np, x, y: np.sum(np.partition(x, 1, axis=1)[:, 1] ** 2) + y[0], X, Y),
    "determinant": (lambda np, x, y: np.linalg.det(x @ x.T) + np.linalg.slogdet(x @ x.T)[1] * y[0], X, Y),
    "inverse": (lambda np, x, y: np.sum(np.linalg.inv(x @ x.T + np.eye(3)) ** 2) + y[0], X, Y),
    "solve": (lambda np, x, y: np.sum(np.linalg.solve(np.eye(3) + x @ x.T, x[:, :1]) ** 2) + y[0], X, Y),
    "cumulative": (lambda np, x, y: np.sum(np.cumsum(x, axis=1) ** 2) + np.sum(np.cumsum(x) ** 2) * y[0], X, Y),
    "reshape": (lambda np, x, y: np.sum(np.reshape(x, (2, 6)).T[1:3] ** 2) * y[1], X, Y),
    "slices": (lambda np, x, y: np.sum(x[1:, ::-1] * x[:-1]) + x[0, 2] * y[-1], X, Y),
    "integers": (lambda np, x, y: np.sum(x[onp.array([0, 2, 0])] ** 2) + np.sum(y[onp.array([1, 1])] ** 3), X, Y),
    "pairs": (lambda np, x, y: np.sum(x[onp.arange(3), onp.array([3, 0, 3])] ** 2) * y[0], X, Y),
    "picked": (lambda np, x, y: np.sum(x[onp.arange(3), np.argmax(x, axis=1)] ** 2) * y[np.argmin(y)], X, Y),
    "concatenate": (lambda np, x, y: np.sum(np.concatenate([x, x * 2, y[None]], axis=0) ** 2), X, Y),
    "stack": (lambda np, x, y: np.sum(np.stack([x[0], y, x[1] * y]) ** 3), X, Y),
    "einsum": (lambda np, x, y: np.sum(np.einsum("ij,j->i", x, y) ** 2), X, Y),
    "broadcast": (lambda np, x, y: np.sum(np.broadcast_to(y, (5, 4)) ** 2) * x[0, 0], X, Y),
    "floor": (lambda np, x, y: np.sum(np.floor(3 * x) * y + np.sign(x) * x), X, Y),
    "trigonometry": (lambda np, x, y: np.sum(np.sin(x) * np.cos(y) + np.tanh(x) - np.arctan(x)), X, Y),
    "cast": (lambda np, x, y: np.sum((x > 0).astype("float64") * x * y), X, Y),
    "nothing of y": (lambda np, x, y: np.sum(x**2), X, Y),
}  # fmt: skip


def program_of(name):
    function, *values = SCALARS[name]
    program = record_function(
        lambda *arguments: function(np, *arguments), [type_of(v) for v in values], names=["x", "y"]
    )
    return program, values


@pytest.mark.parametrize("name", SCALARS)
def test_every_approach_gives_the_gradient_of_jax(name):
    program, values = program_of(name)
    wanted = jax.grad(lambda *arguments: SCALARS[name][0](jnp, *arguments), argnums=(0, 1))(*values)
    wrt = [each.var for each in program.inputs]
    for approach, backend in itertools.product(APPROACHES, BACKENDS):
        if refusal(approach, backend) is None:
            outputs, given = gradient_function(program, program.outputs[0], wrt, approach, backend)(values)
            onp.testing.assert_allclose(outputs[0], SCALARS[name][0](onp, *values), rtol=1e-13)
            for one, other in zip(given, wanted, strict=True):
                onp.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11, err_msg=f"{approach} {backend}")


@pytest.mark.parametrize(
    "name", ["sum of products", "power", "softmax", "matrix", "variance", "product", "sort", "pairs"]
)
def test_the_adjoint_of_the_adjoint_is_the_second_derivative(name):
    program, values = program_of(name)
    x = program.inputs[0].var
    first = adjoint(program, program.outputs[0], [x])
    direction = onp.cos(onp.arange(values[0].size)).reshape(values[0].shape)
    along = record_function(lambda g: np.sum(g * direction), [program.types[x]])
    both = fuse(first, along, {along.inputs[0].var: first.outputs[-1]})
    second = adjoint(both, both.outputs[-1], [x])
    given = compile_program(second)(values)[-1]
    forward = compile_program(tangent(first, [x]))([*values, direction])[-1]
    gradient = jax.grad(lambda *arguments: SCALARS[name][0](jnp, *arguments))
    _, wanted = jax.jvp(lambda first: gradient(first, values[1]), (values[0],), (direction,))
    onp.testing.assert_allclose(given, wanted, rtol=1e-8, atol=1e-10)
    onp.testing.assert_allclose(forward, wanted, rtol=1e-8, atol=1e-10)


def test_gradients_of_every_wire():
    nodes = {"p": "parameters.parameter", "s": "elementwise.scale", "b": "shape.both", "t": "reductions.total"}
    wires = ["p.value -> s.x", "s.value -> b.x", "b.small -> t.xs.0", "b.large -> t.xs.1", "p.value -> t.xs.2"]
    program = lower(graph_of(nodes, wires), LIBRARY, {socket("p.value"): VECTOR}, [socket("t.value")], train=True)
    sockets = ["p.value", "s.value", "b.small", "b.large", "t.value"]
    whole = adjoint(program, program.outputs[0], [program.sockets[socket(each)] for each in sockets])
    given = compile_program(whole)([onp.ones(3), 2.0])[1:]
    by_socket = dict(zip(sockets, given, strict=True))
    assert by_socket["t.value"] == 1.0
    assert by_socket["b.large"].tolist() == [1.0] * 3
    assert by_socket["s.value"].tolist() == [11.0] * 3
    assert by_socket["p.value"].tolist() == [23.0] * 3
    assert "gradient of p" in whole.names
    assert "gradient of b.large" in whole.names
    assert {each.origin for each in whole.equations} >= {"adjoint of t", "adjoint of b", "adjoint of s"}


def test_what_the_loss_does_not_depend_on_is_named_and_zero():
    program, values = program_of("nothing of y")
    wrt = [each.var for each in program.inputs]
    assert independent(program, program.outputs[0], wrt) == (wrt[1],)
    assert compile_program(adjoint(program, program.outputs[0], wrt))(values)[2].tolist() == [0.0] * 4
    rounded = record_function(lambda x: np.sum(np.floor(x)), [VECTOR])
    assert independent(rounded, rounded.outputs[0], [rounded.inputs[0].var]) == (rounded.inputs[0].var,)
    whole = record_function(lambda k, x: np.sum(x[k]), [ArrayType((2,), "int64"), VECTOR])
    assert independent(whole, whole.outputs[0], [each.var for each in whole.inputs]) == (whole.inputs[0].var,)


def test_float32_and_complex_gradients_keep_their_dtype():
    def function(x, z):
        return np.sum(np.real(z * np.conj(z) * x) + np.abs(z * x) + np.mean(x) * np.max(x))

    kinds = [ArrayType((3,), "float32"), ArrayType((3,), "complex64")]
    program = record_function(function, kinds)
    values = [onp.array([1.0, 2.0, -3.0], "float32"), onp.array([1 + 2j, -0.5j, 2 - 1j], "complex64")]
    wanted = jax.grad(lambda x, z: function_in_jax(x, z), argnums=(0, 1))(*values)
    for approach in APPROACHES:
        _, given = gradient_function(
            program, program.outputs[0], [each.var for each in program.inputs], approach, default_backend(approach)
        )(values)
        assert [each.dtype.name for each in given] == ["float32", "complex64"]
        for one, other in zip(given, wanted, strict=True):
            onp.testing.assert_allclose(one, other, rtol=1e-5)
    compiled = compile_program(adjoint(program, program.outputs[0], [program.inputs[0].var]))
    assert {kind.dtype for kind in compiled.program.types.values()} <= {"float32", "complex64", "bool", "int64"}


def function_in_jax(x, z):
    return jnp.sum(jnp.real(z * jnp.conj(z) * x) + jnp.abs(z * x) + jnp.mean(x) * jnp.max(x))


@pytest.mark.parametrize("approach", APPROACHES)
def test_whole_numbers_and_booleans_carry_no_derivative(approach):
    program = record_function(
        lambda n, m, x: np.sum(x * n + np.where(m, x, 0.0)),
        [ArrayType((3,), "int64"), ArrayType((3,), "bool"), VECTOR],
    )
    values = [onp.array([1, 2, 3]), onp.array([True, False, True]), onp.ones(3)]
    wrt = [each.var for each in program.inputs]
    _, given = gradient_function(program, program.outputs[0], wrt, approach, default_backend(approach))(values)
    assert [each.tolist() for each in given] == [[0, 0, 0], [False] * 3, [2.0, 2.0, 4.0]]
    assert [each.dtype.name for each in given] == ["int64", "bool", "float64"]


def test_only_a_real_scalar_has_a_gradient():
    program = record_function(lambda x: x * 1j, [VECTOR])
    with pytest.raises(LoweringError, match="only a real scalar has a gradient"):
        adjoint(program, program.outputs[0], [program.inputs[0].var])


def test_a_function_without_derivative_is_named():
    program = record_function(lambda x: np.sum(np.spacing(x)), [VECTOR], origin="odd")
    with pytest.raises(LoweringError, match=r"numpy\.spacing has no derivative") as caught:
        adjoint(program, program.outputs[0], [program.inputs[0].var])
    assert caught.value.node == "odd"


def test_guarded_functions_have_finite_derivatives():
    def bare(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    def safe(x):
        return np.sum(guarded(x > 0, np.sqrt, x, 1.0, 0.0))

    x = onp.array([0.0, -1.0, 4.0])
    gradients = []
    for function in (bare, safe):
        program = record_function(function, [VECTOR])
        gradients.append(compile_program(adjoint(program, program.outputs[0], [program.inputs[0].var]))([x])[1])
    assert onp.isnan(gradients[0][:2]).any()
    assert gradients[1].tolist() == [0.0, 0.0, 0.25]


def test_the_tape_survives_an_exception():
    program = record_function(lambda x: np.sum(np.linalg.inv(x)), [ArrayType((2, 2))])
    function = value_and_gradient(program, [program.inputs[0].var])
    with pytest.raises(onp.linalg.LinAlgError):
        function([onp.zeros((2, 2))])
    assert trace_stack.top == -1
    _, (gradient,) = function([onp.eye(2)])
    assert gradient.tolist() == [[-1.0, -1.0], [-1.0, -1.0]]


def test_the_tape_is_shown_as_rows():
    program, values = program_of("sum of products")
    wires = [each.output for each in program.equations]
    whole = adjoint(program, program.outputs[0], wires)
    cotangents = dict(zip(wires, compile_program(whole)(values)[1:], strict=True))
    rows = tape_rows(program, interpret(program, values), cotangents)
    assert [row.primitive for row in rows] == ["multiply", "sum"]
    assert rows[0].arguments == ("v0", "v1")
    assert rows[1].value == onp.sum(X * Y)
    assert rows[0].cotangent.tolist() == onp.ones((3, 4)).tolist()


def test_the_check_passes_right_gradients_and_catches_a_planted_fault(monkeypatch):
    program, values = program_of("softmax")
    wrt = [each.var for each in program.inputs]
    reports = check_gradient(program, program.outputs[0], wrt, values)
    assert [each.name for each in reports] == ["x", "y"]
    assert all(each.passed and each.central < 1e-8 for each in reports)
    assert all(each.complex_step is not None and each.complex_step < 1e-13 for each in reports)
    wrong = {**rules.VJP, "numpy.multiply": (rules.VJP["numpy.multiply"][0], lambda g, ans, x, y: g * 1.001 * x)}
    monkeypatch.setattr("engine.autodiff.adjoint.VJP", wrong)
    program, values = program_of("where scalar")
    product = record_function(lambda x: np.sum(2.0 * x), [VECTOR])
    (report,) = check_gradient(product, product.outputs[0], [product.inputs[0].var], [onp.ones(3)])
    assert not report.passed
    assert 5e-4 < report.central < 2e-3


def test_the_check_serves_kinks_large_arrays_and_float32():
    def function(x):
        return np.sum(np.maximum(x, 0.0) ** 2 / 3)

    for dtype, shape in (("float64", (40, 50)), ("float32", (7,))):
        program = record_function(function, [ArrayType(shape, dtype)])
        x = onp.random.default_rng(0).normal(size=shape).astype(dtype)
        (report,) = check_gradient(program, program.outputs[0], [program.inputs[0].var], [x], entries=20)
        assert report.passed
        assert report.entries == min(20, x.size)
        assert report.complex_step is None


@pytest.mark.parametrize(("approach", "backend"), itertools.product([*APPROACHES, "spell"], [*BACKENDS, "paper"]))
def test_every_pair_runs_or_is_refused_with_a_sentence(approach, backend):
    program, values = program_of("sum of products")
    sentence = refusal(approach, backend)
    if sentence is None:
        _, (gradient,) = gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)(
            values
        )
        onp.testing.assert_allclose(gradient, onp.broadcast_to(Y, (3, 4)))
    else:
        assert sentence.endswith(".")
        with pytest.raises(LoweringError) as caught:
            gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)
        assert caught.value.sentence == sentence


def test_ten_thousand_equations_are_differentiated_without_recursion():
    def function(x):
        for _ in range(5_000):
            x = np.sin(x) * 1.0001
        return np.sum(x)

    program = record_function(function, [VECTOR])
    x = onp.array([0.1, 0.2, 0.3])
    results = [
        gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, default_backend(approach))(
            [x]
        )
        for approach in APPROACHES
    ]
    for _, (gradient,) in results:
        onp.testing.assert_allclose(gradient, results[0][1][0], rtol=1e-10)


def test_the_wires_into_a_flat_function_have_zero_gradients_when_all_are_asked_for():
    program = record_function(lambda x: np.sum(np.ceil(np.exp(x)) * x), (ArrayType((3,)),), names=("x",))
    every = [program.inputs[0].var, *(each.output for each in program.equations)]
    x = onp.array([0.3, -1.2, 2.0])
    gradients = compile_program(adjoint(program, program.outputs[0], every))((x,))[1:]
    found = {each.primitive: g for each, g in zip(program.equations, gradients[1:], strict=True)}
    onp.testing.assert_array_equal(gradients[0], onp.ceil(onp.exp(x)))
    onp.testing.assert_array_equal(found["numpy.ceil"], x)
    onp.testing.assert_array_equal(found["numpy.exp"], onp.zeros(3))
