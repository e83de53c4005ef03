"""The card in which optimizers to compare are chosen, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.landscape.compare_card import CompareCard
from app.window import Window
from engine.rivals import optimizers_of
from nodes.library import LIBRARY
from tests.engine.training_graphs import rosenbrock

ADAM = {"method": "adam", "learning_rate": 0.02, "steps": 900}


@pytest.fixture
def card(window: Callable[..., Window]) -> CompareCard:
    shown = window()
    shown.session.adopt(rosenbrock(optimizer_1=ADAM), None, clean=True)
    shown.show_document()
    made = CompareCard(shown, shown.workspace.landscape)
    made.open()
    return made


def row(card: CompareCard, method: str):
    return next(each for each in card.rows if each.method == method)


def test_four_methods_are_offered_at_rates_that_suit_them(card):
    chosen = {rival.method: rival.settings for rival in card.chosen()}
    assert list(chosen) == ["gradient_descent", "momentum", "rmsprop", "adam"]
    assert {settings["steps"] for settings in chosen.values()} == {900}
    assert chosen["adam"]["learning_rate"] == 0.02
    assert chosen["momentum"]["learning_rate"] < chosen["gradient_descent"]["learning_rate"]


def test_what_is_written_is_what_is_compared_and_enter_begins(card, monkeypatch):
    QTest.mouseClick(row(card, "rmsprop").use, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    QTest.mouseClick(row(card, "lbfgs").use, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    rate = row(card, "momentum").rate
    rate.selectAll()
    QTest.keyClicks(rate, "0.5")
    QTest.keyClicks(row(card, "momentum").more, "momentum = 0.8")
    begun: list[object] = []
    monkeypatch.setattr(card.panel, "start_comparison", lambda optimizer, rivals: begun.append((optimizer, rivals)))
    QTest.keyClick(rate, Qt.Key.Key_Return)
    ((optimizer, rivals),) = begun
    assert optimizer == "optimizer_1"
    assert [rival.method for rival in rivals] == ["gradient_descent", "momentum", "adam", "lbfgs"]
    assert rivals[1].settings == {"steps": 900, "learning_rate": 0.5, "momentum": 0.8}
    assert "learning_rate" not in rivals[3].settings, "it searches along a line"
    assert not card.isVisible()


def test_what_cannot_be_is_said_and_the_card_stays(card):
    QTest.keyClicks(row(card, "adam").more, "beta9 = 1")
    QTest.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert card.isVisible()
    assert "beta9" in card.fault.text()
    for each in card.rows:
        each.use.setChecked(False)
    QTest.mouseClick(card.go, Qt.MouseButton.LeftButton)
    assert "at least one" in card.fault.text()


def test_inserted_they_are_nodes_of_the_graph(card):
    session = card.panel.session
    QTest.mouseClick(card.insert, Qt.MouseButton.LeftButton)
    assert len(optimizers_of(session.graph, LIBRARY)) == 5
    names = [session.graph.nodes[id].name for id in optimizers_of(session.graph, LIBRARY)[1:]]
    assert names == ["Gradient descent", "Momentum", "RMSProp", "Adam"]
    assert session.document.undo_name == "Insert compared optimizers"


def test_every_field_has_a_name_for_ears(card):
    for each in card.rows:
        assert each.rate.accessibleName().endswith(each.use.text())
        assert each.more.accessibleName().endswith(each.use.text())


def test_the_panels_are_made_when_they_are_looked_at(window, qtbot):
    shown = window()
    shown.session.adopt(rosenbrock(optimizer_1=ADAM), None, clean=True)
    shown.show_document()
    workspace = shown.workspace
    assert workspace._landscape.made is None
    assert workspace._runs.made is None
    for name, place in (("landscape", workspace._landscape), ("runs", workspace._runs)):
        shown.actions_table[f"panel_{name}"].trigger()
        qtbot.waitUntil(lambda place=place: place.made is not None and place.made.isVisible())
    assert workspace.terrain.spec.kind == "elements"


def test_a_document_without_an_optimizer_says_so_instead(window):
    shown, told = window(), []
    shown.new()
    shown.session.message.connect(told.append)
    shown.actions_table["compare_optimizers"].setEnabled(True)
    shown.actions_table["compare_optimizers"].trigger()
    assert "optimizer" in told[-1]
    assert not shown.findChildren(CompareCard)
