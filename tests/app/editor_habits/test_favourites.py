"""Palette with favourites: a star in each row, by mouse and by keys, also in the list at the pointer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import settings as stored
from app.canvas.quick_add import QuickAdd
from app.panels import palette_star
from app.panels.palette import FAVOURITES, Palette
from tests.app.editor_habits.conftest import Desk

Key, Alt = Qt.Key, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
TANH = "activations.tanh"


def star(palette: Palette, operator_id: str) -> QPoint:
    """Return where the star of an operator's row in its family is, scrolled into sight."""
    rows = [k for k, row in enumerate(palette.model.rows) if row.operator and row.operator.id == operator_id]
    index = palette.model.index(rows[-1], 0)
    palette.list.scrollTo(index)
    return palette_star.area(palette.list.visualRect(index)).center()


def favourites(palette: Palette) -> list[str]:
    """Return the titles under the heading of favourites."""
    titles = [(row.title, row.heading) for row in palette.model.rows]
    start = next((k for k, (title, _) in enumerate(titles) if title == FAVOURITES), len(titles))
    found = []
    for title, heading in titles[start + 1 :]:
        if heading:
            break
        found.append(title)
    return found


def test_a_click_on_the_star_makes_a_favourite_and_another_no_longer(desk: Desk, tmp_path: Path) -> None:
    palette = desk.window.workspace.operators
    nodes = dict(desk.session.graph.nodes)
    view = palette.list.viewport()
    QTest.mouseClick(view, LEFT, pos=star(palette, TANH))
    assert favourites(palette) == ["Tanh"] and desk.window.settings.favourites == (TANH,)
    assert stored.load(tmp_path / "config").favourites == (TANH,)
    at = star(palette, TANH)
    QTest.mouseDClick(view, LEFT, pos=at)  # Qt sends press, release and the double click for a second press
    QTest.mouseClick(view, LEFT, pos=star(palette, TANH))
    assert favourites(palette) in ([], ["Tanh"])
    while desk.window.settings.favourites:
        QTest.mouseClick(view, LEFT, pos=star(palette, TANH))
    assert favourites(palette) == [] and dict(desk.session.graph.nodes) == nodes, "a star inserts nothing"


def test_the_list_stays_under_the_pointer_when_a_favourite_comes_in_above(desk: Desk) -> None:
    palette = desk.window.workspace.operators
    at = star(palette, TANH)
    QTest.mouseClick(palette.list.viewport(), LEFT, pos=at)
    assert palette_star.area(palette.list.visualRect(palette.list.indexAt(at))).contains(at)
    assert palette.list.indexAt(at).data() == "Tanh"


def test_the_star_can_be_seen_where_it_is_filled_and_where_the_pointer_is(desk: Desk, qtbot: QtBot) -> None:
    palette = desk.window.workspace.operators
    view, at = palette.list.viewport(), star(palette, TANH)
    around = palette_star.area(palette.list.visualRect(palette.list.indexAt(at)))

    def inks() -> int:
        image = view.grab(around).toImage()
        return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})

    QTest.mouseMove(view, QPoint(2, 2))
    assert inks() == 1
    palette.list.setCurrentIndex(palette.list.indexAt(at))
    assert inks() > 4, "the chosen row has a star to be clicked"
    QTest.mouseClick(view, LEFT, pos=at)
    palette.list.clearSelection()
    palette.list.setCurrentIndex(palette.model.index(-1, 0))
    at = star(palette, TANH)
    around = palette_star.area(palette.list.visualRect(palette.list.indexAt(at)))
    assert inks() > 4, "a favourite's star is always seen"


def test_by_keys_the_chosen_operator_becomes_a_favourite_and_is_told_as_one(desk: Desk) -> None:
    palette, window = desk.window.workspace.operators, desk.window
    window.activateWindow()
    palette.search.setFocus()
    QTest.keyClicks(palette.search, "tanh")
    desk.keys(Key.Key_F, Alt, on=palette.search)
    assert window.settings.favourites == (TANH,)
    assert str(palette.list.currentIndex().data(Qt.ItemDataRole.AccessibleDescriptionRole)).startswith("Favourite. ")
    desk.keys(Key.Key_F, Alt, on=palette.search)
    assert window.settings.favourites == ()
    palette.search.clear()
    palette.list.setCurrentIndex(palette.model.index(0, 0))
    desk.keys(Key.Key_F, Alt, on=palette.search)
    assert "Choose an operator" in window.status.message.text()


def test_the_list_at_the_pointer_has_stars_that_are_kept(desk: Desk, tmp_path: Path) -> None:
    desk.keys(Key.Key_Tab)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QuickAdd)
    palette = popup.palette_panel
    QTest.keyClicks(palette.search, "tanh")
    QTest.mouseClick(palette.list.viewport(), LEFT, pos=star(palette, TANH))
    assert popup.isVisible(), "a star is no choice"
    assert stored.load(tmp_path / "config").favourites == (TANH,)
    QTest.keyClick(palette.search, Key.Key_F, Alt)
    assert stored.load(tmp_path / "config").favourites == ()
    popup.close()
