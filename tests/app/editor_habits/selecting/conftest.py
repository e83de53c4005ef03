"""Desks with room for what is dragged, and what selecting and moving are checked by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from app.canvas.manners import manners
from engine.graph import Content, Note
from tests.app.canvas.conftest import agrees, line_fit
from tests.app.editor_habits.conftest import Desk

Key, Mod = Qt.Key, Qt.KeyboardModifier
NONE, SHIFT, CONTROL, ALT = Mod.NoModifier, Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier


@pytest.fixture(autouse=True)
def usual_manners() -> Iterator[None]:
    """Snapping and pushing are on before and after each test."""
    yield
    manners().snapping = manners().pushing = True


@pytest.fixture
def seat(seat: Callable[..., Desk]) -> Callable[..., Desk]:
    """A maker of desks with room for the whole graph, and for what is dragged beside it."""

    def made(content: Content | None = None, **more: object) -> Desk:
        found = seat(content, **more)
        found.window.resize(1900, 1250)
        QApplication.processEvents()
        found.window.canvas.zoom_to(1.0)
        found.window.canvas.centre_on(QPointF(480, 260))
        return found

    return made


def place(desk: Desk, id: str) -> tuple[float, float]:
    held = desk.session.layout.places[id]
    return held.x, held.y


def rect(desk: Desk, id: str) -> QRectF:
    return desk.window.canvas.scene.nodes[id].rect


def undone(desk: Desk, before: Content, name: str) -> None:
    """Fail unless one undo step of this name takes everything back."""
    assert desk.session.document.undo_name == name
    desk.keys(Key.Key_Z, CONTROL)
    assert desk.session.content == before
    agrees(desk.window.canvas)


def pull(desk: Desk, start: QPointF, by: QPointF) -> None:
    """Take hold of a frame and pull it. It is chosen first: the inspector beside it may take another width."""
    desk.hands.click(start)
    QApplication.processEvents()
    desk.hands.drag(start, start + by)


def with_notes(*notes: Note, content: Content | None = None) -> Content:
    made = content or line_fit()
    return replace(made, layout=replace(made.layout, notes={note.id: note for note in notes}))
