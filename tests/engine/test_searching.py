"""L-BFGS, conjugate gradient and Newton: against SciPy, closed forms, and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.optimize

from engine.errors import GradwireError, LoweringError
from engine.files.read import parse
from engine.files.write import render
from engine.line_search import SEARCHES, Trial
from engine.optimizers import METHODS
from engine.problems import validate
from engine.searching import NEWTON_SIZE, SEARCHING
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, rosenbrock, trainer

SEARCHING_METHODS = tuple(name for name, method in METHODS.items() if method.search is not None)
SCIPY = {"lbfgs": "L-BFGS-B", "conjugate_gradient": "CG", "newton": "BFGS"}
TIGHT = {"L-BFGS-B": {"gtol": 1e-14, "ftol": 1e-20}, "CG": {"gtol": 1e-13}, "BFGS": {"gtol": 1e-13}}
CURVED = np.array([[3.0, 1.0, 0.5], [1.0, 2.0, -0.3], [0.5, -0.3, 1.0]])
LINEAR = np.array([1.0, -2.0, 0.5])


def quadratic(method, **settings):
    """x A x / 2 - b x + 7: its smallest loss is not 0, so that near it losses cannot be told apart."""
    nodes = {
        "parameter_1": {"value": (4.0, -3.0, 2.0)},
        "constant_1": {"value": tuple(map(tuple, CURVED.tolist()))},
        "constant_2": {"value": tuple(LINEAR.tolist())},
        "matmul_1": {},
        "multiply_1": {},
        "sum_1": {},
        "multiply_2": {"y": 0.5},
        "multiply_3": {},
        "sum_2": {},
        "subtract_1": {},
        "add_1": {"y": 7.0},
        "optimizer_1": {"method": method, "steps": 300, **settings},
    }
    wires = (
        "constant_1>matmul_1 parameter_1>matmul_1.y parameter_1>multiply_1 matmul_1>multiply_1.y multiply_1>sum_1 "
        "sum_1>multiply_2 parameter_1>multiply_3 constant_2>multiply_3.y multiply_3>sum_2 multiply_2>subtract_1 "
        "sum_2>subtract_1.y subtract_1>add_1 add_1>optimizer_1.loss"
    )
    return content(nodes, wires)


def run(graph, **how):
    made = trainer(graph, **how)
    rows = [chunk.rows for chunk in made.run(1000)]
    return made, np.vstack(rows)


@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_rosenbrock_ends_where_scipy_ends(method):
    made, rows = run(rosenbrock(optimizer_1={"method": method, "steps": 300}))
    theirs = scipy.optimize.minimize(
        scipy.optimize.rosen,
        [-1.2, 1.0],
        jac=scipy.optimize.rosen_der,
        method=SCIPY[method],
        options=TIGHT[SCIPY[method]],
    )
    ours = [float(made.parameters()[id]) for id in ("parameter_1", "parameter_2")]
    np.testing.assert_allclose(ours, [1.0, 1.0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours, theirs.x, rtol=0, atol=1e-7)
    assert made.step() <= 2 * theirs.nit + 10
    assert (np.diff(rows[:, 0]) <= 0).all(), "a step made the loss larger"
    assert made.stops[0].kind == "finished"
    assert "no step finds a smaller loss" in made.stops[0].sentence


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_quadratic_ends_at_its_solution(method, search):
    made, rows = run(quadratic(method, search=search))
    solution = np.linalg.solve(CURVED, LINEAR)
    np.testing.assert_allclose(made.parameters()["parameter_1"], solution, rtol=0, atol=1e-10)
    assert rows[-1, 0] == pytest.approx(7.0 - 0.5 * LINEAR @ solution, rel=1e-12)


def test_newton_solves_a_quadratic_in_one_step():
    made, _ = run(quadratic("newton", steps=1))
    np.testing.assert_allclose(made.parameters()["parameter_1"], np.linalg.solve(CURVED, LINEAR), rtol=1e-12)


def test_conjugate_gradient_needs_few_steps_on_a_quadratic():
    """With exact searches it would be three, the number of unknowns."""
    made, rows = run(quadratic("conjugate_gradient"))
    assert made.step() < 25
    assert rows[-1, 1] < 1e-10


def test_newton_leaves_a_saddle():
    """(x^2 - 1)^2 at x = 0.1, where it bends downwards: Newton's own step would go up to 0."""
    nodes = {"parameter_1": {"value": 0.1}, "square_1": {}, "subtract_1": {"y": 1.0}, "square_2": {},
             "optimizer_1": {"method": "newton", "steps": 50}}  # fmt: skip
    made, _ = run(content(nodes, "parameter_1>square_1 square_1>subtract_1 subtract_1>square_2 "
                                 "square_2>optimizer_1.loss"))  # fmt: skip
    assert float(made.parameters()["parameter_1"]) == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_every_approach_takes_the_same_steps(method):
    first = run(rosenbrock(optimizer_1={"method": method, "steps": 8}))[0].parameters()
    for approach in ("tape", "forward"):
        other = run(rosenbrock(optimizer_1={"method": method, "steps": 8, "approach": approach}))[0].parameters()
        for id, value in first.items():
            np.testing.assert_allclose(other[id], value, rtol=1e-8)


