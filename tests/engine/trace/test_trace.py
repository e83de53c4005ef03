"""Traces of every sample by every approach: the numbers are those of the gradient and of the trainer's next step."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

from engine.autodiff.approaches import refused_feature
from engine.autodiff.names import APPROACHES
from engine.binding import bind
from engine.evaluate import gradient, loss_program
from engine.stepper import choose
from engine.trace.record import Window, at_kept, record
from engine.trace.run import run
from engine.training import Trainer
from tests.engine.training_graphs import content, network, prepared, rosenbrock, rosenbrock_gradient
from tests.samples.opened import SAMPLES, sample
from tests.sizes import soaking

STEMS = [path.stem for path in SAMPLES]
LONG = 4_000
"""Operations beyond which only two approaches are traced, but in `make soak`."""
PASSES = 24
"""Most numbers of the parameters for which the forward approach is traced: a pass for each."""
DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}
MOMENTUM = {"method": "adam", "learning_rate": 0.1, "steps": 100}


def close(found, wanted, tolerance):
    """Whether two sets of arrays agree to `tolerance` of the second's norm."""
    norm = np.sqrt(sum(float(np.sum(np.abs(each) ** 2)) for each in wanted.values()))
    gap = np.sqrt(sum(float(np.sum(np.abs(np.asarray(found[id]) - wanted[id]) ** 2)) for id in wanted))
    return found.keys() == wanted.keys() and gap <= tolerance * norm


def approaches_for(graph, plan):
    """Return the approaches that are traced: those that run and are not too long for a test."""
    size = sum(np.size(graph.parameters[id]) for id in plan.parameters)
    program = loss_program(graph, plan.id).program
    entries = len(run(program, bind(program, graph, graph.parameters, step=graph.step), []).entries)
    for approach in ("static", "callbacks") if entries > LONG and not soaking() else APPROACHES:
        refused = refused_feature(program, *choose(approach, None, {}))
        if refused is None and (approach != "forward" or size <= PASSES):
            yield approach


@pytest.mark.parametrize("stem", STEMS)
def test_the_numbers_of_a_trace_are_those_of_the_gradient_and_of_the_next_step(stem):
    graph = sample(stem).prepare(start="initial")
    plan = graph.plans[0]
    single = any(np.asarray(graph.parameters[id]).dtype == np.float32 for id in plan.parameters)
    for approach in approaches_for(graph, plan):
        trace = record(graph, optimizer=plan.id, approach=approach)
        wanted = gradient(graph, optimizer=plan.id, approach=approach)
        assert trace.loss == pytest.approx(wanted.loss, rel=1e-6 if single else 1e-12)
        assert close(trace.gradients, wanted.gradients, 1e-5 if single else 1e-10), approach
        trained = Trainer(graph, approach=approach)
        trained.run(1)
        lane = next(k for k, each in enumerate(trained.lanes) if plan.id in each.optimizers)
        assert close(trace.parameters, {id: trained.parameters(lane)[id] for id in trace.parameters}, 0.0), approach
        assert trace.parameters.keys() == wanted.gradients.keys()
        numbers = [each.number for each in trace.micro_steps]
        assert numbers == list(range(len(numbers))) and len(numbers) <= 50_000
        if approach != "forward":
            order = ["read", "forward", "backward", "update"]
            phases = [order.index(each.phase) for each in trace.micro_steps]
            assert phases == sorted(phases) and set(phases) == {0, 1, 2, 3}


@pytest.mark.parametrize("stem", ["2_iris_network", "loops_of_theano", "sentiment_trees"])
def test_the_steps_back_add_up_to_the_gradient(stem):
    """Contributions summed by hand, in the order in which they came, are the totals shown and the gradients."""
    graph = sample(stem).prepare(start="initial")
    trace = record(graph)
    sums = {}
    for step in trace.micro_steps:
        for each in step.contributions:
            if not isinstance(each.share, dict):
                sums[each.slot] = sums.get(each.slot, 0) + each.share
                np.testing.assert_array_equal(sums[each.slot], each.total)
    slots = {each.node: each.slots[0] for each in trace.micro_steps if each.phase == "read"}
    for id, value in trace.gradients.items():
        if id in slots and slots[id] in sums:
            np.testing.assert_array_equal(sums[slots[id]], value)
    assert any(id in slots and slots[id] in sums for id in trace.gradients)


def test_there_and_back_again():
    """What is known before a micro-step is the same on the way there and on the way back, and grows by one thing."""
    trace = record(prepared(rosenbrock(optimizer_1=DESCENT)))
    count = len(trace.micro_steps)
    there = [trace.at(number) for number in range(count + 1)]
    back = [trace.at(number) for number in range(count, -1, -1)]
    assert there == back[::-1]
    assert not there[0].values and not there[0].cotangents and not there[0].moved
    assert set(there[-1].moved) == {"parameter_1", "parameter_2"}
    for before, after in itertools.pairwise(there):
        grown = [len(getattr(after, name)) - len(getattr(before, name)) for name in after._fields]
        assert min(grown) >= 0


