"""Differential equations in graphs: solutions against closed forms and SciPy, derivatives of every way against each
other and against differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from engine.autodiff.approaches import refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.numpy_code import compile_program
from engine.evaluate import gradient
from engine.graph import Graph
from engine.problems import validate
from engine.program.solving import DERIVATIVES
from engine.solvers.methods import ADAPTIVE, METHODS, SEMI_IMPLICIT
from nodes.library import LIBRARY
from tests.engine.control_graphs import body_graph, lowered, prepared, values_of

PAIRS = [(a, b) for a in APPROACHES for b in BACKENDS if refusal(a, b) is None]
START, MATRIX = [2.0, 0.5], [[-0.1, 2.0], [-2.0, -0.1]]


def spiral(**settings: object) -> Graph:
    """y' = y^3 A, as autograd's example has it: the loss is the mean square of y at all times."""
    return body_graph(
        {
            "parameter_y": {"value": START}, "parameter_w": {"value": MATRIX},
            "ode_1": {"states": ("y",), "end": 0.5, "points": 4, **settings},
            "ode_1/input_1": "y", "ode_1/outer_1": "parameter_w", "ode_1/multiply_1": {}, "ode_1/multiply_2": {},
            "ode_1/matmul_1": {}, "ode_1/output_1": "y", "square_1": {}, "mean_1": {}, "optimizer_1": {},
        },
        "parameter_y>ode_1.start.0 input_1>multiply_1 input_1>multiply_1.y multiply_1>multiply_2 "
        "input_1>multiply_2.y multiply_2>matmul_1.x outer_1>matmul_1.y matmul_1>output_1.value ode_1.y>square_1 "
        "square_1>mean_1 mean_1>optimizer_1.loss",
    )  # fmt: skip


def reference(start: np.ndarray, matrix: np.ndarray, times: np.ndarray) -> np.ndarray:
    found = solve_ivp(
        lambda t, y: (y**3) @ matrix, (times[0], times[-1]), start, "DOP853", times, rtol=1e-12, atol=1e-13
    )
    return found.y.T


def solution(graph: Graph, *outputs: str) -> list[np.ndarray]:
    program = lowered(graph, *(outputs or ("ode_1.y",)))
    given = {id: node.settings["value"] for id, node in graph.nodes.items() if id.startswith("parameter")}
    return list(compile_program(program)(values_of(program, graph, given)))


@pytest.mark.parametrize("method", [*METHODS, SEMI_IMPLICIT])
def test_each_method_converges_with_its_order(method: str) -> None:
    times = np.linspace(0.0, 0.5, 4)
    wanted = reference(np.array(START), np.array(MATRIX), times)
    if method == ADAPTIVE:
        errors = [
            np.abs(solution(spiral(method=method, relative=r, absolute=r / 100))[0] - wanted).max()
            for r in (1e-6, 1e-10)
        ]
        assert errors[0] < 1e-5 and errors[1] < 1e-9
        return
    order = 1 if method == SEMI_IMPLICIT else METHODS[method].order
    errors = [np.abs(solution(spiral(method=method, substeps=n))[0] - wanted).max() for n in (20, 40)]
    assert errors[0] / errors[1] == pytest.approx(2.0**order, rel=0.15)


def test_a_state_of_two_parts_moves_velocity_first_and_keeps_its_energy() -> None:
    graph = body_graph(
        {
            "parameter_x": {"value": 1.0}, "constant_v": {"value": 0.0},
            "ode_1": {"states": ("x", "v"), "end": 100.0, "points": 1001, "method": SEMI_IMPLICIT},
            "ode_1/input_1": "x", "ode_1/input_2": "v", "ode_1/negative_1": {}, "ode_1/output_1": "x",
            "ode_1/output_2": "v",
        },
        "parameter_x>ode_1.start.0 constant_v>ode_1.start.1 input_2>output_1.value input_1>negative_1 "
        "negative_1>output_2.value",
    )  # fmt: skip
    x, v, steps = solution(graph, "ode_1.x", "ode_1.v", "ode_1.steps")
    assert v[1] == pytest.approx(-0.1) and x[1] == pytest.approx(1.0 - 0.01), "v moves first, x with the new v"
    assert np.abs(x**2 + v**2 - 1.0).max() < 0.11, "explicit Euler's energy would be e^10"
    assert steps == 1000


def test_the_time_goes_into_the_body() -> None:
    graph = body_graph(
        {
            "parameter_y": {"value": 0.0}, "ode_1": {"states": ("y",), "end": 2.0, "points": 3},
            "ode_1/input_1": "t", "ode_1/cos_1": {}, "ode_1/output_1": "y",
        },
        "parameter_y>ode_1.start.0 input_1>cos_1 cos_1>output_1.value",
    )  # fmt: skip
    assert [p.sentence for p in validate(graph, LIBRARY) if p.severity == "error"] == []
    assert solution(graph)[0] == pytest.approx(np.sin([0.0, 1.0, 2.0]), abs=2e-3)


@pytest.mark.parametrize("way", DERIVATIVES)
@pytest.mark.parametrize("method", ["Runge-Kutta 4", ADAPTIVE])
def test_the_derivative_is_that_of_the_solution(way: str, method: str) -> None:
    settings = {"substeps": 40, "relative": 1e-10, "absolute": 1e-12}
    found = gradient(prepared(spiral(gradient=way, method=method, **settings)))
    times, h = np.linspace(0.0, 0.5, 4), 1e-5
    for name, value in (("parameter_y", np.array(START)), ("parameter_w", np.array(MATRIX))):
        for place in np.ndindex(value.shape):
            shift = np.zeros_like(value)
            shift[place] = h
            sides = []
            for moved in (value + shift, value - shift):
                start, matrix = (moved, np.array(MATRIX)) if name == "parameter_y" else (np.array(START), moved)
                sides.append(np.mean(reference(start, matrix, times) ** 2))
            assert found.gradients[name][place] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("way", DERIVATIVES)
def test_all_approaches_agree(way: str) -> None:
    made = prepared(spiral(gradient=way, substeps=3))
    other = {"parameter_y": np.array([0.3, -1.1])}
    first = gradient(made, other, approach="tape")
    size = np.sqrt(sum(np.sum(g**2) for g in first.gradients.values()))
    for approach, backend in PAIRS:
        found = gradient(made, other, approach=approach, backend=backend)
        for name, value in found.gradients.items():
            assert np.abs(value - first.gradients[name]).max() < 1e-10 * size, (approach, backend, name)
