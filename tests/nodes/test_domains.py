"""Values outside an operator's domain are said in one sentence that names node, socket, value and place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data import Data
from engine.diagnosis import said
from engine.errors import GradwireError
from engine.graph import Content, Node
from engine.prepare import prepare
from engine.training import Trainer
from nodes.domains import FAULTS
from nodes.library import LIBRARY
from tests.engine.operator_checks import cases
from tests.nodes.test_derivatives import graph_of

EYE = [[1.0, 0.0], [0.0, 1.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]

BAD: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("elementwise.log", ([1.0, 0.5, -0.25],), {}, '"x" is -0.25 at place 2, and it must be above 0'),
    ("elementwise.log", ([0.0, -3.0],), {}, '"x" is 0 at place 0 (and 1 more like it), and it must be above 0'),
    ("elementwise.sqrt", ([[1.0, -4.0]],), {}, '"x" is -4 at place (0, 1), and it must not be negative'),
    ("elementwise.sqrt", (0.0,), {}, '"x" is 0, and at 0 the derivative is infinite'),
    ("elementwise.divide", ([1.0, 2.0], [3.0, 0.0]), {}, '"y" is 0 at place 1, and it must not be 0'),
    ("elementwise.divide", ([1.0, 2.0],), {"y": 0.0}, '"y" is 0, and it must not be 0'),
    ("elementwise.power", ([-2.0, 1.0], [0.5, 2.0]), {}, '"x" is -2 at place 0, and a negative number has no power'),
    ("elementwise.arcsin", ([0.5, 1.5],), {}, '"x" is 1.5 at place 1, and it must lie between -1 and 1'),
    ("elementwise.arccosh", (0.5,), {}, '"x" is 0.5, and it must be above 1'),
    ("elementwise.logit", (1.25,), {}, '"x" is 1.25, and it must lie between 0 and 1'),
    ("elementwise.digamma", (-2.0,), {}, '"x" is -2, and it must not be 0 or a negative whole number'),
    ("elementwise.exp", (1000.0,), {}, '"x" is 1000, and its exponential is too large'),
    ("shape.take", ([1.0, 2.0, 3.0], [0, 3]), {}, '"indices" is 3 at place 1, and the length of the axis is 3, so it '
     "must lie between -3 and 2"),
    ("shape.gather", (EYE, [[0, -3]]), {}, '"indices" is -3 at place (0, 1), and the length of the axis is 2'),
    ("shape.scatter_add", ([1.0, 2.0], [0, 9]), {"length": 4}, '"indices" is 9 at place 1, and the length is 4'),
    ("neural.embedding", ([0, 2], EYE), {}, '"indices" is 2 at place 1, and the number of rows is 2, so it must lie '
     "between 0 and 1"),
    ("losses.nll", (EYE, [0, -1]), {}, '"labels" is -1 at place 1, and the number of classes is 2'),
    ("losses.cross_entropy", (EYE, [5, 0]), {}, '"labels" is 5 at place 0, and the number of classes is 2'),
    ("linear_algebra.solve", (SINGULAR, [1.0, 2.0]), {}, '"a" has no inverse: it has 2 rows and rank 1'),
    ("linear_algebra.inverse", ([EYE, SINGULAR],), {}, '"x" has no inverse: the matrix 1 has 2 rows and rank 1'),
    ("linear_algebra.solve_triangular", ([[1.0, 0.0], [3.0, 0.0]], [1.0, 2.0]), {}, '"a" is 0 at place 1, and no'),
    ("linear_algebra.cholesky", ([[1.0, 2.0], [2.0, 1.0]],), {}, '"x" is not positive definite: its smallest '
     "eigenvalue is -1"),
    ("signal.interpolate", (0.5, [0.0, 2.0, 1.5], [1.0, 2.0, 3.0]), {}, '"knots" does not rise: 2 at place 1 is '
     "followed by 1.5"),
    ("probability.normal_entropy", ([1.0, -2.0],), {}, '"deviation" is -2 at place 1, and it must be above 0'),
]  # fmt: skip


def stopped(id: str, inputs: tuple[Any, ...], settings: dict[str, Any]) -> tuple[str | None, str]:
    """Return the node and the sentence with which training a graph around an operator stops."""
    declared = LIBRARY[id]
    nodes: dict[str, Any] = {"n": (id, settings), "s": "reductions.sum", "o": ("optimizers.optimizer", {"steps": 2})}
    wires = [f"n.{declared.outputs_for(Node('n', id))[0].name}>s", "s>o.loss"]
    for number, value in enumerate(inputs):
        array = np.asarray(value)
        nodes[f"v{number}"] = (
            ("inputs.constant", {"value": array.tolist(), "dtype": "int64"})
            if array.dtype.kind == "i"
            else ("parameters.parameter", {"initial": "value", "value": array.tolist(), "shape": array.shape})
        )
        wires.append(f"v{number}>n.{declared.inputs[number].name}")
    prepared = prepare(Content(graph_of(nodes, " ".join(wires))), LIBRARY, Data())
    trainer = Trainer(prepared)
    try:
        trainer.run(2)
    except GradwireError as error:
        return error.node, error.sentence
    return trainer.stops[0].node, trainer.stops[0].sentence


@pytest.mark.parametrize(("id", "inputs", "settings", "words"), BAD, ids=[f"{b[0]}-{k}" for k, b in enumerate(BAD)])
def test_a_value_outside_the_domain_is_named(
    id: str, inputs: tuple[Any, ...], settings: dict[str, Any], words: str
) -> None:
    node, sentence = stopped(id, inputs, settings)
    assert node == "n" and sentence.count("\n") == 0
    assert words in sentence and f'"{LIBRARY[id].title}" (n)' in sentence, sentence


def test_the_samples_lie_inside() -> None:
    """What the library says of its own samples is nothing, apart from what is equal or infinite on purpose."""
    assert set(FAULTS) <= set(LIBRARY)
    for id, fault in FAULTS.items():
        for case in cases(LIBRARY[id]):
            given = dict(zip(case.socket_names, case.inputs, strict=False))
            given |= {each.name: np.asarray(each.default) for each in LIBRARY[id].inputs if each.name not in given}
            assert said(fault, given, LIBRARY[id].values(case.node)) is None, case
