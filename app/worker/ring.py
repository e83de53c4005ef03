"""Histories of scalars in shared memory: append-only rings in tiers, each coarser by a factor.

One writer (the engine process), one reader (the window), no locks. A tier keeps the last CAPACITY buckets of
FACTOR**tier steps each: lowest, highest and mean value. A reader takes the finest tier that still holds the stretch it
wants, goes on in finer tiers where the last bucket is not full yet, and throws away what was overwritten while it was
reading. So a history of any length is drawn from about CAPACITY points, and no spike is lost.
"""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOTS: Final = 64
"""Series in one block, all lanes together."""
LANES: Final = 16
CAPACITY: Final = 2048
FACTOR: Final = 4
TIERS: Final = 11
"""The coarsest tier holds 2048 * 4**10 steps, more than limits.RUN_STEPS."""
CHUNK: Final = CAPACITY // 4
"""Most steps written before the reader hears of them; what they overwrite is lost to it from when they are begun."""
BEGINNING: Final = 512
"""First steps of a run that are kept one by one: much happens in them."""

_HEADS = LANES * 2
_SIZE_HEAD = (_HEADS + 2 + SLOTS * BEGINNING) * 8
SIZE: Final = _SIZE_HEAD + TIERS * SLOTS * CAPACITY * 3 * 8
"""Bytes of a block. Memory is only taken as far as steps have been written."""


class Curve(NamedTuple):
    """A stretch of a history in buckets of `width` steps: their first steps, lowest, highest and mean values."""

    steps: NDArray[Any]
    low: NDArray[Any]
    high: NDArray[Any]
    mean: NDArray[Any]
    width: int


EMPTY: Final = Curve(np.empty(0), np.empty(0), np.empty(0), np.empty(0), 1)


