"""Expressions: names, numbers, arithmetic, comparisons, parts of things."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from engine.python import names
from engine.python.branches import branched
from engine.python.makers import MAKERS, PARTS
from engine.python.refusal import refusal
from engine.python.values import (
    Callee,
    DType,
    Module,
    Range,
    Unknown,
    Value,
    Walk,
    described,
    is_array,
    is_number,
)  # fmt: skip
from engine.python.walker import Walker, expression

BITS: Final = 512
"""Whole numbers known before running may take this many bits."""

BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
ON_ARRAYS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: anp.add, ast.Sub: anp.subtract, ast.Mult: anp.multiply, ast.Div: anp.divide,
    ast.FloorDiv: anp.floor_divide, ast.Mod: anp.mod, ast.Pow: anp.power, ast.MatMult: anp.matmul,
    ast.BitAnd: anp.bitwise_and, ast.BitOr: anp.bitwise_or, ast.BitXor: anp.bitwise_xor,
}  # fmt: skip
UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
UNARY_ON_ARRAYS: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: anp.negative, ast.UAdd: lambda x: x, ast.Invert: anp.invert,
}  # fmt: skip
COMPARED: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
COMPARED_ARRAYS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: anp.equal, ast.NotEq: anp.not_equal, ast.Lt: anp.less, ast.LtE: anp.less_equal, ast.Gt: anp.greater,
    ast.GtE: anp.greater_equal,
}  # fmt: skip
SYMBOLS: Final[Mapping[type[ast.AST], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.USub: "-", ast.UAdd: "+", ast.Not: "not", ast.Invert: "~",
}  # fmt: skip


@expression(ast.Constant)
def _constant(walker: Walker, node: ast.Constant) -> Value:
    value = node.value
    if isinstance(value, bool | float | complex | str) or value is None:
        return value
    if value is Ellipsis:
        return Ellipsis
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise refusal(node, "whole numbers must be smaller than 2**63; write a decimal point for larger ones")
        return value
    raise refusal(node, f"a constant of type {type(value).__name__} is not part of Gradwire's Python; use numbers")


@expression(ast.Name)
def _name(walker: Walker, node: ast.Name) -> Value:
    return walker.name(node.id, node)


@expression(ast.Tuple)
def _tuple(walker: Walker, node: ast.Tuple) -> Value:
    return tuple(walker.evaluate(each) for each in node.elts)


@expression(ast.List)
def _list(walker: Walker, node: ast.List) -> Value:
    return [walker.evaluate(each) for each in node.elts]


@expression(ast.Dict)
def _dict(walker: Walker, node: ast.Dict) -> Value:
    found: dict[Any, Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            raise refusal(node, "'**' in a dict is not part of Gradwire's Python; name each value")
        name = walker.evaluate(key)
        if not isinstance(name, str | int):
            raise refusal(key, f"a dict's keys are texts or whole numbers known before running, not {described(name)}")
        found[name] = walker.evaluate(value)
    return found


@expression(ast.BinOp)
def _binary(walker: Walker, node: ast.BinOp) -> Value:
    return binary(walker, node, node.op, walker.evaluate(node.left), walker.evaluate(node.right))


def binary(walker: Walker, where: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
    """Return left op right."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown()
    symbol = SYMBOLS[type(op)]
    if is_array(left) or is_array(right):
        for each in (left, right):
            if not (is_array(each) or is_number(each)):
                raise refusal(where, f"'{symbol}' joins arrays and numbers, not {described(each)}")
        return walker.recorded(where, ON_ARRAYS[type(op)], left, right)
    if is_number(left) and is_number(right):
        return _numbers(where, op, left, right)
    sequences = (tuple, list)
    if isinstance(op, ast.Add) and type(left) is type(right) and isinstance(left, sequences):
        return _bounded(where, len(left) + len(right)) and left + right
    if isinstance(op, ast.Mult):
        items, times = (left, right) if isinstance(left, sequences) else (right, left)
        if isinstance(items, sequences) and isinstance(times, int):
            return items * max(times, 0) if _bounded(where, len(items) * max(times, 0)) else items
    raise refusal(where, f"'{symbol}' does not join {described(left)} and {described(right)}")


def _bounded(where: ast.AST, count: int) -> bool:
    if count > PARTS:
        raise refusal(where, f"this would be a tuple or list of {count} parts; at most {PARTS} fit, use an array")
    return True


def _numbers(where: ast.AST, op: ast.operator, left: Any, right: Any) -> Value:
    if isinstance(op, ast.MatMult):
        raise refusal(where, "'@' joins arrays, not numbers")
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if isinstance(op, ast.Pow) else left.bit_length() + right.bit_length()
        if bits > BITS:
            raise refusal(where, "this whole number is too large; write a decimal point to compute with fractions")
    try:
        result = BINARY[type(op)](left, right)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise refusal(where, f"this number cannot be computed: {error}") from None
    if isinstance(result, int) and abs(result) >= 2**63:
        raise refusal(where, "whole numbers must be smaller than 2**63; write a decimal point for larger ones")
    return result


