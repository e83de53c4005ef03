"""How questions are asked: one of several options, a number, a guess that is then compared. A form gives an answer;
what it is worth is judged elsewhere."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, quantities
from app.canvas.note_text import Style, formulas, laid_out
from app.lessons.prose import Prose, plain
from app.numbers import exact, short
from app.panels.inspector_parts import label, set_role
from app.theme import appearance, faded
from app.words import tr
from engine.lessons.judge import Verdict
from engine.lessons.lesson import Choice, Question

INSET: Final = 10
RING: Final = 16


class Form(QWidget):
    """A question with its prompt, and the button that gives the answer. `given` carries the answer."""

    given = Signal(object)
    word: str = "Check"
    """What the button says."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question: Any = question
        px = appearance().px
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(10))
        self.prompt = Prose(question.prompt)
        self.column.addWidget(self.prompt)
        self.body()
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.check = QPushButton(tr(self.word))
        self.check.clicked.connect(self.submit)
        self.complaint = label("", "bad", wrap=True)
        row.addWidget(self.check)
        row.addWidget(self.complaint, 1)
        self.column.addLayout(row)

    def body(self) -> None:
        """Put what the answer is given with into the column."""

    def value(self) -> Any:
        """Return the answer as it stands; None where there is none yet."""

    def incomplete(self) -> str:
        """Return what is to be done where there is no answer yet."""
        return ""

    def show_value(self, given: Any) -> None:
        """Show an answer of before."""

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show what came of the answer."""

    def start(self) -> None:
        """Give the keyboard to what is answered with."""

    def close_up(self) -> None:
        """It is shown no more: take away what it put elsewhere."""

    def submit(self) -> None:
        """Give the answer, or say what is missing."""
        value = self.value()
        self.complaint.setText("" if value is not None else self.incomplete())
        if value is not None:
            self.given.emit(value)


class Option(QAbstractButton):
    """One option: a ring, and its text with formulas."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__()
        self._text = text
        self._key: tuple[object, ...] = ()
        self.tone = ""
        """ "good" or "bad", once it is judged."""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{number + 1}: {plain(text)}")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        formulas().watch(self)

    def _lay(self, width: int) -> None:
        look = appearance()
        style = Style(fonts.sans("body", look.scale), look.theme.text, look.theme.value)
        key = (width, look.scale, look.theme.name, formulas().revision)
        if key != self._key:
            self._key = key
            self._document = laid_out(self._text, width - look.px(2 * INSET + RING + 8), style)[0]

    def hasHeightForWidth(self) -> bool:
        """Qt: it has."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: its text's, and room around it."""
        self._lay(max(width, 60))
        return max(round(self._document.size().height()) + appearance().px(10), appearance().px(34))

    def sizeHint(self) -> QSize:
        """Qt: as it is."""
        return QSize(appearance().px(220), self.heightForWidth(self.width() or appearance().px(220)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: lines break elsewhere."""
        super().resizeEvent(event)
        height = self.heightForWidth(self.width())
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw ring and text."""
        look = appearance()
        theme, px = look.theme, look.px
        self._lay(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        tone = getattr(theme, self.tone) if self.tone and self.isChecked() else None
        border = tone or (theme.text if self.isChecked() or self.hasFocus() else theme.hairline)
        painter.setPen(QPen(QColor(border), 2 if self.isChecked() or self.hasFocus() else 1))
        painter.setBrush(QColor(theme.hover if self.underMouse() else theme.panel))
        painter.drawRoundedRect(frame, px(7), px(7))
        side, middle = px(RING), QPointF(px(INSET) + px(RING) / 2, self.height() / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(
            QPen(QColor(tone or (theme.text if self.isChecked() else theme.faint)), max(1.5, 1.5 * look.scale))
        )
        painter.drawEllipse(middle, side / 2 - 1, side / 2 - 1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone or theme.text))
            painter.drawEllipse(middle, side / 4, side / 4)
        painter.translate(px(INSET + RING + 8), (self.height() - self._document.size().height()) / 2 + px(2))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(theme.text))
        self._document.documentLayout().draw(painter, context)


class ChoiceForm(Form):
    """One of several options."""

    def body(self) -> None:
        """The options below each other."""
        question: Choice = self.question
        self.options = [Option(k, text) for k, text in enumerate(question.options)]
        holder = QWidget()
        below = QVBoxLayout(holder)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(appearance().px(6))
        for option in self.options:
            below.addWidget(option)
            option.toggled.connect(self._chosen)
        self.column.addWidget(holder)

    def _chosen(self) -> None:
        for option in self.options:
            option.tone = ""
            option.update()

    def value(self) -> Any:
        """Return the number of the chosen option."""
        return next((k for k, option in enumerate(self.options) if option.isChecked()), None)

    def incomplete(self) -> str:
        """Return what to do."""
        return "Choose one."

    def show_value(self, given: Any) -> None:
        """Choose an option."""
        if type(given) is int and 0 <= given < len(self.options):
            self.options[given].setChecked(True)

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Colour the chosen option."""
        for option in self.options:
            option.tone = {None: "", True: "good", False: "bad"}[verdict.right if verdict else None]
            option.update()

    def start(self) -> None:
        """Give the keyboard to the options."""
        (next((each for each in self.options if each.isChecked()), self.options[0])).setFocus()


class AmountForm(Form):
    """A number, typed; small expressions will do."""

    name = "Your number"

    def body(self) -> None:
        """A field."""
        self.field = QLineEdit()
        self.field.setAccessibleName(f"{self.name}: {plain(self.question.prompt)}")
        self.field.setPlaceholderText(self.name)
        self.field.setFont(fonts.mono("heading", appearance().scale))
        set_role(self.field, "answer")
        self.field.returnPressed.connect(self.submit)
        self.field.textEdited.connect(lambda: set_role(self.field, "answer"))
        self.column.addWidget(self.field)

    def value(self) -> Any:
        """Return the number."""
        return quantities.parsed(self.field.text())

    def incomplete(self) -> str:
        """Return what to do."""
        set_role(self.field, "invalid")
        return "Type a number, like 0.25 or 1/4."

    def show_value(self, given: Any) -> None:
        """Show a number."""
        if isinstance(given, int | float):
            self.field.setText(exact(float(given)))

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Mark a wrong number."""
        set_role(self.field, "invalid" if verdict is not None and verdict.right is False else "answer")

    def start(self) -> None:
        """Give the keyboard to the field."""
        self.field.setFocus()


class PredictionForm(AmountForm):
    """A guess first; then what it really is, and the two side by side."""

    name = "Your guess"
    word = "Reveal"

    def body(self) -> None:
        """A field, and a line on which guess and truth are marked."""
        super().body()
        self.line = Comparison()
        self.column.addWidget(self.line)
        self.line.hide()

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show guess and truth."""
        guess = self.value()
        there = verdict is not None and verdict.wanted is not None and guess is not None
        self.line.setVisible(there)
        if there:
            self.line.show_pair(guess, float(verdict.wanted))  # type: ignore[union-attr]


class Comparison(QWidget):
    """A guess and the truth on one line of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._pair = (0.0, 0.0)
        self.setFixedHeight(appearance().px(58))

    def show_pair(self, guess: float, truth: float) -> None:
        """Show two numbers."""
        self._pair = guess, truth
        self.setAccessibleName(f"You guessed {short(guess)}; it is {short(truth)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the line and the two marks."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        guess, truth = self._pair
        low, high = min(guess, truth, 0.0), max(guess, truth, 0.0)
        span, pad = (high - low) or 1.0, look.px(30)
        middle = self.height() / 2
        painter.setPen(QPen(faded(look.theme.faint, 0.8), 1))
        painter.drawLine(QPointF(pad / 2, middle), QPointF(self.width() - pad / 2, middle))
        painter.setFont(fonts.sans("small", look.scale, strong=True))
        for value, tone, below, word in ((guess, "text", False, "guess"), (truth, "value", True, "truth")):
            x = pad + (self.width() - 2 * pad) * (value - low) / span
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(look.theme, tone)))
            painter.drawEllipse(QPointF(x, middle), look.px(5), look.px(5))
            painter.setPen(QColor(getattr(look.theme, tone)))
            text = f"{word} {short(value, 4)}"
            wide = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(x - wide / 2, 0.0), self.width() - wide)
            top = middle + look.px(6) if below else middle - look.px(6) - painter.fontMetrics().height()
            painter.drawText(
                QRectF(left, top, wide, painter.fontMetrics().height()), Qt.AlignmentFlag.AlignCenter, text
            )
