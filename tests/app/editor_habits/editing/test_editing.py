"""Editing, in the words of the issue:

Undo history panel with names; copy/paste within, between windows and as text through the system clipboard (a graph
pasted into a chat and back is the same graph); duplicate with or without wires; replace an operator keeping wires; find
and replace in settings; find node by name, type, setting, value, `is:invalid`, `is:unused`, with next and previous
(Node-RED); multi-selection edit in the inspector; units and expressions in number fields (`2*pi`, `1e-3`); reset to
default; copy a setting's path; expose a setting as a socket and back.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas.quick_add import QuickAdd
from engine.edits import Rename
from engine.files import render
from engine.graph import Content
from tests.app.canvas.conftest import wire
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.editing.conftest import Alt, Ctrl, Key, Left, Shift, leaky

# ----- undo history -----


def history_row(desk: Desk, at: int) -> QPoint:
    view = desk.window.workspace.history.list
    return view.visualRect(view.model().index(at, 0)).center()


def go(desk: Desk, at: int) -> None:
    QTest.mouseClick(desk.window.workspace.history.list.viewport(), Left, pos=history_row(desk, at))
    QApplication.processEvents()


def with_history(desk: Desk, qtbot: QtBot) -> list[Content]:
    """Make three steps with real events, with the panel open; return the content after each."""
    desk.keys(Key.Key_8, Ctrl | Alt)
    panel = desk.window.workspace.history
    qtbot.waitUntil(panel.isVisible)
    contents = [desk.session.content]
    desk.hands.click(desk.hands.head("multiply"))
    desk.keys(Key.Key_Delete)
    contents.append(desk.session.content)
    desk.hands.click(desk.hands.head("add"))
    desk.keys(Key.Key_D, Ctrl)
    contents.append(desk.session.content)
    desk.keys(Key.Key_A, Ctrl)
    desk.keys(Key.Key_Right, Shift)
    contents.append(desk.session.content)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    return contents


def test_the_history_panel_names_every_step_and_a_click_goes_there(desk: Desk, qtbot: QtBot) -> None:
    contents = with_history(desk, qtbot)
    model = desk.window.workspace.history.model
    assert [model.text(k) for k in range(4)] == ["As it was opened", "Delete Multiply", "Duplicate Add", "Move 9 nodes"]
    for at in (1, 3, 0, 2):
        go(desk, at)
        assert desk.session.content == contents[at]
        assert model.position == at


def test_steps_to_be_done_again_are_dimmed_and_said_to_be(desk: Desk, qtbot: QtBot) -> None:
    with_history(desk, qtbot)
    go(desk, 1)
    model = desk.window.workspace.history.model
    said = [str(model.data(model.index(k, 0), Qt.ItemDataRole.AccessibleTextRole)) for k in range(4)]
    assert said[1].endswith(", now")
    assert [text.endswith("to be done again") for text in said] == [False, False, True, True]
    view = desk.window.workspace.history.list
    picture = view.viewport().grab().toImage()

    def ink(at: int) -> int:
        """How bright the brightest letter of a row is."""
        rect = view.visualRect(view.model().index(at, 0))
        xs = range(rect.left() + 40, rect.left() + 140)
        return max(picture.pixelColor(x, y).lightness() for x in xs for y in range(rect.top() + 4, rect.bottom() - 4))

    assert ink(3) < ink(0) < ink(1)


def test_the_saved_point_is_marked_in_the_history(desk: Desk, qtbot: QtBot, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with_history(desk, qtbot)
    assert desk.window.workspace.history.model.saved is None, "a graph without a file was never saved"
    go(desk, 2)
    desk.session.save(tmp_path / "kept.dgraph")
    go(desk, 3)
    model = desk.window.workspace.history.model
    qtbot.waitUntil(lambda: model.saved == 2)
    assert "saved" in str(model.data(model.index(2, 0), Qt.ItemDataRole.AccessibleTextRole))
    assert not desk.session.clean
    go(desk, 2)
    assert desk.session.clean


def test_undo_and_redo_by_keys_move_the_mark_in_the_history(desk: Desk, qtbot: QtBot) -> None:
    with_history(desk, qtbot)
    model = desk.window.workspace.history.model
    desk.keys(Key.Key_Z, Ctrl)
    qtbot.waitUntil(lambda: model.position == 2)
    desk.keys(Key.Key_Y, Ctrl)
    qtbot.waitUntil(lambda: model.position == 3)


def test_a_jump_over_thousands_of_steps_is_told_once(desk: Desk, qtbot: QtBot) -> None:
    document = desk.session.document
    for k in range(1200):
        document.apply(Rename("w", f"w {k}"))
    desk.keys(Key.Key_8, Ctrl | Alt)
    panel = desk.window.workspace.history
    qtbot.waitUntil(lambda: panel.isVisible() and panel.model.rowCount() == 1201)
    told = []
    desk.session.changed.connect(told.append)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Key.Key_Home)
    QTest.keyClick(panel.list, Key.Key_Return)
    assert document.position == 0 and len(told) == 1
    assert desk.session.label("w") == "Parameter"


# ----- copy and paste -----


def copied(desk: Desk, *nodes: str) -> str:
    desk.session.select(nodes)
    desk.keys(Key.Key_C, Ctrl)
    return QGuiApplication.clipboard().text()


def shape(content: Content, ids: frozenset[str]) -> object:
    """What nodes are, whatever their ids: operators, settings, wires among them, places to each other."""
    graph, places = content.graph, content.layout.places
    corner = min(places[id].x for id in ids), min(places[id].y for id in ids)

    def key(id: str) -> tuple[object, ...]:
        node = graph.nodes[id]
        at = places[id].x - corner[0], places[id].y - corner[1]
        return (node.operator, repr(sorted(node.settings.items())), *at)

    wires = sorted(
        (*key(w.source.node), w.source.name, *key(w.target.node), w.target.name)
        for w in graph.wires
        if {w.source.node, w.target.node} <= ids
    )
    return sorted(map(key, ids)), wires


FIT = ("x", "w", "multiply", "b", "add", "mse", "y")


def test_copy_and_paste_within_is_one_step_and_gives_the_same_nodes(desk: Desk) -> None:
    before = desk.session.content
    copied(desk, *FIT)
    desk.keys(Key.Key_V, Ctrl)
    new = desk.session.selection
    assert len(new) == len(FIT) and not new & before.graph.nodes.keys()
    assert shape(desk.session.content, new) == shape(before, frozenset(FIT))
    assert desk.session.document.undo_name == "Paste 7 nodes"
    desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_copy_in_one_window_and_paste_in_another(seat: Callable[..., Desk]) -> None:
    here, there = seat(), seat(Content())
    copied(here, *FIT)
    there.window.activateWindow()
    there.window.canvas.setFocus()
    there.keys(Key.Key_V, Ctrl)
    new = there.session.selection
    assert shape(there.session.content, new) == shape(here.session.content, frozenset(FIT))


def quoted(text: str) -> str:
    return "Look at this:\r\n\r\n" + "".join(f"> {line}\r\n" for line in text.splitlines()) + "\r\nNice, isn't it?"


CHATS = {
    "as it is": lambda text: text,
    "other ends of lines": lambda text: text.replace("\n", "\r\n"),
    "a code fence": lambda text: f"Try this one:\n\n```json\n{text}```\n",
    "a fence of tildes, no language": lambda text: f"~~~\n{text}~~~",
    "quote marks": quoted,
    "a quoted fence": lambda text: quoted(f"```\n{text}```"),
    "HTML": lambda text: text.replace('"', "&quot;"),
    "curly quotes": lambda text: text.replace('": ', "”: ").replace('"', "“"),
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "one line": lambda text: " ".join(line.strip() for line in text.splitlines()),
    "a string in quotation marks": lambda text: '"' + text.replace('"', '\\"').replace("\n", "\\n") + '"',
    "a byte order mark and joiners": lambda text: "\ufeff" + text.replace("\n", "\u200b\n"),
}


def test_a_graph_pasted_into_a_chat_and_back_is_the_same_graph(desk: Desk) -> None:
    before = desk.session.content
    text = copied(desk, *before.graph.nodes)
    assert text == render(before).decode()  # the text form is the file's
    for chat, through in CHATS.items():
        QGuiApplication.clipboard().setText(through(text))
        desk.session.adopt(Content(), None, clean=True)
        desk.keys(Key.Key_V, Ctrl)
        there = shape(desk.session.content, desk.session.selection) if desk.session.selection else None
        assert there == shape(before, frozenset(before.graph.nodes)), chat


def test_a_formula_in_a_code_fence_becomes_its_nodes(seat: Callable[..., Desk]) -> None:
    desk = seat(Content())
    QGuiApplication.clipboard().setText("```python\nmean((u - 3)**2)\n```")
    desk.keys(Key.Key_V, Ctrl)
    operators = {node.operator for node in desk.session.graph.nodes.values()}
    assert "reductions.mean" in operators and "elementwise.subtract" in operators


# ----- duplicate -----


def test_duplicate_keeps_the_wires_among_the_copies_alone(desk: Desk) -> None:
    desk.session.select(["multiply", "add"])
    desk.keys(Key.Key_D, Ctrl)
    new = desk.session.selection
    into = {w for w in desk.session.graph.wires if w.target.node in new}
    assert len(new) == 2 and {w.source.node in new for w in into} == {True} and len(into) == 1


def test_duplicate_with_wires_is_fed_by_what_feeds_the_originals(desk: Desk) -> None:
    before = desk.session.content
    desk.hands.click(desk.hands.head("multiply"))
    desk.keys(Key.Key_D, Ctrl | Shift)
    (new,) = desk.session.selection
    fed = {(w.source, w.target.name) for w in desk.session.graph.incoming[new]}
    assert fed == {(w.source, w.target.name) for w in before.graph.incoming["multiply"]}
    assert new not in desk.session.graph.outgoing
    desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


# ----- another operator -----


def test_replace_an_operator_keeping_wires_by_the_list_at_the_node(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.graph
    desk.hands.click(desk.hands.head("multiply"))
    desk.keys(Key.Key_R, Ctrl)
    popup = next(each for each in desk.window.canvas.findChildren(QuickAdd) if each.isVisible())
    QTest.keyClicks(popup.palette_panel.search, "subtract")
    QTest.keyClick(popup.palette_panel.search, Key.Key_Return)
    assert desk.session.node("multiply").operator == "elementwise.subtract"
    assert desk.session.graph.wires == before.wires
    assert desk.session.document.undo_name == "Replace multiply with Subtract"
    undo = desk.window.actions_table["undo"]
    qtbot.waitUntil(undo.isEnabled)
    undo.trigger()  # by no key: the popup had the keyboard until now
    assert desk.session.graph == before


def test_the_command_palette_replaces_the_selected_and_says_what_was_lost(desk: Desk, qtbot: QtBot) -> None:
    said: list[str] = []
    desk.session.message.connect(said.append)
    desk.hands.click(desk.hands.head("multiply"))
    desk.keys(Key.Key_K, Ctrl)
    card = desk.window.commands
    QTest.keyClicks(card.field, "replace selected with tanh")
    assert card.model.entries[0].title == "Replace selected with Tanh"
    QTest.keyClick(card.field, Key.Key_Return)
    assert desk.session.node("multiply").operator == "activations.tanh"
    wires = desk.session.graph.wires
    assert wire("x.value", "multiply.x") in wires and wire("multiply.value", "add.x") in wires
    assert "could not keep the wire" in said[-1] and '"Parameter" (w).value' in said[-1]


def test_settings_of_the_same_name_are_kept(seat: Callable[..., Desk]) -> None:
    desk = seat(leaky())
    desk.session.select(["descent", "leaky"], current="leaky")
    desk.session.select(["leaky"])
    desk.session.set_setting("leaky", "slope", 0.25)
    desk.keys(Key.Key_K, Ctrl)
    QTest.keyClicks(desk.window.commands.field, "replace selected with elu")
    QTest.keyClick(desk.window.commands.field, Key.Key_Return)
    assert desk.session.node("leaky").operator == "activations.elu"
    assert dict(desk.session.node("leaky").settings) == {}  # ELU has alpha, no slope
    desk.keys(Key.Key_Z, Ctrl)
    assert dict(desk.session.node("leaky").settings) == {"slope": 0.25}
