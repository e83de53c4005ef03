"""The panel of runs: a table of all runs of the session, their curves overlaid, and the gradients by size."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSlider,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import fonts
from app.landscape.book import RunBook, differing
from app.landscape.results import dot
from app.landscape.runs_card import RunsCard
from app.landscape.seeds import Seeds
from app.panels.inspector_parts import label
from app.plots.histories import lane_color
from app.theme import appearance
from app.tips import tip
from app.words import tr
from app.worker.describe import short
from engine.errors import GradwireError
from engine.files.save import export
from engine.graph import Socket
from engine.operator import Kind
from engine.spreadsheet import harmless

if TYPE_CHECKING:
    from app.session import Session

HEADS: Final = ("Run", "Differs by", "Loss", "Steps", "Time")
GRADIENTS: Final = ("Gradient by", "Norm")
NAME, DIFFERS, LOSS, STEPS, TIME = range(5)
ROW: Final = 26


class RunsPanel(QWidget):
    """The panel. Everything in it is a copy of what runs have recorded."""

    def __init__(self, session: Session, book: RunBook) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.book = book
        self.seeds = Seeds(session, self.book)
        self.table = _table(HEADS, "Runs", DIFFERS)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.gradients = _table(GRADIENTS, "Gradients by size", 0)
        self.gradients.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.card = RunsCard(self.book)
        self.count, self.repeat = QSpinBox(), QPushButton(tr("Run from seeds"))
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing_text = label(tr("off"), "second")
        self.remove, self.save = QPushButton(tr("Remove")), QPushButton(tr("Export…"))
        self._filling = False
        self._build()
        self._connect()
        self._restyle()

    def _build(self) -> None:
        self.count.setRange(2, 50)
        self.count.setValue(5)
        self.count.setAccessibleName(tr("How many seeds"))
        self.repeat.setToolTip(
            tip(tr("Run the graph from as many seeds, one after the other, beside the document's run"))
        )
        self.smoothing.setRange(0, 99)
        self.smoothing.setAccessibleName(tr("Smoothing"))
        self.smoothing.setToolTip(tip(tr("How much of a moving average is what was before")))
        self.remove.setToolTip(tip(tr("Take the selected runs out of the table (all, where none is selected)")))
        self.save.setToolTip(tip(tr("Write the table as CSV")))
        self._row = QHBoxLayout(self)
        self._left, self._right = QFrame(), QFrame()
        self._columns = QVBoxLayout(self._left), QVBoxLayout(self._right)
        self._bar = QHBoxLayout()
        for widget in (self.repeat, self.count, self.remove, self.save):
            self._bar.addWidget(widget)
        self._bar.insertStretch(2, 1)
        self._smooth = QHBoxLayout()
        for widget, stretch in (
            (label(tr("Smoothing"), "second"), 0), (self.smoothing, 1), (self.smoothing_text, 0),
        ):  # fmt: skip
            self._smooth.addWidget(widget, stretch)
        self._columns[0].addWidget(self.table, 1)
        self._columns[0].addLayout(self._bar)
        self._columns[1].addWidget(self.gradients, 1)
        self._columns[1].addLayout(self._smooth)
        for frame in (self._left, self._right):
            frame.setProperty("role", "card")
        self._row.addWidget(self._left, 6)
        self._row.addWidget(self.card, 5)
        self._row.addWidget(self._right, 0)

    def _connect(self) -> None:
        session = self.session
        self.book.changed.connect(self.refresh)
        self.seeds.changed.connect(self._refresh_buttons)
        self.card.message.connect(session.message)
        self.table.itemChanged.connect(self._edited)
        self.repeat.clicked.connect(self._repeat)
        self.remove.clicked.connect(self._remove)
        self.save.clicked.connect(self._ask_and_export)
        self.smoothing.valueChanged.connect(self._smoothed)
        session.values_changed.connect(self.refresh_gradients)
        session.run_state_changed.connect(lambda _: self._refresh_buttons())
        appearance().changed.connect(self._restyle)

    def stop(self) -> None:
        """Make no more runs: the document closes."""
        self.seeds.stop()

    def _restyle(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(10), px(10), px(10), px(10))
        self._row.setSpacing(px(10))
        self._right.setFixedWidth(px(232))
        for column in self._columns:
            column.setContentsMargins(px(8), px(8), px(8), px(8))
            column.setSpacing(px(8))
        for bar in (self._bar, self._smooth):
            bar.setSpacing(px(8))
        for table in (self.table, self.gradients):
            table.verticalHeader().setDefaultSectionSize(px(ROW))
        self.card.restyle()
        self.refresh()
        self.refresh_gradients()

    # The table --------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the table in line with the book."""
        if not self.isVisible():
            return
        records, look = self.book.records, appearance()
        apart = differing(records)
        best = min((record.final for record in records if np.isfinite(record.final)), default=None)
        self._filling = True
        self.table.setRowCount(len(records))
        for row, record in enumerate(records):
            final = short(record.final) if np.isfinite(record.final) else "—"
            texts = (record.name, apart[record.number], final, f"{record.taken:,}", seconds(record.seconds))
            for column, text in enumerate(texts):
                item = self._item(row, column)
                item.setText(text)
                words = column in (NAME, DIFFERS)
                item.setToolTip(text if words else "")
                item.setFont(fonts.sans("small", look.scale) if words else fonts.mono("small", look.scale))
                good = column == LOSS and record.final == best and len(records) > 1
                item.setForeground(QColor(look.theme.good if good else look.theme.text if words else look.theme.second))
                side = Qt.AlignmentFlag.AlignLeft if words else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            name = self._item(row, NAME)
            name.setCheckState(Qt.CheckState.Checked if record.shown else Qt.CheckState.Unchecked)
            name.setIcon(dot(lane_color(record.number - 1)))
        self._filling = False
        self._refresh_buttons()

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if column == NAME:
                flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
            item.setFlags(flags)
            self.table.setItem(row, column, item)
        return item

    def _edited(self, item: QTableWidgetItem) -> None:
        if self._filling or item.column() != NAME or item.row() >= len(self.book.records):
            return
        record = self.book.records[item.row()]
        record.shown = item.checkState() == Qt.CheckState.Checked
        record.name = item.text().strip() or record.name
        self.book.changed.emit()

    def _refresh_buttons(self) -> None:
        left = self.seeds.left
        self.repeat.setText(f"{left} left" if left else tr("Run from seeds"))
        able = self.session.has_engine and not left
        for widget in (self.repeat, self.count):
            widget.setEnabled(able)
        for widget in (self.remove, self.save):
            widget.setEnabled(bool(self.book.records))

    def _repeat(self) -> None:
        self.seeds.start(self.count.value())

    def _remove(self) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        chosen = [self.book.records[row] for row in sorted(rows) if row < len(self.book.records)]
        self.table.clearSelection()
        self.book.forget(chosen or None)

    def _smoothed(self, value: int) -> None:
        self.smoothing_text.setText(f"{value / 100:.2f}" if value else tr("off"))
        self.card.set_weight(value / 100)

    def _ask_and_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export runs", "Runs.csv", "*.csv")
        if name:
            self.export(Path(name))

    def export(self, path: Path) -> None:
        """Write the table as CSV, with all settings that differ in columns of their own."""
        try:
            export(path, self.csv().encode())
        except GradwireError as error:
            self.session.message.emit(error.sentence)
            return
        self.session.message.emit(f"Wrote {len(self.book.records)} runs to “{path.name}”.")

    def csv(self) -> str:
        """Return the table as CSV."""
        records = self.book.records
        names = list(dict.fromkeys(name for record in records for name in record.settings))
        apart = [name for name in names if len({str(record.settings.get(name)) for record in records}) > 1]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["run", *map(harmless, apart), "loss", "steps", "seconds", "state"])
        for record in records:
            own = [record.settings.get(name, "") for name in apart]
            cells = (record.name, *own, record.final, record.taken, f"{record.seconds:.3f}", record.state)
            writer.writerow([harmless(each) for each in cells])
        return text.getvalue()

    # Gradients --------------------------------------------------------------------------------------------------------

    def norms(self) -> list[tuple[str, str, float]]:
        """Return (node, name, norm of the gradient) of every parameter looked at, the largest first."""
        session, found = self.session, []
        for id in session.graph.nodes:
            operator = session.operator(id)
            if operator.kind is Kind.PARAMETER:
                look = session.look(Socket(id, operator.outputs[0].name))
                if look is not None and look.norm is not None:
                    found.append((id, session.label(id), look.norm))
        return sorted(found, key=lambda each: -each[2] if np.isfinite(each[2]) else -np.inf)

    def refresh_gradients(self) -> None:
        """Show the parameters by the size of their gradients."""
        if not self.isVisible():
            return
        look, found = appearance(), self.norms()
        self.gradients.setRowCount(len(found))
        for row, (id, name, norm) in enumerate(found):
            for column, text in enumerate((name, short(norm))):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, id)
                item.setFont(fonts.mono("small", look.scale) if column else fonts.sans("small", look.scale))
                item.setForeground(QColor(look.theme.derivative if column else look.theme.text))
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.gradients.setItem(row, column, item)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: now it is looked at."""
        super().showEvent(event)
        self.refresh()
        self.refresh_gradients()
        self.card.refresh()


def seconds(value: float) -> str:
    """Return a time as it stands in the table."""
    if value < 1:
        return f"{value * 1000:,.0f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"


def _table(heads: tuple[str, ...], name: str, wide: int) -> QTableWidget:
    made = QTableWidget(0, len(heads))
    made.setAccessibleName(name)
    made.setTabKeyNavigation(False)
    made.setHorizontalHeaderLabels(heads)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.verticalHeader().hide()
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    for column, head in enumerate(heads):
        right = head in ("Loss", "Steps", "Time", "Norm")
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        made.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return made
