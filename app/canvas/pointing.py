"""What is under the pointer, which gesture a press there starts, and which places there are for what is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from app.bodies import Door
from app.canvas import (
    badges,
    choosing,
    dots,
    gestures,
    moving,
    pinning,
    room,
    scrub_gesture,
    tools,
    training_marks,
    ways,
    wiring,
)
from app.canvas.geometry import snapped
from app.canvas.gestures import Gesture
from engine.graph import Place, Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas


@dataclass(frozen=True, slots=True)
class Hover:
    """What is under the pointer while no gesture is going on."""

    node: str = ""
    wire: Wire | None = None
    note: str = ""
    socket: tuple[Socket, bool] | None = None
    badge: bool = False
    mark: bool = False
    """Whether it is a mark of what goes wrong in training."""
    grip: bool = False
    """Whether it is the corner that resizes a preview."""
    scrub: bool = False
    """Whether it is a number that can be dragged: in a node, or on the label of a wire."""
    door: Door | None = None
    dot: tuple[Wire, int] | None = None
    """A dot of `wire`, and which one."""
    tag: tuple[Wire, bool] | None = None
    """A tag that stands for `wire`, and whether it is at its output."""


NOWHERE = Hover()


class Pointing:
    """The part of a Canvas that knows what is where."""

    def _gesture_for(self: Canvas, event: QMouseEvent) -> Gesture | None:
        at, modifiers = event.position(), event.modifiers()
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and self.space_held
        ):
            self.space_used = self.space_held
            return gestures.Pan(self, at)
        tool = tools.tool_for(self, event)
        if tool is not None or event.button() != Qt.MouseButton.LeftButton:
            return tool
        return self._left_gesture(at, modifiers)

    def _left_gesture(self: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture:
        hover, point = self.what_is_at(at), self.camera.to_scene(at)
        if hover.socket is not None:
            return wiring.DrawWire(self, at, *hover.socket, modifiers)
        if hover.node:
            item = self.scene.nodes[hover.node]
            control = item.face.control
            if (
                control is not None
                and control.spec is not None
                and item.control_rect().contains(point)
                and not modifiers
            ):
                return gestures.DragSlider(self, at, item)
            if hover.scrub and not modifiers:
                return scrub_gesture.ScrubNumber(self, at, hover.node)
            if pinning.grip(item).contains(point) and not modifiers:
                return pinning.ResizePreview(self, at, hover.node)
            if hover.door is not None and not modifiers:
                return moving.GoThrough(self, at, modifiers, hover.node, hover.door)
            return moving.DragItems(self, at, modifiers, node=hover.node)
        if hover.wire is not None and hover.scrub and not modifiers:
            return scrub_gesture.ScrubNumber(self, at, hover.wire.source.node, hover.wire)
        wired = dots.gesture_at(self, at, modifiers) if hover.wire is not None else None
        if wired is not None:
            return wired
        if hover.wire is not None:
            return wiring.PickWire(self, at, modifiers, hover.wire)
        if hover.note:
            if self.scene.notes[hover.note].handle().contains(point):
                return moving.ResizeNote(self, at, hover.note)
            return moving.DragItems(self, at, modifiers, note=hover.note)
        return choosing.Band(self, at, modifiers)

    def what_is_at(self: Canvas, at: QPointF) -> Hover:
        """Return what is under a point of the canvas: sockets before nodes before wires before notes."""
        point, factor = self.camera.to_scene(at), self.camera.factor
        marked = badges.at(self.scene.troubled.values(), self.camera, at)
        if marked is not None:
            return Hover(node=marked.face.id, badge=True)
        warned = training_marks.at(self, at)
        if warned is not None:
            return Hover(node=warned.face.id, mark=True)
        socket = self.scene.socket_at(point) if factor >= 0.35 else None
        if socket is not None:
            return Hover(socket=socket, node="")
        item = self.scene.node_at(point)
        if item is not None:
            control = item.face.control
            return Hover(
                node=item.face.id,
                grip=pinning.grip(item).contains(point),
                scrub=factor >= 0.35 and scrub_gesture.in_box(self, item, point),
                door=control.door_at(point - item.corner) if control is not None else None,
            )
        labelled = scrub_gesture.on_label(self, point)
        if labelled is not None:
            return Hover(wire=labelled, scrub=True)
        dot, tag = self.scene.dot_at(point, ways.DOT_REACH / min(factor, 1.0)), self.scene.tag_at(point)
        if dot is not None or tag is not None:
            return Hover(wire=(dot or tag)[0], dot=dot, tag=tag if dot is None else None)  # type: ignore[index]
        wire = self.scene.wire_at(point, 7.0 / min(factor, 1.0))
        if wire is not None:
            return Hover(wire=wire.wire)
        outer = self.scene.outside.at(point)
        if outer:
            return Hover(node=outer, door=next(iter(self.session.doors(outer)), None))
        note = self.scene.note_at(point)
        return Hover(note=note.note.id) if note is not None else NOWHERE

    def place_at(self: Canvas, view_point: QPointF) -> Place:
        """Return the place in the scene under a point of the canvas, on the grid."""
        point = self.camera.to_scene(view_point)
        return Place(snapped(point.x()), snapped(point.y()))

    def pointer_place(self: Canvas) -> Place:
        """Return the place under the pointer or, where that is elsewhere, one in the middle: where a paste goes."""
        inside = QRectF(self.rect()).contains(self.pointer)
        return self.place_at(self.pointer if inside else QPointF(self.width(), self.height()) / 2)

    def pointed(self: Canvas) -> QPointF | None:
        """Return where the pointer is on the canvas; None where it is elsewhere."""
        return QPointF(self.pointer) if QRectF(self.rect()).contains(self.pointer) else None

    def free_place(self: Canvas) -> Place:
        """Return a place near the middle that is seen and free: where an operator goes that is inserted by key."""
        return room.free_place(self)
