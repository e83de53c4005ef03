"""What the mouse does on the canvas, by real mouse events, seen in the document."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas import Canvas
from app.canvas.face import slider_fraction, slider_track
from app.canvas.wiring import DrawWire
from app.session import PALETTE_MIME, Session
from engine.edits import AddNote
from engine.graph import Content, Note, Place, Socket
from tests.app.canvas.conftest import Hands, agrees, line_fit, wire

Shift = Qt.KeyboardModifier.ShiftModifier


def test_dragging_a_node_moves_it_on_the_grid_as_one_undo_step(hands: Hands, session: Session) -> None:
    before = session.layout
    hands.drag(hands.head("add"), hands.head("add") + QPointF(83, -37))
    assert session.layout.places["add"] == Place(536.0, 120.0)
    agrees(hands.canvas)
    session.undo()
    assert session.layout == before
    assert not session.document.can_undo
    agrees(hands.canvas)


def test_nodes_selected_together_move_together(hands: Hands, session: Session) -> None:
    session.select(["add", "mse"])
    hands.drag(hands.head("add"), hands.head("add") + QPointF(80, 80))
    assert session.layout.places["mse"] == Place(736.0, 240.0)
    assert session.selection == {"add", "mse"}
    agrees(hands.canvas)


def test_escape_gives_up_a_drag(hands: Hands, session: Session) -> None:
    hands.press(hands.head("add"))
    hands.move(hands.head("add") + QPointF(100, 100))
    hands.key(Qt.Key.Key_Escape)
    hands.release(hands.head("add") + QPointF(100, 100))
    assert session.layout == line_fit().layout
    assert not session.document.can_undo
    agrees(hands.canvas)


def test_clicks_select_and_shift_adds(hands: Hands, session: Session) -> None:
    hands.click(hands.head("add"))
    assert session.selection == {"add"}
    hands.click(hands.head("mse"), Shift)
    assert session.selection == {"add", "mse"}
    hands.click(hands.head("add"), Shift)
    assert session.selection == {"mse"}
    hands.click(QPointF(300, 500))
    assert session.selection == frozenset()


def test_a_band_selects_what_it_meets(hands: Hands, session: Session) -> None:
    hands.drag(QPointF(200, 20), QPointF(500, 250))
    assert session.selection == {"multiply", "add"}


def test_a_wire_is_drawn_from_socket_to_socket(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("add.value", output=True), hands.socket("probe.x", output=False) + QPointF(5, 4))
    assert wire("add.value", "probe.x") in session.graph.wires
    agrees(hands.canvas)
    session.undo()
    assert session.graph == line_fit().graph
    agrees(hands.canvas)


def test_a_wire_can_be_drawn_from_the_input_and_dropped_on_the_node(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("probe.x", output=False), hands.head("multiply"))
    assert wire("multiply.value", "probe.x") in session.graph.wires


def test_a_wire_into_an_occupied_input_replaces_the_one_there(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("y.value", output=True), hands.socket("multiply.x", output=False))
    assert wire("y.value", "multiply.x") in session.graph.wires
    assert wire("x.value", "multiply.x") not in session.graph.wires
    session.undo()
    assert session.graph == line_fit().graph


def test_a_wire_that_would_close_a_cycle_is_refused_with_a_sentence(hands: Hands, session: Session) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    start, end = hands.socket("add.value", output=True), hands.socket("multiply.x", output=False)
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    gesture = hands.canvas.gesture
    assert gesture is not None
    assert gesture.refused
    assert "cycle" in gesture.hint or "loop" in gesture.hint
    hands.release(end)
    assert said == [gesture.hint]
    assert session.graph == line_fit().graph


def test_two_outputs_cannot_be_wired_and_the_hint_says_so(hands: Hands, session: Session) -> None:
    start, end = hands.socket("w.value", output=True), hands.socket("b.value", output=True)
    hands.press(start)
    hands.move((start + end) / 2 + QPointF(40, 0))
    hands.move(end)
    assert hands.canvas.gesture is not None
    assert "output" in hands.canvas.gesture.hint
    hands.release(end)
    assert session.graph == line_fit().graph


def test_shapes_that_do_not_match_are_named_at_the_pointer(show: Callable[[Content], Canvas], session: Session) -> None:
    canvas = show(line_fit())
    session.set_setting("y", "value", (1.0, 2.0))
    hands = Hands(canvas)
    start, end = hands.socket("y.value", output=True), hands.socket("add.y", output=False)
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    assert canvas.gesture is not None
    assert "(2,)" in canvas.gesture.hint
    assert "(3,)" in canvas.gesture.hint
    hands.release(end)
    assert wire("b.value", "add.y") in session.graph.wires


def test_fitting_sockets_are_those_the_engine_would_take(hands: Hands, session: Session) -> None:
    hands.press(hands.socket("multiply.value", output=True))
    gesture = hands.canvas.gesture
    assert isinstance(gesture, DrawWire)
    assert Socket("probe", "x") in gesture.fitting
    assert Socket("multiply", "x") not in gesture.fitting
    hands.release(hands.socket("multiply.value", output=True))


def test_a_wire_comes_loose_at_its_end_and_is_gone_when_dropped_on_nothing(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("add.y", output=False), QPointF(430, 420))
    assert wire("b.value", "add.y") not in session.graph.wires
    session.undo()
    assert session.graph == line_fit().graph


def test_a_loose_wire_moves_to_another_input_as_one_step(hands: Hands, session: Session) -> None:
    hands.drag(hands.socket("mse.target", output=False), hands.socket("probe.x", output=False))
    assert wire("y.value", "probe.x") in session.graph.wires
    assert wire("y.value", "mse.target") not in session.graph.wires
    session.undo()
    assert session.graph == line_fit().graph


def test_clicking_a_wire_selects_it_and_it_can_be_removed(hands: Hands, session: Session) -> None:
    item = hands.canvas.scene.wires[wire("b.value", "add.y")]
    hands.click(item.path.pointAtPercent(0.5))
    assert session.selected_wires == {wire("b.value", "add.y")}
    session.remove_selected()
    agrees(hands.canvas)


def test_dragging_the_rate_sets_the_learning_rate_as_one_undo_step(hands: Hands, session: Session) -> None:
    item = hands.canvas.scene.nodes["adam"]
    control = item.face.control
    assert control is not None
    assert control.spec is not None
    track = slider_track(control).translated(item.corner)
    before = session.setting("adam", "learning_rate")
    start = QPointF(track.left() + slider_fraction(control.spec, before) * track.width(), track.center().y())
    hands.drag(start, QPointF(track.right(), track.center().y()))
    assert session.setting("adam", "learning_rate") == control.spec.high
    session.undo()
    assert session.setting("adam", "learning_rate") == before
    assert not session.document.can_undo


def test_a_method_that_searches_has_no_slider_for_a_rate(hands: Hands, session: Session) -> None:
    assert hands.canvas.scene.nodes["adam"].face.control is not None
    session.set_setting("adam", "method", "lbfgs")
    assert hands.canvas.scene.nodes["adam"].face.control is None
    session.undo()
    assert hands.canvas.scene.nodes["adam"].face.control is not None


def test_escape_gives_up_a_slide_without_a_trace(hands: Hands, session: Session) -> None:
    item = hands.canvas.scene.nodes["adam"]
    control = item.face.control
    assert control is not None and control.spec is not None
    track, before = slider_track(control).translated(item.corner), session.content
    hands.press(QPointF(track.left() + 5, track.center().y()))
    hands.move(QPointF(track.right(), track.center().y()))
    assert session.content != before
    hands.key(Qt.Key.Key_Escape)
    hands.release(QPointF(track.right(), track.center().y()))
    assert session.content == before and session.clean
    assert not session.document.can_undo and not session.document.can_redo
    agrees(hands.canvas)


def test_an_operator_dropped_from_the_palette_lands_under_the_pointer(canvas: Canvas, session: Session) -> None:
    data = QMimeData()
    data.setData(PALETTE_MIME, b"activations.tanh")
    at = canvas.camera.to_view(QPointF(400, 400))
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), actions, data, buttons, keys)
    QApplication.sendEvent(canvas, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(canvas, QDropEvent(at, actions, data, buttons, keys))
    node = next(n for n in session.graph.nodes.values() if n.operator == "activations.tanh")
    assert canvas.scene.nodes[node.id].rect.contains(QPointF(400, 400))
    assert session.selection == {node.id}


def test_a_drop_of_something_else_is_not_taken(canvas: Canvas, session: Session) -> None:
    data = QMimeData()
    data.setText("activations.tanh")
    at = canvas.camera.to_view(QPointF(400, 400))
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), actions, data, buttons, keys)
    QApplication.sendEvent(canvas, enter)
    assert not enter.isAccepted()
    assert session.graph == line_fit().graph


def test_the_wheel_zooms_and_holds_what_is_under_the_pointer(hands: Hands) -> None:
    point = QPointF(480, 200)
    before = hands.canvas.camera.to_view(point)
    held = hands.canvas.camera.to_scene(QPointF(before.toPoint()))
    hands.wheel(point, 240)
    hands.canvas.glide.finish()
    assert hands.canvas.camera.zoom > 1.2
    after = hands.canvas.camera.to_view(held)
    assert (after - QPointF(before.toPoint())).manhattanLength() < 1e-6


def test_the_middle_button_and_the_space_bar_pan(hands: Hands) -> None:
    canvas = hands.canvas
    origin = QPointF(canvas.camera.origin)
    hands.drag(QPointF(300, 500), QPointF(360, 530), button=Qt.MouseButton.MiddleButton)
    assert canvas.camera.origin.x() < origin.x()
    origin = QPointF(canvas.camera.origin)
    state = canvas.session.run_state
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    hands.drag(hands.head("add"), hands.head("add") + QPointF(90, 0))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.camera.origin.x() < origin.x()
    assert canvas.session.layout == line_fit().layout
    assert canvas.session.run_state == state


def test_a_frame_carries_its_nodes_and_a_note_is_resized(hands: Hands, session: Session) -> None:
    session.apply(AddNote(Note("f", "learned", -24.0, 104.0, 200.0, 304.0, ("w", "b"))))
    hands.drag(QPointF(20, 120), QPointF(60, 120))
    assert session.layout.notes["f"].x == 16.0
    assert session.layout.places["w"] == Place(40.0, 144.0)
    agrees(hands.canvas)
    session.undo()
    assert session.layout.places["w"] == Place(0.0, 144.0)
    assert session.layout.notes["f"].x == -24.0
    corner = QPointF(-24 + 200 - 5, 104 + 304 - 5)
    hands.drag(corner, corner + QPointF(40, 16))
    assert (session.layout.notes["f"].width, session.layout.notes["f"].height) == (240.0, 320.0)
    agrees(hands.canvas)
