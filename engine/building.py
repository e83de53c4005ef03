"""Edits made of several: inserting an operator with its parameters, replacing a wire, deleting, arranging, copying."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final, TypeVar

from engine import bodies, limits
from engine.arrangement import Size, arranged
from engine.draft import same_value
from engine.edits import (
    AddNode,
    AddNote,
    ChangeNote,
    Connect,
    Disconnect,
    Edit,
    Group,
    Move,
    RemoveNode,
    RemoveNote,
    Reroute,
    ResetSetting,
    SetSetting,
)
from engine.errors import EditError, FileError, SettingError
from engine.files import parse, render
from engine.graph import Content, Graph, Layout, Node, Note, Place, Route, SettingValue, Socket, Wire, label
from engine.operator import Added, Operator, socket_number
from engine.order import natural
from engine.placeholder import operator_of
from engine.setting import Factors, Names, Reference, Setting
from engine.sockets import input_of, quoted, shortened

COLUMN: Final = 220.0
"""How far left of a node the parameters that come with it stand, in scene units."""
ROW: Final = 110.0
"""How far below each other they stand."""
EDGE: Final = 24.0
"""Free space inside the edge of a frame."""


def fresh_id(graph: Graph, short: str) -> str:
    """Return an id that no node has: "short_n", n one more than the largest there."""
    return next(_fresh_ids(graph.nodes, short))


def insertion(
    content: Content, library: Mapping[str, Operator], operator_id: str, place: Place, inside: str = ""
) -> Group:
    """Return the edit that adds a node to the body `inside`, and to its left the parameter nodes that come with it,
    wired; a node with bodies begins with small ones.

    The first edit of the group is the AddNode of the node itself. Raise EditError for an operator the library lacks.
    """
    declared = library.get(operator_id)
    if declared is None:
        raise EditError(f"There is no operator “{shortened(operator_id)}”.")
    ids = Ids(content.graph.nodes)
    node = Node(ids.take(declared.short), declared.id, inside=inside)
    edits: list[Edit] = [AddNode(node, place)]
    here = content.graph.bodies.get(inside, ())
    taken = [*(content.layout.places[id] for id in here if id in content.layout.places), place]
    for row, (name, added) in enumerate(declared.adds.items()):
        companion = _companion(library, added, ids)
        spot = _free_spot(Place(place.x - COLUMN, place.y + row * ROW), taken)
        taken.append(spot)
        output = library[added.operator].outputs_for(companion)[0].name
        edits.append(AddNode(replace(companion, inside=inside), spot))
        edits.append(Connect(Wire(Socket(companion.id, output), Socket(node.id, name))))
    edits += _insides(declared, node.id, ids)
    return Group(f"Add {declared.title}", tuple(edits))


def _insides(declared: Operator, owner: str, ids: Ids) -> list[Edit]:
    """Return the edits that fill the bodies of a new node."""
    if declared.inner is None:
        return []
    named: dict[str, str] = {}
    edits: list[Edit] = []
    for name, (operator, part, settings, x, y) in declared.inner.nodes.items():
        named[name] = ids.take(operator.rpartition(".")[2])
        inside = f"{owner}.{part}" if part else owner
        edits.append(AddNode(Node(named[name], operator, settings=dict(settings), inside=inside), Place(x, y)))
    for ends in declared.inner.wires:
        source, target = (end.split(".", 1) for end in ends)
        edits.append(Connect(Wire(Socket(named[source[0]], source[1]), Socket(named[target[0]], target[1]))))
    return edits


def replace_wire(graph: Graph, wire: Wire) -> Group:
    """Return the edit that makes the wire, taking away what else is wired into its input."""
    others = [other for other in graph.incoming.get(wire.target.node, ()) if other.target == wire.target]
    made = [] if wire in others else [Connect(wire)]
    return Group("Connect", (*(Disconnect(other) for other in others if other != wire), *made))


def setting_edit(graph: Graph, library: Mapping[str, Operator], node: str, setting: str, value: Any) -> Edit:
    """Return the edit that gives a setting (or the number of an unwired input) a value in canonical form.

    The default is not stored but reset to. Raise SettingError with a sentence that names node and setting.
    """
    declared = operator_of(graph, library, node)
    spec, default = _spec(declared, setting)
    if spec is None:
        raise SettingError(f"{quoted(graph, library, node)} has no setting “{shortened(setting)}”.", node=node)
    try:
        canonical = spec.check(value)
    except SettingError as fault:
        words = setting.replace("_", " ")
        raise SettingError(f"{quoted(graph, library, node)}: {words} {fault.sentence}.", node=node) from None
    if same_value(canonical, spec.check(default)):
        return ResetSetting(node, setting)
    return SetSetting(node, setting, canonical)


def removal(
    content: Content, library: Mapping[str, Operator], nodes: Collection[str], notes: Collection[str] = ()
) -> Group:
    """Return the edit that deletes nodes, with their bodies and wires, and notes."""
    graph, layout = content.graph, content.layout
    there = sorted(set(nodes) & graph.nodes.keys(), key=natural)
    written = sorted(set(notes) & layout.notes.keys(), key=natural)
    what = _counted(there, graph, library, len(written))
    alone = set(written).difference(bodies.notes_in(layout.notes, bodies.enclosed(graph, there)))
    kept = [RemoveNote(id) for id in written if id in alone]
    return Group(f"Delete {what}", (*kept, *map(RemoveNode, bodies.outermost(graph.nodes, there))))


def tidying(
    content: Content,
    library: Mapping[str, Operator],
    nodes: Collection[str] = (),
    size: Callable[[str], Size] | None = None,
) -> Group:
    """Return the edit that arranges nodes (none given: the main graph) from left to right, their top left corner where
    it is.

    What a frame carries stays together, and the frame is drawn around it again; dots that wires ran through go. What
    changed little since it was arranged moves little. `size` says how large a node is drawn.
    """
    layout = content.layout
    chosen = frozenset(nodes or content.graph.bodies.get("", ()))
    corners = [layout.places[id] for id in chosen if id in layout.places]
    at = Place(min((place.x for place in corners), default=0.0), min((place.y for place in corners), default=0.0))
    frames = sorted(
        (note for note in layout.notes.values() if note.nodes and chosen.issuperset(note.nodes)),
        key=lambda note: (len(note.nodes), natural(note.id)),
    )
    carried = [note.nodes for note in frames]
    found = arranged(content.graph, library, chosen, at, size, held=layout.places, frames=carried)
    places = {id: replace(layout.places.get(id, Place()), x=place.x, y=place.y) for id, place in found.items()}
    drawn = [ChangeNote(_around(frame, places, size)) for frame in frames]
    bent = [wire for wire, route in layout.routes.items() if route.dots and {end.node for end in wire} & chosen]
    straight = [Reroute(wire, _undotted(layout.routes[wire])) for wire in sorted(bent)]
    return Group("Arrange nodes", (Move(places), *drawn, *straight))


def _undotted(route: Route) -> Route | None:
    """Return the route without its dots, None where nothing is left of it."""
    return replace(route, dots=()) if route.tagged else None


def _around(frame: Note, places: Mapping[str, Place], size: Callable[[str], Size] | None) -> Note:
    """Return the frame drawn around the nodes it carries, with room for its text above them."""
    boxes = [(places[id], size(id) if size else (COLUMN, ROW)) for id in frame.nodes]
    left, top = min(place.x for place, _ in boxes) - EDGE, min(place.y for place, _ in boxes) - 2 * EDGE
    right, bottom = (max(p.x + w for p, (w, _) in boxes) + EDGE, max(p.y + h for p, (_, h) in boxes) + EDGE)
    return replace(frame, x=left, y=top, width=right - left, height=bottom - top)


def copy_text(content: Content, nodes: Collection[str], notes: Collection[str] = ()) -> str:
    """Return nodes, the wires between them, their places, and notes as text in the .dgraph syntax."""
    return text_of(fragment(content, nodes, notes))


def text_of(content: Content) -> str:
    """Return a content as text in the .dgraph syntax."""
    return render(content).decode("utf-8")


def copied(text: str) -> bool:
    """Return whether a text says of itself that Gradwire copied it."""
    return '"gradwire.dgraph"' in text


def paste(content: Content, library: Mapping[str, Operator], text: str, at: Place, inside: str = "") -> Group:
    """Return the edit that adds what `copy_text` wrote, under fresh ids, its top left at `at` of the body `inside`.

    Raise EditError with a sentence where the text is not one that Gradwire copied.
    """
    return addition("Paste", content, library, parsed(text), at, inside)


def parsed(text: str) -> Content:
    """Return what a text holds that `copy_text` wrote; raise EditError with a sentence for any other."""
    if not copied(text):
        raise EditError("The clipboard holds no nodes copied from Gradwire.")
    try:
        return parse(text, name="The clipboard")
    except FileError as fault:
        raise EditError(fault.sentence, place=fault.place) from None


def duplication(
    content: Content,
    library: Mapping[str, Operator],
    nodes: Collection[str],
    at: Place,
    notes: Collection[str] = (),
    inside: str = "",
    *,
    wires: bool = False,
) -> Group:
    """Return the edit that adds copies of nodes, of the wires between them, and of notes, their top left at `at` of the
    body `inside`; with `wires`, the copies are fed by what feeds the originals from elsewhere."""
    copies = fragment(content, nodes, notes)
    edit = addition("Duplicate", content, library, copies, at, inside)
    if not wires:
        return edit
    renamed = copies_of(content, copies.graph)
    feeding = sorted(wire for id in renamed for wire in content.graph.incoming.get(id, ()))
    outside = [wire for wire in feeding if wire.source.node not in renamed]
    more = tuple(Connect(Wire(w.source, Socket(renamed[w.target.node], w.target.name))) for w in outside)
    return Group(f"{edit.title} with wires", (*edit.edits, *more))


def copies_of(content: Content, graph: Graph) -> dict[str, str]:
    """Return the id that the copy of each node of a fragment gets in a content."""
    ids = Ids(content.graph.nodes)
    return {id: ids.take(stem(id)) for id in sorted(graph.nodes, key=natural)}


def fragment(content: Content, nodes: Collection[str], notes: Collection[str] = ()) -> Content:
    """Return the part of a content that these nodes, with their bodies, and these notes make: nothing in it speaks of
    any other node. What lay in the body of none of them is in its main graph."""
    graph, layout = content.graph, content.layout
    chosen = bodies.enclosed(graph, [id for id in nodes if id in graph.nodes])
    inner = bodies.notes_in(layout.notes, chosen)
    wires = frozenset(wire for id in chosen for wire in graph.incoming.get(id, ()) if wire.source.node in chosen)
    carried = {
        id: _freed(replace(layout.notes[id], nodes=tuple(n for n in layout.notes[id].nodes if n in chosen)), chosen)
        for id in (*notes, *inner)
        if id in layout.notes
    }
    places = {id: layout.places[id] for id in chosen if id in layout.places}
    routes = {wire: route for wire, route in layout.routes.items() if wire in wires}
    nodes = {id: _freed(graph.nodes[id], chosen) for id in chosen}
    return Content(Graph(nodes, wires), Layout(places, carried, routes))


_Lying = TypeVar("_Lying", Node, Note)


def _freed(item: _Lying, chosen: Collection[str]) -> _Lying:
    """Return a node or note in the main graph where the body it lies in does not come along."""
    return item if not item.inside or bodies.owner_of(item.inside) in chosen else replace(item, inside="")


# ----------------------------------------------------------------------------------------------------------------------


def addition(
    title: str, content: Content, library: Mapping[str, Operator], copied: Content, at: Place, into: str
) -> Group:
    """Return the edit that adds all of `copied` under fresh ids, its main graph in the body `into`."""
    note_ids = Ids(content.layout.notes)
    graph, layout = copied.graph, copied.layout
    renamed = copies_of(content, graph)
    shift = _shift(copied, at)
    nodes = [
        AddNode(
            _renamed(graph.nodes[old], renamed, library, into),
            _shifted(graph.nodes[old], layout.places.get(old), at, shift),
        )
        for old in sorted(renamed, key=lambda id: (bodies.depth(graph.nodes, graph.nodes[id].inside), natural(id)))
    ]
    wires = [
        Connect(
            Wire(*(Socket(renamed[end.node], end.name) for end in wire)),
            _moved_route(layout.routes.get(wire), (0.0, 0.0) if graph.nodes[wire.source.node].inside else shift),
        )
        for wire in sorted(graph.wires)
    ]
    notes = [
        AddNote(_moved_note(layout.notes[old], note_ids.take(stem(old)), renamed, shift, into))
        for old in sorted(layout.notes, key=natural)
    ]
    what = _counted(graph.bodies.get("", ()), graph, library, len(notes))
    return Group(f"{title} {what}", (*nodes, *wires, *notes))


def _renamed(node: Node, ids: Mapping[str, str], library: Mapping[str, Operator], into: str) -> Node:
    """Return the copy of a node, its settings that name nodes following their copies."""
    specs = library[node.operator].settings if node.operator in library else {}
    settings = {name: following(specs.get(name), value, ids) for name, value in node.settings.items()}
    return replace(node, id=ids[node.id], settings=settings, inside=_inside(node.inside, ids, into))


def _inside(inside: str, ids: Mapping[str, str], into: str) -> str:
    owner, dot, body = inside.partition(".")
    return f"{ids[owner]}{dot}{body}" if inside else into


def following(spec: Setting | None, value: SettingValue, ids: Mapping[str, str]) -> SettingValue:
    """Return a setting's value where nodes have other ids: names of nodes in it follow them."""
    if isinstance(spec, Names) and spec.of == "parameter" and isinstance(value, tuple):
        return tuple(ids.get(name, name) if isinstance(name, str) else name for name in value)
    if isinstance(spec, Factors) and isinstance(value, tuple):
        pairs = (pair for pair in value if isinstance(pair, tuple))
        return tuple((ids.get(str(name), name), *rest) for name, *rest in pairs)
    if isinstance(spec, Reference) and isinstance(value, str):
        return ids.get(value, value)
    return value


