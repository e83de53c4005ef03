"""Editors of settings, one small widget per kind of declaration; EDITORS is the table from declaration to widget.

An editor shows a value (`show_value`), tells every change a person makes (`edited`), and the end of a gesture
(`sealed`), so that
a dragged slider is one undo step. It never changes the document: who made it does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.assets import ASSETS
from app.panels.inspector_code import CodeEditor
from app.panels.inspector_factors import FactorsEditor
from app.panels.inspector_fields import Editor, NumberField, guard_wheel, indent, mark_invalid, plain_line
from app.panels.inspector_tables import ArrayEditor, ColumnsEditor
from app.tips import tip
from engine import setting
from engine.errors import GradwireError

TICKS = 1000
"""Positions of a slider."""
DATA_SUFFIXES = (".csv", ".tsv", ".npy", ".npz", ".parquet", ".png", ".jpg", ".jpeg")


class Surroundings(NamedTuple):
    """What an editor may ask about the document it edits."""

    folder: Callable[[], Path | None]
    parameters: Callable[[], Sequence[tuple[str, str]]]
    """(node id, label) of the parameter nodes."""
    bring: Callable[[Path], str]
    """Return how the graph names a file from anywhere, copied to where it may be read; raise FileError."""


class NumberEditor(Editor):
    """A real number."""

    def __init__(self, spec: setting.Number, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.field = NumberField(self)
        low = 5e-324 if spec.positive and spec.low is None else spec.low
        self.field.setRange(-1e308 if low is None else low, 1e308 if spec.high is None else spec.high)
        self.field.valueChanged.connect(self.offer)
        self.field.limited.connect(self.say_limited)
        self.field.editingFinished.connect(self.sealed)
        self.fill(self.field)

    def show_value(self, value: Any) -> None:
        """Show a number."""
        self.field.blockSignals(True)
        self.field.setValue(float(value or 0.0))
        self.field.blockSignals(False)


class SliderEditor(Editor):
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
        self.field = NumberField(self)
        self.field.setRange(self._low, self._high)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self.sealed)
        self.field.valueChanged.connect(self._typed)
        self.field.limited.connect(self.say_limited)
        self.field.editingFinished.connect(self.sealed)
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
        number = float(value or 0.0)
        for widget, position in ((self.slider, self.tick_at(number)), (self.field, number)):
            widget.blockSignals(True)
            widget.setValue(position)  # type: ignore[arg-type]
            widget.blockSignals(False)

    def _slid(self, tick: int) -> None:
        value = self.value_at(tick)
        self.field.blockSignals(True)
        self.field.setValue(value)
        self.field.blockSignals(False)
        self.offer(value)

    def _typed(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self.tick_at(value))
        self.slider.blockSignals(False)
        self.offer(value)


class IntegerEditor(Editor):
    """A whole number."""

    def __init__(self, spec: setting.Integer, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.field = QSpinBox(self)
        self.field.setRange(
            -(2**31) if spec.low is None else spec.low, min(2**31 - 1, 2**31 - 1 if spec.high is None else spec.high)
        )
        self.field.setGroupSeparatorShown(True)
        self.field.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.field.setKeyboardTracking(False)
        guard_wheel(self.field)
        indent(self.field)
        self.field.valueChanged.connect(self.offer)
        self.field.editingFinished.connect(self.sealed)
        self.fill(self.field)

    def show_value(self, value: Any) -> None:
        """Show a whole number."""
        self.field.blockSignals(True)
        self.field.setValue(int(value or 0))
        self.field.blockSignals(False)


class ToggleEditor(Editor):
    """Yes or no."""

    def __init__(self, spec: setting.Toggle, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.box = QCheckBox(self)
        self.box.clicked.connect(self._clicked)
        self.fill(self.box).addStretch(1)

    def show_value(self, value: Any) -> None:
        """Show yes or no."""
        self.box.setChecked(bool(value))

    def _clicked(self, on: bool) -> None:
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

    def show_value(self, value: Any) -> None:
        """Show the chosen word."""
        self.box.setCurrentIndex(self.box.findData(value))

    def _chosen(self, index: int) -> None:
        self.offer(self.box.itemData(index))
        self.sealed.emit()


class LineEditor(Editor):
    """What is written in one line: `read` turns it into a value, `written` a value into the line."""

    placeholder = ""

    def __init__(self, spec: setting.Setting, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.line = plain_line(placeholder=self.placeholder)
        self.line.editingFinished.connect(self._finished)
        self.line.textEdited.connect(lambda _: mark_invalid(self.line, False))
        self._shown = ""
        self.fill(self.line)

    def read(self, text: str) -> Any:
        """Return the value a text stands for; anything the declaration refuses where it stands for none."""
        return text

    def written(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)

    def show_value(self, value: Any) -> None:
        """Show the value's text."""
        self._shown = self.written(value)
        if self.line.text() != self._shown:
            self.line.setText(self._shown)
        mark_invalid(self.line, False)

    def _finished(self) -> None:
        text = self.line.text()
        if text != self._shown:
            good = self.offer(self.read(text))
            mark_invalid(self.line, not good)
            if good:
                self._shown = text
                self.sealed.emit()


