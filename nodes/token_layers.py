"""Layers between whole numbers and vectors, and around layers: embedding, one-hot, residual, layer norm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Added, Sample, operator
from engine.setting import Integer, Number
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.casts import Value, inexact

ROWS = [[1.0, -2.0, 0.5], [-0.25, 3.0, -1.5]]
REVERSED = [[-1.0, 2.0, -0.5], [0.25, -3.0, 1.5]]
TABLE = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]
OTHER_TABLE = [[-0.5, 1.0], [2.5, 0.75], [0.75, -2.0]]


def whole(kind: Type, socket: str) -> ArrayType:
    """Return `kind` if it is an array of whole numbers; raise ShapeError naming the socket where it is not."""
    found = shapes.array(kind, socket)
    if found.dtype != "int64":
        raise ShapeError(f"{socket} takes whole numbers, counted from 0, not {found.dtype}", socket=socket)
    return found


# ----- embedding and one-hot -----


def embedded(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """(..., units) out of indices (...) and a table (rows, units)."""
    indices, table = whole(types[0], "indices"), shapes.array(types[1], "table")
    if len(table.shape) != 2 or table.shape[0] == 0:
        raise ShapeError(
            f"table has shape {shape_text(table.shape)}: it takes one row per item, one column per unit",
            socket="table",
        )
    return (ArrayType((*indices.shape, table.shape[1]), shapes.inexact([table.dtype], False)),)


def _table_shape(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
    return {"table": (int(settings["items"]), int(settings["units"]))}


@operator(
    "neural.embedding",
    "Embedding",
    shape=embedded,
    nondifferentiable=("indices",),
    formula=r"y_i = W_{k_i}",
    partials={"table": r"\bar W_j = \sum_{i:\,k_i = j} \bar y_i"},
    domain="indices are whole numbers from 0 to the number of rows less one; others give NaN",
    synonyms=("lookup table", "word vectors", "tokens", "gather rows"),
    adds={"table": Added("parameters.parameter", "table", {"initial": "normal", "shape": None})},
    demands=_table_shape,
    samples=(
        (onp.array([0, 2, 2, 1]), TABLE),
        (onp.array([1, 0, 1, 1]), OTHER_TABLE),
        (onp.array(2), TABLE),
        (onp.array([[0, 1, 0], [2, 2, 2]]), TABLE),
        (onp.array([0, 2]), onp.array(TABLE, "float32")),
    ),
    sockets={
        "indices": "which row, counted from 0",
        "table": "one row per item",
        "value": "the row of each index",
    },
)
def embedding(
    indices: Value,
    table: Value,
    *,
    items: Value = Integer(10, low=1, high=10_000_000, help="How many different items there are: rows of the table."),
    units: Value = Integer(8, low=1, high=100_000, help="How many numbers stand for each item."),
) -> Value:
    """A learned vector for each whole number: rows of a table. An index outside the table gives NaN."""
    rows = np.shape(table)[0]
    known = (indices >= 0) & (indices < rows)
    found = inexact(table)[np.where(known, indices, 0)]
    return np.where(np.expand_dims(known, -1), found, np.nan)


def hot(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """(..., classes) out of labels (...)."""
    return (ArrayType((*whole(types[0], "labels").shape, int(settings["classes"])), "float64"),)


@operator(
    "neural.one_hot",
    "One-hot",
    shape=hot,
    nondifferentiable=("labels",),
    formula=r"y_{ij} = [t_i = j]",
    domain="labels are whole numbers from 0 to the number of classes less one; others give a row of zeros",
    synonyms=("dummy variables", "indicator", "categorical", "labels to vectors"),
    samples=(
        Sample((onp.array([0, 2, 2, 1]),), {"classes": 3}),
        Sample((onp.array([1, 0, 5, -1]),), {"classes": 3}),
        (onp.array([[3], [9]]),),
    ),
    sockets={"labels": "the class of each example, counted from 0", "value": "1 in the column of the class, else 0"},
)
def one_hot(
    labels: Value, *, classes: Value = Integer(10, low=1, high=1_000_000, help="How many classes there are.")
) -> Value:
    """One column per class: 1 in the column of the label, 0 in the others."""
    return inexact(np.expand_dims(labels, -1) == onp.arange(classes))


# ----- around layers -----


def added(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The one shape of x and branch."""
    x, branch = shapes.array(types[0], "x"), shapes.array(types[1], "branch")
    layer_shapes.require_equal(x, branch, "x", "branch")
    return (ArrayType(x.shape, layer_shapes.all_inexact([x.dtype, branch.dtype])),)


