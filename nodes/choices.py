"""Elementwise operators: comparisons, logic, choosing and limiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Operator, Sample, operator
from engine.setting import Number
from engine.types import ArrayType, Type
from nodes import order_shapes, shapes
from nodes.casts import Value, inexact, kind_of, number
from nodes.elementwise import PAIRS, REAL_PAIRS

ORDERED = (
    ([-2.0, 0.5, 3.0, 1.0], [1.5, -4.0, 3.0, 1.0]),
    ([2.5, -1.5, 0.25, 1.0], [-3.0, 2.0, 0.25, 0.5]),
    *REAL_PAIRS[2:],
    ([1.0, -1.0],),
)
"""Samples of two real inputs: less, equal and greater; a broadcast, the other dtypes, and the second left at 0."""

ANY_ORDERED = (*ORDERED, PAIRS[6])

TRUTHS = (
    (onp.array([True, False, True, False]), onp.array([True, True, False, False])),
    (onp.array([False, False, True, True]), onp.array([True, False, True, False])),
    ([1.0, 0.0, -2.0], [0.0, 0.0, 0.5]),
    ([0.0, 3.0, 1.0], [0.5, 0.0, 1.0]),
    (onp.array([[1.0], [0.0]], "float32"), onp.array([1.0, 0.0], "float32")),
)
"""Samples of two truth values: all four cases, numbers among them, and a broadcast."""

NO_DERIVATIVE = "The result is true or false and carries no derivative."


def _comparison(
    short: str, title: str, sign: str, latex: str, function: Callable[..., Value], words: tuple[str, ...],
    *, when: str, real_only: bool = True,
) -> Operator:  # fmt: skip
    def compared(x: Value, y: Value = 0.0) -> Value:
        return function(x, y)

    compared.__doc__ = f"Whether x is {when} y, element by element. {NO_DERIVATIVE}"
    return operator(
        f"elementwise.{short}",
        title,
        shape=shapes.elementwise("x", "y", dtype=order_shapes.truth, real_only=real_only),
        formula=rf"x {latex} y",
        partials={"x": "0", "y": "0"},
        domain="x and y are real" if real_only else "",
        nondifferentiable=("x", "y"),
        synonyms=(sign, "compare", *words),
        samples=ORDERED if real_only else ANY_ORDERED,
        sockets={"x": "the first number", "y": "what it is compared with", "value": "true or false"},
    )(compared)


COMPARISONS = (
    _comparison("greater", "Greater", ">", ">", np.greater, ("more than", "above", "threshold"), when="greater than"),
    _comparison("greater_equal", "Greater or equal", ">=", r"\ge", np.greater_equal, ("at least",), when="at least"),
    _comparison("less", "Less", "<", "<", np.less, ("smaller than", "below", "threshold"), when="less than"),
    _comparison("less_equal", "Less or equal", "<=", r"\le", np.less_equal, ("at most",), when="at most"),
    _comparison("equal", "Equal", "==", "=", np.equal, ("same",), when="exactly equal to", real_only=False),
    _comparison(
        "not_equal", "Not equal", "!=", r"\ne", np.not_equal, ("different", "differs"), when="different from",
        real_only=False,
    ),
)  # fmt: skip


def _connective(
    short: str, title: str, latex: str, function: Callable[..., Value], words: tuple[str, ...], says: str
) -> Operator:
    def connected(x: Value, y: Value) -> Value:
        return function(x, y)

    connected.__doc__ = f"{says}, element by element. A number counts as true where it is not 0. {NO_DERIVATIVE}"
    return operator(
        f"elementwise.{short}",
        title,
        shape=shapes.elementwise("x", "y", dtype=order_shapes.truth),
        formula=latex,
        partials={"x": "0", "y": "0"},
        nondifferentiable=("x", "y"),
        synonyms=words,
        samples=TRUTHS,
        sockets={"x": "true or false", "y": "true or false", "value": "true or false"},
    )(connected)


CONNECTIVES = (
    _connective(
        "logical_and", "And", r"x \wedge y", np.logical_and, ("&", "both", "logical and"), "Whether both are true"
    ),
    _connective("logical_or", "Or", r"x \vee y", np.logical_or, ("either", "logical or"), "Whether x or y is true"),
    _connective(
        "logical_xor", "Exclusive or", r"x \oplus y", np.logical_xor, ("xor", "either but not both", "parity"),
        "Whether just one of the two is true",
    ),
)  # fmt: skip


@operator(
    "elementwise.logical_not",
    "Not",
    shape=shapes.elementwise("x", dtype=order_shapes.truth),
    formula=r"\neg x",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("logical not", "invert", "opposite", "~"),
    samples=(
        (onp.array([True, False]),),
        (onp.array([False, False]),),
        ([1.0, 0.0, -2.0],),
        (onp.array([0.0, 1.0], "float32"),),
    ),
    sockets={"x": "true or false", "value": "the opposite"},
)
def logical_not(x: Value) -> Value:
    """Whether x is false, element by element.

    A number counts as true where it is not 0. The result is true or false and carries no derivative.
    """
    return np.logical_not(x)


@operator(
    "elementwise.is_finite",
    "Is finite",
    shape=shapes.elementwise("x", dtype=order_shapes.truth),
    formula=r"|x| < \infty",
    partials={"x": "0"},
    nondifferentiable=("x",),
    synonyms=("isfinite", "isnan", "not a number", "missing values", "infinite"),
    samples=(
        ([1.0, 2.0, -4.0],),
        ([1.0, onp.nan, -onp.inf],),
        ([onp.inf, 0.0, -3.0],),
        (onp.array([onp.nan, 1.0], "float32"),),
        (onp.array([1, 2]),),
    ),
    sockets={"x": "a number or array", "value": "false where x is infinite or not a number"},
)
def is_finite(x: Value) -> Value:
    """Whether x is a number proper, element by element: neither infinite nor NaN. The result carries no derivative."""
    return np.isfinite(x)


# ----- choosing -----


def _chosen(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The condition and both choices broadcast; the dtype is that of the choices."""
    sockets = ("condition", "x", "y")[: len(types)]
    arrays = [shapes.array(kind, name) for kind, name in zip(types, sockets, strict=True)]
    shape = shapes.broadcast_shapes([each.shape for each in arrays], sockets)
    return (ArrayType(shape, shapes.common_dtype(shapes.numeric, arrays[1:], len(arrays) < 3)),)


