"""Full series of a run, as exports need them: every step while memory allows, then every second, fourth, ... one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.files.save import export
from engine.spreadsheet import harmless

BUDGET: Final = 256 * 2**20
"""Bytes of all series of one run together."""


class History:
    """The rows of one lane: one row of recorded quantities per kept step."""

    def __init__(self, first: int, width: int, budget: int) -> None:
        """Begin at step `first` with `width` quantities, in at most `budget` bytes."""
        self._most = max(2, budget // (8 * width))
        self._first = first
        self._rows: NDArray[Any] = np.empty((min(1024, self._most), width))
        self._kept = 0
        self._seen = 0
        self.stride = 1
        """Every how many steps are kept."""

    def add(self, rows: NDArray[Any]) -> None:
        """Append the rows of consecutive steps."""
        wanted = rows[-self._seen % self.stride :: self.stride]
        self._seen += len(rows)
        at = 0
        while at < len(wanted):
            self._make_room()
            taken = wanted[at : at + len(self._rows) - self._kept]
            self._rows[self._kept : self._kept + len(taken)] = taken
            self._kept += len(taken)
            at += len(taken)
            if self._kept >= self._most:
                wanted, at = wanted[at + (self._kept % 2) :: 2], 0
                self._halve()

    def _make_room(self) -> None:
        if self._kept == len(self._rows):
            grown = np.empty((min(2 * len(self._rows), self._most), self._rows.shape[1]))
            grown[: self._kept] = self._rows[: self._kept]
            self._rows = grown

    def _halve(self) -> None:
        half = self._rows[: self._kept : 2].copy()
        self._rows[: len(half)] = half
        self._kept = len(half)
        self.stride *= 2

    def table(self, columns: Sequence[int]) -> NDArray[Any]:
        """Return the kept steps and the quantities of these columns, one row per step."""
        steps = self._first + self.stride * np.arange(self._kept, dtype=float)
        return np.column_stack([steps, *(self._rows[: self._kept, column] for column in columns)])


def write_csv(path: Path, names: Sequence[str], table: NDArray[Any]) -> None:
    """Write a table whose first column counts steps; raise FileError where that cannot be done."""
    lines = [",".join(_quoted(harmless(each)) for each in names)]
    lines += [f"{int(row[0])}," + ",".join(map(repr, row[1:])) for row in table.tolist()]
    export(path, "".join(f"{line}\r\n" for line in lines).encode())


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
