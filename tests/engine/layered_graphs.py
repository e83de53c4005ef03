"""Twenty fixed graphs to lay out, and a published layered layout to hold the own one against.

The oracle is Sugiyama, Tagawa and Toda 1981, plainly: longest-path layers, a dummy in every layer that a wire passes,
and barycentre sweeps down and up, the best order kept.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from engine.graph import Graph, Node, Socket, Wire
from engine.order import graph_parents, topological_order

Point: TypeAlias = tuple[float, float]
Edges: TypeAlias = Iterable[tuple[str, str]]


def stacked(edges: Edges) -> Graph:
    """Return a graph of nodes with as many inputs as it takes."""
    nodes: dict[str, Node] = {}
    wires = []
    taken = defaultdict[str, int](int)
    for source, target in edges:
        for id in (source, target):
            nodes.setdefault(id, Node(id, "shape.stack"))
        wires.append(Wire(Socket(source, "value"), Socket(target, f"xs.{taken[target]}")))
        taken[target] += 1
    return Graph(nodes, frozenset(wires))


def reverse_mode(seed: int, size: int) -> Graph:
    """Return a graph as reverse mode makes: a forward pass, and its mirror that reads it."""
    rng = random.Random(seed)
    edges = []
    for k in range(1, size):
        for near in sorted({k - 1, max(0, k - rng.randint(1, 4))}):
            edges.append((f"f_{near}", f"f_{k}"))
            edges.append((f"b_{k}", f"b_{near}"))
        edges.append((f"f_{k - 1}", f"b_{k - 1}"))
    return stacked([*edges, (f"f_{size - 1}", f"b_{size - 1}")])


def tree(seed: int, size: int, inwards: bool) -> Graph:
    """Return a random tree, its wires to or from the root."""
    rng = random.Random(seed)
    pairs = [(rng.randrange(max(0, k - 6), k), k) for k in range(1, size)]
    rng.shuffle(pairs)
    return stacked((f"n_{k}", f"n_{p}") if inwards else (f"n_{p}", f"n_{k}") for p, k in pairs)


def grid(wide: int, high: int) -> Graph:
    """Return a grid whose wires run right and down."""
    right = [(f"g_{i}_{k}", f"g_{i + 1}_{k}") for i in range(wide - 1) for k in range(high)]
    return stacked([*right, *((f"g_{i}_{k}", f"g_{i}_{k + 1}") for i in range(wide) for k in range(high - 1))])


def layered(seed: int, layers: int, wide: int, degree: int, reach: int = 1) -> Graph:
    """Return random layers, each node fed by some of the layers before."""
    rng = random.Random(seed)
    edges = [
        (f"l_{layer - back}_{rng.randrange(wide)}", f"l_{layer}_{k}")
        for layer in range(1, layers)
        for k in range(wide)
        for back in [rng.randint(1, min(reach, layer)) for _ in range(degree)]
    ]
    return stacked(rng.sample(sorted(set(edges)), len(set(edges))))


def fixed() -> Mapping[str, Graph]:
    """Return the twenty graphs."""
    return {
        **{f"reverse_{n}": reverse_mode(n, n) for n in (6, 10, 16, 24, 40)},
        **{f"tree_in_{n}": tree(n, n, True) for n in (15, 40, 90)},
        **{f"tree_out_{n}": tree(n, n, False) for n in (15, 40, 90)},
        **{f"grid_{w}x{h}": grid(w, h) for w, h in ((3, 3), (4, 6), (8, 8))},
        **{f"layers_{s}": layered(s, 6, 5 + s, 2) for s in (1, 2, 3)},
        **{f"reaching_{s}": layered(s, 7, 5 + s, 2, 3) for s in (4, 5, 6)},
    }


# The oracle -----------------------------------------------------------------------------------------------------------


def by_barycentres(tested: Graph, sweeps: int = 24) -> dict[str, Point]:
    """Return a point for each node: its layer, and its place in the layer."""
    layer: dict[str, int] = {}
    parents = graph_parents(tested)
    for id in topological_order(tested.nodes, parents):
        layer[id] = 1 + max((layer[p] for p in parents(id)), default=-1)
    rows: list[list[str]] = [[] for _ in range(1 + max(layer.values()))]
    for id in sorted(layer):
        rows[layer[id]].append(id)
    before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for source, target in sorted({(w.source.node, w.target.node) for w in tested.wires}):
        path = [source, *(f"{source}>{target}@{k}" for k in range(layer[source] + 1, layer[target])), target]
        for k, (one, other) in enumerate(pairwise(path)):
            before[other].append(one)
            after[one].append(other)
            if k:
                rows[layer[source] + k].append(one)
    best, fewest = [list(row) for row in rows], crossed(rows, after)
    for sweep in range(sweeps):
        down = sweep % 2 == 0
        near = before if down else after
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for k in order:
            fixed_row = {id: place for place, id in enumerate(rows[k - 1 if down else k + 1])}
            own = {id: place for place, id in enumerate(rows[k])}
            rows[k].sort(key=lambda id, at=fixed_row, own=own: _mean([at[x] for x in near[id]], own[id]))  # type: ignore[misc]
        if (count := crossed(rows, after)) < fewest:
            best, fewest = [list(row) for row in rows], count
    return {
        id: (float(k), place - (len(row) - 1) / 2)
        for k, row in enumerate(best)
        for place, id in enumerate(row)
        if id in tested.nodes
    }


def _mean(places: Sequence[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else float(otherwise)


def crossed(rows: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> int:
    """Return how many wires between neighbouring layers cross."""
    total = 0
    for row, following in pairwise(rows):
        at = {id: place for place, id in enumerate(following)}
        ends = [sorted(at[x] for x in after.get(id, ())) for id in row]
        flat = [end for each in ends for end in each]
        total += sum(flat[i] > flat[k] for i in range(len(flat)) for k in range(i + 1, len(flat)))
    return total


# The measure ----------------------------------------------------------------------------------------------------------


def crossings(tested: Graph, points: Mapping[str, Point]) -> int:
    """Return how many pairs of wires cross, drawn straight between the points; wires with a common end do not."""
    ends = sorted({(w.source.node, w.target.node) for w in tested.wires})
    lines = [(a, b, points[a], points[b]) for a, b in ends]
    return sum(
        not {a, b} & {c, d} and _cross(p, q, r, s)
        for k, (a, b, p, q) in enumerate(lines)
        for c, d, r, s in lines[:k]
    )  # fmt: skip


def _cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    return _side(p, q, r) * _side(p, q, s) < 0 and _side(r, s, p) * _side(r, s, q) < 0


def _side(p: Point, q: Point, r: Point) -> float:
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
