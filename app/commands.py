"""The command palette: one field that finds every command, operator and node; a card over the window, never a
dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from app.actions import COMMANDS
from app.bodies import place_text
from app.panels.palette import words
from app.search import ranked
from app.theme import appearance

if TYPE_CHECKING:
    from app.session import Session
    from app.window import Window

AnyIndex = QModelIndex | QPersistentModelIndex
MOST_SHOWN = 60
ROW = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done: what it is called, what kind of thing it is, its keys, and the doing."""

    title: str
    kind: str
    keys: str
    run: Callable[[], object]
    words: str = ""


def entries(window: Window) -> list[Entry]:
    """Return all that can be done now: commands, then operators to insert, then nodes to go to."""
    actions = window.actions_table
    actions.refresh()
    found = [
        Entry(actions[c.id].text().rstrip("…"), c.menu, actions.keys_text(c.id), actions[c.id].trigger, f"{c.words} {c.help}")
        for c in COMMANDS
        if c.id != "commands" and actions[c.id].isEnabled()
    ]
    if window.editing:
        session = window.session
        here = dict.fromkeys(session.graph.bodies.get(session.body, ()))
        found += [
            Entry(f"Add {o.title}", "Operator", "", lambda id=o.id: window.insert(id), words(o))  # type: ignore[misc]
            for o in session.library.values()
        ]
        found += [
            Entry(_going(session, id), "Node", "", lambda id=id: session.reveal(id), id)  # type: ignore[misc]
            for id in (*here, *(id for id in session.graph.nodes if id not in here))
        ]
    return found


def _going(session: Session, id: str) -> str:
    """Return what the entry of a node is called: with the way to it where it lies in another body."""
    inside = session.node(id).inside
    where = f"  in {place_text(inside, session)}" if inside != session.body and inside else ""
    return f"Go to {session.label(id)}{where}"


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
        """Qt: the title; the entry itself as user data."""
        entry = self.entries[index.row()]
        return (
            entry.title if role == Qt.ItemDataRole.DisplayRole else entry if role == Qt.ItemDataRole.UserRole else None
        )


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
        painter.setPen(QColor(look.theme.text))
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()


class Commands(QFrame):
    """The card. It closes on Escape, on a choice, and when something else is clicked."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("role", "card")
        self.setAccessibleName("All commands")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Search commands, operators and nodes")
        self.field.setAccessibleName("Search commands, operators and nodes")
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.model = EntryModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
        found = ranked(query, ((e, e.title, e.words) for e in self._entries)) if query.strip() else self._entries
        self.model.show_entries(list(found[:MOST_SHOWN]))
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
