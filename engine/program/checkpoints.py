"""Checkpointing: which carries of a loop are kept while it runs, and how the others are made again on the way back.

| memory | what is kept |
|---|---|
| `save all` | the carry at the start of every iteration |
| `every <k>` | every k-th, and on the way back all of one stretch; `every`: k is the root of the count |
| `binomial <slots>` | Griewank and Walther (2000), Revolve: at most `slots`, the fewest repeated iterations; for a count that is known when the loop begins; `binomial`: twice the logarithm of the count |
| `online <slots>` | the same for a count that is not known: Stumm and Walther (2010) while two runs of each iteration suffice, then Wang, Moin and Iaccarino (2009); `online`: 32 |
"""  # noqa: E501 - a table

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import SettingError

ONLINE_SLOTS = 32
SAVE_ALL = "save all"
_KINDS = (SAVE_ALL, "every", "binomial", "online")


@dataclass(frozen=True, slots=True)
class Policy:
    """A memory setting taken apart: its kind, and its number (None: chosen from the count)."""

    kind: str
    number: int | None

    @classmethod
    def of(cls, memory: str, *, counted: bool = True) -> Policy:
        """Return the policy of a memory setting. `counted` says whether the count is known when the loop begins.

        Raise SettingError where the setting is none, or binomial and the count is not known.
        """
        if memory == SAVE_ALL:
            return cls(SAVE_ALL, None)
        kind, _, number = memory.partition(" ")
        if kind not in _KINDS[1:] or not (number == "" or (number.isdecimal() and 0 < int(number) < 2**31)):
            raise SettingError(
                f"there is no memory policy {memory!r}: choose save all, every <k>, binomial <slots> or online <slots>"
            )
        if kind == "binomial" and not counted:
            raise SettingError(
                "binomial checkpointing needs the number of iterations before the loop begins; choose online for a "
                "While loop"
            )
        return cls(kind, int(number) if number else None)

    def slots(self, count: int) -> int:
        """Return how many carries may be kept at once by a binomial or online policy."""
        if self.number is not None:
            return self.number
        return ONLINE_SLOTS if self.kind == "online" else 2 * max(1, math.ceil(math.log2(count + 1)))

    def stride(self, count: int) -> int:
        """Return k of `every k`."""
        return self.number if self.number is not None else max(1, math.isqrt(count))


def reach(slots: int, runs: int) -> int:
    """Return how many iterations can be reversed with `slots` checkpoints, none run more than `runs` times again."""
    return math.comb(slots + runs, slots) if slots >= 0 and runs >= 0 else 0


def split(length: int, slots: int) -> int:
    """Return how far to go before the next checkpoint, on a stretch of at least two iterations whose start is one of
    `slots` checkpoints, at least two, so that the fewest iterations are repeated."""
    runs = 0
    while reach(slots, runs) < length:
        runs += 1
    if length <= reach(slots, runs - 1) + reach(slots - 2, runs - 1):
        step = reach(slots, runs - 2)
    elif length >= reach(slots, runs) - reach(slots - 3, runs):
        step = reach(slots, runs - 1)
    else:
        step = length - reach(slots - 1, runs - 1) - reach(slots - 2, runs - 1)
    return min(max(step, 1), length - 1)


