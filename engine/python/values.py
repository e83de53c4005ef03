"""What the walker holds in its hands: numbers known before running, arrays being recorded, and the things between."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
from autograd.builtins import SequenceBox
from autograd.tracer import isbox

from engine.types import ArrayType

Value: TypeAlias = Any
"""A number, text or None known before running; a recorded array (a box); a tuple, list or dict of values; or one of the
records below."""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """The names of one call of a function, inside the frame the function was defined in."""

    names: dict[str, Value] = field(default_factory=dict)
    outer: Frame | None = None

    def find(self, name: str) -> Value | None:
        """Return the value of a name, or ABSENT."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return ABSENT


@dataclass(frozen=True, eq=False, slots=True)
class Closure:
    """A function of the text, and the frame it was defined in; `defaults` are values of its last parameters."""

    node: ast.FunctionDef | ast.Lambda
    frame: Frame
    defaults: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """What the text calls it."""
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "lambda"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(each.arg for each in (*self.node.args.posonlyargs, *self.node.args.args))


@dataclass(frozen=True, slots=True)
class Module:
    """np, math, np.linalg or np.fft: a prefix of names in our tables."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Callee:
    """A function out of our tables; `first` is the array whose method it is."""

    name: str
    function: Callable[..., Any]
    first: tuple[Value, ...] = ()


Making: TypeAlias = Callable[..., Value]
"""(walker, where, *arguments, **words) -> value."""


@dataclass(frozen=True, eq=False, slots=True)
class Maker:
    """A function of our tables that takes the walker too."""

    name: str
    make: Making


@dataclass(frozen=True, slots=True)
class DType:
    """A dtype by its name: np.float32, or the built-in float."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Walk:
    """What a for statement goes through besides tuples and lists: ranges and rows of arrays, side by side."""

    parts: tuple[Value, ...]
    """Arrays (their rows), Ranges."""
    single: bool
    """One part, given as it is; else a tuple of the parts."""
    nested: bool = False
    """The first part counts, the others come as a tuple: enumerate(zip(...))."""


@dataclass(frozen=True, eq=False, slots=True)
class Range:
    """start, start + step, ...: `count` numbers; each known before running, or a recorded whole number."""

    start: Value
    step: Value
    count: Value


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that has no value here, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a recursive call gives while its type is still being found out."""


ABSENT: Final = Missing("")
UNKNOWN: Final = Unknown()

Leaf: TypeAlias = Any


def flattened(value: Value) -> tuple[list[Leaf], Any]:
    """Return the leaves of a value, left to right, and its form without them (which `unflattened` takes)."""
    if isinstance(value, SequenceBox):
        value = tuple(value[k] for k in range(len(value)))
    if isinstance(value, tuple | list):
        parts = [flattened(each) for each in value]
        return [leaf for leaves, _ in parts for leaf in leaves], (type(value), tuple(form for _, form in parts))
    if isinstance(value, dict):
        parts = [flattened(each) for each in value.values()]
        return [leaf for leaves, _ in parts for leaf in leaves], (tuple(value), tuple(form for _, form in parts))
    return [value], None


def unfolds(value: Value, most: int, depth: int) -> bool:
    """Whether a value has at most so many parts, in nests at most so deep; parts that are shared count each time."""
    stack, count = [(value, 1)], 0
    while stack:
        each, level = stack.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, tuple | list) else ()
        count += len(inner)
        if count > most or (inner and level > depth):
            return False
        stack += [(part, level + 1) for part in inner if isinstance(part, tuple | list | dict)]
    return True


def unflattened(leaves: Sequence[Leaf], form: Any) -> Value:
    """Return the value of this form with these leaves."""
    rest = iter(leaves)

    def build(form: Any) -> Value:
        if form is None:
            return next(rest)
        kind, parts = form
        values = [build(part) for part in parts]
        return dict(zip(kind, values, strict=True)) if isinstance(kind, tuple) else kind(values)

    return build(form)


NUMBERS: Final = (bool, int, float, complex, np.bool_, np.number)


def is_number(value: Value) -> bool:
    """Whether a value is a number known before running."""
    return isinstance(value, NUMBERS)


def is_array(value: Value) -> bool:
    """Whether a value is recorded."""
    return isbox(value) and not isinstance(value, SequenceBox)


def type_of_leaf(value: Leaf) -> ArrayType | None:
    """Return the type of an array or number; None for anything else."""
    if is_array(value):
        return ArrayType(tuple(value.shape), value.dtype.name)
    if is_number(value):
        return ArrayType((), np.asarray(value).dtype.name)
    return None


def described(value: Value) -> str:
    """Return what a person would call a value: "float64 (3,)", "the number 2", "a tuple of 2"."""
    match value:
        case None:
            return "None"
        case str():
            return "a text"
        case tuple() | list():
            return f"a {type(value).__name__} of {len(value)}"
        case dict():
            return "a dict"
        case Closure():
            return f"the function {value.name}"
        case Callee() | Maker():
            return f"the function {value.name}"
        case Module():
            return f"the module {value.name}"
        case DType():
            return f"the dtype {value.name}"
        case Walk() | Range():
            return "a range"
        case _ if is_array(value):
            return str(type_of_leaf(value))
        case _ if is_number(value):
            return f"the number {value}"
        case _:
            return "a value"
