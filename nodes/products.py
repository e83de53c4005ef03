"""Products of vectors and matrices, and functions of a matrix that are made of them."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program.matrices import contract
from engine.setting import Integer, Text
from nodes import matrix_shapes
from nodes.casts import Value, inexact, number

FIRST = [1.0, -2.0, 0.5]
SECOND = [0.25, 3.0, -1.5]
STACK = [[1.0, -2.0, 0.5], [-0.75, 1.5, 2.0]]
MATRIX = [[1.0, -2.0, 3.0], [-4.0, 5.5, -6.0], [0.5, 1.5, -0.25]]
OTHER = [[-0.5, 1.0, 2.0], [3.0, -1.5, 0.25], [1.0, 2.0, -3.0]]
VECTORS = (
    (FIRST, SECOND),
    (SECOND, FIRST),
    (STACK, FIRST),
    ([[SECOND]], STACK),
    (onp.array(FIRST, "float32"), onp.array(SECOND, "float32")),
    (onp.array(FIRST) * (1 + 0.5j), onp.array(SECOND) * (0.5 - 1j)),
    (onp.array([1, -2, 3]), onp.array([4, 5, -6])),
    (onp.array([True, False, True]), onp.array([True, True, False])),
)


@operator(
    "linear_algebra.dot",
    "Dot product",
    shape=matrix_shapes.dot,
    formula=r"\sum_i x_i\,y_i",
    partials={"x": r"y", "y": r"x"},
    synonyms=("inner product", "scalar product", "vecdot", "projection"),
    samples=VECTORS,
    sockets={"x": "a vector or a stack of them", "y": "another", "value": "one number for each pair"},
)
def dot(x: Value, y: Value) -> Value:
    """The sum of the products along the last axis; further axes in front are a batch. Complex numbers are not
    conjugated."""
    return np.sum(number(x, y) * y, axis=-1)


@operator(
    "linear_algebra.outer",
    "Outer product",
    shape=matrix_shapes.outer,
    formula=r"z_{ij} = x_i\,y_j",
    partials={"x": r"\bar x_i = \sum_j \bar z_{ij}\,y_j", "y": r"\bar y_j = \sum_i \bar z_{ij}\,x_i"},
    synonyms=("tensor product", "dyad", "rank one"),
    samples=(*VECTORS, (FIRST, [2.0, -1.0]), ([-1.0, 2.0, 0.25], [0.5, 3.0])),
    sockets={"x": "a vector or a stack of them", "y": "another", "value": "every product, a matrix"},
)
def outer(x: Value, y: Value) -> Value:
    """Every element of x times every element of y; further axes in front are a batch."""
    x = number(x, y)
    return np.expand_dims(x, -1) * np.expand_dims(y, -2)


@operator(
    "linear_algebra.cross",
    "Cross product",
    shape=matrix_shapes.cross,
    formula=r"x \times y = (x_2 y_3 - x_3 y_2,\ x_3 y_1 - x_1 y_3,\ x_1 y_2 - x_2 y_1)",
    partials={"x": r"\bar x = y \times \bar z", "y": r"\bar y = \bar z \times x"},
    synonyms=("vector product", "normal", "torque"),
    samples=VECTORS,
    sockets={"x": "vectors in space", "y": "others", "value": "vectors at right angles to both"},
)
def cross(x: Value, y: Value) -> Value:
    """The vector at right angles to x and y, as long as the area between them; further axes in front are a batch."""
    x, y = number(x, y), number(y, x)
    return x[..., [1, 2, 0]] * y[..., [2, 0, 1]] - x[..., [2, 0, 1]] * y[..., [1, 2, 0]]


@operator(
    "linear_algebra.einsum",
    "Product by subscripts",
    shape=matrix_shapes.einsum,
    formula=r"z_{o} = \sum_{s} \prod_k x^{(k)}_{i_k}",
    partials={"xs": r"\bar x^{(k)}_{i_k} = \sum \bar z_{o} \prod_{l \ne k} x^{(l)}_{i_l}"},
    synonyms=("einsum", "tensor contraction", "Einstein", "batched product", "diagonal"),
    samples=(
        ((MATRIX), (OTHER)),
        ((OTHER), (MATRIX)),
        Sample((FIRST, MATRIX, SECOND), {"subscripts": "i, ij, j ->"}),
        Sample((SECOND, OTHER, FIRST), {"subscripts": "i, ij, j ->"}),
        Sample((MATRIX,), {"subscripts": "ii->"}),
        Sample((OTHER,), {"subscripts": "ii->i"}),
        Sample((MATRIX, FIRST), {"subscripts": "ii,k->ki"}),
        Sample((STACK,), {"subscripts": "ab->ba"}),
        Sample((STACK,), {"subscripts": "ab->b"}),
        Sample((MATRIX, FIRST), {"subscripts": "ij,j"}),
        Sample(([MATRIX, OTHER], MATRIX), {"subscripts": "...ij,...jk->...ik"}),
        Sample((onp.array(MATRIX, "float32"), onp.array(OTHER, "float32"))),
        Sample((onp.array(STACK) * (1 + 0.5j), FIRST), {"subscripts": "ij,j->i"}),
        Sample((onp.array([[1, 2], [3, 4]]), onp.array([[5, -6], [7, 8]]))),
    ),
    sockets={"xs": "arrays, in the order of the subscripts", "value": "the sum of their products"},
)
def einsum(
    *xs: Value,
    subscripts: Value = Text(
        "ij,jk->ik",
        help="A letter for each axis of each input, and behind the arrow for each axis of the output; letters that the "
        "output lacks are summed over; “...” stands for any axes in front.",
    ),
) -> Value:
    """The sum of products that the subscripts spell: “ij,jk->ik” is the matrix product, “ii->” the trace."""
    whole = matrix_shapes.spelled(subscripts, [np.ndim(each) for each in xs])
    return contract(*(number(each, *xs) for each in xs), subscripts=whole)


@operator(
    "linear_algebra.kronecker",
    "Kronecker product",
    shape=matrix_shapes.kronecker,
    formula=r"x \otimes y = \begin{pmatrix} x_{11}\,y & \cdots \\ \vdots & \ddots \end{pmatrix}",
    partials={
        "x": r"\bar x_{ij} = \sum_{kl} \bar z_{ip+k,\,jq+l}\,y_{kl}",
        "y": r"\bar y_{kl} = \sum_{ij} \bar z_{ip+k,\,jq+l}\,x_{ij}",
    },
    synonyms=("kron", "tensor product"),
    samples=(
        (STACK, MATRIX),
        ([[-1.0, 0.5, 2.0], [3.0, -0.25, 1.0]], OTHER),
        (onp.array(STACK, "float32"), onp.array([[1.5, -0.5]], "float32")),
        (onp.array([[1 + 1j, -2j]]), onp.array([[0.5], [1 - 1j]])),
        (onp.array([[1, 2]]), onp.array([[3], [4]])),
    ),
    sockets={"x": "a matrix", "y": "a matrix", "value": "x with each element replaced by that element times y"},
)
def kronecker(x: Value, y: Value) -> Value:
    """The block matrix of y times every element of x."""
    (m, n), (p, q) = np.shape(x), np.shape(y)
    blocks = np.reshape(number(x, y), (m, 1, n, 1)) * np.reshape(y, (1, p, 1, q))
    return np.reshape(blocks, (m * p, n * q))


SQUARES = (
    (MATRIX,),
    (OTHER,),
    ([MATRIX, OTHER],),
    (onp.array(MATRIX, "float32"),),
    (onp.array(MATRIX) * (1 + 0.5j) + onp.array(OTHER) * 0.25j,),
    (onp.array([[1, 2], [3, -4]]),),
)


@operator(
    "linear_algebra.trace",
    "Trace",
    shape=matrix_shapes.of_square(lambda shape: (shape[:-2],), whole=True),
    formula=r"\sum_i x_{ii}",
    partials={"x": r"\delta_{ij}"},
    synonyms=("sum of the diagonal",),
    samples=SQUARES,
    sockets={"x": "a square matrix, or a stack of them", "value": "one number for each"},
)
def trace(x: Value) -> Value:
    """The sum of the diagonal; further axes in front are a batch."""
    return contract(number(x), subscripts=matrix_shapes.spelled("...ii->...", [np.ndim(x)]))


@operator(
    "linear_algebra.matrix_power",
    "Matrix power",
    shape=matrix_shapes.of_square(lambda shape: (shape,)),
    formula=r"x^p = x\,x \cdots x",
    partials={"x": r"\bar x = \sum_{k<p} (x^{\top})^{k}\,\bar z\,(x^{\top})^{p-1-k}"},
    domain="x is invertible where the power is negative",
    synonyms=("repeated product", "walks", "markov chain"),
    samples=(
        *SQUARES,
        Sample((MATRIX,), {"power": 3}),
        Sample((OTHER,), {"power": -2}),
        Sample((MATRIX,), {"power": 0}),
        Sample((MATRIX,), {"power": 1}),
    ),
    sockets={"x": "a square matrix, or a stack of them", "value": "its power"},
)
def matrix_power(
    x: Value, *, power: Value = Integer(2, help="How often x is multiplied; negative: its inverse.", low=-64, high=64)
) -> Value:
    """The matrix times itself, in about log2 of the power products; 0 gives the identity."""
    x = inexact(x)
    if power == 0:
        return x * 0.0 + onp.eye(np.shape(x)[-1], dtype=np.result_type(x))
    base, left, result = (np.linalg.inv(x) if power < 0 else x), abs(power), None
    while left:
        if left % 2:
            result = base if result is None else np.matmul(result, base)
        left //= 2
        base = np.matmul(base, base) if left else base
    return result


OPERATORS = (dot, outer, cross, einsum, kronecker, trace, matrix_power)
