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


def at_rest(scene: Scene, moving: Collection[str], still: Collection[str]) -> dict[str, QRectF]:
    """Return the boxes of the frames among `still` as they are without the nodes that are being moved."""
    found = {}
    for id in still:
        note = scene.notes[id].note
        if note.is_frame:
            box = QRectF(note.x, note.y, note.width, note.height)
            for node in note.nodes:
                if node in scene.nodes and node not in moving:
                    box = box.united(scene.nodes[node].rect.adjusted(-12, -12, 12, 14))
            found[id] = box
    return found


def under(boxes: Mapping[str, QRectF], point: QPointF) -> str:
    """Return the innermost of the frames' boxes around a point, "" where there is none."""
    hit = [id for id, box in boxes.items() if box.contains(point)]
    return min(hit, key=lambda id: (boxes[id].width() * boxes[id].height(), id), default="")


def joined(scene: Scene, nodes: Collection[str], boxes: Mapping[str, QRectF]) -> list[ChangeNote]:
    """Return the changes by which nodes, where the scene shows them now, join the frames they lie in and leave others.

    A node lies in the innermost of `boxes` around its middle.
    """
    goals = {node: under(boxes, scene.nodes[node].rect.center()) for node in nodes}
    changes = []
    for id in sorted(scene.notes):
        held = scene.notes[id].note
        kept = [node for node in held.nodes if goals.get(node, id) == id]
        known = set(kept)
        new = sorted((node for node, goal in goals.items() if goal == id and node not in known), key=natural)
        if new or len(kept) != len(held.nodes):
            changes.append(ChangeNote(replace(held, nodes=(*kept, *new), frame=True)))
    return changes


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
