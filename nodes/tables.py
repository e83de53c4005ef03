"""Tables: columns out of CSV, TSV, NPY, NPZ and Parquet files, with a sentence for all that can be wrong with one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.data import Data
from engine.errors import DataError
from engine.types import shape_text
from nodes.generated import permutation
from nodes.table_arrays import NPY, ZIP, read_npy, read_npz
from nodes.table_cells import Mask, Table, listed, quoted
from nodes.table_parquet import PARQUET, read_parquet
from nodes.table_text import DELIMITERS, HEADERS, TextTable, read_text

__all__ = ["DELIMITERS", "DTYPES", "HEADERS", "MISSING", "ROWS", "SUFFIXES", "Request", "classes_of", "read"]

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet")
MISSING: Final = ("refuse", "leave_out", "mean")
ROWS: Final = ("all", "training", "held_out")
DTYPES: Final = ("float64", "float32")

READ: Final = 0.1
"""The part of the work that is done once the file is in memory ..."""
OPENED: Final = 0.25
"""... and once its cells are found."""
ROWS_AT_ONCE: Final = 1 << 12

Column: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What a table node asks of a file: its settings."""

    columns: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    delimiter: str = "auto"
    header: str = "auto"
    missing: str = "refuse"
    rows: str = "all"
    held_out: float = 0.2
    seed: int = 0
    standardise: bool = False
    dtype: str = "float64"


@dataclass(frozen=True)
class _Taken:
    """One output before rows are chosen."""

    kind: str
    columns: tuple[str, ...]
    values: Column

    @property
    def lacking(self) -> Mask:
        """Which rows lack something."""
        wrong: Mask = self.values < 0 if self.kind == "class" else np.isnan(self.values)
        return np.asarray(wrong.reshape(len(wrong), -1).any(axis=1))


def read(data: Data, file: str, request: Request) -> Any:
    """Return one array per output of the request (a tuple where there are several).

    A number output has the rows along axis 0 and, where it has several columns, those along axis 1; a class output is
    an int64 vector. Raise DataError, one sentence that names the node, the file and the place.
    """
    path = data.path(file)
    content = data.read(file)
    data.tell(READ)
    try:
        table = _opened(content, path, request)
        data.tell(OPENED)
        results = _arranged(table, _taken(table, request, data), request)
    except DataError as error:
        sentence = f"{data.label} cannot use {quoted(path.name)}: {error.sentence}."
        raise DataError(sentence, node=data.node, place=error.place) from None
    return results if len(results) > 1 else results[0]


def classes_of(data: Data, file: str, column: str, delimiter: str = "auto", header: str = "auto") -> tuple[str, ...]:
    """Return what the classes of a column are called, in the order of their numbers; raise DataError where it has
    none."""
    content = data.read(file)
    return _opened(content, data.path(file), Request(delimiter=delimiter, header=header)).classes(column)[1]


def _opened(content: bytes, path: Path, request: Request) -> Table:
    """Return the table in a file; what it holds says how it is read, not its name."""
    if content.startswith(NPY):
        return read_npy(content)
    if content.startswith(ZIP):
        return read_npz(content)
    if content.startswith(PARQUET) and content.endswith(PARQUET):
        return read_parquet(content)
    if path.suffix.lower() == ".parquet":
        raise DataError("it is not a Parquet file, though its name says so, or only a part of one")
    if path.suffix.lower() in (".npy", ".npz"):
        raise DataError("it is not a NumPy file, though its name says so")
    return read_text(content, path.suffix.lower(), request.delimiter, request.header)


# ----- taking columns -----


def _taken(table: Table, request: Request, data: Data) -> list[_Taken]:
    outputs = request.columns or (("table", "number", table.whole()),)
    known = _at_once(table, [name for _, kind, names in outputs if kind == "number" for name in names])
    total, taken = sum(len(names) for _, _, names in outputs), itertools.count(1)

    def tell() -> None:
        data.tell(OPENED + (1.0 - OPENED) * next(taken) / total)

    def numbers(name: str) -> Column:
        values = known[name] if name in known else table.numbers(name)
        tell()
        return values

    def classes(name: str) -> Column:
        codes, _ = table.classes(name)
        tell()
        return codes

    return [_class(*each, classes) if each[1] == "class" else _number(*each, numbers) for each in outputs]


def _at_once(table: Table, names: list[str]) -> dict[str, Column]:
    """Return the columns of a text by name, read together, where they are nothing but numbers."""
    found = table.at_once(names) if isinstance(table, TextTable) and len(set(names)) == len(names) else None
    return {} if found is None else {name: found[:, k] for k, name in enumerate(names)}


def _class(name: str, kind: str, columns: tuple[str, ...], classes: Callable[[str], Column]) -> _Taken:
    if len(columns) != 1:
        raise DataError(f"the output {quoted(name)} is a class, which takes one column, not {len(columns)}")
    return _Taken(kind, columns, classes(columns[0]))


