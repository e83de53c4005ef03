"""Algebraic rewriting: the same numbers by fewer and cheaper operations.

What is left alone, as it would change special values: 0 x (x may be infinite or NaN), x - x, x / x, a sum in another
order, x ** 0.5 (differs from sqrt at -inf), negative powers but -1. Every rule keeps NaN and infinities. What changes:
the last digits of products of constants and of cubes; and -0.0, where a rule says so, becomes 0.0 or the other way
round.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from engine.program.passes.dead import drop_dead
from engine.program.passes.rewriting import ELEMENTWISE, Rewriter, Rule, rewrite
from engine.program.program import Equation, Program, Var
from engine.types import DYNAMIC, ArrayType

Found = Var | Equation | None
MODERATE = {"float16": 1e2, "float32": 1e15, "float64": 1e100}
"""By dtype: constants between this and its inverse are multiplied with each other, so that their product is a number of
that dtype with all its digits."""


def simplify_algebra(program: Program) -> Program:
    """Return the program with the rules below applied, to 1e-12 (most of them to the bit)."""
    return drop_dead(rewrite(program, RULES))


# ----- neutral elements -----


def _neutral(number: float, places: Sequence[int]) -> Rule:
    """x * 1, x / 1, x + 0, x - 0, x ** 1: x. (-0.0 + 0.0 is 0.0, and becomes -0.0 here.)"""

    def rule(work: Rewriter, equation: Equation) -> Found:
        for place in places:
            other = equation.arguments[1 - place]
            if work.number(equation.arguments[place]) == number and type(other) is Var:
                return other
        return None

    return rule


def _first(work: Rewriter, equation: Equation) -> Found:
    """What is the identity forward and matters only to derivatives."""
    first = equation.arguments[0]
    return first if type(first) is Var else None


def _same_type(work: Rewriter, equation: Equation) -> Found:
    """A cast to its own dtype, an expansion or a reshape to its own shape."""
    first = equation.arguments[0]
    return first if work.type(first) == work.types.get(equation.output) and type(first) is Var else None


def _both_alike(first: int) -> Rule:
    """where(c, x, x), maximum(x, x): x."""

    def rule(work: Rewriter, equation: Equation) -> Found:
        x, y = equation.arguments[first : first + 2]
        return x if type(x) is Var and x == y else None

    return rule


def _whole(work: Rewriter, equation: Equation) -> Found:
    """x[...], x[:]: x."""
    x, place = equation.arguments
    parts = place if type(place) is tuple else (place,)
    whole = all(each is Ellipsis or (type(each) is slice and each == slice(None)) for each in parts)
    return x if whole and type(x) is Var else None


# ----- signs -----


def _double_negative(work: Rewriter, equation: Equation) -> Found:
    """-(-x): x."""
    inner = work.by(equation.arguments[0], "numpy.negative")
    return inner.arguments[0] if inner else None


def _added_negative(work: Rewriter, equation: Equation) -> Found:
    """x + (-y): x - y; (-x) + y: y - x."""
    for place in (1, 0):
        inner = work.by(equation.arguments[place], "numpy.negative")
        if inner:
            arguments = (equation.arguments[1 - place], inner.arguments[0])
            return replace(equation, primitive="numpy.subtract", arguments=arguments)
    return None


def _subtracted_negative(work: Rewriter, equation: Equation) -> Found:
    """x - (-y): x + y."""
    inner = work.by(equation.arguments[1], "numpy.negative")
    return (
        replace(equation, primitive="numpy.add", arguments=(equation.arguments[0], inner.arguments[0]))
        if inner
        else None
    )


def _multiplied_negatives(work: Rewriter, equation: Equation) -> Found:
    """(-x) * (-y): x * y, and the same for division."""
    inner = [work.by(each, "numpy.negative") for each in equation.arguments]
    if inner[0] and inner[1]:
        return replace(equation, arguments=(inner[0].arguments[0], inner[1].arguments[0]))
    return None


# ----- powers -----


def _square(work: Rewriter, equation: Equation) -> Found:
    """square(x): x * x."""
    (x,) = equation.arguments
    if equation.settings or not _real(work, x):
        return None
    return replace(equation, primitive="numpy.multiply", arguments=(x, x))


def _power(work: Rewriter, equation: Equation) -> Found:
    """x ** 1: x; x ** 2: x * x; x ** 3: x * x * x; x ** 4: (x * x) * (x * x); x ** -1: 1 / x."""
    x, exponent = equation.arguments
    wanted = work.number(exponent)
    kind = work.type(x)
    if equation.settings or not _real(work, x) or kind is None or kind != work.types.get(equation.output):
        return None
    if wanted == 1:
        return x  # type: ignore[no-any-return]
    if wanted == -1:
        return replace(equation, primitive="numpy.divide", arguments=(1.0, x))
    if wanted not in (2, 3, 4):
        return None
    square = x if wanted == 2 else work.emit("numpy.multiply", (x, x), kind, equation.origin)
    return replace(equation, primitive="numpy.multiply", arguments=(square, square if wanted == 4 else x))


def _real(work: Rewriter, value: Any) -> bool:
    kind = work.type(value)
    return kind is not None and kind.dtype.startswith("float")


# ----- constants -----


def _constants_together(work: Rewriter, equation: Equation) -> Found:
    """a * (b * x): (a b) * x; a * (-x): (-a) * x; for numbers of moderate size.

    Not where b enlarges and a makes smaller: b * x may be infinite where (a b) * x is not.
    """
    for place in (0, 1):
        factor, other = work.number(equation.arguments[place]), equation.arguments[1 - place]
        kind = work.type(other)
        if factor is None or kind is None or not kind.dtype.startswith("float"):
            continue
        if kind.dtype != work.types[equation.output].dtype or work.uses[other] > 1:
            continue
        inner = work.by(other, "numpy.negative")
        if inner:
            return replace(equation, arguments=(-float(factor), inner.arguments[0]))
        inner = work.by(other, "numpy.multiply")
        if inner is None:
            continue
        for at in (0, 1):
            second, x = work.number(inner.arguments[at]), inner.arguments[1 - at]
            known = work.type(x)
            if second is None or known is None or known.dtype != kind.dtype:
                continue
            most = MODERATE.get(kind.dtype, 1.0)
            moderate = all(1 / most <= abs(number) <= most for number in (factor, second))
            if moderate and (abs(second) <= 1 or abs(factor) >= 1):
                return replace(equation, arguments=(float(factor) * float(second), x))
    return None


def _times_inverse(work: Rewriter, equation: Equation) -> Found:
    """x * (1 / y): x / y."""
    for place in (0, 1):
        inner = work.by(equation.arguments[place], "numpy.divide")
        if inner and work.number(inner.arguments[0]) == 1 and work.uses[inner.output] <= 1:
            other = equation.arguments[1 - place]
            return replace(equation, primitive="numpy.divide", arguments=(other, inner.arguments[1]))
    return None


# ----- shapes -----


def _over_length_one(work: Rewriter, equation: Equation) -> Found:
    """A reduction over axes of length one: the same numbers in another shape. (A sum makes 0.0 of -0.0.)"""
    x, kind = equation.arguments[0], work.types[equation.output]
    given = work.type(x)
    if given is None or given.dtype != kind.dtype or DYNAMIC in given.shape:
        return None
    if set(dict(equation.settings)) - {"axis", "keepdims"} or len(equation.arguments) > 2:
        return None
    size = math.prod(given.shape)
    if size == 0 or size != math.prod(kind.shape):
        return None
    if given == kind:
        return x  # type: ignore[no-any-return]
    return Equation("numpy.reshape", (x, kind.shape), (), equation.output, equation.origin)


def _reshaped(work: Rewriter, equation: Equation) -> Found:
    """reshape(reshape(x)): reshape(x); reshape(expand(scalar)): expand(scalar)."""
    if len(equation.arguments) != 2 or equation.settings:
        return None
    x, kind = equation.arguments[0], work.types[equation.output]
    for name in ("numpy.reshape", "numpy.expand_dims", "numpy.squeeze"):
        inner = work.by(x, name)
        if inner and not inner.settings and type(inner.arguments[0]) is Var and DYNAMIC not in kind.shape:
            return replace(equation, arguments=(inner.arguments[0], kind.shape))
    inner = work.by(x, "gradwire.expand")
    if inner and work.shape(inner.arguments[0]) == ():
        return replace(inner, arguments=(inner.arguments[0], kind.shape), output=equation.output)
    return None


def _expanded_twice(work: Rewriter, equation: Equation) -> Found:
    """expand(expand(x)): expand(x)."""
    inner = work.by(equation.arguments[0], "gradwire.expand")
    return replace(equation, arguments=(inner.arguments[0], equation.arguments[1])) if inner else None


def _permuted_twice(work: Rewriter, equation: Equation) -> Found:
    """transpose(transpose(x)): x, or one transpose; a transpose of less than two axes: x."""
    x = equation.arguments[0]
    order = permutation(work, equation)
    if order is None or type(x) is not Var:
        return None
    if order == tuple(range(len(order))):
        return x
    made = work.made.get(x)
    first = permutation(work, made) if made is not None else None
    if made is None or first is None:
        return None
    both = tuple(first[k] for k in order)
    inner = made.arguments[0]
    if both == tuple(range(len(both))):
        return inner if type(inner) is Var else None
    if both == tuple(range(len(both)))[::-1]:
        return Equation("numpy.transpose", (inner,), (), equation.output, equation.origin)
    return Equation("numpy.transpose", (inner, both), (), equation.output, equation.origin)


def permutation(work: Rewriter, equation: Equation) -> tuple[int, ...] | None:
    """Return the order of axes that an equation puts its argument in; None where it does something else."""
    given = work.type(equation.arguments[0]) if equation.arguments else None
    if given is None or equation.primitive not in _PERMUTING:
        return None
    rank = len(given.shape)
    named = dict(equation.settings)
    if set(named) - {"axes", "axis1", "axis2"}:
        return None
    return _PERMUTING[equation.primitive](rank, *equation.arguments[1:], **named)


def _transposed(rank: int, axes: Any = None) -> tuple[int, ...] | None:
    if axes is None:
        return tuple(range(rank))[::-1]
    return tuple(k % rank for k in axes) if type(axes) in (tuple, list) and len(axes) == rank else None


def _swapped(rank: int, axis1: Any, axis2: Any) -> tuple[int, ...] | None:
    order = list(range(rank))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return tuple(order)


_PERMUTING: Mapping[str, Callable[..., tuple[int, ...] | None]] = {
    "numpy.transpose": _transposed,
    "numpy.swapaxes": _swapped,
    "numpy.matrix_transpose": lambda rank: _swapped(rank, -1, -2),
}


# ----- broadcasting -----


def _without_expansion(work: Rewriter, equation: Equation) -> Found:
    """f(expand(x), y): f(x, y) where broadcasting does the same; f(expand(x), 2): expand(f(x, 2))."""
    for each in equation.arguments:
        if work.by(each, "gradwire.expand"):
            break
    else:
        return None
    kind = work.types.get(equation.output)
    if kind is None or equation.settings or DYNAMIC in kind.shape:
        return None
    arguments = list(equation.arguments)
    for place, each in enumerate(arguments):
        inner = work.by(each, "gradwire.expand")
        if inner is None or type(inner.arguments[0]) is not Var:
            continue
        others = [work.shape(one) for k, one in enumerate(arguments) if k != place]
        if np.broadcast_shapes(work.shape(inner.arguments[0]), *others) == kind.shape:
            arguments[place] = inner.arguments[0]
    if arguments != list(equation.arguments):
        return replace(equation, arguments=tuple(arguments))
    return _expanded_later(work, equation, kind)


def _expanded_later(work: Rewriter, equation: Equation, kind: ArrayType) -> Found:
    inner = [work.by(each, "gradwire.expand") for each in equation.arguments]
    found = next((each for each in inner if each), None)
    if found is None:
        return None
    small = tuple(
        one.arguments[0] if one is not None else each for each, one in zip(equation.arguments, inner, strict=True)
    )
    if any(type(each) is not Var and work.number(each) is None for each in small):
        return None
    shape = np.broadcast_shapes(*map(work.shape, small))
    if math.prod(shape) >= math.prod(kind.shape):
        return None
    var = work.emit(equation.primitive, small, ArrayType(shape, kind.dtype), equation.origin)
    return Equation("gradwire.expand", (var, kind.shape), (), equation.output, equation.origin)


def _sum_of_expansion(work: Rewriter, equation: Equation) -> Found:
    """sum(expand(scalar)): scalar * count."""
    inner = work.by(equation.arguments[0], "gradwire.expand")
    if inner is None or not _real(work, inner.arguments[0]) or work.shape(inner.arguments[0]) != ():
        return None
    kind = work.types[equation.output]
    if kind.shape != () or kind != work.type(inner.arguments[0]):
        return None
    count = float(math.prod(inner.arguments[1]))
    return replace(equation, primitive="numpy.multiply", arguments=(inner.arguments[0], count), settings=())


ROWS_TOGETHER = 64
"""How many rows at most are put together into one array."""


def _rows_together(work: Rewriter, equation: Equation) -> Found:
    """scatter(a, shape, 0) + scatter(b, shape, 1) + ...: array([a, b, ...]). (Where a is -0.0 it stays -0.0.)"""
    kind = work.types[equation.output]
    if not kind.shape or not 1 < kind.shape[0] <= ROWS_TOGETHER:
        return None
    row = ArrayType(kind.shape[1:], kind.dtype)
    rows: dict[int, list[Var]] = {}
    waiting = list(equation.arguments)
    while waiting:
        value = waiting.pop()  # the last first: a row that is put to those that are together already
        made = work.made.get(value) if type(value) is Var else None
        if made is None or work.types.get(made.output) != kind or work.uses[made.output] > 1:
            return None
        if made.primitive == "numpy.add" and not made.settings:
            waiting += made.arguments
            continue
        if made.primitive == "autograd.array_from_args" and len(made.arguments) == 2 + kind.shape[0] and rows:
            if any(work.type(part) != row for part in made.arguments[2:]):
                return None
            for k, part in enumerate(made.arguments[2:]):
                rows.setdefault(k, []).append(part)
            continue
        number = _row(made)
        if number is None or work.type(made.arguments[0]) != row or len(rows) > ROWS_TOGETHER:
            return None
        rows.setdefault(number % kind.shape[0], []).append(made.arguments[0])
    if len(rows) < kind.shape[0]:
        return None
    origin = equation.origin
    parts = [reduce(lambda x, y: work.emit("numpy.add", (y, x), row, origin), rows[k]) for k in range(kind.shape[0])]
    return replace(equation, primitive="autograd.array_from_args", arguments=((), {}, *parts), settings=())


def _row(equation: Equation) -> int | None:
    """Return the row that an equation puts an array into, all others being zero."""
    if equation.primitive != "gradwire.scatter" or len(equation.arguments) != 3:
        return None
    template = equation.arguments[2]
    return template[0] if type(template) is tuple and len(template) == 1 and type(template[0]) is int else None


_REDUCTIONS = ("sum", "mean", "max", "min", "amax", "amin", "prod")
_BROADCASTING: Mapping[str, tuple[Rule, ...]] = {
    name: (_without_expansion,) for name in (*ELEMENTWISE, "numpy.where") if name.startswith("numpy.")
}

UNCHANGED = tuple(
    f"gradwire.{name}" for name in ("stop", "stand_for", "custom", "clip_cotangent", "clip_cotangent_norm")
)
"""Primitives whose value is their first argument's: they matter to derivatives only."""

