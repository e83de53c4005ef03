"""The commands of the Lesson menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, editing, has_nodes

if TYPE_CHECKING:
    from app.window import Window


def has_lesson(window: Window) -> bool:
    lesson = window.session.content.lesson
    return editing(window) and lesson is not None and bool(lesson.steps)


def learning(window: Window) -> bool:
    return editing(window) and window.page.lessons.learning is not None


COMMANDS: tuple[Command, ...] = (
    Command(
        "start_lesson", "Go to the lesson", "Lesson", lambda w: w.start_lesson(), ("Ctrl+Alt+L",), has_lesson,
        help="Show the lesson of this document, and give the keyboard to what its step asks.",
        words="learn tutorial exercise course question answer",
    ),
    Command(
        "save_answers", "Save answers…", "Lesson", lambda w: w.save_answers(), (), learning,
        help="Show what was answered so far, and save it as the file to hand in.", words="hand in submit homework",
    ),
    Command(
        "restart_lesson", "Restart the lesson", "Lesson", lambda w: w.restart_lesson(), (), learning,
        help="Forget all answers; the graph is as the lesson has it.", words="again begin reset",
    ),
    Command(
        "leave_lesson", "Leave the lesson", "Lesson", lambda w: w.leave_lesson(), (),
        lambda w: editing(w) and bool(w.page.lessons.mode),
        help="Close the lesson; what it hid is there again.", words="end close stop",
    ),
    Command(
        "practise", "Practice the chain rule…", "Lesson", lambda w: w.practise(), (), separator=True,
        help="Small graphs, made for it: fill in the derivative on every wire, and see which step was wrong.",
        words="exercise backpropagation cotangents train quiz",
    ),
    Command(
        "edit_lesson", "Edit the lesson…", "Lesson", lambda w: w.edit_lesson(), (),
        lambda w: has_nodes(w) and w.page.lessons.mode != "edit", separator=True,
        help="Make a lesson of this graph, or change the one it has: steps, questions, checks.",
        words="make teacher author write course",
    ),
    Command(
        "remove_lesson", "Remove the lesson", "Lesson", lambda w: w.remove_lesson(), (),
        lambda w: editing(w) and w.session.content.lesson is not None,
        help="Take the lesson out of the document; the graph stays.",
    ),
)  # fmt: skip
