"""Inserted, pasted and duplicated nodes: parameters and optimizers are told apart by name."""

from __future__ import annotations

from app.session import Session
from engine import limits
from engine.edits import Rename
from engine.graph import Place


def add_offset(session: Session, name: str = "offset b") -> str:
    """Insert a second parameter of a name; return its id."""
    id = session.insert("parameters.parameter", Place(0.0, 500.0))
    session.rename(id, name)
    return id


def names(session: Session) -> list[str]:
    """Return the labels of the selected nodes, sorted."""
    return sorted(session.label(id) for id in session.selection)


def test_duplicated_and_pasted_parameters_get_the_next_number(session: Session) -> None:
    b = add_offset(session)
    session.select(["w", b])
    before = {session.label("w"), session.label(b)}
    assert before == {"slope w", "offset b"}
    session.duplicate()
    assert names(session) == ["offset b 2", "slope w 2"]
    session.paste(session.copy(), Place(0.0, 900.0))
    assert names(session) == ["offset b 3", "slope w 3"], "a copy of a copy is counted on, not numbered twice"
    session.undo()
    session.undo()
    assert {session.label(id) for id in session.graph.nodes if session.node(id).operator.startswith("param")} == before


def test_what_is_pasted_where_nobody_is_called_so_keeps_its_name(session: Session) -> None:
    session.select(["w"])
    text = session.copy()
    session.new()
    session.paste(text, Place())
    assert names(session) == ["slope w"]


def test_two_equal_names_in_one_paste_are_told_apart_from_each_other(session: Session) -> None:
    session.select(["w", add_offset(session, "slope w")])
    text = session.copy()
    session.new()
    session.paste(text, Place())
    assert names(session) == ["slope w", "slope w 2"]


def test_the_number_of_a_longest_name_fits_the_limit(session: Session) -> None:
    longest = "w" * limits.NAME_LENGTH
    session.apply(Rename("w", longest))
    session.select(["w"])
    session.duplicate()
    assert names(session) == [f"{longest[:-2]} 2"]


def test_other_nodes_keep_their_names_when_copied(session: Session) -> None:
    multiply = next(id for id, node in session.graph.nodes.items() if node.operator == "elementwise.multiply")
    session.apply(Rename(multiply, "product"))
    session.select([multiply])
    session.duplicate()
    assert names(session) == ["product"]


def test_a_formula_in_the_clipboard_becomes_nodes_wired_from_those_it_names(session: Session) -> None:
    before = session.content
    session.apply(Rename("w", "w"))
    session.paste("mean((w * q - 1)**2)", Place(50.0, 700.0))
    operators = sorted(session.node(id).operator for id in session.selection)
    assert operators == [
        "elementwise.multiply", "elementwise.power", "elementwise.subtract", "inputs.constant", "inputs.constant",
        "parameters.parameter", "reductions.mean",
    ]  # fmt: skip
    (multiply,) = (id for id in session.selection if session.node(id).operator == "elementwise.multiply")
    assert {wire.source.node for wire in session.graph.incoming[multiply]} >= {"w"}
    assert min(session.layout.places[id].x for id in session.selection) == 50.0
    session.undo()
    session.undo()
    assert session.content == before


def test_text_that_is_neither_nodes_nor_a_formula_is_refused_in_one_sentence(session: Session) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    before = session.content
    for text in (
        "#!/bin/sh\nrm -rf",
        "hello",
        "__import__('os').system('x')",
        '{"nodes": []}',
        "import os",
        "x" * 100_000,
    ):
        session.paste(text, Place())
    assert session.content is before
    assert len(said) == 6
    for sentence in said:
        assert sentence.startswith("The clipboard holds no nodes copied from Gradwire, and no formula: line 1, column ")
        assert len(sentence) < 300
