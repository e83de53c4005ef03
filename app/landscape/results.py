"""What came of it: every optimizer's last loss, and the curvature where the shown path ends."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from app import fonts
from app.landscape.source import Landscape
from app.panels.inspector_parts import label
from app.plots.histories import lane_color, last_loss
from app.theme import appearance
from app.words import tr
from app.worker.describe import short

HEADS: Final = ("Optimizer", "Loss", "Steps")
HINT: Final = "Click into the picture to start there."
EMPTY: Final = "Run, or compare optimizers: what each has reached stands here."


class Results(QWidget):
    """The table of losses and the sentences below it."""

    def __init__(self, source: Landscape) -> None:
        super().__init__()
        self.source = source
        self.table = losses_table()
        self.facts = label("", "second", wrap=True, selectable=True)
        self.hint = label(HINT, "faint", wrap=True)
        self._column = QVBoxLayout(self)
        for widget in (self.table, self.facts, self.hint):
            self._column.addWidget(widget)
        source.changed.connect(self.refresh)
        source.comparison.ticked.connect(self.refresh)
        source.comparison.state_changed.connect(lambda _: self.refresh())
        appearance().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        px = appearance().px
        self._column.setContentsMargins(px(10), px(8), px(10), px(10))
        self._column.setSpacing(px(8))
        self.table.verticalHeader().setDefaultSectionSize(px(26))
        self.refresh()

    def refresh(self) -> None:
        """Show what the optimizers have reached, and the curvature."""
        if not self.isVisible() and self.table.rowCount():
            return
        rows = self.rows()
        self.table.setVisible(bool(rows))
        self.table.setRowCount(len(rows))
        best = min((loss for _, loss, _, _ in rows if np.isfinite(loss)), default=None)
        look = appearance()
        for row, (name, loss, steps, color) in enumerate(rows):
            texts = (name, short(loss) if np.isfinite(loss) else "—", f"{steps:,}")
            for column, text in enumerate(texts):
                item = self.table.item(row, column) or QTableWidgetItem()
                item.setText(text)
                item.setToolTip(name if column == 0 else "")
                item.setFont(fonts.sans("small", look.scale) if column == 0 else fonts.mono("small", look.scale))
                first = loss == best and len(rows) > 1
                item.setForeground(QColor(look.theme.good if first and column == 1 else look.theme.text))
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                if column == 0:
                    item.setIcon(dot(color))
                self.table.setItem(row, column, item) if item.tableWidget() is None else None
        height = self.table.horizontalHeader().sizeHint().height() + look.px(26) * len(rows) + look.px(4)
        self.table.setFixedHeight(height)
        self.facts.setText(curvature_text(self.source))
        self.facts.setVisible(bool(self.facts.text()))
        self.hint.setText("\n".join(([] if rows else [EMPTY]) + [HINT] * (self.source.seen is not None)))
        self.hint.setVisible(bool(self.hint.text()))

    def rows(self) -> list[tuple[str, float, int, str]]:
        """Return each optimizer's name, last loss, steps and colour."""
        runs = self.source.runs
        found = []
        for k, lane in enumerate(runs.lanes if runs is not None else ()):
            color = lane_color(k) if len(runs.lanes) > 1 else appearance().theme.derivative  # type: ignore[union-attr]
            found.append((lane.name, last_loss(runs, k), runs.steps_of(k), color))  # type: ignore[arg-type, union-attr]
        return found


def curvature_text(source: Landscape) -> str:
    """Return the curvature in sentences; "" where it is not asked for."""
    seen = source.seen
    if not source.curvature or seen is None:
        return ""
    if seen.bend is None:
        return seen.sentence or "The curvature is being computed …"
    low, high = np.linalg.eigvalsh(seen.bend.array()).tolist()
    where = (
        f"at the end of {source.paths[min(source.session.lane, len(source.paths) - 1)].name}"
        if source.paths
        else "at the start"
    )
    lines = [f"Curvature {where}", f"in this plane: {short(low)} and {short(high)}"]
    if seen.largest is not None and seen.least is not None:
        lines.append(f"over all directions: {short(seen.least)} to {short(seen.largest)}")
    if low < 0 < high:
        lines.append("A saddle in this plane: one way up, one way down.")
    elif low > 0 and high / low >= 100:
        lines.append(f"A narrow valley: {high / low:,.0f} times as steep across as along.")
    if seen.largest is not None and seen.largest > 0:
        lines.append(f"Gradient descent is stable up to a learning rate of {short(2 / seen.largest)}.")
    return "\n".join(lines)


def losses_table() -> QTableWidget:
    """Return the empty table."""
    made = QTableWidget(0, len(HEADS))
    made.setAccessibleName(tr("Losses of the optimizers"))
    made.setTabKeyNavigation(False)
    made.setHorizontalHeaderLabels(HEADS)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.verticalHeader().hide()
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(len(HEADS)):
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        made.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return made


def dot(color: str) -> QIcon:
    """Return a round icon of this colour."""
    size = appearance().px(10)
    pixmap = QPixmap(2 * size, 2 * size)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(1, 1, size - 2, size - 2)
    painter.end()
    return QIcon(pixmap)
