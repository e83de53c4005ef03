"""Random graphs of real operators with random settings and wires, right and wrong: the engine answers each with
numbers or with a sentence, never with another exception; and its approaches agree on every graph that runs."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from engine.autodiff.names import APPROACHES
from engine.data import Data
from engine.errors import GradwireError, SettingError
from engine.evaluate import evaluable, gradient, look
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import infer
from engine.operator import Kind, Operator
from engine.order import descendants
from engine.prepare import prepare
from engine.setting import Array, Axis, Choice, Dimensions, Integer, Names, Number, Setting, Toggle
from engine.training import Trainer
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests import sizes

BLOCK = 25
"""Graphs that one test makes."""

VALUES: dict[type, tuple[Any, ...]] = {
    Number: (0.0, 1.0, -1.0, 0.5, 2.0, 1e-9, 1e9),
    Integer: (0, 1, 2, 3, 7, -1),
    Toggle: (True, False),
    Array: (1.0, 0.0, (1.0, -2.0), ((1.0, 2.0), (3.0, -4.0)), (1, 2, 0), True, (), ((), ())),
    Dimensions: ((), (2,), (3, 2), (2, 2), (0,), (-1,), (2, -1), None),
    Axis: (None, 0, 1, -1, 2),
    Names: ((), ("absent",), ("parameter_1",)),
}


def any_value(chance: random.Random, spec: Setting) -> Any:
    """Return a value that the setting allows, odd ones among them."""
    options = (
        spec.options if isinstance(spec, Choice) else next((v for k, v in VALUES.items() if isinstance(spec, k)), ())
    )
    for value in chance.sample(options, len(options)):
        try:
            return spec.check(value)
        except SettingError:
            continue
    return spec.default


def some_settings(chance: random.Random, declared: Operator, part: float) -> dict[str, Any]:
    return {name: any_value(chance, spec) for name, spec in declared.settings.items() if chance.random() < part}


def random_graph(seed: int) -> Graph:
    """Return a graph without loops: one to three parameters, up to eight other nodes, and usually an optimizer."""
    chance = random.Random(seed)
    nodes: dict[str, Node] = {}
    wires: set[Wire] = set()
    outputs: list[Socket] = []
    for k in range(chance.randint(1, 3)):
        id = f"parameter_{k + 1}"
        nodes[id] = Node(
            id, "parameters.parameter", settings=some_settings(chance, LIBRARY["parameters.parameter"], 0.2)
        )
        outputs.append(Socket(id, "value"))
    for k in range(chance.randint(1, 8)):
        declared = LIBRARY[chance.choice(list(LIBRARY))]
        if declared.kind is not Kind.HIGHER_ORDER:
            id = f"{declared.short}_n{k}"
            nodes[id] = Node(id, declared.id, settings=some_settings(chance, declared, 0.15))
            wires |= set(inputs_of(chance, declared, id, outputs))
            outputs += [Socket(id, output.name) for output in declared.outputs_for(nodes[id])]
    for k in range(chance.choice((0, 1, 1, 1, 2))):
        wires |= optimizer(chance, k + 1, nodes, wires, outputs)
    return Graph(nodes, frozenset(wires))


def inputs_of(chance: random.Random, declared: Operator, id: str, outputs: list[Socket]) -> list[Wire]:
    wires = []
    for each in declared.inputs:
        if chance.random() < (0.3 if each.optional else 0.02):
            continue
        names = [f"{each.name}.{j}" for j in range(chance.randint(0, 3))] if each.variadic else [each.name]
        wires += [Wire(chance.choice(outputs[-4:]), Socket(id, name)) for name in names]
    return wires


def optimizer(
    chance: random.Random, number: int, nodes: dict[str, Node], wires: set[Wire], outputs: list[Socket]
) -> set[Wire]:
    """Add an optimizer of the sum of an output that is of real numbers and follows from a parameter, if there is
    one."""
    graph = Graph(dict(nodes), frozenset(wires))
    moved = descendants(graph, [id for id in nodes if id.startswith("parameter")])
    types = infer(graph, LIBRARY).types
    fitting = [
        socket
        for socket in outputs
        if socket.node in moved and isinstance(kind := types.get(socket), ArrayType) and kind.dtype.startswith("float")
    ]
    source = chance.choice(fitting[-4:] or outputs)
    total, id = f"sum_{number}", f"optimizer_{number}"
    nodes[total] = Node(total, "reductions.sum")
    nodes[id] = Node(id, "optimizers.optimizer", settings=some_settings(chance, LIBRARY["optimizers.optimizer"], 0.1))
    return {Wire(source, Socket(total, "x")), Wire(Socket(total, "value"), Socket(id, "loss"))}


def is_a_sentence(error: GradwireError) -> bool:
    return error.sentence.endswith(".") and "\n" not in error.sentence and len(error.sentence) < 600


@pytest.mark.parametrize("block", range(sizes.count("random_graphs") // BLOCK))
def test_every_graph_is_answered_with_numbers_or_a_sentence(block):
    ran = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        content = Content(random_graph(seed))
        lenient = prepare(content, LIBRARY, Data(), strict=False)
        try:
            shown = look(lenient).wires
        except GradwireError as error:  # a singular matrix, say
            assert is_a_sentence(error), (seed, error.sentence)
            continue
        assert {socket.node for socket in shown} == {id for id in evaluable(lenient) if _has_outputs(lenient, id)}, seed
        assert all("\n" not in problem.sentence for problem in lenient.problems), seed
        try:
            prepared = prepare(content, LIBRARY, Data())
            trainer = Trainer(prepared, steps=3)
            trainer.run(5)
        except GradwireError as error:
            assert is_a_sentence(error), (seed, error.sentence)
            continue
        assert trainer.done, seed
        for lane in range(len(trainer.lanes)):
            assert trainer.kept(lane).values.keys() == prepared.parameters.keys()
        for plan in prepared.plans:
            _require_agreement(prepared, plan.id, seed)
        ran += 1
    assert ran >= BLOCK // 8, "too few of the random graphs run to mean anything"


def _has_outputs(prepared: Any, id: str) -> bool:
    return bool(prepared.operator(id).outputs_for(prepared.graph.nodes[id]))


def _require_agreement(prepared: Any, optimizer: str, seed: int) -> None:
    """Require equal gradients by every approach.

    Where a graph goes through a point without a derivative (the root of 0 behind a mask) forward mode may answer
    NaN, as 0 times infinity, where the adjoint answers 0: there it is not compared. Where the tape's gradient is not
    finite, or the adjoint's is not, nothing is: the tape does not look at what the loss does not depend on, and the
    static approach writes logarithms of exponentials so that they do not overflow.
    """
    found = {}
    for each in APPROACHES:
        try:
            found[each] = gradient(prepared, optimizer=optimizer, approach=each)
        except GradwireError as error:  # a clipped gradient exists only backwards
            assert each == "forward" and "choose an approach other than forward" in error.sentence, (seed, each)
    tape = found.pop("tape")
    for id, expected in tape.gradients.items():
        if not np.all(np.isfinite(found["source"].gradients[id])):
            continue
        for approach, other in found.items():
            if np.isfinite(tape.loss):
                np.testing.assert_allclose(other.loss, tape.loss, rtol=1e-6, err_msg=f"{seed} {approach}")
            given = other.gradients[id]
            if np.all(np.isfinite(expected)) and (approach != "forward" or np.all(np.isfinite(given))):
                single = expected.dtype.name in ("float32", "complex64")
                scale = 1.0 + np.abs(expected).max(initial=0.0)
                np.testing.assert_allclose(
                    given, expected, rtol=0, atol=(1e-5 if single else 1e-9) * scale, err_msg=f"{seed} {id} {approach}"
                )
