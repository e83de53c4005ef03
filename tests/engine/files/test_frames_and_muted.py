"""Muted nodes, and frames that say so and have a colour: in files, in the journal, in differences, and as edits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import edits, plain
from engine.difference import difference
from engine.errors import EditError, FileError
from engine.files import parse, render
from engine.graph import Content, Graph, Layout, Node, Note, Place

NOTE = Note("note_1", "Data", 0.0, 0.0, 320.0, 200.0)
PLAIN = Content(
    Graph({"a": Node("a", "inputs.constant"), "b": Node("b", "elementwise.sin")}),
    Layout({"a": Place(8.0, 40.0)}, {"note_1": replace(NOTE, nodes=("a",))}),
)


def test_a_muted_node_is_written_so_reads_back_and_is_left_out_otherwise() -> None:
    muted, back = edits.SetMuted("b", True).apply(PLAIN)
    assert b'"muted": true' in render(muted) and b"muted" not in render(PLAIN)
    assert parse(render(muted)) == muted
    assert back.apply(muted)[0] == PLAIN


def test_a_coloured_frame_is_written_and_reads_back() -> None:
    edit = edits.ChangeNote(replace(NOTE, frame=True, color="teal"))
    after, back = plain.from_plain(plain.to_plain(edit)).apply(PLAIN)
    assert b'"frame": true, "color": "teal"' in render(after)
    assert parse(render(after)) == after
    assert back.apply(after)[0] == PLAIN


def test_a_colour_outside_the_set_is_refused_by_the_file_and_by_the_edit() -> None:
    after = edits.ChangeNote(replace(NOTE, color="teal")).apply(PLAIN)[0]
    with pytest.raises(FileError, match="color"):
        parse(render(after).replace(b'"teal"', b'"neon"'))
    with pytest.raises(EditError, match="choose of sand, green"):
        edits.ChangeNote(replace(NOTE, color="neon")).apply(PLAIN)


def test_a_frame_whose_last_node_is_deleted_stays_a_frame() -> None:
    after, back = edits.RemoveNode("a").apply(PLAIN)
    assert after.layout.notes["note_1"].is_frame and not after.layout.notes["note_1"].nodes
    assert back.apply(after)[0] == PLAIN


def test_journals_from_before_are_read() -> None:
    note = {"id": "n", "text": "", "x": 0.0, "y": 0.0, "width": 9.0, "height": 9.0, "nodes": [], "inside": ""}
    assert plain.from_plain({"edit": "AddNote", "note": note}) == edits.AddNote(Note("n", "", 0.0, 0.0, 9.0, 9.0))


def test_a_difference_names_them() -> None:
    muted = edits.SetMuted("b", True).apply(PLAIN)[0]
    assert [each.what for changed in difference(PLAIN, muted).changed for each in changed.changes] == ["muted"]
    framed = edits.ChangeNote(replace(PLAIN.layout.notes["note_1"], color="rose")).apply(PLAIN)[0]
    assert [each.what for changed in difference(PLAIN, framed).layout for each in changed.changes] == ["color"]
