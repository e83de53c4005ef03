"""A learner's way through a lesson, by the mouse and by keys alone: wrong answers get their hint, the answers are kept,
handed in and graded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.lessons.lesson import (
    Amount,
    Choice,
    Cotangents,
    Curve,
    HasRun,
    Lesson,
    LossBelow,
    Prediction,
    Quantity,
    SettingIs,
    Step,
)
from tests.app.conftest import Answers
from tests.app.lessons.learner import Learner

LESSON = Lesson(
    "Every question",
    steps=(
        Step("Read **this**: $w^2$.", "w"),
        Step("Choose.", question=Choice("Which?", ("$1$", "$2$", "$3$"), 2, ("no", "no", "yes")), hint="The last."),
        Step("Type.", "less.value", question=Amount("How much?", None, Quantity("value", "square.value")), hint="4²"),
        Step("Draw.", question=Curve("Draw $x$.", ((-1.0, -1.0), (0.0, 0.0), (1.0, 1.0)), 0.1), hint="Straight."),
        Step(
            "Fill in.",
            question=Cotangents("Each.", ("less.value", "w.value")),
            hint="Twice what is left, then times 2.",
        ),
        Step("Guess.", "command:run", question=Prediction("And then?", Quantity("value", "w.value"), 3, 0.1, "Look.")),
        Step(
            "Set it.", palette=(), checks=(SettingIs("w", "value", 2.0, 2.0),), hint="In the inspector.", anyway=False
        ),
        Step("Run.", checks=(HasRun(5), LossBelow(3.9)), hint="Press Run."),
    ),
)


def go_through(learner: Learner) -> None:
    """Do the whole of LESSON, each question wrong first."""
    assert learner.panel.caption.text() == "STEP 1 OF 8"
    learner.next()
    learner.wrong_then_right(0, 2)
    learner.next()
    learner.wrong_then_right(4.0, 16.0)
    learner.next()
    learner.wrong_then_right([(-1.0, 1.0), (1.0, -1.0)], [(-1.0, -1.0), (1.0, 1.0)])
    learner.next()
    learner.wrong_then_right({"less.value": 8.0, "w.value": -16.0}, {"less.value": -8.0})
    learner.next()
    # Three steps of 0.01: 3 - w shrinks by 1 - 0.01 * 8 in each.
    verdict = learner.answer(1.5)
    assert verdict is not None and verdict.right is None
    assert verdict.wanted == pytest.approx(3 - 2 * 0.92**3)
    learner.next()
    assert not learner.panel.next.isEnabled() and "Set value to 2" in learner.checks
    assert not learner.panel.anyway.isVisible()
    learner.window.session.set_setting("w", "value", 2.0)
    learner.next()
    learner.window.session.run()
    learner.next()
    assert learner.panel.end is not None and "7 of 7" in learner.panel.end.score.text()


@pytest.mark.parametrize("by_keys", [False, True])
def test_a_lesson_from_start_to_end_is_handed_in_and_graded(
    classroom: Callable[..., Learner], answers: Answers, tmp_path: Path, by_keys: bool
) -> None:
    from app.cli import main

    learner = classroom(LESSON, engine=True, by_keys=by_keys)
    go_through(learner)
    answers.answers_path = tmp_path / "ada.answers.json"
    learner.hand_in("")
    assert "name first" in learner.panel.end.said.text()
    learner.hand_in("Ada L.")
    assert "Hand this file in" in learner.panel.end.said.text()
    table, lesson = tmp_path / "class.csv", tmp_path / "lesson.dgraph"
    assert main(["grade", str(answers.answers_path), "--lesson", str(lesson), "--csv", str(table)]) == 0
    _, row = table.read_text().splitlines()
    assert row.startswith("Ada L.,right (2 tries),right (2 tries),right (2 tries),right (2 tries),told,done,done,7,7")
