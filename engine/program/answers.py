"""What NumPy's functions answer on stand-ins: the shape and dtype of their result, without a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from autograd.numpy.numpy_wrapper import parse_einsum_input

from engine.errors import LoweringError, ShapeError
from engine.types import Shape, shape_text

_WEAK: Mapping[type, type] = {np.float64: float, np.int64: int, np.complex128: complex}
"""NumPy scalars that count as plain numbers while recording, so that they never promote float32."""

Rule: TypeAlias = Callable[..., "tuple[Shape, Any]"]


class _Shape(tuple[int, ...]):
    """A shape that is itself the answer of a rule, not the type of a stand-in."""


def weak(value: Any) -> Any:
    """Return plain numbers for NumPy's 64-bit scalars and 0-d arrays that are constants; anything else as it is."""
    plain = _WEAK.get(type(value))
    if plain is not None:
        return plain(value)
    if type(value) is np.ndarray and value.ndim == 0 and value.dtype.type in _WEAK:
        return value.item()
    return value


def broadcast(*shapes: Shape) -> Shape:
    """Return the broadcast shape; raise ShapeError naming the shapes and the axis."""
    first = shapes[0]
    if all(shape == first or shape == () for shape in shapes[1:]):
        return first
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    result = []
    for axis, sizes in enumerate(zip(*padded, strict=True)):
        wide = set(sizes) - {1}
        if len(wide) > 1:
            texts = " and ".join(shape_text(shape) for shape in shapes)
            raise ShapeError(
                f"the shapes {texts} do not fit: axis {axis - rank} has {' and '.join(map(str, sorted(wide)))} elements"
            )
        result.append(wide.pop() if wide else 1)
    return tuple(result)


_dtypes: dict[Any, np.dtype[Any]] = {}


def result_dtype(function: Any, arguments: list[Any], kwargs: Mapping[str, Any]) -> np.dtype[Any]:
    """Return the dtype of an elementwise function's result, asked of NumPy on empty arrays, once per combination."""
    kinds = tuple(each.dtype if isinstance(each, np.ndarray | np.generic) else type(each) for each in arguments)
    wanted = kwargs.get("dtype")
    key = (function, kinds, None if wanted is None else np.dtype(wanted))
    found = _dtypes.get(key)
    if found is None:
        empty = [np.empty((0,), each.dtype) if isinstance(each, np.ndarray) else each for each in arguments]
        found = _dtypes[key] = function(*empty, **kwargs).dtype
    return found


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    if rank == 0 and all(each in (0, -1) for each in axes):  # as NumPy allows
        return ()
    for each in axes:
        if not -rank <= each < rank:
            raise ShapeError(f"axis {each} does not exist in an array of {rank} {'axis' if rank == 1 else 'axes'}")
    return tuple(int(each) % rank for each in axes)


def reduced(shape: Shape, axis: Any, keepdims: Any) -> Shape:
    """Return the shape after a reduction over `axis` (None: all)."""
    axes = _axes(axis, len(shape))
    if keepdims is not np._NoValue and keepdims:
        return tuple(1 if k in axes else n for k, n in enumerate(shape))
    return tuple(n for k, n in enumerate(shape) if k not in axes)


@lru_cache(maxsize=512)
def _reduced_dtype(function: Any, dtype: Any, wanted: Any) -> Any:
    more = {} if wanted is None else {"dtype": wanted}
    return function(np.ones(2, dtype), **more).dtype


def reduction(function: Any) -> Rule:
    """Return the rule of a reduction, whose dtype is asked of NumPy."""

    def rule(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **_: Any
    ) -> tuple[Shape, Any]:
        return reduced(a.shape, axis, keepdims), _reduced_dtype(function, a.dtype, dtype)

    return rule


def _selection(function: Any) -> Rule:
    def rule(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **_: Any) -> tuple[Shape, Any]:
        return reduced(a.shape, axis, keepdims), _reduced_dtype(function, a.dtype, None)

    return rule


