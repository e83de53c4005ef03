"""What stands in the twin: a row for every node, input, wire, output and body, and what each of its cells says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app import numbers
from engine.bodies import owner_of, part_of
from engine.graph import Socket, Wire
from engine.operator import Kind
from engine.order import acyclic_part, graph_parents
from engine.sockets import arguments, input_label, input_names, output_names

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.messages import Packed, WireLook

COLUMNS: Final = ("Name", "Is", "Type", "Value", "Derivative", "State")
NAME, IS, TYPE, VALUE, DERIVATIVE, STATE = range(len(COLUMNS))


@dataclass(slots=True, eq=False)
class Row:
    """One row. `key` stays the same while the graph is edited, as long as what it is about is there."""

    key: tuple[str, ...]
    """Its kind (node, input, wire, output, body) and what it is about."""
    node: str
    """The node that going to it leads to."""
    carries: tuple[Socket, ...] = ()
    """The outputs whose values and derivatives it shows."""
    wire: Wire | None = None
    children: list[Row] = field(default_factory=list)
    above: Row | None = None
    number: int = 0
    """Which child of the row above it is."""
    id: int = 0
    """Which of all rows it is, from top to bottom."""

    @property
    def kind(self) -> str:
        """node, input, wire, output or body."""
        return self.key[0]

    def walk(self) -> Iterator[Row]:
        """Yield the row and all below it, from top to bottom."""
        todo = [self]
        while todo:
            row = todo.pop()
            yield row
            todo += reversed(row.children)


def tree(session: Session) -> list[Row]:
    """Return the rows of the main graph in the order of the data: under a node its inputs, its outputs, and its bodies
    with the nodes that lie inside."""
    ordered, looped = acyclic_part(session.graph.nodes, graph_parents(session.graph))
    made = {id: node_row(session, id) for id in (*ordered, *looped)}
    top: list[Row] = []
    rooms: dict[str, Row] = {}
    for id, row in made.items():
        inside = session.node(id).inside
        if not inside:
            top.append(row)
            continue
        owner = made[owner_of(inside)]
        if inside not in rooms:
            rooms[inside] = Row(("body", inside), owner.node) if part_of(inside) else owner
            if part_of(inside):
                owner.children.append(rooms[inside])
        rooms[inside].children.append(row)
    return top


def node_row(session: Session, id: str) -> Row:
    """Return the row of a node, with those of its inputs and outputs under it."""
    graph, declared = session.graph, session.operator(id)
    outputs = tuple(Socket(id, name) for name in output_names(graph, declared, id))
    row = Row(("node", id), id, outputs)
    wired = {each.socket.name: each.source for each in arguments(graph, declared, id)}
    for name in input_names(graph, declared, id):
        socket = Socket(id, name)
        if name in wired:
            wire = Wire(wired[name], socket)
            row.children.append(Row(("wire", id, name), id, (wire.source,), wire))
        elif declared.input_default(graph.nodes[id], name) is not None or "." not in name:
            row.children.append(Row(("input", id, name), id))
    row.children += [Row(("output", id, each.name), id, (each,)) for each in outputs]
    return row


def numbered(rows: list[Row], above: Row | None = None) -> list[Row]:
    """Return the rows, each knowing the one above it and which of its children it is."""
    todo = [(rows, above)]
    while todo:
        group, parent = todo.pop()
        for k, row in enumerate(group):
            row.above, row.number = parent, k
            if row.children:
                todo.append((row.children, row))
    return rows


def _flat(kinds: Callable[[Session, Row], bool]) -> Callable[[Session], list[Row]]:
    def made(session: Session) -> list[Row]:
        every = [row for top in tree(session) for row in top.walk() if kinds(session, row)]
        return [Row(row.key, row.node, row.carries, row.wire) for row in every]

    return made


def _trained(session: Session, row: Row) -> bool:
    return row.kind == "output" and session.operator(row.node).kind is Kind.PARAMETER


FORMS: Final[Mapping[str, Callable[[Session], list[Row]]]] = {
    "Tree": tree,
    "Nodes": _flat(lambda _, row: row.kind == "node"),
    "Wires": _flat(lambda _, row: row.kind == "wire"),
    "Values": _flat(lambda _, row: row.kind == "output"),
    "Parameters": _flat(_trained),
}
"""How the rows are laid out: a tree of everything, or a table of one kind of thing in all bodies."""


# What the cells say ---------------------------------------------------------------------------------------------------


def cells(session: Session, row: Row, *, alone: bool = False) -> tuple[str, ...]:
    """Return the texts of a row; `alone`, its name says whose it is."""
    looks = [look for each in row.carries if (look := session.look(each)) is not None]
    return (
        name(session, row, alone=alone),
        _is(session, row),
        ", ".join(_type(session, each) for each in row.carries),
        _value(session, row, looks),
        ", ".join(look.cotangent for look in looks if look.cotangent).replace("-", numbers.MINUS),
        _state(session, row),
    )


def name(session: Session, row: Row, *, alone: bool = False) -> str:
    """Return what a row is called."""
    if row.kind == "body":
        return part_of(row.key[1])
    label = session.label(row.node)
    if row.kind == "node":
        return label
    own = row.key[2]
    if row.kind != "output":
        own = input_label(session.graph, session.operator(row.node), row.node, own)
    if row.wire is not None:
        source = f"{session.label(row.wire.source.node)} · {row.wire.source.name}"
        return f"{source} → {label} · {own}" if alone else f"{own} ← {source}"
    return f"{label} · {own}" if alone else own


def _is(session: Session, row: Row) -> str:
    return session.operator(row.node).title if row.kind == "node" else row.kind


def _type(session: Session, socket: Socket) -> str:
    look = session.look(socket)
    return look.type if look is not None else str(session.type_of(socket) or "not known")


def _value(session: Session, row: Row, looks: list[WireLook]) -> str:
    if row.kind == "input":
        default = session.operator(row.node).input_default(session.node(row.node), row.key[2])
        return "" if default is None else numbers.short(default)
    loss = _loss(session, row)
    if loss is not None:
        return f"loss {numbers.short(loss)}"
    return ", ".join(look.value for look in looks if look.value).replace("-", numbers.MINUS)


def _loss(session: Session, row: Row) -> float | None:
    looks = session.looks.looks
    return looks.loss.get(row.node) if row.kind == "node" and looks is not None else None


def _state(session: Session, row: Row) -> str:
    if row.kind == "input":
        needed = not _value(session, row, [])
        return "needs a wire" if needed and not _optional(session, row) else "not wired"
    if row.kind != "node":
        return ""
    node = session.node(row.node)
    said = [word for word, holds in (("frozen", node.frozen), ("muted", node.muted)) if holds]
    return "; ".join([*said, *(problem.sentence for problem in session.node_problems(row.node))])


def _optional(session: Session, row: Row) -> bool:
    stem = row.key[2].partition(".")[0]
    return any(each.name == stem and (each.optional or each.variadic) for each in session.operator(row.node).inputs)


def sentence(session: Session, row: Row) -> str:
    """Return the whole row as one sentence for the ear."""
    told = cells(session, row, alone=True)
    said = [told[NAME], told[IS]]
    said += [
        f"{word} {text}"
        for word, text in (("of type", told[TYPE]), ("value", told[VALUE]), ("derivative", told[DERIVATIVE]))
        if text
    ]
    if told[STATE]:
        said.append(told[STATE].rstrip("."))
    if row.children:
        said.append(f"{len(row.children)} rows below")
    return f"{', '.join(said)}."


def exact(session: Session, row: Row, column: int) -> str:
    """Return a cell as it is copied: numbers to the last bit, an array that is small enough with all its elements."""
    if column in (VALUE, DERIVATIVE):
        loss = _loss(session, row) if column == VALUE else None
        looks = [look for each in row.carries if (look := session.look(each)) is not None]
        packed = [look.partial if column == VALUE else look.cotangent_partial for look in looks]
        if loss is not None:
            return repr(loss)
        if looks and all(each is not None for each in packed):
            return "; ".join(_whole(each) for each in packed if each is not None)
    return cells(session, row, alone=True)[column]


def _whole(packed: Packed) -> str:
    return str(packed.array().tolist())


def measure(session: Session, row: Row, column: int) -> Any:
    """Return what a column is sorted by: the size of numbers, else the text without regard to case."""
    looks = [look for each in row.carries if (look := session.look(each)) is not None]
    if column == DERIVATIVE:
        return max((look.norm for look in looks if look.norm is not None), default=-1.0)
    if column == VALUE:
        ends = [abs(end) for look in looks for end in (look.low, look.high) if end is not None]
        return max(ends, default=-1.0)
    return cells(session, row, alone=True)[column].casefold()
