"""The end of a lesson: what was right, and the answers to hand in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.lessons.learning import Learning
from app.lessons.prose import plain
from app.panels.inspector_parts import Elided, label, set_role
from app.theme import appearance
from app.words import tr


class End(QWidget):
    """A line for each step that asked something, a name, and a button that saves."""

    hand_in = Signal(str)
    restart = Signal()
    leave = Signal()

    def __init__(self, learning: Learning, student: str) -> None:
        super().__init__()
        px = appearance().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        asked = [k for k in range(len(learning.lesson.steps)) if learning.asks(k)]
        solved = [k for k in asked if learning.solved(k)]
        self.score = label(f"{len(solved)} of {len(asked)} done" if asked else tr("That is all."), "heading", wrap=True)
        column.addWidget(self.score)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(10))
        grid.setColumnStretch(1, 1)
        for row, k in enumerate(asked):
            step, answer = learning.lesson.steps[k], learning.answers.get(k)
            mark = label("✓" if k in solved else "–", "good" if k in solved else "second")
            mark.setAccessibleName(tr("done") if k in solved else tr("not done"))
            text = plain(step.question.prompt if step.question is not None else step.text)
            tries = f"{answer.tries} tries" if answer is not None and answer.tries > 1 else ""
            grid.addWidget(mark, row, 0)
            grid.addWidget(Elided(f"{k + 1}.  {text}", "second", align=Qt.AlignmentFlag.AlignLeft), row, 1)
            grid.addWidget(label(tries, "faint"), row, 2)
        column.addLayout(grid)
        column.addWidget(label(tr("Your name, for the file that you hand in"), "second"))
        self.name = QLineEdit(student)
        self.name.setAccessibleName(tr("Your name"))
        self.name.setMaxLength(80)
        self.name.returnPressed.connect(self._save)
        column.addWidget(self.name)
        row_below = QHBoxLayout()
        row_below.setSpacing(px(8))
        self.save, again, leave = (
            QPushButton(tr("Save answers…")),
            QPushButton(tr("Start again")),
            QPushButton(tr("Leave")),
        )
        self.save.setProperty("role", "primary")
        for quiet in (again, leave):
            quiet.setProperty("role", "quiet")
        self.save.clicked.connect(self._save)
        again.clicked.connect(self.restart)
        leave.clicked.connect(self.leave)
        self.again, self.leave_button = again, leave
        for each in (self.save, again, leave):
            row_below.addWidget(each)
        row_below.addStretch(1)
        column.addLayout(row_below)
        self.said = label("", "good", wrap=True)
        column.addWidget(self.said)

    def tell(self, sentence: str, *, good: bool) -> None:
        """Say what became of the file."""
        self.said.setText(sentence)
        set_role(self.said, "good" if good else "bad")

    def _save(self) -> None:
        name = " ".join(self.name.text().split())
        if not name:
            self.tell("Type your name first, so that your teacher knows whose answers these are.", good=False)
            self.name.setFocus()
            return
        self.hand_in.emit(name)
