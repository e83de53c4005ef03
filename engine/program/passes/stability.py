"""Stability rewriting: the same mathematics where the first way of writing it overflows or loses its digits.

Done before the adjoint is taken, so that derivatives are as finite as values. Where the first way is finite both agree,
to rounding of the larger of its terms; where it is not, this one is: log(1 + exp(800)) is 800.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.autodiff.rules import kept_shape
from engine.program.passes.rewriting import Rewriter, Rule, rewrite
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType

Found = Var | Equation | None


def stabilise(program: Program) -> Program:
    """Return the program with logarithms of exponentials rewritten, and tanh's derivative taken from its value."""
    return rewrite(program, RULES)


def _log_of_sum(work: Rewriter, equation: Equation) -> Found:
    """log(sum(exp(x))): m + log(sum(exp(x - m))) with m the largest x, through which no derivative goes."""
    total = work.by(equation.arguments[0], "numpy.sum")
    inner = work.by(total.arguments[0], "numpy.exp") if total else None
    if equation.settings or total is None or inner is None or not _real(work, inner.arguments[0]):
        return None
    if _shifted(work, inner.arguments[0]):
        return None
    x, origin = inner.arguments[0], equation.origin
    named = _reduction(total)
    given = work.types[x]
    if named is None or 0 in given.shape:
        return None
    axis, _ = named
    kept = ArrayType(kept_shape(given.shape, axis), given.dtype)
    largest = work.emit("numpy.max", (x,), kept, origin, (("axis", axis), ("keepdims", True)))
    finite = work.emit("numpy.isfinite", (largest,), ArrayType(kept.shape, "bool"), origin)
    bounded = work.emit("numpy.where", (finite, largest, 0.0), kept, origin)
    shift = work.emit("gradwire.stop", (bounded,), kept, origin)
    shifted = work.emit("numpy.subtract", (x, shift), given, origin)
    powers = work.emit("numpy.exp", (shifted,), given, origin)
    kind = work.types[equation.output]
    again = work.emit("numpy.sum", (powers,), kind, origin, total.settings)
    log = work.emit("numpy.log", (again,), kind, origin)
    if kind.shape != kept.shape:
        shift = work.emit("numpy.reshape", (shift, kind.shape), kind, origin)
    return replace(equation, primitive="numpy.add", arguments=(shift, log))


def _shifted(work: Rewriter, x: Any) -> bool:
    """Return whether `x` is a difference from a largest value already."""
    made = work.by(x, "numpy.subtract")
    for _ in range(5):
        if made is None:
            return False
        if made.primitive in ("numpy.max", "numpy.amax"):
            return True
        second = made.primitive in ("numpy.subtract", "numpy.where")
        made = work.made.get(made.arguments[int(second)])
    return False


def _reduction(equation: Equation) -> tuple[Any, bool] | None:
    named = dict(equation.settings)
    axis, keepdims = named.pop("axis", None), named.pop("keepdims", False)
    return None if named or len(equation.arguments) != 1 else (axis, bool(keepdims))


def _softplus(work: Rewriter, equation: Equation) -> Found:
    """log(1 + exp(x)): logaddexp(0, x)."""
    x = _one_plus_exp(work, equation.arguments[0])
    return None if x is None else replace(equation, primitive="numpy.logaddexp", arguments=(0.0, x))


def _softplus_of_log1p(work: Rewriter, equation: Equation) -> Found:
    """log1p(exp(x)): logaddexp(0, x)."""
    inner = work.by(equation.arguments[0], "numpy.exp")
    if inner is None or not _real(work, inner.arguments[0]):
        return None
    return replace(equation, primitive="numpy.logaddexp", arguments=(0.0, inner.arguments[0]))


def _one_plus_exp(work: Rewriter, value: Any) -> Any:
    plus = work.by(value, "numpy.add")
    for place in (0, 1) if plus else ():
        inner = work.by(plus.arguments[1 - place], "numpy.exp") if plus else None
        if plus and inner and work.number(plus.arguments[place]) == 1 and _real(work, inner.arguments[0]):
            return inner.arguments[0]
    return None


def _log_of_share(work: Rewriter, equation: Equation) -> Found:
    """log(exp(x) / sum(exp(x))): x - log(sum(exp(x))); log(1 / (1 + exp(x))): -logaddexp(0, x)."""
    share = work.by(equation.arguments[0], "numpy.divide")
    if share is None or equation.settings:
        return None
    top, bottom = share.arguments
    if work.number(top) == 1 and (x := _one_plus_exp(work, bottom)) is not None:
        kind = work.types[equation.output]
        soft = work.emit("numpy.logaddexp", (0.0, x), kind, equation.origin)
        return replace(equation, primitive="numpy.negative", arguments=(soft,))
    inner, total = work.by(top, "numpy.exp"), work.by(bottom, "numpy.sum")
    if inner is None or total is None or total.arguments[0] != top or not _real(work, inner.arguments[0]):
        return None
    log = Equation("numpy.log", (bottom,), (), Var(-1), equation.origin)
    return replace(equation, primitive="numpy.subtract", arguments=(inner.arguments[0], _emitted(work, log, bottom)))


def _emitted(work: Rewriter, log: Equation, like: Var) -> Var:
    """Return the logarithm as a variable, stable where it can be."""
    var = work.emit(log.primitive, log.arguments, work.types[like], log.origin)
    plain = work.equations.pop()
    better = _log_of_sum(work, plain)
    work.append(better if isinstance(better, Equation) else plain)
    return var


