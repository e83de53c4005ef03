"""Constraints against their definitions in SciPy, and their inverses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from engine.constraints import CONSTRAINTS

ORACLES = {
    "positive": (lambda x: np.logaddexp(x, 0.0), ()),
    "bounded": (lambda x: -1.0 + 4.0 * special.expit(x), (-1.0, 3.0)),
    "simplex": (lambda x: special.softmax(x, axis=-1), ()),
}
FREE = np.array([[-30.0, -2.0, 0.0], [0.3, 5.0, 30.0]])


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_value_is_its_definition(name):
    oracle, limits = ORACLES[name]
    np.testing.assert_allclose(CONSTRAINTS[name].value(FREE, *limits), oracle(FREE), rtol=1e-12)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_free_undoes_value(name):
    _, limits = ORACLES[name]
    value = CONSTRAINTS[name].value(np.clip(FREE, -8, 8), *limits)
    np.testing.assert_allclose(
        CONSTRAINTS[name].value(CONSTRAINTS[name].free(value, *limits), *limits), value, rtol=1e-7
    )


@pytest.mark.parametrize(
    ("name", "value", "limits"),
    [("positive", 0.0, ()), ("bounded", -1.0, (-1.0, 3.0)), ("bounded", 3.0, (-1.0, 3.0)), ("simplex", [1.0, 0.0], ())],
)
def test_a_value_on_its_limit_has_a_finite_free_value(name, value, limits):
    assert np.all(np.isfinite(CONSTRAINTS[name].free(np.asarray(value), *limits)))


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_extremes_overflow_nowhere(name):
    _, limits = ORACLES[name]
    with np.errstate(all="raise", under="ignore"):
        assert np.all(np.isfinite(CONSTRAINTS[name].value(np.array([-700.0, 0.0, 700.0]), *limits)))


@pytest.mark.parametrize("name", [name for name, each in CONSTRAINTS.items() if each.log_jacobian])
def test_the_logarithm_of_the_slope_is_that_of_differences(name):
    found, (_, limits) = CONSTRAINTS[name], ORACLES[name]
    free, step = np.array([-6.0, -1.0, 0.0, 0.7, 5.0]), 1e-5
    slope = (found.value(free + step, *limits) - found.value(free - step, *limits)) / (2 * step)
    np.testing.assert_allclose(found.log_jacobian(free, *limits), np.log(slope), atol=1e-7)
    bend = (found.log_jacobian(free + step, *limits) - found.log_jacobian(free - step, *limits)) / (2 * step)
    np.testing.assert_allclose(found.log_slope(free, *limits), bend, atol=1e-8)
