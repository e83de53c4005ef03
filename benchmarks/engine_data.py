"""Reading tables: a CSV of 100 MB, generated here, against a bound; and against numpy.loadtxt on a tenth of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.row import Row, least, side_by_side
from engine.data import Data
from nodes.tables import Request, read

COLUMNS: Final = 10
BYTES: Final = 100_000_000


def written(path: Path, size: int) -> int:
    """Write a CSV of about `size` bytes with six decimals to a number; return how many rows it has."""
    random, rows = np.random.default_rng(0), 0
    with path.open("w") as file:
        file.write(",".join(f"column_{k}" for k in range(COLUMNS)) + "\n")
        while file.tell() < size:
            np.savetxt(file, random.normal(size=(10_000, COLUMNS)), fmt="%.6f", delimiter=",")
            rows += 10_000
    return rows


def rows() -> Iterable[Row]:
    """Yield the seconds that the table takes, and how much faster a part of it is read than by NumPy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = written(folder / "large.csv", BYTES)
        data = Data(folder).of("table_1", '"Table" (table_1)', None)
        seconds = least(lambda: read(data, "large.csv", Request()), 3)
        size = (folder / "large.csv").stat().st_size / 1e6
        yield Row(f"CSV of {size:.0f} MB read, {count:,} rows", seconds, 3.0, unit="s")
        written(folder / "part.csv", BYTES // 10)
        ours, theirs = side_by_side(
            lambda: read(data, "part.csv", Request()),
            lambda: np.loadtxt(folder / "part.csv", delimiter=",", skiprows=1),
            3,
        )
        yield Row("CSV of 10 MB, strictly, against numpy.loadtxt", ours / theirs, 2.5, unit="times")
