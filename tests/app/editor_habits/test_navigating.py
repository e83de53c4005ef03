"""Navigating, as the issue has it:

"Smooth zoom to the cursor, pan by middle button, space-drag, trackpad and pinch, telling trackpad from wheel by itself;
fit all / selection; minimap; bookmarks; jump to source or target of a wire; back and forward; several views on one
document; tabs and windows for several documents; split view of two graphs with their difference (added, removed,
changed ...)."
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from app import bookmarks
from app.assets import SAMPLES
from app.bookmarks_card import BookmarksCard
from app.canvas import Canvas, menus
from app.canvas.places import Places, Spot
from app.canvas.wheel import Hand, Telling, Turn
from app.compare_window import CompareWindow
from app.theme import appearance
from app.window import Window
from engine.edits import RemoveNode
from engine.files import read, save
from engine.graph import Content, Layout, Place
from tests.app.canvas.conftest import Hands, line_fit, wire
from tests.app.conftest import Answers, line
from tests.app.editor_habits.conftest import Desk
from tests.engine.control_graphs import body_graph

Make = Callable[..., Window]
Left, Middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Scroll = Qt.ScrollPhase
GRAPH = body_graph(
    {
        "constant_1": {"value": (1.0, 2.0)}, "for_1": {}, "for_1/input_1": "x", "for_1/tanh_1": {},
        "for_1/output_1": "x",
    },
    "constant_1>for_1.carry.0 input_1>tanh_1 tanh_1>output_1.value",
)  # fmt: skip
LOOP = Content(GRAPH, Layout({id: Place(300.0 * k, 0.0) for k, id in enumerate(GRAPH.nodes)}))


def roll(
    canvas: Canvas, pixels: QPoint, turns: QPoint, phase: Qt.ScrollPhase = Scroll.NoScrollPhase,
    keys: Qt.KeyboardModifier = NONE, at: QPointF | None = None,
) -> None:  # fmt: skip
    """Send what a wheel or two fingers send."""
    at = at or QPointF(300, 200)
    event = QWheelEvent(at, canvas.mapToGlobal(at), pixels, turns, Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(canvas, event)


def pinch(canvas: Canvas, at: QPointF, by: float, kind: Qt.NativeGestureType) -> None:
    """Send what two fingers that part send."""
    fingers = QPointingDevice.primaryPointingDevice()
    event = QNativeGestureEvent(kind, fingers, 2, at, at, canvas.mapToGlobal(at), by, QPointF())
    QApplication.sendEvent(canvas, event)


@pytest.fixture
def seat(seat: Callable[..., Desk]) -> Callable[..., Desk]:
    """Desks whose panels have taken their sizes: until then the canvas fits its graph anew."""

    def settled(content: Content | None = None, **more: object) -> Desk:
        desk = seat(content, **more)
        for _ in range(5):
            QApplication.processEvents()
        desk.window.canvas.zoom_to(1.0)
        return desk

    return settled


@pytest.fixture
def rest(qtbot: QtBot) -> Callable[[Canvas], None]:
    """Wait until a canvas moves no more."""

    def waited(canvas: Canvas) -> None:
        qtbot.waitUntil(lambda: not canvas.glide.active)

    return waited


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


# Zoom and pan ------------------------------------------------------------------------------------------------


def test_smooth_zoom_to_the_cursor(desk: Desk, rest: Callable[[Canvas], None], qtbot: QtBot) -> None:
    canvas, at = desk.window.canvas, QPointF(420, 260)
    held, seen = canvas.camera.to_scene(at), []
    canvas.zoom_changed.connect(seen.append)
    roll(canvas, QPoint(), QPoint(0, 240), at=at)
    assert canvas.glide.active and 1.0 < canvas.camera.zoom < 1.43, "it begins at once, and is not there at once"
    rest(canvas)
    assert canvas.camera.zoom == pytest.approx(1.0015**240) and len(set(seen)) > 3
    assert seen == sorted(seen), "it only grows"
    assert (canvas.camera.to_view(held) - at).manhattanLength() < 1e-6


def test_turns_of_the_wheel_add_up_while_the_zoom_goes_on(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    canvas = desk.window.canvas
    for _ in range(3):
        roll(canvas, QPoint(), QPoint(0, 120))
    rest(canvas)
    assert canvas.camera.zoom == pytest.approx(1.0015**360)


def test_with_reduced_motion_the_zoom_is_there_at_once(desk: Desk) -> None:
    canvas = desk.window.canvas
    desk.window.toggle_reduced_motion()
    try:
        roll(canvas, QPoint(), QPoint(0, 240))
        assert not canvas.glide.active and canvas.camera.zoom == pytest.approx(1.0015**240)
        desk.keys(Qt.Key.Key_Home)
        assert not canvas.glide.active and canvas.seen().contains(canvas.scene.bounds())
    finally:
        appearance().reduced_motion = False


@pytest.mark.parametrize("how", ["middle", "space"])
def test_pan_by_middle_button_and_by_space_drag(desk: Desk, how: str) -> None:
    canvas = desk.window.canvas
    origin, graph = QPointF(canvas.camera.origin), desk.session.content
    start, button = QPoint(380, 20), Middle if how == "middle" else Left
    if how == "space":
        QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, button, NONE, start)
    for k in range(1, 5):
        QTest.mouseMove(canvas, start + QPoint(15, 10) * k)
    QTest.mouseRelease(canvas, button, NONE, start + QPoint(60, 40))
    if how == "space":
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert (origin - canvas.camera.origin - QPointF(60, 40)).manhattanLength() < 2
    assert desk.session.content is graph and desk.session.run_state == "idle"


def test_two_fingers_on_a_trackpad_pan_both_ways(desk: Desk) -> None:
    canvas = desk.window.canvas
    origin = QPointF(canvas.camera.origin)
    for phase in (Scroll.ScrollBegin, Scroll.ScrollUpdate, Scroll.ScrollMomentum):
        roll(canvas, QPoint(-10, 24), QPoint(-20, 48), phase)
    assert canvas.camera.zoom == 1.0 and not canvas.glide.active
    assert (origin - canvas.camera.origin) == QPointF(-30, 72)


def test_two_fingers_with_ctrl_zoom_without_delay(desk: Desk) -> None:
    canvas, at = desk.window.canvas, QPointF(500, 300)
    held = canvas.camera.to_scene(at)
    roll(canvas, QPoint(0, 20), QPoint(0, 40), Scroll.ScrollUpdate, CTRL, at)
    assert canvas.camera.zoom > 1.05 and not canvas.glide.active
    assert (canvas.camera.to_view(held) - at).manhattanLength() < 1e-6


def test_pinch_zooms_at_the_fingers_and_a_double_tap_fits(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    canvas, at = desk.window.canvas, QPointF(500, 40)
    held = canvas.camera.to_scene(at)
    pinch(canvas, at, 0.25, Qt.NativeGestureType.ZoomNativeGesture)
    pinch(canvas, at, -0.1, Qt.NativeGestureType.ZoomNativeGesture)
    assert canvas.camera.zoom == pytest.approx(1.25 * 0.9)
    assert (canvas.camera.to_view(held) - at).manhattanLength() < 1e-6
    pinch(canvas, QPointF(2, 2), 0.0, Qt.NativeGestureType.SmartZoomNativeGesture)
    rest(canvas)
    assert canvas.seen().contains(canvas.scene.bounds())


NOTHING, NOTCH = QPoint(), QPoint(0, 120)


@pytest.mark.parametrize(
    ("events", "hands"),
    [
        ([(False, False, NOTHING, NOTCH)], [Hand.WHEEL]),
        ([(False, False, QPoint(0, 15), NOTCH)], [Hand.WHEEL]),  # X11 gives wheels pixels too
        ([(True, False, NOTHING, NOTCH)], [Hand.TRACKPAD]),  # the system says so
        ([(False, True, QPoint(0, 3), QPoint(0, 6))], [Hand.TRACKPAD]),  # a gesture begins and ends
        ([(False, False, NOTHING, QPoint(8, 40))], [Hand.TRACKPAD]),  # two axes at once
        ([(False, False, QPoint(0, 4), NOTHING)], [Hand.TRACKPAD]),
        ([(False, False, NOTHING, QPoint(0, 30))], [Hand.WHEEL]),  # a fine wheel
        ([(False, False, NOTHING, QPoint(0, 7)), (False, False, NOTHING, QPoint(0, 30))], [Hand.TRACKPAD] * 2),
        ([(False, False, NOTHING, NOTCH), (False, False, NOTHING, QPoint(0, 7))], [Hand.WHEEL] * 2),
    ],
)
def test_trackpad_is_told_from_wheel_by_itself(
    events: list[tuple[bool, bool, QPoint, QPoint]], hands: list[Hand]
) -> None:
    telling = Telling()
    assert [telling.hand(Turn(*event, 10 * k)) for k, event in enumerate(events)] == hands


def test_what_a_doubtful_turn_comes_from_is_forgotten_after_a_while() -> None:
    telling = Telling()
    assert telling.hand(Turn(False, False, NOTHING, QPoint(0, 7), 0)) is Hand.TRACKPAD
    assert telling.hand(Turn(False, False, NOTHING, QPoint(0, 30), 5_000)) is Hand.WHEEL


def test_fit_all_and_fit_selection_by_key(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    canvas, hands = desk.window.canvas, desk.hands
    canvas.zoom_to(3.0)
    desk.keys(Qt.Key.Key_Home)
    rest(canvas)
    assert canvas.seen().contains(canvas.scene.bounds())
    hands.click(hands.head("x"))
    hands.click(hands.head("w"), SHIFT)
    desk.keys(Qt.Key.Key_Home, SHIFT)
    rest(canvas)
    both = canvas.scene.nodes["x"].rect.united(canvas.scene.nodes["w"].rect)
    assert canvas.seen().contains(both) and (canvas.seen().center() - both.center()).manhattanLength() < 1
    assert canvas.camera.zoom == 1.0, "never larger than life"
    assert not canvas.seen().contains(canvas.scene.nodes["adam"].rect)


def test_the_minimap_shows_where_one_is_and_leads_elsewhere(desk: Desk) -> None:
    canvas = desk.window.canvas
    canvas.zoom_to(2.5)
    minimap = canvas.minimap
    assert minimap.isVisible()
    middle = canvas.seen().center()
    QTest.mousePress(minimap, Left, NONE, QPoint(minimap.width() - 20, 20))
    first = canvas.seen().center()
    QTest.mouseMove(minimap, QPoint(20, minimap.height() - 20))
    QTest.mouseRelease(minimap, Left, NONE, QPoint(20, minimap.height() - 20))
    assert first.x() > middle.x() and canvas.seen().center().x() < first.x(), "a drag keeps going there"


# Bookmarks, jumps, back and forward --------------------------------------------------------------------------


def test_a_bookmark_is_named_gone_to_undone_and_kept_in_the_file(
    desk: Desk, rest: Callable[[Canvas], None], tmp_path: Path
) -> None:
    window, canvas = desk.window, desk.window.canvas
    desk.hands.click(desk.hands.head("mse"))
    canvas.centre_on(QPointF(700, 200))
    desk.keys(Qt.Key.Key_B, CTRL)
    (card,) = window.findChildren(BookmarksCard)
    assert card.field.text() == "Mean squared error", "the selected node's name is proposed"
    card.field.selectAll()
    QTest.keyClicks(card.field, "the loss")
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    assert [mark.name for mark in desk.session.layout.bookmarks.values()] == ["the loss"]
    save(tmp_path / "marked.dgraph", desk.session.content)
    assert read(tmp_path / "marked.dgraph").layout.bookmarks == desk.session.layout.bookmarks
    canvas.centre_on(QPointF(-900, 900))
    window.actions_table.refresh()
    below = next(
        action.menu() for action in window.actions_table.menu("Go", window).actions()
        if action.menu() is not None and action.text() == "Go to bookmark"
    )  # fmt: skip
    below.actions()[0].trigger()
    rest(canvas)
    assert (canvas.seen().center() - QPointF(700, 200)).manhattanLength() < 2
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert not desk.session.layout.bookmarks


def test_a_digit_bookmarks_with_ctrl_and_leads_back_without(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    canvas, session = desk.window.canvas, desk.session
    desk.keys(Qt.Key.Key_3)
    assert "Ctrl+3" in desk.window.status.message.text(), "it says how to make one"
    canvas.set_view(canvas.view_at(QPointF(500, 100), 1.7))
    desk.keys(Qt.Key.Key_3, CTRL)
    canvas.set_view(canvas.view_at(QPointF(-500, 700), 0.4))
    desk.keys(Qt.Key.Key_3)
    rest(canvas)
    assert canvas.camera.zoom == pytest.approx(1.7)
    assert (canvas.seen().center() - QPointF(500, 100)).manhattanLength() < 1
    canvas.set_view(canvas.view_at(QPointF(0, 0), 1.0))
    desk.keys(Qt.Key.Key_3, CTRL)
    assert [mark.key for mark in session.layout.bookmarks.values()] == [3], "the digit leads to the newer place only"


def test_bookmarks_are_listed_renamed_numbered_and_removed_by_keys(desk: Desk) -> None:
    window, session = desk.window, desk.session
    for name in ("one", "two"):
        bookmarks.add(window.canvas, name)
    desk.keys(Qt.Key.Key_B, CTRL | SHIFT)
    (card,) = window.findChildren(BookmarksCard)
    assert [card.list.topLevelItem(k).text(1) for k in range(2)] == ["one", "two"]
    QTest.keyClick(card.list, Qt.Key.Key_Down)
    QTest.keyClick(card.list, Qt.Key.Key_7)
    assert {mark.name: mark.key for mark in session.layout.bookmarks.values()} == {"one": 0, "two": 7}
    assert card.list.topLevelItem(0).text(1) == "two", "those with a digit come first"
    card.list.topLevelItem(0).setText(1, "zwei")
    QTest.keyClick(card.list, Qt.Key.Key_Delete)
    assert [mark.name for mark in session.layout.bookmarks.values()] == ["one"]
    session.undo()
    assert {mark.name for mark in session.layout.bookmarks.values()} == {"one", "zwei"}


def test_bookmarks_stand_in_the_command_palette(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    window, canvas = desk.window, desk.window.canvas
    canvas.set_view(canvas.view_at(QPointF(640, 80), 1.2))
    bookmarks.add(canvas, "somewhere")
    canvas.set_view(canvas.view_at(QPointF(-640, 80), 1.2))
    desk.keys(Qt.Key.Key_K, CTRL)
    QTest.keyClicks(window.commands.field, "somewhere")
    QTest.keyClick(window.commands.field, Qt.Key.Key_Return)
    rest(canvas)
    assert (canvas.seen().center() - QPointF(640, 80)).manhattanLength() < 1


def test_a_bookmark_leads_into_its_body_and_says_where_that_is_gone(
    seat: Callable[..., Desk], rest: Callable[[Canvas], None]
) -> None:
    desk = seat(LOOP)
    session, canvas = desk.session, desk.window.canvas
    session.enter("for_1")
    desk.keys(Qt.Key.Key_1, CTRL)
    session.leave()
    desk.keys(Qt.Key.Key_1)
    rest(canvas)
    assert session.body == canvas.scene.body == "for_1"
    session.leave()
    for id in ("tanh_1", "input_1", "output_1", "for_1"):
        session.apply(RemoveNode(id))
    desk.keys(Qt.Key.Key_1)
    assert session.body == "" and "gone" in desk.window.status.message.text()


def test_jump_to_source_or_target_of_a_wire_by_key_and_by_its_menu(desk: Desk) -> None:
    session, hands, canvas = desk.session, desk.hands, desk.window.canvas
    for key, node in ((Qt.Key.Key_Comma, "multiply"), (Qt.Key.Key_Period, "add")):
        session.select((), (), [wire("multiply.value", "add.x")])
        desk.keys(key, ALT)
        assert session.current == node and canvas.glowing == node
    session.select((), (), [wire("multiply.value", "add.x")])
    menu = QMenu(canvas)
    path = canvas.scene.wires[wire("multiply.value", "add.x")].path
    menus.fill(canvas, menu, canvas.what_is_at(QPointF(hands.at(path.pointAtPercent(0.5)))), None)
    next(action for action in menu.actions() if action.text() == "Go to where it ends").trigger()
    assert session.current == "add"
    menu.deleteLater()


def test_jump_along_wires_from_a_node_which_asks_where_there_are_several(desk: Desk) -> None:
    session, hands = desk.session, desk.hands
    hands.click(hands.head("mse"))
    desk.keys(Qt.Key.Key_Period, ALT)
    assert session.current == "adam", "there is one way on"
    hands.click(hands.head("mse"))
    desk.keys(Qt.Key.Key_Comma, ALT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and len(menu.actions()) == 2, "there are two ways back: it asks"
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert session.current in ("add", "y")


def test_jump_from_the_socket_under_the_pointer(desk: Desk) -> None:
    session, hands, canvas = desk.session, desk.hands, desk.window.canvas
    canvas.centre_on(canvas.scene.nodes["mse"].rect.center())
    hands.move(hands.head("mse"))
    hands.move(hands.socket("mse.target", output=False))
    assert canvas.hover.socket is not None
    desk.keys(Qt.Key.Key_Comma, ALT)
    assert session.current == "y"
    session.select()
    QTest.mouseMove(canvas, QPoint(4, canvas.height() - 4))
    desk.keys(Qt.Key.Key_Comma, ALT)
    assert session.current is None and "Select a wire" in desk.window.status.message.text()


def test_back_and_forward_by_keys_and_by_the_mouse(desk: Desk, rest: Callable[[Canvas], None]) -> None:
    session, canvas = desk.session, desk.window.canvas
    canvas.zoom_to(2.0)
    canvas.centre_on(QPointF(60, 60))
    session.reveal("adam")
    session.reveal("x")
    at_x = QPointF(canvas.camera.origin)
    desk.keys(Qt.Key.Key_Left, ALT)
    rest(canvas)
    assert canvas.seen().contains(canvas.scene.nodes["adam"].rect)
    QTest.mouseClick(canvas, Qt.MouseButton.BackButton, NONE, QPoint(10, 10))
    rest(canvas)
    assert (canvas.seen().center() - QPointF(60, 60)).manhattanLength() < 1
    desk.keys(Qt.Key.Key_Right, ALT)
    rest(canvas)
    QTest.mouseClick(canvas, Qt.MouseButton.ForwardButton, NONE, QPoint(10, 10))
    rest(canvas)
    assert (canvas.camera.origin - at_x).manhattanLength() < 1
    assert not canvas.can_go(+1)


def test_back_leads_out_of_a_body_and_forward_into_it_again(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    session, hands = desk.session, desk.hands
    session.reveal("tanh_1")
    assert session.body == "for_1"
    desk.keys(Qt.Key.Key_Left, ALT)
    assert session.body == "", "entering and showing the node was one jump"
    assert desk.window.canvas.camera.zoom == 1.0
    desk.keys(Qt.Key.Key_Right, ALT)
    assert session.body == "for_1"
    assert hands.canvas.scene.body == "for_1"


def test_the_history_forgets_what_lay_ahead_and_passes_over_what_is_gone() -> None:
    places, spots = Places(), [Spot(str(k), QPointF(k, 0), 1.0) for k in range(5)]
    for spot in spots[:4]:
        places.jump(spot)
    assert places.go(-1, spots[4], lambda spot: spot.body != "3") == spots[2]
    assert places.go(+1, spots[2], lambda spot: True) == spots[3]
    places.jump(Spot("new", QPointF(), 1.0))
    assert not places.can_go(+1, lambda spot: True)


# Several views on one document -------------------------------------------------------------------------------


def test_two_views_on_one_document_each_with_its_place_and_body(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    window, session = desk.window, desk.session
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes = window.workspace.panes
    first, second = (pane.canvas for pane in panes.panes)
    assert window.canvas is first and first.isVisible() and second.isVisible()
    QTest.mouseClick(second, Left, NONE, QPoint(5, 5))
    assert window.canvas is second and not first.active
    session.enter("for_1")
    assert second.scene.body == "for_1" and first.scene.body == "" and set(first.scene.nodes) == {"constant_1", "for_1"}
    place = QPointF(first.camera.origin)
    second.zoom_to(0.6)
    assert first.camera.zoom == 1.0 and first.camera.origin == place
    QTest.mouseClick(first, Left, NONE, QPoint(5, 5))
    assert session.body == "" and second.scene.body == "for_1", "commands act where one clicked"
    desk.keys(Qt.Key.Key_F9)
    assert window.canvas is second and session.body == "for_1"


def test_what_is_edited_in_one_view_shows_in_the_other(desk: Desk) -> None:
    window = desk.window
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    first, second = (pane.canvas for pane in window.workspace.panes.panes)
    hands = Hands(second)
    before = second.scene.nodes["probe"].corner
    hands.drag(hands.head("probe"), hands.head("probe") + QPointF(48, 24))
    assert first.scene.nodes["probe"].corner == second.scene.nodes["probe"].corner != before
    desk.keys(Qt.Key.Key_Z, CTRL, on=second)
    assert first.scene.nodes["probe"].corner == before


def test_a_view_leaves_a_body_that_is_gone_and_closes_by_its_cross(seat: Callable[..., Desk]) -> None:
    desk = seat(LOOP)
    window, session = desk.window, desk.session
    session.enter("for_1")
    desk.keys(Qt.Key.Key_Backslash, CTRL)
    panes = window.workspace.panes
    first, second = (pane.canvas for pane in panes.panes)
    QTest.mouseClick(second, Left, NONE, QPoint(5, 5))
    session.enter("")
    assert first.scene.body == "for_1"
    for id in ("tanh_1", "input_1", "output_1", "for_1"):
        session.apply(RemoveNode(id))
    assert first.scene.body == "" and set(first.scene.nodes) == {"constant_1"}
    QTest.mouseClick(panes.panes[1].head.close_button, Left)
    assert not panes.split and window.canvas is first and first.active


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
    first.session.look_again()
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


# Two graphs and their difference -----------------------------------------------------------------------------


@pytest.fixture
def compared(desk: Desk, answers: Answers, tmp_path: Path, qtbot: QtBot) -> CompareWindow:
    """A window in which a node was added, one removed and one changed since the file was saved."""
    path = tmp_path / "before.dgraph"
    save(path, desk.session.content)
    desk.session.set_setting("w", "value", 2.5)
    desk.session.select(["probe"])
    desk.session.remove_selected()
    desk.session.insert("activations.tanh", Place(264.0, 280.0))
    answers.open_path = path
    desk.keys(Qt.Key.Key_D, CTRL | ALT)
    (shown,) = desk.window.findChildren(CompareWindow)
    shown.resize(1200, 700)
    qtbot.waitExposed(shown)
    return shown


def test_two_graphs_stand_side_by_side_with_what_was_added_removed_and_changed(compared: CompareWindow) -> None:
    before, after = compared.before.canvas, compared.after.canvas
    (tanh,) = set(after.scene.nodes) - set(before.scene.nodes)
    assert before.marks.nodes == {"probe": "-", "w": "~"} and after.marks.nodes == {tanh: "+", "w": "~"}
    assert compared.summary.text() == "1 added, 1 removed, 1 changed"
    assert [(row.sign, row.title) for row in compared.rows] == [("-", "Probe"), ("+", "Tanh"), ("~", "Parameter")]
    assert compared.rows[2].details == ("value: default (0.0) → 2.5",)
    image, theme = before.grab().toImage(), appearance().theme
    box = before.camera.rect_to_view(before.scene.nodes["probe"].rect)
    sign = box.topLeft() - QPointF(4, 4) * before.camera.factor - QPointF(6, 0)
    assert image.pixelColor(sign.toPoint()).name() == theme.bad, "a sign in the colour of what is gone"


def test_a_click_on_a_difference_centres_both_and_the_cameras_go_together(compared: CompareWindow) -> None:
    before, after = compared.before.canvas, compared.after.canvas
    item = next(item for item in compared._items() if item.text(0) == "Parameter")
    rect = compared.list.visualItemRect(item)
    QTest.mouseClick(compared.list.viewport(), Left, NONE, rect.center())
    for canvas in (before, after):
        assert (canvas.seen().center() - canvas.scene.nodes["w"].rect.center()).manhattanLength() < 2
        assert canvas.session.current == "w"
    start = QPoint(before.width() // 2, before.height() - 30)
    QTest.mousePress(before, Middle, NONE, start)
    QTest.mouseMove(before, start + QPoint(40, -25))
    QTest.mouseRelease(before, Middle, NONE, start + QPoint(40, -25))
    assert (before.seen().center() - after.seen().center()).manhattanLength() < 1
    roll(after, QPoint(0, 20), QPoint(0, 40), Scroll.ScrollUpdate, CTRL)
    assert before.camera.zoom == after.camera.zoom != 1.0


def test_differences_are_gone_through_by_key_and_the_two_can_be_swapped(compared: CompareWindow) -> None:
    seen = []
    for _ in range(4):
        compared.step(+1)
        seen.append(compared.list.currentItem().text(0))
    assert seen == ["Probe", "Tanh", "Parameter", "Probe"]
    QTest.mouseClick(compared.swap_button, Left)
    assert [(row.sign, row.title) for row in compared.rows] == [("-", "Tanh"), ("+", "Probe"), ("~", "Parameter")]


def test_what_is_compared_is_only_looked_at(compared: CompareWindow, desk: Desk) -> None:
    canvas = compared.after.canvas
    graph, own = canvas.session.content, desk.session.content
    hands = Hands(canvas)
    hands.drag(hands.head("x"), hands.head("x") + QPointF(80, 80))
    hands.double_click(hands.head("x"))
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_W, Qt.Key.Key_3):
        QTest.keyClick(canvas, key)
    assert canvas.session.content is graph and desk.session.content is own
    compared.close()
