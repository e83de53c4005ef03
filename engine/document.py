"""Document: a content with its history, telling plain callables what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from engine.edits import Edit
from engine.graph import Content, Graph, Layout, Wire


@dataclass(frozen=True, slots=True)
class Changed:
    """What one applied edit touched, by ids: ask the Document what is there now."""

    nodes: frozenset[str] = frozenset()
    """Nodes that are there now and are new, changed or moved."""
    wires: frozenset[Wire] = frozenset()
    """Wires made or taken away: those in the graph now are new."""
    notes: frozenset[str] = frozenset()
    """Notes added, changed or removed."""
    removed: frozenset[str] = frozenset()
    """Nodes that are gone."""
    semantic: bool = False
    """Whether what the graph computes may differ: not for moves, notes, names or kept values."""
    kept: bool = False
    """Whether the kept values changed."""
    moved: frozenset[str] = frozenset()
    """Those of `nodes` whose place changed."""
    renamed: frozenset[str] = frozenset()
    """Those of `nodes` whose name changed."""
    edit: Edit | None = None
    """The edit that was applied (undo applies an inverse): the line of the recovery journal."""


Listener: TypeAlias = Callable[[Changed], object]


class Document:
    """A content that is changed only through edits, each of which can be undone.

    Listeners are called after each applied edit, in the order in which edits were applied, also where a listener edits.
    """

    def __init__(self, content: Content | None = None) -> None: ...

    @property
    def content(self) -> Content:
        """What a file would hold now."""
        raise NotImplementedError

    @property
    def graph(self) -> Graph:
        """The graph now; the same object as long as no node or wire changes."""
        raise NotImplementedError

    @property
    def layout(self) -> Layout:
        """Places and notes now."""
        raise NotImplementedError

    def apply(self, edit: Edit, merge: str | None = None) -> None:
        """Apply an edit; raise EditError, with nothing changed, where it does not fit.

        Consecutive edits with the same `merge` key become one undo step, until `seal`, a save, an undo or another edit.
        """
        raise NotImplementedError

    def undo(self) -> None:
        """Take the last step back; nothing where there is none."""
        raise NotImplementedError

    def redo(self) -> None:
        """Do the last undone step again; nothing where there is none."""
        raise NotImplementedError

    @property
    def can_undo(self) -> bool:
        raise NotImplementedError

    @property
    def can_redo(self) -> bool:
        raise NotImplementedError

    @property
    def undo_name(self) -> str:
        """What `undo` would take back, "" where nothing."""
        raise NotImplementedError

    @property
    def redo_name(self) -> str:
        """What `redo` would do again, "" where nothing."""
        raise NotImplementedError

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Make one undo step of all edits applied inside; an exception inside takes them all back."""
        raise NotImplementedError

    def seal(self) -> None:
        """End the gesture: the next edit starts an undo step of its own whatever its merge key."""
        raise NotImplementedError

    @property
    def clean(self) -> bool:
        """Whether the content is the one last marked clean (saved)."""
        raise NotImplementedError

    def mark_clean(self) -> None:
        """Mark the content as saved."""
        raise NotImplementedError

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every applied edit; return the function that ends it."""
        raise NotImplementedError
