"""Threefry against its published vectors and against JAX's; the streams of nodes and steps are independent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import random_bits
from engine.backends.numpy_code import compile_program
from engine.program.functions import record_function
from engine.types import ArrayType

PUBLISHED = [  # Random123, kat_vectors, threefry2x32 with 20 rounds: counter, key, result
    ((0x00000000, 0x00000000), (0x00000000, 0x00000000), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
]
WORD = st.integers(0, 2**32 - 1)
KEY = ArrayType((2,), "uint32")


def blocks(key, counters):
    arrays = [np.array([each[k] for each in counters], np.uint32) for k in (0, 1)]
    with np.errstate(over="ignore"):
        return random_bits.threefry_array(np.array(key, np.uint32), *arrays)


@pytest.mark.parametrize(("counter", "key", "result"), PUBLISHED)
def test_the_published_vectors(counter, key, result):
    assert random_bits.threefry(key, counter) == result
    assert [word.tolist() for word in blocks(key, [counter])] == [[result[0]], [result[1]]]


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.tuples(WORD, WORD), st.lists(st.tuples(WORD, WORD), min_size=1, max_size=4))
def test_the_same_words_as_jax(key, counters):
    from jax.extend.random import threefry_2x32

    first, second = blocks(key, counters)
    flat = np.array([each[0] for each in counters] + [each[1] for each in counters], np.uint32)
    wanted = np.asarray(threefry_2x32(tuple(np.uint32(word) for word in key), flat))
    assert np.concatenate([first, second]).tolist() == wanted.tolist()
    assert [random_bits.threefry(key, each) for each in counters] == list(
        zip(first.tolist(), second.tolist(), strict=True)
    )


def test_keys_differ_by_seed_node_and_step():
    keys = {
        tuple(random_bits.key(seed, node, step).tolist())
        for seed in (0, 1, 2**32, -1, 2**53)
        for node in ("a", "b", "a_1", "ü\ud800", "")
        for step in (0, 1, 2**32, 10**9)
    }
    assert len(keys) == 5 * 5 * 4
    assert random_bits.key(3, "a", 4).tolist() == random_bits.key(3, "a", 4).tolist()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_distributions(dtype):
    key = random_bits.key(1, "n", 0)
    uniform = random_bits.uniform(key, (200, 500), dtype)
    normal = random_bits.normal(key, (200, 500), dtype)
    assert uniform.dtype == normal.dtype == dtype
    assert uniform.min() >= 0.0
    assert uniform.max() < 1.0
    tolerance = 5 / np.sqrt(uniform.size)
    assert abs(uniform.mean() - 0.5) < tolerance * np.sqrt(1 / 12)
    assert abs(np.mean(uniform**2) - 1 / 3) < tolerance
    assert abs(normal.mean()) < tolerance
    assert abs(normal.var() - 1.0) < tolerance * np.sqrt(2)
    assert abs(np.mean(normal**4) - 3.0) < tolerance * np.sqrt(96)
    assert abs(np.corrcoef(normal[:, :-1].ravel(), normal[:, 1:].ravel())[0, 1]) < tolerance
    assert len(np.unique(random_bits.bits(key, (1000,)))) > 990


def test_an_element_depends_on_its_number_alone():
    key = random_bits.key(1, "n", 0)
    assert random_bits.normal(key, (100,))[:7].tolist() == random_bits.normal(key, (7,)).tolist()
    assert random_bits.uniform(key, ()).shape == ()


def test_recorded_draws_are_the_plain_ones():
    program = record_function(
        lambda key: (
            random_bits.normal(key, (3,)),
            random_bits.uniform(key, (2, 2), "float32"),
            random_bits.bits(key, ()),
        ),
        [KEY],
    )
    key = random_bits.key(5, "x", 2)
    normal, uniform, word = compile_program(program)([key])
    assert normal.tolist() == random_bits.normal(key, (3,)).tolist()
    assert uniform.tolist() == random_bits.uniform(key, (2, 2), "float32").tolist()
    assert word == random_bits.bits(key, ())
    assert [program.types[var].dtype for var in program.outputs] == ["float64", "float32", "uint32"]
