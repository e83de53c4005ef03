"""What passes share: rewriting equation by equation, counting, and going into nested Programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from engine.program.compose import rename, used
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.types import DYNAMIC, ArrayType, Shape

Change: TypeAlias = Callable[[Program], Program]
Rule: TypeAlias = "Callable[[Rewriter, Equation], Var | Equation | None]"
"""What an equation becomes: a variable that has its value, another equation for the same output, or None: no change."""
ROUNDS = 8
"""Most rules applied to one equation in turn."""

VIEWS = frozenset(
    {f"numpy.{name}" for name in ("reshape", "ravel", "transpose", "swapaxes", "moveaxis", "rollaxis", "squeeze")}
    | {f"numpy.{name}" for name in ("expand_dims", "matrix_transpose", "getitem", "flip", "broadcast_to")}
    | {f"gradwire.{name}" for name in ("stop", "stand_for", "custom", "clip_cotangent", "clip_cotangent_norm")}
    | {"autograd.container_take"}
)
"""Primitives that as a rule take no memory of their own."""
ELEMENTWISE: frozenset[str] = frozenset(
    name
    for name, each in PRIMITIVES.items()
    if isinstance(function := getattr(each, "fun", None), np.ufunc)
    and function.nout == 1
    and function.signature is None
)
"""Primitives that act on each element alone and broadcast, with a result in fresh memory: NumPy's ufuncs."""


class Rewriter:
    """The program while it is being rewritten: what each variable is made by, and where new equations go."""

    def __init__(self, program: Program) -> None:
        self.types: dict[Var, ArrayType] = dict(program.types)
        self.constants: dict[Var, Any] = dict(program.constants)
        self.equations: list[Equation] = []
        self.made: dict[Var, Equation] = {}
        self.tanh: dict[Var, Var] = {}
        """Which variable holds the hyperbolic tangent of which."""
        self.uses = Counter(var for equation in program.equations for var in used(equation.arguments))
        self.uses.update(program.outputs)
        self._next = first_free(program)

    def emit(
        self,
        primitive: str,
        arguments: Sequence[Any],
        kind: ArrayType,
        origin: str,
        settings: tuple[tuple[str, Any], ...] = (),
    ) -> Var:
        """Append an equation of this type; return its variable."""
        var = Var(self._next)
        self._next += 1
        self.types[var] = kind
        self.append(Equation(primitive, tuple(arguments), settings, var, origin))
        return var

    def append(self, equation: Equation) -> None:
        """Append an equation as it is."""
        self.equations.append(equation)
        self.made[equation.output] = equation

    def by(self, value: Any, primitive: str) -> Equation | None:
        """Return the equation that makes `value`, if it is one of this primitive."""
        found = self.made.get(value) if type(value) is Var else None
        return found if found is not None and found.primitive == primitive else None

    def number(self, value: Any) -> float | int | None:
        """Return the real number that a literal or a constant scalar is; None for anything else."""
        if type(value) is Var:
            value = self.constants.get(value)
            if value is None or np.ndim(value) or value.dtype.kind not in "fi":
                return None
            return value.item()  # type: ignore[no-any-return]
        return value if type(value) in (int, float) else None

    def type(self, value: Any) -> ArrayType | None:
        """Return the type of a variable; None for literals and for several arrays."""
        return self.types.get(value) if type(value) is Var else None

    def shape(self, value: Any) -> Shape:
        """Return the shape of a variable or a literal number."""
        return self.types[value].shape if type(value) is Var else np.shape(value)


def rewrite(program: Program, rules: Mapping[str, Sequence[Rule]]) -> Program:
    """Return the program with the first rule of its primitive that applies used on each equation, again and again; the
    program itself where none applies.

    Arguments have been rewritten before the equation that reads them. A rule's answer is taken only where it has the
    type of what it replaces, so that no rule can change a shape or a dtype.
    """
    if not program.reuse and not any(each.primitive in rules for each in program.equations):
        return program
    work = Rewriter(program)
    renamed: dict[Var, Var] = {}
    for equation in program.equations:
        now = with_renamed(equation, renamed)
        if equation.primitive not in rules:
            work.append(now)
            continue
        found: Var | Equation = now
        for _ in range(ROUNDS):
            better = _applied(work, found, rules)
            if better is None:
                break
            found = better
            if type(found) is Var:
                break
        if isinstance(found, Equation):
            work.append(found)
        else:
            renamed[equation.output] = found
    if not program.reuse and _untouched(work.equations, program.equations):
        return program
    return replace(
        program,
        constants=work.constants,
        equations=tuple(work.equations),
        types=work.types,
        outputs=tuple(renamed.get(var, var) for var in program.outputs),
        sockets={socket: rename(value, renamed) for socket, value in program.sockets.items()},
        reuse={},
    )