@pytest.mark.parametrize("method", SEARCHING_METHODS)
@pytest.mark.parametrize("cut", [1, 7, 13])
def test_a_resumed_search_is_bit_equal(method, cut):
    graph = rosenbrock(optimizer_1={"method": method, "steps": 16, "history": 4})
    whole, rows = run(graph)
    first = trainer(graph)
    first.run(cut)
    again, rest = run(graph, kept=parse(render(replace(graph, kept=first.kept()))).kept)
    np.testing.assert_array_equal(rest, rows[cut:])
    assert again.parameters() == whole.parameters()


@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_weight_decay_is_part_of_the_loss_that_is_searched(method):
    made, _ = run(quadratic(method, weight_decay=0.5))
    solution = np.linalg.solve(CURVED + 0.5 * np.eye(3), LINEAR)
    np.testing.assert_allclose(made.parameters()["parameter_1"], solution, rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", SEARCHING_METHODS)
@pytest.mark.parametrize("dtype", ["complex128", "float32"])
def test_other_numbers_than_double_ones(method, dtype):
    """|z - c|^2 summed, c being one."""
    nodes = {
        "parameter_1": {"value": (0.3, -2.0), "dtype": dtype}, "subtract_1": {"y": 1.0}, "abs_1": {}, "square_1": {},
        "sum_1": {}, "optimizer_1": {"method": method, "steps": 40},
    }  # fmt: skip
    made, _ = run(content(nodes, "parameter_1>subtract_1 subtract_1>abs_1 abs_1>square_1 square_1>sum_1 "
                                 "sum_1>optimizer_1.loss"))  # fmt: skip
    found = made.parameters()["parameter_1"]
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [1.0, 1.0], atol=1e-6)


@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_constrained_parameters_are_searched_behind_their_constraint(method):
    """(x + 1)^2 over positive x has no minimum inside: the loss falls towards 1."""
    nodes = {"parameter_1": {"value": 3.0, "constraint": "positive"}, "add_1": {"y": 1.0}, "square_1": {},
             "optimizer_1": {"method": method, "steps": 60}}  # fmt: skip
    made, rows = run(content(nodes, "parameter_1>add_1 add_1>square_1 square_1>optimizer_1.loss"))
    assert float(made.parameters()["parameter_1"]) >= 0
    assert rows[-1, 0] == pytest.approx(1.0, abs=1e-4)


def batched(method, size, order):
    nodes = {
        "line_data_1": {"count": 30}, "minibatch_1": {"size": size, "order": order}, "parameter_1": {"value": 0.5},
        "multiply_1": {}, "mse_1": {}, "optimizer_1": {"method": method, "steps": 20},
    }  # fmt: skip
    return content(
        nodes,
        "line_data_1.x>minibatch_1 line_data_1.y>minibatch_1.y minibatch_1.batch_x>multiply_1 "
        "parameter_1>multiply_1.y multiply_1>mse_1.prediction minibatch_1.batch_y>mse_1.target mse_1>optimizer_1.loss",
    )


@pytest.mark.parametrize("method", SEARCHING_METHODS)
def test_changing_batches_are_refused_and_fixed_ones_are_not(method):
    for size, order in ((7, "sequential"), (30, "shuffled")):
        with pytest.raises(GradwireError, match=r"compares losses along a line, but .*minibatch_1.* another"):
            trainer(batched(method, size, order))
    made, rows = run(batched(method, 30, "sequential"))
    assert rows[-1, 1] < 1e-8
    assert made.stops[0].kind == "finished"


