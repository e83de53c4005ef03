"""Stand-ins answer with the types NumPy gives, and hold no memory."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GradwireError, LoweringError, ShapeError
from engine.program.standin import StandIn, stand_in

SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (3, 3), (4, 2, 3), (0, 3)]
DTYPES = ["float64", "float32", "int64", "bool", "complex128", "complex64"]

UNARY = {
    "exp": np.exp,
    "negative": lambda a: np.negative(a),
    "add number": lambda a: a + 2.0,
    "add whole": lambda a: a + 2,
    "complex number": lambda a: a * 2j,
    "greater": lambda a: a > 0,
    "conj": np.conj,
    "real": np.real,
    "sum": np.sum,
    "sum 0": lambda a: np.sum(a, axis=0),
    "sum last kept": lambda a: np.sum(a, axis=-1, keepdims=True),
    "sum two": lambda a: np.sum(a, axis=(0, 1)),
    "mean": np.mean,
    "prod": lambda a: np.prod(a, axis=0),
    "var": np.var,
    "std": lambda a: np.std(a, axis=-1),
    "max": lambda a: np.max(a, axis=0),
    "min": np.min,
    "any": np.any,
    "all": lambda a: np.all(a, axis=0),
    "argmax": lambda a: np.argmax(a, axis=-1),
    "argmin": np.argmin,
    "cumsum": np.cumsum,
    "cumsum 0": lambda a: np.cumsum(a, axis=0),
    "sort": np.sort,
    "sort flat": lambda a: np.sort(a, axis=None),
    "argsort": lambda a: np.argsort(a, axis=0),
    "reshape": lambda a: np.reshape(a, (-1,)),
    "reshape method": lambda a: a.reshape(-1, 1),
    "ravel": np.ravel,
    "transpose": np.transpose,
    "swapaxes": lambda a: np.swapaxes(a, 0, 1),
    "moveaxis": lambda a: np.moveaxis(a, 0, -1),
    "expand": lambda a: np.expand_dims(a, 0),
    "squeeze": np.squeeze,
    "broadcast": lambda a: np.broadcast_to(a, (5, *a.shape)),
    "first": lambda a: a[0],
    "slice": lambda a: a[1:, ..., None],
    "reversed": lambda a: a[::-1],
    "integers": lambda a: a[np.array([0, 0, 1])],
    "take": lambda a: np.take(a, np.array([[0, 1]]), axis=0),
    "where": lambda a: np.where(a > 0, a, 0.0),
    "where numbers": lambda a: np.where(a > 0, 1.0, 0.0),
    "clip": lambda a: np.clip(a, 0, 1),
    "clip below": lambda a: np.clip(a, 0.5, None),
    "concatenate": lambda a: np.concatenate([a, a], axis=-1),
    "concatenate flat": lambda a: np.concatenate([a, a], axis=None),
    "stack": lambda a: np.stack([a, a]),
    "outer": lambda a: np.outer(a, a),
    "flip": np.flip,
    "roll": lambda a: np.roll(a, 1, axis=0),
    "tile": lambda a: np.tile(a, 2),
    "repeat": lambda a: np.repeat(a, 2, axis=0),
    "repeat flat": lambda a: np.repeat(a, 3),
    "repeat each": lambda a: np.repeat(a, np.arange(a.shape[0]), axis=0),
    "einsum trace": lambda a: np.einsum("...ii", a),
    "einsum two": lambda a: np.einsum("...ij,...kj->...ik", a, a),
    "einsum outer": lambda a: np.einsum("i,j->ji", a, a),
    "pad": lambda a: np.pad(a, 1),
    "diag": np.diag,
    "triu": np.triu,
    "trace": np.trace,
    "zeros like": np.zeros_like,
    "full like": lambda a: np.full_like(a, 1),
    "square": lambda a: a**2,
    "tensordot": lambda a: np.tensordot(a, a, axes=0),
    "matmul": lambda a: a @ np.swapaxes(a, -1, -2),
    "dot": lambda a: np.dot(a, np.transpose(a)),
    "inv": np.linalg.inv,
    "take along": lambda a: np.take_along_axis(a, np.argsort(a, axis=-1), axis=-1),
}  # fmt: skip


def outcome(function, value):
    """The type of the result, or "error"."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of no elements
            result = function(value)
    except (ValueError, TypeError, IndexError, GradwireError, ArithmeticError):
        return "error"
    except np.linalg.LinAlgError:
        return "error"
    return np.shape(result), np.asarray(result).dtype


