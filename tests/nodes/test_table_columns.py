"""What is suggested for a file by a look at its head."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from engine.data import Data
from nodes.table_columns import HEAD, MOST, suggested


def of(folder: Path, content: bytes | str, name: str = "t.csv", **more: str) -> list[tuple[str, str, tuple[str, ...]]]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return list(suggested(Data(folder=folder), name, **more))


def test_numbers_classes_and_names_of_rows(tmp_path: Path) -> None:
    text = "id,Mass (kg),kind,3rd\nu1,1.5,a,1\nu2,?,b,2\nu3,2,a,3\n"
    assert of(tmp_path, text) == [
        ("Mass_kg", "number", ("Mass (kg)",)),
        ("kind", "class", ("kind",)),
        ("3rd", "number", ("3rd",)),
    ]


def test_one_row_is_too_few_to_tell_names_from_classes(tmp_path: Path) -> None:
    assert of(tmp_path, "a,k\n1,u\n") == [("a", "number", ("a",)), ("k", "class", ("k",))]


def test_names_of_sockets_are_each_once(tmp_path: Path) -> None:
    assert [name for name, _, _ in of(tmp_path, "a b,a-b,()\n1,2,3\n")] == ["a_b", "a_b_2", "column"]


def test_many_numbers_are_one_output(tmp_path: Path) -> None:
    names = [f"p{k}" for k in range(20)]
    text = ",".join([*names, "digit"]) + "\n" + ("0," * 20 + "one\n") * 2
    few = ",".join(names[:MOST]) + "\n" + "0," * (MOST - 1) + "0\n"
    assert len(of(tmp_path, few)) == MOST
    assert of(tmp_path, text) == [("numbers", "number", tuple(names)), ("digit", "class", ("digit",))]


def test_a_long_file_is_judged_by_its_head(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n" * (HEAD // 4 + 5) + "x,y,z\n"
    assert [kind for _, kind, _ in of(tmp_path, text)] == ["number", "number"]


def test_numpy_files(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.savez(stream, x=np.zeros((4, 2)), y=np.array(["a", "b", "a", "b"]))
    assert of(tmp_path, stream.getvalue(), "d.npz") == [("x", "number", ("x",)), ("y", "class", ("y",))]
    stream = io.BytesIO()
    np.save(stream, np.zeros((4, 2)))
    assert of(tmp_path, stream.getvalue(), "m.npy") == [("array", "number", ("array",))]


def test_a_numpy_file_longer_than_a_head_is_looked_into(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.savez(stream, x=np.zeros(HEAD), k=np.array(["a", "b"] * HEAD))
    assert of(tmp_path, stream.getvalue(), "d.npz") == [("x", "number", ("x",)), ("k", "class", ("k",))]


def test_nothing_is_suggested_for_what_cannot_be_read(tmp_path: Path) -> None:
    for content in ("", "a,b\n1\n", b"\xff\xfe\x00", b"PK\x03\x04", b"\x93NUMPY"):
        assert of(tmp_path, content) == []
    assert list(suggested(Data(folder=tmp_path), "missing.csv")) == []
    assert list(suggested(Data(folder=tmp_path), "../t.csv")) == []


def test_the_settings_for_delimiter_and_header_count(tmp_path: Path) -> None:
    assert [n for n, _, _ in of(tmp_path, "1;2\n3;4\n", header="yes")] == ["1", "2"]
    both = "a;b,c\n1;2,3\n1;2,3\n"
    assert [columns for _, _, columns in of(tmp_path, both, delimiter="semicolon")] == [("a",), ("b,c",)]
    assert [columns for _, _, columns in of(tmp_path, both, delimiter="comma")] == [("a;b",), ("c",)]
