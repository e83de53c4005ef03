"""Numbers drawn and spaced, more generated data, and rows split and brought to one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from engine.data import Data
from engine.errors import SettingError, ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY

DATA = Data(label='"data" (n_1)', node="n_1")
SEEDED = ("random_uniform", "random_normal", "random_integers", "permutation", "rings", "sine_wave", "checkerboard")


def made(operator: str, *arguments: Any, **own: Any) -> Any:
    declared = LIBRARY[f"inputs.{operator}"]
    assert declared.function is not None
    settings = {name: spec.default for name, spec in declared.settings.items()} | own
    return declared.function(*(arguments or (DATA,)), **settings)


# ----- spaced and drawn -----


def test_evenly_spaced_numbers_and_grids_are_those_of_numpy() -> None:
    np.testing.assert_array_equal(made("linspace", first=2.0, last=-1.0, count=7), np.linspace(2, -1, 7))
    points, x, y = made("grid", columns=3, rows=2, left=0.0, right=2.0, bottom=5.0, top=6.0)
    assert x.tolist() == [[0, 1, 2], [0, 1, 2]] and y.tolist() == [[5, 5, 5], [6, 6, 6]]
    assert points.tolist() == [[0, 5], [1, 5], [2, 5], [0, 6], [1, 6], [2, 6]]


def test_random_numbers_follow_their_distributions() -> None:
    uniform = made("random_uniform", shape=(100, 200), low=-2.0, high=3.0)
    assert uniform.shape == (100, 200)
    assert scipy.stats.kstest(uniform.ravel(), scipy.stats.uniform(-2, 5).cdf).pvalue > 1e-3
    normal = made("random_normal", shape=(20_000,), mean=1.0, deviation=0.5)
    assert scipy.stats.kstest(normal, scipy.stats.norm(1, 0.5).cdf).pvalue > 1e-3
    whole = made("random_integers", shape=(60_000,), low=-2, high=3)
    assert whole.dtype == np.int64 and set(whole.tolist()) == {-2, -1, 0, 1, 2, 3}
    assert scipy.stats.chisquare(np.bincount(whole + 2)).pvalue > 1e-3
    assert made("random_normal", shape=()).shape == ()


def test_a_random_order_has_every_number_once() -> None:
    order = made("permutation", count=1000)
    assert sorted(order.tolist()) == list(range(1000)) and abs(np.corrcoef(order, np.arange(1000))[0, 1]) < 0.1


@pytest.mark.parametrize("operator", SEEDED)
def test_draws_follow_from_the_seed(operator: str) -> None:
    one, again, other = (made(operator, seed=seed) for seed in (1, 1, 2))
    parts = [each if isinstance(each, tuple) else (each,) for each in (one, again, other)]
    assert all((a == b).all() for a, b in zip(parts[0], parts[1], strict=True))
    assert any((a != b).any() for a, b in zip(parts[0], parts[2], strict=True))


@pytest.mark.parametrize(
    ("operator", "own", "sentence"),
    [
        ("random_uniform", {"low": 1.0, "high": 1.0}, r'^"data" \(n_1\) needs low below high, but they are 1 and 1\.$'),
        ("random_integers", {"low": 2, "high": 1}, "needs low at most high, but they are 2 and 1"),
        ("random_normal", {"shape": (-1,)}, r"cannot have the shape \(-1,\)"),
        ("random_normal", {"shape": (10**8, 10)}, "at most 500,000,000 elements"),
        ("grid", {"left": 2.0}, "needs left below right, but they are 2 and 1"),
        ("sine_wave", {"high": -1.0}, "needs low below high"),
    ],
)
def test_settings_that_cannot_be_met_are_refused(operator: str, own: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        made(operator, **own)


# ----- generated -----


def test_rings_without_noise_have_their_radii() -> None:
    points, labels = made("rings", count=300, number=3, noise=0.0)
    np.testing.assert_allclose(np.hypot(*points.T), (labels + 1) / 3)
    assert np.bincount(labels).tolist() == [100, 100, 100] and abs(points.mean()) < 1e-12


def test_a_sine_wave_without_noise_is_the_sine() -> None:
    x, y = made("sine_wave", count=50, amplitude=2.0, frequency=1.5, phase=0.25, noise=0.0, low=0.0, high=3.0)
    np.testing.assert_allclose(x, np.linspace(0, 3, 50))
    np.testing.assert_allclose(y, 2 * np.sin(3 * np.pi * x + 0.25))


def test_a_swiss_roll_lies_on_its_spiral() -> None:
    points, along = made("swiss_roll", count=500)
    np.testing.assert_allclose(np.hypot(points[:, 0], points[:, 2]), along)
    np.testing.assert_allclose(points[:, 0], along * np.cos(along))
    assert 1.5 * np.pi <= along.min() and along.max() <= 4.5 * np.pi and 0 <= points[:, 1].min() < 1
    noisy, same = made("swiss_roll", count=500, noise=0.5)
    assert (same == along).all() and abs((noisy - points).std() / 0.5 - 1) < 0.1


@pytest.mark.parametrize("squares", [2, 5])
def test_neighbouring_squares_have_different_colours(squares: int) -> None:
    points, labels = made("checkerboard", count=2000, squares=squares)
    assert points.min() >= -1 and points.max() <= 1
    column, row = np.floor((points.T + 1) / 2 * squares)
    assert ((column + row) % 2 == labels).all() and 0.4 < labels.mean() < 0.6


# ----- split -----


def test_a_split_uses_every_row_once_and_keeps_pairs_together() -> None:
    x = np.arange(50.0).reshape(25, 2)
    parts = made("split", x, np.arange(25), validation=20, test=40, seed=3)
    assert [len(each) for each in parts] == [10, 10, 5, 5, 10, 10]
    for rows, numbers in zip(parts[::2], parts[1::2], strict=True):
        assert (rows[:, 0] == 2 * numbers).all()
    taken = np.concatenate(parts[1::2])
    assert sorted(taken.tolist()) == list(range(25)) and taken.tolist() != list(range(25))
    other = made("split", x, np.arange(25), validation=20, test=40, seed=4)
    assert other[1].tolist() != parts[1].tolist()


def test_a_split_refuses_what_it_cannot_divide() -> None:
    shape = LIBRARY["inputs.split"].shape
    assert shape is not None
    settings = {"validation": 50, "test": 50, "seed": 0}
    for shapes, sentence in (
        (((6, 2), (5,)), r"x has shape \(6, 2\) and y has shape \(5,\): they differ at axis 0, 6 rows and 5"),
        (((6, 2), ()), "y is a scalar"),
        (((6, 2), (6,)), r"x has shape \(6, 2\): validation 50 % and test 50 % leave no row along axis 0"),
    ):
        with pytest.raises(ShapeError, match=sentence):
            shape([ArrayType(each) for each in shapes], settings)


# ----- one scale -----

ROWS = np.array([[1.0, -2.0, 7.0], [3.0, 0.5, 7.0], [-1.5, 2.5, 7.0]])


def test_columns_are_standardised_and_constant_ones_only_centred() -> None:
    value = made("standardise", ROWS)
    np.testing.assert_allclose(value[:, :2], scipy.stats.zscore(ROWS[:, :2]), rtol=1e-13)
    assert value[:, 2].tolist() == [0, 0, 0]
    np.testing.assert_allclose(
        made("standardise", ROWS + 1, ROWS)[:, :2] - value[:, :2], 1 / ROWS.std(axis=0)[[0, 1]] + 0 * value[:, :2]
    )


def test_columns_are_scaled_to_0_and_1_and_constant_ones_only_moved() -> None:
    value = made("min_max", ROWS)
    assert value.min(axis=0).tolist() == [0, 0, 0] and value.max(axis=0).tolist() == [1, 1, 0]
    np.testing.assert_allclose(made("min_max", np.array([[5.25, -4.25, 8.0]]), ROWS), [[1.5, -0.5, 1.0]])


def test_columns_to_fit_must_be_the_same() -> None:
    shape = LIBRARY["inputs.standardise"].shape
    assert shape is not None
    with pytest.raises(ShapeError, match=r"x has shape \(4, 2\) and fit has shape \(4, 3\): all axes but axis 0"):
        shape([ArrayType((4, 2)), ArrayType((4, 3))], {})
    with pytest.raises(ShapeError, match=r"fit has shape \(0, 2\): it takes at least one row"):
        shape([ArrayType((4, 2)), ArrayType((0, 2))], {})
