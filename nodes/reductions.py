"""Reductions: many numbers into few."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.setting import Axis, Toggle
from nodes import shapes
from nodes.casts import Value, inexact, number

AXIS = Axis(None, help="The axis that is reduced; empty for all of them; -1 is the last.")
KEEP = Toggle(False, help="Keep the reduced axis, with length 1, so that the result broadcasts against the input.")

MATRIX = [[1.0, -2.0, 3.0], [-4.0, 5.5, -6.0]]
SAMPLES = (
    ([1.0, -2.5, 4.0],),
    ([-3.0, 0.5, -1.0],),
    (2.5,),
    (MATRIX,),
    Sample((MATRIX,), {"axis": 0}),
    Sample((MATRIX,), {"axis": -1, "keep": True}),
    Sample(([[[1.0, 2.0], [3.0, -4.0]], [[0.5, -1.5], [2.5, 3.5]]],), {"axis": 1}),
    (onp.array(MATRIX, "float32"),),
    (onp.array([1.0 + 2.0j, -0.5j]),),
    (onp.array([[1, 2], [3, -4]]),),
)


@operator(
    "reductions.sum",
    "Sum",
    shape=shapes.reduce(),
    formula=r"\sum_i x_i",
    partials={"x": r"1"},
    synonyms=("total", "add up", "sigma"),
    samples=SAMPLES,
    sockets={"x": "an array", "value": "the sum"},
)
def total(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The sum over an axis, or over all elements."""
    return np.sum(number(x), axis=axis, keepdims=keep)


@operator(
    "reductions.mean",
    "Mean",
    shape=shapes.reduce(dtype=shapes.inexact, needs_elements=True),
    formula=r"\frac{1}{n}\sum_i x_i",
    partials={"x": r"\frac{1}{n}"},
    synonyms=("average", "expected value"),
    samples=SAMPLES,
    sockets={"x": "an array", "value": "the mean"},
)
def mean(x: Value, *, axis: Value = AXIS, keep: Value = KEEP) -> Value:
    """The mean over an axis, or over all elements."""
    return np.mean(inexact(x), axis=axis, keepdims=keep)


OPERATORS = (total, mean)
