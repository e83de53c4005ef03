"""Samplers against distributions whose moments are known, and against the published posterior of eight schools."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.data import Data
from engine.errors import LoweringError, RunError
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.inference.adaptation import Spread, StepSize, first_step, windows
from engine.inference.chain import Chain, Plan
from engine.inference.density import Metric, Point, at, leapfrog
from engine.inference.diagnostics import ess_bulk, r_hat, summary
from engine.inference.target import Target
from engine.inference.variational import MeanField
from engine.prepare import prepare
from nodes.library import LIBRARY

DEVIATIONS = np.array([0.1, 1.0, 10.0])
MEANS = np.array([1.0, -2.0, 30.0])


def gaussian(q):
    off = (q - MEANS) / DEVIATIONS
    return float(-0.5 * off @ off), -off / DEVIATIONS


def drawn(density, dimension, plan, chains=2, seed=3):
    kept = [list(Chain(density, dimension, plan, seed, number).rest()) for number in range(chains)]
    return np.array([[each.q for each in chain] for chain in kept]), kept


@pytest.mark.parametrize("method", ["nuts", "hmc"])
def test_a_normal_distribution_has_its_mean_and_its_variances(method: str) -> None:
    draws, kept = drawn(gaussian, 3, Plan(800, 400, method))
    for k in range(3):
        found = summary(draws[:, :, k])
        assert abs(found.mean - MEANS[k]) < 5 * found.error
        assert found.deviation == pytest.approx(DEVIATIONS[k], rel=0.12)
        assert found.r_hat < 1.02 and found.ess_bulk > 300
    assert not any(each.diverged for chain in kept for each in chain)


def test_the_distribution_is_right_beyond_its_moments() -> None:
    """A mixture of two normals: the share of each, by counting."""

    def mixture(q):
        x = float(q[0])
        parts = np.array([math.log(0.3) - 0.5 * (x + 2) ** 2, math.log(0.7) - 0.5 * (x - 2) ** 2])
        top = parts.max()
        weights = np.exp(parts - top)
        slope = float(weights @ np.array([-(x + 2), -(x - 2)])) / weights.sum()
        return float(top + math.log(weights.sum())), np.array([slope])

    draws, _ = drawn(mixture, 1, Plan(3000, 500))
    from scipy.stats import norm

    for edge in (-3.0, -1.0, 0.0, 2.0):
        share = 0.3 * norm.cdf(edge + 2) + 0.7 * norm.cdf(edge - 2)
        below = (draws[:, :, 0] < edge).astype(float)
        assert abs(below.mean() - share) < 5 * math.sqrt(share * (1 - share) / ess_bulk(draws[:, :, 0]))


def test_one_seed_gives_one_chain_and_chains_differ() -> None:
    plan = Plan(20, 30)
    first, again, other, second = (
        [each.q for each in Chain(gaussian, 3, plan, seed, number).rest()]
        for seed, number in ((1, 0), (1, 0), (2, 0), (1, 1))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other) and not np.array_equal(first, second)


def test_a_leapfrog_step_can_be_undone_and_keeps_the_energy() -> None:
    metric = Metric(DEVIATIONS**2)
    start = at(gaussian, np.array([1.1, -1.0, 25.0]), np.array([3.0, -0.5, 0.05]))
    there = leapfrog(gaussian, metric, start, 0.05)
    back = leapfrog(gaussian, metric, there, -0.05)
    assert np.allclose(back.q, start.q, rtol=1e-13) and np.allclose(back.p, start.p, rtol=1e-12)
    assert abs(metric.energy(there) - metric.energy(start)) < 1e-3
    halved = leapfrog(gaussian, metric, leapfrog(gaussian, metric, start, 0.025), 0.025)
    assert np.max(np.abs(halved.q - there.q)) < 1e-2


def test_the_warm_up_learns_the_variances_and_the_step() -> None:
    chain = Chain(gaussian, 3, Plan(10, 600), 5)
    list(chain.rest())
    assert np.allclose(chain.metric.variance, DEVIATIONS**2, rtol=0.5)
    assert 0.3 < chain.step_size < 2.0, "in units of the metric"


def test_windows_double_and_end_before_the_last_steps() -> None:
    assert windows(1000) == (100, 150, 250, 450, 950)
    assert windows(150) == (100,)
    assert windows(10) == ()
    assert all(0 < end <= warmup for warmup in range(20, 400, 7) for end in windows(warmup))


def test_dual_averaging_meets_its_target() -> None:
    size = StepSize(0.8, 1.0)
    for _ in range(2000):
        size.learn(math.exp(-size.now))  # accepted less, the longer the step: 0.8 at -log 0.8
    assert size.settled == pytest.approx(-math.log(0.8), rel=0.05)


def test_the_first_step_is_accepted_about_as_wanted() -> None:
    chance = np.random.default_rng(1)
    step = first_step(gaussian, Metric.unit(3), MEANS, chance)
    assert 0.01 < step < 0.5, "the narrowest deviation is 0.1"


def test_running_moments_are_those_of_the_sample() -> None:
    rows = np.random.default_rng(2).normal(size=(200, 2)) * [1.0, 5.0] + [0.0, 100.0]
    spread = Spread(2)
    for row in rows:
        spread.take(row)
    n = len(rows)
    wanted = rows.var(axis=0, ddof=1) * n / (n + 5) + 1e-3 * 5 / (n + 5)
    assert np.allclose(spread.metric().variance, wanted, rtol=1e-12)


def test_a_density_that_is_finite_nowhere_is_a_sentence() -> None:
    with pytest.raises(RunError, match="not finite at any of 100 starts"):
        Chain(lambda q: (-math.inf, np.zeros(2)), 2)
    with pytest.raises(RunError, match="at the start"):
        Chain(lambda q: (math.nan, np.zeros(2)), 2, start=np.zeros(2))


def test_a_path_into_a_wall_diverges_and_the_chain_stays() -> None:
    def walled(q):
        return (float(-0.5 * q @ q), -q) if abs(q[0]) < 1.5 else (-math.inf, np.zeros(1))

    kept = list(Chain(walled, 1, Plan(300, 200), 1, start=np.zeros(1)).rest())
    assert any(each.diverged for each in kept)
    assert all(abs(each.q[0]) < 1.5 for each in kept)


def test_mean_field_finds_a_normal_distribution_with_independent_coordinates() -> None:
    means, deviations = np.array([1.0, -2.0, 3.0]), np.array([0.3, 1.0, 3.0])

    def normal(q):
        off = (q - means) / deviations
        return float(-0.5 * off @ off), -off / deviations

    field = MeanField(normal, 3, seed=1, rate=1.0, draws=20)
    bounds = [field.step() for _ in range(1500)]
    assert np.allclose(field.mean, means, atol=0.2 * deviations)
    assert np.allclose(np.exp(field.log_deviation), deviations, rtol=0.2)
    evidence = float(np.sum(np.log(deviations)) + 1.5 * math.log(2 * math.pi))
    assert np.mean(bounds[-200:]) == pytest.approx(evidence, abs=0.1)
    assert field.sample(2000).std(axis=0) == pytest.approx(np.exp(field.log_deviation), rel=0.1)


def test_mean_field_without_a_finite_draw_is_a_sentence() -> None:
    with pytest.raises(RunError, match="evidence lower bound is not a number"):
        MeanField(lambda q: (-math.inf, np.zeros(2)), 2).step()


# Graphs ------------------------------------------------------------------------------------------------------------

Y = (28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0)
SIGMA = (15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0)
REFERENCE = {"mu": 4.4105, "tau": 3.6021}


def eight_schools() -> Target:
    """mu ~ N(0, 5), tau ~ half-Cauchy(0, 5), z ~ N(0, 1), y ~ N(mu + tau z, sigma): built of nodes."""
    nodes = {
        "mu": Node("mu", "parameters.parameter"),
        "tau": Node("tau", "parameters.parameter", "", {"value": 1.0, "constraint": "positive"}),
        "z": Node("z", "parameters.parameter", "", {"value": (0.0,) * 8}),
        "y": Node("y", "inputs.constant", "", {"value": Y}),
        "sigma": Node("sigma", "inputs.constant", "", {"value": SIGMA}),
        "spread": Node("spread", "elementwise.multiply"),
        "theta": Node("theta", "elementwise.add"),
        "off": Node("off", "elementwise.subtract"),
        "scaled": Node("scaled", "elementwise.divide"),
        "fit": Node("fit", "elementwise.square"),
        "fits": Node("fits", "reductions.sum"),
        "zz": Node("zz", "elementwise.square"),
        "zs": Node("zs", "reductions.sum"),
        "mm": Node("mm", "elementwise.square"),
        "ms": Node("ms", "elementwise.divide", "", {"y": 25.0}),
        "tt": Node("tt", "elementwise.square"),
        "ts": Node("ts", "elementwise.divide", "", {"y": 25.0}),
        "tl": Node("tl", "elementwise.log1p"),
        "a": Node("a", "elementwise.add"),
        "b": Node("b", "elementwise.add"),
        "half": Node("half", "elementwise.multiply", "", {"y": -0.5}),
        "density": Node("density", "elementwise.subtract"),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent"}),
    }
    wires = (
        "tau>spread.x z>spread.y mu>theta.x spread>theta.y y>off.x theta>off.y off>scaled.x sigma>scaled.y "
        "scaled>fit.x fit>fits.x z>zz.x zz>zs.x mu>mm.x mm>ms.x tau>tt.x tt>ts.x ts>tl.x fits>a.x zs>a.y a>b.x ms>b.y "
        "b>half.x "
        "half>density.x tl>density.y density>descent.loss"
    )
    made = frozenset(
        Wire(Socket(a, "value"), Socket(*b.split("."))) for a, b in (each.split(">") for each in wires.split())
    )
    ready = prepare(Content(Graph(nodes, made)), LIBRARY, Data())
    return Target.of(ready, ready.plan(None))


def by_hand(target: Target, q: np.ndarray) -> float:
    """Return the log density of eight schools over free values, from the model's definition."""
    held = target.free(q)
    tau = np.logaddexp(held["tau"], 0.0)
    theta = held["mu"] + tau * held["z"]
    slope = -np.logaddexp(-held["tau"], 0.0)
    prior = -0.5 * (held["mu"] / 5) ** 2 - np.log1p((tau / 5) ** 2) - 0.5 * np.sum(held["z"] ** 2)
    return float(prior - 0.5 * np.sum(((np.array(Y) - theta) / np.array(SIGMA)) ** 2) + slope)


