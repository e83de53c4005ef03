"""Dtypes inside operators: booleans count as 0 and 1, whole numbers become float64 where a result cannot be whole."""

from __future__ import annotations

from typing import Any, TypeAlias

import autograd.numpy as np
import numpy

from engine.program.primitives import cast

Value: TypeAlias = Any
"""What a socket carries while an operator runs: an array, a number, or a box of autograd around one."""


def kind_of(*xs: Value) -> str:
    """Return the common kind, "b", "i", "f" or "c": known without the values, so an operator may branch on it."""
    return str(numpy.dtype(np.result_type(*xs)).kind)


def number(x: Value, *others: Value) -> Value:
    """Return x, as the whole numbers 0 and 1 where it meets nothing but booleans."""
    return x * 1 if kind_of(x, *others) == "b" else x


def inexact(x: Value, *others: Value) -> Value:
    """Return x; as float64 where it meets nothing but booleans and whole numbers, in the common dtype where it is
    whole itself and meets others that are not."""
    if kind_of(x, *others) in "biu":
        return x * 1.0
    return cast(x, numpy.dtype(np.result_type(x, *others)).name) if kind_of(x) in "biu" else x


def common(x: Value, y: Value) -> tuple[Value, Value]:
    """Return x and y in their common dtype."""
    wanted = numpy.dtype(np.result_type(x, y)).name
    x, y = (each if np.result_type(each) == wanted else cast(each, wanted) for each in (x, y))
    return x, y
