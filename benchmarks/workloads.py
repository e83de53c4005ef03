"""What is raced against the peers: losses written once in the functions that NumPy, autograd and JAX share, data, start
values and rates. Each peer's own training loop is in `peers.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Loss = Callable[..., Any]
"""(np, parameters, data) -> loss, where np is autograd.numpy or jax.numpy."""


@dataclass(frozen=True)
class Workload:
    """A loss with its parameters and data, and how it is written for peers that need another text."""

    name: str
    loss: Loss
    parameters: tuple[np.ndarray, ...]
    data: tuple[np.ndarray, ...] = ()
    rate: float = 1e-3
    own: Mapping[str, Loss] = field(default_factory=dict)
    """By "autograd", "jax", "torch" or "gradwire": the loss as its users write it, where that is not `loss`."""
    text: str = ""
    """The text of a Python node, where Gradwire's users write the loss as one."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Peers that cannot take part, and why."""
    overhead: bool = False
    """Whether what a step costs is overhead: numpy_code must then be 20 times as fast as autograd."""


def _random(*shape: int, seed: int = 0, scale: float = 1.0, dtype: str = "float64") -> np.ndarray:
    return (scale * np.random.default_rng([seed, *shape]).normal(size=shape)).astype(dtype)


# ----- Rosenbrock -----


def rosenbrock(np_: Any, parameters: Any, data: Any) -> Any:
    x, y = parameters
    return (x - 1.0) ** 2 + 100.0 * (y - x**2) ** 2


# ----- linear regression -----


def regression(np_: Any, parameters: Any, data: Any) -> Any:
    weights, bias = parameters
    x, y = data
    return np_.mean((x @ weights + bias - y) ** 2)


# ----- small perceptron -----


