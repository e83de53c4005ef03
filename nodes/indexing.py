"""Shape: taking elements out of arrays, and putting them into places."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine import limits
from engine.operator import Sample, operator
from engine.program.primitives import PART, scatter, take_along
from engine.setting import Axis, Integer, Text
from nodes import index_shapes
from nodes.casts import Value, number

MATRIX = [[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]]
OTHER = [[-1.5, 2.5, 0.5], [4.5, -5.0, 6.5]]
CUBE = [[[1.0, 2.0], [3.0, -4.0]], [[0.5, -1.5], [2.5, 3.5]]]
SINGLE = onp.array(MATRIX, "float32")
ALONG = Axis(0, help="The axis the indices count along; -1 is the last.")


@operator(
    "shape.slice",
    "Slice",
    shape=index_shapes.sliced,
    formula=r"y = x[a:b:s]",
    partials={"x": r"1\ \text{for what is taken},\ 0\ \text{for the rest}"},
    domain="a place that is asked for exists; a stretch ends where the axis ends",
    synonyms=("index", "crop", "part", "row", "column", "every second", "window", "first", "last"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample((MATRIX,), {"at": "0"}),
        Sample((MATRIX,), {"at": "..., -1"}),
        Sample((MATRIX,), {"at": ":, ::-2"}),
        Sample((CUBE,), {"at": "1:, new, 0, :1"}),
        Sample((CUBE,), {"at": "new, ..., 1"}),
        Sample((2.5,), {"at": ""}),
        Sample((SINGLE,), {"at": "1, 1:"}),
        Sample((onp.array([1.0 + 2.0j, -0.5j]),), {"at": "1"}),
        Sample((onp.array([1, 2, 3]),), {"at": "-2:"}),
    ),
    sockets={"x": "an array", "value": "the part of it"},
)
def slice_(
    x: Value,
    *,
    at: Value = Text(
        "0:1",
        help="What to take of each axis: a place (2), a stretch (1:5, ::2, ::-1), ... for the rest, new for an axis.",
    ),
) -> Value:
    """A part of an array, as NumPy slices: one place of an axis, which then vanishes, or a stretch.

    Places count from 0, negative ones from the end.
    """
    return x[index_shapes.parsed(at)]


@operator(
    "shape.take",
    "Take",
    shape=index_shapes.taken,
    formula=r"y_{k \ldots} = x_{i_k \ldots}",
    partials={"x": r"1\ \text{for each time it is taken}", "indices": "0"},
    domain="indices are below the length of the axis; negative ones count from its end",
    nondifferentiable=("indices",),
    synonyms=("index", "lookup", "select rows", "embedding", "choose"),
    samples=(
        (MATRIX, onp.array([1, 0, 1])),
        (OTHER, onp.array([0, 0, -1])),
        Sample((MATRIX, onp.array([[2, 0], [1, 1]])), {"axis": 1}),
        Sample((OTHER, onp.array([[-1, 1], [0, 2]])), {"axis": 1}),
        Sample((CUBE, onp.array(1)), {"axis": -1}),
        (SINGLE, onp.array([1, 1])),
        (onp.array([1.0 + 2.0j, -0.5j]), onp.array([1, 0, 0])),
        (onp.array([1, 2, 3]), onp.array([2])),
    ),
    sockets={"x": "an array", "indices": "whole numbers: which elements", "value": "the elements, in that order"},
)
def take(x: Value, indices: Value, *, axis: Value = ALONG) -> Value:
    """The elements of an axis at the given places, in their order and as often as they are named."""
    rank = len(np.shape(x))
    return x[(slice(None),) * (axis % rank) + (indices,)]


@operator(
    "shape.gather",
    "Gather",
    shape=index_shapes.gathered,
    formula=r"y_{ik} = x_{i\,j_{ik}}",
    partials={"x": r"1\ \text{for each time it is taken}", "indices": "0"},
    domain="indices are below the length of the axis; negative ones count from its end",
    nondifferentiable=("indices",),
    synonyms=("take along axis", "pick per row", "reorder", "select"),
    samples=(
        Sample((MATRIX, onp.array([[2, 0], [1, 1]])), {"axis": 1}),
        Sample((OTHER, onp.array([[0, 0], [-1, 2]])), {"axis": 1}),
        (MATRIX, onp.array([[1, 0, 1]])),
        (OTHER, onp.array([[0, 0, -1]])),
        Sample((SINGLE, onp.array([[2], [0]])), {"axis": -1}),
        (onp.array([1.0 + 2.0j, -0.5j]), onp.array([1, 0, 0])),
        (onp.array([1, 2, 3]), onp.array([2])),
    ),
    sockets={"x": "an array", "indices": "whole numbers: for each place, which element", "value": "the elements"},
)
def gather(x: Value, indices: Value, *, axis: Value = ALONG) -> Value:
    """For each place its own element along an axis, as NumPy's take_along_axis: one per row, or a sorted order."""
    return take_along(x, indices, axis % len(np.shape(x)))


@operator(
    "shape.scatter_add",
    "Scatter and add",
    shape=index_shapes.scattered,
    formula=r"y_j = \sum_{k : i_k = j} x_k",
    partials={"x": r"1\ (i_k = j),\ 0\ (\text{else})", "indices": "0"},
    domain="indices are below the length of the result; negative ones count from its end",
    nondifferentiable=("indices",),
    synonyms=("segment sum", "group by", "histogram", "accumulate", "put", "scatter-add"),
    samples=(
        Sample((MATRIX, onp.array([1, 1])), {"length": 3}),
        Sample((OTHER, onp.array([2, 0])), {"length": 3}),
        Sample((MATRIX, onp.array([[1, 0, 1], [2, -1, 0]])), {"length": 4}),
        Sample((OTHER, onp.array([[0, 0, 3], [-2, 1, 1]])), {"length": 4}),
        Sample((2.5, onp.array(1)), {"length": 2}),
        Sample((SINGLE, onp.array([0, 0])), {"length": 1}),
        Sample((onp.array([1.0 + 2.0j, -0.5j]), onp.array([1, 1])), {"length": 2}),
        Sample((onp.array([1, 2, 3]), onp.array([0, 1, 0])), {"length": 2}),
    ),
    sockets={"x": "what is added", "indices": "whole numbers: where each goes", "value": "the totals at each place"},
)
def scatter_add(
    x: Value,
    indices: Value,
    *,
    length: Value = Integer(1, low=0, high=limits.ELEMENTS, help="How many places the result has along its axis 0."),
) -> Value:
    """Zeros to which each element, or row, of x is added at the place its index names. It turns Take around."""
    rest = np.shape(x)[len(np.shape(indices)) :]
    return scatter(number(x), (length, *rest), (PART,), indices)


OPERATORS = (slice_, take, gather, scatter_add)
