"""Shape rules next to NumPy itself, and the sentences they refuse with."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ShapeError
from engine.operator import Kind, Operator
from engine.types import DTYPES, ArrayType, RecordType, TupleType, Type, type_of
from nodes.library import LIBRARY
from nodes.shapes import broadcast_shapes

SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
QUICK = settings(derandomize=True, deadline=None, max_examples=200)


def rule(operator: str, *types: Type | tuple[int, ...], **own: Any) -> tuple[Type, ...]:
    declared = LIBRARY[operator]
    assert declared.shape is not None
    kinds = [ArrayType(each) if isinstance(each, tuple) else each for each in types]
    return declared.shape(kinds, {name: spec.default for name, spec in declared.settings.items()} | own)


def refused(operator: str, *types: Type | tuple[int, ...], **own: Any) -> str:
    with pytest.raises(ShapeError) as caught:
        rule(operator, *types, **own)
    sentence = caught.value.sentence
    assert "\n" not in sentence and not sentence.endswith(".")
    sockets = {each.name for each in LIBRARY[operator].inputs}
    assert caught.value.socket is None or caught.value.socket.partition(".")[0] in sockets
    return sentence


def shaped(function: Any, *shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the shape NumPy gives, or None where it refuses."""
    try:
        return np.shape(function(*(np.zeros(shape) for shape in shapes)))
    except ValueError:
        return None


