"""Activations with a bend at 0: relatives of ReLU, and the hard tanh."""

from __future__ import annotations

from typing import Final

import autograd.numpy as np

from engine.operator import Sample, operator
from engine.setting import Number, Slider
from nodes import shapes
from nodes.activations import REAL
from nodes.casts import Value, inexact

SELU_ALPHA: Final = 1.6732632423543772848170429916717
SELU_SCALE: Final = 1.0507009873554804934193349852946
"""They keep mean 0 and variance 1 from layer to layer.

After Klambauer and others, "Self-normalizing neural networks" (2017).
"""

SAME = shapes.elementwise("x", dtype=shapes.inexact, real_only=True)


def bent(x: Value, alpha: Value) -> Value:
    """Return x where positive, else alpha (exp(x) - 1): the exponential sees no positive number, so none overflows."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.where(x > 0.0, 0.0, x)))


@operator(
    "activations.leaky_relu",
    "Leaky ReLU",
    shape=SAME,
    formula=r"\max(x, 0) + s\,\min(x, 0)",
    partials={"x": r"1\ (x>0),\ s\ (x\le 0)"},
    domain="x is real",
    synonyms=("lrelu", "rectifier", "parametric relu", "activation"),
    samples=(*REAL, Sample(REAL[0], {"slope": 0.3}), Sample(REAL[1], {"slope": 0.3})),
    sockets={"x": "a number or array", "value": "x where positive, else a little of it"},
)
def leaky_relu(
    x: Value, *, slope: Value = Slider(0.01, low=0.0, high=1.0, help="What is left of negative numbers.")
) -> Value:
    """x where it is positive, the slope times x elsewhere. At 0 the derivative is taken as the slope."""
    x = inexact(x)
    return np.where(x > 0.0, x, slope * x)


@operator(
    "activations.elu",
    "ELU",
    shape=SAME,
    formula=r"x\ (x>0),\ \alpha\,(e^x - 1)\ (x\le 0)",
    partials={"x": r"1\ (x>0),\ \alpha\,e^x\ (x\le 0)"},
    domain="x is real",
    synonyms=("exponential linear unit", "rectifier", "activation"),
    samples=(*REAL, Sample(REAL[0], {"alpha": 0.5}), Sample(REAL[1], {"alpha": 0.5})),
    sockets={"x": "a number or array", "value": "x where positive, else an exponential that ends at minus alpha"},
)
def elu(x: Value, *, alpha: Value = Number(1.0, low=0.0, help="How far below 0 the left end lies.")) -> Value:
    """x where it is positive, alpha (exp(x) - 1) elsewhere: smooth at 0 where alpha is 1."""
    return bent(inexact(x), alpha)


@operator(
    "activations.selu",
    "SELU",
    shape=SAME,
    formula=r"\lambda x\ (x>0),\ \lambda\alpha\,(e^x - 1)\ (x\le 0)",
    partials={"x": r"\lambda\ (x>0),\ \lambda\alpha\,e^x\ (x\le 0)"},
    domain="x is real",
    synonyms=("scaled exponential linear unit", "self-normalising", "rectifier", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "ELU, scaled so that layers keep mean 0 and variance 1"},
)
def selu(x: Value) -> Value:
    """ELU with alpha 1.673 times 1.051, which keeps the numbers of deep networks at mean 0 and variance 1."""
    return SELU_SCALE * bent(inexact(x), SELU_ALPHA)


@operator(
    "activations.hard_tanh",
    "Hard tanh",
    shape=SAME,
    formula=r"\max(-1, \min(1, x))",
    partials={"x": r"1\ (|x|\le 1),\ 0\ (|x|>1)"},
    domain="x is real",
    synonyms=("clipped linear", "saturate", "hardtanh", "squash", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "x, kept between -1 and 1"},
)
def hard_tanh(x: Value) -> Value:
    """x kept between -1 and 1. At the corners the derivative is taken as 1."""
    x = inexact(x)
    return np.where(x > 1.0, 1.0, np.where(x < -1.0, -1.0, x))


OPERATORS = (leaky_relu, elu, selu, hard_tanh)
