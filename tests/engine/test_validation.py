"""Validation every few steps, early stopping, keep best; and their resuming."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.api import OpenGraph
from engine.errors import GradwireError
from engine.files.read import parse
from engine.files.write import render
from engine.problems import validate
from engine.results import plain
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, taking_turns, trainer

RATE, START, GOAL, HELD_OUT = 0.1, 3.0, -1.0, 1.0


def watched(**settings):
    """(w + 1)^2 is made small by gradient descent from 3; validation is (w - 1)^2, which is 0 on the way, at w = 1."""
    nodes = {
        "parameter_1": {"value": START},
        "subtract_1": {"y": GOAL},
        "square_1": {},
        "subtract_2": {"y": HELD_OUT},
        "square_2": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": RATE, "steps": 60, **settings},
    }
    wires = (
        "parameter_1>subtract_1 subtract_1>square_1 square_1>optimizer_1.loss "
        "parameter_1>subtract_2 subtract_2>square_2 square_2>optimizer_1.validation"
    )
    return content(nodes, wires)


def path(steps):
    """The parameter before each step, and after the last."""
    values = [START]
    for _ in range(steps):
        values.append(values[-1] - RATE * 2 * (values[-1] - GOAL))
    return np.array(values)


def column(made, rows, kind="validation"):
    return rows[:, [each.kind for each in made.lanes[0].columns].index(kind)]


def test_the_curve_holds_the_last_value_seen():
    made = trainer(watched(validate_every=7, steps=20))
    (chunk,) = made.run(100)
    expected = (path(20)[np.arange(20) // 7 * 7] - HELD_OUT) ** 2
    np.testing.assert_allclose(column(made, chunk.rows), expected, rtol=1e-12)
    np.testing.assert_allclose(column(made, chunk.rows, "loss"), (path(19) - GOAL) ** 2, rtol=1e-12)
    np.testing.assert_allclose(column(made, chunk.rows, "value"), path(19), rtol=1e-12)


@pytest.mark.parametrize("chunk", [1, 4, 100])
def test_patience_ends_the_run(chunk):
    looks = (path(60)[::3] - HELD_OUT) ** 2
    best = int(np.argmin(looks))
    made = trainer(watched(validate_every=3, patience=4))
    while not made.done:
        made.run(chunk)
    assert made.step() == 3 * (best + 4)
    assert made.stops[0].kind == "finished"
    assert f"Stopped early at step {made.step()}" in made.stops[0].sentence
    assert f"in 4 looks; its best was {looks[best]:.6g} at step {3 * best}" in made.stops[0].sentence
    assert float(made.parameters()["parameter_1"]) == pytest.approx(path(60)[made.step()], rel=1e-12)
    assert "whose values are kept" not in made.stops[0].sentence
    keeping = trainer(watched(validate_every=3, patience=4, keep_best=True))
    while not keeping.done:
        keeping.run(chunk)
    assert keeping.stops[0].sentence.endswith(f"at step {3 * best}, whose values are kept.")


def test_without_patience_the_run_takes_all_its_steps():
    made = trainer(watched())
    made.run(100)
    assert made.step() == 60


@pytest.mark.parametrize("settings", [{"patience": 4}, {}])
def test_the_best_values_are_what_remains(settings):
    made = trainer(watched(validate_every=3, keep_best=True, **settings))
    made.run(100)
    best = 3 * int(np.argmin((path(60)[::3] - HELD_OUT) ** 2))
    assert made.standing() == best
    assert float(made.parameters()["parameter_1"]) == pytest.approx(path(60)[best], rel=1e-12)
    assert made.kept().step == best
    np.testing.assert_array_equal(made.kept().values["parameter_1"].array(), made.parameters()["parameter_1"])


def test_while_a_run_goes_on_it_shows_the_last_values():
    made = trainer(watched(validate_every=3, keep_best=True))
    made.run(40)
    assert made.standing() == 40
    assert float(made.parameters()["parameter_1"]) == pytest.approx(path(60)[40], rel=1e-12)


def test_the_best_is_the_highest_where_that_is_better():
    made = trainer(watched(validate_every=3, keep_best=True, better="higher"))
    made.run(100)
    looks = (path(60)[::3] - HELD_OUT) ** 2
    assert made.standing() == 3 * int(np.argmax(looks))


@pytest.mark.parametrize("method", ["adam", "adamw", "momentum"])
@pytest.mark.parametrize("cut", [0, 1, 11, 12, 19])
def test_an_interrupted_run_resumes_bit_equal(method, cut):
    """Through a file, early stopping and the best values included; so also where the best lies before the break."""
    graph = watched(validate_every=3, patience=5, keep_best=True, method=method, learning_rate=0.2)
    whole, first = trainer(graph), trainer(graph)
    (chunk,) = whole.run(100)
    first.run(cut)
    kept = parse(render(replace(graph, kept=first.kept()))).kept
    again = trainer(graph, kept)
    rows = [each.rows for each in again.run(100)]
    np.testing.assert_array_equal(np.vstack(rows), chunk.rows[cut:])
    assert again.stops == whole.stops
    assert again.standing() == whole.standing()
    assert again.parameters() == whole.parameters()
    assert whole.standing() < 19, "no best before the last break"


def test_a_run_goes_on_from_its_best_values_as_if_it_had_never_gone_further():
    graph = watched(validate_every=3, patience=4, keep_best=True, method="adam", learning_rate=0.2)
    ended, plain_run = trainer(graph), trainer(watched(method="adam", learning_rate=0.2))
    ended.run(100)
    plain_run.run(ended.standing() + 5)
    again = trainer(graph, ended.kept())
    assert again.step() == ended.standing()
    again.run(5)
    assert again.parameters() == plain_run.parameters()


def test_validation_is_in_evaluation_and_sees_live_settings():
    """Noise is left out of it, so that its value is exact; a number that is changed in the run changes it."""
    nodes = {
        "parameter_1": {"value": 2.0},
        "noise_1": {"scale": 5.0},
        "multiply_1": {"y": 3.0},
        "square_1": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 1e-7, "steps": 20, "validate_every": 1},
    }
    graph = content(
        nodes,
        "parameter_1>noise_1 noise_1>square_1 square_1>optimizer_1.loss noise_1>multiply_1 "
        "multiply_1>optimizer_1.validation",
    )
    made = trainer(graph)
    (one,) = made.run(1)
    assert column(made, one.rows)[0] == 6.0
    assert made.set_live("multiply_1", "y", 4.0)
    (two,) = made.run(1)
    assert column(made, two.rows)[0] == pytest.approx(8.0, rel=1e-3)


def test_a_validation_that_is_not_finite_is_never_the_best():
    nodes = {"parameter_1": {"value": 2.0}, "square_1": {}, "subtract_1": {"y": 1.5}, "log_1": {},
             "optimizer_1": {"method": "gradient_descent", "steps": 40, "validate_every": 1, "keep_best": True,
                             "learning_rate": 0.1}}  # fmt: skip
    made = trainer(content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss parameter_1>subtract_1 "
                                  "subtract_1>log_1 log_1>optimizer_1.validation"))  # fmt: skip
    (chunk,) = made.run(100)
    assert np.isnan(column(made, chunk.rows)).any()
    assert float(made.parameters()["parameter_1"]) > 1.5


def test_optimizers_that_take_turns_have_each_their_curve_and_cannot_keep_the_best():
    graph = taking_turns({"learning_rate": 0.01, "patience": 2, "validate_every": 2}, {"learning_rate": 0.1})
    wires = graph.graph.wires | content({}, "add_1>optimizer_1.validation").graph.wires
    graph = replace(graph, graph=replace(graph.graph, wires=wires))
    made = trainer(graph)
    made.run(300)
    assert [each.node for each in made.lanes[0].columns if each.kind == "validation"] == ["optimizer_1"]
    node = graph.graph.nodes["optimizer_1"]
    keeping = {**graph.graph.nodes, "optimizer_1": replace(node, settings={**node.settings, "keep_best": True})}
    with pytest.raises(GradwireError, match="cannot keep its best values: it takes turns with"):
        trainer(replace(graph, graph=replace(graph.graph, nodes=keeping)))


def test_results_and_json_tell_of_validation():
    result = OpenGraph(watched(validate_every=3, patience=4, keep_best=True), LIBRARY).run().only
    best = 3 * int(np.argmin((path(60)[::3] - HELD_OUT) ** 2))
    assert result.validation["best_step"] == best
    assert result.validation["value"] > result.validation["best"]
    assert result.steps == result.validation["step"] == best + 12
    assert result.loss == pytest.approx((path(60)[best] - GOAL) ** 2)
    assert json.loads(json.dumps(result.to_plain()))["validation"]["best"] == plain(result.validation["best"])
    assert "validation" not in OpenGraph(content_without(), LIBRARY).run().only.to_plain()


def content_without():
    graph = watched(steps=2)
    wires = frozenset(wire for wire in graph.graph.wires if wire.target.name != "validation")
    return replace(graph, graph=replace(graph.graph, wires=wires))


def test_a_validation_that_is_no_scalar_is_a_problem_of_its_socket():
    nodes = {"parameter_1": {"value": (1.0, 2.0)}, "sum_1": {}, "optimizer_1": {}}
    graph = content(nodes, "parameter_1>sum_1 sum_1>optimizer_1.loss parameter_1>optimizer_1.validation").graph
    (problem,) = validate(graph, LIBRARY)
    assert problem.socket == "validation"
    assert "validation takes a scalar" in problem.sentence