@QUICK
@given(SHAPES, SHAPES)
def test_broadcasting_is_numpys(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    wanted = shaped(np.add, one, two)
    if wanted is None:
        sentence = refused("elementwise.add", one, two)
        assert str(one) in sentence and str(two) in sentence
    else:
        assert rule("elementwise.add", one, two) == (ArrayType(wanted),)


@QUICK
@given(SHAPES, SHAPES)
def test_the_matrix_product_is_numpys(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    wanted = shaped(np.matmul, one, two)
    if wanted is None:
        refused("linear_algebra.matmul", one, two)
    else:
        assert rule("linear_algebra.matmul", one, two) == (ArrayType(wanted),)


def summed(shape: tuple[int, ...], axis: int | None, keep: bool) -> tuple[int, ...]:
    """Return the shape of NumPy's sum; but NumPy lets a scalar have the axes 0 and -1, which we do not."""
    if shape == () and axis is not None:
        raise np.exceptions.AxisError(axis, 0)
    return np.sum(np.zeros(shape), axis=axis, keepdims=keep).shape


@QUICK
@given(SHAPES, st.one_of(st.none(), st.integers(-5, 5)), st.booleans())
def test_reductions_are_numpys(shape: tuple[int, ...], axis: int | None, keep: bool) -> None:
    try:
        wanted = summed(shape, axis, keep)
    except np.exceptions.AxisError:
        assert f"no axis {axis}" in refused("reductions.sum", shape, axis=axis, keep=keep)
    else:
        assert rule("reductions.sum", shape, axis=axis, keep=keep) == (ArrayType(wanted),)
        reduced = shape if axis is None else (shape[axis],)
        if 0 in reduced:
            assert "no element to average" in refused("reductions.mean", shape, axis=axis, keep=keep)
        else:
            assert rule("reductions.mean", shape, axis=axis, keep=keep) == (ArrayType(wanted),)


@QUICK
@given(SHAPES, st.lists(st.integers(-1, 6), max_size=4).map(tuple))
def test_reshape_is_numpys(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    wanted = shaped(lambda x: np.reshape(x, new), old)
    if wanted is None:
        refused("shape.reshape", old, shape=new)
    else:
        assert rule("shape.reshape", old, shape=new) == (ArrayType(wanted),)


ARRAYS_ONLY = tuple(
    declared
    for declared in LIBRARY.values()
    if declared.kind is Kind.FUNCTION and declared.inputs and not {"xs"} & {each.name for each in declared.inputs}
    if declared.id not in ("shape.unpack", "shape.field", "shape.split")  # tuples on one wire
    if not any(isinstance(each, tuple | dict) for sample in declared.samples[:1] for each in sample.inputs)
)


def mixes(count: int) -> Iterator[tuple[str, ...]]:
    """Every way to give so many inputs dtypes; where these are too many, every pair among inputs of one dtype."""
    if count <= 5:
        yield from itertools.product(DTYPES, repeat=count)
        return
    for base, (one, two) in itertools.product(DTYPES, itertools.combinations(range(count), 2)):
        for first, second in itertools.product(DTYPES, repeat=2):
            yield tuple({one: first, two: second}.get(k, base) for k in range(count))


WHOLE_ONLY = frozenset({"neural.one_hot"})
"""Those that take nothing but whole numbers."""


@pytest.mark.parametrize("declared", ARRAYS_ONLY, ids=lambda declared: declared.id)
def test_whatever_dtypes_a_rule_lets_in_are_those_execution_takes(declared: Operator) -> None:
    assert declared.function is not None and declared.shape is not None
    sample = declared.samples[0]
    own = {name: spec.default for name, spec in declared.settings.items()} | dict(sample.settings)
    let_in = 0
    for dtypes in mixes(len(sample.inputs)):
        arrays = [np.abs(np.real(each)).astype(dtype) for each, dtype in zip(sample.inputs, dtypes, strict=True)]
        try:
            said = declared.shape([type_of(each) for each in arrays], own)
        except ShapeError:
            continue
        let_in += 1
        try:
            with np.errstate(all="ignore"):
                result = declared.function(*arrays, **own)
        except np.linalg.LinAlgError:  # in some dtypes the sample's matrix is singular
            continue
        results = result if isinstance(result, tuple) else (result,)
        assert tuple(map(type_of, results)) == said, f"{declared.id} of {dtypes}"
    assert let_in >= (1 if declared.id in WHOLE_ONLY else len(DTYPES) // 2)


@pytest.mark.parametrize(
    ("operator", "types", "own", "sentence"),
    [
        (
            "elementwise.add", ((24,), (3,)), {},
            "x has shape (24,) and y has shape (3,): they differ at axis 0, 24 and 3, and neither is 1",
        ),
        (
            "elementwise.add", ((2, 24), (3,)), {},
            "x has shape (2, 24) and y has shape (3,): they differ at axis -1 (counted from the last), 24 and "
            "3, and neither is 1",
        ),
        (
            "elementwise.add", ((4, 24), (3, 24)), {},
            "x has shape (4, 24) and y has shape (3, 24): they differ at axis 0, 4 and 3, and neither is 1",
        ),
        (
            "elementwise.maximum", (ArrayType((2,), "complex128"), (2,)), {},
            "x takes real numbers, not complex128: complex numbers have no order",
        ),
        (
            "elementwise.exp", (TupleType((ArrayType(),)),), {},
            "x takes an array, not a tuple (float64 scalar): unpack it first",
        ),
        (
            "elementwise.exp", (RecordType((("a", ArrayType()),)),), {},
            "x takes an array, not a record {a: float64 scalar}: unpack it first",
        ),
        (
            "linear_algebra.matmul", ((24, 3), (4, 2)), {},
            "x has shape (24, 3) and y has shape (4, 2): axis 1 of x is 3 and axis 0 of y is 4; they must be "
            "equal",
        ),
        (
            "linear_algebra.matmul", ((), (4, 2)), {},
            "x is a scalar: a matrix product takes vectors or matrices, use Multiply",
        ),
        (
            "linear_algebra.matmul", ((5, 2, 3), (4, 3, 2)), {},
            "the batch of x has shape (5,) and the batch of y has shape (4,): they differ at axis 0, 5 and 4, "
            "and neither is 1",
        ),
        ("reductions.sum", ((2, 3),), {"axis": 2}, "x has shape (2, 3), which has no axis 2: its axes are 0 to 1"),
        ("reductions.sum", ((2,),), {"axis": 2}, "x has shape (2,), which has no axis 2: its only axis is 0"),
        ("reductions.mean", ((),), {"axis": 0}, "x has shape scalar, which has no axis 0: it has no axes"),
        ("reductions.mean", ((0, 3),), {}, "x has shape (0, 3): there is no element to average"),
        ("activations.softmax", ((),), {}, "x is a scalar: it has no axis to go along"),
        ("activations.softmax", ((3, 0),), {}, "x has shape (3, 0): there is no element along axis 1"),
        (
            "shape.reshape", ((2, 3),), {"shape": (4, 2)},
            "x has shape (2, 3), 6 elements, which cannot take the shape (4, 2), 8 elements",
        ),
        (
            "shape.reshape", ((2, 3),), {"shape": (4, -1)},
            "x has shape (2, 3), 6 elements, which cannot take the shape (4, -1)",
        ),
        (
            "shape.reshape", ((2, 3),), {"shape": (-1, -1)},
            "the shape (-1, -1) has more than one -1: only one length can be worked out",
        ),
        ("shape.transpose", ((3,),), {}, "x has shape (3,): to transpose takes at least two axes"),
        (
            "shape.unpack", (TupleType((ArrayType(),)),), {"index": 1},
            "x is a tuple of 1: it has no item 1, they count from 0",
        ),
        ("shape.unpack", ((3,),), {}, "x takes a tuple, not float64 (3,)"),
        (
            "shape.record", ((3,), (2,)), {"names": ("a",)},
            "2 inputs are wired and 1 names are given: give one name to each",
        ),
        (
            "shape.record", ((3,), (2,)), {"names": ("a", "a")},
            "two fields of the record have one name: give each its own",
        ),
        (
            "shape.field", (RecordType((("a", ArrayType()),)),), {"name": "b"},
            "x is a record of a: it has no field “b”",
        ),
        ("shape.field", ((2,),), {"name": "b"}, "x takes a record, not float64 (2,)"),
        (
            "losses.mse", ((24,), (24, 1)), {},
            "prediction has shape (24,) and target has shape (24, 1): they must be equal; reshape one of them",
        ),
        (
            "losses.mse", ((24,), (25,)), {},
            "prediction has shape (24,) and target has shape (25,): they must be equal; they differ at axis 0, "
            "24 and 25",
        ),
        ("losses.mse", ((0,), (0,)), {}, "prediction has shape (0,): there is no element to average"),
        (
            "losses.cross_entropy", ((9, 3), (9,)), {},
            "labels takes whole numbers (the class of each example), not float64: read the column as a class",
        ),
        (
            "losses.cross_entropy", ((9, 3), ArrayType((8,), "int64")), {},
            "logits has shape (9, 3) and labels has shape (8,): labels must have shape (9,), one class for "
            "each row of logits",
        ),
        (
            "losses.cross_entropy", ((), ArrayType((), "int64")), {},
            "logits has shape scalar: it takes one row per example and one column per class",
        ),
        (
            "neural.dense", ((9, 3), (4, 2), (2,)), {},
            "x has shape (9, 3) and weights has shape (4, 2): axis 1 of x is 3 and axis 0 of weights is 4; "
            "they must be equal",
        ),
        (
            "neural.dense", ((9, 3), (3, 2), (3,)), {},
            "weights has shape (3, 2) and bias has shape (3,): bias must have shape (2,), one number per unit",
        ),
        (
            "neural.dense", ((9, 3), (3,), (3,)), {},
            "weights has shape (3,): it takes one row per feature, one column per unit",
        ),
        (
            "neural.batch_norm", ((9, 3), (2,), (3,)), {},
            "x has shape (9, 3) and scale has shape (2,): scale must have shape (3,), one number per feature",
        ),
        (
            "neural.batch_norm", ((9,), (9,), (9,)), {},
            "x has shape (9,): it takes one row per example and one column per feature",
        ),
        (
            "inputs.minibatch", ((9, 3), (8,)), {},
            "x has shape (9, 3) and y has shape (8,): they differ at axis 0, 9 rows and 8",
        ),
        ("inputs.minibatch", ((), (8,)), {}, "x has shape scalar: it takes one row per example"),
    ],
)  # fmt: skip
def test_refusals_name_both_shapes_and_the_axis(
    operator: str, types: tuple[Any, ...], own: dict[str, Any], sentence: str
) -> None:
    assert refused(operator, *types, **own) == sentence


def test_a_layer_asks_for_the_shapes_of_its_weights() -> None:
    dense = LIBRARY["neural.dense"]
    assert dense.demands is not None
    types = {"x": ArrayType((150, 4)), "weights": None, "bias": None}
    assert dense.demands(types, {"units": 3}) == {"weights": (4, 3), "bias": (3,)}
    assert dense.demands({"x": None}, {"units": 3}) == {"bias": (3,)}
    norm = LIBRARY["neural.batch_norm"]
    assert norm.demands is not None
    assert norm.demands(types, {}) == {"scale": (4,), "shift": (4,)}
    assert norm.demands({"x": None}, {}) == {}


def test_a_default_number_widens_whole_numbers_only() -> None:
    for dtype, wanted in {
        "int64": "float64",
        "bool": "float64",
        "float32": "float32",
        "complex64": "complex64",
    }.items():
        assert rule("elementwise.add", ArrayType((2,), dtype)) == (ArrayType((2,), wanted),)


def test_of_three_shapes_the_two_that_differ_are_named() -> None:
    assert broadcast_shapes([(3,), (2, 1), (1, 3)], "abc") == (2, 3)
    for shapes, first in (([(4,), (3, 1), (5,)], "a"), ([(), (4, 1), (5, 1)], "b"), ([(1,), (2, 4), (5,)], "b")):
        with pytest.raises(ShapeError, match=f"^{first} has shape .* and c has shape"):
            broadcast_shapes(shapes, "abc")


def test_huge_shapes_cost_nothing() -> None:
    huge = (10**6, 10**6)
    (kind,) = rule("linear_algebra.matmul", huge, huge)
    assert isinstance(kind, ArrayType) and math.prod(kind.shape) == 10**12
