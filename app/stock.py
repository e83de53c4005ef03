"""What can be inserted besides the operators: the functions of this graph, as calls, and the personal library.

They are shown as operators of two families that exist in no file: "this_graph.<id of the function>" and
"my_library.<name>". Inserting one of them is a matter of `app.subgraph_editing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app import templates
from app.shelf import Entry, Shelf
from engine import control
from engine.bodies import CALL, FUNCTION
from engine.document import Changed
from engine.graph import Graph, Node, label
from engine.operator import Input, Library, Operator
from engine.setting import Names, Reference
from engine.sockets import shortened
from engine.subgraphs import callable_from

if TYPE_CHECKING:
    from app.session import Session

THIS: Final = "this_graph"
MINE: Final = "my_library"
SECTIONS: Final[Mapping[str, str]] = {THIS: "This graph", MINE: "My library"}
"""What the palette calls them."""


class Stock(QObject):
    """The operators of one session with its functions and the personal library."""

    changed = Signal()
    """`library` may answer otherwise."""
    favoured = Signal(tuple)
    """A list of operators was told that these are the favourites."""

    def __init__(self, session: Session, folder: object = None) -> None:
        super().__init__(session)
        self._session = session
        self.shelf = Shelf(folder)  # type: ignore[arg-type]
        self.favourites: tuple[str, ...] = ()
        self.recent: tuple[str, ...] = ()
        self._made: tuple[object, Library] | None = None
        self.only: frozenset[str] | None = None
        """The operators that may be added, where a lesson says which; None: all."""
        session.changed.connect(self._follow)
        session.body_changed.connect(self.changed)
        session.replaced.connect(self.changed)

    def remember(self, favourites: tuple[str, ...], recent: tuple[str, ...]) -> None:
        """Note which operators people like, and which they used last: lists of operators show them first."""
        self.favourites, self.recent = favourites, recent

    def allow(self, only: frozenset[str] | None) -> None:
        """Offer only these operators, or (None) all."""
        if only != self.only:
            self.only = only
            self.changed.emit()

    def _follow(self, change: Changed) -> None:
        nodes = self._session.graph.nodes
        told = change.semantic or change.renamed
        if told and (change.removed or any(nodes[id].operator == FUNCTION for id in change.nodes)):
            self.changed.emit()

    @property
    def library(self) -> Library:
        """All that can be inserted where the session is: asked for anew each time."""
        session = self._session
        graph, library = session.graph, session.library
        functions = tuple(graph.nodes[id] for id in callable_from(graph, session.body)) if not graph.flat else ()
        entries = self.shelf.entries()
        key = (functions, entries, id(library), self.only)
        if self._made is None or self._made[0] != key:
            found = [called(graph, library, node) for node in functions] if CALL in library else []
            found += [_kept(library, entry) for entry in entries] if CALL in library else []
            found += templates.entries(library)
            offered = [each for each in (*library.values(), *found) if self.only is None or each.id in self.only]
            plain = self.only is None and not found
            self._made = key, library if plain else Library(offered, library.absent)
        return self._made[1]

    def entry(self, operator_id: str) -> Entry | None:
        """Return what an operator of the personal library stands for; None for any other."""
        family, _, name = operator_id.partition(".")
        return self.shelf.named(name) if family == MINE else None


def function_named(operator_id: str) -> str:
    """Return the function of this graph that an operator stands for, or ""."""
    family, _, function = operator_id.partition(".")
    return function if family == THIS else ""


def called(graph: Graph, library: Library, function: Node, id: str = "") -> Operator:
    """Return the call of a function as an operator: with its name, its help and the names of what it takes."""
    values = library[FUNCTION].values(function)
    declared, title = library[CALL], label(function, library[FUNCTION].title)
    return replace(
        declared,
        id=id or f"{THIS}.{function.id}",
        title=shortened(title, 80),
        help=_help(values),
        formula="",
        inputs=(Input("xs", variadic=True, optional=True),) if values["inputs"] else (),
        synonyms=("subgraph", "function", "call", *values["inputs"], *values["outputs"]),
        settings={
            "function": Reference(function.id, of=FUNCTION),
            "outputs": Names(tuple(values["outputs"])),
        },
    )


def _help(values: Mapping[str, object]) -> str:
    """Return what a function says of itself, and what it takes and gives."""
    about = str(values["about"]).strip() or "A subgraph: a function of this graph."
    said = control.meanings(values)
    defaults = control.defaults(values)
    lines = [about, ""]
    for words, names in (("Takes", values["inputs"]), ("Gives", values["outputs"])):
        for name in names:  # type: ignore[attr-defined]
            number = f" = {defaults[name]:g}" if words == "Takes" and name in defaults else ""
            lines.append(f"{words} {name}{number}{': ' + said[name] if name in said else ''}")
    return "\n".join(lines)


def _kept(library: Library, entry: Entry) -> Operator:
    if entry.content is None:
        return replace(
            library[CALL],
            id=f"{MINE}.{entry.name}",
            title=f"{shortened(entry.name, 60)} (damaged)",
            help=f"This file of your library cannot be used. {entry.fault}",
            inputs=(),
            formula="",
            synonyms=(),
        )
    graph = entry.content.graph
    made = called(graph, library, graph.nodes[entry.function], f"{MINE}.{entry.name}")
    return replace(made, help=made.help.replace("A subgraph: a function of this graph.", "A subgraph of your library."))
