"""Images: pixels sampled at moved places, brightness, soft histograms, total variation.

Pictures lie in the last two axes, rows and columns, as for the operators on signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program.primitives import PART, cast, scatter
from engine.setting import Axis, Choice, Integer, Number
from nodes import bilateral_grids, image_shapes
from nodes.casts import Value, inexact
from nodes.signal import numbers

PICTURE = "a picture in the last two axes, rows and columns"
A, B = numbers(4, 5), numbers(4, 5)
RGB, OTHER_RGB = numbers(2, 3, 3), numbers(2, 3, 3)

LUMA: Final[Mapping[str, Any]] = {
    "rec. 709": onp.array([0.2126, 0.7152, 0.0722]),
    "rec. 601": onp.array([0.299, 0.587, 0.114]),
}
"""How much red, green and blue count, by the recommendation of the ITU that says so."""


def dtype_of(x: Value) -> str:
    """Return the dtype of x."""
    return str(onp.dtype(np.result_type(x)).name)


@operator(
    "images.luminance",
    "Luminance",
    shape=image_shapes.luminance,
    formula=r"y = w_R\,R + w_G\,G + w_B\,B",
    partials={"x": r"w_R,\ w_G,\ w_B"},
    synonyms=("grey", "gray", "greyscale", "brightness", "rgb to grey", "luma", "black and white"),
    samples=(
        (RGB,),
        (OTHER_RGB,),
        Sample((numbers(3, 4),), {"axis": 0, "weights": "rec. 601"}),
        (RGB.astype("float32"),),
        (onp.array([[200, 100, 50]]),),
    ),
    sockets={"x": "red, green and blue along one axis", "value": "how bright each pixel is"},
)
def luminance(
    x: Value,
    *,
    axis: Value = Axis(-1, help="The axis of the three colours; -1 is the last."),
    weights: Value = Choice(
        "rec. 709",
        options=tuple(LUMA),
        help="How much each colour counts: as for today's screens (709), or for old television (601).",
    ),
) -> Value:
    """How bright each pixel of a colour picture is: a weighted mean in which green counts most."""
    x = inexact(x)
    return np.tensordot(x, LUMA[weights].astype(dtype_of(x)), axes=([axis % len(np.shape(x))], [0]))


@operator(
    "images.total_variation",
    "Total variation",
    shape=image_shapes.one_for_each,
    formula=r"\sum_{i j} \sqrt{(x_{i+1,j} - x_{ij})^2 + (x_{i,j+1} - x_{ij})^2 + \epsilon^2} - \epsilon",
    partials={"x": r"-\nabla \cdot \left(\nabla x / \sqrt{|\nabla x|^2 + \epsilon^2}\right)"},
    synonyms=("tv", "smoothness", "regularizer", "denoise", "edges", "roughness", "rudin osher fatemi"),
    samples=(
        (A,),
        (B,),
        Sample((numbers(2, 3, 3),), {"softness": 0.5}),
        Sample((numbers(1, 4),), {}),
        (A.astype("float32"),),
        (onp.array([[1, 3], [2, 7]]),),
    ),
    sockets={"x": PICTURE, "value": "one number for each picture"},
)
def total_variation(
    x: Value,
    *,
    softness: Value = Number(
        0.01,
        positive=True,
        help="Below this, differences count by their square, so that flat places have a derivative.",
    ),
) -> Value:
    """How much a picture goes up and down, edges counted by their height alone: small for flat places with sharp edges.

    The differences of a pixel to the ones below and right of it count together; beyond the last row and column there
    are none.
    """
    x = inexact(x)
    softness = cast(softness, dtype_of(x))
    down, right = x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]
    front = np.shape(x)[:-2]
    rows, columns = np.shape(x)[-2:]
    down = np.concatenate([down, onp.zeros((*front, 1, columns), dtype_of(x))], axis=-2)
    right = np.concatenate([right, onp.zeros((*front, rows, 1), dtype_of(x))], axis=-1)
    return np.sum(np.sqrt(down**2 + right**2 + softness**2) - softness, axis=(-2, -1))


# ----- places between pixels -----


def _inside(places: Value, length: int) -> Value:
    return (places >= 0) & (places < length)


def _kept(places: Value, length: int, boundary: str) -> Value:
    """Return the pixels that whole places stand for: those beyond the edges by the boundary's rule."""
    if boundary == "wrap":
        return np.mod(places, length)
    if boundary == "reflect":
        around = np.mod(places, max(2 * length - 2, 1))
        return np.minimum(around, abs(2 * length - 2 - around))
    return np.minimum(np.maximum(places, 0), length - 1)


def _ends(at: Value, length: int, boundary: str) -> list[tuple[Value, Value]]:
    """Return the pixels before and behind places between pixels, each with its weight."""
    before = np.floor(at)
    part = at - before
    first = cast(before, "int64")
    found = []
    for pixel, weight in ((first, 1 - part), (first + 1, part)):
        if boundary == "zero":
            weight = np.where(_inside(pixel, length), weight, 0 * weight)
        found.append((_kept(pixel, length, boundary), weight))
    return found


