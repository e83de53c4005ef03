"""Another list of names for a node with bodies, as one edit: wires and the nodes in the bodies stay in step.

A name that stands where another stood is that one renamed; a name that moved takes its wires along; for a new one the
bodies get nodes that pass it on; with one that is gone go its wires and its nodes in the bodies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine import building
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, part_of
from engine.control import OWNERS, Owner, body
from engine.edits import AddNode, Connect, Disconnect, Edit, Group, RemoveNode
from engine.graph import Content, Graph, Node, Place, Socket, Wire
from engine.operator import Library

APART = 110.0
"""How far below the others a new input or output stands in a body."""
ACROSS = 520.0
"""How far right of a new input its output stands, in a body that is empty."""


def is_signature(graph: Graph, node: str, setting: str) -> bool:
    """Return whether a setting lists names that join a node to what lies in its bodies."""
    owner = OWNERS.get(graph.nodes[node].operator)
    return owner is not None and (
        setting in owner.takes.values() or any(setting in settings for settings in owner.gives.values())
    )


def moves(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return where each old name stands in the new list: by its name or, renamed, by its place among the others."""
    found: dict[int, int] = {}
    for k, name in enumerate(old):
        if name in new and old.index(name) == k:
            found[k] = new.index(name)
    lost = [k for k in range(len(old)) if k not in found]
    fresh = [k for k in range(len(new)) if k not in found.values()]
    if len(old) == len(new):
        found.update((k, k) for k in lost if k in fresh)
    return found


@dataclass(frozen=True)
class _Change:
    """A list of names of an owner, before and after."""

    content: Content
    library: Library
    node: str
    owner: Owner
    setting: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def graph(self) -> Graph:
        return self.content.graph

    @property
    def places(self) -> Mapping[int, int]:
        return moves(self.old, self.new)

    @property
    def names(self) -> dict[str, str | None]:
        """What each old name is called now; None where it is gone."""
        return {
            name: self.new[self.places[k]] if k in self.places else None
            for k, name in enumerate(self.old)
            if self.old.index(name) == k
        }

    @property
    def added(self) -> list[str]:
        return [name for k, name in enumerate(self.new) if k not in self.places.values()]

    @property
    def parts(self) -> list[str]:
        """The bodies that give what the names stand for; where none does, all of them."""
        giving = [part for part, settings in self.owner.gives.items() if self.setting in settings]
        return giving or list(self.owner.gives)

    @property
    def taken(self) -> bool:
        return self.setting in self.owner.takes.values()

    @property
    def given(self) -> bool:
        return any(self.setting in settings for settings in self.owner.gives.values())


def edit(content: Content, library: Library, node: str, setting: str, names: Sequence[str]) -> Edit:
    """Return the edit that gives an owner's list of names another value, with all that follows from it.

    Raise SettingError where the list is refused.
    """
    first = building.setting_edit(content.graph, library, node, setting, tuple(names))
    found = content.graph.nodes[node]
    old = tuple(library[found.operator].values(found)[setting])
    change = _Change(content, library, node, OWNERS[found.operator], setting, old, tuple(names))
    gone, made = _wires(change)
    inner = list(_inner(change))
    removed = {each.id for each in inner if isinstance(each, RemoveNode)}
    wires = [Disconnect(wire) for wire in sorted(gone) if not {wire.source.node, wire.target.node} & removed]
    calls = [*_calls(change), *_said(change)] if found.operator == FUNCTION else []
    edits = (*wires, first, *calls, *inner, *map(Connect, sorted(made)))
    return Group(f"Change {setting}", edits) if len(edits) > 1 else first


def _wires(change: _Change) -> tuple[set[Wire], set[Wire]]:
    """Return the wires that go, and those that come in their place."""
    graph, gone, made = change.graph, set[Wire](), set[Wire]()
    is_function = change.owner.operator == FUNCTION
    joined = _calls_of(graph, change.node) if is_function else [change.node]
    sockets = [socket for socket, setting in change.owner.takes.items() if setting == change.setting]
    for node in joined:
        for wire in graph.incoming.get(node, ()) if sockets else ():
            stem, _, number = wire.target.name.partition(".")
            if stem in sockets and number.isdigit() and int(number) < len(change.old):
                place = change.places.get(int(number))
                if place != int(number):
                    gone.add(wire)
                if place is not None and place != int(number):
                    made.add(Wire(wire.source, Socket(node, f"{stem}.{place}")))
        if change.given:
            names = _call_names(change, node) if is_function else change.names
            for wire in graph.outgoing.get(node, ()):
                name = names.get(wire.source.name, wire.source.name)
                if name != wire.source.name:
                    gone.add(wire)
                    if name is not None:
                        made.add(Wire(Socket(node, name), wire.target))
    return gone, made


def _inner(change: _Change) -> Iterator[Edit]:
    """Yield what happens to the inputs and outputs in the bodies, and to what reads outputs from further inside."""
    graph = change.graph
    kinds = [INPUT] * change.taken + [OUTPUT] * change.given
    for part in change.owner.gives:
        for id in graph.bodies.get(body(change.node, part), ()):
            node = graph.nodes[id]
            if node.operator in kinds and not (node.operator == OUTPUT and part not in change.parts):
                yield from _renamed(change, id, "name")
    if change.given and change.owner.operator != FUNCTION:
        for id, node in graph.nodes.items():
            if node.operator == OUTER and node.settings.get("node") == change.node:
                yield from _renamed(change, id, "output")
    for part in change.parts:
        yield from _passed_on(change, body(change.node, part))


