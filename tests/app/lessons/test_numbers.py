"""Numbers a lesson asks for, as the asking process answers: against numbers worked out by hand."""

from __future__ import annotations

import pytest

from app.assets import ASSETS
from app.worker import questions as q
from app.worker.answers import EngineAnswerer
from app.worker.messages import Job
from tests.app.conftest import line


def answerer() -> EngineAnswerer:
    return EngineAnswerer(Job.of(line(), None, ASSETS), lambda node: None)


def test_values_cotangents_gradients_and_losses_come_as_they_are() -> None:
    # y = 0.5 x at x = 1, 2, 3 against 2 x: the loss is 2.25 * 14 / 3, its derivative by w is -2 * 1.5 * 14 / 3.
    wanted = (("value", "multiply.value", 1), ("cotangent", "w.value", 0), ("gradient", "w", 0), ("loss", "", 0))
    numbers, _ = answerer().numbers(q.AskNumbers(1, (*wanted, ("value", "none.value", 0)), (), None))
    assert {each[:3]: pytest.approx(each[3]) for each in numbers} == dict(
        zip(wanted, (1.0, -14.0, -14.0, 10.5), strict=True)
    )


def test_what_came_back_and_the_own_slope_are_told_where_they_are_single_numbers() -> None:
    _, factors = answerer().numbers(q.AskNumbers(1, (), ("mse.value", "w.value", "multiply.value", "nonsense"), None))
    assert factors == {}  # the loss goes into the optimizer, everything else is an array
    from engine.lessons.practice import practice

    content = practice(3, 1)
    asked = content.lesson.steps[0].question.sockets
    _, factors = EngineAnswerer(Job.of(content, None, ASSETS), lambda node: None).numbers(
        q.AskNumbers(1, tuple(("cotangent", each, 0) for each in asked), asked, None)
    )
    found, _ = EngineAnswerer(Job.of(content, None, ASSETS), lambda node: None).numbers(
        q.AskNumbers(1, tuple(("cotangent", each, 0) for each in asked), (), None)
    )
    numbers = {each[1]: each[3] for each in found}
    assert set(factors) == set(asked)
    for socket, parts in factors.items():  # the chain rule itself
        assert sum(part.above * part.partial for part in parts) == pytest.approx(numbers[socket])
    assert max(map(len, factors.values())) == 2
