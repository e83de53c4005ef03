"""Tangent rules for the array functions that autograd differentiates backwards only, read as those of
engine.autodiff.rules, which takes them up.

A rule of a function that gives several arrays gives their tangents in a tuple. Decompositions follow Giles, "An
extended collection of matrix derivative results" (2008); their singular vectors Townsend, "Differentiating the singular
value decomposition" (2016); eigenvalues that are equal add nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import autograd.numpy as np
import numpy
from autograd.numpy import linalg

from engine.program.primitives import PRIMITIVES, cast, expand, scatter, take_along

Rule: TypeAlias = Callable[..., Any]


def _h(x: Any) -> Any:
    """Return the conjugate transpose of matrices."""
    flipped = np.swapaxes(x, -1, -2)
    return np.conj(flipped) if np.iscomplexobj(x) else flipped


def _t(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _product(*factors: Any) -> Any:
    found = factors[0]
    for each in factors[1:]:
        found = np.matmul(found, each)
    return found


def _eye(x: Any, size: int) -> Any:
    """Return the identity in the real dtype of x."""
    return numpy.eye(size, dtype=numpy.finfo(np.result_type(x)).dtype)


def _gaps(values: Any) -> Any:
    """Return 1 / (values_j - values_i), and 0 where they are equal."""
    gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    apart = gaps != 0
    return np.where(apart, 1.0 / np.where(apart, gaps, 1.0), 0.0)


def _diagonal(x: Any) -> Any:
    return np.sum(x * _eye(x, numpy.shape(x)[-1]), axis=-1)


def _below(x: Any, offset: int = 0) -> Any:
    """Return the lower triangle of matrices, without its diagonal where the offset is -1."""
    rows, columns = numpy.shape(x)[-2:]
    return x * numpy.tri(rows, columns, offset, dtype=numpy.finfo(np.result_type(x)).dtype)


# ----- solving -----


def _solve_matrix(g: Any, ans: Any, a: Any, b: Any) -> Any:
    column = np.ndim(b) == 1
    moved = np.matmul(g, np.expand_dims(ans, -1) if column else ans)
    found = -linalg.solve(a, moved)
    return np.reshape(found, np.shape(found)[:-1]) if column else found


def _solve_right(g: Any, ans: Any, a: Any, b: Any) -> Any:
    return linalg.solve(a, g)


def _trace_of_inverse(g: Any, x: Any) -> Any:
    return np.sum(_t(linalg.inv(x)) * g, axis=(-2, -1))


def _pseudo_inverse(g: Any, ans: Any, x: Any, *_: Any, **__: Any) -> Any:
    """Golub and Pereyra (1973), for a rank that stays."""
    m, n = numpy.shape(x)[-2:]
    left = _product(ans, _h(ans), _h(g), _eye(x, m) - np.matmul(x, ans))
    right = _product(_eye(x, n) - np.matmul(ans, x), _h(g), _h(ans), ans)
    return left + right - _product(ans, g, ans)


def _cholesky(g: Any, ans: Any, x: Any, *_: Any, **__: Any) -> Any:
    """The factor reads x as symmetric: what moves is the symmetric part."""
    half = linalg.solve(ans, 0.5 * (g + _h(g)))
    inner = linalg.solve(ans, _h(half))
    return np.matmul(ans, _below(inner) * (1.0 - 0.5 * _eye(x, numpy.shape(x)[-1])))


# ----- decompositions -----


def _symmetric(g: Any, ans: Any) -> tuple[Any, Any]:
    values, vectors = ans[0], ans[1]
    turned = _product(_h(vectors), g, vectors)
    return np.real(_diagonal(turned)), np.matmul(vectors, _gaps(values) * turned)


def _eigh(g: Any, ans: Any, x: Any, UPLO: str = "L") -> Any:
    """Only one triangle of x is read, and the real part of its diagonal."""
    triangle = _below(g, -1) if UPLO == "L" else _t(_below(_t(g), -1))
    return _symmetric(triangle + _h(triangle) + np.real(g) * _eye(x, numpy.shape(x)[-1]), ans)


def _symmetric_eigen(g: Any, ans: Any, x: Any) -> Any:
    return _symmetric(0.5 * (g + _t(g)), ans)


def _eig(g: Any, ans: Any, x: Any) -> Any:
    """Eigenvectors keep their length one, and their phase."""
    values, vectors = ans[0], ans[1]
    turned = linalg.solve(vectors, np.matmul(g, vectors))
    moved = np.matmul(vectors, _gaps(values) * turned)
    lengthening = np.real(np.sum(np.conj(vectors) * moved, axis=-2, keepdims=True))
    return _diagonal(turned), moved - vectors * lengthening


def _thin(g: Any, u: Any, s: Any, v: Any) -> tuple[Any, Any, Any]:
    """Return the tangents of u, s, v where x = u diag(s) v^H moves by g."""
    turned, gaps = _product(_h(u), g, v), _gaps(s * s)
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    within_u = gaps * (turned * row + column * _h(turned))
    within_v = gaps * (column * turned + _h(turned) * row)
    if np.iscomplexobj(turned):
        within_u = within_u + 1j * np.imag(turned) * _eye(s, numpy.shape(s)[-1]) / row
    u_dot, v_dot = np.matmul(u, within_u), np.matmul(v, within_v)
    m, k = numpy.shape(u)[-2:]
    n = numpy.shape(v)[-2]
    if m > k:
        outside = np.matmul(g, v)
        u_dot = u_dot + (outside - np.matmul(u, np.matmul(_h(u), outside))) / row
    if n > k:
        outside = np.matmul(_h(g), u)
        v_dot = v_dot + (outside - np.matmul(v, np.matmul(_h(v), outside))) / row
    return u_dot, np.real(_diagonal(turned)), v_dot


def _singular_values(g: Any, ans: Any, x: Any) -> Any:
    return _thin(g, ans[0], ans[1], ans[2])


def _svd(g: Any, ans: Any, x: Any, full_matrices: bool = True, compute_uv: bool = True, **_: Any) -> Any:
    if not compute_uv:
        u, _s, vt = linalg.svd(x, full_matrices=False)
        return np.real(_diagonal(_product(_h(u), g, _h(vt))))
    if full_matrices:
        raise NotImplementedError(
            "the singular vectors of a null space have no derivative: ask for full_matrices=False"
        )
    u_dot, s_dot, v_dot = _thin(g, ans[0], ans[1], _h(ans[2]))
    return u_dot, s_dot, _h(v_dot)


def _orthogonal_triangular(g: Any, ans: Any, x: Any) -> Any:
    q, r = ans[0], ans[1]
    scaled = _t(linalg.solve(_t(r), _t(g)))
    inner = np.matmul(_t(q), scaled)
    strict = _below(inner, -1)
    rising = inner - (strict - _t(strict))
    return scaled - np.matmul(q, rising), np.matmul(rising, r)


# ----- statistics and order -----


def _centred_share(g: Any, x: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """Return the mean over n - ddof of the centred x times g."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    moved = np.sum(np.real(np.conj(centred) * g), axis=axis, keepdims=bool(keepdims))
    count = math.prod(np.shape(x)) // max(1, math.prod(np.shape(moved)))
    return moved / float(count - ddof)


