"""Edits: frozen records that apply to a Content and return their exact inverse.

The same records are the recovery journal: `engine.plain` writes and reads them as JSON data.

An edit keeps a content *closed*: wires, places, frames, bodies and kept values speak only of nodes that are there, and
a wire joins nodes of one body. `loose_end` says where a content is not. Faults of the graph itself (cycles, two wires
into a socket, missing inputs) are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from engine import bodies, checks
from engine.draft import Draft, Touched, same_value
from engine.errors import EditError
from engine.graph import Bookmark, Content, Graph, Kept, Node, Note, Place, Route, SettingValue, Wire
from engine.lessons.lesson import Lesson, fault
from engine.sockets import shortened
from engine.types import Tensor


class Applied(NamedTuple):
    """What came of an edit: the new content, the edit that takes it back, and what it touched."""

    content: Content
    inverse: Edit
    touched: Touched


@dataclass(frozen=True, slots=True)
class EditRecord:
    """What all edits have. Subclasses are final."""

    @property
    def name(self) -> str:
        """What a menu calls the edit, as in "Undo <name>"."""
        raise NotImplementedError

    def do(self, draft: Draft) -> Edit:
        """Make the edit in the draft and return its inverse; raise EditError where it does not fit."""
        raise NotImplementedError

    def apply(self, content: Content) -> tuple[Content, Edit]:
        """Return the content after the edit, and the edit that takes it back exactly.

        Raise EditError where the edit does not fit.
        """
        after = self.applied(content)
        return after.content, after.inverse

    def applied(self, content: Content) -> Applied:
        """Return what `apply` does, with what the edit touched."""
        draft = Draft(content)
        inverse = self.do(draft)
        return Applied(draft.content(), inverse, draft.touched)


@dataclass(frozen=True, slots=True)
class AddNode(EditRecord):
    """Add a node. `value` and `state` are what a run kept of it (they come back with an undone removal)."""

    node: Node
    place: Place | None = None
    value: Tensor | None = None
    state: Mapping[str, Tensor] | None = None

    @property
    def name(self) -> str:
        return f"Add {shortened(self.node.name or self.node.id, 30)}"

    def do(self, draft: Draft) -> Edit:
        node = checks.checked_node(self.node)
        checks.require_inside(node.inside, draft.nodes, f"The node {node.id}")
        if node.id in draft.nodes:
            raise EditError(f"There is already a node “{node.id}”.", node=node.id)
        draft.put_node(node)
        draft.put_place(node.id, self.place and checks.checked_place(self.place, node.id))
        draft.put_back(node.id, self.value, self.state)
        return RemoveNode(node.id)


@dataclass(frozen=True, slots=True)
class RemoveNode(EditRecord):
    """Remove a node with its bodies, its wires, its place, its membership in frames and its kept values."""

    id: str

    @property
    def name(self) -> str:
        return f"Delete {self.id}"

    def do(self, draft: Draft) -> Edit:
        draft.node(self.id)
        notes = sorted(bodies.notes_in(draft.notes, (self.id,)))
        inner = [RemoveNote(id).do(draft) for id in notes]
        inner += [RemoveNode(id).do(draft) for id in draft.members(self.id)]
        back = self._alone(draft)
        if not inner:
            return back
        return Group(self.name, (*parts(back), *(part for edit in reversed(inner) for part in parts(edit))))

    def _alone(self, draft: Draft) -> Edit:
        """Remove the node, whose bodies are empty."""
        node, place, wires, frames = (
            draft.node(self.id),
            draft.places.get(self.id),
            draft.wires_at(self.id),
            draft.frames_with(self.id),
        )
        routes = [draft.routes.get(wire) for wire in wires]
        for wire in wires:
            draft.drop_wire(wire)
        for frame in frames:
            left = tuple(id for id in frame.nodes if id != self.id)
            draft.put_note(replace(frame, nodes=left, frame=frame.frame or not left))
        draft.put_place(self.id, None)
        value, state = draft.take_kept(self.id)
        draft.drop_node(self.id)
        add = AddNode(node, place, value, state)
        if not wires and not frames:
            return add
        return Group(self.name, (add, *map(Connect, wires, routes), *map(ChangeNote, frames)))


@dataclass(frozen=True, slots=True)
class Connect(EditRecord):
    """Make a wire, by a route where one is given.

    Faulty graphs are allowed here: `infer.refusal` says what a person may not wire.
    """

    wire: Wire
    route: Route | None = None

    @property
    def name(self) -> str:
        return "Connect"

    def do(self, draft: Draft) -> Edit:
        wire = checks.checked_wire(self.wire, draft.nodes)
        if wire in draft.wires:
            raise EditError(f"There is already a wire from {wire.source} to {wire.target}.", node=wire.target.node)
        draft.add_wire(wire)
        draft.put_route(wire, self.route and checks.checked_route(self.route, wire))
        return Disconnect(wire)


@dataclass(frozen=True, slots=True)
class Disconnect(EditRecord):
    """Take a wire away."""

    wire: Wire

    @property
    def name(self) -> str:
        return "Disconnect"

    def do(self, draft: Draft) -> Edit:
        if self.wire not in draft.wires:
            raise EditError(
                f"There is no wire from {self.wire.source} to {self.wire.target} any more.", node=self.wire.target.node
            )
        route = draft.routes.get(self.wire)
        draft.drop_wire(self.wire)
        return Connect(self.wire, route)


@dataclass(frozen=True, slots=True)
class Reroute(EditRecord):
    """Let a wire run through dots, or from tag to tag (None: straight). Does not touch the graph."""

    wire: Wire
    route: Route | None

    @property
    def name(self) -> str:
        return "Lay wire"

    def do(self, draft: Draft) -> Edit:
        if self.wire not in draft.wires:
            raise EditError(
                f"There is no wire from {self.wire.source} to {self.wire.target} any more.", node=self.wire.target.node
            )
        old = draft.routes.get(self.wire)
        draft.put_route(self.wire, self.route and checks.checked_route(self.route, self.wire))
        return Reroute(self.wire, old)


@dataclass(frozen=True, slots=True)
class SetSetting(EditRecord):
    """Give a setting (or an unwired input) a value."""

    node: str
    setting: str
    value: SettingValue

    @property
    def name(self) -> str:
        return f"Change {_words(self.setting)}"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        setting = checks.require_word(self.setting, "setting", self.node)
        value = checks.checked_setting(self.value, self.node, setting)
        inverse = _setting_back(node, setting)
        if setting not in node.settings or not same_value(node.settings[setting], value):
            draft.put_node(replace(node, settings={**node.settings, setting: value}))
        return inverse


@dataclass(frozen=True, slots=True)
class ResetSetting(EditRecord):
    """Return a setting to its operator's default."""

    node: str
    setting: str

    @property
    def name(self) -> str:
        return f"Reset {_words(self.setting)}"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        inverse = _setting_back(node, self.setting)
        if self.setting in node.settings:
            draft.put_node(
                replace(node, settings={key: value for key, value in node.settings.items() if key != self.setting})
            )
        return inverse


