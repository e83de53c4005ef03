"""Tables: what comes out of good files, and the one sentence that comes out of bad ones."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import limits
from engine.data import Data
from engine.errors import DataError
from nodes import table_text
from nodes.library import LIBRARY
from nodes.tables import Request, read

LABEL = '"flowers" (table_1)'
XY = (("x", "number", ("a",)), ("y", "number", ("b",)))


class Folder:
    """A folder of a graph in which a test writes a file and reads it back through a table node."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = Data(folder=path, node="table_1", label=LABEL)

    def read(self, content: bytes | str, name: str = "t.csv", **request: Any) -> Any:
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read(self.data, name, Request(**request))

    def fault(self, content: bytes | str, name: str = "t.csv", **request: Any) -> str:
        with pytest.raises(DataError) as caught:
            self.read(content, name, **request)
        sentence = caught.value.sentence
        assert caught.value.node == "table_1"
        assert sentence.startswith(f"{LABEL} cannot use “{name}”: ") and sentence.endswith(".") and "\n" not in sentence
        return sentence.removeprefix(f"{LABEL} cannot use “{name}”: ")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def npy(array: Any, **more: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **more)
    return stream.getvalue()


# ----- text -----


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4",
        "a,b\r1,2\r3,4\r",
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\n",
        "# measured by hand\n\n# in cm\na,b\n1,2\n\n3,4\n\n",
        "a,b\n1,2\n,\n3,4\n,\n  \n",
        ",\n,\na,b\n1,2\n3,4\n",
        '"",\n,\n"a",b\n1,2\n3,4\n',
        '"a","b"\n"1","2"\n"3","4"\n',
        'a,"b"\n1,2\n3,4\n',
        " a , b \n 1 , 2 \n 3,4\n",
        "\ufeffa,b\n1,2\n3,4\n",
        "a,b\n+1.0,2e0\n.3e1,4.\n",
    ],
)
def test_the_same_table_in_many_dresses(folder: Folder, text: str) -> None:
    x, y = folder.read(text, columns=XY)
    assert x.tolist() == [1.0, 3.0] and y.tolist() == [2.0, 4.0]
    assert folder.read(text).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_both_byte_orders_of_utf_16(folder: Folder) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = "\ufeffname\tb\nÅsa\t2\nBjörn\t4\n".encode(encoding)
        codes, y = folder.read(text, columns=(("who", "class", ("name",)), ("y", "number", ("b",))))
        assert y.tolist() == [2.0, 4.0]
        assert codes.tolist() == [1, 0]  # alphabetical by code point: Björn, Åsa


def test_blanks_as_delimiter_and_no_header(folder: Folder) -> None:
    assert folder.read("1 2   3\n 4 5 6 \n").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert folder.read("1 2\n", delimiter="space", columns=(("y", "number", ("column_2",)),)).tolist() == [2.0]
    assert folder.read("1,2\n3,4\n", columns=(("y", "number", ("column_2",)),)).tolist() == [2.0, 4.0]


def test_a_header_of_numbers_is_taken_where_told(folder: Folder) -> None:
    columns = (("y", "number", ("2020",)),)
    assert folder.read("2019,2020\n1,2\n", header="yes", columns=columns).tolist() == [2.0]
    assert folder.read("x,y\nz,x\n", header="no", columns=(("k", "class", ("column_1",)),)).tolist() == [0, 1]


def test_several_columns_side_by_side(folder: Folder) -> None:
    table = folder.read("a,b,c\n1,2,3\n4,5,6\n", columns=(("p", "number", ("c", "a")),))
    assert table.tolist() == [[3.0, 1.0], [6.0, 4.0]] and table.dtype == np.float64


def test_classes_are_numbered_in_sorted_order(folder: Folder) -> None:
    text = "k,n\nb,10\na,9\nb,9.0\nc,-1\n"
    k, n = folder.read(text, columns=(("k", "class", ("k",)), ("n", "class", ("n",))))
    assert k.tolist() == [1, 0, 1, 2] and k.dtype == np.int64
    # "9" and "9.0" are two texts; numbers are put in the order of their values, not of their digits
    assert n[3] == 0 and n[0] == 3 and {n[1], n[2]} == {1, 2}


