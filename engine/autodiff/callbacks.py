"""Callbacks: reverse mode by continuation passing, without a tape and without an adjoint program.

Each operation computes its result, calls the rest of the program with it, and when that comes back adds its cotangents
to those of its arguments (Wang, Zheng, Decker, Wu, Essertel, Rompf: "Demystifying differentiable programming", 2019).
What the backward pass needs waits in the calls that have not returned; loops, branches and recursion run their bodies
in the same style, so that they need no stacks of saved values either.

The calls are Python functions that call each other directly: CPython keeps their frames on the heap, so that with a
raised recursion limit they nest a million deep. (Through a frame of C, as functools.partial's, the C stack would end.)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from engine import limits
from engine.autodiff.adjoint import active_variables, pull_back
from engine.backends.numpy_code import compile_program
from engine.backends.structure_code import endless, stacked, too_deep
from engine.errors import LoweringError, RunError
from engine.program.compose import with_output
from engine.program.program import Equation, Program, ProgramInput, Var, node_of
from engine.program.record import Recorder, recording
from engine.program.structure import BRANCH, CALL, SCAN, STRUCTURAL, WHILE, Loop, function_of, programs_of
from engine.types import ArrayType

Values: TypeAlias = Sequence[Any]
Rest: TypeAlias = "Callable[[list[Any]], Sequence[Any]]"
"""What comes after: a program's outputs -> their cotangents (None where nothing came back)."""
Env: TypeAlias = "dict[Var, Any]"
Operation: TypeAlias = "Callable[[Env, Env], None]"
"""Computes its result into the values, calls the rest, adds its cotangents to the cotangents."""

FRAMES: Final = 20_000_000
"""The recursion limit while callbacks run. Memory ends before: a frame takes some hundred bytes."""
_SEVERAL = ArrayType((1,))
"""Stands for the type of several arrays in the programs of single equations."""


class Watch(Protocol):
    """Told what happens, for the artefact."""

    def forward(self, equation: Equation, value: Any) -> None:
        """An operation has its result and is about to call the rest."""

    def backward(self, equation: Equation, g: Any, shares: Mapping[Var, Any]) -> None:
        """The rest has come back; `g` is the result's cotangent, None where there is none."""


