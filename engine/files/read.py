"""Reading: bytes -> first pass -> upgrade -> strict decoding -> Content. Nothing runs and no other file is opened."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine import bodies, checks, limits
from engine.errors import FileError
from engine.files import kept, scan
from engine.files.faults import fault
from engine.files.format import GraphFile, NoteFields, PlaceFields
from engine.files.source import read_bytes
from engine.files.upgrade import upgraded
from engine.graph import Bookmark, Content, Graph, Kept, Layout, Node, Note, Place, Route, SettingValue, Socket, Wire
from engine.lessons.lesson import fault as lesson_fault
from engine.sockets import shortened


def read(path: str | os.PathLike[str]) -> Content:
    """Return what the .dgraph file holds; raise FileError with one sentence where it cannot be read.

    Only this file is opened. Kept values that lie in the .npz beside it are read when they are first asked for.
    """
    if not os.fspath(path) or "\0" in os.fspath(path):
        raise FileError(f"No file can be called “{shortened(os.fspath(path))}”.")
    place, folder = Path(path), Path(os.path.realpath(path)).parent
    return parse(read_bytes(place, limits.FILE_BYTES + 1), name=shortened(place.name), folder=folder)


def parse(
    data: bytes | str, *, name: str = "The text", arrays: bytes | None = None, folder: Path | None = None
) -> Content:
    """Return what a .dgraph document holds; raise FileError naming `name` and the place where it is refused.

    `arrays` is the content of its .npz where it has one (see `pack`), or `folder` says where that file is looked for.
    """
    document = scan.load(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data, name)
    value = upgraded(document)
    try:
        fields = msgspec.convert(value, GraphFile)
    except msgspec.ValidationError as error:
        raise document.error(*fault(value, error)) from None
    graph = _graph(fields, document)
    if fields.lesson is not None and (found := lesson_fault(fields.lesson)):
        path, must = found
        raise document.error(["lesson", *path], f"{must}.")
    return Content(graph, _layout(fields, graph, document), _kept(fields, document, arrays, folder), fields.lesson)


def _graph(fields: GraphFile, document: scan.Text) -> Graph:
    nodes = {
        id: Node(
            id,
            each.operator,
            each.name,
            _settings(each.settings, id, document),
            each.frozen,
            each.inside,
            tuple(sorted(set(each.exposed))),
            each.muted,
        )
        for id, each in fields.nodes.items()
    }
    _require_bodies("nodes", nodes, nodes, document)
    wires: set[Wire] = set()
    for k, (source, target) in enumerate(fields.wires):
        wire = _wire_of((source, target))
        for end, socket in enumerate(wire):
            if socket.node not in nodes:
                raise document.error(["wires", k, end], f'there is no node "{socket.node}" for this wire.')
        if fault := checks.across(wire, nodes):
            raise document.error(["wires", k], fault)
        if wire in wires:
            raise document.error(["wires", k], f"the wire from {source} to {target} stands here a second time.")
        wires.add(wire)
    return Graph(nodes, frozenset(wires))


def _require_bodies(
    section: str, items: Mapping[str, Node] | Mapping[str, Note], nodes: Mapping[str, Node], document: scan.Text
) -> None:
    """Refuse what lies inside a node that is not there, inside itself, or too deep."""
    right = {""}
    for id, each in items.items():
        if each.inside not in right:
            if fault := bodies.nesting_fault(each.inside, nodes):
                raise document.error([section, id, "inside"], f"it {fault}.")
            right.add(each.inside)


def _layout(fields: GraphFile, graph: Graph, document: scan.Text) -> Layout:
    for id in fields.layout:
        if id not in fields.nodes:
            raise document.error(["layout", id], f'there is no node "{id}" to be placed.')
    for note, frame in fields.notes.items():
        _require_carried(note, frame.nodes, fields.nodes, document)
    notes = {id: _note(id, each) for id, each in fields.notes.items()}
    _require_bodies("notes", notes, graph.nodes, document)
    places = {id: _place(each) for id, each in fields.layout.items()}
    marks = {id: Bookmark(b.name, b.x, b.y, b.zoom, b.inside, b.key) for id, b in fields.bookmarks.items()}
    return Layout(places, notes, _routes(fields, graph, document), marks)


def _note(id: str, fields: NoteFields) -> Note:
    size = fields.x, fields.y, fields.width, fields.height
    return Note(id, fields.text, *size, tuple(fields.nodes), fields.inside, fields.frame, fields.color)


def _place(fields: PlaceFields) -> Place:
    return Place(fields.x, fields.y, fields.collapsed, fields.preview, fields.shows)


def _routes(fields: GraphFile, graph: Graph, document: scan.Text) -> dict[Wire, Route]:
    routes: dict[Wire, Route] = {}
    for k, each in enumerate(fields.routes):
        wire = _wire_of(each.wire)
        if wire not in graph.wires or wire in routes:
            what = "stands here a second time" if wire in routes else "is not there"
            raise document.error(["routes", k, "wire"], f"the wire from {wire.source} to {wire.target} {what}.")
        routes[wire] = Route(tuple(each.dots), each.tagged)
    return {wire: route for wire, route in routes.items() if not route.plain}


def _wire_of(ends: tuple[str, str]) -> Wire:
    source, target = ends
    return Wire(Socket(*source.split(".", 1)), Socket(*target.split(".", 1)))


def _require_carried(note: str, carried: Sequence[str], nodes: Container[str], document: scan.Text) -> None:
    seen: set[str] = set()
    for k, id in enumerate(carried):
        if id not in nodes:
            raise document.error(["notes", note, "nodes", k], f'there is no node "{id}" for this frame to carry.')
        if id in seen:
            raise document.error(["notes", note, "nodes", k], f'"{id}" stands here a second time.')
        seen.add(id)


def _kept(fields: GraphFile, document: scan.Text, arrays: bytes | None, folder: Path | None) -> Kept | None:
    if fields.kept is None:
        return None
    for section, names in (("values", fields.kept.values), ("states", fields.kept.states)):
        for id in names:
            if id not in fields.nodes:
                raise document.error(["kept", section, id], f'there is no node "{id}" to keep values for.')
    return kept.decode(fields.kept, document, arrays, folder)


def _settings(plain: Mapping[str, Any], node: str, document: scan.Text) -> Mapping[str, SettingValue]:
    return {name: _setting(value, ["nodes", node, "settings", name], document) for name, value in plain.items()}


def _setting(value: Any, path: Sequence[str | int], document: scan.Text) -> SettingValue:
    if isinstance(value, list):
        if len(path) >= 4 + checks.NESTING:
            raise document.error(path, f"lists in a setting may be nested at most {checks.NESTING} deep.")
        return tuple(_setting(item, [*path, k], document) for k, item in enumerate(value))
    if isinstance(value, dict):
        raise document.error(path, "a setting must be null, true, false, a number, text, or a list of these.")
    if isinstance(value, str) and len(value) > limits.TEXT_LENGTH:
        raise document.error(path, f"must be at most {limits.TEXT_LENGTH} characters.")
    return value  # type: ignore[no-any-return]
