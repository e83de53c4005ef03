"""Types found anew after an edit are those that are found over the whole graph: after every edit of random sequences,
over flat graphs of layers and parameters, over graphs with bodies, and over whatever the edits of `test_edits` make."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from engine import edits as e
from engine import infer_again
from engine.draft import Draft
from engine.edits import Edit
from engine.errors import EditError
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import Pass, infer
from engine.infer_again import Inferred
from engine.placeholder import operator_of
from engine.sockets import input_names, output_names
from engine.types import ArrayType, Type
from nodes.library import LIBRARY
from tests import sizes
from tests.properties.test_edits import EDITS
from tests.properties.test_random_bodies import Maker

STEPS = 40
OPERATORS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "parameters.parameter": (
        {}, {"initial": "glorot_uniform"}, {"shape": (3,)}, {"value": (1.0, 2.0)},
        {"initial": "zeros", "shape": (2, 3)},
    ),
    "inputs.constant": ({}, {"value": (1.0, 2.0, 3.0)}, {"value": ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0))}),
    "neural.dense": ({"units": 3}, {"units": 2}, {"units": 1}),
    "neural.batch_norm": ({},),
    "elementwise.add": ({},),
    "elementwise.multiply": ({},),
    "reductions.sum": ({},),
    "linear_algebra.matmul": ({},),
    "from.a_later_version": ({},),
    "optimizers.optimizer": ({},),
}  # fmt: skip
"""What is added, and with which settings."""
KNOWN = (ArrayType(), ArrayType((3,)), ArrayType((2, 3), "int64"))


class Hand:
    """Makes random edits of a content; those of a kind that bodies and mutes are made of only where `hidden`."""

    def __init__(self, number: int, content: Content, *, hidden: bool) -> None:
        self.chance = random.Random(number)
        self.content = content
        self.hidden = hidden
        self.added = 0

    def edit(self) -> Edit:
        makers: list[Callable[[], Edit]] = [self.add, self.change, self.remove, self.rename, *3 * [self.cut]]
        makers += 10 * [self.connect]
        makers += [self.mute, self.expose, self.several] if self.hidden else []
        return self.chance.choice(makers)()

    def any_node(self) -> str:
        return self.chance.choice(sorted(self.content.graph.nodes))

    def add(self) -> Edit:
        self.added += 1
        operator = self.chance.choice(list(OPERATORS))
        return e.AddNode(Node(f"m_{self.added}", operator, settings=self.chance.choice(OPERATORS[operator])))

    def change(self) -> Edit:
        """Let a node be of another operator, or of other settings, with its wires as they are."""
        node, graph = self.any_node(), self.content.graph
        operator = self.chance.choice([graph.nodes[node].operator, *OPERATORS])
        some = self.chance.choice(OPERATORS.get(operator, ({},)))
        back = e.RemoveNode(node).apply(self.content)[1]
        first, *rest = e.parts(back)
        assert isinstance(first, e.AddNode)
        made = replace(first, node=replace(first.node, operator=operator, settings=some))
        return e.Group("Change", (e.RemoveNode(node), made, *rest))

    def remove(self) -> Edit:
        return e.RemoveNode(self.any_node())

    def rename(self) -> Edit:
        return e.Rename(self.any_node(), self.chance.choice(["", "slope", "weights"]))

    def cut(self) -> Edit:
        wires = sorted(self.content.graph.wires)
        return e.Disconnect(self.chance.choice(wires)) if wires else self.add()

    def connect(self) -> Edit:
        """Make a wire: mostly into a free socket and no loop, as a person may, at times any."""
        graph = self.content.graph
        for _ in range(10):
            source, target = self.any_node(), self.any_node()
            outputs = output_names(graph, operator_of(graph, LIBRARY, source), source)
            inputs = input_names(graph, operator_of(graph, LIBRARY, target), target)
            if outputs and inputs:
                wire = Wire(Socket(source, self.chance.choice(outputs)), Socket(target, self.chance.choice(inputs)))
                tidy = wire.target not in graph.sources and source < target
                if wire not in graph.wires and (tidy or self.chance.random() < 0.02):
                    return e.Connect(wire)
        return self.add()

    def mute(self) -> Edit:
        node = self.any_node()
        return e.SetMuted(node, not self.content.graph.nodes[node].muted)

    def expose(self) -> Edit:
        node = self.any_node()
        names = sorted(operator_of(self.content.graph, LIBRARY, node).settings)
        if not names:
            return self.add()
        name = self.chance.choice(names)
        return e.SetExposed(node, name, name not in self.content.graph.nodes[node].exposed)

    def several(self) -> Edit:
        return e.Group("Several", (self.rename(), self.cut(), self.add()))


def same(inferred: Inferred, graph: Graph, known: Mapping[Socket, Type]) -> Inferred:
    """Return what is inferred after the edit, which is what the whole graph says, of a copy that shares nothing."""
    after = inferred.after(graph, known)
    assert after.inference == infer(Graph(graph.nodes, graph.wires), LIBRARY, known)
    return after


def edited(number: int, content: Content, *, hidden: bool) -> Content:
    """Make edits, some taken back at once, and compare after every few."""
    hand = Hand(number, content, hidden=hidden)
    known: Mapping[Socket, Type] = {}
    inferred = same(Inferred(LIBRARY), content.graph, known)
    for _ in range(STEPS):
        try:
            after, inverse = hand.edit().apply(hand.content)
        except EditError:
            continue
        if hand.chance.random() < 0.1:
            known = {Socket(hand.any_node(), "value"): hand.chance.choice(KNOWN)}
        if hand.chance.random() < 0.8:
            inferred = same(inferred, after.graph, known)
        if hand.chance.random() < 0.2 or not after.graph.nodes:
            after = inverse.apply(after)[0]
        hand.content = after
        inferred = same(inferred, after.graph, known)
    return hand.content


def layers(number: int) -> Content:
    """Return nodes side by side, some of them wired: edits wire the rest."""
    hand = Hand(number, Content(), hidden=False)
    for k in range(24):
        hand.content = (hand.add() if k < 14 else hand.connect()).apply(hand.content)[0]
    return hand.content


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list to which every inference of a part adds how many nodes it looked at."""
    parts: list[int] = []

    class Counted(Pass):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            parts.append(len(self.operators))

    monkeypatch.setattr(infer_again, "Pass", Counted)
    return parts


