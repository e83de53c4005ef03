"""Control flow in graphs: values and derivatives of every approach against the same thing in plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.numpy_code import compile_program
from engine.binding import bind
from engine.evaluate import gradient, loss_program
from engine.files import parse, render
from engine.graph import Graph, Node
from engine.operator import Kind
from engine.problems import validate
from engine.training import Trainer
from nodes.library import LIBRARY
from tests.engine.control_graphs import body_graph, lowered, prepared, values_of
from tests.engine.graphs import wire

PAIRS = [
    (approach, backend)
    for approach in APPROACHES
    for backend in BACKENDS
    if backend != "xla" and refusal(approach, backend) is None
]

# Graphs, each with the same function of its parameters in plain Python ------------------------------------------------

SINE = body_graph(
    {
        "parameter_x": {"value": 1.0}, "constant_0": {"value": 0.0},
        "while_1": {"carries": ("term", "total")},
        "while_1.condition/input_1": "term", "while_1.condition/abs_1": {},
        "while_1.condition/greater_equal_1": {"y": 1e-8},
        "while_1.condition/output_1": "continue",
        "while_1.body/input_2": "term", "while_1.body/input_3": "total", "while_1.body/iteration_1": {},
        "while_1.body/outer_1": "parameter_x", "while_1.body/multiply_1": {}, "while_1.body/multiply_2": {},
        "while_1.body/add_1": {}, "while_1.body/add_2": {"y": 2.0}, "while_1.body/add_3": {"y": 3.0},
        "while_1.body/multiply_3": {}, "while_1.body/negative_1": {}, "while_1.body/divide_1": {},
        "while_1.body/add_4": {}, "while_1.body/output_2": "term", "while_1.body/output_3": "total",
        "optimizer_1": {},
    },
    "parameter_x>while_1.carry.0 constant_0>while_1.carry.1 "
    "input_1>abs_1 abs_1>greater_equal_1 greater_equal_1>output_1.value "
    "input_2>multiply_1 outer_1>multiply_1.y multiply_1>multiply_2 outer_1>multiply_2.y "
    "iteration_1>add_1 iteration_1>add_1.y add_1>add_2 add_1>add_3 add_2>multiply_3 add_3>multiply_3.y "
    "multiply_2>negative_1 negative_1>divide_1 multiply_3>divide_1.y divide_1>output_2.value "
    "input_3>add_4 input_2>add_4.y add_4>output_3.value while_1.total>optimizer_1.loss",
)  # fmt: skip
"""The Taylor series of the sine, as long as its terms are at least 1e-8 (Innes et al. 2019)."""


def sine(x: Any) -> Any:
    term, total, k = x, 0.0 * x, 0
    while abs(term) >= 1e-8:
        term, total, k = -term * x * x / ((2 * k + 2) * (2 * k + 3)), total + term, k + 1
    return total


BRANCHES = body_graph(
    {
        "parameter_x": {"value": 2.0}, "parameter_w": {"value": 0.5}, "greater_1": {"y": 1.0},
        "branch_1": {"inputs": ("a", "b"), "outputs": ("c", "d")},
        "branch_1.then/input_1": "a", "branch_1.then/input_2": "b", "branch_1.then/log_1": {},
        "branch_1.then/multiply_1": {}, "branch_1.then/output_1": "c", "branch_1.then/output_2": "d",
        "branch_1.otherwise/input_3": "a", "branch_1.otherwise/outer_1": "parameter_w",
        "branch_1.otherwise/multiply_2": {}, "branch_1.otherwise/sin_1": {}, "branch_1.otherwise/output_3": "c",
        "branch_1.otherwise/output_4": "d", "multiply_3": {}, "optimizer_1": {},
    },
    "parameter_x>greater_1 greater_1>branch_1.condition parameter_x>branch_1.xs.0 parameter_w>branch_1.xs.1 "
    "input_1>log_1 log_1>multiply_1 input_2>multiply_1.y multiply_1>output_1.value input_1>output_2.value "
    "input_3>multiply_2 outer_1>multiply_2.y multiply_2>sin_1 sin_1>output_3.value input_3>output_4.value "
    "branch_1.c>multiply_3 branch_1.d>multiply_3.y multiply_3>optimizer_1.loss",
)  # fmt: skip
"""log(x) w x above 1, sin(x w) x below: a logarithm that must not be taken where x is negative."""


def branches(x: Any, w: Any) -> Any:
    return np.log(x) * w * x if x.real > 1 else np.sin(x * w) * x


LOGISTIC = body_graph(
    {
        "parameter_x": {"value": 0.3}, "parameter_r": {"value": 3.1},
        "for_1": {"times": 12},
        "for_1/input_1": "x", "for_1/outer_1": "parameter_r", "for_1/constant_1": {"value": 1.0},
        "for_1/subtract_1": {}, "for_1/multiply_1": {}, "for_1/multiply_2": {}, "for_1/output_1": "x",
        "optimizer_1": {},
    },
    "parameter_x>for_1.carry.0 constant_1>subtract_1 input_1>subtract_1.y input_1>multiply_1 subtract_1>multiply_1.y "
    "multiply_1>multiply_2 outer_1>multiply_2.y multiply_2>output_1.value for_1.x>optimizer_1.loss",
)  # fmt: skip


def logistic(x: Any, r: Any) -> Any:
    for _ in range(12):
        x = r * x * (1 - x)
    return x


SCANNED = body_graph(
    {
        "parameter_a": {"value": (0.5, -1.0, 2.0)}, "parameter_s": {"value": 0.2},
        "scan_1": {"carries": ("s",), "items": ("a",), "results": ("y",)},
        "scan_1/input_1": "s", "scan_1/input_2": "a", "scan_1/parameter_d": {"value": 0.9}, "scan_1/multiply_1": {},
        "scan_1/sin_1": {}, "scan_1/add_1": {}, "scan_1/output_1": "s", "scan_1/multiply_2": {},
        "scan_1/output_2": "y", "sum_1": {}, "multiply_3": {}, "optimizer_1": {},
    },
    "parameter_s>scan_1.carry.0 parameter_a>scan_1.sequence.0 input_1>multiply_1 parameter_d>multiply_1.y "
    "input_2>sin_1 multiply_1>add_1 sin_1>add_1.y add_1>output_1.value add_1>multiply_2 input_2>multiply_2.y "
    "multiply_2>output_2.value scan_1.y>sum_1 sum_1>multiply_3 scan_1.s>multiply_3.y multiply_3>optimizer_1.loss",
)  # fmt: skip
"""A leaky sum of sines along a, with a parameter inside the body."""


def scanned(a: Any, s: Any, d: Any) -> Any:
    total = 0.0
    for item in a:
        s = s * d + np.sin(item)
        total = total + s * item
    return total * s


CALLED = body_graph(
    {
        "parameter_x": {"value": 0.7}, "parameter_c": {"value": 1.3},
        "function_1": {"inputs": ("u", "v"), "outputs": ("p", "q")},
        "function_1/input_1": "u", "function_1/input_2": "v", "function_1/outer_1": "parameter_c",
        "function_1/multiply_1": {}, "function_1/exp_1": {}, "function_1/add_1": {}, "function_1/output_1": "p",
        "function_1/output_2": "q",
        "call_1": {"function": "function_1", "outputs": ("p", "q")},
        "call_2": {"function": "function_1", "outputs": ("one", "two")},
        "multiply_2": {}, "optimizer_1": {},
    },
    "parameter_x>call_1.xs.0 parameter_c>call_1.xs.1 call_1.p>call_2.xs.0 call_1.q>call_2.xs.1 "
    "input_1>multiply_1 outer_1>multiply_1.y multiply_1>output_1.value input_2>exp_1 exp_1>add_1 input_1>add_1.y "
    "add_1>output_2.value call_2.one>multiply_2 call_2.two>multiply_2.y multiply_2>optimizer_1.loss",
)  # fmt: skip
"""A function of two inputs and outputs that reads an outer wire, called twice in a row."""


def called(x: Any, c: Any) -> Any:
    def f(u: Any, v: Any) -> tuple[Any, Any]:
        return u * c, np.exp(v) + u

    p, q = f(*f(x, c))
    return p * q


NESTED = body_graph(
    {
        "parameter_x": {"value": 1.2},
        "for_1": {"times": 3, "carries": ("x",)},
        "for_1/input_1": "x", "for_1/iteration_1": {}, "for_1/greater_1": {"y": 0.0},
        "for_1/branch_1": {},
        "branch_1.then/input_2": "x", "branch_1.then/while_1": {"carries": ("t",)},
        "while_1.condition/input_3": "t", "while_1.condition/less_1": {"y": 4.0},
        "while_1.condition/output_3": "continue",
        "while_1.body/input_4": "t", "while_1.body/outer_2": "iteration_1", "while_1.body/outer_3": "parameter_x",
        "while_1.body/add_1": {}, "while_1.body/multiply_1": {}, "while_1.body/output_4": "t",
        "branch_1.then/output_2": "value",
        "branch_1.otherwise/input_5": "x", "branch_1.otherwise/sin_1": {}, "branch_1.otherwise/output_5": "value",
        "for_1/output_1": "x", "optimizer_1": {},
    },
    "parameter_x>for_1.carry.0 iteration_1>greater_1 greater_1>branch_1.condition input_1>branch_1.xs.0 "
    "input_2>while_1.carry.0 input_3>less_1 less_1>output_3.value outer_2>add_1 outer_3>add_1.y input_4>multiply_1 "
    "add_1>multiply_1.y multiply_1>output_4.value while_1.t>output_2.value input_5>sin_1 sin_1>output_5.value "
    "branch_1>output_1.value for_1.x>optimizer_1.loss",
)  # fmt: skip
"""A While in a Branch in a For; the innermost body reads the outermost parameter and the For's iteration."""


