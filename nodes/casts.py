"""Dtypes inside operators: booleans count as 0 and 1, whole numbers become float64 where a result cannot be whole."""

from __future__ import annotations

from typing import Any, TypeAlias

import autograd.numpy as np
import numpy

Value: TypeAlias = Any
"""What a socket carries while an operator runs: an array, a number, or a box of autograd around one."""


def kind_of(x: Value) -> str:
    """Return "b", "i", "u", "f" or "c": known without the values, so an operator may branch on it."""
    return str(numpy.dtype(np.result_type(x)).kind)


def number(x: Value) -> Value:
    """Return x, booleans as the whole numbers 0 and 1."""
    return x * 1 if kind_of(x) == "b" else x


def inexact(x: Value) -> Value:
    """Return x, booleans and whole numbers as float64."""
    return x * 1.0 if kind_of(x) in "biu" else x
