"""The order of nodes in the columns of a layered drawing, so that few wires cross.

Sweeps of barycentres and medians (Sugiyama, Tagawa and Toda 1981; Eades and Wormald 1994) over columns in which a wire
that passes has a place of its own, then neighbours changing places (Gansner et al. 1993); the best order seen is kept.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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

NOWHERE: Final[Mapping[str, float]] = {}
PAIRS: Final = 1_000
"""Wires between two columns up to which all pairs are compared at once."""
BLOCK: Final = 64
"""Lines that are compared with others at once."""

Line: TypeAlias = tuple[float, float, float, float]


def ordered(
    columns: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]], held: Mapping[str, float] = NOWHERE
) -> list[list[dict[str, float]]]:
    """Return orders of the nodes of each column in which few wires cross, the best first; none where that would take
    too long. Small graphs are tried from more starts. Each node has its place, counted from the middle of the column
    and with the wires that pass.

    `after` gives the nodes that each feeds; every one stands in a later column. `held` says how far down nodes stand
    now: the best order found from there and that one itself, but for neighbours changed, come last.
    """
    column = {id: k for k, ids in enumerate(columns) for id in ids}
    pairs = sorted({(id, other) for id in column for other in after[id] if other in column})
    items = len(column) + sum(column[other] - column[id] - 1 for id, other in pairs)
    if items > PASSING:
        return []
    rows = _Rows(columns, column, pairs)
    small = items <= SMALL
    starts = [rows.rows, rows.by_depth()]
    if small:
        chance = random.Random(0)
        starts += [[chance.sample(row, len(row)) for row in rows.rows] for _ in range(STARTS)]
    elif held:  # where the graph stands is as good a start, and there is no time for all
        starts = [rows.by_depth()]
    middles = (_mean, _median) if small or not held else (_mean,)
    found = [rows.swept(start, middle) for start in starts for middle in middles]
    found.sort(key=lambda each: each[1])
    best = [order for order, _ in found[: len(found) if small else 1]]
    if held:
        as_it_stands = rows.by_height(held)
        best += [rows.swept(as_it_stands, _mean)[0], rows.exchanged(as_it_stands)]
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

    def by_height(self, held: Mapping[str, float]) -> list[Row]:
        """Return the rows in the order in which the items stand now: a passing wire on the straight line between its
        ends, what has no place where its neighbours stand on average."""
        height = dict(held)
        for row in self.rows:
            for item in row:
                if isinstance(item, str) and item not in height:
                    near = [height[x] for x in (*self.before.get(item, ()), *self.after.get(item, ())) if x in height]
                    height[item] = sum(near) / len(near) if near else 0.0
        column = {item: k for k, row in enumerate(self.rows) for item in row if isinstance(item, str)}

        def at(item: Item) -> float:
            if isinstance(item, str):
                return height[item]
            source, target, k = item
            share = (k - column[source]) / (column[target] - column[source])
            return height[source] + share * (height[target] - height[source])

        return [sorted(row, key=at) for row in self.rows]

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

    def exchanged(self, start: Sequence[Row]) -> list[Row]:
        """Return an order in which only neighbours have changed places where fewer wires cross then."""
        rows = [list(row) for row in start]
        self._exchange(rows)
        return rows

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
        return sum(map(self._crossed, rows, rows[1:]))

    def _crossed(self, row: Row, following: Row) -> int:
        """Return how many wires cross between two neighbouring columns."""
        at = {item: place for place, item in enumerate(following)}
        ends = [sorted(at[other] for other in self.after.get(item, ())) for item in row]
        flat = [end for each in ends for end in each]
        if 8 < len(flat) <= PAIRS:
            down = np.array(flat)
            return int(np.count_nonzero(np.triu(down[:, None] > down[None, :], 1)))
        total, met = 0, list[int]()
        for end in flat:
            total += len(met) - bisect_right(met, end)
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
    rows = np.array(lines, float).reshape(-1, 4)
    turned = rows[:, 0] > rows[:, 2]
    rows[turned] = rows[turned][:, [2, 3, 0, 1]]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return sum(_crossed_by(rows, start) for start in range(0, len(rows), BLOCK))


def _crossed_by(rows: NDArray[np.float64], start: int) -> int:
    """Return how many of the lines before each line of a block it crosses; they are sorted by their left ends."""
    block = rows[start : start + BLOCK]
    near = np.flatnonzero(rows[: start + len(block), 2] > block[0, 0])
    px, py, qx, qy = (block[:, k, None] for k in range(4))
    ax, ay, bx, by = (rows[near, k][None, :] for k in range(4))
    around = np.sign((qx - px) * (ay - py) - (qy - py) * (ax - px)) * np.sign(
        (qx - px) * (by - py) - (qy - py) * (bx - px)
    )
    across = np.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * np.sign(
        (bx - ax) * (qy - ay) - (by - ay) * (qx - ax)
    )
    before = near[None, :] < start + np.arange(len(block))[:, None]
    return int(np.count_nonzero((around < 0) & (across < 0) & before))
