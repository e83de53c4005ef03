"""What a viewer of arrays is told: a block of one slice, its picture, and facts of the whole array."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.worker import questions as q
from app.worker.readings import TensorSeen
from engine.errors import GradwireError
from engine.evaluate import Looks
from engine.graph import Socket

BLOCK: Final = 40_000
"""Most numbers of a block."""
PICTURE: Final = 256
"""Most rows and columns of a picture."""
BARS: Final = 48
TEXT: Final = 1_000_000
"""Most numbers that are written as text."""
FORMS: Final = ("text", "csv", "numpy")


def seen(looks: Looks, asked: q.AskTensor) -> tuple[TensorSeen | None, str]:
    """Return what a question asks for; (None, "") where the output has no such array. Raise GradwireError for a text of
    more than a million numbers."""
    array = _array(looks, asked)
    if array is None:
        return None, ""
    shown = describe(array, asked.index, asked.rows, asked.columns)
    return shown, written(slice_of(array, shown.index), asked.form) if asked.form else ""


def _array(looks: Looks, asked: q.AskTensor) -> NDArray[Any] | None:
    found = looks.wires.get(Socket(asked.node, asked.output))
    value = None if found is None else found.cotangent if asked.cotangent else found.value
    while isinstance(value, list | tuple | Mapping):
        parts = list(value.values()) if isinstance(value, Mapping) else list(value)
        value = next((each for each in parts if each is not None), None)
    return None if value is None else np.asarray(value)


def slice_of(array: NDArray[Any], index: tuple[int, ...]) -> NDArray[Any]:
    """Return the slice at an index along all axes but the last two, as rows and columns (one row for a list)."""
    part = array[index]
    return part.reshape(1, -1) if part.ndim < 2 else part


def describe(
    array: NDArray[Any], index: tuple[int, ...], rows: tuple[int, int], columns: tuple[int, int]
) -> TensorSeen:
    """Return what is shown of an array; an index or a range that it does not have is brought within it."""
    leading = array.shape[:-2]
    index = tuple(min(max(k, 0), n - 1) for k, n in zip((*index, *(0 for _ in leading)), leading, strict=False))
    part = slice_of(array, index) if array.size else np.zeros((0, 0))
    rows, columns = _within(rows, part.shape[0]), _within(columns, part.shape[1])
    wide = max(1, columns[1] - columns[0])
    rows = (rows[0], min(rows[1], rows[0] + max(1, BLOCK // wide)))
    block = _plain(part[slice(*rows), slice(*columns)])
    picture, low_high = _picture(part), _facts(array)
    return TensorSeen(
        dtype=array.dtype.name, shape=array.shape, index=index, rows=rows, columns=columns,
        block=np.ascontiguousarray(block).tobytes(), block_dtype=block.dtype.name, facts=low_high,
        first_bad=first_bad(array), counts=_counts(array, low_high), picture=picture.tobytes(),
        picture_shape=(picture.shape[0], picture.shape[1]),
    )  # fmt: skip


def _within(part: tuple[int, int], length: int) -> tuple[int, int]:
    start = min(max(part[0], 0), max(length - 1, 0))
    return start, min(max(part[1], start + 1), length)


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype({"c": np.complex128, "f": np.float64}.get(array.dtype.kind, np.int64))


def _finite(array: NDArray[Any]) -> NDArray[Any]:
    numbers = array.reshape(-1)
    numbers = np.abs(numbers) if numbers.dtype.kind == "c" else numbers.astype(np.float64)
    return numbers[np.isfinite(numbers)]


def _facts(array: NDArray[Any]) -> dict[str, float]:
    numbers, whole = _finite(array), array if array.dtype.kind in "fc" else np.zeros(0)
    facts = {"size": float(array.size), "nan": float(np.isnan(whole).sum()), "inf": float(np.isinf(whole).sum())}
    if numbers.size:
        with np.errstate(all="ignore"):
            facts |= {
                "min": float(numbers.min()), "max": float(numbers.max()), "mean": float(numbers.mean()),
                "std": float(numbers.std()), "norm": float(np.linalg.norm(numbers)),
            }  # fmt: skip
    return facts


def first_bad(array: NDArray[Any]) -> tuple[int, ...] | None:
    """Return the index of the first element that is no finite number, in C order."""
    if array.dtype.kind not in "fc":
        return None
    bad = ~np.isfinite(array.reshape(-1))
    return tuple(int(k) for k in np.unravel_index(int(np.argmax(bad)), array.shape)) if bad.any() else None


def _counts(array: NDArray[Any], facts: Mapping[str, float]) -> tuple[int, ...]:
    if "min" not in facts or not np.isfinite(facts["max"] - facts["min"]):
        return ()
    low, high = facts["min"], facts["max"]
    counts, _ = np.histogram(_finite(array), bins=BARS, range=(low, high) if high > low else (low - 0.5, low + 0.5))
    return tuple(int(each) for each in counts)


def _picture(part: NDArray[Any]) -> NDArray[Any]:
    steps = tuple(slice(None, None, -(-max(length, 1) // PICTURE)) for length in part.shape)
    small = part[steps]
    small = np.abs(small) if small.dtype.kind == "c" else small.astype(np.float64)
    good = np.isfinite(small)
    if not good.any():
        return np.zeros(small.shape, np.uint8)
    low, high = small[good].min(), small[good].max()
    with np.errstate(all="ignore"):
        scaled = (small - low) / (high - low) if high > low else np.full(small.shape, 0.5)
    return np.where(good, 1 + np.round(np.where(good, scaled, 0) * 254), 0).astype(np.uint8)


def written(part: NDArray[Any], form: str) -> str:
    """Return all numbers of a slice as text: with tabs, as CSV, or as a NumPy expression; each reads back exactly."""
    if part.size > TEXT:
        raise GradwireError(f"The slice has {part.size:,} numbers: at most {TEXT:,} are copied as text.")
    if form == "numpy":
        listed = np.array2string(part, separator=", ", threshold=part.size + 1, floatmode="unique", max_line_width=120)
        return f"np.array({listed.replace('nan', 'np.nan').replace('inf', 'np.inf')}, dtype=np.{part.dtype.name})\n"
    out = io.StringIO()
    between = "," if form == "csv" else "\t"
    for row in part.tolist():
        out.write(between.join(repr(each).strip("()") for each in row) + "\n")
    return out.getvalue()
