"""Sparse Jacobians by colouring: exact, in as few passes as there are colours, and no entry lost unnoticed."""

import jax
import numpy as np
import pytest

from engine.autodiff.coloring import Pattern, column_colours, sparse_jacobian
from engine.errors import GradwireError, LoweringError, SettingError
from engine.python.text import program_of
from engine.types import ArrayType
from tests import sizes

jax.config.update("jax_enable_x64", True)

BANDED = """
def f(x, y):
    inner = np.sin(x[1:]) * x[:-1] + y
    return np.concatenate([inner, x[:1] ** 2 * y[:1]])
"""


def banded(x, y):
    inner = jax.numpy.sin(x[1:]) * x[:-1] + y
    return jax.numpy.concatenate([inner, x[:1] ** 2 * y[:1]])


def case(count=40):
    random = np.random.default_rng(3)
    values = [random.normal(size=count), random.normal(size=count - 1)]
    kinds = {name: ArrayType(value.shape, "float64") for name, value in zip("xy", values, strict=True)}
    program = program_of(BANDED, kinds)
    return program, program.outputs[0], [each.var for each in program.inputs], values


def dense(values, numbers=(0, 1)):
    return np.concatenate([np.asarray(jax.jacobian(banded, k)(*values)) for k in numbers], axis=1)


def wrong(pattern, colours):
    """Return whether two columns of a colour share a row."""
    pairs = pattern.rows * (1 + colours.max()) + colours[pattern.columns]
    return len(np.unique(pairs)) < len(pairs)


@pytest.mark.parametrize("seed", range(sizes.count("colourings")))
def test_no_two_columns_of_a_colour_share_a_row(seed):
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(1, 60, 2))
    pattern = Pattern.of(random.random(shape) < random.choice([0.02, 0.1, 0.5, 1.0]))
    colours = column_colours(pattern)
    assert not wrong(pattern, colours)
    assert set(colours) == set(range(colours.max() + 1))
    fullest = int(np.bincount(pattern.rows, minlength=1).max())
    degrees = (pattern.shape[1] - 1, fullest * int(np.bincount(pattern.columns, minlength=1).max()))
    assert max(fullest, 1) <= colours.max() + 1 <= 1 + min(degrees)


def test_the_check_of_colourings_finds_a_shared_row():
    assert wrong(Pattern.of(np.ones((1, 2))), np.array([0, 0]))


def test_a_banded_jacobian_takes_three_passes_however_long():
    for count in (40, 400):
        program, of, wrt, values = case(count)
        wanted = dense(values)
        found = sparse_jacobian(program, of, wrt, values, Pattern.of(wanted))
        np.testing.assert_allclose(found.dense(), wanted, rtol=1e-13, atol=1e-14)
        assert found.passes == 3
        vector, rows = np.linspace(-1, 1, wanted.shape[1]), np.linspace(-1, 1, wanted.shape[0])
        np.testing.assert_allclose(found.times(vector), wanted @ vector, atol=1e-12)
        np.testing.assert_allclose(found.transposed_times(rows), rows @ wanted, atol=1e-12)


def test_by_one_input_of_two():
    program, of, wrt, values = case()
    found = sparse_jacobian(program, of, wrt[1:], values)
    np.testing.assert_allclose(found.dense(), dense(values, (1,)), rtol=1e-13)
    assert found.passes == 1 + (np.bincount(found.pattern.rows).max() > 1)


def test_what_is_zero_at_the_point_alone_is_detected():
    """At x = 0 the last row's derivatives are 0, and so are many of the others'."""
    program, of, wrt, values = case()
    at_zero = [0 * values[0], values[1]]
    pattern = sparse_jacobian(program, of, wrt, at_zero).pattern
    assert len(pattern.rows) > np.count_nonzero(dense(at_zero))
    np.testing.assert_allclose(sparse_jacobian(program, of, wrt, values, pattern).dense(), dense(values), rtol=1e-13)


@pytest.mark.parametrize("lost", [0, 17, 39])
def test_an_entry_that_is_not_in_the_pattern_is_noticed(lost):
    program, of, wrt, values = case()
    wanted = dense(values)
    column = np.flatnonzero(wanted[lost])[0]
    holed = wanted.copy()
    holed[lost, column] = 0
    with pytest.raises(GradwireError, match="is not in the pattern"):
        sparse_jacobian(program, of, wrt, values, Pattern.of(holed))


def test_faulty_patterns_are_refused():
    program, of, wrt, values = case()
    for rows, columns, shape, says in (
        ([0, 3], [0, 0], (3, 2), "rows from 0 to 2"),
        ([0], [-1], (3, 2), "columns from 0 to 1"),
        ([0, 1], [0], (3, 2), "as many rows as columns"),
        ([1, 1], [1, 1], (3, 2), "given twice"),
    ):
        with pytest.raises(SettingError, match=says):
            Pattern(np.array(rows), np.array(columns), shape)
    with pytest.raises(SettingError, match="The Jacobian is 40 x 79, and the pattern is 1 x 1"):
        sparse_jacobian(program, of, wrt, values, Pattern.of(np.ones((1, 1))))
    whole = program_of("def f(n):\n    return n + 1.0", {"n": ArrayType((2,), "int64")})
    with pytest.raises(LoweringError, match="real numbers"):
        sparse_jacobian(whole, whole.outputs[0], [whole.inputs[0].var], [np.arange(2)])
