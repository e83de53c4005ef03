"""NumPy files (NPY and NPZ) as tables. Nothing in them is ever unpickled, and no more is allocated than they hold."""

from __future__ import annotations

import io
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import limits
from engine.errors import DataError
from engine.types import shape_text
from nodes.table_cells import classified, named, quoted

NPY: Final = b"\x93NUMPY"
ZIP: Final = b"PK\x03\x04"
HEADER_BYTES: Final = 10_000
"""The longest header of an NPY file that is read, as in NumPy."""

_STRING: Final = r"'([^'\\]*)'"
_WHOLE_NUMBERS: Final = r"\(([\d, ]*)\)"
_FIELD: Final = re.compile(rf"\(\s*{_STRING}\s*,\s*{_STRING}\s*(?:,\s*{_WHOLE_NUMBERS})?\s*\)\s*,?\s*")
_PARTS: Final = {
    "descr": rf"'descr'\s*:\s*(?:{_STRING}|\[(.*)\])",
    "fortran_order": r"'fortran_order'\s*:\s*(True|False)",
    "shape": rf"'shape'\s*:\s*{_WHOLE_NUMBERS}",
}
_HEADER: Final = re.compile(r"\{\s*" + r"\s*,\s*".join(_PARTS.values()) + r"\s*,?\s*\}\s*", re.DOTALL)
"""The header of an NPY file as NumPy writes it: a dictionary of three parts in the order of their names."""

_ZIP_FAULTS: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    KeyError, OverflowError, MemoryError, struct.error, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What zipfile and its decompressors raise at damaged archives."""


@dataclass(frozen=True)
class ArrayTable:
    """Columns as arrays, with rows along axis 0."""

    arrays: Mapping[str, NDArray[Any]]
    all: tuple[str, ...]
    """The columns that make up the table as a whole."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.arrays)

    def numbers(self, name: str) -> NDArray[Any]:
        array = self._array(name)
        if array.dtype.kind in "US":
            raise DataError(f"{quoted(name)} holds text, not numbers: read it as a class")
        values = array if array.dtype.kind == "c" else array.astype(np.float64)
        infinite = np.isinf(values)
        if infinite.any():
            at = tuple(int(k) for k in np.argwhere(infinite)[0])
            raise DataError(f"{quoted(name)} is infinite at index {_index(at)}: numbers must be finite")
        return values

    def classes(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        array = self._array(name)
        if array.ndim != 1:
            raise DataError(f"{quoted(name)} has shape {shape_text(array.shape)}: a class is one value for each row")
        if array.dtype.kind in "US":
            return classified(array)
        whole = array.astype(np.float64) if array.dtype.kind != "c" else array
        found, inverse = np.unique(whole[~np.isnan(whole)], return_inverse=True)
        codes = np.full(len(array), -1, np.int64)
        codes[~np.isnan(whole)] = inverse
        return codes, tuple(f"{value:g}" for value in found)

    def place(self, name: str, row: int) -> str:
        return f"row {row} (counted from 0) of {quoted(name)}"

    def whole(self) -> tuple[str, ...]:
        return self.all

    def _array(self, name: str) -> NDArray[Any]:
        return self.arrays[self.names[named(self.names, name)]]


def _index(at: tuple[int, ...]) -> str:
    return str(at[0]) if len(at) == 1 else str(at)


def read_npy(data: bytes) -> ArrayTable:
    """Return the table in an NPY file: the fields of a structured array, the columns of a matrix, or all in "array"."""
    array = _array(data, "it")
    if array.dtype.names:
        fields = {name: _plain(array[name], quoted(name)) for name in array.dtype.names}
        return ArrayTable(fields, tuple(fields))
    array = _plain(array, "it")
    columns = {f"column_{k + 1}": array[:, k] for k in range(array.shape[1])} if array.ndim == 2 else {}
    return ArrayTable({"array": array, **columns}, ("array",))


def read_npz(data: bytes) -> ArrayTable:
    """Return the table in an NPZ file: one column for each of its arrays."""
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.filename.endswith("/")]
            _require_npz(members)
            for info in members:
                name = info.filename.removesuffix(".npy")
                arrays[name] = _plain(_array(archive.read(info), quoted(name)), quoted(name))
    except _ZIP_FAULTS as error:
        said = str(error).partition("\n")[0][:80]
        raise DataError(f"it is a damaged NPZ file ({said or type(error).__name__})") from None
    return ArrayTable(arrays, tuple(arrays))


