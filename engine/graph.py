"""The graph as data: frozen records, and pure questions about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from engine.types import Tensor

if TYPE_CHECKING:
    from engine.lessons.lesson import Lesson

SettingValue: TypeAlias = "bool | int | float | str | tuple[SettingValue, ...] | None"
"""A setting's value: plain, immutable, and writable as JSON (tuples become arrays)."""


class Socket(NamedTuple):
    """One socket: a node's id and the name of one of its inputs or outputs.

    The k-th socket of a variadic input `xs` is named "xs.k".
    """

    node: str
    name: str

    def __str__(self) -> str:
        return f"{self.node}.{self.name}"


class Wire(NamedTuple):
    """A wire carries a value from an output (`source`) to an input (`target`)."""

    source: Socket
    target: Socket


@dataclass(frozen=True, slots=True)
class Node:
    """One instance of an operator.

    `settings` holds only what differs from the operator's defaults; a value for an unwired input that has a
    default stands there too, under the input's name. `name` is what people call it ("" means the operator's title).
    A `frozen` parameter is not trained. A `muted` node is passed by (see `engine.muting`). `inside` names the body the
    node lies in: "" is the main graph, "for_1" the body of the node for_1, "branch_1.then" one of several bodies of
    branch_1 (see `engine.bodies`). `exposed` names the settings that are input sockets too, in alphabetical order (see
    `engine.exposing`).
    """

    id: str
    operator: str
    name: str = ""
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    frozen: bool = False
    inside: str = ""
    exposed: tuple[str, ...] = ()
    muted: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and the set of wires. Nodes of all bodies stand side by side; a wire joins nodes of one body.

    A graph may be faulty (cycles, two wires into a socket): `engine.problems` says how.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: frozenset[Wire] = frozenset()

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Wire, ...]]:
        """Wires into each node that has some, sorted by target then source."""
        return _grouped(self.wires, _target_node, _by_target)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Wire, ...]]:
        """Wires out of each node that has some, sorted by source then target."""
        return _grouped(self.wires, _source_node, _by_source)

    @cached_property
    def sources(self) -> Mapping[Socket, Socket]:
        """The output that feeds each wired input (the first by order where a faulty graph has two)."""
        return {wire.target: wire.source for wire in sorted(self.wires, reverse=True)}

    @cached_property
    def bodies(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes of each body, by what they lie inside (the main graph is ""), in the order of `nodes`."""
        found = defaultdict[str, list[str]](list)
        for id, node in self.nodes.items():
            found[node.inside].append(id)
        return {inside: tuple(ids) for inside, ids in found.items()}

    @cached_property
    def muted(self) -> frozenset[str]:
        """The muted nodes."""
        return frozenset(id for id, node in self.nodes.items() if node.muted)

    @cached_property
    def flat(self) -> bool:
        """Whether it has no bodies and no nodes of control flow: then nothing is hidden in it."""
        return self.bodies.keys() <= {""} and not any(
            node.operator.startswith("control.") for node in self.nodes.values()
        )

    def changed(self, nodes: Mapping[str, Node], wires: frozenset[Wire], touched: Collection[Wire]) -> Graph:
        """Return Graph(nodes, wires), where `touched` holds every wire that only one of the two graphs has.

        What this graph has worked out about its wires is brought up to date instead of worked out again: with 10,000
        wires an edit then costs a copy, not a sort. What it knows of its nodes stays where they do.
        """
        graph = Graph(nodes, wires)
        if nodes is self.nodes:
            graph.__dict__.update({name: self.__dict__[name] for name in ABOUT_NODES if name in self.__dict__})
        if touched and 8 * len(touched) > len(wires):
            return graph
        if "incoming" in self.__dict__:
            graph.__dict__["incoming"] = _regrouped(self.incoming, wires, touched, _target_node, _by_target)
        if "outgoing" in self.__dict__:
            graph.__dict__["outgoing"] = _regrouped(self.outgoing, wires, touched, _source_node, _by_source)
        if "sources" in self.__dict__ and "incoming" in self.__dict__:
            graph.__dict__["sources"] = _refed(self.sources, graph.incoming, touched)
        return graph


ABOUT_NODES: Final = ("bodies", "muted", "flat")
"""What a graph works out about its nodes alone."""


def _target_node(wire: Wire) -> str:
    return wire.target.node


def _source_node(wire: Wire) -> str:
    return wire.source.node


def _by_target(wire: Wire) -> tuple[Socket, Socket]:
    return wire.target, wire.source


def _by_source(wire: Wire) -> tuple[Socket, Socket]:
    return wire.source, wire.target


_Groups: TypeAlias = Mapping[str, tuple[Wire, ...]]


def _grouped(
    wires: Iterable[Wire], group: Callable[[Wire], str], order: Callable[[Wire], tuple[Socket, Socket]]
) -> _Groups:
    groups = defaultdict[str, list[Wire]](list)
    for wire in wires:
        groups[group(wire)].append(wire)
    return {name: tuple(sorted(members, key=order)) for name, members in groups.items()}


def _regrouped(
    old: _Groups,
    wires: frozenset[Wire],
    touched: Collection[Wire],
    group: Callable[[Wire], str],
    order: Callable[[Wire], tuple[Socket, Socket]],
) -> _Groups:
    """Return the groups of `wires`, given those of a set of wires that differs from it by `touched` alone."""
    if not touched:
        return old
    groups = dict(old)
    for name, news in _grouped(touched, group, order).items():
        members = {*old.get(name, ()), *news} & wires
        groups[name] = tuple(sorted(members, key=order))
        if not members:
            del groups[name]
    return groups


def _refed(old: Mapping[Socket, Socket], incoming: _Groups, touched: Collection[Wire]) -> Mapping[Socket, Socket]:
    """Return the sources of all wired inputs, given those before `touched` wires changed."""
    if not touched:
        return old
    sources = dict(old)
    for target in {wire.target for wire in touched}:
        feeding = [wire.source for wire in incoming.get(target.node, ()) if wire.target == target]
        sources.pop(target, None)
        if feeding:
            sources[target] = min(feeding)
    return sources


PREVIEW_SIZES: Final = ("small", "medium", "large")
"""How large a preview pinned to a node is."""
PREVIEW_FORMS: Final = ("number", "line", "image", "histogram")
"""What a preview may show of a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands on the canvas: its top left corner in scene units, y downwards.

    `preview` is the size of the preview pinned to it, one of PREVIEW_SIZES, "" as its operator has it (views show
    theirs, others none); `shows` one of PREVIEW_FORMS, "" what suits the value.
    """

    x: float = 0.0
    y: float = 0.0
    collapsed: bool = False
    preview: str = ""
    shows: str = ""


FRAME_COLORS: Final = ("sand", "green", "teal", "rose", "violet", "grey")
"""What a frame may be coloured."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the canvas (Markdown), in a rectangle; a frame where it says so or `nodes` names what it carries.

    `inside` names the body whose canvas it stands on, as for nodes. `color` is one of FRAME_COLORS, "" the first.
    """

    id: str
    text: str
    x: float = 0.0
    y: float = 0.0
    width: float = 240.0
    height: float = 120.0
    nodes: tuple[str, ...] = ()
    inside: str = ""
    frame: bool = False
    color: str = ""

    @property
    def is_frame(self) -> bool:
        """Whether it is a frame: also one that carries nothing now."""
        return self.frame or bool(self.nodes)


@dataclass(frozen=True, slots=True)
class Route:
    """How a wire runs where it does not run straight: through dots (x, y) in scene units, from source to target.

    A `tagged` one is not drawn: a tag at either end names the other.
    """

    dots: tuple[tuple[float, float], ...] = ()
    tagged: bool = False

    @property
    def plain(self) -> bool:
        """Whether it says nothing: such a route is not kept."""
        return not self.dots and not self.tagged


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A named place to come back to: the point in the middle of the canvas, the zoom, and the body.

    The body may be gone: a bookmark outlives it, as it outlives the nodes it was set for.
    """

    name: str
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    inside: str = ""
    key: int = 0
    """The digit, 1 to 9, that leads there; 0 for none."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything about the canvas that does not change what the graph computes."""

    places: Mapping[str, Place] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    routes: Mapping[Wire, Route] = field(default_factory=dict)
    """Of wires that run through dots, or are tagged."""
    bookmarks: Mapping[str, Bookmark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """Values kept from a run at a step: parameters by node id, optimizer state by optimizer node id and slot."""

    step: int = 0
    seed: int = 0
    optimizer: str = ""
    values: Mapping[str, Tensor] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What a .dgraph file holds: the graph, its layout, the values kept from a run, and the lesson it is used in."""

    graph: Graph = field(default_factory=Graph)
    layout: Layout = field(default_factory=Layout)
    kept: Kept | None = None
    lesson: Lesson | None = None


_ENDS: Final = {"control.input": "x", "control.output": "value"}
"""What goes into a body or comes out of it, and what its settings call it where they say nothing."""


def label(node: Node, title: str) -> str:
    """Return what people call the node: its name; for what goes into a body or comes out of it, what its settings call
    that; else its operator's title."""
    own = node.settings.get("name", _ENDS[node.operator]) if node.operator in _ENDS else ""
    return node.name or str(own or title)
