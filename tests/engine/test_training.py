"""Runs of whole graphs against iterations written out by hand, and everything that can end or change a run."""

from __future__ import annotations

import math

import autograd.numpy as anp
import numpy as np
import pytest

from engine.data import Data
from engine.errors import GradwireError, LoweringError, RunError, SettingError
from engine.operator import Library, operator
from engine.optimizers import METHODS
from engine.prepare import prepare
from engine.training import Column, Trainer
from nodes.library import LIBRARY
from tests.engine.training_graphs import (
    ADAM,
    DESCENT,
    content,
    descend,
    frozen,
    network,
    prepared,
    rosenbrock,
    rosenbrock_gradient,
    taking_turns,
    trainer,
)


def adam(steps: int, rate: float, x: float = -1.2, y: float = 1.0) -> tuple[float, float]:
    mean, square = [0.0, 0.0], [0.0, 0.0]
    for t in range(1, steps + 1):
        for k, g in enumerate(rosenbrock_gradient(x, y)):
            mean[k] = 0.9 * mean[k] + 0.1 * g
            square[k] = 0.999 * square[k] + 0.001 * g * g
        dx, dy = (
            rate * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8)
            for m, s in zip(mean, square, strict=True)
        )
        x, y = x - dx, y - dy
    return x, y


APPROACHES = [("static", "numpy_code"), ("static", "interpret"), ("tape", None), ("forward", None)]


@pytest.mark.parametrize(("approach", "backend"), APPROACHES)
def test_a_run_is_the_iteration_written_out(approach, backend):
    run = trainer(rosenbrock(optimizer_1=DESCENT), approach=approach, backend=backend)
    (chunk,) = run.run(200)
    path = np.array(descend(200, 1e-3))
    columns = list(run.lanes[0].columns)
    values = chunk.rows[:, [columns.index(Column("value", f"parameter_{k}")) for k in (1, 2)]]
    np.testing.assert_allclose(values, path[:-1], rtol=1e-10)
    np.testing.assert_allclose([run.parameters()[f"parameter_{k}"] for k in (1, 2)], path[-1], rtol=1e-10)


def test_what_is_recorded_is_loss_and_norms_before_the_step():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    (chunk,) = run.run(3)
    for row, (x, y) in zip(chunk.rows, descend(2, 1e-3), strict=True):
        found = dict(zip(run.lanes[0].columns, row, strict=True))
        gx, gy = rosenbrock_gradient(x, y)
        assert found[Column("loss")] == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2, rel=1e-12)
        assert found[Column("gradient", "parameter_1")] == pytest.approx(abs(gx), rel=1e-12)
        assert found[Column("gradient", "parameter_2")] == pytest.approx(abs(gy), rel=1e-12)
        assert found[Column("gradient")] == pytest.approx(math.hypot(gx, gy), rel=1e-12)


def test_rivals_run_side_by_side_each_as_if_alone():
    run = trainer(rosenbrock(optimizer_1=DESCENT, optimizer_2=ADAM))
    run.run(200)
    assert [lane.optimizers for lane in run.lanes] == [("optimizer_1",), ("optimizer_2",)]
    np.testing.assert_allclose(
        [run.parameters(0)[f"parameter_{k}"] for k in (1, 2)], descend(200, 1e-3)[-1], rtol=1e-10
    )
    np.testing.assert_allclose([run.parameters(1)[f"parameter_{k}"] for k in (1, 2)], adam(200, 0.02), rtol=1e-9)


def test_rivals_share_start_and_seed_even_when_theirs_differ():
    run = trainer(network("adam", optimizer_2={"seed": 99, "method": "momentum"}))
    assert len(run.lanes) == 2
    for id, value in run.parameters(0).items():
        np.testing.assert_array_equal(value, run.parameters(1)[id])
    first, second = run.run(1)
    np.testing.assert_array_equal(first.rows[0], second.rows[0])


def test_optimizers_on_different_parameters_take_turns():
    run = trainer(
        rosenbrock(
            optimizer_1={**DESCENT, "parameters": ("parameter_1",)},
            optimizer_2={**DESCENT, "parameters": ("parameter_2",)},
        )
    )
    assert [lane.optimizers for lane in run.lanes] == [("optimizer_1", "optimizer_2")]
    (chunk,) = run.run(50)
    x, y = -1.2, 1.0
    for _ in range(50):
        x -= 1e-3 * rosenbrock_gradient(x, y)[0]
        y -= 1e-3 * rosenbrock_gradient(x, y)[1]  # sees the new x
    assert float(run.parameters()["parameter_1"]) == pytest.approx(x, rel=1e-11)
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)
    assert chunk.rows.shape == (50, len(run.lanes[0].columns))


def test_optimizers_that_share_only_some_parameters_are_refused():
    graph = rosenbrock(optimizer_1=DESCENT, optimizer_2={**DESCENT, "parameters": ("parameter_2",)})
    with pytest.raises(GradwireError, match=r"optimizer_2.*optimizer_1"):
        trainer(graph)


def test_frozen_parameters_stay():
    run = trainer(frozen(rosenbrock(optimizer_1=DESCENT), "parameter_1"))
    run.run(200)
    assert run.lanes[0].parameters == ("parameter_2",)
    assert float(run.parameters()["parameter_1"]) == -1.2
    y = 1.0
    for _ in range(200):
        y -= 1e-3 * rosenbrock_gradient(-1.2, y)[1]
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)


def test_nothing_to_move_is_said():
    with pytest.raises(GradwireError, match="optimizer_1"):
        trainer(frozen(bowl(), "parameter_1"))


# Endings ------------------------------------------------------------------------------------------------------------


