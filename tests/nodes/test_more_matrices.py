"""The matrix exponential next to SciPy's, and convolution layers that bring their weights along."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from engine.data import Data
from engine.graph import Content
from engine.infer import infer
from engine.prepare import prepare
from engine.training import Trainer
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.nodes.test_derivatives import graph_of

RANDOM = np.random.default_rng(5)
expm = LIBRARY["linear_algebra.expm"].function


@pytest.mark.parametrize("norm", [0.0, 1e-8, 0.5, 4.0, 30.0, 300.0, 3000.0])
def test_the_exponential_is_that_of_scipy_at_every_size(norm: float) -> None:
    x = RANDOM.normal(size=(5, 5))
    x = x - x.T - 0.2 * np.eye(5)  # a turning that shrinks, so that nothing overflows
    x = x * norm / np.abs(x).sum(axis=0).max()
    np.testing.assert_allclose(expm(x), scipy.linalg.expm(x), rtol=0, atol=2e-11)


def test_exponentials_known_in_closed_form() -> None:
    np.testing.assert_array_equal(expm(np.zeros((3, 3))), np.eye(3))
    np.testing.assert_allclose(expm(np.array([[0.0, 7.0], [0.0, 0.0]])), [[1.0, 7.0], [0.0, 1.0]], rtol=1e-15)
    turn = expm(np.array([[0.0, -1.3], [1.3, 0.0]]))
    np.testing.assert_allclose(turn, [[np.cos(1.3), -np.sin(1.3)], [np.sin(1.3), np.cos(1.3)]], rtol=1e-14)
    np.testing.assert_allclose(expm(np.array([[-800.0]])), [[np.exp(-800.0)]], rtol=1e-9, atol=1e-300)
    assert np.isnan(expm(np.array([[-1e5]]))).all()
    assert expm(np.zeros((0, 0))).shape == (0, 0) and expm(np.zeros((2, 3, 3), "float32")).dtype == np.float32


@pytest.mark.parametrize(("rank", "kind"), [(1, "convolution"), (2, "convolution"), (2, "transposed_convolution")])
def test_a_layer_s_weights_get_their_shapes_from_it(rank: int, kind: str) -> None:
    shape = (4, 3, *(6, 7)[:rank])
    id = f"neural.{kind}_{rank}d"
    nodes = {
        "x": ("inputs.constant", {"value": RANDOM.normal(size=shape).tolist()}), "n": (id, {"filters": 5, "size": 2}),
        "k": ("parameters.parameter", {"initial": "glorot_uniform", "shape": None}),
        "b": ("parameters.parameter", {"initial": "zeros", "shape": None}), "q": "elementwise.square",
        "l": "reductions.mean", "o": ("optimizers.optimizer", {"steps": 30, "learning_rate": 0.1}),
    }  # fmt: skip
    graph = graph_of(nodes, "x>n k>n.kernel b>n.bias n>q q>l l>o.loss")
    types = {str(socket): kind for socket, kind in infer(graph, LIBRARY).types.items()}
    front = (3, 5) if kind.startswith("transposed") else (5, 3)
    assert types["k.value"] == ArrayType((*front, *(2,) * rank)) and types["b.value"] == ArrayType((5,))
    trainer = Trainer(prepare(Content(graph), LIBRARY, Data()))
    losses = np.concatenate([chunk.rows[:, 0] for chunk in trainer.run(30)])
    assert losses[-1] < 0.5 * losses[0]
