"""History: what can be undone and redone, with grouping, merging of drags, and the clean mark."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine import limits
from engine.edits import (
    ChangeNote,
    Edit,
    Group,
    Move,
    Rename,
    ResetSetting,
    SetExposed,
    SetFrozen,
    SetKept,
    SetMuted,
    SetSetting,
    parts,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in menus, the edit that takes it back and the one that does it again, and its merge key."""

    name: str
    back: Edit
    again: Edit
    merge: str | None = None


class History:
    """Steps done and steps undone. The edits themselves are applied by the Document.

    At most `limit` steps are kept: the oldest is forgotten first.
    """

    def __init__(self, limit: int = limits.HISTORY) -> None:
        self._done: deque[Step] = deque(maxlen=limit)
        self._undone: list[Step] = []
        self._forgotten = 0
        self._clean: int | None = 0
        self._sealed = True

    @property
    def last(self) -> Step | None:
        """The step that `undo` would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Step | None:
        """The step that `redo` would do again."""
        return self._undone[-1] if self._undone else None

    @property
    def clean(self) -> bool:
        """Whether the present state is the one marked clean."""
        return self._clean == self._position

    def edits(self) -> Iterator[Edit]:
        """Yield every edit that undoing and redoing may do, the members of groups one by one."""
        for step in (*self._done, *self._undone):
            yield from parts(step.back)
            yield from parts(step.again)

    def open_step(self, merge: str) -> Step | None:
        """Return the last step if a step with this merge key would melt into it."""
        last = self.last
        return last if last and last.merge == merge and not self._sealed else None

    def drop(self) -> None:
        """Forget the last step; the caller has taken it back."""
        self._done.pop()
        self._sealed = True

    def push(self, step: Step) -> None:
        """Add a step that was done; what was undone before can no longer be redone.

        It melts into the last step where both have the same merge key and nothing lies between them: no seal, undo,
        redo or clean mark.
        """
        if self._clean is not None and self._clean > self._position:
            self._clean = None
        self._undone.clear()
        last = None if step.merge is None else self.open_step(step.merge)
        if last is not None:
            self._done[-1] = Step(
                last.name, sequence(step.back, last.back), sequence(last.again, step.again), step.merge
            )
        else:
            self._forgotten += len(self._done) == self._done.maxlen
            self._done.append(step)
        self._sealed = False

    def undone(self, redo: Edit) -> None:
        """Move the last step over to the undone ones; `redo` does it again."""
        step = self._done.pop()
        self._undone.append(Step(step.name, step.back, redo))
        self._sealed = True

    def redone(self, undo: Edit) -> None:
        """Move the last undone step back to the done ones; `undo` takes it back."""
        step = self._undone.pop()
        self._done.append(Step(step.name, undo, step.again))
        self._sealed = True

    @property
    def names(self) -> tuple[str, ...]:
        """What the steps are called: those done, the oldest first, then those undone, the next first."""
        return (*(step.name for step in self._done), *(step.name for step in reversed(self._undone)))

    @property
    def position(self) -> int:
        """How many of `names` are done."""
        return len(self._done)

    @property
    def saved(self) -> int | None:
        """The position that is marked clean; None where no step leads there any more."""
        if self._clean is None or not 0 <= self._clean - self._forgotten <= len(self._done) + len(self._undone):
            return None
        return self._clean - self._forgotten

    @property
    def forgotten(self) -> int:
        """How many of the oldest steps can no longer be taken back."""
        return self._forgotten

    def between(self, position: int) -> Group:
        """Return the edit that leads from here to a position, as one."""
        if position <= len(self._done):
            steps = list(self._done)[position:]
            return Group("Undo several", tuple(part for step in reversed(steps) for part in parts(step.back)))
        later = self._undone[len(self._done) - position :]
        return Group("Redo several", tuple(part for step in reversed(later) for part in parts(step.again)))

    def moved_to(self, position: int) -> None:
        """Take a position without doing anything; the caller has applied what lies between."""
        while len(self._done) > position:
            self._undone.append(self._done.pop())
        while len(self._done) < position:
            self._done.append(self._undone.pop())
        self._sealed = True

    def seal(self) -> None:
        """Let the next step stand on its own whatever its merge key."""
        self._sealed = True

    def mark_clean(self) -> None:
        """Mark the present state as the saved one."""
        self._clean = self._position
        self._sealed = True

    def mark_dirty(self) -> None:
        """Let no state be the saved one."""
        self._clean = None

    @property
    def _position(self) -> int:
        return self._forgotten + len(self._done)


def sequence(first: Edit, second: Edit) -> Edit:
    """Return one edit that does `first` and then `second`, without what `second` overwrites.

    So a drag of a thousand moves stays one Move.
    """
    if isinstance(first, Move) and isinstance(second, Move):
        return Move({**first.places, **second.places})
    if (place := _overwrites(second)) is not None and place == _overwrites(first):
        return second
    if isinstance(first, Group) or isinstance(second, Group):
        return _zipped(first, second)
    return Group(first.name, (first, second))


def _zipped(first: Edit, second: Edit) -> Edit:
    """Return the sequence of two edits that may be groups; two groups of like members stay one group of that size."""
    ones, twos = parts(first), parts(second)
    keys, others = [_key(edit) for edit in ones], [_key(edit) for edit in twos]
    # Members that overwrite different places commute.
    if keys == others and None not in keys and len(set(keys)) == len(keys):
        return Group(first.name, tuple(sequence(a, b) for a, b in zip(ones, twos, strict=True)))
    return Group(first.name, ones + twos)


def _key(edit: Edit) -> tuple[object, ...] | None:
    return ("move",) if isinstance(edit, Move) else _overwrites(edit)


def _overwrites(edit: Edit) -> tuple[object, ...] | None:
    """Return the one place whose content this edit replaces whatever stood there before, or None."""
    match edit:
        case SetSetting(node, setting) | ResetSetting(node, setting):
            return ("setting", node, setting)
        case Rename(node):
            return ("name", node)
        case SetFrozen(node):
            return ("frozen", node)
        case SetExposed(node, setting):
            return ("exposed", node, setting)
        case SetMuted(node):
            return ("muted", node)
        case ChangeNote(note):
            return ("note", note.id)
        case SetKept():
            return ("kept",)
        case _:
            return None
