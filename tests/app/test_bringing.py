"""What comes along when nodes are copied: what a frame carries, and the function that a call calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.session import Session
from engine.edits import AddNote, SetSetting
from engine.graph import Content, Graph, Layout, Note, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line

FRAME = Note("frame_1", "The model", -20.0, -60.0, 900.0, 200.0, ("w", "multiply"), frame=True)
INNER = Note("note_2", "Inside.", 100.0, -40.0, 80.0, 40.0)
FUNCTION, CALL = "control.function", "control.call"


@pytest.fixture
def other(dressed: QApplication) -> Iterator[Session]:
    """An empty document."""
    made = Session(LIBRARY, engine=False)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def framed(session: Session) -> Session:
    for note in (FRAME, INNER):
        session.apply(AddNote(note))
    return session


@pytest.fixture
def called(session: Session) -> Session:
    """The line with its product in a subgraph; the call is selected."""
    session.select(["multiply"])
    assert session.make_subgraph()
    return session


def operators(session: Session) -> list[str]:
    return sorted(node.operator for node in session.graph.nodes.values())


def functions(session: Session) -> list[str]:
    return [id for id, node in session.graph.nodes.items() if node.operator == FUNCTION]


def test_a_frame_alone_is_copied_with_all_that_it_carries(framed: Session, other: Session) -> None:
    framed.select((), ["frame_1"])
    other.paste(framed.copy(), Place(0.0, 0.0))
    assert operators(other) == ["elementwise.multiply", "parameters.parameter"]
    (wire,) = other.graph.wires
    frame = next(note for note in other.layout.notes.values() if note.is_frame)
    assert set(frame.nodes) == set(other.graph.nodes) == {wire.source.node, wire.target.node}
    assert {note.text for note in other.layout.notes.values()} == {"The model", "Inside."}
    other.undo()
    assert not other.graph.nodes and not other.layout.notes and not other.document.can_undo


def test_of_a_frame_with_some_of_its_nodes_these_are_copied(framed: Session, other: Session) -> None:
    framed.select(["w"], ["frame_1"])
    other.paste(framed.copy(), Place(0.0, 0.0))
    assert operators(other) == ["parameters.parameter"]


def test_a_frame_alone_is_duplicated_and_cut_with_its_nodes(framed: Session) -> None:
    nodes = set(framed.graph.nodes)
    framed.select((), ["frame_1"])
    framed.duplicate()
    new = set(framed.graph.nodes) - nodes
    assert sorted(framed.node(id).operator for id in new) == ["elementwise.multiply", "parameters.parameter"]
    framed.undo()
    framed.select((), ["frame_1"])
    framed.choose_carried()
    text = framed.copy()
    framed.remove_selected()
    assert {"w", "multiply"}.isdisjoint(framed.graph.nodes) and "frame_1" not in framed.layout.notes
    framed.paste(text, Place(0.0, 0.0))
    assert len(framed.graph.nodes) == len(nodes)


def test_a_call_brings_its_function_into_another_document(called: Session, other: Session) -> None:
    other.paste(called.copy(), Place(0.0, 0.0))
    (function,) = functions(other)
    (call,) = [id for id, node in other.graph.nodes.items() if node.operator == CALL]
    assert other.setting(call, "function") == function and other.label(function) == called.label(functions(called)[0])
    inside = sorted(other.node(id).operator for id in other.graph.bodies[function])
    assert inside == ["control.input", "control.input", "control.output", "elementwise.multiply"]
    assert not any(p.code == "no-function" for p in other.problems)
    place, below = other.layout.places[call], other.layout.places[function]
    assert below.y > place.y, "not on the call"
    other.undo()
    assert not other.graph.nodes and not other.document.can_undo, "one step"


def test_it_is_not_brought_again_where_it_is_and_is_the_same(called: Session, other: Session) -> None:
    text = called.copy()
    called.paste(text, Place(0.0, 600.0))
    assert len(functions(called)) == 1 and operators(called).count(CALL) == 2
    assert {called.setting(id, "function") for id, n in called.graph.nodes.items() if n.operator == CALL} == {
        functions(called)[0]
    }
    for _ in range(2):
        other.paste(text, Place(0.0, 0.0))
    assert len(functions(other)) == 1 and operators(other).count(CALL) == 2
    first, again = (other.setting(id, "function") for id, n in other.graph.nodes.items() if n.operator == CALL)
    assert first == again == functions(other)[0]


def test_another_of_the_same_name_is_left_alone(called: Session, other: Session) -> None:
    text = called.copy()
    other.paste(text, Place(0.0, 0.0))
    (old,) = functions(other)
    product = next(id for id in other.graph.bodies[old] if other.node(id).operator == "elementwise.multiply")
    other.apply(SetSetting(product, "x", 3.0))
    other.paste(text, Place(400.0, 0.0))
    assert len(functions(other)) == 2
    calls = [id for id, node in other.graph.nodes.items() if node.operator == CALL]
    assert {other.setting(id, "function") for id in calls} == set(functions(other))


def test_functions_that_it_calls_come_along_too_each_once(called: Session, other: Session) -> None:
    (inner,) = functions(called)
    call = next(id for id, node in called.graph.nodes.items() if node.operator == CALL)
    called.select([call])
    outer = called.make_subgraph()
    assert outer and outer != inner
    text = called.copy()
    other.paste(text, Place(0.0, 0.0))
    assert len(functions(other)) == len(functions(called)) == 2
    other.paste(text, Place(400.0, 0.0))
    assert len(functions(other)) == 2


def test_an_id_that_is_taken_by_something_else_is_no_trap(called: Session, other: Session) -> None:
    """The function that is called has the id of another node in the other document."""
    (function,) = functions(called)
    text = called.copy()
    taken = line().graph.nodes["x"]
    nodes = {function: type(taken)(function, taken.operator, "", dict(taken.settings))}
    other.adopt(Content(Graph(nodes), Layout({function: Place(0.0, 0.0)})), None, clean=True)
    other.paste(text, Place(300.0, 0.0))
    (brought,) = functions(other)
    (call,) = [id for id, node in other.graph.nodes.items() if node.operator == CALL]
    assert brought != function and other.setting(call, "function") == brought


def test_a_function_chosen_itself_is_copied_as_it_was(called: Session) -> None:
    (function,) = functions(called)
    called.select([function])
    called.paste(called.copy(), Place(0.0, 900.0))
    assert len(functions(called)) == 2


def test_wires_between_what_came_along_and_the_rest_stay(called: Session, other: Session) -> None:
    called.select([id for id in called.graph.nodes if not called.node(id).inside and id not in functions(called)])
    other.paste(called.copy(), Place(0.0, 0.0))
    call = next(id for id, node in other.graph.nodes.items() if node.operator == CALL)
    assert Socket(call, "xs.0") in other.graph.sources
    assert len(other.graph.wires) == len(called.graph.wires)
