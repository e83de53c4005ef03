"""What the rules of branches, loops and calls share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np

from engine.autodiff.dependence import Dependence
from engine.program.compose import used
from engine.program.program import Equation, Program, Var
from engine.program.record import Recorder
from engine.types import DYNAMIC

Pulled: TypeAlias = Callable[[Recorder, Program, Sequence[int], Sequence[int]], Program]
"""(outer recorder, program, numbers of outputs with cotangents, numbers of inputs whose cotangents are wanted) -> the
program with a cotangent input for each of those outputs that gives the cotangents of those inputs."""
Pushed: TypeAlias = Callable[[Recorder, Program, Sequence[int], Sequence[int]], Program]
"""(outer recorder, program, numbers of inputs that move, numbers of outputs whose tangents are wanted) -> the program
with a tangent input for each of those inputs that gives its outputs and those tangents."""
Shares: TypeAlias = dict[int, Any]


def reached(recorder: Recorder, equation: Equation, g: Iterable[int], numbers: Sequence[int]) -> list[int]:
    """Return those of the arguments `numbers` that items of `g` depend on."""
    items = Dependence(recorder.functions).items(equation)
    found = 0
    for item in g:
        found |= items(item)
    return [number for number in sorted(numbers) if found >> number & 1]


def moved_items(recorder: Recorder, equation: Equation, given: Iterable[int], count: int) -> list[int]:
    """Return the items that depend on the arguments `given`."""
    items = Dependence(recorder.functions).items(equation)
    moving = number_set(given)
    return [k for k in range(count) if items(k) & moving]


def number_set(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def beside(recorder: Recorder, equation: Equation, count: int, moved: Sequence[int], results: Sequence[Any]) -> Shares:
    """Return the tangents among `results`, which hold the values and then those; let the equation be replaced."""
    replaced_by(recorder, equation, results, range(count))
    return dict(zip(moved, results[count:], strict=True))


def replaced_by(recorder: Recorder, equation: Equation, results: Sequence[Any], places: Sequence[int]) -> None:
    """Say that the equation whose items are `results` does what `equation` does."""
    for each in reversed(recorder.equations):
        if each.output == results[0]._node.var:
            recorder.instead.setdefault(equation.output, (each.arguments[0], tuple(places)))
            return


def needed(program: Program) -> set[Var]:
    """Return the variables that a program's equations and outputs read."""
    return {var for equation in program.equations for var in used(equation.arguments)} | set(program.outputs)


def zeros(recorder: Recorder, var: Var) -> Any:
    """Return zeros of the type of a variable, as a constant; as an equation where its length is known only later."""
    kind = recorder.types[var]
    if DYNAMIC in kind.shape:
        return anp.zeros_like(recorder.box(var))
    return recorder.box(recorder.constant(np.broadcast_to(np.zeros((), kind.dtype), kind.shape)))
