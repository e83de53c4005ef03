"""What the inspector's editors are made of: the Editor they all are, a number field, and marking what is not valid."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QSpinBox, QToolButton, QWidget

from app import numbers, quantities
from app.theme import appearance
from app.words import tr
from engine.errors import SettingError
from engine.setting import Setting

_GROUPED = re.compile(r"[-+]?\d{1,3}(\D\d{3})+")
"""A whole number as a spin box writes it, with a separator between groups of three digits."""


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

    def show_mixed(self) -> bool:
        """Show, after a value, that several have different ones; return whether this editor can."""
        return False

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

    def settle(self, value: Any) -> bool:
        """Tell of a value that ends its gesture, if the declaration allows it; return whether it was allowed."""
        allowed = self.offer(value)
        if allowed:
            self.sealed.emit()
        return allowed

    def say_limited(self, number: float) -> None:
        """Say why a number that was typed is not the one that stands in the field."""
        try:
            self.spec.check(number)
        except SettingError as refusal:
            self.refused.emit(f"{refusal.sentence}: {numbers.exact(number)} was changed to the nearest allowed")

    def say_misread(self, sentence: str) -> None:
        """Say why what was typed is not what stands in the field."""
        self.refused.emit(f"stays as it was: {sentence.rstrip('.')}")

    def fill(self, *widgets: QWidget) -> QHBoxLayout:
        """Put the widgets side by side."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in widgets:
            row.addWidget(widget)
        return row


def small_button(parent: QWidget, text: str, tip: str, act: Callable[[], object]) -> QToolButton:
    """Return a quiet button of one sign."""
    button = QToolButton(parent)
    button.setText(text)
    button.setAutoRaise(True)
    button.setFixedSize(appearance().px(24), appearance().px(26))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.clicked.connect(lambda _=False: act())
    return button


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
    """A spin box that writes numbers as short as they can be read back exactly, takes 1e-3, 2*pi, 10% and the units
    that go with its own, and steps by a tenth of the number."""

    limited = Signal(float)
    """A number outside the limits was typed, this one; the nearest that is allowed stands in the field."""
    misread = Signal(str)
    """What was typed is no number: why, in a sentence. The field has what it had."""

    def __init__(self, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(parent)
        self.unit = unit
        self._outside: float | None = None
        self._unread = ""
        self.mixed = False
        """Whether it stands for several numbers: it shows none until one is typed."""
        self._given: float | None = None
        self.editingFinished.connect(self._tell)
        self.setDecimals(17)
        self.setRange(-1e308, 1e308)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(appearance().px(64))
        guard_wheel(self)
        indent(self)

    def textFromValue(self, value: float) -> str:
        """Qt: the number as text."""
        return "" if self.mixed else numbers.exact(value)

    def valueFromText(self, text: str) -> float:
        """Qt: the number that a text stands for."""
        number = quantities.parsed(text, self.unit)
        if number is not None:
            self._given = number
        return self.value() if number is None else number

    def show_mixed(self, mixed: bool = True) -> None:
        """Show no number but the word, or the number again."""
        self.mixed, self._given = mixed, None
        self.lineEdit().setPlaceholderText(tr("mixed") if mixed else "")
        self.lineEdit().setText(self.textFromValue(self.value()))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt: a text that is a number is acceptable, any other may become one."""
        found = quantities.parsed(text, self.unit)
        good = (found is not None and self.minimum() <= found <= self.maximum()) or (self.mixed and not text)
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """Qt: what is no number, or one outside the limits, becomes the nearest one that is allowed."""
        try:
            number = quantities.read(text, self.unit)
        except quantities.Unreadable as fault:
            self._unread = fault.sentence
            return self.textFromValue(self.value())
        nearest = min(max(number, self.minimum()), self.maximum())
        self._outside = number if nearest != number else None
        return numbers.exact(nearest)

    def _tell(self) -> None:
        number, self._outside = self._outside, None
        sentence, self._unread = self._unread, ""
        if self.mixed and self._given is not None:
            # What was typed is what the first of the several has: Qt sees no change, for the others there is one.
            self.show_mixed(False)
            self.valueChanged.emit(self.value())
        if number is not None:
            self.limited.emit(number)
        if sentence:
            self.misread.emit(sentence)

    def stepBy(self, steps: int) -> None:
        """Qt: a step changes the second significant digit; from 0 it is 0.1."""
        value = self.value()
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
        stepped = round(value / size + steps) * size
        self.setValue(float(f"{stepped:.12g}"))
        self.lineEdit().selectAll()


class WholeField(QSpinBox):
    """A spin box for whole numbers that takes 2**10, 1e4 and 3*7 too."""

    misread = Signal(str)
    """What was typed is no whole number: why, in a sentence. The field has what it had."""

    def __init__(self, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(parent)
        self.unit = unit
        self._unread = ""
        self.mixed = False
        """Whether it stands for several numbers: it shows none until one is typed."""
        self._given: int | None = None
        self.editingFinished.connect(self._tell)
        self.setGroupSeparatorShown(True)
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        guard_wheel(self)
        indent(self)

    def _read(self, text: str) -> int:
        grouped = text.replace(self.locale().groupSeparator(), "") if _GROUPED.fullmatch(text.strip()) else text
        number = quantities.read(grouped, self.unit)
        if abs(number - round(number)) > 1e-9 * max(1.0, abs(number)):
            raise quantities.Unreadable(f"“{text.strip()[:40]}” is {numbers.short(number)}, not a whole number.")
        return round(number)

    def valueFromText(self, text: str) -> int:
        """Qt: the number that a text stands for."""
        try:
            self._given = min(max(self._read(text), self.minimum()), self.maximum())
            return self._given
        except quantities.Unreadable:
            return self.value()

    def textFromValue(self, value: int) -> str:
        """Qt: the number as text."""
        return "" if self.mixed else super().textFromValue(value)

    def show_mixed(self, mixed: bool = True) -> None:
        """Show no number but the word, or the number again."""
        self.mixed, self._given = mixed, None
        self.lineEdit().setPlaceholderText(tr("mixed") if mixed else "")
        self.lineEdit().setText(self.textFromValue(self.value()))

    def validate(self, text: str, position: int) -> object:
        """Qt: a text that is a whole number is acceptable, any other may become one."""
        try:
            good = self.minimum() <= self._read(text) <= self.maximum()
        except quantities.Unreadable:
            good = self.mixed and not text
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """Qt: what is no whole number becomes what was there, one outside the limits the nearest allowed."""
        try:
            number = self._read(text)
        except quantities.Unreadable as fault:
            self._unread = fault.sentence
            return self.textFromValue(self.value())
        nearest = min(max(number, self.minimum()), self.maximum())
        if nearest != number:
            limit = f"at least {nearest:,}" if number < nearest else f"at most {nearest:,}"
            self._unread = f"It must be {limit}: {number:,} was changed to that."
        return self.textFromValue(nearest)

    def _tell(self) -> None:
        sentence, self._unread = self._unread, ""
        if self.mixed and self._given is not None:
            self.show_mixed(False)
            self.valueChanged.emit(self.value())
        if sentence:
            self.misread.emit(sentence)


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
