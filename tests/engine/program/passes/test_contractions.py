"""Products by subscripts as matrix products: against np.einsum, for every order of axes."""

import itertools
from dataclasses import replace

import autograd.numpy as np
import numpy as onp
import pytest

from engine.backends.numpy_code import compile_program
from engine.program.functions import record_function
from engine.program.matrices import contract
from engine.program.passes import simplify
from engine.types import ArrayType

SIZES = {"b": 3, "c": 2, "i": 11, "j": 13, "k": 9, "l": 5}


def recorded(subscripts, primitive=None, sizes=SIZES, dtypes=("float64", "float64")):
    inputs = subscripts.split("->")[0].split(",")
    kinds = [
        ArrayType(tuple(sizes[letter] for letter in part), dtype) for part, dtype in zip(inputs, dtypes, strict=True)
    ]

    def function(*operands):
        return np.einsum(subscripts, *operands) if primitive is None else primitive(*operands, subscripts=subscripts)

    return record_function(function, kinds)


def names(program):
    return {each.primitive.rpartition(".")[2] for each in program.equations}


def check(program, changed, rtol=1e-12):
    random = onp.random.default_rng(0)
    values = [random.normal(size=each.type.shape).astype(each.type.dtype) for each in program.inputs]
    (before,), (after,) = compile_program(program)(values), compile_program(changed)(values)
    assert (before.shape, before.dtype) == (after.shape, after.dtype)
    onp.testing.assert_allclose(after, before, rtol=rtol, atol=rtol * onp.abs(before).max())


EVERY = [
    f"{''.join(first)},{''.join(second)}->{''.join(output)}"
    for first in itertools.permutations("bij")
    for second in itertools.permutations("bjk")
    for output in itertools.permutations("bik")
]


@pytest.mark.parametrize("number", range(6))
def test_every_order_of_axes_of_a_batch_of_products(number):
    for subscripts in EVERY[number::6]:
        program = recorded(subscripts)
        changed = simplify(program, ["contractions"])
        assert "einsum" not in names(changed), subscripts
        check(program, changed)


SEVERAL = (
    "ij,jk->ik", "ijl,jlk->ik", "jil,kjl->ki", "bcij,bckj->cbki", "ij,j->i", "j,jik->ik", "ijb,kjb->kib",
    "lib,ljb->bij", "kij,ijk->",
)  # fmt: skip


@pytest.mark.parametrize("subscripts", SEVERAL)
@pytest.mark.parametrize("primitive", [None, contract])
def test_several_axes_side_by_side(subscripts, primitive):
    program = recorded(subscripts, primitive, sizes={**SIZES, "i": 23, "j": 29})
    changed = simplify(program, ["contractions"])
    assert not names(changed) & {"einsum", "contract"}
    check(program, changed)


def test_spaces_among_subscripts():
    program = recorded("ij,jk->ki")
    spaced = tuple(replace(each, arguments=("ij , jk -> ki", *each.arguments[1:])) for each in program.equations)
    program = replace(program, equations=spaced)
    changed = simplify(program, ["contractions"])
    assert "einsum" not in names(changed)
    check(program, changed)


@pytest.mark.parametrize(
    "subscripts",
    ["bi,bi->bi", "bi,bj->bij", "bij,bj->bi", "ij,jk->k", "ii,ij->ij", "ij,jk", "bcl,bcl->b"],
    ids=["by elements", "outer", "small matrices", "summed alone", "diagonal", "no result named", "rows"],
)
def test_what_is_no_product_of_matrices_or_a_small_one_stays(subscripts):
    sizes = {**SIZES, "i": 4, "j": 4} if subscripts == "bij,bj->bi" else {**SIZES, "i": 13}
    program = recorded(subscripts, sizes=sizes)
    assert simplify(program, ["contractions"]) is program


def test_dtypes_that_differ_stay_and_float32_stays_float32():
    mixed = recorded("ij,jk->ik", dtypes=("float32", "float64"))
    assert simplify(mixed, ["contractions"]) is mixed
    single = recorded("ij,kj->ki", dtypes=("float32", "float32"))
    changed = simplify(single, ["contractions"])
    assert "matmul" in names(changed)
    check(single, changed, 1e-5)
