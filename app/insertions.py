"""Edits that bring nodes in: inserted, pasted, duplicated. Parameters and optimizers among them are told apart by name,
as legends and messages know them by nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from app import body_ends, bringing, clipboard
from engine import building
from engine.edits import AddNode, Edit, Group, Rename
from engine.errors import EditError
from engine.graph import Content, Place, Socket, label
from engine.limits import NAME_LENGTH
from engine.operator import Library
from engine.placeholder import operator_of
from engine.types import Type

TOLD_APART = ("parameters", "optimizers")
"""Families whose nodes stand by name in legends, side by side."""
SHIFT = 32.0
"""How far right of and below the original a duplicate stands, in scene units."""


def inserted(content: Content, library: Library, operator_id: str, place: Place, inside: str = "") -> tuple[str, Group]:
    """Return the id of the new node, and the edit that adds it to a body with the parameter nodes it brings.

    A second parameter or optimizer gets a number. Raise EditError for an operator the library lacks.
    """
    end = body_ends.insertion(content, library, operator_id, place, inside) if inside else None
    if end is not None:
        return end
    edit = building.insertion(content, library, operator_id, place, inside)
    added: str = edit.edits[0].node.id  # type: ignore[union-attr]
    operator = library[operator_id]
    taken = _labels(content, library)
    if operator.family in TOLD_APART and operator.title in taken:
        edit = Group(edit.title, (*edit.edits, Rename(added, _free(operator.title, taken))))
    return added, edit


def pasted(
    content: Content,
    library: Library,
    text: str,
    at: Place,
    inside: str = "",
    types: Mapping[Socket, Type | None] | None = None,
) -> Group:
    """Return the edit that adds to a body what was copied, or what computes a formula in Python, its top left at `at`.

    `types` are what is known of the outputs there, for the formula. Raise EditError for any other text.
    """
    text = clipboard.unwrapped(text)
    if building.copied(text):
        return told_apart(content, library, bringing.pasted(content, library, text, at, inside))
    from nodes.formula import formula_edit

    try:
        return told_apart(content, library, formula_edit(content, library, text, at, inside, types))
    except EditError as refused:
        sentence = f"The clipboard holds no nodes copied from Gradwire, and no formula: {_after(refused.sentence)}"
        raise EditError(sentence, place=refused.place) from None


def _after(sentence: str) -> str:
    """Return what a formula's refusal says after its opening."""
    return sentence.partition(": ")[2] or sentence


def duplicated(
    content: Content,
    library: Library,
    nodes: Collection[str],
    notes: Collection[str],
    inside: str = "",
    *,
    wires: bool = False,
) -> Group:
    """Return the edit that adds copies of nodes and notes of a body, at least one of them, a little lower to the
    right; with `wires`, fed by what feeds the originals from elsewhere."""
    layout = content.layout
    nodes, notes = bringing.with_carried(content, nodes, notes)
    corners = [(place.x, place.y) for place in (layout.places.get(id, Place()) for id in nodes)]
    corners += [(note.x, note.y) for note in map(layout.notes.get, notes) if note]
    at = Place(min(x for x, _ in corners) + SHIFT, min(y for _, y in corners) + SHIFT)
    return told_apart(content, library, building.duplication(content, library, nodes, at, notes, inside, wires=wires))


def told_apart(content: Content, library: Library, edit: Group) -> Group:
    """Return the edit, its parameters and optimizers under names that no node there has."""
    taken = _labels(content, library)

    def named(part: Edit) -> Edit:
        if not isinstance(part, AddNode):
            return part
        operator = library.get(part.node.operator)
        if operator is None or operator.family not in TOLD_APART:
            return part
        wanted = label(part.node, operator.title)
        node = replace(part.node, name=_free(wanted, taken)) if wanted in taken else part.node
        taken.add(label(node, operator.title))
        return replace(part, node=node)

    return Group(edit.title, tuple(map(named, edit.edits)))


def _labels(content: Content, library: Library) -> set[str]:
    graph = content.graph
    return {label(node, operator_of(graph, library, id).title) for id, node in graph.nodes.items()}


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name with the next free number: “slope w” and “slope w 2” both lead to “slope w 3”."""
    stem, _, number = name.rpartition(" ")
    if not (stem and number.isascii() and number.isdigit() and stem in taken):
        stem = name
    endings = (f" {k}" for k in range(2, len(taken) + 3))
    return next(found for end in endings if (found := stem[: NAME_LENGTH - len(end)] + end) not in taken)
