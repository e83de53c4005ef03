"""Graphs become programs: every kind of node, every type on a wire, and every refusal by name."""

import numpy as np
import pytest

from engine import random_bits
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError, ShapeError
from engine.graph import Node
from engine.order import Cycle
from engine.program.lower import lower, setting_values
from engine.types import ArrayType, RecordType, TupleType
from tests.engine.program.library import LIBRARY, VECTOR, graph_of, socket

P = socket("p.value")


def lowered(nodes, wires, targets, train=True, **known):
    graph = graph_of(nodes, wires)
    types = {P: VECTOR} | {socket(name.replace("__", ".")): kind for name, kind in known.items()}
    return graph, lower(graph, LIBRARY, types, [socket(each) for each in targets], train=train)


def roles(program):
    return {each.name: each.role for each in program.inputs}


def run(program, graph, **values):
    given = setting_values(program, graph, LIBRARY) | values
    ordered = [given[each.name] for each in program.inputs]
    results = compile_program(program)(ordered)
    known = interpret(program, ordered)
    for var, one in zip(program.outputs, results, strict=True):
        np.testing.assert_allclose(known[var], one, rtol=1e-15)
    return dict(zip(program.names, results, strict=True))


def test_inputs_have_roles_and_names():
    nodes = {"p": "parameters.parameter", "t": "inputs.table", "s": "elementwise.scale", "a": "elementwise.add"}
    graph, program = lowered(nodes, ["p.value -> s.x", "s.value -> a.x", "t.y -> a.y"], ["a.value"], t__y=VECTOR)
    assert roles(program) == {"p": "parameter", "t.y": "data", "s.by": "setting"}
    assert program.names == ("a.value",)
    assert {equation.origin for equation in program.equations} == {"s", "a"}
    result = run(program, graph, p=np.ones(3), **{"t.y": np.arange(3.0)})
    assert result["a.value"].tolist() == [2.0, 3.0, 4.0]


def test_an_unwired_input_with_a_default_is_like_a_setting():
    nodes = {"p": "parameters.parameter", "a": Node("a", "elementwise.add", settings={"y": 4.0})}
    graph, program = lowered(nodes, ["p.value -> a.x"], ["a.value"])
    assert roles(program)["a.y"] == "setting"
    assert run(program, graph, p=np.zeros(3))["a.value"].tolist() == [4.0] * 3


def test_only_what_the_targets_need_is_lowered():
    nodes = {"p": "parameters.parameter", "s": "elementwise.scale", "b": "elementwise.branching", "v": "views.probe"}
    _, program = lowered(nodes, ["p.value -> s.x", "p.value -> b.x", "s.value -> v.x"], ["s.value"])
    assert [each.origin for each in program.equations] == ["s"]


def test_a_wired_input_is_the_output_that_feeds_it():
    nodes = {"p": "parameters.parameter", "s": "elementwise.scale", "v": "views.probe"}
    _, program = lowered(nodes, ["p.value -> s.x", "s.value -> v.x"], ["v.x"])
    assert program.names == ("s.value",)


def test_every_wire_is_found_by_its_socket():
    nodes = {"p": "parameters.parameter", "b": "shape.both", "t": "reductions.total"}
    _, program = lowered(nodes, ["p.value -> b.x", "b.small -> t.xs.0", "b.large -> t.xs.1"], ["t.value"])
    known = interpret(program, [np.ones(3)])
    found = {str(name): known[var] for name, var in program.sockets.items()}
    assert found["p.value"].tolist() == found["b.small"].tolist() == [1.0] * 3
    assert found["b.large"].tolist() == [10.0] * 3
    assert found["t.value"] == 33.0


def test_variadic_inputs_keep_their_order_beyond_nine():
    nodes = {"p": "parameters.parameter", "t": "reductions.total"} | {f"s{k}": "elementwise.scale" for k in range(12)}
    wires = [f"p.value -> s{k}.x" for k in range(12)] + [f"s{k}.value -> t.xs.{k}" for k in range(12)]
    _, program = lowered(nodes, wires, ["t.value"])
    sums = [each for each in program.equations if each.primitive == "numpy.sum"]
    scaled = {each.output: each.origin for each in program.equations if each.origin.startswith("s")}
    assert [scaled[each.arguments[0]] for each in sums] == [f"s{k}" for k in range(12)]


def test_tuples_and_records_travel_on_a_wire():
    nodes = {"p": "parameters.parameter", "q": "parameters.parameter", "k": "shape.pair", "u": "shape.unpair"}
    wires = ["p.value -> k.x", "q.value -> k.y", "k.value -> u.pair"]
    graph, program = lowered(nodes, wires, ["u.y", "k.value"], q__value=ArrayType())
    assert program.names == ("u.y", "k.value.0", "k.value.1.y")
    result = run(program, graph, p=np.ones(3), q=np.float64(7.0))
    assert result["u.y"] == 7.0
    assert result["k.value.0"].tolist() == [1.0] * 3


def test_a_source_may_give_a_tuple_or_a_record():
    kind = TupleType((VECTOR, RecordType((("y", ArrayType()),))))
    graph, program = lowered({"t": "inputs.table", "u": "shape.unpair"}, ["t.x -> u.pair"], ["u.x", "u.y"], t__x=kind)
    assert roles(program) == {"t.x.0": "data", "t.x.1.y": "data"}
    assert run(program, graph, **{"t.x.0": np.ones(3), "t.x.1.y": 2.0})["u.y"] == 2.0