@pytest.mark.parametrize("name", UNARY)
def test_types_are_numpys(name):
    for shape in SHAPES:
        for dtype in DTYPES:
            real = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
            if name == "inv":
                real = real + np.eye(shape[-1] if shape else 1)[: shape[-2] if len(shape) > 1 else 1].astype(dtype)
                real = real.astype(dtype)
            wanted = outcome(UNARY[name], real)
            given_type = outcome(UNARY[name], stand_in(real.shape, real.dtype))
            if wanted != "error":
                assert given_type == wanted, (shape, dtype)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.sampled_from([np.add, np.multiply, np.divide, np.power, np.maximum, np.less, np.matmul, np.arctan2, np.dot]),
    st.sampled_from(SHAPES), st.sampled_from(SHAPES), st.sampled_from(DTYPES), st.sampled_from(DTYPES),
)  # fmt: skip
def test_two_arguments_broadcast_and_promote_as_numpy(function, one, other, first, second):
    pair = [np.ones(one, first), np.ones(other, second)]
    wanted = outcome(lambda both: function(*both), pair)
    given_type = outcome(lambda both: function(*(stand_in(each.shape, each.dtype) for each in both)), pair)
    assert given_type == wanted


def test_numpy_scalars_count_as_plain_numbers():
    single = stand_in((3,), np.dtype("float32"))
    assert (single * np.float64(2.0)).dtype == np.float32
    assert (np.array(2.0) * single).dtype == np.float32
    assert (single * np.ones(3)).dtype == np.float64


ROWS, PAIR, LONE = np.array([0, 1, 1]), np.array([[0], [1]]), np.array(1)
INDEX_PARTS = [slice(None), slice(1, None), slice(None, None, -1), None, Ellipsis, 0, -1, ROWS, PAIR, LONE]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_indexing_gives_numpys_shape(count):
    tried = 0
    for index in itertools.product(INDEX_PARTS if count < 4 else INDEX_PARTS[3:], repeat=count):
        if sum(part is Ellipsis for part in index) < 2:
            for shape in ((2, 3, 4), (3,), (2, 2)):
                wanted = outcome(lambda array, index=index: array[index], np.zeros(shape))
                given_type = outcome(lambda array, index=index: array[index], stand_in(shape, np.dtype(float)))
                tried += wanted != "error"
                assert wanted in ("error", given_type), (shape, index)
    assert tried > 20


def test_user_sized_arrays_take_no_memory_and_no_time():
    big = stand_in((10**6, 10**6), np.dtype("float64"))
    result = np.tanh(np.reshape(big @ big.T, (10, -1)).sum(axis=0) + 1.0)
    assert type(result) is StandIn
    assert result.shape == (10**11,)
    assert big[stand_in((10**9,), np.dtype("int64"))].shape == (10**9, 10**6)
    assert result.strides == (0,)


def test_shapes_that_depend_on_values_are_refused_with_the_alternative():
    with pytest.raises(LoweringError, match=r"np\.where\(mask, x, 0\)"):
        np.nonzero(stand_in((3,), np.dtype(bool)))
    with pytest.raises(LoweringError, match="depends on values"):
        np.where(stand_in((3,), np.dtype(bool)))


def test_shapes_that_do_not_fit_are_told_with_both_shapes_and_the_axis():
    one, other = stand_in((2, 3), np.dtype(float)), stand_in((2, 4), np.dtype(float))
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(2, 4\) do not fit: axis -1 has 3 and 4"):
        one + other
    with pytest.raises(ShapeError, match=r"axis 1 of the first has 3 elements, axis 0 of the second 2"):
        one @ other
    with pytest.raises(ShapeError, match="cannot be reshaped"):
        np.reshape(one, (4, 2))


def test_a_value_taken_by_mistake_is_seen():
    assert np.isnan(np.asarray(stand_in((2,), np.dtype("float64")))).all()
    assert np.isnan(np.asarray(stand_in((2,), np.dtype("complex64")))).all()
