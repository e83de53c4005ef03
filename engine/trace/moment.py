"""An optimizer about to take a step: what goes into it, and how it moves each parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.binding import bind
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
    def next(cls, prepared: Prepared, plan: Plan, approach: str | None = None) -> Moment:
        """Return the step that an optimizer would take next (see `at_kept`), by an approach (default: its own).

        Raise GradwireError where the step cannot be differentiated so.
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
