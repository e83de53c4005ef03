"""The tabs of the last time: remembered while they are open, opened again at the next start for whoever wants it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from app.file_guard import open_elsewhere

if TYPE_CHECKING:
    from app.settings import Settings
    from app.window import Window

MOST: Final = 24
"""Tabs that are opened again."""
NAMED: Final = 4
"""Of those that cannot be, how many are told of by name."""


def noted(settings: Settings, windows: Sequence[Window]) -> Settings:
    """Return the settings with the files that are open in windows, as far as they are to be opened again; unsaved work
    is in journals of its own."""
    paths = (page.session.path for window in windows for page in window.document_pages)
    files = tuple(str(path.absolute()) for path in paths if path is not None)[:MOST] if settings.reopen else ()
    front = (window.page.session.path for window in windows)
    shown = next((str(path.absolute()) for path in front if path is not None), "")
    return msgspec.structs.replace(settings, tabs=files, tab_shown=shown if shown in files else "")


class Reopening:
    """The part of a Window that opens the tabs of the last time."""

    def toggle_reopen(self: Window) -> None:
        """Open the tabs of the last time at the next start, or not."""
        wanted = not self.settings.reopen
        self.family.change(lambda old: noted(msgspec.structs.replace(old, reopen=wanted), self.family.windows))

    def note_tabs(self: Window) -> None:
        """Remember which files are open, so that also a session that was killed is remembered."""
        if not self.settings.reopen or self not in self.family.windows:
            return
        now = noted(self.settings, self.family.windows)
        if (now.tabs, now.tab_shown) != (self.settings.tabs, self.settings.tab_shown):
            self._change(tabs=now.tabs, tab_shown=now.tab_shown)

    def reopen_tabs(self: Window) -> None:
        """Open the tabs of the last time, and show the one that was in front. Files that are gone or cannot be read are
        told in one sentence; those that another Gradwire has open now are left to it."""
        if not self.settings.reopen:
            return
        wanted = [Path(each) for each in self.settings.tabs[:MOST] if "\0" not in each]
        shown, folder = self.settings.tab_shown.replace("\0", ""), self.data / "open" if self.data else None
        free = [path for path in wanted if folder is None or not open_elsewhere(folder, path)]
        refused = [said for path in free if (said := self.try_open(path, recent=False))]
        front = self.family.page_of(Path(shown)) if shown else None
        if front is not None:
            self.show_page(front)
        if refused:
            self._tell(_told(refused))


def _told(refused: list[str]) -> str:
    """Return the one sentence about tabs that were not opened."""
    if len(refused) == 1:
        return f"A tab of last time was not opened: {refused[0]}"
    more = f"; and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
    reasons = "; ".join(each.rstrip(".") for each in refused[:NAMED])
    return f"{len(refused)} tabs of last time were not opened: {reasons}{more}."
