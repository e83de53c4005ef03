"""Recording is sound for every value: comparisons become equations, and no value can be had."""

import autograd.numpy as np
import numpy as onp
import pytest
from autograd import grad
from autograd.extend import register_notrace
from autograd.tracer import Box, notrace_primitives, trace_stack

from engine.backends.interpret import inline, interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError, ShapeError
from engine.program.functions import record_function
from engine.program.record import RecordNode
from engine.types import ArrayType, RecordType, TupleType

VECTOR = ArrayType((4,))


def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def run(program, *values):
    compiled = compile_program(program)(values)
    known = interpret(program, values)
    for one, other in zip(compiled, (known[var] for var in program.outputs), strict=True):
        onp.testing.assert_allclose(one, other, rtol=1e-14)
    return compiled


FUNCTIONS = [
    leaky, np.sign, np.abs, np.max, np.argmax, np.sort, np.argsort, np.floor, np.round, len,
    lambda x: x[np.argmax(x)],
    lambda x: x[np.argsort(x)],
    lambda x: np.maximum(x, 0.0),
    lambda x: np.clip(x, -1, 1),
    lambda x: (x == np.max(x)) * 1.0,
    lambda x: np.logical_and(x > 0, x < 1),
    lambda x: np.cumsum(x)[::-1],
    lambda x: np.concatenate([x[:2], -x]),
    lambda x: np.stack([x, x * x], axis=1),
    lambda x: np.array([x[0], x[3]]),
    lambda x: np.array([x[0] > 1, x[3] > x[1]]),
    lambda x: np.take_along_axis(x, np.argsort(x), 0),
    lambda x: x.astype("int64"),
    np.isnan,
    lambda x: np.reshape(x, (2, 2)).T @ x.reshape(2, 2),
    lambda x: np.einsum("i,j->ij", x, x),
    lambda x: abs(-x) ** 2,
    lambda x: 2.0**x,
    lambda x: 1.0 / (3.0 + x),
    lambda x: x % 2.0,
    lambda x: (x > 0) & (x < 2) | ~(x > 3) ^ (x < -1),
    lambda x: x // 2.0 + 7.0 // (x + 9.0),
    lambda x: (+x * 1j).imag + (x * (1 - 1j)).conj().real,
    lambda x: np.mean([x[0], x[1]]),
    lambda x: np.split(x, 2)[1],
    lambda x: sum(each for each in x),
    lambda x: x[onp.array([True, False, True, False])],
    lambda x: x[..., None] + x[[0, 3]][None, :],
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_recorded_function_gives_its_values_everywhere(function):
    program = record_function(function, [VECTOR])
    for sample in ([1.0, 2.0, 3.0, 4.0], [-1.5, 0.5, -2.5, 0.25], [0.0, -0.0, 5.0, -7.0]):
        x = onp.array(sample)
        onp.testing.assert_allclose(run(program, x)[0], function(x), rtol=1e-14)


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda x: x if x[0] > 0 else -x, "truth value"),
        (lambda x: max(x[0], x[1]), "truth value"),
        (lambda x: [k for k in range(3) if x[k] > 0 and x[k] < 1], "truth value"),
        (lambda x: 3.0 in x, "truth value"),
        (lambda x: float(x[0]), r"float\(\)"),
        (lambda x: int(x[0]), r"int\(\)"),
        (lambda x: complex(x[0]), r"complex\(\)"),
        (lambda x: onp.ones(3)[x[0].astype(int)], "plain NumPy|whole number"),
        (lambda x: range(np.argmax(x)), "whole number"),
        (lambda x: x[0].item(), "item"),
        (lambda x: x[x > 0], "selects by a mask"),
        (lambda x: np.nonzero(x)[0], "depends on values"),
        (lambda x: np.unique(x), "compare with"),
        (lambda x: onp.asarray(x), "plain NumPy"),
        (lambda x: onp.max([x, x]), "plain NumPy"),
        (lambda x: np.int64(x[0]), "takes the value"),
        (lambda x: np.add(x, 1.0, out=onp.zeros(4)), "out="),
    ],
)
def test_a_value_is_refused_and_the_way_out_named(function, word):
    with pytest.raises(LoweringError, match=word) as caught:
        record_function(function, [VECTOR], origin="node_1")
    assert (
        "where" in caught.value.sentence
        or "autograd.numpy" in caught.value.sentence
        or "instead" in caught.value.sentence
    )
    assert caught.value.node == "node_1"


def test_a_frozen_comparison_is_caught():
    """A comparison registered as not traced would keep the example's mask: the fault that such a recorder invites."""
    register_notrace(RecordNode, np.greater)
    try:
        with pytest.raises(LoweringError, match="takes the value"):
            record_function(leaky, [VECTOR])
    finally:
        notrace_primitives[RecordNode].clear()
    assert record_function(leaky, [VECTOR])


def test_autograd_is_as_before_after_a_failure():
    mappings = dict(Box.type_mappings)
    with pytest.raises(LoweringError):
        record_function(lambda x: float(x), [VECTOR])
    with pytest.raises(ShapeError, match=r"\(4,\) and \(3,\)"):
        record_function(lambda x: x + onp.ones(3), [VECTOR])
    with pytest.raises(LoweringError, match="cannot be lowered: no luck"):
        record_function(lambda x: (_ for _ in ()).throw(RuntimeError("no luck")), [VECTOR])
    assert trace_stack.top == -1
    assert Box.type_mappings == mappings
    assert grad(lambda x: x * x)(3.0) == 6.0


def test_float32_stays_float32():
    def function(x, w):
        return np.mean(np.tanh(x * np.sqrt(2.0) + np.float64(3.0)) / 7 + np.array(2.0) * w)

    program = record_function(function, [ArrayType((4,), "float32"), ArrayType((), "float32")])
    assert {kind.dtype for kind in program.types.values()} == {"float32"}
    assert run(program, onp.ones(4, "float32"), onp.float32(2.0))[0].dtype == onp.float32


def test_tuples_and_records_become_their_leaves():
    def function(pair, record):
        return {"b": pair[0] + record["u"], "a": (pair[1], record["v"] * 2)}

    kinds = [TupleType((VECTOR, ArrayType())), RecordType((("u", VECTOR), ("v", ArrayType((2,)))))]
    program = record_function(function, kinds, names=["pair", "record"], roles=["parameter"])
    assert [each.name for each in program.inputs] == ["pair.0", "pair.1", "record.u", "record.v"]
    assert [each.role for each in program.inputs] == ["parameter", "parameter", "data", "data"]
    assert program.names == ("a.0", "a.1", "b")
    results = run(program, onp.arange(4.0), onp.float64(7.0), onp.ones(4), onp.ones(2))
    assert [result.tolist() for result in results] == [7.0, [2.0, 2.0], [1.0, 2.0, 3.0, 4.0]]


def test_a_program_inlined_while_recording_becomes_part_of_the_new_one():
    inner = record_function(lambda x, y: (x * y, x + y), [VECTOR, VECTOR])
    outer = record_function(lambda x: inline(inner, (x, x * 2.0))[0] - 1.0, [VECTOR])
    assert [each.primitive for each in outer.equations] == [
        "numpy.multiply", "numpy.multiply", "numpy.add", "numpy.subtract",
    ]  # fmt: skip
    assert run(outer, onp.full(4, 3.0))[0].tolist() == [17.0] * 4


def test_a_constant_result_is_a_constant():
    program = record_function(lambda: np.ones((2, 2)), [])
    assert program.equations == ()
    assert run(program)[0].tolist() == [[1.0, 1.0], [1.0, 1.0]]
