"""Probability: distributions of positive numbers, by scale or rate."""

from __future__ import annotations

import math

import autograd.numpy as np

from nodes.casts import Value
from nodes.distributions import DRAWS, LOG_TWO_PI, Distribution, normal, supported, together, uniform

SCALES, OTHER_SCALES = [1.5, 0.75, 2.0], [0.5, 2.5, 1.25]
AT = ([0.5, 2.5, 1.25], [1.75, 0.2, 3.0])
SCALE = {"scale": "the width"}

# ----- log-normal -----

LOG_NORMAL = Distribution(
    "log_normal",
    "Log-normal",
    {"mean": "the mean of the logarithm", "deviation": "the standard deviation of the logarithm"},
    ([0.5, -1.0, 0.25], SCALES),
    ([-0.5, 1.25, 0.75], OTHER_SCALES),
    "x is positive; the deviation is positive",
    AT,
    ("lognormal", "galton", "multiplicative"),
)


@LOG_NORMAL.log_density(
    formula=r"-\frac{(\ln x - \mu)^2}{2\sigma^2} - \ln x - \ln\sigma - \frac{1}{2}\ln 2\pi",
    partials={
        "x": r"-\frac{1}{x}\left(1 + \frac{\ln x - \mu}{\sigma^2}\right)",
        "mean": r"\frac{\ln x - \mu}{\sigma^2}",
        "deviation": r"\frac{(\ln x - \mu)^2}{\sigma^3} - \frac{1}{\sigma}",
    },
)
def log_normal_log_density(x: Value, mean: Value = 0.0, deviation: Value = 1.0) -> Value:
    """The log-density of the log-normal distribution at x: the logarithm of x is normal."""
    x, mean, deviation = together(x, mean, deviation)

    def inside(x: Value) -> Value:
        y = np.log(x)
        return -0.5 * np.square((y - mean) / deviation) - y - np.log(deviation) - 0.5 * LOG_TWO_PI

    return supported(x > 0.0, inside, x, 1.0)


