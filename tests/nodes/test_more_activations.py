"""The further activations: next to JAX, far out, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.nodes.next_to_jax import compare

VECTOR = np.array([-30.0, -3.5, -1.5, -0.25, 0.5, 0.9, 2.0, 40.0])
LOGITS = np.random.default_rng(1).normal(0, 3, (6, 4))
COUNTERPARTS: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
    ("leaky_relu", jax.nn.leaky_relu, {}),
    ("leaky_relu", lambda x: jax.nn.leaky_relu(x, 0.2), {"slope": 0.2}),
    ("elu", jax.nn.elu, {}),
    ("elu", lambda x: jax.nn.elu(x, 0.3), {"alpha": 0.3}),
    ("selu", jax.nn.selu, {}),
    ("hard_tanh", jax.nn.hard_tanh, {}),
    ("gelu", jax.nn.gelu, {}),
    ("silu", jax.nn.silu, {}),
    ("softplus", jax.nn.softplus, {}),
    ("softplus", lambda x: jax.nn.softplus(5 * x) / 5, {"sharpness": 5.0}),
    ("softsign", jax.nn.soft_sign, {}),
    ("mish", jax.nn.mish, {}),
]


@pytest.mark.parametrize(
    ("name", "other", "settings"), COUNTERPARTS, ids=[f"{c[0]}-{k}" for k, c in enumerate(COUNTERPARTS)]
)
def test_values_and_gradients_are_those_of_jax(name: str, other: Callable[..., Any], settings: dict[str, Any]) -> None:
    compare(f"activations.{name}", other, (VECTOR,), settings)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_along_an_axis_they_are_those_of_jax(axis: int) -> None:
    compare("activations.log_softmax", lambda x: jax.nn.log_softmax(x, axis), (LOGITS,), {"axis": axis})
    compare("activations.glu", lambda x: jax.nn.glu(x, axis), (LOGITS,), {"axis": axis})


@pytest.mark.parametrize("name", sorted({each[0] for each in COUNTERPARTS}))
def test_far_out_nothing_overflows_and_nan_stays(name: str) -> None:
    declared = LIBRARY[f"activations.{name}"]
    settings = {key: spec.default for key, spec in declared.settings.items()}
    with np.errstate(over="raise", invalid="raise"):
        far = declared.function(np.array([-1e4, 1e4]), **settings)
    assert np.isfinite(far).all()
    with np.errstate(all="ignore"):
        assert np.isnan(declared.function(np.array([np.nan]), **settings)).all()


def test_an_odd_axis_cannot_be_halved() -> None:
    rule = LIBRARY["activations.glu"].shape
    with pytest.raises(ShapeError, match=r"x has shape \(3, 4\): axis 0 has 3 numbers, which cannot be halved"):
        rule([ArrayType((3, 4))], {"axis": 0})
    with pytest.raises(ShapeError, match="has no axis 2"):
        rule([ArrayType((3, 4))], {"axis": 2})
    with pytest.raises(ShapeError, match="x is a scalar"):
        rule([ArrayType(())], {"axis": -1})
