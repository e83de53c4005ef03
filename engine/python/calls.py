"""Calls: of the text's own functions (recorded in place, or by name where they call themselves) and of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from engine.program import structure
from engine.python import names
from engine.python.closures import closure
from engine.python.expressions import truth
from engine.python.makers import array, dtype_of, parts_of
from engine.python.refusal import refusal
from engine.python.statements import assign, body_value
from engine.python.values import (
    UNKNOWN,
    Callee,
    Closure,
    DType,
    Frame,
    Maker,
    Unknown,
    Value,
    described,
    flattened,
    is_array,
    type_of_leaf,
    unflattened,
)  # fmt: skip
from engine.python.walker import CALLS, Walker, expression

OF_SOMETHING: Final = frozenset({"mean", "var", "std", "max", "min", "amax", "amin", "argmax", "argmin"})
"""Functions that have no value where there are no elements."""


@expression(ast.Call)
def _call(walker: Walker, node: ast.Call) -> Value:
    function = walker.evaluate(node.func)
    arguments = [walker.evaluate(each) for each in node.args]
    words: dict[str, Value] = {}
    for each in node.keywords:
        if each.arg is None:
            raise refusal(node, "'**' in a call is not part of Gradwire's Python; name each argument")
        words[each.arg] = walker.evaluate(each.value)
    return called(walker, node, function, arguments, words)


def called(walker: Walker, node: ast.AST, function: Value, arguments: list[Value], words: dict[str, Value]) -> Value:
    """Return function(*arguments, **words) for whatever can be called."""
    if isinstance(function, Unknown):
        return function
    if isinstance(function, Closure):
        return applied(walker, node, function, arguments, words)
    if isinstance(function, Maker):
        return _made(walker, node, function, arguments, words)
    if isinstance(function, DType):
        return (
            array(walker, node, arguments[0], function) if len(arguments) == 1 and not words else _one(node, function)
        )
    if isinstance(function, Callee):
        return _library(walker, node, function, arguments, words)
    raise refusal(node, f"{described(function)} cannot be called")


def _one(node: ast.AST, function: DType) -> Value:
    raise refusal(node, f"np.{function.name} takes one argument")


def _made(walker: Walker, node: ast.AST, maker: Maker, arguments: list[Value], words: dict[str, Value]) -> Value:
    if any(isinstance(each, Unknown) for each in (*arguments, *words.values())):
        return Unknown()
    try:
        return maker.make(walker, node, *arguments, **words)
    except TypeError:
        raise refusal(node, f"{maker.name} is called with other arguments than it takes") from None


def _library(walker: Walker, node: ast.AST, callee: Callee, arguments: list[Value], words: dict[str, Value]) -> Value:
    if callee.name == "astype":
        if len(arguments) != 1 or words:
            raise refusal(node, "astype takes one dtype")
        return walker.scope.array(callee.first[0], dtype_of(node, arguments[0], ""))
    if callee.first and callee.name in ("reshape", "transpose") and len(arguments) > 1:
        arguments = [tuple(arguments)]
    given = [*callee.first, *arguments]
    leaves = flattened([given, list(words.values())])[0]
    if any(isinstance(each, Unknown) for each in leaves):
        return Unknown()
    if "out" in words:
        raise refusal(node, "'out' is not part of Gradwire's Python; use the result")
    structural = [
        *words.values(),
        *(given[1:] if names.METHODS.get(callee.name, callee.name) in names.KNOWN_BEFORE else []),
    ]
    if any(is_array(each) and each.shape == () for each in flattened(structural)[0]):
        raise refusal(
            node, f"np.{callee.name} needs its counts, axes and shapes known before running: write them as numbers"
        )
    if isinstance(words.get("dtype"), DType | Maker):
        words = {**words, "dtype": dtype_of(node, words["dtype"], "")}
    for each in leaves:
        if isinstance(each, Closure | Callee | Maker):
            raise refusal(node, f"{described(each)} cannot be handed to np.{callee.name}; call it, or write a for")
    if callee.name in OF_SOMETHING and given:
        _require_elements(node, callee.name, given, words)
    return walker.recorded(node, callee.function, *given, **words)


def _require_elements(node: ast.AST, name: str, given: list[Value], words: dict[str, Value]) -> None:
    """Refuse the mean, the largest element, ... of no elements, which has no value."""
    array, axis = given[0], words.get("axis", given[1] if len(given) > 1 else None)
    shape = tuple(array.shape) if is_array(array) else ()
    gone = range(len(shape)) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    if any(isinstance(each, int) and -len(shape) <= each < len(shape) and shape[each] == 0 for each in gone):
        raise refusal(node, f"np.{name} of an array of shape {shape} has no value: there are no elements to take it of")


# ----- functions of the text -----


@expression(ast.Lambda)
def _lambda(walker: Walker, node: ast.Lambda) -> Value:
    return closure(walker, node)


def bound(node: ast.AST, function: Closure, arguments: list[Value], words: dict[str, Value]) -> dict[str, Value]:
    """Return what each parameter stands for; refuse what is missing or too much."""
    wanted = function.parameters
    if len(arguments) > len(wanted):
        raise refusal(node, f"{function.name} takes {len(wanted)} arguments, {len(arguments)} are given")
    found = dict(zip(wanted, arguments, strict=False))
    for name, value in words.items():
        if name not in wanted or name in found:
            raise refusal(node, f'{function.name} has no free argument "{name}"')
        found[name] = value
    for name, value in zip(reversed(wanted), reversed(function.defaults), strict=False):
        found.setdefault(name, value)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise refusal(node, f'the argument "{missing[0]}" of {function.name} is not given')
    return {name: found[name] for name in wanted}


class _CallsItself(Exception):
    """A function was called with the same types while it is being recorded."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self.key = key


