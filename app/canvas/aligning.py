"""Where nodes go that are aligned, distributed or straightened: boxes and wires in, corners out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.canvas.geometry import GRID, snapped

Boxes = Mapping[str, QRectF]
Corners = dict[str, QPointF]

LEAST_GAP: Final = 2 * GRID
"""Between nodes that are distributed where there is too little room for all of them."""


def _bounds(boxes: Boxes) -> QRectF:
    found = QRectF()
    for box in boxes.values():
        found = found.united(box)
    return found


ALIGNMENTS: Final[Mapping[str, Callable[[QRectF, QRectF], QPointF]]] = {
    "left": lambda box, all: QPointF(all.left(), box.top()),
    "right": lambda box, all: QPointF(all.right() - box.width(), box.top()),
    "top": lambda box, all: QPointF(box.left(), all.top()),
    "bottom": lambda box, all: QPointF(box.left(), all.bottom() - box.height()),
    "centre": lambda box, all: QPointF(all.center().x() - box.width() / 2, box.top()),
    "middle": lambda box, all: QPointF(box.left(), all.center().y() - box.height() / 2),
}
"""(a box, the bounds of all) -> its corner. What is collapsed is aligned by the size it has."""


def aligned(boxes: Boxes, how: str) -> Corners:
    """Return the corners of boxes put in line: one of ALIGNMENTS."""
    bounds = _bounds(boxes)
    return {id: ALIGNMENTS[how](box, bounds) for id, box in boxes.items()}


def distributed(boxes: Boxes, *, across: bool) -> Corners:
    """Return the corners of boxes with equal gaps between them, from left to right (`across`) or from top to bottom.

    The outermost stay where they are, unless the boxes do not fit between them.
    """

    def start(box: QRectF) -> float:
        return box.left() if across else box.top()

    def size(box: QRectF) -> float:
        return box.width() if across else box.height()

    order = sorted(boxes, key=lambda id: (start(boxes[id]) + size(boxes[id]) / 2, id))
    if len(order) < 3:
        return {}
    first, last = boxes[order[0]], boxes[order[-1]]
    room = start(last) - start(first) - sum(size(boxes[id]) for id in order[:-1])
    gap = max(room / (len(order) - 1), LEAST_GAP)
    at, found = start(first), Corners()
    for id in order:
        box = boxes[id]
        found[id] = QPointF(at, box.top()) if across else QPointF(box.left(), at)
        at += size(box) + gap
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """A wire: the nodes at its ends, and how far below its node's top each end lies."""

    source: str
    target: str
    start: float
    end: float


def straightened(boxes: Boxes, links: Sequence[Link]) -> Corners:
    """Return the corners of boxes moved up or down so that wires between them are level.

    From the leftmost of each group of joined nodes outwards, each node is put level with the first one it is wired to
    that has its place. One that would lie upon another then stays at its height.
    """
    near: dict[str, list[tuple[str, float]]] = {id: [] for id in boxes}
    for link in links:
        if link.source in boxes and link.target in boxes:
            near[link.source].append((link.target, link.start - link.end))
            near[link.target].append((link.source, link.end - link.start))
    placed: dict[str, QRectF] = {}
    for first in sorted(boxes, key=lambda id: (boxes[id].left(), boxes[id].top(), id)):
        todo = [first] if first not in placed else []
        placed.setdefault(first, QRectF(boxes[first]))
        while todo:
            id = todo.pop(0)
            for other, drop in near[id]:
                if other not in placed:
                    goal = boxes[other].translated(0, placed[id].top() + drop - boxes[other].top())
                    blocked = any(goal.intersects(box) for box in placed.values())
                    placed[other] = QRectF(boxes[other]) if blocked else goal
                    todo.append(other)
    return {id: box.topLeft() for id, box in placed.items()}


def moved(boxes: Boxes, corners: Corners) -> Corners:
    """Return those corners that are not where their boxes are."""
    return {id: corner for id, corner in corners.items() if corner != boxes[id].topLeft()}


def on_grid(corners: Corners) -> Corners:
    """Return the corners on the grid."""
    return {id: QPointF(snapped(corner.x()), snapped(corner.y())) for id, corner in corners.items()}
