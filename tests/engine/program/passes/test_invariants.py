"""What a loop computes of its constants alone is computed before it: bit for bit, and never what might fail."""

import autograd.numpy as np
import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.backends.numpy_code import compile_program
from engine.program import nesting, structure
from engine.program.passes import PASSES, simplify
from engine.program.passes.invariants import move_invariants
from engine.program.passes.rewriting import everywhere
from engine.program.record import Recorder, recording
from engine.program.structure import SCAN, WHILE, Loop
from engine.types import ArrayType
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import record

CHANGE = everywhere(move_invariants)
FLOAT, INT = ArrayType(()), ArrayType((), "int64")


def floats(program):
    return [each.var for each in program.inputs if each.type.differentiable]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("memory", ["save all", "every 2", "online 2"])
def test_every_bit_stays(name, memory):
    function, points = CASES[name]
    program = record(function, points[0], memory)
    whole = adjoint(program, program.outputs[0], floats(program))
    before, after = compile_program(whole), compile_program(CHANGE(whole))
    simplified = compile_program(simplify(whole))
    for point in points:
        wanted = before(point)
        for one, other, third in zip(wanted, after(point), simplified(point), strict=True):
            onp.testing.assert_array_equal(one, other)
            onp.testing.assert_allclose(third, one, rtol=1e-12, atol=1e-13)


def body_of(program):
    (loop,) = [Loop.of(each) for each in program.equations if each.primitive in (SCAN, WHILE)]
    return loop, [each.primitive for each in loop.body.equations]


def looped(function, times):
    """Return the program x, s -> a loop, so many times, of s -> function(x, s), with x a constant of the loop."""
    with recording():
        recorder = Recorder()
        boxes = [recorder.input("parameter", name, FLOAT) for name in ("x", "s")]
        body, _ = nesting.nested(recorder, lambda inner, x, s, i: [function(inner, x, s)], [FLOAT, FLOAT, INT])
        (end,) = structure.scan(recorder, times, boxes, body, consts=1, carry=1)
        return recorder.program([recorder.var(end)], ["end"])


def test_what_is_constant_in_both_loops_is_computed_outside_both():
    def outer(recorder, x, s):
        body, _ = nesting.nested(recorder, lambda inner, x, t, i: [t * 0.5 + np.exp(x * 2.0)], [FLOAT, FLOAT, INT])
        return structure.scan(recorder, 4, [x, s], body, consts=1, carry=1)[0]

    program = looped(outer, 3)
    moved = CHANGE(program)
    assert [each.primitive for each in moved.equations[:2]] == ["numpy.multiply", "numpy.exp"]
    loop, left = body_of(moved)
    assert "numpy.exp" not in left
    (inner,) = [Loop.of(each) for each in loop.body.equations if each.primitive == SCAN]
    assert [each.primitive for each in inner.body.equations] == ["numpy.multiply", "numpy.add"]
    assert compile_program(moved)([0.3, 0.2]) == compile_program(program)([0.3, 0.2])


def test_what_might_fail_stays_in_a_loop_that_may_not_run():
    program = looped(lambda recorder, x, s: s + np.linalg.inv(x * np.ones((2, 2)))[0, 0], 0)
    moved = CHANGE(program)
    assert [each.primitive for each in moved.equations] == ["numpy.multiply", SCAN, "autograd.container_take"]
    assert compile_program(moved)([1.0, 0.2]) == (0.2,)
    with pytest.raises(onp.linalg.LinAlgError):
        compile_program(looped(lambda recorder, x, s: s + np.linalg.inv(x * np.ones((2, 2)))[0, 0], 1))([1.0, 0.2])


def test_a_program_without_invariants_stays_the_same_object():
    program = record(CASES["power"][0], CASES["power"][1][0])
    assert move_invariants(program) is program
    assert "invariants" in PASSES
