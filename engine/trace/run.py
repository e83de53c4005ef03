"""One run of a program as it happened: each operation of each iteration with what it read and gave, and the way back.

Loops, branches and calls are walked as they run, so that every operation that took place is an entry of its own. The
way back calls the derivative rules on plain arrays, entry by entry, last to first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from autograd.core import primitive_vjps

from engine import limits
from engine.autodiff.dependence import TAKE
from engine.autodiff.rules import FLAT, VJP
from engine.backends.interpret import start
from engine.backends.structure_code import endless, stacked, too_deep
from engine.backends.structure_run import Evaluator, roomy
from engine.errors import GradwireError, LoweringError, RunError
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var, node_of
from engine.program.structure import BRANCH, CALL, SCAN, STRUCTURAL, SWEEP, WHILE, Loop, function_of

MOST: Final = 1_000_000
"""Most operations of one run: what all of them read and gave is held in memory."""
_REMEMBERED: Final = 64
"""Most places that an entry remembers: deep recursion does not copy long tuples."""

Kind: TypeAlias = Literal["call", "stack", "unstack", "pass", "opaque"]


class Place(NamedTuple):
    """Where an inner operation ran: in which node's equation, in which of its programs, in which iteration of a loop.
    `part` is "body", "condition", "arm 1" or the name of a function."""

    node: str
    part: str
    iteration: int | None


class Entry(NamedTuple):
    """One operation that took place.

    `reads` are the slots of its arguments (None: a literal), `writes` those of its results. "stack" makes one array of
    what iterations gave, "unstack" takes a sequence apart for them; "pass" hands out what is used inside too, so that
    the cotangent outside is a value of its own; "opaque" is run as a whole and has no way back.
    """

    kind: Kind
    equation: Equation
    reads: tuple[int | None, ...]
    writes: tuple[int, ...]
    place: tuple[Place, ...]


class Frame(NamedTuple):
    """One run of an inner program: where it ran, and the slots of its variables. `place` is the very tuple that its
    entries hold, `outer` that of the program around."""

    place: tuple[Place, ...]
    outer: tuple[Place, ...]
    program: Program
    slots: Mapping[Var, Any]


class Share(NamedTuple):
    """What an operation adds to the cotangent of one of its arguments, and what that then is."""

    argument: int
    slot: int
    share: Any
    total: Any


class Back(NamedTuple):
    """What came back to an operation, and what it passed on. `entry` is its number in the run."""

    entry: int
    cotangent: Any
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Run:
    """Everything that took place: values by slot, entries in order, and the slots of the program's variables."""

    values: Sequence[Any]
    moving: Sequence[bool]
    """Which slots depend, differentiably, on what it is differentiated by."""
    entries: tuple[Entry, ...]
    slots: Mapping[Var, Any]
    """The slot of each variable of the outermost program (a tuple of them for several values)."""
    frames: tuple[Frame, ...] = ()
    """The runs of inner programs, but for those very deep in calls."""

    def arguments(self, entry: Entry) -> list[Any]:
        """Return the values of an entry's arguments."""
        return [
            given if slot is None else self.values[slot]
            for slot, given in zip(entry.reads, entry.equation.arguments, strict=False)
        ]

    def back(self, of: int, seed: Any) -> Iterator[Back]:
        """Walk back from the slot `of`, whose cotangent is `seed`; yield each entry that a cotangent comes back to."""
        bars: dict[int, Any] = {of: seed}
        with np.errstate(all="ignore"):
            for number in range(len(self.entries) - 1, -1, -1):
                entry = self.entries[number]
                found = [bars.get(slot) for slot in entry.writes]
                if all(g is None for g in found):
                    continue
                shares = [
                    Share(k, slot, share, _added(bars, slot, share))
                    for k, slot, share in _BACK[entry.kind](self, entry, found)
                ]
                yield Back(number, found[0] if entry.kind != "unstack" else found, tuple(shares))

    def through(self, numbers: Sequence[int], given: Mapping[int, Any]) -> dict[int, Any]:
        """Return what comes back to each slot by these entries alone (in order), of cotangents `given` of what they
        gave; for what another of them gave, what comes back to that."""
        bars = dict(given)
        come: dict[int, Any] = {}
        with np.errstate(all="ignore"):
            for number in reversed(numbers):
                entry = self.entries[number]
                found = [bars.get(slot) for slot in entry.writes]
                if any(g is not None for g in found):
                    for _, slot, share in _BACK[entry.kind](self, entry, found):
                        _added(bars, slot, share)
                        _added(come, slot, share)
        return come


