"""The interface of a subgraph, its reuse, the personal library: the other half of what `test_subgraphs.py` quotes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.library_card import LibraryCard
from app.panels.interface import InterfaceEditor
from app.stock import MINE, THIS
from engine.edits import AddNode, Disconnect
from engine.files import render
from engine.graph import Content, Node, Place
from tests.app.canvas.conftest import line_fit, wire
from tests.app.conftest import index_of
from tests.app.editor_habits.conftest import Desk, choose
from tests.app.editor_habits.subgraphs.conftest import (
    ALT,
    CTRL,
    Left,
    grouped,
    numbers,
    picked,
    said,
)
from tests.engine.control_graphs import body_graph

# The interface --------------------------------------------------------------------------------------------------------


def interface(desk: Desk, function: str, setting: str) -> InterfaceEditor:
    desk.session.enter(desk.session.node(function).inside)
    desk.session.select([function])
    QApplication.processEvents()
    editor = desk.window.workspace.inspector.view.form.rows[setting].editor  # type: ignore[union-attr]
    assert isinstance(editor, InterfaceEditor)
    return editor


def retyped(line: object, text: str) -> None:
    line.setFocus()  # type: ignore[attr-defined]
    line.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()


def two_inputs(desk: Desk) -> tuple[str, str]:
    """Make a subgraph of the multiplication alone: it takes x and w."""
    choose(desk, "multiply")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    return str(desk.session.setting(call, "function")), call


def test_inputs_and_outputs_are_renamed_and_all_calls_follow_with_their_wires(desk: Desk) -> None:
    function, call = two_inputs(desk)
    second = desk.session.insert(f"{THIS}.{function}", Place(300.0, 600.0))
    retyped(interface(desk, function, "outputs").ends[0].line, "product")
    assert {desk.session.setting(id, "outputs") for id in (call, second)} == {("product",)}
    assert wire(f"{call}.product", "add.x") in desk.session.graph.wires
    retyped(interface(desk, function, "inputs").ends[1].line, "slope")
    assert desk.session.setting(function, "inputs")[1] == "slope"
    faces = desk.window.canvas.scene.nodes
    assert [plug.text for plug in faces[call].face.inputs][1] == "slope"
    assert not [p for p in desk.session.problems if p.severity == "error" and p.node != second]


def test_inputs_are_put_in_another_order_and_wires_stay_with_their_names(desk: Desk) -> None:
    function, call = two_inputs(desk)
    before = desk.session.setting(function, "inputs")
    QTest.mouseClick(interface(desk, function, "inputs").ends[0].down, Left)
    assert desk.session.setting(function, "inputs") == before[::-1]
    assert {wire("w.value", f"{call}.xs.0"), wire("x.value", f"{call}.xs.1")} <= desk.session.graph.wires
    loss, _ = numbers(desk.session.content)
    assert loss == pytest.approx(numbers(line_fit())[0])


def test_an_input_with_a_default_needs_no_wire(desk: Desk) -> None:
    function, call = two_inputs(desk)
    slope = desk.session.setting(function, "inputs")[1]
    retyped(interface(desk, function, "inputs").ends[1].default, "1/4")
    assert desk.session.setting(function, "defaults") == ((slope, 0.25),)
    desk.session.apply(Disconnect(wire("w.value", f"{call}.xs.1")))
    assert not [p for p in desk.session.problems if p.severity == "error" and p.node in (call, function)]
    # (x / 4 + b - y) squared, b = 0 and y = 2 x, over x = 1, 2, 3
    start = float(desk.session.setting("b", "value"))
    want = np.mean((np.array([1.0, 2.0, 3.0]) / 4 + start - np.array([2.0, 4.0, 6.0])) ** 2)
    assert numbers(desk.session.content)[0] == pytest.approx(want)
    shown = [plug.text for plug in desk.window.canvas.scene.nodes[call].face.inputs]
    assert shown[1] == f"{slope} = 0.25"
    retyped(interface(desk, function, "inputs").ends[1].default, "nonsense")
    assert desk.session.setting(function, "defaults") == ((slope, 0.25),)


def test_inputs_outputs_and_the_function_have_help_that_the_palette_shows(desk: Desk) -> None:
    function, _ = two_inputs(desk)
    retyped(interface(desk, function, "inputs").ends[1].meaning, "how steep it is")
    slope = desk.session.setting(function, "inputs")[1]
    assert desk.session.setting(function, "meanings") == ((slope, "how steep it is"),)
    desk.session.set_setting(function, "about", "A line through the origin.")
    offered = desk.session.stock.library[f"{THIS}.{function}"]
    assert offered.help.startswith("A line through the origin.") and "how steep it is" in offered.help
    retyped(interface(desk, function, "inputs").ends[1].line, "gradient")
    assert desk.session.setting(function, "meanings") == (("gradient", "how steep it is"),)


def test_the_command_shows_the_interface_of_a_selected_call(desk: Desk) -> None:
    function, call = two_inputs(desk)
    desk.session.select([call])
    desk.window.actions_table.refresh()
    desk.window.actions_table["edit_interface"].trigger()
    assert desk.session.current == function
    assert isinstance(desk.window.workspace.inspector.view.form.rows["inputs"].editor, InterfaceEditor)


# Reuse, and make unique -----------------------------------------------------------------------------------------------


def test_a_function_is_offered_by_the_palette_under_this_graph_and_inserted_as_a_call(desk: Desk) -> None:
    function, call = grouped(desk)
    palette = desk.window.workspace.operators
    QApplication.processEvents()
    titles = [row.title for row in palette.model.rows]
    at = index_of(palette, f"{THIS}.{function}")
    assert "This graph" in titles and at.data() == desk.session.label(function)
    picked(desk, at)
    (new,) = desk.session.selection
    assert desk.session.setting(new, "function") == function and new != call
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert new not in desk.session.graph.nodes
    assert not [id for id in desk.window.settings.recent_operators if id.startswith(THIS)]


def test_quick_add_offers_it_and_wires_it_to_what_was_dragged(desk: Desk, qtbot: QtBot) -> None:
    function, _ = grouped(desk)
    canvas = desk.window.canvas
    canvas.fit()
    end = desk.hands.socket("y.value", output=True)
    desk.hands.drag(end, end + QPointF(90, 160))
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    popup.palette_panel.search.setText(desk.session.label(function))  # type: ignore[union-attr]
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)  # type: ignore[union-attr]
    (new,) = desk.session.selection
    assert wire("y.value", f"{new}.xs.0") in desk.session.graph.wires


def test_make_unique_gives_a_call_a_function_of_its_own(desk: Desk) -> None:
    function, call = grouped(desk)
    second = desk.session.insert(f"{THIS}.{function}", Place(300.0, 640.0))
    desk.session.connect_wire(wire("x.value", f"{second}.xs.0"))
    desk.session.select([second])
    desk.keys(Qt.Key.Key_G, CTRL | ALT)
    own = str(desk.session.setting(second, "function"))
    assert own != function and desk.session.setting(call, "function") == function
    assert desk.session.label(own) == f"{desk.session.label(function)} 2"
    inner = {desk.session.node(id).operator for id in desk.session.graph.bodies[own]}
    assert "parameters.parameter" in inner and desk.session.document.undo_name == "Make unique"
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.setting(second, "function") == function and own not in desk.session.graph.nodes


def test_the_only_call_cannot_be_made_unique(desk: Desk) -> None:
    _, call = grouped(desk)
    desk.session.select([call])
    desk.window.actions_table.refresh()
    assert not desk.window.actions_table["unique_subgraph"].isEnabled()
    sentences = said(desk)
    desk.session.make_unique()
    assert "only call" in sentences[-1]


# The personal library -------------------------------------------------------------------------------------------------


def test_a_subgraph_is_kept_and_offered_in_another_graph_with_its_help(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.rename(function, "Line")
    desk.session.set_setting(function, "about", "w x + b.")
    desk.session.select([call])
    QApplication.processEvents()
    desk.window.actions_table["keep_subgraph"].trigger()
    desk.session.adopt(line_fit(), None, clean=True)
    palette = desk.window.workspace.operators
    at = index_of(palette, f"{MINE}.Line")
    assert at.isValid() and "w x + b." in at.data(Qt.ItemDataRole.ToolTipRole)
    assert "My library" in [row.title for row in palette.model.rows]
    picked(desk, at)
    (new,) = desk.session.selection
    brought = str(desk.session.setting(new, "function"))
    assert desk.session.setting(brought, "origin") == "Line" and desk.session.label(brought) == "Line"
    assert {desk.session.node(id).operator for id in desk.session.graph.bodies[brought]} >= {
        "elementwise.multiply", "parameters.parameter", "control.input",
    }  # fmt: skip
    desk.keys(Qt.Key.Key_Z, CTRL)
    assert desk.session.graph == line_fit().graph


def test_inserting_it_again_calls_the_copy_that_is_there_unless_that_was_changed(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.select([call])
    name = desk.session.keep_in_library()
    first = desk.session.insert(f"{MINE}.{name}", Place(0.0, 900.0))
    second = desk.session.insert(f"{MINE}.{name}", Place(300.0, 900.0))
    brought = desk.session.setting(first, "function")
    assert brought == desk.session.setting(second, "function") != function
    inner = next(id for id in desk.session.graph.bodies[brought] if "multiply" in id)
    desk.session.rename(inner, "changed")
    third = desk.session.insert(f"{MINE}.{name}", Place(600.0, 900.0))
    assert desk.session.setting(third, "function") != brought


def test_it_is_renamed_and_removed_on_the_card(desk: Desk) -> None:
    _, call = grouped(desk)
    desk.session.select([call])
    name = desk.session.keep_in_library()
    desk.window.actions_table["show_library"].trigger()
    (card,) = desk.window.findChildren(LibraryCard)
    retyped(card.names[name], "Straight line")
    assert [entry.name for entry in desk.session.stock.shelf.entries()] == ["Straight line"]
    assert f"{MINE}.Straight line" in desk.session.stock.library
    QTest.mouseClick(card.removes["Straight line"], Left)
    assert desk.session.stock.shelf.entries() == () and f"{MINE}.Straight line" not in desk.session.stock.library
    assert all("~" in path.name for path in desk.session.stock.shelf.folder.iterdir())  # never lost
    card.close()


def test_what_reads_around_it_cannot_be_kept_and_says_what_to_do(desk: Desk) -> None:
    function, call = grouped(desk)
    desk.session.enter(function)
    desk.session.apply(AddNode(Node("outer_1", "control.outer", "", {"node": "y"}, inside=function), Place(0, 400)))
    desk.session.leave()
    desk.session.select([call])
    sentences = said(desk)
    assert desk.session.keep_in_library() == ""
    assert "(y) around it" in sentences[-1] and "give it an input" in sentences[-1]


HOSTILE: dict[str, bytes] = {
    "cut": b'{"format": "gradwire.dgraph", "version": 1, "nodes": {',
    "binary": bytes(range(256)) * 8,
    "empty": b"",
    "deep": b"[" * 5000,
    "newer": b'{"format": "gradwire.dgraph", "version": 99}',
    "no_function": render(line_fit()),
    "nothing": b'{"format": "gradwire.dgraph", "version": 1}',
    "two": render(Content(body_graph({"function_1": {}, "function_2": {}}))),
}


def test_damaged_and_hostile_files_are_listed_with_the_reason_and_never_crash(desk: Desk) -> None:
    shelf = desk.session.stock.shelf
    shelf.folder.mkdir(parents=True, exist_ok=True)
    for what, data in HOSTILE.items():
        (shelf.folder / f"{what}.dgraph").write_bytes(data)
    desk.session.stock.changed.emit()
    entries, palette = {entry.name: entry for entry in shelf.entries()}, desk.window.workspace.operators
    assert entries.keys() == HOSTILE.keys()
    before, sentences = desk.session.content, said(desk)
    for what, entry in entries.items():
        assert entry.content is None and entry.fault.endswith("."), what
        at = index_of(palette, f"{MINE}.{what}")
        assert "(damaged)" in at.data() and "cannot be used" in at.data(Qt.ItemDataRole.ToolTipRole)
        assert desk.session.insert(f"{MINE}.{what}", Place(0, 0)) == ""
        assert desk.session.content == before and "is damaged" in sentences[-1]
    desk.window.actions_table["show_library"].trigger()
    (card,) = desk.window.findChildren(LibraryCard)
    assert all(card.names[what].isReadOnly() and not card.inserts[what].isEnabled() for what in HOSTILE)
    card.close()


def test_links_folders_pipes_and_huge_files_are_not_read(desk: Desk, tmp_path: Path) -> None:
    shelf = desk.session.stock.shelf
    shelf.folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "secret.dgraph").write_bytes(render(Content(body_graph({"function_1": {}}))))
    (shelf.folder / "link.dgraph").symlink_to(tmp_path / "secret.dgraph")
    (shelf.folder / "folder.dgraph").mkdir()
    os.mkfifo(shelf.folder / "pipe.dgraph")
    with (shelf.folder / "huge.dgraph").open("wb") as huge:
        huge.truncate(5 * 2**20)
    assert {entry.path.stem: entry.content for entry in shelf.entries()} == dict.fromkeys(
        ("link", "folder", "pipe", "huge")
    )
