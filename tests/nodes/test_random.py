"""Random and stateful operators: what they draw, and what they remember."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import random_bits
from engine.types import ArrayType
from nodes.library import LIBRARY

X = np.linspace(-1.0, 2.0, 40_000)


def drawn(operator: str, step: int = 0, train: bool = True, **own: Any) -> Any:
    declared = LIBRARY[operator]
    assert declared.function is not None
    settings = {name: spec.default for name, spec in declared.settings.items()} | own
    return declared.function(random_bits.key(0, "n", step), X, train=train, **settings)


@pytest.mark.parametrize("operator", ["random.noise", "random.dropout"])
def test_draws_follow_from_the_step_and_evaluation_draws_nothing(operator: str) -> None:
    first, again, second = (drawn(operator, step) for step in (3, 3, 4))
    assert (first == again).all() and (first != second).mean() > 0.1
    assert (drawn(operator, train=False) == X).all()


def test_noise_has_its_scale() -> None:
    added = drawn("random.noise", scale=0.5) - X
    assert abs(added.mean()) < 5 * 0.5 / 200 and abs(added.std() / 0.5 - 1) < 0.02


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.9])
def test_dropout_drops_its_fraction_and_keeps_the_mean(rate: float) -> None:
    kept = drawn("random.dropout", rate=rate)
    dropped = kept == 0
    assert abs(dropped.mean() - rate) < 0.01
    np.testing.assert_allclose(kept[~dropped], X[~dropped] / (1 - rate))


# ----- batch norm -----

ROWS = np.random.default_rng(0).normal([3.0, -1.0], [2.0, 0.5], (64, 2))
ONE, ZERO = np.ones(2), np.zeros(2)


def normed(state: Any, x: Any, train: bool, momentum: float = 0.9) -> Any:
    norm = LIBRARY["neural.batch_norm"]
    assert norm.function is not None
    return norm.function(state, x, ONE, ZERO, train=train, momentum=momentum, epsilon=1e-12)


def test_batch_norm_starts_as_the_identity() -> None:
    norm = LIBRARY["neural.batch_norm"]
    assert norm.start is not None
    state = norm.start([ArrayType((64, 2)), ArrayType((2,)), ArrayType((2,))], {})
    value, after = normed(state, ROWS, train=False)
    np.testing.assert_allclose(value, ROWS, rtol=1e-11)
    assert after is state


def test_batch_norm_uses_the_batch_in_training_and_the_running_averages_in_evaluation() -> None:
    state: Any = (ZERO, ONE)
    for _ in range(200):
        value, state = normed(state, ROWS, train=True)
    np.testing.assert_allclose(value.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(value.std(axis=0), 1.0, rtol=1e-9)
    np.testing.assert_allclose(state[0], ROWS.mean(axis=0), rtol=1e-8)
    np.testing.assert_allclose(state[1], ROWS.var(axis=0), rtol=1e-8)
    evaluated, after = normed(state, ROWS[:3], train=False)
    np.testing.assert_allclose(evaluated, ((ROWS - ROWS.mean(axis=0)) / ROWS.std(axis=0))[:3], rtol=1e-7)
    assert after is state


def test_the_running_average_forgets_at_its_momentum() -> None:
    _, (mean, variance) = normed((ZERO, ONE), ROWS, train=True, momentum=0.75)
    np.testing.assert_allclose(mean, 0.25 * ROWS.mean(axis=0))
    np.testing.assert_allclose(variance, 0.75 + 0.25 * ROWS.var(axis=0))
