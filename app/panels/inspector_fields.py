"""What the inspector's editors are made of: the Editor they all are, a number field, and marking what is not valid."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QWidget

from app import numbers
from app.theme import appearance
from engine.errors import SettingError
from engine.setting import Setting


class Editor(QWidget):
    """Shows a setting's value and tells what a person makes of it. `wide` editors stand under their label, not beside
    it."""

    edited = Signal(object)
    """Another value, already in the declaration's canonical form."""
    sealed = Signal()
    """The gesture ended: what comes next is another step."""
    refused = Signal(str)
    """What is written there cannot be: a sentence, or "" once it can again."""

    wide = False

    def __init__(self, spec: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec

    def show_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        raise NotImplementedError

    def offer(self, value: Any) -> bool:
        """Tell of a value if the declaration allows it, else of the refusal; return whether it was allowed."""
        try:
            checked = self.spec.check(value)
        except SettingError as refusal:
            self.refused.emit(refusal.sentence)
            return False
        self.refused.emit("")
        self.edited.emit(checked)
        return True

    def say_limited(self, number: float) -> None:
        """Say why a number that was typed is not the one that stands in the field."""
        try:
            self.spec.check(number)
        except SettingError as refusal:
            self.refused.emit(f"{refusal.sentence}: {numbers.exact(number)} was changed to the nearest allowed")

    def fill(self, *widgets: QWidget) -> QHBoxLayout:
        """Put the widgets side by side."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in widgets:
            row.addWidget(widget)
        return row


def row_of(parent: QWidget, first: QWidget, *others: QWidget) -> QWidget:
    """Return a widget with these side by side, the first as wide as it can be."""
    row = QWidget(parent)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    line.addWidget(first, 1)
    for each in others:
        line.addWidget(each)
    return row


class NoAccidentalWheel(QObject):
    """Keeps the wheel from changing a field that only happens to lie under the pointer while a panel is scrolled."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: let the wheel through to the panel unless the field has the keyboard."""
        if isinstance(event, QWheelEvent) and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guard_wheel(widget: QWidget) -> None:
    """Let the wheel change `widget` only while it has the keyboard."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(NoAccidentalWheel(widget))


def indent(field: QAbstractSpinBox) -> None:
    """Keep a spin box's text off its edge; style sheets do not reach the field inside it."""
    line = field.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(appearance().px(4), 0, 0, 0)


class NumberField(QDoubleSpinBox):
    """A spin box that writes numbers as short as they can be read back exactly, takes 1e-3, and steps by a tenth of
    the number."""

    limited = Signal(float)
    """A number outside the limits was typed, this one; the nearest that is allowed stands in the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outside: float | None = None
        self.editingFinished.connect(self._tell_outside)
        self.setDecimals(17)
        self.setRange(-1e308, 1e308)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(appearance().px(64))
        guard_wheel(self)
        indent(self)

    def textFromValue(self, value: float) -> str:
        """Qt: the number as text."""
        return numbers.exact(value)

    def valueFromText(self, text: str) -> float:
        """Qt: the number in a text."""
        number = numbers.parsed(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt: a text that is a number is acceptable, any other may become one."""
        found = numbers.parsed(text)
        good = found is not None and self.minimum() <= found <= self.maximum()
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """Qt: what is no number, or one outside the limits, becomes the nearest one that is allowed."""
        number = numbers.parsed(text)
        if number is None:
            return numbers.exact(self.value())
        nearest = min(max(number, self.minimum()), self.maximum())
        self._outside = number if nearest != number else None
        return numbers.exact(nearest)

    def _tell_outside(self) -> None:
        number, self._outside = self._outside, None
        if number is not None:
            self.limited.emit(number)

    def stepBy(self, steps: int) -> None:
        """Qt: a step changes the second significant digit; from 0 it is 0.1."""
        value = self.value()
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
        stepped = round(value / size + steps) * size
        self.setValue(float(f"{stepped:.12g}"))
        self.lineEdit().selectAll()


def mark_invalid(field: QWidget, invalid: bool) -> None:
    """Give a field the look of one whose text cannot be used, or its own look back."""
    role = "invalid" if invalid else ""
    if field.property("role") != role and (invalid or field.property("role") == "invalid"):
        field.setProperty("role", role)
        field.style().unpolish(field)
        field.style().polish(field)


def plain_line(text: str = "", *, placeholder: str = "", name: str = "") -> QLineEdit:
    """Return a line of text with its placeholder and accessible name."""
    line = QLineEdit(text)
    line.setPlaceholderText(placeholder)
    line.setAccessibleName(name or placeholder)
    return line
