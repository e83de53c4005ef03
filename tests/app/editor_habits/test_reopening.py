"""Tabs and windows for several documents, recovery: the tabs of the last time are opened again for whoever wants it;
what is gone or damaged is told in one sentence, and nothing unsaved is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from app import settings as stored
from app.file_guard import FileGuard
from app.window import Window
from engine.files import save
from tests.app.conftest import Answers, line

Make = Callable[..., Window]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three saved lines."""
    paths = [tmp_path / f"{name}.dgraph" for name in ("one", "two", "three")]
    for path in paths:
        save(path, line())
    return paths


def wanting(window: Make, qtbot: QtBot) -> Window:
    """Return a window whose preferences were asked for the tabs of last time, by the keyboard."""
    made = window()
    made.activateWindow()
    made.show_preferences("files")
    assert made.preferences is not None
    box = made.preferences.findChild(QCheckBox, "reopen")
    assert isinstance(box, QCheckBox) and box.accessibleName() == "Open the tabs of last time" and not box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked() and made.settings.reopen
    made.close_preferences()
    return made


def titles(window: Window) -> list[str]:
    return [page.session.path.stem for page in window.document_pages if page.session.path]


def kept(tmp_path: Path) -> tuple[str, ...]:
    return tuple(Path(each).stem for each in stored.load(tmp_path / "config").tabs)


def test_the_tabs_of_last_time_are_opened_with_the_one_in_front(
    window: Make, qtbot: QtBot, answers: Answers, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    for path in files:
        made.open(path)
    made.show_page(made.document_pages[1])
    qtbot.waitUntil(lambda: stored.load(tmp_path / "config").tab_shown == str(files[1]))
    assert made.family.close_all()
    again = window()
    assert not again.editing, "a window alone opens nothing: the program does, at its start"
    again.reopen_tabs()
    assert again.editing and titles(again) == ["one", "two", "three"] and again.session.path == files[1]
    assert not answers.told and len(again.document_pages) == 3, "the untouched empty document gave its place"


def test_tabs_are_not_opened_unless_wanted(window: Make, qtbot: QtBot, files: list[Path], tmp_path: Path) -> None:
    made = window()
    made.open(files[0])
    qtbot.waitUntil(lambda: not made._refreshing.isActive())
    assert made.close()
    assert kept(tmp_path) == ()
    again = window()
    again.reopen_tabs()
    assert not again.editing and titles(again) == []


def test_a_killed_session_has_its_tabs_too_and_its_unsaved_work_is_offered(
    window: Make, qtbot: QtBot, files: list[Path], tmp_path: Path
) -> None:
    killed = wanting(window, qtbot)
    for path in files[:2]:
        killed.open(path)
    killed.session.set_setting("w", "value", 3.0)
    content = killed.session.content
    qtbot.waitUntil(lambda: kept(tmp_path) == ("one", "two"))
    killed.session._journal.end(keep=True)  # what a killed process leaves: the journal, and no locks
    for page in killed.document_pages:
        page.guard.end()
    again = window()
    again.reopen_tabs()
    assert titles(again) == ["one", "two"]
    assert "start page" in again.document_pages[0].status.message.text()
    again.show_start()
    (found,) = again.start_page._recovered
    again.recover(found)
    assert again.session.content == content and not again.session.clean


def test_a_file_that_is_gone_and_one_that_is_damaged_are_told_in_one_sentence_and_the_others_opened(
    window: Make, qtbot: QtBot, answers: Answers, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    for path in files:
        made.open(path)
    qtbot.waitUntil(lambda: kept(tmp_path) == ("one", "two", "three"))
    assert made.family.close_all()
    files[0].unlink()
    files[2].write_bytes(files[2].read_bytes()[:-40])
    again = window()
    again.reopen_tabs()
    assert titles(again) == ["two"] and again.editing
    (told,) = answers.told
    assert told.startswith("2 tabs of last time were not opened: one.dgraph does not exist")
    assert "three.dgraph, line" in told and told.count(". ") == 0, "one sentence"
    qtbot.waitUntil(lambda: kept(tmp_path) == ("two",))


def test_where_the_only_tab_is_gone_the_start_page_is_shown(
    window: Make, qtbot: QtBot, answers: Answers, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    made.open(files[0])
    qtbot.waitUntil(lambda: kept(tmp_path) == ("one",))
    assert made.family.close_all()
    files[0].unlink()
    again = window()
    again.reopen_tabs()
    assert not again.editing and again.start_page.isVisible()
    assert answers.told == [f"A tab of last time was not opened: one.dgraph does not exist in {tmp_path}."]


def test_unsaved_documents_are_asked_about_before_tabs_are_left_and_cancelling_keeps_all(
    window: Make, qtbot: QtBot, answers: Answers, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    made.open(files[0])
    made.new()
    made.insert("inputs.constant")
    assert not made.family.close_all() and made.isVisible() and len(made.document_pages) == 2
    answers.unsaved_answer, answers.save_path = "save", tmp_path / "new.dgraph"
    assert made.family.close_all()
    assert kept(tmp_path) == ("one", "new")


def test_tabs_of_all_windows_are_remembered_when_the_program_is_quit(
    window: Make, qtbot: QtBot, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    made.open(files[0])
    made.open(files[1])
    made.move_page()
    assert len(made.family.windows) == 2
    assert made.family.close_all()
    assert kept(tmp_path) == ("one", "two")


def test_what_another_gradwire_has_open_is_left_to_it(
    window: Make, qtbot: QtBot, answers: Answers, files: list[Path], tmp_path: Path
) -> None:
    made = wanting(window, qtbot)
    for path in files[:2]:
        made.open(path)
    qtbot.waitUntil(lambda: kept(tmp_path) == ("one", "two"))
    assert made.family.close_all()
    other = FileGuard(tmp_path / "data" / "open")
    other.begin(files[0], None)
    again = window()
    again.reopen_tabs()
    assert titles(again) == ["two"] and not answers.told
    other.end()


def test_settings_that_name_no_files_do_no_harm(window: Make, answers: Answers, tmp_path: Path) -> None:
    made = window()
    made._change(reopen=True, tabs=("a\0b", "", str(tmp_path), "x" * 5000), tab_shown="\0")
    made.reopen_tabs()
    QApplication.processEvents()
    assert not made.editing and len(answers.told) == 1 and len(answers.told[0]) < 1000
