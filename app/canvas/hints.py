"""What the status line says of what is going on, or of what is under the pointer: what may be done now, by which
buttons and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from app.canvas.bindings import bindings

if TYPE_CHECKING:
    from app.canvas.gestures import Gesture
    from app.canvas.pointing import Hover
    from app.canvas.view import Canvas

GESTURES: Final[Mapping[str, str]] = {
    "Pan": "Drag to move the canvas",
    "DragSlider": "Drag to set the number",
    "ScrubNumber": "Left and right: the number  ·  Shift: finer  ·  Ctrl: coarser  ·  Esc: leave it",
    "PickWire": "Let go to select the wire",
    "DrawWire": "Drop on a socket that lights up, or in the void to choose a node  ·  "
    "Shift: to several sockets  ·  Alt: exchange two inputs  ·  Esc: leave it",
    "DragItems": "Drop on a wire to insert the node  ·  Alt: no snapping, no pushing  ·  Esc: leave it",
    "GoThrough": "Let go to look inside  ·  Drag to move the node",
    "ResizeNote": "Drag to resize  ·  Esc: leave it",
    "ResizePreview": "Drag to the size of the preview  ·  Esc: leave it",
    "Band": "Shift or Ctrl: add to the selection  ·  Esc: leave it",
    "Lasso": "Draw around what is to be selected  ·  Shift: add  ·  Esc: leave it",
    "Knife": "Draw across wires to cut them  ·  Esc: leave it",
    "Series": "Draw through nodes to wire each to the next  ·  Esc: leave it",
}
"""By the name of the gesture's class; of a class that is not here, by that of the one it is derived from."""

ANY: Final = "Esc: leave it"

SOCKET: Final = "Drag to wire  ·  Ctrl: take all its wires along  ·  Right click: what fits"
DOT: Final = "Drag to bend the wire  ·  Right click for more"
WIRE: Final = "Click to select  ·  Double click to bend it  ·  Right click: insert, probe, delete"
NODE: Final = "Drag to move  ·  Double click its name to rename it{keys}  ·  Right click for more"
NODE_KEYS: Final = (("canvas_wire", "wire it"), ("operator_help", "its page"))
NOTE: Final = "Drag to move  ·  Double click to edit  ·  Right click for more"
DOOR: Final = "Click to look inside  ·  Drag to move the node"
BADGE: Final = "What is wrong here{keys}"
BADGE_KEYS: Final = (("next_problem", "go from problem to problem"),)
MARK: Final = "What goes wrong in training here  ·  Run › Watch training hides such marks"
SCRUB: Final = "Drag left and right to change the number: all that depends on it follows  ·  Double click to type"
GRIP: Final = "Drag to another size of the preview"


def hint(canvas: Canvas) -> str:
    """Return the hint for what is going on, else for what is under the pointer; "" for nothing."""
    return of_gesture(canvas.gesture) if canvas.gesture is not None else of_hover(canvas.hover)


def of_gesture(gesture: Gesture) -> str:
    """Return what may be done while a gesture goes on."""
    names = (each.__name__ for each in type(gesture).__mro__)
    return next((GESTURES[name] for name in names if name in GESTURES), ANY)


def with_keys(hint: str, keys: tuple[tuple[str, str], ...]) -> str:
    """Return a hint with the keys in force in their place."""
    told = (f"  ·  {bindings().shown(id)}: {does}" for id, does in keys if bindings().shown(id))
    return hint.format(keys="".join(told))


def of_hover(hover: Hover) -> str:
    """Return what may be done with what is under the pointer."""
    return next(
        (
            says
            for there, says in (
                (hover.grip, GRIP), (hover.scrub, SCRUB), (hover.socket, SOCKET), (hover.dot, DOT),
                (hover.badge, with_keys(BADGE, BADGE_KEYS)),
                (hover.mark, MARK),
                (hover.door, DOOR), (hover.wire, WIRE), (hover.node, with_keys(NODE, NODE_KEYS)), (hover.note, NOTE),
            )
            if there
        ),
        "",
    )  # fmt: skip
