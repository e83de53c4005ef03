"""Following wires: from a wire, a socket or a node to what feeds it, or to what it feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from app.words import tr
from engine.graph import Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

End = Literal["source", "target"]


def wires_from(canvas: Canvas, end: End) -> list[Wire]:
    """Return the wires to follow: the selected one, those of the socket under the pointer, or of the current node."""
    session, graph = canvas.session, canvas.session.graph
    if len(session.selected_wires) == 1:
        return list(session.selected_wires)
    among = graph.incoming if end == "source" else graph.outgoing
    if canvas.hover.socket is not None:
        socket, _ = canvas.hover.socket
        held = (*graph.incoming.get(socket.node, ()), *graph.outgoing.get(socket.node, ()))
        return [wire for wire in held if socket in wire and getattr(wire, end) != socket]
    return list(among.get(session.current, ())) if session.current is not None else []


def neighbours(canvas: Canvas, end: End) -> list[str]:
    """Return the nodes that can be gone to, in the order of the wires."""
    return list(dict.fromkeys(getattr(wire, end).node for wire in wires_from(canvas, end)))


def follow(canvas: Canvas, end: End) -> None:
    """Go to the node at the other end; where there are several, ask to which."""
    session, nodes = canvas.session, neighbours(canvas, end)
    if len(nodes) == 1:
        session.reveal(nodes[0])
    elif nodes:
        menu = QMenu(canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(tr("Go to"))
        for node in nodes:
            menu.addAction(session.label(node).replace("&", "&&"), lambda node=node: session.reveal(node))
        item = canvas.scene.nodes.get(session.current or "")
        at = canvas.camera.to_view(item.rect.topLeft()) if item is not None else canvas.pointer
        menu.popup(canvas.global_point(at + QPointF(0, 8)))
        menu.setActiveAction(menu.actions()[0])
    else:
        way = "comes from" if end == "source" else "leads"
        session.message.emit(f"Select a wire, or a node with wires, to go to where it {way}.")
