"""Where what is dragged comes to rest: in line with a neighbour's edge or middle, level with what it is wired to, else
on the grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF

from app.canvas.geometry import snapped

REACH: Final = 6.0
"""Pixels within which a line draws what is dragged to itself."""
NEAR: Final = 640.0
"""Scene units between two nodes that may still be in line."""
BEYOND: Final = 12.0
"""How far a guide reaches beyond what it joins."""


@dataclass(frozen=True, slots=True)
class Snap:
    """How far what is dragged moves, and the lines that it came to rest on."""

    by: QPointF
    guides: tuple[QLineF, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The two ends of a wire, one of which is dragged: level with each other the wire is straight."""

    dragged: QPointF
    resting: QPointF


def to_grid(anchor: QPointF, by: QPointF) -> QPointF:
    """Return the movement that takes an anchor to the grid's point nearest to where `by` takes it."""
    goal = anchor + by
    return QPointF(snapped(goal.x()), snapped(goal.y())) - anchor


def snap(box: QRectF, by: QPointF, others: Iterable[QRectF], levels: Sequence[Level], reach: float) -> Snap:
    """Return the movement near `by` that brings `box` into line, and along which lines.

    Straight wires go before edges and middles, the nearer before the farther. Where nothing is near, an axis goes on
    the grid. `reach` is in scene units.
    """
    moved, near = box.translated(by), [other for other in others if _is_near(box.translated(by), other)]
    grid = to_grid(box.topLeft(), by)
    dx = _nearest(_gaps(moved, near, _across), reach)
    dy = _nearest([level.resting.y() - level.dragged.y() - by.y() for level in levels], reach)
    if dy is None:
        dy = _nearest(_gaps(moved, near, _down), reach)
    found = QPointF(grid.x() if dx is None else by.x() + dx, grid.y() if dy is None else by.y() + dy)
    return Snap(found, tuple(guides(box.translated(found), near, levels, found)))


def guides(box: QRectF, others: Iterable[QRectF], levels: Iterable[Level], by: QPointF) -> list[QLineF]:
    """Return the lines that a box lies on together with others, drawn beyond both: no two on the same line."""
    found: dict[tuple[str, float], QLineF] = {}
    for level in levels:
        if abs(level.dragged.y() + by.y() - level.resting.y()) < 0.01:
            y, xs = level.resting.y(), sorted((level.dragged.x() + by.x(), level.resting.x()))
            found["y", y] = QLineF(xs[0], y, xs[1], y)
    for other in others:
        both = box.united(other)
        for x in _shared(_across(box), _across(other)):
            line = found.get(("x", x), QLineF(x, both.top(), x, both.bottom()))
            found["x", x] = QLineF(x, min(line.y1(), both.top()), x, max(line.y2(), both.bottom()))
        for y in _shared(_down(box), _down(other)):
            line = found.get(("y", y), QLineF(both.left(), y, both.right(), y))
            found["y", y] = QLineF(min(line.x1(), both.left()), y, max(line.x2(), both.right()), y)
    return [_longer(line) for line in found.values()]


def _longer(line: QLineF) -> QLineF:
    beyond = QPointF(0, BEYOND) if line.x1() == line.x2() else QPointF(BEYOND, 0)
    return QLineF(line.p1() - beyond, line.p2() + beyond)


def _is_near(box: QRectF, other: QRectF) -> bool:
    return box.adjusted(-NEAR, -NEAR, NEAR, NEAR).intersects(other)


def _across(box: QRectF) -> tuple[float, float, float]:
    return box.left(), box.right(), box.center().x()


def _down(box: QRectF) -> tuple[float, float, float]:
    return box.top(), box.bottom(), box.center().y()


def _gaps(box: QRectF, others: Iterable[QRectF], lines: object) -> list[float]:
    """Return how far each line of the box is from the same line of each other box (and left from right edges)."""
    assert callable(lines)  # noqa: S101 - one of the two above
    own = lines(box)
    return [there - here for other in others for here, there in zip(own, lines(other), strict=True)]


def _shared(own: Sequence[float], others: Sequence[float]) -> list[float]:
    return [there for here, there in zip(own, others, strict=True) if abs(here - there) < 0.01]


def _nearest(gaps: Iterable[float], reach: float) -> float | None:
    best = min(gaps, key=abs, default=None)
    return best if best is not None and abs(best) <= reach else None
