"""The shape rules of losses and layers: their inputs have to fit each other, and are not broadcast."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.errors import ShapeError
from engine.operator import ShapeRule
from engine.types import ArrayType, Type, shape_text
from nodes.shapes import DtypeRule, Settings, array, common_dtype, inexact, matmul_shape, numeric, real

# ----- several inputs of one shape -----


def from_first(dtypes: Sequence[str]) -> str:
    """Return the common dtype where the first is made inexact before it meets the others."""
    return numeric([inexact(dtypes[:1], False), *dtypes[1:]], False)


def all_inexact(dtypes: Sequence[str]) -> str:
    """Return the common dtype where each is made inexact before they meet."""
    return numeric([inexact([each], False) for each in dtypes], False)


def require_equal(one: ArrayType, two: ArrayType, first: str, second: str) -> None:
    """Raise ShapeError where two inputs that are compared element by element have different shapes.

    They are not broadcast: (24,) against (24, 1) would compare every element with every other, silently.
    """
    if one.shape == two.shape:
        return
    hint = ""
    if len(one.shape) == len(two.shape):
        axis = next(a for a, (m, n) in enumerate(zip(one.shape, two.shape, strict=True)) if m != n)
        hint = f"; they differ at axis {axis}, {one.shape[axis]} and {two.shape[axis]}"
    elif math.prod(one.shape) == math.prod(two.shape):
        hint = "; reshape one of them"
    raise ShapeError(
        f"{first} has shape {shape_text(one.shape)} and {second} has shape {shape_text(two.shape)}: "
        f"they must be equal{hint}",
        socket=second,
    )


def pairwise_scalar(first: str, second: str) -> ShapeRule:
    """Return the rule of a loss that compares two real arrays of one shape element by element and averages."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        one, two = real(types[0], first), real(types[1], second)
        require_equal(one, two, first, second)
        if math.prod(one.shape) == 0:
            raise ShapeError(f"{first} has shape {shape_text(one.shape)}: there is no element to average", socket=first)
        return (ArrayType((), from_first([one.dtype, two.dtype])),)

    return rule


def labelled_scalar(dtype: DtypeRule = inexact, first: str = "logits") -> ShapeRule:
    """Return the rule of a scalar out of logits (..., classes) and whole-number labels (...)."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        logits, labels = real(types[0], first), array(types[1], "labels")
        require_labels(logits, labels, first)
        return (ArrayType((), common_dtype(dtype, [logits], False)),)

    return rule


def require_labels(logits: ArrayType, labels: ArrayType, first: str = "logits") -> None:
    """Raise ShapeError where labels are not one whole number for each row of what is called `first`."""
    if len(logits.shape) < 1 or math.prod(logits.shape) == 0:
        raise ShapeError(
            f"{first} has shape {shape_text(logits.shape)}: it takes one row per example and one column per class",
            socket=first,
        )
    if labels.dtype != "int64":
        raise ShapeError(
            f"labels takes whole numbers (the class of each example), not {labels.dtype}: read the column as a class",
            socket="labels",
        )
    if labels.shape != logits.shape[:-1]:
        raise ShapeError(
            f"{first} has shape {shape_text(logits.shape)} and labels has shape {shape_text(labels.shape)}: "
            f"labels must have shape {shape_text(logits.shape[:-1])}, one class for each row of {first}",
            socket="labels",
        )


# ----- layers -----


def dense(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """(..., features) times (features, units) plus (units,)."""
    x, weights, bias = (array(kind, name) for kind, name in zip(types, ("x", "weights", "bias"), strict=True))
    if len(weights.shape) != 2:
        raise ShapeError(
            f"weights has shape {shape_text(weights.shape)}: it takes one row per feature, one column per unit",
            socket="weights",
        )
    product = matmul_shape(x.shape, weights.shape, "x", "weights")
    if bias.shape != weights.shape[1:]:
        raise ShapeError(
            f"weights has shape {shape_text(weights.shape)} and bias has shape {shape_text(bias.shape)}: "
            f"bias must have shape {shape_text(weights.shape[1:])}, one number per unit",
            socket="bias",
        )
    found = ArrayType(product, inexact([numeric([x.dtype, weights.dtype], False), bias.dtype], False))
    if settings["activation"] in ("sigmoid", "relu"):
        real(found, "x")
    return (found,)


def per_feature(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The shape of x (..., features), with a scale and a shift (features,)."""
    x, *others = (real(kind, name) for kind, name in zip(types, ("x", "scale", "shift"), strict=True))
    if len(x.shape) < 2 or math.prod(x.shape) == 0:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)}: it takes one row per example and one column per feature", socket="x"
        )
    for found, name in zip(others, ("scale", "shift"), strict=True):
        if found.shape != x.shape[-1:]:
            raise ShapeError(
                f"x has shape {shape_text(x.shape)} and {name} has shape {shape_text(found.shape)}: "
                f"{name} must have shape {shape_text(x.shape[-1:])}, one number per feature",
                socket=name,
            )
    return (ArrayType(x.shape, from_first([x.dtype, *(each.dtype for each in others)])),)
