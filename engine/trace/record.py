"""Recording a trace: the forward pass, the backward pass (or the tangents) and the update of one optimizer step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from engine.autodiff.source import source_of
from engine.autodiff.tangent import with_tangents
from engine.binding import bind
from engine.evaluate import loss_program
from engine.graph import Kept, Socket
from engine.prepare import Prepared
from engine.program.compose import select
from engine.program.program import Equation, Program, Var, node_of
from engine.trace.marks import Marks, TangentMarks, slots_of
from engine.trace.moment import Moment
from engine.trace.run import Back, Entry, Run, run
from engine.trace.steps import Contribution, Mark, MicroStep, Read, Trace

LIMIT: Final = 50_000
"""Most micro-steps of a trace."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which iterations of every loop are shown: `count` from `first` on. The others are computed all the same."""

    first: int
    count: int

    def shows(self, entry: Entry) -> bool:
        """Return whether an operation is inside."""
        return all(
            each.iteration is None or self.first <= each.iteration < self.first + self.count for each in entry.place
        )


def at_kept(prepared: Prepared, kept: Kept) -> Prepared:
    """Return the prepared graph as it stands at a moment of a run (`Trainer.kept`), to record the step from there."""
    parameters = {
        **prepared.parameters,
        **{id: each.array()[()] for id, each in kept.values.items() if id in prepared.parameters},
    }
    return replace(prepared, content=replace(prepared.content, kept=kept), step=kept.step, parameters=parameters)


def record(
    prepared: Prepared,
    *,
    optimizer: str | None = None,
    approach: str | None = None,
    window: Window | None = None,
    example: int | None = None,
    limit: int = LIMIT,
) -> Trace:
    """Record the step that an optimizer (default: the first) would take next, by an approach (default: its own).

    Without a `window` all iterations of loops are shown, or as many of the first ones of each as fit into `limit`.
    With an `example` every row of the minibatches is that one of them: what flows is that example alone.
    Raise GradwireError where the step cannot be differentiated so.
    """
    moment = Moment.next(prepared, prepared.plan(optimizer), approach, example)
    recorder = _Recorder(prepared, moment, window, limit)
    if example is not None and any(role == "batch" for role, _ in moment.given):
        recorder.notes.append(f"Every row of the minibatch is its row {example:,}: what flows is that example alone.")
    return recorder.forward() if recorder.approach == "forward" else recorder.reverse()


