"""`gradwire grade`: the class table on the terminal, as JSON, CSV and a page."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.cli import main
from engine.files.save import save
from engine.graph import Content
from engine.lessons.answers import Answer, sheet, write
from tests.app.test_check_page import read
from tests.engine.lessons.test_answers import GOOD, LESSON

EVIL = '<script>alert("1")</script>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "ada.json", GOOD)
    write(tmp_path / "evil.json", sheet(EVIL, LESSON, (Answer(1, 0, True),)))
    save(tmp_path / "lesson.dgraph", Content(lesson=LESSON))
    return tmp_path


def files(folder: Path) -> list[str]:
    return [str(folder / "ada.json"), str(folder / "evil.json"), "--lesson", str(folder / "lesson.dgraph")]


def test_the_table_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", *files(folder)]) == 0
    out = capsys.readouterr().out
    assert "Slopes" in out and "right (2 tries)" in out and "2 of 2" in out and "wrong" in out


def test_json_names_every_mark(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", *files(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["steps"] == [{"step": 2, "asked": "Which?"}, {"step": 3, "asked": "How much?"}]
    assert {each["name"]: each["points"] for each in found["learners"]} == {"Ada": 2.0, EVIL: 0.0}


def test_csv_and_a_page_are_written(folder: Path) -> None:
    where = [str(folder / "t.csv"), str(folder / "t.html")]
    assert main(["grade", *files(folder), "--csv", where[0], "--html", where[1]]) == 0
    rows = list(csv.reader((folder / "t.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 3
    reader = read((folder / "t.html").read_text("utf-8"))
    assert EVIL in reader.texts and "script" not in reader.tags
    assert "✓ right (2 tries)" in reader.texts


@pytest.mark.parametrize("name", ["absent.json", "lesson.dgraph"])
def test_what_is_no_answers_is_one_line(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", str(folder / name)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_graph_without_a_lesson_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(folder / "plain.dgraph", Content())
    assert main(["grade", str(folder / "ada.json"), "--lesson", str(folder / "plain.dgraph")]) == 2
    assert "holds no lesson" in capsys.readouterr().err
