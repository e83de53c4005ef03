"""The shape rules operators name: pure functions from the types of the inputs to the types of the outputs.

Each raises ShapeError with one sentence that names the sockets, the shapes and the axis. An input that is not wired,
and whose default number stands in its place, may be missing from the types: a number never changes a shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import ShapeError
from engine.operator import ShapeRule
from engine.types import ArrayType, RecordType, Shape, TupleType, Type, shape_text

Settings = Mapping[str, Any]
DtypeRule = Callable[[Sequence[str], bool], str]
"""(dtypes of the inputs, whether a default number takes part) -> dtype of the output."""


# ----- dtypes -----


def numeric(dtypes: Sequence[str], number: bool) -> str:
    """The common dtype; booleans count as whole numbers, and a default number is a real one."""
    common = np.result_type(*dtypes).name
    if common == "bool":
        common = "int64"
    return "float64" if number and common == "int64" else common


def inexact(dtypes: Sequence[str], number: bool) -> str:
    """The common dtype, float64 for whole numbers and booleans."""
    common = numeric(dtypes, number)
    return "float64" if common == "int64" else common


def unchanged(dtypes: Sequence[str], number: bool) -> str:
    """The common dtype as it is."""
    return np.result_type(*dtypes).name


def double(dtypes: Sequence[str], number: bool) -> str:
    """float64, whatever the inputs: a fraction of counts."""
    return "float64"


def modulus(dtypes: Sequence[str], number: bool) -> str:
    """The numeric dtype, real for complex numbers: float32 for complex64, float64 for complex128."""
    return {"complex64": "float32", "complex128": "float64"}.get(common := numeric(dtypes, number), common)


# ----- asking for arrays -----


def array(kind: Type, socket: str) -> ArrayType:
    """Return `kind` if it is an array's; raise ShapeError naming the socket where it is a tuple or record."""
    if not isinstance(kind, ArrayType):
        what = "a tuple" if isinstance(kind, TupleType) else "a record"
        raise ShapeError(f"{socket} takes an array, not {what} {kind}: unpack it first", socket=socket)
    return kind


def real(kind: Type, socket: str) -> ArrayType:
    """Return `kind` if it is a real array's; raise ShapeError naming the socket where it is complex."""
    found = array(kind, socket)
    if found.dtype.startswith("complex"):
        raise ShapeError(
            f"{socket} takes real numbers, not {found.dtype}: complex numbers have no order", socket=socket
        )
    return found


def _arrays(types: Sequence[Type], sockets: Sequence[str], take: Callable[[Type, str], ArrayType]) -> list[ArrayType]:
    return [take(kind, name) for kind, name in zip(types, sockets, strict=False)]


# ----- elementwise -----


def elementwise(*sockets: str, dtype: DtypeRule = numeric, real_only: bool = False) -> ShapeRule:
    """Return the rule of an elementwise operator: its inputs broadcast."""
    take = real if real_only else array

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        arrays = _arrays(types, sockets, take)
        shape = broadcast_shapes([a.shape for a in arrays], sockets)
        return (ArrayType(shape, common_dtype(dtype, arrays, len(arrays) < len(sockets))),)

    return rule


def common_dtype(dtype: DtypeRule, arrays: Sequence[ArrayType], number: bool) -> str:
    """Return the dtype of the output of these inputs; float64 where none is wired."""
    return dtype([a.dtype for a in arrays], number) if arrays else "float64"


def broadcast_shapes(shapes: Sequence[Shape], sockets: Sequence[str]) -> Shape:
    """Return the shape that all shapes broadcast to; raise ShapeError naming two of them and the axis."""
    result: Shape = ()
    for number, shape in enumerate(shapes):
        merged = _merge(result, shape)
        if isinstance(merged, int):
            raise _mismatch(shapes, sockets, number, merged)
        result = merged
    return result


