"""Control flow as equations: branch, scan, while_loop and call, one equation each, with Programs in its settings.

| primitive | arguments | settings | gives |
|---|---|---|---|
| `gradwire.branch` | which, *operands | arms | the outputs of the arm chosen |
| `gradwire.scan` | count, *operands | body, consts, carry, reverse, memory | carries, then stacks |
| `gradwire.while_loop` | *operands | condition, body, consts, carry, limit, memory | carries, stacks, count |
| `gradwire.call` | *operands | function | the outputs of the function |

`which` is a bool or an int64 scalar; False and 0 mean the first arm, and what lies outside means the nearest. The
operands of a scan are `consts` that stay, `carry` that go from one iteration to the next, and sequences that are walked
along their first axis; its body takes one of each and, last, the number of the iteration (int64), and gives the carries
and what is stacked. `count` is a whole number or an int64 scalar. A while loop has no sequences; its condition takes
what its body takes. A call names a Program in `Program.functions`.

The builders here check that types fit, append the equation and one `autograd.container_take` for each value, and return
boxes. Those of engine.program.nesting record Python functions as the nested programs first.

A loop's `memory` says which of its carries are kept for the way back (engine.program.checkpoints). Where that is not
all, adjoints have a loop that `keeps` checkpoints (after its values it gives a stack of each carry's, and the
iterations they are of) and a `gradwire.reverse_sweep`, which goes back over them; the last thing that gives is how many
carries it held at once, at most.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from engine import limits
from engine.errors import LoweringError, SettingError, ShapeError
from engine.program.checkpoints import SAVE_ALL as SAVE_ALL
from engine.program.checkpoints import Policy
from engine.program.program import Equation, Program, Var
from engine.program.record import Recorder
from engine.types import DYNAMIC, ArrayType

BRANCH, SCAN, WHILE, CALL = "gradwire.branch", "gradwire.scan", "gradwire.while_loop", "gradwire.call"
SWEEP = "gradwire.reverse_sweep"
STRUCTURAL = frozenset({BRANCH, SCAN, WHILE, CALL, SWEEP})
"""Names of the primitives that have Programs; none is in PRIMITIVES, as none is a function of arrays alone."""
ITERATION = ArrayType((), "int64")


def branch(recorder: Recorder, which: Any, operands: Sequence[Any], arms: Sequence[Program]) -> list[Any]:
    """Append a branch; return the boxes of what the chosen arm gives.

    Raise ShapeError where the arms disagree in number or types of their outputs, or do not take the operands.
    """
    chosen = recorder.var(which)
    kind = recorder.types[chosen]
    if kind.shape != () or kind.dtype not in ("bool", "int64"):
        raise ShapeError(
            f"{recorder.who} chooses by a truth value or a whole number, one number; it was given {kind}",
            node=recorder.origin or None,
        )
    if not arms:
        raise ShapeError(f"{recorder.who} has no arm to choose", node=recorder.origin or None)
    variables = [recorder.var(each) for each in operands]
    given = [recorder.types[var] for var in variables]
    kinds = outputs_of(arms[0])
    for number, arm in enumerate(arms):
        _fits(recorder, arm, given, f"arm {number}")
        found = outputs_of(arm)
        if len(found) != len(kinds):
            raise ShapeError(
                f"{recorder.who} has arms that give {len(kinds)} and {len(found)} values; all must give as many",
                node=recorder.origin or None,
            )
        for place, (one, other) in enumerate(zip(kinds, found, strict=True)):
            if one != other:
                raise ShapeError(
                    f"{recorder.who} has arms that disagree: result {arm.names[place]!r} is {one} in the first and "
                    f"{other} in arm {number}; make their shapes and dtypes equal",
                    node=recorder.origin or None,
                )
    return recorder.structure(BRANCH, [chosen, *variables], [("arms", tuple(arms))], kinds)


def scan(
    recorder: Recorder,
    count: Any,
    operands: Sequence[Any],
    body: Program,
    *,
    consts: int,
    carry: int,
    reverse: bool = False,
    memory: str = SAVE_ALL,
) -> list[Any]:
    """Append a loop of `count` iterations; return the boxes of its carries and its stacks.

    `reverse` walks from the last element to the first: iteration, sequences and stacks alike. Raise ShapeError where a
    carry would change its type or a sequence is not `count` long.
    """
    _policy(recorder, memory, True)
    times = _count(recorder, count)
    length = times if isinstance(times, int) else DYNAMIC
    variables = [recorder.var(each) for each in operands]
    given = [recorder.types[var] for var in variables]
    walked = given[consts + carry :]
    for kind in walked:
        if not kind.shape or (kind.shape[0] != length and DYNAMIC not in (length, kind.shape[0])):
            raise ShapeError(
                f"{recorder.who} walks along a sequence of {kind} in {count if isinstance(times, int) else 'n'} "
                "iterations; its first axis must be that long",
                node=recorder.origin or None,
            )
    items = [ArrayType(kind.shape[1:], kind.dtype) for kind in walked]
    _fits(recorder, body, [*given[: consts + carry], *items, ITERATION], "the body")
    kinds = _carried(recorder, body, consts, carry)
    settings = [("body", body), ("consts", consts), ("carry", carry), ("reverse", reverse), ("memory", memory)]
    return recorder.structure(SCAN, [times, *variables], settings, [*kinds, *_stacks(body, carry, length)])


def while_loop(
    recorder: Recorder,
    operands: Sequence[Any],
    condition: Program,
    body: Program,
    *,
    consts: int,
    carry: int,
    limit: int = limits.ITERATIONS,
    memory: str = SAVE_ALL,
) -> list[Any]:
    """Append a loop that goes on while `condition` holds; return the boxes of its carries, its stacks and its count.

    More than `limit` iterations are a RunError at run time. Raise ShapeError where a carry would change its type.
    """
    _policy(recorder, memory, False)
    variables = [recorder.var(each) for each in operands]
    given = [*(recorder.types[var] for var in variables), ITERATION]
    _fits(recorder, condition, given, "the condition")
    _fits(recorder, body, given, "the body")
    if outputs_of(condition) != [ArrayType((), "bool")]:
        raise ShapeError(
            f"{recorder.who} goes on while its condition holds, so the condition must be one truth value; it is "
            f"{', '.join(map(str, outputs_of(condition))) or 'nothing'}",
            node=recorder.origin or None,
        )
    if consts + carry != len(variables):
        raise ShapeError(f"{recorder.who} was given {len(variables)} operands", node=recorder.origin or None)
    kinds = [*_carried(recorder, body, consts, carry), *_stacks(body, carry, DYNAMIC), ITERATION]
    settings = [
        ("condition", condition), ("body", body), ("consts", consts), ("carry", carry), ("limit", limit),
        ("memory", memory),
    ]  # fmt: skip
    return recorder.structure(WHILE, variables, settings, kinds)


def call(recorder: Recorder, function: str, operands: Sequence[Any], returns: Sequence[ArrayType]) -> list[Any]:
    """Append a call of the program `recorder.functions[function]`, which may still be missing; return boxes of what it
    gives, whose types are `returns`."""
    variables = [recorder.var(each) for each in operands]
    known = recorder.functions.get(function)
    if known is not None:
        _fits(recorder, known, [recorder.types[var] for var in variables], f"the function {function!r}")
        if outputs_of(known) != list(returns):
            raise ShapeError(
                f"{recorder.who} expects {', '.join(map(str, returns))} of the function {function!r}, which gives "
                f"{', '.join(map(str, outputs_of(known)))}",
                node=recorder.origin or None,
            )
    return recorder.structure(CALL, variables, [("function", function)], returns)


# ----- programs with other inputs and outputs -----


def reordered(program: Program, order: Sequence[int]) -> Program:
    """Return the program with its inputs in another order: `order` says which input comes first, second, ..."""
    return replace(program, inputs=tuple(program.inputs[k] for k in order))


def with_outputs(program: Program, numbers: Sequence[int]) -> Program:
    """Return the program with those of its outputs, in that order."""
    return replace(
        program,
        outputs=tuple(program.outputs[k] for k in numbers),
        names=tuple(program.names[k] for k in numbers),
    )


# ----- what stands in an equation -----


@dataclass(frozen=True, slots=True)
class Loop:
    """A scan or a while loop taken apart. `operands` are variables: consts, carries, sequences."""

    equation: Equation
    body: Program
    condition: Program | None
    count: Any
    operands: tuple[Any, ...]
    consts: int
    carry: int
    reverse: bool
    limit: int
    memory: str
    keeps: bool

    @classmethod
    def of(cls, equation: Equation) -> Loop:
        """Return the parts of a scan or a while loop."""
        settings = dict(equation.settings)
        again = equation.primitive == SCAN
        return cls(
            equation,
            settings["body"],
            settings.get("condition"),
            equation.arguments[0] if again else None,
            equation.arguments[1:] if again else equation.arguments,
            settings["consts"],
            settings["carry"],
            settings.get("reverse", False),
            settings.get("limit", 0),
            settings["memory"],
            settings.get("keeps", False),
        )

    @property
    def checkpoints(self) -> int:
        """Which item the first stack of checkpoints is, where the loop keeps some."""
        return len(self.body.outputs) + (self.condition is not None)

    @property
    def first(self) -> int:
        """Where the operands begin among the equation's arguments."""
        return 1 if self.condition is None else 0

    @property
    def stacked(self) -> int:
        """How many stacks the loop gives."""
        return len(self.body.outputs) - self.carry

    @property
    def sequences(self) -> int:
        """How many sequences are walked."""
        return len(self.operands) - self.consts - self.carry