def matmul(a: Any, b: Any) -> tuple[Shape, Any]:
    """Return the type of a matrix product; raise ShapeError naming both shapes and the axes."""
    dtype = np.result_type(a.dtype, b.dtype)
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError("a matrix product needs arrays of at least one axis, not a scalar")
    left, right = a.shape, b.shape
    inner = right[-2] if b.ndim > 1 else right[0]
    if left[-1] != inner:
        raise ShapeError(
            f"the shapes {shape_text(left)} and {shape_text(right)} do not fit a matrix product: "
            f"axis {a.ndim - 1} of the first has {left[-1]} elements, axis {max(b.ndim - 2, 0)} of the second {inner}"
        )
    shape = broadcast(left[:-2], right[:-2]) + left[-2:-1] + (right[-1:] if b.ndim > 1 else ())
    return shape, dtype


def _dot(a: Any, b: Any, out: Any = None) -> tuple[Shape, Any]:
    a, b = np.ndarray.view(np.asarray(a), np.ndarray), np.ndarray.view(np.asarray(b), np.ndarray)
    dtype = np.result_type(a.dtype, b.dtype)
    if a.ndim == 0 or b.ndim == 0:
        return broadcast(a.shape, b.shape), dtype
    return _tensordot(a, b, ([a.ndim - 1], [max(b.ndim - 2, 0)]))


def _tensordot(a: Any, b: Any, axes: Any = 2) -> tuple[Shape, Any]:
    a, b = np.asarray(a), np.asarray(b)
    if isinstance(axes, int | np.integer):
        axes = (range(a.ndim - axes, a.ndim), range(axes))
    first, second = (
        _axes([int(k) for k in np.atleast_1d(list(each) if isinstance(each, range) else each)], n.ndim)
        for each, n in zip(axes, (a, b), strict=True)
    )
    if [a.shape[k] for k in first] != [b.shape[k] for k in second]:
        raise ShapeError(
            f"the shapes {shape_text(a.shape)} and {shape_text(b.shape)} do not fit a product over axes {first} and "
            f"{second}"
        )
    kept = tuple(n for k, n in enumerate(a.shape) if k not in first) + tuple(
        n for k, n in enumerate(b.shape) if k not in second
    )
    return kept, np.result_type(a.dtype, b.dtype)


def _where(condition: Any, *choices: Any) -> tuple[Shape, Any]:
    if len(choices) != 2:
        raise LoweringError(
            "np.where(condition) alone makes an array whose shape depends on values; use np.where(condition, a, b)"
        )
    arguments = [condition, *map(weak, choices)]
    return broadcast(*(np.shape(each) for each in arguments)), result_dtype(np.where, arguments, {})


def _reshape(
    a: Any, /, shape: Any = None, order: Any = "C", *, newshape: Any = None, copy: Any = None
) -> tuple[Shape, Any]:
    wanted = tuple(np.atleast_1d(np.asarray(newshape if shape is None else shape, dtype=np.int64)).tolist())
    size = a.size
    if wanted.count(-1) == 1:
        rest = int(np.prod([n for n in wanted if n != -1], dtype=np.int64))
        if rest and size % rest == 0:
            wanted = tuple(size // rest if n == -1 else n for n in wanted)
    if int(np.prod(wanted, dtype=np.int64)) != size or any(n < 0 for n in wanted):
        raise ShapeError(
            f"an array of shape {shape_text(a.shape)} has {size} elements and cannot be reshaped to "
            f"{shape_text(wanted)}"
        )
    return wanted, a.dtype


def _concatenate(arrays: Any, axis: Any = 0, **_: Any) -> tuple[Shape, Any]:
    shapes = [np.shape(each) for each in arrays]
    if axis is None:
        return (sum(int(np.prod(shape)) for shape in shapes),), np.result_type(
            *(np.asarray(each).dtype for each in arrays)
        )
    (axis,) = _axes(axis, len(shapes[0]))
    rests = {tuple(n for k, n in enumerate(shape) if k != axis) for shape in shapes}
    if len(rests) > 1 or len({len(shape) for shape in shapes}) > 1:
        texts = ", ".join(shape_text(shape) for shape in shapes)
        raise ShapeError(f"the shapes {texts} cannot be joined along axis {axis}: all other axes must be equal")
    length = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], length, *shapes[0][axis + 1 :]), np.result_type(
        *(each.dtype if isinstance(each, np.ndarray) else np.asarray(each).dtype for each in arrays)
    )


