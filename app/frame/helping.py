"""What a window tells: commands, operators' pages, keys, which program this is, and its own failures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.assets import SAMPLES
from app.news import changelog, news
from app.panels.palette import OPERATOR_ROLE
from app.versions import version

if TYPE_CHECKING:
    from app.help_browser import HelpBrowser
    from app.window import Window


class Helping:
    """The part of a Window that helps."""

    _help: HelpBrowser | None = None

    def show_commands(self: Window) -> None:
        """Show all commands."""
        self.commands.open()

    def show_help(self: Window, operator_id: str | None = None) -> None:
        """Show an operator's page: of the one named, of that chosen in the palette while it has the keyboard, else of
        the current node's."""
        if operator_id is None:
            operators, current = self.workspace.operators, self.session.current
            focused = QApplication.focusWidget()
            searching = focused is not None and operators.isAncestorOf(focused)
            chosen = operators.list.currentIndex().data(OPERATOR_ROLE) if searching else None
            operator_id = chosen or (self.session.operator(current).id if current else "")
        if self._help is None:
            from app.help_browser import HelpBrowser

            self._help = HelpBrowser(self.library, self)
            self._help.example_requested.connect(self.open_example)
            self._help.insert_requested.connect(self.insert)
            self._help.sample_requested.connect(lambda name: self.open(SAMPLES / name))
        self._help.show_operator(operator_id)
        self._help.show()
        self._help.raise_()
        self._help.activateWindow()

    def open_example(self: Window, operator_id: str) -> None:
        """Show an operator's example graph as a new document."""
        content = self._help.view.example(operator_id) if self._help is not None else None
        if content is not None:
            self.show_content(content, None, name=f"{self.library[operator_id].title}: example")
            self.canvas.fit()

    def show_keys(self: Window) -> None:
        """Show what keys and mouse do."""
        from app.help import KeysCard

        KeysCard(self).open()

    def show_news(self: Window, seen: str = "") -> None:
        """Show what is new: since the version `seen`, or in the newest."""
        from app.help import NewsCard

        NewsCard(self, news(changelog(), seen) or "Nothing is known of what is new.").open()

    def greet(self: Window, reports: Sequence[Path] = (), sentence: str | None = None) -> None:
        """Tell at the start what has to be told: that it failed the last time, a damaged settings file, what is new
        since the version before; one card at most."""
        seen, now = self.settings.version_seen, version()
        if now and seen != now:
            self._change(version_seen=now)
        if sentence:
            self._tell(sentence)
        if reports:
            from app.help import ReportCard

            kept = "What was not saved is offered on the start page. " if self._untold else ""
            ReportCard(self, reports[0], f"{kept}The report says nothing of your graphs: {reports[0]}").open()
        elif seen and now and seen != now:
            self.show_news(seen)

    def show_about(self: Window) -> None:
        """Show which program this is."""
        from app.help import AboutCard

        AboutCard(self).open()

    def show_failure(self: Window, sentence: str, report: str) -> None:
        """Tell that the window itself failed. The card comes with the next event: this one may be a repaint."""
        from app.help import FailureCard

        self.session.message.emit(sentence)
        QTimer.singleShot(0, self, lambda: FailureCard(self, sentence, report).open())
