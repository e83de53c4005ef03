"""Derivative nodes and control flow: through loops of any length, and inside their bodies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.numpy_code import compile_program
from engine.graph import Graph
from tests.engine.control_graphs import body_graph, lowered, values_of
from tests.engine.graphs import wire
from tests.nodes.test_control import SINE

PAIRS = [(a, b) for a in APPROACHES for b in BACKENDS if b != "xla" and refusal(a, b) is None]

NEWTON = body_graph(
    {
        "parameter_a": {"value": 3.0}, "constant_x": {"value": 1.0}, "for_1": {"times": 7},
        "for_1/input_1": "x", "for_1/outer_1": "parameter_a", "for_1/square_1": {}, "for_1/subtract_1": {},
        "for_1/gradient_1": {}, "for_1/divide_1": {}, "for_1/subtract_2": {}, "for_1/output_1": "x",
    },
    "constant_x>for_1.carry.0 input_1>square_1 square_1>subtract_1 outer_1>subtract_1.y subtract_1>gradient_1.of "
    "input_1>gradient_1.wrt subtract_1>divide_1 gradient_1>divide_1.y input_1>subtract_2 divide_1>subtract_2.y "
    "subtract_2>output_1.value",
)  # fmt: skip
"""Newton's method for x^2 = a, with the slope found by a derivative node in the body."""


def value(graph: Graph, target: str, **given: Any) -> float:
    program = lowered(graph, target)
    return float(compile_program(program)(values_of(program, graph, given))[0])


def with_derivatives(order: int) -> Graph:
    """Return the Taylor series of the sine with as many derivative nodes after it."""
    nodes, wires, of = {}, [], "while_1.total"
    for k in range(1, order + 1):
        nodes[f"gradient_{k}"] = {}
        wires += [f"{of} -> gradient_{k}.of", f"parameter_x.value -> gradient_{k}.wrt"]
        of = f"gradient_{k}.value"
    more = body_graph(nodes)
    return Graph({**SINE.nodes, **more.nodes}, SINE.wires | {wire(*each.split(" -> ")) for each in wires})


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_while_loop_is_differentiated_by_nodes_to_any_order(order: int) -> None:
    wanted = (np.cos(1.0), -np.sin(1.0), -np.cos(1.0))[order - 1]
    assert value(with_derivatives(order), f"gradient_{order}.value", parameter_x=1.0) == pytest.approx(wanted, abs=1e-6)


def test_a_derivative_inside_a_body_sees_the_body() -> None:
    assert value(NEWTON, "for_1.x", parameter_a=3.0) == pytest.approx(np.sqrt(3.0), rel=1e-14)


@pytest.mark.parametrize(("approach", "backend"), PAIRS)
def test_a_loop_with_a_derivative_inside_is_differentiated(approach: str, backend: str) -> None:
    """d sqrt(a) / da = 1 / (2 sqrt(a)), through seven steps of Newton's method."""
    program = lowered(NEWTON, "for_1.x")
    (wrt,) = (each.var for each in program.inputs if each.name == "parameter_a")
    function = gradient_function(program, program.outputs[0], [wrt], approach, backend)
    _, (found,) = function(values_of(program, NEWTON, {"parameter_a": 3.0}))
    assert float(found) == pytest.approx(0.5 / np.sqrt(3.0), rel=1e-12)