_OWN: Mapping[str, tuple[Rule, ...]] = {
    "numpy.add": (_neutral(0, (0, 1)), _added_negative, _rows_together),
    "numpy.subtract": (_neutral(0, (1,)), _subtracted_negative),
    "numpy.multiply": (_neutral(1, (0, 1)), _multiplied_negatives, _constants_together, _times_inverse),
    "numpy.divide": (_neutral(1, (1,)), _multiplied_negatives),
    "numpy.power": (_power,),
    "numpy.square": (_square,),
    "numpy.negative": (_double_negative,),
    "numpy.where": (_both_alike(1),),
    "numpy.maximum": (_both_alike(0),),
    "numpy.minimum": (_both_alike(0),),
    "numpy.getitem": (_whole,),
    "numpy.reshape": (_same_type, _reshaped),
    "numpy.transpose": (_permuted_twice,),
    "numpy.swapaxes": (_permuted_twice,),
    "numpy.matrix_transpose": (_permuted_twice,),
    "gradwire.expand": (_same_type, _expanded_twice),
    "gradwire.cast": (_same_type,),
    **{f"numpy.{name}": (_over_length_one,) for name in _REDUCTIONS},
    "numpy.sum": (_over_length_one, _sum_of_expansion),
    **dict.fromkeys(UNCHANGED, (_first,)),
}
RULES: Mapping[str, tuple[Rule, ...]] = {
    name: (*_OWN.get(name, ()), *_BROADCASTING.get(name, ())) for name in {**_OWN, **_BROADCASTING}
}
"""Primitive -> its rules, in the order in which they are tried."""
