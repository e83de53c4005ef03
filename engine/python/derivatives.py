"""Derivatives inside a text: grad(f), value_and_grad(f), jacobian(f), hessian(f), jvp(f): by the first argument."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final

import autograd.numpy as anp

from engine.autodiff import stretch
from engine.program.primitives import cast
from engine.program.program import Var
from engine.program.record import Recorder
from engine.python.calls import called
from engine.python.refusal import refusal
from engine.python.values import Callee, Closure, Maker, Unknown, Value, described, is_array, is_number
from engine.python.walker import Walker


def _deriver(name: str, take: Callable[..., Any], *, scalar: bool, with_value: bool = False) -> Maker:
    """Return the function of a text that turns a function into its derivative."""

    def derivative_of(walker: Walker, where: ast.AST, function: Value) -> Value:
        if not isinstance(function, Closure | Callee | Maker):
            raise refusal(where, f"{name} takes a function of this text, not {described(function)}")

        def derivative(walker: Walker, where: ast.AST, *arguments: Value, **words: Value) -> Value:
            return _derived(walker, where, name, take, function, list(arguments), words, scalar, with_value)

        return Maker(f"{name}({function.name})", derivative)

    return Maker(name, derivative_of)


def _derived(
    walker: Walker,
    where: ast.AST,
    name: str,
    take: Callable[..., Any],
    function: Closure | Callee | Maker,
    arguments: list[Value],
    words: dict[str, Value],
    scalar: bool,
    with_value: bool,
) -> Value:
    if not arguments:
        raise refusal(where, f"{name}({function.name}) differentiates by its first argument, and none is given")
    if isinstance(arguments[0], Unknown):
        return Unknown()
    if not (is_array(arguments[0]) or is_number(arguments[0])):
        raise refusal(where, f"{name} differentiates by an array or number, not by {described(arguments[0])}")
    x = walker.scope.array(arguments[0])
    kind = x.dtype.name if x.dtype.kind in "fc" else "float64"
    own = cast(x, kind)  # a variable of its own: what else is made of the same array is not counted
    y = called(walker, where, function, [own, *arguments[1:]], words)
    if isinstance(y, Unknown):
        return y
    if is_number(y):
        y = walker.scope.array(y, kind)
    if not is_array(y) or (scalar and (y.shape != () or y.dtype.kind != "f")):
        wanted = "one real number" if scalar else "one array"
        raise refusal(where, f"{name} needs {function.name} to give {wanted}; it gives {described(y)}")
    recorder = walker.scope.recorder
    found = walker.recorded(where, lambda: take(recorder, recorder.var(y), recorder.var(own)))
    made = found if is_array(found) else walker.scope.array(anp.asarray(found) if not is_number(found) else found)
    return (y, made) if with_value else made


def _along(walker: Walker, where: ast.AST, function: Value) -> Value:
    """Return the function of (x, direction, *others) that gives the derivative of function(x, *others) that way."""

    def derivative(walker: Walker, where: ast.AST, *arguments: Value, **words: Value) -> Value:
        if len(arguments) < 2:
            raise refusal(where, "jvp(f) takes where the derivative is taken, the direction, and f's further arguments")
        x, direction, *others = arguments
        if isinstance(direction, Unknown):
            return direction
        if not (is_array(direction) or is_number(direction)):
            raise refusal(where, f"the direction of jvp is an array or number, not {described(direction)}")

        way = walker.scope.array(direction)

        def take(recorder: Recorder, of: Var, wrt: Var) -> Any:
            kind = recorder.types[wrt]
            if way.shape not in ((), kind.shape) or (way.dtype.kind == "c" and not kind.dtype.startswith("complex")):
                sentence = (
                    f"the direction is {described(way)}, and f is differentiated by {described(recorder.box(wrt))}"
                )
                raise refusal(where, f"{sentence}: make it of that shape and dtype, or a number")
            return stretch.forth(recorder, of, wrt, stretch.fitted(recorder, recorder.var(way), kind))

        return _derived(walker, where, "jvp", take, function, [x, *others], words, scalar=False, with_value=False)

    if not isinstance(function, Closure | Callee | Maker):
        raise refusal(where, f"jvp takes a function of this text, not {described(function)}")
    return Maker(f"jvp({function.name})", derivative)


DERIVATIVES: Final[Mapping[str, Maker]] = {
    "grad": _deriver("grad", stretch.gradient, scalar=True),
    "value_and_grad": _deriver("value_and_grad", stretch.gradient, scalar=True, with_value=True),
    "jacobian": _deriver("jacobian", stretch.jacobian, scalar=False),
    "hessian": _deriver("hessian", stretch.hessian, scalar=True),
    "jvp": Maker("jvp", _along),
}
"""Functions that every text knows."""
