"""Operators on images against SciPy, and against loops over pixels."""

from __future__ import annotations

import itertools
from typing import Any

import autograd
import numpy as np
import pytest
import scipy.ndimage

from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY

MODES = {"edge": "nearest", "zero": "grid-constant", "reflect": "mirror", "wrap": "grid-wrap"}
"""What SciPy calls the boundaries."""


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def run(id: str, *inputs: Any, **settings: Any) -> Any:
    declared = LIBRARY[f"images.{id}"]
    defaults = {name: setting.default for name, setting in declared.settings.items()}
    return declared.function(*inputs, **{**defaults, **settings})


def hat(distance: float) -> float:
    return max(0.0, 1.0 - abs(distance))


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("shape", [(6, 7), (2, 5), (1, 4)])
def test_a_warp_samples_as_scipy_does(boundary: str, shape: tuple[int, int]) -> None:
    x, down, right = drawn(*shape), 6 * drawn(*shape, seed=1), 6 * drawn(*shape, seed=2)
    i, j = np.indices(shape)
    wanted = scipy.ndimage.map_coordinates(x, [i + down, j + right], order=1, mode=MODES[boundary])
    assert np.allclose(run("warp", x, down, right, boundary=boundary), wanted, atol=1e-12)


def test_whole_steps_roll_a_picture_and_several_are_warped_alike() -> None:
    x = drawn(3, 5, 6)
    assert np.array_equal(run("warp", x, 2.0, -1.0, boundary="wrap"), np.roll(x, (-2, 1), (1, 2)))


def test_a_move_is_found_by_descent() -> None:
    """The derivative by the moves leads back to where a smooth picture was taken from."""
    i, j = np.indices((24, 24))
    x = np.exp(-((i - 11) ** 2 + (j - 13) ** 2) / 40)
    moved = scipy.ndimage.shift(x, (-1.3, 0.8), order=1, mode="nearest")
    slope = autograd.grad(lambda at: ((run("warp", x, at[0], at[1]) - moved) ** 2).sum())
    at = np.array([0.1, 0.1])
    for _ in range(200):
        at = at - 0.05 * slope(at)
    assert np.allclose(at, (1.3, -0.8), atol=1e-3)


def test_a_picture_that_is_moved_nowhere_a_number_is_gives_no_number_there() -> None:
    for boundary in MODES:
        with np.errstate(invalid="ignore"):
            found = run("warp", drawn(3, 3), np.where(np.eye(3) > 0, np.nan, 0.25), 0.0, boundary=boundary)
        assert np.array_equal(np.isnan(found), np.eye(3) > 0)


def test_a_soft_histogram_shares_numbers_between_two_bins() -> None:
    x = np.concatenate([np.random.default_rng(3).uniform(-0.3, 1.4, 200), [0.0, 1.0, 0.25]])
    wanted = [sum(hat(min(max(4 * each, 0), 4) - k) for each in x) for k in range(5)]
    found = run("soft_histogram", x, bins=5)
    assert np.allclose(found, wanted) and found.sum() == pytest.approx(x.size)
    assert np.allclose(run("soft_histogram", np.array([-1.0, 0.0, 2.0]), bins=4, low=-1.0, high=2.0), [1, 1, 0, 1])


def test_total_variation_is_the_sum_of_the_steps() -> None:
    x = drawn(2, 4, 5)
    wanted = np.zeros(2)
    for n, i, j in itertools.product(range(2), range(4), range(5)):
        down = x[n, i + 1, j] - x[n, i, j] if i < 3 else 0.0
        right = x[n, i, j + 1] - x[n, i, j] if j < 4 else 0.0
        wanted[n] += np.sqrt(down**2 + right**2 + 0.3**2) - 0.3
    assert np.allclose(run("total_variation", x, softness=0.3), wanted)
    step = np.zeros((8, 8))
    step[:, 3:] = 5.0
    assert run("total_variation", step, softness=1e-9) == pytest.approx(40.0)


def test_luminance_weighs_the_colours() -> None:
    assert np.allclose(run("luminance", np.eye(3)), [0.2126, 0.7152, 0.0722])
    assert np.allclose(run("luminance", np.eye(3), axis=0, weights="rec. 601"), [0.299, 0.587, 0.114])
    assert np.allclose(run("luminance", np.full((2, 5, 3), 0.7)), np.full((2, 5), 0.7))


def filtered(x: np.ndarray, radius: int, space: float, range_: float) -> np.ndarray:
    found = np.zeros_like(x)
    for i, j in np.ndindex(x.shape):
        top, left = max(i - radius, 0), max(j - radius, 0)
        near = x[top : i + radius + 1, left : j + radius + 1]
        k, m = np.indices(near.shape)
        far = (k + top - i) ** 2 + (m + left - j) ** 2
        weight = np.exp(-far / (2 * space**2) - (near - x[i, j]) ** 2 / (2 * range_**2))
        found[i, j] = np.average(near, weights=weight)
    return found


