"""Fourier transforms, interpolation between points, and polynomials."""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, ShapeRule, operator
from engine.program.matrices import fourier
from engine.program.primitives import expand
from engine.setting import Integer, Toggle
from engine.types import ArrayType, Type, shape_text
from nodes.casts import Value, common, inexact
from nodes.shapes import Settings, array, common_dtype, real, reduced_axes
from nodes.shapes import inexact as inexact_dtype
from nodes.signal import numbers

AXIS = Integer(-1, help="The axis that is transformed; -1 is the last.", low=-32, high=31)
COMPLEX = {"float32": "complex64", "complex64": "complex64"}
REAL = {"float32": "float32", "complex64": "float32"}


def _transform(rank: int, real_input: bool = False, result: str = "same") -> ShapeRule:
    """Return the rule of a transform along the setting `axis`, or over the last two axes."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        found = (real if real_input else array)(types[0], "x")
        if len(found.shape) < rank:
            raise ShapeError(
                f"x has shape {shape_text(found.shape)}: the transform takes {rank} axes or more", socket="x"
            )
        axes = reduced_axes(found.shape, settings["axis"], "x") if rank == 1 else (-2, -1)
        if any(found.shape[axis] == 0 for axis in axes):
            raise ShapeError(
                f"x has shape {shape_text(found.shape)}: there is no element along axis {axes[0]}", socket="x"
            )
        shape = list(found.shape)
        dtype = COMPLEX.get(found.dtype, "complex128")
        if result == "half":
            shape[axes[0]] = shape[axes[0]] // 2 + 1
        if result == "whole":
            shape[axes[0]] = _length(shape[axes[0]], settings["odd"])
            dtype = REAL.get(found.dtype, "float64")
            if shape[axes[0]] == 0:
                raise ShapeError(
                    f"x has shape {shape_text(found.shape)}: axis {axes[0]} holds one frequency, which an even count "
                    "does not have",
                    socket="x",
                )
        return (ArrayType(tuple(shape), dtype),)

    return rule


def _length(frequencies: int, odd: bool) -> int:
    return 2 * (frequencies - 1) + (1 if odd else 0)


SIGNAL = (
    (numbers(5),),
    (numbers(5),),
    (numbers(2, 4),),
    Sample((numbers(3, 2),), {"axis": 0}),
    (numbers(5).astype("float32"),),
    (onp.array([1, 2, -3]),),
)
WAVES = (
    (numbers(5) + 1j * numbers(5),),
    (numbers(5) + 1j * numbers(5),),
    ((numbers(3) + 1j * numbers(3)).astype("complex64"),),
)
IMAGE = (
    (numbers(3, 4),),
    (numbers(3, 4),),
    (numbers(2, 3, 3),),
    (numbers(3, 2).astype("float32"),),
    (numbers(2, 3) + 1j * numbers(2, 3),),
    (numbers(2, 3) + 1j * numbers(2, 3),),
)


@operator(
    "signal.fft",
    "Fourier transform",
    shape=_transform(1),
    formula=r"y_k = \sum_j x_j\,e^{-2\pi i j k / n}",
    partials={"x": r"\bar x_j = \sum_k \bar y_k\,e^{-2\pi i j k / n}"},
    synonyms=("fft", "spectrum", "frequency", "dft"),
    samples=(*SIGNAL, *WAVES),
    sockets={"x": "values along the axis", "value": "complex amplitudes, by rising frequency"},
)
def fft(x: Value, *, axis: Value = AXIS) -> Value:
    """The discrete Fourier transform along an axis."""
    return fourier(inexact(x), (axis,), False)


@operator(
    "signal.ifft",
    "Inverse Fourier transform",
    shape=_transform(1),
    formula=r"y_j = \frac{1}{n} \sum_k x_k\,e^{2\pi i j k / n}",
    partials={"x": r"\bar x_k = \frac{1}{n} \sum_j \bar y_j\,e^{2\pi i j k / n}"},
    synonyms=("ifft", "synthesis", "frequency"),
    samples=(*SIGNAL, *WAVES),
    sockets={"x": "complex amplitudes along the axis", "value": "values, complex"},
)
def ifft(x: Value, *, axis: Value = AXIS) -> Value:
    """The inverse of the Fourier transform along an axis."""
    return fourier(inexact(x), (axis,), True)


@operator(
    "signal.fft_2d",
    "Fourier transform 2D",
    shape=_transform(2),
    formula=r"y_{kl} = \sum_{pq} x_{pq}\,e^{-2\pi i (p k / m + q l / n)}",
    partials={"x": r"\bar x_{pq} = \sum_{kl} \bar y_{kl}\,e^{-2\pi i (p k / m + q l / n)}"},
    synonyms=("fft2", "image spectrum", "frequency"),
    samples=IMAGE,
    sockets={"x": "images in the last two axes", "value": "complex amplitudes"},
)
def fft_2d(x: Value) -> Value:
    """The discrete Fourier transform over the last two axes."""
    return fourier(inexact(x), (-2, -1), False)


@operator(
    "signal.ifft_2d",
    "Inverse Fourier transform 2D",
    shape=_transform(2),
    formula=r"y_{pq} = \frac{1}{m n} \sum_{kl} x_{kl}\,e^{2\pi i (p k / m + q l / n)}",
    partials={"x": r"\bar x_{kl} = \frac{1}{m n} \sum_{pq} \bar y_{pq}\,e^{2\pi i (p k / m + q l / n)}"},
    synonyms=("ifft2", "image synthesis"),
    samples=IMAGE,
    sockets={"x": "complex amplitudes in the last two axes", "value": "images, complex"},
)
def ifft_2d(x: Value) -> Value:
    """The inverse of the Fourier transform over the last two axes."""
    return fourier(inexact(x), (-2, -1), True)


def _part(rank: int, axis: int, part: slice) -> tuple[slice, ...]:
    return tuple(part if k == axis % rank else slice(None) for k in range(rank))


@operator(
    "signal.rfft",
    "Real Fourier transform",
    shape=_transform(1, real_input=True, result="half"),
    formula=r"y_k = \sum_j x_j\,e^{-2\pi i j k / n},\quad 0 \le k \le n / 2",
    partials={"x": r"\bar x_j = \mathrm{Re} \sum_k \bar y_k\,e^{-2\pi i j k / n}"},
    synonyms=("rfft", "spectrum", "frequency"),
    samples=SIGNAL,
    sockets={"x": "real values along the axis", "value": "complex amplitudes from frequency 0 up"},
)
def rfft(x: Value, *, axis: Value = AXIS) -> Value:
    """The half of the Fourier transform of real values that says it all: n // 2 + 1 frequencies."""
    rank, length = np.ndim(x), np.shape(x)[axis]
    return fourier(inexact(x), (axis,), False)[_part(rank, axis, slice(0, length // 2 + 1))]


@operator(
    "signal.irfft",
    "Inverse real Fourier transform",
    shape=_transform(1, result="whole"),
    formula=r"y_j = \frac{1}{n} \mathrm{Re} \sum_k x_k\,e^{2\pi i j k / n},\quad x_{n-k} = \overline{x_k}",
    partials={
        "x": r"\bar x_k = \frac{w_k}{n} \sum_j \bar y_j\,e^{2\pi i j k / n},\ w_k = 2\ \text{or, at the ends},\ 1"
    },
    synonyms=("irfft", "synthesis", "frequency"),
    samples=(
        *SIGNAL,
        *WAVES,
        Sample((numbers(4) + 1j * numbers(4),), {"odd": True}),
        Sample((numbers(4) + 1j * numbers(4),), {"odd": True}),
    ),
    sockets={"x": "complex amplitudes from frequency 0 up", "value": "real values"},
)
def irfft(
    x: Value,
    *,
    axis: Value = AXIS,
    odd: Value = Toggle(False, help="Give an odd count of values: 2 m - 1 from m frequencies, not 2 m - 2."),
) -> Value:
    """Real values from half of their Fourier transform. What a real signal cannot have is not used: the imaginary part
    of the ends."""
    x = inexact(x)
    rank, frequencies = np.ndim(x), np.shape(x)[axis]
    mirrored = x[_part(rank, axis, slice(1, frequencies if odd else frequencies - 1))]
    turned = np.conj(mirrored[_part(rank, axis, slice(None, None, -1))])
    return np.real(fourier(np.concatenate([x, turned], axis=axis), (axis,), True))


# ----- interpolation and polynomials -----


def _interpolated(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    x, knots, values = (real(kind, name) for kind, name in zip(types, ("x", "knots", "values"), strict=True))
    if len(knots.shape) != 1 or knots.shape[0] < 2:
        raise ShapeError(
            f"knots has shape {shape_text(knots.shape)}: it takes two or more places on one axis", socket="knots"
        )
    if values.shape != knots.shape:
        raise ShapeError(
            f"knots has shape {shape_text(knots.shape)} and values has shape {shape_text(values.shape)}: axis 0 must "
            "be equal, one value at each place",
            socket="values",
        )
    return (ArrayType(x.shape, common_dtype(inexact_dtype, [x, knots, values], False)),)


KNOTS, VALUES = [-2.0, -0.5, 1.0, 2.5], [1.0, -1.5, 2.0, 0.5]


@operator(
    "signal.interpolate",
    "Linear interpolation",
    shape=_interpolated,
    formula=r"v_k + (v_{k+1} - v_k)\,\frac{x - t_k}{t_{k+1} - t_k},\quad t_k \le x < t_{k+1}",
    partials={
        "x": r"\frac{v_{k+1} - v_k}{t_{k+1} - t_k}",
        "knots": r"-\frac{v_{k+1} - v_k}{t_{k+1} - t_k}\,(1 - w,\ w)\ \text{at}\ (k, k+1)",
        "values": r"(1 - w,\ w)\ \text{at}\ (k, k+1),\ w = \frac{x - t_k}{t_{k+1} - t_k}",
    },
    domain="knots rise, else NaN; x is not at a knot, where the slope changes",
    synonyms=("interp", "lookup", "piecewise linear", "curve", "lerp"),
    samples=(
        ([-1.5, 0.2, 1.7, -0.7], KNOTS, VALUES),
        ([2.1, -1.0, 0.6, 1.2], [-1.5, 0.1, 0.9, 2.0], VALUES[::-1]),
        ([-3.0, 0.2, 1.7, 4.0], KNOTS, VALUES),
        ([4.0, 2.0, 0.2, -3.0], KNOTS, VALUES),
        (0.25, KNOTS, VALUES),
        ([[0.5], [2.0]], [0.0, 1.0, 3.0], [1.0, 5.0, -2.0]),
        (onp.array([0.25, 1.5], "float32"), onp.array(KNOTS, "float32"), onp.array(VALUES, "float32")),
        (onp.array([1, 4]), onp.array([0, 3, 5]), onp.array([2, -1, 1])),
    ),
    sockets={
        "x": "where values are wanted",
        "knots": "rising places, one axis",
        "values": "the value at each knot",
        "value": "between the values at the knots around x; beyond the ends, the value at the end",
    },
)
def interpolate(x: Value, knots: Value, values: Value) -> Value:
    """The value at x on straight lines between points. Knots that do not rise give NaN."""
    x, knots, values = inexact(x, knots, values), inexact(knots, x, values), inexact(values, x, knots)
    after = np.sum(np.expand_dims(x, -1) >= knots[1:-1], axis=-1)
    left, right = knots[after], knots[after + 1]
    low, high = values[after], values[after + 1]
    share = np.clip((x - left) / (right - left), 0.0, 1.0)
    return np.where(np.all(knots[1:] > knots[:-1]), low + (high - low) * share, np.nan)


def _polynomial(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    x, coefficients = array(types[0], "x"), array(types[1], "coefficients")
    if len(coefficients.shape) != 1 or coefficients.shape[0] == 0:
        raise ShapeError(
            f"coefficients has shape {shape_text(coefficients.shape)}: it takes one or more numbers on one axis",
            socket="coefficients",
        )
    return (ArrayType(x.shape, common_dtype(inexact_dtype, [x, coefficients], False)),)


@operator(
    "signal.polynomial",
    "Polynomial",
    shape=_polynomial,
    formula=r"c_0 + c_1 x + c_2 x^2 + \cdots",
    partials={"x": r"c_1 + 2 c_2 x + \cdots", "coefficients": r"x^k"},
    synonyms=("polyval", "horner", "quadratic", "cubic", "power series"),
    samples=(
        ([-1.5, 0.2, 1.7], [0.5, -1.0, 2.0, 0.25]),
        ([2.1, -1.0, 0.6], [-2.0, 0.5, -0.75, 1.5]),
        ([[0.5, -2.0]], [3.0]),
        (onp.array([0.5, -1.5], "float32"), onp.array([1.0, 2.0, -0.5], "float32")),
        (onp.array([0.5 + 1j, -1.5j]), onp.array([1.0 - 0.5j, 2.0, -0.5])),
        (onp.array([1, -2]), onp.array([3, 0, 1])),
    ),
    sockets={"x": "a number or array", "coefficients": "from the constant up", "value": "the polynomial at x"},
)
def polynomial(x: Value, coefficients: Value) -> Value:
    """A polynomial at x, by Horner's scheme; the first coefficient is the constant."""
    x, coefficients = common(inexact(x, coefficients), inexact(coefficients, x))
    result = expand(coefficients[-1], np.shape(x))
    for power in range(np.shape(coefficients)[0] - 2, -1, -1):
        result = result * x + coefficients[power]
    return result


OPERATORS = (fft, ifft, fft_2d, ifft_2d, rfft, irfft, interpolate, polynomial)
