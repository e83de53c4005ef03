"""The menu of a socket: what fits it, what hangs on it, what it carries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.canvas import menus
from app.words import tr
from engine.edits import Disconnect
from engine.graph import Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

PROBE = "views.probe"


def fill(canvas: Canvas, menu: QMenu, socket: Socket, at: QPointF | None, *, output: bool) -> None:
    """Put into a menu what can be done with an output or an input."""
    session = canvas.session
    kind = session.type_of(socket)
    name = f"{session.label(socket.node)[:40]} · {socket.name}{f'   {kind}' if kind is not None else ''}"
    menu.addAction(_plain(name)).setEnabled(False)
    menu.addSeparator()
    menu.addAction(tr("Add a node that fits…"), lambda: canvas.later(lambda: canvas.add_at(at, socket, output)))
    targets = menu.addMenu(tr("Wire to"))
    targets.aboutToShow.connect(lambda: _targets(canvas, targets, socket, output=output))
    if output and PROBE in session.library:
        place = canvas.place_at(at) if at is not None else canvas.free_place()
        menu.addAction(tr("Probe this value"), lambda: menus.insert_wired(canvas, PROBE, place, socket, True))
    wires = _wires(canvas, socket, output=output)
    if wires:
        menu.addSeparator()
        for wire in wires[: menus.WIRE_TARGETS]:
            far = wire.target if output else wire.source
            text = f"Take the wire {'to' if output else 'from'} {session.label(far.node)[:40]} · {far.name} away"
            menu.addAction(_plain(text), partial(session.apply, Disconnect(wire)))
        far_end = wires[0].target if output else wires[0].source
        menu.addAction(tr("Go to the other end"), lambda: session.reveal(far_end.node))
    menu.addSeparator()
    path = f"{socket.node}.{socket.name}"
    menu.addAction(tr("Copy its path"), lambda: QGuiApplication.clipboard().setText(path))
    menu.addAction(tr("Help"), lambda: canvas.help_requested.emit(session.operator(socket.node).id))


def _wires(canvas: Canvas, socket: Socket, *, output: bool) -> list[Wire]:
    graph = canvas.session.graph
    held = graph.outgoing if output else graph.incoming
    return [wire for wire in held.get(socket.node, ()) if socket == (wire.source if output else wire.target)]


def _targets(canvas: Canvas, menu: QMenu, socket: Socket, *, output: bool) -> None:
    menu.clear()
    session = canvas.session
    for other in menus.fitting_nearest(canvas, socket, output=output):
        wire = Wire(socket, other) if output else Wire(other, socket)
        menu.addAction(_plain(f"{session.label(other.node)[:40]} · {other.name}"), partial(session.connect_wire, wire))
    if menu.isEmpty():
        menu.addAction(tr("No socket fits")).setEnabled(False)


def _plain(text: str) -> str:
    """Return a text whose ampersands a menu shows as they are."""
    return text.replace("&", "&&")
