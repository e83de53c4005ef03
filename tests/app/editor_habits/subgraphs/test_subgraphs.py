"""Subgraphs, as the issue has it:

"Make from selection, enter, leave, breadcrumbs, unpack, edit interface (rename, reorder, default, help), reuse by
reference with "make unique", a personal library of subgraphs as operators; depth shown; wires to the outside drawn."

And of "Bad input": "a subgraph that would contain itself without a guard".
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.stock import THIS
from engine.edits import Connect, RemoveNode
from engine.graph import Content, Graph, Layout, Node, Note, Place
from tests.app.canvas.conftest import line_fit, wire
from tests.app.conftest import index_of
from tests.app.editor_habits.conftest import Desk, choose
from tests.app.editor_habits.subgraphs.conftest import (
    ALT,
    CTRL,
    SHIFT,
    Left,
    grouped,
    menu_actions,
    numbers,
    picked,
    said,
)
from tests.engine.control_graphs import body_graph

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
