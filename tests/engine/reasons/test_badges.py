"""Every badge fires on a graph planted with its cause, and stays silent on the samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.assets import SAMPLES
from engine.data import Data
from engine.files.read import read
from engine.prepare import Prepared, prepare
from engine.reasons.badges import RULES, along, badges
from engine.trace.moment import Moment
from nodes.library import LIBRARY
from tests.engine.reasons.test_why import of, w
from tests.engine.training_graphs import bowl, rosenbrock
from tests.engine.training_graphs import prepared as made

MANY = tuple(np.linspace(1.0, 2.0, 6).tolist())


def descent(**settings: Any) -> tuple[str, Mapping[str, Any]]:
    return ("optimizers.optimizer", {"method": "gradient_descent", "learning_rate": 0.1, "steps": 5, **settings})


def squared(value: Any, scale: float = 1.0, **settings: Any) -> Prepared:
    nodes = {
        "w": w(value),
        "square": ("elementwise.square", {}),
        "scale": ("elementwise.multiply", {"y": scale}),
        "mean": ("reductions.mean", {}),
        "descent": descent(**settings),
    }
    return of(nodes, "w>square square>scale scale>mean mean>descent.loss")


def kinds(prepared: Prepared) -> dict[str, str]:
    return {each.kind: each.node for each in badges(prepared)}


def test_a_parameter_whose_derivative_is_exactly_zero() -> None:
    nodes = {"w": w((-1.0, -2.0)), "relu": ("activations.relu", {}), "mean": ("reductions.mean", {})}
    found = badges(of(nodes, "w>relu relu>mean mean>descent.loss"))
    assert [(each.kind, each.node) for each in found] == [("no gradient", "w")]
    assert "relu" in found[0].sentence and "at most 0" in found[0].sentence


def test_a_vanished_derivative_is_badged_on_its_parameter() -> None:
    nodes = {"w": w((20.0, 22.0)), "s": ("activations.sigmoid", {}), "mean": ("reductions.mean", {})}
    assert kinds(of(nodes, "w>s s>mean mean>descent.loss"))["vanishing"] == "w"


def test_an_exploded_derivative_is_badged_on_its_parameter() -> None:
    nodes = {"w": w(1.0), "d": ("elementwise.divide", {"y": 1e-9}), "mean": ("reductions.mean", {})}
    assert kinds(of(nodes, "w>d d>mean mean>descent.loss"))["exploding"] == "w"


@pytest.mark.parametrize(("dead", "said"), [(0, ""), (2, "2 of 3 units")])
def test_dead_units_are_counted(dead: int, said: str) -> None:
    rows = np.abs(np.random.default_rng(1).standard_normal((10, 2))) + 0.1
    bias = tuple([-100.0] * dead + [0.5] * (3 - dead))
    nodes = {
        "x": ("inputs.constant", {"value": tuple(map(tuple, rows.tolist()))}),
        "w": w(((0.1, 0.2, 0.3), (0.3, 0.2, 0.1))),
        "b": w(bias),
        "product": ("linear_algebra.matmul", {}),
        "sum": ("elementwise.add", {}),
        "relu": ("activations.relu", {}),
        "mean": ("reductions.mean", {}),
    }
    wires = "x>product w>product.y product>sum b>sum.y sum>relu relu>mean mean>descent.loss"
    found = [each for each in badges(of(nodes, wires)) if each.kind == "dead units"]
    assert [each.node for each in found] == (["relu"] if dead else [])
    assert all(said in each.sentence for each in found)


@pytest.mark.parametrize(
    ("scale", "rate", "kind"), [(1e-4, 1e-6, "small update"), (1.0, 10.0, "large update"), (1.0, 0.1, "")]
)
def test_an_update_out_of_range(scale: float, rate: float, kind: str) -> None:
    ours = {"small update", "large update"} & set(kinds(squared(MANY, scale, learning_rate=rate)))
    assert ours == ({kind} if kind else set())


@pytest.mark.parametrize(("rate", "fires"), [(0.99, False), (1.01, True)])
def test_the_learning_rate_is_too_large_just_above_two_over_the_curvature(rate: float, fires: bool) -> None:
    found = [each for each in badges(made(bowl(learning_rate=rate))) if each.kind == "learning rate"]
    assert bool(found) == fires, "x squared has the curvature 2"
    assert not found or ("best step is 0.495 times" in found[0].sentence and found[0].node == "optimizer_1")


def test_slope_and_curvature_along_a_direction_are_those_of_the_formula() -> None:
    graph = made(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 5}))
    moment = Moment.next(graph, graph.plan(None))
    down = moment.mover.stepper.descent
    d = {"parameter_1": 0.3, "parameter_2": -0.2}
    value, slope, curvature = along(down.program, down.loss, moment.inputs(down.program), d)
    x, y = -1.2, 1.0
    gradient = np.array([2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)])
    hessian = np.array([[2 - 400 * y + 1200 * x * x, -400 * x], [-400 * x, 200]])
    way = np.array([0.3, -0.2])
    assert value == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2)
    assert slope == pytest.approx(gradient @ way)
    assert curvature == pytest.approx(way @ hessian @ way)


def test_every_badge_says_its_rule() -> None:
    assert all(
        badge.rule == RULES[badge.kind] and badge.rule.endswith(".")
        for badge in badges(squared(MANY, learning_rate=10.0))
    )


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph")), ids=lambda path: path.stem)
def test_no_badge_is_shown_on_a_sample(path: Path) -> None:
    prepared = prepare(read(path), LIBRARY, Data(path.parent), start="initial")
    assert [badge for plan in prepared.plans for badge in badges(prepared, optimizer=plan.id)] == []
