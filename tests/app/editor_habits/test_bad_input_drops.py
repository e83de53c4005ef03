"""Bad input. Clipboard with foreign or hostile text; dropping a folder, a 2 GB file, a broken image.

Each is one sentence in the status line, and nothing is half done: the document, its undo history and the folder where
dropped files wait are as they were.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.picture_graph import with_graph
from engine import limits
from engine.files import render
from tests.app.canvas.conftest import line_fit
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.test_adding import drop, new_nodes, paste, picture_file, table_file
from tests.app.editor_habits.test_wiring import choose, free, open_menu
from tests.png import head


def brought(tmp_path: Path) -> list[Path]:
    """Return the files that were copied to where unsaved graphs read theirs."""
    return [path for path in (tmp_path / "data" / "unsaved").rglob("*") if path.is_file()]


def refused(desk: Desk, qtbot: QtBot, tmp_path: Path, paths: list[Path]) -> str:
    """Drop files; return the one sentence that was said, after checking that nothing was done."""
    said: list[str] = []
    desk.session.message.connect(said.append)
    before = desk.session.content
    drop(desk, paths, free(desk, 480, 420))
    qtbot.waitUntil(lambda: bool(said))
    assert len(said) == 1
    assert said[0].endswith(".") and "\n" not in said[0] and len(said[0]) < 400
    assert desk.session.content is before and not desk.session.document.can_undo
    assert not brought(tmp_path)
    return said[0]


def test_a_dropped_folder_is_told_as_such(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "measurements"
    folder.mkdir()
    table_file(folder / "a.csv")
    sentence = refused(desk, qtbot, tmp_path, [folder])
    assert sentence == "“measurements” is a folder: drop the files that are in it."


def test_a_folder_named_like_a_table_is_a_folder(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "data.csv").mkdir()
    assert "is a folder" in refused(desk, qtbot, tmp_path, [tmp_path / "data.csv"])


@pytest.mark.parametrize("name", ["huge.csv", "huge.png", "huge.npz", "huge.dgraph"])
def test_a_file_of_two_gigabytes_is_refused_without_being_read(
    desk: Desk, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    with file.open("wb") as stream:
        stream.truncate(2 * 2**30)  # sparse: it takes no room
    sentence = refused(desk, qtbot, tmp_path, [file])
    assert "2,147,483,648 bytes" in sentence and name in sentence


def broken(path: Path, kind: str) -> Path:
    whole = picture_file(path).read_bytes()
    data = {
        "empty": b"",
        "text": b"this is no picture",
        "cut": whole[: len(whole) // 2],
        "noise": whole[:16] + bytes(range(200)),
        "bomb": whole[:8] + head(100_000, 100_000) + whole[33:],
    }  # fmt: skip
    path.write_bytes(data[kind])
    return path


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "noise", "bomb"])
def test_a_broken_image_is_refused_in_a_sentence(desk: Desk, qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    sentence = refused(desk, qtbot, tmp_path, [broken(tmp_path / "photo.png", kind)])
    assert "photo.png" in sentence and ("picture" in sentence or "pixels" in sentence)


def test_a_picture_whose_graph_is_damaged_is_refused(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    file = picture_file(tmp_path / "shot.png", render(line_fit()).decode())
    whole = bytearray(file.read_bytes())
    whole[bytes(whole).index(b"gradwire") + 30] ^= 0xFF
    file.write_bytes(bytes(whole))
    assert "damaged" in refused(desk, qtbot, tmp_path, [file])


def test_a_picture_with_something_else_where_its_graph_should_be(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    plain = picture_file(tmp_path / "shot.png").read_bytes()
    (tmp_path / "shot.png").write_bytes(with_graph(plain, '{"format": "gradwire.dgraph", "version": 99}'))
    before, said = desk.session.content, []
    desk.session.message.connect(said.append)
    drop(desk, [tmp_path / "shot.png"], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Insert its nodes here")
    assert desk.session.content == before
    assert len(said) == 1 and "newer" in said[0]


def test_one_bad_file_among_good_ones_stops_them_all(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    good, bad = table_file(tmp_path / "good.csv"), broken(tmp_path / "bad.png", "cut")
    assert "bad.png" in refused(desk, qtbot, tmp_path, [good, bad])


def test_what_nothing_reads_and_what_is_gone_are_told(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "virus.exe").write_bytes(b"MZ")
    sentence = refused(desk, qtbot, tmp_path, [tmp_path / "virus.exe"])
    assert "virus.exe" in sentence and ".csv" in sentence


def test_a_file_that_is_gone_when_it_is_dropped(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    assert "no file" in refused(desk, qtbot, tmp_path, [tmp_path / "gone.csv"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may read everything is refused nothing")
def test_a_file_that_may_not_be_read(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    file = table_file(tmp_path / "secret.csv")
    file.chmod(0)
    assert "secret.csv" in refused(desk, qtbot, tmp_path, [file])


def test_a_broken_graph_is_refused_with_its_place(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "half.dgraph"
    file.write_bytes(render(line_fit())[:300])
    before, said = desk.session.content, []
    desk.session.message.connect(said.append)
    drop(desk, [file], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Insert its nodes here")
    assert desk.session.content == before
    assert len(said) == 1 and said[0].startswith("half.dgraph, line ")


HOSTILE: dict[str, Callable[[], str]] = {
    "prose": lambda: "Dear all, the meeting is at noon.",
    "shell": lambda: "#!/bin/sh\nrm -rf /",
    "import": lambda: "import os\nos.system('true')",
    "dunder": lambda: "().__class__.__bases__[0].__subclasses__()",
    "html": lambda: "<script>alert(1)</script>",
    "null bytes": lambda: "x\0y\0" * 50,
    "turned round": lambda: "\u202egnitpircs\u202c + \u2066x\u2069",
    "half a character": lambda: "x + \ud800",
    "deep brackets": lambda: "(" * 50_000 + "x" + ")" * 50_000,
    "deep lists": lambda: '{"format": "gradwire.dgraph", "version": 1, "nodes": ' + "[" * 100_000,
    "long": lambda: "x + " * 500_000 + "x",
    "huge numbers": lambda: "x ** 9 ** 9 ** 9 ** 9",
    "a graph in name only": lambda: 'say "gradwire.dgraph" to open',
    "a graph with a fault": lambda: render(line_fit()).decode().replace('"add"', '"ad d"'),
    "two keys alike": lambda: '{"format": "gradwire.dgraph", "format": "gradwire.dgraph", "version": 1}',
    "not a number": lambda: render(line_fit()).decode().replace("264", "NaN"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_foreign_or_hostile_text_on_the_clipboard_is_one_sentence(desk: Desk, kind: str) -> None:
    said: list[str] = []
    desk.session.message.connect(said.append)
    before = desk.session.content
    paste(desk, HOSTILE[kind]())
    assert desk.session.content is before and not desk.session.document.can_undo
    assert len(said) == 1
    assert said[0].endswith(".") and "\n" not in said[0] and "\0" not in said[0] and len(said[0]) < 500
    assert desk.window.canvas.gesture is None


def test_an_empty_clipboard_pastes_nothing(desk: Desk) -> None:
    QApplication.clipboard().clear()
    desk.keys(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.content == line_fit()


def test_names_are_short_in_what_is_said(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / ("very " * 30 + "long")
    folder.mkdir()
    assert len(refused(desk, qtbot, tmp_path, [folder])) < 200


def test_the_window_lives_on_after_all_of_it(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    refused(desk, qtbot, tmp_path, [broken(tmp_path / "photo.png", "noise")])
    before = desk.session.content
    drop(desk, [table_file(tmp_path / "people.csv")], QPointF(480, 420))
    qtbot.waitUntil(lambda: bool(new_nodes(desk, before)))
    assert limits.TABLE_BYTES < 2 * 2**30