def run(program: Program, values: Sequence[Any], wrt: Sequence[Var]) -> Run:
    """Run `program` at `values` (in the order of its inputs), to be differentiated by the inputs `wrt`.

    Raise RunError naming the node that failed, LoweringError where more than MOST operations take place.
    """
    machine = _Machine(program.functions)
    by = set(wrt)
    known: dict[Var, Any] = {
        var: machine.slot(value, var in by and program.types[var].differentiable)
        for var, value in start(program, values).items()
    }
    with np.errstate(all="ignore"), roomy(program):
        machine.equations(program, known, ())
    return Run(machine.values, machine.moving, tuple(machine.entries), known, tuple(machine.frames))


class _Machine:
    """Runs equations, each value in a new slot."""

    def __init__(self, functions: Mapping[str, Program]) -> None:
        self.functions = functions
        self.values: list[Any] = []
        self.moving: list[bool] = []
        self.entries: list[Entry] = []
        self.frames: list[Frame] = []
        self._plain = Evaluator(functions)
        self._read: set[int] = set()
        self._depth = 0

    def slot(self, value: Any, moving: bool) -> int:
        """Return a new slot that holds a value."""
        self.values.append(value)
        self.moving.append(moving)
        return len(self.values) - 1

    def add(
        self, kind: Kind, equation: Equation, reads: Sequence[int | None], results: Sequence[Any], moving: bool,
        place: tuple[Place, ...],
    ) -> tuple[int, ...]:  # fmt: skip
        """Append an entry; return the slots of its results."""
        if len(self.entries) >= MOST:
            raise LoweringError(
                f"more than {MOST:,} operations take place in one step: make its loops shorter to see a trace",
                node=node_of(equation.origin) or None,
            )
        slots = tuple(self.slot(value, moving) for value in results)
        self._read.update(slot for slot in reads if slot is not None)
        self.entries.append(Entry(kind, equation, tuple(reads), slots, place))
        return slots

    def equations(self, program: Program, known: dict[Var, Any], place: tuple[Place, ...]) -> None:
        """Run a program whose inputs and constants are in slots."""
        for equation in program.equations:
            if equation.primitive in STRUCTURAL:
                known[equation.output] = _STRUCTURES[equation.primitive](self, equation, known, place)
                continue
            if equation.primitive == TAKE and isinstance(known[equation.arguments[0]], tuple):
                known[equation.output] = known[equation.arguments[0]][equation.arguments[1]]
                continue
            known[equation.output] = self._call(program, equation, known, place)

    def _call(self, program: Program, equation: Equation, known: Mapping[Var, Any], place: tuple[Place, ...]) -> int:
        reads = [known[each] if type(each) is Var else None for each in equation.arguments]
        kind = program.types.get(equation.output)
        carries = equation.primitive not in FLAT and (kind is None or kind.differentiable)
        moving = carries and any(slot is not None and self.moving[slot] for slot in reads)
        view = _View(known, self.values)
        result = self._plain.step(equation, view, ())
        return self.add("call", equation, reads, [result], moving, place)[0]

    def given(self, equation: Equation, known: Mapping[Var, Any], arguments: Sequence[Any]) -> list[int]:
        """Return the slots of arguments, new ones for literals."""
        return [known[each] if type(each) is Var else self.slot(np.asarray(each)[()], False) for each in arguments]

    def inner(
        self, program: Program, slots: Sequence[int], equation: Equation, part: str, iteration: int | None,
        place: tuple[Place, ...],
    ) -> list[Any]:  # fmt: skip
        """Run a nested program; return the slots of its outputs."""
        known: dict[Var, Any] = {each.var: slot for each, slot in zip(program.inputs, slots, strict=True)}
        known.update({var: self.slot(value, False) for var, value in program.constants.items()})
        if len(place) < _REMEMBERED:
            outer, place = place, (*place, Place(node_of(equation.origin), part, iteration))
            self.frames.append(Frame(place, outer, program, known))
        self.equations(program, known, place)
        return [known[var] for var in program.outputs]

    # What is made of other programs -------------------------------------------------------------------------------

    def branch(self, equation: Equation, known: Mapping[Var, Any], place: tuple[Place, ...]) -> tuple[int, ...]:
        """Run the arm that is chosen."""
        arms = dict(equation.settings)["arms"]
        which, *operands = self.given(equation, known, equation.arguments)
        number = min(max(int(self.values[which]), 0), len(arms) - 1)
        before = len(self.values)
        found = self.inner(arms[number], operands, equation, f"arm {number}", None, place)
        return self._handed(equation, found, before, place)

    def called(self, equation: Equation, known: Mapping[Var, Any], place: tuple[Place, ...]) -> tuple[int, ...]:
        """Run a function."""
        if self._depth > limits.CALL_DEPTH:
            too_deep(equation.origin)
        self._depth += 1
        name = dict(equation.settings)["function"]
        slots = self.given(equation, known, equation.arguments)
        before = len(self.values)
        found = self.inner(function_of(self.functions, equation), slots, equation, name, None, place)
        self._depth -= 1
        return self._handed(equation, found, before, place)

    def _handed(
        self, equation: Equation, slots: Sequence[int], before: int, place: tuple[Place, ...]
    ) -> tuple[int, ...]:
        """Return the slots of what an inner program gives: new ones for what is used inside too, was there before it,
        or is given twice."""
        return tuple(
            self.add("pass", equation, [slot], [self.values[slot]], True, place)[0]
            if self.moving[slot] and (slot in self._read or slot < before or slots.count(slot) > 1)
            else slot
            for slot in slots
        )

    def loop(self, equation: Equation, known: Mapping[Var, Any], place: tuple[Place, ...]) -> tuple[int, ...]:
        """Run a loop, iteration by iteration."""
        loop = Loop.of(equation)
        if loop.keeps:
            return self.opaque(equation, known, place)
        slots = self.given(equation, known, loop.operands)
        before, first = len(self.values), loop.consts + loop.carry
        consts, carries, sequences = slots[: loop.consts], slots[loop.consts : first], slots[first:]
        walked = [self._taken_apart(equation, slot, place) for slot in sequences]
        stacks: list[list[int]] = [[] for _ in range(loop.stacked)]
        done = 0
        for number in self._numbers(loop, equation, known):
            index = self.slot(np.int64(number), False)
            if loop.condition is not None:
                (goes,) = self.inner(loop.condition, [*consts, *carries, index], equation, "condition", number, place)
                if not self.values[goes]:
                    break
                if number >= loop.limit:
                    endless(equation.origin, loop.limit)
            given = [*consts, *carries, *(each[number] for each in walked), index]
            results = self.inner(loop.body, given, equation, "body", number, place)
            carries = results[: loop.carry]
            for stack, slot in zip(stacks, results[loop.carry :], strict=True):
                stack.append(slot)
            done += 1
        if loop.reverse:
            for stack in stacks:
                stack.reverse()
        arrays = [self._stacked(loop, k, stack, place) for k, stack in enumerate(stacks)]
        counted = [] if loop.condition is None else [self.slot(np.int64(done), False)]
        return (*self._handed(equation, carries, before, place), *arrays, *counted)

    def _numbers(self, loop: Loop, equation: Equation, known: Mapping[Var, Any]) -> Iterator[int]:
        if loop.condition is not None:
            yield from range(loop.limit + 1)
            return
        given = self.values[known[loop.count]] if type(loop.count) is Var else loop.count
        yield from reversed(range(int(given))) if loop.reverse else range(int(given))

    def _taken_apart(self, equation: Equation, slot: int, place: tuple[Place, ...]) -> tuple[int, ...]:
        whole = self.values[slot]
        return self.add("unstack", equation, [slot], [each[()] for each in whole], self.moving[slot], place)

    def _stacked(self, loop: Loop, number: int, slots: Sequence[int], place: tuple[Place, ...]) -> int:
        kind = loop.body.types[loop.body.outputs[loop.carry + number]]
        array = stacked([self.values[slot] for slot in slots], kind.shape, kind.dtype)
        moving = kind.differentiable and any(self.moving[slot] for slot in slots)
        return self.add("stack", loop.equation, slots, [array], moving, place)[0]

    def opaque(self, equation: Equation, known: Mapping[Var, Any], place: tuple[Place, ...]) -> tuple[int, ...]:
        """Run the adjoint of a loop with checkpoints as a whole."""
        reads = [known[each] if type(each) is Var else None for each in equation.arguments]
        results = self._plain.structure(equation, _View(known, self.values), ())
        moving = any(slot is not None and self.moving[slot] for slot in reads)
        return self.add("opaque", equation, reads, results, moving, place)


