"""Numbers that a lesson is judged by, and what the derivative by a wire is made of, found when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from app.worker import messages as m
from app.worker.graphs import at_moment
from app.worker.readings import Factor
from engine.errors import GradwireError
from engine.evaluate import look
from engine.graph import Socket
from engine.lessons.facts import measure
from engine.lessons.lesson import Quantity
from engine.trace.partials import of_node


def numbers(prepared: Any, wanted: Sequence[tuple[Any, str, int]], moment: m.Moment | None) -> list[tuple[Any, ...]]:
    """Return those of the numbers (what, at, index) that there are, each with its value behind it."""
    found = measure(prepared, [Quantity(*each) for each in wanted], **at_moment(moment))
    return [(each.what, each.at, each.index, value) for each, value in found.items()]


def factors(prepared: Any, sockets: Sequence[str], moment: m.Moment | None) -> dict[str, tuple[Factor, ...]]:
    """Return, for each output, what came back to each operator it is wired to and that operator's slope by it; nothing
    for those where these are not single numbers."""
    if not sockets:
        return {}
    seen = look(prepared, **at_moment(moment)).wires
    values = {socket: each.value for socket, each in seen.items()}
    found = {}
    for text in sockets:
        if "." in text:
            made = tuple(_factors(prepared, Socket(*text.split(".", 1)), seen, values))
            if made:
                found[text] = made
    return found


def _factors(
    prepared: Any, socket: Socket, seen: Mapping[Socket, Any], values: Mapping[Socket, Any]
) -> Iterator[Factor]:
    for wire in sorted(prepared.graph.wires):
        if wire.source != socket:
            continue
        try:
            locals_ = of_node(prepared, wire.target.node, values)
        except GradwireError:
            continue
        for (output, name), local in locals_.items():
            there = seen.get(Socket(wire.target.node, output))
            above = None if there is None or there.cotangent is None else np.asarray(there.cotangent)
            if name == wire.target.name and local.kind == "number" and above is not None and above.shape == ():
                yield Factor(wire.target.node, name, float(above), float(local.array))
