"""Values and gradients next to the same functions of other libraries: JAX with 64 bits, and SciPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from nodes.library import LIBRARY

LOGITS = np.random.default_rng(1).normal(0, 3, (7, 4))
LABELS = np.array([0, 3, 1, 2, 2, 0, 1])
VECTOR = np.array([-3.5, -1.0, -0.25, 0.0, 0.5, 2.0, 4.0])
POSITIVE = np.array([0.1, 0.5, 1.0, 2.5, 7.0])
TARGETS = np.array([1.0, 0.0, 0.3, 1.0, 0.5, 0.0, 0.9])
X = np.random.default_rng(2).normal(0, 1, (5, 3))
W = np.random.default_rng(3).normal(0, 1, (3, 2))
B = np.array([0.5, -1.5])


def _cross_entropy(logits: Any, labels: Any) -> Any:
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1))


def _binary(logits: Any, targets: Any) -> Any:
    return -jnp.mean(targets * jax.nn.log_sigmoid(logits) + (1 - targets) * jax.nn.log_sigmoid(-logits))


COUNTERPARTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    ("elementwise.add", jnp.add, (VECTOR, VECTOR[::-1]), {}),
    ("elementwise.subtract", jnp.subtract, (VECTOR, VECTOR[::-1]), {}),
    ("elementwise.multiply", jnp.multiply, (VECTOR, VECTOR[::-1]), {}),
    ("elementwise.divide", jnp.divide, (VECTOR, VECTOR[::-1] + 10), {}),
    ("elementwise.power", jnp.power, (POSITIVE, VECTOR[:5]), {}),
    ("elementwise.maximum", jnp.maximum, (VECTOR, VECTOR[::-1]), {}),
    ("elementwise.minimum", jnp.minimum, (VECTOR, VECTOR[::-1]), {}),
    ("elementwise.negative", jnp.negative, (VECTOR,), {}),
    ("elementwise.square", jnp.square, (VECTOR,), {}),
    ("elementwise.sqrt", jnp.sqrt, (POSITIVE,), {}),
    ("elementwise.exp", jnp.exp, (VECTOR,), {}),
    ("elementwise.log", jnp.log, (POSITIVE,), {}),
    ("elementwise.sin", jnp.sin, (VECTOR,), {}),
    ("elementwise.cos", jnp.cos, (VECTOR,), {}),
    ("elementwise.abs", jnp.abs, (VECTOR[VECTOR != 0],), {}),  # at 0 JAX gives 1, we 0: see test_numerics
    ("activations.tanh", jnp.tanh, (VECTOR,), {}),
    ("activations.sigmoid", jax.nn.sigmoid, (VECTOR,), {}),
    ("activations.relu", jax.nn.relu, (VECTOR,), {}),
    ("activations.softmax", jax.nn.softmax, (LOGITS,), {}),
    ("activations.softmax", lambda x: jax.nn.softmax(x, axis=0), (LOGITS,), {"axis": 0}),
    ("reductions.sum", lambda x: jnp.sum(x, axis=0), (LOGITS,), {"axis": 0}),
    ("reductions.mean", lambda x: jnp.mean(x, axis=1, keepdims=True), (LOGITS,), {"axis": 1, "keep": True}),
    ("shape.reshape", lambda x: jnp.reshape(x, (4, 7)), (LOGITS,), {"shape": (4, 7)}),
    ("shape.transpose", jnp.transpose, (LOGITS,), {}),
    ("linear_algebra.matmul", jnp.matmul, (X, W), {}),
    ("linear_algebra.matmul", jnp.matmul, (np.stack([X, X + 1, X - 2]), W), {}),
    ("linear_algebra.matmul", jnp.matmul, (X, W[:, 0]), {}),
    ("neural.dense", lambda x, w, b: jnp.tanh(x @ w + b), (X, W, B), {"activation": "tanh"}),
    ("neural.dense", lambda x, w, b: jax.nn.relu(x @ w + b), (X, W, B), {"activation": "relu"}),
    ("neural.dense", lambda x, w, b: jax.nn.sigmoid(x @ w + b), (X, W, B), {"activation": "sigmoid"}),
    ("losses.mse", lambda p, t: jnp.mean((p - t) ** 2), (VECTOR, TARGETS), {}),
    ("losses.cross_entropy", _cross_entropy, (LOGITS, LABELS), {}),
    ("losses.binary_cross_entropy", _binary, (VECTOR, TARGETS), {}),
]


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def settings_of(operator: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {name: spec.default for name, spec in LIBRARY[operator].settings.items()} | settings


@pytest.mark.parametrize(
    ("operator", "other", "arguments", "settings"),
    COUNTERPARTS,
    ids=[f"{c[0]}-{k}" for k, c in enumerate(COUNTERPARTS)],
)
def test_values_and_gradients_are_those_of_jax(
    operator: str, other: Callable[..., Any], arguments: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    function = LIBRARY[operator].function
    assert function is not None
    keywords = settings_of(operator, settings)
    wanted = other(*arguments)
    np.testing.assert_allclose(function(*arguments, **keywords), wanted, rtol=1e-13, atol=1e-15)
    cotangent = np.random.default_rng(4).uniform(0.5, 1.5, wanted.shape)
    for number, argument in enumerate(arguments):
        if argument.dtype.kind != "f":
            continue
        ours = autograd.grad(lambda *xs: anp.sum(cotangent * function(*xs, **keywords)), number)(*arguments)
        theirs = jax.grad(lambda *xs: jnp.sum(cotangent * other(*xs)), number)(*arguments)
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-14)


def test_softmax_and_its_relatives_are_those_of_scipy() -> None:
    call = {id: LIBRARY[id].function for id in ("activations.softmax", "activations.sigmoid", "losses.cross_entropy")}
    extreme = np.array([[1000.0, 1001.0, -1000.0], [-1e5, -1e5, -1e5 + 3], [0.3, -0.7, 0.1]])
    np.testing.assert_allclose(
        call["activations.softmax"](extreme, axis=-1), scipy.special.softmax(extreme, -1), rtol=1e-14
    )
    wide = np.array([-750.0, -700.0, -37.0, -1e-9, 0.0, 1e-300, 5.0, 37.0, 800.0])
    np.testing.assert_allclose(call["activations.sigmoid"](wide), scipy.special.expit(wide), rtol=1e-13)
    wanted = -np.mean(scipy.special.log_softmax(extreme, -1)[[0, 1, 2], [2, 0, 1]])
    np.testing.assert_allclose(call["losses.cross_entropy"](extreme, np.array([2, 0, 1])), wanted, rtol=1e-14)
