"""Line searches: how far to go along a direction in which a loss falls.

Near a minimum the loss changes by less than its own rounding while its slope is still well known, so that there the
slope alone decides (after the approximate Wolfe conditions of Hager and Zhang 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

DECREASE: Final = 1e-4
"""The part of the decrease that the first slope promises which a step has to bring (Nocedal, Wright 2006)."""
MOST: Final = 40
"""Most trials of one search."""
ROUNDING: Final = 2.0**-50
"""Losses this close together, as a fraction, are not told apart."""
MARGIN: Final = 0.1
"""How close to the ends of its bracket a trial may come, as a fraction of the bracket."""


class Trial(NamedTuple):
    """The loss and its slope a step along the direction, and the gradient there."""

    step: float
    loss: float
    slope: float
    gradient: Any


Along: TypeAlias = Callable[[float], Trial]
Search: TypeAlias = Callable[[Along, Trial, float, float], Trial | None]
"""(along, the trial at 0, first step, curvature) -> a trial that is good enough, or None where nothing is better.
`curvature` is the part of the first slope that may be left at the end."""


def strong_wolfe(along: Along, start: Trial, first: float, curvature: float) -> Trial | None:
    """Return a step at which loss and slope have both fallen enough: bracket it, then close in by cubics.

    Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6.
    """
    before, step = start, first
    for _ in range(MOST):
        trial = along(step)
        if _good(trial, start, curvature):
            return trial
        if _too_high(trial, start) or (before is not start and trial.loss > before.loss + _noise(start)):
            return _close_in(along, start, before, trial, curvature)
        if trial.slope >= 0.0:
            return _close_in(along, start, trial, before, curvature)
        step = min(max(_lowest(before, trial, start), 2.0 * trial.step), 10.0 * trial.step)
        before = trial
    return before if before.loss < start.loss else None


def backtracking(along: Along, start: Trial, first: float, curvature: float) -> Trial | None:
    """Return the first of first, first/2, first/4, ... that brings enough of the decrease (Armijo 1966)."""
    step = first
    for _ in range(MOST):
        trial = along(step)
        if not _too_high(trial, start) and (trial.loss < start.loss or _good(trial, start, curvature)):
            return trial
        step *= 0.5
    return None


SEARCHES: Final[Mapping[str, Search]] = {"strong_wolfe": strong_wolfe, "backtracking": backtracking}


def _close_in(along: Along, start: Trial, low: Trial, high: Trial, curvature: float) -> Trial | None:
    """Return a good step between the two, of which `low` has the lower loss and slopes towards `high`."""
    for _ in range(MOST):
        width = high.step - low.step
        step = _lowest(low, high, start) if isfinite(high.loss) else low.step + 0.5 * width
        ends = sorted((low.step + MARGIN * width, high.step - MARGIN * width))
        step = min(max(step, ends[0]), ends[1])
        if step in (low.step, high.step):
            break
        trial = along(step)
        if _good(trial, start, curvature):
            return trial
        if _too_high(trial, start) or trial.loss > low.loss + _noise(start):
            high = trial
        else:
            high = low if trial.slope * width >= 0.0 else high
            low = trial
    return low if low.loss < start.loss else None


def _good(trial: Trial, start: Trial, curvature: float) -> bool:
    if not _finite(trial):
        return False
    flat = abs(trial.slope) <= curvature * abs(start.slope)
    fallen = trial.loss <= start.loss + DECREASE * trial.step * start.slope
    return flat and (fallen or abs(trial.loss - start.loss) <= _noise(start))


def _too_high(trial: Trial, start: Trial) -> bool:
    return not _finite(trial) or trial.loss > start.loss + DECREASE * trial.step * start.slope + _noise(start)


def _finite(trial: Trial) -> bool:
    return isfinite(trial.loss) and isfinite(trial.slope)


def _noise(start: Trial) -> float:
    return ROUNDING * abs(start.loss)


def _lowest(one: Trial, other: Trial, start: Trial) -> float:
    """Return where the cubic through both is lowest; where their losses are alike, where their slopes cross zero."""
    width = other.step - one.step
    if abs(other.loss - one.loss) <= 1e3 * _noise(start):
        turn = other.slope - one.slope
        return one.step - one.slope * width / turn if turn else one.step + 0.5 * width
    bend = one.slope + other.slope - 3.0 * (other.loss - one.loss) / width
    square = bend * bend - one.slope * other.slope
    if square < 0.0:
        return one.step + 0.5 * width
    root = sqrt(square) * (1.0 if width > 0.0 else -1.0)
    below = other.slope - one.slope + 2.0 * root
    return other.step - width * (other.slope + root - bend) / below if below else one.step + 0.5 * width
