"""Constraints of parameters: the maps between a constrained value and the free value that an optimizer moves.

A positive value is the softplus of its free value, a bounded one lies between its limits by the logistic function,
and the rows of a simplex (along the last axis: positive, summing to one) are the softmax of theirs. All are smooth,
so every optimizer can be used, and a value never leaves its constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import autograd.numpy as np

MARGIN: Final = 1e-9
"""How far from its limits a start value is put, as a fraction of the range (or as it is, where there is none)."""

ROUNDING: Final = 1e-5
"""How far the sum of a simplex may be from 1 by rounding alone (in float32)."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """`value(free, *limits)` is traced into programs; `free(value, *limits)` undoes it; `holds(value, *limits)` tells
    whether it is kept; `limits` are settings of the node.

    `log_jacobian(free, *limits)` is the logarithm of the slope of the value, element by element, and `log_slope` the
    derivative of that: what a density is corrected by that is looked at in free values. None where free values are more
    than there are degrees of freedom.
    """

    value: Callable[..., Any]
    free: Callable[..., Any]
    holds: Callable[..., Any]
    limits: tuple[str, ...] = ()
    log_jacobian: Callable[..., Any] | None = None
    log_slope: Callable[..., Any] | None = None

    def moved_inside(self, value: Any, limits: tuple[float, ...]) -> Any:
        """Return the value itself where it keeps the constraint, else one near by that does."""
        if np.size(value) == 0 or self.holds(value, *limits):
            return value
        return np.asarray(self.value(self.free(np.asarray(value, np.float64), *limits), *limits), value.dtype)[()]


def _softplus(free: Any) -> Any:
    return np.maximum(free, 0.0) + np.log1p(np.exp(-np.abs(free)))


def _softplus_inverse(value: Any) -> Any:
    value = np.maximum(value, MARGIN)
    return value + np.log(-np.expm1(-value))


def _between(free: Any, low: Any, high: Any) -> Any:
    return low + (high - low) * (0.5 + 0.5 * np.tanh(0.5 * free))


def _between_inverse(value: Any, low: Any, high: Any) -> Any:
    part = np.clip((value - low) / (high - low), MARGIN, 1.0 - MARGIN)
    return np.log(part) - np.log1p(-part)


def _softmax(free: Any) -> Any:
    shifted = np.exp(free - np.max(free, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def _softmax_inverse(value: Any) -> Any:
    logs = np.log(np.maximum(value, MARGIN))
    return logs - np.mean(logs, axis=-1, keepdims=True)


def _on_simplex(value: Any) -> Any:
    return np.all(value >= 0) and np.all(np.abs(np.sum(value, axis=-1) - 1.0) <= ROUNDING)


CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    "positive": Constraint(
        _softplus,
        _softplus_inverse,
        lambda value: np.all(value >= 0),
        log_jacobian=lambda free: -_softplus(-free),
        log_slope=lambda free: 0.5 - 0.5 * np.tanh(0.5 * free),
    ),
    "bounded": Constraint(
        _between,
        _between_inverse,
        lambda value, low, high: np.all((low <= value) & (value <= high)),
        ("low", "high"),
        log_jacobian=lambda free, low, high: np.log(high - low) - _softplus(free) - _softplus(-free),
        log_slope=lambda free, low, high: -np.tanh(0.5 * free),
    ),
    "simplex": Constraint(_softmax, _softmax_inverse, _on_simplex),
}
"""By the value of a parameter node's `constraint` setting; "none" is not among them."""
