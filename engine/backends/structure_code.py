"""Branches, loops and calls in generated text: plain if, for and def statements around the equations inside.

Nested programs are written in place, their variables with a suffix of their own, so that an iteration costs what its
equations cost. What is nested deeper than Python's parser likes becomes a function of its own.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval, isbox

from engine import limits
from engine.errors import RunError
from engine.program.checkpoints import Keeper, Policy, sweep
from engine.program.compose import select, used
from engine.program.program import Equation, Program, Var, node_of
from engine.program.structure import (
    BRANCH,
    CALL,
    ITERATION,
    SCAN,
    SWEEP,
    WHILE,
    Loop,
    Sweep,
    calls,
    function_of,
    programs_of,
)  # fmt: skip

if TYPE_CHECKING:
    from engine.backends.numpy_code import Writer

DEPTH = 14
"""Statements nested deeper than this go into a function of their own: CPython allows 20 loops in one another."""
FRAMES = 6 * limits.CALL_DEPTH + 10_000
"""The recursion limit while calls run; generated functions call each other without using the C stack."""

SMALL = 1_024
"""Bytes of an array up to which calls are told apart by its content."""

Taken: TypeAlias = Mapping[int, Sequence[Var]]


# ----- what the text calls -----


def stacked(items: list[Any], shape: tuple[int, ...], dtype: str) -> Any:
    """Return the items as one array (also of boxes, also of none)."""
    if any(map(isbox, items)):
        return anp.array(items)
    if not shape:
        return np.array(items, dtype)
    out = np.empty((len(items), *shape), dtype)
    for k, each in enumerate(items):
        out[k] = each
    return out


def plain(value: Any) -> Any:
    """Return the value inside a box."""
    while isbox(value):
        value = getval(value)
    return value


def endless(origin: str, limit: int) -> NoReturn:
    """Raise RunError: a loop has reached its limit."""
    raise RunError(
        f"the loop has not ended after {limit} iterations: make its condition turn false, or raise its limit",
        node=node_of(origin) or None,
    )


def too_deep(origin: str) -> NoReturn:
    """Raise RunError: calls within calls have reached their limit."""
    raise RunError(
        f"the calls go deeper than {limits.CALL_DEPTH}: a function that calls itself needs a branch that ends it",
        node=node_of(origin) or None,
    )


def key(function: str, *operands: Any) -> tuple[Any, ...]:
    """Return what a call's result is remembered under: the operands' content, or which ones, where they are large."""
    parts: list[Any] = [function]
    for each in operands:
        array = each if isinstance(each, np.ndarray | np.generic) else np.asarray(each)
        parts.append(array.tobytes() if array.nbytes <= SMALL else id(each))
    return tuple(parts)


def entered(function: Callable[..., Any], *operands: Any) -> Any:
    """Return function(*operands, 0), with room for its recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        return function(*operands, 0)
    finally:
        sys.setrecursionlimit(before)


def swept(
    parts: Sweep, step: Callable[..., Any], back: Callable[..., Any], count: Any, *operands: Any
) -> tuple[Any, ...]:
    """Return what a reverse sweep gives; `step` and `back` run its programs."""
    consts, _, sequences, (at,), columns, cotangents, stacks = parts.parts(operands)
    count, through, summed = int(plain(count)), len(parts.through), len(parts.through) + len(parts.sums)
    kinds = parts.kinds
    totals: list[Any] = [np.zeros(kind.shape, kind.dtype)[()] for kind in kinds[through:summed]]
    items: list[list[Any]] = [[] for _ in parts.walked]

    def place(iteration: int) -> int:
        return count - 1 - iteration if parts.reverse else iteration

    def advance(carries: tuple[Any, ...], iteration: int) -> tuple[Any, ...]:
        k = place(iteration)
        return tuple(step(*consts, *carries, *[each[k] for each in sequences], np.int64(k)))

    def reverse(carries: tuple[Any, ...], iteration: int) -> None:
        nonlocal cotangents
        k = place(iteration)
        given = [*[each[k] for each in sequences], np.int64(k), *cotangents, *[each[k] for each in stacks]]
        results = back(*consts, *carries, *given)
        cotangents = results[:through]
        for number, share in enumerate(results[through:summed]):
            totals[number] = totals[number] + share
        for stack, share in zip(items, results[summed:], strict=True):
            stack.append(share)

    peak = sweep(count, [int(plain(each)) for each in at], columns, Policy.of(parts.memory), advance, reverse)
    if not parts.reverse:
        for stack in items:
            stack.reverse()
    arrays = [stacked(stack, kind.shape, kind.dtype) for stack, kind in zip(items, kinds[summed:], strict=True)]
    return (*cotangents, *totals, *arrays, np.int64(peak))