def applied(walker: Walker, node: ast.AST, function: Closure, arguments: list[Value], words: dict[str, Value]) -> Value:
    """Return what a function of the text gives."""
    values = bound(node, function, arguments, words)
    key = _key(function, values)
    if key in walker.recursive:
        return _call_of(walker, node, walker.recursive[key], values)
    if any(each == key for each in walker.active):
        raise _CallsItself(key)
    if len(walker.active) >= CALLS:
        raise refusal(node, f"calls nest deeper than {CALLS}; let the depth depend on an array, or write a loop")
    work = walker.work
    try:
        with _inside(walker, key, Frame(dict(values), function.frame)):
            return body_value(walker, function)
    except _CallsItself as signal:
        if signal.key != key:
            raise
        walker.work = work
        return _recursive(walker, node, function, values, key)


@contextmanager
def _inside(walker: Walker, key: Any, frame: Frame) -> Iterator[None]:
    before, scope = walker.frame, walker.scope
    walker.frame = frame
    walker.active.append(key)
    try:
        yield
    finally:
        walker.active.pop()
        walker.frame, walker.scope = before, scope


def _key(function: Closure, values: dict[str, Value]) -> Any:
    """Return what tells one kind of call from another: the function, the types of arrays, everything else as it is."""
    leaves, form = flattened(tuple(values.values()))
    return function.node, id(function.frame), form, tuple(_leaf_key(each) for each in leaves)


def _leaf_key(leaf: Any) -> Any:
    kind = type_of_leaf(leaf) if is_array(leaf) else None
    if kind is not None:
        return kind
    return (type(leaf), leaf) if isinstance(leaf, int | float | complex | str | bool | None) else id(leaf)


