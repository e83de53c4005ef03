"""Delimited text (CSV, TSV and the like) as a table.

A file without quotes, however long, is cut into cells by NumPy alone: the places of all delimiters and line ends are
found at once, and the bytes of one column are gathered and converted together. Others go through the csv module.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import limits
from engine.errors import DataError
from nodes.table_cells import classified, is_number, named, not_a_number, parsed, quoted, text_of

DELIMITERS: Final[Mapping[str, str | None]] = {
    "auto": None,
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "space": " ",
}
"""What may stand between cells, by the word of the setting; auto looks at the first line."""

HEADERS: Final = ("auto", "yes", "no")
BLOCK: Final = 1 << 14
"""How many rows are gathered at a time."""
WIDE: Final = 512
"""The longest cell, in bytes, that is gathered with others; a column with a longer one is cut cell by cell."""

_ENCODINGS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NEWLINE: Final = 10


@dataclass(frozen=True)
class TextTable:
    """A table of text cells: `cells(k)` is column k without the header, `lines` the line of the file of each row."""

    names: tuple[str, ...]
    lines: NDArray[np.int64]
    cells: _Cells
    plain: Plain | None = None
    """The same text for NumPy's reader, where it may have it."""

    def at_once(self, names: Sequence[str]) -> NDArray[np.float64] | None:
        """Return these columns side by side, read together; None where they have to be read one by one: where cells
        are missing, are no numbers, or are written in ways of which `parsed` decides."""
        return self.plain.numbers([named(self.names, name) for name in names]) if self.plain else None

    def numbers(self, name: str) -> NDArray[Any]:
        column = named(self.names, name)
        cells = self.cells.column(column)
        values, wrong = parsed(cells)
        if wrong is not None:
            raise DataError(f"{self.place(name, wrong)} {not_a_number(text_of(cells[wrong]))}", place=self._line(wrong))
        return values

    def classes(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        return classified(self.cells.column(named(self.names, name)))

    def place(self, name: str, row: int) -> str:
        return f"{self._line(row)}, column {named(self.names, name) + 1} ({quoted(name)})"

    def whole(self) -> tuple[str, ...]:
        return self.names

    def _line(self, row: int) -> str:
        return f"line {self.lines[row]}"


@dataclass(frozen=True)
class Plain:
    """Text without quotes whose lines have equally many cells, and how many lines stand before the rows."""

    body: bytes
    separator: str
    skipped: int
    rows: int

    def numbers(self, columns: Sequence[int]) -> NDArray[np.float64] | None:
        """Return the columns as numbers, row by row, by numpy.loadtxt; None where it finds anything else in them."""
        if not columns or not self.rows or len(set(columns)) < len(columns) or not self.body.isascii():
            return None
        try:
            values = np.loadtxt(
                io.TextIOWrapper(io.BytesIO(self.body), "ascii"),
                delimiter=self.separator,
                comments=None,
                skiprows=self.skipped,
                usecols=columns,
                ndmin=2,
            )
        except ValueError:
            return None
        return values if len(values) == self.rows and np.isfinite(values).all() else None


class _Cells:
    """Where the cells are."""

    def column(self, number: int) -> NDArray[Any]:
        """Return the cells of a column, as bytes or str."""
        raise NotImplementedError


@dataclass(frozen=True)
class _Cut(_Cells):
    """Cells as stretches of one buffer: from `starts` or a delimiter to a delimiter or `ends`."""

    buffer: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    delimiters: NDArray[np.int64]
    first: NDArray[np.int64]
    """The index of each row's first delimiter."""
    columns: int

    def column(self, number: int) -> NDArray[Any]:
        start = self.starts if number == 0 else self.delimiters[self.first + (number - 1)] + 1
        end = self.ends if number == self.columns - 1 else self.delimiters[self.first + number]
        width = int((end - start).max(initial=1)) or 1
        if width > WIDE:
            data = self.buffer.tobytes()
            return np.array([data[a:b].decode() for a, b in zip(start, end, strict=True)], dtype=object).astype(str)
        gathered = np.zeros(len(start), f"S{width}")
        for k in range(0, len(start), BLOCK):
            _gather(gathered[k : k + BLOCK], self.buffer, start[k : k + BLOCK], end[k : k + BLOCK])
        return gathered


def _gather(cells: NDArray[Any], buffer: NDArray[np.uint8], start: NDArray[Any], end: NDArray[Any]) -> None:
    """Fill the cells with the stretches of the buffer from `start` to `end`."""
    width = cells.dtype.itemsize
    places = len(buffer) - width + 1
    inside = int(np.searchsorted(start, places))
    windows = np.ndarray((max(places, 0),), cells.dtype, buffer, strides=(1,))
    cells[:inside] = windows[start[:inside]]
    letters = cells.view(np.uint8).reshape(len(cells), width)
    for k in range(inside, len(start)):  # the last cells of the file, where a whole width would reach beyond its end
        letters[k, : end[k] - start[k]] = buffer[start[k] : end[k]]
    letters[np.arange(width) >= (end - start)[:, None]] = 0


@dataclass(frozen=True)
class _Listed(_Cells):
    """Cells as lists of text, row by row."""

    rows: Sequence[Sequence[str]]

    def column(self, number: int) -> NDArray[Any]:
        return np.array([row[number] for row in self.rows], dtype=np.str_) if self.rows else np.zeros(0, "U1")


def read_text(data: bytes, suffix: str, delimiter: str, header: str) -> TextTable:
    """Return the table in the bytes of a file; raise DataError where it is not text, or its rows differ in length."""
    body, line = _body(_utf8(data))
    if not body or body.isspace():
        raise DataError("it is empty")
    end = body.find(b"\n")  # not split(): that would copy the rest, which may be large
    head = (body if end < 0 else body[:end]).decode()
    separator = DELIMITERS[delimiter] or ("\t" if suffix == ".tsv" else _guessed(head))
    plain = b'"' not in body and separator != " "
    return _cut(body, separator, header, line) if plain else _listed(body, separator, header, line)


def _utf8(data: bytes) -> bytes:
    """Return the text as UTF-8 with line feeds only; raise DataError naming the first byte that is no UTF-8."""
    mark, encoding = next((pair for pair in _ENCODINGS if data.startswith(pair[0])), (b"", "utf-8"))
    data = data[len(mark) :]
    if encoding == "utf-8" and data.isascii() and b"\0" not in data:
        return _line_feeds(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"line {line} holds the byte 0x{data[error.start]:02X}, which is not {encoding.upper()} text: "
            "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
            place=f"line {line}",
        ) from None
    if "\x00" in text:
        raise DataError("it holds zero bytes: it is not a text file")
    plain = data if encoding == "utf-8" else text.encode()
    return _line_feeds(plain)


def _line_feeds(data: bytes) -> bytes:
    """Return the text with line feeds only; the same object, not a copy of a large file, where it has no others."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _body(data: bytes) -> tuple[bytes, int]:
    """Return the text without the comments and blank lines at its head, and the number of its first line."""
    start, line = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        first = data[start:end].strip()
        if first and not first.startswith(b"#"):
            break
        start, line = end + 1, line + 1
    return data[start:], line


def _guessed(head: str) -> str:
    """Return the delimiter that stands most often in the first line outside quotes; a comma where none does."""
    outside = "".join(head.split('"')[::2])
    best = max((",", ";", "\t"), key=outside.count)
    if outside.count(best):
        return best
    return " " if len(outside.split()) > 1 and all(map(is_number, outside.split())) else ","


# ----- without quotes -----


def _cut(body: bytes, separator: str, header: str, line: int) -> TextTable:
    buffer = np.frombuffer(body if body.endswith(b"\n") else body + b"\n", np.uint8)
    ends = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    delimiters = np.flatnonzero(buffer == ord(separator))
    first = np.searchsorted(delimiters, starts)
    counts = np.searchsorted(delimiters, ends) - first
    lines = np.arange(line, line + len(ends))
    keep = _with_content(body, starts, ends, counts)
    if not len(keep):
        raise DataError("it is empty")
    top = int(keep[0])
    columns = int(counts[top]) + 1
    _require_even(counts[keep] + 1, lines[keep], columns)
    cells = _Cut(buffer, starts[keep], ends[keep], delimiters, first[keep], columns)
    names = _names(body[starts[top] : ends[top]].decode().split(separator), header)
    if names:
        cells = _Cut(buffer, cells.starts[1:], cells.ends[1:], delimiters, cells.first[1:], columns)
    plain = Plain(body, separator, top + (len(names) > 0), len(cells.starts))
    return TextTable(names or _numbered(columns), lines[keep][len(names) > 0 :], cells, plain)


def _with_content(body: bytes, starts: NDArray[Any], ends: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.intp]:
    """Return the lines that hold anything but blanks and delimiters."""
    spare = ends - starts - counts
    keep = spare > 0
    for k in np.flatnonzero(keep & (spare <= 8) & (counts == 0)):
        keep[k] = bool(body[starts[k] : ends[k]].strip())
    return np.flatnonzero(keep)


def _require_even(cells: NDArray[Any], lines: NDArray[Any], columns: int) -> None:
    _require_few(len(cells), columns)
    uneven = np.flatnonzero(cells != columns)
    if len(uneven):
        line, count = lines[uneven[0]], cells[uneven[0]]
        raise DataError(
            f"line {line} has {_cells_text(count)}, but the first line has {columns}: every line needs as many",
            place=f"line {line}",
        )


def _require_few(rows: int, columns: int) -> None:
    if rows * columns > limits.TABLE_CELLS:
        raise DataError(f"it has {rows * columns:,} cells, at most {limits.TABLE_CELLS:,} are read")


def _cells_text(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


# ----- with quotes, or delimited by blanks -----


def _listed(body: bytes, separator: str, header: str, line: int) -> TextTable:
    rows, lines = _split(body.decode()) if separator == " " else _unquoted(body.decode(), separator)
    if not rows:
        raise DataError("it is empty")
    columns = len(rows[0])
    _require_even(np.array([len(row) for row in rows]), np.array(lines) + (line - 1), columns)
    names = _names(rows[0], header)
    return TextTable(
        names or _numbered(columns),
        np.array(lines[len(names) > 0 :], np.int64) + (line - 1),
        _Listed(rows[len(names) > 0 :]),
    )


def _split(text: str) -> tuple[list[list[str]], list[int]]:
    found = [(cells, number) for number, each in enumerate(text.split("\n"), 1) if (cells := each.split())]
    return [cells for cells, _ in found], [number for _, number in found]


def _unquoted(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error:
        raise DataError(
            f"a quote in line {begins} is not closed, or something follows it: write a quote inside a cell as two",
            place=f"line {begins}",
        ) from None
    return rows, lines


# ----- the header -----


def _names(cells: Sequence[str], header: str) -> tuple[str, ...]:
    """Return the names in the first line; none where it holds data: unless told, where one of its cells is a number."""
    if header == "no" or (header == "auto" and any(map(is_number, cells))):
        return ()
    return tuple(cell.strip() or f"column_{k}" for k, cell in enumerate(cells, 1))


def _numbered(columns: int) -> tuple[str, ...]:
    return tuple(f"column_{k}" for k in range(1, columns + 1))
