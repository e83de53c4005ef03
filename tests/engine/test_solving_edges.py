"""Equations that are solved, at their edges: nothing to solve, bodies in bodies, derivatives of derivatives, and what
is said where there is no solution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine.errors import GradwireError
from engine.evaluate import gradient, look
from engine.graph import Graph, Socket
from engine.program.solving import DERIVATIVES, SENSITIVITY
from engine.training import Trainer
from tests.engine.control_graphs import body_graph, prepared

TWICE = [each for each in DERIVATIVES if each != SENSITIVITY]


def falling(ode: Mapping[str, Any], start: Any = 1.0, body: str = "negative_1") -> Graph:
    """y' = -y, or another function of y alone: the loss is the sum of y at all times."""
    return body_graph(
        {
            "parameter_y": {"value": start}, "ode_1": {"states": ("y",), **ode}, "ode_1/input_1": "y",
            f"ode_1/{body}": {}, "ode_1/output_1": "y", "sum_1": {}, "optimizer_1": {},
        },
        f"parameter_y>ode_1.start.0 input_1>{body} {body}>output_1.value ode_1.y>sum_1 sum_1>optimizer_1.loss",
    )  # fmt: skip


def searching(implicit: Mapping[str, Any], body: str, start: float) -> Graph:
    """x = s f(x), or s f(x) = 0, begun at s."""
    return body_graph(
        {
            "parameter_s": {"value": start}, "implicit_1": {"states": ("x",), **implicit}, "implicit_1/input_1": "x",
            f"implicit_1/{body}": {}, "implicit_1/multiply_1": {}, "implicit_1/outer_1": "parameter_s",
            "implicit_1/output_1": "x", "optimizer_1": {},
        },
        f"parameter_s>implicit_1.start.0 input_1>{body} {body}>multiply_1 outer_1>multiply_1.y "
        "multiply_1>output_1.value implicit_1.x>optimizer_1.loss",
    )  # fmt: skip


@pytest.mark.parametrize("way", DERIVATIVES)
def test_a_state_without_numbers_and_a_single_time_are_solved(way: str) -> None:
    empty = gradient(prepared(falling({"gradient": way, "method": "Dormand-Prince"}, [])))
    assert empty.loss == 0.0 and empty.gradients["parameter_y"].shape == (0,)
    single = gradient(prepared(falling({"gradient": way, "points": 1}, [2.0, 3.0])))
    assert single.loss == 5.0 and single.gradients["parameter_y"] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("way", DERIVATIVES)
def test_an_equation_in_the_body_of_another_has_the_derivative_of_differences(way: str) -> None:
    inner = {"gradient": way, "points": 3, "substeps": 8}
    graph = body_graph(
        {
            "parameter_y": {"value": 1.0}, "parameter_k": {"value": 0.7}, "ode_1": {"states": ("y",), **inner},
            "ode_1/input_1": "y", "ode_1/ode_2": {"states": ("z",), **inner}, "ode_2/input_2": "z",
            "ode_2/sin_1": {}, "ode_2/multiply_1": {}, "ode_2/outer_1": "parameter_k", "ode_2/output_2": "z",
            "ode_1/sum_2": {}, "ode_1/negative_1": {}, "ode_1/output_1": "y", "sum_1": {}, "optimizer_1": {},
        },
        "parameter_y>ode_1.start.0 input_1>ode_2.start.0 input_2>sin_1 sin_1>multiply_1 outer_1>multiply_1.y "
        "multiply_1>output_2.value ode_2.z>sum_2 sum_2>negative_1 negative_1>output_1.value ode_1.y>sum_1 "
        "sum_1>optimizer_1.loss",
    )  # fmt: skip
    made, h = prepared(graph), 1e-5
    found = gradient(made)
    for name, value in (("parameter_y", 1.0), ("parameter_k", 0.7)):
        sides = [gradient(made, {name: np.array(value + step)}).loss for step in (h, -h)]
        near = 1e-3 if way != "backpropagation" else 1e-7  # the others are derivatives of the equation, not its steps
        assert found.gradients[name] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=near)


def sloped(way: str) -> Graph:
    """y' = k y from 1: the loss is the derivative by k of the sum of y at three times."""
    return body_graph(
        {
            "constant_y": {"value": 1.0}, "parameter_k": {"value": 0.5},
            "ode_1": {"states": ("y",), "gradient": way, "points": 3, "substeps": 20}, "ode_1/input_1": "y",
            "ode_1/multiply_1": {}, "ode_1/outer_1": "parameter_k", "ode_1/output_1": "y", "sum_1": {},
            "gradient_1": {}, "optimizer_1": {},
        },
        "constant_y>ode_1.start.0 input_1>multiply_1 outer_1>multiply_1.y multiply_1>output_1.value ode_1.y>sum_1 "
        "sum_1>gradient_1.of parameter_k>gradient_1.wrt gradient_1>optimizer_1.loss",
    )  # fmt: skip


@pytest.mark.parametrize("way", TWICE)
def test_the_second_derivative_is_that_of_the_solution(way: str) -> None:
    found, times = gradient(prepared(sloped(way))), np.array([0.0, 0.5, 1.0])
    assert found.loss == pytest.approx(np.sum(times * np.exp(0.5 * times)), rel=1e-6)
    assert found.gradients["parameter_k"] == pytest.approx(np.sum(times**2 * np.exp(0.5 * times)), rel=1e-6)


def test_forward_sensitivity_has_no_second_derivative_and_says_so() -> None:
    with pytest.raises(GradwireError, match=r"forward sensitivity gives first derivatives only: choose back"):
        gradient(prepared(sloped(SENSITIVITY)))


def test_a_solution_that_grows_without_bound_says_what_to_do() -> None:
    """y' = y^2 from 1 has a pole at 1."""
    trainer = Trainer(prepared(falling({"method": "Dormand-Prince", "end": 2.0}, 1.0, "square_1")))
    trainer.run(3)
    assert trainer.stops[0].node == "ode_1"
    assert trainer.stops[0].sentence.startswith('The value of "ODE" (ode_1) is NaN at step 0: where the equation is')
    assert "take more substeps or end earlier" in trainer.stops[0].sentence


def test_too_few_steps_name_the_node() -> None:
    with pytest.raises(GradwireError, match=r'"ODE" \(ode_1\) failed at step 0: .* after 2 iterations'):
        look(prepared(falling({"method": "Dormand-Prince", "limit": 2, "end": 50.0})))


def test_a_singular_jacobian_names_the_node_and_says_what_to_do() -> None:
    """s x^2 = 0 from 0 is solved already, and has no slope to be differentiated by."""
    with pytest.raises(GradwireError, match=r'"Implicit equation" \(implicit_1\) failed .* begin the search elsewhere'):
        gradient(prepared(searching({"find": "root"}, "square_1", 0.0)))


def test_an_iteration_that_runs_away_names_the_node_and_says_what_to_do() -> None:
    made = prepared(searching({"method": "iteration"}, "exp_1", 2.0))
    assert not np.isfinite(look(made).wires[Socket("implicit_1", "x")].value)
    trainer = Trainer(made)
    trainer.run(3)
    assert trainer.stops[0].node == "implicit_1" and "begin the search elsewhere" in trainer.stops[0].sentence