def _merge(one: Shape, other: Shape) -> Shape | int:
    """Return the broadcast shape of two, or the axis, counted from the last, where they differ."""
    rank = max(len(one), len(other))
    padded = [(1,) * (rank - len(s)) + s for s in (one, other)]
    for axis in range(-1, -rank - 1, -1):
        if padded[0][axis] != padded[1][axis] and 1 not in (padded[0][axis], padded[1][axis]):
            return axis
    return tuple(b if a == 1 else a for a, b in zip(*padded, strict=True))


def _mismatch(shapes: Sequence[Shape], sockets: Sequence[str], number: int, axis: int) -> ShapeError:
    """Say which earlier input this one does not fit. `axis` counts from the last, as broadcasting does."""
    other = next(
        k for k in range(number) if len(shapes[k]) >= -axis and shapes[k][axis] not in (1, shapes[number][axis])
    )
    one, two = shapes[other], shapes[number]
    return ShapeError(
        f"{sockets[other]} has shape {shape_text(one)} and {sockets[number]} has shape {shape_text(two)}: "
        f"they differ at axis {_axis_name(one, two, axis)}, {one[axis]} and {two[axis]}, and neither is 1",
        socket=sockets[number],
    )


def _axis_name(one: Shape, two: Shape, axis: int) -> str:
    return str(len(one) + axis) if len(one) == len(two) else f"{axis} (counted from the last)"


# ----- reductions -----


def reduce(socket: str = "x", dtype: DtypeRule = numeric, needs_elements: bool = False) -> ShapeRule:
    """Return the rule of a reduction over the setting `axis` (None: all), which is kept as length 1 with `keep`."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        found = array(types[0], socket)
        axes = reduced_axes(found.shape, settings["axis"], socket)
        if needs_elements and any(found.shape[a] == 0 for a in axes):
            raise ShapeError(
                f"{socket} has shape {shape_text(found.shape)}: there is no element to average", socket=socket
            )
        kept = tuple(1 if a in axes else n for a, n in enumerate(found.shape))
        shape = kept if settings["keep"] else tuple(n for a, n in enumerate(found.shape) if a not in axes)
        return (ArrayType(shape, common_dtype(dtype, [found], False)),)

    return rule


def reduced_axes(shape: Shape, axis: int | None, socket: str) -> tuple[int, ...]:
    """Return the axes a reduction goes over; raise ShapeError where the shape has no such axis."""
    if axis is None:
        return tuple(range(len(shape)))
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(
            f"{socket} has shape {shape_text(shape)}, which has no axis {axis}{_axes_text(shape)}", socket=socket
        )
    return (axis % len(shape),)


def _axes_text(shape: Shape) -> str:
    return (
        f": its axes are 0 to {len(shape) - 1}"
        if len(shape) > 1
        else ": its only axis is 0"
        if shape
        else ": it has no axes"
    )


def along(socket: str = "x") -> ShapeRule:
    """Return the rule of an operator that works along the setting `axis` and keeps the shape, of real inputs."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        found = real(types[0], socket)
        if found.shape == ():
            raise ShapeError(f"{socket} is a scalar: it has no axis to go along", socket=socket)
        axes = reduced_axes(found.shape, settings["axis"], socket)
        if any(found.shape[a] == 0 for a in axes):
            raise ShapeError(
                f"{socket} has shape {shape_text(found.shape)}: there is no element along axis {axes[0]}", socket=socket
            )
        return (ArrayType(found.shape, common_dtype(inexact, [found], False)),)

    return rule


# ----- reshaping -----


