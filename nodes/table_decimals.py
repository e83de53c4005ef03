"""Plain decimal numbers out of text cells, all at once: what most tables hold, ten times as fast as one by one.

A number of at most 15 digits is a whole number that float64 holds exactly, divided by a power of ten that it holds
exactly too: one division, rounded once, gives the nearest float64, the same that Python reads (Clinger 1990).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

WIDEST: Final = 18
"""The longest cells that are read so: 15 digits, a sign, a point, and one to spare."""
DIGITS: Final = 15
ROWS: Final = 1 << 14
"""How many cells are worked on at a time: few enough for the processor's cache."""

_BYTES: Final = np.arange(256)
_DIGIT: Final = (_BYTES >= 48) & (_BYTES < 58)
_FACTOR: Final = np.where(_DIGIT, 10, 1).astype(np.int64)
_VALUE: Final = np.where(_DIGIT, _BYTES - 48, 0).astype(np.int64)
_POWERS: Final = 10.0 ** np.arange(WIDEST + 1)
_POINT, _ODD = 1 << 5, 1 << 6
_KIND: Final = np.where(_DIGIT, 1, np.where(ord(".") == _BYTES, _POINT, np.where(_BYTES == 0, 0, _ODD))).astype(
    np.int16
)
"""Added up over a cell: how many digits it has (below 32), points (times 32), and anything else (times 64)."""


def plain_decimals(cells: NDArray[np.bytes_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the number in each cell, and which cells were read: digits with at most one point, a sign before them.

    Others (empty ones, exponents, blanks, more digits, what is no number) are left to be read one by one.
    """
    width, count = cells.dtype.itemsize, len(cells)
    values, known = np.zeros(count), np.zeros(count, np.bool_)
    if not 0 < width <= WIDEST:
        return values, known
    letters = np.ascontiguousarray(cells).view(np.uint8).reshape(count, width)
    for at in range(0, count, ROWS):
        part = slice(at, at + ROWS)
        values[part], known[part] = _read(np.ascontiguousarray(letters[part].T))
    return values, known


def _read(letters: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers in the columns of `letters`, which holds first letters, second letters, ... as its rows."""
    minus = letters[0] == ord("-")
    first = np.where(minus | (letters[0] == ord("+")), 0, letters[0])
    whole = np.zeros(letters.shape[1], np.int64)
    kinds = np.zeros(letters.shape[1], np.int16)
    decimals = np.zeros(letters.shape[1], np.int16)
    for row in (first, *letters[1:]):
        whole *= _FACTOR[row]
        whole += _VALUE[row]
        kind = _KIND[row]
        decimals += kind & (kinds >> 5)
        kinds += kind
    digits = kinds & 31
    known = (kinds < 2 * _POINT) & (digits > 0) & (digits <= DIGITS)
    values = whole / _POWERS[np.where(known, decimals, 0)]
    return np.where(minus, -values, values), known
