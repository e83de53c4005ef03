"""The outline panel: the twin of the canvas. What is selected in one is selected in the other; Return goes there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.panels.inspector_fields import mark_invalid
from app.theme import appearance
from app.twin.model import ROW, Sieve, TwinModel, as_text
from app.twin.rows import COLUMNS, DERIVATIVE, FORMS, NAME, STATE, TYPE, VALUE, Row
from app.words import tr
from engine.graph import Wire

if TYPE_CHECKING:
    from app.session import Session

WIDTHS: Final = (240, 130, 150, 170, 150)
"""Of the columns at scale 1; the last takes what is left."""
ORDERS: Final = (
    ("As the data flows", -1, Qt.SortOrder.AscendingOrder),
    ("By name", NAME, Qt.SortOrder.AscendingOrder),
    ("By type", TYPE, Qt.SortOrder.AscendingOrder),
    ("Largest values first", VALUE, Qt.SortOrder.DescendingOrder),
    ("Largest derivatives first", DERIVATIVE, Qt.SortOrder.DescendingOrder),
    ("Smallest derivatives first", DERIVATIVE, Qt.SortOrder.AscendingOrder),
    ("By state", STATE, Qt.SortOrder.DescendingOrder),
)
"""What rows are sorted by: text, column, direction."""
SOON: Final = 30
"""Milliseconds after a change at which the rows follow."""
MOST_OPENED: Final = 40
"""Branches that are opened by a filter, so that what fits in them is seen."""
CHOOSING: Final = 700
"""Milliseconds after other values came at which rows that are sorted or filtered by them move."""
Flag = QItemSelectionModel.SelectionFlag


class Twin(QWidget):
    """The panel. Its rows are made only while it can be seen."""

    menu_requested = Signal(QPoint)
    """The menu of the selected nodes is asked for, at a point of the screen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = TwinModel(session)
        self.sieve = Sieve(session, self.model)
        self.find = QLineEdit(self)
        self.find.setPlaceholderText(tr("Filter: tanh, wire, is:invalid"))
        self.find.setClearButtonEnabled(True)
        self.find.setAccessibleName(tr("Filter the outline"))
        self.find.setToolTip(tr("Words that a row has to say, or a search as in the find bar."))
        self.find.textChanged.connect(self._filter)
        self.form = self._choice("Rows of the outline", list(FORMS), self._lay_out)
        self.order = self._choice("Order of the outline", [text for text, *_ in ORDERS], self._sort)
        self.copying = QToolButton(self)
        self.copying.setText(tr("Copy"))
        self.copying.setAccessibleName(tr("Copy from the outline"))
        self.copying.setToolTip(tr("Copy rows, a column or everything as text (Ctrl+C: the selected rows)"))
        self.copying.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copying.setMenu(self._copy_menu())
        self.tree = TwinTree(self)
        self._lay()
        self._following = False
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.refresh)
        self._choosing = QTimer(self, singleShot=True, interval=CHOOSING)
        self._choosing.timeout.connect(self.model.tell)
        for signal in (session.changed, session.replaced, session.types_changed, session.problems_changed):
            signal.connect(self._refresh_soon)
        session.values_changed.connect(self._values)
        session.selection_changed.connect(self.follow)
        appearance().changed.connect(self._dress)
        self.tree.selectionModel().selectionChanged.connect(self._select)
        self._dress()

    def _choice(self, says: str, texts: list[str], act: Callable[[], object]) -> QComboBox:
        box = QComboBox(self)
        box.addItems(texts)
        box.setAccessibleName(says)
        box.setToolTip(says)
        box.currentIndexChanged.connect(lambda _: act())
        return box

    def _copy_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(tr("Copy from the outline"))
        menu.addAction(tr("Selected rows"), self.copy_rows)
        columns = menu.addMenu(tr("Column"))
        for column, text in enumerate(COLUMNS):
            columns.addAction(text, partial(self.copy_column, column))
        menu.addAction(tr("Everything shown"), self.copy_all)
        return menu

    def _lay(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(self.find, 1)
        for widget in (self.form, self.order, self.copying):
            self._head.addWidget(widget)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.tree, 1)
        self.setFocusProxy(self.tree)

    def _dress(self) -> None:
        px = appearance().px
        self._head.setSpacing(px(8))
        self._column.setContentsMargins(px(12), px(8), px(12), px(4))
        self._column.setSpacing(px(6))
        for column, width in enumerate(WIDTHS):
            self.tree.setColumnWidth(column, px(width))
        self.model.tell()

    # What is shown ------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: make the rows when they are first seen."""
        super().showEvent(event)
        self.refresh()

    def _refresh_soon(self, *_: object) -> None:
        if self.isVisible():
            self._soon.start()

    def refresh(self) -> None:
        """Show the graph as it is now; what was open stays open."""
        if not self.isVisible():
            return
        self._soon.stop()
        opened = {row.key for row in self.model.rows() if row.children and self.tree.isExpanded(self._shown(row))}
        current = self.row_of(self.tree.currentIndex())
        self._following = True
        if self.model.build():
            self._open(opened)
            if current is not None:
                self.tree.setCurrentIndex(self.index_of(*current.key))
        else:
            self._values()
        self._following = False
        self.follow()

    def _values(self) -> None:
        """Show other values: at once where rows stay as they are, else a little later, so that a run is not held up."""
        if not self.isVisible():
            return
        self.model.forget(self.row_of(self.tree.currentIndex()))
        self.tree.viewport().update()
        if self.sieve.chooses and not self._choosing.isActive():
            self._choosing.start()

    def _open(self, keys: set[tuple[str, ...]]) -> None:
        for key in keys:
            self.tree.setExpanded(self.index_of(*key), True)

    def _lay_out(self) -> None:
        self._following = True
        self.model.show(self.form.currentText())
        self._following = False
        flat = self.form.currentIndex() > 0
        self.tree.setRootIsDecorated(not flat)
        self.tree.setColumnWidth(NAME, appearance().px(WIDTHS[NAME] * (1.4 if flat else 1.0)))
        self.follow()

    def _sort(self) -> None:
        _, column, order = ORDERS[self.order.currentIndex()]
        self.tree.header().setSortIndicator(column, order)
        self.sieve.sort(column, order)

    def _filter(self, text: str) -> None:
        self.sieve.look_for(text)
        mark_invalid(self.find, bool(self.sieve.fault))
        self.find.setToolTip(self.sieve.fault or "Words that a row has to say, or a search as in the find bar.")
        if text.strip():
            for k in range(min(self.sieve.rowCount(), MOST_OPENED)):
                self.tree.setExpanded(self.sieve.index(k, 0), True)
        self.follow()

    # Between here and the canvas ----------------------------------------------------------------------------------

    def row_of(self, index: QModelIndex) -> Row | None:
        """Return the row of an index of the tree."""
        found = index.data(ROW) if index.isValid() else None
        return found if isinstance(found, Row) else None

    def index_of(self, *key: str) -> QModelIndex:
        """Return the index in the tree of the row with a key; an invalid one where it is not shown."""
        return self.sieve.mapFromSource(self.model.at(*key))

    def _shown(self, row: Row) -> QModelIndex:
        return self.sieve.mapFromSource(self.model.of(row))

    def follow(self) -> None:
        """Select what is selected on the canvas, unless the rows that are selected say the same."""
        session = self.session
        if self._following or not self.isVisible():
            return
        if self._chosen() == (session.selection, session.selected_wires):
            return
        keys = [("node", id) for id in session.selection]
        keys += [("wire", wire.target.node, wire.target.name) for wire in session.selected_wires]
        chosen, last = QItemSelection(), len(COLUMNS) - 1
        for key in keys:
            index = self.index_of(*key)
            if index.isValid():
                chosen.select(index, index.siblingAtColumn(last))
        self._following = True
        first = self.index_of("node", session.current) if session.current else QModelIndex()
        index = first if first.isValid() else next(iter(chosen.indexes()), QModelIndex())
        if index.isValid():
            self.tree.selectionModel().setCurrentIndex(index, Flag.NoUpdate)
            self.tree.scrollTo(index)
        self.tree.selectionModel().select(chosen, Flag.ClearAndSelect)
        self._following = False

    def _rows(self) -> list[Row]:
        """Return the selected rows."""
        chosen = self.tree.selectionModel().selectedRows()
        return [row for index in chosen if (row := self.row_of(index)) is not None]

    def _chosen(self) -> tuple[frozenset[str], frozenset[Wire]]:
        """Return the nodes and wires that the selected rows are about."""
        rows = self._rows()
        nodes = frozenset(row.node for row in rows if row.wire is None)
        return nodes, frozenset(row.wire for row in rows if row.wire is not None)

    def _select(self, *_: object) -> None:
        rows, session = self._rows(), self.session
        if self._following or not rows:
            return
        self._following = True
        current = self.row_of(self.tree.currentIndex())
        last = current if current in rows else rows[-1]
        if session.node(last.node).inside != session.body:
            session.reveal(last.node)
        nodes, wires = self._chosen()
        session.select(nodes, (), wires, current=last.node)
        self._following = False

    def go(self, index: QModelIndex) -> None:
        """Show on the canvas what a row is about."""
        row = self.row_of(index)
        if row is not None and row.node in self.session.graph.nodes:
            self.session.reveal(row.node)
            if row.wire is not None:
                self.session.select((), (), [row.wire])

    def open_menu(self, at: QPoint) -> None:
        """Ask for the menu of the node under the pointer; by key, of the current one."""
        under = self.tree.indexAt(at)
        row = self.row_of(under if under.isValid() else self.tree.currentIndex())
        if row is not None and row.node in self.session.graph.nodes:
            if self.session.node(row.node).inside != self.session.body:
                self.session.reveal(row.node)
            if row.node not in self.session.selection:
                self.session.select([row.node])
            self.menu_requested.emit(self.tree.viewport().mapToGlobal(at))

    # Copying ------------------------------------------------------------------------------------------------------

    def copy_rows(self) -> None:
        """Copy the selected rows as text."""
        chosen = {row.key for row in self._rows()}
        self._copy([row for row in self._all() if row.key in chosen], tuple(range(len(COLUMNS))))

    def copy_column(self, column: int) -> None:
        """Copy the names and a column of all rows that are shown."""
        self._copy(self._all(), (column,) if column == NAME else (NAME, column))

    def copy_all(self) -> None:
        """Copy all rows that are shown."""
        self._copy(self._all(), tuple(range(len(COLUMNS))))

    def _all(self) -> list[Row]:
        """Return the rows that fit the filter, in their order, those of closed branches too."""
        found, todo = [], [QModelIndex()]
        while todo:
            above = todo.pop()
            row = self.row_of(above)
            found += [row] if row is not None else []
            todo += [self.sieve.index(k, 0, above) for k in reversed(range(self.sieve.rowCount(above)))]
        return found

    def _copy(self, rows: list[Row], columns: tuple[int, ...]) -> None:
        if rows:
            QGuiApplication.clipboard().setText(as_text(self.session, rows, columns))
            said = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
            self.session.message.emit(f"Copied {said} as text.")


class TwinTree(QTreeView):
    """The rows themselves."""

    def __init__(self, panel: Twin) -> None:
        super().__init__(panel)
        self._panel = panel
        self.setModel(panel.sieve)
        self.setAccessibleName(tr("Outline of the graph"))
        self.setAccessibleDescription(
            tr(
                "Every node, wire, value and derivative. "
                "Arrow keys go through the rows, Return goes to one on the canvas."
            )
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.header().setSectionsClickable(True)
        self.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.header().setSortIndicatorShown(True)
        self.header().setSortIndicatorClearable(True)
        self.header().sortIndicatorChanged.connect(panel.sieve.sort)
        self.activated.connect(panel.go)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(panel.open_menu)

    def event(self, event: QEvent) -> bool:
        """Qt: copying is the panel's, not the window's, while the keyboard is here."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Ctrl+C copies the selected rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._panel.copy_rows()
        else:
            super().keyPressEvent(event)
