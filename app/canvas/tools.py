"""Keys that are held to make of the left button another tool, as in Houdini: Y cuts wires, J wires a row of nodes,
L draws a lasso."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from app.canvas.choosing import LASSO, Lasso
from app.canvas.gestures import Gesture
from app.canvas.knife import Knife
from app.canvas.series import Series

if TYPE_CHECKING:
    from app.canvas.view import Canvas

TOOLS: Final[Mapping[Qt.Key, Callable[[Canvas, QPointF], Gesture]]] = {
    Qt.Key.Key_Y: Knife,
    Qt.Key.Key_J: Series,
    Qt.Key.Key_L: Lasso,
}

HINTS: Final[Mapping[Qt.Key, str]] = {
    Qt.Key.Key_Y: "Y held: draw across wires to cut them.",
    Qt.Key.Key_L: "L held: draw around nodes to select them.",
    Qt.Key.Key_J: "J held: draw through nodes to wire them one after the other.",
}
"""What the status line says while a key is held."""


def tool_for(canvas: Canvas, event: QMouseEvent) -> Gesture | None:
    """Return the gesture that a press begins by a held key, or by the right button with Ctrl; None where neither is."""
    left, right = (event.button() == button for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton))
    if right and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return Knife(canvas, event.position())
    if left and event.modifiers() & LASSO == LASSO:
        return Lasso(canvas, event.position(), event.modifiers())
    for key, tool in TOOLS.items():
        if left and key in canvas.held_keys:
            return tool(canvas, event.position())
    return None


def key_pressed(canvas: Canvas, key: Qt.Key) -> None:
    """Remember a key that is held, and say what it is for."""
    if key in TOOLS and key not in canvas.held_keys:
        canvas.held_keys.add(key)
        canvas.session.message.emit(HINTS[key])
        canvas.point()


def key_released(canvas: Canvas, key: Qt.Key) -> None:
    """Forget a key that is let go."""
    if key in canvas.held_keys:
        canvas.held_keys.discard(key)
        canvas.point()
