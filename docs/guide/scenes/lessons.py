"""Scenes of "Lessons": a question with its hint, the editor for teachers, and an exercise."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assets import LESSONS
from app.lessons.wire_fields import CotangentsForm
from app.window import Window
from app.worker.questions import AskNumbers
from docs.guide.scenes.looking import answerer, looked
from docs.guide.scenes.shot import Shot
from engine.files import read

NUMBERS = ["16", "-16", "16", "8", "8", "1", "-1"]
"""What somebody fills in who forgot that f goes two ways."""


def settled(window: Window) -> None:
    """Let panels take their places, and every wire have its value."""
    for _ in range(20):
        QApplication.processEvents()
    looked(window)
    window.canvas.glide.finish()
    window.canvas.minimap.hide()
    for _ in range(20):
        QApplication.processEvents()


def answering(window: Window) -> None:
    """Have numbers found here instead of in a process."""
    looks = window.session.looks

    def ask(wanted: tuple, sockets: tuple) -> bool:
        found = answerer(window).numbers(AskNumbers(0, tuple(wanted), tuple(sockets), None))
        QTimer.singleShot(0, looks, lambda: looks.numbers_ready.emit(*found))
        return True

    looks.ask_numbers = ask  # type: ignore[method-assign]


def lesson(window: Window, name: str, step: int) -> None:
    """Show a bundled lesson at a step."""
    window.show_content(read(next(LESSONS.glob(f"{name}*"))), None)
    answering(window)
    settled(window)
    window.page.lessons.learning.go(step)
    settled(window)


def fill_in(window: Window, numbers: list[str]) -> None:
    """Fill in numbers on the wires, and have them checked."""
    panel = window.page.lessons.panel
    form: CotangentsForm = panel.form
    for field, number in zip(form.on_wires.fields.values(), numbers, strict=True):
        QTest.keyClicks(field, number)
    form.check.click()
    while panel.learning.waiting or panel.learning.verdict is None:
        QApplication.processEvents()
    settled(window)


def question(window: Window) -> Shot:
    """Derivatives filled in on their wires, one of them wrong."""
    lesson(window, "03", 5)
    fill_in(window, ["12", "6"])
    return Shot("lessons-question")


def editor(window: Window) -> Shot:
    """The lesson as its teacher edits it."""
    lesson(window, "02", 2)
    window.edit_lesson()
    settled(window)
    return Shot("lessons-editor")


def exercise(window: Window) -> Shot:
    """An exercise of practice."""
    window.new()
    answering(window)
    window.page.lessons.practise(3, 7)
    settled(window)
    fill_in(window, NUMBERS)
    return Shot("lessons-practice")


SCENES = (question, editor, exercise)
WINDOWS = {"question": {"theme": "light", "scale": 1.25}, "exercise": {"theme": "dark", "scale": 1.25}}
