"""The menus of the canvas, the list of sockets a wire may go to, and the operators offered at a point."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QMenu

from app import rewiring
from app.canvas import (
    arrange_menu,
    bending,
    landing,
    menu_keys,
    node_editing_menu,
    pinning,
    room,
    socket_menu,
    subgraph_menu,
)
from app.canvas.geometry import snapped
from app.canvas.quick_add import QuickAdd, joinable, joint
from app.offers import Offer
from app.words import tr
from engine import infer
from engine.edits import Disconnect
from engine.graph import Place, Socket, Wire
from engine.operator import Kind
from engine.order import natural
from engine.sockets import shortened

if TYPE_CHECKING:
    from app.canvas.pointing import Hover
    from app.canvas.view import Canvas
    from app.session import Session

WIRE_TARGETS = 40
"""Most entries of a list of sockets; nearer nodes come first."""

PYTHON = "control.python"
"""The operator whose nodes can be taken apart."""


def open_menu(canvas: Canvas, at: QPointF | None) -> None:
    """Open the menu of what is at a point of the canvas; of the selection where no point is given."""
    hover = canvas.what_is_at(at) if at is not None else None
    menu = QMenu(canvas)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill(canvas, menu, hover, at)
    menu_keys.show(menu)
    menu.popup(canvas.global_point(at) if at is not None else _by_selection(canvas))


def open_at(canvas: Canvas, place: QPoint) -> None:
    """Open the menu of the selection at a place of the screen."""
    menu = new_menu(canvas, "What can be done with the selection")
    fill(canvas, menu, None, None)
    menu_keys.show(menu)
    menu.popup(place)


def fill(canvas: Canvas, menu: QMenu, hover: Hover | None, at: QPointF | None) -> None:
    """Put into a menu what can be done with what is under the pointer (None: with the selection)."""
    session = canvas.session
    if hover is not None and hover.socket is not None:
        socket_menu.fill(canvas, menu, hover.socket[0], at, output=hover.socket[1])
        return
    node = session.current if hover is None else hover.node
    if node:
        if node not in session.selection:
            session.select([node])
        _node_menu(canvas, menu, node)
    elif hover is not None and hover.wire is not None:
        session.select((), (), [hover.wire])
        _wire_menu(canvas, menu, hover.wire, at)
    elif (hover is not None and hover.note) or (hover is None and session.selected_notes):
        note = hover.note if hover is not None else sorted(session.selected_notes)[0]
        session.select((), [note])
        arrange_menu.fill_note(canvas, menu, note)
    else:
        _canvas_menu(canvas, menu, at)


def _node_menu(canvas: Canvas, menu: QMenu, node: str) -> None:
    session = canvas.session
    several = len(session.selection) > 1
    if not several:
        _doors(canvas, menu, node)
        menu.addAction(tr("Rename"), lambda: canvas.editing.rename(node))
        menu.addAction(tr("Help"), lambda: canvas.help_requested.emit(session.operator(node).id))
        wires = menu.addMenu(tr("Wire to"))
        wires.aboutToShow.connect(lambda: fill_wires(canvas, wires, node))
        _unwire_menu(canvas, menu, node)
        pairs = rewiring.swappable(session.graph, session.library, node)
        if pairs:
            swaps = menu.addMenu(tr("Swap inputs"))
            for one, other in pairs[:WIRE_TARGETS]:
                swaps.addAction(f"{one.name} ↔ {other.name}", partial(swap, session, one, other))
        if session.operator(node).kind is Kind.PARAMETER:
            menu.addAction(
                tr("Train") if session.node(node).frozen else tr("Freeze"), lambda: canvas.editing.toggle_frozen(node)
            )
        if session.node(node).operator == PYTHON:
            menu.addAction(tr("Explode to nodes"), lambda: session.explode(node))
        menu.addSeparator()
    pinning.fill_menu(canvas, menu)
    _breakpoint(canvas, menu, node)
    subgraph_menu.fill(canvas, menu, node)
    arrange_menu.fill_nodes(canvas, menu)
    menu.addSeparator()
    menu.addAction(tr("Cut"), canvas.cut)
    menu.addAction(tr("Copy"), canvas.copy)
    menu.addAction(tr("Duplicate"), session.duplicate)
    menu.addAction(tr("Duplicate with wires"), lambda: session.duplicate(wires=True))
    menu.addSeparator()
    node_editing_menu.fill(canvas, menu, node)
    menu.addAction(tr("Delete and reconnect"), partial(reconnect, session))
    menu.addAction(tr("Delete"), session.remove_selected)


def _breakpoint(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Offer that playing a step stops at the node."""
    stepping = canvas.session.stepping
    stops = menu.addAction(tr("Stop playing here"), partial(stepping.toggle_breakpoint, node))
    stops.setCheckable(True)
    stops.setChecked(node in stepping.breakpoints)


