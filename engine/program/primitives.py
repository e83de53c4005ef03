"""The primitives a program's equations may name: autograd's wrapped NumPy functions, and a few of our own.

`PRIMITIVES[name]` is callable on plain arrays, on autograd's boxes (the tape) and while recording. Names are the NumPy
name ("numpy.add", "numpy.linalg.inv"), "autograd.<name>" for autograd's helpers, "gradwire.<name>" for ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.builtins as autograd_builtins
import autograd.numpy as anp
import numpy as np
from autograd.core import VSpace
from autograd.extend import primitive
from autograd.numpy import fft as anp_fft
from autograd.numpy import linalg as anp_linalg
from autograd.numpy import numpy_vjps, numpy_wrapper
from autograd.numpy.numpy_boxes import ArrayBox

from engine import random_bits
from engine.errors import LoweringError
from engine.program import matrices, special, windows
from engine.program.custom import custom
from engine.program.standin import StandIn, stand_in
from engine.types import Shape

PART = "·"
"""Stands, in the template of `gradwire.index`, where the next traced or array-valued part belongs."""


@primitive  # type: ignore[untyped-decorator]
def cast(x: Any, dtype: str) -> Any:
    """Return x as `dtype` (complex to real takes the real part)."""
    wanted = np.dtype(dtype)
    if type(x) is StandIn:
        return stand_in(x.shape, wanted)
    array = np.asarray(x)
    return (array.real if array.dtype.kind == "c" and wanted.kind != "c" else array).astype(wanted)[()]


@primitive  # type: ignore[untyped-decorator]
def expand(x: Any, shape: Shape) -> Any:
    """Return a new array of `shape` filled with x, broadcast."""
    if type(x) is StandIn:
        return stand_in(tuple(shape), x.dtype)
    out = np.empty(shape, np.asarray(x).dtype)
    out[...] = x
    return out


@primitive  # type: ignore[untyped-decorator]
def index(x: Any, template: Sequence[Any], *parts: Any) -> Any:
    """Return x[template] with each PART of the template replaced by the next of `parts`."""
    return x[_filled(template, parts)]


@primitive  # type: ignore[untyped-decorator]
def scatter(g: Any, shape: Shape, template: Sequence[Any], *parts: Any) -> Any:
    """Return zeros of `shape` with g added at [template]: the transpose of `index`."""
    if type(g) is StandIn:
        return stand_in(tuple(shape), g.dtype)
    out = np.zeros(shape, np.asarray(g).dtype)
    if parts:
        np.add.at(out, _filled(template, parts), g)
    else:
        out[_filled(template, parts)] = g
    return out


@primitive  # type: ignore[untyped-decorator]
def inverse_permutation(order: Any, axis: int) -> Any:
    """Return the permutation that undoes `order` along `axis`."""
    return np.argsort(order, axis=axis, kind="stable")


@primitive  # type: ignore[untyped-decorator]
def take_along(x: Any, indices: Any, axis: int) -> Any:
    """Return numpy.take_along_axis(x, indices, axis)."""
    return np.take_along_axis(x, indices, axis)


@primitive  # type: ignore[untyped-decorator]
def put_along(g: Any, indices: Any, axis: int, shape: Shape) -> Any:
    """Return zeros of `shape` with g added along `axis` at `indices`: the transpose of `take_along`."""
    if type(g) is StandIn:
        return stand_in(tuple(shape), g.dtype)
    out = np.zeros(shape, np.asarray(g).dtype)
    grid = list(np.indices(np.shape(indices), sparse=True))
    grid[axis] = indices
    np.add.at(out, tuple(grid), g)
    return out


@primitive  # type: ignore[untyped-decorator]
def stop(x: Any) -> Any:
    """Return x; no derivative passes."""
    return x


@primitive  # type: ignore[untyped-decorator]
def stand_for(value: Any, model: Any) -> Any:
    """Return `value` with the derivatives of `model`, which has its shape and dtype: none pass to `value`."""
    return value


@primitive  # type: ignore[untyped-decorator]
def clip_cotangent(x: Any, limit: Any) -> Any:
    """Return x; each number that flows back is kept within -limit to limit."""
    return x


@primitive  # type: ignore[untyped-decorator]
def clip_cotangent_norm(x: Any, limit: Any) -> Any:
    """Return x; what flows back is shortened, where it is longer, to the Euclidean norm `limit`."""
    return x


@primitive  # type: ignore[untyped-decorator]
def product(x: Any, y: Any, left: bool, right: bool) -> Any:
    """Return the matrix product of x and y, the last two axes of x swapped where `left`, those of y where `right`.

    Only passes make it, after differentiation: it has no derivative of its own.
    """
    return np.matmul(np.swapaxes(x, -1, -2) if left else x, np.swapaxes(y, -1, -2) if right else y)


def _filled(template: Sequence[Any], parts: Sequence[Any]) -> tuple[Any, ...]:
    rest = iter(parts)
    return tuple(next(rest) if type(each) is str else each for each in template)


def guarded(condition: Any, function: Callable[[Any], Any], x: Any, safe: float, otherwise: Any) -> Any:
    """Return function(x) where `condition`, else `otherwise`, with derivatives that are finite where `function`'s are
    not.

    `where(x > 0, sqrt(x), 0)` has the derivative NaN at x <= 0, as 0 times infinity. Here `function` sees `safe` there.
    """
    return anp.where(condition, function(anp.where(condition, x, safe)), otherwise)


def _named(module: Any, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in vars(module).items():
        if getattr(each, "_is_autograd_primitive", False):
            own = getattr(each.fun, "__name__", name)
            found.setdefault(f"{prefix}.{own if own in vars(module) else name}", each)
    return found


_HELPERS = ("concatenate_args", "array_from_args", "_array_from_scalar_or_array", "make_diagonal")

PRIMITIVES: Mapping[str, Callable[..., Any]] = {
    **{name: each for name, each in _named(anp, "numpy").items() if name.rpartition(".")[2] not in _HELPERS},
    **_named(anp_linalg, "numpy.linalg"),
    **_named(anp_fft, "numpy.fft"),
    "numpy.mean": numpy_wrapper._primitive_mean,
    "numpy.var": numpy_wrapper._primitive_var,
    "numpy.std": numpy_wrapper._primitive_std,
    "numpy.getitem": ArrayBox.__getitem__,
    **{f"autograd.{name.lstrip('_')}": getattr(numpy_wrapper, name) for name in _HELPERS},
    **{
        f"autograd.{each.__name__}": each
        for each in (
            numpy_vjps.dot_adjoint_0, numpy_vjps.dot_adjoint_1, numpy_vjps.tensordot_adjoint_0,
            numpy_vjps.tensordot_adjoint_1, autograd_builtins.container_take,
        )
    },
    **{
        f"gradwire.{each.__name__}": each
        for each in (
            cast, expand, index, scatter, inverse_permutation, take_along, put_along, stop, stand_for, clip_cotangent,
            clip_cotangent_norm, product,
        )
    },
    **{
        f"gradwire.{each.__name__}": each
        for each in (*matrices.PRIMITIVES, *special.PRIMITIVES, *windows.PRIMITIVES, custom)
    },
    "gradwire.uniform": random_bits.uniform,
    "gradwire.normal": random_bits.normal,
    "gradwire.bits": random_bits.bits,
    "gradwire.fold": random_bits.fold,
}  # fmt: skip
"""Every primitive by its name."""

_NAMES: Mapping[Any, str] = {function: name for name, function in reversed(list(PRIMITIVES.items()))}

CANONICAL: Mapping[Any, tuple[str, Callable[..., tuple[Any, ...]]]] = {
    numpy_wrapper._astype: ("gradwire.cast", lambda x, dtype, *_: (x, np.dtype(dtype).name)),
    VSpace.add: ("numpy.add", lambda _, x, y: (x, y)),
    VSpace.mut_add: ("numpy.add", lambda _, x, y: (x, y)),
    numpy_wrapper.broadcast_to: ("gradwire.expand", lambda x, shape, *_: (x, tuple(shape))),
    numpy_wrapper.take_along_axis: ("gradwire.take_along", lambda x, i, axis=-1, *_: (x, i, axis)),
}
"""Functions that are recorded as another primitive, and how their arguments become its."""


def name_of(function: Any) -> str:
    """Return the name of a primitive; raise LoweringError where it has none."""
    name = _NAMES.get(function)
    if name is None:
        called = getattr(function, "__name__", str(function))
        raise LoweringError(f"the function {called} is not among the primitives of a program")
    return name
