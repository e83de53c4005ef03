# ruff: noqa: B008 - settings are declared as defaults, as in nodes
"""The one gradient test catches every fault it is there for: each is planted here."""

import autograd.numpy as np
import pytest
from autograd.extend import defjvp, defvjp, primitive

from engine.autodiff import rules
from engine.operator import operator
from engine.program import primitives
from engine.setting import Number
from engine.types import ArrayType
from tests.engine.operator_checks import check_operator

BOTH_SIDES = [([1.0, 2.0, -3.0],), ([-1.0, -0.5, 2.5],)]


def same(types, settings):
    return types[:1]


def broadcast(types, settings):
    return (ArrayType(np.broadcast_shapes(types[0].shape, types[1].shape), types[0].dtype),)


def declared(function, shape=same, samples=BOTH_SIDES, **more):
    function.__doc__ = "Under test."
    return operator("elementwise.test", "Test", shape=shape, formula="f", samples=samples, **more)(function)


def registered(monkeypatch, function, vjp, jvp=None):
    """A primitive of one argument, or several with one rule each, known to programs for the length of a test."""
    wrapped = primitive(function)
    vjps = vjp if isinstance(vjp, list) else [vjp]
    defvjp(wrapped, *vjps)
    if jvp is not None:
        defjvp(wrapped, jvp)
    name = "gradwire.planted"
    monkeypatch.setitem(primitives.PRIMITIVES, name, wrapped)
    monkeypatch.setitem(primitives._NAMES, wrapped, name)
    return wrapped


def test_right_operators_pass():
    def leaky(x, *, slope=Number(0.01)):
        return np.where(x > 0, x, slope * x)

    check_operator(declared(leaky))

    def product(x, y):
        return x * y

    pairs = [([1.0, 2.0], [[3.0], [4.0]]), ([-1.0, 0.5], [[-3.0], [0.25]])]
    check_operator(declared(product, broadcast, pairs))


def test_a_wrong_sign_is_caught(monkeypatch):
    wrong = registered(monkeypatch, lambda x: np.sin(x), lambda ans, x: lambda g: -g * np.cos(x))
    with pytest.raises(AssertionError, match="differences give"):
        check_operator(declared(lambda x: wrong(x)))


def test_a_sign_wrong_for_small_cotangents_only_is_caught(monkeypatch):
    def vjp(ans, x):
        return lambda g: np.where(np.abs(g) < 1e-6, -g, g) * np.cos(x)

    wrong = registered(monkeypatch, lambda x: np.sin(x), vjp, lambda g, ans, x: g * np.cos(x))
    with pytest.raises(AssertionError, match="scaled by 1e-08"):
        check_operator(declared(lambda x: wrong(x)))


def test_a_wrong_branch_is_caught_by_the_sample_that_enters_it(monkeypatch):
    wrong = registered(monkeypatch, lambda x: np.abs(x), lambda ans, x: lambda g: g)
    with pytest.raises(AssertionError, match="differences give"):
        check_operator(declared(lambda x: wrong(x)))


def test_a_missing_unbroadcast_is_caught(monkeypatch):
    rules_of_product = [lambda ans, x, y: lambda g: g * y, lambda ans, x, y: lambda g: g * x]
    wrong = registered(monkeypatch, lambda x, y: x * y, rules_of_product)
    pairs = [([1.0, 2.0], [[3.0], [4.0]]), ([-1.0, 0.5], [[-3.0], [0.25]])]
    with pytest.raises(Exception, match="has the shape"):
        check_operator(declared(lambda x, y: wrong(x, y), broadcast, pairs))


def test_a_wrong_tangent_is_caught(monkeypatch):
    wrong = registered(monkeypatch, lambda x: np.sin(x), lambda ans, x: lambda g: g * np.cos(x), lambda g, ans, x: g)
    with pytest.raises(AssertionError, match="through forward"):
        check_operator(declared(lambda x: wrong(x)))


def test_a_frozen_mask_is_caught(monkeypatch):
    def masked(x):
        return np.where(np.array([True, True, False]), x, 0.01 * x)

    right = declared(lambda x: np.where(x > 0, x, 0.01 * x))
    broken = declared(masked)
    frozen = type(right)(**{**vars(right), "function": _plain_or(right.function, broken.function)})
    with pytest.raises(AssertionError, match="the function"):
        check_operator(frozen)


def _plain_or(right, frozen):
    """A function that is right on plain arrays and keeps the first sample's mask while recorded."""
    return lambda x: frozen(x) if hasattr(x, "_value") else right(x)


def test_a_wrong_shape_rule_is_caught():
    with pytest.raises(AssertionError, match="shape rule says"):
        check_operator(declared(lambda x: np.sum(x)))


def test_a_wrong_dtype_is_caught():
    samples = [(np.array([1.0, 2.0], "float32"),), (np.array([-1.0, 0.5], "float32"),)]
    with pytest.raises(AssertionError, match="float64"):
        check_operator(declared(lambda x: x * np.ones(2), samples=samples))


def test_numbers_that_are_not_finite_are_caught():
    with pytest.raises(AssertionError, match="not finite"):
        check_operator(declared(lambda x: np.log(x)))


def test_samples_of_one_type_only_once_are_not_enough():
    with pytest.raises(AssertionError, match="no two samples"):
        check_operator(declared(lambda x: np.sin(x), samples=[([1.0],), ([1.0, 2.0],)]))


def test_a_wrong_rule_of_our_own_is_caught(monkeypatch):
    wrong = {**rules.VJP, "numpy.tanh": (lambda g, ans, x: g * (1.0 - ans),)}
    monkeypatch.setattr("engine.autodiff.adjoint.VJP", wrong)
    with pytest.raises(AssertionError, match="through static"):
        check_operator(declared(lambda x: np.tanh(x)))
