"""The learner's panel: what the step says and asks, what came of the answer, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.lessons.curve import CurveForm
from app.lessons.forms import AmountForm, ChoiceForm, Form, PredictionForm
from app.lessons.learning import Learning
from app.lessons.pointing import Pointing, told
from app.lessons.prose import Prose, plain, put
from app.lessons.the_end import End
from app.lessons.wire_fields import CotangentsForm, explanation, nearest_to_loss
from app.panels.inspector_parts import label, set_role
from app.speech import announce
from app.theme import appearance
from app.words import tr
from engine.lessons.lesson import Amount, Choice, Cotangents, Curve, Prediction, Question

if TYPE_CHECKING:
    from app.page import Page

FORMS: Final[Mapping[type, Callable[[Page, Question], Form]]] = {
    Choice: lambda page, asked: ChoiceForm(asked),
    Amount: lambda page, asked: AmountForm(asked),
    Prediction: lambda page, asked: PredictionForm(asked),
    Curve: lambda page, asked: CurveForm(asked),
    Cotangents: lambda page, asked: CotangentsForm(asked, page.canvas),
}


class Progress(QWidget):
    """A bar of one piece for each step: done, here, still to come."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bool] = []
        self._at = 0
        self.setFixedHeight(appearance().px(8))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, done: list[bool], at: int) -> None:
        """Show which steps are done, and where one is."""
        self._pieces, self._at = done, at
        self.setAccessibleName(f"Step {min(at + 1, len(done))} of {len(done)}, {sum(done)} done")
        self.update()

    def sizeHint(self) -> QSize:
        """Qt: as wide as there is room."""
        return QSize(appearance().px(120), appearance().px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the pieces."""
        theme, count = appearance().theme, max(1, len(self._pieces))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gap = min(float(appearance().px(4)), self.width() / count / 3)
        wide = (self.width() - gap * (count - 1)) / count
        for k, done in enumerate(self._pieces):
            here = k == self._at
            painter.setBrush(QColor(theme.text if here else theme.good if done else theme.hairline))
            high = self.height() if here else self.height() / 2
            rect = QRectF(k * (wide + gap), (self.height() - high) / 2, wide, high)
            painter.drawRoundedRect(rect, high / 2, high / 2)


class Feedback(QFrame):
    """What came of an answer, or a hint: a card with a bar in its colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        px = appearance().px
        self._tone = "faint"
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(10), px(12), px(10))
        column.setSpacing(px(4))
        self.head = label("", "strong", wrap=True)
        self.prose = Prose(font="body")
        column.addWidget(self.head)
        column.addWidget(self.prose)
        self.hide()

    def say(self, head: str, text: str, tone: str) -> None:
        """Say something; nothing hides the card."""
        self._tone = tone
        if self.head.text() != head or self.prose.text != text:
            self.head.setText(head)
            self.prose.show_text(text)
            self.setAccessibleName(f"{head}. {plain(text)}" if head else plain(text))
            if head or text:
                announce(self, self.accessibleName())
        self.head.setVisible(bool(head))
        self.prose.setVisible(bool(text))
        self.setVisible(bool(head or text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the card, and the bar at its left."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(appearance().theme, self._tone)))
        px = appearance().px
        painter.drawRoundedRect(QRectF(px(5), px(8), px(4), self.height() - px(16)), px(2), px(2))


class LearnerPanel(QWidget):
    """The panel of one lesson. What it asks for that concerns the page it tells by signals."""

    leave_wanted = Signal()
    edit_wanted = Signal()
    restart_wanted = Signal()
    hand_in_wanted = Signal(str)
    """The answers are to be written to a file, under this name."""

    def __init__(self, page: Page, learning: Learning, pointing: Pointing, *, trial: bool = False) -> None:
        super().__init__()
        self._page, self.learning, self._pointing = page, learning, pointing
        self.trial = trial
        self.form: Form | None = None
        self.end: End | None = None
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Lesson"))
        self._build()
        learning.step_changed.connect(self._show_step)
        learning.judged.connect(self._show_verdict)
        learning.assessed.connect(self._show_state)

    # What it consists of ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        px = appearance().px
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, px(10), 0, 0)
        whole.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(px(18), 0, px(14), px(10))
        head.setSpacing(px(6))
        row = QHBoxLayout()
        self.caption = label("", "caption")
        row.addWidget(self.caption, 1)
        row.addWidget(self._menu_button())
        head.addLayout(row)
        self.title = label(self.learning.lesson.title, "title", wrap=True)
        head.addWidget(self.title)
        self.progress = Progress()
        head.addWidget(self.progress)
        self._head(head)
        whole.addLayout(head)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setAccessibleName(tr("What the step says"))
        self.scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        whole.addWidget(self.scroll, 1)
        whole.addWidget(self._line())
        foot = QHBoxLayout()
        foot.setContentsMargins(px(14), px(10), px(14), px(10))
        foot.setSpacing(px(8))
        self.back, self.anyway, self.next = map(QPushButton, ("Back", "Continue anyway", "Next"))
        for button in (self.back, self.anyway):
            button.setProperty("role", "quiet")
        self.next.setProperty("role", "primary")
        self.back.clicked.connect(self.learning.back)
        self.anyway.clicked.connect(self.learning.next_anyway)
        self.next.clicked.connect(self.learning.next)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.anyway)
        foot.addWidget(self.next)
        whole.addLayout(foot)

    def _head(self, head: QVBoxLayout) -> None:
        """Put more into the head: nothing here."""

    def _line(self) -> QFrame:
        line = QFrame()
        line.setProperty("role", "line")
        return line

    def _menu_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("⋯")
        button.setAccessibleName(tr("More about this lesson"))
        button.setToolTip(tr("Restart, save the answers, leave"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        self.choices: dict[str, QAction] = {}
        for id, text, act in (
            ("hand_in", "Save answers…", lambda: self.learning.go(len(self.learning.lesson.steps))),
            ("restart", "Restart the lesson", self.restart_wanted.emit),
            ("edit", "Back to editing" if self.trial else "Edit this lesson", self.edit_wanted.emit),
            ("leave", "Leave the lesson", self.leave_wanted.emit),
        ):
            self.choices[id] = menu.addAction(text, act)
        button.setMenu(menu)
        self.menu_button = button
        return button

    # The step ---------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Show the step that is."""
        self._show_step()

    def _show_step(self) -> None:
        learning, step = self.learning, self.learning.step
        if self.form is not None:
            self.form.close_up()
        self.form, self.end = None, None
        px = appearance().px
        body = QWidget()
        body.setProperty("role", "panel")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(px(18), px(4), px(18), px(16))
        self._column.setSpacing(px(14))
        self.feedback, self.hint, self.checks = Feedback(), Feedback(), Checks()
        self.checks.hint.clicked.connect(learning.show_hint)
        if step is None:
            self.end = End(learning, self._page.lessons.student)
            self.end.hand_in.connect(self.hand_in_wanted)
            self.end.restart.connect(self.restart_wanted)
            self.end.leave.connect(self.leave_wanted)
            self._column.addWidget(self.end)
        else:
            self.text = Prose(step.text)
            self._column.addWidget(self.text)
            self._add_target(step.target)
            if step.question is not None:
                self.form = FORMS[type(step.question)](self._page, step.question)
                card = QFrame()
                card.setProperty("role", "inset")
                inner = QVBoxLayout(card)
                inner.setContentsMargins(px(14), px(12), px(14), px(12))
                inner.addWidget(self.form)
                self._column.addWidget(card)
                answer = learning.answers.get(learning.index)
                if answer is not None and answer.given is not None:
                    self.form.show_value(answer.given)
                self.form.given.connect(learning.answer)
            for each in (self.feedback, self.checks, self.hint):
                self._column.addWidget(each)
        self._column.addStretch(1)
        put(self.scroll, body)
        self._show_state()
        self._show_verdict()
        announce(self, f"{self.caption.text()}. {plain(step.text) if step else 'The end'}")

    def _add_target(self, target: str) -> None:
        """The button that leads to what the step points at, or the words that say where a command is."""
        self.show_target = QPushButton(tr("Show me where"))
        self.show_target.setProperty("role", "chip")
        self.show_target.clicked.connect(self._pointing.show_target)
        words = told(target, self._page.window()) if target else ""  # type: ignore[arg-type]
        row = QHBoxLayout()
        if words:
            row.addWidget(label(words, "mono", wrap=True), 1)
            self.show_target.hide()
        row.addWidget(self.show_target)
        row.addStretch(1)
        if target:
            self._column.addLayout(row)

    def focus_step(self) -> None:
        """Give the keyboard to what the step asks, or to the way on."""
        if self.form is not None and not self.learning.solved(self.learning.index):
            self.form.start()
        elif self.next.isEnabled() and self.next.isVisible():
            self.next.setFocus()

    # What came of it --------------------------------------------------------------------------------------------------

    def _show_verdict(self) -> None:
        learning, form = self.learning, self.form
        step, verdict = learning.step, learning.verdict
        if step is None:
            return
        if form is not None:
            form.show_verdict(verdict)
            form.check.setEnabled(not learning.waiting)
            form.check.setText(tr("One moment …") if learning.waiting else form.word)
        if learning.waiting:
            self.feedback.say("", "", "faint")
        elif verdict is not None:
            head, tone = {True: ("Right", "good"), False: ("Not yet", "bad"), None: ("", "value")}[verdict.right]
            text = verdict.said if verdict.said not in ("Right.", "All right.") else ""
            self.feedback.say(head, text, tone)
        elif form is not None and learning.solved(learning.index):
            self.feedback.say(tr("Answered before"), "", "good")
        else:
            self.feedback.say("", "", "faint")
        self._show_hint()
        self._show_state()
        if verdict is not None or learning.hint_shown:
            QTimer.singleShot(0, self, self._into_sight)

    def _show_hint(self) -> None:
        learning, step = self.learning, self.learning.step
        text = step.hint if step is not None and learning.hint_shown else ""
        if step is not None and isinstance(step.question, Cotangents) and learning.verdict is not None:
            session, wrong = self._page.session, learning.verdict.wrong
            first = nearest_to_loss(session, step.question.sockets, wrong)
            told_why = explanation(session, first, learning.measuring.factors.get(first, ())) if first else ""
            text = "\n\n".join(filter(None, (text, told_why)))
        self.hint.say(tr("Hint") if text else "", text, "warning")

    def _into_sight(self) -> None:
        for card in (self.hint, self.feedback):
            if card.isVisible():
                self.scroll.ensureWidgetVisible(card, 0, appearance().px(8))

    def _show_state(self) -> None:
        learning, step = self.learning, self.learning.step
        count = len(learning.lesson.steps)
        over = step is None
        self.caption.setText(
            tr("THE END") if over else f"STEP {learning.index + 1} OF {count}" + "  ·  TRIAL" * self.trial
        )
        self.progress.show_steps([learning.passed(k) for k in range(count)], learning.index)
        self.back.setEnabled(learning.index > 0)
        done = not over and learning.passed(learning.index)
        self.next.setVisible(not over)
        self.next.setEnabled(done)
        self.next.setText(tr("Finish") if learning.index == count - 1 else tr("Next"))
        self.anyway.setVisible(learning.may_go_anyway)
        if step is not None:
            met = learning.solved(learning.index) if step.question is None else not learning.missing
            self.checks.show_checks(step, learning.missing, met, bool(step.hint) and not learning.hint_shown)


class Checks(QFrame):
    """What is still to be done in the graph, a line each; the hint of it on request."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        px = appearance().px
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(14), px(10), px(14), px(10))
        self._column.setSpacing(px(4))
        self.said = label("", "second", wrap=True)
        self.hint = QPushButton(tr("Hint"))
        self.hint.setProperty("role", "quiet")
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(self.hint)
        self._column.addLayout(row)
        self.hide()

    def show_checks(self, step: object, missing: tuple[str, ...], met: bool, hint: bool) -> None:
        """Show what is missing of a step's checks."""
        checks = getattr(step, "checks", ())
        self.setVisible(bool(checks))
        if checks:
            text = "✓  Done." if met else "\n".join(f"○  {each}" for each in missing) or "○  Looking …"
            if text != self.said.text():
                self.said.setText(text)
                announce(self, text[3:])
            set_role(self.said, "good" if met else "second")
            self.hint.setVisible(hint and not met)
