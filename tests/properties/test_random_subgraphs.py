"""Random selections of random graphs are made subgraphs, unpacked and made unique, one after the other: the loss and
its gradient stay what they were, no problem comes of it, and undo is exact."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.bodies import CALL, called_by
from engine.building import tidying
from engine.data import Data
from engine.edits import Group
from engine.errors import EditError
from engine.evaluate import gradient
from engine.files import pack, parse
from engine.graph import Content, Graph, Layout, Note
from engine.infer import infer
from engine.prepare import prepare
from engine.problems import validate
from engine.subgraphs import made
from engine.unpacking import unique, unpacked
from nodes.library import LIBRARY
from tests import sizes
from tests.properties.test_random_bodies import Maker

BLOCK = 5


def placed(graph: Graph, chance: random.Random) -> Content:
    content = Content(graph)
    for ids in graph.bodies.values():
        content = tidying(content, LIBRARY, ids).apply(content)[0]
    some = chance.sample(sorted(graph.nodes), 2)
    notes = {"note_1": Note("note_1", "a frame", nodes=tuple(i for i in some if not graph.nodes[i].inside))}
    return Content(graph, Layout(content.layout.places, notes))


def gradients(content: Content) -> tuple[float, dict[str, float]]:
    found = gradient(prepare(content, LIBRARY, Data()))
    return found.loss, {id: float(value) for id, value in found.gradients.items()}


def errors(content: Content) -> set[tuple[str, str]]:
    return {(p.code, p.sentence) for p in validate(content.graph, LIBRARY) if p.severity == "error"}


def step(content: Content, chance: random.Random) -> tuple[str, Group] | None:
    """Return what is tried, and its edit; None where it is refused (in a sentence)."""
    graph, known = content.graph, infer(content.graph, LIBRARY)
    calls = sorted(id for id, node in graph.nodes.items() if node.operator == CALL and called_by(graph, id))
    kind = chance.choice(["make", "make", "unpack", "unpack", "unique"] if calls else ["make"])
    try:
        if kind == "make":
            ids = graph.bodies[chance.choice(sorted(graph.bodies))]
            chosen = [id for id in ids if chance.random() < 0.5 and "optimizer" not in id]
            return kind, made(content, LIBRARY, chosen, ["note_1"], known)
        call = chance.choice(calls)
        return kind, unpacked(content, LIBRARY, call, known) if kind == "unpack" else unique(content, LIBRARY, call)
    except EditError as refused:
        assert refused.sentence.endswith(".")
        return None


@pytest.mark.parametrize("block", range(sizes.count("random_subgraphs") // BLOCK))
def test_the_graph_computes_what_it_computed(block: int) -> None:
    done = {"make": 0, "unpack": 0, "unique": 0}
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        chance = random.Random(seed)
        content = placed(Maker(seed).graph(), chance)
        loss, by = gradients(content)
        for _ in range(5):
            found = step(content, chance)
            if found is None:
                continue
            kind, edit = found
            after, back = edit.apply(content)
            assert back.apply(after)[0] == content
            assert parse(pack(after).text) == after
            assert errors(after) <= errors(content), (seed, kind)
            new_loss, new_by = gradients(after)
            assert new_loss == pytest.approx(loss, rel=1e-12, abs=1e-14), (seed, kind)
            if kind == "unique":
                assert sum(new_by.values()) == pytest.approx(sum(by.values()), rel=1e-10, abs=1e-12)
            else:
                assert new_by.keys() == by.keys()
                assert np.allclose([new_by[k] for k in by], list(by.values()), rtol=1e-10, atol=1e-12), (seed, kind)
            content, by = after, new_by
            done[kind] += 1
    assert done["make"] and done["unpack"], done
