"""What each micro-step makes known at the sockets: in the end all that a look at the wires knows, nothing too soon."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import GradwireError
from engine.evaluate import gradient, look
from engine.graph import Socket
from engine.trace.record import record
from tests.engine.training_graphs import network, prepared, rosenbrock
from tests.samples.opened import SAMPLES, sample

STEMS = [path.stem for path in SAMPLES]


def known_after(steps):
    """Return the values and cotangents that are known after these micro-steps, by socket."""
    known = {"value": {}, "cotangent": {}}
    for step in steps:
        for mark in step.marks:
            if mark.value is None:
                known[mark.kind].pop(mark.socket, None)
            else:
                known[mark.kind][mark.socket] = mark.value
    return known


def same(found, wanted, tolerance=1e-9):
    """Whether a value, or all parts of one that are known, agrees with another."""
    if isinstance(found, dict):
        parts = wanted if isinstance(wanted, dict) else dict(enumerate(wanted))
        return all(same(part, parts[name], tolerance) for name, part in found.items())
    a, b = np.asarray(found), np.asarray(wanted)
    scale = max(float(np.max(np.abs(b), initial=0.0)), 1e-12) if b.dtype.kind in "fc" else 1.0
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=tolerance * scale, equal_nan=True)


@pytest.mark.parametrize("stem", STEMS)
def test_in_the_end_all_is_known_that_a_look_at_the_wires_knows(stem):
    """`look` evaluates the whole graph by another way: the reverse adjoint of every wire at once."""
    graph = sample(stem).prepare(start="initial")
    trace = record(graph, approach="static")
    single = any(np.asarray(each).dtype == np.float32 for each in graph.parameters.values())
    known, seen = known_after(trace.micro_steps), look(graph, optimizer=trace.optimizer).wires
    inside = {id for id, node in graph.graph.nodes.items() if node.inside}
    compared = 0
    for kind in ("value", "cotangent"):
        for socket, value in known[kind].items():
            if socket.node in inside or socket not in seen or getattr(seen[socket], kind) is None:
                continue
            assert same(value, getattr(seen[socket], kind), 1e-4 if single else 1e-8), (kind, socket)
            compared += 1
    assert compared > len(trace.gradients)
    for id, value in trace.gradients.items():
        assert same(known["cotangent"][Socket(id, "value")], value)


def test_nothing_is_known_before_it_is_reached():
    trace = record(
        prepared(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}))
    )
    assert known_after([]) == {"value": {}, "cotangent": {}}
    for number, step in enumerate(trace.micro_steps):
        known = known_after(trace.micro_steps[: number + 1])
        if step.phase in ("read", "forward"):
            assert not known["cotangent"]
            assert known["value"][Socket(step.node, "value")] == step.output
        before = known_after(trace.micro_steps[:number])["value"]
        assert Socket(step.node, "value") not in before or step.phase not in ("read", "forward")


def test_inside_a_loop_sockets_tell_of_the_iteration_that_is_walked():
    trace = record(sample("logistic_map_chaos").prepare(start="initial"))
    graph = sample("logistic_map_chaos").graph
    steps = [each for each in trace.micro_steps if each.place and each.phase in ("forward", "backward")]
    inner = {each.node for each in steps if graph.nodes[each.node].inside}
    assert inner and {each.place[-1].iteration for each in steps} >= {0, 1, 2}
    known, told = {}, 0
    for step in trace.micro_steps:
        for mark in step.marks:
            known[mark.socket, mark.kind] = mark.value
        mine = {each.value is step.output for each in step.marks if each.socket.node == step.node}
        if step in steps and step.phase == "forward" and step.node in inner:
            told += True in mine
        if step in steps and step.phase == "backward":
            values = [known.get((Socket(step.node, "value"), "value"))]
            told += any(each is step.output for each in values)
    assert told > 6
    firsts = [each for each in steps if any(mark.value is None for mark in each.marks)]
    turns = {each.place[-1].iteration for each in firsts}
    assert len(turns) > 2, "with each iteration what was known of the last is forgotten"


def test_tangents_are_known_pass_by_pass():
    graph = prepared(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}))
    trace = record(graph, approach="forward")
    wanted = gradient(graph).gradients
    passes = [each for each in trace.micro_steps if each.phase == "tangent"]
    last = {each.direction: each.number for each in passes}
    for (id, _), number in last.items():
        known = known_after(trace.micro_steps[: number + 1])["cotangent"]
        assert known[Socket("add_1", "value")] == pytest.approx(wanted[id]), "at the loss a tangent is the derivative"
    known = known_after(trace.micro_steps)["cotangent"]
    assert {id: known[Socket(id, "value")] for id in wanted} == pytest.approx(dict(wanted))


@pytest.mark.parametrize("approach", ["tape", "forward"])
def test_one_example_of_a_minibatch_flows_alone(approach):
    graph = prepared(network())
    whole = record(graph, approach="tape")
    row = int(whole.batches["minibatch_1"][2])
    trace = record(graph, approach=approach, example=2)
    assert set(trace.batches["minibatch_1"].tolist()) == {row}
    assert "row 2" in trace.sentence
    drawn = [value for socket, value in known_after(trace.micro_steps)["value"].items() if socket.node == "minibatch_1"]
    assert drawn
    for rows in drawn:
        np.testing.assert_array_equal(np.asarray(rows), np.broadcast_to(np.asarray(rows)[0], np.shape(rows)))
    assert trace.loss != whole.loss
    with pytest.raises(GradwireError, match="there is no 99"):
        record(graph, example=99)