def _setting_back(node: Node, setting: str) -> Edit:
    if setting in node.settings:
        return SetSetting(node.id, setting, node.settings[setting])
    return ResetSetting(node.id, setting)


@dataclass(frozen=True, slots=True)
class Rename(EditRecord):
    """Give a node a name; "" is its operator's title."""

    node: str
    to: str

    @property
    def name(self) -> str:
        return "Rename"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        if fault := checks.name_fault(self.to):
            raise EditError(fault, node=self.node)
        if node.name != self.to:
            draft.put_node(replace(node, name=self.to))
        return Rename(node.id, node.name)


@dataclass(frozen=True, slots=True)
class SetFrozen(EditRecord):
    """Freeze a parameter, or let it be trained again."""

    node: str
    frozen: bool

    @property
    def name(self) -> str:
        return "Freeze" if self.frozen else "Unfreeze"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        if node.frozen != self.frozen:
            draft.put_node(replace(node, frozen=bool(self.frozen)))
        return SetFrozen(node.id, node.frozen)


@dataclass(frozen=True, slots=True)
class SetExposed(EditRecord):
    """Make a setting of a node an input socket too, or no longer. What is wired into it is the caller's to see to."""

    node: str
    setting: str
    exposed: bool

    @property
    def name(self) -> str:
        return f"{_words(self.setting)} as a {'socket' if self.exposed else 'setting'}"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        setting = checks.require_word(self.setting, "setting", self.node)
        was = setting in node.exposed
        if was != self.exposed:
            names = {*node.exposed, setting} if self.exposed else {*node.exposed} - {setting}
            draft.put_node(replace(node, exposed=tuple(sorted(names))))
        return SetExposed(node.id, setting, was)