def _untouched(new: Sequence[Equation], old: Sequence[Equation]) -> bool:
    return len(new) == len(old) and all(one is other for one, other in zip(new, old, strict=True))


def _applied(work: Rewriter, found: Any, rules: Mapping[str, Sequence[Rule]]) -> Var | Equation | None:
    for rule in rules.get(found.primitive, ()):
        better = rule(work, found)
        if type(better) is Var and work.types.get(better) != work.types.get(found.output):
            continue
        if better is not None:
            return better
    return None


def with_renamed(equation: Equation, renamed: Mapping[Var, Var]) -> Equation:
    """Return the equation with the variables among its arguments renamed."""
    if not renamed or not any(var in renamed for var in used(equation.arguments)):
        return equation
    return replace(equation, arguments=tuple(rename(each, renamed) for each in equation.arguments))


def first_free(program: Program) -> int:
    """Return a number that no variable of the program has, nor any after it."""
    numbers = [var.index for var in program.types]
    numbers += [equation.output.index for equation in program.equations]
    return 1 + max(numbers, default=-1)


def inside(program: Program, change: Change) -> Program:
    """Return the program with `change` applied to the Programs that its structural equations hold, not to itself."""
    equations = tuple(_changed(equation, change) for equation in program.equations)
    same = all(new is old for new, old in zip(equations, program.equations, strict=True))
    return program if same else replace(program, equations=equations)


def everywhere(change: Change) -> Change:
    """Return `change` applied to a program and to all that it holds, innermost first."""

    def deep(program: Program) -> Program:
        return change(inside(program, deep))

    def whole(program: Program) -> Program:
        functions = {name: deep(each) for name, each in program.functions.items()}
        same = all(functions[name] is each for name, each in program.functions.items())
        return deep(program if same else replace(program, functions=functions))

    return whole


def _changed(equation: Equation, change: Change) -> Equation:
    if not equation.settings or not any(True for _ in nested(equation)):
        return equation
    settings = tuple((key, _each(value, change)) for key, value in equation.settings)
    same = all(new is old for (_, new), (_, old) in zip(settings, equation.settings, strict=True))
    return equation if same else replace(equation, settings=settings)


def _each(value: Any, change: Change) -> Any:
    if isinstance(value, Program):
        return change(value)
    if type(value) is not tuple:
        return value
    found = tuple(_each(each, change) for each in value)
    return value if all(new is old for new, old in zip(found, value, strict=True)) else found


def nested(equation: Equation) -> Iterator[Program]:
    """Yield the Programs in an equation's settings."""
    for _, value in equation.settings:
        if isinstance(value, Program):
            yield value
        elif type(value) is tuple:
            yield from (each for each in value if isinstance(each, Program))


def count_equations(program: Program) -> int:
    """Return how many equations a program has, those of nested Programs among them."""
    return sum(1 + sum(map(count_equations, nested(equation))) for equation in program.equations)


def size_of(kind: ArrayType) -> int:
    """Return the bytes of an array of this type; 0 where its length is known only at run time."""
    return 0 if DYNAMIC in kind.shape else math.prod(kind.shape) * np.dtype(kind.dtype).itemsize


def count_bytes(program: Program) -> int:
    """Return how many bytes the results of all equations take that have memory of their own, run once."""
    total = 0
    for equation in program.equations:
        kind = program.types.get(equation.output)
        if kind is not None and equation.primitive not in VIEWS and equation.output not in program.reuse:
            total += size_of(kind)
        total += sum(map(count_bytes, nested(equation)))
    return total
