"""Local partials of every operator against differences of its plain function, and of nodes in a graph."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import GradwireError
from engine.evaluate import look, loss_program
from engine.trace.partials import Local, of_node, of_operation
from engine.trace.run import run
from nodes.library import LIBRARY
from tests.engine.operator_checks import Case, cases, close, differences, scalar_of, weights
from tests.engine.training_graphs import content, prepared

FAMILIES = sorted({each.id.partition(".")[0] for each in LIBRARY.values()})


def operators(family: str):
    return [each for each in LIBRARY.values() if each.id.partition(".")[0] == family and each.samples]


def outputs_of(case: Case) -> list[int]:
    """Return which of the case's outputs are real and differentiable."""
    return [k for k, pair in enumerate(weights(case)) if pair is not None]


def slope(case: Case, position: int, output: int, cotangent) -> np.ndarray:
    """Return the gradient of sum(output * cotangent) by one argument, by differences of the plain function."""
    cotangents = [None] * len(weights(case))
    cotangents[output] = (cotangent, np.zeros(np.shape(cotangent)))
    doubled = [np.asarray(each, np.float64) if np.asarray(each).dtype == np.float32 else each for each in case.arrays]

    def scalar(x):
        given = [*doubled[:position], x, *doubled[position + 1 :]]
        return float(scalar_of(case.sloped(given, cotangents, 1.0), cotangents, 1.0, 1.0, np))

    return differences(scalar, doubled[position])


def check(case: Case) -> int:
    """Compare product, rows, columns and the array of partials with differences; return how many were compared."""
    compared = 0
    tolerance = 2e-3 if case.single else 1e-5
    values = case.values(case.arrays)
    by_name = {each.var: k for k, each in enumerate(case.program.inputs)}
    named = dict(zip(case.variables, case.moved, strict=True)) if len(case.variables) == len(case.moved) else {}
    for var, position in named.items():
        for k in outputs_of(case):
            local = Local(case.program, values, var, case.program.outputs[k])
            y, x = local.shape
            if "complex" in str(case.program.types[case.program.outputs[k]].dtype) or not np.prod(y, dtype=int):
                continue
            assert x == np.shape(values[by_name[var]])
            weight = weights(case)[k][0]
            wanted = slope(case, position, k, weight)
            assert close(local.product(weight), wanted, tolerance), f"{case}: product {local.product(weight)} {wanted}"
            compared += 1
            if case.backwards_only or "complex" in str(case.program.types[var].dtype):
                continue
            last = int(np.prod(y, dtype=int)) - 1
            unit = np.zeros(y)
            unit.reshape(-1)[last] = 1.0
            row = slope(case, position, k, unit)
            assert close(local.row(last), row, tolerance), f"{case}: row {local.row(last)} {row}"
            if local.kind in ("number", "elementwise"):
                assert close(local.array, slope(case, position, k, np.ones(y)), tolerance)
            if row.size:
                entry = local.column(row.size - 1).reshape(-1)[last]
                scale = np.abs(row).max()
                assert abs(entry - row.reshape(-1)[-1]) <= tolerance * max(scale, np.abs(entry), 1e-12), f"{case}"
    return compared


def _real(case: Case, output: int) -> bool:
    return "complex" not in case.program.types[case.program.outputs[output]].dtype


@pytest.mark.parametrize("family", FAMILIES)
def test_every_operator_s_partials_equal_differences(family):
    compared = sum(check(case) for operator in operators(family) for case in cases(operator)[:1])
    differentiable = [
        operator
        for operator in operators(family)
        for case in cases(operator)[:1]
        if case.variables and any(_real(case, k) for k in outputs_of(case))
    ]
    assert compared >= len(differentiable) // 2


def planted(nodes, wires):
    graph = prepared(content(nodes, wires))
    return graph, {socket: each.value for socket, each in look(graph).wires.items()}


def test_the_kinds_of_partials():
    graph, wires = planted(
        {
            "parameter_1": {"value": 3.0},
            "parameter_2": {"value": (1.0, 2.0, 4.0)},
            "multiply_1": {},
            "tanh_1": {},
            "square_1": {},
            "sum_1": {},
            "optimizer_1": {},
        },
        "parameter_1>multiply_1 parameter_2>multiply_1.y multiply_1>square_1 square_1>sum_1 sum_1>optimizer_1.loss",
    )
    found = of_node(graph, "multiply_1", wires)
    assert found["value", "x"].kind == "jacobian"  # one number spread over three
    assert found["value", "x"].shape == ((3,), ())
    np.testing.assert_allclose(found["value", "x"].column(0), [1.0, 2.0, 4.0])
    assert found["value", "y"].kind == "elementwise"
    np.testing.assert_allclose(found["value", "y"].array, [3.0, 3.0, 3.0])
    np.testing.assert_allclose(of_node(graph, "square_1", wires)["value", "x"].array, [6.0, 12.0, 24.0])
    total = of_node(graph, "sum_1", wires)["value", "x"]
    assert total.kind == "jacobian" and total.shape == ((), (3,))
    np.testing.assert_allclose(total.row(0), [1.0, 1.0, 1.0])
    with pytest.raises(GradwireError, match="3 columns"):
        total.column(3)
    with pytest.raises(GradwireError, match="Jacobian"):
        _ = total.array


def test_two_sockets_fed_by_one_wire_have_partials_of_their_own():
    graph, wires = planted(
        {"parameter_1": {"value": 3.0}, "divide_1": {}, "optimizer_1": {}},
        "parameter_1>divide_1 parameter_1>divide_1.y divide_1>optimizer_1.loss",
    )
    found = of_node(graph, "divide_1", wires)
    assert float(found["value", "x"].array) == pytest.approx(1 / 3)
    assert float(found["value", "y"].array) == pytest.approx(-1 / 3)
    assert found["value", "x"].kind == "number"


def test_a_scan_along_an_axis_is_no_elementwise_function():
    """The shape stays, the Jacobian is full: what a test of shapes alone would call elementwise."""
    case = next(each for each in cases(LIBRARY["reductions.cumulative_sum"]) if np.size(each.arrays[0]) > 1)
    local = Local(case.program, case.values(case.arrays), case.variables[0], case.program.outputs[0])
    assert local.kind == "jacobian"


def test_an_operation_of_a_run_has_partials():
    graph, _ = planted(
        {"parameter_1": {"value": 3.0}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )

    loss = loss_program(graph)
    seen = run(loss.program, [np.float64(3.0)], [loss.inputs[0].var])
    entry = seen.entries[-1]
    result = seen.values[entry.writes[0]]
    number = next(k for k, slot in enumerate(entry.reads) if slot is not None)
    assert float(of_operation(entry.equation, seen.arguments(entry), number, result).array) == 6.0
