"""Signals and images: correlation, convolution and its transpose."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program import windows
from engine.setting import Choice, Integer
from nodes import window_shapes
from nodes.casts import Value, common, number

BOUNDARY = Choice(
    "valid",
    help="What stands beyond the edges: valid: nothing, so the result is smaller; zero: zeros; reflect: the mirrored "
    "array, without its edge; wrap: its other end.",
    options=window_shapes.BOUNDARIES,
)
STRIDE = Integer(1, help="How far the window moves from one result to the next.", low=1, high=1000)
CROP = Integer(0, help="How many elements are cut off at each end of each axis.", low=0, high=1000)

_taken = itertools.count(1)


def numbers(*shape: int) -> Any:
    """Return numbers between -2 and 2 for samples, without a pattern, the same at every start."""
    start = 1000 * next(_taken)
    angles = onp.arange(start, start + math.prod(shape)) ** 2 * math.sqrt(2)
    return onp.round(4 * (angles % 1) - 2, 3).reshape(shape)


def _layers(x: Value, kernel: Value, rank: int) -> tuple[Value, Value]:
    """Return x as (batch, channels, rows, columns) and the kernel as (filters, channels, rows, columns)."""
    sizes, lengths = np.shape(kernel)[-rank:], np.shape(x)[-rank:]
    ones = (1,) * (2 - rank)
    if np.ndim(kernel) > rank:
        channels = np.shape(kernel)[1]
        front = math.prod(np.shape(x)[: -rank - 1])
        kernel = np.reshape(kernel, (np.shape(kernel)[0], channels, *ones, *sizes))
    else:
        channels, front = 1, math.prod(np.shape(x)[:-rank])
        kernel = np.reshape(kernel, (1, 1, *ones, *sizes))
    return np.reshape(x, (front, channels, *ones, *lengths)), kernel


def _pair(values: Sequence[int], fill: int) -> tuple[int, int]:
    """Return rows and columns: a row of `fill` in front where there is only a length."""
    return (fill, values[0]) if len(values) == 1 else (values[0], values[1])


def correlated(x: Value, kernel: Value, rank: int, boundary: str, stride: int) -> Value:
    """Return the correlation of x with a kernel over the last `rank` axes: what both operators below are made of."""
    x, kernel = common(number(x, kernel), number(kernel, x))
    mixing = np.ndim(kernel) > rank
    front = np.shape(x)[: -rank - 1] if mixing else np.shape(x)[:-rank]
    sizes, lengths = np.shape(kernel)[-rank:], np.shape(x)[-rank:]
    around = [window_shapes.margins(n, size, stride, boundary) for n, size in zip(lengths, sizes, strict=True)]
    x, kernel = _layers(x, kernel, rank)
    if boundary != "valid":
        before, after = (_pair([each[end] for each in around], 0) for end in (0, 1))
        x = windows.pad_edges(x, before, after, boundary)
    y = windows.correlate(x, kernel, _pair((stride,) * rank, 1))
    filters = np.shape(kernel)[:1] if mixing else ()
    return np.reshape(y, (*front, *filters, *np.shape(y)[-rank:]))


def _flipped(kernel: Value, rank: int) -> Value:
    return kernel[..., ::-1] if rank == 1 else kernel[..., ::-1, ::-1]


def _samples(rank: int) -> tuple[Any, ...]:
    lengths, sizes = ((6,), (3,)) if rank == 1 else ((3, 4), (3, 2))
    x, kernel = numbers(2, *lengths), numbers(*sizes)
    images, filters = numbers(2, 2, *lengths), numbers(2, 2, *sizes)
    found: list[Any] = [
        (x, kernel),
        (-x[::-1], kernel * 0.5 - 1.0),
        (images, filters),
        (x[0].astype("float32"), kernel.astype("float32")),
        (x[0] * (1 + 0.5j), kernel * (0.5 - 1j)),
        (onp.round(x[0]).astype("int64"), onp.round(kernel).astype("int64")),
    ]
    for boundary in window_shapes.BOUNDARIES:
        found.append(Sample((x[0], kernel), {"boundary": boundary, "stride": 2}))
        found.append(Sample((x[1], kernel), {"boundary": boundary}))
    found.append(Sample((images, filters), {"boundary": "zero", "stride": 3}))
    return tuple(found)


LINE, PLANE = _samples(1), _samples(2)
X_LINE = "values along the last axis, channels before them where the kernel mixes channels"
X_PLANE = "images in the last two axes, channels before them where the kernel mixes channels"
K_LINE = "(length,) for each line alone, or (filters, channels, length)"
K_PLANE = "(rows, columns) for each image alone, or (filters, channels, rows, columns)"


@operator(
    "signal.correlate_1d",
    "Correlation 1D",
    shape=window_shapes.windows(1),
    formula=r"y_{f i} = \sum_{c u} k_{f c u}\,x_{c,\,s i + u}",
    partials={
        "x": r"\bar x_{c j} = \sum_{f,\,s i + u = j} k_{f c u}\,\bar y_{f i}",
        "kernel": r"\bar k_{f c u} = \sum_i \bar y_{f i}\,x_{c,\,s i + u}",
    },
    synonyms=("convolution layer", "conv1d", "filter", "sliding window", "cross correlation"),
    samples=LINE,
    sockets={"x": X_LINE, "kernel": K_LINE, "value": "the response at every place"},
)
def correlate_1d(x: Value, kernel: Value, *, boundary: Value = BOUNDARY, stride: Value = STRIDE) -> Value:
    """The sum of x times the kernel at every place along the last axis: what neural networks call a convolution."""
    return correlated(x, kernel, 1, boundary, stride)


@operator(
    "signal.correlate_2d",
    "Correlation 2D",
    shape=window_shapes.windows(2),
    formula=r"y_{f i j} = \sum_{c u v} k_{f c u v}\,x_{c,\,s i + u,\,s j + v}",
    partials={
        "x": r"\bar x_{c p q} = \sum_{f,\,s i + u = p,\,s j + v = q} k_{f c u v}\,\bar y_{f i j}",
        "kernel": r"\bar k_{f c u v} = \sum_{i j} \bar y_{f i j}\,x_{c,\,s i + u,\,s j + v}",
    },
    synonyms=("cnn", "conv", "convolution layer", "conv2d", "image filter", "sliding window", "template matching"),
    samples=PLANE,
    sockets={"x": X_PLANE, "kernel": K_PLANE, "value": "the response at every place"},
)
def correlate_2d(x: Value, kernel: Value, *, boundary: Value = BOUNDARY, stride: Value = STRIDE) -> Value:
    """The sum of x times the kernel at every place of an image: what neural networks call a convolution."""
    return correlated(x, kernel, 2, boundary, stride)


@operator(
    "signal.convolve_1d",
    "Convolution 1D",
    shape=window_shapes.windows(1),
    formula=r"y_i = \sum_u k_u\,x_{s i + n - 1 - u}",
    partials={
        "x": r"\bar x_j = \sum_{s i + n - 1 - u = j} k_u\,\bar y_i",
        "kernel": r"\bar k_u = \sum_i \bar y_i\,x_{s i + n - 1 - u}",
    },
    synonyms=("filter", "smooth", "blur", "moving average", "impulse response"),
    samples=LINE,
    sockets={"x": X_LINE, "kernel": K_LINE, "value": "the filtered values"},
)
def convolve_1d(x: Value, kernel: Value, *, boundary: Value = BOUNDARY, stride: Value = STRIDE) -> Value:
    """x filtered along the last axis: as Correlation 1D, with the kernel turned round."""
    return correlated(x, _flipped(kernel, 1), 1, boundary, stride)


@operator(
    "signal.convolve_2d",
    "Convolution 2D",
    shape=window_shapes.windows(2),
    formula=r"y_{i j} = \sum_{u v} k_{u v}\,x_{s i + m - 1 - u,\,s j + n - 1 - v}",
    partials={
        "x": r"\bar x_{p q} = \sum_{s i + m - 1 - u = p,\,s j + n - 1 - v = q} k_{u v}\,\bar y_{i j}",
        "kernel": r"\bar k_{u v} = \sum_{i j} \bar y_{i j}\,x_{s i + m - 1 - u,\,s j + n - 1 - v}",
    },
    synonyms=("cnn", "image filter", "blur", "sharpen", "edge detection", "point spread function"),
    samples=PLANE,
    sockets={"x": X_PLANE, "kernel": K_PLANE, "value": "the filtered images"},
)
def convolve_2d(x: Value, kernel: Value, *, boundary: Value = BOUNDARY, stride: Value = STRIDE) -> Value:
    """Images filtered: as Correlation 2D, with the kernel turned half round."""
    return correlated(x, _flipped(kernel, 2), 2, boundary, stride)


# ----- the transpose -----


def spread(x: Value, kernel: Value, rank: int, stride: int, crop: int) -> Value:
    """Return the transposed convolution of x (..., channels, *lengths) by a kernel (channels, filters, *sizes)."""
    x, kernel = common(number(x, kernel), number(kernel, x))
    front, lengths, sizes = np.shape(x)[: -rank - 1], np.shape(x)[-rank:], np.shape(kernel)[-rank:]
    full = [(n - 1) * stride + size for n, size in zip(lengths, sizes, strict=True)]
    ones, filters = (1,) * (2 - rank), np.shape(kernel)[1]
    batch = math.prod(front)
    x = np.reshape(x, (batch, np.shape(kernel)[0], *ones, *lengths))
    kernel = np.reshape(kernel, (*np.shape(kernel)[:2], *ones, *sizes))
    y = windows.correlate_back(x, kernel, _pair((stride,) * rank, 1), (batch, filters, *ones, *full))
    inner = tuple(slice(crop, n - crop) for n in full)
    return np.reshape(y, (*front, filters, *full))[(..., *inner)]


def _transposed_samples(rank: int) -> tuple[Any, ...]:
    lengths, sizes = ((4,), (3,)) if rank == 1 else ((3, 4), (3, 2))
    x, kernel = numbers(2, *lengths), numbers(2, 2, *sizes)
    return (
        (x, kernel),
        (-x[::-1], kernel * 0.5 - 1.0),
        Sample((numbers(2, 2, *lengths), kernel), {"stride": 2, "crop": 1}),
        (x.astype("float32"), kernel.astype("float32")),
        (x * (1 + 0.5j), kernel),
        (onp.round(x).astype("int64"), onp.round(kernel).astype("int64")),
    )


@operator(
    "signal.transposed_convolution_1d",
    "Transposed convolution 1D",
    shape=window_shapes.transposed(1),
    formula=r"y_{f j} = \sum_{c,\,s i + u = j} k_{c f u}\,x_{c i}",
    partials={
        "x": r"\bar x_{c i} = \sum_{f u} k_{c f u}\,\bar y_{f,\,s i + u}",
        "kernel": r"\bar k_{c f u} = \sum_i x_{c i}\,\bar y_{f,\,s i + u}",
    },
    synonyms=("deconvolution", "upsample", "fractional stride", "conv transpose"),
    samples=_transposed_samples(1),
    sockets={
        "x": "(..., channels, length)",
        "kernel": "(channels, filters, length)",
        "value": "(..., filters, a longer length)",
    },
)
def transposed_convolution_1d(x: Value, kernel: Value, *, stride: Value = STRIDE, crop: Value = CROP) -> Value:
    """Every element of x spreads the kernel, `stride` places apart: the transpose of Correlation 1D."""
    return spread(x, kernel, 1, stride, crop)


@operator(
    "signal.transposed_convolution_2d",
    "Transposed convolution 2D",
    shape=window_shapes.transposed(2),
    formula=r"y_{f p q} = \sum_{c,\,s i + u = p,\,s j + v = q} k_{c f u v}\,x_{c i j}",
    partials={
        "x": r"\bar x_{c i j} = \sum_{f u v} k_{c f u v}\,\bar y_{f,\,s i + u,\,s j + v}",
        "kernel": r"\bar k_{c f u v} = \sum_{i j} x_{c i j}\,\bar y_{f,\,s i + u,\,s j + v}",
    },
    synonyms=("deconvolution", "upsample", "fractional stride", "conv transpose", "generator"),
    samples=_transposed_samples(2),
    sockets={
        "x": "(..., channels, rows, columns)",
        "kernel": "(channels, filters, rows, columns)",
        "value": "(..., filters, more rows, more columns)",
    },
)
def transposed_convolution_2d(x: Value, kernel: Value, *, stride: Value = STRIDE, crop: Value = CROP) -> Value:
    """Every element of x spreads the kernel, `stride` places apart: the transpose of Correlation 2D."""
    return spread(x, kernel, 2, stride, crop)


OPERATORS = (
    correlate_1d,
    correlate_2d,
    convolve_1d,
    convolve_2d,
    transposed_convolution_1d,
    transposed_convolution_2d,
)
