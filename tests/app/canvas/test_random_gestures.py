"""Whatever a person does with the mouse, the scene shows what the document holds, and undo leads back to the start."""

from __future__ import annotations

import random

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from app.canvas.quick_add import QuickAdd
from app.session import Session
from tests import sizes
from tests.app.canvas.conftest import Hands, agrees, line_fit


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


def test_random_gestures_keep_scene_and_document_together(hands: Hands, session: Session) -> None:
    chance = random.Random(7)
    modifiers = (Qt.KeyboardModifier.NoModifier,) * 4 + (Qt.KeyboardModifier.ShiftModifier,)
    for k in range(sizes.count("gestures")):
        if not session.graph.nodes:
            session.undo()
        action = chance.randrange(12)
        if action < 8:
            hands.drag(somewhere(hands, chance), somewhere(hands, chance), chance.choice(modifiers))
        elif action == 8:
            hands.click(somewhere(hands, chance), chance.choice(modifiers))
        elif action == 9:
            chance.choice((session.undo, session.redo, session.duplicate))()
        elif action == 10 and len(session.graph.nodes) > 6:
            session.remove_selected()
        else:
            hands.key(chance.choice((Qt.Key.Key_Right, Qt.Key.Key_Down)), chance.choice(modifiers))
        for popup in hands.canvas.findChildren(QuickAdd):
            popup.close()
        QApplication.processEvents()
        agrees(hands.canvas)
        assert hands.canvas.gesture is None, k
    while session.document.can_undo:
        session.undo()
    assert session.graph == line_fit().graph
    assert session.layout == line_fit().layout
    agrees(hands.canvas)
