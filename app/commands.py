"""The command palette: one field that finds every command, operator and node; a card over the window, never a
dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app import fonts
from app.entries import Entry, entries, matching
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

AnyIndex = QModelIndex | QPersistentModelIndex
MOST_SHOWN = 60
ROW = 30


class EntryModel(QAbstractListModel):
    """The entries that match."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show_entries(self, entries: list[Entry]) -> None:
        """Show others."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many there are."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the title; the entry itself as user data; all of it for those who hear it."""
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.UserRole:
                return entry
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (entry.title, entry.kind, entry.keys) if part)
        return None


class EntryDelegate(QStyledItemDelegate):
    """Title on the left, kind and keys on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Qt: rows of 30 pixels."""
        return QSize(appearance().px(200), appearance().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Qt: draw the row."""
        look = appearance()
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.selection if chosen else look.theme.raised))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), look.px(6), look.px(6))
        area = rect.adjusted(look.px(12), 0, -look.px(12), 0)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(fonts.sans("small", look.scale))
        note = "   ".join(part for part in (entry.kind, entry.keys) if part)
        painter.setPen(QColor(look.theme.second if chosen else look.theme.faint))
        painter.drawText(area, right, note)
        room = area.width() - painter.fontMetrics().horizontalAdvance(note) - look.px(16)
        painter.setFont(fonts.sans("body", look.scale))
        painter.setPen(QColor(look.theme.text if entry.enabled else look.theme.faint))
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()


class Commands(QFrame):
    """The card. It closes on Escape, on a choice, and when something else is clicked."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("role", "card")
        self.setAccessibleName(tr("All commands"))
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Search commands, operators and nodes"))
        self.field.setAccessibleName(tr("Search commands, operators and nodes"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.model = EntryModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(tr("What was found"))
        self.list.setUniformItemSizes(True)
        self.list.clicked.connect(lambda index: self._run(index.row()))
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.field)
        self._column.addWidget(self.list, 1)
        self._entries: list[Entry] = []
        self.hide()

    def open(self) -> None:
        """Show the card with everything in it."""
        px = appearance().px
        self._column.setContentsMargins(px(10), px(10), px(10), px(10))
        self._column.setSpacing(px(8))
        self._entries = entries(self._window)
        self.field.clear()
        self._search("")
        self._fit()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _search(self, query: str) -> None:
        found = matching(query, self._entries)
        nothing = Entry(f"Nothing is called “{query.strip()[:60]}”", "", "", lambda: None, enabled=False)
        self.model.show_entries(found[:MOST_SHOWN] or [nothing])
        self.list.setCurrentIndex(self.model.index(0, 0))
        self._fit()

    def _fit(self) -> None:
        """Make the card as high as its rows, and no row half visible."""
        px = appearance().px
        room = max(4, min(14, (self._window.height() - px(190)) // px(ROW)))
        rows = min(room, max(1, self.model.rowCount()))
        width = min(px(600), self._window.width() - px(48))
        height = rows * px(ROW) + self.field.sizeHint().height() + px(28) + 2
        self.setGeometry((self._window.width() - width) // 2, px(58), width, height)

    def _run(self, row: int) -> None:
        if 0 <= row < len(self.model.entries):
            entry = self.model.entries[row]
            if not entry.enabled:
                return  # it says so itself, and the card stays for another choice
            self.hide()
            self._window.restore_focus()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: keys of the field act on the list; losing the keyboard closes the card."""
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            self.hide()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row = self.list.currentIndex().row()
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up:
                    step = 1 if event.key() == Qt.Key.Key_Down else -1
                    count = max(1, self.model.rowCount())
                    self.list.setCurrentIndex(self.model.index((row + step) % count, 0))
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._run(row)
                    return True
                case Qt.Key.Key_Escape:
                    self.hide()
                    self._window.restore_focus()
                    return True
        return super().eventFilter(watched, event)