def test_the_density_of_a_graph_is_that_of_the_model_with_its_constraints_slope() -> None:
    target = eight_schools()
    chance = np.random.default_rng(4)
    assert target.dimension == 10
    for _ in range(5):
        q = chance.normal(size=10)
        value, gradient = target(q)
        assert value == pytest.approx(by_hand(target, q), rel=1e-12)
        step = 1e-6
        slopes = [(by_hand(target, q + step * e) - by_hand(target, q - step * e)) / (2 * step) for e in np.eye(10)]
        assert gradient == pytest.approx(slopes, rel=1e-6, abs=1e-7)


def test_vectors_and_parameters_go_back_and_forth() -> None:
    target = eight_schools()
    q = np.random.default_rng(5).normal(size=10)
    values = target.values(q)
    assert values["tau"] == pytest.approx(np.logaddexp(target.free(q)["tau"], 0.0))
    assert target.vector(values) == pytest.approx(q, rel=1e-9)


def test_eight_schools_has_its_published_posterior() -> None:
    target = eight_schools()
    kept = [list(Chain(target, 10, Plan(1000, 500), 1, number).rest()) for number in range(4)]
    values = [[target.values(each.q) for each in chain] for chain in kept]
    assert sum(each.diverged for chain in kept for each in chain) <= 2
    for name, wanted in REFERENCE.items():
        draws = np.array([[float(each[name]) for each in chain] for chain in values])
        found = summary(draws)
        assert abs(found.mean - wanted) < 3 * math.hypot(found.error, 0.05)
        assert r_hat(draws) < 1.01 and found.ess_bulk > 400


@pytest.mark.parametrize(("settings", "said"), [({"constraint": "simplex", "value": (0.5, 0.5)}, "stick-breaking")])
def test_what_cannot_be_drawn_is_a_sentence(settings, said) -> None:
    nodes = {
        "w": Node("w", "parameters.parameter", "", settings),
        "sum": Node("sum", "reductions.sum"),
        "descent": Node("descent", "optimizers.optimizer"),
    }
    wires = frozenset(
        {Wire(Socket("w", "value"), Socket("sum", "x")), Wire(Socket("sum", "value"), Socket("descent", "loss"))}
    )
    ready = prepare(Content(Graph(nodes, wires)), LIBRARY, Data())
    with pytest.raises(LoweringError, match=said):
        Target.of(ready, ready.plan(None))


def test_the_energy_of_a_broken_point_is_infinite() -> None:
    broken = Point(np.zeros(1), np.ones(1), math.nan, np.zeros(1))
    assert Metric.unit(1).energy(broken) == math.inf
