"""Adding. Palette with fuzzy search over names, synonyms, help and formulas; favourites, recent; drag in, double-click,
or Tab/space at the cursor for quick add; drag a wire into the void for a menu filtered by what fits; drop a node on a
wire to insert it (neighbours make room, a held key suppresses it; Blender, Houdini); drop a file (CSV, image, NPZ,
.dgraph, PNG with a graph inside) to get its node; paste a formula such as `mean((w*x + b - y)**2)` or Python into the
canvas to get its nodes; templates (small graphs with holes).

What each phrase finds is in tests/app/test_search.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app import templates
from app.assets import asset
from app.canvas.quick_add import QuickAdd
from app.panels.palette import FAVOURITES, OPERATOR_ROLE, RECENT, Palette
from app.picture_graph import with_graph
from app.window import Window
from engine.files import render
from engine.graph import Content, Graph, Layout, Node, Place, Socket
from engine.problems import validate
from nodes.library import LIBRARY
from tests.app.canvas.conftest import NONE, agrees, line_fit, wire
from tests.app.conftest import Answers, index_of
from tests.app.editor_habits.conftest import Desk
from tests.app.editor_habits.test_wiring import Alt, Ctrl, Seat, Shift, choose, free, into, one_step, open_menu, output


def palette(desk: Desk) -> Palette:
    return desk.window.workspace.operators


def new_nodes(desk: Desk, before: Content) -> list[Node]:
    return [node for id, node in desk.session.graph.nodes.items() if id not in before.graph.nodes]


def search(desk: Desk, text: str) -> list[str]:
    """Type into the palette's search; return what is shown."""
    panel = palette(desk)
    panel.search.clear()
    desk.type(text, on=panel.search)
    return [row.operator.id for row in panel.model.rows if row.operator]


