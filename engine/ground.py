"""Free ground on the canvas: how large nodes are, where one more finds room, and who makes way for many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from engine.arrangement import EXTRA, HEAD, ROW, WIDTH, Size
from engine.graph import Content, Graph, Note, Place
from engine.operator import Operator
from engine.placeholder import operator_of
from engine.sockets import input_names, output_names

APART: Final = 24.0
"""Free space between nodes."""
STEP: Final = 32.0
FAR: Final = 1280.0
"""How finely and how far around a wanted place room is looked for."""
GRID: Final = 8.0
CALL_BOX: Final = 40.0
"""What the canvas adds below for the door of a node that opens a body."""


class Box(NamedTuple):
    """A rectangle on the canvas."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether the two overlap, or come closer to each other than nodes stand."""
        return (
            self.left < other.right + APART
            and other.left < self.right + APART
            and self.top < other.bottom + APART
            and other.top < self.bottom + APART
        )


def box_at(place: Place, shape: Size) -> Box:
    """Return the box of something of this size whose top left corner is at `place`."""
    return Box(place.x, place.y, place.x + shape[0], place.y + shape[1])


def around(boxes: Iterable[Box]) -> Box:
    """Return the box around several; one without extent where there are none."""
    found = list(boxes)
    if not found:
        return Box(0.0, 0.0, 0.0, 0.0)
    return Box(
        min(box.left for box in found),
        min(box.top for box in found),
        max(box.right for box in found),
        max(box.bottom for box in found),
    )


def shape_of(
    graph: Graph, library: Mapping[str, Operator], id: str, size: Callable[[str], Size | None] | None = None
) -> Size:
    """Return how large a node is drawn: what `size` says or, where that knows nothing of it, about what it will be."""
    known = size(id) if size else None
    if known is not None:
        return known
    declared = operator_of(graph, library, id)
    rows = max(len(input_names(graph, declared, id)), len(output_names(graph, declared, id)))
    door = CALL_BOX if declared.family == "control" else 0.0
    return WIDTH, HEAD + rows * ROW + EXTRA.get(declared.family, door)


def boxes_of(
    content: Content,
    library: Mapping[str, Operator],
    ids: Iterable[str],
    size: Callable[[str], Size | None] | None = None,
) -> dict[str, Box]:
    """Return the boxes of those of these nodes that have a place."""
    places = content.layout.places
    return {id: box_at(places[id], shape_of(content.graph, library, id, size)) for id in ids if id in places}


def free(wanted: Place, shape: Size, taken: Collection[Box]) -> Place:
    """Return the place nearest to `wanted`, below it rather than beside or above it, where something of this size meets
    none of the boxes; below all of them where there is none near."""
    near = Box(wanted.x - FAR, wanted.y - FAR, wanted.x + shape[0] + FAR, wanted.y + shape[1] + FAR)
    boxes = [box for box in taken if box.meets(near)]
    for ring in range(int(FAR / STEP)):
        reach = ring * STEP
        for x, y in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            place = replace(wanted, x=snapped(wanted.x + x * reach), y=snapped(wanted.y + y * reach))
            if not any(box.meets(box_at(place, shape)) for box in boxes):
                return place
    return replace(wanted, x=snapped(wanted.x), y=snapped(max(box.bottom for box in taken) + APART + GRID))


def snapped(coordinate: float) -> float:
    """Return the nearest line of the grid."""
    return round(coordinate / GRID) * GRID


def room(
    content: Content,
    library: Mapping[str, Operator],
    inside: str,
    hole: Box,
    was: Box,
    staying: Collection[str] = (),
    size: Callable[[str], Size | None] | None = None,
) -> tuple[dict[str, Place], list[Note]]:
    """Return where the nodes of a body go, and its notes, so that they leave a hole free that replaces the box `was`,
    whose top left corner it shares.

    What stands right of the old box goes right by what the hole is wider, and what is still in its way goes down.
    `staying` nodes are not asked.
    """
    places = content.layout.places
    ids = [id for id in content.graph.bodies.get(inside, ()) if id in places and id not in staying]
    boxes = boxes_of(content, library, ids, size)
    right, down = max(hole.right - was.right, 0.0), 0.0
    apart = {id: right if box.left >= was.right else 0.0 for id, box in boxes.items()}
    shifted = {id: Box(b.left + apart[id], b.top, b.right + apart[id], b.bottom) for id, b in boxes.items()}
    low = [box for id, box in shifted.items() if box.meets(hole) and boxes[id].top >= was.top]
    if low:
        down = max(hole.bottom + APART - min(box.top for box in low), 0.0)
    moved: dict[str, Place] = {}
    for id, box in boxes.items():
        below = down if low and box.top >= min(each.top for each in low) and _in_columns(shifted[id], hole) else 0.0
        if apart[id] or below:
            old = places[id]
            moved[id] = replace(old, x=snapped(old.x + apart[id]), y=snapped(old.y + below))
    notes = [
        replace(note, x=snapped(note.x + right))
        for note in content.layout.notes.values()
        if note.inside == inside and not note.nodes and right and note.x >= was.right
    ]
    return moved, notes


def _in_columns(box: Box, hole: Box) -> bool:
    """Return whether a box lies above or below the hole."""
    return box.left < hole.right + APART and hole.left < box.right + APART
