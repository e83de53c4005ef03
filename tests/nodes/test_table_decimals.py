"""Numbers that are read all at once are bit by bit those that Python reads one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nodes import table_decimals
from nodes.table_cells import parsed
from nodes.table_decimals import plain_decimals

WRITTEN = st.from_regex(r"[+-]?[0-9]{0,17}\.?[0-9]{0,17}", fullmatch=True)
ANYTHING = st.text(alphabet="0123456789.+-eE_ naif,", max_size=20)


def agree(cells):
    texts = [cell.decode() for cell in cells]
    values, known = plain_decimals(cells)
    for text, value, read in zip(texts, values, known, strict=True):
        if read:
            assert value.tobytes() == np.float64(text).tobytes(), text
            assert "_" not in text
            assert text == text.strip()
    return known


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(WRITTEN, min_size=1, max_size=30))
@example(["-0", "-0.0", "+.5", "5.", ".", "-", "", "00012", "999999999999999", "9999999999999999", "0.1", "1e5"])
def test_decimals_are_those_of_python(texts):
    agree(np.array([text.encode() for text in texts]))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(ANYTHING, min_size=1, max_size=20))
def test_what_is_no_plain_decimal_is_left_to_others(texts):
    agree(np.array([text.encode() for text in texts]))


def test_plain_decimals_are_read_and_nothing_else():
    cells = np.array([b"12", b"-3.25", b"+.5", b"7.", b"", b"1e3", b" 1", b"1 ", b"1_0", b"1.2.3", b"--1", b"1-", b"."])
    assert agree(cells).tolist() == [True] * 4 + [False] * 9


def test_random_numbers_of_every_length(monkeypatch):
    monkeypatch.setattr(table_decimals, "ROWS", 64)
    random = np.random.default_rng(0)
    texts = [f"{x:.{random.integers(0, 12)}f}" for x in random.normal(size=1000) * 10.0 ** random.integers(-3, 5, 1000)]
    known = agree(np.array([text.encode() for text in texts]))
    assert known.mean() > 0.9


@pytest.mark.parametrize("odd", [b"abc", b"1_0", b"1e999", b"nan", b"inf", b"0x10"])
def test_the_row_of_what_is_no_number_is_that_of_the_column(odd):
    cells = np.array([b"1", b"2.5", b"", b" 4 ", b"1e2", odd, b"6", odd])
    values, wrong = parsed(cells)
    if odd == b"nan":
        assert wrong is None
        np.testing.assert_array_equal(values, [1, 2.5, np.nan, 4, 100, np.nan, 6, np.nan])
    else:
        assert wrong == 5
