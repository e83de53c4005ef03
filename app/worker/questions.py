"""What the window asks the process that answers questions, and what comes back."""

from __future__ import annotations

from typing import Any, TypeAlias

from app.worker.messages import (
    Artefacts,
    Contour,
    Hello,
    Job,
    Looks,
    Moment,
    PackedKept,
    ParameterCheck,
    Struct,
    ViewData,
)
from app.worker.planes import PlaneSeen, PlaneWish
from app.worker.readings import Blame, Explained, Factor, Measurements, Reading, TensorSeen, Warned
from app.worker.stepped import Detail, Slope, Stepped, Wish


class About(Struct, frozen=True, tag=True):
    """The questions that follow are about this graph."""

    revision: int
    job: Job


class Adjusted(Struct, frozen=True, tag=True):
    """The questions that follow are about the graph as it was but for the settings of these nodes: numbers of the same
    shapes."""

    revision: int
    settings: dict[str, dict[str, Any]]


class AskTypes(Struct, frozen=True, tag=True):
    """The types of the outputs of sources?"""

    question: int


class AskLooks(Struct, frozen=True, tag=True):
    """What does every wire carry?"""

    question: int
    moment: Moment | None


class AskViews(Struct, frozen=True, tag=True):
    """What do these view nodes show?"""

    question: int
    nodes: tuple[str, ...]
    moment: Moment | None


class AskContour(Struct, frozen=True, tag=True):
    """The loss over two parameter elements?"""

    question: int
    x: tuple[str, int]
    y: tuple[str, int]
    bounds: tuple[float, float, float, float]
    size: int
    moment: Moment | None


class AskPlane(Struct, frozen=True, tag=True):
    """The loss over a plane, its slopes and its curvature?"""

    question: int
    wish: PlaneWish
    moment: Moment | None


class AskCheck(Struct, frozen=True, tag=True):
    """Do the derivatives by the parameters that reach `node` (all where "") agree with differences?"""

    question: int
    node: str
    moment: Moment | None


class AskPartials(Struct, frozen=True, tag=True):
    """What are a node's own partial derivatives?"""

    question: int
    node: str
    moment: Moment | None


class AskArtefacts(Struct, frozen=True, tag=True):
    """What did the loss become?"""

    question: int
    moment: Moment | None


class AskReading(Struct, frozen=True, tag=True):
    """What does this approach leave behind to read?"""

    question: int
    approach: str
    moment: Moment | None


class AskProfile(Struct, frozen=True, tag=True):
    """What does each node cost in a step?"""

    question: int
    moment: Moment | None


class AskExplanation(Struct, frozen=True, tag=True):
    """What are a node's own partials, and the chain rule from the loss to its output, along the path that takes these
    turns (to which node from which "node.output")?"""

    question: int
    node: str
    output: str
    turns: dict[str, str]
    moment: Moment | None


class AskTensor(Struct, frozen=True, tag=True):
    """What is in the value (or, `cotangent`, the derivative) of an output: a block of one slice of it, its statistics?

    `index` is along all axes but the last two. A `form` ("text", "csv", "numpy") asks for all of the slice as text.
    """

    question: int
    node: str
    output: str
    cotangent: bool
    index: tuple[int, ...]
    rows: tuple[int, int]
    columns: tuple[int, int]
    form: str
    moment: Moment | None


class AskWhy(Struct, frozen=True, tag=True):
    """Why are the derivatives by a node's outputs zero, tiny, huge or not finite?"""

    question: int
    node: str
    moment: Moment | None


class AskBadges(Struct, frozen=True, tag=True):
    """What goes wrong in training, where the shown run stands (`kept`), or at the start of one?"""

    question: int
    moment: Moment | None
    kept: PackedKept | None


class AskNumbers(Struct, frozen=True, tag=True):
    """What are these numbers (what, at, index) of a lesson, and what are the derivatives by `sockets` made of?"""

    question: int
    wanted: tuple[tuple[str, str, int], ...]
    sockets: tuple[str, ...]
    moment: Moment | None


class AskComparison(Struct, frozen=True, tag=True):
    """How do the approaches compare?"""

    question: int
    moment: Moment | None


class AskTrace(Struct, frozen=True, tag=True):
    """The next step of an optimizer, or an earlier one, as micro-steps, from where a run stands (None: the start)?"""

    question: int
    wish: Wish
    kept: PackedKept | None


