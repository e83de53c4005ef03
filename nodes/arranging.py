"""Shape: axes turned, moved, added and dropped, and an array's own shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine import limits
from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.program.primitives import expand
from engine.setting import Axis, Dimensions, Integer
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import index_shapes, shapes
from nodes.casts import Value
from nodes.indexing import CUBE, MATRIX, OTHER, SINGLE
from nodes.order_shapes import one_axis

WHOLE = onp.array([[1, 2], [3, 4]])
PLAIN = ((MATRIX,), (OTHER,), (CUBE,), (SINGLE,), (onp.array([[1.0 + 2.0j, -0.5j]]),), (WHOLE,))
"""Samples of at least two axes."""


def _kept(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape as it is; the axis, where one is set, exists."""
    found = shapes.array(types[0], "x")
    shapes.reduced_axes(found.shape, settings["axis"], "x")
    return (found,)


@operator(
    "shape.flip",
    "Flip",
    shape=_kept,
    formula=r"y_i = x_{n + 1 - i}",
    partials={"x": "1"},
    synonyms=("reverse", "mirror", "backwards", "turn around"),
    samples=(*PLAIN, Sample((MATRIX,), {"axis": 0}), Sample((MATRIX,), {"axis": -1}), (2.5,)),
    sockets={"x": "an array", "value": "the array backwards"},
)
def flip(x: Value, *, axis: Value = Axis(None, help="The axis that is turned around; empty for all.")) -> Value:
    """The elements in the opposite order, along one axis or all."""
    shape = np.shape(x)
    turned = shapes.reduced_axes(shape, axis, "x")
    return x[tuple(slice(None, None, -1) if k in turned else slice(None) for k in range(len(shape)))]


@operator(
    "shape.roll",
    "Roll",
    shape=_kept,
    formula=r"y_i = x_{(i - s) \bmod n}",
    partials={"x": "1"},
    synonyms=("shift", "rotate", "circular", "cycle", "neighbour"),
    samples=(
        *PLAIN,
        Sample((MATRIX,), {"shift": -2, "axis": -1}),
        Sample((MATRIX,), {"shift": 4, "axis": 1}),
        Sample((CUBE,), {"shift": 3, "axis": None}),
        Sample((2.5,), {"axis": None}),
    ),
    sockets={"x": "an array", "value": "the array shifted in a circle"},
)
def roll(
    x: Value,
    *,
    shift: Value = Integer(1, low=-limits.ELEMENTS, high=limits.ELEMENTS, help="By how many places; negative: back."),
    axis: Value = Axis(-1, help="The axis that is shifted along; empty for all elements in row order."),
) -> Value:
    """Every element some places further along an axis; what leaves at the end comes in at the front."""
    return np.roll(x, shift, axis)


def _broadcast(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The setting `shape`; -1 keeps the length that x has there."""
    found = shapes.array(types[0], "x")
    return (ArrayType(_wanted(found.shape, settings["shape"]), found.dtype),)


def _wanted(given: Shape, wanted: Shape) -> Shape:
    extra = len(wanted) - len(given)
    padded = (1,) * extra + given
    result = tuple(m if n == -1 else n for n, m in zip(wanted, padded, strict=False))
    wrong = next((k for k, (n, m) in enumerate(zip(result, padded, strict=False)) if m not in (1, n)), None)
    if extra < 0 or wrong is not None:
        why = "it has fewer axes" if wrong is None or extra < 0 else (
            f"they differ at axis {wrong}, {padded[wrong]} and {wanted[wrong]}, and x's is not 1"
        )  # fmt: skip
        raise ShapeError(
            f"x has shape {shape_text(given)}, which cannot be repeated to the shape {shape_text(wanted)}: {why}",
            socket="x",
        )
    return result


@operator(
    "shape.broadcast_to",
    "Broadcast to",
    shape=_broadcast,
    formula=r"y_{ij} = x_j",
    partials={"x": r"1\ \text{for each copy}"},
    domain="axes of x have the wanted length, or 1, or are missing in front",
    synonyms=("expand", "fill", "copy to shape", "constant array"),
    samples=(
        Sample(([1.0, -2.0, 3.0],), {"shape": (2, 3)}),
        Sample(([-1.5, 2.5, 0.5],), {"shape": (2, 3)}),
        Sample(([[1.0], [-2.0]],), {"shape": (3, -1, 2)}),
        Sample((2.5,), {"shape": (2, 2)}),
        Sample((1.5,), {"shape": ()}),
        Sample((SINGLE,), {"shape": (2, 2, 3)}),
        Sample((onp.array([1.0 + 2.0j, -0.5j]),), {"shape": (2, 2)}),
        Sample((WHOLE,), {"shape": (1, 2, 2)}),
    ),
    sockets={"x": "an array", "value": "the array in the wanted shape"},
)
def broadcast_to(
    x: Value, *, shape: Value = Dimensions((1,), help="The wanted shape; -1 keeps the length that x has there.")
) -> Value:
    """Copies along new axes in front and along axes of length 1, until the array has the wanted shape."""
    return expand(x, _wanted(np.shape(x), shape))


def _expanded(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """A new axis of length 1."""
    found = shapes.array(types[0], "x")
    axis = index_shapes.new_axis(len(found.shape), settings["axis"], "x")
    return (ArrayType((*found.shape[:axis], 1, *found.shape[axis:]), found.dtype),)


@operator(
    "shape.expand_dims",
    "Add an axis",
    shape=_expanded,
    formula=r"y_{1 i} = x_i",
    partials={"x": "1"},
    synonyms=("expand dims", "unsqueeze", "new axis", "column vector", "row vector"),
    samples=(*PLAIN, Sample((MATRIX,), {"axis": -1}), Sample((MATRIX,), {"axis": 1}), (2.5,)),
    sockets={"x": "an array", "value": "the same numbers with one axis more"},
)
def expand_dims(
    x: Value, *, axis: Value = Integer(0, low=-32, high=32, help="Where the new axis stands; -1 is behind all.")
) -> Value:
    """The same numbers with a further axis of length 1."""
    return np.expand_dims(x, axis)


def _squeezed(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The axis, or all axes of length 1, dropped."""
    found, axis = shapes.array(types[0], "x"), settings["axis"]
    if axis is None:
        return (ArrayType(tuple(n for n in found.shape if n != 1), found.dtype),)
    (place,) = shapes.reduced_axes(found.shape, axis, "x")
    if found.shape[place] != 1:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: axis {place} has {found.shape[place]} elements, only an axis of "
            "1 can be dropped",
            socket="x",
        )
    return (ArrayType(found.shape[:place] + found.shape[place + 1 :], found.dtype),)


