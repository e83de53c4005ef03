"""What is said of arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.worker.describe import look_at, short
from app.worker.view_data import POINTS, view_of
from engine.types import type_of


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (423.9413, "423.94"),
        (-40.784, "−40.784"),
        (-0.31, "−0.31"),
        (51731.2, "51,731"),
        (1234567.0, "1,234,567"),
        (0.00012346, "0.0001235"),
        (2.5e-10, "2.5e−10"),
        (-1e9, "−1e9"),
        (3, "3"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (1 - 2j, "1 − 2i"),
    ],
)
def test_numbers_are_short_and_readable(number, text):
    assert short(number) == text


@settings(derandomize=True, deadline=None)
@given(st.floats(-1e300, 1e300))
def test_a_short_number_is_close_and_short(number):
    text = short(number)
    assert len(text) <= 12
    assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(number, rel=6e-4)


def look(value, cotangent=None):
    return look_at(type_of(value), value, cotangent)


def test_a_scalar_shows_its_digits_and_its_derivative():
    seen = look(np.float64(423.94), np.float64(-0.31))
    assert (seen.value, seen.cotangent, seen.norm) == ("423.94", "−0.31", pytest.approx(0.31))
    assert seen.type == "float64 scalar"


def test_a_vector_shows_its_range_a_line_and_the_norm():
    values = np.linspace(13.566, 847.88, 24)
    seen = look(values, np.full(24, 0.5))
    assert seen.value == "13.566 … 847.88"
    assert seen.line == tuple(values)
    assert seen.cotangent == "norm 2.4495"
    np.testing.assert_array_equal(seen.partial.array(), values)


def test_long_vectors_and_matrices_are_thinned():
    assert len(look(np.arange(10_000.0)).line) == 64
    picture = look(np.arange(100 * 200.0).reshape(100, 200)).thumbnail.array()
    assert max(picture.shape) <= 48
    assert picture.min() == 0.0
    assert picture.max() == 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_said_and_left_out_of_the_range(bad):
    seen = look(np.array([1.0, bad, 3.0]), np.array([bad, 0.0, 0.0]))
    assert (seen.finite, seen.low, seen.high, seen.line) == (False, 1.0, 3.0, ())
    assert (seen.cotangent_finite, seen.norm) == (False, None)


@pytest.mark.parametrize("value", [np.zeros((0,)), np.zeros((3, 0)), np.array([np.nan]), np.array(True), np.int64(4)])
def test_odd_arrays_have_a_look(value):
    assert look(value).value in ("empty", "NaN", "true", "4")


def test_tuples_and_records_are_counted():
    seen = look(
        {"a": np.ones(3), "b": (np.zeros(2), np.float64(7))}, {"a": np.ones(3), "b": (np.zeros(2), np.float64(0))}
    )
    assert seen.value == "3 values"
    assert (seen.low, seen.high) == (0.0, 7.0)
    assert seen.norm == pytest.approx(np.sqrt(3))


def test_a_view_is_thinned_evenly_across_its_inputs():
    x = np.arange(100_000.0)
    data = view_of("", {"x": x, "y": 2 * x}, {})
    assert data.shapes == {"x": (100_000,), "y": (100_000,)}
    assert data.inputs["x"].array().size <= POINTS
    np.testing.assert_array_equal(data.inputs["y"].array(), 2 * data.inputs["x"].array())


def test_a_histogram_counts_every_finite_element():
    values = np.concatenate([np.random.default_rng(1).normal(size=50_000), [np.nan, np.inf]])
    data = view_of("views.histogram", {"x": values.reshape(2, -1)}, {"bins": 30})
    assert data.inputs["counts"].array().sum() == 50_000
    assert data.inputs["edges"].array()[[0, -1]] == pytest.approx([values[:50_000].min(), values[:50_000].max()])
    assert view_of("views.histogram", {"x": np.array([np.nan])}, {"bins": 30}).inputs == {}
