"""The figures of the samples on images, next to SciPy and to a grid that is filled pixel by pixel."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import scipy.ndimage

from tests.nodes.test_images import filtered
from tests.samples.opened import ASSETS, notes, sample, wires

SHARP = np.load(ASSETS / "camera.npy") / 255.0


def test_the_blurred_photograph_gains_more_than_three_decibels():
    graph = sample("deconvolution")
    run = graph.run()
    start = wires(graph)
    kernel = np.asarray(graph.graph.nodes["constant_1"].settings["value"])
    given = scipy.ndimage.convolve(SHARP, kernel, mode="mirror") + start["random_normal_1.value"]
    before = np.mean((given - SHARP) ** 2)
    after = np.mean((given + run.parameters["correction"] - SHARP) ** 2)
    gained = 10 * np.log10(before / after)
    assert kernel.shape == (7, 7) and kernel.sum() == pytest.approx(1.0, abs=1e-4)
    assert start["random_normal_1.value"].std() == pytest.approx(0.01, rel=0.03)
    assert run.steps == 100
    assert gained == pytest.approx(3.63, abs=0.02)
    assert after / before == pytest.approx(0.43, abs=0.01)
    assert wires(graph, run)["multiply_2.value"] == pytest.approx(gained)
    assert "3.6 dB gained in 100 steps" in notes("deconvolution") and "43 %" in notes("deconvolution")


@pytest.mark.parametrize(("weight", "gained"), [(0.0, -2.5), (1e-5, 1.6)])
def test_without_the_roughness_and_with_too_much_of_it_less_is_gained(weight, gained):
    graph = sample("deconvolution").with_setting("multiply_1", "y", weight)
    assert wires(graph, graph.run())["multiply_2.value"] == pytest.approx(gained, abs=0.06)


# ----- the bilateral grid -----

CELL, BINS = 4, 8


def corners(picture: np.ndarray) -> Iterator[tuple[tuple[np.ndarray, ...], np.ndarray]]:
    """Yield the eight cells around each pixel, each with the pixel's share in it."""
    rows, columns = (n // CELL for n in picture.shape)
    i, j = ((each + 0.5) / CELL - 0.5 for each in np.indices(picture.shape))
    at = (i.clip(0, rows - 1), j.clip(0, columns - 1), picture.clip(0, 1) * (BINS - 1))
    first = [np.minimum(each.astype(int), n - 2) for each, n in zip(at, (rows, columns, BINS), strict=True)]
    part = [a - f for a, f in zip(at, first, strict=True)]
    for step in itertools.product((0, 1), repeat=3):
        share = np.prod([p if s else 1 - p for p, s in zip(part, step, strict=True)], axis=0)
        yield tuple(f + s for f, s in zip(first, step, strict=True)), share


def smoothed(picture: np.ndarray, space: np.ndarray, range_: np.ndarray) -> np.ndarray:
    """Return a picture smoothed by a bilateral grid with these kernels."""
    read = []
    for values in (picture, np.ones_like(picture)):
        grid = np.zeros((*(n // CELL for n in picture.shape), BINS))
        for place, share in corners(picture):
            np.add.at(grid, place, share * values)
        for axis, kernel in enumerate((space, space, range_)):
            grid = scipy.ndimage.correlate1d(grid, kernel, axis, mode="constant")
        read.append(sum(share * grid[place] for place, share in corners(picture)))
    return read[0] / read[1]


def test_the_bilateral_grid_mimics_the_filter():
    graph = sample("bilateral_grid")
    run = graph.run()
    picture = SHARP + wires(graph)["random_normal_1.value"]
    wanted = filtered(picture, 5, 3.0, 0.15)
    done = np.mean((picture - wanted) ** 2)
    rest = np.mean((smoothed(picture, run.parameters["space"], run.parameters["range"]) - wanted) ** 2)
    none = np.mean((smoothed(picture, np.array([1.0]), np.array([1.0])) - wanted) ** 2)
    assert run.steps == 100
    assert run.loss == pytest.approx(rest, rel=1e-3)
    assert np.sqrt(rest) == pytest.approx(0.0032, abs=5e-5)
    assert (rest / done, none / done) == (pytest.approx(0.0045, abs=1e-4), pytest.approx(0.16, abs=0.006))
    for figure in ("by 0.0032", "0.45 %", "16 %", "3.3 % is left"):
        assert figure in notes("bilateral_grid")


def test_the_gradient_of_the_bilateral_grid_is_right_to_a_millionth():
    """Central differences of the loss as worked out here, at kernels away from the start."""
    graph = sample("bilateral_grid")
    kernels = {"space": np.array([0.1, 0.2, 0.6, 0.3, -0.05]), "range": np.array([0.05, 0.3, 0.7, 0.2, 0.1])}
    for node, name in (("parameter_1", "space"), ("parameter_2", "range")):
        graph = graph.with_setting(node, "value", kernels[name].tolist())
    picture = SHARP + wires(graph)["random_normal_1.value"]
    wanted = filtered(picture, 5, 3.0, 0.15)
    found = graph.gradient()[0]

    def loss(name: str, k: int, step: float) -> float:
        moved = {each: value.copy() for each, value in kernels.items()}
        moved[name][k] += step
        return float(np.mean((smoothed(picture, moved["space"], moved["range"]) - wanted) ** 2))

    for name in kernels:
        differences = [(loss(name, k, 1e-5) - loss(name, k, -1e-5)) / 2e-5 for k in range(5)]
        scale = np.linalg.norm(differences)
        assert np.linalg.norm(found.gradients[name] - differences) < 1e-6 * scale


def test_coarser_cells_leave_more():
    graph = sample("bilateral_grid")
    for node in ("grid_splat_1", "grid_slice_1", "grid_slice_2"):
        graph = graph.with_setting(node, "cell", 8)
    assert wires(graph, graph.run())["divide_3.value"] == pytest.approx(0.033, abs=0.001)