@dataclass(frozen=True, slots=True)
class SetMuted(EditRecord):
    """Mute a node, so that it is passed by, or let it work again."""

    node: str
    muted: bool

    @property
    def name(self) -> str:
        return "Mute" if self.muted else "Unmute"

    def do(self, draft: Draft) -> Edit:
        node = draft.node(self.node)
        if node.muted != self.muted:
            draft.put_node(replace(node, muted=bool(self.muted)))
        return SetMuted(node.id, node.muted)


@dataclass(frozen=True, slots=True)
class Move(EditRecord):
    """Put nodes at places (None: nowhere). Does not touch the graph."""

    places: Mapping[str, Place | None]

    @property
    def name(self) -> str:
        return "Move" if len(self.places) == 1 else f"Move {len(self.places)} nodes"

    def do(self, draft: Draft) -> Edit:
        back: dict[str, Place | None] = {}
        for id, place in self.places.items():
            back[draft.node(id).id] = draft.places.get(id)
            draft.put_place(id, place and checks.checked_place(place, id))
        return Move(back)


@dataclass(frozen=True, slots=True)
class PutInside(EditRecord):
    """Put nodes and notes into other bodies; what lies inside them comes along. No wire may cross an edge afterwards:
    what joined them to others is taken away before, and no node may come to lie inside itself or too deep."""

    nodes: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "Put inside"

    def do(self, draft: Draft) -> Edit:
        back = {id: draft.node(id).inside for id in self.nodes}
        noted = {id: draft.note(id).inside for id in self.notes}
        for id, inside in self.nodes.items():
            draft.put_node(replace(draft.node(id), inside=inside))
        for id in sorted(bodies.enclosed(Graph(draft.nodes), self.nodes)):
            checks.require_inside(draft.nodes[id].inside, draft.nodes, f"The node {id}")
        for id in self.nodes:
            for wire in draft.wires_at(id):
                if fault := checks.across(wire, draft.nodes):
                    raise EditError(fault, node=id)
        for id, inside in self.notes.items():
            checks.require_inside(inside, draft.nodes, f"The note {id}")
            draft.put_note(replace(draft.note(id), inside=inside))
        for note in draft.notes.values():
            if note.inside and (fault := bodies.nesting_fault(note.inside, draft.nodes)):
                raise EditError(f"The note {note.id} {fault}.")
        return PutInside(back, noted)


@dataclass(frozen=True, slots=True)
class AddNote(EditRecord):
    """Add a note or a frame."""

    note: Note

    @property
    def name(self) -> str:
        return "Add frame" if self.note.is_frame else "Add note"

    def do(self, draft: Draft) -> Edit:
        note = checks.checked_note(self.note, draft.nodes)
        if note.id in draft.notes:
            raise EditError(f"There is already a note “{note.id}”.")
        draft.put_note(note)
        return RemoveNote(note.id)


@dataclass(frozen=True, slots=True)
class RemoveNote(EditRecord):
    """Remove a note or a frame; what a frame carries stays."""

    id: str

    @property
    def name(self) -> str:
        return "Delete note"

    def do(self, draft: Draft) -> Edit:
        note = draft.note(self.id)
        draft.drop_note(self.id)
        return AddNote(note)


@dataclass(frozen=True, slots=True)
class ChangeNote(EditRecord):
    """Put another note in the place of the one with the same id."""

    note: Note

    @property
    def name(self) -> str:
        return "Change note"

    def do(self, draft: Draft) -> Edit:
        old = draft.note(self.note.id)
        note = checks.checked_note(self.note, draft.nodes)
        if note != old:
            draft.put_note(note)
        return ChangeNote(old)


@dataclass(frozen=True, slots=True)
class SetBookmark(EditRecord):
    """Set a bookmark, new or in the place of the one with its id, or take it away (None). Does not touch the graph."""

    id: str
    bookmark: Bookmark | None

    @property
    def name(self) -> str:
        return "Remove bookmark" if self.bookmark is None else "Set bookmark"

    def do(self, draft: Draft) -> Edit:
        old = draft.bookmarks.get(self.id)
        if self.bookmark is not None:
            bookmark = checks.checked_bookmark(self.bookmark, self.id)
            if bookmark != old:
                draft.put_bookmark(self.id, bookmark)
        elif old is None:
            raise EditError(f"There is no bookmark “{shortened(self.id)}” any more.")
        else:
            draft.put_bookmark(self.id, None)
        return SetBookmark(self.id, old)


