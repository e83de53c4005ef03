"""The way back from a function: a call gives way to the function's nodes, or gets a function of its own.

Where other calls use a function, its parameters stay one: they are put beside it, and both the function and the
unpacked nodes read them there. So the graph computes the same before and after, and its gradient is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine import bodies, ground
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, Joints
from engine.building import Ids, duplication, following, stem
from engine.control import by_name, defaults
from engine.edits import (
    AddNode,
    AddNote,
    ChangeNote,
    Connect,
    Disconnect,
    Edit,
    Group,
    Move,
    PutInside,
    RemoveNode,
    Rename,
    Reroute,
    SetSetting,
)
from engine.errors import EditError
from engine.graph import Content, Graph, Node, Note, Place, Socket, Wire, label
from engine.infer import Inference
from engine.operator import Kind, Operator
from engine.order import natural
from engine.placeholder import operator_of
from engine.sockets import quoted
from engine.subgraphs import SizeOf, name_for, own, shapes_said

CONSTANT = "inputs.constant"


def function_of(content: Content, library: Mapping[str, Operator], call: str) -> str:
    """Return the function that a call calls; raise EditError where there is none."""
    node = content.graph.nodes.get(call)
    if node is None or node.operator != CALL:
        raise EditError("Select a Call: it is what stands for a subgraph.", node=call)
    found = bodies.called_by(content.graph, call)
    if found is None:
        raise EditError(f"{quoted(content.graph, library, call)} calls no function that it can see.", node=call)
    return found


def calls_of(graph: Graph, function: str) -> tuple[str, ...]:
    """Return the calls of a function, in natural order."""
    calls = Joints(graph).calls.items()
    return tuple(sorted((call for call, called in calls if called == function), key=natural))


def unpacked(
    content: Content,
    library: Mapping[str, Operator],
    call: str,
    inference: Inference | None = None,
    size: SizeOf | None = None,
) -> Group:
    """Return the edit that puts a function's nodes in the place of one of its calls.

    The function goes with its last call; where others call it, it stays and the call gets copies, but for parameters.
    Raise EditError where nothing is called.
    """
    function = function_of(content, library, call)
    only = calls_of(content.graph, function) == (call,)
    edits: list[Edit] = []
    if not only:
        edits = list(_parameters_out(content, library, function, inference, size))
        content = Group("", tuple(edits)).apply(content)[0]
    unpacking = _Unpacking(content, library, call, function, moving=only, size=size)
    return Group("Unpack", (*edits, *unpacking.edits()))


def unique(content: Content, library: Mapping[str, Operator], call: str, size: SizeOf | None = None) -> Group:
    """Return the edit that gives a call a function of its own: a copy, parameters and their kept values included.

    Raise EditError where it is the only call already.
    """
    function = function_of(content, library, call)
    graph = content.graph
    if len(calls_of(graph, function)) == 1:
        raise EditError(
            f"{quoted(graph, library, call)} is the only call of {quoted(graph, library, function)}: it is unique "
            "already.",
            node=call,
        )
    here = graph.nodes[function].inside
    boxes = ground.boxes_of(content, library, graph.bodies.get(here, ()), size)
    place = content.layout.places.get(function, Place())
    shape = ground.shape_of(graph, library, function, size)
    at = ground.free(Place(place.x, place.y + shape[1] + ground.APART + ground.GRID), shape, [*boxes.values()])
    copies = duplication(content, library, [function], at, (), here)
    added = [part for part in copies.edits if isinstance(part, AddNode)]
    first = next(part.node.id for part in added if part.node.operator == FUNCTION and part.node.inside == here)
    name = name_for(content, label(graph.nodes[function], library[FUNCTION].title))
    kept = _kept_along(content, copies, function)
    return Group("Make unique", (*kept, Rename(first, name), SetSetting(call, "function", first)))


def _kept_along(content: Content, copies: Group, function: str) -> Iterator[Edit]:
    """Yield the edits of a copy, its nodes with the values that a run kept of the originals."""
    held = content.kept
    old = sorted(bodies.enclosed(content.graph, [function]), key=natural)
    nodes = content.graph.nodes
    old.sort(key=lambda id: (bodies.depth(nodes, nodes[id].inside), natural(id)))
    originals = iter(old)
    for part in copies.edits:
        if isinstance(part, AddNode) and held is not None:
            id = next(originals)
            yield replace(part, value=held.values.get(id), state=held.states.get(id))
        else:
            yield part


# Parameters that several calls share ----------------------------------------------------------------------------------


def _parameters_out(
    content: Content,
    library: Mapping[str, Operator],
    function: str,
    inference: Inference | None,
    size: SizeOf | None,
) -> Iterator[Edit]:
    """Yield the edits that put the parameters in a function beside it, where what is in it reads them."""
    graph, nodes = content.graph, content.graph.nodes
    inner = bodies.enclosed(graph, [function]) - {function}
    found = [
        id
        for id in sorted(inner, key=natural)
        if operator_of(graph, library, id).kind is Kind.PARAMETER and not graph.incoming.get(id)
    ]
    here = nodes[function].inside
    taken = [*ground.boxes_of(content, library, graph.bodies.get(here, ()), size).values()]
    corner = content.layout.places.get(function, Place())
    ids = Ids(nodes)
    for id in found:
        place = content.layout.places.get(id, Place())
        wires = graph.outgoing.get(id, ())
        yield from map(Disconnect, wires)
        yield PutInside({id: here})
        if wires:
            yield from shapes_said(graph, library, [wires[0].source], inference)
        shape = ground.shape_of(graph, library, id, size)
        at = ground.free(Place(corner.x, corner.y + ground.APART), shape, taken)
        taken.append(ground.box_at(at, shape))
        yield Move({id: replace(place, x=at.x, y=at.y)})
        if wires:
            reader = ids.take("outer")
            settings = own({"node": id, "output": wires[0].source.name}, library, OUTER)
            yield AddNode(Node(reader, OUTER, "", settings, inside=nodes[id].inside), place)
            yield from (Connect(Wire(Socket(reader, "value"), wire.target)) for wire in wires)
            for note in content.layout.notes.values():
                if id in note.nodes:
                    carried = tuple(reader if each == id else each for each in note.nodes)
                    yield ChangeNote(replace(note, nodes=carried))


# Unpacking ------------------------------------------------------------------------------------------------------------


@dataclass
class _Unpacking:
    """The edits that put the nodes of a function in the place of a call: the nodes themselves, or copies."""

    content: Content
    library: Mapping[str, Operator]
    call: str
    function: str
    moving: bool
    size: Callable[[str], Any] | None
    constants: dict[str, str] = field(default_factory=dict)
    """Ids of the constants that stand for what nothing is wired to, by input."""

    def __post_init__(self) -> None:
        graph = self.graph = self.content.graph
        self.inside = graph.nodes[self.call].inside
        top = graph.bodies.get(self.function, ())
        self.dropped = frozenset(id for id in top if self._goes(id))
        self.top = tuple(id for id in top if id not in self.dropped)
        self.held = tuple(sorted(bodies.enclosed(graph, self.top), key=self._depth))
        self.ids = Ids(graph.nodes)
        self.new = {id: id if self.moving else self.ids.take(stem(id)) for id in self.held}
        values = self.library[FUNCTION].values(graph.nodes[self.function])
        self.inputs, self.outputs = tuple(values["inputs"]), tuple(values["outputs"])
        self.defaults = defaults(values)
        self.results = tuple(self.library[CALL].values(graph.nodes[self.call])["outputs"])

    def _depth(self, id: str) -> Any:
        return bodies.depth(self.graph.nodes, self.graph.nodes[id].inside), natural(id)

    def _goes(self, id: str) -> bool:
        """Return whether a node of the body has no place outside it: its ends, and readers of what stands there."""
        node = self.graph.nodes[id]
        if node.operator in (INPUT, OUTPUT):
            return True
        read = bodies.seen_by(self.graph, id) if node.operator == OUTER else None
        return read is not None and self.graph.nodes[read].inside == self.inside

    def edits(self) -> Iterator[Edit]:
        graph = self.graph
        wires = [wire for id in graph.bodies.get(self.function, ()) for wire in graph.incoming.get(id, ())]
        plain = [w for w in wires if w.source.node not in self.dropped and w.target.node not in self.dropped]
        joining = sorted(self._joined(wires) | self._out_again())
        reading = list(self._readers())
        places, hole, was = self._ground()
        moved, notes = ground.room(
            self.content,
            self.library,
            self.inside,
            hole,
            was,
            {self.call, *((self.function,) * self.moving)},
            self.size,
        )
        framed = list(self._frames())
        if self.moving:
            yield from map(RemoveNode, sorted(self.dropped, key=natural))
            yield RemoveNode(self.call)
            yield PutInside(dict.fromkeys(self.top, self.inside), dict.fromkeys(self._own_notes(), self.inside))
            yield RemoveNode(self.function)
            yield Move(places)
            yield from self._routes(plain)
        else:
            yield RemoveNode(self.call)
            yield from self._copies(places)
            inner = [w for id in self.held if id not in self.top for w in graph.incoming.get(id, ())]
            yield from (Connect(self._renamed(wire)) for wire in sorted([*plain, *inner]))
        yield from self._added_constants(hole)
        yield from map(Connect, joining)
        yield from reading
        if moved:
            yield Move(moved)
        framing = {note.id for note in framed}
        yield from map(ChangeNote, (note for note in notes if note.id not in framing))
        yield from map(ChangeNote, framed)
        yield from self._notes(places)

    # What the wires become ----------------------------------------------------------------------------------------

    def source(self, socket: Socket) -> Socket | None:
        """Return what stands, where the call is, for an output in the function; None where nothing does."""
        seen: set[Socket] = set()
        while socket not in seen:
            seen.add(socket)
            node = self.graph.nodes[socket.node]
            if node.id not in self.dropped:
                return Socket(self.new.get(node.id, node.id), socket.name)
            if node.operator == OUTER:
                return self._read(node)
            return self._argument(str(self.library[INPUT].values(node)["name"]))
        return None

    def _read(self, outer: Node) -> Socket:
        read = bodies.seen_by(self.graph, outer.id) or ""
        return Socket(read, str(self.library[OUTER].values(outer)["output"]))

    def _argument(self, name: str) -> Socket | None:
        """Return what is wired into the call under a name, or the constant that stands for its default."""
        wired = self.graph.incoming.get(self.call, ())
        found = by_name(self.inputs, wired).get(name)
        if found is not None:
            return found
        if name in self.defaults:
            if name not in self.constants:
                self.constants[name] = self.ids.take("constant")
            return Socket(self.constants[name], "value")
        return None

    def _joined(self, wires: Iterable[Wire]) -> set[Wire]:
        """Return the wires that lead from what was given to the call into the nodes."""
        made: set[Wire] = set()
        for wire in wires:
            if wire.source.node in self.dropped and wire.target.node not in self.dropped:
                source = self.source(wire.source)
                if source is not None:
                    made.add(Wire(source, Socket(self.new[wire.target.node], wire.target.name)))
        return made

    def result(self, name: str) -> Socket | None:
        """Return what stands for an output of the call; None where its function gives nothing there."""
        if name not in self.results or self.results.index(name) >= len(self.outputs):
            return None
        wanted = self.outputs[self.results.index(name)]
        for id in sorted(self.graph.bodies.get(self.function, ())):
            node = self.graph.nodes[id]
            if node.operator == OUTPUT and str(self.library[OUTPUT].values(node)["name"]) == wanted:
                source = self.graph.sources.get(Socket(id, "value"))
                return self.source(source) if source else None
        return None

    def _out_again(self) -> set[Wire]:
        """Return the wires that lead from the nodes to what took the results of the call."""
        found = ((self.result(wire.source.name), wire) for wire in self.graph.outgoing.get(self.call, ()))
        return {Wire(source, wire.target) for source, wire in found if source is not None}

    def _readers(self) -> Iterator[Edit]:
        """Yield what lets Outer value nodes read on: those that read the call, and those that read what goes."""
        specs = self.library[OUTER].values
        for id, node in sorted(self.graph.nodes.items()):
            if node.operator != OUTER or id in self.dropped:
                continue
            read = bodies.seen_by(self.graph, id)
            if read == self.call:
                yield from _reading(id, node, self.result(str(specs(node)["output"])))
            elif read in self.dropped and id in self.new and read is not None:
                yield from _reading(self.new[id], node, self.source(Socket(read, "value")))

    def _renamed(self, wire: Wire) -> Wire:
        return Wire(*(Socket(self.new[end.node], end.name) for end in wire))

    # Nodes and places -----------------------------------------------------------------------------------------------

    def _ground(self) -> tuple[dict[str, Place], ground.Box, ground.Box]:
        """Return where the nodes go, the box around them, and that of the call, whose top left corner it takes."""
        boxes = ground.boxes_of(self.content, self.library, self.top, self.size)
        whole = ground.around(boxes.values())
        at = self.content.layout.places.get(self.call, Place())
        x, y = ground.snapped(at.x - whole.left), ground.snapped(at.y - whole.top)
        places = {}
        for id in self.top:
            if id in self.content.layout.places:
                old = self.content.layout.places[id]
                places[self.new[id]] = replace(old, x=old.x + x, y=old.y + y)
        self.shift = (x, y)
        was = ground.box_at(at, ground.shape_of(self.graph, self.library, self.call, self.size))
        return places, ground.Box(whole.left + x, whole.top + y, whole.right + x, whole.bottom + y), was

    def _copies(self, places: Mapping[str, Place]) -> Iterator[Edit]:
        kept, layout = self.content.kept, self.content.layout
        for id in self.held:
            node, new = self.graph.nodes[id], self.new[id]
            specs = operator_of(self.graph, self.library, id).settings
            settings = {k: following(specs.get(k), value, self.new) for k, value in node.settings.items()}
            copy = replace(node, id=new, settings=settings, inside=self._inside(node.inside))
            place = places.get(new) if id in self.top else layout.places.get(id)
            yield AddNode(copy, place, kept.values.get(id) if kept else None, kept.states.get(id) if kept else None)

    def _inside(self, inside: str) -> str:
        if inside == self.function:
            return self.inside
        owner, dot, part = inside.partition(".")
        return f"{self.new[owner]}{dot}{part}"

    def _routes(self, wires: Iterable[Wire]) -> Iterator[Edit]:
        """Yield what keeps the dots of wires with the nodes that move."""
        for wire in sorted(wires):
            route = self.content.layout.routes.get(wire)
            if route is not None:
                x, y = self.shift
                yield Reroute(wire, replace(route, dots=tuple((a + x, b + y) for a, b in route.dots)))

    def _added_constants(self, hole: ground.Box) -> Iterator[Edit]:
        for k, (name, id) in enumerate(self.constants.items()):
            settings = own({"value": self.defaults[name]}, self.library, CONSTANT)
            at = Place(hole.left, hole.bottom + ground.APART + k * 110.0)
            yield AddNode(Node(id, CONSTANT, name, settings, inside=self.inside), at)

    def _own_notes(self) -> list[str]:
        return [note.id for note in self.content.layout.notes.values() if note.inside == self.function]

    def _notes(self, places: Mapping[str, Place]) -> Iterator[Edit]:
        """Yield what puts the notes of the body where the nodes are."""
        x, y = self.shift
        taken = set(self.content.layout.notes)
        for id in self._own_notes():
            note = self.content.layout.notes[id]
            carried = tuple(self.new[node] for node in note.nodes if node in self.new)
            moved = replace(note, x=note.x + x, y=note.y + y, nodes=carried, inside=self.inside)
            if self.moving:
                yield ChangeNote(moved)
                continue
            fresh = next(f"note_{k}" for k in range(1, len(taken) + 2) if f"note_{k}" not in taken)
            taken.add(fresh)
            yield AddNote(replace(moved, id=fresh))
        for id in () if self.moving else bodies.notes_in(self.content.layout.notes, self.held):
            note = self.content.layout.notes[id]
            fresh = next(f"note_{k}" for k in range(1, len(taken) + 2) if f"note_{k}" not in taken)
            taken.add(fresh)
            carried = tuple(self.new[node] for node in note.nodes if node in self.new)
            yield AddNote(replace(note, id=fresh, nodes=carried, inside=self._inside(note.inside)))

    def _frames(self) -> Iterator[Note]:
        """Yield the frames that carried the call, with the nodes in its place."""
        for note in self.content.layout.notes.values():
            if self.call in note.nodes:
                rest = tuple(id for id in note.nodes if id != self.call and not (self.moving and id == self.function))
                yield replace(note, nodes=(*rest, *(self.new[id] for id in self.top)))


def _reading(id: str, node: Node, source: Socket | None) -> Iterator[Edit]:
    """Yield what lets an Outer value node read an output; nothing where there is none."""
    given = (source.node, source.name) if source is not None else ("", "value")
    for setting, value in zip(("node", "output"), given, strict=True):
        yield SetSetting(id, setting, value)
