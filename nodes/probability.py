"""Probability: distributions on the whole line, by location and scale."""

from __future__ import annotations

import math

import autograd.numpy as np

from nodes.casts import Value
from nodes.distributions import (
    DRAWS,
    EULER,
    LOG_TWO_PI,
    Distribution,
    digamma,
    gumbel,
    log_gamma,
    normal,
    together,
    uniform,
)
from nodes.losses import softplus

ONE, OTHER = ([0.5, -1.0, 0.25], [1.5, 0.75, 2.0]), ([-0.5, 1.25, 0.75], [0.5, 2.5, 1.25])
AT = ([1.5, -2.0, 0.5], [-1.0, 2.0, -0.25])

# ----- normal -----

NORMAL = Distribution(
    "normal",
    "Normal",
    {"mean": "the mean", "deviation": "the standard deviation"},
    ONE,
    OTHER,
    "the deviation is positive",
    AT,
    ("gaussian", "bell curve"),
)


@NORMAL.log_density(
    formula=r"-\frac{(x - \mu)^2}{2\sigma^2} - \ln\sigma - \frac{1}{2}\ln 2\pi",
    partials={
        "x": r"-\frac{x - \mu}{\sigma^2}",
        "mean": r"\frac{x - \mu}{\sigma^2}",
        "deviation": r"\frac{(x - \mu)^2}{\sigma^3} - \frac{1}{\sigma}",
    },
)
def normal_log_density(x: Value, mean: Value = 0.0, deviation: Value = 1.0) -> Value:
    """The log-density of the normal distribution at x, whose mean is the input mean itself."""
    x, mean, deviation = together(x, mean, deviation)
    return -0.5 * np.square((x - mean) / deviation) - np.log(deviation) - 0.5 * LOG_TWO_PI