@LOG_NORMAL.sample(
    formula=r"e^{\mu + \sigma\,\epsilon},\quad \epsilon \sim \mathcal{N}(0, 1)",
    partials={"mean": r"e^{\mu + \sigma\,\epsilon}", "deviation": r"\epsilon\,e^{\mu + \sigma\,\epsilon}"},
)
def log_normal_sample(key: Value, mean: Value = 0.0, deviation: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the log-normal distribution that can be differentiated by both parameters."""
    return np.exp(mean + deviation * normal(key, draws, mean, deviation))


@LOG_NORMAL.mean(
    formula=r"e^{\mu + \sigma^2/2}",
    partials={"mean": r"e^{\mu + \sigma^2/2}", "deviation": r"\sigma\,e^{\mu + \sigma^2/2}"},
)
def log_normal_mean(mean: Value, deviation: Value) -> Value:
    """The mean of the log-normal distribution whose logarithm has this mean and deviation."""
    mean, deviation = together(mean, deviation)
    return np.exp(mean + 0.5 * np.square(deviation))


@LOG_NORMAL.entropy(
    formula=r"\mu + \ln\sigma + \frac{1}{2}\ln 2\pi e", partials={"mean": r"1", "deviation": r"\frac{1}{\sigma}"}
)
def log_normal_entropy(mean: Value, deviation: Value) -> Value:
    """The entropy of the log-normal distribution."""
    mean, deviation = together(mean, deviation)
    return mean + np.log(deviation) + 0.5 * (LOG_TWO_PI + 1.0)


# ----- exponential -----

EXPONENTIAL = Distribution(
    "exponential",
    "Exponential distribution",
    {"rate": "events per unit of time"},
    (SCALES,),
    (OTHER_SCALES,),
    "x is at least 0; the rate is positive",
    AT,
    ("waiting time", "decay", "poisson process"),
)


@EXPONENTIAL.log_density(
    formula=r"\ln\lambda - \lambda x", partials={"x": r"-\lambda", "rate": r"\frac{1}{\lambda} - x"}
)
def exponential_log_density(x: Value, rate: Value = 1.0) -> Value:
    """The log-density of the exponential distribution at x."""
    x, rate = together(x, rate)
    return supported(x >= 0.0, lambda x: np.log(rate) - rate * x, x, 1.0)


@EXPONENTIAL.sample(
    formula=r"-\frac{\ln u}{\lambda},\quad u \sim \mathcal{U}(0, 1)", partials={"rate": r"\frac{\ln u}{\lambda^2}"}
)
def exponential_sample(key: Value, rate: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the exponential distribution that can be differentiated by its rate."""
    return -np.log(uniform(key, draws, rate)) / rate


@EXPONENTIAL.mean(formula=r"\frac{1}{\lambda}", partials={"rate": r"-\frac{1}{\lambda^2}"})
def exponential_mean(rate: Value) -> Value:
    """The mean of the exponential distribution."""
    (rate,) = together(rate)
    return 1.0 / rate


@EXPONENTIAL.entropy(formula=r"1 - \ln\lambda", partials={"rate": r"-\frac{1}{\lambda}"})
def exponential_entropy(rate: Value) -> Value:
    """The entropy of the exponential distribution."""
    (rate,) = together(rate)
    return 1.0 - np.log(rate)


# ----- half-normal -----

HALF_NORMAL = Distribution(
    "half_normal",
    "Half-normal",
    {"scale": "the deviation of the normal distribution that is folded"},
    (SCALES,),
    (OTHER_SCALES,),
    "x is at least 0; the scale is positive",
    AT,
    ("folded gaussian", "prior of a scale"),
)


@HALF_NORMAL.log_density(
    formula=r"-\frac{x^2}{2\sigma^2} - \ln\sigma + \frac{1}{2}\ln\frac{2}{\pi}",
    partials={"x": r"-\frac{x}{\sigma^2}", "scale": r"\frac{x^2}{\sigma^3} - \frac{1}{\sigma}"},
)
def half_normal_log_density(x: Value, scale: Value = 1.0) -> Value:
    """The log-density at x of the distance from 0 of a normal number with mean 0."""
    x, scale = together(x, scale)
    constant = 0.5 * math.log(2.0 / math.pi)
    return supported(x >= 0.0, lambda x: constant - 0.5 * np.square(x / scale) - np.log(scale), x, 1.0)


@HALF_NORMAL.sample(
    formula=r"\sigma\,|\epsilon|,\quad \epsilon \sim \mathcal{N}(0, 1)", partials={"scale": r"|\epsilon|"}
)
def half_normal_sample(key: Value, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the half-normal distribution that can be differentiated by its scale."""
    return scale * np.abs(normal(key, draws, scale))


@HALF_NORMAL.mean(formula=r"\sigma\sqrt{\frac{2}{\pi}}", partials={"scale": r"\sqrt{\frac{2}{\pi}}"})
def half_normal_mean(scale: Value) -> Value:
    """The mean of the half-normal distribution."""
    (scale,) = together(scale)
    return math.sqrt(2.0 / math.pi) * scale


@HALF_NORMAL.entropy(formula=r"\ln\sigma + \frac{1}{2}\ln\frac{\pi e}{2}", partials={"scale": r"\frac{1}{\sigma}"})
def half_normal_entropy(scale: Value) -> Value:
    """The entropy of the half-normal distribution."""
    (scale,) = together(scale)
    return np.log(scale) + 0.5 * (1.0 + math.log(math.pi / 2.0))


# ----- half-Cauchy -----

HALF_CAUCHY = Distribution(
    "half_cauchy",
    "Half-Cauchy",
    SCALE,
    (SCALES,),
    (OTHER_SCALES,),
    "x is at least 0; the scale is positive",
    AT,
    ("folded cauchy", "prior of a scale", "horseshoe"),
)


@HALF_CAUCHY.log_density(
    formula=r"-\ln\left(1 + \frac{x^2}{\gamma^2}\right) - \ln\frac{\pi\gamma}{2}",
    partials={
        "x": r"-\frac{2x}{\gamma^2 + x^2}",
        "scale": r"\frac{1}{\gamma}\frac{x^2 - \gamma^2}{x^2 + \gamma^2}",
    },
)
def half_cauchy_log_density(x: Value, scale: Value = 1.0) -> Value:
    """The log-density at x of the distance from 0 of a Cauchy number; it has no mean."""
    x, scale = together(x, scale)
    return supported(x >= 0.0, lambda x: -np.log1p(np.square(x / scale)) - np.log(0.5 * math.pi * scale), x, 1.0)


@HALF_CAUCHY.sample(
    formula=r"\gamma\tan\frac{\pi u}{2},\quad u \sim \mathcal{U}(0, 1)", partials={"scale": r"\tan\frac{\pi u}{2}"}
)
def half_cauchy_sample(key: Value, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the half-Cauchy distribution that can be differentiated by its scale."""
    return scale * np.tan(0.5 * math.pi * uniform(key, draws, scale))


@HALF_CAUCHY.entropy(formula=r"\ln 2\pi\gamma", partials={"scale": r"\frac{1}{\gamma}"})
def half_cauchy_entropy(scale: Value) -> Value:
    """The entropy of the half-Cauchy distribution."""
    (scale,) = together(scale)
    return np.log(2.0 * math.pi * scale)


OPERATORS = (
    log_normal_log_density, log_normal_sample, log_normal_mean, log_normal_entropy,
    exponential_log_density, exponential_sample, exponential_mean, exponential_entropy,
    half_normal_log_density, half_normal_sample, half_normal_mean, half_normal_entropy,
    half_cauchy_log_density, half_cauchy_sample, half_cauchy_entropy,
)  # fmt: skip
