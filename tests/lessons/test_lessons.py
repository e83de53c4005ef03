"""The twelve lessons: each way through is judged right, each wrong answer gets its word, and each file is canonical."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import engine
from app.formula import render as picture
from engine.api import OpenGraph
from engine.building import replace_wire, setting_edit
from engine.files import parse, render
from engine.graph import Content, Socket, Wire
from engine.lessons.answers import Answer, sheet, write
from engine.lessons.answers import parse as parse_sheet
from engine.lessons.facts import Facts, measure, wanted
from engine.lessons.grading import grade
from engine.lessons.judge import judge, unmet
from engine.lessons.lesson import Choice, Curve, Lesson, Prediction, Step, to_plain
from nodes.library import LIBRARY
from tests.lessons.paths import FILES, PATHS, ROOT, Join, Move, Press, Put

STEMS = [path.stem for path in FILES]


def lesson_of(stem: str) -> Lesson:
    found = parse((ROOT / "sample_graphs" / "lessons" / f"{stem}.dgraph").read_bytes()).lesson
    assert found is not None
    return found


@dataclass
class Desk:
    """A learner's graph without a window: moves change it, runs bring losses and steps."""

    graph: OpenGraph
    parameters: Mapping[str, Any] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def make(self, move: Move) -> None:
        match move:
            case Press("reset"):
                self._reset()
            case Press("step"):
                self.run(1)
            case Press():
                self.run(None)
            case Put(node=node, setting=name, value=value):
                edit = setting_edit(self.content.graph, LIBRARY, node, name, value)
                self._changed(edit.apply(self.content)[0])
            case Join(source=source, target=target):
                ends = (Socket(*end.split(".", 1)) for end in (source, target))
                self._changed(replace_wire(self.content.graph, Wire(*ends)).apply(self.content)[0])

    @property
    def content(self) -> Content:
        return self.graph.content

    def _changed(self, content: Content) -> None:
        self._reset()
        self.graph = replace(self.graph, content=content)

    def _reset(self) -> None:
        self.parameters, self.losses, self.steps = {}, {}, {}

    def run(self, steps: int | None) -> None:
        """Run from the start values, for so many steps or to the end."""
        result = self.graph.run(steps).only
        names = {node.name or id: id for id, node in self.content.graph.nodes.items()}
        self.parameters = {names.get(name, name): value for name, value in result.parameters.items()}
        self.losses, self.steps = {"descent": result.loss}, {"descent": result.steps}

    def facts(self, step: Step) -> Facts:
        if isinstance(step.question, Prediction) and step.question.after:
            self.run(step.question.after)
        numbers = measure(self.graph.prepare(), wanted(step), self.parameters)
        return Facts(self.content.graph, LIBRARY, numbers, self.losses, self.steps)


def given(answer: Any, step: Step) -> Any:
    """Return an answer as it is handed to the judge: a function as the points it goes through."""
    if isinstance(step.question, Curve) and callable(answer):
        return tuple((x, answer(x)) for x, _ in step.question.points)
    return answer


def test_there_are_twelve() -> None:
    assert len(FILES) == 12 and list(PATHS) == STEMS
    for stem in STEMS:
        assert 6 <= len(lesson_of(stem).steps) <= 12
        assert len(lesson_of(stem).steps) == len(PATHS[stem])


@pytest.mark.parametrize("stem", STEMS)
def test_the_way_through_is_right_and_every_wrong_answer_is_answered(stem: str, tmp_path: Path) -> None:
    lesson, desk, answers = lesson_of(stem), Desk(engine.open(FILES[STEMS.index(stem)], LIBRARY)), []
    for number, (step, turn) in enumerate(zip(lesson.steps, PATHS[stem], strict=True)):
        if turn.do:
            assert unmet(step, desk.facts(step)), f"step {number + 1} asks for nothing"
        for move in turn.do:
            desk.make(move)
        facts = desk.facts(step)
        assert unmet(step, facts) == (), f"step {number + 1}"
        right = given(turn.right, step)
        if step.question is None:
            answers.append(Answer(number, right=True))
            continue
        verdict = judge(step.question, right, facts)
        if isinstance(step.question, Prediction):
            assert verdict.right is None and "close to your guess" in verdict.said and step.question.reveal
        else:
            assert verdict.right is True, f"step {number + 1}: {verdict}"
            missed = judge(step.question, given(turn.wrong, step), facts)
            assert missed.right is False and missed.said and step.hint, f"step {number + 1}"
        answers.append(Answer(number, right, verdict.right))
    path = tmp_path / "mia.answers.json"
    write(path, sheet("Mia", lesson, tuple(answers)))
    row = grade([parse_sheet(path.read_bytes())], lesson).rows[0]
    assert row.points == len(lesson.steps) and not row.note


@pytest.mark.parametrize("stem", STEMS)
def test_every_option_has_a_reply_of_its_own(stem: str) -> None:
    for step in lesson_of(stem).steps:
        if isinstance(step.question, Choice):
            question = step.question
            for number in range(len(question.options)):
                verdict = judge(question, number, Facts(engine.open(FILES[0], LIBRARY).graph, LIBRARY))
                assert verdict.right is (number == question.answer) and verdict.said == question.replies[number] != ""
            assert question.replies.count(question.replies[question.answer]) == 1


@pytest.mark.parametrize("stem", STEMS)
def test_what_a_lesson_points_at_is_there(stem: str) -> None:
    graph = engine.open(FILES[STEMS.index(stem)], LIBRARY).graph
    for step in lesson_of(stem).steps:
        node = step.target.partition(".")[0]
        assert not step.target or ":" in step.target or node in graph.nodes, step.target
        assert step.hint and (step.question or step.checks), "the learner does something at every step"


@pytest.mark.parametrize("path", FILES, ids=STEMS)
def test_a_file_is_canonical_and_its_graph_runs(path: Path) -> None:
    assert render(parse(path.read_bytes())) in (path.read_bytes(), path.read_text(encoding="utf-8"))
    assert not [each for each in engine.open(path, LIBRARY).problems() if each.severity == "error"]


def texts(plain: Any) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, Mapping | list | tuple):
        for each in plain.values() if isinstance(plain, Mapping) else plain:
            yield from texts(each)


def test_every_formula_can_be_drawn() -> None:
    formulas = set()
    for path in FILES:
        content = parse(path.read_bytes())
        assert content.lesson is not None
        for text in (*texts(to_plain(content.lesson)), *(note.text for note in content.layout.notes.values())):
            assert text.count("$") % 2 == 0, text
            formulas.update(re.findall(r"\$([^$]+)\$", text))
    assert len(formulas) > 200
    assert [each for each in formulas if picture(each, 16, "#000000") is None] == []


@pytest.mark.parametrize("path", FILES, ids=STEMS)
def test_the_teacher_has_a_page(path: Path) -> None:
    page = (ROOT / "docs" / "lessons" / f"{path.stem}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {lesson_of(path.stem).title}\n")
    for part in ("## Goal", "## Time", "## What to ask", "## Common mistakes", "## Answers"):
        assert page.count(part) == 1
    numbered = re.findall(r"^(\d+)\. ", page.partition("## Answers")[2], re.MULTILINE)
    assert numbered == [str(k + 1) for k in range(len(lesson_of(path.stem).steps))]
    index = (ROOT / "docs" / "lessons" / "README.md").read_text(encoding="utf-8")
    assert f"({path.stem}.md)" in index
