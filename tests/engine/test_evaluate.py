"""Looks, gradients, checks and contours: the answers to questions about a graph, against formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data import Data
from engine.errors import GradwireError, LoweringError
from engine.evaluate import check, contour, gradient, look
from engine.graph import Content, Socket
from engine.prepare import prepare
from engine.training import Trainer
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, network, prepared, rosenbrock, rosenbrock_gradient

DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}


def value(looks, socket: str) -> float:
    node, _, name = socket.partition(".")
    return float(looks.wires[Socket(node, name or "value")].value)


def test_looks_are_at_the_parameters_asked_for():
    graph = prepared(rosenbrock(optimizer_1=DESCENT))
    found = look(graph, {"parameter_1": 2.0})
    assert value(found, "square_1") == 4.0
    assert found.losses == {"optimizer_1": pytest.approx(1 + 100 * 9)}
    cotangent = float(found.wires[Socket("parameter_1", "value")].cotangent)
    assert cotangent == pytest.approx(rosenbrock_gradient(2.0, 1.0)[0])


def test_cotangents_are_of_the_optimizer_asked_for():
    graph = content(
        {
            "parameter_1": {"value": 3.0},
            "square_1": {},
            "negative_1": {},
            "optimizer_1": {"parameters": ("parameter_1",)},
            "optimizer_2": {"parameters": ("parameter_1",)},
        },
        "parameter_1>square_1 square_1>optimizer_1.loss parameter_1>negative_1 negative_1>optimizer_2.loss",
    )
    at = prepared(graph)
    for optimizer, expected in ((None, 6.0), ("optimizer_1", 6.0), ("optimizer_2", -1.0)):
        found = look(at, optimizer=optimizer)
        assert float(found.wires[Socket("parameter_1", "value")].cotangent) == expected
        assert found.losses == {"optimizer_1": 9.0, "optimizer_2": -3.0}


def test_a_look_in_the_middle_of_a_run_sees_that_step_s_batch_and_noise():
    """The look's loss is the one that the run records at its next step."""
    graph = prepared(network())
    run = Trainer(graph)
    run.run(13)
    seen = look(graph, run.parameters(), step=run.step(), states=run.states())
    (chunk,) = run.run(1)
    assert seen.losses["optimizer_1"] == chunk.rows[0, 0]
    assert seen.wires[Socket("minibatch_1", "batch_x")].value.shape == (7, 2)


def test_evaluation_leaves_out_noise():
    graph = prepared(network())
    noisy, still = (look(graph, train=train).wires for train in (True, False))
    source = Socket("minibatch_1", "batch_x")
    np.testing.assert_array_equal(still[Socket("noise_1", "value")].value, still[source].value)
    assert not np.array_equal(noisy[Socket("noise_1", "value")].value, noisy[source].value)


def test_tuples_keep_their_form_in_values_and_cotangents():
    graph = content(
        {
            "parameter_1": {"value": 3.0},
            "parameter_2": {"value": (1.0, 2.0)},
            "pack_1": {},
            "unpack_1": {"index": 0},
            "square_1": {},
            "optimizer_1": {},
        },
        "parameter_1>pack_1.xs.0 parameter_2>pack_1.xs.1 pack_1>unpack_1 unpack_1>square_1 square_1>optimizer_1.loss",
    )
    packed = look(prepared(graph)).wires[Socket("pack_1", "value")]
    assert isinstance(packed.value, tuple)
    assert float(packed.value[0]) == 3.0
    np.testing.assert_array_equal(packed.value[1], [1.0, 2.0])
    assert float(packed.cotangent[0]) == 6.0
    np.testing.assert_array_equal(packed.cotangent[1], [0.0, 0.0])


def test_a_wire_into_an_output_by_mistake_leaves_the_output_what_it_is():
    graph = content(
        {"line_data_1": {"count": 3, "noise": 0.0}, "line_data_2": {"count": 5, "noise": 0.0}, "square_1": {}},
        "line_data_1.y>line_data_2.x line_data_2.x>square_1",
    )
    wires = look(prepared(graph, strict=False)).wires
    np.testing.assert_array_equal(wires[Socket("line_data_2", "x")].value, np.linspace(-1, 1, 5))
    np.testing.assert_array_equal(wires[Socket("square_1", "value")].value, np.linspace(-1, 1, 5) ** 2)


def test_values_that_are_not_finite_are_shown_as_they_are():
    graph = content(
        {"parameter_1": {"value": -1.0}, "log_1": {}, "optimizer_1": {}}, "parameter_1>log_1 log_1>optimizer_1.loss"
    )
    found = look(prepared(graph))
    assert np.isnan(found.losses["optimizer_1"])
    assert np.isnan(value(found, "log_1"))


@pytest.mark.parametrize("kind", ["vector", "complex"])
def test_a_loss_that_is_no_real_scalar_is_named(kind):
    setting = {"value": (1.0, 2.0)} if kind == "vector" else {"value": 1.0, "dtype": "complex128"}
    graph = content(
        {"parameter_1": setting, "square_1": {}, "optimizer_1": {}}, "parameter_1>square_1 square_1>optimizer_1.loss"
    )
    with pytest.raises(GradwireError) as caught:
        gradient(prepared(graph))
    assert caught.value.node in ("optimizer_1", "square_1")