def _number(name: str, kind: str, columns: tuple[str, ...], numbers: Callable[[str], Column]) -> _Taken:
    parts = [numbers(column) for column in columns]
    if len(parts) == 1:
        return _Taken(kind, columns, np.ascontiguousarray(parts[0]))
    odd = next((k for k, part in enumerate(parts) if part.ndim != 1 or len(part) != len(parts[0])), None)
    if odd is not None:
        raise DataError(
            f"the output {quoted(name)} puts columns side by side, but {quoted(columns[odd])} has shape "
            f"{shape_text(parts[odd].shape)} and {quoted(columns[0])} {shape_text(parts[0].shape)}"
        )
    return _Taken(kind, columns, _side_by_side(parts))


def _side_by_side(parts: list[Column]) -> Column:
    """Return the columns as one array, a few rows at a time: across a whole long table every write would be a cache
    miss."""
    table = np.empty((len(parts[0]), len(parts)), np.result_type(*parts))
    for at in range(0, len(table), ROWS_AT_ONCE):
        table[at : at + ROWS_AT_ONCE] = np.stack([part[at : at + ROWS_AT_ONCE] for part in parts], axis=1)
    return table


# ----- choosing rows -----


def _arranged(table: Table, taken: list[_Taken], request: Request) -> tuple[Column, ...]:
    if not all(len(each.values) for each in taken):
        raise DataError("it has no rows")
    lacking = [each.lacking for each in taken]
    some = any(each.any() for each in lacking)
    if some and request.missing == "refuse":
        _refuse_missing(table, taken, lacking)
    if request.rows == "all" and not (some and request.missing == "leave_out"):
        everything = slice(None)
        return tuple(_finished(each, everything, everything, request) for each in taken)
    rows = _row_count(taken)
    present = ~np.any(lacking, axis=0) if request.missing == "leave_out" else np.ones(rows, np.bool_)
    training, chosen = _split(np.flatnonzero(present), request)
    if not len(chosen):
        which = "" if request.rows == "all" else request.rows.replace("_", "-") + " "
        raise DataError(f"no {which}rows are left of {rows}")
    return tuple(_finished(each, training, chosen, request) for each in taken)


def _refuse_missing(table: Table, taken: list[_Taken], lacking: list[Mask]) -> None:
    """Raise DataError naming the first cell that is missing, and what can be done."""
    each, mask = next((t, m) for t, m in zip(taken, lacking, strict=True) if m.any())
    row = int(np.flatnonzero(mask)[0])
    column = each.columns[int(np.argmax(np.isnan(each.values[row])))] if len(each.columns) > 1 else each.columns[0]
    count = int(sum(m.sum() for m in lacking))
    more = f", the first of {count} rows with a gap" if count > 1 else ""
    raise DataError(
        f"{table.place(column, row)} is missing{more}: fill it in, or set “missing” to leave such rows out"
        + ("" if each.kind == "class" else " or to take the mean")
    )


def _row_count(taken: list[_Taken]) -> int:
    rows = {len(each.values): each.columns[0] for each in taken}
    if len(rows) > 1:
        (one, first), (two, second) = list(rows.items())[:2]
        raise DataError(
            f"{quoted(first)} has {one} rows and {quoted(second)} {two}: their rows cannot be chosen together"
        )
    return next(iter(rows))


def _split(rows: NDArray[np.intp], request: Request) -> tuple[Any, Any]:
    """Return the training rows and the rows asked for, both in the order of the file."""
    if request.rows == "all":
        return rows, rows
    order = permutation(random_bits.key(request.seed, "table rows", 0), len(rows))
    held = round(request.held_out * len(rows))
    training = rows[np.sort(order[held:])]
    return training, training if request.rows == "training" else rows[np.sort(order[:held])]


def _finished(each: _Taken, training: Any, chosen: Any, request: Request) -> Column:
    """Return the chosen rows: gaps filled and columns standardised by the training rows."""
    if each.kind == "class":
        if (each.values[chosen] < 0).any():
            raise DataError(f"{quoted(each.columns[0])} lacks a class, and classes have no mean: leave such rows out")
        classes: Column = each.values[chosen]
        return classes
    values, known = each.values[chosen], each.values[training]
    gaps = np.isnan(values)
    if gaps.any():
        values = np.where(gaps, _mean(known, each), values)
    if request.standardise:
        known = np.where(np.isnan(known), _mean(known, each), known)
        spread = known.std(axis=0)
        values = (values - known.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return _stored(values, each, request.dtype)


def _mean(known: Column, each: _Taken) -> Column:
    empty = np.isnan(known).all(axis=0)
    if np.any(empty):
        column = each.columns[int(np.argmax(empty))] if len(each.columns) > 1 else each.columns[0]
        raise DataError(f"{quoted(column)} has no values at all to take the mean of")
    return np.asarray(np.nanmean(known, axis=0))


def _stored(values: Column, each: _Taken, dtype: str) -> Column:
    name = {"float64": "complex128", "float32": "complex64"}[dtype] if values.dtype.kind == "c" else dtype
    with np.errstate(over="ignore"):
        stored = values.astype(name)
    if not np.isfinite(stored).all():
        raise DataError(f"{listed(each.columns)} holds numbers too large for {name}")
    return stored
