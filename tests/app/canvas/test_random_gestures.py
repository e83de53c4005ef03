"""Whatever a person does with the mouse, the scene shows what the document holds, and undo leads back to the start."""

from __future__ import annotations

import random

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.canvas import bending
from app.canvas.quick_add import QuickAdd
from app.session import Session
from tests import sizes
from tests.app.canvas.conftest import Hands, agrees, line_fit

Shift, Ctrl, Alt = (
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


def somewhere(hands: Hands, chance: random.Random) -> QPointF:
    """Return a point that is often a socket, a head, a wire, sometimes nothing."""
    scene = hands.canvas.scene
    item = chance.choice(list(scene.nodes.values()))
    plugs = [(plug, output) for output in (True, False) for plug in (item.face.outputs if output else item.face.inputs)]
    kind = chance.randrange(5)
    if kind < 2 and plugs:
        plug, output = chance.choice(plugs)
        return item.point(plug.name, output=output)
    if kind == 2 and scene.wires:
        return chance.choice(sorted(scene.wires.values(), key=lambda held: held.wire)).middle
    if kind == 3:
        return item.corner + QPointF(60, 14)
    return QPointF(chance.uniform(-50, 1000), chance.uniform(-50, 550))


def wire_work(hands: Hands, chance: random.Random) -> None:
    """Cut wires, wire a row of nodes, put a dot into a wire or take one out, let tags stand for it or draw it."""
    canvas = hands.canvas
    wires = sorted(canvas.scene.wires)
    kind = chance.randrange(4)
    if kind == 0:
        hands.drag(somewhere(hands, chance), somewhere(hands, chance), Ctrl, Qt.MouseButton.RightButton)
    elif kind == 1:
        QTest.keyPress(canvas, Qt.Key.Key_J)
        hands.drag(somewhere(hands, chance), somewhere(hands, chance))
        QTest.keyRelease(canvas, Qt.Key.Key_J)
    elif wires and kind == 2:
        item = canvas.scene.wires[chance.choice(wires)]
        spot = item.dots[0] if item.dots and chance.random() < 0.5 else item.middle
        hover = canvas.what_is_at(QPointF(hands.at(spot)))
        if hover.wire is not None and not hover.node:
            hands.double_click(spot)
    elif wires:
        wire = chance.choice(wires)
        bending.set_tagged(canvas.session, [wire], not bending.route_of(canvas.session, wire).tagged)


def test_random_gestures_keep_scene_and_document_together(hands: Hands, session: Session) -> None:
    chance = random.Random(7)
    modifiers = (Qt.KeyboardModifier.NoModifier,) * 6 + (Shift, Shift, Ctrl, Alt)
    for k in range(sizes.count("gestures")):
        if not session.graph.nodes:
            session.undo()
        action = chance.randrange(16)
        if action >= 12:
            wire_work(hands, chance)
        elif action < 8:
            hands.drag(somewhere(hands, chance), somewhere(hands, chance), chance.choice(modifiers))
        elif action == 8:
            hands.click(somewhere(hands, chance), chance.choice(modifiers))
        elif action == 9:
            chance.choice((session.undo, session.redo, session.duplicate))()
        elif action == 10 and len(session.graph.nodes) > 6:
            session.remove_selected()
        else:
            hands.key(chance.choice((Qt.Key.Key_Right, Qt.Key.Key_Down)), chance.choice(modifiers))
        QApplication.processEvents()
        for popup in (*hands.canvas.findChildren(QuickAdd), *hands.canvas.findChildren(QMenu)):
            popup.close()
        QApplication.processEvents()
        agrees(hands.canvas)
        assert hands.canvas.gesture is None, k
    while session.document.can_undo:
        session.undo()
    assert session.graph == line_fit().graph
    assert session.layout == line_fit().layout
    agrees(hands.canvas)
