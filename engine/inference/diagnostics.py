"""Whether chains have found the same place, and how many independent draws they are worth.

Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and localization: an improved R-hat"
(2021); autocorrelation cut off after Geyer's initial monotone sequence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]
"""Draws of one number: (chains, draws)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of one number."""

    mean: float
    deviation: float
    error: float
    """The Monte Carlo standard error of the mean."""
    low: float
    """The 5 % quantile."""
    high: float
    """The 95 % quantile."""
    ess_bulk: float
    ess_tail: float
    r_hat: float


def summary(draws: Draws) -> Summary:
    """Return what is told of a number's draws (chains, draws); NaN where it cannot be told (constant, too few)."""
    mean = float(np.mean(draws))
    deviation = float(np.std(draws, ddof=1)) if draws.size > 1 else math.nan
    plain = ess(_split(draws))
    low, high = (float(each) for each in np.quantile(draws, (0.05, 0.95)))
    error = deviation / math.sqrt(plain) if plain > 0 else math.nan
    return Summary(mean, deviation, error, low, high, ess_bulk(draws), ess_tail(draws), r_hat(draws))


def r_hat(draws: Draws) -> float:
    """Return the rank-normalised split R-hat: the larger of that of the ranks and that of the folded ranks."""
    halves = _split(draws)
    if not _usable(halves):
        return math.nan
    folded = np.abs(halves - np.median(halves))
    return max(_plain_r_hat(_normal_scores(halves)), _plain_r_hat(_normal_scores(folded)))


def ess_bulk(draws: Draws) -> float:
    """Return the effective sample size in the bulk: of the normal scores of ranks."""
    halves = _split(draws)
    return ess(_normal_scores(halves)) if _usable(halves) else math.nan


def ess_tail(draws: Draws) -> float:
    """Return the effective sample size in the tails: the smaller of those of the 5 % and 95 % quantiles."""
    halves = _split(draws)
    if not _usable(halves):
        return math.nan
    return min(ess((halves <= np.quantile(halves, share)).astype(float)) for share in (0.05, 0.95))


def ess(draws: Draws) -> float:
    """Return the effective sample size of draws (chains, draws) as they are, without splitting or ranking them."""
    chains, count = draws.shape
    if not _usable(draws):
        return math.nan
    within = np.array([_autocovariance(each) for each in draws])
    variances = within[:, 0] * count / (count - 1.0)
    mean_variance = float(np.mean(variances))
    total = mean_variance * (count - 1.0) / count
    if chains > 1:
        total += float(np.var(np.mean(draws, axis=1), ddof=1))
    if total <= 0:
        return math.nan
    averaged = np.mean(within * count / (count - 1.0), axis=0)
    correlation = 1.0 - (mean_variance - averaged) / total
    correlation[0] = 1.0
    time = -1.0 + 2.0 * _initial_sequence(correlation)
    time = max(time, 1.0 / math.log10(chains * count))
    return float(chains * count / time)


def _initial_sequence(correlation: Any) -> float:
    """Return the sum of the autocorrelations as far as pairs of them are positive, none larger than the one before."""
    pairs = len(correlation) // 2
    sums = correlation[0 : 2 * pairs : 2] + correlation[1 : 2 * pairs : 2]
    negative = np.flatnonzero(sums <= 0)
    last = int(negative[0]) if negative.size else pairs
    kept = np.minimum.accumulate(sums[:last]) if last else np.zeros(0)
    extra = max(float(correlation[2 * last]), 0.0) / 2 if 2 * last < len(correlation) else 0.0
    return float(np.sum(kept)) + extra


def _autocovariance(draws: Any) -> Any:
    """Return the autocovariance at every lag, by the Fourier transform; divided by the number of draws."""
    count = len(draws)
    padded = 1 << (2 * count - 1).bit_length()
    off = draws - np.mean(draws)
    spectrum = np.fft.rfft(off, padded)
    return np.fft.irfft(spectrum * np.conj(spectrum), padded)[:count] / count


def _plain_r_hat(draws: Draws) -> float:
    count = draws.shape[1]
    within = float(np.mean(np.var(draws, axis=1, ddof=1)))
    between = count * float(np.var(np.mean(draws, axis=1), ddof=1))
    return math.sqrt((between / within + count - 1) / count) if within > 0 else math.nan


def _split(draws: Draws) -> Draws:
    """Return every chain as two halves."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]], axis=0)


def _usable(draws: Draws) -> bool:
    return draws.shape[1] >= 4 and bool(np.isfinite(draws).all()) and float(np.ptp(draws)) > 0


def _normal_scores(draws: Draws) -> Draws:
    """Return the normal quantiles of the ranks, equal draws sharing a rank."""
    _, inverse, counts = np.unique(draws.ravel(), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[inverse]
    shares = (ranks - 0.375) / (draws.size + 0.25)
    scores: Draws = _normal_quantile(shares).reshape(draws.shape)
    return scores


def _normal_quantile(shares: Any) -> Any:
    from scipy.special import ndtri

    return ndtri(shares)


def energy_fraction(energies: Any) -> float:
    """Return the Bayesian fraction of missing information of one chain's energies: below 0.3 momenta explore slowly
    (Betancourt 2016)."""
    energies = np.asarray(energies, float)
    spread = float(np.sum((energies - np.mean(energies)) ** 2))
    return float(np.sum(np.diff(energies) ** 2)) / spread if spread > 0 else math.nan
