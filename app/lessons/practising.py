"""Practice: exercise after exercise, each with the derivatives hidden until they are filled in right."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout

from app.lessons.learning import Learning
from app.lessons.panel import LearnerPanel
from app.lessons.pointing import Pointing
from app.numbers import short
from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr
from engine.lessons.lesson import Cotangents
from engine.lessons.practice import LEVELS

if TYPE_CHECKING:
    from app.page import Page

NAME: Final = "Practice the chain rule"


class Practice(msgspec.Struct, frozen=True):
    """How far one is: the difficulty, which exercise it is, and how many wires were right at the first try."""

    difficulty: int = 1
    seed: int = 0
    done: int = 0
    right: int = 0
    asked: int = 0


def any_seed() -> int:
    """Return the number of an exercise that nobody has chosen."""
    return random.SystemRandom().randrange(1_000_000)


class PracticePanel(LearnerPanel):
    """The panel of an exercise: the difficulty above, the score, and the next exercise below."""

    next_wanted = Signal(int, int)
    """(difficulty, seed) of the next exercise."""

    def __init__(self, page: Page, learning: Learning, pointing: Pointing, practice: Practice) -> None:
        self.practice = practice
        super().__init__(page, learning, pointing)
        self.setAccessibleName(tr("Practice"))
        self.next.clicked.disconnect()
        self.next.clicked.connect(self._next)
        self.anyway.clicked.disconnect()
        self.anyway.clicked.connect(self._reveal)

    def _head(self, head: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(appearance().px(8))
        row.addWidget(label(tr("Difficulty"), "second"))
        self.difficulty = QComboBox()
        self.difficulty.setAccessibleName(tr("Difficulty"))
        for k, level in enumerate(LEVELS, 1):
            self.difficulty.addItem(f"{k}   {level}")
        self.difficulty.setCurrentIndex(self.practice.difficulty - 1)
        self.difficulty.activated.connect(lambda row: self.next_wanted.emit(row + 1, any_seed()))
        row.addWidget(self.difficulty, 1)
        head.addLayout(row)
        self.score = label("", "second", wrap=True)
        head.addWidget(self.score)

    def _show_verdict(self) -> None:
        self._count()
        super()._show_verdict()

    def _count(self) -> None:
        """Count the wires that were right at the first try."""
        answer, verdict = self.learning.answers.get(0), self.learning.verdict
        step = self.learning.step
        if answer is None or verdict is None or step is None or not isinstance(step.question, Cotangents):
            return
        if answer.tries == 1 and not self._counted:
            self._counted = True
            asked = len(step.question.sockets)
            held = self.practice
            self.practice = msgspec.structs.replace(
                held, done=held.done + 1, asked=held.asked + asked, right=held.right + asked - len(verdict.wrong)
            )
            self._page.lessons.practice = self.practice

    _counted = False

    def _show_state(self) -> None:
        super()._show_state()
        held = self.practice
        self.caption.setText(tr("PRACTICE"))
        self.progress.hide()
        self.back.hide()
        count = "exercise" if held.done == 1 else "exercises"
        told = f"{held.done} {count} · {held.right} of {held.asked} wires right at the first try"
        self.score.setText(told if held.done else tr("Fill in every derivative, from the loss back to the parameters."))
        self.next.setText(tr("Next exercise"))
        self.next.setEnabled(self.learning.passed(0))
        self.next.setVisible(True)
        self.anyway.setText(tr("Show the answer"))

    def _next(self) -> None:
        self.next_wanted.emit(self.practice.difficulty, any_seed())

    def _reveal(self) -> None:
        """Fill in what is right: the exercise counts as it was left."""
        learning = self.learning
        step, form = learning.step, self.form
        if step is None or form is None or not isinstance(step.question, Cotangents):
            return
        numbers = {each.at: value for each, value in learning.measuring.numbers.items()}
        learning.give_up()
        form.show_value(numbers)
        self.feedback.say(tr("So it is"), ", ".join(f"{short(value)}" for value in numbers.values()), "value")
        self.next.setFocus()
