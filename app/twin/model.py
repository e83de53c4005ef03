"""The twin as Qt's models: the rows as a tree, and over it what is sorted and filtered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFont

from app import fonts, icons
from app.theme import appearance
from app.tips import tip
from app.twin.rows import (
    COLUMNS,
    DERIVATIVE,
    FORMS,
    IS,
    NAME,
    STATE,
    TYPE,
    VALUE,
    Row,
    cells,
    exact,
    measure,
    numbered,
    sentence,
)
from engine.errors import GradwireError
from engine.finding import Facts, find

if TYPE_CHECKING:
    from app.session import Session

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
ROW: Final = Role.UserRole
"""The Row itself."""
TONES: Final = {NAME: "text", IS: "second", TYPE: "second", VALUE: "value", DERIVATIVE: "derivative", STATE: "second"}
NUMBERS: Final = (TYPE, VALUE, DERIVATIVE)


class TwinModel(QAbstractItemModel):
    """The rows of a session's graph in one of the FORMS. It changes only when it is told to."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.form = next(iter(FORMS))
        self._top: list[Row] = []
        self._all: list[Row] = []
        self._by_key: dict[tuple[str, ...], Row] = {}
        self._said: dict[tuple[str, ...], tuple[str, ...]] = {}

    def show(self, form: str) -> None:
        """Lay the rows out in another form."""
        if form != self.form:
            self.form = form
            self.build(anew=True)

    def build(self, *, anew: bool = False) -> bool:
        """Follow the graph as it is now; return whether there are other rows than before."""
        top = numbered(FORMS[self.form](self._session))
        every = [row for first in top for row in first.walk()]
        if not anew and list(map(_place, every)) == list(map(_place, self._all)):
            for old, row in zip(self._all, every, strict=True):
                old.carries, old.wire = row.carries, row.wire
            self._said.clear()
            return False
        self.beginResetModel()
        self._top, self._all, self._by_key = top, every, {row.key: row for row in every}
        for number, row in enumerate(every):
            row.id = number
        self._said.clear()
        self.endResetModel()
        return True

    def tell(self) -> None:
        """Say that cells may read otherwise: values, types, names or problems have changed."""
        self._said.clear()
        last = len(COLUMNS) - 1
        groups: list[tuple[list[Row], QModelIndex]] = [(self._top, QModelIndex())]
        while groups:
            rows, above = groups.pop()
            if rows:
                self.dataChanged.emit(self.index(0, 0, above), self.index(len(rows) - 1, last, above))
            groups += [(row.children, self.of(row)) for row in rows if row.children]

    def forget(self, row: Row | None) -> None:
        """Forget what cells said, and say so of one row: who shows the others asks them anew."""
        self._said.clear()
        if row is not None:
            self.dataChanged.emit(self.of(row), self.of(row, len(COLUMNS) - 1))

    def rows(self) -> Iterator[Row]:
        """Yield all rows from top to bottom."""
        return iter(self._all)

    def row_at(self, index: AnyIndex) -> Row | None:
        """Return the row of an index."""
        id = index.internalId() if index.isValid() else len(self._all)
        return self._all[id] if id < len(self._all) else None

    def of(self, row: Row, column: int = 0) -> QModelIndex:
        """Return the index of a row."""
        return self.createIndex(row.number, column, row.id)

    def at(self, *key: str) -> QModelIndex:
        """Return the index of the row with a key; an invalid one where there is none."""
        row = self._by_key.get(key)
        return self.of(row) if row is not None else QModelIndex()

    # Qt -------------------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt: a cell under a row."""
        rows = self._under(parent)
        if 0 <= row < len(rows) and 0 <= column < len(COLUMNS):
            return self.createIndex(row, column, rows[row].id)
        return QModelIndex()

    def parent(self, index: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Qt: the row above."""
        row = self.row_at(index)
        return self.of(row.above) if row is not None and row.above is not None else QModelIndex()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many rows are under one; only first cells have some."""
        return len(self._under(parent)) if parent.column() <= 0 else 0

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: as many as there are names of columns."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """Qt: the names of the columns."""
        return COLUMNS[section] if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole else None

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        """Qt: a cell: its text, colour and icon; for the ear, its column with it, and the whole row as a sentence."""
        row, column = self.row_at(index), index.column()
        if row is None or (row.node and row.node not in self._session.graph.nodes):
            return None
        match role:
            case Role.DisplayRole:
                return self.texts(row)[column]
            case Role.AccessibleTextRole:
                text = self.texts(row)[column]
                return text if column == NAME else f"{COLUMNS[column]}: {text or 'none'}"
            case Role.AccessibleDescriptionRole:
                return sentence(self._session, row)
            case Role.ToolTipRole:
                return tip(sentence(self._session, row))
            case Role.ForegroundRole:
                wrong = column == STATE and any(p.severity == "error" for p in self._session.node_problems(row.node))
                return QColor(getattr(appearance().theme, "bad" if wrong and row.kind == "node" else TONES[column]))
            case Role.FontRole:
                return _font(column in NUMBERS, appearance().scale)
            case Role.DecorationRole if column == NAME and row.kind == "node":
                family = self._session.operator(row.node).family
                return icons.icon(family, appearance().theme.icon(family), appearance().px(14))
            case _ if role == ROW:
                return row
        return None

    def texts(self, row: Row) -> tuple[str, ...]:
        """Return what the cells of a row say."""
        if row.key not in self._said:
            self._said[row.key] = cells(self._session, row, alone=self.form != "Tree")
        return self._said[row.key]

    def _under(self, parent: AnyIndex) -> list[Row]:
        row = self.row_at(parent)
        return self._top if row is None else row.children


def _place(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return row.key, row.above.key if row.above is not None else ()


def _font(number: bool, scale: float) -> QFont:
    return (fonts.mono if number else fonts.sans)("small", scale)


class Sieve(QSortFilterProxyModel):
    """The rows that fit a line of words, in the order of a column; what is above and below one that fits is shown."""

    def __init__(self, session: Session, model: TwinModel) -> None:
        super().__init__(session)
        self._session, self._model = session, model
        self._words: tuple[str, ...] = ()
        self._found: frozenset[str] = frozenset()
        self.fault = ""
        """Why the words cannot be looked for as a search of nodes."""
        self.setRecursiveFilteringEnabled(True)
        self.setAutoAcceptChildRows(True)
        self.setDynamicSortFilter(True)
        self.setSourceModel(model)

    def look_for(self, text: str) -> None:
        """Show what fits: words that a row says, or a search as in the find bar (is:invalid, steps>100)."""
        self.beginFilterChange()
        self._words = tuple(text.casefold().split())
        self._found, self.fault = frozenset(), ""
        if any(sign in text for sign in ":=<>"):
            try:
                facts = Facts(self._session.content, self._session.library, self._session.problems)
                self._found = frozenset(find(facts, text))
            except GradwireError as refused:
                self.fault = refused.sentence
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    @property
    def chooses(self) -> bool:
        """Whether rows are left out or put in another order, so that what they say matters."""
        return bool(self._words) or self.sortColumn() >= 0

    def filterAcceptsRow(self, source_row: int, source_parent: AnyIndex) -> bool:
        """Qt: whether a row fits."""
        row = self._model.row_at(self._model.index(source_row, 0, source_parent))
        if row is None or not self._words:
            return row is not None
        if row.kind == "node" and row.node in self._found:
            return True
        said = " ".join(self._model.texts(row)).casefold()
        return all(word in said for word in self._words)

    def lessThan(self, left: AnyIndex, right: AnyIndex) -> bool:
        """Qt: by the size of numbers, by the letters of words."""
        rows = self._model.row_at(left), self._model.row_at(right)
        if rows[0] is None or rows[1] is None:
            return False
        one, other = (measure(self._session, row, left.column()) for row in rows if row is not None)
        return bool(one < other)


def as_text(session: Session, rows: list[Row], columns: tuple[int, ...]) -> str:
    """Return rows as lines with tabs between their cells, under the names of the columns."""
    lines = [[COLUMNS[column] for column in columns]]
    lines += [[" ".join(exact(session, row, column).split()) for column in columns] for row in rows]
    return "\n".join("\t".join(line) for line in lines)