class _Recursive:
    """A function that calls itself: its name among the program's functions, and what is known of it so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.result: Value = UNKNOWN
        self.form: Any = None
        self.kinds: list[Any] = []
        self.outer: list[Any] = []
        """Boxes of the scope around the outermost call that the function reads."""


def _recursive(walker: Walker, node: ast.AST, function: Closure, values: dict[str, Value], key: Any) -> Value:
    """Record a function that calls itself as a program of its own, and the call of it."""
    found = _Recursive(f"{function.name}_{len(walker.recursive) + 1}")
    walker.recursive[key] = found
    before, functions = dict(walker.recursive), walker.scope.recorder.functions
    programs = dict(functions)
    for _ in range(8):
        kinds, read = list(found.kinds), len(found.outer)
        walker.recursive = dict(before)
        functions.clear()
        functions.update(programs)
        _record(walker, node, function, values, key, found)
        if found.kinds == kinds and len(found.outer) == read and found.kinds:
            return _call_of(walker, node, found, values)
    raise refusal(node, f"what {function.name} gives cannot be told: each call gives another type, or none ever ends")


def _record(
    walker: Walker, node: ast.AST, function: Closure, values: dict[str, Value], key: Any, found: _Recursive
) -> None:
    scope = walker.scope.within()
    leaves, form = flattened(tuple(values.values()))
    boxes = [scope.input(name, kind) for name, kind in _array_kinds(values)]
    rest = iter(boxes)
    inside = unflattened([next(rest) if is_array(each) else each for each in leaves], form)
    for outer in found.outer:
        scope.local(outer)
    with walker.within(scope), _inside(walker, key, Frame(dict(zip(values, inside, strict=True)), function.frame)):
        walker.scope = scope
        result = body_value(walker, function)
    given, result_form = flattened(result)
    if any(isinstance(each, Unknown) for each in given):
        raise refusal(
            node, f"{function.name} never ends: every way through it calls it again; return a value in some case"
        )
    outputs = []
    for each in given:
        kind = type_of_leaf(each)
        if kind is None:
            raise refusal(node, f"{function.name} calls itself and gives {described(each)}; give arrays and numbers")
        outputs.append(scope.array(each, kind.dtype))
    found.form, found.kinds = result_form, [type_of_leaf(each) for each in given]
    found.outer = scope.outside
    scope.recorder.functions[found.name] = scope.program(outputs, [*boxes, *scope.capture(found.outer)])


def _array_kinds(values: dict[str, Value]) -> list[tuple[str, Any]]:
    """Return (what it is called, its type) of each array among the arguments of a call."""
    found = []
    for name, value in values.items():
        leaves = flattened(value)[0]
        found += [
            (name if len(leaves) == 1 else f"{name}_{k}", type_of_leaf(each))
            for k, each in enumerate(leaves)
            if is_array(each)
        ]
    return found


def _call_of(walker: Walker, node: ast.AST, found: _Recursive, values: dict[str, Value]) -> Value:
    if not found.kinds:
        return Unknown()
    arrays = [walker.scope.local(each) for each in flattened(tuple(values.values()))[0] if is_array(each)]
    outer = [walker.scope.local(each) for each in found.outer]
    recorder = walker.scope.recorder
    recorder.origin = walker.origin
    boxes = structure.call(recorder, found.name, [*arrays, *outer], tuple(found.kinds))
    return unflattened(list(boxes), found.form)


# ----- comprehensions -----


def _parts(walker: Walker, node: Any) -> Iterator[None]:
    """Assign the variable of a comprehension to each part in turn."""
    if len(node.generators) != 1 or node.generators[0].is_async:
        raise refusal(node, "a comprehension has one for here; nest lists instead")
    rule = node.generators[0]
    source = walker.evaluate(rule.iter)
    parts = parts_of(walker, rule.iter, source)
    if parts is None and is_array(source) and source.shape:
        parts = tuple(walker.recorded(node, lambda x, k: x[k], source, k) for k in range(int(source.shape[0])))
    if parts is None:
        raise refusal(rule.iter, f"a comprehension goes through what is known before running, not {described(source)}")
    frame = walker.frame
    walker.frame = Frame({}, frame)
    try:
        for part in parts:
            assign(walker, rule.target, part)
            tests = (walker.evaluate(each) for each in rule.ifs)
            if all(truth(walker, node, each) for each in tests):
                yield
    finally:
        walker.frame = frame


@expression(ast.ListComp)
def _list_comprehension(walker: Walker, node: ast.ListComp) -> Value:
    return [walker.evaluate(node.elt) for _ in _parts(walker, node)]


@expression(ast.GeneratorExp)
def _generator(walker: Walker, node: ast.GeneratorExp) -> Value:
    return [walker.evaluate(node.elt) for _ in _parts(walker, node)]


@expression(ast.DictComp)
def _dict_comprehension(walker: Walker, node: ast.DictComp) -> Value:
    found: dict[Any, Value] = {}
    for _ in _parts(walker, node):
        key = walker.evaluate(node.key)
        if not isinstance(key, str | int):
            raise refusal(
                node.key, f"a dict's keys are texts or whole numbers known before running, not {described(key)}"
            )
        found[key] = walker.evaluate(node.value)
    return found