def nested(x: Any) -> Any:
    carry = x
    for k in range(3):
        if k > 0:
            while carry.real < 4:
                carry = carry * (k + x)
        else:
            carry = np.sin(carry)
    return carry


POWER = body_graph(
    {
        "parameter_x": {"value": 1.1}, "parameter_n": {"value": 5.0, "dtype": "float64"},
        "function_1": {"inputs": ("n",), "outputs": ("value",), "returns": ("float64",)},
        "function_1/input_1": "n", "function_1/greater_1": {"y": 0.5}, "function_1/branch_1": {"inputs": ("n",)},
        "branch_1.then/input_2": "n", "branch_1.then/constant_1": {"value": 1.0}, "branch_1.then/subtract_1": {},
        "branch_1.then/call_1": "function_1", "branch_1.then/outer_1": "parameter_x", "branch_1.then/multiply_1": {},
        "branch_1.then/output_2": "value",
        "branch_1.otherwise/input_3": "n", "branch_1.otherwise/exp_1": {}, "branch_1.otherwise/output_3": "value",
        "function_1/output_1": "value", "call_2": "function_1", "optimizer_1": {},
    },
    "input_1>greater_1 greater_1>branch_1.condition input_1>branch_1.xs.0 input_2>subtract_1 constant_1>subtract_1.y "
    "subtract_1>call_1.xs.0 call_1>multiply_1 outer_1>multiply_1.y multiply_1>output_2.value input_3>exp_1 "
    "exp_1>output_3.value branch_1>output_1.value parameter_n>call_2.xs.0 call_2>optimizer_1.loss",
)  # fmt: skip
"""f(n) = x f(n - 1) above 0.5, exp(n) below: a function that calls itself and reads an outer wire."""


