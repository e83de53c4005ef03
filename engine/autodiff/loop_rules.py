"""Derivatives of scans and while loops.

The adjoint of a loop is a scan the other way, over the carries that the loop saved; where the loop keeps checkpoints
only, it is a reverse sweep. The loop that saves or keeps takes the place of the loop itself (`Recorder.instead`).
Cotangents of constants are summed up in the carry. The tangent of a loop is a loop of values and tangents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import autograd.numpy as anp

from engine.autodiff.dependence import Dependence
from engine.autodiff.rule_parts import (
    Pulled,
    Pushed,
    Shares,
    moved_items,
    needed,
    number_set,
    reached,
    replaced_by,
    zeros,
)
from engine.program import structure
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.program.record import Recorder
from engine.program.structure import SAVE_ALL, Loop, Sweep
from engine.types import DYNAMIC, ArrayType


def loop_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    loop = Loop.of(equation)
    wanted = {number - loop.first for number in reached(recorder, equation, g, numbers)}
    if not wanted:
        return {}
    through = _reversed_carries(recorder, loop, g, wanted)
    consts = sorted(k for k in wanted if k < loop.consts)
    sequences = sorted(k for k in wanted if k >= loop.consts + loop.carry)
    stacks = [k for k in g if k >= loop.carry]
    back = pulled(recorder, loop.body, [*through, *stacks], [*(loop.consts + k for k in through), *consts, *sequences])
    reads = needed(back)
    plain = loop.memory == SAVE_ALL or not any(each.var in reads for each in _carries(loop))
    way = scanned_back if plain else _swept_back
    results = way(recorder, loop, back, g, through, consts, sequences, stacks)
    places = [*(loop.consts + k for k in through), *consts, *sequences]
    return {place + loop.first: result for place, result in zip(places, results, strict=True) if place in wanted}


def _reversed_carries(recorder: Recorder, loop: Loop, g: Mapping[int, Any], wanted: Iterable[int]) -> list[int]:
    """Return the carries whose cotangents go from one iteration to the next: reached backwards from the cotangents
    that are known, and forwards from what is wanted."""
    masks = Dependence(recorder.functions).program(loop.body)
    active = {k for k in range(loop.carry) if loop.consts + k in wanted}
    sources = {k for k in wanted if not loop.consts <= k < loop.consts + loop.carry}
    changed = True
    while changed:
        inputs = number_set([*sources, *(loop.consts + k for k in active)])
        after = active | {k for k in range(loop.carry) if masks[k] & inputs}
        changed, active = after != active, after
    active = {k for k in active if loop.body.inputs[loop.consts + k].type.differentiable}
    carried = {k for k in g if k < loop.carry} & active
    reached = set(carried)
    waiting = [*carried, *(k for k in g if k >= loop.carry)]
    while waiting:
        mask = masks[waiting.pop()]
        for k in active - reached:
            if mask >> (loop.consts + k) & 1:
                reached.add(k)
                waiting.append(k)
    return sorted(reached)


def scanned_back(
    recorder: Recorder,
    loop: Loop,
    back: Program,
    g: Mapping[int, Any],
    through: Sequence[int],
    consts: Sequence[int],
    sequences: Sequence[int],
    stacks: Sequence[int],
) -> list[Any]:
    """Append the scan the other way; return the cotangents of carries, constants and sequences."""
    reads = needed(back)
    inputs = back.inputs[: len(loop.body.inputs)]
    given = back.inputs[len(inputs) :]
    first = loop.consts + loop.carry
    kept = [k for k in range(loop.consts) if inputs[k].var in reads]
    saved = [k for k in range(loop.carry) if inputs[loop.consts + k].var in reads]
    walked = [k for k in range(first, first + loop.sequences) if inputs[k].var in reads]

    inner = Recorder.extending(back, recorder)
    inner.origin = recorder.origin
    shares = dict(zip(consts, back.outputs[len(through) :], strict=False))
    sums: list[ProgramInput] = []
    totals: list[Var] = []
    for k in consts:
        so_far = inner.input("cotangent", f"cotangent of {inputs[k].name} so far", inputs[k].type)
        totals.append(inner.var(anp.add(so_far, inner.box(shares[k]))))
        sums.append(inner.inputs[-1])
    carried = back.outputs[: len(through)]
    items = back.outputs[len(through) + len(consts) :]
    body = Program(
        inputs=(
            *(inputs[k] for k in kept), *given[: len(through)], *sums, *(inputs[loop.consts + k] for k in saved),
            *(inputs[k] for k in walked), *given[len(through) :], inputs[-1],
        ),
        constants=inner.constants,
        equations=(*back.equations, *inner.equations),
        outputs=(*carried, *totals, *items),
        names=tuple(str(k) for k in range(len(through) + len(consts) + len(sequences))),
        types=inner.types,
        functions=recorder.functions,
    )  # fmt: skip
    count, tapes = _saved(recorder, loop, saved)
    operands = [
        *(recorder.box(loop.operands[k]) for k in kept),
        *(g[k] if k in g else zeros(recorder, loop.operands[loop.consts + k]) for k in through),
        *(zeros(recorder, loop.operands[k]) for k in consts),
        *tapes,
        *(recorder.box(loop.operands[k]) for k in walked),
        *(g[k] for k in stacks),
    ]
    return structure.scan(
        recorder, count, operands, body, consts=len(kept), carry=len(through) + len(consts), reverse=not loop.reverse
    )


def _carries(loop: Loop) -> Sequence[ProgramInput]:
    return loop.body.inputs[loop.consts : loop.consts + loop.carry]


def _swept_back(
    recorder: Recorder,
    loop: Loop,
    back: Program,
    g: Mapping[int, Any],
    through: Sequence[int],
    consts: Sequence[int],
    sequences: Sequence[int],
    stacks: Sequence[int],
) -> list[Any]:
    """Append the loop that keeps checkpoints, to take the loop's place, and the sweep back; return the cotangents."""
    equation = loop.equation if loop.keeps else recorder.savers.get(loop.equation.output)
    if equation is None:
        before = loop.equation
        whole = recorder.fresh(None)
        equation = replace(before, settings=(*before.settings, ("keeps", True)), output=whole)
        recorder.equations.append(equation)
        recorder.savers[before.output] = equation
        recorder.instead.setdefault(before.output, (whole, tuple(range(loop.checkpoints))))
    whole, first = equation.output, loop.checkpoints
    tapes = [
        recorder.take(whole, first + k, ArrayType((DYNAMIC, *each.type.shape), each.type.dtype))
        for k, each in enumerate(_carries(loop))
    ]
    at = recorder.take(whole, first + loop.carry, ArrayType((DYNAMIC,), "int64"))
    count = loop.count
    if loop.condition is not None:
        count = recorder.var(recorder.take(whole, first - 1, structure.ITERATION))
    sweep = Sweep(
        structure.with_outputs(loop.body, range(loop.carry)), back, loop.consts, loop.carry, loop.sequences,
        tuple(through), tuple(consts), tuple(sequences), len(stacks), loop.reverse, loop.memory,
    )  # fmt: skip
    operands = [
        *map(recorder.box, loop.operands), at, *tapes,
        *(g[k] if k in g else zeros(recorder, loop.operands[loop.consts + k]) for k in through),
        *(g[k] for k in stacks),
    ]  # fmt: skip
    return _sweep(recorder, count, [recorder.var(each) for each in operands], sweep)[:-1]


