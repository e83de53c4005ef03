"""What differs between two contents: nodes, wires, notes and kept values, and apart from these their layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from engine.building import following
from engine.draft import same_value
from engine.graph import Bookmark, Content, Kept, Node, Note, Place, Route, SettingValue, Socket, Wire
from engine.lessons.lesson import Lesson, to_plain
from engine.matching import matched
from engine.operator import Operator
from engine.order import natural
from engine.types import Tensor


class Unset:
    """Stands for a setting that is not given: the operator's default counts."""

    def __repr__(self) -> str:
        return "unset"


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a node, a note or the kept values: `what` is a field ("name", "settings.rate"), or a node id."""

    what: str
    before: Any
    after: Any

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data, JSON values and arrays; what is unset is left out."""
        given = {"what": self.what, "before": _plain(self.before), "after": _plain(self.after)}
        return {name: value for name, value in given.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class Changed:
    """A node or a note of both contents that is not the same in both: its id in each, and what changed."""

    before: str
    after: str
    changes: tuple[Change, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data: JSON values, and arrays."""
        return {"before": self.before, "after": self.after, "changes": [each.to_plain() for each in self.changes]}


@dataclass(frozen=True, slots=True)
class Difference:
    """How one content differs from another. Everything is in natural order of the ids.

    What was removed goes by its ids in the first content, everything else by those in the second. `layout` holds the
    nodes, notes and wires that only stand or run elsewhere; it is no part of `same`.
    """

    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[Changed, ...] = ()
    wires_added: tuple[Wire, ...] = ()
    wires_removed: tuple[Wire, ...] = ()
    notes_added: tuple[Note, ...] = ()
    notes_removed: tuple[Note, ...] = ()
    notes_changed: tuple[Changed, ...] = ()
    kept: tuple[Change, ...] = ()
    lesson: tuple[Change, ...] = ()
    layout: tuple[Changed, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs but the layout."""
        return not any(getattr(self, each.name) for each in fields(self) if each.name != "layout")

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data: JSON values, and arrays."""
        return {"same": self.same} | {
            each.name: [_item(item) for item in getattr(self, each.name)] for each in fields(self)
        }


def difference(before: Content, after: Content, library: Mapping[str, Operator] | None = None) -> Difference:
    """Return how `after` differs from `before`.

    Nodes are matched by `engine.matching`, notes by id and then by text. With a library, settings that name nodes
    follow them where ids differ. Raise FileError where kept values have to be read and cannot be.
    """
    old, new = before.graph, after.graph
    pairs = matched(old, new)
    back = {new: old for old, new in pairs.items()}
    wires = {_moved(wire, pairs): wire for wire in old.wires if {wire.source.node, wire.target.node} <= pairs.keys()}
    gone = old.wires - {wire for moved, wire in wires.items() if moved in new.wires}
    notes = _same_notes(before, after)
    return Difference(
        added=_sorted(node for id, node in new.nodes.items() if id not in back),
        removed=_sorted(node for id, node in old.nodes.items() if id not in pairs),
        changed=_changed(pairs, lambda one, other: _node(old.nodes[one], new.nodes[other], pairs, library or {})),
        wires_added=_in_order(wire for wire in new.wires if wire not in wires),
        wires_removed=_in_order(gone),
        notes_added=_sorted(note for id, note in after.layout.notes.items() if id not in notes.values()),
        notes_removed=_sorted(note for id, note in before.layout.notes.items() if id not in notes),
        notes_changed=_changed(
            notes, lambda one, other: _note(before.layout.notes[one], after.layout.notes[other], pairs)
        ),
        kept=tuple(_kept(before.kept, after.kept, pairs)),
        lesson=tuple(_lesson(before.lesson, after.lesson)),
        layout=(
            *_changed(pairs, _placed(before, after)),
            *_changed(notes, _drawn(before, after)),
            *_laid(before, after, wires),
            *_bookmarked(before.layout.bookmarks, after.layout.bookmarks),
        ),
    )


def _changed(pairs: Mapping[str, str], compare: Callable[[str, str], Iterable[Change]]) -> tuple[Changed, ...]:
    ordered = sorted(pairs.items(), key=lambda pair: natural(pair[1]))
    found = (Changed(one, other, tuple(compare(one, other))) for one, other in ordered)
    return tuple(each for each in found if each.changes)


# Nodes and wires ------------------------------------------------------------------------------------------------------


def _node(old: Node, new: Node, ids: Mapping[str, str], library: Mapping[str, Operator]) -> Iterable[Change]:
    """Yield what differs between two nodes that are one, ids of `old` read as those in the second content."""
    specs = library[old.operator].settings if old.operator in library else {}
    settings = {name: following(specs.get(name), value, ids) for name, value in old.settings.items()}
    moved = replace(old, inside=_inside(old.inside, ids))
    for name in ("id", "operator", "name", "frozen", "inside", "exposed", "muted"):
        if getattr(moved, name) != getattr(new, name):
            yield Change(name, getattr(old, name), getattr(new, name))
    for name in sorted(settings.keys() | new.settings.keys(), key=natural):
        one: SettingValue | Unset = settings.get(name, UNSET)
        other: SettingValue | Unset = new.settings.get(name, UNSET)
        if not same_value(one, other):
            yield Change(f"settings.{name}", one, other)


def _inside(inside: str, ids: Mapping[str, str]) -> str:
    owner, dot, part = inside.partition(".")
    return f"{ids.get(owner, owner)}{dot}{part}"


def _moved(wire: Wire, ids: Mapping[str, str]) -> Wire:
    return Wire(*(Socket(ids[end.node], end.name) for end in wire))


# Notes and layout -----------------------------------------------------------------------------------------------------


def _same_notes(before: Content, after: Content) -> dict[str, str]:
    """Return the id in `after` of each note of `before` that is there too: by id, and then by its text."""
    old, new = before.layout.notes, after.layout.notes
    pairs = {id: id for id in old if id in new}
    free: dict[str, list[str]] = {}
    for id in sorted(new.keys() - pairs.keys(), key=natural, reverse=True):
        free.setdefault(new[id].text, []).append(id)
    for id in sorted(old.keys() - pairs.keys(), key=natural):
        if free.get(old[id].text):
            pairs[id] = free[old[id].text].pop()
    return pairs


def _note(old: Note, new: Note, ids: Mapping[str, str]) -> Iterable[Change]:
    carried = tuple(ids.get(id, id) for id in old.nodes)
    for name, one in (("id", old.id), ("text", old.text), ("inside", _inside(old.inside, ids))):
        if one != getattr(new, name):
            yield Change(name, getattr(old, name), getattr(new, name))
    if set(carried) != set(new.nodes):
        yield Change("nodes", carried, new.nodes)


def _placed(before: Content, after: Content) -> Callable[[str, str], Iterable[Change]]:
    def compare(old: str, new: str) -> Iterable[Change]:
        one, other = before.layout.places.get(old), after.layout.places.get(new)
        if _spot(one) != _spot(other):
            yield Change("place", _spot(one), _spot(other))
        for name in ("collapsed", "preview", "shows"):
            was, now = getattr(one or Place(), name), getattr(other or Place(), name)
            if was != now:
                yield Change(name, was, now)

    return compare


def _spot(place: Place | None) -> Any:
    return (place.x, place.y) if place else UNSET


def _drawn(before: Content, after: Content) -> Callable[[str, str], Iterable[Change]]:
    def compare(old: str, new: str) -> Iterable[Change]:
        one, other = before.layout.notes[old], after.layout.notes[new]
        for what, names in (("place", ("x", "y")), ("size", ("width", "height"))):
            was, now = (tuple(getattr(note, name) for name in names) for note in (one, other))
            if was != now:
                yield Change(what, was, now)
        for what in ("frame", "color"):
            if getattr(one, what) != getattr(other, what):
                yield Change(what, getattr(one, what), getattr(other, what))

    return compare


def _laid(before: Content, after: Content, wires: Mapping[Wire, Wire]) -> Iterable[Changed]:
    """Yield the wires of both contents that run otherwise; `wires` says which one of the first each was."""
    routes = after.layout.routes.keys() | {new for new, old in wires.items() if old in before.layout.routes}
    for new in _in_order(wire for wire in routes if wire in wires and wire in after.graph.wires):
        one, other = before.layout.routes.get(wires[new], Route()), after.layout.routes.get(new, Route())
        names = [name for name in ("dots", "tagged") if getattr(one, name) != getattr(other, name)]
        if names:
            changes = tuple(Change(name, getattr(one, name), getattr(other, name)) for name in names)
            before_ends, after_ends = (f"{wire.source} -> {wire.target}" for wire in (wires[new], new))
            yield Changed(before_ends, after_ends, changes)


# Kept values ----------------------------------------------------------------------------------------------------------


def _bookmarked(old: Mapping[str, Bookmark], new: Mapping[str, Bookmark]) -> Iterable[Changed]:
    """Yield the bookmarks that are not the same in both; what one of the two lacks is unset there."""
    for id in sorted(old.keys() | new.keys(), key=natural):
        one, other = (_named(each.get(id)) for each in (old, new))
        if one != other:
            names = (each.name for each in fields(Bookmark))
            changes = (Change(name, one.get(name, UNSET), other.get(name, UNSET)) for name in names)
            yield Changed(id, id, tuple(each for each in changes if each.before != each.after))


def _named(mark: Bookmark | None) -> dict[str, Any]:
    return {} if mark is None else {each.name: getattr(mark, each.name) for each in fields(mark)}


def _kept(old: Kept | None, new: Kept | None, ids: Mapping[str, str]) -> Iterable[Change]:
    """Yield what differs between values kept from runs; ids of `old` are read as those in the second content."""
    old, new = old or Kept(), new or Kept()
    optimizer = ids.get(old.optimizer, old.optimizer)
    for name, one in (("step", old.step), ("seed", old.seed), ("optimizer", optimizer)):
        if one != getattr(new, name):
            yield Change(name, one, getattr(new, name))
    if _ids_differ(ids) or old.values != new.values:
        yield from _tensors("values", {ids.get(id, id): old.values[id] for id in old.values}, new.values)
    states = {ids.get(id, id): state for id, state in old.states.items()}
    for id in sorted(states.keys() | new.states.keys(), key=natural):
        one_state, other_state = states.get(id, {}), new.states.get(id, {})
        if one_state != other_state:
            yield from _tensors(f"states.{id}", one_state, other_state)


def _lesson(old: Lesson | None, new: Lesson | None) -> Iterable[Change]:
    """Yield which parts of two lessons differ: their texts, and their steps by number."""
    one, other = ({} if each is None else to_plain(each) for each in (old, new))
    for name in ("title", "summary", "notes"):
        if one.get(name) != other.get(name):
            yield Change(name, one.get(name, UNSET), other.get(name, UNSET))
    steps = [each.get("steps", ()) for each in (one, other)]
    for k in range(max(map(len, steps))):
        before, after = (each[k] if k < len(each) else UNSET for each in steps)
        if before != after:
            yield Change(f"steps.{k}", before, after)


def _ids_differ(ids: Mapping[str, str]) -> bool:
    return any(old != new for old, new in ids.items())


def _tensors(what: str, old: Mapping[str, Tensor], new: Mapping[str, Tensor]) -> Iterable[Change]:
    for name in sorted(old.keys() | new.keys(), key=natural):
        one, other = (part.get(name, UNSET) for part in (old, new))
        if one != other:
            yield Change(f"{what}.{name}", one, other)


# Order, and plain data ------------------------------------------------------------------------------------------------


def _sorted(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: natural(item.id)))


def _in_order(wires: Iterable[Wire]) -> tuple[Wire, ...]:
    return tuple(sorted(wires, key=lambda wire: [(natural(end.node), natural(end.name)) for end in reversed(wire)]))


def _item(item: Any) -> Any:
    if isinstance(item, Wire):
        return [str(item.source), str(item.target)]
    if isinstance(item, Node | Note):
        return {each.name: _plain(getattr(item, each.name)) for each in fields(item)}
    return item.to_plain()


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.array()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, Mapping) else value
