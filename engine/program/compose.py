"""Programs out of programs: fuse, select, fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType


def fuse(first: Program, second: Program, feeds: Mapping[Var, Var]) -> Program:
    """Return one program that runs `first`, then `second` with its inputs `feeds` (second's input -> first's variable)
    taken from it.

    Inputs: first's, then those of second that are not fed. Outputs: first's, then second's. First's variables keep
    their numbers.
    """
    offset = 1 + max((var.index for var in first.types), default=-1)
    renamed = {var: feeds.get(var, Var(var.index + offset)) for var in second.types}
    return Program(
        inputs=(
            *first.inputs,
            *(replace(each, var=renamed[each.var]) for each in second.inputs if each.var not in feeds),
        ),
        constants={**first.constants, **{renamed[var]: value for var, value in second.constants.items()}},
        equations=(*first.equations, *(_renamed(equation, renamed, offset) for equation in second.equations)),
        outputs=(*first.outputs, *(renamed[var] for var in second.outputs)),
        names=(*first.names, *second.names),
        types={**{renamed[var]: kind for var, kind in second.types.items() if var not in feeds}, **first.types},
        sockets={**first.sockets, **{socket: rename(value, renamed) for socket, value in second.sockets.items()}},
    )


def _renamed(equation: Equation, renamed: Mapping[Var, Var], offset: int) -> Equation:
    output = renamed.get(equation.output, Var(equation.output.index + offset))
    settings = tuple((key, rename(value, renamed)) for key, value in equation.settings)
    return Equation(
        equation.primitive,
        tuple(rename(each, renamed) for each in equation.arguments),
        settings,
        output,
        equation.origin,
    )


def rename(value: Any, renamed: Mapping[Var, Var]) -> Any:
    """Return `value` (a variable, literal, or tuples, lists and dicts of them) with its variables renamed."""
    if type(value) is Var:
        return renamed.get(value, value)
    if type(value) in (tuple, list):
        return type(value)(rename(each, renamed) for each in value)
    return {key: rename(each, renamed) for key, each in value.items()} if isinstance(value, dict) else value


def used(values: Iterable[Any]) -> Iterator[Var]:
    """Yield the variables among `values`, inside tuples and lists too."""
    for value in values:
        if type(value) is Var:
            yield value
        elif type(value) in (tuple, list):
            yield from used(value)


def select(program: Program, outputs: Sequence[Var], names: Sequence[str]) -> Program:
    """Return the program with these outputs only, without the equations and constants they do not need. Inputs stay."""
    live = set(outputs)
    equations = []
    for equation in reversed(program.equations):
        if equation.output in live:
            equations.append(equation)
            live.update(used(equation.arguments))
            live.update(used(value for _, value in equation.settings))
    live.update(each.var for each in program.inputs)
    return Program(
        inputs=program.inputs,
        constants={var: value for var, value in program.constants.items() if var in live},
        equations=tuple(reversed(equations)),
        outputs=tuple(outputs),
        names=tuple(names),
        types={var: kind for var, kind in program.types.items() if var in live},
        sockets={socket: value for socket, value in program.sockets.items() if _alive(value, live)},
    )


def with_output(program: Program, var: Var, name: str) -> Program:
    """Return the program with one more output, the last."""
    return replace(program, outputs=(*program.outputs, var), names=(*program.names, name))


def fold(program: Program) -> Program:
    """Return the program with scalars that follow from constants alone computed now. Large constants are left alone."""
    constants = dict(program.constants)
    equations = []
    for equation in program.equations:
        found = list(used(equation.arguments))
        scalar = program.types.get(equation.output, _LARGE).shape == ()
        if scalar and found and all(var in constants and np.ndim(constants[var]) == 0 for var in found):
            arguments = [rename(each, constants) for each in equation.arguments]
            with np.errstate(all="ignore"):
                result = PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
            constants[equation.output] = np.asarray(result)
        else:
            equations.append(equation)
    return replace(program, constants=constants, equations=tuple(equations))


_LARGE = ArrayType((-1,))


def _alive(value: Any, live: set[Var]) -> bool:
    if type(value) is Var:
        return value in live
    return all(_alive(each, live) for each in (value.values() if isinstance(value, dict) else value))
