"""Gradient shaping: the value passes as it is (or rounded), and what flows back is changed.

Each operator declares a surrogate: the function whose derivatives it has instead of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.program.primitives import clip_cotangent, clip_cotangent_norm, stand_for, stop
from engine.setting import Number
from engine.types import Type, shape_text
from nodes import shapes
from nodes.casts import Value, inexact

REAL = (
    ([-2.0, -0.3, 0.4, 3.3],),
    ([1.6, 0.2, -2.6, -0.1],),
    (-0.75,),
    ([[0.4, -1.6], [-0.25, 2.2]],),
    (onp.array([-1.6, 0.4], "float32"),),
)
"""Samples of one real input: both signs, within and beyond 1, none half way between whole numbers."""

SAME = shapes.elementwise("x", dtype=shapes.inexact, real_only=True)
PASSED = {"x": "a number or array", "value": "the same, unchanged"}


@operator(
    "gradients.stop",
    "Stop gradient",
    shape=SAME,
    formula=r"x",
    partials={"x": r"0\ \text{(declared)}"},
    domain="x is real",
    synonyms=("detach", "no gradient", "constant", "block", "freeze"),
    samples=REAL,
    surrogate=lambda x: 0.0 * x,
    sockets=PASSED,
)
def stop_gradient(x: Value) -> Value:
    """x as it is, and no derivative passes: what lies before it counts as a constant."""
    return stop(inexact(x))


@operator(
    "gradients.scale",
    "Scale gradient",
    shape=SAME,
    formula=r"x",
    partials={"x": r"k\ \text{(declared)}"},
    domain="x is real",
    synonyms=("gradient multiplier", "weaken", "strengthen", "learning rate of a part"),
    samples=(*REAL, Sample(REAL[0][:1], {"factor": 2.5}), Sample(REAL[1][:1], {"factor": 2.5})),
    surrogate=lambda x, factor: factor * x,
    sockets=PASSED,
)
def scale_gradient(
    x: Value, *, factor: Value = Number(0.5, help="What the derivative is multiplied by; 0 stops it.")
) -> Value:
    """x as it is, and its derivative times a factor."""
    x = inexact(x)
    return stand_for(stop(x), factor * x)


@operator(
    "gradients.reverse",
    "Reverse gradient",
    shape=SAME,
    formula=r"x",
    partials={"x": r"-k\ \text{(declared)}"},
    domain="x is real",
    synonyms=("gradient reversal", "adversarial", "domain adaptation", "negate", "flip sign"),
    samples=(*REAL, Sample(REAL[0][:1], {"factor": 0.25}), Sample(REAL[1][:1], {"factor": 0.25})),
    surrogate=lambda x, factor: -factor * x,
    sockets=PASSED,
)
def reverse_gradient(
    x: Value, *, factor: Value = Number(1.0, help="How strongly: the derivative is multiplied by minus this.")
) -> Value:
    """x as it is, and its derivative with the other sign: what lies before it works against what lies after.

    After Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation" (2015).
    """
    x = inexact(x)
    return stand_for(stop(x), -factor * x)


@operator(
    "gradients.clip",
    "Clip gradient",
    shape=SAME,
    formula=r"x",
    partials={"x": r"\bar x = \max(-c, \min(c, \bar y))\ \text{(declared)}"},
    domain="x is real; forward mode refuses it",
    synonyms=("clip by value", "limit gradient", "exploding gradient", "bound"),
    samples=(*REAL, Sample(REAL[0][:1], {"limit": 0.6}), Sample(REAL[1][:1], {"limit": 0.6})),
    surrogate=lambda x, limit, cotangent: x * onp.clip(cotangent, -limit, limit) / cotangent,
    sockets=PASSED,
)
def clip_gradient(
    x: Value, *, limit: Value = Number(1.0, positive=True, help="The largest size of each number that flows back.")
) -> Value:
    """x as it is; every number that flows back through it is kept within minus the limit and the limit."""
    return clip_cotangent(inexact(x), limit)


@operator(
    "gradients.clip_norm",
    "Clip gradient norm",
    shape=SAME,
    formula=r"x",
    partials={"x": r"\bar x = \bar y\,\min(1, c / \|\bar y\|)\ \text{(declared)}"},
    domain="x is real; forward mode refuses it",
    synonyms=("clip by norm", "limit gradient", "exploding gradient", "shorten"),
    samples=(*REAL, Sample(REAL[0][:1], {"limit": 100.0}), Sample(REAL[1][:1], {"limit": 100.0})),
    surrogate=lambda x, limit, cotangent: x * min(1.0, limit / float(onp.linalg.norm(cotangent))),
    sockets=PASSED,
)
def clip_gradient_norm(
    x: Value, *, limit: Value = Number(1.0, positive=True, help="The largest Euclidean norm of what flows back.")
) -> Value:
    """x as it is; what flows back through it is shortened to a norm of at most the limit, and keeps its direction."""
    return clip_cotangent_norm(inexact(x), limit)


@operator(
    "gradients.round",
    "Straight-through round",
    shape=SAME,
    formula=r"\mathrm{round}(x)",
    partials={"x": r"1\ \text{(declared)}"},
    domain="x is real; halves go to the even neighbour",
    synonyms=("quantise", "whole number", "discrete", "estimator", "ste"),
    samples=REAL,
    surrogate=lambda x: x,
    sockets={"x": "a number or array", "value": "the nearest whole numbers"},
)
def straight_through_round(x: Value) -> Value:
    """The nearest whole number, with the derivative of x itself: training goes through the steps.

    The true derivative is 0 nearly everywhere. After Bengio, Léonard and Courville, "Estimating or propagating
    gradients through stochastic neurons" (2013).
    """
    x = inexact(x)
    return stand_for(np.round(x), x)


@operator(
    "gradients.sign",
    "Straight-through sign",
    shape=SAME,
    formula=r"\mathrm{sign}(x)",
    partials={"x": r"1\ (|x|\le 1),\ 0\ (|x|>1)\ \text{(declared)}"},
    domain="x is real",
    synonyms=("binarise", "binary network", "estimator", "ste", "discrete"),
    samples=REAL,
    surrogate=lambda x: onp.clip(x, -1.0, 1.0),
    sockets={"x": "a number or array", "value": "-1, 0 or 1"},
)
def straight_through_sign(x: Value) -> Value:
    """The sign of x, with the derivative of x kept within -1 and 1: training goes through the step.

    The true derivative is 0 nearly everywhere. After Hubara and others, "Binarized neural networks" (2016).
    """
    x = inexact(x)
    return stand_for(np.sign(x), np.where(np.abs(x) > 1.0, stop(x), x))


def custom_type(kinds: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """Value and model have one type."""
    value, model = shapes.array(kinds[0], "value"), shapes.array(kinds[1], "model")
    if value.shape != model.shape:
        raise ShapeError(
            f"value has shape {shape_text(value.shape)} and model {shape_text(model.shape)}: the derivative of the one "
            "stands for that of the other, so they must be equal",
            socket="model",
        )
    if value.dtype != model.dtype or not model.differentiable:
        raise ShapeError(
            f"value is {value.dtype} and model {model.dtype}: both must be the same kind of real or complex numbers",
            socket="model",
        )
    return (value,)


@operator(
    "gradients.custom",
    "Custom derivative",
    shape=custom_type,
    formula=r"v",
    partials={"value": r"0\ \text{(declared)}", "model": r"1\ \text{(declared)}"},
    domain="value and model have one shape and dtype",
    synonyms=("custom gradient", "surrogate", "own derivative", "custom vjp", "replace derivative", "stand in"),
    samples=(
        ([-2.0, 0.5, 3.0], [1.5, -4.0, 2.0]),
        ([2.5, -1.5, -0.5], [-3.0, 2.0, 0.25]),
        (onp.array([-1.5, 2.0], "float32"), onp.array([0.5, -0.25], "float32")),
        (-0.5, 1.25),
    ),
    surrogate=lambda value, model: model,
    outputs=("result",),
    sockets={
        "value": "what comes out",
        "model": "what is differentiated in its place",
        "result": "value, with the derivatives of model",
    },
)
def custom_derivative(value: Value, model: Value) -> Value:
    """The value of one stretch of the graph with the derivatives of another.

    Whether they are those of the value after all can be compared with differences: see check_custom in the Python API.
    """
    return stand_for(stop(value), model)


OPERATORS = (
    stop_gradient, scale_gradient, reverse_gradient, clip_gradient, clip_gradient_norm, straight_through_round,
    straight_through_sign, custom_derivative,
)  # fmt: skip
