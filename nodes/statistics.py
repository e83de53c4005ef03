"""Reductions: extremes, products, spread, norms and counts."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.setting import Choice, Integer
from nodes import order_shapes, shapes
from nodes.casts import Value, inexact, number
from nodes.reductions import AXIS, KEEP, MATRIX

OTHER = [[-1.5, 2.5, 0.5], [4.5, -5.0, 6.5]]
REAL = (
    ([1.0, -2.5, 4.0],),
    ([3.5, 0.5, -1.0],),
    (2.5,),
    (MATRIX,),
    (OTHER,),
    Sample((MATRIX,), {"axis": 0}),
    Sample((OTHER,), {"axis": 0}),
    Sample((MATRIX,), {"axis": -1, "keep": True}),
    Sample(([[[1.0, 2.0], [3.0, -4.0]], [[0.5, -1.5], [2.5, 3.5]]],), {"axis": 1}),
    (onp.array(MATRIX, "float32"),),
    (onp.array([[1, 2], [3, -4]]),),
)
"""Samples of a real array."""

COMPLEX = ((onp.array([1.0 + 2.0j, -0.5j, 2.0]),),)
SPREAD = (*REAL[:2], *REAL[3:], Sample(([1.0, -2.5, 4.0],), {"ddof": 1}), *COMPLEX)
DDOF = Integer(0, low=0, high=1, help="0 divides by the count n, 1 by n - 1 (the unbiased estimate from a sample).")


@operator(
    "reductions.max",
    "Largest",
    shape=order_shapes.reduced(shapes.numeric, real_only=True, empty="no largest element"),
    formula=r"\max_i x_i",
    partials={"x": r"\frac{1}{k}\ \text{for the } k \text{ largest},\ 0\ \text{for the others}"},
    domain="x is real and not empty",
    synonyms=("max", "maximum over axis", "peak", "top", "amax"),
    samples=REAL,
    sockets={"x": "an array", "value": "the largest element"},
)
def largest(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The largest element over an axis, or of all. Where several are largest, they share the derivative."""
    return np.max(number(x), axis=axis, keepdims=keep)