def _require_npz(members: list[zipfile.ZipInfo]) -> None:
    foreign = next((info.filename for info in members if not info.filename.endswith(".npy")), None)
    if foreign is not None or not members:
        inside = f"holds {quoted(foreign)}" if foreign is not None else "is empty"
        raise DataError(f"it is a ZIP file that {inside}, not an NPZ file: save a workbook as CSV")
    if sum(info.file_size for info in members) > limits.TABLE_BYTES:
        raise DataError(f"its arrays take more than {limits.TABLE_BYTES:,} bytes unpacked, the most that are read")
    names = [info.filename for info in members]
    if len(set(names)) < len(names):
        raise DataError("two of its arrays have one name")


def _array(data: bytes, what: str) -> NDArray[Any]:
    """Return the array in the bytes of an NPY file, once its header agrees with its length; raise DataError."""
    start, length = (10, data[8:10]) if data[6:7] == b"\x01" else (12, data[8:12])
    end = start + int.from_bytes(length, "little")
    header = _HEADER.fullmatch(data[start:end].decode("utf-8", "replace")) if end - start <= HEADER_BYTES else None
    if header is None or not data.startswith(NPY):
        raise DataError(f"{what} is a damaged NPY file (its header cannot be read)")
    dtype = _dtype(header[1], header[2], what)
    shape, body = _lengths(header[4]), data[end:]
    if len(body) != math.prod(shape) * dtype.itemsize or len(shape) > limits.RANK:
        taken = f"{math.prod(shape) * dtype.itemsize:,}" if math.prod(shape) < 10**20 else "far more"
        raise DataError(
            f"{what} is a damaged NPY file (shape {shape_text(shape)} takes {taken} bytes, it has {len(body):,})"
        )
    return np.frombuffer(body, dtype).reshape(shape, order="F" if header[3] == "True" else "C")


def _dtype(plain: str | None, fields: str | None, what: str) -> np.dtype[Any]:
    """Return the dtype of a header: plain, or the fields of a structured one; raise DataError for Python objects."""
    parts = list(_FIELD.finditer(fields or ""))
    try:
        if plain is None and "".join(part[0] for part in parts) != (fields or "").lstrip():
            raise ValueError
        described = plain if plain is not None else [(p[1], p[2], _lengths(p[3] or "")) for p in parts]
        dtype = np.dtype(described)
    except (TypeError, ValueError, SyntaxError, OverflowError):
        raise DataError(f"{what} is a damaged NPY file (its dtype cannot be read)") from None
    if dtype.hasobject:
        raise DataError(f"{what} holds Python objects, which are never loaded: save numbers")
    if dtype.itemsize == 0:
        raise DataError(f"{what} holds values of no length")
    return dtype


def _lengths(text: str) -> tuple[int, ...]:
    return tuple(int(number[:20]) for number in text.replace(" ", "").split(",") if number)


def _plain(array: NDArray[Any], what: str) -> NDArray[Any]:
    """Return the array in this machine's byte order; raise DataError where it holds neither numbers nor text."""
    kind = array.dtype.kind
    if kind not in "biufcUS" or (array.dtype.itemsize > 16 and kind in "fc"):
        raise DataError(f"{what} holds {array.dtype}, not numbers or text")
    if array.ndim == 0:
        raise DataError(f"{what} holds a single value, not rows: use a Constant")
    return array.astype(array.dtype.newbyteorder("="))
