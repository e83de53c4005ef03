"""Tables under Hypothesis: every table reads back as written, and damaged files end in a sentence or in numbers."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Data
from engine.errors import DataError
from nodes.table_columns import suggested
from nodes.table_text import DELIMITERS, read_text
from nodes.tables import Request, read
from tests import sizes

NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**15), 10**15))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
QUICK = settings(derandomize=True, deadline=None, max_examples=150)


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[Any]) -> list[list[Any]]:
    columns = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=1, max_size=12))


@QUICK
@given(tables(NUMBERS), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_numbers_read_back_to_the_last_bit(rows: list[list[Any]], delimiter: str, newline: str, quote: bool) -> None:
    stream = io.StringIO()
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    names = [f"c{k}" for k in range(len(rows[0]))]
    writer.writerows([names, *rows])
    table = read_text(stream.getvalue().encode(), ".csv", "auto" if len(names) > 1 else "comma", "auto")
    assert table.names == tuple(names)
    found = np.stack([table.numbers(name) for name in names], axis=1)
    assert found.tolist() == [[float(cell) for cell in row] for row in rows]


@QUICK
@given(tables(TEXTS), st.sampled_from(sorted({"comma", "semicolon", "tab"})))
def test_texts_read_back_as_pythons_csv_module_reads_them(rows: list[list[str]], delimiter: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=DELIMITERS[delimiter] or ",", lineterminator="\n")
    names = [f"c{k}" for k in range(len(rows[0]))]
    writer.writerows([names, *rows])
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    table = read_text(stream.getvalue().encode(), ".csv", delimiter, "yes")
    for k, name in enumerate(names):
        codes, classes = table.classes(name)
        missing = {"", "na", "n/a", "?"}
        texts = [row[k].strip() for row in wanted]
        assert [classes[c] if c >= 0 else None for c in codes] == [
            t if t.lower() not in missing else None for t in texts
        ]


@QUICK
@given(st.binary(max_size=200), st.sampled_from([".csv", ".tsv"]), st.sampled_from(sorted(DELIMITERS)))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes, suffix: str, delimiter: str) -> None:
    try:
        table = read_text(data, suffix, delimiter, "auto")
        for name in dict.fromkeys(table.names):
            table.classes(name)
            table.numbers(name)
    except DataError as error:
        assert error.sentence and "\n" not in error.sentence


def originals() -> dict[str, bytes]:
    stream, archive, packed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(stream, np.arange(12.0).reshape(4, 3))
    np.savez(archive, x=np.arange(6.0), y=np.array(["a", "b"] * 3))
    np.savez_compressed(packed, x=np.zeros((5, 5)), y=np.arange(5))
    return {
        "t.npy": stream.getvalue(),
        "t.npz": archive.getvalue(),
        "u.npz": packed.getvalue(),
        "t.csv": b"a,b,k\n1,2,u\n3.5,-4e2,v\n5,,u\n",
        "q.csv": b'"a","b ""x""","k\nk"\n1,2,"u"\n3.5,-4e2,v\n5,NA,u\n',
    }


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few of them changed, cut out, doubled or replaced by telling ones."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) + 1)
        length = chance.choice((1, 1, 1, 2, 8, 40))
        match chance.randrange(4):
            case 0:
                found[at : at + length] = chance.randbytes(length)
            case 1:
                del found[at : at + length]
            case 2:
                found[at:at] = found[at : at + length]
            case _:
                found[at : at + length] = chance.choice(
                    (b"\xff" * 4, b"\0", b"(", b"'", b"9" * 30, b"{", b'"', b"\n", b"-")
                )
    return bytes(found)


@pytest.mark.parametrize("name", sorted(originals()))
@pytest.mark.filterwarnings("ignore")  # NumPy and zipfile warn of odd headers before they refuse them
def test_a_damaged_file_ends_in_a_sentence_or_in_finite_numbers(name: str, tmp_path: Path) -> None:
    chance, original = random.Random(name), originals()[name]
    data = Data(folder=tmp_path, label='"table" (table_1)', node="table_1")
    sentences = 0
    for _ in range(sizes.count("mutated_files") // len(originals())):
        (tmp_path / name).write_bytes(mutated(original, chance))
        suggested(data, name)
        try:
            found = read(data, name, Request(missing="leave_out"))
            assert np.isfinite(found).all()
        except DataError as error:
            sentences += 1
            assert error.sentence.startswith('"table" (table_1) cannot use') and "\n" not in error.sentence
    assert sentences > 10
