"""kill -9 of a session: at most the last edit is lost, also when it falls into a save or into a line of the journal."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.arrangement import placed
from engine.document import Document
from engine.files import save
from engine.files.recovery import recoverable
from engine.graph import Content
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.files.contents import EVERYTHING
from tests.faults.killing import killed_after
from tests.faults.session_script import after, edit, found

SCRIPT = Path(__file__).with_name("session_script.py")


@pytest.mark.parametrize("way", ["document", "app"])
def test_at_most_the_last_edit_is_lost(way: str, tmp_path: Path) -> None:
    """The app gives nodes without a place one as it opens a file; that comes before the first thing done."""
    draw = random.Random(2)
    total = 0
    start = placed(EVERYTHING, LIBRARY) if way == "app" else EVERYTHING
    for seed in range(sizes.count("kill_sessions")):
        folder = tmp_path / str(seed)
        folder.mkdir()
        save(folder / "x.dgraph", EVERYTHING)
        every = draw.choice([7, 40, 10**9])
        lines = killed_after(SCRIPT, way, str(folder), str(seed), str(every), seconds=draw.uniform(0.0, 0.2))
        done = int(lines[-1]) if len(lines) > 1 else 0
        allowed = [after(start, seed, done), after(start, seed, done + 1)]
        left = placed(found(folder), LIBRARY) if way == "app" else found(folder)
        assert left in allowed, f"{done} things were done, saved every {every}"
        total += done
    assert total > 0
    print(f"{way}: {sizes.count('kill_sessions')} kills, {total} edits, none but the one in hand lost")


def test_a_lost_line_would_have_been_seen(tmp_path: Path) -> None:
    """The check above fails for a journal that lacks its last two whole lines."""
    save(tmp_path / "x.dgraph", EVERYTHING)
    lines = killed_after(SCRIPT, "document", str(tmp_path), "3", str(10**9), lines=60)
    done = int(lines[-1])
    (journal,) = (tmp_path / "journals").glob("*.journal")
    rows = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(rows[: len(rows) // 2]))
    assert found(tmp_path) not in [after(EVERYTHING, 3, done), after(EVERYTHING, 3, done + 1)]


def test_the_recovered_document_goes_on_being_recoverable(tmp_path: Path) -> None:
    save(tmp_path / "x.dgraph", EVERYTHING)
    killed_after(SCRIPT, "document", str(tmp_path), "4", str(10**9), lines=30)
    (offer,) = recoverable(tmp_path / "journals")
    assert offer.path == tmp_path / "x.dgraph" and offer.edits > 0
    save(tmp_path / "x.dgraph", offer.content)
    offer.discard()
    assert recoverable(tmp_path / "journals") == ()


def test_the_script_does_every_kind_of_thing() -> None:
    document, draw, names = Document(Content()), random.Random(0), set()
    document.listen(lambda changed: names.add(type(changed.edit).__name__))
    for serial in range(300):
        edit(document, draw, serial)
    assert {"AddNode", "Connect", "SetSetting", "Move", "Group", "RemoveNode"} <= names
