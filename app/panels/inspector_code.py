"""The editor of a text in Python: monospaced, coloured, with line numbers; the line at fault is marked as one types."""

from __future__ import annotations

import keyword
import re
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app import fonts
from app.panels.inspector_fields import Editor
from app.theme import appearance
from app.words import tr
from engine import setting

PAUSE: Final = 250
"""How long after the last key the text is read, in milliseconds."""
FEWEST, MOST = 6, 22
"""Lines that are seen at least and at most."""
INDENT: Final = "    "
_PARTS: Final = (
    ("comment", re.compile(r"#.*")),
    ("text", re.compile(r"\"[^\"\n]*\"?|'[^'\n]*'?")),
    ("number", re.compile(r"\b(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)j?\b")),
    ("keyword", re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b")),
    ("function", re.compile(r"(?<=def )\w+|\bnp\.[\w.]+|\bmath\.\w+")),
)
_TRIPLE = '"""'


class PythonColors(QSyntaxHighlighter):
    """Colours keywords, numbers, texts and comments in the colours of the theme."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take up the theme's colours."""
        theme = appearance().theme
        colors = {
            "comment": theme.faint,
            "text": theme.family("inputs"),
            "number": theme.value,
            "keyword": theme.family("activations"),
            "function": theme.family("parameters"),
        }
        for name, color in colors.items():
            made = QTextCharFormat()
            made.setForeground(QColor(color))
            self._formats[name] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Qt: colour one line."""
        inside = self.previousBlockState() == 1
        quotes = text.count(_TRIPLE)
        self.setCurrentBlockState(1 if (quotes % 2 == 1) != inside else 0)
        if inside or quotes:
            start = 0 if inside else text.index(_TRIPLE)
            self.setFormat(start, len(text) - start, self._formats["text"])
            return
        taken = 0
        while taken < len(text):
            found = [(match, name) for name, rule in _PARTS if (match := rule.search(text, taken))]
            if not found:
                return
            match, name = min(found, key=lambda each: each[0].start())
            self.setFormat(match.start(), len(match.group()), self._formats[name])
            taken = max(match.end(), taken + 1)


class _Numbers(QWidget):
    """The line numbers beside the text."""

    def __init__(self, code: CodeField) -> None:
        super().__init__(code)
        self.code = code

    def sizeHint(self) -> QSize:
        """Qt: as wide as the longest number."""
        return QSize(self.code.margin(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the numbers of the lines that are seen."""
        self.code.draw_numbers(QPainter(self), event.rect())


class CodeField(QPlainTextEdit):
    """A text field for code: Tab indents, Enter keeps the indentation, Escape hands the focus on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "code")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(tr("Python code"))
        self.faulty = 0
        self._numbers = _Numbers(self)
        self._colors = PythonColors(self.document())
        self.blockCountChanged.connect(lambda _: self._measured())
        self.updateRequest.connect(self._scrolled)
        appearance().changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """Take up font and colours."""
        font: QFont = fonts.mono("small", appearance().scale)
        self.setFont(font)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * len(INDENT))
        self._colors.restyle()
        self._measured()
        self.mark(self.faulty)

    def margin(self) -> int:
        """Return the width of the line numbers."""
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9" * digits) + appearance().px(14)

    def _measured(self) -> None:
        self.setViewportMargins(self.margin(), 0, 0, 0)
        lines = min(max(self.blockCount() + 1, FEWEST), MOST)
        self.setFixedHeight(round(lines * self.fontMetrics().lineSpacing() + appearance().px(22)))

    def _scrolled(self, rect: QRect, down: int) -> None:
        if down:
            self._numbers.scroll(0, down)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the numbers stay at the left edge."""
        super().resizeEvent(event)
        inner = self.contentsRect()
        self._numbers.setGeometry(QRect(inner.left(), inner.top(), self.margin(), inner.height()))

    def draw_numbers(self, painter: QPainter, rect: QRect) -> None:
        """Draw the numbers of the lines within a rectangle."""
        theme = appearance().theme
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= rect.bottom():
            number = block.blockNumber() + 1
            painter.setPen(QColor(theme.bad if number == self.faulty else theme.faint))
            width = self.margin() - appearance().px(8)
            painter.drawText(
                QRect(0, round(top), width, self.fontMetrics().height()), Qt.AlignmentFlag.AlignRight, str(number)
            )
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def mark(self, line: int) -> None:
        """Mark the line at fault (0: none)."""
        self.faulty = line
        marks = []
        if line:
            made = QTextEdit.ExtraSelection()
            color = QColor(appearance().theme.bad)
            color.setAlpha(46)
            made.format.setBackground(color)  # type: ignore[attr-defined]
            made.format.setProperty(QTextFormat.Property.FullWidthSelection, True)  # type: ignore[attr-defined]
            made.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))  # type: ignore[attr-defined]
            marks.append(made)
        self.setExtraSelections(marks)
        self._numbers.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: indent and unindent; keep the indentation in a new line."""
        cursor = self.textCursor()
        match event.key():
            case Qt.Key.Key_Escape:
                self.focusNextChild()
            case Qt.Key.Key_Tab if not cursor.hasSelection():
                cursor.insertText(INDENT[cursor.positionInBlock() % len(INDENT) :])
            case Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                self._shift(inwards=event.key() == Qt.Key.Key_Tab)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                before = cursor.block().text()[: cursor.positionInBlock()]
                deeper = INDENT if before.rstrip().endswith(":") else ""
                cursor.insertText("\n" + before[: len(before) - len(before.lstrip())] + deeper)
                self.ensureCursorVisible()
            case Qt.Key.Key_Backspace if self._before_is_indent():
                cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(INDENT))
                cursor.removeSelectedText()
            case _:
                super().keyPressEvent(event)

    def _before_is_indent(self) -> bool:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and bool(before) and not before.strip() and len(before) % len(INDENT) == 0

    def _shift(self, *, inwards: bool) -> None:
        """Indent or unindent the selected lines as one undo step."""
        cursor = self.textCursor()
        document = self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(cursor.selectionEnd()).blockNumber()
        cursor.beginEditBlock()
        for number in range(first, last + 1):
            block = document.findBlockByNumber(number)
            line = QTextCursor(block)
            if inwards:
                line.insertText(INDENT)
            else:
                spaces = len(block.text()) - len(block.text().lstrip(" "))
                step = QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor
                line.movePosition(*step, min(spaces, len(INDENT)))
                line.removeSelectedText()
        cursor.endEditBlock()


class CodeEditor(Editor):
    """A function in Python. The text is kept as it is typed; what is wrong with it is said below."""

    wide = True

    def __init__(self, spec: setting.Code, surroundings: Any) -> None:
        super().__init__(spec)
        self.code = CodeField(self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._read)
        self.code.textChanged.connect(self._pause.start)
        self.fill(self.code)

    def show_value(self, value: Any) -> None:
        """Show the text, keeping the cursor where it is."""
        if self._pause.isActive() or self.code.toPlainText() == value:
            return
        self.code.blockSignals(True)
        self.code.setPlainText(str(value))
        self.code.blockSignals(False)
        self.code.restyle()  # which no signal of a new number of lines asked for
        self._judge()

    def focusOutEvent(self, event: Any) -> None:
        """Qt: what was typed is taken at once."""
        self._read()
        super().focusOutEvent(event)

    def hideEvent(self, event: Any) -> None:
        """Qt: nothing typed is lost when another node is selected."""
        if self._pause.isActive():
            self._read()
        super().hideEvent(event)

    def _read(self) -> None:
        self._pause.stop()
        if self.offer(self.code.toPlainText()):
            self._judge()

    def _judge(self) -> None:
        from engine.python.refusal import PythonError
        from engine.python.text import described

        try:
            described(self.code.toPlainText())
        except PythonError as fault:
            line = re.match(r"line (\d+)", fault.place or "")
            self.code.mark(int(line[1]) if line else 0)
            self.refused.emit(fault.sentence)
        else:
            self.code.mark(0)
