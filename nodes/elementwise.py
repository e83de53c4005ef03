"""Elementwise operators: arithmetic and functions of one number, broadcast over arrays."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import shapes
from nodes.casts import Value, inexact, number

PAIRS = (
    ([-2.0, 0.5, 3.0], [1.5, -4.0, 2.0]),
    ([2.5, -1.5, -0.5], [-3.0, 2.0, 0.25]),
    (-1.25, 2.0),
    ([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]], [0.5, 2.5, -1.5]),
    ([[1.5], [-2.5]], [[0.5, -3.0, 2.0]]),
    (onp.array([-1.5, 2.0], "float32"), onp.array([0.5, -0.25], "float32")),
    (onp.array([1.0 + 2.0j, -0.5 - 1.5j]), onp.array([0.5 - 1.0j, 2.0 + 0.25j])),
    (onp.array([1, -2, 3]), onp.array([4, 5, -6])),
)
"""Samples of two inputs: opposite signs and orders, a broadcast on either side, and the other dtypes."""

ALONE = (([-2.0, 0.5, 3.0],), (onp.array([1.5, -0.5], "float32"),), (onp.array([1, -2, 3]),))
"""Samples in which the second input is not wired, and its default number stands there."""

REAL_PAIRS = tuple(pair for pair in PAIRS if onp.result_type(*map(onp.asarray, pair)).kind != "c")

TIES = (([1.0, 2.0, -3.0], [1.0, 0.5, -3.0]),)
"""Equal numbers: the derivative halfway between those of either side is what differences give."""

ANY = (
    ([-2.0, -0.3, 0.4, 3.0],),
    ([1.5, 0.2, -2.5, -0.1],),
    (0.75,),
    ([[0.5, -1.5], [-0.25, 2.0]],),
    (onp.array([-1.5, 0.5], "float32"),),
    (onp.array([0.5 + 1.0j, -1.5 - 0.5j]),),
)
"""Samples of one input of any sign."""

POSITIVE = (
    ([0.2, 1.5, 4.0],),
    ([3.0, 0.4, 0.7],),
    (2.5,),
    ([[0.5, 1.5], [0.25, 2.0]],),
    (onp.array([0.5, 1.75], "float32"),),
    (onp.array([0.5 + 1.0j, 1.5 - 0.5j]),),
)
"""Samples of one input inside the domain of a logarithm or root."""


@operator(
    "elementwise.add",
    "Add",
    shape=shapes.elementwise("x", "y"),
    formula=r"x + y",
    partials={"x": r"1", "y": r"1"},
    synonyms=("plus", "sum of two", "+", "offset", "bias"),
    samples=(*PAIRS, *ALONE),
    sockets={"x": "the first summand", "y": "the second summand", "value": "x + y"},
)
def add(x: Value, y: Value = 0.0) -> Value:
    """The sum of x and y, element by element."""
    return number(x, y) + y


@operator(
    "elementwise.subtract",
    "Subtract",
    shape=shapes.elementwise("x", "y"),
    formula=r"x - y",
    partials={"x": r"1", "y": r"-1"},
    synonyms=("minus", "difference", "-", "residual"),
    samples=(*PAIRS, *ALONE),
    sockets={"x": "what is subtracted from", "y": "what is subtracted", "value": "x - y"},
)
def subtract(x: Value, y: Value = 0.0) -> Value:
    """The difference of x and y, element by element."""
    return number(x, y) - y


@operator(
    "elementwise.multiply",
    "Multiply",
    shape=shapes.elementwise("x", "y"),
    formula=r"x\,y",
    partials={"x": r"y", "y": r"x"},
    synonyms=("hadamard", "times", "product", "*", "scale", "gain"),
    samples=(*PAIRS, *ALONE),
    sockets={"x": "the first factor", "y": "the second factor", "value": "x times y"},
)
def multiply(x: Value, y: Value = 1.0) -> Value:
    """The product of x and y, element by element (for the matrix product use Matrix multiply)."""
    return number(x, y) * y


@operator(
    "elementwise.divide",
    "Divide",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact),
    formula=r"\frac{x}{y}",
    partials={"x": r"\frac{1}{y}", "y": r"-\frac{x}{y^2}"},
    domain="y is not 0",
    synonyms=("over", "quotient", "ratio", "/"),
    samples=(*PAIRS, *ALONE),
    sockets={"x": "the numerator", "y": "the denominator", "value": "x over y"},
)
def divide(x: Value, y: Value = 1.0) -> Value:
    """The quotient of x and y, element by element. Whole numbers give fractions: 1 / 2 is 0.5."""
    return inexact(x, y) / y


@operator(
    "elementwise.power",
    "Power",
    shape=shapes.elementwise("x", "exponent", dtype=shapes.inexact),
    formula=r"x^p",
    partials={"x": r"p\,x^{p-1}", "exponent": r"x^p \ln x"},
    domain="x is positive, or the exponent is a whole number that is not trained",
    synonyms=("exponent", "square", "cube", "root", "raise", "pow", "**", "^"),
    samples=(
        ([0.5, 1.5, 3.0], [2.0, -1.5, 0.5]),
        ([2.5, 0.75, 0.2], [-1.0, 2.5, 3.0]),
        (1.75, 2.0),
        ([[0.5, 2.0, 3.0], [1.5, 0.25, 0.75]], [2.0, -0.5, 1.0]),
        (onp.array([0.5, 2.0], "float32"), onp.array([2.0, -0.5], "float32")),
        (onp.array([1.0 + 0.5j, 0.5 - 1.0j]), onp.array([2.0 + 0.0j, 0.5 + 0.5j])),
        *ALONE,
    ),
    sockets={"x": "the base", "exponent": "the exponent p", "value": "x to the power of p"},
)
def power(x: Value, exponent: Value = 2.0) -> Value:
    """x to the power of the exponent, element by element.

    At x = 0 the derivative is that of the limit from above: 0 for exponents over 1, 1 for 1, 0 for 0, infinite between.
    """
    return inexact(x, exponent) ** exponent


@operator(
    "elementwise.maximum",
    "Maximum",
    shape=shapes.elementwise("x", "y", real_only=True),
    formula=r"\max(x, y)",
    partials={"x": r"1\ (x>y),\ \frac{1}{2}\ (x=y),\ 0\ (x<y)", "y": r"1\ (y>x),\ \frac{1}{2}\ (x=y),\ 0\ (y<x)"},
    domain="x and y are real",
    synonyms=("max", "larger", "greater", "at least"),
    samples=(*REAL_PAIRS, *ALONE, *TIES),
    sockets={"x": "the first number", "y": "the second number", "value": "the larger of the two"},
)
def maximum(x: Value, y: Value = 0.0) -> Value:
    """The larger of x and y, element by element. Where they are equal, each gets half of the derivative."""
    return np.maximum(number(x, y), y)


@operator(
    "elementwise.minimum",
    "Minimum",
    shape=shapes.elementwise("x", "y", real_only=True),
    formula=r"\min(x, y)",
    partials={"x": r"1\ (x<y),\ \frac{1}{2}\ (x=y),\ 0\ (x>y)", "y": r"1\ (y<x),\ \frac{1}{2}\ (x=y),\ 0\ (y>x)"},
    domain="x and y are real",
    synonyms=("min", "smaller", "less", "at most"),
    samples=(*REAL_PAIRS, *ALONE, *TIES),
    sockets={"x": "the first number", "y": "the second number", "value": "the smaller of the two"},
)
def minimum(x: Value, y: Value = 0.0) -> Value:
    """The smaller of x and y, element by element. Where they are equal, each gets half of the derivative."""
    return np.minimum(number(x, y), y)


@operator(
    "elementwise.negative",
    "Negative",
    shape=shapes.elementwise("x"),
    formula=r"-x",
    partials={"x": r"-1"},
    synonyms=("negate", "minus", "opposite", "flip sign"),
    samples=(*ANY, (onp.array([1, -2]),)),
    sockets={"x": "a number or array", "value": "-x"},
)
def negative(x: Value) -> Value:
    """x with its sign turned."""
    return -number(x)


@operator(
    "elementwise.square",
    "Square",
    shape=shapes.elementwise("x"),
    formula=r"x^2",
    partials={"x": r"2x"},
    synonyms=("squared", "power of two", "quadratic", "**2", "^2"),
    samples=(*ANY, (onp.array([1, -2]),)),
    sockets={"x": "a number or array", "value": "x times x"},
)
def square(x: Value) -> Value:
    """x times itself, element by element."""
    return np.square(number(x))


@operator(
    "elementwise.sqrt",
    "Square root",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\sqrt{x}",
    partials={"x": r"\frac{1}{2\sqrt{x}}"},
    domain="x is positive; at 0 the derivative is infinite",
    synonyms=("root", "radical", "power one half"),
    samples=POSITIVE,
    sockets={"x": "a positive number or array", "value": "the root of x"},
)
def sqrt(x: Value) -> Value:
    """The square root of x, element by element."""
    return np.sqrt(inexact(x))


@operator(
    "elementwise.exp",
    "Exponential",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"e^x",
    partials={"x": r"e^x"},
    domain="x below 709 (88 in float32), where the result overflows",
    synonyms=("exp", "e to the power", "growth"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "e to the power of x"},
)
def exp(x: Value) -> Value:
    """e to the power of x, element by element."""
    return np.exp(inexact(x))


@operator(
    "elementwise.log",
    "Logarithm",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\ln x",
    partials={"x": r"\frac{1}{x}"},
    domain="x is positive",
    synonyms=("ln", "natural log"),
    samples=POSITIVE,
    sockets={"x": "a positive number or array", "value": "the natural logarithm of x"},
)
def log(x: Value) -> Value:
    """The natural logarithm of x, element by element."""
    return np.log(inexact(x))


@operator(
    "elementwise.sin",
    "Sine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\sin x",
    partials={"x": r"\cos x"},
    synonyms=("sin", "wave", "oscillation"),
    samples=ANY,
    sockets={"x": "an angle in radians", "value": "its sine"},
)
def sin(x: Value) -> Value:
    """The sine of x in radians, element by element."""
    return np.sin(inexact(x))


@operator(
    "elementwise.cos",
    "Cosine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\cos x",
    partials={"x": r"-\sin x"},
    synonyms=("cos", "wave", "oscillation"),
    samples=ANY,
    sockets={"x": "an angle in radians", "value": "its cosine"},
)
def cos(x: Value) -> Value:
    """The cosine of x in radians, element by element."""
    return np.cos(inexact(x))


@operator(
    "elementwise.abs",
    "Absolute value",
    shape=shapes.elementwise("x", dtype=shapes.modulus),
    formula=r"|x|",
    partials={"x": r"1\ (x>0),\ 0\ (x=0),\ -1\ (x<0)"},
    synonyms=("magnitude", "modulus", "distance from zero", "absolute"),
    samples=(*ANY, (onp.array([1, -2]),)),
    sockets={"x": "a number or array", "value": "how far x is from 0"},
)
def absolute(x: Value) -> Value:
    """The distance of x from 0, element by element. At 0, where |x| has a kink, the derivative is taken as 0."""
    return np.abs(number(x))


OPERATORS = (
    add, subtract, multiply, divide, power, maximum, minimum, negative, square, sqrt, exp, log, sin, cos, absolute,
)  # fmt: skip
