"""Bodies are entered and left with mouse and keys; undo, problems, outline and commands lead into them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.session import PALETTE_MIME
from app.window import Window
from engine.graph import Content, Layout, Note, Place
from engine.problems import Problem
from tests.engine.control_graphs import body_graph

Left = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier

GRAPH = body_graph(
    {
        "parameter_1": {}, "while_1": {}, "function_1": {}, "call_1": "function_1",
        "while_1.condition/iteration_1": {}, "while_1.condition/less_1": {"y": 5.0},
        "while_1.condition/output_1": "continue",
        "while_1.body/input_1": "x", "while_1.body/outer_1": "parameter_1", "while_1.body/multiply_1": {},
        "while_1.body/branch_1": {}, "while_1.body/output_2": "x",
        "branch_1.then/input_2": "x", "branch_1.then/output_3": "value",
        "branch_1.otherwise/input_3": "x", "branch_1.otherwise/output_4": "value",
        "function_1/input_4": "x", "function_1/output_5": "value",
    },
    "parameter_1>while_1.carry.0 iteration_1>less_1 less_1>output_1.value input_1>multiply_1 outer_1>multiply_1.y "
    "multiply_1>branch_1.xs.0 less_2>branch_1.condition branch_1.value>output_2.value input_2>output_3.value "
    "input_3>output_4.value input_4>output_5.value while_1.x>call_1.xs.0".replace("less_2>branch_1.condition ", ""),
)  # fmt: skip
"""A While with a Branch in its body, and a Function that is called; the Branch lacks its condition."""


def content() -> Content:
    places = {id: Place(260.0 * (k % 5), 150.0 * (k // 5)) for k, id in enumerate(GRAPH.nodes)}
    return Content(GRAPH, Layout(places, {"note_1": Note("note_1", "inside", 0, 600, inside="while_1.body")}))


@pytest.fixture
def shown(window: Callable[..., Window]) -> Window:
    made = window()
    made.session.adopt(content(), None, clean=True)
    made.show_document()
    made.canvas.fit()
    QApplication.processEvents()
    return made


def at(window: Window, point: QPointF) -> object:
    return window.canvas.camera.to_view(point).toPoint()


def head(window: Window, node: str) -> object:
    return at(window, window.canvas.scene.nodes[node].corner + QPointF(60, 14))


def double_click(window: Window, point: object) -> None:
    """Press, release, and the double click: as Qt sends them."""
    QTest.mouseClick(window.canvas, Left, NONE, point)
    QTest.mouseDClick(window.canvas, Left, NONE, point)
    QApplication.processEvents()


def key(window: Window, which: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    window.actions_table.refresh()
    QTest.keyClick(window.canvas, which, modifiers)
    QApplication.processEvents()


def door(window: Window, node: str, k: int = 0) -> object:
    item = window.canvas.scene.nodes[node]
    return at(window, item.corner + item.face.control.door_rect(k).center())


def test_a_double_click_opens_a_body_and_backspace_leaves_it(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    double_click(shown, head(shown, "while_1"))
    assert session.body == "while_1.condition"
    assert set(canvas.scene.nodes) == {"iteration_1", "less_1", "output_1"} and not session.selection
    key(shown, Qt.Key.Key_Backspace)
    assert session.body == "" and session.selection == {"while_1"} and session.graph == GRAPH


def test_backspace_deletes_what_is_selected_and_only_then_leaves(shown: Window) -> None:
    session = shown.session
    session.enter("while_1.condition")
    QTest.mouseClick(shown.canvas, Left, NONE, head(shown, "less_1"))
    QApplication.processEvents()
    key(shown, Qt.Key.Key_Backspace)
    assert session.body == "while_1.condition" and "less_1" not in session.graph.nodes
    key(shown, Qt.Key.Key_Backspace)
    assert session.body == ""
    key(shown, Qt.Key.Key_Backspace)
    assert "while_1" not in session.graph.nodes  # it was selected on the way out


def test_return_opens_and_alt_up_leaves(shown: Window) -> None:
    session = shown.session
    session.select(["while_1"])
    key(shown, Qt.Key.Key_Return)
    assert session.body == "while_1.condition"
    key(shown, Qt.Key.Key_O, ALT)
    assert session.body == "while_1.body"
    session.select(["branch_1"])
    key(shown, Qt.Key.Key_Down, ALT)
    assert session.body == "branch_1.then" and session.trail == ("", "while_1.body", "branch_1.then")
    key(shown, Qt.Key.Key_Up, ALT)
    assert session.body == "while_1.body" and session.selection == {"branch_1"}
    key(shown, Qt.Key.Key_Up, ALT)
    key(shown, Qt.Key.Key_Up, ALT)
    assert session.body == "" and session.selection == {"while_1"}


def test_the_doors_of_a_node_lead_into_its_bodies(shown: Window) -> None:
    session = shown.session
    QTest.mouseClick(shown.canvas, Left, NONE, door(shown, "while_1", 1))
    assert session.body == "while_1.body"
    QTest.mouseClick(shown.canvas, Left, NONE, door(shown, "branch_1", 1))
    assert session.body == "branch_1.otherwise"
    session.enter("")
    QTest.mouseClick(shown.canvas, Left, NONE, door(shown, "call_1"))
    assert session.body == "function_1"


def test_a_double_click_on_a_door_does_nothing_in_the_body_it_opens(shown: Window) -> None:
    double_click(shown, door(shown, "while_1"))
    assert shown.session.body == "while_1.condition" and shown.session.graph == GRAPH
    assert QApplication.activePopupWidget() is None


def test_a_drag_that_begins_at_a_door_moves_the_node(shown: Window) -> None:
    start = door(shown, "while_1")
    QTest.mousePress(shown.canvas, Left, NONE, start)
    for k in (10, 30, 60):
        there = QPointF(start.x() + k, start.y() + k)
        QApplication.sendEvent(
            shown.canvas,
            QMouseEvent(QEvent.Type.MouseMove, there, shown.canvas.mapToGlobal(there), Left, Left, NONE),
        )
    QTest.mouseRelease(shown.canvas, Left, NONE, there.toPoint())
    assert shown.session.body == ""
    assert shown.session.layout.places["while_1"] != content().layout.places["while_1"]


def test_what_an_outer_value_reads_is_written_on_it_and_a_click_goes_there(shown: Window) -> None:
    session = shown.session
    session.enter("while_1.body")
    assert [d.text for d in shown.canvas.scene.nodes["outer_1"].face.control.doors] == ["Parameter"]
    session.rename("parameter_1", "angle")
    assert [d.text for d in shown.canvas.scene.nodes["outer_1"].face.control.doors] == ["angle"]
    QTest.mouseClick(shown.canvas, Left, NONE, door(shown, "outer_1"))
    assert session.body == "" and session.selection == {"parameter_1"}


def test_breadcrumbs_show_the_way_and_lead_back(shown: Window) -> None:
    session, crumbs = shown.session, shown.canvas.crumbs
    assert crumbs.isHidden()
    session.enter("branch_1.then")
    QApplication.processEvents()
    assert list(crumbs.crumbs) == ["", "while_1.body"] and list(crumbs.switch) == [
        "branch_1.then",
        "branch_1.otherwise",
    ]
    assert crumbs.switch["branch_1.then"].isChecked()
    assert shown.canvas.rect().contains(crumbs.geometry())
    QTest.mouseClick(crumbs.switch["branch_1.otherwise"], Left)
    assert session.body == "branch_1.otherwise" and crumbs.switch["branch_1.otherwise"].isChecked()
    QTest.mouseClick(crumbs.crumbs[""], Left)
    assert session.body == "" and session.selection == {"while_1"}
    QApplication.processEvents()
    assert crumbs.isHidden()


def test_each_body_keeps_its_view(shown: Window) -> None:
    canvas, session = shown.canvas, shown.session
    canvas.zoom_to(0.7)
    outside = QPointF(canvas.camera.origin)
    session.enter("while_1.body")
    assert canvas.seen().contains(canvas.scene.bounds())
    canvas.zoom_to(2.0)
    session.leave()
    assert canvas.camera.zoom == 0.7 and canvas.camera.origin == outside
    session.enter("while_1.body")
    assert canvas.camera.zoom == 2.0


def test_undo_goes_to_the_body_it_changes(shown: Window) -> None:
    session = shown.session
    session.enter("while_1.body")
    session.set_setting("multiply_1", "y", 3.0)
    session.rename("multiply_1", "twice")
    session.enter("function_1")
    key(shown, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.body == "while_1.body" and session.node("multiply_1").name == ""
    session.enter("")
    key(shown, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert session.body == "while_1.body" and session.node("multiply_1").name == "twice"


def test_a_body_that_goes_is_left(shown: Window) -> None:
    session = shown.session
    made = session.insert("control.for", Place(0.0, 600.0))
    session.enter(made)
    session.undo()
    assert session.body == "" and set(shown.canvas.scene.nodes) == set(GRAPH.bodies[""])
    session.enter("branch_1.then")
    session.remove_selected()
    from engine.edits import RemoveNode

    session.apply(RemoveNode("while_1"))
    assert session.body == "" and "branch_1" not in session.graph.nodes


def test_what_is_added_lands_in_the_body_that_is_shown(shown: Window) -> None:
    session, canvas = shown.session, shown.canvas
    session.enter("function_1")
    shown.insert("elementwise.sin")
    added = session.current
    assert session.node(added).inside == "function_1" and added in canvas.scene.nodes
    shown.copy()
    shown.paste()
    assert all(session.node(id).inside == "function_1" for id in session.selection)
    shown.add_note()
    assert {n.inside for id, n in session.layout.notes.items() if id != "note_1"} == {"function_1"}
    key(shown, Qt.Key.Key_Escape)
    drop(shown, "elementwise.exp")
    dropped = session.node(session.current or "")
    assert (dropped.operator, dropped.inside) == ("elementwise.exp", "function_1")
    before = session.layout.places["while_1"]
    session.select()
    shown.tidy()
    assert session.layout.places["while_1"] == before


def drop(window: Window, operator: str) -> None:
    """Drop an operator of the palette onto the middle of the canvas."""
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDropEvent

    data = QMimeData()
    data.setData(PALETTE_MIME, operator.encode())
    middle = QPointF(window.canvas.rect().center())
    window.canvas.dropEvent(QDropEvent(middle, Qt.DropAction.CopyAction, data, Left, NONE))


def test_problems_outline_and_commands_lead_into_bodies(shown: Window) -> None:
    session = shown.session
    session.refresh()
    inner: Problem = next(p for p in session.problems if p.node == "branch_1")
    shown.show_commands()
    shown.commands.field.setText("go to branch")
    QTest.keyClick(shown.commands.field, Qt.Key.Key_Return)
    assert session.body == "while_1.body" and session.selection == {"branch_1"}
    session.enter("")
    shown.workspace.show_panel("problems")
    problems = shown.workspace.problems
    row = next(k for k, p in enumerate(problems.model.problems) if p == inner)
    rect = problems.list.visualRect(problems.model.index(row, 0))
    QTest.mouseClick(problems.list.viewport(), Left, NONE, rect.center())
    assert session.body == "while_1.body" and session.selection == {"branch_1"}
    session.enter("")
    shown.workspace.show_panel("outline")
    QApplication.processEvents()
    outline = shown.workspace.outline
    row = outline.index_of("node", "input_2")
    outline.tree.scrollTo(row)
    QApplication.processEvents()
    QTest.mouseClick(outline.tree.viewport(), Left, NONE, outline.tree.visualRect(row).center())
    assert session.body == "branch_1.then" and session.selection == {"input_2"}
