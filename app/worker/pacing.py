"""How fast a run may go, so that it can be watched."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

UNBOUNDED: Final = 2**62
LONGEST_WAIT: Final = 0.03
"""Seconds between two looks into the mailbox while a run waits for its next step."""


class Pacer:
    """Tells how many steps may be taken now. Times are measured from the moment the run last began to go."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._rate, self._least = 0.0, 0.0
        self._length = 0
        self._since, self._from = clock(), 0

    def set(self, rate: float, least: float, step: int) -> None:
        """Allow `rate` steps per second (0: any), and let a whole run last `least` seconds; from `step` on."""
        self._rate, self._least = rate, least
        self.begin(step)

    def measure(self, length: int) -> None:
        """Say how many steps the whole run has."""
        self._length = length

    def begin(self, step: int) -> None:
        """The run goes on at `step`, now."""
        self._since, self._from = self._clock(), step

    @property
    def rate(self) -> float:
        """Steps per second that are allowed; infinite without a bound."""
        watched = self._length / self._least if self._least > 0 and self._length else math.inf
        return min(self._rate or math.inf, watched)

    def allowed(self, step: int) -> int:
        """Return how many steps may be taken now at `step`; the first one at once."""
        rate = self.rate
        if math.isinf(rate):
            return UNBOUNDED
        return max(0, math.floor((self._clock() - self._since) * rate) + 1 - (step - self._from))

    def wait(self, step: int) -> float:
        """Return how long nothing is to be done: 0 where a step may be taken."""
        if self.allowed(step):
            return 0.0
        due = (step - self._from) / self.rate - (self._clock() - self._since)
        return min(max(due, 0.001), LONGEST_WAIT)
