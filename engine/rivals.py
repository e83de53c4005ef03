"""Optimizers side by side on one loss: a graph whose optimizer gives way to several, each with settings of its own, all
from the same start and seed. They own the same parameters, so that a run gives each a lane and all go in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.building import Ids
from engine.edits import AddNode, Connect, Edit, Group
from engine.errors import GradwireError
from engine.graph import Content, Graph, Kept, Place, Socket, Wire
from engine.operator import Library
from engine.optimizers import METHODS
from engine.order import natural
from engine.rules import is_optimizer

APART: Final = 132.0
"""How far below each other inserted optimizers stand."""
OWN: Final = {"keep": False}
"""Settings that a rival has whatever the optimizer says: nothing is kept of a comparison."""


@dataclass(frozen=True)
class Rival:
    """A method that takes part: what it is called, and the settings in which it differs from the optimizer."""

    method: str
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or METHODS[self.method].title


def optimizers_of(graph: Graph, library: Library) -> tuple[str, ...]:
    """Return the optimizer nodes of the main graph that have a loss and are not muted."""
    found = [
        id
        for id in graph.bodies.get("", ())
        if graph.nodes[id].operator in library
        and is_optimizer(library[graph.nodes[id].operator])
        and not graph.nodes[id].muted
        and Socket(id, "loss") in graph.sources
    ]
    return tuple(sorted(found, key=natural))


def side_by_side(content: Content, library: Library, optimizer: str, rivals: Sequence[Rival]) -> Content:
    """Return the content with `rivals` in the place of all its optimizers: same loss, parameters, start and seed.

    Values kept stay the start; what optimizers kept of their own is left out, and steps are counted from 0. Raise
    GradwireError where there is no such optimizer, or nothing to compare.
    """
    if not rivals:
        raise GradwireError("Choose at least one method to compare.")
    if optimizer not in optimizers_of(content.graph, library):
        raise GradwireError("There is no optimizer with a loss: add one and wire a loss into it.")
    group = inserted(content, optimizer, rivals)
    whole, _ = group.apply(content)
    new = {edit.node.id for edit in group.edits if isinstance(edit, AddNode)}
    gone = set(optimizers_of(whole.graph, library)) - new
    nodes = {id: node for id, node in whole.graph.nodes.items() if id not in gone}
    for id in new:
        nodes[id] = replace(nodes[id], settings={**nodes[id].settings, **OWN})
    wires = frozenset(each for each in whole.graph.wires if not {each.source.node, each.target.node} & gone)
    kept = content.kept
    start = None if kept is None else Kept(0, kept.seed, min(new, key=natural), kept.values)
    return replace(whole, graph=Graph(nodes, wires), kept=start)


def inserted(content: Content, optimizer: str, rivals: Sequence[Rival]) -> Group:
    """Return the edit that adds the rivals as nodes below the optimizer, each wired to the same loss and validation."""
    base, ids = content.graph.nodes[optimizer], Ids(content.graph.nodes)
    here = content.layout.places.get(optimizer, Place(0.0, 0.0))
    edits: list[Edit] = []
    for row, rival in enumerate(rivals, start=1):
        settings = {**base.settings, "method": rival.method, **rival.settings}
        node = replace(base, id=ids.take("optimizer"), name=rival.called, settings=settings, muted=False)
        edits.append(AddNode(node, Place(here.x, here.y + row * APART)))
        edits += [
            Connect(Wire(wire.source, Socket(node.id, wire.target.name)))
            for wire in content.graph.incoming.get(optimizer, ())
        ]
    return Group("Insert compared optimizers", tuple(edits))
