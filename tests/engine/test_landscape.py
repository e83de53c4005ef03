"""Landscapes against the loss evaluated point by point in another way, and directions against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import GradwireError
from engine.evaluate import contour, gradient, surface_of
from engine.landscape import element, path_plane, random_directions
from engine.training import Trainer
from tests.engine.training_graphs import content, network, prepared, rosenbrock
from tests.samples.opened import SAMPLES, sample

DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_landscape_has_the_loss_of_every_sample(path):
    graph = sample(path.stem).prepare(start="initial")
    plan = graph.plans[0]
    names = [id for id in gradient(graph, optimizer=plan.id).gradients if graph.parameters[id].dtype.kind == "f"]
    surface = surface_of(graph, {}, names, optimizer=plan.id)
    first, second = random_directions(graph.parameters, names, seed=3)
    grid = surface.grid(first, second, np.array([0.0, 0.01]), np.array([-0.01, 0.02]))
    for row, y in enumerate((-0.01, 0.02)):
        for column, x in enumerate((0.0, 0.01)):
            moved = {
                id: (graph.parameters[id] + x * first[id] + y * second[id]).astype(graph.parameters[id].dtype)
                for id in names
            }
            wanted = gradient(graph, moved, optimizer=plan.id, approach="tape").loss
            if not np.isfinite(wanted):  # by static, made stable, there may be a number where the formula overflows
                wanted = gradient(graph, moved, optimizer=plan.id, approach="static").loss
            assert grid[row, column] == pytest.approx(wanted, rel=1e-5, nan_ok=True)


def test_a_contour_in_the_middle_of_a_run_is_of_that_step_s_batch_and_noise():
    graph = prepared(network())
    trained = Trainer(graph)
    trained.run(5)
    at, step, states = trained.parameters(), trained.step(), trained.states()
    here = np.array([at["parameter_1"].flat[1]]), np.array([at["parameter_1"].flat[2]])
    x, y = ("parameter_1", 1), ("parameter_1", 2)
    found = contour(graph, at, x, y, *here, step=step, states=states)
    (chunk,) = trained.run(1)
    assert found[0, 0] == pytest.approx(chunk.rows[0, 0], rel=1e-12)
    assert contour(graph, at, x, y, *here, step=step)[0, 0] != pytest.approx(chunk.rows[0, 0], rel=1e-6)


def test_elements_of_parameters_are_numbered_in_c_order():
    parameters = {"w": np.arange(6.0).reshape(2, 3)}
    assert element(parameters, "w", 4)["w"].tolist() == [[0, 0, 0], [0, 1, 0]]
    with pytest.raises(GradwireError, match="6 numbers"):
        element(parameters, "w", 6)


def test_random_directions_are_as_long_as_each_parameter_and_at_right_angles():
    parameters = {"w": np.full((3, 4), 2.0), "b": np.zeros(5), "s": np.float64(-3.0)}
    first, second = random_directions(parameters, ["w", "b", "s"], seed=1)
    for name, length in (("w", np.sqrt(48.0)), ("b", 1.0), ("s", 3.0)):
        for each in (first, second):
            assert each[name].shape == np.shape(parameters[name])
            assert np.linalg.norm(each[name]) == pytest.approx(length)
    for name in ("w", "b"):
        assert np.vdot(first[name], second[name]) == pytest.approx(0.0, abs=1e-12)
    assert not np.array_equal(random_directions(parameters, ["w"], seed=2)[0]["w"], first["w"])


def test_the_plane_of_a_path_holds_a_path_that_lies_in_one():
    u, v = np.array([1.0, 2.0, 2.0]) / 3, np.array([2.0, 1.0, -2.0]) / 3
    points = [{"w": 5 * np.cos(t) * u[:2] + np.sin(t) * v[:2], "b": 5 * np.cos(t) * u[2] + np.sin(t) * v[2]}
              for t in np.linspace(0, 2, 9)]  # fmt: skip
    plane = path_plane(points, ["w", "b"])
    assert plane.share == pytest.approx(1.0)
    for point, (x, y) in zip(points, plane.path, strict=True):
        for name in ("w", "b"):
            wanted = plane.centre[name] + x * plane.first[name] + y * plane.second[name]
            np.testing.assert_allclose(point[name], wanted, atol=1e-12)
    np.testing.assert_allclose(plane.path[-1], 0.0, atol=1e-12)


def test_a_straight_path_has_a_plane_and_one_that_stands_still_has_none():
    points = [{"w": np.array([t, 2 * t])} for t in (0.0, 1.0, 3.0)]
    plane = path_plane(points, ["w"])
    assert np.vdot(plane.first["w"], plane.second["w"]) == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(plane.second["w"]) == pytest.approx(1.0)
    np.testing.assert_allclose(plane.path[:, 1], 0.0, atol=1e-12)
    with pytest.raises(GradwireError, match="stands still"):
        path_plane([points[0], points[0]], ["w"])
    with pytest.raises(GradwireError, match="two points"):
        path_plane(points[:1], ["w"])


def test_a_direction_of_another_shape_is_refused():
    surface = surface_of(prepared(rosenbrock(optimizer_1=DESCENT)), {}, ["parameter_1"])
    with pytest.raises(GradwireError, match="shape"):
        surface.grid({"parameter_1": np.ones(3)}, {}, np.zeros(1), np.zeros(1))


def test_what_does_not_move_is_computed_once():
    """The compiled part of a surface over one parameter holds nothing of what the others alone decide."""
    nodes = {"parameter_1": {"value": 2.0}, "parameter_2": {"value": 3.0}, "square_1": {}, "add_1": {}}
    graph = prepared(
        content(
            {**nodes, "sin_1": {}, "optimizer_1": {}},
            "parameter_1>sin_1 sin_1>add_1 parameter_2>square_1 square_1>add_1.y add_1>optimizer_1.loss",
        )
    )
    one = surface_of(graph, {}, ["parameter_2"])
    assert one.loss({"parameter_2": 5.0}) == pytest.approx(25.0 + np.sin(2.0))
    assert one.equations == 2  # the square and the sum
    assert surface_of(graph, {}, ["parameter_1", "parameter_2"]).equations == 3


def test_filters_are_columns_of_matrices_and_places_of_a_kernel_s_first_axis():
    rng = np.random.default_rng(4)
    parameters = {"w": rng.normal(size=(4, 3)) * [1.0, 10.0, 100.0], "k": rng.normal(size=(2, 3, 5, 5))}
    for each in random_directions(parameters, ["w", "k"], seed=2):
        np.testing.assert_allclose(np.linalg.norm(each["w"], axis=0), np.linalg.norm(parameters["w"], axis=0))
        for one, other in zip(each["k"], parameters["k"], strict=True):
            assert np.linalg.norm(one) == pytest.approx(np.linalg.norm(other))


def test_slopes_in_a_plane_are_those_of_the_formula():
    graph = prepared(rosenbrock(optimizer_1=DESCENT))
    surface = surface_of(graph, {}, ["parameter_1", "parameter_2"])
    places = np.array([[0.0, 0.0], [-1.2, 1.0], [0.3, -2.0]])
    zero = {"parameter_1": 0.0, "parameter_2": 0.0}
    found = surface.slopes({"parameter_1": np.ones(())}, {"parameter_2": np.ones(())}, places, zero)
    wanted = [(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)) for x, y in places]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    turned = surface.slopes({"parameter_1": np.ones(()), "parameter_2": np.ones(())}, {}, places[:, [0, 0]], zero)
    assert turned[1, 1] == 0.0


def test_the_path_s_plane_is_that_of_its_singular_vectors():
    rng = np.random.default_rng(1)
    flat = np.cumsum(rng.normal(size=(40, 7)), axis=0)
    points = [{"w": row[:6].reshape(2, 3), "b": row[6]} for row in flat]
    plane = path_plane(points, ["w", "b"])
    left, sizes, right = np.linalg.svd(flat - flat[-1], full_matrices=False)
    assert plane.share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum())
    for k, direction in enumerate((plane.first, plane.second)):
        own = np.concatenate([np.ravel(direction["w"]), np.ravel(direction["b"])])
        assert abs(own @ right[k]) == pytest.approx(1.0)
        np.testing.assert_allclose(np.abs(plane.path[:, k]), np.abs(left[:, k] * sizes[k]), atol=1e-10)