@dataclass(frozen=True, slots=True)
class Sweep:
    """A reverse sweep taken apart.

    `body` gives the carries of the next iteration; `back` takes what the loop's body takes, the cotangents of the
    carries `through` and of `stacks` stacked items, and gives the cotangents of the carries `through`, of the constants
    `sums` and of the items of the sequences `walked` (numbers among the loop's operands). The operands are the loop's,
    the iterations of the checkpoints, a stack of checkpoints for each carry, and those cotangents.
    """

    body: Program
    back: Program
    consts: int
    carry: int
    sequences: int
    through: tuple[int, ...]
    sums: tuple[int, ...]
    walked: tuple[int, ...]
    stacks: int
    reverse: bool
    memory: str

    @classmethod
    def of(cls, equation: Equation) -> Sweep:
        """Return the parts of a reverse sweep."""
        return cls(**dict(equation.settings))

    @property
    def settings(self) -> list[tuple[str, Any]]:
        """The settings of the equation."""
        return [(each.name, getattr(self, each.name)) for each in fields(self)]

    @property
    def kinds(self) -> list[ArrayType]:
        """The types of what `back` gives."""
        return outputs_of(self.back)

    def parts(self, operands: Sequence[Any]) -> tuple[Sequence[Any], ...]:
        """Return (constants, carries, sequences, [iterations], checkpoints, cotangents of carries, of stacks)."""
        sizes = (self.consts, self.carry, self.sequences, 1, self.carry, len(self.through), self.stacks)
        ends = list(itertools.accumulate(sizes))
        return tuple(operands[end - size : end] for size, end in zip(sizes, ends, strict=True))


