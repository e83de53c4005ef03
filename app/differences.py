"""A difference between two graphs, made ready to be seen: what is marked on either canvas, and the rows of the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from app.cli_diff import change_lines
from engine.difference import Changed, Difference
from engine.graph import Content, Wire, label
from engine.operator import Operator
from engine.placeholder import operator_of

Sign = Literal["+", "-", "~"]
TONES: Final[Mapping[Sign, str]] = {"+": "good", "-": "bad", "~": "warning"}
"""The colour of the theme for each sign; the sign itself says the same to those who see few colours."""
SHOWN: Final[Mapping[Sign, str]] = {"+": "+", "-": "\N{MINUS SIGN}", "~": "~"}
WORDS: Final[Mapping[Sign, str]] = {"+": "added", "-": "removed", "~": "changed"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on one canvas."""

    nodes: Mapping[str, Sign] = field(default_factory=dict)
    wires: Mapping[Wire, Sign] = field(default_factory=dict)
    notes: Mapping[str, Sign] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the sign, what it is about, what changed, and where it is seen in either graph ("": not)."""

    section: str
    sign: Sign
    title: str
    details: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    kind: Literal["node", "wire", "note", ""] = ""
    wire: Wire | None = None


def marks_of(found: Difference) -> tuple[Marks, Marks]:
    """Return what is marked in the first and in the second graph."""
    before = Marks(
        {node.id: "-" for node in found.removed} | {each.before: "~" for each in found.changed},
        dict.fromkeys(found.wires_removed, "-"),
        {note.id: "-" for note in found.notes_removed} | {each.before: "~" for each in found.notes_changed},
    )
    after = Marks(
        {node.id: "+" for node in found.added} | {each.after: "~" for each in found.changed},
        dict.fromkeys(found.wires_added, "+"),
        {note.id: "+" for note in found.notes_added} | {each.after: "~" for each in found.notes_changed},
    )
    return before, after


def rows_of(found: Difference, before: Content, after: Content, library: Mapping[str, Operator]) -> Iterator[Row]:
    """Yield the rows of the list, section by section: nodes, wires, notes, values, and what only stands elsewhere."""
    named = {"-": before, "+": after, "~": after}

    def name(sign: Sign, id: str) -> str:
        content = named[sign]
        return label(content.graph.nodes[id], operator_of(content.graph, library, id).title)

    for node in found.removed:
        yield Row("Nodes", "-", name("-", node.id), before=node.id, kind="node")
    for node in found.added:
        yield Row("Nodes", "+", name("+", node.id), after=node.id, kind="node")
    for each in found.changed:
        declared = library.get(after.graph.nodes[each.after].operator)
        lines = _trimmed(change_lines(each.changes, declared))
        yield Row("Nodes", "~", name("~", each.after), lines, each.before, each.after, "node")
    for sign, wires in (("-", found.wires_removed), ("+", found.wires_added)):
        for wire in wires:
            ends = (f"{name(sign, end.node)} · {end.name}" for end in wire)  # type: ignore[arg-type]
            yield Row("Wires", sign, " → ".join(ends), kind="wire", wire=wire)  # type: ignore[arg-type]
    for note in found.notes_removed:
        yield Row("Notes", "-", _line(note.text), before=note.id, kind="note")
    for note in found.notes_added:
        yield Row("Notes", "+", _line(note.text), after=note.id, kind="note")
    for each in found.notes_changed:
        text = _line(after.layout.notes[each.after].text)
        yield Row("Notes", "~", text, _trimmed(change_lines(each.changes)), each.before, each.after, "note")
    for section, changes in (("Kept values", found.kept), ("Lesson", found.lesson)):
        for change in changes:
            yield Row(section, "~", next(iter(_trimmed(change_lines((change,)))), change.what))
    yield from (_moved(each, before, after, library) for each in found.layout)


def _moved(each: Changed, before: Content, after: Content, library: Mapping[str, Operator]) -> Row:
    if each.after in after.graph.nodes:
        title = label(after.graph.nodes[each.after], operator_of(after.graph, library, each.after).title)
        return Row("Elsewhere on the canvas", "~", title, (), each.before, each.after, "node")
    if each.after in after.layout.notes:
        title = _line(after.layout.notes[each.after].text)
        return Row("Elsewhere on the canvas", "~", title, (), each.before, each.after, "note")
    return Row("Elsewhere on the canvas", "~", each.after, _trimmed(change_lines(each.changes)))


def _trimmed(lines: Iterator[str]) -> tuple[str, ...]:
    return tuple(line.strip().replace(" -> ", " → ") for line in lines)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def counted(rows: list[Row]) -> str:
    """Return "2 added, 1 removed, 3 changed" of what counts as a difference; "no difference" where nothing does."""
    counting = [row.sign for row in rows if row.section != "Elsewhere on the canvas"]
    parts = [f"{counting.count(sign)} {word}" for sign, word in WORDS.items() if sign in counting]
    return ", ".join(parts) or "no difference"
