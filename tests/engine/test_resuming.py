"""Runs that are taken up from kept values go on as if there had been no break, as far as what was kept still fits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.files.read import parse, read
from engine.files.save import save
from engine.files.write import render
from engine.optimizers import METHODS
from engine.types import Tensor
from tests.engine.training_graphs import (
    ADAM,
    DESCENT,
    content,
    descend,
    network,
    rosenbrock,
    taking_turns,
    trainer,
)

FIRST_ORDER = [name for name, method in METHODS.items() if method.search is None]


@pytest.mark.parametrize("method", FIRST_ORDER)
def test_a_resumed_run_is_bit_equal_to_an_uninterrupted_one(method):
    """Minibatches, noise, running averages and constraints included; the values go through a file in between."""
    whole = trainer(network(method))
    (chunk,) = whole.run(60)
    first = trainer(network(method))
    first.run(23)
    reopened = parse(render(replace(network(method), kept=first.kept())))
    second = trainer(network(method), reopened.kept)
    (rest,) = second.run(60)
    assert second.step() == whole.step() == 60
    assert rest.first == 23
    np.testing.assert_array_equal(rest.rows, chunk.rows[23:])
    for id, value in whole.parameters().items():
        np.testing.assert_array_equal(second.parameters()[id], value)
    for id, state in whole.states().items():
        for one, other in zip(second.states()[id], state, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "first",
    [{"steps": 10}, {"steps": 40, "until": "gradient_norm", "tolerance": 0.3}, {"steps": 50}],
    ids=["ended", "converged", "longer"],
)
def test_optimizers_of_different_length_resume_as_if_without_a_break(first):
    graph = taking_turns({"learning_rate": 0.01, **first}, {"learning_rate": 0.1, "steps": 40})
    whole = trainer(graph)
    whole.run(100)
    moved = [trainer(graph) for _ in range(4)]
    for cut, part in zip((5, 10, 30, 39), moved, strict=True):
        part.run(cut)
        kept = parse(render(replace(graph, kept=part.kept()))).kept
        rest = trainer(graph, kept)
        rest.run(100)
        assert rest.step() == whole.step()
        assert rest.parameters() == whole.parameters(), cut


def test_batches_resume_where_the_optimizer_that_goes_on_has_drawn_them():
    short = {"method": "momentum", "learning_rate": 0.01, "steps": 20, "parameters": ("parameter_1", "parameter_2")}
    graph = network(optimizer_2=short)
    long = graph.graph.nodes["optimizer_1"]
    others = tuple(f"parameter_{k}" for k in (3, 4, 5, 6))
    nodes = {**graph.graph.nodes, "optimizer_1": replace(long, settings={**long.settings, "parameters": others})}
    graph = replace(graph, graph=replace(graph.graph, nodes=nodes))
    whole, first = trainer(graph), trainer(graph)
    (chunk,) = whole.run(100)
    first.run(27)
    (rest,) = trainer(graph, first.kept()).run(100)
    np.testing.assert_array_equal(rest.rows, chunk.rows[27:])
    batch = first.states()["minibatch_1"]
    np.testing.assert_array_equal(batch[1], 27 * 7 % 40 or 40)


def test_a_converged_optimizer_rests_also_where_steps_are_asked_for():
    graph = taking_turns(
        {"learning_rate": 0.01, "steps": 40, "until": "gradient_norm", "tolerance": 0.3},
        {"learning_rate": 0.1, "steps": 40},
    )
    whole, first = trainer(graph, steps=60), trainer(graph, steps=30)
    whole.run(60)
    first.run(30)
    rest = trainer(graph, first.kept(), steps=30)
    rest.run(30)
    assert rest.parameters() == whole.parameters()


@pytest.mark.parametrize("rows", [30, 50])
def test_a_run_resumes_on_data_of_another_length(rows):
    def graph(count):
        nodes = {
            "line_data_1": {"count": count},
            "minibatch_1": {"size": 10},
            "parameter_1": {"value": 0.5},
            "multiply_1": {},
            "mse_1": {},
            "optimizer_1": {"steps": 20},
        }
        wires = (
            "line_data_1.x>minibatch_1 line_data_1.y>minibatch_1.y minibatch_1.batch_x>multiply_1 "
            "parameter_1>multiply_1.y multiply_1>mse_1.prediction minibatch_1.batch_y>mse_1.target "
            "mse_1>optimizer_1.loss"
        )
        return content(nodes, wires)

    first = trainer(graph(40))
    first.run(2)
    again = trainer(graph(rows), first.kept())
    again.run(3)
    order, position = again.states()["minibatch_1"]
    assert sorted(order.tolist()) == list(range(rows))
    assert position == 30


@pytest.mark.parametrize("slot", ["previous_loss", "converged", "mean.parameter_1"])
def test_kept_state_of_another_shape_is_left_aside(slot):
    """A file may be written by hand."""
    first = trainer(network())
    first.run(3)
    kept = first.kept()
    for odd in (np.ones(3), np.complex128(1j)):
        states = {**kept.states, "optimizer_1": {**kept.states["optimizer_1"], slot: Tensor.of(odd)}}
        again = trainer(network(), replace(kept, states=states))
        again.run(100)
        assert again.step() == 60


def test_free_values_of_another_constraint_are_not_taken_up():
    def graph(**constraint):
        nodes = {"parameter_1": {"value": 0.5, **constraint}, "square_1": {}, "optimizer_1": {"steps": 9}}
        return content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss")

    first = trainer(graph(constraint="bounded"))
    first.run(3)
    kept = float(first.parameters()["parameter_1"])
    for changed in ({"constraint": "bounded", "high": 10.0}, {"constraint": "positive"}, {}):
        again = trainer(graph(**changed), first.kept())
        assert float(again.parameters()["parameter_1"]) == pytest.approx(kept, rel=1e-9), changed


def test_large_values_resume_from_the_file_beside_the_graph(tmp_path):
    graph = content(
        {
            "parameter_1": {"shape": (40, 40), "initial": "normal"},
            "sin_1": {},
            "sum_1": {},
            "optimizer_1": {"method": "adam", "steps": 20},
        },
        "parameter_1>sin_1 sin_1>sum_1 sum_1>optimizer_1.loss",
    )
    whole, first = trainer(graph), trainer(graph)
    (chunk,) = whole.run(20)
    first.run(8)
    save(tmp_path / "large.dgraph", replace(graph, kept=first.kept()))
    assert list(tmp_path.glob("*.npz")), "too small to lie beside the graph"
    second = trainer(graph, read(tmp_path / "large.dgraph").kept)
    (rest,) = second.run(20)
    np.testing.assert_array_equal(rest.rows, chunk.rows[8:])
    np.testing.assert_array_equal(second.parameters()["parameter_1"], whole.parameters()["parameter_1"])


def test_a_finished_run_that_is_taken_up_does_as_many_steps_again():
    first = trainer(rosenbrock(optimizer_1=DESCENT))
    first.run(1000)
    second = trainer(rosenbrock(optimizer_1=DESCENT), first.kept())
    second.run(1000)
    assert second.step() == 400
    np.testing.assert_allclose(second.parameters()["parameter_1"], descend(400, 1e-3)[-1][0], rtol=1e-10)


def test_kept_values_can_be_left_aside():
    first = trainer(rosenbrock(optimizer_1=DESCENT))
    first.run(50)
    again = trainer(rosenbrock(optimizer_1=DESCENT), first.kept(), start="initial")
    assert again.step() == 0
    assert float(again.parameters()["parameter_1"]) == -1.2


def test_another_method_takes_up_the_values_but_not_the_state():
    first = trainer(rosenbrock(optimizer_1=DESCENT))
    first.run(50)
    second = trainer(rosenbrock(optimizer_1=ADAM), first.kept())
    assert second.step() == 50
    np.testing.assert_array_equal(second.parameters()["parameter_1"], first.parameters()["parameter_1"])
    second.run(10)
    assert math.isfinite(second.parameters()["parameter_1"])


def two_weights(**frozen):
    nodes = {
        "parameter_1": {"value": (1.0, -2.0)},
        "parameter_2": {"value": 0.5},
        "multiply_1": {},
        "subtract_1": {"y": 1.0},
        "square_1": {},
        "sum_1": {},
        "optimizer_1": {"learning_rate": 0.05, "steps": 40},
    }
    graph = content(
        nodes,
        "parameter_1>multiply_1 parameter_2>multiply_1.y multiply_1>subtract_1 subtract_1>square_1 square_1>sum_1 "
        "sum_1>optimizer_1.loss",
    )
    changed = {
        id: replace(node, frozen=id in frozen.get("nodes", ()), settings={**node.settings, **frozen.get(id, {})})
        for id, node in graph.graph.nodes.items()
    }
    return replace(graph, graph=replace(graph.graph, nodes=changed))


@pytest.mark.parametrize("method", ["adam", "momentum", "lbfgs", "lion"])
def test_a_newly_unfrozen_parameter_leaves_the_state_of_the_others(method):
    before = two_weights(nodes=("parameter_2",), optimizer_1={"method": method})
    first = trainer(before)
    first.run(12)
    kept = first.kept()
    again = trainer(two_weights(optimizer_1={"method": method}), kept)
    carried = dict(again.kept().states["optimizer_1"])
    slots = [name for name in kept.states["optimizer_1"] if name.endswith(".parameter_1")]
    assert len(slots) > 1
    for name in slots:
        np.testing.assert_array_equal(carried[name].array(), kept.states["optimizer_1"][name].array())
    fresh = [name for name in carried if name.endswith(".parameter_2") and not name.startswith(("free.", "age."))]
    assert fresh
    assert not any(carried[name].array().any() for name in fresh)
    again.run(100)
    assert again.done
    assert again.step() > kept.step or method == "lbfgs"


def test_a_parameter_that_joins_late_begins_like_any_other():
    """Adam's first step is the learning rate in length; without its own count of steps it would be three times that."""
    first = trainer(two_weights(nodes=("parameter_2",)))
    first.run(30)
    again = trainer(two_weights(), first.kept())
    before = float(again.parameters()["parameter_2"])
    again.run(1)
    assert abs(float(again.parameters()["parameter_2"]) - before) == pytest.approx(0.05, rel=1e-6)
    middle = trainer(two_weights(), again.kept())
    again.run(6)
    middle.run(6)
    for id, value in again.parameters().items():
        np.testing.assert_array_equal(middle.parameters()[id], value)


