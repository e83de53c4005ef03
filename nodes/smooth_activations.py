"""Activations without a bend: soft relatives of ReLU, gates, and the logarithm of softmax."""

from __future__ import annotations

import math
from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.setting import Axis, Number
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.activations import REAL, softened
from nodes.casts import Value, inexact

SAME = shapes.elementwise("x", dtype=shapes.inexact, real_only=True)
GELU_SLOPE = math.sqrt(2.0 / math.pi)
EVEN = [[0.5, -1.5, 2.0, 0.25], [-0.25, 2.0, -3.0, 1.0]]


@operator(
    "activations.gelu",
    "GELU",
    shape=SAME,
    formula=r"\frac{x}{2}\left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\,x^3)\right)\right)",
    partials={"x": r"\frac{1 + \tanh u}{2} + \frac{x}{2}\,(1 - \tanh^2 u)\,\sqrt{2/\pi}\,(1 + 0.134145\,x^2)"},
    domain="x is real",
    synonyms=("gaussian error linear unit", "transformer", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "x times about the chance that a normal number lies below it"},
)
def gelu(x: Value) -> Value:
    """x times about the chance that a standard normal number lies below it, in the form with tanh.

    It differs from the form with the error function by less than 0.0005. After Hendrycks and Gimpel (2016).
    """
    x = inexact(x)
    return 0.5 * x * (1.0 + np.tanh(GELU_SLOPE * (x + 0.044715 * (x * x * x))))


@operator(
    "activations.silu",
    "SiLU",
    shape=SAME,
    formula=r"x\,\sigma(x)",
    partials={"x": r"\sigma(x)\,(1 + x\,(1 - \sigma(x)))"},
    domain="x is real",
    synonyms=("swish", "sigmoid linear unit", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "x times its sigmoid"},
)
def silu(x: Value) -> Value:
    """x times the sigmoid of x: like ReLU, but smooth, and a little below 0 on the left."""
    x = inexact(x)
    return x * softened(x)


@operator(
    "activations.softplus",
    "Softplus",
    shape=SAME,
    formula=r"\frac{1}{b}\ln(1 + e^{b x})",
    partials={"x": r"\sigma(b x)"},
    domain="x is real",
    synonyms=("smooth relu", "positive", "log exp", "activation"),
    samples=(*REAL, Sample(REAL[0], {"sharpness": 3.0}), Sample(REAL[1], {"sharpness": 3.0})),
    sockets={"x": "a number or array", "value": "a positive number, near x where that is large"},
)
def softplus(
    x: Value, *, sharpness: Value = Number(1.0, positive=True, help="How close it comes to the corner of ReLU.")
) -> Value:
    """A smooth ReLU, always positive; never overflows."""
    return np.logaddexp(0.0, sharpness * inexact(x)) / sharpness


@operator(
    "activations.softsign",
    "Softsign",
    shape=SAME,
    formula=r"\frac{x}{1 + |x|}",
    partials={"x": r"\frac{1}{(1 + |x|)^2}"},
    domain="x is real",
    synonyms=("squash", "smooth sign", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "between -1 and 1"},
)
def softsign(x: Value) -> Value:
    """Squashes x into -1 to 1, and saturates more slowly than tanh."""
    x = inexact(x)
    return x / (1.0 + np.abs(x))


@operator(
    "activations.mish",
    "Mish",
    shape=SAME,
    formula=r"x\,\tanh(\ln(1 + e^x))",
    partials={"x": r"\tanh s + x\,\sigma(x)\,(1 - \tanh^2 s),\quad s = \ln(1 + e^x)"},
    domain="x is real",
    synonyms=("smooth relu", "self-gated", "activation"),
    samples=REAL,
    sockets={"x": "a number or array", "value": "x times the tanh of its softplus"},
)
def mish(x: Value) -> Value:
    """x times the tanh of its softplus: like ReLU, but smooth, and a little below 0 on the left. After Misra (2019)."""
    x = inexact(x)
    return x * np.tanh(np.logaddexp(0.0, x))


@operator(
    "activations.log_softmax",
    "Log softmax",
    shape=shapes.along("x"),
    formula=r"x_i - \ln\sum_j e^{x_j}",
    partials={"x": r"\frac{\partial y_i}{\partial x_j} = \delta_{ij} - \mathrm{softmax}(x)_j"},
    domain="x is real",
    synonyms=("log probabilities", "normalise", "logits", "classes"),
    samples=(
        ([1.0, -2.0, 0.5],),
        ([-0.5, 0.25, 2.0],),
        ([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]],),
        Sample(([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]],), {"axis": 0}),
        ([[900.0, 902.0], [-900.0, -903.0]],),
        (onp.array([[0.5, -1.5]], "float32"),),
    ),
    sockets={"x": "scores, one per class along the axis", "value": "logarithms of probabilities"},
)
def log_softmax(x: Value, *, axis: Value = Axis(-1, help="The axis the classes lie along; -1 is the last.")) -> Value:
    """The logarithms of the probabilities softmax gives, along an axis; never overflows, and never takes log of 0."""
    x = inexact(x)
    shifted = x - np.ceil(np.max(x, axis=axis, keepdims=True))
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def halved(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape of x, half as long along the setting `axis`."""
    found = shapes.real(types[0], "x")
    axis = -1 if settings["axis"] is None else settings["axis"]
    if found.shape == ():
        raise ShapeError("x is a scalar: it has no axis to halve", socket="x")
    (place,) = shapes.reduced_axes(found.shape, axis, "x")
    length = found.shape[place]
    if length % 2:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: axis {place} has {length} numbers, which cannot be halved",
            socket="x",
        )
    shape = (*found.shape[:place], length // 2, *found.shape[place + 1 :])
    return (ArrayType(shape, shapes.inexact([found.dtype], False)),)


@operator(
    "activations.glu",
    "Gated linear unit",
    shape=halved,
    formula=r"a\,\sigma(b),\quad x = (a, b)",
    partials={"x": r"\bar a = \bar y\,\sigma(b),\quad \bar b = \bar y\,a\,\sigma(b)\,(1 - \sigma(b))"},
    domain="x is real, of even length along the axis",
    synonyms=("glu", "gate", "activation"),
    samples=(
        (EVEN,),
        ([[-0.5, 1.5, -2.0, -0.25], [0.25, -2.0, 3.0, -1.0]],),
        Sample((EVEN,), {"axis": 0}),
        ([1.5, -0.5],),
        (onp.array(EVEN, "float32"),),
    ),
    sockets={"x": "numbers, then as many gates, along the axis", "value": "the numbers, each let through by its gate"},
)
def glu(x: Value, *, axis: Value = Axis(-1, help="The axis that is halved; -1, or empty, is the last.")) -> Value:
    """The first half along an axis, each number times the sigmoid of its partner in the second half."""
    x = inexact(x)
    place = (-1 if axis is None else axis) % np.ndim(x)
    half = np.shape(x)[place] // 2
    front = (slice(None),) * place
    return x[(*front, slice(0, half))] * softened(x[(*front, slice(half, None))])


OPERATORS = (gelu, silu, softplus, softsign, mish, log_softmax, glu)
