"""One line of a benchmark's table, and how repeats are timed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure, and the bound it must keep ("<= 1.1", ">= 10")."""

    what: str
    figure: float
    bound: float
    at_least: bool = False
    unit: str = ""
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


def least(function: Callable[[], object], repeats: int = 5) -> float:
    """Return the least time of `repeats` calls, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def side_by_side(first: Callable[[], object], second: Callable[[], object], repeats: int = 7) -> tuple[float, float]:
    """Return the least times of two functions called in turn, so that noise meets both alike."""
    pairs = [(least(first, 1), least(second, 1)) for _ in range(repeats)]
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| measured | figure | bound | |", "|---|---|---|---|"]
    for row in rows:
        bound = f"{'>=' if row.at_least else '<='} {row.bound:g} {row.unit}".strip() if math.isfinite(row.bound) else ""
        figure = f"{row.figure:.3g} {row.unit}".strip()
        lines.append(f"| {row.what} | {figure} | {bound} | {row.detail}{'' if row.holds else ' MISSED'} |")
    return "\n".join(lines)