def test_quoted_cells_hold_delimiters_quotes_and_line_breaks(folder: Folder) -> None:
    text = 'k,v\n"a, ""b""\nc",1\nd,2\ne,x\n'
    sentence = folder.fault(text, columns=(("v", "number", ("v",)),))
    assert sentence.startswith("line 5, column 2 (“v”) holds “x”, which is not a number")
    assert folder.read(text[:-4], columns=(("k", "class", ("k",)),)).tolist() == [0, 1]


def test_very_long_cells(folder: Folder) -> None:
    k, v = folder.read(f"k,v\n{'é' * 2000},1\nb,2\n", columns=(("k", "class", ("k",)), ("v", "number", ("v",))))
    assert k.tolist() == [1, 0] and v.tolist() == [1.0, 2.0]


QUOTE = ", or something follows it: write a quote inside a cell as two."
NO_NUMBER = ", which is not a number: mend the cell, or read the column as a class."
MANY = "“a”, “c”, “d”, “e”, “f”, “g”, “h”, “i”"
FILL_IN = ": fill it in, or set “missing” to leave such rows out or to take the mean."
SAVE_AS = " text: save the file as UTF-8 (in a spreadsheet: CSV UTF-8)."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n3,x\n", "line 3, column 2 (“b”) holds “x”" + NO_NUMBER),
        ("# c\n\na,b\n1,2\n\n3,x\n", "line 6, column 2 (“b”) holds “x”" + NO_NUMBER),
        ("a,b\n1,2\n3,\n", "line 3, column 2 (“b”) is missing" + FILL_IN),
        ("a,b\n1,NA\n3,?\n", "line 2, column 2 (“b”) is missing, the first of 2 rows with a gap" + FILL_IN),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells, but the first line has 2: every line needs as many."),
        ('a,b\n"1",2\n3\n', "line 3 has 1 cell, but the first line has 2: every line needs as many."),
        ('# c\n\n"a",b\n1,2\n3\n', "line 5 has 1 cell, but the first line has 2: every line needs as many."),
        ("a;b\n1;2,5\n", "line 2, column 2 (“b”) holds “2,5”: write numbers with a decimal point, 2.5."),
        ("a;b\n1;2,5,5\n", "line 2, column 2 (“b”) holds “2,5,5”" + NO_NUMBER),
        ("a;b\n1;x,5\n", "line 2, column 2 (“b”) holds “x,5”" + NO_NUMBER),
        ("a,b\n1,-inf\n", "line 2, column 2 (“b”) holds “-inf”: numbers must be finite."),
        ("a,b\n1,inf\n", "line 2, column 2 (“b”) holds “inf”: numbers must be finite."),
        ("a,b\n1,1e999\n", "line 2, column 2 (“b”) holds “1e999”: the number is too large."),
        ("a,b\n1,1_000\n", "line 2, column 2 (“b”) holds “1_000”" + NO_NUMBER),
        ('a,b\n1,"2\n3,4\n', "a quote in line 2 is not closed" + QUOTE),
        ("", "it is empty."),
        ("\n# nothing\n\n", "it is empty."),
        (",\n,\n", "it is empty."),
        ('""\n', "it is empty."),
        ("a,b\n", "it has no rows."),
        ("a,a,b\n1,2,3\n", "two of its columns are called “a”: give each a name of its own in the file."),
        ("a,c\n1,2\n", "it has no column “b”; it has “a”, “c”."),
        ("a,c,d,e,f,g,h,i,j,k\n" + "1," * 9 + "1\n", "it has no column “b”; it has " + MANY + " and 2 more."),
        (b"a,b\n1,2\n3,\xe9\n", "line 3 holds the byte 0xE9, which is not UTF-8" + SAVE_AS),
        (b"a,b\n1,\x00\n", "it holds zero bytes: it is not a text file."),
        (b"\xff\xfea\x00,\x00b", "line 1 holds the byte 0x62, which is not UTF-16-LE" + SAVE_AS),
    ],
)  # fmt: skip
def test_each_fault_of_a_text_file_is_one_sentence(folder: Folder, text: bytes | str, sentence: str) -> None:
    assert folder.fault(text, columns=XY) == sentence


def test_markup_and_control_characters_of_a_file_do_not_reach_the_sentence_raw(folder: Folder) -> None:
    sentence = folder.fault("a,b\n1,\x1b[31m" + "z" * 500 + "\n", columns=XY)
    assert "\x1b" not in sentence and len(sentence) < 250


