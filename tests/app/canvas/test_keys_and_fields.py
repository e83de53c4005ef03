"""Everything the mouse can do the keys can do; text is edited where it stands."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget

from app.canvas import Canvas, menus
from app.canvas.quick_add import QuickAdd
from app.session import Session
from engine.edits import AddNote
from engine.graph import Note, Place
from tests.app.canvas.conftest import Hands, agrees, line_fit, wire

Shift = Qt.KeyboardModifier.ShiftModifier
Control = Qt.KeyboardModifier.ControlModifier


def field(canvas: Canvas, kind: type[QWidget] = QLineEdit) -> QWidget:
    """Return the field open over the canvas."""
    (found,) = [child for child in canvas.findChildren(kind) if child.isVisible() and child.parent() is canvas]
    return found


def type_into(canvas: Canvas, text: str, kind: type[QWidget] = QLineEdit) -> None:
    """Write over what is in the open field, and accept."""
    open_field = field(canvas, kind)
    QTest.keyClick(open_field, Qt.Key.Key_A, Control)
    QTest.keyClicks(open_field, text)
    QTest.keyClick(open_field, Qt.Key.Key_Return, Control if kind is QPlainTextEdit else Qt.KeyboardModifier.NoModifier)
    QApplication.processEvents()


def test_arrows_walk_over_the_graph(hands: Hands, session: Session) -> None:
    session.select(["w"])
    hands.key(Qt.Key.Key_Right)
    assert session.current == "multiply"
    hands.key(Qt.Key.Key_Right)
    assert session.current == "add"
    hands.key(Qt.Key.Key_Left)
    assert session.current == "multiply"
    session.select()
    hands.key(Qt.Key.Key_Down)
    assert session.current is not None


def test_shift_and_arrows_move_the_selection_as_one_undo_step(hands: Hands, session: Session) -> None:
    session.select(["add", "mse"])
    for _ in range(3):
        hands.key(Qt.Key.Key_Right, Shift)
    assert session.layout.places["add"] == Place(480.0, 160.0)
    assert session.layout.places["mse"] == Place(680.0, 160.0)
    agrees(hands.canvas)
    session.undo()
    assert session.layout == line_fit().layout


def test_control_and_arrows_pan(hands: Hands) -> None:
    before = QPointF(hands.canvas.camera.origin)
    hands.key(Qt.Key.Key_Right, Control)
    assert hands.canvas.camera.origin.x() > before.x()


def test_tab_finds_an_operator_by_its_name_and_puts_it_on_free_ground(hands: Hands, session: Session) -> None:
    hands.key(Qt.Key.Key_Tab)
    (popup,) = hands.canvas.findChildren(QuickAdd)
    QTest.keyClicks(popup.palette_panel.search, "tanh")
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)
    QApplication.processEvents()
    (added,) = set(session.graph.nodes) - set(line_fit().graph.nodes)
    assert session.graph.nodes[added].operator == "activations.tanh"
    rect = hands.canvas.scene.nodes[added].rect
    assert not [item for id, item in hands.canvas.scene.nodes.items() if id != added and item.rect.intersects(rect)]


def test_a_wire_dropped_on_nothing_offers_what_fits_and_wires_it(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("w.value", output=True), QPointF(250, 430))
    QApplication.processEvents()
    (popup,) = hands.canvas.findChildren(QuickAdd)
    offered = {row.operator.id for row in popup.palette_panel.model.rows if row.operator is not None}
    assert "elementwise.exp" in offered
    assert "inputs.constant" not in offered
    QTest.keyClicks(popup.palette_panel.search, "exp")
    QTest.keyClick(popup.palette_panel.search, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert wire("w.value", "exp_1.x") in session.graph.wires
    session.undo()
    assert session.graph == line_fit().graph


def test_the_w_key_lists_what_a_node_may_be_wired_to(hands: Hands, session: Session) -> None:
    menu = QMenu()
    menus.fill_wires(hands.canvas, menu, "add")
    texts = [action.text() for action in menu.actions()]
    assert any("Probe" in text for text in texts)
    assert not any("Multiply · x" in text for text in texts)
    chosen = next(action for action in menu.actions() if "Probe" in action.text())
    chosen.trigger()
    assert wire("add.value", "probe.x") in session.graph.wires


def test_double_click_on_the_head_renames(hands: Hands, session: Session) -> None:
    hands.double_click(hands.head("w"))
    type_into(hands.canvas, "slope w")
    assert session.label("w") == "slope w"
    assert hands.canvas.scene.nodes["w"].face.title == "slope w"


def test_escape_leaves_a_field_without_a_change(hands: Hands, session: Session) -> None:
    hands.double_click(hands.head("w"))
    open_field = field(hands.canvas)
    QTest.keyClicks(open_field, "nonsense")
    QTest.keyClick(open_field, Qt.Key.Key_Escape)
    assert session.graph == line_fit().graph


def test_double_click_on_a_parameters_value_sets_it(hands: Hands, session: Session) -> None:
    session.set_setting("w", "initial", "ones")
    hands.double_click(hands.canvas.scene.nodes["w"].control_rect().center())
    type_into(hands.canvas, "-2,5")
    assert session.setting("w", "value") == -2.5
    assert session.setting("w", "initial") == "value"
    session.undo()
    assert session.setting("w", "initial") == "ones"


def test_a_value_that_is_no_number_is_refused_in_a_sentence(hands: Hands, session: Session) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    session.select(["w"])
    hands.key(Qt.Key.Key_Return)
    type_into(hands.canvas, "__import__('os')")
    assert session.setting("w", "value") == 0.0
    assert len(said) == 1
    assert "not a number" in said[0]


def test_a_note_is_written_where_it_stands(hands: Hands, session: Session) -> None:
    session.apply(AddNote(Note("n", "old", 300.0, 480.0)))
    hands.double_click(QPointF(320, 500))
    type_into(hands.canvas, "new", QPlainTextEdit)
    assert session.layout.notes["n"].text == "new"
    agrees(hands.canvas)


def test_a_frame_goes_around_the_selected_nodes(hands: Hands, session: Session) -> None:
    session.select(["w", "b"])
    hands.canvas.add_note()
    type_into(hands.canvas, "learned", QPlainTextEdit)
    (note,) = session.layout.notes.values()
    assert note.nodes == ("b", "w")
    rect = hands.canvas.scene.notes[note.id].rect
    assert all(rect.contains(hands.canvas.scene.nodes[id].rect) for id in ("w", "b"))


def test_copy_and_paste_keep_the_wires_between(hands: Hands, session: Session) -> None:
    session.select(["w", "multiply"])
    hands.canvas.copy()
    hands.canvas.paste()
    fresh = set(session.graph.nodes) - set(line_fit().graph.nodes)
    assert len(fresh) == 2
    assert any({w.source.node, w.target.node} == fresh for w in session.graph.wires)
    agrees(hands.canvas)
    hands.canvas.cut()
    assert session.graph == line_fit().graph


def test_fold_and_freeze_from_the_menu(hands: Hands, session: Session) -> None:
    menu = QMenu()
    session.select(["w"])
    menus.fill(hands.canvas, menu, None, None)
    by_text = {action.text(): action for action in menu.actions()}
    by_text["Freeze"].trigger()
    assert session.node("w").frozen
    by_text["Collapse"].trigger()
    assert session.layout.places["w"] == replace(line_fit().layout.places["w"], collapsed=True)
    assert hands.canvas.scene.nodes["w"].rect.height() < 40
    agrees(hands.canvas)


def test_a_wire_is_taken_away_from_the_menu(hands: Hands, session: Session) -> None:
    menu = QMenu()
    session.select(["add"])
    menus.fill(hands.canvas, menu, None, None)
    (taking,) = [action.menu() for action in menu.actions() if action.text() == "Take wire away"]
    chosen = next(action for action in taking.actions() if action.text().endswith("Add · y"))  # type: ignore[union-attr]
    chosen.trigger()
    assert line_fit().graph.wires - session.graph.wires == {wire("b.value", "add.y")}
    agrees(hands.canvas)


def test_the_selection_is_described_for_screen_readers(hands: Hands, session: Session) -> None:
    session.select(["add"])
    assert hands.canvas.accessibleDescription().startswith("Add")
    assert "Inputs: x from Multiply, y from Parameter" in hands.canvas.accessibleDescription()
