"""What commands do to the current document: insert, copy, arrange, rename, and where the keyboard goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.bookmarks_card import BookmarksCard
from app.canvas import room
from app.session import Overlay
from app.suggestions import choose_file
from app.words import tr
from engine.building import tidying
from engine.errors import GradwireError
from engine.files import parse
from engine.sockets import shortened

if TYPE_CHECKING:
    from app.window import Window

TABLE = "inputs.table"
READERS = {"inputs.image": (".png", ".jpg", ".jpeg")}
"""The operators that read files dropped on the window, other than tables, by what their names end in."""


class Working:
    """The part of a Window that works on its current document."""

    def insert(self: Window, operator_id: str) -> None:
        """Insert an operator where the canvas is looking and there is room."""
        if self.session.insert(operator_id, self.canvas.free_place()):
            room.follow(self.canvas, self.session.selection)
            self.canvas.setFocus()

    def toggle_favourite(self: Window) -> None:
        """Make the operator chosen in the palette a favourite, or no longer one."""
        if not self.workspace.operators.toggle_current():
            self.session.message.emit(
                tr("Choose an operator in the list on the left, which then is a favourite, or not.")
            )

    def remember_operator(self: Window, operator_id: str) -> None:
        """Let the palette show what was inserted among what was used last."""
        self.family.change(lambda settings: settings.with_operator(operator_id))

    def open_dropped(self: Window, path: Path, inner: str) -> None:
        """Open a graph that was dropped on the canvas, or the one inside a picture, as a new document."""
        if not inner:
            self.open(path)
            return
        try:
            content = parse(inner, name=shortened(path.name))
        except GradwireError as refused:
            self._tell(refused.sentence)
            return
        self.show_content(content, None, clean=False)
        self.session.message.emit(f"This is the graph inside {shortened(path.name)}; it is not saved yet.")

    def insert_table(self: Window, file: Path) -> None:
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

    def add_bookmark(self: Window) -> None:
        """Give what the canvas shows a name."""
        BookmarksCard(self, naming=True).open()

    def show_bookmarks(self: Window) -> None:
        """Show the bookmarks."""
        BookmarksCard(self, naming=False).open()

    def cut(self: Window) -> None:
        """Copy the selection and remove it."""
        self.canvas.cut()

    def copy(self: Window) -> None:
        """Copy the selection."""
        self.canvas.copy()

    def paste(self: Window) -> None:
        """Insert what was copied."""
        self.canvas.paste()

    def copy_script(self: Window, dialect: str) -> None:
        """Put the loss on the clipboard as a script ("numpy" or "jax"), once the engine has written it."""
        self.session.looks.ask_script(dialect)
        self.session.message.emit(tr("Writing the script …"))

    def _script_came(self: Window, dialect: str, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n")
        called = {"numpy": "NumPy", "jax": "JAX"}[dialect]
        self.session.message.emit(f"Copied as Python ({called}): {lines:,} lines are on the clipboard.")

    def tidy(self: Window) -> None:
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

    def add_note(self: Window) -> None:
        """Add a note, or a frame around the selection."""
        self.canvas.add_note()

    def rename(self: Window) -> None:
        """Edit the current node's name on the canvas."""
        if self.session.current is not None:
            self.canvas.rename(self.session.current)

    def focus_palette(self: Window) -> None:
        """Put the keyboard into the palette's search."""
        self.workspace.show_panel("palette")
        self.workspace.operators.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.workspace.operators.search.selectAll()

    def focus_inspector(self: Window) -> None:
        """Put the keyboard into the first field of the inspector."""
        self.workspace.show_panel("inspector")
        view = self.workspace.inspector.view
        if view is not None:
            view.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
            view.title.selectAll()

    def edit_interface(self: Window) -> None:
        """Show the function that the current node calls, or is, in the inspector, the keyboard at its first input."""
        function = self.session.called_subgraph
        if not function:
            return
        if self.session.current != function:
            self.session.reveal(function)
        self.focus_inspector()
        view = self.workspace.inspector.view
        rows = view.form.rows if view is not None else {}
        ends = [end for name in ("inputs", "outputs") for end in getattr(rows[name].editor, "ends", ())]
        if ends:
            ends[0].line.setFocus(Qt.FocusReason.ShortcutFocusReason)
            ends[0].line.selectAll()

    def show_library(self: Window) -> None:
        """Show the personal library of subgraphs."""
        from app.library_card import LibraryCard

        LibraryCard(self).open()

    def toggle_overlay(self: Window, overlay: Overlay) -> None:
        """Show or hide something on all wires."""
        self.session.set_overlay(overlay, overlay not in self.session.overlays)

    def check_gradient(self: Window) -> None:
        """Check the current node's gradient, in the inspector."""
        self.workspace.show_panel("inspector")
        view = self.workspace.inspector.view
        if view is not None:
            view.check.start()

    def next_problem(self: Window) -> None:
        """Go to the problem after the one at the current node."""
        nodes = list(dict.fromkeys(p.node for p in self.session.problems if p.node in self.session.graph.nodes))
        if nodes:
            at = nodes.index(self.session.current) if self.session.current in nodes else -1
            self.session.reveal(nodes[(at + 1) % len(nodes)] or "")
            self.workspace.show_panel("problems")

    def restore_focus(self: Window) -> None:
        """Give the keyboard back to what is worked on."""
        (self.canvas if self.editing else self.start_page).setFocus()
