"""The adjoint program: reverse mode, equation by equation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.builtins import SequenceBox
from autograd.core import primitive_vjps
from autograd.tracer import isbox

from engine.autodiff.rules import FLAT, VJP
from engine.errors import GradwireError, LoweringError
from engine.program.compose import fold, select
from engine.program.primitives import PRIMITIVES, cast
from engine.program.program import Equation, Program, Var, node_of
from engine.program.record import Recorder, RecordNode, recording
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
        found = [gradients[var] if var in gradients else _zeros(recorder, var) for var in wrt]
        added = [_settled(recorder, value, recorder.types[var]) for value, var in zip(found, wrt, strict=True)]
    new = recorder.program(program.outputs, program.names, program.sockets)
    folded = fold(new)
    whole = replace(folded, equations=(*program.equations, *folded.equations))
    names = names_of(program, wrt)
    return select(whole, (*program.outputs, *added), (*program.names, *(f"gradient of {name}" for name in names)))


def independent(program: Program, of: Var, wrt: Sequence[Var]) -> tuple[Var, ...]:
    """Return those of `wrt` on which `of` does not depend differentiably."""
    needed = {of}
    for equation in reversed(program.equations):
        if equation.output in needed and carries(program.types, equation):
            needed.update(
                each for each in equation.arguments if type(each) is Var and _differentiable(program.types.get(each))
            )
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
    active = active_variables(recorder.types, equations, wanted)
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
        if equation.primitive == "autograd.container_take":
            _put_item(cotangents, equation, g)
            continue
        arguments = [recorder.box(each) if type(each) is Var else each for each in equation.arguments]
        for number, share in zip(numbers, vjp(recorder, equation, numbers, arguments, g), strict=True):
            var = equation.arguments[number]
            share = fitted(share, recorder.types[var], equation)
            before = cotangents.get(var)
            cotangents[var] = share if before is None else anp.add(before, share)
    return {var: cotangents[var] for var in wanted if var in cotangents}


def active_variables(types: Mapping[Var, ArrayType], equations: Iterable[Equation], wrt: Iterable[Var]) -> set[Var]:
    """Return the variables that depend differentiably on one of `wrt`, with `wrt` themselves where they are
    differentiable.
    """
    active = {var for var in wrt if _differentiable(types.get(var))}
    for equation in equations:
        if carries(types, equation):
            for each in equation.arguments:
                if type(each) is Var and each in active:
                    active.add(equation.output)
                    break
    return active


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


def carries(types: Mapping[Var, ArrayType], equation: Equation) -> bool:
    """Return whether derivatives can pass through an equation at all."""
    return equation.primitive not in FLAT and _differentiable(types.get(equation.output))


def _differentiable(kind: ArrayType | None) -> bool:
    return kind is None or kind.differentiable


def _zeros(recorder: Recorder, var: Var) -> Any:
    kind = recorder.types[var]
    return np.broadcast_to(np.zeros((), kind.dtype), kind.shape)


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
