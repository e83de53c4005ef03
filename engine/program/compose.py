"""Programs out of programs: fuse, select, fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType

if TYPE_CHECKING:
    from engine.program.record import Recorder


def fuse(first: Program, second: Program, feeds: Mapping[Var, Var]) -> Program:
    """Return one program that runs `first`, then `second` with its inputs `feeds` (second's input -> first's variable)
    taken from it.

    Inputs: first's, then those of second that are not fed. Outputs: first's, then second's. First's variables keep
    their numbers.
    """
    functions = dict(first.functions)
    second = with_functions(second, functions)
    offset = 1 + last_index(first)
    renamed = {var: feeds.get(var, Var(var.index + offset)) for var in second.types}
    for equation in second.equations:
        renamed.setdefault(equation.output, Var(equation.output.index + offset))
    return Program(
        inputs=(
            *first.inputs,
            *(replace(each, var=renamed[each.var]) for each in second.inputs if each.var not in feeds),
        ),
        constants={**first.constants, **{renamed[var]: value for var, value in second.constants.items()}},
        equations=(*first.equations, *(renamed_equation(equation, renamed) for equation in second.equations)),
        outputs=(*first.outputs, *(renamed[var] for var in second.outputs)),
        names=(*first.names, *second.names),
        types={**{renamed[var]: kind for var, kind in second.types.items() if var not in feeds}, **first.types},
        sockets={**first.sockets, **{socket: rename(value, renamed) for socket, value in second.sockets.items()}},
        functions=functions,
    )


def last_index(program: Program) -> int:
    """Return the largest number of a variable, -1 where there is none."""
    indices = [var.index for var in program.types]
    return max(indices + [equation.output.index for equation in program.equations], default=-1)


def renamed_equation(equation: Equation, renamed: Mapping[Var, Var]) -> Equation:
    """Return the equation with its variables renamed; programs in its settings have variables of their own."""
    return Equation(
        equation.primitive,
        tuple([rename(each, renamed) for each in equation.arguments]),
        tuple([(key, rename(value, renamed)) for key, value in equation.settings]),
        renamed.get(equation.output, equation.output),
        equation.origin,
    )


def embed(recorder: Recorder, program: Program, values: Sequence[Any], origin: str | None = None) -> list[Any]:
    """Append the program's equations to the recorder's; return the boxes of its outputs at `values` (boxes or arrays).

    `origin` takes the place of the equations' own. Its functions become the recorder's.
    """
    program = with_functions(program, recorder.functions)
    renamed: dict[Var, Var] = {
        each.var: recorder.var(value) for each, value in zip(program.inputs, values, strict=True)
    }
    renamed.update({var: recorder.constant(value) for var, value in program.constants.items()})
    for equation in program.equations:
        renamed[equation.output] = recorder.fresh(program.types.get(equation.output))
        new = renamed_equation(equation, renamed)
        recorder.equations.append(new if origin is None else replace(new, origin=origin))
    return [recorder.box(renamed[var]) for var in program.outputs]


def with_functions(program: Program, functions: dict[str, Program]) -> Program:
    """Add the program's functions to `functions`; return the program, its calls renamed where a name was taken by
    another function."""
    clashes = {
        name: _free(name, functions)
        for name, function in program.functions.items()
        if name in functions and functions[name] is not function
    }
    if not clashes:
        functions.update(program.functions)
        return program
    for name, function in program.functions.items():
        functions[clashes.get(name, name)] = with_calls(function, clashes)
    return with_calls(program, clashes)


def with_calls(program: Program, names: Mapping[str, str]) -> Program:
    """Return the program with its calls, those of nested programs too, naming other functions."""

    def changed(value: Any) -> Any:
        if isinstance(value, Program):
            return with_calls(value, names)
        return tuple(map(changed, value)) if type(value) is tuple else value

    def turned(equation: Equation) -> Equation:
        if equation.primitive == "gradwire.call":
            called = dict(equation.settings)["function"]
            return replace(equation, settings=(("function", names.get(called, called)),))
        if not any(isinstance(value, Program | tuple) for _, value in equation.settings):
            return equation
        return replace(equation, settings=tuple((key, changed(value)) for key, value in equation.settings))

    return replace(program, equations=tuple(map(turned, program.equations)))


def _free(name: str, functions: Mapping[str, Program]) -> str:
    number = 2
    while f"{name} ({number})" in functions:
        number += 1
    return f"{name} ({number})"


def superseded(
    equations: Sequence[Equation], instead: Mapping[Var, tuple[Var, tuple[int, ...]]]
) -> tuple[Equation, ...]:
    """Return the equations without those that a later one does the work of, in an order that is right again.

    `instead` gives for the variable of an equation that of the other, and where each of its items stands there. Where
    the other needs what it would replace, both stay.
    """
    made = {equation.output for equation in equations}
    there = {old: (new, places) for old, (new, places) in instead.items() if old in made and new in made}
    together = _replaced(equations, there)
    if together is not None:
        return tuple(together)
    result = list(equations)
    for old, (new, places) in there.items():
        result = _replaced(result, {old: (new, places)}) or result
    return tuple(result)


def _replaced(
    equations: Sequence[Equation], instead: Mapping[Var, tuple[Var, tuple[int, ...]]]
) -> list[Equation] | None:
    """Return the equations with all of `instead` done, None where one would then need itself."""
    last = {old: _last(old, instead) for old in instead}
    kept = [
        _taken_from(equation, *last[equation.arguments[0]]) if _takes(equation) in last else equation
        for equation in equations
        if equation.output not in last
    ]
    return _ordered(kept)


def _last(old: Var, instead: Mapping[Var, tuple[Var, tuple[int, ...]]]) -> tuple[Var, tuple[int, ...]]:
    """Return what takes the place of `old` in the end, where that is itself replaced."""
    new, places = instead[old]
    while new in instead:
        new, further = instead[new]
        places = tuple([further[place] for place in places])
    return new, places


def _takes(equation: Equation) -> Var | None:
    return equation.arguments[0] if equation.primitive == "autograd.container_take" else None


def _taken_from(equation: Equation, new: Var, places: Sequence[int]) -> Equation:
    return replace(equation, arguments=(new, places[equation.arguments[1]]))


def _ordered(equations: Sequence[Equation]) -> list[Equation] | None:
    """Return the equations with each after those it needs, otherwise as they are; None where one needs itself."""
    made = {equation.output: equation for equation in equations}
    done: set[Var] = set()
    begun: set[Var] = set()
    result = []
    for last in equations:
        waiting = [last]
        while waiting:
            equation = waiting[-1]
            output = equation.output
            if output in done:
                waiting.pop()
                continue
            missing = [made[var] for var in used(equation.arguments) if var in made and var not in done]
            if missing:
                if output in begun:
                    return None
                begun.add(output)
                waiting.extend(missing)
                continue
            waiting.pop()
            done.add(output)
            result.append(equation)
    return result


def rename(value: Any, renamed: Mapping[Var, Var]) -> Any:
    """Return `value` (a variable, literal, or tuples, lists and dicts of them) with its variables renamed."""
    if type(value) is Var:
        return renamed.get(value, value)
    if type(value) in (tuple, list):
        return type(value)(rename(each, renamed) for each in value)
    return {key: rename(each, renamed) for key, each in value.items()} if isinstance(value, dict) else value


def used(values: Iterable[Any]) -> Iterator[Var]:
    """Yield the variables among `values`, inside tuples and lists too."""
    for value in values:
        if type(value) is Var:
            yield value
        elif type(value) in (tuple, list):
            yield from used(value)


def select(program: Program, outputs: Sequence[Var], names: Sequence[str]) -> Program:
    """Return the program with these outputs only, without the equations and constants they do not need. Inputs stay."""
    live = set(outputs)
    equations = []
    for equation in reversed(program.equations):
        if equation.output in live:
            equations.append(equation)
            live.update(used(equation.arguments))
            live.update(used(value for _, value in equation.settings))
    live.update(each.var for each in program.inputs)
    return Program(
        inputs=program.inputs,
        constants={var: value for var, value in program.constants.items() if var in live},
        equations=tuple(reversed(equations)),
        outputs=tuple(outputs),
        names=tuple(names),
        types={var: kind for var, kind in program.types.items() if var in live},
        sockets={socket: value for socket, value in program.sockets.items() if _alive(value, live)},
        functions=program.functions,
    )


def with_output(program: Program, var: Var, name: str) -> Program:
    """Return the program with one more output, the last."""
    return replace(program, outputs=(*program.outputs, var), names=(*program.names, name), reuse={})


def fold(program: Program) -> Program:
    """Return the program with scalars that follow from constants alone computed now. Large constants are left alone."""
    constants = dict(program.constants)
    equations = []
    for equation in program.equations:
        found = list(used(equation.arguments))
        scalar = program.types.get(equation.output, _LARGE).shape == ()
        if scalar and found and all(var in constants and np.ndim(constants[var]) == 0 for var in found):
            arguments = [rename(each, constants) for each in equation.arguments]
            with np.errstate(all="ignore"):
                result = PRIMITIVES[equation.primitive](*arguments, **dict(equation.settings))
            constants[equation.output] = np.asarray(result)
        else:
            equations.append(equation)
    return replace(program, constants=constants, equations=tuple(equations))


_LARGE = ArrayType((-1,))


def _alive(value: Any, live: set[Var]) -> bool:
    if type(value) is Var:
        return value in live
    return all(_alive(each, live) for each in (value.values() if isinstance(value, dict) else value))
