"""The editor of factors by parameter: a row for each that has one, and a menu of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.panels.inspector_fields import Editor, NumberField, row_of
from app.tips import tip
from app.words import tr
from engine.setting import Factors

FIRST = 0.1
"""The factor that a parameter gets when it is chosen."""


class FactorsEditor(Editor):
    """Numbers that single parameters' learning rates are multiplied by."""

    wide = True

    def __init__(self, spec: Factors, parameters: Callable[[], Sequence[tuple[str, str]]]) -> None:
        """`parameters` gives (node id, label) of the parameter nodes."""
        super().__init__(spec)
        self._parameters = parameters
        self._value: dict[str, float] = {}
        self.fields: dict[str, NumberField] = {}
        """The field of each factor, by parameter."""
        self.button = QPushButton(tr("Add a parameter"), self)
        self.button.clicked.connect(self._open)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._rows)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        """Show the factors."""
        before, self._value = list(self._value), dict(value)
        if list(self._value) != before or not self.fields:
            self._build()
        for name, factor in self._value.items():
            field = self.fields[name]
            field.blockSignals(True)
            field.setValue(factor)
            field.blockSignals(False)
        self.button.setEnabled(any(id not in self._value for id, _ in self._parameters()))

    def _build(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        labels = self._labels()
        for name in self._value:
            self._rows.addWidget(self._row(name, labels.get(name, name)))

    def _labels(self) -> dict[str, str]:
        """Return what each parameter is called, with its id where others are called alike."""
        found = self._parameters()
        shared = Counter(label for _, label in found)
        return {id: label if shared[label] == 1 else f"{label} ({id})" for id, label in found}

    def _row(self, name: str, label: str) -> QWidget:
        shown = QLabel(label if len(label) < 26 else f"{label[:24]}…", self)
        shown.setTextFormat(Qt.TextFormat.PlainText)
        shown.setToolTip(tip(label))
        field = NumberField(self)
        field.setRange(5e-324, 1e308)
        field.setAccessibleName(f"factor of {label}")
        field.valueChanged.connect(lambda factor: self._set(name, factor))
        field.editingFinished.connect(self.sealed)
        drop = QToolButton(self)
        drop.setText("×")
        drop.setAutoRaise(True)
        drop.setToolTip(tr("Back to 1"))
        drop.setAccessibleName(f"remove the factor of {label}")
        drop.clicked.connect(lambda: self._drop(name))
        self.fields[name] = field
        return row_of(self, shown, field, drop)

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for id, label in self._labels().items():
            if id not in self._value:
                menu.addAction(label, lambda id=id: self.add(id))
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def add(self, name: str) -> None:
        """Give a parameter a factor of its own."""
        self._choose({**self._value, name: FIRST})

    def _drop(self, name: str) -> None:
        self._choose({each: factor for each, factor in self._value.items() if each != name})

    def _set(self, name: str, factor: float) -> None:
        if self.offer(tuple({**self._value, name: factor}.items())):
            self._value[name] = factor

    def _choose(self, value: dict[str, float]) -> None:
        if self.offer(tuple(value.items())):
            self.show_value(tuple(value.items()))
            self.sealed.emit()