class TextEditor(LineEditor):
    """Free text in one line."""


class LongTextEditor(Editor):
    """Free text in several lines."""

    wide = True

    def __init__(self, spec: setting.Text, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setMaximumHeight(120)
        self.text.textChanged.connect(lambda: self.offer(self.text.toPlainText()))
        self.fill(self.text)

    def show_value(self, value: Any) -> None:
        """Show the text, keeping the cursor where it is."""
        if self.text.toPlainText() != value:
            self.text.blockSignals(True)
            self.text.setPlainText(str(value))
            self.text.blockSignals(False)


class DimensionsEditor(LineEditor):
    """A shape, written as numbers and commas."""

    def __init__(self, spec: setting.Dimensions, surroundings: Surroundings) -> None:
        super().__init__(spec, surroundings)
        self.line.setPlaceholderText("found by itself" if spec.optional else "scalar")

    def read(self, text: str) -> Any:
        """Return the numbers between commas, spaces or ×; nothing is null where that is allowed; "scalar" is ()."""
        cleaned = text.strip().strip("()[]")
        if cleaned == "scalar":
            return ()
        if not cleaned and self.spec.optional:  # type: ignore[attr-defined]
            return () if "(" in text or "[" in text else None
        parts = cleaned.replace("×", ",").replace(",", " ").split()
        return tuple(int(part) if part.lstrip("-").isdigit() and len(part) < 12 else part for part in parts)

    def written(self, value: Any) -> str:
        """Return the shape as text."""
        if value is None:
            return ""
        return ", ".join(map(str, value)) if value else "scalar"


class AxisEditor(LineEditor):
    """An axis, or nothing for all."""

    placeholder = "all axes"

    def read(self, text: str) -> Any:
        """Return the axis."""
        cleaned = text.strip().replace("−", "-")
        if not cleaned or cleaned == "all axes":
            return None
        return int(cleaned) if cleaned.lstrip("-").isdigit() and len(cleaned) < 6 else cleaned

    def written(self, value: Any) -> str:
        """Return the axis as text."""
        return "" if value is None else str(value)


class WordsEditor(LineEditor):
    """A list of words between commas."""

    placeholder = "names, with commas between"

    def read(self, text: str) -> Any:
        """Return the words."""
        return tuple(word.strip() for word in text.split(",") if word.strip())

    def written(self, value: Any) -> str:
        """Return the words with commas between."""
        return ", ".join(value)


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
        everything = menu.addAction("All that reach the loss", lambda: self._choose(()))
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


class FileEditor(Editor):
    """A data file: bundled, beside the graph, or from anywhere, which copies it to where the graph may read it.

    The path can be typed; the button offers bundled files and a dialog.
    """

    wide = True

    def __init__(self, spec: setting.File, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self._folder, self._bring = surroundings.folder, surroundings.bring
        self._suffixes = spec.suffixes or DATA_SUFFIXES
        self.line = plain_line(placeholder="no file yet", name="file")
        self.line.editingFinished.connect(lambda: self._set(self.line.text().strip()))
        self.button = QPushButton("Choose", self)
        self.button.clicked.connect(self._open_menu)
        self._shown = ""
        self.fill(self.line, self.button).setStretch(0, 1)

    def show_value(self, value: Any) -> None:
        """Show the file."""
        self._shown = str(value)
        self.line.setText(self._shown)
        mark_invalid(self.line, False)

    def menu(self) -> QMenu:
        """Return the menu: a dialog for any file, what lies beside the graph, and the bundled files."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Browse…", self._browse)
        for group in (self._beside(), self._bundled()):
            menu.addSeparator()
            for text, name in group:
                menu.addAction(text.replace("&", "&&"), lambda name=name: self._set(name))
        return menu

    def _beside(self) -> list[tuple[str, str]]:
        folder = self._folder()
        found = folder.iterdir() if folder is not None and folder.is_dir() else ()
        names = sorted(p.name for p in found if p.suffix.lower() in self._suffixes)
        return [(name, name) for name in names[:20]]

    def _bundled(self) -> list[tuple[str, str]]:
        names = sorted(p.name for p in ASSETS.iterdir() if p.suffix.lower() in self._suffixes)
        return [(f"{name}  (bundled)", f"asset:{name}") for name in names]

    def _open_menu(self) -> None:
        self.menu().popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _browse(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in self._suffixes)
        name, _ = QFileDialog.getOpenFileName(
            self, "Choose a data file", str(FileEditor.last_folder), f"Data files ({kinds});;All files (*)"
        )
        if name:
            FileEditor.last_folder = Path(name).parent
            self._set(name)

    last_folder = Path.home()
    """Where the last file was chosen."""

    def _set(self, value: str) -> None:
        if value == self._shown:
            return
        if not value.startswith("asset:") and escapes(value):
            try:
                value = self._bring(Path(value))
            except GradwireError as refused:
                mark_invalid(self.line, True)
                self.refused.emit(f"stays as it was: {refused.sentence.rstrip('.')}")
                return
        good = self.offer(value)
        mark_invalid(self.line, not good)
        if good:
            self.refused.emit("")
            self.show_value(value)
            self.sealed.emit()


def escapes(path: str) -> bool:
    """Return whether a path leads out of the folder it is read from."""
    plain = PurePosixPath(path.replace("\\", "/"))
    return plain.is_absolute() or ".." in plain.parts or ":" in path or path.startswith("~")


class _Array(ArrayEditor):
    def __init__(self, spec: setting.Array, surroundings: Surroundings) -> None:
        super().__init__(spec)


class _Columns(ColumnsEditor):
    def __init__(self, spec: setting.Columns, surroundings: Surroundings) -> None:
        super().__init__(spec)


def _factors(spec: setting.Factors, surroundings: Surroundings) -> Editor:
    return FactorsEditor(spec, surroundings.parameters)


EDITORS: Mapping[type[setting.Setting], Callable[[Any, Surroundings], Editor]] = {
    setting.Number: NumberEditor,
    setting.Slider: SliderEditor,
    setting.Integer: IntegerEditor,
    setting.Toggle: ToggleEditor,
    setting.Choice: ChoiceEditor,
    setting.Text: TextEditor,
    setting.Code: CodeEditor,
    setting.Reference: TextEditor,
    setting.File: FileEditor,
    setting.Array: _Array,
    setting.Dimensions: DimensionsEditor,
    setting.Axis: AxisEditor,
    setting.Names: WordsEditor,
    setting.Columns: _Columns,
    setting.Factors: _factors,
}
"""Which editor shows which kind of declaration."""


def editor_for(spec: setting.Setting, surroundings: Surroundings) -> Editor:
    """Return the editor of a declared setting."""
    match spec:
        case setting.Text(multiline=True) if not isinstance(spec, setting.Code):
            return LongTextEditor(spec, surroundings)
        case setting.Names(of="parameter"):
            return ParametersEditor(spec, surroundings)
        case setting.Slider() if spec.low is None or spec.high is None:
            return NumberEditor(spec, surroundings)
    return EDITORS[type(spec)](spec, surroundings)


def row_layout(widget: QWidget) -> QVBoxLayout:
    """Return a column without margins inside `widget`."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    return column
