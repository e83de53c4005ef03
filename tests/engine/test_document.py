"""The Document: what its listeners are told and when, gestures, groups, and the clean mark."""

from __future__ import annotations

import pytest

from engine.document import Changed, Document
from engine.edits import (
    AddNode,
    AddNote,
    Connect,
    Disconnect,
    Edit,
    Group,
    Move,
    RemoveNode,
    RemoveNote,
    Rename,
    SetFrozen,
    SetKept,
    SetSetting,
)
from engine.errors import EditError
from engine.graph import Content, Graph, Kept, Layout, Node, Note, Place
from tests.engine.graphs import wire

A, B = Node("a", "elementwise.add"), Node("b", "activations.tanh")
WIRE = wire("a.value", "b.x")
CONTENT = Content(
    Graph({"a": A, "b": B}, frozenset({WIRE})), Layout({"a": Place()}, {"n": Note("n", "", nodes=("a",))}), Kept()
)


def ids(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (AddNode(Node("c", "x.y"), Place(1, 1)),
         Changed(ids("c"), semantic=True, moved=ids("c"), renamed=ids("c"))),
        (RemoveNode("a"), Changed(wires=frozenset({WIRE}), notes=ids("n"), removed=ids("a"), semantic=True)),
        (Connect(wire("b.value", "a.x")), Changed(wires=frozenset({wire("b.value", "a.x")}), semantic=True)),
        (SetSetting("a", "s", 1), Changed(ids("a"), semantic=True)),
        (SetFrozen("a", True), Changed(ids("a"), semantic=True)),
        (Rename("a", "sum"), Changed(ids("a"), renamed=ids("a"))),
        (Move({"a": Place(1), "b": Place()}), Changed(ids("a", "b"), moved=ids("a", "b"))),
        (AddNote(Note("m", "")), Changed(notes=ids("m"))),
        (SetKept(None), Changed(kept=True)),
        (Group("There and back", (AddNode(Node("c", "x.y")), AddNote(Note("m", "")), RemoveNode("c"), RemoveNote("m"),
                                  Disconnect(WIRE), Connect(WIRE), Rename("a", "sum"))),
         Changed(ids("a"), renamed=ids("a"), semantic=True)),
        (Group("Both", (Rename("a", "sum"), Move({"b": Place(3)}))),
         Changed(ids("a", "b"), renamed=ids("a"), moved=ids("b"))),
    ],
)  # fmt: skip
def test_listeners_are_told_ids(edit: Edit, told: Changed) -> None:
    document = Document(CONTENT)
    heard: list[Changed] = []
    document.listen(heard.append)
    document.apply(edit)
    (change,) = heard
    assert change.edit == edit
    for name in ("nodes", "wires", "notes", "removed", "semantic", "kept", "moved", "renamed"):
        assert getattr(change, name) == getattr(told, name), name


def test_undo_and_redo_tell_too() -> None:
    document = Document(CONTENT)
    heard: list[Changed] = []
    document.apply(RemoveNode("b"))
    document.listen(heard.append)
    document.undo()
    document.redo()
    assert [(c.nodes, c.removed, c.wires) for c in heard] == [
        (ids("b"), ids(), {WIRE}),
        (ids(), ids("b"), {WIRE}),
    ]


def test_what_changes_nothing_is_no_step_and_no_news() -> None:
    document = Document(CONTENT)
    heard: list[Changed] = []
    document.listen(heard.append)
    for edit in (Rename("a", ""), Move({"a": Place()}), Group("Nothing", ())):
        document.apply(edit)
    with document.group("Nothing"):
        document.apply(Rename("a", ""))
    assert not heard and not document.can_undo and document.clean


def test_a_refused_edit_leaves_no_trace() -> None:
    document = Document(CONTENT)
    with pytest.raises(EditError):
        document.apply(Group("Both", (Rename("a", "x"), RemoveNode("z"))))
    assert document.content is CONTENT and not document.can_undo


