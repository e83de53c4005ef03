"""Nodes found, settings replaced, several edited together: the other half of what `test_editing.py` quotes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionFrame
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas.find_bar import FindBar
from app.canvas.replace_card import ReplaceCard
from app.cli_sweep import axis as parsed_axis
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from tests.app.canvas.conftest import line_fit
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.editing.conftest import Alt, Ctrl, Key, Left, Shift, chosen, leaky, line_of, row, write

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
