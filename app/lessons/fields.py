"""The fields of the lesson editor: one class for each kind of thing that a lesson's records hold.

A field shows what a record says (`show_record`), tells when it was changed (`changed`), and gives the change as names
and values (`changes`). What it holds need not be allowed: the editor says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import quantities
from app.lessons.prose import Prose
from app.numbers import exact
from app.panels.inspector_parts import label, set_role
from app.theme import appearance
from app.words import tr
from engine.lessons.lesson import MOST, Quantity

WHATS: Final[Mapping[str, str]] = {
    "value": "the value at", "cotangent": "the derivative by", "gradient": "the derivative by parameter",
    "loss": "the loss of optimizer",
}  # fmt: skip
LINES: Final = 92
"""How high a field of several lines is, at scale 1."""

Names = Callable[[], Sequence[str]]
"""What a field may be completed with, asked for when it is needed."""
Pick = Callable[[Callable[[str], None], bool], None]
"""Has the person point at the canvas; calls back with what was meant. The flag: a socket is wanted, not a node."""


class Field(QWidget):
    """A field with its caption above it."""

    changed = Signal()

    def __init__(self, name: str, caption: str) -> None:
        super().__init__()
        self.name, self.caption = name, caption
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(appearance().px(3))
        if caption:
            self.column.addWidget(label(caption, "second", wrap=True))
        self.body()

    def body(self) -> None:
        """Put what is edited with into the column."""

    def show_record(self, record: Any) -> None:
        """Show what a record says."""
        self.show_value(getattr(record, self.name))

    def show_value(self, value: Any) -> None:
        """Show a value."""

    def changes(self) -> dict[str, Any]:
        """Return what a record is to say, by name; nothing while the field holds what cannot be read."""
        value = self.value()
        return {} if value is None else {self.name: value}

    def value(self) -> Any:
        """Return what the field holds; None where that cannot be read."""


class LineField(Field):
    """A line of text, completed from names where there are some."""

    def __init__(self, name: str, caption: str, names: Names | None = None) -> None:
        self._names = names
        super().__init__(name, caption)

    def body(self) -> None:
        """The line."""
        self.line = QLineEdit()
        self.line.setAccessibleName(self.caption or self.name)
        self.line.textEdited.connect(lambda _: self.changed.emit())
        if self._names is not None:
            words = QStringListModel(self)
            completer = QCompleter(words, self.line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.activated.connect(lambda _: self.changed.emit())
            self.line.setCompleter(completer)
            self.line.textEdited.connect(lambda _, names=self._names: words.setStringList(list(names())))
        self.column.addWidget(self.line)

    def show_value(self, value: Any) -> None:
        """Show a text."""
        if self.line.text() != value:
            self.line.setText(value)

    def value(self) -> Any:
        """Return the text."""
        return self.line.text().strip()


class NumberField(LineField):
    """A number; nothing at all where it is `optional` and the field is empty."""

    def __init__(self, name: str, caption: str, *, whole: bool = False, empty: float | None = None) -> None:
        self._whole, self._empty = whole, empty
        super().__init__(name, caption)

    def show_value(self, value: Any) -> None:
        """Show a number."""
        text = "" if value == self._empty else exact(float(value))
        if quantities.parsed(self.line.text()) != value or not self.line.text():
            self.line.setText(text)

    def value(self) -> Any:
        """Return the number."""
        text = self.line.text().strip()
        if not text and self._empty is not None:
            return self._empty
        number = quantities.parsed(text)
        set_role(self.line, "invalid" if number is None else "")
        return number if number is None or not self._whole else round(number)


class ProseField(Field):
    """A text of several lines, and how learners see it."""

    def body(self) -> None:
        """The text and its preview."""
        self.edit = QPlainTextEdit()
        self.edit.setAccessibleName(self.caption)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(appearance().px(LINES))
        self.edit.setPlaceholderText(tr("Markdown: **bold**, *italic*, - lists; formulas between $"))
        self.preview = Prose(font="body", tone="second")
        self._quiet = False
        self.edit.textChanged.connect(self._typed)
        self.column.addWidget(self.edit)
        self.column.addWidget(self.preview)

    def _typed(self) -> None:
        text = self.edit.toPlainText()
        self.preview.show_text(text if any(mark in text for mark in "*_$`#[") else "")
        self.preview.setVisible(bool(self.preview.text))
        if not self._quiet:
            self.changed.emit()

    def show_value(self, value: Any) -> None:
        """Show a text."""
        if self.edit.toPlainText() != value:
            self._quiet = True
            self.edit.setPlainText(value)
            self._quiet = False
            self._typed_quietly()

    def _typed_quietly(self) -> None:
        self._quiet = True
        self._typed()
        self._quiet = False

    def value(self) -> Any:
        """Return the text."""
        return self.edit.toPlainText()


class PlaceField(LineField):
    """A node or a socket, typed or pointed at on the canvas."""

    def __init__(self, name: str, caption: str, names: Names, pick: Pick, *, socket: bool = False) -> None:
        self._pick, self._socket = pick, socket
        super().__init__(name, caption, names)

    def body(self) -> None:
        """The line, and the button that lets one point."""
        super().body()
        self.column.removeWidget(self.line)
        row = QHBoxLayout()
        row.setSpacing(appearance().px(6))
        self.pick = QPushButton(tr("Pick"))
        self.pick.setAccessibleName(f"Pick on the canvas: {self.caption}")
        self.pick.setToolTip(tr("Click it on the canvas"))
        self.pick.clicked.connect(lambda: self._pick(self._picked, self._socket))
        row.addWidget(self.line, 1)
        row.addWidget(self.pick)
        self.column.addLayout(row)

    def _picked(self, text: str) -> None:
        self.line.setText(text)
        self.changed.emit()


class WordsField(PlaceField):
    """Several names with commas between: sockets, operators, panels; what is picked is added. Where `every` is given,
    that word stands for all (None in the record)."""

    def __init__(
        self, name: str, caption: str, names: Names, pick: Pick | None = None, *, every: str = "", hint: str = ""
    ) -> None:
        self._every = every
        super().__init__(name, caption, names, pick or (lambda *_: None), socket=True)
        self.pick.setVisible(pick is not None)
        self.line.setPlaceholderText(hint)
        completer = self.line.completer()
        completer.activated.disconnect()
        self.line.setCompleter(None)  # type: ignore[arg-type]

    def show_value(self, value: Any) -> None:
        """Show the names."""
        text = self._every if value is None else ", ".join(value)
        if self.words() != value or not self.line.text():
            self.line.setText(text)

    def words(self) -> Any:
        """Return the names; None for all."""
        text = self.line.text().strip()
        if self._every and text == self._every:
            return None
        return tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))

    def changes(self) -> dict[str, Any]:
        """Return the names."""
        return {self.name: self.words()}

    def _picked(self, text: str) -> None:
        known = self.words() or ()
        self.line.setText(", ".join(dict.fromkeys((*known, text))))
        self.changed.emit()


class ToggleField(Field):
    """Yes or no."""

    def __init__(self, name: str, caption: str) -> None:
        super().__init__(name, "")
        self.box.setText(caption)

    def body(self) -> None:
        """A box to tick."""
        self.box = QCheckBox()
        self.box.clicked.connect(lambda _: self.changed.emit())
        self.column.addWidget(self.box)

    def show_value(self, value: Any) -> None:
        """Show it."""
        self.box.setChecked(value)

    def value(self) -> Any:
        """Return it."""
        return self.box.isChecked()


class QuantityField(Field):
    """A number of the graph: which kind, where, and which element."""

    def __init__(self, name: str, caption: str, names: Names, pick: Pick) -> None:
        self._names, self._pick = names, pick
        super().__init__(name, caption)

    def body(self) -> None:
        """Kind and place."""
        self.what = QComboBox()
        self.what.setAccessibleName(f"{self.caption}: which number")
        for key, text in WHATS.items():
            self.what.addItem(text, key)
        self.at = PlaceField("at", "", self._names, self._pick, socket=True)
        self.at.line.setAccessibleName(f"{self.caption}: where")
        self.index = NumberField("index", tr("Element of an array, from 0"), whole=True, empty=0)
        self.what.activated.connect(lambda _: self.changed.emit())
        for each in (self.at, self.index):
            each.changed.connect(self.changed)
        for each in (self.what, self.at, self.index):
            self.column.addWidget(each)

    def show_value(self, value: Any) -> None:
        """Show a number of the graph."""
        if value is not None:
            self.what.setCurrentIndex(list(WHATS).index(value.what))
            self.at.show_value(value.at)
            self.index.show_value(value.index)

    def value(self) -> Any:
        """Return it."""
        index = self.index.value()
        return None if index is None else Quantity(self.what.currentData(), self.at.value(), index)


class AnswerField(Field):
    """What is right: a number, or what the graph gives."""

    def __init__(self, names: Names, pick: Pick) -> None:
        self._names, self._pick = names, pick
        super().__init__("answer", "The right answer")

    def body(self) -> None:
        """Which of the two, and it."""
        self.source = QComboBox()
        self.source.setAccessibleName(tr("Where the right answer comes from"))
        self.source.addItems(["this number", "what the graph gives"])
        self.number = NumberField("answer", "")
        self.number.line.setAccessibleName(tr("The right number"))
        self.of = QuantityField("of", "", self._names, self._pick)
        self.source.activated.connect(lambda _: self._switched())
        for each in (self.number, self.of):
            each.changed.connect(self.changed)
        for each in (self.source, self.number, self.of):
            self.column.addWidget(each)

    def _switched(self) -> None:
        self._show_source()
        self.changed.emit()

    def _show_source(self) -> None:
        self.number.setVisible(self.source.currentIndex() == 0)
        self.of.setVisible(self.source.currentIndex() == 1)

    def show_record(self, record: Any) -> None:
        """Show it."""
        self.source.setCurrentIndex(0 if record.of is None else 1)
        if record.of is None:
            self.number.show_value(record.answer)
        self.of.show_value(record.of)
        self._show_source()

    def changes(self) -> dict[str, Any]:
        """Return it as both names."""
        if self.source.currentIndex() == 1:
            of = self.of.value()
            return {} if of is None else {"answer": None, "of": of}
        number = self.number.value() if self.number.line.text().strip() else 0.0
        return {} if number is None else {"answer": number, "of": None}


class OptionsField(Field):
    """The options of a choice: which is right, what each says, and the reply to it."""

    def __init__(self) -> None:
        super().__init__("options", "Options: mark the right one; a reply may follow each")

    def body(self) -> None:
        """A row for each option."""
        self._grid_holder = QWidget()
        self.column.addWidget(self._grid_holder)
        self.add = QPushButton(tr("Add option"))
        self.add.setProperty("role", "quiet")
        self.add.clicked.connect(self._add)
        self.column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows: list[tuple[QRadioButton, QLineEdit, QLineEdit]] = []

    def show_record(self, record: Any) -> None:
        """Show the options."""
        now = {"options": record.options, "answer": record.answer, "replies": record.replies}
        if self.rows and self.changes() == now:
            return
        self._build(record.options, record.replies, record.answer)

    def _build(self, options: Sequence[str], replies: Sequence[str], answer: int) -> None:
        px = appearance().px
        old, self._grid_holder = self._grid_holder, QWidget()
        grid = QGridLayout(self._grid_holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(4))
        group, self.rows = QButtonGroup(self._grid_holder), []
        for k, text in enumerate(options):
            right, line, reply, gone = QRadioButton(), QLineEdit(text), QLineEdit(), QToolButton()
            right.setAccessibleName(f"Option {k + 1} is right")
            right.setChecked(k == answer)
            line.setAccessibleName(f"Option {k + 1}")
            reply.setText(replies[k] if k < len(replies) else "")
            reply.setAccessibleName(f"Reply to option {k + 1}")
            reply.setPlaceholderText(tr("Reply"))
            gone.setText("✕")
            gone.setAccessibleName(f"Remove option {k + 1}")
            gone.setEnabled(len(options) > 2)
            gone.clicked.connect(lambda _=False, k=k: self._remove(k))
            right.clicked.connect(lambda _=False: self.changed.emit())
            for each in (line, reply):
                each.textEdited.connect(lambda _: self.changed.emit())
            group.addButton(right)
            grid.addWidget(right, 2 * k, 0)
            grid.addWidget(line, 2 * k, 1)
            grid.addWidget(gone, 2 * k, 2)
            grid.addWidget(reply, 2 * k + 1, 1)
            self.rows.append((right, line, reply))
        self.add.setEnabled(len(options) < MOST)
        self.column.replaceWidget(old, self._grid_holder)
        old.hide()
        old.deleteLater()

    def _add(self) -> None:
        now = self.changes()
        self._build((*now["options"], "another"), (*now["replies"], "") if now["replies"] else (), now["answer"])
        self.rows[-1][1].setFocus()
        self.rows[-1][1].selectAll()
        self.changed.emit()

    def _remove(self, k: int) -> None:
        now = self.changes()
        options = now["options"][:k] + now["options"][k + 1 :]
        answer = now["answer"] - (k < now["answer"])
        self._build(options, now["replies"][:k] + now["replies"][k + 1 :], min(answer, len(options) - 1))
        self.changed.emit()

    def changes(self) -> dict[str, Any]:
        """Return the options, which of them is right, and the replies (none where all are empty)."""
        replies = tuple(reply.text() for *_, reply in self.rows)
        right = next((k for k, (each, *_) in enumerate(self.rows) if each.isChecked()), 0)
        options = tuple(line.text() for _, line, _ in self.rows)
        return {"options": options, "answer": right, "replies": replies if any(replies) else ()}


class PointsField(Field):
    """The points of a curve, a line "x y" each."""

    def body(self) -> None:
        """The lines."""
        self.edit = QPlainTextEdit()
        self.edit.setProperty("role", "code")
        self.edit.setAccessibleName(self.caption)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(appearance().px(LINES))
        self.edit.textChanged.connect(self._typed)
        self._quiet = False
        self.column.addWidget(self.edit)

    def _typed(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def show_value(self, value: Any) -> None:
        """Show the points."""
        if self.value() != value:
            self._quiet = True
            self.edit.setPlainText("\n".join(f"{exact(x)}  {exact(y)}" for x, y in value))
            self._quiet = False

    def value(self) -> Any:
        """Return the points; None where a line is not two numbers."""
        points = []
        for line in self.edit.toPlainText().splitlines():
            if line.strip():
                pair = [quantities.parsed(each) for each in line.replace(";", " ").split()]
                if len(pair) != 2 or None in pair:
                    return None
                points.append((pair[0], pair[1]))
        return tuple(points)
