"""Loop invariants: what a loop's body computes of its constants alone is computed once, before the loop.

Only operations that cannot fail are moved, as a loop may have no iteration at all.
"""

from __future__ import annotations

from dataclasses import replace

from engine.program.compose import renamed_equation, used
from engine.program.passes.rewriting import ELEMENTWISE, first_free
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.program.structure import SCAN, WHILE, Loop

MOVED = ELEMENTWISE | {
    "numpy.where", "numpy.sum", "numpy.matmul", "numpy.reshape", "numpy.transpose", "gradwire.cast", "gradwire.expand",
    "gradwire.product",
}  # fmt: skip
"""Primitives that may be computed before a loop."""


def move_invariants(program: Program) -> Program:
    """Return the program with the invariant equations of its loops before them, each result one more constant of the
    loop; the program itself where there are none."""
    types, constants = dict(program.types), dict(program.constants)
    free = first_free(program)
    equations: list[Equation] = []
    for equation in program.equations:
        loop = Loop.of(equation) if equation.primitive in (SCAN, WHILE) else None
        moved = _invariants(loop.body, loop.consts) if loop is not None else []
        if loop is None or not moved:
            equations.append(equation)
            continue
        renamed = {each.var: var for each, var in zip(loop.body.inputs, loop.operands[: loop.consts], strict=False)}
        for var in {var for each in moved for var in used(each.arguments)} & loop.body.constants.keys():
            renamed[var] = Var(free)
            types[renamed[var]], constants[renamed[var]] = loop.body.types[var], loop.body.constants[var]
            free += 1
        for each in moved:
            renamed[each.output] = Var(free)
            types[renamed[each.output]] = loop.body.types[each.output]
            free += 1
        equations += [renamed_equation(each, renamed) for each in moved]
        equations.append(_without(equation, loop, moved, renamed))
    if len(equations) == len(program.equations) and not program.reuse:
        return program
    return replace(program, equations=tuple(equations), types=types, constants=constants, reuse={})


def _invariants(body: Program, consts: int) -> list[Equation]:
    known = set(body.constants) | {each.var for each in body.inputs[:consts]}
    found = []
    for equation in body.equations:
        arguments = set(used(equation.arguments))
        if equation.primitive in MOVED and arguments <= known and not any(used(v for _, v in equation.settings)):
            kind = body.types[equation.output]
            if equation.primitive == "numpy.power" and not kind.differentiable:
                continue  # a whole number to a negative power is an error
            found.append(equation)
            known.add(equation.output)
    return found


def _without(equation: Equation, loop: Loop, moved: list[Equation], renamed: dict[Var, Var]) -> Equation:
    """Return the loop without the equations that were moved; what the rest reads of them comes in as constants."""
    gone = {each.output for each in moved}
    left = tuple(each for each in loop.body.equations if each.output not in gone)
    read = {var for each in left for var in used(each.arguments)} | set(loop.body.outputs)
    wanted = [var for var in gone if var in read]
    added = tuple(ProgramInput(var, "data", f"invariant {var.index}", loop.body.types[var]) for var in sorted(wanted))
    settings = dict(equation.settings)
    settings["consts"] = loop.consts + len(added)
    inputs = loop.body.inputs
    settings["body"] = replace(
        loop.body, inputs=(*inputs[: loop.consts], *added, *inputs[loop.consts :]), equations=left, reuse={}
    )
    if loop.condition is not None:
        settings["condition"] = _widened(loop.condition, loop.consts, added)
    before = loop.first + loop.consts
    operands = (*equation.arguments[:before], *(renamed[each.var] for each in added), *equation.arguments[before:])
    return replace(equation, arguments=operands, settings=tuple(settings.items()))


def _widened(condition: Program, consts: int, added: tuple[ProgramInput, ...]) -> Program:
    """Return a condition with the new constants among its inputs, which it does not read."""
    free = first_free(condition)
    more = tuple(replace(each, var=Var(free + k)) for k, each in enumerate(added))
    types = {**condition.types, **{each.var: each.type for each in more}}
    inputs = (*condition.inputs[:consts], *more, *condition.inputs[consts:])
    return replace(condition, inputs=inputs, types=types)
