"""Practice: exercises of a difficulty, each wire judged, what is wrong explained, the score kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.lessons.practising import PracticePanel
from app.lessons.wire_fields import CotangentsForm, called, explanation, nearest_to_loss
from app.window import Window
from app.worker.readings import Factor
from engine.graph import Socket
from engine.lessons.practice import HIDDEN, practice
from tests.app.editor_habits.test_accessibility import nameless
from tests.app.lessons.learner import PATIENCE, Learner


def rates(window: Window) -> dict[str, float]:
    """Return the right answers of an exercise: how the loss, worked out here in plain Python, changes."""
    graph = window.session.graph
    order = [id for id in graph.nodes if id != "descent"]

    def values(moved: str, by: float) -> float:
        found: dict[str, float] = {}
        for id in order:
            node = graph.nodes[id]
            x, y = (graph.sources.get(Socket(id, name)) for name in "xy")
            a = found[x.node] if x else 0.0
            b = found[y.node] if y else float(node.settings.get("y", 0.0))
            found[id] = {
                "parameters.parameter": lambda node=node: float(node.settings["value"]),
                "elementwise.add": lambda a=a, b=b: a + b,
                "elementwise.subtract": lambda a=a, b=b: a - b,
                "elementwise.multiply": lambda a=a, b=b: a * b,
                "elementwise.negative": lambda a=a: -a,
                "elementwise.square": lambda a=a: a * a,
                "elementwise.abs": lambda a=a: abs(a),
                "activations.relu": lambda a=a: max(a, 0.0),
            }[node.operator]() + (by if id == moved else 0.0)
        return found[order[-1]]

    return {f"{id}.value": round((values(id, 1e-4) - values(id, -1e-4)) / 2e-4, 4) for id in order[:-1]}


def test_an_exercise_is_done_wrong_then_right_and_the_next_one_comes(
    window: Callable[..., Window], qtbot: QtBot
) -> None:
    opened = window(engine=True)
    opened.practise()
    learner = Learner(opened, qtbot)
    panel = learner.panel
    assert isinstance(panel, PracticePanel) and opened.session.title == "Practice the chain rule"
    opened.page.lessons.practise(3, 7)
    panel = learner.panel
    assert isinstance(panel, PracticePanel) and panel.difficulty.currentIndex() == 2
    right = rates(opened)
    assert panel.learning.lesson.steps[0].question.sockets == tuple(right)
    qtbot.waitUntil(lambda: opened.workspace.docks["inspector"].isHidden(), timeout=PATIENCE)
    assert not opened.actions_table["show_cotangents"].isVisible() and not panel.next.isEnabled()
    first = next(iter(right))
    verdict = learner.answer({**right, first: right[first] + 1})
    assert verdict is not None and verdict.wrong == (first,)
    assert "got" in learner.hint and called(opened.session, first) in learner.hint
    assert panel.score.text() == f"1 exercise · {len(right) - 1} of {len(right)} wires right at the first try"
    verdict = learner.answer({first: right[first]})
    assert verdict is not None and verdict.right and panel.next.isEnabled()
    assert panel.score.text().startswith("1 exercise")
    seen = opened.session.graph
    learner.press(panel.next)
    again = learner.panel
    assert isinstance(again, PracticePanel) and again is not panel and opened.session.graph != seen
    assert again.practice.done == 1 and again.practice.difficulty == 3
    assert nameless(opened.page.lessons) == []
    # The answer can be shown: what is filled in is right, and the exercise counts as nothing.
    qtbot.waitUntil(lambda: bool(again.learning.measuring.numbers), timeout=PATIENCE)
    learner.press(again.anyway)
    assert isinstance(again.form, CotangentsForm)
    assert again.form.value() == pytest.approx(rates(opened)) and again.next.isEnabled()
    assert again.practice.done == 1
    again.difficulty.activated.emit(0)
    assert opened.page.lessons.practice is not None and opened.page.lessons.practice.difficulty == 1
    opened.leave_lesson()
    assert opened.page.lessons.practice is None


def test_the_mistake_made_first_is_the_one_nearest_to_the_loss(window: Callable[..., Window]) -> None:
    opened = window()
    opened.new()
    opened.page.lessons.practise(3, 7)
    session = opened.session
    asked = session.content.lesson.steps[0].question.sockets
    assert nearest_to_loss(session, asked, asked) == asked[-1]
    assert nearest_to_loss(session, asked, asked[:2]) in asked[:2]
    assert nearest_to_loss(session, asked, ()) == ""


def test_what_a_derivative_is_made_of_is_said_but_not_the_product(window: Callable[..., Window]) -> None:
    opened = window()
    opened.new()
    opened.page.lessons.practise(3, 7)
    session = opened.session
    node = next(id for id, each in session.graph.nodes.items() if each.operator == "elementwise.multiply")
    socket = session.content.lesson.steps[0].question.sockets[0]
    one = explanation(session, socket, [Factor(node, "x", 3.0, -2.0)])
    assert "got 3 back" in one and "is −2" in one and one.endswith("Multiply the two.") and "−6" not in one
    two = explanation(session, socket, [Factor(node, "x", 3.0, -2.0), Factor(node, "y", 1.0, 5.0)])
    assert two.endswith("Multiply each pair, and add the 2 products.")
    assert explanation(session, socket, []) == ""


def test_what_an_exercise_hides_is_there_to_be_hidden(window: Callable[..., Window]) -> None:
    opened = window()
    known = {*opened.workspace.docks, *opened.actions_table.by_id}
    assert set(HIDDEN) <= known
    assert practice(1, 1).lesson.steps[0].hidden == HIDDEN
