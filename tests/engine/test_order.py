"""Order and reachability against the standard library's sorter and powers of the adjacency matrix."""

from __future__ import annotations

import random
import sys
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pytest

from engine.graph import Graph, Node, Socket, Wire
from engine.order import (
    Cycle,
    acyclic_part,
    ancestors,
    descendants,
    graph_parents,
    loops,
    natural,
    topological_order,
    would_close_cycle,
)
from tests.engine.graphs import chain, graph, wire


def random_graph(rng: random.Random, size: int, density: float) -> Graph:
    ids = [f"n_{k}" for k in range(size)]
    rng.shuffle(ids)
    wires = {
        Wire(Socket(a, "value"), Socket(b, f"xs.{k}"))
        for k, (a, b) in enumerate((a, b) for a in ids for b in ids if rng.random() < density)
    }
    return Graph({id: Node(id, "any") for id in ids}, frozenset(wires))


def reachable(tested: Graph) -> tuple[list[str], np.ndarray]:
    """Return ids and whether wires lead from i to j, by repeated squaring: nothing of engine.order is used."""
    ids = sorted(tested.nodes)
    step = np.eye(len(ids), dtype=bool)
    for source, target in tested.wires:
        step[ids.index(source.node), ids.index(target.node)] = True
    for _ in range(len(ids).bit_length()):
        step = step @ step
    return ids, step


@pytest.mark.parametrize("case", range(60))
def test_random_graphs(case: int) -> None:
    rng = random.Random(case)
    tested = random_graph(rng, rng.randint(1, 12), rng.choice([0.05, 0.12, 0.3]))
    parents = graph_parents(tested)
    ids, leads = reachable(tested)
    sorter = TopologicalSorter({id: parents(id) for id in ids})
    try:
        tuple(sorter.static_order())
        acyclic = not any(a.node == b.node for a, b in tested.wires)
    except CycleError:
        acyclic = False

    order, rest = acyclic_part(ids, parents)
    assert sorted((*order, *rest)) == ids
    position = {id: k for k, id in enumerate(order)}
    assert all(position[p] < position[id] for id in order for p in parents(id))
    assert acyclic == (not rest) == (not loops(ids, parents))
    if acyclic:
        assert topological_order(rng.sample(ids, len(ids)), parents) == order
    else:
        with pytest.raises(Cycle) as found:
            topological_order(ids, parents)
        _require_loop(tested, found.value.nodes)

    for k, id in enumerate(ids):
        assert descendants(tested, [id]) == {other for j, other in enumerate(ids) if leads[k, j]}
        assert ancestors(tested, [id]) == {other for j, other in enumerate(ids) if leads[j, k]}
        for j, other in enumerate(ids):
            assert would_close_cycle(tested, wire(f"{id}.value", f"{other}.new")) == bool(leads[j, k])


def _require_loop(tested: Graph, nodes: tuple[str, ...]) -> None:
    ends = {(a.node, b.node) for a, b in tested.wires}
    assert len(set(nodes)) == len(nodes)
    assert all(pair in ends for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True))


@pytest.mark.parametrize("case", range(40))
def test_one_loop_for_each_knot(case: int) -> None:
    tested = random_graph(random.Random(1000 + case), 10, 0.12)
    ids, leads = reachable(tested)
    self_fed = {a.node for a, b in tested.wires if a.node == b.node}
    knots = {frozenset(ids[j] for j in range(len(ids)) if leads[k, j] and leads[j, k]) for k in range(len(ids))}
    tied = {knot for knot in knots if len(knot) > 1 or knot & self_fed}
    found = loops(ids, graph_parents(tested))
    for loop in found:
        _require_loop(tested, loop)
    assert sorted(map(min, tied)) == [loop[0] for loop in found]
    assert {knot for knot in tied for loop in found if set(loop) <= knot} == tied


def test_a_cycle_is_named_in_the_order_of_its_wires() -> None:
    tested = graph({"c": "t", "a": "t", "b": "t", "d": "t"}, ["a.v -> b.x", "b.v -> c.x", "c.v -> a.x", "c.v -> d.x"])
    with pytest.raises(Cycle, match="The wires run in a circle: a -> b -> c -> a") as found:
        topological_order(tested.nodes, graph_parents(tested))
    assert found.value.nodes == ("a", "b", "c")


def test_ten_thousand_nodes_need_no_recursion() -> None:
    tested = chain(10_000)
    parents = graph_parents(tested)
    looped = Graph(tested.nodes, tested.wires | {wire("n_9999.value", "n_0.xs.1")})
    before = sys.getrecursionlimit()
    frame, depth = sys._getframe(), 0
    while frame:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 60)
    try:
        order = topological_order(tested.nodes, parents)
        found = loops(looped.nodes, graph_parents(looped))
        before_last = ancestors(tested, ["n_9999"])
        closes = would_close_cycle(tested, wire("n_9999.value", "n_0.xs.1"))
    finally:
        sys.setrecursionlimit(before)
    assert order == ("c", *(f"n_{k}" for k in range(10_000)))
    assert len(found) == 1 and len(found[0]) == 10_000
    assert len(before_last) == 10_001
    assert closes


def test_natural_order() -> None:
    names = ["add_10", "add_2", "add_02", "b", "add", "add_2_b", "10", "9"]
    assert sorted(names, key=natural) == ["9", "10", "add", "add_02", "add_2", "add_2_b", "add_10", "b"]
    assert natural("add_2") != natural("add_02")
