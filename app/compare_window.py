"""Two graphs side by side with their difference: signs and colours on both canvases, a list beside, one camera."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import fonts
from app.canvas.places import Spot
from app.canvas.reading import ReadingCanvas
from app.differences import SHOWN, TONES, WORDS, Row, counted, marks_of, rows_of
from app.panels.inspector_parts import Elided, label
from app.session import Session
from app.theme import appearance
from app.words import tr
from engine.bodies import owner_of
from engine.difference import difference
from engine.graph import Content
from engine.matching import matched

if TYPE_CHECKING:
    from engine.operator import Library

ROW = Qt.ItemDataRole.UserRole
FIRST_SIZE = QSize(1400, 860)
LIST_WIDTH = 320


class Side(QWidget):
    """One of the two graphs, with its name above."""

    def __init__(self, library: Library, word: str) -> None:
        super().__init__()
        self.word = word
        self.session = Session(library, engine=False, parent=self)
        self.canvas = ReadingCanvas(self.session)
        self.name = Elided("", "second", align=Qt.AlignmentFlag.AlignLeft)
        px = appearance().px
        head = QHBoxLayout()
        head.setContentsMargins(px(14), px(7), px(14), px(7))
        head.addWidget(self.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)

    def show_graph(self, content: Content, name: str) -> None:
        """Show a graph."""
        self.session.adopt(content, None, clean=True, name=name)
        self.name.setText(f"{self.word}: {name}")
        self.canvas.setAccessibleName(f"{self.word}: {name}")


class CompareWindow(QWidget):
    """The window. It looks at the two graphs as they are when it is opened, and changes neither."""

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._library = library
        self._graphs: tuple[tuple[str, Content], tuple[str, Content]] | None = None
        self._pairs: Mapping[str, str] = {}
        self._offset = QPointF()
        self._leading = False
        self.rows: list[Row] = []
        self.before, self.after = Side(library, "Before"), Side(library, "After")
        self.summary = label("", "strong")
        self.summary.setWordWrap(True)
        self.list = self._tree()
        self._lay_out()
        self._connect()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(FIRST_SIZE)

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Differences"))
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setIndentation(appearance().px(14))
        tree.setWordWrap(True)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        tree.header().setStretchLastSection(False)
        tree.setColumnWidth(1, appearance().px(28))
        return tree

    def _lay_out(self) -> None:
        px = appearance().px
        self.previous_button, self.next_button = QPushButton(tr("Previous")), QPushButton(tr("Next"))
        self.swap_button = QPushButton(tr("Swap"))
        self.swap_button.setToolTip(tr("Take the second for the first, and the other way round"))
        buttons = QHBoxLayout()
        buttons.setSpacing(px(6))
        for button in (self.previous_button, self.next_button, self.swap_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(px(14), px(12), px(10), px(10))
        column.setSpacing(px(10))
        column.addWidget(self.summary)
        column.addLayout(buttons)
        column.addWidget(self.list, 1)
        column.addWidget(label(tr("F8 next, Shift+F8 previous, Home shows all, Escape closes."), "faint", wrap=True))
        self.views = QSplitter(Qt.Orientation.Horizontal)
        self.views.setChildrenCollapsible(False)
        for side in (self.before, self.after):
            self.views.addWidget(side)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.setChildrenCollapsible(False)
        whole.addWidget(beside)
        whole.addWidget(self.views)
        whole.setStretchFactor(1, 1)
        whole.setSizes([px(LIST_WIDTH), 10_000])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(whole)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(lambda item, _: self._go(item))
        self.list.itemClicked.connect(lambda item, _: self._go(item))
        self.previous_button.clicked.connect(lambda _=False: self.step(-1))
        self.next_button.clicked.connect(lambda _=False: self.step(+1))
        self.swap_button.clicked.connect(lambda _=False: self.swap())
        for one, other, sign in ((self.before, self.after, 1.0), (self.after, self.before, -1.0)):
            one.canvas.zoom_changed.connect(lambda _, one=one, other=other, sign=sign: self._follow(one, other, sign))
            one.canvas.body_shown.connect(lambda one=one, other=other: self._enter_too(one, other))
        self.before.canvas.chosen.connect(lambda id: self._choose(lambda row: row.before == id))
        self.after.canvas.chosen.connect(lambda id: self._choose(lambda row: row.after == id))
        for keys, act in (
            ("F8", lambda: self.step(+1)), ("Shift+F8", lambda: self.step(-1)), ("Home", self.fit),
            ("Escape", self.close), ("Alt+Up", self._leave),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        appearance().changed.connect(self._restyled)

    # What is compared ----------------------------------------------------------------------------------------------

    def show_graphs(self, before: tuple[str, Content], after: tuple[str, Content]) -> None:
        """Show two graphs, each with its name."""
        self._graphs, self._offset = (before, after), QPointF()
        one, other = before[1], after[1]
        found = difference(one, other, self._library)
        self._pairs = matched(one.graph, other.graph)
        self.rows = list(rows_of(found, one, other, self._library))
        for side, graph, marks in zip((self.before, self.after), (before, after), marks_of(found), strict=True):
            side.show_graph(graph[1], graph[0])
            side.canvas.show_marks(marks)
        self.summary.setText(counted(self.rows).capitalize())
        self.setWindowTitle(f"{before[0]} and {after[0]} — Gradwire")
        self._fill()
        self.fit()

    def swap(self) -> None:
        """Take the second graph for the first."""
        if self._graphs is not None:
            self.show_graphs(self._graphs[1], self._graphs[0])

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        theme, groups = appearance().theme, dict[str, QTreeWidgetItem]()
        for row in self.rows:
            group = groups.get(row.section)
            if group is None:
                group = groups[row.section] = QTreeWidgetItem([row.section.upper(), ""])
                group.setForeground(0, QColor(theme.faint))
                group.setFont(0, fonts.sans("small", appearance().scale, strong=True))
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.list.addTopLevelItem(group)
            item = QTreeWidgetItem([row.title, SHOWN[row.sign]])
            item.setForeground(1, QColor(getattr(theme, TONES[row.sign])))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignCenter)
            item.setFont(1, fonts.sans("heading", appearance().scale, strong=True))
            item.setData(0, ROW, row)
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{row.title}, {WORDS[row.sign]}")
            group.addChild(item)
            for line in row.details:
                detail = QTreeWidgetItem([line, ""])
                detail.setForeground(0, QColor(theme.second))
                detail.setData(0, ROW, row)
                detail.setToolTip(0, line)
                item.addChild(detail)
        for name, group in groups.items():
            group.setExpanded(name != "Elsewhere on the canvas")
            for k in range(group.childCount()):
                group.child(k).setExpanded(True)
        self.list.blockSignals(False)

    def _restyled(self) -> None:
        self._fill()

    # Going about -----------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show as much of both graphs as there is room for, at the same zoom."""
        self._offset = QPointF()
        one, other = self.before.canvas, self.after.canvas
        both = one.scene.bounds().united(other.scene.bounds())
        one.set_view(one.view_of(both))

    def _items(self) -> list[QTreeWidgetItem]:
        groups = [self.list.topLevelItem(k) for k in range(self.list.topLevelItemCount())]
        return [group.child(k) for group in groups for k in range(group.childCount())]

    def step(self, by: int) -> None:
        """Go to the next (+1) or the previous (-1) difference."""
        items, current = self._items(), self.list.currentItem()
        if current is not None and current.parent() in items:
            current = current.parent()
        at = items.index(current) + by if current in items else (0 if by > 0 else -1)
        if items:
            self.list.setCurrentItem(items[at % len(items)])

    def _choose(self, fits: object) -> None:
        for item in self._items():
            if fits(item.data(0, ROW)):  # type: ignore[operator]
                self.list.blockSignals(True)
                self.list.setCurrentItem(item)
                self.list.blockSignals(False)
                return

    def _go(self, item: QTreeWidgetItem | None) -> None:
        row = item.data(0, ROW) if item is not None else None
        if isinstance(row, Row):
            self.go_to(row)

    def go_to(self, row: Row) -> None:
        """Show a difference in the middle of both canvases, in the body it lies in."""
        spots = [self._spot(side, id, row) for side, id in ((self.before, row.before), (self.after, row.after))]
        known = next((spot for spot in spots if spot is not None), None)
        if known is None:
            return
        self._leading = True
        for side, id, spot in zip((self.before, self.after), (row.before, row.after), spots, strict=True):
            self._show(side, id if row.kind == "node" else "", spot, known)
        self._leading = False
        self._offset = self.after.canvas.standing.middle - self.before.canvas.standing.middle

    def _spot(self, side: Side, id: str, row: Row) -> Spot | None:
        """Return where a difference is in one of the graphs; None where it is not."""
        graph, layout = side.session.graph, side.session.layout
        zoom = max(0.75, min(side.canvas.camera.zoom, 1.0))
        if row.kind == "node" and id in graph.nodes:
            side.session.enter(graph.nodes[id].inside)
            return Spot(side.session.body, side.canvas.scene.nodes[id].rect.center(), zoom)
        if row.kind == "note" and id in layout.notes:
            side.session.enter(layout.notes[id].inside)
            return Spot(side.session.body, side.canvas.scene.notes[id].rect.center(), zoom)
        if row.wire is not None and row.wire in graph.wires:
            side.session.enter(graph.nodes[row.wire.source.node].inside)
            return Spot(side.session.body, side.canvas.scene.wires[row.wire].path.boundingRect().center(), zoom)
        return None

    def _show(self, side: Side, id: str, spot: Spot | None, known: Spot) -> None:
        canvas = side.canvas
        side.session.select([id] if id else [])
        there = spot or known
        canvas.set_view(canvas.view_at(there.middle, known.zoom))

    def _follow(self, one: Side, other: Side, sign: float) -> None:
        """Let the other camera do what this one does."""
        if not self._leading and one.canvas.isVisible():
            self._leading = True
            spot = one.canvas.standing
            other.canvas.set_view(other.canvas.view_at(spot.middle + self._offset * sign, spot.zoom))
            self._leading = False

    def _enter_too(self, one: Side, other: Side) -> None:
        """Show the same body in the other graph, where it has it."""
        if self._leading or self._graphs is None:
            return
        body = one.canvas.scene.body
        owner, pairs = owner_of(body), self._pairs
        if one is self.after:
            pairs = {new: old for old, new in pairs.items()}
        twin = body.replace(owner, pairs.get(owner, ""), 1) if body else ""
        if not body or (pairs.get(owner) and other.session.has_body(twin)):
            self._leading = True
            other.session.enter(twin)
            self._leading = False

    def _leave(self) -> None:
        self.before.session.leave()
        self.after.session.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: nothing of it goes on."""
        for side in (self.before, self.after):
            side.canvas.leave()
            side.session.close()
        event.accept()