def _shift(copied: Content, at: Place) -> tuple[float, float]:
    """Return how far the main graph of a fragment moves so that its top left corner is `at`."""
    layout, nodes = copied.layout, copied.graph.nodes
    corners = [(place.x, place.y) for id, place in layout.places.items() if not nodes[id].inside]
    corners += [(note.x, note.y) for note in layout.notes.values() if not note.inside]
    return at.x - min((x for x, _ in corners), default=0.0), at.y - min((y for _, y in corners), default=0.0)


def _shifted(node: Node, place: Place | None, at: Place, shift: tuple[float, float]) -> Place | None:
    """Return where the copy of a node stands; in bodies that come along everything stays where it was."""
    if node.inside:
        return place
    if place is None:
        return Place(at.x, at.y)
    return replace(place, x=place.x + shift[0], y=place.y + shift[1])


def _moved_route(route: Route | None, by: tuple[float, float]) -> Route | None:
    return route and replace(route, dots=tuple((x + by[0], y + by[1]) for x, y in route.dots))


def _moved_note(note: Note, id: str, ids: Mapping[str, str], shift: tuple[float, float], into: str) -> Note:
    carried = tuple(ids[node] for node in note.nodes)
    if note.inside:
        return replace(note, id=id, nodes=carried, inside=_inside(note.inside, ids, into))
    return replace(note, id=id, x=note.x + shift[0], y=note.y + shift[1], nodes=carried, inside=into)


