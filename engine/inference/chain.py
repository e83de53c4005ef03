"""A chain: warm-up, then draws, step by step, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from engine.errors import RunError
from engine.inference.adaptation import Spread, StepSize, first_step, windows
from engine.inference.density import Density, Metric, Vector
from engine.inference.nuts import Draw, first_draw, static_transition, transition

Method: TypeAlias = Literal["nuts", "hmc"]
TRIES: Final = 100
"""How often a start is drawn again where the log density is not finite."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a chain is run."""

    draws: int = 1000
    warmup: int = 500
    method: Method = "nuts"
    target_accept: float = 0.8
    most_depth: int = 10
    steps: int = 16
    """Leapfrog steps of a path, where the method is hmc."""
    radius: float = 2.0
    """Starts are drawn uniformly from -radius to radius in every free coordinate."""


@dataclass
class Chain:
    """One chain over a log density of `dimension` free coordinates."""

    density: Density
    dimension: int
    plan: Plan = field(default_factory=Plan)
    seed: int = 0
    number: int = 0
    """Which chain it is: chains of one seed are independent of each other."""
    start: Vector | None = None
    """Where it begins; None: drawn."""

    def __post_init__(self) -> None:
        self._chance = np.random.Generator(np.random.Philox(key=[self.seed % 2**64, self.number]))
        self.last = self._first()
        self.metric = Metric.unit(self.dimension)
        step = first_step(self.density, self.metric, self.last.q, self._chance)
        self._size = StepSize(self.plan.target_accept, step)
        self._spread = Spread(self.dimension)
        self._ends = frozenset(windows(self.plan.warmup))
        self._open = range(*_learning(self.plan.warmup))
        self.step_size = self._size.now
        self.count = 0

    def _first(self) -> Draw:
        if self.start is not None:
            draw = first_draw(self.density, self.start)
            if np.isfinite(draw.log_density) and np.isfinite(draw.gradient).all():
                return draw
            raise RunError("The log density or its gradient is not finite at the start: begin elsewhere.")
        for _ in range(TRIES):
            draw = first_draw(self.density, self._chance.uniform(-self.plan.radius, self.plan.radius, self.dimension))
            if np.isfinite(draw.log_density) and np.isfinite(draw.gradient).all():
                return draw
        raise RunError(f"The log density is not finite at any of {TRIES} starts: check the model, or begin elsewhere.")

    @property
    def warming(self) -> bool:
        """Whether the next draw is one of the warm-up, not to be used."""
        return self.count < self.plan.warmup

    @property
    def done(self) -> bool:
        """Whether all draws were made."""
        return self.count >= self.plan.warmup + self.plan.draws

    def next(self) -> Draw:
        """Make and return the next draw."""
        if self.plan.method == "nuts":
            draw = transition(
                self.density, self.metric, self.step_size, self.last, self._chance, most_depth=self.plan.most_depth
            )
        else:
            steps = max(1, round(self.plan.steps * self._chance.uniform(0.5, 1.5)))
            draw = static_transition(self.density, self.metric, self.step_size, self.last, self._chance, steps=steps)
        if self.warming:
            self._learn(draw)
        self.count += 1
        self.last = draw
        return draw

    def _learn(self, draw: Draw) -> None:
        self._size.learn(draw.accepted)
        self.step_size = self._size.now
        if self.count in self._open:
            self._spread.take(draw.q)
        if self.count + 1 in self._ends:
            self.metric = self._spread.metric()
            self._spread = Spread(self.dimension)
            step = first_step(self.density, self.metric, draw.q, self._chance, self.step_size)
            self._size.restart(step)
            self.step_size = self._size.now
        if self.count + 1 == self.plan.warmup:
            self.step_size = self._size.settled

    def rest(self) -> Iterator[Draw]:
        """Yield all draws that are left, those of the warm-up left out."""
        while not self.done:
            warming = self.warming
            draw = self.next()
            if not warming:
                yield draw


def _learning(warmup: int) -> tuple[int, int]:
    """Return from which to which step of the warm-up the metric is learned."""
    ends = windows(warmup)
    if not ends:
        return 0, 0
    first = 75 if warmup >= 150 else int(0.15 * warmup)
    return first, ends[-1]
