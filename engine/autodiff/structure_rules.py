"""Derivatives of branches, loops and calls: each is a branch, a loop or a call again, so that all orders and nestings
work.

- The adjoint of a branch is a branch over the adjoints of its arms, which compute the arm again.
- The adjoint of a loop is a scan the other way, over the carries that the loop saved: the one that saves them takes the
  place of the loop itself (`Recorder.instead`). Cotangents of constants are summed up in the carry.
- The adjoint of a call is a call of the function's adjoint.
- Where a loop keeps checkpoints only, its adjoint is a reverse sweep. That is differentiated further as what it
  stands for, the scan over all carries.
- The tangent of each computes results and tangents together, and takes its place too.

Only what depends differentiably on what is asked for, and reaches a result whose cotangent is known, takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np

from engine.autodiff.dependence import Dependence
from engine.program import structure
from engine.program.compose import embed, select, used
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.program.record import Recorder
from engine.program.structure import BRANCH, CALL, SAVE_ALL, SCAN, SWEEP, WHILE, Loop, Sweep, function_of, outputs_of
from engine.types import DYNAMIC, ArrayType

Pulled: TypeAlias = Callable[[Recorder, Program, Sequence[int], Sequence[int]], Program]
"""(outer recorder, program, numbers of outputs with cotangents, numbers of inputs whose cotangents are wanted) -> the
program with a cotangent input for each of those outputs that gives the cotangents of those inputs."""
Pushed: TypeAlias = Callable[[Recorder, Program, Sequence[int], Sequence[int]], Program]
"""(outer recorder, program, numbers of inputs that move, numbers of outputs whose tangents are wanted) -> the program
with a tangent input for each of those inputs that gives its outputs and those tangents."""
Shares: TypeAlias = dict[int, Any]


def vjp(recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled) -> Shares:
    """Return the cotangents of those arguments among `numbers` that are reached from the items of `g`, by number."""
    return VJP[equation.primitive](recorder, equation, numbers, dict(sorted(g.items())), pulled)


def jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    """Return the tangents of the items that move when the arguments of `given` do, by number of the item."""
    return JVP[equation.primitive](recorder, equation, dict(sorted(given.items())), pushed)


# ----- branch -----


def _branch_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    arms: Sequence[Program] = dict(equation.settings)["arms"]
    wanted = _reached(recorder, equation, g, numbers)
    if not wanted:
        return {}
    made = [pulled(recorder, arm, tuple(g), [number - 1 for number in wanted]) for arm in arms]
    operands = equation.arguments[1:]
    kept = [k for k in range(len(operands)) if any(arm.inputs[k].var in needed(arm) for arm in made)]
    order = [*kept, *range(len(operands), len(operands) + len(g))]
    made = [structure.reordered(arm, order) for arm in made]
    given = [*(recorder.box(operands[k]) for k in kept), *g.values()]
    results = structure.branch(recorder, recorder.box(equation.arguments[0]), given, made)
    return dict(zip(wanted, results, strict=True))


def _branch_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    arms: Sequence[Program] = dict(equation.settings)["arms"]
    moved = _moved(recorder, equation, given, len(arms[0].outputs))
    if not moved:
        return {}
    made = [pushed(recorder, arm, [number - 1 for number in given], moved) for arm in arms]
    operands = [*map(recorder.box, equation.arguments[1:]), *given.values()]
    results = structure.branch(recorder, recorder.box(equation.arguments[0]), operands, made)
    return _beside(recorder, equation, len(arms[0].outputs), moved, results)


# ----- loops -----


def _loop_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    loop = Loop.of(equation)
    wanted = {number - loop.first for number in _reached(recorder, equation, g, numbers)}
    if not wanted:
        return {}
    through = _reversed_carries(recorder, loop, g, wanted)
    consts = sorted(k for k in wanted if k < loop.consts)
    sequences = sorted(k for k in wanted if k >= loop.consts + loop.carry)
    stacks = [k for k in g if k >= loop.carry]
    back = pulled(recorder, loop.body, [*through, *stacks], [*(loop.consts + k for k in through), *consts, *sequences])
    reads = needed(back)
    plain = loop.memory == SAVE_ALL or not any(each.var in reads for each in _carries(loop))
    way = _scanned_back if plain else _swept_back
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
        inputs = _set([*sources, *(loop.consts + k for k in active)])
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


def _scanned_back(
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
    results = _scanned_back(inner, Loop.of(forward), sweep.back, g, sweep.through, sweep.sums, sweep.walked, places)
    outputs = [inner.var(each) for each in results]
    outputs.append(inner.constant(np.zeros((), np.int64)))
    whole = inner.program(outputs, [str(k) for k in range(len(outputs))])
    return select(whole, whole.outputs, whole.names), numbers


def _sweep_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    program, taken = expanded(recorder, equation)
    wanted = _reached(recorder, equation, g, numbers)
    back = pulled(recorder, program, tuple(g), [taken.index(number) for number in wanted])
    given = [*(recorder.box(equation.arguments[k]) for k in taken), *g.values()]
    return dict(zip(wanted, embed(recorder, back, given, recorder.origin), strict=True))


def _sweep_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    program, taken = expanded(recorder, equation)
    items = list(range(len(program.outputs) - 1))
    forth = pushed(recorder, program, [taken.index(number) for number in given], items)
    operands = [*(recorder.box(equation.arguments[k]) for k in taken), *given.values()]
    results = embed(recorder, forth, operands, recorder.origin)
    return dict(zip(items, results[len(program.outputs) :], strict=True))


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


def _loop_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    loop = Loop.of(equation)
    moved = _moved(recorder, equation, given, len(loop.body.outputs))
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
        _instead(recorder, equation, found, places)
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


# ----- calls -----


def _call_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    called = dict(equation.settings)["function"]
    wanted = _reached(recorder, equation, g, numbers)
    if not wanted:
        return {}
    function = function_of(recorder.functions, equation)
    name = f"adjoint of {called}, {_listed(g)} to {_listed(wanted)}"
    _define(recorder, name, lambda: pulled(recorder, function, tuple(g), wanted))
    operands = [*map(recorder.box, equation.arguments), *g.values()]
    results = structure.call(recorder, name, operands, [function.inputs[k].type for k in wanted])
    return dict(zip(wanted, results, strict=True))


def _call_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    called = dict(equation.settings)["function"]
    function = function_of(recorder.functions, equation)
    moved = _moved(recorder, equation, given, len(function.outputs))
    if not moved:
        return {}
    name = f"tangent of {called}, {_listed(given)} to {_listed(moved)}"
    _define(recorder, name, lambda: pushed(recorder, function, tuple(given), moved))
    operands = [*map(recorder.box, equation.arguments), *given.values()]
    kinds = outputs_of(function)
    results = structure.call(recorder, name, operands, [*kinds, *(kinds[k] for k in moved)])
    return _beside(recorder, equation, len(kinds), moved, results)


def _listed(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _define(recorder: Recorder, name: str, make: Callable[[], Program]) -> None:
    """Make the function of this name, unless it is there or, as it calls itself, being made."""
    if name not in recorder.functions and name not in recorder.pending:
        recorder.pending.add(name)
        recorder.functions[name] = make()
        recorder.pending.discard(name)


# ----- what they share -----


def _reached(recorder: Recorder, equation: Equation, g: Iterable[int], numbers: Sequence[int]) -> list[int]:
    """Return those of the arguments `numbers` that items of `g` depend on."""
    items = Dependence(recorder.functions).items(equation)
    found = 0
    for item in g:
        found |= items(item)
    return [number for number in sorted(numbers) if found >> number & 1]


def _moved(recorder: Recorder, equation: Equation, given: Iterable[int], count: int) -> list[int]:
    """Return the items that depend on the arguments `given`."""
    items = Dependence(recorder.functions).items(equation)
    moving = _set(given)
    return [k for k in range(count) if items(k) & moving]


def _set(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def _beside(recorder: Recorder, equation: Equation, count: int, moved: Sequence[int], results: Sequence[Any]) -> Shares:
    """Return the tangents among `results`, which hold the values and then those; let the equation be replaced."""
    _instead(recorder, equation, results, range(count))
    return dict(zip(moved, results[count:], strict=True))


def _instead(recorder: Recorder, equation: Equation, results: Sequence[Any], places: Sequence[int]) -> None:
    """Say that the equation whose items are `results` does what `equation` does."""
    for each in reversed(recorder.equations):
        if each.output == results[0]._node.var:
            recorder.instead.setdefault(equation.output, (each.arguments[0], tuple(places)))
            return


def needed(program: Program) -> set[Var]:
    """Return the variables that a program's equations and outputs read."""
    return {var for equation in program.equations for var in used(equation.arguments)} | set(program.outputs)


def zeros(recorder: Recorder, var: Var) -> Any:
    """Return zeros of the type of a variable, as a constant; as an equation where its length is known only later."""
    kind = recorder.types[var]
    if DYNAMIC in kind.shape:
        return anp.zeros_like(recorder.box(var))
    return recorder.box(recorder.constant(np.broadcast_to(np.zeros((), kind.dtype), kind.shape)))


VJP: Mapping[str, Callable[[Recorder, Equation, Sequence[int], Mapping[int, Any], Pulled], Shares]] = {
    BRANCH: _branch_vjp,
    SCAN: _loop_vjp,
    WHILE: _loop_vjp,
    CALL: _call_vjp,
    SWEEP: _sweep_vjp,
}
JVP: Mapping[str, Callable[[Recorder, Equation, Mapping[int, Any], Pushed], Shares]] = {
    BRANCH: _branch_jvp,
    SCAN: _loop_jvp,
    WHILE: _loop_jvp,
    CALL: _call_jvp,
    SWEEP: _sweep_jvp,
}
