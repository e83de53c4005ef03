"""The palette: every operator by family, found by typing, dragged onto the canvas or inserted by Return or a double
click."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QCursor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app import fonts, icons, templates
from app.operator_tips import operator_tip
from app.panels import palette_star
from app.panels.palette_drag import PaletteDrag
from app.search import FORMULA, SETTING, plain_formula, ranked
from app.session import PALETTE_MIME
from app.stock import SECTIONS
from app.theme import appearance, faded
from app.words import tr
from engine.operator import FAMILIES, Library, Operator

AnyIndex = QModelIndex | QPersistentModelIndex
OPERATOR_ROLE = Qt.ItemDataRole.UserRole
FOLDS_ROLE = Qt.ItemDataRole.UserRole + 1
"""The heading of the family that a row shows or hides the rest of."""
FAVOURITE_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether a row's operator is a favourite."""
FAVOURITES, RECENT = "Favourites", "Recently used"
TITLES = {**SECTIONS, **FAMILIES, **templates.SECTIONS}
"""The headings by family, in their order."""
LOOKS = {templates.TEMPLATE: "neural", templates.DATA: "inputs"}
"""Families that look like others."""
FIRST = 9
"""Operators of a family that are shown at once; a row "n more" shows the others, unless there is but one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a heading, an operator, or what shows or hides the further operators of a family."""

    title: str
    operator: Operator | None = None
    folds: str | None = None

    @property
    def heading(self) -> bool:
        """Whether nothing can be done with the row."""
        return self.operator is None and self.folds is None


def words(operator: Operator) -> str:
    """Return what else an operator is found by, one on a line: synonyms, family, id, the sentence about it, its formula
    and its settings."""
    family = TITLES.get(operator.family, operator.family)
    known = operator.id.replace(".", " ").replace("_", " ")
    settings = (f"{SETTING}{name.replace('_', ' ')}" for name in operator.settings)
    formula = (f"{FORMULA}{plain_formula(operator.formula)}",) if operator.formula else ()
    help = " ".join(operator.help.split())
    return "\n".join((*operator.synonyms, operator.short, family, known, help, *formula, *settings))


def rows(
    library: Library,
    query: str,
    favourites: Sequence[str] = (),
    recent: Sequence[str] = (),
    unfolded: Collection[str] | None = None,
) -> tuple[Row, ...]:
    """Return the rows of the palette: by family, favourites and recent ones first; for a query the matches, best
    first. Of a large family that is not among `unfolded` only the first are shown; None: all of all."""
    if query.strip():
        found = ranked(query, ((o, o.title, words(o)) for o in library.values()))
        return tuple(Row(o.title, o) for o in found)
    sections = [(FAVOURITES, [library[id] for id in favourites if id in library])]
    sections.append((RECENT, [library[id] for id in recent if id in library and id not in favourites]))
    sections += [(title, [o for o in library.values() if o.family == family]) for family, title in TITLES.items()]
    return tuple(
        row for title, members in sections if members for row in (Row(title), *_section(title, members, unfolded))
    )


def _section(title: str, members: Sequence[Operator], unfolded: Collection[str] | None) -> tuple[Row, ...]:
    every = tuple(Row(o.title, o) for o in members)
    if unfolded is None or len(every) <= FIRST + 1:
        return every
    if title in unfolded:
        return (*every, Row("fewer", folds=title))
    return (*every[:FIRST], Row(f"{len(every) - FIRST} more", folds=title))


class PaletteModel(QAbstractListModel):
    """The rows as Qt wants them; operators can be dragged."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()
        self.favourites: frozenset[str] = frozenset()

    def show_rows(self, rows: tuple[Row, ...], favourites: Collection[str] = ()) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.favourites = rows, frozenset(favourites)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: titles, help and the operator's id."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return operator_tip(row.operator) if row.operator else None
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                liked = "Favourite. " if row.operator and row.operator.id in self.favourites else ""
                return f"{liked}{row.operator.help}" if row.operator else row.folds or "heading"
            case Qt.ItemDataRole.UserRole:
                return row.operator.id if row.operator else None
            case _ if role == FOLDS_ROLE:
                return row.folds
            case _ if role == FAVOURITE_ROLE:
                return row.operator is not None and row.operator.id in self.favourites
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Qt: headings can be neither selected nor dragged."""
        row = self.rows[index.row()] if index.isValid() else None
        if row is not None and row.folds is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if row is None or row.operator is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Qt: what a drag carries."""
        return [PALETTE_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Qt: the dragged operator's id."""
        data = QMimeData()
        operator = self.rows[indexes[0].row()].operator if indexes else None
        if operator is not None:
            data.setData(PALETTE_MIME, operator.id.encode())
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        """Qt: a drag copies."""
        return Qt.DropAction.CopyAction


