"""Dragging a number where it stands: in the box of a constant or a parameter, and on the label of a wire from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.canvas.face import VALUE
from app.canvas.gestures import Gesture
from app.scrubbing import Scrub, number_of
from engine.graph import Wire

if TYPE_CHECKING:
    from app.canvas.items import NodeItem
    from app.canvas.view import Canvas
    from engine.document import Changed


class ScrubNumber(Gesture):
    """A press on a number: it follows the pointer at once, as one undo step; a click selects as ever."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, canvas: Canvas, at: QPointF, node: str, wire: Wire | None = None) -> None:
        super().__init__(canvas, at)
        control = self.scene.nodes[node].face.control
        assert control is not None  # noqa: S101 - `scrubbable` has looked
        self._node = node
        self._scrub = Scrub(self.session, node, control.setting)
        if wire is None:
            self.session.select([node])
        else:
            self.session.select((), (), [wire])

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._scrub.move(self.at.x() - self.pressed.x(), modifiers)

    def outlives(self, changed: Changed) -> bool:
        return self._node in self.scene.nodes  # the edits are its own

    def finish(self) -> None:
        self._scrub.finish()

    def cancel(self) -> None:
        self._scrub.cancel()


def scrubbable(canvas: Canvas, item: NodeItem) -> bool:
    """Return whether a node's box holds one number that can be dragged."""
    control = item.face.control
    if control is None or control.kind != VALUE or item.face.muted:
        return False
    return number_of(canvas.session, item.face.id, control.setting) is not None


def in_box(canvas: Canvas, item: NodeItem, point: QPointF) -> bool:
    """Return whether a point of the scene lies on a number that can be dragged."""
    return item.control_rect().contains(point) and scrubbable(canvas, item)


def on_label(canvas: Canvas, point: QPointF) -> Wire | None:
    """Return the wire on whose label a point of the scene lies, where the number on it can be dragged."""
    wire = canvas.painting.label_at(point)
    source = canvas.scene.nodes.get(wire.source.node) if wire is not None else None
    return wire if source is not None and scrubbable(canvas, source) else None
