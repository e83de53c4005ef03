"""The side of a document where its lesson is: the learner's panel or the teacher's editor, and what goes along."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.lessons.learning import Learning
from app.lessons.panel import LearnerPanel
from app.lessons.pointing import Pointing
from app.lessons.sheets import SheetKeeper
from app.lessons.wire_fields import socket_of
from app.lessons.withholding import Withholding
from app.theme import appearance
from engine.errors import GradwireError
from engine.lessons.answers import SUFFIX
from engine.lessons.lesson import Cotangents, Lesson

if TYPE_CHECKING:
    from app.page import Page

WIDTH: Final = 372
"""Of the panel, at scale 1,"""
SHARE: Final = 0.36
"""and at most this part of the document's width."""


class Lessons(QWidget):
    """Shown where the document has a lesson (or one is made of it), at the left of everything else."""

    mode_changed = Signal()

    def __init__(self, page: Page, folder: Path | None) -> None:
        """`folder` is where answers are kept; None keeps none."""
        super().__init__()
        self._page, self._folder = page, folder
        self.mode = ""
        """ "learn", "edit" or "" (there is no lesson, or it was left)."""
        self.learning: Learning | None = None
        self.panel: LearnerPanel | None = None
        self.keeper: SheetKeeper | None = None
        self.trial = False
        """Whether a teacher tries the lesson: nothing is kept."""
        self.withholding = Withholding(page)
        self.pointing = Pointing(page)
        self._begun_at = 0
        self._fits = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.setVisible(False)
        page.session.replaced.connect(self._replaced)
        appearance().changed.connect(self._restyled)

    @property
    def student(self) -> str:
        """Who answers, as far as is known."""
        settings = getattr(self._page.window(), "settings", None)
        known = self.keeper.student if self.keeper is not None else ""
        return known or (settings.student if settings is not None else "")

    @property
    def protects(self) -> bool:
        """Whether the file is a lesson that somebody learns from: it is not written over by what a learner does."""
        return self.mode == "learn" and self._page.session.content.lesson is not None

    # Coming and going -----------------------------------------------------------------------------------------------

    def _replaced(self) -> None:
        lesson = self._page.session.content.lesson
        self.leave()
        if lesson is not None and lesson.steps:
            self.learn(lesson)

    def learn(self, lesson: Lesson | None = None, *, at: int | None = None, trial: bool = False) -> None:
        """Show the lesson (default: the document's) to a learner, from where it was left, or from a step."""
        lesson = lesson or self._page.session.content.lesson
        if lesson is None or not lesson.steps:
            return
        self.leave()
        self.trial = trial
        self.keeper = SheetKeeper(None if trial else self._folder, lesson)
        self.learning = Learning(self._page.session, lesson, self.keeper.load(), self)
        if at is not None:
            self.learning.index = at
        self.panel = LearnerPanel(self._page, self.learning, self.pointing, trial=trial)
        self._begun_at = self._page.session.document.position
        self.learning.step_changed.connect(self._step_changed)
        self.learning.judged.connect(self._veil)
        self.learning.answered.connect(self._keep)
        self.panel.leave_wanted.connect(self.leave)
        self.panel.restart_wanted.connect(self.restart)
        self.panel.hand_in_wanted.connect(self.hand_in)
        self._show("learn", self.panel)
        self.learning.begin()
        self._fits = 2
        self._fit_soon()

    def _fit_soon(self) -> None:
        """Show the whole graph once panels have come and gone, which takes some turns of the event loop."""
        if self._fits:
            self._fits -= 1
            QTimer.singleShot(0, self, self._fit_soon)
        elif self.mode and self._page.isVisible():
            self._page.canvas.fit()
            self.pointing.show_target()

    def leave(self) -> None:
        """Leave the lesson: all that it hid is there again."""
        if self.mode == "":
            return
        if self.learning is not None:
            if self.panel is not None and self.panel.form is not None:
                self.panel.form.close_up()
            self.learning.close()
            self.learning.deleteLater()
        self.learning, self.panel, self.keeper, self.trial = None, None, None, False
        self.pointing.close()
        self._show("", None)
        self.withholding.lift()
        window = self._page.window()
        if getattr(window, "page", None) is self._page and getattr(window, "editing", False):
            self._page.canvas.setFocus()

    def _show(self, mode: str, panel: QWidget | None) -> None:
        while self._row.count():
            old = self._row.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.mode = mode
        if panel is not None:
            self._row.addWidget(panel)
        self._restyled()
        self.setVisible(panel is not None)
        self.mode_changed.emit()

    def _restyled(self) -> None:
        if self.mode:
            self.setFixedWidth(round(min(appearance().px(WIDTH), SHARE * max(self._page.width(), 900))))

    def settle(self) -> None:
        """Take the width there is room for."""
        self._restyled()

    # What the steps bring -------------------------------------------------------------------------------------------

    def _step_changed(self) -> None:
        learning = self.learning
        if learning is None:
            return
        step = learning.step
        self._veil()
        self.pointing.point_at(step.target if step is not None else "")
        if step is not None and step.target:
            self.pointing.show_target()

    def _veil(self) -> None:
        """Derivatives that are asked for are told nowhere until they are right, or the question is left behind."""
        learning = self.learning
        step = learning.step if learning is not None else None
        asked = step.question if step is not None else None
        veiled = asked.sockets if isinstance(asked, Cotangents) and not learning.passed(learning.index) else ()  # type: ignore[union-attr]
        self.withholding.apply(step, [socket_of(each) for each in veiled])

    def _keep(self) -> None:
        if self.keeper is not None and self.learning is not None and not self.trial:
            failed = self.keeper.keep(self.learning.answers)
            if failed:
                self._page.session.message.emit(f"The answers could not be kept: {failed}")

    def restart(self) -> None:
        """Begin anew: no answers, and the graph as the lesson has it (as one step of the history)."""
        session = self._page.session
        if self.learning is None:
            return
        if session.document.position > self._begun_at:
            session.travel(self._begun_at)
        session.reset()
        self.learning.restart()

    def hand_in(self, student: str) -> None:
        """Write the answers to a file that a person chooses."""
        learning, keeper, window = self.learning, self.keeper, self._page.window()
        prompts = getattr(window, "prompts", None)
        if learning is None or keeper is None or prompts is None:
            return
        name = "".join(each if each.isalnum() else "_" for each in f"{learning.lesson.title}_{student}")
        path = prompts.save_answers(window, self._home() / f"{name}{SUFFIX}")
        if path is None:
            return
        end = self.panel.end if self.panel is not None else None
        try:
            keeper.hand_in(path, student, learning.answers)
        except GradwireError as refused:
            if end is not None:
                end.tell(refused.sentence, good=False)
            return
        remember = getattr(window, "remember_student", None)
        if remember is not None:
            remember(student)
        if end is not None:
            end.tell(f"Saved as {path.name}. Hand this file in.", good=True)

    def _home(self) -> Path:
        path = self._page.session.path
        return path.parent if path is not None and not self._page.is_sample else Path.home()

    # Being seen -----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: it points again."""
        super().showEvent(event)
        self.pointing.settle()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nothing is pointed at."""
        super().hideEvent(event)
        self.pointing.settle()

    def close_lessons(self) -> None:
        """The document is closed: nothing is asked any more."""
        if self.learning is not None:
            self.learning.close()
            self.learning = None
        self.pointing.close()
