"""What a person does with the mouse on the canvas: one small class per gesture, from press to release.

A gesture shows what it would do while it lasts and edits the document when it is finished (a slider, which shall be
felt at once, edits as it goes, as one undo step). `cancel` leaves everything as it was.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from app.canvas import paint_wire
from app.canvas.face import slider_track, slider_value
from app.canvas.geometry import REACH
from app.canvas.inks import Inks
from app.canvas.items import NodeItem, WireItem
from engine import infer
from engine.edits import Disconnect
from engine.graph import Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

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

    def finish(self) -> None:
        self.session.seal()

    def cancel(self) -> None:
        self.session.document.cancel(self._merge)
        control = self.scene.nodes[self._node].face.control
        if control is not None and self._before is not None:
            self.session.set_setting(self._node, control.setting, self._before)  # no edit any more: a run hears of it


class PickWire(Gesture):
    """A press on a wire: it is selected."""

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, wire: Wire) -> None:
        super().__init__(canvas, at)
        held = self.session.selected_wires
        if modifiers & ADDING:
            self.session.select(self.session.selection, self.session.selected_notes, held ^ {wire})
        else:
            self.session.select((), (), [wire])


class DrawWire(Gesture):
    """A press on a socket: a wire follows the pointer; the sockets it may go to light up, the others say why not.

    From a wired input the wire comes loose: dropped on nothing it is gone. A new wire dropped on nothing asks for an
    operator.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, at: QPointF, socket: Socket, output: bool) -> None:
        super().__init__(canvas, at)
        source = self.session.graph.sources.get(socket) if not output else None
        self.loose = Wire(source, socket) if source is not None else None
        self.origin, self.from_output = (source, True) if source is not None else (socket, output)
        session = self.session
        self.fitting: frozenset[Socket] = infer.fitting(
            session.graph, session.library, session.inference, self.origin, output=self.from_output
        )
        self.target: Socket | None = None
        self.wire: Wire | None = None
        self._node_under = ""

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.target, self.wire, self.hint, self.refused = None, None, "", False
        at = self.scene_at
        hit = self.scene.socket_at(at, max(REACH, 16 / self.canvas.camera.factor)) or self._by_node(at)
        if hit is None or hit[0] == self.origin:
            return
        self.target, output = hit
        if output == self.from_output:
            kind = "an output" if output else "an input"
            other = "an input" if output else "an output"
            self.hint, self.refused = f"This is {kind} too: a wire needs {other} at its other end.", True
            return
        wire = Wire(self.origin, self.target) if self.from_output else Wire(self.target, self.origin)
        sentence = self.session.refusal(wire)
        if sentence is not None:
            self.hint, self.refused = sentence, True
        else:
            self.wire = wire

    def _by_node(self, at: QPointF) -> tuple[Socket, bool] | None:
        """Return the first fitting socket of the node under the pointer, one that is not wired before others."""
        item = self.scene.node_at(at)
        if item is None or item.face.id == self.origin.node:
            return None
        plugs = item.face.inputs if self.from_output else item.face.outputs
        fits = [plug for plug in plugs if Socket(item.face.id, plug.name) in self.fitting]
        fits.sort(key=lambda plug: plug.wired)
        return (Socket(item.face.id, fits[0].name), not self.from_output) if fits else None

    def finish(self) -> None:
        if not self.moved:
            item = self.scene.nodes[self.origin.node if self.loose is None else self.loose.target.node]
            self.session.select([item.face.id])
        elif self.wire is not None and self.wire != self.loose:
            self._connect(self.wire)
        elif self.refused:
            self.session.message.emit(self.hint)
        elif self.wire is None and self.target is None:
            if self.loose is not None:
                self.session.apply(Disconnect(self.loose))
            elif self.scene.node_at(self.scene_at) is None:
                self.canvas.add_at(self.at, self.origin, self.from_output)

    def _connect(self, wire: Wire) -> None:
        if self.loose is None:
            self.session.connect_wire(wire)
            return
        with self.session.group("Move wire"):
            self.session.apply(Disconnect(self.loose))
            self.session.connect_wire(wire)

    def paint(self, painter: QPainter, ink: Inks) -> None:
        if not self.moved:
            return
        fixed = self.scene.point(self.origin, output=self.from_output)
        snaps = self.target is not None and not self.refused
        free = self.scene.point(self.target, output=not self.from_output) if snaps and self.target else self.scene_at
        ends = (fixed, free) if self.from_output else (free, fixed)
        wire = Wire(self.origin, self.target or self.origin)
        paint_wire.paint_loose(painter, WireItem.between(wire, *ends), ink, refused=self.refused)
