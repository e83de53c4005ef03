"""Settings of one node or many: set, reset, made sockets; each one undo step, and a running run hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app.running import ACTIVE
from app.signatures import is_signature
from app.words import tr
from engine import building, exposing
from engine.edits import Edit, Group, ResetSetting
from engine.errors import GradwireError, SettingError
from engine.order import natural
from engine.sockets import quoted

if TYPE_CHECKING:
    from app.session import Session


def words(name: str) -> str:
    """Return a setting's name as people read it."""
    return name.replace("_", " ")


def set_many(session: Session, nodes: Sequence[str], name: str, value: Any, merge: str | None = None) -> bool:
    """Give a setting of several nodes one value; return whether that was done. Where the value is not allowed for one
    of them, nothing changes and `message` says for which."""
    graph, library = session.graph, session.library
    try:
        edits = tuple(building.setting_edit(graph, library, id, name, value) for id in nodes)
    except SettingError as refused:
        session.message.emit(refused.sentence)
        return False
    done = session.apply(Group(f"Change {words(name)} of {len(nodes)} nodes", edits), merge)
    numeric = all((spec := session.operator(id).settings.get(name)) is None or spec.numeric for id in nodes)
    if done and numeric and session.run_state in ACTIVE:
        for id in nodes:
            session.runs.set_live(id, name, session.setting(id, name))
    return done


def changed_settings(session: Session, nodes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (node, setting) of everything that differs from its default and can be reset."""
    graph = session.graph
    return [
        (id, name)
        for id in sorted(nodes, key=natural)
        for name in graph.nodes[id].settings
        if not is_signature(graph, id, name) and graph.nodes[id].operator in session.library
    ]


def reset_all(session: Session, nodes: Iterable[str]) -> None:
    """Return all settings of nodes to their defaults; lists of names that sockets go by stay."""
    found = changed_settings(session, nodes)
    if not found:
        session.message.emit(tr("All settings have their defaults already."))
        return
    owners = {id for id, _ in found}
    what = session.label(next(iter(owners)))[:30] if len(owners) == 1 else f"{len(owners)} nodes"
    session.apply(Group(f"Reset settings of {what}", tuple(ResetSetting(id, name) for id, name in found)))


def reset_many(session: Session, nodes: Sequence[str], name: str) -> None:
    """Return a setting of several nodes to its default."""
    edits = tuple(ResetSetting(id, name) for id in nodes if name in session.node(id).settings)
    if edits:
        session.apply(Group(f"Reset {words(name)} of {len(nodes)} nodes", edits))


def expose(session: Session, node: str, name: str, on: bool) -> bool:
    """Make a setting an input socket, or a socket a setting again; return whether that was done."""
    try:
        edit: Edit = exposing.exposure(session.graph, session.library, node, name, on)
    except GradwireError as refused:
        session.message.emit(refused.sentence)
        return False
    return session.apply(edit)


def path(node: str, name: str) -> str:
    """Return how `gradwire sweep --over` calls a setting."""
    return f"{node}.{name}"


def who(session: Session, node: str) -> str:
    """Return how a sentence names a node."""
    return quoted(session.graph, session.library, node)