def outputs_of(program: Program) -> list[ArrayType]:
    """Return the types of a program's outputs."""
    return [program.types[var] for var in program.outputs]


def programs_of(equation: Equation) -> tuple[tuple[str, Program], ...]:
    """Return the programs in an equation's settings, each with what it is called: "arms.0", "body", "condition"."""
    found: list[tuple[str, Program]] = []
    for key, value in equation.settings:
        if isinstance(value, Program):
            found.append((key, value))
        elif type(value) is tuple:
            found += [(f"{key}.{k}", each) for k, each in enumerate(value) if isinstance(each, Program)]
    return tuple(found)


def calls(program: Program) -> set[str]:
    """Return the names of the functions that a program calls, in nested programs too."""
    found: set[str] = set()
    for equation in program.equations:
        if equation.primitive == CALL:
            found.add(dict(equation.settings)["function"])
        for _, inner in programs_of(equation):
            found |= calls(inner)
    return found


def with_programs(equation: Equation, change: Callable[[Program], Program]) -> Equation:
    """Return the equation with `change` done to each program in its settings."""

    def changed(value: Any) -> Any:
        if isinstance(value, Program):
            return change(value)
        return tuple(map(changed, value)) if type(value) is tuple else value

    if equation.primitive not in STRUCTURAL:
        return equation
    settings = tuple((key, changed(value)) for key, value in equation.settings)
    return Equation(equation.primitive, equation.arguments, settings, equation.output, equation.origin)