def reshape(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The setting `shape`, in which one -1 stands for whatever is left over."""
    found = array(types[0], "x")
    return (ArrayType(resolved_shape(found.shape, settings["shape"]), found.dtype),)


def resolved_shape(old: Shape, new: Shape) -> Shape:
    """Return `new` with its -1 filled in; raise ShapeError where the counts of elements differ."""
    elements, known = math.prod(old), math.prod(n for n in new if n != -1)
    if new.count(-1) > 1:
        raise ShapeError(
            f"the shape {_new_text(new)} has more than one -1: only one length can be worked out", socket="x"
        )
    if -1 in new and known and elements % known == 0:
        return tuple(elements // known if n == -1 else n for n in new)
    if -1 in new or known != elements:
        raise ShapeError(
            f"x has shape {shape_text(old)}, {_count(elements)}, which cannot take the shape {_new_text(new)}"
            + ("" if -1 in new else f", {_count(known)}"),
            socket="x",
        )
    return new


def _count(elements: int) -> str:
    return f"{elements} element{'' if elements == 1 else 's'}"


def _new_text(shape: Shape) -> str:
    return shape_text(tuple(shape))


def transpose(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The last two axes swapped."""
    found = array(types[0], "x")
    if len(found.shape) < 2:
        raise ShapeError(f"x has shape {shape_text(found.shape)}: to transpose takes at least two axes", socket="x")
    return (ArrayType((*found.shape[:-2], found.shape[-1], found.shape[-2]), found.dtype),)


# ----- products -----


def contract(first: str = "x", second: str = "y") -> ShapeRule:
    """Return the rule of the matrix product: the last axis of one meets the last but one (or only) of the other."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        a, b = array(types[0], first), array(types[1], second)
        return (ArrayType(matmul_shape(a.shape, b.shape, first, second), common_dtype(numeric, [a, b], False)),)

    return rule


def matmul_shape(a: Shape, b: Shape, first: str, second: str) -> Shape:
    """Return the shape of the matrix product; raise ShapeError naming both shapes and the axes that should meet."""
    for shape, socket in ((a, first), (b, second)):
        if shape == ():
            raise ShapeError(
                f"{socket} is a scalar: a matrix product takes vectors or matrices, use Multiply", socket=socket
            )
    inner = 0 if len(b) == 1 else len(b) - 2
    if a[-1] != b[inner]:
        raise ShapeError(
            f"{first} has shape {shape_text(a)} and {second} has shape {shape_text(b)}: "
            f"axis {len(a) - 1} of {first} is {a[-1]} and axis {inner} of {second} is {b[inner]}; they must be equal",
            socket=second,
        )
    try:
        batch = broadcast_shapes([a[:-2], b[:-2]], [f"the batch of {first}", f"the batch of {second}"])
    except ShapeError as error:
        raise ShapeError(error.sentence, socket=second) from None
    return batch + a[-2:-1] + (b[-1:] if len(b) > 1 else ())


# ----- tuples and records -----


def packed(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """All inputs, in order, as one tuple."""
    return (TupleType(tuple(types)),)


def item(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The item of a tuple at the setting `index`."""
    found, index = types[0], settings["index"]
    if not isinstance(found, TupleType):
        raise ShapeError(f"x takes a tuple, not {found}", socket="x")
    if not -len(found.items) <= index < len(found.items):
        raise ShapeError(f"x is a tuple of {len(found.items)}: it has no item {index}, they count from 0", socket="x")
    return (found.items[index],)


def recorded(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """All inputs as one record, under the names of the setting `names`."""
    names = settings["names"]
    if len(names) != len(types):
        raise ShapeError(
            f"{len(types)} inputs are wired and {len(names)} names are given: give one name to each", socket="xs.0"
        )
    if len(set(names)) != len(names):
        raise ShapeError("two fields of the record have one name: give each its own")
    return (RecordType(tuple(sorted(zip(names, types, strict=True)))),)


def record_field(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The field of a record called by the setting `name`."""
    found, name = types[0], settings["name"]
    if not isinstance(found, RecordType):
        raise ShapeError(f"x takes a record, not {found}", socket="x")
    fields = dict(found.fields)
    if name not in fields:
        raise ShapeError(f"x is a record of {', '.join(fields) or 'nothing'}: it has no field “{name}”", socket="x")
    return (fields[name],)
