"""Operators with a derivative of their own: `operator(..., derivative={"x": rule})`.

A rule is (g, value, *inputs, **settings) -> the cotangent of its input, written in autograd.numpy and linear in g. It
may be differentiated again; forwards it is transposed. It is compared with differences when it is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np
from autograd.extend import primitive
from autograd.tracer import isbox

from engine.errors import DeclarationError, LoweringError

if TYPE_CHECKING:
    from engine.program.program import Program

MOST = 16
"""How many inputs and numeric settings together an operator with a derivative of its own may have."""
TOLERANCE = 1e-5
"""How far a derivative may lie from differences, relative to the largest entry."""

_RULES: dict[str, Mapping[str, Callable[..., Any]]] = {}
"""The rules of declared operators, by the operator's id and the input's name: part of the operator library."""


_PROGRAMS: dict[str, Program] = {}
"""Of rules that are programs of (cotangent, value, *given): which one."""


_REFUSALS: set[str] = set()
"""Names of rules that only refuse."""


def define_refusal(name: str, sentence: str) -> None:
    """Let `custom(value, given, rule=name, names=("given",), settings=(("node", id),))` be the value, and a derivative
    of it by what is given be refused: LoweringError with this sentence, naming the node."""

    def refuse(*_: Any, node: str) -> Any:
        raise LoweringError(sentence, node=node)

    _RULES[name] = {"given": refuse}
    _REFUSALS.add(name)


def refuses(name: str) -> bool:
    """Return whether a rule only refuses."""
    return name in _REFUSALS


def define_program(name: str, program: Program, rules: Mapping[str, Callable[..., Any]]) -> None:
    """Let `custom` have these rules under a name that tells them apart from all others; they run a program."""
    _RULES[name] = dict(rules)
    _PROGRAMS[name] = program


def program_of(name: str) -> Program | None:
    """Return the program that a rule is, where it is one."""
    return _PROGRAMS.get(name)


def has_rules(operator: str) -> bool:
    """Return whether an operator of this id was declared with a derivative of its own."""
    return operator in _RULES


@primitive  # type: ignore[untyped-decorator]
def custom(value: Any, *given: Any, rule: str, names: Sequence[str], settings: Sequence[tuple[str, Any]]) -> Any:
    """Return `value`, with derivatives by `given` (inputs, then numeric settings, called `names`) by the rules of the
    operator `rule`.
    """
    return value


def cotangent_rule(number: int) -> Callable[..., Any]:
    """Return the VJP rule of `custom` by its argument `number`; the value is argument 0."""

    def pull(g: Any, ans: Any, value: Any, *given: Any, rule: str, names: Sequence[str], settings: Any) -> Any:
        found = _RULES[rule].get(names[number - 1])
        if found is None:
            raise LoweringError(f"the operator {rule} has no derivative by its {names[number - 1]}")
        inputs = [each for name, each in zip(names, given, strict=True) if not name.startswith("=")]
        numeric = {name[1:]: each for name, each in zip(names, given, strict=True) if name.startswith("=")}
        return found(g, ans, *inputs, **numeric, **dict(settings))

    return pull


def with_derivative(
    id: str,
    function: Callable[..., Any],
    inputs: Sequence[str],
    differentiable: Sequence[str],
    derivative: Mapping[str, Callable[..., Any]],
) -> Callable[..., Any]:
    """Return an operator's function with these derivatives by its inputs; raise DeclarationError where one lacks."""
    lacking = [name for name in differentiable if name not in derivative]
    strange = [name for name in derivative if name not in differentiable]
    if lacking or strange:
        what = (
            f"no derivative by its input {lacking[0]!r}"
            if lacking
            else f"a derivative by {strange[0]!r}, which is no such input"
        )
        raise DeclarationError(f"the operator {id} has {what}: give one for each of its differentiable inputs")
    _RULES[id] = dict(derivative)

    @wraps(function)
    def traced(*arguments: Any, **settings: Any) -> Any:
        from engine.program.primitives import stop

        value = function(*arguments, **settings)
        if not any(isbox(each) for each in (*arguments, *settings.values())):
            return value
        numeric = {name: each for name, each in settings.items() if isbox(each)}
        plain = tuple((name, each) for name, each in settings.items() if name not in numeric)
        names = (*inputs[: len(arguments)], *(f"={name}" for name in numeric))
        return custom(stop(value), *arguments, *map(stop, numeric.values()), rule=id, names=names, settings=plain)

    return traced


def verify(
    id: str, function: Callable[..., Any], inputs: Sequence[str], samples: Sequence[Any], defaults: Mapping[str, Any]
) -> None:
    """Raise DeclarationError, naming operator, input, place and both numbers, where a rule is not the derivative of the
    function at one of the samples.
    """
    for number, sample in enumerate(samples, start=1):
        arguments = [np.asarray(each) for each in sample.inputs]
        arguments = [x.astype("float64") if x.dtype == np.float32 else x for x in arguments]
        settings = {**defaults, **sample.settings}
        value = np.asarray(function(*arguments, **settings))
        weights = np.random.default_rng(7).uniform(0.5, 1.5, value.shape)

        def weighed(*given: Any, weights: Any = weights, settings: Mapping[str, Any] = settings) -> tuple[float]:
            return (float(np.sum(weights * function(*given, **settings))),)

        for position, name in enumerate(inputs[: len(arguments)]):
            if arguments[position].dtype.kind != "f" or name not in _RULES[id]:
                continue
            given = np.asarray(_RULES[id][name](weights, value, *arguments, **settings))
            where = f"the operator {id}: the derivative given for its input {name!r}"
            if given.shape != arguments[position].shape:
                raise DeclarationError(
                    f"{where} has shape {given.shape} where the input has {arguments[position].shape}"
                )
            _compare(where, number, given, weighed, arguments, position)


def _compare(
    where: str, number: int, given: Any, weighed: Callable[..., Any], arguments: Sequence[Any], position: int
) -> None:
    from engine.autodiff.check import chosen_entries, slope

    places = chosen_entries(given.shape, 64)
    found = [slope(lambda values: weighed(*values), arguments, position, place) for place in places]
    scale = max([abs(x) for x in (*found, *(given[place] for place in places))], default=0.0)
    for place, wanted in zip(places, found, strict=True):
        if not abs(given[place] - wanted) <= TOLERANCE * scale:
            at = f" at place {place}" if place else ""
            raise DeclarationError(
                f"{where} is {given[place]:.6g}{at} of sample {number}, and differences of its function give "
                f"{wanted:.6g} (for cotangents between 0.5 and 1.5)"
            )
