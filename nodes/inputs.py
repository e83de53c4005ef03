"""Inputs: constants, tables, generated data, minibatches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import SettingError, ShapeError
from engine.operator import Kind, Output, Sample, operator
from engine.setting import Array, Choice, Columns, File, Integer, Number, Slider, Toggle, rectangular_shape
from engine.types import ArrayType, Type, shape_text
from nodes import generated, shapes, tables
from nodes.casts import Value

DTYPES = ("float64", "float32", "int64", "bool", "complex64", "complex128")
COUNT = Integer(200, low=2, high=10_000_000, help="How many points.")
NOISE_SEED = Integer(0, low=0, high=2**53, help="Which draw: the same seed gives the same points.")


# ----- constant -----


LARGEST: Mapping[str, float] = {"int64": 2.0**53, **dict.fromkeys(("float32", "complex64"), float(onp.finfo("f4").max))}
"""The largest number a constant may hold where float64, in which its value arrives, holds more or less exactly."""


def _constant_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    value, dtype = settings["value"], settings["dtype"]
    shape = rectangular_shape(value)
    if dtype in LARGEST and max(map(abs, _numbers(value)), default=0) > LARGEST[dtype]:
        raise ShapeError(
            f"its value holds a number too large for {dtype}: at most {LARGEST[dtype]:.6g} is stored rightly"
        )
    return (ArrayType(shape, dtype),)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, tuple | list):
        for each in value:
            yield from _numbers(each)
    else:
        yield value


@operator(
    "inputs.constant",
    "Constant",
    shape=_constant_shape,
    formula=r"c",
    synonyms=("number", "value", "literal", "array", "scalar"),
    samples=(
        Sample((), {"value": 2.5}),
        Sample((), {"value": ((1.0, -2.0), (3.0, 4.0))}),
        Sample((), {"value": (1, 2, 0), "dtype": "int64"}),
        Sample((), {"value": (1.5, -2.5), "dtype": "float32"}),
    ),
    sockets={"value": "the number or array"},
)
def constant(
    *,
    value: Value = Array(0.0, help="A number, or nested lists of numbers."),
    dtype: Value = Choice("float64", options=DTYPES, help="How the numbers are stored."),
) -> Value:
    """A number or array that is not trained. It may be changed while a run goes on."""
    return value if onp.dtype(np.result_type(value)).name == dtype else np.astype(value, onp.dtype(dtype))


# ----- tables -----


def _table_outputs(settings: Mapping[str, Any]) -> tuple[Output, ...]:
    if not settings["columns"]:
        return (Output("table", "all columns, as numbers"),)
    return tuple(Output(name, f"{kind}: {', '.join(columns)}") for name, kind, columns in settings["columns"])


@operator(
    "inputs.table",
    "Table",
    kind=Kind.SOURCE,
    outputs=("table",),
    dynamic_outputs=_table_outputs,
    synonyms=(
        "csv",
        "tsv",
        "npy",
        "npz",
        "parquet",
        "pandas",
        "file",
        "data set",
        "columns",
        "load",
        "read",
        "spreadsheet",
    ),
)
def table(
    data: Any,
    *,
    file: Value = File("", suffixes=tables.SUFFIXES, help="A CSV, TSV, NPY, NPZ or Parquet file."),
    columns: Value = Columns(
        (), help="What comes out: name, number or class, and the columns; empty: the whole table."
    ),
    delimiter: Value = Choice("auto", options=tuple(tables.DELIMITERS), help="What stands between the cells."),
    header: Value = Choice(
        "auto", options=tables.HEADERS, help="Whether the first line names the columns; auto: unless it holds a number."
    ),
    missing: Value = Choice(
        "refuse",
        options=tables.MISSING,
        help="What becomes of empty cells: an error, their row left out, or the column's mean.",
    ),
    rows: Value = Choice(
        "all", options=tables.ROWS, help="All rows, or one side of a random split into training and held-out rows."
    ),
    held_out: Value = Slider(0.2, low=0.0, high=1.0, help="The fraction of the rows that is held out."),
    seed: Value = Integer(0, low=0, high=2**53, help="Which split: tables of one file with one seed split alike."),
    standardise: Value = Toggle(False, help="Give each number column mean 0 and variance 1 (over the training rows)."),
    dtype: Value = Choice("float64", options=tables.DTYPES, help="How numbers are stored."),
) -> Any:
    """Columns of a data file. Classes (texts or numbers) become whole numbers from 0, in sorted order."""
    request = tables.Request(columns, delimiter, header, missing, rows, held_out, seed, standardise, dtype)
    return tables.read(data, file, request)


# ----- generated data -----


@operator(
    "inputs.line_data",
    "Noisy line",
    kind=Kind.SOURCE,
    outputs=("x", "y"),
    synonyms=("regression", "synthetic", "generated", "straight line", "data"),
    sockets={"x": "evenly spaced places", "y": "slope times x plus intercept plus noise"},
)
def line_data(
    data: Any,
    *,
    count: Value = COUNT,
    slope: Value = Number(2.0, help="The slope of the line."),
    intercept: Value = Number(1.0, help="Where it meets x = 0."),
    noise: Value = Number(0.2, low=0.0, help="The standard deviation of the noise in y."),
    low: Value = Number(-1.0, help="The smallest x."),
    high: Value = Number(1.0, help="The largest x."),
    seed: Value = NOISE_SEED,
) -> Any:
    """Points of a straight line with normal noise."""
    if not low < high:
        raise SettingError(f"{data.label} needs low below high, but they are {low:g} and {high:g}.", node=data.node)
    return generated.line(count, slope, intercept, noise, low, high, seed)


@operator(
    "inputs.spirals",
    "Spirals",
    kind=Kind.SOURCE,
    outputs=("points", "labels"),
    synonyms=("classification", "synthetic", "generated", "swirl", "data"),
    sockets={"points": "(count, 2)", "labels": "the arm of each point"},
)
def spirals(
    data: Any,
    *,
    count: Value = COUNT,
    arms: Value = Integer(2, low=1, high=20, help="How many arms, each a class."),
    turns: Value = Number(1.5, positive=True, help="How often each arm winds around the centre."),
    noise: Value = Number(0.02, low=0.0, help="The standard deviation of the noise; the arms end at radius 1."),
    seed: Value = NOISE_SEED,
) -> Any:
    """Intertwined spirals: two classes or more that no straight line separates."""
    return generated.spirals(count, arms, turns, noise, seed)


@operator(
    "inputs.moons",
    "Moons",
    kind=Kind.SOURCE,
    outputs=("points", "labels"),
    synonyms=("classification", "synthetic", "generated", "half circles", "data"),
    sockets={"points": "(count, 2)", "labels": "0 for the upper moon, 1 for the lower"},
)
def moons(
    data: Any,
    *,
    count: Value = COUNT,
    noise: Value = Number(0.1, low=0.0, help="The standard deviation of the noise; the moons have radius 1."),
    seed: Value = NOISE_SEED,
) -> Any:
    """Two half circles that reach into each other."""
    return generated.moons(count, noise, seed)


@operator(
    "inputs.blobs",
    "Blobs",
    kind=Kind.SOURCE,
    outputs=("points", "labels"),
    synonyms=("classification", "clusters", "synthetic", "generated", "gaussian", "data"),
    sockets={"points": "(count, features)", "labels": "the blob of each point"},
)
def blobs(
    data: Any,
    *,
    count: Value = COUNT,
    classes: Value = Integer(3, low=1, high=1000, help="How many blobs, each a class."),
    features: Value = Integer(2, low=1, high=10_000, help="How many numbers each point has."),
    spread: Value = Number(0.3, low=0.0, help="The standard deviation of each blob."),
    distance: Value = Number(1.0, low=0.0, help="How far the blobs' centres are from the origin."),
    seed: Value = NOISE_SEED,
) -> Any:
    """Normal clouds of points. In two features their centres stand on a circle, in more in random directions."""
    return generated.blobs(count, classes, features, spread, distance, seed)


# ----- minibatch -----


def _batch_shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    x, y = (shapes.array(kind, name) for kind, name in zip(types, ("x", "y"), strict=True))
    rows = _rows(x, y)
    size = min(int(settings["size"]), rows)
    return ArrayType((size, *x.shape[1:]), x.dtype), ArrayType((size, *y.shape[1:]), y.dtype)


def _rows(x: ArrayType, y: ArrayType) -> int:
    for found, socket in ((x, "x"), (y, "y")):
        if not found.shape or found.shape[0] == 0:
            raise ShapeError(
                f"{socket} has shape {shape_text(found.shape)}: it takes one row per example", socket=socket
            )
    if x.shape[0] != y.shape[0]:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and y has shape {shape_text(y.shape)}: "
            f"they differ at axis 0, {x.shape[0]} rows and {y.shape[0]}",
            socket="y",
        )
    return x.shape[0]


def _draw(
    key: Any, step: int, state: tuple[Any, ...] | None, types: Sequence[Type], settings: Mapping[str, Any]
) -> tuple[Any, tuple[Any, ...]]:
    """Return the rows of this step's batch, and (the order of this pass through the data, how far it has come).

    Every row is used once before any is used again; a batch may end one pass and begin the next.
    """
    x, y = (shapes.array(kind, name) for kind, name in zip(types, ("x", "y"), strict=True))
    rows = _rows(x, y)
    size = min(int(settings["size"]), rows)
    shuffled = settings["order"] == "shuffled"
    order, position = state if state is not None else (_order(key, step, rows, shuffled), onp.int64(0))
    taken = order[position : position + size]
    position = position + len(taken)
    if len(taken) < size:
        order = _order(key, step, rows, shuffled)
        position = onp.int64(size - len(taken))
        taken = onp.concatenate([taken, order[:position]])
    return taken, (order, onp.int64(position))


def _order(key: Any, step: int, rows: int, shuffled: bool) -> Any:
    """Return the order of a pass that begins at this step: the step goes into the key, so no two passes are alike."""
    if not shuffled:
        return onp.arange(rows, dtype="int64")
    words = onp.array([int(step) & 0xFFFFFFFF, int(step) >> 32 & 0xFFFFFFFF], "uint32")
    return generated.permutation(onp.asarray(key) ^ words, rows)


@operator(
    "inputs.minibatch",
    "Minibatch",
    kind=Kind.BATCH,
    outputs=("batch_x", "batch_y"),
    shape=_batch_shape,
    draw=_draw,
    synonyms=("batch", "stochastic", "sample", "shuffle", "epoch", "sgd"),
    formula=r"x_I,\ y_I",
    partials={"x": r"1\ (i \in I),\ 0\ (i \notin I)", "y": r"1\ (i \in I),\ 0\ (i \notin I)"},
    samples=(
        Sample(([[1.0, -2.0], [3.0, 0.5], [-1.5, 2.5], [0.25, 4.0]], [1.0, -2.0, 3.0, 0.5]), {"size": 3}),
        Sample(([[-1.0, 2.0], [-3.0, -0.5], [1.5, -2.5], [-0.25, -4.0]], [-1.0, 2.0, -3.0, -0.5]), {"size": 3}),
        Sample((onp.array([[0.5, -1.5]] * 4, "float32"), onp.array([2, 0, 1, 1])), {"size": 3}),
    ),
    sockets={
        "x": "one row per example",
        "y": "one row per example",
        "batch_x": "this step's rows of x",
        "batch_y": "the same rows of y",
    },
)
def minibatch(
    indices: Any,
    x: Value,
    y: Value,
    *,
    size: Value = Integer(
        32, low=1, high=10_000_000, help="How many rows each step sees; all of them where there are fewer."
    ),
    order: Value = Choice(
        "shuffled", options=("shuffled", "sequential"), help="A new random order for each pass, or that of the table."
    ),
) -> Any:
    """A few rows of the data at each step, the same of x and y. Every row comes once before any comes again."""
    return x[indices], y[indices]


OPERATORS = (constant, table, line_data, spirals, moons, blobs, minibatch)
