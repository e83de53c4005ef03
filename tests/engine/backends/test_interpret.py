"""Loops in which nobody looks at anything are compiled when all sockets' values are asked for; nothing else changes."""

from dataclasses import replace

import pytest

from engine.backends import interpret as backend
from engine.backends.interpret import interpret, socket_values
from engine.backends.numpy_code import compile_program
from engine.errors import RunError
from engine.graph import Socket
from engine.program.program import Program
from engine.program.structure import WHILE, with_programs
from engine.python.text import program_of
from engine.types import ArrayType

LONG = """def f(x):
    k = 0
    while k < 100:
        j = 0
        while j < 3:
            x, j = x + 0.01, j + 1
        x, k = np.sin(x) + x, k + 1
    return x
"""
ENDLESS = """def f(x):
    k = 0
    while k < 100:
        x, k = x + 1.0, k + 1
        y = 0.0
        while y < k - 60.0:
            y = y + 0.1
    return x
"""


def looped(code: str, limit: int = 10_000) -> Program:
    """Return a text of Python as the program of a graph: one output socket, none within its loops."""
    program = program_of(code, {"x": ArrayType(())}, limit=limit)
    return replace(program, sockets={Socket("python_1", "value"): program.outputs[0]})


def test_a_long_loop_is_compiled(monkeypatch):
    program, made = looped(LONG), []
    monkeypatch.setattr(backend, "compile_program", lambda body: made.append(body) or compile_program(body))
    found = socket_values(program, [0.3])[Socket("python_1", "value")]
    assert found == pytest.approx(float(interpret(program, [0.3])[program.outputs[0]]), rel=1e-14)
    assert 1 <= len(made) <= 4


def test_a_short_loop_is_not(monkeypatch):
    monkeypatch.setattr(backend, "compile_program", lambda body: pytest.fail("ten iterations were compiled"))
    socket_values(looped(LONG.replace("100", "10").replace("j < 3", "j < 1")), [0.3])


def test_a_loop_whose_inside_is_seen_is_not(monkeypatch):
    program = looped(LONG.replace("        while j < 3:\n            x, j = x + 0.01, j + 1\n", ""))
    loop = next(each for each in program.equations if each.primitive == WHILE)
    named = with_programs(loop, lambda body: replace(body, sockets={Socket("a", "value"): body.outputs[0]}))
    seen = replace(program, equations=tuple(named if each is loop else each for each in program.equations))
    monkeypatch.setattr(backend, "compile_program", lambda body: pytest.fail("a body that is seen was compiled"))
    assert Socket("a", "value") in socket_values(seen, [0.3])


def test_what_fails_in_a_compiled_body_is_said_as_step_by_step():
    """The inner loop passes its limit long after the outer body was compiled."""
    program = looped(ENDLESS, limit=200)
    with pytest.raises(RunError) as slow:
        interpret(program, [0.3])
    with pytest.raises(RunError) as found:
        socket_values(program, [0.3])
    assert (found.value.sentence, found.value.node) == (slow.value.sentence, slow.value.node)
    assert "200" in found.value.sentence
