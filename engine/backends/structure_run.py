"""Branches, loops and calls run in Python, equation by equation, on arrays or on autograd's boxes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from autograd.tracer import isbox

from engine import limits
from engine.backends.structure_code import endless, keeper, key, plain, remembered, stacked, swept, too_deep
from engine.errors import GradwireError, RunError
from engine.program.checkpoints import Keeper
from engine.program.compose import rename
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, node_of
from engine.program.structure import BRANCH, CALL, SCAN, STRUCTURAL, SWEEP, WHILE, Loop, Sweep, function_of

FRAMES = 12 * limits.CALL_DEPTH + 10_000
"""The recursion limit while calls are interpreted."""


class Frame(NamedTuple):
    """Where an inner equation runs: in which equation, which of its programs, and in which iteration of a loop."""

    equation: Equation
    program: str
    iteration: int | None


Frames: TypeAlias = "tuple[Frame, ...]"


@contextmanager
def roomy(program: Program) -> Iterator[None]:
    """Within: room for the recursion of calls, where the program has functions."""
    before = sys.getrecursionlimit()
    if program.functions:
        sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Evaluator:
    """Runs equations. `seen` is told every result, `leave` every nested program that has ended with its values; a
    subclass looks there."""

    def __init__(self, functions: Mapping[str, Program]) -> None:
        self.functions = functions
        self._calls = 0
        self._remembered: frozenset[str] | None = None
        self._memo: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def seen(self, equation: Equation, result: Any, frames: Frames) -> None:
        """Look at the result of one equation."""

    def leave(self, program: Program, known: Mapping[Var, Any], frames: Frames) -> None:
        """Look at the values of a nested program that has ended."""

    def equations(self, program: Program, known: dict[Var, Any], frames: Frames) -> None:
        """Run a program whose inputs and constants are known."""
        for equation in program.equations:
            if equation.primitive in STRUCTURAL:
                known[equation.output] = self.structure(equation, known, frames)
            else:
                result = known[equation.output] = self.step(equation, known, frames)
                if equation.primitive != "autograd.container_take":
                    self.seen(equation, result, frames)

    def step(self, equation: Equation, known: Mapping[Var, Any], frames: Frames) -> Any:
        """Return the result of one equation; raise RunError naming its node, and the iteration, where it fails."""
        if equation.primitive in STRUCTURAL:
            return self.structure(equation, known, frames)
        try:
            arguments = [rename(each, known) for each in equation.arguments]
            return PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
        except GradwireError:
            raise
        except Exception as error:
            node = node_of(equation.origin)
            name = equation.primitive.rpartition(".")[2]
            raise RunError(f"{name} failed{_during(frames)}: {error}", node=node or None) from error

    def structure(self, equation: Equation, known: Mapping[Var, Any], frames: Frames) -> tuple[Any, ...]:
        """Return the values of a structural equation."""
        arguments = [rename(each, known) for each in equation.arguments]
        return RUN[equation.primitive](self, equation, arguments, frames)

    def program(
        self, program: Program, values: Sequence[Any], frames: Frames, equation: Equation, key: str, number: int | None
    ) -> list[Any]:
        """Return the outputs of a nested program."""
        known: dict[Var, Any] = dict(program.constants)
        for each, value in zip(program.inputs, values, strict=True):
            known[each.var] = value
        inner = (*frames, Frame(equation, key, number)) if len(frames) < _REMEMBERED else frames
        self.equations(program, known, inner)
        self.leave(program, known, inner)
        return [known[var] for var in program.outputs]

    def called(self, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
        """Return what a function gives; raise RunError where calls go too deep."""
        if self._calls > limits.CALL_DEPTH:
            too_deep(equation.origin)
        name = dict(equation.settings)["function"]
        function = function_of(self.functions, equation)
        if self._remembered is None:
            self._remembered = remembered(Program((), {}, (), (), (), {}, functions=self.functions))
        known = name in self._remembered and not any(map(isbox, arguments))
        found = self._memo.get(key(name, *arguments)) if known else None
        if found is None:
            self._calls += 1
            found = (tuple(self.program(function, arguments, frames, equation, name, None)), *arguments)
            self._calls -= 1
        if known:
            self._memo[key(name, *arguments)] = found
        return found[0]  # type: ignore[no-any-return]


_REMEMBERED = 64
"""Most frames that are remembered: deep recursion does not copy long tuples."""


def _during(frames: Frames) -> str:
    iterations = [each.iteration for each in frames if each.iteration is not None]
    return f" in iteration {iterations[-1]}" if iterations else ""


def _branch(run: Evaluator, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
    arms = dict(equation.settings)["arms"]
    number = min(max(int(plain(arguments[0])), 0), len(arms) - 1)
    return tuple(run.program(arms[number], arguments[1:], frames, equation, f"arms.{number}", None))


def _scan(run: Evaluator, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
    loop = Loop.of(equation)
    count, operands = int(plain(arguments[0])), list(arguments[1:])
    first = loop.consts + loop.carry
    consts, carries, sequences = operands[: loop.consts], operands[loop.consts : first], operands[first:]
    stacks: list[list[Any]] = [[] for _ in range(loop.stacked)]
    kept = keeper(loop.memory, count) if loop.keeps else None
    for order, number in enumerate(reversed(range(count)) if loop.reverse else range(count)):
        if kept is not None and order == kept.next:
            kept.keep(order, tuple(carries))
        given = [*consts, *carries, *(each[number] for each in sequences), np.int64(number)]
        results = run.program(loop.body, given, frames, equation, "body", number)
        carries = results[: loop.carry]
        for stack, value in zip(stacks, results[loop.carry :], strict=True):
            stack.append(value)
    if loop.reverse:
        for stack in stacks:
            stack.reverse()
    return (*carries, *_arrays(loop, stacks), *_checkpoints(loop, kept))


def _while(run: Evaluator, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
    loop = Loop.of(equation)
    consts, carries = list(arguments[: loop.consts]), list(arguments[loop.consts :])
    stacks: list[list[Any]] = [[] for _ in range(loop.stacked)]
    assert loop.condition is not None  # noqa: S101 - a while loop has one
    number, kept = 0, keeper(loop.memory) if loop.keeps else None
    while True:
        given = [*consts, *carries, np.int64(number)]
        if not plain(run.program(loop.condition, given, frames, equation, "condition", number)[0]):
            return (*carries, *_arrays(loop, stacks), np.int64(number), *_checkpoints(loop, kept))
        if number >= loop.limit:
            endless(equation.origin, loop.limit)
        if kept is not None and number == kept.next:
            kept.keep(number, tuple(carries))
        results = run.program(loop.body, given, frames, equation, "body", number)
        carries = results[: loop.carry]
        for stack, value in zip(stacks, results[loop.carry :], strict=True):
            stack.append(value)
        number += 1


def _arrays(loop: Loop, stacks: Sequence[list[Any]]) -> list[Any]:
    kinds = [loop.body.types[var] for var in loop.body.outputs[loop.carry :]]
    return [stacked(stack, kind.shape, kind.dtype) for stack, kind in zip(stacks, kinds, strict=True)]


def _checkpoints(loop: Loop, kept: Keeper | None) -> list[Any]:
    if kept is None:
        return []
    kinds = [each.type for each in loop.body.inputs[loop.consts : loop.consts + loop.carry]]
    stacks = [stacked(kept.column(k), kind.shape, kind.dtype) for k, kind in enumerate(kinds)]
    return [*stacks, np.array(kept.at, np.int64)]


def _reverse_sweep(run: Evaluator, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
    parts = Sweep.of(equation)

    def step(*values: Any) -> list[Any]:
        return run.program(parts.body, values, frames, equation, "body", None)

    def back(*values: Any) -> list[Any]:
        return run.program(parts.back, values, frames, equation, "back", None)

    return swept(parts, step, back, *arguments)


def _call(run: Evaluator, equation: Equation, arguments: Sequence[Any], frames: Frames) -> tuple[Any, ...]:
    return run.called(equation, arguments, frames)


RUN: Mapping[str, Callable[[Evaluator, Equation, Sequence[Any], Frames], tuple[Any, ...]]] = {
    BRANCH: _branch,
    SCAN: _scan,
    WHILE: _while,
    CALL: _call,
    SWEEP: _reverse_sweep,
}
"""How each structural primitive runs."""
