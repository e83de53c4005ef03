"""Going into bodies: which body is shown, the way out of it, and the doors of nodes that open one.

Every body has one name (`Node.inside`), and "" is the main graph. A Call opens the body of its function.
"""

from __future__ import annotations

from typing import NamedTuple

from app.selection import Selection
from engine.bodies import CALL, OUTER, around, called_by, owner_of, part_of, seen_by
from engine.control import OWNERS, body, knows
from engine.document import Changed
from engine.graph import Graph, Layout


class Door(NamedTuple):
    """A way from a node to elsewhere: into the body `inside` or, where `node` is given, to that node."""

    text: str
    inside: str
    node: str = ""


class Bodies:
    """The part of a Session that knows which body is shown: it has the session's document and selection."""

    @property
    def body(self) -> str:
        """The body that is shown and edited: "" is the main graph. Only what lies in it can be selected."""
        return self._selection.body

    @property
    def trail(self) -> tuple[str, ...]:
        """The bodies from the main graph to the one that is shown."""
        return tuple(reversed(around(self.graph.nodes, self.body)))

    def shown(self, node: str, body: str) -> str:
        """Return the node of a body that a node is, or lies in; "" where it lies elsewhere."""
        while node in self.graph.nodes and self.graph.nodes[node].inside != body:
            node = owner_of(self.graph.nodes[node].inside)
        return node if node in self.graph.nodes else ""

    def has_body(self, inside: str) -> bool:
        """Return whether there is a body of this name, be it empty."""
        return not inside or inside in self.graph.bodies or knows(self.graph, inside)

    def doors(self, node: str) -> tuple[Door, ...]:
        """Return the bodies that a node opens (a Call that of its function), or what an Outer value node reads."""
        graph, found = self.graph, self.graph.nodes[node]
        if found.operator in OWNERS:
            return tuple(Door(part or "body", body(node, part)) for part in OWNERS[found.operator].gives)
        if found.operator == CALL and (function := called_by(graph, node)):
            return (Door(self.label(function), function),)
        if found.operator == OUTER and (read := seen_by(graph, node)):
            output = str(self.setting(node, "output"))
            name = self.label(read) if output == "value" else f"{self.label(read)} · {output}"
            return (Door(name, graph.nodes[read].inside, read),)
        return ()

    def enter(self, inside: str) -> bool:
        """Show a body, nothing selected in it; return whether there is one of that name."""
        if not self.has_body(inside):
            return False
        if inside != self.body:
            self._selection = Selection(body=inside)
            self._way_out = around(self.graph.nodes, inside)
            self.body_changed.emit()
            self.selection_changed.emit()
        return True

    def go_through(self, door: Door) -> None:
        """Go where a door leads."""
        if door.node:
            self.reveal(door.node)
        else:
            self.enter(door.inside)

    def leave(self) -> None:
        """Show the body around the one that is shown, its owner selected; nothing in the main graph."""
        owner = owner_of(self.body)
        if owner:
            self.enter(self.graph.nodes[owner].inside)
            self.select([owner])

    @property
    def sister(self) -> str:
        """The next body of the same owner; "" where it has no other."""
        owner = owner_of(self.body)
        bodies = [door.inside for door in self.doors(owner)] if owner in self.graph.nodes else []
        if len(bodies) < 2 or self.body not in bodies:
            return ""
        return bodies[(bodies.index(self.body) + 1) % len(bodies)]

    def reveal(self, node: str) -> None:
        """Show the body that the node lies in, select the node, and ask the canvas to show it."""
        if node in self.graph.nodes and self.enter(self.graph.nodes[node].inside):
            self.select([node])
            self.reveal_requested.emit(node)

    def body_title(self, inside: str) -> str:
        """Return what people call a body: its owner's label and, of several, which one it is."""
        owner = owner_of(inside)
        if owner not in self.graph.nodes:
            return self.title
        part = part_of(inside)
        return f"{self.label(owner)} · {part}" if part else self.label(owner)

    def _stay_inside(self) -> None:
        """Leave a body that is gone, for the nearest around it that is left."""
        if not self.has_body(self.body):
            self.enter(next(inside for inside in self._way_out if self.has_body(inside)))

    def _follow_change(self, changed: Changed, before: tuple[Graph, Layout]) -> None:
        """Go to where an undone or redone edit can be seen, unless that is here."""
        touched = bodies_touched(changed, before, (self.graph, self.layout))
        if touched and self.body not in touched:
            there = [inside for inside in touched if self.has_body(inside)]
            nodes = self.graph.nodes
            self.enter(min(there, key=lambda inside: (len(around(nodes, inside)), inside), default=self.body))


def bodies_touched(changed: Changed, *states: tuple[Graph, Layout]) -> set[str]:
    """Return the bodies in which something changed, as they are called in any of these states of the document."""
    ids = changed.nodes | changed.removed | {end.node for wire in changed.wires | changed.routes for end in wire}
    found = {graph.nodes[id].inside for graph, _ in states for id in ids if id in graph.nodes}
    found |= {layout.notes[id].inside for _, layout in states for id in changed.notes if id in layout.notes}
    return found


def place_text(body: str, session: Bodies) -> str:
    """Return the way from the main graph to a body, in words: "Sine by Taylor · body › Branch · then"; "" for the main
    graph."""
    bodies = reversed(around(session.graph.nodes, body)[:-1])
    return " › ".join(session.body_title(inside) for inside in bodies)
