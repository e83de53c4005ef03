"""The run controls: what they say in each state, and that they fit."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app import theme
from app.run_bar import RunBar, count_text, time_text
from app.session import Session
from engine.graph import Graph, Node, Socket, Wire
from nodes.library import LIBRARY
from tests.app.conftest import line

WAIT = 30_000


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (3.25, "3.2"), (42, "42"), (950.4, "950"), (12_400, "12.4k"), (412_000, "412k"), (999_960, "1.0M")],
)
def test_speeds_are_short(number, text):
    assert count_text(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0.0 s"), (4.24, "4.2 s"), (59.97, "1:00"), (65.2, "1:05"), (7389.0, "2:03:09")]
)
def test_times_are_short(seconds, text):
    assert time_text(seconds) == text


@pytest.fixture
def session(qapp):
    theme.apply(qapp, theme.DARK, 1.0)
    made = Session(LIBRARY)
    made.adopt(line(), None, clean=True)
    yield made
    made.discard()
    made.close()


@pytest.fixture
def bar(session, qtbot):
    made = RunBar(session)
    qtbot.addWidget(made)
    made.resize(900, 32)
    made.show()
    return made


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_buttons_run_step_and_reset_a_graph(qtbot, bar, session):
    assert bar.run.text() == "Run"
    assert not bar.stop.isEnabled()
    assert not bar.reset.isEnabled()
    click(qtbot, bar.step)
    qtbot.waitUntil(lambda: session.run_state == "paused" and session.runs.steps == 1, timeout=WAIT)
    assert bar.run.text() == "Continue"
    qtbot.waitUntil(lambda: bar.meter._texts[0] == "step 1 / 200", timeout=WAIT)
    assert (bar.backend.text(), bar.approach.text()) == ("NumPy", session.runs.lanes[0].approach)
    click(qtbot, bar.run)
    qtbot.waitUntil(lambda: session.run_state == "finished", timeout=WAIT)
    assert bar.run.text() == "Run"
    qtbot.waitUntil(lambda: bar.meter._texts[0] == "step 200 / 200", timeout=WAIT)
    assert bar.meter._progress == 1.0
    click(qtbot, bar.reset)
    assert session.run_state == "idle"
    assert bar.meter._texts[0] == "step 0"


def test_an_edited_graph_is_said_to_be_another_than_the_run_s(qtbot, bar, session):
    click(qtbot, bar.step)
    qtbot.waitUntil(lambda: session.run_state == "paused" and session.runs.steps == 1, timeout=WAIT)
    assert not bar.edited.isVisible()
    session.set_setting("descent", "method", "adam")
    assert bar.edited.text() == "edited since"
    assert bar.edited.isVisible()
    assert bar.run.text() == "Run"


def test_the_pace_is_chosen_from_its_menu(qtbot, bar, session):
    menu = bar.pace.menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles[:2] == ["Watchable", "Full speed"]
    menu.actions()[titles.index("100 steps/s")].trigger()
    assert session.runs.pace == "100"
    assert bar.pace.text() == "100 steps/s"


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.5])
@pytest.mark.parametrize("width", [90, 300, 520, 760, 1100, 2400])
def test_parts_never_overlap_and_the_run_button_stays(qapp, bar, scale, width):
    theme.apply(qapp, theme.DARK, scale)
    bar.resize(max(width, bar.minimumSizeHint().width()), bar.sizeHint().height())
    shown = sorted((p for p, _ in bar._parts if p.isVisible()), key=lambda p: p.x())
    assert bar.run in shown
    for left, right in itertools.pairwise(shown):
        assert left.geometry().right() < right.geometry().left()
    assert shown[-1].geometry().right() <= bar.width()
    assert bar.run.width() >= bar.run.sizeHint().width()


def test_the_run_button_keeps_its_width_whatever_it_says(bar):
    before = bar.run.width()
    for word in ("Pause", "Continue", "Run"):
        bar.run.setText(word)
        bar._place()
        assert bar.run.width() == before


def test_while_a_run_reads_its_data_the_meter_says_how_far_it_is(qtbot, bar, session, tmp_path):
    """A table that takes long enough to be seen; the bar says "reading", then counts steps."""
    rows = "\n".join(f"{k},{k * 0.123456},{k % 7}.5" for k in range(400_000))
    (tmp_path / "long.csv").write_text(f"a,b,c\n{rows}\n")
    content = line()
    node = Node("table_1", "inputs.table", "", {"file": "long.csv"})
    pass_through = Node("mean_1", "reductions.mean", "", {})
    nodes = {**content.graph.nodes, "table_1": node, "mean_1": pass_through, "probe_1": Node("probe_1", "views.probe")}
    wires = {
        Wire(Socket("table_1", "table"), Socket("mean_1", "x")),
        Wire(Socket("mean_1", "value"), Socket("probe_1", "x")),
    }
    session.adopt(replace(content, graph=Graph(nodes, content.graph.wires | wires)), tmp_path / "g.dgraph", clean=True)
    seen = []
    shown = bar.meter.show_reading
    bar.meter.show_reading = lambda part: (seen.append(part), shown(part))
    session.runs.ticked.connect(bar.refresh)
    bar.run.click()
    qtbot.waitUntil(lambda: session.run_state in ("finished", "failed"), timeout=WAIT)
    assert session.run_state == "finished"
    assert seen and all(0.0 < part <= 1.0 for part in seen)
    assert bar.meter._texts[0].startswith("step ")
