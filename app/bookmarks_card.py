"""The card of bookmarks: name what is shown, and go to, rename, number or take away what was named before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem

from app import bookmarks
from app.card import Card
from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

ID = Qt.ItemDataRole.UserRole
KEY, NAME, WHERE = range(3)
HINT = "Return goes there, F2 renames, a digit gives its key (0 none), Delete takes it away."


class BookmarksCard(Card):
    """`naming` puts the keyboard into the field for a new one, else into the list."""

    def __init__(self, window: Window, *, naming: bool) -> None:
        super().__init__(window, "Bookmarks", (520, 460))
        self._canvas, self._naming = window.canvas, naming
        px = appearance().px
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.field = QLineEdit(bookmarks.proposal(self._canvas))
        self.field.setAccessibleName(tr("Name of what is shown now"))
        self.field.setPlaceholderText(tr("Name of what is shown now"))
        self.field.returnPressed.connect(self._add)
        self.add_button = QPushButton(tr("Bookmark this place"))
        self.add_button.setProperty("role", "primary")
        self.add_button.clicked.connect(lambda _=False: self._add())
        row.addWidget(self.field, 1)
        row.addWidget(self.add_button)
        self.column.addLayout(row)
        self.list = self._list()
        self.column.addWidget(self.list, 1)
        self.column.addWidget(label(HINT, "faint", wrap=True))
        self._canvas.session.changed.connect(self._fill)
        self._fill()

    def _list(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Bookmarks"))
        tree.setColumnCount(3)
        tree.setHeaderLabels(["Key", "Name", "Where"])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed)
        tree.header().setSectionResizeMode(KEY, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(WHERE, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        tree.itemDoubleClicked.connect(lambda item, _: self._go(item))
        tree.itemChanged.connect(self._renamed)
        tree.installEventFilter(self)
        return tree

    def open(self) -> None:
        """Show the card with the keyboard in the field, or in the list."""
        super().open()
        if self._naming or not self.list.topLevelItemCount():
            self.field.setFocus()
            self.field.selectAll()
        else:
            self.list.setFocus()

    def _fill(self, *_: object) -> None:
        session, chosen = self._canvas.session, self._chosen()
        self.list.blockSignals(True)
        self.list.clear()
        for id, mark in bookmarks.ordered(session):
            item = QTreeWidgetItem([str(mark.key or ""), mark.name, bookmarks.where(session, mark)])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(NAME, ID, id)
            self.list.addTopLevelItem(item)
            if id == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and self.list.topLevelItemCount():
            self.list.setCurrentItem(self.list.topLevelItem(0), NAME)
        self.list.blockSignals(False)

    def _chosen(self) -> str:
        item = self.list.currentItem()
        return item.data(NAME, ID) if item is not None else ""

    def _add(self) -> None:
        if bookmarks.add(self._canvas, self.field.text()):
            self.close()

    def _go(self, item: QTreeWidgetItem) -> None:
        id = item.data(NAME, ID)
        self.close()
        bookmarks.go(self._canvas, id)

    def _renamed(self, item: QTreeWidgetItem, column: int) -> None:
        if column == NAME:
            bookmarks.rename(self._canvas.session, item.data(NAME, ID), item.text(NAME))
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: keys of the list."""
        item = self.list.currentItem()
        if watched is not self.list or item is None or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() != QEvent.Type.KeyPress or self.list.state() == QTreeWidget.State.EditingState:
            return super().eventFilter(watched, event)
        key, session = event.key(), self._canvas.session
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(item)
        elif key == Qt.Key.Key_F2:
            self.list.editItem(item, NAME)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            bookmarks.remove(session, self._chosen())
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            bookmarks.give_key(session, self._chosen(), key - Qt.Key.Key_0)
        else:
            return super().eventFilter(watched, event)
        return True
