"""Marks on nodes for what goes wrong in training, each with the rule it stands by and the numbers that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.binding import States
from engine.errors import GradwireError
from engine.graph import Socket
from engine.prepare import Prepared
from engine.program.compose import select
from engine.program.program import Program, Var
from engine.reasons.causes import number
from engine.reasons.scene import Scene, finite
from engine.reasons.why import why
from engine.sockets import output_names
from engine.trace.moment import Moment
from engine.trace.steps import Update

RECTIFIERS: Final = frozenset({"activations.relu"})
EXAMPLES: Final = 8
"""A unit is called dead only where at least so many examples were seen."""
STILL, WILD = 1e-9, 2.0
"""An update is out of range below this part of what it moves, or above it."""
MOVED: Final = 4
"""Parameters of fewer elements are not asked about: one number may well double."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark on a node: which rule, and the sentence with the numbers."""

    kind: str
    node: str
    sentence: str

    @property
    def rule(self) -> str:
        """The rule it stands by."""
        return RULES[self.kind]


RULES: Final[Mapping[str, str]] = {
    "vanishing": "The derivative by a parameter is less than 1e-8 of the largest on its way back from the loss.",
    "exploding": "The derivative by a parameter is more than 1e8 times its value (or 1), or not a number.",
    "no gradient": "The derivative by a parameter is exactly zero.",
    "dead units": f"A rectifier gives 0 for every one of {EXAMPLES} or more examples.",
    "small update": f"A step moves a parameter by less than {STILL:g} of its size.",
    "large update": f"A step moves a parameter by more than {WILD:g} times its size.",
    "learning rate": "A step along the direction of descent raises the loss, and its curvature says that it must.",
}
"""What each kind of badge means."""


@dataclass(frozen=True)
class Step:
    """What rules look at: the way back at a moment of a run, and the step that would come next."""

    scene: Scene
    moment: Moment
    updates: tuple[Update, ...]

    @property
    def prepared(self) -> Prepared:
        """The graph at that moment."""
        return self.scene.prepared


def badges(prepared: Prepared, *, optimizer: str | None = None, states: States | None = None) -> tuple[Badge, ...]:
    """Return the badges of an optimizer's graph (default: the first) at the prepared moment (see `at_kept`).

    Raise GradwireError where there is no loss, or it cannot be run.
    """
    scene = Scene.of(prepared, optimizer=optimizer, states=states)
    moment = Moment.next(prepared, scene.loss.plan)
    step = Step(scene, moment, tuple(moment.updates(prepared, {})))
    return tuple(badge for look in LOOKS for badge in look(step))


_KIND: Final = {"small": "vanishing", "huge": "exploding", "not finite": "exploding", "zero": "no gradient"}


def _gradients(step: Step) -> Iterator[Badge]:
    for id in step.scene.loss.plan.parameters:
        reasons = why(step.scene, Socket(id, "value"))
        if reasons and reasons[0].cause not in ("disconnected", "integer"):
            yield Badge(_KIND[reasons[0].what], id, f"{step.prepared.quoted(id)}: {reasons[0].sentence}")


def _dead(step: Step) -> Iterator[Badge]:
    graph = step.prepared.graph
    for id, node in graph.nodes.items():
        if node.operator not in RECTIFIERS:
            continue
        for name in output_names(graph, step.prepared.operator(id), id):
            for slot in step.scene.slots(Socket(id, name)):
                silent, units = _silent(step.scene.seen.values[slot])
                if silent:
                    sentence = f"{step.prepared.quoted(id)}: {silent:,} of {units:,} units give 0 for every example."
                    yield Badge("dead units", id, sentence)


def _silent(value: Any) -> tuple[int, int]:
    """Return how many units (places along the last axis) are 0 in every example, and how many there are."""
    array = np.asarray(value)
    if array.ndim < 2 or array.size // array.shape[-1] < EXAMPLES:
        return 0, 0
    return int((array.reshape(-1, array.shape[-1]) <= 0).all(axis=0).sum()), array.shape[-1]


def _update_ratio(step: Step) -> Iterator[Badge]:
    for each in step.updates:
        before, change = _length(each.before), _length(np.asarray(each.after) - np.asarray(each.before))
        if np.size(each.before) < MOVED or before == 0 or change == 0:
            continue
        ratio = change / before
        if STILL <= ratio <= WILD:
            continue
        kind = "small update" if ratio < STILL else "large update"
        sentence = f"{step.prepared.quoted(each.parameter)}: the next step moves it by {number(ratio)} of its size."
        yield Badge(kind, each.parameter, sentence)


def _length(value: Any) -> float:
    return float(np.sqrt(np.sum(np.abs(np.asarray(value, np.complex128)) ** 2)))


def _learning_rate(step: Step) -> Iterator[Badge]:
    changes = {each.parameter: np.asarray(each.change) for each in step.updates}
    if not changes or not all(finite(each) for each in changes.values()):
        return
    down = step.moment.mover.stepper.descent
    try:
        before, slope, curvature = along(down.program, down.loss, step.moment.inputs(down.program), changes)
        after, _, _ = along(down.program, down.loss, step.moment.inputs(down.program), changes, at=1.0)
    except GradwireError:
        return  # an operation without a second derivative
    id = step.scene.loss.plan.id
    if slope < 0 and slope + curvature / 2 > 0 and not after <= before:
        best = -slope / curvature
        sentence = (
            f"{step.prepared.quoted(id)}: the next step raises the loss from {number(before)} to {number(after)}; by "
            f"the curvature along it the best step is {number(best)} times as long."
        )
        yield Badge("learning rate", id, sentence)


def along(
    program: Program, loss: Var, values: Mapping[tuple[str, str], Any], direction: Mapping[str, Any], at: float = 0.0
) -> tuple[float, float, float]:
    """Return a loss, its slope and its curvature along a direction, at `at` times the direction away from `values`.

    `values` are by (role, name) of the program's inputs, `direction` by parameter. Raise GradwireError where an
    operation has no second derivative.
    """
    wrt = [each.var for each in program.inputs if each.role == "parameter" and each.name in direction]
    first = tangent(select(program, [loss], ["loss"]), wrt)
    second = tangent(first, wrt)
    given: list[Any] = []
    for each in second.inputs:
        if each.role == "tangent":
            given.append(_as(direction[each.name.removeprefix("tangent of ")], each.type.dtype))
            continue
        value = values[each.role, each.name]
        moved = each.role == "parameter" and each.name in direction
        given.append(_as(value + at * direction[each.name], each.type.dtype) if moved else value)
    with np.errstate(all="ignore"):
        known = interpret(second, given)
    value, slope, _, curvature = (float(np.real(known[var])) for var in second.outputs)
    return value, slope, curvature


def _as(value: Any, dtype: str) -> NDArray[Any]:
    return np.asarray(value, dtype)[()]


LOOKS: Final[tuple[Callable[[Step], Iterator[Badge]], ...]] = (_gradients, _dead, _update_ratio, _learning_rate)
"""What is looked at, in order."""
