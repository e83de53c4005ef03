"""Images: smoothing that keeps edges, by looking at all neighbours and on a bilateral grid.

The grid lies over a picture in cells of some pixels a side, and has bins of brightness as a third axis: pixels on two
sides of an edge lie near each other in the picture, and far apart in the grid (Chen, Paris and Durand 2007).
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program.primitives import cast
from engine.setting import Integer, Number
from nodes import image_shapes
from nodes.casts import Value, common, inexact
from nodes.signal import correlated, numbers

CELL = Integer(8, low=1, high=1000, unit="pixels", help="The side of a cell of the grid.")
GUIDE = "(rows, columns), from 0 to 1: which bin each pixel belongs to; most often the picture itself"


def _dtype(x: Value) -> str:
    return str(onp.dtype(np.result_type(x)).name)


def _met(x: Value, y: Value) -> tuple[Value, Value]:
    """Return x and y in their common dtype, which is not that of whole numbers."""
    return common(inexact(x, y), inexact(y, x))


def _hats(length: int, cell: int) -> Any:
    """Return how much each cell counts for each pixel of an axis, (cells, pixels): 1 at its middle, linear between."""
    count = -(-length // cell)
    at = onp.clip((onp.arange(length) + 0.5) / cell - 0.5, 0, count - 1)
    return onp.maximum(0, 1 - abs(at - onp.arange(count)[:, None]))


def _bins(guide: Value, bins: int) -> Value:
    """Return how much each bin counts for each pixel, (rows, columns, bins)."""
    dtype = _dtype(guide)
    z = np.clip(guide, 0, 1) * (bins - 1)
    return np.maximum(1 - np.abs(z[..., None] - onp.arange(bins).astype(dtype)), 0)


def _unit(*shape: int) -> Any:
    """Return numbers from -0.2 to 1.2 for samples: most of them inside the bins, some beyond."""
    return 0.5 + 0.35 * numbers(*shape)


@operator(
    "images.bilateral_filter",
    "Bilateral filter",
    shape=image_shapes.bilateral,
    formula=r"y_p = \frac{\sum_q g_s(p - q)\,g_r(x_p - x_q)\,x_q}{\sum_q g_s(p - q)\,g_r(x_p - x_q)}",
    partials={"x": r"\text{through the mean and its weights}"},
    synonyms=("edge preserving", "denoise", "smooth", "tomasi manduchi", "blur"),
    samples=(
        Sample((numbers(4, 5),), {"radius": 1}),
        Sample((numbers(4, 5),), {"radius": 1}),
        Sample((numbers(2, 3, 2),), {"radius": 2, "range": 1.5}),
        Sample((numbers(4, 5).astype("float32"),), {"radius": 1, "range": 0.8}),
        Sample((onp.array([[1, 2], [0, 3]]),), {"radius": 1, "range": 2.0}),
    ),
    sockets={"x": "a picture in the last two axes, rows and columns", "value": "the smoothed picture"},
)
def bilateral_filter(
    x: Value,
    *,
    radius: Value = Integer(5, low=1, high=12, unit="pixels", help="How far neighbours are looked at, on each side."),
    space: Value = Number(3.0, positive=True, unit="pixels", help="How far smoothing reaches."),
    range: Value = Number(0.2, positive=True, help="How different a neighbour may be in brightness and still count."),
) -> Value:
    """The mean of each pixel's neighbours, in which near ones and ones of nearly its brightness count: noise goes,
    edges stay. Beyond the edges of the picture there are no neighbours."""
    x = inexact(x)
    dtype = _dtype(x)
    space, range = cast(space, dtype), cast(range, dtype)
    rows, columns = np.shape(x)[-2:]
    steps = onp.arange(-radius, radius + 1)
    down, right = (each.ravel() for each in onp.meshgrid(steps, steps, indexing="ij"))
    i, j = onp.arange(rows)[:, None, None] + down, onp.arange(columns)[None, :, None] + right
    there = ((i >= 0) & (i < rows) & (j >= 0) & (j < columns)).astype(dtype)
    near = x[..., onp.clip(i, 0, rows - 1) + 0 * j, onp.clip(j, 0, columns - 1) + 0 * i]
    far = (down**2 + right**2).astype(dtype)
    weight = there * np.exp(-far / (2 * space**2) - (near - x[..., None]) ** 2 / (2 * range**2))
    return np.sum(weight * near, axis=-1) / np.sum(weight, axis=-1)


@operator(
    "images.grid_splat",
    "Bilateral grid splat",
    shape=image_shapes.splat,
    outputs=("sums", "weights"),
    formula=r"G_{ijk} = \sum_{p} h_i(p)\,h_j(p)\,h_k(g_p)\,x_p",
    partials={
        "x": r"\bar x_p = \sum_{ijk} h_i h_j h_k\,\bar G_{ijk}",
        "guide": r"\bar g_p = \sum_{ijk} h_i h_j\,h_k'(g_p) \left(x_p\,\bar G_{ijk} + \bar W_{ijk}\right)",
    },
    domain="the guide is from 0 to 1; numbers beyond count as 0 or 1",
    synonyms=("bilateral grid", "edge preserving", "scatter", "downsample", "local", "hdrnet"),
    samples=(
        Sample((numbers(4, 5), _unit(4, 5)), {"cell": 2, "bins": 4}),
        Sample((numbers(4, 5), _unit(4, 5)), {"cell": 2, "bins": 4}),
        Sample((numbers(3, 3), _unit(3, 3)), {"cell": 3, "bins": 2}),
        Sample((numbers(4, 5).astype("float32"), _unit(4, 5).astype("float32")), {"cell": 2, "bins": 4}),
        Sample((onp.array([[1, 2], [3, 4]]), _unit(2, 2)), {"cell": 1, "bins": 3}),
    ),
    sockets={
        "x": "(rows, columns): what is gathered",
        "guide": GUIDE,
        "sums": "(rows / cell, columns / cell, bins): x, each pixel shared among the cells around it",
        "weights": "how much of pixels came to each cell: sums divided by weights are means",
    },
)
def grid_splat(
    x: Value,
    guide: Value,
    *,
    cell: Value = CELL,
    bins: Value = Integer(8, low=2, high=256, help="How many bins of brightness."),
) -> tuple[Value, Value]:
    """Shares each pixel of a picture among the cells and bins around it, linearly.

    Blur the sums and the weights alike, slice both, and divide: that smooths a picture and keeps its edges.
    """
    x, guide = _met(x, guide)
    rows, columns = np.shape(x)
    over = _bins(guide, bins)

    def gathered(values: Value) -> Value:
        dtype = _dtype(values)
        tall = np.tensordot(_hats(rows, cell).astype(dtype), values, axes=([1], [0]))
        return np.matmul(_hats(columns, cell).astype(dtype), tall)

    return gathered(x[..., None] * over), gathered(over)


@operator(
    "images.grid_blur",
    "Bilateral grid blur",
    shape=image_shapes.blur,
    formula=r"y = s *_i s *_j r *_k G",
    partials={
        "grid": r"\text{the same with the kernels turned round}",
        "space": r"\text{correlation of the cotangent with the grid, along rows and columns}",
        "range": r"\text{correlation of the cotangent with the grid, along bins}",
    },
    synonyms=("bilateral grid", "smooth", "gaussian", "separable"),
    samples=(
        (numbers(3, 4, 3), numbers(3), numbers(3)),
        (numbers(3, 4, 3), numbers(3), numbers(3)),
        (numbers(2, 2, 2), numbers(5), numbers(1)),
        tuple(each.astype("float32") for each in (numbers(3, 4, 3), numbers(3), numbers(3))),
        (onp.arange(8).reshape(2, 2, 2), numbers(1), numbers(3)),
    ),
    sockets={
        "grid": "(rows, columns, bins)",
        "space": "an odd number of weights, for rows and for columns",
        "range": "an odd number of weights, for bins",
        "value": "the blurred grid",
    },
)
def grid_blur(grid: Value, space: Value, range: Value) -> Value:
    """Smooths a bilateral grid along its three axes, by weights of one's own; beyond its edges there are zeros.

    Weights are applied as they stand, without being turned round.
    """
    grid = inexact(grid, space, range)
    for axis, kernel in ((0, space), (1, space), (2, range)):
        turned = correlated(np.moveaxis(grid, axis, 2), kernel, 1, "zero", 1)
        grid = np.moveaxis(turned, 2, axis)
    return grid


@operator(
    "images.grid_slice",
    "Bilateral grid slice",
    shape=image_shapes.slice_,
    formula=r"y_p = \sum_{ijk} h_i(p)\,h_j(p)\,h_k(g_p)\,G_{ijk}",
    partials={
        "grid": r"\bar G_{ijk} = \sum_p h_i h_j h_k\,\bar y_p",
        "guide": r"\bar g_p = \bar y_p \sum_{ijk} h_i h_j\,h_k'(g_p)\,G_{ijk}",
    },
    domain="the guide is from 0 to 1; numbers beyond count as 0 or 1",
    synonyms=("bilateral grid", "edge preserving", "upsample", "trilinear", "lookup", "hdrnet"),
    samples=(
        Sample((numbers(2, 3, 4), _unit(4, 5)), {"cell": 2}),
        Sample((numbers(2, 3, 4), _unit(4, 5)), {"cell": 2}),
        Sample((numbers(1, 1, 2), _unit(3, 3)), {"cell": 3}),
        Sample((numbers(2, 3, 4).astype("float32"), _unit(4, 5).astype("float32")), {"cell": 2}),
        Sample((onp.arange(12).reshape(2, 2, 3), _unit(2, 2)), {"cell": 1}),
    ),
    sockets={
        "grid": "(rows / cell, columns / cell, bins)",
        "guide": GUIDE,
        "value": "(rows, columns): the grid read at each pixel",
    },
)
def grid_slice(grid: Value, guide: Value, *, cell: Value = CELL) -> Value:
    """Reads a bilateral grid at every pixel of a picture, linearly between its cells and bins.

    It turns Bilateral grid splat around: where neighbours differ in brightness, they read from different bins.
    """
    grid, guide = _met(grid, guide)
    rows, columns = np.shape(guide)
    dtype = _dtype(grid)
    tall = np.tensordot(_hats(rows, cell).astype(dtype).T, grid, axes=([1], [0]))
    spread = np.matmul(_hats(columns, cell).astype(dtype).T, tall)
    return np.sum(spread * _bins(guide, np.shape(grid)[2]), axis=-1)


OPERATORS = (bilateral_filter, grid_splat, grid_blur, grid_slice)
