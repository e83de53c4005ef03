"""Arranged nodes: none overlaps another, wires run to the right, and nothing that had a place is moved."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import pytest

from engine.arrangement import ROW, arranged, placed
from engine.document import Document
from engine.edits import Move
from engine.files import read, render
from engine.graph import Content, Graph, Layout, Note, Place
from engine.order import acyclic_part, graph_parents
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.graphs import chain, graph
from tests.engine.test_problems import wild_graph

SAMPLES = sorted((Path(__file__).parents[2] / "sample_graphs").glob("*.dgraph"))


def size(id: str) -> tuple[float, float]:
    """Return a size by the id, so that they differ."""
    return 150.0 + 10 * (len(id) % 7), 60.0 + 26 * (sum(map(ord, id)) % 5)


def require_tidy(tested: Graph, places: dict[str, Place], nodes: set[str]) -> None:
    assert places.keys() == nodes
    for one, other in itertools.combinations(sorted(nodes), 2):
        (a, (w, h)), (b, (v, k)) = (places[one], size(one)), (places[other], size(other))
        assert a.x + w <= b.x or b.x + v <= a.x or a.y + h <= b.y or b.y + k <= a.y, (one, other)
    straight = set(acyclic_part(tested.nodes, graph_parents(tested))[0])
    for source, target in tested.wires:
        if {source.node, target.node} <= straight & nodes:
            assert places[source.node].x + size(source.node)[0] < places[target.node].x


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    tested = read(path).graph
    require_tidy(tested, arranged(tested, LIBRARY, size=size), set(tested.nodes))


def test_any_graph_can_be_arranged() -> None:
    for case in range(sizes.count("random_graphs")):
        rng = random.Random(case)
        tested = wild_graph(rng)
        places = arranged(tested, LIBRARY, size=size)
        require_tidy(tested, places, set(tested.nodes))
        assert (min(p.x for p in places.values()), min(p.y for p in places.values())) == (0.0, 0.0)
        some = set(rng.sample(sorted(tested.nodes), rng.randint(1, len(tested.nodes))))
        at = Place(-500.0, 70.0)
        moved = arranged(tested, LIBRARY, some, at, size)
        require_tidy(tested, moved, some)
        assert (min(p.x for p in moved.values()), min(p.y for p in moved.values())) == (at.x, at.y)
        shuffled = Graph(dict(rng.sample(sorted(tested.nodes.items()), len(tested.nodes))), tested.wires)
        assert arranged(shuffled, LIBRARY, size=size) == places


def test_a_chain_is_a_straight_line() -> None:
    places = arranged(chain(20), LIBRARY)
    assert len({place.y for place in places.values()}) == 1
    assert len({place.x for place in places.values()}) == 21


def test_parameters_stand_beside_what_they_feed_in_the_order_of_its_sockets() -> None:
    tested = graph(
        {"x": "inputs.constant", "t": "activations.tanh", "a_bias": "parameters.parameter", "d": "neural.dense",
         "z_weights": "parameters.parameter"},
        ["x.value -> t.x", "t.value -> d.x", "z_weights.value -> d.weights", "a_bias.value -> d.bias"],
    )  # fmt: skip
    places = arranged(tested, LIBRARY)
    assert places["t"].x == places["z_weights"].x == places["a_bias"].x < places["d"].x
    assert places["t"].y < places["z_weights"].y < places["a_bias"].y
    assert places["x"].x < places["t"].x
    assert abs(places["x"].y - places["t"].y) < ROW


def test_only_nodes_without_a_place_are_placed() -> None:
    base = chain(6)
    homes = {"n_0": Place(40.0, -300.0), "n_1": Place(300.0, 20.0)}
    note = Note("n", "", -100.0, 0.0, 200.0, 900.0)
    content = Content(base, Layout(homes, {"n": note}))
    after = placed(content, LIBRARY)
    assert after.layout.places.keys() == base.nodes.keys()
    assert {id: after.layout.places[id] for id in homes} == homes
    fresh = [place for id, place in after.layout.places.items() if id not in homes]
    assert min(place.y for place in fresh) > 900.0 and min(place.x for place in fresh) == -100.0
    assert placed(after, LIBRARY) is after
    assert after.graph is content.graph
    alone = placed(Content(base), LIBRARY)
    assert min(place.y for place in alone.layout.places.values()) == 0.0
    assert placed(Content(), LIBRARY) == Content()


def test_an_arrangement_is_an_edit_like_any_other() -> None:
    content = read(SAMPLES[0])
    document = Document(content)
    document.apply(Move(arranged(document.graph, LIBRARY)))
    assert document.content != content
    document.undo()
    assert render(document.content) == render(content)


def test_ten_thousand_nodes_need_no_recursion_and_stay_on_the_canvas() -> None:
    tested, before = chain(10_000), sys.getrecursionlimit()
    frame, depth = sys._getframe(), 0
    while frame:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 60)
    try:
        places = arranged(tested, LIBRARY)
        wide = arranged(chain(3), LIBRARY, size=lambda id: (9e6, 50.0))
    finally:
        sys.setrecursionlimit(before)
    Move(places).apply(Content(tested))
    Move(wide).apply(Content(chain(3)))