def power(x: Any, n: Any) -> Any:
    return x * power(x, n - 1) if n.real > 0.5 else np.exp(n)


LEFT, RIGHT, LEAF = [1, 3, -1, -1, -1], [2, 4, -1, -1, -1], [0.0, 0.0, 1.5, -0.5, 2.0]
TREE = body_graph(
    {
        "parameter_w": {"value": 0.7}, "parameter_v": {"value": LEAF},
        "constant_left": {"value": tuple(LEFT), "dtype": "int64"},
        "constant_right": {"value": tuple(RIGHT), "dtype": "int64"}, "constant_root": {"value": 0, "dtype": "int64"},
        "function_1": {"inputs": ("node",), "returns": ("float64",)},
        "function_1/input_1": "node", "function_1/outer_1": "constant_left", "function_1/take_1": {},
        "function_1/greater_equal_1": {"y": 0.0}, "function_1/branch_1": {"inputs": ("node", "left")},
        "branch_1.then/input_2": "left", "branch_1.then/call_1": "function_1",
        "branch_1.then/input_3": "node", "branch_1.then/outer_2": "constant_right", "branch_1.then/take_2": {},
        "branch_1.then/call_2": "function_1", "branch_1.then/multiply_1": {}, "branch_1.then/outer_3": "parameter_w",
        "branch_1.then/add_1": {}, "branch_1.then/sin_1": {}, "branch_1.then/output_2": "value",
        "branch_1.otherwise/input_4": "node", "branch_1.otherwise/outer_4": "parameter_v",
        "branch_1.otherwise/take_3": {}, "branch_1.otherwise/output_3": "value",
        "function_1/output_1": "value", "call_3": "function_1", "optimizer_1": {},
    },
    "constant_root>call_3.xs.0 outer_1>take_1 input_1>take_1.indices take_1>greater_equal_1 "
    "greater_equal_1>branch_1.condition input_1>branch_1.xs.0 take_1>branch_1.xs.1 input_2>call_1.xs.0 "
    "outer_2>take_2 input_3>take_2.indices take_2>call_2.xs.0 call_1>multiply_1 outer_3>multiply_1.y multiply_1>add_1 "
    "call_2>add_1.y add_1>sin_1 sin_1>output_2.value outer_4>take_3 input_4>take_3.indices take_3>output_3.value "
    "branch_1>output_1.value call_3>optimizer_1.loss",
)  # fmt: skip
"""A tree as arrays of children (-1: a leaf): f(node) = sin(w f(left) + f(right)), at a leaf its value."""


