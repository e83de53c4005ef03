"""Losses of numbers and directions: how far a prediction is from its target."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, ShapeRule, operator
from engine.setting import Number
from engine.types import ArrayType, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.activations import rectified
from nodes.casts import Value, inexact

PAIRS = (
    ([1.0, -2.0, 0.5, 4.0], [0.5, 1.0, 0.25, -1.0]),
    ([-1.0, 3.0, -0.5, 0.2], [1.5, -1.0, -0.75, 6.0]),
    (1.5, -0.5),
    ([[1.0, 2.0], [3.0, -4.0]], [[0.5, 2.5], [-1.0, 1.0]]),
    (onp.array([1.0, -2.0], "float32"), onp.array([0.5, 1.5], "float32")),
)
"""Samples of a prediction and a target: near and far, above and below, never equal."""

SOCKETS = {"prediction": "what the model says", "target": "what it should say", "value": "the loss, a scalar"}
SCALAR = layer_shapes.pairwise_scalar("prediction", "target")


@operator(
    "losses.mae",
    "Mean absolute error",
    shape=SCALAR,
    formula=r"\frac{1}{n}\sum_i |p_i - t_i|",
    partials={
        "prediction": r"\frac{1}{n}\,\mathrm{sign}(p_i - t_i)",
        "target": r"-\frac{1}{n}\,\mathrm{sign}(p_i - t_i)",
    },
    domain="both are real and of one shape",
    synonyms=("mae", "l1 loss", "absolute deviation", "robust", "regression"),
    samples=PAIRS,
    sockets=SOCKETS,
)
def mae(prediction: Value, target: Value) -> Value:
    """The mean size of the differences between prediction and target; outliers weigh less than in squares.

    Where both are equal the derivative is taken as 0.
    """
    return np.mean(np.abs(inexact(prediction) - target))


@operator(
    "losses.huber",
    "Huber loss",
    shape=SCALAR,
    formula=r"\frac{1}{n}\sum_i h(p_i - t_i),\quad h(d) = \frac{d^2}{2}\ (|d|\le\delta),\ "
    r"\delta\,(|d| - \frac{\delta}{2})\ (|d|>\delta)",
    partials={
        "prediction": r"\frac{1}{n}\max(-\delta, \min(\delta, p_i - t_i))",
        "target": r"-\frac{1}{n}\max(-\delta, \min(\delta, p_i - t_i))",
    },
    domain="both are real and of one shape",
    synonyms=("smooth l1", "robust", "outliers", "regression"),
    samples=(*PAIRS, Sample(PAIRS[0], {"delta": 0.3}), Sample(PAIRS[1], {"delta": 0.3})),
    sockets=SOCKETS,
)
def huber(
    prediction: Value,
    target: Value,
    *,
    delta: Value = Number(1.0, positive=True, help="The difference from which on the loss grows in proportion."),
) -> Value:
    """Half the squared difference where that is small, in proportion to it where large, averaged.

    After Huber (1964).
    """
    difference = inexact(prediction) - target
    size = np.abs(difference)
    inside = size <= delta
    return np.mean(np.where(inside, 0.5 * np.square(np.where(inside, difference, 0.0)), delta * (size - 0.5 * delta)))


@operator(
    "losses.log_cosh",
    "Log-cosh loss",
    shape=SCALAR,
    formula=r"\frac{1}{n}\sum_i \ln\cosh(p_i - t_i)",
    partials={
        "prediction": r"\frac{1}{n}\tanh(p_i - t_i)",
        "target": r"-\frac{1}{n}\tanh(p_i - t_i)",
    },
    domain="both are real and of one shape",
    synonyms=("robust", "smooth", "hyperbolic", "regression"),
    samples=(*PAIRS, ([400.0, -900.0, 1e-3], [-500.0, 700.0, 0.0])),
    sockets=SOCKETS,
)
def log_cosh(prediction: Value, target: Value) -> Value:
    """Like half the squared difference where that is small and the difference where large, smooth all the way.

    Never overflows, and keeps its digits near 0.
    """
    difference = inexact(prediction) - target
    size = np.abs(difference)
    near = size < 1.0
    small = np.where(near, difference, 0.0)
    close = np.log1p(2.0 * np.square(np.sinh(0.5 * small)))
    return np.mean(np.where(near, close, size + np.log1p(np.exp(-2.0 * size)) - math.log(2.0)))


@operator(
    "losses.poisson",
    "Poisson loss",
    shape=layer_shapes.pairwise_scalar("log_rate", "counts"),
    formula=r"\frac{1}{n}\sum_i \left(e^{r_i} - k_i\,r_i\right)",
    partials={"log_rate": r"\frac{1}{n}(e^{r_i} - k_i)", "counts": r"-\frac{1}{n}r_i"},
    domain="both are real and of one shape; counts are 0 or more",
    synonyms=("count regression", "negative log likelihood", "rate", "events"),
    samples=(
        ([0.5, -1.0, 2.0], [1.0, 0.0, 6.0]),
        ([-0.5, 1.5, 0.1], [2.0, 3.0, 0.0]),
        (1.5, 3.0),
        (onp.array([0.5, -1.0], "float32"), onp.array([1.0, 2.0], "float32")),
    ),
    sockets={
        "log_rate": "the logarithm of the expected count",
        "counts": "how often it happened",
        "value": "the loss, a scalar",
    },
)
def poisson(log_rate: Value, counts: Value) -> Value:
    """Minus the log likelihood of counts under Poisson rates, averaged, without the term that no rate changes."""
    rate = inexact(log_rate)
    return np.mean(np.exp(rate) - counts * rate)


def rows_scalar(*names: str, dtype: Callable[[Sequence[str]], str] = layer_shapes.all_inexact) -> ShapeRule:
    """Return the rule of a scalar out of several real arrays (..., features) of one shape."""

    def rule(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
        found = [shapes.real(kind, name) for kind, name in zip(types, names, strict=True)]
        first = found[0]
        for other, name in zip(found[1:], names[1:], strict=True):
            layer_shapes.require_equal(first, other, names[0], name)
        if first.shape == () or math.prod(first.shape) == 0:
            raise ShapeError(
                f"{names[0]} has shape {shape_text(first.shape)}: it takes one row per example and one column per "
                "feature",
                socket=names[0],
            )
        return (ArrayType((), dtype([each.dtype for each in found])),)

    return rule


ROWS = [[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]]
OTHERS = [[0.5, 1.0, 2.0], [1.25, 2.0, 0.5]]
THIRD = [[0.75, -1.5, 0.25], [-2.0, 1.0, 0.3]]


def _direction(x: Value) -> Value:
    """Return the rows of x at length one; rows of zeros stay, with derivative 0."""
    squared = np.sum(np.square(x), axis=-1, keepdims=True)
    some = squared > 0.0
    return np.where(some, x, 0.0) / np.sqrt(np.where(some, squared, 1.0))


@operator(
    "losses.cosine",
    "Cosine loss",
    shape=rows_scalar("prediction", "target"),
    formula=r"\frac{1}{n}\sum_i \left(1 - \frac{p_i \cdot t_i}{\|p_i\|\,\|t_i\|}\right)",
    partials={
        "prediction": r"-\frac{1}{n\,\|p_i\|}\left(\hat t_i - (\hat p_i \cdot \hat t_i)\,\hat p_i\right)",
        "target": r"-\frac{1}{n\,\|t_i\|}\left(\hat p_i - (\hat p_i \cdot \hat t_i)\,\hat t_i\right)",
    },
    domain="both are real and of one shape; a row of zeros counts as at right angles to every other",
    synonyms=("cosine similarity", "angle", "direction", "embedding"),
    samples=(
        (ROWS, OTHERS),
        (OTHERS, THIRD),
        ([1.0, -2.0], [0.5, 0.25]),
        (onp.array(ROWS, "float32"), onp.array(OTHERS, "float32")),
    ),
    sockets={
        "prediction": "one row per example, one column per feature",
        "target": "the directions they should have",
        "value": "0 where all directions agree, 2 where all are opposite",
    },
)
def cosine(prediction: Value, target: Value) -> Value:
    """One minus the cosine of the angle between each row and its target, averaged: lengths do not matter."""
    return np.mean(1.0 - np.sum(_direction(inexact(prediction)) * _direction(inexact(target)), axis=-1))


@operator(
    "losses.triplet",
    "Triplet loss",
    shape=rows_scalar("anchor", "positive", "negative", dtype=layer_shapes.from_first),
    formula=r"\frac{1}{n}\sum_i \max\left(0,\ \|a_i - p_i\|^2 - \|a_i - n_i\|^2 + m\right)",
    partials={
        "anchor": r"\frac{2}{n}(n_i - p_i)\ \text{(where positive)}",
        "positive": r"\frac{2}{n}(p_i - a_i)\ \text{(where positive)}",
        "negative": r"\frac{2}{n}(a_i - n_i)\ \text{(where positive)}",
    },
    domain="all are real and of one shape",
    synonyms=("metric learning", "contrastive", "embedding", "similarity", "margin"),
    samples=(
        (ROWS, OTHERS, THIRD),
        (OTHERS, ROWS, THIRD),
        Sample((ROWS, THIRD, OTHERS), {"margin": 0.1}),
        Sample(([ROWS[0], OTHERS[1]], [OTHERS[0], ROWS[1]], [THIRD[0], ROWS[0]]), {"margin": 0.1}),
        (onp.array(ROWS, "float32"), onp.array(OTHERS, "float32"), onp.array(THIRD, "float32")),
    ),
    sockets={
        "anchor": "one row per example",
        "positive": "rows that belong to the anchors",
        "negative": "rows that do not",
        "value": "the loss, a scalar",
    },
)
def triplet(
    anchor: Value,
    positive: Value,
    negative: Value,
    *,
    margin: Value = Number(0.2, low=0.0, help="By how much the negative must be further away, in squared distance."),
) -> Value:
    """How much each anchor is nearer to its negative than to its positive, in squared distance, plus a margin.

    After Schroff and others, "FaceNet" (2015).
    """
    anchor = inexact(anchor)
    near = np.sum(np.square(anchor - positive), axis=-1)
    far = np.sum(np.square(anchor - negative), axis=-1)
    return np.mean(rectified(near - far + margin))


OPERATORS = (mae, huber, log_cosh, poisson, cosine, triplet)
