"""Python functions as the programs inside branches and loops.

What these functions read of the arrays around them becomes operands, and what they compute of those alone is computed
outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine import limits
from engine.program.checkpoints import SAVE_ALL
from engine.program.program import Program
from engine.program.record import Recorder
from engine.program.structure import ITERATION, branch, reordered, scan, while_loop
from engine.types import ArrayType


def nested(
    outer: Recorder, function: Callable[..., Any], kinds: Sequence[ArrayType], names: Sequence[str] = ()
) -> tuple[Program, tuple[Any, ...]]:
    """Return the program of `function(inner recorder's boxes)`, a sequence of arrays, and the outer boxes it reads.

    The program's inputs are those of `kinds`, then one for each outer box. Must be called while recording.
    """
    recorder = Recorder(outer=outer)
    boxes = [
        recorder.input("data", names[k] if k < len(names) else f"x{k}", ArrayType(kind.shape, kind.dtype))
        for k, kind in enumerate(kinds)
    ]
    results = function(recorder, *boxes)
    variables = [recorder.var(each) for each in results]
    program = recorder.program(variables, [str(k) for k in range(len(variables))])
    return program, tuple(box for box, _ in recorder.captured.values())


def branch_of(
    recorder: Recorder, which: Any, operands: Sequence[Any], functions: Sequence[Callable[..., Any]]
) -> list[Any]:
    """Append a branch whose arms are Python functions (recorder, *operands) -> sequence of arrays."""
    kinds = [recorder.types[recorder.var(each)] for each in operands]
    made = [nested(recorder, each, kinds) for each in functions]
    everything, programs = _joined(recorder, made, len(kinds))
    return branch(recorder, which, [*operands, *everything], programs)


def scan_of(
    recorder: Recorder,
    count: Any,
    carries: Sequence[Any],
    sequences: Sequence[Any],
    function: Callable[..., Any],
    *,
    reverse: bool = False,
    memory: str = SAVE_ALL,
) -> list[Any]:
    """Append a scan whose body is a Python function (recorder, *carries, *items, iteration) -> carries and stacked."""
    first = [recorder.types[recorder.var(each)] for each in carries]
    walked = [recorder.types[recorder.var(each)] for each in sequences]
    kinds = [*first, *(ArrayType(kind.shape[1:], kind.dtype) for kind in walked), ITERATION]
    body, captured = nested(recorder, function, kinds)
    body = reordered(body, [*range(len(kinds), len(body.inputs)), *range(len(kinds))])
    operands = [*captured, *carries, *sequences]
    return scan(
        recorder, count, operands, body, consts=len(captured), carry=len(carries), reverse=reverse, memory=memory
    )


def while_of(
    recorder: Recorder,
    carries: Sequence[Any],
    condition: Callable[..., Any],
    body: Callable[..., Any],
    *,
    limit: int = limits.ITERATIONS,
    memory: str = SAVE_ALL,
) -> list[Any]:
    """Append a while loop of two Python functions (recorder, *carries, iteration): -> [truth value], and -> carries and
    stacked."""
    kinds = [*(recorder.types[recorder.var(each)] for each in carries), ITERATION]
    made = [nested(recorder, each, kinds) for each in (condition, body)]
    captured, programs = _joined(recorder, made, len(kinds))
    order = [*range(len(kinds), len(kinds) + len(captured)), *range(len(kinds))]
    test, step = (reordered(each, order) for each in programs)
    operands = [*captured, *carries]
    return while_loop(
        recorder, operands, test, step, consts=len(captured), carry=len(carries), limit=limit, memory=memory
    )


def _joined(
    recorder: Recorder, made: Sequence[tuple[Program, Sequence[Any]]], own: int
) -> tuple[list[Any], list[Program]]:
    """Return all that the programs capture, each once, and the programs with an input for each of it."""
    everything = {recorder.var(box): box for _, captured in made for box in captured}
    programs = []
    for program, captured in made:
        here = {recorder.var(box): program.inputs[own + k] for k, box in enumerate(captured)}
        widened = Recorder.extending(program, recorder)
        for var in everything:
            if var not in here:
                widened.input("data", f"outer v{var.index}", recorder.types[var])
                here[var] = widened.inputs[-1]
        whole = widened.program(program.outputs, program.names, program.sockets)
        extended = Program(
            (*program.inputs[:own], *(here[var] for var in everything)), program.constants, program.equations,
            program.outputs, program.names, whole.types, program.sockets, recorder.functions,
        )  # fmt: skip
        programs.append(extended)
    return list(everything.values()), programs
