"""Functions of NumPy written from others, where autograd's own have no derivative or not for every use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import autograd.numpy as anp
import numpy as np
from autograd.numpy import linalg

from engine.autodiff.rules import running
from engine.program.primitives import expand

MODES: Final = ("edge", "reflect", "symmetric", "wrap")
"""How np.pad may continue an array, next to "constant"."""

SUMS: Final[Mapping[float, Callable[..., Any]]] = {1: anp.sum, np.inf: anp.max, -np.inf: anp.min}
"""What the norm of a vector makes of its elements' sizes."""


def _cumprod(a: Any, axis: int | None = None) -> Any:
    """The derivative is right at 0, too."""
    rows = anp.ravel(a) if axis is None else a
    along = -1 if axis is None else axis
    return anp.swapaxes(running(anp.swapaxes(1 * rows, along, -1)), along, -1)


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    rank = len(anp.shape(a))
    last = (axis1 % rank, axis2 % rank) == (rank - 2, rank - 1)
    moved = a if last else anp.moveaxis(a, (axis1, axis2), (-2, -1))
    *others, rows, columns = anp.shape(moved)
    count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    places = (np.arange(count) + max(-offset, 0)) * columns + np.arange(count) + max(offset, 0)
    return anp.reshape(moved, (*others, rows * columns))[(slice(None),) * len(others) + (places,)]


def _flip(m: Any, axis: int | Sequence[int] | None = None) -> Any:
    rank = len(anp.shape(m))
    turned = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    for each in turned:
        if not -rank <= each < rank:
            raise ValueError(f"axis {each} is out of range: the array has {rank} axes")
    places = {each % rank for each in turned}
    return m[tuple(slice(None, None, -1) if k in places else slice(None) for k in range(rank))]


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    vector = isinstance(axis, int) or (axis is None and len(anp.shape(x)) == 1)
    if vector and ord in SUMS:
        return SUMS[ord](anp.abs(x), axis=axis, keepdims=keepdims)
    found = linalg.norm(_known(x) if ord in (2, -2, "nuc") else x, ord, axis)
    if not keepdims:
        return found
    shape = anp.shape(x)
    gone = range(len(shape)) if axis is None else [each % len(shape) for each in np.ravel(axis)]
    return anp.reshape(found, tuple(1 if k in gone else size for k, size in enumerate(shape)))


def _outer(a: Any, b: Any) -> Any:
    return anp.reshape(a, (-1, 1)) * anp.reshape(b, (1, -1))


def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    if mode != "constant" and mode not in MODES:
        raise ValueError(f"np.pad continues an array by constant, {', '.join(MODES)}, not {mode}")
    result = array
    for place, (before, after) in enumerate(np.broadcast_to(pad_width, (len(anp.shape(array)), 2)).tolist()):
        shape, front = anp.shape(result), (slice(None),) * place
        if mode == "constant":
            sides = [(*shape[:place], count, *shape[place + 1 :]) for count in (before, after)]
            low, high = (np.full(side, constant_values, anp.result_type(array)) for side in sides)
            result = anp.concatenate([low, result, high], axis=place)
        else:
            result = result[(*front, np.pad(np.arange(shape[place]), (before, after), mode=mode))]  # type: ignore[call-overload]
    return result


def _pinv(a: Any) -> Any:
    return linalg.pinv(_known(a))


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    return linalg.svd(_known(a), full_matrices, compute_uv)


def _known(a: Any) -> Any:
    """Return an array in which what is infinite is NaN: LAPACK's SVD never ends where an element is infinite."""
    return anp.where(anp.isfinite(a), a, np.nan)


def _roll(a: Any, shift: Any, axis: Any = None) -> Any:
    if not isinstance(shift, tuple | list):
        return anp.roll(a, shift, axis)
    for each, place in zip(shift, axis, strict=True):
        a = anp.roll(a, each, place)
    return a


def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    rows = anp.ravel(a) if axis is None else a
    at = np.asarray(indices) if isinstance(indices, list | tuple) else indices
    return rows[(slice(None),) * ((axis or 0) % len(anp.shape(rows))) + (at,)]


def _tile(A: Any, reps: int | Sequence[int]) -> Any:
    times = (reps,) if isinstance(reps, int) else tuple(reps)
    rank = max(len(times), len(anp.shape(A)))
    shape, times = (1,) * (rank - len(anp.shape(A))) + anp.shape(A), (1,) * (rank - len(times)) + times
    apart = tuple(each for size in shape for each in (1, size))
    copied = tuple(each for pair in zip(times, shape, strict=True) for each in pair)
    whole = tuple(count * size for count, size in zip(times, shape, strict=True))
    return anp.reshape(expand(anp.reshape(A, apart), copied), whole)


WRITTEN: Final[Mapping[str, Callable[..., Any]]] = {
    "cumprod": _cumprod,
    "diagonal": _diagonal,
    "flip": _flip,
    "linalg.norm": _norm,
    "linalg.pinv": _pinv,
    "linalg.svd": _svd,
    "outer": _outer,
    "pad": _pad,
    "roll": _roll,
    "take": _take,
    "tile": _tile,
}
"""By the name after `np.`; each takes arrays and the words that NumPy's does."""
