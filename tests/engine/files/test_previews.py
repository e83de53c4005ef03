"""The preview pinned to a node: in files, in the journal, in differences, and as an edit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import edits, plain
from engine.building import tidying
from engine.difference import difference
from engine.errors import EditError, FileError
from engine.files import parse, render
from engine.graph import Content, Graph, Layout, Node, Place
from nodes.library import LIBRARY

PLAIN = Content(Graph({"a": Node("a", "inputs.constant")}), Layout({"a": Place(8.0, 16.0)}))
PINNED = replace(PLAIN, layout=Layout({"a": Place(8.0, 16.0, preview="large", shows="histogram")}))


def test_it_is_written_reads_back_and_is_left_out_where_there_is_none() -> None:
    text = render(PINNED)
    assert b'"preview": "large", "shows": "histogram"' in text
    assert parse(text) == PINNED
    assert b"preview" not in render(PLAIN) and b"shows" not in render(PLAIN)


def test_an_unknown_size_is_refused_by_the_file_and_by_the_edit() -> None:
    with pytest.raises(FileError, match="preview"):
        parse(render(PINNED).replace(b'"large"', b'"huge"'))
    with pytest.raises(EditError, match="choose of small, medium, large"):
        edits.Move({"a": Place(preview="huge")}).apply(PLAIN)


def test_the_edit_has_an_exact_inverse_and_goes_through_the_journal() -> None:
    move = edits.Move(dict(PINNED.layout.places))
    after, back = plain.from_plain(plain.to_plain(move)).apply(PLAIN)
    assert after == PINNED
    assert back.apply(after)[0] == PLAIN


def test_a_journal_from_before_previews_is_read() -> None:
    old = {"edit": "Move", "places": {"a": {"x": 1.0, "y": 2.0, "collapsed": False}}}
    assert plain.from_plain(old) == edits.Move({"a": Place(1.0, 2.0)})


def test_a_difference_names_size_and_form() -> None:
    found = {change.what for changed in difference(PLAIN, PINNED).layout for change in changed.changes}
    assert found == {"preview", "shows"}


def test_arranging_keeps_what_is_pinned_and_folded() -> None:
    folded = replace(PINNED, layout=Layout({"a": replace(PINNED.layout.places["a"], collapsed=True)}))
    after, _ = tidying(folded, LIBRARY, ["a"]).apply(folded)
    place = after.layout.places["a"]
    assert (place.collapsed, place.preview, place.shows) == (True, "large", "histogram")
