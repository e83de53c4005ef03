"""The panel of steps: transport, what is recorded, the sentence of the micro-step, the table, and what the approach
writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.panels.inspector_parts import label
from app.stepping.stepping import EMPTY
from app.stepping.table import StepModel, StepTable, WrittenList, WrittenModel
from app.stepping.transport import Transport
from app.stepping.whole import Whole
from app.stepping.written import written
from app.theme import appearance
from app.tips import gives
from app.words import tr
from engine.autodiff.names import APPROACHES
from engine.limits import RUN_STEPS

if TYPE_CHECKING:
    from app.session import Session

START: Final = "Record the next optimizer step, to go through it forward and back."
WAITING: Final = "Recording …"
ITERATIONS: Final = 20
"""Iterations of a loop that are shown from a chosen one on."""
SHOWN: Final = ("Written", "Whole")
KEYS: Final[Mapping[Qt.Key, str]] = {
    Qt.Key.Key_Home: "start",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_Space: "play",
    Qt.Key.Key_Right: "forward",
    Qt.Key.Key_End: "end",
}


class StepsPanel(QWidget):
    """The panel. Everything it shows is in the session's stepping; it asks for nothing itself."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.stepping = session, session.stepping
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Steps"))
        self.transport = Transport(self.stepping)
        self.sentence = label(START, "second", wrap=True)
        self.model, self.rows = StepModel(self.stepping), WrittenModel(self.stepping)
        self.table, self.list = StepTable(self.model), WrittenList(self.rows)
        self.whole = Whole(self.stepping)
        self._make_choices()
        self._lay_out()
        self._connect()
        self._restyled()
        self._changed()

    # What it is made of -------------------------------------------------------------------------------------------

    def _make_choices(self) -> None:
        self.record = QPushButton(tr("Record"))
        gives(self.record, "step_through", tr("Record the next optimizer step, where the run stands"))
        self.leave = QPushButton(tr("End"))
        gives(self.leave, "step_leave", tr("Leave the step: wires show what they showed before"))
        self.approach = QComboBox()
        self.approach.setAccessibleName(tr("Approach"))
        self.approach.setToolTip(tr("By which way of differentiating the step is gone through"))
        self.approach.addItems(list(APPROACHES))
        self.step = QSpinBox()
        self.step.setAccessibleName(tr("Optimizer step"))
        self.step.setToolTip(tr("Which step of the run: an earlier one is reached by running there again"))
        self.step.setRange(0, RUN_STEPS)
        self.step.setKeyboardTracking(False)
        self.example = QComboBox()
        self.example.setAccessibleName(tr("Example of the minibatch"))
        self.example.setToolTip(tr("All rows of the minibatch, or one of them alone"))
        self.first = QSpinBox()
        self.first.setAccessibleName(tr("First iteration shown"))
        self.first.setToolTip(
            f"Of each loop {ITERATIONS} iterations from this one on are shown; none: all there is room for"
        )
        self.first.setSpecialValueText(tr("all"))
        self.first.setKeyboardTracking(False)
        self.only = QCheckBox(tr("Only the selected node"))
        self.only.setToolTip(tr("Show only the micro-steps of the selected node in the table"))

    def _lay_out(self) -> None:
        self._top, self._options = QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self.transport, 1)
        self._captions = {name: QLabel(tr(text)) for name, text in (
            ("step", "step"), ("example", "example"), ("first", "iterations from"),
        )}  # fmt: skip
        for caption in self._captions.values():
            caption.setProperty("role", "second")
        for widget in (
            self.record, self.approach, self._captions["step"], self.step, self._captions["example"], self.example,
            self._captions["first"], self.first, self.only,
        ):  # fmt: skip
            self._options.addWidget(widget)
        self._options.addStretch(1)
        self.pages = QButtonGroup(self)
        for number, title in enumerate(SHOWN):
            button = QPushButton(tr(title))
            button.setProperty("role", "quiet")
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setToolTip(("What the approach writes", "The micro-step's arrays, and its Jacobian")[number])
            self.pages.addButton(button, number)
            self._top.addWidget(button)
        self._top.addWidget(self.leave)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.whole)
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self.table)
        self.halves.addWidget(self.stack)
        self.halves.setSizes([1600, 800])
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addLayout(self._options)
        self._column.addWidget(self.sentence)  # in a line of its own: beside the choices it was a narrow column
        self._column.addWidget(self.halves, 1)

    def _connect(self) -> None:
        stepping = self.stepping
        self.record.clicked.connect(lambda: stepping.begin(step=None))
        self.leave.clicked.connect(lambda: stepping.end())
        self.approach.textActivated.connect(lambda approach: stepping.begin(approach=approach))
        self.step.valueChanged.connect(lambda step: stepping.begin(step=step))
        self.example.activated.connect(lambda k: stepping.begin(example=None if k == 0 else k - 1))
        self.first.valueChanged.connect(self._choose_window)
        self.only.toggled.connect(lambda _: self._show_rows())
        self.pages.idClicked.connect(self._show_page)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.doubleClicked.connect(lambda index: self._reveal(index.row()))
        self.table.customContextMenuRequested.connect(self._open_menu)
        stepping.changed.connect(self._changed)
        stepping.moved.connect(lambda _: self._moved())
        stepping.breakpoints_changed.connect(self.table.viewport().update)
        self.session.selection_changed.connect(self._selected)
        appearance().changed.connect(self._restyled)

    def _restyled(self) -> None:
        px = appearance().px
        self._column.setContentsMargins(px(12), px(8), px(12), px(8))
        self._column.setSpacing(px(6))
        self._options.setSpacing(px(8))
        self._top.setSpacing(px(6))
        self.halves.setHandleWidth(px(4))
        self.transport.restyle()
        self.table.restyle()
        self.list.restyle()
        self.whole.restyle()
        self.step.setFixedWidth(px(96))
        self.first.setFixedWidth(px(96))

    # Another step -------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Another step was recorded, or none."""
        stepping = self.stepping
        steps = stepping.steps
        self.transport.refresh()
        self.rows.show(None if steps is None else written(steps))
        self._show_rows()
        self._show_choices()
        self.leave.setEnabled(steps is not None)
        self.record.setEnabled(not stepping.waiting)
        self.list.setToolTip("" if steps is None else written(steps).says)
        self._say()
        self._mark()

    def _show_choices(self) -> None:
        steps = self.stepping.steps
        known = steps.stepped if steps is not None else None
        batches = max(known.batches.values(), default=0) if known is not None else 0
        if known is not None:
            self.approach.setCurrentText(known.approach)
            self.step.blockSignals(True)
            self.step.setValue(known.step)
            self.step.blockSignals(False)
        if self.example.count() != batches + 1:
            self.example.clear()
            self.example.addItems(["all", *(f"{k}" for k in range(batches))])
        example = self.stepping.wish.example
        self.example.setCurrentIndex(0 if example is None or example >= batches else example + 1)
        loops = known is not None and (known.iterations > ITERATIONS or self.stepping.wish.window is not None)
        for name, there in (("step", known is not None), ("example", batches > 0), ("first", loops)):
            self._captions[name].setVisible(there)
            {"step": self.step, "example": self.example, "first": self.first}[name].setVisible(there)
        self.only.setVisible(known is not None)
        if loops:
            self.first.blockSignals(True)
            self.first.setRange(-1, 1_000_000)
            window = self.stepping.wish.window
            self.first.setValue(-1 if window is None else window[0])
            self.first.blockSignals(False)

    def _choose_window(self, first: int) -> None:
        self.stepping.begin(window=None if first < 0 else (first, ITERATIONS))

    def _show_rows(self) -> None:
        self.model.show((self.session.current or "") if self.only.isChecked() else "")
        self._mark()

    def _selected(self) -> None:
        if self.only.isChecked():
            self._show_rows()

    def _show_page(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        if number == 1:
            self.whole.follow()

    # Along the step -----------------------------------------------------------------------------------------------

    def _moved(self) -> None:
        self.transport.follow()
        self.model.follow()
        self.rows.follow()
        self._say()
        self._mark()

    def _say(self) -> None:
        stepping, steps = self.stepping, self.stepping.steps
        if steps is not None and steps.position:
            self.sentence.setText(steps.said(steps.position - 1))
        elif steps is not None:
            begins = f"Before the first of {steps.count:,} micro-steps; the loss is {steps.stepped.loss} here."
            self.sentence.setText(f"{begins} {stepping.sentence}".strip())
        else:
            idle = START if self.session.graph.nodes else EMPTY
            self.sentence.setText(WAITING if stepping.waiting else stepping.sentence or idle)

    def _mark(self) -> None:
        """Show in table and list where one is."""
        for view, row in ((self.table, self.model.row_here()), (self.list, self.rows.row_here())):
            choice = view.selectionModel()
            choice.blockSignals(True)
            index = view.model().index(row, 0) if row >= 0 else QModelIndex()
            choice.setCurrentIndex(index, choice.SelectionFlag.ClearAndSelect | choice.SelectionFlag.Rows)
            choice.blockSignals(False)
            if row >= 0:
                view.scrollTo(index)
            view.viewport().update()

    def _row_chosen(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid():
            self.stepping.stop()
            self.stepping.go(self.model.number(index.row()) + 1)

    def _reveal(self, row: int) -> None:
        node = self._node(row)
        if node:
            self.session.reveal(node)

    def _node(self, row: int) -> str:
        steps = self.stepping.steps
        node = steps.stepped.micro[self.model.number(row)].node if steps is not None else ""
        return node if node in self.session.graph.nodes else ""

    def _open_menu(self, at: QPoint) -> None:
        row = self.table.rowAt(at.y())
        node = self._node(row) if row >= 0 else ""
        if not node:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Go to the node"), partial(self.session.reveal, node))
        stops = menu.addAction(tr("Stop playing at it"), partial(self.stepping.toggle_breakpoint, node))
        stops.setCheckable(True)
        stops.setChecked(node in self.stepping.breakpoints)
        menu.popup(self.table.viewport().mapToGlobal(at))

    # Qt -----------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Qt: with the keyboard in here the keys of the transport are no commands of the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _steps(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the keys of the transport."""
        if _steps(event):
            self.transport.buttons[KEYS[Qt.Key(event.key())]].click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: what is shown follows what happened meanwhile."""
        super().showEvent(event)
        self.stepping.set_panel_seen(True)
        self._mark()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: from now on the canvas says how far one is."""
        super().hideEvent(event)
        self.stepping.set_panel_seen(False)


def _steps(event: QKeyEvent) -> bool:
    return event.key() in KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
