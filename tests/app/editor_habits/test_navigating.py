"""Navigating, as the issue has it:

"Smooth zoom to the cursor, pan by middle button, space-drag, trackpad and pinch, telling trackpad from wheel by itself;
fit all / selection; minimap; bookmarks; jump to source or target of a wire; back and forward."

Its other sentences are in `test_views.py` and `test_tabs.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app import bookmarks
from app.bookmarks_card import BookmarksCard
from app.canvas import Canvas, menus
from app.canvas.places import Places, Spot
from app.canvas.wheel import Hand, Telling, Turn
from app.theme import appearance
from app.window import Window
from engine.edits import RemoveNode
from engine.files import read, save
from engine.graph import Content
from tests.app.canvas.conftest import wire
from tests.app.editor_habits.conftest import LOOP, Desk
from tests.app.editor_habits.devices import ALT, CTRL, NONE, SHIFT, Left, Middle, Scroll, pinch, roll

Make = Callable[..., Window]


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
