"""The canonical writer: same content, same bytes; what is written reads back; one edit changes a line or few."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from engine import edits
from engine.errors import FileError
from engine.files import pack, parse, render
from engine.graph import Bookmark, Content, Graph, Layout, Node, Note, Place, Socket, Wire
from engine.order import natural
from tests.engine.files.contents import EVERYTHING, contents


def back(content: Content) -> Content:
    """Write and read."""
    text, archive = pack(content)
    return parse(text, arrays=archive.checked() if archive else None)


@settings(derandomize=True, deadline=None, max_examples=250)
@given(contents())
def test_what_is_written_reads_back_and_writes_the_same(content: Content) -> None:
    again = back(content)
    assert again == content
    assert render(again) == render(content)


def test_every_field_is_written() -> None:
    again = back(EVERYTHING)
    assert again == EVERYTHING
    settings = again.graph.nodes["a"].settings
    assert [type(settings["k"]), type(settings["f"])] == [int, float]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(contents())
def test_the_order_in_which_a_content_was_made_does_not_show(content: Content) -> None:
    graph = Graph(dict(reversed(content.graph.nodes.items())), frozenset(sorted(content.graph.wires, reverse=True)))
    parts = (content.layout.places, content.layout.notes, content.layout.routes)
    layout = Layout(*(dict(reversed(part.items())) for part in parts))
    kept = content.kept and replace(
        content.kept,
        values=dict(reversed(content.kept.values.items())),
        states=dict(reversed(content.kept.states.items())),
    )
    assert pack(Content(graph, layout, kept, content.lesson)) == pack(content)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(contents())
def test_it_is_the_json_that_others_read(content: Content) -> None:
    read = json.loads(render(content).decode("utf-8"))
    assert {id: node["operator"] for id, node in read["nodes"].items()} == {
        id: node.operator for id, node in content.graph.nodes.items()
    }
    assert {(source, target) for source, target in read["wires"]} == {
        (str(wire.source), str(wire.target)) for wire in content.graph.wires
    }


@settings(derandomize=True, deadline=None, max_examples=100)
@given(contents(kept=False))
def test_each_item_has_a_line_whatever_its_text(content: Content) -> None:
    text = render(content).decode("utf-8")
    assert text.splitlines() == text.split("\n")[:-1]
    layout = content.layout
    parts = (content.graph.nodes, content.graph.wires, layout.places, layout.notes, layout.routes)
    items = tuple(map(len, parts))
    brackets = 2 * sum(map(bool, items)) + sum(not n for n in items[:2])
    lesson = len(text[text.index('\n  "lesson": {') :].splitlines()) - 2 if content.lesson else 0
    assert len(text.splitlines()) == 4 + sum(items) + brackets + lesson
    if content.lesson and content.lesson.steps:
        assert sum(line.startswith('      {"text": ') for line in text.splitlines()) == len(content.lesson.steps)


def test_the_text_of_a_small_graph_is_this() -> None:
    content = Content(
        Graph(
            {id: Node(id, "elementwise.add", settings={"y": 1.0, "x": 2}) for id in ("add_10", "add_2")},
            frozenset({Wire(Socket("add_2", "value"), Socket("add_10", "x"))}),
        ),
        Layout({"add_2": Place(120.0, -0.5, True)}, {"note_1": Note("note_1", "Ü\n2", 0.0, 0.0, 240.0, 120.0)}),
    )
    assert (
        render(content).decode("utf-8")
        == """\
{
  "format": "gradwire.dgraph",
  "version": 1,
  "nodes": {
    "add_2": {"operator": "elementwise.add", "settings": {"x": 2, "y": 1.0}},
    "add_10": {"operator": "elementwise.add", "settings": {"x": 2, "y": 1.0}}
  },
  "wires": [
    ["add_2.value", "add_10.x"]
  ],
  "layout": {
    "add_2": {"x": 120, "y": -0.5, "collapsed": true}
  },
  "notes": {
    "note_1": {"text": "Ü\\n2", "x": 0, "y": 0, "width": 240, "height": 120}
  }
}
"""
    )


def test_an_empty_graph_is_this() -> None:
    assert (
        render(Content()) == b'{\n  "format": "gradwire.dgraph",\n  "version": 1,\n  "nodes": {},\n  "wires": []\n}\n'
    )


CHAIN = edits.Group(
    "",
    (
        *(edits.AddNode(Node(f"sin_{k}", "elementwise.sin"), Place(200.0 * k, 0.0)) for k in range(1, 30)),
        *(edits.Connect(Wire(Socket(f"sin_{k}", "value"), Socket(f"sin_{k + 1}", "x"))) for k in range(1, 29)),
        edits.AddNote(Note("note_1", "A chain")),
    ),
).apply(Content())[0]

EDITS = [
    (edits.SetSetting("sin_9", "gain", 2.0), 1),
    (edits.Rename("sin_7", "seven"), 1),
    (edits.SetFrozen("sin_7", True), 1),
    (edits.SetMuted("sin_7", True), 1),
    (edits.Move({"sin_3": Place(1.0, 2.0)}), 1),
    (edits.Disconnect(Wire(Socket("sin_4", "value"), Socket("sin_5", "x"))), 1),
    (edits.Connect(Wire(Socket("sin_4", "value"), Socket("sin_9", "x"))), 1),
    (edits.AddNode(Node("sin_10_b", "elementwise.sin"), Place(0.0, 0.0)), 2),
    (edits.AddNode(Node("zz", "elementwise.sin"), Place(0.0, 0.0)), 4),
    (edits.RemoveNode("sin_5"), 4),
    (edits.ChangeNote(Note("note_1", "Another text")), 1),
    (edits.AddNote(Note("note_2", "Two")), 2),
    (edits.SetBookmark("bookmark_1", Bookmark("start")), 4),
]


@pytest.mark.parametrize(("edit", "lines"), EDITS, ids=lambda x: type(x).__name__)
def test_one_edit_changes_a_line_or_few(edit: edits.Edit, lines: int) -> None:
    before = render(CHAIN).decode().splitlines()
    after = render(edit.apply(CHAIN)[0]).decode().splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    added = sum(line[0] == "+" for line in changed)
    assert 0 < max(added, len(changed) - added) <= lines


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u2028", "\u0085", "\ufeff", "\x7f", "\u200f"])
def test_what_cannot_be_seen_is_written_as_an_escape(hidden: str) -> None:
    content = Content(Graph({"a": Node("a", "elementwise.add", settings={"k": f"x{hidden}y"})}))
    assert hidden.encode() not in render(content)
    assert back(content) == content


@pytest.mark.parametrize("value", [float("nan"), float("inf"), (1, (float("-inf"),)), object()])
def test_what_a_file_cannot_hold_is_refused_by_name(value: object) -> None:
    node = Node("add_1", "elementwise.add", "the sum", settings={"k": value})  # type: ignore[dict-item]
    with pytest.raises(FileError, match=r'The setting k of "the sum" \(add_1\) is not a finite number'):
        render(Content(Graph({"add_1": node})))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(FileError, match="lone surrogate"):
        render(Content(Graph({"a": Node("a", "elementwise.add", "x\ud800")})))


def test_natural_order_counts_as_people_do() -> None:
    names = ["a_10", "a_2", "a", "a_1", "b1c2", "b1c10", "A", "_", "a_02", "1", "10", "9x"]
    assert sorted(names, key=natural) == ["1", "9x", "10", "A", "_", "a", "a_1", "a_02", "a_2", "a_10", "b1c2", "b1c10"]
    assert len({repr(natural(name)) for name in names}) == len(names)
