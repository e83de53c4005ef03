"""Linear algebra."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import shapes
from nodes.casts import Value, number

TALL = [[1.0, -2.0], [3.0, 0.5], [-1.5, 2.5]]
WIDE = [[0.5, 1.0, -1.0, 2.0], [-2.0, 1.5, 3.0, -0.5]]


@operator(
    "linear_algebra.matmul",
    "Matrix multiply",
    shape=shapes.contract("x", "y"),
    formula=r"z_{ij} = \sum_k x_{ik}\,y_{kj}",
    partials={"x": r"\bar x = \bar z\,y^{\top}", "y": r"\bar y = x^{\top}\bar z"},
    synonyms=("matrix product", "dot", "linear", "@", "inner product", "mm"),
    samples=(
        (TALL, WIDE),
        ([[-1.0, 2.0], [-3.0, -0.5], [1.5, -2.5]], [[-0.5, -1.0, 1.0, -2.0], [2.0, -1.5, -3.0, 0.5]]),
        (TALL, [2.0, -1.0]),
        ([1.0, -2.0, 0.5], TALL),
        ([1.0, -2.0, 0.5], [0.25, 3.0, -1.5]),
        ([TALL, [[0.5, 1.5], [2.0, -1.0], [-0.5, 3.0]]], WIDE),
        (TALL, [WIDE, [[1.0, 2.0, 3.0, 4.0], [-1.0, 0.5, -2.0, 1.5]]]),
        (onp.array(TALL, "float32"), onp.array(WIDE, "float32")),
        (onp.array(TALL) * (1 + 0.5j), onp.array(WIDE) * (0.5 - 1j)),
        (TALL, onp.array(WIDE) * (0.5 - 1j)),
        (onp.array(TALL) * (1 + 0.5j), WIDE),
        (TALL, onp.array([2.0 - 1j, -1.0])),
        (onp.array(TALL) * (1 + 0.5j), [2.0, -1.0]),
        (onp.array([1.0, -2.0j, 0.5]), TALL),
        ([1.0, -2.0, 0.5], onp.array([0.25, 3.0j, -1.5])),
        (onp.array([[1, 2], [3, 4]]), onp.array([[5, -6], [7, 8]])),
    ),
    sockets={
        "x": "a vector, a matrix or a stack of them",
        "y": "what it is multiplied by",
        "value": "the matrix product",
    },
)
def matmul(x: Value, y: Value) -> Value:
    """The matrix product: rows of x with columns of y.

    Vectors count as one row or one column; further axes in front are a batch.
    """
    return np.matmul(number(x, y), y)


OPERATORS = (matmul,)
