"""Handouts: a learner's has blanks, a teacher's the answers; what belongs together stays on one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

import engine
from app.assets import SAMPLES
from app.cli import main
from app.sharing import handout, pages
from app.sharing.drawn import Known
from engine.evaluate import look
from nodes.library import LIBRARY

CHAIN = SAMPLES / "lessons" / "02_chain_rule.dgraph"
HUBBLE = SAMPLES / "1_straight_line_hubble.dgraph"


def count(data: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type /Page\b(?!s)", data))


class Bar(pages.Block):
    """A block of a height that notes when it is painted."""

    def __init__(self, high: float, painted: list[float]) -> None:
        self._high, self._painted = high, painted

    def height(self) -> float:
        return self._high

    def paint(self, painter: QPainter) -> None:
        self._painted.append(self._high)


def test_a_group_goes_to_the_next_page_whole(qapp: object) -> None:
    painted: list[float] = []
    half = pages.HEIGHT / 2
    assert count(pages.pdf("x", [[Bar(half, painted)], [Bar(half - 1, painted)]])) == 1
    assert count(pages.pdf("x", [[Bar(half + 1, painted)], [Bar(9, painted), Bar(half, painted)]])) == 2
    assert count(pages.pdf("x", [[Bar(half, painted)] * 5])) == 3  # a group larger than a page is broken
    assert len(painted) == 2 + 3 + 5


def test_values_and_derivatives_are_those_of_the_graph_and_blank_for_learners(qtbot: QtBot) -> None:
    graph = engine.open(CHAIN, LIBRARY)
    seen = look(graph.prepare())
    known = Known({socket: each.type for socket, each in seen.wires.items()})
    known.values = {socket: each.value for socket, each in seen.wires.items()}
    known.cotangents = {socket: each.cotangent for socket, each in seen.wires.items()}
    told = cells(handout.table(graph, known, list(seen.wires)))
    assert {row[0]: (row[2], row[3]) for row in told} == {"v = u²": ("9", "1"), "u = 3 x": ("3", "6"), "x": ("1", "18")}
    blank = cells(handout.table(graph, None, list(seen.wires)))
    assert {row[0] for row in blank} == {"v = u²", "u = 3 x", "x"} and not any(row[2] or row[3] for row in blank)


def cells(groups: list[object]) -> list[tuple[str, ...]]:
    rows = [block for group in groups for block in group if isinstance(block, pages.Row)]  # type: ignore[attr-defined]
    return [tuple(row.cells) for row in rows if not row.head]


@pytest.mark.parametrize("answers", [False, True])
def test_questions_tell_the_answers_to_teachers_alone(answers: bool, qtbot: QtBot) -> None:
    graph = engine.open(CHAIN, LIBRARY)
    lesson = graph.content.lesson
    assert lesson is not None
    said = [
        block.text
        for group in handout.questions(graph, lesson, answers=answers)
        for block in group
        if isinstance(block, pages.Words)
    ]
    assert ("☒ $6 \\cdot 3 = 18$" in said) is answers and ("☐ $6 \\cdot 3 = 18$" in said) is not answers
    assert any(text.startswith("Hint:") for text in said) is answers
    assert all(any(step.text in text for text in said) for step in lesson.steps)


def test_the_command_writes_pages(tmp_path: Path) -> None:
    out = tmp_path / "handout.pdf"
    assert main(["handout", str(HUBBLE), str(out), "--steps", "30"]) == 0
    data = out.read_bytes()
    assert data.startswith(b"%PDF-") and 1 <= count(data) <= 3
