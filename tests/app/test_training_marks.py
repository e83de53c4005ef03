"""What goes wrong in training is marked on its node: the rule and the numbers at the pointer and in the problems panel,
one click to the node, off by a command that is remembered, and silent on the samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.assets import ASSETS, SAMPLES
from app.canvas import training_marks
from app.settings import load
from app.window import Window
from app.worker import messages as m
from app.worker.answers import EngineAnswerer
from app.worker.readings import Warned
from app.worker.reasons import warned
from engine.edits import SetSetting
from engine.files.read import read
from engine.graph import Socket
from engine.prepare import Prepared
from engine.reasons.badges import RULES
from tests.app.test_watching import WAIT, dead
from tests.engine.reasons.test_badges import MANY, squared
from tests.engine.reasons.test_why import of, w
from tests.engine.training_graphs import bowl
from tests.engine.training_graphs import prepared as made

MADE_UP = Warned("large update", "mean", '"Mean" (mean): the next step moves it by 40 of its size.', "A rule.")


@pytest.fixture
def shown(window: Callable[..., Window], qtbot: QtBot) -> Window:
    """A window without engine processes over the dead rectifier, marked as its process would have it marked."""
    made = window()
    made.show_content(dead(), None, clean=True)
    made.workspace.show_panel("problems")
    qtbot.waitExposed(made)
    found = EngineAnswerer(m.Job.of(dead(), None, ASSETS), lambda node: None).badges(None, None)
    made.session.watcher._badges_ready(0, found)
    return made


def mark(window: Window, node: str) -> QPoint:
    canvas = window.canvas
    return training_marks.centre(canvas.scene.nodes[node], canvas.camera).toPoint()


def test_the_process_finds_the_planted_cause_and_the_window_marks_the_node_by_itself(
    window: Callable[..., Window], qtbot: QtBot
) -> None:
    made = window(engine=True)
    made.show_content(dead(), None, clean=True)
    watcher = made.session.watcher
    qtbot.waitUntil(lambda: bool(watcher.badges), timeout=WAIT)
    assert [(each.kind, each.node, each.rule) for each in watcher.badges] == [
        ("no gradient", "w", RULES["no gradient"])
    ]
    made.session.apply(SetSetting("w", "value", (1.0, 2.0)))
    qtbot.waitUntil(lambda: not watcher.badges, timeout=WAIT)


def test_at_the_pointer_stand_the_numbers_and_the_rule_and_nothing_beside_the_mark(shown: Window) -> None:
    canvas = shown.canvas
    QTest.mouseMove(canvas, mark(shown, "w"))
    assert canvas.hover.mark and canvas.hover.node == "w"
    told = canvas.painting.hover_hint()
    assert '"the rectifier" (relu)' in told and f"Rule: {RULES['no gradient']}" in told
    QTest.mouseMove(canvas, canvas.camera.to_view(QPointF(canvas.scene.nodes["v"].rect.center())).toPoint())
    assert not canvas.hover.mark and canvas.painting.hover_hint() == ""


def test_no_mark_tells_of_a_derivative_that_a_learner_is_to_find(shown: Window) -> None:
    looks, canvas = shown.session.looks, shown.canvas
    assert [item.face.id for item in training_marks.marked(canvas)] == ["w"]
    looks.veil(frozenset({Socket("w", "value")}))
    assert not list(training_marks.marked(canvas)) and training_marks.telling(canvas, "w") == ""
    looks.veil(frozenset())
    assert training_marks.telling(canvas, "w")


def test_the_mark_is_painted_where_it_takes_the_pointer_and_only_there(shown: Window) -> None:
    warning = shown.canvas.ink.theme.warning.lstrip("#").lower()

    def coloured(node: str) -> bool:
        picture = shown.canvas.grab().toImage()
        at, ratio = mark(shown, node), picture.devicePixelRatio()
        near = [QPoint(round((at.x() + dx) * ratio), round((at.y() + 4) * ratio)) for dx in range(-6, 7)]
        return any(picture.pixelColor(each).name().lstrip("#") == warning for each in near)

    assert coloured("w") and not coloured("v")
    shown.session.watcher.set_on(False)
    assert not coloured("w")


def test_a_mark_stands_beside_the_badge_of_a_problem(shown: Window) -> None:
    canvas = shown.canvas
    shown.session.watcher._badges_ready(0, (Warned("no gradient", "lost", "It has none.", "A rule."),))
    item = canvas.scene.nodes["lost"]
    item.severity = "warning"
    canvas.scene.troubled["lost"] = item
    from app.canvas import badges

    badge = canvas.camera.to_view(badges.centre(item))
    QTest.mouseMove(canvas, mark(shown, "lost"))
    assert canvas.hover.mark and not canvas.hover.badge
    QTest.mouseMove(canvas, badge.toPoint())
    assert canvas.hover.badge and not canvas.hover.mark
    assert (badge - QPointF(mark(shown, "lost"))).x() >= 2 * badges.radius(canvas.camera)


def test_a_row_of_the_problems_panel_tells_it_and_leads_to_the_node(shown: Window) -> None:
    panel = shown.workspace.problems
    before = len(shown.session.problems)
    index = panel.model.index(before, 0)
    assert panel.model.rowCount() == before + 1
    assert "Rule:" in index.data() and '"the rectifier"' in index.data()
    revealed: list[str] = []
    shown.session.reveal_requested.connect(revealed.append)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(index).center())
    assert revealed == ["w"] and shown.session.current == "w"


def test_watch_training_is_a_command_that_is_remembered_and_holds_for_every_document(shown: Window) -> None:
    action = shown.actions_table["watch_training"]
    shown.actions_table.refresh()
    assert action.isChecked() and shown.session.watcher.badges
    action.trigger()
    assert shown.session.watcher.badges == () and not shown.session.watcher.on
    assert not load(shown.config).watch_training
    shown.session.watcher._badges_ready(0, (MADE_UP,))
    assert shown.session.watcher.badges == (), "an answer that was on its way comes too late"
    shown.new()
    assert not shown.session.watcher.on
    action.trigger()
    assert shown.session.watcher.on and load(shown.config).watch_training


def planted() -> dict[str, Prepared]:
    """Return a graph for each kind of mark, with its cause in it."""
    mean = {"mean": ("reductions.mean", {})}
    rows = tuple((0.1 * k + 0.1, 0.2) for k in range(10))
    behind = {
        "x": ("inputs.constant", {"value": rows}), "w": w(((0.1, 0.2), (0.3, 0.2))), "b": w((-100.0, 0.5)),
        "product": ("linear_algebra.matmul", {}), "sum": ("elementwise.add", {}), "relu": ("activations.relu", {}),
    }  # fmt: skip
    return {
        "no gradient": of(
            {"w": w((-1.0, -2.0)), "relu": ("activations.relu", {}), **mean}, "w>relu relu>mean mean>descent.loss"
        ),
        "vanishing": of(
            {"w": w((20.0, 22.0)), "s": ("activations.sigmoid", {}), **mean}, "w>s s>mean mean>descent.loss"
        ),
        "exploding": of(
            {"w": w(1.0), "d": ("elementwise.divide", {"y": 1e-9}), **mean}, "w>d d>mean mean>descent.loss"
        ),
        "dead units": of(
            {**behind, **mean}, "x>product w>product.y product>sum b>sum.y sum>relu relu>mean mean>descent.loss"
        ),
        "small update": squared(MANY, 1e-4, learning_rate=1e-6),
        "large update": squared(MANY, learning_rate=10.0),
        "learning rate": made(bowl(learning_rate=1.01)),
    }


def test_every_kind_of_mark_comes_to_the_window_with_its_rule() -> None:
    graphs = planted()
    assert graphs.keys() == RULES.keys()
    for kind, prepared in graphs.items():
        found = [each for each in warned(prepared, None, None) if each.kind == kind]
        assert found and all(each.rule == RULES[kind] and each.node in prepared.graph.nodes for each in found), kind


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph")), ids=lambda path: path.stem)
def test_no_sample_is_marked_as_it_is_opened(path: Path) -> None:
    by = EngineAnswerer(m.Job.of(read(path), SAMPLES, ASSETS), lambda node: None)
    assert by.badges(None, None) == ()