def tree(w: Any, values: Any, node: int = 0) -> Any:
    if LEFT[node] < 0:
        return values[node]
    return np.sin(w * tree(w, values, LEFT[node]) + tree(w, values, RIGHT[node]))


def _step(function: str, then: str, base: str, inner: str) -> dict[str, Any]:
    """Return a function of n: above 0.5 a factor times another function of n - 1, else the base."""
    k = function[-1]
    return {
        function: {"inputs": ("n",), "returns": ("float64",)}, f"{function}/input_{k}": "n",
        f"{function}/greater_{k}": {"y": 0.5}, f"{function}/branch_{k}": {"inputs": ("n",)},
        f"branch_{k}.then/input_{k}1": "n", f"branch_{k}.then/constant_{k}": {"value": 1.0},
        f"branch_{k}.then/subtract_{k}": {}, f"branch_{k}.then/call_{k}": then,
        f"branch_{k}.then/outer_{k}": inner, f"branch_{k}.then/multiply_{k}": {},
        f"branch_{k}.then/output_{k}1": "value",
        f"branch_{k}.otherwise/outer_{k}2": base, f"branch_{k}.otherwise/output_{k}2": "value",
        f"{function}/output_{k}": "value",
    }  # fmt: skip


def _joined(k: str) -> str:
    return (
        f"input_{k}>greater_{k} greater_{k}>branch_{k}.condition input_{k}>branch_{k}.xs.0 input_{k}1>subtract_{k} "
        f"constant_{k}>subtract_{k}.y subtract_{k}>call_{k}.xs.0 call_{k}>multiply_{k} outer_{k}>multiply_{k}.y "
        f"multiply_{k}>output_{k}1.value outer_{k}2>output_{k}2.value branch_{k}>output_{k}.value "
    )


