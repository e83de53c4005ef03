"""Branches: both arms of a test on an array are recorded, each as a program, and what they give is joined."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from engine.program import structure
from engine.python.refusal import refusal
from engine.python.scopes import Scope, merged_type, together
from engine.python.values import (
    Leaf,
    Missing,
    Unknown,
    Value,
    described,
    flattened,
    is_array,
    is_number,
    type_of_leaf,
    unflattened,
)  # fmt: skip
from engine.python.walker import Walker
from engine.types import ArrayType

ONE_ARM = "it is set in one branch of an if only; set it before the if, or in both branches"


def branched(
    walker: Walker, where: ast.AST, test: Value, then: Callable[[], Value], otherwise: Callable[[], Value]
) -> Value:
    """Return then() where `test`, a recorded truth value, holds, else otherwise(); only one of them will run."""
    scopes, values = [], []
    for arm in (otherwise, then):
        scope = walker.scope.within()
        with walker.within(scope):
            values.append(arm())
        scopes.append(scope)
    return joined(walker, where, test, scopes, values)


def joined(walker: Walker, where: ast.AST, test: Value, scopes: Sequence[Scope], values: Sequence[Value]) -> Value:
    """Return what the arms gave as one value, recording the branch between them."""
    (first, _), (second, form) = aligned(where, flattened(values[0]), flattened(values[1]))
    merged = [_merged(where, one, other) for one, other in zip(first, second, strict=True)]
    kept = [value for value, _ in merged]
    recorded = {number: kind for number, (_, kind) in enumerate(merged) if kind is not None}
    if recorded:
        outputs = [
            [scope.filled(leaves[number], kind) for number, kind in recorded.items()]
            for scope, leaves in zip(scopes, (first, second), strict=True)
        ]
        given = together(scopes)
        arms = tuple(scope.program(found, scope.capture(given)) for scope, found in zip(scopes, outputs, strict=True))
        walker.scope.recorder.origin = walker.origin
        found = structure.branch(walker.scope.recorder, walker.scope.array(test), given, arms)
        for number, box in zip(recorded, found, strict=True):
            kept[number] = box
    return unflattened(kept, form)


Flat = tuple[list[Leaf], Any]


def aligned(where: ast.AST, first: Flat, second: Flat) -> tuple[Flat, Flat]:
    """Return both with the same form; an unknown or missing whole takes the other's form."""
    if first[1] == second[1]:
        return first, second
    for one, other in ((first, second), (second, first)):
        if one[1] is None and isinstance(one[0][0], Unknown | Missing):
            filled = ([one[0][0]] * len(other[0]), other[1])
            return (filled, other) if one is first else (other, filled)
    raise refusal(where, "the two branches give things of another form (tuples of other lengths, or other keys)")


def _merged(where: ast.AST, one: Leaf, other: Leaf) -> tuple[Leaf, ArrayType | None]:
    """Return (the value known before running, None), or (_, the type of what is recorded)."""
    for each in (one, other):
        if isinstance(each, Missing):
            return Missing(each.why or ONE_ARM), None
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        known = other if isinstance(one, Unknown) else one
        kind = type_of_leaf(known)
        return known, kind
    numeric = all(is_array(each) or is_number(each) for each in (one, other))
    if not numeric or (is_number(one) and is_number(other) and type(one) is type(other) and one == other):
        if one is other or (not is_array(one) and not is_array(other) and type(one) is type(other) and one == other):
            return one, None
        raise refusal(
            where, f"one branch gives {described(one)} and the other {described(other)}; give arrays or numbers"
        )
    kind = merged_type(one, other)
    if kind is None:
        raise refusal(
            where, f"one branch gives {described(one)} and the other {described(other)}: the shapes must be equal"
        )
    return None, kind
