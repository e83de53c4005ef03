"""RunControl through its public door, with a synthetic training in a real child process."""

from __future__ import annotations

import csv
import multiprocessing
import os
import signal
import sys
import time

import numpy as np
import pytest

from app.worker import messages as m
from app.worker.client import RunControl
from app.worker.pulse import pulse
from engine.graph import Kept
from engine.types import Tensor
from tests.app.worker import synthetic

WAIT = 20_000


@pytest.fixture
def runs(qtbot):
    control = RunControl(work=synthetic.WORK)
    control.history = []
    control.state_changed.connect(control.history.append)
    yield control
    control.close()
    assert not multiprocessing.active_children()


def start(runs, tmp_path, content, **more):
    runs.run(content, None, tmp_path, **more)


def wait_for(qtbot, runs, state):
    qtbot.waitUntil(lambda: runs.state == state, timeout=WAIT)


def test_a_run_goes_to_its_end_and_its_history_is_the_closed_form(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(limit=30))
    assert runs.state == "starting"
    wait_for(qtbot, runs, "finished")
    assert runs.history == ["starting", "running", "finished"]
    assert (runs.sentence, runs.steps, runs.limit, runs.progress) == ("All steps are done.", 30, 30, 1.0)
    steps = np.arange(30.0)
    value = runs.curve(0, synthetic.SERIES[2])
    np.testing.assert_array_equal(value.steps, steps)
    np.testing.assert_allclose(value.mean, 3 - 3 * 0.5**steps)
    np.testing.assert_allclose(runs.curve(0, synthetic.SERIES[0]).high, 9 * 0.25**steps)
    assert runs.moment(0).step == 30
    assert runs.values(0)["w_1"] == pytest.approx(3 - 3 * 0.5**30)
    assert runs.elapsed > 0


def test_a_run_that_xla_takes_over_says_so(qtbot, runs, tmp_path):
    runs.backend = "auto"
    start(runs, tmp_path, synthetic.graph(lanes=2, limit=1000))
    qtbot.waitUntil(lambda: [lane.backend for lane in runs.lanes] == ["xla", "xla"], timeout=WAIT)
    wait_for(qtbot, runs, "finished")
    runs.backend = None
    start(runs, tmp_path, synthetic.graph(limit=1000))
    wait_for(qtbot, runs, "finished")
    assert [lane.backend for lane in runs.lanes] == ["synthetic"]


def test_lanes_run_side_by_side(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(lanes=5, limit=1000))
    wait_for(qtbot, runs, "finished")
    assert [lane.name for lane in runs.lanes] == [f"optimizer_{k}" for k in range(1, 6)]
    for lane in range(5):
        curve = runs.curve(lane, synthetic.SERIES[0], 0, 9)
        np.testing.assert_allclose(curve.mean, 9 * 0.25 ** np.arange(10.0))
        assert runs.moment(lane).lane == lane


def test_pause_continue_step_and_stop(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph())
    qtbot.waitUntil(lambda: runs.steps > 500, timeout=WAIT)
    assert runs.steps_per_second >= 0
    runs.pause()
    wait_for(qtbot, runs, "paused")
    held = runs.steps
    qtbot.waitQuiet()
    assert runs.steps == held == runs.moment(0).step
    runs.step()
    qtbot.waitUntil(lambda: runs.steps == held + 1, timeout=WAIT)
    wait_for(qtbot, runs, "paused")
    runs.resume()
    qtbot.waitUntil(lambda: runs.steps > held + 500, timeout=WAIT)
    assert runs.steps_per_second > 0
    runs.stop()
    wait_for(qtbot, runs, "finished")
    assert runs.moment(0).step == runs.steps


def test_a_run_started_paused_does_exactly_the_steps_asked_for(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(), paused=True)
    runs.step()
    qtbot.waitUntil(lambda: runs.moment(0) is not None and runs.moment(0).step == 1, timeout=WAIT)
    wait_for(qtbot, runs, "paused")
    assert runs.steps == 1
    assert runs.values(0)["w_1"] == synthetic.halve(0.0)


def test_reset_forgets_the_run(qtbot, runs, tmp_path):
    changes = []
    runs.lanes_changed.connect(lambda: changes.append(len(runs.lanes)))
    start(runs, tmp_path, synthetic.graph())
    qtbot.waitUntil(lambda: runs.steps > 100, timeout=WAIT)
    runs.mark_stale()
    assert runs.stale
    runs.reset()
    assert (runs.state, runs.lanes, runs.steps, runs.moment(0), runs.stale) == ("idle", (), 0, None, False)
    assert changes == [1, 0]
    qtbot.waitQuiet()
    assert runs.state == "idle"
    start(runs, tmp_path, synthetic.graph(limit=5))
    wait_for(qtbot, runs, "finished")
    assert runs.steps == 5


