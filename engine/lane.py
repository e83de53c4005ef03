"""A lane of training: one copy of the parameters, and the optimizers that move it, each with its compiled step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final, Literal, TypeGuard

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.backends.interpret import first_nonfinite
from engine.binding import failure, nonfinite
from engine.graph import Kept
from engine.prepare import Plan, Prepared, scalar_or_array
from engine.program.program import ProgramInput
from engine.stepper import build, fixed_values, hyper_names
from engine.types import ArrayType, Tensor, Type, type_of


@dataclass(frozen=True, slots=True)
class Column:
    """A quantity recorded at every step.

    "loss", "gradient" (the norm of the gradient by the parameter `node`; of all parameters together where ""), or
    "value" (element `index`, in C order, of the parameter `node`). In a lane where several optimizers alternate,
    `node` says of which optimizer a loss or a whole gradient is.
    """

    kind: Literal["loss", "gradient", "value"]
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


class Mover:
    """One optimizer at work in one lane: its step, what it carries from step to step, and when it ends."""

    def __init__(self, prepared: Prepared, plan: Plan, approach: str, backend: str, first: int, steps: int) -> None:
        self.prepared, self.plan = prepared, plan
        self.first, self.limit = first, steps
        self.count = first
        self.stop = Stop(first, "finished", "No steps were asked for.") if steps <= first else None
        self.stepper = build(prepared, plan, approach, backend)
        self.converged = False
        """Whether it had converged when the values that it took up were kept."""
        self.batches: dict[str, Any] = {}
        self.previous_loss = float("nan")
        self.fixed = fixed_values(self.stepper, prepared, prepared.parameters)
        self.carry = (
            *self.stepper.descent.to_free(prepared, prepared.parameters),
            *(scalar_or_array(np.zeros(each.type.shape, each.type.dtype)) for each in self._slot_inputs()),
            *(prepared.start_state(_node(each))[_number(each)] for each in self._state_inputs()),
        )
        self._before = self.carry

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

    def values(self) -> dict[str, Any]:
        """Return the owned parameters now, inside their constraints."""
        return self.stepper.descent.to_values(self.prepared, self.free)

    def states(self) -> dict[str, tuple[Any, ...]]:
        """Return the states of stateful and batch nodes now."""
        states: dict[str, list[Any]] = {}
        inputs = self._state_inputs()
        for each, value in zip(inputs, self.carry[len(self.carry) - len(inputs) :], strict=True):
            states.setdefault(_node(each), []).append(value)
        return {**{id: tuple(parts) for id, parts in states.items()}, **self.batches}

    def kept(self) -> dict[str, dict[str, Tensor]]:
        """Return what must be stored besides the parameters for the next step to be exactly the one it would be."""
        free = len(self.stepper.descent.free)
        own = {f"{slot}.{id}": value for (slot, id), value in zip(self.stepper.slots, self.carry[free:], strict=False)}
        own |= {f"free.{id}": self.free[k] for k, id in enumerate(self.stepper.descent.owned)}
        own["previous_loss"] = np.float64(self.previous_loss)
        own["converged"] = np.bool_(self.stop is not None and self.stop.kind == "finished" and self.count < self.limit)
        parts = {self.plan.id: own, **{id: dict(_numbered(parts)) for id, parts in self.states().items()}}
        return {id: {name: Tensor.of(value) for name, value in part.items()} for id, part in parts.items()}

    def take_up(self, kept: Kept) -> None:
        """Go on from kept states, as far as they fit what this optimizer has; what does not fit starts anew.

        A kept free value counts only where it stands for the start value: not where another was given, nor where the
        constraint or its limits were changed since.
        """
        own = dict(kept.states.get(self.plan.id, {}))
        self._take_up_free_and_slots(own)
        self._take_up_states(kept.states)
        self._take_up_batches(kept.states)
        self.converged = bool(_number_in(own.get("converged"), 0)) and self.plan.settings["until"] != "steps"

    def _take_up_free_and_slots(self, own: dict[str, Tensor]) -> None:
        down, prepared = self.stepper.descent, self.prepared
        for id, each, free in zip(down.owned, down.free, self.free, strict=True):
            found, start = own.get(f"free.{id}"), prepared.parameters[id]
            if not _fits(found, each.type) or not np.array_equal(down.value(prepared, id, _restored(found)), start):
                own[f"free.{id}"] = Tensor.of(np.asarray(free, each.type.dtype))
        slots = ("free", *dict.fromkeys(slot for slot, _ in self.stepper.slots))
        carried = [own.get(f"{slot}.{id}") for slot in slots for id in down.owned]
        if all(_fits(tensor, each.type) for tensor, each in zip(carried, self.stepper.carry, strict=False)):
            self.carry = (*(_restored(tensor) for tensor in carried if tensor), *self.carry[len(carried) :])
            self.previous_loss = float(_number_in(own.get("previous_loss"), float("nan")))

    def _take_up_states(self, kept: Mapping[str, Mapping[str, Tensor]]) -> None:
        inputs = self._state_inputs()
        states = [kept.get(_node(each), {}).get(str(_number(each))) for each in inputs]
        if all(_fits(tensor, each.type) for tensor, each in zip(states, inputs, strict=True)):
            head = self.carry[: len(self.carry) - len(states)]
            self.carry = (*head, *(_restored(tensor) for tensor in states if tensor))

    def _take_up_batches(self, kept: Mapping[str, Mapping[str, Tensor]]) -> None:
        for id in (each.name for each in self.stepper.fresh if each.role == "batch" and each.name in kept):
            first = self.prepared.draw(id, self.first, None)[1]
            parts = [kept[id].get(str(k)) for k in range(len(first))]
            if all(_fits(tensor, type_of(array)) for tensor, array in zip(parts, first, strict=True)):
                self.batches[id] = tuple(_restored(tensor) for tensor in parts if tensor)

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
                states[_node(each)][_number(each)] if _node(each) in states else mine
                for each, mine in zip(inputs, own, strict=True)
            ),
        )

    def mark(self) -> tuple[Any, ...]:
        """Return all that a step changes, for `back`."""
        carried = (self.carry, self._before, self.count, self.previous_loss)
        return *carried, self.batches, tuple(self.fixed), self.stop

    def back(self, mark: tuple[Any, ...]) -> None:
        """Be again as when `mark` was called."""
        self.carry, self._before, self.count, self.previous_loss, self.batches, fixed, self.stop = mark
        self.fixed = list(fixed)

    def set_live(self, name: str, value: Any) -> bool:
        """Give the fixed input "node.setting" a value; return False where the step has none of that name and type."""
        found = False
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
            self.stepper = build(self.prepared, self.plan, self.stepper.approach, self.stepper.backend)
            fresh = fixed_values(self.stepper, self.prepared, self.prepared.parameters)
            self.fixed = [names.get(each.name, given) for each, given in zip(self.stepper.fixed, fresh, strict=True)]
        self.set_live(f"{self.plan.id}.{setting}", value)

    # Going on -----------------------------------------------------------------------------------------------------

    def advance(self, most: int) -> list[tuple[Any, ...]]:
        """Take up to `most` steps; return the recorded rows. `stop` says why it ends before."""
        rows: list[tuple[Any, ...]] = []
        prepared, stepper, carry, fixed = self.prepared, self.stepper, self.carry, tuple(self.fixed)
        function, fresh = stepper.function, self._fresh
        recorded = stepper.row + len(stepper.arrays)
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
                rows.append(out[:recorded])
                if converged is not None and converged(loss, norm, previous, tolerance):
                    self._put(carry, before, step, previous)
                    stop = Stop(step, "finished", f"Converged after {step:,} steps.")
                    break
                before, carry, previous = carry, out[recorded:], loss
                if drawn is not None:
                    self.batches = drawn
                step += 1
            else:
                self._put(carry, before, step, previous)
        if stop is None and self.count >= self.limit:
            finished = Stop(self.count, "finished", f"Took its {self.limit - self.first:,} steps.")
            stop = self._out_of_range() or finished
        self.stop = stop
        return rows

    def _put(self, carry: tuple[Any, ...], before: tuple[Any, ...], step: int, previous: Any) -> None:
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

    def _nonfinite(self, fresh: tuple[Any, ...]) -> Stop:
        """Return why the step about to be taken cannot be: the first node whose value or derivative is not finite."""
        if (left := self._out_of_range()) is not None:
            return left
        found = first_nonfinite(self.stepper.gradient_program, self._inputs(fresh))
        if found is None:
            sentence = (
                f"The gradient of {self.prepared.quoted(self.plan.id)} is too long to be squared at step {self.count:,}"
            )
            return Stop(self.count, "paused", f"{sentence}: lower the learning rate.", self.plan.id, "backward")
        # At the first step nothing has been learned yet, so that the learning rate is not to blame.
        remedy = "change what goes into it"
        if self.count > self.first:
            remedy = f"lower the learning rate of {self.prepared.quoted(self.plan.id)}, or {remedy}"
        sentence = nonfinite(self.prepared, found, self.count, remedy)
        return Stop(self.count, "paused", sentence, found.node, found.direction)

    def _out_of_range(self) -> Stop | None:
        """Return a stop where the last step made a value that is not finite.

        That step is taken back, so that the values left behind are finite.
        """
        for id, value in zip(self.stepper.descent.owned, self.free, strict=True):
            if not np.all(np.isfinite(value)):
                self._put(self._before, self._before, self.count, float("nan"))
                sentence = (
                    f"{self.prepared.quoted(id)} left the range of its numbers in step {self.count:,}: "
                    f"lower the learning rate of {self.prepared.quoted(self.plan.id)}, or clip the gradient."
                )
                return Stop(self.count, "paused", sentence, id, "update")
        return None

    # What is recorded ---------------------------------------------------------------------------------------------

    def columns(self, alone: bool) -> tuple[Column, ...]:
        """Return what the rows of `table` hold; `alone` where no other optimizer is in the lane."""
        stepper, own = self.stepper, "" if alone else self.plan.id
        owned = stepper.descent.owned
        columns = [Column("loss", own), Column("gradient", own)]
        columns += [Column("gradient", id) for id in owned]
        columns += [Column("value", id) for id in stepper.scalars]
        shapes = {each.name: each.type.shape for each in stepper.descent.free}
        columns += [Column("value", id, k) for id in stepper.arrays for k in range(int(np.prod(shapes[id])))]
        return tuple(columns)

    def table(self, rows: Sequence[tuple[Any, ...]]) -> NDArray[np.float64]:
        """Return recorded rows as an array, one line per step."""
        scalars = self.stepper.row
        table = np.array([row[:scalars] for row in rows], np.float64).reshape(len(rows), scalars)
        parts = [np.array([np.ravel(row[scalars + k]) for row in rows]) for k in range(len(self.stepper.arrays))]
        return np.hstack([table, *(part.reshape(len(rows), -1) for part in parts)]) if rows else table


def _node(each: ProgramInput) -> str:
    return each.name.rpartition(".")[0]


def _number(each: ProgramInput) -> int:
    return int(each.name.rpartition(".")[2])


def _numbered(parts: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(str(k), part) for k, part in enumerate(parts)]


def _fits(tensor: Tensor | None, wanted: Type) -> TypeGuard[Tensor]:
    return tensor is not None and ArrayType(tuple(tensor.shape), tensor.dtype) == wanted


def _number_in(tensor: Tensor | None, otherwise: float) -> Any:
    """Return the real number that a kept tensor holds; `otherwise` where there is none, or not one alone."""
    single = tensor is not None and tensor.shape == () and not tensor.dtype.startswith("complex")
    return tensor.array()[()] if tensor is not None and single else otherwise


def _restored(tensor: Tensor) -> Any:
    return scalar_or_array(tensor.array())
