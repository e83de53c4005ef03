"""Derivatives of a reverse sweep: those of what it stands for, the scan back over all carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.autodiff.loop_rules import scanned_back
from engine.autodiff.rule_parts import (
    Pulled,
    Pushed,
    Shares,
    reached,
)
from engine.program import structure
from engine.program.compose import embed, select
from engine.program.program import Equation, Program, Var
from engine.program.record import Recorder
from engine.program.structure import SCAN, Loop, Sweep


def expanded(recorder: Recorder, equation: Equation) -> tuple[Program, list[int]]:
    """Return a program that gives what a reverse sweep gives (and 0 for what it held), saving all carries, and which
    arguments it takes."""
    sweep = Sweep.of(equation)
    numbers = [k for k, each in enumerate(equation.arguments) if type(each) is Var]
    inner = Recorder(outer=recorder)
    boxes = {k: inner.input("data", f"x{k}", recorder.types[equation.arguments[k]]) for k in numbers}
    count = boxes.get(0, equation.arguments[0])
    consts, carries, walked, _, _, through, stacks = sweep.parts([boxes[k] for k in numbers if k])
    structure.scan(
        inner, count, [*consts, *carries, *walked], sweep.body, consts=sweep.consts, carry=sweep.carry,
        reverse=sweep.reverse,
    )  # fmt: skip
    forward = next(each for each in reversed(inner.equations) if each.primitive == SCAN)
    places = [sweep.carry + k for k in range(sweep.stacks)]
    g = {**dict(zip(sweep.through, through, strict=True)), **dict(zip(places, stacks, strict=True))}
    results = scanned_back(inner, Loop.of(forward), sweep.back, g, sweep.through, sweep.sums, sweep.walked, places)
    outputs = [inner.var(each) for each in results]
    outputs.append(inner.constant(np.zeros((), np.int64)))
    whole = inner.program(outputs, [str(k) for k in range(len(outputs))])
    return select(whole, whole.outputs, whole.names), numbers


def sweep_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    program, taken = expanded(recorder, equation)
    wanted = reached(recorder, equation, g, numbers)
    back = pulled(recorder, program, tuple(g), [taken.index(number) for number in wanted])
    given = [*(recorder.box(equation.arguments[k]) for k in taken), *g.values()]
    return dict(zip(wanted, embed(recorder, back, given, recorder.origin), strict=True))


def sweep_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    program, taken = expanded(recorder, equation)
    items = list(range(len(program.outputs) - 1))
    forth = pushed(recorder, program, [taken.index(number) for number in given], items)
    operands = [*(recorder.box(equation.arguments[k]) for k in taken), *given.values()]
    results = embed(recorder, forth, operands, recorder.origin)
    return dict(zip(items, results[len(program.outputs) :], strict=True))
