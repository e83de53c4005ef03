"""Probability: bijections with the logarithm of their Jacobian, and the divergence between two normal distributions.

A density is carried through a bijection by subtracting its log-Jacobian: log q(y) = log p(x) - log |dy/dx|.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import ShapeRule, operator
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.activations import softened
from nodes.casts import Value, inexact
from nodes.distributions import grown, together
from nodes.losses import softplus

ROWS = ([0.5, -2.0, 3.0], [-1.5, 0.25, 1.0])
LOG_JACOBIAN = "the logarithm of the absolute derivative"
BOTH = ("value", "log_jacobian")


def twice(*sockets: str) -> ShapeRule:
    """Return the rule of an elementwise bijection: the value, and the log-Jacobian in its shape."""
    rule = shapes.elementwise(*sockets, dtype=shapes.inexact, real_only=True)

    def both(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
        return rule(types, settings) * 2

    return both


@operator(
    "probability.exp_bijection",
    "Bijection to positive numbers (exp)",
    outputs=BOTH,
    shape=twice("x"),
    formula=r"y = e^x,\quad \ln\left|\frac{dy}{dx}\right| = x",
    partials={"x": r"e^x,\ 1"},
    domain="x is real, below 709 (88 in float32)",
    synonyms=("positive", "change of variables", "log det jacobian", "transform", "flow"),
    samples=grown(ROWS[:1], ROWS[1:]),
    sockets={"x": "any number", "value": "a positive number", "log_jacobian": LOG_JACOBIAN},
)
def exp_bijection(x: Value) -> tuple[Value, Value]:
    """The exponential of x, which maps all numbers onto the positive ones, and its log-Jacobian."""
    x = inexact(x)
    return np.exp(x), x * 1.0


@operator(
    "probability.softplus_bijection",
    "Bijection to positive numbers (softplus)",
    outputs=BOTH,
    shape=twice("x"),
    formula=r"y = \ln(1 + e^x),\quad \ln\left|\frac{dy}{dx}\right| = -\ln(1 + e^{-x})",
    partials={"x": r"\sigma(x),\ 1 - \sigma(x)"},
    domain="x is real",
    synonyms=("positive", "change of variables", "log det jacobian", "transform", "flow"),
    samples=grown(ROWS[:1], ROWS[1:]),
    sockets={"x": "any number", "value": "a positive number", "log_jacobian": LOG_JACOBIAN},
)
def softplus_bijection(x: Value) -> tuple[Value, Value]:
    """Softplus of x, which maps all numbers onto the positive ones and large ones to themselves."""
    x = inexact(x)
    return softplus(x), -softplus(-x)


@operator(
    "probability.interval_bijection",
    "Bijection to an interval (sigmoid)",
    outputs=BOTH,
    shape=twice("x", "low", "high"),
    formula=r"y = a + (b - a)\,\sigma(x),\quad"
    r" \ln\left|\frac{dy}{dx}\right| = \ln(b - a) - \ln(1 + e^x) - \ln(1 + e^{-x})",
    partials={
        "x": r"(b - a)\,\sigma(x)\,(1 - \sigma(x)),\ 1 - 2\sigma(x)",
        "low": r"1 - \sigma(x),\ -\frac{1}{b - a}",
        "high": r"\sigma(x),\ \frac{1}{b - a}",
    },
    domain="x is real; low is below high",
    synonyms=("bounded", "logit", "change of variables", "log det jacobian", "transform", "flow"),
    samples=(
        *grown((ROWS[0], [-1.0, 0.5, 0.0], [2.0, 1.5, 4.0]), (ROWS[1], [0.5, -3.0, -0.5], [1.0, -1.0, 0.5])),
        (ROWS[0],),
        (ROWS[1],),
    ),
    sockets={
        "x": "any number",
        "low": "the lower bound",
        "high": "the upper bound",
        "value": "a number between low and high",
        "log_jacobian": LOG_JACOBIAN,
    },
)
def interval_bijection(x: Value, low: Value = 0.0, high: Value = 1.0) -> tuple[Value, Value]:
    """The sigmoid of x stretched from low to high, which maps all numbers onto the interval, and its log-Jacobian."""
    x, low, high = together(x, low, high)
    return low + (high - low) * softened(x), np.log(high - low) - softplus(x) - softplus(-x)


@operator(
    "probability.affine_bijection",
    "Bijection by scale and shift",
    outputs=BOTH,
    shape=twice("x", "scale", "shift"),
    formula=r"y = a\,x + b,\quad \ln\left|\frac{dy}{dx}\right| = \ln|a|",
    partials={"x": r"a,\ 0", "scale": r"x,\ \frac{1}{a}", "shift": r"1,\ 0"},
    domain="x is real; the scale is not 0",
    synonyms=("affine", "linear", "change of variables", "log det jacobian", "transform", "flow"),
    samples=(
        *grown((ROWS[0], [-1.0, 0.5, 2.0], [2.0, -1.5, 4.0]), (ROWS[1], [0.5, -3.0, -0.5], [1.0, -1.0, 0.5])),
        (ROWS[0], [1.5, -2.0, 0.5]),
        (ROWS[1], [-0.5, 1.0, 2.0]),
    ),
    sockets={
        "x": "any number",
        "scale": "what x is multiplied by",
        "shift": "what is added",
        "value": "scale times x plus shift",
        "log_jacobian": LOG_JACOBIAN,
    },
)
def affine_bijection(x: Value, scale: Value, shift: Value = 0.0) -> tuple[Value, Value]:
    """x scaled and shifted, and the log-Jacobian of that for each element."""
    x, scale, shift = together(x, scale, shift)
    value = scale * x + shift
    return value, np.log(np.abs(scale)) + 0.0 * value


def _stick_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    x = shapes.real(types[0], "x")
    if not x.shape or x.shape[-1] == 0:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)}: it takes at least one number along the last axis", socket="x"
        )
    dtype = shapes.inexact([x.dtype], False)
    return ArrayType((*x.shape[:-1], x.shape[-1] + 1), dtype), ArrayType(x.shape[:-1], dtype)


@operator(
    "probability.stick_breaking",
    "Bijection to the simplex (stick breaking)",
    outputs=BOTH,
    shape=_stick_shape,
    formula=r"y_k = z_k \prod_{j<k}(1 - z_j),\quad z_k = \sigma(x_k - \ln(K - k)),"
    r"\quad \ln|J| = \sum_k \left(\ln y_k + \ln(1 - z_k)\right)",
    partials={
        "x": r"\frac{\partial y_k}{\partial x_j} = y_k\,([j = k] - z_j)\ (j \le k),"
        r"\ \frac{\partial \ln|J|}{\partial x_j} = 1 - (K - j + 1)\,z_j"
    },
    domain="x is real and has at least one axis",
    synonyms=("simplex", "probabilities", "dirichlet", "change of variables", "log det jacobian", "stan"),
    samples=(
        (ROWS[0],),
        (ROWS[1],),
        ([[0.5, -1.5], [2.0, 0.25], [-3.0, 1.0]],),
        ([0.75],),
        (onp.array(ROWS, "float32"),),
    ),
    sockets={
        "x": "K - 1 numbers along the last axis",
        "value": "K positive numbers with sum 1",
        "log_jacobian": "the logarithm of the Jacobian's determinant, by the first K - 1 of them",
    },
)
def stick_breaking(x: Value) -> tuple[Value, Value]:
    """Breaks a stick of length 1 at fractions given by x; x = 0 gives equal pieces.

    Maps K - 1 numbers onto K positive ones with sum 1, as Stan does, with the log-Jacobian by the first K - 1.
    """
    x = inexact(x)
    count = np.shape(x)[-1]
    logits = x - onp.log(onp.arange(count, 0, -1)).astype(np.result_type(x))
    broken, left = -softplus(-logits), -softplus(logits)
    after = np.cumsum(left, axis=-1)
    pieces = broken + after - left
    value = np.concatenate([np.exp(pieces), np.exp(after[..., -1:])], axis=-1)
    return value, np.sum(pieces + left, axis=-1)


@operator(
    "probability.kl_normal",
    "KL divergence of normals",
    shape=shapes.elementwise(
        "mean", "deviation", "other_mean", "other_deviation", dtype=shapes.inexact, real_only=True
    ),
    formula=r"\ln\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2} - \frac{1}{2}",
    partials={
        "mean": r"\frac{\mu_1 - \mu_2}{\sigma_2^2}",
        "deviation": r"\frac{\sigma_1}{\sigma_2^2} - \frac{1}{\sigma_1}",
        "other_mean": r"-\frac{\mu_1 - \mu_2}{\sigma_2^2}",
        "other_deviation": r"\frac{1}{\sigma_2} - \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{\sigma_2^3}",
    },
    domain="both deviations are positive",
    synonyms=("kullback leibler", "relative entropy", "variational", "vae", "gaussian", "evidence lower bound"),
    samples=(
        *grown(
            ([0.5, -1.0, 0.25], [1.5, 0.75, 2.0], [-0.5, 0.25, 2.0], [0.5, 1.25, 1.0]),
            ([-0.5, 1.25, 0.75], [0.5, 2.5, 1.25], [1.5, -1.0, 0.5], [2.0, 0.75, 1.5]),
        ),
        ([0.5, -1.0, 0.25], [1.5, 0.75, 2.0]),
        ([-0.5, 1.25, 0.75], [0.5, 2.5, 1.25]),
    ),
    sockets={
        "mean": "the mean of the first",
        "deviation": "the standard deviation of the first",
        "other_mean": "the mean of the second",
        "other_deviation": "the standard deviation of the second",
        "value": "the divergence in nats, element by element",
    },
)
def kl_normal(mean: Value, deviation: Value, other_mean: Value = 0.0, other_deviation: Value = 1.0) -> Value:
    """The Kullback-Leibler divergence from one normal distribution to another, by default the standard one."""
    mean, deviation, other_mean, other_deviation = together(mean, deviation, other_mean, other_deviation)
    ratio = deviation / other_deviation
    return 0.5 * (np.square(ratio) + np.square((mean - other_mean) / other_deviation) - 1.0) - np.log(ratio)


OPERATORS = (
    exp_bijection, softplus_bijection, interval_bijection, affine_bijection, stick_breaking, kl_normal,
)  # fmt: skip
