"""A slice of an array as a table: only the part that is looked at is held."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from app.tensors.formats import FORMATS
from app.theme import appearance
from app.worker.readings import TensorSeen

AnyIndex = QModelIndex | QPersistentModelIndex
AROUND: Final = 150, 60
"""Rows and columns that are asked for around a number that is missing."""
ALIGN = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class TensorModel(QAbstractTableModel):
    """Asks for what it does not have (`wanted`: rows from, to, columns from, to), and shows "…" until it comes."""

    wanted = Signal(int, int, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.seen: TensorSeen | None = None
        self.block: NDArray[Any] = np.zeros((0, 0))
        self._format = FORMATS["short"][1]

    @property
    def extent(self) -> tuple[int, int]:
        """The slice's rows and columns."""
        if self.seen is None or 0 in self.seen.shape:
            return 0, 0
        shape = self.seen.shape
        return (shape[-2], shape[-1]) if len(shape) > 1 else (1, shape[0] if shape else 1)

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Show a newer state; where the array has become another, from its beginning."""
        before = self.extent
        again = self.seen is not None and seen is not None and self.seen.shape == seen.shape
        if not again:
            self.beginResetModel()
        self.seen = seen
        if seen is not None:
            shape = seen.rows[1] - seen.rows[0], seen.columns[1] - seen.columns[0]
            self.block = np.frombuffer(seen.block, seen.block_dtype).reshape(shape)
        else:
            self.block = np.zeros((0, 0))
        if not again:
            self.endResetModel()
        elif before[0] and before[1]:
            self.dataChanged.emit(self.index(0, 0), self.index(before[0] - 1, before[1] - 1))

    def set_format(self, name: str) -> None:
        """Write the numbers otherwise."""
        self._format = FORMATS[name][1]
        rows, columns = self.extent
        if rows and columns:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, columns - 1))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: rows of the slice."""
        return 0 if parent.isValid() else self.extent[0]

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: columns of the slice."""
        return 0 if parent.isValid() else self.extent[1]

    def number(self, row: int, column: int) -> Any:
        """Return a number of the slice; None where it is not held."""
        seen = self.seen
        if seen is None or not (seen.rows[0] <= row < seen.rows[1] and seen.columns[0] <= column < seen.columns[1]):
            return None
        return self.block[row - seen.rows[0], column - seen.columns[0]].item()

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the number as text, to the right; what is not finite in the colour of what is wrong."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGN
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole):
            return None
        value = self.number(index.row(), index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            bad = isinstance(value, float | complex) and not np.isfinite(value)
            return QColor(appearance().theme.bad) if bad else None
        if value is None:
            self._want(index.row(), index.column())
            return "…"
        if self.seen is not None and self.seen.dtype == "bool":
            return "true" if value else "false"
        return self._format(value)

    def _want(self, row: int, column: int) -> None:
        top, left = max(0, row - AROUND[0] // 2), max(0, column - AROUND[1] // 2)
        self.wanted.emit(top, top + AROUND[0], left, left + AROUND[1])

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: places along the axes, from 0 on."""
        if role == Qt.ItemDataRole.DisplayRole:
            return str(section)
        return ALIGN if role == Qt.ItemDataRole.TextAlignmentRole and way == Qt.Orientation.Vertical else None
