"""Selecting and moving, habit by habit, with real mouse and key events.

The issue's words: "Rubber band, lasso, select upstream / downstream / linked / similar / path between two; arrow keys,
snapping to grid and to neighbours with guides, pushing neighbours away, alignment right for collapsed nodes (Houdini,
Unreal); align, distribute, straighten, and automatic layered layout of all or of the selection (stable: small changes
move little; ...); frames that carry their nodes, notes with Markdown and formulas; collapse; mute and bypass; pin a
preview."
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.canvas import menus, note_text
from app.canvas.manners import manners
from app.theme import appearance
from engine.edits import SetMuted
from engine.graph import Content, Graph, Layout, Node, Note, Place, Socket
from tests.app.canvas.conftest import agrees, line_fit, wire
from tests.app.editor_habits.conftest import Desk

Key, Mod = Qt.Key, Qt.KeyboardModifier
NONE, SHIFT, CONTROL, ALT = Mod.NoModifier, Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier


@pytest.fixture(autouse=True)
def usual_manners() -> Iterator[None]:
    """Snapping and pushing are on before and after each test."""
    yield
    manners().snapping = manners().pushing = True


@pytest.fixture
def seat(seat: Callable[..., Desk]) -> Callable[..., Desk]:
    """A maker of desks with room for the whole graph, and for what is dragged beside it."""

    def made(content: Content | None = None, **more: object) -> Desk:
        found = seat(content, **more)
        found.window.resize(1900, 1250)
        QApplication.processEvents()
        found.window.canvas.zoom_to(1.0)
        found.window.canvas.centre_on(QPointF(480, 260))
        return found

    return made


def place(desk: Desk, id: str) -> tuple[float, float]:
    held = desk.session.layout.places[id]
    return held.x, held.y


def rect(desk: Desk, id: str) -> QRectF:
    return desk.window.canvas.scene.nodes[id].rect


def undone(desk: Desk, before: Content, name: str) -> None:
    """Fail unless one undo step of this name takes everything back."""
    assert desk.session.document.undo_name == name
    desk.keys(Key.Key_Z, CONTROL)
    assert desk.session.content == before
    agrees(desk.window.canvas)


def choose(desk: Desk, *ids: str) -> None:
    """Click on nodes, one after the other."""
    for k, id in enumerate(ids):
        desk.hands.click(desk.hands.head(id), SHIFT if k else NONE)
    assert desk.session.selection == set(ids)


def pull(desk: Desk, start: QPointF, by: QPointF) -> None:
    """Take hold of a frame and pull it. It is chosen first: the inspector beside it may take another width."""
    desk.hands.click(start)
    QApplication.processEvents()
    desk.hands.drag(start, start + by)


def with_notes(*notes: Note, content: Content | None = None) -> Content:
    made = content or line_fit()
    return replace(made, layout=replace(made.layout, notes={note.id: note for note in notes}))


# Selecting ------------------------------------------------------------------------------------------------------------


def test_a_rubber_band_selects_what_it_meets_and_with_shift_more(desk: Desk) -> None:
    desk.hands.drag(QPointF(-20, -20), QPointF(100, 320))
    assert desk.session.selection == {"x", "w", "b"}
    desk.hands.drag(QPointF(440, 290), QPointF(500, 240), SHIFT)
    assert desk.session.selection == {"x", "w", "b", "add"}
    desk.hands.click(QPointF(420, 420))
    assert not desk.session.selection


@pytest.mark.parametrize("held", ["modifiers", "key"])
def test_a_lasso_selects_the_nodes_whose_middle_it_runs_around(desk: Desk, held: str) -> None:
    """An L around w, b and Multiply, but not around x: no rectangle does that."""
    around = [QPointF(-30, 130), QPointF(230, 130), QPointF(230, 40), QPointF(420, 40), QPointF(420, 190),
              QPointF(200, 240), QPointF(200, 400), QPointF(-30, 400)]  # fmt: skip
    if held == "key":
        QTest.keyPress(desk.window.canvas, Key.Key_L)
    desk.stroke(around, NONE if held == "key" else CONTROL | ALT)
    if held == "key":
        QTest.keyRelease(desk.window.canvas, Key.Key_L)
    assert desk.session.selection == {"w", "b", "multiply"}
    desk.stroke([QPointF(440, 140), QPointF(640, 140), QPointF(640, 300), QPointF(440, 300)], CONTROL | ALT | SHIFT)
    assert desk.session.selection == {"w", "b", "multiply", "add"}


RELATED = {
    "upstream": ("add", Key.Key_U, {"add", "b", "multiply", "x", "w"}),
    "downstream": ("multiply", Key.Key_D, {"multiply", "add", "mse", "adam"}),
    "linked": ("y", Key.Key_L, {"x", "y", "w", "b", "multiply", "add", "mse", "adam"}),
    "similar": ("x", Key.Key_S, {"x", "y"}),
}


@pytest.mark.parametrize("relation", RELATED)
def test_select_upstream_downstream_linked_and_similar(desk: Desk, relation: str) -> None:
    start, key, found = RELATED[relation]
    choose(desk, start)
    desk.keys(key, ALT)
    assert desk.session.selection == found
    assert desk.session.current == start, "the inspector stays with the node it shows"


def test_select_the_path_between_two(desk: Desk) -> None:
    choose(desk, "w", "mse")
    desk.keys(Key.Key_P, ALT)
    assert desk.session.selection == {"w", "multiply", "add", "mse"}


def test_a_path_is_found_against_the_wires_too(desk: Desk) -> None:
    choose(desk, "y", "b")
    desk.keys(Key.Key_P, ALT)
    assert desk.session.selection == {"y", "mse", "add", "b"}


def test_selecting_by_relation_stays_inside_a_body(seat: Callable[..., Desk]) -> None:
    nodes = {
        "loop": Node("loop", "control.for"), "outside": Node("outside", "elementwise.sin"),
        "inside": Node("inside", "elementwise.sin", inside="loop"),
        "next": Node("next", "elementwise.sin", inside="loop"),
    }  # fmt: skip
    places = {id: Place(200.0 * k, 40.0) for k, id in enumerate(nodes)}
    desk = seat(Content(Graph(nodes, frozenset({wire("inside.value", "next.x")})), Layout(places)))
    desk.session.enter("loop")
    choose(desk, "inside")
    desk.keys(Key.Key_S, ALT)
    assert desk.session.selection == {"inside", "next"}


def test_invert_and_nothing(desk: Desk) -> None:
    choose(desk, "x", "w")
    desk.window.actions_table["select_inverse"].trigger()
    assert desk.session.selection == set(line_fit().graph.nodes) - {"x", "w"}
    desk.keys(Key.Key_A, CONTROL | SHIFT)
    assert not desk.session.selection


def test_without_a_selection_or_on_the_start_page_they_cannot_be_given(desk: Desk) -> None:
    table = desk.window.actions_table
    table.refresh()
    ids = ("select_upstream", "select_between", "align_left", "distribute_across", "straighten", "frame_selection",
           "collapse", "mute")  # fmt: skip
    assert not any(table[id].isEnabled() for id in ids)
    desk.keys(Key.Key_A, CONTROL)
    table.refresh()
    assert all(table[id].isEnabled() for id in ids)
    desk.window.show_start()
    table.refresh()
    assert not any(table[id].isEnabled() for id in ids)


# Moving ---------------------------------------------------------------------------------------------------------------


def test_arrow_keys_select_the_next_node_and_with_shift_move_the_selection(desk: Desk) -> None:
    before = desk.session.content
    choose(desk, "multiply")
    desk.keys(Key.Key_Right)
    assert desk.session.selection == {"add"}
    for _ in range(3):
        desk.keys(Key.Key_Down, SHIFT)
    assert place(desk, "add") == (456.0, 184.0)
    undone(desk, before, "Move")


def test_a_dragged_node_snaps_to_the_grid_and_with_alt_it_does_not(desk: Desk) -> None:
    head = desk.hands.head("probe")
    desk.hands.drag(head, head + QPointF(101, 203))
    assert all(at % 8 == 0 for at in place(desk, "probe"))
    head = desk.hands.head("probe")
    before = place(desk, "probe")
    desk.stroke([head, head + QPointF(20, 20), head + QPointF(51, 53)], ALT)
    assert place(desk, "probe") == (before[0] + 51, before[1] + 53)


def test_a_dragged_node_snaps_into_line_with_a_neighbour_and_a_guide_shows_it(seat: Callable[..., Desk]) -> None:
    """Neighbours that stand off the grid: what is in line with them cannot come from the grid."""
    content = line_fit()
    places = {**content.layout.places, "adam": Place(903.0, 165.0), "mse": Place(601.0, 163.0)}
    desk = seat(replace(content, layout=Layout(places)))
    canvas, hands = desk.window.canvas, desk.hands
    choose(desk, "probe")
    QApplication.processEvents()
    head = hands.head("probe")
    hands.press(head)
    hands.move(head + QPointF(100, 100))
    hands.move(head + QPointF(903 - 656 + 3, 150))
    guides = canvas.gesture._guides  # type: ignore[union-attr]
    assert any(line.x1() == line.x2() == 903.0 for line in guides)
    with_guide = canvas.grab().toImage()
    hands.release(head + QPointF(903 - 656 + 3, 150))
    assert place(desk, "probe")[0] == 903.0
    x = round(canvas.camera.to_view(QPointF(903, 0)).x())
    y = round(canvas.camera.to_view(QPointF(0, 340)).y())
    assert differ(with_guide, canvas.grab().toImage(), QPoint(x, y)), "the guide is drawn, and gone after"


def differ(one: QImage, other: QImage, at: QPoint) -> bool:
    return any(one.pixel(at.x() + k, at.y()) != other.pixel(at.x() + k, at.y()) for k in (-1, 0, 1))


def test_a_dragged_node_snaps_to_where_its_wire_is_straight(desk: Desk) -> None:
    canvas, head = desk.window.canvas, desk.hands.head("adam")
    rise = canvas.scene.point(Socket("mse", "value"), output=True).y() - canvas.scene.point(
        Socket("adam", "loss"), output=False).y()  # fmt: skip
    desk.hands.drag(head, head + QPointF(100, 90))
    head = desk.hands.head("adam")
    desk.hands.drag(head, head + QPointF(0, -90 + rise + 3))
    laid = canvas.scene.wires[wire("mse.value", "adam.loss")]
    assert laid.start.y() == laid.end.y()


def test_what_a_node_is_dropped_upon_is_pushed_away_and_undone_with_it(desk: Desk) -> None:
    before = desk.session.content
    head = desk.hands.head("probe")
    goal = rect(desk, "add").center() + QPointF(-10, -30)
    desk.hands.drag(head, goal)
    names = sorted(desk.window.canvas.scene.nodes)
    assert not any(rect(desk, a).intersects(rect(desk, b)) for a, b in itertools.combinations(names, 2))
    assert place(desk, "add") != (456.0, 160.0)
    assert place(desk, "x") == (0.0, 0.0), "what is not in the way stays"
    undone(desk, before, "Move 2 nodes")


def test_neighbours_are_not_pushed_with_alt_nor_when_that_is_switched_off(desk: Desk) -> None:
    head = desk.hands.head("probe")
    goal = rect(desk, "add").center() + QPointF(-10, -30)
    desk.stroke([head, head + QPointF(9, 9), goal], ALT)
    assert place(desk, "add") == (456.0, 160.0)
    desk.keys(Key.Key_Z, CONTROL)
    desk.window.actions_table["pushing"].trigger()
    assert not desk.window.settings.pushing
    head = desk.hands.head("probe")
    desk.hands.drag(head, goal)
    assert place(desk, "add") == (456.0, 160.0)
    desk.window.actions_table["pushing"].trigger()
    assert manners().pushing


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


# Collapse, mute, pin --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "held"), [(Key.Key_H, NONE), (Key.Key_C, ALT)])
def test_several_nodes_are_collapsed_to_pills_by_a_key_and_opened_again(desk: Desk, key: Key, held: Mod) -> None:
    before = desk.session.content
    choose(desk, "add", "mse")
    desk.keys(key, held)
    for id in ("add", "mse"):
        item = desk.window.canvas.scene.nodes[id]
        assert item.rect.height() == 32.0
        sides = ((False, item.face.inputs), (True, item.face.outputs))
        ys = {item.point(plug.name, output=output).y() for output, plugs in sides for plug in plugs}
        assert ys == {item.rect.center().y()}, "sockets are merged at the middle"
    agrees(desk.window.canvas)
    desk.keys(key, held)
    assert desk.session.content == before
    desk.keys(Key.Key_Z, CONTROL)
    undone(desk, before, "Collapse")


def test_wires_are_attached_to_a_collapsed_node_its_free_inputs_first(desk: Desk) -> None:
    choose(desk, "multiply")
    desk.keys(Key.Key_Delete)
    choose(desk, "add")
    desk.keys(Key.Key_H)
    hands = desk.hands
    hands.drag(hands.socket("x.value", output=True), hands.socket("add.x", output=False))
    assert desk.session.graph.sources[Socket("add", "x")] == Socket("x", "value")
    assert desk.session.graph.sources[Socket("add", "y")] == Socket("b", "value"), "the wired one is left alone"


@pytest.mark.parametrize(("key", "held"), [(Key.Key_M, NONE), (Key.Key_M, ALT)])
def test_a_muted_node_passes_its_first_fitting_input_through(desk: Desk, key: Key, held: Mod) -> None:
    before = desk.session.content
    choose(desk, "add")
    desk.keys(key, held)
    assert desk.session.node("add").muted
    desk.session.refresh()
    assert desk.session.inference.passes[Socket("add", "value")] == Socket("multiply", "value")
    assert desk.window.canvas.scene.nodes["add"].passing == (("x", "value"),)
    assert not [problem for problem in desk.session.problems if problem.node == "add"]
    undone(desk, before, "Mute Add")


def test_a_muted_node_is_drawn_faint_with_a_dashed_line_through(desk: Desk) -> None:
    canvas = desk.window.canvas
    choose(desk, "add")
    desk.session.refresh()
    seen = {}
    for muted in (False, True):
        if muted:
            desk.keys(Key.Key_M)
            desk.session.refresh()
        desk.session.select()
        seen[muted] = canvas.grab().toImage()
        choose(desk, "add")
    y = desk.hands.at(desk.hands.socket("add.x", output=False)).y()
    value = canvas.ink.theme.value
    across = [seen[True].pixelColor(x, y).name() for x in range(*(desk.hands.at(p).x() for p in (
        rect(desk, "add").topLeft() + QPointF(30, 0), rect(desk, "add").topRight() - QPointF(30, 0))))]  # fmt: skip
    dashes = sum(a != value and b == value for a, b in itertools.pairwise(across))
    assert dashes >= 3
    head = desk.hands.at(rect(desk, "add").topRight() + QPointF(-20, 8))
    assert seen[True].pixel(head) != seen[False].pixel(head), "fainter"


@pytest.mark.parametrize("zoom", [0.2, 0.1])
def test_a_muted_node_is_faint_from_afar_and_in_the_minimap_too(desk: Desk, zoom: float) -> None:
    canvas = desk.window.canvas
    canvas.zoom_to(zoom)
    canvas.centre_on(rect(desk, "add").center())

    def tones() -> tuple[QColor, QColor]:
        """Return how the node looks on the canvas, in its head, and in the minimap."""
        canvas.minimap.show()
        head = desk.hands.at(QPointF(rect(desk, "add").center().x(), rect(desk, "add").top() + 16))
        factor, offset = canvas.minimap._fit()
        small = (rect(desk, "add").center() * factor + offset).toPoint()
        return canvas.grab().toImage().pixelColor(head), canvas.minimap.grab().toImage().pixelColor(small)

    def far(one: QColor, other: str) -> int:
        return sum(abs(a - b) for a, b in zip(one.getRgb()[:3], QColor(other).getRgb()[:3], strict=True))

    at_work = tones()
    desk.session.apply(SetMuted("add", True))
    muted = tones()
    dark = appearance().theme
    for one, other, ground in zip(at_work, muted, (dark.canvas, dark.panel), strict=True):
        assert 0 < far(other, ground) < 0.75 * far(one, ground)
    desk.session.undo()
    assert tones() == at_work


def test_the_inspector_says_that_a_node_is_muted_and_lets_it_work_again(desk: Desk) -> None:
    choose(desk, "add")
    desk.keys(Key.Key_M)
    desk.session.refresh()
    QApplication.processEvents()
    view = desk.window.workspace.inspector.view
    assert view is not None and view.muted.isVisible()
    assert view.muted.text.text() == "This node is muted: it does nothing, and x goes on as value."
    QTest.mouseClick(view.muted.button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert not desk.session.node("add").muted
    view = desk.window.workspace.inspector.view
    assert view is not None and not view.muted.isVisible()


def test_bypassing_what_nothing_fits_is_a_problem_with_a_remedy(desk: Desk) -> None:
    choose(desk, "mse")
    desk.keys(Key.Key_M)
    desk.session.refresh()
    (problem,) = [each for each in desk.session.problems if each.code == "not-passed"]
    assert problem.node == "mse" and "is muted" in problem.sentence and problem.severity == "error"
    assert problem.fix is not None and desk.session.apply(problem.fix)
    assert not desk.session.node("mse").muted


def test_several_are_muted_at_once_and_what_cannot_be_is_left_out(desk: Desk) -> None:
    choose(desk, "add", "multiply", "x")
    desk.keys(Key.Key_M)
    assert desk.session.graph.muted == {"add", "multiply"}
    assert desk.session.document.undo_name == "Mute 2 nodes"
    told: list[str] = []
    desk.session.message.connect(told.append)
    choose(desk, "x")
    desk.keys(Key.Key_M)
    assert desk.session.graph.muted == {"add", "multiply"} and told and "cannot be muted" in told[-1]


def test_a_preview_is_pinned_to_a_node_and_let_go(desk: Desk) -> None:
    before = desk.session.content
    choose(desk, "add")
    high = rect(desk, "add").height()
    menu = QMenu()
    menus.fill(desk.window.canvas, menu, None, None)
    (sizes,) = [action.menu() for action in menu.actions() if action.menu() is not None and "review" in action.text()]
    next(action for action in sizes.actions() if action.text().startswith("Medium")).trigger()  # type: ignore[union-attr]
    assert desk.session.layout.places["add"].preview == "medium"
    assert rect(desk, "add").height() > high + 80
    desk.session.undo()
    assert desk.session.content == before
