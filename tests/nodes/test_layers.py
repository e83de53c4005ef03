"""The further layers: next to JAX, in graphs with the parameters they add, at their guards, and what they refuse."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.errors import ShapeError
from engine.types import ArrayType, Type
from nodes.library import LIBRARY
from tests.nodes.next_to_jax import compare
from tests.nodes.test_in_graphs import opened, optimizer, weight
from tests.nodes.test_numerics import call, slope

RANDOM = np.random.default_rng(8)


def normal(*shape: int) -> Any:
    return RANDOM.normal(0, 0.8, shape)


def test_layer_norm_is_that_of_jax() -> None:
    def other(x: Any, scale: Any, shift: Any) -> Any:
        return jax.nn.standardize(x, axis=-1, epsilon=1e-5) * scale + shift

    compare("neural.layer_norm", other, (normal(4, 5), normal(5), normal(5)), {})
    compare("neural.layer_norm", other, (normal(2, 4, 5), normal(5), normal(5)), {})


def test_embedding_and_one_hot_are_those_of_jax() -> None:
    indices = np.array([[0, 3, 3], [1, 0, 2]])
    compare("neural.embedding", lambda k, table: table[k], (indices, normal(4, 2)), {})
    compare("neural.one_hot", lambda k: jax.nn.one_hot(k, 5), (indices,), {"classes": 5})
    one_hot = call("neural.one_hot", indices, classes=4)
    table = normal(4, 2)
    np.testing.assert_allclose(one_hot @ table, call("neural.embedding", indices, table), rtol=1e-15)


@pytest.mark.parametrize("index", [-1, 4, 10**9])
def test_an_index_outside_the_table_is_nan_and_moves_no_row(index: int) -> None:
    table, indices = np.ones((4, 2)), np.array([1, index])
    found = call("neural.embedding", indices, table)
    assert np.isfinite(found[0]).all() and np.isnan(found[1]).all()
    assert slope("neural.embedding", indices, table, by=1).tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]


def test_the_residual_is_a_sum() -> None:
    compare("neural.residual", lambda x, f: x + 0.3 * f, (normal(3, 2), normal(3, 2)), {"strength": 0.3})


# ----- cells -----

X, H, C = normal(5, 3), normal(5, 2), normal(5, 2)


def weights(gates: int) -> tuple[Any, ...]:
    return normal(3, 2 * gates), normal(2, 2 * gates), normal(2 * gates)


def test_the_simple_cell_is_that_of_jax() -> None:
    compare("neural.rnn_cell", lambda x, h, w, u, b: jnp.tanh(x @ w + h @ u + b), (X, H, *weights(1)), {})


def test_the_gru_cell_is_that_of_jax() -> None:
    def other(x: Any, h: Any, w: Any, u: Any, b: Any) -> Any:
        (xr, xz, xn), (hr, hz, hn) = (jnp.split(each, 3, -1) for each in (x @ w + b, h @ u))
        z = jax.nn.sigmoid(xz + hz)
        return (1 - z) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn) + z * h

    compare("neural.gru_cell", other, (X, H, *weights(3)), {})


def test_the_lstm_cell_is_that_of_jax() -> None:
    def other(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any) -> Any:
        i, f, g, o = jnp.split(x @ w + h @ u + b, 4, -1)
        after = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(after), after

    compare("neural.lstm_cell", other, (X, H, C, *weights(4)), {})


@pytest.mark.parametrize(("name", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_cells_demand_what_they_accept(name: str, gates: int) -> None:
    declared = LIBRARY[f"neural.{name}_cell"]
    x, state = ArrayType((5, 3)), ArrayType((5, 6))
    wanted = declared.demands({"x": x}, {"units": 6})
    assert set(wanted) == set(declared.adds)
    states = [state] * (len(declared.inputs) - 4)
    found = declared.shape([x, *states, *(ArrayType(wanted[each]) for each in declared.adds)], {"units": 6})
    assert found == (state,) * len(states)
    assert set(declared.demands({}, {"units": 6})) == {"recurrent", "bias"}


def refused(name: str, *kinds: Type, **settings: Any) -> str:
    with pytest.raises(ShapeError) as caught:
        LIBRARY[f"neural.{name}"].shape(kinds, settings)
    assert "\n" not in caught.value.sentence
    return caught.value.sentence


def test_refusals_name_shapes_and_axis() -> None:
    f = ArrayType
    sentence = refused("rnn_cell", f((5, 3)), f((5, 2)), f((4, 2)), f((2, 2)), f((2,)))
    assert sentence == (
        "weights has shape (4, 2) where x has shape (5, 3) and state has shape (5, 2): "
        "it must have shape (3, 2); axis 0 differs"
    )
    sentence = refused("gru_cell", f((5, 3)), f((4, 2)), f((3, 6)), f((2, 6)), f((6,)))
    assert "state has shape (4, 2)" in sentence and "must have shape (5, 2); axis 0 differs" in sentence
    assert "it takes 1 axis" in refused("rnn_cell", f((5, 3)), f((5, 2)), f((3, 2)), f((2, 2)), f((1, 2)))
    assert refused("rnn_cell", f(()), f((2,)), f((3, 2)), f((2, 2)), f((2,))).startswith("x is a scalar")
    assert refused("embedding", f((3,)), f((4, 2))) == "indices takes whole numbers, counted from 0, not float64"
    assert "table has shape (4,)" in refused("embedding", f((3,), "int64"), f((4,)))
    assert "axis 1, 3 and 4" in refused("residual", f((2, 3)), f((2, 4)))
    assert "shift must have shape (3,)" in refused("layer_norm", f((2, 3)), f((3,)), f((4,)))


# ----- in graphs, with the parameters they add -----


def test_layers_with_inferred_parameters_learn_in_a_graph() -> None:
    added = {"table": "normal", "wq": "glorot_uniform", "wk": "glorot_uniform", "wv": "glorot_uniform"}
    added |= {"wo": "glorot_uniform", "w": "glorot_uniform", "u": "glorot_uniform", "b": "zeros"}
    added |= {"scale": "ones", "shift": "zeros"}
    nodes = {
        "tokens": ("inputs.constant", {"value": ((0, 1, 2, 1), (2, 2, 0, 1)), "dtype": "int64"}),
        "start": ("inputs.constant", {"value": (((0.0,) * 3,) * 4,) * 2}),
        "aim": ("inputs.constant", {"value": (((0.3, -0.6, 0.1),) * 4,) * 2}),
        "embedding": ("neural.embedding", {"items": 3, "units": 4}),
        "heads": ("neural.multi_head_attention", {"heads": 2, "causal": True}),
        "around": ("neural.residual", {}),
        "norm": ("neural.layer_norm", {}),
        "hold": ("gradients.clip_norm", {"limit": 1.0}),
        "cell": ("neural.gru_cell", {"units": 3}),
        "loss": ("losses.huber", {}),
        "adam": optimizer("adam", 0.05, 150),
        **{name: weight(initial) for name, initial in added.items()},
    }
    graph = opened(
        nodes,
        "tokens.value > embedding.indices; table.value > embedding.table; embedding.value > heads.query; "
        "embedding.value > heads.key; embedding.value > heads.value; wq.value > heads.query_weights; "
        "wk.value > heads.key_weights; wv.value > heads.value_weights; wo.value > heads.output_weights; "
        "embedding.value > around.x; heads.mixed > around.branch; around.value > norm.x; scale.value > norm.scale; "
        "shift.value > norm.shift; norm.value > hold.x; hold.value > cell.x; start.value > cell.state; "
        "w.value > cell.weights; u.value > cell.recurrent; b.value > cell.bias; cell.next > loss.prediction; "
        "aim.value > loss.target; loss.value > adam.loss",
    )
    result = graph.run().only
    assert not result.failed and result.loss < 1e-3
    shapes = {name: value.shape for name, value in result.parameters.items()}
    assert shapes["table"] == (3, 4) and shapes["wo"] == (4, 4) and shapes["scale"] == (4,)
    assert shapes["w"] == (4, 9) and shapes["u"] == (3, 9) and shapes["b"] == (9,)
