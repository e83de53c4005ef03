"""Lessons in a window: shown again, left, and who learns here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lessons.practising import any_seed
from engine.edits import SetLesson

if TYPE_CHECKING:
    from app.window import Window


class Teaching:
    """The part of a Window that has lessons."""

    def start_lesson(self: Window) -> None:
        """Show the lesson of the current document, or give the keyboard to it where it is shown."""
        lessons = self.page.lessons
        if lessons.mode != "learn":
            lessons.learn()
        if lessons.panel is not None:
            lessons.panel.focus_step()

    def leave_lesson(self: Window) -> None:
        """Leave the lesson: the document is as any other."""
        self.page.lessons.leave()

    def restart_lesson(self: Window) -> None:
        """Begin the lesson anew."""
        self.page.lessons.restart()

    def save_answers(self: Window) -> None:
        """Show the answers as they are, to be handed in."""
        learning = self.page.lessons.learning
        if learning is not None:
            learning.go(len(learning.lesson.steps))

    def edit_lesson(self: Window) -> None:
        """Show the editor of the current document's lesson; where it has none, one is made."""
        self.page.lessons.edit()

    def remove_lesson(self: Window) -> None:
        """Take the lesson out of the document: the graph stays."""
        self.session.apply(SetLesson(None))

    def practise(self: Window) -> None:
        """Show an exercise in a tab of its own, or the next one of the same difficulty."""
        held = self.page.lessons.practice if self.editing else None
        if held is None:
            self.new()
        self.page.lessons.practise(held.difficulty if held is not None else 1, any_seed())

    def remember_student(self: Window, name: str) -> None:
        """Note who hands in answers here."""
        self._change(student=name)
