"""Implicit equations in graphs: solutions against closed forms, derivatives against differences of the solution."""

from __future__ import annotations

import numpy as np
import pytest

from engine.autodiff.approaches import refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.numpy_code import compile_program
from engine.evaluate import gradient
from engine.graph import Graph
from engine.problems import validate
from nodes.library import LIBRARY
from tests.engine.control_graphs import body_graph, lowered, prepared, values_of

PAIRS = [(a, b) for a in APPROACHES for b in BACKENDS if refusal(a, b) is None]


def kepler(**settings: object) -> Graph:
    """E = M + e sin(E) for several mean anomalies M: the loss is the sum of E squared."""
    return body_graph(
        {
            "parameter_e": {"value": 0.3}, "parameter_m": {"value": [0.5, 1.0, 2.5]},
            "implicit_1": {"states": ("x",), **settings},
            "implicit_1/input_1": "x", "implicit_1/sin_1": {}, "implicit_1/outer_1": "parameter_e",
            "implicit_1/outer_2": "parameter_m", "implicit_1/multiply_1": {}, "implicit_1/add_1": {},
            "implicit_1/output_1": "x", "square_1": {}, "sum_1": {}, "optimizer_1": {},
        },
        "parameter_m>implicit_1.start.0 input_1>sin_1 sin_1>multiply_1 outer_1>multiply_1.y multiply_1>add_1 "
        "outer_2>add_1.y add_1>output_1.value implicit_1.x>square_1 square_1>sum_1 sum_1>optimizer_1.loss",
    )  # fmt: skip


def anomaly(m: np.ndarray, e: float) -> np.ndarray:
    x = m.copy()
    for _ in range(200):
        x = m + e * np.sin(x)
    return x


@pytest.mark.parametrize("method", ["Newton", "iteration"])
def test_keplers_equation_is_solved(method: str) -> None:
    graph = kepler(method=method)
    assert [p.sentence for p in validate(graph, LIBRARY) if p.severity == "error"] == []
    program = lowered(graph, "implicit_1.x", "implicit_1.steps", "implicit_1.residual")
    given = {"parameter_e": 0.6, "parameter_m": [0.7, 1.5, 3.0]}
    x, steps, residual = compile_program(program)(values_of(program, graph, given))
    assert x == pytest.approx(anomaly(np.array(given["parameter_m"]), 0.6), abs=1e-9)
    assert residual <= 1e-10
    assert (steps < 8) == (method == "Newton")


@pytest.mark.parametrize("method", ["Newton", "iteration"])
def test_the_derivative_is_that_of_the_solution_however_it_was_found_in_all_approaches(method: str) -> None:
    made = prepared(kepler(method=method, tolerance=1e-13, limit=1000))
    m, e, h = np.array([0.7, 1.5, 3.0]), 0.6, 1e-6
    loss = lambda m, e: np.sum(anomaly(m, e) ** 2)  # noqa: E731
    by_e = (loss(m, e + h) - loss(m, e - h)) / (2 * h)
    by_m = [(loss(m + h * unit, e) - loss(m - h * unit, e)) / (2 * h) for unit in np.eye(3)]
    for approach, backend in PAIRS:
        found = gradient(made, {"parameter_e": np.array(e), "parameter_m": m}, approach=approach, backend=backend)
        assert found.gradients["parameter_e"] == pytest.approx(by_e, rel=1e-7), (approach, backend)
        assert found.gradients["parameter_m"] == pytest.approx(by_m, rel=1e-7), (approach, backend)


def test_a_root_of_two_unknowns_and_no_derivative_by_the_start() -> None:
    """x^2 + y^2 = r^2 and x = y: x = y = r / sqrt 2."""
    graph = body_graph(
        {
            "parameter_r": {"value": 2.0}, "parameter_s": {"value": 1.0},
            "implicit_1": {"states": ("x", "y"), "find": "root"},
            "implicit_1/input_1": "x", "implicit_1/input_2": "y", "implicit_1/square_1": {},
            "implicit_1/square_2": {}, "implicit_1/outer_1": "parameter_r", "implicit_1/square_3": {},
            "implicit_1/add_1": {}, "implicit_1/subtract_1": {}, "implicit_1/subtract_2": {},
            "implicit_1/output_1": "x", "implicit_1/output_2": "y", "multiply_1": {}, "optimizer_1": {},
        },
        "parameter_s>implicit_1.start.0 parameter_r>implicit_1.start.1 input_1>square_1 input_2>square_2 "
        "outer_1>square_3 square_1>add_1 square_2>add_1.y add_1>subtract_1 square_3>subtract_1.y "
        "subtract_1>output_1.value input_1>subtract_2 input_2>subtract_2.y subtract_2>output_2.value "
        "implicit_1.x>multiply_1 implicit_1.y>multiply_1.y multiply_1>optimizer_1.loss",
    )  # fmt: skip
    found = gradient(prepared(graph), {"parameter_r": np.array(3.0)})
    assert found.loss == pytest.approx(4.5), "x y = r^2 / 2"
    assert found.gradients["parameter_r"] == pytest.approx(3.0), "r: start.1 is r too, yet passes no derivative"
    assert found.gradients.get("parameter_s", 0.0) == 0.0


def test_a_search_that_does_not_end_says_how_far_it_came() -> None:
    graph = kepler(method="iteration", limit=3)
    program = lowered(graph, "implicit_1.steps", "implicit_1.residual")
    steps, residual = compile_program(program)(
        values_of(program, graph, {"parameter_e": 0.9, "parameter_m": [1, 2, 3]})
    )
    assert steps == 3 and residual > 1e-3
