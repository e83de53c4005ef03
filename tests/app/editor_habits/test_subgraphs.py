"""Subgraphs, as the issue has it:

"Make from selection, enter, leave, breadcrumbs, unpack, edit interface (rename, reorder, default, help), reuse by
reference with "make unique", a personal library of subgraphs as operators; depth shown; wires to the outside drawn."

And of "Bad input": "a subgraph that would contain itself without a guard".
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.canvas import menus
from app.library_card import LibraryCard
from app.panels.interface import InterfaceEditor
from app.panels.palette import OPERATOR_ROLE
from app.stock import MINE, THIS
from engine.data import Data
from engine.edits import AddNode, Connect, Disconnect, RemoveNode
from engine.evaluate import gradient
from engine.files import render
from engine.graph import Content, Graph, Layout, Node, Note, Place
from engine.prepare import prepare
from nodes.library import LIBRARY
from tests.app.canvas.conftest import line_fit, wire
from tests.app.conftest import index_of
from tests.app.editor_habits.conftest import Desk
from tests.engine.control_graphs import body_graph

Left, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def numbers(content: Content) -> tuple[float, dict[str, float]]:
    """Return the loss and the gradient, as the engine has them."""
    found = gradient(prepare(content, LIBRARY, Data()))
    return found.loss, {id: float(np.sum(value)) for id, value in found.gradients.items()}


def choose(desk: Desk, *nodes: str) -> None:
    """Click the first, Shift+click the others."""
    for k, node in enumerate(nodes):
        desk.hands.click(desk.hands.head(node), SHIFT if k else NONE)
    assert desk.session.selection == set(nodes)


def grouped(desk: Desk) -> tuple[str, str]:
    """Make a subgraph of w * x + b with Ctrl+G; return the function and the call."""
    choose(desk, "multiply", "add", "w", "b")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    return str(desk.session.setting(call, "function")), call


def said(desk: Desk) -> list[str]:
    """Return a list that every sentence of the status line is put into from now on."""
    sentences: list[str] = []
    desk.session.message.connect(sentences.append)
    return sentences


def menu_actions(desk: Desk, node: str) -> dict[str, QAction]:
    menu = QMenu(desk.window.canvas)
    desk.session.select([node])
    menus.fill(desk.window.canvas, menu, None, None)
    return {action.text(): action for action in menu.actions()}


def picked(desk: Desk, at: QModelIndex) -> None:
    """Find a row of the palette by typing its title, and press Return on it."""
    palette, operator = desk.window.workspace.operators, at.data(OPERATOR_ROLE)
    QTest.keyClicks(palette.search, str(at.data()))
    palette.list.setCurrentIndex(index_of(palette, operator))
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    palette.search.clear()


# Make from selection --------------------------------------------------------------------------------------------------


def test_make_from_selection_with_ctrl_g(desk: Desk) -> None:
    session, before = desk.session, desk.session.content
    function, call = grouped(desk)
    graph = session.graph
    assert {graph.nodes[id].inside for id in ("multiply", "add", "w", "b")} == {function}
    assert session.setting(function, "inputs") == ("x",) and session.setting(function, "outputs") == ("add",)
    assert wire("x.value", f"{call}.xs.0") in graph.wires
    assert wire(f"{call}.add", "mse.prediction") in graph.wires
    assert not [p for p in session.problems if p.severity == "error"]
    loss, by = numbers(before)
    after, by_after = numbers(session.content)
    assert after == pytest.approx(loss) and by_after == pytest.approx(by) and set(by) == {"w", "b"}


def test_making_a_subgraph_is_one_step_with_a_name(desk: Desk) -> None:
    before = desk.session.content
    grouped(desk)
    assert desk.session.document.undo_name == "Make subgraph"
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.content == before and set(desk.window.canvas.scene.nodes) == set(before.graph.nodes)
    assert set(desk.window.canvas.scene.wires) == before.graph.wires


def test_the_call_stands_where_the_nodes_stood_and_lies_on_nothing(desk: Desk) -> None:
    function, call = grouped(desk)
    scene = desk.window.canvas.scene
    for mine in (function, call):
        others = [item.rect for id, item in scene.nodes.items() if id != mine]
        assert not any(scene.nodes[mine].rect.intersects(rect) for rect in others)
    assert 0 <= scene.nodes[call].corner.x() <= 456


def test_wires_that_cross_become_inputs_and_outputs_named_after_what_they_carry(desk: Desk) -> None:
    choose(desk, "multiply", "add")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    function = str(desk.session.setting(call, "function"))
    names = desk.session.setting(function, "inputs")
    assert len(names) == len(set(names)) == 3 and all(name and "." not in name for name in names)
    assert [desk.session.graph.sources[s].node for s in (wire("a.b", f"{call}.xs.{k}").target for k in range(3))] == [
        "x", "w", "b",
    ]  # fmt: skip


def test_an_optimizer_in_the_selection_is_refused_with_a_sentence(desk: Desk) -> None:
    before, sentences = desk.session.content, said(desk)
    choose(desk, "mse", "adam")
    desk.keys(Qt.Key.Key_G, CTRL)
    assert desk.session.content == before
    assert "(adam) is an optimizer" in sentences[-1] and sentences[-1].endswith("leave it out of the selection.")


def test_a_selection_that_would_wait_for_itself_is_refused_with_the_node_between(desk: Desk) -> None:
    before, sentences = desk.session.content, said(desk)
    choose(desk, "multiply", "mse")
    desk.keys(Qt.Key.Key_G, CTRL)
    assert desk.session.content == before
    assert "(add) stands between selected nodes" in sentences[-1]


def test_views_stay_outside_and_the_status_line_says_so(desk: Desk) -> None:
    desk.session.apply(Connect(wire("add.value", "probe.x")))
    sentences = said(desk)
    choose(desk, "multiply", "add", "w", "b", "probe")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    assert desk.session.node("probe").inside == "" and wire(f"{call}.add", "probe.x") in desk.session.graph.wires
    assert "stayed outside" in sentences[-1]


def test_frames_and_notes_that_are_selected_go_in(seat: Callable[..., Desk]) -> None:
    line = line_fit()
    frame = Note("note_1", "Line", 240.0, 20.0, 420.0, 300.0, nodes=("multiply", "add"))
    desk = seat(Content(line.graph, Layout(line.layout.places, {"note_1": frame})))
    choose(desk, "multiply", "add")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    assert desk.session.layout.notes["note_1"].inside == desk.session.setting(call, "function")
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.layout.notes["note_1"] == frame


def test_several_optimizers_may_look_at_what_the_call_gives(seat: Callable[..., Desk]) -> None:
    line = line_fit()
    graph = Graph(
        {**line.graph.nodes, "sgd": Node("sgd", "optimizers.optimizer")},
        line.graph.wires | {wire("mse.value", "sgd.loss")},
    )
    desk = seat(Content(graph, Layout({**line.layout.places, "sgd": Place(896.0, 320.0)}, {})))
    choose(desk, "multiply", "add", "mse")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    fed = {target.node for source, target in desk.session.graph.wires if source.node == call}
    assert fed == {"adam", "sgd"} and len(desk.session.graph.outgoing[call]) == 2


def test_it_works_inside_bodies_too(desk: Desk) -> None:
    function, _ = grouped(desk)
    desk.session.enter(function)
    QApplication.processEvents()
    desk.window.canvas.fit()
    choose(desk, "multiply", "w")
    desk.keys(Qt.Key.Key_G, CTRL)
    inner = str(desk.session.setting(desk.session.current or "", "function"))
    assert desk.session.node(inner).inside == function and desk.session.node("w").inside == inner


def test_on_the_start_page_and_with_nothing_selected_it_is_disabled(desk: Desk) -> None:
    actions = desk.window.actions_table
    desk.session.select()
    QApplication.processEvents()
    actions.refresh()
    assert not actions["make_subgraph"].isEnabled()
    desk.session.select(["multiply"])
    actions.refresh()
    assert actions["make_subgraph"].isEnabled() and not actions["unpack_subgraph"].isEnabled()
    desk.window.show_start()
    actions.refresh()
    assert not actions["make_subgraph"].isEnabled()


def test_menus_offer_it_with_tool_tips(desk: Desk) -> None:
    _, call = grouped(desk)
    for id in ("make_subgraph", "unpack_subgraph", "unique_subgraph", "keep_subgraph"):
        assert desk.window.actions_table[id].toolTip().endswith(".")
    texts = menu_actions(desk, call)
    assert {"Make subgraph", "Unpack", "Make unique", "Edit inputs and outputs", "Keep in my library"} <= set(texts)


# Enter, leave, breadcrumbs, depth -------------------------------------------------------------------------------------


def test_a_double_click_enters_and_backspace_leaves(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.hands.click(desk.hands.head(call))
    desk.hands.double_click(desk.hands.head(call))
    assert desk.session.body == function
    desk.keys(Qt.Key.Key_Backspace)
    assert desk.session.body == ""


def test_tab_over_a_call_enters_and_alt_up_leaves(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.hands.move(desk.hands.head(call))
    desk.keys(Qt.Key.Key_Tab)
    assert desk.session.body == function and QApplication.activePopupWidget() is None
    desk.keys(Qt.Key.Key_Up, ALT)
    assert desk.session.body == "" and desk.session.selection == {function}


def test_return_on_a_selected_call_enters(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.select([call])
    desk.keys(Qt.Key.Key_Return)
    assert desk.session.body == function


def nested(depth: int) -> Content:
    """Functions inside one another, so deep, each with the name of its depth and something in it."""
    nodes, inside = {}, ""
    for k in range(depth):
        nodes[f"{inside}/function_{k}"] = {}
        inside = f"function_{k}"
        nodes[f"{inside}/constant_{k}"] = {}
    graph = body_graph(nodes)
    named = {id: node.__class__(id, node.operator, f"A rather long name, level {id[9:]}" if "function" in id else "",
                                node.settings, inside=node.inside) for id, node in graph.nodes.items()}  # fmt: skip
    return Content(Graph(named, graph.wires), Layout({id: Place(0.0, 120.0 * k) for k, id in enumerate(named)}, {}))


def test_breadcrumbs_lead_out_and_the_depth_is_shown(seat: Callable[..., Desk]) -> None:
    desk = seat(nested(3))
    desk.session.enter("function_2")
    crumbs = desk.window.canvas.crumbs
    assert crumbs.isVisible() and "3 deep" in [w.text() for w in crumbs.parts()]
    QTest.mouseClick(crumbs.crumbs["function_0"], Left)
    assert desk.session.body == "function_0" and desk.session.selection == {"function_1"}
    QTest.mouseClick(crumbs.crumbs[""], Left)
    assert desk.session.body == "" and crumbs.isHidden()


def test_breadcrumbs_are_whole_on_a_narrow_canvas(seat: Callable[..., Desk]) -> None:
    desk = seat(nested(8))
    desk.session.enter("function_7")
    canvas = desk.window.canvas
    crumbs, lengths = canvas.crumbs, []
    for width in (1200, 700, 420, 300, 240):
        canvas.resize(width, 400)
        assert crumbs.geometry().right() < width
        shown = [part for part in crumbs.parts() if part.isVisibleTo(crumbs)]
        assert shown and all(part.geometry().right() <= crumbs.width() for part in shown)
        assert all(part.width() >= part.minimumSizeHint().width() for part in shown), width
        assert crumbs.crumbs and all(button.toolTip() for button in crumbs.crumbs.values())
        lengths.append(sum(len(part.text()) for part in shown))
    assert lengths == sorted(lengths, reverse=True) and lengths[0] > lengths[-1]
    (out,) = crumbs.crumbs.values()
    QTest.mouseClick(out, Left)
    assert desk.session.body == "function_6" and desk.session.selection == {"function_7"}


# Wires to the outside -------------------------------------------------------------------------------------------------


def reading() -> Content:
    """A loop whose body reads a parameter beside it; in the body a branch that reads further out."""
    graph = body_graph(
        {
            "parameter_1": {}, "for_1": {}, "for_1/input_1": "x", "for_1/outer_1": "parameter_1", "for_1/add_1": {},
            "for_1/branch_1": {}, "branch_1.then/outer_2": "parameter_1", "branch_1.then/output_2": "value",
            "branch_1.otherwise/outer_3": "input_1", "branch_1.otherwise/output_3": "value", "for_1/output_1": "x",
        },
        "parameter_1>for_1.carry.0 input_1>add_1 outer_1>add_1.y add_1>branch_1.xs.0 branch_1.value>output_1.value "
        "outer_2>output_2.value outer_3>output_3.value",
    )  # fmt: skip
    places = {"parameter_1": (0, 100), "for_1": (300, 100), "input_1": (0, 0), "outer_1": (0, 200), "add_1": (250, 60),
              "branch_1": (480, 60), "output_1": (720, 60)}  # fmt: skip
    return Content(graph, Layout({id: Place(float(x), float(y)) for id, (x, y) in places.items()}))


def pixels(desk: Desk, area: QRectF) -> int:
    """Return how many pixels of a part of the scene differ from the background by more than a dot."""
    canvas = desk.window.canvas
    image = canvas.grab(canvas.camera.rect_to_view(area).toAlignedRect()).toImage()
    value = QColor(canvas.ink.theme.value)
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    colours = (image.pixelColor(x, y) for x, y in points)
    return sum(abs(c.blue() - value.blue()) < 60 and c.blue() > c.red() + 40 for c in colours)


def test_wires_to_the_outside_are_drawn_and_lead_there_on_a_click(seat: Callable[..., Desk]) -> None:
    desk = seat(reading())
    desk.session.enter("for_1")
    canvas = desk.window.canvas
    canvas.zoom_to(1.0)
    canvas.centre_on(QPointF(300, 100))
    QApplication.processEvents()
    left = canvas.scene.nodes["outer_1"].rect.left()
    assert pixels(desk, QRectF(left - 76, 190, 70, 40)) > 60
    assert pixels(desk, QRectF(left - 76, -10, 70, 40)) == 0  # beside a Body input
    desk.hands.click(QPointF(left - 38, 205))
    assert desk.session.body == "" and desk.session.selection == {"parameter_1"}


def test_an_owner_shows_what_its_bodies_read(seat: Callable[..., Desk]) -> None:
    desk = seat(reading())
    scene = desk.window.canvas.scene
    assert scene.outside.reads("for_1").beside == (wire("parameter_1.value", "a.b").source,)
    desk.session.enter("for_1")
    scene = desk.window.canvas.scene
    assert scene.outside.stubs() == ("outer_1",) and scene.outside.place_of("outer_1") == "from the main graph"
    reads = scene.outside.reads("branch_1")
    assert [source.node for source in reads.beside] == ["input_1"] and reads.further == ("parameter_1",)
    desk.session.apply(RemoveNode("outer_2"))
    assert scene.outside.reads("branch_1").further == ()


# Unpack ---------------------------------------------------------------------------------------------------------------


def test_unpacking_the_only_call_gives_the_graph_back(desk: Desk) -> None:
    before = desk.session.content
    function, call = grouped(desk)
    desk.session.select([call])
    desk.keys(Qt.Key.Key_G, CTRL | SHIFT)
    assert desk.session.graph == before.graph and function not in desk.session.graph.nodes
    assert desk.session.selection == {"multiply", "add", "w", "b"}
    scene = desk.window.canvas.scene
    boxes = list(scene.nodes.values())
    assert not any(a.rect.intersects(b.rect) for k, a in enumerate(boxes) for b in boxes[:k])
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert call in desk.session.graph.nodes


def test_where_other_calls_use_it_the_function_stays_and_parameters_stay_one(desk: Desk) -> None:
    function, call = grouped(desk)
    second = desk.session.insert(f"{THIS}.{function}", Place(300.0, 600.0))
    desk.session.connect_wire(wire("x.value", f"{second}.xs.0"))
    desk.session.connect_wire(wire(f"{second}.add", "probe.x"))
    loss, by = numbers(desk.session.content)
    desk.session.select([call])
    desk.keys(Qt.Key.Key_G, CTRL | SHIFT)
    assert function in desk.session.graph.nodes and call not in desk.session.graph.nodes
    assert desk.session.document.undo_name == "Unpack"
    after, by_after = numbers(desk.session.content)
    assert after == pytest.approx(loss) and by_after == pytest.approx(by)
    assert not [p for p in desk.session.problems if p.severity == "error"]


def test_a_new_body_input_is_one_more_input_of_the_function(desk: Desk) -> None:
    function, _ = grouped(desk)
    desk.session.enter(function)
    QApplication.processEvents()
    added = desk.session.insert("control.input", Place(0.0, 600.0))
    assert desk.session.setting(function, "inputs") == ("x", "x 2") and desk.session.setting(added, "name") == "x 2"
    assert desk.session.layout.places[added] == Place(0.0, 600.0)
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.setting(function, "inputs") == ("x",) and added not in desk.session.graph.nodes


def test_a_new_body_output_takes_the_first_name_that_nothing_gives(seat: Callable[..., Desk]) -> None:
    graph = body_graph({"function_1": {"outputs": ("a", "b")}, "function_1/output_1": "a"})
    desk = seat(Content(graph, Layout({})))
    desk.session.enter("function_1")
    added = desk.session.insert("control.output", Place(0.0, 600.0))
    assert desk.session.setting(added, "name") == "b"


def test_a_view_in_a_body_says_that_it_has_no_card(seat: Callable[..., Desk]) -> None:
    graph = body_graph({"function_1": {}, "function_1/input_1": "x"})
    desk = seat(Content(graph, Layout({})))
    desk.session.enter("function_1")
    added = desk.session.insert("views.line_plot", Place(0.0, 600.0))
    desk.session.refresh()
    (problem,) = [p for p in desk.session.node_problems(added) if p.code == "view-inside"]
    assert problem.severity == "warning" and "no card among the plots" in problem.sentence


# The interface --------------------------------------------------------------------------------------------------------


def interface(desk: Desk, function: str, setting: str) -> InterfaceEditor:
    desk.session.enter(desk.session.node(function).inside)
    desk.session.select([function])
    QApplication.processEvents()
    editor = desk.window.workspace.inspector.view.form.rows[setting].editor  # type: ignore[union-attr]
    assert isinstance(editor, InterfaceEditor)
    return editor


def retyped(line: object, text: str) -> None:
    line.setFocus()  # type: ignore[attr-defined]
    line.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()


def two_inputs(desk: Desk) -> tuple[str, str]:
    """Make a subgraph of the multiplication alone: it takes x and w."""
    choose(desk, "multiply")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    return str(desk.session.setting(call, "function")), call


def test_inputs_and_outputs_are_renamed_and_all_calls_follow_with_their_wires(desk: Desk) -> None:
    function, call = two_inputs(desk)
    second = desk.session.insert(f"{THIS}.{function}", Place(300.0, 600.0))
    retyped(interface(desk, function, "outputs").ends[0].line, "product")
    assert {desk.session.setting(id, "outputs") for id in (call, second)} == {("product",)}
    assert wire(f"{call}.product", "add.x") in desk.session.graph.wires
    retyped(interface(desk, function, "inputs").ends[1].line, "slope")
    assert desk.session.setting(function, "inputs")[1] == "slope"
    faces = desk.window.canvas.scene.nodes
    assert [plug.text for plug in faces[call].face.inputs][1] == "slope"
    assert not [p for p in desk.session.problems if p.severity == "error" and p.node != second]


def test_inputs_are_put_in_another_order_and_wires_stay_with_their_names(desk: Desk) -> None:
    function, call = two_inputs(desk)
    before = desk.session.setting(function, "inputs")
    QTest.mouseClick(interface(desk, function, "inputs").ends[0].down, Left)
    assert desk.session.setting(function, "inputs") == before[::-1]
    assert {wire("w.value", f"{call}.xs.0"), wire("x.value", f"{call}.xs.1")} <= desk.session.graph.wires
    loss, _ = numbers(desk.session.content)
    assert loss == pytest.approx(numbers(line_fit())[0])


def test_an_input_with_a_default_needs_no_wire(desk: Desk) -> None:
    function, call = two_inputs(desk)
    slope = desk.session.setting(function, "inputs")[1]
    retyped(interface(desk, function, "inputs").ends[1].default, "1/4")
    assert desk.session.setting(function, "defaults") == ((slope, 0.25),)
    desk.session.apply(Disconnect(wire("w.value", f"{call}.xs.1")))
    assert not [p for p in desk.session.problems if p.severity == "error" and p.node in (call, function)]
    # (x / 4 + b - y) squared, b = 0 and y = 2 x, over x = 1, 2, 3
    start = float(desk.session.setting("b", "value"))
    want = np.mean((np.array([1.0, 2.0, 3.0]) / 4 + start - np.array([2.0, 4.0, 6.0])) ** 2)
    assert numbers(desk.session.content)[0] == pytest.approx(want)
    shown = [plug.text for plug in desk.window.canvas.scene.nodes[call].face.inputs]
    assert shown[1] == f"{slope} = 0.25"
    retyped(interface(desk, function, "inputs").ends[1].default, "nonsense")
    assert desk.session.setting(function, "defaults") == ((slope, 0.25),)


def test_inputs_outputs_and_the_function_have_help_that_the_palette_shows(desk: Desk) -> None:
    function, _ = two_inputs(desk)
    retyped(interface(desk, function, "inputs").ends[1].meaning, "how steep it is")
    slope = desk.session.setting(function, "inputs")[1]
    assert desk.session.setting(function, "meanings") == ((slope, "how steep it is"),)
    desk.session.set_setting(function, "about", "A line through the origin.")
    offered = desk.session.stock.library[f"{THIS}.{function}"]
    assert offered.help.startswith("A line through the origin.") and "how steep it is" in offered.help
    retyped(interface(desk, function, "inputs").ends[1].line, "gradient")
    assert desk.session.setting(function, "meanings") == (("gradient", "how steep it is"),)


def test_the_command_shows_the_interface_of_a_selected_call(desk: Desk) -> None:
    function, call = two_inputs(desk)
    desk.session.select([call])
    desk.window.actions_table.refresh()
    desk.window.actions_table["edit_interface"].trigger()
    assert desk.session.current == function
    assert isinstance(desk.window.workspace.inspector.view.form.rows["inputs"].editor, InterfaceEditor)


# Reuse, and make unique -----------------------------------------------------------------------------------------------


def test_a_function_is_offered_by_the_palette_under_this_graph_and_inserted_as_a_call(desk: Desk) -> None:
    function, call = grouped(desk)
    palette = desk.window.workspace.operators
    QApplication.processEvents()
    titles = [row.title for row in palette.model.rows]
    at = index_of(palette, f"{THIS}.{function}")
    assert "This graph" in titles and at.data() == desk.session.label(function)
    picked(desk, at)
    (new,) = desk.session.selection
    assert desk.session.setting(new, "function") == function and new != call
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert new not in desk.session.graph.nodes
    assert not [id for id in desk.window.settings.recent_operators if id.startswith(THIS)]


def test_quick_add_offers_it_and_wires_it_to_what_was_dragged(desk: Desk, qtbot: QtBot) -> None:
    function, _ = grouped(desk)
    canvas = desk.window.canvas
    canvas.fit()
    end = desk.hands.socket("y.value", output=True)
    desk.hands.drag(end, end + QPointF(90, 160))
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    popup.palette_panel.search.setText(desk.session.label(function))  # type: ignore[union-attr]
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)  # type: ignore[union-attr]
    (new,) = desk.session.selection
    assert wire("y.value", f"{new}.xs.0") in desk.session.graph.wires


def test_make_unique_gives_a_call_a_function_of_its_own(desk: Desk) -> None:
    function, call = grouped(desk)
    second = desk.session.insert(f"{THIS}.{function}", Place(300.0, 640.0))
    desk.session.connect_wire(wire("x.value", f"{second}.xs.0"))
    desk.session.select([second])
    desk.keys(Qt.Key.Key_G, CTRL | ALT)
    own = str(desk.session.setting(second, "function"))
    assert own != function and desk.session.setting(call, "function") == function
    assert desk.session.label(own) == f"{desk.session.label(function)} 2"
    inner = {desk.session.node(id).operator for id in desk.session.graph.bodies[own]}
    assert "parameters.parameter" in inner and desk.session.document.undo_name == "Make unique"
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.setting(second, "function") == function and own not in desk.session.graph.nodes


def test_the_only_call_cannot_be_made_unique(desk: Desk) -> None:
    _, call = grouped(desk)
    desk.session.select([call])
    desk.window.actions_table.refresh()
    assert not desk.window.actions_table["unique_subgraph"].isEnabled()
    sentences = said(desk)
    desk.session.make_unique()
    assert "only call" in sentences[-1]


# The personal library -------------------------------------------------------------------------------------------------


def test_a_subgraph_is_kept_and_offered_in_another_graph_with_its_help(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.rename(function, "Line")
    desk.session.set_setting(function, "about", "w x + b.")
    desk.session.select([call])
    QApplication.processEvents()
    desk.window.actions_table["keep_subgraph"].trigger()
    desk.session.adopt(line_fit(), None, clean=True)
    palette = desk.window.workspace.operators
    at = index_of(palette, f"{MINE}.Line")
    assert at.isValid() and "w x + b." in at.data(Qt.ItemDataRole.ToolTipRole)
    assert "My library" in [row.title for row in palette.model.rows]
    picked(desk, at)
    (new,) = desk.session.selection
    brought = str(desk.session.setting(new, "function"))
    assert desk.session.setting(brought, "origin") == "Line" and desk.session.label(brought) == "Line"
    assert {desk.session.node(id).operator for id in desk.session.graph.bodies[brought]} >= {
        "elementwise.multiply", "parameters.parameter", "control.input",
    }  # fmt: skip
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.graph == line_fit().graph


def test_inserting_it_again_calls_the_copy_that_is_there_unless_that_was_changed(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.select([call])
    name = desk.session.keep_in_library()
    first = desk.session.insert(f"{MINE}.{name}", Place(0.0, 900.0))
    second = desk.session.insert(f"{MINE}.{name}", Place(300.0, 900.0))
    brought = desk.session.setting(first, "function")
    assert brought == desk.session.setting(second, "function") != function
    inner = next(id for id in desk.session.graph.bodies[brought] if "multiply" in id)
    desk.session.rename(inner, "changed")
    third = desk.session.insert(f"{MINE}.{name}", Place(600.0, 900.0))
    assert desk.session.setting(third, "function") != brought


def test_it_is_renamed_and_removed_on_the_card(desk: Desk) -> None:
    _, call = grouped(desk)
    desk.session.select([call])
    name = desk.session.keep_in_library()
    desk.window.actions_table["show_library"].trigger()
    (card,) = desk.window.findChildren(LibraryCard)
    retyped(card.names[name], "Straight line")
    assert [entry.name for entry in desk.session.stock.shelf.entries()] == ["Straight line"]
    assert f"{MINE}.Straight line" in desk.session.stock.library
    QTest.mouseClick(card.removes["Straight line"], Left)
    assert desk.session.stock.shelf.entries() == () and f"{MINE}.Straight line" not in desk.session.stock.library
    assert all("~" in path.name for path in desk.session.stock.shelf.folder.iterdir())  # never lost
    card.close()


def test_what_reads_around_it_cannot_be_kept_and_says_what_to_do(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.enter(function)
    desk.session.apply(AddNode(Node("outer_1", "control.outer", "", {"node": "y"}, inside=function), Place(0, 400)))
    desk.session.leave()
    desk.session.select([call])
    sentences = said(desk)
    assert desk.session.keep_in_library() == ""
    assert "(y) around it" in sentences[-1] and "give it an input" in sentences[-1]


HOSTILE: dict[str, bytes] = {
    "cut": b'{"format": "gradwire.dgraph", "version": 1, "nodes": {',
    "binary": bytes(range(256)) * 8,
    "empty": b"",
    "deep": b"[" * 5000,
    "newer": b'{"format": "gradwire.dgraph", "version": 99}',
    "no_function": render(line_fit()),
    "nothing": b'{"format": "gradwire.dgraph", "version": 1}',
    "two": render(Content(body_graph({"function_1": {}, "function_2": {}}))),
}


def test_damaged_and_hostile_files_are_listed_with_the_reason_and_never_crash(desk: Desk) -> None:
    shelf = desk.session.stock.shelf
    shelf.folder.mkdir(parents=True, exist_ok=True)
    for what, data in HOSTILE.items():
        (shelf.folder / f"{what}.dgraph").write_bytes(data)
    desk.session.stock.changed.emit()
    entries, palette = {entry.name: entry for entry in shelf.entries()}, desk.window.workspace.operators
    assert entries.keys() == HOSTILE.keys()
    before, sentences = desk.session.content, said(desk)
    for what, entry in entries.items():
        assert entry.content is None and entry.fault.endswith("."), what
        at = index_of(palette, f"{MINE}.{what}")
        assert "(damaged)" in at.data() and "cannot be used" in at.data(Qt.ItemDataRole.ToolTipRole)
        assert desk.session.insert(f"{MINE}.{what}", Place(0, 0)) == ""
        assert desk.session.content == before and "is damaged" in sentences[-1]
    desk.window.actions_table["show_library"].trigger()
    (card,) = desk.window.findChildren(LibraryCard)
    assert all(card.names[what].isReadOnly() and not card.inserts[what].isEnabled() for what in HOSTILE)
    card.close()


def test_links_folders_pipes_and_huge_files_are_not_read(desk: Desk, tmp_path: Path) -> None:
    shelf = desk.session.stock.shelf
    shelf.folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "secret.dgraph").write_bytes(render(Content(body_graph({"function_1": {}}))))
    (shelf.folder / "link.dgraph").symlink_to(tmp_path / "secret.dgraph")
    (shelf.folder / "folder.dgraph").mkdir()
    os.mkfifo(shelf.folder / "pipe.dgraph")
    with (shelf.folder / "huge.dgraph").open("wb") as huge:
        huge.truncate(5 * 2**20)
    assert {entry.path.stem: entry.content for entry in shelf.entries()} == dict.fromkeys(
        ("link", "folder", "pipe", "huge")
    )


# Itself ---------------------------------------------------------------------------------------------------------------


def test_a_subgraph_that_would_contain_itself_without_a_guard_is_refused_at_the_gesture(desk: Desk) -> None:
    function, _ = grouped(desk)
    desk.session.enter(function)
    QApplication.processEvents()
    before, sentences = desk.session.content, said(desk)
    palette = desk.window.workspace.operators
    at = index_of(palette, f"{THIS}.{function}")
    picked(desk, at)
    assert desk.session.content == before
    assert "would call itself without end" in sentences[-1] and "Branch" in sentences[-1]


def test_one_that_stands_in_a_file_is_a_problem(seat: Callable[..., Desk]) -> None:
    graph = body_graph({"function_1": {}, "function_1/call_1": "function_1", "call_2": "function_1"})
    desk = seat(Content(graph, Layout({}, {})))
    assert any(p.code == "endless-recursion" and "Branch" in p.sentence for p in desk.session.problems)


def test_behind_a_branch_it_may(desk: Desk) -> None:
    function, _ = grouped(desk)
    desk.session.enter(function)
    branch = desk.session.insert("control.branch", Place(0.0, 500.0))
    desk.session.enter(f"{branch}.then")
    assert desk.session.insert(f"{THIS}.{function}", Place(200.0, 200.0))


def test_deep_nesting_ends_with_a_sentence(seat: Callable[..., Desk]) -> None:
    desk = seat(nested(32))
    desk.session.enter("function_31")
    sentences = said(desk)
    desk.session.select(["constant_31"])
    desk.keys(Qt.Key.Key_G, CTRL)
    assert "32 bodies deep" in sentences[-1] and "function_32" not in desk.session.graph.nodes