MUTUAL = body_graph(
    {"parameter_x": {"value": 1.3}, "parameter_y": {"value": -0.4}, "constant_n": {"value": 6.0},
     **_step("function_1", "function_2", "parameter_x", "parameter_x"),
     **_step("function_2", "function_1", "parameter_y", "parameter_y"), "call_3": "function_1", "optimizer_1": {}},
    _joined("1") + _joined("2") + "constant_n>call_3.xs.0 call_3>optimizer_1.loss",
)  # fmt: skip
"""Two functions that call each other: each multiplies by its own parameter."""


def mutual(x: Any, y: Any) -> Any:
    return (x * y) ** 3 * x


_FIRST = _step("function_1", "function_2", "parameter_x", "")
_SECOND = _step("function_2", "function_1", "parameter_y", "sin_1")
LOCAL = body_graph(
    {"parameter_x": {"value": 1.3}, "parameter_y": {"value": -0.4}, "constant_n": {"value": 3.0},
     **{key: each for key, each in _FIRST.items() if key != "branch_1.then/outer_1"}, "branch_1.then/sin_1": {},
     **{key if "/" in key else f"branch_1.then/{key}": each for key, each in _SECOND.items()},
     "call_3": "function_1", "optimizer_1": {}},
    _joined("1").replace("outer_1>", "sin_1>") + _joined("2")
    + "input_11>sin_1 constant_n>call_3.xs.0 call_3>optimizer_1.loss",
)  # fmt: skip
"""The second function is defined in the branch of the first, whose sine of n it reads."""


def local(x: Any, y: Any) -> Any:
    def first(n: Any) -> Any:
        def second(m: Any) -> Any:
            return first(m - 1) * np.sin(n) if m > 0.5 else y

        return second(n - 1) * np.sin(n) if n > 0.5 else x

    return first(3.0)


CASES: Mapping[str, tuple[Graph, Callable[..., Any], Sequence[str], Sequence[Sequence[Any]]]] = {
    "while": (SINE, sine, ("parameter_x",), ([1.0], [-2.5], [0.3], [6.0])),
    "branch": (BRANCHES, branches, ("parameter_x", "parameter_w"), ([2.0, 0.5], [-1.5, 0.7], [0.4, 2.0], [3.0, -1.0])),
    "for": (LOGISTIC, logistic, ("parameter_x", "parameter_r"), ([0.3, 3.1], [0.6, 2.4], [0.11, 3.9])),
    "scan": (SCANNED, scanned, ("parameter_a", "parameter_s", "parameter_d"),
             ([[0.5, -1.0, 2.0], 0.2, 0.9], [[1.5, 0.1, -0.3], -2.0, 0.4])),
    "call": (CALLED, called, ("parameter_x", "parameter_c"), ([0.7, 1.3], [-0.2, 0.6])),
    "nested": (NESTED, nested, ("parameter_x",), ([1.2], [0.4], [2.0])),
    "tree": (TREE, tree, ("parameter_w", "parameter_v"), ([0.7, LEAF], [-1.2, [0.0, 0.0, 0.3, 2.0, -1.0]])),
    "two that call each other": (MUTUAL, mutual, ("parameter_x", "parameter_y"), ([1.3, -0.4], [0.2, 2.0])),
    "a local function": (LOCAL, local, ("parameter_x", "parameter_y"), ([1.3, -0.4], [0.2, 2.0])),
    "recursion": (POWER, power, ("parameter_x", "parameter_n"), ([1.1, 5.0], [0.6, 2.2], [2.0, 0.1], [-1.5, 9.0])),
}  # fmt: skip
"""Graph, the function in plain Python, the parameters it takes, and where: other branches, other numbers of steps."""