@NORMAL.sample(
    formula=r"\mu + \sigma\,\epsilon,\quad \epsilon \sim \mathcal{N}(0, 1)",
    partials={"mean": r"1", "deviation": r"\epsilon"},
)
def normal_sample(key: Value, mean: Value = 0.0, deviation: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the normal distribution that can be differentiated by its mean and deviation."""
    return mean + deviation * normal(key, draws, mean, deviation)


@NORMAL.entropy(formula=r"\ln\sigma + \frac{1}{2}\ln 2\pi e", partials={"deviation": r"\frac{1}{\sigma}"})
def normal_entropy(deviation: Value) -> Value:
    """The entropy of the normal distribution; its mean has no part in it."""
    (deviation,) = together(deviation)
    return np.log(deviation) + 0.5 * (LOG_TWO_PI + 1.0)


# ----- Laplace -----

LOCATED = {"location": "the centre", "scale": "the width"}

LAPLACE = Distribution(
    "laplace", "Laplace", LOCATED, ONE, OTHER, "the scale is positive", AT, ("double exponential", "l1 noise")
)


@LAPLACE.log_density(
    formula=r"-\frac{|x - \mu|}{b} - \ln 2b",
    partials={
        "x": r"-\frac{1}{b}\,\mathrm{sign}(x - \mu)",
        "location": r"\frac{1}{b}\,\mathrm{sign}(x - \mu)",
        "scale": r"\frac{|x - \mu|}{b^2} - \frac{1}{b}",
    },
)
def laplace_log_density(x: Value, location: Value = 0.0, scale: Value = 1.0) -> Value:
    """The log-density of the Laplace distribution at x, whose mean is its location.

    At x = location, where it has a kink, the derivative is taken as 0.
    """
    x, location, scale = together(x, location, scale)
    return -np.abs(x - location) / scale - np.log(2.0 * scale)


@LAPLACE.sample(
    formula=r"\mu + b\,(\ln u_1 - \ln u_2),\quad u_1, u_2 \sim \mathcal{U}(0, 1)",
    partials={"location": r"1", "scale": r"\ln u_1 - \ln u_2"},
)
def laplace_sample(key: Value, location: Value = 0.0, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the Laplace distribution that can be differentiated by its location and scale."""
    u = uniform(key, (2, *draws), location, scale)
    return location + scale * (np.log(u[0]) - np.log(u[1]))


@LAPLACE.entropy(formula=r"1 + \ln 2b", partials={"scale": r"\frac{1}{b}"})
def laplace_entropy(scale: Value) -> Value:
    """The entropy of the Laplace distribution; its location has no part in it."""
    (scale,) = together(scale)
    return 1.0 + np.log(2.0 * scale)


# ----- logistic -----

LOGISTIC = Distribution(
    "logistic", "Logistic", LOCATED, ONE, OTHER, "the scale is positive", AT, ("sigmoid noise", "sech squared")
)


@LOGISTIC.log_density(
    formula=r"-z - 2\ln(1 + e^{-z}) - \ln s,\quad z = \frac{x - \mu}{s}",
    partials={
        "x": r"\frac{1}{s}(1 - 2\sigma(z))",
        "location": r"-\frac{1}{s}(1 - 2\sigma(z))",
        "scale": r"-\frac{1}{s}(1 + z\,(1 - 2\sigma(z)))",
    },
)
def logistic_log_density(x: Value, location: Value = 0.0, scale: Value = 1.0) -> Value:
    """The log-density of the logistic distribution at x, whose mean is its location."""
    x, location, scale = together(x, location, scale)
    z = (x - location) / scale
    return -softplus(z) - softplus(-z) - np.log(scale)


@LOGISTIC.sample(
    formula=r"\mu + s\,\ln\frac{u}{1 - u},\quad u \sim \mathcal{U}(0, 1)",
    partials={"location": r"1", "scale": r"\ln\frac{u}{1 - u}"},
)
def logistic_sample(key: Value, location: Value = 0.0, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the logistic distribution that can be differentiated by its location and scale."""
    u = uniform(key, draws, location, scale)
    return location + scale * (np.log(u) - np.log1p(-u))


@LOGISTIC.entropy(formula=r"2 + \ln s", partials={"scale": r"\frac{1}{s}"})
def logistic_entropy(scale: Value) -> Value:
    """The entropy of the logistic distribution; its location has no part in it."""
    (scale,) = together(scale)
    return 2.0 + np.log(scale)


# ----- Cauchy -----

CAUCHY = Distribution(
    "cauchy", "Cauchy", LOCATED, ONE, OTHER, "the scale is positive", AT, ("lorentz", "heavy tails", "breit-wigner")
)


@CAUCHY.log_density(
    formula=r"-\ln\left(1 + \frac{(x - \mu)^2}{\gamma^2}\right) - \ln \pi\gamma",
    partials={
        "x": r"-\frac{2(x - \mu)}{\gamma^2 + (x - \mu)^2}",
        "location": r"\frac{2(x - \mu)}{\gamma^2 + (x - \mu)^2}",
        "scale": r"\frac{1}{\gamma}\frac{(x - \mu)^2 - \gamma^2}{(x - \mu)^2 + \gamma^2}",
    },
)
def cauchy_log_density(x: Value, location: Value = 0.0, scale: Value = 1.0) -> Value:
    """The log-density of the Cauchy distribution at x, which has no mean."""
    x, location, scale = together(x, location, scale)
    return -np.log1p(np.square((x - location) / scale)) - np.log(math.pi * scale)


@CAUCHY.sample(
    formula=r"\mu + \gamma\tan\left(\pi\left(u - \frac{1}{2}\right)\right),\quad u \sim \mathcal{U}(0, 1)",
    partials={"location": r"1", "scale": r"\tan\left(\pi\left(u - \frac{1}{2}\right)\right)"},
)
def cauchy_sample(key: Value, location: Value = 0.0, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the Cauchy distribution that can be differentiated by its location and scale."""
    return location + scale * np.tan(math.pi * (uniform(key, draws, location, scale) - 0.5))


@CAUCHY.entropy(formula=r"\ln 4\pi\gamma", partials={"scale": r"\frac{1}{\gamma}"})
def cauchy_entropy(scale: Value) -> Value:
    """The entropy of the Cauchy distribution; its location has no part in it."""
    (scale,) = together(scale)
    return np.log(4.0 * math.pi * scale)


# ----- Gumbel -----

GUMBEL = Distribution(
    "gumbel",
    "Gumbel",
    LOCATED,
    ONE,
    OTHER,
    "the scale is positive",
    AT,
    ("extreme value", "maximum of many", "type i"),
)


@GUMBEL.log_density(
    formula=r"-z - e^{-z} - \ln\beta,\quad z = \frac{x - \mu}{\beta}",
    partials={
        "x": r"\frac{1}{\beta}(e^{-z} - 1)",
        "location": r"\frac{1}{\beta}(1 - e^{-z})",
        "scale": r"\frac{1}{\beta}(z\,(1 - e^{-z}) - 1)",
    },
)
def gumbel_log_density(x: Value, location: Value = 0.0, scale: Value = 1.0) -> Value:
    """The log-density of the Gumbel distribution of maxima at x."""
    x, location, scale = together(x, location, scale)
    z = (x - location) / scale
    return -z - np.exp(-z) - np.log(scale)


@GUMBEL.sample(
    formula=r"\mu - \beta\ln(-\ln u),\quad u \sim \mathcal{U}(0, 1)",
    partials={"location": r"1", "scale": r"-\ln(-\ln u)"},
)
def gumbel_sample(key: Value, location: Value = 0.0, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the Gumbel distribution that can be differentiated by its location and scale."""
    return location + scale * gumbel(key, draws, location, scale)


@GUMBEL.mean(
    formula=r"\mu + \gamma\,\beta,\quad \gamma \approx 0.5772", partials={"location": r"1", "scale": r"\gamma"}
)
def gumbel_mean(location: Value, scale: Value) -> Value:
    """The mean of the Gumbel distribution; gamma is the constant of Euler and Mascheroni."""
    location, scale = together(location, scale)
    return location + EULER * scale


@GUMBEL.entropy(formula=r"\ln\beta + \gamma + 1,\quad \gamma \approx 0.5772", partials={"scale": r"\frac{1}{\beta}"})
def gumbel_entropy(scale: Value) -> Value:
    """The entropy of the Gumbel distribution; its location has no part in it."""
    (scale,) = together(scale)
    return np.log(scale) + (EULER + 1.0)


# ----- Student t -----

STUDENT_T = Distribution(
    "student_t",
    "Student t",
    {"freedom": "the degrees of freedom", "location": "the centre", "scale": "the width"},
    ([3.0, 1.5, 8.0], *ONE),
    ([4.5, 2.5, 0.75], *OTHER),
    "the degrees of freedom and the scale are positive",
    AT,
    ("t distribution", "heavy tails", "robust"),
    defaults=False,
)


@STUDENT_T.log_density(
    formula=r"-\frac{\nu + 1}{2}\ln\left(1 + \frac{z^2}{\nu}\right) - \ln s - \frac{1}{2}\ln\nu"
    r" - \ln\mathrm{B}\left(\frac{1}{2}, \frac{\nu}{2}\right),\quad z = \frac{x - \mu}{s}",
    partials={
        "x": r"-\frac{1}{s}\frac{(\nu + 1)\,z}{\nu + z^2}",
        "freedom": r"\frac{1}{2}\left(\psi\left(\frac{\nu + 1}{2}\right) - \psi\left(\frac{\nu}{2}\right)"
        r" - \frac{1}{\nu} - \ln\left(1 + \frac{z^2}{\nu}\right)"
        r" + \frac{(\nu + 1)\,z^2}{\nu\,(\nu + z^2)}\right)",
        "location": r"\frac{1}{s}\frac{(\nu + 1)\,z}{\nu + z^2}",
        "scale": r"\frac{1}{s}\left(\frac{(\nu + 1)\,z^2}{\nu + z^2} - 1\right)",
    },
)
def student_t_log_density(x: Value, freedom: Value, location: Value = 0.0, scale: Value = 1.0) -> Value:
    """The log-density of Student's t distribution at x, whose mean is its location where freedom is over 1."""
    x, freedom, location, scale = together(x, freedom, location, scale)
    z = (x - location) / scale
    tail = 0.5 * (freedom + 1.0) * np.log1p(np.square(z) / freedom)
    normaliser = log_gamma(0.5 * (freedom + 1.0)) - log_gamma(0.5 * freedom)
    return normaliser - 0.5 * np.log(math.pi * freedom) - np.log(scale) - tail


@STUDENT_T.sample(
    formula=r"\mu + s\,t,\quad t = \sqrt{\nu\,(u^{-2/\nu} - 1)}\,\cos 2\pi v,\quad u, v \sim \mathcal{U}(0, 1)",
    partials={
        "freedom": r"\frac{s\,t}{2}\left(\frac{1}{\nu} + \frac{2 \ln u}{\nu^2}\frac{u^{-2/\nu}}{u^{-2/\nu} - 1}\right)",
        "location": r"1",
        "scale": r"t",
    },
)
def student_t_sample(
    key: Value, freedom: Value, location: Value = 0.0, scale: Value = 1.0, *, draws: Value = DRAWS
) -> Value:
    """A draw from Student's t distribution, differentiable by all parameters (the polar method of Bailey 1994)."""
    u = uniform(key, (2, *draws), freedom, location, scale)
    raised = np.expm1(-2.0 * np.log(u[0]) / freedom)
    return location + scale * np.sqrt(freedom * raised) * np.cos(2.0 * math.pi * u[1])


@STUDENT_T.mean(
    formula=r"\mu\ (\nu > 1)",
    partials={"freedom": r"0", "location": r"1"},
    domain="freedom is over 1, below which there is no mean: NaN",
    rows=([3.0, 1.5, 8.0], [4.5, 2.5, 1.75]),
)
def student_t_mean(freedom: Value, location: Value) -> Value:
    """The mean of Student's t distribution: its location, where it has one."""
    freedom, location = together(freedom, location)
    return np.where(freedom > 1.0, location + 0.0 * freedom, np.nan)


@STUDENT_T.entropy(
    formula=r"\frac{\nu + 1}{2}\left(\psi\left(\frac{\nu + 1}{2}\right) - \psi\left(\frac{\nu}{2}\right)\right)"
    r" + \frac{1}{2}\ln\nu + \ln\mathrm{B}\left(\frac{1}{2}, \frac{\nu}{2}\right) + \ln s",
    partials={
        "freedom": r"\frac{1}{2\nu}"
        r" + \frac{\nu + 1}{4}\left(\psi'\left(\frac{\nu + 1}{2}\right) - \psi'\left(\frac{\nu}{2}\right)\right)",
        "scale": r"\frac{1}{s}",
    },
)
def student_t_entropy(freedom: Value, scale: Value) -> Value:
    """The entropy of Student's t distribution; its location has no part in it."""
    freedom, scale = together(freedom, scale)
    half, more = 0.5 * freedom, 0.5 * (freedom + 1.0)
    beta = log_gamma(half) - log_gamma(more) + 0.5 * math.log(math.pi)
    return more * (digamma(more) - digamma(half)) + 0.5 * np.log(freedom) + beta + np.log(scale)


OPERATORS = (
    normal_log_density, normal_sample, normal_entropy,
    laplace_log_density, laplace_sample, laplace_entropy,
    logistic_log_density, logistic_sample, logistic_entropy,
    cauchy_log_density, cauchy_sample, cauchy_entropy,
    gumbel_log_density, gumbel_sample, gumbel_mean, gumbel_entropy,
    student_t_log_density, student_t_sample, student_t_mean, student_t_entropy,
)  # fmt: skip
