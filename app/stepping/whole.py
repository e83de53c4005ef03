"""One micro-step whole: its arrays, and the local partial by one of its arguments: a number, an array, or a row and a
column of a Jacobian, with the product that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from app.numbers import short
from app.theme import appearance
from app.words import tr
from engine.types import shape_text

if TYPE_CHECKING:
    from app.stepping.stepping import Stepping
    from app.worker.stepped import Detail, Told

ACROSS: Final = 8
"""Most numbers of a row of a matrix that are written."""
DOWN: Final = 12
"""Most rows."""
KINDS: Final = {
    "none": "No derivative passes by this argument.",
    "number": "∂: one number",
    "elementwise": "∂: one number for each element",
    "jacobian": "∂: a Jacobian, J",
}


def array_text(told: Told | None) -> str:
    """Return an array's numbers, a matrix in rows; of a large one the range."""
    if told is None:
        return "none"
    if told.whole is None:
        return f"{told.kind} {told.text}".strip()
    array = told.whole.array()
    if array.ndim == 0:
        return told.text
    rows = array.reshape(-1, array.shape[-1]) if array.size else array.reshape(0, 1)
    lines = [_row(row) for row in rows[:DOWN]]
    more = [f"… {len(rows) - DOWN:,} more rows"] if len(rows) > DOWN else []
    head = f"{told.kind}" if array.ndim else ""
    return "\n".join([head, *(f"  {line}" for line in (*lines, *more))])


def _row(row: np.ndarray) -> str:
    texts = [short(each.item(), 4) for each in row[:ACROSS]]
    more = f" … {len(row) - ACROSS:,} more" if len(row) > ACROSS else ""
    return " ".join(f"{text:>9}" for text in texts) + more


def detail_text(detail: Detail, names: tuple[str, ...]) -> str:
    """Return what is written of a micro-step."""
    y, x = (shape_text(each) if each else "a number" for each in detail.shape)
    parts = [KINDS[detail.kind] + (f", {y} by {x}" if detail.kind == "jacobian" else "")]
    if detail.partial is not None:
        parts.append(array_text(detail.partial))
    for title, told in (("row", detail.row), ("column", detail.column), ("Jᵀ ȳ: passed on", detail.product)):
        if told is not None:
            parts.append(
                f"{title} {array_text(told)}" if "\n" not in array_text(told) else f"{title}: {array_text(told)}"
            )
    if detail.cotangent is not None:
        parts.append(f"ȳ: came back {array_text(detail.cotangent)}")
    for name, told in zip(names, detail.inputs, strict=False):
        parts.append(f"{name} {array_text(told)}")
    if detail.output is not None:
        parts.append(f"output {array_text(detail.output)}")
    return "\n".join(parts)


class Whole(QWidget):
    """The card: which argument, which row and column, and the numbers."""

    def __init__(self, stepping: Stepping) -> None:
        super().__init__()
        self._stepping = stepping
        self._number = -1
        self.argument = QComboBox()
        self.argument.setAccessibleName(tr("Argument"))
        self.row, self.column = QSpinBox(), QSpinBox()
        self.row.setAccessibleName(tr("Row of the Jacobian"))
        self.column.setAccessibleName(tr("Column of the Jacobian"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "code")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("The micro-step whole"))
        self._row_label, self._column_label = QLabel(tr("row")), QLabel(tr("column"))
        self._top = QHBoxLayout()
        for each in (QLabel(tr("by")), self.argument, self._row_label, self.row, self._column_label, self.column):
            self._top.addWidget(each)
        self._top.addStretch(1)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.text, 1)
        self.argument.activated.connect(lambda _: self._ask())
        self.row.valueChanged.connect(lambda _: self._ask())
        self.column.valueChanged.connect(lambda _: self._ask())
        stepping.detail_changed.connect(self._show)
        stepping.rested.connect(self.follow)
        stepping.changed.connect(self.follow)
        self.restyle()

    def restyle(self) -> None:
        """Take up the scale in force."""
        px = appearance().px
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(px(6))
        self._top.setSpacing(px(6))

    def follow(self) -> None:
        """Ask for the micro-step just made, where somebody looks."""
        steps = self._stepping.steps
        here = steps.here if steps is not None else None
        self._number = self._stepping.position - 1
        self.argument.clear()
        if steps is None or here is None:
            self.text.setPlainText("")
            self._show_places((), ())
            return
        for k, (node, told) in enumerate(here.inputs):
            self.argument.addItem(f"{steps.name(node)}: {steps.text(told)}"[:40], k)
        passed = {each.argument for each in here.passed}
        self.argument.setCurrentIndex(min(passed, default=0))
        if self.isVisible():
            self._ask()

    def _ask(self) -> None:
        self._stepping.ask_detail(max(self.argument.currentIndex(), 0), self.row.value(), self.column.value())

    def _show(self) -> None:
        detail, steps = self._stepping.detail, self._stepping.steps
        if detail is None or steps is None:
            return
        self._show_places(*(detail.shape if detail.kind == "jacobian" else ((), ())))
        here = steps.stepped.micro[detail.number]
        self.text.setPlainText(detail_text(detail, tuple(steps.name(node) for node, _ in here.inputs)))

    def _show_places(self, y: tuple[int, ...], x: tuple[int, ...]) -> None:
        for box, caption, shape in ((self.row, self._row_label, y), (self.column, self._column_label, x)):
            most = int(np.prod(shape, dtype=int)) - 1
            box.blockSignals(True)
            box.setRange(0, max(most, 0))
            box.blockSignals(False)
            box.setVisible(most > 0)
            caption.setVisible(most > 0)
