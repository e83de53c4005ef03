"""Editing, in the words of the issue:

Undo history panel with names; copy/paste within, between windows and as text through the system clipboard (a graph
pasted into a chat and back is the same graph); duplicate with or without wires; replace an operator keeping wires; find
and replace in settings; find node by name, type, setting, value, `is:invalid`, `is:unused`, with next and previous
(Node-RED); multi-selection edit in the inspector; units and expressions in number fields (`2*pi`, `1e-3`); reset to
default; copy a setting's path; expose a setting as a socket and back.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QStyle, QStyleOptionFrame, QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas.find_bar import FindBar
from app.canvas.quick_add import QuickAdd
from app.canvas.replace_card import ReplaceCard
from app.cli_sweep import axis as parsed_axis
from app.panels.inspector_row import Row
from engine.edits import Rename
from engine.files import render
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from tests.app.canvas.conftest import line_fit, wire
from tests.app.editor_habits.conftest import Desk

Key, Ctrl, Shift, Alt = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
Left = Qt.MouseButton.LeftButton


def line_of(field: QWidget) -> QLineEdit:
    """The line that is typed into: of a spin box the one inside it."""
    return field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)


def write(field: QWidget, text: str, key: Qt.Key = Key.Key_Return) -> None:
    """Type a text in place of what a field holds, and end it with a key."""
    field.setFocus()
    line_of(field).selectAll()
    QTest.keyClicks(line_of(field), text)
    QTest.keyClick(line_of(field), key)


def row(desk: Desk, name: str) -> Row:
    view = desk.window.workspace.inspector.view
    assert view is not None
    return view.form.rows[name]


def chosen(menu: QMenu, text: str) -> None:
    """Choose the entry of a menu that begins with a text."""
    (action,) = [each for each in menu.actions() if each.text().startswith(text)]
    assert action.isEnabled()
    action.trigger()
    menu.close()


def leaky() -> Content:
    """x -> leaky ReLU -> mean -> optimizer, and a parameter t beside it."""
    nodes = {
        "x": Node("x", "parameters.parameter", "", {"value": (1.5, -2.0, 0.5)}),
        "t": Node("t", "parameters.parameter", "steepness", {"value": 0.3}),
        "leaky": Node("leaky", "activations.leaky_relu", "", {"slope": 0.2}),
        "mean": Node("mean", "reductions.mean"),
        "descent": Node("descent", "optimizers.optimizer", "", {"steps": 50}),
    }
    ends = (("x.value", "leaky.x"), ("leaky.value", "mean.x"), ("mean.value", "descent.loss"))
    places = {"x": (0, 0), "t": (0, 160), "leaky": (260, 0), "mean": (500, 0), "descent": (700, 0)}
    return Content(
        Graph(nodes, frozenset(wire(*each) for each in ends)),
        Layout({id: Place(float(x), float(y)) for id, (x, y) in places.items()}),
    )


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


# ----- find -----


def bar(desk: Desk) -> FindBar:
    desk.keys(Key.Key_F, Ctrl)
    found = desk.window.canvas.findChild(FindBar)
    assert found is not None and found.isVisible()
    return found


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_find_bar_says_whole_what_may_be_written(desk: Desk, qapp: QApplication, scale: float) -> None:
    theme.apply(qapp, theme.DARK, scale)
    desk.window.resize(round(1400 * scale), round(900 * scale))
    field = bar(desk).field
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    room = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field).width() - 4
    assert field.fontMetrics().horizontalAdvance(field.placeholderText()) < room
    theme.apply(qapp, theme.DARK, 1.0)


FINDS = {
    "a name": ("slope", ("w",)),
    "an operator": ("type:multiply", ("multiply",)),
    "a setting": ("setting:steps", ("adam",)),
    "a setting's value": ("steps>=700", ("adam",)),
    "any value": ("value:2", ("x", "y")),
    "what is wrong": ("is:invalid", ("probe",)),
    "what nothing uses": ("is:unused", ("spare",)),
    "what is muted": ("is:muted", ("add",)),
    "two at once": ("is:parameter -slope", ("b",)),
    "words in quotes": ('"mean squared"', ("mse",)),
    "nothing": ("no such thing", ()),
}


def searched() -> Content:
    content = line_fit()
    nodes = {
        **content.graph.nodes,
        "w": Node("w", "parameters.parameter", "slope w"),
        "adam": Node("adam", "optimizers.optimizer", settings={"steps": 700}),
        "add": Node("add", "elementwise.add", muted=True),
        "spare": Node("spare", "inputs.constant"),
    }
    layout = Layout({**content.layout.places, "spare": Place(900.0, 400.0)})
    return Content(Graph(nodes, content.graph.wires), layout)


def test_nodes_are_found_by_name_type_setting_value_and_what_they_are(seat: Callable[..., Desk]) -> None:
    desk = seat(searched())
    desk.session.refresh()
    found = bar(desk)
    for what, (query, wanted) in FINDS.items():
        found.field.selectAll()
        QTest.keyClicks(found.field, query)
        assert found.hits == wanted, what
        assert desk.window.canvas.found == frozenset(wanted), what


def test_next_and_previous_go_round_what_was_found(desk: Desk) -> None:
    found = bar(desk)
    QTest.keyClicks(found.field, "is:parameter")
    QTest.keyClick(found.field, Key.Key_Return)
    assert desk.session.current == "w" and found.count.text() == "1 of 2"
    QTest.keyClick(found.field, Key.Key_Return)
    assert desk.session.current == "b" and found.count.text() == "2 of 2"
    desk.keys(Key.Key_F3)
    assert desk.session.current == "w"
    desk.keys(Key.Key_F3, Shift)
    assert desk.session.current == "b"
    QTest.keyClick(found.field, Key.Key_Escape)
    assert found.isHidden() and desk.window.canvas.found == frozenset()


def test_find_enters_the_body_that_a_node_lies_in(seat: Callable[..., Desk]) -> None:
    desk = seat(Content())
    desk.session.insert("control.for", Place())
    (loop,) = [id for id in desk.session.graph.nodes if id.startswith("for_")]
    found = bar(desk)
    QTest.keyClicks(found.field, f"in:{loop} type:output")
    QTest.keyClick(found.field, Key.Key_Return)
    assert desk.session.body == loop
    assert desk.session.current in found.hits
    canvas = desk.window.canvas
    assert canvas.seen().contains(canvas.scene.nodes[desk.session.current].rect)


def test_find_centres_what_is_out_of_sight(desk: Desk) -> None:
    canvas = desk.window.canvas
    canvas.centre_on(canvas.scene.nodes["x"].rect.center() - desk.hands.head("adam") * 9)
    assert not canvas.seen().intersects(canvas.scene.nodes["adam"].rect)
    found = bar(desk)
    QTest.keyClicks(found.field, "type:optimizer")
    QTest.keyClick(found.field, Key.Key_Return)
    assert canvas.seen().contains(canvas.scene.nodes["adam"].rect)


# ----- find and replace in settings -----


def test_find_and_replace_in_settings_shows_the_hits_and_is_one_step(desk: Desk) -> None:
    before = desk.session.content
    desk.keys(Key.Key_H, Ctrl)
    card = desk.window.canvas.findChild(ReplaceCard)
    assert card is not None and card.isVisible()
    QTest.keyClicks(card.old, "2")
    QTest.keyClicks(card.new, "7.5")
    assert [(hit.node, hit.before, hit.after) for hit in card.hits] == [
        ("x", (1.0, 2.0, 3.0), (1.0, 7.5, 3.0)), ("y", (2.0, 4.0, 6.0), (7.5, 4.0, 6.0)),
    ]  # fmt: skip
    assert [card.list.topLevelItem(k).text(2) for k in (0, 1)] == ["1, 7.5, 3", "7.5, 4, 6"]
    assert desk.session.content == before
    QTest.mouseClick(card.apply_button, Left)
    assert desk.session.setting("x", "value") == (1.0, 7.5, 3.0)
    assert desk.session.setting("y", "value") == (7.5, 4.0, 6.0)
    assert desk.session.document.undo_name == "Replace in 2 settings"
    desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_a_hit_that_is_not_marked_stays_as_it_is(desk: Desk) -> None:
    desk.keys(Key.Key_H, Ctrl)
    card = desk.window.canvas.findChild(ReplaceCard)
    QTest.keyClicks(card.old, "2")
    QTest.keyClicks(card.new, "9")
    card.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    QTest.keyClick(card.new, Key.Key_Return)
    assert desk.session.setting("x", "value") == (1.0, 2.0, 3.0)
    assert desk.session.setting("y", "value") == (9.0, 4.0, 6.0)


# ----- several nodes in the inspector -----


def several(desk: Desk, qtbot: QtBot, *nodes: str):  # type: ignore[no-untyped-def]
    first, *others = nodes
    desk.hands.click(desk.hands.head(first))
    for other in others:
        desk.hands.click(desk.hands.head(other), Ctrl)
    inspector = desk.window.workspace.inspector
    qtbot.waitUntil(lambda: inspector.several is not None and set(inspector.several.nodes) == set(nodes))
    return inspector.several


def two_losses() -> Content:
    content = leaky()
    more = {
        "one": Node("one", "activations.leaky_relu", "", {"slope": 0.1}),
        "two": Node("two", "activations.leaky_relu", "", {"slope": 0.4}),
    }
    places = {**content.layout.places, "one": Place(260.0, 160.0), "two": Place(260.0, 300.0)}
    return Content(Graph({**content.graph.nodes, **more}, content.graph.wires), Layout(places))


def test_several_selected_nodes_are_edited_together_as_one_step(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = seat(two_losses())
    before = desk.session.content
    view = several(desk, qtbot, "one", "two", "leaky")
    assert list(view.rows) == ["slope"] and view.rows["slope"].mixed
    field = view.rows["slope"].editor.field
    assert line_of(field).text() == "" and line_of(field).placeholderText() == "mixed"
    write(field, "0.25")
    assert {desk.session.setting(id, "slope") for id in ("one", "two", "leaky")} == {0.25}
    assert line_of(field).text() == "0.25"
    assert desk.session.document.undo_name == "Change slope of 3 nodes"
    desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_the_first_nodes_own_value_can_be_given_to_all(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = seat(two_losses())
    view = several(desk, qtbot, "leaky", "one", "two")
    write(view.rows["slope"].editor.field, "0.2")  # what "leaky" has already
    assert {desk.session.setting(id, "slope") for id in ("one", "two", "leaky")} == {0.2}


def test_leaving_a_mixed_field_changes_nothing(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = seat(two_losses())
    before = desk.session.content
    field = several(desk, qtbot, "one", "two").rows["slope"].editor.field
    field.setFocus()
    QTest.keyClick(line_of(field), Key.Key_Tab)
    assert desk.session.content == before


def test_nodes_without_a_common_setting_say_so(desk: Desk, qtbot: QtBot) -> None:
    assert not several(desk, qtbot, "multiply", "adam").rows


# ----- numbers -----

NUMBERS = {
    "2*pi": 2 * math.pi, "1e-3": 0.001, "sqrt(2)/2": math.sqrt(2) / 2, "10%": 0.1, "-1,5": -1.5, "3^2": 9.0,
    "pi/2": math.pi / 2, "90 deg": math.pi / 2, "0.25 turn": math.pi / 2,
}  # fmt: skip


def test_a_number_field_takes_units_and_expressions(seat: Callable[..., Desk]) -> None:
    """The phase of a sine wave is in radians."""
    desk = seat(Content(Graph({"wave": Node("wave", "inputs.sine_wave")}), Layout({"wave": Place()})))
    desk.hands.click(desk.hands.head("wave"))
    for text, number in NUMBERS.items():
        write(row(desk, "phase").editor.field, text)
        assert desk.session.setting("wave", "phase") == pytest.approx(number, rel=1e-15), text


def test_a_whole_number_field_takes_expressions(desk: Desk) -> None:
    desk.hands.click(desk.hands.head("adam"))
    write(row(desk, "steps").editor.field, "2**10")
    assert desk.session.setting("adam", "steps") == 1024


def test_what_is_no_number_is_said_in_a_sentence_and_changes_nothing(desk: Desk) -> None:
    desk.hands.click(desk.hands.head("adam"))
    before = desk.session.content
    rate = row(desk, "learning_rate")
    write(rate.editor.field, "5 kg")
    assert "kg" in rate.fault.text() and "stays as it was" in rate.fault.text()
    write(rate.editor.field, "2**")
    assert "not a number or an expression" in rate.fault.text()
    assert desk.session.content == before


# ----- defaults -----


def test_a_dot_marks_a_changed_setting_and_a_click_resets_it(desk: Desk) -> None:
    desk.hands.click(desk.hands.head("adam"))
    steps = row(desk, "steps")
    assert steps.back.isHidden()
    write(steps.editor.field, "77")
    assert not steps.back.isHidden()
    QTest.mouseClick(steps.back, Left)
    assert "steps" not in desk.session.node("adam").settings and steps.back.isHidden()
    assert desk.session.document.undo_name == "Reset steps"


def test_all_settings_are_reset_as_one_step(desk: Desk) -> None:
    desk.hands.click(desk.hands.head("adam"))
    write(row(desk, "steps").editor.field, "77")
    write(row(desk, "learning_rate").editor.field, "0.5")
    before = desk.session.content
    desk.window.canvas.setFocus()
    desk.keys(Key.Key_R, Ctrl | Alt)
    assert dict(desk.session.node("adam").settings) == {}
    desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


# ----- a setting's path and socket -----


def test_a_settings_path_is_copied_in_the_form_a_sweep_takes(desk: Desk) -> None:
    desk.hands.click(desk.hands.head("adam"))
    chosen(row(desk, "learning_rate").menu(), "Copy path")
    text = QGuiApplication.clipboard().text()
    assert text == "adam.learning_rate"
    axis = parsed_axis(f"{text}=0.1,0.2")
    assert (axis.node, axis.setting) == ("adam", "learning_rate")


def test_a_setting_becomes_a_socket_that_is_wired_by_hand_and_back(seat: Callable[..., Desk]) -> None:
    desk = seat(leaky())
    before = desk.session.content
    desk.hands.click(desk.hands.head("leaky"))
    chosen(row(desk, "slope").menu(), "A socket")
    assert desk.session.node("leaky").exposed == ("slope",)
    start, end = desk.hands.socket("t.value", output=True), desk.hands.socket("leaky.slope", output=False)
    desk.hands.drag(start, end)
    assert desk.session.graph.sources[Socket("leaky", "slope")] == Socket("t", "value")
    assert "steepness" in row(desk, "slope").state.text() and not row(desk, "slope").editor.isEnabled()
    assert not [p for p in desk.session.problems if p.severity == "error"]
    chosen(row(desk, "slope").menu(), "A socket")
    assert Wire(Socket("t", "value"), Socket("leaky", "slope")) not in desk.session.graph.wires
    for _ in range(3):
        desk.keys(Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_the_keyboard_makes_a_setting_a_socket_too(seat: Callable[..., Desk]) -> None:
    desk = seat(leaky())
    desk.hands.click(desk.hands.head("leaky"))
    desk.keys(Key.Key_K, Ctrl)
    QTest.keyClicks(desk.window.commands.field, "make slope a socket")
    QTest.keyClick(desk.window.commands.field, Key.Key_Return)
    assert desk.session.node("leaky").exposed == ("slope",)
    assert any(plug.name == "slope" for plug in desk.window.canvas.scene.nodes["leaky"].face.inputs)