class RowDelegate(QStyledItemDelegate):
    """Draws a row: a small caption, or a family's icon and a name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Qt: rows of 26 pixels, headings with air above."""
        px = appearance().px
        plain = index.data(OPERATOR_ROLE) or index.data(FOLDS_ROLE) or not index.row()
        return QSize(px(120), px(26 if plain else 32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Qt: draw the row."""
        look = appearance()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        operator_id = index.data(OPERATOR_ROLE)
        if index.data(FOLDS_ROLE):
            self._highlight(painter, option, rect)
            painter.setFont(fonts.sans("small", look.scale))
            painter.setPen(look.theme.second)
            area = rect.adjusted(look.px(40), 0, -look.px(12), 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(index.data()))
        elif operator_id is None:
            painter.setFont(fonts.sans("caption", look.scale, strong=True))
            painter.setPen(look.theme.faint)
            area = rect.adjusted(look.px(16), 0, -look.px(8), -look.px(5))
            painter.drawText(
                area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, tr(str(index.data())).upper()
            )
        else:
            self._operator(painter, option, rect, operator_id, str(index.data()), bool(index.data(FAVOURITE_ROLE)))
        painter.restore()

    def _operator(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        operator_id: str,
        title: str,
        favourite: bool,
    ) -> None:
        look, states = appearance(), QStyle.StateFlag
        self._highlight(painter, option, rect)
        near = bool(option.state & (states.State_MouseOver | states.State_Selected))
        starred = favourite or near
        room = rect.right() - palette_star.area(rect).left() if starred else look.px(12)
        draw_operator(painter, rect.adjusted(look.px(18), 0, -room, 0), operator_id, title)
        if starred:
            at = option.widget.viewport().mapFromGlobal(QCursor.pos()) if option.widget is not None else QPoint(-1, -1)
            palette_star.draw(painter, rect, favourite=favourite, pointed=palette_star.area(rect).contains(at))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: AnyIndex
    ) -> bool:
        """Qt: the star has a tip of its own."""
        if not index.data(OPERATOR_ROLE) or not palette_star.area(option.rect).contains(event.pos()):
            return super().helpEvent(event, view, option, index)
        says = "Remove from favourites" if index.data(FAVOURITE_ROLE) else "Add to favourites"
        QToolTip.showText(event.globalPos(), says, view)
        return True

    def _highlight(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        look = appearance()
        state = option.state
        fill = look.theme.selection if state & QStyle.StateFlag.State_Selected else None
        if fill is None and state & QStyle.StateFlag.State_MouseOver:
            fill = look.theme.raised
        if fill is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(rect.adjusted(look.px(8), 1, -look.px(8), -1), look.px(6), look.px(6))


def draw_operator(painter: QPainter, rect: QRect, operator_id: str, title: str) -> None:
    """Draw the icon of an operator's family and its title, elided where the room is narrow."""
    look = appearance()
    side, family = look.px(15), operator_id.split(".", 1)[0]
    family = LOOKS.get(family, family)
    picture = icons.pixmap(family, look.theme.icon(family), side, painter.device().devicePixelRatioF())
    painter.drawPixmap(rect.left() - look.px(2), rect.center().y() - side // 2, picture)
    painter.setFont(fonts.sans("body", look.scale))
    painter.setPen(look.theme.text)
    area = rect.adjusted(side + look.px(7), 0, 0, 0)
    text = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class PaletteList(QListView):
    """The list: drags carry an operator's id and show a small card of it under the pointer."""

    chosen = Signal(str)
    folded = Signal(str)
    """The row that shows or hides the rest of this family was clicked, or Return pressed on it."""
    starred = Signal(str)
    """The star of this operator was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self._pressed: tuple[QPoint, QPersistentModelIndex] | None = None
        self._drag: PaletteDrag | None = None
        self._on_star = False
        self.last_pressed = ""
        """The operator whose row the mouse pressed last."""
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(RowDelegate(self))
        self.setAccessibleName(tr("Operators"))
        self.doubleClicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.clicked.connect(self._fold)
        self._last_chosen: QPersistentModelIndex | None = None

    def _choose(self, index: QModelIndex) -> None:
        # A double click is also an activation on most platforms: one of the two is enough.
        if self._last_chosen == QPersistentModelIndex(index):
            return
        self._last_chosen = QPersistentModelIndex(index)
        QTimer.singleShot(0, self, lambda: setattr(self, "_last_chosen", None))
        if index.data(OPERATOR_ROLE):
            self.chosen.emit(index.data(OPERATOR_ROLE))

    def _fold(self, index: QModelIndex) -> None:
        if index.data(FOLDS_ROLE):
            self.folded.emit(index.data(FOLDS_ROLE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Return on the row that shows the rest of a family acts like a click on it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().data(FOLDS_ROLE):
            self._fold(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a star makes a favourite, or no longer; elsewhere remember where a drag may begin."""
        index = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton and index.data(OPERATOR_ROLE)
        self._on_star = bool(left) and self._star_at(event.position().toPoint())
        if self._on_star:
            self.last_pressed = index.data(OPERATOR_ROLE)
            self.starred.emit(self.last_pressed)
            return
        super().mousePressEvent(event)
        self._pressed = (event.position().toPoint(), QPersistentModelIndex(index)) if left else None
        self.last_pressed = index.data(OPERATOR_ROLE) or ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: begin a drag once the pointer has gone some way, then lead it."""
        if self._drag is not None and not self._drag.over:
            self._drag.move_to(event.globalPosition().toPoint(), event.modifiers())
            return
        self.viewport().update(self.visualRect(self.indexAt(event.position().toPoint())))
        if self._on_star:
            return
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        start, index = self._pressed
        if (event.position().toPoint() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            data = self.model().mimeData([self.model().index(index.row(), 0)])
            grip = QPoint(appearance().px(16), appearance().px(14))
            self._drag = PaletteDrag(self, data, self._card(self.model().index(index.row(), 0)), grip)
            self._drag.move_to(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: drop."""
        self._pressed = None
        if self._on_star:
            self._on_star = False
            return
        drag, self._drag = self._drag, None
        if drag is not None and not drag.over:
            drag.drop_at(event.globalPosition().toPoint(), event.modifiers())
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: two clicks on a star are two clicks."""
        if self._star_at(event.position().toPoint()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _star_at(self, at: QPoint) -> bool:
        """Return whether a point is on the star of an operator's row."""
        index = self.indexAt(at)
        return bool(index.data(OPERATOR_ROLE)) and palette_star.area(self.visualRect(index)).contains(at)

    def _card(self, index: QModelIndex) -> QPixmap:
        look = appearance()
        ratio = self.devicePixelRatioF()
        size = QSize(look.px(156), look.px(30))
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(look.theme.node_border))
        painter.setBrush(faded(look.theme.node, 0.94))
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), look.px(8), look.px(8))
        draw_operator(
            painter,
            QRect(look.px(12), 0, size.width() - look.px(20), size.height()),
            index.data(OPERATOR_ROLE),
            str(index.data()),
        )
        painter.end()
        return pixmap


