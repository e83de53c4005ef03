"""A plain Python function of arrays becomes a Program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from autograd.builtins import SequenceBox

from engine.errors import GradwireError, LoweringError
from engine.program.program import Program, Role, Var
from engine.program.record import Recorder, recording
from engine.types import ArrayType, RecordType, TupleType, Type


def record_function(
    function: Callable[..., Any],
    types: Sequence[Type],
    *,
    names: Sequence[str] = (),
    roles: Sequence[Role] = (),
    origin: str = "",
) -> Program:
    """Return the program of `function(*arguments)`, written in autograd.numpy.

    An argument of tuple or record type arrives as a tuple or dict and becomes one input per leaf (named "name.k");
    the outputs are the leaves of what the function returns, in order (dicts by sorted key), named "0", "1.0", ...
    Raise LoweringError or ShapeError where the function cannot be recorded.
    """
    with recording():
        recorder = Recorder()
        recorder.origin = origin
        recorder.who = f"the function {getattr(function, '__name__', origin)}"
        arguments = [
            inputs_of(recorder, roles[n] if n < len(roles) else "data", names[n] if n < len(names) else str(n), kind)
            for n, kind in enumerate(types)
        ]
        result = call(recorder, function, arguments, {})
        found = list(named_leaves(recorder, result, ""))
    return recorder.program([var for _, var in found], [name or "0" for name, _ in found])


def call(
    recorder: Recorder, function: Callable[..., Any], arguments: Sequence[Any], settings: Mapping[str, Any]
) -> Any:
    """Return function(*arguments, **settings), recorded; turn what goes wrong into one sentence."""
    try:
        with np.errstate(all="ignore"):
            return function(*arguments, **settings)
    except GradwireError as error:
        raise type(error)(_sentence(recorder, error), node=recorder.origin or None) from error
    except Exception as error:
        raise LoweringError(f"{recorder.who} cannot be lowered: {error}", node=recorder.origin or None) from error


def _sentence(recorder: Recorder, error: GradwireError) -> str:
    return error.sentence if error.sentence.startswith(recorder.who) else f"{recorder.who}: {error.sentence}"


def inputs_of(recorder: Recorder, role: Role, name: str, kind: Type) -> Any:
    """Add one input per leaf of `kind`; return boxes in the same structure (tuples and dicts)."""
    match kind:
        case ArrayType():
            return recorder.input(role, name, kind)
        case TupleType(items):
            return tuple(inputs_of(recorder, role, f"{name}.{k}", item) for k, item in enumerate(items))
        case RecordType(fields):
            return {key: inputs_of(recorder, role, f"{name}.{key}", item) for key, item in fields}


def variables(recorder: Recorder, value: Any) -> Any:
    """Return `value` with each box or array as its variable, in tuples and dicts."""
    if isinstance(value, tuple | list | SequenceBox):
        return tuple(variables(recorder, value[k]) for k in range(len(value)))
    if isinstance(value, Mapping):
        return {name: variables(recorder, value[name]) for name in sorted(value)}
    return recorder.var(value)


def boxes(recorder: Recorder, value: Any) -> Any:
    """Return a structure of variables with a box for each."""
    if isinstance(value, Var):
        return recorder.box(value)
    if isinstance(value, tuple):
        return tuple(boxes(recorder, each) for each in value)
    return {name: boxes(recorder, each) for name, each in value.items()}


def flat(value: Any) -> Iterator[tuple[str, Var]]:
    """Yield (path, variable) for each leaf of a structure of variables; the path of a lone variable is ""."""
    if isinstance(value, Var):
        yield "", value
    else:
        for key, each in enumerate(value) if isinstance(value, tuple) else value.items():
            yield from ((f".{key}{path}", var) for path, var in flat(each))


def named_leaves(recorder: Recorder, value: Any, name: str) -> Iterator[tuple[str, Var]]:
    """Yield (name, variable) for each leaf of what a function returned."""
    for path, var in flat(variables(recorder, value)):
        yield f"{name}{path}".lstrip("."), var
