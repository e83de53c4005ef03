"""The scene follows the document also where much happens in one moment: what the monkey of `test_monkey.py` found."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from app.canvas import Canvas, arranging
from app.session import Session
from engine.edits import Disconnect, Group
from tests.app.canvas.conftest import Hands, agrees


def test_a_node_deleted_and_back_within_a_moment_has_its_badge(canvas: Canvas, session: Session) -> None:
    gone = [Disconnect(wire) for wire in session.graph.wires if wire.target.node == "mse"]
    session.apply(Group("Cut", tuple(gone)))
    QApplication.processEvents()
    assert canvas.scene.nodes["mse"].severity == "error"
    session.select(["mse"])
    session.remove_selected()
    session.undo()
    QApplication.processEvents()
    assert canvas.scene.nodes["mse"].severity == "error"
    assert "mse" in canvas.scene.troubled


def test_a_collapsed_node_has_no_slider_left(canvas: Canvas, session: Session) -> None:
    assert canvas.scene.nodes["adam"].number is not None
    session.select(["adam"])
    arranging.toggle_collapsed(canvas)
    assert canvas.scene.nodes["adam"].number is None


@pytest.mark.parametrize("edit", ["undo", "make_subgraph"])
def test_an_edit_in_the_middle_of_a_drag_ends_it_and_nothing_stays_where_it_was_dragged(
    hands: Hands, session: Session, edit: str
) -> None:
    canvas = hands.canvas
    hands.drag(hands.head("add"), hands.head("add") + QPointF(200, 200))
    session.select(["add", "multiply"])
    start = hands.head("multiply")
    hands.press(start)
    hands.move(start + QPointF(80, 40))
    assert canvas.gesture is not None
    getattr(session, edit)()
    assert canvas.gesture is None
    hands.move(start + QPointF(300, 90))
    hands.release(start + QPointF(300, 90), Qt.KeyboardModifier.NoModifier)
    if edit == "undo":
        agrees(canvas)
    else:
        assert set(canvas.scene.nodes) == set(session.graph.bodies[""])
