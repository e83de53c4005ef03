"""Elementwise operators: powers and logarithms of other bases, near 1, and of sums."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import shapes
from nodes.casts import Value, inexact
from nodes.elementwise import ALONE, ANY, POSITIVE, REAL_PAIRS

NONZERO = (*ANY, (onp.array([1, -2]),))


@operator(
    "elementwise.exp2",
    "Power of two",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"2^x",
    partials={"x": r"2^x \ln 2"},
    domain="x below 1024 (128 in float32), where the result overflows",
    synonyms=("exp2", "two to the power", "doubling", "octave"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "2 to the power of x"},
)
def exp2(x: Value) -> Value:
    """Two to the power of x, element by element."""
    return np.exp2(inexact(x))


@operator(
    "elementwise.expm1",
    "Exponential minus one",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"e^x - 1",
    partials={"x": r"e^x"},
    domain="x below 709 (88 in float32), where the result overflows",
    synonyms=("expm1", "growth rate", "small exponential"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "exp(x) - 1"},
)
def expm1(x: Value) -> Value:
    """exp(x) - 1, element by element, with all digits where x is close to 0."""
    return np.expm1(inexact(x))


@operator(
    "elementwise.log2",
    "Logarithm to base 2",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\log_2 x",
    partials={"x": r"\frac{1}{x \ln 2}"},
    domain="x is positive",
    synonyms=("log2", "bits", "binary logarithm", "octaves"),
    samples=POSITIVE,
    sockets={"x": "a positive number or array", "value": "the logarithm to base 2"},
)
def log2(x: Value) -> Value:
    """The logarithm of x to base 2, element by element."""
    return np.log2(inexact(x))


@operator(
    "elementwise.log10",
    "Logarithm to base 10",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\log_{10} x",
    partials={"x": r"\frac{1}{x \ln 10}"},
    domain="x is positive",
    synonyms=("log10", "common logarithm", "decades", "decibel"),
    samples=POSITIVE,
    sockets={"x": "a positive number or array", "value": "the logarithm to base 10"},
)
def log10(x: Value) -> Value:
    """The logarithm of x to base 10, element by element."""
    return np.log10(inexact(x))


@operator(
    "elementwise.log1p",
    "Logarithm of one plus",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\ln(1 + x)",
    partials={"x": r"\frac{1}{1 + x}"},
    domain="x is above -1",
    synonyms=("log1p", "small logarithm", "log of counts"),
    samples=(*POSITIVE, ([-0.5, 0.25, -0.9],), ([0.5, -0.75, 3.0],)),
    sockets={"x": "a number above -1", "value": "ln(1 + x)"},
)
def log1p(x: Value) -> Value:
    """The natural logarithm of 1 + x, element by element, with all digits where x is close to 0."""
    return np.log1p(inexact(x))


@operator(
    "elementwise.logaddexp",
    "Log of summed exponentials",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"\ln(e^x + e^y)",
    partials={"x": r"\frac{e^x}{e^x + e^y}", "y": r"\frac{e^y}{e^x + e^y}"},
    domain="x and y are real",
    synonyms=("logaddexp", "soft maximum", "add log probabilities", "softplus"),
    samples=(*REAL_PAIRS, *ALONE, ([-800.0, 1000.0], [-801.0, 998.5])),
    sockets={"x": "the first logarithm", "y": "the second logarithm", "value": "the logarithm of the sum"},
)
def logaddexp(x: Value, y: Value = 0.0) -> Value:
    """The logarithm of exp(x) + exp(y), element by element, without overflow. With y left at 0 it is softplus."""
    return np.logaddexp(inexact(x, y), y)


@operator(
    "elementwise.logaddexp2",
    "Log of summed powers of two",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"\log_2(2^x + 2^y)",
    partials={"x": r"\frac{2^x}{2^x + 2^y}", "y": r"\frac{2^y}{2^x + 2^y}"},
    domain="x and y are real",
    synonyms=("logaddexp2", "add bits", "base two"),
    samples=(*REAL_PAIRS, *ALONE, ([-1200.0, 1500.0], [-1201.0, 1498.5])),
    sockets={"x": "the first logarithm", "y": "the second logarithm", "value": "the logarithm of the sum"},
)
def logaddexp2(x: Value, y: Value = 0.0) -> Value:
    """The logarithm to base 2 of 2^x + 2^y, element by element, without overflow."""
    return np.logaddexp2(inexact(x, y), y)


@operator(
    "elementwise.reciprocal",
    "Reciprocal",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\frac{1}{x}",
    partials={"x": r"-\frac{1}{x^2}"},
    domain="x is not 0",
    synonyms=("one over", "inverse number", "1/x"),
    samples=NONZERO,
    sockets={"x": "a number or array without 0", "value": "1 over x"},
)
def reciprocal(x: Value) -> Value:
    """One over x, element by element. Whole numbers give fractions: the reciprocal of 2 is 0.5."""
    return np.reciprocal(inexact(x))


@operator(
    "elementwise.hypot",
    "Hypotenuse",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"\sqrt{x^2 + y^2}",
    partials={"x": r"\frac{x}{\sqrt{x^2 + y^2}}", "y": r"\frac{y}{\sqrt{x^2 + y^2}}"},
    domain="x and y are real",
    synonyms=("hypot", "distance in the plane", "pythagoras", "length of two"),
    samples=REAL_PAIRS,
    sockets={"x": "the first side", "y": "the second side", "value": "the length"},
)
def hypot(x: Value, y: Value) -> Value:
    """The distance of the point (x, y) from the origin, element by element; what is between does not overflow.

    At (0, 0), where it has a kink, both derivatives are taken as 0.
    """
    return np.hypot(inexact(x, y), y)


OPERATORS = (
    exp2,
    expm1,
    log2,
    log10,
    log1p,
    logaddexp,
    logaddexp2,
    reciprocal,
    hypot,
)
