"""What each node of a graph costs in one step: the loss and its adjoint run equation by equation, each on the clock.

A compiled program has no nodes any more: equations are fused, folded and merged. What is measured here is the program
as it was lowered, so that every equation still has the node it came from; its total is more than a compiled step takes,
the parts of it are what the nodes ask for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.backends.interpret import start
from engine.backends.structure_run import Evaluator, Frame, roomy
from engine.binding import States, bind, failure, naming
from engine.errors import RunError
from engine.evaluate import loss_program
from engine.prepare import Prepared
from engine.program.program import Equation, Program, Var, direction_of, node_of

SECONDS: Final = 0.4
"""How long steps are repeated, at most; each equation's least time counts."""
REPEATS: Final = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a node asks for in one step, its share of the adjoint included; of a loop, without what lies inside it."""

    forward: float = 0.0
    """Seconds."""
    backward: float = 0.0
    """Seconds in the adjoint."""
    memory: int = 0
    """Bytes of all results, forward and backward."""
    calls: int = 0
    """Equations run."""

    @property
    def seconds(self) -> float:
        """Seconds both ways."""
        return self.forward + self.backward


@dataclass(frozen=True, slots=True)
class Profile:
    """What the nodes cost that took part in a step of an optimizer."""

    optimizer: str
    costs: Mapping[str, Cost]
    """By node."""

    @property
    def seconds(self) -> float:
        """Seconds of all nodes."""
        return sum(cost.seconds for cost in self.costs.values())


def profile(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> Profile:
    """Measure one step of an optimizer (default: the first) at `parameters` (default: the start values).

    Raise GradwireError where there is no loss, or where an operator fails, naming the node.
    """
    loss, moment = loss_program(prepared, optimizer), prepared.step if step is None else step
    with naming(prepared):
        whole = adjoint(loss.program, loss.var, [each.var for each in loss.inputs]) if loss.inputs else loss.program
    at = {**prepared.parameters, **(parameters or {})}
    values = bind(whole, prepared, at, step=moment, states=states)
    begun, runs = time.perf_counter(), list[_Clock]()
    while len(runs) < REPEATS and (not runs or time.perf_counter() - begun < SECONDS):
        try:
            runs.append(measured(whole, values))
        except RunError as error:
            raise failure(prepared, whole, values, error, loss.plan.id, moment) from error
    return Profile(loss.plan.id, _least(runs))


class _Clock(Evaluator):
    """Measures the equations as they run; a structural one without those inside it."""

    def __init__(self, functions: Mapping[str, Program]) -> None:
        super().__init__(functions)
        self.seconds: dict[str, float] = {}
        """By origin."""
        self.memory: dict[str, int] = {}
        self.calls: dict[str, int] = {}
        self._inside = [0.0]
        """Of the equations being run, outermost first: the seconds of those inside them."""

    def step(self, equation: Equation, known: Mapping[Var, Any], frames: tuple[Frame, ...]) -> Any:
        return self._timed(equation, lambda: super(_Clock, self).step(equation, known, frames))

    def structure(self, equation: Equation, known: Mapping[Var, Any], frames: tuple[Frame, ...]) -> tuple[Any, ...]:
        return self._timed(equation, lambda: super(_Clock, self).structure(equation, known, frames))  # type: ignore[no-any-return]

    def _timed(self, equation: Equation, run: Any) -> Any:
        self._inside.append(0.0)
        begun = time.perf_counter()
        result = run()
        whole = time.perf_counter() - begun
        within = self._inside.pop()
        self._inside[-1] += whole
        origin = equation.origin
        self.seconds[origin] = self.seconds.get(origin, 0.0) + whole - within
        self.memory[origin] = self.memory.get(origin, 0) + _bytes(result)
        self.calls[origin] = self.calls.get(origin, 0) + 1
        return result


def measured(program: Program, values: Sequence[Any]) -> _Clock:
    """Run a program once and return what its origins took."""
    known, clock = start(program, values), _Clock(program.functions)
    with np.errstate(all="ignore"), roomy(program):
        clock.equations(program, known, ())
    return clock


def _least(runs: Sequence[_Clock]) -> dict[str, Cost]:
    """Return the costs by node: of each origin's times the least, of counts those of the last run."""
    costs: dict[str, Cost] = {}
    last = runs[-1]
    for origin, calls in last.calls.items():
        id = node_of(origin)
        seconds = min(run.seconds.get(origin, np.inf) for run in runs)
        back = direction_of(origin) == "backward"
        so_far = costs.get(id, Cost())
        costs[id] = Cost(
            so_far.forward + (0.0 if back else seconds),
            so_far.backward + (seconds if back else 0.0),
            so_far.memory + last.memory[origin],
            so_far.calls + calls,
        )
    return costs


def _bytes(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_bytes, value))
    return int(getattr(value, "nbytes", 0))
