"""Shape rules of indexing and joining, and how the text of a slice is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine.errors import ShapeError
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.order_shapes import one_axis

PART = re.compile(
    r"\s*(?:(?P<one>-?\d{1,9})|(?P<start>-?\d{1,9})?\s*:\s*(?P<stop>-?\d{1,9})?\s*(?::\s*(?P<step>-?\d{1,9})?)?)\s*"
)
"""One axis of a slice: a whole number, or start:stop:step with any of them left out."""


def parsed(text: str) -> tuple[Any, ...]:
    """Return the index that a text such as "0, 1:3, ..., ::-1, new" stands for; raise ShapeError where it is none."""
    parts: list[Any] = []
    for each in text.split(",") if text.strip() else ():
        word = each.strip()
        found = PART.fullmatch(word)
        if word in ("...", "new"):
            parts.append(Ellipsis if word == "..." else None)
        elif found is None:
            raise ShapeError(f"“{word}” is no slice: write a place like 2, a stretch like 1:5 or ::2, ... or new")
        elif found["one"] is not None:
            parts.append(int(found["one"]))
        else:
            start, stop, step = (None if found[k] is None else int(found[k]) for k in ("start", "stop", "step"))
            if step == 0:
                raise ShapeError(f"the step of “{word}” is 0: it must be at least 1, or negative to go backwards")
            parts.append(slice(start, stop, step))
    if parts.count(Ellipsis) > 1:
        raise ShapeError(f"“{text}” has more than one ...: only one can stand for all other axes")
    return tuple(parts)


def sliced(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape of x[at]."""
    found, index = shapes.array(types[0], "x"), parsed(settings["at"])
    taken = sum(part is not None and part is not Ellipsis for part in index)
    if taken > len(found.shape):
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}, and “{settings['at']}” goes along {taken} axes", socket="x"
        )
    whole = (slice(None),) * (len(found.shape) - taken)
    at = index.index(Ellipsis) if Ellipsis in index else len(index)
    shape: list[int] = []
    axis = 0
    for part in (*index[:at], *whole, *index[at + 1 :]):
        if part is None:
            shape.append(1)
            continue
        length = found.shape[axis]
        if isinstance(part, slice):
            shape.append(len(range(*part.indices(length))))
        elif not -length <= part < length:
            raise ShapeError(
                f"x has shape {shape_text(found.shape)}: axis {axis} has {length} elements, there is no {part}",
                socket="x",
            )
        axis += 1
    return (ArrayType(tuple(shape), found.dtype),)


def places(kind: Type) -> ArrayType:
    """Return the type of indices; raise ShapeError where they are no whole numbers."""
    found = shapes.array(kind, "indices")
    if found.dtype != "int64":
        raise ShapeError(f"indices takes whole numbers, not {found.dtype}: cast it to int64", socket="indices")
    return found


def taken(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The indices' shape in the place of the axis."""
    found, indices = shapes.array(types[0], "x"), places(types[1])
    axis = one_axis(found.shape, settings["axis"], "x")
    _require_some(found, axis, indices)
    return (ArrayType((*found.shape[:axis], *indices.shape, *found.shape[axis + 1 :]), found.dtype),)


def _require_some(found: ArrayType, axis: int, indices: ArrayType) -> None:
    if found.shape[axis] == 0 and 0 not in indices.shape:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: along axis {axis} there is no element to take", socket="x"
        )


def gathered(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape of the indices, which is that of x but for the axis."""
    found, indices = shapes.array(types[0], "x"), places(types[1])
    axis = one_axis(found.shape, settings["axis"], "x")
    if len(found.shape) != len(indices.shape):
        raise ShapeError(
            f"x has shape {shape_text(found.shape)} and indices has shape {shape_text(indices.shape)}: they must have "
            "equally many axes",
            socket="indices",
        )
    for other, (one, two) in enumerate(zip(found.shape, indices.shape, strict=True)):
        if other != axis and one != two:
            raise ShapeError(
                f"x has shape {shape_text(found.shape)} and indices has shape {shape_text(indices.shape)}: they differ "
                f"at axis {other}, {one} and {two}; only axis {axis} may differ",
                socket="indices",
            )
    _require_some(found, axis, indices)
    return (ArrayType(indices.shape, found.dtype),)


def scattered(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """`length` rows of the kind that x has for each of the indices."""
    found, indices = shapes.array(types[0], "x"), places(types[1])
    rank = len(indices.shape)
    if found.shape[:rank] != indices.shape:
        axis = next((k for k in range(min(rank, len(found.shape))) if found.shape[k] != indices.shape[k]), None)
        differ = "" if axis is None else f", but differs at axis {axis}, {found.shape[axis]} and {indices.shape[axis]}"
        raise ShapeError(
            f"x has shape {shape_text(found.shape)} and indices has shape {shape_text(indices.shape)}: x must begin "
            f"with the axes of indices{differ}",
            socket="indices",
        )
    return (ArrayType((settings["length"], *found.shape[rank:]), shapes.common_dtype(shapes.numeric, [found], False)),)


def concatenated(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """All inputs one after the other along the axis; their other axes are equal."""
    arrays = _all_arrays(types)
    axis = one_axis(arrays[0].shape, settings["axis"], "xs.0")
    for number, each in enumerate(arrays[1:], start=1):
        _require_equal(arrays[0], each, number, axis)
    length = sum(each.shape[axis] for each in arrays)
    shape = (*arrays[0].shape[:axis], length, *arrays[0].shape[axis + 1 :])
    return (ArrayType(shape, shapes.common_dtype(shapes.unchanged, arrays, False)),)


def stacked(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """All inputs side by side along a new axis; their shapes are equal."""
    arrays = _all_arrays(types)
    for number, each in enumerate(arrays[1:], start=1):
        _require_equal(arrays[0], each, number, None)
    axis = new_axis(len(arrays[0].shape), settings["axis"], "xs.0")
    shape = (*arrays[0].shape[:axis], len(arrays), *arrays[0].shape[axis:])
    return (ArrayType(shape, shapes.common_dtype(shapes.unchanged, arrays, False)),)


def _all_arrays(types: Sequence[Type]) -> list[ArrayType]:
    if not types:
        raise ShapeError("nothing is wired: it takes at least one array", socket="xs.0")
    return [shapes.array(kind, f"xs.{number}") for number, kind in enumerate(types)]


def _require_equal(first: ArrayType, other: ArrayType, number: int, besides: int | None) -> None:
    one, two = first.shape, other.shape
    says = f"xs.0 has shape {shape_text(one)} and xs.{number} has shape {shape_text(two)}"
    if len(one) != len(two):
        raise ShapeError(f"{says}: they must have equally many axes", socket=f"xs.{number}")
    for axis, (a, b) in enumerate(zip(one, two, strict=True)):
        if a != b and axis != besides:
            rest = "they must be equal" if besides is None else f"only axis {besides} may differ"
            raise ShapeError(f"{says}: they differ at axis {axis}, {a} and {b}; {rest}", socket=f"xs.{number}")


def new_axis(rank: int, axis: int, socket: str) -> int:
    """Return where a new axis stands among `rank` others; raise ShapeError where it cannot."""
    if not -rank - 1 <= axis <= rank:
        raise ShapeError(f"{socket} has {rank} axes: a new one can be 0 to {rank}, not {axis}", socket=socket)
    return axis % (rank + 1)
