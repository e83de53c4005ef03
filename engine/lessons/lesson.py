"""What a lesson consists of. The records are also its form in a file: msgspec decodes into them strictly.

A lesson names nodes, sockets, panels and commands by their ids; what it names need not be there yet, as steps may ask
for it to be made.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from engine import checks, limits

_END: Final = r"$(?!\n)"
_SOCKET: Final = rf"{checks.ID.pattern}\.{checks.WORD.pattern}"
TARGET_PATTERN: Final = rf"^({checks.ID.pattern}|{_SOCKET}|(panel|command):[a-z_]{{1,64}})?{_END}"
PLACE_PATTERN: Final = rf"^({checks.ID.pattern}|{_SOCKET}|{checks.OPERATOR.pattern}){_END}"

Line = Annotated[str, Meta(pattern=f"^{checks.NAME.pattern}{_END}", max_length=limits.NAME_LENGTH)]
Text = Annotated[str, Meta(max_length=limits.TEXT_LENGTH)]
Prompt = Annotated[str, Meta(min_length=1, max_length=4000)]
Target = Annotated[str, Meta(pattern=TARGET_PATTERN, max_length=2 * limits.ID_LENGTH)]
Place = Annotated[str, Meta(pattern=PLACE_PATTERN, max_length=2 * limits.ID_LENGTH)]
OperatorId = Annotated[str, Meta(pattern=f"^{checks.OPERATOR.pattern}{_END}", max_length=limits.ID_LENGTH)]
Id = Annotated[str, Meta(pattern=f"^({checks.ID.pattern})?{_END}")]
Ident = Annotated[str, Meta(pattern=r"^[a-z_]{1,64}$(?!\n)")]
Number = Annotated[float, Meta(ge=-1e300, le=1e300)]
Tolerance = Annotated[float, Meta(ge=0, le=1e6)]
Index = Annotated[int, Meta(ge=0, le=limits.ELEMENTS)]
Steps = Annotated[int, Meta(ge=1, le=1_000_000)]

MOST_STEPS: Final = 100
MOST: Final = 32
"""Most options, checks or sockets of one step."""

PATTERNS: Final = {
    TARGET_PATTERN: 'the id of a node, a socket "node.socket", "panel:name" or "command:name", or empty',
    PLACE_PATTERN: 'a node, a socket "node.socket", or an operator "family.name"',
}


class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a lesson have: fields that are left as they start are not written."""


class Quantity(Record, frozen=True):
    """A number of the graph, as it stands when it is asked for.

    `what`: the value at a socket, the derivative of the loss by it (its cotangent), the derivative by a parameter node,
    or the loss of an optimizer node (`at` empty: the first). `index` is the place in an array, in C order.
    """

    what: Literal["value", "cotangent", "gradient", "loss"]
    at: Annotated[str, Meta(max_length=2 * limits.ID_LENGTH)] = ""
    index: Index = 0


class Choice(Record, frozen=True, tag_field="ask", tag="choice"):
    """One of several options is right; `replies` says something to each."""

    prompt: Prompt
    options: Annotated[tuple[Prompt, ...], Meta(min_length=2, max_length=MOST)]
    answer: Index
    replies: Annotated[tuple[Text, ...], Meta(max_length=MOST)] = ()


class Amount(Record, frozen=True, tag_field="ask", tag="amount"):
    """A number: `answer` itself, or `of`, which the graph gives. `tolerance` is relative to the larger of it and 1."""

    prompt: Prompt
    answer: Number | None = None
    of: Quantity | None = None
    tolerance: Tolerance = 0.01


class Prediction(Record, frozen=True, tag_field="ask", tag="prediction"):
    """A number that is guessed first and then shown: what `of` is after so many steps of the run (0: at once).

    Any guess will do; `reveal` says what to see in the difference.
    """

    prompt: Prompt
    of: Quantity
    after: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    tolerance: Tolerance = 0.1
    reveal: Text = ""


