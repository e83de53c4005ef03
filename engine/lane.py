"""A lane of training: one copy of the parameters, and the optimizers that move it, each with its compiled step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.backends import xla
from engine.backends.interpret import first_nonfinite
from engine.binding import failure, naming, nonfinite
from engine.compiled_loop import Background, Call, CompiledLoop
from engine.graph import Kept
from engine.prepare import Plan, Prepared, scalar_or_array
from engine.program.program import ProgramInput
from engine.resuming import best_carried, carried, node_of, number_in, number_of, numbered, taken_up, validated
from engine.stepper import build, fixed_values, hyper_names, rate_factors
from engine.types import Tensor
from engine.validation import Validated, Validation


@dataclass(frozen=True, slots=True)
class Column:
    """A quantity recorded at every step.

    "loss", "validation" (its last value), "gradient" (the norm of the gradient by the parameter `node`; of all
    parameters together where ""), or
    "value" (element `index`, in C order, of the parameter `node`). In a lane where several optimizers alternate,
    `node` says of which optimizer a loss, a validation or a whole gradient is.
    """

    kind: Literal["loss", "gradient", "validation", "value"]
    node: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an optimizer does not go on. A paused one may: its parameters are as before the step that went wrong."""

    step: int
    kind: Literal["finished", "paused"]
    sentence: str
    node: str | None = None
    direction: Literal["", "forward", "backward", "update"] = ""


Converged = Callable[[Any, Any, float, float], bool]

UNTIL: Final[Mapping[str, Converged]] = {
    "gradient_norm": lambda loss, norm, previous, tolerance: norm <= tolerance,
    "relative_loss": lambda loss, norm, previous, tolerance: abs(previous - loss) <= tolerance * abs(loss),
}
"""When a run is converged: (loss, gradient norm, previous loss, tolerance) -> yes."""


MOMENTA: Final = ("velocity", "mean")
"""Slots in which a method sums up the gradients of past steps."""
VALIDATION: Final = 2
"""Before which of the recorded columns validation stands."""


AUTO_AFTER: Final = 0.3
"""Seconds after which a run is compiled in the background: a short one is over by then."""


