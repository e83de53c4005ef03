"""What a program is made of that an approach or a backend may lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.program.program import Equation, Program, node_of
from engine.program.structure import BRANCH, CALL, SAVE_ALL, SCAN, SWEEP, WHILE, Loop, programs_of

FEATURES: Final[Mapping[str, str]] = {
    "plain": "operations on arrays",
    "branch": "a branch: one arm runs",
    "for": "a loop that goes round so many times",
    "scan": "a loop that walks along sequences, or stacks what it makes",
    "while": "a loop whose number of iterations is known only when it runs",
    "checkpoints": "a loop that saves a part of its iterations and computes the others again",
    "recursion": "a function that calls itself",
    "random": "random numbers",
    "state": "values that a step hands to the next",
    "complex": "complex numbers",
    "second order": "derivatives inside the program",
    "clipped": "gradients that are clipped on their way back",
}
"""Every feature, and what it is."""

_RANDOM: Final = frozenset({"gradwire.uniform", "gradwire.normal", "gradwire.bits"})
_CLIPPING: Final = frozenset({"gradwire.clip_cotangent", "gradwire.clip_cotangent_norm"})


def features_of(program: Program) -> tuple[str, ...]:
    """Return the features of a program and of those inside it, in the order of FEATURES."""
    return tuple(places_of(program))


def places_of(program: Program) -> dict[str, str]:
    """Return the features as `features_of`, each with the node it is met at first ("" where it belongs to none)."""
    found = {"plain": ""}
    for each in (program, *program.functions.values()):
        for feature, origin in _of(each):
            found.setdefault(feature, node_of(origin))
    return {each: found[each] for each in FEATURES if each in found}


def _of(program: Program) -> Iterator[tuple[str, str]]:
    """Yield each feature and the origin of the equation that has it."""
    if any(each.role == "state" for each in program.inputs):
        yield "state", ""
    if any(kind.dtype.startswith("complex") for kind in program.types.values()):
        yield "complex", ""
    for equation in program.equations:
        yield from ((feature, equation.origin) for feature in _of_equation(equation))
        for _, inner in programs_of(equation):
            yield from _of(inner)


def _of_equation(equation: Equation) -> Iterator[str]:
    if equation.primitive in _RANDOM:
        yield "random"
    if equation.primitive in _CLIPPING:
        yield "clipped"
    if equation.origin.startswith(("adjoint of ", "tangent of ")):
        yield "second order"
    if equation.primitive in _NAMED:
        yield _NAMED[equation.primitive]
    if equation.primitive in (SCAN, WHILE):
        loop = Loop.of(equation)
        if loop.memory != SAVE_ALL:
            yield "checkpoints"
        if loop.condition is None:
            yield "scan" if loop.sequences or loop.stacked else "for"


_NAMED: Final[Mapping[str, str]] = {BRANCH: "branch", WHILE: "while", CALL: "recursion", SWEEP: "checkpoints"}
