"""Edits: frozen records that apply to a Content and return their exact inverse. The same records are the recovery journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.graph import Content, Kept, Node, Note, Place, SettingValue, Wire
from engine.types import Tensor


@dataclass(frozen=True, slots=True)
class _Base:
    @property
    def name(self) -> str:
        """What a menu calls the edit: "Undo <name>"."""
        raise NotImplementedError

    def apply(self, content: Content) -> tuple[Content, Edit]:
        """Return the content after the edit, and the edit that takes it back exactly; raise EditError where it does not fit."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class AddNode(_Base):
    """Add a node. `value` and `state` are what a run kept of it (they come back with an undone removal)."""

    node: Node
    place: Place | None = None
    value: Tensor | None = None
    state: Mapping[str, Tensor] | None = None


@dataclass(frozen=True, slots=True)
class RemoveNode(_Base):
    """Remove a node with its wires, its place, its membership in frames and its kept values."""

    id: str


@dataclass(frozen=True, slots=True)
class Connect(_Base):
    """Make a wire. Faulty graphs are allowed here: `infer.refusal` says what a person may not wire."""

    wire: Wire


@dataclass(frozen=True, slots=True)
class Disconnect(_Base):
    """Take a wire away."""

    wire: Wire


@dataclass(frozen=True, slots=True)
class SetSetting(_Base):
    """Give a setting (or an unwired input) a value."""

    node: str
    setting: str
    value: SettingValue


@dataclass(frozen=True, slots=True)
class ResetSetting(_Base):
    """Return a setting to its operator's default."""

    node: str
    setting: str


@dataclass(frozen=True, slots=True)
class Rename(_Base):
    """Give a node a name; "" is its operator's title."""

    node: str
    to: str


@dataclass(frozen=True, slots=True)
class SetFrozen(_Base):
    """Freeze a parameter, or let it be trained again."""

    node: str
    frozen: bool


@dataclass(frozen=True, slots=True)
class Move(_Base):
    """Put nodes at places (None: nowhere). Does not touch the graph."""

    places: Mapping[str, Place | None]


@dataclass(frozen=True, slots=True)
class AddNote(_Base):
    note: Note


@dataclass(frozen=True, slots=True)
class RemoveNote(_Base):
    id: str


@dataclass(frozen=True, slots=True)
class ChangeNote(_Base):
    """Put another note in the place of the one with the same id."""

    note: Note


@dataclass(frozen=True, slots=True)
class SetKept(_Base):
    """Keep the values of a run, or forget them (None)."""

    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Group(_Base):
    """Several edits as one: all or nothing, in time linear in the content and the edits."""

    title: str
    edits: tuple[Edit, ...]


Edit: TypeAlias = (
    AddNode | RemoveNode | Connect | Disconnect | SetSetting | ResetSetting | Rename | SetFrozen | Move
    | AddNote | RemoveNote | ChangeNote | SetKept | Group
)  # fmt: skip


def to_plain(edit: Edit) -> dict[str, Any]:
    """Return the edit as JSON data."""
    raise NotImplementedError


def from_plain(data: Any) -> Edit:
    """Return the edit that `to_plain` wrote; raise EditError, naming the place, for anything else."""
    raise NotImplementedError
