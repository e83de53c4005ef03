"""An optimizer that is set to keep its values puts them into the document when its run ends, as one undoable edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from engine.graph import Content, Graph
from nodes.library import LIBRARY
from tests.app.conftest import line


@pytest.fixture
def running(qtbot: QtBot) -> Iterator[Session]:
    session = Session(LIBRARY)
    yield session
    session.close()


def keeping(yes: bool) -> Content:
    content = line()
    descent = content.graph.nodes["descent"]
    settings = {**descent.settings, "keep": True} if yes else descent.settings
    nodes = {**content.graph.nodes, "descent": replace(descent, settings=settings)}
    return replace(content, graph=Graph(nodes, content.graph.wires))


@pytest.mark.parametrize("yes", [True, False], ids=["set", "not set"])
def test_values_are_kept_at_the_end_where_the_optimizer_is_set_to(running: Session, qtbot: QtBot, yes: bool) -> None:
    running.adopt(keeping(yes), None, clean=True)
    running.run()
    qtbot.waitUntil(lambda: running.run_state == "finished", timeout=30_000)
    if yes:
        qtbot.waitUntil(lambda: running.content.kept is not None, timeout=10_000)
        assert running.content.kept.step == 200
        assert float(running.content.kept.values["w"].array()) == pytest.approx(2.0, abs=1e-6)
        running.undo()
    else:
        qtbot.waitQuiet()
    assert running.content.kept is None
