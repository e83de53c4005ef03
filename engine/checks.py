"""What the records of a content may hold, so that whatever edits make can be written and read back.

Each check returns the record in canonical form or raises EditError with one sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from engine import bodies, limits
from engine.errors import EditError
from engine.graph import (
    FRAME_COLORS,
    PREVIEW_FORMS,
    PREVIEW_SIZES,
    Bookmark,
    Kept,
    Node,
    Note,
    Place,
    Route,
    SettingValue,
    Socket,
    Wire,
)
from engine.sockets import shortened

ID = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{limits.ID_LENGTH - 1}}}")
INSIDE = re.compile(rf"({ID.pattern}(\.{ID.pattern})?)?")
"""What `inside` may be: nothing, a node, or a node and the name of one of its bodies."""
OPERATOR = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
WORD = re.compile(rf"[^\x00-\x1f\x7f]{{1,{limits.NAME_LENGTH}}}")
NAME = re.compile(rf"[^\x00-\x1f\x7f]{{0,{limits.NAME_LENGTH}}}")
SLOT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What a slot of an optimizer's state may be called, in at most twice `limits.NAME_LENGTH` characters."""
NESTING = 24
"""Deepest nesting of a setting's lists: leaves room below `limits.FILE_DEPTH` for what a file puts around them."""
LEAST_ZOOM, MOST_ZOOM = 0.01, 100.0
"""What a bookmark may zoom to."""
WHOLE = 2**63
"""Whole numbers lie in [-WHOLE, WHOLE), the range of int64."""


def require_id(id: Any, what: str = "node") -> str:
    """Return the id, or raise EditError."""
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise EditError(
            f"A {what} cannot have the id {_shown(id)}: an id is made of letters, digits and _, "
            f"at most {limits.ID_LENGTH}, and does not start with a digit."
        )
    return id


def name_fault(name: Any) -> str | None:
    """Return why a node cannot be called `name`, as a full sentence, or None."""
    if not isinstance(name, str):
        return "A name must be text."
    if len(name) > limits.NAME_LENGTH:
        return f"A name may have at most {limits.NAME_LENGTH} characters, and this one has {len(name)}."
    if not NAME.fullmatch(name) or not _writable(name):
        return "A name is text on one line, without control characters."
    return None


def checked_node(node: Node) -> Node:
    """Return the node with its settings in canonical form; raise EditError where a field cannot be kept."""
    require_id(node.id)
    if not OPERATOR.fullmatch(node.operator) or len(node.operator) > limits.ID_LENGTH:
        raise EditError(
            f"{_shown(node.operator)} cannot be the id of an operator: it looks like “elementwise.add”.", node=node.id
        )
    if fault := name_fault(node.name):
        raise EditError(fault, node=node.id)
    settings = {
        require_word(key, "setting", node.id): checked_setting(value, node.id, key)
        for key, value in node.settings.items()
    }
    exposed = tuple(sorted({require_word(name, "setting", node.id) for name in node.exposed}))
    frozen, muted = bool(node.frozen), bool(node.muted)
    return Node(node.id, node.operator, node.name, settings, frozen, node.inside, exposed, muted)


def require_inside(inside: Any, nodes: Mapping[str, Node], what: str) -> None:
    """Raise EditError where nothing may lie inside the body `inside`: there is none, or it lies too deep."""
    if not isinstance(inside, str) or not INSIDE.fullmatch(inside):
        raise EditError(f"{what} cannot lie inside {_shown(inside)}: a body is named “node” or “node.body”.")
    if fault := bodies.nesting_fault(inside, nodes):
        raise EditError(f"{what} {fault}.")


def require_word(word: Any, what: str, node: str) -> str:
    """Return the name of a setting or socket, or raise EditError."""
    if not isinstance(word, str) or not _is_word(word):
        raise EditError(
            f"A {what} of {node} cannot be called {_shown(word)}: "
            f"a name has 1 to {limits.NAME_LENGTH} characters on one line.",
            node=node,
        )
    return word


@lru_cache(256)
def _is_word(word: str) -> bool:
    """Kept for the few names that thousands of sockets share."""
    return bool(WORD.fullmatch(word)) and _writable(word)


def checked_setting(value: Any, node: str, setting: str) -> SettingValue:
    """Return a setting's value with lists as tuples; raise EditError where a file could not hold it."""
    try:
        return _plain(value, NESTING)
    except ValueError as fault:
        raise EditError(f"The setting “{shortened(setting)}” of {node} cannot be kept: {fault}.", node=node) from None


def _plain(value: Any, depth: int) -> SettingValue:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if not -WHOLE <= value < WHOLE:
            raise ValueError("a whole number must fit into 64 bits")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number must be finite")
        return float(value)
    if isinstance(value, list | tuple):
        if not depth:
            raise ValueError(f"lists may be nested at most {NESTING} deep")
        return tuple(_plain(item, depth - 1) for item in value)
    raise ValueError(f"it must be a number, text, true, false, null or a list of these, not {type(value).__name__}")


def _text(text: str) -> str:
    if len(text) > limits.TEXT_LENGTH:
        raise ValueError(f"text may have at most {limits.TEXT_LENGTH} characters")
    if not _writable(text):
        raise ValueError("text must not have half a surrogate pair")
    return str(text)


def checked_wire(wire: Wire, nodes: Mapping[str, Node]) -> Wire:
    """Return the wire; raise EditError where an end has no node or no name, or the ends lie in different bodies."""
    for end in (wire.source, wire.target):
        if end.node not in nodes:
            raise EditError(f"A wire cannot end at {end}: there is no node {_shown(end.node)}.", node=end.node)
        require_word(end.name, "socket", end.node)
    if fault := across(wire, nodes):
        raise EditError(fault, node=wire.target.node)
    if type(wire) is Wire and type(wire.source) is type(wire.target) is Socket:
        return wire
    return Wire(Socket(*wire.source), Socket(*wire.target))


