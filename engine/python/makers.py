"""Functions that make arrays, ask for shapes, or go through things: they need the walker, not only values."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from engine import limits
from engine.python import names
from engine.python.refusal import refusal
from engine.python.values import (
    DType,
    Maker,
    Making,
    Range,
    Unknown,
    Value,
    Walk,
    described,
    flattened,
    is_array,
    is_number,
)  # fmt: skip
from engine.python.walker import Walker

PARTS: Final = 10_000
"""Longest tuple or list."""
CONSTANT_NUMBERS: Final = 10_000_000
"""Most numbers of an array that is known before running."""


def shape_of(where: ast.AST, value: Value) -> tuple[int, ...]:
    """Return a shape given as a whole number or a tuple of them."""
    parts = value if isinstance(value, tuple | list) else (value,)
    for each in parts:
        if isinstance(each, bool) or not isinstance(each, int | np.integer) or each < 0:
            raise refusal(where, f"a shape is made of whole numbers known before running, not {described(each)}")
    if len(parts) > limits.RANK or math.prod(parts) > limits.ELEMENTS:
        raise refusal(where, f"an array of shape {tuple(parts)} is too large")
    return tuple(int(each) for each in parts)


def dtype_of(where: ast.AST, value: Value, otherwise: str) -> str:
    """Return the name of a dtype given as np.float32, float, or left out."""
    if value is None:
        return otherwise
    if isinstance(value, DType):
        return value.name
    if isinstance(value, Maker) and value.name in names.DTYPES:
        return names.DTYPES[value.name]
    raise refusal(where, f"a dtype is one of {', '.join(names.DTYPES)}, not {described(value)}")


def _filled(number: Any) -> Making:
    def make(walker: Walker, where: ast.AST, shape: Value, dtype: Value = None) -> Value:
        return _full(walker, where, shape, number, dtype)

    return make


def _full(walker: Walker, where: ast.AST, shape: Value, fill_value: Value, dtype: Value = None) -> Value:
    if not (is_array(fill_value) or is_number(fill_value)):
        raise refusal(where, f"an array is filled with a number, not {described(fill_value)}")
    size = shape_of(where, shape)
    kind = dtype_of(where, dtype, "float64" if not is_array(fill_value) else fill_value.dtype.name)
    return walker.recorded(where, anp.broadcast_to, walker.scope.array(fill_value, kind), size)


def _like(number: Any) -> Making:
    def make(walker: Walker, where: ast.AST, x: Value, dtype: Value = None) -> Value:
        if isinstance(x, Unknown):
            return x
        box = array(walker, where, x)
        return _full(walker, where, tuple(box.shape), number, dtype or DType(box.dtype.name))

    return make


def array(walker: Walker, where: ast.AST, value: Value, dtype: Value = None) -> Value:
    """Return numbers and arrays, in nested tuples and lists, as one array."""
    leaves, _ = flattened(value)
    if any(isinstance(each, Unknown) for each in leaves):
        return Unknown()
    for each in leaves:
        if not (is_array(each) or is_number(each)):
            raise refusal(where, f"an array is made of numbers and arrays, not {described(each)}")
    wanted = None if dtype is None else dtype_of(where, dtype, "")
    if not isinstance(value, tuple | list):
        return walker.scope.array(value, wanted)
    if not any(map(is_array, leaves)):
        try:
            numbers = np.array(value, dtype=wanted)
        except (ValueError, TypeError, OverflowError):
            raise refusal(where, "the rows of the array have unequal lengths") from None
        return walker.scope.array(numbers)
    parts = [array(walker, where, each) for each in value]
    made = walker.recorded(where, anp.stack, parts)
    return made if wanted is None else walker.scope.array(made, wanted)


def _known(where: ast.AST, *values: Value) -> None:
    for each in values:
        if not is_number(each) or isinstance(each, complex):
            raise refusal(where, f"this needs real numbers known before running, not {described(each)}")


def _arange(
    walker: Walker, where: ast.AST, start: Value, stop: Value = None, step: Value = 1, dtype: Value = None
) -> Value:
    first, last = (0, start) if stop is None else (start, stop)
    _known(where, first, last, step)
    if step == 0 or not all(map(math.isfinite, (first, last, step))) or (last - first) / step > CONSTANT_NUMBERS:
        raise refusal(where, f"a range of at most {CONSTANT_NUMBERS} numbers with a step that is not 0 can be made")
    made = np.arange(first, last, step)
    return walker.scope.array(made, dtype_of(where, dtype, made.dtype.name))


def _linspace(walker: Walker, where: ast.AST, start: Value, stop: Value, num: Value = 50) -> Value:
    if isinstance(num, bool) or not isinstance(num, int) or not 0 <= num <= CONSTANT_NUMBERS:
        raise refusal(where, f"linspace makes 0 to {CONSTANT_NUMBERS} numbers; how many must be known before running")
    steps = np.arange(num) / max(num - 1, 1)
    return walker.recorded(
        where, lambda a, b, s: anp.add(a, anp.multiply(anp.subtract(b, a), s)),
        walker.scope.array(start, None if is_array(start) else "float64"), stop, walker.scope.array(steps),
    )  # fmt: skip


def _eye(walker: Walker, where: ast.AST, N: Value, M: Value = None, dtype: Value = None) -> Value:
    shape = shape_of(where, (N, N if M is None else M))
    if math.prod(shape) > CONSTANT_NUMBERS:
        raise refusal(where, f"an identity of shape {shape} is too large")
    return walker.scope.array(np.eye(shape[0], shape[1]), dtype_of(where, dtype, "float64"))


def _shape(walker: Walker, where: ast.AST, x: Value) -> Value:
    return tuple(int(n) for n in array(walker, where, x).shape)


def _length(walker: Walker, where: ast.AST, x: Value) -> Value:
    if isinstance(x, tuple | list | dict):
        return len(x)
    if is_array(x) and x.shape:
        return int(x.shape[0])
    raise refusal(where, f"{described(x)} has no length")


def _range(walker: Walker, where: ast.AST, start: Value, stop: Value = None, step: Value = 1) -> Value:
    first, last = (0, start) if stop is None else (start, stop)
    for each in (first, last, step):
        whole = isinstance(each, int) or (is_array(each) and each.dtype.kind in "iu" and each.shape == ())
        if not whole:
            raise refusal(where, f"range goes through whole numbers, not {described(each)}")
    if is_array(step) or step == 0:
        raise refusal(where, "the step of a range is a whole number known before running that is not 0")
    if not is_array(first) and not is_array(last):
        return Range(first, step, len(range(first, last, step)))
    rounding = step - 1 if step > 0 else step + 1
    times = walker.recorded(
        where,
        lambda a, b: anp.maximum(anp.floor_divide(anp.add(anp.subtract(b, a), rounding), step), 0),
        walker.scope.array(first, "int64"), last,
    )  # fmt: skip
    return Range(first, step, times)


def parts_of(walker: Walker, where: ast.AST, value: Value) -> tuple[Value, ...] | None:
    """Return the parts of a thing that is known before running; None for arrays and ranges that are not."""
    if isinstance(value, Range) and isinstance(value.start, int) and isinstance(value.count, int):
        if value.count > PARTS:
            raise refusal(where, f"this goes through {value.count} numbers one by one; at most {PARTS}, use an array")
        return tuple(value.start + value.step * k for k in range(value.count))
    return tuple(value) if isinstance(value, tuple | list | dict) else None


def _zip(walker: Walker, where: ast.AST, *values: Value) -> Value:
    if all(isinstance(each, tuple | list) for each in values):
        return tuple(zip(*values, strict=False))
    made = [array(walker, where, each) if isinstance(each, tuple | list) else each for each in values]
    for each in made:
        if not (isinstance(each, Range) or (is_array(each) and each.shape)):
            raise refusal(where, f"zip cannot go through {described(each)}")
    return Walk(tuple(made), False)


def _enumerate(walker: Walker, where: ast.AST, value: Value, start: Value = 0) -> Value:
    if not isinstance(start, int):
        raise refusal(where, "enumerate counts from a whole number known before running")
    if isinstance(value, tuple | list):
        return tuple(enumerate(value, start))
    if isinstance(value, Walk):
        first = next((each for each in value.parts if is_array(each)), None)
        length: Value = value.parts[0].count if first is None else int(first.shape[0])
        numbers = Range(start, 1, length)
        return Walk((numbers, *value.parts), False, nested=True)
    if not (is_array(value) and value.shape):
        raise refusal(where, f"enumerate cannot go through {described(value)}")
    return Walk((Range(start, 1, int(value.shape[0])), value), False)


def _number(kind: type) -> Making:
    def make(walker: Walker, where: ast.AST, x: Value = 0) -> Value:
        if isinstance(x, Unknown):
            return x
        if is_array(x):
            if x.shape != ():
                raise refusal(where, f"{kind.__name__} takes one number, not an array of shape {tuple(x.shape)}")
            return walker.scope.array(x, names.DTYPES[kind.__name__])
        if is_number(x) and not (isinstance(x, complex) and kind is not complex):
            try:
                return kind(x)
            except (OverflowError, ValueError) as error:
                raise refusal(where, f"this number cannot be converted: {error}") from None
        raise refusal(where, f"{kind.__name__} takes one number, not {described(x)}")

    return make


def _collected(kind: type) -> Making:
    def make(walker: Walker, where: ast.AST, x: Value = ()) -> Value:
        parts = parts_of(walker, where, x)
        if parts is None:
            raise refusal(
                where, f"{kind.__name__} takes a tuple, a list or a range known before running, not {described(x)}"
            )
        return kind(parts)

    return make


def _folded(name: str, function: Callable[[Any, Any], Any], empty: Value) -> Making:
    """Sum, max and min: of an array's elements along its first axis, of parts, or of several arguments."""

    def make(walker: Walker, where: ast.AST, *values: Value) -> Value:
        items: Sequence[Value] | None = values
        if len(values) == 1:
            if is_array(values[0]):
                if len(values[0].shape) != 1:
                    raise refusal(where, f"write np.{name} for an array of {len(values[0].shape)} axes")
                return walker.recorded(where, names.FUNCTIONS[name], values[0])
            items = parts_of(walker, where, values[0])
        if items is None or (not items and empty is None):
            raise refusal(where, f"{name} needs an array or at least one part")
        found: Value = empty if empty is not None else items[0]
        for each in items if empty is not None else items[1:]:
            if not (is_array(each) or is_number(each) or isinstance(each, Unknown)):
                raise refusal(where, f"{name} joins arrays and numbers, not {described(each)}")
            known = is_number(found) and is_number(each)
            found = _PLAIN[name](found, each) if known else walker.recorded(where, function, found, each)
        return found

    return make


