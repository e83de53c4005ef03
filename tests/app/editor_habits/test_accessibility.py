"""Accessibility. All of it by keyboard: add, wire (pick source, pick target from a list of what fits), move, edit, run;
focus ring; screen-reader names; reduced motion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas import view
from app.canvas.quick_add import QuickAdd
from app.focus_ring import FocusRing
from app.frame import areas
from app.theme import THEMES, contrast
from app.window import Window
from engine.graph import Content, Socket
from tests.app.editor_habits.conftest import Desk

Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
SPOKEN = (QLineEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QPlainTextEdit)
"""Widgets whose own text says what they hold, and not what they are."""


def settle() -> None:
    """Let timers that are due come."""
    for _ in range(4):
        QApplication.processEvents()


def stops(root: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that Tab goes to."""
    for each in root.findChildren(QWidget):
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled():
            yield each


def nameless(root: QWidget) -> list[str]:
    """Return what can have the keyboard and is called nothing."""
    found = []
    for each in stops(root):
        interface = QAccessible.queryAccessibleInterface(each)
        name = interface.text(QAccessible.Text.Name) if interface is not None else ""
        inner = each.parent() is not None and isinstance(each.parent(), (QAbstractSpinBox, QComboBox))
        if not name or (isinstance(each, SPOKEN) and not each.accessibleName() and not inner):
            found.append(f"{type(each).__name__} {each.objectName()} in {type(each.parent()).__name__}")
    return found


# By keyboard ----------------------------------------------------------------------------------------------------------


def test_add_wire_move_edit_and_run_by_keys_alone(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = seat(Content(), engine=True)
    canvas, session = desk.window.canvas, desk.session

    def add(name: str) -> str:
        known = set(session.graph.nodes)
        desk.keys(Key.Key_Tab)
        qtbot.waitUntil(lambda: any(each.isVisible() for each in canvas.findChildren(QuickAdd)))
        search = next(each for each in canvas.findChildren(QuickAdd) if each.isVisible()).palette_panel.search
        QTest.keyClicks(search, name)
        QTest.keyClick(search, Key.Key_Return)
        settle()
        (new,) = set(session.graph.nodes) - known
        return new

    def wire(source: str, target: str) -> None:
        session.select([source])
        desk.keys(Key.Key_W)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        texts = [action.text() for action in menu.actions()]
        for _ in range(1 + next(k for k, text in enumerate(texts) if target in text)):
            QTest.keyClick(menu, Key.Key_Down)
        QTest.keyClick(menu, Key.Key_Return)
        settle()

    parameter, square, optimizer = add("parameter"), add("square"), add("optimizer")
    wire(parameter, "value → Square · x")
    assert session.graph.sources[Socket(square, "x")].node == parameter
    wire(square, "· loss")
    assert session.graph.sources[Socket(optimizer, "loss")].node == square
    session.select([parameter])
    place = session.layout.places[parameter]
    desk.keys(Key.Key_Right, Shift)
    assert session.layout.places[parameter].x > place.x
    desk.keys(Key.Key_Return)
    field = QApplication.focusWidget() or canvas.findChildren(QLineEdit)[-1]
    assert isinstance(field, QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "2.5")
    QTest.keyClick(field, Key.Key_Return)
    assert session.setting(parameter, "value") == 2.5
    qtbot.waitUntil(lambda: not [p for p in session.problems if p.severity == "error"])
    desk.keys(Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state in ("running", "finished"), timeout=60_000)


def test_the_keyboard_goes_from_area_to_area_and_round_also_from_the_canvas(desk: Desk) -> None:
    window = desk.window
    window.activateWindow()
    window.canvas.setFocus()
    names = [name for name, _ in areas.areas(window)]
    assert {"Top bar", "Operators", "Canvas", "Inspector", "Plots"} <= set(names)
    seen = []
    for _ in names:
        QTest.keyClick(QApplication.focusWidget() or window.canvas, Key.Key_F6, Ctrl)
        now = QApplication.focusWidget()
        seen += [name for name, area in areas.areas(window) if now is area or area.isAncestorOf(now)]
    assert sorted(seen) == sorted(names)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_F6, Ctrl | Shift)
    assert QApplication.focusWidget() is not window.canvas


def test_tab_reaches_everything_there_is_and_is_caught_nowhere(desk: Desk) -> None:
    window = desk.window
    window.activateWindow()
    desk.session.select(["w"])
    settle()
    wanted = {each for each in stops(window) if areas.seen(each).width() > 0 and not isinstance(each, QScrollBar)}
    wanted = {each for each in wanted if each is not window.canvas and type(each).__name__ != "QTabBar"}
    wanted = {each for each in wanted if not isinstance(each.parent(), QAbstractSpinBox)}  # it has the keyboard for it
    window.top_bar.menu_button.setFocus()
    reached: list[QWidget] = []
    for _ in range(200):
        now = QApplication.focusWidget()
        if now in reached and now is not window.canvas:
            break
        reached.append(now)
        if now is window.canvas:  # there Tab adds an operator: the next area is a key away, as is Shift+Tab
            QTest.keyClick(now, Key.Key_F6, Ctrl)
        else:
            QTest.keyClick(now, Key.Key_Tab)
        settle()
    else:
        pytest.fail(f"Tab never came round: {[type(each).__name__ for each in reached[-6:]]}")
    missed = [f"{type(each).__name__} {each.accessibleName()}" for each in wanted - set(reached)]
    backwards = [window.canvas]
    window.canvas.setFocus()
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Backtab, Shift)
        backwards.append(QApplication.focusWidget())
    missed = [f"{type(each).__name__} {each.accessibleName()}" for each in wanted - set(reached) - set(backwards)]
    assert not missed
    assert len(set(backwards)) > 5, "Shift+Tab leaves the canvas"


