"""What can go wrong while a compiled program with loops runs: it is told by a number, as XLA knows no exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.backends.structure_code import endless
from engine.errors import RunError
from engine.program.program import Equation, Program
from engine.program.structure import SCAN, WHILE, Loop, programs_of

FINE, OVERFLOW, ENDLESS = 0, 1, 2
"""ENDLESS plus the number of the loop."""

FIRST: Final = 64
"""Rows of a stack to begin with; an overflow doubles them."""


MOST: Final = 2**24
"""Rows of a stack at most."""


def doubled(program: Program, capacity: int) -> int:
    """Return twice the capacity; raise RunError where that is more than a stack may have."""
    if 2 * capacity > MOST:
        raise RunError(f"The stack of a loop grew beyond {MOST:,} iterations.")
    return 2 * capacity


def fallible(program: Program) -> bool:
    """Return whether something can go wrong in the loops of a program."""
    return any(_fallible(each) or any(fallible(inner) for _, inner in programs_of(each)) for each in program.equations)


def _fallible(equation: Equation) -> bool:
    if equation.primitive == SCAN:
        loop = Loop.of(equation)
        return type(loop.count) is not int and (loop.stacked > 0 or loop.sequences > 0)
    return equation.primitive == WHILE


def while_loops(program: Program) -> Iterator[Equation]:
    """Yield the while loops of a program, nested ones included, in a fixed order."""
    for equation in program.equations:
        if equation.primitive == WHILE:
            yield equation
        for _, inner in programs_of(equation):
            yield from while_loops(inner)


def complain(program: Program, status: int) -> None:
    """Raise RunError naming the loop that a status speaks of; do nothing where it is fine."""
    if status >= ENDLESS:
        equation = list(while_loops(program))[status - ENDLESS]
        endless(equation.origin, Loop.of(equation).limit)


def complaint(program: Program, status: int) -> RunError | None:
    """Return the error that a status speaks of, or None."""
    try:
        complain(program, status)
    except RunError as error:
        return error
    return None
