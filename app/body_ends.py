"""What is inserted as a Body input or Body output has a name that its body lacks: the first that nothing there stands
for or, where all are taken and the owner's signature may grow, one more."""

from __future__ import annotations

from app import signatures
from engine import building, control
from engine.bodies import INPUT, OUTPUT, owner_of, part_of
from engine.control import BRANCH
from engine.edits import AddNode, Edit, Group, Move
from engine.edits import parts as parts_of
from engine.graph import Content, Node, Place
from engine.operator import Library
from engine.subgraphs import own

GROWING = frozenset({BRANCH, control.FUNCTION})
"""Owners to which one more input or output may be added without changing what the others mean."""
SETTINGS = {INPUT: "inputs", OUTPUT: "outputs"}


def insertion(
    content: Content, library: Library, operator_id: str, place: Place, inside: str
) -> tuple[str, Group] | None:
    """Return the new node and the edit that adds it to a body, for a Body input or output; None for anything else."""
    declared = control.owner_at(content.graph, inside) if operator_id in SETTINGS else None
    owner = owner_of(inside)
    if declared is None or declared.operator not in library:
        return None
    values = library[declared.operator].values(content.graph.nodes[owner])
    if operator_id == INPUT:
        names = tuple(declared.inputs(values))
    else:
        names = declared.results(values, part_of(inside)) if part_of(inside) in declared.gives else ()
    there = [content.graph.nodes[id] for id in content.graph.bodies.get(inside, ())]
    taken = {library[operator_id].values(node)["name"] for node in there if node.operator == operator_id}
    free = [name for name in names if name not in taken]
    if not free and declared.operator in GROWING and part_of(inside) in declared.gives:
        return _grown(content, library, operator_id, place, inside, names)
    if not names:
        return None
    id = building.fresh_id(content.graph, operator_id.rpartition(".")[2])
    name = free[0] if free else names[0]
    node = Node(id, operator_id, "", own({"name": name}, library, operator_id), inside=inside)
    return id, Group(f"Add {library[operator_id].title}", (AddNode(node, place),))


def _grown(
    content: Content, library: Library, operator_id: str, place: Place, inside: str, names: tuple[str, ...]
) -> tuple[str, Group]:
    """Return the edit that adds one more name to the owner, the node for it in this body standing at `place`."""
    setting = SETTINGS[operator_id]
    default = "x" if operator_id == INPUT else "value"
    stem = (names[-1] if names else default).rstrip("0123456789_ ") or default
    tried = (stem, *(f"{stem} {k}" for k in range(2, len(names) + 3)))
    fresh = next(name for name in tried if name not in names)
    edit: Edit = signatures.edit(content, library, owner_of(inside), setting, (*names, fresh))
    added = next(
        part.node.id
        for part in parts_of(edit)
        if isinstance(part, AddNode) and part.node.inside == inside and part.node.operator == operator_id
    )
    return added, Group(f"Add {library[operator_id].title}", (*parts_of(edit), Move({added: place})))
