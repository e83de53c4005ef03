"""What two programs that compile to the same code have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.program.program import Program, Var


def fingerprint(program: Program) -> str:
    """Return a digest of a program's structure, types and constants.

    Equal for programs that differ only in the numbers of their variables, in names and in origins.
    """
    digest = hashlib.blake2b(digest_size=20)
    for part in _parts(program):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def _parts(program: Program) -> Iterator[str]:
    number: dict[Var, int] = {}
    for each in program.inputs:
        number[each.var] = len(number)
        yield f"in {each.type}"
    for var, value in program.constants.items():
        number[var] = len(number)
        array = np.ascontiguousarray(value)
        yield f"constant {array.dtype} {np.shape(value)} {hashlib.blake2b(array.tobytes()).hexdigest()}"
    for equation in program.equations:
        arguments = _text(equation.arguments, number)
        yield f"{equation.primitive} {arguments} {_text(equation.settings, number)}"
        number[equation.output] = len(number)
        yield f"-> {program.types.get(equation.output)}"
    yield f"out {_text(program.outputs, number)}"


def _text(value: Any, number: Mapping[Var, int]) -> str:
    if type(value) is Var:
        return f"v{number[value]}"
    if type(value) in (tuple, list):
        return f"({', '.join(_text(each, number) for each in value)})"
    if isinstance(value, Program):
        return f"<{fingerprint(value)}>"
    return repr(value)
