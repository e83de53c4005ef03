"""In-place buffers: a result written into the memory of an operand that is not read any more.

Sound for what the NumPy code runs: only results of NumPy's elementwise functions are written into memory, and only into
memory that an equation of this program has made for itself, of the same shape and dtype, when nothing that may share it
is read later. Inputs, constants, outputs, views of them, and what came out of a primitive that is not known to make its
result anew are never written into.
"""

from __future__ import annotations

from dataclasses import replace

from engine.program.compose import used
from engine.program.passes.rewriting import ELEMENTWISE, size_of
from engine.program.program import Program, Var
from engine.program.structure import STRUCTURAL
from engine.types import ArrayType

SMALLEST = 4_096
"""Bytes below which taking memory anew costs less than saying where to write."""
WRITING = frozenset(name for name in ELEMENTWISE if name.startswith("numpy."))
"""Primitives that can be told where to write."""
FRESH = WRITING | {"numpy.matmul", "gradwire.product", "gradwire.expand"}
"""Primitives whose result is an array of its own whenever it is no scalar."""


OUTSIDE = Var(-1)
"""Stands for memory that is not this program's own."""
MANY = 8
"""A variable that may share the memory of more others than this pins them all."""


def reuse_buffers(program: Program) -> Program:
    """Return the program with `reuse` set: for each equation that can write into an operand's memory, which one."""
    last = _last_reads(program)
    shared, pinned = _sharing(program)
    free_at = dict(last)
    for var, roots in shared.items():
        for root in roots:
            free_at[root] = max(free_at.get(root, -1), last.get(var, -1))
    reuse = {}
    for number, equation in enumerate(program.equations):
        if equation.primitive in WRITING and not equation.settings:
            kind = program.types.get(equation.output)
            for var in used(equation.arguments) if _large(kind) else ():
                own = shared.get(var) == frozenset((var,)) and var not in pinned
                if own and program.types.get(var) == kind and free_at[var] == number:
                    reuse[equation.output] = var
                    break
    return replace(program, reuse=reuse)


def _large(kind: ArrayType | None) -> bool:
    return kind is not None and kind.shape != () and size_of(kind) >= SMALLEST


def _last_reads(program: Program) -> dict[Var, int]:
    """Return the number of the equation that reads each variable last; for outputs, one after the end."""
    last: dict[Var, int] = {}
    for number, equation in enumerate(program.equations):
        last.setdefault(equation.output, number)
        for var in used((*equation.arguments, *(value for _, value in equation.settings))):
            last[var] = number
    return last | dict.fromkeys(program.outputs, len(program.equations))


def _sharing(program: Program) -> tuple[dict[Var, frozenset[Var]], set[Var]]:
    """Return whose memory each variable may share (its own where it was made anew, else that of all its operands), and
    which variables must not be written into at all.

    A buffer that is written into needs no entry: nothing that shared it is read any more, and the result takes its
    place.
    """
    outside = frozenset((OUTSIDE,))
    shared: dict[Var, frozenset[Var]] = {}
    pinned = {OUTSIDE}
    for equation in program.equations:
        if equation.primitive in FRESH:
            shared[equation.output] = frozenset((equation.output,))
            continue
        found = outside.union(*(shared.get(var, outside) for var in used(equation.arguments)))
        if len(found) > MANY or equation.primitive in STRUCTURAL:
            pinned |= found
            found = outside
        shared[equation.output] = found
    return shared, pinned
