"""Neural layers that slide over signals and images: convolution and its transpose, with a bias for each filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.numpy as np

from engine.errors import ShapeError
from engine.operator import Added, Operator, Sample, ShapeRule, operator
from engine.setting import Integer
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import shapes, window_shapes
from nodes.casts import Value, inexact
from nodes.signal import BOUNDARY, CROP, STRIDE, correlated, numbers, spread

FILTERS = Integer(8, low=1, high=100_000, help="How many patterns are looked for: channels of the result.")
SIZE = Integer(3, low=1, high=1000, help="How long each side of the window is.")

ADDS = {
    "kernel": Added("parameters.parameter", "kernel", {"initial": "glorot_uniform", "shape": None}),
    "bias": Added("parameters.parameter", "bias", {"initial": "zeros", "shape": None}),
}
LAYOUT = {1: "channels, length", 2: "channels, rows, columns"}


def demanded(rank: int, turned: bool) -> Callable[[Mapping[str, Type | None], Mapping[str, Any]], Mapping[str, Shape]]:
    """Return what a layer demands of its weights: (filters, channels, *sizes), or channels first where `turned`."""

    def demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
        filters, size, x = int(settings["filters"]), int(settings["size"]), types.get("x")
        bias: dict[str, Shape] = {"bias": (filters,)}
        if not isinstance(x, ArrayType) or len(x.shape) <= rank:
            return bias
        channels = x.shape[-rank - 1]
        front = (channels, filters) if turned else (filters, channels)
        return {"kernel": (*front, *(size,) * rank), **bias}

    return demands


def biased(rank: int, rule: ShapeRule) -> ShapeRule:
    """Return the rule of a layer: that of the filter without its bias, which has one number for each filter."""

    def with_bias(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
        x, kernel, bias = (shapes.array(kind, name) for kind, name in zip(types, ("x", "kernel", "bias"), strict=True))
        if len(kernel.shape) != rank + 2:
            raise ShapeError(
                f"kernel has shape {shape_text(kernel.shape)}: it takes {rank + 2} axes, two for filters and channels "
                f"and then {window_shapes.axes_of(rank)}",
                socket="kernel",
            )
        (found,) = rule((x, kernel), settings)
        result = shapes.array(found, "x")
        if bias.shape != (filters := result.shape[-rank - 1 : -rank]):
            raise ShapeError(
                f"bias has shape {shape_text(bias.shape)}: it must have shape {shape_text(filters)}, one number for "
                "each filter",
                socket="bias",
            )
        dtype = shapes.inexact([shapes.numeric([result.dtype], False), bias.dtype], False)
        return (ArrayType(result.shape, dtype),)

    return with_bias


def _shifted(y: Value, bias: Value, rank: int) -> Value:
    return inexact(y + np.reshape(bias, (np.shape(bias)[0], *(1,) * rank)))


def _samples(rank: int, more: Mapping[str, Any]) -> tuple[Any, ...]:
    lengths = (5,) if rank == 1 else (4, 3)
    x, kernel, bias = numbers(2, 2, *lengths), numbers(2, 2, *(2,) * rank), numbers(2)
    return (
        (x, kernel, bias),
        (-x[::-1], kernel * 0.5 - 1.0, bias + 1.0),
        (x[0], kernel, bias),
        Sample((x, kernel, bias), {"stride": 2, **more}),
        tuple(each.astype("float32") for each in (x[0], kernel, bias)),
    )


def _layer(
    id: str, title: str, rank: int, rule: ShapeRule, formula: str, partials: Mapping[str, str], turned: bool,
    synonyms: tuple[str, ...], more: Mapping[str, Any],
) -> Callable[[Callable[..., Any]], Operator]:  # fmt: skip
    front = "(channels, filters, " if turned else "(filters, channels, "
    return operator(
        id,
        title,
        shape=biased(rank, rule),
        formula=formula,
        partials=partials,
        domain="x has an axis of channels before those of the window",
        synonyms=synonyms,
        adds=ADDS,
        demands=demanded(rank, turned),
        samples=_samples(rank, more),
        sockets={
            "x": f"(..., {LAYOUT[rank]})",
            "kernel": front + ("length)" if rank == 1 else "rows, columns)"),
            "bias": "one number for each filter",
            "value": f"(..., {LAYOUT[rank].replace('channels', 'filters')})",
        },
    )


@_layer(
    "neural.convolution_1d",
    "Convolution layer 1D",
    1,
    window_shapes.windows(1),
    r"y_{f i} = b_f + \sum_{c u} k_{f c u}\,x_{c,\,s i + u}",
    {
        "x": r"\bar x_{c j} = \sum_{f,\,s i + u = j} k_{f c u}\,\bar y_{f i}",
        "kernel": r"\bar k_{f c u} = \sum_i \bar y_{f i}\,x_{c,\,s i + u}",
        "bias": r"\bar b_f = \sum_i \bar y_{f i}",
    },
    False,
    ("conv1d", "cnn", "temporal convolution", "time series"),
    {"boundary": "zero"},
)
def convolution_1d(
    x: Value,
    kernel: Value,
    bias: Value,
    *,
    filters: Value = FILTERS,
    size: Value = SIZE,
    boundary: Value = BOUNDARY,
    stride: Value = STRIDE,
) -> Value:
    """A layer that looks for patterns along the last axis: its kernel moves over all channels, and a bias is added."""
    return _shifted(correlated(x, kernel, 1, boundary, stride), bias, 1)


@_layer(
    "neural.convolution_2d",
    "Convolution layer 2D",
    2,
    window_shapes.windows(2),
    r"y_{f i j} = b_f + \sum_{c u v} k_{f c u v}\,x_{c,\,s i + u,\,s j + v}",
    {
        "x": r"\bar x_{c p q} = \sum_{f,\,s i + u = p,\,s j + v = q} k_{f c u v}\,\bar y_{f i j}",
        "kernel": r"\bar k_{f c u v} = \sum_{i j} \bar y_{f i j}\,x_{c,\,s i + u,\,s j + v}",
        "bias": r"\bar b_f = \sum_{i j} \bar y_{f i j}",
    },
    False,
    ("conv2d", "cnn", "image layer", "filters", "feature maps"),
    {"boundary": "wrap"},
)
def convolution_2d(
    x: Value,
    kernel: Value,
    bias: Value,
    *,
    filters: Value = FILTERS,
    size: Value = SIZE,
    boundary: Value = BOUNDARY,
    stride: Value = STRIDE,
) -> Value:
    """A layer that looks for patterns in images: its kernel moves over all channels, and a bias is added."""
    return _shifted(correlated(x, kernel, 2, boundary, stride), bias, 2)


@_layer(
    "neural.transposed_convolution_1d",
    "Transposed convolution layer 1D",
    1,
    window_shapes.transposed(1),
    r"y_{f j} = b_f + \sum_{c,\,s i + u = j} k_{c f u}\,x_{c i}",
    {
        "x": r"\bar x_{c i} = \sum_{f u} k_{c f u}\,\bar y_{f,\,s i + u}",
        "kernel": r"\bar k_{c f u} = \sum_i x_{c i}\,\bar y_{f,\,s i + u}",
        "bias": r"\bar b_f = \sum_j \bar y_{f j}",
    },
    True,
    ("deconvolution", "upsample", "conv transpose", "decoder"),
    {"crop": 1},
)
def transposed_convolution_1d(
    x: Value,
    kernel: Value,
    bias: Value,
    *,
    filters: Value = FILTERS,
    size: Value = SIZE,
    stride: Value = STRIDE,
    crop: Value = CROP,
) -> Value:
    """A layer that makes signals longer: every element spreads the kernel, `stride` places apart."""
    return _shifted(spread(x, kernel, 1, stride, crop), bias, 1)


@_layer(
    "neural.transposed_convolution_2d",
    "Transposed convolution layer 2D",
    2,
    window_shapes.transposed(2),
    r"y_{f p q} = b_f + \sum_{c,\,s i + u = p,\,s j + v = q} k_{c f u v}\,x_{c i j}",
    {
        "x": r"\bar x_{c i j} = \sum_{f u v} k_{c f u v}\,\bar y_{f,\,s i + u,\,s j + v}",
        "kernel": r"\bar k_{c f u v} = \sum_{i j} x_{c i j}\,\bar y_{f,\,s i + u,\,s j + v}",
        "bias": r"\bar b_f = \sum_{p q} \bar y_{f p q}",
    },
    True,
    ("deconvolution", "upsample", "conv transpose", "generator", "decoder"),
    {"crop": 1},
)
def transposed_convolution_2d(
    x: Value,
    kernel: Value,
    bias: Value,
    *,
    filters: Value = FILTERS,
    size: Value = SIZE,
    stride: Value = STRIDE,
    crop: Value = CROP,
) -> Value:
    """A layer that makes images larger: every element spreads the kernel, `stride` places apart."""
    return _shifted(spread(x, kernel, 2, stride, crop), bias, 2)


OPERATORS = (convolution_1d, convolution_2d, transposed_convolution_1d, transposed_convolution_2d)
