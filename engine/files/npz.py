"""Arrays as the bytes of an .npz and back: uncompressed, without pickles, equal arrays as equal bytes.

Reading allows what numpy's `savez` writes and no more: as many members as expected, stored uncompressed (so there is
nothing to blow up), each with a plain .npy header of the expected dtype and shape.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np

from engine.errors import FileError
from engine.types import Shape, Tensor

Types: TypeAlias = Mapping[str, tuple[str, Shape]]
"""(dtype, shape) of each array, by its name."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_HEADER = re.compile(rb"\{'descr': '([<|]\w{2,3})', 'fortran_order': False, 'shape': \(([0-9, ]{0,800})\), \} *\n")
_DAMAGED: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, struct.error,
    NotImplementedError, ValueError, OverflowError, OSError, RuntimeError,
)  # fmt: skip
"""What zipfile raises for damaged bytes, over all the releases of Python it came with."""
_LENGTH_BYTES: Final[Mapping[bytes, int]] = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}


def zipped(tensors: Mapping[str, Tensor]) -> bytes:
    """Return an .npz of the tensors, sorted by name; numpy.load reads it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(tensors):
            member = io.BytesIO()
            np.lib.format.write_array(member, tensors[name].array(), version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), member.getbuffer())
    return out.getvalue()


def unzip(data: bytes, types: Types, name: str) -> dict[str, Tensor]:
    """Return the arrays in the bytes of an .npz; raise FileError unless they are exactly those of `types`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sorted(each.filename for each in members) != sorted(f"{key}.npy" for key in types):
                raise FileError(f"The kept values of {name} are not those the graph names; discard them.")
            return {each.filename[:-4]: _tensor(archive, each, *types[each.filename[:-4]], name) for each in members}
    except _DAMAGED:
        raise FileError(f"The kept values of {name} are damaged; discard them.") from None


def _tensor(archive: zipfile.ZipFile, member: zipfile.ZipInfo, dtype: str, shape: Shape, name: str) -> Tensor:
    if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
        raise FileError(f"The kept values of {name} are compressed, which is not allowed; discard them.")
    content = archive.read(member)
    magic, start = content[:8], 8 + _LENGTH_BYTES.get(content[:8], 0)
    length = int.from_bytes(content[8:start], "little")
    header, body = content[start : start + length], content[start + length :]
    expected = np.dtype(dtype).newbyteorder("<")
    match = _HEADER.fullmatch(header) if magic in _LENGTH_BYTES else None
    if not match or match[1].decode() != expected.str or _shape(match[2]) != shape:
        raise FileError(f"The kept values of {name} hold {member.filename} of another dtype or shape; discard them.")
    array = np.frombuffer(body, dtype=expected)
    if array.size != int(np.prod(shape, dtype=np.int64)):
        raise FileError(
            f"The kept values of {name} hold {member.filename} with too few or too many numbers; discard them."
        )
    return Tensor(dtype, shape, bytes(body))


def _shape(text: bytes) -> Shape:
    return tuple(int(part) for part in text.split(b",") if part.strip())
