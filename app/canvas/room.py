"""Where a new node has room: in what is seen of the canvas and not hidden by what lies on it; else the view follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app.canvas.geometry import snapped
from app.canvas.glide import View
from engine.graph import Place

if TYPE_CHECKING:
    from app.canvas.view import Canvas

WIDE: Final = 144.0
HIGH: Final = 100.0
"""What a new node takes about, in scene units."""
APART: Final = 20.0
"""What it keeps from others."""
STEP: Final = 24.0
"""From one place that is tried to the next, in scene units,"""
FINEST: Final = 1 / 48
"""and at least as a part of what is seen: far out, few places are tried too."""
MARGIN: Final = 12.0
"""Pixels that a new node keeps from the edge of the canvas and from what lies on it."""
WIDER: Final = (1, 3, 9)
"""How many times what is seen is searched, one after the other."""


def covered(canvas: Canvas) -> list[QRectF]:
    """Return what is hidden of the canvas by what lies on it (minimap, bars, cards), in pixels."""
    lying = canvas.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return [QRectF(each.geometry()) for each in lying if each.isVisible() and not each.isWindow()]


def free_place(canvas: Canvas, near: QPointF | None = None) -> Place:
    """Return the place nearest to a point of the scene (the middle of what is seen) where a new node lies on no other,
    is seen whole, and is hidden by nothing; where nothing is free, one beside what is seen."""
    seen = canvas.seen()
    middle = near if near is not None else seen.center() - QPointF(WIDE, HIGH) / 2
    hidden = [_in_scene(canvas, rect) for rect in covered(canvas)]
    notes = [item.rect for item in canvas.scene.notes.values() if not item.is_frame]
    for times in WIDER:
        for corner in _places(_about(seen, times), middle):
            box = QRectF(corner.x(), corner.y(), WIDE, HIGH)
            if times == 1 and not (seen.contains(box) and _clear(box, hidden)):
                continue
            around = box.adjusted(-APART, -APART, APART, APART)
            if _clear(around, notes) and not canvas.scene.covers(around):
                return Place(corner.x(), corner.y())
    return Place(snapped(middle.x()), snapped(middle.y()))


def place_for(canvas: Canvas, at: QPointF) -> Place:
    """Return the place of a node that is asked for at a point of the canvas: there or, on another node, beside it."""
    place = canvas.place_at(at)
    around = QRectF(place.x - STEP / 2, place.y - STEP / 2, STEP, STEP)
    return free_place(canvas, QPointF(place.x, place.y)) if canvas.scene.covers(around) else place


def follow(canvas: Canvas, nodes: Iterable[str]) -> None:
    """Let the view move just as far as it takes to see new nodes, where it does not see them whole."""
    box = QRectF()
    for id in nodes:
        if id in canvas.scene.nodes:
            box = box.united(canvas.scene.nodes[id].rect)
    if box.isNull():
        return
    there = canvas.camera.rect_to_view(box)
    free = QRectF(canvas.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    by = _into(there, free)
    for rect in covered(canvas):
        if rect.intersects(there.translated(by)):
            by += _off(there.translated(by), rect, free)
    if not by.isNull():
        canvas.set_view(View(canvas.camera.origin - by / canvas.camera.factor, canvas.camera.zoom))


def _in_scene(canvas: Canvas, rect: QRectF) -> QRectF:
    """Return what is hidden by a rectangle in pixels, with its margin, in scene units."""
    wider = rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    return QRectF(canvas.camera.to_scene(wider.topLeft()), canvas.camera.to_scene(wider.bottomRight()))


def _clear(box: QRectF, hidden: Iterable[QRectF]) -> bool:
    return not any(each.intersects(box) for each in hidden)


def _about(seen: QRectF, times: int) -> QRectF:
    more = (times - 1) / 2
    return seen.adjusted(-more * seen.width(), -more * seen.height(), more * seen.width(), more * seen.height())


def _places(within: QRectF, middle: QPointF) -> Iterator[QPointF]:
    """Yield places on the grid in a rectangle of the scene, the nearest to a point first."""
    step = snapped(max(STEP, within.width() * FINEST, within.height() * FINEST))
    across, down = (round(size / step) + 1 for size in (within.width(), within.height()))
    here = QPointF(snapped(middle.x()), snapped(middle.y()))
    ways = ((k * k + m * m, k, m) for k in range(-across, across + 1) for m in range(-down, down + 1))
    corners = (here + QPointF(k, m) * step for _, k, m in sorted(ways))
    return (corner for corner in corners if within.contains(corner))


def _into(box: QRectF, free: QRectF) -> QPointF:
    """Return the way by which a box comes to lie in another; its upper left corner where it is too large."""
    x = min(0.0, free.right() - box.right())
    y = min(0.0, free.bottom() - box.bottom())
    return QPointF(x + max(0.0, free.left() - box.left() - x), y + max(0.0, free.top() - box.top() - y))


def _off(box: QRectF, rect: QRectF, free: QRectF) -> QPointF:
    """Return the shortest way by which a box comes out from under a rectangle and stays in what is free."""
    ways = (
        QPointF(rect.left() - MARGIN - box.right(), 0),
        QPointF(rect.right() + MARGIN - box.left(), 0),
        QPointF(0, rect.top() - MARGIN - box.bottom()),
        QPointF(0, rect.bottom() + MARGIN - box.top()),
    )
    good = [way for way in ways if free.contains(box.translated(way))]
    return min(good, key=QPointF.manhattanLength, default=QPointF())
