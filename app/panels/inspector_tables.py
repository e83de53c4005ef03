"""Editors of arrays and of a table's columns: small spreadsheets inside the inspector."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.panels.inspector_fields import Editor, NumberField, guard_wheel
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.errors import SettingError
from engine.setting import Setting, rectangular_shape

MOST_CELLS = 10_000
"""Arrays with more numbers are shown by their shape and not edited cell by cell."""
VISIBLE_ROWS = 7

Cells = list[list[float]]


def to_cells(value: Any) -> Cells:
    """Return a number, list or list of lists as rows of cells."""
    shape = rectangular_shape(value)
    if not shape:
        return [[value]]
    return [[item] for item in value] if len(shape) == 1 else [list(row) for row in value]


def from_cells(cells: Cells, rank: int) -> Any:
    """Return the number, list or list of lists that rows of cells stand for."""
    if rank == 0:
        return cells[0][0]
    return tuple(row[0] for row in cells) if rank == 1 else tuple(map(tuple, cells))


def resized(cells: Cells, rows: int, columns: int) -> Cells:
    """Return the cells with so many rows and columns; new ones hold 0."""
    return [[cells[r][c] if r < len(cells) and c < len(cells[r]) else 0.0 for c in range(columns)] for r in range(rows)]


def parsed_cells(text: str) -> Cells | None:
    """Return the numbers of a text with rows in lines and columns between tabs, semicolons, commas or spaces; None
    where it holds others."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    rows = [[numbers.parsed(part) for part in line.replace(";", "\t").replace(",", "\t").split()] for line in lines]
    if not rows or len({len(row) for row in rows}) != 1 or any(cell is None for row in rows for cell in row):
        return None
    return [[cell for cell in row if cell is not None] for row in rows]


class Cellular(QTableWidget):
    """Cells that keep to themselves the keys which, anywhere else in the window, delete, copy and paste nodes."""

    OWN = ("Delete", "Backspace", "Copy", "Paste")
    EMPTY = ""
    """What a cell that is cleared holds."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.setTabKeyNavigation(False)  # arrows go from cell to cell; Tab leaves, as everywhere

    def event(self, event: QEvent) -> bool:
        """Qt: claim those keys before the window's commands get them."""
        own = isinstance(event, QKeyEvent) and any(_is(event, name) for name in self.OWN)
        if own and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: clear the cell."""
        if not _is(event, "Delete") and not _is(event, "Backspace"):
            super().keyPressEvent(event)
        elif self.currentItem() is not None:
            self.currentItem().setText(self.EMPTY)


def _is(event: QKeyEvent, name: str) -> bool:
    return event.key() == Qt.Key.Key_Backspace if name == "Backspace" else event.matches(QKeySequence.StandardKey[name])


class Sheet(Cellular):
    """A small spreadsheet of numbers: cells are edited by typing, a block of numbers can be pasted."""

    EMPTY = "0"
    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("numbers"))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.itemChanged.connect(self._cell_edited)
        self._cells: Cells = [[0.0]]

    @property
    def cells(self) -> Cells:
        """The numbers, row by row."""
        return [list(row) for row in self._cells]

    def show_cells(self, cells: Cells) -> None:
        """Show other numbers without telling anybody."""
        self._cells = [list(row) for row in cells]
        self.blockSignals(True)
        self.setRowCount(len(cells))
        self.setColumnCount(len(cells[0]) if cells else 0)
        self.setHorizontalHeaderLabels([str(c) for c in range(self.columnCount())])
        self.setVerticalHeaderLabels([str(r) for r in range(self.rowCount())])
        for r, row in enumerate(cells):
            for c, number in enumerate(row):
                self.setItem(r, c, _cell(number))
        self.blockSignals(False)
        self._fit()

    def _fit(self) -> None:
        height = appearance().px(26)
        self.verticalHeader().setDefaultSectionSize(height)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + height * min(max(self.rowCount(), 1), VISIBLE_ROWS) + 2 * self.frameWidth() + 2)

    def _cell_edited(self, item: QTableWidgetItem) -> None:
        number = numbers.parsed(item.text())
        if number is not None:
            self._cells[item.row()][item.column()] = number
            self.changed.emit()
        self.blockSignals(True)
        item.setText(numbers.exact(self._cells[item.row()][item.column()]))
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: paste numbers at the current cell, growing the sheet where they need room."""
        if event.matches(QKeySequence.StandardKey.Paste):
            block = parsed_cells(QGuiApplication.clipboard().text())
            if block is not None:
                self.paste(block)
            return
        super().keyPressEvent(event)

    def paste(self, block: Cells) -> None:
        """Put a block of numbers at the current cell."""
        top, left = max(self.currentRow(), 0), max(self.currentColumn(), 0)
        rows, columns = max(len(self._cells), top + len(block)), max(len(self._cells[0]), left + len(block[0]))
        cells = resized(self._cells, rows, columns)
        for r, row in enumerate(block):
            cells[top + r][left : left + len(row)] = row
        self.show_cells(cells)
        self.changed.emit()


