"""Editors of what is written: text, shapes, axes, words."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from app.panels.inspector_fields import Editor, mark_invalid, plain_line
from app.panels.inspector_surroundings import Surroundings
from app.words import tr
from engine import setting


class LineEditor(Editor):
    """What is written in one line: `read` turns it into a value, `written` a value into the line."""

    placeholder = ""

    def __init__(self, spec: setting.Setting, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self.line = plain_line(placeholder=self.placeholder)
        self.line.editingFinished.connect(self._finished)
        self.line.textEdited.connect(lambda _: mark_invalid(self.line, False))
        self._shown = ""
        self._hint = self.placeholder
        self.fill(self.line)

    def read(self, text: str) -> Any:
        """Return the value a text stands for; anything the declaration refuses where it stands for none."""
        return text

    def written(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)

    def show_mixed(self) -> bool:
        """Show that several have different texts."""
        self._shown = ""
        self.line.setText("")
        self.line.setPlaceholderText(tr("mixed"))
        return True

    def show_value(self, value: Any) -> None:
        """Show the value's text."""
        self.line.setPlaceholderText(self._hint)
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
        self._hint = "found by itself" if spec.optional else "scalar"
        self.line.setPlaceholderText(self._hint)

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
