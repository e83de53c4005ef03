"""The difference of two contents: put onto the first it gives the second, and nodes are found again under other ids."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.building import following
from engine.difference import UNSET, Change, Difference, difference
from engine.files import read
from engine.graph import Content, Graph, Kept, Layout, Node, Note, Place, Route, Socket, Wire
from engine.matching import matched
from engine.types import Tensor
from nodes.library import LIBRARY
from tests.engine.graphs import chain, graph, wire
from tests.engine.test_problems import wild_graph

SAMPLES = sorted((Path(__file__).parents[2] / "sample_graphs").glob("*.dgraph"))


def patched(before: Content, found: Difference) -> Content:
    """Return `before` with the difference put onto it, by what the record says alone."""
    ids = {id: id for id in before.graph.nodes} | {each.before: each.after for each in found.changed}
    nodes: dict[str, Node] = {}
    gone = {node.id for node in found.removed}
    changes = {each.before: each.changes for each in found.changed}
    for id, node in before.graph.nodes.items():
        if id not in gone:
            owner, dot, part = node.inside.partition(".")
            nodes[ids[id]] = _put(replace(node, inside=f"{ids.get(owner, owner)}{dot}{part}"), changes.get(id, ()))
    nodes |= {node.id: node for node in found.added}
    wires = {
        Wire(*(Socket(ids[end.node], end.name) for end in each))
        for each in before.graph.wires - set(found.wires_removed)
    }
    notes = {
        id: replace(note, nodes=tuple(ids[each] for each in note.nodes if each not in gone))
        for id, note in before.layout.notes.items()
        if note not in found.notes_removed
    }
    for each in found.notes_changed:
        note = notes.pop(each.before)
        notes[each.after] = replace(note, **{change.what: change.after for change in each.changes})
    notes |= {note.id: note for note in found.notes_added}
    return Content(Graph(nodes, frozenset(wires | set(found.wires_added))), Layout({}, notes))


def _put(node: Node, changes: tuple[Change, ...]) -> Node:
    settings = dict(node.settings)
    for change in changes:
        kind, dot, name = change.what.partition(".")
        if not dot:
            node = replace(node, **{kind: change.after})
            continue
        assert settings.pop(name, UNSET) == change.before
        if change.after is not UNSET:
            settings[name] = change.after
    return replace(node, settings=settings)


def renamed(tested: Graph, ids: dict[str, str]) -> Graph:
    """Return the graph with other ids."""

    def inside(text: str) -> str:
        owner, dot, part = text.partition(".")
        return f"{ids.get(owner, owner)}{dot}{part}"

    nodes = {
        ids[id]: replace(node, id=ids[id], inside=inside(node.inside), settings=_following(node, ids))
        for id, node in tested.nodes.items()
    }
    return Graph(nodes, frozenset(Wire(*(Socket(ids[e.node], e.name) for e in w)) for w in tested.wires))


def _following(node: Node, ids: dict[str, str]) -> dict[str, Any]:
    specs = LIBRARY[node.operator].settings if node.operator in LIBRARY else {}
    return {name: following(specs.get(name), value, ids) for name, value in node.settings.items()}


def changed(rng: random.Random, base: Content) -> Content:
    """Return the content with a few changes made at random."""
    nodes, wires, notes = dict(base.graph.nodes), set(base.graph.wires), dict(base.layout.notes)
    for k in range(rng.randint(1, 6)):
        id = rng.choice(sorted(nodes))
        match rng.randrange(6):
            case 0:
                nodes[id] = replace(nodes[id], name=f"name {k}")
            case 1:
                nodes[id] = replace(nodes[id], settings={**nodes[id].settings, "value": rng.choice([0, 1.5, (1, 2)])})
            case 2 if len(nodes) > 2:
                wires = {each for each in wires if id not in (each.source.node, each.target.node)}
                del nodes[id]
                notes = {key: replace(n, nodes=tuple(x for x in n.nodes if x != id)) for key, n in notes.items()}
            case 3:
                nodes[f"fresh_{k}"] = Node(f"fresh_{k}", rng.choice(["elementwise.add", nodes[id].operator]))
                wires.add(Wire(Socket(id, "value"), Socket(f"fresh_{k}", "x")))
            case 4 if wires:
                wires.discard(rng.choice(sorted(wires)))
            case _:
                notes[f"note_{k}"] = Note(f"note_{k}", f"text {k}", nodes=(rng.choice(sorted(nodes)),))
                notes = {key: replace(n, nodes=tuple(x for x in n.nodes if x in nodes)) for key, n in notes.items()}
    return Content(Graph(nodes, frozenset(wires)), Layout({}, notes))


def flat_content(graph: Graph) -> Content:
    notes = {"note_9": Note("note_9", "a frame", nodes=tuple(sorted(graph.nodes)[:2]))}
    return Content(graph, Layout({}, notes))


@pytest.mark.parametrize("seed", range(60))
def test_a_difference_put_onto_the_first_gives_the_second(seed: int) -> None:
    rng = random.Random(seed)
    base = wild_graph(rng)
    before = flat_content(Graph({id: replace(n, inside="") for id, n in base.nodes.items()}, base.wires))
    after = changed(rng, before)
    if seed % 2:
        ids = {id: f"{id.rpartition('_')[0] or id}_{100 + k}" for k, id in enumerate(sorted(after.graph.nodes))}
        carried = {
            key: replace(note, nodes=tuple(ids[x] for x in note.nodes)) for key, note in after.layout.notes.items()
        }
        after = Content(renamed(after.graph, ids), Layout({}, carried))
    found = difference(before, after)
    result = patched(before, found)
    assert result.graph == after.graph
    assert {k: replace(n, nodes=tuple(sorted(n.nodes))) for k, n in result.layout.notes.items()} == {
        k: replace(n, nodes=tuple(sorted(n.nodes))) for k, n in after.layout.notes.items()
    }
    assert found.same == (after == before)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_found_again_under_other_ids(path: Path) -> None:
    content = read(path)
    assert difference(content, content, LIBRARY) == Difference()
    order = random.Random(7).sample(sorted(content.graph.nodes), len(content.graph.nodes))
    ids = {id: f"q_{k}" for k, id in enumerate(order)}
    other = renamed(content.graph, ids)
    found = difference(Content(content.graph), Content(other), LIBRARY)
    assert (found.added, found.removed, found.wires_added, found.wires_removed) == ((), (), (), ())
    assert {change.what for each in found.changed for change in each.changes} == {"id"}


def test_one_change_in_a_graph_of_other_ids_is_one_change() -> None:
    base = chain(200)
    ids = {id: f"k_{n}" for n, id in enumerate(sorted(base.nodes, reverse=True))}
    other = renamed(base, ids)
    nodes = dict(other.nodes)
    nodes[ids["n_100"]] = replace(nodes[ids["n_100"]], settings={"slope": 2.0})
    found = difference(Content(base), Content(Graph(nodes, other.wires)))
    assert (found.added, found.removed, found.wires_added, found.wires_removed) == ((), (), (), ())
    assert [
        (each.before, change.before, change.after)
        for each in found.changed
        for change in each.changes
        if change.what == "settings.slope"
    ] == [("n_100", UNSET, 2.0)]


def test_each_kind_of_change_is_told() -> None:
    before = graph(
        {"a": "inputs.constant", "b": "elementwise.sin", "c": Node("c", "control.for"), "gone": "elementwise.add"},
        ["a.value -> b.x", "a.value -> gone.x"],
        a={"value": 1.0, "dtype": "float32"},
    )
    nodes = {
        "a": Node("a", "inputs.constant", "start", {"value": 1, "dtype": "float32"}, True),
        "b": Node("b", "elementwise.sin", inside="c"),
        "c": Node("c", "control.for"),
        "new": Node("new", "elementwise.multiply"),
    }
    after = Graph(nodes, frozenset({wire("a.value", "new.y")}))
    found = difference(Content(before), Content(after))
    assert [node.id for node in found.added] == ["new"] and [node.id for node in found.removed] == ["gone"]
    assert {each.after: each.changes for each in found.changed} == {
        "a": (Change("name", "", "start"), Change("frozen", False, True), Change("settings.value", 1.0, 1)),
        "b": (Change("inside", "", "c"),),
    }
    assert found.wires_added == (wire("a.value", "new.y"),)
    assert found.wires_removed == (wire("a.value", "b.x"), wire("a.value", "gone.x"))


def test_a_replaced_operator_is_a_change_of_the_node() -> None:
    before, after = (
        graph({"a": "inputs.constant", "f": operator}, ["a.value -> f.x"])
        for operator in ("elementwise.sin", "elementwise.cos")
    )
    found = difference(Content(before), Content(after))
    assert [each.changes for each in found.changed] == [(Change("operator", "elementwise.sin", "elementwise.cos"),)]
    assert (found.wires_added, found.wires_removed) == ((), ())


def test_an_id_taken_by_another_operator_does_not_hide_where_the_node_went() -> None:
    before = graph({"a": "inputs.constant", "f": "elementwise.sin"}, ["a.value -> f.x"])
    after = graph(
        {"a": "inputs.constant", "f": "elementwise.cos", "g": "elementwise.sin"}, ["a.value -> g.x", "g.value -> f.x"]
    )
    found = difference(Content(before), Content(after))
    assert [(each.before, each.after) for each in found.changed] == [("f", "g")]
    assert [node.id for node in found.added] == ["f"] and found.removed == ()


def test_settings_that_name_nodes_follow_them() -> None:
    def calling(function: str) -> Graph:
        return graph({function: Node(function, "control.function", "f"), "call": "control.call"},
                     call={"function": function})  # fmt: skip

    pair = Content(calling("function_1")), Content(calling("function_2"))
    assert [each.after for each in difference(*pair, LIBRARY).changed] == ["function_2"]
    assert [each.after for each in difference(*pair).changed] == ["call", "function_2"]


def test_layout_is_told_apart() -> None:
    base = graph({"a": "inputs.constant"})
    note = Note("n", "text", 0.0, 0.0)
    before = Content(base, Layout({"a": Place(0.0, 0.0)}, {"n": note}))
    after = Content(base, Layout({"a": Place(5.0, 0.0, True)}, {"n": replace(note, width=9.0)}))
    found = difference(before, after)
    assert found.same and found != Difference()
    assert {each.after: each.changes for each in found.layout} == {
        "a": (Change("place", (0.0, 0.0), (5.0, 0.0)), Change("collapsed", False, True)),
        "n": (Change("size", (240.0, 120.0), (9.0, 120.0)),),
    }


def test_wires_that_run_otherwise_are_layout_whatever_their_nodes_are_called() -> None:
    laid, other = wire("a.value", "b.x"), wire("a.value", "c.x")
    base = graph(
        {"a": "inputs.constant", "b": "elementwise.sin", "c": "elementwise.cos"}, ["a.value -> b.x", "a.value -> c.x"]
    )
    before = Content(base, Layout(routes={laid: Route(((1.0, 2.0),)), other: Route(tagged=True)}))
    after = Content(base, Layout(routes={laid: Route(((1.0, 2.0), (3.0, 4.0)), True)}))
    found = difference(before, after)
    assert found.same
    assert {each.after: each.changes for each in found.layout} == {
        "a.value -> b.x": (Change("dots", ((1.0, 2.0),), ((1.0, 2.0), (3.0, 4.0))), Change("tagged", False, True)),
        "a.value -> c.x": (Change("tagged", True, False),),
    }
    assert difference(before, before) == Difference()


def test_kept_values_are_compared() -> None:
    def kept(value: Any, step: int) -> Kept:
        return Kept(step, 0, "o", {"w": Tensor.of(value)}, {"o": {"momentum.w": Tensor.of(0.5)}})

    base = graph({"w": "parameters.parameter", "o": "optimizers.optimizer"})
    one, other, none = (Content(base, kept=each) for each in (kept(1.0, 5), kept(2.0, 7), None))
    assert difference(one, replace(one)).same
    assert difference(one, other).kept == (
        Change("step", 5, 7), Change("values.w", Tensor.of(1.0), Tensor.of(2.0)),
    )  # fmt: skip
    assert [change.what for change in difference(none, one).kept] == [
        "step", "optimizer", "values.w", "states.o.momentum.w",
    ]  # fmt: skip


def test_five_thousand_nodes_alike_under_other_ids_are_all_found() -> None:
    nodes = {"c": Node("c", "inputs.constant")} | {f"s_{k}": Node(f"s_{k}", "elementwise.sin") for k in range(5000)}
    base = Graph(nodes, frozenset(wire("c.value", f"s_{k}.x") for k in range(5000)))
    pairs = matched(base, renamed(base, {id: f"z_{id}" for id in base.nodes}))
    assert len(pairs) == len(set(pairs.values())) == 5001
