"""What views show, found in the engine process: names of classes, and decision boundaries."""

from __future__ import annotations

import numpy as np
import pytest

from app.worker.messages import Moment, Packed
from app.worker.viewer import Viewer
from engine.data import ASSETS, Data
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import prepare
from nodes.library import LIBRARY


def viewer(nodes, wires):
    ends = [line.split(" > ") for line in wires.split("; ")]
    joined = frozenset(Wire(*(Socket(*end.strip().split(".", 1)) for end in pair)) for pair in ends)
    made = {id: Node(id, operator, settings=settings) for id, (operator, settings) in nodes.items()}
    data = Data(None, ASSETS)
    return Viewer(prepare(Content(Graph(made, joined)), LIBRARY, data), data)


def flowers(**more):
    with open(ASSETS / "iris.csv", encoding="utf-8") as file:
        head = file.readline().strip().split(",")
    columns = (("measures", "number", tuple(head[:4])), ("species", "class", (head[4],)))
    weights = np.random.default_rng(1).normal(size=(4, 3)).tolist()
    nodes = {
        "table": ("inputs.table", {"file": "asset:iris.csv", "columns": columns}),
        "batch": ("inputs.minibatch", {"size": 20}),
        "w": ("parameters.parameter", {"value": tuple(map(tuple, weights))}),
        "product": ("linear_algebra.matmul", {}),
        "view": ("views.decision_boundary", {"across": 2, "up": 3, "resolution": 16, **more}),
        "counts": ("views.confusion_matrix", {}),
    }
    wires = (
        "table.measures > batch.x; table.species > batch.y; batch.batch_x > product.x; w.value > product.y; "
        "table.measures > view.points; product.value > view.prediction; table.species > view.target; "
        "product.value > counts.prediction; batch.batch_y > counts.target"
    )
    return viewer(nodes, wires), np.array(weights), head


def test_a_boundary_is_the_graph_evaluated_over_two_features_the_others_at_their_means():
    found, weights, head = flowers()
    shown = found.shown(("view",), None)["view"]
    x, y, scores = (shown.inputs[name].array() for name in ("x", "y", "scores"))
    means = np.loadtxt(ASSETS / "iris.csv", delimiter=",", skiprows=1, usecols=range(4)).mean(axis=0)
    for row, column in ((0, 0), (3, 11), (15, 2)):
        point = means.copy()
        point[2], point[3] = x[column], y[row]
        np.testing.assert_allclose(scores[row, column], point @ weights, rtol=1e-5)
    assert shown.facts["others"] == 2 and shown.facts["features"] == head[:4] and not shown.sentence
    assert shown.facts["names"] == ["setosa", "versicolor", "virginica"]
    assert shown.inputs["places"].array().shape == (150, 2)


def test_a_boundary_follows_the_moment():
    found, weights, _ = flowers()
    moment = Moment(0, "", 5, {"w": Packed.of(2 * weights)})
    before, after = (found.shown(("view",), at)["view"].inputs["scores"].array() for at in (None, moment))
    np.testing.assert_allclose(after, 2 * before, rtol=1e-5)


def test_class_names_are_found_through_a_minibatch():
    found, _, _ = flowers()
    assert found.shown(("counts",), None)["counts"].facts["names"] == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize(
    ("operator", "words"),
    [("reductions.cumulative_sum", "depends on the other points"), ("shape.flip", "depends on the other points")],
)
def test_a_graph_in_which_points_depend_on_each_other_is_no_picture_but_a_sentence(operator, words):
    settings = {"axis": 0} if operator != "activations.tanh" else {}
    nodes = {
        "data": ("inputs.moons", {"count": 30}),
        "mixed": (operator, settings),
        "view": ("views.decision_boundary", {}),
    }
    wires = "data.points > mixed.x; data.points > view.points; mixed.value > view.prediction"
    shown = viewer(nodes, wires).shown(("view",), None)["view"]
    assert words in shown.sentence and shown.sentence.endswith(".")
    assert "scores" not in shown.inputs and "places" in shown.inputs


def test_rows_scaled_by_each_other_further_on_are_noticed():
    nodes = {
        "data": ("inputs.moons", {"count": 30}),
        "first": ("activations.tanh", {}),
        "scale": ("inputs.standardise", {}),
        "view": ("views.decision_boundary", {}),
    }
    wires = "data.points > first.x; first.value > scale.x; data.points > view.points; scale.value > view.prediction"
    assert "depends on the other points" in viewer(nodes, wires).shown(("view",), None)["view"].sentence


def test_a_prediction_that_does_not_come_from_the_points_is_said():
    nodes = {
        "data": ("inputs.moons", {"count": 30}),
        "other": ("inputs.constant", {"value": (1.0, 2.0)}),
        "view": ("views.decision_boundary", {}),
    }
    shown = viewer(nodes, "data.points > view.points; other.value > view.prediction").shown(("view",), None)["view"]
    assert "does not depend on" in shown.sentence


def test_features_of_one_size_get_a_plane_as_wide_as_a_card_and_others_that_of_the_data():
    nodes = {"data": ("inputs.moons", {"count": 60}), "view": ("views.decision_boundary", {"resolution": 20})}
    nodes["tanh"] = ("activations.tanh", {})
    wires = "data.points > tanh.x; data.points > view.points; tanh.value > view.prediction"
    shown = viewer(nodes, wires).shown(("view",), None)["view"]
    places = shown.inputs["places"].array()
    x, y = shown.inputs["x"].array(), shown.inputs["y"].array()
    for axis, feature in ((x, 0), (y, 1)):
        assert axis[0] < places[:, feature].min() and axis[-1] > places[:, feature].max()
    assert shown.inputs["scores"].array().shape[:2] == (len(y), len(x))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    np.testing.assert_allclose(shown.inputs["scores"].array(), np.tanh(grid), rtol=1e-5)


def test_an_unknown_view_is_left_out():
    found, _, _ = flowers()
    assert found.shown(("gone",), None) == {}
