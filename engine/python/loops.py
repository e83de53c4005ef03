"""Loops: while on an array's value, for over ranges and rows of arrays. The body is recorded once, not unrolled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from engine.program import structure
from engine.program.primitives import cast
from engine.python.refusal import refusal
from engine.python.scopes import Scope, together
from engine.python.values import (
    Leaf,
    Missing,
    Range,
    Unknown,
    Value,
    Walk,
    described,
    flattened,
    is_array,
    is_number,
    type_of_leaf,
    unflattened,
)  # fmt: skip
from engine.python.walker import Walker
from engine.types import ArrayType

ROUNDS: Final = 5
"""How often a body is walked through until the types of what it carries settle."""
INSIDE = "it is set inside a loop only; set it before the loop"
INDEX: Final = ArrayType((), "int64")


@dataclass(frozen=True, slots=True)
class _Carry:
    """What a loop hands from one iteration to the next: for each name its form, for each leaf its type or its value."""

    names: tuple[str, ...]
    forms: tuple[Any, ...]
    leaves: tuple[tuple[Leaf, ...], ...]
    kinds: tuple[tuple[ArrayType | None, ...], ...]
    """None: the leaf is known before running and the body leaves it as it is."""

    def traced(self) -> list[tuple[Leaf, ArrayType]]:
        """Return (first value, type) of each leaf that is recorded."""
        return [
            (leaf, kind)
            for leaves, kinds in zip(self.leaves, self.kinds, strict=True)
            for leaf, kind in zip(leaves, kinds, strict=True)
            if kind is not None
        ]

    def called(self) -> list[str]:
        """Return the name of each leaf that is recorded: the variable's, with a number where it has several."""
        return [
            name if len(kinds) == 1 else f"{name}_{number}"
            for name, kinds in zip(self.names, self.kinds, strict=True)
            for number, kind in enumerate(kinds)
            if kind is not None
        ]

    def bound(self, boxes: Sequence[Any]) -> dict[str, Value]:
        """Return the value of each name, with these boxes for its recorded leaves."""
        rest = iter(boxes)
        found = {}
        for name, form, leaves, kinds in zip(self.names, self.forms, self.leaves, self.kinds, strict=True):
            values = [leaf if kind is None else next(rest) for leaf, kind in zip(leaves, kinds, strict=True)]
            found[name] = unflattened(values, form)
        return found


