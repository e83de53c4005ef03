"""Stand-ins: arrays that have a shape and a dtype but no content, so that lowering never evaluates user-sized data.

A stand-in is a read-only, zero-stride view of sixteen bytes. NumPy's functions called on one come back to
`__array_ufunc__` and `__array_function__`, where a rule answers with the stand-in of the result. Functions without a
rule are run on zero-stride arrays of zeros: right for every function whose result type depends on types alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from engine.errors import LoweringError
from engine.program.answers import REFUSED, RULES, broadcast, indexed, matmul, reduction, result_dtype, weak
from engine.types import Shape

_ZEROS = bytes(16)
_MARK = b"\xff\xff\xff\xff\xff\xff\xf8\x7f" * 2
"""What a stand-in's memory holds: NaN in every floating dtype, so that a value taken from it by mistake is seen."""
MARKS = frozenset({int(np.frombuffer(_MARK, np.int64)[0]), -(2**63)})
"""Whole numbers that are such a value: read as it is, or made from NaN."""
_NUMBERS = frozenset({bool, int, float, complex, np.float64, np.int64, np.complex128})
_REMEMBERED = 4096
_elementwise: dict[Any, StandIn] = {}
"""What elementwise functions answered: by function, types of arrays, and classes of plain numbers."""


class StandIn(np.ndarray[Any, Any]):
    """An array of known type and no content."""

    def view(self, *_: Any, **__: Any) -> StandIn:  # type: ignore[override]
        """Return the stand-in itself: a view of another class is still a stand-in."""
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        key = (ufunc, method, *[(each.shape, each.dtype) if type(each) is StandIn else type(each) for each in inputs])
        found = None if kwargs else _elementwise.get(key)
        if found is not None:
            return found
        if method == "reduce" and len(inputs) == 1:
            return stand_in(*reduction(ufunc.reduce)(*inputs, **{"axis": 0, **kwargs}))
        if method != "__call__" or ufunc.signature is not None or ufunc.nout != 1:
            if ufunc is np.matmul and method == "__call__":
                return stand_in(*matmul(*inputs))
            return _run(getattr(ufunc, method), inputs, kwargs)
        arguments = [weak(each) for each in inputs]
        shape = broadcast(*(np.shape(each) if isinstance(each, np.ndarray) else () for each in arguments))
        answer = stand_in(shape, result_dtype(ufunc, arguments, kwargs))
        if not kwargs and all(type(each) is StandIn or type(each) in _NUMBERS for each in inputs):
            if len(_elementwise) >= _REMEMBERED:
                _elementwise.clear()
            _elementwise[key] = answer
        return answer

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in REFUSED:
            raise LoweringError(f"np.{func.__name__} makes an array whose shape depends on values; {REFUSED[func]}")
        rule = RULES.get(func)
        if rule is None:
            return _run(func, args, kwargs)
        answer = rule(*args, **kwargs)
        return stand_in(*answer) if type(answer) is tuple else answer

    def __getitem__(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, np.ndarray) for part in parts):
            return stand_in(indexed(self.shape, parts), self.dtype)
        return wrap(bare(self)[index])


@lru_cache(maxsize=4096)
def stand_in(shape: Shape, dtype: Any) -> StandIn:
    """Return the stand-in of this shape and dtype."""
    return np.ndarray.__new__(StandIn, shape, dtype, _MARK, 0, (0,) * len(shape))


def wrap(value: Any) -> Any:
    """Return stand-ins for the arrays and scalars in `value` (a list, tuple or named tuple keeps its class)."""
    if type(value) is StandIn:
        return value
    if isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        array = np.asarray(value)
        return stand_in(array.shape, array.dtype)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(wrap, value))
    return type(value)(map(wrap, value)) if isinstance(value, list | tuple) else value


def bare(value: Any) -> Any:
    """Return `value` with its stand-ins as plain zero-stride arrays of zeros."""
    if type(value) is StandIn:
        return np.ndarray.__new__(np.ndarray, value.shape, value.dtype, _ZEROS, 0, (0,) * value.ndim)
    return type(value)(map(bare, value)) if type(value) in (list, tuple) else value


def _run(function: Any, args: Any, kwargs: Any) -> Any:
    with np.errstate(all="ignore"):
        return wrap(function(*bare(tuple(args)), **kwargs))