def slopes(function: Callable[..., Any], at: Sequence[Any]) -> list[np.ndarray]:
    """Return the derivatives of a real function of arrays and numbers by the complex step."""
    found = []
    for k, value in enumerate(at):
        array = np.asarray(value, complex)
        slope = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = array.copy()
            moved[place] += 1e-30j
            arguments = [np.asarray(each, complex) for each in at]
            arguments[k] = moved
            slope[place] = function(*(each if each.shape else each[()] for each in arguments)).imag / 1e-30
        found.append(slope)
    return found


@pytest.mark.parametrize("what", CASES)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_values_and_derivatives_at_other_points_than_it_was_lowered_at(what: str, pair: tuple[str, str]) -> None:
    graph, function, names, points = CASES[what]
    ready = prepared(graph)
    loss = loss_program(ready)
    assert sorted(each.name for each in loss.inputs) == sorted(names)
    run = gradient_function(loss.program, loss.var, [each.var for each in loss.inputs], *pair)
    for at in points:
        given = {name: np.asarray(value, float) for name, value in zip(names, at, strict=True)}
        with np.errstate(all="ignore"):
            outputs, gradients = run(bind(loss.program, ready, given, step=0))
        assert float(outputs[0]) == pytest.approx(float(np.real(function(*map(np.asarray, at)))), rel=1e-12)
        wanted = dict(zip(names, slopes(function, at), strict=True))
        for each, found in zip(loss.inputs, gradients, strict=True):
            np.testing.assert_allclose(found, wanted[each.name], rtol=1e-10, atol=1e-12, err_msg=each.name)


def test_the_derivative_of_the_sine_is_the_literature_s() -> None:
    loss = loss_program(prepared(SINE))
    run = gradient_function(loss.program, loss.var, [each.var for each in loss.inputs], "static", "numpy_code")
    (_, (slope,)) = run(bind(loss.program, prepared(SINE), {"parameter_x": 1.0}, step=0))
    assert float(slope) == pytest.approx(0.540302303791887, abs=1e-15)
    assert float(slope) == pytest.approx(math.cos(1.0), abs=1e-8)


# Derivatives of derivatives -------------------------------------------------------------------------------------------

DESCENT = body_graph(
    {
        "parameter_c": {"value": 0.3}, "constant_x": {"value": 1.0}, "for_1": {"times": 3}, "for_1/input_1": "x",
        "for_1/outer_1": "parameter_c", "for_1/subtract_1": {}, "for_1/square_1": {}, "for_1/multiply_1": {},
        "for_1/gradient_1": {}, "for_1/constant_r": {"value": 0.1}, "for_1/multiply_2": {}, "for_1/subtract_2": {},
        "for_1/output_1": "x", "optimizer_1": {},
    },
    "constant_x>for_1.carry.0 input_1>subtract_1 outer_1>subtract_1.y subtract_1>square_1 square_1>multiply_1 "
    "input_1>multiply_1.y multiply_1>gradient_1.of input_1>gradient_1.wrt gradient_1>multiply_2 "
    "constant_r>multiply_2.y input_1>subtract_2 multiply_2>subtract_2.y subtract_2>output_1.value "
    "for_1.x>optimizer_1.loss",
)  # fmt: skip
"""Three steps downhill on (x - c)² x, by a derivative node inside the loop; differentiated by c."""


def descent(c: Any) -> Any:
    x = 1.0
    for _ in range(3):
        x = x - 0.1 * ((x - c) ** 2 + 2 * x * (x - c))
    return x


def differentiated(graph: Graph, output: str, by: str) -> Graph:
    """Return the graph whose loss is the derivative of an output by a parameter."""
    nodes = {**graph.nodes, "gradient_1": Node("gradient_1", "gradients.gradient")}
    kept = {each for each in graph.wires if each.target.node != "optimizer_1"}
    made = {wire(output, "gradient_1.of"), wire(f"{by}.value", "gradient_1.wrt")}
    return Graph(nodes, frozenset(kept | made | {wire("gradient_1.value", "optimizer_1.loss")}))