def assigned(statements: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Return the names that statements assign, in the order they first do; not those of functions inside."""
    found: dict[str, None] = {}
    waiting: list[ast.AST] = list(reversed(statements))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            found[node.name] = None
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        waiting += reversed(list(ast.iter_child_nodes(node)))
    return tuple(found)


def looped(
    walker: Walker,
    node: ast.While | ast.For,
    run: Callable[[], None],
    test: Callable[[], Value] | None,
    walk: Walk | None,
    bind: Callable[[Value], None],
) -> None:
    """Record a loop and leave the names it assigns with their last values.

    `run` walks through the body, `test` evaluates a while's condition, `bind` assigns a for's target.
    """
    body_names = assigned(node.body)
    before = {name: walker.frame.names[name] for name in body_names if name in walker.frame.names}
    carry = _first(walker, {name: value for name, value in before.items() if not isinstance(value, Missing)})
    rows = _rows(walker, node, walk) if walk is not None else []
    for _ in range(ROUNDS):
        recorded = _recorded(walker, node, carry, run, test, walk, bind)
        settled, carry = _settled(node, carry, recorded.after)
        if settled:
            break
    else:
        raise refusal(
            node, "what the loop hands on changes its type at every iteration; give the names their final type first"
        )
    results = _emitted(walker, node, carry, recorded, walk, rows)
    for name in body_names:
        walker.frame.names[name] = Missing(INSIDE)
    if isinstance(node, ast.For):
        for name in assigned([ast.Assign([node.target], ast.Constant(0))]):
            walker.frame.names[name] = Missing("the variable of a for is not kept after the loop; assign it inside")
    walker.frame.names.update(carry.bound(results))


@dataclass(frozen=True, eq=False, slots=True)
class _Recorded:
    """One walk through the body."""

    scopes: tuple[Scope, ...]
    inputs: tuple[tuple[Any, ...], ...]
    """The boxes of carries, rows and the iteration in each scope."""
    after: Mapping[str, Value]
    test: Value


def _first(walker: Walker, names: Mapping[str, Value]) -> _Carry:
    flat = {name: flattened(value) for name, value in names.items()}
    kinds = tuple(
        tuple(type_of_leaf(leaf) if is_array(leaf) else None for leaf in leaves) for leaves, _ in flat.values()
    )
    forms, leaves = tuple(form for _, form in flat.values()), tuple(tuple(leaves) for leaves, _ in flat.values())
    return _Carry(tuple(flat), forms, leaves, kinds)


def _recorded(
    walker: Walker, node: ast.While | ast.For, carry: _Carry, run: Callable[[], None], test: Callable[[], Value] | None,
    walk: Walk | None, bind: Callable[[Value], None],
) -> _Recorded:  # fmt: skip
    scopes, inputs = [], []
    after: dict[str, Value] = {}
    held: Value = None
    for part in ("test", "body"):
        if part == "test" and test is None:
            continue
        scope = walker.scope.within()
        boxes = [scope.input(name, kind) for name, (_, kind) in zip(carry.called(), carry.traced(), strict=True)]
        items = [scope.input(f"row {k}", kind) for k, kind in enumerate(_row_types(walk))]
        iteration = scope.input("iteration", INDEX)
        with walker.within(scope):
            walker.frame.names.update(carry.bound(boxes))
            if part == "test":
                assert test is not None  # noqa: S101 - skipped above
                held = test()
                if is_array(held):
                    held = scope.local(held)
            else:
                if walk is not None:
                    bind(_item(walker, node, walk, items, iteration))
                run()
                after = {name: walker.frame.names.get(name, Missing(INSIDE)) for name in carry.names}
        scopes.append(scope)
        inputs.append((*boxes, *items, iteration))
    return _Recorded(tuple(scopes), tuple(inputs), after, held)


def _settled(node: ast.AST, carry: _Carry, after: Mapping[str, Value]) -> tuple[bool, _Carry]:
    """Return whether the body gives back what it took, and the carry to try next."""
    same = True
    rows: list[tuple[ArrayType | None, ...]] = []
    for name, form, leaves, kinds in zip(carry.names, carry.forms, carry.leaves, carry.kinds, strict=True):
        news, new_form = flattened(after[name])
        if new_form != form:
            raise refusal(
                node, f'the loop changes the form of "{name}" (a tuple\'s length, or its keys); keep it the same'
            )
        wanted = tuple(
            _next_kind(node, name, leaf, kind, new) for leaf, kind, new in zip(leaves, kinds, news, strict=True)
        )
        same = same and wanted == kinds
        rows.append(wanted)
    return same, _Carry(carry.names, carry.forms, carry.leaves, tuple(rows))


def _next_kind(node: ast.AST, name: str, leaf: Leaf, kind: ArrayType | None, new: Leaf) -> ArrayType | None:
    if isinstance(new, Unknown):
        return kind
    if kind is None:
        unchanged = new is leaf or (is_number(new) and is_number(leaf) and type(new) is type(leaf) and new == leaf)
        if unchanged or (isinstance(new, str) and new == leaf):
            return None
        if not (is_number(leaf) and (is_number(new) or is_array(new))):
            raise refusal(node, f'the loop turns "{name}" from {described(leaf)} into {described(new)}')
        given = type_of_leaf(new)
        assert given is not None  # noqa: S101 - arrays and numbers have types
        if given.shape != ():
            raise refusal(
                node,
                f'the loop turns "{name}" from {described(leaf)} into {described(new)}: a carry keeps its shape; start '
                f"it as np.zeros({given.shape}) or the like",
            )
        return ArrayType((), np.result_type(leaf, new if is_number(new) else np.dtype(given.dtype)).name)
    given = type_of_leaf(new)
    if given is None:
        raise refusal(node, f'the loop turns "{name}" from {kind} into {described(new)}')
    if given.shape != kind.shape:
        raise refusal(node, f'the loop turns "{name}" from {kind} into {given}: a carry keeps its shape')
    other = new if is_number(new) else given.dtype
    return ArrayType(kind.shape, np.result_type(np.dtype(kind.dtype), other).name)


# ----- what a for goes through -----


def _row_types(walk: Walk | None) -> list[ArrayType]:
    if walk is None:
        return []
    return [ArrayType(tuple(each.shape[1:]), each.dtype.name) for each in walk.parts if is_array(each)]


def _rows(walker: Walker, node: ast.AST, walk: Walk) -> list[Any]:
    return [walker.scope.local(each) for each in walk.parts if is_array(each)]


def _item(walker: Walker, node: ast.AST, walk: Walk, items: Sequence[Any], iteration: Any) -> Value:
    rest = iter(items)
    values = []
    for part in walk.parts:
        if isinstance(part, Range):
            start, step = walker.localised(part.start), walker.localised(part.step)
            values.append(walker.recorded(node, lambda i, a, s: anp.add(a, anp.multiply(s, i)), iteration, start, step))
        else:
            values.append(next(rest))
    if walk.nested:
        return values[0], tuple(values[1:])
    return values[0] if walk.single else tuple(values)


def count(walker: Walker, node: ast.AST, walk: Walk) -> Value:
    """Return how many iterations a for has: the shortest of its parts."""
    found: Value = None
    for part in walk.parts:
        one = part.count if isinstance(part, Range) else int(part.shape[0])
        if found is None:
            found = one
        elif isinstance(found, int) and isinstance(one, int):
            if found != one:
                raise refusal(node, f"zip joins parts of {found} and {one} elements; give them equal lengths")
        else:
            raise refusal(node, "zip cannot join parts whose lengths are only known while running")
    return found


def _emitted(
    walker: Walker,
    node: ast.While | ast.For,
    carry: _Carry,
    recorded: _Recorded,
    walk: Walk | None,
    rows: Sequence[Any],
) -> list[Any]:
    given = together(recorded.scopes)
    programs = []
    for scope, inputs, is_body in zip(
        recorded.scopes, recorded.inputs, ([False, True] if len(recorded.scopes) == 2 else [True]), strict=True
    ):  # fmt: skip
        outputs = _outputs(scope, carry, recorded.after) if is_body else [_as_truth(scope, recorded.test)]
        programs.append(scope.program(outputs, [*scope.capture(given), *inputs]))
    starts = [walker.scope.array(leaf, kind.dtype) for leaf, kind in carry.traced()]
    recorder = walker.scope.recorder
    recorder.origin = walker.origin
    if walk is None:
        operands = [*given, *starts]
        consts, carried = len(given), len(starts)
        test, body = programs
        found = structure.while_loop(
            recorder, operands, test, body, consts=consts, carry=carried, limit=walker.limit
        )  # fmt: skip
        return list(found[:carried])
    times = count(walker, node, walk)
    if is_array(times):
        times = cast(anp.maximum(walker.scope.local(times), 0), "int64")
    found = structure.scan(
        recorder, times, [*given, *starts, *rows], programs[0], consts=len(given), carry=len(starts)
    )  # fmt: skip
    return list(found[: len(starts)])


def _outputs(scope: Scope, carry: _Carry, after: Mapping[str, Value]) -> list[Any]:
    return [
        scope.filled(leaf, kind)
        for name, kinds in zip(carry.names, carry.kinds, strict=True)
        for leaf, kind in zip(flattened(after[name])[0], kinds, strict=True)
        if kind is not None
    ]


def _as_truth(scope: Scope, test: Value) -> Any:
    return scope.array(False if isinstance(test, Unknown) else test, "bool")
