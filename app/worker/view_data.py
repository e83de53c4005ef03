"""What each kind of view shows of its inputs, in so few numbers that they can be sent thirty times a second."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.worker.messages import Packed, ViewData

POINTS: Final = 20_000
"""Points of a view's vector."""
PIXELS: Final = 512
"""Rows and columns of a view's image."""
ROWS: Final = 2_000
COLUMNS: Final = 64
"""Rows and columns of a table."""
SIDE: Final = 128
"""Rows and columns of one of many images."""
CLASSES: Final = 60
"""Classes of a confusion matrix."""

Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = Mapping[str, Array]
Settings: TypeAlias = Mapping[str, Any]


def view_of(operator: str, inputs: Mapping[str, Any], settings: Settings) -> ViewData:
    """Return what a view of this operator shows of its wired inputs; tuples and records show nothing."""
    arrays = {name: np.asarray(value) for name, value in inputs.items() if is_array(value)}
    shapes = {name: array.shape for name, array in arrays.items()}
    made, facts = MAKERS.get(operator, _plain)(arrays, settings)
    return ViewData({name: Packed.of(array) for name, array in made.items()}, shapes, facts)


def is_array(value: Any) -> bool:
    """Whether a value is one array, and no tuple or record of them."""
    return value is not None and not isinstance(value, list | tuple | Mapping)


def real(array: Array) -> Array:
    """Return numbers that can be drawn: of complex ones the magnitude, of booleans 0 and 1."""
    return np.abs(array) if array.dtype.kind == "c" else array.astype(np.float64)


def decimated(array: Array, most: int | None = None) -> Array:
    """Return every k-th row and column, so that no more than `most` are left (default: as many as are seen)."""
    if not array.ndim:
        return array
    most = most or (POINTS if array.ndim <= 1 else PIXELS)
    steps = tuple(slice(None, None, max(1, math.ceil(length / most))) for length in array.shape[:2])
    return np.ascontiguousarray(array[steps])


Made: TypeAlias = tuple[Mapping[str, Array], dict[str, Any]]


def _plain(arrays: Arrays, settings: Settings) -> Made:
    return {name: decimated(real(array)) for name, array in arrays.items()}, {}


def _counted(arrays: Arrays, settings: Settings) -> Made:
    numbers = real(arrays["x"]).ravel() if "x" in arrays else np.empty(0)
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:
        return {}, {}
    counts, edges = np.histogram(numbers, int(settings.get("bins", 30)))
    return {"counts": counts.astype(np.float64), "edges": edges}, {}


def _landscape(arrays: Arrays, settings: Settings) -> Made:
    if "z" not in arrays or arrays["z"].ndim != 2:
        return _plain(arrays, settings)
    z = real(arrays["z"])
    down, across = (max(1, math.ceil(length / 256)) for length in z.shape)
    made = {"z": np.ascontiguousarray(z[::down, ::across])}
    for name, every in (("x", across), ("y", down)):
        if name in arrays:
            made[name] = real(arrays[name])[::every] if arrays[name].ndim else real(arrays[name])
    return made, {"every": [down, across]}


