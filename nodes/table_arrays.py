"""NumPy files (NPY and NPZ) as tables. Nothing in them is ever unpickled, and no more is allocated than they hold."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine import limits
from engine.errors import DataError
from engine.types import shape_text
from nodes.table_cells import classified, named, quoted

NPY: Final = b"\x93NUMPY"
ZIP: Final = b"PK\x03\x04"

_HEADERS: Final[Mapping[tuple[int, int], Any]] = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


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
            members = [info for info in archive.infolist() if not info.is_dir()]
            _require_npz(members)
            for info in members:
                name = info.filename.removesuffix(".npy")
                arrays[name] = _plain(_array(archive.read(info), quoted(name)), quoted(name))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise DataError(f"it is a damaged NPZ file ({error})") from None
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
    stream = io.BytesIO(data)
    try:
        header = _HEADERS.get(npy.read_magic(stream), npy.read_array_header_2_0)
        shape, fortran, dtype = header(stream)
        if dtype.hasobject:
            raise DataError(f"{what} holds Python objects, which are never loaded: save numbers")
        bytes_needed = math.prod(shape) * dtype.itemsize
    except (ValueError, TypeError, EOFError, SyntaxError, OverflowError) as error:
        raise DataError(f"{what} is a damaged NPY file ({str(error).splitlines()[0][:100]})") from None
    body = data[stream.tell() :]
    if any(n < 0 for n in shape) or len(body) != bytes_needed:
        sizes = f"shape {shape_text(shape)} takes {bytes_needed:,} bytes, it has {len(body):,}"
        raise DataError(f"{what} is a damaged NPY file ({sizes})")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C")


def _plain(array: NDArray[Any], what: str) -> NDArray[Any]:
    """Return the array in this machine's byte order; raise DataError where it holds neither numbers nor text."""
    kind = array.dtype.kind
    if kind not in "biufcUS" or (array.dtype.itemsize > 16 and kind in "fc"):
        raise DataError(f"{what} holds {array.dtype}, not numbers or text")
    if array.ndim == 0:
        raise DataError(f"{what} holds a single value, not rows: use a Constant")
    return array.astype(array.dtype.newbyteorder("="))
