"""A text of Python becomes a Program: the one way in."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from engine import limits
from engine.program.functions import inputs_of, named_leaves
from engine.program.program import Program, Role
from engine.program.record import Recorder, recording
from engine.python import calls
from engine.python.derivatives import DERIVATIVES
from engine.python.makers import BUILTINS
from engine.python.refusal import position, refusal
from engine.python.statements import STATEMENTS, block
from engine.python.syntax import read
from engine.python.values import Closure, Frame, Module, Value, flattened, is_array, is_number, unflattened
from engine.python.values import described as say
from engine.python.walker import Walker
from engine.types import Type

DEEP: Final = 20_000
"""Python's recursion limit while a text is walked through; the walker's own limits come first."""


@dataclass(frozen=True, slots=True)
class Function:
    """The function of a text: what it is called, its parameters, and which of them may be left out."""

    name: str
    parameters: tuple[str, ...]
    optional: tuple[str, ...]
    help: str
    returns: tuple[str, ...]
    """Names of the values it gives: those of the names it returns, else "value", or "value_1", "value_2", ..."""


def described(text: str) -> Function:
    """Return what a text's last function takes and gives, without walking through it; raise PythonError."""
    tree = read(text)
    node = _last(tree)
    own = node.args
    if own.vararg or own.kwarg or own.kwonlyargs:
        raise refusal(node, "a function's arguments are named one by one here: no '*' and no '**'")
    parameters = tuple(each.arg for each in (*own.posonlyargs, *own.args))
    optional = parameters[len(parameters) - len(own.defaults) :]
    return Function(node.name, parameters, optional, ast.get_docstring(node) or "", _returned(node))


def _last(tree: ast.Module) -> ast.FunctionDef:
    found = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    if not found:
        raise refusal((1, 1), "the text has no function; write def f(x): ... and return what the node gives")
    return found[-1]


def _returned(node: ast.FunctionDef) -> tuple[str, ...]:
    returns = [each for each in _own(node) if isinstance(each, ast.Return) and each.value is not None]
    value = returns[-1].value if returns else None
    if not isinstance(value, ast.Tuple):
        return ("value",)
    names = [each.id if isinstance(each, ast.Name) else "" for each in value.elts]
    return tuple(
        name if name and names.count(name) == 1 else f"value_{number}" for number, name in enumerate(names, start=1)
    )  # fmt: skip


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a function, but not what stands in functions inside of it, in the order of the text."""
    for each in ast.iter_child_nodes(node):
        yield each
        if not isinstance(each, ast.FunctionDef | ast.Lambda):
            yield from _own(each)


def program_of(
    text: str,
    types: Mapping[str, Type],
    *,
    origin: str = "",
    who: str = "the Python node",
    limit: int = limits.ITERATIONS,
    roles: Sequence[Role] = (),
) -> Program:
    """Return the program of a text's last function, called with arguments of these types.

    Inputs are named as the parameters (leaves of tuples and records "name.k"); outputs are the leaves of what the
    function returns. `limit` bounds each while loop. Raise PythonError, whose sentence names line and column.
    """
    with recording():
        recorder = Recorder()
        recorder.origin, recorder.who = origin, who
        arguments = {
            name: inputs_of(recorder, roles[number] if number < len(roles) else "data", name, kind)
            for number, (name, kind) in enumerate(types.items())
        }
        found = list(named_leaves(recorder, applied(recorder, text, arguments, limit), ""))
        return recorder.program([var for _, var in found], [name or "0" for name, _ in found])


def applied(recorder: Recorder, text: str, arguments: Mapping[str, Value], limit: int = limits.ITERATIONS) -> Value:
    """Return what a text's last function gives for these boxes (in tuples and dicts), recorded (while recording).

    The leaves of the result are boxes.
    """
    walker = Walker(recorder, limit)
    result = walked(walker, text, arguments)
    leaves, form = flattened(result)
    for each in leaves:
        if not (is_array(each) or is_number(each)):
            where = position(_last(read(text)))
            raise refusal(where, f"the function gives {say(each)}; give arrays, numbers, tuples or dicts")
    return unflattened([walker.scope.array(each) for each in leaves], form)


def walked(walker: Walker, text: str, arguments: Mapping[str, Value]) -> Value:
    """Return what a text's last function gives for these values, recorded by `walker` (while recording)."""
    tree = read(text)
    node = _last(tree)
    with _deep(node):
        walker.frame = Frame(dict(_GIVEN))
        walker.frame = Frame({}, walker.frame)
        for each in tree.body:
            if isinstance(each, ast.If | ast.While | ast.For | ast.Return):
                raise refusal(each, "outside of functions only imports, constants and functions are read")
            if type(each) in STATEMENTS:
                block(walker, [each], ())
        function = walker.frame.names[node.name]
        if not isinstance(function, Closure):
            raise refusal(node, f'the name "{node.name}" is used for something else after this function')
        return calls.applied(walker, node, function, [], dict(arguments))


@contextmanager
def _deep(node: ast.AST) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    except RecursionError:
        raise refusal(node, "the text nests too deep") from None
    finally:
        sys.setrecursionlimit(before)


_GIVEN: Final[Mapping[str, Any]] = {**BUILTINS, **DERIVATIVES, "np": Module("np"), "math": Module("math")}
"""What every text may use without importing it."""