def test_layers_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = counted(monkeypatch)
    rounds = sizes.count("inferred_again")
    for number in range(rounds):
        edited(number, layers(number), hidden=False)
    assert len(parts) > 8 * rounds  # the shorter way was gone, often


def test_bodies_mutes_and_exposed_settings() -> None:
    for number in range(sizes.count("inferred_again") // 3):
        content = Content(Maker(number).graph()) if number % 2 else layers(number)
        edited(number, content, hidden=True)


@seed(1)
@settings(
    max_examples=sizes.count("inferred_again"), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(edits=st.lists(EDITS, min_size=5, max_size=60))
def test_the_edits_of_the_undo_machine(edits: list[Edit]) -> None:
    content, inferred = Content(), Inferred(LIBRARY)
    for edit in edits:
        draft = Draft(content)
        for part in e.parts(edit):
            try:
                part.do(draft)
            except EditError:
                continue
        content = draft.content()
        inferred = same(inferred, content.graph, {})


def test_a_wire_at_the_end_of_a_long_row_looks_at_its_end_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = counted(monkeypatch)
    nodes = {f"n_{k}": Node(f"n_{k}", "parameters.parameter" if k == 0 else "elementwise.add") for k in range(200)}
    content, inferred = Content(Graph(nodes)), same(Inferred(LIBRARY), Graph(nodes), {})
    for k in range(1, 200):
        for name in ("x", "y"):
            content = e.Connect(Wire(Socket(f"n_{k - 1}", "value"), Socket(f"n_{k}", name))).apply(content)[0]
            inferred = inferred.after(content.graph, {})
    assert inferred.inference == infer(content.graph, LIBRARY)
    assert sorted(parts)[-3:] == [1, 2, 2]  # the parameter is looked at again with what it feeds


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("_demands_of_open", lambda *_: False),
        ("_feeding", lambda *_: set()),
        ("_differing_types", lambda *_: set()),
        ("dependents", lambda graph, ids: frozenset(ids)),
    ],
)
def test_a_part_that_is_forgotten_is_noticed(name: str, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infer_again, name, fault)
    with pytest.raises(AssertionError):
        for number in range(400):
            edited(number, layers(number), hidden=False)
