"""Drawing wires: one from a socket, several from an output, all of a socket to another, two exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from app import rewiring
from app.canvas import menus, paint_wire
from app.canvas.geometry import REACH
from app.canvas.gestures import ADDING, FREE, NO_MODIFIER, Gesture
from app.canvas.inks import Inks
from app.canvas.items import WireItem
from app.offers import Offer, offers
from engine import infer
from engine.edits import Disconnect, Group, Reroute
from engine.graph import Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

SEVERAL: Final = Qt.KeyboardModifier.ShiftModifier
"""Held: the wire goes to every socket it passes; from a wired input a further wire of the same output is drawn."""
ALL: Final = Qt.KeyboardModifier.ControlModifier
"""Held on an output: all its wires come along."""
SWAPPING: Final = FREE
"""Held where a loose wire is dropped on a wired input: the two inputs exchange what feeds them."""
MANY: Final = 60
"""Wires moved at once up to which the sockets that take all of them light up."""


class PickWire(Gesture):
    """A press on a wire: it is selected."""

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, wire: Wire) -> None:
        super().__init__(canvas, at)
        held = self.session.selected_wires
        if modifiers & ADDING:
            self.session.select(self.session.selection, self.session.selected_notes, held ^ {wire})
        else:
            self.session.select((), (), [wire])


class DrawWire(Gesture):
    """A press on a socket: a wire follows the pointer; the sockets it may go to light up, the others say why not.

    From a wired input the wire comes loose: dropped on nothing it is gone. With `ALL` held all wires of an output come
    loose there. A new wire dropped on nothing asks for an operator; one that does not fit, for a node that would make
    it fit.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        canvas: Canvas,
        at: QPointF,
        socket: Socket,
        output: bool,
        modifiers: Qt.KeyboardModifier = NO_MODIFIER,
    ) -> None:
        super().__init__(canvas, at)
        graph = self.session.graph
        self.socket = socket
        leaving = [wire for wire in graph.outgoing.get(socket.node, ()) if wire.source == socket]
        source = None if output else graph.sources.get(socket)
        self.loose: frozenset[Wire] = frozenset()
        """Wires that hang on the pointer: as long as it moves they are drawn nowhere else."""
        self.origins, self.from_output = [socket], output
        """The sockets that stay, and whether they are outputs."""
        if output and modifiers & ALL and leaving:
            self.loose, self.origins, self.from_output = frozenset(leaving), [w.target for w in leaving], False
        elif source is not None:
            self.loose = frozenset() if modifiers & SEVERAL else frozenset({Wire(source, socket)})
            self.origins, self.from_output = [source], True
        self.fitting: frozenset[Socket] = self._fitting()
        self.target: Socket | None = None
        self.wires: list[Wire] = []
        """What would be made where the pointer is,"""
        self.passed: list[Wire] = []
        """and what was passed on the way while `SEVERAL` was held."""
        self.offers: list[Offer] = []
        self._offered: tuple[Wire, list[Offer]] | None = None
        self._swaps = False

    @property
    def origin(self) -> Socket:
        """The socket, or one of several, at which the wire is fixed."""
        return self.origins[0]

    def _fitting(self) -> frozenset[Socket]:
        session = self.session
        graph = rewiring.without(session.graph, *self.loose) if len(self.origins) > 1 else session.graph
        found = [
            infer.fitting(graph, session.library, session.inference, origin, output=self.from_output)
            for origin in self.origins[:MANY]
        ]
        return frozenset.intersection(*found) - {self.socket} if len(found) > 1 else found[0]

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.target, self.wires, self.hint, self.refused, self.offers = None, [], "", False, []
        self._swaps = bool(modifiers & SWAPPING)
        at = self.scene_at
        hit = self.scene.socket_at(at, max(REACH, 16 / self.canvas.camera.factor), self.fitting) or self._by_node(at)
        if hit is None or hit[0] in self.origins:
            self.hint = self._hint()
            return
        self.target, output = hit
        if output == self.from_output:
            kind, other = ("an output", "an input") if output else ("an input", "an output")
            self.hint, self.refused = f"This is {kind} too: a wire needs {other} at its other end.", True
            return
        self._judge(self.target)
        if self.wires and modifiers & SEVERAL and self.from_output and self.wires[0] not in self.passed:
            self.passed.append(self.wires[0])
        if not self.hint:
            self.hint = self._hint()

    def _judge(self, target: Socket) -> None:
        """Find out whether the wires may end at a socket: they then would be made; if not, say why."""
        wires = [Wire(origin, target) if self.from_output else Wire(target, origin) for origin in self.origins]
        if self.swapping:
            self.wires = wires
            return
        for wire in wires:
            sentence = self.session.refusal(wire)
            if sentence is not None:
                self.hint, self.refused = sentence, True
                self.offers = self._offers(wire) if len(wires) == 1 else []
                if self.offers:
                    self.hint += f"\nLet go for what would make it fit: {', '.join(_titles(self.offers))}."
                return
        self.wires = wires

    def _offers(self, wire: Wire) -> list[Offer]:
        if self._offered is None or self._offered[0] != wire:
            session = self.session
            self._offered = wire, offers(session.library, session.graph, session.inference, wire)
        return self._offered[1]

    @property
    def swapping(self) -> bool:
        """Whether letting go would exchange what feeds two inputs."""
        loose, target = next(iter(self.loose), None), self.target
        return (
            self._swaps and self.from_output and loose is not None and target is not None
            and target != loose.target and target in self.session.graph.sources
        )  # fmt: skip

    def _hint(self) -> str:
        """Return what may be done now, where that is not plain to see."""
        if self.swapping:
            return "Let go to swap the two inputs."
        if self.passed:
            count = len({*self.passed, *self.wires})
            return f"{count} wires: go on with Shift held to the next socket." if count > 1 else ""
        if self.loose and self.target is None and self.scene.node_at(self.scene_at) is None:
            many = len(self.loose) > 1
            return f"Let go to take the wire{'s' if many else ''} away." if self.moved else ""
        return ""

    def _by_node(self, at: QPointF) -> tuple[Socket, bool] | None:
        """Return the first fitting socket of the node under the pointer, one that is not wired before others."""
        item = self.scene.node_at(at)
        if item is None or item.face.id in {origin.node for origin in self.origins}:
            return None
        plugs = item.face.inputs if self.from_output else item.face.outputs
        fits = [plug for plug in plugs if Socket(item.face.id, plug.name) in self.fitting]
        fits.sort(key=lambda plug: plug.wired)
        return (Socket(item.face.id, fits[0].name), not self.from_output) if fits else None

    def finish(self) -> None:
        if not self.moved:
            self.session.select([self.socket.node])
        elif self.swapping and self.target is not None:
            self._swap(self.target)
        elif self.passed or (self.wires and not self.loose.issuperset(self.wires)):
            self._connect(list(dict.fromkeys([*self.passed, *self.wires])))
        elif self.refused and self.offers and self._offered is not None:
            self._offer(self._offered[0])
        elif self.refused:
            self.session.message.emit(self.hint)
        elif not self.wires and self.target is None:
            self._dropped_on_nothing()

    def _dropped_on_nothing(self) -> None:
        if self.loose:
            gone = sorted(self.loose)
            title = "Disconnect" if len(gone) == 1 else f"Disconnect {len(gone)} wires"
            self.session.apply(Group(title, tuple(map(Disconnect, gone))))
        elif self.scene.node_at(self.scene_at) is None:
            self.canvas.add_at(self.at, self.origin, self.from_output)

    def _swap(self, target: Socket) -> None:
        (loose,) = self.loose
        session = self.session
        edit = rewiring.exchanged(session.graph, session.library, session.inference, loose.target, target)
        if isinstance(edit, str):
            session.message.emit(edit)
        else:
            session.apply(edit)

    def _connect(self, wires: list[Wire]) -> None:
        session = self.session
        if not self.loose and len(wires) == 1:
            session.connect_wire(wires[0])
            return
        if len(self.loose) > 1 and self.target is not None:
            session.apply(rewiring.moved_to(session.layout, self.loose, self.target))
            return
        old = [session.layout.routes.get(wire) for wire in self.loose] if len(self.loose) == len(wires) == 1 else [None]
        with session.group("Move wire" if self.loose else f"Connect {len(wires)} wires"):
            for wire in self.loose - set(wires):
                session.apply(Disconnect(wire))
            for wire in wires:
                if session.connect_wire(wire) and old[0] is not None:
                    session.apply(Reroute(wire, old[0]))

    def _offer(self, wire: Wire) -> None:
        canvas, sentence, found, loose = self.canvas, self.hint.split("\n")[0], self.offers, self.loose
        at = self.at
        canvas.later(lambda: menus.offer(canvas, at, sentence, found, wire, loose))

    def paint(self, painter: QPainter, ink: Inks) -> None:
        if not self.moved:
            return
        for wire in self.passed:
            ends = (self.scene.point(wire.source, output=True), self.scene.point(wire.target, output=False))
            paint_wire.paint_loose(painter, WireItem.between(wire, *ends), ink, refused=False)
        snaps = self.target is not None and not self.refused
        free = self.scene.point(self.target, output=not self.from_output) if snaps and self.target else self.scene_at
        for origin in self.origins:
            fixed = self.scene.point(origin, output=self.from_output)
            ends = (fixed, free) if self.from_output else (free, fixed)
            wire = Wire(origin, self.target or origin)
            paint_wire.paint_loose(painter, WireItem.between(wire, *ends), ink, refused=self.refused)


def _titles(found: list[Offer]) -> list[str]:
    """Return what the offers are called, each once."""
    return list(dict.fromkeys(offer.text.partition(":")[0] for offer in found))
