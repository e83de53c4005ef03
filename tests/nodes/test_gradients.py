"""Gradient shaping: the value passes, the derivative is the declared surrogate's, and a wrong surrogate is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError
from engine.program.functions import record_function
from engine.types import type_of
from nodes.library import LIBRARY
from tests.engine.operator_checks import check_operator

X = np.array([-2.4, -0.5, 0.0, 0.7, 1.5])
FAMILY = [declared for declared in LIBRARY.values() if declared.family == "gradients" and declared.surrogate]


def slope(operator: str, cotangent: Any, x: Any = X, approach: str = "static", **settings: Any) -> Any:
    declared = LIBRARY[operator]
    own = {name: np.float64(spec.default) for name, spec in declared.settings.items()} | settings
    assert declared.function is not None
    program = record_function(lambda v: anp.sum(declared.function(v, **own) * cotangent), [type_of(x)])
    backend = "autograd" if approach == "tape" else "numpy_code"
    return gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)([x])[1][0]


def test_values_pass_unchanged_to_the_last_bit() -> None:
    x = np.random.default_rng(3).normal(size=1000)
    for declared in FAMILY:
        if declared.short not in ("round", "sign"):
            settings = {name: spec.default for name, spec in declared.settings.items()}
            arguments = (x, -x)[: len(declared.inputs)]
            assert declared.function(*arguments, **settings).tobytes() == x.tobytes(), declared.id


@pytest.mark.parametrize("declared", FAMILY, ids=lambda declared: declared.id)
def test_a_wrong_surrogate_is_caught(declared: Any) -> None:
    with pytest.raises(AssertionError, match="differences give"):
        check_operator(replace(declared, surrogate=lambda x, *_, **settings: x * x))


def test_without_a_surrogate_the_same_operator_fails() -> None:
    with pytest.raises(AssertionError, match="differences give"):
        check_operator(replace(LIBRARY["gradients.reverse"], surrogate=None))


def test_straight_through_is_that_of_jax() -> None:
    with jax.enable_x64(True):
        weights = jnp.arange(1.0, 6.0)
        theirs = jax.grad(lambda x: jnp.sum(weights * (x + jax.lax.stop_gradient(jnp.round(x) - x))))(X)
        clipped = jax.grad(lambda x: jnp.sum(weights * jnp.clip(x, -1, 1)))(X)
    np.testing.assert_allclose(slope("gradients.round", np.arange(1.0, 6.0)), theirs)
    np.testing.assert_allclose(slope("gradients.sign", np.arange(1.0, 6.0)), clipped)


def test_stopping_leaves_the_other_paths() -> None:
    stop = LIBRARY["gradients.stop"].function
    program = record_function(lambda x: anp.sum(stop(x) * x), [type_of(X)])
    for approach, backend in (("static", "numpy_code"), ("tape", "autograd"), ("forward", "numpy_code")):
        found = gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)([X])
        np.testing.assert_array_equal(found[1][0], X)


@pytest.mark.parametrize("approach", ["static", "tape"])
def test_clipping_holds_gradients_that_explode(approach: str) -> None:
    huge = np.array([1e200, -1e300, 3.0, 0.0, -0.25])
    assert slope("gradients.clip", huge, approach=approach).tolist() == [1.0, -1.0, 1.0, 0.0, -0.25]
    short = slope("gradients.clip_norm", huge, approach=approach, limit=np.float64(2.0))
    np.testing.assert_allclose(short, huge / 1e300 * 2.0, rtol=1e-14, atol=1e-300)
    assert slope("gradients.clip_norm", np.zeros(5), approach=approach).tolist() == [0.0] * 5
    assert np.isnan(slope("gradients.clip", np.full(5, np.nan), approach=approach)).all()


@pytest.mark.parametrize("operator", ["gradients.clip", "gradients.clip_norm"])
def test_clipping_is_refused_forwards_with_a_sentence(operator: str) -> None:
    with pytest.raises(LoweringError, match="exists only backwards") as caught:
        slope(operator, np.ones(5), approach="forward")
    assert "\n" not in caught.value.sentence


def test_the_shaped_gradient_has_a_gradient_of_its_own() -> None:
    reverse = LIBRARY["gradients.reverse"].function
    program = record_function(lambda x: anp.sum(reverse(x, factor=1.0) ** 3), [type_of(X)])
    once = adjoint(program, program.outputs[0], [program.inputs[0].var])
    gradient = compile_program(once)([X])[1]
    np.testing.assert_allclose(gradient, -3 * X**2)  # the value is x, the derivative -3 x^2
