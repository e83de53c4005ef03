"""The canvas shows one body: the others are in the document, and neither drawn nor selected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.canvas import Canvas
from app.session import Session
from engine.graph import Content, Layout, Note, Place
from nodes.library import LIBRARY
from tests.engine.control_graphs import body_graph

GRAPH = body_graph(
    {
        "constant_1": {"value": (1.0, 2.0)}, "for_1": {}, "for_1/input_1": "x", "for_1/sum_1": {},
        "for_1/output_1": "x",
    },
    "constant_1>for_1.carry.0 input_1>sum_1 sum_1>output_1.value",
)  # fmt: skip
"""A loop whose body is wrong: it adds up what it carries."""
CONTENT = Content(
    GRAPH,
    Layout(
        {id: Place(300.0 * k, 0.0) for k, id in enumerate(GRAPH.nodes)},
        {"note_1": Note("note_1", "here"), "note_2": Note("note_2", "inside", inside="for_1")},
    ),
)


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    session = Session(LIBRARY, engine=False)
    made = Canvas(session)
    qtbot.addWidget(made)
    session.adopt(CONTENT, None, clean=True)
    session.refresh()
    yield made
    session.close()


def test_only_one_body_is_drawn(canvas: Canvas) -> None:
    scene = canvas.scene
    assert set(scene.nodes) == {"constant_1", "for_1"} and set(scene.notes) == {"note_1"}
    assert {wire.target.node for wire in scene.wires} == {"for_1"}


def test_what_is_wrong_inside_shows_at_the_owner(canvas: Canvas) -> None:
    canvas.scene.read_problems()
    assert canvas.scene.nodes["for_1"].severity == "error" and canvas.scene.nodes["constant_1"].severity == ""
    assert canvas.session.shown("sum_1", "") == "for_1"


def test_edits_inside_a_body_leave_the_scene_whole(canvas: Canvas) -> None:
    session, scene = canvas.session, canvas.scene
    session.select_all()
    assert session.selection == {"constant_1", "for_1"} and session.selected_notes == {"note_1"}
    session.select(["sum_1", "constant_1"])
    assert session.selection == {"constant_1"}
    session.set_setting("sum_1", "axis", 0)
    assert set(scene.nodes) == {"constant_1", "for_1"}
    session.select(["for_1"])
    session.duplicate()
    assert set(scene.nodes) == {"constant_1", "for_1", "for_2"} and session.selection == {"for_2"}
    assert len(session.graph.nodes) == len(GRAPH.nodes) + 4
    session.remove_selected()
    for _ in range(3):
        session.undo()
    assert session.body == "for_1"  # the last of them was made there
    session.enter("")
    assert session.graph == GRAPH and set(scene.nodes) == {"constant_1", "for_1"}
    session.select(["for_1"])
    session.remove_selected()
    assert set(session.graph.nodes) == {"constant_1"} and set(session.layout.notes) == {"note_1"}
    session.undo()
    assert session.content == CONTENT and set(scene.wires) == {w for w in GRAPH.wires if w.target.node == "for_1"}


def test_a_loop_that_is_inserted_shows_as_one_node(canvas: Canvas) -> None:
    made = canvas.session.insert("control.while", Place(0.0, 400.0))
    assert set(canvas.scene.nodes) == {"constant_1", "for_1", made}
    assert len(canvas.session.graph.nodes) > len(GRAPH.nodes) + 1
