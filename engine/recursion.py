"""Functions that call themselves without an end in sight."""

from __future__ import annotations

from engine import control
from engine.bodies import FUNCTION, Joints, owner_of
from engine.components import components
from engine.graph import Graph
from engine.order import natural


def endless(graph: Graph) -> tuple[str, ...]:
    """Return the functions that call themselves with no branch on the way, in natural order."""
    joints = Joints(graph)
    calls: dict[str, dict[str, None]] = {id: {} for id in joints.functions}
    for call, called in joints.calls.items():
        if function := _unguarded(graph, call):
            calls[function][called] = None
    parts = components({id: tuple(called) for id, called in calls.items()})
    looped = [part for part in parts if len(part) > 1 or part[0] in calls[part[0]]]
    return tuple(sorted((id for part in looped for id in part), key=natural))


def _unguarded(graph: Graph, call: str) -> str | None:
    """Return the function around a call where no branch lies in between."""
    inside = graph.nodes[call].inside
    while inside:
        owner = graph.nodes[owner_of(inside)]
        if owner.operator == FUNCTION:
            return owner.id
        if owner.operator in (control.BRANCH, control.WHILE):
            return None
        inside = owner.inside
    return None
