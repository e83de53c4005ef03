"""Another list of names for a loop, branch or function: everything that stands by these names stays in step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.signatures import moves
from engine.graph import Content, Graph, Layout, Place
from engine.infer import infer
from engine.problems import validate
from nodes.library import LIBRARY
from tests.app.conftest import wire
from tests.engine.control_graphs import body_graph

LOOP = body_graph(
    {
        "constant_1": {"value": 1.0}, "constant_2": {"value": (1.0, 2.0)}, "for_1": {"carries": ("a", "b")},
        "for_1/input_1": "a", "for_1/input_2": "b", "for_1/sin_1": {}, "for_1/output_1": "a",
        "for_1/output_2": "b", "sin_2": {}, "exp_1": {},
        "function_1": {"inputs": ("p", "q"), "outputs": ("value",)}, "function_1/input_3": "p",
        "function_1/input_4": "q", "function_1/add_1": {}, "function_1/output_3": "value",
        "call_1": "function_1",
        "function_1/outer_1": "for_1.b", "function_1/add_2": {},
    },
    "constant_1>for_1.carry.0 constant_2>for_1.carry.1 input_1>sin_1 sin_1>output_1.value "
    "input_2>output_2.value for_1.a>sin_2.x for_1.b>exp_1.x input_3>add_1.x input_4>add_1.y add_1>add_2 "
    "outer_1>add_2.y add_2>output_3.value sin_2>call_1.xs.0 exp_1>call_1.xs.1",
)  # fmt: skip


@pytest.fixture
def loop(session: Session) -> Session:
    places = {id: Place(100.0 * k, 0.0) for k, id in enumerate(LOOP.nodes)}
    session.adopt(Content(LOOP, Layout(places)), None, clean=True)
    return session


def sound(graph: Graph) -> None:
    """Fail where names join nothing, or types do not flow."""
    assert not [p.sentence for p in validate(graph, LIBRARY) if p.severity == "error"]
    types = infer(graph, LIBRARY).types
    assert all(types.get(wire.source) is not None for wire in graph.wires)


def test_the_graph_of_these_tests_is_sound() -> None:
    sound(LOOP)


def test_moves() -> None:
    assert moves(("a", "b"), ("a", "c")) == {0: 0, 1: 1}
    assert moves(("a", "b"), ("b", "a")) == {0: 1, 1: 0}
    assert moves(("a", "b"), ("b",)) == {1: 0}
    assert moves(("a",), ("z", "a")) == {0: 1}
    assert moves(("a", "a"), ("a", "b")) == {0: 0, 1: 1}


def test_a_renamed_carry_keeps_its_wires_and_its_nodes(loop: Session) -> None:
    loop.set_setting("for_1", "carries", ("a", "speed"))
    graph = loop.graph
    assert graph.nodes["input_2"].settings["name"] == graph.nodes["output_2"].settings["name"] == "speed"
    assert graph.nodes["input_1"].settings["name"] == "a"
    assert wire("for_1.speed", "exp_1.x") in graph.wires and wire("constant_2.value", "for_1.carry.1") in graph.wires
    assert graph.nodes["outer_1"].settings["output"] == "speed"
    assert len(graph.wires) == len(LOOP.wires)
    sound(graph)
    loop.undo()
    assert loop.graph == LOOP and not loop.document.can_undo


def test_a_carry_taken_away_takes_its_nodes_and_moves_the_others(loop: Session) -> None:
    loop.set_setting("for_1", "carries", ("b",))
    graph = loop.graph
    assert {"input_1", "output_1"}.isdisjoint(graph.nodes) and "sin_1" in graph.nodes
    assert wire("constant_2.value", "for_1.carry.0") in graph.wires
    assert not [w for w in graph.wires if w.source.node == "constant_1"]
    assert wire("for_1.b", "exp_1.x") in graph.wires and not [w for w in graph.wires if w.target.node == "sin_2"]
    loop.undo()
    assert loop.graph == LOOP


def test_a_new_carry_is_passed_on_in_the_body(loop: Session) -> None:
    loop.set_setting("for_1", "carries", ("c", "a", "b"))
    graph = loop.graph
    new = {node.operator: id for id, node in graph.nodes.items() if id not in LOOP.nodes}
    assert set(new) == {"control.input", "control.output"}
    assert {graph.nodes[id].settings["name"] for id in new.values()} == {"c"}
    assert all(graph.nodes[id].inside == "for_1" for id in new.values())
    assert wire(f"{new['control.input']}.value", f"{new['control.output']}.value") in graph.wires
    assert wire("constant_1.value", "for_1.carry.1") in graph.wires and wire("for_1.b", "exp_1.x") in graph.wires
    loop.connect_wire(wire("constant_1.value", "for_1.carry.0"))
    sound(loop.graph)
    loop.undo()
    loop.undo()
    assert loop.graph == LOOP


def test_carries_that_change_places_take_their_wires_along(loop: Session) -> None:
    loop.set_setting("for_1", "carries", ("b", "a"))
    graph = loop.graph
    assert wire("constant_2.value", "for_1.carry.0") in graph.wires
    assert wire("constant_1.value", "for_1.carry.1") in graph.wires
    assert wire("for_1.b", "exp_1.x") in graph.wires
    sound(graph)


def test_the_calls_of_a_function_follow_it(loop: Session) -> None:
    loop.set_setting("function_1", "inputs", ("q", "p"))
    graph = loop.graph
    assert wire("exp_1.value", "call_1.xs.0") in graph.wires and wire("sin_2.value", "call_1.xs.1") in graph.wires
    sound(graph)
    loop.set_setting("function_1", "outputs", ("result",))
    assert loop.setting("call_1", "outputs") == ("result",)
    assert loop.graph.nodes["output_3"].settings["name"] == "result"
    sound(loop.graph)
    loop.undo()
    loop.undo()
    assert loop.graph == LOOP


def test_both_bodies_of_a_branch_get_a_new_input(session: Session) -> None:
    made = session.insert("control.branch", Place(0, 0))
    before = session.graph
    session.set_setting(made, "inputs", ("x", "y"))
    new = [node for id, node in session.graph.nodes.items() if id not in before.nodes]
    assert [(n.operator, n.settings["name"]) for n in new] == [("control.input", "y")] * 2
    assert {n.inside for n in new} == {f"{made}.then", f"{made}.otherwise"}
    session.set_setting(made, "outputs", ("value", "more"))
    assert sum(n.operator == "control.output" for n in session.graph.nodes.values()) == 4
    session.set_setting(made, "inputs", ("x",))
    session.set_setting(made, "outputs", ("value",))
    assert session.graph == before


def test_a_new_carry_of_a_while_is_no_result_of_its_condition(session: Session) -> None:
    made = session.insert("control.while", Place(0, 0))
    before = set(session.graph.nodes)
    session.set_setting(made, "carries", ("x", "y"))
    assert {session.node(id).inside for id in set(session.graph.nodes) - before} == {f"{made}.body"}


def test_names_are_edited_in_rows(qtbot: QtBot, loop: Session) -> None:
    from app.panels.inspector_form import Form
    from app.panels.inspector_names import NamesEditor, PickEditor

    form = Form(loop, "for_1")
    qtbot.addWidget(form)
    form.refresh()
    form.show()
    loop.changed.connect(lambda _: form.refresh())
    editor = form.rows["carries"].editor
    assert isinstance(editor, NamesEditor) and [line.text() for line in editor.lines] == ["a", "b"]
    editor.lines[1].selectAll()
    QTest.keyClicks(editor.lines[1], "speed")
    QTest.keyClick(editor.lines[1], Qt.Key.Key_Return)
    assert loop.setting("for_1", "carries") == ("a", "speed")
    QTest.mouseClick(editor.ups[1], Qt.MouseButton.LeftButton)
    assert loop.setting("for_1", "carries") == ("speed", "a")
    QTest.mouseClick(editor.drops[0], Qt.MouseButton.LeftButton)
    assert loop.setting("for_1", "carries") == ("a",)
    QTest.mouseClick(editor.more, Qt.MouseButton.LeftButton)
    assert loop.setting("for_1", "carries") == ("a", "a2")
    editor.lines[1].selectAll()
    QTest.keyClicks(editor.lines[1], "a")
    QTest.keyClick(editor.lines[1], Qt.Key.Key_Return)
    assert loop.setting("for_1", "carries") == ("a", "a2") and "differ" in form.rows["carries"].fault.text()
    for _ in range(4):
        loop.undo()
    assert loop.graph == LOOP and not loop.document.can_undo
    outer = Form(loop, "outer_1")
    qtbot.addWidget(outer)
    outer.refresh()
    picks = {name: outer.rows[name].editor for name in ("node", "output")}
    assert all(isinstance(each, PickEditor) for each in picks.values())
    assert [picks["output"].box.itemData(k) for k in range(picks["output"].box.count())] == ["a", "b"]
