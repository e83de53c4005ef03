"""What comes along when nodes are copied: a frame brings what it carries, a call the function that it calls. Where the
function is there already when they are pasted, and is the same, it is called and not brought again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from app.alike import same_subgraph
from app.shelf import standing_alone
from engine import bodies, building, subgraphs
from engine.bodies import CALL, FUNCTION
from engine.edits import AddNode, Edit, Group
from engine.errors import GradwireError
from engine.graph import Content, Note, Place
from engine.operator import Library
from engine.order import natural

BELOW: Final = 180.0
"""How far below what calls it a function is put that came along,"""
BESIDE: Final = 240.0
"""and how far beside the one before."""


def with_carried(
    content: Content, nodes: Collection[str], notes: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return nodes and notes with what the frames among them bring: a frame none of whose nodes is chosen brings all of
    them, and the notes that lie wholly in it."""
    chosen, written = set(nodes), set(notes)
    todo = sorted(written)
    while todo:
        frame = content.layout.notes.get(todo.pop())
        if frame is None or not frame.is_frame or not set(frame.nodes).isdisjoint(nodes):
            continue
        chosen.update(frame.nodes)
        inner = {id for id, note in content.layout.notes.items() if _within(note, frame)}
        todo += inner - written
        written |= inner
    return frozenset(chosen), frozenset(written)


def _within(note: Note, frame: Note) -> bool:
    if note.inside != frame.inside:
        return False
    across = frame.x <= note.x and note.x + note.width <= frame.x + frame.width
    return across and frame.y <= note.y and note.y + note.height <= frame.y + frame.height


def copied(content: Content, library: Library, nodes: Collection[str], notes: Collection[str]) -> str:
    """Return nodes and notes, and what comes along with them, as text. Functions that came along have no place in
    it."""
    nodes, notes = with_carried(content, nodes, notes)
    own = bodies.enclosed(content.graph, [id for id in nodes if id in content.graph.nodes])
    along = _called(content, library, own)
    whole = building.fragment(content, [*nodes, *along], notes)
    places = {id: place for id, place in whole.layout.places.items() if id not in along}
    return building.text_of(replace(whole, layout=replace(whole.layout, places=places)))


def _called(content: Content, library: Library, held: Collection[str]) -> list[str]:
    """Return the functions around some nodes that they call and that can stand alone, with those that these call."""
    graph, found, todo = content.graph, list[str](), sorted(held, key=natural)
    inside = set(held)
    while todo:
        id = todo.pop()
        called = bodies.called_by(graph, id) if graph.nodes[id].operator == CALL else None
        if called is None or called in inside:
            continue
        try:
            standing_alone(content, library, called)
        except GradwireError:
            continue  # it reads what is around it: the call says so where it is pasted
        found.append(called)
        new = bodies.enclosed(graph, [called]) - inside
        inside |= new
        todo += sorted(new, key=natural)
    return list(bodies.outermost(graph.nodes, sorted(found)))


def pasted(content: Content, library: Library, text: str, at: Place, into: str) -> Group:
    """Return the edit that adds what `copied` wrote, its top left at `at` of a body.

    A function that came along is left out where a call can see the same one, and called there. Raise EditError where
    the text is none of ours.
    """
    whole = building.parsed(text)
    there = {id: found for id in _came_along(whole) if (found := _same(content, library, whole, id, into))}
    kept = _needed(whole, there)
    edit = building.addition("Paste", content, library, _placed(kept), at, into)
    return _calling(edit, content, kept, there)


def _came_along(whole: Content) -> list[str]:
    """Return the functions without a place that calls of a fragment call."""
    graph = whole.graph
    called = {bodies.called_by(graph, id) for id, node in graph.nodes.items() if node.operator == CALL}
    top = graph.bodies.get("", ())
    return [id for id in top if graph.nodes[id].operator == FUNCTION and id in called and id not in whole.layout.places]


def _same(content: Content, library: Library, whole: Content, function: str, into: str) -> str:
    """Return the function that a call in a body can see and that is the same as one of a fragment, "" where none is."""
    try:
        wanted = standing_alone(whole, library, function)
    except GradwireError:
        return ""
    seen = subgraphs.callable_from(content.graph, into)
    for id in sorted(seen, key=lambda id: id != function):
        if content.graph.nodes[id].name != whole.graph.nodes[function].name:
            continue
        try:
            own = standing_alone(content, library, id)
        except GradwireError:
            continue
        if same_subgraph(wanted, own, library):
            return id
    return ""


def _needed(whole: Content, there: Collection[str]) -> Content:
    """Return a fragment without the functions that came along and need not, with those that only they call."""
    graph = whole.graph
    along = set(_came_along(whole))
    needed, todo = set[str](), [id for id in graph.bodies.get("", ()) if id not in along]
    while todo:
        id = todo.pop()
        held = bodies.enclosed(graph, [id])
        needed |= held
        calls = (bodies.called_by(graph, each) for each in held if graph.nodes[each].operator == CALL)
        todo += [called for called in calls if called in along and called not in needed and called not in there]
    return building.fragment(whole, sorted(needed), whole.layout.notes) if along - needed else whole


def _placed(whole: Content) -> Content:
    """Return a fragment whose functions that came along stand in a row below the rest."""
    layout, nodes = whole.layout, whole.graph.nodes
    top = [place for id, place in layout.places.items() if not nodes[id].inside]
    left, low = min((p.x for p in top), default=0.0), max((p.y for p in top), default=0.0)
    row = {id: Place(left + k * BESIDE, low + BELOW) for k, id in enumerate(_came_along(whole))}
    return replace(whole, layout=replace(layout, places={**layout.places, **row})) if row else whole


def _calling(edit: Group, content: Content, kept: Content, there: dict[str, str]) -> Group:
    """Return the edit whose calls call the functions that are there in the place of those left out."""
    renamed = building.copies_of(content, kept.graph)
    named = {
        renamed[id]: node.settings.get("function") for id, node in kept.graph.nodes.items() if node.operator == CALL
    }

    def called(part: Edit) -> Edit:
        if isinstance(part, AddNode) and (function := there.get(str(named.get(part.node.id, "")))):
            settings = {**part.node.settings, "function": function}
            return replace(part, node=replace(part.node, settings=settings))
        return part

    return Group(edit.title, tuple(map(called, edit.edits))) if there else edit