class AskStep(Struct, frozen=True, tag=True):
    """One micro-step of the trace `serial` whole, and a row and a column of its Jacobian by an argument?"""

    question: int
    serial: int
    number: int
    argument: int
    row: int
    column: int


class AskSlopes(Struct, frozen=True, tag=True):
    """What are the local partials of all nodes?"""

    question: int
    moment: Moment | None


class AskScript(Struct, frozen=True, tag=True):
    """What is the loss as a script of this dialect ("numpy", "jax") under this title?"""

    question: int
    dialect: str
    title: str
    moment: Moment | None


class TypesAre(Struct, frozen=True, tag=True):
    """Types in the notation of `pack_type`, by node and output."""

    question: int
    types: dict[str, dict[str, Any]]


class LooksAre(Struct, frozen=True, tag=True):
    question: int
    looks: Looks


class ViewsAre(Struct, frozen=True, tag=True):
    """By view node."""

    question: int
    views: dict[str, ViewData]
    step: int


class ContourIs(Struct, frozen=True, tag=True):
    question: int
    contour: Contour


class CheckIs(Struct, frozen=True, tag=True):
    question: int
    checks: tuple[ParameterCheck, ...]


class PartialsAre(Struct, frozen=True, tag=True):
    """Texts by input."""

    question: int
    node: str
    partials: dict[str, str]


class ArtefactsAre(Struct, frozen=True, tag=True):
    question: int
    artefacts: Artefacts


class ReadingIs(Struct, frozen=True, tag=True):
    question: int
    reading: Reading


class ProfileIs(Struct, frozen=True, tag=True):
    """(seconds forward, seconds backward, bytes, calls) by node."""

    question: int
    optimizer: str
    costs: dict[str, tuple[float, float, int, int]]


class ExplanationIs(Struct, frozen=True, tag=True):
    question: int
    node: str
    output: str
    explained: Explained


class TensorIs(Struct, frozen=True, tag=True):
    """`seen` is None where there is no such value; `text` is what a form was asked for."""

    question: int
    node: str
    output: str
    cotangent: bool
    seen: TensorSeen | None
    text: str


class WhyIs(Struct, frozen=True, tag=True):
    """By output; nothing of those that are in order."""

    question: int
    node: str
    reasons: dict[str, tuple[Blame, ...]]


class BadgesAre(Struct, frozen=True, tag=True):
    question: int
    badges: tuple[Warned, ...]


class NumbersAre(Struct, frozen=True, tag=True):
    """Each number as (what, at, index, value), and factors by socket."""

    question: int
    numbers: tuple[tuple[str, str, int, float], ...]
    factors: dict[str, tuple[Factor, ...]]


class ComparisonIs(Struct, frozen=True, tag=True):
    question: int
    measurements: Measurements


class PlaneIs(Struct, frozen=True, tag=True):
    question: int
    seen: PlaneSeen


class TraceIs(Struct, frozen=True, tag=True):
    question: int
    stepped: Stepped


class StepIs(Struct, frozen=True, tag=True):
    question: int
    detail: Detail


class SlopesAre(Struct, frozen=True, tag=True):
    """By node and input."""

    question: int
    slopes: dict[str, dict[str, Slope]]


class ScriptIs(Struct, frozen=True, tag=True):
    question: int
    dialect: str
    text: str


class CannotSay(Struct, frozen=True, tag=True):
    """A question without an answer, and why."""

    question: int
    sentence: str
    node: str | None


AskRequest: TypeAlias = (
    AskPlane | AskTrace | AskStep | AskSlopes
    | About | AskTypes | AskLooks | AskViews | AskContour | AskCheck | AskPartials | AskArtefacts
    | AskReading | AskProfile | AskComparison | AskScript | AskWhy | AskBadges | AskNumbers
    | AskExplanation | AskTensor | Adjusted
)  # fmt: skip
AskAnswer: TypeAlias = (
    Hello | TypesAre | LooksAre | ViewsAre | ContourIs | CheckIs | PartialsAre | ArtefactsAre | ReadingIs | ComparisonIs
    | ProfileIs | ScriptIs | TraceIs | StepIs | SlopesAre | WhyIs | BadgesAre | NumbersAre
    | ExplanationIs | TensorIs | PlaneIs | CannotSay
)  # fmt: skip
