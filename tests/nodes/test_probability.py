"""Distributions next to SciPy's: densities inside and outside the support, means, entropies, and draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

from engine import random_bits
from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.distributions import digamma, log_gamma
from nodes.library import LIBRARY

LOCATED: dict[str, Any] = {"location": 0.75, "scale": 1.5}


def _located(distribution: Any) -> Any:
    return lambda location, scale: distribution(location, scale)


def _scaled(distribution: Any) -> Any:
    return lambda scale: distribution(scale=scale)


CONTINUOUS: dict[str, tuple[Any, dict[str, float]]] = {
    "normal": (lambda mean, deviation: scipy.stats.norm(mean, deviation), {"mean": 0.75, "deviation": 1.5}),
    "laplace": (_located(scipy.stats.laplace), LOCATED),
    "logistic": (_located(scipy.stats.logistic), LOCATED),
    "cauchy": (_located(scipy.stats.cauchy), LOCATED),
    "gumbel": (_located(scipy.stats.gumbel_r), LOCATED),
    "student_t": (
        lambda freedom, location, scale: scipy.stats.t(freedom, location, scale),
        {"freedom": 2.5, **LOCATED},
    ),
    "log_normal": (
        lambda mean, deviation: scipy.stats.lognorm(deviation, scale=np.exp(mean)),
        {"mean": 0.25, "deviation": 0.75},
    ),
    "exponential": (lambda rate: scipy.stats.expon(scale=1 / rate), {"rate": 2.5}),
    "half_normal": (_scaled(scipy.stats.halfnorm), {"scale": 1.5}),
    "half_cauchy": (_scaled(scipy.stats.halfcauchy), {"scale": 1.5}),
    "uniform": (lambda low, high: scipy.stats.uniform(low, high - low), {"low": -0.5, "high": 2.5}),
    "weibull": (lambda form, scale: scipy.stats.weibull_min(form, scale=scale), {"form": 1.75, "scale": 0.5}),
    "pareto": (lambda form, scale: scipy.stats.pareto(form, scale=scale), {"form": 1.75, "scale": 0.5}),
    "gamma": (lambda form, rate: scipy.stats.gamma(form, scale=1 / rate), {"form": 1.75, "rate": 2.5}),
    "beta": (scipy.stats.beta, {"a": 1.75, "b": 0.5}),
}
"""SciPy's distribution of our parameters, and parameters to compare at."""

ROW = np.array([-3.0, -0.75, -1e-9, 0.25, 0.5, 0.875, 1.5, 4.0, 60.0])


def having(what: str) -> list[str]:
    return [name for name in CONTINUOUS if f"probability.{name}_{what}" in LIBRARY]


def call(id: str, *arguments: Any, **settings: Any) -> Any:
    declared = LIBRARY[f"probability.{id}"]
    assert declared.function is not None
    named = {each.name: value for each, value in zip(declared.inputs, arguments, strict=False)}
    by_name = {name: value for name, value in settings.items() if name in {each.name for each in declared.inputs}}
    own = {name: value for name, value in settings.items() if name in declared.settings}
    with np.errstate(all="ignore"):
        return declared.function(**(named | by_name | own))