def _doors(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Offer what the node leads to: its bodies, or the node that it reads."""
    session = canvas.session
    doors = session.doors(node)
    for door in doors:
        text = f"Go to “{door.text[:40]}”" if door.node else "Open body" if len(doors) == 1 else f"Open {door.text}"
        menu.addAction(text.replace("&", "&&"), partial(session.go_through, door))
    if doors:
        menu.addSeparator()


def _unwire_menu(canvas: Canvas, menu: QMenu, node: str) -> None:
    session = canvas.session
    wires = (*session.graph.incoming.get(node, ()), *session.graph.outgoing.get(node, ()))
    if wires:
        taking = menu.addMenu(tr("Take wire away"))
        for wire in wires[:WIRE_TARGETS]:
            ends = (f"{session.label(end.node)[:40]} · {end.name}" for end in wire)
            taking.addAction(" → ".join(ends).replace("&", "&&"), partial(session.apply, Disconnect(wire)))


def _wire_menu(canvas: Canvas, menu: QMenu, wire: Wire, at: QPointF | None = None) -> None:
    session = canvas.session
    probe = "views.probe"
    if probe in session.library:
        menu.addAction(
            tr("Probe this value"), lambda: insert_wired(canvas, probe, _beside(canvas, wire), wire.source, True)
        )
    menu.addAction(tr("Go to where it starts"), lambda: session.reveal(wire.source.node))
    menu.addAction(tr("Go to where it ends"), lambda: session.reveal(wire.target.node))
    spot = at if at is not None else canvas.camera.to_view(canvas.scene.wires[wire].middle)
    menu.addAction(tr("Insert operator…"), lambda: canvas.later(lambda: landing.ask(canvas, wire, spot)))
    menu.addSeparator()
    _way_menu(canvas, menu, wire, at)
    menu.addSeparator()
    menu.addAction(tr("Delete"), lambda: session.apply(Disconnect(wire)))


def _way_menu(canvas: Canvas, menu: QMenu, wire: Wire, at: QPointF | None) -> None:
    """Offer how a wire may run."""
    session, route = canvas.session, bending.route_of(canvas.session, wire)
    if not route.tagged:
        spot = canvas.camera.to_scene(at) if at is not None else None
        menu.addAction(tr("Add a dot here"), lambda: bending.add_dot(canvas, wire, spot))
    if route.dots:
        menu.addAction(tr("Take the dots out"), lambda: bending.straighten(session, [wire]))
    text = "Draw this wire" if route.tagged else "Show this wire as tags"
    menu.addAction(text, lambda: bending.set_tagged(session, [wire], not route.tagged))


def _beside(canvas: Canvas, wire: Wire) -> Place:
    middle = canvas.scene.wires[wire].middle
    return Place(round(middle.x() / 8) * 8, round(middle.y() / 8) * 8 + 40)


def _canvas_menu(canvas: Canvas, menu: QMenu, at: QPointF | None) -> None:
    if canvas.session.body:
        menu.addAction(tr("Leave this body"), canvas.session.leave)
        menu.addSeparator()
    menu.addAction(tr("Add operator…"), lambda: canvas.later(lambda: canvas.add_at(at)))
    menu.addAction(tr("Add note"), canvas.add_note)
    menu.addAction(tr("Paste"), canvas.paste)
    menu.addSeparator()
    menu.addAction(tr("Select all"), canvas.session.select_all)
    menu.addAction(tr("Fit graph"), canvas.fit)
    menu.addAction(tr("Actual size"), lambda: canvas.zoom_to(1.0))


def reconnect(session: Session) -> None:
    """Delete the selected nodes and lead the wires through them on to what they fed."""
    if session.selection:
        session.apply(rewiring.joined(session.content, session.library, session.inference, session.selection))


def swap(session: Session, one: Socket, other: Socket) -> None:
    """Let two inputs exchange what feeds them, or say why they may not."""
    edit = rewiring.exchanged(session.graph, session.library, session.inference, one, other)
    if isinstance(edit, str):
        session.message.emit(edit)
    else:
        session.apply(edit)


def open_wire_menu(canvas: Canvas, node: str) -> None:
    """Offer the sockets that the node's sockets may be wired to: the way to wire without a mouse."""
    menu = QMenu(canvas)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_wires(canvas, menu, node)
    menu.popup(_by_selection(canvas))


def fill_wires(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Put into a menu every wire that may be made from an output, or into an input, of the node."""
    menu.clear()
    session, item = canvas.session, canvas.scene.nodes[node]
    for output, plugs in ((True, item.face.outputs), (False, item.face.inputs)):
        for plug in plugs:
            socket = Socket(node, plug.name)
            for other in fitting_nearest(canvas, socket, output=output):
                wire = Wire(socket, other) if output else Wire(other, socket)
                arrow = "→" if output else "←"
                text = f"{plug.name} {arrow} {session.label(other.node)[:40]} · {other.name}"
                menu.addAction(text.replace("&", "&&"), partial(session.connect_wire, wire))
    if menu.isEmpty():
        menu.addAction(tr("No socket fits")).setEnabled(False)


def fitting_nearest(canvas: Canvas, socket: Socket, *, output: bool) -> list[Socket]:
    """Return the sockets that an output may be wired to, or an input from, the nearest first."""
    session = canvas.session
    fits = infer.fitting(session.graph, session.library, session.inference, socket, output=output)
    return _nearest(canvas, socket.node, fits)


def _nearest(canvas: Canvas, node: str, sockets: frozenset[Socket]) -> list[Socket]:
    here = canvas.scene.nodes[node].rect.center()

    def key(socket: Socket) -> tuple[float, object]:
        there = canvas.scene.nodes[socket.node].rect.center()
        return (there - here).manhattanLength(), natural(socket.name)

    return sorted((s for s in sockets if s.node in canvas.scene.nodes), key=key)[:WIRE_TARGETS]


def new_menu(canvas: Canvas, name: str = "") -> QMenu:
    """Return an empty menu that goes when it is closed."""
    menu = QMenu(canvas)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(name)
    return menu


def offer(
    canvas: Canvas, at: QPointF, sentence: str, found: Sequence[Offer], wire: Wire, loose: Collection[Wire] = ()
) -> QMenu:
    """Offer, at a point of the canvas, the nodes that would make a refused wire fit; a chosen one is put in."""
    menu = new_menu(canvas, "What would make this wire fit")
    for line in textwrap.wrap(sentence, 60):
        menu.addAction(line.replace("&", "&&")).setEnabled(False)
    menu.addSeparator()
    for each in found:
        menu.addAction(each.text.replace("&", "&&"), partial(take_offer, canvas, each, wire, loose))
    menu.popup(canvas.global_point(at))
    return menu


def take_offer(canvas: Canvas, offer: Offer, wire: Wire, loose: Collection[Wire] = ()) -> None:
    """Put the offered node into a wire that would not fit without it, as one undo step."""
    session, scene = canvas.session, canvas.scene
    if not {wire.source.node, wire.target.node} <= scene.nodes.keys():
        return
    middle = (scene.point(wire.source, output=True) + scene.point(wire.target, output=False)) / 2
    declared = session.library[offer.operator]
    with session.group(f"Insert {declared.title}"):
        for each in sorted(loose):
            session.apply(Disconnect(each))
        node = session.insert(offer.operator, free_place_near(canvas, middle))
        if node:
            for name, value in offer.settings.items():
                session.set_setting(node, name, value)
            session.connect_wire(Wire(wire.source, Socket(node, declared.inputs[0].name)))
            session.connect_wire(Wire(Socket(node, offer.output), wire.target))


def free_place_near(canvas: Canvas, middle: QPointF) -> Place:
    """Return the place of a node whose middle is about there, lower where another stands."""
    x, y = snapped(middle.x() - 68), snapped(middle.y() - 40)
    for _ in range(100):
        if not canvas.scene.covers(QRectF(x, y, 144, 90)):
            break
        y += 24
    return Place(x, y)


def _by_selection(canvas: Canvas) -> QPoint:
    current = canvas.session.current
    if current is not None and current in canvas.scene.nodes:
        corner = canvas.camera.to_view(canvas.scene.nodes[current].rect.bottomLeft())
        if canvas.rect().contains(corner.toPoint()):
            return canvas.global_point(corner)
    return canvas.mapToGlobal(canvas.rect().center())


def quick_add(canvas: Canvas, at: QPointF | None, socket: Socket | None, output: bool) -> QuickAdd:
    """Offer the operators (those that may be wired to `socket`), and put the chosen one at a point of the canvas."""
    session = canvas.session
    place = room.place_for(canvas, at) if at is not None else canvas.free_place()
    library = session.stock.library
    if socket is not None:
        library = joinable(library, session.graph, session.inference, socket, output=output)
    popup = QuickAdd(canvas, library, lambda id: insert_wired(canvas, id, place, socket, output))
    popup.palette_panel.remember(session.stock.favourites, session.stock.recent)
    popup.palette_panel.favourites_changed.connect(session.stock.favoured)
    if socket is not None:
        name = shortened(session.label(socket.node), 24)
        popup.palette_panel.search.setPlaceholderText(f"What fits {name} · {socket.name}")
    where = at if at is not None else canvas.camera.to_view(QPointF(place.x, place.y))
    popup.open_at(canvas.global_point(where))
    return popup


def insert_wired(canvas: Canvas, operator_id: str, place: Place, socket: Socket | None, output: bool) -> None:
    """Insert an operator, wired to `socket` by the first of its sockets that fits, as one undo step."""
    session = canvas.session
    library = session.stock.library
    declared = library[operator_id]
    if socket is None:
        if session.insert(operator_id, place):
            room.follow(canvas, session.selection)
        return
    name = joint(library, session.graph, session.inference, socket, declared, output=output)
    with session.group(f"Add {declared.title}"):
        node = session.insert(operator_id, place)
        if node and name:
            new = Socket(node, name)
            session.connect_wire(Wire(socket, new) if output else Wire(new, socket))
    canvas.setFocus(Qt.FocusReason.OtherFocusReason)
