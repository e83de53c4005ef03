"""Products by subscripts: an einsum of two arrays that is a matrix product goes to the matrix routines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from engine.program.passes.rewriting import Rewriter, Rule, rewrite
from engine.program.program import Equation, Program
from engine.types import DYNAMIC, ArrayType, Shape

LEAST: Final = 512
"""Below so many multiplications a matrix, the loops of einsum are as fast as a call of a matrix routine."""


def multiply_matrices(program: Program) -> Program:
    """Return the program with einsums of two arrays written as transposed matrix products where they are some."""
    return rewrite(program, RULES)


class _Axes(NamedTuple):
    """Which letters are in both operands and the result, in the first, in both but not the result, in the second."""

    batch: str
    left: str
    summed: str
    right: str


def _by_subscripts(work: Rewriter, equation: Equation) -> Equation | None:
    """numpy.einsum("ij,jk->ik", x, y)."""
    if equation.settings or len(equation.arguments) != 3 or type(equation.arguments[0]) is not str:
        return None
    return _product(work, equation, equation.arguments[0], equation.arguments[1:])


def _contraction(work: Rewriter, equation: Equation) -> Equation | None:
    """contract(x, y, subscripts="ij,jk->ik")."""
    return _product(work, equation, dict(equation.settings)["subscripts"], equation.arguments)


def _product(work: Rewriter, equation: Equation, subscripts: str, operands: Sequence[Any]) -> Equation | None:
    kind, kinds = work.types[equation.output], [work.type(each) for each in operands]
    if len(operands) != 2 or any(each is None or each.dtype != kind.dtype for each in kinds):
        return None
    if not kind.dtype.startswith("float") or any(DYNAMIC in each.shape for each in kinds if each is not None):
        return None
    found = _axes(subscripts.replace(" ", ""))
    if found is None:
        return None
    first, second, output = _letters(subscripts.replace(" ", ""))
    sizes = dict(zip(first + second, (n for each in kinds if each is not None for n in each.shape), strict=True))
    if math.prod(sizes[letter] for letter in found.left + found.summed + found.right) < LEAST:
        return None

    def size(letters: str) -> Shape:
        return tuple(sizes[letter] for letter in letters)

    def emit(primitive: str, x: Any, detail: Any, shape: Shape) -> Any:
        return work.emit(primitive, (x, detail), ArrayType(shape, kind.dtype), equation.origin)

    def matrices(x: Any, letters: str, rows: str, columns: str) -> Any:
        wanted = found.batch + rows + columns
        if letters != wanted:
            x = emit("numpy.transpose", x, tuple(map(letters.index, wanted)), size(wanted))
        shape = (*size(found.batch), math.prod(size(rows)), math.prod(size(columns)))
        return x if shape == size(wanted) else emit("numpy.reshape", x, shape, shape)

    left = matrices(operands[0], first, found.left, found.summed)
    right = matrices(operands[1], second, found.summed, found.right)
    flat = (*size(found.batch), math.prod(size(found.left)), math.prod(size(found.right)))
    made = found.batch + found.left + found.right
    if made == output and flat == kind.shape:
        return Equation("numpy.matmul", (left, right), (), equation.output, equation.origin)
    product = emit("numpy.matmul", left, right, flat)
    if made == output:
        return Equation("numpy.reshape", (product, kind.shape), (), equation.output, equation.origin)
    if flat != size(made):
        product = emit("numpy.reshape", product, size(made), size(made))
    order = tuple(map(made.index, output))
    return replace(equation, primitive="numpy.transpose", arguments=(product, order), settings=())


def _letters(subscripts: str) -> tuple[str, str, str]:
    inputs, _, output = subscripts.partition("->")
    first, _, second = inputs.partition(",")
    return first, second, output


def _axes(subscripts: str) -> _Axes | None:
    """Return the letters by what becomes of them; None where there is more to do than to multiply matrices."""
    first, second, output = _letters(subscripts)
    if "->" not in subscripts or not all(part.isalpha() or not part for part in (first, second, output)):
        return None
    if any(len(set(part)) < len(part) for part in (first, second, output)):
        return None
    alone = set(first) ^ set(second)
    if not alone <= set(output):
        return None
    both = [letter for letter in first if letter in second]
    summed = "".join(letter for letter in both if letter not in output)
    if not summed:
        return None
    return _Axes(
        "".join(letter for letter in both if letter in output),
        "".join(letter for letter in first if letter not in second),
        summed,
        "".join(letter for letter in second if letter not in first),
    )


RULES: Mapping[str, tuple[Rule, ...]] = {"numpy.einsum": (_by_subscripts,), "gradwire.contract": (_contraction,)}
"""Primitive -> its rules."""
