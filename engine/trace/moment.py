"""An optimizer about to take a step: what goes into it, and how it moves each parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.binding import bind
from engine.errors import GradwireError
from engine.lane import Mover
from engine.prepare import Plan, Prepared
from engine.program.program import Program
from engine.stepper import choose
from engine.trace.steps import Update


@dataclass(frozen=True)
class Moment:
    """An optimizer about to take a step: what goes in, and what comes out of its own compiled step."""

    mover: Mover
    given: Mapping[tuple[str, str], Any]
    carry: tuple[Any, ...] | None
    """What is carried after the step; None where it cannot be taken, as its loss or gradient is not finite."""

    @classmethod
    def next(cls, prepared: Prepared, plan: Plan, approach: str | None = None, example: int | None = None) -> Moment:
        """Return the step that an optimizer would take next (see `at_kept`), by an approach (default: its own).

        With an `example`, the number of a row of the minibatch it draws, from 0 on, every row is that one. Raise
        GradwireError where the step cannot be differentiated so, or there is no such row.
        """
        approach, backend = choose(approach, None, plan.settings)
        mover = Mover(prepared, plan, approach, backend, prepared.step, prepared.step + 1)
        if prepared.step and prepared.content.kept is not None:
            mover.take_up(prepared.content.kept)
        stepper = mover.stepper
        states = mover.states()
        fresh = bind(stepper.program, prepared, mover.values(), step=prepared.step, states=states, inputs=stepper.fresh)
        inputs = (*stepper.carry, *stepper.fresh, *stepper.fixed)
        values = (*mover.carry, *fresh, *mover.fixed)
        given: dict[tuple[str, str], Any] = {}
        given.update(((each.role, each.name), value) for each, value in zip(inputs, values, strict=True))
        if example is not None:
            given = {key: _alone(value, example) if key[0] == "batch" else value for key, value in given.items()}
            values = tuple(given[each.role, each.name] for each in inputs)
        with np.errstate(all="ignore"):
            out = stepper.function(*values)
        finite = bool(np.isfinite(out[0]) and np.isfinite(out[1]))
        return cls(mover, given, out[stepper.row + len(stepper.arrays) :] if finite else None)

    def inputs(self, program: Program) -> dict[tuple[str, str], Any]:
        """Return, by (role, name), what goes into a program of the step, such as its loss."""
        return {(each.role, each.name): self.given[each.role, each.name] for each in program.inputs}

    def updates(self, prepared: Prepared, gradients: Mapping[str, Any]) -> Iterator[Update]:
        """Yield how each parameter moves."""
        if self.carry is None:
            return
        stepper, before = self.mover.stepper, self.mover.carry
        down, count = stepper.descent, len(stepper.descent.free)
        for k, id in enumerate(down.owned):
            slots = {
                slot: (before[count + n], self.carry[count + n])
                for n, (slot, owner) in enumerate(stepper.slots)
                if owner in (id, "all")
            }
            yield Update(
                id, gradients.get(id), before[k], self.carry[k], down.value(prepared, id, before[k]),
                down.value(prepared, id, self.carry[k]), slots,
            )  # fmt: skip


def _alone(rows: Any, example: int) -> Any:
    """Return the rows of a minibatch, each of them replaced by one."""
    if not 0 <= example < np.size(rows):
        raise GradwireError(f"The minibatch has {np.size(rows):,} rows, from 0 on; there is no {example}.")
    return np.full_like(rows, np.reshape(rows, -1)[example])
