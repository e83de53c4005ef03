"""Transposed products: a matrix product with the transposes it reads becomes one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.program.passes.algebra import permutation
from engine.program.passes.dead import drop_dead
from engine.program.passes.rewriting import Rewriter, Rule, rewrite
from engine.program.program import Equation, Program, Var


def join_transposes(program: Program) -> Program:
    """Return the program with transposes that only feed matrix products made part of them, bit for bit."""
    return drop_dead(rewrite(program, RULES))


def _joined(work: Rewriter, equation: Equation) -> Var | Equation | None:
    """matmul(x.T, y): product(x, y, left=True, right=False)."""
    if equation.settings or len(equation.arguments) != 2:
        return None
    turned = [_untransposed(work, each) for each in equation.arguments]
    if turned == [None, None]:
        return None
    arguments = tuple(
        each if before is None else before for each, before in zip(equation.arguments, turned, strict=True)
    )
    settings = (("left", turned[0] is not None), ("right", turned[1] is not None))
    return replace(equation, primitive="gradwire.product", arguments=arguments, settings=settings)


def _untransposed(work: Rewriter, value: Any) -> Var | None:
    """Return the matrix whose transpose (of the last two axes) `value` is."""
    made = work.made.get(value) if type(value) is Var else None
    order = permutation(work, made) if made is not None else None
    if made is None or order is None or len(order) < 2 or type(made.arguments[0]) is not Var:
        return None
    rank = len(order)
    return made.arguments[0] if order == (*range(rank - 2), rank - 1, rank - 2) else None


RULES: Mapping[str, tuple[Rule, ...]] = {"numpy.matmul": (_joined,)}
