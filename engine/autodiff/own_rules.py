"""Derivative rules of the primitives of engine.program.windows, .matrices and .special.

Read as those of engine.autodiff.rules, which takes them up. Matrix rules follow Giles, "An extended collection of
matrix derivative results" (2008), and Townsend, "Differentiating the singular value decomposition" (2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import autograd.numpy as np
import numpy

from engine.program.custom import MOST, cotangent_rule
from engine.program.matrices import contract, fourier, triangular_solve
from engine.program.primitives import expand
from engine.program.special import bessel, polygamma
from engine.program.windows import (
    correlate,
    correlate_back,
    correlate_kernel,
    fold_edges,
    pad_edges,
    pick,
    put,
    window_spread,
    window_sum,
)  # fmt: skip

Rule: TypeAlias = Callable[..., Any]
OPERANDS = 8
"""How many operands a product by subscripts may have."""


# ----- products by subscripts -----


def _contract_vjp(number: int) -> Rule:
    def rule(g: Any, ans: Any, *operands: Any, subscripts: str) -> Any:
        inputs, output = subscripts.split("->")
        letters = inputs.split(",")
        own, others = letters[number], letters[:number] + letters[number + 1 :]
        shape = np.shape(operands[number])
        known = "".join(dict.fromkeys(each for each in own if each in output or any(each in o for o in others)))
        rest = [each for k, each in enumerate(operands) if k != number]
        found = contract(g, *rest, subscripts=f"{','.join([output, *others])}->{known}")
        unique = "".join(dict.fromkeys(own))
        if unique != known:
            sizes = dict(zip(own, shape, strict=True))
            kept = tuple(sizes[each] if each in known else 1 for each in unique)
            ordered = contract(found, subscripts=f"{known}->{''.join(c for c in unique if c in known)}")
            found = expand(np.reshape(ordered, kept), tuple(sizes[each] for each in unique))
        if own != unique:
            found = _on_diagonals(found, unique, own, shape)
        return np.real(found) if np.iscomplexobj(found) and not np.iscomplexobj(operands[number]) else found

    return rule


def _on_diagonals(found: Any, unique: str, own: str, shape: tuple[int, ...]) -> Any:
    """Return an array of `shape` that holds `found` where the axes of one letter agree, and else zeros."""
    kind = np.result_type(found)
    mask = numpy.ones(shape, kind if kind.kind == "f" else numpy.float64)
    grid = numpy.indices(shape, sparse=True)
    for k, letter in enumerate(own):
        mask = mask * (grid[k] == grid[own.index(letter)])
    firsts = tuple(shape[k] if own.index(letter) == k else 1 for k, letter in enumerate(own))
    return np.reshape(found, firsts) * mask


def _contract_jvp(number: int) -> Rule:
    def rule(g: Any, ans: Any, *operands: Any, subscripts: str) -> Any:
        return contract(*operands[:number], g, *operands[number + 1 :], subscripts=subscripts)

    return rule


def _fourier_vjp(g: Any, ans: Any, x: Any, axes: Any, inverse: Any) -> Any:
    found = fourier(g, axes, inverse)
    return found if np.iscomplexobj(x) else np.real(found)


# ----- matrices -----


def _t(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _triangle(x: Any, lower: bool) -> Any:
    rows, columns = numpy.shape(x)[-2:]
    mask = numpy.tri(rows, columns, dtype=bool)
    return np.where(mask if lower else mask.T, x, 0.0)


def _triangular_a(g: Any, ans: Any, a: Any, b: Any, lower: Any, transposed: Any) -> Any:
    b_bar = triangular_solve(a, g, lower, not transposed)
    a_bar = np.matmul(ans, _t(b_bar)) if transposed else np.matmul(b_bar, _t(ans))
    return -_triangle(a_bar, lower)


def _triangular_a_dot(g: Any, ans: Any, a: Any, b: Any, lower: Any, transposed: Any) -> Any:
    a_dot = _triangle(g, lower)
    return -triangular_solve(a, np.matmul(_t(a_dot) if transposed else a_dot, ans), lower, transposed)


def _pseudo_inverse_jvp(g: Any, ans: Any, x: Any) -> Any:
    """Golub and Pereyra (1973), for a rank that stays."""
    m, n = numpy.shape(x)[-2:]
    left = np.matmul(np.matmul(ans, _t(ans)), np.matmul(_t(g), numpy.eye(m, dtype=_real(x)) - np.matmul(x, ans)))
    right = np.matmul(np.matmul(numpy.eye(n, dtype=_real(x)) - np.matmul(ans, x), _t(g)), np.matmul(_t(ans), ans))
    return left + right - np.matmul(np.matmul(ans, g), ans)


def _pseudo_inverse_vjp(g: Any, ans: Any, x: Any) -> Any:
    m, n = numpy.shape(x)[-2:]
    left = np.matmul(numpy.eye(m, dtype=_real(x)) - np.matmul(x, ans), np.matmul(_t(g), np.matmul(ans, _t(ans))))
    right = np.matmul(np.matmul(_t(ans), ans), np.matmul(_t(g), numpy.eye(n, dtype=_real(x)) - np.matmul(ans, x)))
    return left + right - np.matmul(np.matmul(_t(ans), g), _t(ans))


def _real(x: Any) -> Any:
    return np.result_type(x)


def _shares(values: Any) -> Any:
    """Return 1 / (values_j - values_i), and 0 where they are equal."""
    gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    apart = gaps != 0
    return np.where(apart, 1.0 / np.where(apart, gaps, 1.0), 0.0)


def _symmetric_eigen_vjp(g: Any, ans: Any, x: Any) -> Any:
    values, vectors = ans[0], ans[1]
    eye = numpy.eye(numpy.shape(x)[-1], dtype=_real(x))
    inner = np.expand_dims(g[0], -2) * eye + _shares(values) * np.matmul(_t(vectors), g[1])
    whole = np.matmul(np.matmul(vectors, inner), _t(vectors))
    return 0.5 * (whole + _t(whole))


def _singular_values_vjp(g: Any, ans: Any, x: Any) -> Any:
    u, s, v = ans[0], ans[1], ans[2]
    u_bar, s_bar, v_bar = g[0], g[1], g[2]
    m, n = numpy.shape(x)[-2:]
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    shares = _shares(s * s)
    turned_u, turned_v = np.matmul(_t(u), u_bar), np.matmul(_t(v), v_bar)
    inner = shares * (turned_u - _t(turned_u)) * row + column * (shares * (turned_v - _t(turned_v)))
    inner = inner + np.expand_dims(s_bar, -2) * numpy.eye(min(m, n), dtype=_real(x))
    whole = np.matmul(np.matmul(u, inner), _t(v))
    if m > n:
        whole = whole + np.matmul((u_bar - np.matmul(u, turned_u)) / row, _t(v))
    if n > m:
        whole = whole + np.matmul(u / row, _t(v_bar - np.matmul(v, turned_v)))
    return whole


def _orthogonal_triangular_vjp(g: Any, ans: Any, x: Any) -> Any:
    q, r = ans[0], ans[1]
    inner = np.matmul(r, _t(g[1])) - np.matmul(_t(g[0]), q)
    symmetric = _triangle(inner, True) + _t(_triangle(inner, True) * (1.0 - numpy.eye(numpy.shape(x)[-1])))
    return _t(np.linalg.solve(r, _t(g[0] + np.matmul(q, symmetric))))


def _log_determinant_vjp(g: Any, ans: Any, x: Any) -> Any:
    return np.expand_dims(np.expand_dims(g, -1), -1) * _t(np.linalg.inv(x))


def _log_determinant_jvp(g: Any, ans: Any, x: Any) -> Any:
    return np.sum(g * _t(np.linalg.inv(x)), axis=(-2, -1))


# ----- special functions -----


def _bessel_rule(g: Any, ans: Any, x: Any, order: int) -> Any:
    slope = -bessel(x, 1) if order == 0 else 0.5 * (bessel(x, order - 1) - bessel(x, order + 1))
    return g * slope


_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)

SPECIAL: Mapping[str, tuple[Rule | None, ...]] = {
    "gradwire.gamma": (lambda g, ans, x: g * (ans * polygamma(x, 0)),),
    "gradwire.log_gamma": (lambda g, ans, x: g * polygamma(x, 0),),
    "gradwire.polygamma": (lambda g, ans, x, order: g * polygamma(x, order + 1),),
    "gradwire.erf": (lambda g, ans, x: g * (_TWO_OVER_ROOT_PI * np.exp(-x * x)),),
    "gradwire.erfc": (lambda g, ans, x: -g * (_TWO_OVER_ROOT_PI * np.exp(-x * x)),),
    "gradwire.bessel": (_bessel_rule,),
}
"""Elementwise: the same rule for cotangents and tangents."""

VJP: Mapping[str, tuple[Rule | None, ...]] = {
    **SPECIAL,
    "gradwire.contract": tuple(map(_contract_vjp, range(OPERANDS))),
    "gradwire.fourier": (_fourier_vjp,),
    "gradwire.triangular_solve": (
        _triangular_a,
        lambda g, ans, a, b, lower, transposed: triangular_solve(a, g, lower, not transposed),
    ),
    "gradwire.custom": (None, *map(cotangent_rule, range(1, MOST + 1))),
    "gradwire.log_determinant": (_log_determinant_vjp,),
    "gradwire.pseudo_inverse": (_pseudo_inverse_vjp,),
    "gradwire.symmetric_eigen": (_symmetric_eigen_vjp,),
    "gradwire.singular_values": (_singular_values_vjp,),
    "gradwire.orthogonal_triangular": (_orthogonal_triangular_vjp,),
    "gradwire.correlate": (
        lambda g, ans, x, kernel, stride: correlate_back(g, kernel, stride, np.shape(x)),
        lambda g, ans, x, kernel, stride: correlate_kernel(g, x, stride, np.shape(kernel)[2:]),
    ),
    "gradwire.correlate_back": (
        lambda g, ans, y, kernel, stride, shape: correlate(g, kernel, stride),
        lambda g, ans, y, kernel, stride, shape: correlate_kernel(y, g, stride, np.shape(kernel)[2:]),
    ),
    "gradwire.correlate_kernel": (
        lambda g, ans, y, x, stride, size: correlate(x, g, stride),
        lambda g, ans, y, x, stride, size: correlate_back(y, g, stride, np.shape(x)),
    ),
    "gradwire.pad_edges": (lambda g, ans, x, before, after, mode: fold_edges(g, before, after, mode),),
    "gradwire.fold_edges": (lambda g, ans, x, before, after, mode: pad_edges(g, before, after, mode),),
    "gradwire.window_sum": (lambda g, ans, x, size, stride: window_spread(g, size, stride, np.shape(x)),),
    "gradwire.window_spread": (lambda g, ans, x, size, stride, shape: window_sum(g, size, stride),),
    "gradwire.pick": (lambda g, ans, x, places: put(g, places, np.shape(x)),),
    "gradwire.put": (lambda g, ans, x, places, shape: pick(g, places),),
}

JVP: Mapping[str, tuple[Rule | None, ...]] = {
    **SPECIAL,
    "gradwire.contract": tuple(map(_contract_jvp, range(OPERANDS))),
    "gradwire.fourier": (lambda g, ans, x, axes, inverse: fourier(g, axes, inverse),),
    "gradwire.triangular_solve": (
        _triangular_a_dot,
        lambda g, ans, a, b, lower, transposed: triangular_solve(a, g, lower, transposed),
    ),
    "gradwire.log_determinant": (_log_determinant_jvp,),
    "gradwire.pseudo_inverse": (_pseudo_inverse_jvp,),
    "gradwire.correlate": (
        lambda g, ans, x, kernel, stride: correlate(g, kernel, stride),
        lambda g, ans, x, kernel, stride: correlate(x, g, stride),
    ),
    "gradwire.correlate_back": (
        lambda g, ans, y, kernel, stride, shape: correlate_back(g, kernel, stride, shape),
        lambda g, ans, y, kernel, stride, shape: correlate_back(y, g, stride, shape),
    ),
    "gradwire.correlate_kernel": (
        lambda g, ans, y, x, stride, size: correlate_kernel(g, x, stride, size),
        lambda g, ans, y, x, stride, size: correlate_kernel(y, g, stride, size),
    ),
    "gradwire.pad_edges": (lambda g, ans, x, before, after, mode: pad_edges(g, before, after, mode),),
    "gradwire.fold_edges": (lambda g, ans, x, before, after, mode: fold_edges(g, before, after, mode),),
    "gradwire.window_sum": (lambda g, ans, x, size, stride: window_sum(g, size, stride),),
    "gradwire.window_spread": (lambda g, ans, x, size, stride, shape: window_spread(g, size, stride, shape),),
    "gradwire.pick": (lambda g, ans, x, places: pick(g, places),),
    "gradwire.put": (lambda g, ans, x, places, shape: put(g, places, shape),),
}
"""Those of decompositions stand in engine.autodiff.tangent_rules."""

FLAT = frozenset({"gradwire.determinant_sign", "gradwire.window_argmax"})
"""Primitives whose derivative is zero wherever it exists."""
