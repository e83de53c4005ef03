"""Document: a content with its history, telling plain callables what changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from engine.draft import Touched
from engine.edits import AddNode, Edit, Group, SetKept, loose_end
from engine.errors import EditError
from engine.graph import Content, Graph, Layout, Wire
from engine.history import History, Step
from engine.types import Tensor


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
    lesson: bool = False
    """Whether the lesson changed."""
    moved: frozenset[str] = frozenset()
    """Those of `nodes` whose place changed."""
    routes: frozenset[Wire] = frozenset()
    """Wires that are there now and run otherwise."""
    bookmarks: bool = False
    """Whether bookmarks were set or taken away."""
    renamed: frozenset[str] = frozenset()
    """Those of `nodes` whose name changed."""
    edit: Edit | None = None
    """The edit that was applied (undo applies an inverse): the line of the recovery journal."""


Listener: TypeAlias = Callable[[Changed], object]


class Document:
    """A content that is changed only through edits, each of which can be undone.

    Listeners are called after each applied edit, in the order in which edits were applied, also where a listener edits.
    An exception in a listener reaches the caller after all listeners were called; the edit stays done.
    """

    def __init__(self, content: Content | None = None) -> None:
        """Start from a content; raise EditError where it speaks of nodes that are not there."""
        self._content = content or Content()
        if fault := loose_end(self._content):
            raise EditError(fault)
        self._history = History()
        self._group: list[Step] | None = None
        self._listeners: list[Listener] = []
        self._news: deque[Changed] = deque()
        self._telling = False

    @property
    def content(self) -> Content:
        """What a file would hold now."""
        return self._content

    @property
    def graph(self) -> Graph:
        """The graph now; the same object as long as no node or wire changes."""
        return self._content.graph

    @property
    def layout(self) -> Layout:
        """Places and notes now."""
        return self._content.layout

    # Changes --------------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, merge: str | None = None) -> None:
        """Apply an edit; raise EditError, with nothing changed, where it does not fit.

        Consecutive edits with the same `merge` key become one undo step, until `seal`, a save, an undo or another edit.
        An edit that changes nothing leaves no step.
        """
        inverse, changed = self._replace(edit)
        if changed is None:
            return
        step = Step(edit.name, inverse, edit, merge)
        if self._group is None:
            self._history.push(step)
        else:
            self._group.append(step)
        self._tell(changed)

    def undo(self) -> None:
        """Take the last step back; nothing where there is none."""
        self._require_no_group()
        if step := self._history.last:
            inverse, changed = self._replace(step.back)
            self._history.undone(inverse)
            self._tell(changed)

    def redo(self) -> None:
        """Do the last undone step again; nothing where there is none."""
        self._require_no_group()
        if step := self._history.next:
            inverse, changed = self._replace(step.again)
            self._history.redone(inverse)
            self._tell(changed)

    def travel(self, position: int) -> None:
        """Take back, or do again, all steps between here and a position in `steps`: told as one change, in time linear
        in what they touch. A position beyond either end is that end."""
        self._require_no_group()
        position = min(max(position, 0), len(self._history.names))
        if position == self._history.position:
            return
        _, changed = self._replace(self._history.between(position))
        self._history.moved_to(position)
        self._tell(changed)

    @contextmanager
    def group(self, title: str, merge: str | None = None) -> Iterator[None]:
        """Make one undo step of all edits applied inside; an exception inside takes them all back.

        A group inside a group is part of the outer one. For thousands of edits apply one `Group` instead: it is linear.
        """
        if self._group is not None:
            yield
            return
        self._group = []
        try:
            yield
        except BaseException:
            steps, self._group = self._group, None
            self._take_back(steps)
            raise
        steps, self._group = self._group, None
        if steps:
            back = Group(title, tuple(step.back for step in reversed(steps)))
            self._history.push(Step(title, back, Group(title, tuple(step.again for step in steps)), merge))

    def seal(self) -> None:
        """End the gesture: the next edit starts an undo step of its own whatever its merge key."""
        self._history.seal()

    def cancel(self, merge: str) -> None:
        """Take back the gesture of this merge key that is still under way, as if it had never begun."""
        self._require_no_group()
        step = self._history.open_step(merge)
        if step is not None:
            _, changed = self._replace(step.back)
            self._history.drop()
            self._tell(changed)
        self.seal()

    # Undo, redo and saving as menus show them -----------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._history.last is not None and self._group is None

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step to do again."""
        return self._history.next is not None and self._group is None

    @property
    def undo_name(self) -> str:
        """What `undo` would take back, "" where nothing."""
        return self._history.last.name if self._history.last else ""

    @property
    def redo_name(self) -> str:
        """What `redo` would do again, "" where nothing."""
        return self._history.next.name if self._history.next else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of all steps: those done, the oldest first, then those undone, the next first."""
        return self._history.names

    @property
    def position(self) -> int:
        """How many of `steps` are done."""
        return self._history.position

    @property
    def saved_position(self) -> int | None:
        """After how many of `steps` the content is the saved one; None where no step leads there."""
        return self._history.saved

    @property
    def forgotten_steps(self) -> int:
        """How many steps before those in `steps` were done and cannot be taken back any more."""
        return self._history.forgotten

    def past_kept(self) -> Iterator[Mapping[str, Tensor]]:
        """Yield the kept values and states that undoing or redoing may bring back."""
        for edit in self._history.edits():
            if isinstance(edit, SetKept) and edit.kept is not None:
                yield edit.kept.values
                yield from edit.kept.states.values()
            if isinstance(edit, AddNode) and edit.state is not None:
                yield edit.state

    @property
    def clean(self) -> bool:
        """Whether the content is the one last marked clean (saved); at first the one the document started from."""
        return self._history.clean and not self._group

    def mark_clean(self) -> None:
        """Mark the content as saved."""
        self._require_no_group()
        self._history.mark_clean()

    def mark_dirty(self) -> None:
        """Mark the content as not saved, whatever is undone: it was recovered, or pasted from nowhere."""
        self._history.mark_dirty()

    # Listeners ------------------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every applied edit; return the function that ends it."""
        self._listeners.append(listener)

        def unlisten() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unlisten

    # ----------------------------------------------------------------------------------------------------------------

    def _replace(self, edit: Edit) -> tuple[Edit, Changed | None]:
        """Apply an edit to the content; return its inverse and what changed, None where nothing did."""
        before, after = self._content, edit.applied(self._content)
        self._content = after.content
        return after.inverse, _changed(after.touched, before, after.content, edit) if after.touched else None

    def _tell(self, changed: Changed | None) -> None:
        if changed:
            self._news.append(changed)
        if self._telling:
            return
        self._telling = True
        try:
            while self._news:
                self._call_all(self._news.popleft())
        finally:
            self._telling = False

    def _call_all(self, changed: Changed) -> None:
        with ExitStack() as calls:
            for listener in reversed(self._listeners):
                calls.callback(listener, changed)

    def _take_back(self, steps: list[Step]) -> None:
        for step in reversed(steps):
            _, changed = self._replace(step.back)
            self._tell(changed)

    def _require_no_group(self) -> None:
        if self._group is not None:
            raise EditError("Several changes are being made as one: finish them first.")


def _changed(touched: Touched, before: Content, after: Content, edit: Edit) -> Changed:
    """Return the news. What a group made and took away again is none."""
    there, before_there = after.graph.nodes.keys(), before.graph.nodes
    nodes = touched.nodes | touched.moved
    notes = (before.layout.notes, after.layout.notes)
    return Changed(
        nodes=frozenset(nodes & there),
        wires=frozenset(wire for wire in touched.wires if (wire in before.graph.wires) != (wire in after.graph.wires)),
        notes=frozenset(note for note in touched.notes if note in notes[0] or note in notes[1]),
        removed=frozenset(node for node in nodes if node in before_there and node not in there),
        semantic=touched.computing,
        kept=touched.kept,
        lesson=touched.lesson,
        moved=frozenset(touched.moved & there),
        routes=frozenset(touched.routes & after.graph.wires),
        bookmarks=touched.bookmarks,
        renamed=frozenset(touched.renamed & there),
        edit=edit,
    )