def _renamed(change: _Change, id: str, setting: str) -> Iterator[Edit]:
    node = change.graph.nodes[id]
    called = str(change.library[node.operator].values(node)[setting])
    name = change.names.get(called, called)
    if name is None and setting == "name":
        yield RemoveNode(id)
    elif name is not None and name != called:
        yield building.setting_edit(change.graph, change.library, id, setting, name)


def _passed_on(change: _Change, inside: str) -> Iterator[Edit]:
    """Yield the nodes of new names in one body: an input, an output, and from the one to the other a wire."""
    ends = {
        operator: [id for id in change.graph.bodies.get(inside, ()) if change.graph.nodes[id].operator == operator]
        for operator in (INPUT, OUTPUT)
    }
    parts = change.parts
    fresh = {operator: building.fresh_id(change.graph, operator.rpartition(".")[2]) for operator in ends}
    for k, name in enumerate(change.added):
        made: list[Socket] = []
        for operator, wanted, socket in ((INPUT, change.taken, "value"), (OUTPUT, change.given, "value")):
            if wanted:
                number = k + len(change.added) * parts.index(part_of(inside))
                id = _later(fresh[operator], number)
                default = change.library[operator].settings["name"].default
                settings = {} if name == default else {"name": name}
                yield AddNode(Node(id, operator, "", settings, inside=inside), _below(change, ends, operator, k))
                made.append(Socket(id, socket))
        if len(made) == 2:
            yield Connect(Wire(*made))


def _later(id: str, by: int) -> str:
    stem, _, number = id.rpartition("_")
    return f"{stem}_{int(number) + by}"


def _below(change: _Change, ends: Mapping[str, list[str]], operator: str, row: int) -> Place:
    held = change.content.layout.places
    lowest = max((held[id].y for ids in ends.values() for id in ids if id in held), default=-APART)
    own = [held[id].x for id in ends[operator] if id in held]
    return Place(own[0] if own else ACROSS * (operator == OUTPUT), lowest + (row + 1) * APART)


# Functions: what they say of their inputs and outputs -----------------------------------------------------------------


def _said(change: _Change) -> Iterator[Edit]:
    """Yield what keeps defaults and meanings with the names they are about."""
    values = change.library[FUNCTION].values(change.graph.nodes[change.node])
    other = "outputs" if change.setting == "inputs" else "inputs"
    for setting in ("defaults", "meanings") if change.setting == "inputs" else ("meanings",):
        pairs = [(change.names.get(name, name), said) for name, said in values[setting]]
        there = {*change.new, *values[other]}
        kept = {name: said for name, said in pairs if name in there}
        if tuple(kept.items()) != values[setting]:
            yield building.setting_edit(change.graph, change.library, change.node, setting, tuple(kept.items()))


def default_edit(content: Content, library: Library, function: str, name: str, number: float | None) -> Edit:
    """Return the edit that gives an input of a function the number it takes without a wire; None: it needs one."""
    return _said_of(content, library, function, "defaults", name, number)


def meaning_edit(content: Content, library: Library, function: str, name: str, text: str) -> Edit:
    """Return the edit that says what an input or output of a function is; "" says nothing."""
    return _said_of(content, library, function, "meanings", name, text or None)


def _said_of(
    content: Content, library: Library, function: str, setting: str, name: str, said: float | str | None
) -> Edit:
    found = dict(library[FUNCTION].values(content.graph.nodes[function])[setting])
    if said is None:
        found.pop(name, None)
    else:
        found[name] = said
    what = "default" if setting == "defaults" else "meaning"
    edit = building.setting_edit(content.graph, library, function, setting, tuple(found.items()))
    return Group(f"Change {what} of {name[:30]}", (edit,))


# Functions: their calls follow ----------------------------------------------------------------------------------------


def _calls_of(graph: Graph, function: str) -> list[str]:
    found = (id for id, node in graph.nodes.items() if node.operator == CALL)
    return sorted(id for id in found if graph.nodes[id].settings.get("function") == function)


def _call_names(change: _Change, call: str) -> dict[str, str | None]:
    """Return what each output of a call is called after the change; None where it is gone."""
    own = _outputs(change, call)
    return {
        name: None if k not in change.places else change.new[change.places[k]] if name == change.old[k] else name
        for k, name in enumerate(own[: len(change.old)])
    }


def _outputs(change: _Change, call: str) -> tuple[str, ...]:
    node = change.graph.nodes[call]
    return tuple(change.library[CALL].values(node)["outputs"])


def _calls(change: _Change) -> Iterator[Edit]:
    """Yield what makes the outputs of calls those of the function, and the types it says it returns as many."""
    if not change.given:
        return
    for call in _calls_of(change.graph, change.node):
        own = _outputs(change, call)
        names = list(change.new)
        for k, place in change.places.items():
            if k < len(own) and own[k] != change.old[k]:
                names[place] = own[k]
        yield building.setting_edit(change.graph, change.library, call, "outputs", tuple(names))
    node = change.graph.nodes[change.node]
    returns = tuple(change.library[FUNCTION].values(node)["returns"])
    if len(returns) == len(change.old):
        types = ["float64"] * len(change.new)
        for k, place in change.places.items():
            types[place] = returns[k]
        yield building.setting_edit(change.graph, change.library, change.node, "returns", tuple(types))
