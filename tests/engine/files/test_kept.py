"""Kept values: few of them in the text, many in a checksummed .npz that is opened when a value is asked for."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import limits
from engine.document import Document
from engine.edits import SetKept
from engine.errors import FileError
from engine.files import pack, parse, read, render, save
from engine.files.kept import Stored, checksums
from engine.files.npz import unzip, zipped
from engine.graph import Content, Graph, Kept, Node
from engine.types import Tensor
from tests.engine.files.contents import tensors

GRAPH = Graph({id: Node(id, "parameters.parameter") for id in ("w", "b")})


def keeping(*arrays: object, states: dict[str, dict[str, Tensor]] | None = None) -> Content:
    """Return a content that keeps these arrays for w and b."""
    return Content(
        GRAPH, kept=Kept(5, values=dict(zip("wb", map(Tensor.of, arrays), strict=False)), states=states or {})
    )


LARGE = keeping(np.arange(2400.0).reshape(40, 60), np.float32(0.5), states={"w": {"m.w": Tensor.of(np.arange(9))}})


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dictionaries(st.from_regex(r"[a-z.]{1,8}", fullmatch=True), tensors(), max_size=4))
def test_arrays_come_back_bit_by_bit_and_numpy_reads_them(arrays: dict[str, Tensor]) -> None:
    data = zipped(arrays)
    types = {name: (tensor.dtype, tensor.shape) for name, tensor in arrays.items()}
    assert unzip(data, types, "x") == arrays
    assert zipped(dict(reversed(arrays.items()))) == data
    with np.load(io.BytesIO(data), allow_pickle=False) as theirs:
        assert {name: Tensor.of(theirs[name]) for name in theirs} == arrays


def test_what_numpy_writes_is_read() -> None:
    arrays = {"values.w": np.arange(6.0).reshape(2, 3), "values.b": np.array(2 + 1j), "s": np.zeros((0, 3), np.uint32)}
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    types = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    read_back = unzip(out.getvalue(), types, "x")
    assert all(np.array_equal(read_back[name].array(), array) for name, array in arrays.items())


def test_few_numbers_stand_in_the_text_and_many_do_not() -> None:
    few, many = keeping(np.ones(limits.INLINE_NUMBERS)), keeping(np.ones(limits.INLINE_NUMBERS + 1))
    assert pack(few).archive is None and b'"data"' in pack(few).text
    assert pack(many).archive is not None and b'"data"' not in pack(many).text


@pytest.mark.parametrize("bits", [0x7FF8000000000001, 0xFFF8000000000000, 0x7FF0000000000001])
def test_a_nan_that_no_word_can_say_goes_into_the_archive(bits: int) -> None:
    content = Content(GRAPH, kept=Kept(values={"w": Tensor("float64", (1,), bits.to_bytes(8, "little"))}))
    text, archive = pack(content)
    assert archive is not None
    assert parse(text, arrays=archive.checked()) == content


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 0.1, 1e22])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_every_number_comes_back_bit_by_bit(value: float, dtype: str) -> None:
    with np.errstate(under="ignore"):
        content = keeping(np.array([value, 1.0]).astype(dtype))
    again = parse(render(content))
    assert again.kept and content.kept
    assert again.kept.values["w"].data == content.kept.values["w"].data


def test_large_values_lie_beside_the_file_and_are_read_when_asked_for(tmp_path: Path) -> None:
    save(tmp_path / "fit.dgraph", LARGE)
    (npz,) = tmp_path.glob("*.npz")
    content = read(tmp_path / "fit.dgraph")
    assert content.kept and isinstance(content.kept.values, Stored)
    assert set(content.kept.values) == {"w", "b"} and len(content.kept.states["w"]) == 1
    hidden = npz.rename(tmp_path / "hidden")
    with pytest.raises(FileError, match=r"The kept values of fit\.dgraph are missing"):
        content.kept.values["w"]
    hidden.rename(npz)
    assert content == LARGE
    npz.unlink()
    assert content == LARGE, "what was read once stays"


def test_values_that_were_not_touched_are_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "fit.dgraph"
    save(path, LARGE)
    (npz,) = tmp_path.glob("*.npz")
    before = npz.stat()
    content = read(path)
    save(path, Content(Graph({**GRAPH.nodes, "c": Node("c", "elementwise.add")}), kept=content.kept))
    assert (npz.stat().st_ino, npz.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert render(read(path)) == path.read_bytes()
    assert read(path).kept == LARGE.kept


def test_a_graph_whose_values_are_gone_is_still_saved(tmp_path: Path) -> None:
    path = tmp_path / "fit.dgraph"
    save(path, LARGE)
    for npz in tmp_path.glob("*.npz"):
        npz.unlink()
    kept = read(path).kept
    save(path, Content(Graph({**GRAPH.nodes, "c": Node("c", "elementwise.add")}), kept=kept))
    assert set(read(path).graph.nodes) == {"w", "b", "c"}
    with pytest.raises(FileError, match=r"copy\.dgraph was not saved: The kept values of fit\.dgraph are missing"):
        save(tmp_path / "elsewhere" / "copy.dgraph", Content(GRAPH, kept=kept))


def test_a_copy_elsewhere_and_a_renamed_graph_keep_their_values(tmp_path: Path) -> None:
    save(tmp_path / "fit.dgraph", LARGE)
    content = read(tmp_path / "fit.dgraph")
    (tmp_path / "there").mkdir()
    save(tmp_path / "there" / "copy.dgraph", content)
    assert read(tmp_path / "there" / "copy.dgraph") == LARGE
    save(tmp_path / "twin.dgraph", content)
    assert {npz.name.split(".")[0] for npz in tmp_path.glob("*.npz")} == {"fit", "twin"}
    (tmp_path / "fit.dgraph").rename(tmp_path / "renamed.dgraph")
    assert read(tmp_path / "renamed.dgraph") == LARGE


def test_part_of_what_is_stored_makes_an_archive_of_its_own(tmp_path: Path) -> None:
    save(tmp_path / "fit.dgraph", LARGE)
    kept = read(tmp_path / "fit.dgraph").kept
    assert kept and LARGE.kept
    part = Content(GRAPH, kept=replace(kept, states={}))
    save(tmp_path / "part.dgraph", part)
    again = read(tmp_path / "part.dgraph").kept
    assert again == replace(LARGE.kept, states={})


def test_a_relative_path_and_a_link_lead_to_the_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.dgraph").symlink_to(tmp_path / "real" / "fit.dgraph")
    save(tmp_path / "real" / "fit.dgraph", LARGE)
    monkeypatch.chdir(tmp_path)
    contents = [read("real/fit.dgraph"), read("link.dgraph")]
    monkeypatch.chdir("/")
    assert contents == [LARGE, LARGE]
    save(tmp_path / "link.dgraph", contents[1])
    assert sorted(os.listdir(tmp_path)) == ["link.dgraph", "real"]


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    save(tmp_path / "fit.dgraph", LARGE)
    (npz,) = tmp_path.glob("*.npz")
    data = bytearray(npz.read_bytes())
    data[len(data) // 2] ^= 1
    npz.write_bytes(data)
    kept = read(tmp_path / "fit.dgraph").kept
    assert kept
    with pytest.raises(FileError, match=r"The kept values of fit\.dgraph do not match their checksum"):
        kept.values["w"]


def test_each_kept_version_has_its_own_arrays_and_older_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "fit.dgraph"
    contents = [keeping(np.full(2000, float(k))) for k in range(5)]
    for content in contents:
        save(path, content)
    assert [read(tmp_path / f"fit.dgraph{mark}") for mark in ("", "~1", "~2")] == contents[:1:-1]
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_a_file_of_somebody_else_is_not_swept(tmp_path: Path) -> None:
    alien = tmp_path / "fit.0123456789abcdef.npz"
    alien.write_bytes(b"mine")
    save(tmp_path / "fit.dgraph", LARGE)
    save(tmp_path / "fit.dgraph", Content(GRAPH))
    assert alien.read_bytes() == b"mine"


def test_a_damaged_npz_of_ours_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "fit.dgraph"
    save(path, LARGE)
    (npz,) = tmp_path.glob("*.npz")
    npz.write_bytes(b"cut")
    save(path, LARGE)
    assert read(path) == LARGE
    assert os.listdir(tmp_path).count(npz.name) == 1


@pytest.mark.parametrize("way", ["undo", "redo"])
def test_undo_brings_back_arrays_never_looked_at_however_often_was_saved(tmp_path: Path, way: str) -> None:
    place = tmp_path / "run.dgraph"
    save(place, LARGE)
    document = Document(read(place))
    for k in range(5):
        document.apply(SetKept(keeping(np.full(2000, float(k))).kept))
        save(place, document.content, checksums(document.past_kept()))
    if way == "redo":
        for _ in range(5):
            document.undo()
        for _ in range(5):
            document.redo()
            save(place, document.content, checksums(document.past_kept()))
    for _ in range(5):
        document.undo()
    assert LARGE.kept is not None and document.content.kept is not None
    assert document.content.kept.values["w"] == LARGE.kept.values["w"]
    save(place, document.content, checksums(document.past_kept()))
    assert read(place).kept == LARGE.kept
    save(place, replace(document.content, kept=None))  # by another session, whose history is empty
    save(place, replace(document.content, kept=keeping(np.ones(2000)).kept))
    save(place, replace(document.content, kept=keeping(np.zeros(2000)).kept))
    assert len(list(tmp_path.glob("*.npz"))) == 2