def _cell(number: float) -> QTableWidgetItem:
    item = QTableWidgetItem(numbers.exact(number))
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


RANKS = (("Number", 0), ("List", 1), ("Table", 2))


class ArrayEditor(Editor):
    """A number, a list or a table of numbers. Higher ranks and large arrays are told by their shape."""

    wide = True

    def __init__(self, spec: Setting, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.rank = QComboBox(self)
        for title, rank in RANKS:
            self.rank.addItem(title, rank)
        guard_wheel(self.rank)
        self.rank.activated.connect(self._rank_chosen)
        self.field = NumberField(self)
        self.field.valueChanged.connect(self.offer)
        self.field.editingFinished.connect(self.sealed)
        self.sheet = Sheet(self)
        self.sheet.changed.connect(self._sheet_changed)
        self.summary = QLabel(self)
        self.summary.setProperty("role", "mono")
        self._buttons = QWidget(self)
        self._value: Any = 0.0
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.rank)
        top.addWidget(self.field, 1)
        top.addWidget(self.summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.sheet)
        column.addWidget(self._buttons)
        self._make_buttons()

    def _make_buttons(self) -> None:
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.resizers: dict[str, QPushButton] = {}
        for text, rows, columns, help in (
            ("+ row", 1, 0, "Add a row"),
            ("− row", -1, 0, "Remove the last row"),
            ("+ col", 0, 1, "Add a column"),
            ("− col", 0, -1, "Remove the last column"),
        ):
            button = QPushButton(tr(text), self._buttons)
            button.setProperty("role", "quiet")
            button.setToolTip(tr(help))
            button.clicked.connect(lambda _=False, r=rows, c=columns: self._resize(r, c))
            row.addWidget(button)
            self.resizers[text] = button
        row.addStretch(1)

    def show_value(self, value: Any) -> None:
        """Show an array."""
        self._value = value
        try:
            shape = rectangular_shape(value)
        except SettingError:
            shape = ()
            self._value = value = 0.0
        rank = len(shape)
        editable = rank <= 2 and math.prod(shape) <= MOST_CELLS and 0 not in shape
        self.rank.setCurrentIndex(min(rank, 2))
        self.rank.setEnabled(editable)
        self.field.setVisible(rank == 0)
        self.sheet.setVisible(editable and rank > 0)
        self._buttons.setVisible(editable and rank > 0)
        self.summary.setVisible(rank > 0)
        self.summary.setText(" × ".join(map(str, shape)) or "")
        for text in ("+ col", "− col"):
            self.resizers[text].setVisible(rank == 2)
        if rank == 0:
            self.field.blockSignals(True)
            self.field.setValue(float(value))
            self.field.blockSignals(False)
        elif editable and to_cells(value) != self.sheet.cells:
            self.sheet.show_cells(to_cells(value))

    def _rank_chosen(self, index: int) -> None:
        rank: int = self.rank.itemData(index)
        old = rectangular_shape(self._value)
        if rank != len(old):
            cells = to_cells(self._value)
            if len(old) == 2 and rank == 1:
                cells = [[number] for row in cells for number in row]
            if len(old) == 1 and rank == 2:
                cells = [[row[0] for row in cells]]
            self._tell(from_cells(cells, rank))

    def _resize(self, rows: int, columns: int) -> None:
        cells = self.sheet.cells
        self._tell(
            from_cells(
                resized(cells, max(1, len(cells) + rows), max(1, len(cells[0]) + columns)), self.rank.currentData()
            )
        )

    def _sheet_changed(self) -> None:
        cells = self.sheet.cells
        rank = 2 if len(cells[0]) > 1 else max(1, self.rank.currentData())
        self._tell(from_cells(cells, rank))

    def _tell(self, value: Any) -> None:
        if self.offer(value):
            self.show_value(value)
            self.sealed.emit()


