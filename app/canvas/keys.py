"""What keys do on the canvas, in one table; the window's own commands (undo, copy, delete) are in app/actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from app import bookmarks
from app.canvas import arranging, frames, menus
from app.canvas.face import VALUE
from app.canvas.geometry import GRID
from app.canvas.moving import move_items

if TYPE_CHECKING:
    from app.canvas.view import Canvas

Key = Qt.Key
DIRECTIONS: Final[Mapping[Qt.Key, QPointF]] = {
    Key.Key_Left: QPointF(-1, 0),
    Key.Key_Right: QPointF(1, 0),
    Key.Key_Up: QPointF(0, -1),
    Key.Key_Down: QPointF(0, 1),
}
DIGITS: Final[Mapping[Qt.Key, int]] = {Qt.Key(Key.Key_0 + k): k for k in range(1, 10)}
PAN_STEP = 64.0

HELP: Final = (
    ("Arrow keys", "select the next node in that direction"),
    ("Shift + arrow keys", "move the selection"),
    ("Ctrl + arrow keys", "pan"),
    ("Tab", "add an operator at the pointer; over a node with a body: go into it"),
    ("Insert, Shift + A", "add an operator at the pointer, whatever is under it"),
    ("Y held, or Ctrl and the right button, and drag", "cut wires"),
    ("J held, and drag", "wire the nodes that are drawn through, one after the other"),
    ("W", "wire the selected node to another"),
    ("H, M", "collapse the selected nodes, mute them; again: not"),
    ("L held, or Ctrl + Alt, and drag", "draw a lasso around what is to be selected"),
    ("Return", "open the selected node's body; else edit its value or name"),
    ("Backspace", "with nothing selected, leave the body"),
    ("Space", "run or pause; held, the left button pans"),
    ("1 to 9", "go to the bookmark of that digit"),
    ("Ctrl + 1 to 9", "bookmark what is shown under that digit"),
    ("Escape", "give up a gesture; select nothing"),
)
"""The keys of the canvas for the help page."""


def press(canvas: Canvas, event: QKeyEvent) -> bool:
    """Act on a key; return whether it was one of the canvas."""
    key = Key(event.key())
    if key in DIRECTIONS:
        _arrow(canvas, DIRECTIONS[key], event.modifiers())
        return True
    if key in DIGITS and digit(canvas, DIGITS[key], event):
        return True
    if key == Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
        key, plain = Key.Key_Insert, True
    else:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    action = ACTIONS.get(key) if plain else None
    if action is None:
        return False
    if not event.isAutoRepeat():
        action(canvas)
    return True


def digit(canvas: Canvas, number: int, event: QKeyEvent) -> bool:
    """Go to the bookmark of a digit or, with Ctrl, bookmark what is shown under it; return whether that was meant."""
    keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    act = {
        Qt.KeyboardModifier.NoModifier: bookmarks.go_by_key,
        Qt.KeyboardModifier.ControlModifier: bookmarks.set_by_key,
    }
    if keys in act and not event.isAutoRepeat():
        act[keys](canvas, number)
    return keys in act


def release(canvas: Canvas, event: QKeyEvent) -> bool:
    """Act on a key let go: a tap of the space bar runs or pauses."""
    if event.key() != Key.Key_Space or event.isAutoRepeat():
        return False
    tapped = canvas.space_held and not canvas.space_used
    canvas.space_held = False
    canvas.point()
    if tapped:
        canvas.session.toggle_run()
    return True


def _space(canvas: Canvas) -> None:
    canvas.space_held, canvas.space_used = True, False
    canvas.point()


def _escape(canvas: Canvas) -> None:
    if canvas.gesture is not None:
        canvas.begin(None)
    else:
        canvas.session.select()
        canvas.session.mark_holes(frozenset())


def _return(canvas: Canvas) -> None:
    current = canvas.session.current
    if current is None:
        notes = sorted(canvas.session.selected_notes)
        if notes:
            canvas.editing.edit_note(notes[0])
        return
    control = canvas.scene.nodes[current].face.control
    if canvas.editing.open_body(current):
        return
    if control is not None and control.kind == VALUE:
        canvas.editing.edit_value(current)
    else:
        canvas.editing.rename(current)


def _tab(canvas: Canvas) -> None:
    """Go into the node under the pointer or, where the pointer is elsewhere, the only selected one, if it has a body;
    else offer the operators."""
    session, away = canvas.session, canvas.pointer.x() < 0
    chosen = session.current if len(session.selection) == 1 else None
    node = chosen if away else canvas.what_is_at(canvas.pointer).node
    doors = session.doors(node) if node else ()
    if doors and not doors[0].node:
        session.go_through(doors[0])
    else:
        canvas.add_at(None if away else canvas.pointer)


def _wire(canvas: Canvas) -> None:
    if canvas.session.current is not None:
        menus.open_wire_menu(canvas, canvas.session.current)


ACTIONS: Final[Mapping[Qt.Key, Callable[[Canvas], object]]] = {
    Key.Key_Tab: _tab,
    Key.Key_Insert: lambda canvas: canvas.add_at(canvas.pointer if canvas.pointer.x() >= 0 else None),
    Key.Key_Space: _space,
    Key.Key_Escape: _escape,
    Key.Key_Return: _return,
    Key.Key_Enter: _return,
    Key.Key_W: _wire,
    Key.Key_H: arranging.toggle_collapsed,
    Key.Key_M: arranging.toggle_muted,
    Key.Key_Backspace: lambda canvas: canvas.session.leave(),
}


def _arrow(canvas: Canvas, direction: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        canvas.camera.pan(-direction * PAN_STEP)
        canvas.camera_moved()
    elif modifiers & Qt.KeyboardModifier.ShiftModifier:
        _nudge(canvas, direction * GRID)
    else:
        _step(canvas, direction)


def _nudge(canvas: Canvas, by: QPointF) -> None:
    session = canvas.session
    scene = canvas.scene
    notes = frames.carried_notes(scene.notes, session.selected_notes)
    carried = frames.carried_nodes(scene.notes, notes)
    corners = {id: QPointF(scene.nodes[id].corner) for id in (session.selection | carried) & set(scene.nodes)}
    free = frozenset(corners) - carried
    scene.loose = free
    scene.shift({id: corner + by for id, corner in corners.items()})
    joins = frames.joined(scene, free, frames.at_rest(scene, free, scene.notes.keys() - notes))
    scene.loose = frozenset()
    move_items(canvas, by, corners, notes, "nudge", joins=joins)


def _step(canvas: Canvas, direction: QPointF) -> None:
    """Select the nearest node in a direction; the first one where none is selected."""
    scene, current = canvas.scene, canvas.session.current
    if not scene.nodes:
        return
    if current is None or current not in scene.nodes:
        middle = canvas.seen().center()
        nearest = min(scene.nodes.values(), key=lambda item: (item.rect.center() - middle).manhattanLength())
        canvas.session.select([nearest.face.id])
        return
    here = scene.nodes[current].rect.center()
    best, found = float("inf"), ""
    for id, item in scene.nodes.items():
        away = item.rect.center() - here
        ahead = away.x() * direction.x() + away.y() * direction.y()
        aside = abs(away.x() * direction.y()) + abs(away.y() * direction.x())
        if id != current and ahead > 8 and ahead >= aside * 0.4 and ahead + 2 * aside < best:
            best, found = ahead + 2 * aside, id
    if found:
        canvas.session.select([found])
        if not canvas.seen().contains(scene.nodes[found].rect):
            canvas.centre_on(scene.nodes[found].rect.center())
