"""Going to any point of the history at once: the same content as step by step, told as one change."""

from __future__ import annotations

import random

import pytest

from engine.document import Changed, Document
from engine.edits import AddNode, Connect, Group, RemoveNode, Rename, SetSetting
from engine.errors import EditError
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.history import History, Step
from engine.plain import from_plain, to_plain


def worked(count: int = 40, seed: int = 3) -> tuple[Document, list[Content]]:
    """A document after seeded edits, and its content after each number of steps."""
    rng = random.Random(seed)
    document = Document(Content(Graph({"a": Node("a", "elementwise.add"), "b": Node("b", "activations.tanh")})))
    contents = [document.content]
    while len(contents) <= count:
        ids = sorted(document.graph.nodes)
        one, other, number = rng.choice(ids), rng.choice(ids), len(contents)
        edit = rng.choice((
            AddNode(Node(f"n{number}", "elementwise.add")),
            Rename(one, f"name {number}"),
            SetSetting(one, "axis", number),
            Connect(Wire(Socket(one, "value"), Socket(other, "x"))),
            Group("Two", (Rename(ids[0], f"first {number}"), Rename(ids[-1], f"last {number}"))),
            RemoveNode(ids[-1]) if len(ids) > 6 else Rename("b", f"again {number}"),
        ))  # fmt: skip
        before = document.content
        try:
            document.apply(edit)
        except EditError:
            continue
        if document.content is not before:
            contents.append(document.content)
    return document, contents


def test_every_position_is_the_content_that_was_there() -> None:
    document, contents = worked()
    rng = random.Random(11)
    for position in [0, 40, *(rng.randrange(41) for _ in range(60))]:
        document.travel(position)
        assert document.content == contents[position]
        assert document.position == position
        assert len(document.steps) == 40


def test_the_way_is_told_once_and_the_journal_can_replay_it() -> None:
    document, contents = worked()
    news: list[Changed] = []
    document.listen(news.append)
    document.travel(5)
    assert len(news) == 1
    edit = news[0].edit
    assert edit is not None
    assert from_plain(to_plain(edit)).apply(contents[40])[0] == contents[5]


def test_undo_and_redo_go_on_from_there_step_by_step() -> None:
    document, contents = worked()
    document.travel(20)
    document.redo()
    assert document.content == contents[21]
    document.undo()
    document.undo()
    assert document.content == contents[19]
    document.travel(40)
    assert document.content == contents[40] and not document.can_redo


@pytest.mark.parametrize(("asked", "there"), [(-3, 0), (99, 40)])
def test_a_position_beyond_an_end_is_that_end(asked: int, there: int) -> None:
    document, contents = worked()
    document.travel(asked)
    assert document.position == there and document.content == contents[there]


def test_a_new_edit_forgets_what_came_later() -> None:
    document, _ = worked()
    document.travel(10)
    document.apply(Rename("a", "another way"))
    assert document.steps[10:] == ("Rename",)


def test_the_saved_point_is_known_until_no_step_leads_there() -> None:
    document, _ = worked(10)
    assert document.saved_position == 0
    document.travel(6)
    document.mark_clean()
    assert document.saved_position == 6
    document.travel(2)
    assert document.saved_position == 6 and not document.clean
    document.apply(Rename("a", "another way"))
    assert document.saved_position is None


def test_what_was_forgotten_is_counted_and_the_saved_point_moves_with_it() -> None:
    history = History(limit=3)
    edit = Rename("a", "x")
    for name in "abcde":
        history.push(Step(name, edit, edit))
        if name == "d":
            history.mark_clean()
    assert (history.names, history.position, history.saved, history.forgotten) == (("c", "d", "e"), 3, 2, 2)


def test_a_group_under_way_is_finished_first() -> None:
    document, _ = worked(3)
    with pytest.raises(EditError, match="finish them first"), document.group("Several"):
        document.travel(0)