@pytest.mark.parametrize("name", CONTINUOUS)
def test_log_densities_are_those_of_scipy_and_minus_infinity_outside(name: str) -> None:
    make, parameters = CONTINUOUS[name]
    ours = call(f"{name}_log_density", ROW, **parameters)
    np.testing.assert_allclose(ours, make(**parameters).logpdf(ROW), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", having("mean"))
def test_means_are_those_of_scipy(name: str) -> None:
    make, parameters = CONTINUOUS[name]
    np.testing.assert_allclose(call(f"{name}_mean", **parameters), make(**parameters).mean(), rtol=1e-13)


@pytest.mark.parametrize("name", having("entropy"))
def test_entropies_are_those_of_scipy(name: str) -> None:
    make, parameters = CONTINUOUS[name]
    np.testing.assert_allclose(call(f"{name}_entropy", **parameters), make(**parameters).entropy(), rtol=1e-10)


@pytest.mark.parametrize("name", having("sample"))
def test_draws_follow_the_distribution(name: str) -> None:
    make, parameters = CONTINUOUS[name]
    declared = LIBRARY[f"probability.{name}_sample"]
    assert declared.function is not None
    draws = declared.function(random_bits.key(0, "n", 1), **parameters, draws=(20_000,))
    assert draws.shape == (20_000,)
    assert scipy.stats.kstest(draws, make(**parameters).cdf).pvalue > 1e-3
    other = declared.function(random_bits.key(0, "n", 2), **parameters, draws=(20_000,))
    assert (draws != other).mean() > 0.99


def test_the_mean_of_a_pareto_tail_that_is_too_heavy_is_infinite() -> None:
    assert call("pareto_mean", np.array([0.5, 1.0, 2.0]), 1.5).tolist() == [np.inf, np.inf, 3.0]


def test_the_gamma_function_is_that_of_scipy() -> None:
    x = np.concatenate([np.logspace(-8, 8, 200), [1.0, 2.0]])
    np.testing.assert_allclose(log_gamma(x), scipy.special.gammaln(x), rtol=1e-13, atol=2e-14)
    np.testing.assert_allclose(digamma(x), scipy.special.digamma(x), rtol=1e-13, atol=2e-14)
    single = np.array([0.5, 3e4, 1e8], "float32")
    np.testing.assert_allclose(log_gamma(single), scipy.special.gammaln(single), rtol=1e-5)


def test_draws_that_no_array_can_hold_are_refused() -> None:
    shape = LIBRARY["probability.normal_sample"].shape
    assert shape is not None
    for draws, sentence in (((-1,), "negative length"), ((10**8, 10), "more than one array may hold")):
        with pytest.raises(ShapeError, match=sentence):
            shape([ArrayType((3,)), ArrayType(())], {"draws": draws})
    with pytest.raises(
        ShapeError, match=r"mean has shape \(3,\) and deviation has shape \(2,\): they differ at axis 0"
    ):
        shape([ArrayType((3,)), ArrayType((2,))], {"draws": ()})


# ----- counts, classes, several dimensions -----


def test_log_probabilities_are_those_of_scipy_and_minus_infinity_elsewhere() -> None:
    logits = np.array([-3.0, 0.5, 2.0])
    for x in (0, 1, 2, -1):
        wanted = scipy.stats.bernoulli(scipy.special.expit(logits)).logpmf(x)
        np.testing.assert_allclose(call("bernoulli_log_density", np.array(x), logits), wanted, rtol=1e-13)
    k = np.array([0.0, 1.0, 2.0, 9.0, 40.0, -1.0, 0.5])
    np.testing.assert_allclose(
        call("poisson_log_density", k, 2.5), scipy.stats.poisson(2.5).logpmf(k), rtol=1e-13, atol=1e-14
    )
    rows, labels = np.array([[1.0, -2.0, 0.5]] * 4), np.array([0, 2, 3, -1])
    probabilities = scipy.special.log_softmax(rows[0])
    np.testing.assert_allclose(
        call("categorical_log_density", rows, labels), [probabilities[0], probabilities[2], -np.inf, -np.inf]
    )


def test_entropies_of_choices_are_those_of_scipy() -> None:
    logits = np.array([-3.0, 0.5, 2.0, 0.0])
    wanted = scipy.stats.bernoulli(scipy.special.expit(logits)).entropy()
    np.testing.assert_allclose(call("bernoulli_entropy", logits), wanted, rtol=1e-12)
    np.testing.assert_allclose(
        call("categorical_entropy", logits), scipy.stats.entropy(scipy.special.softmax(logits)), rtol=1e-12
    )


def test_relaxed_draws_choose_as_often_as_the_probabilities_say() -> None:
    logits = np.array([1.0, -0.5, 0.25])
    for id, wanted in (
        ("relaxed_bernoulli_sample", scipy.special.expit(logits)),
        ("gumbel_softmax_sample", scipy.special.softmax(logits)),
    ):
        function = LIBRARY[f"probability.{id}"].function
        assert function is not None
        draws = function(random_bits.key(0, "n", 1), logits, draws=(20_000,), temperature=0.1)
        chosen = draws > 0.5 if "bernoulli" in id else draws == draws.max(axis=-1, keepdims=True)
        np.testing.assert_allclose(chosen.mean(axis=0), wanted, atol=0.02)


def test_the_multivariate_normal_is_that_of_scipy() -> None:
    mean, factor = np.array([0.5, -1.0, 2.0]), np.array([[1.5, 9.0, 9.0], [-0.5, 0.75, 9.0], [0.25, 1.0, 2.0]])
    covariance = np.tril(factor) @ np.tril(factor).T
    other = scipy.stats.multivariate_normal(mean, covariance)
    x = np.random.default_rng(0).normal(0, 2, (4, 5, 3))
    np.testing.assert_allclose(call("multivariate_normal_log_density", x, mean, factor), other.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(call("multivariate_normal_entropy", factor), other.entropy(), rtol=1e-12)
    function = LIBRARY["probability.multivariate_normal_sample"].function
    assert function is not None
    draws = function(random_bits.key(0, "n", 1), mean, factor, draws=(200, 200))
    assert draws.shape == (200, 200, 3)
    np.testing.assert_allclose(draws.mean(axis=(0, 1)), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(draws.reshape(-1, 3).T), covariance, atol=0.15)


def test_the_multivariate_normal_refuses_shapes_that_do_not_fit() -> None:
    shape = LIBRARY["probability.multivariate_normal_log_density"].shape
    assert shape is not None
    for shapes, sentence in (
        (((4, 3), (2,), (2, 2)), r"x has shape \(4, 3\) and mean has shape \(2,\): the last axis of x must be 2"),
        (((4, 2), (2,), (3, 3)), r"mean has shape \(2,\) and factor has shape \(3, 3\): axis 0 of factor must be 2"),
        (((4, 2), (2,), (2, 3)), r"factor has shape \(2, 3\): it takes a square matrix"),
        (((4, 2), (), (2, 2)), r"mean has shape scalar: it takes a vector"),
    ):
        with pytest.raises(ShapeError, match=sentence):
            shape([ArrayType(each) for each in shapes], {})


# ----- bijections -----


@pytest.mark.parametrize(
    ("name", "more"),
    [("exp", ()), ("softplus", ()), ("interval", (-1.0, 2.5)), ("affine", (-1.5, 0.5))],
)
def test_the_jacobian_of_a_bijection_is_its_derivative(name: str, more: tuple[float, ...]) -> None:
    x = np.array([-2.0, 0.25, 3.0])
    _, log_jacobian = call(f"{name}_bijection", x, *more)
    (value, _) = call(f"{name}_bijection", x + 1e-5, *more)
    (below, _) = call(f"{name}_bijection", x - 1e-5, *more)
    np.testing.assert_allclose(np.log(np.abs(value - below) / 2e-5), log_jacobian, rtol=1e-6, atol=1e-8)
    assert log_jacobian.shape == x.shape


def test_stick_breaking_gives_probabilities_and_their_jacobian() -> None:
    x = np.array([0.5, -2.0, 1.0, 0.25])
    value, log_jacobian = call("stick_breaking", x)
    assert value.shape == (5,) and (value > 0).all()
    np.testing.assert_allclose(value.sum(), 1.0, rtol=1e-14)
    np.testing.assert_allclose(call("stick_breaking", np.zeros(4))[0], 0.2, rtol=1e-14)
    columns = [
        (call("stick_breaking", x + h)[0][:4] - call("stick_breaking", x - h)[0][:4]) / 2e-5 for h in 1e-5 * np.eye(4)
    ]
    np.testing.assert_allclose(np.linalg.slogdet(np.array(columns))[1], log_jacobian, rtol=1e-8)


def test_the_divergence_of_normals_is_that_of_their_densities() -> None:
    x = np.linspace(-30.0, 30.0, 200_001)
    one, two = scipy.stats.norm(0.5, 1.5), scipy.stats.norm(-1.0, 2.0)
    wanted = np.sum(one.pdf(x) * (one.logpdf(x) - two.logpdf(x))) * (x[1] - x[0])
    np.testing.assert_allclose(call("kl_normal", 0.5, 1.5, -1.0, 2.0), wanted, rtol=1e-10)
    assert call("kl_normal", 0.0, 1.0) == 0.0
