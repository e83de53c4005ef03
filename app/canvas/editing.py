"""What can be edited where it stands: names, numbers in nodes, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF

from app import numbers
from app.canvas import bending, frames, inline
from app.canvas.face import PREVIEW, VALUE
from app.canvas.geometry import HEAD
from app.canvas.items import NodeItem
from app.tensors.showing import shown_output
from engine.edits import AddNote, ChangeNote, Group, SetFrozen
from engine.graph import Note, Place, SettingValue

if TYPE_CHECKING:
    from app.canvas.view import Canvas

ARRAY_SENTENCE = "This value is an array: edit it in the inspector."


class Editing:
    """Opens fields over the canvas and turns what they say into edits."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def begin_at(self, at: QPointF) -> bool:
        """Edit what is under a point of the canvas (a double click); return whether there was something."""
        canvas = self._canvas
        hover, point = canvas.what_is_at(at), canvas.camera.to_scene(at)
        if hover.dot is not None:
            bending.remove_dot(canvas, *hover.dot)
            return True
        labelled = canvas.painting.label_at(point)
        if labelled is not None:
            canvas.session.tensor_requested.emit(labelled.source, False)
            return True
        if hover.wire is not None and hover.tag is None:
            bending.add_dot(canvas, hover.wire, point)
            return True
        if hover.socket is not None or hover.wire is not None:
            return False
        if hover.node:
            item = canvas.scene.nodes[hover.node]
            return self.open_body(hover.node) or self._begin_in_node(item, point)
        if hover.note:
            self.edit_note(hover.note)
        else:
            canvas.add_at(at)
        return True

    def _begin_in_node(self, item: NodeItem, point: QPointF) -> bool:
        if point.y() - item.corner.y() <= HEAD:
            self.rename(item.face.id)
            return True
        control = item.face.control
        if control is not None and control.kind == VALUE and item.control_rect().contains(point):
            self.edit_value(item.face.id)
            return True
        if control is not None and control.kind == PREVIEW and item.control_rect().contains(point):
            return self.open_tensor(item.face.id)
        return False

    def open_tensor(self, node: str) -> bool:
        """Show all numbers of what a node's preview shows; return whether there is an output to show."""
        session = self._canvas.session
        socket = shown_output(session.graph, session.operator(node), node)
        if socket is not None:
            session.tensor_requested.emit(socket, False)
        return socket is not None

    def open_body(self, node: str) -> bool:
        """Go through the first door of a node; return whether it has one."""
        doors = self._canvas.session.doors(node)
        if doors:
            self._canvas.session.go_through(doors[0])
        return bool(doors)

    def rename(self, node: str) -> None:
        """Edit a node's name in its head."""
        canvas = self._canvas
        item = canvas.scene.nodes.get(node)
        if item is None:
            return
        canvas.reveal(node)
        head = QRectF(item.corner.x() + 6, item.corner.y() + 3, item.face.width - 12, HEAD - 6)
        inline.edit_line(
            canvas, canvas.session.label(node), self._pixels(head), 14 * canvas.camera.factor,
            lambda text: canvas.session.rename(node, text), number=False,
        )  # fmt: skip

    def edit_value(self, node: str) -> None:
        """Edit the start value of a parameter, or a constant, in its box."""
        canvas = self._canvas
        session, item = canvas.session, canvas.scene.nodes[node]
        control = item.face.control
        if control is None:
            return
        held = session.setting(node, control.setting)
        if not isinstance(held, int | float) or isinstance(held, bool):
            session.message.emit(ARRAY_SENTENCE)
            return
        session.select([node])
        inline.edit_line(
            canvas, numbers.exact(float(held)), self._pixels(item.control_rect()), 12 * canvas.camera.factor,
            lambda text: self._set_value(node, control.setting, text), number=True,
        )  # fmt: skip

    def _set_value(self, node: str, setting: str, text: str) -> None:
        session = self._canvas.session
        number = numbers.parsed(text)
        if number is None:
            session.message.emit(
                f"“{text[:40]}” is not a number: the value of “{session.label(node)}” stays as it was."
            )
            return
        value: SettingValue = (
            int(number) if isinstance(session.setting(node, setting), int) and number % 1 == 0 else number
        )
        with session.group("Set value"):
            session.set_setting(node, setting, value)
            if "initial" in session.operator(node).settings:
                session.set_setting(node, "initial", "value")

    def edit_note(self, note: str) -> None:
        """Edit the text of a note or frame."""
        canvas = self._canvas
        item = canvas.scene.notes[note]
        rect = item.rect
        if item.is_frame:
            rect = QRectF(rect.x(), rect.y(), rect.width(), min(rect.height(), 64.0))

        def done(text: str) -> None:
            held = canvas.session.layout.notes.get(note)
            if held is not None:
                canvas.session.apply(ChangeNote(replace(held, text=text)))

        inline.edit_note(canvas, item.note.text, self._pixels(rect), 13 * canvas.camera.factor, done)

    def add_note(self) -> None:
        """Add a note at the pointer, or a frame around the selected nodes, and edit its text."""
        canvas = self._canvas
        session = canvas.session
        if session.selection:
            self.frame_selection()
            return
        note = self._note(canvas.pointer_place())
        if session.apply(AddNote(note)):
            session.select((), [note.id])
            self.edit_note(note.id)

    def frame_selection(self) -> None:
        """Add a frame around the selected nodes, and edit its title."""
        session = self._canvas.session
        if not session.selection:
            return
        note, left = frames.framing(self._canvas.scene, session.selection, self._fresh_note(), session.body)
        if session.apply(Group("Add frame", (*left, AddNote(note)))):
            session.select((), [note.id])
            self.edit_note(note.id)

    def _note(self, place: Place) -> Note:
        return Note(self._fresh_note(), "", place.x, place.y, 240.0, 96.0, inside=self._canvas.session.body)

    def _fresh_note(self) -> str:
        held = self._canvas.session.layout.notes
        return next(id for k in range(1, len(held) + 2) if (id := f"note_{k}") not in held)

    def toggle_frozen(self, node: str) -> None:
        """Freeze a parameter, or let it be trained again."""
        session = self._canvas.session
        session.apply(SetFrozen(node, not session.node(node).frozen))

    def _pixels(self, rect: QRectF) -> QRect:
        return self._canvas.camera.rect_to_view(rect).toAlignedRect()
