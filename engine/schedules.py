"""Learning-rate schedules: the rate as a function of the step, written so that they are traced into the step program.

Each takes the number of steps already taken (0 at the first), the base rate and the schedule's own numbers, all of
which may change while a run goes on, and returns the rate of this step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import autograd.numpy as np

from engine.setting import Number, Setting, Slider


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rate over steps: `rate(step, base, numbers)`; `numbers` are the settings in `settings`."""

    title: str
    settings: tuple[str, ...]
    rate: Callable[[Any, Any, Mapping[str, Any]], Any]
    formula: str


def _constant(step: Any, base: Any, numbers: Mapping[str, Any]) -> Any:
    return base


def _step(step: Any, base: Any, numbers: Mapping[str, Any]) -> Any:
    return base * numbers["schedule_factor"] ** np.floor(step / numbers["schedule_steps"])


def _exponential(step: Any, base: Any, numbers: Mapping[str, Any]) -> Any:
    return base * numbers["schedule_factor"] ** (step / numbers["schedule_steps"])


def _cosine(step: Any, base: Any, numbers: Mapping[str, Any]) -> Any:
    done = np.minimum(step / numbers["schedule_steps"], 1.0)
    floor = numbers["schedule_floor"]
    return base * (floor + (1.0 - floor) * 0.5 * (1.0 + np.cos(math.pi * done)))


def _warm_up(step: Any, base: Any, numbers: Mapping[str, Any]) -> Any:
    return base * np.minimum((step + 1.0) / numbers["schedule_steps"], 1.0)


SCHEDULES: Final[Mapping[str, Schedule]] = {
    "constant": Schedule("Constant", (), _constant, r"\eta_t = \eta"),
    "step": Schedule(
        "Step", ("schedule_steps", "schedule_factor"), _step, r"\eta_t = \eta\,\gamma^{\lfloor t/T \rfloor}"
    ),
    "exponential": Schedule(
        "Exponential", ("schedule_steps", "schedule_factor"), _exponential, r"\eta_t = \eta\,\gamma^{t/T}"
    ),
    "cosine": Schedule(
        "Cosine",
        ("schedule_steps", "schedule_floor"),
        _cosine,
        r"\eta_t = \eta\,(f + \frac{1-f}{2}(1+\cos(\pi \min(t/T, 1))))",
    ),
    "warm_up": Schedule("Warm-up", ("schedule_steps",), _warm_up, r"\eta_t = \eta\,\min((t+1)/T, 1)"),
}

SCHEDULE_SETTINGS: Final[Mapping[str, Setting]] = {
    "schedule_steps": Number(
        1000.0,
        positive=True,
        help="T: the steps of a stair, of a decay by the factor, of the half wave, or of the warm-up.",
        unit="steps",
    ),
    "schedule_factor": Slider(0.5, low=0.0, high=1.0, help="What T steps multiply the learning rate by."),
    "schedule_floor": Slider(0.0, low=0.0, high=1.0, help="The fraction of the learning rate that the cosine ends at."),
}
