"""The shape rules of the operators on images: pictures, bilateral grids, and what is read out of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine import limits
from engine.errors import ShapeError
from engine.types import ArrayType, Shape, Type, shape_text
from nodes.shapes import Settings, broadcast_shapes, common_dtype, inexact, real, reduced_axes


def picture(kind: Type, socket: str) -> ArrayType:
    """Return the type of real pictures in the last two axes; raise ShapeError where there are none."""
    found = real(kind, socket)
    if len(found.shape) < 2 or 0 in found.shape[-2:]:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: a picture has rows and columns in its last two axes",
            socket=socket,
        )
    return found


def single(kind: Type, socket: str) -> ArrayType:
    """Return the type of one real picture; raise ShapeError where it is none, or several."""
    found = picture(kind, socket)
    if len(found.shape) > 2:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: it takes one picture, (rows, columns)", socket=socket
        )
    return found


def _result(shape: Shape, *inputs: ArrayType) -> tuple[Type, ...]:
    return (ArrayType(shape, common_dtype(inexact, inputs, False)),)


def luminance(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """Three colours along the setting `axis`, which vanishes."""
    found = real(types[0], "x")
    if not found.shape:
        raise ShapeError("x is a scalar: it has no axis of red, green and blue", socket="x")
    axis = reduced_axes(found.shape, settings["axis"], "x")[0]
    if found.shape[axis] != 3:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: axis {axis} has {found.shape[axis]} numbers for each pixel, and "
            "red, green and blue are three",
            socket="x",
        )
    return _result(found.shape[:axis] + found.shape[axis + 1 :], found)


def one_for_each(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """One number for each picture."""
    found = picture(types[0], "x")
    return _result(found.shape[:-2], found)


def warp(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The shape of the pictures; what moves their pixels broadcasts to (rows, columns)."""
    found = picture(types[0], "x")
    moves = [real(kind, name) for kind, name in zip(types[1:], ("down", "right"), strict=True)]
    for each, name in zip(moves, ("down", "right"), strict=True):
        if broadcast_shapes([found.shape[-2:], each.shape], ("a picture of x", name)) != found.shape[-2:]:
            raise ShapeError(
                f"{name} has shape {shape_text(each.shape)}: it moves the pixels of one picture, "
                f"{shape_text(found.shape[-2:])}",
                socket=name,
            )
    return _result(found.shape, found, *moves)


def histogram(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """One number for each bin."""
    found = real(types[0], "x")
    return _result((settings["bins"],), found)


def bilateral(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The shape of the pictures, whose neighbourhoods are held all at once."""
    found = picture(types[0], "x")
    side = 2 * settings["radius"] + 1
    if math.prod(found.shape) * side**2 > limits.ELEMENTS:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: the neighbours of all its pixels, {side}^2 each, are more than "
            f"{limits.ELEMENTS:,} numbers; take a smaller radius, or a bilateral grid",
            socket="x",
        )
    return _result(found.shape, found)


def cells(shape: Shape, cell: int, bins: int) -> Shape:
    """Return the shape of the grid over a picture: cells of `cell` pixels a side, and bins of brightness."""
    return (*(-(-length // cell) for length in shape), bins)


def splat(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """Sums and weights on the grid."""
    found, guide = single(types[0], "x"), single(types[1], "guide")
    if found.shape != guide.shape:
        raise ShapeError(
            f"x has shape {shape_text(found.shape)} and guide has shape {shape_text(guide.shape)}: they must be equal",
            socket="guide",
        )
    shape = cells(found.shape, settings["cell"], settings["bins"])
    return (*_result(shape, found, guide), *_result(shape, found, guide))


def grid(kind: Type, socket: str) -> ArrayType:
    """Return the type of a bilateral grid; raise ShapeError where it is none."""
    found = real(kind, socket)
    if len(found.shape) != 3 or 0 in found.shape:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: a bilateral grid has rows, columns and bins", socket=socket
        )
    return found


def blur(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The shape of the grid; kernels of odd lengths."""
    found = grid(types[0], "grid")
    kernels = [real(kind, name) for kind, name in zip(types[1:], ("space", "range"), strict=True)]
    for each, name in zip(kernels, ("space", "range"), strict=True):
        if len(each.shape) != 1 or each.shape[0] % 2 == 0:
            raise ShapeError(
                f"{name} has shape {shape_text(each.shape)}: it takes an odd number of weights, (3,) or (5,)",
                socket=name,
            )
    return _result(found.shape, found, *kernels)


def slice_(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """The shape of the guide, over which the grid lies."""
    found, guide = grid(types[0], "grid"), single(types[1], "guide")
    wanted = cells(guide.shape, settings["cell"], found.shape[2])
    if found.shape != wanted:
        raise ShapeError(
            f"grid has shape {shape_text(found.shape)} and guide has shape {shape_text(guide.shape)}: with cells of "
            f"{settings['cell']} pixels the grid over it is {shape_text(wanted)}",
            socket="grid",
        )
    return _result(guide.shape, found, guide)
