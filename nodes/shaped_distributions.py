"""Probability: distributions with bounds or a shape: uniform, Weibull, Pareto, gamma, beta."""

from __future__ import annotations

import autograd.numpy as np

from nodes.casts import Value
from nodes.distributions import DRAWS, EULER, Distribution, digamma, log_beta, log_gamma, supported, together, uniform

SHAPES, OTHER_SHAPES = [1.5, 2.5, 3.0], [0.5, 4.0, 1.25]
SCALES, OTHER_SCALES = [1.5, 0.75, 2.0], [0.5, 2.5, 1.25]
AT = ([0.5, 2.5, 1.25], [1.75, 0.2, 3.0])

# ----- uniform -----

UNIFORM = Distribution(
    "uniform",
    "Uniform",
    {"low": "the lower bound", "high": "the upper bound"},
    ([-0.5, -1.0, -0.25], [1.5, 1.75, 2.0]),
    ([-2.5, 0.25, -0.75], [0.5, 2.5, 1.25]),
    "x is from low to high; low is below high",
    ([0.5, 0.75, 0.25], [-1.0, 1.75, 0.5]),
    ("rectangular", "flat", "equally likely"),
)


@UNIFORM.log_density(
    formula=r"-\ln(b - a)", partials={"x": r"0", "low": r"\frac{1}{b - a}", "high": r"-\frac{1}{b - a}"}
)
def uniform_log_density(x: Value, low: Value = 0.0, high: Value = 1.0) -> Value:
    """The log-density of the uniform distribution between low and high at x."""
    x, low, high = together(x, low, high)
    return np.where((x >= low) & (x <= high), -np.log(high - low) + 0.0 * x, -np.inf)


