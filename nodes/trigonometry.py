"""Elementwise operators: angles and hyperbolas, and their inverses."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import shapes
from nodes.casts import Value, inexact
from nodes.elementwise import ANY, REAL_PAIRS

INSIDE = (
    ([-0.75, -0.3, 0.4, 0.9],),
    ([0.5, 0.2, -0.85, -0.1],),
    (0.6,),
    ([[0.5, -0.75], [-0.25, 0.125]],),
    (onp.array([-0.5, 0.25], "float32"),),
    (onp.array([0.5 + 1.0j, -1.5 - 0.5j]),),
)
"""Samples of one input between -1 and 1 (or complex)."""

ABOVE_ONE = (
    ([1.2, 1.5, 4.0],),
    ([3.0, 2.4, 1.7],),
    (2.5,),
    ([[1.5, 1.25], [2.25, 2.0]],),
    (onp.array([1.5, 2.75], "float32"),),
)
"""Samples of one real input above 1."""

DIRECTIONS = (*REAL_PAIRS, ([1.0, -1.0, 2.0, -2.0], [-2.0, -0.5, 1.5, 3.0]))
"""Samples of two inputs in all four quadrants."""


@operator(
    "elementwise.tan",
    "Tangent",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\tan x",
    partials={"x": r"1 + \tan^2 x"},
    domain="x is no odd multiple of a quarter turn, where the tangent is infinite",
    synonyms=("tan", "slope of an angle"),
    samples=ANY,
    sockets={"x": "an angle in radians", "value": "its tangent"},
)
def tan(x: Value) -> Value:
    """The tangent of x in radians, element by element."""
    return np.tan(inexact(x))


@operator(
    "elementwise.arcsin",
    "Arc sine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\arcsin x",
    partials={"x": r"\frac{1}{\sqrt{1 - x^2}}"},
    domain="x is between -1 and 1, or complex; at -1 and 1 the derivative is infinite",
    synonyms=("asin", "inverse sine", "angle of"),
    samples=INSIDE,
    sockets={"x": "a number between -1 and 1", "value": "its angle in radians, between -π/2 and π/2"},
)
def arcsin(x: Value) -> Value:
    """The angle in radians whose sine is x, element by element."""
    return np.arcsin(inexact(x))


@operator(
    "elementwise.arccos",
    "Arc cosine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\arccos x",
    partials={"x": r"-\frac{1}{\sqrt{1 - x^2}}"},
    domain="x is between -1 and 1, or complex; at -1 and 1 the derivative is infinite",
    synonyms=("acos", "inverse cosine", "angle of"),
    samples=INSIDE,
    sockets={"x": "a number between -1 and 1", "value": "its angle in radians, between 0 and π"},
)
def arccos(x: Value) -> Value:
    """The angle in radians whose cosine is x, element by element."""
    return np.arccos(inexact(x))


@operator(
    "elementwise.arctan",
    "Arc tangent",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\arctan x",
    partials={"x": r"\frac{1}{1 + x^2}"},
    synonyms=("atan", "inverse tangent", "angle of a slope"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "its angle in radians, between -π/2 and π/2"},
)
def arctan(x: Value) -> Value:
    """The angle in radians whose tangent is x, element by element."""
    return np.arctan(inexact(x))


@operator(
    "elementwise.arctan2",
    "Direction",
    shape=shapes.elementwise("y", "x", dtype=shapes.inexact, real_only=True),
    formula=r"\mathrm{atan2}(y, x)",
    partials={"y": r"\frac{x}{x^2 + y^2}", "x": r"-\frac{y}{x^2 + y^2}"},
    domain="x and y are real and not both 0; the angle jumps at y = 0 where x is negative",
    synonyms=("atan2", "arctan2", "arc tangent of two", "polar angle", "bearing"),
    samples=DIRECTIONS,
    sockets={"y": "how far up", "x": "how far to the right", "value": "the angle in radians, between -π and π"},
)
def arctan2(y: Value, x: Value) -> Value:
    """The angle in radians from the x axis to the point (x, y), element by element, right in all four quadrants."""
    return np.arctan2(inexact(y, x), x)


@operator(
    "elementwise.sinh",
    "Hyperbolic sine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\sinh x",
    partials={"x": r"\cosh x"},
    domain="x between -710 and 710 (89 in float32), beyond which the result overflows",
    synonyms=("sinh",),
    samples=ANY,
    sockets={"x": "a number or array", "value": "its hyperbolic sine"},
)
def sinh(x: Value) -> Value:
    """The hyperbolic sine of x, half of exp(x) - exp(-x), element by element."""
    return np.sinh(inexact(x))


@operator(
    "elementwise.cosh",
    "Hyperbolic cosine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\cosh x",
    partials={"x": r"\sinh x"},
    domain="x between -710 and 710 (89 in float32), beyond which the result overflows",
    synonyms=("cosh", "catenary"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "its hyperbolic cosine"},
)
def cosh(x: Value) -> Value:
    """The hyperbolic cosine of x, half of exp(x) + exp(-x), element by element."""
    return np.cosh(inexact(x))


@operator(
    "elementwise.arcsinh",
    "Inverse hyperbolic sine",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\mathrm{arsinh}\,x",
    partials={"x": r"\frac{1}{\sqrt{x^2 + 1}}"},
    synonyms=("asinh", "arcsinh", "area hyperbolic sine", "symmetric logarithm"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "the number whose hyperbolic sine is x"},
)
def arcsinh(x: Value) -> Value:
    """The number whose hyperbolic sine is x, element by element: a logarithm for both signs."""
    return np.arcsinh(inexact(x))


@operator(
    "elementwise.arccosh",
    "Inverse hyperbolic cosine",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\mathrm{arcosh}\,x",
    partials={"x": r"\frac{1}{\sqrt{x^2 - 1}}"},
    domain="x is real and above 1; at 1 the derivative is infinite",
    synonyms=("acosh", "arccosh", "area hyperbolic cosine"),
    samples=ABOVE_ONE,
    sockets={"x": "a real number above 1", "value": "the positive number whose hyperbolic cosine is x"},
)
def arccosh(x: Value) -> Value:
    """The positive number whose hyperbolic cosine is x, element by element."""
    return np.arccosh(inexact(x))


@operator(
    "elementwise.arctanh",
    "Inverse hyperbolic tangent",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\mathrm{artanh}\,x",
    partials={"x": r"\frac{1}{1 - x^2}"},
    domain="x is between -1 and 1, or complex; at -1 and 1 the result is infinite",
    synonyms=("atanh", "arctanh", "area hyperbolic tangent", "fisher transform"),
    samples=INSIDE,
    sockets={"x": "a number between -1 and 1", "value": "the number whose hyperbolic tangent is x"},
)
def arctanh(x: Value) -> Value:
    """The number whose hyperbolic tangent is x, element by element."""
    return np.arctanh(inexact(x))


@operator(
    "elementwise.radians",
    "Degrees to radians",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\frac{\pi}{180}\,x",
    partials={"x": r"\frac{\pi}{180}"},
    synonyms=("deg2rad", "convert angle"),
    samples=ANY,
    sockets={"x": "an angle in degrees", "value": "the angle in radians"},
)
def radians(x: Value) -> Value:
    """An angle in degrees as radians, element by element."""
    return inexact(x) * (onp.pi / 180.0)


@operator(
    "elementwise.degrees",
    "Radians to degrees",
    shape=shapes.elementwise("x", dtype=shapes.inexact),
    formula=r"\frac{180}{\pi}\,x",
    partials={"x": r"\frac{180}{\pi}"},
    synonyms=("rad2deg", "convert angle"),
    samples=ANY,
    sockets={"x": "an angle in radians", "value": "the angle in degrees"},
)
def degrees(x: Value) -> Value:
    """An angle in radians as degrees, element by element."""
    return inexact(x) * (180.0 / onp.pi)


@operator(
    "elementwise.sinc",
    "Sinc",
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\frac{\sin \pi x}{\pi x}",
    partials={"x": r"\frac{\pi x \cos \pi x - \sin \pi x}{\pi x^2}"},
    domain="x is real; at 0 the value is 1",
    synonyms=("cardinal sine", "low-pass", "sampling", "interpolation kernel"),
    samples=(
        ([-2.0, -0.3, 0.4, 3.25],),
        ([1.5, 0.2, -2.5, -0.1],),
        (0.75,),
        ([[0.5, -1.5], [-0.25, 2.0]],),
        (onp.array([-1.5, 0.5], "float32"),),
    ),
    sockets={"x": "a number or array", "value": "sin(pi x) / (pi x)"},
)
def sinc(x: Value) -> Value:
    """The sine of pi x over pi x, element by element, and 1 at 0."""
    return np.sinc(inexact(x))


OPERATORS = (
    tan,
    arcsin,
    arccos,
    arctan,
    arctan2,
    sinh,
    cosh,
    arcsinh,
    arccosh,
    arctanh,
    radians,
    degrees,
    sinc,
)
