"""Elementwise operators: signs, steps and rests. Where a result is a step, its derivative is zero, and so said."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import shapes
from nodes.casts import Value, inexact, number

STEPS = (
    ([-2.3, -0.4, 0.3, 3.8],),
    ([1.7, 0.2, -2.6, -0.1],),
    (0.75,),
    ([[0.6, -1.3], [-0.25, 2.2]],),
    (onp.array([-1.3, 0.7], "float32"),),
    (onp.array([1, -2]),),
)
"""Samples of one real input between the steps."""

DIVISIONS = (
    ([5.5, -3.25, 7.0], [2.0, 1.5, -3.0]),
    ([-5.5, 3.25, -7.5], [-2.0, 1.25, 3.0]),
    (-1.25, 2.0),
    ([[1.0, -2.0, 3.0], [-4.0, 5.25, -6.0]], [0.75, 2.5, -1.75]),
    ([[1.5], [-2.5]], [[0.7, -3.0, 2.0]]),
    (onp.array([-1.5, 2.0], "float32"), onp.array([0.4, -0.75], "float32")),
    (onp.array([7, -2, 3]), onp.array([4, 5, -6])),
)
"""Samples of a division with a rest, away from its steps."""


@operator(
    "elementwise.sign",
    "Sign",
    shape=shapes.elementwise("x", real_only=True),
    formula=r"\mathrm{sign}\,x",
    partials={"x": r"0"},
    domain="x is real; at 0 there is no derivative",
    synonyms=("signum", "direction", "plus or minus"),
    samples=STEPS,
    sockets={"x": "a real number or array", "value": "1, 0 or -1"},
)
def sign(x: Value) -> Value:
    """One where x is positive, -1 where it is negative, 0 at 0.

    The derivative is zero wherever there is one.
    """
    return np.sign(number(x))


@operator(
    "elementwise.floor",
    "Round down",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\lfloor x \rfloor",
    partials={"x": r"0"},
    domain="x is real; at whole numbers there is no derivative",
    synonyms=("floor", "integer part", "round towards minus infinity"),
    samples=STEPS,
    sockets={"x": "a real number or array", "value": "the whole number below"},
)
def floor(x: Value) -> Value:
    """The largest whole number that is not above x, element by element.

    The derivative is zero wherever there is one.
    """
    return np.floor(inexact(x))


@operator(
    "elementwise.ceil",
    "Round up",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\lceil x \rceil",
    partials={"x": r"0"},
    domain="x is real; at whole numbers there is no derivative",
    synonyms=("ceiling", "ceil", "round towards infinity"),
    samples=STEPS,
    sockets={"x": "a real number or array", "value": "the whole number above"},
)
def ceil(x: Value) -> Value:
    """The smallest whole number that is not below x, element by element.

    The derivative is zero wherever there is one.
    """
    return np.ceil(inexact(x))


@operator(
    "elementwise.round",
    "Round",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\lfloor x + \frac{1}{2} \rfloor",
    partials={"x": r"0"},
    domain="x is real; halfway between whole numbers there is no derivative",
    synonyms=("nearest whole number", "rint"),
    samples=STEPS,
    sockets={"x": "a real number or array", "value": "the nearest whole number"},
)
def rounded(x: Value) -> Value:
    """The nearest whole number, element by element; of two equally near the even one.

    The derivative is zero wherever there is one.
    """
    return np.rint(inexact(x))


@operator(
    "elementwise.remainder",
    "Remainder",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"x - y \left\lfloor \frac{x}{y} \right\rfloor",
    partials={"x": r"1", "y": r"-\left\lfloor \frac{x}{y} \right\rfloor"},
    domain="x and y are real and y is not 0; where x is a multiple of y the remainder jumps",
    synonyms=("modulo", "mod", "%", "wrap around", "rest"),
    samples=DIVISIONS,
    sockets={"x": "what is divided", "y": "what it is divided by", "value": "what is left over"},
)
def remainder(x: Value, y: Value) -> Value:
    """What is left of x after taking away whole multiples of y, element by element; it has the sign of y."""
    return np.remainder(inexact(x, y), y)


OPERATORS = (
    sign,
    floor,
    ceil,
    rounded,
    remainder,
)
