"""A program as readable Python: the equations that are compiled, with names that people know. Never compiled itself."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.backends.numpy_code import INFIX
from engine.program.compose import used
from engine.program.primitives import PART
from engine.program.program import Equation, Program, Var
from engine.program.structure import programs_of
from engine.types import shape_text

_WORD = re.compile(r"\W+")
_SHOWN = 6
"""Most numbers of a constant that are written out."""


def listing(program: Program, *, labels: Mapping[str, str] | None = None) -> str:
    """Return the program as text: a heading per node, one line per equation with the shape of its result.

    `labels` are the names people gave to nodes, by id. Inputs and values of sockets are called by them, or by ids.
    """
    says = labels or {}
    lines = _lines(program, "program", says)
    for name, function in program.functions.items():
        lines += ["", *_lines(function, _word(f"call {name}"), says)]
    return "\n".join(lines) + "\n"


def _lines(program: Program, name: str, says: Mapping[str, str]) -> list[str]:
    """Return a program's lines; the programs inside an equation follow it, further to the right."""
    called = _names(program, says)
    lines = [f"def {name}({', '.join(called[each.var] for each in program.inputs)}):"]
    lines += [f"    # {called[each.var]}: {each.role}, {each.type}" for each in program.inputs]
    origin = None
    for equation in program.equations:
        if equation.origin != origin:
            origin = equation.origin
            lines.append(f"\n    # {_heading(origin, says)}")
        kind = program.types.get(equation.output)
        shown = "" if kind is None else f"  # {shape_text(kind.shape)}"
        inner = [line for key, each in programs_of(equation) for line in _lines(each, _word(key), says)]
        lines += [f"        {line}" for line in inner]
        lines.append(f"    {called[equation.output]} = {_expression(program, equation, called)}{shown}")
    lines.append(f"\n    return {', '.join(_argument(program, var, called) for var in program.outputs)}")
    return [part for line in lines for part in line.split("\n")]


def _word(text: str) -> str:
    return _WORD.sub("_", text).strip("_")


def _heading(origin: str, labels: Mapping[str, str]) -> str:
    before, found, node = origin.rpartition(" of ")
    text = f"{labels[node]} ({node})" if node in labels else node
    return f"{before}{found}{' '.join(text.split()) or 'program'}"


def _names(program: Program, labels: Mapping[str, str]) -> dict[Var, str]:
    """Return a name for each variable, every one once: inputs and sockets by their own, the others v<number>."""
    wanted = [(each.var, _relabelled(each.name, labels)) for each in program.inputs]
    wanted += [
        (value, f"{labels.get(s.node, s.node)}_{s.name}") for s, value in program.sockets.items() if type(value) is Var
    ]
    wanted += [
        (var, f"grad_{_relabelled(name.partition(' of ')[2], labels)}")
        for var, name in zip(program.outputs, program.names, strict=True)
        if name.startswith("gradient of ")
    ]
    called: dict[Var, str] = {}
    taken: set[str] = set()
    for var, name in wanted:
        word = _WORD.sub("_", name).strip("_")
        if var not in called and word and word not in taken and not word[0].isdigit() and not keyword.iskeyword(word):
            called[var] = word
            taken.add(word)
    for var in [*(each.var for each in program.inputs), *(equation.output for equation in program.equations)]:
        if var not in called:
            word = f"v{var.index}"
            while word in taken:
                word += "_"
            called[var] = word
            taken.add(word)
    return called


def _relabelled(name: str, labels: Mapping[str, str]) -> str:
    """Return an input's name ("node" or "node.setting") with the node's label in place of its id."""
    node, dot, rest = name.rpartition(".")
    return labels[name] if name in labels else f"{labels.get(node, node)}{dot}{rest}"


def _expression(program: Program, equation: Equation, called: Mapping[Var, str]) -> str:
    arguments = [_argument(program, each, called) for each in equation.arguments]
    short = place_text(equation, arguments, lambda value: _argument(program, value, called))
    short = short or infix_text(equation, arguments)
    if short is not None:
        return short
    words = [*arguments, *(f"{key}={_argument(program, value, called)}" for key, value in equation.settings)]
    family, _, name = equation.primitive.partition(".")
    return f"{'np.' if family == 'numpy' else ''}{name}({', '.join(words)})"


def infix_text(equation: Equation, arguments: Sequence[str]) -> str | None:
    """Return an equation as an infix expression, where it has one."""
    infix = INFIX.get(equation.primitive)
    return infix.format(*arguments) if infix is not None and not equation.settings else None


def place_text(equation: Equation, arguments: Sequence[str], argument: Callable[[Any], str]) -> str | None:
    """Return an equation that takes elements as x[...], where it is one; `argument` writes a value."""
    if equation.primitive in ("numpy.getitem", "autograd.container_take"):
        return f"{arguments[0]}[{_index(equation.arguments[1], argument)}]"
    if equation.primitive == "gradwire.index":
        parts = iter(arguments[2:])
        places = [next(parts) if each == PART else _index(each, argument) for each in equation.arguments[1]]
        return f"{arguments[0]}[{', '.join(places)}]"
    return None


def _index(value: Any, argument: Callable[[Any], str]) -> str:
    if isinstance(value, slice):
        parts = ["" if part is None else str(part) for part in (value.start, value.stop, value.step)]
        return ":".join(parts if value.step is not None else parts[:2])
    if type(value) is tuple and value:
        return ", ".join(_index(each, argument) for each in value)
    return "..." if value is Ellipsis else argument(value)


def _argument(program: Program, value: Any, called: Mapping[Var, str]) -> str:
    if isinstance(value, Program):
        return f"<{len(value.equations)} equations>"
    if type(value) is tuple and value and all(isinstance(each, Program) for each in value):
        return f"({', '.join(_argument(program, each, called) for each in value)})"
    if type(value) is Var:
        return called[value] if value in called else constant_text(program.constants[value])
    if type(value) in (tuple, list) and any(True for _ in used(value)):
        inner = ", ".join(_argument(program, each, called) for each in value)
        return f"({inner})" if type(value) is tuple else f"[{inner}]"
    return repr(value)


def constant_text(array: Any) -> str:
    """Return a constant as text: its numbers where they are few, else its type."""
    if np.size(array) <= _SHOWN:
        return repr(np.asarray(array).tolist())
    return f"<{np.asarray(array).dtype} {shape_text(np.shape(array))}>"
