"""The preferences in a window, and the settings that only they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.preferences import PreferencesPage
    from app.window import Window


class Preferring:
    """The part of a Window that shows the preferences, in place of the document or the start page."""

    preferences: PreferencesPage | None = None
    _before_preferences: QWidget | None = None

    def show_preferences(self: Window, section: str = "") -> None:
        """Show the preferences, at one of their sections."""
        from app.preferences import PreferencesPage

        if self.preferences is None:
            self._before_preferences = self.pages.currentWidget()
            self.preferences = PreferencesPage(self, section)
            self.preferences.closed.connect(self.close_preferences)
            self.pages.addWidget(self.preferences)
            self.pages.setCurrentWidget(self.preferences)
            self.pages.currentChanged.connect(self._left_preferences)
        elif section:
            self.preferences.show_section(section)
        self.preferences.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._soon_refresh()

    def close_preferences(self: Window) -> None:
        """Show what was shown before them."""
        before = self._before_preferences
        if before is self.start_page or before not in self.document_pages:
            self.show_start()
        else:
            self.show_document()

    def _left_preferences(self: Window) -> None:
        page = self.preferences
        if page is None or self.pages.currentWidget() is page:
            return
        self.pages.currentChanged.disconnect(self._left_preferences)
        self.preferences, self._before_preferences = None, None
        self.pages.removeWidget(page)
        page.deleteLater()
        self._soon_refresh()

    def set_shortcuts(self: Window, custom: dict[str, tuple[str, ...]]) -> None:
        """Give commands the keys a person chose, in all windows."""
        self._change(shortcuts=custom)

    def forget_recent(self: Window) -> None:
        """Forget which files were used last."""
        self._change(recent=())
        if self.preferences is not None:
            self.preferences.show_section(self.preferences.section)
