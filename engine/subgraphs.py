"""Subgraphs as edits: selected nodes become a function with a call in their place.

Nothing here changes what the graph computes: the nodes keep their ids, so that parameters, kept values and problems
stay theirs, and what crossed the border of the selection goes through the named inputs and outputs of the function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from engine import bodies, control, ground
from engine.arrangement import HEAD, ROW, WIDTH, Size
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, Joints
from engine.building import fresh_id
from engine.edits import (
    AddNode,
    ChangeNote,
    Connect,
    Disconnect,
    Edit,
    Group,
    PutInside,
    SetSetting,
)
from engine.errors import EditError
from engine.graph import Content, Graph, Node, Note, Place, Socket, Wire, label
from engine.infer import Inference
from engine.operator import Kind, Operator
from engine.order import acyclic_part, dependencies, dependents, graph_parents, natural
from engine.placeholder import operator_of
from engine.recursion import endless
from engine.rules import is_optimizer
from engine.sockets import input_label, output_names, quoted, shortened
from engine.types import ArrayType, Type

NAME: Final = "Subgraph"
"""What a function made from a selection is called at first."""
LONGEST: Final = 32
"""Letters of a name that is made of a node's label."""
ACROSS: Final = 240.0
"""How far left of the nodes their inputs stand in a body, and how far right of them their outputs."""
STAYING: Final = (INPUT, OUTPUT, control.ITERATION)
"""What belongs to the body it lies in: it is left where it is."""
PLAIN: Final = frozenset({"value", "x", "y", "z", "a", "b"})
"""Names of sockets that say nothing to a reader."""

SizeOf: TypeAlias = Callable[[str], Size | None]


def name_for(content: Content, wanted: str = NAME) -> str:
    """Return the name, with a number where a node of the graph has it already."""
    taken = {node.name for node in content.graph.nodes.values()}
    return distinct(wanted, taken)


def distinct(name: str, taken: Collection[str]) -> str:
    """Return the name, with the first free number where it is taken."""
    number, tried = 1, name
    while tried in taken:
        number += 1
        tried = f"{name} {number}"
    return tried


def members(content: Content, library: Mapping[str, Operator], ids: Iterable[str]) -> tuple[str, ...]:
    """Return those of some nodes of one body that a function made of them takes in, in natural order.

    Left where they are: what belongs to the body, views (they draw in the main graph), and functions that are called
    from elsewhere. Raise EditError where there is an optimizer, or nothing is left.
    """
    graph = content.graph
    chosen = {id for id in ids if id in graph.nodes}
    for id in sorted(chosen, key=natural):
        if is_optimizer(operator_of(graph, library, id)):
            raise EditError(
                f"{quoted(graph, library, id)} is an optimizer, which stands in the main graph: leave it out of the "
                "selection.",
                node=id,
            )
    chosen = {
        id
        for id in chosen
        if graph.nodes[id].operator not in STAYING and operator_of(graph, library, id).kind is not Kind.VIEW
    }
    chosen -= _called_elsewhere(graph, chosen)
    if not chosen:
        raise EditError("Select the nodes that are to become a subgraph: what is selected belongs where it is.")
    return tuple(sorted(chosen, key=natural))


def _called_elsewhere(graph: Graph, chosen: Collection[str]) -> set[str]:
    """Return the functions among some nodes that must stay, as what stays calls them."""
    calls = Joints(graph).calls if any(graph.nodes[id].operator == FUNCTION for id in chosen) else {}
    staying: set[str] = set()
    while True:
        held = bodies.enclosed(graph, [id for id in chosen if id not in staying])
        found = {called for call, called in calls.items() if call not in held and called in chosen} - staying
        if not found:
            return staying
        staying |= found


@dataclass(frozen=True)
class Border:
    """What crosses the border of some nodes of one body: by its name, the output that goes in or comes out."""

    inputs: Mapping[str, Socket]
    outputs: Mapping[str, Socket]

    @property
    def given(self) -> Mapping[Socket, str]:
        return {source: name for name, source in self.inputs.items()}

    @property
    def gives(self) -> Mapping[Socket, str]:
        return {source: name for name, source in self.outputs.items()}