@expression(ast.UnaryOp)
def _unary(walker: Walker, node: ast.UnaryOp) -> Value:
    value = walker.evaluate(node.operand)
    if isinstance(value, Unknown):
        return value
    if isinstance(node.op, ast.Not):
        if is_array(value):
            return walker.recorded(node, anp.logical_not, value)
        return not truth(walker, node, value)
    if is_array(value):
        return walker.recorded(node, UNARY_ON_ARRAYS[type(node.op)], value)
    if is_number(value) and not (isinstance(node.op, ast.Invert) and not isinstance(value, int)):
        return UNARY[type(node.op)](value)
    raise refusal(node, f"'{SYMBOLS[type(node.op)]}' needs an array or a number, not {described(value)}")


def truth(walker: Walker, where: ast.AST, value: Value) -> bool:
    """Return whether a value known before running counts as true."""
    if value is None or is_number(value) or isinstance(value, str | tuple | list | dict):
        return bool(value)
    raise refusal(where, f"{described(value)} is neither true nor false")


@expression(ast.BoolOp)
def _boolean(walker: Walker, node: ast.BoolOp) -> Value:
    joins_and = isinstance(node.op, ast.And)
    found: Value = None
    for number, each in enumerate(node.values):
        value = walker.evaluate(each)
        if isinstance(value, Unknown):
            return value
        if is_array(value):
            value = _scalar_truth(walker, each, value)
        if is_array(found) or (is_array(value) and number):
            found = walker.recorded(node, anp.logical_and if joins_and else anp.logical_or, found, value)
        else:
            found = value
        if not is_array(found) and truth(walker, each, found) is not joins_and:
            return found
    return found


def _scalar_truth(walker: Walker, where: ast.AST, value: Value) -> Value:
    if value.shape != ():
        raise refusal(where, "and, or and if need one truth value; this array has several: use np.all or np.any")
    return value if value.dtype == np.bool_ else walker.recorded(where, anp.not_equal, value, 0)


@expression(ast.Compare)
def _compare(walker: Walker, node: ast.Compare) -> Value:
    left = walker.evaluate(node.left)
    found: Value = True
    for op, each in zip(node.ops, node.comparators, strict=True):
        right = walker.evaluate(each)
        one = _compared(walker, node, op, left, right)
        if isinstance(one, Unknown):
            return one
        found = one if found is True else walker.recorded(node, anp.logical_and, found, one)
        if found is False:
            return False
        left = right
    return found


def _compared(walker: Walker, where: ast.AST, op: ast.cmpop, left: Value, right: Value) -> Value:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown()
    if isinstance(op, ast.Is | ast.IsNot):
        if left is not None and right is not None:
            raise refusal(where, "'is' compares with None only; use == for numbers")
        return (left is right) is isinstance(op, ast.Is)
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, dict) or not isinstance(left, str | int):
            raise refusal(where, "'in' asks whether a dict has a key known before running")
        return (left in right) is isinstance(op, ast.In)
    if is_array(left) or is_array(right):
        for each in (left, right):
            if not (is_array(each) or is_number(each)):
                raise refusal(where, f"an array cannot be compared with {described(each)}")
        return walker.recorded(where, COMPARED_ARRAYS[type(op)], left, right)
    comparable = (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))
    if not comparable and not isinstance(op, ast.Eq | ast.NotEq):
        raise refusal(where, f"{described(left)} and {described(right)} have no order")
    if not comparable and not all(isinstance(each, tuple) and all(map(is_number, each)) for each in (left, right)):
        raise refusal(where, f"{described(left)} and {described(right)} cannot be compared")
    try:
        return bool(COMPARED[type(op)](left, right))
    except TypeError:
        raise refusal(where, f"{described(left)} and {described(right)} have no order") from None


@expression(ast.IfExp)
def _conditional(walker: Walker, node: ast.IfExp) -> Value:
    test = walker.evaluate(node.test)
    if isinstance(test, Unknown):
        walker.evaluate(node.body)
        return walker.evaluate(node.orelse)
    if not is_array(test):
        return walker.evaluate(node.body if truth(walker, node.test, test) else node.orelse)
    return branched(
        walker, node, _scalar_truth(walker, node.test, test),
        lambda: walker.evaluate(node.body), lambda: walker.evaluate(node.orelse),
    )  # fmt: skip


def condition(walker: Walker, node: ast.expr) -> Value:
    """Return the test of an if or a while: True, False, or a recorded truth value."""
    test = walker.evaluate(node)
    if is_array(test):
        return _scalar_truth(walker, node, test)
    return test if isinstance(test, Unknown) else truth(walker, node, test)


# ----- parts of things -----

SHAPE: Final[Mapping[str, Callable[[Any], Value]]] = {
    "shape": lambda x: tuple(int(n) for n in x.shape),
    "ndim": lambda x: int(x.ndim),
    "size": lambda x: int(x.size),
    "dtype": lambda x: DType(x.dtype.name),
}
PARTS_OF: Final[Mapping[str, Callable[[Any], Any]]] = {
    "T": anp.transpose, "real": anp.real, "imag": anp.imag,
}  # fmt: skip


