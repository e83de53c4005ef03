"""The profile of a step beside the document: asked for when it is shown, and again when the graph changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from app.session import Session

DELAY = 300
"""Milliseconds after the last change of the graph at which its costs are measured again."""


@dataclass(frozen=True, slots=True)
class NodeCost:
    """What a node asks for in one step, and which part of the whole step that is."""

    forward: float
    backward: float
    memory: int
    calls: int
    share: float
    """Of the seconds of all nodes."""
    heat: float
    """Its seconds as a part of the hottest node's."""

    @property
    def seconds(self) -> float:
        """Seconds both ways."""
        return self.forward + self.backward


class Profiler(QObject):
    """The costs of the shown optimizer's step by node, while somebody wants to see them."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.shown = False
        self.costs: Mapping[str, NodeCost] = {}
        """By node, those inside a body under the node that is shown for them too."""
        self._listening = False
        self._again = QTimer(self, singleShot=True, interval=DELAY)
        self._again.timeout.connect(self._ask)

    @property
    def seconds(self) -> float:
        """Seconds of all nodes together."""
        return sum(cost.seconds for cost in self.costs.values())

    def toggle(self) -> None:
        """Show what the nodes cost, measured now, or hide it."""
        self.shown = not self.shown
        if self.shown:
            self._listen()
            self._ask()
        else:
            self._again.stop()
            self.costs = {}
        self.changed.emit()

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._session.changed.connect(self._graph_changed)
            self._session.replaced.connect(self._replaced)
            if self._session.has_engine:
                self._session.asks.profile_ready.connect(self._ready)
                self._session.asks.failed.connect(self._failed)

    def _graph_changed(self, change: object) -> None:
        if self.shown and getattr(change, "semantic", False):
            self._again.start()

    def _replaced(self) -> None:
        self.costs = {}
        if self.shown:
            self._again.start()
            self.changed.emit()

    def _ask(self) -> None:
        if self.shown and self._session.has_engine and self._session.graph.nodes:
            self._session.looks.ask_profile()

    def _ready(self, revision: int, costs: Mapping[str, tuple[float, float, int, int]]) -> None:
        if self.shown:
            self.show_costs(costs)

    def show_costs(self, costs: Mapping[str, tuple[float, float, int, int]]) -> None:
        """Show (seconds forward, seconds backward, bytes, calls) by node; those of nodes that are gone are left out."""
        known = {id: cost for id, cost in costs.items() if id in self._session.graph.nodes}
        whole = sum(cost[0] + cost[1] for cost in known.values()) or 1.0
        most = max((cost[0] + cost[1] for cost in known.values()), default=0.0) or 1.0
        self.costs = {
            id: NodeCost(*cost, share=(cost[0] + cost[1]) / whole, heat=(cost[0] + cost[1]) / most)
            for id, cost in known.items()
        }
        self.changed.emit()

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question == "profile" and self.shown:
            self.costs = {}
            self._session.message.emit(sentence)
            self.changed.emit()
