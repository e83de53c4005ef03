"""Making room: nodes that something was put upon move out of its way, and those they meet in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.canvas.geometry import GRID

GAP: Final = 2 * GRID
"""Free space that is left between nodes."""
MOST: Final = 2_000
"""Pushes after which it is enough, however crowded."""

SIDES: Final = ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))


def pushed(boxes: Mapping[str, QRectF], fixed: Collection[str]) -> dict[str, QPointF]:
    """Return how far nodes move so that none lies on one of `fixed`, nor on one that was pushed itself.

    A node moves the shortest way, along one axis, to the grid; what it meets moves on in the same direction.
    """
    now = {id: QRectF(box) for id, box in boxes.items()}
    ways: dict[str, tuple[float, float]] = {}
    todo = deque(sorted(id for id in fixed if id in now))
    for _ in range(MOST):
        if not todo:
            break
        pusher = todo.popleft()
        for id in _met(now, pusher, fixed):
            way = ways.get(id) or ways.get(pusher) or _shortest(now[pusher], now[id])
            ways[id] = way
            now[id].translate(_clearing(now[pusher], now[id], way))
            if id not in todo:
                todo.append(id)
    return {id: now[id].topLeft() - boxes[id].topLeft() for id in ways if now[id] != boxes[id]}


def _met(now: Mapping[str, QRectF], pusher: str, fixed: Collection[str]) -> list[str]:
    """Return what lies on a node, its own surroundings included, the nearest first."""
    box = now[pusher]
    room = box.adjusted(-GAP + 1, -GAP + 1, GAP - 1, GAP - 1)
    met = [id for id, other in now.items() if id != pusher and id not in fixed and room.intersects(other)]
    return sorted(met, key=lambda id: ((now[id].center() - box.center()).manhattanLength(), id))


def _shortest(box: QRectF, other: QRectF) -> tuple[float, float]:
    return min(SIDES, key=lambda way: _clearing(box, other, way).manhattanLength())


def _clearing(box: QRectF, other: QRectF, way: tuple[float, float]) -> QPointF:
    """Return how far `other` moves in a direction until it is clear of `box`, in steps of the grid."""
    dx, dy = way
    gap = {
        (1.0, 0.0): box.right() - other.left(),
        (-1.0, 0.0): other.right() - box.left(),
        (0.0, 1.0): box.bottom() - other.top(),
        (0.0, -1.0): other.bottom() - box.top(),
    }[way] + GAP
    steps = -(-max(gap, 0.0) // GRID)
    return QPointF(dx, dy) * (steps * GRID)
