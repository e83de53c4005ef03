"""What would make a refused wire fit: nodes that bring its value into a shape or type that the input takes.

Nothing is guessed from the sentence: each candidate is tried, by the shape rules alone, as if it stood in the wire.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Final, NamedTuple

from app.rewiring import with_types
from engine.graph import Graph, Node, SettingValue, Socket, Wire
from engine.infer import Inference, refusal
from engine.operator import Library
from engine.types import DYNAMIC, ArrayType, RecordType, Shape, TupleType, Type, shape_text

MOST: Final = 6
"""Most offers for one wire."""
TRIED: Final = 4
"""Axes of an array up to which every pair is tried as swapped."""


class Offer(NamedTuple):
    """A node that may stand in the wire: its operator, its settings, what a person reads, and its output."""

    operator: str
    settings: Mapping[str, SettingValue]
    text: str
    output: str = "value"


def offers(library: Library, graph: Graph, inference: Inference, wire: Wire) -> list[Offer]:
    """Return the nodes that would make a refused wire fit, the plainest first; none where no such node is known."""
    kind = inference.types.get(wire.source)
    if kind is None or _closes_a_loop(library, graph, inference, wire):
        return []
    found: list[Offer] = []
    seen: set[tuple[str, Type]] = set()
    left = Graph(graph.nodes, frozenset(each for each in graph.wires if each.target != wire.target))
    for operator, settings in _candidates(kind, _wanted(left, inference, wire)):
        if operator not in library or len(found) == MOST:
            continue
        offer = _tried(library, left, inference, wire, operator, settings)
        if offer is not None and offer[1] != kind and (operator, offer[1]) not in seen:
            seen.add((operator, offer[1]))
            found.append(offer[0])
    return found


def _closes_a_loop(library: Library, graph: Graph, inference: Inference, wire: Wire) -> bool:
    """Return whether the wire would be refused whatever it carries."""
    unknown = replace(inference, types={**inference.types, wire.source: None})
    return refusal(graph, library, unknown, wire) is not None


def _wanted(graph: Graph, inference: Inference, wire: Wire) -> list[Shape]:
    """Return the shapes of what else is wired into the node: shapes that may be wanted here."""
    kinds = [inference.types.get(each.source) for each in graph.incoming.get(wire.target.node, ())]
    shapes = [kind.shape for kind in kinds if isinstance(kind, ArrayType) and DYNAMIC not in kind.shape]
    return list(dict.fromkeys(shapes))


def _candidates(kind: Type, wanted: list[Shape]) -> Iterator[tuple[str, dict[str, SettingValue]]]:
    match kind:
        case TupleType(items):
            yield from (("shape.unpack", {"index": k}) for k in range(len(items)))
        case RecordType(fields):
            yield from (("shape.field", {"name": name}) for name, _ in fields)
        case ArrayType(shape, dtype) if DYNAMIC not in shape:
            yield from _reshaping(shape, wanted)
            if dtype.startswith("complex"):
                yield from ((f"elementwise.{name}", {}) for name in ("real", "abs"))


def _reshaping(shape: Shape, wanted: list[Shape]) -> Iterator[tuple[str, dict[str, SettingValue]]]:
    rank, size = len(shape), math.prod(shape)
    if rank == 2:
        yield "shape.transpose", {}
    elif 2 < rank <= TRIED:
        yield from (("shape.swap_axes", {"first": a, "second": b}) for a, b in combinations(range(rank), 2))
    yield from (("shape.reshape", {"shape": each}) for each in wanted if math.prod(each) == size and each != shape)
    if 1 in shape:
        yield "shape.squeeze", {}
    yield from (("shape.broadcast_to", {"shape": each}) for each in wanted if each and each != shape)
    if not wanted or rank < max(map(len, wanted)):
        yield from (("shape.expand_dims", {"axis": axis}) for axis in range(rank, -1, -1))
    if rank > 1:
        yield "shape.flatten", {}
        yield "shape.reshape", {"shape": (size, 1)}
    if rank:
        yield "reductions.mean", {}
        yield "reductions.sum", {}


def _tried(
    library: Library,
    graph: Graph,
    inference: Inference,
    wire: Wire,
    operator: str,
    settings: Mapping[str, SettingValue],
) -> tuple[Offer, Type] | None:
    """Return the offer of a node and what it would give, where with it in the wire nothing is refused."""
    declared = library[operator]
    node = Node("", operator, settings=settings, inside=graph.nodes[wire.target.node].inside)
    entry = Wire(wire.source, Socket("", declared.inputs[0].name))
    trial = Graph({**graph.nodes, "": node}, graph.wires | {entry})
    known = with_types(library, trial, inference, "")
    output = declared.outputs_for(node)[0].name
    given = known.types.get(Socket("", output))
    if given is None or refusal(trial, library, known, Wire(Socket("", output), wire.target)) is not None:
        return None
    result = shape_text(given.shape) if isinstance(given, ArrayType) else str(given)
    return Offer(operator, settings, f"{declared.title}: {_what(settings)}{result}", output), given


def _what(settings: Mapping[str, SettingValue]) -> str:
    """Return what of the settings a person should read."""
    words = [f"{name} {value}" for name, value in settings.items() if name != "shape"]
    return f"{', '.join(words)}, gives " if words else "gives "
