"""Inputs: evenly spaced and random numbers, and more generated data. Their numbers follow from the seed alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import limits, random_bits
from engine.data import Data
from engine.errors import SettingError
from engine.operator import Kind, operator
from engine.setting import Dimensions, Integer, Number
from engine.types import Shape, shape_text
from nodes.casts import Value
from nodes.generated import permutation as order_of

COUNT = Integer(200, low=2, high=10_000_000, help="How many points.")
SEED = Integer(0, low=0, high=2**53, help="Which draw: the same seed gives the same numbers.")
SHAPE = Dimensions((100,), help="The shape of the array; an empty list for one number.")


def _key(name: str, seed: int) -> Any:
    return random_bits.key(seed, name, 0)


def _checked(data: Data, shape: Shape) -> Shape:
    if min(shape, default=0) < 0 or math.prod(shape) > limits.ELEMENTS:
        raise SettingError(
            f"{data.label} cannot have the shape {shape_text(tuple(shape))}: no length may be negative, "
            f"and at most {limits.ELEMENTS:,} elements are held.",
            node=data.node,
        )
    return tuple(shape)


def _ordered(data: Data, low: float, high: float, names: tuple[str, str] = ("low", "high")) -> None:
    if not low < high:
        raise SettingError(
            f"{data.label} needs {names[0]} below {names[1]}, but they are {low:g} and {high:g}.", node=data.node
        )


@operator(
    "inputs.linspace",
    "Evenly spaced",
    kind=Kind.SOURCE,
    synonyms=("linspace", "range", "arange", "axis", "steps", "sequence"),
    sockets={"value": "(count,), from first to last"},
)
def linspace(
    data: Any,
    *,
    first: Value = Number(-1.0, help="The first number."),
    last: Value = Number(1.0, help="The last number; it is included."),
    count: Value = Integer(100, low=1, high=10_000_000, help="How many numbers."),
) -> Any:
    """Evenly spaced numbers from first to last, both included."""
    return np.linspace(first, last, count)


@operator(
    "inputs.grid",
    "Grid",
    kind=Kind.SOURCE,
    outputs=("points", "x", "y"),
    synonyms=("meshgrid", "mesh", "plane", "lattice", "pixels", "coordinates"),
    sockets={
        "points": "(rows times columns, 2): x and y of each place, row by row",
        "x": "(rows, columns)",
        "y": "(rows, columns)",
    },
)
def grid(
    data: Any,
    *,
    columns: Value = Integer(40, low=1, high=10_000, help="How many places along x."),
    rows: Value = Integer(40, low=1, high=10_000, help="How many places along y."),
    left: Value = Number(-1.0, help="The smallest x."),
    right: Value = Number(1.0, help="The largest x."),
    bottom: Value = Number(-1.0, help="The smallest y, in the first row."),
    top: Value = Number(1.0, help="The largest y, in the last row."),
) -> Any:
    """Places on a rectangle, evenly spaced: for fields, and functions of two numbers."""
    _ordered(data, left, right, ("left", "right"))
    _ordered(data, bottom, top, ("bottom", "top"))
    x, y = np.meshgrid(np.linspace(left, right, columns), np.linspace(bottom, top, rows))
    return np.stack([x.ravel(), y.ravel()], axis=1), x, y


@operator(
    "inputs.random_uniform",
    "Random uniform numbers",
    kind=Kind.SOURCE,
    synonyms=("rand", "flat", "monte carlo", "random"),
    sockets={"value": "numbers from low to high, high excluded"},
)
def random_uniform(
    data: Any,
    *,
    shape: Value = SHAPE,
    low: Value = Number(0.0, help="The smallest number."),
    high: Value = Number(1.0, help="What all numbers are below."),
    seed: Value = SEED,
) -> Any:
    """Numbers drawn once before a run, all from low to high equally likely. For fresh ones see Uniform sample."""
    _ordered(data, low, high)
    return low + (high - low) * np.asarray(random_bits.uniform(_key("uniform", seed), _checked(data, shape)))


@operator(
    "inputs.random_normal",
    "Random normal numbers",
    kind=Kind.SOURCE,
    synonyms=("randn", "gaussian", "monte carlo", "random", "noise"),
    sockets={"value": "normal numbers"},
)
def random_normal(
    data: Any,
    *,
    shape: Value = SHAPE,
    mean: Value = Number(0.0, help="Their mean."),
    deviation: Value = Number(1.0, low=0.0, help="Their standard deviation."),
    seed: Value = SEED,
) -> Any:
    """Normal numbers drawn once before a run. For fresh ones at every step see Normal sample."""
    return mean + deviation * np.asarray(random_bits.normal(_key("normal", seed), _checked(data, shape)))


@operator(
    "inputs.random_integers",
    "Random whole numbers",
    kind=Kind.SOURCE,
    synonyms=("randint", "integers", "dice", "indices", "random"),
    sockets={"value": "whole numbers from low to high, both included"},
)
def random_integers(
    data: Any,
    *,
    shape: Value = SHAPE,
    low: Value = Integer(0, low=-(2**31), high=2**31, help="The smallest number."),
    high: Value = Integer(9, low=-(2**31), high=2**31, help="The largest number; it is included."),
    seed: Value = SEED,
) -> Any:
    """Whole numbers drawn once before a run, all from low to high equally likely."""
    if low > high:
        raise SettingError(f"{data.label} needs low at most high, but they are {low} and {high}.", node=data.node)
    fractions = np.asarray(random_bits.uniform(_key("integers", seed), _checked(data, shape)))
    return low + np.floor(fractions * (high - low + 1)).astype(np.int64)


@operator(
    "inputs.permutation",
    "Random order",
    kind=Kind.SOURCE,
    synonyms=("permutation", "shuffle", "indices", "random"),
    sockets={"value": "(count,): each whole number below count, once"},
)
def permutation(
    data: Any,
    *,
    count: Value = Integer(100, low=1, high=10_000_000, help="How many numbers, from 0 on."),
    seed: Value = SEED,
) -> Any:
    """The whole numbers from 0 on in a random order."""
    return order_of(_key("permutation", seed), count)


# ----- generated data -----


def _noise(name: str, seed: int, shape: Shape, scale: float) -> Any:
    return scale * np.asarray(random_bits.normal(_key(name, seed), shape))


@operator(
    "inputs.rings",
    "Rings",
    kind=Kind.SOURCE,
    outputs=("points", "labels"),
    synonyms=("circles", "annulus", "classification", "generated", "synthetic", "gan"),
    sockets={"points": "(count, 2)", "labels": "the ring of each point, from the inside"},
)
def rings(
    data: Any,
    *,
    count: Value = COUNT,
    number: Value = Integer(2, low=1, high=20, help="How many rings, each a class; the outermost has radius 1."),
    noise: Value = Number(0.05, low=0.0, help="The standard deviation of the noise."),
    seed: Value = SEED,
) -> Any:
    """Rings around each other: classes that a straight line cannot separate and a radius can."""
    labels = np.arange(count, dtype=np.int64) % number
    angle = 2 * math.pi * (np.arange(count) // number) / math.ceil(count / number)
    points = ((labels + 1) / number)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + _noise("rings", seed, (count, 2), noise), labels


@operator(
    "inputs.sine_wave",
    "Sine wave",
    kind=Kind.SOURCE,
    outputs=("x", "y"),
    synonyms=("sinusoid", "oscillation", "signal", "regression", "generated", "synthetic"),
    sockets={"x": "evenly spaced places", "y": "the wave there, plus noise"},
)
def sine_wave(
    data: Any,
    *,
    count: Value = COUNT,
    amplitude: Value = Number(1.0, help="The height of the wave."),
    frequency: Value = Number(1.0, help="How many waves there are from x to x + 1."),
    phase: Value = Number(0.0, help="Where the wave is at x = 0.", unit="rad"),
    noise: Value = Number(0.1, low=0.0, help="The standard deviation of the noise in y."),
    low: Value = Number(-1.0, help="The smallest x."),
    high: Value = Number(1.0, help="The largest x."),
    seed: Value = SEED,
) -> Any:
    """Points of a sine wave with normal noise."""
    _ordered(data, low, high)
    x = np.linspace(low, high, count)
    wave = amplitude * np.sin(2 * math.pi * frequency * x + phase)
    return x, wave + _noise("sine wave", seed, (count,), noise)


@operator(
    "inputs.swiss_roll",
    "Swiss roll",
    kind=Kind.SOURCE,
    outputs=("points", "along"),
    synonyms=("manifold", "embedding", "rolled sheet", "generated", "synthetic"),
    sockets={"points": "(count, 3)", "along": "(count,): how far along the roll, as an angle"},
)
def swiss_roll(
    data: Any,
    *,
    count: Value = COUNT,
    noise: Value = Number(0.0, low=0.0, help="The standard deviation of the noise."),
    seed: Value = SEED,
) -> Any:
    """A sheet rolled up in space: (t cos t, h, t sin t) with t from 1.5 pi to 4.5 pi and h from 0 to 21."""
    drawn = np.asarray(random_bits.uniform(_key("swiss roll", seed), (2, count)))
    along = 1.5 * math.pi * (1 + 2 * drawn[0])
    points = np.stack([along * np.cos(along), 21 * drawn[1], along * np.sin(along)], axis=1)
    return points + _noise("swiss roll noise", seed, (count, 3), noise), along


@operator(
    "inputs.checkerboard",
    "Checkerboard",
    kind=Kind.SOURCE,
    outputs=("points", "labels"),
    synonyms=("chess", "xor", "tiles", "classification", "generated", "synthetic"),
    sockets={"points": "(count, 2), from -1 to 1", "labels": "0 or 1: the colour of its square"},
)
def checkerboard(
    data: Any,
    *,
    count: Value = COUNT,
    squares: Value = Integer(4, low=2, high=100, help="How many squares there are along each side; 2 is XOR."),
    seed: Value = SEED,
) -> Any:
    """Points on a checkerboard, in two classes that alternate from square to square."""
    drawn = np.asarray(random_bits.uniform(_key("checkerboard", seed), (count, 2)))
    labels = np.floor(drawn * squares).sum(axis=1).astype(np.int64) % 2
    return 2 * drawn - 1, labels


OPERATORS = (
    linspace, grid, random_uniform, random_normal, random_integers, permutation, rings, sine_wave, swiss_roll,
    checkerboard,
)  # fmt: skip