def _companion(library: Mapping[str, Operator], added: Added, ids: Ids) -> Node:
    declared = library[added.operator]
    own = {
        name: value
        for name, value in added.settings.items()
        if not same_value(value, declared.settings[name].check(declared.settings[name].default))
    }
    return Node(ids.take(declared.short), declared.id, added.name, own)


def _free_spot(wanted: Place, taken: Iterable[Place]) -> Place:
    """Return the first place from `wanted` downwards whose node would lie on no other."""
    near = [place for place in taken if abs(place.x - wanted.x) < COLUMN - 60]
    for step in range(200):
        spot = replace(wanted, y=wanted.y + step * ROW / 2)
        if all(abs(place.y - spot.y) >= ROW for place in near):
            return spot
    return wanted


def _spec(declared: Operator, setting: str) -> tuple[Setting | None, SettingValue]:
    """Return the declaration and the default of a setting, or of the number in an unwired input's place."""
    if setting in declared.settings:
        return declared.settings[setting], declared.settings[setting].default
    given = input_of(declared, setting)
    if given is None or given.default is None:
        return None, None
    return socket_number(setting), given.default


def _counted(nodes: Collection[str], graph: Graph, library: Mapping[str, Operator], notes: int) -> str:
    if len(nodes) == 1 and not notes:
        (id,) = nodes
        return shortened(label(graph.nodes[id], operator_of(graph, library, id).title), 30)
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((len(nodes), "node"), (notes, "note")) if n]
    return " and ".join(parts) or "nothing"


def stem(id: str) -> str:
    """Return the id without its number: copies of add_3 are add_4, add_5, ..."""
    stem, _, number = id.rpartition("_")
    return (stem if stem and number.isdigit() else id)[: limits.ID_LENGTH - 10]


def _fresh_ids(taken: Iterable[str], short: str) -> Iterator[str]:
    numbers = (id[len(short) + 1 :] for id in taken if id.startswith(f"{short}_"))
    used = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19]
    return (f"{short}_{n}" for n in count(max(used, default=0) + 1))


class Ids:
    """Fresh ids for many nodes at once, each stem looked up once."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = taken
        self._series: dict[str, Iterator[str]] = {}

    def take(self, short: str) -> str:
        """Return the next free id of a stem."""
        if short not in self._series:
            self._series[short] = _fresh_ids(self._taken, short)
        return next(self._series[short])
