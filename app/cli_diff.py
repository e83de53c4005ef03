"""`gradwire diff`: what differs between two graphs, line by line for people and version control, or as JSON."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from app import cli_output as output
from app.plugins import library
from app.terminal import visible
from engine.difference import UNSET, Change, Changed, Difference, difference
from engine.files import read
from engine.graph import Content, Graph, Node, Note, Wire
from engine.operator import Operator
from engine.results import plain
from engine.sockets import quoted
from engine.types import Tensor, shape_text

SAME, DIFFERENT = 0, 1
LONGEST: Final = 160
"""Most characters of a value on a line."""


def run(chosen: argparse.Namespace) -> int:
    """Compare two files. The exit code is 1 where they differ; in the layout only if that is asked for."""
    before, after = read(chosen.before), read(chosen.after)
    found = difference(before, after, library())
    if chosen.json:
        output.write(output.document(plain({"before": chosen.before, "after": chosen.after, **found.to_plain()})))
    else:
        lines = [f"--- {chosen.before}", f"+++ {chosen.after}", *text(found, before, after, chosen.layout)]
        output.write("".join(f"{visible(line)}\n" for line in lines[0 if len(lines) > 2 else 2 :]))
        if not chosen.layout and found.layout:
            output.complain(f"{_counted(len(found.layout))} elsewhere on the canvas (--layout shows that)")
    return SAME if found.same and not (chosen.layout and found.layout) else DIFFERENT


def _counted(number: int) -> str:
    return "1 node or note stands" if number == 1 else f"{number:,} nodes and notes stand"


def text(found: Difference, before: Content, after: Content, layout: bool = False) -> Iterator[str]:
    """Yield the difference as lines: a heading for each part, then "-" removed, "+" added, "~" changed."""
    old, new = before.graph, after.graph
    kept = [f"  {_who(each.what, new)}: {_from_to(each)}" for each in found.kept]
    yield from _part("nodes", (_nodes("-", found.removed, old), _nodes("+", found.added, new), _both(found, new)))
    yield from _part("wires", (_wires("-", found.wires_removed), _wires("+", found.wires_added)))
    notes = (_notes("-", found.notes_removed), _notes("+", found.notes_added), _changed(found.notes_changed))
    yield from _part("notes", notes)
    yield from _part("kept values", (kept,))
    yield from _part("lesson", ([f"  {each.what}: {_from_to(each)}" for each in found.lesson],))
    if layout:
        yield from _part("layout", (_changed(found.layout),))


def _part(heading: str, lines: Iterable[Iterable[str]]) -> Iterator[str]:
    every = [line for each in lines for line in each]
    yield from [f"@@ {heading} @@", *every] if every else []


def _nodes(sign: str, nodes: Iterable[Node], graph: Graph) -> Iterator[str]:
    for node in nodes:
        where = f" in {node.inside}" if node.inside else ""
        marks = "".join(f" {name}" for name in ("frozen", "muted") if getattr(node, name))
        yield f"{sign} {quoted(graph, library(), node.id)} {node.operator}{where}{marks}"
        for name, value in sorted(node.settings.items()):
            yield f"{sign}   {name} = {_value(value)}"


def _wires(sign: str, wires: Iterable[Wire]) -> Iterator[str]:
    return (f"{sign} {wire.source} -> {wire.target}" for wire in wires)


def _notes(sign: str, notes: Iterable[Note]) -> Iterator[str]:
    return (f"{sign} {note.id} {_value(note.text)}" for note in notes)


def _both(found: Difference, graph: Graph) -> Iterator[str]:
    for each in found.changed:
        node = graph.nodes[each.after]
        yield f"~ {quoted(graph, library(), node.id)} {node.operator}"
        yield from change_lines(each.changes, library().get(node.operator))


def _changed(items: Iterable[Changed]) -> Iterator[str]:
    for each in items:
        yield f"~ {each.after}"
        yield from change_lines(each.changes)


def change_lines(changes: Iterable[Change], declared: Operator | None = None) -> Iterator[str]:
    for each in changes:
        name = each.what.removeprefix("settings.")
        if isinstance(each.before, str) and isinstance(each.after, str) and "\n" in each.before + each.after:
            yield f"    {name}:"
            yield from (f"      {line}" for line in _by_line(each.before, each.after))
        else:
            default = _default(declared, name) if each.what != name else ""
            yield f"    {name}: {_from_to(each, default)}"


def _by_line(before: str, after: str) -> list[str]:
    """Return how a text of several lines changed, as version control shows it."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]


def _default(declared: Operator | None, name: str) -> str:
    spec = declared.settings.get(name) if declared else None
    return f" ({_value(spec.default)})" if spec else ""


def _from_to(change: Change, default: str = "") -> str:
    one, other = change.before, change.after
    if isinstance(one, Tensor) and isinstance(other, Tensor) and one.shape == other.shape and one.shape:
        return f"{shape_text(one.shape)}, {_by_how_much(one, other)}"
    if isinstance(one, tuple) and isinstance(other, tuple) and max(map(len, map(_value, (one, other)))) == LONGEST:
        return f"{_value(one)} -> {_value(other)} ({_first(one, other)})"
    return " -> ".join(f"default{default}" if each is UNSET else _value(each) for each in (one, other))


def _by_how_much(one: Tensor, other: Tensor) -> str:
    arrays = [each.array().astype(complex) for each in (one, other)]
    apart = np.abs(np.subtract(*arrays))
    return f"different by up to {np.nanmax(apart):.6g}" if np.isfinite(apart).any() else "different"


def _first(one: Sequence[Any], other: Sequence[Any]) -> str:
    """Return where two long lists first differ."""
    for k, (was, now) in enumerate(zip(one, other, strict=False)):
        if was != now or repr(was) != repr(now):
            return f"item {k}: {_value(was)} -> {_value(now)}"
    return f"{len(one)} items -> {len(other)}"


def _value(value: Any) -> str:
    """Return a value on one line, a long one without its end."""
    if isinstance(value, Tensor):
        array = value.array()
        whole = str(array.item()) if array.size == 1 else f"{shape_text(value.shape)} {value.dtype}"
    else:
        whole = json.dumps(plain(value), ensure_ascii=False) if value is not UNSET else "nothing"
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def _who(what: str, graph: Graph) -> str:
    """Return what a kept value is called: "values.w_1" by the label of its node."""
    _, _, id = what.partition(".")
    node, _, slot = id.partition(".")
    if node not in graph.nodes:
        return what
    return f"{quoted(graph, library(), node)}{f' {slot}' if slot else ''}"
