"""What the command palette finds: every command with its keys, recent files, pages of the preferences, operators to
add, nodes to go to. What cannot be done now is found too, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app import bookmarks
from app.actions import COMMANDS
from app.bodies import place_text
from app.canvas import node_editing_menu
from app.changes import operators, settings
from app.panels.palette import words
from app.preferences import SECTIONS
from app.search import score
from engine.exposing import unable

if TYPE_CHECKING:
    from app.session import Session
    from app.window import Window

NOT_NOW: Final = "not now"
HANDICAP: Final = {"Operator": 3, "Node": 1}
"""Operators are many, and have many synonyms: a command whose name begins with what is typed comes before them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done: what it is called, what kind of thing it is, its keys, and the doing."""

    title: str
    kind: str
    keys: str
    run: Callable[[], object]
    words: str = ""
    name: str = ""
    """What is searched, where that is not the title."""
    enabled: bool = True

    def rank(self, query: str) -> tuple[bool, int] | None:
        """Return how well a query fits, less is better; None where it does not."""
        found = score(query, self.name or self.title, self.words)
        return None if found is None else (not self.enabled, found + HANDICAP.get(self.kind, 0))


def entries(window: Window) -> list[Entry]:
    """Return all there is, what can be done now first."""
    window.actions_table.refresh()
    found = [*_commands(window), *_preferences(window), *_recent(window)]
    if window.editing:
        found += [*_operators(window), *_replacements(window), *_settings(window)]
        found += [*_nodes(window.session), *_bookmarks(window)]
    return sorted(found, key=lambda each: not each.enabled)


def matching(query: str, among: Sequence[Entry]) -> list[Entry]:
    """Return the entries that fit, best first; equal ones keep their order."""
    if not query.strip():
        return list(among)
    ranks = [(rank, entry) for entry in among if (rank := entry.rank(query)) is not None]
    return [entry for _, entry in sorted(ranks, key=lambda pair: pair[0])]


def _commands(window: Window) -> Iterator[Entry]:
    actions = window.actions_table
    for command in COMMANDS:
        if command.id == "commands" or command.below is not None:
            continue
        action = actions[command.id]
        able = action.isEnabled()
        yield Entry(
            action.text().rstrip("…"),
            command.menu if able else f"{command.menu}, {NOT_NOW}",
            actions.keys_text(command.id),
            action.trigger,
            f"{command.words} {command.help}",
            enabled=able,
        )


def _preferences(window: Window) -> Iterator[Entry]:
    for id, section in SECTIONS.items():
        show = lambda id=id: window.show_preferences(id)  # noqa: E731
        yield Entry(f"Preferences: {section.title}", "Preferences", "", show, section.words)


def _recent(window: Window) -> Iterator[Entry]:
    for each in window.settings.recent:
        path = Path(each)
        opening = lambda path=path: window.open(path)  # noqa: E731
        yield Entry(f"Open {path.name}", "Recent", "", opening, f"recent file {path.parent}")


def _operators(window: Window) -> Iterator[Entry]:
    only = window.session.stock.only
    for each in (each for each in window.session.library.values() if only is None or each.id in only):
        add = lambda id=each.id: window.insert(id)  # noqa: E731
        yield Entry(f"Add {each.title}", "Operator", "", add, f"{words(each)}\nadd", each.title)


def _bookmarks(window: Window) -> Iterator[Entry]:
    for id, mark in bookmarks.ordered(window.session):
        go = lambda id=id: bookmarks.go(window.canvas, id)  # noqa: E731
        yield Entry(f"Go to bookmark {mark.name}", "Bookmark", str(mark.key or ""), go, "place mark", mark.name)


def _replacements(window: Window) -> Iterator[Entry]:
    """What may take the place of the selected nodes."""
    session = window.session
    for each in session.library.values() if session.selection else ():
        put = lambda id=each.id: operators.replace_selected(session, id)  # noqa: E731
        title = f"Replace selected with {each.title}"
        yield Entry(title, "Replace", "", put, f"{words(each)}\nswap change", title)


def _settings(window: Window) -> Iterator[Entry]:
    """What may be done with the settings of the current node."""
    session, node = window.session, window.session.current
    declared = session.library.get(session.node(node).operator) if node is not None else None
    for name in declared.settings if declared is not None and node is not None else ():
        said, path = settings.words(name), settings.path(node, name)
        copy = lambda name=name: node_editing_menu.copy_path(session, node, name)  # noqa: E731
        yield Entry(f"Copy path of {said}   {path}", "Setting", "", copy, "setting sweep over path")
        on = name not in session.node(node).exposed
        if unable(declared, name) is None:
            turn = lambda name=name, on=on: settings.expose(session, node, name, on)  # noqa: E731
            what = "a socket" if on else "a setting again"
            yield Entry(f"Make {said} {what}", "Setting", "", turn, "expose socket input promote wire setting")
        if name in session.node(node).settings:
            back = lambda name=name: settings.reset_many(session, (node,), name)  # noqa: E731
            yield Entry(f"Reset {said}", "Setting", "", back, "default setting clear")


def _nodes(session: Session) -> Iterator[Entry]:
    here = dict.fromkeys(session.graph.bodies.get(session.body, ()))
    for id in (*here, *(id for id in session.graph.nodes if id not in here)):
        go = lambda id=id: session.reveal(id)  # noqa: E731
        yield Entry(_going(session, id), "Node", "", go, f"{id} go to", session.label(id))


def _going(session: Session, id: str) -> str:
    """Return what the entry of a node is called: with the way to it where it lies in another body."""
    inside = session.node(id).inside
    where = f"  in {place_text(inside, session)}" if inside != session.body and inside else ""
    return f"Go to {session.label(id)}{where}"
