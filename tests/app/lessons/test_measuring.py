"""What a lesson is judged by is of the newest question: an answer to an older one is dropped."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.lessons.measuring import Measuring
from app.session import Session
from engine.lessons.lesson import Quantity
from tests.app.lessons.learner import PATIENCE

LOSS = Quantity("loss")


def test_an_answer_to_an_older_question_is_dropped(live_session: Session, qtbot: QtBot) -> None:
    measuring = Measuring(live_session)
    seen: list[float] = []
    measuring.came.connect(lambda: seen.extend(measuring.numbers.values()))
    measuring.want([LOSS])
    qtbot.waitUntil(lambda: not measuring.waiting and bool(seen), timeout=PATIENCE)
    assert seen[-1] == 10.5  # (2 - 0.5)^2 * 14 / 3
    seen.clear()
    measuring.want([LOSS])
    measuring.ask()
    live_session.asks.ask_numbers([("loss", "", 0)])  # a newer one waits: whatever comes now is of before
    assert live_session.asks.busy("numbers")
    live_session.looks.numbers_ready.emit((("loss", "", 0, -1.0),), {})
    live_session.looks.numbers_failed.emit("Of before.")
    assert seen == [] and measuring.waiting and measuring.sentence == ""
    qtbot.waitUntil(lambda: not measuring.waiting and bool(seen), timeout=PATIENCE)
    assert set(seen) == {10.5}
    measuring.close()