def test_a_class_takes_one_column(folder: Folder) -> None:
    sentence = folder.fault("a,b\n1,2\n", columns=(("k", "class", ("a", "b")),))
    assert sentence == "the output “k” is a class, which takes one column, not 2."


def test_more_cells_than_the_limit(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_text.limits, "TABLE_CELLS", 3)
    assert folder.fault("a,b\n1,2\n") == "it has 4 cells, at most 3 are read."


# ----- gaps, splits, standardising -----

GAPS = "a,b,k\n1,2,u\n3,,v\n,6,u\n7,8,v\n"


def test_rows_with_gaps_are_left_out(folder: Folder) -> None:
    x, y = folder.read(GAPS, columns=XY, missing="leave_out")
    assert x.tolist() == [1.0, 7.0] and y.tolist() == [2.0, 8.0]


def test_gaps_of_columns_that_nobody_asked_for_do_not_count(folder: Folder) -> None:
    assert folder.read(GAPS, columns=(("y", "class", ("k",)),)).tolist() == [0, 1, 0, 1]


def test_gaps_become_the_mean(folder: Folder) -> None:
    x, y = folder.read(GAPS, columns=XY, missing="mean")
    assert x.tolist() == [1.0, 3.0, 11 / 3, 7.0] and y.tolist() == [2.0, 16 / 3, 6.0, 8.0]


def test_a_missing_class_has_no_mean(folder: Folder) -> None:
    text = "k\nu\n?\nv\n"
    columns = (("k", "class", ("k",)),)
    assert folder.fault(text, columns=columns, missing="mean") == (
        "“k” lacks a class, and classes have no mean: leave such rows out."
    )
    assert folder.fault(text, columns=columns).startswith("line 3, column 1 (“k”) is missing: fill it in, or set")
    assert folder.read(text, columns=columns, missing="leave_out").tolist() == [0, 1]


def test_a_column_of_gaps_has_no_mean(folder: Folder) -> None:
    sentence = folder.fault("a,b\n1,\n2,\n", columns=XY, missing="mean")
    assert sentence == "“b” has no values at all to take the mean of."
    assert folder.fault("a,b\n1,\n2,\n", columns=XY, missing="leave_out") == "no rows are left of 2."


def test_training_and_held_out_rows_are_disjoint_and_complete(folder: Folder) -> None:
    text = "a,b\n" + "".join(f"{k},{k % 7}\n" for k in range(103))
    parts = {
        rows: folder.read(text, columns=XY, rows=rows, held_out=0.25, seed=5)[0] for rows in ("training", "held_out")
    }
    assert len(parts["held_out"]) == 26
    assert sorted([*parts["training"], *parts["held_out"]]) == list(range(103))
    assert list(parts["held_out"]) == sorted(parts["held_out"])
    other = folder.read(text, columns=XY, rows="held_out", held_out=0.25, seed=6)[0]
    assert other.tolist() != parts["held_out"].tolist()


def test_tables_with_one_seed_split_alike_whatever_their_columns(folder: Folder) -> None:
    text = "a,b\n" + "".join(f"{k},{k}\n" for k in range(50))
    x = folder.read(text, columns=XY[:1], rows="held_out", seed=3)
    y = folder.read(text, columns=XY[1:], rows="held_out", seed=3)
    assert x.tolist() == y.tolist()


def test_an_empty_side_of_a_split(folder: Folder) -> None:
    assert folder.fault("a\n1\n2\n", rows="held_out", held_out=0.0) == "no held-out rows are left of 2."
    assert folder.fault("a\n1\n2\n", rows="training", held_out=1.0) == "no training rows are left of 2."