@operator(
    "neural.residual",
    "Residual",
    shape=added,
    formula=r"x + k\,f",
    partials={"x": r"1", "branch": r"k"},
    domain="both have one shape: nothing is broadcast",
    synonyms=("skip connection", "skip", "shortcut", "resnet", "add"),
    samples=(
        (ROWS, REVERSED),
        ([[0.5, 2.0, 1.0], [-1.0, 0.25, 3.0]], ROWS),
        Sample((ROWS, REVERSED), {"strength": 0.1}),
        Sample((REVERSED, ROWS), {"strength": 0.1}),
        (onp.array(ROWS, "float32"), onp.array(REVERSED, "float32")),
        (onp.array(ROWS) * (1 + 0.5j), onp.array(REVERSED) * 1j),
    ),
    sockets={"x": "what went into the layers", "branch": "what came out of them", "value": "their sum"},
)
def residual(
    x: Value, branch: Value, *, strength: Value = Number(1.0, help="What the branch is multiplied by.")
) -> Value:
    """What went into some layers plus what came out: deep networks train, as derivatives pass by the layers too."""
    return inexact(x) + strength * inexact(branch)


def _norm_demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
    x = types.get("x")
    return {"scale": x.shape[-1:], "shift": x.shape[-1:]} if isinstance(x, ArrayType) and x.shape else {}


def normed(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape of x (..., features), with a scale and a shift (features,)."""
    x = shapes.real(types[0], "x")
    if len(x.shape) == 1 and x.shape[0]:
        layer_shapes.per_feature([ArrayType((1, *x.shape), x.dtype), *types[1:]], settings)
        return (
            ArrayType(x.shape, layer_shapes.from_first([x.dtype, *(shapes.array(k, "").dtype for k in types[1:])])),
        )
    return layer_shapes.per_feature(types, settings)


@operator(
    "neural.layer_norm",
    "Layer norm",
    shape=normed,
    formula=r"\gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta",
    partials={
        "x": r"\frac{1}{s}\left(g - \mathrm{mean}(g) - \hat x\,\mathrm{mean}(g\,\hat x)\right),\quad "
        r"g = \gamma\,\bar y,\ s = \sqrt{\sigma^2 + \epsilon}",
        "scale": r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}",
        "shift": r"1",
    },
    domain="x is real",
    synonyms=("normalisation", "standardise", "transformer", "layernorm"),
    adds={
        "scale": Added("parameters.parameter", "scale", {"initial": "ones", "shape": None}),
        "shift": Added("parameters.parameter", "shift", {"initial": "zeros", "shape": None}),
    },
    demands=_norm_demands,
    samples=(
        (ROWS, [1.5, -0.5, 2.0], [0.1, -0.2, 0.3]),
        (REVERSED, [-1.5, 0.5, -2.0], [-0.1, 0.2, -0.3]),
        (ROWS[0], [1.5, -0.5, 2.0], [0.1, -0.2, 0.3]),
        ([ROWS, REVERSED], [1.5, -0.5, 2.0], [0.1, -0.2, 0.3]),
        (onp.array(ROWS, "float32"), onp.array([1.5, -0.5, 2.0], "float32"), onp.array([0.1, -0.2, 0.3], "float32")),
    ),
    sockets={
        "x": "one row per example, one column per feature",
        "scale": "one number per feature",
        "shift": "one number per feature",
        "value": "each row with mean 0 and variance 1, then scaled and shifted",
    },
)
def layer_norm(
    x: Value,
    scale: Value,
    shift: Value,
    *,
    epsilon: Value = Number(
        1e-5, positive=True, help="Added to the variance, so that a constant row does not divide by 0."
    ),
) -> Value:
    """Gives each row mean 0 and variance 1 over its features, then scale and shift; examples do not mix.

    After Ba, Kiros and Hinton (2016).
    """
    x = inexact(x)
    centred = x - np.mean(x, axis=-1, keepdims=True)
    variance = np.mean(np.square(centred), axis=-1, keepdims=True)
    return scale * (centred / np.sqrt(variance + epsilon)) + shift


OPERATORS = (layer_norm, embedding, one_hot, residual)
