"""Planes and trails as the window asks for them, over real processes' functions."""

from __future__ import annotations

import numpy as np
import pytest

from app.worker import messages as m
from app.worker.answers import EngineAnswerer
from app.worker.planes import PlaneWish
from app.worker.training import EngineTraining
from engine.errors import GradwireError
from engine.graph import Content
from tests.engine.training_graphs import content, rosenbrock

ADAM = {"method": "adam", "learning_rate": 0.05, "steps": 40}
NUMBERS = m.PlaneSpec("elements", ("parameter_1", 0), ("parameter_2", 0))


def job(graph: Content) -> m.Job:
    return m.Job.of(graph, None, "/nowhere")


def rosen(x, y):
    return (x - 1) ** 2 + 100 * (y - x * x) ** 2


@pytest.fixture(scope="module")
def answers() -> EngineAnswerer:
    return EngineAnswerer(job(rosenbrock(optimizer_1=ADAM)), lambda _: None)


@pytest.fixture(scope="module")
def training() -> EngineTraining:
    momentum = {**ADAM, "method": "momentum", "learning_rate": 1e-4}
    made = EngineTraining(job(rosenbrock(optimizer_1=ADAM, optimizer_2=momentum)), lambda _: None)
    made.advance(40, 5.0)
    return made


def test_the_loss_over_two_numbers_is_that_of_the_formula(answers):
    wish = PlaneWish(NUMBERS, None, (-2.0, 2.0, -1.0, 3.0), 20, (4, 3), ((1.0, 1.0), (0.0, 0.5)), (1.0, 1.0))
    seen = answers.plane(wish, None)
    x, y = np.meshgrid(seen.x.array(), seen.y.array())
    np.testing.assert_allclose(seen.loss.array(), rosen(x, y), rtol=1e-10)
    assert seen.start == pytest.approx((-1.2, 1.0))
    assert seen.arrows.array().shape == (12, 4)
    px, py, gx, gy = seen.arrows.array().T
    np.testing.assert_allclose(gx, 2 * (px - 1) - 400 * px * (py - px**2), atol=1e-9)
    np.testing.assert_allclose(gy, 200 * (py - px**2), atol=1e-9)
    np.testing.assert_allclose(seen.slopes.array(), [[0, 0], [-2, 100]], atol=1e-9)
    np.testing.assert_allclose(seen.bend.array(), [[802, -400], [-400, 200]])
    values = np.linalg.eigvalsh([[802, -400], [-400, 200]])
    assert (seen.least, seen.largest) == pytest.approx(tuple(values))


def test_without_bounds_the_start_is_in_the_middle(answers):
    seen = answers.plane(PlaneWish(m.PlaneSpec("random", seed=3), None, None, 16), None)
    assert seen.start == pytest.approx((0.0, 0.0))
    assert seen.x.array()[[0, -1]].tolist() == [-1.0, 1.0]
    other = answers.plane(PlaneWish(m.PlaneSpec("random", seed=4), None, None, 16), None)
    assert not np.allclose(other.loss.array(), seen.loss.array())


def test_a_point_s_parameters_are_told(answers):
    seen = answers.plane(PlaneWish(NUMBERS, None, None, 16, point=(0.5, -2.0)), None)
    assert {id: float(value.array()) for id, value in seen.values.items()} == {"parameter_1": 0.5, "parameter_2": -2.0}


def test_what_cannot_be_is_a_sentence(answers):
    with pytest.raises(GradwireError, match="Run first"):
        answers.plane(PlaneWish(m.PlaneSpec("path"), None, None), None)
    with pytest.raises(GradwireError, match="different"):
        answers.plane(PlaneWish(m.PlaneSpec("elements", ("parameter_1", 0), ("parameter_1", 0)), None, None), None)


def test_a_kink_s_curvature_is_a_sentence_beside_the_loss():
    graph = content(
        {"parameter_1": {"value": 0.0}, "parameter_2": {"value": 1.0}, "sqrt_1": {}, "add_1": {}, "optimizer_1": {}},
        "parameter_1>sqrt_1 sqrt_1>add_1 parameter_2>add_1.y add_1>optimizer_1.loss",
    )
    seen = EngineAnswerer(job(graph), lambda _: None).plane(
        PlaneWish(NUMBERS, None, (0.0, 1.0, 0.0, 1.0), 16, bend=(0.0, 0.0)), None
    )
    assert "not finite" in seen.sentence
    assert seen.bend is None
    assert np.isfinite(seen.loss.array()).all()


def test_every_lane_has_its_way_with_what_its_method_carried(training):
    ways, plane = training.ways(NUMBERS, False)
    assert plane is None
    for lane, way in enumerate(ways):
        end = [float(training._trainer.parameters(lane)[id]) for id in ("parameter_1", "parameter_2")]
        np.testing.assert_allclose(way.places.array()[-1], end)
        assert way.steps.array()[-1] == 40
        assert way.push is not None
    assert {name.split()[0] for name in ways[0].names} == {"mean", "square", "moved", "gradient"}
    assert {name.split()[0] for name in ways[1].names} == {"velocity", "moved", "gradient"}
    state = ways[0].state.array()
    assert state.shape[1] == 1 + len(ways[0].names)
    assert np.isfinite(state).all()


def test_the_plane_of_the_paths_stays_until_it_is_asked_anew(training):
    first, plane = training.ways(m.PlaneSpec("path"), True)
    again, none = training.ways(m.PlaneSpec("path"), False)
    assert none is None
    assert plane is not None
    assert plane.share == pytest.approx(1.0)
    np.testing.assert_array_equal(again[0].places.array(), first[0].places.array())
    answerer = EngineAnswerer(job(rosenbrock(optimizer_1=ADAM)), lambda _: None)
    seen = answerer.plane(PlaneWish(m.PlaneSpec("path"), plane, (-0.1, 0.1, -0.1, 0.1), 16), None)
    x, y = seen.x.array()[3], seen.y.array()[5]
    at = [float(plane.centre[id].array() + x * plane.first[id].array() + y * plane.second[id].array())
          for id in ("parameter_1", "parameter_2")]  # fmt: skip
    assert seen.loss.array()[5, 3] == pytest.approx(rosen(*at))
