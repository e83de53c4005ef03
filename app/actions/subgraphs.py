"""The commands of the Subgraph menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, editing, has_doors, nodes_selected
from engine.bodies import CALL

if TYPE_CHECKING:
    from app.window import Window


def call_selected(window: Window) -> bool:
    session = window.session
    return window.editing and any(session.node(id).operator == CALL for id in session.selection)


def one_of_several(window: Window) -> bool:
    """Whether the current node is a call of a function that others call too."""
    session = window.session
    current = session.current if window.editing else None
    return current is not None and session.node(current).operator == CALL and session.calls_of_current() > 1


def has_function(window: Window) -> bool:
    return window.editing and bool(window.session.called_subgraph)


COMMANDS: tuple[Command, ...] = (
    Command(
        "make_subgraph", "Make subgraph", "Subgraph", lambda w: w.session.make_subgraph(), ("Ctrl+G",), nodes_selected,
        help="Put the selected nodes into a function, with a call in their place.",
        words="group collapse function extract compound encapsulate nodes selection",
    ),
    Command(
        "unpack_subgraph", "Unpack call", "Subgraph", lambda w: w.session.unpack(), ("Ctrl+Shift+G",), call_selected,
        help="Put the nodes of its function in the place of the selected call. Where others call it, it stays.",
        words="ungroup subgraph expand inline dissolve flatten",
    ),
    Command(
        "unique_subgraph", "Make unique", "Subgraph", lambda w: w.session.make_unique(), ("Ctrl+Alt+G",),
        one_of_several, help="Give the selected call a function of its own: a copy that changes alone.",
        words="single user copy independent fork subgraph call",
    ),
    Command(
        "open_body", "Open", "Subgraph", lambda w: w.canvas.editing.open_body(w.session.current or ""),
        ("Alt+Down",), has_doors, help="Show what lies inside the selected node; of a Call, its function.",
        words="enter subgraph body loop branch function inside look into", separator=True,
    ),
    Command(
        "leave_body", "Leave", "Subgraph", lambda w: w.session.leave(), ("Alt+Up",),
        lambda w: w.editing and bool(w.session.body), help="Show the body around this one.",
        words="exit subgraph body out outside parent breadcrumb back",
    ),
    Command(
        "other_body", "Other body of the same node", "Subgraph", lambda w: w.session.enter(w.session.sister),
        ("Alt+O",), lambda w: w.editing and bool(w.session.sister),
        words="then otherwise condition switch sister",
    ),
    Command(
        "edit_interface", "Edit inputs and outputs", "Subgraph", lambda w: w.edit_interface(), (), has_function,
        help="Show the function in the inspector: its inputs and outputs, their names, order, defaults and meanings.",
        words="interface signature rename reorder sockets arguments results subgraph", separator=True,
    ),
    Command(
        "keep_subgraph", "Keep in my library", "Subgraph", lambda w: w.session.keep_in_library(), (), has_function,
        help="Keep the selected subgraph in your library: the palette then offers it in every graph.",
        words="save personal asset reuse subgraph operator",
    ),
    Command(
        "show_library", "Show my library", "Subgraph", lambda w: w.show_library(), (), editing,
        help="Rename and remove the subgraphs of your library.", words="personal subgraphs shelf manage damaged",
    ),
)  # fmt: skip
