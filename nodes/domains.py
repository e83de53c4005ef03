"""What lies outside the domain of an operator, said of the values themselves: which input, which value, which place.

The engine asks when a node fails or gives NaN; shapes and dtypes are looked at before, by the shape rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Given = Mapping[str, Any]
"""Values by input socket; a number stands for an input that is not wired."""
Fault: TypeAlias = Callable[[Given, Mapping[str, Any]], "tuple[str, str] | None"]
"""(values, settings) -> (socket, what is wrong with it), or None where everything lies in the domain."""

SINGULAR = 1e-15
"""Below this reciprocal condition a matrix counts as singular."""


def told(socket: str, values: NDArray[Any], wrong: NDArray[Any], rule: str) -> tuple[str, str] | None:
    """Return the first wrong value with its place, and the rule it breaks."""
    wrong = np.broadcast_to(wrong, np.shape(values))
    if not np.any(wrong):
        return None
    place = tuple(int(k) for k in np.argwhere(wrong)[0])
    value = np.asarray(values)[place]
    at = "" if not place else f" at place {place[0]}" if len(place) == 1 else f" at place {place}"
    shown = f"{value:.6g}" if np.asarray(value).dtype.kind in "fc" else str(value)
    more = int(np.count_nonzero(wrong)) - 1
    others = f" (and {more:,} more like it)" if more else ""
    return socket, f"is {shown}{at}{others}, and {rule}"


def real(rule: str, wrong: Callable[[Any], Any], socket: str = "x") -> Fault:
    """Return the check of one real input, value by value: complex numbers are not looked at."""

    def fault(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        values = np.asarray(given[socket])
        return None if values.dtype.kind == "c" else told(socket, values, wrong(values), rule)

    return fault


def each(*faults: Fault) -> Fault:
    """Return a check that says the first thing that one of several has to say."""

    def fault(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        found = (check(given, settings) for check in faults)
        return next((said for said in found if said is not None), None)

    return fault


def _indices(socket: str, length: Callable[[Given, Mapping[str, Any]], int], negative: bool, what: str) -> Fault:
    def fault(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        count, values = length(given, settings), np.asarray(given[socket])
        lowest = -count if negative else 0
        rule = f"{what} {count}, so it must lie between {lowest} and {count - 1}" if count else f"{what} none"
        return told(socket, values, (values < lowest) | (values >= count), rule)

    return fault


def _length(given: Given, settings: Mapping[str, Any]) -> int:
    return int(np.shape(given["x"])[settings["axis"]])


def _matrices(socket: str) -> Fault:
    """Return the check for singular matrices."""

    def fault(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        matrices = np.asarray(given[socket])
        if not np.all(np.isfinite(matrices)):
            return None
        for place in np.ndindex(matrices.shape[:-2]):
            s = np.linalg.svd(matrices[place], compute_uv=False)
            if s.size and s[-1] <= SINGULAR * s[0]:
                which = f"the matrix {place[0] if len(place) == 1 else place}" if place else "it"
                rows = matrices.shape[-1]
                rank = int(np.count_nonzero(s > SINGULAR * s[0] * rows))
                return socket, f"has no inverse: {which} has {rows} rows and rank {rank}"
        return None

    return fault


def _triangle(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    diagonal = np.diagonal(np.asarray(given["a"]), axis1=-2, axis2=-1)
    return told("a", diagonal, diagonal == 0, "no number on the diagonal may be 0")


def _definite(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    x = np.asarray(given["x"])
    if not np.all(np.isfinite(x)):
        return None
    smallest = np.linalg.eigvalsh(0.5 * (x + np.swapaxes(x, -1, -2)))[..., 0]
    if np.all(smallest > 0):
        return None
    return "x", f"is not positive definite: its smallest eigenvalue is {float(smallest.min()):.6g}"


def _equal(values: Callable[[Any], Any], what: str) -> Fault:
    """Return the check for equal eigenvalues or singular values, where vectors have no derivative."""

    def fault(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
        x = np.asarray(given["x"])
        if not np.all(np.isfinite(x)):
            return None
        found = np.sort(values(x), axis=-1)
        close = np.diff(found, axis=-1) <= 1e-12 * np.abs(found).max(axis=-1, keepdims=True)
        if not np.any(close):
            return None
        value = float(found[..., 1:][close][0])
        return "x", f"has two {what} of {value:.6g}: their vectors have no derivative"

    return fault


def _rising(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    knots = np.asarray(given["knots"])
    down = np.flatnonzero(~(np.diff(knots) > 0))
    if not down.size:
        return None
    k = int(down[0])
    return "knots", f"does not rise: {knots[k]:.6g} at place {k} is followed by {knots[k + 1]:.6g}"


def _power(given: Given, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    x, exponent = np.broadcast_arrays(np.asarray(given["x"]), np.asarray(given["exponent"]))
    if x.dtype.kind == "c" or exponent.dtype.kind == "c":
        return None
    broken = (x < 0) & (exponent != np.round(exponent))
    return told("x", x, broken, "a negative number has no power that is not whole") or told(
        "x", x, (x == 0) & (exponent < 0), "0 has no negative power"
    )


def _labels(scores: str) -> Fault:
    return _indices("labels", lambda given, _: int(np.shape(given[scores])[-1]), False, "the number of classes is")


def _not_zero(socket: str) -> Fault:
    return real("it must not be 0", lambda x: x == 0, socket)


def _positive(socket: str) -> Fault:
    return real("it must be above 0", lambda x: ~(x > 0), socket)


POSITIVE = _positive("x")
WITHIN = real("it must lie between -1 and 1", lambda x: np.abs(x) > 1)
POLE = real("it must not be 0 or a negative whole number", lambda x: (x <= 0) & (x == np.round(x)))


def _finite(socket: str) -> Fault:
    return real("it must be a finite number", lambda x: ~np.isfinite(x), socket)


FAULTS: Mapping[str, Fault] = {
    "elementwise.log": POSITIVE, "elementwise.log2": POSITIVE, "elementwise.log10": POSITIVE,
    "elementwise.log1p": real("it must be above -1", lambda x: ~(x > -1)),
    "elementwise.sqrt": each(real("it must not be negative", lambda x: x < 0),
                             real("at 0 the derivative is infinite", lambda x: x == 0)),
    "elementwise.divide": _not_zero("y"), "elementwise.remainder": _not_zero("y"),
    "elementwise.reciprocal": _not_zero("x"),
    "elementwise.power": _power,
    "elementwise.arcsin": WITHIN, "elementwise.arccos": WITHIN,
    "elementwise.arctanh": real("it must lie between -1 and 1, without both", lambda x: ~(np.abs(x) < 1)),
    "elementwise.arccosh": real("it must be above 1", lambda x: ~(x > 1)),
    "elementwise.logit": real("it must lie between 0 and 1, without both", lambda x: ~((x > 0) & (x < 1))),
    "elementwise.gamma": POLE, "elementwise.log_gamma": POLE, "elementwise.digamma": POLE,
    "elementwise.polygamma": POSITIVE,
    "elementwise.beta": each(POSITIVE, _positive("y")), "elementwise.log_beta": each(POSITIVE, _positive("y")),
    "elementwise.exp": real("its exponential is too large", lambda x: x > 709.78),
    "shape.take": _indices("indices", _length, True, "the length of the axis is"),
    "shape.gather": _indices("indices", _length, True, "the length of the axis is"),
    "shape.scatter_add": _indices("indices", lambda given, settings: int(settings["length"]), True, "the length is"),
    "neural.embedding": _indices("indices", lambda given, _: len(given["table"]), False, "the number of rows is"),
    "losses.cross_entropy": _labels("logits"), "losses.nll": _labels("log_probabilities"),
    "probability.categorical_log_density": _labels("logits"),
    "linear_algebra.solve": _matrices("a"), "linear_algebra.inverse": _matrices("x"),
    "linear_algebra.log_determinant": _matrices("x"), "linear_algebra.matrix_power": _matrices("x"),
    "linear_algebra.determinant": _matrices("x"),
    "linear_algebra.solve_triangular": _triangle,
    "linear_algebra.cholesky": _definite,
    "linear_algebra.eigh": _equal(lambda x: np.linalg.eigvalsh(0.5 * (x + np.swapaxes(x, -1, -2))), "eigenvalues"),
    "linear_algebra.svd": _equal(lambda x: np.linalg.svd(x, compute_uv=False), "singular values"),
    "signal.interpolate": _rising,
    "images.warp": each(_finite("down"), _finite("right")),
    "probability.normal_log_density": _positive("deviation"), "probability.normal_entropy": _positive("deviation"),
    "probability.kl_normal": each(_positive("deviation"), _positive("other_deviation")),
    **{f"probability.{name}_{what}": _positive("scale")
       for name in ("laplace", "logistic", "cauchy", "gumbel", "half_normal", "half_cauchy")
       for what in ("log_density", "entropy")},
    "probability.exponential_log_density": _positive("rate"), "probability.exponential_entropy": _positive("rate"),
    "probability.exponential_mean": _positive("rate"),
}  # fmt: skip
"""The checks by operator."""
