"""Several documents, as the issue has it: "tabs and windows for several documents"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

from app.assets import SAMPLES
from app.page import Page
from app.window import Window
from engine.files import save
from tests.app.canvas.conftest import Hands, line_fit
from tests.app.conftest import Answers, line
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.devices import CTRL, NONE, SHIFT, Left, Middle

Make = Callable[..., Window]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "line.dgraph"
    save(path, line())
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other_line.dgraph"
    save(path, line_fit())
    return path


# Tabs and windows --------------------------------------------------------------------------------------------


def tab_names(window: Window) -> list[str]:
    window.tab_strip.refresh()
    return [window.tab_strip.tabs.tabText(k) for k in range(window.tab_strip.tabs.count())]


def test_each_document_has_a_tab_with_its_own_undo_and_an_unsaved_mark(window: Make, file: Path, other: Path) -> None:
    made = window()
    made.open(file)
    assert not made.tab_strip.isVisible(), "one document needs no tabs"
    made.open(other)
    assert tab_names(made) == ["Line", "Other line"] and made.tab_strip.isVisible()
    made.session.set_setting("w", "value", 7.0)
    QTest.mouseClick(made.tab_strip.tabs, Left, NONE, made.tab_strip.tabs.tabRect(0).center())
    assert made.session.path == file and made.session.clean and not made.session.document.can_undo
    made.tab_strip.refresh()
    assert [made.tab_strip.mark(k).unsaved for k in range(2)] == [False, True]
    QTest.mouseClick(made.tab_strip.tabs, Left, NONE, made.tab_strip.tabs.tabRect(1).center())
    made.session.undo()
    assert made.session.path == other and made.session.clean


def test_no_tab_of_panels_is_left_over_the_canvas_where_panels_are_arranged_twice(window: Make, file: Path) -> None:
    """Qt never places a tab bar that the second arrangement does without: it stayed where it was born."""
    made = window()
    made.open(file)
    page = Page(made.library, engine=False)

    def astray() -> list[str]:
        bars = page.workspace.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert bars, "panels share a place"
        return [bar.tabText(0) for bar in bars if bar.geometry().intersects(QRect(0, 0, 1000, 1000))]

    assert not astray()
    page.workspace.restore(*made.workspace.state())
    assert not astray()
    page.end()


def test_tabs_go_on_by_keys_move_along_and_close(window: Make, file: Path, other: Path, qtbot: QtBot) -> None:
    made = window()
    made.open(file)
    made.open(other)
    made.new()
    made.show()
    desk = Desk(made, Hands(made.canvas))
    assert tab_names(made) == ["Line", "Other line", "Untitled"]
    desk.keys(Qt.Key.Key_Tab, CTRL)
    assert made.session.path == file, "after the last comes the first"
    desk.keys(Qt.Key.Key_Tab, CTRL | SHIFT)
    assert made.session.path is None
    made.tab_strip.tabs.moveTab(2, 0)
    assert [page.session.title for page in made.document_pages] == ["Untitled", "Line", "Other line"]
    QTest.mouseClick(made.tab_strip.tabs, Middle, NONE, made.tab_strip.tabs.tabRect(1).center())
    assert tab_names(made) == ["Untitled", "Other line"]
    QTest.mouseClick(made.tab_strip.mark(1), Left)
    assert tab_names(made) == ["Untitled"]
    desk.keys(Qt.Key.Key_W, CTRL)
    assert not made.editing, "after the last tab the start page comes"


def test_closing_a_tab_asks_about_unsaved_changes(window: Make, answers: Answers, file: Path, other: Path) -> None:
    made = window()
    made.open(file)
    made.open(other)
    made.session.set_setting("w", "value", 7.0)
    page = made.page
    Desk(made, Hands(made.canvas)).keys(Qt.Key.Key_W, CTRL)
    assert answers.asked == ["unsaved Other line"] and page in made.document_pages
    made.show_page(made.document_pages[0])
    assert not made.close() and answers.asked == ["unsaved Other line"] * 2
    assert made.page is page, "the document that is asked about is in sight"


def test_a_file_that_is_open_goes_to_its_tab_in_whichever_window(window: Make, file: Path, other: Path) -> None:
    made = window()
    made.open(file)
    made.open(other)
    made.open(file)
    assert len(made.document_pages) == 2 and made.session.path == file
    torn = made.move_page()
    assert torn.session.path == file and made.session.path == other
    made.open(file.parent / "." / "line.dgraph")
    assert len(made.document_pages) == 1 and len(torn.document_pages) == 1


def test_a_tab_is_torn_off_into_a_window_and_given_back(window: Make, file: Path, other: Path, qtbot: QtBot) -> None:
    made = window()
    made.open(file)
    made.open(other)
    made.session.set_setting("w", "value", 7.0)
    content, tabs = made.session.content, made.tab_strip.tabs
    made.tab_strip.refresh()
    start = tabs.tabRect(1).center()
    QTest.mousePress(tabs, Left, NONE, start)
    for k in range(1, 6):
        QTest.mouseMove(tabs, start + QPoint(0, 60 * k))
    QTest.mouseRelease(tabs, Left, NONE, start + QPoint(0, 300))
    (torn,) = [each for each in made.family.windows if each is not made]
    assert torn.session.content is content and not torn.session.clean and torn.isVisible()
    assert [page.session.path for page in made.document_pages] == [file]
    torn.session.undo()
    assert torn.session.clean, "undo came along"
    torn.insert("elementwise.add")
    assert torn.session.document.can_undo and not made.session.document.can_undo
    torn.move_page(torn.page, made)
    assert [page.session.path for page in made.document_pages] == [file, other] and not torn.editing


def test_the_menu_of_a_tab_closes_others_and_moves_it_to_a_window(window: Make, file: Path, other: Path) -> None:
    made = window()
    for path in (file, other, sorted(SAMPLES.glob("*.dgraph"))[0]):
        made.open(path)

    def chosen(text: str) -> None:
        made.tab_strip.refresh()
        at = made.tab_strip.tabs.tabRect(1).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, made.tab_strip.tabs.mapToGlobal(at))
        QApplication.sendEvent(made.tab_strip.tabs, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text() == text).trigger()
        menu.close()

    chosen("Close those to the right")
    assert tab_names(made) == ["Line", "Other line"]
    chosen("Copy path")
    assert QApplication.clipboard().text() == str(other)
    chosen("Move to new window")
    assert [page.session.path for page in made.document_pages] == [file]
    assert [page.session.path for page in made.family.windows[1].document_pages] == [other]


def test_quit_asks_for_every_window_and_stops_where_one_is_kept(
    window: Make, answers: Answers, file: Path, other: Path
) -> None:
    made = window()
    made.open(file)
    made.open(other)
    made.session.set_setting("w", "value", 7.0)
    torn = made.move_page()
    assert not made.family.close_all()
    assert answers.asked == ["unsaved Other line"] and torn.isVisible()
    answers.unsaved_answer = "discard"
    assert made.family.close_all() and not made.family.windows


def test_the_start_page_stands_beside_the_tabs(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    made.show_start()
    made.tab_strip.refresh()
    assert made.tab_strip.isVisible() and made.tab_strip.home.isChecked()
    QTest.mouseClick(made.tab_strip.tabs, Left, NONE, made.tab_strip.tabs.tabRect(0).center())
    assert made.editing and made.session.path == file
    made.open(sorted(SAMPLES.glob("*.dgraph"))[0])
    QTest.mouseClick(made.tab_strip.home, Left)
    assert not made.editing
    QTest.mouseClick(made.tab_strip.more, Left)
    assert made.editing and made.session.path is None and made.session.title == "Untitled"
    QTest.mouseClick(made.tab_strip.more, Left)
    assert made.session.title == "Untitled 2", "each has a name of its own"


def test_documents_behind_others_rest_and_wake_when_they_are_shown(window: Make, file: Path, other: Path) -> None:
    made = window(engine=True)
    made.open(file)
    first = made.page
    assert first.session.looks._timer.isActive(), "an open document asks for its values"
    made.open(other)
    assert not first.session.looks._timer.isActive()
    first.session.looks.ask()
    assert not first.session.looks._timer.isActive(), "nobody looks at it"
    first.session.looks.client.warm()
    first._releasing.timeout.emit()
    assert first.session.looks.client._channel is None, "its process went"
    made.show_page(first)
    assert first.session.looks._timer.isActive(), "what should have been asked is asked now"


def test_work_in_every_tab_is_recovered(window: Make, file: Path, other: Path) -> None:
    killed = window()
    for path in (file, other):
        killed.open(path)
        killed.session.set_setting("w", "value", 3.0)
    for page in killed.document_pages:
        page.session._journal.end(keep=True)  # what a killed process leaves
    made = window()
    assert {found.path for found in made.start_page._recovered} == {file, other}
    for _ in range(2):
        button = next(b for b in made.start_page.findChildren(QPushButton) if b.text() == "Recover")
        QTest.mouseClick(button, Left)
        made.show_start()
    assert tab_names(made) == ["Other line", "Line"] or tab_names(made) == ["Line", "Other line"]
    assert all(not page.session.clean for page in made.document_pages)


def test_panels_are_arranged_alike_in_every_tab(window: Make, qtbot: QtBot, file: Path, other: Path) -> None:
    made = window()
    made.open(file)
    qtbot.waitUntil(lambda: made.panel_visible("palette"))
    made.open(other)
    qtbot.waitUntil(lambda: made.panel_visible("palette"))
    made.toggle_panel("palette")
    made.show_page(made.document_pages[0])
    qtbot.waitUntil(lambda: made.panel_visible("inspector"))
    assert not made.panel_visible("palette")


def test_a_document_is_called_the_same_in_title_tab_and_gallery(window: Make, qtbot: QtBot) -> None:
    made = window()
    card = next(card for card in made.start_page.samples if card.path.stem == "xor_quick_start")
    made.open(card.path)
    made.new()
    made.step_page(-1)
    assert tab_names(made) == [card.name, "Untitled"]
    qtbot.waitUntil(lambda: made.windowTitle() == f"{card.name}[*] — Gradwire")
    assert made.top_bar.title.text() == card.name
