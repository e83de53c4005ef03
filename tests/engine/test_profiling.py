"""What nodes cost: every equation has its node, calls and bytes are counted, and slow nodes are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.binding import bind
from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import loss_program
from engine.files import read
from engine.graph import Content, Graph, Node
from engine.prepare import prepare
from engine.profiling import Cost, measured, profile
from nodes.library import LIBRARY
from tests.engine.graphs import wire

DATA = Data(None)
SAMPLES = Path(__file__).resolve().parents[2] / "sample_graphs"


def line() -> Content:
    """y = w x fitted to three points."""
    nodes = {
        "x": Node("x", "inputs.constant", "", {"value": (1.0, 2.0, 3.0)}),
        "y": Node("y", "inputs.constant", "", {"value": (2.0, 4.0, 6.0)}),
        "w": Node("w", "parameters.parameter", "", {"value": 0.5}),
        "multiply": Node("multiply", "elementwise.multiply"),
        "mse": Node("mse", "losses.mse"),
        "descent": Node("descent", "optimizers.optimizer"),
    }
    wires = ("x.value multiply.x", "w.value multiply.y", "multiply.value mse.prediction", "y.value mse.target",
             "mse.value descent.loss")  # fmt: skip
    return Content(Graph(nodes, frozenset(wire(*ends.split()) for ends in wires)))


def test_every_node_of_the_step_has_its_cost_forward_and_backward() -> None:
    found = profile(prepare(line(), LIBRARY, DATA))
    assert found.optimizer == "descent"
    assert {"multiply", "mse"} <= set(found.costs) <= {"multiply", "mse", "descent", "w"}
    assert all(cost.seconds > 0 and cost.calls > 0 for cost in found.costs.values())
    assert found.costs["multiply"].backward > 0
    assert found.seconds == pytest.approx(sum(cost.seconds for cost in found.costs.values()))


def test_bytes_are_those_of_the_results() -> None:
    cost = profile(prepare(line(), LIBRARY, DATA)).costs["multiply"]
    assert cost.memory >= 3 * 8  # x * w of three numbers, and what the adjoint adds
    assert cost.memory % 8 == 0


def test_a_larger_product_holds_more_bytes_than_a_sum() -> None:
    square = tuple(tuple(float(i * j % 7) for j in range(90)) for i in range(90))
    nodes = {
        "a": Node("a", "inputs.constant", "", {"value": square}),
        "w": Node("w", "parameters.parameter", "", {"value": 0.5}),
        "scaled": Node("scaled", "elementwise.multiply"),
        "matmul": Node("matmul", "linear_algebra.matmul"),
        "sum": Node("sum", "reductions.sum"),
        "descent": Node("descent", "optimizers.optimizer"),
    }
    wires = ("a.value scaled.x", "w.value scaled.y", "scaled.value matmul.x", "scaled.value matmul.y",
             "matmul.value sum.x", "sum.value descent.loss")  # fmt: skip
    graph = Graph(nodes, frozenset(wire(*ends.split()) for ends in wires))
    found = profile(prepare(Content(graph), LIBRARY, DATA))
    assert found.costs["sum"].memory < found.costs["matmul"].memory
    assert found.costs["matmul"].memory >= 90 * 90 * 8


def test_without_a_loss_there_is_a_sentence() -> None:
    with pytest.raises(GradwireError, match=r"[.]$"):
        profile(prepare(Content(Graph({"a": Node("a", "inputs.constant")})), LIBRARY, DATA))


def test_a_loop_is_not_charged_for_what_lies_inside_it() -> None:
    prepared = prepare(read(SAMPLES / "loops_of_theano.dgraph"), LIBRARY, DATA)
    found = profile(prepared)
    assert all(cost.forward >= 0 and cost.backward >= 0 for cost in found.costs.values())
    inside = [id for id in found.costs if id in prepared.graph.nodes and prepared.graph.nodes[id].inside]
    assert inside and all(found.costs[id].calls > 1 for id in inside)
    assert Cost(1.0, 2.0).seconds == 3.0


def test_measuring_gives_the_values_of_the_program() -> None:
    prepared = prepare(line(), LIBRARY, DATA)
    loss = loss_program(prepared)
    clock = measured(loss.program, bind(loss.program, prepared, prepared.parameters, step=0))
    assert sum(clock.calls.values()) == len(loss.program.equations)
    assert all(np.isfinite(seconds) for seconds in clock.seconds.values())
