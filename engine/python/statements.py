"""Statements: assignments, if, loops, return. A block is walked through once, in order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.python import names
from engine.python.branches import branched
from engine.python.closures import closure
from engine.python.expressions import binary, condition, iterated
from engine.python.loops import assigned, looped
from engine.python.refusal import refusal
from engine.python.values import (
    ABSENT,
    Closure,
    Missing,
    Module,
    Unknown,
    Value,
    Walk,
    described,
    is_array,
)  # fmt: skip
from engine.python.walker import Walker


@dataclass(frozen=True, slots=True)
class Returned:
    """A block came to a return."""

    value: Value


Result: TypeAlias = "Returned | None"
Rest: TypeAlias = "tuple[Sequence[ast.stmt], ...]"
"""What follows a block, innermost first."""


def body_value(walker: Walker, function: Closure) -> Value:
    """Return what the body of a function gives, in the walker's frame."""
    if isinstance(function.node, ast.Lambda):
        return walker.evaluate(function.node.body)
    result = block(walker, function.node.body, ())
    if result is None:
        raise refusal(function.node, f"{function.name} ends without a return; return a value on every way through it")
    return result.value


def block(walker: Walker, statements: Sequence[ast.stmt], rest: Rest) -> Result:
    """Walk through statements and then the rest; return what they return, or None."""
    for number, each in enumerate(statements):
        walker.count(each)
        after = (statements[number + 1 :], *rest)
        if isinstance(each, ast.If):
            ended, result = _if(walker, each, after)
            if ended:
                return result
        elif isinstance(each, ast.Return):
            return Returned(None if each.value is None else walker.evaluate(each.value))
        else:
            STATEMENTS[type(each)](walker, each)
    return block(walker, rest[0], rest[1:]) if rest else None


def _if(walker: Walker, node: ast.If, rest: Rest) -> tuple[bool, Result]:
    """Return (whether the rest of the block has been walked through too, what was returned)."""
    test = condition(walker, node.test)
    if isinstance(test, bool):
        chosen = node.body if test else node.orelse
        return (
            (True, block(walker, chosen, rest)) if _returns(chosen) else (block(walker, chosen, ()) is not None, None)
        )
    if isinstance(test, Unknown):
        test = walker.scope.array(False)
    if not _returns(node.body) and not _returns(node.orelse):
        _merge(walker, node, test)
        return False, None
    return True, Returned(
        branched(
            walker, node, test, _to_the_end(walker, node, node.body, rest), _to_the_end(walker, node, node.orelse, rest)
        )
    )


def _to_the_end(walker: Walker, node: ast.If, arm: Sequence[ast.stmt], rest: Rest) -> Callable[[], Value]:
    def run() -> Value:
        result = block(walker, arm, rest)
        if result is None:
            raise refusal(node, "one way through this if returns and another does not; return a value on every way")
        return result.value

    return run


def _merge(walker: Walker, node: ast.If, test: Value) -> None:
    names = tuple(dict.fromkeys((*assigned(node.body), *assigned(node.orelse))))

    def arm(statements: Sequence[ast.stmt]) -> Callable[[], Value]:
        def run() -> Value:
            block(walker, statements, ())
            return {name: _now(walker, name) for name in names}

        return run

    walker.frame.names.update(branched(walker, node, test, arm(node.body), arm(node.orelse)))


def _now(walker: Walker, name: str) -> Value:
    found = walker.frame.names.get(name, ABSENT)
    return found if isinstance(found, Missing) else walker.localised(found)


def _returns(statements: Sequence[ast.stmt]) -> bool:
    """Whether a return stands in statements, outside of functions defined there."""
    for each in statements:
        if isinstance(each, ast.Return):
            return True
        if isinstance(each, ast.If) and (_returns(each.body) or _returns(each.orelse)):
            return True
    return False


def _no_return(node: ast.While | ast.For) -> None:
    for each in ast.walk(node):
        if isinstance(each, ast.Return) and each in _own_returns(node.body):
            raise refusal(
                each,
                "a return inside a loop is not part of Gradwire's Python; set a variable and let the condition end it",
            )
    if node.orelse:
        raise refusal(node.orelse[0], "else after a loop is not part of Gradwire's Python; write it after the loop")


