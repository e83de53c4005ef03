"""The graphs of the canvas benchmark: columns of nodes with one and a half wires each, and chains that re-converge."""

from __future__ import annotations

import random

from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire

ROWS = 25
"""Nodes in a column."""
OPERATORS = ("elementwise.add", "activations.tanh")
"""With two inputs and with one, in turn: three wires for two nodes."""
STEP = (200.0, 130.0)


def dense(count: int) -> Content:
    """Return a graph of `count` nodes in columns, as close as they may stand.

    Nine wires in ten come from the column before, at most three rows away; one comes from anywhere in the three before.
    """
    chance = random.Random(1)
    nodes: dict[str, Node] = {}
    wires: set[Wire] = set()
    places: dict[str, Place] = {}
    for k in range(count):
        operator = "parameters.parameter" if k < 2 else OPERATORS[k % 2]
        nodes[f"n_{k}"] = Node(f"n_{k}", operator)
        places[f"n_{k}"] = Place(STEP[0] * (k // ROWS), STEP[1] * (k % ROWS))
        for name in ("x", "y")[: 0 if k < 2 else 2 - k % 2]:
            near = k - ROWS + chance.randint(-3, 3)
            far = chance.randrange(max(0, k - 3 * ROWS), k)
            source = Socket(f"n_{min(max(near if chance.random() < 0.9 else far, 0), k - 1)}", "value")
            wires.add(Wire(source, Socket(f"n_{k}", name)))
    return Content(Graph(nodes, frozenset(wires)), Layout(places))


def row(count: int) -> Content:
    """Return nodes of two inputs side by side, without wires: `links` re-converge at each of them."""
    nodes = {f"n_{k}": Node(f"n_{k}", "parameters.parameter" if k == 0 else "elementwise.add") for k in range(count)}
    places = {f"n_{k}": Place(STEP[0] * (k % 100), STEP[1] * (k // 100)) for k in range(count)}
    return Content(Graph(nodes), Layout(places))


def links(count: int) -> list[Wire]:
    """Return the wires of a row: both inputs of each node come from the node before, so that paths double at each."""
    return [Wire(Socket(f"n_{k - 1}", "value"), Socket(f"n_{k}", name)) for k in range(1, count) for name in ("x", "y")]