def across(wire: Wire, nodes: Mapping[str, Node]) -> str | None:
    """Return why a wire may not join its two nodes, which are there, as a sentence, or None."""
    if nodes[wire.source.node].inside == nodes[wire.target.node].inside:
        return None
    return (
        f"A wire joins nodes of one body: {wire.source} and {wire.target} lie in different ones. "
        f"Inside a body, a node “{bodies.OUTER}” reads what lies around it."
    )


def checked_place(place: Place, node: str) -> Place:
    """Return the place with finite coordinates on the canvas, or raise EditError."""
    for what, given, known in (("size", place.preview, PREVIEW_SIZES), ("form", place.shows, PREVIEW_FORMS)):
        if given not in ("", *known):
            raise EditError(f"There is no {what} {_shown(given)} of previews: choose of {', '.join(known)}.", node=node)
    x, y = coordinate(place.x, node), coordinate(place.y, node)
    return Place(x, y, bool(place.collapsed), place.preview, place.shows)


def checked_route(route: Route, wire: Wire) -> Route:
    """Return the route with finite coordinates on the canvas, or raise EditError."""
    if len(route.dots) > limits.DOTS:
        raise EditError(f"The wire into {wire.target} may run through at most {limits.DOTS} dots.")
    what = f"A dot of the wire into {wire.target}"
    return Route(tuple((coordinate(x, what), coordinate(y, what)) for x, y in route.dots), bool(route.tagged))


def checked_bookmark(bookmark: Bookmark, id: str) -> Bookmark:
    """Return the bookmark; raise EditError where it cannot be kept."""
    require_id(id, "bookmark")
    if fault := name_fault(bookmark.name):
        raise EditError(f"A bookmark cannot be called that. {fault}")
    what, zoom, key = f"The bookmark {_shown(bookmark.name)}", bookmark.zoom, bookmark.key
    if isinstance(zoom, bool) or not isinstance(zoom, int | float) or not LEAST_ZOOM <= zoom <= MOST_ZOOM:
        raise EditError(f"{what} cannot have the zoom {_shown(zoom)}: {LEAST_ZOOM:g} to {MOST_ZOOM:g} is possible.")
    if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key <= 9:
        raise EditError(f"{what} cannot have the key {_shown(key)}: it is a digit, 0 for none.")
    if not INSIDE.fullmatch(bookmark.inside):
        raise EditError(f"{what} cannot lie in {_shown(bookmark.inside)}: that is no body's name.")
    x, y = coordinate(bookmark.x, what), coordinate(bookmark.y, what)
    return replace(bookmark, x=x, y=y, zoom=float(zoom))


def coordinate(value: Any, what: str) -> float:
    """Return a coordinate as a float (never -0.0), or raise EditError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limits.COORDINATE:
        raise EditError(f"{what} cannot stand at {_shown(value)}: the canvas ends at {limits.COORDINATE:.0f}.")
    return float(value) + 0.0


def checked_note(note: Note, nodes: Mapping[str, Node]) -> Note:
    """Return the note; raise EditError where it cannot be kept or carries a node that is not there."""
    require_id(note.id, "note")
    try:
        _text(note.text)
    except ValueError as fault:
        raise EditError(f"The note {note.id} cannot be kept: {fault}.") from None
    x, y, width, height = (coordinate(at, f"The note {note.id}") for at in (note.x, note.y, note.width, note.height))
    if min(width, height) < 1:
        raise EditError(f"The note {note.id} must be at least 1 wide and 1 high.")
    missing = [id for id in note.nodes if id not in nodes]
    if missing:
        raise EditError(f"The frame {note.id} cannot carry {_shown(missing[0])}: there is no such node.")
    if len(set(note.nodes)) != len(note.nodes):
        raise EditError(f"The frame {note.id} names a node twice.")
    require_inside(note.inside, nodes, f"The note {note.id}")
    if note.color not in ("", *FRAME_COLORS):
        raise EditError(f"No frame is {_shown(note.color)}: choose of {', '.join(FRAME_COLORS)}.")
    carried, framed = tuple(note.nodes), bool(note.frame)
    return Note(note.id, note.text, x, y, width, height, carried, note.inside, framed, note.color)


def checked_kept(kept: Kept, nodes: Container[str]) -> Kept:
    """Return the kept values; raise EditError where they speak of a node that is not there.

    Only their keys are looked at: large values may still lie in a file of their own.
    """
    for id in (*kept.values, *kept.states):
        if id not in nodes:
            raise EditError(f"Values cannot be kept for {_shown(id)}: there is no such node.", node=id)
    if kept.optimizer and not ID.fullmatch(kept.optimizer):
        raise EditError(f"Values cannot be kept from {_shown(kept.optimizer)}: it is not the id of an optimizer.")
    for slot in (slot for slots in kept.states.values() for slot in slots):
        if not SLOT.fullmatch(slot) or len(slot) > 2 * limits.NAME_LENGTH:
            raise EditError(f"No state can be kept as {_shown(slot)}: a slot is named by letters, digits, _, . and -.")
    if not 0 <= kept.step < WHOLE or not -WHOLE <= kept.seed < WHOLE:
        raise EditError("Values are kept with a step of at least 0 and a seed, each of at most 64 bits.")
    return kept


def _writable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return f"“{shortened(text)}”"
