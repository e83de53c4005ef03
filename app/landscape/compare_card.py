"""The card in which optimizers to compare are chosen: methods, learning rates, further settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.card import Card
from app.landscape.comparison import first_optimizer, read_settings, usual
from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.errors import GradwireError
from engine.optimizers import METHODS, OPTIMIZER_SETTINGS
from engine.rivals import Rival

if TYPE_CHECKING:
    from app.landscape.panel import LandscapePanel
    from app.window import Window

AT_FIRST: Final = ("gradient_descent", "momentum", "rmsprop", "adam")
"""Methods that are compared unless a person chooses others."""
SEARCHING: Final = frozenset(name for name, method in METHODS.items() if method.search is not None)
SENTENCE: Final = (
    "All begin at the same start with the same seed and go in step. The document stays as it is; "
    "each takes the settings of its optimizer, but for those written here."
)


class CompareCard(Card):
    """The card. Enter compares."""

    def __init__(self, window: Window, panel: LandscapePanel) -> None:
        super().__init__(window, "Compare optimizers", (720, 560))
        self.panel = panel
        self.optimizer = first_optimizer(panel.session)
        self.column.addWidget(label(SENTENCE, "second", wrap=True))
        self.rows: list[_Row] = []
        inner = QWidget()
        self._grid = QGridLayout(inner)
        px = appearance().px
        self._grid.setContentsMargins(0, 0, px(8), 0)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(6))
        for column, head in enumerate(("Method", "Learning rate", "Further settings")):
            self._grid.addWidget(label(head, "caption"), 0, column)
        self._grid.setColumnStretch(2, 1)
        for method in METHODS:
            self._add(method, method in AT_FIRST)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Methods"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self.column.addWidget(scroll, 1)
        self.fault = label("", "bad", wrap=True)
        self.fault.hide()
        self.column.addWidget(self.fault)
        self._buttons()

    def _buttons(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(appearance().px(8))
        self.steps = QLineEdit(str(self.panel.session.setting(self.optimizer, "steps")) if self.optimizer else "")
        self.steps.setAccessibleName(tr("Steps"))
        self.steps.setMaximumWidth(appearance().px(96))
        row.addWidget(label(tr("Steps"), "second"))
        row.addWidget(self.steps)
        row.addStretch(1)
        self.insert = QPushButton(tr("Insert as nodes"))
        self.insert.setToolTip(tip(tr("Add these optimizers to the graph, each wired to the same loss")))
        self.insert.clicked.connect(self._insert)
        self.go = QPushButton(tr("Compare"))
        self.go.setProperty("role", "primary")
        self.go.clicked.connect(self._compare)
        for button in (self.insert, self.go):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.column.addLayout(row)

    def _add(self, method: str, on: bool) -> None:
        row = _Row(method, on, usual(self.panel.session, self.optimizer, method) if self.optimizer else 0.01)
        line = len(self.rows) + 1
        for column, widget in enumerate((row.use, row.rate, row.more)):
            self._grid.addWidget(widget, line, column)
            if isinstance(widget, QLineEdit):
                widget.returnPressed.connect(self._compare)
        self.rows.append(row)

    def chosen(self) -> tuple[Rival, ...]:
        """Return the rivals that are chosen; raise GradwireError where a setting cannot be."""
        steps = read_settings(f"steps = {self.steps.text().replace(',', '')}")
        found = tuple(row.rival(steps) for row in self.rows if row.use.isChecked())
        if not found:
            raise GradwireError("Choose at least one method to compare.")
        return found

    def _compare(self) -> None:
        rivals = self._read()
        if rivals:
            self.close()
            self.panel.start_comparison(self.optimizer, rivals)

    def _insert(self) -> None:
        rivals = self._read()
        if rivals:
            self.close()
            self.panel.source.comparison.insert(self.optimizer, rivals)

    def _read(self) -> tuple[Rival, ...]:
        try:
            return self.chosen()
        except GradwireError as error:
            self.fault.setText(error.sentence)
            self.fault.show()
            return ()


class _Row:
    """One method: whether it takes part, and with what."""

    def __init__(self, method: str, on: bool, rate: float) -> None:
        self.method = method
        self.use = QCheckBox(METHODS[method].title)
        self.use.setChecked(on)
        self.rate = QLineEdit(f"{rate:.4g}")
        self.rate.setAccessibleName(f"Learning rate of {METHODS[method].title}")
        self.rate.setMaximumWidth(appearance().px(110))
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.more = QLineEdit()
        self.more.setAccessibleName(f"Further settings of {METHODS[method].title}")
        known = [f"{name} = {OPTIMIZER_SETTINGS[name].default}" for name in METHODS[method].settings]
        self.more.setPlaceholderText(", ".join(known))
        if method in SEARCHING:
            self.rate.setText("")
            self.rate.setEnabled(False)
            self.rate.setPlaceholderText(tr("searched"))

    def rival(self, steps: dict[str, object]) -> Rival:
        """Return what was chosen; raise GradwireError where a setting cannot be."""
        settings = {} if self.method in SEARCHING else read_settings(f"learning_rate = {self.rate.text()}")
        return Rival(self.method, "", {**steps, **settings, **read_settings(self.more.text())})
