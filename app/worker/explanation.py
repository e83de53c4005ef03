"""A node explained in texts: its own partials, and the chain rule along a path from the loss to its output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from app.worker import messages as m
from app.worker import questions as q
from app.worker.describe import short
from app.worker.graphs import at_moment
from app.worker.readings import Explained, LinkTold, WayOn
from engine.errors import GradwireError
from engine.evaluate import Looks
from engine.graph import Socket
from engine.prepare import Prepared
from engine.reasons.chain import Chain, Factor, chain
from engine.reasons.scene import Scene
from engine.trace.partials import Local, of_node
from engine.types import shape_text


def explained(prepared: Prepared, looks: Looks, asked: q.AskExplanation) -> Explained:
    """Return a node's own partials and the chain of the shown optimizer's loss, as far as there are any; `looks` are at
    the moment that is asked about."""
    node, output, turns, moment = asked.node, asked.output, asked.turns, asked.moment
    if node not in prepared.graph.nodes:
        return Explained({}, (), 0)
    found = _chain(prepared, node, output, turns, moment)
    links = () if found is None else tuple(_told(found))
    return Explained(dict(_partials(prepared, looks, node, output, moment)), links, 0 if found is None else found.paths)


def _chain(
    prepared: Prepared, node: str, output: str, turns: Mapping[str, str], moment: m.Moment | None
) -> Chain | None:
    if not prepared.plans:
        return None
    at = at_moment(moment)
    step, states = at.get("step"), at.get("states")
    try:
        return chain(Scene.of(prepared, **at), Socket(node, output), turns, step=step, states=states)
    except GradwireError:
        return None  # the loss cannot be run: that is told elsewhere


def _told(found: Chain) -> Iterator[LinkTold]:
    for link in found.links:
        yield LinkTold(
            node=link.node,
            inputs=link.inputs,
            source="" if link.source is None else f"{link.source.node}.{link.source.name}",
            factor=_factor(link.factor),
            along=words(link.along),
            others="" if link.others is None else words(link.others),
            cotangent=words(link.cotangent),
            ways=tuple(WayOn(way.node, way.inputs, words(way.share)) for way in link.ways),
        )


def words(value: Any) -> str:
    """Return an array as people read it: a number, or its shape and norm."""
    array = np.asarray(value)
    if array.shape == ():
        return short(array.item())
    return f"{shape_text(array.shape)} norm {short(float(np.linalg.norm(array.reshape(-1))))}"


def _factor(factor: Factor) -> str:
    if factor.value is not None:
        return words(factor.value)
    return f"{shape_text(factor.shape[0])} by {shape_text(factor.shape[1])}"


def _partials(
    prepared: Prepared, looks: Looks, node: str, output: str, moment: m.Moment | None
) -> Iterator[tuple[str, tuple[str, float | None]]]:
    at = at_moment(moment)
    try:
        wires = {socket: seen.value for socket, seen in looks.wires.items()}
        found = of_node(prepared, node, wires, step=at.get("step"), states=at.get("states"))
    except GradwireError:
        return
    for (made, name), local in found.items():
        if made == output:
            yield name, _partial(local)


def _partial(local: Local) -> tuple[str, float | None]:
    y, x = local.shape
    if local.kind == "none":
        return "none", None
    if local.kind in ("number", "elementwise"):
        array = np.asarray(local.array)
        return _range(array), float(array.reshape(-1)[0]) if array.size else None
    if x == ():
        column = local.column(0)
        return _range(column), float(column.reshape(-1)[0]) if column.size and column.dtype.kind != "c" else None
    if y == ():
        return _range(local.row(0)), None
    return f"Jacobian {shape_text(y)} by {shape_text(x)}", None


def _range(array: Any) -> str:
    numbers = np.asarray(array)
    if not numbers.size or numbers.dtype.kind == "c":
        return words(numbers) if numbers.size else "empty"
    low, high = numbers.min().item(), numbers.max().item()
    return short(low) if low == high else f"{short(low)} … {short(high)}"
