"""Writing: the canonical text of a Content.

Same content, same bytes; one line per node, wire, place and note, in natural order: one edit changes a line or few.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from engine.errors import FileError
from engine.files import kept
from engine.files.format import FORMAT, VERSION
from engine.graph import Bookmark, Content, Node, Note, Place, Route, Wire
from engine.lessons.lesson import to_plain
from engine.order import natural
from engine.sockets import shortened

_INVISIBLE = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Characters that end lines, turn text round or cannot be seen: written as escapes, so that a difference shows."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

_LINES: Final[Mapping[str, Any]] = {
    "nodes": 1, "wires": 1, "layout": 1, "notes": 1, "routes": 1, "bookmarks": 1, "kept": {"values": 1, "states": 2},
    "lesson": {"steps": 1},
}  # fmt: skip
"""How many levels of each section are spread over lines; what lies deeper stands on one line."""

_SECTIONS: Final = ("nodes", "wires")
"""The sections that are written even when they are empty."""


class Packed(NamedTuple):
    """A content as bytes: the text of the .dgraph, and the archive of kept arrays that are too large for it."""

    text: bytes
    archive: kept.Archive | None


def render(content: Content) -> bytes:
    """Return the canonical bytes of the content's .dgraph; raise FileError where it holds what a file cannot.

    Large kept arrays are named by checksum only: `pack` returns them too.
    """
    return pack(content).text


def pack(content: Content) -> Packed:
    """Return the canonical bytes of the content, and the archive of its large kept arrays. Raise FileError."""
    fields, archive = kept.encode(content.kept) if content.kept else (None, None)
    sections: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": {id: _node(content.graph.nodes[id]) for id in _ordered(content.graph.nodes)},
        "wires": sorted(([str(w.source), str(w.target)] for w in content.graph.wires), key=_wire_order),
        "layout": {id: _place(content.layout.places[id]) for id in _ordered(content.layout.places)},
        "notes": {id: _note(content.layout.notes[id]) for id in _ordered(content.layout.notes)},
        "routes": [
            _route(wire, content.layout.routes[wire]) for wire in sorted(content.layout.routes, key=_ends_order)
        ],
        "bookmarks": {id: _bookmark(content.layout.bookmarks[id]) for id in _ordered(content.layout.bookmarks)},
        "kept": fields,
        "lesson": content.lesson and to_plain(content.lesson),
    }
    shown = {name: part for name, part in sections.items() if part or name in _SECTIONS}
    try:
        text = "\n".join(_block("", shown, _LINES, "")) + "\n"
    except (ValueError, TypeError):
        raise FileError(_unwritable(content)) from None
    if _SURROGATE.search(text):
        raise FileError("A text of the graph holds half a character (a lone surrogate); remove it.")
    return Packed(_INVISIBLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text).encode("utf-8"), archive)


def _ordered(ids: Iterable[str]) -> list[str]:
    return sorted(ids, key=natural)


def _wire_order(ends: list[str]) -> tuple[Any, ...]:
    return natural(ends[0]), natural(ends[1])


def _ends_order(wire: Wire) -> tuple[Any, ...]:
    return _wire_order([str(wire.source), str(wire.target)])


def _block(head: str, value: Any, depth: Any, margin: str) -> list[str]:
    """Return the lines of `value`, spread over `depth` levels (a mapping gives each entry its own depth)."""
    if not depth or not value:
        return [margin + head + _encode(value)]
    named = isinstance(value, Mapping)
    lines = [margin + head + ("{" if named else "[")]
    for key, item in value.items() if named else enumerate(value):
        below = depth.get(key, 0) if isinstance(depth, Mapping) else depth - 1
        lines += _block(f"{_encode(key)}: " if named else "", item, below, margin + "  ")
        lines[-1] += ","
    lines[-1] = lines[-1][:-1]
    lines.append(margin + ("}" if named else "]"))
    return lines


def _node(node: Node) -> dict[str, Any]:
    fields: dict[str, Any] = {"operator": node.operator}
    if node.name:
        fields["name"] = node.name
    if node.frozen:
        fields["frozen"] = True
    if node.inside:
        fields["inside"] = node.inside
    if node.muted:
        fields["muted"] = True
    if node.exposed:
        fields["exposed"] = list(node.exposed)
    if node.settings:
        fields["settings"] = {name: node.settings[name] for name in sorted(node.settings)}
    return fields


def _place(place: Place) -> dict[str, Any]:
    fields: dict[str, Any] = {"x": _number(place.x), "y": _number(place.y)}
    fields |= {name: True for name in ("collapsed",) if getattr(place, name)}
    return fields | {name: getattr(place, name) for name in ("preview", "shows") if getattr(place, name)}


def _note(note: Note) -> dict[str, Any]:
    fields: dict[str, Any] = {"text": note.text}
    fields |= {name: _number(getattr(note, name)) for name in ("x", "y", "width", "height")}
    if note.nodes:
        fields["nodes"] = list(note.nodes)
    return fields | {name: getattr(note, name) for name in ("inside", "frame", "color") if getattr(note, name)}


def _bookmark(mark: Bookmark) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": mark.name}
    fields |= {name: _number(getattr(mark, name)) for name in ("x", "y", "zoom")}
    return fields | {name: getattr(mark, name) for name in ("inside", "key") if getattr(mark, name)}


def _route(wire: Wire, route: Route) -> dict[str, Any]:
    fields: dict[str, Any] = {"wire": [str(wire.source), str(wire.target)]}
    if route.dots:
        fields["dots"] = [[_number(x), _number(y)] for x, y in route.dots]
    return fields | {"tagged": True} if route.tagged else fields


def _number(x: float) -> int | float:
    """Return the coordinate as a whole number where it is one, because 120 reads better than 120.0."""
    return int(x) if float(x).is_integer() else float(x)


def _unwritable(content: Content) -> str:
    for node in content.graph.nodes.values():
        for name, value in node.settings.items():
            try:
                _encode(value)
            except (ValueError, TypeError):
                who = f'"{shortened(node.name)}" ({node.id})' if node.name else node.id
                return f"The setting {name} of {who} is not a finite number, text or list of these; change it first."
    return "The graph holds a number that is not finite; change it first."