def _sweep(recorder: Recorder, count: Any, operands: Sequence[Var], sweep: Sweep) -> list[Any]:
    kinds = sweep.kinds
    summed = len(sweep.through) + len(sweep.sums)
    length = count if isinstance(count, int) else DYNAMIC
    stacked = [ArrayType((length, *kind.shape), kind.dtype) for kind in kinds[summed:]]
    kinds = [*kinds[:summed], *stacked, structure.ITERATION]
    return recorder.structure(structure.SWEEP, [count, *operands], sweep.settings, kinds)


def _saved(recorder: Recorder, loop: Loop, carries: Sequence[int]) -> tuple[Any, list[Any]]:
    """Return how often the loop runs and, for these carries, the stack of what they were at the start of each
    iteration. Where the loop does not stack them yet, one that does takes its place."""
    equation = recorder.savers.get(loop.equation.output, loop.equation)
    now = Loop.of(equation)
    if now.keeps and not loop.keeps:
        equation, now = loop.equation, loop
    places = _stacked_at(now, carries)
    if places is None:
        equation = _saving(recorder, now, carries, loop.equation)
        now = Loop.of(equation)
        places = _stacked_at(now, carries) or {}
    length = loop.count if isinstance(loop.count, int) else DYNAMIC
    boxes = []
    for k in carries:
        kind = loop.body.inputs[loop.consts + k].type
        boxes.append(recorder.take(equation.output, places[k], ArrayType((length, *kind.shape), kind.dtype)))
    if loop.condition is None:
        return (loop.count if isinstance(loop.count, int) else recorder.box(loop.count)), boxes
    return recorder.take(equation.output, now.carry + now.stacked, structure.ITERATION), boxes


