"""Mean-field variational inference: the normal distribution with independent coordinates that is closest to a density.

Kucukelbir, Tran, Ranganath, Gelman and Blei, "Automatic Differentiation Variational Inference" (2017): reparametrised
draws, the step sizes of section 2.6 there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.errors import RunError
from engine.inference.density import Density, Vector

MEMORY: Final = 0.1
"""How much of a squared gradient enters the running average."""
_ENTROPY: Final = 0.5 * (1.0 + math.log(2.0 * math.pi))


@dataclass
class MeanField:
    """A normal distribution with independent coordinates, moved uphill on the evidence lower bound step by step."""

    density: Density
    dimension: int
    seed: int = 0
    rate: float = 0.1
    draws: int = 10
    """Draws of each step's estimate."""
    mean: Vector = field(init=False)
    log_deviation: Vector = field(init=False)

    def __post_init__(self) -> None:
        self._chance = np.random.Generator(np.random.Philox(key=[self.seed % 2**64, 2**32]))
        self.mean = np.zeros(self.dimension)
        self.log_deviation = np.zeros(self.dimension)
        self._squares: Vector | None = None
        self.count = 0

    def step(self) -> float:
        """Move one step uphill; return the estimate of the evidence lower bound from before it.

        Raise RunError where none of the draws has a finite log density.
        """
        deviation = np.exp(self.log_deviation)
        bound, slopes, used = 0.0, np.zeros((2, self.dimension)), 0
        for noise in self._chance.standard_normal((self.draws, self.dimension)):
            value, gradient = self.density(self.mean + deviation * noise)
            if not (math.isfinite(value) and np.isfinite(gradient).all()):
                continue
            used += 1
            bound += value
            slopes += (gradient, gradient * noise * deviation)
        if not used:
            raise RunError(
                "The evidence lower bound is not a number: no draw has a finite log density. Begin elsewhere."
            )
        slopes = np.concatenate([slopes[0] / used, slopes[1] / used + 1.0])
        self.count += 1
        squares = slopes**2
        self._squares = squares if self._squares is None else MEMORY * squares + (1 - MEMORY) * self._squares
        step = self.rate * self.count ** (-0.5 + 1e-16) / (1.0 + np.sqrt(self._squares)) * slopes
        self.mean = self.mean + step[: self.dimension]
        self.log_deviation = self.log_deviation + step[self.dimension :]
        return bound / used + float(np.sum(np.log(deviation))) + self.dimension * _ENTROPY

    def sample(self, count: int) -> Vector:
        """Return draws (count, dimension) of the distribution as it is now."""
        noise = self._chance.standard_normal((count, self.dimension))
        return np.asarray(self.mean + np.exp(self.log_deviation) * noise)
