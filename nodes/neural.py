"""Neural layers. They take their weights through sockets; inserting one adds its parameter nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.operator import Added, Kind, Sample, operator
from engine.setting import Choice, Integer, Number, Slider
from engine.types import ArrayType, Shape, Type
from nodes import layer_shapes
from nodes.activations import ACTIVATIONS
from nodes.casts import Value, inexact, number

ROWS = [[1.0, -2.0, 0.5], [-0.25, 3.0, -1.5], [0.75, 0.5, 2.0], [-2.0, 1.25, 0.3]]
REVERSED = [[-1.0, 2.0, -0.5], [0.25, -3.0, 1.5], [-0.75, -0.5, -2.0], [2.0, -1.25, -0.3]]
WEIGHTS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]
BIAS = [0.1, -0.2]


def _dense_demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
    units = int(settings["units"])
    x = types.get("x")
    bias: dict[str, Shape] = {"bias": (units,)}
    return {"weights": (x.shape[-1], units), **bias} if isinstance(x, ArrayType) and x.shape else bias


@operator(
    "neural.dense",
    "Dense layer",
    shape=layer_shapes.dense,
    formula=r"f(x\,W + b)",
    partials={
        "x": r"(\bar y \odot f')\,W^{\top}",
        "weights": r"x^{\top}(\bar y \odot f')",
        "bias": r"\sum_i \bar y_i f'_i",
    },
    synonyms=("fully connected", "linear layer", "perceptron", "neurons", "affine", "mlp"),
    adds={
        "weights": Added("parameters.parameter", "weights", {"initial": "glorot_uniform", "shape": None}),
        "bias": Added("parameters.parameter", "bias", {"initial": "zeros", "shape": None}),
    },
    demands=_dense_demands,
    samples=(
        (ROWS, WEIGHTS, BIAS),
        (REVERSED, [[-0.5, 1.0], [-1.5, -0.25], [0.75, -2.0]], [-0.1, 0.2]),
        *(Sample((ROWS, WEIGHTS, BIAS), {"activation": name}) for name in ACTIVATIONS if name != "none"),
        *(Sample((REVERSED, WEIGHTS, BIAS), {"activation": name}) for name in ACTIVATIONS if name != "none"),
        ([1.0, -2.0, 0.5], WEIGHTS, BIAS),
        ([ROWS, REVERSED], WEIGHTS, BIAS),
        (onp.array(ROWS, "float32"), onp.array(WEIGHTS, "float32"), onp.array(BIAS, "float32")),
        (onp.array(ROWS) * (1 + 0.5j), onp.array(WEIGHTS) * (0.5 - 1j), onp.array(BIAS) * 1j),
    ),
    sockets={
        "x": "one row per example, one column per feature",
        "weights": "one row per feature, one column per unit",
        "bias": "one number per unit",
        "value": "one row per example, one column per unit",
    },
)
def dense(
    x: Value,
    weights: Value,
    bias: Value,
    *,
    units: Value = Integer(8, low=1, high=100_000, help="How many numbers come out for each example."),
    activation: Value = Choice("none", options=tuple(ACTIVATIONS), help="What bends the result."),
) -> Value:
    """A layer of neurons: every feature times its weight, plus a bias, for each unit; then an activation."""
    return ACTIVATIONS[activation](inexact(np.matmul(number(x, weights), weights) + bias))


def _norm_demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
    x = types.get("x")
    return {"scale": x.shape[-1:], "shift": x.shape[-1:]} if isinstance(x, ArrayType) and x.shape else {}


def _norm_start(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Any, ...]:
    (kind,) = layer_shapes.per_feature(types, settings)
    assert isinstance(kind, ArrayType)  # noqa: S101 - what the rule returns, told to the type checker
    return onp.zeros(kind.shape[-1:], kind.dtype), onp.ones(kind.shape[-1:], kind.dtype)


@operator(
    "neural.batch_norm",
    "Batch norm",
    kind=Kind.STATEFUL,
    shape=layer_shapes.per_feature,
    start=_norm_start,
    formula=r"\gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta",
    partials={"scale": r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}", "shift": r"1"},
    synonyms=("normalisation", "standardise", "running mean", "batchnorm"),
    adds={
        "scale": Added("parameters.parameter", "scale", {"initial": "ones", "shape": None}),
        "shift": Added("parameters.parameter", "shift", {"initial": "zeros", "shape": None}),
    },
    demands=_norm_demands,
    samples=(
        (ROWS, [1.5, -0.5, 2.0], [0.1, -0.2, 0.3]),
        (REVERSED, [-1.5, 0.5, -2.0], [-0.1, 0.2, -0.3]),
        (
            [ROWS, [[3.0, 1.0, -2.0], [0.5, -0.5, 1.5], [2.5, 2.0, -1.0], [1.0, -3.0, 0.2]]],
            [1.5, -0.5, 2.0],
            [0.1, -0.2, 0.3],
        ),
        (onp.array(ROWS, "float32"), onp.array([1.5, -0.5, 2.0], "float32"), onp.array([0.1, -0.2, 0.3], "float32")),
    ),
    sockets={
        "x": "one row per example, one column per feature",
        "scale": "one number per feature",
        "shift": "one number per feature",
        "value": "each feature with mean shift and spread scale",
    },
)
def batch_norm(
    state: Any,
    x: Value,
    scale: Value,
    shift: Value,
    *,
    train: bool,
    momentum: Value = Slider(
        0.9, low=0.0, high=0.999, help="What of the running mean and variance is kept at each step."
    ),
    epsilon: Value = Number(
        1e-5, positive=True, help="Added to the variance, so that a constant feature does not divide by 0."
    ),
) -> Any:
    """Gives each feature mean 0 and variance 1 over the batch, then scale and shift.

    In training the batch's own mean and variance are used (and their derivatives), and running averages are kept; in
    evaluation the running averages are used.
    """
    x = inexact(x)
    if not train:
        return _normed(x, state[0], state[1], scale, shift, epsilon), state
    examples = tuple(range(np.ndim(x) - 1))
    mean = np.mean(x, axis=examples)
    variance = np.mean(np.square(x - mean), axis=examples)
    kept = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, (mean, variance), strict=True))
    return _normed(x, mean, variance, scale, shift, epsilon), kept


def _normed(x: Value, mean: Value, variance: Value, scale: Value, shift: Value, epsilon: Value) -> Value:
    return scale * ((x - mean) / np.sqrt(variance + epsilon)) + shift


OPERATORS = (dense, batch_norm)
