"""Editors of numbers: a field, a slider with its field, a whole number."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider

from app.panels.inspector_fields import Editor, NumberField, WholeField, guard_wheel
from app.panels.inspector_surroundings import Surroundings
from engine import setting

TICKS = 1000
"""Positions of a slider."""


class FieldEditor(Editor):
    """A number in a field, alone or with something beside it."""

    field: NumberField | WholeField

    def take(self, field: NumberField | WholeField) -> None:
        """Listen to the field that the number stands in."""
        self.field = field
        field.misread.connect(self.say_misread)
        field.editingFinished.connect(self.sealed)

    def show_mixed(self) -> bool:
        """Show that several have different numbers."""
        self.field.show_mixed()
        return True

    def show_value(self, value: Any) -> None:
        """Show a number."""
        self.field.mixed = False
        self.show_number(value or 0)

    def show_number(self, number: float) -> None:
        """Put a number into the field without telling anybody."""
        with QSignalBlocker(self.field):
            self.field.setValue(number)  # type: ignore[arg-type]


class NumberEditor(FieldEditor):
    """A real number."""

    def __init__(self, spec: setting.Number, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.take(NumberField(self, spec.unit))
        low = 5e-324 if spec.positive and spec.low is None else spec.low
        self.field.setRange(-1e308 if low is None else low, 1e308 if spec.high is None else spec.high)
        self.field.valueChanged.connect(self.offer)
        self.field.limited.connect(self.say_limited)
        self.fill(self.field)


class SliderEditor(FieldEditor):
    """A number as a slider with its field beside it; logarithmic where declared so."""

    def __init__(self, spec: setting.Slider, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self._low, self._high = spec.low or 0.0, 1.0 if spec.high is None else spec.high
        # A logarithmic slider from 0 has no smallest value: it starts 8 decades below its end.
        self._log_low = self._low if self._low > 0 else self._high * 1e-8
        self._log = spec.log and self._high > 0
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, TICKS)
        self.slider.setPageStep(TICKS // 20)
        self.slider.setMinimumWidth(56)
        guard_wheel(self.slider)
        self.take(NumberField(self, spec.unit))
        self.field.setRange(self._low, self._high)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self.sealed)
        self.field.valueChanged.connect(self._typed)
        self.field.limited.connect(self.say_limited)
        row = self.fill(self.slider, self.field)
        row.setStretch(0, 3)
        row.setStretch(1, 2)

    def value_at(self, tick: int) -> float:
        """Return the number at a position of the slider, rounded to three digits so that it reads well."""
        part = tick / TICKS
        if self._log:
            if part == 0 and self._low <= 0:
                return self._low
            value = self._log_low * (self._high / self._log_low) ** part
        else:
            value = self._low + part * (self._high - self._low)
        return min(max(float(f"{value:.3g}"), self._low), self._high)

    def tick_at(self, value: float) -> int:
        """Return the position of the slider nearest to a number."""
        if self._log:
            part = math.log(max(value, self._log_low) / self._log_low) / math.log(self._high / self._log_low)
        else:
            part = (value - self._low) / ((self._high - self._low) or 1.0)
        return round(min(max(part, 0.0), 1.0) * TICKS)

    def show_value(self, value: Any) -> None:
        """Show a number on both."""
        super().show_value(value)
        self._slide_to(float(value or 0.0))

    def _slid(self, tick: int) -> None:
        value = self.value_at(tick)
        self.show_number(value)
        self.offer(value)

    def _typed(self, value: float) -> None:
        self._slide_to(value)
        self.offer(value)

    def _slide_to(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self.tick_at(value))


class IntegerEditor(FieldEditor):
    """A whole number."""

    def __init__(self, spec: setting.Integer, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.take(WholeField(self, spec.unit))
        self.field.setRange(
            -(2**31) if spec.low is None else spec.low, min(2**31 - 1, 2**31 - 1 if spec.high is None else spec.high)
        )
        self.field.valueChanged.connect(self.offer)
        self.fill(self.field)
