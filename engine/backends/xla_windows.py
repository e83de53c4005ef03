"""The primitives of sliding windows for XLA, each transpose being taken from the function it is the transpose of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from engine.program.windows import count
from engine.types import Shape

Pair: TypeAlias = tuple[int, int]


def _transposed(function: Callable[[Any], Any], shape: Shape, g: Any) -> Any:
    if g.dtype.kind in "iub":  # JAX transposes functions of real numbers only; whole ones below 2 ** 53 are exact there
        return jnp.rint(_transposed(function, shape, g.astype(np.float64))).astype(g.dtype)
    kind = jax.ShapeDtypeStruct(tuple(shape), g.dtype)  # type: ignore[no-untyped-call]
    return jax.linear_transpose(function, kind)(g)[0]


def _slices(x: Any, size: Pair, stride: Pair) -> Iterator[Any]:
    """Yield, for each place in a window, what the windows hold there."""
    rows, columns = (count(x.shape[k - 2], size[k], stride[k]) for k in (0, 1))
    for i in range(size[0]):
        for j in range(size[1]):
            yield x[
                ...,
                i : i + stride[0] * (rows - 1) + 1 : stride[0],
                j : j + stride[1] * (columns - 1) + 1 : stride[1],
            ]


def _correlate(x: Any, kernel: Any, stride: Pair) -> Any:
    dtype = np.result_type(x.dtype, kernel.dtype)
    x, kernel = x.astype(dtype), kernel.astype(dtype)
    if dtype in (np.float32, np.float16):
        return lax.conv_general_dilated(
            x, kernel, stride, "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"), precision="highest"
        )
    # On CPUs XLA has fast convolutions in single precision only; in double one matrix product is several times faster.
    columns = jnp.stack(list(_slices(x, kernel.shape[2:], stride)), axis=1)
    weights = kernel.reshape(*kernel.shape[:2], -1)
    return jnp.einsum("nkchw,fck->nfhw", columns, weights)


def _correlate_back(y: Any, kernel: Any, stride: Pair, shape: Shape) -> Any:
    y, kernel = _alike(y, kernel)
    return _transposed(lambda x: _correlate(x, kernel, stride), shape, y)


def _correlate_kernel(y: Any, x: Any, stride: Pair, size: Pair) -> Any:
    y, x = _alike(y, x)
    return _transposed(lambda kernel: _correlate(x, kernel, stride), (y.shape[1], x.shape[1], *size), y)


def _alike(first: Any, second: Any) -> tuple[Any, Any]:
    dtype = np.result_type(first.dtype, second.dtype)
    return first.astype(dtype), second.astype(dtype)


def _pad_edges(x: Any, before: Pair, after: Pair, mode: str) -> Any:
    widths = [(0, 0)] * (x.ndim - 2) + list(zip(before, after, strict=True))
    return jnp.pad(x, widths) if mode == "zero" else jnp.pad(x, widths, mode=mode)


def _fold_edges(g: Any, before: Pair, after: Pair, mode: str) -> Any:
    rows, columns = (g.shape[k] - before[k] - after[k] for k in (-2, -1))
    return _transposed(lambda x: _pad_edges(x, before, after, mode), (*g.shape[:-2], rows, columns), g)


def _window_sum(x: Any, size: Pair, stride: Pair) -> Any:
    first, *others = _slices(x, size, stride)
    for each in others:
        first = first + each
    return first


def _window_spread(g: Any, size: Pair, stride: Pair, shape: Shape) -> Any:
    return _transposed(lambda x: _window_sum(x, size, stride), shape, g)


def _window_argmax(x: Any, size: Pair, stride: Pair) -> Any:
    number = jnp.argmax(jnp.stack(list(_slices(x, size, stride))), axis=0)
    table = jnp.array([i * x.shape[-1] + j for i in range(size[0]) for j in range(size[1])])
    rows, columns = number.shape[-2:]
    corners = stride[0] * x.shape[-1] * np.arange(rows)[:, None] + stride[1] * np.arange(columns)
    plane = x.shape[-2] * x.shape[-1]
    planes = plane * np.arange(int(np.prod(x.shape[:-2], dtype=np.int64))).reshape(*x.shape[:-2], 1, 1)
    return table[number] + corners + planes


def _pick(x: Any, places: Any) -> Any:
    return x.reshape(-1)[places]


def _put(g: Any, places: Any, shape: Shape) -> Any:
    size = int(np.prod(shape, dtype=np.int64))
    return jnp.zeros(size, g.dtype).at[places.reshape(-1)].add(g.reshape(-1)).reshape(shape)


EMITTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "gradwire.correlate": _correlate,
    "gradwire.correlate_back": _correlate_back,
    "gradwire.correlate_kernel": _correlate_kernel,
    "gradwire.pad_edges": _pad_edges,
    "gradwire.fold_edges": _fold_edges,
    "gradwire.window_sum": _window_sum,
    "gradwire.window_spread": _window_spread,
    "gradwire.window_argmax": _window_argmax,
    "gradwire.pick": _pick,
    "gradwire.put": _put,
}
"""By the primitive's name."""
