"""The recovery journal of the open document: every edit is on the disk before the next one; a full disk is told, never
raised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.edits import Edit
from engine.errors import FileError
from engine.files.recovery import Journal
from engine.graph import Content


class DocumentJournal:
    """A journal in `folder`, or none at all where `folder` is None.

    Losing the journal must not keep a person from working, so that what cannot be written is told once, by `tell`.
    """

    def __init__(self, folder: Path | None, tell: Callable[[str], object]) -> None:
        self._journal = Journal(folder) if folder is not None else None
        self._tell = tell
        self._failed = False

    def begin(self, content: Content, path: Path | None, *, clean: bool) -> None:
        """Start over: this content was opened, saved (`clean`) or recovered."""
        self._failed = False
        self._attempt(lambda journal: journal.begin(content, path, clean=clean))

    def append(self, edit: Edit) -> None:
        """Add an applied edit."""
        self._attempt(lambda journal: journal.append(edit))

    def end(self, *, keep: bool) -> None:
        """Close the journal; remove it unless `keep`. Idempotent."""
        if self._journal is not None:
            self._journal.end(keep=keep)

    def _attempt(self, action: Callable[[Journal], None]) -> None:
        if self._journal is None or self._failed:
            return
        try:
            action(self._journal)
        except FileError as failure:
            self._failed = True
            self._tell(failure.sentence)
