"""Columns that NumPy's reader takes at once are those that are read cell by cell, and so are their faults."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from nodes import table_text
from nodes.table_cells import parsed
from nodes.table_text import read_text

NUMBER = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{1,18}\.?[0-9]{0,18}", fullmatch=True),
    st.from_regex(r"[+-]?\.?[0-9]{1,3}[eE][+-]?[0-9]{1,3}", fullmatch=True),
)
ODD = st.sampled_from(
    ["", " 1", "1 ", "nan", "NA", "inf", "-inf", "1_0", "0x10", "1e999", "abc", "1,5", "-", "1d5", "½", "#"]
)


def columns(body, at_once):
    table = read_text(body, ".csv", "semicolon", "no")
    names = table.names
    if at_once and (found := table.at_once(names)) is not None:
        return [found[:, k] for k in range(len(names))], True
    return [table.numbers(name) for name in names], False


def outcome(body, at_once):
    try:
        found, taken = columns(body, at_once)
    except DataError as error:
        return error.sentence, False
    return [column.tobytes() for column in found], taken


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=6))
@example([("-0", "-0.0", "+.5"), ("1.", "1e5", "5E-324")])
def test_numbers_are_taken_at_once_and_are_the_same_bits(rows):
    body = "\n".join(";".join(row) for row in rows).encode()
    together, taken = outcome(body, at_once=True)
    assert together == outcome(body, at_once=False)[0]
    assert taken or any(not np.isfinite(float(cell)) for row in rows for cell in row)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(st.lists(st.one_of(NUMBER, ODD), min_size=2, max_size=2), min_size=1, max_size=5))
def test_anything_else_has_the_same_outcome_either_way(rows):
    body = "\n".join(";".join(row) for row in rows).encode()
    assert outcome(body, at_once=True)[0] == outcome(body, at_once=False)[0]


@pytest.mark.parametrize(
    "text", ["1;2\n\n3;4\n\n", "\n;\n1;2\n3;4", "# a\n1;2\n3;4\n", "1;2\r\n3;4\r\n", "a;b\n1;2\n3;4"]
)
def test_blank_lines_comments_and_headers_are_left_out(text):
    table = read_text(text.encode(), ".csv", "semicolon", "auto")
    np.testing.assert_array_equal(table.at_once(table.names), [[1, 2], [3, 4]])


def test_some_columns_are_taken_and_others_left():
    table = read_text(b"a;b;c\n1;x;2\n3;y;4\n", ".csv", "semicolon", "auto")
    np.testing.assert_array_equal(table.at_once(["c", "a"]), [[2, 1], [4, 3]])
    assert table.at_once(["a", "b"]) is None
    assert table.at_once([]) is None


def test_the_fast_way_is_the_one_that_is_taken(monkeypatch):
    """Planted: were numbers read cell by cell again, this would see it."""

    def slow(cells):
        raise AssertionError("read cell by cell")

    monkeypatch.setattr(table_text, "parsed", slow)
    table = read_text(b"a;b\n1;2\n", ".csv", "semicolon", "auto")
    assert table.at_once(("a", "b")) is not None
    with pytest.raises(AssertionError):
        table.numbers("a")
    assert parsed(np.array([b"1"]))[1] is None
