"""Generated data, minibatches and constants."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

from engine import random_bits
from engine.data import ASSETS, Data
from engine.errors import SettingError, ShapeError
from engine.types import ArrayType
from nodes.inputs import _draw as draw
from nodes.library import LIBRARY

DATA = Data(label='"data" (line_data_1)', node="line_data_1")


def made(operator: str, **own: Any) -> Any:
    declared = LIBRARY[f"inputs.{operator}"]
    assert declared.function is not None
    return declared.function(DATA, **{name: spec.default for name, spec in declared.settings.items()} | own)


# ----- generated -----


def test_a_line_without_noise_is_the_line() -> None:
    x, y = made("line_data", count=11, slope=-2.0, intercept=0.5, noise=0.0, low=-1.0, high=3.0)
    np.testing.assert_allclose(x, np.linspace(-1, 3, 11))
    np.testing.assert_allclose(y, 0.5 - 2 * x)


def test_the_noise_of_a_line_has_its_standard_deviation() -> None:
    x, y = made("line_data", count=40_000, noise=0.3)
    residuals = y - (2 * x + 1)
    assert abs(residuals.mean()) < 5 * 0.3 / 200 and abs(residuals.std() / 0.3 - 1) < 0.02
    assert abs(np.corrcoef(residuals[:-1], residuals[1:])[0, 1]) < 0.03


def test_a_line_needs_its_ends_in_order() -> None:
    with pytest.raises(SettingError, match=r"^\"data\" \(line_data_1\) needs low below high, but they are 1 and 1\.$"):
        made("line_data", low=1.0, high=1.0)


def test_spirals_without_noise_lie_on_their_arms() -> None:
    points, labels = made("spirals", count=300, arms=3, turns=1.5, noise=0.0)
    radius, angle = np.hypot(*points.T), np.arctan2(points[:, 1], points[:, 0])
    turned = angle - 2 * np.pi * (1.5 * radius + labels / 3)
    np.testing.assert_allclose(np.cos(turned), 1.0, atol=1e-12)
    assert np.bincount(labels).tolist() == [100, 100, 100] and radius.max() == 1.0


def test_moons_without_noise_are_half_circles() -> None:
    points, labels = made("moons", count=101, noise=0.0)
    upper, lower = points[labels == 0], points[labels == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1.0)
    assert (upper[:, 1] >= -1e-12).all() and (lower[:, 1] <= 0.5 + 1e-12).all() and len(upper) == 51


@pytest.mark.parametrize("features", [2, 5])
def test_blobs_have_their_centres_and_their_spread(features: int) -> None:
    points, labels = made("blobs", count=9000, classes=3, features=features, spread=0.1, distance=2.0)
    for k in range(3):
        own = points[labels == k]
        assert abs(np.linalg.norm(own.mean(axis=0)) - 2.0) < 0.02
        np.testing.assert_allclose(own.std(axis=0), 0.1, rtol=0.05)


def test_blobs_without_spread_stand_evenly_on_their_circle() -> None:
    points, _ = made("blobs", count=4, classes=4, spread=0.0, distance=3.0)
    np.testing.assert_allclose(points, [[3, 0], [0, 3], [-3, 0], [0, -3]], atol=1e-15)


@pytest.mark.parametrize("operator", ["line_data", "spirals", "moons", "blobs"])
def test_data_follow_from_the_seed(operator: str) -> None:
    one, again, other = (
        made(operator, noise=0.5, seed=s) if operator != "blobs" else made(operator, seed=s) for s in (1, 1, 2)
    )
    noisy = 1 if operator == "line_data" else 0
    assert one[noisy].tolist() == again[noisy].tolist() != other[noisy].tolist()
    labels = one[1 - noisy]
    assert labels.dtype == (np.float64 if operator == "line_data" else np.int64)


# ----- minibatch -----


def batches(rows: int, size: int, steps: int, order: str = "shuffled", state: Any = None, first: int = 0) -> Any:
    types = [ArrayType((rows, 2)), ArrayType((rows,), "int64")]
    key = random_bits.key(0, "minibatch_1", 0)
    found = []
    for step in range(first, first + steps):
        indices, state = draw(key, step, state, types, {"size": size, "order": order})
        found.append(indices.tolist())
    return found, state


@pytest.mark.parametrize(("rows", "size"), [(10, 5), (10, 3), (10, 10), (7, 1), (5, 32)])
def test_every_row_comes_once_before_any_comes_again(rows: int, size: int) -> None:
    found, _ = batches(rows, size, 60)
    assert {len(batch) for batch in found} == {min(rows, size)}
    stream = [row for batch in found for row in batch]
    passes = [stream[k : k + rows] for k in range(0, len(stream) - rows + 1, rows)]
    assert len(passes) >= 5 and all(sorted(each) == list(range(rows)) for each in passes)
    assert len({tuple(each) for each in passes}) > 1  # a new order for every pass


def test_the_order_of_the_table_may_be_kept() -> None:
    assert batches(5, 2, 4, "sequential")[0] == [[0, 1], [2, 3], [4, 0], [1, 2]]


def test_batches_go_on_where_a_run_was_interrupted() -> None:
    whole, _ = batches(11, 4, 20)
    head, state = batches(11, 4, 7)
    stored = tuple(np.array(np.asarray(each)) for each in state)  # as a file would give it back
    tail, _ = batches(11, 4, 13, state=stored, first=7)
    assert head + tail == whole


# ----- constants -----


@pytest.mark.parametrize(
    ("dtype", "fits", "too_large"), [("int64", 2**53, 2**53 + 2), ("float32", 3.4e38, 3.5e38), ("complex64", 1, -1e39)]
)
def test_a_constant_holds_no_number_that_its_dtype_cannot(dtype: str, fits: float, too_large: float) -> None:
    shape = LIBRARY["inputs.constant"].shape
    assert shape is not None
    assert shape([], {"value": (1, fits), "dtype": dtype}) == (ArrayType((2,), dtype),)
    with pytest.raises(ShapeError, match=f"too large for {dtype}"):
        shape([], {"value": ((0,), (too_large,)), "dtype": dtype})
    assert shape([], {"value": too_large, "dtype": "float64"}) == (ArrayType((), "float64"),)


def test_a_constant_has_the_dtype_asked_for() -> None:
    declared = LIBRARY["inputs.constant"]
    assert declared.function is not None and declared.shape is not None
    for dtype in declared.settings["dtype"].options:  # type: ignore[attr-defined]
        value = declared.function(value=np.array([1.0, 0.0]), dtype=dtype)
        assert value.dtype.name == dtype and value.tolist() == [1, 0]
        assert declared.shape([], {"value": (1.0, 0.0), "dtype": dtype}) == (ArrayType((2,), dtype),)


# ----- the bundled data sets -----


def test_fishers_irises_are_those_of_1936() -> None:
    columns = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
    numbers, species = made(
        "table", file="asset:iris.csv", columns=(("x", "number", columns), ("k", "class", ("species",)))
    )
    assert numbers.shape == (150, 4) and np.bincount(species).tolist() == [50, 50, 50]
    # Fisher 1936, Table II: the means of the three species (sepal length, sepal width, petal length, petal width)
    means = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.770, 4.260, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose([numbers[species == k].mean(axis=0) for k in range(3)], means, atol=5e-13)
    # the two rows that are wrong in a widespread copy
    assert numbers[34].tolist() == [4.9, 3.1, 1.5, 0.2] and numbers[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_hubbles_nebulae_are_those_of_1929() -> None:
    distance, velocity = made(
        "table",
        file="asset:hubble.csv",
        columns=(("r", "number", ("distance_mpc",)), ("v", "number", ("velocity_km_s",))),
    )
    assert distance.shape == velocity.shape == (24,)
    assert round(distance.sum(), 3) == 21.873 and velocity.sum() == 8955
    slope, intercept = np.polyfit(distance, velocity, 1)
    assert round(slope, 3) == 454.158 and round(intercept, 3) == -40.784


def test_every_data_set_names_its_source_and_licence() -> None:
    text = (ASSETS / "SOURCES.md").read_text(encoding="utf-8")
    for path in sorted(ASSETS.glob("*.csv")):
        section = text.split(f"### {path.name}")[1].split("###")[0]
        assert "Source:" in section and "Licence:" in section
        assert "https://doi.org/" in section or "in the public domain" in section
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        assert f"{len(rows) - 1} " in section and f"{len(rows[0])} column" in section


def test_the_digits_are_those_of_the_repository() -> None:
    images, digit = made(
        "table", file="asset:digits.npz", columns=(("x", "number", ("images",)), ("k", "class", ("digit",)))
    )
    assert images.shape == (1797, 8, 8) and images.min() == 0 and images.max() == 16
    assert np.bincount(digit).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0] and digit[:5].tolist() == [0, 1, 2, 3, 4]


def test_the_wines_have_the_means_of_their_description() -> None:
    alcohol, proline, cultivar = made(
        "table",
        file="asset:wine.csv",
        columns=(("a", "number", ("alcohol",)), ("p", "number", ("proline",)), ("k", "class", ("cultivar",))),
    )
    assert np.bincount(cultivar).tolist() == [59, 71, 48]
    assert round(alcohol.mean(), 1) == 13.0 and round(proline.mean()) == 747 and proline.max() == 1680
