"""Inserting, wiring, settings, deleting, copying and pasting: each is one edit, and makes no new faults."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from engine import limits
from engine.building import (
    copy_text,
    duplication,
    fragment,
    fresh_id,
    insertion,
    paste,
    removal,
    replace_wire,
    setting_edit,
    tidying,
)
from engine.document import Document
from engine.edits import AddNode, Group, ResetSetting, SetSetting
from engine.errors import EditError, SettingError
from engine.files import parse, render
from engine.graph import Content, Graph, Kept, Layout, Node, Note, Place, Socket
from engine.infer import infer
from engine.problems import validate
from engine.types import ArrayType, Tensor
from nodes.library import LIBRARY
from tests.engine.graphs import graph, wire


@pytest.mark.parametrize(
    ("taken", "fresh"),
    [
        ([], "add_1"),
        (["add_1", "add_10", "add_9"], "add_11"),
        (["add", "add_x", "adder_4", "x_add_7", "add_-3", "add_²", "add_2b"], "add_1"),
        (["add_" + "9" * 60], "add_1"),
    ],
)
def test_fresh_ids(taken: list[str], fresh: str) -> None:
    assert fresh_id(Graph({id: Node(id, "x.y") for id in taken}), "add") == fresh


# Inserting ------------------------------------------------------------------------------------------------------------


def test_a_layer_comes_with_its_parameters_wired_and_without_overlap() -> None:
    document = Document()
    for k in range(3):
        edit = insertion(document.content, LIBRARY, "neural.dense", Place(400.0, 100.0 + k))
        assert isinstance(edit.edits[0], AddNode) and edit.edits[0].node.id == f"dense_{k + 1}"
        document.apply(edit)
    graph, places = document.graph, document.layout.places
    assert sorted(graph.nodes) == [f"dense_{k}" for k in (1, 2, 3)] + [f"parameter_{k}" for k in range(1, 7)]
    for k, name in itertools.product(range(3), ("weights", "bias")):
        source = graph.sources[Socket(f"dense_{k + 1}", name)]
        assert graph.nodes[source.node].name == name
        assert places[source.node].x < places[f"dense_{k + 1}"].x - 150
    parameters = [place for id, place in places.items() if id.startswith("parameter")]
    assert all(abs(a.y - b.y) >= 100 or abs(a.x - b.x) >= 150 for a, b in itertools.combinations(parameters, 2))
    assert document.undo_name == "Add Dense layer"
    document.undo()
    document.undo()
    document.undo()
    assert document.content == Content()


LOST = {
    "control.input": {"outside-a-body"},
    "control.output": {"outside-a-body"},
    "control.outer": {"outside-a-body"},
    "control.iteration": {"outside-a-loop"},
    "control.call": {"no-such-function"},
}
"""What is said of operators that have a meaning only inside a body, or beside a function."""


def test_every_operator_can_be_inserted_alone() -> None:
    for id, declared in LIBRARY.items():
        document = Document()
        document.apply(insertion(document.content, LIBRARY, id, Place()))
        node = document.graph.nodes[fresh_id(Graph(), declared.short)]
        assert node.operator == id and node.settings == {}
        codes = {problem.code for problem in validate(document.graph, LIBRARY)}
        assert codes <= {"missing-input", "unused-parameter", "no-optimizer"} | LOST.get(id, set()), (id, codes)


def test_only_settings_that_differ_from_the_defaults_are_stored() -> None:
    document = Document()
    document.apply(insertion(document.content, LIBRARY, "neural.dense", Place()))
    assert document.graph.nodes["parameter_1"].settings == {"initial": "glorot_uniform"}


def test_an_unknown_operator_cannot_be_inserted() -> None:
    with pytest.raises(EditError, match="There is no operator"):
        insertion(Content(), LIBRARY, "not.there", Place())


# Wires and settings ---------------------------------------------------------------------------------------------------


def test_making_a_wire_replaces_what_was_there() -> None:
    base = graph({"a": "x.y", "b": "x.y", "c": "x.y"}, ["a.value -> c.x", "b.value -> c.x", "b.value -> c.y"])
    content = Content(base)
    after, _ = replace_wire(base, wire("a.other", "c.x")).apply(content)
    assert after.graph.wires == {wire("a.other", "c.x"), wire("b.value", "c.y")}
    one, _ = replace_wire(base, wire("a.value", "c.x")).apply(content)
    assert one.graph.wires == {wire("a.value", "c.x"), wire("b.value", "c.y")}
    assert replace_wire(one.graph, wire("a.value", "c.x")).apply(one)[0] is one


OPTIMIZER = graph({"o": Node("o", "optimizers.optimizer", "Adam", {"steps": 5}), "a": "elementwise.add", "u": "no.op"})


@pytest.mark.parametrize(
    ("node", "setting", "value", "edit"),
    [
        ("o", "steps", 7.0, SetSetting("o", "steps", 7)),
        ("o", "steps", LIBRARY["optimizers.optimizer"].settings["steps"].default, ResetSetting("o", "steps")),
        ("o", "learning_rate", 1, SetSetting("o", "learning_rate", 1.0)),
        ("o", "parameters", ["w"], SetSetting("o", "parameters", ("w",))),
        ("o", "parameters", [], ResetSetting("o", "parameters")),
        ("a", "y", 2, SetSetting("a", "y", 2.0)),
        ("a", "y", 0, ResetSetting("a", "y")),
    ],
)
def test_settings_are_stored_in_canonical_form(node: str, setting: str, value: Any, edit: Any) -> None:
    made = setting_edit(OPTIMIZER, LIBRARY, node, setting, value)
    assert made == edit and repr(made) == repr(edit)
    made.apply(Content(OPTIMIZER))


@pytest.mark.parametrize(
    ("node", "setting", "value", "sentence"),
    [
        ("o", "steps", -1, '"Adam" (o): steps must be at least'),
        ("o", "learning_rate", float("nan"), '"Adam" (o): learning rate must be a finite number.'),
        ("o", "loss", 1.0, '"Adam" (o) has no setting “loss”.'),
        ("a", "y", "two", '"Add" (a): y must be a finite number.'),
        ("u", "k", 1, '"no.op" (u) has no setting “k”.'),
    ],
)
def test_settings_that_do_not_fit_are_refused(node: str, setting: str, value: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as refused:
        setting_edit(OPTIMIZER, LIBRARY, node, setting, value)
    assert sentence in refused.value.sentence and refused.value.node == node


# Deleting, copying, pasting -------------------------------------------------------------------------------------------

NET = Document()
NET.apply(insertion(NET.content, LIBRARY, "neural.dense", Place(300.0, 50.0)))
NET.apply(
    Group("", (
        AddNode(Node("x", "inputs.constant", "data", {"value": ((1.0, 2.0),)}), Place(-100.0, 75.0)),
        AddNode(Node("optimizer_3", "optimizers.optimizer", settings={"parameters": ("parameter_1", "gone")})),
        AddNode(Node("strange_1", "future.op", "?", {"k": (1, ("a", None))}), Place(0.0, 300.0)),
    ))
)  # fmt: skip
NET.apply(replace_wire(NET.graph, wire("x.value", "dense_1.x")))
NET.apply(replace_wire(NET.graph, wire("dense_1.value", "strange_1.in.0")))
FRAME = Note("note_1", "the *layer*", -120.0, 20.0, 500.0, 300.0, ("dense_1", "x"))
CONTENT = Content(
    NET.graph, Layout(NET.layout.places, {"note_1": FRAME}), Kept(5, 0, "", {"parameter_1": Tensor.of(1.0)})
)


def test_deleting_takes_wires_along_and_names_itself() -> None:
    edit = removal(CONTENT, LIBRARY, ["dense_1", "gone"], ["note_1", "note_9"])
    after, inverse = edit.apply(CONTENT)
    assert set(after.graph.nodes) == {"x", "optimizer_3", "strange_1", "parameter_1", "parameter_2"}
    assert not after.graph.wires and not after.layout.notes
    assert inverse.apply(after)[0] == CONTENT
    assert edit.name == "Delete 1 node and 1 note"
    assert removal(CONTENT, LIBRARY, ["x"]).name == "Delete data"
    assert removal(CONTENT, LIBRARY, ["dense_1"]).name == f"Delete {LIBRARY[NET.graph.nodes['dense_1'].operator].title}"
    assert removal(CONTENT, LIBRARY, ["strange_1"]).name.startswith("Delete "), "of an operator nobody knows"
    assert removal(CONTENT, LIBRARY, ["x", "dense_1"]).name == "Delete 2 nodes"


def test_a_fragment_is_closed() -> None:
    part = fragment(CONTENT, ["dense_1", "parameter_1", "gone"], ["note_1", "gone"])
    assert set(part.graph.nodes) == {"dense_1", "parameter_1"} and part.kept is None
    assert part.graph.wires == {wire("parameter_1.value", "dense_1.weights")}
    assert part.layout.notes["note_1"].nodes == ("dense_1",)


def test_what_is_copied_is_a_graph_file() -> None:
    text = copy_text(CONTENT, CONTENT.graph.nodes, ["note_1"])
    assert parse(text) == Content(CONTENT.graph, CONTENT.layout)


@pytest.mark.parametrize("way", ["paste", "duplicate"])
def test_copies_get_fresh_ids_and_keep_everything_else(way: str) -> None:
    nodes, at = list(CONTENT.graph.nodes), Place(1000.0, 2000.0)
    if way == "paste":
        edit = paste(CONTENT, LIBRARY, copy_text(CONTENT, nodes, ["note_1"]), at)
    else:
        edit = duplication(CONTENT, LIBRARY, nodes, at, ["note_1"])
    after, inverse = edit.apply(CONTENT)
    assert inverse.apply(after)[0] == CONTENT
    new = {
        "dense_1": "dense_2", "parameter_1": "parameter_3", "parameter_2": "parameter_4", "x": "x_1",
        "optimizer_3": "optimizer_4", "strange_1": "strange_2",
    }  # fmt: skip
    assert set(after.graph.nodes) == {*new, *new.values()}
    for old, copy in new.items():
        one, two = after.graph.nodes[old], after.graph.nodes[copy]
        assert (one.operator, one.name, one.frozen) == (two.operator, two.name, two.frozen)
        if old != "optimizer_3":
            assert one.settings == two.settings
    assert after.graph.nodes["optimizer_4"].settings == {"parameters": ("parameter_3", "gone")}
    assert after.graph.wires == CONTENT.graph.wires | {
        wire(f"{new[w.source.node]}.{w.source.name}", f"{new[w.target.node]}.{w.target.name}")
        for w in CONTENT.graph.wires
    }
    places, frame = after.layout.places, after.layout.notes["note_2"]
    assert frame.nodes == ("dense_2", "x_1")
    assert (frame.x, frame.y) == (1000.0, 2000.0)
    assert (places["x_1"].x - frame.x, places["x_1"].y - frame.y) == (20.0, 55.0)
    assert places["optimizer_4"] == at
    assert after.kept == CONTENT.kept
    types = infer(after.graph, LIBRARY).types
    assert types[Socket("dense_2", "value")] == types[Socket("dense_1", "value")] == ArrayType((1, 8))


def test_pasting_twice_never_meets_an_id() -> None:
    document = Document(CONTENT)
    text = copy_text(CONTENT, CONTENT.graph.nodes)
    for _ in range(5):
        document.apply(paste(document.content, LIBRARY, text, Place()))
    assert len(document.graph.nodes) == 6 * len(CONTENT.graph.nodes)
    long = Node("i" * limits.ID_LENGTH, "x.y")
    lengthy = Document(Content(Graph({long.id: long})))
    for _ in range(11):
        lengthy.apply(duplication(lengthy.content, LIBRARY, [long.id], Place()))
    assert len(lengthy.graph.nodes) == 12
    assert parse(render(lengthy.content)) == lengthy.content


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The clipboard holds no nodes copied from Gradwire."),
        ("import os; os.system('x')", "The clipboard holds no nodes copied from Gradwire."),
        ('{"nodes": []}', "The clipboard holds no nodes copied from Gradwire."),
        ('{"format": "gradwire.dgraph", "version": 1, "nodes": {"a": {}}}', "The clipboard, line 1"),
        ('{"format": "gradwire.dgraph", "version": 99}', "made by a newer Gradwire"),
        ('{"format": "gradwire.dgraph"', "The clipboard, line 1"),
        ('"gradwire.dgraph" \ud800', "The clipboard"),
    ],
)
def test_foreign_text_is_not_pasted(text: str, sentence: str) -> None:
    with pytest.raises(EditError) as refused:
        paste(Content(), LIBRARY, text, Place())
    assert sentence in refused.value.sentence and refused.value.sentence.endswith(".")


def test_pasting_off_the_canvas_is_refused_whole() -> None:
    document = Document(CONTENT)
    with pytest.raises(EditError, match="the canvas ends"):
        document.apply(duplication(CONTENT, LIBRARY, CONTENT.graph.nodes, Place(1e7, 0.0)))
    assert document.content is CONTENT


# Arranging ------------------------------------------------------------------------------------------------------------


def test_arranging_keeps_the_corner_and_draws_frames_around_their_nodes() -> None:
    apart = Note("note_2", "free", 5.0, 6.0)
    mixed = Note("note_3", "half", nodes=("x", "strange_1"))
    content = Content(CONTENT.graph, Layout(CONTENT.layout.places, {"note_1": FRAME, "note_2": apart, "note_3": mixed}))
    edit = tidying(content, LIBRARY, ["x", "dense_1"], lambda id: (150.0, 100.0))
    after, inverse = edit.apply(content)
    places, notes = after.layout.places, after.layout.notes
    assert (edit.name, inverse.apply(after)[0]) == ("Arrange nodes", content)
    assert {id for id in places if places[id] != content.layout.places.get(id)} <= {"x", "dense_1"}
    assert min(places["x"].x, places["dense_1"].x) == -100.0 and min(places["x"].y, places["dense_1"].y) == 50.0
    assert (notes["note_2"], notes["note_3"]) == (apart, mixed)
    frame = notes["note_1"]
    for id in ("x", "dense_1"):
        assert frame.x < places[id].x and places[id].x + 150.0 < frame.x + frame.width
        assert frame.y < places[id].y and places[id].y + 100.0 < frame.y + frame.height
    everything, _ = tidying(content, LIBRARY).apply(content)
    assert everything.layout.places.keys() == content.graph.nodes.keys()
    assert tidying(Content(), LIBRARY).apply(Content())[0] == Content()
