"""The local partials of every node at once, in words: what the wires show beside their ends."""

from __future__ import annotations

import time
from typing import Any, Final

from app.worker import messages as m
from app.worker.describe import words
from app.worker.graphs import at_moment
from app.worker.stepped import Slope
from app.worker.tracing import partial_text
from engine.errors import GradwireError
from engine.evaluate import look
from engine.operator import Kind
from engine.prepare import Prepared
from engine.trace.partials import Local, of_node

PATIENCE: Final = 8.0
"""Seconds after which the nodes not yet looked at are left out."""
SOURCES: Final = (Kind.SOURCE, Kind.PARAMETER, Kind.VIEW, Kind.HIGHER_ORDER)


def slopes(prepared: Prepared, moment: m.Moment | None) -> dict[str, dict[str, Slope]]:
    """Return, by node and input, the partial of its first output by that input, and what that input is given."""
    until = time.monotonic() + PATIENCE
    seen = look(prepared, **at_moment(moment)).wires
    wires = {socket: each.value for socket, each in seen.items()}
    found: dict[str, dict[str, Slope]] = {}
    for id in prepared.graph.nodes:
        if time.monotonic() > until:
            break
        operator = prepared.operator(id)
        if operator.kind in SOURCES or not operator.outputs:
            continue
        try:
            local = of_node(prepared, id, wires, **_when(moment))
        except GradwireError:
            continue
        first = operator.outputs[0].name
        bars = {socket.name: each.cotangent for socket, each in seen.items() if socket.node == id}
        told = {x: slope(each, bars.get(y)) for (y, x), each in local.items() if y == first}
        if told:
            found[id] = told
    return found


def slope(local: Local, y_bar: Any) -> Slope:
    """Return a partial in words, and J^T y_bar where something came back."""
    shown = local.array if local.kind in ("number", "elementwise") else None
    product = "" if y_bar is None or isinstance(y_bar, list | tuple | dict) else words(local.product(y_bar))
    return Slope(local.kind, partial_text(local.kind, shown, local.shape), product)


def _when(moment: m.Moment | None) -> dict[str, Any]:
    at = at_moment(moment)
    return {name: at[name] for name in ("step", "states") if name in at}
