"""Parquet files as tables, where pyarrow is installed. Only the columns that are asked for are read."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import limits
from engine.errors import DataError
from nodes.table_cells import classified, named, quoted

PARQUET: Final = b"PAR1"
"""How a Parquet file begins and ends."""


@dataclass(frozen=True)
class ParquetTable:
    """The columns of a Parquet file."""

    file: Any
    """A pyarrow.parquet.ParquetFile."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.file.schema_arrow.names)

    def numbers(self, name: str) -> NDArray[Any]:
        import pyarrow

        column = self._column(name)
        kind = column.type
        is_number = pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind) or pyarrow.types.is_boolean(kind)
        if not (is_number or pyarrow.types.is_decimal(kind)):
            what = "text" if _is_text(kind) else str(kind)
            raise DataError(f"{quoted(name)} holds {what}, not numbers" + ": read it as a class" * (what == "text"))
        values = np.asarray(column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            raise DataError(f"{self.place(name, int(infinite[0]))} is infinite: numbers must be finite")
        return values

    def classes(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        import pyarrow

        column = self._column(name)
        if not _is_text(column.type):
            values = self.numbers(name)
            found, codes = np.unique(values[~np.isnan(values)], return_inverse=True)
            every = np.full(len(values), -1, np.int64)
            every[~np.isnan(values)] = codes
            return every, tuple(f"{value:g}" for value in found)
        texts = column.cast(pyarrow.string()).fill_null("").to_numpy(zero_copy_only=False)
        return classified(texts.astype(str))

    def place(self, name: str, row: int) -> str:
        return f"row {row} (counted from 0) of {quoted(name)}"

    def whole(self) -> tuple[str, ...]:
        return self.names

    def _column(self, name: str) -> Any:
        import pyarrow

        number = named(self.names, name)
        try:
            read = self.file.read(columns=[name])
            column = read.column(0).combine_chunks()
            is_dictionary = pyarrow.types.is_dictionary(column.type)
            return column.cast(column.type.value_type) if is_dictionary else column
        except (pyarrow.ArrowException, OSError, ValueError, IndexError) as error:
            said = str(error).partition("\n")[0][:80]
            raise DataError(f"column {number + 1} ({quoted(name)}) cannot be read ({said})") from None


def _is_text(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind))


def read_parquet(content: bytes) -> ParquetTable:
    """Return the table in the bytes of a Parquet file; raise DataError where there is none, or no pyarrow."""
    try:
        # Imported here: it is large, and only Parquet needs it.
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise DataError(
            "Parquet is read by pyarrow, which is not installed: pip install pyarrow, or save it as CSV"
        ) from (None)
    try:
        table = ParquetTable(parquet.ParquetFile(io.BytesIO(content)))
        rows, columns = table.file.metadata.num_rows, len(table.names)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0][:80]
        raise DataError(f"it is a damaged Parquet file ({said})") from None
    if rows * columns > limits.TABLE_CELLS:
        raise DataError(f"it has {rows * columns:,} cells, at most {limits.TABLE_CELLS:,} are read")
    return table
