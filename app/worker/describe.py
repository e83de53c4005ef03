"""From arrays to what the window shows of them: a few words, a small picture, a decimated view."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.numbers import short
from app.worker.messages import Packed, WireLook
from app.worker.view_data import is_array, real
from engine.types import Type

LINE: Final = 64
"""Points of a wire's little line."""
THUMBNAIL: Final = 48
"""Rows and columns of a wire's little image."""
WHOLE: Final = 1_000
"""Elements up to which a value travels whole."""


def look_at(kind: Type, value: Any, cotangent: Any) -> WireLook:
    """Return what is shown of an output's value and of the derivative of the loss by it (None: there is none)."""
    parts = list(_arrays(value))
    array = parts[0] if len(parts) == 1 and not isinstance(value, list | tuple | Mapping) else None
    low, high = _range(parts)
    norm, text, sound = _cotangent(cotangent)
    return WireLook(
        type=str(kind),
        value=_value_text(array, low, high, len(parts)),
        low=low,
        high=high,
        finite=all(_finite(part) for part in parts),
        line=_line(array),
        thumbnail=_thumbnail(array),
        cotangent=text,
        norm=norm,
        cotangent_finite=sound,
        partial=_whole(array),
        cotangent_partial=_whole(cotangent),
    )


def words(value: Any) -> str:
    """Return what is written of a value: a number, a range of an array, how many values there are."""
    parts = list(_arrays(value))
    array = parts[0] if len(parts) == 1 and not isinstance(value, list | tuple | Mapping) else None
    return _value_text(array, *_range(parts), len(parts))


def _arrays(value: Any) -> Iterable[NDArray[Any]]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _arrays(item)
    elif value is not None:
        yield np.asarray(value)


def _finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _range(parts: list[NDArray[Any]]) -> tuple[float | None, float | None]:
    lows, highs = [], []
    for part in parts:
        numbers = real(part)
        numbers = numbers if _finite(part) else numbers[np.isfinite(numbers)]
        if numbers.size:
            lows.append(float(numbers.min()))
            highs.append(float(numbers.max()))
    return (min(lows), max(highs)) if lows else (None, None)


def _value_text(array: NDArray[Any] | None, low: float | None, high: float | None, parts: int) -> str:
    if array is not None and array.shape == ():
        return str(bool(array)).lower() if array.dtype.kind == "b" else short(array.item())
    if array is None:
        return f"{parts} values"
    if not array.size:
        return "empty"
    if low is None or high is None:
        return "NaN" if np.isnan(array).any() else "∞"
    return short(low) if low == high else f"{short(low)} … {short(high)}"


def _cotangent(cotangent: Any) -> tuple[float | None, str, bool]:
    """Return the norm, the text, and whether all of it is finite."""
    parts = list(_arrays(cotangent))
    if not parts:
        return None, "", True
    with np.errstate(all="ignore"):
        norm = math.sqrt(sum(float(np.sum(np.abs(part.astype(np.complex128)) ** 2)) for part in parts))
    single = len(parts) == 1 and parts[0].shape == () and is_array(cotangent)
    text = short(parts[0].item()) if single else f"norm {short(norm)}"
    return (norm if math.isfinite(norm) else None), text, all(_finite(part) for part in parts)


def _line(array: NDArray[Any] | None) -> tuple[float, ...]:
    if array is None or array.ndim != 1 or array.size < 2 or not _finite(array):
        return ()
    places = np.linspace(0, array.size - 1, min(LINE, array.size)).round().astype(int)
    return tuple(real(array[places]).tolist())


def _thumbnail(array: NDArray[Any] | None) -> Packed | None:
    if array is None or array.ndim != 2 or min(array.shape) < 2 or not _finite(array):
        return None
    steps = tuple(slice(None, None, math.ceil(length / THUMBNAIL)) for length in array.shape)
    small = real(array[steps])
    low, high = small.min(), small.max()
    scaled = (small - low) / (high - low) if high > low else np.full(small.shape, 0.5)
    return Packed.of(scaled.astype(np.float32))


def _whole(value: Any) -> Packed | None:
    if not is_array(value):
        return None
    array = np.asarray(value)
    return Packed.of(array) if array.size <= WHOLE and array.dtype.kind in "biufc" else None
