"""Files that are no graphs are told apart by what they are, in one sentence with the place."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.errors import FileError
from engine.files import foreign, parse, read


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", "text")
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO(b""))
    return held.getvalue()


def array() -> bytes:
    held = io.BytesIO()
    np.save(held, np.zeros(3))
    return held.getvalue()


KINDS = {
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(200)), "byte 1: this is a PNG picture"),
    "photograph": (b"\xff\xd8\xff\xe0" + bytes(range(200)), "byte 1: this is a JPEG picture"),
    "zip": (zipped(), "byte 1: this is a ZIP archive"),
    "gzip": (gzip.compress(b"text"), "byte 1: this is a gzip archive"),
    "tar": (tarred(), "byte 258: this is a tar archive"),
    "array": (array(), "byte 1: this is a NumPy array (.npy)"),
    "binary": (b"ab\nc\xff\xfe\x01", "byte 5: this is binary data"),
    "zeros": (b"\0" * 64, "byte 1: this is binary data"),
    "page": (b"\n<!DOCTYPE html>\n<html>", "line 2: this is an HTML page, not a Gradwire graph: it begins with “<!DOC"),
    "drawing": (b"<svg xmlns='x'/>", "line 1: this is an SVG picture"),
    "document": (b"%PDF-1.7\n%", "line 1: this is a PDF document"),
    "words": (b"\n\n  Dear all,\nhello", "line 3: this is text, not a Gradwire graph: it begins with “Dear all,”."),
    "table": (b"a,b\n1,2\n", "line 1: this is text, not a Gradwire graph: it begins with “a,b”."),
    "numbers": (b"1 2 3\n4 5 6\n", "line 1: this is text, not a Gradwire graph: it begins with “1 2 3”."),
    "long": (b"x" * 500 + b" y", f"it begins with “{'x' * foreign.SHOWN}…”."),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_is_no_graph_is_told_for_what_it_is(name: str, tmp_path: Path) -> None:
    data, says = KINDS[name]
    path = tmp_path / "mine.dgraph"
    path.write_bytes(data)
    with pytest.raises(FileError) as refused:
        read(path)
    sentence = refused.value.sentence
    assert sentence.startswith("mine.dgraph, ") and says in sentence and "not a Gradwire graph" in sentence
    assert sentence.count(". ") == 0 and "\n" not in sentence and len(sentence) < 160


@pytest.mark.parametrize("text", ["[1, 2]", '"text"', "3.5", "null", json.dumps({"a": 1}), '{"half": '])
def test_what_is_written_as_json_is_left_to_the_strict_reading(text: str) -> None:
    assert foreign.what(text.encode()) is None
    with pytest.raises(FileError) as refused:
        parse(text)
    assert "not a Gradwire graph" not in refused.value.sentence


def test_a_graph_with_a_wrong_byte_is_a_graph_with_a_wrong_byte() -> None:
    assert foreign.what(b'  {"a": "\xff"}') is None
