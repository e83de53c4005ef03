"""Fields laid over the canvas to edit text where it stands. They accept when left, and give up on Escape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app import fonts
from app.words import tr

Done = Callable[[str], object]
RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Ending(QObject):
    """Watches a field: Return (with Ctrl where `multiline`) or leaving it accepts its text, Escape does not."""

    def __init__(self, field: QWidget, text: Callable[[], str], done: Done, *, multiline: bool) -> None:
        super().__init__(field)
        self._field, self._text, self._done = field, text, done
        self._before = text()
        self._multiline = multiline
        self._ended = False
        field.installEventFilter(self)
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: see the field's keys and focus first."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in RETURN:
            event.accept()  # Ctrl+Return ends the text here; elsewhere in the window it runs the graph.
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            accepts = not self._multiline or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Escape or (event.key() in RETURN and accepts):
                self.end(accept=event.key() != Qt.Key.Key_Escape)
                return True
        # A menu over the field is not leaving it.
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.end(accept=True)
        return False

    def end(self, *, accept: bool) -> None:
        """Close the field, once."""
        if self._ended:
            return
        self._ended = True
        text = self._text()
        self._field.hide()
        self._field.deleteLater()
        parent = self._field.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if accept and text != self._before:
            self._done(text)


def edit_line(canvas: QWidget, text: str, rect: QRect, pixels: float, done: Done, *, number: bool) -> QLineEdit:
    """Open a field of one line over a rectangle of the canvas, its text `pixels` high; `done` gets a changed text."""
    field = QLineEdit(text, canvas)
    field.setAccessibleName(tr("Value") if number else tr("Name"))
    _dress(field, rect, fonts.MONO if number else fonts.SANS, pixels)
    field.selectAll()
    Ending(field, field.text, done, multiline=False)
    return field


def edit_note(canvas: QWidget, text: str, rect: QRect, pixels: float, done: Done) -> QPlainTextEdit:
    """Open a field of several lines over a rectangle of the canvas."""
    field = QPlainTextEdit(text, canvas)
    field.setAccessibleName(tr("Note"))
    field.setPlaceholderText(tr("Markdown: **bold**, *italic*, - lists"))
    _dress(field, rect, fonts.SANS, pixels)
    field.selectAll()
    Ending(field, field.toPlainText, done, multiline=True)
    return field


def _dress(field: Any, rect: QRect, family: str, pixels: float) -> None:
    # Text here follows the zoom, which the application's style sheet knows nothing of.
    field.setStyleSheet(
        f'font-family: "{family}"; font-size: {max(round(pixels), 8)}px; padding: 0 4px; min-height: 0;'
    )
    field.setGeometry(rect)
