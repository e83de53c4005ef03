"""The journal: what was done since the last save comes back, whole lines only, and never of a document that is open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from engine.document import Document
from engine.edits import AddNode, Move, RemoveNode, Rename, SetKept, SetSetting
from engine.errors import FileError
from engine.files import save
from engine.files.lock import Lock
from engine.files.recovery import Journal, Recovered, recoverable
from engine.graph import Content, Graph, Kept, Node, Place
from engine.types import Tensor
from tests.engine.files.contents import EVERYTHING, contents
from tests.engine.files.test_kept import GRAPH, LARGE

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def start(
    folder: Path, content: Content | None = None, path: Path | None = None, *, clean: bool = True
) -> tuple[Document, Journal]:
    """Return a document whose edits go to a journal."""
    document, journal = Document(content), Journal(folder)
    journal.begin(document.content, path, clean=clean)
    document.listen(lambda changed: changed.edit and journal.append(changed.edit))
    return document, journal


def only(folder: Path) -> Recovered:
    """Return the one thing that can be recovered."""
    (found,) = recoverable(folder)
    return found


def test_what_was_done_comes_back(tmp_path: Path) -> None:
    document, journal = start(tmp_path, EVERYTHING, tmp_path / "x.dgraph")
    document.apply(AddNode(Node("c", "elementwise.exp"), Place(1.0, 2.0)))
    document.apply(SetSetting("c", "k", (1, 2.0, "x")))
    document.apply(Move({"a": Place(5.0, 5.0)}), merge="drag")
    document.apply(Move({"a": Place(6.0, 6.0)}), merge="drag")
    document.undo()
    document.redo()
    with document.group("two"):
        document.apply(Rename("c", "größe"))
        document.apply(RemoveNode("b_2"))
    document.undo()
    journal.end(keep=True)
    found = only(tmp_path)
    assert found.content == document.content
    assert found.path == tmp_path / "x.dgraph" and found.complete and found.edits >= 8


def test_looking_changes_nothing_and_discarding_removes_all(tmp_path: Path) -> None:
    document, journal = start(tmp_path, LARGE, clean=False)
    document.apply(Rename("w", "weights"))
    journal.end(keep=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert only(tmp_path).content == document.content
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    only(tmp_path).discard()
    assert os.listdir(tmp_path) == []


def test_nothing_is_written_before_there_is_something_to_lose(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "journals"
    document, journal = start(folder, EVERYTHING, tmp_path / "x.dgraph")
    assert not folder.exists()
    document.apply(Rename("a", "x"))
    assert folder.exists()
    journal.end(keep=False)
    assert os.listdir(folder) == []


def test_a_journal_without_unsaved_work_is_not_offered(tmp_path: Path) -> None:
    document, journal = start(tmp_path, EVERYTHING)
    document.apply(Rename("a", "x"))
    document.undo()
    journal.end(keep=True)
    assert recoverable(tmp_path) == ()


def test_saving_begins_anew(tmp_path: Path) -> None:
    document, journal = start(tmp_path, EVERYTHING)
    document.apply(Rename("a", "saved"))
    journal.begin(document.content, tmp_path / "x.dgraph", clean=True)
    assert os.listdir(tmp_path) == [f"{journal.id}.lock"]
    document.apply(Rename("a", "after"))
    journal.end(keep=True)
    found = only(tmp_path)
    assert (found.edits, found.path, found.content) == (1, tmp_path / "x.dgraph", document.content)


def test_recovered_work_that_was_not_saved_is_offered_again(tmp_path: Path) -> None:
    _, journal = start(tmp_path, EVERYTHING, clean=False)
    journal.end(keep=True)
    assert only(tmp_path).content == EVERYTHING and only(tmp_path).edits == 0


def test_an_open_document_is_not_offered(tmp_path: Path) -> None:
    document, journal = start(tmp_path)
    document.apply(AddNode(Node("a", "elementwise.add")))
    assert recoverable(tmp_path) == ()
    script = "import sys; from pathlib import Path; from engine.files.recovery import recoverable; " \
             "print(len(recoverable(Path(sys.argv[1]))))"  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    asked = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, env=environment
    )
    assert asked.stdout.strip() == "0"
    journal.end(keep=True)
    assert len(recoverable(tmp_path)) == 1


def test_two_documents_are_two_offers_newest_first(tmp_path: Path) -> None:
    for k, name in enumerate(("first", "second")):
        document, journal = start(tmp_path)
        document.apply(AddNode(Node("a", "elementwise.add", name)))
        journal.end(keep=True)
        os.utime(journal.file, (k, k))
    assert [found.content.graph.nodes["a"].name for found in recoverable(tmp_path)] == ["second", "first"]


@pytest.fixture
def five(tmp_path: Path) -> tuple[Path, list[Content]]:
    """Return a journal with five edits, and the contents after none, one, ... of them."""
    document, journal = start(tmp_path, Content(Graph({"a": Node("a", "elementwise.add")})))
    states = [document.content]
    for name in "12345":
        document.apply(Rename("a", name))
        states.append(document.content)
    journal.end(keep=True)
    return journal.file, states


def test_cut_anywhere_it_gives_all_whole_edits(five: tuple[Path, list[Content]]) -> None:
    journal, states = five
    data = journal.read_bytes()
    first = data.index(b"\n") + 1
    for end in range(len(data)):
        journal.write_bytes(data[:end])
        found = recoverable(journal.parent)
        whole = data[:end].count(b"\n") - 1
        if end < first or whole == 0:
            assert found == (), "nothing was lost"
        else:
            assert found[0].content == states[whole]
            assert found[0].complete == (data[end - 1 : end] == b"\n")


def test_any_changed_byte_is_seen(five: tuple[Path, list[Content]]) -> None:
    journal, states = five
    data = journal.read_bytes()
    for k in range(0, len(data), 3):
        journal.write_bytes(data[:k] + bytes([data[k] ^ 0x20]) + data[k + 1 :])
        for found in recoverable(journal.parent):
            assert found.content in states[1:]
            assert found.content != states[-1] and not found.complete


@pytest.mark.parametrize(
    "line",
    [{"edit": "Rename", "node": "ghost", "to": "x"}, {"edit": "Evil", "code": "import os"}, [], None, {"edit": 3}],
    ids=str,
)
def test_an_edit_that_does_not_fit_ends_the_recovery(line: object, five: tuple[Path, list[Content]]) -> None:
    import zlib

    journal, states = five
    lines = journal.read_bytes().splitlines(keepends=True)
    text = json.dumps(line).encode()
    lines.insert(3, b"%08x %s\n" % (zlib.crc32(text), text))
    journal.write_bytes(b"".join(lines))
    found = only(journal.parent)
    assert (found.content, found.edits, found.complete) == (states[2], 2, False)


@pytest.mark.parametrize("data", [b"", b"\n", b"garbage", b"00000000 {}\n", b"a3830348 null\n", b"\xff" * 99])
def test_what_is_no_journal_is_passed_over(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.journal").write_bytes(data)
    (tmp_path / "folder.journal").mkdir()
    assert recoverable(tmp_path) == ()
    assert recoverable(tmp_path / "none") == ()


def test_large_kept_values_come_back(tmp_path: Path) -> None:
    document, journal = start(tmp_path, Content(GRAPH))
    document.apply(SetKept(LARGE.kept))
    document.apply(Rename("w", "x"))
    journal.end(keep=True)
    assert only(tmp_path).content == document.content
    document, journal = start(tmp_path / "b", document.content, clean=False)
    document.apply(SetKept(Kept(1, values={"w": Tensor.of(np.ones(3000))})))
    document.undo()
    journal.end(keep=True)
    assert only(tmp_path / "b").content == document.content


def test_kept_values_beside_the_saved_file_are_not_copied(tmp_path: Path) -> None:
    from engine.files import read

    save(tmp_path / "x.dgraph", LARGE)
    folder = tmp_path / "journals"
    document, journal = start(folder, read(tmp_path / "x.dgraph"), tmp_path / "x.dgraph")
    document.apply(Rename("w", "x"))
    journal.end(keep=True)
    assert not list(folder.glob("*.npz"))
    assert only(folder).content.kept == LARGE.kept


@settings(derandomize=True, deadline=None, max_examples=40)
@given(contents())
def test_any_content_can_be_recovered(tmp_path_factory: pytest.TempPathFactory, content: Content) -> None:
    folder = tmp_path_factory.mktemp("journals")
    document, journal = start(folder, content, clean=False)
    document.apply(AddNode(Node("a_fresh_one", "elementwise.add"), Place(0.0, 1.0)))
    for id in sorted(content.graph.nodes):
        if id in document.graph.nodes:  # else it went with the node whose body it lay in
            document.apply(RemoveNode(id))
    journal.end(keep=True)
    assert only(folder).content == document.content


def test_a_full_disk_is_told_and_the_journal_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document, journal = start(tmp_path)
    document.apply(AddNode(Node("a", "elementwise.add")))
    recovery = sys.modules["engine.files.recovery"]
    real = recovery._write

    def half(file: object, line: bytes) -> None:
        real(file, line[: len(line) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recovery, "_write", half)
    with pytest.raises(FileError, match=r"The recovery journal in .* cannot be written"):
        journal.append(Rename("a", "lost"))
    monkeypatch.undo()
    journal.append(Rename("a", "kept"))
    journal.end(keep=True)
    assert only(tmp_path).content.graph.nodes["a"].name == "kept" and only(tmp_path).complete


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    one, other = Lock(tmp_path / "x"), Lock(tmp_path / "x")
    assert not other.is_held_elsewhere()
    assert one.take() and one.take()
    assert other.is_held_elsewhere() and not other.take()
    one.release()
    one.release()
    assert not other.is_held_elsewhere() and other.take()
    other.release()
    assert os.listdir(tmp_path) == []
