"""Pure functions from numbers to what is drawn: smoothing, contours, bars of min and max."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.worker.ring import Curve


def smoothed(values: NDArray[Any], part: float = 0.012) -> NDArray[Any]:
    """Return the values smoothed by straight lines fitted around each of them, under a Gaussian whose width is a part
    of their number (local linear regression): it neither lags nor bends at the ends, and passes over values that are
    not finite."""
    sigma = len(values) * part
    if sigma < 0.6:
        return values
    reach = int(3 * sigma) + 1
    away = -np.arange(-reach, reach + 1.0)  # convolve turns the kernel round
    kernel = np.exp(-0.5 * (away / sigma) ** 2)
    finite = np.isfinite(values)
    known = np.where(finite, values, 0.0)

    def around(these: NDArray[Any], power: int) -> NDArray[Any]:
        return np.convolve(these, kernel * away**power)[reach : reach + len(values)]

    s0, s1, s2 = (around(finite.astype(float), power) for power in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(finite, (s2 * around(known, 0) - s1 * around(known, 1)) / (s0 * s2 - s1**2), np.nan)


def thinned(curve: Curve, most: int) -> Curve:
    """Return the curve in at most about `most` buckets, neighbours joined so that no extreme is lost."""
    count = len(curve.steps)
    every = -(-count // most)
    if every <= 1:
        return curve
    starts = np.arange(0, count, every)
    sizes = np.diff([*starts, count])
    return Curve(
        curve.steps[starts],
        np.fmin.reduceat(curve.low, starts),
        np.fmax.reduceat(curve.high, starts),
        np.add.reduceat(curve.mean, starts) / sizes,
        curve.width * every,
    )


def is_noisy(values: NDArray[Any]) -> bool:
    """Whether the values go up and down so often that smoothing tells more than it hides."""
    turns = np.diff(np.sign(np.diff(values[np.isfinite(values)])))
    return len(turns) > 0 and float(np.mean(np.abs(turns) == 2)) > 0.2


def zigzag(steps: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return one polyline that touches the lowest and the highest value of every bucket."""
    x = np.repeat(steps, 2)
    y = np.empty(2 * len(steps))
    rising = np.arange(len(steps)) % 2 == 0
    y[0::2] = np.where(rising, low, high)
    y[1::2] = np.where(rising, high, low)
    return x, y


def logarithms(values: NDArray[Any]) -> NDArray[Any]:
    """Return log10 of the values, NaN where they have none."""
    with np.errstate(all="ignore"):
        return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


def finite_range(*parts: NDArray[Any]) -> tuple[float, float] | None:
    """Return the least and the greatest finite value of all parts; None where there is none."""
    found = [part[np.isfinite(part)] for part in parts]
    found = [part for part in found if part.size]
    return (min(float(part.min()) for part in found), max(float(part.max()) for part in found)) if found else None


def contour_levels(values: NDArray[Any], count: int = 12) -> NDArray[Any]:
    """Return levels whose lines lie evenly: around a bowl, rings of evenly growing radius."""
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return np.empty(0)
    shares = ((np.arange(count) + 1) / (count + 1)) ** 2
    return np.unique(np.quantile(finite, shares))


def contour_segments(x: NDArray[Any], y: NDArray[Any], values: NDArray[Any], level: float) -> NDArray[Any]:
    """Return the line where the values, (len(y), len(x)), are at the level, as segments (count, 2, 2) of points (x, y).

    Each cell is cut into four triangles around its mean, in which the values are taken as linear: no cell is ambiguous.
    """
    cells = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]])
    with np.errstate(invalid="ignore"):
        rows, columns = np.nonzero((cells.min(axis=0) < level) & (cells.max(axis=0) >= level))
    a, b, c, d = cells[:, rows, columns]
    x0, x1, y0, y1 = x[columns], x[columns + 1], y[rows], y[rows + 1]
    centre = ((x0 + x1) / 2, (y0 + y1) / 2, (a + b + c + d) / 4)
    corners = ((x0, y0, a), (x1, y0, b), (x1, y1, c), (x0, y1, d))
    triangles = [(corners[k], corners[(k + 1) % 4], centre) for k in range(4)]
    return np.concatenate([_cut(triangle, level) for triangle in triangles])


def without_crumbs(segments: NDArray[Any], least: int = 24, most: int = 1_500) -> NDArray[Any]:
    """Return the segments without lines of fewer than `least` of them: in a valley narrower than the grid a low level
    falls into loops around single points of it. The longest line stays; more than `most` segments are no crumbs."""
    if not 0 < len(segments) <= most:
        return segments
    ends = np.round(segments.reshape(-1, 2) / (np.abs(segments).max() or 1.0), 9)
    _, names = np.unique(ends, axis=0, return_inverse=True)
    pairs = names.reshape(-1, 2)
    line = np.arange(names.max() + 1)
    while True:  # every end takes the least name it is joined to, until none changes
        lower = np.minimum(line[pairs[:, 0]], line[pairs[:, 1]])
        joined = line.copy()
        np.minimum.at(joined, pairs[:, 0], lower)
        np.minimum.at(joined, pairs[:, 1], lower)
        joined = joined[joined]
        if np.array_equal(joined, line):
            break
        line = joined
    of = line[pairs[:, 0]]
    sizes = np.bincount(of)
    return segments[sizes[of] >= min(least, sizes.max())]


def _cut(triangle: Any, level: float) -> NDArray[Any]:
    """Return where triangles, three (x, y, value) of arrays, are cut by the level."""
    crossings, held = [], []
    for one, other in ((0, 1), (1, 2), (2, 0)):
        (xa, ya, va), (xb, yb, vb) = triangle[one], triangle[other]
        crossed = ((va < level) != (vb < level)) & np.isfinite(va) & np.isfinite(vb)
        with np.errstate(all="ignore"):
            share = np.where(crossed, (level - va) / (vb - va), 0.0)
        crossings.append(np.stack([xa + share * (xb - xa), ya + share * (yb - ya)], axis=-1))
        held.append(crossed)
    segments = []
    for one, other in ((0, 1), (1, 2), (2, 0)):
        both = held[one] & held[other]
        segments.append(np.stack([crossings[one][both], crossings[other][both]], axis=1))
    return np.concatenate(segments)
