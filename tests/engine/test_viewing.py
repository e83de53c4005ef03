"""What views show, evaluated apart from training: values of wires, and a stretch of a graph at other points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine.data import ASSETS, Data
from engine.errors import GradwireError
from engine.evaluate import look
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import Prepared, prepare
from engine.viewing import stretch, watch
from nodes.library import LIBRARY

Nodes = Mapping[str, tuple[str, dict[str, Any]]]
WEIGHTS = ((1.0, -2.0, 0.5), (0.25, 3.0, -1.0))
BIAS = (0.1, -0.2, 0.3)


def prepared(nodes: Nodes, wires: str) -> Prepared:
    """Return a graph of nodes (operator, settings) and wires "a.value > b.x", prepared."""
    ends = [line.split(" > ") for line in wires.split("; ")]
    joined = frozenset(Wire(*(Socket(*end.strip().split(".", 1)) for end in pair)) for pair in ends)
    made = {id: Node(id, operator, settings=settings) for id, (operator, settings) in nodes.items()}
    return prepare(Content(Graph(made, joined)), LIBRARY, Data(None, ASSETS))


NETWORK: Nodes = {
    "data": ("inputs.moons", {"count": 40}),
    "batch": ("inputs.minibatch", {"size": 7}),
    "layer": ("neural.dense", {"units": 3}),
    "w": ("parameters.parameter", {"value": WEIGHTS}),
    "b": ("parameters.parameter", {"value": BIAS}),
    "drop": ("random.dropout", {"rate": 0.5}),
    "bend": ("activations.tanh", {}),
    "loss": ("losses.cross_entropy", {}),
    "adam": ("optimizers.optimizer", {}),
}
WIRES = (
    "data.points > batch.x; data.labels > batch.y; batch.batch_x > layer.x; w.value > layer.weights; "
    "b.value > layer.bias; layer.value > drop.x; drop.value > bend.x; bend.value > loss.logits; "
    "batch.batch_y > loss.labels; loss.value > adam.loss"
)
POINTS = np.random.default_rng(0).normal(size=(50, 2))
POINTS_SOCKET, SCORES = Socket("data", "points"), Socket("bend", "value")


def test_the_stretch_gives_what_the_layers_give_at_the_points_all_rows_in_order_and_without_noise() -> None:
    graph = prepared(NETWORK, WIRES)
    found = stretch(graph, POINTS_SOCKET, SCORES, len(POINTS)).at(POINTS, graph.parameters, 3)
    np.testing.assert_allclose(found, np.tanh(POINTS @ np.array(WEIGHTS) + BIAS), rtol=1e-12)


def test_the_stretch_follows_the_parameters() -> None:
    graph = prepared(NETWORK, WIRES)
    moved = {**graph.parameters, "b": np.array([1.0, 2.0, 3.0])}
    found = stretch(graph, POINTS_SOCKET, SCORES, len(POINTS)).at(POINTS, moved, 0)
    np.testing.assert_allclose(found, np.tanh(POINTS @ np.array(WEIGHTS) + moved["b"]), rtol=1e-12)


def test_a_stretch_may_begin_behind_the_minibatch() -> None:
    graph = prepared(NETWORK, WIRES)
    found = stretch(graph, Socket("batch", "batch_x"), SCORES, 5).at(POINTS[:5], graph.parameters, 0)
    np.testing.assert_allclose(found, np.tanh(POINTS[:5] @ np.array(WEIGHTS) + BIAS), rtol=1e-12)


def test_points_are_scaled_by_the_data_and_not_by_the_grid() -> None:
    nodes = {**NETWORK, "scale": ("inputs.standardise", {})}
    wires = WIRES.replace("batch.batch_x > layer.x", "data.points > scale.x; scale.value > layer.x").replace(
        "batch.batch_y > loss.labels", "data.labels > loss.labels"
    )
    graph = prepared(nodes, wires)
    data = graph.values[POINTS_SOCKET]
    scaled = (POINTS - data.mean(axis=0)) / data.std(axis=0)
    found = stretch(graph, POINTS_SOCKET, SCORES, len(POINTS)).at(POINTS, graph.parameters, 0)
    np.testing.assert_allclose(found, np.tanh(scaled @ np.array(WEIGHTS) + BIAS), rtol=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (Socket("data", "points"), Socket("w", "value"), "does not depend on"),
        (Socket("data", "points"), Socket("loss", "value"), ""),
        (Socket("b", "value"), SCORES, ""),
    ],
)
def test_what_is_no_stretch_of_rows_is_refused_in_one_sentence(first: Socket, last: Socket, words: str) -> None:
    graph = prepared(NETWORK, WIRES)
    with pytest.raises(GradwireError) as refused:
        stretch(graph, first, last, 50)
    assert words in str(refused.value.sentence) and len(refused.value.sentence) > 20


def test_watched_wires_carry_what_a_look_at_all_wires_finds() -> None:
    graph = prepared(NETWORK, WIRES)
    sockets = (SCORES, Socket("batch", "batch_y"), Socket("loss", "value"))
    found = watch(graph, sockets).values(graph.parameters, 4)
    seen = look(graph, graph.parameters, step=4)
    for socket in sockets:
        np.testing.assert_allclose(found[socket], seen.wires[socket].value, rtol=1e-12)


def test_a_watch_returns_tuples_as_they_are() -> None:
    nodes: Nodes = {"one": ("inputs.constant", {"value": 2.0}), "pair": ("shape.pack", {})}
    graph = prepared(nodes, "one.value > pair.xs.0; one.value > pair.xs.1")
    (value,) = watch(graph, [Socket("pair", "value")]).values({}, 0).values()
    assert tuple(map(float, value)) == (2.0, 2.0)


def test_the_given_node_takes_no_name_that_is_taken() -> None:
    nodes = {**NETWORK, "given": ("inputs.constant", {"value": 1.0})}
    graph = prepared(nodes, WIRES)
    assert stretch(graph, POINTS_SOCKET, SCORES, 5).given == "given_.value"
