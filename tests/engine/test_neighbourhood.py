"""What stands in relation to nodes along the wires, against plain walks over matrices."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.graph import Graph, Node
from engine.neighbourhood import between, downstream, linked, similar, upstream
from tests.engine.layered_graphs import stacked


def reach(edges: list[tuple[str, str]], names: list[str]) -> np.ndarray:
    """Return which node reaches which, itself among them, by powers of the matrix of wires."""
    at = {id: k for k, id in enumerate(names)}
    matrix = np.eye(len(names), dtype=int)
    for source, target in edges:
        matrix[at[source], at[target]] = 1
    return np.linalg.matrix_power(matrix, len(names)) > 0


@pytest.mark.parametrize("seed", range(12))
def test_relations_agree_with_powers_of_the_matrix(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"n_{k}" for k in range(10)]
    edges = sorted({tuple(sorted(rng.sample(names, 2))) for _ in range(12)})
    graph = stacked(edges)  # type: ignore[arg-type]
    names = sorted(graph.nodes)
    on = reach(edges, names)  # type: ignore[arg-type]
    at = {id: k for k, id in enumerate(names)}
    chosen = rng.sample(names, 2)
    rows = [at[id] for id in chosen]
    assert downstream(graph, chosen) == {id for id in names if on[rows, at[id]].any()}
    assert upstream(graph, chosen) == {id for id in names if on[at[id], rows].any()}
    both = reach(edges + [(b, a) for a, b in edges], names)  # type: ignore[operator, arg-type]
    assert linked(graph, chosen) == {id for id in names if both[rows, at[id]].any()}
    a, b = rows
    on_the_way = {id for id in names if (on[a, at[id]] and on[at[id], b]) or (on[b, at[id]] and on[at[id], a])}
    if on[a, b] or on[b, a]:
        assert between(graph, chosen) == on_the_way
    elif both[a, b]:
        assert len(between(graph, chosen)) > 2
    else:
        assert between(graph, chosen) == set(chosen)


def test_similar_is_of_the_same_operator_in_the_same_body() -> None:
    nodes = {"a": Node("a", "x.y"), "b": Node("b", "x.y"), "c": Node("c", "x.z"), "d": Node("d", "x.y", inside="a")}
    assert similar(Graph(nodes), ["a"]) == {"a", "b"}
    assert similar(Graph(nodes), ["d"]) == {"d"}


def test_a_loop_of_wires_is_walked_once() -> None:
    graph = stacked([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])
    assert upstream(graph, ["a"]) == {"a", "b", "c"}
    assert between(graph, ["a", "d"]) == {"a", "b", "c", "d"}
