"""The right-hand side of an equation as a program, and what a solution depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import LoweringError
from engine.program.compose import embed
from engine.program.program import Program
from engine.program.record import Recorder
from engine.solvers.integrate import Field, State
from engine.types import ArrayType


@dataclass(frozen=True, slots=True)
class RightHandSide:
    """f of y' = f(t, y; c), or of an equation for y that is not `timed`: `program` takes what it reads of the program
    around it (c, so many inputs as `read` says), the time, the state; it gives something for each part of the state.
    What it reads is differentiated by where its dtype is a float's."""

    program: Program
    read: int
    timed: bool = True

    @property
    def constants(self) -> tuple[ArrayType, ...]:
        """The types of what is read."""
        return tuple(each.type for each in self.program.inputs[: self.read])

    @property
    def state(self) -> tuple[ArrayType, ...]:
        """The types of the parts of the state."""
        return tuple(each.type for each in self.program.inputs[self.read + self.timed :])

    @property
    def moving(self) -> tuple[int, ...]:
        """Which of what is read can be differentiated by."""
        return tuple(k for k, kind in enumerate(self.constants) if kind.differentiable)

    def require_real(self, who: str, node: str) -> None:
        """Raise LoweringError where a derivative by it would be one by complex numbers."""
        found = next((kind for kind in self.constants if kind.dtype.startswith("complex")), None)
        if found is not None:
            raise LoweringError(
                f"{who} reads {found} in its body: only real numbers can be differentiated by", node=node
            )

    def merged(self, moving: Sequence[Any], fixed: Sequence[Any]) -> list[Any]:
        """Return what is read in its order, of what can be differentiated by and what cannot."""
        first, second = iter(moving), iter(fixed)
        able = set(self.moving)
        return [next(first if k in able else second) for k in range(self.read)]

    @property
    def held(self) -> tuple[int, ...]:
        """Which of what is read cannot be differentiated by."""
        return tuple(sorted(set(range(self.read)) - set(self.moving)))

    def field(self, constants: Sequence[Any], origin: str) -> Field:
        """Return f at these values (boxes or arrays) of what it reads; its equations belong to the node `origin`."""

        def slopes(recorder: Recorder, time: Any, state: State) -> list[Any]:
            return embed(recorder, self.program, [*constants, time, *state], origin)

        return slopes