# The ring -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(THEMES))
def test_what_has_the_keyboard_is_ringed_in_every_theme(name: str, desk: Desk) -> None:
    window = desk.window
    window.set_theme(name)
    window.activateWindow()
    window.top_bar.menu_button.setFocus()
    QTest.keyClick(window.top_bar.menu_button, Key.Key_Tab)
    ring = window.focus_ring
    now = QApplication.focusWidget()
    assert ring.isVisible() and ring.target is now
    assert ring.geometry().contains(now.mapTo(window, now.rect().center()))
    look = theme.appearance().theme
    image = ring.grab().toImage()
    colours = {image.pixelColor(x, 2).name() for x in range(image.width() // 3, 2 * image.width() // 3)}
    assert QColor(look.value).name() in colours
    assert min(contrast(look.value, ground) for ground in (look.window, look.panel, look.canvas)) >= 3
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 40))
    assert not ring.isVisible(), "a click takes it away"


def test_the_ring_goes_with_the_widget_it_is_around(window: Callable[..., Window]) -> None:
    made = window()
    ring = FocusRing(made)
    widget = QWidget(made)
    widget.setGeometry(40, 60, 80, 20)
    widget.show()
    ring.show_on(widget)
    assert ring.geometry().contains(QPoint(80, 70))
    widget.move(300, 300)
    ring._settle()
    assert ring.geometry().contains(QPoint(340, 310)) and not ring.geometry().contains(QPoint(80, 70))
    widget.hide()
    ring._settle()
    assert not ring.isVisible()


# Screen readers -------------------------------------------------------------------------------------------------------


def test_everything_that_can_have_the_keyboard_has_a_name(desk: Desk) -> None:
    window = desk.window
    missing: list[str] = []
    for panel in window.workspace.docks:
        window.workspace.show_panel(panel)
        settle()
        missing += nameless(window)
    for node in sorted(desk.session.graph.nodes):
        desk.session.select([node])
        settle()
        missing += nameless(window.workspace.inspector)
    for section in ("appearance", "canvas", "running", "shortcuts", "plugins", "files"):
        window.show_preferences(section)
        missing += nameless(window.preferences)
    window.show_start()
    missing += nameless(window)
    window.show_help("elementwise.add")
    missing += nameless(window._help)
    window._help.close()
    assert not missing, sorted(set(missing))


def test_the_rule_catches_a_nameless_field(desk: Desk) -> None:
    planted = QLineEdit(desk.window)
    planted.show()
    assert nameless(desk.window)
    planted.setAccessibleName("Planted")
    assert not any("QLineEdit" in each and "Window" in each for each in nameless(desk.window))


def test_the_canvas_says_what_is_selected_what_feeds_it_and_what_is_wrong(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(view, "announce", lambda widget, sentence: said.append(sentence))
    desk.window.activateWindow()
    desk.window.canvas.setFocus()
    desk.session.select(["multiply"])
    told = desk.window.canvas.accessibleDescription()
    assert "Multiply" in told and "x from Constant" in told and "y from Parameter" in told and "float64" in told
    assert said[-1] == told
    desk.keys(Key.Key_Right)
    assert said[-1] != told, "arrow keys go on to the next node"
    desk.session.select(["probe"])
    assert "open" in desk.window.canvas.accessibleDescription()
    desk.session.select(["x", "y"])
    assert desk.window.canvas.accessibleDescription() == "2 nodes selected."


def test_the_outline_is_the_graph_as_a_table_that_keys_walk(desk: Desk) -> None:
    desk.window.workspace.show_panel("outline")
    settle()
    outline = desk.window.workspace.outline.tree
    rows = outline.model()
    assert {rows.index(k, 0).data() for k in range(rows.rowCount())} >= {"Multiply"}
    outline.setCurrentIndex(rows.index(0, 0))
    first = desk.session.current
    QTest.keyClick(outline, Key.Key_Down)
    assert desk.session.current is not None and desk.session.current != first


# Motion ---------------------------------------------------------------------------------------------------------------


def test_reduced_motion_stills_what_runs_along_the_wires(desk: Desk) -> None:
    canvas = desk.window.canvas
    desk.window.actions_table["reduced_motion"].trigger()
    canvas.pulse.start(len(canvas.scene.wires))
    assert not canvas.pulse.active
    desk.window.actions_table["reduced_motion"].trigger()
    canvas.pulse.start(len(canvas.scene.wires))
    assert canvas.pulse.active, "it runs where motion is wanted"
