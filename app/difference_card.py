"""The question that nobody may overlook: the file was changed by something else, and here is what saving would undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr

Answer = Literal["save_as", "overwrite", "reload", "cancel"]
BUTTONS: tuple[tuple[Answer, str, str], ...] = (
    ("reload", "Reload", "Show the file as it is on the disk; changes here that are not saved are lost"),
    ("overwrite", "Overwrite", "Save what is here; the file as it was stays beside it, with ~1 after its name"),
    ("cancel", "Cancel", "Go on without saving"),
    ("save_as", "Save as…", "Save what is here under another name, and leave the file alone"),
)
SIGNS = {"-": "bad", "+": "good", "~": "warning", "@": "faint"}


class DifferenceCard(QDialog):
    """Shows the lines of a difference, removed ones with -, added ones with +, and asks."""

    def __init__(self, parent: QWidget, name: str, lines: Sequence[str]) -> None:
        super().__init__(parent)
        px = appearance().px
        self._answer: Answer = "cancel"
        self.setWindowTitle(tr("Changed on the disk"))
        self.setModal(True)
        self.resize(px(640), px(460))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(18), px(20), px(16))
        column.setSpacing(px(10))
        column.addWidget(label(f"“{name}” was changed by something else", "heading", wrap=True))
        column.addWidget(label(tr("Saving now would undo that. What would change in the file:"), "second", wrap=True))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "code")
        self.text.setAccessibleName(tr("What saving would change in the file"))
        self._write(lines)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addStretch(1)
        column.addLayout(row)
        self.buttons: dict[str, QPushButton] = {}
        for answer, words, help in BUTTONS:
            button = self.buttons[answer] = QPushButton(tr(words))
            button.setToolTip(tr(help))
            button.clicked.connect(lambda _=False, answer=answer: self._take(answer))
            row.addWidget(button)
        last = self.buttons["save_as"]
        last.setProperty("role", "primary")
        last.setDefault(True)
        last.setFocus()

    def _write(self, lines: Sequence[str]) -> None:
        theme, cursor = appearance().theme, QTextCursor(self.text.document())
        for number, line in enumerate(lines):
            form = QTextCharFormat()
            form.setForeground(QColor(getattr(theme, SIGNS.get(line[:1], "text"))))
            cursor.insertText(("\n" if number else "") + line, form)

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        self.accept()

    def ask(self) -> Answer:
        """Show the card until it is answered; Escape cancels."""
        self.exec()
        return self._answer
