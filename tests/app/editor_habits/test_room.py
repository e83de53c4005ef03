"""New nodes go where they are seen: beside each other, under nothing that lies on the canvas, or the view follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas import room
from app.canvas.find_bar import find_bar
from app.canvas.places import Spot
from app.canvas.quick_add import QuickAdd
from engine.graph import Content, Graph, Layout, Node, Note, Place
from tests.app.editor_habits.conftest import Desk


def add_by_tab(desk: Desk, qtbot: QtBot, word: str = "tanh") -> str:
    """Add an operator by Tab, its name and Return; return the node's id."""
    before = set(desk.session.graph.nodes)
    desk.keys(Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QuickAdd))
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QuickAdd)
    QTest.keyClicks(popup.palette_panel.search, word)
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)
    (added,) = set(desk.session.graph.nodes) - before
    return added


def in_view(desk: Desk, node: str) -> QRectF:
    """Return where a node is on the canvas, in pixels."""
    canvas = desk.window.canvas
    return canvas.camera.rect_to_view(canvas.scene.nodes[node].rect)


def look_at(desk: Desk, middle: QPointF) -> None:
    """Let the canvas look at a point of the scene, at 100 %, once it has its size; the pointer is elsewhere."""
    canvas = desk.window.canvas
    for _ in range(4):
        QApplication.processEvents()
    canvas.stay_at(Spot("", middle, 1.0))
    canvas.pointer = QPointF(-1, -1)
    canvas.setFocus()


def far() -> Content:
    """A small graph with a node far away: the minimap shows."""
    nodes = {id: Node(id, "elementwise.exp") for id in ("near", "far")}
    places = {"near": Place(0.0, 0.0), "far": Place(4000.0, 3000.0)}
    return Content(Graph(nodes), Layout(places, {"note": Note("note", "Here.", 260.0, 180.0, 120.0, 60.0)}))


def test_nodes_added_one_after_the_other_are_all_seen_beside_each_other(
    seat: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = seat(far())
    canvas = desk.window.canvas
    find_bar(canvas).begin()
    look_at(desk, QPointF(300.0, 200.0))
    assert canvas.minimap.isVisible()
    at = canvas.camera.origin
    added = [add_by_tab(desk, qtbot) for _ in range(6)]
    assert canvas.camera.origin == at, "there was room: nothing moved"
    boxes = [in_view(desk, node) for node in added]
    lying = [QRectF(each.geometry()) for each in (canvas.minimap, find_bar(canvas))]
    for k, box in enumerate(boxes):
        assert QRectF(canvas.rect()).contains(box)
        assert not any(box.intersects(each) for each in lying)
        assert not any(box.intersects(other) for other in boxes[:k])
        note = canvas.camera.rect_to_view(canvas.scene.notes["note"].rect)
        assert not box.intersects(note)


def test_where_the_view_is_full_it_follows(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    nodes = {f"exp_{k}": Node(f"exp_{k}", "elementwise.exp") for k in range(196)}
    places = {f"exp_{k}": Place(160.0 * (k % 14), 104.0 * (k // 14)) for k in range(196)}
    desk = seat(Content(Graph(nodes), Layout(places)))
    canvas = desk.window.canvas
    look_at(desk, canvas.scene.bounds().center())
    added = add_by_tab(desk, qtbot)
    box = in_view(desk, added)
    assert QRectF(canvas.rect()).contains(box) and not box.intersects(QRectF(canvas.minimap.geometry()))
    assert not any(canvas.scene.nodes[id].rect.intersects(canvas.scene.nodes[added].rect) for id in nodes), (
        "it lies on no other"
    )


def test_tab_at_the_same_place_twice_stacks_nothing(desk: Desk, qtbot: QtBot) -> None:
    look_at(desk, QPointF(480.0, 380.0))
    desk.hands.move(QPointF(480, 420))
    first = add_by_tab(desk, qtbot)
    place = desk.session.layout.places[first]
    assert abs(place.x - 480.0) <= 8 and abs(place.y - 420.0) <= 8, "at the pointer"
    second = add_by_tab(desk, qtbot)
    items = desk.window.canvas.scene.nodes
    assert not items[first].rect.intersects(items[second].rect)


@pytest.mark.parametrize("edge", ["right", "bottom", "minimap"])
def test_what_would_be_hidden_at_the_pointer_is_brought_into_view(
    seat: Callable[..., Desk], qtbot: QtBot, edge: str
) -> None:
    desk = seat(far())
    canvas = desk.window.canvas
    look_at(desk, QPointF(300.0, 200.0))
    spots = {
        "right": QPointF(canvas.width() - 20, 300),
        "bottom": QPointF(300, canvas.height() - 20),
        "minimap": QPointF(canvas.minimap.geometry().left() - 40, canvas.minimap.geometry().top() + 30),
    }
    desk.hands.move(canvas.camera.to_scene(spots[edge]))
    added = add_by_tab(desk, qtbot)
    box = in_view(desk, added)
    assert QRectF(canvas.rect()).contains(box) and not box.intersects(QRectF(canvas.minimap.geometry()))


def test_what_lies_on_the_canvas_is_counted_while_it_is_shown(desk: Desk) -> None:
    canvas = desk.window.canvas
    bar = find_bar(canvas)
    bar.begin()
    assert QRectF(bar.geometry()) in room.covered(canvas)
    bar.end()
    assert QRectF(bar.geometry()) not in room.covered(canvas)