class Mover:
    """One optimizer at work in one lane: its step, what it carries from step to step, and when it ends."""

    def __init__(
        self,
        prepared: Prepared,
        plan: Plan,
        approach: str,
        backend: str,
        first: int,
        steps: int,
        auto: bool = False,
        losses: bool = False,
    ) -> None:
        """`auto`: go over to XLA as soon as it has compiled the loop in the background. `losses`: record no more than
        the loss."""
        self.prepared, self.plan = prepared, plan
        self.first, self.limit = first, steps
        self.count = first
        self.stop = Stop(first, "finished", "No steps were asked for.") if steps <= first else None
        self._auto, self._losses = auto, losses
        self._background: Background | None = None
        self._compile: Callable[[], CompiledLoop] | None = None
        """What is to be compiled in the background, once the run has gone on for a while."""
        self._began: float | None = None
        self.loop: CompiledLoop | None = None
        """The compiled loop that takes the steps, where there is one."""
        self.ages: dict[str, int] = {}
        """The step at which the method's state of a parameter began, where that is not 0."""
        self._build(approach, backend)
        self.validation = Validation(prepared, plan) if plan.validation is not None else None
        self.validated = Validated(since=first)
        self.converged = False
        """Whether it had converged when the values that it took up were kept."""
        self.batches: dict[str, Any] = {}
        self.previous_loss = float("nan")
        self.fixed = fixed_values(self.stepper, prepared, prepared.parameters)
        self.carry = (
            *self.stepper.descent.to_free(prepared, prepared.parameters),
            *(scalar_or_array(np.zeros(each.type.shape, each.type.dtype)) for each in self._slot_inputs()),
            *(prepared.start_state(node_of(each))[number_of(each)] for each in self._state_inputs()),
        )
        self._before: Callable[[], tuple[Any, ...]] | tuple[Any, ...] = self.carry

    def _build(self, approach: str, backend: str) -> None:
        """Build the step, and compile its loop or begin to."""
        prepared, plan = self.prepared, self.plan
        with naming(prepared):
            self.stepper = stepper = build(prepared, plan, approach, backend, self.ages, self._losses)
        until = str(plan.settings["until"])

        def compiled() -> CompiledLoop:
            return CompiledLoop(stepper, prepared.seed, until, UNTIL.get(until))

        whole = not stepper.searches and xla.missing() is None
        self.loop = compiled() if whole and xla.whole(approach, backend) else None
        self._background = None
        self._compile = compiled if whole and self._auto and xla.whole(approach, "xla") else None

    @property
    def backend(self) -> str:
        """What takes the steps now."""
        return "xla" if self.loop is not None else self.stepper.backend

    def _go_over(self) -> None:
        """Use the loop that was compiled in the background, once it is ready; begin to compile it when it is time."""
        if self._compile is not None:
            self._began = time.perf_counter() if self._began is None else self._began
            if time.perf_counter() - self._began >= AUTO_AFTER:
                self._background, self._compile = Background(self._compile), None
        if self._background is not None and self._background.loop is not None:
            self.loop, self._background = self._background.loop, None

    # What it carries ----------------------------------------------------------------------------------------------

    def _slot_inputs(self) -> Sequence[ProgramInput]:
        free = len(self.stepper.descent.free)
        return self.stepper.carry[free : free + len(self.stepper.slots)]

    def _state_inputs(self) -> Sequence[ProgramInput]:
        return self.stepper.carry[len(self.stepper.descent.free) + len(self.stepper.slots) :]

    @property
    def free(self) -> tuple[Any, ...]:
        """The free values of the owned parameters now."""
        return self.carry[: len(self.stepper.descent.free)]

    @property
    def _shown(self) -> tuple[tuple[Any, ...], Mapping[str, Any], int]:
        """What is carried, the batches' states and the step, as the optimizer leaves them: where it has finished and
        keeps the best, those of the best validation."""
        best = self.validated
        if best.carry is not None and self.stop is not None and self.stop.kind == "finished":
            return best.carry, best.batches or {}, best.best_step
        return self.carry, self.batches, self.count

    @property
    def standing(self) -> int:
        """The step that the values shown belong to."""
        return self._shown[2]

    def values(self) -> dict[str, Any]:
        """Return the owned parameters now, inside their constraints."""
        free = self._shown[0][: len(self.stepper.descent.free)]
        return self.stepper.descent.to_values(self.prepared, free)

    def states(self) -> dict[str, tuple[Any, ...]]:
        """Return the states of stateful and batch nodes now."""
        carry, batches, _ = self._shown
        return self._states(carry, batches)

    def _states(self, carry: tuple[Any, ...], batches: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        states: dict[str, list[Any]] = {}
        inputs = self._state_inputs()
        for each, value in zip(inputs, carry[len(carry) - len(inputs) :], strict=True):
            states.setdefault(node_of(each), []).append(value)
        return {**{id: tuple(parts) for id, parts in states.items()}, **batches}

    def slots(self) -> dict[tuple[str, str], Any]:
        """Return what the method carries now, by slot and parameter."""
        free = len(self.stepper.descent.free)
        return dict(zip(self.stepper.slots, self.carry[free : free + len(self.stepper.slots)], strict=True))

    def momentum(self) -> dict[str, Any]:
        """Return the method's running mean of gradients by parameter, as it moves the values; empty where it has none.

        Of a constrained parameter it is how far its value goes, to first order, as its free value follows the mean.
        """
        found: dict[str, Any] = {}
        free = dict(zip(self.stepper.descent.owned, self.free, strict=True))
        for (slot, id), value in self.slots().items():
            if slot in MOMENTA and id in free:
                found[id] = value
                if id in self.stepper.descent.constrained:
                    ends = [self.stepper.descent.value(self.prepared, id, free[id] + h * value) for h in (1e-6, -1e-6)]
                    found[id] = (np.asarray(ends[0]) - np.asarray(ends[1])) / 2e-6
        return found

    def kept(self) -> dict[str, dict[str, Tensor]]:
        """Return what must be stored besides the parameters for the next step to be exactly the one it would be."""
        carry, _, step = self._shown
        own = carried(self.stepper, carry)
        own |= {f"age.{id}": np.int64(age) for id, age in self.ages.items()}
        own["previous_loss"] = np.float64(self.previous_loss if step == self.count else np.nan)
        finished = self.stop is not None and self.stop.kind == "finished"
        own["converged"] = np.bool_(finished and self.count < self.limit)
        if self.validation is not None:
            own |= replace(self.validated, since=step if finished else self.validated.since).numbers()
            own |= best_carried(self.stepper, self.validated) if step != self.validated.best_step else {}
        parts = {self.plan.id: own, **{id: numbered(parts) for id, parts in self.states().items()}}
        return {id: {name: Tensor.of(value) for name, value in part.items()} for id, part in parts.items()}

    def take_up(self, kept: Kept) -> None:
        """Go on from kept states, as far as they fit what this optimizer has; what does not fit starts anew."""
        own = kept.states.get(self.plan.id, {})
        now = taken_up(self.prepared, self.stepper, self.carry, kept, self.first)
        self.carry, self.batches = now.carry, now.batches
        if now.ages != self.ages:
            self.ages = now.ages
            self._build(self.stepper.approach, self.stepper.backend)
        self.previous_loss = float(number_in(own.get("previous_loss"), float("nan")))
        self.converged = bool(number_in(own.get("converged"), 0)) and self.plan.settings["until"] != "steps"
        if self.validation is not None:
            self.validated = validated(self.prepared, self.stepper, now, kept)

    # What others move ---------------------------------------------------------------------------------------------

    def receive(self, values: Mapping[str, Any], states: Mapping[str, tuple[Any, ...]]) -> None:
        """Take over parameters and node states that another optimizer of the lane has moved."""
        for k, each in enumerate(self.stepper.fixed):
            if each.role == "parameter" and each.name in values:
                self.fixed[k] = values[each.name]
        inputs = self._state_inputs()
        head = self.carry[: len(self.carry) - len(inputs)]
        own = self.carry[len(head) :]
        self.carry = (
            *head,
            *(
                states[node_of(each)][number_of(each)] if node_of(each) in states else mine
                for each, mine in zip(inputs, own, strict=True)
            ),
        )

    def mark(self) -> tuple[Any, ...]:
        """Return all that a step changes, for `back`."""
        moving = (self.carry, self._before, self.count, self.previous_loss)
        return *moving, self.batches, tuple(self.fixed), self.stop, self.validated

    def back(self, mark: tuple[Any, ...]) -> None:
        """Be again as when `mark` was called."""
        self.carry, self._before, self.count, self.previous_loss, self.batches, fixed, self.stop, seen = mark
        self.fixed, self.validated = list(fixed), seen

    def set_live(self, name: str, value: Any) -> bool:
        """Give the fixed input "node.setting" a value; return False where the step has none of that name and type."""
        found = self.validation is not None and self.validation.set_live(name, value)
        for k, each in enumerate(self.stepper.fixed):
            if each.role == "setting" and each.name == name:
                array = np.asarray(value)
                if array.shape != each.type.shape:
                    return False
                self.fixed[k] = scalar_or_array(array.astype(each.type.dtype))
                found = True
        return found

    def set_hyper(self, setting: str, value: Any) -> None:
        """Give a numeric setting of the optimizer itself a value; where the step leaves it out, build the step anew."""
        before = hyper_names(self.plan.settings)
        self.plan = replace(self.plan, settings={**self.plan.settings, setting: value})
        if hyper_names(self.plan.settings) != before:
            names = {each.name: value for each, value in zip(self.stepper.fixed, self.fixed, strict=True)}
            self._build(self.stepper.approach, self.stepper.backend)
            fresh = fixed_values(self.stepper, self.prepared, self.prepared.parameters)
            self.fixed = [names.get(each.name, given) for each, given in zip(self.stepper.fixed, fresh, strict=True)]
        if setting == "rate_factors":
            for name, factor in rate_factors(self.stepper, self.plan.settings).items():
                self.set_live(name, factor)
        self.set_live(f"{self.plan.id}.{setting}", value)

    # Going on -----------------------------------------------------------------------------------------------------

    def advance(self, most: int) -> NDArray[np.float64]:
        """Take up to `most` steps; return what was recorded, one line per step. `stop` says why it ends before."""
        if self.validation is None:
            return self._take(most)
        tables = [np.empty((0, len(self.columns(True))))]
        last = min(self.count + most, self.limit)
        while self.count < last and self.stop is None:
            self._look(self.validation)
            if self.stop is None:
                every = self.validation.every
                table = self._take(min(last - self.count, every - self.count % every))
                seen = np.full((len(table), 1), self.validated.value)
                at = 1 if self._losses else VALIDATION
                tables.append(np.hstack([table[:, :at], seen, table[:, at:]]))
        if self.stop is not None and self.stop.kind == "finished":
            self._look(self.validation)
        return np.vstack(tables)

    def _look(self, validation: Validation) -> None:
        """Look at validation where it is time for it; end the run where patience is at its end."""
        if self.count % validation.every or self.count == self.validated.step:
            return
        fixed = zip(self.stepper.fixed, self.fixed, strict=True)
        others = {each.name: value for each, value in fixed if each.role == "parameter"}
        moved = self.stepper.descent.to_values(self.prepared, self.free)
        states = self._states(self.carry, self.batches)
        value = validation.value({**self.prepared.parameters, **others, **moved}, states, self.count)
        self.validated = validation.seen(self.validated, value, self.count, self.carry, self.batches)
        sentence = validation.verdict(self.validated) if self.stop is None else None
        if sentence is not None:
            self.stop = Stop(self.count, "finished", sentence)

    def _take(self, most: int) -> NDArray[np.float64]:
        """Take up to `most` steps and return what they recorded."""
        self._go_over()
        return self.table(self._advance(most)) if self.loop is None else self._advance_compiled(self.loop, most)

    def _advance_compiled(self, loop: CompiledLoop, most: int) -> NDArray[np.float64]:
        first, last = self.count, min(self.count + most, self.limit)
        table = np.empty((max(0, last - first), loop.width))
        filled = 0
        while self.count < last:
            ran = None  # While its rows are held, the next call would have to copy the whole buffer they lie in.
            count = min(last - self.count, loop.block)
            blocks, drawn = self._block(count, loop.block)
            tolerance = float(self.plan.settings["tolerance"])
            call = Call(self.carry, self.count, blocks, tuple(self.fixed), self.previous_loss, tolerance)
            try:
                ran = loop.run(call, count)
            except Exception as error:
                inputs = self._inputs(self._fresh(self.count)[0])
                program = self.stepper.gradient_program
                raise failure(self.prepared, program, inputs, error, self.plan.id, self.count) from error
            table[filled : filled + len(ran.rows)] = ran.rows
            filled += len(ran.rows)
            if ran.taken:
                self.batches = drawn[ran.taken - 1] if drawn else self.batches
                self._put(ran.carry, partial(_carry_before, loop, call, ran.taken), self.count + ran.taken,
                          ran.previous_loss)  # fmt: skip
            if ran.status == "converged":
                self.stop = Stop(self.count, "finished", f"Converged after {some_steps(self.count)}.")
            elif ran.status == "not finite":
                self.stop = self._nonfinite(self._fresh(self.count)[0], ran.spoilt)
            elif ran.error is not None:
                inputs = self._inputs(self._fresh(self.count)[0])
                raise failure(
                    self.prepared, self.stepper.gradient_program, inputs, ran.error, self.plan.id, self.count
                ) from ran.error
            if ran.status != "running":
                return table[:filled]
        self.stop = self._ended()
        return table

    def _block(self, count: int, size: int) -> tuple[tuple[Any, ...], list[dict[str, Any]]]:
        """Return the minibatches of the next `count` steps, in arrays of `size` of them, and the batches' states after
        each step."""
        inputs = [each for each in self.stepper.fresh if each.role == "batch"]
        blocks = tuple(np.zeros((size, *each.type.shape), each.type.dtype) for each in inputs)
        states: list[dict[str, Any]] = []
        drawn = dict(self.batches)
        for k in range(count if inputs else 0):
            for each, block in zip(inputs, blocks, strict=True):
                block[k], drawn[each.name] = self.prepared.draw(each.name, self.count + k, drawn.get(each.name))
            states.append(dict(drawn))
        return blocks, states

    def _ended(self) -> Stop | None:
        """Return why the optimizer stands still after its steps, or None where it has more to take."""
        if self.count < self.limit:
            return None
        taken = self.limit - self.first
        finished = Stop(self.count, "finished", f"Took its {some_steps(taken)}.")
        return self._out_of_range() or finished

    def _advance(self, most: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        prepared, stepper, carry, fixed = self.prepared, self.stepper, self.carry, tuple(self.fixed)
        function, fresh = stepper.function, self._fresh
        recorded = stepper.row + len(stepper.arrays)
        shown = 1 if self._losses else recorded
        converged = UNTIL.get(str(self.plan.settings["until"]))
        tolerance = float(self.plan.settings["tolerance"])
        previous = self.previous_loss
        first = self.count
        last = min(first + most, self.limit)
        before = self._before
        stop: Stop | None = None
        step = first
        with np.errstate(all="ignore"):
            while step < last:
                new, drawn = fresh(step)
                try:
                    out = function(*carry, *new, *fixed)
                except Exception as error:
                    self._put(carry, before, step, previous)
                    raise failure(
                        prepared, stepper.gradient_program, self._inputs(new), error, self.plan.id, step
                    ) from error
                loss, norm = out[0], out[1]
                if not (isfinite(loss) and isfinite(norm)):
                    self._put(carry, before, step, previous)
                    stop = self._nonfinite(new)
                    break
                rows.append(out[:shown])
                if converged is not None and converged(loss, norm, previous, tolerance):
                    self._put(carry, before, step, previous)
                    stop = Stop(step, "finished", f"Converged after {some_steps(step)}.")
                    break
                before, carry, previous = carry, out[recorded:], loss
                if stepper.searches and carry[0] is before[0]:
                    self._put(carry, before, step, previous)
                    found = f"Converged after {some_steps(step)}: no step finds a smaller loss."
                    stop = Stop(step, "finished", found)
                    break
                if drawn is not None:
                    self.batches = drawn
                step += 1
            else:
                self._put(carry, before, step, previous)
        self.stop = stop or self._ended()
        return rows

    def _put(self, carry: tuple[Any, ...], before: Any, step: int, previous: Any) -> None:
        self.carry, self._before, self.count, self.previous_loss = carry, before, step, float(previous)

    def _fresh(self, step: int) -> tuple[tuple[Any, ...], dict[str, Any] | None]:
        """Return the values of the step's fresh inputs, and the batches' states after it."""
        if not self.stepper.drawing:
            return (np.float64(step),) * len(self.stepper.fresh), None
        values: list[Any] = []
        drawn = dict(self.batches)
        for each in self.stepper.fresh:
            if each.role == "batch":
                indices, drawn[each.name] = self.prepared.draw(each.name, step, self.batches.get(each.name))
                values.append(indices)
            elif each.role == "key":
                values.append(random_bits.key(self.prepared.seed, each.name, step))
            else:
                values.append(np.float64(step))
        return tuple(values), drawn

    # What went wrong ----------------------------------------------------------------------------------------------

    def _inputs(self, fresh: tuple[Any, ...]) -> list[Any]:
        """Return the values of the gradient program's inputs."""
        stepper = self.stepper
        names = zip((*stepper.carry, *stepper.fresh, *stepper.fixed), (*self.carry, *fresh, *self.fixed), strict=True)
        by_name = {(each.role, each.name): value for each, value in names}
        return [by_name[each.role, each.name] for each in stepper.gradient_program.inputs]

    def _nonfinite(self, fresh: tuple[Any, ...], spoilt: int | None = None) -> Stop:
        """Return why the step about to be taken cannot be: the first node whose value or derivative is not finite.

        `spoilt`: which of the values carried it would make not finite, where that is known.
        """
        if (left := self._out_of_range()) is not None:
            return left
        program, inputs = self.stepper.gradient_program, self._inputs(fresh)
        found = first_nonfinite(program, inputs)
        owned = self.stepper.descent.owned
        if found is None and spoilt is not None and spoilt < len(owned):
            return self._left(owned[spoilt], self.count + 1)
        if found is None:
            sentence = (
                f"The gradient of {self.prepared.quoted(self.plan.id)} is too long to be squared at step {self.count:,}"
            )
            return Stop(self.count, "paused", f"{sentence}: lower the learning rate.", self.plan.id, "backward")
        # At the first step nothing has been learned yet, so that the learning rate is not to blame.
        remedy = "change what goes into it"
        if self.count > self.first:
            remedy = f"lower the learning rate of {self.prepared.quoted(self.plan.id)}, or {remedy}"
        sentence = nonfinite(self.prepared, found, self.count, remedy, program, inputs)
        return Stop(self.count, "paused", sentence, found.node, found.direction)

    def _out_of_range(self) -> Stop | None:
        """Return a stop where the last step made a value that is not finite.

        That step is taken back, so that the values left behind are finite.
        """
        for id, value in zip(self.stepper.descent.owned, self.free, strict=True):
            if not np.all(np.isfinite(value)):
                before = self._before() if callable(self._before) else self._before
                self._put(before, before, self.count, float("nan"))
                return self._left(id, self.count)
        return None

    def _left(self, id: str, step: int) -> Stop:
        sentence = (
            f"{self.prepared.quoted(id)} left the range of its numbers in step {step:,}: "
            f"lower the learning rate of {self.prepared.quoted(self.plan.id)}, or clip the gradient."
        )
        return Stop(self.count, "paused", sentence, id, "update")

    # What is recorded ---------------------------------------------------------------------------------------------

    def columns(self, alone: bool) -> tuple[Column, ...]:
        """Return what the rows of `table` hold; `alone` where no other optimizer is in the lane."""
        stepper, own = self.stepper, "" if alone else self.plan.id
        owned = stepper.descent.owned
        columns = [Column("loss", own)] + [Column("gradient", own)] * (not self._losses)
        columns += [Column("validation", own)] * (self.validation is not None)
        if self._losses:
            return tuple(columns)
        columns += [Column("gradient", id) for id in owned]
        columns += [Column("value", id) for id in stepper.scalars]
        shapes = {each.name: each.type.shape for each in stepper.descent.free}
        columns += [Column("value", id, k) for id in stepper.arrays for k in range(int(np.prod(shapes[id])))]
        return tuple(columns)

    def table(self, rows: Sequence[tuple[Any, ...]]) -> NDArray[np.float64]:
        """Return recorded rows as an array, one line per step."""
        if self._losses:
            return np.array([row[0] for row in rows], np.float64).reshape(len(rows), 1)
        scalars = self.stepper.row
        table = np.array([row[:scalars] for row in rows], np.float64).reshape(len(rows), scalars)
        parts = [np.array([np.ravel(row[scalars + k]) for row in rows]) for k in range(len(self.stepper.arrays))]
        return np.hstack([table, *(part.reshape(len(rows), -1) for part in parts)]) if rows else table


def some_steps(count: int) -> str:
    """Return "1 step", "1,000 steps"."""
    return f"{count:,} step{'s' if count != 1 else ''}"


def _carry_before(loop: CompiledLoop, call: Call, taken: int) -> tuple[Any, ...]:
    """Return what a call had carried before the last of the steps it took."""
    return call.carry if taken == 1 else loop.run(call, taken - 1).carry
