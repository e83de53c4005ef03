"""The window: top bar, start page or workspace, status line. It holds the session and does what the actions say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QByteArray, QEvent, QMimeData, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import settings as stored
from app import theme
from app.actions import Actions
from app.assets import SAMPLES
from app.commands import Commands
from app.panels.inspector_editors import DATA_SUFFIXES
from app.panels.palette import OPERATOR_ROLE
from app.prompts import Prompts
from app.session import Overlay, Session
from app.settings import Settings
from app.start_page import StartPage
from app.suggestions import choose_file
from app.top_bar import StatusLine, TopBar
from app.workspace import Workspace
from engine.building import tidying
from engine.errors import GradwireError
from engine.files.recovery import Recovered, recoverable
from engine.operator import Library

if TYPE_CHECKING:
    from app.help_browser import HelpBrowser

FIRST_SIZE = (1440, 900)
TABLE = "inputs.table"
READERS = {"inputs.image": (".png", ".jpg", ".jpeg")}
"""The operators that read files dropped on the window, other than tables, by what their names end in."""


class Window(QMainWindow):
    """One window with one session. `config` and `data` are the folders of settings and journals; None keeps nothing."""

    def __init__(
        self,
        library: Library,
        *,
        config: Path | None = None,
        data: Path | None = None,
        prompts: Prompts | None = None,
        engine: bool = True,
        settings: Settings | None = None,
    ) -> None:
        super().__init__()
        self._config, self._data = config, data
        self._prompts = prompts or Prompts()
        self.settings = settings or (stored.load(config) if config else Settings())
        self._apply_theme()
        journals, unsaved = (data / "journals", data / "unsaved") if data else (None, None)
        self.session = Session(library, engine=engine, journals=journals, unsaved=unsaved, parent=self)
        self._help: HelpBrowser | None = None
        self._build()
        self._connect()
        self._restore()
        self.show_start()

    def _build(self) -> None:
        self.actions_table = Actions(self)
        self.top_bar = TopBar(self)
        self.workspace = Workspace(self.session)
        self.start_page = StartPage(self.session.library)
        self.status = StatusLine(self)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.workspace)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top_bar, self.pages, self.status):
            column.addWidget(widget, 1 if widget is self.pages else 0)
        self.setCentralWidget(centre)
        self.commands = Commands(self)
        self.canvas = self.workspace.canvas
        self.resize(*FIRST_SIZE)
        self.setMinimumSize(860, 560)
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        session, page = self.session, self.start_page
        self.top_bar.search_requested.connect(self.show_commands)
        self.status.problems_clicked.connect(lambda: self.workspace.show_panel("problems"))
        self.workspace.operators.insert_requested.connect(self.insert)
        self.workspace.operators.help_requested.connect(self.show_help)
        self.canvas.help_requested.connect(self.show_help)
        self.workspace.operators.favourites_changed.connect(lambda ids: self._change(favourites=ids))
        self.workspace.panels_changed.connect(self._soon_refresh)
        page.file_chosen.connect(self.open)
        page.new_chosen.connect(self.new)
        page.open_chosen.connect(self.open_dialog)
        page.recovery_chosen.connect(self.recover)
        page.recovery_discarded.connect(self._discard_recovery)
        self._refreshing = QTimer(self, singleShot=True, interval=0)
        self._refreshing.timeout.connect(self._refresh)
        for signal in (
            session.selection_changed, session.history_changed, session.run_state_changed, session.path_changed,
            session.overlays_changed, session.problems_changed, session.replaced, session.body_changed,
        ):  # fmt: skip
            signal.connect(self._soon_refresh)
        session.looks.script_ready.connect(self._script_came)
        session.looks.script_failed.connect(self._tell)
        menu_key = QShortcut(QKeySequence("F10"), self)
        menu_key.activated.connect(self.top_bar.open_menu)

    # What is shown -----------------------------------------------------------------------------------------------

    @property
    def editing(self) -> bool:
        """Whether a document is shown, and not the start page."""
        return self.pages.currentWidget() is self.workspace

    def show_start(self) -> None:
        """Show the start page. The open document stays open behind it."""
        recovered = recoverable(self._data / "journals") if self._data else ()
        self._untold = bool(recovered)
        self.start_page.refresh([Path(p) for p in self.settings.recent], recovered)
        self.pages.setCurrentWidget(self.start_page)
        self.start_page.setFocus()
        self.status.hide()
        self._soon_refresh()

    def show_document(self) -> None:
        """Show the workspace."""
        self.pages.setCurrentWidget(self.workspace)
        self.status.show()
        self.canvas.setFocus()
        self._refresh()

    def _soon_refresh(self, *_: object) -> None:
        self._refreshing.start()

    def _refresh(self) -> None:
        self.actions_table.refresh()
        self.top_bar.refresh()
        self.workspace.operators.remember(self.settings.favourites, self.settings.recent_operators)
        name = f"{self.session.title}[*] — Gradwire" if self.editing else "Gradwire"
        self.setWindowTitle(name)
        self.setWindowModified(self.editing and not self.session.clean)

    # Documents ---------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Show an empty document, after asking about unsaved changes."""
        if self._may_leave():
            self.session.new()
            self.show_document()

    def open_dialog(self) -> None:
        """Ask for a file and open it."""
        path = self._prompts.open_file(self, self._folder())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> bool:
        """Open a file, after asking about unsaved changes; a file that cannot be read is told and changes nothing."""
        if not self._may_leave():
            return False
        try:
            self.session.open(path)
        except GradwireError as refused:
            self._tell(refused.sentence)
            return False
        if not self.is_sample:
            self._change(recent=self.settings.with_recent(path).recent)
        self.show_document()
        if self._untold:
            self._untold = False
            self.session.message.emit("Unsaved work from an earlier session was found: the start page offers it.")
        return True

    def recover(self, found: Recovered) -> None:
        """Take over work that was not saved; its journal goes once it is in ours."""
        if self._may_leave():
            self.session.adopt(found.content, found.path, clean=False)
            found.discard()
            self.show_document()
            note = "" if found.complete else " The end of the journal was damaged: the last edits may be missing."
            edits = "1 unsaved edit" if found.edits == 1 else f"{found.edits:,} unsaved edits"
            self.session.message.emit(f"Recovered {edits}.{note}")

    def _discard_recovery(self, found: Recovered) -> None:
        found.discard()
        self.show_start()

    @property
    def is_sample(self) -> bool:
        """Whether the open document is one of the bundled samples, which are never written over."""
        path = self.session.path
        return path is not None and path.resolve().parent == SAMPLES.resolve()

    def save(self) -> bool:
        """Save, asking where only if there is no file yet (or it is a sample); return whether it was saved."""
        if self.session.path is None or self.is_sample:
            return self.save_as()
        return self._save_to(self.session.path)

    def save_as(self) -> bool:
        """Ask where to save, and save there."""
        name = self.session.path.name if self.session.path else "untitled.dgraph"
        path = self._prompts.save_file(self, self._folder() / name)
        return path is not None and self._save_to(path)

    def _save_to(self, path: Path) -> bool:
        try:
            self.session.save(path)
        except GradwireError as refused:
            self._tell(refused.sentence)
            return False
        self._change(recent=self.settings.with_recent(path).recent)
        return True

    def _folder(self) -> Path:
        path = self.session.path
        if path is not None and not self.is_sample:
            return path.parent
        return Path(self.settings.recent[0]).parent if self.settings.recent else Path.home()

    def _may_leave(self) -> bool:
        if self.session.clean:
            return True
        answer = self._prompts.unsaved(self, self.session.title)
        if answer == "discard":
            self.session.discard()
        return answer == "discard" or (answer == "save" and self.save())

    def _tell(self, sentence: str) -> None:
        self.session.message.emit(sentence)
        self._prompts.tell(self, sentence)

    # Editing -----------------------------------------------------------------------------------------------------

    def insert(self, operator_id: str) -> None:
        """Insert an operator where the canvas is looking and there is room."""
        if self.session.insert(operator_id, self.canvas.free_place()):
            self.settings = self.settings.with_operator(operator_id)
            self._soon_refresh()
            self.canvas.setFocus()

    def insert_table(self, file: Path) -> None:
        """Insert a node that reads a data file or picture from anywhere; where it cannot be brought here, say why and
        insert nothing."""
        try:
            name = self.session.bring(file)
        except GradwireError as refused:
            self._tell(refused.sentence)
            return
        operator = next((id for id in READERS if file.suffix.lower() in READERS[id]), TABLE)
        with self.session.group(f"Insert {self.session.library[operator].title.lower()}"):
            node = self.session.insert(operator, self.canvas.free_place())
            choose_file(self.session, node, "file", name)

    def cut(self) -> None:
        """Copy the selection and remove it."""
        self.canvas.cut()

    def copy(self) -> None:
        """Copy the selection."""
        self.canvas.copy()

    def paste(self) -> None:
        """Insert what was copied."""
        self.canvas.paste()

    def copy_script(self, dialect: str) -> None:
        """Put the loss on the clipboard as a script ("numpy" or "jax"), once the engine has written it."""
        self.session.looks.ask_script(dialect)
        self.session.message.emit("Writing the script …")

    def _script_came(self, dialect: str, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n")
        called = {"numpy": "NumPy", "jax": "JAX"}[dialect]
        self.session.message.emit(f"Copied as Python ({called}): {lines:,} lines are on the clipboard.")

    def tidy(self) -> None:
        """Arrange the selected nodes, or all, along their wires."""
        drawn = self.canvas.scene.nodes
        self.session.apply(
            tidying(
                self.session.content,
                self.session.library,
                self.session.selection or self.session.graph.bodies.get(self.session.body, ()),
                lambda id: (drawn[id].face.width, drawn[id].face.height),
            )
        )

    def add_note(self) -> None:
        """Add a note, or a frame around the selection."""
        self.canvas.add_note()

    def rename(self) -> None:
        """Edit the current node's name on the canvas."""
        if self.session.current is not None:
            self.canvas.rename(self.session.current)

    def focus_palette(self) -> None:
        """Put the keyboard into the palette's search."""
        self.workspace.show_panel("palette")
        self.workspace.operators.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.workspace.operators.search.selectAll()

    def focus_inspector(self) -> None:
        """Put the keyboard into the first field of the inspector."""
        self.workspace.show_panel("inspector")
        view = self.workspace.inspector.view
        if view is not None:
            view.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
            view.title.selectAll()

    def toggle_overlay(self, overlay: Overlay) -> None:
        """Show or hide something on all wires."""
        self.session.set_overlay(overlay, overlay not in self.session.overlays)

    def check_gradient(self) -> None:
        """Check the current node's gradient, in the inspector."""
        self.workspace.show_panel("inspector")
        view = self.workspace.inspector.view
        if view is not None:
            view.check.start()

    def next_problem(self) -> None:
        """Go to the problem after the one at the current node."""
        nodes = list(dict.fromkeys(p.node for p in self.session.problems if p.node in self.session.graph.nodes))
        if nodes:
            at = nodes.index(self.session.current) if self.session.current in nodes else -1
            self.session.reveal(nodes[(at + 1) % len(nodes)] or "")
            self.workspace.show_panel("problems")

    # Appearance --------------------------------------------------------------------------------------------------

    def toggle_panel(self, name: str) -> None:
        """Show or hide a panel."""
        self.workspace.toggle_panel(name)

    def panel_visible(self, name: str) -> bool:
        """Return whether a panel is shown."""
        return self.workspace.panel_visible(name)

    @property
    def arranging(self) -> bool:
        """Whether panels show title bars to be moved by."""
        return self.workspace.arranging

    def toggle_arranging(self) -> None:
        """Show or hide the panels' title bars."""
        self.workspace.set_arranging(not self.workspace.arranging)

    def restore_panels(self) -> None:
        """Put the panels where they are at first."""
        self.workspace.restore_panels()

    def set_theme(self, name: str) -> None:
        """Show another theme."""
        self._change(theme=name)
        self._apply_theme()

    def set_scale(self, scale: float) -> None:
        """Scale everything to a factor."""
        self._change(scale=scale)
        self._apply_theme()
        self.workspace.scale_panels()

    def change_scale(self, steps: int) -> None:
        """Scale everything up or down by a step."""
        self.set_scale(self.settings.with_scale_step(steps).scale)

    def toggle_reduced_motion(self) -> None:
        """Move nothing that need not move, or let it move again."""
        self._change(reduced_motion=not self.settings.reduced_motion)
        theme.appearance().reduced_motion = self.settings.reduced_motion

    def toggle_compile_runs(self) -> None:
        """Let runs go over to XLA once it has compiled them, or not; from the next run on."""
        self._change(compile_runs=not self.settings.compile_runs)
        self.apply_backend()

    def apply_backend(self) -> None:
        """Tell runs whether they may go over to XLA."""
        if self.session.has_engine:
            self.session.runs.backend = "auto" if self.settings.compile_runs else None

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        chosen = theme.THEMES.get(self.settings.theme, theme.DARK)
        theme.appearance().reduced_motion = self.settings.reduced_motion
        theme.apply(app, chosen, self.settings.scale)  # type: ignore[arg-type]

    # Help --------------------------------------------------------------------------------------------------------

    def show_commands(self) -> None:
        """Show all commands."""
        self.commands.open()

    def show_help(self, operator_id: str | None = None) -> None:
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

            self._help = HelpBrowser(self.session.library, self)
            self._help.example_requested.connect(self.open_example)
            self._help.insert_requested.connect(self.insert)
            self._help.sample_requested.connect(lambda name: self.open(SAMPLES / name))
        self._help.show_operator(operator_id)
        self._help.show()
        self._help.raise_()
        self._help.activateWindow()

    def open_example(self, operator_id: str) -> None:
        """Show an operator's example graph as a new document, after asking about unsaved changes."""
        content = self._help.view.example(operator_id) if self._help is not None else None
        if content is not None and self._may_leave():
            self.session.adopt(content, None, clean=True)
            self.show_document()
            self.canvas.fit()

    def show_keys(self) -> None:
        """Show what keys and mouse do."""
        from app.help import KeysCard

        KeysCard(self).open()

    def show_about(self) -> None:
        """Show which program this is."""
        from app.help import AboutCard

        AboutCard(self).open()

    def show_failure(self, sentence: str, report: str) -> None:
        """Tell that the window itself failed. The card comes with the next event: this one may be a repaint."""
        from app.help import FailureCard

        self.session.message.emit(sentence)
        QTimer.singleShot(0, self, lambda: FailureCard(self, sentence, report).open())

    def restore_focus(self) -> None:
        """Give the keyboard back to what is worked on."""
        (self.canvas if self.editing else self.start_page).setFocus()

    # Life --------------------------------------------------------------------------------------------------------

    def _change(self, **changes: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)
        self._keep_settings()
        self._soon_refresh()

    def _keep_settings(self) -> None:
        if self._config is not None:
            stored.save(self.settings, self._config)

    def _restore(self) -> None:
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode()))
        self.workspace.restore(self.settings.docks, self.settings.docks_layout)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: graphs and data files from outside are welcome."""
        data = event.mimeData()
        if dropped(data, (".dgraph",)) is not None or (self.editing and dropped(data, DATA_SUFFIXES) is not None):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: open what was dropped, once the other program has let go of it; a data file becomes a table."""
        graph, table = dropped(event.mimeData(), (".dgraph",)), dropped(event.mimeData(), DATA_SUFFIXES)
        if graph is not None:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.open(graph))
        elif table is not None and self.editing:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.insert_table(table))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the commands card stays in the middle."""
        super().resizeEvent(event)
        self.commands.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: full screen may come and go by the window manager."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._soon_refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: ask about unsaved changes; then end processes and keep the settings."""
        if not self._may_leave():
            event.ignore()
            return
        docks, layout = self.workspace.state()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.settings = msgspec.structs.replace(self.settings, geometry=geometry, docks=docks, docks_layout=layout)
        self._keep_settings()
        self._refreshing.stop()
        if self._help is not None:
            self._help.close()
        self.workspace.plots.stop()
        self.session.close()
        event.accept()


def dropped(data: QMimeData, suffixes: tuple[str, ...]) -> Path | None:
    """Return the first file with one of these endings among what is dragged, or None."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in suffixes), None)