def _stacked_at(loop: Loop, carries: Sequence[int]) -> dict[int, int] | None:
    """Return which item of a loop stacks each of these carries, None where one is not stacked."""
    found = {}
    for k in carries:
        var = loop.body.inputs[loop.consts + k].var
        stacks = [place for place in range(loop.carry, len(loop.body.outputs)) if loop.body.outputs[place] == var]
        if not stacks:
            return None
        found[k] = stacks[0]
    return found


def _saving(recorder: Recorder, loop: Loop, carries: Sequence[int], first: Equation) -> Equation:
    """Append the loop with these carries stacked too, to take its place and that of the `first` like it."""
    before = loop.equation
    added = tuple(loop.body.inputs[loop.consts + k].var for k in carries)
    body = Program(
        loop.body.inputs, loop.body.constants, loop.body.equations, (*loop.body.outputs, *added),
        (*loop.body.names, *(f"carry {k}" for k in carries)), loop.body.types, loop.body.sockets, loop.body.functions,
    )  # fmt: skip
    settings = tuple((key, body if key == "body" else value) for key, value in before.settings)
    whole = recorder.fresh(None)
    equation = Equation(before.primitive, before.arguments, settings, whole, before.origin)
    recorder.equations.append(equation)
    recorder.savers[first.output] = equation
    for each in {first.output: first, before.output: before}.values():
        kept = len(Loop.of(each).body.outputs)
        recorder.instead.setdefault(each.output, (whole, (*range(kept), len(body.outputs))))
    return equation


def loop_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    loop = Loop.of(equation)
    moved = moved_items(recorder, equation, given, len(loop.body.outputs))
    if not moved:
        return {}
    tangents = {number - loop.first: t for number, t in given.items()}
    first = loop.consts + loop.carry
    through = [k for k in moved if k < loop.carry]
    consts = [k for k in tangents if k < loop.consts]
    sequences = [k for k in tangents if k >= first]
    moving = [*consts, *(loop.consts + k for k in through), *sequences]
    body = pushed(recorder, loop.body, moving, moved)
    count = len(loop.body.inputs)
    order = [
        *range(loop.consts), *range(count, count + len(consts)),
        *range(loop.consts, first), *range(count + len(consts), count + len(consts) + len(through)),
        *range(first, count - 1), *range(count + len(consts) + len(through), count + len(moving)),
        count - 1,
    ]  # fmt: skip
    results = len(loop.body.outputs)
    outputs = [
        *range(loop.carry), *range(results, results + len(through)),
        *range(loop.carry, results), *range(results + len(through), results + len(moved)),
    ]  # fmt: skip
    body = structure.reordered(body, order)
    body = structure.with_outputs(body, outputs)
    boxes = [recorder.box(var) for var in loop.operands]
    operands = [
        *boxes[: loop.consts],
        *(tangents[k] for k in consts),
        *boxes[loop.consts : first],
        *(tangents.get(loop.consts + k, zeros(recorder, loop.operands[loop.consts + k])) for k in through),
        *boxes[first:],
        *(tangents[k] for k in sequences),
    ]
    n_consts, n_carry = loop.consts + len(consts), loop.carry + len(through)
    if loop.condition is None:
        times = loop.count if isinstance(loop.count, int) else recorder.box(loop.count)
        found = structure.scan(
            recorder, times, operands, body, consts=n_consts, carry=n_carry, reverse=loop.reverse, memory=loop.memory
        )
    else:
        condition = _widened(recorder, loop.condition, body.inputs, order)
        found = structure.while_loop(
            recorder, operands, condition, body, consts=n_consts, carry=n_carry, limit=loop.limit, memory=loop.memory
        )
    places = [0] * (results + 1)
    for place, number in enumerate(outputs):
        if number < results:
            places[number] = place
    places[results] = len(outputs)
    if not loop.keeps:
        replaced_by(recorder, equation, found, places)
    return {k: found[outputs.index(results + n)] for n, k in enumerate(moved)}


def _widened(recorder: Recorder, condition: Program, inputs: Sequence[ProgramInput], order: Sequence[int]) -> Program:
    """Return the condition with inputs for the tangents too, which it does not use."""
    wide = Recorder.extending(condition, recorder)
    count = len(condition.inputs)
    ordered = []
    for each, place in zip(inputs, order, strict=True):
        if place < count:
            ordered.append(condition.inputs[place])
        else:
            wide.input("tangent", each.name, each.type)
            ordered.append(wide.inputs[-1])
    whole = wide.program(condition.outputs, condition.names, condition.sockets)
    return Program(
        tuple(ordered), condition.constants, condition.equations, condition.outputs, condition.names, whole.types,
        condition.sockets, condition.functions,
    )  # fmt: skip
