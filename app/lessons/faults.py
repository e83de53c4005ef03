"""What is wrong with a lesson, in sentences: what its records do not allow, and what it speaks of that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from app.actions import BY_ID
from app.workspace import PLACES
from engine.lessons.lesson import (
    PATTERNS,
    Amount,
    Choice,
    Cotangents,
    HasNode,
    HasRun,
    HasWire,
    Lesson,
    LossBelow,
    Prediction,
    Quantity,
    SettingIs,
    Step,
    ValueIs,
    fault,
    to_plain,
)

if TYPE_CHECKING:
    from app.session import Session

PANELS: Final = (*PLACES, "canvas", "run")
"""What can be pointed at as a panel; the docks among them can be hidden."""
WORDS: Final[Mapping[str, str]] = {
    "text": "text", "target": "target", "palette": "operators that may be added", "hidden": "what is hidden",
    "question": "question", "checks": "checks", "hint": "hint", "title": "title", "summary": "summary",
}  # fmt: skip


class Told(NamedTuple):
    """A sentence about a step (None: about the whole lesson)."""

    step: int | None
    sentence: str


def refusal(lesson: Lesson) -> Told | None:
    """Return why a lesson cannot be kept as it is; None where it can."""
    try:
        msgspec.convert(to_plain(lesson), Lesson)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        parts = path.rstrip("`").replace("]", "").replace("[", ".").split(".")
        step = int(parts[2]) if len(parts) > 2 and parts[1] == "steps" and parts[2].isdigit() else None
        what = WORDS.get(parts[3] if step is not None and len(parts) > 3 else parts[1] if len(parts) > 1 else "", "it")
        last = next((each for each in reversed(parts) if each and not each.isdigit()), "")
        named = f"{what}: {last.replace('_', ' ')}" if WORDS.get(last) != what and what != "it" else what
        wanted = next((text for pattern, text in PATTERNS.items() if repr(pattern)[1:-1] in said), "")
        rest = f"must be {wanted}" if wanted else said.replace("Expected", "must be").replace("`", "")
        return Told(step, f"{named} {rest}.")
    found = fault(lesson)
    if found is None:
        return None
    path_, must = found
    step = path_[1] if len(path_) > 1 and isinstance(path_[1], int) else None
    return Told(step, f"The {path_[-1]} {must}.")


def problems(lesson: Lesson, session: Session) -> list[Told]:
    """Return what a lesson speaks of that is not in the graph or the program: it may be meant so, as steps may ask for
    nodes to be made."""
    if not lesson.steps:
        return [Told(None, "The lesson has no steps yet: add one.")]
    return [Told(k, sentence) for k, step in enumerate(lesson.steps) for sentence in _of_step(step, session)]


def _of_step(step: Step, session: Session) -> Iterator[str]:
    if not step.text.strip():
        yield "It says nothing: give it a text."
    kind, _, name = step.target.partition(":")
    if kind == "panel" and name not in PANELS:
        yield f"There is no panel “{name}”; there are {', '.join(PANELS)}."
    elif kind == "command" and name not in BY_ID:
        yield f"There is no command “{name}”."
    elif kind not in ("panel", "command") and step.target:
        yield from _place(step.target, session, "It points at")
    for each in step.palette or ():
        if each not in session.library:
            yield f"There is no operator “{each}” to be added."
    for each in step.hidden:
        if each not in PANELS and each not in BY_ID:
            yield f"There is no panel or command “{each}” to be hidden."
    yield from _question(step, session)
    for check in step.checks:
        yield from _check(check, session)
    if (step.question is not None or step.checks) and not step.hint:
        yield "A wrong answer brings no hint: write one."


def _question(step: Step, session: Session) -> Iterator[str]:
    match step.question:
        case Choice(options=options) if len(set(options)) < len(options):
            yield "Two of the options say the same."
        case Amount(of=of) if of is not None:
            yield from _quantity(of, session)
        case Prediction(of=of):
            yield from _quantity(of, session)
        case Cotangents(sockets=sockets):
            for each in sockets:
                yield from _place(each, session, "It asks for the derivative by", socket=True)
        case _:
            pass


def _check(check: object, session: Session) -> Iterator[str]:
    match check:
        case HasNode(operator=operator) if operator not in session.library:
            yield f"It checks for the operator “{operator}”, which does not exist."
        case HasWire(source=source, target=target):
            for each in (source, target):
                if each not in session.library:
                    yield from _place(each, session, "It checks a wire at")
        case ValueIs(of=of):
            yield from _quantity(of, session)
        case SettingIs(node=node, setting=setting):
            yield from _place(node, session, "It checks a setting of")
            if node in session.graph.nodes:
                operator = session.operator(node)
                if setting not in operator.settings and all(each.name != setting for each in operator.inputs):
                    yield f"“{session.label(node)}” has no setting “{setting}”."
        case LossBelow(optimizer=optimizer) | HasRun(optimizer=optimizer) if optimizer:
            yield from _place(optimizer, session, "It checks")
        case _:
            pass


def _quantity(of: Quantity, session: Session) -> Iterator[str]:
    if of.what in ("value", "cotangent"):
        yield from _place(of.at, session, "It asks for a number at", socket=True)
    elif of.at:
        yield from _place(of.at, session, "It asks for a number of")


def _place(place: str, session: Session, said: str, *, socket: bool = False) -> Iterator[str]:
    node, _, name = place.partition(".")
    if node not in session.graph.nodes:
        yield f"{said} “{node}”, which is not in the graph: a step before has to ask for it."
    elif socket and not name:
        yield f"{said} “{node}”: say which socket, like “{node}.value”."
    elif name:
        operator = session.operator(node)
        if all(each.name != name for each in (*operator.outputs, *operator.inputs)):
            yield f"{said} “{place}”: “{session.label(node)}” has no socket “{name}”."
