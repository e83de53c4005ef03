"""Previews pinned to nodes: their sizes and what they show, as commands, in the menu, and by dragging their corner."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.canvas.face import PREVIEW_ROOM
from app.canvas.gestures import Gesture
from app.canvas.items import NodeItem
from app.canvas.manners import manners
from app.canvas.pushing import pushed
from app.words import tr
from engine.edits import Group, Move
from engine.graph import PREVIEW_FORMS, PREVIEW_SIZES, Place
from engine.operator import Kind

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session
    from engine.document import Changed

FORMS: Final = {
    "": "What suits the value", "number": "Number", "line": "Line", "image": "Image", "histogram": "Histogram",
}  # fmt: skip
GRIP: Final = 16.0
"""Side of the corner by which a preview is made larger and smaller."""

_numbers = itertools.count()


def previewable(session: Session) -> tuple[str, ...]:
    """Return the selected nodes that can have a preview: those with an output, and views."""
    return tuple(id for id in sorted(session.selection) if _shows_something(session, id))


def _shows_something(session: Session, id: str) -> bool:
    operator = session.operator(id)
    return operator.kind is Kind.VIEW or bool(operator.outputs_for(session.node(id)))


def pinned(session: Session, nodes: Collection[str]) -> bool:
    """Return whether all these nodes have a preview pinned."""
    return bool(nodes) and all(_place(session, id).preview for id in nodes)


def toggle(canvas: Canvas) -> None:
    """Pin a preview to the selected nodes, or take it away where all have one."""
    nodes = previewable(canvas.session)
    pin(canvas, nodes, "" if pinned(canvas.session, nodes) else "medium")


def pin(canvas: Canvas, nodes: Collection[str], size: str) -> None:
    """Pin previews of a size to nodes; "" takes them away (a view keeps its own)."""
    _change(canvas, _named(size), {id: replace(_place(canvas.session, id), preview=size) for id in nodes})


def show(canvas: Canvas, nodes: Collection[str], form: str) -> None:
    """Let previews show a number, a line, an image, a histogram, or "": what suits the value."""
    places = {id: _place(canvas.session, id) for id in nodes}
    name = f"Preview: {FORMS[form].lower()}"
    _change(canvas, name, {
        id: replace(place, preview=place.preview or "medium", shows=form) for id, place in places.items()
    })  # fmt: skip


def next_size(canvas: Canvas) -> None:
    """Give the previews of the selected nodes the next size, after the largest the smallest."""
    nodes = previewable(canvas.session)
    now = _place(canvas.session, nodes[0]).preview
    pin(canvas, nodes, PREVIEW_SIZES[(PREVIEW_SIZES.index(now) + 1) % len(PREVIEW_SIZES)] if now else PREVIEW_SIZES[0])


def _named(size: str) -> str:
    return f"{size.title()} preview" if size else "Take preview away"


def _place(session: Session, id: str) -> Place:
    return session.layout.places.get(id, Place())


def _change(canvas: Canvas, name: str, places: dict[str, Place]) -> None:
    """Change places as one undo step, and push away what the nodes have grown over."""
    session = canvas.session
    changed = {id: place for id, place in places.items() if place != session.layout.places.get(id)}
    if changed:
        with session.group(name):
            session.apply(Move(changed))
            away = _pushed_away(canvas, changed)
            if away:
                session.apply(Move(away))


def _pushed_away(canvas: Canvas, grown: Collection[str]) -> dict[str, Place]:
    """Return where the nodes go that others have grown over; nowhere where neighbours are not to be pushed."""
    scene, session = canvas.scene, canvas.session
    if not manners().pushing:
        return {}
    boxes = {id: item.rect for id, item in scene.nodes.items()}
    ways = pushed(boxes, frozenset(grown) & boxes.keys())
    found = {id: (_place(session, id), way) for id, way in ways.items() if id not in grown}
    return {id: replace(place, x=place.x + way.x(), y=place.y + way.y()) for id, (place, way) in found.items()}


def fill_menu(canvas: Canvas, menu: QMenu) -> None:
    """Offer sizes and forms of the previews of the selected nodes."""
    session = canvas.session
    nodes = previewable(session)
    if not nodes:
        return
    below = menu.addMenu(tr("Preview"))
    sizes = {_place(session, id).preview for id in nodes}
    forms = {_place(session, id).shows for id in nodes}
    is_view = all(session.operator(id).kind is Kind.VIEW for id in nodes)
    group = QActionGroup(below)
    for size in ("", *PREVIEW_SIZES):
        text = size.title() if size else "As it was made" if is_view else "None"
        _offer(below, group, text, sizes == {size}, partial(pin, canvas, nodes, size))
    if not is_view:
        below.addSeparator()
        group = QActionGroup(below)
        for form in ("", *PREVIEW_FORMS):
            _offer(below, group, FORMS[form], forms == {form}, partial(show, canvas, nodes, form))


def _offer(menu: QMenu, group: QActionGroup, text: str, checked: bool, run: partial[None]) -> None:
    action: QAction = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(checked)
    group.addAction(action)
    action.triggered.connect(lambda _=False: run())


def grip(item: NodeItem) -> QRectF:
    """Return the corner that resizes a node's preview, in the scene; an empty rectangle where it has none."""
    if item.face.picture is None:
        return QRectF()
    corner = item.rect.bottomRight()
    return QRectF(corner.x() - GRIP, corner.y() - GRIP, GRIP, GRIP)


class ResizePreview(Gesture):
    """A press on a preview's corner: the preview takes the size that is nearest to the pointer, as one undo step."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: Canvas, at: QPointF, node: str) -> None:
        super().__init__(canvas, at)
        self._node = node
        self._merge = f"preview {next(_numbers)}"
        self.session.select([node])
        picture = canvas.scene.nodes[node].face.picture
        self._start = picture.rect.size() if picture is not None else None

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._start is None:
            return
        by = (self.at - self.pressed) / self.canvas.camera.factor
        wide, high = self._start.width() + by.x(), self._start.height() + by.y()
        size = min(PREVIEW_ROOM, key=lambda name: _gap(PREVIEW_ROOM[name], wide, high))
        if size != _place(self.session, self._node).preview:
            self._apply(_named(size), {self._node: replace(_place(self.session, self._node), preview=size)})

    def _apply(self, name: str, places: dict[str, Place]) -> None:
        self.session.apply(Group(name, (Move(places),)), self._merge)

    def outlives(self, changed: Changed) -> bool:
        return self._node in self.scene.nodes  # the edits are its own

    def finish(self) -> None:
        away = _pushed_away(self.canvas, [self._node]) if self.moved else {}
        if away:
            self._apply(self.session.document.undo_name, away)
        self.session.seal()

    def cancel(self) -> None:
        self.session.document.cancel(self._merge)


def _gap(room: tuple[float, float], wide: float, high: float) -> float:
    return abs(room[0] - wide) + abs(room[1] - high)