def test_both_sides_are_standardised_by_the_training_rows(folder: Folder) -> None:
    text = "a,b,c\n" + "".join(f"{k * k},{100 + k},7\n" for k in range(40))
    request: dict[str, Any] = {"columns": (("x", "number", ("a", "b", "c")),), "seed": 1}
    plain = {rows: folder.read(text, rows=rows, **request) for rows in ("training", "held_out")}
    scaled = {rows: folder.read(text, rows=rows, standardise=True, **request) for rows in ("training", "held_out")}
    mean, spread = plain["training"].mean(axis=0), plain["training"].std(axis=0)
    np.testing.assert_allclose(scaled["training"][:, :2].mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(scaled["training"][:, :2].std(axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(scaled["held_out"][:, :2], ((plain["held_out"] - mean)[:, :2]) / spread[:2], rtol=1e-13)
    assert not scaled["training"][:, 2].any()  # a constant column is not divided by its spread, 0


def test_single_precision_and_numbers_too_large_for_it(folder: Folder) -> None:
    assert folder.read("a,b\n1,2.5\n", dtype="float32").dtype == np.float32
    assert folder.fault("a,b\n1,1e300\n", dtype="float32") == "“a”, “b” holds numbers too large for float32."


# ----- NumPy files -----


def test_a_matrix(folder: Folder) -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    for array in (matrix, np.asfortranarray(matrix), matrix.astype(">f4"), matrix.astype("int16")):
        assert folder.read(npy(array), "m.npy").tolist() == matrix.tolist()
        assert folder.read(npy(array), "m.npy", columns=(("y", "number", ("column_2",)),)).tolist() == [1.0, 3.0, 5.0]


def test_images_keep_their_axes(folder: Folder) -> None:
    images = np.arange(24, dtype="uint8").reshape(2, 3, 4)
    found = folder.read(npy(images), "images.npy")
    assert found.shape == (2, 3, 4) and found.dtype == np.float64 and found[1, 2, 3] == 23


def test_fields_of_a_structured_array(folder: Folder) -> None:
    array = np.array([(1.5, b"u"), (2.5, b"t")], dtype=[("v", "f8"), ("k", "S3")])
    v, k = folder.read(npy(array), "s.npy", columns=(("v", "number", ("v",)), ("k", "class", ("k",))))
    assert v.tolist() == [1.5, 2.5] and k.tolist() == [1, 0]


def test_arrays_of_an_npz(folder: Folder) -> None:
    content = npz(x=np.arange(8.0).reshape(4, 2), y=np.array([3, 1, 3, 7]), z=np.array(["b", "a", "b", "b"]))
    columns = (("x", "number", ("x",)), ("y", "class", ("y",)), ("z", "class", ("z",)))
    x, y, z = folder.read(content, "d.npz", columns=columns)
    assert x.shape == (4, 2) and y.tolist() == [1, 0, 1, 2] and z.tolist() == [1, 0, 1, 1]
    part = folder.read(content, "d.npz", columns=columns, rows="held_out", held_out=0.5)
    assert [len(each) for each in part] == [2, 2, 2]


def test_gaps_in_arrays(folder: Folder) -> None:
    content = npz(x=np.array([1.0, np.nan, 3.0]), k=np.array([0.0, 1.0, np.nan]))
    sentence = folder.fault(content, "d.npz", columns=(("x", "number", ("x",)),))
    assert sentence.startswith("row 1 (counted from 0) of “x” is missing: fill it in")
    both = (("x", "number", ("x",)), ("k", "class", ("k",)))
    x, k = folder.read(content, "d.npz", columns=both, missing="leave_out")
    assert x.tolist() == [1.0] and k.tolist() == [0]


def test_complex_numbers_stay_complex(folder: Folder) -> None:
    array = np.array([1 + 2j, 3 - 1j])
    assert folder.read(npy(array), "c.npy").tolist() == array.tolist()
    assert folder.read(npy(array), "c.npy", dtype="float32").dtype == np.complex64


def test_what_a_file_holds_counts_not_its_name(folder: Folder) -> None:
    assert folder.read(npy(np.array([1.0, 2.0])), "vector.csv").tolist() == [1.0, 2.0]


HEADER = "{'descr': '%s', 'fortran_order': False, 'shape': (%d,)}"


def forged(header: str, body: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_npy", ".npy"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (npy(np.array([1, "x"], dtype=object), allow_pickle=True), "o.npy", "holds Python objects"),
        (forged(HEADER % ("<f8", 10**12)), "big.npy", "takes 8,000,000,000,000 bytes, it has 0"),
        (forged(HEADER % ("<f8", -1), b"x" * 8), "n.npy", "damaged NPY file"),
        (forged("__import__('os').system('true')"), "code.npy", "damaged NPY file"),
        (forged(HEADER % ("<M8[s]", 1), b"x" * 8), "t.npy", "not numbers or text"),
        (b"\x93NUMPY\x01", "cut.npy", "damaged NPY file"),
        (npy(np.arange(3.0))[:-1], "short.npy", "damaged NPY file"),
        (b"a,b\n1,2\n", "text.npy", "it is not a NumPy file, though its name says so"),
        (npy(np.float64(3.0)), "one.npy", "it holds a single value, not rows: use a Constant"),
        (npy(np.array([1.0, np.inf])), "inf.npy", "“array” is infinite at index 1: numbers must be finite"),
        (npz(x=np.arange(3.0))[:-30], "cut.npz", "it is a damaged NPZ file"),
        (zipped(**{"xl__workbook.xml": b""}), "book.npz", "that holds “xl/workbook.xml”, not an NPZ file: save"),
        (zipped(), "none.npz", "it is not a NumPy file, though its name says so"),
        (zipped(x_npy=b"hello"), "bad.npz", "“x” is a damaged NPY file"),
        (npz(x=np.array(["a"])), "text.npz", "“x” holds text, not numbers: read it as a class"),
        (npz(x=np.arange(2.0), y=np.arange(3.0)), "two.npz", "side by side, but “y” has shape (3,) and “x” (2,)"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith((".npy", ".npz")) else "",
)  # fmt: skip
def test_each_fault_of_a_numpy_file_is_one_sentence(folder: Folder, content: bytes, name: str, part: str) -> None:
    assert part in folder.fault(content, name)


def test_a_bomb_is_not_unpacked(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, x=np.zeros(100_000))
    monkeypatch.setattr(limits, "TABLE_BYTES", 50_000)
    assert folder.fault(stream.getvalue(), "bomb.npz").startswith("its arrays take more than 50,000 bytes unpacked")


def test_rows_of_arrays_of_different_lengths_are_not_chosen_together(folder: Folder) -> None:
    columns = (("x", "number", ("x",)), ("y", "number", ("y",)))
    content = npz(x=np.arange(2.0), y=np.arange(3.0))
    assert [len(each) for each in folder.read(content, "d.npz", columns=columns)] == [2, 3]
    sentence = folder.fault(content, "d.npz", columns=columns, rows="training")
    assert sentence == "“x” has 2 rows and “y” 3: their rows cannot be chosen together."


# ----- a million rows, and the node itself -----


def test_a_million_rows(folder: Folder) -> None:
    rows = 1_000_000
    lines = b"".join(b"%d,%d.5,%s\n" % (k, k % 1000, (b"u", b"v", b"w")[k % 3]) for k in range(rows))
    columns = (("x", "number", ("n", "h")), ("k", "class", ("k",)))
    x, k = folder.read(b"n,h,k\n" + lines, columns=columns)
    assert x.shape == (rows, 2) and x[:, 0].sum() == rows * (rows - 1) / 2 and x[-1].tolist() == [999_999, 999.5]
    assert np.bincount(k).tolist() == [333_334, 333_333, 333_333]
    sentence = folder.fault(b"n,h,k\n" + lines + b"7,seven,u\n", columns=columns)
    assert sentence.startswith("line 1000002, column 2 (“h”) holds “seven”, which is not a number")


def test_the_node_has_an_output_for_each_column_asked_for() -> None:
    table = LIBRARY["inputs.table"]
    assert table.dynamic_outputs is not None and table.function is not None
    settings = {name: spec.default for name, spec in table.settings.items()}
    assert [output.name for output in table.dynamic_outputs(settings)] == ["table"]
    columns = (("x", "number", ("sepal_length_cm",)), ("k", "class", ("species",)))
    settings |= {"file": "asset:iris.csv", "columns": columns}
    assert [output.name for output in table.dynamic_outputs(settings)] == ["x", "k"]
    x, k = table.function(Data(label=LABEL, node="table_1"), **settings)
    assert x.shape == k.shape == (150,)


def test_a_missing_file_names_the_node() -> None:
    with pytest.raises(DataError, match="table_1"):
        read(Data(label=LABEL, node="table_1"), "asset:nowhere.csv", Request())


def test_how_far_a_file_has_been_read_is_told(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b,c\n1,2,x\n3,4,y\n")
    heard = []
    data = Data(tmp_path, told=lambda label, part: heard.append((label, part))).of("table_1", '"table"', None)
    columns = (("both", "number", ("a", "b")), ("c", "class", ("c",)))
    read(data, "rows.csv", Request(columns=columns))
    parts = [part for _, part in heard]
    assert {label for label, _ in heard} == {'"table"'}
    assert parts == sorted(parts)
    assert len(parts) == 5
    assert parts[-1] == pytest.approx(1.0)