class Keeper:
    """Chooses, while a loop runs, which carries are kept. `next` is the number of the iteration to ask at again.

    `count` is None where it is not known.
    """

    __slots__ = ("_columns", "_levels", "at", "count", "next", "policy")

    def __init__(self, policy: Policy, count: int | None) -> None:
        self.policy = policy
        self.count = count
        self.at: list[int] = []
        self._levels: list[int] = []
        self._columns: list[tuple[Any, ...]] = []
        self.next = 0 if count is None or count > 0 else -1

    def keep(self, iteration: int, carries: tuple[Any, ...]) -> int:
        """Keep the carries at the start of an iteration, perhaps instead of others; return when to ask again."""
        count = self.count
        if self.policy.kind == "every":
            self._add(iteration, carries, 0)
            if self.policy.number is None and count is None:
                self.next = iteration + 1 + math.isqrt(iteration)
            else:
                self.next = iteration + self.policy.stride(count or 0)
        elif count is None or self.policy.kind == "online":
            self._online(iteration, carries)
            self.next = iteration + 1
        else:
            self._add(iteration, carries, 0)
            left = self.policy.slots(count) - len(self.at) + 1
            self.next = iteration + split(count - iteration, left) if left > 1 and count - iteration > 1 else -1
        return self.next

    def column(self, number: int) -> list[Any]:
        """Return what was kept of one of the carries."""
        return [each[number] for each in self._columns]

    def _add(self, iteration: int, carries: tuple[Any, ...], level: int) -> None:
        self.at.append(iteration)
        self._levels.append(level)
        self._columns.append(carries)

    def _drop(self, place: int) -> int:
        del self.at[place], self._columns[place]
        return self._levels.pop(place)

    def _online(self, iteration: int, carries: tuple[Any, ...]) -> None:
        """While two runs suffice the checkpoints end up slots + 1, slots, slots - 1, ... apart, and all others between
        are only there for the case that the loop ends soon. Later a checkpoint is dispensable if a later one has a
        higher level."""
        slots = self.policy.slots(0)
        if len(self.at) < slots:
            self._add(iteration, carries, 0)
        elif iteration < reach(slots, 2):
            targets = _targets(slots)
            place = next((k for k, each in enumerate(self.at) if each not in targets), None)
            if place is not None:
                self._drop(place)
                self._add(iteration, carries, 0)
        elif slots > 1:
            if iteration == reach(slots, 2):
                self._levels = [1] * slots
            highest = 0
            for place in range(slots - 1, 0, -1):
                if self._levels[place] < highest:
                    self._drop(place)
                    self._add(iteration, carries, 0)
                    return
                highest = max(highest, self._levels[place])
            self._add(iteration, carries, self._drop(slots - 1) + 1)


@lru_cache(maxsize=64)
def _targets(slots: int) -> frozenset[int]:
    """Return where Stumm and Walther's checkpoints end up."""
    places = [0]
    for gap in range(slots + 1, 2, -1):
        places.append(places[-1] + gap)
    return frozenset(places[:slots])


def sweep(
    count: int,
    at: Sequence[int],
    columns: Sequence[Sequence[Any]],
    policy: Policy,
    advance: Callable[[tuple[Any, ...], int], tuple[Any, ...]],
    reverse: Callable[[tuple[Any, ...], int], None],
) -> int:
    """Call `reverse(carries, iteration)` for each iteration, last to first, with the carries at its start; return the
    most carries that were kept at once.

    `at` and `columns` are what was kept on the way there, the first at iteration 0. `advance(carries, iteration)` runs
    one iteration.
    """
    peak, end = len(at), count
    for place in range(len(at) - 1, -1, -1):
        begin = int(at[place])
        carries = tuple(each[place] for each in columns)
        if policy.kind == "every":
            kept = [carries]
            for iteration in range(begin, end - 1):
                kept.append(advance(kept[-1], iteration))
            peak = max(peak, place + len(kept))
            for iteration in range(end - 1, begin - 1, -1):
                reverse(kept.pop(), iteration)
        else:
            peak = max(peak, place + _stretch(begin, end, carries, policy.slots(count) - place, advance, reverse))
        end = begin
    return peak


def _stretch(
    begin: int,
    end: int,
    carries: tuple[Any, ...],
    slots: int,
    advance: Callable[[tuple[Any, ...], int], tuple[Any, ...]],
    reverse: Callable[[tuple[Any, ...], int], None],
) -> int:
    """Reverse one stretch with at most `slots` carries kept, its first among them; return how many were."""
    kept = [(begin, carries)]
    peak = 1
    while kept:
        start, state = kept[-1]
        length, left = end - start, slots - len(kept) + 1
        if length <= 1:
            kept.pop()
            if length == 1:
                reverse(state, start)
                end = start
            continue
        goal = end - 1 if left <= 1 else start + split(length, left)
        for iteration in range(start, goal):
            state = advance(state, iteration)
        if left <= 1:
            reverse(state, goal)
            end = goal
        else:
            kept.append((goal, state))
            peak = max(peak, len(kept))
    return peak
