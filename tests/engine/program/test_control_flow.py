"""What lowering makes of bodies: states, random numbers, structures, closures; what is looked at, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine import random_bits
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import GradwireError, LoweringError, RunError
from engine.evaluate import gradient, look
from engine.graph import Graph, Socket
from engine.program.program import Program
from engine.program.structure import programs_of
from tests.engine.control_graphs import body_graph, lowered, prepared, values_of


def outputs(program: Program, values: list[Any]) -> list[Any]:
    """Return what a program gives; the two ways to run it must agree to the bit."""
    found = list(compile_program(program)(values))
    known = interpret(program, values)
    for one, var in zip(found, program.outputs, strict=True):
        np.testing.assert_array_equal(one, known[var])
    return found


def sized(program: Program) -> int:
    """Return how many equations a program has, nested ones included."""
    inner = sum(sized(each) for equation in program.equations for _, each in programs_of(equation))
    return len(program.equations) + inner


# Loops stay loops -----------------------------------------------------------------------------------------------------


def repeated(times: int, **settings: Any) -> Graph:
    return body_graph(
        {
            "parameter_x": {"value": 0.5}, "for_1": {"times": times, **settings}, "for_1/input_1": "x",
            "for_1/sin_1": {}, "for_1/output_1": "x", "optimizer_1": {},
        },
        "parameter_x>for_1.carry.0 input_1>sin_1 sin_1>output_1.value for_1.x>optimizer_1.loss",
    )  # fmt: skip


def test_a_loop_is_as_long_as_its_body() -> None:
    short, long = (lowered(repeated(times), "for_1.x") for times in (3, 100_000))
    assert sized(short) == sized(long)


@pytest.mark.parametrize("settings", [
    {"memory": "every"}, {"memory": "every", "kept": 7}, {"memory": "binomial", "kept": 4}, {"memory": "binomial"},
    {"memory": "online"}, {"memory": "online", "kept": 5},
])  # fmt: skip
def test_what_is_kept_of_a_loop_changes_no_derivative(settings: Mapping[str, Any]) -> None:
    wanted = gradient(prepared(repeated(50))).gradients["parameter_x"]
    found = gradient(prepared(repeated(50, **settings))).gradients["parameter_x"]
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
    x, slope = 0.5, 1.0
    for _ in range(50):
        slope, x = slope * np.cos(x), np.sin(x)
    assert float(wanted) == pytest.approx(slope, rel=1e-12)


COUNTED = body_graph(
    {
        "parameter_x": {"value": 1.5}, "constant_n": {"value": 3, "dtype": "int64"}, "for_1": {},
        "for_1/input_1": "x", "for_1/multiply_1": {}, "for_1/output_1": "x", "optimizer_1": {},
    },
    "parameter_x>for_1.carry.0 constant_n>for_1.count input_1>multiply_1 input_1>multiply_1.y "
    "multiply_1>output_1.value for_1.x>optimizer_1.loss",
)  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_count_on_a_wire_is_read_when_it_runs(count: int) -> None:
    program = lowered(COUNTED, "for_1.x")
    given = {"parameter_x": 1.1, "constant_n.value": count}
    (found,) = outputs(program, values_of(program, COUNTED, given))
    assert float(found) == pytest.approx(1.1 ** (2**count), rel=1e-14)


def test_a_scan_walks_backwards_and_without_sequences() -> None:
    nodes: dict[str, Any] = {
        "constant_a": {"value": (1.0, 2.0, 4.0)}, "constant_0": {"value": 0.0},
        "scan_1": {"items": ("a",), "reverse": True}, "scan_1/input_1": "x", "scan_1/input_2": "a", "scan_1/add_1": {},
        "scan_1/output_1": "x", "scan_1/output_2": "y",
        "scan_2": {"times": 4}, "scan_2/input_3": "x", "scan_2/iteration_1": {}, "scan_2/add_2": {},
        "scan_2/output_3": "x", "scan_2/output_4": "y",
    }  # fmt: skip
    graph = body_graph(
        nodes,
        "constant_0>scan_1.carry.0 constant_a>scan_1.sequence.0 input_1>add_1 input_2>add_1.y add_1>output_1.value "
        "add_1>output_2.value constant_0>scan_2.carry.0 input_3>add_2 iteration_1>add_2.y add_2>output_3.value "
        "iteration_1>output_4.value",
    )
    program = lowered(graph, "scan_1.x", "scan_1.y", "scan_2.x", "scan_2.y")
    total, sums, other, counts = outputs(program, values_of(program, graph, {}))
    assert float(total) == 7.0 and list(sums) == [7.0, 6.0, 4.0]
    assert float(other) == 6.0 and list(counts) == [0, 1, 2, 3]


# Structures -----------------------------------------------------------------------------------------------------------

STRUCTURED = body_graph(
    {
        "parameter_x": {"value": 0.5}, "constant_1": {"value": (1.0, 2.0)}, "record_1": {"names": ("speed", "place")},
        "for_1": {"times": 5, "carries": ("state",)},
        "for_1/input_1": "state", "for_1/field_1": {"name": "speed"}, "for_1/field_2": {"name": "place"},
        "for_1/multiply_1": {"y": 0.0}, "for_1/add_1": {}, "for_1/replace_field_1": {"name": "place"},
        "for_1/output_1": "state", "field_3": {"name": "place"}, "sum_1": {}, "square_1": {}, "optimizer_1": {},
    },
    "parameter_x>record_1.xs.0 constant_1>record_1.xs.1 record_1>for_1.carry.0 input_1>field_1 input_1>field_2 "
    "field_1>add_1 field_2>add_1.y input_1>replace_field_1 add_1>replace_field_1.item replace_field_1>output_1.value "
    "for_1.state>field_3 field_3>square_1 square_1>sum_1 sum_1>optimizer_1.loss",
)  # fmt: skip


def test_records_are_carried() -> None:
    graph = Graph({id: node for id, node in STRUCTURED.nodes.items() if id != "multiply_1"}, STRUCTURED.wires)
    found = gradient(prepared(graph))
    assert found.loss == pytest.approx((1 + 2.5) ** 2 + (2 + 2.5) ** 2)
    assert float(found.gradients["parameter_x"]) == pytest.approx(2 * 5 * (3.5 + 4.5))


# Random numbers -------------------------------------------------------------------------------------------------------

NOISY = body_graph(
    {
        "constant_0": {"value": 0.0}, "scan_1": {"times": 4, "carries": ()}, "scan_1/outer_1": "constant_0",
        "scan_1/noise_1": {}, "scan_1/output_1": "y",
        "function_1": {"inputs": ()}, "function_1/outer_2": "constant_0", "function_1/noise_2": {},
        "function_1/output_2": "value", "call_1": "function_1", "call_2": "function_1",
    },
    "outer_1>noise_1 noise_1>output_1.value outer_2>noise_2 noise_2>output_2.value",
)  # fmt: skip


def test_every_iteration_and_every_call_draws_its_own_numbers() -> None:
    program = lowered(NOISY, "scan_1.y", "call_1.value", "call_2.value")
    keys = {name: random_bits.key(5, name, 2) for name in ("noise_1", "noise_2")}
    drawn, one, other = outputs(program, values_of(program, NOISY, keys))
    wanted = [
        float(random_bits.normal(np.array(random_bits.threefry(tuple(map(int, keys["noise_1"])), (k, 0)), np.uint32)))
        for k in range(4)
    ]
    assert list(drawn) == wanted and len({*wanted, float(one), float(other)}) == 6


WANDERING = body_graph(
    {
        "constant_n": {"value": 3.0}, "function_1": {"inputs": ("n",), "returns": ("float64",)},
        "function_1/input_1": "n", "function_1/noise_1": {}, "function_1/greater_1": {"y": 0.5},
        "function_1/branch_1": {"inputs": ("n",)}, "branch_1.then/input_2": "n",
        "branch_1.then/constant_1": {"value": 1.0}, "branch_1.then/subtract_1": {},
        "branch_1.then/call_1": "function_1", "branch_1.then/outer_1": "noise_1",
        "branch_1.then/multiply_1": {}, "branch_1.then/output_1": "value",
        "branch_1.otherwise/outer_2": "noise_1", "branch_1.otherwise/output_2": "value",
        "function_1/output_3": "value", "call_2": "function_1", "call_3": "function_1",
    },
    "input_1>noise_1 input_1>greater_1 greater_1>branch_1.condition input_1>branch_1.xs.0 input_2>subtract_1 "
    "constant_1>subtract_1.y subtract_1>call_1.xs.0 call_1>multiply_1 outer_1>multiply_1.y multiply_1>output_1.value "
    "outer_2>output_2.value branch_1>output_3.value constant_n>call_2.xs.0 constant_n>call_3.xs.0",
)  # fmt: skip


ZERO = np.zeros(2, np.uint32)


def test_every_depth_of_a_recursion_draws_its_own_numbers() -> None:
    program = lowered(WANDERING, "call_2.value", "call_3.value")
    key = random_bits.key(1, "noise_1", 0)
    found = outputs(program, values_of(program, WANDERING, {"noise_1": key}))

    fold = random_bits.fold

    def expected(salt: Any, n: float) -> float:
        drawn = n + float(random_bits.normal(fold(key, salt)))
        deeper = fold(fold(ZERO, salt), random_bits.call_number("call_1"))
        return expected(deeper, n - 1) * drawn if n > 0.5 else drawn

    for value, call in zip(found, ("call_2", "call_3"), strict=True):
        start = fold(ZERO, random_bits.call_number(call))
        assert float(value) == pytest.approx(expected(start, 3.0), rel=1e-14)
    assert float(found[0]) != float(found[1])


# States ---------------------------------------------------------------------------------------------------------------


def normalised(kind: str, inside: str, more: Mapping[str, Any], wires: str, **settings: Any) -> Graph:
    """Return a graph with a batch normalisation in the body of a node."""
    nodes = {
        "constant_x": {"value": ((1.0, 2.0), (3.0, 6.0))}, "parameter_1": {"value": (1.0, 1.0)},
        "parameter_2": {"value": (0.5, -0.5)}, f"{kind}_1": {"carries": ("x",)} | settings,
        f"{inside}/input_1": "x", f"{inside}/outer_1": "parameter_1", f"{inside}/outer_2": "parameter_2",
        f"{inside}/batch_norm_1": {"momentum": 0.5}, f"{inside}/output_1": "x", **more,
    }  # fmt: skip
    return body_graph(
        nodes,
        f"constant_x>{kind}_1.carry.0 input_1>batch_norm_1 outer_1>batch_norm_1.scale outer_2>batch_norm_1.shift "
        f"batch_norm_1>output_1.value {wires}",
    )


def test_a_state_goes_from_iteration_to_iteration() -> None:
    program = lowered(normalised("for", "for_1", {}, "", times=3), "for_1.x")
    assert program.names[1:] == ("state batch_norm_1.0", "state batch_norm_1.1")
    graph = normalised("for", "for_1", {}, "", times=3)
    start = {"batch_norm_1.0": [0.0, 0.0], "batch_norm_1.1": [1.0, 1.0]}
    given = {**start, "parameter_1": [1.0, 1.0], "parameter_2": [0.5, -0.5]}
    x, mean, variance = outputs(program, values_of(program, graph, given))
    value, running, spread = np.array([[1.0, 2.0], [3.0, 6.0]]), np.zeros(2), np.ones(2)
    once = lowered(body_graph(
        {"constant_x": {"value": ((1.0, 2.0), (3.0, 6.0))}, "parameter_1": {"value": (1.0, 1.0)},
         "parameter_2": {"value": (0.5, -0.5)}, "batch_norm_1": {"momentum": 0.5}},
        "constant_x>batch_norm_1 parameter_1>batch_norm_1.scale parameter_2>batch_norm_1.shift",
    ), "batch_norm_1.value")  # fmt: skip
    for _ in range(3):
        own = {"constant_x.value": value, "batch_norm_1.0": running, "batch_norm_1.1": spread,
               "batch_norm_1.momentum": 0.5, "batch_norm_1.epsilon": 1e-5, **given | {}}  # fmt: skip
        own |= {"batch_norm_1.0": running, "batch_norm_1.1": spread}
        value, running, spread = outputs(once, [np.asarray(own[each.name]) for each in once.inputs])
    np.testing.assert_allclose(x, value, rtol=1e-14)
    np.testing.assert_allclose(mean, running, rtol=1e-14)
    np.testing.assert_allclose(variance, spread, rtol=1e-14)


@pytest.mark.parametrize("chosen", [True, False])
def test_a_state_in_a_branch_changes_only_where_that_arm_runs(chosen: bool) -> None:
    graph = body_graph(
        {
            "constant_c": {"value": chosen, "dtype": "bool"}, "constant_x": {"value": ((1.0, 2.0), (3.0, 6.0))},
            "parameter_1": {"value": (1.0, 1.0)}, "parameter_2": {"value": (0.5, -0.5)}, "branch_1": {},
            "branch_1.then/input_1": "x", "branch_1.then/outer_1": "parameter_1",
            "branch_1.then/outer_2": "parameter_2",
            "branch_1.then/batch_norm_1": {"momentum": 0.5}, "branch_1.then/output_1": "value",
            "branch_1.otherwise/input_2": "x", "branch_1.otherwise/output_2": "value",
        },
        "constant_c>branch_1.condition constant_x>branch_1.xs.0 input_1>batch_norm_1 outer_1>batch_norm_1.scale "
        "outer_2>batch_norm_1.shift batch_norm_1>output_1.value input_2>output_2.value",
    )  # fmt: skip
    program = lowered(graph, "branch_1.value")
    start = {"batch_norm_1.0": [0.0, 0.0], "batch_norm_1.1": [1.0, 1.0], "parameter_1": [1.0, 1.0],
             "parameter_2": [0.5, -0.5]}  # fmt: skip
    _, mean, _ = outputs(program, values_of(program, graph, start))
    assert list(mean) == ([1.0, 2.0] if chosen else [0.0, 0.0])


# Looking and errors ---------------------------------------------------------------------------------------------------


def test_nodes_in_bodies_show_their_last_values() -> None:
    wires = look(prepared(repeated(3))).wires
    assert float(wires[Socket("input_1", "value")].value) == pytest.approx(np.sin(np.sin(0.5)))
    assert float(wires[Socket("sin_1", "value")].value) == pytest.approx(np.sin(np.sin(np.sin(0.5))))
    assert float(wires[Socket("for_1", "x")].cotangent) == 1.0


def test_a_loop_without_end_is_stopped_at_its_limit_and_named() -> None:
    graph = body_graph(
        {
            "parameter_x": {"value": 2.0}, "while_1": {"limit": 50}, "while_1.condition/input_1": "x",
            "while_1.condition/greater_1": {"y": 0.0}, "while_1.condition/output_1": "continue",
            "while_1.body/input_2": "x", "while_1.body/output_2": "x", "optimizer_1": {},
        },
        "parameter_x>while_1.carry.0 input_1>greater_1 greater_1>output_1.value input_2>output_2.value "
        "while_1.x>optimizer_1.loss",
    )  # fmt: skip
    with pytest.raises(RunError) as refused:
        gradient(prepared(graph))
    assert refused.value.node == "while_1" and "50" in refused.value.sentence


def test_recursion_without_end_is_stopped_and_named() -> None:
    graph = body_graph(
        {
            "parameter_x": {"value": 2.0}, "function_1": {"returns": ("float64",)}, "function_1/input_1": "x",
            "function_1/greater_1": {"y": 0.0}, "function_1/branch_1": {}, "branch_1.then/input_2": "x",
            "branch_1.then/call_1": "function_1", "branch_1.then/output_1": "value", "branch_1.otherwise/input_3": "x",
            "branch_1.otherwise/output_2": "value", "function_1/output_3": "value", "call_2": "function_1",
            "optimizer_1": {},
        },
        "input_1>greater_1 greater_1>branch_1.condition input_1>branch_1.xs.0 input_2>call_1.xs.0 "
        "call_1>output_1.value input_3>output_2.value branch_1>output_3.value parameter_x>call_2.xs.0 "
        "call_2>optimizer_1.loss",
    )  # fmt: skip
    with pytest.raises(RunError) as refused:
        gradient(prepared(graph))
    assert refused.value.node in ("call_1", "call_2") and "deep" in refused.value.sentence


def test_a_state_is_refused_where_it_could_not_be_kept() -> None:
    graph = normalised("while", "while_1.body", {
        "while_1.condition/input_2": "x", "while_1.condition/outer_3": "parameter_1",
        "while_1.condition/batch_norm_2": {}, "while_1.condition/mean_1": {}, "while_1.condition/less_1": {},
        "while_1.condition/output_2": "continue",
    }, "input_2>batch_norm_2 outer_3>batch_norm_2.scale outer_3>batch_norm_2.shift batch_norm_2>mean_1 mean_1>less_1 "
       "less_1>output_2.value")  # fmt: skip
    with pytest.raises(LoweringError, match="keeps a state, which it cannot do in the condition of a loop") as refused:
        lowered(graph, "while_1.x")
    assert refused.value.node == "batch_norm_2"


def doubling(levels: int) -> Graph:
    """Functions each of which calls the next twice."""
    nodes: dict[str, Any] = {"constant_1": {"value": 1.0}, "call_0": "function_1"}
    wires = ["constant_1>call_0.xs.0"]
    for k in range(1, levels + 1):
        nodes |= {f"function_{k}": {}, f"function_{k}/input_{k}": "x", f"function_{k}/output_{k}": "value"}
        if k == levels:
            wires.append(f"input_{k}>output_{k}.value")
            continue
        nodes |= {f"function_{k}/call_{2 * k + each}": f"function_{k + 1}" for each in (0, 1)}
        wires += [f"input_{k}>call_{2 * k}.xs.0", f"call_{2 * k}>call_{2 * k + 1}.xs.0",
                  f"call_{2 * k + 1}>output_{k}.value"]  # fmt: skip
    return body_graph(nodes, " ".join(wires))


def test_a_graph_that_grows_out_of_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import limits

    program = lowered(doubling(6), "call_0.value")
    assert float(outputs(program, values_of(program, doubling(6), {}))[0]) == 1.0
    monkeypatch.setattr(limits, "LOWERED", 5_000)
    with pytest.raises(LoweringError, match="one of more than 5,000 nodes"):
        lowered(doubling(40), "call_0.value")
    monkeypatch.setattr(limits, "INLINE_DEPTH", 10)
    with pytest.raises(LoweringError, match="lies more than 10 bodies and calls deep"):
        lowered(doubling(40), "call_0.value")


def ring(count: int) -> Graph:
    """Functions in a circle, each of which calls the next in one arm of a branch."""
    nodes: dict[str, Any] = {"constant_1": {"value": 1.0}, "call_0": "function_1"}
    wires = ["constant_1>call_0.xs.0"]
    for k in range(1, count + 1):
        nodes |= {
            f"function_{k}": {"returns": ("float64",)}, f"function_{k}/input_{k}": "x",
            f"function_{k}/greater_{k}": {"y": 2.0}, f"function_{k}/branch_{k}": {},
            f"branch_{k}.then/input_{k}_1": "x", f"branch_{k}.then/call_{k}": f"function_{k % count + 1}",
            f"branch_{k}.then/output_{k}_1": "value", f"branch_{k}.otherwise/input_{k}_2": "x",
            f"branch_{k}.otherwise/output_{k}_2": "value", f"function_{k}/output_{k}": "value",
        }  # fmt: skip
        wires += [f"input_{k}>greater_{k}", f"greater_{k}>branch_{k}.condition", f"input_{k}>branch_{k}.xs.0",
                  f"input_{k}_1>call_{k}.xs.0", f"call_{k}>output_{k}_1.value", f"input_{k}_2>output_{k}_2.value",
                  f"branch_{k}>output_{k}.value"]  # fmt: skip
    return body_graph(nodes, " ".join(wires))


def test_bodies_and_calls_as_deep_as_allowed_are_lowered_and_deeper_ones_refused() -> None:
    for graph in (doubling(6), ring(48)):
        program = lowered(graph, "call_0.value")
        assert float(outputs(program, values_of(program, graph, {}))[0]) == 1.0
    with pytest.raises(LoweringError, match="lies more than 100 bodies and calls deep"):
        lowered(ring(60), "call_0.value")
    chain = body_graph(
        {"constant_1": {"value": 1.0}, "call_0": "function_1"}
        | {key: each for k in range(1, 100) for key, each in {
            f"function_{k}": {}, f"function_{k}/input_{k}": "x", f"function_{k}/output_{k}": "value",
            f"function_{k}/call_{k}": f"function_{k + 1}"}.items() if k < 99 or not key.endswith("call_99")},
        "constant_1>call_0.xs.0 input_99>output_99.value "
        + " ".join(f"input_{k}>call_{k}.xs.0 call_{k}>output_{k}.value" for k in range(1, 99)),
    )  # fmt: skip
    program = lowered(chain, "call_0.value")
    assert float(outputs(program, values_of(program, chain, {}))[0]) == 1.0


def test_what_is_not_finite_in_a_body_is_found_at_its_node() -> None:
    from engine.backends.interpret import first_nonfinite

    graph = body_graph(
        {
            "parameter_x": {"value": 1.0}, "constant_1": {"value": 1.0}, "for_1": {"times": 3}, "for_1/input_1": "x",
            "for_1/outer_1": "constant_1", "for_1/subtract_1": {}, "for_1/log_1": {}, "for_1/output_1": "x",
        },
        "parameter_x>for_1.carry.0 input_1>subtract_1 outer_1>subtract_1.y subtract_1>log_1 log_1>output_1.value",
    )  # fmt: skip
    program = lowered(graph, "for_1.x")
    found = first_nonfinite(program, values_of(program, graph, {"parameter_x": 1.0}))
    assert found is not None and (found.node, found.iteration) == ("log_1", 0)


def test_a_graph_with_a_fault_in_a_body_is_not_run() -> None:
    nodes = {"parameter_x": {"value": (1.0, 2.0)}, "for_1": {}, "for_1/input_1": "x", "for_1/sum_1": {},
             "for_1/output_1": "x", "sum_2": {}, "optimizer_1": {}}  # fmt: skip
    graph = body_graph(nodes, "parameter_x>for_1.carry.0 input_1>sum_1 sum_1>output_1.value for_1.x>sum_2 "
                              "sum_2>optimizer_1.loss")  # fmt: skip
    with pytest.raises(GradwireError, match="“x” begins as float64 \\(2,\\) and its body gives float64 scalar"):
        prepared(graph)
