"""Branches, loops and stacks on XLA give what plain Python gives, also where a stack must grow."""

from __future__ import annotations

import math
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from engine.backends import xla, xla_status
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError, RunError
from engine.program.nesting import branch_of, scan_of, while_of
from engine.program.program import Program
from engine.program.record import Recorder, recording
from engine.program.structure import call
from engine.types import ArrayType

SCALAR, WHOLE, TRUTH = ArrayType(), ArrayType((), "int64"), ArrayType((), "bool")


def program_of(build: Any, *kinds: ArrayType) -> Program:
    """Record build(recorder, *boxes) -> list of boxes."""
    with recording():
        recorder = Recorder()
        recorder.origin = "loop_1"
        recorder.who = "the loop"
        boxes = [recorder.input("data", f"x{k}", kind) for k, kind in enumerate(kinds)]
        found = [recorder.var(each) for each in build(recorder, *boxes)]
    return recorder.program(found, [str(k) for k in range(len(found))])


def both(program: Program, values: Any) -> list[Any]:
    """Return what XLA gives, after comparing it with NumPy code."""
    found, wanted = xla.compile_program(program)(values), compile_program(program)(values)
    for one, other in zip(found, wanted, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=1e-13)
    return list(found)


def test_a_branch_takes_one_arm_by_a_truth_value_and_the_nearest_by_a_number():
    arms = [lambda _, x: [x + 1.0], lambda _, x: [x * x], lambda _, x: [anp.sin(x)]]
    two = program_of(lambda r, which, x: branch_of(r, which, [x], arms[:2]), TRUTH, SCALAR)
    assert [both(two, [flag, 3.0])[0] for flag in (False, True)] == [4.0, 9.0]
    three = program_of(lambda r, which, x: branch_of(r, which, [x], arms), WHOLE, SCALAR)
    wanted = [4.0, 4.0, 9.0, math.sin(3.0), math.sin(3.0)]
    assert [both(three, [number, 3.0])[0] for number in (-5, 0, 1, 2, 9)] == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_walks_sequences_and_stacks(reverse):
    def build(recorder: Recorder, start: Any, items: Any, factor: Any) -> Any:
        def body(_: Any, total: Any, item: Any, number: Any) -> Any:
            return [total * factor + item, total - number]

        return scan_of(recorder, 5, [start], [items], body, reverse=reverse)

    items = np.arange(10.0).reshape(5, 2)
    total, stack = both(program_of(build, ArrayType((2,)), ArrayType((5, 2)), SCALAR), [np.ones(2), items, 0.5])
    expected, rows = np.ones(2), {}
    for number in reversed(range(5)) if reverse else range(5):
        rows[number] = expected - number
        expected = expected * 0.5 + items[number]
    np.testing.assert_allclose(total, expected, rtol=1e-15)
    np.testing.assert_allclose(stack, [rows[k] for k in range(5)], rtol=1e-15)


def collatz(recorder: Recorder, start: Any) -> Any:
    """The steps of a Collatz sequence; a while loop that stacks them, and a scan backwards over the stack."""

    def going(_: Any, n: Any, number: Any) -> Any:
        return [n != 1]

    def body(inner: Any, n: Any, number: Any) -> Any:
        (half,) = branch_of(inner, n % 2 == 0, [n], [lambda _, n: [3 * n + 1], lambda _, n: [n // 2]])
        return [half, n * 1.0]

    last, stack, count = while_of(recorder, [start], going, body)

    def add(_: Any, total: Any, item: Any, number: Any) -> Any:
        return [anp.sqrt(total + item) + number]

    (folded,) = scan_of(recorder, count, [start * 0.0], [stack], add, reverse=True)
    return [last, count, folded]


def test_a_while_loop_stacks_what_it_met_and_the_stack_doubles_when_it_overflows():
    program = program_of(collatz, WHOLE)
    for start, steps in ((1, 0), (6, 8), (27, 111), (97, 118), (871, 178)):
        met, n = [], start
        while n != 1:
            met.append(float(n))
            n = n // 2 if n % 2 == 0 else 3 * n + 1
        folded = 0.0
        for number in reversed(range(len(met))):
            folded = math.sqrt(folded + met[number]) + number
        last, count, found = both(program, [start])
        assert (last, count) == (1, steps)
        assert found == pytest.approx(folded, rel=1e-13)
    assert xla_status.FIRST < 178  # so that a stack did overflow


def test_a_loop_within_a_loop_within_a_branch():
    def build(recorder: Recorder, which: Any, x: Any) -> Any:
        def outer(inner: Any, x: Any) -> Any:
            def body(deeper: Any, total: Any, number: Any) -> Any:
                (found, count) = while_of(deeper, [total], lambda _, t, k: [t < 100.0], lambda _, t, k: [t * 2.0 + x])
                return [found / 90.0 + count, found]

            total, stack = scan_of(inner, 3, [x], [], body)
            return [total + anp.sum(stack)]

        return branch_of(recorder, which, [x], [lambda _, x: [x], outer])

    program = program_of(build, TRUTH, SCALAR)
    assert both(program, [False, 1.25])[0] == 1.25
    assert both(program, [True, 1.25])[0] > 300.0


def test_a_loop_that_does_not_end_is_stopped_and_named():
    def build(recorder: Recorder, x: Any) -> Any:
        return while_of(recorder, [x], lambda _, x, k: [x > 0.0], lambda _, x, k: [x + 1.0], limit=50)[:1]

    program = program_of(build, SCALAR)
    assert both(program, [-1.0])[0] == -1.0
    with pytest.raises(RunError) as caught:
        xla.compile_program(program)([1.0])
    assert caught.value.node == "loop_1"
    assert "50 iterations" in caught.value.sentence


def test_calls_are_refused_with_a_sentence():
    def build(recorder: Recorder, x: Any) -> Any:
        return call(recorder, "itself", [x], [SCALAR])

    with pytest.raises(LoweringError) as caught:
        xla.compile_program(program_of(build, SCALAR))
    assert caught.value.node == "loop_1"
    assert "calls itself cannot run on XLA" in caught.value.sentence
