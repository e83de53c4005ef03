"""The numbers displayed for local partials and for cotangents, on every operator, against differences of its plain
function: what the table, the wires and the card of a micro-step say."""

from __future__ import annotations

import numpy as np
import pytest

from app.numbers import short
from app.worker.describe import words
from app.worker.slopes import slope
from app.worker.tracing import partial_text, whole
from engine.errors import GradwireError
from engine.trace.partials import Local, briefly, of_operation
from engine.trace.run import run
from nodes.library import LIBRARY
from tests.engine.operator_checks import Case, cases, close, weights
from tests.engine.trace.test_partials import FAMILIES, operators, outputs_of
from tests.engine.trace.test_partials import slope as differences


def displayed(local: Local, weight, wanted_product, wanted_ones, tolerance: float) -> None:
    """What is shown of a node's partial is what differences give: each number, and the words made of them."""
    told = slope(local, weight)
    product = whole(local.product(weight))
    if product.whole is not None:
        assert close(product.whole.array(), wanted_product, tolerance)
    if told.product:
        assert told.product == words(local.product(weight))
    if local.kind in ("number", "elementwise"):
        assert close(whole(local.array).whole.array(), wanted_ones, tolerance) or np.size(wanted_ones) > 1000
        assert told.text == words(local.array)
    elif local.kind == "jacobian":
        y, x = local.shape
        assert told.text.startswith("J ") and (str(x[-1]) in told.text if x else told.text.endswith("1"))
        assert not y or str(y[0]) in told.text


def check(case: Case) -> int:
    """Compare what is displayed of every input of an operator with differences; return how many were."""
    compared, tolerance = 0, 2e-3 if case.single else 1e-5
    values = case.values(case.arrays)
    named = dict(zip(case.variables, case.moved, strict=True)) if len(case.variables) == len(case.moved) else {}
    for var, position in named.items():
        for k in outputs_of(case):
            output = case.program.outputs[k]
            kinds = case.program.types[output].dtype + case.program.types[var].dtype
            if "complex" in kinds or case.program.types[output].dtype not in ("float64", "float32"):
                continue
            local = Local(case.program, values, var, output)
            weight = weights(case)[k][0]
            if not np.size(weight):
                continue
            ones = differences(case, position, k, np.ones(local.shape[0]))
            displayed(local, weight, differences(case, position, k, weight), ones, tolerance)
            compared += 1
    return compared


@pytest.mark.parametrize("family", FAMILIES)
def test_what_wires_show_of_every_operator_s_partials_equals_differences(family: str) -> None:
    compared = sum(check(case) for operator in operators(family) for case in cases(operator)[:1])
    smooth = [each for each in operators(family) if any(i.differentiable for i in each.inputs) and each.partials]
    assert compared or not smooth or family in ("control", "quantum", "random", "gradients", "views", "optimizers")


@pytest.mark.parametrize("family", FAMILIES)
def test_what_micro_steps_show_equals_what_the_whole_jacobian_says(family: str) -> None:
    """By one call of a rule the table has the partials of all arguments; `of_operation` finds them one by one, and has
    been compared with differences. Contributions add up to J^T y_bar."""
    for operator in operators(family):
        for case in cases(operator)[:1]:
            wrt = list(case.variables)
            if not wrt:
                continue
            seen = run(case.program, case.values(case.arrays), wrt)
            for entry in [each for each in seen.entries if each.kind == "call"][:12]:
                numbers = [k for k, slot in enumerate(entry.reads) if slot is not None and seen.moving[slot]]
                result, given = seen.values[entry.writes[0]], seen.arguments(entry)
                if not numbers or not seen.moving[entry.writes[0]]:
                    continue
                for k, (kind, array, shape) in briefly(entry.equation, given, result, numbers).items():
                    try:
                        local = of_operation(entry.equation, given, k, result)
                        expected = local.kind
                    except GradwireError:
                        continue
                    if expected in ("number", "elementwise"):
                        assert kind == expected, (operator.id, entry.equation.primitive)
                        np.testing.assert_allclose(array, local.array, rtol=1e-12, atol=1e-300)
                        if np.size(array) == 1:
                            assert partial_text(kind, array, shape) == short(np.asarray(array).item())
                    elif expected == "jacobian":
                        assert kind == "jacobian" and shape == local.shape


def test_a_planted_fault_is_seen() -> None:
    """A partial that is off by a thousandth is not what differences give."""
    case = cases(LIBRARY["activations.tanh"])[0]
    local = Local(case.program, case.values(case.arrays), case.variables[0], case.program.outputs[0])
    ones = differences(case, case.moved[0], 0, np.ones(local.shape[0]))
    with pytest.raises(AssertionError):
        displayed(local, np.ones(local.shape[0]), 1.001 * ones, ones, 1e-5)