@operator(
    "elementwise.where",
    "Where",
    shape=_chosen,
    formula=r"x\ (\text{condition}),\ y\ (\text{else})",
    partials={
        "condition": "0",
        "x": r"1\ (\text{condition}),\ 0\ (\text{else})",
        "y": r"0\ (\text{condition}),\ 1\ (\text{else})",
    },
    domain="x and y are finite where they are not chosen, too, and so are the derivatives of what they are made from",
    nondifferentiable=("condition",),
    synonyms=("ternary", "if", "else", "choose", "select", "mask", "switch", "piecewise"),
    samples=(
        (onp.array([True, False, True]), [-2.0, 0.5, 3.0], [1.5, -4.0, 2.0]),
        (onp.array([False, True, True]), [2.5, -1.5, -0.5], [-3.0, 2.0, 0.25]),
        (onp.array([[True, False], [False, True]]), [1.0, -2.0], [[0.5], [2.5]]),
        (onp.array([[False, True], [True, True]]), [-1.0, 2.0], [[-0.5], [1.5]]),
        ([0.0, 2.0, -1.0], 1.5, [1.0, -2.0, 3.0]),
        (onp.array([True, False]), [1.5, -2.5]),
        (onp.array([False, True]), [-0.5, 2.0]),
        (onp.array([True, False]), onp.array([1.5, -2.5], "float32")),
        (onp.array([True, False]), onp.array([1.5 - 1j, -2.5]), onp.array([0.5j, 1.0])),
        (onp.array([True, False]), onp.array([1, 2]), onp.array([3, 4])),
    ),
    sockets={
        "condition": "true or false (or a number, true where it is not 0)",
        "x": "what is taken where the condition is true",
        "y": "what is taken elsewhere",
        "value": "one of the two at each place",
    },
)
def where(condition: Value, x: Value, y: Value = 0.0) -> Value:
    """x where the condition is true, y elsewhere, element by element; only the one that is chosen gets the derivative.

    Guard what cannot be computed before the function, not after it: a root of negative numbers has the derivative NaN
    even where it is not chosen. So first choose a safe number for x, then take its root.
    """
    return np.where(condition if kind_of(condition) == "b" else condition != 0, number(x, y), y)


# ----- limiting -----


def _limited(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """Real numbers, as fractions; the limits in order."""
    found = shapes.real(types[0], "x")
    if settings["low"] > settings["high"]:
        raise ShapeError(f"the lower limit {settings['low']:g} is above the upper limit {settings['high']:g}")
    return (ArrayType(found.shape, shapes.common_dtype(shapes.inexact, [found], False)),)


@operator(
    "elementwise.clip",
    "Clip",
    shape=_limited,
    formula=r"\min(\max(x, l), h)",
    partials={"x": r"1\ (l \le x \le h),\ 0\ (\text{else})"},
    domain="x is real and low is not above high; at the limits the derivative is taken as 1",
    synonyms=("relu6", "clamp", "limit", "saturate", "hard tanh", "bound"),
    samples=(
        ([-2.0, -0.3, 0.4, 3.0],),
        ([1.5, 0.2, -2.5, -0.1],),
        Sample(([-0.5, 0.25, 4.0],), {"low": 0.0, "high": 2.0}),
        Sample(([3.5, -1.25, 0.5],), {"low": 0.0, "high": 2.0}),
        (0.75,),
        (onp.array([[-1.5, 0.5]], "float32"),),
        (onp.array([3, 0, -2]),),
    ),
    sockets={"x": "a real number or array", "value": "x, moved to the limit where it is beyond"},
)
def clip(
    x: Value,
    *,
    low: Value = Number(-1.0, help="The smallest number that is let through."),
    high: Value = Number(1.0, help="The largest number that is let through."),
) -> Value:
    """x held between two limits, element by element. Beyond them the derivative is 0, and nothing is learned."""
    return np.clip(inexact(x), low, high)


OPERATORS = (*COMPARISONS, *CONNECTIVES, logical_not, is_finite, where, clip)
