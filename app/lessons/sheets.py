"""Where a learner's answers are kept: after each answer in the folder of the program, and in the file to hand in once
one was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import GradwireError
from engine.lessons import answers
from engine.lessons.answers import SUFFIX, Answer, Sheet
from engine.lessons.lesson import Lesson

NAMELESS: Final = "Nobody yet"
"""The student of a sheet that nobody has put a name on."""
DIGITS: Final = 24
"""Of the lesson's fingerprint in the name of a file."""


class SheetKeeper:
    """Keeps the answers to one lesson. `folder` None keeps nothing but what is handed in."""

    def __init__(self, folder: Path | None, lesson: Lesson) -> None:
        self._lesson = lesson
        self._path = None if folder is None else folder / f"{answers.fingerprint(lesson)[:DIGITS]}{SUFFIX}"
        self.chosen: Path | None = None
        """The file to hand in."""
        self.student = ""

    def load(self) -> tuple[Answer, ...]:
        """Return the answers of before; none where there are none, or none that can be read."""
        if self._path is None or not self._path.is_file():
            return ()
        try:
            found = answers.read(self._path)
        except GradwireError:
            return ()
        self.student = "" if found.student == NAMELESS else found.student
        return found.answers

    def sheet(self, given: dict[int, Answer]) -> Sheet:
        """Return the sheet with these answers."""
        return answers.sheet(self.student.strip() or NAMELESS, self._lesson, tuple(given[k] for k in sorted(given)))

    def keep(self, given: dict[int, Answer]) -> str:
        """Write the answers to where they are kept; return why that failed, "" where it did not."""
        for path in (self._path, self.chosen):
            if path is not None:
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    answers.write(path, self.sheet(given))
                except (GradwireError, OSError) as refused:
                    return refused.sentence if isinstance(refused, GradwireError) else f"The answers: {refused}."
        return ""

    def hand_in(self, path: Path, student: str, given: dict[int, Answer]) -> None:
        """Write the answers to the file that is handed in, and there from now on; raise FileError where that fails."""
        self.student = student
        answers.write(path, self.sheet(given))
        self.chosen = path
        self.keep(given)