def taken(equations: Sequence[Equation]) -> dict[Var, dict[int, list[Var]]]:
    """Return, for each structural equation's variable, which of its values are taken, and into which variables."""
    found: dict[Var, dict[int, list[Var]]] = {each.output: {} for each in equations if each.primitive in STRUCTURAL}
    for each in equations:
        if each.primitive == "autograd.container_take" and each.arguments[0] in found:
            found[each.arguments[0]].setdefault(each.arguments[1], []).append(each.output)
    return found


def _policy(recorder: Recorder, memory: str, counted: bool) -> None:
    try:
        Policy.of(memory, counted=counted)
    except SettingError as error:
        raise SettingError(f"{recorder.who}: {error.sentence}", node=recorder.origin or None) from error


def _count(recorder: Recorder, count: Any) -> Any:
    if isinstance(count, int | np.integer) and not isinstance(count, bool):
        if count < 0:
            raise ShapeError(f"{recorder.who} cannot repeat {count} times", node=recorder.origin or None)
        return int(count)
    var = recorder.var(count)
    if recorder.types[var] != ITERATION:
        raise ShapeError(
            f"{recorder.who} counts its iterations by a whole number (int64); it was given {recorder.types[var]}",
            node=recorder.origin or None,
        )
    return var


def _fits(recorder: Recorder, program: Program, given: Sequence[ArrayType], what: str) -> None:
    wanted = [each.type for each in program.inputs]
    if len(wanted) != len(given):
        raise ShapeError(
            f"{recorder.who} gives {len(given)} values to {what}, which takes {len(wanted)}",
            node=recorder.origin or None,
        )
    for one, other, each in zip(wanted, given, program.inputs, strict=True):
        if one != other:
            raise ShapeError(
                f"{recorder.who} gives {other} to {what}, which takes {one} as {each.name!r}",
                node=recorder.origin or None,
            )


def _carried(recorder: Recorder, body: Program, consts: int, carry: int) -> list[ArrayType]:
    if len(body.outputs) < carry:
        raise ShapeError(
            f"{recorder.who} carries {carry} values, and its body gives {len(body.outputs)}",
            node=recorder.origin or None,
        )
    kinds = outputs_of(body)[:carry]
    for k, kind in enumerate(kinds):
        before = body.inputs[consts + k]
        if kind != before.type:
            raise ShapeError(
                f"{recorder.who} carries {before.name!r} as {before.type}, and its body gives {kind}: a value that is "
                "carried keeps its shape and dtype",
                node=recorder.origin or None,
            )
    return kinds


def _stacks(body: Program, carry: int, length: int) -> list[ArrayType]:
    return [ArrayType((length, *kind.shape), kind.dtype) for kind in outputs_of(body)[carry:]]


def function_of(functions: Mapping[str, Program], equation: Equation) -> Program:
    """Return the program that a call names; raise LoweringError where there is none."""
    name = dict(equation.settings)["function"]
    if name not in functions:
        raise LoweringError(f"there is no function {name!r} to call", node=equation.origin or None)
    return functions[name]