class _Recorder:
    """Writes the micro-steps of one step down."""

    def __init__(self, prepared: Prepared, moment: Moment, window: Window | None, limit: int) -> None:
        self.prepared, self.moment, self.approach = prepared, moment, moment.mover.stepper.approach
        self.window, self.limit = window, limit
        self.steps: list[MicroStep] = []
        self.total = 0
        self.notes: list[str] = []
        self.makers: dict[int, str] = {}
        self.plan = moment.mover.plan

    # Reverse ------------------------------------------------------------------------------------------------------

    def reverse(self) -> Trace:
        """Return the trace of an approach that goes back."""
        down = self.moment.mover.stepper.descent
        program = down.program
        values = [self.moment.given[each.role, each.name] for each in program.inputs]
        seen = run(program, values, [each.var for each in down.free])
        loss = seen.slots[down.loss]
        one = np.ones((), program.types[down.loss].dtype)[()]
        backs = list(seen.back(loss, one))
        bars: dict[int, Any] = {loss: one}
        for back in backs:
            bars.update({share.slot: share.total for share in back.shares})
        shown = self._shown(seen, program, len(backs))
        lines, text = _lines(program, down.loss, [each.var for each in down.free], self._labels(), self.approach)
        marks = Marks(seen, program)
        self._read(program, seen, marks)
        for number in shown:
            self._operation(seen, number, lines, marks)
        among = set(shown)
        for back in backs:
            if back.entry in among:
                self._came_back(seen, back, lines, marks)
        self.total += len(seen.entries) - len(shown) + sum(back.entry not in among for back in backs)
        gradients = {id: _gradient(bars, seen, var) for id, var in down.values.items()}
        free = {each.name: _gradient(bars, seen, each.var) for each in down.free}
        self._updates(free, gradients, program)
        return self._trace(float(seen.values[loss]), gradients, program, seen, text)

    def _shown(self, seen: Run, program: Program, back: int) -> list[int]:
        """Return the numbers of the entries that are shown, those of the window, as many as there is room for."""
        room = (self.limit - len(program.inputs) - len(self.moment.mover.stepper.descent.free)) // 2
        most = max((each.iteration or 0 for entry in seen.entries for each in entry.place), default=0) + 1
        window = self.window or Window(0, most)
        shown = [k for k, entry in enumerate(seen.entries) if window.shows(entry)]
        while self.window is None and len(shown) > room and window.count > 1:
            window = Window(0, window.count // 2)
            shown = [k for k in shown if window.shows(seen.entries[k])]
        if window.first > 0 or window.count < most:
            last = min(window.first + window.count, most) - 1
            self.notes.append(f"Of each loop the iterations {window.first:,} to {last:,} are shown.")
        return shown[: max(room, 0)]

    def _read(self, program: Program, seen: Run, marks: Marks) -> None:
        for each in program.inputs:
            self.makers[seen.slots[each.var]] = node = each.name.partition(".")[0]
            if each.role in ("parameter", "data", "batch", "state"):
                slot = seen.slots[each.var]
                operator, told = self._operator(node), marks.read(slot)
                self._add(MicroStep(0, "read", node, operator, output=seen.values[slot], slots=(slot,), marks=told))
        for entry in seen.entries:
            self.makers.update(dict.fromkeys(entry.writes, node_of(entry.equation.origin)))

    def _operation(self, seen: Run, number: int, lines: _Lines, marks: Marks) -> None:
        entry = seen.entries[number]
        self._add(
            replace(
                self._base(seen, entry),
                row=number,
                depth=number if self.approach == "callbacks" else 0,
                line=lines(entry.equation, False),
                marks=marks.forward(entry),
            )
        )

    def _came_back(self, seen: Run, back: Back, lines: _Lines, marks: Marks) -> None:
        entry = seen.entries[back.entry]
        shares = tuple(
            Contribution(each.argument, self.makers.get(each.slot, ""), each.slot, each.share, each.total)
            for each in back.shares
        )
        self._add(
            replace(
                self._base(seen, entry),
                phase="backward",
                cotangent=back.cotangent,
                contributions=shares,
                row=back.entry,
                depth=back.entry if self.approach == "callbacks" else 0,
                line=lines(entry.equation, True),
                marks=marks.backward(entry, back),
            )
        )

    def _base(self, seen: Run, entry: Entry) -> MicroStep:
        node = node_of(entry.equation.origin)
        values = (
            seen.arguments(entry)
            if entry.kind == "call"
            else [seen.values[slot] for slot in entry.reads if slot is not None]
        )
        reads = tuple(
            Read("" if slot is None else self.makers.get(slot, ""), slot, value)
            for slot, value in zip(entry.reads, values, strict=False)
        )
        output = seen.values[entry.writes[0]] if len(entry.writes) == 1 else None
        name = entry.equation.primitive.rpartition(".")[2] if entry.kind == "call" else entry.kind
        return MicroStep(
            0, "forward", node, self._operator(node), name, reads, output, entry.writes if len(entry.writes) == 1
            else (), place=entry.place, equation=entry.equation if entry.kind == "call" else None,
        )  # fmt: skip

    # Forward ------------------------------------------------------------------------------------------------------

    def forward(self) -> Trace:
        """Return the trace of dual numbers: the values once, then the tangents, a pass for each number."""
        mover = self.moment.mover
        loss = loss_program(self.prepared, self.plan.id)
        given = {**self.prepared.parameters, **mover.values()}
        values = bind(loss.program, self.prepared, given, step=self.prepared.step, states=mover.states())
        drawn = {name: value for (role, name), value in self.moment.given.items() if role == "batch"}
        values = [
            drawn.get(each.name, value) if each.role == "batch" else value
            for each, value in zip(loss.program.inputs, values, strict=True)
        ]
        wrt = [each.var for each in loss.inputs]
        pushed, tangents = with_tangents(select(loss.program, [loss.var], ["loss"]), wrt)
        gradients = {each.name: np.full(each.type.shape, np.nan, each.type.dtype) for each in loss.inputs}
        first: Run | None = None
        marks: TangentMarks | None = None
        for id, place, unit, part in _directions(loss.inputs):
            seeds = {each.name: np.zeros(each.type.shape, each.type.dtype) for each in loss.inputs}
            seeds[id].reshape(-1)[place] = unit
            seen = run(pushed, [*values, *(seeds[each.name][()] for each in loss.inputs)], [])
            self.makers.clear()
            mark = len(self.steps)
            if marks is None:
                first, marks = seen, TangentMarks(seen, pushed, tangents)
                self._read(pushed, seen, marks.values)
            else:
                self._makers(pushed, seen)
            told = marks.turn()
            entries = [each for each in seen.entries if self.window is None or self.window.shows(each)]
            moved = [each for each in entries if each.equation.origin.startswith("tangent of ")]
            wanted = entries if first is seen else moved
            self.total += len(seen.entries) - len(wanted) if first is seen else 0
            if len(self.steps) + len(wanted) > self.limit - len(loss.inputs) and mark:
                self.notes.append("There is no room for the passes by the other numbers.")
                break
            for entry in wanted[: self.limit - len(loss.inputs) - len(self.steps)]:
                tangential = entry.equation.origin.startswith("tangent of ")
                base = self._base(seen, entry)
                told = (*told, *(marks.tangent(seen, entry) if tangential else marks.values.forward(entry)))
                base = replace(base, phase="tangent", direction=(id, place)) if tangential else base
                self._add(replace(base, marks=told))
                told = ()
            slope = seen.values[seen.slots[pushed.outputs[1]]]
            flat = gradients[id].reshape(-1)
            flat[place] = (0 if np.isnan(flat[place]) else flat[place]) + part * slope
            gradients[id] = flat.reshape(gradients[id].shape)
        value = first.values[first.slots[loss.var]] if first is not None else np.nan
        own = {id: each[()] for id, each in gradients.items()}
        self._updates(own, own, pushed)
        empty = Run([], [], (), {})
        return self._trace(float(value), own, pushed, first or empty, "")

    def _makers(self, program: Program, seen: Run) -> None:
        self.makers = {seen.slots[each.var]: each.name.partition(".")[0] for each in program.inputs}
        for entry in seen.entries:
            self.makers.update(dict.fromkeys(entry.writes, node_of(entry.equation.origin)))

    # Both ---------------------------------------------------------------------------------------------------------

    def _add(self, step: MicroStep) -> None:
        self.total += 1
        self.steps.append(replace(step, number=len(self.steps)))

    def _operator(self, node: str) -> str:
        found = self.prepared.graph.nodes.get(node)
        return found.operator if found is not None else ""

    def _labels(self) -> dict[str, str]:
        return {id: node.name or id for id, node in self.prepared.graph.nodes.items()}

    def _updates(self, free: Mapping[str, Any], gradients: Mapping[str, Any], program: Program) -> None:
        """Add the updates; whatever was known of a parameter's gradient before, it is known whole then."""
        own = self.plan.id
        outputs = {socket.node: socket for socket in program.sockets}
        for update in self.moment.updates(self.prepared, free):
            id = update.parameter
            whole = Mark(outputs.get(id, Socket(id, "value")), "cotangent", gradients.get(id))
            self._add(MicroStep(0, "update", id, self._operator(own), "update", update=update, marks=(whole,)))
        if self.moment.carry is None:
            self.notes.append("There is no update: the loss or its gradient is not finite.")

    def _trace(self, loss: float, gradients: Mapping[str, Any], program: Program, seen: Run, text: str) -> Trace:
        left = self.total - len(self.steps)
        notes = [*self.notes, *([f"{left:,} of {self.total:,} micro-steps are left out."] if left else [])]
        slots = {socket: slots_of(each, seen.slots) for socket, each in program.sockets.items()} if seen.slots else {}
        down = self.moment.mover.stepper.descent
        after = {} if self.moment.carry is None else down.to_values(self.prepared, self.moment.carry[: len(down.free)])
        batches = {name: value for (role, name), value in self.moment.given.items() if role == "batch"}
        return Trace(
            self.plan.id, self.approach, self.prepared.step, loss, tuple(self.steps), gradients, after, slots, batches,
            text, left, " ".join(notes),
        )  # fmt: skip


_Lines = Callable[[Equation, bool], int | None]


def _lines(
    program: Program, of: Var, wrt: Sequence[Var], labels: Mapping[str, str], approach: str
) -> tuple[_Lines, str]:
    """Return which line of the adjoint's source an equation stands in, forwards or backwards, and the source."""
    if approach != "source":
        return (lambda equation, back: None), ""
    printer = source_of(program, of, wrt, labels)
    lines = printer.text.splitlines()
    starts: dict[str, int] = {}
    first: dict[str, int] = {}
    for number, (line, origin) in enumerate(zip(lines, printer.origins, strict=False)):
        if " = " in line:
            starts.setdefault(line.strip().partition(" = ")[0], number)
        if origin and not line.lstrip().startswith("#"):
            first.setdefault(origin, number)

    def found(equation: Equation, back: bool) -> int | None:
        if back:
            return first.get(f"adjoint of {equation.origin}")
        name = printer.written.get(id(equation), ("", ""))[0]
        return starts.get(name, first.get(equation.origin))

    return found, printer.text


def _gradient(bars: Mapping[int, Any], seen: Run, var: Var) -> Any:
    slot = seen.slots[var]
    return bars[slot] if slot in bars else np.zeros_like(seen.values[slot])


def _directions(inputs: Sequence[Any]) -> Iterator[tuple[str, int, Any, Any]]:
    """Yield (parameter, number, unit, what its slope adds to the gradient) for every pass."""
    for each in inputs:
        kind = np.dtype(each.type.dtype).kind
        for place in range(int(np.prod(each.type.shape, dtype=int))):
            for unit, part in {"f": ((1, 1),), "c": ((1, 1), (1j, -1j))}.get(kind, ()):
                yield each.name, place, unit, part
