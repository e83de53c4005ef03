"""What is not finite pauses a run before it does harm, and is named."""

from __future__ import annotations

import math

import autograd.numpy as anp
import pytest

from engine.data import Data
from engine.errors import GradwireError, RunError
from engine.operator import Library, operator
from engine.prepare import prepare
from engine.training import Trainer
from nodes.library import LIBRARY
from tests.engine.training_graphs import (
    DESCENT,
    bowl,
    content,
    prepared,
    rosenbrock,
    taking_turns,
    trainer,
)

APPROACHES = [("static", "numpy_code"), ("static", "interpret"), ("tape", None), ("forward", None)]


def test_nan_in_a_value_pauses_and_names_the_first_node_and_step():
    """log(x) with x moving down through 0: finite for three steps, then NaN, in the node "log of x" first."""
    graph = content(
        {
            "parameter_1": {"value": 0.35},
            "log_1": {"name": "log of x"},
            "multiply_1": {"y": 0.0},
            "add_1": {},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.1},
        },
        "parameter_1>log_1 log_1>multiply_1 multiply_1>add_1 parameter_1>add_1.y add_1>optimizer_1.loss",
    )
    run = trainer(graph)
    (chunk,) = run.run(1000)
    assert len(chunk.rows) == 4
    stop = run.stops[0]
    assert (stop.kind, stop.node, stop.direction, stop.step) == ("paused", "log_1", "forward", 4)
    assert '"log of x" (log_1)' in stop.sentence
    assert "step 4" in stop.sentence
    assert float(run.parameters()["parameter_1"]) == pytest.approx(-0.05)


def test_infinity_in_a_derivative_is_told_apart():
    graph = content(
        {"parameter_1": {"value": 0.0}, "sqrt_1": {}, "optimizer_1": {}}, "parameter_1>sqrt_1 sqrt_1>optimizer_1.loss"
    )
    run = trainer(graph)
    run.run(10)
    stop = run.stops[0]
    assert (stop.kind, stop.node, stop.direction, stop.step) == ("paused", "sqrt_1", "backward", 0)
    assert "derivative" in stop.sentence
    assert float(run.parameters()["parameter_1"]) == 0.0


def test_an_exploding_learning_rate_pauses_with_finite_parameters():
    run = trainer(bowl(learning_rate=10.0))
    run.run(1000)
    stop = run.stops[0]
    assert stop.kind == "paused"
    assert stop.node in ("square_1", "parameter_1", "optimizer_1")
    assert math.isfinite(run.parameters()["parameter_1"])


def test_a_step_out_of_the_range_of_numbers_is_taken_back():
    """The gradient is finite, its product with the learning rate is not."""
    graph = content(
        {
            "parameter_1": {"value": 1.0, "name": "x"},
            "multiply_1": {"y": 1e150},
            "optimizer_1": {"method": "momentum", "learning_rate": 10.0},
        },
        "parameter_1>multiply_1 multiply_1>optimizer_1.loss",
    )
    run = trainer(graph)
    run.set_live("optimizer_1", "learning_rate", 10.0)
    run._movers[0][0].set_live("optimizer_1.learning_rate", 1e200)
    run.run(5)
    stop = run.stops[0]
    assert (stop.kind, stop.node, stop.direction) == ("paused", "parameter_1", "update")
    assert "learning rate" in stop.sentence
    assert float(run.parameters()["parameter_1"]) == 1.0


def test_the_last_step_too_leaves_finite_values():
    graph = content(
        {
            "parameter_1": {"value": 0.5},
            "multiply_1": {"y": 1e308},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 10.0, "steps": 1},
        },
        "parameter_1>multiply_1 multiply_1>optimizer_1.loss",
    )
    run = trainer(graph)
    (chunk,) = run.run(5)
    assert len(chunk.rows) == 1
    assert (run.stops[0].kind, run.stops[0].node) == ("paused", "parameter_1")
    assert float(run.parameters()["parameter_1"]) == 0.5


def test_where_one_of_those_that_take_turns_pauses_none_has_moved():
    rates = {"method": "gradient_descent", "learning_rate": 1.0}
    run, steady = (trainer(taking_turns(rates, rates)) for _ in range(2))
    run.run(100)
    (stop,) = run.stops.values()
    steady.run(stop.step)
    assert stop.kind == "paused"
    assert 0 < stop.step < 20
    assert run.step() == stop.step
    assert run.parameters() == steady.parameters()
    assert all(map(math.isfinite, run.parameters().values()))


def test_a_paused_lane_goes_on_after_a_change():
    graph = content(
        {"parameter_1": {"value": 2.0}, "multiply_1": {"y": 1.0}, "log_1": {}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>multiply_1 multiply_1>log_1 log_1>square_1 square_1>optimizer_1.loss",
    )
    run = trainer(graph)
    run.run(10)
    run.set_live("multiply_1", "y", -1.0)
    run.run(10)
    assert run.stops[0].node == "log_1"
    assert run.run(10) == ()
    run.set_live("multiply_1", "y", 1.0)
    run.resume()
    (chunk,) = run.run(20)
    assert (chunk.first, len(chunk.rows), run.step()) == (10, 20, 30)


def test_one_paused_lane_leaves_the_others_running():
    nodes = {"method": "gradient_descent", "steps": 500}
    run = trainer(rosenbrock(optimizer_1={**nodes, "learning_rate": 1.0}, optimizer_2={**nodes, "learning_rate": 1e-3}))
    run.run(500)
    assert run.stops[0].kind == "paused"
    assert run.stops[1].kind == "finished"
    assert run.step(1) == 500


def test_start_values_must_be_finite():
    with pytest.raises(GradwireError, match="parameter_1"):
        prepared(rosenbrock(optimizer_1=DESCENT), parameters={"parameter_1": math.nan})


@operator(
    "elementwise.inverse",
    "Inverse",
    shape=lambda types, settings: (types[0],),
    formula=r"x^{-1}",
    samples=(([[2.0]],),),
)
def inverse(x):
    """The inverse of a matrix, which NumPy refuses to give for a singular one."""
    return anp.linalg.inv(x)


@pytest.mark.parametrize(("approach", "backend"), APPROACHES)
def test_an_operator_that_fails_is_named(approach, backend):
    """All four numbers shrink by 1/8 a step: after two the matrix is singular."""
    graph = content(
        {
            "parameter_1": {"value": ((0.5, 0.0), (0.0, 0.5))},
            "inverse_1": {"name": "turned round"},
            "sum_1": {},
            "multiply_1": {"y": 0.0},
            "sum_2": {},
            "add_1": {},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.125},
        },
        "parameter_1>inverse_1 inverse_1>sum_1 sum_1>multiply_1 parameter_1>sum_2 multiply_1>add_1 sum_2>add_1.y "
        "add_1>optimizer_1.loss",
    )
    library = Library([*LIBRARY.values(), inverse])
    run = Trainer(prepare(graph, library, Data()), approach=approach, backend=backend)
    with pytest.raises(RunError) as caught:
        run.run(10)
    assert caught.value.node == "inverse_1"
    assert '"turned round" (inverse_1)' in caught.value.sentence
    assert run.step() == 2
