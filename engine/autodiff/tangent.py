"""The tangent program: forward mode, equation by equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.builtins import SequenceBox
from autograd.core import primitive_jvps
from autograd.tracer import isbox

from engine.autodiff import structure_rules
from engine.autodiff.adjoint import fitted, items_of, names_of, pull_back, vjp
from engine.autodiff.dependence import carries
from engine.autodiff.rule_parts import zeros
from engine.autodiff.rules import JVP
from engine.errors import GradwireError, LoweringError
from engine.program.compose import select, superseded
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, node_of
from engine.program.record import Recorder, RecordNode, recording
from engine.program.standin import stand_in
from engine.program.structure import STRUCTURAL
from engine.types import ArrayType


def tangent(program: Program, wrt: Sequence[Var]) -> Program:
    """Return the program with one more input per variable of `wrt` (role "tangent") and, per output, its tangent.

    `wrt` are inputs of the program; whole numbers and booleans among them carry no derivative. New outputs are named
    "tangent of <name>", new equations have the origin "tangent of <node>". Variables of `program` keep their numbers.
    """
    return with_tangents(program, wrt)[0]


def with_tangents(program: Program, wrt: Sequence[Var]) -> tuple[Program, dict[Var, Var]]:
    """Return the program of `tangent`, and by each variable of `program` that moves the variable of its tangent."""
    names = names_of(program, wrt)
    with recording():
        recorder = Recorder.extending(program)
        seeds = {
            var: recorder.input("tangent", f"tangent of {name}", program.types[var])
            for var, name in zip(wrt, names, strict=True)
        }
        moved = {var: seed for var, seed in seeds.items() if program.types[var].differentiable}
        known = push_forward(recorder, program.equations, moved)
        added = [recorder.var(known[var] if var in known else zeros(recorder, var)) for var in program.outputs]
        moving = {var: recorder.var(each) for var, each in known.items() if isbox(each)}
    equations = superseded((*program.equations, *recorder.equations), recorder.instead)
    whole = replace(recorder.program(program.outputs, program.names, program.sockets), equations=equations)
    called = (*program.names, *(f"tangent of {name}" for name in program.names))
    return select(whole, (*program.outputs, *added), called), moving


def pushed(outer: Recorder, program: Program, moved: Sequence[int], wanted: Sequence[int]) -> Program:
    """Return the program with a further input, a tangent, for each of the inputs `moved`; after its outputs it has the
    tangents of the outputs `wanted`, zeros where none arrives. Must be called while recording.
    """
    recorder = Recorder.extending(program, outer)
    seeds = {}
    for k in moved:
        each = program.inputs[k]
        seeds[each.var] = recorder.input("tangent", f"tangent of {each.name}", each.type)
    known = push_forward(recorder, program.equations, seeds)
    variables = [program.outputs[k] for k in wanted]
    added = [recorder.var(known[var] if var in known else zeros(recorder, var)) for var in variables]
    equations = superseded((*program.equations, *recorder.equations), recorder.instead)
    whole = replace(recorder.program(program.outputs, program.names), equations=equations)
    names = (*program.names, *(f"tangent of {program.names[k]}" for k in wanted))
    return select(whole, (*program.outputs, *added), names)


def push_forward(recorder: Recorder, equations: Sequence[Equation], seeds: Mapping[Var, Any]) -> dict[Var, Any]:
    """Record the tangents of `equations`, first to last; return the tangent of each variable that has one."""
    known = dict(seeds)
    several: dict[Var, Equation] = {}
    moved: dict[Var, Any] = {}
    items: dict[Var, Mapping[int, Any]] = {}
    for equation in equations:
        numbers = [k for k, each in enumerate(equation.arguments) if type(each) is Var and each in known]
        first = equation.arguments[0] if equation.arguments else None
        recorder.origin = f"tangent of {equation.origin}"
        if equation.primitive in STRUCTURAL:
            if numbers:
                moving = {number: known[equation.arguments[number]] for number in numbers}
                items[equation.output] = structure_rules.jvp(recorder, equation, moving, pushed)
            continue
        if equation.primitive == "autograd.container_take" and first in items:
            if equation.arguments[1] not in items[first]:
                continue
            t = items[first][equation.arguments[1]]
        elif equation.primitive == "autograd.container_take" and first in several:
            if first not in moved:
                moved[first] = _together(recorder, several[first], known)
            given = moved[first]
            t = _of_item(recorder, several[first], equation, known) if given is None else given[equation.arguments[1]]
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


def _together(recorder: Recorder, whole: Equation, known: Mapping[Var, Any]) -> Sequence[Any] | None:
    """Return the tangents of all arrays that an equation gives, where it has a rule for that, else None."""
    numbers = [k for k, each in enumerate(whole.arguments) if type(each) is Var and each in known]
    rules = [_rule(whole.primitive, number) for number in numbers]
    arguments, settings = _arguments(recorder, whole), dict(whole.settings)
    answer = SequenceBox(items_of(recorder, whole), recorder.trace, RecordNode.of(recorder, whole.output))
    shares = []
    for number, rule in zip(numbers, rules, strict=True):
        if rule is None:
            return None
        with told(whole):
            shares.append(rule(known[whole.arguments[number]], answer, *arguments, **settings))
    return [_sum(each) for each in zip(*shares, strict=True)]


def _rule(name: str, number: int) -> Callable[..., Any] | None:
    """Return the tangent rule of a primitive by one of its arguments: ours, or autograd's; None where there is none."""
    own = JVP.get(name)
    if own is not None:
        return own[number] if number < len(own) else None
    maker = primitive_jvps.get(PRIMITIVES[name])
    if maker is None:
        return None
    return lambda t, answer, *arguments, **settings: maker((number,), (t,), answer, tuple(arguments), settings)


@contextmanager
def told(equation: Equation) -> Iterator[None]:
    """Within: whatever goes wrong is a LoweringError (or the GradwireError it was) that names the equation's node."""
    node = node_of(equation.origin) or None
    try:
        yield
    except GradwireError as error:
        raise type(error)(error.sentence, node=node) from error
    except Exception as error:
        sentence = f"the function {equation.primitive} has no tangent for this use: {error}"
        raise LoweringError(sentence, node=node) from error


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
    settings, answer = dict(equation.settings), recorder.box(equation.output)
    shares = []
    for number, t in zip(numbers, given, strict=True):
        rule = _rule(equation.primitive, number)
        with told(equation):
            if rule is None:
                kind = recorder.types[equation.output]
                shares.append(_transposed(recorder, equation, number, arguments, t, kind))
            else:
                shares.append(rule(t, answer, *arguments, **settings))
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
