"""Draft: the mutable copy of a content that edits work on. What an edit does not touch is shared, not copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine import limits
from engine.bodies import owner_of
from engine.errors import EditError
from engine.graph import Bookmark, Content, Graph, Kept, Node, Note, Place, Route, Wire
from engine.lessons.lesson import Lesson
from engine.types import Tensor


@dataclass(slots=True)
class Touched:
    """What a draft's edits touched so far, by ids."""

    nodes: set[str] = field(default_factory=set)
    """Added, removed, or with other settings, another name or another frozen mark."""
    wires: set[Wire] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    routes: set[Wire] = field(default_factory=set)
    """Wires that run otherwise."""
    bookmarks: bool = False
    renamed: set[str] = field(default_factory=set)
    computing: bool = False
    """Whether what the graph computes may differ."""
    kept: bool = False
    lesson: bool = False

    def __bool__(self) -> bool:
        elsewhere = self.notes or self.moved or self.routes or self.bookmarks
        return bool(self.nodes or self.wires or elsewhere or self.kept or self.lesson)


class Draft:
    """Working copies of a content's parts, each made at its first change; `content()` is the result.

    The content it started from is never changed, so an edit that fails halfway leaves nothing behind. The methods raise
    EditError where a node or note is missing or a limit would be passed.
    """

    def __init__(self, content: Content) -> None:
        self._base = content
        self.touched = Touched()
        self._nodes: dict[str, Node] | None = None
        self._wires: set[Wire] | None = None
        self._places: dict[str, Place] | None = None
        self._notes: dict[str, Note] | None = None
        self._routes: dict[Wire, Route] | None = None
        self._bookmarks: dict[str, Bookmark] | None = None
        self._values: dict[str, Tensor] | None = None
        self._states: dict[str, Mapping[str, Tensor]] | None = None
        self._kept = content.kept
        self.lesson = content.lesson
        self._ends: dict[str, set[Wire]] | None = None
        self._frames: dict[str, set[str]] | None = None
        self._inner: dict[str, set[str]] | None = None

    # Questions ------------------------------------------------------------------------------------------------------

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes so far."""
        return self._base.graph.nodes if self._nodes is None else self._nodes

    @property
    def wires(self) -> set[Wire] | frozenset[Wire]:
        """The wires so far."""
        return self._base.graph.wires if self._wires is None else self._wires

    @property
    def places(self) -> Mapping[str, Place]:
        """The places so far."""
        return self._base.layout.places if self._places is None else self._places

    @property
    def notes(self) -> Mapping[str, Note]:
        """The notes so far."""
        return self._base.layout.notes if self._notes is None else self._notes

    @property
    def routes(self) -> Mapping[Wire, Route]:
        """The routes so far."""
        return self._base.layout.routes if self._routes is None else self._routes

    def node(self, id: str) -> Node:
        """Return a node; raise EditError where there is none of that id."""
        found = self.nodes.get(id)
        if found is None:
            raise EditError(f"There is no node “{id}” any more.", node=id)
        return found

    def note(self, id: str) -> Note:
        """Return a note; raise EditError where there is none of that id."""
        found = self.notes.get(id)
        if found is None:
            raise EditError(f"There is no note “{id}” any more.")
        return found

    def wires_at(self, id: str) -> list[Wire]:
        """Return the wires into and out of a node, sorted."""
        if self._ends is None:
            self._ends = defaultdict(set)
            for wire in self.wires:
                self._ends[wire.source.node].add(wire)
                self._ends[wire.target.node].add(wire)
        return sorted(self._ends.get(id, ()))

    def frames_with(self, id: str) -> list[Note]:
        """Return the notes that carry a node, sorted by id."""
        if self._frames is None:
            self._frames = defaultdict(set)
            for note in self.notes.values():
                for member in note.nodes:
                    self._frames[member].add(note.id)
        return [self.notes[frame] for frame in sorted(self._frames.get(id, ()))]

    def kept(self) -> Kept | None:
        """Return the kept values so far."""
        if self._kept is None or (self._values is None and self._states is None):
            return self._kept
        return replace(self._kept, values=self._kept_values(), states=self._kept_states())

    def members(self, owner: str) -> list[str]:
        """Return the nodes that lie in a body of a node (not those deeper), sorted."""
        if self._inner is None:
            self._inner = defaultdict(set)
            for inside, ids in Graph(self.nodes).bodies.items():
                self._inner[owner_of(inside)].update(ids)
        return sorted(self._inner.get(owner, ())) if owner else []

    def content(self) -> Content:
        """Return the result. Parts that were not touched are the very objects the draft started from."""
        if not self.touched:
            return self._base
        base = self._base
        graph, layout = base.graph, base.layout
        if self._nodes is not None or self._wires is not None:
            wires = graph.wires if self._wires is None else frozenset(self._wires)
            graph = graph.changed(self.nodes, wires, self.touched.wires)
        if self._places is not None or self._notes is not None or self._routes is not None:
            layout = replace(layout, places=self.places, notes=self.notes, routes=self.routes)
        if self._bookmarks is not None:
            layout = replace(layout, bookmarks=self._bookmarks)
        return Content(graph, layout, self.kept(), self.lesson)

    # Changes --------------------------------------------------------------------------------------------------------

    def put_node(self, node: Node) -> None:
        """Add a node, or put it in the place of the one with its id."""
        if self._nodes is None:
            self._nodes = dict(self._base.graph.nodes)
        old = self._nodes.get(node.id)
        if old is None and len(self._nodes) >= limits.NODES:
            raise EditError(f"A graph may have at most {limits.NODES} nodes.")
        self._nodes[node.id] = node
        if self._inner is not None:
            self._inner[owner_of(old.inside if old else "")].discard(node.id)
            self._inner[owner_of(node.inside)].add(node.id)
        self.touched.nodes.add(node.id)
        if old is None or old.name != node.name:
            self.touched.renamed.add(node.id)
        if old is None or not _computes_the_same(old, node):
            self.touched.computing = True

    def drop_node(self, id: str) -> None:
        """Take a node away. Its wires, its place, its bodies and the frames that carry it are the caller's to see
        to."""
        if self._nodes is None:
            self._nodes = dict(self._base.graph.nodes)
        if self._inner is not None:
            self._inner[owner_of(self._nodes[id].inside)].discard(id)
        del self._nodes[id]
        self.touched.nodes.add(id)
        self.touched.computing = True

    def add_wire(self, wire: Wire) -> None:
        """Make a wire that is not there."""
        wires = self._own_wires()
        if len(wires) >= limits.WIRES:
            raise EditError(f"A graph may have at most {limits.WIRES} wires.")
        wires.add(wire)
        if self._ends is not None:
            self._ends[wire.source.node].add(wire)
            self._ends[wire.target.node].add(wire)
        self._touch(wire)

    def drop_wire(self, wire: Wire) -> None:
        """Take away a wire that is there, with its route."""
        self._own_wires().remove(wire)
        self.put_route(wire, None)
        if self._ends is not None:
            self._ends[wire.source.node].discard(wire)
            self._ends[wire.target.node].discard(wire)
        self._touch(wire)

    def put_place(self, id: str, place: Place | None) -> None:
        """Put a node somewhere, or nowhere."""
        if self.places.get(id) == place:
            return
        if self._places is None:
            self._places = dict(self._base.layout.places)
        if place is None:
            del self._places[id]
        else:
            self._places[id] = place
        self.touched.moved.add(id)

    def put_route(self, wire: Wire, route: Route | None) -> None:
        """Let a wire run otherwise, or straight."""
        if route is not None and route.plain:
            route = None
        if self.routes.get(wire) == route:
            return
        if self._routes is None:
            self._routes = dict(self._base.layout.routes)
        if route is None:
            del self._routes[wire]
        else:
            self._routes[wire] = route
        self.touched.routes.add(wire)

    @property
    def bookmarks(self) -> Mapping[str, Bookmark]:
        """The bookmarks so far."""
        return self._base.layout.bookmarks if self._bookmarks is None else self._bookmarks

    def put_bookmark(self, id: str, bookmark: Bookmark | None) -> None:
        """Set a bookmark, or take it away."""
        if self._bookmarks is None:
            self._bookmarks = dict(self._base.layout.bookmarks)
        if bookmark is None:
            del self._bookmarks[id]
        elif id not in self._bookmarks and len(self._bookmarks) >= limits.BOOKMARKS:
            raise EditError(f"A graph may have at most {limits.BOOKMARKS:,} bookmarks.")
        else:
            self._bookmarks[id] = bookmark
        self.touched.bookmarks = True

    def put_note(self, note: Note) -> None:
        """Add a note, or put it in the place of the one with its id."""
        if self._notes is None:
            self._notes = dict(self._base.layout.notes)
        old = self._notes.get(note.id)
        if old is None and len(self._notes) >= limits.NOTES:
            raise EditError(f"A graph may have at most {limits.NOTES} notes.")
        self._notes[note.id] = note
        self._reframe(old, note)
        self.touched.notes.add(note.id)

    def drop_note(self, id: str) -> None:
        """Take a note away."""
        if self._notes is None:
            self._notes = dict(self._base.layout.notes)
        self._reframe(self._notes.pop(id), None)
        self.touched.notes.add(id)

    def put_kept(self, kept: Kept | None) -> None:
        """Keep other values."""
        self._kept, self._values, self._states = kept, None, None
        self.touched.kept = True

    def put_lesson(self, lesson: Lesson | None) -> None:
        """Use it in another lesson, or in none."""
        self.lesson = lesson
        self.touched.lesson = True

    def take_kept(self, id: str) -> tuple[Tensor | None, Mapping[str, Tensor] | None]:
        """Take away and return what was kept of a node: its value and its state."""
        kept = self.kept()
        if kept is None or not (id in kept.values or id in kept.states):
            return None, None
        self.touched.kept = True
        return self._kept_values().pop(id, None), self._kept_states().pop(id, None)

    def put_back(self, id: str, value: Tensor | None, state: Mapping[str, Tensor] | None) -> None:
        """Keep a value and a state of a node again."""
        if value is None and state is None:
            return
        if self._kept is None:
            raise EditError(f"There are no kept values to which those of “{id}” could return.", node=id)
        if value is not None:
            self._kept_values()[id] = value
        if state is not None:
            self._kept_states()[id] = state
        self.touched.kept = True

    # ----------------------------------------------------------------------------------------------------------------

    def _own_wires(self) -> set[Wire]:
        if self._wires is None:
            self._wires = set(self._base.graph.wires)
        return self._wires

    def _touch(self, wire: Wire) -> None:
        self.touched.wires.add(wire)
        self.touched.computing = True

    def _kept_values(self) -> dict[str, Tensor]:
        if self._values is None:
            self._values = dict(self._kept.values) if self._kept else {}
        return self._values

    def _kept_states(self) -> dict[str, Mapping[str, Tensor]]:
        if self._states is None:
            self._states = dict(self._kept.states) if self._kept else {}
        return self._states

    def _reframe(self, old: Note | None, new: Note | None) -> None:
        if self._frames is None:
            return
        for member in old.nodes if old else ():
            self._frames[member].discard(old.id if old else "")
        for member in new.nodes if new else ():
            self._frames[member].add(new.id if new else "")


def _computes_the_same(old: Node, new: Node) -> bool:
    same = all(
        getattr(old, name) == getattr(new, name) for name in ("operator", "frozen", "inside", "exposed", "muted")
    )
    return same and same_value(old.settings, new.settings)


def same_value(one: object, other: object) -> bool:
    """Return whether two settings' values are the same in a file: there 1, 1.0 and true differ, as do 0.0 and -0.0."""
    return one is other or (one == other and repr(one) == repr(other))
