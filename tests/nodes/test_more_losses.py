"""The further losses: next to JAX, far out, at their guards, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.nodes.next_to_jax import compare
from tests.nodes.test_numerics import call, slope

RANDOM = np.random.default_rng(5)
P, T, N = RANDOM.normal(0, 2, (3, 7, 4))
SIGNS = np.sign(T)
LABELS = RANDOM.integers(0, 4, 7)
CHANCES = scipy.special.softmax(T, -1)


def _huber(p: Any, t: Any, delta: float) -> Any:
    d = jnp.abs(p - t)
    return jnp.mean(jnp.where(d <= delta, d**2 / 2, delta * (d - delta / 2)))


def _cosine(p: Any, t: Any) -> Any:
    lengths = jnp.linalg.norm(p, axis=-1) * jnp.linalg.norm(t, axis=-1)
    return jnp.mean(1 - jnp.einsum("ij,ij->i", p, t) / lengths)


def _triplet(a: Any, p: Any, n: Any) -> Any:
    return jnp.mean(jax.nn.relu(((a - p) ** 2).sum(-1) - ((a - n) ** 2).sum(-1) + 0.2))


def _divergence(x: Any, t: Any) -> Any:
    return jnp.mean(jnp.sum(jax.scipy.special.rel_entr(t, jax.nn.softmax(x)), axis=-1))


COUNTERPARTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    ("mae", lambda p, t: jnp.mean(jnp.abs(p - t)), (P, T), {}),
    ("huber", lambda p, t: _huber(p, t, 1.0), (P, T), {}),
    ("huber", lambda p, t: _huber(p, t, 0.25), (P, T), {"delta": 0.25}),
    ("log_cosh", lambda p, t: jnp.mean(jnp.log(jnp.cosh(p - t))), (P, T), {}),
    ("poisson", lambda r, k: jnp.mean(jnp.exp(r) - k * r), (P, np.abs(T)), {}),
    ("cosine", _cosine, (P, T), {}),
    ("triplet", _triplet, (P, T, N), {}),
    ("hinge", lambda s, t: jnp.mean(jax.nn.relu(1 - s * t)), (P, SIGNS), {}),
    ("kl_divergence", _divergence, (P, CHANCES), {}),
    ("nll", lambda x, labels: -jnp.mean(x[jnp.arange(7), labels]), (P, LABELS), {}),
    ("l1_penalty", lambda x, y: 0.1 * (jnp.abs(x).sum() + jnp.abs(y).sum()), (P, T[0]), {"strength": 0.1}),
    ("l2_penalty", lambda x, y: 0.05 * ((x**2).sum() + (y**2).sum()), (P, T[0]), {"strength": 0.1}),
    ("elastic_penalty", lambda x: 0.1 * (0.3 * jnp.abs(x).sum() + 0.35 * (x**2).sum()), (P,),
     {"strength": 0.1, "ratio": 0.3}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "other", "arguments", "settings"), COUNTERPARTS, ids=[f"{c[0]}-{k}" for k, c in enumerate(COUNTERPARTS)]
)
def test_values_and_gradients_are_those_of_jax(
    name: str, other: Callable[..., Any], arguments: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    compare(f"losses.{name}", other, arguments, settings)


def test_log_cosh_keeps_its_digits_near_zero_and_does_not_overflow() -> None:
    np.testing.assert_allclose(call("losses.log_cosh", np.array(1e-9), np.array(0.0)), 5e-19, rtol=1e-12)
    np.testing.assert_allclose(call("losses.log_cosh", np.array(1e4), np.array(0.0)), 1e4 - np.log(2), rtol=1e-15)
    assert slope("losses.log_cosh", np.array(1e4), np.array(0.0)) == 1.0
    assert slope("losses.log_cosh", np.array(0.0), np.array(0.0)) == 0.0


def test_rows_of_zeros_have_no_direction() -> None:
    rows, zeros = np.array([[3.0, 4.0]]), np.zeros((1, 2))
    assert call("losses.cosine", rows, zeros) == 1.0
    assert slope("losses.cosine", zeros, rows).tolist() == [[0.0, 0.0]]


def test_a_target_of_chance_zero_adds_nothing_and_spoils_nothing() -> None:
    scores, hard = np.array([[2.0, 1.0, -900.0]]), np.array([[0.0, 1.0, 0.0]])
    np.testing.assert_allclose(
        call("losses.kl_divergence", scores, hard), call("losses.cross_entropy", scores, np.array([1])), rtol=1e-15
    )
    np.testing.assert_allclose(
        slope("losses.kl_divergence", scores, hard), slope("losses.cross_entropy", scores, np.array([1])), rtol=1e-14
    )
    assert np.isfinite(slope("losses.kl_divergence", scores, hard, by=1)).all()
    assert call("losses.kl_divergence", np.log(CHANCES), CHANCES) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("label", [-1, 4])
def test_a_label_that_is_no_class_makes_the_likelihood_nan(label: int) -> None:
    assert np.isnan(call("losses.nll", P[:1], np.array([label])))


def test_kinks_have_the_derivative_the_help_says() -> None:
    assert slope("losses.mae", np.zeros(2), np.zeros(2)).tolist() == [0.0, 0.0]
    assert slope("losses.l1_penalty", np.array([0.0, -2.0]), strength=3.0).tolist() == [0.0, -3.0]
    assert slope("losses.hinge", np.array([1.0]), np.array([1.0])).tolist() == [0.0]


def refused(name: str, *kinds: ArrayType) -> str:
    with pytest.raises(ShapeError) as caught:
        LIBRARY[f"losses.{name}"].shape(kinds, {})
    return caught.value.sentence


@pytest.mark.parametrize("name", ["mae", "huber", "log_cosh", "poisson", "hinge", "cosine", "kl_divergence"])
def test_different_shapes_are_refused_naming_both_and_the_axis(name: str) -> None:
    sentence = refused(name, ArrayType((7, 4)), ArrayType((7, 3)))
    assert "(7, 4)" in sentence and "(7, 3)" in sentence and "axis 1, 4 and 3" in sentence


def test_other_refusals() -> None:
    assert "negative has shape (4,)" in refused("triplet", ArrayType((7, 4)), ArrayType((7, 4)), ArrayType((4,)))
    assert refused("cosine", ArrayType(()), ArrayType(())).startswith("prediction has shape scalar: it takes one row")
    assert refused("nll", ArrayType((7, 4)), ArrayType((7,))).startswith("labels takes whole numbers")
    assert "one class for each row of log_probabilities" in refused("nll", ArrayType((7, 4)), ArrayType((6,), "int64"))
    assert refused("l2_penalty", ArrayType((2,)), ArrayType((2,), "complex128")).startswith("xs.1 takes real numbers")
