"""Keys that are held to make of the left button another tool, as in Houdini: Y cuts wires, J wires a row of nodes,
L draws a lasso, unless a person has chosen other keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from app.canvas.bindings import bindings
from app.canvas.choosing import LASSO, Lasso
from app.canvas.gestures import Gesture
from app.canvas.knife import Knife
from app.canvas.series import Series

if TYPE_CHECKING:
    from app.canvas.view import Canvas

TOOLS: Final[Mapping[str, tuple[Callable[[Canvas, QPointF], Gesture], str]]] = {
    "canvas_knife": (Knife, "draw across wires to cut them"),
    "canvas_series": (Series, "draw through nodes to wire them one after the other"),
    "canvas_lasso": (Lasso, "draw around nodes to select them"),
}
"""The tools by what their key is bound to (`keys.KEYS`), and what the status line says while it is held."""


def tool_for(canvas: Canvas, event: QMouseEvent) -> Gesture | None:
    """Return the gesture that a press begins by a held key, or by the right button with Ctrl; None where neither is."""
    left, right = (event.button() == button for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton))
    if right and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return Knife(canvas, event.position())
    if left and event.modifiers() & LASSO == LASSO:
        return Lasso(canvas, event.position(), event.modifiers())
    held = {bound.id for key in canvas.held_keys if (bound := bindings().holding(key)) is not None}
    found = next((tool for id, (tool, _) in TOOLS.items() if left and id in held), None)
    return found(canvas, event.position()) if found is not None else None


def key_pressed(canvas: Canvas, key: Qt.Key) -> None:
    """Remember a key that is held, and say what it is for."""
    bound = bindings().holding(key)
    if bound is not None and bound.id in TOOLS and key not in canvas.held_keys:
        canvas.held_keys.add(key)
        canvas.session.message.emit(f"{bindings().shown(bound.id)} held: {TOOLS[bound.id][1]}.")
        canvas.point()


def key_released(canvas: Canvas, key: Qt.Key) -> None:
    """Forget a key that is let go."""
    if key in canvas.held_keys:
        canvas.held_keys.discard(key)
        canvas.point()
