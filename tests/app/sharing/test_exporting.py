"""Moving pictures and handouts from the window: a process of its own writes them, and a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.sharing import exporting
from app.window import Window
from tests.app.conftest import Answers, line

Make = Callable[..., Window]


@pytest.fixture
def shown(window: Make) -> Window:
    made = window()
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    return made


def test_a_step_is_written_beside_the_window(shown: Window, answers: Answers, tmp_path: Path, qtbot: QtBot) -> None:
    said: list[str] = []
    shown.session.message.connect(said.append)
    answers.picture_path = tmp_path / "step"  # the ending is added
    exporting.export(shown, exporting.STEP)
    assert said[-1] == "Writing step.gif …"
    qtbot.waitUntil(lambda: said[-1] == "Wrote step.gif." or bool(answers.told))
    assert not answers.told and (tmp_path / "step.gif").read_bytes().startswith(b"GIF89a")


def test_a_refusal_is_told(shown: Window, answers: Answers, tmp_path: Path, qtbot: QtBot) -> None:
    answers.picture_path = tmp_path / "nowhere" / "handout.pdf"
    exporting.export(shown, exporting.HANDOUT)
    qtbot.waitUntil(lambda: bool(answers.told))
    assert answers.told[0].startswith("handout.pdf was not written:") and "gradwire:" not in answers.told[0]


def test_nothing_chosen_writes_nothing(shown: Window, answers: Answers) -> None:
    assert exporting.export(shown, exporting.TRAINING) is None
    assert answers.asked[-1].startswith("picture ") and answers.asked[-1].endswith(".gif")
