"""The tangent program: forward mode, equation by equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import primitive_jvps
from autograd.tracer import isbox

from engine.autodiff.adjoint import carries, fitted, names_of, pull_back, vjp
from engine.autodiff.rules import JVP, TRANSPOSED
from engine.errors import GradwireError, LoweringError
from engine.program.compose import select
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, node_of
from engine.program.record import Recorder, recording
from engine.program.standin import stand_in
from engine.types import ArrayType


def tangent(program: Program, wrt: Sequence[Var]) -> Program:
    """Return the program with one more input per variable of `wrt` (role "tangent") and, per output, its tangent.

    `wrt` are inputs of the program; whole numbers and booleans among them carry no derivative. New outputs are named
    "tangent of <name>", new equations have the origin "tangent of <node>". Variables of `program` keep their numbers.
    """
    names = names_of(program, wrt)
    with recording():
        recorder = Recorder.extending(program)
        seeds = {
            var: recorder.input("tangent", f"tangent of {name}", program.types[var])
            for var, name in zip(wrt, names, strict=True)
        }
        moved = {var: seed for var, seed in seeds.items() if program.types[var].differentiable}
        known = push_forward(recorder, program.equations, moved)
        added = [_settled(recorder, known.get(var), program.types[var]) for var in program.outputs]
    equations = (*program.equations, *recorder.equations)
    whole = replace(recorder.program(program.outputs, program.names, program.sockets), equations=equations)
    return select(
        whole, (*program.outputs, *added), (*program.names, *(f"tangent of {name}" for name in program.names))
    )


def push_forward(recorder: Recorder, equations: Sequence[Equation], seeds: Mapping[Var, Any]) -> dict[Var, Any]:
    """Record the tangents of `equations`, first to last; return the tangent of each variable that has one."""
    known = dict(seeds)
    several: dict[Var, Equation] = {}
    for equation in equations:
        numbers = [k for k, each in enumerate(equation.arguments) if type(each) is Var and each in known]
        first = equation.arguments[0] if equation.arguments else None
        recorder.origin = f"tangent of {equation.origin}"
        if equation.primitive == "autograd.container_take" and first in several:
            t = _of_item(recorder, several[first], equation, known)
        elif not numbers or not carries(recorder.types, equation):
            continue
        elif equation.output not in recorder.types:
            several[equation.output] = equation
            continue
        else:
            given = [known[equation.arguments[number]] for number in numbers]
            t = jvp(recorder, equation, numbers, _arguments(recorder, equation), given)
        known[equation.output] = fitted(t, recorder.types[equation.output], equation)
    return known


def _arguments(recorder: Recorder, equation: Equation) -> list[Any]:
    return [recorder.box(each) if type(each) is Var else each for each in equation.arguments]


def _of_item(recorder: Recorder, whole: Equation, taken: Equation, known: Mapping[Var, Any]) -> Any:
    """Return the tangent of one of the arrays that an equation gives."""
    kind, item = recorder.types[taken.output], taken.arguments[1]
    shares = [
        _transposed(recorder, whole, number, _arguments(recorder, whole), known[each], kind, item)
        for number, each in enumerate(whole.arguments)
        if type(each) is Var and each in known
    ]
    return _sum(shares)


def _sum(shares: Sequence[Any]) -> Any:
    total = shares[0]
    for share in shares[1:]:
        total = anp.add(total, share)
    return total


def jvp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], arguments: Sequence[Any], given: Sequence[Any]
) -> Any:
    """Return the tangent of one equation's result, from the tangents `given` of the arguments `numbers`."""
    name, settings, answer = equation.primitive, dict(equation.settings), recorder.box(equation.output)
    own, maker = JVP.get(name), primitive_jvps.get(PRIMITIVES[name])
    shares = []
    try:
        for number, t in zip(numbers, given, strict=True):
            rule = own[number] if own is not None and number < len(own) else None
            if rule is not None:
                shares.append(rule(t, answer, *arguments, **settings))
            elif maker is not None and own is None and name not in TRANSPOSED:
                shares.append(maker((number,), (t,), answer, tuple(arguments), settings))
            else:
                shares.append(_transposed(recorder, equation, number, arguments, t, recorder.types[equation.output]))
    except GradwireError as error:
        raise type(error)(error.sentence, node=node_of(equation.origin) or None) from error
    except Exception as error:
        sentence = f"the function {name} has no tangent for this use: {error}"
        raise LoweringError(sentence, node=node_of(equation.origin) or None) from error
    return _sum(shares)


def _transposed(
    recorder: Recorder,
    equation: Equation,
    number: int,
    arguments: Sequence[Any],
    t: Any,
    kind: ArrayType,
    item: Any = None,
) -> Any:
    """Return the share of one argument's tangent in the result (in its array `item`, where it gives several) by
    transposing its VJP, which is linear in the cotangent."""
    cotangent = recorder.new(stand_in(kind.shape, np.dtype(kind.dtype)))
    first = len(recorder.equations)
    g = recorder.box(cotangent)
    (share,) = vjp(recorder, equation, [number], arguments, g if item is None else {item: g})
    share = fitted(share, recorder.types[equation.arguments[number]], equation)
    if not isbox(share):
        return np.zeros(kind.shape, kind.dtype)
    segment = recorder.equations[first:]
    origin = recorder.origin
    found = pull_back(recorder, segment, {recorder.var(share): t}, [cotangent])
    recorder.origin = origin
    if share._node.var == cotangent:
        return t
    if cotangent not in found:
        return np.zeros(kind.shape, kind.dtype)
    recorder.constants[cotangent] = np.broadcast_to(np.zeros((), kind.dtype), kind.shape)
    return found[cotangent]


def _settled(recorder: Recorder, value: Any, kind: ArrayType) -> Var:
    if value is None:
        value = np.broadcast_to(np.zeros((), kind.dtype), kind.shape)
    return recorder.var(value)