def test_it_ends_after_its_steps():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    chunks = run.run(1000)
    assert len(chunks[0].rows) == 200
    assert run.done
    assert run.stops[0].kind == "finished"
    assert run.run(10) == ()


def test_steps_asked_for_go_before_the_node_s_own():
    run = trainer(rosenbrock(optimizer_1=DESCENT), steps=7)
    run.run()
    assert run.step() == 7
    assert trainer(rosenbrock(optimizer_1=DESCENT), steps=0).done


def bowl(**optimizer):
    """x^2 from 1 by gradient descent: x shrinks by 0.8 at each step."""
    nodes = {
        "parameter_1": {"value": 1.0},
        "square_1": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.1, "steps": 1000, **optimizer},
    }
    return content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss")


def test_it_ends_when_the_gradient_is_short():
    run = trainer(bowl(until="gradient_norm", tolerance=1e-3))
    run.run()
    first = next(k for k in range(1000) if 2 * 0.8**k <= 1e-3)
    assert run.step() == first
    assert float(run.parameters()["parameter_1"]) == pytest.approx(0.8**first)
    assert "Converged" in run.stops[0].sentence


def test_it_ends_when_the_loss_hardly_changes():
    graph = content(
        {
            "parameter_1": {"value": 1.0},
            "square_1": {},
            "add_1": {"y": 1.0},
            "optimizer_1": {
                "method": "gradient_descent",
                "learning_rate": 0.1,
                "until": "relative_loss",
                "tolerance": 1e-4,
            },
        },
        "parameter_1>square_1 square_1>add_1 add_1>optimizer_1.loss",
    )
    run = trainer(graph)
    run.run()
    losses = [1 + 0.64**k for k in range(1000)]
    assert run.step() == next(k for k in range(1, 1000) if losses[k - 1] - losses[k] <= 1e-4 * losses[k])


def test_without_convergence_asked_for_a_short_gradient_ends_nothing():
    run = trainer(bowl(until="steps", tolerance=1.0))
    run.run(1000)
    assert run.step() == 1000


# What is not finite -------------------------------------------------------------------------------------------------


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


# Live settings ------------------------------------------------------------------------------------------------------


def test_the_learning_rate_changes_from_the_next_step_on():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    run.run(10)
    assert run.set_live("optimizer_1", "learning_rate", 5e-4)
    run.run(10)
    x, y = descend(10, 5e-4, *descend(10, 1e-3)[-1])[-1]
    assert float(run.parameters()["parameter_1"]) == pytest.approx(x, rel=1e-11)
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)


def test_weight_decay_can_begin_in_the_middle_of_a_run():
    run = trainer(bowl())
    run.run(5)
    assert run.set_live("optimizer_1", "weight_decay", 0.5)
    run.run(5)
    assert float(run.parameters()["parameter_1"]) == pytest.approx(0.8**5 * (1 - 0.1 * 2.5) ** 5)


def test_numbers_of_other_nodes_are_live():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    assert run.set_live("multiply_1", "y", 0.0)
    run.run(100)
    assert float(run.parameters()["parameter_2"]) == 1.0
    assert float(run.parameters()["parameter_1"]) == pytest.approx(1 - 2.2 * 0.998**100)


@pytest.mark.parametrize(
    ("node", "setting", "value"),
    [
        ("optimizer_1", "method", "adam"),
        ("optimizer_1", "steps", 5),
        ("nobody", "x", 1.0),
        ("parameter_1", "shape", (2,)),
    ],
)
def test_structural_settings_are_not_live(node, setting, value):
    assert not trainer(rosenbrock(optimizer_1=DESCENT)).set_live(node, setting, value)


def test_a_live_value_out_of_range_is_refused():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    with pytest.raises(SettingError, match="learning_rate"):
        run.set_live("optimizer_1", "learning_rate", -1.0)


# Steps, chunks and seeds --------------------------------------------------------------------------------------------


def test_how_a_run_is_cut_into_chunks_changes_nothing():
    whole = trainer(network()).run(60)[0].rows
    run = trainer(network())
    pieces = [chunk.rows for most in (1, 2, 7, 50) for chunk in run.run(most)]
    np.testing.assert_array_equal(np.vstack(pieces), whole)


def test_a_time_limit_ends_a_chunk():
    run = trainer(rosenbrock(optimizer_1={**DESCENT, "steps": 10**8}, optimizer_2={**ADAM, "steps": 10**8}))
    run.run(10**8, seconds=0.02)
    assert 0 < run.step(0) == run.step(1) < 10**8


def test_iterating_gives_a_record_of_each_step():
    run = trainer(rosenbrock(optimizer_1={**DESCENT, "steps": 3}))
    steps = list(run)
    assert [step.step for step in steps] == [0, 1, 2]
    path = descend(2, 1e-3)
    for step, (x, y) in zip(steps, path, strict=True):
        assert step.losses["optimizer_1"] == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2)
        assert step.gradient_norms["parameter_1"] == pytest.approx(abs(rosenbrock_gradient(x, y)[0]))


def test_one_seed_gives_one_run_and_another_seed_another():
    first, same, other = (trainer(network(), seed=seed).run(20)[0].rows for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_consecutive_steps_see_different_noise():
    still = content(
        {
            "parameter_1": {"value": 0.0},
            "noise_1": {},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 1e-7, "steps": 50},
        },
        "parameter_1>noise_1 noise_1>optimizer_1.loss",
    )
    losses = trainer(still).run(50)[0].rows[:, 0]
    assert len(set(losses)) == 50
    assert abs(losses.mean()) < 0.6
    assert 0.5 < losses.std() < 1.5


# Constraints and precision ------------------------------------------------------------------------------------------


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
