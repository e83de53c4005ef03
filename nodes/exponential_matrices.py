"""The exponential of a matrix."""

from __future__ import annotations

import math

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from engine.program.primitives import expand, stop
from nodes import matrix_shapes
from nodes.casts import Value, inexact
from nodes.matrices import REAL_SQUARES
from nodes.shapes import real

ORDER = 13
PADE = tuple(
    math.factorial(2 * ORDER - k)
    / (math.factorial(ORDER - k) * math.factorial(k))
    * (math.factorial(ORDER) / math.factorial(2 * ORDER))
    for k in range(ORDER + 1)
)
"""Coefficients of the Padé approximant of order 13, from that of x^0 on."""
CLOSE = 4.25
"""The 1-norm up to which the approximant is exact to double precision (Al-Mohy and Higham 2009)."""
SQUARINGS = 10
"""Most squarings: of what lies beyond the exponential overflows."""


@operator(
    "linear_algebra.expm",
    "Matrix exponential",
    shape=matrix_shapes.of_square(lambda shape: (shape,), take=real),
    formula=r"e^{x} = \sum_k \frac{x^k}{k!}",
    partials={"x": r"\bar x = \int_0^1 e^{t x^{\top}}\,\bar z\,e^{(1 - t) x^{\top}}\,dt"},
    domain="x is real, and the sums of its columns' sizes lie below 4352, beyond which the result is NaN",
    synonyms=("exponential of a matrix", "expm", "linear flow", "rotation", "lie group"),
    samples=(
        *REAL_SQUARES,
        ([[0.25, -0.5], [0.75, 0.125]],),
        ([[-6.0, 5.0], [2.0, -9.0]],),
        ([[0.0, 1.0], [0.0, 0.0]],),
    ),
    sockets={"x": "a square matrix, or a stack of them", "value": "its exponential"},
)
def expm(x: Value) -> Value:
    """The exponential of a matrix: where a linear system dy/dt = x y takes y in one unit of time.

    By scaling, a Padé approximant and squaring (Higham 2005); how often is squared does not change the result, so that
    it carries no derivative.
    """
    x = inexact(x)
    size = np.shape(x)[-1]
    norm = stop(np.max(np.sum(np.abs(x), axis=-2), axis=-1)) if size else np.zeros(np.shape(x)[:-2])
    times = np.ceil(np.log2(np.where(norm > CLOSE, norm, CLOSE) / CLOSE))
    times = expand(np.expand_dims(np.expand_dims(times, -1), -1), np.shape(x))
    power = _approximant(x * np.exp2(-times), size)
    for k in range(SQUARINGS):
        more = times > k
        power = np.where(more, np.matmul(*(np.where(more, power, 0.0),) * 2), power)
    return np.where(times > SQUARINGS, np.nan, power)


def _approximant(x: Value, size: int) -> Value:
    """Return the Padé approximant of order 13 of the exponential of matrices of a small norm."""
    eye = onp.eye(size, dtype=onp.dtype(np.result_type(x)))
    two = np.matmul(x, x)
    four = np.matmul(two, two)
    six = np.matmul(two, four)
    b = PADE
    odd = np.matmul(six, b[13] * six + b[11] * four + b[9] * two) + b[7] * six + b[5] * four + b[3] * two + b[1] * eye
    even = np.matmul(six, b[12] * six + b[10] * four + b[8] * two) + b[6] * six + b[4] * four + b[2] * two + b[0] * eye
    odd = np.matmul(x, odd)
    return np.linalg.solve(even - odd, even + odd)


OPERATORS = (expm,)
