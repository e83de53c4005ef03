"""The commands of the Wires menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, editing, nodes_selected
from app.canvas import bending, menus, wire_commands

if TYPE_CHECKING:
    from app.window import Window


def several_chosen(window: Window) -> bool:
    return window.editing and len(window.session.selection) > 1


def one_current(window: Window) -> bool:
    return window.editing and window.session.current is not None


def wires_selected(window: Window) -> bool:
    return window.editing and bool(window.session.selected_wires)


def wires_chosen(window: Window) -> bool:
    return window.editing and bool(bending.chosen_wires(window.session))


def bent(window: Window) -> bool:
    session = window.session
    return window.editing and any(bending.route_of(session, wire).dots for wire in bending.chosen_wires(session))


COMMANDS: tuple[Command, ...] = (
    Command(
        "delete_reconnect", "Delete and reconnect", "Wires", lambda w: menus.reconnect(w.session),
        ("Ctrl+Del", "Ctrl+Backspace"), nodes_selected,
        help="Delete the selected nodes and lead the wires through them on to what they fed.",
        words="dissolve remove join heal bridge nodes",
    ),
    Command(
        "wire_row", "Wire nodes in a row", "Wires", lambda w: wire_commands.wire_selected(w.session), ("Alt+J",),
        several_chosen,
        help="Lead a wire from each selected node to the next, in the order in which they were chosen. With J held, "
        "the pointer draws through nodes instead.",
        words="connect series chain link nodes one after the other",
    ),
    Command(
        "swap_inputs", "Swap inputs", "Wires", lambda w: wire_commands.swap_inputs(w.canvas), ("Alt+X",), one_current,
        help="Let two inputs of the current node exchange what feeds them.", words="exchange reverse operands wires",
    ),
    Command(
        "add_dot", "Add a dot to the wire", "Wires", lambda w: wire_commands.add_dots(w.canvas), ("Alt+R",),
        wires_selected, separator=True,
        help="Put a dot into the middle of the selected wires, by which they can be led elsewhere. A double click on a "
        "wire puts one where the pointer is.",
        words="reroute pin knot bend elbow",
    ),
    Command(
        "remove_dots", "Take dots out of the wire", "Wires",
        lambda w: bending.straighten(w.session, bending.chosen_wires(w.session)), ("Alt+Shift+R",), bent,
        words="reroute straighten pin knot bend remove",
    ),
    Command(
        "tag_wires", "Wires as tags", "Wires", lambda w: wire_commands.toggle_tags(w.session), ("Alt+T",),
        wires_chosen, separator=True,
        help="Show the selected wires, or those that leave the selected nodes, as a named tag at each end; a click on "
        "a tag goes to the other end.",
        words="send receive goto from get set hide wireless named link portal",
    ),
    Command(
        "long_tags", "Long wires as tags", "Wires", lambda w: wire_commands.toggle_long(w.canvas), (), editing,
        checked=lambda w: w.canvas.scene.long_as_tags,
        help="Show every wire that runs far as a named tag at each end. The file stays as it is.",
        words="send receive hide wireless automatic",
    ),
)  # fmt: skip
