"""Whether an answer is right and a check holds, and what to say of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from engine.graph import Graph, Socket
from engine.lessons.facts import Facts
from engine.lessons.lesson import (
    Amount,
    Check,
    Choice,
    Cotangents,
    Curve,
    HasNode,
    HasRun,
    HasWire,
    LossBelow,
    Prediction,
    Quantity,
    Question,
    SettingIs,
    Step,
    ValueIs,
)

Given: TypeAlias = "int | float | Sequence[tuple[float, float]] | Mapping[str, float]"
"""An answer: the number of an option, a number, points that were drawn, or numbers by socket."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an answer: whether it is right (None: that is not the question, or cannot be told), what to say, and
    what was wanted."""

    right: bool | None
    said: str
    wanted: Any = None
    wrong: tuple[str, ...] = ()
    """Of numbers by socket: those that are wrong or missing."""


def close(given: float, wanted: float, tolerance: float) -> bool:
    """Return whether two numbers agree within a tolerance relative to the wanted one or to 1; what is not finite agrees
    with nothing."""
    return (
        math.isfinite(given)
        and math.isfinite(wanted)
        and abs(given - wanted) <= tolerance * max(1.0, abs(wanted)) + 1e-12
    )


def short(value: float) -> str:
    """Return a number as a person would write it."""
    return f"{value:.6g}"


def judge(question: Question, given: Given, facts: Facts) -> Verdict:
    """Return what came of an answer to a question."""
    return _JUDGES[type(question)](question, given, facts)


def _choice(question: Choice, given: Any, facts: Facts) -> Verdict:
    if type(given) is not int or not 0 <= given < len(question.options):
        return Verdict(False, "Choose one of the options.", question.answer)
    right = given == question.answer
    reply = question.replies[given] if question.replies else ""
    return Verdict(right, reply or ("Right." if right else "That is not it."), question.answer)


def _amount(question: Amount, given: Any, facts: Facts) -> Verdict:
    wanted = question.answer if question.of is None else facts.numbers.get(question.of)
    if wanted is None or not math.isfinite(wanted):
        return _unknown(wanted)
    if type(given) not in (int, float) or not math.isfinite(given):
        return Verdict(False, "Type a number.", wanted)
    right = close(float(given), wanted, question.tolerance)
    return Verdict(right, "Right." if right else "That is not it.", wanted)


def _unknown(wanted: float | None) -> Verdict:
    """Return that an answer cannot be judged: the graph gives no number, or one that is not finite."""
    if wanted is None:
        return Verdict(None, "The graph does not give this number now.")
    return Verdict(None, f"The graph gives {short(wanted)} here now, which no answer can be compared with.")


def _prediction(question: Prediction, given: Any, facts: Facts) -> Verdict:
    wanted = facts.numbers.get(question.of)
    if wanted is None:
        return Verdict(None, "The graph does not give this number now.")
    if type(given) not in (int, float) or not math.isfinite(given):
        return Verdict(False, "Type a number.", wanted)
    near = "close to your guess" if close(float(given), wanted, question.tolerance) else "not your guess"
    return Verdict(None, f"It is {short(wanted)}, {near}. {question.reveal}".rstrip(), wanted)


def _curve(question: Curve, given: Any, facts: Facts) -> Verdict:
    points = _points(given)
    xs, ys = np.array(question.points).T
    if points is None or points[0, 0] > xs[0] or points[-1, 0] < xs[-1]:
        return Verdict(False, "Draw from the left end to the right one.", question.points)
    spread = float(np.ptp(ys)) or max(1.0, float(np.abs(ys).max()))
    drawn = np.interp(xs, points[:, 0], points[:, 1])
    error = float(np.mean(np.abs(drawn - ys))) / spread
    right = error <= question.tolerance
    worst = short(float(xs[int(np.argmax(np.abs(drawn - ys)))]))
    said = "That is the shape." if right else f"Not yet: it is farthest off near {worst}."
    return Verdict(right, said, question.points)


def _points(given: Any) -> np.ndarray[Any, Any] | None:
    """Return drawn points in the order of x, or None where they are none."""
    try:
        points = np.asarray(given, float)
    except (TypeError, ValueError):
        return None
    if points.ndim != 2 or points.shape[0] < 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        return None
    return points[np.argsort(points[:, 0], kind="stable")]


def _cotangents(question: Cotangents, given: Any, facts: Facts) -> Verdict:
    wanted = {socket: facts.numbers.get(Quantity("cotangent", socket)) for socket in question.sockets}
    if any(each is None for each in wanted.values()):
        return Verdict(None, "The graph does not give all of these numbers now.")
    for number in wanted.values():
        if number is not None and not math.isfinite(number):
            return _unknown(number)
    told = given if isinstance(given, Mapping) else {}
    wrong = tuple(
        socket
        for socket, number in wanted.items()
        if number is None
        or type(told.get(socket)) not in (int, float)
        or not close(float(told[socket]), number, question.tolerance)
    )
    count = len(wanted) - len(wrong)
    said = "All right." if not wrong else f"{count} of {len(wanted)} are right."
    return Verdict(not wrong, said, wanted, wrong)


_JUDGES: Final[Mapping[type, Callable[[Any, Any, Facts], Verdict]]] = {
    Choice: _choice,
    Amount: _amount,
    Prediction: _prediction,
    Curve: _curve,
    Cotangents: _cotangents,
}


# Checks ----------------------------------------------------------------------------------------------------------


def unmet(step: Step, facts: Facts) -> tuple[str, ...]:
    """Return what is still missing of a step's checks, a sentence each; nothing where all hold."""
    return tuple(said for check in step.checks if (said := missing(check, facts)))