@operator(
    "shape.squeeze",
    "Drop axes of one",
    shape=_squeezed,
    formula=r"y_i = x_{1 i}",
    partials={"x": "1"},
    domain="the axis that is dropped has length 1",
    synonyms=("squeeze", "remove axis", "fewer axes", "scalar from array"),
    samples=(
        ([[1.0, -2.0]],),
        ([[-1.5, 2.5]],),
        Sample(([[[1.0], [-2.0]]],), {"axis": 0}),
        Sample(([[[1.0], [-2.0]]],), {"axis": -1}),
        ([[3.5]],),
        (2.5,),
        (onp.array([[1.5, -0.5]], "float32"),),
        (onp.array([[1.0 + 2.0j, -0.5j]]),),
        (onp.array([[1, 2]]),),
    ),
    sockets={"x": "an array", "value": "the same numbers with fewer axes"},
)
def squeeze(
    x: Value, *, axis: Value = Axis(None, help="The axis of length 1 that is dropped; empty for all of length 1.")
) -> Value:
    """The same numbers without axes of length 1."""
    return np.reshape(x, tuple(n for n in np.shape(x) if n != 1)) if axis is None else np.squeeze(x, axis=axis)


def _flattened(shape: Shape, start: int) -> Shape:
    return (*shape[:start], math.prod(shape[start:]))


def _flat(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """All axes from `start` on as one."""
    found, start = shapes.array(types[0], "x"), settings["start"]
    if start > len(found.shape):
        raise ShapeError(f"x has shape {shape_text(found.shape)}: it has no {start} axes to keep", socket="x")
    return (ArrayType(_flattened(found.shape, start), found.dtype),)


@operator(
    "shape.flatten",
    "Flatten",
    shape=_flat,
    formula=r"y_k = x_k\ \text{in row order}",
    partials={"x": "1"},
    synonyms=("ravel", "vector", "image to row", "unroll", "one axis"),
    samples=(*PLAIN, Sample((CUBE,), {"start": 1}), Sample((MATRIX,), {"start": 2}), (2.5,)),
    sockets={"x": "an array", "value": "the same numbers in a row"},
)
def flatten(
    x: Value, *, start: Value = Integer(0, low=0, high=32, help="How many axes in front stay; 1 keeps the examples.")
) -> Value:
    """The same numbers in row order along one axis; with start 1, one row for each example."""
    return np.reshape(x, _flattened(np.shape(x), start))


def _swapped(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """Two axes exchanged."""
    found = shapes.array(types[0], "x")
    one, two = (one_axis(found.shape, settings[name], "x") for name in ("first", "second"))
    shape = list(found.shape)
    shape[one], shape[two] = shape[two], shape[one]
    return (ArrayType(tuple(shape), found.dtype),)


@operator(
    "shape.swap_axes",
    "Swap axes",
    shape=_swapped,
    formula=r"y_{\ldots i \ldots j} = x_{\ldots j \ldots i}",
    partials={"x": "1"},
    synonyms=("permute", "exchange", "channels last"),
    samples=(*PLAIN, Sample((CUBE,), {"first": 0, "second": 2}), ([1.0, 2.0],)),
    sockets={"x": "an array", "value": "two of its axes exchanged"},
)
def swap_axes(
    x: Value,
    *,
    first: Value = Axis(0, help="One of the two axes."),
    second: Value = Axis(-1, help="The other one; -1 is the last."),
) -> Value:
    """Two axes exchanged, the others as they are."""
    return np.swapaxes(x, first, second)


# ----- what an array is -----


def _counted(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """One whole number."""
    shapes.array(types[0], "x")
    return (ArrayType((), "int64"),)


@operator(
    "shape.size",
    "Size",
    shape=_counted,
    formula=r"n",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("number of elements", "count", "length", "how many"),
    samples=(*PLAIN, (2.5,)),
    sockets={"x": "an array", "value": "how many elements it has"},
)
def size(x: Value) -> Value:
    """How many elements an array has: a whole number, without derivative."""
    return onp.array(math.prod(np.shape(x)), "int64")


def _measured(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """One whole number for each axis."""
    return (ArrayType((len(shapes.array(types[0], "x").shape),), "int64"),)


@operator(
    "shape.shape",
    "Shape",
    shape=_measured,
    formula=r"(n_1, n_2, \ldots)",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("dimensions", "lengths of the axes", "rows and columns"),
    samples=(*PLAIN, (2.5,)),
    sockets={"x": "an array", "value": "the length of each axis"},
)
def shape_of(x: Value) -> Value:
    """The length of each axis of an array: whole numbers, without derivative."""
    return onp.array(np.shape(x), "int64")


OPERATORS = (flip, roll, broadcast_to, expand_dims, squeeze, flatten, swap_axes, size, shape_of)