class Block:
    """A block of shared memory with the histories of one engine process, and how long it stepped."""

    def __init__(self, name: str | None = None) -> None:
        """Make a block, or attach to the one called `name`. Only who makes it may `unlink` it."""
        self._memory = SharedMemory(name, create=name is None, size=SIZE if name is None else 0)
        buffer = self._memory.buf
        self._heads = np.ndarray((LANES, 2), np.int64, buffer)
        self._clock = np.ndarray((2,), np.float64, buffer, _HEADS * 8)
        self._beginnings = np.ndarray((SLOTS, BEGINNING), np.float64, buffer, (_HEADS + 2) * 8)
        self._tiers = np.ndarray((TIERS, 3, SLOTS, CAPACITY), np.float64, buffer, _SIZE_HEAD)

    @property
    def name(self) -> str:
        """The name to attach by."""
        return self._memory.name

    # Writing ----------------------------------------------------------------------------------------------------------

    def restart(self, lane: int, first: int) -> None:
        """Begin the lane's history anew at step `first`."""
        self._heads[lane] = (0, first)

    def push(self, lane: int, slot: int, rows: NDArray[Any]) -> None:
        """Append rows (steps, series) to the lane, whose series lie in the slots from `slot` on."""
        for at in range(0, len(rows), CHUNK):
            self._push(lane, slot, rows[at : at + CHUNK])

    def _push(self, lane: int, slot: int, rows: NDArray[Any]) -> None:
        head = int(self._heads[lane, 0])
        total = head + len(rows)
        slots = slice(slot, slot + rows.shape[1])
        if head < BEGINNING:
            self._beginnings[slots, head:total] = rows[: BEGINNING - head].T
        for place, part in _pieces(head, total):
            self._tiers[0, :, slots, place] = rows[part].T
        width = 1
        for tier in range(1, TIERS):
            width *= FACTOR
            first, stop = head // width, total // width
            if first == stop:
                break
            for place, _ in _pieces(first, stop):
                self._gather(tier, slots, place)
        self._heads[lane, 0] = total

    def _gather(self, tier: int, slots: slice, place: slice) -> None:
        """Write whole buckets of a tier from the tier below."""
        for children, part in _pieces(place.start * FACTOR, place.stop * FACTOR):
            begin = place.start + part.start // FACTOR
            target = self._tiers[tier, :, slots, begin : begin + (part.stop - part.start) // FACTOR]
            low, high, mean = self._tiers[tier - 1, :, slots, children].reshape(3, slots.stop - slots.start, -1, FACTOR)
            target[0] = _folded(np.fmin, low)
            target[1] = _folded(np.fmax, high)
            target[2] = _folded(np.add, mean) / FACTOR

    def set_clock(self, seconds: float) -> None:
        """Say how long the process has been stepping."""
        self._clock[0] = seconds

    # Reading ----------------------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        """How long the process has been stepping."""
        return float(self._clock[0])

    def length(self, lane: int) -> int:
        """Return how many steps the lane has written."""
        return int(self._heads[lane, 0])

    def first(self, lane: int) -> int:
        """Return the number of the lane's first step."""
        return int(self._heads[lane, 1])

    def curve(
        self,
        lane: int,
        slot: int,
        start: float = 0,
        stop: float = np.inf,
        buckets: int = CAPACITY,
        *,
        detail: bool = False,
    ) -> Curve:
        """Return a slot's history between two steps, from the finest tier that holds it in about `buckets` points.

        The first bucket is given step by step (its first step, where it is longer than BEGINNING), with `detail` all
        of the first BEGINNING steps.
        """
        head, offset = self.length(lane), self.first(lane)
        low = int(max(start - offset, 0))
        high = int(min(stop - offset, head - 1)) if np.isfinite(stop) else head - 1
        if head == 0 or high < low:
            return EMPTY
        finest = _tier(head - low, high - low + 1, min(max(buckets, 64), CAPACITY))
        first = self._beginnings[slot, low : min(head, high + 1, _single(FACTOR**finest, detail=detail))]
        pieces, at = [], low + len(first)
        for tier in range(finest, -1, -1):
            width = FACTOR**tier
            stop = min(high // width + 1, head // width)
            index = np.arange(at // width, stop)
            pieces.append((index, self._tiers[tier, :, slot, index % CAPACITY], width))
            at = max(at, stop * width)
        written = self.length(lane) + CHUNK
        begun = low + len(first)
        whole = [
            (np.maximum(index * width, begun if len(first) else 0), values, index > written // width - CAPACITY)
            for index, values, width in pieces
        ]
        steps = np.concatenate([np.arange(low, low + len(first)), *(steps[kept] for steps, _, kept in whole)])
        beginning = np.repeat(first[:, None], 3, axis=1)
        low_high_mean = np.concatenate([beginning, *(values[kept] for _, values, kept in whole)])
        return Curve((steps + offset).astype(float), *low_high_mean.T, FACTOR**finest)

    def close(self) -> None:
        """Let go of the memory."""
        del self._heads, self._clock, self._beginnings, self._tiers
        self._memory.close()

    def unlink(self) -> None:
        """Give the memory back to the system; for who made it."""
        self._memory.unlink()


def _tier(back: int, span: int, buckets: int) -> int:
    """Return the finest tier that reaches `back` steps back and holds `span` steps in at most `buckets`."""
    for tier in range(TIERS):
        width = FACTOR**tier
        if back <= (CAPACITY - 2) * width - CHUNK and span <= (buckets - 1) * width:
            return tier
    return TIERS - 1


def _single(width: int, *, detail: bool) -> int:
    """Return how many of a run's first steps are given one by one where buckets have this width."""
    if width > BEGINNING:
        return 1
    return BEGINNING // width * width if detail else width


def _pieces(first: int, stop: int) -> list[tuple[slice, slice]]:
    """Return where first..stop - 1 lie in a ring: (place in the ring, place in the sequence), no wrap inside either."""
    pieces = []
    at = first
    while at < stop:
        place = at % CAPACITY
        length = min(stop - at, CAPACITY - place)
        pieces.append((slice(place, place + length), slice(at - first, at - first + length)))
        at += length
    return pieces


def _folded(join: np.ufunc, children: NDArray[Any]) -> NDArray[Any]:
    """Join the FACTOR children along the last axis (faster than ufunc.reduce over so short an axis)."""
    joined: NDArray[Any] = join(join(children[..., 0], children[..., 1]), join(children[..., 2], children[..., 3]))
    return joined
