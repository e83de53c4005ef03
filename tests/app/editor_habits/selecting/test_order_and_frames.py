"""In line, laid out by itself, framed and noted: the other half of what `test_selecting.py` quotes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.canvas import menus, note_text
from engine.graph import Note, Place
from tests.app.canvas.conftest import agrees, wire
from tests.app.editor_habits.conftest import Desk, choose
from tests.app.editor_habits.selecting.conftest import (
    ALT,
    CONTROL,
    SHIFT,
    Key,
    place,
    pull,
    rect,
    undone,
    with_notes,
)

# In line --------------------------------------------------------------------------------------------------------------

EDGES = {
    "left": (Key.Key_Left, lambda box: box.left()),
    "right": (Key.Key_Right, lambda box: box.right()),
    "top": (Key.Key_Up, lambda box: box.top()),
    "bottom": (Key.Key_Down, lambda box: box.bottom()),
    "centre": (Key.Key_C, lambda box: box.center().x()),
    "middle": (Key.Key_M, lambda box: box.center().y()),
}


@pytest.mark.parametrize("how", EDGES)
def test_align(desk: Desk, how: str) -> None:
    key, edge = EDGES[how]
    before = desk.session.content
    choose(desk, "x", "add", "adam")
    desk.keys(key, ALT | SHIFT)
    assert len({edge(rect(desk, id)) for id in ("x", "add", "adam")}) == 1
    words = {"left": "left edges", "right": "right edges", "top": "tops", "bottom": "bottoms", "centre": "centres"}
    undone(desk, before, f"Align {words.get(how, 'middles')}")


def test_collapsed_nodes_are_aligned_by_the_size_they_have(desk: Desk) -> None:
    """The right edges of a pill and of open nodes are one line (Houdini's and Unreal's complaint)."""
    choose(desk, "add")
    desk.keys(Key.Key_H)
    choose(desk, "add", "mse")
    desk.keys(Key.Key_S, ALT | SHIFT)
    laid = desk.window.canvas.scene.wires[wire("add.value", "mse.prediction")]
    assert laid.start.y() == laid.end.y()
    desk.keys(Key.Key_Right, ALT | SHIFT)
    assert rect(desk, "add").height() < 40 < rect(desk, "mse").height()
    assert rect(desk, "add").right() == rect(desk, "mse").right()


def test_distribute_leaves_equal_gaps_and_the_outermost_where_they_are(desk: Desk) -> None:
    before = desk.session.content
    choose(desk, "x", "multiply", "add", "adam")
    ends = rect(desk, "x"), rect(desk, "adam")
    desk.keys(Key.Key_H, ALT | SHIFT)
    row = sorted((rect(desk, id) for id in ("x", "multiply", "add", "adam")), key=lambda box: box.left())
    gaps = [b.left() - a.right() for a, b in itertools.pairwise(row)]
    assert max(gaps) - min(gaps) <= 8.0, "equal but for the grid"
    assert (row[0], row[-1]) == ends
    undone(desk, before, "Distribute across")


def test_straighten_makes_wires_level_by_moving_nodes(desk: Desk) -> None:
    before = desk.session.content
    choose(desk, "multiply", "add", "mse")
    desk.keys(Key.Key_S, ALT | SHIFT)
    wires = desk.window.canvas.scene.wires
    for ends in (("multiply.value", "add.x"), ("add.value", "mse.prediction")):
        assert wires[wire(*ends)].start.y() == wires[wire(*ends)].end.y()
    assert place(desk, "multiply") == (264.0, 64.0), "the leftmost stays"
    undone(desk, before, "Straighten wires")


# Automatic layout -----------------------------------------------------------------------------------------------------


def test_all_nodes_are_laid_out_in_layers_without_overlap(desk: Desk) -> None:
    before = desk.session.content
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    names = sorted(desk.window.canvas.scene.nodes)
    assert not any(rect(desk, a).intersects(rect(desk, b)) for a, b in itertools.combinations(names, 2))
    for source, target in desk.session.graph.wires:
        assert rect(desk, source.node).right() < rect(desk, target.node).left()
    undone(desk, before, "Arrange nodes")


def test_the_selection_alone_is_laid_out(desk: Desk) -> None:
    choose(desk, "multiply", "add", "mse")
    before = {id: place(desk, id) for id in ("x", "y", "w", "b", "adam", "probe")}
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    assert {id: place(desk, id) for id in before} == before
    assert min(place(desk, id)[0] for id in ("multiply", "add", "mse")) == 264.0
    assert desk.session.document.undo_name == "Arrange nodes"


def test_a_small_change_moves_little_and_arranging_twice_nothing(desk: Desk) -> None:
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    once = {id: place(desk, id) for id in desk.session.graph.nodes}
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    assert {id: place(desk, id) for id in desk.session.graph.nodes} == once
    new = desk.session.insert("activations.tanh", Place(1200.0, 500.0))
    desk.session.connect_wire(wire("add.value", f"{new}.x"))
    desk.session.select()
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    now = {id: place(desk, id) for id in once}
    for one, other in itertools.combinations(sorted(once), 2):
        if once[one][0] == once[other][0]:
            assert (once[one][1] < once[other][1]) == (now[one][1] < now[other][1]), "the order down a column is kept"


def test_arranging_keeps_the_nodes_of_a_frame_together(desk: Desk) -> None:
    choose(desk, "w", "b", "add")
    desk.keys(Key.Key_J, CONTROL)
    desk.keys(Key.Key_Escape, on=desk.window.canvas.findChild(QPlainTextEdit))
    desk.session.select()
    desk.keys(Key.Key_L, CONTROL | SHIFT)
    (item,) = desk.window.canvas.scene.notes.values()
    for id in desk.session.graph.nodes:
        assert item.rect.contains(rect(desk, id)) == (id in {"w", "b", "add"})
        assert item.rect.intersects(rect(desk, id)) == (id in {"w", "b", "add"})


# Frames ---------------------------------------------------------------------------------------------------------------

FRAME = Note("note_1", "Inputs", -24.0, -64.0, 232.0, 336.0, ("x", "w"), frame=True)


def test_a_frame_is_put_around_the_selection_by_a_command_and_takes_its_title(desk: Desk) -> None:
    before = desk.session.content
    choose(desk, "multiply", "add")
    desk.keys(Key.Key_J, CONTROL)
    field = desk.window.canvas.findChild(QPlainTextEdit)
    desk.type("The model", on=field)
    desk.keys(Key.Key_Return, CONTROL, on=field)
    (note,) = desk.session.layout.notes.values()
    assert note.is_frame and set(note.nodes) == {"multiply", "add"} and note.text == "The model"
    box = desk.window.canvas.scene.notes[note.id].rect
    assert box.contains(rect(desk, "multiply")) and box.contains(rect(desk, "add"))
    desk.keys(Key.Key_Z, CONTROL)
    undone(desk, before, "Add frame")


def test_a_frame_carries_its_nodes_when_its_title_is_dragged_and_when_keys_move_it(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(FRAME))
    before = desk.session.content
    grip = QPointF(60, -50)
    pull(desk, grip, QPointF(48, -80))
    assert (place(desk, "x"), place(desk, "w"), place(desk, "b")) == ((48.0, -80.0), (48.0, 64.0), (0.0, 288.0))
    moved = desk.session.layout.notes["note_1"]
    assert (moved.x, moved.y) == (24.0, -144.0)
    agrees(desk.window.canvas)
    undone(desk, before, "Move")
    desk.hands.click(grip)
    desk.keys(Key.Key_Right, SHIFT)
    assert place(desk, "w") == (8.0, 144.0)


def test_a_node_dropped_into_a_frame_joins_it_and_one_dragged_out_leaves(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(replace(FRAME, height=320.0)))
    before = desk.session.content
    head = desk.hands.head("w")
    desk.hands.drag(head, head + QPointF(240, 260))
    assert desk.session.layout.notes["note_1"].nodes == ("x",)
    undone(desk, before, "Move to another frame")
    desk.window.actions_table["pushing"].trigger()
    head = desk.hands.head("probe")
    desk.hands.drag(head, QPointF(60, 120))
    assert set(desk.session.layout.notes["note_1"].nodes) == {"x", "w", "probe"}
    grip = QPointF(60, -50)
    was = place(desk, "probe")
    pull(desk, grip, QPointF(0, -40))
    assert place(desk, "probe") == (was[0], was[1] - 40)


def test_a_frame_stays_a_frame_when_its_last_node_left(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(replace(FRAME, nodes=("x",), height=180.0)))
    head = desk.hands.head("x")
    desk.hands.drag(head, head + QPointF(300, 480))
    note = desk.session.layout.notes["note_1"]
    assert note.nodes == () and note.is_frame
    head = desk.hands.head("x")
    desk.hands.drag(head, QPointF(70, 20))
    assert desk.session.layout.notes["note_1"].nodes == ("x",)


def test_a_frame_in_a_frame_moves_with_it(seat: Callable[..., Desk]) -> None:
    inner = Note("note_2", "inner", -8.0, -40.0, 200.0, 140.0, ("x",), frame=True)
    desk = seat(with_notes(replace(FRAME, nodes=("w",)), inner))
    grip = QPointF(150, -58)
    pull(desk, grip, QPointF(16, 24))
    notes = desk.session.layout.notes
    assert (notes["note_1"].x, notes["note_2"].x, place(desk, "x")) == (-8.0, 8.0, (16.0, 24.0))


def test_a_frame_is_resized_by_its_corner_but_never_smaller_than_what_it_carries(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(FRAME))
    item = desk.window.canvas.scene.notes["note_1"]
    corner = item.rect.bottomRight() - QPointF(5, 5)
    pull(desk, corner, QPointF(80, 40))
    note = desk.session.layout.notes["note_1"]
    assert (note.width, note.height) == (312.0, 376.0)
    assert desk.session.document.undo_name == "Change note"
    corner = desk.window.canvas.scene.notes["note_1"].rect.bottomRight() - QPointF(5, 5)
    pull(desk, corner, QPointF(-290, -370))
    shown = desk.window.canvas.scene.notes["note_1"].rect
    assert shown.contains(rect(desk, "x")) and shown.contains(rect(desk, "w"))


def test_a_frame_takes_a_colour_from_its_menu_and_is_drawn_in_it(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(FRAME))
    before, canvas = desk.session.content, desk.window.canvas
    at = desk.hands.at(QPointF(180, 250))
    pictures = {}
    for color in ("Rose", "Teal"):
        menu = QMenu()
        menus.fill(canvas, menu, canvas.what_is_at(QPointF(desk.hands.at(QPointF(60, -50)))), None)
        (colors,) = [action.menu() for action in menu.actions() if action.text() == "Colour"]
        next(action for action in colors.actions() if action.text() == color).trigger()  # type: ignore[union-attr]
        assert desk.session.layout.notes["note_1"].color == color.lower()
        pictures[color] = canvas.grab().toImage().pixel(at)
    assert pictures["Rose"] != pictures["Teal"]
    desk.session.undo()
    undone(desk, before, "Colour frame")


def test_deleting_a_frame_leaves_its_nodes(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(FRAME))
    desk.hands.click(QPointF(60, -50))
    desk.keys(Key.Key_Delete)
    assert not desk.session.layout.notes and {"x", "w"} <= desk.session.graph.nodes.keys()


# Notes ----------------------------------------------------------------------------------------------------------------


def test_a_note_is_added_at_the_pointer_and_shows_markdown(desk: Desk, qtbot: QtBot) -> None:
    desk.hands.move(QPointF(300, 300))
    desk.keys(Key.Key_N, CONTROL | SHIFT)
    field = desk.window.canvas.findChild(QPlainTextEdit)
    for line in ("# Title", "- *one*", "- two"):
        desk.type(line, on=field)
        desk.keys(Key.Key_Return, on=field)
    desk.keys(Key.Key_Return, CONTROL, on=field)
    (note,) = desk.session.layout.notes.values()
    assert (note.x, note.y) == (304.0, 304.0) or abs(note.x - 300) <= 8
    document = desk.window.canvas.scene.notes[note.id].document("#ffffff", "#ffffff")
    assert document.toPlainText() == "Title\none\ntwo"
    assert document.begin().blockFormat().headingLevel() == 1


def test_formulas_in_a_note_are_drawn_as_mathematics(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    text = r"The loss $\frac{1}{n}\sum_i e_i^2$ and" + "\n\n" + r"$$\nabla L = 2 e x$$" + "\n\n" + r"at 5$ or `$x$`."
    desk = seat(with_notes(Note("note_1", text, 280.0, 300.0, 320.0, 200.0)))
    canvas, item = desk.window.canvas, desk.window.canvas.scene.notes["note_1"]
    canvas.grab()
    qtbot.waitUntil(lambda: not note_text.formulas().waiting, timeout=10_000)
    canvas.grab()
    theme = canvas.ink.theme
    shown = item.document(theme.second, theme.value).toPlainText()
    assert shown.count("\ufffc") == 2, "two formulas stand there as pictures"
    assert "frac" not in shown and "5$" in shown and "$x$" in shown


def test_what_is_no_formula_is_shown_as_it_was_written(seat: Callable[..., Desk]) -> None:
    desk = seat(with_notes(Note("note_1", r"Bad $\notacommand{$ and $5 to $6", 280.0, 300.0, 320.0, 120.0)))
    desk.window.canvas.grab()
    note_text.formulas().finish()
    desk.window.canvas.grab()
    theme = desk.window.canvas.ink.theme
    shown = desk.window.canvas.scene.notes["note_1"].document(theme.second, theme.value).toPlainText()
    assert "notacommand" in shown and "$5 to $6" in shown


def test_a_note_can_be_read_from_afar(seat: Callable[..., Desk]) -> None:
    """At 40 % its text is set larger, as much of it as there is room for, and never beyond its box."""
    note = Note("note_1", "**One.** " + "Many words follow here. " * 30, 240.0, 300.0, 400.0, 180.0)
    desk = seat(with_notes(note))
    canvas = desk.window.canvas
    canvas.zoom_to(0.4)
    canvas.centre_on(QPointF(440, 390))
    picture = canvas.grab().toImage()
    box = canvas.camera.rect_to_view(QRectF(240, 300, 400, 180)).toRect()
    panel = canvas.ink.panel.color().rgb()
    rows = [y for y in range(box.top() + 4, box.bottom() - 3)
            if any(picture.pixel(x, y) != panel for x in range(box.left() + 4, box.right() - 3))]  # fmt: skip
    lines = [[y for _, y in group] for _, group in itertools.groupby(enumerate(rows), key=lambda at: at[1] - at[0])]
    assert max(map(len, lines)) >= 8, "letters of 11 pixels, not of 5"
    assert len(rows) >= 24, "and more than one line of them"