def test_a_reshaped_parameter_starts_anew_and_the_others_go_on():
    first = trainer(two_weights())
    first.run(12)
    graph = two_weights(parameter_1={"value": (1.0, -2.0, 3.0)})
    again = trainer(graph, first.kept())
    states = again.kept().states["optimizer_1"]
    np.testing.assert_array_equal(
        states["mean.parameter_2"].array(), first.kept().states["optimizer_1"]["mean.parameter_2"].array()
    )
    assert not states["mean.parameter_1"].array().any()
    assert int(states["age.parameter_1"].array()) == 12
    assert "age.parameter_2" not in states


def test_factors_scale_single_learning_rates_and_are_live():
    def moved(made):
        return {id: np.array(value) for id, value in made.parameters().items()}

    graph = two_weights(optimizer_1={"rate_factors": (("parameter_2", 0.25),), "method": "gradient_descent"})
    plain, scaled = trainer(two_weights(optimizer_1={"method": "gradient_descent"})), trainer(graph)
    start = moved(plain)
    plain.run(1)
    scaled.run(1)
    np.testing.assert_array_equal(moved(scaled)["parameter_1"], moved(plain)["parameter_1"])
    step = moved(plain)["parameter_2"] - start["parameter_2"]
    assert moved(scaled)["parameter_2"] - start["parameter_2"] == pytest.approx(0.25 * step)
    assert scaled.set_live("optimizer_1", "rate_factors", (("parameter_1", 1e-12),))
    before = moved(scaled)
    scaled.run(1)
    np.testing.assert_allclose(moved(scaled)["parameter_1"], before["parameter_1"], atol=1e-10)
    assert abs(moved(scaled)["parameter_2"] - before["parameter_2"]) > 1e-4
    assert plain.set_live("optimizer_1", "rate_factors", (("parameter_2", 1e-12),))
    before = moved(plain)
    plain.run(1)
    assert abs(moved(plain)["parameter_1"] - before["parameter_1"]).max() > 1e-4
    assert moved(plain)["parameter_2"] == pytest.approx(before["parameter_2"], abs=1e-10)