class Palette(QWidget):
    """The palette panel. `insert_requested` carries an operator's id; the window puts it where the canvas is
    looking."""

    insert_requested = Signal(str)
    help_requested = Signal(str)
    """The page of this operator is asked for."""
    favourites_changed = Signal(tuple)

    def __init__(self, library: Library, parent: QWidget | None = None, *, folding: bool = True) -> None:
        """Show the library; with `folding` only the first operators of large families at once."""
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._library = library
        self._favourites: tuple[str, ...] = ()
        self._recent: tuple[str, ...] = ()
        self._unfolded: frozenset[str] | None = frozenset() if folding else None
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(tr("Search operators"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search operators"))
        self.search.textChanged.connect(self._show_rows)
        self.search.installEventFilter(self)
        self.model = PaletteModel(self)
        self.list = PaletteList(self)
        self.list.setModel(self.model)
        self.list.chosen.connect(self.insert_requested)
        self.list.folded.connect(self.fold)
        self.list.starred.connect(self._toggle_favourite)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._context_menu)
        self._layout, self._top = QVBoxLayout(self), QHBoxLayout()
        self._top.addWidget(self.search)
        self._layout.addLayout(self._top)
        self._layout.addWidget(self.list, 1)
        appearance().changed.connect(self._restyled)
        self._restyled()
        self._show_rows()

    def show_library(self, library: Library) -> None:
        """Offer what is in this library: operators may have come or gone."""
        if library is not self._library:
            self._library = library
            self._show_rows()

    def remember(self, favourites: tuple[str, ...], recent: tuple[str, ...]) -> None:
        """Show these favourites and recently used operators first."""
        if (favourites, recent) != (self._favourites, self._recent):
            held, before = self._held_row()
            self._favourites, self._recent = favourites, recent
            self._show_rows()
            if held:
                bar = self.list.verticalScrollBar()
                bar.setValue(bar.value() + self._held_row()[1] - before)

    def _held_row(self) -> tuple[bool, int]:
        """Return whether the operator last pressed in the list is shown, and where its row in its family begins: rows
        that come in above must not move the list under the pointer."""
        held = self.list.last_pressed
        found = [k for k, row in enumerate(self.model.rows) if held and row.operator and row.operator.id == held]
        return bool(found), self.list.visualRect(self.model.index(found[-1], 0)).top() if found else 0

    def fold(self, family: str) -> None:
        """Show the further operators of the family with this heading, or hide them again."""
        if self._unfolded is not None:
            self._unfolded ^= {family}
            self._show_rows()

    def _show_rows(self) -> None:
        position = self.list.verticalScrollBar().value()
        query = self.search.text()
        shown = rows(self._library, query, self._favourites, self._recent, self._unfolded)
        self.model.show_rows(shown or (Row(f"Nothing is called “{query.strip()}”"),), self._favourites)
        if query.strip() and shown:
            self.list.setCurrentIndex(self.model.index(0, 0))
        else:
            self.list.verticalScrollBar().setValue(position)

    def _restyled(self) -> None:
        px = appearance().px
        self.setMinimumWidth(px(150))
        self._layout.setContentsMargins(0, px(12), 0, 0)
        self._layout.setSpacing(px(8))
        self._top.setContentsMargins(px(12), 0, px(12), 0)
        self.list.doItemsLayout()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Qt: arrows and Return in the search field act on the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentIndex().data(FOLDS_ROLE):
                self.fold(self.list.currentIndex().data(FOLDS_ROLE))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentIndex().data(OPERATOR_ROLE):
                self.insert_requested.emit(self.list.currentIndex().data(OPERATOR_ROLE))
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _move(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        while 0 <= row < len(self.model.rows) and self.model.rows[row].heading:
            row += by
        if 0 <= row < len(self.model.rows):
            self.list.setCurrentIndex(self.model.index(row, 0))

    def _context_menu(self, position: QPoint) -> None:
        operator_id = self.list.indexAt(position).data(OPERATOR_ROLE)
        if not operator_id:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Insert"), lambda: self.insert_requested.emit(operator_id))
        menu.addAction(tr("Help"), lambda: self.help_requested.emit(operator_id))
        chosen = operator_id in self._favourites
        menu.addAction(
            tr("Remove from favourites") if chosen else tr("Add to favourites"),
            lambda: self._toggle_favourite(operator_id),
        )
        menu.popup(self.list.viewport().mapToGlobal(position))

    def toggle_current(self) -> bool:
        """Make the chosen operator a favourite, or no longer one; return whether one is chosen. It stays chosen."""
        operator_id = self.list.currentIndex().data(OPERATOR_ROLE)
        if not operator_id:
            return False
        self.list.last_pressed = operator_id
        self._toggle_favourite(operator_id)
        rows = [k for k, row in enumerate(self.model.rows) if row.operator and row.operator.id == operator_id]
        if rows:
            self.list.setCurrentIndex(self.model.index(rows[-1], 0))
        return True

    def _toggle_favourite(self, operator_id: str) -> None:
        others = tuple(f for f in self._favourites if f != operator_id)
        favourites = others if operator_id in self._favourites else (*others, operator_id)
        self.remember(favourites, self._recent)
        self.favourites_changed.emit(favourites)
