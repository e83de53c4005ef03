"""Files of answers: what is written is read, what is hostile is refused in a sentence; and the class table."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from engine.errors import FileError
from engine.lessons.answers import Answer, fingerprint, parse, read, sheet, write
from engine.lessons.grading import grade, to_csv
from engine.lessons.lesson import Choice, Lesson, Prediction, Quantity, Step
from tests.engine.lessons.lessons import WHOLE

LESSON = Lesson(
    "Slopes",
    steps=(
        Step("read"),
        Step("a", question=Choice("Which?", ("x", "y"), 1)),
        Step("b", question=Prediction("How much?", Quantity("loss"))),
    ),
)
GOOD = sheet("Ada", LESSON, (Answer(1, 1, True, 2), Answer(2, 0.5, None)))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    every = tuple(
        Answer(k, given, right, tries=k + 1, hints=k, anyway=bool(k % 2))
        for k, (given, right) in enumerate(
            [(1, True), (0.5, False), (((0.0, 1.0), (1.0, 2.0)), None), ({"w.value": -2.5}, True), (None, False)]
        )
    )
    made = sheet("Ö <b>", WHOLE, every)
    write(tmp_path / "a.json", made)
    assert read(tmp_path / "a.json") == made


def test_a_lesson_is_known_by_its_text() -> None:
    assert fingerprint(LESSON) == fingerprint(msgspec.convert(msgspec.to_builtins(LESSON), Lesson))
    assert fingerprint(LESSON) != fingerprint(msgspec.structs.replace(LESSON, summary="x"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "gradwire.dgraph"}, "holds no answers of a lesson"),
        ({"version": 2}, "at version"),
        ({"more": 1}, "more"),
        ({"student": "a\nb"}, "at student"),
        ({"student": "x" * 10_000}, "at student"),
        ({"answers": [{"step": -1}]}, "answers"),
        ({"answers": [{"step": 1}, {"step": 1}]}, "one step twice"),
        ({"answers": [{"step": 1, "given": "text"}]}, "given"),
        ({"answers": [{"step": 1, "tries": 10**30}]}, ""),
        ({"answers": [{"step": 1, "given": 10**350}]}, "given"),
        ({"answers": [{"step": 1, "given": [[0, 1], [10**350, 1]]}]}, "given"),
        ({"answers": [{"step": 1, "given": {"w.value": -(10**350)}}]}, "given"),
        ({"fingerprint": "z"}, "fingerprint"),
    ],
)
def test_what_holds_no_answers_is_refused_in_a_sentence(change: dict[str, object], said: str) -> None:
    plain = {**msgspec.to_builtins(GOOD), **change}
    with pytest.raises(FileError) as caught:
        parse(json.dumps(plain).encode(), "a.json")
    assert str(caught.value).startswith("a.json") and said in str(caught.value)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"format": NaN}', b"[" * 100_000, b"\xff\xfe", b"null"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FileError):
        parse(data, "a.json")


def test_the_table_judges_again() -> None:
    liar = sheet("Bob", LESSON, (Answer(1, 0, True),))
    other = sheet("cleo", msgspec.structs.replace(LESSON, summary="older"), (Answer(1, 1, True, anyway=True),))
    table = grade([liar, other, GOOD], LESSON)
    assert [number for number, _ in table.steps] == [2, 3]
    assert [row.student for row in table.rows] == ["Ada", "Bob", "cleo"]
    assert [mark.word for mark in table.rows[0].marks] == ["right", "told"]
    assert [mark.word for mark in table.rows[1].marks] == ["wrong", "–"]
    assert [row.points for row in table.rows] == [2, 0, 1]
    assert table.rows[2].note == "answers another version of the lesson"
    assert table.rows[0].marks[0].text == "right (2 tries)"
    assert table.rows[2].marks[0].text == "right, went on anyway"
    assert grade([liar]).rows[0].marks[0].word == "right", "without the lesson there is only their word"


def test_no_cell_of_the_table_is_a_formula() -> None:
    table = grade([sheet("=HYPERLINK(1)", LESSON, ()), sheet("@x, y", LESSON, ())], LESSON)
    rows = list(csv.reader(io.StringIO(to_csv(table))))
    assert rows[0] == ["student", "step 2", "step 3", "points", "of", "note"]
    assert {row[0] for row in rows[1:]} == {"'=HYPERLINK(1)", "'@x, y"}


@pytest.mark.parametrize("given", [sys.float_info.max, -1.5e305, 5e-324])
def test_every_finite_number_that_was_answered_can_be_read_again(given: float, tmp_path: Path) -> None:
    """One answer that could not be read again would lose all the others."""
    told = sheet("Ada", LESSON, (Answer(1, given),))
    write(tmp_path / "a.answers.json", told)
    assert read(tmp_path / "a.answers.json") == told
