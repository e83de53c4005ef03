"""Pooling: the largest or the mean of every window."""

from __future__ import annotations

import math
from typing import Any

import autograd.numpy as np

from engine.operator import Sample, operator
from engine.program import windows
from engine.setting import Integer
from nodes import window_shapes
from nodes.casts import Value, inexact
from nodes.signal import numbers

SIZE = Integer(2, help="How many elements a window has along each axis.", low=1, high=1000)
STRIDE = Integer(0, help="How far the window moves; 0: by its size, so that windows do not overlap.", low=0, high=1000)


def _largest(x: Value, size: tuple[int, int], stride: tuple[int, int]) -> Value:
    return windows.pick(x, windows.window_argmax(x, size, stride))


def _average(x: Value, size: tuple[int, int], stride: tuple[int, int]) -> Value:
    return windows.window_sum(x, size, stride) * (1.0 / math.prod(size))


def _pooled(x: Value, rank: int, size: int, stride: int, how: Any) -> Value:
    """Return `how` over windows of the last `rank` axes."""
    x, step = inexact(x), stride or size
    if rank == 2:
        return how(x, (size, size), (step, step))
    shape = np.shape(x)
    y = how(np.reshape(x, (*shape[:-1], 1, shape[-1])), (1, size), (1, step))
    return np.reshape(y, (*shape[:-1], np.shape(y)[-1]))


def _samples(rank: int) -> tuple[Any, ...]:
    lengths = (6,) if rank == 1 else (4, 5)
    x = numbers(2, *lengths)
    return (
        (x,),
        (-x[::-1],),
        (numbers(*lengths),),
        Sample((x,), {"size": 3, "stride": 2}),
        Sample((numbers(2, *lengths),), {"size": 3, "stride": 1}),
        Sample((-x,), {"size": 3, "stride": 2}),
        (numbers(2, 2, *lengths).astype("float32"),),
        (numbers(*lengths).round().astype("int64"),),
    )


LINE, PLANE = _samples(1), _samples(2)


@operator(
    "signal.max_pool_1d",
    "Max pooling 1D",
    shape=window_shapes.pooled(1, ordered=True),
    formula=r"y_i = \max_{0 \le u < n} x_{s i + u}",
    partials={"x": r"1\ \text{at the (first) largest of each window},\ 0\ \text{elsewhere}"},
    domain="one element of each window is largest",
    synonyms=("downsample", "subsample", "maximum filter", "maxpool"),
    samples=LINE,
    sockets={"x": "values along the last axis", "value": "the largest of every window"},
)
def max_pool_1d(x: Value, *, size: Value = SIZE, stride: Value = STRIDE) -> Value:
    """The largest element of every window along the last axis; a rest that fills no window is left out."""
    return _pooled(x, 1, size, stride, _largest)


@operator(
    "signal.max_pool_2d",
    "Max pooling 2D",
    shape=window_shapes.pooled(2, ordered=True),
    formula=r"y_{i j} = \max_{0 \le u, v < n} x_{s i + u,\,s j + v}",
    partials={"x": r"1\ \text{at the (first) largest of each window},\ 0\ \text{elsewhere}"},
    domain="one element of each window is largest",
    synonyms=("downsample", "subsample", "maximum filter", "maxpool"),
    samples=PLANE,
    sockets={"x": "images in the last two axes", "value": "the largest of every window"},
)
def max_pool_2d(x: Value, *, size: Value = SIZE, stride: Value = STRIDE) -> Value:
    """The largest element of every square window of an image; a rest that fills no window is left out."""
    return _pooled(x, 2, size, stride, _largest)


@operator(
    "signal.average_pool_1d",
    "Average pooling 1D",
    shape=window_shapes.pooled(1, ordered=False),
    formula=r"y_i = \frac{1}{n} \sum_{0 \le u < n} x_{s i + u}",
    partials={"x": r"\frac{1}{n}\ \text{for each window}"},
    synonyms=("downsample", "subsample", "mean pooling", "moving average"),
    samples=(*LINE, (numbers(4) * (1 + 2j),)),
    sockets={"x": "values along the last axis", "value": "the mean of every window"},
)
def average_pool_1d(x: Value, *, size: Value = SIZE, stride: Value = STRIDE) -> Value:
    """The mean of every window along the last axis; a rest that fills no window is left out."""
    return _pooled(x, 1, size, stride, _average)


@operator(
    "signal.average_pool_2d",
    "Average pooling 2D",
    shape=window_shapes.pooled(2, ordered=False),
    formula=r"y_{i j} = \frac{1}{n^2} \sum_{0 \le u, v < n} x_{s i + u,\,s j + v}",
    partials={"x": r"\frac{1}{n^2}\ \text{for each window}"},
    synonyms=("downsample", "subsample", "mean pooling", "box filter"),
    samples=(*PLANE, (numbers(4, 4) * (1 + 2j),)),
    sockets={"x": "images in the last two axes", "value": "the mean of every window"},
)
def average_pool_2d(x: Value, *, size: Value = SIZE, stride: Value = STRIDE) -> Value:
    """The mean of every square window of an image; a rest that fills no window is left out."""
    return _pooled(x, 2, size, stride, _average)


OPERATORS = (max_pool_1d, max_pool_2d, average_pool_1d, average_pool_2d)