def border(content: Content, library: Mapping[str, Operator], ids: Collection[str]) -> Border:
    """Return what goes into some nodes and what of theirs is used elsewhere, each output once, from top to bottom.

    Where nothing is used elsewhere, what nothing at all is wired to comes out.
    """
    graph, places = content.graph, content.layout.places
    chosen, held = frozenset(ids), bodies.enclosed(content.graph, ids)

    def height(end: Socket) -> tuple[float, Any, Any]:
        place = places.get(end.node, Place())
        return place.y, natural(end.node), natural(end.name)

    into = [wire for id in chosen for wire in graph.incoming.get(id, ()) if wire.source.node not in chosen]
    taken: dict[Socket, Socket] = {}
    for wire in sorted(into, key=lambda wire: (height(wire.target), wire.source)):
        taken.setdefault(wire.source, wire.target)
    used = {w.source for id in chosen for w in graph.outgoing.get(id, ()) if w.target.node not in chosen}
    used |= {source for id, source in _read_outside(graph, library, held) if source.node in chosen}
    if not used:
        used = _ends(graph, library, chosen)
    inputs: dict[str, Socket] = {}
    for source, target in taken.items():
        inputs[distinct(_input_name(graph, library, source, target), inputs)] = source
    outputs: dict[str, Socket] = {}
    for source in sorted(used, key=height):
        outputs[distinct(_output_name(graph, library, source), {*outputs, "xs"})] = source
    return Border(inputs, outputs)


def _read_outside(graph: Graph, library: Mapping[str, Operator], held: Collection[str]) -> list[tuple[str, Socket]]:
    """Return what Outer value nodes that stay read of nodes that go into the function."""
    found = []
    for id, node in graph.nodes.items():
        if node.operator == OUTER and id not in held and (read := bodies.seen_by(graph, id)) in held and read:
            found.append((id, Socket(read, str(operator_of(graph, library, id).values(node).get("output", "value")))))
    return found


def _ends(graph: Graph, library: Mapping[str, Operator], chosen: Collection[str]) -> set[Socket]:
    wired = {wire.source for id in chosen for wire in graph.outgoing.get(id, ())}
    every = {Socket(id, name) for id in chosen for name in output_names(graph, operator_of(graph, library, id), id)}
    return every - wired


def _input_name(graph: Graph, library: Mapping[str, Operator], source: Socket, target: Socket) -> str:
    """Return what an input is called: as its source, where that has a name, else as the socket it leads to."""
    node = graph.nodes[source.node]
    if source.name != "value":
        return plain_name(source.name)
    called = input_label(graph, operator_of(graph, library, target.node), target.node, target.name)
    if node.name or called == "value" or "." in called:
        return plain_name(label(node, operator_of(graph, library, source.node).title))
    return plain_name(called)


def _output_name(graph: Graph, library: Mapping[str, Operator], source: Socket) -> str:
    node = graph.nodes[source.node]
    if source.name not in PLAIN:
        return plain_name(source.name)
    return plain_name(label(node, operator_of(graph, library, source.node).title))


def plain_name(text: str) -> str:
    """Return a text as the name of an input or output: on one line, without dots, a title in small letters."""
    words = " ".join("".join(c if c.isprintable() and c != "." else " " for c in text).split())[:LONGEST].strip()
    title = words.isascii() and (words.istitle() or words[1:].islower())
    return (words.lower() if title else words) or "value"


