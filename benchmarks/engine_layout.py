"""Automatic layout: 1,000 nodes in layers, arranged for the first time and again as they stand, and a long chain."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

from benchmarks.engine_scale import chain
from benchmarks.row import Row, least
from engine.arrangement import arranged
from engine.graph import Graph, Node, Socket, Wire
from nodes.library import LIBRARY

FORMS: Final = ((50, 20), (20, 50), (10, 100))
"""Layers, and nodes in each."""


def layers(count: int, each: int) -> Graph:
    """Return layers of nodes: each takes two of the layer before, now and then one further back."""
    chance = random.Random(0)
    nodes, wires = {}, []
    for layer in range(count):
        for k in range(each):
            id = f"n_{layer}_{k}"
            nodes[id] = Node(id, "elementwise.add" if layer else "inputs.constant")
            for name in ("x", "y") if layer else ():
                back = max(0, layer - (1 if chance.random() < 0.95 else chance.randint(2, 4)))
                near = min(max(k + chance.randint(-3, 3), 0), each - 1)
                wires.append(Wire(Socket(f"n_{back}_{near}", "value"), Socket(id, name)))
    return Graph(nodes, frozenset(wires))


def rows() -> Iterable[Row]:
    """Yield the times."""
    for count, each in FORMS:
        graph = layers(count, each)
        what = f"{count} layers of {each}, {len(graph.wires):,} wires"
        yield Row(f"1,000 nodes arranged: {what}", least(lambda g=graph: arranged(g, LIBRARY), 3), 1.0, unit="s")
        held = arranged(graph, LIBRARY)
        again = least(lambda g=graph, h=held: arranged(g, LIBRARY, held=h), 3)
        yield Row("the same, as it stands arranged again", again, 1.0, unit="s")
    line = chain(10_000).graph
    yield Row("10,000 nodes in a row arranged", least(lambda: arranged(line, LIBRARY), 3), 2.0, unit="s")
