"""Cotangents of single rows are put together into one array: against the program as it was."""

from dataclasses import replace

import autograd.numpy as np
import numpy as onp
import pytest

from engine.program.passes import algebra, simplify
from tests.engine.program.passes.test_passes import differentiated, primitives, recorded, require_equal

TOGETHER = {
    "each row once": lambda w: np.sum(np.tanh(w[0]) * w[1] / w[2]),
    "rows from the end": lambda w: np.sum(np.tanh(w[-1]) * w[-2] / w[-3]),
    "a row twice": lambda w: np.sum(np.tanh(w[0]) * w[1] + w[2] * w[0]),
    "all rows twice": lambda w: np.sum(np.tanh(w[0]) * w[1] + w[2] * w[0] + w[1] * w[2]),
    "rows of rows": lambda w: np.sum(w[0][0] * w[0][1] * w[0][2] * w[0][3] * w[1][0] + np.sum(w[2])),
    "numbers": lambda w: np.prod(np.array([2.0, 3.0])) * w[0][0] * w[0][1] * w[0][2] * w[0][3] * np.sum(w[1] * w[2]),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_rows_that_are_all_there_are_put_together(name):
    program = differentiated(recorded(TOGETHER[name], (3, 4)))
    changed = simplify(program, ["algebra", "common", "dead"])
    before, after = (primitives(each).count("scatter") for each in (program, changed))
    assert before > 2
    assert after < before if name in ("rows of rows", "numbers") else after == 0
    require_equal(program, changed, [onp.random.default_rng(0).normal(size=(3, 4)) + 3.0], "numbers")


APART = {
    "a row is missing": lambda w: np.sum(np.tanh(w[0]) * w[1]),
    "more than rows": lambda w: np.sum(np.tanh(w[0]) * w[1] * w[2] * w),
    "several rows at once": lambda w: np.sum(np.tanh(w[:1]) * w[1] * w[2]),
}


@pytest.mark.parametrize("name", APART)
def test_what_is_not_made_of_single_rows_stays_right(name):
    program = differentiated(recorded(APART[name], (3, 4)))
    changed = simplify(program, ["algebra"])
    assert "array_from_args" not in primitives(changed) or name == "more than rows"
    require_equal(program, changed, [onp.random.default_rng(1).normal(size=(3, 4))], "numbers")


def test_a_sum_of_rows_that_is_read_on_its_own_stays():
    program = differentiated(recorded(lambda w: np.sum(w[0] * w[1]), (2, 3)))
    scattered = next(each.output for each in program.equations if each.primitive == "gradwire.scatter")
    read = replace(program, outputs=(*program.outputs, scattered), names=(*program.names, "scattered"))
    changed = simplify(read, ["algebra"])
    assert "scatter" in primitives(changed)
    require_equal(read, changed, [onp.arange(6.0).reshape(2, 3)], "numbers")


def test_many_rows_stay_apart():
    count = algebra.ROWS_TOGETHER + 1
    program = differentiated(recorded(lambda w: sum(np.sum(w[k] * w[k]) for k in range(count)), (count, 2)))
    assert "array_from_args" not in primitives(simplify(program, ["algebra"]))