def made(
    content: Content,
    library: Mapping[str, Operator],
    ids: Iterable[str],
    notes: Collection[str] = (),
    inference: Inference | None = None,
    size: SizeOf | None = None,
) -> Group:
    """Return the edit that makes a function of some nodes of one body, with a call in their place.

    Frames whose nodes all go in come along, and the selected `notes`. The first AddNode of the group is that of the
    function, the second that of the call. `inference` is what is known of types: a function that calls itself has to
    declare them, and a parameter whose shape followed from what it feeds says it itself from now on. Raise EditError
    with a sentence where it cannot be.
    """
    chosen = members(content, library, ids)
    graph = content.graph
    insides = {graph.nodes[id].inside for id in chosen}
    if len(insides) > 1:
        raise EditError("A subgraph is made of nodes of one body: these lie in several.")
    _require_counted(graph, library, chosen)
    making = _Making(content, library, chosen, insides.pop(), border(content, library, chosen), size)
    edit = Group("Make subgraph", tuple(making.edits(frozenset(notes))))
    after = edit.apply(content)[0]
    _require_no_loop(content, library, chosen, after)
    crossing = {*making.border.inputs.values(), *making.border.outputs.values()}
    shapes = list(shapes_said(graph, library, sorted(crossing), inference))
    types = inference.types if inference else {}
    return _declaring(Group(edit.title, (*edit.edits, *shapes)), making, after, types)


def shapes_said(
    graph: Graph, library: Mapping[str, Operator], sources: Iterable[Socket], inference: Inference | None
) -> Iterator[Edit]:
    """Yield what lets parameters among these outputs say the shapes that followed from what they are wired to.

    Raise EditError naming one whose shape follows from what it is wired to and is not known.
    """
    for source in sources:
        if inference is None or source.node not in inference.open:
            continue
        if inference.types.get(source) is None:
            raise EditError(
                f"The shape of {quoted(graph, library, source.node)} follows from what it is wired to, which is not "
                "known yet: select both or neither, or set its shape.",
                node=source.node,
            )
        if source.node in inference.demanded:
            yield shaped(source, inference.types)


def _require_counted(graph: Graph, library: Mapping[str, Operator], chosen: Collection[str]) -> None:
    """Raise EditError where an Iteration node deep in the selection counts a loop that is not in it."""
    for id in sorted(bodies.enclosed(graph, chosen) - set(chosen), key=natural):
        node = graph.nodes[id]
        if node.operator == control.ITERATION:
            loop = control.loop_around(graph, node.inside)
            if loop is not None and loop not in bodies.enclosed(graph, chosen):
                raise EditError(
                    f"{quoted(graph, library, id)} counts the iterations of {quoted(graph, library, loop)}, which is "
                    "not selected: a function does not see them. Select the loop too.",
                    node=id,
                )


def _require_no_loop(
    content: Content, library: Mapping[str, Operator], chosen: Collection[str], after: Content
) -> None:
    """Raise EditError naming a node where the call would have to wait for itself."""
    before = set(acyclic_part(content.graph.nodes, graph_parents(content.graph))[1])
    looped = acyclic_part(after.graph.nodes, graph_parents(after.graph))[1]
    if set(looped) <= before:
        return
    held, graph = bodies.enclosed(content.graph, chosen), content.graph
    inside = graph.nodes[next(iter(chosen))].inside
    between = (dependencies(graph, held) & dependents(graph, held)) - held
    here = sorted((id for id in between if graph.nodes[id].inside == inside), key=natural)
    who = quoted(graph, library, here[0] if here else min(between or held, key=natural))
    raise EditError(
        f"{who} stands between selected nodes: it takes what they give, and they take what it gives. Select it too, or "
        "select only one side.",
        node=here[0] if here else None,
    )


def shaped(parameter: Socket, types: Mapping[Socket, Type | None]) -> Edit:
    """Return the edit that lets a parameter say the shape that followed from what it feeds."""
    kind = types.get(parameter)
    return SetSetting(parameter.node, "shape", kind.shape if isinstance(kind, ArrayType) else None)


def _declaring(edit: Group, making: _Making, after: Content, types: Mapping[Socket, Type | None]) -> Group:
    """Return the edit with the types of a function that takes part in a circle of calls."""
    if making.function not in Joints(after.graph).recursive:
        return edit
    kinds = [types.get(source) for source in making.border.outputs.values()]
    if None in kinds:
        raise EditError(
            "What is selected calls a function around it, so what it gives has to be declared, and that is not known "
            "yet: mend the problems of the graph first."
        )
    returns = tuple(control.type_text(kind) for kind in kinds if kind is not None)
    return Group(edit.title, (*edit.edits, SetSetting(making.function, "returns", returns)))


