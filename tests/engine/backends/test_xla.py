"""Programs compiled by XLA: every primitive is mapped or refused, and the numbers are those of NumPy."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import jax
import numpy as np
import pytest

from engine import random_bits
from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.backends import numpy_code, xla, xla_status
from engine.backends.xla_primitives import ELEMENTWISE, EMITTERS, REFUSED
from engine.errors import LoweringError
from engine.operator import Kind
from engine.program.fingerprint import fingerprint
from engine.program.functions import record_function
from engine.program.primitives import PRIMITIVES
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.operator_checks import Case, cases, loss_program

PURE = (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL, Kind.BATCH)
OPERATORS = [each for each in LIBRARY.values() if each.kind in PURE and cases(each)]
FAMILIES = sorted({each.family for each in OPERATORS})


def eagerly(program: Any, values: Any) -> Any:
    """Run a program by JAX, where it has no loops without compiling it as a whole, which would take longer."""
    if xla_status.fallible(program):
        return xla.compile_program(program)(values)
    with xla.precision():
        return tuple(map(xla.plain, xla.emit(program)(*map(np.asarray, values))[0]))


def agree(one: Any, other: Any, tolerance: float) -> None:
    one, other = np.asarray(one), np.asarray(other)
    assert (one.dtype, one.shape) == (other.dtype, other.shape)
    scale = np.abs(one).max(initial=0)
    np.testing.assert_allclose(other, one, rtol=0, atol=tolerance * scale, equal_nan=False)


# ----- the table of primitives -----


def test_every_primitive_is_mapped_or_refused_with_a_sentence():
    assert set(EMITTERS) | set(REFUSED) == set(PRIMITIVES)
    assert not set(EMITTERS) & set(REFUSED)
    for sentence in REFUSED.values():
        assert sentence.startswith("The function ") and sentence.endswith(".")
    assert "depends on values" in REFUSED["numpy.nonzero"]


def test_what_the_library_records_is_mapped():
    for declared in OPERATORS:
        for case in cases(declared)[:1]:
            assert not {each.primitive for each in case.program.equations} & set(REFUSED), declared.id


@pytest.mark.parametrize("name", sorted(f"numpy.{name}" for name in ELEMENTWISE.split() if name != "where"))
def test_functions_of_numbers_are_those_of_numpy(name):
    function = PRIMITIVES[name].fun
    arguments = ([0.3, 0.7, -0.5], [0.9, 0.2, 0.4])
    for kinds in (("float64",), ("int64",), ("float32",), ("float64", "float64"), ("int64", "float32")):
        if len(kinds) != getattr(function, "nin", 1):
            continue
        given = [(4 * np.array(each) if "int" in kind else np.array(each)).astype(kind)
                 for each, kind in zip(arguments, kinds, strict=False)]  # fmt: skip
        if name == "numpy.arccosh":
            given = [each + 2 for each in given]
        try:
            with np.errstate(all="ignore"):
                wanted = function(*given)
        except TypeError:
            continue
        if np.asarray(wanted).dtype == np.float16:  # NumPy's answer for small integers; no wire carries it
            continue
        with xla.precision():
            found = np.asarray(
                xla.in_dtype(EMITTERS[name](*map(jax.numpy.asarray, given)), ArrayType((), wanted.dtype))
            )
        np.testing.assert_allclose(found, wanted, rtol=1e-6 if wanted.dtype in ("float32", "complex64") else 1e-12)


# ----- every operator -----


@pytest.mark.parametrize("family", FAMILIES)
def test_operators_give_the_values_and_gradients_of_numpy_code(family):
    """At the first sample of every few operators; in a soak at every sample of all."""
    declared = [each for each in OPERATORS if each.family == family]
    every = sizes.count("xla_every")
    for each in declared[:: max(1, min(every, len(declared)))]:
        for case in cases(each)[: sizes.count("xla_samples")]:
            compare(case)


def compare(case: Case) -> None:
    program = case.program
    if case.variables:
        program, loss = loss_program(case, 1.0, 1.0)
        program = adjoint(program, loss, case.variables)
    values = case.values(case.arrays)
    wanted = numpy_code.compile_program(program)(values)
    for one, other in zip(wanted, eagerly(program, values), strict=True):
        agree(one, other, 2e-4 if case.single else 1e-10)


def test_a_wrong_emitter_is_found(monkeypatch):
    planted = dict(EMITTERS) | {"numpy.tanh": lambda x: jax.numpy.tanh(x) * 1.00001}
    monkeypatch.setattr(importlib.import_module("engine.backends.xla_primitives"), "EMITTERS", planted)
    with pytest.raises(AssertionError):
        compare(cases(LIBRARY["activations.tanh"])[0])


# ----- types -----


def test_single_precision_stays_single_and_double_double_whatever_the_process_has_set():
    for dtype in ("float32", "float64", "complex64", "complex128", "int64", "bool"):
        program = record_function(lambda x: (x, anp.where(x == x, x, x)), [ArrayType((2,), dtype)])
        before = jax.config.jax_enable_x64
        found = xla.compile_program(program)([np.ones(2, dtype)])
        assert [each.dtype.name for each in found] == [dtype, dtype]
        assert jax.config.jax_enable_x64 == before


def test_mixed_dtypes_are_promoted_as_by_numpy():
    def function(whole: Any, single: Any) -> Any:
        return whole * single, single * 2.5, whole / 2, anp.sum(whole > 1), whole > single

    kinds = [ArrayType((3,), "int64"), ArrayType((3,), "float32")]
    program = record_function(function, kinds)
    values = [np.array([1, 2, 3]), np.array([0.1, 2.5, 2.9], "float32")]
    wanted = function(*values)
    for one, other in zip(wanted, xla.compile_program(program)(values), strict=True):
        agree(one, other, 1e-15)


# ----- random numbers -----


def test_random_bits_are_equal_and_normals_as_good_as_equal():
    key = random_bits.key(17, "noise_3", 123_456_789_012)
    kind = ArrayType((2,), "uint32")

    def function(key: Any) -> Any:
        drawn = PRIMITIVES["gradwire.bits"], PRIMITIVES["gradwire.uniform"], PRIMITIVES["gradwire.normal"]
        return drawn[0](key, (5, 201)), drawn[1](key, (1001,)), drawn[1](key, (7,), "float32"), drawn[2](key, (1001,))

    program = record_function(function, [kind])
    wanted = numpy_code.compile_program(program)([key])
    found = xla.compile_program(program)([key])
    for one, other in list(zip(wanted, found, strict=True))[:3]:
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(found[3], wanted[3], rtol=1e-13, atol=1e-15)


def test_keys_folded_with_a_number_are_equal():
    fold = PRIMITIVES["gradwire.fold"]
    program = record_function(fold, [ArrayType((2,), "uint32"), ArrayType((), "int64")])
    for number in (0, 7, 2**40 + 3):
        key = random_bits.key(3, "a", 1)
        np.testing.assert_array_equal(xla.compile_program(program)([key, number])[0], fold(key, np.int64(number)))


# ----- what cannot be -----


def test_an_index_that_does_not_exist_reads_a_gap_not_its_neighbour():
    program = record_function(lambda x, i: x[i], [ArrayType((3,)), ArrayType((2,), "int64")])
    found = xla.compile_program(program)([np.arange(3.0), np.array([2, 7])])[0]
    assert found[0] == 2.0 and np.isnan(found[1])


@pytest.mark.parametrize("name", ["correlate_back", "correlate_kernel", "window_spread", "fold_edges"])
def test_transposes_of_whole_numbers_are_whole(name):
    """JAX transposes functions of real numbers only."""
    random = np.random.default_rng(0)
    y, kernel, x = (random.integers(-9, 9, shape) for shape in ((2, 3, 4, 5), (3, 2, 2, 2), (2, 2, 5, 6)))
    given = {
        "correlate_back": (y, kernel, (1, 1), x.shape),
        "correlate_kernel": (y, x, (1, 1), (2, 2)),
        "window_spread": (y, (2, 2), (1, 1), (2, 3, 5, 6)),
        "fold_edges": (y, (1, 1), (1, 1), "reflect"),
    }[name]
    with xla.precision() as jax:
        ready = [jax.numpy.asarray(each) if type(each) is np.ndarray else each for each in given]
        found = np.asarray(EMITTERS[f"gradwire.{name}"](*ready))
    wanted = np.asarray(PRIMITIVES[f"gradwire.{name}"](*given))
    assert found.dtype == wanted.dtype == np.int64
    np.testing.assert_array_equal(found, wanted)


def test_a_refused_primitive_is_named_with_its_node():
    program = record_function(lambda x: anp.sin(x), [ArrayType((3,))], origin="here_1")
    refused = (replace(program.equations[0], primitive="numpy.nonzero"),)
    with pytest.raises(LoweringError) as caught:
        xla.refuse(replace(program, equations=refused))
    assert caught.value.node == "here_1"
    assert "nonzero" in caught.value.sentence


def test_without_jax_or_with_an_old_one_there_is_a_sentence(monkeypatch):
    assert xla.missing() is None
    assert "0.4.2 is installed" in str(xla.too_old("0.4.2"))
    assert xla.too_old("0.8") is None and xla.too_old("1.0.dev3") is None
    sentence = "The backend xla needs JAX, which is not installed: pip install 'gradwire[xla]'."
    monkeypatch.setattr(xla, "missing", lambda: sentence)
    program = record_function(lambda x: x * 2, [ArrayType()])
    with pytest.raises(LoweringError) as caught:
        gradient_function(program, program.outputs[0], [program.inputs[0].var], "static", "xla")
    assert caught.value.sentence == sentence


# ----- the cache -----


def test_programs_of_equal_structure_are_compiled_once():
    def program(power: float, origin: str) -> Any:
        return record_function(lambda x: anp.sum(x**power) * 3.0, [ArrayType((4,))], origin=origin, names=[origin])

    one, other, third = program(3.0, "a"), program(3.0, "b"), program(4.0, "a")
    assert fingerprint(one) == fingerprint(other) != fingerprint(third)
    assert xla.compile_program(one).function is xla.compile_program(other).function
    assert xla.compile_program(one).function is not xla.compile_program(third).function
