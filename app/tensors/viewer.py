"""A window with one array: its numbers as a table, one slice of it at a time, as a picture, and what they are as a
whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import fonts, numbers
from app.panels.inspector_parts import Elided, label
from app.tensors.formats import FORMATS
from app.tensors.model import TensorModel
from app.tensors.pictures import HeatMap, Histogram
from app.theme import appearance
from app.words import tr
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.readings import TensorSeen

FACTS = (("min", "least"), ("max", "largest"), ("mean", "mean"), ("std", "standard deviation"), ("norm", "norm"))
COPIES = (
    ("text", "Copy the slice as text"),
    ("csv", "Copy the slice as CSV"),
    ("numpy", "Copy the slice as NumPy"),
)
NOTHING = {
    False: "No value yet: it is shown once the graph can be evaluated as far as here.",
    True: "No derivative: the loss does not depend on this, or there is none.",
}


class TensorViewer(QWidget):
    """Shows what the process says of one output; asks the desk (`wish` changed) and is told by `show_seen`."""

    wishes = Signal()
    """Another part is looked at: ask."""
    copy_wanted = Signal(str)
    closed = Signal()

    def __init__(self, session: Session, socket: Socket, *, cotangent: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.session, self.socket, self.cotangent = session, socket, cotangent
        self.index: tuple[int, ...] = ()
        self.rows, self.columns = (0, 200), (0, 60)
        self.axes: list[QSpinBox] = []
        self._shape: tuple[int, ...] | None = None
        self._goal: tuple[int, int] | None = None
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = appearance().px
        self.resize(px(860), px(560))
        self.model = TensorModel(self)
        self.model.wanted.connect(self._want)
        self._build()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)
        QShortcut(QKeySequence.StandardKey.Copy, self.table, lambda: self.copy_wanted.emit("text"))
        self._name()

    def _build(self) -> None:
        px = appearance().px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(14))
        column.setSpacing(px(10))
        column.addLayout(self._head())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._table())
        split.addWidget(self._side())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self.split = split
        self.nothing = label("", "second", wrap=True)
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addWidget(split, 1)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(appearance().px(8))
        self.title = Elided("", "heading", align=Qt.AlignmentFlag.AlignLeft)
        self.type = label("", "mono")
        self.part = QComboBox()
        self.part.addItems(["Value", "Derivative of the loss"])
        self.part.setCurrentIndex(int(self.cotangent))
        self.part.setAccessibleName("What is shown")
        self.part.activated.connect(self._turn)
        self.format = QComboBox()
        for name, (text, _) in FORMATS.items():
            self.format.addItem(text, name)
        self.format.setAccessibleName("How numbers are written")
        self.format.activated.connect(lambda _: self.model.set_format(self.format.currentData()))
        self.copy = QPushButton("Copy")
        menu = QMenu(self.copy)
        for form, text in COPIES:
            menu.addAction(text, lambda form=form: self.copy_wanted.emit(form))
        self.copy.setMenu(menu)
        row.addWidget(self.title, 1)
        for widget in (self.type, self.part, self.format, self.copy):
            row.addWidget(widget)
        return row

    def _table(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        self._slices = QHBoxLayout()
        self._slices.setSpacing(appearance().px(8))
        column.addLayout(self._slices)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Numbers of the slice")
        self.table.setFont(fonts.mono("small", appearance().scale))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.horizontalHeader().setDefaultSectionSize(appearance().px(96))
        self.table.verticalHeader().setDefaultSectionSize(appearance().px(24))
        self.table.setTabKeyNavigation(False)
        column.addWidget(self.table, 1)
        return whole

    def _side(self) -> QWidget:
        side = QWidget()
        px = appearance().px
        column = QVBoxLayout(side)
        column.setContentsMargins(px(12), 0, 0, 0)
        column.setSpacing(px(10))
        form = QFormLayout()
        form.setVerticalSpacing(px(3))
        self.facts: dict[str, QLabel] = {}
        for name, text in FACTS:
            self.facts[name] = label("", "derivative" if self.cotangent else "value", selectable=True)
            form.addRow(label(tr(text), "second"), self.facts[name])
        column.addLayout(form)
        bad = QGridLayout()
        self.bad = label("", "bad", wrap=True)
        self.jump = QPushButton("Go to the first")
        self.jump.clicked.connect(self.go_to_first_bad)
        bad.addWidget(self.bad, 0, 0)
        bad.addWidget(self.jump, 0, 1)
        column.addLayout(bad)
        self.map, self.histogram = HeatMap(derivative=self.cotangent), Histogram(derivative=self.cotangent)
        self.map.clicked.connect(self._clicked_map)
        column.addWidget(self.map, 1)
        column.addWidget(self.histogram)
        return side

    # What is asked for ----------------------------------------------------------------------------------------------

    def _turn(self, which: int) -> None:
        self.cotangent = bool(which)
        self.map.derivative = self.histogram.derivative = self.cotangent
        for fact in self.facts.values():
            fact.setProperty("role", "derivative" if self.cotangent else "value")
            fact.style().polish(fact)
        self._name()
        self.wishes.emit()

    def _want(self, top: int, bottom: int, left: int, right: int) -> None:
        self.rows, self.columns = (top, bottom), (left, right)
        self.wishes.emit()

    def _choose_slice(self) -> None:
        self.index = tuple(box.value() for box in self.axes)
        self.wishes.emit()

    def go_to_first_bad(self) -> None:
        """Show the slice with the first number that is none, and put the cursor on it."""
        seen = self.model.seen
        if seen is not None and seen.first_bad is not None:
            self.go_to(seen.first_bad)

    def go_to(self, place: tuple[int, ...]) -> None:
        """Show the number at a place along all axes."""
        place = (0,) * (2 - len(place)) + place
        *leading, row, column = place
        self._goal = row, column
        for box, value in zip(self.axes, leading, strict=False):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.index = tuple(leading)
        self.rows, self.columns = (max(0, row - 75), row + 75), (max(0, column - 30), column + 30)
        self.wishes.emit()

    def _clicked_map(self, down: float, along: float) -> None:
        rows, columns = self.model.extent
        leading = tuple(box.value() for box in self.axes)
        self.go_to((*leading, min(int(down * rows), rows - 1), min(int(along * columns), columns - 1)))

    # What came ------------------------------------------------------------------------------------------------------

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Show the newest state."""
        self.nothing.setText(NOTHING[self.cotangent])
        self.nothing.setVisible(seen is None)
        self.split.setVisible(seen is not None)
        self.copy.setEnabled(seen is not None)
        if seen is not None and seen.shape != self._shape:
            self._lay_axes(seen.shape)
        self.model.show_seen(seen)
        self.map.show_seen(seen)
        self.histogram.show_seen(seen)
        if seen is None:
            self.type.setText("")
            return
        shape = " × ".join(str(n) for n in seen.shape) or "scalar"
        self.type.setText(f"{seen.dtype}  {shape}")
        for name, widget in self.facts.items():
            widget.setText(numbers.short(seen.facts[name]) if name in seen.facts else "—")
        self._tell_bad(seen)
        if self._goal is not None:
            cell = self.model.index(*self._goal)
            self._goal = None
            self._show_cell(cell)

    def _show_cell(self, cell: QModelIndex) -> None:
        self.table.setCurrentIndex(cell)
        self.table.scrollTo(cell, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _tell_bad(self, seen: TensorSeen) -> None:
        nan, inf = int(seen.facts.get("nan", 0)), int(seen.facts.get("inf", 0))
        told = [f"{nan:,} NaN" if nan else "", f"{inf:,} infinite" if inf else ""]
        self.bad.setText(", ".join(each for each in told if each))
        self.bad.setVisible(bool(nan or inf))
        self.jump.setVisible(bool(nan or inf))

    def _lay_axes(self, shape: tuple[int, ...]) -> None:
        """Make a field for each axis but the last two."""
        self._shape = shape
        while (item := self._slices.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        self.axes = []
        for axis, length in enumerate(shape[:-2]):
            box = QSpinBox()
            box.setRange(0, max(0, length - 1))
            box.setValue(self.index[axis] if axis < len(self.index) else 0)
            box.setSuffix(f" of {length:,}")
            box.setAccessibleName(f"Place along axis {axis}")
            box.valueChanged.connect(self._choose_slice)
            self._slices.addWidget(label(f"axis {axis}", "second"))
            self._slices.addWidget(box)
            self.axes.append(box)
        self._slices.addStretch(1)
        self.index = tuple(box.value() for box in self.axes)

    def _name(self) -> None:
        there = self.socket.node in self.session.graph.nodes
        name = self.session.label(self.socket.node) if there else self.socket.node
        what = "derivative by " if self.cotangent else ""
        self.title.setText(f"{what}{name} · {self.socket.name}")
        self.setWindowTitle(f"{what}{name} · {self.socket.name} — Gradwire")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: nothing is asked for it any more."""
        self.closed.emit()
        super().closeEvent(event)