def test_settings_take_the_dtype_of_the_inputs():
    nodes = {"p": "parameters.parameter", "s": "elementwise.scale"}
    for dtype, real in (
        ("float32", "float32"), ("complex64", "float32"), ("int64", "float64"), ("complex128", "float64"),
    ):  # fmt: skip
        graph, program = lowered(nodes, ["p.value -> s.x"], ["s.value"], p__value=ArrayType((3,), dtype))
        assert next(each.type.dtype for each in program.inputs if each.role == "setting") == real
        assert setting_values(program, graph, LIBRARY)["s.by"].dtype == real
        assert run(program, graph, p=np.ones(3, dtype))["s.value"].dtype == program.types[program.outputs[0]].dtype


def test_an_array_setting_is_an_input_too():
    graph, program = lowered({"c": "inputs.constant"}, [], ["c.value"])
    assert roles(program) == {"c.value": "setting"}
    assert run(program, graph)["c.value"].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_random_numbers_change_with_the_step_and_vanish_in_evaluation():
    nodes, wires = {"p": "parameters.parameter", "j": "random.jitter"}, ["p.value -> j.x"]
    graph, program = lowered(nodes, wires, ["j.value"])
    assert roles(program)["j"] == "key"
    noise = [run(program, graph, p=np.zeros(3), j=random_bits.key(0, "j", step))["j.value"] for step in (0, 1, 0)]
    assert noise[0].tolist() == noise[2].tolist() != noise[1].tolist()
    graph, program = lowered(nodes, wires, ["j.value"], train=False)
    assert run(program, graph, p=np.ones(3), j=random_bits.key(0, "j", 0))["j.value"].tolist() == [1.0] * 3


def test_state_comes_in_and_goes_out():
    nodes, wires = {"p": "parameters.parameter", "m": "neural.average"}, ["p.value -> m.x"]
    graph, program = lowered(nodes, wires, ["m.value"])
    assert roles(program) == {"p": "parameter", "m.0": "state", "m.1": "state"}
    assert program.names == ("m.value", "state m.0", "state m.1")
    state = {"m.0": np.zeros(3), "m.1": np.int64(0)}
    for value in (1.0, 3.0, 5.0):
        result = run(program, graph, p=np.full(3, value), **state)
        state = {"m.0": result["state m.0"], "m.1": result["state m.1"]}
    assert result["m.value"].tolist() == [3.0] * 3
    assert state["m.1"] == 3
    graph, program = lowered(nodes, wires, ["m.value"], train=False)
    result = run(program, graph, p=np.full(3, 99.0), **state)
    assert result["m.value"].tolist() == [3.0] * 3
    assert result["state m.1"] == 3


def test_a_batch_takes_its_indices_from_outside():
    nodes, wires = {"t": "inputs.table", "r": "inputs.rows"}, ["t.x -> r.x"]
    graph, program = lowered(nodes, wires, ["r.rows"], t__x=ArrayType((5, 2)), r__indices=ArrayType((3,), "int64"))
    assert roles(program) == {"t.x": "data", "r": "batch"}
    data = np.arange(10.0).reshape(5, 2)
    assert run(program, graph, r=np.array([4, 0, 4]), **{"t.x": data})["r.rows"].tolist() == data[[4, 0, 4]].tolist()


@pytest.mark.parametrize(
    ("nodes", "wires", "target", "error", "words"),
    [
        ({"p": "parameters.parameter", "b": Node("b", "elementwise.branching", name="my bend")}, ["p.value -> b.x"],
         "b.value", LoweringError, ['"my bend" (b)', "truth value", "np.where"]),
        ({"s": "elementwise.scale"}, [], "s.value", LoweringError, ['"Scale" (s)', 'input "x"']),
        ({"p": "parameters.parameter", "t": "reductions.total"}, [], "t.value", LoweringError, ['"Total" (t)', '"xs"']),
        ({"x": "alien.thing"}, [], "x.value", LoweringError, ["alien.thing", "does not have"]),
        ({"p": "parameters.parameter"}, [], "p.nothing", LoweringError, ['"nothing"']),
        ({"p": "parameters.parameter"}, [], "gone.value", LoweringError, ["gone"]),
        ({"s": "elementwise.scale"}, [], "s.nothing", LoweringError, ["s"]),
        ({"t": "inputs.table"}, [], "t.x", LoweringError, ['type of the output "x"', '"Table" (t)']),
        ({"t": "inputs.table", "r": "inputs.rows"}, ["t.x -> r.x"], "r.rows", LoweringError, ["Rows", "no known size"]),
        ({"a": "elementwise.add", "b": "elementwise.add"}, ["a.value -> b.x", "b.value -> a.x"], "a.value", Cycle, []),
        ({"p": "parameters.parameter", "q": "parameters.parameter", "a": "elementwise.add"},
         ["p.value -> a.x", "q.value -> a.y"], "a.value", ShapeError, ['"Add" (a)', "(3,) and (4,)"]),
    ],
)  # fmt: skip
def test_refusals_name_the_node(nodes, wires, target, error, words):
    known = {"q__value": ArrayType((4,))}
    if "r" in nodes:
        known["t__x"] = VECTOR
    with pytest.raises(error) as caught:
        lowered(nodes, wires, [target], **known)
    for word in words:
        assert word in caught.value.sentence
    assert caught.value.node in nodes or target.startswith("gone")


def test_a_chain_of_ten_thousand_nodes_is_lowered_without_recursion():
    count = 10_000
    nodes = {"p": "parameters.parameter"} | {f"s{k}": "elementwise.bend" for k in range(count)}
    wires = ["p.value -> s0.x"] + [f"s{k}.value -> s{k + 1}.x" for k in range(count - 1)]
    _, program = lowered(nodes, wires, [f"s{count - 1}.value"])
    assert len(program.equations) == 3 * count
    assert run_once(program, np.array([2.0, 0.0, 3.0])).tolist() == [2.0, 0.0, 3.0]


def run_once(program, value):
    return compile_program(program)([value])[0]
