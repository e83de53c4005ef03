"""Derivative rules where autograd has none, a wrong one, or one that costs more than it needs.

`VJP[name][k]` is (g, result, *arguments, **settings) -> cotangent of argument k, and `JVP[name][k]` likewise its
tangent. All are written in primitives, so that they can be recorded, run on the tape and differentiated again. Sums
over broadcast axes stand in one place, `unbroadcast`.

Complex numbers follow autograd and JAX: the gradient of a real L by z = x + iy is dL/dx - i dL/dy; its conjugate points
uphill.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import autograd.numpy as np
import numpy
from autograd.core import JVPNode, VJPNode, primitive_jvps
from autograd.extend import defjvp, defvjp
from autograd.numpy import numpy_vjps
from autograd.tracer import isbox, register_notrace

from engine.autodiff import own_rules, tangent_rules
from engine.errors import LoweringError
from engine.program import primitives
from engine.program.primitives import cast, expand, index, inverse_permutation, put_along, scatter, take_along

Rule: TypeAlias = Callable[..., Any]


def unbroadcast(g: Any, x: Any) -> Any:
    """Return g summed over the axes along which x was broadcast, and real where x is."""
    wanted, given = np.shape(x), np.shape(g)
    if given != wanted:
        extra = len(given) - len(wanted)
        axes = tuple(range(extra)) + tuple(k + extra for k, n in enumerate(wanted) if n == 1 and given[k + extra] != 1)
        if axes:
            g = np.sum(g, axis=axes)
        g = np.reshape(g, wanted) if np.shape(g) != wanted else g
    return np.real(g) if np.iscomplexobj(g) and not np.iscomplexobj(x) else g


def kept(value: Any, x: Any, axis: Any) -> Any:
    """Return a reduction's result with the reduced axes put back as axes of length one."""
    wanted = kept_shape(np.shape(x), axis)
    return value if np.shape(value) == wanted else np.reshape(value, wanted)


