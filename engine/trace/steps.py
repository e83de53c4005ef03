"""What a trace consists of: micro-steps, what each read, gave and passed back, and how far one has come in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from engine.errors import GradwireError
from engine.graph import Socket
from engine.program.program import Equation
from engine.trace.partials import Local, of_operation
from engine.trace.run import Place

Phase: TypeAlias = Literal["read", "forward", "tangent", "backward", "update"]


class Read(NamedTuple):
    """One argument of an operation: who made it ("" for a constant) and what it was. `slot` is None for a literal."""

    node: str
    slot: int | None
    value: Any


class Contribution(NamedTuple):
    """What an operation added to the cotangent of its argument `argument`, which `node` made, and what that then was.
    For several arrays both are by position."""

    argument: int
    node: str
    slot: int
    share: Any
    total: Any


class Mark(NamedTuple):
    """What a micro-step makes known at a socket: what the wires from there carry, or the derivative by it (where the
    approach is forward, the tangent). None: what was known belongs to another iteration, call or pass."""

    socket: Socket
    kind: Literal["value", "cotangent"]
    value: Any


class Update(NamedTuple):
    """How the optimizer moved one parameter. What it moves are free values, which a constraint makes `before` and
    `after` of; without one they are the same."""

    parameter: str
    gradient: Any
    """By the free value."""
    free_before: Any
    free_after: Any
    before: Any
    after: Any
    slots: Mapping[str, tuple[Any, Any]]
    """Of the method's state, each before and after."""

    @property
    def change(self) -> Any:
        """What was added to the free value."""
        return self.free_after - self.free_before


@dataclass(frozen=True, slots=True)
class MicroStep:
    """One thing that happened: an input was read, an operation ran, something came back to it, a parameter moved."""

    number: int
    phase: Phase
    node: str
    operator: str
    primitive: str = ""
    inputs: tuple[Read, ...] = ()
    output: Any = None
    """What the operation gave; in the phase "tangent" that is a tangent."""
    slots: tuple[int, ...] = ()
    """Where what it gave is kept."""
    cotangent: Any = None
    """All that came back to what the operation gave: its accumulated cotangent."""
    contributions: tuple[Contribution, ...] = ()
    place: tuple[Place, ...] = ()
    """The bodies it ran in, outermost first, with the iterations of loops."""
    row: int | None = None
    """Its row on the tape."""
    depth: int = 0
    """How deep the calls nest there, where the approach is callbacks."""
    line: int | None = None
    """Its line in the adjoint's source, from 0 on, where the approach is source; None where nothing is written for it
    (a sum passes back what came)."""
    direction: tuple[str, int] | None = None
    """Which number of which parameter the tangents are by, where the approach is forward."""
    update: Update | None = None
    equation: Equation | None = None
    marks: tuple[Mark, ...] = ()
    """What it makes known at the sockets of the graph, those inside bodies too, in order."""


class Position(NamedTuple):
    """What is known when one has come so far: the values and cotangents by slot, and the parameters that moved."""

    values: Mapping[int, Any]
    cotangents: Mapping[int, Any]
    moved: Mapping[str, Any]


@dataclass(frozen=True)
class Trace:
    """One optimizer step as micro-steps. `gradients` are by the parameters' own values, as `gradwire grad` says."""

    optimizer: str
    approach: str
    step: int
    loss: float
    micro_steps: tuple[MicroStep, ...]
    gradients: Mapping[str, Any]
    parameters: Mapping[str, Any]
    """The parameters that are moved, after the step."""
    sockets: Mapping[Socket, Any] = field(default_factory=dict)
    """The slot (or a tuple or dict of them) of every output outside of bodies."""
    batches: Mapping[str, Any] = field(default_factory=dict)
    """The rows that each minibatch drew."""
    source: str = ""
    """The adjoint's source, where the approach is source."""
    left_out: int = 0
    """Micro-steps that took place and are not among `micro_steps`."""
    sentence: str = ""
    """What was left out, and why there is no update."""

    def partials(self, number: int, argument: int) -> Local:
        """Return the local partials of the operation at a micro-step by one of its arguments."""
        step = self.micro_steps[number]
        if step.equation is None or not 0 <= argument < len(step.inputs):
            raise GradwireError("There are no partials at this micro-step.", node=step.node or None)
        return of_operation(step.equation, [each.value for each in step.inputs], argument, step.output)

    def at(self, number: int) -> Position:
        """Return what is known before micro-step `number`; that is everything at `len(micro_steps)`."""
        values: dict[int, Any] = {}
        cotangents: dict[int, Any] = {}
        moved: dict[str, Any] = {}
        for step in self.micro_steps[:number]:
            if step.phase in ("read", "forward"):
                values.update(zip(step.slots, [step.output] * len(step.slots), strict=True))
            elif step.phase == "backward":
                if len(step.slots) == 1:
                    cotangents.setdefault(step.slots[0], step.cotangent)
                cotangents.update({each.slot: each.total for each in step.contributions})
            elif step.update is not None:
                moved[step.update.parameter] = step.update.after
        return Position(values, cotangents, moved)

    @cached_property
    def groups(self) -> tuple[range, ...]:
        """The micro-steps in stretches of one node, phase and place: what one steps by when stepping by nodes."""
        found: list[range] = []
        last: tuple[Any, ...] | None = None
        for step in self.micro_steps:
            key = step.phase, step.node, step.place, step.direction
            if key == last:
                found[-1] = range(found[-1].start, step.number + 1)
            else:
                found.append(range(step.number, step.number + 1))
            last = key
        return tuple(found)
