"""Random programs: every approach, JAX, and the same program at other values agree."""

import autograd.numpy as np
import jax
import jax.numpy as jnp
import numpy as onp
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.autodiff.approaches import default_backend, gradient_function
from engine.autodiff.names import APPROACHES
from engine.program.functions import record_function
from engine.types import ArrayType
from tests import sizes

jax.config.update("jax_enable_x64", True)
SHAPES = [(), (3,), (2, 3), (2, 1)]
UNARY = ["tanh", "sin", "square", "negative", "leaky", "mean0", "expand", "softsign", "top", "flip", "cumulate"]
BINARY = ["add", "subtract", "multiply", "maximum", "safe_divide", "where", "matmul"]
Step = tuple[str, int, int]


def apply(np_, step, values):
    """One step on the values so far, or nothing where the shapes do not fit."""
    name, first, second = step
    x, y = values[first % len(values)], values[second % len(values)]
    rank = len(np_.shape(x))
    match name:
        case "leaky":
            return np_.where(x > 0.1, x, 0.2 * x)
        case "mean0":
            return np_.mean(x, axis=0) if rank else x
        case "expand":
            return np_.expand_dims(x, 0) if rank < 3 else x
        case "softsign":
            return x / (1.0 + np_.abs(x))
        case "top":
            return x - np_.max(x)
        case "flip":
            return x[::-1] if rank else x
        case "cumulate":
            return np_.cumsum(x, axis=-1) if rank else x
        case "safe_divide":
            return x / (2.0 + y * y)
        case "where":
            return np_.where(x > y, x, y * 0.5)
        case "matmul":
            fits = rank == 2 and len(np_.shape(y)) == 2 and np_.shape(x)[1] == np_.shape(y)[0]
            return np_.matmul(x, y) if fits else x * 0.5
        case _ if name in BINARY:
            return getattr(np_, name)(x, y)
    return getattr(np_, name)(x)


def run(np_, steps, inputs):
    """All steps, then the sum of everything, bent to stay of moderate size."""
    values = list(inputs)
    for step in steps:
        shapes = [np_.shape(values[k % len(values)]) for k in step[1:]]
        try:
            onp.broadcast_shapes(*shapes)
        except ValueError:
            continue
        values.append(apply(np_, step, values))
    total = 0.0
    for value in values:
        total = total + np_.sum(np_.tanh(value))
    return total


PROGRAMS = st.lists(
    st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=20
)


@settings(derandomize=True, max_examples=sizes.count("random_graphs"), deadline=None)
@given(PROGRAMS, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.integers(0, 2**32))
def test_every_approach_agrees_at_values_the_program_has_not_seen(steps, shapes, seed):
    program = record_function(lambda *inputs: run(np, steps, inputs), [ArrayType(shape) for shape in shapes])
    wrt = [each.var for each in program.inputs]
    found = {
        each: gradient_function(program, program.outputs[0], wrt, each, default_backend(each)) for each in APPROACHES
    }
    random = onp.random.default_rng(seed)
    for sign in (1.0, -1.0):
        values = [sign * random.normal(size=shape) for shape in shapes]
        results = {each: function(values) for each, function in found.items()}
        wanted = run(onp, steps, values)
        gradients = results["static"][1]
        norm = max(float(onp.linalg.norm(onp.concatenate([onp.ravel(g) for g in gradients]))), 1e-12)
        for (value,), others in results.values():
            onp.testing.assert_allclose(value, wanted, rtol=1e-12, atol=1e-12)
            for one, other in zip(gradients, others, strict=True):
                assert float(onp.linalg.norm(onp.ravel(one - other))) <= 1e-10 * norm


@settings(derandomize=True, max_examples=max(10, sizes.count("random_graphs") // 10), deadline=None)
@given(PROGRAMS, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.integers(0, 2**32))
def test_the_gradient_is_that_of_jax(steps, shapes, seed):
    program = record_function(lambda *inputs: run(np, steps, inputs), [ArrayType(shape) for shape in shapes])
    random = onp.random.default_rng(seed)
    values = [random.normal(size=shape) for shape in shapes]
    wrt = [each.var for each in program.inputs]
    _, given_gradients = gradient_function(program, program.outputs[0], wrt, "static", "numpy_code")(values)
    wanted = jax.grad(lambda inputs: run(jnp, steps, inputs))([jnp.asarray(value) for value in values])
    for one, other in zip(given_gradients, wanted, strict=True):
        onp.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)
