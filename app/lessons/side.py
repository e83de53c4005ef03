"""The side of a document where its lesson is: the learner's panel or the teacher's editor, and what goes along."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.lessons.fitting import Fitting
from app.lessons.learning import Learning
from app.lessons.panel import LearnerPanel
from app.lessons.pointing import Pointing
from app.lessons.practising import NAME, Practice, PracticePanel
from app.lessons.sheets import SheetKeeper
from app.lessons.wire_fields import socket_of
from app.lessons.withholding import Withholding
from app.theme import appearance
from engine.edits import SetLesson
from engine.errors import GradwireError
from engine.lessons.answers import SUFFIX
from engine.lessons.lesson import Lesson, Step
from engine.lessons.practice import practice

if TYPE_CHECKING:
    from app.lessons.editor import EditorPanel
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
        self._fitting = Fitting(page.canvas, self.pointing.bring_node)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.setVisible(False)
        self.practice: Practice | None = None
        """How far one is in practice; None in a lesson."""
        self._coming: Practice | None = None
        page.installEventFilter(self)
        page.session.replaced.connect(self._replaced)
        page.session.changed.connect(self._changed)
        page.session.run_state_changed.connect(self._veil)
        appearance().changed.connect(self._restyled)

    @property
    def editor(self) -> EditorPanel | None:
        """The teacher's editor, where that is shown."""
        from app.lessons.editor import EditorPanel

        shown = self._row.itemAt(0)
        widget = shown.widget() if shown is not None else None
        return widget if isinstance(widget, EditorPanel) else None

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
        self.practice, self._coming = self._coming, None
        if lesson is not None and lesson.steps:
            self.learn(lesson)

    def _changed(self, *_: object) -> None:
        """The lesson itself was changed (an undo of its editing): it is shown as it is now."""
        lesson, learning = self._page.session.content.lesson, self.learning
        if self.mode == "learn" and learning is not None and lesson != learning.lesson:
            at, trial = learning.index, self.trial
            self.leave()
            if lesson is not None and lesson.steps:
                self.learn(lesson, at=min(at, len(lesson.steps) - 1), trial=trial)
        elif self.mode == "edit" and lesson is None:
            self.leave()

    def learn(self, lesson: Lesson | None = None, *, at: int | None = None, trial: bool = False) -> None:
        """Show the lesson (default: the document's) to a learner, from where it was left, or from a step."""
        lesson = lesson or self._page.session.content.lesson
        if lesson is None or not lesson.steps:
            return
        practice = self.practice
        self.leave()
        self.trial, self.practice = trial, practice
        self.keeper = SheetKeeper(None if trial or practice else self._folder, lesson)
        self.learning = Learning(self._page.session, lesson, self.keeper.load(), self)
        if at is not None:
            self.learning.index = at
        if practice is not None:
            self.panel = PracticePanel(self._page, self.learning, self.pointing, practice)
            self.panel.next_wanted.connect(self.practise)
        else:
            self.panel = LearnerPanel(self._page, self.learning, self.pointing, trial=trial)
        self._begun_at = self._page.session.document.position + self._page.session.document.forgotten_steps
        self.learning.step_changed.connect(self._step_changed)
        self.learning.judged.connect(self._veil)
        self.learning.answered.connect(self._keep)
        self.panel.leave_wanted.connect(self.leave)
        self.panel.edit_wanted.connect(self.edit)
        self.panel.restart_wanted.connect(self.restart)
        self.panel.hand_in_wanted.connect(self.hand_in)
        self._show("learn", self.panel)
        self.learning.begin()
        self._fitting.start()

    def edit(self, *, at: int | None = None) -> None:
        """Show the editor: of the document's lesson, or of a new one made for its graph."""
        from app.lessons.editor import EditorPanel

        session = self._page.session
        if at is None:
            at = self.learning.index if self.learning is not None else 0
        self.leave()
        if session.content.lesson is None:
            first = Step("What is to be seen here?")
            if not session.apply(SetLesson(Lesson(session.title, steps=(first,)))):
                return
        editor = EditorPanel(self._page)
        editor.try_wanted.connect(lambda k: self.learn(at=k, trial=True))
        editor.close_wanted.connect(self.leave)
        self._show("edit", editor)
        self._fitting.start()
        editor.steps.setCurrentRow(at)
        editor.steps.setFocus()

    def practise(self, difficulty: int, seed: int) -> None:
        """Show an exercise in place of this document, which is one, or is empty."""
        held = self.practice or Practice()
        self._coming = msgspec.structs.replace(held, difficulty=difficulty, seed=seed)
        content = practice(difficulty, seed)
        self._page.session.adopt(content, None, clean=True, name=NAME)

    def leave(self) -> None:
        """Leave the lesson: all that it hid is there again."""
        if self.mode == "":
            return
        editor = self.editor
        if editor is not None:
            editor.close_up()
        if self.trial:
            self._go_back()  # what was tried is no part of the lesson's graph
        self.practice = None
        self._fitting.stop()
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
        """Take the width there is room for, and at least what the buttons need."""
        shown = self._row.itemAt(0)
        if shown is not None:
            room, least = self._page.width(), shown.widget().minimumSizeHint().width()
            self.setFixedWidth(max(min(appearance().px(WIDTH), round(SHARE * room)), min(least, room // 2), 1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the document's size is seen."""
        if watched is self._page and event.type() == QEvent.Type.Resize:
            self._restyled()
        return False

    # What the steps bring -------------------------------------------------------------------------------------------

    def _step_changed(self) -> None:
        learning = self.learning
        if learning is None:
            return
        step = learning.step
        self._veil()
        self.pointing.point_at(step.target if step is not None else "")
        if step is not None and step.target:
            self.pointing.bring()

    def _veil(self, *_: object) -> None:
        """Derivatives that are asked for are told nowhere until they are right, or the question is left behind; not
        before they are asked for, either."""
        learning = self.learning
        if learning is not None:
            self.withholding.apply(learning.step, [socket_of(each) for each in learning.to_be_found()])

    def _keep(self) -> None:
        if self.keeper is not None and self.learning is not None and not self.trial:
            failed = self.keeper.keep(self.learning.answers)
            if failed:
                self._page.session.message.emit(f"The answers could not be kept: {failed}")

    def restart(self) -> None:
        """Begin anew: no answers, and the graph as the lesson has it (as one step of the history)."""
        if self.learning is not None:
            self._go_back()
            self._page.session.reset()
            self.learning.restart()

    def _go_back(self) -> None:
        """Take the graph back to how it was when the lesson was begun."""
        session = self._page.session
        at = self._begun_at - session.document.forgotten_steps
        if 0 <= at < session.document.position:
            session.travel(at)

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
