"""The commands about wires: what menus and keys do with the selected nodes and wires."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app import rewiring
from app.canvas import bending, menus
from app.canvas.series import wire_in_a_row

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session


def wire_selected(session: Session) -> None:
    """Wire the selected nodes one after the other, in the order in which they were chosen."""
    wire_in_a_row(session, list(session.chosen_nodes))


def swap_inputs(canvas: Canvas) -> None:
    """Let two inputs of the current node exchange what feeds them; where there are several pairs, ask which."""
    session = canvas.session
    if session.current is None:
        return
    pairs = rewiring.swappable(session.graph, session.library, session.current)
    if not pairs:
        session.message.emit(f"“{session.label(session.current)}” has no two wired inputs to swap.")
    elif len(pairs) == 1:
        menus.swap(session, *pairs[0])
    else:
        menu = menus.new_menu(canvas, "Swap inputs")
        for one, other in pairs[: menus.WIRE_TARGETS]:
            menu.addAction(f"{one.name} ↔ {other.name}", partial(menus.swap, session, one, other))
        item = canvas.scene.nodes.get(session.current)
        corner = item.rect.bottomLeft() if item is not None else canvas.seen().center()
        menu.popup(canvas.global_point(QPointF(canvas.camera.to_view(corner))))


def add_dots(canvas: Canvas) -> None:
    """Put a dot into the middle of each selected wire."""
    for wire in sorted(canvas.session.selected_wires):
        bending.add_dot(canvas, wire)


def toggle_tags(session: Session) -> None:
    """Let tags stand for the selected wires, or those that leave the selected nodes; where they do, draw the wires."""
    wires = bending.chosen_wires(session)
    drawn = any(not bending.route_of(session, wire).tagged for wire in wires)
    bending.set_tagged(session, wires, drawn)


def toggle_long(canvas: Canvas) -> None:
    """Let tags stand for every long wire, or draw them all; a way of looking that is not written into the file."""
    canvas.scene.long_as_tags = not canvas.scene.long_as_tags
    canvas.scene.rebuild()
    canvas.update()
