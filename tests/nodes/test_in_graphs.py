"""Operators at work together: trained in graphs, through every kind of node, to answers known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine.api import OpenGraph
from engine.data import ASSETS
from engine.graph import Content, Graph, Node, Socket, Wire
from nodes.library import LIBRARY

Nodes = Mapping[str, tuple[str, dict[str, Any]]]


def opened(nodes: Nodes, wires: str) -> OpenGraph:
    """Return a graph of nodes (operator, settings) and wires "a.value > b.x"."""
    ends = [line.split(" > ") for line in wires.split("; ")]
    made = frozenset(Wire(*(Socket(*end.strip().split(".", 1)) for end in pair)) for pair in ends)
    return OpenGraph(
        Content(Graph({id: Node(id, *rest[:1], "", rest[1]) for id, rest in nodes.items()}, made)),
        LIBRARY,
        None,
        ASSETS,
    )


def weight(initial: str = "value", shape: Any = None, **more: Any) -> tuple[str, dict[str, Any]]:
    return "parameters.parameter", {"initial": initial, "shape": shape, **more}


def optimizer(method: str, rate: float, steps: int, **more: Any) -> tuple[str, dict[str, Any]]:
    return "optimizers.optimizer", {"method": method, "learning_rate": rate, "steps": steps, **more}


def network(dtype: str) -> OpenGraph:
    """Spirals, minibatches, two layers with batch norm and dropout between them."""
    nodes = {
        "data": ("inputs.spirals", {"count": 240, "turns": 0.8}),
        "batch": ("inputs.minibatch", {"size": 64}),
        "hidden": ("neural.dense", {"units": 16}),
        "norm": ("neural.batch_norm", {}),
        "bend": ("activations.relu", {}),
        "drop": ("random.dropout", {"rate": 0.1}),
        "output": ("neural.dense", {"units": 2}),
        "loss": ("losses.cross_entropy", {}),
        "right": ("losses.accuracy", {}),
        "shown": ("views.probe", {}),
        "adam": optimizer("adam", 0.03, 300),
        **{name: weight("glorot_uniform", dtype=dtype) for name in ("w1", "w2")},
        **{name: weight("zeros", dtype=dtype) for name in ("b1", "b2", "shift")},
        "scale": weight("ones", dtype=dtype),
    }
    wires = (
        "data.points > batch.x; data.labels > batch.y; batch.batch_x > hidden.x; w1.value > hidden.weights; "
        "b1.value > hidden.bias; hidden.value > norm.x; scale.value > norm.scale; shift.value > norm.shift; "
        "norm.value > bend.x; bend.value > drop.x; drop.value > output.x; w2.value > output.weights; "
        "b2.value > output.bias; output.value > loss.logits; batch.batch_y > loss.labels; loss.value > adam.loss; "
        "output.value > right.logits; batch.batch_y > right.labels; right.value > shown.x"
    )
    return opened(nodes, wires)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_network_with_every_kind_of_node_learns_its_spirals(dtype: str) -> None:
    graph = network(dtype)
    result = graph.run().only
    assert result.loss < 0.3 and not result.failed
    assert result.probes["shown"] > 0.9
    assert {each.dtype.name for each in result.parameters.values()} == {dtype}
    assert result.parameters["w1"].shape == (2, 16) and result.parameters["scale"].shape == (16,)
    again = graph.run().only
    assert all((again.parameters[name] == value).all() for name, value in result.parameters.items())


def test_its_gradients_agree_with_differences_even_where_they_are_zero() -> None:
    checks = network("float64").check()
    assert {check.node for check in checks} >= {"w1", "b1"}
    assert all(check.passed for check in checks), [check.sentence for check in checks]


def test_every_approach_gives_the_gradient() -> None:
    graph = network("float64")
    found = {approach: graph.gradient(approach=approach).only for approach in ("static", "tape", "forward")}
    for name, wanted in found["static"].gradients.items():
        for approach in ("tape", "forward"):
            np.testing.assert_allclose(found[approach].gradients[name], wanted, rtol=1e-10, atol=1e-14)


def test_tuples_and_records_carry_what_is_trained() -> None:
    nodes = {
        "x": ("inputs.constant", {"value": (1.0, 2.0, 3.0)}),
        "target": ("inputs.constant", {"value": (3.0, 5.0, 7.0)}),
        "slope": weight(value=0.5),
        "intercept": weight(value=-0.5),
        "pair": ("shape.pack", {}),
        "first": ("shape.unpack", {"index": 0}),
        "second": ("shape.unpack", {"index": -1}),
        "record": ("shape.record", {"names": ("a", "b")}),
        "b": ("shape.field", {"name": "b"}),
        "times": ("elementwise.multiply", {}),
        "plus": ("elementwise.add", {}),
        "loss": ("losses.mse", {}),
        "descent": optimizer("gradient_descent", 0.1, 1500),
    }
    wires = (
        "slope.value > pair.xs.0; intercept.value > pair.xs.1; pair.value > first.x; pair.value > second.x; "
        "first.value > record.xs.0; second.value > record.xs.1; record.value > b.x; x.value > times.x; "
        "first.value > times.y; times.value > plus.x; b.value > plus.y; plus.value > loss.prediction; "
        "target.value > loss.target; loss.value > descent.loss"
    )
    result = opened(nodes, wires).run().only
    np.testing.assert_allclose([result.parameters["slope"], result.parameters["intercept"]], [2.0, 1.0], rtol=1e-10)


@pytest.mark.parametrize(
    ("constraint", "nearest"),
    [
        ({"constraint": "none"}, [0.2, 0.7, -0.3]),
        ({"constraint": "positive"}, [0.2, 0.7, 0.0]),
        ({"constraint": "bounded", "low": -0.1, "high": 0.5}, [0.2, 0.5, -0.1]),
        ({"constraint": "simplex"}, [0.25, 0.75, 0.0]),
    ],
)
def test_constrained_parameters_reach_the_nearest_point_allowed(constraint: dict[str, Any], nearest: Any) -> None:
    nodes = {
        "w": weight("ones", (3,), scale=0.3, **constraint),
        "target": ("inputs.constant", {"value": (0.2, 0.7, -0.3)}),
        "loss": ("losses.mse", {}),
        "adam": optimizer("adam", 0.05, 3000),
    }
    result = opened(nodes, "w.value > loss.prediction; target.value > loss.target; loss.value > adam.loss").run().only
    np.testing.assert_allclose(result.parameters["w"], nearest, atol=5e-3)


def test_complex_parameters_go_downhill() -> None:
    nodes = {
        "w": weight("normal", (3,), dtype="complex128"),
        "target": ("inputs.constant", {"value": (0.2, 0.7, -0.3), "dtype": "complex128"}),
        "gap": ("elementwise.subtract", {}),
        "size": ("elementwise.abs", {}),
        "square": ("elementwise.square", {}),
        "loss": ("reductions.mean", {}),
        "descent": optimizer("gradient_descent", 0.5, 200),
    }
    wires = (
        "w.value > gap.x; target.value > gap.y; gap.value > size.x; size.value > square.x; square.value > loss.x; "
        "loss.value > descent.loss"
    )
    result = opened(nodes, wires).run().only
    np.testing.assert_allclose(result.parameters["w"], [0.2, 0.7, -0.3], atol=1e-12)


def test_two_classes_by_one_score() -> None:
    nodes = {
        "moons": ("inputs.moons", {"count": 120, "noise": 0.05}),
        "hidden": ("neural.dense", {"units": 8, "activation": "tanh"}),
        "score": ("neural.dense", {"units": 1}),
        "flat": ("shape.reshape", {"shape": (-1,)}),
        "loss": ("losses.binary_cross_entropy", {}),
        "adam": optimizer("adam", 0.05, 500),
        **{name: weight("glorot_uniform") for name in ("w1", "w2")},
        **{name: weight("zeros") for name in ("b1", "b2")},
    }
    wires = (
        "moons.points > hidden.x; w1.value > hidden.weights; b1.value > hidden.bias; hidden.value > score.x; "
        "w2.value > score.weights; b2.value > score.bias; score.value > flat.x; flat.value > loss.logits; "
        "moons.labels > loss.targets; loss.value > adam.loss"
    )
    assert opened(nodes, wires).run().only.loss < 0.02


def test_a_label_that_is_no_class_stops_the_run_at_the_loss() -> None:
    nodes = {
        "x": ("inputs.constant", {"value": ((1.0, 2.0), (3.0, 4.0))}),
        "labels": ("inputs.constant", {"value": (0, 2), "dtype": "int64"}),
        "shift": weight("zeros", (2,)),
        "sum": ("elementwise.add", {}),
        "loss": ("losses.cross_entropy", {}),
        "adam": optimizer("adam", 0.05, 10),
    }
    wires = (
        "x.value > sum.x; shift.value > sum.y; sum.value > loss.logits; labels.value > loss.labels; "
        "loss.value > adam.loss"
    )
    result = opened(nodes, wires).run().only
    assert result.failed and "(loss)" in result.stopped and result.steps == 0
