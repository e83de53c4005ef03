"""The trail of a run against the run itself taken step by step, and rivals against optimizers that run alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import trail as trails
from engine.edits import AddNode
from engine.errors import GradwireError
from engine.graph import Kept
from engine.rivals import Rival, inserted, optimizers_of, side_by_side
from engine.trail import Trail, elements
from engine.training import Trainer
from engine.types import Tensor
from nodes.library import LIBRARY
from tests.engine.training_graphs import prepared, rosenbrock

ADAM = {"method": "adam", "learning_rate": 0.02, "steps": 900}
X, Y = ("parameter_1", 0), ("parameter_2", 0)


def walked(settings, most=10_000):
    graph = prepared(rosenbrock(optimizer_1=settings))
    trail = Trail(Trainer(graph))
    while not trail.trainer.done:
        trail.run(most, 10.0)
    return trail


def test_a_trail_is_where_the_run_was():
    trail = walked(ADAM, most=37)
    alone = Trainer(prepared(rosenbrock(optimizer_1=ADAM)))
    values = {0: [float(alone.parameters()[id]) for id in ("parameter_1", "parameter_2")]}
    moments = {0: alone.carried()}
    while not alone.done:
        alone.run(1)
        values[alone.step()] = [float(alone.parameters()[id]) for id in ("parameter_1", "parameter_2")]
        moments[alone.step()] = alone.carried()
    steps, places = trail.way(0, trail.elements(X, Y))
    assert steps[0] == 0
    assert steps[-1] == 900
    np.testing.assert_array_equal(places, [values[step] for step in steps.tolist()])
    for stand in trail.lanes[0]:
        assert stand.slots["mean parameter_1"] == float(moments[stand.step]["mean", "parameter_1"])
        far = np.subtract(values[stand.step + 1], values[stand.step])
        assert stand.moved["parameter_2"] == pytest.approx(abs(far[1]))
        x, y = values[stand.step]
        assert stand.slopes["parameter_2"] == pytest.approx(abs(200 * (y - x * x)))


def test_a_trail_changes_nothing_of_what_is_recorded():
    graph = prepared(rosenbrock(optimizer_1=ADAM))
    (whole,) = Trainer(graph).run(900)
    trail, rows = Trail(Trainer(graph)), []
    while not trail.trainer.done:
        for chunk in trail.run(123, 10.0):
            assert chunk.first == sum(map(len, rows))
            rows.append(chunk.rows)
    np.testing.assert_array_equal(np.vstack(rows), whole.rows)


def test_a_long_run_has_a_path_of_a_few_hundred_points(monkeypatch):
    monkeypatch.setattr(trails, "MOST", 16)
    trail = walked(ADAM)
    steps, _ = trail.way(0, trail.elements(X, Y))
    assert 8 <= len(steps) <= 17
    assert len(set(np.diff(steps[:-1]).tolist())) == 1


def test_parameters_too_many_for_a_path_have_none(monkeypatch):
    monkeypatch.setattr(trails, "BYTES", 100)
    trail = walked({**ADAM, "steps": 5})
    assert not trail.kept
    assert trail.lanes == [[]]
    with pytest.raises(GradwireError, match="too many"):
        trail.plane()


def test_momentum_pushes_against_the_mean_of_the_gradients():
    trail = walked({"method": "momentum", "learning_rate": 1e-4, "momentum": 0.5, "steps": 2})
    plain = Trainer(prepared(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-4, "steps": 1})))
    before = [float(plain.parameters()[id]) for id in ("parameter_1", "parameter_2")]
    stands = [stand.values for stand in trail.lanes[0]]
    gradients = [(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)) for x, y in stands]
    np.testing.assert_allclose(before, stands[0])
    wanted = -(0.5 * np.array(gradients[0]) + gradients[1])
    np.testing.assert_allclose(trail.push(0, trail.elements(X, Y)), wanted, rtol=1e-10)
    assert walked({**ADAM, "method": "gradient_descent", "learning_rate": 1e-4, "steps": 2}).push(
        0, trail.elements(X, Y)
    ) is None  # fmt: skip


def test_the_plane_of_two_numbers_holds_all_of_two():
    trail = walked({**ADAM, "steps": 60})
    plane, flat = trail.plane(), trail.elements(X, Y)
    assert plane.share == pytest.approx(1.0)
    _, places = trail.way(0, plane)
    _, values = trail.way(0, flat)
    back = [
        [plane.centre[id] + x * plane.first[id] + y * plane.second[id] for id in ("parameter_1", "parameter_2")]
        for x, y in places
    ]
    np.testing.assert_allclose(back, values, atol=1e-10)


def test_a_plane_needs_two_numbers_of_what_is_trained():
    here = {"w": np.zeros(3)}
    with pytest.raises(GradwireError, match="different"):
        elements(here, ("w", 1), ("w", 1))
    with pytest.raises(GradwireError, match="not trained"):
        elements(here, ("w", 1), ("v", 1))


# ----- rivals -----

METHODS = (
    Rival("gradient_descent", settings={"learning_rate": 1e-3}),
    Rival("adam"),
    Rival("adam", "Adam, bold", {"learning_rate": 0.3}),
)


def test_rivals_go_the_way_that_each_goes_alone():
    base = rosenbrock(optimizer_1={**ADAM, "steps": 50})
    together = Trail(Trainer(prepared(side_by_side(base, LIBRARY, "optimizer_1", METHODS))))
    assert [lane.name for lane in together.trainer.lanes] == ["Gradient descent", "Adam", "Adam, bold"]
    together.run(20, 10.0)
    assert {together.trainer.step(k) for k in range(3)} == {20}, "all go in step"
    for lane, rival in enumerate(METHODS):
        settings = {**ADAM, "steps": 50, "method": rival.method, **rival.settings}
        alone = Trainer(prepared(rosenbrock(optimizer_1=settings)))
        alone.run(20)
        for id in ("parameter_1", "parameter_2"):
            assert together.trainer.parameters(lane)[id] == alone.parameters()[id]


def test_a_comparison_starts_from_what_was_kept_and_from_step_0():
    base = rosenbrock(optimizer_1=ADAM)
    kept = Kept(70, 3, "optimizer_1", {"parameter_1": Tensor.of(np.float64(0.25))}, {"optimizer_1": {}})
    made = side_by_side(replace(base, kept=kept), LIBRARY, "optimizer_1", METHODS[:2])
    graph = prepared(made, made.kept)
    assert graph.step == 0
    assert graph.seed == 3
    assert float(graph.parameters["parameter_1"]) == 0.25
    assert base.graph.nodes.keys() == {*made.graph.nodes} - {"optimizer_2", "optimizer_3"} | {"optimizer_1"}


def test_inserting_adds_nodes_with_the_same_loss_in_one_step_that_is_undone():
    base = rosenbrock(optimizer_1=ADAM)
    group = inserted(base, "optimizer_1", METHODS)
    after, back = group.apply(base)
    assert optimizers_of(after.graph, LIBRARY) == ("optimizer_1", "optimizer_2", "optimizer_3", "optimizer_4")
    assert after.graph.nodes["optimizer_4"].settings["learning_rate"] == 0.3
    losses = {after.graph.sources[wire.target] for id in optimizers_of(after.graph, LIBRARY)
              for wire in after.graph.incoming[id]}  # fmt: skip
    assert len(losses) == 1
    assert sum(isinstance(edit, AddNode) for edit in group.edits) == 3
    assert back.apply(after)[0] == base


def test_without_an_optimizer_or_a_method_there_is_nothing_to_compare():
    base = rosenbrock(optimizer_1=ADAM)
    with pytest.raises(GradwireError, match="at least one"):
        side_by_side(base, LIBRARY, "optimizer_1", ())
    with pytest.raises(GradwireError, match="no optimizer"):
        side_by_side(base, LIBRARY, "parameter_1", METHODS)
