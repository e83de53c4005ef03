"""Wiring. Colour and form by type; what fits lights up while dragging, what does not says why; several wires from one
output by one gesture; move all wires of a socket with Ctrl; detach by pulling; cut many with a knife stroke; delete and
reconnect; wire a series of nodes in one go (Node-RED); swap two inputs; reroute dots; automatic unwired-but-named links
(send/receive) for long ways; broadcasting and casts shown on the wire; a shape mismatch says both shapes and the axis
at the cursor and offers the reshape, transpose or broadcast node that would fit.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.canvas import landing
from app.canvas.wire_forms import BUNDLE, REAL, RHOMB, ROUND, SQUARE, TRUTH, WHOLE
from app.canvas.wiring import DrawWire
from engine.edits import Reroute
from engine.files import parse, render
from engine.graph import Content, Graph, Layout, Node, Place, Route, Socket
from engine.replacing import replacement
from tests.app.canvas.conftest import agrees, line_fit, wire
from tests.app.editor_habits.conftest import Desk

Shift, Ctrl, Alt = (
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
Seat = Callable[..., Desk]


def shapes() -> Content:
    """Constants of several types, and nodes that take them."""
    values = {
        "matrix": ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), "turned": ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0)),
        "counts": (1, 2, 3), "number": 2.0,
    }  # fmt: skip
    nodes = {id: Node(id, "inputs.constant", settings={"value": value}) for id, value in values.items()}
    nodes["counts"] = Node("counts", "inputs.constant", settings={"value": (1, 2, 3), "dtype": "int64"})
    others = {
        "add": "elementwise.add", "greater": "elementwise.greater", "pack": "shape.pack", "sin": "elementwise.sin",
        "power": "elementwise.power",
    }  # fmt: skip
    nodes |= {id: Node(id, operator) for id, operator in others.items()}
    places = {
        "matrix": (0, 0), "turned": (0, 130), "counts": (0, 260), "number": (0, 390), "add": (300, 20),
        "greater": (300, 160), "power": (300, 300), "pack": (560, 160), "sin": (560, 20),
    }  # fmt: skip
    wires = [
        wire("matrix.value", "add.x"), wire("counts.value", "add.y"), wire("number.value", "greater.x"),
        wire("counts.value", "greater.y"), wire("greater.value", "pack.xs.0"), wire("add.value", "sin.x"),
        wire("number.value", "power.x"),
    ]  # fmt: skip
    return Content(
        Graph(nodes, frozenset(wires)), Layout({id: Place(float(x), float(y)) for id, (x, y) in places.items()})
    )


def free(desk: Desk, x: float, y: float) -> QPointF:
    """Return a point of the scene, which must be seen and where nothing is."""
    for _ in range(3):  # panels come to rest
        QApplication.processEvents()
    point = QPointF(x, y)
    assert desk.window.canvas.rect().contains(desk.hands.at(point))
    hover = desk.window.canvas.what_is_at(QPointF(desk.hands.at(point)))
    assert not (hover.node or hover.wire or hover.socket)
    return point


def output(desk: Desk, text: str) -> QPointF:
    return desk.hands.socket(text, output=True)


def into(desk: Desk, text: str) -> QPointF:
    return desk.hands.socket(text, output=False)


def one_step(desk: Desk, before: Content) -> None:
    """Fail unless what was done is one undo step, and the canvas shows what the document holds."""
    agrees(desk.window.canvas)
    desk.keys(Qt.Key.Key_Z, Ctrl)
    assert desk.session.content == before
    assert not desk.session.document.can_undo
    agrees(desk.window.canvas)
    desk.keys(Qt.Key.Key_Y, Ctrl)
    agrees(desk.window.canvas)


def open_menu(qtbot: QtBot, name: str) -> QMenu:
    """Return the menu of that name once it is shown."""

    def shown() -> list[QMenu]:
        widgets = QApplication.topLevelWidgets()
        return [w for w in widgets if isinstance(w, QMenu) and w.isVisible() and w.accessibleName() == name]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def choose(qtbot: QtBot, menu: QMenu, text: str) -> None:
    """Go down to the entry that begins so, and press Return."""
    parent = menu.parentWidget()
    action = next(each for each in menu.actions() if each.text().startswith(text) and each.isEnabled())
    for _ in menu.actions():
        if menu.activeAction() is action:
            break
        QTest.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is action
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    parent.activateWindow()  # a window manager would
    parent.setFocus()


def test_colour_and_form_by_type(seat: Seat) -> None:
    desk = seat(shapes())
    scene = desk.window.canvas.scene
    forms = {str(item.wire.source): item.form for item in scene.wires.values()}
    assert (forms["matrix.value"], forms["counts.value"], forms["greater.value"]) == (REAL, WHOLE, TRUTH)
    ink = desk.window.canvas.ink
    assert ink.wire_pen(WHOLE, True).color() != ink.wire_pen(REAL, True).color() != ink.wire_pen(TRUTH, True).color()
    assert scene.nodes["matrix"].forms["value", True] == (REAL, SQUARE)
    assert scene.nodes["pack"].forms["value", True] == (BUNDLE, RHOMB)
    assert ("value", True) not in scene.nodes["number"].forms  # a real number: the plain round socket
    assert scene.nodes["pack"].forms["xs.0", False] == (TRUTH, SQUARE)
    desk.session.set_setting("number", "dtype", "int64")
    desk.session.refresh()
    assert scene.nodes["number"].forms["value", True] == (WHOLE, ROUND)


def test_the_pixels_of_a_wire_of_whole_numbers_have_its_colour(seat: Seat) -> None:
    desk = seat(shapes())
    canvas = desk.window.canvas
    item = canvas.scene.wires[wire("counts.value", "greater.y")]
    at = desk.hands.at(item.path.pointAtPercent(0.5))
    grab = canvas.grab().toImage()
    near = {grab.pixelColor(at.x() + dx, at.y() + dy).name() for dx in range(-2, 3) for dy in range(-2, 3)}
    assert canvas.ink.wire_pen(WHOLE, False).color().name() in near


def test_what_fits_lights_up_while_dragging(seat: Seat) -> None:
    desk = seat(shapes())
    desk.stroke([output(desk, "turned.value"), free(desk, 200, 100)], release=False)
    gesture = desk.window.canvas.gesture
    assert isinstance(gesture, DrawWire)
    assert Socket("sin", "x") in gesture.fitting and Socket("add", "x") not in gesture.fitting
    grab = desk.window.canvas.grab().toImage()
    glow, dark = (desk.hands.at(into(desk, text) + QPointF(-8, 0)) for text in ("sin.x", "add.x"))
    assert grab.pixelColor(glow) != desk.window.canvas.ink.canvas
    assert grab.pixelColor(dark) != grab.pixelColor(glow)
    desk.hands.release(free(desk, 200, 100))


def test_what_does_not_fit_says_why(desk: Desk) -> None:
    said: list[str] = []
    desk.session.message.connect(said.append)
    start, end = output(desk, "add.value"), into(desk, "multiply.x")
    desk.stroke([start, free(desk, 420, 20), end], release=False)
    gesture = desk.window.canvas.gesture
    assert gesture is not None and gesture.refused
    assert gesture.hint == 'This wire would close a loop: "Multiply" (multiply) already leads to "Add" (add).'
    desk.hands.release(end)
    assert said[-1] == gesture.hint
    assert desk.session.content == line_fit()


def test_several_wires_from_one_output_by_one_gesture(seat: Seat) -> None:
    desk = seat(shapes())
    before = desk.session.content
    stops = [output(desk, "number.value"), into(desk, "power.exponent"), into(desk, "pack.xs.1"), free(desk, 480, 420)]
    desk.stroke(stops, Shift)
    made = desk.session.graph.wires - before.graph.wires
    assert made == {wire("number.value", "power.exponent"), wire("number.value", "pack.xs.1")}
    assert desk.session.document.undo_name == "Connect 2 wires"
    one_step(desk, before)


def test_a_further_wire_is_pulled_from_a_wired_input_with_shift(desk: Desk) -> None:
    before = desk.session.content
    desk.stroke([into(desk, "mse.target"), into(desk, "probe.x")], Shift)
    assert desk.session.graph.wires - before.graph.wires == {wire("y.value", "probe.x")}
    assert wire("y.value", "mse.target") in desk.session.graph.wires
    one_step(desk, before)


def test_escape_gives_up_several_wires(seat: Seat) -> None:
    desk = seat(shapes())
    before = desk.session.content
    desk.stroke(
        [output(desk, "number.value"), into(desk, "power.exponent"), free(desk, 480, 420)], Shift, release=False
    )
    desk.keys(Qt.Key.Key_Escape)
    desk.hands.release(free(desk, 480, 420), Shift)
    assert desk.session.content == before


def test_all_wires_of_a_socket_move_with_ctrl(seat: Seat) -> None:
    desk = seat(shapes())
    before = desk.session.content
    desk.stroke([output(desk, "counts.value"), free(desk, 200, 250), output(desk, "number.value")], Ctrl)
    graph = desk.session.graph
    assert {str(each.target) for each in graph.outgoing["number"]} == {"greater.x", "greater.y", "power.x", "add.y"}
    assert "counts" not in graph.outgoing
    assert desk.session.document.undo_name == "Move 2 wires"
    one_step(desk, before)


def test_all_wires_of_a_socket_are_taken_away_when_dropped_on_nothing(seat: Seat) -> None:
    desk = seat(shapes())
    before = desk.session.content
    desk.stroke([output(desk, "counts.value"), free(desk, 200, 250)], Ctrl)
    assert "counts" not in desk.session.graph.outgoing
    assert desk.session.document.undo_name == "Disconnect 2 wires"
    one_step(desk, before)


def test_wires_that_do_not_all_fit_stay_where_they_are(seat: Seat) -> None:
    desk = seat(shapes())
    before = desk.session.content
    desk.stroke([output(desk, "counts.value"), free(desk, 200, 250), output(desk, "turned.value")], Ctrl)
    assert desk.session.content == before


def test_a_wire_is_detached_by_pulling(desk: Desk) -> None:
    before = desk.session.content
    desk.stroke([into(desk, "add.y"), free(desk, 420, 420)], release=False)
    assert desk.window.canvas.gesture is not None
    assert desk.window.canvas.gesture.hint == "Let go to take the wire away."
    desk.hands.release(free(desk, 420, 420))
    assert before.graph.wires - desk.session.graph.wires == {wire("b.value", "add.y")}
    one_step(desk, before)


def crossing(desk: Desk) -> list[QPointF]:
    """Return a stroke across the two wires into the Multiply node."""
    scene = desk.window.canvas.scene
    middles = [scene.wires[wire(*ends)].middle for ends in (("x.value", "multiply.x"), ("w.value", "multiply.y"))]
    (top, bottom) = sorted(middles, key=lambda point: point.y())
    return [top - QPointF(0, 40), bottom + QPointF(0, 40)]


def test_many_wires_are_cut_with_a_knife_stroke_of_the_right_button(desk: Desk) -> None:
    before = desk.session.content
    desk.stroke(crossing(desk), Ctrl, Qt.MouseButton.RightButton)
    gone = before.graph.wires - desk.session.graph.wires
    assert gone == {wire("x.value", "multiply.x"), wire("w.value", "multiply.y")}
    assert desk.session.document.undo_name == "Cut 2 wires"
    one_step(desk, before)


def test_many_wires_are_cut_with_y_held(desk: Desk) -> None:
    before = desk.session.content
    QTest.keyPress(desk.window.canvas, Qt.Key.Key_Y)
    desk.stroke(crossing(desk))
    QTest.keyRelease(desk.window.canvas, Qt.Key.Key_Y)
    assert len(before.graph.wires - desk.session.graph.wires) == 2
    one_step(desk, before)
    desk.stroke([free(desk, 480, 420), free(desk, 560, 560)])  # the key is let go: a rubber band again
    assert len(before.graph.wires - desk.session.graph.wires) == 2


def test_the_knife_is_given_up_by_escape_and_cuts_nothing_it_does_not_cross(desk: Desk) -> None:
    before = desk.session.content
    desk.stroke(crossing(desk), Ctrl, Qt.MouseButton.RightButton, release=False)
    desk.keys(Qt.Key.Key_Escape)
    desk.hands.release(crossing(desk)[1], Ctrl, Qt.MouseButton.RightButton)
    desk.stroke([free(desk, 480, 420), free(desk, 560, 560)], Ctrl, Qt.MouseButton.RightButton)
    assert desk.session.content == before


def test_a_node_is_deleted_and_its_wires_reconnected(desk: Desk) -> None:
    before = desk.session.content
    desk.hands.click(desk.hands.head("add"))
    desk.keys(Qt.Key.Key_Delete, Ctrl)
    assert "add" not in desk.session.graph.nodes
    assert wire("multiply.value", "mse.prediction") in desk.session.graph.wires
    assert desk.session.document.undo_name == "Delete and reconnect Add"
    one_step(desk, before)


def test_nodes_in_a_row_are_deleted_and_reconnected_through_both(desk: Desk) -> None:
    before = desk.session.content
    desk.hands.click(desk.hands.head("add"))
    desk.hands.click(desk.hands.head("multiply"), Shift)
    desk.keys(Qt.Key.Key_Delete, Ctrl)
    assert wire("x.value", "mse.prediction") in desk.session.graph.wires
    one_step(desk, before)


def row() -> Content:
    """Nodes in a row without wires."""
    operators = ("inputs.constant", "elementwise.sin", "elementwise.exp", "reductions.mean")
    nodes = {f"n{k}": Node(f"n{k}", operator) for k, operator in enumerate(operators)}
    return Content(Graph(nodes), Layout({id: Place(220.0 * k, 120.0 * (k % 2)) for k, id in enumerate(nodes)}))


IN_A_ROW = {wire("n0.value", "n1.x"), wire("n1.value", "n2.x"), wire("n2.value", "n3.x")}


def test_a_series_of_nodes_is_wired_by_drawing_through_them_with_j_held(seat: Seat) -> None:
    desk = seat(row())
    before = desk.session.content
    QTest.keyPress(desk.window.canvas, Qt.Key.Key_J)
    desk.stroke([desk.hands.head(f"n{k}") for k in range(4)])
    QTest.keyRelease(desk.window.canvas, Qt.Key.Key_J)
    assert desk.session.graph.wires == IN_A_ROW
    assert desk.session.document.undo_name == "Wire 4 nodes in a row"
    one_step(desk, before)


def test_a_series_of_chosen_nodes_is_wired_by_a_command_in_the_order_of_choosing(seat: Seat) -> None:
    desk = seat(row())
    for k in (0, 2, 1, 3):
        desk.hands.click(desk.hands.head(f"n{k}"), Shift if k else Qt.KeyboardModifier.NoModifier)
    before = desk.session.content
    desk.keys(Qt.Key.Key_J, Alt)
    assert desk.session.graph.wires == {wire("n0.value", "n2.x"), wire("n2.value", "n1.x"), wire("n1.value", "n3.x")}
    one_step(desk, before)


def test_a_series_chosen_at_once_is_wired_from_left_to_right(seat: Seat) -> None:
    desk = seat(row())
    desk.keys(Qt.Key.Key_A, Ctrl)
    desk.keys(Qt.Key.Key_J, Alt)
    assert desk.session.graph.wires == IN_A_ROW


def test_two_inputs_are_swapped_by_key(desk: Desk) -> None:
    before = desk.session.content
    desk.hands.click(desk.hands.head("multiply"))
    desk.keys(Qt.Key.Key_X, Alt)
    assert {wire("w.value", "multiply.x"), wire("x.value", "multiply.y")} <= desk.session.graph.wires
    assert desk.session.document.undo_name == "Swap inputs"
    one_step(desk, before)


def test_two_inputs_are_swapped_by_pulling_one_wire_on_the_other_with_alt(desk: Desk) -> None:
    before = desk.session.content
    desk.stroke([into(desk, "multiply.x"), into(desk, "multiply.y")], Alt)
    assert {wire("w.value", "multiply.x"), wire("x.value", "multiply.y")} <= desk.session.graph.wires
    one_step(desk, before)


BENT = Route(((150.0, 60.0), (200.0, 90.0)))


@pytest.fixture
def bent(seat: Seat) -> Desk:
    """A desk on which the wire from w runs through two dots."""
    return seat(Reroute(wire("w.value", "multiply.y"), BENT).apply(line_fit())[0])


def test_swapped_inputs_keep_the_dots_of_their_wires(bent: Desk) -> None:
    before = bent.session.content
    bent.hands.click(bent.hands.head("multiply"))
    bent.keys(Qt.Key.Key_X, Alt)
    assert bent.session.layout.routes == {wire("w.value", "multiply.x"): BENT}
    one_step(bent, before)


def test_a_wire_keeps_its_dots_when_an_end_of_it_is_moved(bent: Desk) -> None:
    before = bent.session.content
    bent.stroke([into(bent, "multiply.y"), into(bent, "add.y")])
    assert bent.session.layout.routes == {wire("w.value", "add.y"): BENT}
    one_step(bent, before)


def test_a_node_dropped_on_a_bent_wire_parts_its_dots(bent: Desk) -> None:
    session, canvas = bent.session, bent.window.canvas
    before, held = session.content, wire("w.value", "multiply.y")
    goal = landing.goal_for_new(canvas, "elementwise.exp", QPointF(175.0, 75.0))
    assert goal is not None and goal.wire == held
    node = landing.insert(canvas, "elementwise.exp", Place(120.0, 40.0), goal)
    routes = session.layout.routes
    assert [dot for each in sorted(routes, key=lambda w: w.source.node == node) for dot in routes[each].dots] == [
        *BENT.dots
    ]
    one_step(bent, before)


def test_another_operator_and_a_subgraph_keep_the_dots_of_the_wires_around(bent: Desk) -> None:
    session = bent.session
    before = session.content
    session.select(["multiply"])
    function = session.make_subgraph()
    (bent_wire,) = session.layout.routes
    assert bent_wire.source == Socket("w", "value") and session.node(bent_wire.target.node).operator == "control.call"
    assert session.layout.routes[bent_wire] == BENT and function
    session.undo()
    assert session.content == before
    session.apply(replacement(session.content, session.library, ["multiply"], "elementwise.divide").edit)
    assert list(session.layout.routes.values()) == [BENT]


def test_a_swap_that_does_not_fit_is_refused_in_a_sentence(desk: Desk) -> None:
    said: list[str] = []
    desk.session.message.connect(said.append)
    before = desk.session.content
    desk.stroke([into(desk, "add.x"), into(desk, "mse.prediction")], Alt)
    assert desk.session.content == before
    assert "loop" in said[-1]


def test_a_dot_is_put_into_a_wire_by_a_double_click_dragged_and_taken_out(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.content
    laid = wire("b.value", "add.y")
    item = desk.window.canvas.scene.wires[laid]
    middle = item.path.pointAtPercent(0.5)
    desk.hands.double_click(middle)
    (dot,) = desk.session.layout.routes[laid].dots
    assert (QPointF(*dot) - middle).manhattanLength() < 12
    one_step(desk, before)
    (dot,) = desk.session.layout.routes[laid].dots
    desk.hands.drag(QPointF(*dot), QPointF(*dot) + QPointF(40, 80))
    assert desk.session.layout.routes[laid].dots == ((dot[0] + 40, dot[1] + 80),)
    assert desk.window.canvas.scene.wires[laid].path.contains(QPointF(dot[0] + 40, dot[1] + 80)) or any(
        (line.p2() - QPointF(dot[0] + 40, dot[1] + 80)).manhattanLength() < 1
        for line in desk.window.canvas.scene.wires[laid].lines(1.0)
    )
    desk.hands.double_click(QPointF(dot[0] + 40, dot[1] + 80))
    assert desk.session.layout == before.layout


def test_a_dot_is_added_and_dragged_with_alt_and_given_up_by_escape(desk: Desk) -> None:
    before = desk.session.content
    laid = wire("b.value", "add.y")
    middle = desk.window.canvas.scene.wires[laid].path.pointAtPercent(0.5)
    desk.stroke([middle, middle + QPointF(0, 60)], Alt, release=False)
    desk.keys(Qt.Key.Key_Escape)
    desk.hands.release(middle, Alt)
    assert desk.session.content == before
    agrees(desk.window.canvas)
    assert not desk.window.canvas.scene.wires[laid].dots
    desk.stroke([middle, middle + QPointF(0, 60)], Alt)
    assert len(desk.session.layout.routes[laid].dots) == 1
    one_step(desk, before)


def test_a_dot_goes_with_both_its_nodes_into_copies_and_through_a_file(desk: Desk) -> None:
    laid = wire("b.value", "add.y")
    desk.hands.click(desk.window.canvas.scene.wires[laid].middle)
    desk.keys(Qt.Key.Key_R, Alt)
    ((x, y),) = desk.session.layout.routes[laid].dots
    assert parse(render(desk.session.content)).layout == desk.session.layout
    desk.session.select(["b", "add"])
    before = desk.session.layout.places["b"]
    desk.stroke([desk.hands.head("add"), desk.hands.head("add") + QPointF(0, 160)])
    by = desk.session.layout.places["b"].y - before.y
    assert by > 100 and desk.session.layout.places["b"].x == before.x
    assert desk.session.layout.routes[laid].dots == ((x, y + by),)
    desk.keys(Qt.Key.Key_D, Ctrl)
    (copied,) = set(desk.session.layout.routes) - {laid}
    assert copied in desk.session.graph.wires
    assert desk.session.layout.routes[copied].dots == ((x + 32, y + by + 32),)
    agrees(desk.window.canvas)


def test_dots_are_taken_out_by_key(desk: Desk) -> None:
    laid = wire("b.value", "add.y")
    desk.hands.click(desk.window.canvas.scene.wires[laid].middle)
    desk.keys(Qt.Key.Key_R, Alt)
    assert laid in desk.session.layout.routes
    desk.keys(Qt.Key.Key_R, Alt | Shift)
    assert not desk.session.layout.routes


def test_a_wire_becomes_two_named_tags_and_a_click_goes_to_the_other_end(desk: Desk) -> None:
    before = desk.session.content
    laid = wire("b.value", "add.y")
    desk.hands.click(desk.window.canvas.scene.wires[laid].middle)
    desk.keys(Qt.Key.Key_T, Alt)
    assert desk.session.layout.routes == {laid: Route(tagged=True)}
    item = desk.window.canvas.scene.wires[laid]
    assert item.tag == "Parameter"
    one_step(desk, before)
    item = desk.window.canvas.scene.wires[laid]
    leaving, arriving = item.tags() or (None, None)
    assert leaving is not None and arriving is not None
    desk.hands.click(arriving.center())
    assert desk.session.selection == {"b"}
    desk.hands.click(leaving.center())
    assert desk.session.selection == {"add"}
    desk.session.rename("b", "offset")
    assert desk.window.canvas.scene.wires[laid].tag == "offset"


def test_a_tagged_wire_still_computes_and_is_cut_like_any_other(desk: Desk) -> None:
    laid = wire("b.value", "add.y")
    desk.hands.click(desk.window.canvas.scene.wires[laid].middle)
    desk.keys(Qt.Key.Key_T, Alt)
    assert laid in desk.session.graph.wires
    assert not desk.session.node_problems("add")
    desk.keys(Qt.Key.Key_Delete)
    assert laid not in desk.session.graph.wires and not desk.session.layout.routes
    desk.keys(Qt.Key.Key_Z, Ctrl)
    assert desk.session.layout.routes == {laid: Route(tagged=True)}


def test_long_wires_become_tags_by_themselves_where_that_is_asked_for(seat: Seat) -> None:
    content = line_fit()
    places = {**content.layout.places, "b": Place(-1800.0, 288.0)}
    desk = seat(Content(content.graph, Layout(places)))
    scene = desk.window.canvas.scene
    desk.window.actions_table["long_tags"].trigger()
    assert {item.wire for item in scene.wires.values() if item.tag} == {wire("b.value", "add.y")}
    assert not desk.session.layout.routes and desk.session.clean
    desk.window.actions_table["long_tags"].trigger()
    assert not any(item.tag for item in scene.wires.values())


def test_broadcasting_is_shown_on_the_wire(seat: Seat) -> None:
    desk = seat(shapes())
    scene = desk.window.canvas.scene
    assert scene.wires[wire("counts.value", "add.y")].mark.startswith("(3,) broadcast to (2, 3)")
    assert scene.wires[wire("number.value", "greater.x")].mark == "scalar broadcast to (3,)"
    assert scene.wires[wire("matrix.value", "add.x")].mark == ""


def test_casts_are_shown_on_the_wire(seat: Seat) -> None:
    desk = seat(shapes())
    marks = {str(each.target): item.mark for each, item in desk.window.canvas.scene.wires.items()}
    assert marks["add.y"] == "(3,) broadcast to (2, 3), int64 as float64"
    hover = desk.window.canvas.scene.wires[wire("counts.value", "add.y")].middle
    desk.hands.move(hover + QPointF(0, 90))
    desk.hands.move(hover)
    assert desk.window.canvas.hover.wire == wire("counts.value", "add.y")


def test_a_shape_mismatch_says_both_shapes_and_the_axis_and_offers_what_would_fit(seat: Seat, qtbot: QtBot) -> None:
    desk = seat(shapes())
    before = desk.session.content
    end = into(desk, "add.y")
    desk.stroke([output(desk, "turned.value"), free(desk, 220, 110), end], release=False)
    gesture = desk.window.canvas.gesture
    assert gesture is not None and gesture.refused
    for words in ("(2, 3)", "(3, 2)", "axis 1", "Transpose", "Reshape"):
        assert words in gesture.hint
    desk.hands.release(end)
    assert desk.session.content == before  # nothing is done before something is chosen
    menu = open_menu(qtbot, "What would make this wire fit")
    choose(qtbot, menu, "Transpose")
    graph = desk.session.graph
    assert {wire("turned.value", "transpose_1.x"), wire("transpose_1.value", "add.y")} <= graph.wires
    assert wire("counts.value", "add.y") not in graph.wires
    assert not desk.session.node_problems("add")
    assert desk.session.document.undo_name == "Insert Transpose"
    one_step(desk, before)


@pytest.mark.parametrize(
    ("choice", "operator", "settings"),
    [("Reshape", "shape.reshape", {"shape": (2, 3)}), ("Mean", "reductions.mean", {})],
)
def test_every_offer_fits_when_it_is_taken(
    seat: Seat, qtbot: QtBot, choice: str, operator: str, settings: dict[str, object]
) -> None:
    desk = seat(shapes())
    desk.stroke([output(desk, "turned.value"), free(desk, 220, 110), into(desk, "add.y")])
    choose(qtbot, open_menu(qtbot, "What would make this wire fit"), choice)
    (node,) = (node for node in desk.session.graph.nodes.values() if node.operator == operator)
    assert dict(node.settings) == settings
    assert not [problem for problem in desk.session.problems if problem.node in ("add", node.id)]


def test_a_broadcast_is_offered_where_the_other_inputs_have_a_larger_shape(seat: Seat) -> None:
    from app.offers import offers
    from engine.infer import infer
    from nodes.library import LIBRARY

    nodes = {
        "a": Node("a", "inputs.constant", settings={"value": ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))}),
        "b": Node("b", "inputs.constant", settings={"value": (1.0, 2.0, 3.0)}),
        "loss": Node("loss", "losses.mse"),
    }
    graph = Graph(nodes, frozenset({wire("a.value", "loss.prediction")}))
    found = offers(LIBRARY, graph, infer(graph, LIBRARY, {}), wire("b.value", "loss.target"))
    assert "shape.broadcast_to" in {each.operator for each in found}


def test_a_wire_that_would_close_a_loop_is_offered_nothing(desk: Desk) -> None:
    desk.stroke([output(desk, "add.value"), free(desk, 420, 20), into(desk, "multiply.x")], release=False)
    gesture = desk.window.canvas.gesture
    assert isinstance(gesture, DrawWire) and gesture.refused and gesture.offers == []
    desk.hands.release(into(desk, "multiply.x"))


def test_wires_are_made_by_keyboard_from_a_list_of_what_fits(desk: Desk, qtbot: QtBot) -> None:
    desk.hands.click(desk.hands.head("probe"))
    desk.keys(Qt.Key.Key_W)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry = next(k for k, action in enumerate(menu.actions()) if "Add" in action.text())
    for _ in range(entry + 1):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert wire("add.value", "probe.x") in desk.session.graph.wires