def test_noise_and_clipping_are_refused():
    nodes = {"parameter_1": {"value": 1.0}, "noise_1": {}, "square_1": {}, "optimizer_1": {"method": "lbfgs"}}
    with pytest.raises(GradwireError, match=r"noise_1\) makes it another loss at every step"):
        trainer(content(nodes, "parameter_1>noise_1 noise_1>square_1 square_1>optimizer_1.loss"))
    with pytest.raises(LoweringError, match="set clip to none"):
        trainer(rosenbrock(optimizer_1={"method": "lbfgs", "clip": "norm"}))
    with pytest.raises(LoweringError, match="needs a smooth loss: set l1 to 0"):
        trainer(rosenbrock(optimizer_1={"method": "lbfgs", "l1": 0.1}))


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_a_loss_that_changes_is_a_problem_before_the_run(method):
    found = [p for p in validate(batched(method, 7, "shuffled").graph, LIBRARY) if p.code == "changing-loss"]
    assert len(found) == (method == "lbfgs")
    assert all("minibatch_1" in p.sentence and p.node == "optimizer_1" for p in found)
    assert not [p for p in validate(batched(method, 30, "sequential").graph, LIBRARY) if p.severity == "error"]


def test_newton_refuses_many_numbers():
    nodes = {"parameter_1": {"shape": (NEWTON_SIZE + 1,), "initial": "ones"}, "square_1": {}, "sum_1": {},
             "optimizer_1": {"method": "newton"}}  # fmt: skip
    with pytest.raises(LoweringError, match="at most 500 numbers, and here are 501: choose L-BFGS"):
        trainer(content(nodes, "parameter_1>square_1 square_1>sum_1 sum_1>optimizer_1.loss"))


def test_a_loss_that_is_not_finite_pauses_the_search():
    nodes = {"parameter_1": {"value": -1.0}, "log_1": {}, "optimizer_1": {"method": "lbfgs"}}
    made, rows = run(content(nodes, "parameter_1>log_1 log_1>optimizer_1.loss"))
    assert made.stops[0].kind == "paused"
    assert made.stops[0].node == "log_1"
    assert len(rows) == 0


def test_a_search_stays_inside_the_domain():
    """x - log(x): a first step of 1 from 0.9 leads to values without a logarithm."""
    nodes = {"parameter_1": {"value": 0.01}, "log_1": {}, "subtract_1": {}, "optimizer_1": {"method": "lbfgs"}}
    made, _ = run(content(nodes, "parameter_1>log_1 parameter_1>subtract_1 log_1>subtract_1.y "
                                 "subtract_1>optimizer_1.loss"))  # fmt: skip
    assert float(made.parameters()["parameter_1"]) == pytest.approx(1.0, abs=1e-8)


FALLING = {
    "far": lambda a: ((a - 37.0) ** 2, 2 * (a - 37.0)),
    "near": lambda a: ((a - 1e-3) ** 2, 2 * (a - 1e-3)),
    "wavy": lambda a: (-np.sin(a) - 0.1 * a, -np.cos(a) - 0.1),
    "walled": lambda a: (-a if a < 0.3 else np.inf, -1.0 if a < 0.3 else np.nan),
    "quartic": lambda a: ((a - 2.0) ** 4, 4 * (a - 2.0) ** 3),
}


@pytest.mark.parametrize("name", FALLING)
@pytest.mark.parametrize("curvature", [0.1, 0.9])
def test_a_search_ends_where_loss_and_slope_have_fallen(name, curvature):
    function = FALLING[name]

    def along(step):
        loss, slope = function(step)
        return Trial(step, float(loss), float(slope), None)

    start = along(0.0)
    for search in SEARCHES.values():
        found = search(along, start, 1.0, curvature)
        assert found is not None
        assert found.loss < start.loss
    found = SEARCHES["strong_wolfe"](along, start, 1.0, curvature)
    if name != "walled":  # beyond the wall no slope can be small
        assert found.loss <= start.loss + 1e-4 * found.step * start.slope
        assert abs(found.slope) <= curvature * abs(start.slope)


def test_a_search_uphill_finds_nothing():
    def along(step):
        return Trial(step, step * step, 2 * step, None)

    for search in SEARCHES.values():
        assert search(along, Trial(0.0, 0.0, -1e-30, None), 1.0, 0.9) is None


def test_pairs_that_do_not_curve_upwards_are_not_remembered():
    """Along -x^2 the gradient turns against the move: L-BFGS would go uphill with such a pair."""

    class Oracle:
        def at(self, x):
            return float(-np.sum(x**2)), -2 * x

    x, state = np.array([1.0]), {"moves": np.zeros((3, 1)), "turns": np.zeros((3, 1)), "count": np.float64(0)}
    x, state = SEARCHING["lbfgs"].step(Oracle(), x, state, {"search": "backtracking", "history": 3})
    assert state["count"] == 0
    assert abs(x[0]) > 1