def perceptron(np_: Any, parameters: Any, data: Any) -> Any:
    w1, b1, w2, b2 = parameters
    x, y = data
    return np_.mean((np_.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)


# ----- digits by a dense network -----


def classifier(np_: Any, parameters: Any, data: Any) -> Any:
    w1, b1, w2, b2 = parameters
    x, chosen = data
    logits = np_.maximum(x @ w1 + b1, 0.0) @ w2 + b2
    return -np_.mean(np_.sum(chosen * (logits - log_sum_exp(np_, logits)), axis=1))


def log_sum_exp(np_: Any, x: Any) -> Any:
    """The logarithm of the sum of exponentials along the last axis, which stays."""
    largest = np_.max(x, axis=-1, keepdims=True)
    return largest + np_.log(np_.sum(np_.exp(x - largest), axis=-1, keepdims=True))


def classifier_jax(np_: Any, parameters: Any, data: Any) -> Any:
    import jax

    w1, b1, w2, b2 = parameters
    x, chosen = data
    logits = jax.nn.relu(x @ w1 + b1) @ w2 + b2
    return -np_.mean(np_.sum(chosen * jax.nn.log_softmax(logits), axis=1))


def classifier_torch(np_: Any, parameters: Any, data: Any) -> Any:
    w1, b1, w2, b2 = parameters
    x, chosen = data
    logits = np_.relu(x @ w1 + b1) @ w2 + b2
    return -(chosen * np_.log_softmax(logits, 1)).sum(1).mean()


# ----- digits by a small convolutional network: 8 filters of 3 x 3, pooling by 2, a dense layer -----


def _head(np_: Any, features: Any, weights: Any, bias: Any, chosen: Any) -> Any:
    logits = features.reshape((len(features), -1)) @ weights + bias
    return -np_.mean(np_.sum(chosen * (logits - log_sum_exp(np_, logits)), axis=1))


def convolution_autograd(np_: Any, parameters: Any, data: Any) -> Any:
    """As in autograd's own example of a convolutional network."""
    from autograd.scipy.signal import convolve

    kernel, shift, weights, bias = parameters
    x, chosen = data
    maps = convolve(x, kernel, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")
    maps = np_.maximum(maps + shift[:, None, None], 0.0)
    n, filters, rows, columns = maps.shape
    pooled = np_.max(np_.max(maps.reshape((n, filters, rows // 2, 2, columns // 2, 2)), axis=5), axis=3)
    return _head(np_, pooled, weights, bias, chosen)


def convolution_jax(np_: Any, parameters: Any, data: Any) -> Any:
    import jax
    from jax import lax

    kernel, shift, weights, bias = parameters
    x, chosen = data
    maps = lax.conv_general_dilated(x, np_.swapaxes(kernel, 0, 1)[:, :, ::-1, ::-1], (1, 1), "VALID")
    maps = jax.nn.relu(maps + shift[:, None, None])
    pooled = lax.reduce_window(maps, -np_.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return _head(np_, pooled, weights, bias, chosen)


def convolution_torch(np_: Any, parameters: Any, data: Any) -> Any:
    kernel, shift, weights, bias = parameters
    x, chosen = data
    maps = np_.nn.functional.conv2d(x, kernel.transpose(0, 1).flip(2, 3), shift)
    pooled = np_.nn.functional.max_pool2d(np_.relu(maps), 2)
    logits = pooled.flatten(1) @ weights + bias
    return -(chosen * np_.log_softmax(logits, 1)).sum(1).mean()


def convolution_gradwire(np_: Any, parameters: Any, data: Any) -> Any:
    """By the primitives that the convolution and pooling nodes are made of."""
    from engine.program.windows import correlate, pick, window_argmax

    kernel, shift, weights, bias = parameters
    x, chosen = data
    maps = correlate(x, np_.swapaxes(kernel, 0, 1)[:, :, ::-1, ::-1], (1, 1))
    maps = np_.maximum(maps + shift[:, None, None], 0.0)
    return _head(np_, pick(maps, window_argmax(maps, (2, 2), (2, 2))), weights, bias, chosen)


# ----- ADBench's Gaussian mixture -----


def mixture(np_: Any, parameters: Any, data: Any) -> Any:
    """The log likelihood of ADBench: alphas (K), means (K, d), and the inverse Cholesky factors: diagonals (K, d) as
    logarithms, and the parts below (K, d, d), whose other entries are masked."""
    alphas, means, diagonals, lower = parameters
    x, below = data
    n = len(x)
    scaled = np_.exp(diagonals)
    centred = x[:, None, :] - means[None, :, :]
    turned = scaled * centred + np_.einsum("kij,nkj->nki", lower * below, centred)
    inner = alphas + np_.sum(diagonals, axis=1) - 0.5 * np_.sum(turned**2, axis=2)
    slack = np_.sum(log_sum_exp(np_, inner)) - n * np_.sum(log_sum_exp(np_, alphas))
    prior = 0.5 * (np_.sum(scaled**2) + np_.sum((lower * below) ** 2)) - np_.sum(diagonals)
    return -(slack - prior) / n


# ----- eight schools, not centred -----

_EFFECTS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
_ERRORS = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def schools(np_: Any, parameters: Any, data: Any) -> Any:
    """Minus the log density by mu, log tau and z."""
    mu, log_tau, z = parameters
    effects, errors = data
    tau = np_.exp(log_tau)
    fit = -0.5 * np_.sum(((effects - mu - tau * z) / errors) ** 2)
    return -(fit - 0.5 * (mu / 5.0) ** 2 - np_.log(1.0 + (tau / 5.0) ** 2) + log_tau - 0.5 * np_.sum(z**2))


def workloads() -> tuple[Workload, ...]:
    """Return all of them."""
    labels = np.eye(10)[np.random.default_rng(1).integers(0, 10, 128)]
    return (
        Workload("Rosenbrock", rosenbrock, (np.float64(-1.2), np.float64(1.0)), rate=1e-3, overhead=True),
        Workload(
            "linear regression 500 x 10",
            regression,
            (np.zeros(10), np.float64(0.0)),
            (_random(500, 10), _random(500)),
            rate=1e-2,
        ),
        Workload(
            "MLP 2-32-1 on 200 points",
            perceptron,
            (_random(2, 32), np.zeros(32), _random(32, 1, scale=0.2), np.zeros(1)),
            (_random(200, 2), _random(200, 1)),
            rate=1e-2,
        ),
        Workload(
            "MLP 784-256-10, batch 128",
            classifier,
            (
                _random(784, 256, scale=0.05, dtype="float32"),
                np.zeros(256, "float32"),
                _random(256, 10, scale=0.1, dtype="float32"),
                np.zeros(10, "float32"),
            ),
            (_random(128, 784, dtype="float32"), labels.astype("float32")),
            rate=1e-2,
            own={"jax": classifier_jax, "torch": classifier_torch},
        ),
        Workload(
            "conv net on 8 x 8 digits, batch 128",
            convolution_autograd,
            (
                _random(1, 8, 3, 3, scale=0.3, dtype="float32"),
                np.zeros(8, "float32"),
                _random(72, 10, scale=0.1, dtype="float32"),
                np.zeros(10, "float32"),
            ),
            (_random(128, 1, 8, 8, dtype="float32"), labels.astype("float32")),
            rate=1e-2,
            own={"jax": convolution_jax, "torch": convolution_torch, "gradwire": convolution_gradwire},
        ),
        Workload(
            "GMM d=10 K=25 n=1,000",
            mixture,
            (np.zeros(25), _random(25, 10), np.zeros((25, 10)), _random(25, 10, 10, scale=0.1)),
            (_random(1000, 10), np.tril(np.ones((10, 10)), -1)),
            rate=1e-3,
        ),
        Workload(
            "eight schools",
            schools,
            (np.float64(4.0), np.float64(math.log(3.0)), _random(8, scale=0.5)),
            (_EFFECTS, _ERRORS),
            rate=1e-2,
            overhead=True,
        ),
    )
