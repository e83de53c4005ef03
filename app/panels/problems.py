"""The problems panel: one row for each, worst first, then what goes wrong in training with its rule; a click goes to
the node, and "Mend" applies the plain remedy where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPolygonF
from PySide6.QtWidgets import (
    QListView,
    QMenu,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import fonts
from app.panels.inspector_parts import Dot, label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.problems import Problem

if TYPE_CHECKING:
    from app.session import Session

AnyIndex = QModelIndex | QPersistentModelIndex
MOST_SHOWN = 500
TRAINING = "training"
"""The code of a row that tells what goes wrong in training."""


class ProblemModel(QAbstractListModel):
    """The session's problems."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.problems: tuple[Problem, ...] = ()

    def refresh(self) -> None:
        """Show the problems as they are now."""
        self.beginResetModel()
        warned = self.session.watcher.badges
        training = tuple(Problem("warning", TRAINING, f"{w.sentence}\nRule: {w.rule}", w.node) for w in warned)
        self.problems = (*self.session.problems, *training)[:MOST_SHOWN]
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many there are."""
        return 0 if parent.isValid() else len(self.problems)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the sentence; the problem itself as user data."""
        problem = self.problems[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return problem.sentence
            case Qt.ItemDataRole.ToolTipRole:
                return tip(problem.sentence)
            case Qt.ItemDataRole.UserRole:
                return problem
        return None


class ProblemDelegate(QStyledItemDelegate):
    """A mark, the sentence (wrapped), and the node's name on the right."""

    NAME_WIDTH = 170

    def __init__(self, session: Session, parent: QListView) -> None:
        super().__init__(parent)
        self._session = session

    def _area(self, rect: QRect) -> QRect:
        px = appearance().px
        return rect.adjusted(px(38), px(6), -px(self.NAME_WIDTH) - px(24), -px(6))

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Qt: as high as the wrapped sentence."""
        look = appearance()
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else option.rect.width()
        area = self._area(QRect(0, 0, width, 1000))
        metrics = QFontMetrics(fonts.sans("body", look.scale))
        text = metrics.boundingRect(area, Qt.TextFlag.TextWordWrap, str(index.data()))
        return QSize(width, max(look.px(34), text.height() + look.px(14)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Qt: draw the row."""
        look = appearance()
        problem: Problem = index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.selection if chosen else look.theme.raised))
            painter.drawRoundedRect(rect.adjusted(look.px(8), 1, -look.px(8), -1), look.px(6), look.px(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.theme.bad if problem.severity == "error" else look.theme.warning))
        side = look.px(9)
        top = rect.top() + look.px(6) + (QFontMetrics(fonts.sans("body", look.scale)).height() - side) / 2
        mark = QRectF(rect.left() + look.px(20), top, side, side)
        if problem.code == TRAINING:
            painter.drawPolygon(QPolygonF([QPointF(mark.center().x(), top), mark.bottomRight(), mark.bottomLeft()]))
        else:
            painter.drawEllipse(mark)
        painter.setFont(fonts.sans("body", look.scale))
        painter.setPen(QColor(look.theme.text))
        painter.drawText(self._area(rect), Qt.TextFlag.TextWordWrap, problem.sentence)
        session = self._session
        if problem.node in session.graph.nodes:
            painter.setFont(fonts.sans("small", look.scale))
            painter.setPen(QColor(look.theme.second))
            right = rect.right() - look.px(20)
            area = QRect(
                right - look.px(self.NAME_WIDTH), rect.top() + look.px(6), look.px(self.NAME_WIDTH), look.px(22)
            )
            name = painter.fontMetrics().elidedText(
                session.label(problem.node), Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, name)
        painter.restore()


class Problems(QWidget):
    """The panel."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ProblemModel(session)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(ProblemDelegate(session, self.list))
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(tr("Problems"))
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_mend())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.mend = QPushButton(tr("Mend the chosen problem"))
        self.mend.clicked.connect(self._mend)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, appearance().px(6), 0, appearance().px(6))
        column.addWidget(self.list, 1)
        column.addWidget(self.mend, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._nothing())
        self._pages.addWidget(full)
        session.problems_changed.connect(self.refresh)
        session.watcher.badges_changed.connect(self.refresh)
        session.replaced.connect(self.refresh)
        appearance().changed.connect(self.list.doItemsLayout)
        self.refresh()

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(Dot("good"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label(tr("No problems"), "heading"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label(tr("The graph is ready to run."), "second"), 0, Qt.AlignmentFlag.AlignHCenter)
        return page

    def refresh(self) -> None:
        """Show the problems as they are now."""
        self.model.refresh()
        self._pages.setCurrentIndex(1 if self.model.problems else 0)
        self._show_mend()

    def chosen(self) -> Problem | None:
        """Return the problem the cursor is on."""
        index = self.list.currentIndex()
        return self.model.problems[index.row()] if index.isValid() else None

    def menu(self, problem: Problem) -> QMenu:
        """Return the menu of a problem."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        going = menu.addAction(tr("Go to the node"), lambda: self.session.reveal(problem.node or ""))
        going.setEnabled(problem.node in self.session.graph.nodes)
        menu.addAction(tr("Mend"), self._mend).setEnabled(problem.fix is not None)
        menu.addSeparator()
        clipboard, sentences = QGuiApplication.clipboard(), [each.sentence for each in self.model.problems]
        menu.addAction(tr("Copy this sentence"), lambda: clipboard.setText(problem.sentence))
        menu.addAction(tr("Copy all"), lambda: clipboard.setText("\n".join(sentences)))
        return menu

    def _open_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            self.list.setCurrentIndex(index)
        problem = self.chosen()
        if problem is not None:
            self.menu(problem).popup(self.list.viewport().mapToGlobal(at))

    def _show_mend(self) -> None:
        problem = self.chosen()
        self.mend.setVisible(problem is not None and problem.fix is not None)

    def _go(self, index: QModelIndex) -> None:
        problem = self.model.problems[index.row()]
        if problem.node is not None:
            self.session.reveal(problem.node)

    def _mend(self) -> None:
        problem = self.chosen()
        if problem is not None and problem.fix is not None:
            self.session.apply(problem.fix)
