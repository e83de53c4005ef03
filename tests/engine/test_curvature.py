"""Curvature against second derivatives in closed form, and against the whole matrix of differences."""

from __future__ import annotations

import numpy as np
import pytest

from engine.curvature import bend, spectrum
from engine.errors import GradwireError
from engine.evaluate import gradient, surface_of
from tests.engine.training_graphs import content, prepared, rosenbrock
from tests.samples.opened import sample

X, Y = {"parameter_1": np.ones(())}, {"parameter_2": np.ones(())}


def hessian(x: float, y: float) -> np.ndarray:
    """Of (1 - x)^2 + 100 (y - x^2)^2."""
    return np.array([[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200.0]])


@pytest.mark.parametrize(("x", "y"), [(1.0, 1.0), (-1.2, 1.0), (0.0, 3.0)])
def test_the_bend_of_rosenbrock_s_function_is_that_of_its_formula(x, y):
    surface = surface_of(prepared(rosenbrock(optimizer_1={"method": "adam"})), {}, ["parameter_1", "parameter_2"])
    here = {"parameter_1": x, "parameter_2": y}
    np.testing.assert_allclose(bend(surface, X, Y, here), hessian(x, y), rtol=1e-12)
    values = np.linalg.eigvalsh(hessian(x, y))
    found = spectrum(surface, here)
    assert (found.least, found.largest) == pytest.approx(tuple(values), rel=1e-10)
    assert found.settled
    assert found.products == 2


def test_a_plane_may_lie_askew():
    surface = surface_of(prepared(rosenbrock(optimizer_1={"method": "adam"})), {}, ["parameter_1", "parameter_2"])
    first = {"parameter_1": np.array(0.6), "parameter_2": np.array(0.8)}
    second = {"parameter_1": np.array(-0.8), "parameter_2": np.array(0.6)}
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    here = {"parameter_1": 0.5, "parameter_2": -1.0}
    np.testing.assert_allclose(bend(surface, first, second, here), turn.T @ hessian(0.5, -1.0) @ turn, rtol=1e-10)


def test_the_ends_of_a_network_s_spectrum_are_those_of_its_whole_matrix():
    graph = sample("xor_quick_start").prepare(start="initial")
    names = list(gradient(graph).gradients)
    surface = surface_of(graph, {}, names)
    whole = matrix(graph, names)
    values = np.linalg.eigvalsh(whole)
    found = spectrum(surface, {}, iterations=200)
    scale = np.abs(values).max()
    assert found.largest == pytest.approx(values[-1], abs=1e-4 * scale)
    assert found.least == pytest.approx(values[0], abs=1e-4 * scale)
    assert spectrum(surface, {}, iterations=3).settled is False


def matrix(graph, names) -> np.ndarray:
    """Second derivatives as differences of gradients by the tape."""
    start = {name: np.asarray(graph.parameters[name], float) for name in names}
    ends = np.cumsum([value.size for value in start.values()])[:-1]
    flat = np.concatenate([np.ravel(value) for value in start.values()])

    def slope(at):
        parts = [p.reshape(start[n].shape) for n, p in zip(names, np.split(at, ends), strict=True)]
        found = gradient(graph, dict(zip(names, parts, strict=True)), approach="tape").gradients
        return np.concatenate([np.ravel(found[name]) for name in names])

    h = 1e-5
    columns = [(slope(flat + h * e) - slope(flat - h * e)) / (2 * h) for e in np.eye(len(flat))]
    found = np.array(columns)
    return (found + found.T) / 2


def test_where_second_derivatives_are_not_finite_it_is_said():
    nodes = {"parameter_1": {"value": 0.0}, "sqrt_1": {}, "optimizer_1": {}}
    graph = prepared(content(nodes, "parameter_1>sqrt_1 sqrt_1>optimizer_1.loss"))
    surface = surface_of(graph, {}, ["parameter_1"])
    with pytest.raises(GradwireError, match="not finite"):
        spectrum(surface, {})