def test_a_new_run_replaces_one_under_way(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph())
    qtbot.waitUntil(lambda: runs.steps > 100, timeout=WAIT)
    start(runs, tmp_path, synthetic.graph(limit=12))
    wait_for(qtbot, runs, "finished")
    assert runs.steps == 12


def test_live_settings_reach_the_run(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph())
    qtbot.waitUntil(lambda: runs.steps > 100, timeout=WAIT)
    runs.set_live("w_1", "value", 41.5)
    qtbot.waitUntil(lambda: float(runs.values(0).get("w_1", 0)) == 41.5, timeout=WAIT)


def test_a_run_takes_up_kept_values_and_gives_them_back(qtbot, runs, tmp_path):
    kept = Kept(40, 7, "optimizer_1", {"w_1": Tensor.of(2.0)}, {"optimizer_1": {"velocity": Tensor.of([1.0, 2.0])}})
    start(runs, tmp_path, synthetic.graph(limit=45, kept=kept))
    wait_for(qtbot, runs, "finished")
    assert runs.steps == 45
    curve = runs.curve(0, synthetic.SERIES[2])
    assert (curve.steps[0], curve.mean[0]) == (40, 2.0)
    given = []
    runs.kept(0, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=WAIT)
    assert given[0].step == 45
    assert given[0].values["w_1"].array() == 3 - 0.5**5
    assert given[0].states == kept.states


def test_full_series_are_exported_step_by_step(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(limit=5000))
    wait_for(qtbot, runs, "finished")
    said = []
    runs.export(0, [synthetic.SERIES[0], synthetic.SERIES[2]], tmp_path / "out.csv", said.append)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert said == ["Wrote 5,000 steps to “out.csv”."]
    rows = list(csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["step", "loss optimizer_1", "slope w"]
    table = np.array(rows[1:], dtype=float)
    np.testing.assert_array_equal(table[:, 0], np.arange(5000))
    np.testing.assert_allclose(table[:20, 2], 3 - 3 * 0.5 ** np.arange(20.0))
    runs.export(0, [synthetic.SERIES[0]], tmp_path / "no" / "out.csv", said.append)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=WAIT)
    assert "no folder" in said[1]


def test_a_pause_by_itself_names_the_node_and_may_be_resumed(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(("test.pause", {"step": 100})))
    wait_for(qtbot, runs, "paused")
    assert (runs.sentence, runs.node) == ("“the culprit” gave Inf going forward.", "fault_1")
    held = runs.steps
    runs.resume()
    qtbot.waitUntil(lambda: runs.steps > held and runs.state == "running", timeout=WAIT)
    assert runs.sentence == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a process is held by a signal")
@pytest.mark.parametrize(("how", "state"), [("resume", "running"), ("step", "paused")])
def test_a_slow_process_is_heard_when_it_goes_on(qtbot, runs, tmp_path, how, state):
    start(runs, tmp_path, synthetic.graph(), paused=True)
    wait_for(qtbot, runs, "paused")
    (child,) = multiprocessing.active_children()
    os.kill(child.pid, signal.SIGSTOP)
    getattr(runs, how)()
    beats = []
    member = lambda: bool(beats.append(None))  # noqa: E731 - the same one is taken out again
    pulse().join(member)
    try:
        qtbot.waitUntil(lambda: len(beats) > 5, timeout=WAIT)
    finally:
        os.kill(child.pid, signal.SIGCONT)
        pulse().leave(member)
    qtbot.waitUntil(lambda: runs.state == state and runs.steps > 0, timeout=WAIT)
    qtbot.waitUntil(lambda: state == "running" or not pulse().beating, timeout=WAIT)


@pytest.mark.parametrize("when", ["prepare", "step"])
@pytest.mark.parametrize(
    ("fault", "sentence", "node"),
    [("test.refuse", "“the culprit” gave NaN.", "fault_1"), ("test.stumble", "ValueError: not this", None)],
)
def test_an_error_is_a_failed_run_and_the_process_lives(qtbot, runs, tmp_path, when, fault, sentence, node):
    start(runs, tmp_path, synthetic.graph((fault, {"when": when})))
    wait_for(qtbot, runs, "failed")
    assert sentence in runs.sentence
    assert runs.node == ("fault_1" if when == "prepare" else node)
    children = multiprocessing.active_children()
    start(runs, tmp_path, synthetic.graph(limit=3))
    wait_for(qtbot, runs, "finished")
    assert multiprocessing.active_children() == children


