"""Parquet as a table: with pyarrow where it is installed, and a sentence where it is not."""

from __future__ import annotations

import importlib.util
import io
import sys
from decimal import Decimal

import numpy as np
import pytest

from engine.data import Data
from engine.errors import DataError
from nodes import tables
from nodes.table_columns import suggested
from nodes.tables import Request

installed = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed")


def read(folder, content, *columns, name="data.parquet", **settings):
    (folder / name).write_bytes(content)
    data = Data(folder).of("table_1", '"table" (table_1)', None)
    return tables.read(data, name, Request(columns=tuple(columns), **settings))


def parquet(**columns):
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def test_without_pyarrow_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match="Parquet is read by pyarrow, which is not installed: pip install pyarrow"):
        read(tmp_path, b"PAR1 ... PAR1")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PAR1", b"PAR1 cut", b""])
def test_what_only_calls_itself_parquet_is_refused(tmp_path, content):
    with pytest.raises(DataError, match=r"not a Parquet file|damaged Parquet|not installed"):
        read(tmp_path, content)


@installed
def test_numbers_classes_and_gaps(tmp_path):
    content = parquet(
        x=[1.5, 2.5, None, 4.0], n=[1, 2, 3, 4], yes=[True, False, True, True], kind=["b", "a", "b", None],
        price=[Decimal("1.25"), Decimal("2.5"), Decimal("0"), Decimal("3")],
    )  # fmt: skip
    x, n, yes, price = (
        read(tmp_path, content, (c, "number", (c,)), missing="mean") for c in ("x", "n", "yes", "price")
    )
    np.testing.assert_allclose(x, [1.5, 2.5, 8 / 3, 4.0])
    np.testing.assert_array_equal(n, [1, 2, 3, 4])
    np.testing.assert_array_equal(yes, [1, 0, 1, 1])
    np.testing.assert_array_equal(price, [1.25, 2.5, 0, 3])
    both = read(tmp_path, content, ("xn", "number", ("x", "n")), ("kind", "class", ("kind",)), missing="leave_out")
    np.testing.assert_array_equal(both[0], [[1.5, 1], [2.5, 2]])
    np.testing.assert_array_equal(both[1], [1, 0])
    with pytest.raises(DataError, match=r"row 2 \(counted from 0\) of “x” is missing"):
        read(tmp_path, content, ("x", "number", ("x",)))
    (tmp_path / "data.parquet").write_bytes(content)
    kinds = {name: kind for name, kind, _ in suggested(Data(tmp_path), "data.parquet")}
    assert kinds == {"x": "number", "n": "number", "yes": "number", "kind": "class", "price": "number"}


@installed
def test_what_holds_no_numbers_is_refused_in_a_sentence(tmp_path):
    content = parquet(text=["a", "b"], lists=[[1], [2]], wide=[1.0, float("inf")])
    for column, words in (
        ("text", "“text” holds text, not numbers: read it as a class"),
        ("lists", "“lists” holds list"),
        ("wide", r"row 1 \(counted from 0\) of “wide” is infinite"),
        ("other", "it has no column “other”"),
    ):
        with pytest.raises(DataError, match=words):
            read(tmp_path, content, ("y", "number", (column,)))


@installed
def test_a_damaged_file_is_a_sentence(tmp_path):
    content = parquet(x=list(np.arange(1000.0)))
    for k in range(8, len(content) - 8, max(1, len(content) // 60)):
        flipped = bytearray(content)
        flipped[k] ^= 0xFF
        try:
            read(tmp_path, bytes(flipped), ("x", "number", ("x",)))
        except DataError as error:
            assert "\n" not in error.sentence
