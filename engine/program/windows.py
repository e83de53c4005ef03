"""Primitives of sliding windows: correlation of many channels with its two transposes, padding, pooling.

Layout: x (batch, channels, rows, columns), kernel (filters, channels, rows, columns), as Caffe and PyTorch. All but
`window_argmax` are linear in each argument, and each is the transpose of another one here, so every order of
derivative stays among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from autograd.extend import primitive
from numpy.typing import NDArray

from engine.program.standin import StandIn, stand_in
from engine.types import Shape

Pair: TypeAlias = tuple[int, int]
"""Rows and columns."""


def standing(*arrays: Any) -> bool:
    """Return whether any of the arrays is a stand-in, so that only types are asked for."""
    return any(type(each) is StandIn for each in arrays)


def _places(size: Pair, stride: Pair, out: Pair) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
    """Yield each place in a window, and the index of what the windows hold there."""
    for i in range(size[0]):
        for j in range(size[1]):
            rows = slice(i, i + stride[0] * (out[0] - 1) + 1, stride[0])
            yield i, j, (..., rows, slice(j, j + stride[1] * (out[1] - 1) + 1, stride[1]))


def count(length: int, size: int, stride: int) -> int:
    """Return how many windows fit into a length."""
    return (length - size) // stride + 1


def _out(shape: Shape, size: Pair, stride: Pair) -> Pair:
    return count(shape[-2], size[0], stride[0]), count(shape[-1], size[1], stride[1])


def _columns(x: NDArray[Any], size: Pair, stride: Pair, out: Pair) -> NDArray[Any]:
    """Return what every window holds, (channels * rows * columns of the kernel, batch * rows * columns of the result).

    With channels in front every copy is a few long runs, and one matrix product does all windows of all examples.
    """
    return _windows(np.ascontiguousarray(x.transpose(1, 0, 2, 3)), size, stride, out)


def _windows(x: NDArray[Any], size: Pair, stride: Pair, out: Pair) -> NDArray[Any]:
    """Return the columns of x (channels, batch, rows, columns)."""
    columns = np.empty((x.shape[0], *size, x.shape[1], *out), x.dtype)
    for i, j, place in _places(size, stride, out):
        columns[:, i, j] = x[place]
    return columns.reshape(x.shape[0] * size[0] * size[1], -1)


def _collected(y: NDArray[Any], kernel: NDArray[Any], out: Pair) -> NDArray[Any]:
    """Return the transpose of `correlate` by x, (channels, batch, rows, columns), where the stride is 1: there it is
    a correlation too, of y with zeros around it and the kernel turned round."""
    filters, channels, *size = kernel.shape
    rows, columns = size[0] - 1, size[1] - 1
    around = np.zeros((filters, y.shape[0], y.shape[2] + 2 * rows, y.shape[3] + 2 * columns), y.dtype)
    around[:, :, rows : rows + y.shape[2], columns : columns + y.shape[3]] = y.transpose(1, 0, 2, 3)
    turned = kernel[:, :, ::-1, ::-1].transpose(1, 0, 2, 3).reshape(channels, -1)
    product: NDArray[Any] = turned @ _windows(around, (size[0], size[1]), (1, 1), out)
    return product.reshape(channels, y.shape[0], *out)


@primitive  # type: ignore[untyped-decorator]
def correlate(x: Any, kernel: Any, stride: Pair) -> Any:
    """Return the sums of x times the kernel at every place where the kernel fits, every `stride` places."""
    size = kernel.shape[2:]
    out = _out(x.shape, size, stride)
    if standing(x, kernel):
        return stand_in((x.shape[0], kernel.shape[0], *out), np.result_type(x.dtype, kernel.dtype))
    product = kernel.reshape(kernel.shape[0], -1) @ _columns(x, size, stride, out)
    return np.ascontiguousarray(product.reshape(kernel.shape[0], x.shape[0], *out).transpose(1, 0, 2, 3))


@primitive  # type: ignore[untyped-decorator]
def correlate_back(y: Any, kernel: Any, stride: Pair, shape: Shape) -> Any:
    """Return the transpose of `correlate` by x, of `shape`: every element of y spreads the kernel.

    To collect what reaches each element of x is faster where there are no more filters than channels (fewer and plainer
    copies), and is done there.
    """
    dtype = np.result_type(y.dtype, kernel.dtype)
    if standing(y, kernel):
        return stand_in(tuple(shape), dtype)
    filters, channels, *size = kernel.shape
    if filters <= channels and stride == (1, 1) and 0 not in y.shape:
        return np.ascontiguousarray(_collected(y, kernel, (shape[2], shape[3])).transpose(1, 0, 2, 3), dtype)
    out = y.shape[2:]
    columns = kernel.reshape(filters, -1).T @ y.transpose(1, 0, 2, 3).reshape(filters, -1)
    spread = columns.reshape(channels, *size, y.shape[0], *out)
    x = np.zeros((channels, shape[0], *shape[2:]), dtype)
    for i, j, place in _places((size[0], size[1]), stride, out):
        x[place] += spread[:, i, j]
    return np.ascontiguousarray(x.transpose(1, 0, 2, 3))


@primitive  # type: ignore[untyped-decorator]
def correlate_kernel(y: Any, x: Any, stride: Pair, size: Pair) -> Any:
    """Return the transpose of `correlate` by the kernel, of `size` rows and columns."""
    if standing(y, x):
        return stand_in((y.shape[1], x.shape[1], *size), np.result_type(y.dtype, x.dtype))
    columns = _columns(x, size, stride, y.shape[2:])
    product = y.transpose(1, 0, 2, 3).reshape(y.shape[1], -1) @ columns.T
    return product.reshape(y.shape[1], x.shape[1], *size)


# ----- edges -----


def edge_indices(length: int, before: int, after: int, mode: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which elements stand before the first and after the last: mirrored without the edge, or wrapped."""
    if mode == "wrap":
        return np.arange(length - before, length), np.arange(after)
    return np.arange(before, 0, -1), np.arange(length - 2, length - 2 - after, -1)


