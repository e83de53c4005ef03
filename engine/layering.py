"""The order of nodes in the columns of a layered drawing, so that few wires cross.

Sweeps of barycentres and medians (Sugiyama, Tagawa and Toda 1981; Eades and Wormald 1994) over columns in which a wire
that passes has a place of its own, then neighbours changing places (Gansner et al. 1993); the best order seen is kept.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

SWEEPS: Final = 24
WORK: Final = 8_000
"""Most sweeps from one start, and most items moved in all of them."""
SMALL: Final = 150
STARTS: Final = 6
"""Graphs of so few items are tried from so many starts more, at random but always the same."""
PASSING: Final = 20_000
"""Most places that passing wires may take; with more the columns stay in the order they have."""
LINES: Final = 4_000
"""Most lines whose crossings are counted."""
EXCHANGES: Final = 8
"""Most rounds in which neighbours change places."""

Line: TypeAlias = tuple[float, float, float, float]


def ordered(columns: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> list[list[dict[str, float]]]:
    """Return orders of the nodes of each column in which few wires cross, the best first; none where that would take
    too long. Small graphs are tried from more starts. Each node has its place, counted from the middle of the column
    and with the wires that pass.

    `after` gives the nodes that each feeds; every one stands in a later column.
    """
    column = {id: k for k, ids in enumerate(columns) for id in ids}
    pairs = sorted({(id, other) for id in column for other in after[id] if other in column})
    items = len(column) + sum(column[other] - column[id] - 1 for id, other in pairs)
    if items > PASSING:
        return []
    rows = _Rows(columns, column, pairs)
    starts = [rows.rows, rows.by_depth()]
    if items <= SMALL:
        chance = random.Random(0)
        starts += [[chance.sample(row, len(row)) for row in rows.rows] for _ in range(STARTS)]
    found = [rows.swept(start, middle) for start in starts for middle in (_mean, _median)]
    found.sort(key=lambda each: each[1])
    best = [order for order, _ in found[: len(found) if items <= SMALL else 1]]
    return [[_places(row) for row in order] for order in best]


Item: TypeAlias = "str | tuple[str, str, int]"
Row: TypeAlias = "list[Item]"


def _places(row: Row) -> dict[str, float]:
    return {item: place - (len(row) - 1) / 2 for place, item in enumerate(row) if isinstance(item, str)}


Middle: TypeAlias = Callable[[Sequence[int]], float]


def _mean(places: Sequence[int]) -> float:
    return sum(places) / len(places)


def _median(places: Sequence[int]) -> float:
    places, half = sorted(places), len(places) // 2
    return float(places[half]) if len(places) % 2 else (places[half - 1] + places[half]) / 2


class _Rows:
    """The columns with a place for every wire that passes one, and the neighbours of each item one column on."""

    def __init__(
        self, columns: Sequence[Sequence[str]], column: Mapping[str, int], pairs: Sequence[tuple[str, str]]
    ) -> None:
        self.rows: list[Row] = [list(ids) for ids in columns]
        self.before: dict[Item, list[Item]] = defaultdict(list)
        self.after: dict[Item, list[Item]] = defaultdict(list)
        for source, target in pairs:
            last: Item = source
            for k in range(column[source] + 1, column[target] + 1):
                here: Item = target if k == column[target] else (source, target, k)
                if isinstance(here, tuple):
                    self.rows[k].append(here)
                self.after[last].append(here)
                self.before[here].append(last)
                last = here

    def by_depth(self) -> list[Row]:
        """Return the rows in the order in which a walk from the last column backwards meets the items."""
        rows: list[Row] = [[] for _ in self.rows]
        place = {item: k for k, row in enumerate(self.rows) for item in row}
        seen: set[Item] = set()
        for row in reversed(self.rows):
            todo = [item for item in reversed(row) if not self.after.get(item)]
            while todo:
                item = todo.pop()
                if item not in seen:
                    seen.add(item)
                    rows[place[item]].append(item)
                    todo += [*reversed(self.before.get(item, ())), *self.after.get(item, ())]
        return rows

    def swept(self, start: Sequence[Row], middle: Middle) -> tuple[list[Row], int]:
        """Return the best order met in sweeps from a start, and how many wires cross in it."""
        rows = [list(row) for row in start]
        best, fewest = [list(row) for row in rows], self.crossings(rows)
        for sweep in range(max(2, min(SWEEPS, WORK // sum(map(len, rows))))):
            rightwards = sweep % 2 == 0
            near, step = (self.before, -1) if rightwards else (self.after, 1)
            for k in range(1, len(rows)) if rightwards else range(len(rows) - 2, -1, -1):
                fixed = {item: place for place, item in enumerate(rows[k + step])}
                rows[k] = _sorted(rows[k], near, fixed, middle)
            if (count := self.crossings(rows)) < fewest:
                best, fewest = [list(row) for row in rows], count
        self._exchange(best)
        return best, self.crossings(best)

    def _exchange(self, rows: list[Row]) -> None:
        """Let neighbours in a column change places where fewer wires cross then."""
        for _ in range(max(1, min(EXCHANGES, WORK // (4 * sum(map(len, rows)))))):
            better = False
            for k, row in enumerate(rows):
                sides = [
                    ({item: place for place, item in enumerate(rows[other])}, near)
                    for other, near in ((k - 1, self.before), (k + 1, self.after))
                    if 0 <= other < len(rows)
                ]
                ends = {item: [sorted(at[x] for x in near.get(item, ())) for at, near in sides] for item in row}
                for place in range(len(row) - 1):
                    one, other_item = row[place], row[place + 1]
                    both = list(zip(ends[one], ends[other_item], strict=True))
                    if sum(_inversions(b, a) - _inversions(a, b) for a, b in both) < 0:
                        row[place], row[place + 1] = other_item, one
                        better = True
            if not better:
                return

    def crossings(self, rows: Sequence[Row]) -> int:
        """Return how many wires cross between neighbouring columns."""
        total = 0
        for row, following in pairwise(rows):
            at = {item: place for place, item in enumerate(following)}
            met: list[int] = []
            for item in row:
                ends = [at[other] for other in self.after.get(item, ())]
                total += sum(len(met) - bisect_right(met, end) for end in ends)
                for end in ends:
                    insort(met, end)
        return total


def _inversions(above: Sequence[int], below: Sequence[int]) -> int:
    """Return how many wires cross where the ends `above` belong to an item above that of the ends `below`."""
    return sum(bisect_left(below, end) for end in above)


def _sorted(row: Row, near: Mapping[Item, Sequence[Item]], fixed: Mapping[Item, int], middle: Middle) -> Row:
    """Return a row by where its neighbours stand; what has none keeps its place."""
    wanted = {item: middle([fixed[x] for x in near[item]]) for item in row if near.get(item)}
    moving = iter(sorted(wanted, key=lambda item: wanted[item]))
    return [next(moving) if item in wanted else item for item in row]


def crossing_lines(lines: Sequence[Line]) -> int | None:
    """Return how many pairs of straight lines (x, y to x, y) cross inside; None where there are too many to count."""
    if len(lines) > LINES:
        return None
    ends = np.array(lines, float).reshape(-1, 4)
    (px, py, qx, qy), total = ends.T, 0

    def side(k: int, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.sign((qx[k] - px[k]) * (y - py[k]) - (qy[k] - py[k]) * (x - px[k]))
        return found

    for k in range(1, len(ends)):
        apart = side(k, px[:k], py[:k]) * side(k, qx[:k], qy[:k]) < 0
        others = ends[:k][apart]
        ax, ay, bx, by = others.T
        one = np.sign((bx - ax) * (py[k] - ay) - (by - ay) * (px[k] - ax))
        other = np.sign((bx - ax) * (qy[k] - ay) - (by - ay) * (qx[k] - ax))
        total += int(np.count_nonzero(one * other < 0))
    return total
