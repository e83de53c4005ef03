"""Shape: arrays joined, taken apart, padded and repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.program.primitives import cast
from engine.setting import Axis, Choice, Dimensions, Integer
from engine.types import ArrayType, TupleType, Type, shape_text
from nodes import index_shapes, shapes
from nodes.casts import Value
from nodes.indexing import CUBE, MATRIX, OTHER, SINGLE
from nodes.order_shapes import one_axis

COMPLEX = onp.array([1.0 + 2.0j, -0.5j])


def _of_one_kind(xs: Sequence[Value]) -> list[Value]:
    """Return the arrays in their common dtype."""
    kinds = [onp.dtype(np.result_type(x)) for x in xs]
    common = onp.result_type(*kinds)
    return [x if kind == common else cast(x, common.name) for x, kind in zip(xs, kinds, strict=True)]


@operator(
    "shape.concatenate",
    "Concatenate",
    shape=index_shapes.concatenated,
    formula=r"(x_{0,1}, \ldots, x_{0,n},\ x_{1,1}, \ldots)",
    partials={"xs": "1"},
    domain="all axes but the joined one have equal lengths",
    synonyms=("join", "append", "merge", "cat", "hstack", "vstack"),
    samples=(
        (MATRIX, OTHER),
        (OTHER, MATRIX),
        Sample((MATRIX, [[0.5], [1.5]], OTHER), {"axis": -1}),
        ([1.0, -2.0], [3.0]),
        (SINGLE, SINGLE + 1),
        (COMPLEX, [0.5, 1.5]),
        (onp.array([1, 2]), onp.array([3])),
    ),
    sockets={"xs": "arrays", "value": "one after the other"},
)
def concatenate(
    *xs: Value, axis: Value = Axis(0, help="The axis along which they are joined; -1 is the last.")
) -> Value:
    """Arrays one after the other along an axis that they have."""
    return np.concatenate(_of_one_kind(xs), axis=axis)


@operator(
    "shape.stack",
    "Stack",
    shape=index_shapes.stacked,
    formula=r"y_{k \ldots} = x_{k, \ldots}",
    partials={"xs": "1"},
    domain="all inputs have one shape",
    synonyms=("vstack", "hstack", "join along new axis", "vector from numbers", "column stack", "rows"),
    samples=(
        (MATRIX, OTHER),
        (OTHER, MATRIX),
        Sample((MATRIX, OTHER, MATRIX), {"axis": -1}),
        Sample((MATRIX, OTHER), {"axis": 1}),
        (1.5, -2.0, 3.0),
        (SINGLE, SINGLE + 1),
        (COMPLEX, [0.5, 1.5]),
        (onp.array([1, 2]), onp.array([3, 4])),
    ),
    sockets={"xs": "arrays of one shape", "value": "side by side"},
)
def stack(
    *xs: Value, axis: Value = Integer(0, low=-32, high=32, help="Where the new axis stands; -1 is the last.")
) -> Value:
    """Arrays of one shape side by side along a new axis; numbers become a vector."""
    place = axis % (len(np.shape(xs[0])) + 1)
    return np.concatenate([np.expand_dims(x, place) for x in _of_one_kind(xs)], axis=place)


def _split(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """A tuple of as many equal parts."""
    found, parts = shapes.array(types[0], "x"), settings["parts"]
    axis = one_axis(found.shape, settings["axis"], "x")
    if found.shape[axis] % parts:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: axis {axis} has {found.shape[axis]} elements, which are not "
            f"{parts} equal parts",
            socket="x",
        )
    shape = (*found.shape[:axis], found.shape[axis] // parts, *found.shape[axis + 1 :])
    return (TupleType((ArrayType(shape, found.dtype),) * parts),)


@operator(
    "shape.split",
    "Split",
    shape=_split,
    formula=r"(x_{1 \ldots m},\ x_{m+1 \ldots 2m},\ \ldots)",
    partials={"x": "1"},
    domain="the axis has a multiple of that many elements",
    synonyms=("chunk", "divide", "parts", "heads", "unstack"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample((MATRIX,), {"parts": 3, "axis": -1}),
        Sample(([1.0, -2.0, 3.0],), {"parts": 1}),
        (SINGLE,),
        (COMPLEX,),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "an array", "value": "a tuple of its parts"},
)
def split(
    x: Value,
    *,
    parts: Value = Integer(2, low=1, high=1000, help="How many parts of equal length."),
    axis: Value = Axis(0, help="The axis that is cut; -1 is the last."),
) -> Any:
    """An array cut along an axis into equal parts, as one tuple: Unpack takes out each."""
    shape = np.shape(x)
    place = axis % len(shape)
    length = shape[place] // parts
    front = (slice(None),) * place
    return tuple(x[(*front, slice(k * length, (k + 1) * length))] for k in range(parts))


MODES = ("zero", "edge", "reflect", "wrap")


def _padded(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """`before` and `after` more elements along the axis, or along every axis."""
    found, mode = shapes.array(types[0], "x"), settings["mode"]
    axes = shapes.reduced_axes(found.shape, settings["axis"], "x")
    more = max(settings["before"], settings["after"])
    for axis in axes:
        length = found.shape[axis]
        least = {"zero": 0, "edge": min(more, 1), "reflect": more + 1 if more else 0, "wrap": min(more, 1)}[mode]
        if length < least:
            raise ShapeError(
                f"x has shape {shape_text(found.shape)}: axis {axis} has {length} elements, to pad {more} in the mode "
                f"{mode} takes at least {least}",
                socket="x",
            )
    added = settings["before"] + settings["after"]
    shape = tuple(n + added if axis in axes else n for axis, n in enumerate(found.shape))
    return (ArrayType(shape, found.dtype),)


@operator(
    "shape.pad",
    "Pad",
    shape=_padded,
    formula=r"(0, \ldots, 0,\ x_1, \ldots, x_n,\ 0, \ldots, 0)",
    partials={"x": r"1\ \text{for each time it stands in the result}"},
    domain="to reflect, an axis has more elements than are added",
    synonyms=("border", "margin", "zero padding", "extend", "frame"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample((MATRIX,), {"before": 0, "after": 2, "axis": -1}),
        *(Sample((CUBE,), {"mode": mode, "axis": 0}) for mode in MODES),
        *(Sample((each,), {"mode": mode, "before": 1, "after": 0}) for mode in MODES for each in (MATRIX, OTHER)),
        Sample(([1.0, -2.0],), {"mode": "wrap", "before": 3, "after": 5}),
        (SINGLE,),
        (COMPLEX,),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "an array", "value": "the array with a border"},
)
def pad(
    x: Value,
    *,
    before: Value = Integer(1, low=0, high=1_000_000, help="How many elements are added in front."),
    after: Value = Integer(1, low=0, high=1_000_000, help="How many elements are added behind."),
    axis: Value = Axis(None, help="The axis that becomes longer; empty for every axis."),
    mode: Value = Choice(
        "zero", options=MODES, help="What is added: zeros, the last element again, a mirror image, or the other end."
    ),
) -> Value:
    """An array with a border: zeros, the outermost element repeated, a mirror image without it, or the other end."""
    result = x
    shape = np.shape(x)
    for place in shapes.reduced_axes(shape, axis, "x"):
        front = (slice(None),) * place
        if mode == "zero":
            sizes = [(*shape[:place], count, *shape[place + 1 :]) for count in (before, after)]
            kind = onp.dtype(np.result_type(x))
            result = np.concatenate([onp.zeros(sizes[0], kind), result, onp.zeros(sizes[1], kind)], axis=place)
        else:
            names: dict[str, Any] = {"edge": "edge", "reflect": "reflect", "wrap": "wrap"}
            result = result[(*front, onp.pad(onp.arange(shape[place]), (before, after), mode=names[mode]))]
        shape = np.shape(result)
    return result


def _tiled(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """Every axis as many times as long; missing axes are put in front."""
    found, times = shapes.array(types[0], "x"), settings["times"]
    if min(times, default=0) < 0:
        raise ShapeError(f"the numbers of copies {times} hold {min(times)}: they must be at least 0")
    rank = max(len(times), len(found.shape))
    copies = (1,) * (rank - len(times)) + tuple(times)
    lengths = (1,) * (rank - len(found.shape)) + found.shape
    return (ArrayType(tuple(n * k for n, k in zip(lengths, copies, strict=True)), found.dtype),)


@operator(
    "shape.tile",
    "Tile",
    shape=_tiled,
    formula=r"(x_1, \ldots, x_n,\ x_1, \ldots, x_n,\ \ldots)",
    partials={"x": r"1\ \text{for each copy}"},
    synonyms=("copies", "repeat whole", "pattern", "replicate"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample((MATRIX,), {"times": (3, 2)}),
        Sample(([1.0, -2.0],), {"times": (2, 1, 2)}),
        Sample((2.5,), {"times": (3,)}),
        (SINGLE,),
        (COMPLEX,),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "an array", "value": "copies of it side by side"},
)
def tile(
    x: Value, *, times: Value = Dimensions((2,), help="How many copies along each axis; of one number, along the last.")
) -> Value:
    """Copies of the whole array side by side."""
    shape = np.shape(x)
    rank = max(len(times), len(shape))
    copies = (1,) * (rank - len(times)) + tuple(times)
    result = np.reshape(x, (1,) * (rank - len(shape)) + shape)
    for place, count in enumerate(copies):
        order = onp.tile(onp.arange(np.shape(result)[place]), count)
        result = result if count == 1 else result[(slice(None),) * place + (order,)]
    return result


def _repeated(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The axis as many times as long."""
    found = shapes.array(types[0], "x")
    axis = one_axis(found.shape, settings["axis"], "x")
    shape = (*found.shape[:axis], found.shape[axis] * settings["times"], *found.shape[axis + 1 :])
    return (ArrayType(shape, found.dtype),)


@operator(
    "shape.repeat",
    "Repeat",
    shape=_repeated,
    formula=r"(x_1, x_1, \ldots,\ x_2, x_2, \ldots)",
    partials={"x": r"1\ \text{for each copy}"},
    synonyms=("each element again", "duplicate", "upsample", "nearest neighbour"),
    samples=(
        (MATRIX,),
        (OTHER,),
        Sample((MATRIX,), {"times": 3, "axis": -1}),
        Sample((CUBE,), {"axis": 1}),
        (SINGLE,),
        (COMPLEX,),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "an array", "value": "each element several times"},
)
def repeat(
    x: Value,
    *,
    times: Value = Integer(2, low=0, high=1_000_000, help="How many times each element stands in the result."),
    axis: Value = Axis(0, help="The axis that becomes longer; -1 is the last."),
) -> Value:
    """Each element of an axis several times in a row."""
    place = axis % len(np.shape(x))
    return x[(slice(None),) * place + (onp.repeat(onp.arange(np.shape(x)[place]), times),)]


OPERATORS = (concatenate, stack, split, pad, tile, repeat)
