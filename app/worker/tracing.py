"""Recording optimizer steps in the process that answers questions, and telling of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from app.worker import messages as m
from app.worker.describe import look_at, short, words
from app.worker.stepped import Detail, Micro, Moved, Passed, Stepped, Told, Wish
from engine.autodiff.artefacts import adjoint_text
from engine.compare import subject
from engine.errors import GradwireError
from engine.graph import Kept
from engine.prepare import Prepared
from engine.trace.partials import Local, briefly
from engine.trace.record import Window, at_kept, record
from engine.trace.steps import MicroStep, Trace
from engine.training import Trainer
from engine.types import shape_text, type_of

EVERY: Final = 100
"""Steps between two checkpoints from which earlier steps are reached again."""
MOST: Final = 100
"""Most checkpoints that are held."""
WHOLE: Final = 64
"""Elements up to which a value travels whole with its micro-step."""
LINES: Final = 4_000
"""Most lines of what an approach writes."""


class Tracer:
    """Records steps of one graph, and holds the last trace, of which more may be asked."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._kept: dict[int, Kept] = {}
        self._since: object = None
        self.serial = 0
        self.trace: Trace | None = None

    def record(self, wish: Wish, kept: m.PackedKept | None, serial: int) -> Stepped:
        """Record the step that is wished, from where a run stands (`kept`; None: the start) or from an earlier step."""
        at = self._at(wish, kept)
        window = None if wish.window is None else Window(*wish.window)
        trace = record(
            at, optimizer=wish.optimizer or None, approach=wish.approach or None, window=window, example=wish.example
        )
        self.trace, self.serial = trace, serial
        return _told(at, trace, serial)

    def _at(self, wish: Wish, kept: m.PackedKept | None) -> Prepared:
        """Return the graph as it stands before the step that is wished."""
        given = None if kept is None else m.unpack_kept(kept)
        now = self._prepared if given is None else at_kept(self._prepared, given)
        if wish.step is None or wish.step == now.step:
            return now
        if not self._prepared.step <= wish.step:
            first = self._prepared.step
            raise GradwireError(f"The run begins at step {first:,}: there is no step {wish.step:,} to go through.")
        since = (wish.optimizer, None if given is None else (given.seed, given.optimizer))
        if since != self._since:
            self._since, self._kept = since, {}
        nearest = max((step for step in self._kept if step <= wish.step), default=None)
        start = self._prepared if nearest is None else at_kept(self._prepared, self._kept[nearest])
        if start.step == wish.step:
            return start
        return at_kept(self._prepared, self._run_to(start, wish))

    def _run_to(self, start: Prepared, wish: Wish) -> Kept:
        """Run from a checkpoint to a step, holding further ones on the way."""
        assert wish.step is not None  # noqa: S101 - the caller has looked
        trainer = Trainer(start)
        optimizer = start.plan(wish.optimizer or None).id
        lane = next(k for k, each in enumerate(trainer.lanes) if optimizer in each.optimizers)
        while trainer.step(lane) < wish.step:
            before = trainer.step(lane)
            trainer.run(min(EVERY, wish.step - before))
            if trainer.step(lane) == before:
                raise GradwireError(f"The run ends at step {before:,}: there is no step {wish.step:,} to go through.")
            if len(self._kept) < MOST:
                self._kept[trainer.step(lane)] = trainer.kept(lane)
        return trainer.kept(lane)

    def detail(self, serial: int, number: int, argument: int, row: int, column: int) -> Detail:
        """Return one micro-step whole; GradwireError where the trace is gone."""
        if self.trace is None or serial != self.serial:
            raise GradwireError("This trace is no longer held: record it again to see more of it.")
        step = self.trace.micro_steps[number]
        inputs = tuple(whole(each.value) for each in step.inputs)
        output = None if step.output is None else whole(step.output)
        back = None if step.cotangent is None else whole(step.cotangent)
        try:
            local = self.trace.partials(number, argument)
        except GradwireError:
            return Detail(serial, number, argument, "none", ((), ()), None, None, None, None, inputs, output, back)
        return _detail(local, step, (serial, number, argument, row, column), inputs)


def _detail(local: Local, step: MicroStep, asked: tuple[int, int, int, int, int], inputs: tuple[Told, ...]) -> Detail:
    serial, number, argument, row, column = asked
    rows, columns = (int(np.prod(each, dtype=int)) for each in local.shape)
    full = local.kind == "jacobian"
    back = None if step.cotangent is None else whole(step.cotangent)
    return Detail(
        serial,
        number,
        argument,
        local.kind,
        local.shape,
        whole(local.array) if local.kind in ("number", "elementwise") else None,
        whole(local.row(min(row, rows - 1))) if full and rows else None,
        whole(local.column(min(column, columns - 1))) if full and columns else None,
        None if step.cotangent is None else whole(local.product(step.cotangent)),
        inputs,
        None if step.output is None else whole(step.output),
        back,
    )


# In words -------------------------------------------------------------------------------------------------------------