@operator(
    "reductions.min",
    "Smallest",
    shape=order_shapes.reduced(shapes.numeric, real_only=True, empty="no smallest element"),
    formula=r"\min_i x_i",
    partials={"x": r"\frac{1}{k}\ \text{for the } k \text{ smallest},\ 0\ \text{for the others}"},
    domain="x is real and not empty",
    synonyms=("min", "minimum over axis", "lowest", "amin"),
    samples=REAL,
    sockets={"x": "an array", "value": "the smallest element"},
)
def smallest(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The smallest element over an axis, or of all. Where several are smallest, they share the derivative."""
    return np.min(number(x), axis=axis, keepdims=keep)


@operator(
    "reductions.prod",
    "Product",
    shape=order_shapes.reduced(shapes.numeric),
    formula=r"\prod_i x_i",
    partials={"x": r"\prod_{j \ne i} x_j"},
    synonyms=("prod", "multiply all", "pi"),
    samples=(*REAL, *COMPLEX, ([1.0, 0.0, 4.0],), ([0.0, 2.0, 0.0],)),
    sockets={"x": "an array", "value": "the product"},
)
def product(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The product over an axis, or of all elements; the derivative is right where elements are 0, too."""
    return np.prod(number(x), axis=axis, keepdims=keep)


@operator(
    "reductions.variance",
    "Variance",
    shape=order_shapes.reduced(order_shapes.inexact_modulus, empty="no spread to measure"),
    formula=r"\frac{1}{n - d}\sum_i |x_i - \bar{x}|^2",
    partials={"x": r"\frac{2\,(x_i - \bar{x})}{n - d}"},
    domain="there are more elements than d",
    synonyms=("var", "spread", "mean squared deviation"),
    samples=SPREAD,
    sockets={"x": "an array", "value": "the variance"},
)
def variance(x: Value, *, axis: Value = AXIS, keep: Value = KEEP, ddof: Value = DDOF) -> Value:
    """The mean squared distance from the mean, over an axis or all elements."""
    return np.var(inexact(x), axis=axis, keepdims=keep, ddof=ddof)


@operator(
    "reductions.deviation",
    "Standard deviation",
    shape=order_shapes.reduced(order_shapes.inexact_modulus, empty="no spread to measure"),
    formula=r"\sigma = \sqrt{\frac{1}{n - d}\sum_i |x_i - \bar{x}|^2}",
    partials={"x": r"\frac{x_i - \bar{x}}{(n - d)\,\sigma}"},
    domain="there are more elements than d, and not all are equal: there the derivative is not defined",
    synonyms=("std", "spread", "sigma", "root mean squared deviation"),
    samples=SPREAD,
    sockets={"x": "an array", "value": "the standard deviation"},
)
def deviation(x: Value, *, axis: Value = AXIS, keep: Value = KEEP, ddof: Value = DDOF) -> Value:
    """The root of the variance, over an axis or all elements: how far elements are from their mean, in x's unit."""
    return np.std(inexact(x), axis=axis, keepdims=keep, ddof=ddof)


@operator(
    "reductions.norm",
    "Norm",
    shape=order_shapes.reduced(order_shapes.inexact_modulus, empty="nothing to measure"),
    formula=r"\|x\|_2 = \sqrt{\sum_i |x_i|^2},\quad \|x\|_1 = \sum_i |x_i|,\quad \|x\|_\infty = \max_i |x_i|",
    partials={"x": r"\frac{x_i}{\|x\|_2},\quad \mathrm{sign}\,x_i,\quad \mathrm{sign}\,x_i\ \text{for the largest}"},
    domain="squares do not overflow: x below 1e154 (1e19 in float32)",
    synonyms=("length", "magnitude", "euclidean", "l1", "l2", "distance", "manhattan"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample(([[1.0, -2.0], [0.0, 0.0], [0.5, 3.0]],), {"axis": 1}),
        Sample(([[0.0, 0.0], [-1.5, 2.0], [4.0, 0.25]],), {"axis": 1}),
        Sample(([[1.0, -2.0], [0.0, 0.0]],), {"axis": -1, "keep": True}),
        Sample((MATRIX,), {"order": "1"}),
        Sample((OTHER,), {"order": "1"}),
        Sample((MATRIX,), {"order": "infinite", "axis": 0}),
        Sample((OTHER,), {"order": "infinite", "axis": 0}),
        ([3.0, -4.0],),
        ([0.0, 0.0],),
        (-2.5,),
        (0.0,),
        (onp.array([3.0, -4.0], "float32"),),
        (onp.array([0.0, 0.0], "float32"),),
        (onp.array([1.0 + 2.0j, -0.5j, 2.0]),),
        (onp.array([[1, 2], [3, -4]]),),
        (onp.array([[0, 0], [0, 0]]),),
    ),
    sockets={"x": "an array", "value": "its length"},
)
def norm(
    x: Value,
    *,
    axis: Value = AXIS,
    keep: Value = KEEP,
    order: Value = Choice("2", options=("1", "2", "infinite"), help="2 is the Euclidean length, 1 adds absolutes."),
) -> Value:
    """The length of a vector, over an axis or all elements: Euclidean, the sum or the largest of the absolutes.

    At 0, where the length has a kink, its derivative is taken as 0.
    """
    size = np.abs(inexact(x))
    if order == "1":
        return np.sum(size, axis=axis, keepdims=keep)
    if order == "infinite":
        return np.max(size, axis=axis, keepdims=keep)
    squares = np.sum(size * size, axis=axis, keepdims=keep)
    return np.where(squares == 0.0, 0.0, np.sqrt(np.where(squares == 0.0, 1.0, squares)))


@operator(
    "reductions.logsumexp",
    "Log-sum-exp",
    shape=order_shapes.reduced(shapes.inexact, real_only=True, empty="nothing to add"),
    formula=r"\ln \sum_i e^{x_i}",
    partials={"x": r"\frac{e^{x_i}}{\sum_j e^{x_j}}"},
    domain="x is real and not empty, and not minus infinity throughout",
    synonyms=("logsumexp", "soft maximum", "partition function", "log of summed exponentials", "free energy"),
    samples=(*REAL, ([-800.0, -801.0, -798.5],), ([1000.0, 999.0, 1001.5],)),
    sockets={"x": "logarithms", "value": "the logarithm of the sum"},
)
def logsumexp(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The logarithm of the sum of exponentials over an axis, or of all elements, without overflow."""
    logs = inexact(x)
    top = np.ceil(np.max(logs, axis=axis, keepdims=True))
    shifted = np.log(np.sum(np.exp(logs - top), axis=axis, keepdims=keep))
    return shifted + (top if keep else np.reshape(top, np.shape(shifted)))


OPERATORS = (largest, smallest, product, variance, deviation, norm, logsumexp)
