"""Common subexpressions: what is computed twice is computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.program.compose import rename
from engine.program.passes.rewriting import with_renamed
from engine.program.program import Equation, Program, Var

SMALL = 4_096
"""Bytes of constants up to which equal ones are found by content."""


def merge_common(program: Program) -> Program:
    """Return the program with each equation that repeats an earlier one left out, bit for bit.

    Random numbers are functions of their key, so that they may be merged like anything else.
    """
    renamed: dict[Var, Var] = {}
    constants = _merged_constants(program.constants, renamed)
    seen: dict[Any, Var] = {}
    equations = []
    for before in program.equations:
        equation = with_renamed(before, renamed)
        key = _key(equation)
        first = seen.setdefault(key, equation.output)
        if first == equation.output or _distinct(program, first, equation):
            equations.append(equation)
        else:
            renamed[equation.output] = first
    return replace(
        program,
        constants=constants,
        equations=tuple(equations),
        outputs=tuple(renamed.get(var, var) for var in program.outputs),
        sockets={socket: rename(value, renamed) for socket, value in program.sockets.items()},
        reuse={},
    )


def _distinct(program: Program, first: Var, equation: Equation) -> bool:
    return program.types.get(first) != program.types.get(equation.output)


def _merged_constants(constants: Mapping[Var, Any], renamed: dict[Var, Var]) -> dict[Var, Any]:
    kept: dict[Var, Any] = {}
    seen: dict[Any, Var] = {}
    for var, value in constants.items():
        array = np.asarray(value)
        key = (array.dtype, array.shape, array.tobytes()) if array.nbytes <= SMALL else id(value)
        first = seen.setdefault(key, var)
        if first == var:
            kept[var] = value
        else:
            renamed[var] = first
    return kept


def _key(equation: Equation) -> Any:
    arguments = tuple([_literal(each) for each in equation.arguments])
    settings = tuple([(name, _literal(value)) for name, value in equation.settings]) if equation.settings else ()
    return equation.primitive, arguments, settings


def _literal(value: Any) -> Any:
    """Return something hashable that is equal only for the same literal: 1, 1.0 and True differ, 0.0 and -0.0 too."""
    if type(value) is Var:
        return value
    if type(value) in (tuple, list):
        return type(value), tuple(map(_literal, value))
    if isinstance(value, Program | np.ndarray):
        return id(value)
    return type(value), repr(value)