class _Pool:
    """Everything that is told, each value once."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._numbers: dict[Any, int] = {}
        self._held: list[Any] = []

    def __call__(self, value: Any, *, rich: bool = False) -> int:
        """Return the number of what is told of a value; -1 for none."""
        if value is None:
            return -1
        key = (value.dtype.char, value.tobytes()) if isinstance(value, np.generic) else (id(value), rich)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.told)
            self.told.append(told(value, rich=rich))
            self._held.append(value)  # as long as it is held its id is its own
        return number


def told(value: Any, *, rich: bool = False) -> Told:
    """Return what is shown of a value; `rich`: with a small picture, and whole where it has up to 1,000 elements."""
    if isinstance(value, np.generic) and value.dtype.kind == "f":
        number = float(value)
        known = number if np.isfinite(number) else None
        size = None if known is None else abs(known)
        return Told(short(number), "", known, known, known is not None, size, whole=m.Packed.of(value))
    if isinstance(value, str | bool | int | float | slice) or not _numeric(value):
        return Told(str(value))
    look = look_at(type_of(value), value, value)
    small = look.partial if rich or np.size(value) <= WHOLE else None
    kind = "" if isinstance(value, np.generic) else shape_text(np.shape(value)) if small or rich else _kind(value)
    return Told(
        look.value, kind, look.low, look.high, look.finite, look.norm, look.line if rich else (),
        look.thumbnail if rich else None, small,
    )  # fmt: skip


def whole(value: Any) -> Told:
    """Return a value with all its numbers, up to 1,000 of them."""
    return told(value, rich=True)


def _kind(value: Any) -> str:
    return "" if isinstance(value, list | tuple | Mapping) else shape_text(np.shape(value))


def _numeric(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else (value,)
    return all(_numeric(each) if isinstance(each, list | tuple | Mapping) else _number(each) for each in parts)


def _number(value: Any) -> bool:
    return value is not None and np.asarray(value).dtype.kind in "biufc"


def _told(prepared: Prepared, trace: Trace, serial: int) -> Stepped:
    pool, places, sockets = _Pool(), dict[Any, int](), dict[Any, int]()
    nodes = prepared.graph.nodes

    def mark(each: Any) -> tuple[int, bool, int]:
        number = sockets.setdefault(each.socket, len(sockets))
        outer = each.socket.node in nodes and not nodes[each.socket.node].inside
        return number, each.kind == "cotangent", pool(each.value, rich=outer)

    micro = tuple(
        Micro(
            step.phase,
            step.node,
            step.primitive,
            tuple((each.node, pool(each.value)) for each in step.inputs),
            pool(step.output),
            pool(step.cotangent),
            tuple(_passed(step, pool)),
            places.setdefault(step.place, len(places)),
            step.row,
            step.depth,
            step.line,
            step.direction,
            _moved(step, pool),
            tuple(map(mark, step.marks)),
        )
        for step in trace.micro_steps
    )
    lines, origins = _written(prepared, trace)
    gradients = {id: pool(value, rich=True) for id, value in trace.gradients.items()}
    parameters = {id: pool(value, rich=True) for id, value in trace.parameters.items()}
    return Stepped(
        trace.optimizer,
        trace.approach,
        trace.step,
        short(trace.loss),
        micro,
        tuple(pool.told),
        tuple(places),
        tuple((socket.node, socket.name) for socket in sockets),
        gradients,
        parameters,
        {id: int(np.size(rows)) for id, rows in trace.batches.items()},
        lines,
        origins,
        trace.left_out,
        trace.sentence,
        max((each.iteration or 0 for place in places for each in place), default=-1) + 1,
        serial,
    )


def _passed(step: MicroStep, pool: _Pool) -> Iterator[Passed]:
    partials: Mapping[int, str] = {}
    if step.contributions and step.equation is not None:
        numbers = [each.argument for each in step.contributions]
        given = [each.value for each in step.inputs]
        found = briefly(step.equation, given, step.output, numbers)
        partials = {k: partial_text(*each) for k, each in found.items()}
    for each in step.contributions:
        yield Passed(each.argument, each.node, partials.get(each.argument, ""), pool(each.share), pool(each.total))


def partial_text(kind: str, array: Any, shape: Any) -> str:
    """Return a local partial in a few words: the number, the range of an array, or the shape of a Jacobian."""
    if kind in ("number", "elementwise"):
        return words(array)
    if kind == "jacobian":
        y, x = (shape_text(each) if each else "1" for each in shape)
        return f"J {y} × {x}"
    return ""


def _moved(step: MicroStep, pool: _Pool) -> Moved | None:
    each = step.update
    if each is None:
        return None
    slots = tuple((name, pool(before), pool(after)) for name, (before, after) in each.slots.items())
    return Moved(each.parameter, pool(each.gradient), pool(each.before), pool(each.after), slots)


def _written(prepared: Prepared, trace: Trace) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the approach writes before it runs, and the origin of each line."""
    if trace.approach == "source":
        lines = trace.source.splitlines()[:LINES]
        return tuple(lines), ()
    if trace.approach != "static":
        return (), ()
    found = adjoint_text(subject(prepared, optimizer=trace.optimizer)[1])
    return tuple(found.text.splitlines()[:LINES]), found.origins[:LINES]
