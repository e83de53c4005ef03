"""Bad input, as the issue has it, where it comes by files:

"settings files damaged; two windows on one file (the second is told, and saving never overwrites unseen changes)."
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app import settings as stored
from app.difference_card import DifferenceCard
from app.settings import Settings
from app.window import Window
from engine.edits import SetSetting
from engine.files import read, save
from engine.files.lock import Lock
from tests.app.conftest import Answers, line

Make = Callable[..., Window]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "line.dgraph"
    save(path, line())
    return path


@pytest.fixture
def read_only(file: Path) -> Iterator[Path]:
    """A saved line in a folder that may not be written to."""
    folder = file.parent / "locked"
    folder.mkdir()
    moved = file.rename(folder / file.name)
    folder.chmod(0o500)
    yield moved
    folder.chmod(0o700)


def set_value(path: Path, value: float) -> bytes:
    """Do what another program does to a file; return what it holds then."""
    save(path, SetSetting("w", "value", value).apply(read(path))[0])
    return path.read_bytes()


def offered(window: Window) -> list[str]:
    """Return what the notice above the document offers; nothing while there is none."""
    notice = window.page.notice
    return [button.text() for button in notice.buttons] if notice.isVisible() else []


def press(window: Window, text: str) -> None:
    button = next(button for button in window.page.notice.buttons if button.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# Settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\x00" * 999, b"[1, 2]", b'{"theme": 7}', b'{"scale": 1e999}', b"\xff\xfe{}", b"[" * 100_000, b"null"],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_damaged_settings_never_keep_the_window_from_opening(window: Make, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_bytes(damage)
    made = window()
    assert made.isVisible() and made.settings.theme == Settings().theme
    made._change(theme="light")
    assert stored.load(tmp_path / "config").theme == "light", "and they are whole again"


def test_one_damaged_setting_costs_only_itself(window: Make, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    text = json.dumps({"theme": "light", "scale": "huge", "favourites": ["elementwise.add"]})
    (tmp_path / "config" / "settings.json").write_text(text)
    made = window()
    assert (made.settings.theme, made.settings.scale) == ("light", 1.0)
    assert made.settings.favourites == ("elementwise.add",)


def test_two_programs_do_not_undo_each_others_settings(window: Make, tmp_path: Path) -> None:
    one, other = window(), window()
    one._change(theme="light")
    other._change(favourites=("elementwise.add",))
    kept = stored.load(tmp_path / "config")
    assert (kept.theme, kept.favourites) == ("light", ("elementwise.add",))


def test_a_lock_that_another_program_holds_delays_the_settings_and_loses_nothing(tmp_path: Path) -> None:
    held = Lock(tmp_path / "settings.lock")
    assert held.take()
    stored.update(tmp_path, lambda old: Settings(theme="light"))
    held.release()
    assert stored.load(tmp_path).theme == "light"


# Two windows on one file -------------------------------------------------------------------------------------


def test_the_second_of_two_programs_on_one_file_is_told(window: Make, file: Path) -> None:
    one, other = window(), window()
    one.open(file)
    assert offered(one) == []
    other.open(file)
    assert "open in another Gradwire" in other.page.notice.sentence.text() and "Save as…" in offered(other)
    one.close_page()
    other.page.guard.check()
    assert offered(other) == [], "the other one went"


def test_a_program_of_its_own_holds_the_file_and_its_end_frees_it(window: Make, file: Path, tmp_path: Path) -> None:
    made = window()
    made.open(file)
    (lock,) = (tmp_path / "data" / "open").glob("*.lock")
    code = "import sys; from engine.files.lock import Lock; print(Lock(__import__('pathlib').Path(sys.argv[1])).take())"
    asked = [sys.executable, "-c", code, str(lock)]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "False\n"
    made.close_page()
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "True\n"


def test_saving_never_overwrites_what_the_other_has_saved(window: Make, answers: Answers, file: Path) -> None:
    one, other = window(), window()
    for each in (one, other):
        each.open(file)
    one.session.set_setting("w", "value", 1.5)
    other.session.set_setting("x", "value", (9.0, 9.0, 9.0))
    assert one.save()
    theirs = file.read_bytes()
    assert not other.save()
    assert answers.asked == ["changed line.dgraph"] and file.read_bytes() == theirs and not other.session.clean
    assert any(line.startswith("~") and "slope w" in line for line in answers.lines), "it is said what would be undone"
    assert any("value: 1.5 -> 0.5" in line for line in answers.lines)


def test_overwriting_keeps_the_others_version_beside_it(window: Make, answers: Answers, file: Path) -> None:
    made = window()
    made.open(file)
    theirs = set_value(file, 4.0)
    made.session.set_setting("x", "value", (9.0, 9.0, 9.0))
    answers.changed_answer = "overwrite"
    assert made.save() and made.session.clean
    assert read(file) == made.session.content
    assert file.with_name("line.dgraph~1").read_bytes() == theirs


def test_saving_elsewhere_leaves_the_others_version_alone(
    window: Make, answers: Answers, file: Path, tmp_path: Path
) -> None:
    made = window()
    made.open(file)
    theirs = set_value(file, 4.0)
    made.session.set_setting("x", "value", (9.0, 9.0, 9.0))
    answers.changed_answer, answers.save_path = "save_as", tmp_path / "mine.dgraph"
    assert made.save() and made.session.path == tmp_path / "mine.dgraph"
    assert file.read_bytes() == theirs and read(tmp_path / "mine.dgraph") == made.session.content


def test_a_file_of_another_tab_is_not_saved_over(window: Make, answers: Answers, file: Path) -> None:
    made = window()
    made.open(file)
    made.new()
    made.insert("elementwise.add")
    answers.save_path, before = file, file.read_bytes()
    assert not made.save()
    assert "open in another tab" in answers.told[0] and file.read_bytes() == before


def test_a_file_changed_on_the_disk_is_told_and_reloaded_by_a_click(window: Make, file: Path, qtbot: QtBot) -> None:
    made = window()
    made.open(file)
    set_value(file, 4.0)
    qtbot.waitUntil(lambda: "Reload" in offered(made), timeout=20_000)
    press(made, "Reload")
    assert made.session.setting("w", "value") == 4.0 and offered(made) == []
    made.session.set_setting("w", "value", 5.0)
    assert made.save() and made.session.clean, "what was reloaded has been seen"


def test_own_saves_are_no_news(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    made.session.set_setting("w", "value", 5.0)
    assert made.save()
    made.page.guard.check()
    assert offered(made) == []


def test_the_difference_to_the_file_is_shown_side_by_side(window: Make, file: Path) -> None:
    from app.compare_window import CompareWindow

    made = window()
    made.open(file)
    set_value(file, 4.0)
    made.page.guard.check()  # as when the window is turned to again
    assert "Show difference" in offered(made)
    press(made, "Show difference")
    (shown,) = made.findChildren(CompareWindow)
    assert shown.rows[0].details == ("value: 4.0 → 0.5",)


def test_a_file_that_vanished_is_told_and_saved_again(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    file.unlink()
    made.page.guard.check()  # as when the window is turned to again
    assert "Save it again" in offered(made)
    press(made, "Save it again")
    assert read(file) == made.session.content and offered(made) == []


def test_the_notice_can_be_dismissed_and_comes_for_the_next_thing(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    set_value(file, 4.0)
    made.page.guard.check()  # as when the window is turned to again
    assert "Dismiss" in offered(made)
    press(made, "Dismiss")
    made.page.guard.changed.emit()
    assert offered(made) == []
    file.unlink()
    made.page.guard.check()  # as when the window is turned to again
    assert "Save it again" in offered(made)


@pytest.mark.parametrize(
    ("text", "answer"), [("Overwrite", "overwrite"), ("Reload", "reload"), ("Save as…", "save_as")]
)
def test_the_question_shows_the_difference_and_escape_saves_nothing(
    window: Make, qtbot: QtBot, text: str, answer: str
) -> None:
    made = window()
    card = DifferenceCard(made, "line.dgraph", ["@@ nodes @@", "- “old”", "+ “new”"])
    card.show()
    assert "- “old”\n+ “new”" in card.text.toPlainText()
    QTest.mouseClick(next(b for b in card.findChildren(QPushButton) if b.text() == text), Qt.MouseButton.LeftButton)
    assert card._answer == answer and not card.isVisible()
    again = DifferenceCard(made, "line.dgraph", [])
    again.show()
    QTest.keyClick(again, Qt.Key.Key_Escape)
    assert again._answer == "cancel"


def test_recovered_work_is_saved_over_the_file_it_was_done_on_and_over_no_other(
    window: Make, answers: Answers, file: Path
) -> None:
    for changed in (False, True):
        killed = window()
        killed.open(file)
        killed.session.set_setting("w", "value", 3.0 if changed else 2.0)
        killed.session._journal.end(keep=True)  # what a killed process leaves: the journal, and no locks
        killed.page.guard.end()
        if changed:
            set_value(file, 8.0)
        made = window()
        made.recover(made.start_page._recovered[0])
        assert made.save() != changed
        made.page.guard.end()
    assert answers.asked == ["changed line.dgraph"]


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_told_and_nothing_is_lost(window: Make, answers: Answers, read_only: Path) -> None:
    made = window()
    made.open(read_only)
    made.session.set_setting("w", "value", 3.0)
    assert not made.save() and not made.session.clean
    assert "may not be written to" in answers.told[0]


def test_a_data_folder_that_cannot_be_written_costs_the_locks_and_no_document(
    qtbot: QtBot, window: Make, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    made = window()
    assert made.open(file)
    set_value(file, 4.0)
    made.session.set_setting("w", "value", 9.0)
    assert not made.save(), "what was not seen is noticed without any lock"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "byte 1: this is a PNG picture, not a Gradwire graph."),
        (b"PK\x03\x04" + bytes(range(128, 160)), "byte 1: this is a ZIP archive, not a Gradwire graph."),
        (b"\nDear all,\n", "line 2: this is text, not a Gradwire graph: it begins with “Dear all,”."),
        (bytes(range(200, 250)), "byte 1: this is binary data, not a Gradwire graph."),
    ],
    ids=["picture", "zip", "text", "binary"],
)
def test_opening_what_is_no_graph_says_what_it_is(
    window: Make, answers: Answers, file: Path, data: bytes, says: str
) -> None:
    made = window()
    made.open(file)
    other = file.with_name("other.dgraph")
    other.write_bytes(data)
    answers.open_path = other
    made.actions_table["open"].trigger()
    assert answers.told == [f"other.dgraph, {says}"] and made.session.path == file
