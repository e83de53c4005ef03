"""What samplers ask: a log density and its gradient at a point, and the point that a leapfrog step leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Density: TypeAlias = Callable[[Vector], "tuple[float, Vector]"]
"""A point (d,) -> its log density, up to a constant, and the gradient (d,). A point outside has -inf and any gradient.
"""


class Point(NamedTuple):
    """A place in phase space: position, momentum, and the log density there with its gradient."""

    q: Vector
    p: Vector
    log_density: float
    gradient: Vector


@dataclass(frozen=True)
class Metric:
    """The Euclidean metric of a sampler: the variances it takes the target to have, one for each coordinate."""

    variance: Vector

    @classmethod
    def unit(cls, dimension: int) -> Metric:
        """Return the metric that takes every variance for 1."""
        return cls(np.ones(dimension))

    def momentum(self, chance: np.random.Generator) -> Vector:
        """Draw a momentum."""
        return chance.standard_normal(self.variance.size) / np.sqrt(self.variance)

    def velocity(self, p: Vector) -> Vector:
        """Return how fast the position moves."""
        return self.variance * p

    def energy(self, point: Point) -> float:
        """Return the Hamiltonian: minus the log density, and the kinetic energy."""
        kinetic = 0.5 * float(point.p @ (self.variance * point.p))
        total = kinetic - point.log_density
        return total if total == total else float("inf")


def at(density: Density, q: Vector, p: Vector) -> Point:
    """Return the point of phase space at a position and a momentum."""
    log_density, gradient = density(q)
    return Point(q, p, log_density, gradient)


def leapfrog(density: Density, metric: Metric, point: Point, step: float) -> Point:
    """Return the point one leapfrog step on (back, where the step is negative)."""
    half = point.p + (0.5 * step) * point.gradient
    q = point.q + step * (metric.variance * half)
    log_density, gradient = density(q)
    return Point(q, half + (0.5 * step) * gradient, log_density, gradient)


def counted(density: Density) -> tuple[Density, Callable[[], int]]:
    """Return the density, and a function that says how often it was asked."""
    count = 0

    def asked(q: Vector) -> Any:
        nonlocal count
        count += 1
        return density(q)

    return asked, lambda: count
