"""What the inspector shows while nothing is selected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.numbers import parsed
from app.panels.inspector import Inspector
from app.panels.summary import EMPTY_HINT, MOST, Rows, Summary
from app.session import Session
from engine.edits import AddNode, Disconnect
from engine.graph import Content, Node, Place
from tests.app.conftest import line, wire


def shown(rows: Rows) -> list[tuple[str, str, str, str]]:
    return [row.line[2:6] for row in rows.rows if not row.isHidden()]


def panel_of(session: Session, qtbot: QtBot) -> Inspector:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.resize(320, 800)
    panel.show()
    return panel


def test_it_names_optimizers_parameters_and_problems_and_leads_there(session: Session, qtbot: QtBot) -> None:
    panel = panel_of(session, qtbot)
    summary = panel.summary
    assert isinstance(summary, Summary)
    assert summary.counts.text() == "6 nodes, 5 wires" and summary.problems.isHidden()
    assert [name for name, *_ in shown(summary.parameters)] == ["slope w"]
    ((name, detail, *_),) = shown(summary.optimizers)
    assert name == session.label("descent") and detail == "gradient descent · 200 steps"
    session.apply(Disconnect(wire("y.value", "mse.target")))
    qtbot.waitUntil(lambda: bool(shown(summary.problems)))
    ((name, detail, *_),) = shown(summary.problems)
    assert name == session.label("mse") and "1 error" in detail
    row = summary.problems.rows[0]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.rect().center())
    assert session.current == "mse" and panel.view is not None and panel.summary is None
    session.select([])
    assert panel.summary is not None


def test_an_empty_graph_says_how_to_begin(session: Session, qtbot: QtBot) -> None:
    session.adopt(Content(), None, clean=True)
    panel = panel_of(session, qtbot)
    summary = panel.summary
    assert summary is not None and summary.hint.text() == EMPTY_HINT and summary.counts.isHidden()


def test_of_many_nodes_the_number_is_told(session: Session, qtbot: QtBot) -> None:
    with session.group("many"):
        for k in range(MOST + 5):
            session.apply(AddNode(Node(f"p{k}", "parameters.parameter"), Place()))
    panel = panel_of(session, qtbot)
    summary = panel.summary
    assert summary is not None and len(shown(summary.parameters)) == MOST
    assert summary.parameters.more.text() == "and 6 more"


def test_values_derivatives_and_losses_are_those_of_the_run(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    panel = panel_of(session, qtbot)
    summary = panel.summary
    assert summary is not None
    qtbot.waitUntil(lambda: shown(summary.parameters)[0][2] == "0.5", timeout=20_000)
    # loss = mean (w x - y)^2 at w = 0.5: mean (-1.5 x)^2 = 2.25 * 14 / 3, and its derivative 2 * -1.5 * 14 / 3
    assert parsed(shown(summary.optimizers)[0][2].removeprefix("loss ")) == pytest.approx(10.5, rel=1e-3)
    assert parsed(shown(summary.parameters)[0][3].removeprefix("∂ ")) == pytest.approx(-14, rel=1e-3)
    session.run()
    qtbot.waitUntil(lambda: session.run_state == "finished", timeout=30_000)
    qtbot.waitUntil(lambda: shown(summary.optimizers)[0][1] == "gradient descent · step 200 / 200", timeout=20_000)
    qtbot.waitUntil(lambda: shown(summary.parameters)[0][2] == "2", timeout=20_000)
    assert (parsed(shown(summary.optimizers)[0][2].removeprefix("loss ")) or 0.0) < 1e-6


def test_its_graph_is_the_one_that_is_open(session: Session, qtbot: QtBot) -> None:
    panel = panel_of(session, qtbot)
    session.adopt(Content(), None, clean=True)
    assert panel.summary is not None and panel.summary.parameters.isHidden()
    session.adopt(line(), None, clean=True)
    assert panel.summary is not None and len(shown(panel.summary.parameters)) == 1
