"""The parameter: what an optimizer trains."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.errors import SettingError, ShapeError
from engine.operator import Kind, operator
from engine.setting import Array, Choice, Dimensions, Number, rectangular_shape
from engine.types import ArrayType, Shape, Type, shape_text
from nodes.casts import Value

FloatArray = NDArray[Any]
Initialiser = Callable[[Any, Shape, float], FloatArray]
"""(key, shape, scale) -> start values in float64."""


def fans(shape: Shape) -> tuple[float, float]:
    """Return how many numbers feed one unit and how many units one number feeds, of weights (..., inputs, outputs)."""
    if len(shape) < 2:
        return (float(max(1, *shape)),) * 2 if shape else (1.0, 1.0)
    field = math.prod(shape[:-2])
    return float(max(1, shape[-2] * field)), float(max(1, shape[-1] * field))


def _normal(key: Any, shape: Shape, scale: float) -> FloatArray:
    return scale * np.asarray(random_bits.normal(key, shape))


def _uniform(key: Any, shape: Shape, scale: float) -> FloatArray:
    return scale * (2.0 * np.asarray(random_bits.uniform(key, shape)) - 1.0)


def _glorot(shape: Shape) -> float:
    return math.sqrt(2.0 / sum(fans(shape)))


def _he(shape: Shape) -> float:
    return math.sqrt(2.0 / fans(shape)[0])


INITIALISERS: Final[Mapping[str, Initialiser]] = {
    "zeros": lambda key, shape, scale: np.zeros(shape),
    "ones": lambda key, shape, scale: scale * np.ones(shape),
    "normal": _normal,
    "uniform": _uniform,
    "glorot_normal": lambda key, shape, scale: _normal(key, shape, scale * _glorot(shape)),
    "glorot_uniform": lambda key, shape, scale: _uniform(key, shape, scale * math.sqrt(3.0) * _glorot(shape)),
    "he_normal": lambda key, shape, scale: _normal(key, shape, scale * _he(shape)),
    "he_uniform": lambda key, shape, scale: _uniform(key, shape, scale * math.sqrt(3.0) * _he(shape)),
}
"""Start values by name. Glorot and Bengio 2010 keep the variance over layers of tanh, He et al. 2015 of ReLU."""

CONSTRAINTS: Final = ("none", "positive", "bounded", "simplex")


def _shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    """The setting `shape` or, where it is left open, the shape of the value; refuses a constraint that cannot hold."""
    constraint, dtype, low, high = (settings[name] for name in ("constraint", "dtype", "low", "high"))
    if constraint != "none" and np.dtype(dtype).kind == "c":
        raise ShapeError(f"the constraint {constraint} puts numbers in an order, which {dtype} has not")
    if constraint == "bounded" and not low < high:
        raise ShapeError(f"low must be below high, but they are {low:g} and {high:g}")
    shape = parameter_shape(settings)
    if constraint == "simplex" and shape == ():
        raise ShapeError("a scalar cannot be a simplex: give the parameter a shape")
    return (ArrayType(shape, dtype),)


def parameter_shape(settings: Mapping[str, Any]) -> Shape:
    """Return the shape the settings give; raise ShapeError where they leave it to what the parameter feeds."""
    shape, value = settings["shape"], rectangular_shape(settings["value"])
    if shape is not None:
        if min(shape, default=0) < 0:
            raise ShapeError(f"its shape {shape_text(tuple(shape))} has a negative length: no array has that")
        return tuple(shape)
    if settings["initial"] == "value":
        return value
    raise ShapeError("its shape is not known yet: wire it into a layer that asks for one, or set its shape")


@operator(
    "parameters.parameter",
    "Parameter",
    kind=Kind.PARAMETER,
    shape=_shape,
    formula=r"\theta",
    synonyms=("weights", "weight", "variable", "trainable", "unknown", "coefficient", "theta"),
    sockets={"value": "the present value, trained by an optimizer"},
)
def parameter(
    key: Value,
    *,
    shape: Value = Dimensions(
        None, optional=True, help="Its shape; empty: that of the value, or what it feeds asks for."
    ),
    initial: Value = Choice("value", options=("value", *INITIALISERS), help="How it starts."),
    value: Value = Array(0.0, help="What it starts from, with initial = value; one number fills the whole shape."),
    scale: Value = Number(
        1.0, low=0.0, help="What the start values are multiplied by (all initial choices but value)."
    ),
    constraint: Value = Choice("none", options=CONSTRAINTS, help="What it must remain while it is trained."),
    low: Value = Number(0.0, help="The lower bound, with constraint = bounded."),
    high: Value = Number(1.0, help="The upper bound, with constraint = bounded."),
    dtype: Value = Choice("float64", options=("float64", "float32", "complex64", "complex128"), help="Its precision."),
) -> FloatArray:
    """A value that an optimizer changes to lower the loss.

    Constraints: positive keeps every element above 0, bounded keeps it between low and high, simplex keeps all elements
    positive with sum 1 along the last axis. Start values outside are moved inside.
    """
    start = _given(value, shape) if initial == "value" else INITIALISERS[initial](key, shape, scale)
    result: FloatArray = np.asarray(_constrained(start, constraint, low, high), dtype)
    return result


def _given(value: Any, shape: Shape) -> FloatArray:
    start = np.asarray(value, "float64")
    if start.shape != tuple(shape) and start.size != 1:
        raise SettingError(
            f"the value has shape {shape_text(start.shape)}, but shape {shape_text(tuple(shape))} is asked for"
        )
    return np.broadcast_to(start.reshape(()) if start.size == 1 else start, shape).copy()


MARGIN: Final = 1e-3
"""How far from a bound, in parts of the whole, start values are put that lie on it or beyond."""


def _constrained(start: FloatArray, constraint: str, low: float, high: float) -> FloatArray:
    if constraint == "positive":
        return np.maximum(start, MARGIN)
    if constraint == "bounded":
        inside = MARGIN * (high - low)
        return np.clip(start, low + inside, high - inside)
    if constraint == "simplex":
        positive: FloatArray = np.maximum(start, MARGIN)
        positive /= positive.sum(axis=-1, keepdims=True)
        return positive
    return start


OPERATORS = (parameter,)