SECOND: Mapping[str, tuple[Graph, Callable[..., Any], str, float]] = {
    "a derivative in a loop": (DESCENT, descent, "parameter_c", 0.3),
    "a while": (differentiated(SINE, "while_1.total", "parameter_x"), sine, "parameter_x", 0.8),
    "a recursion": (differentiated(POWER, "call_2.value", "parameter_x"), lambda x: power(x, 5.0), "parameter_x", 1.1),
    "a branch": (differentiated(BRANCHES, "multiply_3.value", "parameter_x"), lambda x: branches(x, 0.5),
                 "parameter_x", 2.0),
    "a nest": (differentiated(NESTED, "for_1.x", "parameter_x"), nested, "parameter_x", 1.2),
}  # fmt: skip


@pytest.mark.parametrize("what", SECOND)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_second_derivatives(what: str, pair: tuple[str, str]) -> None:
    graph, function, by, at = SECOND[what]
    ready = prepared(graph)
    loss = loss_program(ready)
    run = gradient_function(loss.program, loss.var, [each.var for each in loss.inputs], *pair)
    outputs, gradients = run(bind(loss.program, ready, {**ready.parameters, by: at}, step=0))
    found = dict(zip((each.name for each in loss.inputs), gradients, strict=True))[by]
    if what == "a derivative in a loop":
        assert float(outputs[0]) == pytest.approx(function(at), rel=1e-13)
        assert float(found) == pytest.approx(function(at + 1e-30j).imag / 1e-30, rel=1e-12)
        return
    assert float(outputs[0]) == pytest.approx(function(at + 1e-30j).imag / 1e-30, rel=1e-12)
    slope = (function(at + 1e-4 + 1e-30j).imag - function(at - 1e-4 + 1e-30j).imag) / 2e-4 / 1e-30
    assert float(found) == pytest.approx(slope, rel=1e-6)


def test_a_derivative_by_one_reading_of_an_outer_wire_leaves_the_other_readings_alone() -> None:
    graph = body_graph(
        {
            "parameter_x": {"value": 3.0}, "for_1": {"times": 1}, "constant_1": {"value": 0.0}, "for_1/input_1": "x",
            "for_1/outer_1": "parameter_x", "for_1/outer_2": "parameter_x", "for_1/multiply_1": {},
            "for_1/gradient_1": {}, "for_1/output_1": "x",
        },
        "constant_1>for_1.carry.0 outer_1>multiply_1 outer_2>multiply_1.y multiply_1>gradient_1.of "
        "outer_1>gradient_1.wrt gradient_1>output_1.value",
    )  # fmt: skip
    program = lowered(graph, "for_1.x")
    (found,) = compile_program(program)(values_of(program, graph, {"parameter_x": 3.0}))
    assert float(found) == 3.0


# The page about it ----------------------------------------------------------------------------------------------------

PAGE = Path(__file__).resolve().parents[2] / "docs" / "control-flow.md"


def test_the_example_of_the_page_is_canonical_and_finds_what_it_says() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    content = parse(text)
    assert render(content).decode("utf-8") == text
    assert [p.sentence for p in validate(content.graph, LIBRARY)] == []
    found = gradient(prepared(content.graph), {"parameter_x": 3.0})
    slope = 2 * (math.sqrt(3.0) - 2) / (2 * math.sqrt(3.0))
    assert float(found.gradients["parameter_x"]) == pytest.approx(slope, rel=1e-9)
    trainer = Trainer(prepared(content.graph))
    trainer.run(300)
    assert float(trainer.kept(0).values["parameter_x"].array()) == pytest.approx(4.0, abs=1e-6)


def test_the_page_names_every_node_and_setting() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for declared in LIBRARY.values():
        if declared.family == "control" and declared.kind is Kind.HIGHER_ORDER:
            assert declared.title in text, declared.title
            missing = {name for name in declared.settings if f"`{name}`" not in text}
            assert missing <= {"name", "node", "output", "function", "reverse"}, (declared.id, missing)