def kept_shape(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """Return `shape` with length one along `axis` (None: all)."""
    rank = len(shape)
    axes = range(rank) if axis is None else [k % rank for k in (axis if isinstance(axis, tuple | list) else (axis,))]
    return tuple(1 if k in axes else n for k, n in enumerate(shape))


def _count(shape: tuple[int, ...], axis: Any) -> int:
    return math.prod(n for n, left in zip(shape, kept_shape(shape, axis), strict=True) if left == 1)


def _restored(g: Any, x: Any, axis: Any) -> Any:
    """Return a reduction's cotangent in the shape of x."""
    return expand(kept(g, x, axis) if axis is not None and np.ndim(g) else g, np.shape(x)) if np.shape(x) else g


def _mean_vjp(g: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None, **_: Any) -> Any:
    return _restored(g / _count(np.shape(x), axis), x, axis)


def _extreme_vjp(g: Any, ans: Any, x: Any, axis: Any = None, **_: Any) -> Any:
    chosen = x == kept(ans, x, axis)
    ties = np.sum(chosen, axis=axis, keepdims=True)
    return np.where(chosen, kept(g, x, axis) / cast(ties, _name(g)), 0.0)


def _extreme_jvp(g: Any, ans: Any, x: Any, axis: Any = None, keepdims: Any = False, **_: Any) -> Any:
    chosen = x == kept(ans, x, axis)
    ties = cast(np.sum(chosen, axis=axis, keepdims=bool(keepdims)), _name(g))
    return np.sum(np.where(chosen, g, 0.0), axis=axis, keepdims=bool(keepdims)) / ties


def _variance_vjp(g: Any, ans: Any, x: Any, axis: Any = None, ddof: int = 0, **_: Any) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return kept(2.0 * g / (_count(np.shape(x), axis) - ddof), x, axis) * np.conj(centred)


def _deviation_vjp(g: Any, ans: Any, x: Any, axis: Any = None, ddof: int = 0, **_: Any) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return kept(g / (ans * float(_count(np.shape(x), axis) - ddof)), x, axis) * np.conj(centred)


def _product_vjp(g: Any, ans: Any, x: Any, axis: Any = None, **_: Any) -> Any:
    return kept(g, x, axis) * _others(x, axis)


def _product_jvp(g: Any, ans: Any, x: Any, axis: Any = None, keepdims: Any = False, **_: Any) -> Any:
    return np.sum(g * _others(x, axis), axis=axis, keepdims=bool(keepdims))


def _others(x: Any, axis: Any) -> Any:
    """Return the products of all other entries, right at zeros too: exclusive products from both ends along the
    reduced axes.
    """
    shape = np.shape(x)
    axes = tuple(range(len(shape))) if axis is None else tuple(k % len(shape) for k in np.atleast_1d(axis).tolist())
    order = tuple(k for k in range(len(shape)) if k not in axes) + axes
    left = tuple(shape[k] for k in order[: len(shape) - len(axes)])
    rows = np.reshape(np.transpose(x, order), (*left, _count(shape, axes)))
    one = rows[..., :1] * 0.0 + 1.0
    before = running(np.concatenate([one, rows[..., :-1]], axis=-1))
    after = running(np.concatenate([one, rows[..., :0:-1]], axis=-1))[..., ::-1]
    others = np.reshape(before * after, tuple(shape[k] for k in order))
    return np.transpose(others, tuple(order.index(k) for k in range(len(shape))))


def running(rows: Any) -> Any:
    """Return the cumulative products along the last axis in log2(n) shifted multiplications."""
    length, step = np.shape(rows)[-1], 1
    while step < length:
        rows = np.concatenate([rows[..., :step], rows[..., step:] * rows[..., :-step]], axis=-1)
        step *= 2
    return rows


def _cumsum_vjp(g: Any, ans: Any, x: Any, axis: Any = None, **_: Any) -> Any:
    flipped = np.flip(
        np.cumsum(np.flip(g, 0 if axis is None else axis), 0 if axis is None else axis), 0 if axis is None else axis
    )
    return np.reshape(flipped, np.shape(x))


def _name(x: Any) -> str:
    return str(np.result_type(x).name)


def _power_x(g: Any, ans: Any, x: Any, y: Any) -> Any:
    if isinstance(y, int | float):
        if y == 2:
            return g * (2.0 * x)
        return g if y == 1 else g * 0.0 if y == 0 else g * (y * x ** (y - 1))
    return unbroadcast(g * (y * x ** np.where(y == 0, 1.0, y - 1.0)), x)


def _power_y(g: Any, ans: Any, x: Any, y: Any) -> Any:
    return unbroadcast(g * (np.log(np.where(x == 0, 1.0, x)) * ans), y)


def _balanced(g: Any, ans: Any, x: Any, other: Any) -> Any:
    """Return g where x was chosen, half of it where both are equal."""
    return np.where(x == ans, np.where(x == other, 0.5 * g, g), 0.0)


def _absolute_vjp(g: Any, ans: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return g * np.conj(x) / np.where(ans == 0, 1.0, ans)
    return g * np.sign(x)


def _absolute_jvp(g: Any, ans: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return np.real(g * np.conj(x)) / np.where(ans == 0, 1.0, ans)
    return g * np.sign(x)


def _side(g: Any, ans: Any, side: Any) -> Any:
    """Return g times how a hypotenuse grows with one side: 0 where the hypotenuse is 0."""
    return g * (side / np.where(ans == 0, 1.0, ans))


def _getitem_vjp(g: Any, ans: Any, x: Any, position: Any) -> Any:
    if isinstance(position, int | slice | tuple | type(None) | type(Ellipsis)):
        return scatter(g, np.shape(x), position if isinstance(position, tuple) else (position,))
    return scatter(g, np.shape(x), (primitives.PART,), position)


def _matmul_x(g: Any, ans: Any, x: Any, y: Any) -> Any:
    x_rank, y_rank = np.ndim(x), np.ndim(y)
    if x_rank == 2 and y_rank == 2:
        return unbroadcast(np.matmul(g, np.transpose(y)), x)
    if y_rank == 1:
        return unbroadcast(np.reshape(g, (*np.shape(g), 1)) * y if x_rank > 1 else g * y, x)
    row = np.reshape(g, (*np.shape(g)[:-1], 1, np.shape(g)[-1])) if x_rank == 1 else g
    product = np.matmul(row, np.swapaxes(y, -1, -2))
    return unbroadcast(
        np.reshape(product, (*np.shape(product)[:-2], np.shape(product)[-1])) if x_rank == 1 else product, x
    )


def _matmul_y(g: Any, ans: Any, x: Any, y: Any) -> Any:
    x_rank, y_rank = np.ndim(x), np.ndim(y)
    if x_rank == 2 and y_rank == 2:
        return unbroadcast(np.matmul(np.transpose(x), g), y)
    if x_rank == 1:
        if y_rank == 1:
            return unbroadcast(g * x, y)
        return unbroadcast(np.reshape(x, (-1, 1)) * np.reshape(g, (*np.shape(g)[:-1], 1, np.shape(g)[-1])), y)
    if y_rank == 1:  # one product, where a multiplication and a sum would pass over x twice
        return np.matmul(np.reshape(g, (-1,)), np.reshape(x, (-1, np.shape(x)[-1])))
    return unbroadcast(np.matmul(np.swapaxes(x, -1, -2), g), y)


def _sort_vjp(g: Any, ans: Any, x: Any, axis: Any = -1, kind: Any = None, order: Any = None) -> Any:
    if axis is None:
        return np.reshape(_sort_vjp(g, ans, np.ravel(x), 0), np.shape(x))
    return take_along(g, inverse_permutation(np.argsort(x, axis=axis, kind="stable"), axis), axis)


def _sort_jvp(g: Any, ans: Any, x: Any, axis: Any = -1, kind: Any = None, order: Any = None) -> Any:
    if axis is None:
        return _sort_jvp(np.ravel(g), ans, np.ravel(x), 0)
    return take_along(g, np.argsort(x, axis=axis, kind="stable"), axis)


def _partition_vjp(
    g: Any, ans: Any, x: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    if axis is None:
        return np.reshape(_partition_vjp(g, ans, np.ravel(x), kth, 0), np.shape(x))
    return take_along(g, inverse_permutation(np.argpartition(x, kth, axis=axis), axis), axis)


def _eigh_vjp(g: Any, ans: Any, x: Any, UPLO: str = "L") -> Any:
    """As autograd's, but whether eigenvectors are used is read off the structure, and equal eigenvalues add nothing."""
    values, vectors = ans[0], ans[1]
    values_bar, vectors_bar = g
    size = np.shape(x)[-1]
    inner = np.expand_dims(values_bar, -2) * numpy.eye(size)
    if isbox(vectors_bar):
        gaps = np.expand_dims(values, -2) - np.expand_dims(values, -1)
        apart = gaps != 0
        shares = np.where(apart, 1.0 / np.where(apart, gaps, 1.0), 0.0)
        inner = inner + shares * np.matmul(np.swapaxes(vectors, -1, -2), vectors_bar)
    whole = np.matmul(np.matmul(np.conj(vectors), inner), np.swapaxes(vectors, -1, -2))
    half = numpy.tril(numpy.ones((size, size)), -1) if UPLO == "L" else numpy.triu(numpy.ones((size, size)), 1)
    return np.real(whole) * numpy.eye(size) + (whole + np.conj(np.swapaxes(whole, -1, -2))) * half


def _diagonal_vjp(g: Any, ans: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    shape = np.shape(x)
    apart = [n for k, n in enumerate(shape) if k not in (axis1 % len(shape), axis2 % len(shape))]
    along = numpy.arange(np.shape(g)[-1])
    rows, columns = along + max(0, -offset), along + max(0, offset)
    template = (Ellipsis, primitives.PART, primitives.PART)
    found = scatter(g, (*apart, shape[axis1], shape[axis2]), template, rows, columns)
    return np.moveaxis(found, (-2, -1), (axis1, axis2))


def _trace_vjp(g: Any, ans: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Any:
    rows, columns = np.shape(x)[axis1], np.shape(x)[axis2]
    length = max(0, min(rows + min(0, offset), columns - max(0, offset)))
    spread = expand(np.expand_dims(g, -1), (*np.shape(g), length))
    return _diagonal_vjp(spread, None, x, offset, axis1, axis2)


def _cross_vjp(first: bool) -> Rule:
    def rule(g: Any, ans: Any, x: Any, y: Any, *axes: Any, **more: Any) -> Any:
        if axes or more:
            raise NotImplementedError("only the vector product along the last axis has a derivative")
        if np.shape(x)[-1] != 3 or np.shape(y)[-1] != 3:
            raise NotImplementedError("only the vector product of three components has a derivative")
        return unbroadcast(np.cross(y, g), x) if first else unbroadcast(np.cross(g, x), y)

    return rule


def _clip_vjp(g: Any, ans: Any, x: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
    if low is not None:
        g = np.where(x < low, 0.0, g)
    if high is not None:
        g = np.where(x > high, 0.0, g)
    return unbroadcast(g, x)


def _clip_bound_vjp(lower: bool) -> Rule:
    """Return the rule by the lower or the upper bound: where x lies beyond it, the bound is the result. Where the two
    bounds cross, NumPy gives the upper one."""

    def rule(g: Any, ans: Any, x: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
        if not lower:
            return unbroadcast(np.where((x if low is None else np.maximum(x, low)) > high, g, 0.0), high)
        held = g if high is None else np.where(low > high, 0.0, g)
        return unbroadcast(np.where(x < low, held, 0.0), low)

    return rule


def _clip_cotangent_vjp(g: Any, ans: Any, x: Any, limit: Any) -> Any:
    return np.where(g > limit, limit, np.where(g < -limit, -limit, g))


def _clip_cotangent_norm_vjp(g: Any, ans: Any, x: Any, limit: Any) -> Any:
    """g times limit over its norm where that is longer; measured against its peak, so that no square overflows."""
    if not math.prod(np.shape(x)):
        return g
    peak = np.maximum(np.max(np.abs(g)), limit)
    squared = np.sum(np.square(g / peak))
    share = limit / peak / np.sqrt(np.where(squared > 0.0, squared, 1.0))
    return g * np.where(share < 1.0, share, 1.0)


def _no_tangent(g: Any, ans: Any, x: Any, limit: Any) -> Any:
    raise LoweringError(
        "a clipped gradient exists only backwards, as it depends on what flows back: choose an approach other than "
        "forward"
    )


VJP: Mapping[str, tuple[Rule | None, ...]] = {
    **own_rules.VJP,
    "numpy.add": (lambda g, ans, x, y: unbroadcast(g, x), lambda g, ans, x, y: unbroadcast(g, y)),
    "numpy.subtract": (lambda g, ans, x, y: unbroadcast(g, x), lambda g, ans, x, y: unbroadcast(-g, y)),
    "numpy.multiply": (lambda g, ans, x, y: unbroadcast(g * y, x), lambda g, ans, x, y: unbroadcast(g * x, y)),
    "numpy.divide": (lambda g, ans, x, y: unbroadcast(g / y, x), lambda g, ans, x, y: unbroadcast(-g * ans / y, y)),
    "numpy.power": (_power_x, _power_y),
    "numpy.maximum": (
        lambda g, ans, x, y: unbroadcast(_balanced(g, ans, x, y), x),
        lambda g, ans, x, y: unbroadcast(_balanced(g, ans, y, x), y),
    ),
    "numpy.minimum": (
        lambda g, ans, x, y: unbroadcast(_balanced(g, ans, x, y), x),
        lambda g, ans, x, y: unbroadcast(_balanced(g, ans, y, x), y),
    ),
    "numpy.matmul": (_matmul_x, _matmul_y),
    "numpy.where": (
        None,
        lambda g, ans, c, x, y: unbroadcast(np.where(c, g, 0.0), x),
        lambda g, ans, c, x, y: unbroadcast(np.where(c, 0.0, g), y),
    ),
    "numpy.absolute": (_absolute_vjp,),
    "numpy.hypot": (
        lambda g, ans, x, y: unbroadcast(_side(g, ans, x), x),
        lambda g, ans, x, y: unbroadcast(_side(g, ans, y), y),
    ),
    "numpy.square": (lambda g, ans, x: g * (2.0 * x),),
    "numpy.sqrt": (lambda g, ans, x: g * 0.5 / ans,),
    "numpy.tanh": (lambda g, ans, x: g * (1.0 - ans * ans),),
    "numpy.sum": (lambda g, ans, x, axis=None, **_: _restored(g, x, axis),),
    "numpy.mean": (_mean_vjp,),
    "numpy.prod": (_product_vjp,),
    "numpy.var": (_variance_vjp,),
    "numpy.std": (_deviation_vjp,),
    "numpy.cumsum": (_cumsum_vjp,),
    "numpy.flip": (lambda g, ans, x, axis=None, **_: np.flip(g, axis),),
    **{f"numpy.{name}": (_extreme_vjp,) for name in ("max", "min", "amax", "amin")},
    "numpy.clip": (_clip_vjp, _clip_bound_vjp(True), _clip_bound_vjp(False)),
    "numpy.diagonal": (_diagonal_vjp,),
    "numpy.trace": (_trace_vjp,),
    "numpy.cross": (_cross_vjp(True), _cross_vjp(False)),
    "numpy.sort": (_sort_vjp,),
    "numpy.partition": (_partition_vjp,),
    "numpy.linalg.eigh": (_eigh_vjp,),
    "numpy.reshape": (lambda g, ans, x, *_, **__: np.reshape(g, np.shape(x)),),
    "numpy.getitem": (_getitem_vjp,),
    "gradwire.cast": (lambda g, ans, x, dtype: cast(g, _name(x)),),
    "gradwire.expand": (lambda g, ans, x, shape: unbroadcast(g, x),),
    "gradwire.index": (lambda g, ans, x, template, *parts: scatter(g, np.shape(x), template, *parts),),
    "gradwire.scatter": (lambda g, ans, x, shape, template, *parts: index(g, template, *parts),),
    "gradwire.take_along": (lambda g, ans, x, indices, axis: put_along(g, indices, axis, np.shape(x)),),
    "gradwire.put_along": (lambda g, ans, x, indices, axis, shape: take_along(g, indices, axis),),
    "gradwire.stand_for": (None, lambda g, ans, value, model: g),
    "gradwire.clip_cotangent": (_clip_cotangent_vjp,),
    "gradwire.clip_cotangent_norm": (_clip_cotangent_norm_vjp,),
}
"""Rules used instead of autograd's own where a program is differentiated equation by equation."""


FLAT: frozenset[str] = frozenset(
    name for name, function in primitives.PRIMITIVES.items() if function in set(numpy_vjps.nograd_functions)
) | own_rules.FLAT.union(f"gradwire.{name}" for name in ("bits", "uniform", "normal", "inverse_permutation", "stop"))
"""Primitives whose derivative is zero wherever it exists (comparisons, rounding, sign, argmax, random), and stop."""


def _broadcasting(rule: Rule) -> Rule:
    """Return an elementwise tangent rule whose result has the shape of the result."""

    def full(g: Any, ans: Any, *arguments: Any) -> Any:
        tangent = rule(g, ans, *arguments)
        return tangent if np.shape(tangent) == np.shape(ans) else expand(tangent, np.shape(ans))

    return full


JVP: Mapping[str, Sequence[Rule | None]] = {
    **own_rules.JVP,
    **tangent_rules.JVP,
    "numpy.prod": (_product_jvp,),
    "numpy.add": (_broadcasting(lambda g, ans, x, y: g), _broadcasting(lambda g, ans, x, y: g)),
    "numpy.subtract": (_broadcasting(lambda g, ans, x, y: g), _broadcasting(lambda g, ans, x, y: -g)),
    "numpy.divide": (lambda g, ans, x, y: g / y, lambda g, ans, x, y: -g * ans / y),
    "numpy.power": (
        lambda g, ans, x, y: _power_tangent(g, x, y),
        lambda g, ans, x, y: g * np.log(np.where(x == 0, 1.0, x)) * ans,
    ),
    "numpy.maximum": (
        _broadcasting(lambda g, ans, x, y: _balanced(g, ans, x, y)),
        _broadcasting(lambda g, ans, x, y: _balanced(g, ans, y, x)),
    ),
    "numpy.minimum": (
        _broadcasting(lambda g, ans, x, y: _balanced(g, ans, x, y)),
        _broadcasting(lambda g, ans, x, y: _balanced(g, ans, y, x)),
    ),
    "numpy.where": (
        None,
        _broadcasting(lambda g, ans, c, x, y: np.where(c, g, 0.0)),
        _broadcasting(lambda g, ans, c, x, y: np.where(c, 0.0, g)),
    ),
    "numpy.absolute": (_absolute_jvp,),
    "numpy.hypot": (lambda g, ans, x, y: _side(g, ans, x), lambda g, ans, x, y: _side(g, ans, y)),
    "numpy.sqrt": (lambda g, ans, x: g * 0.5 / ans,),
    "numpy.tanh": (lambda g, ans, x: g * (1.0 - ans * ans),),
    **{f"numpy.{name}": (_extreme_jvp,) for name in ("max", "min", "amax", "amin")},
    "numpy.sort": (_sort_jvp,),
    "gradwire.cast": (lambda g, ans, x, dtype: cast(g, dtype),),
    "gradwire.expand": (lambda g, ans, x, shape: expand(g, shape),),
    "gradwire.index": (lambda g, ans, x, template, *parts: index(g, template, *parts),),
    "gradwire.scatter": (lambda g, ans, x, shape, template, *parts: scatter(g, shape, template, *parts),),
    "gradwire.take_along": (lambda g, ans, x, indices, axis: take_along(g, indices, axis),),
    "gradwire.put_along": (lambda g, ans, x, indices, axis, shape: put_along(g, indices, axis, shape),),
    "gradwire.stand_for": (None, lambda g, ans, value, model: g),
    "gradwire.clip_cotangent": (_no_tangent,),
    "gradwire.clip_cotangent_norm": (_no_tangent,),
}
"""Tangent rules used instead of autograd's own. A primitive that neither knows has its VJP transposed."""


def _power_tangent(g: Any, x: Any, y: Any) -> Any:
    if isinstance(y, int | float):
        return _power_x(g, None, x, y)
    return g * (y * x ** np.where(y == 0, 1.0, y - 1.0))


WRONG_IN_AUTOGRAD = (
    "numpy.where", "numpy.sort", "numpy.partition", "numpy.prod", "numpy.clip", "numpy.hypot",
    *(name for name in VJP if name.startswith("gradwire.")),
)  # fmt: skip
"""Primitives the tape, too, takes our rule for: autograd lacks one, or its own loses broadcast axes, zeros or whole
cases.
"""


def _taped(rule: Rule) -> Rule:
    return lambda ans, *arguments, **settings: lambda g: rule(g, ans, *arguments, **settings)


def _teach_autograd() -> None:
    for name in WRONG_IN_AUTOGRAD:
        function = primitives.PRIMITIVES[name]
        numbers = [k for k, rule in enumerate(VJP[name]) if rule is not None]
        defvjp(function, *(_taped(VJP[name][k]) for k in numbers), argnums=numbers)  # type: ignore[arg-type]
        if name in JVP and function not in primitive_jvps:
            defjvp(function, *JVP[name])
    for name in tangent_rules.JVP.keys() - {"numpy.clip", "numpy.partition", "numpy.pad", "autograd.array_from_args"}:
        defjvp(primitives.PRIMITIVES[name], *JVP[name])
    for kind in (VJPNode, JVPNode):
        for function in (primitives.stop, *(primitives.PRIMITIVES[name] for name in own_rules.FLAT)):
            register_notrace(kind, function)  # as autograd does with its own flat functions


_teach_autograd()