KINDS = ("number", "class")
Rows = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Outputs of a table: name, kind, columns."""


def _single(rows: Rows) -> Rows:
    """Return an output of its own for every column."""
    return tuple((re.sub(r"\W+", "_", column), kind, (column,)) for _, kind, columns in rows for column in columns)


class ColumnsEditor(Editor):
    """A table's outputs: name, kind, and the columns of the file that make it."""

    wide = True

    def __init__(self, spec: Setting, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.table = Cellular(0, 3, self)
        self.table.setHorizontalHeaderLabels(["output", "kind", "columns"])
        self.table.setAccessibleName(tr("outputs of the table"))
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().resizeSection(1, appearance().px(86))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemChanged.connect(lambda _: self._edited())
        self.add, self.remove = QPushButton(tr("+ output"), self), QPushButton(tr("− output"), self)
        for button in (self.add, self.remove):
            button.setProperty("role", "quiet")
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.table)
        column.addLayout(buttons)
        self._value: Rows = ()
        self.offered: Callable[[], Rows] = tuple
        """What the file suggests; who knows the file says so."""

    def show_value(self, value: Any) -> None:
        """Show the outputs."""
        self._value = tuple(value or ())
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._value))
        for r, (name, kind, columns) in enumerate(self._value):
            self.table.setItem(r, 0, QTableWidgetItem(name))
            cell = QTableWidgetItem(", ".join(columns))
            cell.setToolTip(tip(cell.text()))
            self.table.setItem(r, 2, cell)
            box = QComboBox(self.table)
            box.addItems(KINDS)
            box.setCurrentText(kind)
            box.setProperty("role", "cell")
            guard_wheel(box)
            box.activated.connect(lambda _: self._edited())
            self.table.setCellWidget(r, 1, box)
        self.table.blockSignals(False)
        self._fit_names()
        height = appearance().px(30)
        self.table.verticalHeader().setDefaultSectionSize(height)
        header = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(header + height * max(1, min(len(self._value), VISIBLE_ROWS)) + 4)

    def _fit_names(self) -> None:
        """Give the outputs' names the room they need, within reason, and the columns of the file all the rest."""
        px, metrics = appearance().px, self.table.fontMetrics()
        names = [name for name, _, _ in self._value] or [""]
        wanted = max(metrics.horizontalAdvance(name) for name in names) + px(16)
        self.table.horizontalHeader().resizeSection(0, min(max(wanted, px(76)), px(120)))

    def _rows(self) -> Sequence[tuple[str, str, tuple[str, ...]]]:
        rows = []
        for r in range(self.table.rowCount()):
            name, columns, box = self.table.item(r, 0), self.table.item(r, 2), self.table.cellWidget(r, 1)
            words = columns.text().split(",") if columns else []
            kind = box.currentText() if isinstance(box, QComboBox) else "number"
            rows.append((name.text().strip() if name else "", kind, tuple(w.strip() for w in words if w.strip())))
        return rows

    def _edited(self) -> None:
        self._tell(tuple(self._rows()))

    def _add(self) -> None:
        """Add an output that the file suggests and that is not there yet; else one more of a column that is there, to
        be typed over. Only where there is no file is it of a column that nothing has."""
        offered = self.offered()
        taken, there = {name for name, _, _ in self._value}, {columns for _, _, columns in self._value}
        spare = next(iter(_single((*offered, *self._value))), None) if offered else None
        free = next((each for each in (*offered, *_single(offered)) if each[2] not in there), spare)
        if free is None:
            unnamed = next(f"output_{k}" for k in range(1, len(taken) + 2) if f"output_{k}" not in taken)
            self._tell((*self._value, (unnamed, "number", (unnamed,))))
            return
        name, kind, columns = free
        tries = (name, *(f"{name}_{k}" for k in range(2, len(taken) + 3)))
        self._tell((*self._value, (next(each for each in tries if each not in taken), kind, columns)))

    def _remove(self) -> None:
        row = self.table.currentRow()
        gone = row if row >= 0 else len(self._value) - 1
        self._tell(tuple(each for k, each in enumerate(self._value) if k != gone))

    def _tell(self, value: Any) -> None:
        if value != self._value and self.offer(value):
            self.show_value(value)
            self.sealed.emit()
