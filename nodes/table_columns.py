"""What a table file offers, by a look at its head: the outputs to suggest when a person has chosen the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from engine.data import Data
from engine.errors import DataError
from nodes.table_arrays import NPY, ZIP, read_npy, read_npz
from nodes.table_cells import Table
from nodes.table_parquet import PARQUET, read_parquet
from nodes.table_text import read_text

Rows: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...]
"""The value of the setting `columns`: output, "number" or "class", columns."""

HEAD: Final = 1 << 16
"""How many bytes of a text file are looked at."""
WHOLE: Final = 1 << 28
"""The largest NumPy file that is looked into."""
MOST: Final = 12
"""With more columns than this, numbers are suggested as one output, side by side."""
CLASSES: Final = 20
"""The most classes that a column of numbers is taken to stand for."""


BINARY: Final[Mapping[bytes, Callable[[bytes], Table]]] = {NPY: read_npy, ZIP: read_npz, PARQUET: read_parquet}


def suggested(data: Data, file: str, delimiter: str = "auto", header: str = "auto") -> Rows:
    """Return the outputs to suggest for a file: one for each column, or one for all numbers where there are many.

    A column of texts is suggested as a class unless it names its rows: unless every row has another text. Where there
    are many columns of numbers, a first or last one that numbers a few classes is suggested as a class. Nothing is
    suggested for a file that cannot be read; running the graph says what is wrong with it.
    """
    try:
        table = _glimpse(data.path(file), delimiter, header)
        kinds = {name: _kind(table, name) for name in table.whole()}
    except (DataError, OSError):
        return ()
    numbers = tuple(name for name, kind in kinds.items() if kind == "number")
    if len(numbers) > MOST:
        kinds |= {name: "class" for name in (numbers[0], numbers[-1]) if _numbers_classes(table, name)}
        numbers = tuple(name for name, kind in kinds.items() if kind == "number")
    classes = tuple(name for name, kind in kinds.items() if kind == "class")
    groups: list[tuple[str, str, tuple[str, ...]]]
    if len(numbers) > MOST:
        groups = [("numbers", "number", numbers), *((name, "class", (name,)) for name in classes)]
    else:
        groups = [(name, kinds[name], (name,)) for name in kinds if kinds[name]]
    return tuple(zip(_words([name for name, _, _ in groups]), *zip(*(g[1:] for g in groups), strict=True), strict=True))


def _glimpse(path: Path, delimiter: str, header: str) -> Table:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        binary = head.startswith((NPY, ZIP, PARQUET))
        if binary and path.stat().st_size <= WHOLE:
            head += stream.read()
        elif stream.read(1):
            head = head[: head.rfind(b"\n") + 1]
    if binary:
        return next(read for magic, read in BINARY.items() if head.startswith(magic))(head)
    return read_text(head, path.suffix.lower(), delimiter, header)


def _kind(table: Table, name: str) -> str:
    """Return "number" or "class"; "" for texts that are all different, which name their rows."""
    try:
        table.numbers(name)
    except DataError:
        codes, names = table.classes(name)
        return "" if len(names) == len(codes) > 1 else "class"
    return "number"


def _numbers_classes(table: Table, name: str) -> bool:
    """Return whether a column holds a few whole numbers in a row, from 0 or 1 on, each of them often."""
    values = table.numbers(name)
    found = sorted({float(value) for value in values})
    return (
        2 <= len(found) <= CLASSES
        and len(values) >= 5 * len(found)
        and found in ([float(k) for k in range(start, start + len(found))] for start in (0, 1))
    )


def _words(names: list[str]) -> list[str]:
    """Return the names as names of sockets: letters, digits and underscores, each once."""
    found: list[str] = []
    for name in names:
        word = re.sub(r"\W+", "_", name).strip("_") or "column"
        tries = (word, *(f"{word}_{k}" for k in range(2, len(names) + 2)))
        found.append(next(each for each in tries if each not in found))
    return found
