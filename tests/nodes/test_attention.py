"""Attention next to JAX's own, its masks, and what it refuses."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.nodes.next_to_jax import compare
from tests.nodes.test_numerics import call, slope

RANDOM = np.random.default_rng(9)
QUERY, KEY, VALUE = (RANDOM.normal(size=shape) for shape in ((2, 5, 6), (2, 5, 6), (2, 5, 6)))
MASK = np.tril(RANDOM.uniform(size=(5, 5)) > 0.3) | np.eye(5, dtype=bool)
WEIGHTS = tuple(RANDOM.normal(0, 0.5, (6, 6)) for _ in range(4))


def theirs(q: Any, k: Any, v: Any, mask: Any = True) -> Any:
    """JAX's own dot_product_attention takes its softmax in single precision; this is its definition."""
    scores = jnp.einsum("...qd,...kd->...qk", q, k) / jnp.sqrt(q.shape[-1])
    return jnp.einsum("...qk,...kv->...qv", jax.nn.softmax(jnp.where(mask, scores, -jnp.inf)), v)


def headed(heads: int, q: Any, k: Any, v: Any, wq: Any, wk: Any, wv: Any, wo: Any, mask: Any = True) -> Any:
    parts = [jnp.split(x @ w, heads, axis=-1) for x, w in ((q, wq), (k, wk), (v, wv))]
    return jnp.concatenate([theirs(*each, mask) for each in zip(*parts, strict=True)], axis=-1) @ wo


def test_attention_is_that_of_jax() -> None:
    compare("neural.attention", theirs, (QUERY, KEY, VALUE), {})
    compare("neural.attention", lambda *x: theirs(*x, np.tri(5) > 0), (QUERY, KEY, VALUE), {"causal": True})


@pytest.mark.parametrize("heads", [1, 2, 3, 6])
def test_many_heads_are_those_of_jax(heads: int) -> None:
    compare(
        "neural.multi_head_attention",
        lambda *x: headed(heads, *x),
        (QUERY, KEY, VALUE, *WEIGHTS),
        {"heads": heads},
    )


def test_in_single_precision_it_is_jaxs_own() -> None:
    single = [each.astype("float32") for each in (QUERY, KEY, VALUE)]
    wanted = jax.nn.dot_product_attention(*(each[:, :, None] for each in single), is_causal=True)[:, :, 0]
    np.testing.assert_allclose(call("neural.attention", *single, np.float32(1), causal=True), wanted, rtol=1e-4)


def test_masks_are_those_of_jax() -> None:
    with jax.enable_x64(True):
        wanted = theirs(QUERY, KEY, VALUE, mask=MASK)
        several = headed(3, QUERY, KEY, VALUE, *WEIGHTS, mask=MASK)
    for mask in (MASK, MASK * 1.0, MASK.astype(int)):
        np.testing.assert_allclose(call("neural.attention", QUERY, KEY, VALUE, mask), wanted, rtol=1e-12)
    found = call("neural.multi_head_attention", QUERY, KEY, VALUE, *WEIGHTS, MASK, heads=3)
    np.testing.assert_allclose(found, several, rtol=1e-12)


def test_a_query_barred_from_all_keys_gives_zeros_and_no_derivative() -> None:
    none = np.zeros((5, 5))
    assert not call("neural.attention", QUERY, KEY, VALUE, none).any()
    for by in range(3):
        assert not slope("neural.attention", QUERY, KEY, VALUE, none, by=by).any()


def test_what_is_barred_has_no_influence() -> None:
    later = KEY.copy()
    later[:, 3:] = 1e6
    before, after = (call("neural.attention", QUERY, key, VALUE, 1.0, causal=True)[:, :3] for key in (KEY, later))
    np.testing.assert_array_equal(before, after)


def test_huge_scores_do_not_overflow() -> None:
    assert np.isfinite(call("neural.attention", QUERY * 1e5, KEY * 1e5, VALUE, 1.0)).all()
    function = LIBRARY["neural.attention"].function
    gradient = autograd.grad(lambda q: anp.sum(function(q, KEY * 1e5, VALUE, 1.0, causal=False)))(QUERY * 1e5)
    assert np.isfinite(gradient).all()


def test_the_weights_it_demands_are_those_it_accepts() -> None:
    declared = LIBRARY["neural.multi_head_attention"]
    query, key, value = ArrayType((2, 5, 6)), ArrayType((2, 7, 3)), ArrayType((2, 7, 4))
    settings = {"heads": 3, "causal": False}
    wanted = declared.demands({"query": query, "key": key, "value": value}, settings)
    assert set(wanted) == set(declared.adds)
    assert declared.shape([query, key, value, *(ArrayType(wanted[name]) for name in declared.adds)], settings) == (
        query,
    )
    assert set(declared.demands({"query": query}, settings)) == {"query_weights", "output_weights"}
    assert declared.demands({}, settings) == {}


F = ArrayType


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (
            (F((5, 6)), F((4, 5)), F((4, 6))),
            "query has shape (5, 6) and key has shape (4, 5): they differ at axis 1, 6",
        ),
        (
            (F((5, 6)), F((4, 6)), F((3, 6))),
            "key has shape (4, 6) and value has shape (3, 6): they differ at axis 0, 4",
        ),
        ((F((2, 5, 6)), F((3, 4, 6)), F((3, 4, 6))), "all axes before the last two must be equal"),
        ((F((6,)), F((4, 6)), F((4, 6))), "query has shape (6,): it takes one row per place"),
        ((F((5, 6)), F((4, 6)), F((4, 6)), F((4, 5))), "mask has shape (4, 5), which does not broadcast to (5, 4)"),
        ((F((5, 6)), F((4, 6)), F((4, 6)), F((2, 5, 4))), "does not broadcast to (5, 4)"),
    ],
)
def test_refusals_name_both_shapes(kinds: tuple[ArrayType, ...], sentence: str) -> None:
    with pytest.raises(ShapeError) as caught:
        LIBRARY["neural.attention"].shape(kinds, {"causal": False})
    assert sentence in caught.value.sentence and "\n" not in caught.value.sentence


def test_refusals_of_many_heads() -> None:
    rule = LIBRARY["neural.multi_head_attention"].shape
    three = [F((5, 6)), F((4, 6)), F((4, 6))]
    with pytest.raises(ShapeError, match="its axis 1, 6, cannot be shared out among 4 heads"):
        rule([*three, *[F((6, 6))] * 4], {"heads": 4})
    with pytest.raises(ShapeError, match=r"key_weights has shape \(6, 5\) where .* it must have shape \(6, 6\)"):
        rule([*three, F((6, 6)), F((6, 5)), F((6, 6)), F((6, 6))], {"heads": 2})
