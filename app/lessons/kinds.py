"""The kinds of questions and checks as tables: what each is called, what a new one says, and its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.lessons.fields import (
    AnswerField,
    Field,
    LineField,
    NumberField,
    OptionsField,
    Pick,
    PlaceField,
    PointsField,
    ProseField,
    QuantityField,
    WordsField,
)
from app.words import tr
from engine.lessons.lesson import (
    Amount,
    Choice,
    Cotangents,
    Curve,
    HasNode,
    HasRun,
    HasWire,
    LossBelow,
    Prediction,
    Quantity,
    SettingIs,
    ValueIs,
)

if TYPE_CHECKING:
    from app.session import Session


@dataclass(frozen=True)
class Ground:
    """What fields need to know: the document, and how one points at it."""

    session: Session
    pick: Pick

    def nodes(self) -> Sequence[str]:
        """Return the ids of all nodes."""
        return sorted(self.session.graph.nodes)

    def sockets(self) -> Sequence[str]:
        """Return all outputs."""
        session = self.session
        return [f"{id}.{out.name}" for id in sorted(session.graph.nodes) for out in session.operator(id).outputs]

    def places(self) -> Sequence[str]:
        """Return nodes, outputs and operators."""
        return [*self.nodes(), *self.sockets(), *self.operators()]

    def operators(self) -> Sequence[str]:
        """Return the ids of all operators."""
        return sorted(self.session.library)

    def first_socket(self) -> str:
        """Return an output of the graph, or what may be called one."""
        return next(iter(self.sockets()), "node.value")

    def first_node(self) -> str:
        """Return a node of the graph, or what may be called one."""
        return next(iter(self.session.graph.nodes), "node")


Fields = Callable[[Ground], Sequence[Field]]


@dataclass(frozen=True)
class KindOf:
    """A kind of question or check."""

    title: str
    fresh: Callable[[Ground], Any]
    fields: Fields


def _tolerance(caption: str = "Tolerance, as a part of the number") -> NumberField:
    return NumberField("tolerance", caption)


def _prompt() -> ProseField:
    return ProseField("prompt", tr("Question"))


QUESTIONS: Final[Mapping[type, KindOf]] = {
    Choice: KindOf(
        "one of several", lambda g: Choice("Which?", ("this", "that"), 0), lambda g: [_prompt(), OptionsField()]
    ),
    Amount: KindOf(
        "a number",
        lambda g: Amount("How much?", 0.0),
        lambda g: [_prompt(), AnswerField(g.sockets, g.pick), _tolerance()],
    ),
    Prediction: KindOf(
        "predict, then reveal",
        lambda g: Prediction("How much will it be?", Quantity("value", g.first_socket())),
        lambda g: [
            _prompt(),
            QuantityField("of", tr("What is predicted"), g.sockets, g.pick),
            NumberField("after", tr("After so many steps of the run (0: as it is)"), whole=True),
            _tolerance("Near enough, as a part of the number"),
            ProseField("reveal", tr("What to see in it")),
        ],
    ),
    Curve: KindOf(
        "draw the curve",
        lambda g: Curve("Draw the curve.", ((-1.0, 1.0), (0.0, 0.0), (1.0, 1.0))),
        lambda g: [
            _prompt(),
            PointsField("points", tr("The right curve: a line “x y” for each point")),
            _tolerance("Tolerance, as a part of its height"),
        ],
    ),
    Cotangents: KindOf(
        "fill in the derivatives",
        lambda g: Cotangents("Fill in the derivative of the loss on every wire.", (g.first_socket(),)),
        lambda g: [_prompt(), WordsField("sockets", tr("On the wires of"), g.sockets, g.pick), _tolerance()],
    ),
}
CHECKS: Final[Mapping[type, KindOf]] = {
    HasNode: KindOf(
        "a node is there",
        lambda g: HasNode("elementwise.add"),
        lambda g: [
            LineField("operator", tr("Operator"), g.operators),
            NumberField("count", tr("How many"), whole=True),
        ],
    ),
    HasWire: KindOf(
        "a wire is there",
        lambda g: HasWire(g.first_node(), g.first_node()),
        lambda g: [
            PlaceField("source", tr("From (a node, a socket or an operator)"), g.places, g.pick),
            PlaceField("target", tr("To"), g.places, g.pick),
        ],
    ),
    ValueIs: KindOf(
        "a number is right",
        lambda g: ValueIs(Quantity("value", g.first_socket()), 0.0),
        lambda g: [
            QuantityField("of", tr("The number"), g.sockets, g.pick),
            NumberField("equals", tr("Is")),
            _tolerance(),
        ],
    ),
    SettingIs: KindOf(
        "a setting is right",
        lambda g: SettingIs(g.first_node(), "value", 0.0, 1.0),
        lambda g: [
            PlaceField("node", tr("Node"), g.nodes, g.pick),
            LineField("setting", tr("Setting")),
            NumberField("low", tr("At least (empty: no matter)"), empty=-1e300),
            NumberField("high", tr("At most (empty: no matter)"), empty=1e300),
            LineField("text", tr("Or is this text")),
        ],
    ),
    LossBelow: KindOf(
        "the loss is below",
        lambda g: LossBelow(0.1),
        lambda g: [
            NumberField("bound", tr("Below")),
            PlaceField("optimizer", tr("Of the optimizer (empty: any)"), g.nodes, g.pick),
        ],
    ),
    HasRun: KindOf(
        "it has run",
        lambda g: HasRun(1),
        lambda g: [
            NumberField("steps", tr("Steps"), whole=True),
            PlaceField("optimizer", tr("Of the optimizer (empty: any)"), g.nodes, g.pick),
        ],
    ),
}
