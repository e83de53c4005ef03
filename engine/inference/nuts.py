"""The No-U-Turn sampler, with multinomial choice along the path.

Hoffman and Gelman, "The No-U-Turn Sampler" (2014); choice by weight and the generalised criterion after Betancourt,
"A Conceptual Introduction to Hamiltonian Monte Carlo" (2017), appendix A, with the checks across the seams of
subtrees that Stan makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.inference.density import Density, Metric, Point, Vector, at, leapfrog

DIVERGED: Final = 1000.0
"""A path whose energy rises by more than this has left the trajectory."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of a chain, and how it came about."""

    q: Vector
    log_density: float
    gradient: Vector
    accepted: float
    """The mean probability of acceptance along the path."""
    depth: int
    leapfrogs: int
    diverged: bool
    energy: float


@dataclass(slots=True)
class _Tree:
    """A stretch of the path, in the direction in which it was built: its two ends, what it sums up, its choice."""

    last: Point
    first_p: Vector
    first_v: Vector
    last_p: Vector
    last_v: Vector
    sum_p: Vector
    weight: float
    """The logarithm of the sum of exp(H0 - H) over its points."""
    choice: Point
    turned: bool


@dataclass
class _Path:
    """What a whole path counts."""

    density: Density
    metric: Metric
    step: float
    start_energy: float
    chance: np.random.Generator
    accepted: float = 0.0
    leapfrogs: int = 0
    diverged: bool = False

    def leaf(self, point: Point, direction: int) -> _Tree | None:
        """Return the stretch of one more point; None where it diverged."""
        there = leapfrog(self.density, self.metric, point, direction * self.step)
        self.leapfrogs += 1
        gain = self.start_energy - self.metric.energy(there)
        if gain < -DIVERGED:
            self.diverged = True
            return None
        self.accepted += 1.0 if gain > 0 else math.exp(gain)
        v = self.metric.velocity(there.p)
        return _Tree(there, there.p, v, there.p, v, there.p, gain, there, False)

    def grow(self, point: Point, direction: int, depth: int) -> _Tree | None:
        """Return the stretch of 2**depth more points; None where it diverged or turned inside."""
        if depth == 0:
            return self.leaf(point, direction)
        near = self.grow(point, direction, depth - 1)
        if near is None:
            return None
        far = self.grow(near.last, direction, depth - 1)
        if far is None:
            return None
        weight = _log_add(near.weight, far.weight)
        choice = far.choice if self.chance.random() < math.exp(far.weight - weight) else near.choice
        joined = _joined(near, far, weight, choice)
        return None if joined.turned else joined


def _joined(near: _Tree, far: _Tree, weight: float, choice: Point) -> _Tree:
    """Return two stretches as one, `far` behind `near`; it has turned where the whole or either seam turns back."""
    sum_p = near.sum_p + far.sum_p
    turned = (
        _turns(near.first_v, far.last_v, sum_p)
        or _turns(near.first_v, far.first_v, near.sum_p + far.first_p)
        or _turns(near.last_v, far.last_v, far.sum_p + near.last_p)
    )
    return _Tree(far.last, near.first_p, near.first_v, far.last_p, far.last_v, sum_p, weight, choice, turned)


def _turns(first_v: Vector, last_v: Vector, sum_p: Vector) -> bool:
    return float(first_v @ sum_p) <= 0 or float(last_v @ sum_p) <= 0


def _log_add(a: float, b: float) -> float:
    high, low = (a, b) if a > b else (b, a)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def transition(
    density: Density,
    metric: Metric,
    step: float,
    from_draw: Draw | Point,
    chance: np.random.Generator,
    *,
    most_depth: int = 10,
) -> Draw:
    """Return the next draw of a chain. The path doubles at most `most_depth` times."""
    p = metric.momentum(chance)
    start = Point(from_draw.q, p, from_draw.log_density, from_draw.gradient)
    energy = metric.energy(start)
    path = _Path(density, metric, step, energy, chance)
    v = metric.velocity(p)
    ends = {1: start, -1: start}
    # The whole path is kept from back to front: first is the end behind, last the end in front.
    whole = _Tree(start, p, v, p, v, p, 0.0, start, False)
    depth = 0
    while depth < most_depth:
        direction = 1 if chance.random() < 0.5 else -1
        more = path.grow(ends[direction], direction, depth)
        if more is None:
            break
        depth += 1
        ends[direction] = more.last
        weight = _log_add(whole.weight, more.weight)
        choice = more.choice if math.log(chance.random() or 1e-300) < more.weight - whole.weight else whole.choice
        whole = (
            _joined(whole, more, weight, choice) if direction == 1 else _joined(_turned(more), whole, weight, choice)
        )
        if whole.turned:
            break
    chosen = whole.choice
    return Draw(
        chosen.q, chosen.log_density, chosen.gradient, path.accepted / max(path.leapfrogs, 1), depth, path.leapfrogs,
        path.diverged, metric.energy(chosen),
    )  # fmt: skip


def _turned(tree: _Tree) -> _Tree:
    """Return a stretch that was built backwards as seen forwards: its ends are exchanged."""
    return _Tree(
        tree.last, tree.last_p, tree.last_v, tree.first_p, tree.first_v, tree.sum_p, tree.weight, tree.choice,
        tree.turned,
    )  # fmt: skip


def static_transition(
    density: Density, metric: Metric, step: float, from_draw: Draw | Point, chance: np.random.Generator, *, steps: int
) -> Draw:
    """Return the next draw of Hamiltonian Monte Carlo with a path of a fixed number of leapfrog steps (Neal 2011)."""
    start = Point(from_draw.q, metric.momentum(chance), from_draw.log_density, from_draw.gradient)
    energy = metric.energy(start)
    point = start
    done = 0
    for done in range(1, steps + 1):  # noqa: B007 - it is told below
        point = leapfrog(density, metric, point, step)
        if not metric.energy(point) - energy < DIVERGED:
            break
    gain = energy - metric.energy(point)
    diverged = not gain > -DIVERGED
    accepted = 0.0 if diverged else min(1.0, math.exp(min(gain, 0.0)))
    chosen = point if chance.random() < accepted else start
    return Draw(chosen.q, chosen.log_density, chosen.gradient, accepted, 0, done, diverged, metric.energy(chosen))


def first_draw(density: Density, q: Vector) -> Draw:
    """Return the draw that a chain begins at."""
    point = at(density, np.asarray(q, np.float64), np.zeros(len(q)))
    return Draw(point.q, point.log_density, point.gradient, 1.0, 0, 0, False, -point.log_density)
