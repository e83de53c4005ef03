"""What the tests of lessons share: a small graph, and a maker of learners before a lesson that lies in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.window import Window
from engine.files import save
from engine.graph import Content, Graph, Layout, Node, Place
from engine.lessons.lesson import Lesson
from tests.app.conftest import wire
from tests.app.lessons.learner import Learner


def graph() -> Content:
    """(2 w - 6)^2 at w = 1: the value is 16, the derivatives are -8 and -16."""
    nodes = {
        "w": Node("w", "parameters.parameter", "w", {"value": 1.0}),
        "double": Node("double", "elementwise.multiply", "double", {"y": 2.0}),
        "less": Node("less", "elementwise.subtract", "less", {"y": 6.0}),
        "square": Node("square", "elementwise.square", "square"),
        "descent": Node(
            "descent", "optimizers.optimizer", "descent",
            {"method": "gradient_descent", "learning_rate": 0.01, "steps": 50},
        ),
    }  # fmt: skip
    ends = ("w.value double.x", "double.value less.x", "less.value square.x", "square.value descent.loss")
    places = {id: Place(220.0 * k, 0.0) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wire(*each.split()) for each in ends)), Layout(places))


@pytest.fixture
def classroom(qtbot: QtBot, window: Callable[..., Window], tmp_path: Path) -> Callable[..., Learner]:
    """A maker of learners before a lesson over the graph, in a file of its own; `engine` starts engine processes."""

    def made(lesson: Lesson, *, engine: bool = False, name: str = "lesson", by_keys: bool = False) -> Learner:
        path = tmp_path / f"{name}.dgraph"
        save(path, replace(graph(), lesson=lesson))
        opened = window(engine=engine)
        opened.open(path)
        qtbot.waitExposed(opened)
        return Learner(opened, qtbot, by_keys=by_keys)

    return made
