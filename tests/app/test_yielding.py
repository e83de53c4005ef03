"""Panels give way to the canvas where a window is small for its text and where there is nothing to plot, and come back;
Run and Stop are always there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app import settings as stored
from app import theme
from app.rails import Railed, RailTab
from app.window import Window
from app.yielding import BOTTOM, CANVAS, EMPTY, LEFT, NARROW, RAIL, RIGHT, Panel, extent, yielding
from engine.files import save
from tests.app.conftest import line

Make = Callable[..., Window]
PANELS = (Panel("palette", LEFT), Panel("inspector", RIGHT), Panel("plots", BOTTOM))


@pytest.fixture(autouse=True)
def _scale_back(dressed: QApplication) -> Iterator[None]:
    yield
    theme.apply(dressed, theme.DARK, 1.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "line.dgraph"
    save(path, line())
    return path


def shown(window: Window, size: tuple[int, int], scale: float, qtbot: QtBot, file: Path | None) -> Window:
    """Show a document in a window of a size at a scale, and wait until the panels have settled."""
    window.resize(*size)
    window.set_scale(scale)
    if file is None:
        window.new()
    else:
        window.open(file)
    qtbot.waitUntil(lambda: window.workspace._placed and not window.workspace.yielding._soon.isActive())
    QApplication.processEvents()
    return window


def tab(window: Window, name: str) -> RailTab | None:
    """Return what stands for a panel on a rail that can be seen."""
    railed = window.page.findChild(Railed)
    found = [rail.tabs[name] for rail in railed.rails.values() if name in rail.tabs and rail.isVisible()]
    return found[0] if found else None


def click(widget: QWidget | None) -> None:
    assert widget is not None and widget.isVisible()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


# The rule -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", theme.SCALES)
def test_the_canvas_keeps_its_room_at_every_scale_in_every_window_and_no_panel_goes_without_need(scale: float) -> None:
    for width in range(800, 2600, 90):
        for height in (480, 620, 800, 1200):
            room = QSize(width, height)
            gone = yielding(PANELS, room, scale)
            kept = [p for p in PANELS if p.name not in gone]
            sides = sum(extent(p.name, p.area, room, scale) for p in kept if p.area != BOTTOM)
            low = sum(extent(p.name, p.area, room, scale) for p in kept if p.area == BOTTOM)
            needed = CANVAS * scale
            assert width - sides >= needed.width() or not sides
            assert height - low >= needed.height() or "plots" in gone
            for name, side in (("palette", LEFT), ("inspector", RIGHT)):
                if name in gone:
                    rail = RAIL * scale if not sides else 0
                    assert width - sides - rail - extent(name, side, room, scale) < needed.width() + 1


def test_what_was_asked_for_stays_and_the_other_side_gives_way_to_it() -> None:
    room = QSize(1024, 540)
    assert yielding(PANELS, room, 2.0) == {"palette": NARROW, "inspector": NARROW, "plots": NARROW}
    assert yielding(PANELS, room, 2.0, ["palette"]) == {"inspector": NARROW, "plots": NARROW}
    assert yielding(PANELS, room, 2.0, ["palette", "inspector", "plots"]) == {"palette": NARROW}
    wide = QSize(1100, 580)
    assert yielding(PANELS, wide, 1.5) == {"palette": NARROW} == yielding(PANELS, wide, 1.5, ["inspector"])
    assert yielding(PANELS, wide, 1.5, ["palette"]) == {"inspector": NARROW}


def test_a_panel_without_contents_goes_only_where_it_is_alone() -> None:
    plots, problems = Panel("plots", BOTTOM, empty=True), Panel("problems", BOTTOM)
    room = QSize(1600, 900)
    assert yielding([plots], room, 1.0) == {"plots": EMPTY}
    assert yielding([plots, problems], room, 1.0) == {}
    assert yielding([plots], room, 1.0, ["plots"]) == {}


# In the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1024, 700), (1366, 768)])
@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_in_a_small_window_with_large_text_the_canvas_has_room_and_run_and_stop_are_there(
    window: Make, qtbot: QtBot, file: Path, size: tuple[int, int], scale: float
) -> None:
    made = shown(window(), size, scale, qtbot, file)
    canvas, bar = made.canvas, made.page.run_bar
    assert canvas.width() >= CANVAS.width() * scale - 4 and canvas.height() >= CANVAS.height() * scale - 4
    for part in (bar.run, bar.stop, made.top_bar.menu_button, made.top_bar.title, made.top_bar.search):
        assert part.isVisible() and made.rect().contains(
            part.rect().translated(part.mapTo(made, part.rect().topLeft()))
        )
        assert part.width() >= part.minimumSizeHint().width()


def test_a_rail_brings_its_panel_back_for_a_while_by_mouse_and_by_keys(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (1024, 700), 2.0, qtbot, file)
    assert not made.panel_visible("palette") and not made.panel_visible("inspector")
    click(tab(made, "palette"))
    qtbot.waitUntil(lambda: made.panel_visible("palette") and tab(made, "palette").isChecked())
    click(tab(made, "inspector"))
    qtbot.waitUntil(lambda: made.panel_visible("inspector") and not made.panel_visible("palette"))
    QTest.keyClick(tab(made, "inspector"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not made.panel_visible("inspector"))
    assert tab(made, "inspector") is not None, "it stands in its rail again"


def test_panels_come_back_as_large_as_they_were_when_the_window_grows(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, file)
    space = made.workspace
    space.resizeDocks([space.docks["palette"]], [260], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: space.docks["palette"].width() == 260)
    made.resize(870, 900)
    made.set_scale(1.25)
    qtbot.waitUntil(lambda: not made.panel_visible("palette") and tab(made, "palette") is not None)
    made.set_scale(1.0)
    made.resize(1400, 900)
    qtbot.waitUntil(lambda: made.panel_visible("palette") and tab(made, "palette") is None)
    qtbot.waitUntil(lambda: abs(space.docks["palette"].width() - 260) <= 60)


def test_a_window_made_smaller_takes_from_a_panel_that_was_made_large(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (1600, 900), 1.0, qtbot, file)
    space = made.workspace
    space.resizeDocks([space.docks["inspector"]], [900], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: space.docks["inspector"].width() > 800)
    made.resize(1100, 900)
    qtbot.waitUntil(lambda: made.canvas.width() >= CANVAS.width())
    assert made.panel_visible("palette") and made.panel_visible("inspector")


def test_what_gave_way_is_wanted_still_at_the_next_start(
    window: Make, qtbot: QtBot, file: Path, tmp_path: Path
) -> None:
    made = shown(window(), (1024, 700), 2.0, qtbot, file)
    assert made.close()
    assert set(stored.load(tmp_path / "config").docks_aside) == {"palette", "inspector", "plots"}
    again = shown(window(), (1600, 1000), 1.0, qtbot, file)
    qtbot.waitUntil(lambda: all(again.panel_visible(name) for name in ("palette", "inspector", "plots")))


def test_a_panel_hidden_by_the_person_stays_hidden_whatever_the_window_does(
    window: Make, qtbot: QtBot, file: Path
) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, file)
    made.toggle_panel("palette")
    made.resize(870, 900)
    made.set_scale(1.5)
    qtbot.waitUntil(lambda: tab(made, "inspector") is not None or made.panel_visible("inspector"))
    made.set_scale(1.0)
    made.resize(1400, 900)
    qtbot.waitUntil(lambda: made.panel_visible("inspector"))
    assert not made.panel_visible("palette") and tab(made, "palette") is None


# Nothing to plot ------------------------------------------------------------------------------------------------------


def test_an_empty_graph_leaves_the_room_of_its_plots_to_the_canvas_and_a_view_opens_them(
    window: Make, qtbot: QtBot
) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, None)
    assert not made.panel_visible("plots") and made.canvas.height() > 700
    rail = made.page.findChild(Railed).rails[BOTTOM]
    assert rail.isVisible() and "Add an optimizer or a view node" in rail.hint.text()
    made.insert("optimizers.optimizer")
    qtbot.waitUntil(lambda: "curves of a run" in rail.hint.text())
    assert not made.panel_visible("plots"), "nothing moves under the hands while there is nothing to see yet"
    made.insert("views.line_plot")
    qtbot.waitUntil(lambda: made.panel_visible("plots") and not rail.isVisible())
    made.session.document.undo()
    made.session.document.undo()
    QApplication.processEvents()
    assert made.panel_visible("plots"), "an undo does not make the window jump"


def test_plots_open_when_a_run_starts_and_stay_open(window: Make, qtbot: QtBot) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, None)
    made.session.run_state_changed.emit("running")
    qtbot.waitUntil(lambda: made.panel_visible("plots"))
    made.session.run_state_changed.emit("idle")
    QApplication.processEvents()
    assert made.panel_visible("plots")


def test_empty_plots_are_shown_to_whoever_asks_and_go_again(window: Make, qtbot: QtBot) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, None)
    made.actions_table["panel_plots"].trigger()
    qtbot.waitUntil(lambda: made.panel_visible("plots") and tab(made, "plots").isChecked())
    click(tab(made, "plots"))
    qtbot.waitUntil(lambda: not made.panel_visible("plots"))
    assert tab(made, "plots") is not None


def test_each_tab_has_its_plots_or_none(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (1400, 900), 1.0, qtbot, file)
    assert made.panel_visible("plots")
    high = made.workspace.docks["plots"].height()
    first = made.page
    made.new()
    qtbot.waitUntil(lambda: made.workspace._placed and not made.panel_visible("plots"))
    made.show_page(first)
    qtbot.waitUntil(lambda: made.panel_visible("plots"))
    assert abs(made.workspace.docks["plots"].height() - high) <= 2


# The run bar ----------------------------------------------------------------------------------------------------------


def test_what_the_run_bar_has_no_room_for_is_in_its_menu(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (880, 700), 2.0, qtbot, file)
    bar = made.page.run_bar
    assert bar.more.isVisible() and not bar.step.isVisible()
    steps = []
    bar.step.clicked.connect(lambda: steps.append(1))
    click(bar.more)
    menu = next(each for each in bar.findChildren(QMenu) if each.isVisible())
    texts = [action.text() for action in menu.actions()]
    assert "Step" in texts and "Reset" in texts and "Run" not in texts and "Stop" not in texts
    next(action for action in menu.actions() if action.text() == "Step").trigger()
    menu.close()
    assert steps == [1]
    made.set_scale(1.0)
    made.resize(1500, 900)
    qtbot.waitUntil(lambda: bar.step.isVisible() and not bar.more.isVisible())


def test_the_run_bar_takes_no_more_than_is_of_use_to_it(window: Make, qtbot: QtBot, file: Path) -> None:
    made = shown(window(), (1000, 900), 2.0, qtbot, file)
    made.session.adopt(made.session.content, None, clean=True, name="A name of many words that needs all the room")
    bar = made.page.run_bar
    for width in range(1000, 1800, 100):
        made.resize(width, 900)
        qtbot.waitUntil(lambda width=width: made.width() == width and not made._refreshing.isActive())
        if bar.more.isVisible():
            qtbot.waitUntil(lambda: bar.width() - bar.more.geometry().right() <= bar.more.width())