@UNIFORM.sample(formula=r"a + (b - a)\,u,\quad u \sim \mathcal{U}(0, 1)", partials={"low": r"1 - u", "high": r"u"})
def uniform_sample(key: Value, low: Value = 0.0, high: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from between low and high that can be differentiated by both."""
    return low + (high - low) * uniform(key, draws, low, high)


@UNIFORM.mean(formula=r"\frac{a + b}{2}", partials={"low": r"\frac{1}{2}", "high": r"\frac{1}{2}"})
def uniform_mean(low: Value, high: Value) -> Value:
    """The mean of the uniform distribution: the middle."""
    low, high = together(low, high)
    return 0.5 * (low + high)


@UNIFORM.entropy(formula=r"\ln(b - a)", partials={"low": r"-\frac{1}{b - a}", "high": r"\frac{1}{b - a}"})
def uniform_entropy(low: Value, high: Value) -> Value:
    """The entropy of the uniform distribution."""
    low, high = together(low, high)
    return np.log(high - low)


# ----- Weibull -----

SHAPED = {"form": "the shape", "scale": "the width"}

WEIBULL = Distribution(
    "weibull",
    "Weibull",
    SHAPED,
    (SHAPES, SCALES),
    (OTHER_SHAPES, OTHER_SCALES),
    "x is positive; form and scale are positive",
    AT,
    ("lifetime", "failure", "rayleigh", "wind"),
    defaults=False,
)


@WEIBULL.log_density(
    formula=r"\ln k - \ln\lambda + (k - 1)\ln z - z^k,\quad z = \frac{x}{\lambda}",
    partials={
        "x": r"\frac{1}{x}(k - 1 - k\,z^k)",
        "form": r"\frac{1}{k} + (1 - z^k)\ln z",
        "scale": r"\frac{k}{\lambda}(z^k - 1)",
    },
)
def weibull_log_density(x: Value, form: Value, scale: Value = 1.0) -> Value:
    """The log-density of the Weibull distribution at x."""
    x, form, scale = together(x, form, scale)

    def inside(x: Value) -> Value:
        y = np.log(x) - np.log(scale)
        return np.log(form) - np.log(scale) + (form - 1.0) * y - np.exp(form * y)

    return supported(x > 0.0, inside, x, 1.0)


@WEIBULL.sample(
    formula=r"\lambda\,(-\ln u)^{1/k},\quad u \sim \mathcal{U}(0, 1)",
    partials={"form": r"-\frac{\lambda}{k^2}\,(-\ln u)^{1/k}\ln(-\ln u)", "scale": r"(-\ln u)^{1/k}"},
)
def weibull_sample(key: Value, form: Value, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the Weibull distribution that can be differentiated by both parameters."""
    return scale * np.exp(np.log(-np.log(uniform(key, draws, form, scale))) / form)


@WEIBULL.mean(
    formula=r"\lambda\,\Gamma\left(1 + \frac{1}{k}\right)",
    partials={
        "form": r"-\frac{\lambda}{k^2}\,\Gamma\left(1 + \frac{1}{k}\right)\psi\left(1 + \frac{1}{k}\right)",
        "scale": r"\Gamma\left(1 + \frac{1}{k}\right)",
    },
)
def weibull_mean(form: Value, scale: Value) -> Value:
    """The mean of the Weibull distribution."""
    form, scale = together(form, scale)
    return scale * np.exp(log_gamma(1.0 + 1.0 / form))


@WEIBULL.entropy(
    formula=r"\gamma\left(1 - \frac{1}{k}\right) + \ln\frac{\lambda}{k} + 1,\quad \gamma \approx 0.5772",
    partials={"form": r"\frac{\gamma}{k^2} - \frac{1}{k}", "scale": r"\frac{1}{\lambda}"},
)
def weibull_entropy(form: Value, scale: Value) -> Value:
    """The entropy of the Weibull distribution; gamma is the constant of Euler and Mascheroni."""
    form, scale = together(form, scale)
    return EULER * (1.0 - 1.0 / form) + np.log(scale) - np.log(form) + 1.0


# ----- Pareto -----

PARETO = Distribution(
    "pareto",
    "Pareto",
    {"form": "the shape: how fast the tail falls", "scale": "the smallest value"},
    (SHAPES, [0.5, 0.25, 0.4]),
    ([1.75, 4.0, 1.25], [0.5, 0.1, 1.25]),
    "x is at least the scale; form and scale are positive",
    ([1.5, 2.5, 1.25], [1.75, 1.2, 3.0]),
    ("power law", "income", "heavy tail", "80 20"),
    defaults=False,
)


@PARETO.log_density(
    formula=r"\ln\alpha + \alpha\ln m - (\alpha + 1)\ln x",
    partials={
        "x": r"-\frac{\alpha + 1}{x}",
        "form": r"\frac{1}{\alpha} + \ln m - \ln x",
        "scale": r"\frac{\alpha}{m}",
    },
)
def pareto_log_density(x: Value, form: Value, scale: Value = 1.0) -> Value:
    """The log-density of the Pareto distribution at x."""
    x, form, scale = together(x, form, scale)
    return supported(
        (x >= scale) & (x > 0.0), lambda x: np.log(form) + form * np.log(scale) - (form + 1.0) * np.log(x), x, 1.0
    )


@PARETO.sample(
    formula=r"m\,u^{-1/\alpha},\quad u \sim \mathcal{U}(0, 1)",
    partials={"form": r"\frac{m \ln u}{\alpha^2}\,u^{-1/\alpha}", "scale": r"u^{-1/\alpha}"},
)
def pareto_sample(key: Value, form: Value, scale: Value = 1.0, *, draws: Value = DRAWS) -> Value:
    """A draw from the Pareto distribution that can be differentiated by both parameters."""
    return scale * np.exp(-np.log(uniform(key, draws, form, scale)) / form)


@PARETO.mean(
    formula=r"\frac{\alpha\,m}{\alpha - 1}",
    partials={"form": r"-\frac{m}{(\alpha - 1)^2}", "scale": r"\frac{\alpha}{\alpha - 1}"},
    domain="form is over 1; the scale is positive",
)
def pareto_mean(form: Value, scale: Value) -> Value:
    """The mean of the Pareto distribution, infinite where form is at most 1."""
    form, scale = together(form, scale)
    return np.where(form > 1.0, form * scale / np.where(form > 1.0, form - 1.0, 1.0), np.inf)


@PARETO.entropy(
    formula=r"\ln\frac{m}{\alpha} + \frac{1}{\alpha} + 1",
    partials={"form": r"-\frac{1}{\alpha} - \frac{1}{\alpha^2}", "scale": r"\frac{1}{m}"},
)
def pareto_entropy(form: Value, scale: Value) -> Value:
    """The entropy of the Pareto distribution."""
    form, scale = together(form, scale)
    return np.log(scale) - np.log(form) + 1.0 / form + 1.0


# ----- gamma -----

GAMMA = Distribution(
    "gamma",
    "Gamma",
    {"form": "the shape: how many events are waited for", "rate": "events per unit of time"},
    (SHAPES, SCALES),
    (OTHER_SHAPES, OTHER_SCALES),
    "x is positive; form and rate are positive",
    AT,
    ("erlang", "chi squared", "waiting time"),
    defaults=False,
)


@GAMMA.log_density(
    formula=r"\alpha\ln\beta + (\alpha - 1)\ln x - \beta x - \ln\Gamma(\alpha)",
    partials={
        "x": r"\frac{\alpha - 1}{x} - \beta",
        "form": r"\ln\beta + \ln x - \psi(\alpha)",
        "rate": r"\frac{\alpha}{\beta} - x",
    },
)
def gamma_log_density(x: Value, form: Value, rate: Value = 1.0) -> Value:
    """The log-density of the gamma distribution at x."""
    x, form, rate = together(x, form, rate)

    def inside(x: Value) -> Value:
        return form * np.log(rate) + (form - 1.0) * np.log(x) - rate * x - log_gamma(form)

    return supported(x > 0.0, inside, x, 1.0)


@GAMMA.mean(formula=r"\frac{\alpha}{\beta}", partials={"form": r"\frac{1}{\beta}", "rate": r"-\frac{\alpha}{\beta^2}"})
def gamma_mean(form: Value, rate: Value) -> Value:
    """The mean of the gamma distribution."""
    form, rate = together(form, rate)
    return form / rate


@GAMMA.entropy(
    formula=r"\alpha - \ln\beta + \ln\Gamma(\alpha) + (1 - \alpha)\,\psi(\alpha)",
    partials={"form": r"1 + (1 - \alpha)\,\psi'(\alpha)", "rate": r"-\frac{1}{\beta}"},
)
def gamma_entropy(form: Value, rate: Value) -> Value:
    """The entropy of the gamma distribution."""
    form, rate = together(form, rate)
    return form - np.log(rate) + log_gamma(form) + (1.0 - form) * digamma(form)


# ----- beta -----

BETA = Distribution(
    "beta",
    "Beta",
    {"a": "the weight of 1", "b": "the weight of 0"},
    (SHAPES, SCALES),
    (OTHER_SHAPES, OTHER_SCALES),
    "x is between 0 and 1; a and b are positive",
    ([0.5, 0.25, 0.875], [0.1, 0.75, 0.4]),
    ("proportion", "fraction", "conjugate of bernoulli"),
    defaults=False,
)


@BETA.log_density(
    formula=r"(a - 1)\ln x + (b - 1)\ln(1 - x) - \ln\mathrm{B}(a, b)",
    partials={
        "x": r"\frac{a - 1}{x} - \frac{b - 1}{1 - x}",
        "a": r"\ln x - \psi(a) + \psi(a + b)",
        "b": r"\ln(1 - x) - \psi(b) + \psi(a + b)",
    },
)
def beta_log_density(x: Value, a: Value, b: Value) -> Value:
    """The log-density of the beta distribution at x."""
    x, a, b = together(x, a, b)

    def inside(x: Value) -> Value:
        return (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x) - log_beta(a, b)

    return supported((x > 0.0) & (x < 1.0), inside, x, 0.5)


@BETA.mean(formula=r"\frac{a}{a + b}", partials={"a": r"\frac{b}{(a + b)^2}", "b": r"-\frac{a}{(a + b)^2}"})
def beta_mean(a: Value, b: Value) -> Value:
    """The mean of the beta distribution."""
    a, b = together(a, b)
    return a / (a + b)


@BETA.entropy(
    formula=r"\ln\mathrm{B}(a, b) - (a - 1)\,\psi(a) - (b - 1)\,\psi(b) + (a + b - 2)\,\psi(a + b)",
    partials={
        "a": r"(a + b - 2)\,\psi'(a + b) - (a - 1)\,\psi'(a)",
        "b": r"(a + b - 2)\,\psi'(a + b) - (b - 1)\,\psi'(b)",
    },
)
def beta_entropy(a: Value, b: Value) -> Value:
    """The entropy of the beta distribution."""
    a, b = together(a, b)
    ends = (a - 1.0) * digamma(a) + (b - 1.0) * digamma(b)
    return log_beta(a, b) - ends + (a + b - 2.0) * digamma(a + b)


OPERATORS = (
    uniform_log_density, uniform_sample, uniform_mean, uniform_entropy,
    weibull_log_density, weibull_sample, weibull_mean, weibull_entropy,
    pareto_log_density, pareto_sample, pareto_mean, pareto_entropy,
    gamma_log_density, gamma_mean, gamma_entropy,
    beta_log_density, beta_mean, beta_entropy,
)  # fmt: skip
