"""The columns of a table, whatever file they came from, and how their cells become numbers or classes.

Faults are raised as DataError with the end of a sentence, as "line 6, column 2 (“mass”) holds “abc”, which is not a
number"; nodes.tables puts the node and the file before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError

Mask: TypeAlias = NDArray[np.bool_]

NO_NUMBER: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", "."})
"""What stands for a missing number, in any case."""
NO_CLASS: Final = frozenset({"", "na", "n/a", "?"})
"""What stands for a missing class, in any case; "none" may be a class of its own."""


class Table(Protocol):
    """What a table file offers. Rows are those of axis 0; `name` is one of `names`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""

    def numbers(self, name: str) -> NDArray[Any]:
        """Return the column as floating-point numbers, NaN where one is missing; raise DataError where one is none."""

    def classes(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return the class of each row, -1 where it is missing, and the name of each class."""

    def place(self, name: str, row: int) -> str:
        """Return where a cell stands: "line 6, column 2 (“mass”)"."""

    def whole(self) -> tuple[str, ...]:
        """Return the columns that make up the table as a whole."""


def quoted(text: str) -> str:
    """Return the text in quotes, in one line, shortened where it is long."""
    plain = "".join(c if c.isprintable() else "�" for c in text)
    return f"“{plain if len(plain) <= 60 else plain[:57] + '...'}”"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return the first names, quoted, and how many more there are."""
    names = tuple(names)
    shown = ", ".join(map(quoted, names[:most]))
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def parsed(cells: NDArray[Any]) -> tuple[NDArray[np.float64], int | None]:
    """Return text cells (bytes or str) as numbers, NaN where missing, and the row of the first cell that is no number.

    Numbers are written with a decimal point: "1.5", "-2e-3". Infinite ones, those too large, and "1_000" are none.
    """
    blank = np.asarray(cells == (b"" if cells.dtype.kind == "S" else ""))
    filled = np.where(blank, np.asarray("nan", cells.dtype.kind + "3"), cells) if blank.any() else cells
    try:
        values = filled.astype(np.float64)
    except ValueError:
        values = np.full(len(cells), np.inf)
    underscored = np.strings.find(cells, b"_" if cells.dtype.kind == "S" else "_") >= 0
    odd = np.flatnonzero(~(np.isfinite(values) | blank) | underscored)
    for row in odd:
        number = _number(text_of(cells[row]))
        if number is None:
            return values, int(row)
        values[row] = number
    return values, None


def _number(text: str) -> float | None:
    """Return one cell's number, NaN where it is missing, None where it is neither."""
    stripped = text.strip()
    if stripped.lower() in NO_NUMBER:
        return math.nan
    try:
        number = float(stripped)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in stripped else None


def is_number(text: str) -> bool:
    """Return whether the cell holds a number (a missing one is none)."""
    return not math.isnan(_number(text) or 0.0) and _number(text) is not None


def text_of(cell: Any) -> str:
    """Return a cell as text."""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def not_a_number(text: str) -> str:
    """Return the end of the sentence on a cell that should hold a number, with what to do about it."""
    stripped = text.strip()
    if stripped.count(",") == 1 and is_number(stripped.replace(",", ".")):
        return f"holds {quoted(text)}: write numbers with a decimal point, {stripped.replace(',', '.')}"
    if stripped.lower().lstrip("+-") in ("inf", "infinity"):
        return f"holds {quoted(text)}: numbers must be finite"
    try:
        infinite = math.isinf(float(stripped))
    except ValueError:
        infinite = False
    if infinite:
        return f"holds {quoted(text)}: the number is too large"
    return f"holds {quoted(text)}, which is not a number: mend the cell, or read the column as a class"


def classified(cells: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return text cells as classes, numbered from 0: in numerical order where all are numbers, else in alphabetical.

    A missing cell has class -1.
    """
    found, inverse = np.unique(cells, return_inverse=True)
    texts = [text_of(cell).strip() for cell in found]
    names = sorted({text for text in texts if text.lower() not in NO_CLASS})
    if all(map(is_number, names)):
        names.sort(key=float)
    number = {name: k for k, name in enumerate(names)}
    codes = np.array([number.get(text, -1) for text in texts], np.int64)
    return codes[inverse.reshape(-1)], tuple(names)


def named(names: Iterable[str], name: str) -> int:
    """Return the place of the column called `name`; raise DataError where there is none, or two."""
    names = tuple(names)
    found = [k for k, each in enumerate(names) if each == name]
    if not found:
        raise DataError(f"it has no column {quoted(name)}; it has {listed(names)}")
    if len(found) > 1:
        raise DataError(f"two of its columns are called {quoted(name)}: give each a name of its own in the file")
    return found[0]
