"""From arrays to what the window shows of them: a few words, a small picture, a decimated view."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.worker.messages import Packed, ViewData, WireLook
from engine.types import Type

LINE: Final = 64
"""Points of a wire's little line."""
THUMBNAIL: Final = 48
"""Rows and columns of a wire's little image."""
WHOLE: Final = 1_000
"""Elements up to which a value travels whole."""
POINTS: Final = 20_000
"""Points of a view's vector."""
PIXELS: Final = 512
"""Rows and columns of a view's image."""


def short(number: complex) -> str:
    """Return a number in at most about eight characters: five digits, thousands apart, a true minus sign."""
    if isinstance(number, complex):
        return f"{short(number.real)} {'−' if number.imag < 0 else '+'} {short(abs(number.imag))}i"
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    size = abs(number)
    if size != 0 and not 1e-4 <= size < 1e7:
        mantissa, _, exponent = f"{number:.3e}".partition("e")
        text = f"{_trimmed(mantissa)}e{int(exponent)}"
    else:
        whole = max(0, 4 - (math.floor(math.log10(size)) if size else 0))
        text = f"{number:,.{min(whole, 7)}f}"
        text = _trimmed(text)
    return text.replace("-", "−")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


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


def view_of(inputs: Mapping[str, Any], bins: int | None) -> ViewData:
    """Return what a view node shows of its wired inputs; a histogram's is counted here, in `bins` bars."""
    arrays = {name: np.asarray(value) for name, value in inputs.items() if _is_array(value)}
    shapes = {name: array.shape for name, array in arrays.items()}
    if bins is not None:
        return ViewData(_counted(arrays.get("x"), bins), shapes)
    return ViewData({name: Packed.of(_decimated(_real(array))) for name, array in arrays.items()}, shapes)


def _counted(array: NDArray[Any] | None, bins: int) -> dict[str, Packed]:
    numbers = np.empty(0) if array is None else _real(array).ravel()
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:
        return {}
    counts, edges = np.histogram(numbers, bins)
    return {"counts": Packed.of(counts.astype(np.float64)), "edges": Packed.of(edges)}


def _decimated(array: NDArray[Any]) -> NDArray[Any]:
    most = POINTS if array.ndim <= 1 else PIXELS
    steps = tuple(slice(None, None, max(1, math.ceil(length / most))) for length in array.shape[:2])
    return np.ascontiguousarray(array[steps])


def _arrays(value: Any) -> Iterable[NDArray[Any]]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _arrays(item)
    elif value is not None:
        yield np.asarray(value)


def _is_array(value: Any) -> bool:
    return value is not None and not isinstance(value, list | tuple | Mapping)


def _real(array: NDArray[Any]) -> NDArray[Any]:
    """Return numbers that can be drawn: of complex ones the magnitude, of booleans 0 and 1."""
    return np.abs(array) if array.dtype.kind == "c" else array.astype(np.float64)


def _finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _range(parts: list[NDArray[Any]]) -> tuple[float | None, float | None]:
    lows, highs = [], []
    for part in parts:
        numbers = _real(part)
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
    single = len(parts) == 1 and parts[0].shape == () and _is_array(cotangent)
    text = short(parts[0].item()) if single else f"norm {short(norm)}"
    return (norm if math.isfinite(norm) else None), text, all(_finite(part) for part in parts)


def _line(array: NDArray[Any] | None) -> tuple[float, ...]:
    if array is None or array.ndim != 1 or array.size < 2 or not _finite(array):
        return ()
    places = np.linspace(0, array.size - 1, min(LINE, array.size)).round().astype(int)
    return tuple(_real(array[places]).tolist())


def _thumbnail(array: NDArray[Any] | None) -> Packed | None:
    if array is None or array.ndim != 2 or min(array.shape) < 2 or not _finite(array):
        return None
    steps = tuple(slice(None, None, math.ceil(length / THUMBNAIL)) for length in array.shape)
    small = _real(array[steps])
    low, high = small.min(), small.max()
    scaled = (small - low) / (high - low) if high > low else np.full(small.shape, 0.5)
    return Packed.of(scaled.astype(np.float32))


def _whole(value: Any) -> Packed | None:
    if not _is_array(value):
        return None
    array = np.asarray(value)
    return Packed.of(array) if array.size <= WHOLE and array.dtype.kind in "biufc" else None
