"""The shape rules of sliding windows: convolution, correlation and pooling over the last one or two axes."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ShapeError
from engine.operator import ShapeRule
from engine.program.windows import count
from engine.types import ArrayType, Shape, Type, shape_text
from nodes.shapes import Settings, array, common_dtype, inexact, numeric, real

BOUNDARIES = ("valid", "zero", "reflect", "wrap")
"""What stands beyond the edges: nothing (the result is smaller), zeros, the mirrored array, or its other end."""


def axes_of(rank: int) -> str:
    """Return what the last `rank` axes are called."""
    return "(length,)" if rank == 1 else "(rows, columns)"


def strides(settings: Settings, rank: int) -> tuple[int, ...]:
    """Return the stride along each of the last `rank` axes."""
    return (int(settings["stride"]),) * rank


def margins(length: int, size: int, stride: int, boundary: str) -> tuple[int, int]:
    """Return how many elements are put before and after an axis: (0, 0) where only whole windows count.

    With a stride s there are ceil(length / s) places, and the larger margin is behind, as in TensorFlow's "same".
    """
    if boundary == "valid":
        return 0, 0
    total = max((-(-length // stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def kernel_shape(x: ArrayType, kernel: ArrayType, rank: int) -> Shape:
    """Return the last `rank` lengths of a kernel; raise ShapeError where it does not go with x."""
    if len(kernel.shape) not in (rank, rank + 2):
        raise ShapeError(
            f"kernel has shape {shape_text(kernel.shape)}: it takes {axes_of(rank)}, or (filters, channels) in front "
            "of them",
            socket="kernel",
        )
    mixing = len(kernel.shape) > rank
    if len(x.shape) < rank + mixing:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and kernel has shape {shape_text(kernel.shape)}: x takes "
            f"{'(..., channels) and then ' if mixing else ''}{axes_of(rank)}",
            socket="x",
        )
    if mixing and x.shape[-rank - 1] != kernel.shape[1]:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and kernel has shape {shape_text(kernel.shape)}: axis "
            f"{len(x.shape) - rank - 1} of x is {x.shape[-rank - 1]} and axis 1 of kernel is {kernel.shape[1]}, the "
            "channels; they must be equal",
            socket="kernel",
        )
    if 0 in kernel.shape:
        raise ShapeError(f"kernel has shape {shape_text(kernel.shape)}: it has no elements", socket="kernel")
    return kernel.shape[-rank:]


def windows(rank: int) -> ShapeRule:
    """Return the rule of correlation and convolution over the last `rank` axes, with `boundary` and `stride`."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        x, kernel = array(types[0], "x"), array(types[1], "kernel")
        sizes = kernel_shape(x, kernel, rank)
        lengths = []
        for k, (size, stride) in enumerate(zip(sizes, strides(settings, rank), strict=True)):
            axis = len(x.shape) - rank + k
            length = x.shape[axis]
            before, after = margins(length, size, stride, settings["boundary"])
            widest = {"reflect": length - 1, "wrap": length}.get(settings["boundary"], after)
            if length + before + after < size or after > widest:
                raise ShapeError(
                    f"x has shape {shape_text(x.shape)} and kernel has shape {shape_text(kernel.shape)}: axis {axis} "
                    f"of x is {length}, too short for {size} with the boundary “{settings['boundary']}”",
                    socket="x",
                )
            lengths.append(count(length + before + after, size, stride))
        mixing = len(kernel.shape) > rank
        front = (*x.shape[: -rank - 1], kernel.shape[0]) if mixing else x.shape[:-rank]
        return (ArrayType((*front, *lengths), common_dtype(numeric, [x, kernel], False)),)

    return rule


def transposed(rank: int) -> ShapeRule:
    """Return the rule of transposed convolution: (..., channels, *lengths) by (channels, filters, *sizes)."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        x, kernel = array(types[0], "x"), array(types[1], "kernel")
        if len(kernel.shape) != rank + 2 or 0 in kernel.shape:
            raise ShapeError(
                f"kernel has shape {shape_text(kernel.shape)}: it takes (channels, filters) and then {axes_of(rank)}",
                socket="kernel",
            )
        if len(x.shape) < rank + 1 or x.shape[-rank - 1] != kernel.shape[0] or 0 in x.shape[-rank:]:
            raise ShapeError(
                f"x has shape {shape_text(x.shape)} and kernel has shape {shape_text(kernel.shape)}: axis 0 of kernel "
                f"is {kernel.shape[0]}, and x takes (..., {kernel.shape[0]}) and then {axes_of(rank)}",
                socket="x",
            )
        crop = settings["crop"]
        full = [
            (length - 1) * stride + size - 2 * crop
            for length, size, stride in zip(x.shape[-rank:], kernel.shape[-rank:], strides(settings, rank), strict=True)
        ]
        if min(full) < 1:
            raise ShapeError(
                f"x has shape {shape_text(x.shape)} and kernel has shape {shape_text(kernel.shape)}: cropping {crop} "
                "at each end leaves nothing",
                socket="x",
            )
        shape = (*x.shape[: -rank - 1], kernel.shape[1], *full)
        return (ArrayType(shape, common_dtype(numeric, [x, kernel], False)),)

    return rule


def steps(settings: Settings) -> int:
    """Return the stride of pooling: the size where it is 0."""
    return int(settings["stride"] or settings["size"])


def pooled(rank: int, ordered: bool) -> ShapeRule:
    """Return the rule of pooling over the last `rank` axes by `size` and `stride`; of real numbers where `ordered`."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        x = (real if ordered else array)(types[0], "x")
        size = settings["size"]
        if len(x.shape) < rank:
            raise ShapeError(f"x has shape {shape_text(x.shape)}: it takes {axes_of(rank)} last", socket="x")
        for axis in range(len(x.shape) - rank, len(x.shape)):
            if x.shape[axis] < size:
                raise ShapeError(
                    f"x has shape {shape_text(x.shape)}: axis {axis} is {x.shape[axis]}, shorter than a window "
                    f"of {size}",
                    socket="x",
                )
        lengths = (count(length, size, steps(settings)) for length in x.shape[len(x.shape) - rank :])
        dtype = common_dtype(inexact, [x], False)
        return (ArrayType((*x.shape[: len(x.shape) - rank], *lengths), dtype),)

    return rule
