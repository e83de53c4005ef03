"""What keys do on the canvas, in one table, from which a person may depart (`bindings.py`); the window's own commands
(undo, copy, delete) are in app/actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from app import bookmarks
from app.canvas import arranging, frames, menus, tools
from app.canvas.bindings import CanvasKey, bindings
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


def press(canvas: Canvas, event: QKeyEvent) -> bool:
    """Act on a key; return whether it was one of the canvas."""
    key = Qt.Key(event.key())
    if key in DIGITS and digit(canvas, DIGITS[key], event):
        return True
    bound = bindings().of(event)
    act = bound.run if bound is not None else FIXED.get(key) if plain(event) else None
    if act is None:
        return False
    if not event.isAutoRepeat() or (bound is not None and bound.repeats):
        act(canvas)
    return True


def plain(event: QKeyEvent) -> bool:
    """Return whether a key is pressed alone."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


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
    """Act on a key let go: a tap of the space bar, or what stands in its place, runs or pauses."""
    if event.isAutoRepeat() or Qt.Key(event.key()) != canvas.space_key:
        return False
    tapped = canvas.space_held and not canvas.space_used
    canvas.space_held, canvas.space_key = False, None
    canvas.point()
    if tapped:
        canvas.session.toggle_run()
    return True


def hold(canvas: Canvas, event: QKeyEvent) -> None:
    """Remember a key that does something for as long as it is held, and say what it is for."""
    bound, key = bindings().of(event), Qt.Key(event.key())
    if bound is None or not bound.held or event.isAutoRepeat():
        return
    if bound.id == SPACE:
        canvas.space_held, canvas.space_used, canvas.space_key = True, False, key
        canvas.point()
    else:
        tools.key_pressed(canvas, key)


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


FIXED: Final[Mapping[Qt.Key, Callable[[Canvas], object]]] = {
    Key.Key_Escape: _escape,
    Key.Key_Backspace: lambda canvas: canvas.session.leave(),
}
"""Keys that always do the same; those that a person may change are in the table below."""


def _pan(direction: QPointF) -> Callable[[Canvas], object]:
    def act(canvas: Canvas) -> None:
        canvas.camera.pan(-direction * PAN_STEP)
        canvas.camera_moved()

    return act


def _add_here(canvas: Canvas) -> None:
    canvas.add_at(canvas.pointer if canvas.pointer.x() >= 0 else None)


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


def _arrows(
    name: str, text: str, held: str, act: Callable[[QPointF], Callable[[Canvas], object]]
) -> Iterator[CanvasKey]:
    for word, key in (("left", "Left"), ("right", "Right"), ("up", "Up"), ("down", "Down")):
        run = act(DIRECTIONS[Qt.Key[f"Key_{key}"]])
        yield CanvasKey(f"canvas_{name}_{word}", f"{text} {word}", (f"{held}{key}",), run, repeats=True)


SPACE: Final = "canvas_space"
KEYS: Final = (
    *_arrows("select", "Select the next node", "", lambda way: lambda canvas: _step(canvas, way)),
    *_arrows("move", "Move the selection", "Shift+", lambda way: lambda canvas: _nudge(canvas, way * GRID)),
    *_arrows("pan", "Pan", "Ctrl+", _pan),
    CanvasKey("canvas_add", "Add an operator, or go into a node", ("Tab",), _tab, words="quick insert",
              help="Add an operator at the pointer; over a node with a body: go into it."),
    CanvasKey("canvas_add_here", "Add an operator at the pointer", ("Ins", "Shift+A"), _add_here, words="quick insert",
              help="Add an operator at the pointer, whatever is under it."),
    CanvasKey(SPACE, "Run or pause; held: pan", ("Space",), held=True, words="hand train",
              help="A tap runs or pauses; while it is held, the left button pans."),
    CanvasKey("canvas_open", "Open or edit what is selected", ("Return", "Enter"), _return,
              help="Open the selected node's body; else edit its value or name."),
    CanvasKey("canvas_wire", "Wire the selected node", ("W",), _wire, words="connect",
              help="Choose from a list what the selected node is wired to."),
    CanvasKey("canvas_collapse", "Collapse or expand the selected nodes", ("H",), arranging.toggle_collapsed),
    CanvasKey("canvas_mute", "Mute or unmute the selected nodes", ("M",), arranging.toggle_muted, words="bypass"),
    CanvasKey("canvas_knife", "Held: cut wires", ("Y",), held=True, words="knife"),
    CanvasKey("canvas_series", "Held: wire nodes in a row", ("J",), held=True, words="connect"),
    CanvasKey("canvas_lasso", "Held: draw a lasso", ("L",), held=True, words="select"),
)  # fmt: skip
"""What keys do on the canvas, with the keys that do it at first."""


def help_rows() -> tuple[tuple[str, str], ...]:
    """Return the keys of the canvas and what they do, for the help page, as they are in force."""

    def of(*ids: str) -> str:
        return ", ".join(filter(None, map(bindings().shown, ids))) or "–"

    def arrows(name: str, fallback: str) -> str:
        ids = [f"canvas_{name}_{word}" for word in ("left", "right", "up", "down")]
        first = [key for each in KEYS if each.id in ids for key in each.keys]
        return fallback if [bindings().first(id) for id in ids] == first else of(*ids)

    return (
        (arrows("select", "Arrow keys"), "select the next node in that direction"),
        (arrows("move", "Shift + arrow keys"), "move the selection"),
        (arrows("pan", "Ctrl + arrow keys"), "pan"),
        (of("canvas_add"), "add an operator at the pointer; over a node with a body: go into it"),
        (of("canvas_add_here"), "add an operator at the pointer, whatever is under it"),
        (f"{of('canvas_knife')} held, or Ctrl and the right button, and drag", "cut wires"),
        (f"{of('canvas_series')} held, and drag", "wire the nodes that are drawn through, one after the other"),
        (of("canvas_wire"), "wire the selected node to another"),
        (of("canvas_collapse", "canvas_mute"), "collapse the selected nodes, mute them; again: not"),
        (f"{of('canvas_lasso')} held, or Ctrl + Alt, and drag", "draw a lasso around what is to be selected"),
        (of("canvas_open"), "open the selected node's body; else edit its value or name"),
        ("Backspace", "with nothing selected, leave the body"),
        (of(SPACE), "run or pause; held, the left button pans"),
        ("1 to 9", "go to the bookmark of that digit"),
        ("Ctrl + 1 to 9", "bookmark what is shown under that digit"),
        ("Escape", "give up a gesture; select nothing"),
    )
