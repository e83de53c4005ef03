"""Bookmarks: named places of a document. Digits 1 to 9 lead to those that have one; all stand in a menu and a card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.bodies import place_text
from app.canvas.places import Spot
from engine.checks import LEAST_ZOOM, MOST_ZOOM
from engine.edits import Edit, Group, SetBookmark
from engine.graph import Bookmark
from engine.limits import NAME_LENGTH
from engine.order import natural

if TYPE_CHECKING:
    from app.canvas import Canvas
    from app.session import Session
    from app.window import Window


def ordered(session: Session) -> list[tuple[str, Bookmark]]:
    """Return the bookmarks: those with a digit first, in its order, then the others by name."""
    return sorted(session.layout.bookmarks.items(), key=lambda item: (item[1].key or 10, natural(item[1].name)))


def proposal(canvas: Canvas) -> str:
    """Return a name for the place that a canvas shows: the current node's, else the body's, else a number."""
    session = canvas.session
    current = session.current
    names = [session.label(current)] if current is not None and current in canvas.scene.nodes else []
    names += [session.body_title(canvas.scene.body)] if canvas.scene.body else []
    taken = {mark.name for mark in session.layout.bookmarks.values()}
    names += [f"Place {k}" for k in range(1, len(taken) + 2)]
    return next((name for name in names if name not in taken), names[-1])


def add(canvas: Canvas, name: str, key: int = 0) -> str:
    """Bookmark what a canvas shows; a digit leads there, no longer to where it led before. Return the bookmark's id, ""
    where it was refused."""
    session, spot = canvas.session, canvas.standing
    marks = session.layout.bookmarks
    id = next(f"bookmark_{k}" for k in range(1, len(marks) + 2) if f"bookmark_{k}" not in marks)
    before = [held for held, mark in marks.items() if key and mark.key == key]
    id = before[0] if before else id
    name = " ".join(name.split())[:NAME_LENGTH] or proposal(canvas)
    zoom = min(max(spot.zoom, LEAST_ZOOM), MOST_ZOOM)
    made = Bookmark(name, round(spot.middle.x(), 1), round(spot.middle.y(), 1), round(zoom, 3), spot.body, key)
    return id if session.apply(SetBookmark(id, made)) else ""


def give_key(session: Session, id: str, key: int) -> None:
    """Give a bookmark a digit (0: none), and take it from the one that had it."""
    marks = session.layout.bookmarks
    others = [held for held, mark in marks.items() if key and mark.key == key and held != id]
    edits: list[Edit] = [SetBookmark(held, replace(marks[held], key=0)) for held in others]
    session.apply(Group("Set bookmark's key", (*edits, SetBookmark(id, replace(marks[id], key=key)))))


def rename(session: Session, id: str, name: str) -> None:
    """Call a bookmark otherwise; an empty name changes nothing."""
    mark, name = session.layout.bookmarks[id], " ".join(name.split())
    if name and name != mark.name:
        session.apply(SetBookmark(id, replace(mark, name=name[:NAME_LENGTH])))


def remove(session: Session, id: str) -> None:
    """Take a bookmark away."""
    session.apply(SetBookmark(id, None))


def go(canvas: Canvas, id: str) -> None:
    """Show the place of a bookmark; where its body is gone, say so."""
    mark = canvas.session.layout.bookmarks.get(id)
    if mark is not None and not canvas.go_to_spot(Spot(mark.inside, QPointF(mark.x, mark.y), mark.zoom)):
        canvas.session.message.emit(f"The body that “{mark.name}” lies in is gone.")


def go_by_key(canvas: Canvas, key: int) -> None:
    """Show the place that a digit leads to; where there is none, say how to make one."""
    found = [id for id, mark in canvas.session.layout.bookmarks.items() if mark.key == key]
    if found:
        go(canvas, found[0])
    else:
        canvas.session.message.emit(f"No bookmark has the digit {key}: Ctrl+{key} bookmarks what is shown.")


def set_by_key(canvas: Canvas, key: int) -> None:
    """Bookmark what is shown under a digit."""
    id = add(canvas, proposal(canvas), key)
    if id:
        canvas.session.message.emit(
            f"“{canvas.session.layout.bookmarks[id].name}” is bookmark {key}: {key} leads here."
        )


def where(session: Session, mark: Bookmark) -> str:
    """Return where a bookmark lies, in words; "" for the main graph."""
    if not session.has_body(mark.inside):
        return "its body is gone"
    return place_text(mark.inside, session) if mark.inside else ""


def choices(window: Window) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return the bookmarks as rows of a menu: (text, what goes there)."""
    return [
        (f"{mark.name}\t{mark.key}" if mark.key else mark.name, lambda id=id: go(window.canvas, id))  # type: ignore[misc]
        for id, mark in ordered(window.session)
    ]
