"""Views while a run is on: those in sight are kept fresh by questions of their own, those out of sight are not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app import theme
from app.panels.plots import FRAME_WATCHED, PlotPanel
from app.session import Session
from app.worker.client import FRAME_EVERY
from engine.graph import Content, Graph, Node, Socket, Wire
from nodes.library import LIBRARY

WAIT = 60_000


def moons():
    """Moons told apart by one layer, slowly, with a decision boundary and a number."""
    nodes = {
        "data": Node("data", "inputs.moons"),
        "layer": Node("layer", "neural.dense", settings={"units": 2}),
        "w": Node("w", "parameters.parameter", settings={"initial": "glorot_uniform"}),
        "b": Node("b", "parameters.parameter", settings={"initial": "zeros"}),
        "loss": Node("loss", "losses.cross_entropy"),
        "adam": Node("adam", "optimizers.optimizer", settings={"steps": 1_000_000}),
        "border": Node("border", "views.decision_boundary"),
        "shown": Node("shown", "views.number"),
    }
    wires = (
        "data.points>layer.x w.value>layer.weights b.value>layer.bias layer.value>loss.logits data.labels>loss.labels "
        "loss.value>adam.loss data.points>border.points layer.value>border.prediction data.labels>border.target "
        "loss.value>shown.x"
    )
    ends = [[Socket(*end.split(".")) for end in pair.split(">")] for pair in wires.split()]
    return Content(Graph(nodes, frozenset(Wire(*pair) for pair in ends)))


@pytest.fixture
def panel(qapp, qtbot):
    theme.apply(qapp, theme.DARK, 1.0)
    session = Session(LIBRARY)
    made = PlotPanel(session)
    qtbot.addWidget(made)
    made.resize(1700, 270)
    made.show()
    qtbot.waitExposed(made)
    session.adopt(moons(), None, clean=True)
    yield made
    made.stop()
    session.discard()
    session.close()


def test_a_decision_boundary_follows_the_run_until_it_is_out_of_sight(qtbot, panel):
    session = panel._session
    qtbot.waitUntil(lambda: session.looks.looks is not None, timeout=WAIT)
    card = panel.cards["border"]
    panel.draw_now()
    first = card._shares.copy()
    assert first.shape[2] == 2
    steps = set()
    session.looks.views_changed.connect(lambda: steps.add(session.looks.views_step))
    session.run()
    qtbot.waitUntil(lambda: len(steps) >= 8, timeout=WAIT)
    assert set(session.looks.watched) == {"border", "shown"}
    assert session.runs.frame_every == FRAME_WATCHED
    qtbot.waitUntil(lambda: card.step > 0, timeout=WAIT)
    assert np.abs(card._shares - first).max() > 0.05, "the picture has moved"
    assert card.subtitle.text().startswith("step ")
    assert len(panel.cards["shown"]._seen.rows) > 2, "the number has a history"
    panel.hide()
    session.runs.ticked.emit()
    assert session.looks.watched == () and session.runs.frame_every == FRAME_EVERY
    session.stop()
    qtbot.waitUntil(lambda: session.run_state == "finished", timeout=WAIT)


def test_what_is_shown_is_the_newest_whether_of_a_look_or_of_a_view(qtbot, panel):
    session = panel._session
    qtbot.waitUntil(lambda: session.looks.looks is not None, timeout=WAIT)
    looks = session.looks
    held = looks.looks.views["shown"]
    looks._views_ready(looks._revision, {"shown": held}, 12)
    assert looks.view("shown") == (held, 12)
    looks._looks_ready(looks._revision, looks.looks)
    assert looks.view("shown") == (looks.looks.views["shown"], looks.looks.step)
    looks._views_ready(looks._revision - 1, {"shown": held}, 99)
    assert looks.view("shown")[1] != 99, "an answer about a graph that is gone"
    assert looks.view("gone") == (None, looks.looks.step)
    QApplication.processEvents()
