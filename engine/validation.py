"""Validation: a second number of an optimizer, looked at every few steps in evaluation, which may end its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np

from engine.backends.numpy_code import compile_program
from engine.binding import States, bind
from engine.errors import LoweringError
from engine.prepare import Plan, Prepared, scalar_or_array
from engine.program.lower import lower


@dataclass(frozen=True, slots=True)
class Validated:
    """What validation has shown so far."""

    value: float = nan
    """The last value, seen before step `step`."""
    step: int = -1
    best: float = nan
    best_step: int = -1
    since: int = 0
    """The step from which patience counts."""
    carry: tuple[Any, ...] | None = None
    """What the optimizer carried at the best step, where that is kept, and the batches' states then."""
    batches: Mapping[str, Any] | None = None

    def at_best(self, carry: Sequence[Any], batches: Mapping[str, Any]) -> Validated:
        """Return the same with what was carried at the best step."""
        return replace(self, carry=tuple(carry), batches=dict(batches))

    def summary(self) -> dict[str, float]:
        """Return the last value and the best, each with its step; nothing before the first look."""
        if self.step < 0:
            return {}
        return {"value": self.value, "step": self.step, "best": self.best, "best_step": self.best_step}

    def numbers(self) -> dict[str, Any]:
        """Return what has to be stored of it besides the carry."""
        names = ("value", "step", "best", "best_step", "since")
        return {f"validation.{name}": np.float64(getattr(self, name)) for name in names}


class Validation:
    """The program of an optimizer's validation, and what its settings make of the values."""

    def __init__(self, prepared: Prepared, plan: Plan) -> None:
        """Lower and compile it, in evaluation (no noise, running averages); raise LoweringError where it is no real
        scalar."""
        if plan.validation is None:
            raise LoweringError(f"{prepared.quoted(plan.id)} has no validation.", node=plan.id)
        self._prepared, self._plan = prepared, plan
        program = lower(prepared.graph, prepared.library, prepared.types, (plan.validation,), train=False)
        kind = program.types[program.outputs[0]]
        if kind.shape != () or kind.dtype.startswith("complex"):
            sentence = f"{prepared.quoted(plan.id)} needs a real scalar as its validation, not {kind}."
            raise LoweringError(sentence, node=plan.id, socket="validation")
        self._program = program
        self._run = compile_program(program)
        self._fixed = [each.role in ("data", "setting") for each in program.inputs]
        inputs = [each for each, fixed in zip(program.inputs, self._fixed, strict=True) if fixed]
        bound = bind(program, prepared, prepared.parameters, step=0, inputs=inputs)
        self._given = {each.name: value for each, value in zip(inputs, bound, strict=True)}
        self.every, self.patience = int(plan.settings["validate_every"]), int(plan.settings["patience"])
        self.keeps_best = bool(plan.settings["keep_best"])
        self._sign = -1.0 if plan.settings["better"] == "higher" else 1.0

    def set_live(self, name: str, value: Any) -> bool:
        """Give a setting "node.setting" a new value; return False where the program reads none of that name and
        shape."""
        for each in self._program.inputs:
            if each.role == "setting" and each.name == name and np.shape(value) == each.type.shape:
                self._given[name] = scalar_or_array(np.asarray(value, each.type.dtype))
                return True
        return False

    def value(self, parameters: Mapping[str, Any], states: States, step: int) -> float:
        """Return the validation at these parameters."""
        drawn = [each for each, fixed in zip(self._program.inputs, self._fixed, strict=True) if not fixed]
        bound = iter(bind(self._program, self._prepared, parameters, step=step, states=states, inputs=drawn))
        inputs = [
            self._given[each.name] if fixed else next(bound)
            for each, fixed in zip(self._program.inputs, self._fixed, strict=True)
        ]
        with np.errstate(all="ignore"):
            return float(self._run(inputs)[0])

    def seen(
        self, before: Validated, value: float, step: int, carry: Sequence[Any], batches: Mapping[str, Any]
    ) -> Validated:
        """Return what has been shown after one more look."""
        now = replace(before, value=value, step=step)
        if not isfinite(value) or (before.best_step >= 0 and not self._sign * value < self._sign * before.best):
            return now
        kept = (tuple(carry), dict(batches)) if self.keeps_best else (None, None)
        return replace(now, best=value, best_step=step, since=step, carry=kept[0], batches=kept[1])

    def verdict(self, seen: Validated) -> str | None:
        """Return the sentence with which patience ends the run, or None."""
        looks = (seen.step - seen.since) // self.every
        if not self.patience or looks < self.patience:
            return None
        best = f"its best was {seen.best:.6g} at step {seen.best_step:,}" if seen.best_step >= 0 else "it had none"
        if self.keeps_best and seen.best_step >= 0:
            best += ", whose values are kept"
        return (
            f"Stopped early at step {seen.step:,}: the validation has not become better in "
            f"{looks} look{'s' if looks != 1 else ''}; {best}."
        )


def restored(numbers: Mapping[str, float]) -> Validated:
    """Return what was stored by `Validated.numbers`, without the carry."""
    found = {name: numbers.get(f"validation.{name}", nan) for name in ("value", "step", "best", "best_step", "since")}
    if not all(isfinite(found[name]) for name in ("step", "best_step", "since")):
        return Validated()
    return Validated(found["value"], int(found["step"]), found["best"], int(found["best_step"]), int(found["since"]))
