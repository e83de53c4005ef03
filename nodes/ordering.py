"""Reductions: running totals, sorting, places and counts."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.autodiff.rules import running
from engine.operator import Sample, operator
from engine.setting import Axis
from nodes import order_shapes, shapes
from nodes.casts import Value, inexact, number
from nodes.reductions import AXIS, KEEP, MATRIX
from nodes.statistics import COMPLEX, OTHER, REAL

ALONG = Axis(-1, help="The axis that is gone along; -1 is the last.")

LINES = (
    ([1.0, -2.5, 4.0, 0.5],),
    ([-3.0, 0.5, -1.0, 2.0],),
    (MATRIX,),
    (OTHER,),
    Sample((MATRIX,), {"axis": 0}),
    Sample((OTHER,), {"axis": 0}),
    ([[[1.0, 2.0], [3.0, -4.0]], [[0.5, -1.5], [2.5, 3.5]]],),
    ([3.5],),
    (onp.array(MATRIX, "float32"),),
    (onp.array([[1, 2], [3, -4]]),),
)
"""Samples of an array that is gone along one axis."""


@operator(
    "reductions.cumulative_sum",
    "Cumulative sum",
    shape=order_shapes.ordered(shapes.numeric),
    formula=r"y_k = \sum_{i \le k} x_i",
    partials={"x": r"1\ (i \le k),\ 0\ (i > k)"},
    synonyms=("cumsum", "running total", "integrate", "prefix sum"),
    samples=(*LINES, *COMPLEX),
    sockets={"x": "an array", "value": "the totals so far"},
)
def cumulative_sum(x: Value, *, axis: Value = ALONG) -> Value:
    """At each place along an axis, the sum of all elements up to it."""
    return np.cumsum(number(x), axis=axis)


@operator(
    "reductions.cumulative_product",
    "Cumulative product",
    shape=order_shapes.ordered(shapes.numeric),
    formula=r"y_k = \prod_{i \le k} x_i",
    partials={"x": r"\prod_{j \le k,\ j \ne i} x_j\ (i \le k),\ 0\ (i > k)"},
    synonyms=("cumprod", "running product", "compound growth", "prefix product"),
    samples=(*LINES, *COMPLEX, ([1.5, 0.0, 4.0, 0.0],), ([0.0, 0.5, -1.0, 2.0],)),
    sockets={"x": "an array", "value": "the products so far"},
)
def cumulative_product(x: Value, *, axis: Value = ALONG) -> Value:
    """At each place along an axis, the product of all elements up to it; the derivative is right at 0, too."""
    return np.swapaxes(running(np.swapaxes(number(x), axis, -1)), axis, -1)


@operator(
    "reductions.sort",
    "Sort",
    shape=order_shapes.ordered(shapes.unchanged, real_only=True),
    formula=r"y_1 \le y_2 \le \ldots",
    partials={"x": r"1\ \text{where } x_i \text{ comes to stand},\ 0\ \text{elsewhere}"},
    domain="x is real",
    synonyms=("order", "ascending", "rank", "quantiles"),
    samples=LINES,
    sockets={"x": "an array", "value": "the elements in rising order"},
)
def sort(x: Value, *, axis: Value = ALONG) -> Value:
    """The elements in rising order along an axis; equal ones keep theirs. Each takes its derivative along."""
    return np.sort(x, axis=axis)


@operator(
    "reductions.argsort",
    "Order",
    shape=order_shapes.ordered(order_shapes.whole, real_only=True),
    formula=r"x_{y_1} \le x_{y_2} \le \ldots",
    partials={"x": "0"},
    domain="x is real",
    nondifferentiable=("x",),
    synonyms=("argsort", "sorting permutation", "rank", "indices in order"),
    samples=LINES,
    sockets={"x": "an array", "value": "the places of the elements, smallest first"},
)
def argsort(x: Value, *, axis: Value = ALONG) -> Value:
    """The places of the elements along an axis, from the smallest to the largest; of equal ones the first comes first.

    Places are whole numbers and carry no derivative; Gather puts anything into this order.
    """
    return np.argsort(x, axis=axis, kind="stable")


@operator(
    "reductions.median",
    "Median",
    shape=order_shapes.reduced(shapes.inexact, real_only=True, empty="no middle element"),
    formula=r"\frac{1}{2}\left(x_{(\lfloor (n-1)/2 \rfloor)} + x_{(\lfloor n/2 \rfloor)}\right)",
    partials={"x": r"1\ \text{for the middle one, or } \frac{1}{2} \text{ for each of two},\ 0\ \text{for the others}"},
    domain="x is real, not empty and without NaN",
    synonyms=("middle", "robust mean", "quantile", "fifty percent"),
    samples=(*REAL, ([1.0, -2.5, 4.0, 0.5],), ([-3.0, 0.5, -1.0, 2.0],)),
    sockets={"x": "an array", "value": "the middle element"},
)
def median(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The middle one of the sorted elements, or the mean of the two in the middle, over an axis or all elements."""
    fractions = inexact(x)
    shape = np.shape(fractions)
    axes = shapes.reduced_axes(shape, axis, "x")
    wanted = tuple(1 if k in axes else n for k, n in enumerate(shape) if keep or k not in axes)
    rows = np.reshape(fractions, (-1,)) if axis is None else np.swapaxes(fractions, axis, -1)
    length = np.shape(rows)[-1]
    rising = np.sort(rows, axis=-1)
    middle = 0.5 * rising[..., (length - 1) // 2] + 0.5 * rising[..., length // 2]
    return np.reshape(middle if axis is None else np.swapaxes(middle[..., None], axis, -1), wanted)


def _place(title: str, short: str, word: str, words: tuple[str, ...], function: Value) -> Value:
    def place(x: Value, *, axis: Value = AXIS) -> Value:
        return function(x, axis=axis)

    place.__doc__ = (
        f"The place of the {word} element along an axis, or among all in row order; of equal ones the first.\n\n"
        "Places are whole numbers and carry no derivative."
    )
    return operator(
        f"reductions.{short}",
        title,
        shape=order_shapes.reduced(order_shapes.whole, real_only=True, empty=f"no {word} element", keeps=False),
        formula=rf"\mathrm{{{short}}}_i\ x_i",
        partials={"x": "0"},
        domain="x is real and not empty",
        nondifferentiable=("x",),
        synonyms=words,
        samples=PLACES,
        sockets={"x": "an array", "value": "the place, counted from 0"},
    )(place)


PLACES = (
    *REAL[:6],
    Sample((MATRIX,), {"axis": -1}),
    Sample((OTHER,), {"axis": -1}),
    *REAL[9:],
)

argmax = _place("Place of the largest", "argmax", "largest", ("argmax", "predicted class", "winner"), np.argmax)
argmin = _place("Place of the smallest", "argmin", "smallest", ("argmin", "nearest", "best"), np.argmin)

FLAGS = (
    (onp.array([[True, False, True], [False, False, True]]),),
    (onp.array([[False, True, True], [True, True, True]]),),
    Sample((onp.array([[True, False, True], [False, False, True]]),), {"axis": 0}),
    Sample((onp.array([[False, True, True], [True, True, True]]),), {"axis": -1, "keep": True}),
    ([1.0, 0.0, -2.0],),
    ([0.0, 0.0, 0.5],),
    (onp.array([1.0, 0.0], "float32"),),
    (onp.array([1, 0, 3]),),
)
"""Samples of truth values, and of numbers that count as such."""


@operator(
    "reductions.any",
    "Any",
    shape=order_shapes.reduced(order_shapes.truth),
    formula=r"x_1 \vee x_2 \vee \ldots",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("or of all", "exists", "at least one"),
    samples=FLAGS,
    sockets={"x": "truth values", "value": "true or false"},
)
def any_(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """Whether at least one element over an axis, or of all, is true (not 0). The result carries no derivative."""
    return np.any(x, axis=axis, keepdims=keep)


@operator(
    "reductions.all",
    "All",
    shape=order_shapes.reduced(order_shapes.truth),
    formula=r"x_1 \wedge x_2 \wedge \ldots",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("and of all", "for every", "without exception"),
    samples=FLAGS,
    sockets={"x": "truth values", "value": "true or false"},
)
def all_(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """Whether every element over an axis, or of all, is true (not 0). The result carries no derivative."""
    return np.all(x, axis=axis, keepdims=keep)


@operator(
    "reductions.count",
    "Count",
    shape=order_shapes.reduced(order_shapes.whole),
    formula=r"\#\{i : x_i \ne 0\}",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("count nonzero", "how many", "number of true"),
    samples=FLAGS,
    sockets={"x": "truth values", "value": "how many are true"},
)
def count(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """How many elements over an axis, or of all, are true (not 0). Counts are whole numbers, without derivative."""
    return np.count_nonzero(x, axis=axis, keepdims=keep)


OPERATORS = (
    cumulative_sum, cumulative_product, sort, argsort, median, argmax, argmin, any_, all_, count,
)  # fmt: skip
