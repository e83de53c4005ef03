"""The tape: autograd itself over a program's equations, define by run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.tracer import getval, isbox, new_box, trace_stack
from autograd.util import toposort

from engine.autodiff import rules as rules
from engine.backends.numpy_code import Writer, compiled
from engine.backends.structure_code import plain
from engine.program.compose import with_output
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var

Values = Sequence[Any]


def value_and_gradient(
    program: Program, wrt: Sequence[Var], of: Var | None = None
) -> Callable[[Values], tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Return a function: values in the order of `program.inputs` -> (outputs, gradients of `of` by `wrt`).

    `of` is the first output where not given; `wrt` are inputs. Zeros where `of` does not depend on an input.
    Each call runs autograd's primitives on autograd's boxes, which leaves a tape, and walks it back.
    """
    of = program.outputs[0] if of is None else of
    run = taped_function(program, of)
    places = {each.var: k for k, each in enumerate(program.inputs)}
    positions = [places[var] for var in wrt]
    dtypes = [np.dtype(each.type.dtype) for each in program.inputs]
    kinds = [program.types[var] for var in wrt]

    def gradient(values: Values) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        ready: list[Any] = [
            value if isinstance(value, np.ndarray | np.generic) else np.asarray(value, dtype)
            for value, dtype in zip(values, dtypes, strict=True)
        ]
        with tracing() as level, np.errstate(all="ignore"):
            roots = [VJPNode.new_root() for _ in positions]
            for position, root, kind in zip(positions, roots, kinds, strict=True):
                if kind.differentiable:
                    ready[position] = new_box(ready[position], level, root)
            *outputs, end = run(*ready)
            found = walk_back(end, roots) if isbox(end) else {}
        gradients = tuple(
            np.asarray(found[root], kind.dtype)[()] if root in found else np.zeros(kind.shape, kind.dtype)
            for root, kind in zip(roots, kinds, strict=True)
        )
        return tuple(getval(each) for each in outputs), gradients

    return gradient


def walk_back(end: Any, roots: Sequence[VJPNode]) -> dict[VJPNode, Any]:
    """Return the cotangent of each of `roots` that `end` depends on, walking the tape from a scalar box."""
    kept = set(roots)
    found: dict[VJPNode, Any] = {}
    cotangents: dict[VJPNode, Any] = {end._node: (np.ones((), getattr(end._value, "dtype", float))[()], False)}
    for node in toposort(end._node):
        g = cotangents.pop(node)[0]
        if node in kept:
            found[node] = g
        for parent, share in zip(node.parents, node.vjp(g), strict=True):
            cotangents[parent] = add_outgrads(cotangents.get(parent), share)
    return found


@contextmanager
def tracing() -> Iterator[int]:
    """A level of autograd's trace stack, put back also when the function inside fails."""
    level = trace_stack.top
    trace_stack.top = level + 1
    try:
        yield level + 1
    finally:
        trace_stack.top = level


class _TapeWriter(Writer):
    """Writes a program as calls of autograd's primitives, one assignment per equation."""

    remembers = False

    def prologue(self) -> list[str]:
        return []

    def plain(self, text: str) -> str:
        return f"{self.named(plain, 'gradwire.plain')}({text})"

    def expression(self, equation: Equation) -> str:
        function = self.named(PRIMITIVES[equation.primitive], equation.primitive)
        return self.call(function, [self.argument(each) for each in equation.arguments], equation.settings)


def taped_function(program: Program, of: Var) -> Callable[..., tuple[Any, ...]]:
    """Return the program as a function of boxes or arrays that gives its outputs and, last, `of`."""
    writer = _TapeWriter(with_output(program, of, "of"))
    return compiled(writer.source(), writer.namespace)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tape, for display: what was called on what, the result, and the cotangent that came back."""

    number: int
    primitive: str
    arguments: tuple[str, ...]
    result: str
    node: str
    value: Any
    cotangent: Any


def tape_rows(program: Program, values: Mapping[Var, Any], cotangents: Mapping[Var, Any]) -> tuple[Row, ...]:
    """Return the tape as rows, from the values and cotangents of the program's variables."""
    return tuple(
        Row(
            number,
            equation.primitive.rpartition(".")[2],
            tuple(_shown(each) for each in equation.arguments),
            _shown(equation.output),
            equation.origin,
            values.get(equation.output),
            cotangents.get(equation.output),
        )
        for number, equation in enumerate(program.equations)
    )


def _shown(value: Any) -> str:
    return f"v{value.index}" if type(value) is Var else repr(value)