def _like(a: Any, dtype: Any = None, *_: Any, shape: Any = None, **__: Any) -> tuple[Shape, Any]:
    return (a.shape if shape is None else shape), np.dtype(a.dtype if dtype is None else dtype)


def _full_like(a: Any, fill_value: Any, dtype: Any = None, **more: Any) -> tuple[Shape, Any]:
    return _like(a, dtype, **more)


def _same(a: Any, *_: Any, **__: Any) -> tuple[Shape, Any]:
    return a.shape, a.dtype


def _along_axis(a: Any, axis: Any = -1, *_: Any, **__: Any) -> tuple[Shape, Any]:
    return ((a.size,) if axis is None else a.shape), a.dtype


def _inexact(dtype: Any) -> Any:
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def _take_along(arr: Any, indices: Any, axis: Any = -1) -> tuple[Shape, Any]:
    if axis is None:
        return indices.shape, arr.dtype
    (axis,) = _axes(axis, arr.ndim)
    fitting = broadcast(reduced(arr.shape, axis, True), reduced(indices.shape, axis, True))
    return (*fitting[:axis], indices.shape[axis], *fitting[axis + 1 :]), arr.dtype


def _cumulative(function: Any) -> Rule:
    def rule(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> tuple[Shape, Any]:
        return ((a.size,) if axis is None or a.ndim == 0 else a.shape), _reduced_dtype(function, a.dtype, dtype)

    return rule


def _clip(a: Any, *bounds: Any, **_: Any) -> tuple[Shape, Any]:
    arguments = [weak(each) for each in (a, *bounds) if each is not None]
    return broadcast(*(np.shape(each) for each in arguments)), np.result_type(
        *(each.dtype if isinstance(each, np.ndarray) else each for each in arguments)
    )


def _take(a: Any, indices: Any, axis: Any = None, **_: Any) -> tuple[Shape, Any]:
    if axis is None:
        return np.shape(indices), a.dtype
    (axis,) = _axes(axis, a.ndim)
    return (*a.shape[:axis], *np.shape(indices), *a.shape[axis + 1 :]), a.dtype


def _outer(a: Any, b: Any, out: Any = None) -> tuple[Shape, Any]:
    return (np.size(a), np.size(b)), np.result_type(a, b)


def _result_type(*values: Any) -> Any:
    return np.result_type(*(each.dtype if isinstance(each, np.ndarray) else each for each in values))


def _einsum(*operands: Any, **_: Any) -> tuple[Shape, Any]:
    inputs, output, arrays = parse_einsum_input(*operands)
    sizes: dict[str, int] = {}
    for letters, array in zip(inputs.split(","), arrays, strict=True):
        for letter, size in zip(letters, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size and 1 not in (sizes[letter], size):
                raise ShapeError(f"the axes called {letter} in {inputs} have {sizes[letter]} and {size} elements")
            sizes[letter] = max(sizes[letter], size) if 0 not in (sizes[letter], size) else 0
    return tuple(sizes[letter] for letter in output), np.result_type(*(array.dtype for array in arrays))


def _repeat(a: Any, repeats: Any, axis: Any = None) -> tuple[Shape, Any]:
    shape = (a.size,) if axis is None or a.ndim == 0 else a.shape
    (axis,) = _axes(axis or 0, len(shape))
    total = int(np.sum(np.broadcast_to(repeats, shape[axis : axis + 1])))
    return (*shape[:axis], total, *shape[axis + 1 :]), a.dtype


def _tile(A: Any, reps: Any) -> tuple[Shape, Any]:
    times = tuple(int(each) for each in reps) if isinstance(reps, tuple | list | np.ndarray) else (int(reps),)
    rank = max(len(times), A.ndim)
    shape, times = (1,) * (rank - A.ndim) + A.shape, (1,) * (rank - len(times)) + times
    return tuple(size * each for size, each in zip(shape, times, strict=True)), A.dtype


def indexed(shape: Shape, index: tuple[Any, ...]) -> Shape:
    """Return the shape of array[index], where some parts of `index` are integer arrays (NumPy's advanced indexing).

    Arrays and whole numbers broadcast together; their axes stand where the first of them stood, or in front where
    slices, or an ellipsis even of no axes, lie between them.
    """
    taken = sum(part is not None and part is not Ellipsis for part in index)
    if taken > len(shape):
        raise IndexError(f"an array of {len(shape)} axes has no {taken} to index")
    rest = (slice(None),) * (len(shape) - taken)
    at = next((k for k, part in enumerate(index) if part is Ellipsis), len(index))
    parts = (*index[:at], *rest, *index[at + 1 :])
    sliced: list[int] = []
    arrays: list[Shape] = []
    places: list[int] = []
    axis = 0
    for number, part in enumerate(parts):
        if part is None:
            sliced.append(1)
            continue
        if isinstance(part, slice):
            sliced.append(len(range(*part.indices(shape[axis]))))
        else:
            arrays.append(np.shape(part))
            places.append(number)
        axis += 1
    together = places[-1] - places[0] == len(places) - 1 and not places[0] < at <= places[-1]
    front = sum(not isinstance(part, int | np.integer | np.ndarray) for part in parts[: places[0]]) if together else 0
    return (*sliced[:front], *broadcast(*arrays), *sliced[front:])


REFUSED: Mapping[Any, str] = {
    np.nonzero: "use np.where(mask, x, 0), or multiply by the mask",
    np.flatnonzero: "use np.where(mask, x, 0), or multiply by the mask",
    np.argwhere: "use np.where(mask, x, 0), or multiply by the mask",
    np.compress: "use np.where(mask, x, 0), or multiply by the mask",
    np.extract: "use np.where(mask, x, 0), or multiply by the mask",
    np.unique: "compare with the values you look for instead",
    np.trim_zeros: "use np.where(mask, x, 0), or multiply by the mask",
}
"""Functions whose result has a shape that depends on values, and what serves instead."""

RULES: Mapping[Any, Callable[..., Any]] = {
    **{each: reduction(each) for each in (np.sum, np.mean, np.prod, np.var, np.std)},
    **{each: _selection(each) for each in (np.max, np.min, np.amax, np.amin, np.all, np.any)},
    **{each: _selection(each) for each in (np.argmax, np.argmin, np.count_nonzero)},
    **{each: _cumulative(each) for each in (np.cumsum, np.cumprod)},
    np.shape: lambda a: _Shape(a.shape),
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.result_type: _result_type,
    np.iscomplexobj: lambda a: a.dtype.kind == "c",
    np.isrealobj: lambda a: a.dtype.kind != "c",
    np.where: _where,
    np.reshape: _reshape,
    np.ravel: lambda a, order="C": ((a.size,), a.dtype),
    np.broadcast_to: lambda array, shape, subok=False: (tuple(shape), array.dtype),
    np.concatenate: _concatenate,
    np.dot: _dot,
    np.tensordot: _tensordot,
    np.outer: _outer,
    np.einsum: _einsum,
    np.repeat: _repeat,
    np.tile: _tile,
    np.zeros_like: _like,
    np.ones_like: _like,
    np.empty_like: _like,
    np.full_like: _full_like,
    np.clip: _clip,
    np.take: _take,
    np.take_along_axis: _take_along,
    np.sort: _along_axis,
    np.partition: lambda a, kth, axis=-1, *_, **__: _along_axis(a, axis),
    np.argsort: lambda a, axis=-1, *_, **__: (_along_axis(a, axis)[0] or (1,), np.dtype(np.int64)),
    np.argpartition: lambda a, kth, axis=-1, *_, **__: (_along_axis(a, axis)[0], np.dtype(np.int64)),
    **dict.fromkeys((np.triu, np.tril), lambda m, k=0: (m.shape if m.ndim > 1 else m.shape * 2, m.dtype)),
    **dict.fromkeys((np.roll, np.flip, np.nan_to_num), _same),
    **dict.fromkeys((np.linalg.inv, np.linalg.cholesky), lambda a, **_: (a.shape, _inexact(a.dtype))),
    np.linalg.det: lambda a: (a.shape[:-2], _inexact(a.dtype)),
    np.linalg.solve: lambda a, b: (
        broadcast(a.shape[:-2], b.shape[:-2] if b.ndim > 1 else ()) + (b.shape[-2:] if b.ndim > 1 else b.shape),
        _inexact(np.result_type(a.dtype, b.dtype)),
    ),
}  # fmt: skip
"""NumPy function -> (shape, dtype) of its result, or its answer where that is no array."""