WARPED = (numbers(4, 5), 2.5 * numbers(4, 5), 3.5 * numbers(4, 5))


@operator(
    "images.warp",
    "Warp",
    shape=image_shapes.warp,
    formula=r"y_{ij} = x(i + d_{ij},\ j + r_{ij})\quad\text{bilinear}",
    partials={
        "x": r"\text{the weights of the four pixels around each place}",
        "down": r"\partial x / \partial i\ \text{between the pixels}",
        "right": r"\partial x / \partial j\ \text{between the pixels}",
    },
    domain="down and right are finite; at a whole place the slope is that of the side behind it",
    synonyms=(
        "sample",
        "resample",
        "bilinear",
        "optical flow",
        "shift",
        "displace",
        "grid sample",
        "register",
        "remap",
    ),
    samples=(
        WARPED,
        (numbers(4, 5), 2.5 * numbers(4, 5), 3.5 * numbers(4, 5)),
        *(Sample((A, 1.5 * B, 2.5 * A), {"boundary": each}) for each in ("edge", "zero", "reflect", "wrap")),
        *(Sample((B, 1.5 * A, -2.5 * B), {"boundary": each}) for each in ("zero", "reflect", "wrap")),
        Sample((numbers(2, 3, 3), 0.4, -1.3), {"boundary": "wrap"}),
        Sample((A, [[0.3], [-0.7], [1.2], [5.5]], numbers(5)), {"boundary": "wrap"}),
        tuple(each.astype("float32") for each in WARPED),
        Sample((onp.array([[1, 2], [5, 3]]), 0.25, 0.5), {"boundary": "wrap"}),
    ),
    sockets={
        "x": PICTURE,
        "down": "how far below each pixel its new value is taken, in pixels: one number, or (rows, columns)",
        "right": "how far to the right of it",
        "value": "the picture with every pixel taken from its moved place",
    },
)
def warp(
    x: Value,
    down: Value,
    right: Value,
    *,
    boundary: Value = Choice(
        "edge",
        options=("edge", "zero", "reflect", "wrap"),
        help="What stands beyond the edges: the last pixel, zeros, the mirrored picture, or its other end.",
    ),
) -> Value:
    """A picture sampled at moved places, between the pixels by bilinear interpolation.

    One number moves the whole picture; to register two pictures, make the moves parameters.
    """
    down, right = inexact(down, x, right), inexact(right, x, down)
    x = inexact(x, down, right)
    rows, columns = np.shape(x)[-2:]
    kind = onp.dtype(np.result_type(x, down, right)).name
    i = onp.arange(rows).astype(kind)[:, None] + down + onp.zeros((1, columns), kind)
    j = onp.arange(columns).astype(kind)[None, :] + right + onp.zeros((rows, 1), kind)
    total: Any = 0
    for row, high in _ends(i, rows, boundary):
        for column, wide in _ends(j, columns, boundary):
            total = total + high * wide * x[..., row, column]
    return total


@operator(
    "images.soft_histogram",
    "Soft histogram",
    shape=image_shapes.histogram,
    formula=r"h_k = \sum_n \max\left(0,\ 1 - |z_n - k|\right),\quad z = (K - 1)\,\frac{x - a}{b - a}",
    partials={
        "x": r"\bar x_n = \frac{K - 1}{b - a} \left(\bar h_{\lfloor z_n \rfloor + 1} - "
        r"\bar h_{\lfloor z_n \rfloor}\right)"
    },
    domain="low is below high; numbers beyond them count as low or high",
    synonyms=("counts", "bins", "distribution of brightness", "equalise", "exposure", "differentiable histogram"),
    samples=(
        (A,),
        (B,),
        Sample((A,), {"bins": 5, "low": -2.5, "high": 2.5}),
        Sample((numbers(7),), {"bins": 2, "low": -3.0, "high": 3.0}),
        Sample((0.3,), {"bins": 4}),
        (A.astype("float32"),),
        (onp.array([0, 1, 1, 3]),),
    ),
    sockets={"x": "numbers, in any shape", "value": "(bins,): how many numbers are near each bin's middle"},
)
def soft_histogram(
    x: Value,
    *,
    bins: Value = Integer(8, low=2, high=100_000, help="How many bins."),
    low: Value = Number(0.0, help="The middle of the first bin."),
    high: Value = Number(1.0, help="The middle of the last bin."),
) -> Value:
    """How many numbers fall into each bin, where a number between the middles of two bins counts in both by its
    distance: so the counts have derivatives, and their sum is how many numbers there are."""
    x = np.reshape(inexact(x), (-1,))
    low, high = cast(low, dtype_of(x)), cast(high, dtype_of(x))
    z = np.clip((bins - 1) * (x - low) / (high - low), 0, bins - 1)
    first = np.clip(cast(np.floor(z), "int64"), 0, bins - 2)
    part = z - cast(first, dtype_of(z))
    return scatter(1 - part, (bins,), (PART,), first) + scatter(part, (bins,), (PART,), first + 1)


OPERATORS = (luminance, total_variation, warp, soft_histogram, *bilateral_grids.OPERATORS)