def test_a_trace_of_rosenbrock_says_what_paper_says():
    trace = record(prepared(rosenbrock(optimizer_1=DESCENT)))
    by_x, by_y = rosenbrock_gradient(-1.2, 1.0)
    assert trace.gradients["parameter_1"] == pytest.approx(by_x)
    assert trace.gradients["parameter_2"] == pytest.approx(by_y)
    moved = {each.update.parameter: each.update for each in trace.micro_steps if each.phase == "update"}
    assert moved["parameter_1"].before == -1.2
    assert moved["parameter_1"].change == pytest.approx(-1e-3 * by_x)
    assert moved["parameter_1"].after == pytest.approx(-1.2 - 1e-3 * by_x)
    square = next(each for each in trace.micro_steps if each.phase == "backward" and each.node == "square_2")
    inner = 1.0 - 1.44
    assert square.operator == "elementwise.square"
    assert square.cotangent == 100.0 and square.output == pytest.approx(inner**2)
    assert [each.node for each in square.contributions] == ["subtract_1"]
    assert square.contributions[0].share == pytest.approx(200 * inner)
    local = trace.partials(square.number, square.contributions[0].argument)
    assert float(local.array) == pytest.approx(2 * inner)


def test_the_state_of_the_method_is_shown_before_and_after():
    graph = prepared(rosenbrock(optimizer_1=MOMENTUM))
    trained = Trainer(graph)
    trained.run(3)
    trace = record(at_kept(graph, trained.kept()))
    trained.run(1)
    kept = trained.kept().states["optimizer_1"]
    update = next(each.update for each in trace.micro_steps if each.phase == "update")
    assert len(update.slots) >= 2 and trace.step == 3
    for slot, (before, after) in update.slots.items():
        assert after == kept[f"{slot}.{update.parameter}"].array()
        assert before != after
    assert update.after == trained.parameters()[update.parameter]


def test_a_trace_in_the_middle_of_a_run_is_of_that_step_s_batch_and_noise():
    graph = prepared(network())
    trained = Trainer(graph)
    trained.run(7)
    moment = at_kept(graph, trained.kept())
    trace = record(moment)
    assert trace.batches["minibatch_1"].shape == (7,)
    (chunk,) = trained.run(1)
    assert trace.loss == pytest.approx(chunk.rows[0, 0], rel=1e-12)
    assert close(trace.parameters, {id: trained.parameters()[id] for id in trace.parameters}, 1e-12)
    wanted = gradient(moment, states=trained.states(), step=7, parameters=moment.parameters).gradients
    assert not close(trace.gradients, wanted, 1e-12)  # another batch: the states have gone on


@functools.cache
def particle():
    """The sample with the longest loop, and its whole trace."""
    graph = sample("charged_particle").prepare(start="initial")
    return graph, record(graph)


def test_loops_are_shown_by_their_iterations_and_long_ones_by_a_window():
    graph, whole = particle()
    window = record(graph, window=Window(3, 2))
    shown = {each.iteration for step in window.micro_steps for each in step.place if each.iteration is not None}
    assert shown == {3, 4}
    assert len(window.micro_steps) + window.left_out == len(whole.micro_steps)
    assert "iterations 3 to 4" in window.sentence and "left out" in window.sentence
    assert not whole.left_out and not whole.sentence
    assert close(window.gradients, whole.gradients, 0.0)


def test_a_trace_keeps_to_its_limit_and_says_so():
    graph, whole = particle()
    few = record(graph, limit=500)
    assert 100 < len(few.micro_steps) <= 500
    assert f"{few.left_out:,}" in few.sentence and few.left_out > 10_000
    assert {each.phase for each in few.micro_steps} == {"read", "forward", "backward", "update"}
    assert close(few.gradients, whole.gradients, 0.0)


def test_what_is_special_to_an_approach():
    graph = prepared(rosenbrock(optimizer_1=DESCENT))
    traces = {approach: record(graph, approach=approach) for approach in APPROACHES}
    depths = [each.depth for each in traces["callbacks"].micro_steps if each.phase == "forward"]
    assert depths == list(range(len(depths)))
    back = [each.depth for each in traces["callbacks"].micro_steps if each.phase == "backward"]
    assert back == sorted(back, reverse=True)
    rows = [each.row for each in traces["tape"].micro_steps if each.phase == "backward"]
    assert rows == sorted(rows, reverse=True) and rows[-1] == 0
    lines, last = traces["source"].source.splitlines(), {}
    for step in traces["source"].micro_steps:
        if step.phase in ("forward", "backward"):
            passing = ("add_1", "subtract_2")  # they pass on what came
            assert (step.line is None) == (step.phase == "backward" and step.node in passing)
            if step.line is not None:
                assert " = " in lines[step.line]
                last[step.phase] = max(last.get(step.phase, 0), step.line)
    assert last["forward"] < last["backward"]
    passes = {each.direction for each in traces["forward"].micro_steps if each.phase == "tangent"}
    assert passes == {("parameter_1", 0), ("parameter_2", 0)}


def test_groups_are_stretches_of_one_node():
    trace = record(sample("2_iris_network").prepare(start="initial"))
    assert [number for each in trace.groups for number in each] == list(range(len(trace.micro_steps)))
    for each in trace.groups:
        assert len({(trace.micro_steps[k].node, trace.micro_steps[k].phase) for k in each}) == 1
    assert len(trace.groups) < len(trace.micro_steps)


def test_a_step_that_cannot_be_taken_has_no_update():
    graph = prepared(
        content(
            {"parameter_1": {"value": -1.0}, "log_1": {}, "optimizer_1": {}}, "parameter_1>log_1 log_1>optimizer_1.loss"
        )
    )
    trace = record(graph)
    assert not trace.parameters and "not finite" in trace.sentence
    assert "update" not in {each.phase for each in trace.micro_steps}
