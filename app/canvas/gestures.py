"""What a person does with the mouse on the canvas: one small class per gesture, from press to release.

A gesture shows what it would do while it lasts and edits the document when it is finished (a slider, which shall be
felt at once, edits as it goes, as one undo step). `cancel` leaves everything as it was.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from app.canvas.face import slider_track, slider_value
from app.canvas.inks import Inks
from app.canvas.items import NodeItem

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from engine.document import Changed

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
FREE = Qt.KeyboardModifier.AltModifier
"""Held: positions do not snap."""
SLACK = 4.0
"""Pixels the pointer may move in a click."""

_numbers = itertools.count()


class Gesture:
    """From press to release. Points are in view pixels, as Qt gives them."""

    cursor = Qt.CursorShape.ArrowCursor
    redraws = True
    """Whether nodes or wires look otherwise while it goes on."""
    hint = ""
    """A sentence shown at the pointer."""
    refused = False
    """Whether the hint says why something cannot be done."""

    def __init__(self, canvas: Canvas, at: QPointF) -> None:
        self.canvas = canvas
        self.session = canvas.session
        self.scene = canvas.scene
        self.pressed = at
        self.at = at
        self.moved = False

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Follow the pointer."""
        last, self.at = self.at, at
        self.moved = self.moved or (at - self.pressed).manhattanLength() >= SLACK
        if self.moved:
            self.drag(at - last, modifiers)
            if self.redraws:
                self.canvas.update()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Act on a movement of the pointer, once it is more than a click."""

    def finish(self) -> None:
        """Do what was shown."""

    def cancel(self) -> None:
        """Leave everything as it was before the press."""

    def outlives(self, changed: Changed) -> bool:
        """Return whether it may go on though the document was edited meanwhile; it remembers what it began with."""
        return not (changed.nodes or changed.removed or changed.wires or changed.notes or changed.routes)

    def paint(self, painter: QPainter, ink: Inks) -> None:
        """Paint what the gesture shows, in scene coordinates."""

    @property
    def scene_at(self) -> QPointF:
        """Where the pointer is in the scene."""
        return self.canvas.camera.to_scene(self.at)


class Pan(Gesture):
    """Middle button, or the space bar and the left: the scene follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor
    redraws = False

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.canvas.camera.pan(step)
        self.canvas.camera_moved()


class DragSlider(Gesture):
    """A press on a slider: its value follows the pointer, at once and as one undo step; a running run hears of it."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, canvas: Canvas, at: QPointF, item: NodeItem) -> None:
        super().__init__(canvas, at)
        self._node = item.face.id
        self._before = item.number
        self._merge = f"slider {next(_numbers)}"
        self.session.select([self._node])
        self._set()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._set()

    def _set(self) -> None:
        item = self.scene.nodes[self._node]
        control = item.face.control
        if control is None or control.spec is None:
            return
        track = slider_track(control).translated(item.corner)
        value = slider_value(control.spec, (self.scene_at.x() - track.left()) / track.width())
        if value != item.number:
            self.session.set_setting(self._node, control.setting, value, self._merge)

    def outlives(self, changed: Changed) -> bool:
        return self._node in self.scene.nodes  # the edits are its own

    def finish(self) -> None:
        self.session.seal()

    def cancel(self) -> None:
        self.session.document.cancel(self._merge)
        control = self.scene.nodes[self._node].face.control
        if control is not None and self._before is not None:
            self.session.set_setting(self._node, control.setting, self._before)  # no edit any more: a run hears of it
