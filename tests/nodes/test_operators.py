"""Every operator passes the one gradient test and the soundness test; an operator with a planted fault does not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import autograd.numpy as np
import numpy as onp
import pytest
from autograd.tracer import isbox

from engine.autodiff import rules
from engine.backends.interpret import interpret
from engine.errors import LoweringError
from engine.operator import Kind, Operator, operator
from engine.program.program import Program, Var
from engine.types import ArrayType
from nodes import shapes
from nodes.casts import Value
from nodes.library import LIBRARY
from tests.engine.operator_checks import cases, check_operator

TRACED = tuple(
    declared
    for declared in LIBRARY.values()
    if declared.kind in (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL, Kind.BATCH)
)


@pytest.mark.parametrize("declared", TRACED, ids=lambda declared: declared.id)
def test_derivatives_and_soundness(declared: Operator) -> None:
    check_operator(declared)


@pytest.mark.parametrize("declared", TRACED, ids=lambda declared: declared.id)
def test_every_differentiable_dtype_is_among_the_samples(declared: Operator) -> None:
    dtypes = {str(onp.asarray(array).dtype) for case in cases(declared) for array in case.arrays}
    if declared.inputs and declared.family != "shape" and dtypes != {"int64"}:
        assert {"float64", "float32"} <= dtypes


# ----- the samples enter every branch -----

GUARDED = frozenset(
    {"losses.cross_entropy", "losses.nll", "losses.cosine", "losses.kl_divergence", "neural.embedding"}
    | {"inputs.standardise", "inputs.min_max", "linear_algebra.expm", "probability.student_t_mean"}
    | {"signal.interpolate"}
)
"""Those with a choice that no sample enters, as there is no derivative there (labels outside the classes, rows of
zeros, probabilities of 0, constant columns, knots that fall, no mean): see test_numerics, test_more_losses,
test_layers, test_more_inputs, test_domains, test_more_matrices."""


def chosen(program: Program, values: dict[Var, Value]) -> dict[int, set[bool]]:
    """Return which sides each choosing equation took, by the equation's place."""
    sides: dict[int, set[bool]] = defaultdict(set)
    for place, equation in enumerate(program.equations):
        arguments = [values[each] if isinstance(each, Var) else each for each in equation.arguments]
        match equation.primitive:
            case "numpy.where":
                sides[place] |= set(onp.unique(arguments[0]).tolist())
            case "numpy.maximum" | "numpy.minimum":
                sides[place] |= set(onp.unique(onp.less(*arguments)).tolist())
            case "numpy.absolute" if onp.asarray(arguments[0]).dtype.kind == "f":
                sides[place] |= set(onp.unique(onp.asarray(arguments[0]) < 0).tolist())
    return sides


@pytest.mark.parametrize("declared", TRACED, ids=lambda declared: declared.id)
def test_the_samples_enter_every_branch(declared: Operator) -> None:
    taken: dict[tuple[str, bool, int], set[bool]] = defaultdict(set)
    for case in cases(declared):
        for place, sides in chosen(case.program, interpret(case.program, case.values(case.arrays))).items():
            taken[str(sorted(case.sample.settings)), case.train, place] |= sides
    if declared.id.endswith("_log_density") or declared.id == "probability.pareto_mean":
        return  # their choices are made outside the support, where they are infinite: see test_probability
    for where, sides in taken.items():
        assert sides == {True, False} or declared.id in GUARDED, f"{declared.id} never leaves the branch at {where}"


# ----- planted faults -----

PLANTED = (([-2.0, 0.5, 3.0],), ([1.5, -0.25, -1.0],))


def clipped(function: Value, **more: Value) -> Operator:
    """Return an operator of one input around a function, under the samples above."""

    def declared(x: Value) -> Value:
        """Planted."""
        return function(x)

    details = {"shape": shapes.elementwise("x"), "samples": PLANTED, "formula": "x"} | more
    return operator("elementwise.planted", "Planted", **details)(declared)


def test_the_operator_that_faults_are_planted_into_is_right() -> None:
    check_operator(clipped(lambda x: np.where(x > 0, x * x, 0.5 * x)))


def test_a_wrong_sign_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.VJP, "numpy.sin", (lambda g, ans, x: -g * np.cos(x),))
    with pytest.raises(AssertionError, match=r"through static(.|\n)*and differences give"):
        check_operator(LIBRARY["elementwise.sin"])


def test_a_wrong_tangent_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.JVP, "numpy.sin", (lambda g, ans, x: -g * np.cos(x),))
    with pytest.raises(AssertionError, match=r"through forward"):
        check_operator(LIBRARY["elementwise.sin"])


def test_a_derivative_wrong_only_far_below_one_is_caught() -> None:
    tiny = (([-2e-8, 0.5e-8, 3e-8],), ([1.5e-8, -0.25e-8, -1e-8],))

    def leaking(x: Value) -> Value:
        return np.where(x > 0, x, 0.0 if isbox(x) else 1e-3 * x)

    with pytest.raises(AssertionError):
        check_operator(clipped(leaking, samples=tiny))


def test_a_mask_frozen_at_one_sample_is_caught() -> None:
    positive = onp.array(PLANTED[0][0]) > 0

    def frozen(x: Value) -> Value:
        return x * (positive if isbox(x) else x > 0)

    with pytest.raises(AssertionError, match="compiled gives"):
        check_operator(clipped(frozen))
    check_operator(clipped(lambda x: x * (x > 0)))


@pytest.mark.parametrize("side", [0, 1])
def test_a_missing_unbroadcast_is_caught(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    right = rules.VJP["numpy.multiply"]
    careless = (lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
    monkeypatch.setitem(rules.VJP, "numpy.multiply", tuple(careless[k] if k == side else right[k] for k in (0, 1)))
    with pytest.raises(LoweringError, match=r"derivative of numpy.multiply has the shape \(2, 3\) where"):
        check_operator(LIBRARY["elementwise.multiply"])


def test_a_wrong_shape_rule_is_caught() -> None:
    for rule in (
        lambda types, settings: (ArrayType((), "float64"),),
        lambda types, settings: (ArrayType(types[0].shape, "float32"),),
    ):
        with pytest.raises(AssertionError, match="the shape rule says"):
            check_operator(clipped(lambda x: x * x, shape=rule))


def test_samples_that_cannot_show_a_frozen_mask_are_refused() -> None:
    with pytest.raises(AssertionError, match="no two samples of equal types"):
        check_operator(replace(LIBRARY["elementwise.sin"], samples=LIBRARY["elementwise.sin"].samples[:1]))
