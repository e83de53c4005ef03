"""The commands that open the viewer of arrays; they stand in the View menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command
from app.tensors.showing import shown_output

if TYPE_CHECKING:
    from app.window import Window


def _shows(window: Window) -> bool:
    session = window.session
    if not window.editing or session.current is None:
        return False
    return shown_output(session.graph, session.operator(session.current), session.current) is not None


def _open(window: Window, cotangent: bool) -> None:
    session = window.session
    if session.current is not None:
        socket = shown_output(session.graph, session.operator(session.current), session.current)
        session.tensor_requested.emit(socket, cotangent)


COMMANDS: tuple[Command, ...] = (
    Command(
        "view_tensor", "All numbers of the value", "View", lambda w: _open(w, False), ("Alt+N",), _shows,
        help="Open a window with all numbers of what the selected node gives.", separator=True,
        words="tensor array table heat map histogram statistics viewer inspect csv copy",
    ),
    Command(
        "view_cotangent", "All numbers of the derivative", "View", lambda w: _open(w, True), ("Alt+Shift+N",), _shows,
        help="Open a window with all numbers of the derivative of the loss by what the selected node gives.",
        words="tensor gradient cotangent adjoint table heat map histogram statistics viewer",
    ),
)  # fmt: skip
