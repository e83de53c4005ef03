"""Moving nodes, notes and frames on the canvas, and changing the size of notes and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.bodies import Door
from app.canvas import frames, landing, snapping
from app.canvas.geometry import snapped
from app.canvas.gestures import ADDING, FREE, Gesture
from app.canvas.inks import Inks
from app.canvas.items import NoteItem
from app.canvas.laying import carried_dots
from app.canvas.manners import manners
from app.canvas.pushing import pushed
from app.canvas.snapping import Level
from engine.edits import ChangeNote, Edit, Group, Move
from engine.graph import Note, Place

if TYPE_CHECKING:
    from app.canvas.view import Canvas


MOST_PUSHING = 50
"""Nodes moved at once up to which others make room for them."""
MOST_LINES = 300
"""Nodes near by up to which those dragged come to rest in line with them."""


class DragItems(Gesture):
    """A press on a node or note: a click selects it, a drag moves what is selected, frames with all they carry.

    Nodes come to rest in line with their neighbours or on the grid, join the frame they are dropped into, leave the one
    they are dragged out of, and push away what they are dropped upon. With Alt held they do not snap, and push nothing.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(
        self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, node: str = "", note: str = ""
    ) -> None:
        super().__init__(canvas, at)
        session, scene = canvas.session, canvas.scene
        chosen = node in session.selection or note in session.selected_notes
        self._only: Callable[[], None] | None = None
        if modifiers & ADDING:
            session.select(session.selection ^ {node}, session.selected_notes ^ {note}, current=node or None)
        elif not chosen:
            session.select([node], [note])
        else:
            self._only = lambda: session.select([node], [note])
        notes = frames.carried_notes(scene.notes, session.selected_notes)
        carried = frames.carried_nodes(scene.notes, notes)
        moving = (session.selection | carried) & set(scene.nodes)
        self._corners = {id: QPointF(scene.nodes[id].corner) for id in moving}
        self._free = frozenset(moving - carried)
        """Nodes that move by themselves: they may leave their frames and join others."""
        self._notes = {id: scene.notes[id].note for id in notes}
        self._still = frozenset(scene.notes) - notes
        self._box = scene.nodes[node].rect if node else QRectF(scene.notes[note].rect)
        self._levels: Sequence[Level] | None = None
        self._others: Sequence[QRectF] = ()
        self._boxes: dict[str, QRectF] | None = None
        self._by = QPointF()
        self._suppressed = False
        self._guides: tuple[QLineF, ...] = ()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._suppressed = bool(modifiers & FREE)
        self._show(self._shift())
        alone = next(iter(self._corners)) if len(self._corners) == 1 and not self._notes else ""
        self.canvas.goal = landing.goal_for(self.canvas, alone) if alone and not self._suppressed else None

    def _shift(self) -> QPointF:
        by = (self.at - self.pressed) / self.canvas.camera.factor
        self._guides = ()
        if self._suppressed or not manners().snapping:
            return by
        if self._levels is None:
            self._levels = self._wired_levels()
            self._others = self._neighbours()
        found = snapping.snap(self._box, by, self._others, self._levels, snapping.REACH / self.canvas.camera.factor)
        self._guides = found.guides
        return found.by

    def _neighbours(self) -> list[QRectF]:
        """Return the boxes of the nodes in sight that stay where they are; none where there are too many to compare."""
        items = self.scene.nodes_in(self.canvas.seen())
        if len(items) - len(self._corners) > MOST_LINES:
            return []
        return [item.rect for item in items if item.face.id not in self._corners]

    @property
    def _resting(self) -> dict[str, QRectF]:
        """The boxes of the frames that stay, without the nodes that are dragged; they are as they were at the press."""
        if self._boxes is None:
            self._boxes = frames.at_rest(self.scene, self._free, self._still)
        return self._boxes

    def _wired_levels(self) -> list[Level]:
        """Return the wires between the node that was grabbed and what stays where it is."""
        if len(self._corners) > 1:
            return []
        found = []
        for id in self._corners:
            graph = self.session.graph
            for wire in (*graph.incoming.get(id, ()), *graph.outgoing.get(id, ())):
                item = self.scene.wires.get(wire)
                if item is not None:
                    ends = (item.end, item.start) if wire.target.node == id else (item.start, item.end)
                    found.append(Level(QPointF(ends[0]), QPointF(ends[1])))
        return found

    def _show(self, by: QPointF) -> None:
        self._by = by
        self.scene.loose = self._free
        for id, note in self._notes.items():
            self.scene.notes[id].note = replace(note, x=note.x + by.x(), y=note.y + by.y())
        self.scene.shift({id: corner + by for id, corner in self._corners.items()})

    def finish(self) -> None:
        if not self.moved:
            if self._only is not None:
                self._only()
            return
        joins = frames.joined(self.scene, self._free, self._resting)
        self.scene.loose = frozenset()
        goal, self.canvas.goal = self.canvas.goal, None
        if goal is not None:
            (node,) = self._corners
            with self.session.group(f"Insert {self.session.label(node)[:40]} into wire"):
                move_items(self.canvas, self._by, self._corners, self._notes, joins=joins)
                landing.put(self.canvas, node, goal)
            return
        pushes = not self._suppressed and manners().pushing
        move_items(self.canvas, self._by, self._corners, self._notes, joins=joins, push=pushes)

    def cancel(self) -> None:
        self._show(QPointF())
        self.scene.loose, self.canvas.goal = frozenset(), None

    def paint(self, painter: QPainter, ink: Inks) -> None:
        if not self.moved:
            return
        middles = (self.scene.nodes[id].rect.center() for id in self._free if id in self.scene.nodes)
        goals = {frames.under(self._resting, middle) for middle in middles} - {""} if self._resting else set()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink.joining_pen)
        for goal in goals:
            painter.drawRoundedRect(self._resting[goal], 10, 10)
        painter.setPen(ink.guide_pen)
        painter.drawLines(list(self._guides))


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
    canvas: Canvas,
    by: QPointF,
    corners: Mapping[str, QPointF],
    notes: Iterable[str],
    merge: str | None = None,
    *,
    joins: Sequence[ChangeNote] = (),
    push: bool = False,
) -> None:
    """Move nodes and notes from where they stood, as one undo step, together with the changes of frames `joins`.

    With `push` what the nodes then lie upon makes room.
    """
    if by.isNull():
        return
    places, graph = canvas.session.layout.places, canvas.session.graph
    goals = {id: corner + by for id, corner in corners.items() if id in graph.nodes}
    if push and len(goals) <= MOST_PUSHING:
        goals |= _making_room(canvas, goals)
    moved = {id: replace(places.get(id, Place()), x=goal.x(), y=goal.y()) for id, goal in goals.items()}
    held = canvas.session.layout.notes
    changed: dict[str, Note] = {join.note.id: join.note for join in joins if join.note.id in held}
    for id in notes:
        if id in held:
            changed[id] = replace(changed.get(id, held[id]), x=held[id].x + by.x(), y=held[id].y + by.y())
    edits: tuple[Edit, ...] = (
        *([Move(moved)] if moved else []),
        *map(ChangeNote, changed.values()),
        *carried_dots(canvas.session, goals),
    )
    if edits:
        name = "Move to another frame" if joins else "Move"
        canvas.session.apply(edits[0] if len(edits) == 1 else Group(name, edits), merge)


def _making_room(canvas: Canvas, goals: Mapping[str, QPointF]) -> dict[str, QPointF]:
    """Return where the nodes go that others, put at `goals`, would lie upon."""
    scene = canvas.scene
    boxes = {id: QRectF(goals.get(id, item.corner), item.rect.size()) for id, item in scene.nodes.items()}
    return {id: scene.nodes[id].corner + way for id, way in pushed(boxes, goals.keys()).items()}


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
