"""What flows along a wire: arrays, and tuples and records of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

DTYPES = ("bool", "int64", "float32", "float64", "complex64", "complex128")
"""Dtypes a wire may carry, in promotion order. Keys of random operators are uint32 and internal."""

Shape: TypeAlias = tuple[int, ...]

DYNAMIC = 2**31 - 1
"""Stands, as the first axis of an array inside a program, for a length known only at run time: what a loop stacked."""


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array of `shape` (scalars have shape ()) and `dtype` (one of DTYPES)."""

    shape: Shape = ()
    dtype: str = "float64"

    def __str__(self) -> str:
        return f"{self.dtype} {shape_text(self.shape)}"

    @property
    def differentiable(self) -> bool:
        """True for real and complex floating dtypes: integers and booleans carry no derivative."""
        return self.dtype.startswith(("float", "complex"))


@dataclass(frozen=True, slots=True)
class TupleType:
    """An ordered collection of values on one wire."""

    items: tuple[Type, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True, slots=True)
class RecordType:
    """Named values on one wire, sorted by name."""

    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {kind}" for name, kind in self.fields) + "}"


Type: TypeAlias = ArrayType | TupleType | RecordType


def shape_text(shape: Shape) -> str:
    """Return the shape as people write it: "scalar", "(24,)", "(3, 4)", "(n, 4)" where the length is not known yet."""
    if DYNAMIC in shape:
        sizes = ["n" if size == DYNAMIC else str(size) for size in shape]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    return "scalar" if shape == () else str(tuple(shape))


def type_of(value: Any) -> Type:
    """Return the type of an array, scalar, tuple or mapping of them."""
    if isinstance(value, tuple | list):
        return TupleType(tuple(type_of(item) for item in value))
    if isinstance(value, Mapping):
        return RecordType(tuple((name, type_of(value[name])) for name in sorted(value)))
    array = np.asarray(value)
    return ArrayType(array.shape, array.dtype.name)


def leaves(kind: Type) -> tuple[ArrayType, ...]:
    """Return the array types inside `kind`, left to right."""
    match kind:
        case ArrayType():
            return (kind,)
        case TupleType(items):
            return tuple(leaf for item in items for leaf in leaves(item))
        case RecordType(fields):
            return tuple(leaf for _, item in fields for leaf in leaves(item))


@dataclass(frozen=True, slots=True)
class Tensor:
    """An immutable array by content (C order, little endian): comparable and hashable, so that records may hold it."""

    dtype: str
    shape: Shape
    data: bytes

    @classmethod
    def of(cls, value: Any) -> Tensor:
        """Return the tensor with the content of an array, number or nested list."""
        array = np.asarray(value)
        array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
        return cls(array.dtype.name, array.shape, array.tobytes())

    def array(self) -> NDArray[Any]:
        """Return a fresh, writable array."""
        return np.frombuffer(self.data, dtype=np.dtype(self.dtype).newbyteorder("<")).reshape(self.shape).copy()