def missing(check: Check, facts: Facts) -> str | None:
    """Return what a check misses, as a sentence; None where it holds."""
    return _CHECKS[type(check)](check, facts)


def _has_node(check: HasNode, facts: Facts) -> str | None:
    found = sum(node.operator == check.operator for node in facts.graph.nodes.values())
    if found >= check.count:
        return None
    name = check.operator.rpartition(".")[2].replace("_", " ")
    return f"There is no node “{name}” yet." if check.count == 1 else f"{check.count - found} “{name}” are missing."


def _has_wire(check: HasWire, facts: Facts) -> str | None:
    for wire in facts.graph.wires:
        if _is(check.source, wire.source, facts.graph) and _is(check.target, wire.target, facts.graph):
            return None
    return f"No wire leads from {check.source} to {check.target} yet."


def _is(place: str, socket: Socket, graph: Graph) -> bool:
    """Return whether a socket is at a place: its node, itself, or a node of an operator."""
    return place in (socket.node, str(socket), graph.nodes[socket.node].operator)


def _value_is(check: ValueIs, facts: Facts) -> str | None:
    found = facts.numbers.get(check.of)
    if found is None:
        return "The number that is looked at is not there yet."
    if close(found, check.equals, check.tolerance):
        return None
    return f"It is {short(found)} now, and should be {short(check.equals)}."


def _setting_is(check: SettingIs, facts: Facts) -> str | None:
    name = check.setting.replace("_", " ")
    if check.node not in facts.graph.nodes:
        return f"The node {check.node} is not there any more."
    value = facts.setting(check.node, check.setting)
    if check.text:
        return None if value == check.text else f"Set {name} to “{check.text}”."
    if isinstance(value, int | float) and check.low <= value <= check.high:
        return None
    if check.low == check.high:
        return f"Set {name} to {short(check.low)}."
    bounds = [f"at least {short(check.low)}"] * (check.low > -1e300) + [f"at most {short(check.high)}"] * (
        check.high < 1e300
    )
    return f"Set {name} to {' and '.join(bounds) or 'a number'}."


def _loss_below(check: LossBelow, facts: Facts) -> str | None:
    losses = _of(facts.losses, check.optimizer)
    if any(loss <= check.bound for loss in losses):
        return None
    return f"The loss is {short(min(losses))}, and should come below {short(check.bound)}." if losses else "Run it."


def _has_run(check: HasRun, facts: Facts) -> str | None:
    most = max(_of(facts.steps, check.optimizer), default=0)
    if most >= check.steps:
        return None
    return f"It has taken {most:,} of {check.steps:,} steps." if most else "Run it."


def _of(numbers: Mapping[str, Any], optimizer: str) -> Sequence[Any]:
    if not optimizer:
        return list(numbers.values())
    return [numbers[optimizer]] if optimizer in numbers else []


_CHECKS: Final[Mapping[type, Callable[[Any, Facts], str | None]]] = {
    HasNode: _has_node,
    HasWire: _has_wire,
    ValueIs: _value_is,
    SettingIs: _setting_is,
    LossBelow: _loss_below,
    HasRun: _has_run,
}