def test_looking_goes_on_where_the_loss_is_no_scalar():
    graph = content(
        {"parameter_1": {"value": (1.0, 2.0)}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    found = look(prepared(graph, strict=False))
    np.testing.assert_array_equal(found.wires[Socket("square_1", "value")].value, [1.0, 4.0])
    assert found.wires[Socket("square_1", "value")].cotangent is None
    assert found.losses == {}


def test_a_check_tells_a_right_gradient_from_a_kink():
    assert all(each.passed for each in check(prepared(network())))
    graph = content(
        {"parameter_1": {"value": 1e-7}, "abs_1": {}, "optimizer_1": {}}, "parameter_1>abs_1 abs_1>optimizer_1.loss"
    )
    (found,) = check(prepared(graph))
    assert not found.passed
    assert '"Parameter" (parameter_1)' in found.sentence
    assert "differs" in found.sentence


def test_a_derivative_shaped_on_purpose_is_no_fault():
    graph = content(
        {
            "parameter_1": {"value": 2.0},
            "parameter_2": {"value": 3.0},
            "reverse_1": {},
            "multiply_1": {},
            "optimizer_1": {},
        },
        "parameter_1>reverse_1 reverse_1>multiply_1 parameter_2>multiply_1.y multiply_1>optimizer_1.loss",
    )
    shaped, plain = check(prepared(graph))
    assert shaped.passed
    assert "on purpose" in shaped.sentence
    assert "(reverse_1)" in shaped.sentence
    assert shaped.differences > 1
    assert plain.passed
    assert "agrees" in plain.sentence


def test_a_contour_is_the_loss_over_two_numbers():
    xs, ys = np.linspace(-2, 2, 5), np.linspace(-1, 3, 4)
    graph = prepared(rosenbrock(optimizer_1=DESCENT))
    grid = contour(graph, {}, ("parameter_1", 0), ("parameter_2", 0), xs, ys)
    x, y = np.meshgrid(xs, ys)
    np.testing.assert_allclose(grid, (x - 1) ** 2 + 100 * (y - x * x) ** 2)


def test_a_contour_over_two_elements_of_one_parameter_leaves_the_others():
    graph = content(
        {"parameter_1": {"value": (1.0, 2.0, 3.0)}, "square_1": {}, "sum_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>sum_1 sum_1>optimizer_1.loss",
    )
    grid = contour(prepared(graph), {}, ("parameter_1", 0), ("parameter_1", 2), np.array([5.0]), np.array([7.0, 0.0]))
    np.testing.assert_allclose(grid, [[25 + 4 + 49], [25 + 4]])


def test_a_contour_has_nan_where_the_loss_is_not_finite():
    graph = content(
        {"parameter_1": {"value": 1.0}, "parameter_2": {"value": 1.0}, "log_1": {}, "add_1": {}, "optimizer_1": {}},
        "parameter_1>log_1 log_1>add_1 parameter_2>add_1.y add_1>optimizer_1.loss",
    )
    grid = contour(
        prepared(graph), {}, ("parameter_1", 0), ("parameter_2", 0), np.array([-1.0, 0.0, 1.0]), np.array([2.0])
    )
    np.testing.assert_array_equal(np.isnan(grid), [[True, True, False]])


def test_a_contour_over_what_the_loss_does_not_read_is_refused():
    graph = content(
        {"parameter_1": {"value": 1.0}, "parameter_2": {"value": 1.0}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    with pytest.raises(GradwireError, match="parameter_2"):
        contour(prepared(graph), {}, ("parameter_1", 0), ("parameter_2", 0), np.ones(1), np.ones(1))


def test_an_optimizer_that_is_not_there_is_named():
    with pytest.raises(GradwireError, match="optimizer_7"):
        gradient(prepared(rosenbrock(optimizer_1=DESCENT)), optimizer="optimizer_7")


def test_a_refused_pair_is_a_sentence():
    with pytest.raises(LoweringError, match="tape"):
        gradient(prepared(rosenbrock(optimizer_1=DESCENT)), approach="tape", backend="numpy_code")


def test_a_function_without_a_derivative_names_its_node():
    graph = content(
        {
            "parameter_1": {"value": ((1.0, 0.5), (0.2, 2.0))},
            "python_1": {"name": "Both"},
            "sum_1": {},
            "optimizer_1": {},
        },
        "parameter_1>python_1.xs.0 python_1>sum_1 sum_1>optimizer_1.loss",
    )
    code = "def f(x):\n    return np.linalg.svd(x)[1]\n"
    nodes = {**graph.graph.nodes}
    nodes["python_1"] = replace(nodes["python_1"], operator="control.python", settings={"code": code})
    known = prepare(Content(replace(graph.graph, nodes=nodes)), LIBRARY, Data())
    for work in (lambda: gradient(known), lambda: Trainer(known, steps=2)):
        with pytest.raises(LoweringError) as caught:
            work()
        assert caught.value.sentence.startswith('"Both" (python_1): the function numpy.linalg.svd has no derivative')
        assert caught.value.sentence.endswith(".")
