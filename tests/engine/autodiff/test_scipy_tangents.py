"""autograd's own forward mode, taught: every primitive autograd differentiates backwards, it differentiates forwards.

The list is autograd's own; tangents are compared with central differences and, by the dot test, with its cotangents.
"""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from typing import Any

import autograd
import autograd.numpy as anp
import autograd.scipy
import autograd.scipy.stats
import numpy as np
import pytest
from autograd.core import make_jvp, make_vjp, primitive_jvps, primitive_vjps

from engine.autodiff import rules
from engine.autodiff.scipy_tangents import REASONS, teach

U = np.array([0.31, 0.62, 0.85])
ROW = np.array([[1.3], [0.7]])
S = np.array([[2.3, 0.4, -0.7], [0.4, 1.1, 0.3], [-0.7, 0.3, 3.2]])
BAND = np.array([[0.0, 0.3, -0.2, 0.4], [2.0, 1.5, 1.8, 2.2], [0.5, -0.4, 0.3, 0.0]])
SIMPLEX = np.array([0.2, 0.5, 0.3])


def setup_module() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for package in (autograd.scipy, autograd.scipy.stats):
            for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
                importlib.import_module(each.name)
    teach()


CASES: dict[str, tuple[Any, ...]] = {
    # module.function: arguments, numbers of those that are moved
    **{f"special.{name}": ((U + 1.2,), (0,)) for name in (
        "gamma", "gammaln", "psi", "digamma", "rgamma", "erf", "erfc", "j0", "j1", "y0", "y1", "i0", "i1", "expit",
    )},
    "special.logit": ((U,), (0,)),
    "special.erfinv": ((U,), (0,)),
    "special.erfcinv": ((U,), (0,)),
    "special.polygamma": ((1, U), (1,)),
    "special.multigammaln": ((U + 3, 2), (0,)),
    "special.jn": ((2, U), (1,)),
    "special.yn": ((2, U), (1,)),
    "special.iv": ((2.0, U), (1,)),
    "special.ive": ((2.0, U), (1,)),
    "special.beta": ((U, ROW), (0, 1)),
    "special.betaln": ((U, ROW), (0, 1)),
    "special.betainc": ((1.5, 0.7, U), (2,)),
    "special.gammainc": ((1.5, U), (1,)),
    "special.gammaincc": ((1.5, U), (1,)),
    "stats.norm.logpdf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.norm.pdf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.norm.cdf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.norm.logcdf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.norm.sf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.norm.logsf": ((U, ROW, U + 1), (0, 1, 2)),
    "stats.t.logpdf": ((U, 3.0, ROW, U + 1), (0, 1, 2, 3)),
    "stats.t.pdf": ((U, 3.0, ROW, U + 1), (0, 1, 2, 3)),
    "stats.gamma.logpdf": ((U, ROW), (0, 1)),
    "stats.gamma.pdf": ((U, ROW), (0, 1)),
    "stats.beta.logpdf": ((U, ROW + 1, U + 2), (0, 1, 2)),
    "stats.beta.pdf": ((U, ROW + 1, U + 2), (0, 1, 2)),
    "stats.chi2.logpdf": ((U, 3.0), (0,)),
    "stats.poisson.logpmf": ((np.array([1, 0, 4]), ROW), (1,)),
    "stats.poisson.pmf": ((np.array([1, 0, 4]), ROW), (1,)),
    "stats.multivariate_normal.logpdf": ((U, U[::-1], S), (0, 1, 2)),
    "stats.multivariate_normal.pdf": ((U, U[::-1], S), (0, 1, 2)),
    "stats.multivariate_normal.entropy": ((U, S), (1,)),
    "stats.dirichlet.logpdf": ((SIMPLEX, U + 1), (1,)),
    "stats.dirichlet.pdf": ((SIMPLEX, U + 1), (1,)),
    "signal.convolve": ((U, np.array([0.4, -1.0])), (0, 1)),
    "linalg.solve_triangular": ((S, U), (0, 1)),
    "linalg.solve_banded": (((1, 1), BAND, np.array([1.0, -0.3, 0.2, 0.9])), (1, 2)),
}  # fmt: skip
SYMMETRIC = {("stats.multivariate_normal.logpdf", 2), ("stats.multivariate_normal.pdf", 2),
             ("stats.multivariate_normal.entropy", 1)}  # fmt: skip


def test_every_primitive_that_autograd_differentiates_backwards_it_differentiates_forwards() -> None:
    lacking = [each.__name__ for each in primitive_vjps if each not in primitive_jvps and each.__name__ not in REASONS]
    assert rules.JVP  # importing the rules teaches those of autograd.numpy
    assert sorted(set(lacking)) == []
    assert len(primitive_vjps) > 240


@pytest.mark.parametrize("name", CASES)
def test_tangents_are_those_of_differences_and_fit_the_cotangents(name: str) -> None:
    module, _, short = name.rpartition(".")
    function = getattr(importlib.import_module(f"autograd.scipy.{module}"), short)
    arguments, moved = CASES[name]
    random = np.random.default_rng(3)
    for number in moved:
        x = np.asarray(arguments[number], float)
        way = random.uniform(0.5, 1.5, x.shape) * random.choice([-1.0, 1.0], x.shape)
        way = (way + way.T) / 2 if (name, number) in SYMMETRIC else way

        def alone(value: Any, number: int = number) -> Any:
            return function(*arguments[:number], value, *arguments[number + 1 :])

        _, tangent = make_jvp(alone, x)(way)
        differences = (
            8 * (alone(x + 1e-3 * way) - alone(x - 1e-3 * way)) - (alone(x + 2e-3 * way) - alone(x - 2e-3 * way))
        ) / 12e-3
        np.testing.assert_allclose(tangent, differences, rtol=2e-7, atol=1e-9)
        pull, value = make_vjp(alone, x)
        weights = random.uniform(0.5, 1.5, np.shape(value))
        assert np.sum(pull(weights) * way) == pytest.approx(np.sum(weights * tangent), rel=1e-10)


def test_forward_mode_runs_inside_reverse_mode() -> None:
    """The second derivative of log gamma is trigamma, forwards over backwards through taught rules."""
    from autograd.scipy.special import gammaln, polygamma

    slope = autograd.grad(lambda x: anp.sum(gammaln(x)))
    _, second = make_jvp(slope, U)(np.ones(3))
    np.testing.assert_allclose(second, polygamma(1, U), rtol=1e-12)
