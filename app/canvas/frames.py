"""Frames: what moves with them, which of them a node that was dropped belongs to, and new ones around nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from app.canvas.geometry import snapped
from engine.edits import ChangeNote
from engine.graph import Note
from engine.order import natural

if TYPE_CHECKING:
    from app.canvas.items import NoteItem
    from app.canvas.scene import Scene

MARGIN: Final = 16.0
TITLE: Final = 36.0
"""Free space around what a frame carries, and above it for its title."""


def carried_notes(notes: Mapping[str, NoteItem], chosen: Iterable[str]) -> set[str]:
    """Return the notes `chosen` and those that lie wholly within a frame among them."""
    found = {id for id in chosen if id in notes}
    frames = [notes[id].rect for id in found if notes[id].is_frame]
    return found | {id for id, item in notes.items() if any(rect.contains(item.rect) for rect in frames)}


def carried_nodes(notes: Mapping[str, NoteItem], chosen: Iterable[str]) -> set[str]:
    """Return the nodes that the frames among `chosen` carry."""
    return {node for id in chosen if id in notes for node in notes[id].note.nodes}


def home_of(notes: Mapping[str, NoteItem], node: str) -> str:
    """Return the frame that carries a node, "" where none does."""
    return next((id for id in sorted(notes) if node in notes[id].note.nodes), "")


def at_rest(scene: Scene, item: NoteItem, moving: Collection[str]) -> QRectF:
    """Return the box of a frame as it is without the nodes that are being moved."""
    note = item.note
    around = QRectF(note.x, note.y, note.width, note.height)
    for id in note.nodes:
        if id in scene.nodes and id not in moving:
            around = around.united(scene.nodes[id].rect.adjusted(-12, -12, 12, 14))
    return around


def under(scene: Scene, point: QPointF, moving: Collection[str], still: Collection[str]) -> str:
    """Return the innermost frame at a point, "" where there is none; `still` are the notes that do not move."""
    boxes = {id: at_rest(scene, scene.notes[id], moving) for id in still if scene.notes[id].is_frame}
    hit = [id for id, box in boxes.items() if box.contains(point)]
    return min(hit, key=lambda id: (boxes[id].width() * boxes[id].height(), id), default="")


def joined(scene: Scene, nodes: Collection[str], still: Collection[str]) -> list[ChangeNote]:
    """Return the changes by which nodes, where the scene shows them now, join the frames they lie in and leave others.

    A node lies in the innermost frame around its middle.
    """
    members = {id: scene.notes[id].note.nodes for id in scene.notes}
    for node in sorted(nodes, key=natural):
        goal = under(scene, scene.nodes[node].rect.center(), nodes, still)
        for id, held in members.items():
            if node in held and id != goal:
                members[id] = tuple(each for each in held if each != node)
        if goal and node not in members[goal]:
            members[goal] = (*members[goal], node)
    changed = [id for id in sorted(members) if members[id] != scene.notes[id].note.nodes]
    return [ChangeNote(replace(scene.notes[id].note, nodes=members[id], frame=True)) for id in changed]


def around(boxes: Iterable[QRectF]) -> QRectF:
    """Return the box of a frame around others, on the grid, with room for its title above them."""
    box = QRectF()
    for each in boxes:
        box = box.united(each)
    left, top = snapped(box.left() - MARGIN), snapped(box.top() - MARGIN - TITLE)
    right, bottom = snapped(box.right() + MARGIN + 4), snapped(box.bottom() + MARGIN + 4)
    return QRectF(left, top, right - left, bottom - top)


def framing(scene: Scene, nodes: Collection[str], id: str, body: str) -> tuple[Note, list[ChangeNote]]:
    """Return a new frame around nodes, and the changes by which they leave the frames they were in.

    A frame that they were in keeps the size it is shown in, and so stays around the new one.
    """
    box = around(scene.nodes[node].rect for node in nodes)
    note = Note(
        id, "", box.x(), box.y(), box.width(), box.height(), tuple(sorted(nodes, key=natural)), body, frame=True
    )  # fmt: skip
    left = []
    for other in sorted(scene.notes):
        held = scene.notes[other].note
        kept = tuple(node for node in held.nodes if node not in nodes)
        if kept != held.nodes:
            shown = scene.notes[other].rect.united(box.adjusted(-8, -TITLE + 4, 8, 8))
            left.append(
                ChangeNote(
                    replace(held, x=shown.x(), y=shown.y(), width=shown.width(), height=shown.height(), nodes=kept,
                            frame=True)
                )
            )  # fmt: skip
    return note, left
