"""Where formulas lose digits, overflow or meet a kink: the operators do what their help says."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.program.functions import record_function
from engine.types import type_of
from nodes.library import LIBRARY


def call(operator: str, *arguments: Any, **settings: Any) -> Any:
    declared = LIBRARY[operator]
    assert declared.function is not None
    defaults = {name: spec.default for name, spec in declared.settings.items()}
    return declared.function(*arguments, **{**defaults, **settings})


def slope(operator: str, *arguments: Any, by: int = 0, **settings: Any) -> Any:
    """Return the derivative of the sum of an operator's result by one argument; every approach must give the same."""
    arrays = [np.asarray(each) for each in arguments]
    kinds: list[Any] = [type_of(each) for each in arrays]
    program = record_function(lambda *xs: anp.sum(call(operator, *xs, **settings)), kinds)
    found = {
        (approach, backend): gradient_function(
            program, program.outputs[0], [program.inputs[by].var], approach, backend
        )(arrays)[1][0]
        for approach, backend in itertools.product(APPROACHES, BACKENDS)
        if refusal(approach, backend) is None and backend != "xla"  # which has rounding of its own
    }
    wanted = found["static", "numpy_code"]
    for pair, gradient in found.items():
        np.testing.assert_allclose(gradient, wanted, rtol=1e-12, atol=1e-300, err_msg=str(pair))
    return wanted


@pytest.fixture(autouse=True)
def no_warning() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


FAR = np.array([-1000.0, -745.0, -40.0, 40.0, 745.0, 1000.0])


def test_sigmoid_keeps_its_digits_in_both_tails() -> None:
    np.testing.assert_allclose(call("activations.sigmoid", FAR)[2:], [4.248354255291589e-18, 1, 1, 1], rtol=1e-14)
    # the derivative is s(x) s(-x), the same on both sides: 1 - s(x) would have lost all digits at 40
    np.testing.assert_allclose(slope("activations.sigmoid", FAR)[2:4], [4.248354255291589e-18] * 2, rtol=1e-13)
    assert slope("activations.sigmoid", FAR)[[0, 5]].tolist() == [0.0, 0.0]


def test_sigmoid_has_its_second_derivative_at_zero() -> None:
    first = autograd.elementwise_grad(lambda x: call("activations.sigmoid", x))
    second, third = autograd.elementwise_grad(first), autograd.elementwise_grad(autograd.elementwise_grad(first))
    assert first(0.0) == 0.25 and abs(second(0.0)) < 1e-17
    np.testing.assert_allclose(third(0.0), -0.125, rtol=1e-14)


def test_softmax_does_not_overflow() -> None:
    for shift in (0.0, 1e4, -1e4, 1e300):
        probabilities = call("activations.softmax", np.array([1.0, 2.0, 3.0]) * (shift == 0) + shift)
        np.testing.assert_allclose(probabilities.sum(), 1.0, rtol=1e-15)
    x = np.array([2000.0, 0.0, -2000.0])
    assert call("activations.softmax", x).tolist() == [1.0, 0.0, 0.0]
    assert np.isfinite(slope("activations.softmax", x)).all()


def test_softmax_gives_masked_classes_nothing() -> None:
    x = np.array([0.5, -np.inf, 0.5])
    assert call("activations.softmax", x).tolist() == [0.5, 0.0, 0.5]


def test_cross_entropy_of_hopeless_and_of_certain_scores() -> None:
    scores = np.array([[1e4, 0.0, 0.0]])
    assert call("losses.cross_entropy", scores, np.array([1])) == 1e4
    assert call("losses.cross_entropy", scores, np.array([0])) == 0.0
    np.testing.assert_allclose(slope("losses.cross_entropy", scores, np.array([1])), [[1.0, -1.0, 0.0]], atol=1e-15)


def test_cross_entropy_with_a_masked_class() -> None:
    scores = np.array([[1.0, -np.inf, 1.0]])
    np.testing.assert_allclose(call("losses.cross_entropy", scores, np.array([0])), np.log(2), rtol=1e-15)
    assert np.isfinite(slope("losses.cross_entropy", scores, np.array([0]))).all()


@pytest.mark.parametrize("label", [-1, 3, 1000])
def test_cross_entropy_of_a_label_that_is_no_class_is_nan(label: int) -> None:
    scores = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    assert np.isnan(call("losses.cross_entropy", scores, np.array([0, label])))


def test_binary_cross_entropy_keeps_the_small_loss_of_right_answers() -> None:
    for target, sign in ((1.0, 1), (0.0, -1)):
        x = sign * np.array(40.0)
        np.testing.assert_allclose(call("losses.binary_cross_entropy", x, target), 4.248354255291589e-18, rtol=1e-14)
        np.testing.assert_allclose(
            slope("losses.binary_cross_entropy", x, target), -sign * 4.248354255291589e-18, rtol=1e-13
        )


