"""The twin of the canvas: every node, wire, value and derivative as rows that keys walk, with names for the ear, and
with the numbers that `gradwire grad` finds by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.cli import main
from app.session import Session
from app.twin.model import ROW
from app.twin.panel import ORDERS, Twin
from app.twin.rows import COLUMNS, DERIVATIVE, NAME, STATE, VALUE, Row, exact
from engine.edits import Connect, Rename, SetMuted
from engine.files import render
from engine.graph import Content, Graph, Layout, Node, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line, wire

Key = Qt.Key
WAIT = 60_000


def with_body() -> Content:
    """The line, and a function with a body that nothing calls."""
    content = line()
    inner = {
        "function": Node("function", "control.function", "Twice"),
        "input": Node("input", "control.input", inside="function"),
        "double": Node("double", "elementwise.add", inside="function"),
        "output": Node("output", "control.output", inside="function"),
    }
    wires = {wire("input.value", "double.x"), wire("input.value", "double.y"), wire("double.value", "output.value")}
    places = {id: Place(0.0, 200.0 * k) for k, id in enumerate(inner)}
    return Content(
        Graph({**content.graph.nodes, **inner}, content.graph.wires | wires),
        Layout({**content.layout.places, **places}, content.layout.notes),
    )


@pytest.fixture
def twin(session: Session, qtbot: QtBot) -> Twin:
    """The panel over the line and a function, shown."""
    session.adopt(with_body(), None, clean=True)
    return shown(session, qtbot)


def shown(session: Session, qtbot: QtBot) -> Twin:
    made = Twin(session)
    qtbot.addWidget(made)
    made.resize(1100, 420)
    made.show()
    made.tree.setFocus()
    return made


def walked(twin: Twin) -> Iterator[QModelIndex]:
    """Go down through the rows by keys alone, opening each; yield every row come to."""
    tree = twin.tree
    QTest.keyClick(tree, Key.Key_Home)
    for _ in range(10_000):
        yield tree.currentIndex()
        QTest.keyClick(tree, Key.Key_Right)  # opens it, where there is something below
        if tree.currentIndex().column() != 0:
            raise AssertionError("rows are walked as rows")
        before = tree.currentIndex()
        QTest.keyClick(tree, Key.Key_Down)
        if tree.currentIndex() == before:
            return


def row(index: QModelIndex) -> Row:
    found = index.data(ROW)
    assert isinstance(found, Row)
    return found


# All of it, by keys and by ear ----------------------------------------------------------------------------------------


def test_keys_come_to_every_node_wire_input_output_and_body(twin: Twin) -> None:
    session = twin.session
    keys = [row(index).key for index in walked(twin)]
    assert len(keys) == len(set(keys))
    nodes = {key[1] for key in keys if key[0] == "node"}
    assert nodes == set(session.graph.nodes)
    wires = {(key[1], key[2]) for key in keys if key[0] == "wire"}
    assert wires == {(each.target.node, each.target.name) for each in session.graph.wires}
    outputs = {(key[1], key[2]) for key in keys if key[0] == "output"}
    assert outputs >= {(each.source.node, each.source.name) for each in session.graph.wires}
    order = [key[1] for key in keys if key[0] == "node"]
    assert order.index("x") < order.index("multiply") < order.index("mse") < order.index("descent")
    assert order.index("function") < min(map(order.index, ("input", "double", "output"))), "what lies inside is below"


def test_every_row_has_a_name_and_a_description_for_the_ear(twin: Twin) -> None:
    session = twin.session
    for index in walked(twin):
        about = row(index)
        spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
        told = index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert spoken and spoken == index.data()
        assert (told.endswith(".") and session.label(about.node) in told) or about.kind == "body"
        for column in range(1, len(COLUMNS)):
            cell = index.siblingAtColumn(column)
            assert cell.data(Qt.ItemDataRole.AccessibleTextRole).startswith(f"{COLUMNS[column]}: ")


def test_the_accessibility_tree_gives_the_same_rows(twin: Twin) -> None:
    """What a screen reader asks Qt for, not what the model says of itself."""
    QAccessible.setActive(True)
    try:
        twin.tree.expandAll()
        QApplication.processEvents()
        tree = QAccessible.queryAccessibleInterface(twin.tree)
        assert tree is not None and tree.role() == QAccessible.Role.Tree
        assert tree.text(QAccessible.Text.Name) == "Outline of the graph"
        texts = list(spoken(tree))
        for index in walked(twin):
            told = (index.data(), index.data(Qt.ItemDataRole.AccessibleDescriptionRole))
            assert told in texts
    finally:
        QAccessible.setActive(False)


def spoken(tree: QAccessibleInterface) -> Iterator[tuple[str, str]]:
    """Yield name and description of everything under a widget as Qt hands it to screen readers."""
    for k in range(tree.childCount()):
        child = tree.child(k)
        if child is not None:
            yield child.text(QAccessible.Text.Name), child.text(QAccessible.Text.Description)


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def looked(qapp: QApplication) -> Iterator[Session]:
    """A session over the line whose wires have been looked at."""
    made = Session(LIBRARY)
    made.adopt(line(), None, clean=True)
    yield made
    made.close()


def numbers_of(text: str) -> np.ndarray:
    return np.asarray(json.loads(text.replace("nan", "NaN").replace("inf", "Infinity")), float)


def asked(capsys: pytest.CaptureFixture[str], path: Path) -> dict[str, object]:
    """Return what the command line finds, by a way of its own."""
    assert main(["grad", str(path), "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_values_and_derivatives_are_those_of_gradwire_grad(
    looked: Session, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = shown(looked, qtbot)
    qtbot.waitUntil(lambda: looked.looks.looks is not None, timeout=WAIT)
    file = tmp_path / "line.dgraph"
    file.write_bytes(render(looked.content))
    found = asked(capsys, file)
    rows = {row(index).key: row(index) for index in walked(twin)}
    said = {key: (exact(looked, each, VALUE), exact(looked, each, DERIVATIVE)) for key, each in rows.items()}
    loss = found["loss"]
    assert float(said["output", "mse", "value"][0]) == pytest.approx(loss, rel=1e-12)
    assert float(said["node", "descent"][0]) == pytest.approx(loss, rel=1e-12)
    gradients = found["gradients"]
    assert isinstance(gradients, dict) and gradients
    for id, gradient in gradients.items():
        node = id if id in looked.graph.nodes else next(n for n in looked.graph.nodes if looked.label(n) == id)
        own = numbers_of(said["output", node, "value"][1])
        assert own == pytest.approx(np.asarray(gradient, float), rel=1e-10), node
    # The rest by hand: y = 2 x fitted by w x at w = 0.5.
    x, w = np.array([1.0, 2.0, 3.0]), 0.5
    assert numbers_of(said["wire", "multiply", "x"][0]) == pytest.approx(x)
    assert numbers_of(said["wire", "multiply", "y"][0]) == pytest.approx(w)
    assert numbers_of(said["output", "multiply", "value"][0]) == pytest.approx(w * x)
    assert numbers_of(said["output", "multiply", "value"][1]) == pytest.approx(2 * (w * x - 2 * x) / 3)
    assert numbers_of(said["wire", "mse", "target"][1]) == pytest.approx(-2 * (w * x - 2 * x) / 3)


def test_cells_read_as_on_the_canvas_and_are_copied_to_the_last_bit(looked: Session, qtbot: QtBot) -> None:
    twin = shown(looked, qtbot)
    qtbot.waitUntil(lambda: looked.looks.looks is not None, timeout=WAIT)
    index = twin.index_of("node", "w")
    twin.tree.setCurrentIndex(index)
    assert index.siblingAtColumn(DERIVATIVE).data() == "−14"
    QTest.keyClick(twin.tree, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, copied = (each.split("\t") for each in QGuiApplication.clipboard().text().splitlines())
    assert tuple(head) == COLUMNS and copied[NAME] == "slope w"
    assert float(copied[VALUE]) == 0.5 and float(copied[DERIVATIVE]) == pytest.approx(-14.0)
    twin.copy_column(DERIVATIVE)
    lines = [each.split("\t") for each in QGuiApplication.clipboard().text().splitlines()]
    assert lines[0] == ["Name", "Derivative"] and len(lines) == 1 + len(list(twin.model.rows()))


# Sorted, filtered, laid out -------------------------------------------------------------------------------------------


def names(twin: Twin) -> list[str]:
    return [twin.sieve.index(k, 0).data() for k in range(twin.sieve.rowCount())]


def test_rows_are_sorted_by_keys_alone(looked: Session, qtbot: QtBot) -> None:
    twin = shown(looked, qtbot)
    qtbot.waitUntil(lambda: looked.looks.looks is not None, timeout=WAIT)
    flows = names(twin)
    twin.form.setFocus()
    while twin.form.currentText() != "Values":
        QTest.keyClick(twin.form, Key.Key_Down)
    twin.order.setFocus()
    while twin.order.currentText() != "Largest derivatives first":
        QTest.keyClick(twin.order, Key.Key_Down)
    norms = []
    for k in range(twin.sieve.rowCount()):
        text = exact(looked, row(twin.sieve.index(k, 0)), DERIVATIVE)
        norms.append(float(np.linalg.norm(numbers_of(text))) if re.match(r"[-\[\d]", text) else -1.0)
    assert norms == sorted(norms, reverse=True) and norms[0] > norms[-1]
    while twin.order.currentText() != ORDERS[0][0]:
        QTest.keyClick(twin.order, Key.Key_Up)
    while twin.form.currentText() != "Tree":
        QTest.keyClick(twin.form, Key.Key_Up)
    assert names(twin) == flows


@pytest.mark.parametrize(("form", "count"), [("Nodes", 10), ("Wires", 8), ("Values", 9), ("Parameters", 1)])
def test_a_table_has_one_kind_of_row_of_all_bodies(twin: Twin, form: str, count: int) -> None:
    twin.form.setCurrentText(form)
    said = names(twin)
    kinds = {row(twin.sieve.index(k, 0)).kind for k in range(twin.sieve.rowCount())}
    assert len(kinds) == 1 and not any(twin.sieve.rowCount(twin.sieve.index(k, 0)) for k in range(len(said)))
    graph = twin.session.graph
    wanted = {"Nodes": len(graph.nodes), "Wires": len(graph.wires), "Parameters": 1}.get(form, len(said))
    assert len(said) == wanted
    if form == "Wires":
        assert "slope w · value → Multiply · y" in said


@pytest.mark.parametrize(
    ("typed", "top"),
    [("slope", ["slope w", "Multiply"]), ("type:mse", ["MSE"]), ("is:muted", []), ("nothing here", [])],
)
def test_what_is_typed_leaves_the_rows_that_fit(twin: Twin, typed: str, top: list[str]) -> None:
    QTest.keyClicks(twin.find, typed)
    found = names(twin)
    if typed == "type:mse":
        assert len(found) == 1 and twin.session.label("mse") in found
    else:
        assert found == top
    for _ in typed:
        QTest.keyClick(twin.find, Key.Key_Backspace)
    assert len(names(twin)) == sum(not node.inside for node in twin.session.graph.nodes.values())


def test_a_search_that_cannot_be_is_told(twin: Twin) -> None:
    QTest.keyClicks(twin.find, "is:nonsense")
    assert "is:" in twin.find.toolTip() and twin.find.property("role") == "invalid"
    twin.find.clear()
    assert not twin.find.property("role")


# The canvas and its twin ----------------------------------------------------------------------------------------------


def test_what_is_selected_in_one_is_selected_in_the_other(twin: Twin) -> None:
    session = twin.session
    session.select(["mse", "w"], current="w")
    assert {row(index).key for index in twin.tree.selectionModel().selectedRows()} == {("node", "mse"), ("node", "w")}
    assert row(twin.tree.currentIndex()).key == ("node", "w")
    link = wire("w.value", "multiply.y")
    session.select((), (), [link])
    assert [row(index).key for index in twin.tree.selectionModel().selectedRows()] == [("wire", "multiply", "y")]
    twin.tree.setCurrentIndex(twin.index_of("node", "x"))
    assert session.selection == {"x"} and not session.selected_wires
    twin.tree.setCurrentIndex(twin.index_of("wire", "mse", "target"))
    assert session.selected_wires == {wire("y.value", "mse.target")} and not session.selection
    twin.tree.setCurrentIndex(twin.index_of("output", "multiply", "value"))
    assert session.selection == {"multiply"}


def test_return_goes_there_into_bodies_too(twin: Twin) -> None:
    session, seen = twin.session, list[str]()
    session.reveal_requested.connect(seen.append)
    twin.tree.setCurrentIndex(twin.index_of("node", "w"))
    QTest.keyClick(twin.tree, Key.Key_Return)
    assert seen == ["w"] and session.body == ""
    twin.tree.setCurrentIndex(twin.index_of("wire", "double", "x"))
    QTest.keyClick(twin.tree, Key.Key_Return)
    assert seen[-1] == "double" and session.body == "function"
    assert session.selected_wires == {wire("input.value", "double.x")}


def test_the_rows_follow_edits_and_what_was_open_stays_open(twin: Twin, qtbot: QtBot) -> None:
    session = twin.session
    twin.tree.setExpanded(twin.index_of("node", "mse"), True)
    twin.tree.setCurrentIndex(twin.index_of("wire", "mse", "target"))
    session.apply(Rename("w", "gradient"))
    qtbot.waitUntil(lambda: twin.index_of("node", "w").data() == "gradient")
    session.apply(SetMuted("mse", True))
    qtbot.waitUntil(lambda: "muted" in twin.index_of("node", "mse").siblingAtColumn(STATE).data())
    session.insert("elementwise.exp", Place(0.0, 500.0))
    qtbot.waitUntil(lambda: twin.index_of("node", "exp_1").isValid())
    assert twin.tree.isExpanded(twin.index_of("node", "mse"))
    assert row(twin.tree.currentIndex()).node == "exp_1", "what was added is selected"
    session.select(["x"])
    session.remove_selected()
    qtbot.waitUntil(lambda: not twin.index_of("node", "x").isValid())
    assert "needs a wire" in twin.index_of("input", "multiply", "x").siblingAtColumn(STATE).data()
    while session.document.can_undo:
        session.undo()
    qtbot.waitUntil(
        lambda: twin.index_of("wire", "multiply", "x").isValid() and not twin.index_of("node", "exp_1").isValid()
    )


def test_a_graph_with_a_loop_is_shown(twin: Twin, qtbot: QtBot) -> None:
    twin.session.apply(Connect(wire("mse.value", "multiply.x")))
    nodes = lambda: {each.key[1] for each in twin.model.rows() if each.kind == "node"}  # noqa: E731
    qtbot.waitUntil(
        lambda: twin.index_of("wire", "multiply", "x").isValid() and nodes() == set(twin.session.graph.nodes)
    )
    QTest.mouseClick(twin.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(80, 12))


def test_nothing_is_made_while_it_is_hidden(session: Session, qtbot: QtBot) -> None:
    made = Twin(session)
    qtbot.addWidget(made)
    session.apply(Rename("w", "gradient"))
    session.types_changed.emit()
    session.values_changed.emit()
    assert not list(made.model.rows())
    made.show()
    assert {each.node for each in made.model.rows()} == set(session.graph.nodes)


def test_another_document_is_shown_at_once(twin: Twin, qtbot: QtBot) -> None:
    nodes = {"only": Node("only", "elementwise.exp", "alone")}
    twin.session.adopt(Content(Graph(nodes), Layout({"only": Place(0.0, 0.0)})), None, clean=True)
    twin.tree.viewport().repaint()  # rows of nodes that are gone say nothing
    qtbot.waitUntil(lambda: names(twin) == ["alone"])
    assert row(twin.sieve.index(0, 0)).carries == (Socket("only", "value"),)


def test_rows_that_are_sorted_by_values_follow_them(qapp: QApplication, qtbot: QtBot) -> None:
    session = Session(LIBRARY)
    session.adopt(line(), None, clean=True)
    twin = shown(session, qtbot)
    twin.form.setCurrentText("Parameters")
    session.insert("parameters.parameter", Place(0.0, 600.0))
    other = session.current
    assert other is not None
    session.set_setting(other, "value", 0.25)
    twin.order.setCurrentText("Largest values first")
    try:
        order = lambda: [row(twin.sieve.index(k, 0)).node for k in range(twin.sieve.rowCount())]  # noqa: E731
        qtbot.waitUntil(lambda: order() == ["w", other], timeout=WAIT)
        session.set_setting(other, "value", 8.0)
        qtbot.waitUntil(lambda: order() == [other, "w"], timeout=WAIT)
    finally:
        session.close()
