"""The landscape's pure functions: levels and their numbers, heights, the view from the side, averages, bands."""

from __future__ import annotations

import numpy as np
import pytest

from app.landscape.book import Record, average, band, differing
from app.landscape.comparison import read_settings
from app.landscape.contour_card import within
from app.landscape.levels import heights, label_places, level_text, levels, suggests_log
from app.landscape.marks import spaced
from app.landscape.source import Path
from app.landscape.surface_card import View, projected, terrain
from engine.errors import GradwireError

X = np.linspace(-2, 2, 41)
BOWL = X[None] ** 2 + X[:, None] ** 2


def test_levels_are_round_and_within_the_losses():
    for log in (False, True):
        found = levels(BOWL + 0.01, log=log)
        assert 6 <= len(found) <= 12
        assert (np.diff(found) > 0).all()
        assert found[0] > 0.01
        assert found[-1] < 8.01
        assert all(float(f"{value:.1e}") == value for value in found)
    assert not len(levels(np.ones((3, 3)), log=False))
    assert not len(levels(np.full((3, 3), np.nan), log=True))


def test_levels_are_logarithmic_where_losses_spread():
    valley = 10.0 ** (BOWL - 4)
    assert suggests_log(valley)
    assert not suggests_log(BOWL + 5)
    assert not suggests_log(BOWL - 5), "a loss below zero has no logarithm"
    steps = np.diff(np.log10(levels(valley, log=True)))
    assert steps.max() < 2 * steps.min()


@pytest.mark.parametrize(
    ("value", "text"), [(0.25, "0.25"), (-3.0, "−3"), (1200.0, "1,200"), (2.5e7, "2.5e7"), (1e-6, "1e−6"), (0.0, "0")]
)
def test_levels_are_written_short(value, text):
    assert level_text(value) == text


def test_numbers_on_lines_keep_apart_and_clear_of_ends():
    ring = np.linspace(0, 2 * np.pi, 400)
    lines = [(200 + r * np.cos(ring), 150 + r * np.sin(ring)) for r in (20, 60, 100, 400)]
    avoided = np.array([[300.0, 150.0]])
    found = label_places(lines, (20, 380, 20, 280), 50.0, 30.0, avoided)
    assert {number for number, _, _ in found} >= {1, 2}
    assert all(np.hypot(x - 300.0, y - 150.0) >= 30.0 for _, x, y in found)
    places = [np.array([x, y * 1.6]) for _, x, y in found]
    for k, one in enumerate(places):
        for other in places[:k]:
            assert np.linalg.norm(one - other) >= 50.0 - 1e-9
    assert all(20 < x < 380 and 20 < y < 280 for _, x, y in found)


def test_heights_between_points_are_those_of_a_plane():
    grid = 2 * X[None] - 3 * X[:, None]
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-2, 2, (2, 50))
    np.testing.assert_allclose(heights(X, X, grid, x, y), 2 * x - 3 * y, atol=1e-12)
    assert np.isnan(heights(X, X, grid, np.array([2.1]), np.array([0.0]))[0])


def test_the_mountain_seen_from_above_is_the_map():
    points = np.random.default_rng(1).uniform(-1, 1, (20, 3))
    across, down, _ = projected(points, View(0.0, 90.0))
    np.testing.assert_allclose(across, points[:, 0], atol=1e-12)
    np.testing.assert_allclose(down, -points[:, 1], atol=1e-12)
    across, down, far = projected(points, View(90.0, 0.0))
    np.testing.assert_allclose(down, -points[:, 2], atol=1e-12)
    np.testing.assert_allclose(np.abs(far), np.abs(points[:, 0]), atol=1e-12)


def test_the_mountain_is_never_seen_from_below():
    view = View()
    for _ in range(100):
        view = view.moved(0.0, -7.0)
    assert view.tilt > 0
    assert View().moved(360.0, 0.0).turn == pytest.approx(View().turn % 360)
    assert View().nearer(1e9).size < 10


@pytest.mark.parametrize("log", [False, True])
def test_heights_tell_their_losses_back(log):
    ground = terrain(X, X, BOWL + 0.5, log=log)
    for share, loss in zip(ground.z.ravel()[::77], (BOWL + 0.5).ravel()[::77], strict=True):
        assert ground.loss(float(share)) == pytest.approx(loss)
    assert terrain(X, X, np.full_like(BOWL, np.nan), log=log) is None


def test_the_moving_average_is_that_of_its_definition():
    values = np.random.default_rng(2).normal(size=60)
    values[10] = np.nan
    found = average(values, 0.8)
    for k in (0, 9, 11, 59):
        known = [value for j, value in enumerate(values[: k + 1]) if j != 10]
        weights = np.array([0.8 ** (len(known) - 1 - n) for n in range(len(known))])
        wanted = float(weights @ known / weights.sum())
        assert found[k] == pytest.approx(wanted)
    np.testing.assert_array_equal(average(values, 0.0), values)


def record(number, seed, loss, **settings):
    steps = np.arange(len(loss), dtype=float)
    return Record(number, "Adam", {"method": "adam", "seed": seed, **settings}, seed, steps, np.array(loss, float))


def test_a_band_is_from_the_lowest_to_the_highest_of_all_seeds():
    steps, low, high, mean = band([record(1, 0, [3, 2, 1, 0]), record(2, 1, [5, 1, 2])])
    np.testing.assert_array_equal(steps, [0, 1, 2])
    np.testing.assert_array_equal(low, [3, 1, 1])
    np.testing.assert_array_equal(high, [5, 2, 2])
    np.testing.assert_array_equal(mean, [4, 1.5, 1.5])
    assert band([record(1, 0, [3, 2])]) is None


def test_runs_are_told_apart_by_what_differs_and_no_more():
    one, two = record(1, 0, [1.0], rate=0.1, decay=0.5), record(2, 3, [1.0], rate=0.1, decay=0.9)
    assert differing([one, two]) == {1: "seed 0, decay 0.5", 2: "seed 3, decay 0.9"}
    assert differing([one]) == {1: ""}
    assert one.group != two.group
    assert one.group == record(3, 9, [1.0], rate=0.1, decay=0.5).group


def test_arrows_of_a_grid_keep_their_distance_in_rows():
    x, y = (each.ravel() for each in np.meshgrid(np.arange(12) * 20.0, np.arange(5) * 60.0))
    keep = spaced(x, y, 34.0)
    assert set(np.diff(np.unique(x[keep]))) == {40.0}
    assert len(np.unique(y[keep])) == 5
    assert keep.sum() == len(np.unique(x[keep])) * 5


def test_further_settings_are_read_and_refused_by_name():
    assert read_settings("momentum = 0.8, history=5") == {"momentum": 0.8, "history": 5}
    assert read_settings("") == {}
    for wrong, word in (("moment = 1", "no setting"), ("momentum = x", "needs a number"), ("momentum", "no setting")):
        with pytest.raises(GradwireError, match=word):
            read_settings(wrong)


def test_a_path_that_runs_away_is_cut_and_others_are_left_as_they_are():
    steps, near = np.arange(6), np.linspace(0.0, 1.0, 6)
    wild = Path(0, "wild", steps, np.array([0.0, -1.0, 5.0, -1e4, 1e9, -1e300]), near, (1.0, 1.0))
    calm = Path(1, "calm", steps, near, near, (1.0, 1.0))
    cut = within(wild, (-1.0, 1.0, -1.0, 1.0))
    assert cut.x.tolist() == [0.0, -1.0, 5.0]
    assert cut.push is None
    assert within(calm, (-1.0, 1.0, -1.0, 1.0)) is calm
