"""Numbers in rows and columns to scroll through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app import fonts
from app.plots.views.base import Settings, ViewCard, listed
from app.plots.views.words import number_text
from app.theme import appearance, mix
from app.words import tr
from engine.types import shape_text

AnyIndex = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class NumbersModel(QAbstractTableModel):
    """An array as a table; what is not finite is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: NDArray[Any] = np.empty((0, 0))
        self.names: tuple[str, ...] = ()
        self.whole = self.truth = False
        self.digits = 5

    def show(self, cells: NDArray[Any], names: tuple[str, ...], digits: int, *, whole: bool, truth: bool) -> None:
        """Show another array; what is selected and scrolled to stays where the shape does."""
        same = cells.shape == self.cells.shape and names == self.names
        if not same:
            self.beginResetModel()
        self.cells, self.names, self.digits, self.whole, self.truth = cells, names, digits, whole, truth
        if not same:
            self.endResetModel()
        elif cells.size:
            self.dataChanged.emit(self.index(0, 0), self.index(len(cells) - 1, cells.shape[1] - 1))

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        """Qt: how many rows."""
        return 0 if parent.isValid() else self.cells.shape[0]

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        """Qt: how many columns."""
        return 0 if parent.isValid() else self.cells.shape[1]

    def text(self, value: Any) -> str:
        """Return one number as it stands in its cell."""
        if isinstance(value, complex):
            sign = "−" if value.imag < 0 else "+"
            return f"{number_text(value.real, self.digits)} {sign} {number_text(abs(value.imag), self.digits)}i"
        if not np.isfinite(value):
            return "NaN" if np.isnan(value) else "∞" if value > 0 else "−∞"
        if self.truth:
            return "true" if value else "false"
        return f"{value:,.0f}".replace("-", "−") if self.whole else number_text(float(value), self.digits)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the texts, right-aligned; what is not finite in its own colours."""
        value = self.cells[index.row(), index.column()].item()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.text(value)
            case Qt.ItemDataRole.ToolTipRole:
                return repr(value).replace("-", "−")
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if not np.isfinite(value):
                return QColor(appearance().theme.bad)
            case Qt.ItemDataRole.BackgroundRole if not np.isfinite(value):
                return QColor(mix(appearance().theme.panel, appearance().theme.bad, 0.16))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: names of columns, numbers of rows from 0."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal and section < len(self.names):
            return self.names[section]
        return str(section)


class TableCard(ViewCard):
    """An array as a table."""

    EMPTY: ClassVar[str] = "Wire a matrix or a vector into this node: its numbers are shown here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.axes_visible = False
        self.model = NumbersModel()
        self.view = QTableView(self.area)
        self.view.setTabKeyNavigation(False)
        self.view.setModel(self.model)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setCornerButtonEnabled(False)
        self.view.setShowGrid(False)
        self.view.setAlternatingRowColors(True)
        self.view.setAccessibleName(tr("Values"))
        for header in (self.view.horizontalHeader(), self.view.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        self.restyle()

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "view"):  # the base class calls this before it is made
            look = appearance()
            self.view.setFont(fonts.mono("small", look.scale))
            for header in (self.view.horizontalHeader(), self.view.verticalHeader()):
                header.setFont(fonts.sans("caption", look.scale))
            self.view.verticalHeader().setDefaultSectionSize(look.px(22))
            self.view.horizontalHeader().setFixedHeight(look.px(24))
            self._widths()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the table fills the card."""
        super().resizeEvent(event)
        self.view.setGeometry(self.area.rect().adjusted(0, appearance().px(2), -appearance().px(6), 0))

    def lacking(self) -> str:
        """Return what is missing."""
        x = self.arrays.get("x")
        if x is None:
            return self.EMPTY
        if x.ndim != 2 or len(self.shape("x")) > 2:
            return f"x {shape_text(self.shape('x'))} must be a matrix, a vector or a scalar."
        return "" if x.size else "The array is empty."

    def describe(self) -> str:
        """Return the shape, what is left out, and how many numbers are not finite."""
        x, whole = self.arrays["x"], self.shape("x")
        rows, columns = (*whole, 1, 1)[:2] if whole else (1, 1)
        parts = [shape_text(whole)]
        if rows > len(x):
            parts.append(f"first {len(x):,} rows")
        if columns > x.shape[1]:
            parts.append(f"first {x.shape[1]:,} columns")
        holes = int((~np.isfinite(x)).sum())
        return " · ".join([*parts, *([f"{holes:,} not finite"] if holes else [])])

    def draw(self) -> None:
        """Fill the table."""
        missing = bool(self.lacking())
        self.view.setVisible(not missing)
        facts = self.data.facts if self.data is not None else {}
        cells = np.empty((0, 0)) if missing else self.arrays["x"]
        before = (self.model.cells.shape, self.model.names)
        self.model.show(
            cells,
            listed(self.settings.get("columns")),
            int(self.settings.get("digits", 5)),
            whole=bool(facts.get("whole")),
            truth=bool(facts.get("truth")),
        )
        if before != (self.model.cells.shape, self.model.names):
            self._widths()

    def _widths(self) -> None:
        """Give every column the same width: that of the widest number there may be, so that none jumps."""
        look, metrics = appearance(), self.view.fontMetrics()
        widest = metrics.horizontalAdvance("−" + "0" * (self.model.digits + 1) + "e−00") + look.px(14)
        names = self.view.horizontalHeader().fontMetrics()
        for column in range(self.model.columnCount()):
            name = str(self.model.headerData(column, Qt.Orientation.Horizontal))
            self.view.setColumnWidth(column, max(widest, names.horizontalAdvance(name) + look.px(16)))

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the columns as they are shown."""
        if self.lacking():
            return {}
        x, names = self.arrays["x"], listed(self.settings.get("columns"))
        return {names[k] if k < len(names) else f"column {k}": x[:, k] for k in range(x.shape[1])}
