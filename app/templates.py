"""Templates and bundled data sets: what the palette offers besides operators that every graph may have.

A template is a small graph with holes: inputs that have to be wired before it computes. Each is a file in
assets/templates whose only note says, by lines, its title, its sentence and further words it is found by. Data sets
are tables and pictures whose file is chosen already. The palette shows both as operators of families that no file has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from app.assets import asset
from engine import building
from engine.edits import AddNode, Group
from engine.errors import EditError
from engine.files import read, render
from engine.graph import Content, Graph, Place, Socket
from engine.operator import Kind, Library, Operator
from engine.placeholder import operator_of
from engine.sockets import missing_inputs, shortened

TEMPLATE: Final = "template"
DATA: Final = "data_set"
SECTIONS: Final[Mapping[str, str]] = {TEMPLATE: "Templates", DATA: "Data sets"}
"""What the palette calls them, by the first part of their ids."""


class DataSet(NamedTuple):
    """A bundled file, the operator that reads it, and how it is found."""

    title: str
    operator: str
    file: str
    help: str
    words: tuple[str, ...]


DATA_SETS: Final[Mapping[str, DataSet]] = {
    "iris": DataSet(
        "Iris flowers", "inputs.table", "asset:iris.csv",
        "Four measures of 150 irises, and which of three species each is.",
        ("iris", "fisher", "species", "classification"),
    ),
    "wine": DataSet(
        "Wine cultivars", "inputs.table", "asset:wine.csv",
        "Thirteen measures of 178 wines, and from which of three cultivars each is.", ("wine", "classification"),
    ),
    "digits": DataSet(
        "Handwritten digits", "inputs.table", "asset:digits.npz",
        "Small grey pictures of handwritten digits, and which digit each is.",
        ("digits", "mnist", "images", "numbers", "classification"),
    ),
    "diabetes": DataSet(
        "Diabetes progression", "inputs.table", "asset:diabetes.csv",
        "Ten measures of 442 patients, and how far the illness had gone on a year later.",
        ("diabetes", "regression", "medical"),
    ),
    "hubble": DataSet(
        "Hubble's galaxies", "inputs.table", "asset:hubble.csv",
        "Distance and velocity of 24 nebulae, as Hubble measured them in 1929.",
        ("hubble", "galaxies", "line fit", "regression"),
    ),
    "letters": DataSet(
        "Letters of Genesis 1", "inputs.table", "asset:genesis_1.csv",
        "A text letter by letter, for models of language.", ("text", "characters", "language model"),
    ),
    "camera": DataSet(
        "Photographer", "inputs.image", "asset:camera.png",
        "A grey photograph.", ("camera", "cameraman", "picture", "photo"),
    ),
}  # fmt: skip


@cache
def _template(name: str) -> tuple[Content, str, str, tuple[str, ...]]:
    """Return a template's graph without its note, its title, its sentence and further words."""
    content = read(asset(f"templates/{name}.dgraph"))
    (note,) = content.layout.notes.values()
    title, help, *words = note.text.split("\n")
    kept = Content(content.graph, replace(content.layout, notes={}))
    return kept, title.removeprefix("# "), help, tuple(words)


@cache
def names() -> tuple[str, ...]:
    """Return the names of the templates."""
    return tuple(sorted(path.stem for path in asset("templates").glob("*.dgraph")))


def entries(library: Library) -> list[Operator]:
    """Return templates and data sets as the palette shows operators; what the library cannot make is left out."""
    found = []
    for name in names():
        content, title, help, words = _template(name)
        if all(node.operator in library for node in content.graph.nodes.values()):
            found.append(_entry(f"{TEMPLATE}.{name}", title, help, ("template", *words)))
    for name, each in DATA_SETS.items():
        if each.operator in library:
            found.append(_entry(f"{DATA}.{name}", each.title, each.help, ("data set", *each.words)))
    return found


def _entry(id: str, title: str, help: str, words: tuple[str, ...]) -> Operator:
    return Operator(id, title, Kind.HIGHER_ORDER, help, (), (), {}, None, None, synonyms=words)


def family(id: str) -> str:
    """Return which of the families here an id of the palette is of, "" where of none."""
    found = id.partition(".")[0]
    return found if found in SECTIONS else ""


def insertion(content: Content, library: Library, name: str, place: Place, inside: str) -> Group:
    """Return the edit that adds a template to a body, its top left corner at a place.

    Raise EditError where there is no such template.
    """
    if name not in names():
        raise EditError(f"There is no template “{shortened(name)}”.")
    kept, title, _, _ = _template(name)
    copies = building.paste(content, library, render(kept).decode("utf-8"), place, inside)
    return Group(f"Add {title}", copies.edits)


def holes(graph: Graph, library: Library, edit: Group) -> frozenset[Socket]:
    """Return the inputs of the nodes that an edit adds which have to be wired and are not."""
    added = [part.node.id for part in edit.edits if isinstance(part, AddNode)]
    return frozenset(
        Socket(id, f"{each.name}.0" if each.variadic else each.name)
        for id in added
        for each in missing_inputs(graph, operator_of(graph, library, id), id)
    )
