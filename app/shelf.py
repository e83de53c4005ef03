"""The personal library: subgraphs kept as `.dgraph` files in a folder of the app, each of them one Function with all
that lies in it and all functions it calls.

What stands in the folder may come from anywhere: every file is read by the strict reader, and one that is damaged, too
large, no plain file, or not a subgraph is listed with the reason, never opened.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine import bodies
from engine.bodies import CALL, FUNCTION, OUTER
from engine.building import fragment
from engine.edits import Rename, ResetSetting
from engine.errors import EditError, FileError, GradwireError
from engine.files import read, save
from engine.files.format import SUFFIX
from engine.graph import Content, Graph, Node, label
from engine.operator import Operator
from engine.order import natural
from engine.sockets import quoted, shortened

LARGEST: Final = 4 * 2**20
"""Bytes of the largest file that is read as a subgraph."""
MOST: Final = 500
"""Files that are listed."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the library: the function in it, or why there is none."""

    path: Path
    name: str
    content: Content | None = None
    function: str = ""
    fault: str = ""


class Shelf:
    """The library in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[tuple[int, ...], Entry]] = {}

    def entries(self) -> tuple[Entry, ...]:
        """Return what stands in the library now, by name; files that did not change are not read again."""
        if self.folder is None:
            return ()
        try:
            paths = sorted(path for path in self.folder.iterdir() if path.name.endswith(SUFFIX))[:MOST]
        except OSError:
            return ()
        known = {path: self._entry(path) for path in paths}
        self._known = known
        return tuple(sorted((entry for _, entry in known.values()), key=lambda entry: natural(entry.name.casefold())))

    def _entry(self, path: Path) -> tuple[tuple[int, ...], Entry]:
        try:
            held = path.lstat()
        except OSError as error:
            return (), Entry(path, path.stem, fault=f"It cannot be read: {error.strerror or error}.")
        mark = (held.st_mode, held.st_size, held.st_mtime_ns, held.st_ino)
        before = self._known.get(path)
        if before is not None and before[0] == mark:
            return before
        if not stat.S_ISREG(held.st_mode):
            return mark, Entry(path, path.stem, fault="It is not a plain file.")
        if held.st_size > LARGEST:
            return mark, Entry(path, path.stem, fault=f"It is larger than {LARGEST // 2**20} MiB.")
        try:
            return mark, _understood(path, read(path))
        except GradwireError as refused:
            return mark, Entry(path, path.stem, fault=refused.sentence)

    def named(self, name: str) -> Entry | None:
        """Return the entry of a name, or None."""
        return next((entry for entry in self.entries() if entry.name == name), None)

    def put(self, content: Content, library: Mapping[str, Operator], function: str) -> str:
        """Keep a function, and return the name it has in the library.

        One that was brought from here takes the place of what it came from; any other gets a name of its own. Raise
        EditError where it cannot stand alone, FileError where it cannot be written.
        """
        alone = standing_alone(content, library, function)
        node = content.graph.nodes[function]
        wanted = " ".join(label(node, library[FUNCTION].title).split()) or "Subgraph"
        origin = self.named(str(node.settings.get("origin", "")))
        if origin is not None and origin.name == wanted and not origin.fault:
            path, name = origin.path, origin.name
        else:
            name = self._free(wanted)
            path = self._path(name)
        save(path, _called(alone, function, name))
        return name

    def rename(self, name: str, to: str) -> None:
        """Give a subgraph of the library another name; raise EditError or FileError where that cannot be."""
        entry, wanted = self._required(name), " ".join(to.split())
        if entry.content is None:
            raise FileError(f"“{shortened(name)}” is damaged, and has no name to change: {entry.fault}")
        if not wanted or wanted == name:
            return
        if any(each.name.casefold() == wanted.casefold() and each.path != entry.path for each in self.entries()):
            raise EditError(f"There is already a subgraph “{shortened(wanted)}” in your library.")
        save(entry.path, _called(entry.content, entry.function, wanted))

    def remove(self, name: str) -> None:
        """Take a file out of the library: it stays in the folder as a version before, with "~1" after its name."""
        entry = self._required(name)
        try:
            entry.path.replace(entry.path.with_name(f"{entry.path.name}~1"))
        except OSError as error:
            raise FileError(f"“{shortened(name)}” cannot be removed: {error.strerror or error}.") from None

    def _required(self, name: str) -> Entry:
        found = self.named(name)
        if found is None:
            raise FileError(f"There is no subgraph “{shortened(name)}” in your library any more.")
        return found

    def _free(self, wanted: str) -> str:
        taken = {entry.name.casefold() for entry in self.entries()}
        names = (wanted, *(f"{wanted} {k}" for k in range(2, len(taken) + 3)))
        return next(name for name in names if name.casefold() not in taken)

    def _path(self, name: str) -> Path:
        if self.folder is None:
            raise FileError("There is no folder for a library of subgraphs here.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"The library of subgraphs cannot be made: {error.strerror or error}.") from None
        stem = f"subgraph_{_UNSAFE.sub('_', name)[:60].strip('_').casefold() or 'unnamed'}"
        for number in range(1, 10_000):
            path = self.folder / f"{stem}{'' if number == 1 else f'_{number}'}{SUFFIX}"
            if not path.exists() and not path.is_symlink():
                return path
        raise FileError("The library of subgraphs is full.")


def _called(content: Content, function: str, name: str) -> Content:
    """Return the content with its function called so, and no origin of its own."""
    for edit in (Rename(function, name[:200]), ResetSetting(function, "origin")):
        content = edit.apply(content)[0]
    return content


def _understood(path: Path, content: Content) -> Entry:
    """Return the entry of a file that was read: the function in its main graph that no other there calls."""
    graph = content.graph
    top = graph.bodies.get("", ())
    functions = [id for id in top if graph.nodes[id].operator == FUNCTION]
    strangers = [id for id in top if graph.nodes[id].operator != FUNCTION]
    if not functions or strangers:
        return Entry(path, path.stem, fault="It is a graph, but not a subgraph kept by Gradwire.")
    called = {
        found
        for id, node in graph.nodes.items()
        if node.operator == CALL and (found := bodies.called_by(graph, id)) and not _lies_in(graph, node, found)
    }
    free = sorted((id for id in functions if id not in called), key=natural)
    if len(free) != 1:
        return Entry(path, path.stem, fault="It holds several functions, and does not say which of them it is about.")
    node = graph.nodes[free[0]]
    return Entry(path, node.name or path.stem, content, free[0])


def _lies_in(graph: Graph, node: Node, owner: str) -> bool:
    return any(bodies.owner_of(inside) == owner for inside in bodies.around(graph.nodes, node.inside))


def standing_alone(content: Content, library: Mapping[str, Operator], function: str) -> Content:
    """Return a content of a function, all that lies in it, and the functions that it calls, in its main graph.

    Raise EditError naming what it reads around it.
    """
    graph = content.graph
    found, todo = {function}, [function]
    while todo:
        held = bodies.enclosed(graph, [todo.pop()])
        for id in sorted(held, key=natural):
            called = bodies.called_by(graph, id) if graph.nodes[id].operator == CALL else None
            outside = called is not None and not bodies.enclosed(graph, found) & {called}
            if called is not None and outside:
                found.add(called)
                todo.append(called)
    held = bodies.enclosed(graph, found)
    for id in sorted(held, key=natural):
        read = bodies.seen_by(graph, id) if graph.nodes[id].operator == OUTER else None
        if read is not None and read not in held:
            raise EditError(
                f"{quoted(graph, library, function)} reads {quoted(graph, library, read)} around it, which a library "
                "cannot bring along: give it an input for that.",
                node=id,
            )
    return replace(fragment(content, bodies.outermost(graph.nodes, sorted(found))), kept=None)
