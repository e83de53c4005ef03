"""Shape: the same numbers arranged anew, and several values on one wire."""

from __future__ import annotations

from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.setting import Dimensions, Integer, Names, Text
from nodes import shapes
from nodes.casts import Value

SIX = [1.0, -2.0, 3.0, -4.0, 5.0, -6.0]
MATRIX = [[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]]


@operator(
    "shape.reshape",
    "Reshape",
    shape=shapes.reshape,
    formula=r"y_{k} = x_{k}\ \text{in row order}",
    partials={"x": r"1"},
    synonyms=("flatten", "view", "dimensions", "column", "row"),
    samples=(
        Sample((SIX,), {"shape": (2, 3)}),
        Sample((SIX[::-1],), {"shape": (2, 3)}),
        Sample((MATRIX,), {"shape": (3, -1)}),
        Sample((2.5,), {"shape": (1, 1)}),
        Sample(([[3.5]],), {"shape": ()}),
        (MATRIX,),
        Sample((onp.array(SIX, "float32"),), {"shape": (-1, 2)}),
        Sample((onp.array([1.0 + 2.0j, -0.5j]),), {"shape": (2, 1)}),
        Sample((onp.array([1, 2, 3, 4]),), {"shape": (2, 2)}),
    ),
    sockets={"x": "an array", "value": "the same numbers in the new shape"},
)
def reshape(
    x: Value,
    *,
    shape: Value = Dimensions((-1,), help="The new lengths of the axes; one of them may be -1: what is left over."),
) -> Value:
    """The same numbers in a new shape, in row order: the last axis runs fastest."""
    return np.reshape(x, shape)


@operator(
    "shape.transpose",
    "Transpose",
    shape=shapes.transpose,
    formula=r"y_{ij} = x_{ji}",
    partials={"x": r"1"},
    synonyms=("swap axes", "rows to columns", "T"),
    samples=(
        (MATRIX,),
        ([[-1.0, 2.0, -3.0], [4.0, -5.0, 6.0]],),
        ([[[1.0, 2.0], [3.0, 4.0], [5.0, -6.0]]],),
        (onp.array(MATRIX, "float32"),),
        (onp.array([[1.0 + 2.0j, -0.5j]]),),
    ),
    sockets={"x": "an array of at least two axes", "value": "the last two axes swapped"},
)
def transpose(x: Value) -> Value:
    """Rows become columns: the last two axes are swapped."""
    return np.swapaxes(x, -2, -1)


@operator(
    "shape.pack",
    "Pack",
    shape=shapes.packed,
    formula=r"(x_0, x_1, \ldots)",
    partials={"xs": r"1"},
    synonyms=("tuple", "bundle", "group", "collect"),
    samples=(
        ([1.0, -2.0], 3.0),
        ([-1.5, 2.0], -3.5),
        ([[1.0, 2.0]], onp.array([1, 2]), onp.array([0.5], "float32")),
        ((1.0, [2.0, 3.0]), 4.0),
    ),
    sockets={"xs": "any values", "value": "one tuple of all of them"},
)
def pack(*xs: Value) -> Any:
    """Several values as one tuple, on one wire."""
    return tuple(xs)


@operator(
    "shape.unpack",
    "Unpack",
    shape=shapes.item,
    formula=r"x_k",
    partials={"x": r"1\ (i=k),\ 0\ (i\ne k)"},
    synonyms=("tuple", "item", "element", "split", "take apart"),
    samples=(
        (([1.0, -2.0], 3.0),),
        (([-1.5, 2.0], -3.5),),
        Sample((([1.0, -2.0], 3.0),), {"index": 1}),
        Sample(((1.0, (2.0, [3.0, 4.0])),), {"index": -1}),
    ),
    sockets={"x": "a tuple", "value": "one of its items"},
)
def unpack(
    x: Value, *, index: Value = Integer(0, low=-1000, high=1000, help="Which item, counted from 0; -1 is the last.")
) -> Any:
    """One item out of a tuple."""
    return x[index]


@operator(
    "shape.record",
    "Record",
    shape=shapes.recorded,
    formula=r"\{n_0: x_0,\ n_1: x_1,\ \ldots\}",
    partials={"xs": r"1"},
    synonyms=("dictionary", "struct", "named", "bundle"),
    samples=(
        Sample(([1.0, -2.0], 3.0), {"names": ("speed", "mass")}),
        Sample(([-1.5, 2.0], -3.5), {"names": ("speed", "mass")}),
        Sample(([[1.0, 2.0]],), {"names": ("points",)}),
    ),
    sockets={"xs": "any values", "value": "one record of all of them"},
)
def record(*xs: Value, names: Value = Names((), help="The name of each field, in the order of the inputs.")) -> Any:
    """Several values under names of their own, on one wire."""
    return dict(sorted(zip(names, xs, strict=True)))


@operator(
    "shape.field",
    "Field",
    shape=shapes.record_field,
    formula=r"x.n",
    partials={"x": r"1\ \text{for this field},\ 0\ \text{for the others}"},
    synonyms=("record", "dictionary", "struct", "named", "take apart"),
    samples=(
        Sample(({"mass": 3.0, "speed": [1.0, -2.0]},), {"name": "speed"}),
        Sample(({"mass": -3.5, "speed": [-1.5, 2.0]},), {"name": "speed"}),
        Sample(({"mass": 3.0, "speed": [1.0, -2.0]},), {"name": "mass"}),
    ),
    sockets={"x": "a record", "value": "one of its fields"},
)
def field(x: Value, *, name: Value = Text("", help="The name of the field.")) -> Any:
    """One field out of a record."""
    return x[name]


OPERATORS = (reshape, transpose, pack, unpack, record, field)
