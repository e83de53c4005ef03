"""Each edit: what it does, its inverse, what it refuses; groups; and edits as JSON data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import edits as e
from engine import limits
from engine.bodies import depth
from engine.errors import EditError, FileError
from engine.graph import Bookmark, Content, Graph, Kept, Layout, Node, Note, Place, Route
from engine.lessons.lesson import Choice, Lesson, Step
from engine.plain import READERS, from_plain, to_plain
from engine.types import Tensor
from tests.engine.graphs import chain, wire

A, B = Node("a_1", "elementwise.add", "sum", {"axis": 1}), Node("b_1", "activations.tanh")
WIRE, LOOSE = wire("a_1.value", "b_1.x"), wire("b_1.value", "a_1.y")
FRAME = Note("note_1", "both", nodes=("a_1", "b_1"))
VALUE, SLOTS = Tensor.of([1.0, -0.0]), {"m": Tensor.of(2.0)}
LESSON = Lesson("Slopes", steps=(Step("Look", question=Choice("Which?", ("a", "b"), 1)),))
CONTENT = Content(
    Graph({"a_1": A, "b_1": B}, frozenset({WIRE})),
    Layout({"a_1": Place(1.0, 2.0)}, {"note_1": FRAME}),
    Kept(7, 3, "b_1", {"a_1": VALUE}, {"a_1": SLOTS}),
)


def node(content: Content, id: str) -> Node:
    return content.graph.nodes[id]


EFFECTS: Mapping[str, tuple[e.Edit, Any, Any]] = {
    # what: (edit, a question to the content, its answer after the edit)
    "add": (e.AddNode(Node("c", "x.y"), Place(5, 6)), lambda c: (node(c, "c"), c.layout.places["c"]),
            (Node("c", "x.y"), Place(5.0, 6.0))),
    "add without a place": (e.AddNode(Node("c", "x.y")), lambda c: "c" in c.layout.places, False),
    "add with lists": (e.AddNode(Node("c", "x.y", settings={"s": [1, [2.0]]})),  # type: ignore[dict-item]
                       lambda c: node(c, "c").settings, {"s": (1, (2.0,))}),
    "remove": (e.RemoveNode("a_1"),
               lambda c: (set(c.graph.nodes), c.graph.wires, c.layout.places, c.layout.notes["note_1"].nodes, c.kept),
               ({"b_1"}, frozenset(), {}, ("b_1",), Kept(7, 3, "b_1"))),
    "connect": (e.Connect(LOOSE), lambda c: c.graph.wires, {WIRE, LOOSE}),
    "disconnect": (e.Disconnect(WIRE), lambda c: c.graph.wires, frozenset()),
    "connect by a route": (e.Connect(LOOSE, Route(((1, 2),))), lambda c: c.layout.routes,
                           {LOOSE: Route(((1.0, 2.0),))}),
    "reroute": (e.Reroute(WIRE, Route(((-0.0, 9), (3, 4)), True)), lambda c: c.layout.routes,
                {WIRE: Route(((0.0, 9.0), (3.0, 4.0)), True)}),
    "reroute straight": (e.Group("Dots", (e.Reroute(WIRE, Route(((1, 1),))), e.Reroute(WIRE, Route()))),
                         lambda c: c.layout.routes, {}),
    "take a laid wire away": (e.Group("Cut", (e.Reroute(WIRE, Route((), True)), e.Disconnect(WIRE))),
                              lambda c: c.layout.routes, {}),
    "remove what a laid wire ends at": (e.Group("Cut", (e.Reroute(WIRE, Route(((5, 5),))), e.RemoveNode("a_1"))),
                                        lambda c: c.layout.routes, {}),
    "a lesson": (e.SetLesson(LESSON), lambda c: c.lesson, LESSON),
    "no lesson": (e.Group("Try", (e.SetLesson(LESSON), e.SetLesson(None))), lambda c: c.lesson, None),
    "set": (e.SetSetting("a_1", "axis", 2), lambda c: node(c, "a_1").settings, {"axis": 2}),
    "set another": (e.SetSetting("a_1", "keep", True), lambda c: node(c, "a_1").settings, {"axis": 1, "keep": True}),
    "reset": (e.ResetSetting("a_1", "axis"), lambda c: node(c, "a_1").settings, {}),
    "rename": (e.Rename("a_1", "<b>"), lambda c: node(c, "a_1").name, "<b>"),
    "mute": (e.SetMuted("b_1", True), lambda c: node(c, "b_1").muted, True),
    "expose": (e.SetExposed("a_1", "slope", True), lambda c: node(c, "a_1").exposed, ("slope",)),
    "freeze": (e.SetFrozen("b_1", True), lambda c: node(c, "b_1").frozen, True),
    "move": (e.Move({"a_1": Place(-0.0, 9), "b_1": Place(3, 3, True)}), lambda c: c.layout.places,
             {"a_1": Place(0.0, 9.0), "b_1": Place(3.0, 3.0, True)}),
    "move nowhere": (e.Move({"a_1": None}), lambda c: c.layout.places, {}),
    "put a note inside": (e.PutInside({}, {"note_1": "b_1"}), lambda c: c.layout.notes["note_1"].inside, "b_1"),
    "put inside": (e.Group("In", (e.Disconnect(WIRE), e.PutInside({"b_1": "a_1.then"}, {"note_1": "a_1"}))),
                   lambda c: (node(c, "b_1").inside, c.layout.notes["note_1"].inside), ("a_1.then", "a_1")),
    "put both inside another": (e.Group("In", (e.AddNode(Node("f", "x.y")), e.PutInside({"a_1": "f", "b_1": "f"}))),
                                lambda c: ({n.inside for n in c.graph.nodes.values()}, c.graph.wires),
                                ({"", "f"}, frozenset({WIRE}))),
    "add note": (e.AddNote(Note("n", "*hi*", 1, 2)), lambda c: c.layout.notes["n"], Note("n", "*hi*", 1.0, 2.0)),
    "remove note": (e.RemoveNote("note_1"), lambda c: c.layout.notes, {}),
    "change note": (e.ChangeNote(Note("note_1", "new")), lambda c: c.layout.notes["note_1"].text, "new"),
    "bookmark": (e.SetBookmark("m", Bookmark("loss", -0.0, 4, 2, "gone.body", 3)), lambda c: c.layout.bookmarks,
                 {"m": Bookmark("loss", 0.0, 4.0, 2.0, "gone.body", 3)}),
    "no bookmark": (e.Group("Try", (e.SetBookmark("m", Bookmark("loss")), e.SetBookmark("m", None))),
                    lambda c: c.layout.bookmarks, {}),
    "keep": (e.SetKept(Kept(9)), lambda c: c.kept, Kept(9)),
    "forget": (e.SetKept(None), lambda c: c.kept, None),
    "group": (e.Group("Both", (e.RemoveNode("a_1"), e.AddNode(replace(A, name="new")), e.Connect(LOOSE))),
              lambda c: (node(c, "a_1").name, c.graph.wires), ("new", {LOOSE})),
}  # fmt: skip


@pytest.mark.parametrize("what", EFFECTS)
def test_an_edit_does_what_it_says_and_its_inverse_takes_it_back(what: str) -> None:
    edit, question, answer = EFFECTS[what]
    after, inverse = edit.apply(CONTENT)
    assert question(after) == answer
    before, again = inverse.apply(after)
    assert before == CONTENT
    assert again.apply(before)[0] == after
    assert edit.name and "\n" not in edit.name


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (e.PutInside({"b_1": "a_1"}), "different ones"),
        (e.PutInside({"a_1": "a_1"}), "inside itself"),
        (e.PutInside({"a_1": "b_1", "b_1": "a_1.then"}), "inside itself"),
        (e.PutInside({"a_1": "nowhere"}), "not a node"),
        (e.PutInside({"gone": ""}), "no node"),
        (e.PutInside({}, {"gone": ""}), "no note"),
        (e.PutInside({}, {"note_1": "not a body"}), "a body is named"),
    ],
)
def test_what_cannot_be_put_inside_is_refused_and_nothing_changes(edit: e.Edit, words: str) -> None:
    with pytest.raises(EditError, match=words):
        edit.apply(CONTENT)


def test_what_lies_inside_comes_along_unless_that_is_too_deep() -> None:
    nodes = {f"n_{k}": Node(f"n_{k}", "x.y", inside=f"n_{k - 1}" if k else "") for k in range(30)}
    content = Content(Graph({**nodes, "m_0": Node("m_0", "x.y"), "m_1": Node("m_1", "x.y", inside="m_0")}))
    after = e.PutInside({"m_0": "n_29"}).apply(content)[0]
    assert after.graph.nodes["m_1"].inside == "m_0" and depth(after.graph.nodes, "m_0") == 32 - 1
    deeper = e.AddNode(Node("m_2", "x.y", inside="m_1")).apply(content)[0]
    deeper = e.AddNode(Node("m_3", "x.y", inside="m_2")).apply(deeper)[0]
    with pytest.raises(EditError, match="bodies deep"):
        e.PutInside({"m_0": "n_29"}).apply(deeper)


def test_every_kind_of_edit_is_tested() -> None:
    assert {type(edit).__name__ for edit, _, _ in EFFECTS.values()} == {*READERS, "Group"}


def test_kinds_of_numbers_are_kept_apart() -> None:
    content = CONTENT
    for value in (1, 1.0, True, 0, 0.0, -0.0, False):
        content, inverse = e.SetSetting("a_1", "axis", value).apply(content)
        assert repr(node(content, "a_1").settings["axis"]) == repr(value)
        back, _ = inverse.apply(content)
        assert repr(inverse.apply(content)[0]) == repr(back)
    content, _ = e.SetSetting("a_1", "axis", np.float64(0.5)).apply(content)
    assert type(node(content, "a_1").settings["axis"]) is float


REFUSED: Mapping[str, tuple[e.Edit, str]] = {
    "a lesson that contradicts itself": (
        e.SetLesson(Lesson("x", steps=(Step("y", question=Choice("?", ("a", "b"), 2)),))), "one of its 2 options",
    ),
    "a second node": (e.AddNode(A), "There is already a node “a_1”."),
    "an id with a dot": (e.AddNode(Node("a.b", "x.y")), "A node cannot have the id “a.b”"),
    "an empty id": (e.AddNode(Node("", "x.y")), "cannot have the id “”"),
    "a long id": (e.AddNode(Node("i" * 101, "x.y")), "at most 100"),
    "no operator": (e.AddNode(Node("c", "import os")), "“import os”"),
    "a long name": (e.Rename("a_1", "x" * 10_000), "at most 200 characters, and this one has 10000"),
    "a name of two lines": (e.Rename("a_1", "a\nb"), "one line"),
    "half a character": (e.Rename("a_1", "\ud800"), "one line"),
    "no such node": (e.Rename("z", "a"), "There is no node “z” any more."),
    "nothing to remove": (e.RemoveNode("z"), "“z”"),
    "a wire that is there": (e.Connect(WIRE), "There is already a wire from a_1.value to b_1.x."),
    "a wire to nowhere": (e.Connect(wire("a_1.value", "z.x")), "no node “z”"),
    "a wire without a name": (e.Connect(wire("a_1.", "b_1.x")), "cannot be called “”"),
    "no such wire": (e.Disconnect(LOOSE), "There is no wire from b_1.value to a_1.y any more."),
    "NaN": (e.SetSetting("a_1", "axis", float("nan")), "a number must be finite"),
    "infinity in a list": (e.SetSetting("a_1", "axis", ((1.0, float("inf")),)), "finite"),
    "65 bits": (e.SetSetting("a_1", "axis", 2**63), "64 bits"),
    "a dict": (e.SetSetting("a_1", "axis", {"a": 1}), "not dict"),  # type: ignore[arg-type]
    "half a character in a text": (e.SetSetting("a_1", "axis", "a\udfffb"), "surrogate"),
    "too long a text": (e.SetSetting("a_1", "axis", "x" * (limits.TEXT_LENGTH + 1)), "at most 100000 characters"),
    "no name for a setting": (e.SetSetting("a_1", "", 1), "cannot be called “”"),
    "off the canvas": (e.Move({"a_1": Place(1e8, 0)}), "the canvas ends at 10000000"),
    "nowhere at all": (e.Move({"a_1": Place(float("nan"), 0)}), "cannot stand at “nan”"),
    "a second note": (e.AddNote(FRAME), "There is already a note “note_1”."),
    "a flat note": (e.AddNote(Note("n", "", width=0)), "at least 1 wide"),
    "a frame of strangers": (e.AddNote(Note("n", "", nodes=("z",))), "cannot carry “z”"),
    "a frame of twins": (e.ChangeNote(Note("note_1", "", nodes=("a_1", "a_1"))), "names a node twice"),
    "no such note": (e.RemoveNote("z"), "There is no note “z” any more."),
    "values of a stranger": (e.SetKept(Kept(values={"z": VALUE})), "for “z”"),
    "a nameless slot": (e.SetKept(Kept(states={"a_1": {"": VALUE}})), "No state can be kept as “”"),
    "values before the start": (e.SetKept(Kept(step=-1)), "at least 0"),
    "a value with nothing kept": (
        e.Group("", (e.SetKept(None), e.AddNode(Node("c", "x.y"), None, VALUE))), "no kept values"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("grouped", [False, True])
def test_an_edit_that_does_not_fit_is_refused_in_a_sentence_and_changes_nothing(what: str, grouped: bool) -> None:
    edit, sentence = REFUSED[what]
    before = repr(CONTENT)
    with pytest.raises(EditError) as refused:
        (e.Group("Several", (e.Rename("b_1", "new"), edit)) if grouped else edit).apply(CONTENT)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.endswith(".") and len(refused.value.sentence) < 300
    assert repr(CONTENT) == before


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = (value,)
    return value


def test_nesting_has_a_limit() -> None:
    e.SetSetting("a_1", "axis", deep(24)).apply(CONTENT)
    for levels in (25, 5000):
        with pytest.raises(EditError, match="nested at most 24 deep"):
            e.SetSetting("a_1", "axis", deep(levels)).apply(CONTENT)


@pytest.mark.parametrize("limit", ["NODES", "WIRES", "NOTES"])
def test_counts_have_limits(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, limit, 2)
    c, d = Node("c", "x.y"), Node("d", "x.y")
    edits: Mapping[str, list[e.Edit]] = {
        "NODES": [e.AddNode(c), e.AddNode(d)],
        "WIRES": [e.Connect(LOOSE), e.Connect(wire("a_1.value", "b_1.y"))],
        "NOTES": [e.AddNote(Note("n_1", "")), e.AddNote(Note("n_2", ""))],
    }
    content = CONTENT if limit != "NODES" else e.RemoveNode("a_1").apply(CONTENT)[0]
    for edit in edits[limit][:1]:
        content, _ = edit.apply(content)
    with pytest.raises(EditError, match="at most 2"):
        edits[limit][1].apply(content)


@pytest.mark.parametrize("what", ["move", "add note", "change note", "remove note", "keep"])
def test_the_graph_stays_the_same_object_where_only_the_layout_changes(what: str) -> None:
    after, _ = EFFECTS[what][0].apply(CONTENT)
    assert after.graph is CONTENT.graph
    assert after != CONTENT


@pytest.mark.parametrize(
    "edit", [e.SetSetting("a_1", "axis", 1), e.ResetSetting("a_1", "no"), e.Rename("b_1", ""), e.Move({}),
             e.SetFrozen("a_1", False), e.SetMuted("a_1", False), e.ChangeNote(FRAME), e.Group("", ())]
)  # fmt: skip
def test_an_edit_that_changes_nothing_leaves_the_very_content(edit: e.Edit) -> None:
    assert edit.apply(CONTENT)[0] is CONTENT


class Counting(Mapping[str, Any]):
    """A mapping that counts how often it is copied or walked through."""

    def __init__(self, inner: Mapping[str, Any]) -> None:
        self.inner, self.walks = inner, 0

    def __getitem__(self, key: str) -> Any:
        return self.inner[key]

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return iter(self.inner)

    def __len__(self) -> int:
        return len(self.inner)


def test_a_group_copies_the_content_once_however_many_edits_it_has() -> None:
    graph = chain(2_000)
    nodes, places = Counting(graph.nodes), Counting({id: Place() for id in graph.nodes})
    content = Content(Graph(nodes, graph.wires), Layout(places))
    removed = [f"n_{k}" for k in range(1_500)]
    edits = (*(e.Rename(id, "x") for id in removed), *map(e.RemoveNode, removed))
    after, inverse = e.Group("Many", edits).apply(content)
    assert len(after.graph.nodes) == 501 and len(after.graph.wires) == 499
    assert (nodes.walks, places.walks) == (1, 1)
    assert inverse.apply(after)[0] == Content(graph, Layout(dict(places)))


def test_what_a_graph_knows_of_its_wires_is_brought_up_to_date() -> None:
    content = Content(chain(300))
    _ = content.graph.incoming, content.graph.outgoing, content.graph.sources
    edits = [
        e.Connect(wire("c.value", "n_200.x")),
        e.RemoveNode("n_7"),
        e.Disconnect(wire("n_3.value", "n_4.x")),
        e.SetSetting("n_8", "x", 1.0),
        e.Disconnect(wire("c.value", "n_200.x")),
    ]
    for edit in edits:
        content, _ = edit.apply(content)
        known = content.graph.__dict__
        assert {"incoming", "outgoing", "sources"} <= known.keys()
        fresh = Graph(content.graph.nodes, content.graph.wires)
        assert known["incoming"] == fresh.incoming
        assert known["outgoing"] == fresh.outgoing
        assert known["sources"] == fresh.sources


class Unreadable(Mapping[str, Tensor]):
    """Kept values whose file is missing."""

    def __getitem__(self, key: str) -> Tensor:
        if key != "a_1":
            raise KeyError(key)
        raise FileError("The kept values are missing.")

    def __iter__(self) -> Iterator[str]:
        return iter(["a_1"])

    def __len__(self) -> int:
        return 1


def test_kept_values_are_opened_only_when_their_node_is_removed() -> None:
    content = replace(CONTENT, kept=Kept(7, 3, "", Unreadable()))
    assert e.loose_end(content) is None
    for edit in (e.RemoveNode("b_1"), e.Rename("a_1", "x"), e.SetKept(None), e.SetKept(Kept(8))):
        after, inverse = edit.apply(content)
        before, _ = inverse.apply(after)
        assert before.kept is content.kept and before.graph == content.graph
    with pytest.raises(FileError, match="missing"):
        e.RemoveNode("a_1").apply(content)


# Closed contents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (Content(Graph({}, frozenset({WIRE}))), "The wire at “a_1.value” has no node there."),
        (Content(layout=Layout({"a": Place()})), "The layout places “a”, which is not a node."),
        (Content(layout=Layout(notes={"n": Note("n", "", nodes=("z",))})), "The frame “n” carries"),
        (Content(kept=Kept(values={"w": VALUE})), "Values are kept for “w”"),
        (Content(kept=Kept(states={"o": {}})), "Values are kept for “o”"),
        (CONTENT, None),
    ],
)
def test_loose_ends_are_found(content: Content, sentence: str | None) -> None:
    found = e.loose_end(content)
    assert found is None if sentence is None else found is not None and sentence in found


# As JSON data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", EFFECTS)
def test_edits_survive_the_journal(what: str) -> None:
    edit, _, _ = EFFECTS[what]
    _, inverse = edit.apply(CONTENT)
    for each in (edit, inverse):
        back = from_plain(json.loads(json.dumps(to_plain(each))))
        assert type(back) is type(each)
        assert to_plain(back) == to_plain(each)
        if what != "add with lists":
            assert back == each


BROKEN = [
    ([], "edit: it must be an object"),
    ({}, "edit.edit: it must be one of"),
    ({"edit": "Delete"}, "edit.edit: it must be one of"),
    ({"edit": "RemoveNode"}, "edit: it must be an object of id"),
    ({"edit": "RemoveNode", "id": 1}, "edit.id: it must be text"),
    ({"edit": "RemoveNode", "id": "a", "force": True}, "an object of id"),
    ({"edit": "Connect", "wire": [["a", "b"]]}, "edit.wire: it must be a list of two"),
    ({"edit": "Connect", "wire": [["a", "b"], ["c"]]}, "edit.wire[1]: it must be a list of two"),
    ({"edit": "SetFrozen", "node": "a", "frozen": 1}, "true or false"),
    (
        {"edit": "SetSetting", "node": "a", "setting": "s", "value": {"x": 1}},
        "edit.value: it must be a setting's value",
    ),
    ({"edit": "SetSetting", "node": "a", "setting": "s", "value": float("nan")}, "a setting's value"),
    ({"edit": "Move", "places": {"a": {"x": "1", "y": 0, "collapsed": False}}}, "edit.places.a.x: it must be a finite"),
    ({"edit": "Move", "places": {"a": {"x": 1e999, "y": 0, "collapsed": False}}}, "finite number"),
    ({"edit": "SetKept", "kept": {"step": 1}}, "an object of step, seed"),
    ({"edit": "Group", "title": "x", "edits": [{"edit": "RemoveNode", "id": 0}]}, "edit.edits[0].id"),
]


@pytest.mark.parametrize("data", [pair[0] for pair in BROKEN], ids=lambda data: json.dumps(data)[:60])
def test_anything_else_is_no_edit(data: Any) -> None:
    sentence = next(sentence for broken, sentence in BROKEN if broken is data)
    with pytest.raises(EditError) as refused:
        from_plain(data)
    assert sentence in refused.value.sentence
    assert refused.value.place


@pytest.mark.parametrize(
    ("tensor", "sentence"),
    [
        ({"dtype": "object", "shape": [], "data": ""}, "an array of one of"),
        ({"dtype": "float64", "shape": [-1], "data": ""}, "an array of one of"),
        ({"dtype": "float64", "shape": [2], "data": "AAAA"}, "as many bytes"),
        ({"dtype": "float64", "shape": [0], "data": "é"}, "bytes in base64"),
        ({"dtype": "float64", "shape": [0], "data": "A"}, "bytes in base64"),
    ],
)
def test_a_tensor_in_a_journal_is_checked(tensor: Any, sentence: str) -> None:
    kept = {"step": 0, "seed": 0, "optimizer": "", "values": {"a": tensor}, "states": {}}
    with pytest.raises(EditError, match=sentence):
        from_plain({"edit": "SetKept", "kept": kept})


def test_groups_in_a_journal_do_not_nest_without_end() -> None:
    data: Any = {"edit": "RemoveNode", "id": "a"}
    for _ in range(500):
        data = {"edit": "Group", "title": "", "edits": [data]}
    with pytest.raises(EditError, match="at most 16 deep"):
        from_plain(data)
