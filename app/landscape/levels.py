"""Pure functions for contours: which levels are drawn, where their numbers stand, heights in between."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LOG_FROM: Final = 30.0
"""Levels are logarithmic by themselves where the greatest loss is this many times the least."""
LEVELS: Final = 12


def suggests_log(loss: NDArray[Any]) -> bool:
    """Whether the losses spread so far that even levels would crowd around the heights."""
    finite = loss[np.isfinite(loss)]
    return bool(finite.size and finite.min() > 0 and finite.max() > LOG_FROM * finite.min())


def levels(loss: NDArray[Any], count: int = LEVELS, *, log: bool) -> NDArray[Any]:
    """Return the levels to draw, round numbers from low to high: by powers where `log`, else at even steps whose rings
    around a bowl lie evenly."""
    finite = loss[np.isfinite(loss)]
    if not finite.size or finite.min() == finite.max():
        return np.empty(0)
    low, high = float(finite.min()), float(finite.max())
    if log and high > 0:
        bottom = low if low > 0 else max(high * 1e-6, float(np.quantile(finite[finite > 0], 0.02)))
        found = np.geomspace(bottom, high, count + 2)[1:-1]
    else:
        found = np.quantile(finite, ((np.arange(count) + 1) / (count + 1)) ** 2)
    rounded = np.array([rounded_to(value, 2) for value in found])
    return np.unique(rounded[(rounded > low) & (rounded < high)])


def rounded_to(value: float, digits: int) -> float:
    """Return a number rounded to so many digits."""
    return float(f"{value:.{digits - 1}e}")


def level_text(value: float) -> str:
    """Return a level as it is written on its line."""
    size = abs(value)
    if value == 0 or 1e-3 <= size < 1e5:
        text = f"{value:,.6g}" if size < 1e3 else f"{value:,.0f}"
    else:
        text = f"{value:.1e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e").replace(".0e", "e")
    return text.replace("-", "−")


def label_places(
    lines: list[tuple[NDArray[Any], NDArray[Any]]],
    inside: tuple[float, float, float, float],
    apart: float,
    clear: float,
    avoided: NDArray[Any],
) -> list[tuple[int, float, float]]:
    """Return where numbers stand: (line, x, y) in pixels, at most one for each line of segment middles (x, y), none
    nearer to another than `apart` or to an `avoided` place (count, 2) than `clear`, all within (left, right, top,
    bottom)."""
    left, right, top, bottom = inside
    taken: list[tuple[float, float]] = []
    found = []
    for number in reversed(range(len(lines))):  # the outer lines are long: they find a place first
        x, y = lines[number]
        free = (x > left) & (x < right) & (y > top) & (y < bottom)
        x, y = x[free], y[free]
        if not len(x):
            continue
        chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), 60)).astype(int))
        x, y = x[chosen], y[chosen]
        away = np.full(len(x), np.inf)
        for px, py in taken:
            away = np.minimum(away, np.hypot(x - px, (y - py) * 1.6))
        if len(avoided):
            near = np.hypot(x[:, None] - avoided[:, 0], y[:, None] - avoided[:, 1]).min(axis=1)
            away = np.where(near < clear, 0.0, away)
        # In the middle is better than at the rim; among equals the same one is always taken.
        rim = np.minimum(np.minimum(x - left, right - x), np.minimum(y - top, bottom - y))
        best = int(np.argmax(np.minimum(away, 3 * apart) + 0.15 * np.minimum(rim, 2 * apart)))
        if away[best] >= apart:
            taken.append((float(x[best]), float(y[best])))
            found.append((number, float(x[best]), float(y[best])))
    return found


def heights(x: NDArray[Any], y: NDArray[Any], grid: NDArray[Any], px: NDArray[Any], py: NDArray[Any]) -> NDArray[Any]:
    """Return the values of a grid (len(y), len(x)) at places between its points; NaN outside."""
    across = (px - x[0]) / (x[-1] - x[0]) * (len(x) - 1)
    up = (py - y[0]) / (y[-1] - y[0]) * (len(y) - 1)
    inside = (across >= 0) & (across <= len(x) - 1) & (up >= 0) & (up <= len(y) - 1)
    k = np.clip(np.nan_to_num(across), 0, len(x) - 2).astype(int)
    j = np.clip(np.nan_to_num(up), 0, len(y) - 2).astype(int)
    a, b = across - k, up - j
    found = (grid[j, k] * (1 - a) + grid[j, k + 1] * a) * (1 - b) + (
        grid[j + 1, k] * (1 - a) + grid[j + 1, k + 1] * a
    ) * b
    return np.where(inside, found, np.nan)
