"""The class table: a row for each learner, a column for each question, judged again where the lesson alone can."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.graph import Graph
from engine.lessons.answers import Answer, Sheet, fingerprint
from engine.lessons.facts import Facts
from engine.lessons.judge import judge
from engine.lessons.lesson import Lesson, Prediction
from engine.spreadsheet import harmless

NO_FACTS: Final = Facts(Graph(), {})


@dataclass(frozen=True, slots=True)
class Mark:
    """How one step went: right, wrong, told (a guess, which cannot be wrong), done (a step without a question) or
    nothing."""

    word: str
    tries: int = 0
    anyway: bool = False

    @property
    def points(self) -> float:
        """1 for what is right or done, else 0."""
        return float(self.word in ("right", "told", "done"))

    @property
    def text(self) -> str:
        """The mark as a person reads it."""
        more = f" ({self.tries} tries)" if self.tries > 1 else ""
        return f"{self.word}{more}{', went on anyway' if self.anyway else ''}"


@dataclass(frozen=True, slots=True)
class Row:
    """One learner. `note` says what is odd about the sheet."""

    student: str
    marks: tuple[Mark, ...]
    note: str = ""

    @property
    def points(self) -> float:
        """The sum over all steps."""
        return sum(mark.points for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Table:
    """The class. `steps` are the numbers (from 1) and prompts of the columns."""

    lesson: str
    steps: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]


def grade(sheets: Sequence[Sheet], lesson: Lesson | None = None) -> Table:
    """Return the table, rows by name. With the lesson, answers are judged again; without it, taken as they stand."""
    if lesson is None:
        numbers = sorted({answer.step for each in sheets for answer in each.answers})
        columns = tuple((number + 1, "") for number in numbers)
    else:
        asked = [(k, step) for k, step in enumerate(lesson.steps) if step.question is not None or step.checks]
        numbers = [k for k, _ in asked]
        columns = tuple((k + 1, step.question.prompt if step.question else "do it") for k, step in asked)
    title = lesson.title if lesson else next((each.lesson for each in sheets), "")
    known = None if lesson is None else fingerprint(lesson)
    rows = sorted(
        (_row(each, lesson, known, numbers, title) for each in sheets), key=lambda row: row.student.casefold()
    )
    return Table(title, columns, tuple(rows))


def _row(sheet: Sheet, lesson: Lesson | None, known: str | None, numbers: Sequence[int], title: str) -> Row:
    """Return a learner's row; `known` is the fingerprint of the lesson."""
    given = {answer.step: answer for answer in sheet.answers}
    marks = tuple(_mark(given.get(number), number, lesson) for number in numbers)
    note = ""
    if lesson is not None and sheet.fingerprint != known:
        note = "answers another version of the lesson" if sheet.lesson == title else f"answers “{sheet.lesson}”"
    elif lesson is None and sheet.lesson != title:
        note = f"answers “{sheet.lesson}”"
    return Row(sheet.student, marks, note)


def _mark(answer: Answer | None, number: int, lesson: Lesson | None) -> Mark:
    if answer is None:
        return Mark("–")
    question = lesson.steps[number].question if lesson and number < len(lesson.steps) else None
    right = answer.right
    if question is not None and answer.given is not None and not isinstance(question, Prediction):
        again = judge(question, answer.given, NO_FACTS)
        right = right if again.right is None else again.right
    if answer.given is None:
        word = "done" if right else "not done"
    else:
        word = {True: "right", False: "wrong", None: "told"}[right]
    return Mark(word, answer.tries, answer.anyway)


def to_csv(table: Table) -> str:
    """Return the table as comma separated values; a spreadsheet takes no cell for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student", *(f"step {number}" for number, _ in table.steps), "points", "of", "note"])
    for row in table.rows:
        cells = [row.student, *(mark.text for mark in row.marks), f"{row.points:g}", len(table.steps), row.note]
        writer.writerow([harmless(str(cell)) for cell in cells])
    return out.getvalue()
