"""Constraints, precision, and what every approach agrees on and refuses."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import GradwireError, LoweringError
from engine.optimizers import METHODS
from engine.training import Column, Trainer
from tests.engine.training_graphs import (
    DESCENT,
    content,
    network,
    prepared,
    rosenbrock,
    trainer,
)


@pytest.mark.parametrize("method", ["gradient_descent", "adam"])
def test_a_positive_parameter_stays_positive_and_reaches_its_goal(method):
    """(x + 1)^2 is least at -1: a positive x goes to 0 and not beyond; (x - 2)^2 is least at 2."""
    for target, expected in ((-1.0, 0.0), (2.0, 2.0)):
        graph = content(
            {
                "parameter_1": {"value": 0.5, "constraint": "positive"},
                "subtract_1": {"y": target},
                "square_1": {},
                "optimizer_1": {"method": method, "learning_rate": 0.3, "steps": 400},
            },
            "parameter_1>subtract_1 subtract_1>square_1 square_1>optimizer_1.loss",
        )
        run = trainer(graph)
        assert float(run.parameters()["parameter_1"]) == pytest.approx(0.5, rel=1e-12)
        run.run(400)
        assert float(run.parameters()["parameter_1"]) > 0
        assert float(run.parameters()["parameter_1"]) == pytest.approx(expected, abs=0.02)


def test_a_bounded_parameter_stays_between_its_bounds():
    graph = content(
        {
            "parameter_1": {"value": 0.5, "constraint": "bounded", "low": -1.0, "high": 3.0},
            "subtract_1": {"y": 10.0},
            "square_1": {},
            "optimizer_1": {"method": "adam", "learning_rate": 0.1, "steps": 300},
        },
        "parameter_1>subtract_1 subtract_1>square_1 square_1>optimizer_1.loss",
    )
    run = trainer(graph)
    (chunk,) = run.run(300)
    values = chunk.rows[:, list(run.lanes[0].columns).index(Column("value", "parameter_1"))]
    assert values[0] == pytest.approx(0.5)
    assert np.all((values > -1) & (values < 3))
    assert float(run.parameters()["parameter_1"]) == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("constraint", ["positive", "bounded", "simplex"])
def test_a_start_on_the_limit_trains(constraint, dtype):
    nodes = {
        "parameter_1": {"value": (0.3, 0.7), "constraint": constraint, "dtype": dtype},
        "square_1": {},
        "sum_1": {},
        "optimizer_1": {"steps": 5},
    }
    graph = content(nodes, "parameter_1>square_1 square_1>sum_1 sum_1>optimizer_1.loss")
    run = Trainer(prepared(graph, parameters={"parameter_1": [0.0, 1.0]}))
    np.testing.assert_allclose(run.parameters()["parameter_1"], [0.0, 1.0], atol=1e-6)
    run.run(5)
    assert run.stops[0].kind == "finished"


def test_a_simplex_finds_the_frequencies():
    """Cross entropy of frequencies (0.2, 0.3, 0.5) is least where the parameter equals them."""
    graph = content(
        {
            "parameter_1": {"initial": "ones", "shape": (3,), "constraint": "simplex"},
            "constant_1": {"value": (-0.2, -0.3, -0.5)},
            "log_1": {},
            "multiply_1": {},
            "sum_1": {},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.5, "steps": 500},
        },
        "parameter_1>log_1 log_1>multiply_1 constant_1>multiply_1.y multiply_1>sum_1 sum_1>optimizer_1.loss",
    )
    run = trainer(graph)
    run.run(500)
    np.testing.assert_allclose(run.parameters()["parameter_1"], [0.2, 0.3, 0.5], atol=1e-8)


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.search is None])
def test_single_precision_stays_single(method):
    graph = content(
        {
            "parameter_1": {"value": (1.0, -2.0), "dtype": "float32"},
            "square_1": {},
            "sum_1": {},
            "optimizer_1": {"method": method, "learning_rate": 0.01, "weight_decay": 0.01, "clip": "norm"},
        },
        "parameter_1>square_1 square_1>sum_1 sum_1>optimizer_1.loss",
    )
    run = trainer(graph)
    before = run.run(5)[0].rows[0, 0]
    assert run.parameters()["parameter_1"].dtype == np.float32
    assert {each.dtype for each in run._movers[0][0].carry} == {np.dtype("float32")}
    assert run.run(1)[0].rows[0, 0] < before


def test_approaches_agree_on_a_network():
    rows = {
        approach: trainer(network(), approach=approach).run(20)[0].rows for approach in ("static", "tape", "forward")
    }
    np.testing.assert_allclose(rows["tape"], rows["static"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(rows["forward"], rows["static"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("approach", "backend"), [("magic", None), ("tape", "numpy_code"), ("static", "abacus")])
def test_what_cannot_run_is_refused_in_a_sentence(approach, backend):
    with pytest.raises(LoweringError):
        trainer(rosenbrock(optimizer_1=DESCENT), approach=approach, backend=backend)


def test_a_graph_without_optimizer_is_refused():
    with pytest.raises(GradwireError, match="optimizer"):
        trainer(rosenbrock())
