"""Bad input: a file or folder that cannot be written to. One sentence says so and offers to save elsewhere; nothing is
lost, whatever the answer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.prompts import Prompts
from app.window import Window
from engine.files import read, save
from tests.app.conftest import Answers, line

Make = Callable[..., Window]


@pytest.fixture
def edited(window: Make, tmp_path: Path) -> Iterator[Window]:
    """A window with a document from a folder of its own, edited."""
    folder = tmp_path / "folder"
    folder.mkdir()
    save(folder / "line.dgraph", line())
    made = window()
    made.open(folder / "line.dgraph")
    made.session.set_setting("w", "value", 3.0)
    yield made


def protected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / "line.dgraph").chmod(0o444)
    return "it is write-protected"


def gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    shutil.rmtree(folder)
    return "its folder does not exist"


def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder without the right to write; a test that runs as root has that right: the system's refusal is played."""

    def refused(file: object, mode: str = "r", *more: object, **named: object) -> object:
        if "x" in mode and str(file).startswith(str(folder)):
            raise PermissionError(13, "Permission denied", str(file))
        return open(file, mode, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(sys.modules["engine.files.save"], "open", refused, raising=False)
    return "its folder may not be written to"


@pytest.mark.parametrize("made_unwritable", [protected, gone, read_only])
def test_saving_where_nothing_can_be_written_offers_another_place_and_loses_nothing(
    edited: Window,
    answers: Answers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made_unwritable: Callable[[Path, pytest.MonkeyPatch], str],
) -> None:
    path, content = edited.session.path, edited.session.content
    reason = made_unwritable(tmp_path / "folder", monkeypatch)
    assert not edited.save()
    (told,) = answers.told
    assert told.startswith("line.dgraph was not saved") and reason in told and not answers.asked
    assert not edited.session.clean and edited.session.content == content and edited.session.path == path
    answers.elsewhere, answers.save_path = True, tmp_path / "copy.dgraph"
    assert edited.save()
    assert edited.session.clean and edited.session.path == answers.save_path and read(answers.save_path) == content
    assert answers.asked == ["save line.dgraph"]


def test_closing_with_unsaved_changes_in_a_read_only_folder_keeps_the_document_or_saves_it_elsewhere(
    edited: Window, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = edited.session.content
    protected(tmp_path / "folder", monkeypatch)
    answers.unsaved_answer = "save"
    assert not edited.close() and edited.isVisible() and edited.session.content == content
    answers.elsewhere = True
    assert not edited.close() and edited.isVisible(), "no place was chosen"
    answers.save_path = tmp_path / "copy.dgraph"
    assert edited.close() and read(answers.save_path) == content


def test_the_question_is_one_sentence_with_save_as_in_front(edited: Window, qtbot: QtBot, tmp_path: Path) -> None:
    asked: list[tuple[str, list[str]]] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append((box.text(), [each.text() for each in box.findChildren(QPushButton)]))
        QTest.keyClick(box, Qt.Key.Key_Return if len(asked) == 1 else Qt.Key.Key_Escape)

    for expected in (True, False):
        QTimer.singleShot(0, answer)
        assert Prompts().not_saved(edited, "line.dgraph was not saved: it is write-protected.") is expected
    assert asked[0] == ("line.dgraph was not saved: it is write-protected.", ["Save as…", "Cancel"])