class _Making:
    """The edits that make one function."""

    def __init__(
        self,
        content: Content,
        library: Mapping[str, Operator],
        chosen: tuple[str, ...],
        inside: str,
        found: Border,
        size: SizeOf | None,
    ) -> None:
        self.content, self.library, self.chosen, self.inside, self.border = content, library, chosen, inside, found
        self.graph = content.graph
        self.function, self.call = fresh_id(self.graph, "function"), fresh_id(self.graph, "call")
        self.size = size
        self.boxes = ground.boxes_of(content, library, chosen, size)
        self.box = ground.around(self.boxes.values())

    def edits(self, notes: Collection[str]) -> list[Edit]:
        crossing = self._crossing()
        return [
            *map(Disconnect, crossing),
            *self._owners(),
            PutInside(dict.fromkeys(self.chosen, self.function), dict.fromkeys(self._notes(notes), self.function)),
            *self._ends(crossing),
            *self._joined(crossing),
            *self._reading(),
            *self._frames(),
        ]

    def _crossing(self) -> list[Wire]:
        held = frozenset(self.chosen)
        touching = {w for id in held for w in (*self.graph.incoming.get(id, ()), *self.graph.outgoing.get(id, ()))}
        return sorted(wire for wire in touching if (wire.source.node in held) != (wire.target.node in held))

    def _owners(self) -> list[Edit]:
        name = name_for(self.content)
        inputs, outputs = tuple(self.border.inputs), tuple(self.border.outputs)
        function = Node(
            self.function, FUNCTION, name, own({"inputs": inputs, "outputs": outputs}, self.library, FUNCTION),
            inside=self.inside,
        )  # fmt: skip
        call = Node(
            self.call, CALL, "", own({"function": self.function, "outputs": outputs}, self.library, CALL),
            inside=self.inside,
        )  # fmt: skip
        rows = max(len(inputs), len(outputs), 1)
        shape = (WIDTH, HEAD + ROW * rows + ground.CALL_BOX)
        staying = [id for id in self.graph.bodies.get(self.inside, ()) if id not in self.chosen]
        taken = [*ground.boxes_of(self.content, self.library, staying, self.size).values()]
        wanted = Place((self.box.left + self.box.right - shape[0]) / 2, (self.box.top + self.box.bottom - shape[1]) / 2)
        at = ground.free(wanted, shape, taken)
        taken.append(ground.box_at(at, shape))
        below = Place(at.x, at.y + shape[1] + ground.APART + ground.GRID)
        return [
            AddNode(function, ground.free(below, (WIDTH, HEAD + ground.CALL_BOX), taken)),
            AddNode(call, at),
        ]

    def _notes(self, notes: Collection[str]) -> list[str]:
        held = frozenset(self.chosen)
        return sorted(
            note.id
            for note in self.content.layout.notes.values()
            if note.inside == self.inside
            and ((note.nodes and held.issuperset(note.nodes)) or (not note.nodes and note.id in notes))
        )

    def _ends(self, crossing: Iterable[Wire]) -> list[Edit]:
        """Return the inputs and outputs in the body, beside the nodes, each at the height of what it is wired to."""
        wanted: dict[tuple[str, str], list[float]] = {}
        for wire in crossing:
            if wire.source in self.border.given:
                wanted.setdefault((INPUT, self.border.given[wire.source]), []).append(self._height(wire.target.node))
        for name, source in self.border.outputs.items():
            wanted.setdefault((OUTPUT, name), []).append(self._height(source.node))
        edits: list[Edit] = []
        lowest = {INPUT: -1e9, OUTPUT: -1e9}
        numbers = {kind: int(fresh_id(self.graph, kind.rpartition(".")[2]).rpartition("_")[2]) for kind in lowest}
        self.ends: dict[tuple[str, str], str] = {}
        for (kind, name), heights in wanted.items():
            id = self.ends[kind, name] = f"{kind.rpartition('.')[2]}_{numbers[kind]}"
            numbers[kind] += 1
            y = max(sum(heights) / len(heights), lowest[kind] + HEAD + ROW + ground.APART)
            lowest[kind] = y
            x = self.box.left - ACROSS if kind == INPUT else self.box.right + ACROSS - WIDTH
            node = Node(id, kind, "", own({"name": name}, self.library, kind), inside=self.function)
            edits.append(AddNode(node, Place(ground.snapped(x), ground.snapped(y))))
        return edits

    def _height(self, node: str) -> float:
        return self.boxes[node].top if node in self.boxes else 0.0

    def _joined(self, crossing: Iterable[Wire]) -> list[Edit]:
        made = set[Wire]()
        for k, (name, source) in enumerate(self.border.inputs.items()):
            made.add(Wire(source, Socket(self.call, f"xs.{k}")))
            inner = Socket(self.ends[INPUT, name], "value")
            made |= {Wire(inner, wire.target) for wire in crossing if wire.source == source}
        for wire in crossing:
            if wire.source in self.border.gives:
                made.add(Wire(Socket(self.call, self.border.gives[wire.source]), wire.target))
        for name, source in self.border.outputs.items():
            made.add(Wire(source, Socket(self.ends[OUTPUT, name], "value")))
        return [Connect(wire) for wire in sorted(made)]

    def _reading(self) -> list[Edit]:
        """Return what lets Outer value nodes that stay read the call."""
        held, gives = bodies.enclosed(self.graph, self.chosen), self.border.gives
        edits: list[Edit] = []
        for id, source in _read_outside(self.graph, self.library, held):
            if source in gives:
                edits += [SetSetting(id, "node", self.call), SetSetting(id, "output", gives[source])]
        return edits

    def _frames(self) -> list[Edit]:
        """Return what puts the call into frames that lose some of their nodes to the function."""
        held = frozenset(self.chosen)
        return [
            ChangeNote(replace(note, nodes=(*(id for id in note.nodes if id not in held), self.call)))
            for note in sorted(self.content.layout.notes.values(), key=_note_id)
            if note.inside == self.inside and held.intersection(note.nodes) and not held.issuperset(note.nodes)
        ]


