"""The window: top bar, tabs, and start page or document. Every document is a `Page`; the window's `session`, `canvas`
and `workspace` are those of the current one, and actions act on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Actions
from app.commands import Commands
from app.focus_ring import FocusRing, brought_into_view
from app.frame import drops
from app.frame.appearance import Appearance
from app.frame.documents import Documents
from app.frame.helping import Helping
from app.frame.preferring import Preferring
from app.frame.reopening import Reopening
from app.frame.tab_strip import TabStrip
from app.frame.teaching import Teaching
from app.frame.touring import Touring
from app.frame.working import Working
from app.page import Page
from app.panels.folding import folds
from app.presenting.presenting import Presenting
from app.prompts import Prompts
from app.settings import Settings
from app.start_page import StartPage
from app.top_bar import StatusLine, TopBar
from app.windows import Windows
from app.workspace import Workspace
from engine.files.recovery import recoverable
from engine.operator import Library

if TYPE_CHECKING:
    from app.canvas import Canvas
    from app.session import Session

FIRST_SIZE = (1440, 900)
MOST_STOPS = 200
"""Stops of Tab that nobody can see which are passed over at once."""


class Window(Documents, Reopening, Working, Appearance, Helping, Preferring, Touring, Teaching, QMainWindow):
    """One window with its documents. `config` and `data` are the folders of settings and journals; None keeps nothing.

    `family` are the windows of this process it belongs to; without one it is the first. `watch` slows runs that would
    be over in a blink, and lets long ones go over to XLA where the settings say so.
    """

    def __init__(
        self,
        library: Library,
        *,
        config: Path | None = None,
        data: Path | None = None,
        prompts: Prompts | None = None,
        engine: bool = True,
        settings: Settings | None = None,
        family: Windows | None = None,
        watch: bool = False,
    ) -> None:
        super().__init__()
        self.library, self.engine, self.config, self.data = library, engine, config, data
        self.watch = watch
        self._prompts = prompts or Prompts()
        self.family = family or Windows(config, settings)
        self._untold = False
        if family is None:
            self._apply_theme()
        self.document_pages: list[Page] = []
        self._build()
        self._connect()
        self.family.windows.append(self)
        self.page = self.add_page(Page(library, engine=engine, data=data))
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode()))
        self.show_start()

    def _build(self) -> None:
        self.actions_table = Actions(self)
        self.top_bar = TopBar(self)
        self.start_page = StartPage(self.library)
        self.tab_strip = TabStrip(self)
        self.tab_strip.hide()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top_bar, self.tab_strip, self.pages):
            column.addWidget(widget, 1 if widget is self.pages else 0)
        self.setCentralWidget(centre)
        self.commands = Commands(self)
        self.focus_ring = FocusRing(self)
        self.presenting = Presenting(self)
        self.resize(*FIRST_SIZE)
        self.actions_table.tell_keys(self)
        self.setMinimumSize(860, 560)
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        page = self.start_page
        self.top_bar.search_requested.connect(self.show_commands)
        page.file_chosen.connect(self.open)
        page.new_chosen.connect(self.new)
        page.open_chosen.connect(self.open_dialog)
        page.tour_chosen.connect(self.show_tour)
        page.recovery_chosen.connect(self.recover)
        page.recovery_discarded.connect(self._discard_recovery)
        self._refreshing = QTimer(self, singleShot=True, interval=0)
        self._refreshing.timeout.connect(self._refresh)
        folds().changed.connect(self._folds_changed)
        menu_key = QShortcut(QKeySequence("F10"), self)
        menu_key.activated.connect(self.top_bar.open_menu)

    # The current document ------------------------------------------------------------------------------------------

    @property
    def prompts(self) -> Prompts:
        """What asks the person."""
        return self._prompts

    @property
    def session(self) -> Session:
        """The session of the current document."""
        return self.page.session

    @property
    def workspace(self) -> Workspace:
        """Canvas and panels of the current document."""
        return self.page.workspace

    @property
    def canvas(self) -> Canvas:
        """The canvas of the current document that is worked on."""
        return self.page.canvas

    @property
    def status(self) -> StatusLine:
        """The status line of the current document."""
        return self.page.status

    @property
    def editing(self) -> bool:
        """Whether a document is shown, and not the start page."""
        return self.pages.currentWidget() is self.page

    # Documents come and go -----------------------------------------------------------------------------------------

    def add_page(self, page: Page) -> Page:
        """Put a document into this window, after the current one, and make it the current one; it is not shown yet."""
        before = self.page if self.document_pages else None
        self.document_pages.insert(self.document_pages.index(before) + 1 if before else 0, page)
        self.pages.addWidget(page)
        session, workspace = page.session, page.workspace
        if self.watch:
            session.runs.set_pace(self.pace)
            self.apply_backend(page)
        session.watcher.set_on(self.settings.watch_training)
        workspace.yielding.clear(self.presenting.on)
        workspace.operators.insert_requested.connect(self.insert)
        workspace.operators.help_requested.connect(self.show_help)
        workspace.operators.favourites_changed.connect(self._favour)
        session.stock.favoured.connect(self._favour)
        workspace.panels_changed.connect(self._soon_refresh)
        workspace.compare_requested.connect(self.actions_table["compare_optimizers"].trigger)
        workspace.panes.help_requested.connect(self.show_help)
        workspace.panes.switched.connect(self._soon_refresh)
        for signal in (
            session.selection_changed, session.history_changed, session.run_state_changed, session.path_changed,
            session.overlays_changed, session.problems_changed, session.replaced, session.body_changed,
        ):  # fmt: skip
            signal.connect(self._soon_refresh)
        session.path_changed.connect(self._renamed)
        page.file_wish.connect(self.fulfil)
        session.open_requested.connect(self.open_dropped)
        session.operator_used.connect(self.remember_operator)
        session.looks.script_ready.connect(self._script_came)
        session.looks.script_failed.connect(self._tell)
        if before is None:
            workspace.restore(self.settings.docks, self.settings.docks_layout, self.settings.docks_aside)
        else:
            workspace.take_over(before.workspace)
            before.rest()
        self.page = page
        self.actions_table.tell_keys(page)
        self._soon_refresh()
        return page

    def take_page(self, page: Page) -> Page:
        """Take a document out of this window, which keeps another one; the document goes on as it is."""
        at = self.document_pages.index(page)
        self.document_pages.remove(page)
        session, workspace = page.session, page.workspace
        for signal in (
            session.selection_changed, session.history_changed, session.run_state_changed, session.path_changed,
            session.overlays_changed, session.problems_changed, session.replaced, session.body_changed,
            workspace.panels_changed,
        ):  # fmt: skip
            signal.disconnect(self._soon_refresh)
        session.path_changed.disconnect(self._renamed)
        page.file_wish.disconnect(self.fulfil)
        workspace.compare_requested.disconnect(self.actions_table["compare_optimizers"].trigger)
        session.open_requested.disconnect(self.open_dropped)
        session.operator_used.disconnect(self.remember_operator)
        session.looks.script_ready.disconnect(self._script_came)
        session.looks.script_failed.disconnect(self._tell)
        workspace.operators.insert_requested.disconnect(self.insert)
        workspace.operators.help_requested.disconnect(self.show_help)
        workspace.operators.favourites_changed.disconnect(self._favour)
        session.stock.favoured.disconnect(self._favour)
        workspace.panes.help_requested.disconnect(self.show_help)
        workspace.panes.switched.disconnect(self._soon_refresh)
        shown = self.pages.currentWidget() is page
        if self.page is page:
            self.page = self.document_pages[min(at, len(self.document_pages) - 1)]
        self.pages.removeWidget(page)
        page.run_bar.setParent(page)
        page.run_bar.hide()
        if shown:
            self.show_document()
        self._soon_refresh()
        return page

    def another(self) -> Window:
        """Return a new window of the same family; it goes when it is closed."""
        made = Window(
            self.library, config=self.config, data=self.data, prompts=self._prompts, engine=self.engine,
            family=self.family, watch=self.watch,
        )  # fmt: skip
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.resize(self.size())
        return made

    def _favour(self, ids: tuple[str, ...]) -> None:
        self._change(favourites=ids)

    def apply_backend(self, page: Page) -> None:
        """Tell a document's runs whether they may go over to XLA."""
        if page.session.has_engine:
            page.session.runs.backend = "auto" if self.settings.compile_runs else None

    # What is shown -----------------------------------------------------------------------------------------------

    def show_start(self) -> None:
        """Show the start page. The open documents stay open behind it."""
        recovered = recoverable(self.data / "journals") if self.data else ()
        self._untold = bool(recovered)
        self.start_page.refresh([Path(p) for p in self.settings.recent], recovered)
        self.pages.setCurrentWidget(self.start_page)
        self.start_page.setFocus()
        self.page.rest()
        self._soon_refresh()

    def show_page(self, page: Page) -> None:
        """Show a document of this window; it takes over how the panels were arranged in the one before."""
        if page is not self.page:
            page.workspace.take_over(self.page.workspace)
            self.page.rest()
            self.page = page
        self.show_document()

    def show_document(self) -> None:
        """Show the current document."""
        self.page.wake()
        self.top_bar.show_runs(self.page.run_bar)
        self.pages.setCurrentWidget(self.page)
        self.canvas.setFocus()
        self._refresh()

    def bring_forward(self, page: Page) -> None:
        """Show a document, and this window before all others."""
        self.show_page(page)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def _soon_refresh(self, *_: object) -> None:
        self._refreshing.start()

    def _renamed(self) -> None:
        self.top_bar.refresh()

    def _refresh(self) -> None:
        self.actions_table.refresh()
        self.top_bar.refresh()
        self.tab_strip.refresh()
        self.workspace.operators.remember(self.settings.favourites, self.settings.recent_operators)
        self.session.stock.remember(self.settings.favourites, self.settings.recent_operators)
        name = f"{self.session.title}[*] — Gradwire" if self.editing else "Gradwire"
        self.setWindowTitle(name)
        self.setWindowModified(self.editing and not self.session.clean)
        self.note_tabs()

    def _tell(self, sentence: str) -> None:
        self.session.message.emit(sentence)
        self._prompts.tell(self, sentence)

    # Qt ------------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: graphs and data files from outside are welcome."""
        drops.welcome(self, event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: take what was dropped."""
        drops.take(self, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt: Tab and Shift+Tab, from wherever in the window: what gets the keyboard is ringed."""
        moved, now = False, QApplication.focusWidget()
        for _ in range(MOST_STOPS):
            moved = super().focusNextPrevChild(forward)
            now = QApplication.focusWidget()
            if not moved or now is None or brought_into_view(now):
                break
        self.focus_ring.show_on(now)
        return moved

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the commands card stays in the middle."""
        super().resizeEvent(event)
        self.commands.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: full screen may come and go by the window manager."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._soon_refresh()
        elif event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            for page in self.document_pages:
                page.guard.check()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: ask about unsaved changes of every document; then end processes and keep the settings."""
        if not all(self._may_leave(page) for page in list(self.document_pages)):
            event.ignore()
            return
        self.presenting.leave()
        docks, layout = self.workspace.state()
        aside = tuple(self.workspace.yielding.aside)
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._refreshing.stop()
        if self in self.family.windows:
            self.family.change(
                lambda old: msgspec.structs.replace(
                    old, geometry=geometry, docks=docks, docks_layout=layout, docks_aside=aside
                )
            )
            self.family.windows.remove(self)
        self._refreshing.stop()
        if self._help is not None:
            self._help.close()
        for page in self.document_pages:
            page.close_session()
        event.accept()