@dataclass(frozen=True, slots=True)
class SetKept(EditRecord):
    """Keep the values of a run, or forget them (None)."""

    kept: Kept | None

    @property
    def name(self) -> str:
        return "Keep values" if self.kept else "Forget kept values"

    def do(self, draft: Draft) -> Edit:
        old = draft.kept()
        kept = self.kept and checks.checked_kept(self.kept, draft.nodes)
        if kept is not old:  # not !=, which would open the file that large kept values lie in
            draft.put_kept(kept)
        return SetKept(old)


@dataclass(frozen=True, slots=True)
class SetLesson(EditRecord):
    """Use the graph in a lesson, or in none."""

    lesson: Lesson | None

    @property
    def name(self) -> str:
        return "Change lesson" if self.lesson else "Remove lesson"

    def do(self, draft: Draft) -> Edit:
        old = draft.lesson
        if self.lesson is not None and (found := fault(self.lesson)):
            path, must = found
            raise EditError(f"The lesson's {'.'.join(map(str, path))} {must}.")
        if self.lesson != old:
            draft.put_lesson(self.lesson)
        return SetLesson(old)


@dataclass(frozen=True, slots=True)
class Group(EditRecord):
    """Several edits as one: all or nothing, in time linear in the content and the edits."""

    title: str
    edits: tuple[Edit, ...]

    @property
    def name(self) -> str:
        return self.title

    def do(self, draft: Draft) -> Edit:
        inverses = [edit.do(draft) for edit in self.edits]
        return Group(self.title, tuple(part for inverse in reversed(inverses) for part in parts(inverse)))


Edit: TypeAlias = (
    AddNode | RemoveNode | Connect | Disconnect | Reroute | SetSetting | ResetSetting | Rename | SetFrozen
    | SetExposed | Move | PutInside | SetMuted | AddNote | RemoveNote | ChangeNote | SetBookmark | SetKept | SetLesson
    | Group
)  # fmt: skip


def parts(edit: Edit) -> tuple[Edit, ...]:
    """Return the edits of a group, or the edit alone."""
    return edit.edits if isinstance(edit, Group) else (edit,)


def loose_end(content: Content) -> str | None:
    """Return, in a sentence, where a content speaks of a node that is not there; None where it is closed."""
    nodes = content.graph.nodes
    lying = [(f"node “{node.id}”", node.inside) for node in nodes.values() if node.inside]
    lying += [(f"note “{note.id}”", note.inside) for note in content.layout.notes.values() if note.inside]
    for what, inside in sorted(lying):
        if fault := bodies.nesting_fault(inside, nodes):
            return f"The {what} {fault}."
    frames = [(id, note.id) for note in content.layout.notes.values() for id in note.nodes]
    mentions: tuple[tuple[str, Callable[[], list[tuple[str, object]]]], ...] = (
        (
            "The wire at {} has no node there.",
            lambda: [(end.node, end) for wire in content.graph.wires for end in wire],
        ),
        ("The layout places {}, which is not a node.", lambda: [(id, id) for id in content.layout.places]),
        (
            "The layout lays the wire into {}, which is not there.",
            lambda: [("", wire.target) for wire in content.layout.routes if wire not in content.graph.wires],
        ),
        ("The frame {} carries a node that is not there.", lambda: list(frames)),
        ("Values are kept for {}, which is not a node.", lambda: [(id, id) for id in _kept_for(content.kept)]),
    )
    for sentence, found in mentions:
        loose = sorted(str(what) for id, what in found() if id not in nodes)
        if loose:
            return sentence.format(f"“{loose[0]}”")
    wires = sorted(content.graph.wires) if len(content.graph.bodies) > 1 else ()
    return next(filter(None, (checks.across(wire, nodes) for wire in wires)), None)


def _kept_for(kept: Kept | None) -> list[str]:
    return [*kept.values, *kept.states] if kept else []


def _words(identifier: str) -> str:
    return shortened(identifier.replace("_", " "), 30)