@expression(ast.Attribute)
def _attribute(walker: Walker, node: ast.Attribute) -> Value:
    name = node.attr
    if name.startswith("_"):
        raise refusal(node, f'names that start with "_" are not reached from here ("{name[:40]}")')
    value = walker.evaluate(node.value)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Module):
        return _of_module(node, value, name)
    if is_array(value):
        if name in SHAPE:
            return SHAPE[name](value)
        if name in PARTS_OF:
            return walker.recorded(node, PARTS_OF[name], value)
        if name == "astype" or name in names.METHODS:
            return Callee(name, _astype if name == "astype" else names.FUNCTIONS[names.METHODS[name]], (value,))
    if isinstance(value, dict) and name in ("keys", "values", "items"):
        parts = tuple(getattr(value, name)())
        return Callee(name, lambda: parts)
    if isinstance(value, list) and name in ("append", "extend", "insert", "pop"):
        raise refusal(node, f"lists are not changed in place here; write xs = xs + [x] instead of {name}")
    raise refusal(node, f'{described(value)} has no "{name[:40]}" here')


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _of_module(node: ast.Attribute, module: Module, name: str) -> Value:
    if module.name == "math":
        if name in names.MATH:
            return Callee(name, names.FUNCTIONS[names.MATH[name]])
        if name in names.CONSTANTS:
            return names.CONSTANTS[name]
        raise refusal(node, f'math has no "{name[:40]}" here; see the list of functions in the guide')
    path = name if module.name == "np" else f"{module.name.removeprefix('np.')}.{name}"
    if path in ("linalg", "fft"):
        return Module(f"np.{path}")
    if path in names.CONSTANTS:
        return names.CONSTANTS[path]
    if path in names.DTYPES:
        return DType(names.DTYPES[path])
    if path in names.FUNCTIONS:
        return Callee(path, names.FUNCTIONS[path])
    if path in MAKERS:
        return MAKERS[path]
    raise refusal(node, f'"{module.name}.{name[:40]}" is not among the functions known here; see the list in the guide')


@expression(ast.Slice)
def _slice(walker: Walker, node: ast.Slice) -> Value:
    ends = [None if each is None else walker.evaluate(each) for each in (node.lower, node.upper, node.step)]
    for each in ends:
        if each is not None and not isinstance(each, int):
            raise refusal(node, f"the ends of a slice are whole numbers known before running, not {described(each)}")
    return slice(*ends)


@expression(ast.Subscript)
def _subscript(walker: Walker, node: ast.Subscript) -> Value:
    value, at = walker.evaluate(node.value), walker.evaluate(node.slice)
    if isinstance(value, Unknown) or isinstance(at, Unknown):
        return Unknown()
    if is_array(value):
        _require_index(node, value, at)
        return walker.recorded(node, lambda x, place: x[place], value, at)
    if is_array(at) and isinstance(value, tuple | list):
        raise refusal(
            node, "a tuple or list is taken apart by whole numbers known before running; use an array (np.stack)"
        )
    if not isinstance(value, tuple | list | dict):
        raise refusal(node, f"{described(value)} has no parts")
    try:
        return value[at]
    except KeyError:
        raise refusal(node, f"the dict has no key {at!r}") from None
    except (IndexError, TypeError):
        raise refusal(node, f"{described(value)} has no part {described(at)}") from None


def _require_index(where: ast.AST, value: Value, at: Value) -> None:
    parts = at if isinstance(at, tuple) else (at,)
    for each in parts:
        whole = is_array(each) and each.dtype.kind in "iu"
        if not (whole or isinstance(each, int | slice) or each is None or each is Ellipsis) or isinstance(each, bool):
            raise refusal(
                where, f"an array is indexed by whole numbers, slices and whole arrays, not {described(each)}"
            )
    given = sum(1 for each in parts if each is not None and each is not Ellipsis)
    if given > len(value.shape):
        raise refusal(where, f"{given} indices are given for an array of {len(value.shape)} axes {tuple(value.shape)}")
    if Ellipsis not in [each for each in parts if not is_array(each)]:
        axes = iter(value.shape)
        for each in parts:
            size = 0 if each is None else next(axes)
            if isinstance(each, int) and not -size <= each < size:
                raise refusal(where, f"index {each} is out of range: the axis has {size} elements")


def iterated(walker: Walker, where: ast.AST, value: Value) -> tuple[Value, ...] | Walk:
    """Return the parts of what a for goes through: known ones, or ranges and arrays to walk along."""
    if isinstance(value, tuple | list):
        return tuple(value)
    if isinstance(value, dict):
        return tuple(value)
    if isinstance(value, Walk):
        return value
    if isinstance(value, Range):
        return Walk((value,), True)
    if is_array(value):
        if value.shape == ():
            raise refusal(where, "a single number cannot be gone through; use range")
        return Walk((value,), True)
    raise refusal(where, f"a for cannot go through {described(value)}")