@pytest.mark.parametrize(("fault", "how"), [("test.die", "was killed"), ("test.crash", "segmentation fault")])
@pytest.mark.parametrize("when", ["prepare", "step"])
def test_a_crash_is_a_failed_run_with_the_name_of_its_node(qtbot, runs, tmp_path, fault, how, when):
    start(runs, tmp_path, synthetic.graph((fault, {"when": when, "step": 400})))
    wait_for(qtbot, runs, "failed")
    qtbot.waitUntil(lambda: runs.node is not None, timeout=WAIT)
    assert runs.node == "fault_1"
    assert how in runs.sentence
    assert "“the culprit” (fault_1)" in runs.sentence
    if when == "step":
        assert runs.steps >= 200
        assert len(runs.curve(0, synthetic.SERIES[0]).steps) >= 200
        given = []
        runs.kept(0, given.append)
        assert [kept.step for kept in given] == ([] if runs.moment(0) is None else [runs.moment(0).step])
    start(runs, tmp_path, synthetic.graph(limit=3))
    wait_for(qtbot, runs, "finished")


def test_a_crash_that_does_not_come_again_is_failed_without_a_node(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(("test.die", {"when": "step", "step": 400, "only_once": True})))
    wait_for(qtbot, runs, "failed")
    qtbot.waitUntil(lambda: not runs._diagnosing, timeout=WAIT)
    assert runs.node is None
    assert "was killed" in runs.sentence


@pytest.mark.parametrize("when", ["prepare", "step"])
def test_the_memory_cap_fails_the_run_and_names_the_node(qtbot, tmp_path, when):
    runs = RunControl(work=synthetic.WORK, memory=600 * 2**20)
    try:
        start(runs, tmp_path, synthetic.graph(("test.hog", {"when": when, "step": 100})))
        wait_for(qtbot, runs, "failed")
        assert "600 MiB of memory" in runs.sentence
        assert runs.node == "fault_1"
    finally:
        runs.close()


@pytest.mark.parametrize("when", ["prepare", "step"])
def test_a_runaway_is_stopped_by_killing_it(qtbot, runs, tmp_path, when):
    start(runs, tmp_path, synthetic.graph(("test.sleep", {"when": when, "step": 0})))
    qtbot.waitUntil(lambda: runs.state == ("running" if when == "step" else "starting"), timeout=WAIT)
    qtbot.wait(300)
    runs.stop()
    wait_for(qtbot, runs, "finished" if when == "step" else "idle")
    start(runs, tmp_path, synthetic.graph(limit=3))
    wait_for(qtbot, runs, "finished")
    assert runs.steps == 3


def test_a_runaway_does_not_hold_up_reset_or_the_next_run(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(("test.sleep", {"when": "step", "step": 0})))
    wait_for(qtbot, runs, "running")
    runs.reset()
    assert runs.state == "idle"
    start(runs, tmp_path, synthetic.graph(limit=3))
    wait_for(qtbot, runs, "finished")


def test_the_window_is_signalled_for_changes_of_state_and_not_for_steps(qtbot, runs, tmp_path):
    ticks = []
    runs.ticked.connect(lambda: ticks.append(runs.steps))
    start(runs, tmp_path, synthetic.graph(limit=20_000))
    begun = time.monotonic()
    wait_for(qtbot, runs, "finished")
    most = (time.monotonic() - begun) * 31 * 2 + 20
    assert runs.steps == 20_000
    assert len(ticks) <= most
    assert len(runs.history) == 3


def test_the_pulse_stands_still_when_nothing_is_expected(qtbot, runs, tmp_path):
    from app.worker.pulse import pulse

    start(runs, tmp_path, synthetic.graph(limit=10))
    assert pulse().beating
    wait_for(qtbot, runs, "finished")
    qtbot.waitUntil(lambda: not pulse().beating, timeout=WAIT)


def test_lanes_beyond_the_block_are_refused_and_series_beyond_it_left_out():
    from app.worker.run_process import fitted
    from engine.errors import RunError

    many = tuple(m.Series("value", "w_1", k) for k in range(100))
    lane = m.Lane("a", ("a",), (), many, 10, "tape", "numpy_code")
    lanes, slots = fitted((lane,) * 5)
    assert slots == (0, 12, 24, 36, 48)
    assert {len(each.series) for each in lanes} == {12}
    with pytest.raises(RunError, match="at most 16"):
        fitted((lane,) * 17)


def test_a_pace_holds_the_run_back_and_can_be_lifted(qtbot, runs, tmp_path):
    runs.set_pace("1")
    start(runs, tmp_path, synthetic.graph(limit=50_000))
    wait_for(qtbot, runs, "running")
    qtbot.waitUntil(lambda: runs.steps > 0)
    assert runs.steps < 1000, "50,000 in a second, unless it is held back"
    runs.pause()
    wait_for(qtbot, runs, "paused")
    runs.set_pace("full")
    runs.resume()
    wait_for(qtbot, runs, "finished")
    assert runs.steps == 50_000


def test_a_run_pauses_by_itself_at_the_step_asked_for(qtbot, runs, tmp_path):
    start(runs, tmp_path, synthetic.graph(), pause_at=777)
    wait_for(qtbot, runs, "paused")
    assert (runs.steps, runs.sentence) == (777, "")
    runs.resume()
    qtbot.waitUntil(lambda: runs.steps > 2000, timeout=WAIT)
