"""Elementwise operators: complex numbers and dtypes."""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program.primitives import cast as converted
from engine.setting import Choice
from engine.types import DTYPES, ArrayType, Type
from nodes import shapes
from nodes.casts import Value, inexact, kind_of, number
from nodes.elementwise import REAL_PAIRS

MIXED = (
    (onp.array([1.0 + 2.0j, -0.5 - 1.5j]),),
    (onp.array([-2.0 + 0.5j, 3.0 - 1.0j]),),
    (onp.array([[0.5 + 1.0j, 1.5 - 0.25j]], "complex64"),),
    ([-2.0, 0.5, 3.0],),
    ([1.5, -0.25, -1.0],),
    (onp.array([1.5, -0.5], "float32"),),
)
"""Samples of one input, complex and real."""


@operator(
    "elementwise.real",
    "Real part",
    shape=shapes.elementwise("x", dtype=shapes.modulus),
    formula=r"\mathrm{Re}\,x",
    partials={"x": "1"},
    synonyms=("re", "real component"),
    samples=MIXED,
    sockets={"x": "a complex number or array", "value": "its real part"},
)
def real(x: Value) -> Value:
    """The real part of x, element by element; real numbers stay as they are."""
    return np.real(number(x))


@operator(
    "elementwise.imaginary",
    "Imaginary part",
    shape=shapes.elementwise("x", dtype=shapes.modulus),
    formula=r"\mathrm{Im}\,x",
    partials={"x": r"-i"},
    synonyms=("im", "imag", "imaginary component"),
    samples=MIXED,
    sockets={"x": "a complex number or array", "value": "its imaginary part"},
)
def imaginary(x: Value) -> Value:
    """The imaginary part of x, element by element; 0 for real numbers."""
    return np.imag(number(x))


@operator(
    "elementwise.conjugate",
    "Conjugate",
    shape=shapes.elementwise("x"),
    formula=r"\bar{x}",
    partials={"x": r"1\ \text{for the real part},\ -1\ \text{for the imaginary part}"},
    synonyms=("conj", "complex conjugate", "mirror"),
    samples=MIXED,
    sockets={"x": "a complex number or array", "value": "x with its imaginary part turned"},
)
def conjugate(x: Value) -> Value:
    """x with the sign of its imaginary part turned, element by element."""
    return np.conj(number(x))


@operator(
    "elementwise.angle",
    "Angle",
    shape=shapes.elementwise("x", dtype=lambda dtypes, number: shapes.modulus([shapes.inexact(dtypes, number)], False)),
    formula=r"\arg x",
    partials={"x": r"-\frac{i}{x}"},
    domain="x is not 0; the angle jumps at negative real numbers",
    synonyms=("phase", "argument", "polar angle"),
    samples=MIXED,
    sockets={"x": "a complex number or array", "value": "its angle in radians, between -π and π"},
)
def angle(x: Value) -> Value:
    """The angle of x in the complex plane in radians, element by element: 0 or π for real numbers."""
    return np.angle(inexact(x))


def _joined(dtypes: Sequence[str], number: bool) -> str:
    """The complex dtype of the same precision."""
    return "complex64" if shapes.inexact(dtypes, number) == "float32" else "complex128"


@operator(
    "elementwise.complex",
    "Complex number",
    shape=shapes.elementwise("x", "y", dtype=_joined, real_only=True),
    formula=r"x + i\,y",
    partials={"x": "1", "y": "i"},
    domain="x and y are real",
    synonyms=("to complex", "cartesian", "imaginary unit"),
    samples=(*REAL_PAIRS, ([-2.0, 0.5],), ([1.5, -2.5],), (onp.array([1.5, -0.5], "float32"),)),
    sockets={"x": "the real part", "y": "the imaginary part", "value": "the complex number"},
)
def joined(x: Value, y: Value = 0.0) -> Value:
    """The complex number with x as its real and y as its imaginary part, element by element."""
    upright = inexact(x, y)
    return upright + 1j * converted(y, str(np.result_type(upright, y)))


def _cast_to(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The same shape in the dtype that is chosen."""
    return (ArrayType(shapes.array(types[0], "x").shape, settings["dtype"]),)


@operator(
    "elementwise.cast",
    "Cast",
    shape=_cast_to,
    formula=r"x\ \text{as another kind of number}",
    partials={"x": r"1\ \text{to fractions},\ 0\ \text{to whole numbers and booleans}"},
    domain="x fits the kind it is turned into",
    synonyms=("convert", "dtype", "astype", "precision", "float", "int", "bool"),
    samples=(
        ([-2.0, 0.5, 3.25],),
        ([1.5, -0.25, -1.0],),
        Sample(([-2.0, 0.5, 3.25],), {"dtype": "int64"}),
        Sample(([-2.0, 0.0, 3.25],), {"dtype": "bool"}),
        Sample(([-2.0, 0.5, 3.25],), {"dtype": "complex128"}),
        Sample((onp.array([1.5 + 1j, -2.5j]),), {"dtype": "float64"}),
        Sample((onp.array([1.5, -2.5], "float32"),), {"dtype": "float64"}),
        Sample((onp.array([1, 0, -2]),), {"dtype": "float64"}),
        Sample((onp.array([True, False]),), {"dtype": "float64"}),
    ),
    sockets={"x": "a number or array", "value": "the same numbers of the chosen kind"},
)
def cast(
    x: Value, *, dtype: Value = Choice("float64", options=DTYPES, help="The kind of number that comes out.")
) -> Value:
    """The same numbers as another kind, element by element.

    Fractions are cut towards 0 to make whole numbers, imaginary parts are dropped to make real ones, and everything
    but 0 is true. Whole numbers and booleans carry no derivative.
    """
    if dtype == "bool":
        return x != 0
    if dtype == "int64" and kind_of(x) in "fc":
        return converted(np.trunc(np.real(x)), dtype)
    return converted(x, dtype)


OPERATORS = (real, imaginary, conjugate, angle, joined, cast)
