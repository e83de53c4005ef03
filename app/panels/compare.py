"""The comparison panel: every approach measured on the loss, and what each one leaves behind to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QHideEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import fonts
from app.assets import ASSETS
from app.panels.compare_text import Highlighter, shown
from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from app.worker.readings import Measured, Measurements, Reading
from engine.program.program import node_of

if TYPE_CHECKING:
    from app.session import Session

PAGES = (
    ("tape", "Tape", "Operator overloading: one run, call by call"),
    ("static", "Static", "The program before and after each pass"),
    ("source", "Source", "The adjoint as readable Python"),
    ("callbacks", "Callbacks", "How the calls nest"),
    ("forward", "Forward", "Dual numbers: every value with its tangent"),
)
HEADS = ("Approach", "Backend", "Gradient", "First", "Following", "Memory", "Equations")
WORDS = 2
"""How many columns hold names; the others hold numbers."""
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
EMPTY = "Wire a loss into an optimizer to compare the ways of differentiating it."
WAITING = "Measuring …"
ASK = "Measure, to see whether all agree, how long each takes, and how much memory it needs."


class ComparePanel(QWidget):
    """The panel. It asks only while it can be seen; everything is computed in the process that answers questions."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.reading: Reading | None = None
        self.measurements: Measurements | None = None
        self._lines: list[Measured] = []
        self._revision = -1
        self._connected = False
        self._seen = False
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sentence = label(tr(ASK), "second", wrap=True)
        self.measure = QPushButton(tr("Measure"))
        self.measure.setToolTip(tip(tr("Compute the gradient by every approach, and time it")))
        self.measure.clicked.connect(self.ask_comparison)
        self.table = _table()
        self.pages = QButtonGroup(self)
        self.section = QComboBox()
        self.section.setAccessibleName(tr("Stage"))
        self.copy = QPushButton(tr("Copy"))
        self.caption = label("", "second", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "code")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("What the approach leaves behind"))
        self.text.viewport().installEventFilter(self)
        self.colors = Highlighter(self.text.document())
        self._origins: tuple[str, ...] = ()
        self._lay_out()
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.pages.idClicked.connect(lambda _: self.ask_reading())
        self.section.activated.connect(lambda _: self._show_reading())
        self.table.itemSelectionChanged.connect(self._row_chosen)
        session.looks.values_changed.connect(self._looked_anew)
        appearance().changed.connect(self._restyled)
        self._restyled()
        self._show_text(tr(EMPTY))

    # ----- what it is made of -----

    def _lay_out(self) -> None:
        self._head, self._top = QHBoxLayout(), QHBoxLayout()
        self._head.addWidget(self.sentence, 1)
        self._head.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignTop)
        for number, (_, title, says) in enumerate(PAGES):
            button = QPushButton(tr(title))
            button.setProperty("role", "quiet")
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setToolTip(tip(says))
            self.pages.addButton(button, number)
            self._top.addWidget(button)
        self._top.addStretch(1)
        self._top.addWidget(self.section)
        self._top.addWidget(self.copy)
        left, right = QWidget(), QWidget()
        self._columns = QVBoxLayout(left), QVBoxLayout(right)
        for column, parts in zip(
            self._columns, ((self._head, self.table), (self._top, self.caption, self.text)), strict=True
        ):
            for part in parts:
                column.addLayout(part) if isinstance(part, QHBoxLayout) else column.addWidget(part)
        self._columns[0].setStretchFactor(self.table, 1)
        self._columns[1].setStretchFactor(self.text, 1)
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(left)
        self.halves.addWidget(right)
        self.halves.setStretchFactor(0, 1)
        self.halves.setStretchFactor(1, 1)
        self.halves.setSizes([1000, 1000])
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.halves)

    def _restyled(self) -> None:
        look = appearance()
        px = look.px
        self._whole.setContentsMargins(px(12), px(8), px(12), px(8))
        self.halves.setHandleWidth(px(4))
        self._columns[0].setContentsMargins(0, 0, px(8), 0)
        self._columns[1].setContentsMargins(px(8), 0, 0, 0)
        for column in self._columns:
            column.setSpacing(px(8))
        self._head.setSpacing(px(8))
        self._top.setSpacing(px(6))
        self.table.verticalHeader().setDefaultSectionSize(px(28))
        self.colors.restyle(look.theme)
        self._show_measurements()

    # ----- when it asks -----

    @property
    def approach(self) -> str:
        """The approach whose artefact is shown."""
        return PAGES[self.pages.checkedId()][0]

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: now the answers are wanted."""
        super().showEvent(event)
        self._seen = True
        if self.reading is None:
            self._choose(self._trained_by())
        self._looked_anew()

    def _trained_by(self) -> str:
        """Return the approach of the first optimizer there is."""
        graph, library = self.session.graph, self.session.library
        found = (
            str(library[node.operator].values(node).get("approach", ""))
            for node in graph.nodes.values()
            if node.operator in library and library[node.operator].family == "optimizers"
        )
        return next(found, "")

    def _choose(self, approach: str) -> None:
        for number, (name, *_) in enumerate(PAGES):
            if name == approach:
                self.pages.button(number).setChecked(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: no longer."""
        super().hideEvent(event)
        self._seen = False

    def _looked_anew(self) -> None:
        """The wires have been looked at: the graph may be another, or its values."""
        running = self.session.run_state in ("starting", "running")
        if self._seen and self.session.has_engine and not running and self.session.graph.nodes:
            self.ask_reading()

    def ask_reading(self) -> None:
        """Ask for the artefact of the approach chosen."""
        if self._ready():
            self.session.looks.client.ask_reading(self.approach, self.session.moment())

    def ask_comparison(self) -> None:
        """Ask for the measurements of all approaches."""
        if self._ready():
            self.sentence.setText(tr(WAITING))
            self.measure.setEnabled(False)
            self.session.looks.client.ask_comparison(self.session.moment())

    def _ready(self) -> bool:
        session = self.session
        if not session.has_engine or not session.graph.nodes:
            return False
        client = session.looks.client
        if not self._connected:
            self._connected = True
            client.reading_ready.connect(self._reading_came)
            client.comparison_ready.connect(self._comparison_came)
            client.failed.connect(self._failed)
        self._revision = client.set_content(session.content, session.folder, ASSETS)
        return True

    # ----- what came back -----

    def _reading_came(self, revision: int, reading: Reading) -> None:
        if revision == self._revision and reading.approach == self.approach:
            self._set_reading(reading)

    def _comparison_came(self, revision: int, found: Measurements) -> None:
        self.measure.setEnabled(True)
        if revision == self._revision:
            self.measurements = found
            self._show_measurements()

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question == "comparison":
            self.measure.setEnabled(True)
            self.sentence.setText(sentence)
        elif question == "reading" and revision == self._revision:
            self.reading = None
            self.caption.setText("")
            self.section.hide()
            self._show_text(sentence)

    def _set_reading(self, reading: Reading) -> None:
        before = self.section.currentIndex() if self.reading and self.reading.approach == reading.approach else 0
        self.reading = reading
        self.section.clear()
        self.section.addItems([each.title for each in reading.sections])
        self.section.setCurrentIndex(min(max(before, 0), len(reading.sections) - 1))
        self.section.setVisible(len(reading.sections) > 1)
        self.caption.setText(f"{reading.sentence} A double click on a line goes to its node.")
        self._show_reading()

    def _show_reading(self) -> None:
        if self.reading is not None:
            found = shown(self.reading, max(self.section.currentIndex(), 0))
            self.colors.tell(found.spans)
            self._origins = found.origins
            self._set_text(found.text)

    def _show_text(self, text: str) -> None:
        self.colors.tell(())
        self._origins = ()
        self.section.setVisible(False)
        self._set_text(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a double click on a line goes to the node it came from."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            return self.go_to_line(self.text.cursorForPosition(event.position().toPoint()).blockNumber())
        return super().eventFilter(watched, event)

    def go_to_line(self, number: int) -> bool:
        """Show the node that a line came from; return whether it came from one."""
        node = node_of(self._origins[number]) if number < len(self._origins) else ""
        if node not in self.session.graph.nodes:
            return False
        self.session.reveal(node)
        return True

    def _set_text(self, text: str) -> None:
        if text != self.text.toPlainText():
            bar = self.text.verticalScrollBar()
            position = bar.value()
            self.text.setPlainText(text)
            bar.setValue(position)
        else:
            self.colors.rehighlight()

    # ----- the table -----

    def _show_measurements(self) -> None:
        found = self.measurements
        if found is None:
            return
        good = all(line.agrees is not False for line in found.lines)
        self.sentence.setText(
            tr("All that run give the same gradient.") if good else tr("The gradients differ: see the column Gradient.")
        )
        self._lines = sorted(found.lines, key=lambda line: bool(line.refused))
        self.table.clearSpans()
        self.table.setRowCount(0)
        for line in self._lines:
            if not line.refused:
                self._add(line)
        self.table.resizeColumnsToContents()
        for line in self._lines:
            if line.refused:
                self._add_refusal(line)

    def _add_refusal(self, line: Measured) -> None:
        """Add a row whose sentence takes the place of all numbers, as high as it needs to be."""
        row, look = self.table.rowCount(), appearance()
        self.table.insertRow(row)
        font = fonts.sans("small", look.scale)
        for column, cell in enumerate((line.approach, line.backend, line.refused)):
            item = QTableWidgetItem(cell)
            item.setFont(font)
            item.setForeground(QColor(look.theme.text if column == 0 else look.theme.second))
            item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | LEFT)
            self.table.setItem(row, column, item)
        self.table.setSpan(row, WORDS, 1, len(HEADS) - WORDS)
        width = sum(self.table.columnWidth(k) for k in range(WORDS, len(HEADS))) - look.px(16)
        box = QFontMetrics(font).boundingRect(QRect(0, 0, width, 1000), Qt.TextFlag.TextWordWrap, line.refused)
        self.table.setRowHeight(row, max(look.px(28), box.height() + look.px(12)))

    def _add(self, line: Measured) -> None:
        row, look = self.table.rowCount(), appearance()
        self.table.insertRow(row)
        for column, cell in enumerate(line.cells):
            item = QTableWidgetItem(cell)
            words = column < WORDS
            item.setFont(fonts.sans("small", look.scale) if words else fonts.mono("small", look.scale))
            item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | (LEFT if words else RIGHT))
            color = look.theme.text if column == 0 else look.theme.second
            if column == WORDS:
                color = look.theme.bad if line.agrees is False else look.theme.good
            item.setForeground(QColor(color))
            self.table.setItem(row, column, item)

    def _row_chosen(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._choose(self._lines[rows[0].row()].approach)
            self.ask_reading()


def _table() -> QTableWidget:
    made = QTableWidget(0, len(HEADS))
    made.setTabKeyNavigation(False)
    made.setHorizontalHeaderLabels(HEADS)
    made.setAccessibleName(tr("Approaches compared"))
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setShowGrid(False)
    made.verticalHeader().hide()
    made.horizontalHeader().setHighlightSections(False)
    made.horizontalHeader().setStretchLastSection(True)
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column in range(len(HEADS)):
        side = LEFT if column < WORDS else RIGHT
        made.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    made.resizeColumnsToContents()  # before the first measurement, too, no head is cut
    return made
