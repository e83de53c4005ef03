"""Bad input where people edit: foreign and hostile text in the clipboard, and in every field that is typed into."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.canvas.find_bar import FindBar
from app.canvas.replace_card import ReplaceCard
from engine.graph import Content, Graph, Layout, Node, Place
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.editing.conftest import Ctrl, Key, line_of, row

HEAD = '{"format": "gradwire.dgraph", "version": 1, '
FOREIGN = {
    "prose": "Dear all, the meeting is at noon.",
    "a web page": "<html><script>alert(1)</script></html>",
    "a shell command": "$(rm -rf ~)",
    "code that reaches out": "__import__('os').system('true')",
    "JSON of something else": '{"nodes": {"a": {"operator": "elementwise.add"}}}',
    "half a graph": HEAD + '"nodes": {"a": {"opera',
    "a graph in a fence without an end": "```\n" + HEAD + '"nodes": {"a": {"operator": "elementwise.add"',
    "another version": '{"format": "gradwire.dgraph", "version": 99, "nodes": {}, "wires": []}',
    "an unknown field": HEAD + '"nodes": {"a": {"operator": "elementwise.add", "run": "now"}}, "wires": []}',
    "a key twice": HEAD + '"nodes": {}, "nodes": {}, "wires": []}',
    "a wire to nowhere": HEAD + '"nodes": {}, "wires": [["a.value", "b.x"]]}',
    "an infinite number": HEAD + '"nodes": {"a": {"operator": "x.y", "settings": {"s": 1e999}}}, "wires": []}',
    "a body inside itself": HEAD + '"nodes": {"a": {"operator": "control.for", "inside": "a"}}, "wires": []}',
    "deep lists": HEAD + '"nodes": ' + "[" * 5000 + "]" * 5000 + "}",
    "a setting exposed that is none": HEAD
    + '"nodes": {"a": {"operator": "x.y", "exposed": ["\\u0007"]}}, "wires": []}',
    "null bytes": "\x00\x01\x02\x00",
    "half a character": "\ud800 gradwire.dgraph",
    "a very long line": "x" * 2_000_000,
    "quote marks without end": ">" * 3000 + ' "gradwire.dgraph"',
    "escapes without end": '"{' + "\\" * 3001 + '"gradwire.dgraph" }',
}


def test_foreign_and_hostile_text_is_refused_in_one_sentence(desk: Desk) -> None:
    said: list[str] = []
    desk.session.message.connect(said.append)
    before = desk.session.content
    for what, text in FOREIGN.items():
        said.clear()
        QGuiApplication.clipboard().setText(text)
        desk.keys(Key.Key_V, Ctrl)
        assert desk.session.content == before and not desk.session.document.can_undo, what
        assert QGuiApplication.clipboard().text() == "" or len(said) == 1, what
        assert all("\n" not in text and len(text) < 400 for text in said), what


def test_operators_nobody_knows_come_in_as_placeholders_that_say_so(seat: Callable[..., Desk]) -> None:
    desk = seat(Content())
    text = HEAD + '"nodes": {"a": {"operator": "evil.run", "settings": {"cmd": "x"}, "exposed": ["cmd"]}}, "wires": []}'
    QGuiApplication.clipboard().setText(text)
    desk.keys(Key.Key_V, Ctrl)
    (id,) = desk.session.graph.nodes
    desk.session.refresh()
    assert [problem.code for problem in desk.session.problems if problem.node == id] == ["unknown-operator"]
    said: list[str] = []
    desk.session.message.connect(said.append)
    desk.keys(Key.Key_C, Ctrl)
    assert '"exposed": ["cmd"]' in QGuiApplication.clipboard().text()


NO_NUMBERS = (
    "__import__('os')", "().__class__", "9**9**9", "1/0", "sqrt(-1)", "nan", "inf", "1e999", "'1'", "[1]", "x",
    "lambda: 1", "(" * 150, "1" * 5000, "5 kg", "open('/etc/passwd')", "10 %% 3", "a" * 3000, "1 if 1 else 2", "{1}",
)  # fmt: skip


def test_what_is_no_number_leaves_the_number_and_says_why(desk: Desk) -> None:
    desk.session.select(["adam"])
    before = desk.session.content
    rate = row(desk, "learning_rate")
    line = line_of(rate.editor.field)
    for text in NO_NUMBERS:
        line.selectAll()
        line.insert(text)
        QTest.keyClick(line, Key.Key_Return)
        assert desk.session.content == before, text
        assert "stays as it was" in rate.fault.text() and len(rate.fault.text()) < 300, text
        assert float(line.text()) == desk.session.setting("adam", "learning_rate"), text


QUERIES = (
    "is:", "is:everything", 'in:"', '"', "-", "--", "steps>", "steps>>>1", ":", "=1", "in:nowhere", "<img src=x>",
    "name:", "(" * 500, "\u202eevil", "a" * 20_000, "%s%n", "value:", "steps:nan", "is:is:is", "'\"'\"",
)  # fmt: skip


def test_any_line_of_words_can_be_searched_for(desk: Desk) -> None:
    desk.keys(Key.Key_F, Ctrl)
    bar = desk.window.canvas.findChild(FindBar)
    for query in QUERIES:
        bar.field.clear()
        bar.field.insert(query)
        bar.search()
        QTest.keyClick(bar.field, Key.Key_Return)
        QTest.keyClick(bar.field, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert set(bar.hits) <= desk.session.graph.nodes.keys(), query
        if query.startswith("is:"):
            assert "after is: comes one of" in bar.said.text() and not bar.hits
        assert bar.width() <= desk.window.canvas.width(), query


def test_a_replacement_that_no_setting_may_have_is_shown_and_not_done(desk: Desk) -> None:
    before = desk.session.content
    desk.keys(Key.Key_H, Ctrl)
    card = desk.window.canvas.findChild(ReplaceCard)
    QTest.keyClicks(card.old, "2")
    QTest.keyClicks(card.new, "two")
    assert len(card.hits) == 2 and all("must be finite numbers" in hit.fault for hit in card.hits)
    assert not card.apply_button.isEnabled()
    QTest.keyClick(card.new, Key.Key_Return)
    assert desk.session.content == before


def test_names_that_sockets_go_by_are_not_replaced(seat: Callable[..., Desk]) -> None:
    desk = seat(Content())
    desk.session.insert("control.for", Place())
    before = desk.session.content
    desk.keys(Key.Key_H, Ctrl)
    card = desk.window.canvas.findChild(ReplaceCard)
    names = {v for node in before.graph.nodes.values() for value in node.settings.values() if isinstance(value, str)
             for v in (value,)}  # fmt: skip
    assert names
    QTest.keyClicks(card.old, sorted(names)[0])
    QTest.keyClicks(card.new, "other")
    assert card.hits and all("names that sockets go by" in hit.fault for hit in card.hits)
    assert not card.apply_button.isEnabled()


def test_a_node_with_a_body_is_not_replaced_and_says_what_would_be_lost(seat: Callable[..., Desk]) -> None:
    desk = seat(Content())
    desk.session.insert("control.for", Place())
    said: list[str] = []
    desk.session.message.connect(said.append)
    before = desk.session.content
    desk.session.select([id for id in before.graph.nodes if id.startswith("for_")])
    desk.keys(Key.Key_K, Ctrl)
    QTest.keyClicks(desk.window.commands.field, "replace selected with tanh")
    QTest.keyClick(desk.window.commands.field, Key.Key_Return)
    assert desk.session.content == before and "has a body" in said[-1]


def test_names_of_ten_thousand_characters_and_turned_letters_are_found_and_fit(seat: Callable[..., Desk]) -> None:
    """The longest name there may be, with bidi controls and emoji, in the history, the find bar and the inspector."""
    name = ("\u202e\U0001f600" * 5000)[:200]
    node = Node("w", "parameters.parameter", name)
    desk = seat(
        Content(Graph({"w": node, "b": Node("b", "parameters.parameter")}), Layout({"w": Place(), "b": Place(0, 160)}))
    )
    said: list[str] = []
    desk.session.message.connect(said.append)
    desk.session.rename("b", "\u202e\U0001f600" * 5000)
    assert "at most" in said[-1] and desk.session.label("b") == "Parameter"
    desk.keys(Key.Key_F, Ctrl)
    bar = desk.window.canvas.findChild(FindBar)
    bar.field.insert("\U0001f600")
    bar.search()
    assert bar.hits == ("w",)
    desk.session.select(["w", "b"])
    assert desk.window.workspace.width() <= desk.window.width()


def test_on_the_start_page_nothing_of_this_can_be_given(seat: Callable[..., Desk]) -> None:
    desk = seat()
    desk.window.show_start()
    desk.window.actions_table.refresh()
    table = desk.window.actions_table
    for id in ("find", "find_next", "replace_settings", "replace_operator", "duplicate_wired", "reset_settings"):
        assert not table[id].isEnabled(), id
