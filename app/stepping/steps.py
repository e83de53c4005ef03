"""A recorded step as people read it: its rows, its sentences, and what wires carry at a position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from app.numbers import short
from app.stepping.known import Walk
from app.worker.messages import WireLook

if TYPE_CHECKING:
    from app.worker.stepped import Micro, Stepped, Told
    from engine.graph import Socket, Wire

COLUMNS: Final = (
    "#", "Phase", "Node", "Operation", "Inputs", "Output", "Local partials", "Came back", "Passed on", "Update",
)  # fmt: skip
DERIVED: Final = frozenset({"backward", "tangent"})
"""Phases in which derivatives are found."""
MOST_INPUTS: Final = 6
"""Most arguments that are written out."""


class Steps:
    """A recorded step with the names of its nodes, and where one is in it."""

    def __init__(
        self, stepped: Stepped, name: Callable[[str], str], kind: Callable[[Socket], str] = lambda _: ""
    ) -> None:
        """`name` is what people call a node; `kind` the type of what an output carries, as it is written."""
        self.stepped = stepped
        self.walk = Walk(stepped)
        self._name, self._kind = name, kind
        self._names: dict[str, str] = {}
        self._ways = _first_ways(self)
        self._looks: dict[tuple[Socket, int, int], WireLook] = {}

    @property
    def count(self) -> int:
        """How many micro-steps there are."""
        return len(self.stepped.micro)

    @property
    def position(self) -> int:
        """How many of them lie behind."""
        return self.walk.position

    @property
    def here(self) -> Micro | None:
        """The micro-step just made; None at the start."""
        return self.stepped.micro[self.position - 1] if self.position else None

    def told(self, number: int) -> Told | None:
        """Return what is told of a value by its number."""
        return self.stepped.told[number] if number >= 0 else None

    def text(self, number: int) -> str:
        """Return a value in words, "" for none."""
        return self.stepped.told[number].text if number >= 0 else ""

    def name(self, node: str) -> str:
        """Return what people call a node, also one that is gone."""
        if node not in self._names:
            self._names[node] = self._name(node) if node else "a constant"
        return self._names[node]

    def nodes_of(self, step: Micro) -> tuple[str, ...]:
        """Return the node of a micro-step and those whose bodies it ran in, outermost first."""
        return (*(each[0] for each in self.stepped.places[step.place]), step.node)

    def where(self, step: Micro) -> str:
        """Return in which iterations a micro-step ran, as " in Scan[3]"; "" outside of loops."""
        place = self.stepped.places[step.place]
        return "".join(f" in {self.name(node)}[{k}]" for node, _, k in place if k is not None)

    # The table ----------------------------------------------------------------------------------------------------

    def cells(self, number: int) -> tuple[str, ...]:
        """Return a row of the table, in the order of COLUMNS."""
        step = self.stepped.micro[number]
        places = "".join(f"[{k}]" for _, _, k in self.stepped.places[step.place] if k is not None)
        return (
            f"{number + 1:,}",
            step.phase,
            self.name(step.node),
            f"{step.primitive}{places}",
            self._inputs(step),
            self.text(step.output),
            ", ".join(each.partial for each in step.passed if each.partial),
            self.text(step.cotangent),
            ", ".join(f"{self.text(each.share)} to {self.name(each.node)}" for each in step.passed),
            "" if step.moved is None else f"{self.text(step.moved.before)} → {self.text(step.moved.after)}",
        )

    def _inputs(self, step: Micro) -> str:
        texts = [self.text(told) or "none" for _, told in step.inputs[:MOST_INPUTS]]
        return ", ".join(texts) + (", …" if len(step.inputs) > MOST_INPUTS else "")

    def said(self, number: int) -> str:
        """Return the sentence of a micro-step."""
        step = self.stepped.micro[number]
        name, where = self.name(step.node), self.where(step)
        if step.moved is not None:
            moved = step.moved
            slots = "; ".join(f"{slot} {self.text(a)} → {self.text(b)}" for slot, a, b in moved.slots)
            more = f" ({slots})" if slots else ""
            return (
                f"{name} moves from {self.text(moved.before)} to {self.text(moved.after)}: "
                f"its gradient is {self.text(moved.gradient)}{more}."
            )
        if step.phase == "backward":
            came = f"{name}{where}: {self.text(step.cotangent) or 'a part'} came back."
            shares = ", and ".join(self._share(each.node, each.share, each.total) for each in step.passed)
            return f"{came} It passes {shares}." if shares else f"{came} It passes nothing on."
        if step.phase == "read":
            return f"{name} is {self.text(step.output)}."
        what = "has the tangent" if step.phase == "tangent" else "gives"
        by = "" if step.direction is None else f", by {self.name(step.direction[0])}[{step.direction[1]}]"
        return f"{name}{where}: {step.primitive}({self._inputs(step)}) {what} {self.text(step.output)}{by}."

    def _share(self, node: str, share: int, total: int) -> str:
        so_far = f" (together {self.text(total)})" if total != share else ""
        return f"{self.text(share)} to {self.name(node)}{so_far}"

    def brief(self) -> str:
        """Return the micro-step just made in a few signs: "= 12.3", "∂ −0.31", "0.5 → 0.7"."""
        step = self.here
        if step is None:
            return ""
        if step.moved is not None:
            return f"{self.text(step.moved.before)} → {self.text(step.moved.after)}"
        if step.phase == "backward":
            return f"∂ {self.text(step.cotangent)}" if step.cotangent >= 0 else "∂"
        return f"{'∂' if step.phase == 'tangent' else '='} {self.text(step.output)}"

    # On the wires -------------------------------------------------------------------------------------------------

    def look(self, socket: Socket) -> WireLook | None:
        """Return what is known at an output here; None where nothing is."""
        value, back = self.walk.told(socket, back=False), self.walk.told(socket, back=True)
        if value < 0 and back < 0:
            return None
        key = socket, value, back
        if key not in self._looks:
            self._looks[key] = look_of(self.told(value), self.told(back), self._kind(socket))
        return self._looks[key]

    def passed(self, wire: Wire) -> bool:
        """Return whether what has come back to a wire's source came by this wire too: of several wires each by its
        own. Also where nothing is known to come back by it at any time."""
        return self._ways.get((wire.source.node, wire.target.node), -1) < self.position

    def gradients(self) -> Mapping[str, Told]:
        """Return what is told of the gradient by each parameter."""
        return {id: self.stepped.told[number] for id, number in self.stepped.gradients.items()}


def _first_ways(steps: Steps) -> Mapping[tuple[str, str], int]:
    """Return, by (who made it, who reads it), the first micro-step in which a reader passes a cotangent back."""
    found: dict[tuple[str, str], int] = {}
    for number, step in enumerate(steps.stepped.micro):
        for each in step.passed:
            for reader in steps.nodes_of(step):
                found.setdefault((each.node, reader), number)
    return found


def look_of(value: Told | None, back: Told | None, kind: str) -> WireLook:
    """Return what is told of a value and of a cotangent (None: not known yet) as a look at a wire."""
    return WireLook(
        type=kind or (value.kind if value is not None else ""),
        value="" if value is None else value.text,
        low=None if value is None else value.low,
        high=None if value is None else value.high,
        finite=value is None or value.finite,
        line=() if value is None else value.line,
        thumbnail=None if value is None else value.thumbnail,
        cotangent="" if back is None else cotangent_text(back),
        norm=None if back is None else back.norm,
        cotangent_finite=back is None or back.finite,
        partial=None if value is None else value.whole,
        cotangent_partial=None if back is None else back.whole,
    )


def cotangent_text(told: Told) -> str:
    """Return a cotangent as wires write it: a number, or the norm of an array."""
    return told.text if not told.kind or told.norm is None else f"norm {short(told.norm)}"
