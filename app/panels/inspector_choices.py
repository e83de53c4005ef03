"""Editors of what is chosen: yes or no, one of a few words, some of the parameters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QPushButton

from app.panels.inspector_fields import Editor, guard_wheel
from app.panels.inspector_surroundings import Surroundings
from app.tips import tip
from app.words import tr
from engine import setting


class ToggleEditor(Editor):
    """Yes or no."""

    def __init__(self, spec: setting.Toggle, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.box = QCheckBox(self)
        self.box.clicked.connect(self._clicked)
        self.fill(self.box).addStretch(1)

    def show_mixed(self) -> bool:
        """Show that it is yes for some."""
        self.box.setTristate(True)
        self.box.setCheckState(Qt.CheckState.PartiallyChecked)
        return True

    def show_value(self, value: Any) -> None:
        """Show yes or no."""
        self.box.setTristate(False)
        self.box.setChecked(bool(value))

    def _clicked(self, on: bool) -> None:
        self.box.setTristate(False)
        self.offer(on)
        self.sealed.emit()


class ChoiceEditor(Editor):
    """One of a few words."""

    def __init__(self, spec: setting.Choice, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.box = QComboBox(self)
        for option in spec.options:
            self.box.addItem(option.replace("_", " "), option)
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        guard_wheel(self.box)
        self.box.activated.connect(self._chosen)
        self.fill(self.box)

    def show_mixed(self) -> bool:
        """Show that different words are chosen."""
        self.box.setPlaceholderText(tr("mixed"))
        self.box.setCurrentIndex(-1)
        return True

    def show_value(self, value: Any) -> None:
        """Show the chosen word."""
        self.box.setCurrentIndex(self.box.findData(value))

    def _chosen(self, index: int) -> None:
        self.offer(self.box.itemData(index))
        self.sealed.emit()


class ParametersEditor(Editor):
    """Which parameters: a menu with a mark at each."""

    def __init__(self, spec: setting.Names, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self._parameters = surroundings.parameters
        self._value: tuple[str, ...] = ()
        self.button = QPushButton(self)
        self.button.clicked.connect(self._open)
        self.fill(self.button)

    def show_value(self, value: Any) -> None:
        """Show which parameters are chosen."""
        self._value = tuple(value)
        labels = dict(self._parameters())
        text = ", ".join(labels.get(id, id) for id in self._value) or "All that reach the loss"
        self.button.setText(text if len(text) < 28 else f"{len(self._value)} parameters")
        self.button.setToolTip(tip(text))

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        everything = menu.addAction(tr("All that reach the loss"), lambda: self._choose(()))
        everything.setCheckable(True)
        everything.setChecked(not self._value)
        menu.addSeparator()
        for id, label in self._parameters():
            action = menu.addAction(label, lambda id=id: self._toggle(id))
            action.setCheckable(True)
            action.setChecked(id in self._value)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _toggle(self, id: str) -> None:
        order = [each for each, _ in self._parameters()]
        chosen = set(self._value) ^ {id}
        self._choose(tuple(each for each in order if each in chosen))

    def _choose(self, value: tuple[str, ...]) -> None:
        if self.offer(value):
            self.show_value(value)
            self.sealed.emit()
