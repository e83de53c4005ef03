"""A gradient check in full: each looked-at entry of each parameter by reverse and forward mode, by central differences
over many step sizes, by their extrapolation, and by the complex step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.check import analytic, central_difference, chosen_entries, complex_step
from engine.autodiff.tangent import tangent
from engine.backends.numpy_code import Compiled, compile_program
from engine.binding import States, bind
from engine.errors import GradwireError
from engine.evaluate import Check, check, loss_program
from engine.prepare import Prepared
from engine.program.compose import select

STEPS: Final = tuple(10.0**-k for k in range(1, 12))
"""Step sizes of central differences, as parts of the entry's size (or of 1, where it is smaller)."""
ENTRIES: Final = 12
"""Most entries of a parameter that are looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a parameter, and the derivative of the loss by it, found in several ways."""

    place: tuple[int, ...]
    value: float
    reverse: float
    forward: float | None
    """None where forward mode cannot go (an operation has no tangent rule)."""
    central: tuple[float, ...]
    """By step size, as in STEPS."""
    extrapolated: float
    complex_step: float | None
    """None where the way from the parameter to the loss is not analytic."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One parameter: the verdict of `check`, and the entries that were looked at, evenly spread in C order."""

    check: Check
    shape: tuple[int, ...]
    gradient_norm: float
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """All parameters of one optimizer's loss."""

    optimizer: str
    loss: float
    parameters: tuple[Examined, ...]

    @property
    def passed(self) -> bool:
        """Whether every parameter passed."""
        return all(each.check.passed for each in self.parameters)

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data for JSON; step sizes are relative, entries in C order."""
        return {
            "optimizer": self.optimizer,
            "loss": self.loss,
            "passed": self.passed,
            "step_sizes": list(STEPS),
            "parameters": [
                {
                    "node": each.check.node,
                    "name": each.check.label,
                    "passed": each.check.passed,
                    "sentence": each.check.sentence,
                    "shape": list(each.shape),
                    "gradient_norm": each.gradient_norm,
                    "central_differences": each.check.differences,
                    "complex_step": each.check.complex_step,
                    "entries": [
                        {
                            "place": list(entry.place),
                            "value": entry.value,
                            "reverse": entry.reverse,
                            "forward": entry.forward,
                            "central": list(entry.central),
                            "extrapolated": entry.extrapolated,
                            "complex_step": entry.complex_step,
                        }
                        for entry in each.entries
                    ],
                }
                for each in self.parameters
            ],
        }


def examine(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
    tolerance: float = 1e-6,
) -> Examination:
    """Return the whole check of an optimizer's loss (default: the first) at `parameters` (default: the start values).

    Complex parameters are told by the real part of their derivative. Raise GradwireError where there is no loss, or it
    cannot be run.
    """
    loss = loss_program(prepared, optimizer)
    at = {**prepared.parameters, **(parameters or {})}
    values = bind(loss.program, prepared, at, step=prepared.step if step is None else step, states=states)
    primal = compile_program(select(loss.program, (loss.var,), ("loss",)))
    wrt = [each.var for each in loss.inputs]
    with np.errstate(all="ignore"):
        gradients = compile_program(adjoint(loss.program, loss.var, wrt))(values)[len(loss.program.outputs) :]
        found = tuple(
            Examined(
                verdict,
                np.shape(gradient),
                float(np.linalg.norm(np.ravel(gradient))),
                _entries(
                    primal,
                    values,
                    loss.program.inputs.index(each),
                    np.asarray(gradient),
                    smooth=analytic(loss.program, loss.var, each.var),
                ),
            )
            for verdict, each, gradient in zip(
                check(prepared, parameters, optimizer=optimizer, step=step, tolerance=tolerance),
                loss.inputs,
                gradients,
                strict=True,
            )
        )
        return Examination(loss.plan.id, float(np.real(primal(values)[0])), found)


def _entries(
    primal: Compiled, values: Sequence[Any], position: int, gradient: Any, *, smooth: bool
) -> tuple[Entry, ...]:
    push = _push(primal, position)
    start = np.asarray(values[position])
    real = gradient.dtype.kind == "f"

    def entry(place: tuple[int, ...]) -> Entry:
        seed = np.zeros(start.shape, start.dtype)
        seed[place] = 1
        return Entry(
            place,
            float(np.real(start[place])),
            float(np.real(gradient[place])),
            None if push is None else float(np.real(push([*values, seed[()]])[1])),
            tuple(_central(primal, values, position, place, size) for size in STEPS),
            float(np.real(central_difference(primal, values, position, place))),
            complex_step(primal, values, position, place) if smooth and real else None,
        )

    return tuple(entry(place) for place in chosen_entries(gradient.shape, ENTRIES))


def _push(primal: Compiled, position: int) -> Compiled | None:
    try:
        return compile_program(tangent(primal.program, [primal.program.inputs[position].var]))
    except GradwireError:
        return None


def _central(primal: Compiled, values: Sequence[Any], position: int, place: tuple[int, ...], size: float) -> float:
    """Return the plain central difference with one step size."""
    start = np.asarray(values[position])
    step = size * max(1.0, abs(complex(start[place])))
    ends = []
    for signed in (step, -step):
        moved = np.array(start, copy=True)
        moved[place] += signed
        ends.append((float(np.real(primal([*values[:position], moved[()], *values[position + 1 :]])[0])), moved[place]))
    width = float(np.real(ends[0][1] - ends[1][1]))
    return (ends[0][0] - ends[1][0]) / width if width else float("nan")