def callback_gradient(
    program: Program, of: Var, wrt: Sequence[Var], watch: Watch | None = None
) -> Callable[[Values], tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Return a function: values in the order of `program.inputs` -> (outputs, gradients of `of` by the inputs `wrt`).

    Raise LoweringError where a primitive has no derivative.
    """
    whole = with_output(program, of, "of")
    places = {each.var: k for k, each in enumerate(program.inputs)}
    blocks = _Blocks(whole.functions, watch)
    block = blocks.block(whole, frozenset(places[var] for var in wrt))
    dtypes = [np.dtype(each.type.dtype) for each in program.inputs]
    kinds = [program.types[var] for var in wrt]
    one = np.ones((), program.types[of].dtype)[()]

    def gradient(values: Values) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        given = [
            np.asarray(value)[()] if isinstance(value, np.ndarray | np.generic) else np.asarray(value, dtype)[()]
            for value, dtype in zip(values, dtypes, strict=True)
        ]
        found: list[Any] = []

        def end(outputs: list[Any]) -> Sequence[Any]:
            found.extend(outputs[:-1])
            return [*(None for _ in found), one]

        blocks.depth = 0
        with _room(), np.errstate(all="ignore"):
            try:
                shares = block(given, end)
            except RecursionError:
                raise RunError(f"the calls go deeper than {FRAMES:,}: choose another approach than callbacks") from None
        gradients = tuple(
            np.zeros(kind.shape, kind.dtype)[()] if share is None else np.asarray(share, kind.dtype)[()]
            for share, kind in ((shares[places[var]], kind) for var, kind in zip(wrt, kinds, strict=True))
        )
        return tuple(found), gradients

    return gradient


@contextmanager
def _room() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


Block: TypeAlias = "Callable[[Sequence[Any], Rest], list[Any]]"
"""A program in this style: (inputs, rest) -> cotangents of the inputs."""


class _Blocks:
    """Makes blocks of programs. Functions become blocks when first called, each once, so that they may call
    themselves."""

    def __init__(self, functions: Mapping[str, Program], watch: Watch | None) -> None:
        self.functions = functions
        self.watch = watch
        self.depth = 0
        self._called: dict[str, Block] = {}
        self._made: dict[Any, tuple[Any, Any]] = {}

    def block(self, program: Program, active: frozenset[int]) -> Block:
        """Return the block of a program whose inputs `active` want cotangents."""
        wrt = [each.var for k, each in enumerate(program.inputs) if k in active]
        moving = active_variables(program.types, program.equations, wrt, self.functions)
        outputs = program.outputs

        def last(env: Env, bars: Env) -> None:
            for var, share in zip(outputs, env[_REST]([env[var] for var in outputs]), strict=True):
                if share is not None and var in moving:
                    _add(bars, var, share)

        operation: Operation = last
        for equation in reversed(program.equations):
            operation = self._operation(program, equation, moving, operation)
        first, constants = operation, {var: np.asarray(value)[()] for var, value in program.constants.items()}
        inputs = [each.var for each in program.inputs]

        def block(values: Sequence[Any], rest: Rest) -> list[Any]:
            env: Env = dict(zip(inputs, values, strict=True))
            env.update(constants)
            env[_REST] = rest
            bars: Env = {}
            first(env, bars)
            return [bars.get(var) for var in inputs]

        return block

    def _operation(self, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
        if equation.primitive in STRUCTURAL:
            return _STRUCTURES[equation.primitive](self, program, equation, moving, rest)
        if equation.primitive == "autograd.container_take":
            return _take(equation, moving, rest)
        return self._plain(program, equation, moving, rest)

    def _plain(self, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
        """One call of a function of arrays."""
        output, watch = equation.output, self.watch
        arguments = tuple(dict.fromkeys(_read(equation)))
        wanted = tuple(var for var in arguments if var in moving) if output in moving else ()
        forward = self.piece(("forward", *_key(program, equation)), lambda: _forward(program, equation, arguments))
        backward = None
        if wanted:
            items = _items(program, equation) if output not in program.types else None
            key = ("backward", *_key(program, equation), tuple(arguments.index(var) for var in wanted), items)
            backward = self.piece(key, lambda: _backward(program, equation, arguments, wanted, items))

        def operation(env: Env, bars: Env) -> None:
            given = [env[var] for var in arguments]
            value = env[output] = forward(*given)[0]
            if watch is not None:
                watch.forward(equation, value)
            rest(env, bars)
            g = bars.pop(output, None)
            shares: Mapping[Var, Any] = {}
            if g is not None and backward is not None:
                shares = dict(zip(wanted, backward(given, value, g), strict=True))
                for var, share in shares.items():
                    if share is not None:
                        _add(bars, var, share)
            if watch is not None:
                watch.backward(equation, g, shares)

        return operation

    def piece(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what `make` makes, once for equations that are alike."""
        kept, found = self._made.get(key, (None, None))
        if kept is None:
            found = make()
            self._made[key] = (key, found)
        return found

    def called(self, name: str, equation: Equation) -> Block:
        """Return the block of a function, by name."""
        if name not in self._called:
            program = function_of(self.functions, equation)
            every = frozenset(k for k, each in enumerate(program.inputs) if each.type.differentiable)
            self._called[name] = self.block(program, every)
        return self._called[name]


_REST: Final = Var(-1)
"""Where a block's values keep what comes after it."""


def _add(bars: Env, var: Var, share: Any) -> None:
    before = bars.get(var)
    bars[var] = share if before is None else before + share


def _read(equation: Equation) -> Iterator[Var]:
    for each in equation.arguments:
        if type(each) is Var:
            yield each
        elif type(each) in (tuple, list):
            yield from (one for one in each if type(one) is Var)


# ----- single equations -----


def _key(program: Program, equation: Equation) -> tuple[Any, ...]:
    """Return what equations that compile to the same functions have in common."""
    order = {var: k for k, var in enumerate(dict.fromkeys(_read(equation)))}
    types = tuple(str(program.types.get(var)) for var in order)
    return equation.primitive, _literal(equation.arguments, order), _literal(equation.settings, order), types


def _literal(value: Any, order: Mapping[Var, int]) -> Any:
    if type(value) is Var:
        return "variable", order[value]
    if type(value) in (tuple, list):
        return type(value), tuple(_literal(each, order) for each in value)
    return type(value), repr(value)


def _inputs(program: Program, variables: Sequence[Var]) -> tuple[ProgramInput, ...]:
    return tuple(ProgramInput(var, "data", f"v{var.index}", program.types.get(var, _SEVERAL)) for var in variables)


def _forward(program: Program, equation: Equation, arguments: Sequence[Var]) -> Callable[..., tuple[Any, ...]]:
    inputs = _inputs(program, arguments)
    alone = Program(inputs, {}, (equation,), (equation.output,), ("result",), program.types)
    return _of_numpy(compile_program(alone).function, program.types.get(equation.output))


def _of_numpy(function: Callable[..., tuple[Any, ...]], *kinds: ArrayType | None) -> Callable[..., tuple[Any, ...]]:
    """Return the function with NumPy's scalars as results: 1j times a NumPy float is a complex of Python's."""
    if not any(kind is not None and kind.dtype.startswith("complex") and kind.shape == () for kind in kinds):
        return function
    return lambda *values: tuple(np.complex128(x) if type(x) is complex else x for x in function(*values))


def _items(program: Program, equation: Equation) -> tuple[int, ...]:
    """Return which of the arrays that an equation gives are taken."""
    found = {
        each.arguments[1]
        for each in program.equations
        if each.primitive == "autograd.container_take" and each.arguments[0] == equation.output
    }
    return tuple(sorted(found))


def _backward(
    program: Program,
    equation: Equation,
    arguments: Sequence[Var],
    wanted: Sequence[Var],
    items: tuple[int, ...] | None,
) -> Callable[[Sequence[Any], Any, Any], list[Any]]:
    """Return (arguments, result, its cotangent) -> cotangents of `wanted`: the recorded rule of one equation."""
    output = equation.output
    known = _inputs(program, (*arguments, output))
    taken = {
        each.arguments[1]: program.types[each.output]
        for each in program.equations
        if each.primitive == "autograd.container_take" and each.arguments[0] == output
    }
    types = {each.var: program.types[each.var] for each in known if each.var in program.types}
    with recording():
        recorder = Recorder.extending(Program(known, {}, (equation,), (), (), types))
        recorder.functions = {}
        boxes = {k: recorder.input("cotangent", f"g{k}", taken[k]) for k in items or ()}
        g = boxes if items is not None else recorder.input("cotangent", "g", program.types[output])
        found = pull_back(recorder, [equation], {output: g}, wanted)
        given = [var for var in wanted if var in found]
        results = [recorder.var(found[var]) for var in given]
        alone = recorder.program(results, [f"{k}" for k in range(len(results))])
    function = _of_numpy(compile_program(alone).function, *(alone.types[var] for var in alone.outputs))
    zeros = [np.zeros(taken[k].shape, taken[k].dtype)[()] for k in items or ()]
    places = [given.index(var) if var in given else None for var in wanted]

    def backward(values: Sequence[Any], result: Any, g: Any) -> list[Any]:
        if items is None:
            shares = function(*values, result, g)
        else:
            shares = function(*values, result, *(g.get(k, zero) for k, zero in zip(items, zeros, strict=True)))
        return [None if place is None else shares[place] for place in places]

    return backward


def _take(equation: Equation, moving: set[Var], rest: Operation) -> Operation:
    """One of the several arrays that an equation gives."""
    (whole, position), output = equation.arguments, equation.output

    def operation(env: Env, bars: Env) -> None:
        env[output] = env[whole][position]
        rest(env, bars)
        g = bars.pop(output, None)
        if g is not None and whole in moving:
            _add(bars.setdefault(whole, {}), position, g)

    return operation


# ----- structural equations -----


def _branch(blocks: _Blocks, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
    """The chosen arm runs; what follows the branch is the rest of it."""
    which, *operands = equation.arguments
    active = frozenset(k for k, each in enumerate(operands) if each in moving)
    arms = [blocks.block(arm, active) for _, arm in programs_of(equation)]
    after = _continued(equation.output, len(programs_of(equation)[0][1].outputs), rest)

    def operation(env: Env, bars: Env) -> None:
        chosen = min(max(int(_value(env, which)), 0), len(arms) - 1)
        values = [_value(env, each) for each in operands]

        def then(outputs: list[Any]) -> Sequence[Any]:
            return after(env, bars, outputs)

        _add_all(bars, operands, arms[chosen](values, then), moving)

    return operation


def _call(blocks: _Blocks, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
    """The function runs; what follows the call is the rest of it. A call of itself is a call of the same block."""
    operands, name = equation.arguments, dict(equation.settings)["function"]
    count = len(function_of(blocks.functions, equation).outputs)
    after = _continued(equation.output, count, rest)
    origin = equation.origin

    def operation(env: Env, bars: Env) -> None:
        values = [_value(env, each) for each in operands]

        def then(outputs: list[Any]) -> Sequence[Any]:
            blocks.depth -= 1
            return after(env, bars, outputs)

        blocks.depth += 1
        if blocks.depth > limits.CALL_DEPTH:
            too_deep(origin)
        _add_all(bars, operands, blocks.called(name, equation)(values, then), moving)

    return operation


def _loop(blocks: _Blocks, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
    """Each iteration's rest is the next iteration, the last one's what follows the loop."""
    loop = Loop.of(equation)
    operands = loop.operands
    first = loop.consts + loop.carry
    start = frozenset(k for k, each in enumerate(operands) if each in moving)
    active = _carried_along(loop, start, blocks.functions)
    body = blocks.block(loop.body, active)
    kinds = [loop.body.types[var] for var in loop.body.outputs[loop.carry :]]
    counted = () if loop.condition is None else (0,)
    after = _continued(equation.output, loop.carry + loop.stacked + len(counted), rest)
    goes_on = _condition(loop, program.functions) if loop.condition is not None else None
    sequence_types = [program.types[each] if type(each) is Var else None for each in operands[first:]]
    origin = equation.origin

    def operation(env: Env, bars: Env) -> None:
        values = [_value(env, each) for each in operands]
        consts, sequences = values[: loop.consts], values[first:]
        count = None if goes_on is not None else int(_value(env, loop.count))
        stacks: list[list[Any]] = [[] for _ in kinds]
        stack_bars: list[Any] = []
        const_bars: list[Any] = [None] * loop.consts
        walked_bars: list[Any] = [None] * len(sequences)

        def iterate(number: int, carried: Sequence[Any]) -> Sequence[Any]:
            if goes_on is None:
                ended = number == count
            else:
                ended = not goes_on(*consts, *carried, np.int64(number))[0]
                if not ended and number >= loop.limit:
                    endless(origin, loop.limit)
            if ended:
                for stack in stacks if loop.reverse else ():
                    stack.reverse()
                arrays = [stacked(s, kind.shape, kind.dtype) for s, kind in zip(stacks, kinds, strict=True)]
                length = [np.int64(number)] if counted else []
                back = after(env, bars, [*carried, *arrays, *length])
                stack_bars.extend(back[loop.carry : loop.carry + loop.stacked])
                return back[: loop.carry]
            at = int(count or 0) - 1 - number if loop.reverse else number

            def then(outputs: list[Any]) -> Sequence[Any]:
                for stack, value in zip(stacks, outputs[loop.carry :], strict=True):
                    stack.append(value)
                back = iterate(number + 1, outputs[: loop.carry])
                return [*back, *(None if each is None else each[at] for each in stack_bars)]

            shares = body([*consts, *carried, *(each[at] for each in sequences), np.int64(at)], then)
            for k in range(loop.consts):
                if shares[k] is not None:
                    const_bars[k] = shares[k] if const_bars[k] is None else const_bars[k] + shares[k]
            for k, share in enumerate(shares[first:-1]):
                if share is not None:
                    if walked_bars[k] is None:
                        kind = sequence_types[k]
                        walked_bars[k] = np.zeros(np.shape(sequences[k]), kind.dtype if kind else None)
                    walked_bars[k][at] = share
            return shares[loop.consts : first]

        back = iterate(0, values[loop.consts : first])
        _add_all(bars, operands, [*const_bars, *back, *walked_bars], moving)

    return operation


def _carried_along(loop: Loop, active: frozenset[int], functions: Mapping[str, Program]) -> frozenset[int]:
    """Return which inputs of the body want cotangents: also carries that come to depend on an active input later."""
    while True:
        wrt = [each.var for k, each in enumerate(loop.body.inputs) if k in active]
        moving = active_variables(loop.body.types, loop.body.equations, wrt, functions)
        more = {loop.consts + k for k, var in enumerate(loop.body.outputs[: loop.carry]) if var in moving}
        if more <= active:
            return active
        active = active | more


def _condition(loop: Loop, functions: Mapping[str, Program]) -> Callable[..., tuple[Any, ...]]:
    assert loop.condition is not None  # noqa: S101 - only while loops ask
    return compile_program(replace(loop.condition, functions=functions)).function


def _continued(output: Var, count: int, rest: Operation) -> Callable[[Env, Env, Sequence[Any]], Sequence[Any]]:
    """Return what runs after a structural equation: it takes the equation's values, gives their cotangents."""

    def after(env: Env, bars: Env, values: Sequence[Any]) -> Sequence[Any]:
        env[output] = values
        rest(env, bars)
        back = bars.pop(output, {})
        return [back.get(k, back.get(k - count)) for k in range(count)]

    return after


def _value(env: Env, value: Any) -> Any:
    return env[value] if type(value) is Var else value


def _add_all(bars: Env, operands: Sequence[Any], shares: Sequence[Any], moving: set[Var]) -> None:
    for var, share in zip(operands, shares, strict=True):
        if share is not None and type(var) is Var and var in moving:
            _add(bars, var, share)


def _sweep(blocks: _Blocks, program: Program, equation: Equation, moving: set[Var], rest: Operation) -> Operation:
    raise LoweringError(
        "callbacks do not run a loop's checkpointed adjoint: choose the memory policy “save all” for loops that are "
        "differentiated twice, or another approach",
        node=node_of(equation.origin) or None,
    )


_STRUCTURES: Mapping[str, Callable[[_Blocks, Program, Equation, set[Var], Operation], Operation]] = {
    **dict.fromkeys(STRUCTURAL, _sweep),
    BRANCH: _branch,
    SCAN: _loop,
    WHILE: _loop,
    CALL: _call,
}
"""How each structural primitive runs in this style."""