def test_a_bilateral_filter_is_a_weighted_mean_of_neighbours() -> None:
    x = drawn(6, 7)
    wanted = filtered(x, 2, 1.7, 0.9)
    assert np.allclose(run("bilateral_filter", x, radius=2, space=1.7, range=0.9), wanted)


def splatted(x: np.ndarray, guide: np.ndarray, cell: int, bins: int) -> np.ndarray:
    counts = [-(-length // cell) for length in x.shape]
    found = np.zeros((*counts, bins))
    for i, j in np.ndindex(x.shape):
        at = [min(max((p + 0.5) / cell - 0.5, 0), n - 1) for p, n in zip((i, j), counts, strict=True)]
        at.append(min(max(guide[i, j], 0), 1) * (bins - 1))
        for place in np.ndindex(found.shape):
            found[place] += x[i, j] * np.prod([hat(a - p) for a, p in zip(at, place, strict=True)])
    return found


@pytest.mark.parametrize(("shape", "cell", "bins"), [((8, 6), 2, 4), ((7, 5), 3, 3), ((3, 4), 8, 2), ((3, 3), 1, 5)])
def test_splatting_shares_pixels_and_slicing_turns_it_around(shape: Any, cell: int, bins: int) -> None:
    x, guide = drawn(*shape), 0.5 + 0.4 * drawn(*shape, seed=1)
    sums, weights = run("grid_splat", x, guide, cell=cell, bins=bins)
    assert np.allclose(sums, splatted(x, guide, cell, bins))
    assert np.allclose(weights, splatted(np.ones(shape), guide, cell, bins))
    assert weights.sum() == pytest.approx(x.size)
    grid = drawn(*sums.shape, seed=2)
    read = run("grid_slice", grid, guide, cell=cell)
    assert np.sum(read * x) == pytest.approx(np.sum(grid * sums))


def test_a_grid_is_blurred_axis_by_axis() -> None:
    grid, space, range_ = drawn(5, 4, 6), drawn(3, seed=1), drawn(5, seed=2)
    wanted = grid
    for axis, kernel in enumerate((space, space, range_)):
        wanted = scipy.ndimage.correlate1d(wanted, kernel, axis, mode="constant")
    assert np.allclose(run("grid_blur", grid, space, range_), wanted)


def test_the_grid_smooths_noise_and_keeps_an_edge() -> None:
    x = np.where(np.arange(32) < 15, 0.2, 0.8) + 0.02 * drawn(32, 32)
    kernel = np.array([0.25, 0.5, 0.25])
    grids = [run("grid_blur", each, kernel, kernel) for each in run("grid_splat", x, x)]
    sums, weights = (run("grid_slice", each, x) for each in grids)
    found = sums / weights
    assert found[:, :14].std() < 0.3 * x[:, :14].std()
    assert np.all(np.abs(found[:, 14] - 0.2) < 0.05) and np.all(np.abs(found[:, 15] - 0.8) < 0.05)


WRONG: list[tuple[str, list[tuple[int, ...]], dict[str, Any], str]] = [
    ("luminance", [(4, 4)], {}, "red, green and blue are three"),
    ("luminance", [()], {}, "it has no axis of red, green and blue"),
    ("total_variation", [(4,)], {}, "rows and columns in its last two axes"),
    ("warp", [(4, 5), (5, 4), ()], {}, "differ at axis"),
    ("warp", [(4, 5), (2, 4, 5), ()], {}, "down has shape (2, 4, 5): it moves the pixels of one picture, (4, 5)"),
    ("grid_splat", [(4, 5), (5, 4)], {}, "they must be equal"),
    ("grid_splat", [(2, 4, 5), (4, 5)], {}, "it takes one picture"),
    ("grid_blur", [(4, 5, 2), (2,), (3,)], {}, "space has shape (2,): it takes an odd number of weights"),
    ("grid_blur", [(4, 5), (3,), (3,)], {}, "a bilateral grid has rows, columns and bins"),
    ("grid_slice", [(4, 5, 2), (16, 16)], {}, "with cells of 8 pixels the grid over it is (2, 2, 2)"),
    ("bilateral_filter", [(4000, 4000)], {"radius": 12}, "take a smaller radius, or a bilateral grid"),
]


@pytest.mark.parametrize(("id", "shapes", "settings", "said"), WRONG)
def test_wrong_shapes_are_one_sentence(id: str, shapes: list[Any], settings: dict[str, Any], said: str) -> None:
    declared = LIBRARY[f"images.{id}"]
    defaults = {name: setting.default for name, setting in declared.settings.items()}
    with pytest.raises(ShapeError) as caught:
        declared.shape([ArrayType(shape, "float64") for shape in shapes], {**defaults, **settings})
    assert said in str(caught.value)
