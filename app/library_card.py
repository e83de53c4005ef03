"""The personal library of subgraphs as a card: what is in it, other names, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.card import Card
from app.panels.inspector_fields import plain_line
from app.panels.inspector_parts import label
from app.stock import MINE
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.shelf import Entry
    from app.window import Window

EMPTY = "Nothing is kept here yet. Select a Call or a Function, then Subgraph > Keep in my library."


class LibraryCard(Card):
    """A row for each file: its name to be edited, what it says of itself or what is wrong with it, buttons."""

    def __init__(self, window: Window) -> None:
        super().__init__(window, "My library", (620, 460))
        self._window = window
        self.names: dict[str, QLineEdit] = {}
        self.inserts: dict[str, QPushButton] = {}
        self.removes: dict[str, QPushButton] = {}
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(tr("Subgraphs of your library"))
        self._area = area
        self.column.addWidget(area, 1)
        self.folder = label("", "faint", wrap=True, selectable=True)
        self.column.addWidget(self.folder)
        self.refresh()

    def refresh(self) -> None:
        """Show what the library holds now."""
        shelf = self._window.session.stock.shelf
        self.names, self.inserts, self.removes = {}, {}, {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, appearance().px(12), 0)
        column.setSpacing(appearance().px(14))
        entries = shelf.entries()
        for entry in entries:
            column.addLayout(self._row(entry))
        if not entries:
            column.addWidget(label(EMPTY, "second", wrap=True))
        column.addStretch(1)
        old = self._area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()  # it may hold the field whose text leads here
        self._area.setWidget(inside)
        self.folder.setText(f"Kept in {shelf.folder}" if shelf.folder else tr("There is no folder for it here."))

    def _row(self, entry: Entry) -> QVBoxLayout:
        px = appearance().px
        name = plain_line(entry.name, name=f"name of “{entry.name}”")
        name.setReadOnly(bool(entry.fault))
        name.setCursorPosition(0)
        name.editingFinished.connect(lambda: self._rename(entry.name))
        insert, remove = QPushButton(tr("Insert")), QPushButton(tr("Remove"))
        insert.setEnabled(not entry.fault)
        insert.setAccessibleName(f"Insert “{entry.name}”")
        insert.clicked.connect(lambda: self._insert(entry.name))
        remove.setAccessibleName(f"Remove “{entry.name}”")
        remove.setToolTip(
            tr("The file stays in the folder, with ~1 after its name. Graphs that use it keep their copy.")
        )
        remove.clicked.connect(lambda: self._remove(entry.name))
        self.names[entry.name], self.inserts[entry.name], self.removes[entry.name] = name, insert, remove
        line = QHBoxLayout()
        line.setSpacing(px(8))
        for widget in (name, insert, remove):
            line.addWidget(widget, 1 if widget is name else 0, Qt.AlignmentFlag.AlignVCenter)
        row = QVBoxLayout()
        row.setSpacing(px(4))
        row.addLayout(line)
        said = entry.fault or self._about(entry.name)
        row.addWidget(label(f"Damaged: {said}" if entry.fault else said, "bad" if entry.fault else "second", wrap=True))
        return row

    def _about(self, name: str) -> str:
        operator = self._window.session.stock.library.get(f"{MINE}.{name}")
        return " · ".join(line for line in (operator.help if operator else "").split("\n") if line)

    def _rename(self, name: str) -> None:
        if name not in self.names:
            return  # the field goes, as the name does
        wanted = self.names[name].text().strip()
        if wanted != name and self._window.session.rename_in_library(name, wanted):
            self.refresh()
        elif name in self.names:
            self.names[name].setText(name)

    def _insert(self, name: str) -> None:
        self.close()
        self._window.insert(f"{MINE}.{name}")

    def _remove(self, name: str) -> None:
        self._window.session.remove_from_library(name)
        self.refresh()
