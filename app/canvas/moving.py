"""Moving nodes, notes and frames on the canvas, and changing the size of notes and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.bodies import Door
from app.canvas.geometry import snapped
from app.canvas.gestures import ADDING, FREE, Gesture
from app.canvas.items import NoteItem
from engine.edits import ChangeNote, Edit, Group, Move
from engine.graph import Place

if TYPE_CHECKING:
    from app.canvas.view import Canvas


class DragItems(Gesture):
    """A press on a node or note: a click selects it, a drag moves what is selected, frames with what they carry."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(
        self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, node: str = "", note: str = ""
    ) -> None:
        super().__init__(canvas, at)
        session = canvas.session
        chosen = node in session.selection or note in session.selected_notes
        adding = bool(modifiers & ADDING)
        self._only: Callable[[], None] | None = None
        if adding:
            session.select(session.selection ^ {node}, session.selected_notes ^ {note}, current=node or None)
        elif not chosen:
            session.select([node], [note])
        else:
            self._only = lambda: session.select([node], [note])
        notes = {id: canvas.scene.notes[id] for id in session.selected_notes}
        carried = {id for item in notes.values() for id in item.note.nodes}
        moving = (session.selection | carried) & set(canvas.scene.nodes)
        self._corners = {id: QPointF(canvas.scene.nodes[id].corner) for id in moving}
        self._notes = {id: item.note for id, item in notes.items()}
        anchor = canvas.scene.nodes[node].corner if node else QPointF(canvas.scene.notes[note].rect.topLeft())
        self._anchor = QPointF(anchor)

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._show(self._shift(modifiers))

    def _shift(self, modifiers: Qt.KeyboardModifier) -> QPointF:
        by = (self.at - self.pressed) / self.canvas.camera.factor
        if modifiers & FREE:
            return by
        goal = self._anchor + by
        return QPointF(snapped(goal.x()), snapped(goal.y())) - self._anchor

    def _show(self, by: QPointF) -> None:
        self._by = by
        for id, note in self._notes.items():
            self.scene.notes[id] = NoteItem(replace(note, x=note.x + by.x(), y=note.y + by.y()))
        self.scene.shift({id: corner + by for id, corner in self._corners.items()})

    def finish(self) -> None:
        if not self.moved:
            if self._only is not None:
                self._only()
            return
        move_items(self.canvas, self._by, self._corners, self._notes)

    def cancel(self) -> None:
        self._show(QPointF())


class GoThrough(DragItems):
    """A press on a way into a body, or to what a node reads: a click goes there, a drag moves the node."""

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, node: str, door: Door) -> None:
        super().__init__(canvas, at, modifiers, node=node)
        self._door = door

    def finish(self) -> None:
        if self.moved:
            super().finish()
        else:
            self.session.go_through(self._door)


def move_items(
    canvas: Canvas, by: QPointF, corners: Mapping[str, QPointF], notes: Iterable[str], merge: str | None = None
) -> None:
    """Move nodes and notes from where they stood, as one undo step."""
    if by.isNull():
        return
    places = canvas.session.layout.places
    moved = {
        id: replace(places.get(id, Place()), x=corner.x() + by.x(), y=corner.y() + by.y())
        for id, corner in corners.items()
        if id in canvas.session.graph.nodes
    }
    held = canvas.session.layout.notes
    changes = [
        ChangeNote(replace(held[id], x=held[id].x + by.x(), y=held[id].y + by.y())) for id in notes if id in held
    ]
    edits: tuple[Edit, ...] = (*([Move(moved)] if moved else []), *changes)
    if edits:
        canvas.session.apply(edits[0] if len(edits) == 1 else Group("Move", edits), merge)


class ResizeNote(Gesture):
    """A press on a note's corner: it grows or shrinks."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: Canvas, at: QPointF, note: str) -> None:
        super().__init__(canvas, at)
        self._note, self._around = canvas.scene.notes[note].note, canvas.scene.notes[note].around
        self._now = self._note
        self.session.select((), [note])

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        by = (self.at - self.pressed) / self.canvas.camera.factor
        wide, high = max(snapped(self._note.width + by.x()), 80.0), max(snapped(self._note.height + by.y()), 40.0)
        self._now = replace(self._note, width=wide, height=high)
        self.scene.notes[self._note.id] = NoteItem(self._now, self._around)

    def finish(self) -> None:
        if self._now != self._note:
            self.session.apply(ChangeNote(self._now))

    def cancel(self) -> None:
        self.scene.notes[self._note.id] = NoteItem(self._note, self._around)
