"""Passes: pure functions from Program to Program that keep what it computes and lessen what that costs.

They run after differentiation: what they leave out (a stop, a clipped cotangent) matters to derivatives only. Stability
is the exception: it runs before the adjoint as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.program.passes.algebra import simplify_algebra
from engine.program.passes.buffers import reuse_buffers
from engine.program.passes.common import merge_common
from engine.program.passes.constants import fold_constants
from engine.program.passes.contractions import multiply_matrices
from engine.program.passes.dead import drop_dead
from engine.program.passes.invariants import move_invariants
from engine.program.passes.products import join_transposes
from engine.program.passes.rewriting import Change, count_bytes, count_equations, everywhere
from engine.program.passes.stability import stabilise
from engine.program.program import Program


@dataclass(frozen=True, slots=True)
class Pass:
    """A named pass. `keeps` says what stays: every bit, or the numbers to 1e-12 of their size."""

    name: str
    sentence: str
    change: Change
    keeps: Literal["bits", "numbers"]


PASSES: Final[Mapping[str, Pass]] = {
    each.name: each
    for each in (
        Pass(
            "stability",
            "Logarithms of exponentials are written so that they do not overflow, and tanh's derivative by its value.",
            stabilise,
            "numbers",
        ),
        Pass(
            "algebra",
            "The same numbers by fewer and cheaper operations: x * 1 is x, x ** 2 is x * x.",
            simplify_algebra,
            "numbers",
        ),
        Pass("constants", "What follows from constants alone is computed once, now.", fold_constants, "bits"),
        Pass("common", "What is computed twice is computed once.", merge_common, "bits"),
        Pass(
            "invariants",
            "What a loop computes of its constants alone is computed once, before it.",
            move_invariants,
            "bits",
        ),
        Pass(
            "contractions",
            "A product by subscripts that multiplies matrices is a matrix product.",
            multiply_matrices,
            "numbers",
        ),
        Pass("products", "A matrix product takes transposed operands in one call.", join_transposes, "bits"),
        Pass("dead", "What no output needs is left out.", drop_dead, "bits"),
        Pass(
            "buffers",
            "A result is written into the memory of an operand that is not read any more.",
            reuse_buffers,
            "bits",
        ),
    )
}
"""Every pass, in the order in which they run."""

SIMPLIFYING: Final = tuple(PASSES)
"""What the NumPy code goes through."""
PORTABLE: Final = ("stability", "algebra", "constants", "common", "dead")
"""What serves every backend: another compiler joins transposes and places buffers by itself."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What one pass did: the program after it, and equations and bytes of results before and after."""

    name: str
    sentence: str
    program: Program
    equations: tuple[int, int]
    bytes: tuple[int, int]


def simplify(program: Program, names: Sequence[str] = SIMPLIFYING) -> Program:
    """Return the program after these passes, in this order; nested Programs are gone through too."""
    for name in names:
        program = everywhere(PASSES[name].change)(program)
    return program


def stable(program: Program) -> Program:
    """Return the program as the adjoint is to be taken of it."""
    return everywhere(stabilise)(program)


def savings(program: Program, names: Sequence[str] = SIMPLIFYING) -> tuple[Saving, ...]:
    """Return what each of these passes did to the program, in order."""
    found = []
    for name in names:
        after = everywhere(PASSES[name].change)(program)
        equations, sizes = ((count(program), count(after)) for count in (count_equations, count_bytes))
        found.append(Saving(name, PASSES[name].sentence, after, equations, sizes))
        program = after
    return tuple(found)