def _variance(
    g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0,
    keepdims: Any = False, **_: Any,
) -> Any:  # fmt: skip
    return 2.0 * _centred_share(g, x, axis, ddof, keepdims)


def _deviation(
    g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0,
    keepdims: Any = False, **_: Any,
) -> Any:  # fmt: skip
    return _centred_share(g, x, axis, ddof, keepdims) / ans


def _partition(g: Any, ans: Any, x: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Any:
    if axis is None:
        return _partition(np.ravel(g), ans, np.ravel(x), kth, 0)
    return take_along(g, np.argpartition(x, kth, axis=axis), axis)


def _clip(g: Any, ans: Any, x: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
    if low is not None:
        g = np.where(x < low, 0.0, g)
    if high is not None:
        g = np.where(x > high, 0.0, g)
    return g if np.shape(g) == np.shape(ans) else expand(g, np.shape(ans))


def _clip_bound(lower: bool) -> Rule:
    def rule(g: Any, ans: Any, x: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
        if not lower:
            moved = np.where((x if low is None else np.maximum(x, low)) > high, g, 0.0)
        else:
            moved = np.where(x < low, g if high is None else np.where(low > high, 0.0, g), 0.0)
        return moved if np.shape(moved) == np.shape(ans) else expand(moved, np.shape(ans))

    return rule


def _pad(g: Any, ans: Any, x: Any, width: Any, mode: Any = "constant", **_: Any) -> Any:
    if mode != "constant":
        raise NotImplementedError("only padding with a constant has a derivative here")
    return np.pad(g, width, "constant")


class Numbered(Sequence[Rule]):
    """The rules of a function of any number of arguments, made by the number of the argument."""

    def __init__(self, make: Callable[[int], Rule]) -> None:
        self.make = make

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, number: Any) -> Any:
        return self.make(number)


def _array_item(number: int) -> Rule:
    """Return the tangent rule of an array made of several by the argument `number`: the items follow two others."""
    return lambda g, ans, *_, **__: scatter(g, np.shape(ans), (number - 2,))


def _same_function(name: str) -> Rule:
    """Return the rule of a function that is linear in its first argument."""
    function = PRIMITIVES[name]
    return lambda g, ans, x, *more, **settings: function(g, *more, **settings)


LINEAR = (
    *(f"numpy.fft.{kind}{ending}" for kind in ("fft", "ifft", "rfft", "irfft") for ending in ("", "2", "n")),
    "numpy.fft.fftshift", "numpy.fft.ifftshift", "numpy.fft.truncate_pad",
)  # fmt: skip
"""Functions that are linear in their first argument: they are their own tangents."""

JVP: Mapping[str, Sequence[Rule | None]] = {
    **{name: (_same_function(name),) for name in LINEAR},
    "numpy.astype": (lambda g, ans, x, dtype, *_, **__: cast(g, numpy.dtype(dtype).name),),
    "autograd.array_from_args": Numbered(_array_item),
    "numpy.trace": (lambda g, ans, x, *more, **settings: np.trace(g, *more, **settings),),
    "numpy.flip": (lambda g, ans, x, axis=None, **_: np.flip(g, axis),),
    "numpy.clip": (_clip, _clip_bound(True), _clip_bound(False)),
    "numpy.partition": (_partition,),
    "numpy.pad": (_pad,),
    "numpy.var": (_variance,),
    "numpy.std": (_deviation,),
    "numpy.linalg.solve": (_solve_matrix, _solve_right),
    "numpy.linalg.inv": (lambda g, ans, x: -_product(ans, g, ans),),
    "numpy.linalg.cholesky": (_cholesky,),
    "numpy.linalg.pinv": (_pseudo_inverse,),
    "numpy.linalg.det": (lambda g, ans, x: ans * _trace_of_inverse(g, x),),
    "numpy.linalg.slogdet": (lambda g, ans, x: (0.0 * ans[0], _trace_of_inverse(g, x)),),
    "numpy.linalg.svd": (_svd,),
    "numpy.linalg.eig": (_eig,),
    "numpy.linalg.eigh": (_eigh,),
    "gradwire.symmetric_eigen": (_symmetric_eigen,),
    "gradwire.singular_values": (_singular_values,),
    "gradwire.orthogonal_triangular": (_orthogonal_triangular,),
}
