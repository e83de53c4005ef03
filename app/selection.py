"""What is selected, as a record: nodes in the order in which they came, notes and wires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.graph import Content, Place, Wire


@dataclass(frozen=True, slots=True)
class Selection:
    """Selected ids. The node selected last is `current`: the one the inspector shows."""

    order: tuple[str, ...] = ()
    notes: frozenset[str] = frozenset()
    wires: frozenset[Wire] = frozenset()
    body: str = ""
    """The body that is shown: nothing else can be selected."""

    @property
    def nodes(self) -> frozenset[str]:
        """The selected nodes."""
        return frozenset(self.order)

    @property
    def current(self) -> str | None:
        """The node selected last."""
        return self.order[-1] if self.order else None

    def within(self, content: Content) -> Selection:
        """Return what of the selection is still there."""
        nodes, notes = content.graph.nodes, content.layout.notes
        order = tuple(id for id in self.order if id in nodes and nodes[id].inside == self.body)
        written = frozenset(id for id in self.notes if id in notes and notes[id].inside == self.body)
        wires = (wire for wire in self.wires & content.graph.wires if nodes[wire.source.node].inside == self.body)
        return Selection(order, written, frozenset(wires), self.body)

    def changed_to(
        self,
        content: Content,
        nodes: Iterable[str],
        notes: Iterable[str],
        wires: Iterable[Wire],
        current: str | None,
    ) -> Selection:
        """Return the selection of exactly these: old ones keep their order, new ones follow from left to
        right, `current` is last."""
        wanted = set(nodes)
        kept = [id for id in self.order if id in wanted and id != current]
        places = content.layout.places
        fresh = sorted(wanted - set(kept) - {current}, key=lambda id: _reading(places.get(id), id))
        last = [current] if current in wanted else []
        order = tuple(id for id in (*kept, *fresh, *last) if id is not None)
        return Selection(order, frozenset(notes), frozenset(wires), self.body).within(content)


def _reading(place: Place | None, id: str) -> tuple[float, float, str]:
    """Return where a node comes among those chosen at once: from left to right, then from top to bottom."""
    return (place.x, place.y, id) if place is not None else (0.0, 0.0, id)
