"""Shape rules of reductions that pick, order or accumulate, and of anything else that goes along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ShapeError
from engine.operator import ShapeRule
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import shapes


def whole(dtypes: Sequence[str], number: bool) -> str:
    """int64, whatever the inputs: a count or a place."""
    return "int64"


def truth(dtypes: Sequence[str], number: bool) -> str:
    """bool, whatever the inputs."""
    return "bool"


def inexact_modulus(dtypes: Sequence[str], number: bool) -> str:
    """The inexact dtype, real for complex numbers."""
    return shapes.modulus([shapes.inexact(dtypes, number)], False)


def reduced(
    dtype: shapes.DtypeRule, *, real_only: bool = False, empty: str = "", too_few: int = 0, keeps: bool = True
) -> ShapeRule:
    """Return the rule of a reduction over the setting `axis`.

    `empty` says what there is not where no element is left ("no largest element"); `too_few` is how many elements do
    not suffice, besides the setting `ddof` where there is one. Without `keeps` there is no setting `keep`.
    """

    def rule(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
        found = (shapes.real if real_only else shapes.array)(types[0], "x")
        axes = shapes.reduced_axes(found.shape, settings["axis"], "x")
        if empty:
            _require_elements(found.shape, axes, empty, too_few + settings.get("ddof", 0))
        keep = keeps and settings["keep"]
        shape = tuple(1 if a in axes else n for a, n in enumerate(found.shape) if keep or a not in axes)
        return (ArrayType(shape, shapes.common_dtype(dtype, [found], False)),)

    return rule


def _require_elements(shape: Shape, axes: Sequence[int], empty: str, too_few: int) -> None:
    count = 1
    for axis in axes:
        count *= shape[axis]
    if count <= too_few:
        where = "" if len(axes) == len(shape) else f" along axis {axes[0]}"
        raise ShapeError(f"x has shape {shape_text(shape)}: there is {empty}{where}", socket="x")


def ordered(dtype: shapes.DtypeRule, *, real_only: bool = False) -> ShapeRule:
    """Return the rule of an operator that goes along the setting `axis` and keeps the shape."""

    def rule(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
        found = (shapes.real if real_only else shapes.array)(types[0], "x")
        one_axis(found.shape, settings["axis"], "x")
        return (ArrayType(found.shape, shapes.common_dtype(dtype, [found], False)),)

    return rule


def one_axis(shape: Shape, axis: int | None, socket: str) -> int:
    """Return the axis counted from 0; raise ShapeError where there is none, or none was chosen."""
    if axis is None:
        raise ShapeError(f"the axis of {socket} is empty: choose one; its shape is {shape_text(shape)}", socket=socket)
    if shape == ():
        raise ShapeError(f"{socket} is a scalar: it has no axis to go along", socket=socket)
    return shapes.reduced_axes(shape, axis, socket)[0]