def _from_tanh(work: Rewriter, equation: Equation) -> Found:
    """x / cosh(y) ** 2, and x / square(cosh(y)): x * (1 - tanh(y) ** 2), in derivatives, where tanh(y) is known."""
    if not equation.origin.startswith(("adjoint of ", "tangent of ")):
        return None
    x, bottom = equation.arguments
    y = _under_squared_cosh(work, bottom)
    known = None if y is None else _known_tanh(work, y)
    if known is None:
        return None
    kind = work.types[known]
    squared = work.emit("numpy.multiply", (known, known), kind, equation.origin)
    slope = work.emit("numpy.subtract", (1.0, squared), kind, equation.origin)
    return replace(equation, primitive="numpy.multiply", arguments=(x, slope))


def _under_squared_cosh(work: Rewriter, value: Any) -> Any:
    power, square, product = (work.by(value, f"numpy.{name}") for name in ("power", "square", "multiply"))
    base = None
    if power and work.number(power.arguments[1]) == 2:
        base = power.arguments[0]
    elif square:
        base = square.arguments[0]
    elif product and product.arguments[0] == product.arguments[1]:
        base = product.arguments[0]
    inner = work.by(base, "numpy.cosh")
    return inner.arguments[0] if inner and _real(work, inner.arguments[0]) else None


def _known_tanh(work: Rewriter, y: Var) -> Var | None:
    return work.tanh.get(y)


def _remember_tanh(work: Rewriter, equation: Equation) -> Found:
    if type(equation.arguments[0]) is Var:
        work.tanh.setdefault(equation.arguments[0], equation.output)
    return None


# ----- shifts by a largest value -----


@dataclass(frozen=True)
class _Shifted:
    """sum(exp(x - m)), and the same once more without a derivative through m."""

    shift: Var
    difference: Var
    power: Var
    stopped: Callable[[], tuple[Var, Var, Var, Var]]
    """Emits them again; returns m, the difference, its exponential and the sum."""


def _shift_of_log(work: Rewriter, equation: Equation) -> Found:
    """m + log(sum(exp(x - m))) and (x - m) - log(sum(exp(x - m))) do not depend on m: no derivative need go through
    it."""
    for place in (0, 1) if equation.primitive == "numpy.add" else (1,):
        log = work.by(equation.arguments[place], "numpy.log")
        found = _shifted_sum(work, log.arguments[0]) if log and not log.settings else None
        other = equation.arguments[1 - place]
        if log is None or found is None:
            continue
        reshaped = work.by(other, "numpy.reshape")
        own = found.shift if equation.primitive == "numpy.add" else found.difference
        if other != own and not (reshaped and not reshaped.settings and own == reshaped.arguments[0] == found.shift):
            continue
        shift, difference, _, total = found.stopped()
        again = work.emit("numpy.log", (total,), work.types[log.output], log.origin)
        if other != own and reshaped:
            first = work.emit("numpy.reshape", (shift, *reshaped.arguments[1:]), work.types[other], reshaped.origin)
        else:
            first = shift if own == found.shift else difference
        return replace(equation, arguments=(first, again) if place else (again, first))
    return None


def _shift_of_share(work: Rewriter, equation: Equation) -> Found:
    """exp(x - m) / sum(exp(x - m)) does not depend on m: no derivative need go through it."""
    top, bottom = equation.arguments
    found = _shifted_sum(work, bottom)
    if found is None or top != found.power:
        return None
    _, _, power, total = found.stopped()
    return replace(equation, arguments=(power, total))


def _shifted_sum(work: Rewriter, value: Any) -> _Shifted | None:
    """Return what `value` is the sum of, where it is sum(exp(x - m)) with the same m for all terms of a sum."""
    total = work.by(value, "numpy.sum")
    power = work.by(total.arguments[0], "numpy.exp") if total else None
    difference = work.by(power.arguments[0], "numpy.subtract") if power else None
    if total is None or power is None or difference is None or power.settings or difference.settings:
        return None
    shift, named = difference.arguments[1], _reduction(total)
    if named is None or type(shift) is not Var or not _real(work, shift) or not _slopes(work, shift):
        return None
    kept = kept_shape(work.types[difference.output].shape, named[0])
    alone = math.prod(kept) == math.prod(work.types[shift].shape) == 1
    if work.types[shift].shape != kept and not alone:
        return None

    def stopped() -> tuple[Var, Var, Var, Var]:
        again = work.emit("gradwire.stop", (shift,), work.types[shift], difference.origin)
        emitted = [again]
        for each in (difference, power, total):
            first = each.arguments[0] if each is difference else emitted[-1]
            arguments = (first, again) if each is difference else (first,)
            emitted.append(work.emit(each.primitive, arguments, work.types[each.output], each.origin, each.settings))
        return again, emitted[1], emitted[2], emitted[3]

    return _Shifted(shift, difference.output, power.output, stopped)


def _slopes(work: Rewriter, shift: Var) -> bool:
    """Return whether a derivative goes through a value: it is computed, and not stopped."""
    made = work.made.get(shift)
    while made is not None and made.primitive in ("numpy.reshape", "numpy.squeeze", "numpy.expand_dims"):
        made = work.made.get(made.arguments[0])
    return made is not None and made.primitive != "gradwire.stop"


def _real(work: Rewriter, value: Any) -> bool:
    kind = work.type(value)
    return kind is not None and np.dtype(kind.dtype).kind == "f"


RULES: Mapping[str, tuple[Rule, ...]] = {
    "numpy.log": (_softplus, _log_of_share, _log_of_sum),
    "numpy.log1p": (_softplus_of_log1p,),
    "numpy.divide": (_from_tanh, _shift_of_share),
    "numpy.add": (_shift_of_log,),
    "numpy.subtract": (_shift_of_log,),
    "numpy.tanh": (_remember_tanh,),
}
"""Primitive -> its rules, in the order in which they are tried."""