def _note_id(note: Note) -> Any:
    return natural(note.id)


def own(settings: Mapping[str, Any], library: Mapping[str, Operator], operator: str) -> dict[str, Any]:
    """Return those of some settings that are not the operator's defaults."""
    specs = library[operator].settings
    return {name: value for name, value in settings.items() if value != specs[name].default}


def callable_from(graph: Graph, inside: str) -> tuple[str, ...]:
    """Return the functions that a call in a body can see, the nearest first, in natural order."""
    found: list[str] = []
    for around in bodies.around(graph.nodes, inside):
        here = [id for id in graph.bodies.get(around, ()) if graph.nodes[id].operator == FUNCTION]
        found += sorted(here, key=natural)
    return tuple(found)


def calling(content: Content, library: Mapping[str, Operator], function: str, place: Place, inside: str = "") -> Group:
    """Return the edit that adds a call of a function to a body; its first edit is the AddNode of the call.

    Raise EditError where the function cannot be seen from there, or would call itself without end.
    """
    graph = content.graph
    if function not in callable_from(graph, inside):
        raise EditError(f"There is no function “{shortened(function)}” that could be called here.")
    outputs = tuple(library[FUNCTION].values(graph.nodes[function])["outputs"])
    settings = own({"function": function, "outputs": outputs}, library, CALL)
    call = Node(fresh_id(graph, "call"), CALL, "", settings, inside=inside)
    name = shortened(label(graph.nodes[function], library[FUNCTION].title), 30)
    edit = Group(f"Add call of {name}", (AddNode(call, place),))
    require_end(content.graph, edit.apply(content)[0].graph, library)
    return edit


def require_end(before: Graph, after: Graph, library: Mapping[str, Operator]) -> None:
    """Raise EditError naming a function that calls itself without end after an edit, and did not before."""
    new = sorted(set(endless(after)) - set(endless(before)), key=natural)
    if new:
        raise EditError(
            f"{quoted(after, library, new[0])} would call itself without end: put the call into one body of a Branch, "
            "and let the other one end it.",
            node=new[0],
        )
