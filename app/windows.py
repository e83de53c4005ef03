"""The windows of one process: what they share (settings, open files), and how another one is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app import settings as stored
from app.frame.reopening import noted
from app.settings import Settings

if TYPE_CHECKING:
    from app.page import Page
    from app.window import Window


class Windows:
    """Windows in the order in which they came. Settings kept in `config` are shared with other processes too."""

    def __init__(self, config: Path | None = None, settings: Settings | None = None) -> None:
        self._config = config
        self.settings = settings or (stored.load(config) if config else Settings())
        self.windows: list[Window] = []
        self.magnified = 1.0
        """How much larger everything is than the settings say, while a window presents."""

    def change(self, edit: Callable[[Settings], Settings]) -> None:
        """Change the settings, here and in the file, where what other processes have written stays."""
        self.settings = edit(self.settings)
        if self._config is not None:
            stored.update(self._config, edit)
        for window in self.windows:
            window.settings_changed()

    def pages(self) -> Iterator[Page]:
        """Yield the open documents of all windows."""
        for window in self.windows:
            yield from window.document_pages

    def page_of(self, path: Path) -> Page | None:
        """Return the open document of a file, or None where it is not open in this process."""
        wanted = path.resolve()
        return next((p for p in self.pages() if p.session.path and p.session.path.resolve() == wanted), None)

    def window_of(self, page: Page) -> Window:
        """Return the window that an open document is in."""
        return next(window for window in self.windows if page in window.document_pages)

    def close_all(self) -> bool:
        """Close all windows, each asking about its unsaved documents; return False where one was kept open."""
        windows = list(self.windows)
        if not all(window.close() for window in windows):
            return False
        self.change(lambda old: noted(old, windows))
        return True
