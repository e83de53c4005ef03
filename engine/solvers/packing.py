"""Several arrays as one vector, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np

from engine.program.primitives import cast
from engine.types import ArrayType, Shape


def packed(arrays: Sequence[Any]) -> Any:
    """Return all numbers of the arrays, one array after the other in C order, as a float64 vector."""
    if not arrays:
        return np.zeros(0)
    parts = [anp.reshape(each, (-1,)) for each in arrays]
    parts = [each if np.dtype(anp.result_type(each)) == np.float64 else cast(each, "float64") for each in parts]
    return parts[0] if len(parts) == 1 else anp.concatenate(parts)


def unpacked(vector: Any, kinds: Sequence[ArrayType], lead: Shape = ()) -> list[Any]:
    """Return the arrays of these types whose numbers the last axis of `vector` holds; `lead` are its other axes."""
    found, at = [], 0
    for kind in kinds:
        size = math.prod(kind.shape)
        part = anp.reshape(vector[..., at : at + size], (*lead, *kind.shape))
        found.append(part if kind.dtype == "float64" else cast(part, kind.dtype))
        at += size
    return found


def size(kinds: Sequence[ArrayType]) -> int:
    """Return how many numbers arrays of these types hold."""
    return sum(math.prod(kind.shape) for kind in kinds)
