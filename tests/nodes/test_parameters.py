"""How parameters start: initialisers, constraints, shapes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine import random_bits
from engine.errors import SettingError, ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from nodes.parameters import CONSTRAINTS, INITIALISERS, fans

PARAMETER = LIBRARY["parameters.parameter"]
KEY = random_bits.key(7, "w", 0)


def start(**own: Any) -> Any:
    assert PARAMETER.function is not None
    return PARAMETER.function(KEY, **{name: spec.default for name, spec in PARAMETER.settings.items()} | own)


def kind(**own: Any) -> Any:
    assert PARAMETER.shape is not None
    return PARAMETER.shape([], {name: spec.default for name, spec in PARAMETER.settings.items()} | own)[0]


def test_a_fresh_parameter_is_the_number_zero() -> None:
    assert kind() == ArrayType(()) and start(shape=()).tolist() == 0.0


def test_a_value_gives_its_own_shape_or_fills_the_one_asked_for() -> None:
    assert kind(value=((1.0, 2.0, 3.0),)) == ArrayType((1, 3))
    assert start(shape=(2, 3), value=1.5).tolist() == [[1.5] * 3] * 2
    assert start(shape=(2,), value=(1.0, 2.0)).tolist() == [1.0, 2.0]
    with pytest.raises(SettingError, match=r"the value has shape \(2,\), but shape \(3,\) is asked for"):
        start(shape=(3,), value=(1.0, 2.0))


def test_a_drawn_parameter_without_a_shape_says_so() -> None:
    with pytest.raises(ShapeError, match="its shape is not known yet"):
        kind(initial="normal")
    assert kind(initial="normal", shape=(4, 2)) == ArrayType((4, 2))


@pytest.mark.parametrize(
    ("initial", "deviation", "bounded"),
    [
        ("normal", 1.0, None),
        ("uniform", 1 / math.sqrt(3), 1.0),
        ("glorot_normal", math.sqrt(2 / (400 + 100)), None),
        ("glorot_uniform", math.sqrt(2 / (400 + 100)), math.sqrt(6 / (400 + 100))),
        ("he_normal", math.sqrt(2 / 400), None),
        ("he_uniform", math.sqrt(2 / 400), math.sqrt(6 / 400)),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_drawn_values_have_their_spread(initial: str, deviation: float, bounded: float | None, scale: float) -> None:
    values = start(shape=(400, 100), initial=initial, scale=scale)
    assert abs(values.mean()) < 5 * scale * deviation / 200
    assert abs(values.std() / (scale * deviation) - 1) < 0.02
    if bounded is not None:
        assert np.abs(values).max() <= scale * bounded < np.abs(values).max() * 1.001
    assert values.tolist() == start(shape=(400, 100), initial=initial, scale=scale).tolist()


def test_zeros_and_ones() -> None:
    assert start(shape=(2,), initial="zeros").tolist() == [0.0, 0.0]
    assert start(shape=(2,), initial="ones", scale=2.0).tolist() == [2.0, 2.0]
    assert {"zeros", "ones"} < set(INITIALISERS)


def test_fans_count_what_feeds_and_what_is_fed() -> None:
    assert fans((400, 100)) == (400, 100)
    assert fans((3, 3, 16, 32)) == (9 * 16, 9 * 32)
    assert fans((5,)) == (5, 5) and fans(()) == (1, 1) and fans((0, 4)) == (1, 4) and fans((0,)) == (1, 1)


@pytest.mark.parametrize("initial", ["zeros", "normal", "uniform", "ones"])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_start_values_are_inside_their_constraint(initial: str, constraint: str) -> None:
    values = start(shape=(50, 4), initial=initial, scale=2.0, constraint=constraint, low=-0.5, high=0.25)
    inside = {
        "none": np.isfinite(values),
        "positive": values > 0,
        "bounded": (values > -0.5) & (values < 0.25),
        "simplex": (values > 0) & (np.abs(values.sum(axis=1, keepdims=True) - 1) < 1e-14),
    }
    assert inside[constraint].all()


def test_values_inside_stay_what_they_are() -> None:
    assert start(shape=(2,), value=(0.2, 5.0), constraint="positive").tolist() == [0.2, 5.0]
    assert start(shape=(2,), value=(0.2, 0.75), constraint="bounded").tolist() == [0.2, 0.75]
    assert start(shape=(2,), value=(0.25, 0.75), constraint="simplex").tolist() == [0.25, 0.75]


def test_constraints_that_cannot_hold() -> None:
    with pytest.raises(ShapeError, match="low must be below high, but they are 2 and 1"):
        kind(shape=(), constraint="bounded", low=2.0, high=1.0)
    with pytest.raises(ShapeError, match="a scalar cannot be a simplex"):
        kind(shape=(), constraint="simplex")
    for constraint in CONSTRAINTS[1:]:
        with pytest.raises(ShapeError, match="complex64"):
            kind(shape=(2,), constraint=constraint, dtype="complex64")


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_precision(dtype: str) -> None:
    assert start(shape=(3,), initial="normal", dtype=dtype).dtype.name == dtype
    assert kind(shape=(3,), dtype=dtype) == ArrayType((3,), dtype)