def test_a_drag_is_one_step() -> None:
    document = Document(CONTENT)
    for x in range(100):
        document.apply(Move({"a": Place(float(x + 1))}), merge="drag 1")
    document.seal()
    for x in range(5):
        document.apply(Move({"a": Place(200.0 + x)}), merge="drag 1")
    assert document.undo_name == "Move"
    document.undo()
    assert document.layout.places["a"] == Place(100.0)
    document.undo()
    assert document.content == CONTENT and not document.can_undo
    document.redo()
    assert document.layout.places["a"] == Place(100.0)


def test_a_save_in_the_middle_of_a_drag_stays_reachable() -> None:
    document = Document(CONTENT)
    document.apply(Move({"a": Place(1.0)}), merge="drag")
    document.mark_clean()
    document.apply(Move({"a": Place(2.0)}), merge="drag")
    assert not document.clean
    document.undo()
    assert document.clean and document.layout.places["a"] == Place(1.0)


def test_a_cancelled_drag_leaves_no_trace() -> None:
    document = Document(CONTENT)
    document.apply(Rename("a", "x"))
    document.mark_clean()
    for x in range(3):
        document.apply(Move({"a": Place(1.0 + x)}), merge="drag 1")
    document.cancel("drag 2")
    assert document.layout.places["a"] == Place(3.0), "the other gesture stands, and is over"
    document.cancel("drag 1")
    assert document.layout.places["a"] == Place(3.0)
    document.apply(Move({"a": Place(9.0)}), merge="drag 3")
    document.cancel("drag 3")
    assert document.layout.places["a"] == Place(3.0) and document.undo_name == "Move" and not document.can_redo
    document.undo()
    assert document.clean
    document.cancel("drag 1")
    assert document.clean


def test_a_group_is_one_step_with_its_own_name() -> None:
    document = Document(CONTENT)
    with document.group("Tidy"):
        document.apply(Rename("a", "x"))
        with document.group("Inner"):
            document.apply(Rename("b", "y"))
        assert not document.clean and not document.can_undo
        with pytest.raises(EditError, match="finish them first"):
            document.undo()
    assert document.undo_name == "Tidy"
    document.undo()
    assert document.content == CONTENT and document.redo_name == "Tidy"
    document.redo()
    assert [node.name for node in document.graph.nodes.values()] == ["x", "y"]


def test_a_group_that_fails_is_taken_back_before_everyones_eyes() -> None:
    document = Document(CONTENT)
    names: list[str] = []
    document.listen(lambda changed: names.append(document.graph.nodes["a"].name))
    with pytest.raises(KeyError), document.group("Tidy"):
        document.apply(Rename("a", "x"))
        raise KeyError
    assert names == ["x", ""]
    assert document.content == CONTENT and document.clean and not document.can_undo


def test_listeners_hear_edits_in_order_also_where_a_listener_edits() -> None:
    document = Document(CONTENT)
    heard: list[str] = []

    def reacts(changed: Changed) -> None:
        if document.graph.nodes["a"].name == "x":
            document.apply(Rename("a", "y"))

    document.listen(reacts)
    document.listen(lambda changed: heard.append(changed.edit.to if isinstance(changed.edit, Rename) else "?"))
    document.apply(Rename("a", "x"))
    assert heard == ["x", "y"]


def test_a_listener_that_fails_does_not_keep_the_others_from_hearing() -> None:
    document = Document(CONTENT)
    heard: list[Changed] = []

    def fails(changed: Changed) -> None:
        raise RuntimeError("a faulty panel")

    stop = document.listen(fails)
    document.listen(heard.append)
    with pytest.raises(RuntimeError, match="a faulty panel"):
        document.apply(Rename("a", "x"))
    assert len(heard) == 1 and document.graph.nodes["a"].name == "x" and document.can_undo
    stop()
    stop()
    document.undo()
    assert len(heard) == 2


def test_a_document_starts_closed_clean_and_with_nothing_to_undo() -> None:
    document = Document()
    assert document.content == Content() and document.clean
    assert (document.undo_name, document.redo_name) == ("", "")
    document.undo()
    document.redo()
    with pytest.raises(EditError, match="which is not a node"):
        Document(Content(layout=Layout({"z": Place()})))


def test_recovered_work_is_not_saved() -> None:
    document = Document(CONTENT)
    document.mark_dirty()
    assert not document.clean
    document.mark_clean()
    assert document.clean
