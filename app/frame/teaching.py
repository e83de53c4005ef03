"""Lessons in a window: shown again, left, and who learns here."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    def remember_student(self: Window, name: str) -> None:
        """Note who hands in answers here."""
        self._change(student=name)
