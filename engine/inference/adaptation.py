"""Warm-up: the step size by dual averaging, the metric from the draws of growing windows.

Dual averaging after Nesterov as in Hoffman and Gelman, "The No-U-Turn Sampler" (2014), section 3.2; windows and the
regularised variance after the Stan reference manual, "Automatic parameter tuning".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.inference.density import Density, Metric, Point, Vector, at, leapfrog

GAMMA, T0, KAPPA = 0.05, 10.0, 0.75
"""How strongly the step size is drawn to its centre, how the first steps are held back, how fast old ones fade."""
FIRST, LAST, WINDOW = 75, 50, 25
"""Steps of warm-up before the first window and after the last one, and the length of the first window."""


@dataclass
class StepSize:
    """A step size that learns, from how likely its proposals were to be accepted, to meet a target."""

    target: float
    start: float
    _centre: float = field(init=False)
    _count: int = 0
    _error: float = 0.0
    _log: float = field(init=False)
    _averaged: float = 0.0

    def __post_init__(self) -> None:
        self.restart(self.start)

    def restart(self, step: float) -> None:
        """Begin again around ten times a step size."""
        self._centre = math.log(10.0 * step)
        self._log, self._averaged, self._count, self._error = math.log(step), 0.0, 0, 0.0

    def learn(self, accepted: float) -> None:
        """Take in how likely acceptance was, from 0 to 1."""
        self._count += 1
        share = 1.0 / (self._count + T0)
        self._error += share * ((self.target - accepted) - self._error)
        self._log = self._centre - math.sqrt(self._count) / GAMMA * self._error
        fade = self._count**-KAPPA
        self._averaged += fade * (self._log - self._averaged)

    @property
    def now(self) -> float:
        """The step size to try next."""
        return math.exp(self._log)

    @property
    def settled(self) -> float:
        """The step size to go on with after the warm-up."""
        return math.exp(self._averaged) if self._count else self.now


@dataclass
class Spread:
    """The running mean and variance of vectors (Welford)."""

    dimension: int
    count: int = 0
    mean: Vector = field(init=False)
    _squares: Vector = field(init=False)

    def __post_init__(self) -> None:
        self.mean = np.zeros(self.dimension)
        self._squares = np.zeros(self.dimension)

    def take(self, q: Vector) -> None:
        """Take in a vector."""
        self.count += 1
        off = q - self.mean
        self.mean = self.mean + off / self.count
        self._squares = self._squares + off * (q - self.mean)

    def metric(self) -> Metric:
        """Return the metric of what was seen, drawn a little towards 1e-3 where few were seen."""
        n = self.count
        variance = self._squares / max(n - 1, 1)
        return Metric((n / (n + 5.0)) * variance + 1e-3 * (5.0 / (n + 5.0)))


def windows(warmup: int) -> tuple[int, ...]:
    """Return after which steps of a warm-up a window ends; the metric is then taken from it."""
    if warmup < 20:
        return ()
    first, last, window = FIRST, LAST, WINDOW
    if first + last + window > warmup:
        first, last = int(0.15 * warmup), int(0.1 * warmup)
        window = warmup - first - last
    ends: list[int] = []
    at, length = first, window
    while at < warmup - last:
        end = at + length
        if end + 2 * length > warmup - last:
            end = warmup - last
        ends.append(end)
        at, length = end, 2 * length
    return tuple(ends)


MOST_DOUBLINGS: Final = 100


def first_step(density: Density, metric: Metric, q: Vector, chance: np.random.Generator, step: float = 1.0) -> float:
    """Return a step size at which one leapfrog step is accepted with a probability of about 0.8.

    It is doubled or halved until that is crossed, with a new momentum each time.
    """
    direction = 0
    for _ in range(MOST_DOUBLINGS):
        start = at(density, q, metric.momentum(chance))
        there = leapfrog(density, metric, start, step)
        gain = _gain(metric, start, there)
        up = 1 if gain > math.log(0.8) else -1
        if direction and up != direction:
            break
        direction = up
        step *= 2.0**direction
    return step


def _gain(metric: Metric, start: Point, there: Point) -> float:
    gain = metric.energy(start) - metric.energy(there)
    return gain if gain == gain else -math.inf
