"""The adjoint program: reverse mode, equation by equation."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.builtins import SequenceBox
from autograd.core import primitive_vjps
from autograd.tracer import isbox

from engine.autodiff import structure_rules
from engine.autodiff.dependence import TAKE, Dependence, bits, carries, differentiable
from engine.autodiff.rule_parts import zeros
from engine.autodiff.rules import VJP
from engine.errors import GradwireError, LoweringError
from engine.program.compose import fold, select, superseded
from engine.program.primitives import PRIMITIVES, cast
from engine.program.program import Equation, Program, Var, node_of
from engine.program.record import Recorder, RecordNode, recording
from engine.program.structure import STRUCTURAL
from engine.types import ArrayType


def adjoint(program: Program, of: Var, wrt: Sequence[Var]) -> Program:
    """Return the program with one more output per variable of `wrt`: the gradient of the scalar `of`, named "gradient
    of <name>".

    `wrt` may be any variables, inputs or not. Where `of` does not depend on a variable its gradient is zeros. Variables
    of `program` keep their numbers; new equations have the origin "adjoint of <node>".
    """
    kind = program.types[of]
    if kind.shape != () or not kind.differentiable or kind.dtype.startswith("complex"):
        raise LoweringError(f"only a real scalar has a gradient; this value is {kind}")
    with recording():
        recorder = Recorder.extending(program)
        seed = recorder.box(recorder.constant(np.ones((), kind.dtype)))
        gradients = pull_back(recorder, program.equations, {of: seed}, wrt)
        found = [gradients[var] if var in gradients else zeros(recorder, var) for var in wrt]
        added = [_settled(recorder, value, recorder.types[var]) for value, var in zip(found, wrt, strict=True)]
    new = recorder.program(program.outputs, program.names, program.sockets)
    whole = continued(program, new, recorder)
    names = names_of(program, wrt)
    return select(whole, (*program.outputs, *added), (*program.names, *(f"gradient of {name}" for name in names)))


def continued(program: Program, new: Program, recorder: Recorder) -> Program:
    """Return the program with what was recorded after it, scalars of constants computed, and each loop once."""
    folded = fold(replace(new, equations=tuple(recorder.equations)))
    return replace(folded, equations=superseded((*program.equations, *folded.equations), recorder.instead))


def pulled(outer: Recorder, program: Program, seeds: Sequence[int], wanted: Sequence[int]) -> Program:
    """Return the program with a further input, a cotangent, for each of the outputs `seeds`; it gives the cotangents of
    the inputs `wanted`, zeros where none comes back. Must be called while recording.
    """
    recorder = Recorder.extending(program, outer)
    cotangents: dict[Var, Any] = {}
    for k in seeds:
        var = program.outputs[k]
        g = recorder.input("cotangent", f"cotangent of {program.names[k]}", program.types[var])
        cotangents[var] = anp.add(cotangents[var], g) if var in cotangents else g
    variables = [program.inputs[k].var for k in wanted]
    found = pull_back(recorder, program.equations, cotangents, variables)
    added = [recorder.var(found[var] if var in found else zeros(recorder, var)) for var in variables]
    new = recorder.program(program.outputs, program.names)
    return select(continued(program, new, recorder), added, [f"cotangent of {program.inputs[k].name}" for k in wanted])


def independent(program: Program, of: Var, wrt: Sequence[Var]) -> tuple[Var, ...]:
    """Return those of `wrt` on which `of` does not depend differentiably."""
    flows = Dependence(program.functions)
    needed = {of}
    items: dict[Var, set[int]] = {}
    for equation in reversed(program.equations):
        if equation.output not in needed or not carries(program.types, equation):
            continue
        if equation.primitive == TAKE:
            items.setdefault(equation.arguments[0], set()).add(equation.arguments[1])
        numbers: Sequence[int] = range(len(equation.arguments))
        if equation.primitive in STRUCTURAL:
            reached = flows.items(equation)
            numbers = bits(_union(reached(item) for item in items[equation.output]))
        arguments = [equation.arguments[k] for k in numbers]
        needed.update(each for each in arguments if type(each) is Var and differentiable(program.types.get(each)))
    return tuple(var for var in wrt if var not in needed)


def names_of(program: Program, variables: Iterable[Var]) -> list[str]:
    """Return what each variable is called: an input by its name, an output by its socket, else "v<number>"."""
    called = {var: str(socket) for socket, var in program.sockets.items() if isinstance(var, Var)}
    called |= {each.var: each.name for each in program.inputs}
    return [called.get(var, f"v{var.index}") for var in variables]


def pull_back(
    recorder: Recorder, equations: Sequence[Equation], seeds: Mapping[Var, Any], wrt: Iterable[Var]
) -> dict[Var, Any]:
    """Record the adjoint of `equations`, last to first; return the cotangents of those of `wrt` that have one.

    `seeds` holds the cotangents that are known (boxes, or plain arrays). Must be called while recording.
    """
    wanted = set(wrt)
    active = active_variables(recorder.types, equations, wanted, recorder.functions)
    cotangents: dict[Var, Any] = {var: g for var, g in seeds.items() if var in active}
    for equation in reversed(equations):
        output = equation.output
        if output not in cotangents:
            continue
        g = cotangents[output] if output in wanted else cotangents.pop(output)
        if not carries(recorder.types, equation):
            continue
        numbers = [k for k, each in enumerate(equation.arguments) if type(each) is Var and each in active]
        if not numbers:
            continue
        recorder.origin = f"adjoint of {equation.origin}"
        if equation.primitive == TAKE:
            _put_item(cotangents, equation, g)
            continue
        for number, share in _shares(recorder, equation, numbers, g):
            var = equation.arguments[number]
            share = fitted(share, recorder.types[var], equation)
            before = cotangents.get(var)
            cotangents[var] = share if before is None else anp.add(before, share)
    return {var: cotangents[var] for var in wanted if var in cotangents}


def _shares(recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Any) -> Iterable[tuple[int, Any]]:
    """Return the cotangents of the arguments `numbers` that have one."""
    if equation.primitive in STRUCTURAL:
        return structure_rules.vjp(recorder, equation, numbers, g, pulled).items()
    arguments = [recorder.box(each) if type(each) is Var else each for each in equation.arguments]
    return zip(numbers, vjp(recorder, equation, numbers, arguments, g), strict=True)


def active_variables(
    types: Mapping[Var, ArrayType],
    equations: Iterable[Equation],
    wrt: Iterable[Var],
    functions: Mapping[str, Program] | None = None,
) -> set[Var]:
    """Return the variables that depend differentiably on one of `wrt`, with `wrt` themselves where they are
    differentiable. Calls name `functions`.
    """
    flows = Dependence(functions or {})
    active = {var for var in wrt if differentiable(types.get(var))}
    items: dict[Var, Callable[[int], bool]] = {}
    for equation in equations:
        first = equation.arguments[0] if equation.arguments else None
        if equation.primitive == TAKE and first in items:
            if items[first](equation.arguments[1]) and carries(types, equation):
                active.add(equation.output)
        elif carries(types, equation):
            for each in equation.arguments:
                if type(each) is Var and each in active:
                    active.add(equation.output)
                    if equation.primitive in STRUCTURAL:
                        items[equation.output] = _reached_by(flows, equation, active)
                    break
    return active


def _reached_by(flows: Dependence, equation: Equation, active: set[Var]) -> Callable[[int], bool]:
    """Return whether an item of a structural equation depends on one of the active variables."""
    moving = _union(1 << k for k, each in enumerate(equation.arguments) if type(each) is Var and each in active)
    items = flows.items(equation)
    return lambda item: bool(items(item) & moving)


def _union(masks: Iterable[int]) -> int:
    return functools.reduce(operator.or_, masks, 0)


def vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], arguments: Sequence[Any], g: Any
) -> Iterable[Any]:
    """Return the cotangents of the arguments `numbers` of one equation."""
    name, settings = equation.primitive, dict(equation.settings)
    if isinstance(g, dict):
        items = items_of(recorder, equation)
        answer = SequenceBox(items, recorder.trace, RecordNode.of(recorder, equation.output))
        g = _whole(items, g)
    else:
        answer = recorder.box(equation.output)
    try:
        own = VJP.get(name)
        if own is not None:
            return [_own(own, name, number)(g, answer, *arguments, **settings) for number in numbers]
        maker = primitive_vjps.get(PRIMITIVES[name])
        if maker is None:
            raise LoweringError(f"the function {name} has no derivative")
        return list(maker(tuple(numbers), answer, tuple(arguments), settings)(g))
    except GradwireError as error:
        raise type(error)(error.sentence, node=node_of(equation.origin) or None) from error
    except Exception as error:
        sentence = f"the function {name} has no derivative for this use: {error}"
        raise LoweringError(sentence, node=node_of(equation.origin) or None) from error


def _own(rules: Sequence[Any], name: str, number: int) -> Any:
    rule = rules[number] if number < len(rules) else None
    if rule is None:
        raise LoweringError(f"the function {name} has no derivative by its argument {number}")
    return rule


def fitted(share: Any, kind: ArrayType, equation: Equation) -> Any:
    """Return a cotangent in the dtype of its variable; raise LoweringError where a rule gave a wrong shape."""
    known = share if isbox(share) else np.asarray(share)
    if known.shape != kind.shape:
        raise LoweringError(
            f"the derivative of {equation.primitive} has the shape {known.shape} where {kind.shape} is wanted",
            node=node_of(equation.origin) or None,
        )
    return share if known.dtype == kind.dtype else cast(share, kind.dtype)


def _settled(recorder: Recorder, value: Any, kind: ArrayType) -> Var:
    return recorder.var(value if isbox(value) else np.broadcast_to(np.asarray(value, kind.dtype), kind.shape))


def _put_item(cotangents: dict[Var, Any], equation: Equation, g: Any) -> None:
    """Add to the cotangent of a tuple-valued variable, kept as {position: cotangent}."""
    whole, position = equation.arguments
    items = cotangents.setdefault(whole, {})
    items[position] = g if position not in items else anp.add(items[position], g)


def items_of(recorder: Recorder, equation: Equation) -> Any:
    """Return stand-ins of what a function that gives several arrays gives."""
    plain = [recorder.box(each)._value if type(each) is Var else each for each in equation.arguments]
    return PRIMITIVES[equation.primitive](*plain, **dict(equation.settings))


def _whole(items: Any, shares: Mapping[int, Any]) -> tuple[Any, ...]:
    """Return the cotangent of several arrays, zeros where nothing came back."""
    zeros = [np.broadcast_to(np.zeros((), each.dtype), each.shape) for each in items]
    return tuple(shares.get(k, shares.get(k - len(zeros), zero)) for k, zero in enumerate(zeros))
