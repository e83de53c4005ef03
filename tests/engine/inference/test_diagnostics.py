"""Diagnostics against series whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.inference.diagnostics import energy_fraction, ess, ess_bulk, ess_tail, r_hat, summary


def series(correlation: float, chains: int = 4, count: int = 4000, seed: int = 0) -> np.ndarray:
    """Return stationary chains of a first-order autoregression with variance 1."""
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal((chains, count)) * math.sqrt(1 - correlation**2)
    found = np.empty((chains, count))
    found[:, 0] = chance.standard_normal(chains)
    for k in range(1, count):
        found[:, k] = correlation * found[:, k - 1] + noise[:, k]
    return found


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_an_autoregression_has_its_effective_size(correlation: float) -> None:
    draws = series(correlation)
    wanted = draws.size * (1 - correlation) / (1 + correlation)
    assert ess(draws) == pytest.approx(wanted, rel=0.15)
    assert ess_bulk(draws) == pytest.approx(wanted, rel=0.2)
    assert ess_tail(draws) > wanted / 3
    assert r_hat(draws) < 1.02


def test_antithetic_draws_are_worth_more_than_their_number() -> None:
    draws = series(-0.5)
    assert ess(draws) > 1.8 * draws.size


def test_the_autocovariance_is_that_of_the_plain_sum() -> None:
    draws = series(0.7, chains=3, count=60)
    chains, count = draws.shape
    mean = draws.mean(axis=1, keepdims=True)
    off = draws - mean
    within = np.array([[sum(row[: count - k] * row[k:]) / count for k in range(count)] for row in off])
    variance = np.mean(within[:, 0] * count / (count - 1))
    plus = variance * (count - 1) / count + np.var(draws.mean(axis=1), ddof=1)
    rho = 1 - (variance - (within * count / (count - 1)).mean(axis=0)) / plus
    rho[0] = 1
    time, before, k = -1.0, math.inf, 0
    while 2 * k + 1 < count and rho[2 * k] + rho[2 * k + 1] > 0:
        before = min(before, rho[2 * k] + rho[2 * k + 1])
        time += 2 * before
        k += 1
    time += max(rho[2 * k], 0.0) if 2 * k < count else 0.0
    assert ess(draws) == pytest.approx(chains * count / time, rel=1e-10)


def test_chains_in_other_places_or_of_other_widths_are_told() -> None:
    draws = series(0.0)
    assert r_hat(draws + np.array([[0.0], [0.0], [0.0], [1.0]])) > 1.05
    assert r_hat(draws * np.array([[1.0], [1.0], [1.0], [4.0]])) > 1.05
    drifting = draws + np.linspace(0, 2, draws.shape[1])
    assert r_hat(drifting) > 1.05, "halves of a chain are compared too"


def test_ranks_make_it_blind_to_the_scale_and_safe_for_heavy_tails() -> None:
    draws = series(0.3)
    assert r_hat(np.exp(draws)) == pytest.approx(r_hat(draws), rel=0.02)
    assert ess_bulk(np.exp(5 * draws)) == pytest.approx(ess_bulk(draws), rel=1e-9)
    cauchy = np.tan(math.pi * (np.random.default_rng(1).random((4, 1000)) - 0.5))
    assert r_hat(cauchy) < 1.02


@pytest.mark.parametrize("draws", [np.ones((4, 100)), np.zeros((2, 3)), np.full((2, 50), np.nan)])
def test_what_cannot_be_told_is_nan(draws: np.ndarray) -> None:
    assert math.isnan(r_hat(draws)) and math.isnan(ess_bulk(draws)) and math.isnan(ess_tail(draws))


def test_a_summary_is_of_all_draws() -> None:
    draws = series(0.0) * 2 + 5
    found = summary(draws)
    assert found.mean == pytest.approx(draws.mean()) and found.deviation == pytest.approx(2, rel=0.03)
    assert found.error == pytest.approx(2 / math.sqrt(draws.size), rel=0.1)
    assert (found.low, found.high) == pytest.approx((5 - 2 * 1.645, 5 + 2 * 1.645), rel=0.05)


def test_slow_energies_are_told() -> None:
    fresh, slow = series(0.0, 1)[0], series(0.98, 1)[0]
    assert energy_fraction(fresh) > 1.5 and energy_fraction(slow) < 0.3
    assert math.isnan(energy_fraction(np.ones(10)))
