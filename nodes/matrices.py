"""Solving with matrices, decomposing them, and numbers that say something about a whole matrix."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program import matrices
from engine.program.primitives import expand
from engine.setting import Choice, Toggle
from nodes import matrix_shapes, shapes
from nodes.casts import Value, common, inexact

MATRIX = [[2.0, -1.0, 0.5], [1.0, 3.0, -0.75], [-0.25, 0.5, 1.5]]
OTHER = [[-1.5, 0.25, 1.0], [0.5, -2.0, 0.5], [1.25, 0.75, 3.0]]
TALL = [[1.0, -2.0], [3.0, 0.5], [-1.5, 2.5]]
LONG = [[0.5, 1.0], [-2.0, 1.5], [3.0, -0.5]]
SPREAD = [[4.0, 1.0, -0.5], [1.0, 3.0, 0.75], [-0.5, 0.75, 2.0]]
OTHER_SPREAD = [[2.5, -0.5, 0.25], [-0.5, 5.0, 1.0], [0.25, 1.0, 1.5]]
INVERTIBLE = "x is invertible"

REAL_SQUARES = (
    (MATRIX,),
    (OTHER,),
    ([MATRIX, OTHER],),
    (onp.array(MATRIX, "float32"),),
    (onp.array([[1, 2], [3, -4]]),),
)
SQUARES = (*REAL_SQUARES, (onp.array(MATRIX) + onp.array(OTHER) * 0.5j,))
SYMMETRIC = (
    (SPREAD,),
    (OTHER_SPREAD,),
    ([SPREAD, OTHER_SPREAD],),
    (onp.array(SPREAD, "float32"),),
    (onp.array([[3, 1], [1, 2]]),),
)
RECTANGLES = (
    (TALL,),
    (LONG,),
    (MATRIX,),
    (onp.array(TALL).T,),
    ([TALL, LONG],),
    (onp.array(TALL, "float32"),),
    (onp.array([[1, 2], [3, -4]]),),
)


def _same(shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return (shape,)


def _swapped(x: Value) -> Value:
    return np.swapaxes(x, -1, -2)


def symmetric(x: Value) -> Value:
    """Return the symmetric part of a matrix."""
    return 0.5 * (x + _swapped(x))


def _matched(a: Value, b: Value) -> tuple[Value, Value, bool]:
    """Return a and b with one batch, b as columns, and whether b was a vector."""
    single = np.ndim(b) == 1
    columns = np.expand_dims(b, -1) if single else b
    batch = onp.broadcast_shapes(np.shape(a)[:-2], np.shape(columns)[:-2])
    a = a if np.shape(a)[:-2] == batch else expand(a, (*batch, *np.shape(a)[-2:]))
    columns = columns if np.shape(columns)[:-2] == batch else expand(columns, (*batch, *np.shape(columns)[-2:]))
    return a, columns, single


SYSTEMS = (
    (MATRIX, [1.0, -2.0, 0.5]),
    (OTHER, [0.25, 3.0, -1.5]),
    (MATRIX, TALL),
    ([MATRIX, OTHER], [1.0, -2.0, 0.5]),
    (MATRIX, [TALL, LONG]),
    (onp.array(MATRIX, "float32"), onp.array([1.0, -2.0, 0.5], "float32")),
    (onp.array([[1, 2], [3, 4]]), onp.array([5, -6])),
)


@operator(
    "linear_algebra.solve",
    "Solve",
    shape=matrix_shapes.solution(),
    formula=r"x = a^{-1} b",
    partials={"a": r"\bar a = -\bar b\,x^{\top}", "b": r"\bar b = a^{-\top} \bar x"},
    domain="a is invertible",
    synonyms=("linear system", "equations", "gauss", "lu"),
    samples=(*SYSTEMS, (onp.array(MATRIX) + onp.array(OTHER) * 0.5j, TALL)),
    sockets={"a": "a square matrix, or a stack", "b": "a vector, or columns", "value": "the x with a x = b"},
)
def solve(a: Value, b: Value) -> Value:
    """The solution of the linear equations a x = b, for a vector b or for each column of a matrix b."""
    a, columns, single = _matched(inexact(a, b), inexact(b, a))
    x = np.linalg.solve(*common(a, columns))
    return x[..., 0] if single else x


@operator(
    "linear_algebra.solve_triangular",
    "Triangular solve",
    shape=matrix_shapes.solution(shapes.real),
    formula=r"x = \mathrm{tri}(a)^{-1} b",
    partials={"a": r"\bar a = -\mathrm{tri}(\bar b\,x^{\top})", "b": r"\bar b = \mathrm{tri}(a)^{-\top} \bar x"},
    domain="the diagonal of a holds no 0",
    synonyms=("forward substitution", "back substitution", "cholesky solve", "whiten"),
    samples=(
        *SYSTEMS,
        Sample((MATRIX, [1.0, -2.0, 0.5]), {"triangle": "upper"}),
        Sample((OTHER, TALL), {"triangle": "upper", "transposed": True}),
        Sample((MATRIX, LONG), {"triangle": "upper", "transposed": True}),
        Sample((MATRIX, LONG), {"transposed": True}),
    ),
    sockets={"a": "a square matrix, or a stack", "b": "a vector, or columns", "value": "the x with a x = b"},
)
def solve_triangular(
    a: Value,
    b: Value,
    *,
    triangle: Value = Choice("lower", help="Which triangle of a is read.", options=("lower", "upper")),
    transposed: Value = Toggle(False, help="Solve with the transpose of that triangle."),
) -> Value:
    """The solution of a x = b where only one triangle of a is read and the rest counts as 0, in n squared steps."""
    a, columns, single = _matched(inexact(a, b), inexact(b, a))
    x = matrices.triangular_solve(a, columns, triangle == "lower", transposed)
    return x[..., 0] if single else x


@operator(
    "linear_algebra.inverse",
    "Inverse",
    shape=matrix_shapes.of_square(_same),
    formula=r"x^{-1}",
    partials={"x": r"\bar x = -x^{-\top}\,\bar z\,x^{-\top}"},
    domain=INVERTIBLE,
    synonyms=("invert", "inv", "reciprocal of a matrix"),
    samples=SQUARES,
    sockets={"x": "a square matrix, or a stack of them", "value": "its inverse"},
)
def inverse(x: Value) -> Value:
    """The inverse of a matrix. To solve equations use Solve: it is faster and more accurate."""
    return np.linalg.inv(inexact(x))


@operator(
    "linear_algebra.pseudo_inverse",
    "Pseudo-inverse",
    shape=matrix_shapes.of_matrix(lambda shape: ((*shape[:-2], shape[-1], shape[-2]),)),
    formula=r"x^{+}",
    partials={
        "x": r"dx^{+} = -x^{+} dx\, x^{+} + x^{+} x^{+\top} dx^{\top} (1 - x x^{+}) + (1 - x^{+} x) dx^{\top} "
        r"x^{+\top} x^{+}"
    },
    domain="the rank of x stays as it is close by: full rank is safe",
    synonyms=("pinv", "least squares", "moore penrose"),
    samples=RECTANGLES,
    sockets={"x": "a matrix, or a stack of them", "value": "its pseudo-inverse"},
)
def pseudo_inverse(x: Value) -> Value:
    """The matrix that solves least squares: times b, it gives the shortest x that comes closest to b."""
    return matrices.pseudo_inverse(inexact(x))


@operator(
    "linear_algebra.determinant",
    "Determinant",
    shape=matrix_shapes.of_square(lambda shape: (shape[:-2],)),
    formula=r"\det x",
    partials={"x": r"\det(x)\,x^{-\top}"},
    domain="for the derivative, x is invertible",
    synonyms=("det", "volume"),
    samples=SQUARES,
    sockets={"x": "a square matrix, or a stack of them", "value": "one number for each"},
)
def determinant(x: Value) -> Value:
    """By how much a matrix scales volumes. For many rows use Log-determinant, which neither over- nor underflows."""
    return np.linalg.det(inexact(x))


@operator(
    "linear_algebra.log_determinant",
    "Log-determinant",
    shape=matrix_shapes.of_square(lambda shape: (shape[:-2], shape[:-2]), shapes.real),
    outputs=("sign", "value"),
    formula=r"\mathrm{sign}(\det x),\ \ln|\det x|",
    partials={"x": r"\frac{\partial \ln|\det x|}{\partial x} = x^{-\top}"},
    domain=INVERTIBLE,
    synonyms=("slogdet", "logdet", "log volume"),
    samples=(*REAL_SQUARES, (onp.array(OTHER)[[1, 0, 2]],)),
    sockets={
        "x": "a square matrix, or a stack of them",
        "sign": "-1 or 1; it has no derivative",
        "value": "the logarithm of the size of the determinant",
    },
)
def log_determinant(x: Value) -> tuple[Value, Value]:
    """The sign of the determinant, and the logarithm of its size."""
    x = inexact(x)
    return matrices.determinant_sign(x), matrices.log_determinant(x)


@operator(
    "linear_algebra.cholesky",
    "Cholesky",
    shape=matrix_shapes.of_square(_same, shapes.real),
    formula=r"x = l\,l^{\top}",
    partials={"x": r"\bar x = l^{-\top}\,\Phi(l^{\top} \bar l)\,l^{-1},\ \text{its symmetric part}"},
    domain="x is symmetric and positive definite; of other matrices the symmetric part is taken",
    synonyms=("square root of a matrix", "llt", "covariance"),
    samples=SYMMETRIC,
    sockets={"x": "a symmetric matrix, or a stack of them", "value": "a lower triangular matrix"},
)
def cholesky(x: Value) -> Value:
    """The lower triangular matrix which times its transpose is x, with a positive diagonal."""
    return np.linalg.cholesky(symmetric(inexact(x)))


@operator(
    "linear_algebra.eigh",
    "Eigenvalues (symmetric)",
    shape=matrix_shapes.of_square(lambda shape: (shape[:-1], shape), shapes.real),
    outputs=("values", "vectors"),
    formula=r"x = v\,\mathrm{diag}(\lambda)\,v^{\top}",
    partials={
        "x": r"\bar x = v\,(\mathrm{diag}(\bar\lambda) + F \circ (v^{\top} \bar v))\,v^{\top},\ "
        r"F_{ij} = \frac{1}{\lambda_j - \lambda_i}"
    },
    domain="x is symmetric (of other matrices the symmetric part is taken); where vectors are used, no two eigenvalues "
    "are equal: equal ones add nothing to the derivative",
    synonyms=("eigenvectors", "spectrum", "principal components", "pca", "diagonalise", "eigvalsh"),
    samples=SYMMETRIC,
    sockets={
        "x": "a symmetric matrix, or a stack of them",
        "values": "the eigenvalues, rising",
        "vectors": "the eigenvectors, one per column; the sign of each is free",
    },
)
def eigh(x: Value) -> tuple[Value, Value]:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    found = matrices.symmetric_eigen(symmetric(inexact(x)))
    return found[0], found[1]


@operator(
    "linear_algebra.svd",
    "Singular values",
    shape=matrix_shapes.of_matrix(matrix_shapes.thin),
    outputs=("u", "s", "v"),
    formula=r"x = u\,\mathrm{diag}(s)\,v^{\top}",
    partials={"x": r"\frac{\partial s_k}{\partial x_{ij}} = u_{ik}\,v_{jk}"},
    domain="where u or v are used, no singular value is 0 and no two are equal: equal ones add nothing to the "
    "derivative",
    synonyms=("singular value decomposition", "low rank", "compress", "pca"),
    samples=RECTANGLES,
    sockets={
        "x": "a matrix, or a stack of them",
        "u": "left singular vectors, one per column; the sign of each pair is free",
        "s": "singular values, falling",
        "v": "right singular vectors, one per column",
    },
)
def svd(x: Value) -> tuple[Value, Value, Value]:
    """The thin singular value decomposition: u, s and v with x = u diag(s) v transposed."""
    found = matrices.singular_values(inexact(x))
    return found[0], found[1], found[2]


@operator(
    "linear_algebra.qr",
    "QR",
    shape=matrix_shapes.of_matrix(matrix_shapes.tall),
    outputs=("q", "r"),
    formula=r"x = q\,r,\quad q^{\top} q = 1",
    partials={
        "x": r"\bar x = (\bar q + q\,\mathrm{copyltu}(r\,\bar r^{\top} - \bar q^{\top} q))\,r^{-\top}",
    },
    domain="x has at least as many rows as columns, and its columns are independent",
    synonyms=("orthogonal", "gram schmidt", "orthonormalise", "householder"),
    samples=tuple(each for each in RECTANGLES if onp.shape(each[0])[-2] >= onp.shape(each[0])[-1]),
    sockets={
        "x": "a matrix, or a stack of them",
        "q": "orthonormal columns",
        "r": "upper triangular, its diagonal positive",
    },
)
def qr(x: Value) -> tuple[Value, Value]:
    """Orthonormal columns times an upper triangular matrix with a positive diagonal."""
    found = matrices.orthogonal_triangular(inexact(x))
    return found[0], found[1]


NORMS = ("frobenius", "nuclear", "spectral", "columns", "rows")


@operator(
    "linear_algebra.matrix_norm",
    "Matrix norm",
    shape=matrix_shapes.of_matrix(lambda shape: (shape[:-2],)),
    formula=r"\|x\|_F = \sqrt{\sum_{ij} x_{ij}^2},\quad \|x\|_* = \sum_k s_k,\quad \|x\|_2 = s_1",
    partials={
        "x": r"\frac{x}{\|x\|_F},\quad u\,v^{\top},\quad u_1 v_1^{\top}",
    },
    domain="x is not 0; spectral: one singular value is largest; columns, rows: one sum is largest and no element is 0",
    synonyms=("frobenius", "nuclear", "trace norm", "spectral", "operator norm", "lipschitz"),
    samples=(
        *RECTANGLES,
        *(Sample((each,), {"kind": kind}) for kind in NORMS[1:] for each in (TALL, LONG)),
        *(Sample(([MATRIX, OTHER],), {"kind": kind}) for kind in NORMS[1:]),
    ),
    sockets={"x": "a matrix, or a stack of them", "value": "one number for each"},
)
def matrix_norm(
    x: Value,
    *,
    kind: Value = Choice(
        "frobenius",
        help="frobenius: root of the sum of squares; nuclear: sum of singular values; spectral: the largest of them; "
        "columns, rows: the largest sum of sizes in a column or row.",
        options=NORMS,
    ),
) -> Value:
    """The size of a matrix."""
    x = inexact(x)
    if kind == "frobenius":
        return np.sqrt(np.sum(x * x, axis=(-2, -1)))
    if kind in ("nuclear", "spectral"):
        values = matrices.singular_values(x)[1]
        return np.sum(values, axis=-1) if kind == "nuclear" else values[..., 0]
    return np.max(np.sum(np.abs(x), axis=-2 if kind == "columns" else -1), axis=-1)


OPERATORS = (
    solve,
    solve_triangular,
    inverse,
    pseudo_inverse,
    determinant,
    log_determinant,
    cholesky,
    eigh,
    svd,
    qr,
    matrix_norm,
)