class Curve(Record, frozen=True, tag_field="ask", tag="curve"):
    """A curve to draw through the points (x, y) with x rising: `tolerance` is of the spread of y, in the mean."""

    prompt: Prompt
    points: Annotated[tuple[tuple[Number, Number], ...], Meta(min_length=2, max_length=200)]
    tolerance: Tolerance = 0.1


class Cotangents(Record, frozen=True, tag_field="ask", tag="cotangents"):
    """The derivatives of the loss by these outputs ("node.socket"), each to be filled in on its wire."""

    prompt: Prompt
    sockets: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=MOST)]
    tolerance: Tolerance = 0.01


Question: TypeAlias = Choice | Amount | Prediction | Curve | Cotangents


class HasNode(Record, frozen=True, tag_field="check", tag="node"):
    """So many nodes of an operator are there."""

    operator: OperatorId
    count: Steps = 1


class HasWire(Record, frozen=True, tag_field="check", tag="wire"):
    """A wire leads from one place to another; each is a node, a socket, or any node of an operator."""

    source: Place
    target: Place


class ValueIs(Record, frozen=True, tag_field="check", tag="value"):
    """A number of the graph is what it should be; `tolerance` is relative to the larger of it and 1."""

    of: Quantity
    equals: Number
    tolerance: Tolerance = 0.01


class SettingIs(Record, frozen=True, tag_field="check", tag="setting"):
    """A setting of a node lies in a range, or is a certain text."""

    node: Id
    setting: Line
    low: Number = -1e300
    high: Number = 1e300
    text: Line = ""


class LossBelow(Record, frozen=True, tag_field="check", tag="loss"):
    """The loss of an optimizer (empty: any) has come below a bound."""

    bound: Number
    optimizer: Id = ""


class HasRun(Record, frozen=True, tag_field="check", tag="run"):
    """An optimizer (empty: any) has taken so many steps."""

    steps: Steps = 1
    optimizer: Id = ""


Check: TypeAlias = HasNode | HasWire | ValueIs | SettingIs | LossBelow | HasRun


class Step(Record, frozen=True):
    """One step: a text (Markdown, formulas between $), what it points at, what may be used, what is asked and checked.

    `palette` lists the operators that may be added (None: all). `hidden` names panels and commands that are out of the
    way. `hint` comes with a wrong answer. With `anyway` one may go on without the right one.
    """

    text: Text
    target: Target = ""
    palette: Annotated[tuple[OperatorId, ...], Meta(max_length=500)] | None = None
    hidden: Annotated[tuple[Ident, ...], Meta(max_length=200)] = ()
    question: Question | None = None
    checks: Annotated[tuple[Check, ...], Meta(max_length=MOST)] = ()
    hint: Text = ""
    anyway: bool = True


class Lesson(Record, frozen=True):
    """A whole lesson. `notes` are for the teacher (Markdown); learners do not see them."""

    title: Annotated[Line, Meta(min_length=1)]
    summary: Text = ""
    notes: Text = ""
    steps: Annotated[tuple[Step, ...], Meta(max_length=MOST_STEPS)] = ()


def to_plain(lesson: Lesson) -> dict[str, Any]:
    """Return the lesson as JSON data."""
    plain: dict[str, Any] = msgspec.to_builtins(lesson)
    return plain


def fault(lesson: Lesson) -> tuple[tuple[str | int, ...], str] | None:
    """Return where and how a lesson contradicts itself, as (path, what follows "it"); None where it does not."""
    for k, step in enumerate(lesson.steps):
        question = step.question
        at = ("steps", k, "question")
        match question:
            case Choice(options=options, answer=answer) if answer >= len(options):
                return (*at, "answer"), f"must be a number of one of its {len(options)} options, from 0"
            case Choice(options=options, replies=replies) if replies and len(replies) != len(options):
                return (*at, "replies"), f"must be as many as its {len(options)} options"
            case Amount(answer=answer, of=of) if (answer is None) == (of is None):
                return at, "must have either an answer or of, where the graph gives it"
            case Curve(points=points) if any(b[0] <= a[0] for a, b in pairwise(points)):
                return (*at, "points"), "must go from left to right"
            case _:
                pass
    return None
