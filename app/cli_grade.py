"""`gradwire grade`: the class table of a lesson from the files of answers that learners handed in."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import cli_output as output
from app.grade_page import page
from engine.errors import FileError
from engine.files.read import read as read_graph
from engine.files.save import export, require_free
from engine.lessons.answers import read
from engine.lessons.grading import Table, grade, to_csv
from engine.lessons.lesson import Lesson
from engine.sockets import shortened

DONE = 0


def run(chosen: argparse.Namespace) -> int:
    """Print the table, or write it."""
    for path in (chosen.csv, chosen.html):
        if path is not None:
            require_free(path)
    table = grade([read(path) for path in chosen.answers], _lesson(chosen.lesson))
    if chosen.json:
        output.write(output.document(_plain(table)))
        return DONE
    for path, text in ((chosen.csv, to_csv), (chosen.html, page)):
        if path is not None:
            export(path, text(table).encode())
            output.write(f"{path}\n")
    if chosen.csv is None and chosen.html is None:
        _show(table)
    return DONE


def _lesson(path: str | None) -> Lesson | None:
    if path is None:
        return None
    found = read_graph(path).lesson
    if found is None:
        raise FileError(f"{shortened(Path(path).name)} holds no lesson: give the .dgraph that the learners opened.")
    return found


def _show(table: Table) -> None:
    heads = ("learner", *(f"step {number}" for number, _ in table.steps), "points", "")
    rows = [
        (row.student, *(mark.text for mark in row.marks), f"{row.points:g} of {len(table.steps)}", row.note)
        for row in table.rows
    ]
    output.measures(table.lesson, heads, rows, ())


def _plain(table: Table) -> dict[str, object]:
    return {
        "lesson": table.lesson,
        "steps": [{"step": number, "asked": prompt} for number, prompt in table.steps],
        "learners": [
            {
                "name": row.student,
                "points": row.points,
                "note": row.note,
                "marks": [{"mark": mark.word, "tries": mark.tries, "anyway": mark.anyway} for mark in row.marks],
            }
            for row in table.rows
        ],
    }
