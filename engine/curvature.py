"""How a loss bends: the second derivatives in a plane, and the largest and least of all, out of products with
directions (Hessian-vector products)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import GradwireError
from engine.landscape import Point, Surface

ITERATIONS: Final = 48
"""Products that an estimate of the spectrum takes at most."""
HELD: Final = 64 * 2**20
"""Bytes of directions that are held at once: with more parameters fewer products are made."""
ENOUGH: Final = 1e-6
"""How far both ends may still move, relative to the larger, for the estimate to end."""


@dataclass(frozen=True)
class Spectrum:
    """The ends of the second derivatives' spectrum."""

    largest: float
    least: float
    products: int
    settled: bool
    """Whether both ends had stopped moving."""


def bend(surface: Surface, first: Point, second: Point, point: Point) -> NDArray[np.float64]:
    """Return the second derivatives of the loss at a place by both coordinates of a plane, (2, 2)."""
    found = np.empty((2, 2))
    for row, direction in enumerate((first, second)):
        product = surface.bend(point, direction)
        for column, other in enumerate((first, second)):
            found[row, column] = sum(float(np.vdot(product[name], other[name])) for name in product if name in other)
    return (found + found.T) / 2


def spectrum(surface: Surface, point: Mapping[str, Any], *, iterations: int = ITERATIONS, seed: int = 0) -> Spectrum:
    """Return the largest and the least second derivative at a place over all directions of the surface's parameters.

    Lanczos's method with all directions kept at right angles (Golub, Van Loan, 2013, chapter 10). Raise GradwireError
    where a product is not finite.
    """
    shapes = [at.shape for at in surface.origin]
    size = sum(prod(shape) for shape in shapes)
    most = max(2, min(iterations, size, HELD // (8 * size)))
    random = np.random.default_rng(seed)
    basis = np.empty((most, size))
    diagonal, beside = np.zeros(most), np.zeros(most)
    direction = random.normal(size=size)
    direction /= np.linalg.norm(direction)
    ends, settled, count = (np.nan, np.nan), False, 0
    for k in range(most):
        basis[k], count = direction, k + 1
        product = _product(surface, point, direction, shapes)
        if not np.isfinite(product).all():
            raise GradwireError("The second derivatives are not finite here.")
        diagonal[k] = direction @ product
        for _ in range(2):  # twice is enough (Kahan, Parlett)
            product = product - basis[: k + 1].T @ (basis[: k + 1] @ product)
        beside[k] = float(np.linalg.norm(product))
        values = _eigenvalues(diagonal[: k + 1], beside[:k])
        before, ends = ends, (float(values[-1]), float(values[0]))
        scale = max(abs(ends[0]), abs(ends[1]), 1e-300)
        if count == size or beside[k] <= 1e-10 * scale:
            settled = True
            break
        if k and max(abs(a - b) for a, b in zip(before, ends, strict=True)) <= ENOUGH * scale:
            settled = True
            break
        direction = product / beside[k]
    return Spectrum(*ends, count, settled)


def _product(
    surface: Surface, point: Point, direction: NDArray[Any], shapes: list[tuple[int, ...]]
) -> NDArray[np.float64]:
    """Return the product of the second derivatives with one long direction."""
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    parts = zip(surface.names, np.split(direction, ends), shapes, strict=True)
    found = surface.bend(point, {name: part.reshape(shape) for name, part, shape in parts})
    return np.concatenate([np.ravel(found[name]) for name in surface.names]).astype(float)


def _eigenvalues(diagonal: NDArray[Any], beside: NDArray[Any]) -> NDArray[Any]:
    """Return the eigenvalues of a symmetric matrix of three diagonals, the least first."""
    return np.linalg.eigvalsh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
