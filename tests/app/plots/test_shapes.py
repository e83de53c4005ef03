"""What is drawn from numbers, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from app.plots.histories import sloped
from app.plots.path import path_stroke
from app.plots.shapes import (
    contour_levels,
    contour_segments,
    finite_range,
    is_noisy,
    logarithms,
    smoothed,
    without_crumbs,
    zigzag,
)


@pytest.mark.parametrize("count", [1, 2, 10, 51, 400, 2000])
def test_smoothing_leaves_a_straight_line_alone(count):
    line = np.linspace(7.0, -2.0, count)
    np.testing.assert_allclose(smoothed(line), line, atol=1e-9)


def test_smoothing_takes_noise_away_without_lag():
    x = np.linspace(0, 1, 1000)
    truth = 5 - 4 * x + np.sin(5 * x)
    noise = np.random.default_rng(3).normal(size=1000) * 0.5
    error = smoothed(truth + noise) - truth
    assert error.std() < 0.15
    assert abs(error.mean()) < 0.05
    np.testing.assert_allclose(smoothed(truth), truth, atol=0.02)


def test_smoothing_passes_over_gaps():
    values = np.linspace(0, 1, 300)
    values[100] = np.nan
    result = smoothed(values)
    assert np.isnan(result[100])
    assert np.nanmax(np.abs(result - np.linspace(0, 1, 300))) < 0.02


def test_the_polyline_touches_every_extreme():
    x, y = zigzag(np.arange(3.0), np.array([0.0, 1, 2]), np.array([5.0, 6, 7]))
    np.testing.assert_array_equal(x, [0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(y, [0, 5, 6, 1, 2, 7])


def test_logarithms_of_what_has_none_are_gaps():
    np.testing.assert_array_equal(logarithms(np.array([100.0, 0.0, -1.0, np.nan])), [2.0, np.nan, np.nan, np.nan])
    assert finite_range(np.array([np.nan, 2.0, np.inf]), np.array([-1.0])) == (-1.0, 2.0)
    assert finite_range(np.array([np.nan]), np.empty(0)) is None


def test_contours_of_a_bowl_are_circles():
    x, y = np.linspace(-2, 2, 61), np.linspace(-3, 3, 81)
    bowl = x[None, :] ** 2 + y[:, None] ** 2
    for radius in (0.5, 1.0, 1.7):
        segments = contour_segments(x, y, bowl, radius**2)
        np.testing.assert_allclose(np.hypot(segments[..., 0], segments[..., 1]), radius, atol=0.01)
        length = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1).sum()
        assert length == pytest.approx(2 * np.pi * radius, rel=0.01)


def test_contours_leave_out_what_is_not_finite():
    x = np.linspace(0, 1, 11)
    values = np.tile(x, (11, 1))
    values[4:7, 4:7] = np.nan
    segments = contour_segments(x, x, values, 0.55)
    assert np.isfinite(segments).all()
    np.testing.assert_allclose(segments[..., 0], 0.55)
    inside = (segments[..., 1] > 0.35) & (segments[..., 1] < 0.65)
    assert not inside.any()


def test_levels_of_a_bowl_are_rings_of_evenly_growing_radius():
    x = np.linspace(-1, 1, 201)
    bowl = x[None, :] ** 2 + x[:, None] ** 2
    bowl[bowl > 1] = np.nan
    radii = np.sqrt(contour_levels(bowl, 10))
    np.testing.assert_allclose(np.diff(radii), 0.1, atol=0.01)
    assert contour_levels(np.full((3, 3), 2.0)).size == 0


def test_only_noise_is_noisy():
    x = np.linspace(0, 10, 500)
    noise = np.random.default_rng(1).normal(size=500)
    assert not is_noisy(np.exp(-x))
    assert not is_noisy(np.sin(3 * x))
    assert not is_noisy(np.ones(500))
    assert not is_noisy(np.array([1.0, np.nan]))
    assert is_noisy(np.exp(-x) + 0.01 * noise)


def test_crumbs_are_swept_from_contours_and_lines_stay():
    x = np.linspace(-2, 2, 61)
    bowl = x[None, :] ** 2 + x[:, None] ** 2
    pitted = bowl.copy()
    pitted[5, 5] = pitted[50, 8] = 0.0
    segments = contour_segments(x, x, pitted, 1.0)
    swept = without_crumbs(segments)
    assert len(swept) < len(segments)
    np.testing.assert_allclose(np.sort(swept, axis=0), np.sort(contour_segments(x, x, bowl, 1.0), axis=0))
    small = contour_segments(x, x, bowl, 0.001)
    assert 0 < len(small) < 24
    np.testing.assert_array_equal(without_crumbs(small), small)
    assert without_crumbs(np.empty((0, 2, 2))).shape == (0, 2, 2)


def test_what_is_measured_now_and_then_is_drawn_from_measure_to_measure() -> None:
    steps = np.arange(9.0)
    stairs = np.array([9.0, 9.0, 9.0, 6.0, 6.0, 6.0, 3.0, 3.0, 3.0])
    assert sloped(steps, stairs).tolist() == [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 3.0, 3.0]
    assert np.isnan(sloped(steps, np.where(steps > 6, np.nan, stairs))[7:]).all(), "nothing is made up"


def test_a_path_to_and_fro_is_drawn_finer_the_more_it_fills() -> None:
    straight = path_stroke("#58c9a5", np.linspace(0, 1, 50), np.linspace(0, 1, 50))
    bouncing = path_stroke("#58c9a5", np.arange(60.0) % 2, np.linspace(0, 1, 60))
    assert straight.width == 2.0 and straight.color.alpha() == 255
    assert bouncing.width == 1.0 and bouncing.color.alpha() < 160