def _own_returns(statements: Sequence[ast.stmt]) -> list[ast.Return]:
    found: list[ast.Return] = []
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def _while(walker: Walker, node: ast.While) -> None:
    _no_return(node)
    if isinstance(node.test, ast.Constant) and node.test.value:
        raise refusal(node, "this loop never ends: its condition is always true; write the condition that ends it")
    looped(walker, node, lambda: _run(walker, node.body), lambda: condition(walker, node.test), None, lambda _: None)


def _run(walker: Walker, statements: Sequence[ast.stmt]) -> None:
    block(walker, statements, ())


def _for(walker: Walker, node: ast.For) -> None:
    _no_return(node)
    source = walker.evaluate(node.iter)
    if isinstance(source, Unknown):
        return
    parts = iterated(walker, node.iter, source)
    if isinstance(parts, Walk):
        looped(
            walker, node, lambda: _run(walker, node.body), None, parts, lambda item: assign(walker, node.target, item)
        )
        return
    for part in parts:
        assign(walker, node.target, part)
        _run(walker, node.body)


def assign(walker: Walker, target: ast.expr, value: Value) -> None:
    """Give a name, or names side by side, their values."""
    if isinstance(target, ast.Name):
        if target.id.startswith("__"):
            raise refusal(target, "names that start with two underlines are not part of Gradwire's Python")
        walker.frame.names[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        parts = _taken_apart(walker, target, value, len(target.elts))
        for each, part in zip(target.elts, parts, strict=True):
            assign(walker, each, part)
    elif isinstance(target, ast.Subscript):
        raise refusal(
            target,
            "parts of an array or list are not changed in place here; make a new one, as with np.where, np.concatenate "
            "or xs[:i] + [x] + xs[i + 1:]",
        )
    else:
        raise refusal(target, "only names are assigned here")


def _taken_apart(walker: Walker, target: ast.AST, value: Value, count: int) -> Sequence[Value]:
    if isinstance(value, Unknown):
        return [Unknown()] * count
    if is_array(value) and value.shape and int(value.shape[0]) == count:
        return [walker.recorded(target, lambda x, k: x[k], value, k) for k in range(count)]
    try:
        parts = [value[k] for k in range(len(value))] if not is_array(value) and not isinstance(value, dict) else []
    except TypeError:
        parts = []
    if len(parts) != count:
        raise refusal(target, f"{described(value)} cannot be taken apart into {count} names")
    return parts


def _assign(walker: Walker, node: ast.Assign) -> None:
    value = walker.evaluate(node.value)
    for target in node.targets:
        assign(walker, target, value)


def _annotated(walker: Walker, node: ast.AnnAssign) -> None:
    if node.value is None:
        raise refusal(node, "a type alone is not part of Gradwire's Python; types are inferred, assign a value")
    assign(walker, node.target, walker.evaluate(node.value))


def _augmented(walker: Walker, node: ast.AugAssign) -> None:
    if not isinstance(node.target, ast.Name):
        assign(walker, node.target, None)
    else:
        now = walker.name(node.target.id, node.target)
        assign(walker, node.target, binary(walker, node, node.op, now, walker.evaluate(node.value)))


def _define(walker: Walker, node: ast.FunctionDef) -> None:
    assign(walker, ast.copy_location(ast.Name(node.name, ast.Store()), node), closure(walker, node))


def _expression(walker: Walker, node: ast.Expr) -> None:
    if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
        walker.evaluate(node.value)
        raise refusal(node, "a line that only computes has no effect; assign it to a name or return it")


def _import(walker: Walker, node: ast.Import) -> None:
    for each in node.names:
        if each.name not in names.MODULES:
            raise refusal(node, f'"{each.name[:40]}" cannot be imported here; numpy (as np) and math are known')
        if each.asname is None and "." in each.name:
            raise refusal(node, f"write: import {each.name} as np")
        assign(
            walker,
            ast.copy_location(ast.Name(each.asname or each.name, ast.Store()), node),
            Module(names.MODULES[each.name]),
        )


def _pass(walker: Walker, node: ast.Pass) -> None:
    return


STATEMENTS: Final[Mapping[type[ast.stmt], Callable[[Walker, Any], None]]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.While: _while, ast.For: _for,
    ast.FunctionDef: _define, ast.Expr: _expression, ast.Import: _import, ast.Pass: _pass,
}  # fmt: skip
"""How each kind of statement is walked through, besides if and return."""