@primitive  # type: ignore[untyped-decorator]
def pad_edges(x: Any, before: Pair, after: Pair, mode: str) -> Any:
    """Return x with its last two axes longer: filled with zeros, or with what "reflect" or "wrap" finds there."""
    rows, columns = x.shape[-2:]
    shape = (*x.shape[:-2], rows + before[0] + after[0], columns + before[1] + after[1])
    if standing(x):
        return stand_in(shape, x.dtype)
    if mode != "zero":
        for axis in (-2, -1):
            low, high = edge_indices(x.shape[axis], before[axis], after[axis], mode)
            x = np.take(x, np.concatenate([low, np.arange(x.shape[axis]), high]), axis=axis)
        return x
    out = np.zeros(shape, x.dtype)
    out[..., before[0] : before[0] + rows, before[1] : before[1] + columns] = x
    return out


@primitive  # type: ignore[untyped-decorator]
def fold_edges(g: Any, before: Pair, after: Pair, mode: str) -> Any:
    """Return the transpose of `pad_edges`: what stands at the edges is added where it came from, or dropped."""
    rows, columns = (g.shape[k] - before[k] - after[k] for k in (-2, -1))
    if standing(g):
        return stand_in((*g.shape[:-2], rows, columns), g.dtype)
    for axis, length in ((-2, rows), (-1, columns)):
        g = np.moveaxis(g, axis, 0)
        core = g[before[axis] : before[axis] + length]
        if mode != "zero":
            core = core.copy()
            low, high = edge_indices(length, before[axis], after[axis], mode)
            core[low] += g[: before[axis]]
            core[high] += g[before[axis] + length :]
        g = np.moveaxis(core, 0, axis)
    return np.ascontiguousarray(g)


# ----- pooling -----


@primitive  # type: ignore[untyped-decorator]
def window_sum(x: Any, size: Pair, stride: Pair) -> Any:
    """Return the sum of every window over the last two axes."""
    out = _out(x.shape, size, stride)
    if standing(x):
        return stand_in((*x.shape[:-2], *out), x.dtype)
    total: Any = None
    for _, _, place in _places(size, stride, out):
        if total is None:
            total = np.array(x[place])
        else:
            total += x[place]
    return total


@primitive  # type: ignore[untyped-decorator]
def window_spread(g: Any, size: Pair, stride: Pair, shape: Shape) -> Any:
    """Return the transpose of `window_sum`, of `shape`: each number goes to every place of its window."""
    if standing(g):
        return stand_in(tuple(shape), g.dtype)
    x = np.zeros(shape, g.dtype)
    for _, _, place in _places(size, stride, g.shape[-2:]):
        x[place] += g
    return x


@primitive  # type: ignore[untyped-decorator]
def window_argmax(x: Any, size: Pair, stride: Pair) -> Any:
    """Return where the (first) largest element of each window stands, counted through the whole array x; NaN counts as
    largest."""
    out = _out(x.shape, size, stride)
    shape = (*x.shape[:-2], *out)
    if standing(x):
        return stand_in(shape, np.dtype(np.int64))
    table = np.array([i * x.shape[-1] + j for i, j, _ in _places(size, stride, out)])
    number = np.zeros(shape, np.int8 if len(table) < 128 else np.int32)
    best: Any = None
    gaps = bool(np.isnan(np.max(x, initial=-np.inf))) if x.dtype.kind == "f" else False
    for k, (_, _, place) in enumerate(_places(size, stride, out)):
        here = x[place]
        if best is None:
            best = np.array(here)
            continue
        larger = (here > best) | (here != here) if gaps else here > best
        np.copyto(number, k, where=larger)
        if k < len(table) - 1:
            np.copyto(best, here, where=larger) if gaps else np.maximum(best, here, out=best)
    corners = stride[0] * x.shape[-1] * np.arange(out[0])[:, None] + stride[1] * np.arange(out[1])
    plane = x.shape[-2] * x.shape[-1]
    planes = plane * np.arange(int(np.prod(x.shape[:-2], dtype=np.int64))).reshape(*x.shape[:-2], 1, 1)
    found = np.take(table, number)
    found += corners
    found += planes
    return found


@primitive  # type: ignore[untyped-decorator]
def pick(x: Any, places: Any) -> Any:
    """Return the elements of x at places counted through the whole array."""
    if standing(x, places):
        return stand_in(places.shape, x.dtype)
    return np.take(x, places)


@primitive  # type: ignore[untyped-decorator]
def put(g: Any, places: Any, shape: Shape) -> Any:
    """Return zeros of `shape` with g added at places counted through the whole array: the transpose of `pick`."""
    if standing(g, places):
        return stand_in(tuple(shape), g.dtype)
    size = int(np.prod(shape, dtype=np.int64))
    return np.bincount(places.ravel(), g.ravel(), size).astype(g.dtype, copy=False).reshape(shape)


PRIMITIVES = (
    correlate, correlate_back, correlate_kernel, pad_edges, fold_edges, window_sum, window_spread, window_argmax, pick,
    put,
)  # fmt: skip