def test_binary_cross_entropy_of_wrong_answers_does_not_overflow() -> None:
    x, t = np.array([1e4, -1e4]), np.array([0.0, 1.0])
    assert call("losses.binary_cross_entropy", x, t) == 1e4
    assert slope("losses.binary_cross_entropy", x, t).tolist() == [0.5, -0.5]
    assert call("losses.binary_cross_entropy", x, np.array([0, 1])) == 1e4


def test_derivatives_at_kinks_are_what_the_help_says() -> None:
    zero = np.array([0.0, -0.0])
    assert slope("elementwise.abs", zero).tolist() == [0.0, 0.0]
    assert slope("activations.relu", zero).tolist() == [0.0, 0.0]
    assert slope("elementwise.maximum", zero, np.zeros(2)).tolist() == [0.5, 0.5]
    assert slope("elementwise.maximum", zero, np.zeros(2), by=1).tolist() == [0.5, 0.5]
    assert slope("elementwise.minimum", zero, np.zeros(2)).tolist() == [0.5, 0.5]


def test_power_at_zero() -> None:
    zero = np.zeros(4)
    exponents = np.array([0.0, 1.0, 2.0, 3.5])
    assert call("elementwise.power", zero, exponents).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert slope("elementwise.power", zero, exponents).tolist() == [0.0, 1.0, 0.0, 0.0]
    assert slope("elementwise.power", zero, exponents, by=1).tolist() == [0.0, 0.0, 0.0, 0.0]


def test_power_of_negative_numbers_with_whole_exponents() -> None:
    x = np.array([-2.0, -3.0])
    assert call("elementwise.power", x, 3.0).tolist() == [-8.0, -27.0]
    assert slope("elementwise.power", x, 3.0).tolist() == [12.0, 27.0]
    assert call("elementwise.power", np.array([2, 4]), np.array([-1, -2])).tolist() == [0.5, 0.0625]


@np.errstate(invalid="ignore")
def test_nan_is_never_hidden() -> None:
    nan = np.array([np.nan])
    for operator in ("activations.relu", "activations.sigmoid", "activations.tanh", "elementwise.abs"):
        assert np.isnan(call(operator, nan)).all(), operator
    for operator in ("elementwise.maximum", "elementwise.minimum", "elementwise.multiply"):
        assert np.isnan(call(operator, nan, np.zeros(1))).all(), operator
    for operator in ("activations.softmax", "reductions.sum", "reductions.mean"):
        assert np.isnan(call(operator, np.array([np.nan, 1.0]))).any(), operator


def test_whole_numbers_and_booleans_count() -> None:
    flags = np.array([True, False, True])
    assert call("reductions.sum", flags) == 2 and call("reductions.mean", flags) == 2 / 3
    assert call("elementwise.add", flags, flags).tolist() == [2, 0, 2]
    assert call("elementwise.negative", flags).tolist() == [-1, 0, -1]
    assert call("elementwise.subtract", flags, flags).tolist() == [0, 0, 0]
    assert call("elementwise.divide", np.array([1, 2]), np.array([2, 4])).tolist() == [0.5, 0.5]
    assert call("linear_algebra.matmul", flags, flags) == 2
    np.testing.assert_allclose(call("elementwise.exp", flags), np.exp([1.0, 0.0, 1.0]), rtol=1e-15)


def test_single_precision_is_kept() -> None:
    x = np.array([0.5, 1.5], "float32")
    for declared in LIBRARY.values():
        if declared.family in ("elementwise", "activations") and declared.id != "elementwise.cast":
            arguments = [x] * sum(not each.optional for each in declared.inputs)
            rest = [np.float32(each.default) for each in declared.inputs if each.optional]
            with np.errstate(invalid="ignore", divide="ignore"):  # outside the domain of some
                assert call(declared.id, *arguments, *rest).dtype not in (np.float64, np.complex128), declared.id


def test_accuracy_counts() -> None:
    scores = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0], [5.0, 1.0]])
    assert call("losses.accuracy", scores, np.array([1, 0, 0, 0])) == 0.75


def test_tuples_and_records_come_apart_as_they_were_put_together() -> None:
    first, second = np.arange(3.0), np.array(2)
    pair = call("shape.pack", first, second)
    assert call("shape.unpack", pair, index=0) is first and call("shape.unpack", pair, index=-1) is second
    record = call("shape.record", first, second, names=("speed", "mass"))
    assert list(record) == ["mass", "speed"] and call("shape.field", record, name="speed") is first
