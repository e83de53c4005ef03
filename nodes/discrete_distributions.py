"""Probability: distributions of counts and classes, and the multivariate normal distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine import random_bits
from engine.errors import ShapeError
from engine.operator import Kind, Sample, operator
from engine.setting import Slider
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.activations import normalised, softened
from nodes.casts import Value, common, inexact
from nodes.distributions import (
    DRAWS,
    LOG_TWO_PI,
    checked_draws,
    drawn,
    grown,
    gumbel,
    log_gamma,
    supported,
    together,
    uniform,
)
from nodes.losses import log_softmax, softplus

LOGITS, OTHER_LOGITS = [0.5, -2.0, 1.25], [-1.5, 0.75, -0.25]
TABLE = ([[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]], [[-1.0, 2.0, -0.5], [-0.25, -3.0, 1.5]])
TEMPERATURE = Slider(0.5, low=0.01, high=10.0, log=True, help="How soft the choice is: near 0 it is nearly hard.")

# ----- Bernoulli -----

YES = "the logarithm of the odds: positive for yes"


@operator(
    "probability.bernoulli_log_density",
    "Bernoulli log-probability",
    nondifferentiable=("x",),
    shape=shapes.elementwise("x", "logits", dtype=shapes.inexact, real_only=True),
    formula=r"x\,\ln\sigma(l) + (1 - x)\ln(1 - \sigma(l))",
    partials={"logits": r"x - \sigma(l)"},
    domain="x is 0 or 1; -inf elsewhere",
    synonyms=("log likelihood", "log pmf", "coin", "binary", "two classes"),
    samples=(
        (onp.array([1, 0, 1]), LOGITS),
        (onp.array([0, 1, 1]), OTHER_LOGITS),
        (onp.array(1), 0.5),
        (onp.array([[1], [0]]), LOGITS),
        (onp.array([True, False, True]), onp.array(LOGITS, "float32")),
    ),
    sockets={"x": "1 for yes, 0 for no", "logits": YES, "value": "the natural logarithm of the probability"},
)
def bernoulli_log_density(x: Value, logits: Value) -> Value:
    """The log-probability of 0 or 1 where 1 has the probability sigmoid(logits)."""
    x, logits = common(inexact(x, logits), inexact(logits, x))
    return np.where(x == 1, -softplus(-logits), np.where(x == 0, -softplus(logits), -onp.inf))


@operator(
    "probability.bernoulli_mean",
    "Bernoulli mean",
    shape=shapes.elementwise("logits", dtype=shapes.inexact, real_only=True),
    formula=r"\sigma(l)",
    partials={"logits": r"\sigma(l)\,(1 - \sigma(l))"},
    domain="the logits are real",
    synonyms=("expected value", "probability of yes", "coin"),
    samples=grown((LOGITS,), (OTHER_LOGITS,)),
    sockets={"logits": YES, "value": "the probability of yes"},
)
def bernoulli_mean(logits: Value) -> Value:
    """The mean of the Bernoulli distribution: the probability of yes, the sigmoid of the logits."""
    return softened(inexact(logits))


@operator(
    "probability.bernoulli_entropy",
    "Bernoulli entropy",
    shape=shapes.elementwise("logits", dtype=shapes.inexact, real_only=True),
    formula=r"\ln(1 + e^{-l}) + l\,(1 - \sigma(l))",
    partials={"logits": r"-l\,\sigma(l)\,(1 - \sigma(l))"},
    domain="the logits are real",
    synonyms=("uncertainty", "information", "coin", "binary", "two classes"),
    samples=grown((LOGITS,), (OTHER_LOGITS,)),
    sockets={"logits": YES, "value": "the entropy in nats"},
)
def bernoulli_entropy(logits: Value) -> Value:
    """The entropy of the Bernoulli distribution, at most ln 2; its mean is the sigmoid of the logits."""
    logits = inexact(logits)
    return softplus(-logits) + logits * softened(-logits)


@operator(
    "probability.relaxed_bernoulli_sample",
    "Relaxed Bernoulli sample",
    kind=Kind.RANDOM,
    shape=drawn("logits"),
    formula=r"\sigma\left(\frac{1}{\tau}\left(l + \ln\frac{u}{1 - u}\right)\right),\quad u \sim \mathcal{U}(0, 1)",
    partials={"logits": r"\frac{1}{\tau}\,y\,(1 - y)"},
    domain="the logits are real",
    synonyms=("concrete", "gumbel sigmoid", "soft coin", "draw", "random", "reparameterised"),
    samples=(*grown((LOGITS,), (OTHER_LOGITS,)), Sample((LOGITS,), {"draws": (2,)})),
    sockets={"logits": YES, "value": "a number between 0 and 1, fresh at every step"},
)
def relaxed_bernoulli_sample(
    key: Value, logits: Value, *, draws: Value = DRAWS, temperature: Value = TEMPERATURE
) -> Value:
    """A draw near 0 or 1 that can be differentiated by the logits (Maddison, Mnih and Teh 2017)."""
    u = uniform(key, draws, logits)
    return softened((logits + np.log(u) - np.log1p(-u)) / temperature)


# ----- Poisson -----


@operator(
    "probability.poisson_log_density",
    "Poisson log-probability",
    nondifferentiable=("x",),
    shape=shapes.elementwise("x", "rate", dtype=shapes.inexact, real_only=True),
    formula=r"k\ln\lambda - \lambda - \ln k!",
    partials={"rate": r"\frac{k}{\lambda} - 1"},
    domain="x is a whole number of at least 0, -inf elsewhere; the rate is positive",
    synonyms=("log likelihood", "log pmf", "counts", "events", "rare"),
    samples=(
        (onp.array([3, 0, 7]), [2.5, 0.5, 4.0]),
        (onp.array([1, 2, 0]), [0.75, 3.0, 1.5]),
        (onp.array(2), 1.5),
        (onp.array([[1], [4]]), [2.5, 0.5, 4.0]),
        (onp.array([3.0, 0.0, 7.0], "float32"), onp.array([2.5, 0.5, 4.0], "float32")),
    ),
    sockets={
        "x": "how many events",
        "rate": "how many are expected: mean and variance",
        "value": "the natural logarithm of the probability",
    },
)
def poisson_log_density(x: Value, rate: Value) -> Value:
    """The log-probability of a count of events, where rate is the mean."""
    x, rate = together(x, rate)
    whole = (x >= 0.0) & (np.floor(x) == x)
    return supported(whole, lambda k: k * np.log(rate) - rate - log_gamma(k + 1.0), x, 1.0)


# ----- categorical -----

SCORES = "scores, one per class along the last axis"


def _labelled(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    logits, labels = shapes.real(types[0], "logits"), shapes.array(types[1], "labels")
    layer_shapes.require_labels(logits, labels)
    return (ArrayType(labels.shape, shapes.inexact([logits.dtype], False)),)


def _classes(kind: Type) -> tuple[ArrayType, str]:
    """Return the type of logits and the dtype of what is made of them; raise ShapeError where there is no class."""
    logits = shapes.real(kind, "logits")
    if not logits.shape or logits.shape[-1] == 0:
        raise ShapeError(
            f"logits has shape {shape_text(logits.shape)}: it takes at least one class along the last axis",
            socket="logits",
        )
    return logits, shapes.inexact([logits.dtype], False)


def _per_row(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    logits, dtype = _classes(types[0])
    return (ArrayType(logits.shape[:-1], dtype),)


def _drawn_rows(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    logits, dtype = _classes(types[0])
    return (ArrayType(checked_draws(settings["draws"], logits.shape) + logits.shape, dtype),)


SCORED = ((LOGITS,), (OTHER_LOGITS,), (TABLE[0],), (TABLE[1],), (onp.array(TABLE[0], "float32"),))


@operator(
    "probability.categorical_log_density",
    "Categorical log-probability",
    nondifferentiable=("labels",),
    shape=_labelled,
    formula=r"\ln \mathrm{softmax}(l)_k",
    partials={"logits": r"[j = k] - \mathrm{softmax}(l)_j"},
    domain="labels are whole numbers from 0 to the number of classes less one; -inf elsewhere",
    synonyms=("log likelihood", "log pmf", "classes", "multinomial", "dice"),
    samples=(
        (TABLE[0], onp.array([2, 0])),
        (TABLE[1], onp.array([0, 1])),
        (LOGITS, onp.array(1)),
        (list(TABLE), onp.array([[0, 1], [2, 2]])),
        (onp.array(TABLE[0], "float32"), onp.array([1, 2])),
    ),
    sockets={"logits": SCORES, "labels": "the class, from 0", "value": "the natural logarithm of the probability"},
)
def categorical_log_density(logits: Value, labels: Value) -> Value:
    """The log-probability of each label where classes have the probabilities softmax(logits)."""
    chosen = np.expand_dims(labels, -1) == onp.arange(np.shape(logits)[-1])
    found = np.sum(np.where(chosen, log_softmax(inexact(logits)), 0.0), axis=-1)
    return np.where(np.any(chosen, axis=-1), found, -onp.inf)


@operator(
    "probability.categorical_mean",
    "Categorical mean",
    shape=_per_row,
    formula=r"\sum_j j\,p_j,\quad p = \mathrm{softmax}(l)",
    partials={"logits": r"p_j\left(j - \sum_k k\,p_k\right)"},
    domain="the logits are real",
    synonyms=("expected value", "expected class", "soft argmax"),
    samples=SCORED,
    sockets={"logits": SCORES, "value": "the expected number of the class, counted from 0"},
)
def categorical_mean(logits: Value) -> Value:
    """The mean of the categorical distribution over the numbers of its classes: a differentiable argmax."""
    shares = normalised(inexact(logits), -1)
    numbers = onp.arange(np.shape(logits)[-1], dtype=onp.dtype(np.result_type(shares)))
    return np.sum(shares * numbers, axis=-1)


@operator(
    "probability.categorical_entropy",
    "Categorical entropy",
    shape=_per_row,
    formula=r"-\sum_k p_k \ln p_k,\quad p = \mathrm{softmax}(l)",
    partials={"logits": r"-p_k\left(\ln p_k - \sum_j p_j \ln p_j\right)"},
    domain="the logits are real",
    synonyms=("uncertainty", "information", "classes", "shannon", "perplexity"),
    samples=SCORED,
    sockets={"logits": SCORES, "value": "the entropy in nats, one for each row"},
)
def categorical_entropy(logits: Value) -> Value:
    """The entropy of classes that have the probabilities softmax(logits): at most the logarithm of their number."""
    logits = inexact(logits)
    return -np.sum(normalised(logits, -1) * log_softmax(logits), axis=-1)


@operator(
    "probability.gumbel_softmax_sample",
    "Relaxed categorical sample",
    kind=Kind.RANDOM,
    shape=_drawn_rows,
    formula=r"y = \mathrm{softmax}\left(\frac{l - \ln(-\ln u)}{\tau}\right),\quad u_k \sim \mathcal{U}(0, 1)",
    partials={"logits": r"\frac{\partial y_k}{\partial l_j} = \frac{1}{\tau}\,y_k\,([j = k] - y_j)"},
    domain="the logits are real",
    synonyms=("gumbel softmax", "concrete", "soft one hot", "draw", "random", "reparameterised"),
    samples=(
        *SCORED[:-1],
        Sample((LOGITS,), {"draws": (2,)}),
        Sample(SCORED[-1], {"temperature": 2.0}),  # softer: float32 has too few digits where y is nearly 1
    ),
    sockets={"logits": SCORES, "value": "nearly one-hot: positive, sum 1 along the last axis, fresh at every step"},
)
def gumbel_softmax_sample(
    key: Value, logits: Value, *, draws: Value = DRAWS, temperature: Value = TEMPERATURE
) -> Value:
    """A nearly one-hot draw of a class that can be differentiated by the logits (Jang, Gu and Poole 2017)."""
    return normalised((logits + gumbel(key, draws, logits)) / temperature, -1)


# ----- multivariate normal -----

FACTOR, OTHER_FACTOR = [[1.5, 0.0], [-0.5, 0.75]], [[0.5, 0.0], [1.25, 2.0]]
FACTOR_HELP = "L, lower triangular, with the covariance L times its transpose; what lies above is not read"
POINTS = ([[0.5, -2.0], [1.25, 0.75], [-1.0, 0.25]], [[-1.5, 1.0], [0.5, -0.5], [2.0, 1.5]])


def _factored(mean: ArrayType, factor: ArrayType) -> None:
    if len(mean.shape) != 1 or mean.shape[0] == 0:
        raise ShapeError(
            f"mean has shape {shape_text(mean.shape)}: it takes a vector, one number per dimension", socket="mean"
        )
    _square(factor)
    if factor.shape[0] != mean.shape[0]:
        raise ShapeError(
            f"mean has shape {shape_text(mean.shape)} and factor has shape {shape_text(factor.shape)}: "
            f"axis 0 of factor must be {mean.shape[0]}",
            socket="factor",
        )


def _square(factor: ArrayType) -> None:
    if len(factor.shape) != 2 or factor.shape[0] != factor.shape[1] or factor.shape[0] == 0:
        raise ShapeError(
            f"factor has shape {shape_text(factor.shape)}: it takes a square matrix, its axes 0 and 1 equal",
            socket="factor",
        )


def _mvn_density_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    x, mean, factor = (shapes.real(kind, name) for kind, name in zip(types, ("x", "mean", "factor"), strict=True))
    _factored(mean, factor)
    if not x.shape or x.shape[-1] != mean.shape[0]:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and mean has shape {shape_text(mean.shape)}: "
            f"the last axis of x must be {mean.shape[0]}",
            socket="x",
        )
    return (ArrayType(x.shape[:-1], shapes.inexact([x.dtype, mean.dtype, factor.dtype], False)),)


def _mvn_sample_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    mean, factor = (shapes.real(kind, name) for kind, name in zip(types, ("mean", "factor"), strict=True))
    _factored(mean, factor)
    shape: Shape = checked_draws(settings["draws"], mean.shape) + mean.shape
    return (ArrayType(shape, shapes.inexact([mean.dtype, factor.dtype], False)),)


def _mvn_entropy_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    factor = shapes.real(types[0], "factor")
    _square(factor)
    return (ArrayType((), shapes.inexact([factor.dtype], False)),)


def _log_determinant(factor: Value) -> Value:
    diagonal = onp.eye(np.shape(factor)[0], dtype=bool)
    return np.sum(np.log(np.sum(np.where(diagonal, factor, 0.0), axis=-1)))


@operator(
    "probability.multivariate_normal_log_density",
    "Multivariate normal log-density",
    shape=_mvn_density_shape,
    formula=r"-\frac{1}{2} z^T z - \sum_i \ln L_{ii} - \frac{d}{2}\ln 2\pi,\quad L z = x - \mu",
    partials={
        "x": r"-L^{-T} z",
        "mean": r"L^{-T} z",
        "factor": r"L^{-T} z\,z^T - \mathrm{diag}\left(\frac{1}{L_{ii}}\right)",
    },
    domain="the diagonal of the factor is positive",
    synonyms=("gaussian", "covariance", "log likelihood", "log pdf", "mahalanobis", "cholesky"),
    samples=(
        (POINTS[0], [0.5, -1.0], FACTOR),
        (POINTS[1], [-0.25, 1.5], OTHER_FACTOR),
        ([0.5, -1.5], [1.0, 0.25], FACTOR),
        (list(POINTS), [0.5, -1.0], OTHER_FACTOR),
        tuple(onp.array(each, "float32") for each in (POINTS[0], [0.5, -1.0], FACTOR)),
    ),
    sockets={
        "x": "points, one number per dimension along the last axis",
        "mean": "the mean, a vector",
        "factor": FACTOR_HELP,
        "value": "the natural logarithm of the density, one for each point",
    },
)
def multivariate_normal_log_density(x: Value, mean: Value, factor: Value) -> Value:
    """The log-density of the multivariate normal distribution, its covariance given by a Cholesky factor."""
    x, mean, factor = together(x, mean, factor)
    size = np.shape(mean)[0]
    rows = np.reshape(x - mean, (-1, size))
    z = np.linalg.solve(np.tril(factor), np.transpose(rows))
    squares = np.reshape(np.sum(np.square(z), axis=0), np.shape(x)[:-1])
    return -0.5 * squares - _log_determinant(factor) - 0.5 * size * LOG_TWO_PI


@operator(
    "probability.multivariate_normal_sample",
    "Multivariate normal sample",
    kind=Kind.RANDOM,
    shape=_mvn_sample_shape,
    formula=r"\mu + L\,\epsilon,\quad \epsilon \sim \mathcal{N}(0, I)",
    partials={"mean": r"1", "factor": r"\frac{\partial y_i}{\partial L_{jk}} = [i = j]\,\epsilon_k"},
    domain="the diagonal of the factor is positive",
    synonyms=("gaussian", "covariance", "draw", "random", "reparameterised", "rsample", "cholesky"),
    samples=(
        ([0.5, -1.0], FACTOR),
        ([-0.25, 1.5], OTHER_FACTOR),
        Sample(([0.5, -1.0], FACTOR), {"draws": (3,)}),
        tuple(onp.array(each, "float32") for each in ([0.5, -1.0], FACTOR)),
    ),
    sockets={"mean": "the mean, a vector", "factor": FACTOR_HELP, "value": "a draw, fresh at every step"},
)
def multivariate_normal_sample(key: Value, mean: Value, factor: Value, *, draws: Value = DRAWS) -> Value:
    """A draw from the multivariate normal distribution that can be differentiated by mean and Cholesky factor."""
    mean, factor = together(mean, factor)
    size, dtype = np.shape(mean)[0], str(np.result_type(mean, factor).name)
    noise = random_bits.normal(key, (math.prod(draws), size), dtype)
    return np.reshape(np.matmul(noise, np.transpose(np.tril(factor))), (*draws, size)) + mean


@operator(
    "probability.multivariate_normal_entropy",
    "Multivariate normal entropy",
    shape=_mvn_entropy_shape,
    formula=r"\sum_i \ln L_{ii} + \frac{d}{2}\ln 2\pi e",
    partials={"factor": r"\mathrm{diag}\left(\frac{1}{L_{ii}}\right)"},
    domain="the diagonal of the factor is positive",
    synonyms=("gaussian", "covariance", "uncertainty", "information", "cholesky"),
    samples=((FACTOR,), (OTHER_FACTOR,), (onp.array(FACTOR, "float32"),)),
    sockets={"factor": FACTOR_HELP, "value": "the entropy in nats"},
)
def multivariate_normal_entropy(factor: Value) -> Value:
    """The entropy of the multivariate normal distribution; its mean has no part in it."""
    factor = inexact(factor)
    return _log_determinant(factor) + 0.5 * np.shape(factor)[0] * (LOG_TWO_PI + 1.0)


OPERATORS = (
    bernoulli_log_density, bernoulli_mean, bernoulli_entropy, relaxed_bernoulli_sample, poisson_log_density,
    categorical_log_density, categorical_mean, categorical_entropy, gumbel_softmax_sample,
    multivariate_normal_log_density, multivariate_normal_sample, multivariate_normal_entropy,
)  # fmt: skip
