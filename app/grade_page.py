"""The class table of a lesson as one HTML page."""

from __future__ import annotations

from html import escape
from typing import Final

from app.html_page import document
from engine.lessons.grading import Mark, Row, Table

_KINDS: Final = {"right": "passed", "done": "passed", "wrong": "failed", "not done": "failed"}
_SIGNS: Final = {"right": "✓ ", "done": "✓ ", "wrong": "✗ ", "not done": "✗ "}


def page(table: Table) -> str:
    """Return the page; every text is escaped."""
    heads = "".join(f"<th>step {number}</th>" for number, _ in table.steps)
    rows = "".join(_row(each, len(table.steps)) for each in table.rows)
    asked = "".join(f"<li value={number}>{escape(prompt)}</li>" for number, prompt in table.steps if prompt)
    questions = f"<h2>What was asked</h2><ol>{asked}</ol>" if asked else ""
    return document(
        table.lesson,
        f'<p class="second">{len(table.rows)} learners</p><div class="scroll"><table><thead><tr><th>learner</th>{heads}'
        f'<th class="number">points</th><th>note</th></tr></thead><tbody>{rows}</tbody></table></div>{questions}',
    )


def _row(row: Row, most: int) -> str:
    marks = "".join(f"<td>{_mark(each)}</td>" for each in row.marks)
    return (
        f'<tr><td>{escape(row.student)}</td>{marks}<td class="number">{row.points:g} of {most}</td>'
        f'<td class="second">{escape(row.note)}</td></tr>'
    )


def _mark(mark: Mark) -> str:
    kind = _KINDS.get(mark.word, "second")
    return f'<span class="{kind}">{_SIGNS.get(mark.word, "")}{escape(mark.text)}</span>'
