"""From a document to start values: seeds, kept values, given values, and what a lenient preparation leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Data
from engine.errors import DataError, GradwireError, ShapeError
from engine.graph import Kept, Socket
from engine.prepare import optimizers, prepare
from engine.problems import validate
from engine.results import History
from engine.types import ArrayType, Tensor
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, frozen, network, prepared, rosenbrock

DESCENT = {"method": "gradient_descent"}


def kept(**values) -> Kept:
    return Kept(step=5, seed=11, optimizer="optimizer_1", values={id: Tensor.of(v) for id, v in values.items()})


def test_kept_values_are_taken_up_with_their_seed_and_step():
    found = prepared(rosenbrock(optimizer_1=DESCENT), kept(parameter_1=7.0))
    assert (found.parameters["parameter_1"], found.parameters["parameter_2"]) == (7.0, 1.0)
    assert (found.seed, found.step) == (11, 5)


def test_given_values_go_before_kept_ones():
    found = prepared(rosenbrock(optimizer_1=DESCENT), kept(parameter_1=7.0), parameters={"parameter_1": 3.0})
    assert found.parameters["parameter_1"] == 3.0


@pytest.mark.parametrize("frozen_too", [False, True])
@pytest.mark.parametrize(
    ("constraint", "near"), [("positive", [0.0, 5.0]), ("bounded", [0.0, 1.0]), ("simplex", [0.0, 1.0])]
)
def test_given_and_kept_values_are_moved_inside_their_constraint(constraint, near, frozen_too):
    nodes = {
        "parameter_1": {"value": (0.3, 0.7), "constraint": constraint},
        "parameter_2": {"value": 1.0},
        "multiply_1": {},
        "sum_1": {},
        "optimizer_1": {},
    }
    wires = "parameter_1>multiply_1 parameter_2>multiply_1.y multiply_1>sum_1 sum_1>optimizer_1.loss"
    graph = frozen(content(nodes, wires), *(["parameter_1"] if frozen_too else []))
    for outside in (
        prepared(graph, parameters={"parameter_1": [-1.0, 5.0]}),
        prepared(graph, kept(parameter_1=[-1.0, 5.0])),
    ):
        found = outside.parameters["parameter_1"]
        np.testing.assert_allclose(found, near, atol=1e-6)
        assert np.all(found > 0)
    exact = [0.1, 0.9]
    np.testing.assert_array_equal(prepared(graph, kept(parameter_1=exact)).parameters["parameter_1"], exact)


def test_a_constraint_that_cannot_hold_is_a_problem_before_anything_runs():
    graph = content(
        {"parameter_1": {"constraint": "bounded", "low": 2.0, "high": 1.0}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    sentences = [each.sentence for each in validate(graph.graph, LIBRARY)]
    assert sentences == ['"Parameter" (parameter_1): low must be below high, but they are 2 and 1.']


def test_given_values_are_trained_from_even_where_a_state_was_kept():
    from engine.training import Trainer

    run = Trainer(prepared(network()))
    run.run(10)
    again = Trainer(prepared(network(), run.kept(), parameters={"parameter_5": 2.5}))
    assert float(again.parameters()["parameter_5"]) == pytest.approx(2.5)
    np.testing.assert_array_equal(again.parameters()["parameter_1"], run.parameters()["parameter_1"])


def test_kept_values_of_another_shape_are_left_aside_with_a_warning():
    found = prepared(rosenbrock(optimizer_1=DESCENT), kept(parameter_1=[1.0, 2.0]))
    assert found.parameters["parameter_1"] == -1.2
    (warning,) = [problem for problem in found.problems if problem.code == "kept_shape"]
    assert (warning.severity, warning.node) == ("warning", "parameter_1")
    assert "(2,)" in warning.sentence


def test_start_values_follow_from_seed_and_node():
    first, same, other = (prepared(network(), seed=seed).parameters for seed in (4, 4, 5))
    np.testing.assert_array_equal(first["parameter_1"], same["parameter_1"])
    assert not np.array_equal(first["parameter_1"], other["parameter_1"])


def test_two_parameters_of_one_shape_do_not_start_alike():
    graph = content(
        {
            "parameter_1": {"initial": "normal", "shape": (20,)},
            "parameter_2": {"initial": "normal", "shape": (20,)},
            "multiply_1": {},
            "sum_1": {},
            "optimizer_1": {},
        },
        "parameter_1>multiply_1 parameter_2>multiply_1.y multiply_1>sum_1 sum_1>optimizer_1.loss",
    )
    found = prepared(graph).parameters
    assert abs(np.corrcoef(found["parameter_1"], found["parameter_2"])[0, 1]) < 0.7


def test_shapes_left_open_come_from_what_the_parameter_feeds():
    found = prepared(network())
    assert found.parameters["parameter_1"].shape == (2, 3)
    assert found.types[Socket("minibatch_1", "indices")] == ArrayType((7,), "int64")


def test_a_shape_that_nothing_tells_is_asked_for():
    graph = content(
        {"parameter_1": {"shape": None, "initial": "normal", "name": "w"}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    with pytest.raises(GradwireError, match=r'"w" \(parameter_1\).*shape'):
        prepared(graph)


@pytest.mark.parametrize(
    ("value", "error"),
    [([1.0, 2.0], ShapeError), ("text", ShapeError), (1.0 + 2.0j, ShapeError), (np.inf, GradwireError)],
)
def test_start_values_that_do_not_fit_are_refused(value, error):
    with pytest.raises(error, match="parameter_1"):
        prepared(rosenbrock(optimizer_1=DESCENT), parameters={"parameter_1": value})


def test_what_no_optimizer_needs_keeps_nothing_from_running():
    """A table without its file feeds a probe only: noted, not raised; wired into the loss it is raised."""
    nodes = {
        "parameter_1": {"value": 2.0},
        "square_1": {},
        "table_1": {"file": "absent.csv", "columns": (("a", "number", ("a",)),)},
        "probe_1": {},
        "optimizer_1": {},
    }
    wires = "parameter_1>square_1 square_1>optimizer_1.loss table_1.a>probe_1"
    found = prepare(content(nodes, wires), LIBRARY, Data())
    assert [problem.node for problem in found.problems if problem.severity == "error"] == ["table_1"]
    nodes["add_1"] = {}
    nodes["sum_1"] = {}
    wires = "parameter_1>add_1 table_1.a>add_1.y add_1>sum_1 sum_1>optimizer_1.loss table_1.a>probe_1"
    with pytest.raises(DataError, match="table_1"):
        prepare(content(nodes, wires), LIBRARY, Data())


def test_optimizers_come_in_natural_order():
    graph = rosenbrock(optimizer_10=DESCENT, optimizer_2=DESCENT).graph
    assert optimizers(graph, LIBRARY) == ("optimizer_2", "optimizer_10")


def test_a_history_is_thinned_and_keeps_every_so_many_steps():
    history = History(most=100)
    for first in range(0, 1000, 7):
        history.add(first, np.arange(first, first + 7, dtype=float).reshape(-1, 1))
    steps, rows = history.arrays(1)
    np.testing.assert_array_equal(steps, rows[:, 0])
    assert 50 < len(steps) <= 100
    assert len(set(np.diff(steps))) == 1
    assert steps[0] == 0
    whole = History(most=100)
    whole.add(5, np.zeros((90, 1)))
    np.testing.assert_array_equal(whole.arrays(1)[0], np.arange(5, 95))
