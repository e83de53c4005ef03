"""Histories of scalars in shared memory: an append-only ring per tier, each tier coarser by a factor."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray


class Curve(NamedTuple):
    """A stretch of a history in buckets of `width` steps: their first steps, lowest, highest and mean values."""

    steps: NDArray[Any]
    low: NDArray[Any]
    high: NDArray[Any]
    mean: NDArray[Any]
    width: int
