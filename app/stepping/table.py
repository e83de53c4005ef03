"""The micro-steps as a table, and what the approach writes as a list: models over the recorded step, drawn row by row
as they are seen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app import fonts
from app.stepping.steps import COLUMNS
from app.stepping.written import FAINT, Written
from app.theme import appearance
from app.tips import tip
from app.words import tr

if TYPE_CHECKING:
    from app.stepping.stepping import Stepping

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
WIDTHS: Final = (54, 80, 116, 108, 150, 122, 112, 122, 210, 150)
"""Of the columns at scale 1."""
WORDS: Final = (1, 2)
"""Columns of words; the others are of numbers."""
TONES: Final = ("second", "text", "text", "second", "value", "value", "derivative", "derivative", "derivative", "text")
"""The colours of the columns: what is a value, what a derivative."""
LONGEST: Final = 120
"""Most letters of a written line that are seen."""
KEYS: Final = frozenset((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space))
"""Keys that the panel has, and not its table."""


class StepModel(QAbstractTableModel):
    """The rows of a recorded step, all or those of one node."""

    def __init__(self, stepping: Stepping) -> None:
        super().__init__(stepping)
        self._stepping = stepping
        self._rows: Sequence[int] = ()
        self._position = 0
        self._only = ""
        self._fonts: dict[bool, QFont] = {}

    def show(self, only: str = "") -> None:
        """Show the rows of the step there is now, of one node or ("") of all."""
        steps = self._stepping.steps
        self.beginResetModel()
        self._only, self._fonts = only, {}
        if steps is None:
            self._rows = ()
        elif only:
            own = (k for k, step in enumerate(steps.stepped.micro) if only in steps.nodes_of(step))
            self._rows = tuple(own)
        else:
            self._rows = range(steps.count)
        self._position = self._stepping.position
        self.endResetModel()

    def follow(self) -> None:
        """Dim what lies ahead, and no longer what lies behind."""
        before, self._position = self._position, self._stepping.position
        low, high = sorted((bisect_left(self._rows, before), bisect_left(self._rows, self._position)))
        if high > low:
            self.dataChanged.emit(self.index(low, 0), self.index(high - 1, len(COLUMNS) - 1), [Role.ForegroundRole])

    def row_here(self) -> int:
        """Return the row of the last micro-step shown that lies behind, -1 for none."""
        return bisect_left(self._rows, self._stepping.position) - 1

    def number(self, row: int) -> int:
        """Return the number of a row's micro-step."""
        return self._rows[row]

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: as many as there are names of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """Qt: the names of the columns."""
        return COLUMNS[section] if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole else None

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> object:
        """Qt: a cell's text; the sentence as its tip; what lies ahead is faint."""
        steps = self._stepping.steps
        if steps is None or not index.isValid():
            return None
        number, column = self._rows[index.row()], index.column()
        match role:
            case Role.DisplayRole:
                text = steps.cells(number)[column]
                stops = column == 0 and steps.stepped.micro[number].node in self._stepping.breakpoints
                return f"● {text}" if stops else text
            case Role.ToolTipRole:
                return tip(steps.said(number))
            case Role.AccessibleTextRole:
                return f"{COLUMNS[column]}: {steps.cells(number)[column]}. {steps.said(number)}"
            case Role.FontRole:
                return self._font(column in WORDS)
            case Role.ForegroundRole:
                theme, tone = appearance().theme, TONES[column]
                if tone == "value" and steps.stepped.micro[number].phase == "tangent":
                    tone = "derivative"
                return QColor(theme.faint if number >= self._position else getattr(theme, tone))
        return None

    def _font(self, words: bool) -> QFont:
        if words not in self._fonts:
            made = fonts.sans if words else fonts.mono
            self._fonts[words] = made("small", appearance().scale)
        return self._fonts[words]


class WrittenModel(QAbstractListModel):
    """What the approach writes, as far as one has come."""

    def __init__(self, stepping: Stepping) -> None:
        super().__init__(stepping)
        self._stepping = stepping
        self._written: Written | None = None
        self._count = 0

    def show(self, written: Written | None) -> None:
        """Show what another step leaves behind."""
        self.beginResetModel()
        self._written = written
        self._count = written.count(self._stepping.position) if written is not None else 0
        self.endResetModel()

    def follow(self) -> None:
        """Let rows come and go with the position."""
        if self._written is None:
            return
        count = self._written.count(self._stepping.position)
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        if count:
            self.dataChanged.emit(self.index(0), self.index(count - 1))

    def row_here(self) -> int:
        """Return the marked row, -1 for none."""
        found = self._written.marked(self._stepping.position) if self._written is not None else None
        return -1 if found is None or found >= self._count else found

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: as many as are written."""
        return 0 if parent.isValid() else self._count

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> object:
        """Qt: a row's text in its colour."""
        if self._written is None or not index.isValid():
            return None
        at = self._stepping.position
        if role == Role.DisplayRole:
            return self._written.text(index.row(), at)
        if role == Role.FontRole:
            return fonts.mono("small", appearance().scale)
        if role == Role.ForegroundRole:
            tone = self._written.tone(index.row(), at)
            theme = appearance().theme
            return QColor(theme.second if tone == FAINT else getattr(theme, tone))
        return None


class StepTable(QTableView):
    """The table; keys that step are left to the panel."""

    def __init__(self, model: StepModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(tr("Micro-steps"))
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def restyle(self) -> None:
        """Take up the scale in force."""
        px = appearance().px
        self.verticalHeader().setDefaultSectionSize(px(26))
        for column, width in enumerate(WIDTHS):
            self.setColumnWidth(column, px(width))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: up, down and by pages; the rest is the panel's."""
        if Qt.Key(event.key()) in KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class WrittenList(QTableView):
    """The list of what the approach writes: a table of one column, which goes to a row at once, however many there
    are."""

    def __init__(self, model: WrittenModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(tr("What the approach writes"))
        self.setProperty("role", "lines")
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def restyle(self) -> None:
        """Take up the scale in force."""
        look = appearance()
        self.verticalHeader().setDefaultSectionSize(look.px(22))
        letter = QFontMetrics(fonts.mono("small", look.scale)).horizontalAdvance("0")
        self.setColumnWidth(0, letter * LONGEST)

    def scrollTo(self, index: AnyIndex, hint: QTableView.ScrollHint = QTableView.ScrollHint.EnsureVisible) -> None:
        """Qt: rows may have come just now."""
        self.updateGeometries()
        super().scrollTo(index, hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: up, down and by pages; the rest is the panel's."""
        if Qt.Key(event.key()) in KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)
