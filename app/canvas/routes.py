"""Around nodes, not under them: a wire whose curve would pass under other nodes takes a lane above or below them.

A wire that runs under a node looks as if it were wired to it. Lanes are chosen one wire after the other; wires of one
output may share theirs, wires of others keep their distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from app.canvas.geometry import Boxes, along

CLEAR: Final = 16.0
"""Between a lane and the nodes it passes."""
APART: Final = 10.0
"""Between lanes."""
LEAST_RUN: Final = 120.0
"""Shorter wires go straight to their end."""
TRIES: Final = 12
ROUNDS: Final = 4
MOST_WIRES: Final = 600
"""In a graph with more wires all take the direct curve: lanes would be a maze, and finding them takes time."""


class Lane(NamedTuple):
    """The level part of a wire: its height, and from where to where it runs."""

    y: float
    left: float
    right: float


def lane_for(
    start: QPointF, end: QPointF, nodes: Boxes[str], own: frozenset[str], taken: Sequence[Lane]
) -> Lane | None:
    """Return the lane by which a wire passes the nodes in its way, None where there are none or no way is better.

    `nodes` are the boxes of all nodes, `own` the two that are wired, `taken` the lanes of wires from other outputs.
    """
    if end.x() - start.x() < LEAST_RUN:
        return None
    hits = _under(along(start, end, 20), nodes, own)
    lane = None
    for _ in range(ROUNDS):
        if not hits:
            break
        lane = _around(start, end, [nodes.rect(id) for id in hits], nodes, own, taken)
        more = hits | _under(_way(start, end, lane), nodes, own) if lane is not None else hits
        if more == hits:
            break
        hits = more
    return lane


def _around(
    start: QPointF, end: QPointF, hits: Sequence[QRectF], nodes: Boxes[str], own: frozenset[str], taken: Sequence[Lane]
) -> Lane | None:
    """Return the better of the lanes above and below some nodes."""
    left = max(min(rect.left() for rect in hits) - CLEAR, start.x() + 28.0)
    right = min(max(rect.right() for rect in hits) + CLEAR, end.x() - 28.0)
    if right - left < 20.0:
        return None
    above = _free(min(rect.top() for rect in hits) - CLEAR, -1.0, left, right, nodes, taken)
    below = _free(max(rect.bottom() for rect in hits) + CLEAR, 1.0, left, right, nodes, taken)
    return min((above, below), key=lambda lane: _detour(lane, start, end, nodes, own))


def _under(points: Sequence[QPointF], nodes: Boxes[str], own: frozenset[str]) -> frozenset[str]:
    """Return the nodes that a way through these points meets."""
    xs, ys = [point.x() for point in points], [point.y() for point in points]
    box = QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    near = [id for id in nodes.within(box) if id not in own]
    return frozenset(id for id in near if any(nodes.rect(id).contains(point) for point in points))


def _way(start: QPointF, end: QPointF, lane: Lane) -> list[QPointF]:
    """Return points of the ramps to and from a lane (the lane itself is free)."""
    return along(start, QPointF(lane.left, lane.y), 10) + along(QPointF(lane.right, lane.y), end, 10)


def _free(y: float, way: float, left: float, right: float, nodes: Boxes[str], taken: Sequence[Lane]) -> Lane:
    """Return the first free lane from a height upwards (`way` -1) or downwards (1)."""
    for _ in range(TRIES):
        blocks = [nodes.rect(id) for id in nodes.within(QRectF(left, y - 6, right - left, 12))]
        if blocks:
            edges = [rect.top() - CLEAR if way < 0 else rect.bottom() + CLEAR for rect in blocks]
            y = min(edges) if way < 0 else max(edges)
        elif any(abs(lane.y - y) < APART - 1 and lane.left < right and left < lane.right for lane in taken):
            y += way * APART
        else:
            break
    return Lane(y, left, right)


def _detour(lane: Lane, start: QPointF, end: QPointF, nodes: Boxes[str], own: frozenset[str]) -> float:
    """Return how bad a lane is: the height it costs, and much for nodes under its way up and down."""
    under = len(_under(_way(start, end, lane), nodes, own))
    return abs(lane.y - start.y()) + abs(lane.y - end.y()) + 1000.0 * under
