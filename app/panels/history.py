"""The history panel: every step by name, the newest last; a click goes there. Steps still to be done again are dimmed,
and the saved state is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app import fonts
from app.theme import appearance
from app.tips import tip
from app.words import tr

if TYPE_CHECKING:
    from app.session import Session

AnyIndex = QModelIndex | QPersistentModelIndex
ROW = 28


class HistoryModel(QAbstractListModel):
    """One row for the state at the beginning and one for the state after each step."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.names: tuple[str, ...] = ()
        self.position = 0
        self.saved: int | None = None
        self.forgotten = 0

    def refresh(self) -> None:
        """Show the steps as they are now."""
        document = self.session.document
        names, position = document.steps, document.position
        saved = document.saved_position if self.session.path else None
        same = document.forgotten_steps == self.forgotten
        if same and len(names) == len(self.names) + 1 and names[:-1] == self.names:
            self.beginInsertRows(QModelIndex(), len(names), len(names))
            self.names = names
            self.endInsertRows()
        elif names != self.names or not same:
            self.beginResetModel()
            self.names, self.forgotten = names, document.forgotten_steps
            self.endResetModel()
        if (position, saved) != (self.position, self.saved):
            self.position, self.saved = position, saved
            self.dataChanged.emit(self.index(0), self.index(len(names)))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many states there are."""
        return 0 if parent.isValid() else len(self.names) + 1

    def text(self, row: int) -> str:
        """Return what a state is called: by the step that led to it."""
        if row == 0:
            return f"Before, {self.forgotten:,} older steps" if self.forgotten else "As it was opened"
        return self.names[row - 1]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the step's name; for screen readers also where it stands."""
        row = index.row()
        marks = [
            *(["now"] if row == self.position else []),
            *(["saved"] if row == self.saved else []),
            *(["to be done again"] if row > self.position else []),
        ]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join([self.text(row), *marks])
            case Qt.ItemDataRole.ToolTipRole:
                return tip(f"{self.text(row)}\n{', '.join(marks) or 'Click to go back to here'}")
        return None


class HistoryDelegate(QStyledItemDelegate):
    """A rail with a point for each state, the step's name, and "saved" on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Qt: rows of one height."""
        return QSize(appearance().px(120), appearance().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Qt: draw the row."""
        look, model, row = appearance(), index.model(), index.row()
        assert isinstance(model, HistoryModel)  # noqa: S101 - the delegate of this one view
        px, theme, rect = look.px, look.theme, QRect(option.rect)
        here, later = row == model.position, row > model.position
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if here or chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if here or chosen else theme.raised))
            painter.drawRoundedRect(rect.adjusted(px(8), 1, -px(8), -1), px(6), px(6))
        self._rail(painter, rect, row, model, here=here, later=later)
        area = rect.adjusted(px(40), 0, -px(18), 0)
        if row == model.saved:
            painter.setFont(fonts.sans("small", look.scale))
            painter.setPen(QColor(theme.good))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "saved")
            area.setRight(area.right() - painter.fontMetrics().horizontalAdvance("saved") - px(10))
        painter.setFont(fonts.sans("body", look.scale, strong=here))
        painter.setPen(QColor(theme.faint if later else theme.text if here else theme.second))
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def _rail(self, painter: QPainter, rect: QRect, row: int, model: HistoryModel, *, here: bool, later: bool) -> None:
        look = appearance()
        x, middle, radius = rect.left() + look.px(25), rect.center().y() + 0.5, look.px(4 if here else 3)
        painter.setPen(QColor(look.theme.node_border))
        if row > 0:
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, middle - radius))
        if row < len(model.names):
            painter.drawLine(QPointF(x, middle + radius), QPointF(x, rect.bottom() + 1))
        colour = QColor(look.theme.good if row == model.saved else look.theme.text if here else look.theme.second)
        painter.setPen(QColor(look.theme.faint) if later else colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if later else colour)
        painter.drawEllipse(QPointF(x, middle), radius, radius)


class Steps(QListView):
    """The list, which keeps the keys it is walked by: those of the window's commands among them do not act here."""

    OWN = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)

    def event(self, event: QEvent) -> bool:
        """Qt: claim the keys before the window's commands do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in self.OWN:
            event.accept()
            return True
        return super().event(event)


class HistoryPanel(QWidget):
    """The panel. It is brought up to date only while it can be seen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = HistoryModel(session)
        self.list = Steps(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(HistoryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(tr("History"))
        self.list.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.list.clicked.connect(lambda index: self._go(index.row()))
        self.list.activated.connect(lambda index: self._go(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, appearance().px(8), 0, appearance().px(4))
        column.addWidget(self.list)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (session.history_changed, session.path_changed, session.replaced):
            signal.connect(self._refresh_soon)
        appearance().changed.connect(self.list.doItemsLayout)

    def _refresh_soon(self, *_: object) -> None:
        if self.isVisible():
            self._soon.start()

    def refresh(self) -> None:
        """Show the steps as they are now, the present one in sight."""
        self.model.refresh()
        now = self.model.index(self.model.position)
        self.list.setCurrentIndex(now)
        self.list.scrollTo(now)

    def _go(self, row: int) -> None:
        self.session.travel(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: catch up."""
        super().showEvent(event)
        self.refresh()
