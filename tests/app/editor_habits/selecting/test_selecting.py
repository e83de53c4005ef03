"""Selecting and moving, habit by habit, with real mouse and key events.

The issue's words: "Rubber band, lasso, select upstream / downstream / linked / similar / path between two; arrow keys,
snapping to grid and to neighbours with guides, pushing neighbours away, alignment right for collapsed nodes (Houdini,
Unreal); align, distribute, straighten, and automatic layered layout of all or of the selection (stable: small changes
move little; ...); frames that carry their nodes, notes with Markdown and formulas; collapse; mute and bypass; pin a
preview."
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.canvas import menus
from app.canvas.manners import manners
from app.theme import appearance
from engine.edits import SetMuted
from engine.graph import Content, Graph, Layout, Node, Place, Socket
from tests.app.canvas.conftest import agrees, line_fit, wire
from tests.app.editor_habits.conftest import Desk, choose
from tests.app.editor_habits.selecting.conftest import ALT, CONTROL, NONE, SHIFT, Key, Mod, place, rect, undone

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
