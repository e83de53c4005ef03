"""Tangent rules for autograd.scipy, which has almost none: after `teach`, autograd's own forward mode runs through it.

Programs compute special functions by primitives of their own (engine.program.special); these rules serve functions that
were written with autograd.scipy and are differentiated by autograd. SciPy is imported by the call, not by the module.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import autograd.numpy as np
from autograd.core import primitive_jvps, primitive_vjps
from autograd.extend import defjvp, defjvp_argnums

ELEMENTWISE = ("special", *(f"stats.{name}" for name in ("beta", "chi2", "gamma", "norm", "poisson", "t")))
"""Modules whose functions work element by element; those that do not have a rule already."""


def teach() -> None:
    """Give every function of autograd.scipy that has a cotangent rule a tangent rule too; say it twice, nothing is
    lost.
    """
    for name in ELEMENTWISE:
        for function in _differentiable(importlib.import_module(f"autograd.scipy.{name}")):
            if function not in primitive_jvps:
                defjvp_argnums(function, _elementwise(function))
    _teach_linear_algebra()
    _teach_distributions()
    convolve = importlib.import_module("autograd.scipy.signal").convolve
    defjvp(
        convolve,
        lambda g, ans, a, b, **settings: convolve(g, b, **settings),
        lambda g, ans, a, b, **settings: convolve(a, g, **settings),
    )


def _differentiable(module: Any) -> Iterator[Any]:
    for each in vars(module).values():
        if getattr(each, "_is_autograd_primitive", False) and each in primitive_vjps:
            yield each


def _elementwise(function: Any) -> Callable[..., Any]:
    """Return the tangent rule of an elementwise function: its slopes are what its cotangent rule multiplies by, once
    all arguments have the shape of the result.
    """

    def rule(numbers: Any, tangents: Any, ans: Any, arguments: Any, settings: Any) -> Any:
        shape = np.shape(ans)
        full = [np.broadcast_to(each, shape) if np.ndim(each) or shape == () else each for each in arguments]
        for number in numbers:
            full[number] = np.broadcast_to(arguments[number], shape)
        shares = [
            primitive_vjps[function]((number,), ans, tuple(full), settings)(np.broadcast_to(tangent, shape))
            for number, tangent in zip(numbers, tangents, strict=True)
        ]
        return sum((next(iter(share)) for share in shares), start=0.0)

    return rule


def _teach_linear_algebra() -> None:
    linalg = importlib.import_module("autograd.scipy.linalg")

    def triangular(g: Any, ans: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, **more: Any) -> Any:
        moved = np.tril(g) if lower else np.triu(g)
        if trans in (1, "T", 2, "C"):
            moved = np.conj(moved.T) if trans in (2, "C") else moved.T
        return -linalg.solve_triangular(a, np.dot(moved, ans), trans=trans, lower=lower, **more)

    defjvp(
        linalg.solve_triangular,
        triangular,
        lambda g, ans, a, b, **more: linalg.solve_triangular(a, g, **more),
    )

    def banded(g: Any, ans: Any, bands: Any, a: Any, b: Any) -> Any:
        below, above = bands
        moved = g[above] * ans if np.ndim(ans) == 1 else g[above][:, None] * ans
        for k in range(1, above + 1):  # row i takes a[above - k, i + k] times ans[i + k]
            share = g[above - k][k:] * ans[k:]
            moved = moved + np.concatenate([share, np.zeros(k)])
        for k in range(1, below + 1):
            share = g[above + k][:-k] * ans[:-k]
            moved = moved + np.concatenate([np.zeros(k), share])
        return -linalg.solve_banded(bands, a, moved)

    defjvp(
        linalg.solve_banded,
        banded,
        lambda g, ans, bands, a, b: linalg.solve_banded(bands, a, g),
        argnums=(1, 2),
    )


def _teach_distributions() -> None:
    normal = importlib.import_module("autograd.scipy.stats.multivariate_normal")
    dirichlet = importlib.import_module("autograd.scipy.stats.dirichlet")
    digamma = importlib.import_module("autograd.scipy.special").digamma

    def towards(g: Any, x: Any, mean: Any, cov: Any) -> Any:
        return np.sum(g * np.linalg.solve(cov, np.transpose(x - mean)).T, axis=-1)

    def spread(g: Any, x: Any, mean: Any, cov: Any) -> Any:
        inverse = np.linalg.inv(cov)
        pulled = np.dot(x - mean, inverse)
        return 0.5 * (np.sum(np.dot(pulled, g) * pulled, axis=-1) - np.sum(inverse.T * g))

    def weighed(rule: Callable[..., Any], sign: float, times: bool) -> Callable[..., Any]:
        return lambda g, ans, *arguments, **_: sign * rule(g, *arguments) * (ans if times else 1.0)

    for function, times in ((normal.logpdf, False), (normal.pdf, True)):
        defjvp(function, weighed(towards, -1.0, times), weighed(towards, 1.0, times), weighed(spread, 1.0, times))
    defjvp(normal.entropy, None, lambda g, ans, mean, cov: 0.5 * np.sum(g * np.linalg.inv(cov).T))

    def by_x(g: Any, x: Any, alpha: Any) -> Any:
        return np.sum(g * (alpha - 1) / x)

    def by_alpha(g: Any, x: Any, alpha: Any) -> Any:
        return np.sum(g * (digamma(np.sum(alpha)) - digamma(alpha) + np.log(x)))

    for function, times in ((dirichlet.logpdf, False), (dirichlet.pdf, True)):
        defjvp(function, weighed(by_x, 1.0, times), weighed(by_alpha, 1.0, times))


REASONS = {
    "_make_dict": "makes a dict of arrays, which is no array",
    "sequence_extend_left": "joins tuples of arrays, which are no array",
    "sequence_extend_right": "joins tuples of arrays, which are no array",
    "custom": "a person gives it for cotangents alone; programs transpose it",
    "odeint": "the tangent of a solution solves another equation: write the integrator as a loop instead",
}
"""Why a function that autograd differentiates backwards has no tangent rule."""