def keeper(memory: str, count: Any = None) -> Keeper:
    """Return what chooses the checkpoints of a loop."""
    return Keeper(Policy.of(memory), None if count is None else int(plain(count)))


# ----- the text -----


def statements(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    """Return the lines that assign what is taken of a structural equation's values. `depth` is their indentation."""
    if not wanted:
        return []
    if depth > DEPTH and equation.primitive != CALL:
        return _outlined(writer, equation, wanted, depth)
    return WRITE[equation.primitive](writer, equation, wanted, depth)


def _branch(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    pad = "    " * depth
    which, *operands = equation.arguments
    arms: Sequence[Program] = dict(equation.settings)["arms"]
    chosen, names = writer.plain(writer.argument(which)), [writer.argument(each) for each in operands]
    lines = []
    for number, arm in enumerate(arms):
        if len(arms) > 1:
            lines.append(f"{pad}{_test(chosen, number, len(arms))}:")
        with writer.nested(_only(arm, wanted), names):
            lines += writer.statements(depth + (len(arms) > 1))
            results = [writer.name(var) for var in writer.program.outputs]
        inner = pad + "    " * (len(arms) > 1)
        lines += [f"{inner}{writer.name(wanted[k][0])} = {result}" for k, result in zip(wanted, results, strict=True)]
    return [*lines, *_copies(writer, wanted, pad)]


def _test(chosen: str, number: int, count: int) -> str:
    """Return the head of one arm: what lies outside means the nearest."""
    if number == 0:
        return f"if not {chosen}" if count == 2 else f"if {chosen} <= 0"
    return "else" if number == count - 1 else f"elif {chosen} == {number}"


def _only(arm: Program, wanted: Taken) -> Program:
    return select(arm, [arm.outputs[k] for k in wanted], [arm.names[k] for k in wanted])


def _copies(writer: Writer, wanted: Taken, pad: str) -> list[str]:
    return [f"{pad}{writer.name(var)} = {writer.name(first)}" for first, *rest in wanted.values() for var in rest]


def _loop(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    """A scan or a while loop: carries are variables, stacks are lists until the loop has ended."""
    pad, inner = "    " * depth, "    " * (depth + 1)
    loop = Loop.of(equation)
    operands = [writer.argument(each) for each in loop.operands]
    starts = operands[loop.consts : loop.consts + loop.carry]
    sequences = operands[loop.consts + loop.carry :]
    number = writer.fresh()
    carries = [f"s{number}_{k}" for k in range(loop.carry)]
    lists = {k: f"y{number}_{k}" for k in range(loop.stacked) if loop.carry + k in wanted}
    step, count = f"i{number}", writer.plain(writer.argument(loop.count)) if loop.condition is None else ""
    lines = [f"{pad}{name} = {start}" for name, start in zip(carries, starts, strict=True)]
    lines += [f"{pad}{name} = []" for name in lists.values()]
    places = writer.named(range, "gradwire.range")
    span = f"{count} - 1, -1, -1" if loop.reverse else count or f"{loop.limit + 1}"
    lines.append(f"{pad}for {step} in {places}({span}):")
    if loop.keeps:
        lines[-1:-1] = _keeping(writer, loop, count, number, pad)
    given = [*operands[: loop.consts], *carries]
    if loop.condition is not None:
        with writer.nested(loop.condition, [*given, f"it{number}"]):
            lines += _iteration(writer, step, f"it{number}", inner) + writer.statements(depth + 1)
            lines += [f"{inner}if not {writer.plain(writer.name(loop.condition.outputs[0]))}:", f"{inner}    break"]
    if loop.keeps:
        lines += _kept(loop, number, step, carries, inner)
    items = [f"x{number}_{k}" for k in range(len(sequences))]
    with writer.nested(loop.body, [*given, *items, f"it{number}"]):
        first = loop.consts + loop.carry
        needed = _needed(loop.body)
        lines += [
            f"{inner}{item} = {writer.item(sequence, step)}"
            for item, sequence, each in zip(items, sequences, loop.body.inputs[first:], strict=False)
            if each.var in needed
        ]
        lines += _iteration(writer, step, f"it{number}", inner) + writer.statements(depth + 1)
        results = [writer.name(var) for var in loop.body.outputs]
    lines += [f"{inner}{name}.append({results[loop.carry + k]})" for k, name in lists.items()]
    moved = [(name, result) for name, result in zip(carries, results, strict=False) if name != result]
    if moved:
        lines.append(f"{inner}{', '.join(name for name, _ in moved)} = {', '.join(result for _, result in moved)}")
    if not (moved or lists) and loop.condition is None:
        lines.append(f"{inner}pass")
    if loop.condition is not None:
        over = writer.named(endless, "gradwire.endless")
        lines += [f"{pad}else:", f"{inner}{over}({writer.argument(equation.origin)}, {loop.limit})"]
    lines += _results(writer, loop, wanted, carries, lists, step, pad)
    held = [*lists.values(), *[f"k{number}"] * loop.keeps]
    lines += [f"{pad}del {', '.join(held)}"] * bool(held)
    return [*lines, *_copies(writer, wanted, pad)]


def _results(
    writer: Writer,
    loop: Loop,
    wanted: Taken,
    carries: Sequence[str],
    lists: Mapping[int, str],
    step: str,
    pad: str,
) -> list[str]:
    lines = []
    for k, (var, *_) in wanted.items():
        if k < loop.carry:
            lines.append(f"{pad}{writer.name(var)} = {carries[k]}")
        elif k < loop.carry + loop.stacked:
            items = lists[k - loop.carry]
            kind = loop.body.types[loop.body.outputs[k]]
            if loop.reverse:
                lines.append(f"{pad}{items}.reverse()")
            whole = f"{writer.named(stacked, 'gradwire.stacked')}({items}, {writer.argument(kind.shape)}, "
            whole += f"{writer.argument(kind.dtype)})"
            lines.append(f"{pad}{writer.name(var)} = {items if writer.walked(var) else whole}")
        elif k < loop.checkpoints:
            lines.append(f"{pad}{writer.name(var)} = {writer.named(np.int64, 'numpy.int64')}({step})")
        else:
            lines.append(f"{pad}{writer.name(var)} = {_checkpoints(writer, loop, k - loop.checkpoints, var, step[1:])}")
    return lines


def _keeping(writer: Writer, loop: Loop, count: str, number: int, pad: str) -> list[str]:
    """Return the lines before a loop that keeps checkpoints; w is the iteration at which the next is due."""
    made = writer.named(keeper, "gradwire.keeper")
    given = f", {count}" if loop.condition is None else ""
    due = f"{count} - 1 - k{number}.next" if loop.reverse else f"k{number}.next"
    return [f"{pad}k{number} = {made}({writer.argument(loop.memory)}{given})", f"{pad}w{number} = {due}"]


def _kept(loop: Loop, number: int, step: str, carries: Sequence[str], pad: str) -> list[str]:
    state = "".join(f"{each}, " for each in carries)
    if loop.reverse:
        end = f"k{number}.count - 1 - "
        return [f"{pad}if {step} == w{number}:", f"{pad}    w{number} = {end}k{number}.keep({end}{step}, ({state}))"]
    return [f"{pad}if {step} == w{number}:", f"{pad}    w{number} = k{number}.keep({step}, ({state}))"]


def _checkpoints(writer: Writer, loop: Loop, place: int, var: Var, number: str) -> str:
    if place == loop.carry:
        items, kind = f"k{number}.at", ITERATION
    else:
        items, kind = f"k{number}.column({place})", loop.body.inputs[loop.consts + place].type
    if writer.walked(var):
        return items
    shape, dtype = writer.argument(kind.shape), writer.argument(kind.dtype)
    return f"{writer.named(stacked, 'gradwire.stacked')}({items}, {shape}, {dtype})"


def _reverse_sweep(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    pad, parts = "    " * depth, Sweep.of(equation)
    names = [writer.argument(parts), writer.helper(parts.body), writer.helper(parts.back)]
    names += [writer.argument(each) for each in equation.arguments]
    result = f"r{writer.fresh()}"
    lines = [f"{pad}{result} = {writer.named(swept, 'gradwire.swept')}({', '.join(names)})"]
    lines += [f"{pad}{writer.name(variables[0])} = {result}[{k}]" for k, variables in wanted.items()]
    return [*lines, *_copies(writer, wanted, pad)]


def _needed(program: Program) -> set[Var]:
    """Return the variables that a program's equations and outputs use."""
    return {var for equation in program.equations for var in used(equation.arguments)} | set(program.outputs)


def _iteration(writer: Writer, step: str, name: str, pad: str) -> list[str]:
    """Return the line that makes the iteration's number an array scalar, where the program uses it."""
    program = writer.program
    if program.inputs[-1].var not in _needed(program):
        return []
    return [f"{pad}{name} = {writer.named(np.int64, 'numpy.int64')}({step})"]


def _call(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    pad = "    " * depth
    program = function_of(writer.functions, equation)
    name = writer.defined(dict(equation.settings)["function"], program)
    operands = [writer.argument(each) for each in equation.arguments]
    operands += ["memo"] * bool(writer.remembered)
    if writer.within:
        text = f"{name}({', '.join([*operands, 'depth + 1'])})"
    else:
        text = f"{writer.named(entered, 'gradwire.entered')}({', '.join([name, *operands])})"
    targets = [writer.name(wanted[k][0]) if k in wanted else "unused" for k in range(len(program.outputs))]
    return [f"{pad}{''.join(f'{target}, ' for target in targets)}= {text}", *_copies(writer, wanted, pad)]


def function_text(writer: Writer, name: str, called: str, program: Program) -> list[str]:
    """Return the definition of a function that calls name `called`; `writer` is at its program."""
    parameters = [writer.name(each.var) for each in program.inputs]
    given = "".join(f"{each}, " for each in parameters)
    over = writer.named(too_deep, "gradwire.too_deep")
    lines = [
        f"def {name}({given}{'memo, ' if writer.remembered else ''}depth):",
        f"    if depth > {limits.CALL_DEPTH}:",
        f"        {over}({writer.argument(name_origin(program))})",
    ]
    if called not in writer.remembered:
        return [*lines, *writer.statements(1), f"    return {_tuple(writer)}", ""]
    packing = _packing(program)
    held = "result"
    if packing is None:
        found = f"{writer.named(key, 'gradwire.key')}({writer.argument(called)}, {given})"
        held = f"(*result, {given})"  # what is told apart by which object it is must live on
    else:
        pack = struct.Struct(f"=q{packing}").pack
        found = f"{writer.named(pack, f'gradwire.pack{writer.fresh()}')}({writer.fresh()}, {given})"
    count = len(program.outputs)
    return [
        *lines,
        f"    key = {found}",
        "    found = memo.get(key)",
        "    if found is not None:",
        "        return found" if packing is not None else f"        return found[:{count}]",
        *writer.statements(1),
        f"    result = {_tuple(writer)}",
        f"    memo[key] = {held}",
        "    return result",
        "",
    ]


def _tuple(writer: Writer) -> str:
    return f"({''.join(f'{writer.name(var)}, ' for var in writer.program.outputs)})"


def _packing(program: Program) -> str | None:
    """Return how numbers of the types of a program's inputs are packed into bytes; None where it takes arrays."""
    kinds = [each.type for each in program.inputs]
    if any(kind.shape != () or kind.dtype not in _PACKED for kind in kinds):
        return None
    return "".join(_PACKED[kind.dtype] for kind in kinds)


_PACKED: Mapping[str, str] = {"float64": "d", "float32": "f", "int64": "q", "bool": "?"}


def remembered(program: Program) -> frozenset[str]:
    """Return the functions whose results are worth remembering: they call themselves, and others call them besides.

    The adjoint of a function that calls itself asks, at each level, for the value of the next: each would be computed
    again from there to the end, which for n levels is n * n / 2 calls.
    """
    called = {name: calls(function) for name, function in program.functions.items()}
    reached = {name: _closure(called, name) for name in called}
    return frozenset(
        name
        for name in called
        if name in reached[name] and any(name in called[other] and other not in reached[name] for other in called)
    )


def _closure(called: Mapping[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(called[name])
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(called.get(each, ()))
    return found


def name_origin(program: Program) -> str:
    """Return the node whose call a function that has gone too deep is blamed on: its first call's."""
    for equation in program.equations:
        if equation.primitive == CALL:
            return equation.origin
        for _, inner in programs_of(equation):
            found = name_origin(inner)
            if found:
                return found
    return ""


def _outlined(writer: Writer, equation: Equation, wanted: Taken, depth: int) -> list[str]:
    """Write the statements into a function of their own, and call it."""
    names = dict.fromkeys(writer.argument(each) for each in equation.arguments if type(each) is Var)
    parameters = [name for name in names if not writer.constant(name)]
    results = [writer.name(variables[0]) for variables in wanted.values()]
    name = f"gradwire_p{writer.fresh()}"
    parameters += ["memo"] * bool(writer.remembered) + ["depth"] * writer.within
    once = {k: variables[:1] for k, variables in wanted.items()}
    text = [f"def {name}({', '.join(parameters)}):", *WRITE[equation.primitive](writer, equation, once, 1)]
    writer.definitions += [*text, f"    return ({''.join(f'{each}, ' for each in results)})", ""]
    pad = "    " * depth
    lines = [f"{pad}{''.join(f'{each}, ' for each in results)}= {name}({', '.join(parameters)})"]
    return [*lines, *_copies(writer, wanted, pad)]


def walked_only(program: Program) -> set[Var]:
    """Return the variables that are used as sequences of loops only: their values may stay lists."""
    walked: set[Var] = set()
    otherwise = set(program.outputs)
    for equation in program.equations:
        if equation.primitive == SCAN:
            loop = Loop.of(equation)
            first = loop.consts + loop.carry
            walked.update(loop.operands[first:])
            otherwise.update(used((loop.count, *loop.operands[:first])))
        elif equation.primitive == SWEEP:
            parts = Sweep.of(equation)
            first = 1 + parts.consts + parts.carry
            last = first + parts.sequences + 1 + parts.carry
            walked.update(equation.arguments[first:last], equation.arguments[last + len(parts.through) :])
            otherwise.update(used(equation.arguments[:first]), equation.arguments[last : last + len(parts.through)])
        else:
            otherwise.update(used(equation.arguments))
    return walked - otherwise


WRITE: Mapping[str, Callable[[Writer, Equation, Taken, int], list[str]]] = {
    BRANCH: _branch,
    SCAN: _loop,
    WHILE: _loop,
    CALL: _call,
    SWEEP: _reverse_sweep,
}
"""How each structural primitive is written."""
