"""Loops in loops instead of checkpoints: a few carries kept by structure alone, for backends without schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import autograd.numpy as anp
import numpy as np

from engine.program import structure
from engine.program.checkpoints import Policy
from engine.program.compose import embed, renamed_equation, used
from engine.program.nesting import nested
from engine.program.program import Equation, Program, Var
from engine.program.record import Recorder, recording
from engine.program.structure import ITERATION, SAVE_ALL, SCAN, Loop, taken, with_programs
from engine.types import ArrayType

TAKE = "autograd.container_take"


def segmented(program: Program) -> Program:
    """Return the program with each scan whose memory is `every k` as a scan over stretches of k iterations, and one
    over the rest; all carries of these are saved.

    Saving every carry of both keeps count / k and k carries at once, as the inner loop runs again on the way back.
    `binomial` with a known count becomes scans in scans in scans, as many as keep the carries of all together within
    its slots: each is one more run of the iterations in it, where Revolve runs them again as seldom as can be.
    Variables of `program` keep their numbers. A scan whose count is known only at run time is left alone where it walks
    along sequences, stacks something, or has no k, as nothing can be cut at a length that is not known.
    """
    with recording():
        functions = {name: _segmented(each, None) for name, each in program.functions.items()}
        return replace(_segmented(program, None), functions=functions)


def _segmented(program: Program, outer: Recorder | None) -> Program:
    recorder = Recorder.extending(program, outer)
    ready = taken(program.equations)
    made: list[Equation] = []
    gone: set[Var] = set()
    for before in program.equations:
        equation = with_programs(before, lambda inner: _segmented(inner, recorder))
        loop = Loop.of(equation) if equation.primitive == SCAN else None
        if loop is not None and _divisible(loop):
            gone.add(equation.output)
            recorder.origin = equation.origin
            made += _cut(recorder, loop, ready[equation.output])
        elif equation.primitive != TAKE or equation.arguments[0] not in gone:
            made.append(equation)
    constants = {**program.constants, **recorder.constants}
    return replace(program, equations=tuple(made), types=recorder.types, constants=constants, reuse={})


def _divisible(loop: Loop) -> bool:
    policy = Policy.of(loop.memory)
    if policy.kind == "binomial":
        return isinstance(loop.count, int) and not loop.keeps and pieces_of(loop.count, policy) is not None
    known = isinstance(loop.count, int) or (policy.number is not None and not loop.sequences and not loop.stacked)
    return policy.kind == "every" and known and not loop.keeps


def pieces_of(count: int, policy: Policy) -> int | None:
    """Return into how many stretches scans in scans cut `count` iterations so that the carries they save together are
    as many as a binomial policy has slots, at most; 1 where they can all be saved, None where they are too many."""
    slots = policy.slots(count)
    for levels in range(1, max(1, count.bit_length()) + 1):
        pieces = next(n for n in range(max(1, int(count ** (1 / levels)) - 1), count + 2) if n**levels >= count)
        if levels * pieces <= slots:
            return 1 if levels == 1 else pieces
    return None


def _cut(recorder: Recorder, loop: Loop, wanted: Mapping[int, Sequence[Var]]) -> list[Equation]:
    """Return the equations that give what is taken of a loop, into the same variables."""
    recorder.equations = []
    results = _results(recorder, loop)
    equations = recorder.equations
    recorder.equations = []
    renamed = {results[item]._node.var: variables[0] for item, variables in wanted.items()}
    equations = [renamed_equation(each, renamed) for each in equations]
    for variables in wanted.values():
        for var in variables[1:]:
            (source,) = [each for each in equations if each.output == variables[0]]
            equations.append(replace(source, output=var))
    read = {var for each in equations for var in used(each.arguments)}
    read.update(var for variables in wanted.values() for var in variables)
    return [each for each in equations if each.primitive != TAKE or each.output in read]


def _results(recorder: Recorder, loop: Loop) -> list[Any]:
    """Append the scan over stretches and the one over the rest; return the boxes of the carries and of the stacks."""
    count = loop.count if isinstance(loop.count, int) else recorder.box(loop.count)
    policy = Policy.of(loop.memory)
    inner = SAVE_ALL
    if policy.kind == "binomial":
        known = int(loop.count)
        size = -(-known // (pieces_of(known, policy) or 1)) or 1
        inner = f"binomial {policy.slots(known) - known // size}" if size < known else SAVE_ALL
    else:
        size = min(policy.stride(count if isinstance(count, int) else 0), 2**31)
    pieces = count // size
    cut = pieces * size
    boxes = [recorder.box(var) for var in loop.operands]
    first = loop.consts + loop.carry
    consts, carries, sequences = boxes[: loop.consts], boxes[loop.consts : first], boxes[first:]
    stacks: list[list[Any]] = [[] for _ in range(loop.stacked)]

    def stretches(carries: Sequence[Any]) -> list[Any]:
        walked = [anp.reshape(each[:cut], (pieces, size, *each.shape[1:])) for each in sequences]
        body = _stretch(recorder, loop, size, inner)
        given = [*consts, *carries, *walked]
        ends = structure.scan(recorder, pieces, given, body, consts=loop.consts, carry=loop.carry, reverse=loop.reverse)
        for stack, each in zip(stacks, ends[loop.carry :], strict=True):
            stack.append(anp.reshape(each, (cut, *each.shape[2:])))
        return ends[: loop.carry]

    def rest(carries: Sequence[Any]) -> list[Any]:
        if inner != SAVE_ALL and pieces_of(int(count - cut), Policy.of(inner)) != 1:
            return last(carries)
        begin = recorder.box(recorder.var(cut)) if not isinstance(cut, int) else _number(recorder, cut)
        given = [begin, *consts, *carries, *(each[cut:] for each in sequences)]
        ends = structure.scan(
            recorder, count - cut, given, _shifted(recorder, loop), consts=loop.consts + 1, carry=loop.carry,
            reverse=loop.reverse,
        )  # fmt: skip
        for stack, each in zip(stacks, ends[loop.carry :], strict=True):
            stack.append(each)
        return ends[: loop.carry]

    def last(carries: Sequence[Any]) -> list[Any]:
        left = count - cut
        walked = [anp.reshape(each[cut:], (1, left, *each.shape[1:])) for each in sequences]
        fewer = f"binomial {policy.slots(int(count)) - pieces - 1}"  # one is kept where this stretch begins
        body = _stretch(recorder, loop, left, fewer, cut)
        ends = structure.scan(recorder, 1, [*consts, *carries, *walked], body, consts=loop.consts, carry=loop.carry)
        for stack, each in zip(stacks, ends[loop.carry :], strict=True):
            stack.append(anp.reshape(each, (left, *each.shape[2:])))
        return ends[: loop.carry]

    parts = [part for part, length in ((stretches, pieces), (rest, count - cut)) if not _none(length)]
    for part in reversed(parts) if loop.reverse else parts:
        carries = part(carries)
    if not parts:
        return structure.scan(recorder, 0, boxes, loop.body, consts=loop.consts, carry=loop.carry)
    ordered = [stack[::-1] if loop.reverse else stack for stack in stacks]
    return [*carries, *(stack[0] if len(stack) == 1 else anp.concatenate(stack) for stack in ordered)]


def _none(length: Any) -> bool:
    return isinstance(length, int) and length == 0


def _number(recorder: Recorder, value: int) -> Any:
    return recorder.box(recorder.constant(np.array(value, np.int64)))


def _shifted(recorder: Recorder, loop: Loop) -> Program:
    """Return the loop's body with one more constant, the first: the iteration at which it begins."""
    kinds = [ITERATION, *(each.type for each in loop.body.inputs)]

    def body(inner: Recorder, begin: Any, *given: Any) -> list[Any]:
        return embed(inner, loop.body, [*given[:-1], given[-1] + begin])

    return nested(recorder, body, kinds)[0]


def _stretch(recorder: Recorder, loop: Loop, size: int, memory: str, begin: int = 0) -> Program:
    """Return the body of the scan over stretches: a scan of `size` iterations, from size times the stretch's number
    after `begin`, cut again where its memory says so."""
    first = loop.consts + loop.carry
    inputs = [each.type for each in loop.body.inputs[:-1]]
    walked = [ArrayType((size, *kind.shape), kind.dtype) for kind in inputs[first:]]

    def body(inner: Recorder, *given: Any) -> list[Any]:
        step = _shifted(inner, loop)
        operands = [given[-1] * size + begin, *given[:-1]]
        return structure.scan(
            inner, size, operands, step, consts=loop.consts + 1, carry=loop.carry, reverse=loop.reverse, memory=memory
        )

    made = nested(recorder, body, [*inputs[:first], *walked, ITERATION])[0]
    return made if memory == SAVE_ALL else _segmented(made, recorder)
