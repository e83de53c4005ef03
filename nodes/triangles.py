"""Shape: triangles and diagonals of matrices."""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine import limits
from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.setting import Integer
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.arranging import PLAIN
from nodes.casts import Value, number
from nodes.indexing import MATRIX, SINGLE

OFFSET = Integer(0, low=-limits.ELEMENTS, high=limits.ELEMENTS, help="0 is the main diagonal, 1 the one above it.")


def matrix(kind: Type, what: str) -> ArrayType:
    """Return the type of an array of at least two axes; raise ShapeError with what it was wanted for."""
    found = shapes.array(kind, "x")
    if len(found.shape) < 2:
        raise ShapeError(f"x has shape {shape_text(found.shape)}: {what} takes at least two axes", socket="x")
    return found


def _triangle(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape as it is, of a matrix or a stack of them."""
    return (matrix(types[0], "a triangle"),)


@operator(
    "shape.lower_triangle",
    "Lower triangle",
    shape=_triangle,
    formula=r"x_{ij}\ (j \le i + k),\ 0\ (\text{else})",
    partials={"x": r"1\ (j \le i + k),\ 0\ (\text{else})"},
    synonyms=("tril", "triangular", "causal mask", "below diagonal"),
    samples=(*PLAIN, Sample((MATRIX,), {"offset": 1}), Sample((MATRIX,), {"offset": -1})),
    sockets={"x": "a matrix or a stack of them", "value": "with zeros above the diagonal"},
)
def lower_triangle(x: Value, *, offset: Value = OFFSET) -> Value:
    """The entries of a matrix on and below a diagonal; zeros elsewhere."""
    return np.tril(x, offset)


@operator(
    "shape.upper_triangle",
    "Upper triangle",
    shape=_triangle,
    formula=r"x_{ij}\ (j \ge i + k),\ 0\ (\text{else})",
    partials={"x": r"1\ (j \ge i + k),\ 0\ (\text{else})"},
    synonyms=("triu", "triangular", "above diagonal"),
    samples=(*PLAIN, Sample((MATRIX,), {"offset": 1}), Sample((MATRIX,), {"offset": -1})),
    sockets={"x": "a matrix or a stack of them", "value": "with zeros below the diagonal"},
)
def upper_triangle(x: Value, *, offset: Value = OFFSET) -> Value:
    """The entries of a matrix on and above a diagonal; zeros elsewhere."""
    return np.triu(x, offset)


def _diagonal(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The last two axes replaced by one along the diagonal."""
    found, offset = matrix(types[0], "a diagonal"), settings["offset"]
    rows, columns = found.shape[-2:]
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return (ArrayType((*found.shape[:-2], length), found.dtype),)


@operator(
    "shape.diagonal",
    "Diagonal",
    shape=_diagonal,
    formula=r"y_i = x_{i,\,i + k}",
    partials={"x": r"1\ (j = i + k),\ 0\ (\text{else})"},
    synonyms=("diag", "main diagonal", "matrix to vector"),
    samples=(
        *PLAIN,
        Sample((MATRIX,), {"offset": 1}),
        Sample((MATRIX,), {"offset": -1}),
        Sample((MATRIX,), {"offset": 5}),
    ),
    sockets={"x": "a matrix or a stack of them", "value": "its diagonal"},
)
def diagonal(x: Value, *, offset: Value = OFFSET) -> Value:
    """The entries of a matrix along a diagonal."""
    rows, columns = np.shape(x)[-2:]
    places = onp.arange(max(0, min(rows + min(offset, 0), columns - max(offset, 0))))
    return x[..., places + max(-offset, 0), places + max(offset, 0)]


def _diagonal_matrix(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The last axis twice."""
    found = shapes.array(types[0], "x")
    if not found.shape:
        raise ShapeError("x is a scalar: a diagonal takes at least one axis", socket="x")
    return (ArrayType((*found.shape, found.shape[-1]), shapes.common_dtype(shapes.numeric, [found], False)),)


@operator(
    "shape.diagonal_matrix",
    "Diagonal matrix",
    shape=_diagonal_matrix,
    formula=r"y_{ij} = x_i\ (i = j),\ 0\ (\text{else})",
    partials={"x": r"1\ (i = j),\ 0\ (\text{else})"},
    synonyms=("diag", "vector to matrix", "scaling matrix"),
    samples=(
        ([1.0, -2.0, 3.0],),
        ([-1.5, 2.5, 0.5],),
        (MATRIX,),
        (SINGLE,),
        (onp.array([1.0 + 2.0j, -0.5j]),),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "a vector or a stack of them", "value": "a matrix with it on the diagonal"},
)
def diagonal_matrix(x: Value) -> Value:
    """A square matrix with the vector on its diagonal and zeros elsewhere."""
    return np.where(onp.eye(np.shape(x)[-1], dtype=bool), number(x)[..., None], 0)


OPERATORS = (lower_triangle, upper_triangle, diagonal, diagonal_matrix)
