"""Ticks: round, few, inside, evenly written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plots.ticks import linear_ticks, log_ticks, padded

PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def number(text: str) -> float:
    text = text.replace(",", "")
    if "10⁻" in text or (text.startswith("10") and text[2:] and text[2] in "⁰¹²³⁴⁵⁶⁷⁸⁹"):
        return 10.0 ** int(text[2:].translate(PLAIN))
    return float(text.translate(PLAIN))


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0, 10, 6, ["0", "2", "4", "6", "8", "10"]),
        (-1, 1, 5, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
        (0, 1280, 4, ["0", "500", "1,000"]),
        (0.031, 0.0333, 3, ["0.031", "0.032", "0.033"]),
        (0, 5e6, 6, ["0", "1e6", "2e6", "3e6", "4e6", "5e6"]),
        (0, 2e-5, 3, ["0", "1e−5", "2e−5"]),
    ],
)
def test_linear_ticks_read_as_people_write_them(low, high, most, texts):
    assert [tick.text for tick in linear_ticks(low, high, most)] == texts


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (3.8, 7.2, 5, ["10⁴", "10⁵", "10⁶", "10⁷"]),
        (-2.1, 2.1, 6, ["0.01", "0.1", "1", "10", "100"]),
        (-12, 3, 5, ["10⁻¹²", "10⁻⁸", "10⁻⁴", "10⁰"]),
        (0.1, 0.95, 5, ["2", "3", "5"]),
    ],
)
def test_log_ticks_stand_at_powers_of_ten(low, high, most, texts):
    assert [tick.text for tick in log_ticks(low, high, most)] == texts


ranges = st.tuples(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12)).filter(lambda r: r[1] > abs(r[0]) * 1e-9)


@settings(derandomize=True, deadline=None)
@given(ranges, st.integers(2, 12), st.booleans())
def test_linear_ticks_are_few_inside_and_true_to_their_text(interval, most, whole):
    low, high = interval[0], interval[0] + interval[1]
    ticks = linear_ticks(low, high, most, whole=whole)
    assert len(ticks) <= most + 1
    assert len({tick.text for tick in ticks}) == len(ticks)
    for tick in ticks:
        assert low - 1e-6 * interval[1] <= tick.at <= high + 1e-6 * interval[1]
        assert number(tick.text) == pytest.approx(tick.at, rel=1e-9, abs=interval[1] * 1e-6)
        if whole:
            assert tick.at == int(tick.at)


@settings(derandomize=True, deadline=None)
@given(st.floats(-300, 300), st.floats(1e-3, 300), st.integers(2, 12))
def test_log_ticks_are_few_inside_and_true_to_their_text(low, span, most):
    high = low + span
    ticks = log_ticks(low, high, most)
    assert len(ticks) <= most + 1
    for tick in ticks:
        assert low - 1e-6 <= tick.at <= high + 1e-6
        if -300 < tick.at < 300:
            assert math.log10(number(tick.text)) == pytest.approx(tick.at, abs=2e-3)


@pytest.mark.parametrize("bad", [(1, 1), (2, 1), (math.nan, 1), (0, math.inf)])
def test_an_impossible_axis_has_no_ticks(bad):
    assert linear_ticks(*bad, 5) == log_ticks(*bad, 5) == ()


@settings(derandomize=True, deadline=None)
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_a_padded_range_holds_what_it_was_made_for(one, other):
    low, high = padded(min(one, other), max(one, other))
    assert low < min(one, other)
    assert high > max(one, other)


def test_a_range_of_nothing_is_still_a_range():
    assert padded(math.nan, math.nan) == (0.0, 1.0)
    assert padded(0.0, 0.0) == (-1.0, 1.0)
