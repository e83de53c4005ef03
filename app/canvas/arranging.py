"""Commands on the selection of a canvas: select what stands in relation to it, put it in line, collapse and mute it.

Each is one undo step with a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from app.canvas import aligning
from app.canvas.aligning import Corners, Link
from app.words import tr
from engine import muting, neighbourhood
from engine.edits import ChangeNote, Edit, Group, Move, SetMuted
from engine.graph import Place

if TYPE_CHECKING:
    from app.canvas.view import Canvas

ALONE: Final[Mapping[str, str]] = {
    "upstream": "Nothing is wired into what is selected.",
    "downstream": "What is selected feeds nothing.",
    "linked": "What is selected is joined to nothing else.",
    "similar": "There is no other node of this kind here.",
    "between": "No wires lead from one of the selected nodes to another.",
}
"""What is said where a relation leads nowhere."""


def select_related(canvas: Canvas, relation: str) -> None:
    """Add to the selection the nodes that stand in a relation to it: one of `neighbourhood.RELATIONS`."""
    session = canvas.session
    found = neighbourhood.RELATIONS[relation](session.graph, session.selection)
    if found == session.selection:
        session.message.emit(ALONE[relation])
        return
    count = len(found - session.selection)
    session.select(found, session.selected_notes, current=session.current)
    session.message.emit(f"Selected {count} more node{'' if count == 1 else 's'}.")


def invert(canvas: Canvas) -> None:
    """Select what is not selected, of the nodes and notes of the body that is shown."""
    session, scene = canvas.session, canvas.scene
    session.select(scene.nodes.keys() - session.selection, scene.notes.keys() - session.selected_notes)


def align(canvas: Canvas, how: str) -> None:
    """Put the selected nodes and notes in line: one of `aligning.ALIGNMENTS`."""
    _put(canvas, aligning.aligned(_boxes(canvas), how), f"Align {WORDS[how]}")


WORDS: Final[Mapping[str, str]] = {
    "left": "left edges", "right": "right edges", "top": "tops", "bottom": "bottoms", "centre": "centres",
    "middle": "middles",
}  # fmt: skip


def distribute(canvas: Canvas, *, across: bool) -> None:
    """Put equal gaps between the selected nodes and notes, the outermost held."""
    corners = aligning.on_grid(aligning.distributed(_boxes(canvas), across=across))
    _put(canvas, corners, "Distribute across" if across else "Distribute down")


def straighten(canvas: Canvas) -> None:
    """Move the selected nodes up or down so that the wires between them are level; one alone with what it is wired to
    first."""
    session, scene = canvas.session, canvas.scene
    boxes = {id: scene.nodes[id].rect for id in session.selection if id in scene.nodes}
    wires = sorted(wire for id in boxes for wire in session.graph.incoming.get(id, ()))
    if len(boxes) == 1:
        wires += sorted(wire for id in boxes for wire in session.graph.outgoing.get(id, ()))
        wires = wires[:1]
    links = [
        Link(
            wire.source.node,
            wire.target.node,
            scene.point(wire.source, output=True).y() - scene.nodes[wire.source.node].corner.y(),
            scene.point(wire.target, output=False).y() - scene.nodes[wire.target.node].corner.y(),
        )
        for wire in wires
    ]
    corners = _beside(canvas, boxes, links) if len(boxes) == 1 else aligning.straightened(boxes, links)
    _put(canvas, corners, "Straighten wires")


def _beside(canvas: Canvas, boxes: Mapping[str, QRectF], links: list[Link]) -> Corners:
    """Return the corner of the only box, level with the node at the other end of the only wire."""
    found = Corners()
    for id, box in boxes.items():
        for link in links:
            other, drop = (link.source, link.start - link.end) if link.target == id else (
                link.target, link.end - link.start)  # fmt: skip
            found[id] = QPointF(box.left(), canvas.scene.nodes[other].corner.y() + drop)
    return found


def _boxes(canvas: Canvas) -> dict[str, QRectF]:
    """Return the boxes of what is selected: nodes by their ids, notes that are no frames by "note " and theirs."""
    session, scene = canvas.session, canvas.scene
    nodes = {id: scene.nodes[id].rect for id in session.selection if id in scene.nodes}
    notes = {id: scene.notes[id] for id in session.selected_notes if id in scene.notes}
    return nodes | {f"note {id}": item.rect for id, item in notes.items() if not item.is_frame}


def _put(canvas: Canvas, corners: Corners, title: str) -> None:
    """Put nodes and notes elsewhere as one undo step."""
    session = canvas.session
    changed = aligning.moved(_boxes(canvas), corners)
    places, notes = session.layout.places, session.layout.notes
    moves = {
        id: replace(places.get(id, Place()), x=at.x(), y=at.y())
        for id, at in changed.items()
        if id in canvas.scene.nodes
    }
    noted = {id.removeprefix("note "): at for id, at in changed.items() if id.startswith("note ")}
    edits: list[Edit] = [Move(moves)] if moves else []
    edits += [ChangeNote(replace(notes[id], x=at.x(), y=at.y())) for id, at in sorted(noted.items())]
    if edits:
        session.apply(Group(title, tuple(edits)))
    else:
        session.message.emit(tr("They are in line already."))


# Collapsed and muted --------------------------------------------------------------------------------------------------


def toggle_collapsed(canvas: Canvas) -> None:
    """Collapse the selected nodes, or where all of them are collapsed open them again.

    What stands right of its sockets keeps its place: only the node's size changes.
    """
    session = canvas.session
    places = session.layout.places
    chosen = sorted(id for id in session.selection if id in canvas.scene.nodes)
    folded = {id: places.get(id, Place()) for id in chosen}
    on = not all(place.collapsed for place in folded.values())
    changed = {id: replace(place, collapsed=on) for id, place in folded.items() if place.collapsed != on}
    if changed:
        session.apply(Group("Collapse" if on else "Expand", (Move(changed),)))


def toggle_muted(canvas: Canvas) -> None:
    """Mute the selected nodes that can be muted, or where all of them are muted let them work again."""
    session = canvas.session
    able = sorted(id for id in session.selection if muting.can_be_muted(session.operator(id)))
    able += sorted(id for id in session.selection if session.node(id).muted and id not in able)
    if not able:
        session.message.emit(tr("What is selected has nothing to pass on: it cannot be muted."))
        return
    on = not all(session.node(id).muted for id in able)
    changed = tuple(SetMuted(id, on) for id in able if session.node(id).muted != on)
    count = len(changed)
    what = session.label(changed[0].node)[:40] if count == 1 else f"{count} nodes"
    session.apply(Group(f"{'Mute' if on else 'Unmute'} {what}", changed))
