"""Constant folding: what follows from constants alone is computed once, now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.backends.numpy_code import function_of
from engine.program.compose import rename, used
from engine.program.passes.rewriting import VIEWS, nested, size_of
from engine.program.program import Equation, Program, Var
from engine.types import DYNAMIC

LARGEST = 65_536
"""Most bytes of a result that is kept as a constant; a larger one must be no larger than what it is made of."""


def fold_constants(program: Program) -> Program:
    """Return the program with equations that read constants alone replaced by their results, bit for bit."""
    constants = dict(program.constants)
    equations = []
    for equation in program.equations:
        found = list(used(equation.arguments))
        if found and all(var in constants for var in found) and _worth(program, equation, constants, found):
            constants[equation.output] = _value(equation, constants)
        else:
            equations.append(equation)
    return replace(program, constants=constants, equations=tuple(equations), reuse={})


def _worth(program: Program, equation: Equation, constants: Any, found: list[Var]) -> bool:
    kind = program.types.get(equation.output)
    if kind is None or DYNAMIC in kind.shape or any(True for _ in nested(equation)):
        return False
    size = size_of(kind)
    return size <= LARGEST or (equation.primitive not in VIEWS and size <= sum(constants[var].nbytes for var in found))


def _value(equation: Equation, constants: Any) -> Any:
    scalars = {var: constants[var][()] for var in used(equation.arguments)}
    arguments = [rename(each, scalars) for each in equation.arguments]
    with np.errstate(all="ignore"):
        result = function_of(equation.primitive)(*arguments, **dict(equation.settings))
    return np.array(result)