class _View(Mapping[Var, Any]):
    """The values of variables, by way of their slots."""

    def __init__(self, known: Mapping[Var, Any], values: Sequence[Any]) -> None:
        self._known, self._values = known, values

    def __getitem__(self, var: Var) -> Any:
        slot = self._known[var]
        return self._values[slot] if type(slot) is int else tuple(self._values[each] for each in slot)

    def __iter__(self) -> Iterator[Var]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


_STRUCTURES: Final[Mapping[str, Callable[..., tuple[int, ...]]]] = {
    BRANCH: _Machine.branch,
    CALL: _Machine.called,
    SCAN: _Machine.loop,
    WHILE: _Machine.loop,
    SWEEP: _Machine.opaque,
}


# ----- the way back -----

_Shares: TypeAlias = Iterator[tuple[int, int, Any]]


def _added(bars: dict[int, Any], slot: int, share: Any) -> Any:
    before = bars.get(slot)
    if isinstance(share, dict):
        total = dict(before or {})
        for key, part in share.items():
            total[key] = total[key] + part if key in total else part
    else:
        total = share if before is None else before + share
    bars[slot] = total
    return total


def _back_call(run: Run, entry: Entry, found: Sequence[Any]) -> _Shares:
    """Yield the shares of a function's arguments, by its rule."""
    numbers = [k for k, slot in enumerate(entry.reads) if slot is not None and run.moving[slot]]
    if not numbers or not run.moving[entry.writes[0]]:
        return
    if entry.equation.primitive == TAKE:
        yield 0, entry.reads[0] or 0, {entry.equation.arguments[1]: found[0]}
        return
    arguments, result = run.arguments(entry), run.values[entry.writes[0]]
    shares = vjp(entry.equation, numbers, arguments, result, found[0])
    for number, share in zip(numbers, shares, strict=True):
        slot = entry.reads[number]
        assert slot is not None  # noqa: S101 - numbers are of those that have one
        yield number, slot, fitted(share, run.values[slot])


