"""Generated code and the interpreter: equal numbers, nothing but our own text, the first fault found by its node."""

import ast
import re

import autograd.numpy as np
import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.backends.interpret import NonFinite, first_nonfinite, interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError, RunError
from engine.graph import Graph, Node, Socket, Wire
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType
from tests.engine.program.library import LIBRARY, VECTOR, graph_of, socket

PLAIN_NAME = re.compile(r"program|[vc]\d+|(np|autograd|gradwire)_[A-Za-z0-9_]+")
METHODS = {"reshape", "T", "astype"}


def test_one_assignment_per_equation_and_only_our_names():
    evil = '__import__("os").system("true")'
    nodes = {
        evil: Node(evil, "elementwise.scale", name=evil, settings={"how": "power"}),
        "p": "parameters.parameter",
        "t\n    boom = 1": "reductions.total",
    }
    total = "t\n    boom = 1"
    wires = {Wire(socket("p.value"), Socket(evil, "x")), Wire(Socket(evil, "value"), Socket(total, "xs.0"))}
    graph = Graph(graph_of(nodes, []).nodes, frozenset(wires))
    program = lower(graph, LIBRARY, {socket("p.value"): VECTOR}, [Socket(total, "value")], train=True)
    compiled = compile_program(adjoint(program, program.outputs[0], [program.inputs[0].var]))
    tree = ast.parse(compiled.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            assert PLAIN_NAME.fullmatch(node.id)
        if isinstance(node, ast.Attribute):
            assert node.attr in METHODS
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, str | bytes)
    assert "import" not in compiled.source
    assert "boom" not in compiled.source
    assert all(isinstance(line, ast.Assign | ast.Delete | ast.Return) for line in tree.body[0].body)
    assert compiled([onp.array([1.0, 2.0, 3.0]), 2.0])[0] == 14.0


def test_the_text_reaches_nothing_but_its_own_table():
    compiled = compile_program(record_function(lambda x: np.exp(x) + np.array([1.0, 2.0, 3.0]), [VECTOR]))
    names = compiled.function.__globals__
    assert names["__builtins__"] == {}
    assert all(PLAIN_NAME.fullmatch(name) for name in names if name != "__builtins__")


def test_an_unknown_primitive_or_setting_is_refused():
    program = record_function(np.sin, [VECTOR])
    (equation,) = program.equations
    for wrong in (
        Equation("os.system", equation.arguments, (), equation.output, ""),
        Equation(equation.primitive, equation.arguments, (("x=1);boom(", 1),), equation.output, ""),
    ):
        broken = Program(program.inputs, {}, (wrong,), program.outputs, program.names, program.types)
        with pytest.raises(LoweringError):
            compile_program(broken)


def test_numbers_of_every_kind_survive_the_text():
    def function(x):
        return (
            x * 1e-300, x + float("inf"), x * -2.5, x - float("nan"), x**-1, x + 2**70, x * (1 - 2j), x[-1:0:-2],
            np.sum(x, axis=-1, keepdims=True), np.transpose(np.reshape(x, (1, 3)), (1, 0)), x.astype("int64"),
            np.repeat(x, 2), x[onp.array([2, 0])], np.where(x[0] > 0, x[1], -1.0), np.mean(x > 0), np.sum(x > 0),
            np.max(x), np.concatenate([x, x[:1]]), np.tensordot(x, x, axes=([0], [0])), np.real(x * 1j), np.cumsum(x),
        )  # fmt: skip

    program = record_function(function, [VECTOR])
    x = onp.array([1.5, -2.0, 3.0])
    with onp.errstate(all="ignore"):
        wanted = function(x)
    known = interpret(program, [x])
    for var, one, other in zip(program.outputs, compile_program(program)([x]), wanted, strict=True):
        onp.testing.assert_array_equal(one, other)
        onp.testing.assert_array_equal(known[var], other)
        assert program.types[var] == ArrayType(onp.shape(other), onp.asarray(other).dtype.name)


def test_large_arrays_are_dropped_after_their_last_use():
    def function(x):
        return np.sum(np.sqrt(np.exp(x) + 1.0))

    large, small = (compile_program(record_function(function, [ArrayType((n,))])).source for n in (10_000, 10))
    assert large.count("del ") == 3
    assert "del" not in small
    assert compile_program(record_function(function, [ArrayType((10_000,))]))([onp.zeros(10_000)])[0] == pytest.approx(
        10_000 * 2**0.5
    )


def test_inputs_may_be_lists_and_numbers_and_their_count_is_checked():
    compiled = compile_program(record_function(lambda x, y: x * y, [VECTOR, ArrayType()]))
    assert compiled([[1, 2, 3], 2])[0].tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(ValueError, match="2 inputs, 1 values"):
        compiled([[1, 2, 3]])


def test_code_of_five_thousand_equations_is_one_flat_function():
    def function(x):
        for _ in range(5_000):
            x = x + 1.0
        return x

    compiled = compile_program(record_function(function, [ArrayType()]))
    assert compiled([0.0])[0] == 5_000.0
    assert compiled.source.count("\n") > 5_000


@pytest.fixture
def lowered():
    nodes = {
        "p": "parameters.parameter",
        "s": Node("s", "elementwise.scale", settings={"how": "power"}),
        "t": "reductions.total",
    }
    graph = graph_of(nodes, ["p.value -> s.x", "s.value -> t.xs.0"])
    program = lower(graph, LIBRARY, {socket("p.value"): VECTOR}, [socket("t.value")], train=True)
    return adjoint(program, program.outputs[0], [program.inputs[0].var])


@pytest.mark.parametrize(
    ("values", "node", "direction"),
    [
        ([[1.0, 2.0, 3.0], 2.0], None, None),
        ([[1.0, onp.nan, 3.0], 2.0], "p", "forward"),
        ([[1.0, -2.0, 3.0], 0.5], "s", "forward"),
        ([[1e200, 2.0, 3.0], 2.0], "s", "forward"),
        ([[1.5e308, 1.5e308, 3.0], 1.0], "t", "forward"),
        ([[0.0, 1.0, 2.0], 0.5], "s", "backward"),
        ([[1.0, 2.0, 3.0], onp.inf], "s", "forward"),
    ],
)
def test_the_first_number_that_is_not_finite_is_found(lowered, values, node, direction):
    found = first_nonfinite(lowered, values)
    assert (found and (found.node, found.direction)) == (node and (node, direction))
    assert found is None or isinstance(found, NonFinite)


def test_an_exception_while_running_names_the_node():
    program = record_function(lambda x: np.linalg.inv(x), [ArrayType((2, 2))], origin="inverse_1")
    with pytest.raises(RunError, match=r"inv failed: Singular matrix") as caught:
        interpret(program, [onp.zeros((2, 2))])
    assert caught.value.node == "inverse_1"
    with pytest.raises(RunError, match="1 inputs, 0 values"):
        interpret(program, [])


def test_every_variable_is_seen(lowered):
    known = interpret(lowered, [[1.0, 2.0, 3.0], 2.0])
    assert set(known) == set(lowered.types)
    assert all(isinstance(var, Var) for var in known)


def test_every_primitive_has_a_plain_function():
    assert all(callable(each.fun) for each in PRIMITIVES.values())