_PLAIN: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"sum": lambda a, b: a + b, "max": max, "min": min}


def _abs(walker: Walker, where: ast.AST, x: Value) -> Value:
    if is_number(x):
        return abs(x)
    return walker.recorded(where, anp.abs, array(walker, where, x))


def _same(walker: Walker, where: ast.AST, x: Value) -> Value:
    return x


def _makers(table: Mapping[str, Making]) -> Mapping[str, Maker]:
    return {name: Maker(name, make) for name, make in table.items()}


MAKERS: Final[Mapping[str, Maker]] = _makers({
    "array": array, "asarray": array, "zeros": _filled(0), "ones": _filled(1), "empty": _filled(0), "full": _full,
    "zeros_like": _like(0), "ones_like": _like(1), "arange": _arange, "linspace": _linspace, "eye": _eye,
    "identity": _eye, "shape": _shape, "ndim": lambda walker, where, x: len(_shape(walker, where, x)),
    "size": lambda walker, where, x: math.prod(_shape(walker, where, x)),
})  # fmt: skip
"""NumPy's functions that make arrays."""
BUILTINS: Final[Mapping[str, Maker]] = _makers({
    "len": _length, "range": _range, "zip": _zip, "enumerate": _enumerate, "abs": _abs, "float": _number(float),
    "int": _number(int), "bool": _number(bool), "complex": _number(complex), "tuple": _collected(tuple),
    "list": _collected(list), "sum": _folded("sum", anp.add, 0), "max": _folded("max", anp.maximum, None),
    "min": _folded("min", anp.minimum, None),
})  # fmt: skip
"""Python's own functions that a text may call."""