def _back_stack(run: Run, entry: Entry, found: Sequence[Any]) -> _Shares:
    for k, slot in enumerate(entry.reads):
        if slot is not None and run.moving[slot]:
            yield k, slot, found[0][k]


def _back_unstack(run: Run, entry: Entry, found: Sequence[Any]) -> _Shares:
    slot = entry.reads[0]
    if slot is not None and run.moving[slot]:
        items = [run.values[each] for each in entry.writes]
        parts = [np.zeros_like(item) if g is None else g for item, g in zip(items, found, strict=True)]
        yield 0, slot, np.stack(parts)


def _back_pass(run: Run, entry: Entry, found: Sequence[Any]) -> _Shares:
    (slot,) = entry.reads
    assert slot is not None  # noqa: S101 - it is a slot that is passed on
    yield 0, slot, found[0]


def _back_opaque(run: Run, entry: Entry, found: Sequence[Any]) -> _Shares:
    if any(slot is not None and run.moving[slot] for slot in entry.reads):
        raise LoweringError(
            "a trace does not go back through the adjoint of a loop with checkpoints: choose the memory policy "
            "“save all” for loops that are differentiated twice",
            node=node_of(entry.equation.origin) or None,
        )
    yield from ()


_BACK: Final[Mapping[Kind, Callable[[Run, Entry, Sequence[Any]], _Shares]]] = {
    "call": _back_call,
    "stack": _back_stack,
    "unstack": _back_unstack,
    "pass": _back_pass,
    "opaque": _back_opaque,
}


def vjp(equation: Equation, numbers: Sequence[int], arguments: Sequence[Any], result: Any, g: Any) -> list[Any]:
    """Return the cotangents of the arguments `numbers` of one equation at plain values; raise RunError, with the node,
    where it has none."""
    name, settings = equation.primitive, dict(equation.settings)
    several = isinstance(result, list | tuple)
    try:
        rules = () if several else VJP.get(name, ())
        if rules:
            return [rules[k](g, result, *arguments, **settings) for k in numbers]  # type: ignore[misc]
        maker = primitive_vjps[PRIMITIVES[name]]
        whole = tuple(g.get(k, np.zeros_like(each)) for k, each in enumerate(result)) if several else g
        return list(maker(tuple(numbers), result, tuple(arguments), settings)(whole))
    except GradwireError:
        raise
    except Exception as error:
        short = name.rpartition(".")[2]
        sentence = f"the derivative of {short} failed: {error}"
        raise RunError(sentence, node=node_of(equation.origin) or None) from error


def fitted(share: Any, value: Any) -> Any:
    """Return a cotangent in the dtype and shape of its value."""
    if isinstance(value, list | tuple):
        return dict(enumerate(share))
    like = np.asarray(value)
    array = np.asarray(share)
    if like.dtype.kind == "f" and array.dtype.kind == "c":
        array = array.real
    return np.broadcast_to(array, like.shape).astype(like.dtype, copy=False)[()]
