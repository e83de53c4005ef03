"""Values kept from a run: few of them stand in the .dgraph, many in a checksummed .npz beside it.

The .npz is named by its content, `<name>.<first 16 digits of its SHA-256>.npz`, so that the versions of a graph that
are kept never share one, and no moment of a save leaves a graph with the wrong arrays. It is opened only when a value
is asked for, is checked byte for byte against the SHA-256 in the .dgraph, and holds no pickles.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine import limits
from engine.errors import FileError
from engine.files.format import KeptFields, TensorFields
from engine.files.npz import Types, unzip, zipped
from engine.files.scan import Text
from engine.files.source import read_bytes
from engine.graph import Kept
from engine.order import natural
from engine.types import Shape, Tensor

_WORDS: Final[Mapping[str, float]] = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class Archive:
    """The .npz of a document: checksum, size and what it holds; its bytes, or the folder where it lies."""

    sha256: str
    size: int
    types: Types
    data: bytes | None = None
    folder: Path | None = None
    name: str = "The text"
    _loaded: dict[str, Tensor] = field(default_factory=dict, compare=False, repr=False)

    def checked(self) -> bytes:
        """Return the checked bytes of the file; raise FileError where it is missing or changed."""
        data = self.data if self.data is not None else self._read()
        if not self.matches(data):
            raise FileError(
                f"The kept values of {self.name} do not match their checksum; restore *{self.suffix} or discard them."
            )
        return data

    def matches(self, data: bytes) -> bool:
        """Return whether these are the bytes the graph names."""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.sha256

    @property
    def suffix(self) -> str:
        """How the name of the file ends: ".<first 16 digits of the checksum>.npz"."""
        return f".{self.sha256[:16]}.npz"

    @property
    def file(self) -> Path | None:
        """The file where it lies in the folder; by its ending, so that a renamed graph keeps its values."""
        return min(self.folder.glob("*" + self.suffix), default=None) if self.folder else None

    def tensors(self) -> Mapping[str, Tensor]:
        """Return the arrays by key, read once; raise FileError."""
        if not self._loaded:
            self._loaded.update(unzip(self.checked(), self.types, self.name))
        return self._loaded

    def _read(self) -> bytes:
        if self.file is None:
            raise FileError(
                f"The kept values of {self.name} are missing: there is no *{self.suffix} beside it; "
                "restore it or discard them."
            )
        return read_bytes(self.file, self.size + 1)


@dataclass(frozen=True, eq=False)
class Stored(Mapping[str, Tensor]):
    """Tensors that lie in an archive; its keys are known at once, the archive is opened for the first value."""

    archive: Archive
    prefix: str
    names: tuple[str, ...]

    def __getitem__(self, name: str) -> Tensor:
        if name not in self.names:
            raise KeyError(name)
        return self.archive.tensors()[self.prefix + name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Stored) and other.archive.sha256 == self.archive.sha256:
            return (other.prefix, other.names) == (self.prefix, self.names)
        return isinstance(other, Mapping) and dict(self) == dict(other)


def checksums(values: Iterable[Mapping[str, Tensor]]) -> frozenset[str]:
    """Return the SHA-256 of every archive that some of these kept values or states lie in."""
    return frozenset(each.archive.sha256 for each in values if isinstance(each, Stored))


def archive_of(kept: Kept) -> Archive | None:
    """Return the archive in which all values of `kept` lie or have to lie; None when they stand in the .dgraph."""
    parts = [part for part in (kept.values, *kept.states.values()) if part]
    archives = {id(part.archive): part.archive for part in parts if isinstance(part, Stored)}
    untouched = len(archives) == 1 and all(isinstance(part, Stored) for part in parts)
    if untouched and set(_keys(kept)) == set((stored := next(iter(archives.values()))).types):
        return stored
    tensors = {key: part[name] for key, (part, name) in _keys(kept).items()}
    numbers = sum(math.prod(tensor.shape) for tensor in tensors.values())
    if numbers <= limits.INLINE_NUMBERS and all(_exact(tensor) for tensor in tensors.values()):
        return None
    data = zipped(tensors)
    if len(data) > limits.KEPT_BYTES:
        raise FileError(f"The kept values are larger than {limits.KEPT_BYTES // 2**30} GiB, the most that is stored.")
    types = {key: (tensor.dtype, tensor.shape) for key, tensor in tensors.items()}
    return Archive(hashlib.sha256(data).hexdigest(), len(data), types, data)


def encode(kept: Kept) -> tuple[dict[str, Any], Archive | None]:
    """Return the plain fields of `kept` as they stand in the .dgraph, and the archive that belongs beside it."""
    archive = archive_of(kept)
    fields: dict[str, Any] = {"step": kept.step, "seed": kept.seed}
    if kept.optimizer:
        fields["optimizer"] = kept.optimizer
    if archive:
        fields["arrays"] = {"sha256": archive.sha256, "bytes": archive.size}
    fields["values"] = _part(kept.values, "values.", archive)
    fields["states"] = {
        owner: _part(kept.states[owner], f"states.{owner}.", archive) for owner in sorted(kept.states, key=natural)
    }
    return fields, archive


def decode(fields: KeptFields, document: Text, arrays: bytes | None, folder: Path | None) -> Kept:
    """Return the kept values of a document; those in an .npz come from `arrays`, or from `folder` when asked for."""
    parts = {"values.": fields.values} | {f"states.{owner}.": slots for owner, slots in fields.states.items()}
    if fields.arrays is None:
        made: dict[str, Mapping[str, Tensor]] = {
            prefix: {name: _tensor(each, [*_path(prefix), name], document) for name, each in part.items()}
            for prefix, part in parts.items()
        }
    else:
        types = {
            prefix + name: _type(each, [*_path(prefix), name], document)
            for prefix, part in parts.items()
            for name, each in part.items()
        }
        archive = Archive(fields.arrays.sha256, fields.arrays.bytes, types, arrays, folder, document.name)
        made = {prefix: Stored(archive, prefix, tuple(part)) for prefix, part in parts.items()}
    states = {owner: made[f"states.{owner}."] for owner in fields.states}
    return Kept(fields.step, fields.seed, fields.optimizer, made["values."], states)


def _path(prefix: str) -> list[str]:
    return ["kept", *prefix.rstrip(".").split(".")]


def _keys(kept: Kept) -> dict[str, tuple[Mapping[str, Tensor], str]]:
    """Return which mapping and name each key of an archive stands for."""
    values = {f"values.{name}": (kept.values, name) for name in kept.values}
    states = {f"states.{owner}.{name}": (slots, name) for owner, slots in kept.states.items() for name in slots}
    return values | states


def _part(part: Mapping[str, Tensor], prefix: str, archive: Archive | None) -> dict[str, Any]:
    names = sorted(part, key=natural)
    if archive:
        types = {name: archive.types[prefix + name] for name in names}
        return {name: {"dtype": dtype, "shape": list(shape)} for name, (dtype, shape) in types.items()}
    return {name: _plain(part[name]) for name in names}


def _plain(tensor: Tensor) -> dict[str, Any]:
    return {"dtype": tensor.dtype, "shape": list(tensor.shape), "data": _numbers(tensor)}


def _numbers(tensor: Tensor) -> list[Any]:
    flat = tensor.array().reshape(-1)
    if flat.dtype.kind == "c":
        return [[_word(z.real), _word(z.imag)] for z in flat.tolist()]
    return [_word(x) for x in flat.tolist()] if flat.dtype.kind == "f" else list(flat.tolist())


def _word(x: float) -> float | str:
    return x if math.isfinite(x) else str(x)


def _exact(tensor: Tensor) -> bool:
    """Return whether numbers in a text give the tensor back bit by bit (a NaN with a payload does not)."""
    numbers = [tuple(n) if isinstance(n, list) else n for n in _numbers(tensor)]
    return _array(tensor.dtype, tensor.shape, numbers).tobytes() == tensor.data


def _array(dtype: str, shape: Shape, numbers: Sequence[Any]) -> np.ndarray[Any, Any]:
    if dtype.startswith("complex"):
        numbers = [complex(_number(re), _number(im)) for re, im in numbers]
    else:
        numbers = [_number(n) for n in numbers]
    return np.array(numbers, dtype=dtype).reshape(shape)


def _number(n: Any) -> Any:
    return _WORDS[n] if isinstance(n, str) else n


def _type(fields: TensorFields, path: Sequence[str], document: Text) -> tuple[str, Shape]:
    if fields.data is not None:
        raise document.error([*path, "data"], 'numbers stand here although "arrays" names an .npz.')
    if math.prod(fields.shape) > limits.ELEMENTS:
        raise document.error([*path, "shape"], f"an array may have at most {limits.ELEMENTS} elements.")
    return fields.dtype, tuple(fields.shape)


def _tensor(fields: TensorFields, path: Sequence[str], document: Text) -> Tensor:
    if fields.data is None:
        raise document.error(path, 'there is neither "data" here nor an .npz named by "arrays".')
    if math.prod(fields.shape) != len(fields.data):
        needed, given = math.prod(fields.shape), len(fields.data)
        raise document.error(
            [*path, "data"], f"the shape {fields.shape} needs {needed} numbers, but there are {given}."
        )
    for k, number in enumerate(fields.data):
        if not _fits(fields.dtype, number):
            raise document.error([*path, "data", k], f"this is no number of dtype {fields.dtype}.")
    return Tensor.of(_array(fields.dtype, tuple(fields.shape), fields.data))


_PART: Final[Mapping[str, str]] = {"complex64": "float32", "complex128": "float64"}


def _fits(dtype: str, number: Any) -> bool:
    if dtype.startswith("complex"):
        return isinstance(number, tuple) and all(_fits(_PART[dtype], part) for part in number)
    if dtype == "bool":
        return isinstance(number, bool)
    if dtype in ("int64", "uint32"):
        return isinstance(number, int) and not isinstance(number, bool) and (dtype == "int64" or 0 <= number < 2**32)
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        return False
    return isinstance(number, str) or abs(number) <= float(np.finfo(dtype).max)