def quick_add(qtbot: QtBot) -> QuickAdd:
    """Return the popup once it is shown."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QuickAdd))
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QuickAdd)
    return popup


def pick(desk: Desk, popup: QuickAdd, text: str) -> None:
    """Type what is wanted and press Return."""
    desk.type(text, on=popup.palette_panel.search)
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)
    desk.window.activateWindow()  # a window manager would
    desk.window.canvas.setFocus()


# The palette ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tanh", "activations.tanh"), ("plus", "elementwise.add"), ("sofmax", "activations.softmax"),
        ("max(x,0)", "activations.relu"), ("never overflows", "activations.softmax"),
        ("standardize", "inputs.standardise"),
    ],
)  # fmt: skip
def test_the_palette_searches_names_synonyms_slips_formulas_and_help(desk: Desk, typed: str, found: str) -> None:
    assert found in search(desk, typed)[:3]


def test_return_in_the_palette_inserts_what_was_found(desk: Desk) -> None:
    before = desk.session.content
    search(desk, "tanh")
    desk.keys(Qt.Key.Key_Return, on=palette(desk).search)
    assert [node.operator for node in new_nodes(desk, before)] == ["activations.tanh"]
    one_step(desk, before)


def test_a_double_click_in_the_palette_inserts(desk: Desk) -> None:
    before = desk.session.content
    search(desk, "cosh")
    panel = palette(desk)
    at = panel.list.visualRect(index_of(panel, "elementwise.cosh")).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [node.operator for node in new_nodes(desk, before)] == ["elementwise.cosh"]


def shown_first(desk: Desk) -> list[str]:
    """Return the titles at the top of the palette, headings in capitals of their own."""
    palette(desk).search.clear()
    QApplication.processEvents()
    return [row.title for row in palette(desk).model.rows[:6]]


def test_favourites_are_chosen_in_the_palette_and_stand_first(desk: Desk, qtbot: QtBot) -> None:
    search(desk, "tanh")
    panel = palette(desk)
    at = panel.list.visualRect(index_of(panel, "activations.tanh")).center()
    panel.list.customContextMenuRequested.emit(at)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    choose(qtbot, menu, "Add to favourites")
    assert shown_first(desk)[:2] == [FAVOURITES, "Tanh"]


def test_one_click_in_the_popup_adds_and_a_double_click_adds_no_more(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.content
    desk.hands.key(Qt.Key.Key_Tab)
    listed = quick_add(qtbot).palette_panel.list
    at = listed.visualRect(index_of(quick_add(qtbot).palette_panel, "elementwise.add")).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
    canvas = desk.window.canvas
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert QApplication.activePopupWidget() is None, "the second click is not the canvas's"
    assert [node.operator for node in new_nodes(desk, before)] == ["elementwise.add"]


def test_the_palette_stays_where_it_is_while_operators_are_taken_from_it(desk: Desk, qtbot: QtBot) -> None:
    panel = palette(desk)
    for id in ("inputs.table", "inputs.constant", "inputs.moons"):
        row = max(k for k, row in enumerate(panel.model.rows) if row.operator and row.operator.id == id)
        at = panel.list.visualRect(panel.model.index(row, 0)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
        top = [RECENT, LIBRARY[id].title]
        qtbot.waitUntil(lambda top=top: [row.title for row in panel.model.rows[:2]] == top)
        assert panel.list.indexAt(at).data(OPERATOR_ROLE) == id


def test_what_was_inserted_by_any_way_is_remembered_as_recent(desk: Desk, qtbot: QtBot) -> None:
    desk.hands.move(free(desk, 480, 420))
    desk.keys(Qt.Key.Key_Tab)
    pick(desk, quick_add(qtbot), "cosh")
    for _ in range(3):
        QApplication.processEvents()
    assert shown_first(desk)[:2] == [RECENT, LIBRARY["elementwise.cosh"].title]
    desk.hands.move(free(desk, 480, 540))
    desk.keys(Qt.Key.Key_Tab)
    popup = quick_add(qtbot)
    assert [row.title for row in popup.palette_panel.model.rows[:2]] == [RECENT, LIBRARY["elementwise.cosh"].title]
    popup.close()


def drag_from_palette(desk: Desk, operator: str, to: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    """Drag a row of the palette to a point of the scene."""
    panel = palette(desk)
    search(desk, LIBRARY[operator].title if operator in LIBRARY else operator.partition(".")[2].replace("_", " "))
    view = panel.list.viewport()
    start = panel.list.visualRect(index_of(panel, operator)).center()
    end = view.mapFromGlobal(desk.window.canvas.mapToGlobal(desk.hands.at(to)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, keys, start)
    for at in (start + QPoint(30, 10), end - QPoint(3, 3), end):
        point = QPointF(at)
        event = QMouseEvent(
            QEvent.Type.MouseMove, point, view.mapToGlobal(point), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, keys,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, keys, end)


def test_an_operator_is_dragged_in_and_lands_under_the_pointer(desk: Desk) -> None:
    before = desk.session.content
    drag_from_palette(desk, "activations.tanh", free(desk, 480, 420))
    (node,) = new_nodes(desk, before)
    place = desk.session.layout.places[node.id]
    assert abs(place.x - (480 - 64)) <= 8 and abs(place.y - (420 - 16)) <= 8
    one_step(desk, before)


# Quick add ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [(Qt.Key.Key_Tab, NONE), (Qt.Key.Key_Space, Ctrl), (Qt.Key.Key_A, Shift), (Qt.Key.Key_Insert, NONE)],
)
def test_keys_at_the_cursor_offer_every_operator(
    desk: Desk, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    before = desk.session.content
    desk.hands.move(free(desk, 500, 440))
    desk.hands.move(free(desk, 480, 420))
    desk.keys(key, modifiers)
    pick(desk, quick_add(qtbot), "tanh")
    (node,) = new_nodes(desk, before)
    assert node.operator == "activations.tanh"
    assert (
        desk.session.layout.places[node.id] == Place(480.0, 424.0)
        or abs(desk.session.layout.places[node.id].x - 480) <= 8
    )
    one_step(desk, before)


def test_a_double_click_on_nothing_offers_the_operators(desk: Desk, qtbot: QtBot) -> None:
    desk.hands.double_click(free(desk, 480, 420))
    popup = quick_add(qtbot)
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Escape)
    assert desk.session.content == line_fit()


def test_a_wire_dragged_into_the_void_offers_only_what_fits_and_wires_it(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.content
    desk.stroke([output(desk, "multiply.value"), free(desk, 480, 420)])
    popup = quick_add(qtbot)
    offered = {row.operator.id for row in popup.palette_panel.model.rows if row.operator}
    assert "elementwise.exp" in offered
    assert not offered & {"inputs.constant", "parameters.parameter"}  # they have no inputs
    assert not offered & {"linear_algebra.determinant", "shape.unpack"}  # no matrix, no tuple: filtered by shape
    pick(desk, popup, "exp")
    (node,) = new_nodes(desk, before)
    assert wire("multiply.value", f"{node.id}.x") in desk.session.graph.wires
    one_step(desk, before)


def test_a_wire_dragged_backwards_into_the_void_offers_what_gives_a_value(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.content
    desk.stroke([into(desk, "probe.x"), free(desk, 480, 440)])
    popup = quick_add(qtbot)
    offered = {row.operator.id for row in popup.palette_panel.model.rows if row.operator}
    assert "inputs.constant" in offered and "views.probe" not in offered
    pick(desk, popup, "constant")
    (node,) = new_nodes(desk, before)
    assert wire(f"{node.id}.value", "probe.x") in desk.session.graph.wires


# On a wire ------------------------------------------------------------------------------------------------------------


def on_the_wire(desk: Desk) -> QPointF:
    return desk.window.canvas.scene.wires[wire("multiply.value", "add.x")].middle


def test_an_operator_dropped_on_a_wire_goes_into_it_and_neighbours_make_room(desk: Desk) -> None:
    before = desk.session.content
    drag_from_palette(desk, "elementwise.exp", on_the_wire(desk))
    (node,) = new_nodes(desk, before)
    graph, scene = desk.session.graph, desk.window.canvas.scene
    assert {wire("multiply.value", f"{node.id}.x"), wire(f"{node.id}.value", "add.x")} <= graph.wires
    assert wire("multiply.value", "add.x") not in graph.wires
    boxes = {id: item.rect for id, item in scene.nodes.items()}
    assert boxes["multiply"].right() < boxes[node.id].left() and boxes[node.id].right() < boxes["add"].left()
    assert not [(a, b) for a in boxes for b in boxes if a < b and boxes[a].intersects(boxes[b])]
    assert desk.session.layout.places["multiply"] == before.layout.places["multiply"]
    assert desk.session.document.undo_name == "Insert Exponential into wire"
    one_step(desk, before)


def test_alt_held_suppresses_it(desk: Desk) -> None:
    before = desk.session.content
    drag_from_palette(desk, "elementwise.exp", on_the_wire(desk), Alt)
    assert len(new_nodes(desk, before)) == 1
    assert desk.session.graph.wires == before.graph.wires


def test_an_operator_that_does_not_fit_is_only_put_there(desk: Desk) -> None:
    before = desk.session.content
    drag_from_palette(desk, "inputs.constant", on_the_wire(desk))
    assert len(new_nodes(desk, before)) == 1
    assert desk.session.graph.wires == before.graph.wires


def loose_node() -> Content:
    """The line fit with a node that is not wired."""
    content = line_fit()
    nodes = {**content.graph.nodes, "exp": Node("exp", "elementwise.exp")}
    return Content(Graph(nodes, content.graph.wires), Layout({**content.layout.places, "exp": Place(264.0, 400.0)}))


def test_a_node_dragged_onto_a_wire_goes_into_it(seat: Seat) -> None:
    desk = seat(loose_node())
    before = desk.session.content
    head = desk.hands.head("exp")
    goal = on_the_wire(desk) + (head - desk.window.canvas.scene.nodes["exp"].rect.center())
    desk.stroke([head, goal], release=False)
    assert desk.window.canvas.goal is not None  # the wire is lit
    desk.hands.release(goal)
    assert {wire("multiply.value", "exp.x"), wire("exp.value", "add.x")} <= desk.session.graph.wires
    boxes = {id: item.rect for id, item in desk.window.canvas.scene.nodes.items()}
    assert not [(a, b) for a in boxes for b in boxes if a < b and boxes[a].intersects(boxes[b])]
    one_step(desk, before)


@pytest.mark.parametrize("given_up", [False, True])
def test_a_node_dragged_onto_a_wire_with_alt_or_given_up_stays_out(seat: Seat, given_up: bool) -> None:
    desk = seat(loose_node())
    before = desk.session.content
    head = desk.hands.head("exp")
    goal = on_the_wire(desk) + (head - desk.window.canvas.scene.nodes["exp"].rect.center())
    desk.stroke([head, goal], NONE if given_up else Alt, release=False)
    if given_up:
        desk.keys(Qt.Key.Key_Escape)
    desk.hands.release(goal, NONE if given_up else Alt)
    assert desk.session.graph.wires == before.graph.wires
    assert desk.window.canvas.goal is None
    assert (desk.session.content == before) == given_up


def test_a_node_that_is_wired_does_not_fall_into_wires(desk: Desk) -> None:
    before = desk.session.content
    head = desk.hands.head("b")
    desk.stroke([head, on_the_wire(desk)])
    assert desk.session.graph.wires == before.graph.wires


def test_the_menu_of_a_wire_offers_what_may_be_put_into_it(desk: Desk, qtbot: QtBot) -> None:
    from app.canvas import landing

    before = desk.session.content
    laid = wire("multiply.value", "add.x")
    landing.ask(desk.window.canvas, laid, QPointF(desk.hands.at(on_the_wire(desk))))
    popup = quick_add(qtbot)
    offered = {row.operator.id for row in popup.palette_panel.model.rows if row.operator}
    assert "elementwise.exp" in offered and not offered & {"inputs.constant", "views.probe", "optimizers.optimizer"}
    pick(desk, popup, "exp")
    assert laid not in desk.session.graph.wires
    one_step(desk, before)


# Files ----------------------------------------------------------------------------------------------------------------


def drop(desk: Desk, paths: list[Path], at: QPointF) -> None:
    """Drop files on the canvas as another program would."""
    data, canvas = QMimeData(), desk.window.canvas
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    point = desk.hands.at(at)
    args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    entering = QDragEnterEvent(point, *args)
    QApplication.sendEvent(canvas, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(canvas, QDropEvent(QPointF(point), *args))


def picture_file(path: Path, inside: str = "") -> Path:
    """Write a small PNG, with a graph inside where one is given."""
    image = QImage(6, 4, QImage.Format.Format_Grayscale8)
    image.fill(128)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    path.write_bytes(with_graph(data.data(), inside) if inside else data.data())
    return path


def table_file(path: Path) -> Path:
    path.write_text("height,weight\n1,2\n3,4\n", encoding="utf-8")
    return path


def npz_file(path: Path) -> Path:
    np.savez(path, features=np.zeros((3, 2)), labels=np.zeros(3))
    return path


@pytest.mark.parametrize(
    ("make", "name", "operator", "outputs"),
    [
        (table_file, "people.csv", "inputs.table", ["height", "weight"]),
        (npz_file, "numbers.npz", "inputs.table", ["features", "labels"]),
        (picture_file, "picture.png", "inputs.image", ["value"]),
    ],
)
def test_a_dropped_file_becomes_the_node_that_reads_it(
    desk: Desk, qtbot: QtBot, tmp_path: Path, make: Callable[[Path], Path], name: str, operator: str, outputs: list[str]
) -> None:
    before = desk.session.content
    drop(desk, [make(tmp_path / name)], free(desk, 480, 420))
    qtbot.waitUntil(lambda: desk.session.content != before)
    (node,) = new_nodes(desk, before)
    assert node.operator == operator and str(node.settings["file"]).endswith(name)
    place = desk.session.layout.places[node.id]
    assert abs(place.x - (480 - 64)) <= 8 and abs(place.y - (420 - 16)) <= 8
    shown = [plug.name for plug in desk.window.canvas.scene.nodes[node.id].face.outputs]
    assert shown == outputs
    one_step(desk, before)


def test_several_files_become_a_node_each_as_one_step(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    before = desk.session.content
    paths = [table_file(tmp_path / "people.csv"), picture_file(tmp_path / "picture.png")]
    drop(desk, paths, free(desk, 480, 420))
    qtbot.waitUntil(lambda: len(new_nodes(desk, before)) == 2)
    assert desk.session.document.undo_name == "Insert 2 files"
    one_step(desk, before)


def test_a_graph_dropped_on_the_canvas_is_opened_or_its_nodes_are_inserted(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    before = desk.session.content
    file = tmp_path / "other.dgraph"
    file.write_bytes(render(line_fit()))
    drop(desk, [file], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Insert its nodes here")
    assert len(new_nodes(desk, before)) == len(before.graph.nodes)
    assert desk.session.document.undo_name == "Insert other.dgraph"
    one_step(desk, before)
    shown = len(desk.window.document_pages)
    desk.window.canvas.fit()
    drop(desk, [file], QPointF(480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Open other.dgraph")
    assert desk.window.session.path == file
    assert len(desk.window.document_pages) == shown + 1


def test_a_picture_with_a_graph_inside_gives_the_graph_or_the_picture(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    before = desk.session.content
    file = picture_file(tmp_path / "shot.png", render(line_fit()).decode())
    drop(desk, [file], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Insert its nodes here")
    assert len(new_nodes(desk, before)) == len(before.graph.nodes)
    desk.keys(Qt.Key.Key_Z, Ctrl)
    assert desk.session.content == before
    drop(desk, [file], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Read it as a picture")
    assert [node.operator for node in new_nodes(desk, before)] == ["inputs.image"]
    desk.keys(Qt.Key.Key_Z, Ctrl)
    drop(desk, [file], free(desk, 480, 420))
    choose(qtbot, open_menu(qtbot, "What to do with this file"), "Open the graph inside the picture")
    opened = desk.window.session
    assert opened.graph == line_fit().graph and opened.path is None and not opened.clean


def test_a_picture_dropped_on_the_start_page_opens_the_graph_inside_it(
    window: Callable[..., Window], answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    made = window()
    for name, inside in (("plain.png", ""), ("shot.png", render(line_fit()).decode())):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(picture_file(tmp_path / name, inside)))])
        args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
        QApplication.sendEvent(made, QDragEnterEvent(QPoint(300, 300), *args))
        QApplication.sendEvent(made, QDropEvent(QPointF(300, 300), *args))
        qtbot.waitUntil(lambda inside=inside: made.editing if inside else bool(answers.told))
    assert answers.told == ["There is no graph inside “plain.png”: open a graph first, to read it as a picture."]
    assert made.session.graph == line_fit().graph


def test_files_are_pasted_as_they_are_dropped(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    before = desk.session.content
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(table_file(tmp_path / "people.csv")))])
    QApplication.clipboard().setMimeData(data)
    desk.hands.move(free(desk, 480, 420))
    desk.keys(Qt.Key.Key_V, Ctrl)
    qtbot.waitUntil(lambda: len(new_nodes(desk, before)) == 1)
    one_step(desk, before)


# Formulas -------------------------------------------------------------------------------------------------------------


def paste(desk: Desk, text: str) -> None:
    QApplication.clipboard().setText(text)
    desk.hands.move(free(desk, 480, 420))
    desk.keys(Qt.Key.Key_V, Ctrl)


def test_a_formula_is_pasted_and_wired_to_what_is_called_so(desk: Desk) -> None:
    for id, name in (("x", "x"), ("w", "w"), ("b", "b"), ("y", "y")):
        desk.session.rename(id, name)
    before = desk.session.content
    paste(desk, "mean((w*x + b - y)**2)")
    made = new_nodes(desk, before)
    assert "reductions.mean" in {node.operator for node in made}
    fed = {each.source.node for each in desk.session.graph.wires - before.graph.wires}
    assert {"x", "w", "b", "y"} <= fed
    assert not [p for p in desk.session.problems if p.severity == "error"]
    assert desk.session.document.undo_name == "Paste formula"
    desk.keys(Qt.Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_python_is_pasted_as_nodes(desk: Desk) -> None:
    before = desk.session.content
    paste(desk, "def f(u):\n    v = np.tanh(u)\n    return v * v\n")
    made = {node.operator for node in new_nodes(desk, before)}
    assert {"activations.tanh", "elementwise.multiply"} <= made


# Templates ------------------------------------------------------------------------------------------------------------


def test_a_template_is_inserted_by_search_with_its_holes_marked_until_they_are_wired(desk: Desk) -> None:
    before = desk.session.content
    said: list[str] = []
    desk.session.message.connect(said.append)
    assert search(desk, "training loop")[0] == "template.training_loop"
    desk.keys(Qt.Key.Key_Return, on=palette(desk).search)
    made = {node.operator: node.id for node in new_nodes(desk, before)}
    assert set(made) == {"losses.mse", "optimizers.optimizer", "views.probe"}
    loss = made["losses.mse"]
    assert desk.session.holes == {Socket(loss, "prediction"), Socket(loss, "target")}
    assert said[-1] == "2 inputs are still to be wired: marked on the canvas."
    desk.window.canvas.fit()
    hole = desk.hands.at(desk.window.canvas.scene.point(Socket(loss, "target"), output=False))
    grab = desk.window.canvas.grab().toImage()
    reach = round(11 * desk.window.canvas.camera.factor)
    wanted = QColor(desk.window.canvas.ink.theme.warning)
    ring = [grab.pixelColor(hole.x() - reach + dx, hole.y() + dy) for dx in range(-2, 3) for dy in range(-9, 9)]
    assert any(abs(c.red() - wanted.red()) + abs(c.blue() - wanted.blue()) < 60 for c in ring)
    desk.stroke([output(desk, "y.value"), into(desk, f"{loss}.target")])
    assert desk.session.holes == {Socket(loss, "prediction")}
    desk.keys(Qt.Key.Key_Escape)
    assert not desk.session.holes
    desk.keys(Qt.Key.Key_Z, Ctrl)
    one_step(desk, before)


def test_a_template_is_dragged_in(desk: Desk) -> None:
    before = desk.session.content
    drag_from_palette(desk, "template.mlp", free(desk, 480, 440))
    assert sum(node.operator == "neural.dense" for node in new_nodes(desk, before)) == 3
    agrees(desk.window.canvas)


@pytest.mark.parametrize("name", templates.names())
def test_every_template_is_a_graph_whose_only_faults_are_its_holes(name: str) -> None:
    content, title, help, words = templates._template(name)
    assert title and help.endswith(".") and words
    edit = templates.insertion(Content(), LIBRARY, name, Place(), "")
    graph = edit.apply(Content())[0].graph
    holes = templates.holes(graph, LIBRARY, edit)
    assert holes
    missing = {(p.node, p.socket) for p in validate(graph, LIBRARY) if p.code == "missing-input"}
    assert missing == {(hole.node, hole.name) for hole in holes}
    assert len(graph.nodes) == len(content.graph.nodes)


@pytest.mark.parametrize("name", templates.DATA_SETS)
def test_every_data_set_is_bundled_and_inserted_with_its_outputs(desk: Desk, name: str) -> None:
    chosen = templates.DATA_SETS[name]
    assert asset(chosen.file.removeprefix("asset:")).is_file()
    before = desk.session.content
    assert search(desk, chosen.title)[0] == f"data_set.{name}"
    desk.keys(Qt.Key.Key_Return, on=palette(desk).search)
    (node,) = new_nodes(desk, before)
    assert (node.operator, node.settings["file"], node.name) == (chosen.operator, chosen.file, chosen.title)
    desk.keys(Qt.Key.Key_Z, Ctrl)
    assert desk.session.content == before


def test_the_palette_shows_templates_and_data_sets_under_headings_of_their_own(desk: Desk) -> None:
    titles = [row.title for row in palette(desk).model.rows if row.heading]
    assert titles[-2:] == ["Templates", "Data sets"]
    first = index_of(palette(desk), "template.mlp")
    assert first.data(OPERATOR_ROLE) == "template.mlp" and first.data() == "Multi-layer perceptron"