def _arrows(arrays: Arrays, settings: Settings) -> Made:
    if "u" not in arrays or "v" not in arrays or arrays["u"].shape != arrays["v"].shape:
        return _plain(arrays, settings)
    most, shape = int(settings.get("arrows", 20)), arrays["u"].shape
    if len(shape) not in (1, 2):
        return _plain(arrays, settings)
    if len(shape) == 1:
        every = max(1, math.ceil(shape[0] / most**2))
        return {name: real(np.atleast_1d(array))[::every] for name, array in arrays.items()}, {}
    down, across = (max(1, math.ceil(length / most)) for length in shape)
    made = {}
    for name in ("u", "v", "x", "y"):
        whole = real(arrays[name]) if name in arrays else None
        if whole is None:
            ends = np.arange(shape[0 if name == "y" else 1], dtype=float)
            whole = ends
        if whole.ndim == 1:
            whole = np.broadcast_to(whole[:, None] if name == "y" else whole[None, :], shape)
        # From the middle of each stride, so that the arrows left stand evenly within the whole.
        made[name] = np.ascontiguousarray(whole[down // 2 :: down, across // 2 :: across])
    return made, {}


def _table(arrays: Arrays, settings: Settings) -> Made:
    x = arrays.get("x")
    if x is None:
        return {}, {}
    cells = x.reshape(-1, 1) if x.ndim < 2 else x
    whole = x.dtype.kind in "iub"
    shown = cells[:ROWS, :COLUMNS]
    kept = shown if shown.dtype.kind == "c" else shown.astype(np.float64)
    return {"x": np.ascontiguousarray(kept)}, {"whole": whole, "truth": x.dtype.kind == "b"}


def _images(arrays: Arrays, settings: Settings) -> Made:
    stack = arrays.get("images")
    if stack is None or stack.ndim < 2 or not stack.size:
        return _plain(arrays, settings)
    given = arrays.get("predictions")
    said = None if given is None or not given.ndim else as_classes(given)
    labels = arrays.get("labels")
    order = np.arange(len(stack))
    facts: dict[str, Any] = {}
    if said is not None and labels is not None and labels.shape == said.shape:
        wrong = said != np.round(real(labels))
        facts |= {"wrong": int(wrong.sum()), "count": len(wrong)}
        if settings.get("wrong_first"):
            order = np.argsort(~wrong, kind="stable")
    order = order[: int(settings.get("most", 40))]
    made = {"images": _squared(stack[order], int(settings.get("width", 0))), "chosen": order.astype(np.float64)}
    for name, values in (("labels", labels), ("predictions", said)):
        if values is not None and values.shape == stack.shape[:1]:
            made[name] = real(values[order])
    return made, facts


def _squared(stack: Array, width: int) -> Array:
    """Return flat images as (count, rows, columns), each in no more pixels than can be seen."""
    stack = real(stack)
    if stack.ndim == 2:
        width = width or math.isqrt(stack.shape[1])
        stack = stack[:, : stack.shape[1] // width * width].reshape(len(stack), -1, width) if width else stack
    if stack.ndim == 4 and stack.shape[3] == 1:
        stack = stack[..., 0]
    steps = tuple(slice(None, None, max(1, math.ceil(length / SIDE))) for length in stack.shape[1:3])
    return np.ascontiguousarray(stack[(slice(None), *steps)])


def as_classes(given: Array) -> Array:
    """Return the class of each row: of scores the largest, of one number itself (rounded)."""
    if given.ndim == 2 and given.shape[1] > 1:
        return np.argmax(real(given), axis=1).astype(np.float64)
    return np.round(real(given).reshape(len(given), -1)[:, 0]) if given.size else np.empty(0)


def _confusion(arrays: Arrays, settings: Settings) -> Made:
    given, target = arrays.get("prediction"), arrays.get("target")
    if given is None or target is None or not given.ndim or given.shape[:1] != target.shape:
        return {}, {}
    said, true = as_classes(given), np.round(real(target))
    known = np.isfinite(said) & np.isfinite(true) & (said >= 0) & (true >= 0)
    said, true = said[known].astype(np.int64), true[known].astype(np.int64)
    count = max(given.shape[1] if given.ndim == 2 else 0, *(int(part.max(initial=0)) + 1 for part in (said, true)))
    facts = {"left_out": int((~known).sum()), "classes": count}
    if count > CLASSES:
        return {}, facts
    counts = np.bincount(true * count + said, minlength=count * count).reshape(count, count)
    return {"counts": counts.astype(np.float64)}, facts


def _texts(arrays: Arrays, settings: Settings) -> Made:
    made = {name: array.ravel()[:64] for name, array in arrays.items()}
    made = {name: array if array.dtype.kind == "c" else real(array) for name, array in made.items()}
    return made, {"whole": [name for name, array in arrays.items() if array.dtype.kind in "iub"]}


def _bars(arrays: Arrays, settings: Settings) -> Made:
    heights = arrays.get("heights")
    return ({}, {}) if heights is None else ({"heights": np.atleast_1d(real(heights))[:400].copy()}, {})


def _boundary(arrays: Arrays, settings: Settings) -> Made:
    """The data as they lie in the plane; the surface under them is found by `app.worker.viewer`."""
    points = arrays.get("points")
    across, up = int(settings.get("across", 0)), int(settings.get("up", 1))
    if points is None or points.ndim != 2 or points.shape[1] <= max(across, up):
        return {}, {}
    every = max(1, math.ceil(len(points) / 4_000))
    made = {"places": np.ascontiguousarray(real(points)[::every][:, [across, up]])}
    target = arrays.get("target")
    if target is not None and target.shape == points.shape[:1]:
        made["target"] = np.round(real(target))[::every]
    return made, {"others": points.shape[1] - len({across, up})}


MAKERS: Final[Mapping[str, Callable[[Arrays, Settings], Made]]] = {
    "views.histogram": _counted,
    "views.contour": _landscape,
    "views.vector_field": _arrows,
    "views.table": _table,
    "views.image_grid": _images,
    "views.confusion_matrix": _confusion,
    "views.text": _texts,
    "views.bar": _bars,
    "views.decision_boundary": _boundary,
}
"""How what a view shows is made, by its operator; all others show their inputs decimated."""
