"""Inputs: rows split into training, validation and test, and columns brought to one scale by visible nodes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine import random_bits
from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.program.primitives import guarded
from engine.setting import Integer
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.casts import Value, inexact
from nodes.generated import permutation

PARTS = ("train_x", "train_y", "validation_x", "validation_y", "test_x", "test_y")


def _counts(rows: int, validation: int, test: int) -> tuple[int, int, int]:
    """Return how many rows go into training, validation and test."""
    kept, held = round(rows * validation / 100), round(rows * test / 100)
    return rows - kept - held, kept, held


def _split_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    x, y = (shapes.array(kind, name) for kind, name in zip(types, ("x", "y"), strict=True))
    for found, socket in ((x, "x"), (y, "y")):
        if not found.shape:
            raise ShapeError(f"{socket} is a scalar: it takes one row per example", socket=socket)
    if x.shape[0] != y.shape[0]:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and y has shape {shape_text(y.shape)}: "
            f"they differ at axis 0, {x.shape[0]} rows and {y.shape[0]}",
            socket="y",
        )
    counts = _counts(x.shape[0], settings["validation"], settings["test"])
    if counts[0] < 1:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)}: validation {settings['validation']} % and test {settings['test']} % "
            "leave no row along axis 0 for training",
            socket="x",
        )
    return tuple(ArrayType((n, *kind.shape[1:]), kind.dtype) for n in counts for kind in (x, y))


ROWS = ([[1.0, -2.0], [3.0, 0.5], [-1.5, 2.5], [0.25, 4.0], [2.0, -1.0]], [1.0, -2.0, 3.0, 0.5, -0.25])
OTHER_ROWS = ([[-1.0, 2.0], [-3.0, 1.5], [0.5, -2.5], [4.25, 1.0], [-2.0, 0.75]], [-1.0, 2.0, 0.25, 1.5, 3.0])


@operator(
    "inputs.split",
    "Split into training and test",
    outputs=PARTS,
    shape=_split_shape,
    formula=r"x_{\pi(1)}, \ldots, x_{\pi(a)}\ |\ x_{\pi(a+1)}, \ldots, x_{\pi(b)}\ |\ x_{\pi(b+1)}, \ldots, x_{\pi(n)}",
    partials={"x": r"1\ (\mathrm{in\ its\ part})", "y": r"1\ (\mathrm{in\ its\ part})"},
    domain="x and y have as many rows, and some are left for training",
    synonyms=("train test split", "validation", "held out", "hold-out", "cross validation", "partition"),
    samples=(
        Sample(ROWS, {"validation": 20, "test": 40}),
        Sample(OTHER_ROWS, {"validation": 20, "test": 40}),
        ROWS,
        Sample((onp.array(ROWS[0], "float32"), onp.array([0, 1, 2, 1, 0])), {"seed": 3}),
    ),
    sockets={
        "x": "one row per example",
        "y": "one row per example",
        "train_x": "the rows of x to train on",
        "train_y": "the same rows of y",
        "validation_x": "the rows of x to choose settings by",
        "validation_y": "the same rows of y",
        "test_x": "the rows of x to judge by, once",
        "test_y": "the same rows of y",
    },
)
def split(
    x: Value,
    y: Value,
    *,
    validation: Value = Integer(
        0, low=0, high=100, unit="%", help="How many of a hundred rows are held out for validation."
    ),
    test: Value = Integer(20, low=0, high=100, unit="%", help="How many of a hundred rows are held out for the test."),
    seed: Value = Integer(0, low=0, high=2**53, help="Which split: one seed and number of rows give the same."),
) -> Any:
    """Divides the rows of x and y at random, in the same way, into training, validation and test."""
    rows = np.shape(x)[0]
    order = permutation(random_bits.key(seed, "split", 0), rows)
    first, kept, _ = _counts(rows, validation, test)
    parts = (order[:first], order[first : first + kept], order[first + kept :])
    return tuple(each[part] for part in parts for each in (x, y))


# ----- one scale -----


def _fitted(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    x, *rest = (shapes.real(kind, name) for kind, name in zip(types, ("x", "fit"), strict=False))
    fit = rest[0] if rest else x
    if not fit.shape or math.prod(fit.shape) == 0:
        socket = "fit" if rest else "x"
        raise ShapeError(
            f"{socket} has shape {shape_text(fit.shape)}: it takes at least one row per example", socket=socket
        )
    if x.shape[1:] != fit.shape[1:] or len(x.shape) != len(fit.shape):
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and fit has shape {shape_text(fit.shape)}: "
            "all axes but axis 0 must be equal",
            socket="fit",
        )
    return (ArrayType(x.shape, shapes.inexact([each.dtype for each in (x, *rest)], False)),)


FITTED = (
    (ROWS[0], OTHER_ROWS[0]),
    (OTHER_ROWS[0], ROWS[0]),
    (ROWS[0],),
    (OTHER_ROWS[0],),
    (ROWS[1],),
    (ROWS[0][:2], OTHER_ROWS[0]),
    (onp.array(ROWS[0], "float32"), onp.array(OTHER_ROWS[0], "float32")),
)
FIT_HELP = "the rows whose columns give the scale (the training rows); unwired: x itself"


def _alike(x: Value, fit: Value) -> tuple[Value, Value]:
    return (inexact(x), inexact(x)) if fit is None else (inexact(x, fit), inexact(fit, x))


@operator(
    "inputs.standardise",
    "Standardise",
    shape=_fitted,
    formula=r"\frac{x - \mu_f}{\sigma_f}",
    partials={
        "x": r"\frac{1}{\sigma_f}",
        "fit": r"-\frac{1}{n\,\sigma_f}\left(1 + \frac{(x - \mu_f)(f_i - \mu_f)}{\sigma_f^2}\right)",
    },
    domain="x is real; columns of fit that are constant are only centred",
    synonyms=("normalize", "normalise", "z-score", "scale", "whiten", "standard scaler", "preprocess"),
    samples=FITTED,
    sockets={"x": "one row per example", "fit": FIT_HELP, "value": "x with the columns of fit at mean 0, variance 1"},
)
def standardise(x: Value, fit: Value = None) -> Value:
    """Moves and scales each column so that in the rows it is fitted to it has mean 0 and variance 1."""
    x, fit = _alike(x, fit)
    mean = np.mean(fit, axis=0, keepdims=True)
    variance = np.mean(np.square(fit - mean), axis=0, keepdims=True)
    return (x - mean) / guarded(variance > 0.0, np.sqrt, variance, 1.0, 1.0)


@operator(
    "inputs.min_max",
    "Scale to 0 and 1",
    shape=_fitted,
    formula=r"\frac{x - \min f}{\max f - \min f}",
    partials={
        "x": r"\frac{1}{\max f - \min f}",
        "fit": r"\frac{y - 1}{\max f - \min f}\ (f_i = \min f),\ -\frac{y}{\max f - \min f}\ (f_i = \max f)",
    },
    domain="x is real; columns of fit that are constant become x less that number",
    synonyms=("min max", "normalise", "rescale", "range", "preprocess"),
    samples=FITTED,
    sockets={"x": "one row per example", "fit": FIT_HELP, "value": "x with the columns of fit from 0 to 1"},
)
def min_max(x: Value, fit: Value = None) -> Value:
    """Moves and scales each column so that in the rows it is fitted to it goes from 0 to 1."""
    x, fit = _alike(x, fit)
    low = np.min(fit, axis=0, keepdims=True)
    width = np.max(fit, axis=0, keepdims=True) - low
    return (x - low) / np.where(width > 0.0, width, 1.0)


OPERATORS = (split, standardise, min_max)
