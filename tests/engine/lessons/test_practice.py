"""Exercises: the same for the same seed, others for others, solvable, and checked against a trace."""

from __future__ import annotations

import pytest

from engine.data import Data
from engine.files import parse, render
from engine.graph import Socket
from engine.lessons.facts import Facts, measure, wanted
from engine.lessons.judge import judge
from engine.lessons.lesson import Cotangents, Quantity
from engine.lessons.practice import LEVELS, practice
from engine.prepare import prepare
from engine.problems import validate
from engine.trace.record import record
from nodes.library import LIBRARY
from tests import sizes

SEEDS = sizes.count("exercises")


@pytest.mark.parametrize("difficulty", range(1, len(LEVELS) + 1))
def test_every_exercise_has_whole_numbers_that_the_trace_confirms(difficulty: int) -> None:
    for seed in range(SEEDS):
        content = practice(difficulty, seed)
        assert not [problem for problem in validate(content.graph, LIBRARY) if problem.severity == "error"]
        graph = prepare(content, LIBRARY, Data())
        step = content.lesson.steps[0]
        asked = measure(graph, wanted(step))
        assert all(number == round(number) for number in asked.values())
        question = step.question
        assert isinstance(question, Cotangents)
        right = {each.at: number for each, number in asked.items()}
        facts = Facts(content.graph, LIBRARY, asked)
        assert judge(question, right, facts).right
        spoilt = next(iter(right))
        assert judge(question, {**right, spoilt: 1 - right[spoilt]}, facts).wrong == (spoilt,)
        totals: dict[str, float] = {}
        for each in record(graph).micro_steps:
            for share in each.contributions:
                totals[share.node] = float(share.total)
        assert {socket.partition(".")[0]: number for socket, number in right.items()} == totals


def test_the_seed_says_which() -> None:
    assert practice(3, 7) == practice(3, 7)
    assert len({render(practice(3, seed)) for seed in range(20)}) > 15
    assert parse(render(practice(5, 1))) == practice(5, 1)


def test_harder_ones_use_a_value_twice() -> None:
    for seed in range(10):
        graph = practice(3, seed).graph
        assert max(len(wires) for wires in graph.outgoing.values()) >= 2
        assert max(len(wires) for wires in practice(1, seed).graph.outgoing.values()) == 1


@pytest.mark.parametrize("difficulty", [0, 6])
def test_there_are_five_difficulties(difficulty: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        practice(difficulty, 0)


def test_what_is_asked_for_is_every_wire_but_the_last() -> None:
    content = practice(4, 2)
    loss = next(wire.source.node for wire in content.graph.wires if wire.target == Socket("descent", "loss"))
    asked = {each.at for each in wanted(content.lesson.steps[0])}
    assert asked == {f"{id}.value" for id in content.graph.nodes if id not in (loss, "descent")}
    assert Quantity("cotangent", f"{loss}.value") not in wanted(content.lesson.steps[0])
