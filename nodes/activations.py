"""Activations: the bends between layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.setting import Axis
from nodes import shapes
from nodes.casts import Value, inexact

REAL = (
    ([-2.0, -0.3, 0.4, 3.0],),
    ([1.5, 0.2, -2.5, -0.1],),
    (-0.75,),
    ([[0.5, -1.5], [-0.25, 2.0]],),
    ([-40.0, 30.0, -5.0, 12.0],),
    (onp.array([-1.5, 0.5], "float32"),),
)
"""Samples of one real input: both signs, both orders, saturated, and in single precision."""


def softened(x: Value) -> Value:
    """Return exp(-log(1 + exp(-x))), the sigmoid: no overflow, and both tails and their derivatives are accurate."""
    return np.exp(-np.logaddexp(0.0, -x))


def rectified(x: Value) -> Value:
    """Return x where positive, else 0 with derivative 0 (also at 0); NaN stays NaN."""
    return np.where(x <= 0.0, 0.0, x)


def normalised(x: Value, axis: int) -> Value:
    """Return exp(x) over its sum along the axis, shifted so that it cannot overflow.

    Any shift gives the same result, so it is rounded up: a whole number has no derivative to compute, none is lost.
    """
    raised = np.exp(x - np.ceil(np.max(x, axis=axis, keepdims=True)))
    return raised / np.sum(raised, axis=axis, keepdims=True)


@operator(
    "activations.tanh",
    "Tanh",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\tanh x",
    partials={"x": r"1 - \tanh^2 x"},
    synonyms=("hyperbolic tangent", "squash", "activation"),
    samples=(*REAL, (onp.array([0.5 + 0.5j, -1.5 - 0.25j]),)),
    sockets={"x": "a number or array", "value": "between -1 and 1"},
)
def tanh(x: Value) -> Value:
    """Squashes x into -1 to 1, element by element."""
    return np.tanh(inexact(x))


@operator(
    "activations.sigmoid",
    "Sigmoid",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\sigma(x) = \frac{1}{1 + e^{-x}}",
    partials={"x": r"\sigma(x)\,(1 - \sigma(x))"},
    domain="x is real",
    synonyms=("logistic", "squash", "probability", "expit", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "between 0 and 1"},
)
def sigmoid(x: Value) -> Value:
    """Squashes x into 0 to 1, element by element; never overflows."""
    return softened(inexact(x))


@operator(
    "activations.relu",
    "ReLU",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\max(x, 0)",
    partials={"x": r"1\ (x>0),\ 0\ (x\le 0)"},
    domain="x is real",
    synonyms=("rectifier", "rectified linear", "ramp", "hinge", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "x where positive, else 0"},
)
def relu(x: Value) -> Value:
    """x where it is positive, 0 elsewhere. At 0, where it has a kink, the derivative is taken as 0."""
    return rectified(inexact(x))


@operator(
    "activations.softmax",
    "Softmax",
    shape=shapes.along("x"),
    formula=r"s_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    partials={"x": r"\frac{\partial s_i}{\partial x_j} = s_i\,(\delta_{ij} - s_j)"},
    domain="x is real",
    synonyms=("probabilities", "normalise", "boltzmann", "classes"),
    samples=(
        ([1.0, -2.0, 0.5],),
        ([-0.5, 0.25, 2.0],),
        ([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]],),
        Sample(([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]],), {"axis": 0}),
        ([[900.0, 902.0], [-900.0, -903.0]],),
        (onp.array([[0.5, -1.5]], "float32"),),
    ),
    sockets={"x": "scores, one per class along the axis", "value": "probabilities: positive, sum 1 along the axis"},
)
def softmax(x: Value, *, axis: Value = Axis(-1, help="The axis the classes lie along; -1 is the last.")) -> Value:
    """Turns scores into probabilities along an axis; never overflows.

    For a loss, use Cross entropy, which takes the scores themselves.
    """
    return normalised(inexact(x), axis)


ACTIVATIONS: Mapping[str, Callable[[Value], Value]] = {
    "none": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": softened,
    "relu": rectified,
}
"""What a layer may be bent by, after its weights and bias."""

OPERATORS = (tanh, sigmoid, relu, softmax)
