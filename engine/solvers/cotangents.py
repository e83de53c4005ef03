"""Vectors with a derivative of their own that is a program: what solved equations have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.program.compose import embed, select
from engine.program.custom import custom, define_program
from engine.program.fingerprint import fingerprint
from engine.program.program import Program
from engine.program.record import Recorder, recorder_of, recording
from engine.solvers.packing import size
from engine.types import ArrayType


def vector_program(function: Callable[..., Any], inputs: Mapping[str, Sequence[ArrayType]]) -> Program:
    """Return the program of `function(recorder, *vectors)`, a vector; each input packs arrays of these types."""
    with recording():
        recorder = Recorder()
        recorder.who = "the derivative of a solved equation"
        vectors = [recorder.input("data", name, ArrayType((size(kinds),), "float64")) for name, kinds in inputs.items()]
        result = recorder.var(function(recorder, *vectors))
    program = recorder.program([result], ["cotangent"])
    return select(program, program.outputs, program.names)


def with_cotangent(name: str, back: Program, value: Any, given: Any, fixed: Any) -> Any:
    """Return the vector `value` with a derivative by the vector `given`, and none by `fixed`: the program `back` gives
    (cotangent of the value, the value, given, fixed) -> the cotangent of `given`."""

    def rule(*values: Any) -> Any:
        recorder = recorder_of(values)
        if recorder is None:
            from engine.backends.numpy_code import compile_program

            return compile_program(back)(values)[0]
        return embed(recorder, back, values, recorder.origin)[0]

    called = f"{name} {fingerprint(back)}"
    define_program(called, back, {"given": rule})
    return custom(value, given, fixed, rule=called, names=("given", "fixed"), settings=())
