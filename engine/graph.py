"""The graph as data: frozen records, and pure questions about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from engine.types import Tensor

SettingValue: TypeAlias = "None | bool | int | float | str | tuple[SettingValue, ...]"
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
    A `frozen` parameter is not trained.
    """

    id: str
    operator: str
    name: str = ""
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    frozen: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and the set of wires. A graph may be faulty (cycles, two wires into a socket): `engine.problems` says how."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: frozenset[Wire] = frozenset()

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Wire, ...]]:
        """Wires into each node that has some, sorted by target then source."""
        return _grouped(self.wires, lambda wire: wire.target.node, lambda wire: (wire.target, wire.source))

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Wire, ...]]:
        """Wires out of each node that has some, sorted by source then target."""
        return _grouped(self.wires, lambda wire: wire.source.node, lambda wire: (wire.source, wire.target))

    @cached_property
    def sources(self) -> Mapping[Socket, Socket]:
        """The output that feeds each wired input (the first by order where a faulty graph has two)."""
        return {wire.target: wire.source for wire in sorted(self.wires, reverse=True)}


def _grouped(wires, group, order):  # type: ignore[no-untyped-def]
    groups = defaultdict(list)
    for wire in wires:
        groups[group(wire)].append(wire)
    return {name: tuple(sorted(members, key=order)) for name, members in groups.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands on the canvas: its top left corner in scene units, y downwards."""

    x: float = 0.0
    y: float = 0.0
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the canvas (Markdown), in a rectangle; a frame when `nodes` names what it carries."""

    id: str
    text: str
    x: float = 0.0
    y: float = 0.0
    width: float = 240.0
    height: float = 120.0
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything about the canvas that does not change what the graph computes."""

    places: Mapping[str, Place] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """Values kept from a run: parameters by node id, optimizer state by optimizer node id and slot, and the step reached."""

    step: int = 0
    seed: int = 0
    optimizer: str = ""
    values: Mapping[str, Tensor] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What a .dgraph file holds: the graph, its layout, and the values kept from a run."""

    graph: Graph = field(default_factory=Graph)
    layout: Layout = field(default_factory=Layout)
    kept: Kept | None = None


def label(node: Node, title: str) -> str:
    """Return what people call the node: its name, or its operator's title."""
    return node.name or title
